"""What year_oracle.py compares: the program's reports and lists with the sums of year_auditor.py, each amount by itself."""
import csv
import io
import os
import subprocess

from year_ledger import FOREVER
from year_world import minor, shown

COLUMNS = ("not_due", "d1_30", "d31_60", "d61_90", "d91_plus", "unapplied", "total")
SHOWN_MAX = 6


class Broken(Exception):
    """Two sides differ, or the program failed."""


class Program:
    """The program on one book, and how it is run."""

    def __init__(self, program, book, environment):
        self.program, self.book, self.environment = program, book, environment

    def run(self, *arguments, allowed=(0,), today=None):
        command = [self.program] + ([] if arguments[0] == "init" else ["-b", self.book])
        command += (["--today", str(today)] if today else []) + [str(a) for a in arguments]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=self.environment, timeout=300, check=False)
        if done.returncode not in allowed:
            raise Broken("%s: exit %d: %s" % (" ".join(command[1:]), done.returncode,
                                             (done.stderr or done.stdout).decode("utf-8", "replace")[-900:]))
        return done.stdout.decode("utf-8")

    def table(self, *arguments, **options):
        return list(csv.DictReader(io.StringIO(self.run(*arguments, "--format", "csv", **options))))

    def digest(self):
        return self.run("verify", "--digest").split()[-1]


class Comparison:
    """Counts what was compared and keeps what differs."""

    def __init__(self):
        self.count, self.broken = 0, []

    def same(self, what, found, expected):
        self.count += 1
        if found != expected:
            self.broken.append("%s: the program says %s, the auditor %s" % (what, found, expected))

    def maps(self, what, found, expected):
        """Two tables of amounts by key; an absent row is one of zeros."""
        for key in sorted(set(found) | set(expected), key=str):
            self.same("%s, %s" % (what, key), found.get(key, "nothing"), expected.get(key, "nothing"))

    def end(self, what):
        if self.broken:
            more = len(self.broken) - SHOWN_MAX
            text = "; ".join(self.broken[:SHOWN_MAX]) + ("; and %d more" % more if more > 0 else "")
            raise Broken("%s: %s" % (what, text))
        return self.count


def check_ageing(program, auditor, compare, day, known=None):
    arguments = ["report", "ageing", "--as-of", day] + (["--known", known] if known else [])
    found = {(row["account"], row["currency"]): " ".join(row[c] for c in COLUMNS)
             for row in program.table(*arguments, today=auditor.today) if row["account"] not in ("", "total")}
    rows = auditor.ledger.ageing(day, known or FOREVER)
    expected = {key: " ".join(shown(amount) for amount in row) for key, row in rows.items()}
    compare.maps("ageing as of %s%s" % (day, ", known on %s" % known if known else ""), found, expected)


def check_saved(program, auditor, compare, day):
    """The ageing that was saved on that evening: what was known then."""
    with open(os.path.join(program.book, "out", "ageing-%s.csv" % day), newline="", encoding="utf-8") as file:
        found = {(row["account"], row["currency"]): row["total"] for row in csv.DictReader(file) if row["account"] not in ("", "total")}
    rows = auditor.ledger.ageing(day, day)
    compare.maps("ageing saved on %s" % day, found, {key: shown(row[6]) for key, row in rows.items()})


def check_documents(program, auditor, compare):
    for kind, name in (("invoice", "invoices"), ("credit_note", "credit-notes")):
        wanted = ("account", "date", "due", "currency", "net", "tax", "total", "open")
        found = {row["number"]: tuple(row[w] for w in wanted) for row in program.table("list", name, today=auditor.today)}
        expected = {}
        for d in auditor.documents:
            if d.kind == kind:
                item = auditor.ledger.items.get(d.id)
                expected[d.number] = (d.account, str(d.date), str(d.due), d.currency, shown(d.net), shown(d.tax), shown(d.total),
                                      shown(item.left if item else 0))
        compare.maps(name, found, expected)


def check_unapplied(program, auditor, compare):
    """What is left of every payment, one by one."""
    found = {row["document"]: (row["account"], row["date"], row["amount"], row["open"])
             for row in program.table("list", "items", "kind=payment", today=auditor.today)}
    expected = {i.id: (i.account, str(i.date), shown(i.amount), shown(i.left)) for i in auditor.ledger.items.values()
                if i.kind == "payment"}
    compare.maps("payments", found, expected)


def check_balances(program, auditor, compare, days):
    """The accounts of the chart in pounds on each of some days."""
    rows = [(row["account"], row["currency"], row["date"], minor(row["amount"]), minor(row["base"]))
            for row in program.table("list", "balances")]
    for day in days:
        found, base = {}, 0
        for account, currency, date, amount, of_base in rows:
            if date <= str(day):
                base += of_base
                if currency == "GBP":
                    found[account] = found.get(account, 0) + amount
        compare.same("the whole ledger in base on %s" % day, base, 0)
        for account, expected in auditor.ledger_at(day).items():
            compare.same("account %s on %s" % (account, day), shown(found.get(account, 0)), shown(expected))


def check_base(program, auditor, compare):
    """The control accounts in the book's currency, of items in every currency."""
    found = {}
    for row in program.table("list", "balances"):
        key = (row["account"], row["currency"])
        found[key] = found.get(key, 0) + minor(row["base"])
    for account, cash in (("1100", False), ("2100", True)):
        for currency in ("GBP", "EUR"):
            compare.same("base of account %s, items in %s" % (account, currency), shown(found.get((account, currency), 0)),
                         shown(auditor.ledger.base_of(cash).get(currency, 0)))


def check_statement(program, auditor, compare, account, day, known=None):
    currency = auditor.accounts[account].currency
    arguments = ["report", "statement", account, "--from", "2025-01-01", "--to", day, "--currency", currency]
    rows = program.table(*arguments, *(["--known", known] if known else []), today=auditor.today)
    known = known or FOREVER
    moved = sorted((number, str(date), shown(amount))
                   for number, date, amount in auditor.ledger.movements(account, currency, day, known))
    what = "statement of %s to %s%s" % (account, day, ", known on %s" % known if known != FOREVER else "")
    found = sorted((row["number"], row["date"], row["amount"]) for row in rows if row["number"])
    compare.maps(what, {row: 1 for row in found}, {row: 1 for row in moved})
    balances = [row["balance"] for row in rows if row["balance"]]
    compare.same(what + ", balance", balances[-1] if balances else "0.00", shown(auditor.ledger.balance(account, currency, day, known)))


def check_usage(program, auditor, compare):
    """What came too late is on the work list, and no other event."""
    found = {row["id"]: 1 for row in program.table("list", "parked") if row["work"] == "usage"}
    expected = {"%s/%s/%s" % key: 1 for key in auditor.late}
    compare.maps("late usage", found, expected)


REASONS = (("not due", "not due"), ("held", "held"), ("due today", "due today"), ("within grace", "grace"), ("disputed", "disputed"),
           ("dispute upheld", "disputed"), ("promised", "promised"), ("covered", "covered"), ("below minimum", "minimum"),
           ("ladder finished", "finished"), ("gap", "later"))


def kind_of(reason):
    """Which of the auditor's reasons a sentence is."""
    if reason.startswith("disputed in part, the rest promised"):
        return "promised"
    for begin, kind in REASONS:
        if reason.startswith(begin):
            return kind
    return "taken today" if reason.endswith("taken today") else "later" if " on 20" in reason else "step"


def check_reminders(program, auditor, compare):
    """Every step that was taken in the year, and how each item stands at its end."""
    found = {(row["document"], row["date"]): row["step"] for row in program.table("list", "reminders")}
    expected = {(id, str(day)): str(step) for id, steps in auditor.dunning.taken.items() for day, step in steps}
    compare.maps("reminders", found, expected)
    rows = program.table("report", "dunning", today=auditor.today)
    found = {row["number"]: (row["open"], row["disputed"] or "0.00", row["promised"] or "0.00", kind_of(row["reason"]))
             for row in rows if row["kind"] in ("invoice", "opening")}
    expected = {row.item.number: (shown(row.open), shown(row.disputed), shown(row.promised), row.reason)
                for row in auditor.dunning.rows(auditor.today)}
    compare.maps("items of the dunning report", found, expected)
