#!/usr/bin/env python3
"""What meters of every kind bill, against sums of its own.

    meters_oracle.py --build DIR

Seeded events (SEED chooses others), some with a time, some with a day only, on both sides of a change of clocks, with properties,
corrections and withdrawals, in an order of their own, are billed by agreements that begin on any day. What each meter comes to in each
period is computed again in plain Python with fractions, from the list of events that nobody corrected. The same again with events and
corrections that come while months are billed already: what all documents bill of a period adds up to what it comes to in the end.
Prints TAP."""
import argparse
import datetime
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

SEED = int(os.environ.get("SEED") or 1)
ZONE, UTC = ZoneInfo("Europe/Berlin"), datetime.timezone.utc
FIRST, LAST = datetime.date(2026, 1, 1), datetime.date(2026, 5, 20)
ACCOUNTS, EVENTS, CORRECTIONS = 8, 4000, 700
NAMES = ("api", "disk", "seats")
TAGS = {"region": ("eu", "us", ""), "user": ("ann", "bob", "cem", "dee", ""), "gb": ("1.5", "2", "", "0.000001")}

# name, aggregate and what else a meter says, in Lua and for the oracle.
METERS = [
    ("plain", "", {}),
    ("calls", 'aggregate = "count", of = "api"', {"of": "api", "aggregate": "count"}),
    ("eu", 'of = "api", where = { region = "eu" }', {"of": "api", "where": lambda e: e["tags"].get("region") == "eu"}),
    ("either", 'of = "api", aggregate = "count", where = { region = { "eu", "us" }, user = true }',
     {"of": "api", "aggregate": "count", "where": lambda e: e["tags"].get("region") in ("eu", "us") and "user" in e["tags"]}),
    ("large", 'of = "api", where = function(event) return event.quantity > 5 end', {"of": "api", "where": lambda e: e["quantity"] > 5}),
    ("gb", 'of = "api", value = "gb"', {"of": "api", "value": "gb"}),
    ("gb.last", 'of = "api", value = "gb", aggregate = "latest", recurring = true',
     {"of": "api", "value": "gb", "aggregate": "latest", "recurring": True}),
    ("ever", 'of = "disk", recurring = true', {"of": "disk", "recurring": True}),
    ("ever.eu", 'of = "disk", recurring = true, by = { "region" }', {"of": "disk", "recurring": True}),
    ("high", 'of = "seats", aggregate = "max"', {"of": "seats", "aggregate": "max"}),
    ("high.carried", 'of = "seats", aggregate = "max", recurring = true', {"of": "seats", "aggregate": "max", "recurring": True}),
    ("high.by", 'of = "seats", aggregate = "max", recurring = true, by = { "region", "user" }',
     {"of": "seats", "aggregate": "max", "recurring": True, "by": ("region", "user")}),
    ("high.changes", 'of = "disk", aggregate = "max", values = "changes", recurring = true',
     {"of": "disk", "aggregate": "max", "changes": True, "recurring": True}),
    ("last", 'of = "seats", aggregate = "latest"', {"of": "seats", "aggregate": "latest"}),
    ("last.carried", 'of = "seats", aggregate = "latest", recurring = true', {"of": "seats", "aggregate": "latest", "recurring": True}),
    ("last.by", 'of = "seats", aggregate = "latest", recurring = true, by = { "user" }',
     {"of": "seats", "aggregate": "latest", "recurring": True, "by": ("user",)}),
    ("users", 'of = "seats", aggregate = "unique", property = "user"', {"of": "seats", "aggregate": "unique", "property": "user"}),
    ("users.carried", 'of = "seats", aggregate = "unique", property = "user", recurring = true',
     {"of": "seats", "aggregate": "unique", "property": "user", "recurring": True}),
    ("users.most", 'of = "seats", aggregate = "max", property = "user", recurring = true',
     {"of": "seats", "aggregate": "max", "property": "user", "recurring": True}),
    ("mean", 'of = "disk", aggregate = "time_weighted"', {"of": "disk", "aggregate": "time_weighted"}),
    ("mean.carried", 'of = "disk", aggregate = "time_weighted", recurring = true',
     {"of": "disk", "aggregate": "time_weighted", "recurring": True}),
    ("mean.by", 'of = "disk", aggregate = "time_weighted", recurring = true, by = { "region" }',
     {"of": "disk", "aggregate": "time_weighted", "recurring": True, "by": ("region",)}),
    ("mean.changes", 'of = "disk", aggregate = "time_weighted", values = "changes"',
     {"of": "disk", "aggregate": "time_weighted", "changes": True}),
    ("mean.users", 'of = "seats", aggregate = "time_weighted", property = "user", recurring = true',
     {"of": "seats", "aggregate": "time_weighted", "property": "user", "recurring": True}),
    ("hours", 'of = "disk", aggregate = "time_weighted", per = "hour", where = { region = "us" }',
     {"of": "disk", "aggregate": "time_weighted", "per": 3600, "where": lambda e: e["tags"].get("region") == "us"}),
]


def midnight(day):
    return int(datetime.datetime(day.year, day.month, day.day, tzinfo=ZONE).timestamp())


def step(anchor, months):
    month = anchor.month - 1 + months
    year, month = anchor.year + month // 12, month % 12 + 1
    after = datetime.date(year + month // 12, month % 12 + 1, 1)
    return datetime.date(year, month, min(anchor.day, (after - datetime.timedelta(1)).day))


def rounded(value, places=12):
    """Half up, away from zero."""
    scaled = abs(value) * 10 ** places
    whole = scaled.numerator // scaled.denominator
    if (scaled - whole) * 2 >= 1:
        whole += 1
    return Fraction(whole if value > 0 else -whole, 10 ** places)


# ---- the world ----

def random_event(random_, number):
    day = FIRST + datetime.timedelta(random_.randrange(-20, (LAST - FIRST).days))
    if random_.random() < 0.1:  # crowded: around the change of clocks, and on one day
        day = datetime.date(2026, 3, random_.choice((28, 29, 30)))
    event = {"id": "E%05d" % random_.randrange(10 ** 9) + "-%d" % number, "account": "A%d" % random_.randrange(ACCOUNTS),
             "meter": random_.choice(NAMES), "tags": {}, "corrects": "", "withdrawn": False}
    fill(random_, event, day)
    return event


def fill(random_, event, day):
    event["day"], event["time"] = day, None
    if random_.random() < 0.6:
        event["time"] = midnight(day) + random_.randrange(0, 23 * 3600)
        event["day"] = datetime.datetime.fromtimestamp(event["time"], ZONE).date()
    event["quantity"] = Fraction(random_.randrange(-300, 2000), random_.choice((1, 1, 8, 100)))
    event["tags"] = {name: value for name, value in ((n, random_.choice(v)) for n, v in TAGS.items()) if value}


class World:
    def __init__(self, random_):
        self.agreements = [("G%d" % n, "A%d" % n, FIRST + datetime.timedelta(random_.choice((0, 14, 27, 28, 29, 30)))) for n in range(ACCOUNTS)]
        self.events = [random_event(random_, n) for n in range(EVENTS)]
        self.counting = {event["id"]: event for event in self.events}
        for n in range(CORRECTIONS):
            old = random_.choice([e for e in random_.sample(self.events, 20) if e["id"] in self.counting] or [self.events[0]])
            if old["id"] not in self.counting:
                continue
            event = dict(old, id="C%05d" % n, corrects=old["id"], withdrawn=random_.random() < 0.25)
            fill(random_, event, old["day"] + datetime.timedelta(random_.choice((0, 0, 0, -1, 1, 30))))
            if event["withdrawn"]:
                event["quantity"] = Fraction(0)
            del self.counting[old["id"]]
            self.events.append(event)
            self.counting[event["id"]] = event
        self.sums = {}

    def used(self, account, meter):
        key = account, meter
        if key not in self.sums:
            self.sums[key] = sorted((e for e in self.counting.values() if e["account"] == account and e["meter"] == meter and not e["withdrawn"]),
                                    key=lambda e: (e["day"], e["time"] is not None, e["time"] or 0, e["id"]))
        return self.sums[key]


# ---- what events come to ----

class Level:
    def __init__(self, kind):
        self.kind, self.level, self.active = kind, None, set()

    def after(self, event):
        if "property" in self.kind:
            value = event["tags"][self.kind["property"]]
            (self.active.add if event["quantity"] >= 0 else self.active.discard)(value)
            self.level = Fraction(len(self.active))
        elif self.kind.get("changes"):
            self.level = (self.level or 0) + event["quantity"]
        else:
            self.level = Fraction(event["tags"]["gb"]) if "value" in self.kind else event["quantity"]


def aggregate(kind, before, events, start, stop):
    what = kind.get("aggregate", "sum")

    def value(event):
        return Fraction(event["tags"]["gb"]) if "value" in kind else event["quantity"]
    if what == "sum":
        return sum((value(e) for e in before + events), Fraction(0))
    if what == "count":
        return Fraction(len(before + events))
    state = Level(kind)
    for event in before:
        state.after(event)
    if what == "unique":
        return Fraction(len(state.active | {e["tags"]["user"] for e in events if e["quantity"] >= 0}))
    if what == "latest":
        for event in events:
            state.after(event)
        return state.level or Fraction(0)
    if what == "max":
        began = state.level if state.level is not None or not (kind.get("changes") or "property" in kind) else Fraction(0)
        levels = [] if began is None else [began]
        for event in events:
            state.after(event)
            levels.append(state.level)
        return max(levels) if levels else Fraction(0)
    return weighted(kind, state, events, start, stop)


def weighted(kind, state, events, start, stop):
    timed = any(e["time"] is not None for e in events)

    def at(event):
        if timed:
            return event["time"] if event["time"] is not None else midnight(event["day"])
        return event["day"].toordinal() * 86400
    begin, end = (midnight(start), midnight(stop)) if timed else (start.toordinal() * 86400, stop.toordinal() * 86400)
    total, since = Fraction(0), begin
    for event in events:
        total += (state.level or 0) * (at(event) - since)
        since = at(event)
        state.after(event)
    total += (state.level or 0) * (end - since)
    return rounded(total / kind.get("per", end - begin))


def quantity_of(world, account, name, kind, start, stop):
    needed = kind.get("value") or kind.get("property")
    events = [e for e in world.used(account, kind.get("of", name)) if kind.get("where", lambda _: True)(e) and (not needed or needed in e["tags"])]
    groups = {}
    for event in events:
        key = tuple(event["tags"].get(tag, "") for tag in kind.get("by", ()))
        before, within = groups.setdefault(key, ([], []))
        if start <= event["day"] < stop:
            within.append(event)
        elif event["day"] < start and kind.get("recurring"):
            before.append(event)
    return sum((aggregate(kind, before, within, start, stop) for before, within in groups.values()), Fraction(0))


# ---- the book ----

PLAN = """return plan { title = "Metered", every = "month",
  %s
}
"""


class Book:
    def __init__(self, build, folder, world):
        self.program, self.book = os.path.abspath(os.path.join(build, "moonbill")), os.path.join(folder, "book")
        self.run("init", self.book, "--currency", "EUR", "--country", "DE", "--zone", "Europe/Berlin")
        self.write("rules/approvals.lua", 'return approvals { invoice { by = "nobody" }, credit_note { by = "nobody" } }\n')
        self.write("rules/meters.lua", "return meters {\n%s}\n" % "".join(
            '  meter { "%s", %s },\n' % (name, lua or 'of = "api"') for name, lua, _ in METERS))
        self.write("rules/pricing/metered.lua", PLAN % ",\n  ".join(
            'per_unit { "%s", id = "m%d", meter = "%s", price = 1 }' % (name, n, name) for n, (name, _, _) in enumerate(METERS)))
        self.file(folder, "accounts", ["id,name,country,from"] + ["A%d,Name,DE,2025-01-01" % n for n in range(ACCOUNTS)])
        self.file(folder, "agreements", ["id,account,plan,from,start"] + ["%s,%s,metered,%s,%s" % (a[0], a[1], a[2], a[2]) for a in world.agreements])
        self.folder = folder

    def use(self, events):
        path = os.path.join(self.folder, "usage.jsonl")
        with open(path, "w", encoding="utf-8") as file:
            for event in events:
                file.write(json.dumps(row_of(event)) + "\n")
        self.run("import", "usage", path, good=(0, 1))  # 1: some of it is late
        self.run("import", "usage", path)  # the same events again are the same

    def write(self, path, text):
        with open(os.path.join(self.book, path), "w", encoding="utf-8") as file:
            file.write(text)

    def file(self, folder, kind, rows):
        path = os.path.join(folder, kind + ".csv")
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(rows) + "\n")
        self.run("import", kind, path)

    def run(self, *arguments, day=LAST, good=(0,)):
        env = {k: v for k, v in os.environ.items() if not k.startswith("MOONBILL_")}
        done = subprocess.run([self.program, "-b", self.book, "--today", str(day), *arguments], env=env, capture_output=True, text=True, check=False)
        if done.returncode not in good:
            raise AssertionError("%s: %s%s" % (" ".join(arguments), done.stdout[-300:], done.stderr[-700:]))
        return done.stdout

    def lines(self, field):
        found = {}
        for kind in ("invoices", "credit-notes"):
            for document in json.loads(self.run("list", kind, "--format", "json"), parse_float=Decimal):
                whole = json.loads(self.run("show", "document", document["number"], "--format", "json"), parse_float=Decimal)
                for line in whole["lines"]:
                    key = line["agreement"], line["period"], line["meter"]
                    found[key] = found.get(key, Fraction(0)) + Fraction(str(line[field]))
        return {key: value for key, value in found.items() if value}

    def sums(self):
        rows = json.loads(self.run("list", "usage", "--format", "json"), parse_float=Decimal)
        return {(row["account"], row["meter"], row["day"]): (row["count"], Fraction(str(row["quantity"]))) for row in rows if row["count"]}


def row_of(event):
    row = {"id": event["id"], "account": event["account"], "meter": event["meter"], "tags": event["tags"],
           "quantity": str(Decimal(event["quantity"].numerator) / Decimal(event["quantity"].denominator)), "time": str(event["day"])}
    if event["time"] is not None:
        row["time"] = datetime.datetime.fromtimestamp(event["time"], UTC).isoformat()
    if event["corrects"]:
        row["corrects"] = event["corrects"]
    if event["withdrawn"]:
        row.update(withdrawn="yes", quantity="")
    return row


def days_of(world):
    days = {}
    for event in world.counting.values():
        if not event["withdrawn"]:
            key = event["account"], event["meter"], str(event["day"])
            count, quantity = days.get(key, (0, Fraction(0)))
            days[key] = count + 1, quantity + event["quantity"]
    return days


def wanted(world):
    found = {}
    for name, account, anchor in world.agreements:
        n = 0
        while step(anchor, n + 1) <= LAST:
            start, stop = step(anchor, n), step(anchor, n + 1)
            for meter, lua, kind in METERS:
                quantity = quantity_of(world, account, meter, kind if lua else {"of": "api"}, start, stop)
                if quantity != 0:
                    found[name, str(start), meter] = quantity
            n += 1
    return found


def compare(name, found, want):
    wrong = sorted((key, str(found.get(key)), str(want.get(key))) for key in set(found) | set(want) if found.get(key) != want.get(key))
    if wrong:
        raise AssertionError("%d of %d differ: %s" % (len(wrong), len(want), "; ".join("%s got %s, want %s" % w for w in wrong[:4])))
    print("ok meters: %s: %d" % (name, len(want)))


def in_folder(work):
    folder = tempfile.mkdtemp(prefix="moonbill-meters-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
    try:
        work(folder)
        return 0
    except AssertionError as why:
        print("not ok meters: SEED=%d %s" % (SEED, str(why).replace("\n", " | ")))
        return 1
    finally:
        shutil.rmtree(folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    build = parser.parse_args().build
    world = World(random.Random(SEED))
    want = wanted(world)

    def once(folder):
        book = Book(build, folder, world)
        book.use(world.events)
        compare("sums of the days", book.sums(), days_of(world))
        book.run("bill", "--issue")
        compare("quantities on invoices", book.lines("quantity"), want)
        book.run("verify")

    def late(folder):
        book, at = Book(build, folder, world), 0
        amounts = {key: rounded(quantity, 2) for key, quantity in want.items() if rounded(quantity, 2)}
        for share, day in ((40, datetime.date(2026, 3, 10)), (75, datetime.date(2026, 4, 20)), (90, LAST), (100, LAST)):
            book.use(world.events[at:len(world.events) * share // 100])
            at = len(world.events) * share // 100
            book.run("bill", "--issue", day=day)
        compare("amounts of all documents, with what came late", book.lines("amount"), amounts)
        if "usage" in book.run("list", "parked", "--format", "csv"):
            raise AssertionError("late usage is parked still")
        book.run("verify")
    return max(in_folder(once), in_folder(late))


if __name__ == "__main__":
    sys.exit(main())
