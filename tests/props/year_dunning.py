"""What year_auditor.py expects of dunning: which items are asked for on a day, with which step, by rules/dunning/standard.lua.

An item is asked for what is open of it, less what is contested, less what is promised. Nothing is said within three days of its due date,
of less than 5.00 in all, and where credits cover it. Steps come in their order, some days apart."""
from year_world import ONE

GRACE, PROMISE_GRACE, MINIMUM = 3, 3, 500
ASKED = ("invoice", "opening")
STEPS = ((5, 7), (15, 10), (30, 14), (60, 7))  # days past due, days left before the next


class Promise:
    def __init__(self, id, account, currency, item, amount, made, by):
        self.id, self.account, self.currency, self.item = id, account, currency, item
        self.amount, self.made, self.last = amount, made, by + PROMISE_GRACE * ONE
        self.withdrawn = None

    def received(self, ledger, day):
        """What was settled since, by value date: with cash and credits, not by writing off."""
        items = [self.item] if self.item else [i for i in ledger.of(self.account, self.currency) if i.kind in ASKED]
        limit = min(day, self.last)
        return sum(amount for item in items for source in item.sources if ledger.items[source].kind not in ("write_off", "difference")
                   for date, amount, booked in ledger.pairs[source, item.id] if booked >= self.made and date <= limit)

    def left(self, ledger, day):
        """What it still keeps from being asked for."""
        return max(0, self.amount - self.received(ledger, day)) if self.stands(ledger, day) else 0

    def stands(self, ledger, day):
        over = day > self.last or (self.withdrawn and self.withdrawn <= day)
        return not over and self.received(ledger, day) < self.amount


class Row:
    """An open item as it stands on a day."""

    def __init__(self, item, day, contested):
        self.item, self.days, self.open, self.disputed, self.promised = item, (day - item.due).days, item.left, contested, 0
        self.step = self.reason = None

    @property
    def asked(self):
        return self.open - self.disputed - self.promised


class Dunning:
    def __init__(self, ledger, contested):
        self.ledger, self.contested = ledger, contested
        self.promises, self.holds = [], []  # holds: (account, item or None, from, until)
        self.holding = []
        self.taken = {}  # taken: item id: [(day, step)]

    def promise(self, *facts):
        self.promises.append(Promise(*facts))

    def may_promise(self, account, item, day):
        """One at a time, and not again after two that came to nothing."""
        earlier = [p for p in self.promises if p.account == account and p.item is item]
        broken = 0
        for one in earlier:
            if one.stands(self.ledger, day):
                return False
            broken = 0 if one.received(self.ledger, day) >= one.amount else broken + 1
        return broken <= 1

    def rows(self, day):
        """Every open invoice, by account and currency, with what is asked for it and why nothing is."""
        books = {}
        self.holding = [(account, item) for account, item, since, until in self.holds if since <= day < until]
        for item in self.ledger.live.values():
            books.setdefault((item.account, item.currency), []).append(item)
        found = []
        for items in books.values():
            found += self.rows_of(items, day)
        return found

    def rows_of(self, items, day):
        rows = [Row(i, day, self.contested(i)) for i in sorted(items, key=lambda i: (i.due, i.number)) if i.left > 0 and i.kind in ASKED]
        if not rows:
            return rows
        self.keep_promises(rows, day)
        wanted = []
        for row in rows:
            row.reason = self.own_reason(row)
            if not row.reason:
                wanted.append(row)
        due, credit = sum(row.asked for row in wanted), -sum(i.left for i in items if i.left < 0)
        for row in wanted:
            if credit >= due:
                row.reason = "covered"
            elif due - credit < MINIMUM:
                row.reason = "minimum"
            else:
                self.climb(row, day)
        return rows

    def keep_promises(self, rows, day):
        account, currency = rows[0].item.account, rows[0].item.currency
        mine = [p for p in self.promises if p.account == account and p.currency == currency]
        for one in sorted(mine, key=lambda p: (p.item is None, p.last)):
            left = one.left(self.ledger, day)
            for row in rows:
                if one.item in (None, row.item):
                    part = min(left, max(0, row.asked))
                    row.promised, left = row.promised + part, left - part

    def own_reason(self, row):
        if row.days <= 0:
            return "not due" if row.days else "due today"
        if row.days <= GRACE:
            return "grace"
        if any(row.item is item or (not item and row.item.account == account) for account, item in self.holding):
            return "held"
        if row.asked <= 0:
            return "promised" if row.promised else "disputed"
        return None

    def climb(self, row, day):
        steps = self.steps_of(row.item)
        last, number = steps[-1] if steps else (None, 0)
        if last == day:
            row.reason = "taken today"
        elif number == len(STEPS):
            row.reason = "finished"
        else:
            first = row.item.due + STEPS[number][0] * ONE
            if last:
                first = max(first, last + STEPS[number - 1][1] * ONE)
            row.step, row.reason = (number + 1, "step") if first <= day else (None, "later")

    def steps_of(self, item):
        """Those since it was last settled whole: then its ladder begins anew."""
        since, settled = None, False
        for day in sorted({date for date, _, _ in item.moves}):
            if item.open_at(day) <= 0:
                settled = True
            elif settled:
                since, settled = day, False
        return [(day, step) for day, step in self.taken.get(item.id, []) if not since or day >= since]

    def run(self, day):
        for row in self.rows(day):
            if row.step:
                self.taken.setdefault(row.item.id, []).append((day, row.step))
