#!/usr/bin/env python3
"""Kill the commands of the desk at their calls of the store and of files, let those calls fail; then run them again.

    tests/crash/desk_test.py --build DIR [--quick] [T]    T: only commands whose name contains it

What is prepaid and granted, imports of payments, grants and usage, agreements that change, rest and end, reminders, letters, a backup
put back. After each fault `verify` finds
the book whole, the same command run again goes through, and the book has the digest of one that nothing happened to. Without --quick 16
calls of a command are points of each kind, with EVERY=1 all of them. SEED=n chooses others."""
import argparse
import concurrent.futures
import functools
import os
import shutil
import sys

from crash_test import READING, check_fault, points_of, read_trace, Case
from small_book import TODAY, Moonbill, Tap, copy_book, first_line, scratch_folder, some, write_excerpt

# Files beside the book.
FILES = {
    "payments.csv": "id,account,date,amount,remittance,prepaid,priority,expires\n"
                    "B-1,17850,2010-12-06,5.00,,,,\nB-2,12583,2010-12-06,20.00,INV-2010-00001,,,\nB-3,,2010-12-06,7.00,who knows,,,\n"
                    "B-4,12431,2010-12-06,30.00,,yes,1,2010-12-20\nB-5,12431,2010-12-06,x,,,,\n",
    "grants.csv": "id,account,from,amount,reason\nG-2,17850,2010-12-01,5,imported\nG-3,12583,2010-12-01,6,imported\nG-4,nobody,2010-12-01,6,x\n",
    "usage.csv": "id,account,meter,time,quantity\ne1,17850,api.calls,2010-12-03,5\ne2,17850,api.calls,2010-12-03,6\n"
                 "e3,12583,api.calls,2010-12-04,7\ne4,nobody,api.calls,2010-12-04,7\n",
    "agreements.csv": "id,account,plan,start,tags.seats\nA-1,17850,subscription,2011-02-01,4\nA-2,12583,subscription,2011-02-10,2\n",
    "late.csv": "id,account,meter,time,quantity\ne8,17850,api.calls,2011-02-10,400000\ne9,12583,storage,2011-02-12,70\n",
}

# Done before: name, day, arguments.
BEFORE = [
    (None, ["init", "{book}", "--currency", "GBP", "--country", "GB", "--name", "Example Ltd"]),
    (TODAY, ["import", "orders", "{folder}/orders.csv", "--map", "online-retail"]),
    (TODAY, ["bill"]),
    (TODAY, ["approve", "--all"]),
]
# Name, day, arguments, exit statuses of an undisturbed run, and of one that finds it done.
COMMANDS = [
    ("pay", TODAY, ["pay", "17850", "30", "--prepaid", "--expires", "2010-12-31", "--id", "P-1"], (0,), (0,)),
    ("pay again", TODAY, ["pay", "12583", "900", "--prepaid", "--priority", "2", "--expires", "2010-12-20", "--id", "P-2"], (0,), (0,)),
    ("add grant", TODAY, ["add", "grant", "G-1", "account=17850", "amount=10", "reason=sorry"], (0,), (0, 1)),
    ("set grant", TODAY, ["set", "grant", "G-1", "amount=12"], (0,), (0,)),
    ("issue", TODAY, ["issue", "--all"], (0,), (0,)),
    ("void", TODAY, ["void", "INV-2010-00002", "--reason", "wrong"], (0,), (0,)),
    ("import payments", TODAY, ["import", "payments", "{folder}/payments.csv"], (1,), (1,)),
    ("import grants", TODAY, ["import", "grants", "{folder}/grants.csv"], (1,), (1,)),
    ("import usage", TODAY, ["import", "usage", "{folder}/usage.csv"], (1,), (1,)),
    ("return", TODAY, ["return", "B-2", "--reason", "no funds"], (0,), (0,)),
    ("expire", "2011-01-05", ["expire", "--reason", "over"], (0,), (0,)),
    ("recover", "2011-01-05", ["recover", "breakage/P-2/1", "--reason", "goodwill"], (0,), (0, 1)),
    ("dun", "2011-02-20", ["dun"], (0, 1), (0, 1)),
    ("deliver", "2011-02-20", ["deliver"], (0,), (0,)),
    ("restore", "2011-02-20", ["restore", "{folder}/backup.mdb", "--last", "invoice=INV-2010-{invoices}", "--last",
                               "credit-note=CN-2010-{credits}"], (0,), (0, 1)),
    ("import agreements", "2011-03-06", ["import", "agreements", "{folder}/agreements.csv"], (0,), (0,)),
    ("bill periods", "2011-03-06", ["bill", "--issue"], (0, 1), (0, 1)),
    ("change", "2011-03-11", ["change", "A-1", "--on", "2011-03-11", "tags.seats=9"], (0,), (0,)),
    ("bill a change", "2011-03-11", ["bill", "--issue"], (0, 1), (0, 1)),
    ("import late usage", "2011-03-12", ["import", "usage", "{folder}/late.csv"], (0,), (0,)),
    ("bill late usage", "2011-03-12", ["bill", "--issue"], (0, 1), (0, 1)),
    ("pause", "2011-03-20", ["pause", "A-2", "--from", "2011-03-20", "--how", "uncollectible"], (0,), (0,)),
    ("bill what is uncollectible", "2011-04-10", ["bill", "--issue"], (0, 1), (0, 1)),
    ("end", "2011-04-10", ["end", "A-1", "--on", "2011-04-10"], (0,), (0,)),
    ("bill an end", "2011-04-10", ["bill"], (0, 1), (0, 1)),
    ("approve credits", "2011-04-10", ["approve", "--all"], (0,), (0,)),
    ("issue credits", "2011-04-10", ["issue", "--all"], (0,), (0,)),
]
RESTORE = [name for name, *_ in COMMANDS].index("restore")


class Desk:
    """The books before each command, and their digests."""

    def __init__(self, moonbill, root):
        self.moonbill, self.root = moonbill, root
        self.stages, self.digests = [], []
        self.last = {"invoices": "", "credits": ""} # numbers of the series, which a restore wants
        for name, text in FILES.items():
            with open(os.path.join(root, name), "w", encoding="utf-8") as file:
                file.write(text)
        write_excerpt(os.path.join(root, "orders.csv"))

    def run(self, book, day, arguments, faults=None):
        filled = [part.format(book=book, folder=self.root, **self.last) for part in arguments]
        start = [] if arguments[0] == "init" else ["-b", book]
        return self.moonbill.run(start + (["--today", day] if day else []) + filled, faults)

    def command(self, index, book, faults=None):
        _, day, arguments, _, _ = COMMANDS[index]
        return self.run(book, day, arguments, faults)

    def must(self, what, good, answer):
        status, text = answer
        if status not in good:
            raise RuntimeError("%s: exit %d: %s" % (what, status, first_line(text)))

    def keep(self, book, name):
        stage = os.path.join(self.root, "before-" + name.replace(" ", "-"))
        copy_book(book, stage)
        self.stages.append(stage)

    def prepare(self):
        book = os.path.join(self.root, "reference")
        for day, arguments in BEFORE:
            self.must(arguments[0], (0, 1), self.run(book, day, arguments))
        for index, (name, _, _, good, _) in enumerate(COMMANDS):
            if index == RESTORE:
                self.must("backup", (0,), self.run(book, TODAY, ["backup", "{folder}/backup.mdb"]))
                digest = self.moonbill.digest(book)
                for key, kind in (("invoices", "invoices"), ("credits", "credit-notes")):
                    _, text = self.run(book, TODAY, ["list", kind, "--format", "csv"])
                    self.last[key] = max(line.split(",")[0] for line in text.splitlines()[1:])[-5:]
                shutil.rmtree(os.path.join(book, "data"))
            self.keep(book, name)
            self.must(name, good, self.command(index, book))
            self.digests.append(self.moonbill.digest(book))
            if len(self.digests[-1]) != 64:
                raise RuntimeError("%s: %s" % (name, self.digests[-1]))
        if digest != self.digests[RESTORE]:
            raise RuntimeError("what is restored is another book")

    def cases(self, index, quick):
        """Kills before, after and within calls; calls that fail; a full disk."""
        name, folder = COMMANDS[index][0], os.path.join(self.root, "observed")
        shutil.rmtree(folder, ignore_errors=True)
        os.mkdir(folder)
        book, trace = os.path.join(folder, "book"), os.path.join(folder, "trace")
        copy_book(self.stages[index], book)
        self.command(index, book, {"FAULT_TRACE": trace})
        points = points_of(read_trace(trace))
        changing = [point for point in points if point[1] not in READING]
        few, many = (3, 5) if quick else (None, None) if os.environ.get("EVERY") else (8, 16)
        for number, call in some(points, many, "kill", name):
            yield Case(index, "killed before call %d (%s)" % (number, call), {"FAULT_KILL_AT": str(number)}, "killed")
        for number, call in some(changing, few, "after", name):
            yield Case(index, "killed after call %d (%s)" % (number, call), {"FAULT_KILL_AFTER": str(number)}, "killed")
        for number, call in some(changing, few, "fails", name):
            yield Case(index, "failing call %d (%s)" % (number, call), {"FAULT_FAIL_AT": str(number), "FAULT_ERRNO": "EIO"}, "failed")
        for number, call in some(changing, few, "full", name):
            yield Case(index, "disk full from call %d (%s)" % (number, call),
                       {"FAULT_FAIL_AT": str(number), "FAULT_ERRNO": "ENOSPC", "FAULT_STICKY": "1"}, "any")

    def check_again(self, book, index):
        """The same command, undisturbed; the digest after it."""
        again = COMMANDS[index][4]
        status, text = self.command(index, book)
        if status not in again:
            return "then %s: exit %d: %s" % (COMMANDS[index][0], status, first_line(text))
        found = self.moonbill.digest(book)
        return None if found == self.digests[index] else "another digest: %s" % found


def check_whole(desk, book, index):
    """The book is whole; where a backup was being put back, there is none or all of it."""
    if index == RESTORE and not os.path.exists(os.path.join(book, "data", "data.mdb")):
        return None
    status, text = desk.moonbill.verify(book)
    return None if status == 0 else "verify: exit %d: %s" % (status, first_line(text))


def run_case(desk, case):
    """None, or what went wrong."""
    folder = os.path.join(desk.root, "case-%d" % os.getpid())
    book = os.path.join(folder, "book")
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)
    copy_book(desk.stages[case.index], book)
    status, text = desk.command(case.index, book, case.faults)
    wrong = check_fault(case, status, text, COMMANDS[case.index][3])
    wrong = wrong or check_whole(desk, book, case.index) or desk.check_again(book, case.index)
    shutil.rmtree(folder, ignore_errors=True)
    return None if wrong is None else "%s: %s" % (case.label, wrong)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--build", default="build")
    options.add_argument("--quick", action="store_true")
    options.add_argument("wanted", nargs="?", default="")
    options = options.parse_args()
    moonbill, tap = Moonbill(options.build), Tap("desk")
    if "asan" in os.path.basename(os.path.normpath(options.build)):
        tap.skip("all", "the sanitizer has to be loaded first itself")
        return 0
    root = scratch_folder()
    try:
        desk = Desk(moonbill, root)
        desk.prepare()
        with concurrent.futures.ProcessPoolExecutor() as pool:
            for index, (name, *_) in enumerate(COMMANDS):
                if options.wanted in name:
                    cases = list(desk.cases(index, options.quick))
                    failures = [wrong for wrong in pool.map(functools.partial(run_case, desk), cases) if wrong]
                    tap.result(name, failures, len(cases))
    except RuntimeError as error:
        tap.not_ok("undisturbed", str(error))
    finally:
        shutil.rmtree(root, ignore_errors=True)
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
