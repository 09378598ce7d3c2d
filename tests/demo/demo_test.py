#!/usr/bin/env python3
"""What `make demo` prints, held against lists and reports in CSV, and against a model that reads the files of in/ by itself.

    demo_test.py --build DIR [--quick]     quick: nothing, for it takes long

Runs tests/demo/demo.sh, reads the commands and the figures below them, and checks that
  - every row of a printed list or report is a row of the same command with --format csv, every total the sum of a column;
  - lists, reports and ledger agree with each other;
  - orders, usage, payments and the bills of all agreements are what the files of in/ come to, by the model below.
Prints TAP."""
import argparse
import collections
import csv
import datetime
import glob
import io
import json
import os
import re
import subprocess
import sys
import tempfile
from decimal import ROUND_HALF_UP, Decimal

HERE = os.path.dirname(os.path.abspath(__file__))
FIRST, LAST = datetime.date(2026, 7, 1), datetime.date(2026, 9, 30)
DAY = datetime.timedelta(days=1)
LINES_MAX = 260
failed = 0


def check(name, good, why=""):
    global failed
    failed += not good
    print("ok demo %s" % name if good else "not ok demo %s: %s" % (name, why), flush=True)


def equal(name, got, want):
    check(name, got == want, "got %s, want %s" % (got, want))


# ---- the program ----

class Book:
    def __init__(self, folder, build):
        self.folder = folder
        self.program = os.path.join(build, "moonbill")

    def run(self, *words, ok=(0,)):
        done = subprocess.run([self.program, *words], cwd=self.folder, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode not in ok:
            raise RuntimeError("%s: %s" % (" ".join(words), done.stderr))
        return done.stdout

    def rows(self, *words):
        today = () if "--today" in words else ("--today", str(LAST))
        return list(csv.DictReader(io.StringIO(self.run(*today, *words, "--format", "csv"))))

    def input(self, pattern):
        rows = []
        for path in sorted(glob.glob(os.path.join(self.folder, "in", pattern))):
            with open(path, encoding="utf-8", newline="") as file:
                rows += list(csv.DictReader(file))
        return rows


def total(rows, column):
    return sum((Decimal(row[column]) for row in rows if row[column]), Decimal(0))


# ---- what was printed ----

NUMBER = re.compile(r"(?<![\w.,/-])-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\w.,/-])")


def numbers_of(text):
    return [Decimal(number.replace(",", "")) for number in NUMBER.findall(text)]


def blocks_of(output):
    """(command, lines) of each command that the demo shows."""
    blocks = []
    for line in output.splitlines():
        if line.startswith("$ "):
            blocks.append((line[2:], []))
        elif blocks:
            blocks[-1][1].append(line)
    return blocks


def figures_of(row):
    return {number for value in row.values() if value for number in numbers_of(value)}


def words_of(command):
    return [word.strip("'\"") for word in re.findall(r"'[^']*'|\"[^\"]*\"|\S+", command.split(" | ")[0])][1:]


def check_table(book, command, lines):
    """Rows by their first cell, which names one row or several of the CSV; totals by the sums of its columns."""
    rows = book.rows(*words_of(command))
    sums = set()
    for column in rows[0] if rows else []:
        try:
            sums.add(total(rows, column))
        except ArithmeticError:
            pass
    wrong = []
    for line in lines:
        if not line.strip() or line.startswith(("─", "==")):
            continue
        first = line.split()[0]
        if first in ("Total", "all"):
            wrong += [n for n in numbers_of(line) if n not in sums]
            continue
        of = [row for row in rows if first in row.values()]
        for number in numbers_of(line) if of else []:
            if not any(number in figures_of(row) for row in of):
                wrong.append("%s in: %s" % (number, line))
    check("figures of: " + command, rows and not wrong, wrong or "no rows")


def check_statement(book, command, lines):
    figures = set().union(*(figures_of(row) for row in book.rows(*words_of(command))))
    wrong = [line for line in lines for number in numbers_of(re.sub(r"\S*[/-]\S+|€", "", line)) if number not in figures]
    check("figures of: " + command, not wrong, wrong)


QUERY = re.compile(r"return (\w+)\{ (.*?) \}(?::by\(\"(\w+)\"\))?:(sum|count)\((?:\"(\w+)\")?\)")


def check_query(book, command, lines):
    """A query with conditions, a group and a sum or count, computed from the list."""
    kind, conditions, group, what, column = QUERY.search(command).groups()
    asked = dict(re.findall(r'(\w+) = "([^"]*)"', conditions))
    rows = [row for row in book.rows("list", kind) if all(row[name].startswith(value) for name, value in asked.items())]
    groups = collections.Counter()
    for row in rows:
        for name in (row[group] if group else "", "Total"):
            groups[name] += Decimal(row[column]) if what == "sum" else 1
    wrong = []
    for line in [line for line in lines if numbers_of(line)]:
        name = next((name for name in groups if name and line.startswith(name + " ")), "Total")
        if numbers_of(line) != [groups[name]]:
            wrong.append("%s, want %s" % (line, groups[name]))
    check("figures of: " + command, rows and not wrong, wrong or "no rows")


def check_lines(book, command, lines):
    """The lines of an invoice add up to its net amount."""
    number = re.search(r"INV-[\d-]+", command).group(0)
    amounts = [Decimal(m.group(1).replace(",", "")) for m in (re.search(r"(\S+) EUR", line) for line in lines) if m]
    equal("figures of the lines of " + number, sum(amounts), total(book.rows("list", "invoices", "number=" + number), "net"))


def check_printed(book, command, lines):
    if not command.startswith("moonbill "):
        return
    if "report statement" in command:
        check_statement(book, command, lines)
    elif re.match(r"moonbill (--today \S+ )?(list|report) ", command):
        check_table(book, command, lines)
    elif QUERY.search(command):
        check_query(book, command, lines)
    elif 'report("ageing")' in command:
        check_table(book, "moonbill report ageing", lines)
    elif "get(" in command:
        check_lines(book, command, lines)


def check_tries(book, output):
    """The lines that the demo offers for the prompt answer something."""
    tries = re.findall(r"^    (\w+(?:\{|\().*?)   ", output, re.MULTILINE)
    for line in tries:
        check("try: " + line, len(book.run("--today", str(LAST), "run", "-e", "return " + line).splitlines()) > 2)
    check("there are lines to try", len(tries) >= 5, tries)


# ---- the model: what the files come to ----

def clamped(start, months):
    month = start.month - 1 + months
    year, month = start.year + month // 12, month % 12 + 1
    last = (datetime.date(year + month // 12, month % 12 + 1, 1) - DAY).day
    return datetime.date(year, month, min(start.day, last))


def periods(start):
    """(first day, first day after) of the months of an agreement that begin in the three months."""
    n = 0
    while clamped(start, n) <= LAST:
        yield clamped(start, n), clamped(start, n + 1)
        n += 1


BANDS = {"platform": [(20000, "0"), (100000, "0.0008"), (None, "0.0004")], "datalogger": [(50000, "0"), (None, "0.0003")]}
METERS = {"platform": "api.calls", "datalogger": "data.points"}


def cents(amount):
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def graduated(plan, quantity):
    amount, below = Decimal(0), 0
    for upto, price in BANDS[plan]:
        part = (quantity if upto is None else min(quantity, upto)) - below
        if part > 0:
            amount += cents(part * Decimal(price))
        below = upto
    return amount


LATE_LINES = """
for _, invoice in ipairs(invoices{ cause = "period" }:list()) do
  for _, line in ipairs(invoice.lines) do
    if line.cause then print(invoice.account, line.period, invoice.date, line.amount) end
  end
end"""


class Model:
    def __init__(self, book):
        self.events, self.by_meter = {}, collections.Counter()
        self.late = collections.Counter()  # (account, first day of the period, day of the bill): what it adds
        self.usage = collections.Counter()  # (account, meter, day)
        self.agreements = book.input("agreements.csv")
        self.starts = {(a["account"], METERS.get(a["plan"])): datetime.date.fromisoformat(a["start"]) for a in self.agreements}
        for path in sorted(glob.glob(os.path.join(book.folder, "in", "usage", "*.jsonl"))):
            self.read(path, datetime.date.fromisoformat(os.path.basename(path)[:10]))

    def read(self, path, came):
        late = {}  # what was charged before this file, of each period that was billed before it came
        with open(path, encoding="utf-8") as file:
            for line in file:
                event = json.loads(line)
                if event["id"] in self.events:
                    continue
                self.events[event["id"]] = event
                day = datetime.date.fromisoformat(event["time"][:10])
                self.by_meter[event["meter"]] += event["quantity"]
                for begin, stop in periods(self.starts[event["account"], event["meter"]]):
                    if begin <= day < stop < came:
                        key = (event["account"], event["meter"], begin, stop)
                        late.setdefault(key, self.charged(*key))
                self.usage[event["account"], event["meter"], day] += event["quantity"]
        # The bill of that day has the difference: the charge of all that was used, less what is billed of it.
        for key, before in late.items():
            if self.charged(*key) != before:
                self.late[key[0], str(key[2]), str(came)] = self.charged(*key) - before

    def charged(self, account, meter, begin, stop):
        """What the usage of a period comes to, by all that is known of it."""
        plan = next(name for name in METERS if METERS[name] == meter)
        return graduated(plan, self.used(account, meter, begin, stop))

    def used(self, account, meter, begin, stop):
        return sum(self.usage[account, meter, begin + n * DAY] for n in range((stop - begin).days))

    def billed(self, agreement, seats):
        """What an agreement comes to before tax; seats(day): how many it has then."""
        plan, amount = agreement["plan"], Decimal(0)
        for begin, stop in periods(datetime.date.fromisoformat(agreement["start"])):
            over = stop <= LAST
            if plan == "platform":
                amount += 49 + 9 * seats(begin)
            if plan == "datalogger":
                amount += 19
            if plan == "support" and over:
                amount += 120
            if plan in METERS and over:
                amount += self.charged(agreement["account"], METERS[plan], begin, stop)
        return amount


def check_bills(book, model):
    changed = collections.defaultdict(list)
    for version in book.rows("list", "agreements", "--versions"):
        seats = re.search(r"seats=(\d+)", version["tags"])
        changed[version["id"]].append((datetime.date.fromisoformat(version["from"]), int(seats.group(1)) if seats else 0))

    def seats_of(id):
        return lambda day: [seats for begin, seats in sorted(changed[id]) if begin <= day][-1]

    want, got = collections.Counter(), collections.Counter()
    for agreement in model.agreements:
        want[agreement["account"]] += model.billed(agreement, seats_of(agreement["id"]))
    for invoice in book.rows("list", "invoices", "cause=period"):
        got[invoice["account"]] += Decimal(invoice["net"])
    wrong = [(a, got[a], want[a]) for a in sorted(set(got) | set(want)) if got[a] != want[a]]
    check("every agreement is billed what its files come to", not wrong, wrong[:5])


def check_late(book, model):
    """What came after the bill of its period is a line of the next one, which names the period."""
    got = {}
    for line in book.run("--today", str(LAST), "run", "-e", LATE_LINES).splitlines():
        account, begin, day, amount = line.split("\t")
        got[account, begin, day] = Decimal(amount.split()[0])
    equal("late usage is billed when it comes", got, dict(model.late))
    check("there is late usage", got)
    equal("none of it waits", book.rows("list", "parked", "work=usage"), [])


def check_orders(book):
    want, held = collections.Counter(), {row["id"] for row in book.rows("list", "parked", "work=import")}
    for row in book.input("orders/*.csv"):
        if row["order"] not in held:
            want[row["order"]] += Decimal(row["quantity"]) * Decimal(row["price"])
    got = {row["order"]: Decimal(row["net"]) for row in book.rows("list", "documents", "cause=order")}
    equal("every order is billed its worth", got, dict(want))


def check_payments(book):
    bank = book.input("bank/*.csv")
    receipts = book.rows("list", "payments", "kind=receipt")
    by_hand = [row for row in receipts if row["id"] not in {line["id"] for line in bank}]
    equal("every line of the bank is a payment", {r["id"]: Decimal(r["amount"]) for r in receipts if r not in by_hand},
          {line["id"]: Decimal(line["amount"]) for line in bank})
    return total(bank, "amount") + total(by_hand, "amount")


def check_ledger(book, received):
    balances = collections.Counter()
    for row in book.rows("list", "balances", "date<=" + str(LAST)):
        balances[row["account"]] += Decimal(row["amount"])
    ageing, items = book.rows("report", "ageing", "--as-of", str(LAST)), book.rows("list", "items")
    equal("the ageing's total is that of the ledger", total(ageing, "total"), balances["1100"] + balances["2100"])
    equal("the ageing's total is that of the open items", total(ageing, "total"), total(items, "open"))
    out = total(book.rows("list", "payments", "kind!=receipt", "state=posted"), "amount")
    equal("cash is what was received, less what went back", balances["1200"], received - out)
    equal("the ledger balances", sum(balances.values()), 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", default="build")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    build = os.path.abspath(options.build)
    if options.quick:
        print("ok demo # SKIP it takes half a minute")
        return 0
    with tempfile.TemporaryDirectory(prefix="moonbill-demo-") as top:
        for name in ("moonbill", "plugins"):
            os.symlink(os.path.join(build, name), os.path.join(top, name))
        done = subprocess.run([os.path.join(HERE, "demo.sh"), top], capture_output=True, text=True, timeout=1700, check=False)
        check("it runs", done.returncode == 0 and not done.stderr, "exit %d: %s" % (done.returncode, done.stderr[-2000:]))
        lines = done.stdout.count("\n")
        check("it can be read", lines <= LINES_MAX, "%d lines" % lines)
        book = Book(os.path.join(top, "demo", "again"), top)
        for command, printed in blocks_of(done.stdout):
            check_printed(book, command, printed)
        check_tries(book, done.stdout)
        model = Model(book)
        equal("events are counted once", len(book.rows("list", "events")), len(model.events))
        usage = collections.Counter()
        for row in book.rows("list", "usage"):
            usage[row["meter"]] += Decimal(row["quantity"])
        equal("their quantities add up", usage, model.by_meter)
        check_bills(book, model)
        check_late(book, model)
        check_orders(book)
        check_ledger(book, check_payments(book))
        equal("nothing failed on schedule", [r for r in book.rows("list", "occurrences") if r["state"] == "failed"], [])
        equal("the rules' examples hold", "wrong" in book.run("rules", "test"), False)
        equal("both books hold the same", book.run("verify", "--digest"), book.run("-b", "../book", "verify", "--digest"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
