#!/usr/bin/env python3
"""What cannot be read is named, and everything else is taken: files of every kind with every hundredth row broken.

    broken_oracle.py --build DIR [--quick]

For each kind of import: the good rows are in, the bad ones are on the work list and in the reject file, none is lost, and a second
run changes nothing. Usage comes in a hundred thousand rows, the others in three thousand (a tenth with --quick). Prints TAP."""
import argparse
import csv
import io
import os
import re
import shutil
import sys
import tempfile

from broken_files import KINDS, cells, make
from year_checks import Broken, Program

TODAY = "2026-04-01"


def environment():
    kept = {k: v for k, v in os.environ.items() if not k.startswith("MOONBILL_")}
    return dict(kept, LC_ALL="C.UTF-8", TZ="UTC")


def write(path, text):
    with open(path, "w", newline="", encoding="utf-8") as file:
        file.write(text)


def begin(build, folder, kind):
    program = Program(os.path.abspath(os.path.join(build, "moonbill")), os.path.join(folder, "book"), environment())
    program.run("init", program.book, "--currency", "GBP", "--country", "GB", "--zone", "Europe/London")
    for _, name, columns, rows in kind.before:
        path = os.path.join(folder, name + ".csv")
        write(path, "".join(cells(row) for row in [columns] + rows))
        program.run("import", name, path, today=TODAY)
    return program


def rejected(program, output):
    name = re.search(r"out/\S+\.rejects\.\w+", output)
    if not name:
        raise Broken("no reject file is named: %s" % output[-300:])
    with open(os.path.join(program.book, name.group(0)), newline="", encoding="utf-8") as file:
        return file.read()


def check_table(rejects, broken):
    """Every broken row is there under its line, with a reason; and no other."""
    head, *rows = csv.reader(io.StringIO(rejects, newline=""))
    line, reason = head.index("line") - len(head), head.index("reason") - len(head)  # from behind: a row may be too long
    if [row for row in rows if not row[reason]]:
        raise Broken("a rejected row without a reason")
    named = {int(row[line]) for row in rows}
    missing, extra = set(broken) - named, named - set(broken)
    if missing or extra:
        raise Broken("lines that should have been rejected: %s; that should not: %s" % (
            [(line, broken[line]) for line in sorted(missing)[:5]], sorted(extra)[:5]))


def check_lines(rejects, text, broken):
    """Every broken line stands in the last column as it was, and no other."""
    lines = text.split("\n")
    wanted = [lines[number - 1] for number in sorted(broken)]
    found = [row[-1] for row in csv.reader(io.StringIO(rejects, newline=""))][1:]
    if found != wanted:
        raise Broken("rejected: %s; broken: %s" % ([r for r in found if r not in wanted][:3], [w for w in wanted if w not in found][:3]))


def lines_of(text, kind, broken):
    """The lines where the broken rows begin."""
    line, found, row = 1 if kind.json_lines else 2, {}, 0
    quoted = False
    for number, one in enumerate(text.split("\n"), 1):
        if not kind.json_lines and number == 1:
            continue
        if not quoted:
            line = number
            if row in broken:
                found[line] = broken[row]
        quoted = quoted != (not kind.json_lines and one.count('"') % 2 == 1)
        row += not quoted
    return found


def audit(build, kind, count):
    folder = tempfile.mkdtemp(prefix="moonbill-broken-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
    try:
        program = begin(build, folder, kind)
        text, broken = make(kind, count)
        path = os.path.join(folder, "in.jsonl" if kind.json_lines else "in.csv")
        write(path, text)
        output = program.run("import", kind.name, path, today=TODAY, allowed=(1,))
        rejects = rejected(program, output)
        check_table(rejects, lines_of(text, kind, broken))
        if kind.json_lines:
            check_lines(rejects, text, lines_of(text, kind, broken))
        listed, column = kind.listed
        found = {row[column] for row in program.table("list", *listed)}
        wanted = {kind.identity(n) for n in range(count) if n not in broken}
        if found != wanted:
            raise Broken("not taken: %s; taken: %s" % (sorted(wanted - found)[:5], sorted(found - wanted)[:5]))
        parked = len(program.table("list", "parked"))
        if parked != len(broken):
            raise Broken("%d rows are broken, %d on the work list" % (len(broken), parked))
        digest = program.digest()
        program.run("import", kind.name, path, today=TODAY, allowed=(0, 1))
        if program.digest() != digest:
            raise Broken("a second run changed the book")
        program.run("verify")
        return len(broken)
    finally:
        if not os.environ.get("KEEP"):
            shutil.rmtree(folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    failed = 0
    for kind in KINDS:
        name = kind.name + (" as lines of JSON" if kind.json_lines else "")
        count = (100000 if kind.name == "usage" else 3000) // (10 if options.quick else 1)
        count = max(count, 3000)
        try:
            print("ok %d broken rows of %d: %s" % (audit(options.build, kind, count), count, name))
        except Broken as why:
            failed += 1
            print("not ok broken rows: %s: %s" % (name, str(why).replace("\n", " | ")))
        sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
