"""The files of the year that year_oracle.py plays: the book's rules once, and what comes in on each day, below in/."""
import csv
import json
import os

from year_auditor import EXCHANGE, TOLERANCE
from year_world import FIRST, PLANS, shown

HEADS = {
    "agreements": ["id", "from", "account", "plan", "start", "until", "tags.seats"],
    "orders": ["order", "account", "date", "product", "text", "quantity", "price", "currency"],
    "payments": ["id", "date", "account", "amount", "currency", "remittance"],
    "usage": ["id", "account", "meter", "day", "quantity"],
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


def write_day(files, day, folder):
    """What there is of the day; no file where there is nothing."""
    for kind, rows in files.items():
        if not rows:
            continue
        if kind == "events":
            with open(os.path.join(folder, "events-%s.jsonl" % day), "w", encoding="utf-8") as file:
                for row in rows:
                    event = dict(zip(HEADS["usage"], row), day=str(row[3]))
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
            file.write('return plan {\n  title = "%s", currency = "GBP", every = "month",\n' % name)
            file.writelines("  %s,\n" % charge(*one) for one in charges)
            file.write("}\n")
    with open(os.path.join(rules, "rates.lua"), "w", encoding="utf-8") as file:
        rows = ", ".join('["%s"] = %s' % (day, rate) for day, rate in EXCHANGE)
        file.write('return rates { source = "invented", EUR = { %s } }\n' % rows)
