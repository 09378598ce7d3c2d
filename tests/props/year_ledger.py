"""The receivables of year_auditor.py: items, what was applied to them, and what both come to on any day, as known on any day.

Nothing is computed ahead: every answer goes through the list of what happened. Amounts are whole minor units; what an account owes
is positive."""
import datetime

FOREVER = datetime.date(9999, 12, 31)


class Item:
    def __init__(self, kind, id, number, account, currency, amount, date, due, booked, cash=False):
        self.kind, self.id, self.number, self.account, self.currency = kind, id, number, account, currency
        self.amount, self.date, self.due, self.booked = amount, date, due, booked
        self.cash = cash  # stands on unapplied cash, not on receivables
        self.moves = []  # (value date, booking date, what is open more)
        self.left = amount  # after all of them
        self.targets = {}  # ids of what it was applied to, in order

    def open_at(self, day=FOREVER, known=FOREVER):
        if self.date > day or self.booked > known:
            return 0
        return self.amount + sum(amount for date, booked, amount in self.moves if date <= day and booked <= known)

    def order(self):
        return (self.due, self.date, self.number)


class Ledger:
    def __init__(self):
        self.items, self.by_account = {}, {}
        self.live = {}  # those with something left
        self.applied = {}  # (source, target) ids: amount that stands

    def add(self, item):
        self.items[item.id] = item
        self.live[item.id] = item
        self.by_account.setdefault((item.account, item.currency), []).append(item)
        return item

    def of(self, account, currency):
        return self.by_account.get((account, currency), [])

    def live_of(self, account, currency):
        return [item for item in self.of(account, currency) if item.left]

    def apply(self, source, target, amount, date, booked):
        """From a credit to what is owed; not before either is there."""
        date = max(date, source.date, target.date)
        assert 0 < amount <= min(-source.left, target.left)
        self.move(source, target, amount, date, booked)

    def move(self, source, target, amount, date, booked):
        for item, more in ((source, amount), (target, -amount)):
            item.moves.append((date, booked, more))
            item.left += more
            if item.left:
                self.live[item.id] = item
            else:
                self.live.pop(item.id, None)
        pair = (source.id, target.id)
        source.targets.setdefault(target.id)
        self.applied[pair] = self.applied.get(pair, 0) + amount

    def unapply(self, source, target, date, booked):
        amount = self.applied.get((source.id, target.id), 0)
        if amount:
            self.move(source, target, -amount, date, booked)
        return amount

    def targets_of(self, source):
        return [self.items[target] for target in source.targets if self.applied[source.id, target]]

    # ---- what it comes to ----

    def ageing(self, day, known=FOREVER):
        """(account, currency): not due, 1-30, 31-60, 61-90, 91 and more, unapplied, total."""
        rows = {}
        for item in self.items.values():
            amount = item.open_at(day, known)
            if amount == 0:
                continue
            row = rows.setdefault((item.account, item.currency), [0] * 7)
            late = (day - item.due).days
            row[5 if amount < 0 else 0 if late <= 0 else min(4, (late + 29) // 30)] += amount
            row[6] += amount
        return rows

    def control(self, day, cash, known=FOREVER):
        """What stands on a control account, by currency: unapplied cash, or receivables."""
        sums = {}
        for item in self.items.values():
            if item.cash == cash:
                sums[item.currency] = sums.get(item.currency, 0) + item.open_at(day, known)
        return sums

    def balance(self, account, currency, day, known=FOREVER):
        """All that was ever said about an account, without what was applied: that moves nothing between accounts."""
        return sum(item.amount for item in self.of(account, currency) if item.date <= day and item.booked <= known)
