#!/usr/bin/env python3
"""One folder per code of core/base/codes.def: how a person comes by that error, and its exact text.

    errors_test.py --build DIR [--quick] [NAME ...]   run the cases (those whose code contains a NAME) and compare
    errors_test.py --build DIR --update [NAME ...]    write err and exit anew; git diff shows what changed
    errors_test.py --catalogue                        write README.md anew from the pinned texts

A case is a folder named after the code:

    cmd    a shell script; it runs in a new folder and provokes the error with the program that a clerk runs
    err    its standard error, the path of that folder replaced by TMP
    exit   its exit status

A code without a case fails, and so does a case without a code. UNPROVOKED lists the codes that no command can raise."""
import argparse
import concurrent.futures
import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
REPO = os.path.dirname(os.path.dirname(HERE))
CODES = os.path.join(REPO, "core", "base", "codes.def")
CATALOGUE = os.path.join(HERE, "README.md")
SECONDS = 60

# Raised in core/, but by nothing that a person can do from outside; each with the reason.
UNPROVOKED = {
    "document.already_billed": "a billed order is not due, and the same --ref again is answered with its document; document_test holds the books to it",
    "internal": "every way to it is a defect of the program; a request to a worker that is cut short, for example",
    "rule.float": "the loader leaves a rule no way to make a floating-point number; the check stands guard over plugins in C",
}

STATUS = {"REFUSED": 1, "USAGE": 2, "DAMAGED": 3}
MEANING = {"REFUSED": "refused", "USAGE": "wrong usage", "DAMAGED": "damaged"}


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return None


def codes():
    """(floor, name, class) in the order of the file."""
    floor, found = "", []
    for line in read(CODES).splitlines():
        heading = re.match(r"/\* (.*) \*/$", line)
        code = re.match(r'MOON_CODE\(\w+,\s*"([^"]+)",\s*(\w+),', line)
        if heading:
            floor = heading.group(1)
        elif code:
            found.append((floor, code.group(1), code.group(2)))
    return found


def cases():
    return sorted(name for name in os.listdir(HERE)
                  if os.path.isdir(os.path.join(HERE, name)) and not name.startswith(("_", ".")))


def run(build, name):
    """(standard error, exit status) of a case."""
    folder = tempfile.mkdtemp(prefix="moonbill-error-")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("FAULT_", "MOON"))}
    environment.update({"PATH": build + ":" + os.environ["PATH"], "BUILD": build, "REPO": REPO, "ERRORS": HERE, "LC_ALL": "C.UTF-8",
                        "TZ": "UTC", "HOME": folder, "TMPDIR": folder})
    try:
        done = subprocess.run(["sh", os.path.join(HERE, name, "cmd")], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=SECONDS)
        text, status = done.stderr.decode("utf-8", "replace"), done.returncode
    except subprocess.TimeoutExpired:
        text, status = "the case ran for more than %d seconds\n" % SECONDS, 124
    finally:
        subprocess.run(["chmod", "-R", "u+rwX", folder], check=False, stderr=subprocess.DEVNULL)
        shutil.rmtree(folder, ignore_errors=True)
    return text.replace(folder, "TMP"), status


def first_difference(want, got):
    lines = [line for line in difflib.unified_diff(want.splitlines(), got.splitlines(), "", "", "", n=0, lineterm="")
             if not line.startswith(("---", "+++", "@@"))]
    return " | ".join(lines[:4]) or "line ends differ"


def judge(name, statuses, text, status):
    """What is wrong with a result, or None."""
    folder = os.path.join(HERE, name)
    want, want_status = read(os.path.join(folder, "err")), (read(os.path.join(folder, "exit")) or "").strip()
    if want is None:
        return "no err file yet: errors_test.py --update %s" % name
    if "[%s]" % name not in want and not re.search(r"^code +%s$" % re.escape(name), want, re.MULTILINE):
        return "err does not show the code: " + (want.splitlines() or ["it is empty"])[0]
    if text != want:
        return "the text differs: " + first_difference(want, text)
    if str(status) != want_status:
        return "exit %d, expected %s" % (status, want_status)
    # `verify` prints what it found, and then that it found something: the last error decides.
    last = re.findall(r"error\[([^]]+)\]", text)[-1:] or [name]
    if status != statuses.get(last[0]):
        return "exit %d, but the class of %s asks for %s" % (status, last[0], statuses.get(last[0]))
    return None


def update(name, text, status):
    with open(os.path.join(HERE, name, "err"), "w", encoding="utf-8") as file:
        file.write(text)
    with open(os.path.join(HERE, name, "exit"), "w", encoding="utf-8") as file:
        file.write("%d\n" % status)


def catalogue():
    """The text of README.md."""
    out = ["# Errors", "",
           "Every error code of moonbill with an example of its text, written by `errors_test.py --catalogue` from the cases beside it.", "",
           "The exit status follows from the class of a code: 1 refused (nothing was done, or a unit was parked), 2 wrong usage, 3 the",
           "book or its disk is damaged. An error reads",
           "", "    file:line: error[code]: what was found, and what was expected", "      line | the line at fault",
           "      order, account, charge", "      hint: what to do", "",
           "A case is a folder: `cmd` provokes the error, `err` is its text, `exit` its status; `shared.sh` has what they share,",
           "`lmdb_tool.py` damages a book on purpose. `errors_test.py` runs them.", ""]
    floor = None
    for where, name, kind in codes():
        if where != floor:
            floor = where
            out += ["## " + where, ""]
        out += ["### %s" % name, "", "%s, exit status %d" % (MEANING[kind], STATUS[kind]), ""]
        if name in UNPROVOKED:
            out += ["No command raises it: %s." % UNPROVOKED[name], ""]
        else:
            text = read(os.path.join(HERE, name, "err")) or ""
            out += ["```text"] + text.rstrip("\n").splitlines() + ["```", ""]
    return "\n".join(out).rstrip("\n") + "\n"


class Tap:
    failed = False

    def line(self, name, why):
        self.failed = self.failed or why is not None
        print("ok errors %s" % name if why is None else "not ok errors %s: %s" % (name, why.replace("\n", " ")), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build")
    parser.add_argument("--quick", action="store_true", help="the same: all cases take seconds")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--catalogue", action="store_true")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    tap, table, there = Tap(), codes(), cases()
    if options.catalogue:
        with open(CATALOGUE, "w", encoding="utf-8") as file:
            file.write(catalogue())
        return 0
    build = os.path.abspath(options.build)
    statuses = {name: STATUS[kind] for _, name, kind in table}
    chosen = [name for name in there if name in statuses and (not options.names or any(n in name for n in options.names))]
    if "asan" in os.path.basename(build):  # the sanitizer has to be loaded before anything else
        faulty = [name for name in chosen if "faults.so" in (read(os.path.join(HERE, name, "cmd")) or "")]
        for name in faulty:
            print("ok errors %s # SKIP the sanitizer does not suffer faults.so" % name)
        chosen = [name for name in chosen if name not in faulty]
    with concurrent.futures.ThreadPoolExecutor(max_workers=min(16, 2 * (os.cpu_count() or 2))) as pool:
        for name, (text, status) in zip(chosen, pool.map(lambda n: run(build, n), chosen)):
            if options.update:
                update(name, text, status)
            tap.line(name, judge(name, statuses, text, status))
    if not options.names:
        for _, name, _ in table:
            if name not in there and name not in UNPROVOKED:
                tap.line(name, "no case: make the folder tests/errors/%s" % name)
            if name in there and name in UNPROVOKED:
                tap.line(name, "has a case, and is listed as UNPROVOKED")
        for name in sorted(set(there) | set(UNPROVOKED)):
            if name not in statuses:
                tap.line(name, "is no code of core/base/codes.def")
        tap.line("catalogue", None if read(CATALOGUE) == catalogue() else "README.md is not current: errors_test.py --catalogue")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
