#!/usr/bin/env python3
"""Billing every day, now and then, or once makes the same lines: against each other, and against sums of its own.

    periods_oracle.py --build DIR

Seeded agreements (SEED chooses others) with anchors on every day of the month, changes of seats that are known before, ends, and usage;
what each month comes to is computed again in plain Python with `decimal`. At the end nothing is deferred beyond what is to come. Prints TAP."""
import argparse
import datetime
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from decimal import ROUND_HALF_UP, Decimal

SEED = int(os.environ.get("SEED") or 1)
FIRST, LAST = datetime.date(2026, 1, 1), datetime.date(2026, 4, 20)
ACCOUNTS = 12


def step(anchor, months):
    month = anchor.month - 1 + months
    year, month = anchor.year + month // 12, month % 12 + 1
    after = datetime.date(year + month // 12, month % 12 + 1, 1)
    return datetime.date(year, month, min(anchor.day, (after - datetime.timedelta(1)).day))


def cents(value):
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


class World:
    def __init__(self, random_):
        self.agreements, self.changes, self.events = [], [], []
        for n in range(ACCOUNTS * 2):
            start = FIRST + datetime.timedelta(random_.randrange(60))
            if n % 3 == 0:
                start = datetime.date(2026, 1, random_.choice((28, 29, 30, 31)))
            until = step(start, random_.randrange(1, 3)) if n % 5 == 0 else None
            self.agreements.append(("G%02d" % n, "A%02d" % (n % ACCOUNTS), start, until, random_.randrange(0, 20)))
            if n % 2:
                self.changes.append(("G%02d" % n, start + datetime.timedelta(random_.randrange(1, 90)), random_.randrange(1, 20)))
        for n in range(2000):
            quantity = Decimal(random_.randrange(-500, 60000)) / random_.choice((1, 10, 1000))
            self.events.append(("E%04d" % n, "A%02d" % random_.randrange(ACCOUNTS), random_.choice(("storage", "api.calls")),
                                FIRST + datetime.timedelta(random_.randrange(100)), quantity))

    def seats(self, agreement, day):
        held = [(since, seats) for name, since, seats in self.changes if name == agreement[0] and since <= day]
        return max(held)[1] if held else agreement[4]

    def seat_lines(self, agreement, start, stop):
        """A change within the period, known before it is billed, cuts it by days: each part to the cent of what it makes of the whole."""
        days = (stop - start).days
        bounds = sorted({start} | {since for name, since, _ in self.changes if name == agreement[0] and start < since < stop} | {stop})
        parts, last = [], None
        for since, to in zip(bounds, bounds[1:]):
            seats = self.seats(agreement, since)
            if parts and seats == last:
                parts[-1] = (parts[-1][0], to, seats)
            else:
                parts.append((since, to, seats))
            last = seats
        for since, to, seats in parts:
            before, after = (cents(Decimal(9 * seats) * (day - start).days / days) for day in (since, to))
            if seats:
                yield since, after - before

    def used(self, account, meter, start, stop):
        return sum((e[4] for e in self.events if e[1] == account and e[2] == meter and start <= e[3] < stop), Decimal(0))

    def lines(self):
        """(agreement, start, claim, amount) of all lines that are due by LAST."""
        found = []
        for agreement in self.agreements:
            name, account, anchor, until, _ = agreement
            n = 0
            while step(anchor, n) <= LAST and (not until or step(anchor, n) < until):
                start, stop = step(anchor, n), step(anchor, n + 1)
                found.append((name, start, "advance", Decimal("49.00")))
                found += [(name, since, "advance", amount) for since, amount in self.seat_lines(agreement, start, stop)]
                if stop <= LAST:
                    found += [(name, start, "arrears", amount) for amount in self.metered(account, start, stop)]
                n += 1
        return sorted((a, str(b), c, "%.2f" % d) for a, b, c, d in found)

    def metered(self, account, start, stop):
        stored, calls = self.used(account, "storage", start, stop), self.used(account, "api.calls", start, stop)
        amounts = [cents(stored * Decimal("0.12"))] if stored else []
        sign, rest, before = (-1 if calls < 0 else 1), abs(calls), Decimal(0)
        for bound, price in ((10000, "0"), (1000000, "0.0004"), (None, "0.0002")):
            if rest > before:
                part = min(rest, Decimal(bound)) - before if bound else rest - before
                amounts.append(cents(sign * part * Decimal(price)))
            before = Decimal(bound or 0)
            if bound is None:
                break
        return amounts


class Book:
    def __init__(self, build, folder, world):
        self.program, self.book = os.path.abspath(os.path.join(build, "moonbill")), os.path.join(folder, "book")
        self.run(FIRST, "init", self.book, "--currency", "EUR", "--country", "DE")
        rule = os.path.join(self.book, "rules", "approvals.lua")
        with open(rule, "w", encoding="utf-8") as file:
            file.write('return approvals { invoice { by = "nobody" }, credit_note { by = "nobody" } }\n')
        self.file(folder, "accounts", ["id,name,country,from"] + ["A%02d,Name,DE,2026-01-01" % n for n in range(ACCOUNTS)])
        self.file(folder, "agreements", ["id,account,plan,from,start,until,tags.seats"] + [
            "%s,%s,subscription,%s,%s,%s,%d" % (a[0], a[1], a[2], a[2], a[3] or "", a[4]) for a in world.agreements])
        for name, since, seats in world.changes:
            self.run(FIRST, "set", "agreement", name, "tags.seats=%d" % seats, "--from", str(since))
        self.file(folder, "usage", ["id,account,meter,time,quantity"] + ["%s,%s,%s,%s,%s" % e for e in world.events])

    def file(self, folder, kind, rows):
        path = os.path.join(folder, kind + ".csv")
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(rows) + "\n")
        self.run(FIRST, "import", kind, path)

    def run(self, day, *arguments):
        env = {k: v for k, v in os.environ.items() if not k.startswith("MOONBILL_")}
        done = subprocess.run([self.program, "-b", self.book, "--today", str(day), *arguments], env=env, capture_output=True, text=True,
                              check=False)
        if done.returncode not in (0,):
            raise AssertionError("%s: %s%s" % (" ".join(arguments), done.stdout[-300:], done.stderr[-500:]))
        return done.stdout

    def lines(self):
        found = []
        for kind in ("invoices", "credit-notes"):
            for document in json.loads(self.run(LAST, "list", kind, "--format", "json")):
                whole = json.loads(self.run(LAST, "show", "document", document["number"], "--format", "json"))
                for line in whole["lines"]:
                    found.append((line["agreement"], line["start"], line["claim"], "%.2f" % Decimal(str(line["amount"]))))
        return sorted(found)

    def deferred(self, day):
        rows = json.loads(self.run(day, "list", "balances", "account=2300", "--format", "json"))
        return sum(Decimal(str(row["amount"])) for row in rows if row["date"] <= str(day))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    build = parser.parse_args().build
    world, failed = World(random.Random(SEED)), 0
    wanted = world.lines()
    for name, every in (("once", 0), ("every 9 days", 9), ("daily", 1)):
        folder = tempfile.mkdtemp(prefix="moonbill-periods-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
        try:
            book = Book(build, folder, world)
            day = FIRST
            while every and day < LAST:
                book.run(day, "bill", "--issue")
                day += datetime.timedelta(every)
            book.run(LAST, "bill", "--issue")
            found = book.lines()
            if found != wanted:
                raise AssertionError("missing %s, too many %s" % ([w for w in wanted if w not in found][:3], [f for f in found if f not in wanted][:3]))
            if book.deferred(LAST + datetime.timedelta(40)) != 0:
                raise AssertionError("deferred revenue is left: %s" % book.deferred(LAST + datetime.timedelta(40)))
            book.run(LAST, "verify")
            print("ok periods billed %s: %d lines" % (name, len(found)))
        except AssertionError as why:
            failed += 1
            print("not ok periods billed %s: SEED=%d %s" % (name, SEED, str(why).replace("\n", " | ")))
        finally:
            shutil.rmtree(folder)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
