#!/usr/bin/env python3
"""What the billing of agreements costs: so many accounts, an agreement of five charges each, the first month and the second, with a change
of seats for one in ten between them. Seconds of whole commands, medians over several runs, microseconds per account, and the digest of the
book that came out.

    tests/bench/agreements.py --build DIR [--accounts 10000] [--runs 3]
"""
import argparse
import csv
import os
import random
import statistics
import subprocess
import tempfile
import time

PLAN = """return plan { title = "Bench", every = "month",
  flat { "Platform fee", price = 49.00 },
  per_unit { "Seats", quantity = "seats", price = 9.00 },
  graduated { "Storage", quantity = "gigabytes", tiers = { { upto = 100, price = 0.12 }, { upto = 1000, price = 0.08 }, { price = 0.05 } } },
  per_unit { "Calls", meter = "calls", price = 0.004 },
  graduated { "Messages", meter = "messages", tiers = { { upto = 1000, price = 0 }, { price = 0.02 } } },
}
"""
APPROVALS = 'return approvals { invoice { by = "nobody" }, credit_note { by = "nobody" } }\n'


def write(folder, name, rows):
    path = os.path.join(folder, name + ".csv")
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


def make_files(folder, count, seed=1):
    rng = random.Random(seed)
    ids = ["A%06d" % n for n in range(count)]
    return {
        "accounts": write(folder, "accounts", [["id", "name", "country", "from"]] + [[i, "Name", "DE", "2026-01-01"] for i in ids]),
        "agreements": write(folder, "agreements", [["id", "account", "plan", "from", "start", "tags.seats", "tags.gigabytes"]] + [
            ["G" + i, i, "bench", "2026-01-01", "2026-01-%02d" % rng.randint(1, 28), rng.randint(1, 50), rng.randint(0, 2000)] for i in ids]),
        "usage": write(folder, "usage", [["id", "account", "meter", "time", "quantity"]] + [
            ["%s-%d" % (i, k), i, ("calls", "messages")[k], "2026-02-%02d" % rng.randint(1, 28), rng.randint(1, 5000)] for i in ids for k in (0, 1)]),
    }


def amend_script(path, count):
    """A change for one agreement in ten, in one process."""
    with open(path, "w", encoding="utf-8") as file:
        for n in range(0, count, 10):
            file.write('change("GA%06d", "2026-02-15", { tags = { seats = %d } })\n' % (n, n % 60 + 1))
    return path


def timed(command, env):
    begun = time.perf_counter()
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit("%s: exit status %d\n%s" % (" ".join(command), done.returncode, done.stderr[-2000:]))
    return time.perf_counter() - begun, done.stdout


def one_run(program, top, files, count):
    folder = tempfile.mkdtemp(dir=top)
    book = os.path.join(folder, "book")
    env = dict(os.environ, MOONBILL_BOOK=book)
    timed([program, "init", book, "--currency", "EUR", "--country", "DE"], env)
    for name, text in (("pricing/bench", PLAN), ("approvals", APPROVALS)):
        with open(os.path.join(book, "rules", name + ".lua"), "w", encoding="utf-8") as file:
            file.write(text)
    script = amend_script(os.path.join(folder, "amend.lua"), count)
    steps = [("accounts", "2026-01-01", ["import", "accounts", files["accounts"]]),
             ("agreements", "2026-01-01", ["import", "agreements", files["agreements"]]),
             ("usage", "2026-02-28", ["import", "usage", files["usage"]]),
             ("bill", "2026-01-31", ["bill"]), ("approve", "2026-01-31", ["approve", "--all"]), ("issue", "2026-01-31", ["issue", "--all"]),
             ("nothing due", "2026-01-31", ["bill"]),
             ("changes", "2026-02-15", ["run", script]),
             ("bill 2", "2026-03-28", ["bill"]), ("approve 2", "2026-03-28", ["approve", "--all"]),
             ("issue 2", "2026-03-28", ["issue", "--all"]),
             ("verify", "2026-03-28", ["verify"]), ("digest", "2026-03-28", ["verify", "--digest"])]
    times = {}
    for name, day, words in steps:
        times[name], output = timed([program, "--today", day] + words, env)
    return times, output.strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build")
    parser.add_argument("--accounts", type=int, default=10000)
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    program = os.path.join(os.path.abspath(args.build), "moonbill")
    with tempfile.TemporaryDirectory() as top:
        files = make_files(top, args.accounts)
        runs = [one_run(program, top, files, args.accounts) for _ in range(args.runs)]
    print("%d accounts with an agreement of five charges, %d runs; seconds of the whole command, microseconds per account" % (
        args.accounts, args.runs))
    for name in runs[0][0]:
        values = sorted(times[name] for times, _ in runs)
        median = statistics.median(values)
        print("  %-12s %8.3f   (%.3f to %.3f)   %8.1f us" % (name, median, values[0], values[-1], median / args.accounts * 1e6))
    digests = sorted({digest for _, digest in runs})
    print("digest " + (digests[0] if len(digests) == 1 else "DIFFERS between runs: " + " ".join(digests)))


if __name__ == "__main__":
    main()
