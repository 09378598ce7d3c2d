#!/usr/bin/env python3
"""Random agreements over time in a real book, against a model of their own (agreements_world.py).

    agreements_oracle.py --build DIR        SEED=n other agreements; COUNT=n so many (CI: sixty); DAYS=n so long

First everything is put in beforehand, and the book is billed daily, now and then, and once at the end: all three have the lines of the
model. Then everything is put in when it happens, or weeks later, with usage that comes late: for each charge and period what was billed
in all is what the model says, but for a cent for each correction, and each day of service is billed by exactly one line that was not
credited. `verify` passes. Prints TAP."""
import argparse
import collections
import copy
import csv
import datetime
import io
import os
import random
import shutil
import subprocess
import sys
import tempfile
from fractions import Fraction

import agreements_world as world

SEED = int(os.environ.get("SEED") or 1)
COUNT = int(os.environ.get("COUNT") or 60)
DAYS = int(os.environ.get("DAYS") or 130)
FIRST = datetime.date(2026, 1, 1)
DAY = datetime.timedelta(1)
LINES = """documents:each(function(d)
  for _, l in ipairs(d.lines) do
    print(d.id, d.number or "", l.ordinal, l.agreement or "", l.charge or "", l.start or "", l.stop or "", l.amount.amount, l.period or "",
          l.corrects or "", l.corrects_line or "", l.claim or "", l.text or "")
  end
end)
"""
COLUMNS = ("document", "number", "ordinal", "agreement", "charge", "start", "stop", "amount", "period", "corrects", "corrects_line", "claim",
           "text")


class Book:
    def __init__(self, build, plans):
        self.folder = tempfile.mkdtemp(prefix="moonbill-agreements-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
        self.program, self.book = os.path.abspath(os.path.join(build, "moonbill")), os.path.join(self.folder, "book")
        self.run(FIRST, "init", self.book, "--currency", "EUR", "--country", "DE")
        self.rule("approvals", 'return approvals { invoice { by = "nobody" }, credit_note { by = "nobody" } }\n')
        for plan in plans:
            self.rule("pricing/" + plan.name, plan.text())
        self.lines_script = self.write("lines.lua", LINES)

    def rule(self, name, text):
        self.write(os.path.join("book", "rules", name + ".lua"), text)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def load(self, day, kind, rows):
        if len(rows) > 1:
            out = io.StringIO()
            csv.writer(out).writerows(rows)
            self.run(day, "import", kind, self.write(kind + ".csv", out.getvalue()))

    def script(self, day, lines):
        if lines:
            self.run(day, "run", self.write("script.lua", "\n".join(lines) + "\n"))

    def run(self, day, *arguments):
        env = {k: v for k, v in os.environ.items() if not k.startswith("MOONBILL_")}
        done = subprocess.run([self.program, "-b", self.book, "--today", str(day), *arguments], env=env, capture_output=True, text=True,
                              check=False)
        if done.returncode not in (0, 1 if arguments[0] == "import" else 0):  # 1: some of the usage is late
            raise AssertionError("%s on %s: %s%s" % (" ".join(arguments), day, done.stdout[-300:], done.stderr[-700:]))
        return done.stdout

    def bill(self, day):
        self.run(day, "bill", "--issue")

    def lines(self, day):
        rows = csv.reader(io.StringIO(self.run(day, "run", self.lines_script)), delimiter="\t")
        return [dict(zip(COLUMNS, row)) for row in rows]

    def verify(self, day):
        self.run(day, "verify")


# ---- what is put in ----

def accounts(agreements):
    return [["id", "name", "country", "from"]] + [[a.account, "Name", "DE", "2025-01-01"] for a in agreements]


def first_versions(agreements, ended):
    return [["id", "account", "plan", "from", "start", "until", "tags.seats", "tags.gigabytes"]] + [
        [a.id, a.account, a.plan.name, a.start, a.start, (a.until or "") if ended else "", a.versions[0][1], a.versions[0][2]] for a in agreements]


def usage(agreements, wanted):
    return [["id", "account", "meter", "time", "quantity"]] + [
        ["%s-%d" % (a.id, n), a.account, "calls", day, quantity] for a in agreements for n, (day, quantity) in enumerate(a.events) if wanted(a, n, day)]


def change_line(a, version):
    return 'change("%s", "%s", { tags = { seats = %d, gigabytes = %d } })' % (a.id, version[0], version[1], version[2])


def pause_lines(a):
    for begin, end in a.pauses:
        yield begin, 'pause("%s", "%s", "skip")' % (a.id, begin)
        yield end, 'resume("%s", "%s")' % (a.id, end)


def served(a, day):
    """Whether a command may name this day: one within the agreement."""
    return not a.until or day < a.until


# ---- everything known beforehand ----

def cents(text):
    return int(Fraction(text) * 100)


def billed(lines):
    """Lines as (agreement, charge, start, stop, cents), each with how often it is there."""
    return collections.Counter((line["agreement"], line["charge"] or line["text"].lower(), line["start"], line["stop"], cents(line["amount"]))
                               for line in lines)


def known_beforehand(build, plans, agreements, every, last):
    book = Book(build, plans)
    try:
        book.load(FIRST, "accounts", accounts(agreements))
        book.load(FIRST, "agreements", first_versions(agreements, True))
        script = [change_line(a, v) for a in agreements for v in a.versions[1:] if served(a, v[0])]
        script += [text for a in agreements for day, text in pause_lines(a) if served(a, day)]
        book.script(FIRST, script)
        book.load(last, "usage", usage(agreements, lambda *_: True))
        day = FIRST
        while every and day < last:
            book.bill(day)
            day += every * DAY
        book.bill(last)
        found = billed(book.lines(last))
        wanted = collections.Counter((a.id, charge, str(start), str(stop), amount) for a in agreements
                                     for charge, _, start, stop, amount in world.lines_of(a, last))
        missing, more = sorted((wanted - found).elements()), sorted((found - wanted).elements())
        if missing or more:
            which = {a.id: a for a in agreements}[(missing or more)[0][0]]
            raise AssertionError("%d missing %s, %d too many %s; %s" % (
                len(missing), [m for m in missing if m[0] == which.id][:5], len(more), [m for m in more if m[0] == which.id][:5], told(which)))
        if not every:
            check_unbilled(book, agreements, last)
        book.verify(last)
        return "%d lines" % sum(found.values())
    finally:
        shutil.rmtree(book.folder)


def check_unbilled(book, agreements, last):
    """`report unbilled` against a count of its own: what is billed and what is not are all, and each event of a day that is not is told."""
    counted = sum(1 for a in agreements for day, _ in a.events if day in world.metered_days(a, last))
    events = sum(len(a.events) for a in agreements)
    rows = list(csv.DictReader(io.StringIO(book.run(last, "report", "unbilled", "--format", "csv"))))
    told_events = sum(int(row["events"]) for row in rows if row["kind"] == "usage")
    remark = "Usage events: %d billed and %d not." % (counted, events - counted)
    if told_events != events - counted or remark not in book.run(last, "report", "unbilled"):
        raise AssertionError("report unbilled: want %s, got %d events in rows" % (remark, told_events))
    if any(not row["reason"] for row in rows):
        raise AssertionError("report unbilled: a row without a reason")


def told(a):
    return "%s from %s until %s, %s, pauses %s, versions %s" % (
        a.id, a.start, a.until, a.plan.text().replace("\n", " "), [tuple(map(str, p)) for p in a.pauses], [(str(v[0]),) + v[1:] for v in a.versions])


# ---- everything put in when it happens ----

def happenings(agreements, rng, last):
    """{day: lines of script}: a change on its day, or some weeks before or after it. What is to come after `last` is left out: whether it
    counts depends on what is billed by then."""
    found = collections.defaultdict(list)

    def at(a, day, text):
        when = day + rng.choice((0, 0, 0, -20, -3, 2, 15, 45)) * DAY
        found[min(max(when, FIRST, a.start), last)].append(text)

    for a in agreements:
        for version in a.versions[1:]:
            if served(a, version[0]) and version[0] <= last:
                at(a, version[0], change_line(a, version))
        if a.until and a.until <= last:
            at(a, a.until, 'end_agreement { id = "%s", on = "%s" }' % (a.id, a.until))
        # A pause and its end together: it can be put in for days that are over.
        lines = [text for day, text in pause_lines(a) if served(a, day)]
        if lines and a.pauses[0][1] <= last:
            at(a, a.pauses[0][0], "\n".join(lines))
    return found


def as_it_happens(build, plans, agreements, rng, every, last):
    book = Book(build, plans)
    try:
        book.load(FIRST, "accounts", accounts(agreements))
        book.load(FIRST, "agreements", first_versions(agreements, False))
        script, late = happenings(agreements, rng, last), rng.random
        arrival = {(a.id, n): min(last, day + (0 if late() < 0.7 else rng.randrange(5, 70)) * DAY) for a in agreements
                   for n, (day, _) in enumerate(a.events)}
        day = FIRST
        while day <= last:
            book.script(day, script.get(day))
            book.load(day, "usage", usage(agreements, lambda a, n, _, today=day: arrival[(a.id, n)] == today))
            if day == last or (day - FIRST).days % every == 0:
                book.bill(day)
            day += DAY
        book.bill(last)
        lines, agreements = book.lines(last), as_they_stand(book, agreements, last)
        check_sums(agreements, lines, last)
        check_days(agreements, lines, last)
        book.verify(last)
        return "%d lines" % len(lines)
    finally:
        shutil.rmtree(book.folder)


def as_they_stand(book, agreements, last):
    """As the book has them in the end: what was put in out of order may say something else than what was meant."""
    rows = list(csv.DictReader(io.StringIO(book.run(last, "list", "agreements", "--versions", "--format", "csv"))))
    found = []
    for a in agreements:
        a = copy.copy(a)
        held = {row["from"]: row for row in sorted((r for r in rows if r["id"] == a.id), key=lambda r: (r["from"], int(r["version"])))}
        versions = [held[day] for day in sorted(held)]
        days = [datetime.date.fromisoformat(v["from"]) for v in versions] + [datetime.date.max]
        tags = [dict(pair.split("=") for pair in v["tags"].split()) for v in versions]
        a.versions = [(day, int(t["seats"]), int(t["gigabytes"])) for day, t in zip(days, tags)]
        a.pauses = [(days[i], days[i + 1]) for i, v in enumerate(versions) if v["pause"]]
        a.until = datetime.date.fromisoformat(versions[-1]["until"]) if versions[-1]["until"] else None
        found.append(a)
    return found


def check_sums(agreements, lines, last):
    """Of each charge: what was billed in all is what the model says, but for a cent for each line that changes another."""
    found, count = collections.Counter(), collections.Counter()
    for line in lines:
        found[(line["agreement"], line["charge"])] += cents(line["amount"])
        count[(line["agreement"], line["charge"])] += "+" in line["claim"]
    for a in agreements:
        wanted = collections.Counter()
        for charge, _, _, _, amount in world.lines_of(a, last):
            wanted[charge] += amount
        for charge, *_ in a.plan.charges:
            key = (a.id, charge)
            if abs(found[key] - wanted[charge]) > count[key]:
                raise AssertionError("%s of %s: want %d cents, got %d in %s; %s" % (charge, a.id, wanted[charge], found[key], [
                    (l["claim"], l["start"], l["stop"], l["amount"]) for l in lines if (l["agreement"], l["charge"]) == key], told(a)))


def check_days(agreements, lines, last):
    """Day by day: charges in advance stand on one line that was not credited where there is service and a quantity, else on none."""
    covered = collections.Counter()
    for line in lines:
        if line["charge"] in ("seats", "base"):
            sign = -1 if line["corrects"] else 1
            day, stop = datetime.date.fromisoformat(line["start"]), datetime.date.fromisoformat(line["stop"])
            while day < stop:
                covered[(line["agreement"], line["charge"], day)] += sign
                day += DAY
    for a in agreements:
        if a.plan.proration == "none":
            continue
        expected = {(charge, day) for charge, _, start, stop, _ in world.lines_of(a, last) for day in world.Run(start, stop, None).days()}
        for charge in ("seats",) + (() if a.plan.base_arrears else ("base",)):
            days = {day for (of, name, day), n in covered.items() if of == a.id and name == charge and n}
            wanted = {day for name, day in expected if name == charge}
            twice = [str(day) for day in days if covered[(a.id, charge, day)] != 1]
            if days != wanted or twice:
                raise AssertionError("%s of %s: left out %s, too many %s, twice %s; %s" % (
                    charge, a.id, sorted(map(str, wanted - days))[:3], sorted(map(str, days - wanted))[:3], sorted(twice)[:3], told(a)))


# ---- all ----

def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    build, failed, last = parser.parse_args().build, 0, FIRST + DAYS * DAY
    rng = random.Random(SEED)
    plans = [world.Plan(n, rng) for n in range(max(8, COUNT // 4))]
    agreements = [world.Agreement(n, plans, rng, FIRST, last) for n in range(COUNT)]
    runs = [("known beforehand, billed once", lambda: known_beforehand(build, plans, agreements, 0, last)),
            ("known beforehand, billed every 29 days", lambda: known_beforehand(build, plans, agreements, 29, last)),
            ("known beforehand, billed daily", lambda: known_beforehand(build, plans, agreements, 1, last)),
            ("as it happens, billed daily", lambda: as_it_happens(build, plans, agreements, random.Random(SEED + 1), 1, last)),
            ("as it happens, billed every 31 days", lambda: as_it_happens(build, plans, agreements, random.Random(SEED + 2), 31, last))]
    for name, run in runs:
        try:
            print("ok agreements %s: %s" % (name, run()))
        except AssertionError as why:
            failed += 1
            print("not ok agreements %s: SEED=%d COUNT=%d %s" % (name, SEED, COUNT, str(why).replace("\n", " | ")))
        sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
