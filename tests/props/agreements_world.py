"""Random agreements over time, and what they come to by a model of its own: whole days, exact fractions, one rounding.

Written from the definitions alone (periods half open, bounds counted from the anchor and clamped to the month's last day, shares days by
days, parts rounded cumulatively), not from moonbill's code. An agreement has an account of its own, so that all its account's usage is
its."""
import datetime
from fractions import Fraction

DAY = datetime.timedelta(1)
CYCLES = ("month", "month", "month", "quarter", "half_year", "year", "week", ("days", 10), ("weeks", 2), ("months", 5))
MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
TIERS = ((10, Fraction(3)), (50, Fraction("2.5")), (None, Fraction("1.99")))
CALL_TIERS = ((100, Fraction(0)), (1000, Fraction("0.05")), (None, Fraction("0.031")))


def minor(value):
    """Half away from zero, in whole cents."""
    cents = abs(value) * 100
    whole = (2 * cents.numerator + cents.denominator) // (2 * cents.denominator)
    return whole if value >= 0 else -whole


def step(day, months):
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    after = datetime.date(year + month // 12, month % 12 + 1, 1)
    return datetime.date(year, month, min(day.day, (after - DAY).day))


def in_month(first, day):
    """A day of the month that begins on `first`, or its last."""
    return min(first + (day - 1) * DAY, step(first, 1) - DAY)


def in_bands(quantity, tiers, earlier=0):
    """What each band comes to that is reached by a quantity of which `earlier` units were there before."""
    found, low = [], 0
    for bound, price in tiers:
        high = earlier + quantity if bound is None else min(earlier + quantity, bound)
        part = high - max(low, earlier)
        if part > 0:
            found.append(part * price)
        low = bound
    return found


class Plan:
    """Its charges: (id, timing, what it counts, what a quantity comes to in a whole period: the amounts of its lines)."""

    def __init__(self, number, random):
        self.name = "plan-%d" % number
        cycle = random.choice(CYCLES)
        self.months = MONTHS.get(cycle) or (cycle[1] if cycle[0] == "months" else None)
        self.days = 7 if cycle == "week" else {"days": 1, "weeks": 7}.get(cycle[0], 0) * cycle[1] if not self.months else None
        self.every = '"%s"' % cycle if isinstance(cycle, str) else "{ %s = %d }" % cycle
        self.align = "start" if self.days else random.choice(("start", "start", "calendar", random.randint(1, 31)))
        self.first = random.choice(("short", "short", "merged"))
        self.proration = "actual" if self.days else random.choice(("actual", "actual", "actual", "30/360", "months", "none"))
        self.base, self.seat = random.randrange(100, 20000), random.randrange(1, 2500)
        self.support = random.randrange(1, 5000)
        self.base_arrears = random.random() < 0.2
        self.trial = random.randrange(1, 40) if random.random() < 0.2 else 0
        self.charges = [
            ("base", "arrears" if self.base_arrears else "advance", None, lambda _: [Fraction(self.base, 100)]),
            ("seats", "advance", "seats", lambda n: [n * Fraction(self.seat, 100)]),
            ("storage", "advance", "gigabytes", lambda n: in_bands(n, TIERS)),
            ("support", "arrears", None, lambda _: [Fraction(self.support, 100)]),
            ("calls", "arrears", "meter", None),
        ]

    def text(self):
        tiers = lambda list_: "{ %s }" % ", ".join(  # noqa: E731
            ("{ upto = %d, price = %s }" % (b, float(p))) if b else "{ price = %s }" % float(p) for b, p in list_)
        align = self.align if isinstance(self.align, int) else '"%s"' % self.align
        phases = '  phases = { { "Trial", days = %d, free = true } },\n' % self.trial if self.trial else ""
        return ('return plan { title = "%s", every = %s, align = %s, first = "%s", proration = "%s",\n%s'
                '  flat { "Base", price = %d.%02d, when = "%s" },\n'
                '  per_unit { "Seats", quantity = "seats", price = %d.%02d },\n'
                '  graduated { "Storage", quantity = "gigabytes", tiers = %s },\n'
                '  flat { "Support", price = %d.%02d, when = "arrears" },\n'
                '  graduated { "Calls", meter = "calls", tiers = %s },\n}\n') % (
                    self.name, self.every, align, self.first, self.proration, phases, self.base // 100, self.base % 100,
                    "arrears" if self.base_arrears else "advance", self.seat // 100, self.seat % 100, tiers(TIERS),
                    self.support // 100, self.support % 100, tiers(CALL_TIERS))

    def bound(self, start, n):
        """The n-th bound, counted from the start, from 1 January of its year, or from the first such day of a month that is not before it."""
        if not self.months:
            return start + n * self.days * DAY
        if self.align == "start":
            return step(start, n * self.months)
        if self.align == "calendar":
            return step(datetime.date(start.year, 1, 1), n * self.months)
        month = start.replace(day=1)
        if in_month(month, self.align) < start:
            month = step(month, 1)
        return in_month(step(month, n * self.months), self.align)

    def periods(self, start, last):
        """(first day, first day after, bounds before clamping) of the nominal periods that begin by `last`; the first one may have two."""
        n, found = -2, []
        while self.bound(start, n + 1) <= start:
            n += 1
        while self.bound(start, n) <= last:
            found.append([(self.bound(start, n), self.bound(start, n + 1))])
            n += 1
        if self.first == "merged" and found and found[0][0][0] < start and len(found) > 1:
            found[0:2] = [found[0] + found[1]]
        elif self.first == "merged" and found and found[0][0][0] < start:
            found[0].append((self.bound(start, n), self.bound(start, n + 1)))
        return found

    def measure(self, bounds, start, stop):
        """The share that days [start, stop) have of the period between these bounds."""
        low, high = bounds
        start, stop = max(start, low), min(stop, high)
        if start >= stop:
            return Fraction(0)
        if start == low and stop == high:
            return Fraction(1)
        if self.proration == "30/360":
            count = lambda d: 360 * d.year + 30 * d.month + min(d.day, 30)  # noqa: E731
            return Fraction(count(stop) - count(start), 30 * self.months)
        if self.proration == "months":
            return sum((self.of_month(low, i, start, stop) for i in range(self.months)), Fraction(0))
        return Fraction((stop - start).days, (high - low).days)

    def of_month(self, low, i, start, stop):
        first, after = step(low, i), step(low, i + 1)
        days = (min(stop, after) - max(start, first)).days
        return Fraction(max(days, 0), (after - first).days * self.months)


class Agreement:
    def __init__(self, number, plans, random, first, last):
        self.id, self.account = "G%04d" % number, "A%04d" % number
        self.start = first + random.randrange(0, 60) * DAY
        if random.random() < 0.3:
            self.start = datetime.date(first.year, first.month, random.choice((28, 29, 30, 31)))
        self.plan = random.choice(plans)
        self.until = self.start + random.randrange(0, 150) * DAY if random.random() < 0.3 else None
        # (day from which it holds, seats, gigabytes)
        self.versions = [(self.start, random.randrange(0, 40), random.randrange(0, 80))]
        for _ in range(random.choice((0, 0, 1, 1, 2, 3))):
            _, seats, gigabytes = self.versions[-1]
            self.versions.append((self.start + random.randrange(1, 150) * DAY, random.choice((seats, random.randrange(0, 40))),
                                  random.choice((gigabytes, random.randrange(0, 80)))))
        self.versions = sorted({v[0]: v for v in self.versions}.values())
        self.pauses = []
        if random.random() < 0.25 and self.plan.proration != "none":
            begin = self.start + random.randrange(1, 100) * DAY
            self.pauses.append((begin, begin + random.randrange(1, 60) * DAY))
        self.events = [(first + random.randrange(0, (last - first).days) * DAY, random.randrange(1, 900)) for _ in range(random.choice((0, 3, 12)))]

    def version(self, day):
        return [v for v in self.versions if v[0] <= day][-1] if day >= self.versions[0][0] else self.versions[0]

    def serves(self, day):
        return self.start <= day and (not self.until or day < self.until) and not any(a <= day < b for a, b in self.pauses)

    def phase(self, day):
        return "trial" if day < self.start + self.plan.trial * DAY else None

    def quantity(self, counts, day):
        version = self.version(day)
        return {"seats": version[1], "gigabytes": version[2]}.get(counts, 1)

    def used(self, days):
        return sum(quantity for day, quantity in self.events if day in days)


class Run:
    """Service days of a period that have the same terms."""

    def __init__(self, start, stop, key):
        self.start, self.stop, self.key = start, stop, key

    def days(self):
        return {self.start + n * DAY for n in range((self.stop - self.start).days)}


def runs_of(agreement, bounds, key_of):
    """Neighbouring service days with equal keys, as runs."""
    found, day = [], max(bounds[0][0], agreement.start)
    while day < bounds[-1][1]:
        if agreement.serves(day):
            key = key_of(day)
            if found and found[-1].stop == day and found[-1].key == key:
                found[-1].stop = day + DAY
            else:
                found.append(Run(day, day + DAY, key))
        day += DAY
    return found


def share_of(plan, bounds, start, stop):
    return sum((plan.measure(one, start, stop) for one in bounds), Fraction(0))


def lines_of(agreement, last):
    """[(charge, first day of its period, start, stop, cents)] of all that is due by `last`, everything being known beforehand."""
    plan, found = agreement.plan, []
    for bounds in plan.periods(agreement.start, last):
        first = max(bounds[0][0], agreement.start)
        end = min(bounds[-1][1], agreement.until) if agreement.until else bounds[-1][1]
        if first > last or first >= end:
            continue
        for charge, timing, counts, whole_of in plan.charges:
            if timing == "arrears" and end > last:
                continue
            of = metered(agreement, bounds) if counts == "meter" else prorated(agreement, bounds, counts, whole_of)
            found += [(charge, first, run.start, run.stop, amount) for run, amount in of]
        found += [("trial", first, run.start, run.stop, 0) for run in runs_of(agreement, bounds, agreement.phase) if run.key == "trial"]
    return found


def metered_days(agreement, last):
    """The days whose usage is billed by `last`."""
    plan, days = agreement.plan, set()
    for bounds in plan.periods(agreement.start, last):
        end = min(bounds[-1][1], agreement.until) if agreement.until else bounds[-1][1]
        if end <= last:
            for run in runs_of(agreement, bounds, agreement.phase):
                days |= run.days() if run.key != "trial" else set()
    return days


def metered(agreement, bounds):
    """Bands go on from one part of a period to the next."""
    earlier = 0
    for run in runs_of(agreement, bounds, agreement.phase):
        quantity = agreement.used(run.days())
        if run.key != "trial":
            for amount in in_bands(quantity, CALL_TIERS, earlier):
                yield run, minor(amount)
            earlier += quantity


def prorated(agreement, bounds, counts, whole_of):
    plan = agreement.plan
    runs = runs_of(agreement, bounds, lambda day: (agreement.phase(day), agreement.quantity(counts, day)))
    for i, run in enumerate(runs):
        if run.key[0] == "trial" or run.key[1] == 0:
            continue
        before = share_of(plan, bounds, bounds[0][0], run.start)
        share = share_of(plan, bounds, run.start, run.stop)
        if plan.proration == "none":  # each period belongs to those who have its first day of service
            firsts = [min(r.start if r.start >= low else low for r in runs if r.stop > low and r.start < high) for low, high in bounds
                      if any(r.stop > low and r.start < high for r in runs)]
            before, share = Fraction(0), Fraction(sum(run.start <= first < run.stop for first in firsts))
        covered = run
        if plan.proration == "none" and share and len(bounds) == 1:  # and is for all of its days
            covered = Run(run.start, min(bounds[0][1], agreement.until) if agreement.until else bounds[0][1], run.key)
        for whole in whole_of(run.key[1]):
            if share:
                yield covered, minor(whole * (before + share)) - minor(whole * before)
