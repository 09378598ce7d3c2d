#!/usr/bin/env python3
"""Style as a test. Each rule names the place and what to do instead.

    tidy_test.py --build DIR [NAME ...]    rules whose name contains a NAME; without, all of them

A rule is a function here whose name begins with `check_`; it yields the places that break it. EXCEPTIONS lists what may stay,
each with its reason: (rule, path) -> reason. It is better to mend the place than to add a row."""
import argparse
import csv
import glob
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
REPO = os.path.dirname(os.path.dirname(HERE))

EXCEPTIONS = {}

FLOOR = {"base": 0, "value": 1, "store": 2, "books": 3, "doc": 3, "script": 4, "run": 5, "app": 6}
# Beside its own floor and lower ones; doc stands aside of money and books.
ONLY = {"doc": {"base", "doc"}}
NOT = {"books": {"doc"}}
OWNERS = {"lmdb.h": "store", "cmark.h": "doc", "lua.h": "script", "lauxlib.h": "script", "lualib.h": "script", "sodium.h": "base", "histedit.h": "app"}
COLUMNS = {"c": 120, "h": 120, "lua": 130}
# Of functions and files; tests are tables of rows and may be longer.
FUNCTION_LINES, FILE_LINES = {"tests": 90, "": 75}, {"tests": 700, "": 600}
TOP = {"core", "lua", "rules", "plugins", "tests", "Makefile", "README.md", "LICENSE"}
FORMATTER = 14  # clang-format of Debian 12; others differ in details
BANNED = {
    "strtod": "moon_decimal_parse", "atof": "moon_decimal_parse", "sprintf": "snprintf or moon_buf_printf", "strcpy": "moon_buf_add",
    "strcat": "moon_buf_add", "gets": "moon_file_read", "time": "moon_context.today; app/main.c alone asks the clock",
    "localtime": "moon_zone_day", "gmtime": "moon_instant_format", "rand": "no randomness in logic", "random": "no randomness in logic",
    "system": "fork and exec, or nothing", "popen": "fork and exec, or nothing",
}
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|HACK)\b|\bXXX:")


# ---- files ----

def files(*patterns):
    """Paths in the repository, sorted."""
    found = set()
    for pattern in patterns:
        found.update(glob.glob(os.path.join(REPO, pattern)))
    return sorted(os.path.relpath(path, REPO) for path in found if os.path.isfile(path))


def text_of(path):
    with open(os.path.join(REPO, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def lines_of(path):
    return enumerate(text_of(path).splitlines(), 1)


def core():
    return files("core/*/*.[ch]")


def all_c():
    return files("core/*/*.[ch]", "plugins/*/*.[ch]", "tests/*/*.[ch]")


def library():
    return files("lua/*.lua", "rules/*.lua", "rules/*/*.lua", "plugins/*/*.lua")


def code_of(path):
    """C without comments and texts, line by line as it was."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0))
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text_of(path), flags=re.DOTALL)


# ---- architecture ----

def check_floors():
    for path in core():
        floor = path.split("/")[1]
        for number, line in lines_of(path):
            include = re.match(r'#include "(\w+)/', line)
            if not include or include.group(1) not in FLOOR:
                continue
            other = include.group(1)
            if FLOOR[other] > FLOOR[floor] or other in NOT.get(floor, ()) or (floor in ONLY and other not in ONLY[floor]):
                yield path, number, "%s/ does not include %s/: the floors are in DESIGN's order, %s" % (
                    floor, other, " ".join(sorted(FLOOR, key=FLOOR.get)))


def check_folders_of_core():
    for name in sorted(os.listdir(os.path.join(REPO, "core"))):
        if name not in FLOOR and os.path.isdir(os.path.join(REPO, "core", name)):
            yield "core/" + name, 0, "is no floor of this house"


def check_third_parties():
    for path in core():
        for number, line in lines_of(path):
            include = re.match(r"#include <([\w/]+\.h)>", line)
            if include and include.group(1) in OWNERS and path.split("/")[1] != OWNERS[include.group(1)]:
                yield path, number, "%s belongs to core/%s alone" % (include.group(1), OWNERS[include.group(1)])


def check_top_level():
    for name in sorted(os.listdir(REPO)):
        if not name.startswith(".") and not name.startswith("build") and name not in TOP:
            yield name, 0, "nothing stands at the top but " + " ".join(sorted(TOP))


def check_numbers_without_floats():
    for floor in ("value", "store", "books", "run"):
        for path in files("core/%s/*.[ch]" % floor):
            for number, line in enumerate(code_of(path).splitlines(), 1):
                if re.search(r"\b(float|double)\b", line):
                    yield path, number, "no float is on the way to an amount: moon_decimal"


def check_banned_calls():
    pattern = re.compile(r"(?<![\w.>])(%s)\s*\(" % "|".join(BANNED))
    for path in core():
        for number, line in enumerate(code_of(path).splitlines(), 1):
            call = pattern.search(line)
            if call:
                yield path, number, "%s: instead %s" % (call.group(1), BANNED[call.group(1)])


# ---- reading ----

def check_columns():
    for path in all_c() + library():
        most = COLUMNS[path.rsplit(".", 1)[1]]
        for number, line in lines_of(path):
            if len(line) > most:
                yield path, number, "%d columns, at most %d" % (len(line), most)


def limit(limits, path):
    return limits.get(path.split("/")[0], limits[""])


def check_file_lengths():
    for path in all_c() + library() + files("tests/lua/*.lua", "tests/*/*.py", "tests/*.py"):
        count, most = len(text_of(path).splitlines()), limit(FILE_LINES, path)
        if count > most:
            yield path, count, "at most %d lines: divide it by its nouns" % most


def functions(path):
    """(first line, lines) of what begins at the left margin and ends there."""
    begun = 0
    lua = path.endswith(".lua")
    for number, line in lines_of(path):
        if lua and re.match(r"(local )?function\b", line) and not re.search(r"\bend$", line):
            begun = number
        elif not lua and re.match(r"[A-Za-z_].*[^;]$", line) and "(" in line and not line.startswith(("#", "typedef")) and not begun:
            begun = number
        elif not lua and begun and line.endswith(";") and not line.startswith(" "):
            begun = 0
        elif begun and line == ("end" if lua else "}"):
            yield begun, number - begun + 1
            begun = 0


def check_function_lengths():
    for path in all_c() + library():
        for number, count in functions(path):
            if count > limit(FUNCTION_LINES, path):
                yield path, number, "a function of %d lines, at most %d" % (count, limit(FUNCTION_LINES, path))


def check_finished():
    places = all_c() + library() + files("core/*/*.md", "core/*/*.def", "lua/*.md", "rules/*", "rules/*/*", "plugins/*.md", "plugins/*/*.md",
                                         "tests/*.py", "tests/*.sh", "tests/*.md", "tests/*/*.py", "tests/*/*.sh", "tests/*/*.lua",
                                         "Makefile", "README.md", ".ci/*")
    for path in places:
        for number, line in lines_of(path):
            if path != "tests/tidy/tidy_test.py" and UNFINISHED.search(line):
                yield path, number, "finish it, or take it out: " + line.strip()[:60]


def declared(path):
    """(line, name) of the functions that a header declares."""
    for number, line in lines_of(path):
        name = re.match(r"(?:static inline |MOON_CHECK |_Noreturn |const |struct )*\w[\w ]*[ *]+\*?((?:moon|l)_\w+)\(", line)
        if name and not line.startswith(("#", "typedef", "return")):
            yield number, name.group(1)


def check_headers_speak():
    """A comment within the twelve lines above a public function, of its own or of its group."""
    for path in files("core/*/*.h"):
        lines = text_of(path).splitlines()
        for number, name in declared(path):
            above = lines[max(0, number - 13):number]
            if not any("/*" in line or "*/" in line for line in above):
                yield path, number, "%s: say what it does, returns, owns" % name


def check_headers_begin():
    for path in files("core/*/*.h"):
        floor, unit = path.split("/")[1:]
        first = text_of(path).split("\n#", 1)[0]
        if not re.match(r"/\* %s/%s: " % (floor, unit[:-2]), first) or "Floor %d" % FLOOR[floor] not in first:
            yield path, 1, "begins with its name, purpose and floor: /* %s/%s: ... Floor %d." % (floor, unit[:-2], FLOOR[floor])


def check_readme_names_units():
    for folder in sorted(FLOOR):
        path = "core/%s/README.md" % folder
        if not os.path.exists(os.path.join(REPO, path)):
            yield path, 0, "is missing: the folder's files in reading order"
            continue
        text = text_of(path)
        for unit in sorted({os.path.splitext(os.path.basename(p))[0] for p in files("core/%s/*.[ch]" % folder, "core/%s/*.def" % folder)}):
            commands = unit.startswith("cmd_") and "`cmd_*`" in text
            if not commands and not re.search(r"(?<![\w])%s(?![\w])" % unit, text):
                yield path, 0, "does not name " + unit


def check_readme_names_lua():
    for path in files("lua/*.lua"):
        if "`%s`" % os.path.basename(path) not in text_of("lua/README.md"):
            yield "lua/README.md", 0, "does not name " + path
    for path in files("plugins/*/plugin.lua"):
        name = path.split("/")[1]
        if "](%s/README.md)" % name not in text_of("plugins/README.md"):
            yield "plugins/README.md", 0, "does not name the plugin " + name
    for path in files("rules/*.lua", "rules/*/*.lua"):
        if path.endswith(".examples.lua"):
            continue
        short, folder = path[len("rules/"):], os.path.dirname(path)
        text = text_of("rules/README.md") + (text_of(folder + "/README.md") if os.path.exists(os.path.join(REPO, folder, "README.md")) else "")
        if short not in text and os.path.basename(path) not in text:
            yield "rules/README.md", 0, "does not name " + path


def check_tests_readme():
    text = text_of("tests/README.md")
    for name in sorted(os.listdir(os.path.join(REPO, "tests"))):
        if os.path.isdir(os.path.join(REPO, "tests", name)) and name != "__pycache__" and "`%s/`" % name not in text:
            yield "tests/README.md", 0, "does not name tests/%s/" % name


# ---- tests ----

def check_tests_are_run(build):
    """What nobody builds and runs is no test."""
    for path in files("tests/unit/*.c"):
        name = os.path.basename(path)[:-2]
        if not name.endswith("_test"):
            yield path, 0, "is built only if its name ends in _test.c"
        elif not os.access(os.path.join(build, "unit", name), os.X_OK):
            yield path, 0, "was not built: make programs"
    for path in files("tests/unit/*_test.c"):
        text = text_of(path)
        for name in re.findall(r"^static void (\w+)\(void \*\*", text, re.MULTILINE):
            if len(re.findall(r"\b%s\b" % name, text)) < 2:
                yield path, 0, "%s is in no group of tests" % name
    for path in files("tests/lua/*_test.lua"):
        name = os.path.basename(path)[:-4]
        if not any(re.search(r"\b%s\b" % (name[:-5] if name.endswith("_test") else name), text_of(p)) for p in files("tests/unit/*.c")):
            yield path, 0, "no program of tests/unit names it"


def check_sample_stays_in_its_place():
    """The program knows no customer, product or order of the sample file."""
    words = set()
    with open(os.path.join(REPO, "tests/data/online-retail.csv"), encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            words.update((row["InvoiceNo"], row["CustomerID"]))
            if len(row["Description"]) > 9:
                words.add(row["Description"].strip())
    words = {w for w in words if len(w) > 4}
    pattern = re.compile(r"(?<!\w)(%s)(?!\w)" % "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True)))
    for path in core() + library() + files("core/*/*.md", "lua/*.md", "rules/*.md", "rules/*/*.md", "plugins/*/*.md"):
        if path.startswith("rules/imports/online-retail"):
            continue
        for number, line in lines_of(path):
            word = pattern.search(line)
            if word:
                yield path, number, "`%s` is of the sample: use an example that is nobody's" % word.group(1)


def check_format():
    version = subprocess.run(["clang-format", "--version"], stdout=subprocess.PIPE, text=True, check=False).stdout
    if not re.search(r"version %d\." % FORMATTER, version):
        return
    done = subprocess.run(["clang-format", "--dry-run", *all_c()], cwd=REPO, stderr=subprocess.PIPE, text=True, check=False)
    seen = set()
    for path, number in re.findall(r"^(\S+?):(\d+):\d+: warning: code should be clang-formatted", done.stderr, re.MULTILINE):
        if path not in seen:
            seen.add(path)
            yield path, int(number), "clang-format -i " + path


# ---- running ----

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    rules = [(name[len("check_"):].replace("_", "-"), work) for name, work in globals().items() if name.startswith("check_")]
    failed = False
    for name, work in rules:
        if options.names and not any(wanted in name for wanted in options.names):
            continue
        if name == "format" and not shutil.which("clang-format"):
            print("ok tidy %s # SKIP clang-format is not installed" % name)
            continue
        places = list(work(os.path.abspath(options.build)) if name == "tests-are-run" else work())
        broken = ["%s:%d: %s" % place for place in places if (name, place[0]) not in EXCEPTIONS]
        for exception in [e for e in EXCEPTIONS if e[0] == name and e[1] not in {p[0] for p in places}]:
            broken.append("%s: this exception is not needed any more" % exception[1])
        if broken:
            failed = True
            print("not ok tidy %s: %d places: %s" % (name, len(broken), "; ".join(broken[:8])))
        else:
            print("ok tidy " + name)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
