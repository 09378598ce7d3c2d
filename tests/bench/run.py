#!/usr/bin/env python3
"""How long the main job takes: import, bill, approve, issue, ageing, verify, as medians over several runs of whole commands, with the
digest of the book that came out. Each is also given as a ratio to a plain Python pass over the same file (csv and decimal, no storage) in
the same run, since machines differ and are shared.

    tests/bench/run.py --build DIR [--lines 10000] [--runs 5] [--orders FILE --map NAME]
"""
import argparse
import csv
import decimal
import os
import random
import shutil
import statistics
import subprocess
import tempfile
import time

MAPPING = """return mapping {
  of = "orders",
  columns = { order = "Order", account = "Account", date = "Date", product = "Item", text = "Text", quantity = "Quantity", price = "Price" },
  account = { country = "Country" },
  kind = function(order) return order.id:find "^C" and "cancellation" or "sale" end,
}
"""


def make_orders(path, lines, seed=1):
    """About 20 lines to an order, one order in ten a cancellation, 300 accounts per 10,000 lines."""
    rng = random.Random(seed)
    accounts = max(1, lines * 3 // 100)
    with open(path, "w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["Order", "Account", "Country", "Date", "Item", "Text", "Quantity", "Price"])
        written = number = 0
        while written < lines:
            number += 1
            cancelled = number % 10 == 0
            account = rng.randrange(accounts)
            for _ in range(min(rng.randint(1, 3 if cancelled else 40), lines - written)):
                item = rng.randrange(3000)
                writer.writerow([f"{'C' if cancelled else 'S'}{number:07}", f"A{account:06}", "France" if account % 10 == 0 else "United Kingdom",
                                 f"2010-12-{1 + number % 5:02}", f"I{item:05}", f"Article number {item}",
                                 -rng.randint(1, 3) if cancelled else rng.randint(1, 48), f"{rng.randint(10, 2000) / 100:.2f}"])
                written += 1


def yardstick(path):
    total = decimal.Decimal(0)
    with open(path, newline="", encoding="utf-8-sig") as file:
        first = file.readline()
        separator = max(";,\t", key=first.count)
        file.seek(0)
        for row in csv.reader(file, delimiter=separator):
            for cell in row[-4:]:
                try:
                    total += decimal.Decimal(cell.replace(",", "."))
                except decimal.InvalidOperation:
                    pass
    return total


def timed(command, env):
    start = time.perf_counter()
    result = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if result.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(command)}: exit status {result.returncode}\n{result.stderr}")
    return time.perf_counter() - start, result.stdout


def one_run(build, folder, orders, mapping, today):
    book = os.path.join(folder, "book")
    program = os.path.join(build, "moonbill")
    env = dict(os.environ, MOONBILL_BOOK=book, MOON_PLUGIN_DIR=os.path.join(build, "plugins"))
    timed([program, "init", book, "--currency", "GBP", "--country", "GB"], env)
    with open(os.path.join(book, "rules/imports/bench.lua"), "w") as out:
        out.write(MAPPING)
    steps = [("import", ["import", "orders", orders, "--map", mapping]), ("bill", ["bill"]), ("approve", ["approve", "--all"]),
             ("issue", ["issue", "--all"]), ("ageing", ["report", "ageing", "--as-of", "2011-02-01", "--format", "csv"]),
             ("verify", ["verify"]), ("digest", ["verify", "--digest"])]
    times = {}
    for name, words in steps:
        times[name], output = timed([program, "--today", today] + words, env)
    shutil.rmtree(book)
    return times, output.strip()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build")
    parser.add_argument("--lines", type=int, default=10000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--orders")
    parser.add_argument("--map", default="bench")
    args = parser.parse_args()
    build = os.path.abspath(args.build)
    with tempfile.TemporaryDirectory() as folder:
        orders = os.path.abspath(args.orders) if args.orders else os.path.join(folder, "orders.csv")
        if not args.orders:
            make_orders(orders, args.lines)
        runs, digests, sticks = [], set(), []
        for _ in range(args.runs):
            start = time.perf_counter()
            yardstick(orders)
            sticks.append(time.perf_counter() - start)
            times, digest = one_run(build, folder, orders, args.map, "2010-12-06")
            runs.append(times)
            digests.add(digest)
        with open(orders, "rb") as file:
            lines = sum(1 for _ in file) - 1
    stick = statistics.median(sticks)
    print(f"{lines} order lines, {args.runs} runs; seconds of the whole command; ratio to a plain Python pass ({stick:.3f} s)")
    for name in runs[0]:
        values = sorted(r[name] for r in runs)
        median = statistics.median(values)
        print(f"  {name:8} {median:8.3f}   ({values[0]:.3f} to {values[-1]:.3f})   ratio {median / stick:6.2f}")
    print("digest " + (digests.pop() if len(digests) == 1 else "DIFFERS between runs: " + " ".join(sorted(digests))))
    print("-- agreements")
    subprocess.run(["python3", os.path.join(os.path.dirname(os.path.abspath(__file__)), "agreements.py"), "--build", build], check=True)
    for name in ("decimal", "script", "charges", "draft", "agreements"):
        program = os.path.join(build, "bench", name)
        if os.path.exists(program):
            print(f"-- {name}")
            subprocess.run([program], check=True, env=dict(os.environ, MOON_PLUGIN_DIR=os.path.join(build, "plugins")))


if __name__ == "__main__":
    main()
