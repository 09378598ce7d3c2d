"""The year that year_oracle.py plays: accounts, subscriptions, orders, usage, payments and what clerks do, of a seed.

What a customer pays depends on what was billed, so the world asks the auditor (year_auditor.py) what is open when it makes a
day, and the auditor then reads that day's files, as the program does. Amounts are whole minor units."""
import datetime
from decimal import Decimal

ONE = datetime.timedelta(1)
FIRST, LAST = datetime.date(2026, 1, 1), datetime.date(2026, 12, 31)
# What the law says, as this file understands it: not read from the rules of the book.
RATES = {"standard": Decimal(20), "reduced": Decimal(5), "zero": Decimal(0)}
HABITS = ("punctual", "punctual", "late", "late", "early", "short", "sloppy", "chaotic", "never")
TIERS = ((Decimal(100), Decimal("0")), (Decimal(1000), Decimal("0.04")), (None, Decimal("0.0151")))
# name: (charges); a charge is (text, timing, flat price | price per seat | tiers).
PLANS = {
    "basic": (("Platform", "advance", "flat", Decimal("49.00")),),
    "seats": (("Seats", "advance", "seats", Decimal("9.35")), ("Care", "arrears", "flat", Decimal("12.50"))),
    "metered": (("Line", "advance", "flat", Decimal("19.99")), ("Calls", "arrears", "usage", TIERS)),
    "calls": (("Calls", "arrears", "usage", TIERS),),
}


class Account:
    def __init__(self, name, country, terms, currency, habit):
        self.name, self.country, self.terms, self.currency, self.habit = name, country, terms, currency, habit


class Agreement:
    """One version."""

    def __init__(self, name, since, account, plan, start, until, seats):
        self.name, self.since, self.account, self.plan = name, since, account, plan
        self.start, self.until, self.seats = start, until, seats

    def row(self):
        return [self.name, self.since, self.account, self.plan, self.start, self.until or "", self.seats]


def month_after(start, count):
    """The day `count` months after start, held back to the month's last day."""
    month = start.month - 1 + count
    year, month = start.year + month // 12, month % 12 + 1
    following = datetime.date(year + month // 12, month % 12 + 1, 1)
    return datetime.date(year, month, min(start.day, (following - ONE).day))


def minor(text):
    return int(Decimal(text).scaleb(2))


def shown(amount):
    return "%s%d.%02d" % ("-" if amount < 0 else "", abs(amount) // 100, abs(amount) % 100)


class World:
    def __init__(self, rnd, size):
        self.rnd, self.size = rnd, size
        self.accounts, self.agreements, self.products = {}, {}, {}
        self.openings = []
        self.plans = {}  # by day: what a payer means to do then
        self.seen = set()  # invoices that their payers have looked at
        self.counts = {}
        self.sent = []  # usage rows of days before, some of which come again
        for n in range(size):
            self.make_account(n)
        for n in range(12):
            self.products["P%d" % n] = (rnd.randrange(50, 30000), ("standard", "standard", "reduced", "zero")[n % 4])

    def next(self, what):
        self.counts[what] = self.counts.get(what, 0) + 1
        return self.counts[what]

    def chance(self, share):
        return self.rnd.random() < share

    # ---- who ----

    def make_account(self, n):
        name = ("C%03d" % n, "c-%d" % n, "%d" % (7000 + n), "K%d" % n)[n % 4]
        country = "FR" if n % 9 == 4 else "GB"
        currency = "EUR" if n % 9 == 4 and n % 2 == 0 else "GBP"
        terms = self.rnd.choice([0, 7, 14, 30, 30, 45, 60])
        self.accounts[name] = Account(name, country, terms, currency, self.rnd.choice(HABITS))
        for k in range((0, 0, 1, 1, 2)[n % 5] if currency == "GBP" else 0):
            self.make_agreement(name, "%s-%d" % (name, k + 1), "metered" if k == 0 and n % 5 == 2 else None)
        if currency == "GBP" and self.chance(0.4):
            self.make_opening(name)

    def make_agreement(self, account, name, plan):
        start = FIRST + datetime.timedelta(self.rnd.choice([0, 30, 30, 58, 88, self.rnd.randrange(200), self.rnd.randrange(360)]))
        taken = {a.plan for versions in self.agreements.values() for a in versions if a.account == account}
        free = [p for p in PLANS if not (taken & {"metered", "calls"} and p in ("metered", "calls"))]
        version = Agreement(name, start, account, plan or self.rnd.choice(free), start, None, self.rnd.randrange(1, 30))
        self.agreements[name] = [version]
        since, last = start, version
        while self.chance(0.4):  # later versions hold from the middle of some period on
            since = since + datetime.timedelta(self.rnd.randrange(20, 120))
            until = month_after(start, self.rnd.randrange(6, 12)) if self.chance(0.3) else last.until
            if since > LAST or (until and until <= since) or (last.until and since >= last.until):
                break
            plan = {"basic": "seats", "seats": "basic"}.get(last.plan, last.plan) if self.chance(0.3) else last.plan
            last = Agreement(name, since, account, plan, start, until, self.rnd.randrange(1, 30))
            self.agreements[name].append(last)

    def make_opening(self, account):
        """Of the system before: invoices, some of them long due, and money that settles nothing."""
        kind = self.rnd.choice(["invoice", "invoice", "invoice", "cash", "credit"])
        date = FIRST - self.rnd.randrange(1, 150) * ONE
        amount = self.rnd.randrange(100, 200000) * (1 if kind == "invoice" else -1)
        due = date + datetime.timedelta(30) if kind == "invoice" else date
        self.openings.append(["OLD-%04d" % self.next("openings"), account, date, due, shown(amount), "GBP", kind])

    # ---- what comes in on a day: rows by file ----

    def make_day(self, day, books):
        self.busy = set()  # accounts about which a clerk does something today
        self.meet(day, books)
        files = {"desk": self.desk(day, books), "agreements": self.new_agreements(day), "orders": self.orders(day),
                 "payments": self.payments(day, books)}
        files["usage"], files["events"] = self.usage(day)
        return files

    def new_agreements(self, day):
        """A version is told a few days before it holds, the first ones on the day itself."""
        return [a.row() for versions in self.agreements.values() for a in versions
                if max(FIRST, a.since - 3 * ONE if a.since > a.start else a.since) == day]

    def orders(self, day):
        rows = []
        if day.weekday() == 6:
            return rows
        for _ in range(max(1, self.size // 18) if self.chance(0.8) else 0):
            account = self.rnd.choice(list(self.accounts.values()))
            name = "SO-%05d" % self.next("orders")
            when = day - self.rnd.choice([0, 0, 0, 1, 5]) * ONE
            for _ in range(self.rnd.choice([1, 1, 2, 4])):
                product = "P%d" % self.rnd.randrange(12)
                price = shown(self.rnd.randrange(10, 40000)) if account.currency == "EUR" or self.chance(0.5) else ""
                rows.append([name, account.name, max(when, FIRST), product, "", self.quantity(), price, account.currency])
        return rows

    def quantity(self):
        return str(Decimal(self.rnd.randrange(1, 60)).scaleb(-self.rnd.choice([0, 0, 0, 1])))

    def usage(self, day):
        """Events of the day before; some are late, some come twice; half of them as lines of JSON."""
        rows = []
        for versions in self.agreements.values():
            last = versions[-1]
            if last.plan not in ("metered", "calls") or day <= last.start:
                continue
            for _ in range(self.rnd.choice([0, 1, 1, 3])):
                late = self.rnd.choice([5, 25, 45]) if self.chance(0.02) else 1
                when = max(day - late * ONE, FIRST)
                quantity = Decimal(self.rnd.randrange(1, 9000)).scaleb(-self.rnd.choice([0, 1, 2]))
                rows.append(["E%07d" % self.next("events"), last.account, "calls", self.time(when), format(quantity, "f")])
        again = [self.rnd.choice(self.sent)] if self.sent and self.chance(0.3) else []
        self.sent = (self.sent + rows)[-200:]
        rows += again
        half = len(rows) // 2
        return rows[:half], rows[half:]

    def time(self, day):
        """A day, or a moment of it by Greenwich; in summer the last one there is of the next day in London."""
        if self.chance(0.3):
            return day
        return "%sT%02d:%02d:00Z" % (day, self.rnd.choice([0, 9, 15, 22, 23]), self.rnd.randrange(60))

    # ---- money ----

    def meet(self, day, books):
        """Every payer looks at his new invoices and decides when and how to pay them."""
        for invoice in books.owed():
            if invoice.id in self.seen:
                continue
            self.seen.add(invoice.id)
            habit = self.accounts[invoice.account].habit
            after = {"punctual": 0, "early": -9, "never": None}.get(habit, self.rnd.choice([3, 10, 20, 40, 75]))
            if after is None and self.chance(0.7):
                continue
            how = {"punctual": ["exact"], "early": ["exact", "blank"], "late": ["exact", "blank"], "never": ["exact"],
                   "short": ["cent", "short", "exact"], "sloppy": ["blank", "over", "all", "stranger"],
                   "chaotic": ["double", "over", "wrong", "nobody", "short", "all"]}[habit]
            when = max(day, invoice.due + (after or 0) * ONE - self.rnd.randrange(2) * ONE)
            self.plan(when, invoice, self.rnd.choice(how))

    def plan(self, day, invoice, how):
        self.plans.setdefault(day, []).append((invoice, how))

    def payments(self, day, books):
        rows = []
        for invoice, how in self.plans.pop(day, []):
            open_now = books.open(invoice)
            if day.weekday() > 4:
                self.plan(day + ONE, invoice, how)
            elif open_now > 0 or how == "double":
                rows.append(self.payment(day, books, invoice, how, open_now or invoice.amount))
        if self.chance(0.02):
            rows.append(self.row(day, "", self.rnd.randrange(100, 90000), "GBP", "Miete"))
        back = self.free(books.receipts(day - 20 * ONE)) if self.chance(self.size / 800) else None
        if back:  # its bank took it back: a line of the statement
            rows.append(self.row(day, "", back.amount, back.currency, "account closed")[:6] + [back.id])
            rows[-1][1] = max(back.date, day - ONE)
        return rows

    def payment(self, day, books, invoice, how, amount):
        account, text = invoice.account, invoice.number
        others = [i for i in books.owed() if i.account == account and i.currency == invoice.currency and i is not invoice]
        if how == "cent":
            amount -= min(amount - 1, self.rnd.randrange(1, 90))
        elif how == "short":
            amount = max(1, amount * self.rnd.randrange(20, 90) // 100)
        elif how == "over":
            amount += self.rnd.randrange(1, 20000)
        elif how == "blank":
            text = self.rnd.choice(["", "thank you", "order of May", "4711"])
        elif how == "all":
            others = others[:self.rnd.randrange(1, 4)]
            amount += sum(books.open(i) for i in others)
            text = " and ".join([i.number for i in others] + [text])
        elif how == "wrong":
            account = self.rnd.choice([a.name for a in self.accounts.values() if a.currency == invoice.currency])
        elif how == "nobody":
            account = ""
        elif how == "stranger":
            account, text = "", self.rnd.choice(["", "no idea"])
        elif how == "double":
            self.plan(day + 2 * ONE, invoice, "exact" if self.chance(0.3) else "again")
        if self.chance(0.2):
            text = "payment for %s, thanks" % text if text else text
        return self.row(day, account, amount, invoice.currency, text)

    def row(self, day, account, amount, currency, text):
        stated = max(FIRST, day - self.rnd.choice([0, 0, 0, 1, 2, 12]) * ONE)
        return ["B%06d" % self.next("payments"), stated, account, shown(amount), currency, text, ""]

    # ---- what clerks do: verb, subject, amount, date, more, reason ----

    def desk(self, day, books):
        acts = self.settle_disputes(day, books) + self.move_strangers(books)
        if day.weekday() > 4:
            return acts
        makers = (self.bounce, self.credit, self.dispute, self.promise, self.write_off, self.refund, self.undo, self.recover, self.void,
                  self.hold, self.withdraw)
        for make in makers:
            if self.chance(min(0.9, self.size / 150)):
                act = make(day, books)
                if act:
                    acts.append(act)
        return acts

    def free(self, items):
        """One of the items whose account nobody has touched today."""
        items = [item for item in items if item.account not in self.busy]
        if not items:
            return None
        item = self.rnd.choice(items)
        self.busy.add(item.account)
        return item

    def bounce(self, day, books):
        payment = self.free(books.receipts(day - 40 * ONE))
        return payment and ["return", payment.id, "", max(payment.date, day - 2 * ONE), "", "no funds"]

    def credit(self, day, books):
        invoice = self.free([i for i in books.invoices_open() if (day - i.date).days < 60 and books.creditable(i)])
        if not invoice:
            return None
        if self.chance(0.3):
            return ["credit", invoice.number, "", "", "", "all of it"]
        return ["credit", invoice.number, shown(self.rnd.randrange(1, books.creditable(invoice) + 1)), "", "1", "damaged"]

    def dispute(self, day, books):
        invoice = self.free([i for i in books.invoices_open() if not books.disputes_of(i)])
        if not invoice:
            return None
        return ["dispute", invoice.number, shown(self.rnd.randrange(1, books.open(invoice) + 1)), "", "", "not delivered"]

    def settle_disputes(self, day, books):
        acts = []
        for dispute in books.disputes_open():
            if dispute.account in self.busy or day.weekday() > 4 or not self.chance(0.06):
                continue
            self.busy.add(dispute.account)
            upheld = shown(self.rnd.randrange(1, dispute.amount + 1)) if self.chance(0.4) else ""
            acts.append(["upheld" if upheld else "rejected", dispute.id, upheld, "", "", "as the driver says"])
        return acts

    def promise(self, day, books):
        invoice = self.free([i for i in books.invoices_open() if i.due < day])
        if not invoice:
            return None
        item = invoice if self.chance(0.5) else None
        if not books.dunning.may_promise(invoice.account, item, day):
            return None
        if self.chance(0.5):
            self.plan(day + ONE, invoice, "exact")
        by = day + self.rnd.randrange(3, 20) * ONE
        return ["promise", invoice.account, shown(books.open(invoice)), by, item.number if item else "", "on the phone"]

    def write_off(self, day, books):
        invoice = self.free([i for i in books.invoices_open() if (day - i.due).days > 90])
        if not invoice:
            return None
        part = shown(max(1, books.open(invoice) // 2)) if self.chance(0.4) else ""
        return ["write-off", invoice.number, part, "", "", "insolvent"]

    def void(self, day, books):
        invoice = self.free([i for i in books.invoices_open() if (day - i.date).days < 60 and books.is_untouched(i)])
        return invoice and ["void", invoice.number, "", "", "", "wrong address"]

    def hold(self, day, books):
        invoice = self.free(books.invoices_open())
        if not invoice:
            return None
        name = invoice.number if self.chance(0.5) else invoice.account
        return ["hold", name, "", day + self.rnd.randrange(3, 40) * ONE, "", "talks"]

    def withdraw(self, day, books):
        promise = self.free([p for p in books.dunning.promises if p.stands(books.ledger, day) and p.made < day])
        return promise and ["withdraw", promise.id, "", "", "", ""]

    def recover(self, day, books):
        item = self.free([w for w in books.write_offs() if (day - w.date).days > 20])
        return item and ["recover", item.id, "", "", "", "paid after all"]

    def refund(self, day, books):
        credit = self.free([c for c in books.credits_open() if c.kind == "payment" and c.account in self.accounts])
        if not credit:
            return None
        part = shown(max(1, -books.open(credit) // 3)) if self.chance(0.3) else ""
        return ["refund", credit.id, part, "", "", "paid too much"]

    def undo(self, day, books):
        pair = books.some_application(self.rnd, self.busy, day)
        if not pair:
            return None
        self.busy.add(pair[0].account)
        return ["unapply", pair[0].id, "", "", pair[1].number, "wrong invoice"]

    def move_strangers(self, books):
        """After a while somebody finds out whose the money is."""
        acts = []
        for payment in books.strangers():
            account = self.rnd.choice(list(self.accounts.values()))
            if self.chance(0.08) and account.currency == payment.currency and account.name not in self.busy:
                self.busy.add(account.name)
                acts.append(["move", payment.id, "", "", account.name, ""])
        return acts
