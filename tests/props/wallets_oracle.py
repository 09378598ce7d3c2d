#!/usr/bin/env python3
"""Grants and prepaid money over random sequences, against a model of their own.

    tests/props/wallets_oracle.py --build DIR [--quick]

Grants are given, money is prepaid, orders are billed and issued, invoices voided and credited, money refunded, returned, unapplied,
applied by hand, expired and recovered, over many days. After each step what is left of each grant and payment, and what is open of each
invoice and credit note, is what the model says; what it says is refused is refused. Now and then `verify` agrees. SEED=n begins with
others; STEPS=n makes longer ones."""
import argparse
import concurrent.futures
import csv
import datetime
import io
import os
import random
import shutil
import subprocess
import sys
import tempfile

FIRST = datetime.date(2026, 1, 5)
NEVER = datetime.date(9999, 12, 31)
ACCOUNTS = ["ACME", "BOLT"]
TERMS = 14


def text_of(minor):
    return "%d.%02d" % divmod(minor, 100)


def minor_of(text):
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    whole, cents = digits.split(".")
    return sign * (int(whole) * 100 + int(cents))


def rounded(amount, numerator, denominator):
    """amount * numerator / denominator, half away from zero."""
    value = amount * numerator
    sign = -1 if (value < 0) != (denominator < 0) else 1
    return sign * ((2 * abs(value) + abs(denominator)) // (2 * abs(denominator)))


class Money:
    """A grant or a payment: what has an order in which it is used."""

    def __init__(self, name, account, amount, first, expires, priority):
        self.id, self.account, self.amount, self.left = name, account, amount, amount
        self.first, self.expires, self.priority = first, expires, priority
        self.applied = {}  # by invoice, of payments
        self.refunded = self.returned = False

    def rank(self):
        return (self.priority or 0, self.expires or NEVER, self.first, self.id)

    def usable(self, day):
        return day <= (self.expires or NEVER)


class Document:
    def __init__(self, name, account, lines, tax):
        self.id, self.account = name, account
        self.lines = lines  # [amount, grant or None]
        self.net = sum(amount for amount, _ in lines)
        self.tax, self.total = tax, self.net + tax
        self.open, self.void, self.issued, self.due = self.total, False, None, None
        self.other = 0  # settled by something else than prepaid money
        self.credits, self.order = [], None


class Model:
    """The books as they should be. Amounts in minor units."""

    def __init__(self):
        self.today = FIRST
        self.grants, self.purses, self.orders, self.documents = {}, {}, {}, {}
        self.breakages = {}  # by id: payment, amount, recovered
        self.made = {}

    def name(self, prefix):
        self.made[prefix] = self.made.get(prefix, 0) + 1
        return "%s-%03d" % (prefix, self.made[prefix])

    # ---- billing ----

    def drafts(self, account):
        """The invoices of the account's due orders, in the order in which they are made."""
        used, made = {}, []
        due = [o for o in self.orders.values() if o["account"] == account and o["due"] and o["date"] <= self.today]
        for order in sorted(due, key=lambda o: (o["date"], o["id"])):
            lines, rest = [[order["amount"], None]], order["amount"]
            for grant in sorted((g for g in self.grants.values() if g.account == account), key=Money.rank):
                if grant.first > order["date"] or not grant.usable(order["date"]):
                    continue
                part = min(rest, grant.left - used.get(grant.id, 0))
                if part > 0:
                    lines.append([-part, grant.id])
                    used[grant.id] = used.get(grant.id, 0) + part
                    rest -= part
            times = order["times"]
            document = Document(("again%d/" % times if times > 1 else "") + "order/" + order["id"], account, lines, rounded(rest, 20, 100))
            document.order = order["id"]
            made.append(document)
        return made

    def issue(self, account):
        made = sorted(self.drafts(account), key=lambda d: d.id)
        for document in made:
            self.documents[document.id] = document
            self.orders[document.order]["due"] = False
            document.issued, document.due = self.today, self.today + datetime.timedelta(TERMS)
            for amount, grant in document.lines[1:]:
                self.grants[grant].left += amount
        for document in made:
            for purse in sorted((p for p in self.purses.values() if p.account == account), key=Money.rank):
                if purse.usable(self.today):
                    self.apply(purse, document, min(purse.left, document.open))

    def apply(self, purse, document, amount):
        if amount > 0:
            purse.left -= amount
            document.open -= amount
            purse.applied[document.id] = purse.applied.get(document.id, 0) + amount

    def free(self, purse, only=None):
        for name in list(purse.applied):
            if only in (None, name):
                amount = purse.applied.pop(name)
                purse.left += amount
                self.documents[name].open += amount

    # ---- taking back ----

    def may_void(self, document):
        if document.total < 0:
            unspent = document.open == document.total
            return unspent and all(self.grants[grant].left >= amount for amount, grant in document.lines if grant)
        return document.other == 0 and not any(not c.void for c in document.credits)

    def void(self, document):
        for purse in self.purses.values():
            self.free(purse, document.id)
        for amount, grant in document.lines:
            if grant:
                self.grants[grant].left -= amount
        document.void, document.open = True, 0
        if document.order:
            order = self.orders[document.order]
            order["due"], order["times"] = True, order["times"] + 1

    def rest_of(self, invoice):
        """What is left to credit of each line."""
        standing = [c for c in invoice.credits if not c.void]
        return [amount + sum(c.lines[i][0] for c in standing) for i, (amount, _) in enumerate(invoice.lines)], standing

    def credit(self, invoice, name, wanted):
        """A credit note of `wanted` before tax, spread over the lines in running shares; None: all that is left."""
        rest, standing = self.rest_of(invoice)
        net, amounts, done, before = sum(rest), rest, 0, 0
        if wanted is not None:
            amounts = []
            for amount in rest:
                done += amount
                share = rounded(wanted, done, net)
                amounts.append(share - before)
                before = share
        lines = [[-amount, invoice.lines[i][1]] for i, amount in enumerate(amounts)]
        taxed = invoice.tax + sum(c.tax for c in standing)
        credited = invoice.net - net + sum(amounts)
        upto = invoice.tax if credited == invoice.net else min(rounded(credited, 20, 100), invoice.tax)
        tax = upto - (invoice.tax - taxed)
        note = Document(name, invoice.account, lines, -tax)
        invoice.credits.append(note)
        self.documents[name] = note
        for amount, grant in lines:
            if grant:
                self.grants[grant].left += amount
        items = [d for d in self.documents.values() if d.account == note.account and d.open > 0]
        for item in sorted(items, key=lambda d: (d.due, d.issued, d.number)):
            part = min(item.open, -note.open)
            item.open, note.open, item.other = item.open - part, note.open + part, item.other + part
        return note


class Program:
    """moonbill on a book, and what it says."""

    def __init__(self, build, folder):
        self.program = os.path.abspath(os.path.join(build, "moonbill"))
        self.environment = dict(os.environ, MOONBILL_BOOK=os.path.join(folder, "book"), LC_ALL="C.UTF-8", TZ="UTC")
        self.day = FIRST

    def try_run(self, *arguments):
        done = subprocess.run([self.program, "--today", str(self.day), *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, env=self.environment, timeout=120)
        return done.returncode, done.stdout.decode("utf-8", "replace")

    def run(self, *arguments):
        status, text = self.try_run(*arguments)
        if status != 0:
            raise AssertionError("%s: exit %d: %s" % (" ".join(arguments), status, text.strip()[:300]))
        return text

    def rows(self, kind):
        return list(csv.DictReader(io.StringIO(self.run("list", kind, "--format", "csv"))))


class Walk:
    """A random sequence of steps, done by the program and by the model."""

    def __init__(self, build, folder, seed):
        self.random, self.model, self.program = random.Random("wallets %d" % seed), Model(), Program(build, folder)
        self.done = []
        self.program.run("init", self.program.environment["MOONBILL_BOOK"], "--country", "GB", "--currency", "GBP", "--name", "Example Ltd")
        for account in ACCOUNTS:
            self.program.run("add", "account", account, "name=" + account, "country=GB", "terms=%d" % TERMS, "--from", "2020-01-01")
        self.program.run("add", "product", "P1", "name=Pen", "--from", "2020-01-01")

    # ---- steps ----

    def chance(self, values):
        return self.random.choice(list(values))

    def expiry(self, first):
        return self.chance([None, None, first + datetime.timedelta(self.random.randint(0, 40))])

    def amount(self):
        return self.chance([self.random.randint(1, 300), self.random.randint(100, 20000), 10000, 3333])

    def step_day(self):
        self.model.today += datetime.timedelta(self.random.randint(1, 12))
        self.program.day = self.model.today

    def step_grant(self):
        m = self.model
        first = m.today + datetime.timedelta(self.random.randint(-15, 4))
        grant = Money(m.name("G"), self.chance(ACCOUNTS), self.amount(), first, self.expiry(first), self.chance([None, 0, 1, 2]))
        more = ["expires=%s" % grant.expires] if grant.expires else []
        more += ["priority=%d" % grant.priority] if grant.priority is not None else []
        self.program.run("add", "grant", grant.id, "account=" + grant.account, "amount=" + text_of(grant.amount), "reason=test", *more,
                         "--from", str(first))
        m.grants[grant.id] = grant

    def step_prepay(self):
        m = self.model
        first = m.today - datetime.timedelta(self.random.randint(0, 5))
        purse = Money(m.name("P"), self.chance(ACCOUNTS), self.amount(), first, self.expiry(first), self.chance([None, 0, 1, 2]))
        more = ["--expires", str(purse.expires)] if purse.expires else []
        more += ["--priority", str(purse.priority)] if purse.priority is not None else []
        self.program.run("pay", purse.account, text_of(purse.amount), "--prepaid", "--id", purse.id, "--date", str(first), *more)
        m.purses[purse.id] = purse

    def step_order(self):
        m = self.model
        for _ in range(self.random.randint(1, 2)):
            order = {"id": m.name("O"), "account": self.chance(ACCOUNTS), "amount": self.amount(), "due": True, "times": 1,
                     "date": m.today - datetime.timedelta(self.random.randint(0, 20))}
            self.program.run("add", "order", order["id"], "account=" + order["account"], "date=%s" % order["date"], "line.1.product=P1",
                             "line.1.quantity=1", "line.1.price=" + text_of(order["amount"]))
            m.orders[order["id"]] = order
        self.step_bill()

    def step_bill(self):
        self.program.run("bill")
        self.program.run("approve", "--all")
        self.program.run("issue", "--all")
        for account in ACCOUNTS:
            self.model.issue(account)

    def documents(self, wanted):
        return [d for d in self.model.documents.values() if not d.void and wanted(d)]

    def step_void(self):
        list_of = self.documents(lambda d: True)
        if not list_of:
            return
        document = self.chance(list_of)
        status, text = self.program.try_run("void", document.id, "--reason", "test")
        may = self.model.may_void(document)
        if (status == 0) != may:
            raise AssertionError("void %s: exit %d, the model says %s: %s" % (document.id, status, may, text.strip()[:200]))
        if may:
            self.model.void(document)

    def step_credit(self):
        list_of = [d for d in self.documents(lambda d: d.total > 0) if sum(self.model.rest_of(d)[0]) > 0]
        if not list_of:
            return
        invoice, name = self.chance(list_of), self.model.name("C")
        rest = sum(self.model.rest_of(invoice)[0])
        wanted = self.chance([None, self.random.randint(1, rest)])
        more = ["--amount", text_of(wanted)] if wanted is not None else []
        before = {row["id"] for row in self.program.rows("drafts")}
        self.program.run("credit", invoice.id, "--reason", "test", "--ref", name, *more)
        made = [row["id"] for row in self.program.rows("drafts") if row["id"] not in before]
        self.program.run("approve", made[0])
        self.program.run("issue", made[0])
        self.model.credit(invoice, made[0], wanted)

    def step_refund(self):
        list_of = [p for p in self.model.purses.values() if p.left > 0 and not p.refunded]
        if not list_of:
            return
        purse = self.chance(list_of)
        amount = self.random.randint(1, purse.left)
        self.program.run("refund", purse.id, "--amount", text_of(amount), "--reason", "test")
        self.program.run("approve", "refund/%s/1" % purse.id)
        purse.left -= amount
        purse.refunded = True

    def step_return(self):
        list_of = [p for p in self.model.purses.values() if not p.refunded and not p.returned]
        if not list_of or self.random.random() < 0.5:
            return
        purse = self.chance(list_of)
        self.program.run("return", purse.id, "--reason", "test")
        self.model.free(purse)
        purse.left, purse.returned = 0, True
        for breakage in self.model.breakages.values():
            breakage["back"] = breakage["back"] or breakage["payment"] == purse.id

    def step_unapply(self):
        list_of = [p for p in self.model.purses.values() if p.applied]
        if not list_of:
            return
        purse = self.chance(list_of)
        only = self.chance([None, self.chance(purse.applied)])
        self.program.run("unapply", purse.id, *([only] if only else []))
        self.model.free(purse, only)

    def step_apply(self):
        pairs = [(p, d) for p in self.model.purses.values() for d in self.documents(lambda d: d.open > 0)
                 if p.left > 0 and p.account == d.account]
        if not pairs:
            return
        purse, document = self.chance(pairs)
        amount = self.random.randint(1, min(purse.left, document.open))
        self.program.run("apply", purse.id, "%s=%s" % (document.id, text_of(amount)))
        self.model.apply(purse, document, amount)

    def step_expire(self):
        self.program.run("expire", "--reason", "test")
        for purse in self.model.purses.values():
            if purse.left > 0 and not purse.usable(self.model.today):
                n = 1 + sum(1 for b in self.model.breakages.values() if b["payment"] == purse.id)
                self.model.breakages["breakage/%s/%d" % (purse.id, n)] = {"payment": purse.id, "amount": purse.left, "back": False}
                purse.left = 0

    def step_recover(self):
        list_of = [name for name, b in self.model.breakages.items() if not b["back"]]
        if not list_of:
            return
        name = self.chance(list_of)
        self.program.run("recover", name, "--reason", "test")
        breakage = self.model.breakages[name]
        breakage["back"] = True
        self.model.purses[breakage["payment"]].left += breakage["amount"]

    # ---- comparing ----

    def compare(self):
        m = self.model
        self.equal("grant", {row["id"]: minor_of(row["left"]) for row in self.program.rows("grants")}, {g.id: g.left for g in m.grants.values()})
        self.equal("payment", {row["id"]: minor_of(row["unapplied"]) for row in self.program.rows("prepaid")},
                   {p.id: p.left for p in m.purses.values()})
        rows = self.program.rows("documents")
        for row in rows:
            if row["id"] in m.documents:
                m.documents[row["id"]].number = row["number"]
        self.equal("document", {row["id"]: minor_of(row["open"]) for row in rows if row["state"] == "issued"},
                   {d.id: d.open for d in m.documents.values() if not d.void})

    @staticmethod
    def equal(what, found, want):
        for name in sorted(set(found) | set(want)):
            if found.get(name) != want.get(name):
                raise AssertionError("%s %s: found %s, expected %s" % (what, name, found.get(name), want.get(name)))

    def check_end(self):
        self.program.run("verify")
        found = -sum(minor_of(row["amount"]) for row in self.program.rows("entries") if row["account"] == "4850")
        self.equal("account", {"4850": found}, {"4850": sum(b["amount"] for b in self.model.breakages.values() if not b["back"])})

    def walk(self, steps):
        names = {"day": 5, "grant": 3, "prepay": 3, "order": 6, "bill": 1, "void": 3, "credit": 3, "refund": 1, "return": 1, "unapply": 1,
                 "apply": 2, "expire": 1, "recover": 1}
        for n in range(steps):
            name = self.random.choices(list(names), list(names.values()))[0]
            self.done.append(name)
            getattr(self, "step_" + name)()
            self.compare()
            if n % 25 == 24:
                self.check_end()
        self.check_end()


def run_walk(build, seed, steps):
    """None, or what went wrong."""
    folder = tempfile.mkdtemp(prefix="moonbill-wallets-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
    walk = None
    try:
        walk = Walk(build, folder, seed)
        walk.walk(steps)
        return None
    except AssertionError as wrong:
        return "SEED=%d, step %d (%s): %s" % (seed, len(walk.done) if walk else 0, walk.done[-1] if walk and walk.done else "begin", wrong)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--build", default="build")
    options.add_argument("--quick", action="store_true")
    options = options.parse_args()
    first, count = int(os.environ.get("SEED", "1")), 2 if options.quick else 6
    steps = int(os.environ.get("STEPS", "40" if options.quick else "120"))
    seeds = range(first, first + count)
    with concurrent.futures.ThreadPoolExecutor(max_workers=4) as pool:
        answers = list(pool.map(lambda seed: run_walk(options.build, seed, steps), seeds))
    for seed, wrong in zip(seeds, answers):
        print("not ok wallets %d: %s" % (seed, wrong.replace("\n", " ")) if wrong else "ok wallets seed %d (%d steps)" % (seed, steps))
    return 1 if any(answers) else 0


if __name__ == "__main__":
    sys.exit(main())
