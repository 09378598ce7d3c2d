#!/usr/bin/env python3
"""The command line, a folder a case; and that every command and option has one.

    tests/cli/run.py --build DIR [NAME ...]            run the cases (those whose name contains a NAME) and compare
    tests/cli/run.py --build DIR --update [NAME ...]   write out, err and exit anew; git diff shows what changed

A case is a folder:

    cmd    shell script, run by sh in a new folder with moonbill in PATH; REPO is the repository
    in/    files that are copied into that folder first
    out    what it prints, with the path of that folder as TMP and that of the repository as REPO
    err    what it prints to standard error, likewise (missing: nothing)
    exit   its exit status (missing: 0)
    mask   lines `regular expression => text`: what differs from run to run, in both outputs

Every case has the masks in tests/cli/mask too, and the operating-system user as USER."""
import argparse
import concurrent.futures
import difflib
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
REPO = os.path.dirname(os.path.dirname(HERE))
SECONDS_MAX = 120
USER = pwd.getpwuid(os.getuid()).pw_name


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return None


def masks_of(folder):
    lines = (read(os.path.join(HERE, "mask")) or "") + (read(os.path.join(folder, "mask")) or "")
    pairs = [line.split(" => ", 1) for line in lines.splitlines() if " => " in line]
    return [(re.compile(pattern, re.M), text) for pattern, text in pairs]


def run_case(name, build):
    """(out, err, exit status as text), masked."""
    folder = os.path.join(HERE, name)
    with tempfile.TemporaryDirectory(prefix="moonbill-cli-") as top:
        work = os.path.join(os.path.realpath(top), "work")
        given = os.path.join(folder, "in")
        shutil.copytree(given, work) if os.path.isdir(given) else os.mkdir(work)
        env = {key: value for key, value in os.environ.items() if not key.startswith(("MOONBILL", "LC_", "LANG", "COLUMNS"))}
        env.update(PATH=build + os.pathsep + os.environ["PATH"], REPO=REPO, BUILD=build, LC_ALL="C.UTF-8", TZ="UTC",
                   MOON_PLUGIN_DIR=os.path.join(build, "plugins"), HOME=work)
        # A sanitized program may be run with a library loaded before the sanitizer.
        env.setdefault("ASAN_OPTIONS", "verify_asan_link_order=0")
        done = subprocess.run(["sh", os.path.join(folder, "cmd")], cwd=work, env=env, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=SECONDS_MAX)
        texts = [part.decode(errors="replace").replace(work, "TMP").replace(REPO, "REPO") for part in (done.stdout, done.stderr)]
    # Tests run as anybody.
    texts = [re.sub(rf"\b{re.escape(USER)}\b", "USER", part) for part in texts]
    for pattern, text in masks_of(folder):
        texts = [pattern.sub(text, part) for part in texts]
    return texts + [f"{done.returncode}\n"]


def wanted_of(name):
    folder = os.path.join(HERE, name)
    return [read(os.path.join(folder, "out")) or "", read(os.path.join(folder, "err")) or "",
            read(os.path.join(folder, "exit")) or "0\n"]


def compare(name, found):
    report = []
    for part, want, have in zip(("out", "err", "exit"), wanted_of(name), found):
        diff = difflib.unified_diff(want.splitlines(), have.splitlines(), f"{name}/{part}", "found", lineterm="", n=2)
        report += list(diff)
    return report


def update(name, found):
    for part, text, usual in zip(("out", "err", "exit"), found, ("", "", "0\n")):
        path = os.path.join(HERE, name, part)
        if text != usual:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        elif os.path.exists(path):
            os.remove(path)


def test_case(name, args):
    try:
        found = run_case(name, args.build)
    except subprocess.TimeoutExpired:
        return name, [f"it did not end within {SECONDS_MAX} seconds"]
    if args.update:
        update(name, found)
        return name, []
    return name, compare(name, found)


# ---- completeness: the table of commands is what `moonbill help` says ----

def ask_help(build, *words):
    return subprocess.run([os.path.join(build, "moonbill"), "help", *words], capture_output=True, text=True, check=True).stdout


def commands(build):
    found, listed = [], False
    for line in ask_help(build).splitlines():
        if line and not line.startswith(" "):
            listed = not line.startswith(("usage", "Options", "More", "Exit"))
        match = re.match(r"  (\w+(?:-\w+)*(?: \w+)?) {2,}(\S.*)", line)
        if match and listed:
            found.append(match.groups())
    return found


def options(text):
    """Long options, with the words of a choice."""
    return re.findall(r"^  (?:-\w,|   ) --([a-z-]+)", text, re.M)


def completeness(build, names):
    """(what, why it fails or None) for each command and option."""
    scripts = {name: read(os.path.join(HERE, name, "cmd")) for name in names}
    # Calls of moonbill, one per line of a script; a script may define a shorter name that ends in the words.
    lines = [line for script in scripts.values() for line in script.splitlines() if not line.lstrip().startswith("#")]
    table = commands(build)
    yield "table of commands", None if len(table) > 10 else "moonbill help lists no commands"
    for name, summary in table:
        own = [line for line in lines if re.search(r"\b(?:moonbill|mb)\b[^|;&]*?\b" + name + r"\b", line)]
        text = ask_help(build, *name.split())
        problem = None
        if not own:
            problem = "no case runs it"
        elif not summary or not re.search(r"^  moonbill .*\b" + name + r"\b", text.split("\n\n", 2)[2], re.M):
            problem = "its help has no example"
        yield name, problem
        for option in options(text):
            yield f"{name} --{option}", None if any(f"--{option}" in line for line in own) else "no case uses it"


# ---- all ----

def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", default=os.path.join(REPO, "build"))
    parser.add_argument("--update", action="store_true")
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    args.build = os.path.abspath(args.build)
    every = sorted(name for name in os.listdir(HERE) if os.path.exists(os.path.join(HERE, name, "cmd")))
    names = [name for name in every if not args.names or any(part in name for part in args.names)]
    if "asan" in os.path.basename(args.build):  # the sanitizer has to be loaded before anything else
        faulty = [name for name in names if "faults.so" in read(os.path.join(HERE, name, "cmd"))]
        for name in faulty:
            print(f"ok {name} # SKIP the sanitizer does not suffer faults.so")
        names = [name for name in names if name not in faulty]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor((os.cpu_count() or 2) + 2) as pool:
        for name, report in pool.map(lambda n: test_case(n, args), names):
            print(f"not ok {name}: differs" if report else f"ok {name}")
            for line in report:
                print("    " + line)
            failed += bool(report)
    if not args.names and not args.update:
        for what, problem in completeness(args.build, every):
            print(f"not ok complete {what}: {problem}" if problem else f"ok complete {what}")
            failed += bool(problem)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
