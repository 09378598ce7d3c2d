"""The files of the year that year_oracle.py plays: the book's rules once, and what comes in on each day, below in/."""
import csv
import json
import os

from year_auditor import EXCHANGE, PER_MILLE, TOLERANCE
from year_world import FIRST, PLANS, shown

HEADS = {
    "agreements": ["id", "from", "account", "plan", "start", "until", "tags.seats"],
    "orders": ["order", "account", "date", "product", "text", "quantity", "price", "currency"],
    "payments": ["id", "date", "account", "amount", "currency", "remittance", "returns"],
    "usage": ["id", "account", "meter", "time", "quantity"],
    "desk": ["verb", "subject", "amount", "date", "on", "reason"],
}


def write_rows(path, head, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(head)
        out.writerows(rows)


def write_first(world, folder):
    """Who buys what, before the year begins."""
    accounts = [[a.name, FIRST, a.country, a.terms, a.currency, "The \"%s\", Ltd" % a.name] for a in world.accounts.values()]
    write_rows(os.path.join(folder, "accounts.csv"), ["id", "from", "country", "terms", "currency", "name"], accounts)
    products = [[name, FIRST, shown(price), category, "Product " + name] for name, (price, category) in world.products.items()]
    write_rows(os.path.join(folder, "products.csv"), ["id", "from", "price", "tax_category", "name"], products)
    write_rows(os.path.join(folder, "opening-items.csv"), ["number", "account", "date", "due", "amount", "currency", "kind"],
               world.openings)


def write_day(files, day, folder):
    """What there is of the day; no file where there is nothing."""
    for kind, rows in files.items():
        if not rows:
            continue
        if kind == "events":
            with open(os.path.join(folder, "events-%s.jsonl" % day), "w", encoding="utf-8") as file:
                for row in rows:
                    event = dict(zip(HEADS["usage"], row), time=str(row[3]))
                    file.write(json.dumps(event) + "\n")
        else:
            write_rows(os.path.join(folder, "%s-%s.csv" % (kind, day)), HEADS[kind], rows)


# ---- rules ----

def charge(text, timing, how, price):
    if how == "flat":
        return 'flat { "%s", price = %s, when = "%s" }' % (text, price, timing)
    if how == "seats":
        return 'per_unit { "%s", quantity = "seats", price = %s, when = "%s" }' % (text, price, timing)
    tiers = ", ".join("{ %sprice = %s }" % ("upto = %s, " % upto if upto else "", unit) for upto, unit in price)
    return 'graduated { "%s", meter = "calls", tiers = { %s } }' % (text, tiers)


def write_rules(book):
    rules = os.path.join(book, "rules")
    for name, charges in PLANS.items():
        with open(os.path.join(rules, "pricing", name + ".lua"), "w", encoding="utf-8") as file:
            file.write('return plan {\n  title = "%s", currency = "GBP", every = "month", proration = "none",\n' % name)
            file.writelines("  %s,\n" % charge(*one) for one in charges)
            file.write("}\n")
    with open(os.path.join(rules, "rates.lua"), "w", encoding="utf-8") as file:
        rows = ", ".join('["%s"] = %s' % (day, rate) for day, rate in EXCHANGE)
        file.write('return rates { source = "invented", EUR = { %s } }\n' % rows)
    with open(os.path.join(rules, "payments.lua"), "w", encoding="utf-8") as file:
        file.write('return payments { tolerance = { amount = %s, percent = %d.%d } }\n' % (
            shown(TOLERANCE), PER_MILLE // 10, PER_MILLE % 10))


# What a clerk does, as a script says it: verb, and its values from a row (subject, amount, date, on, reason).
ACTS = {
    "return": 'book:return_payment { payment = s, date = d, reason = r }',
    "credit": 'book:credit { invoice = s, reason = r, line = a and 1, amount = a, ref = tostring(book.date) }',
    "dispute": 'book:dispute { number = s, amount = a, reason = r }',
    "rejected": 'book:dispute_close { id = s, rejected = true, outcome = r }',
    "upheld": 'book:dispute_close { id = s, upheld = a, outcome = r }',
    "void": 'book:void { id = s, reason = r }',
    "hold": 'book:hold { id = s, ["until"] = d, reason = r }',
    "withdraw": 'book:promise_withdraw(s)',
    "promise": 'book:promise { account = s, amount = a, by = d, on = o, note = r }',
    "write-off": 'book:write_off { invoice = s, amount = a, reason = r }',
    "recover": 'book:recover { id = s, reason = r }',
    "refund": 'book:refund { credit = s, amount = a, reason = r }',
    "refunded": 'book:approve(s)',
    "unapply": 'book:unapply { credit = s, number = o }',
    "move": 'book:set_payment { id = s, account = o }',
}
SCHEDULES = """
local function each(book, rows)
  for _, row in ipairs(rows or {}) do
    ACTS[row[1]](book, row[2], row[3], row[4], row[5], row[6])
  end
end

schedule { "usage", every = "day", at = "01:30", from = date "2026-01-01", function(book)
  book:import("usage", "in/usage-{date}.csv", { missing = "skip" })
  book:import("usage", "in/events-{date}.jsonl", { missing = "skip" })
end }
schedule { "desk", every = "day", at = "05:00", from = date "2026-01-01", function(book)
  each(book, ROWS[tostring(book.date)])
end }
schedule { "orders", every = "day", at = "06:00", from = date "2026-01-01", function(book)
  book:import("agreements", "in/agreements-{date}.csv", { missing = "skip" })
  book:import("orders", "in/orders-{date}.csv", { missing = "skip" })
end }
schedule { "billing", every = "business day", at = "08:00", from = date "2026-01-01", function(book)
  book:bill()
  book:approve { all = true }
  book:issue { all = true }
end }
schedule { "bank", every = "day", at = "14:30", from = date "2026-01-01", function(book)
  book:import("payments", "in/payments-{date}.csv", { missing = "skip" })
  book:apply { all = true }
end }
schedule { "reminders", every = "business day", at = "17:00", from = date "2026-01-01", function(book)
  book:dun()
  book:deliver()
end }
schedule { "closing", every = "month", on = 8, at = "19:00", from = date "2026-01-01", function(book)
  book:close(book.date:add_days(-8))
end }
schedule { "month end", every = "month", on = "last day", at = "23:30", from = date "2026-01-01", function(book)
  report("ageing", { as_of = book.date }):save "out/ageing-{date}.csv"
end }
"""


def acts(rows, auditor):
    """Rows of the desk, and with every refund somebody who approves it."""
    for row in rows:
        yield row
        if row[0] == "refund":
            yield ["refunded", auditor.refunds[row[1]], "", "", "", ""]


def lua_text(text):
    return '"%s"' % text if text else "nil"


def write_schedules(book, desk):
    """rules/schedules.lua, with what clerks do as a table by day: desk is {day: rows}."""
    with open(os.path.join(book, "rules", "schedules.lua"), "w", encoding="utf-8") as file:
        file.write("local ACTS = {\n")
        for verb, text in ACTS.items():
            file.write('  ["%s"] = function(book, s, a, d, o, r) %s end,\n' % (verb, text))
        file.write("}\nlocal ROWS = {\n")
        for day, rows in sorted(desk.items()):
            file.write('  ["%s"] = {\n' % day)
            for row in rows:
                values = [lua_text(str(value)) for value in row]
                while values[-1] == "nil":
                    values.pop()
                file.write("    { %s },\n" % ", ".join(values))
            file.write("  },\n")
        file.write("}\n" + SCHEDULES)
