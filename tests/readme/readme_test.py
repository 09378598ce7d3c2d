#!/usr/bin/env python3
"""The commands of README.md, run as they stand there.

    readme_test.py --build DIR [FILE ...]     default: README.md and sample.md beside this

A file's sections lie between `<!-- test: NAME -->` and `<!-- end -->`, or the end. Each runs in a folder of its own, in one shell, with
moonbill in PATH, REPO set, and links to tests/ and rules/ of the repository. In a section

    ```console   `$ command`, `> its next line`, and the output that it has to have, exactly; its exit status has to be 0.
                 A line `...` stands for any lines, `...` at the end of a line for the rest of it. Hashes and instants count as equal.
    ```lua       begins with `-- PATH`: if the repository has such a file it has to be that file; else it is put into the book that
                 MOONBILL_BOOK names.

Other blocks are only read. Prints TAP; a section fails at its first difference."""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
REPO = os.path.dirname(os.path.dirname(HERE))
SECONDS = 120
MARK = "end-of-command-7f3a"


class Wrong(Exception):
    pass


# ---- reading ----

def sections(path):
    """(name, [(kind, line number, lines)]) for each section of a file."""
    found, blocks, block, kind = [], None, None, ""
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file.read().splitlines(), 1):
            mark = re.match(r"<!-- (?:test: (\S+)|(end)) -->$", line)
            if block is not None:
                if line == "```":
                    if blocks is not None:
                        blocks.append((kind, number - len(block), block))
                    block = None
                else:
                    block.append(line)
            elif mark:
                blocks = None
                if mark.group(1):
                    blocks = []
                    found.append((mark.group(1), blocks))
            elif line.startswith("```"):
                block, kind = [], line[3:].strip()
    if block is not None:
        raise Wrong("a block of %s has no end" % os.path.basename(path))
    return found


def commands(first, lines):
    """(line number, command, expected lines) for each command of a console block."""
    found = []
    for number, line in enumerate(lines, first):
        if line.startswith("$ "):
            found.append((number, line[2:], []))
        elif not found:
            raise Wrong("line %d: a console block begins with `$ command`" % number)
        elif line.startswith("> ") and not found[-1][2]:
            found[-1] = (found[-1][0], found[-1][1] + "\n" + line[2:], [])
        else:
            found[-1][2].append(line)
    return found


# ---- comparing ----

def masked(line):
    line = re.sub(r"\b[0-9a-f]{16,64}\b", "HASH", line)
    return re.sub(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "INSTANT", line)


def fits(want, got):
    if want.endswith("..."):
        return masked(got).startswith(masked(want[:-3]))
    return masked(want) == masked(got)


def difference(want, got):
    """None if the lines fit, else what is wrong. Lines `...` match greedily by trying every length."""
    if not want:
        return None if not got else "unexpected output: " + got[0]
    if want[0] == "...":
        for skip in range(len(got) + 1):
            if difference(want[1:], got[skip:]) is None:
                return None
        return "no output fits what follows `...`: " + (want[1] if len(want) > 1 else "")
    if not got:
        return "missing output: " + want[0]
    if not fits(want[0], got[0]):
        return "expected `%s`, found `%s`" % (want[0], got[0])
    return difference(want[1:], got[1:])


# ---- running ----

class Shell:
    """One shell for all commands of a section."""

    def __init__(self, build, folder):
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("MOONBILL_", "FAULT_"))}
        environment.update({"PATH": build + ":" + os.environ["PATH"], "REPO": REPO, "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": folder})
        self.process = subprocess.Popen(["bash", "--norc", "--noprofile"], cwd=folder, env=environment, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace")

    def run(self, command):
        """(exit status, lines of output); standard input is empty."""
        self.process.stdin.write("{ %s\n} < /dev/null\nprintf '%%s %%d\\n' %s $?\n" % (command, MARK))
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            at = line.find(MARK)
            if at >= 0:
                if at > 0:
                    lines.append(line[:at])
                return int(line[at:].split()[1]), lines
            lines.append(line.rstrip("\n"))
        raise Wrong("the shell ended: " + " | ".join(lines[-3:]))

    def end(self):
        self.process.kill()
        self.process.communicate()


def run_console(shell, name, first, lines):
    for number, command, expected in commands(first, lines):
        status, got = shell.run(command)
        why = difference(expected, got)
        if why is None and status != 0:
            why = "exit %d" % status
        if why:
            raise Wrong("%s:%d: `%s`: %s" % (name, number, command.split("\n")[0], why))


def place_lua(shell, folder, name, first, lines):
    path = re.match(r"-- ((?:rules|plugins)/\S+|book\.lua)$", lines[0] if lines else "")
    if not path:
        return
    text = "\n".join(lines[1:]) + "\n"
    real = os.path.join(REPO, path.group(1))
    if os.path.exists(real) and path.group(1) != "book.lua":
        with open(real, encoding="utf-8") as file:
            if file.read().strip() not in (text.strip(), (lines[0] + "\n" + text).strip()):
                raise Wrong("%s:%d: this is not %s as it is" % (name, first, path.group(1)))
        return
    source = os.path.join(folder, ".block")
    with open(source, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    status, got = shell.run('mkdir -p "$(dirname "$MOONBILL_BOOK/%s")" && cp "$REPO_TMP/.block" "$MOONBILL_BOOK/%s"'.replace(
        "$REPO_TMP", folder) % (path.group(1), path.group(1)))
    if status != 0:
        raise Wrong("%s:%d: cannot put %s into the book: %s" % (name, first, path.group(1), " ".join(got)))


def run_section(build, name, blocks):
    folder = tempfile.mkdtemp(prefix="moonbill-readme-")
    for link in ("tests", "rules"):
        os.symlink(os.path.join(REPO, link), os.path.join(folder, link))
    shell = Shell(build, folder)
    try:
        for kind, first, lines in blocks:
            if kind == "console":
                run_console(shell, name, first, lines)
            elif kind == "lua":
                place_lua(shell, folder, name, first, lines)
    finally:
        shell.end()
        shutil.rmtree(folder, ignore_errors=True)


# ---- the test of the test ----

def self_test():
    """Rows that a comparison has to accept or refuse."""
    rows = [(["a"], ["a"], True), (["a"], ["b"], False), ([], ["a"], False), (["a"], [], False), (["..."], [], True),
            (["...", "z"], ["x", "y", "z"], True), (["...", "z"], ["x", "y"], False), (["a ..."], ["a b c"], True),
            (["a ..."], ["b c"], False), (["head 5 " + "0" * 64], ["head 5 " + "a" * 64], True),
            (["...", "b", "..."], ["a", "b", "c"], True), (["a", "..."], ["b", "c"], False)]
    for want, got, good in rows:
        if (difference(want, got) is None) != good:
            raise Wrong("%r against %r" % (want, got))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build")
    parser.add_argument("files", nargs="*", default=[os.path.join(HERE, "sample.md"), os.path.join(REPO, "README.md")])
    options = parser.parse_args()
    build, failed = os.path.abspath(options.build), False

    def tell(name, work):
        nonlocal failed
        try:
            work()
            print("ok readme " + name, flush=True)
        except (Wrong, OSError) as why:
            failed = True
            print("not ok readme %s: %s" % (name, str(why).replace("\n", " ")), flush=True)

    tell("comparison", self_test)
    for path in options.files:
        short = os.path.basename(path)
        try:
            found = sections(path)
        except (Wrong, OSError) as why:
            found = []
            tell(short, lambda why=why: (_ for _ in ()).throw(why))
        for name, blocks in found:
            tell("%s/%s" % (short, name), lambda name=name, blocks=blocks, short=short: run_section(build, short, blocks))
        if not found and not failed:
            failed = True
            print("not ok readme %s: it has no section `<!-- test: NAME -->`" % short)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
