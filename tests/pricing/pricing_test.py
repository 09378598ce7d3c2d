#!/usr/bin/env python3
"""The tables *.txt of this folder, priced by `moonbill quote PLAN --input FILE.csv`: every row is a test.

    tests/pricing/pricing_test.py --build DIR [NAME]     rows of files, and of plans, whose name contains NAME

README.md describes the tables; those called agreements-*.txt have a runner of their own."""
import argparse
import concurrent.futures
import csv
import decimal
import glob
import io
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
RESULTS = ("amount", "net", "lines", "tax", "total", "payable", "error")
HEADING = re.compile(r"(plan|orders|rows|with|settings|tax|meters|discounts|file)\b([^:]*):(.*)$")
SETTINGS = 'currency = "EUR", country = "DE", zone = "UTC"'
DEFAULTS = {"from": "2026-01-01"}


class Wrong(Exception):
    """What is wrong with a table itself."""


class Plan:
    def __init__(self, name, line, orders, rules):
        self.name, self.line, self.orders, self.rules = name, line, orders, rules
        self.body, self.given, self.columns, self.rows = [], {}, None, []

    def source(self):
        body = "\n".join(self.body)
        outer = re.sub(r'"[^"\n]*"', '""', body)
        while re.search(r"\{[^{}]*\}", outer):
            outer = re.sub(r"\{[^{}]*\}", " ", outer)
        head = []
        if not re.search(r"\btitle\s*=", outer):
            head.append('title = "%s"' % self.name.replace('"', "'"))
        if not self.orders and not re.search(r"\bevery\s*=", outer):
            head.append('every = "month"')
        return "return plan { %s\n%s\n}\n" % ("".join(part + ", " for part in head), body)


def cells_of(text):
    return [cell.strip() for cell in text.split("|")]


def pairs_of(text, where):
    out = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, sign, value = part.partition("=")
        if not sign:
            raise Wrong("%s: '%s' is no name=value" % (where, part))
        out[name.strip()] = value.strip()
    return out


def read_table(path):
    """[Plan]"""
    plans, rules, block, at = [], {}, None, None
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    for number, line in enumerate(lines, 1):
        where = "%s:%d" % (os.path.basename(path), number)
        if line.startswith("#") or not line.strip():
            continue
        if line[0] not in " \t":
            heading = HEADING.match(line)
            if not heading:
                raise Wrong("%s: '%s' is no heading: there are plan:, orders:, with:, rows:, settings:, tax:, meters:, discounts:"
                            % (where, line))
            word, name, rest = heading.group(1), heading.group(2).strip(), heading.group(3).strip()
            block = word
            if word in ("plan", "orders"):
                at = Plan(rest or name, number, word == "orders", rules)
                plans.append(at)
            elif word == "rows":
                if not at:
                    raise Wrong("%s: rows without a plan" % where)
                at.columns = cells_of(rest)
                if at.rows or at.columns == [""]:
                    at = Plan(at.name, number, at.orders, at.rules) if at.rows else at
                    raise Wrong("%s: a plan has one table of rows, with columns behind rows:" % where)
            elif word == "with":
                at.given.update(pairs_of(rest, where))
            else:
                rules = {**rules, word: rest + "\n"}
        elif block in ("plan", "orders"):
            at.body.append(line)
        elif block == "rows":
            cells = cells_of(line)
            if len(cells) != len(at.columns):
                raise Wrong("%s: %d cells under %d columns" % (where, len(cells), len(at.columns)))
            at.rows.append((number, dict(zip(at.columns, cells))))
        elif block == "with":
            at.given.update(pairs_of(line, where))
        elif block:
            rules = {**rules, block: rules[block] + line + "\n"}
        else:
            raise Wrong("%s: an indented line without a heading above it" % where)
    return plans


def write(folder, name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def price(plan, build, folder):
    """A row of answers for each row of the plan's table."""
    inputs = [column for column in plan.columns if column not in RESULTS]
    given = {name: value for name, value in {**DEFAULTS, **plan.given}.items() if name not in inputs}
    if plan.orders:
        given.pop("to", None)
    settings = plan.rules.get("settings", "")
    for part in SETTINGS.split(", "):
        if not re.search(r"\b%s\s*=" % part.split()[0], settings):
            settings = part + ", " + settings
    write(folder, "book.lua", "return book { %s }\n" % settings)
    write(folder, "rules/pricing/plan.lua", plan.source())
    for name, word in (("tax", "tax"), ("meters", "meters"), ("discounts", "discounts")):
        if plan.rules.get(word):
            write(folder, "rules/%s.lua" % name, "return %s { %s }\n" % (word, plan.rules[word]))
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(inputs + list(given))
    for _, row in plan.rows:
        table.writerow([row[column] for column in inputs] + list(given.values()))
    path = write(folder, "rows.csv", out.getvalue())
    done = subprocess.run([os.path.join(build, "moonbill"), "quote", "plan", "--rules", folder, "--today", "2026-01-01",
                           "--input", path, "--format", "csv"], capture_output=True, text=True, check=False, timeout=120,
                          env={key: value for key, value in os.environ.items() if not key.startswith("MOONBILL_BOOK")})
    answers = list(csv.reader(io.StringIO(done.stdout)))
    if not answers:
        # The plan, or the whole table, is refused: an answer for every row.
        return [{"error": done.stderr.strip()}] * len(plan.rows)
    width = len(inputs) + len(given)
    return [dict(zip(answers[0][width:], row[width:])) for row in answers[1:]]


def numbers(text):
    return [decimal.Decimal(part.strip().replace(" ", "")) for part in re.split(r"\s\+\s|^\+", text) if part.strip()]


def differs(wanted, got):
    """Why an answer is not what its row wants, or None."""
    failures = [cell for cell in wanted.values() if cell.startswith("error")]
    if failures:
        words = failures[0][len("error"):].strip()
        if not got.get("error"):
            return "no error, but %s" % got.get("net")
        return None if words.lower() in got["error"].lower() else "another error: %s" % got["error"]
    if wanted.get("error"):
        return None if wanted["error"].lower() in got.get("error", "").lower() else "error '%s'" % got.get("error")
    if got.get("error"):
        return "error: %s" % got["error"]
    for column, cell in wanted.items():
        have = got["net" if column == "amount" else column]
        if cell and cell != "error":
            if cell == "none" and not have:
                continue
            if cell == "none" or numbers(cell) != numbers(have):
                return "%s is %s" % (column, have or "nothing")
    return None


def run_plan(plan, path, build):
    reports = []
    name = os.path.basename(path)
    with tempfile.TemporaryDirectory(prefix="moonbill-pricing-") as folder:
        answers = price(plan, build, folder)
    if len(answers) != len(plan.rows):
        return ["not ok %s:%d %s: %d answers for %d rows" % (name, plan.line, plan.name, len(answers), len(plan.rows))]
    for (number, row), got in zip(plan.rows, answers):
        title = "%s:%d %s: %s" % (name, number, plan.name, ", ".join("%s %s" % (c, v) for c, v in row.items() if v))
        why = differs({column: row[column] for column in plan.columns if column in RESULTS}, got)
        reports.append("ok %s" % title if why is None else "not ok %s: %s" % (title, " ".join(why.split())))
    return reports


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", default="build")
    parser.add_argument("name", nargs="?", default="")
    args = parser.parse_args()
    build, work, failed = os.path.abspath(args.build), [], 0
    for path in sorted(glob.glob(os.path.join(HERE, "*.txt"))):
        if os.path.basename(path).startswith("agreements-"):
            continue
        try:
            plans = read_table(path)
        except Wrong as wrong:
            print("not ok %s" % wrong)
            failed += 1
            continue
        work += [(plan, path) for plan in plans if plan.rows and (args.name in os.path.basename(path) or args.name in plan.name)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for reports in pool.map(lambda one: run_plan(*one, build), work):
            print("\n".join(reports))
            failed += sum(report.startswith("not ok") for report in reports)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
