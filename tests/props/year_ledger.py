"""The receivables of year_auditor.py: items, what was applied to them, and what both come to on any day, as known on any day.

Nothing is computed ahead: every answer goes through the list of what happened. Amounts are whole minor units; what an account owes
is positive."""
import datetime
from fractions import Fraction

FOREVER = datetime.date(9999, 12, 31)


def half_up(value):
    """A fraction to the nearest whole number, halves away from zero."""
    value = Fraction(value)
    whole = (abs(value) * 2 + 1).__floor__() // 2
    return -whole if value < 0 else whole


class Item:
    def __init__(self, kind, id, number, account, currency, amount, date, due, booked, cash=False):
        self.kind, self.id, self.number, self.account, self.currency = kind, id, number, account, currency
        self.amount, self.date, self.due, self.booked = amount, date, due, booked
        self.cash = cash  # stands on unapplied cash, not on receivables
        self.moves = []  # (value date, booking date, what is open more)
        self.left = amount  # after all of them
        self.voided = None  # day on which its document was voided
        self.base = amount  # of its amount, in the book's currency
        self.targets, self.sources = {}, {}  # ids of what it was applied to, of what was applied to it, in order

    def open_at(self, day=FOREVER, known=FOREVER):
        if self.date > day or self.booked > known:
            return 0
        return self.amount + sum(amount for date, booked, amount in self.moves if date <= day and booked <= known)

    def free_from(self, amount, day):
        """The first day, not before `day`, from which on never less than `amount` is left."""
        first = max(day, self.date)
        changes = sorted({date for date, _, _ in self.moves} | {self.date})
        for change, following in zip(changes, changes[1:] + [FOREVER]):
            if abs(self.open_at(change)) < amount:
                first = max(first, following)
        return first

    def base_left(self):
        """Of its base what has not gone with what was applied, running parts of which add up to the whole."""
        return self.base - half_up(Fraction(self.base * (self.amount - self.left), self.amount))

    def order(self):
        return (self.due, self.date, self.number)


class Ledger:
    def __init__(self):
        self.items, self.by_account = {}, {}
        self.live, self.sorted = {}, None  # those with something left; the same by date, while nothing moves
        self.pairs = {}  # (source, target) ids: [(value date, amount, booking date)]

    def add(self, item):
        self.items[item.id] = item
        self.live[item.id], self.sorted = item, None
        self.by_account.setdefault((item.account, item.currency), []).append(item)
        return item

    def of(self, account, currency):
        return self.by_account.get((account, currency), [])

    def void(self, item, day):
        item.moves.append((day, day, -item.amount))
        item.left, item.voided = 0, day
        self.live.pop(item.id)
        self.sorted = None

    def by_date(self):
        if self.sorted is None:
            self.sorted = sorted(self.live.values(), key=lambda i: (i.date, i.number, i.id))
        return self.sorted

    def live_of(self, account, currency):
        return [item for item in self.of(account, currency) if item.left]

    def apply(self, source, target, amount, date, booked):
        """From a credit to what is owed: from the first day on which both are there and have as much left from then on."""
        assert 0 < amount <= min(-source.left, target.left)
        date = max(source.free_from(amount, date), target.free_from(amount, date))
        self.move(source, target, amount, date, booked)
        return date

    def move(self, source, target, amount, date, booked):
        self.sorted = None
        for item, more in ((source, amount), (target, -amount)):
            item.moves.append((date, booked, more))
            item.left += more
            if item.left:
                self.live[item.id] = item
            else:
                self.live.pop(item.id, None)
        self.pairs.setdefault((source.id, target.id), []).append((date, amount, booked))
        source.targets.setdefault(target.id)
        target.sources.setdefault(source.id)

    def applied(self, source, target):
        return sum(amount for _, amount, _ in self.pairs.get((source.id, target.id), ()))

    def release(self, source, target, date, booked):
        """Nothing is applied between the two from a day on; what counted from a later day only goes on that one."""
        if not self.applied(source, target):
            return False
        steps = {date: 0}
        for day, amount, _ in self.pairs[source.id, target.id]:
            steps[max(day, date)] = steps.get(max(day, date), 0) + amount
        for day, amount in sorted(steps.items()):
            if amount:
                self.move(source, target, -amount, day, booked)
        return True

    def targets_of(self, source):
        targets = [self.items[target] for target in source.targets]
        return [target for target in targets if self.applied(source, target)]

    def sources_of(self, target):
        sources = [self.items[source] for source in target.sources]
        return [source for source in sources if self.applied(source, target)]

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

    def base_of(self, cash):
        """What stands on a control account now, in the book's currency, by the currency of its items."""
        sums = {}
        for item in self.live.values():
            if item.cash == cash:
                sums[item.currency] = sums.get(item.currency, 0) + item.base_left()
        return sums

    def balance(self, account, currency, day, known=FOREVER):
        """All that was ever said about an account, without what was applied: that moves nothing between accounts."""
        return sum(amount for _, date, amount in self.movements(account, currency, day, known))

    def movements(self, account, currency, day, known=FOREVER):
        """(number, day, amount) of what came, and of what was voided."""
        for item in self.of(account, currency):
            if item.date <= day and item.booked <= known:
                yield item.number, item.date, item.amount
            if item.voided and max(item.voided, item.date) <= day and item.voided <= known:
                yield item.number, item.voided, -item.amount
