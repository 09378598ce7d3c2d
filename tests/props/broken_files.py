"""Files of every kind that can be imported, in which every so many rows are broken, each in another way.

A kind says how a good row looks and in which ways one can be bad; what is bad has to be named, and everything else has to be taken."""
import csv
import io
import json

EVERY = 100


class Kind:
    def __init__(self, name, good, bad, listed=None, json_lines=False, before=()):
        self.name, self.good, self.bad, self.json_lines = name, good, bad, json_lines
        self.listed = listed or ([name], "id")  # arguments of list, and the column that tells a row
        self.before = before  # (kind, columns, rows) that have to be there

    def identity(self, n):
        row = self.good(n)
        return str(row.get("id") or row.get("order") or row.get("number"))


def account(n):
    return {"id": "A%06d" % n, "from": "2026-01-%02d" % (n % 28 + 1), "name": "Company \"%d\", Ltd" % n, "country": "GB",
            "currency": "GBP", "terms": n % 60}


def product(n):
    return {"id": "P%06d" % n, "from": "2026-01-01", "name": "Thing; no. %d" % n, "price": "%d.%02d" % (n % 700, n % 100),
            "tax_category": "standard", "currency": "GBP"}


def order(n):
    return {"order": "S%06d" % n, "account": "A%06d" % (n % 50), "date": "2026-02-%02d" % (n % 28 + 1), "product": "P%d" % (n % 9),
            "text": "a, b", "quantity": n % 40 + 1, "price": "%d.50" % (n % 90), "currency": "GBP"}


def payment(n):
    return {"id": "B%06d" % n, "date": "2026-03-%02d" % (n % 28 + 1), "account": "A%06d" % (n % 50), "amount": "%d.%02d" % (n + 1, n % 100),
            "currency": "GBP", "remittance": "INV, with thanks"}


def event(n):
    return {"id": "E%06d" % n, "account": "A%06d" % (n % 50), "meter": "calls", "time": "2026-03-%02dT%02d:30:00Z" % (n % 28 + 1, n % 24),
            "quantity": "%d.%d" % (n % 500, n % 10)}


def agreement(n):
    return {"id": "G%06d" % n, "from": "2026-01-01", "account": "A%06d" % (n % 50), "plan": "orders", "start": "2026-02-%02d" % (n % 28 + 1),
            "until": "", "tags.seats": n % 20}


def opening(n):
    return {"number": "OLD-%06d" % n, "account": "A%06d" % (n % 50), "date": "2025-11-%02d" % (n % 28 + 1), "due": "2025-12-28",
            "amount": "%d.10" % (n + 1), "currency": "GBP"}


# (column, what stands there instead); None: the column's value is not there at all.
DAYS = ("2026-02-30", "31/31/2026", "soon", "20260-01-01", "")
NUMBERS = ("x", "1e5", "NaN", "12,3,4", "--1", "0x10")
IDS = ("", lambda n: "a" * 300 + str(n), lambda n: "two\nlines %d" % n)


def ways(column, values):
    return [(column, value) for value in values]


ACCOUNTS = [(None, "accounts", ["id", "from", "country", "currency"],
             [["A%06d" % n, "2026-01-01", "GB", "GBP"] for n in range(50)])]
KINDS = (
    Kind("accounts", account, ways("id", IDS) + ways("from", DAYS[:4]) + ways("terms", NUMBERS + ("-3", "1.5"))
         + ways("country", ("Narnia", "G")) + ways("currency", ("XXQ", "pound"))),
    Kind("products", product, ways("id", IDS) + ways("from", DAYS[:4]) + ways("price", NUMBERS) + ways("currency", ("XXQ",))),
    Kind("orders", order, ways("order", IDS[1:]) + ways("date", DAYS) + ways("quantity", NUMBERS + ("",)) + ways("price", NUMBERS)
         + ways("currency", ("XXQ",)) + ways("account", ("",)), (["orders", "state=due"], "id")),
    Kind("payments", payment, ways("id", IDS[1:]) + ways("date", DAYS + ("2031-01-01",)) + ways("amount", NUMBERS + ("", "0", "-5", "1.001"))
         + ways("currency", ("XXQ", "USD")), (["items", "kind=payment"], "number"), before=ACCOUNTS),
    Kind("usage", event, ways("id", IDS) + ways("time", DAYS + ("2026-03-01T25:00:00Z",)) + ways("quantity", NUMBERS + ("",))
         + ways("account", ("", "nobody")) + ways("meter", ("",)), (["events"], "id"), before=ACCOUNTS),
    Kind("usage", event, ways("id", IDS) + ways("time", DAYS) + ways("quantity", ("x", [1], {}, True, None)) + ways("account", (7.5, "", None))
         + ways("meter", ("", None)) + [(None, text) for text in ("{", "[]", "7", "nothing", "{\"id\": \"E", "\"text\"", "{} {}")],
         (["events"], "id"), True, ACCOUNTS),
    Kind("agreements", agreement, ways("id", IDS) + ways("from", DAYS[:4]) + ways("start", DAYS[:4]) + ways("until", DAYS[:4])
         + ways("account", ("",)), before=ACCOUNTS),
    Kind("opening-items", opening, ways("number", IDS[1:]) + ways("date", DAYS) + ways("amount", NUMBERS + ("", "0", "1.001"))
         + ways("due", DAYS[:4]) + ways("account", ("", "nobody")) + ways("currency", ("XXQ",)), (["items", "kind=opening"], "number"),
         before=ACCOUNTS),
)
SHAPES = ("short", "long")  # rows with too few and too many fields


def cells(values):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    return text.getvalue()


def make(kind, count, mend=False):
    """Text of a file of `count` rows, and the rows that are bad: {n: what is wrong}. `mend`: the same file with nothing wrong."""
    columns = list(kind.good(0))
    lines, broken = [] if kind.json_lines else [cells(columns)], {}
    ways_left = [("shape", s) for s in SHAPES if not kind.json_lines] + kind.bad
    for n in range(count):
        row = dict(kind.good(n))
        if mend or n % EVERY != EVERY // 2:
            lines.append(json.dumps(row) + "\n" if kind.json_lines else cells(row.values()))
            continue
        column, value = ways_left[n // EVERY % len(ways_left)]
        value = value(n) if callable(value) else value
        broken[n] = "%s = %.20r" % (column, value)
        if kind.json_lines:
            lines.append((json.dumps(dict(row, **{column: value})) if column else value) + "\n")
        elif column == "shape":
            lines.append(cells(list(row.values())[:-1] if value == "short" else list(row.values()) + ["more"]))
        else:
            lines.append(cells(dict(row, **{column: value}).values()))
    return "".join(lines), broken
