"""The orders that loop_oracle.py audits: accounts, products and orders of a seed, as the program is given them, and as files."""
import csv
import datetime
import os
from decimal import Decimal

# What the law says, as this file understands it: not read from the rules of the book.
RATES = {"standard": [(datetime.date(2010, 1, 1), Decimal("17.5")), (datetime.date(2011, 1, 4), Decimal(20))],
         "reduced": [(datetime.date(2010, 1, 1), Decimal(5))], "zero": [(datetime.date(2010, 1, 1), Decimal(0))]}


# ---- the orders ----

class Line:
    def __init__(self, product, quantity, price, category=""):
        self.product, self.quantity, self.price, self.category = product, quantity, price, category


class Order:
    def __init__(self, name, account, day, currency, lines, corrects=""):
        self.name, self.account, self.day, self.currency, self.lines = name, account, day, currency, lines
        self.corrects, self.cancels = corrects, name.startswith("R")
        self.held = self.no_sale = False

    def value(self):
        return sum((line.quantity * line.price for line in self.lines if line.price is not None), Decimal(0))


class Account:
    def __init__(self, name, country, terms=None):
        self.name, self.country, self.terms = name, country, terms


class World:
    """Everything that the program is given."""

    def __init__(self, rnd):
        self.rnd = rnd
        self.accounts, self.orders, self.products, self.cancelled = {}, [], {}, set()
        self.make_accounts()
        self.make_products()
        for number in range(rnd.randint(150, 220)):
            self.make_sale("%06d" % rnd.randrange(10**6))
        for number in range(rnd.randint(25, 45)):
            self.make_cancellation("R%05d" % rnd.randrange(10**5))
        self.make_odd_ones()
        unique = {}
        for order in self.orders:
            unique.setdefault(order.name, order)
        self.orders = list(unique.values())
        rnd.shuffle(self.orders)

    def make_accounts(self):
        names = ["A%d" % n for n in range(1, 12)] + ["10", "9", "a-b", "a b", "Z\u00e9"]
        for n, name in enumerate(names):
            country = "FR" if n % 5 == 4 else "GB"
            self.accounts[name] = Account(name, country, self.rnd.choice([0, 7, 14, 45, 60]) if n % 2 else None)
        self.accounts["nowhere"] = Account("nowhere", "")

    def make_products(self):
        for n in range(20):
            category = ("standard", "standard", "reduced", "zero", "")[n % 5]
            versions = [(datetime.date(2010, 1, 1), self.price(), category)]
            if n % 4 == 1:
                versions.append((datetime.date(2011, 1, 1), self.price(), "reduced" if n % 8 == 1 else category))
            self.products["P%d" % n] = versions

    def price(self):
        places = self.rnd.choice([0, 2, 2, 2, 3, 4, 6])
        return Decimal(self.rnd.randrange(1, 5000 * 10**min(places, 3))).scaleb(-places)

    def quantity(self):
        places = self.rnd.choice([0, 0, 0, 0, 1, 2, 3])
        return Decimal(self.rnd.randrange(1, 40 * 10**places)).scaleb(-places)

    def day(self, last=20):
        return datetime.date(2010, 12, 15) + datetime.timedelta(self.rnd.randrange(17 + last))

    def make_line(self, currency):
        product = "P%d" % self.rnd.randrange(20)
        price = self.price() if currency != "GBP" or self.rnd.random() < 0.8 else None
        if self.rnd.random() < 0.03:
            price = Decimal(0)
        category = self.rnd.choice(["standard", "reduced", "zero"]) if self.rnd.random() < 0.15 else ""
        return Line(product, self.quantity(), price, category)

    def make_sale(self, name):
        account = self.rnd.choice(list(self.accounts.values()))
        currency = "EUR" if account.name in ("A5", "A6") and self.rnd.random() < 0.6 else "GBP"
        lines = [self.make_line(currency) for _ in range(self.rnd.choice([1, 1, 2, 3, 5, 9, 30]))]
        if len(lines) > 1 and self.rnd.random() < 0.2:
            lines[1] = lines[0]
        if self.rnd.random() < 0.04:
            lines.append(Line("P0", Decimal(-1), Decimal("99999.99")))  # a sale that comes to less than nothing
        self.orders.append(Order(name, account.name, self.day(), currency, lines))

    def make_cancellation(self, name):
        # Once each, and none with a line that takes something off: more than was billed is refused, which credit_test shows.
        whole = [o for o in self.orders if not o.cancels and o.name not in self.cancelled and all(line.quantity > 0 for line in o.lines)]
        sale = self.rnd.choice(whole)
        self.cancelled.add(sale.name)
        kind, lines, corrects = self.rnd.randrange(5), sale.lines, ""
        if kind == 1:  # some lines
            lines = [line for line in lines if self.rnd.random() < 0.5] or lines[:1]
        cut = Decimal("0.5") if kind == 2 else Decimal(1)  # less of each
        price = (lambda line: line.price)
        if kind == 3:  # at a price that was never asked
            price = (lambda line: self.price())
        if kind == 4:
            corrects = sale.name
        day = min(sale.day + datetime.timedelta(self.rnd.randrange(12)), datetime.date(2011, 1, 20))
        lines = [Line(line.product, -line.quantity * cut, price(line), line.category) for line in lines if line.quantity > 0]
        if lines:
            self.orders.append(Order(name, sale.account, day, sale.currency, lines, corrects))

    def make_odd_ones(self):
        for n in range(6):
            order = Order("7%05d" % n, "", self.day(0), "GBP", [Line("H%d" % n, self.quantity(), self.price()) for _ in range(3)])
            order.held = True
            self.orders.append(order)
        for n in range(4):
            order = Order("8%05d" % n, "", self.day(0), "GBP", [Line("P1", self.quantity(), Decimal(0))])
            order.no_sale = True
            self.orders.append(order)

    def rate(self, account, category, day):
        if account.country != "GB":
            return Decimal(0)
        return [rate for start, rate in RATES[category] if start <= day][-1]

    def version(self, product, day):
        """Price and category of the product on a day, its first version before that."""
        versions = self.products.get(product)
        if not versions:
            return None, ""
        held = [v for v in versions if v[0] <= day] or versions[:1]
        return held[-1][1], held[-1][2]

    # ---- as files ----

    def write(self, folder):
        with open(os.path.join(folder, "accounts.csv"), "w", newline="", encoding="utf-8") as file:
            out = csv.writer(file)
            out.writerow(["id", "from", "country", "terms", "name"])
            for account in self.accounts.values():
                if account.terms is not None:
                    out.writerow([account.name, "2010-01-01", account.country, account.terms, "The \"%s\", Ltd" % account.name])
        with open(os.path.join(folder, "products.csv"), "w", newline="", encoding="utf-8") as file:
            out = csv.writer(file)
            out.writerow(["id", "from", "price", "tax_category", "name"])
            for name, versions in self.products.items():
                for start, price, category in versions:
                    out.writerow([name, start, price, category, "Product " + name])
        with open(os.path.join(folder, "orders.csv"), "w", newline="", encoding="utf-8") as file:
            out = csv.writer(file, delimiter=";")
            out.writerow("No Customer Country Date Item Text Qty Price Tax Cur Corrects".split())
            for row in self.rows():
                out.writerow(row)

    def rows(self):
        """Row by row; two orders in ten are torn apart, their lines among those of the next."""
        waiting = []
        for order in self.orders:
            country = self.accounts[order.account].country if order.account else ""
            rows = [[order.name, order.account, country, order.day.strftime("%d/%m/%Y"), line.product, "a;b", comma(line.quantity),
                     "" if line.price is None else comma(line.price), line.category, order.currency, order.corrects]
                    for line in order.lines]
            if self.rnd.random() < 0.2 and not waiting:
                waiting = rows[1:]
                rows = rows[:1]
                yield from rows
            else:
                yield from rows[:1] + waiting + rows[1:]
                waiting = []
        yield from waiting


def comma(number):
    return format(number, "f").replace(".", ",")
