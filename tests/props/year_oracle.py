#!/usr/bin/env python3
"""A year of a random book, run by schedules: quietly, and with ticks that are killed; audited from the files that came in.

    year_oracle.py --build DIR [--quick]

Makes the files of a year (year_world.py, year_files.py): orders, subscriptions, usage, payments, and what clerks do. One book runs
them day by day; a second one with ticks at random hours, four at once, killed at random, with days missed and caught up. Both have to
end with the same digest; and every balance, every bucket of the ageing on twelve days, every unapplied amount, statements and reminders
have to be what an auditor (year_auditor.py) adds up from the same files. With --quick the year is over in June. SEED chooses another
year, YEAR_SIZE the number of accounts; KEEP=1 keeps the books. Prints TAP."""
import argparse
import concurrent.futures
import datetime
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import year_checks
import year_files
from year_auditor import Auditor
from year_checks import Broken, Comparison, Program
from year_world import FIRST, LAST, ONE, World, month_after

SEED = int(os.environ.get("SEED") or 1)
AT_ONCE = 4
MONTH_ENDS = [month_after(datetime.date(2026, 1, 31), n) for n in range(12)]


def environment():
    kept = {k: v for k, v in os.environ.items() if not k.startswith("MOONBILL_")}
    return dict(kept, LC_ALL="C.UTF-8", TZ="UTC", PYTHONHASHSEED="0")


class Year:
    """The files of a seed, and a book before its first day."""

    def __init__(self, build, folder, size, last):
        self.program = os.path.abspath(os.path.join(build, "moonbill"))
        self.folder, self.last, self.desk = folder, last, {}
        self.start = Program(self.program, os.path.join(folder, "start"), environment())
        os.mkdir(os.path.join(folder, "in"))
        self.world = World(random.Random("%d year" % SEED), size)
        self.auditor = Auditor(self.world, os.path.join(folder, "in"))
        self.auditor.today = last
        year_files.write_first(self.world, folder)
        self.auditor.take_openings(os.path.join(folder, "opening-items.csv"))
        self.make_files()
        self.make_book()

    def make_files(self):
        day = FIRST
        while day <= self.last:
            files = self.world.make_day(day, self.auditor)
            year_files.write_day(files, day, os.path.join(self.folder, "in"))
            self.auditor.take_day(day)
            if files["desk"]:
                self.desk[day] = list(year_files.acts(files["desk"], self.auditor))
            day += ONE

    def make_book(self):
        self.start.run("init", self.start.book, "--currency", "GBP", "--country", "GB", "--zone", "Europe/London")
        year_files.write_rules(self.start.book)
        year_files.write_schedules(self.start.book, self.desk)
        for kind in ("accounts", "products", "opening-items"):
            self.start.run("import", kind, os.path.join(self.folder, kind + ".csv"), today=FIRST)
        os.rename(os.path.join(self.folder, "in"), os.path.join(self.start.book, "in"))

    def book(self, name):
        path = os.path.join(self.folder, name)
        shutil.copytree(self.start.book, path)
        return Program(self.program, path, environment())


def all_done(book):
    """Nothing failed, and nothing waits."""
    rows = book.table("list", "occurrences")
    failed = [row for row in rows if row["state"] != "done"]
    if failed:
        raise Broken("%s of %s: %s: %s" % tuple(failed[0][name] for name in ("schedule", "date", "state", "result")))
    return len(rows)


def run_quietly(book, last):
    day = FIRST
    while day <= last:
        book.run("tick", "--now", "%sT23:59" % day, allowed=(0, 1))
        day += ONE
    return "tick on every day, %d occurrences" % all_done(book)


class Storm:
    """Ticks at random hours, several at once, most of which do not live to the end."""

    def __init__(self, book, last):
        self.book, self.last, self.rnd = book, last, random.Random("%d storm" % SEED)
        self.ticks = self.killed = 0

    def moments(self):
        now, end = datetime.datetime(2026, 1, 1, 3), datetime.datetime.combine(self.last, datetime.time(23, 59))
        while now < end:
            yield now
            now += datetime.timedelta(minutes=self.rnd.choice([20, 400, 1440, 2880, 2880, 4320, 10080, 20160]) + self.rnd.randrange(400))
        yield end

    def burst(self, now):
        arguments = [self.book.program, "-b", self.book.book, "tick", "--now", now.strftime("%Y-%m-%dT%H:%M")]
        running = [subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                    env=self.book.environment) for _ in range(AT_ONCE)]
        self.ticks += AT_ONCE
        for process in running:
            if self.rnd.random() < 0.75:
                time.sleep(self.rnd.random() ** 2 * 0.2)
                process.send_signal(signal.SIGKILL)
        for process in running:
            self.killed += process.wait() == -signal.SIGKILL

    def run(self):
        for now in self.moments():
            self.burst(now)
        self.book.run("tick", "--now", "%sT23:59" % self.last, allowed=(0, 1))
        return "%d ticks, %d killed, %d occurrences" % (self.ticks, self.killed, all_done(self.book))


# ---- what it has to show ----

def audit_documents(book, auditor, compare):
    year_checks.check_documents(book, auditor, compare)


def audit_balances(book, auditor, compare):
    year_checks.check_balances(book, auditor, compare, [day for day in MONTH_ENDS if day <= auditor.today])
    year_checks.check_base(book, auditor, compare)


def audit_unapplied(book, auditor, compare):
    year_checks.check_unapplied(book, auditor, compare)


def audit_ageing(book, auditor, compare):
    for day in MONTH_ENDS + [LAST + 40 * ONE]:
        if day <= auditor.today or day > LAST:
            year_checks.check_ageing(book, auditor, compare, day)


def audit_known(book, auditor, compare):
    """As of past days, as known then and some time later."""
    for day in MONTH_ENDS:
        for known in (day, day + 9 * ONE):
            if known <= auditor.today:
                year_checks.check_ageing(book, auditor, compare, day, known)
        if day <= auditor.today:
            year_checks.check_saved(book, auditor, compare, day)


def audit_statements(book, auditor, compare):
    names = sorted(auditor.accounts)
    for n, name in enumerate(names[::max(1, len(names) // 25)]):
        day = MONTH_ENDS[n % len([d for d in MONTH_ENDS if d <= auditor.today])]
        year_checks.check_statement(book, auditor, compare, name, day)
        year_checks.check_statement(book, auditor, compare, name, day, day)
        year_checks.check_statement(book, auditor, compare, name, auditor.today)


def audit_usage(book, auditor, compare):
    year_checks.check_usage(book, auditor, compare)


def audit_reminders(book, auditor, compare):
    year_checks.check_reminders(book, auditor, compare)


AUDITS = (("documents", audit_documents), ("the accounts of the chart at month ends", audit_balances),
          ("what is left of every payment", audit_unapplied), ("ageing on twelve days, as known now", audit_ageing),
          ("ageing on twelve days, as known then", audit_known), ("statements", audit_statements), ("late usage", audit_usage),
          ("reminders", audit_reminders))


class Tap:
    def __init__(self):
        self.failed = 0

    def case(self, name, work):
        try:
            print("ok year: %s: %s" % (name, work()), flush=True)
        except Broken as why:
            self.failed += 1
            print("not ok year: %s: SEED=%d %s" % (name, SEED, str(why).replace("\n", " | ")), flush=True)


def audit(book, auditor, work):
    compare = Comparison()
    work(book, auditor, compare)
    return "%d compared" % compare.end("found")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def same_end(quiet, wild):
    if quiet.digest() != wild.digest():
        raise Broken("the digests differ")
    for book in (quiet, wild):
        book.run("verify")
    files = [{name: read(os.path.join(book.book, "out", name)) for name in os.listdir(os.path.join(book.book, "out"))
              if name.startswith("ageing")} for book in (quiet, wild)]
    if files[0] != files[1]:
        raise Broken("the reports that were saved differ: %s" % sorted(n for n in files[0] if files[0][n] != files[1].get(n)))
    return "the same digest, %d reports alike" % len(files[0])


def play(build, folder, size, last):
    tap = Tap()
    year = Year(build, folder, size, last)
    quiet, wild = year.book("quiet"), year.book("wild")
    storm = Storm(wild, last)
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        ran = [("run quietly", pool.submit(run_quietly, quiet, last)), ("run in a storm", pool.submit(storm.run))]
        for name, future in ran:
            tap.case("%s, %d accounts" % (name, size), future.result)
        if tap.failed:
            return tap.failed
        tap.case("both end alike", lambda: same_end(quiet, wild))
        audits = [(name, pool.submit(audit, quiet, year.auditor, work)) for name, work in AUDITS]
        for name, future in audits:
            tap.case(name, future.result)
    return tap.failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    size = int(os.environ.get("YEAR_SIZE") or (40 if options.quick else 200))
    last = datetime.date(2026, 6, 30) if options.quick else LAST
    folder = tempfile.mkdtemp(prefix="moonbill-year-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
    try:
        failed = play(options.build, folder, size, last)
    finally:
        if not os.environ.get("KEEP"):
            shutil.rmtree(folder)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
