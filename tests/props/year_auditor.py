"""An auditor of the year: reads the same files as the program, day by day, and adds up on its own what they come to.

It knows the policies from their documentation only: prices and taxes, periods of subscriptions, which item a credit settles,
tolerance, disputes and promises. Amounts are whole minor units; shares are fractions, rounded half away from zero."""
import csv
import datetime
import json
import os
import re
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from year_dunning import Dunning
from year_ledger import Item, Ledger, half_up
from year_world import FIRST, ONE, PLANS, RATES, month_after, minor

EXCHANGE = [(datetime.date(2025, 12, 1), Decimal("0.85"))] + [
    (datetime.date(2026, month, 1), Decimal("0.85") + Decimal(month % 5) / 100) for month in range(1, 13)]
TOLERANCE, PER_MILLE = 100, 5  # what a payment may fall short by: minor units, and of the invoice's amount
LONDON = ZoneInfo("Europe/London")
REFERENCE = re.compile(r"[A-Z]+-2026-\d{5}|OLD-\d{4}")


def in_base(amount, currency, day):
    """In pounds, by the rate that holds on a day."""
    return half_up(Fraction(amount) * Fraction([r for since, r in EXCHANGE if since <= day][-1])) if currency != "GBP" else amount


def civil_day(text):
    """The day in London of a moment, or the day that is written."""
    if "T" not in text:
        return datetime.date.fromisoformat(text)
    moment = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)
    return moment.astimezone(LONDON).date()


class Document:
    def __init__(self, id, kind, account, currency, lines, terms, rated=None):
        self.id, self.kind, self.account, self.currency, self.terms = id, kind, account, currency, terms
        self.lines = lines  # [(net, category, start, stop)]
        self.net = sum(line[0] for line in lines)
        self.taxes = {c: sum(line[0] for line in lines if line[1] == c) for c in sorted({line[1] for line in lines})}
        self.tax = sum(half_up(net * Fraction(rated(c)) / 100) for c, net in self.taxes.items()) if rated else 0
        self.number = self.date = self.due = None
        self.claims, self.credited, self.order, self.voided, self.usage = [], 0, None, None, {}

    @property
    def total(self):
        return self.net + self.tax


class Dispute:
    def __init__(self, id, account, item, amount, opened):
        self.id, self.account, self.item, self.amount, self.opened, self.closed = id, account, item, amount, opened, None
        self.upheld = 0


class Auditor:
    def __init__(self, world, folder):
        self.accounts, self.products, self.folder = world.accounts, world.products, folder
        self.agreements, self.orders, self.events, self.by_meter = {}, {}, {}, {}  # as they were told so far
        self.ledger, self.documents, self.drafts, self.claims = Ledger(), [], [], {}
        self.issued, self.by_number, self.numbers = {}, {}, {"invoice": 0, "credit_note": 0}
        self.contests = {}  # disputes by item
        self.old = {}  # ids of items of the system before, by number
        self.disputes, self.late, self.counts, self.refunds = [], set(), {}, {}
        self.dunning = Dunning(self.ledger, self.withheld)
        self.remittance, self.stated, self.closed = {}, {}, None
        self.cash, self.bad_debt, self.differences = [], [], []  # (value date, currency, amount)

    # ---- what the world may ask ----

    def invoices_open(self):
        return [i for i in self.live() if i.kind == "invoice" and i.left > 0]

    def owed(self):
        """Of this system and of the one before it."""
        return [i for i in self.live() if i.kind in ("invoice", "opening") and i.left > 0]

    def live(self):
        return self.ledger.by_date()

    def open(self, item):
        return item.left

    def open_of(self, account, currency):
        return sorted((i for i in self.ledger.live_of(account, currency) if i.left > 0), key=Item.order)

    def credits_open(self):
        return [i for i in self.live() if i.left < 0]

    def receipts(self, since):
        return [i for i in self.ledger.items.values() if i.date > since and i.kind == "payment" and i.account in self.accounts
                and not self.is_spent(i)]

    def is_spent(self, item):
        """Something of it was paid back, taken back or moved: the bank's return of it is another story."""
        return any(target.kind in ("refund", "return", "transfer") for target in self.ledger.targets_of(item))

    def is_untouched(self, item):
        """Nothing was ever settled of it, credited or said about it."""
        said = [d.item for d in self.disputes] + [p.item for p in self.dunning.promises]
        document = self.by_number[item.number]
        return not item.moves and item not in said and not document.credited and not self.is_changed(document)

    def is_changed(self, document):
        """Late usage of one of its periods was billed since: that is voided first, the last bill of a period before the others."""
        place = (lambda key: int(key[2].partition("+")[2] or 0))
        return any(key[:2] == other[:2] and other[2].startswith("arrears") and place(other) > place(key) and holder is not document
                   for key in document.claims if key[2].startswith("arrears") for other, holder in self.claims.items())

    def creditable(self, item):
        document = self.by_number[item.number]
        return max(0, document.lines[0][0]) if document.order and not document.credited else 0

    def disputes_open(self):
        return [d for d in self.disputes if not d.closed]

    def disputes_of(self, item):
        return self.contests.get(item.id, [])

    def write_offs(self):
        return [i for i in self.ledger.items.values() if i.kind == "write_off" and self.ledger.targets_of(i)
                and self.ledger.targets_of(i)[0].kind == "invoice"]

    def strangers(self):
        return [i for i in self.live() if i.kind == "payment" and i.account == "unidentified" and i.left < 0]

    def some_application(self, rnd, busy, day):
        paid = [i for i in self.receipts(day - 30 * ONE) if i.account not in busy]
        pairs = [(payment, target) for payment in paid for target in self.ledger.targets_of(payment)]
        return rnd.choice(pairs) if pairs else None

    # ---- a day ----

    def rows(self, kind, day):
        path = os.path.join(self.folder, "%s-%s.csv" % (kind, day))
        if not os.path.exists(path):
            return []
        with open(path, newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def take_day(self, day):
        self.take_desk(day)
        self.take_agreements(day)
        self.take_orders(day)
        self.take_usage(day)
        if day.weekday() < 5:
            self.issue(self.drafts + self.bill(day), day)
        self.take_payments(day)
        self.apply_all(day)
        if day.weekday() < 5:
            self.dunning.run(day)
        if day.day == 8:
            self.closed = day - 8 * ONE

    def take_openings(self, path):
        """What the system before this book left open, dated as it was there."""
        with open(path, newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                date, due = (datetime.date.fromisoformat(row[name]) for name in ("date", "due"))
                self.old[row["number"]] = id = "opening/%s/%s" % (row["account"], row["number"])
                self.ledger.add(Item("opening", id, row["number"], row["account"], row["currency"],
                                     minor(row["amount"]), date, due, FIRST, row["kind"] == "cash"))

    def take_agreements(self, day):
        for row in self.rows("agreements", day):
            date = (lambda text: datetime.date.fromisoformat(text) if text else None)
            self.agreements.setdefault(row["id"], []).append(
                {"id": row["id"], "from": date(row["from"]), "account": row["account"], "plan": row["plan"],
                 "start": date(row["start"]), "until": date(row["until"]), "seats": int(row["tags.seats"])})

    def take_orders(self, day):
        for row in self.rows("orders", day):
            order = self.orders.setdefault(row["order"], {"account": row["account"], "date": datetime.date.fromisoformat(row["date"]),
                                                          "currency": row["currency"], "lines": [], "billed": False})
            listed, category = self.products[row["product"]]
            price = Decimal(row["price"]) * 100 if row["price"] else Decimal(listed)
            order["lines"].append((half_up(Fraction(row["quantity"]) * Fraction(price)), category, None, None))

    def take_usage(self, day):
        rows = self.rows("usage", day)
        path = os.path.join(self.folder, "events-%s.jsonl" % day)
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                rows += [json.loads(line) for line in file]
        for row in rows:
            event = (row["account"], row["meter"], civil_day(row["time"]), Fraction(str(row["quantity"])))
            if row["id"] not in self.events:
                self.events[row["id"]] = event
                self.by_meter.setdefault(event[:2], []).append(event[2:])
                self.late.update(claim for claim in self.claimed_for(event))

    def claimed_for(self, event):
        """Periods that are billed already and would have had this event: it came too late."""
        for versions in self.agreements.values():
            if versions[0]["account"] != event[0]:
                continue
            for start, stop, version in self.periods(versions, event[2] + ONE):
                key = (version["id"], start, "arrears")
                metered = any(how == "usage" for _, _, how, _ in PLANS[version["plan"]])
                if metered and start <= event[2] < stop and key in self.claims:
                    yield (version["id"], start, event[1])

    # ---- bills ----

    def rate(self, account):
        return (lambda category: RATES[category] if self.accounts[account].country == "GB" else Decimal(0))

    def bill(self, day):
        made = []
        for name, order in self.orders.items():
            if not order["billed"] and order["date"] <= day:
                document = Document(self.free_id("order/" + name), "invoice", order["account"], order["currency"], order["lines"],
                                    self.accounts[order["account"]].terms, self.rate(order["account"]))
                document.order = order
                document.tax_point = order["date"]
                made.append(document)
        return made + self.bill_periods(day)

    def free_id(self, source):
        """What takes the place of a voided document has a name of its own."""
        id, n = source, 2
        while id in self.issued and self.issued[id].voided:
            id, n = "again%d/%s" % (n, source), n + 1
        return id

    def late_lines(self, version, start, stop):
        """What usage that came late adds to a period that is billed: a line of its charge, of nothing too."""
        if (version["id"], start, "calls") not in self.late:
            return None, []
        holders = [(key, d) for key, d in self.claims.items() if key[:2] == (version["id"], start) and key[2].startswith("arrears")]
        billed = sum(d.usage.get(key, 0) for key, d in holders)
        found = [line for line in self.charges(version, "arrears", start, stop, "usage")]
        amount = sum(line[0] for line in found) - billed
        return (version["id"], start, "arrears+%d" % len(holders)), [(amount, "standard", start, stop)]

    def due_lines(self, version, timing, start, stop):
        key = (version["id"], start, timing)
        if key not in self.claims:
            return key, list(self.charges(version, timing, start, stop))
        return self.late_lines(version, start, stop) if timing == "arrears" else (None, [])

    def usage_of(self, version, key, start, stop, found):
        """What of the lines of a claim is usage, in pence."""
        if "+" in key[2]:
            return found[0][0]
        return sum(line[0] for line in self.charges(version, "arrears", start, stop, "usage")) if key[2] == "arrears" else 0

    def bill_periods(self, day):
        lines, claims, first, usage = {}, {}, {}, {}
        for versions in self.agreements.values():
            for start, stop, version in self.periods(versions, day):
                for timing in ("advance", "arrears"):
                    if (start if timing == "advance" else stop) > day:
                        continue
                    key, found = self.due_lines(version, timing, start, stop)
                    if found:
                        usage[key] = self.usage_of(version, key, start, stop, found)
                        account = version["account"]
                        lines.setdefault(account, []).extend(found)
                        claims.setdefault(account, []).append(key)
                        first[account] = min(start, first.get(account, start))
        made = []
        for account in lines:
            source, n = "periods/%s/%s" % (account, first[account]), 1
            while self.free_id(source if n == 1 else "%s/%d" % (source, n)) in self.issued:
                n += 1
            document = Document(self.free_id(source if n == 1 else "%s/%d" % (source, n)), "invoice", account, "GBP", lines[account],
                                self.accounts[account].terms, self.rate(account))
            document.claims, document.tax_point = claims[account], day
            document.usage = {key: usage[key] for key in claims[account]}
            made.append(document)
        return made

    @staticmethod
    def periods(versions, day):
        """Whole months from the agreement's start, those that have begun, each with the version that held on its first day."""
        n = 0
        while True:
            start, stop = month_after(versions[0]["start"], n), month_after(versions[0]["start"], n + 1)
            version = [v for v in versions if v["from"] <= start][-1:] or versions[:1]
            if start > day or (version[0]["until"] and start >= version[0]["until"]):
                return
            yield start, stop, version[0]
            n += 1

    def charges(self, version, timing, start, stop, only=None):
        for _, when, how, price in PLANS[version["plan"]]:
            if when != timing or (only and how != only):
                continue
            if how == "usage":
                for amount in self.graduated(price, self.used(version["account"], "calls", start, stop)):
                    yield (amount, "standard", start, stop)
            else:
                yield (half_up(Fraction(price) * 100 * (version["seats"] if how == "seats" else 1)), "standard", start, stop)

    def used(self, account, meter, start, stop):
        events = self.by_meter.get((account, meter), [])
        return sum((quantity for day, quantity in events if start <= day < stop), Fraction(0))

    @staticmethod
    def graduated(tiers, quantity):
        """An amount for every tier that is reached."""
        below = Fraction(0)
        for upto, price in tiers:
            if quantity > below:
                top = quantity if upto is None else min(quantity, Fraction(upto))
                yield half_up((top - below) * Fraction(price) * 100)
            below = Fraction(upto or 0)

    def issue(self, documents, day):
        """Numbers in the order of accounts, invoices first; then each credit note settles what is due first."""
        documents.sort(key=lambda d: (d.account.encode(), d.kind != "invoice", d.id.encode()))
        for d in documents:
            self.numbers[d.kind] += 1
            d.number = "%s-%d-%05d" % ("INV" if d.kind == "invoice" else "CN", day.year, self.numbers[d.kind])
            d.date, d.due = day, day + datetime.timedelta(d.terms)
            self.documents.append(d)
            self.issued[d.id] = d
            self.by_number[d.number] = d
            self.claims.update({key: d for key in d.claims})
            self.late -= {(id, start, "calls") for id, start, claim in d.claims if "+" in claim}
            if d.order:
                d.order["billed"] = True
            if d.total:
                item = self.ledger.add(Item(d.kind, d.id, d.number, d.account, d.currency, d.total, d.date, d.due, day))
                item.base = in_base(d.total, d.currency, d.tax_point)
        self.drafts = []
        for d in documents:
            if d.kind == "credit_note" and d.total:
                self.settle(self.ledger.items[d.id], self.open_of(d.account, d.currency), day)

    # ---- payments ----

    def first_open(self, day):
        return max(day, self.closed + ONE) if self.closed else day

    def take_payments(self, day):
        taken = []
        for row in self.rows("payments", day):
            if row["returns"]:
                self.do_return({"subject": row["returns"], "date": row["date"]}, day)
                continue
            amount, date = minor(row["amount"]), self.first_open(datetime.date.fromisoformat(row["date"]))
            account = row["account"] or self.account_of(row["remittance"], row["currency"]) or "unidentified"
            item = self.ledger.add(Item("payment", row["id"], row["id"], account, row["currency"], -amount, date, date, day, True))
            item.base = in_base(-amount, row["currency"], datetime.date.fromisoformat(row["date"]))
            self.remittance[row["id"]] = row["remittance"]
            self.cash.append((date, row["currency"], amount))
            taken.append(item)
        self.settle_all(taken, day)

    def account_of(self, text, currency):
        """Whose invoice a remittance names."""
        found = REFERENCE.findall(text)
        named = {self.by_number[n].account for n in found if n in self.by_number}
        named |= {self.ledger.items[self.old[n]].account for n in found if n in self.old}
        return named.pop() if len(named) == 1 else None

    def apply_all(self, day):
        self.settle_all(self.credits_open(), day)

    def settle_all(self, credits, day):
        """Account by account, what came in first settles first; of one day credit notes before cash."""
        credits = [c for c in credits if c.account in self.accounts]
        for credit in sorted(credits, key=lambda c: (c.account.encode(), c.date, c.cash, c.number.encode())):
            if credit.cash:
                self.settle_cash(credit, day)
            else:
                self.settle(credit, [i for i in self.open_of(credit.account, credit.currency) if not self.contested(i)], day)

    def contested(self, item):
        return min(item.left, sum(d.amount for d in self.disputes_of(item) if not d.closed))

    def withheld(self, item):
        """What is not asked for: contested still, or decided for the customer and not credited yet."""
        mine = self.disputes_of(item)
        if not mine:
            return 0
        since = min((d.opened for d in mine), default=None)
        credited = sum(amount for source in item.sources if self.ledger.items[source].kind == "credit_note"
                       for date, amount, _ in self.ledger.pairs[source, item.id] if since and date >= since)
        pending = max(0, sum(d.upheld for d in mine) - credited)
        return min(item.left, sum(d.amount for d in mine if not d.closed) + pending)

    def settle_cash(self, credit, day):
        """What its payer named, in his order; then what is due first, of that what is contested at the very end. But if he named what
        cannot be settled, somebody has to look: the rest waits."""
        items = [i for i in self.open_of(credit.account, credit.currency) if i.kind in ("invoice", "opening")]
        numbers = list(dict.fromkeys(REFERENCE.findall(self.remittance.get(credit.id, ""))))
        named = [i for number in numbers for i in items if i.number == number]
        queue = [(i, i.left) for i in named]
        if not any(self.is_obstacle(number, credit, named) for number in numbers):
            rest = [i for i in items if i not in named]
            queue += [(i, i.left - self.contested(i)) for i in rest] + [(i, i.left) for i in rest if self.contested(i)]
        last = None
        for item, most in queue:
            part = min(-credit.left, item.left, most)
            if part > 0:
                self.ledger.apply(credit, item, part, self.first_open(credit.date), day)
                last = item
        if last and credit.left == 0 and 0 < last.left <= TOLERANCE and last.left * 1000 <= last.amount * PER_MILLE:
            if not self.contested(last):
                self.difference(last, self.first_open(max(credit.date, last.date)), day)

    def is_obstacle(self, number, credit, named):
        """A document that cannot be settled, unless it is this very payment that did."""
        document = self.by_number.get(number)
        return document and document.id not in [i.id for i in named + self.ledger.targets_of(credit)]

    def settle(self, credit, items, day):
        """As much as there is."""
        for item in items:
            part = min(-credit.left, item.left)
            if part > 0:
                self.ledger.apply(credit, item, part, self.first_open(credit.date), day)

    def difference(self, item, date, day):
        amount, date = item.left, item.free_from(item.left, date)
        name = "difference/%s/%d" % (item.number, self.count("difference/" + item.id))
        self.take_off("difference", name, item, amount, date, day)
        self.differences.append((date, item.currency, amount))

    def take_off(self, kind, id, item, amount, date, day):
        made = Item(kind, id, id, item.account, item.currency, -amount, date, date, day)
        self.ledger.apply(self.ledger.add(made), item, amount, date, day)
        return made

    def put_back(self, kind, id, made, date, day):
        """The opposite of what took off an invoice."""
        for target in self.ledger.targets_of(made):
            self.ledger.release(made, target, date, day)
        back = self.ledger.add(Item(kind, id, id, made.account, made.currency, -made.amount, date, date, day))
        self.ledger.apply(made, back, back.amount, date, day)

    def unapply(self, source, target, date, day):
        """With an application goes the small difference that closed what it settled."""
        self.ledger.release(source, target, date, day)
        for made in self.ledger.sources_of(target):
            if made.kind == "difference":
                since = max(made.date, date)
                self.put_back("difference", made.id + "/back", made, since, day)
                self.differences.append((since, made.currency, made.amount))

    # ---- what clerks do ----

    def take_desk(self, day):
        for row in self.rows("desk", day):
            getattr(self, "do_" + row["verb"].replace("-", "_"))(row, day)

    def count(self, what):
        self.counts[what] = self.counts.get(what, 0) + 1
        return self.counts[what]

    def item_of(self, number):
        return self.ledger.items[self.by_number[number].id if number in self.by_number else self.old[number]]

    def do_return(self, row, day):
        payment, date = self.ledger.items[row["subject"]], self.first_open(datetime.date.fromisoformat(row["date"]))
        date = max(date, payment.date)
        for target in self.ledger.targets_of(payment):
            self.unapply(payment, target, date, day)
        self.pay_back("return", "return/" + payment.id, payment, -payment.amount, date, day)

    def do_refund(self, row, day):
        credit = self.ledger.items[row["subject"]]
        name = "refund/%s/%d" % (credit.number, self.count("refund/" + credit.id))
        self.refunds[credit.id] = name
        self.pay_back("refund", name, credit, minor(row["amount"]) if row["amount"] else -credit.left, day, day)

    def pay_back(self, kind, id, credit, amount, date, day):
        back = self.ledger.add(Item(kind, id, id, credit.account, credit.currency, amount, date, date, day, credit.cash))
        self.ledger.apply(credit, back, amount, date, day)
        self.cash.append((date, credit.currency, -amount))

    def do_unapply(self, row, day):
        """As though it had never been applied; but closed days keep what they showed."""
        since = self.first_open(datetime.date.min)
        self.unapply(self.ledger.items[row["subject"]], self.item_of(row["on"]), since, day)

    def do_move(self, row, day):
        payment = self.ledger.items[row["subject"]]
        amount, date = -payment.left, payment.free_from(-payment.left, self.first_open(payment.date))
        id = "transfer/%s/%d" % (payment.id, self.count("transfer/" + payment.id))
        there = Item("transfer", id, id, row["on"], payment.currency, -amount, date, date, day, True)
        here = Item("transfer", id + "/from", id + "/from", payment.account, payment.currency, amount, date, date, day, True)
        there.base = payment.base_left()
        self.ledger.add(there)
        self.ledger.apply(payment, self.ledger.add(here), amount, date, day)
        self.remittance[id] = self.remittance[payment.id]
        self.settle_cash(there, day)

    def do_write_off(self, row, day):
        item = self.item_of(row["subject"])
        amount = minor(row["amount"]) if row["amount"] else item.left
        self.take_off("write_off", "write-off/%s/%d" % (item.number, self.count("write-off/" + item.id)), item, amount, day, day)
        self.bad_debt.append((day, item.currency, amount))

    def do_recover(self, row, day):
        written = self.ledger.items[row["subject"]]
        self.put_back("recovery", "recovery/" + written.id, written, day, day)
        self.bad_debt.append((day, written.currency, written.amount))

    def do_void(self, row, day):
        document = self.by_number[row["subject"]]
        self.ledger.void(self.ledger.items[document.id], day)
        document.voided = day
        if document.order:
            document.order["billed"] = False
        for id, start, timing in document.claims:
            del self.claims[id, start, timing]
            if timing == "arrears":
                self.late = {late for late in self.late if late[:2] != (id, start)}
            elif "+" in timing:
                self.late.add((id, start, "calls"))

    def do_credit(self, row, day):
        invoice = self.by_number[row["subject"]]
        if row["amount"]:
            part, category = minor(row["amount"]), invoice.lines[0][1]
            lines = [(-part,) + invoice.lines[0][1:]]
        else:
            lines = [(-line[0],) + line[1:] for line in invoice.lines]
        note = Document("credit/" + invoice.number, "credit_note", invoice.account, invoice.currency, lines, invoice.terms,
                        self.rate(invoice.account))
        note.tax_point, invoice.credited = invoice.tax_point, 1
        self.drafts.append(note)

    def do_dispute(self, row, day):
        item = self.item_of(row["subject"])
        id = "%s/%d" % (item.number, self.count("dispute/" + item.id))
        self.disputes.append(Dispute(id, item.account, item, minor(row["amount"]), day))
        self.contests.setdefault(item.id, []).append(self.disputes[-1])

    def do_upheld(self, row, day):
        self.do_rejected(row, day).upheld = minor(row["amount"])

    def do_hold(self, row, day):
        item = self.item_of(row["subject"]) if row["subject"] in self.by_number else None
        account = item.account if item else row["subject"]
        self.dunning.holds.append((account, item, day, datetime.date.fromisoformat(row["date"])))

    def do_withdraw(self, row, day):
        [promise] = [p for p in self.dunning.promises if p.id == row["subject"]]
        promise.withdrawn = day

    def do_rejected(self, row, day):
        [dispute] = [d for d in self.disputes if d.id == row["subject"]]
        dispute.closed = day
        return dispute

    def do_promise(self, row, day):
        item = self.item_of(row["on"]) if row["on"] else None
        account = row["subject"]
        self.dunning.promise("%s/%d" % (account, self.count("promise/" + account)), account, self.accounts[account].currency, item,
                             minor(row["amount"]), day, datetime.date.fromisoformat(row["date"]))

    # ---- the books ----

    def deferred(self, day):
        """Net amounts of what is billed for days after the month of `day` (a month's last one) has ended."""
        later = 0
        for d in self.documents:
            for net, _, start, stop in d.lines if d.date <= day and not (d.voided and d.voided <= day) else ():
                if stop and stop > d.date + ONE:
                    gone = max(0, min((day + ONE - start).days, (stop - start).days))
                    later += net - half_up(Fraction(net * gone, (stop - start).days))
        return later

    def ledger_at(self, day):
        """Accounts of the chart: debit positive, in pounds."""
        docs = [d for d in self.documents if d.date <= day and d.currency == "GBP" and not (d.voided and d.voided <= day)]
        some = (lambda moved: sum(amount for date, currency, amount in moved if date <= day and currency == "GBP"))
        deferred = self.deferred(day)
        return {"1100": self.ledger.control(day, False).get("GBP", 0), "2100": self.ledger.control(day, True).get("GBP", 0),
                "3900": -sum(i.amount for i in self.ledger.items.values() if i.kind == "opening" and i.date <= day),
                "1200": some(self.cash), "2200": -sum(d.tax for d in docs), "2300": -deferred,
                "4000": -sum(d.net for d in docs) + deferred, "6800": some(self.bad_debt), "6810": some(self.differences)}
