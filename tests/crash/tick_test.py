#!/usr/bin/env python3
"""Kill `tick` at its calls of the store and of files, let those calls fail, fill its disk; then tick again.

    tests/crash/tick_test.py --build DIR [--quick]

After each fault `verify` finds the book whole, and when ticks have done what is due the book has the digest, and out/ the files, of
one that nothing happened to. Then several ticks at once, and ticks that are killed at random until all is done. Without --quick
600 calls are points, with EVERY=1 all of them. SEED=n chooses other points and other moments."""
import argparse
import concurrent.futures
import functools
import os
import random
import shutil
import signal
import subprocess
import sys
import time

from crash_test import points_of, read_trace
from small_book import Moonbill, Tap, copy_book, first_line, scratch_folder, seed, some, write_excerpt

NOW = "2010-12-31T23:00"
TICKS_MAX = 400

# Imports what lies in in/, bills and issues it, acts as a clerk does, reports; several days to catch up, one without a file.
SCHEDULES = """
schedule { "orders", every = "day", at = "05:00", from = date "2010-12-06",
  function(book)
    if book.date > date "2010-12-08" then return "closed" end
    book:import("orders", "in/orders-{date}.csv", { map = "online-retail", missing = "skip" })
  end }
schedule { "billing", every = "week", on = { "monday", "wednesday" }, at = "06:00", from = date "2010-12-06", run = { "bill", issue = true } }
schedule { "month-end pack", every = "month", on = "last business day", at = "18:00", calendar = "england", from = date "2010-12-01",
  function(book)
    book:approve { all = true }
    book:issue { all = true }
    for _, reason in ipairs { "audit", "asked", "asked" } do book:hold { id = "17850", reason = reason } end
    book:promise { account = "17850", amount = "10.00", by = book.date + 10 }
    report("ageing", { as_of = book.date }):save "out/ageing-{date}.csv"
    report("ageing", { as_of = book.date }):save "out/{name}/ageing.html"
  end }
"""


def tick(moonbill, book, faults=None):
    return moonbill.run(["-b", book, "tick", "--now", NOW], faults)


def tick_until_done(moonbill, book):
    """None, or what went wrong. What was refused is refused again in each book alike: exit 1 is fine."""
    for _ in range(TICKS_MAX):
        status, text = tick(moonbill, book)
        if status not in (0, 1):
            return "tick: exit %d: %s" % (status, first_line(text))
        if "Nothing is due." in text:
            return None
    return "there is always something due: %s" % first_line(text)


def files_of(book):
    """Names and contents below out/, without those that a cut-off write left beside them."""
    found, top = {}, os.path.join(book, "out")
    for folder, _, names in os.walk(top):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, top)] = file.read()
    return found


def make_book(moonbill, root):
    book, csv = os.path.join(root, "before"), os.path.join(root, "orders.csv")
    write_excerpt(csv)
    status, text = moonbill.run(["init", book, "--currency", "GBP", "--country", "GB", "--name", "Example Ltd"])
    if status != 0:
        raise RuntimeError("init: exit %d: %s" % (status, first_line(text)))
    with open(os.path.join(book, "rules", "schedules.lua"), "w") as file:
        file.write(SCHEDULES)
    with open(csv, encoding="utf-8") as file:
        header, *lines = file.read().splitlines()
    os.mkdir(os.path.join(book, "in"))
    # The second file comes two days later and repeats the first.
    for day, part in (("2010-12-06", lines[: len(lines) // 2]), ("2010-12-08", lines)):
        with open(os.path.join(book, "in", "orders-%s.csv" % day), "w", encoding="utf-8") as file:
            file.write("\n".join([header] + part) + "\n")
    return book


def compare(moonbill, book, want):
    """Why this book is not the undisturbed one, or None."""
    digest, files = want
    found = moonbill.digest(book)
    if found != digest:
        return "another digest in the end: %s" % found
    there = files_of(book)
    if sorted(there) != sorted(files):
        return "other files in out/: %s" % " ".join(sorted(set(there) ^ set(files)))
    for name, content in files.items():
        if there[name] != content:
            return "out/%s differs" % name
    return None


def run_case(moonbill, root, before, want, case):
    label, faults, expect = case
    folder = os.path.join(root, "case-%d" % os.getpid())
    book = os.path.join(folder, "book")
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)
    copy_book(before, book)
    status, text = tick(moonbill, book, faults)
    wrong = None
    if expect == "killed" and status != -signal.SIGKILL:
        wrong = "was not killed: exit %d: %s" % (status, first_line(text))
    elif expect != "killed" and status not in (0, 1, 3):
        wrong = "exit %d: %s" % (status, first_line(text))
    if wrong is None:
        status, text = moonbill.verify(book)
        wrong = None if status == 0 else "verify: exit %d: %s" % (status, first_line(text))
    wrong = wrong or tick_until_done(moonbill, book) or compare(moonbill, book, want)
    shutil.rmtree(folder, ignore_errors=True)
    return None if wrong is None else "%s: %s" % (label, wrong)


def cases_of(kind, trace, quick):
    points = points_of(trace)
    chosen = some(points, 30 if quick else None if os.environ.get("EVERY") else 600 if kind == "kill" else 80, kind)
    for number, name in chosen:
        at = "call %d (%s)" % (number, name)
        if kind == "kill":
            yield "killed before " + at, {"FAULT_KILL_AT": str(number)}, "killed"
        elif kind == "after":
            yield "killed after " + at, {"FAULT_KILL_AFTER": str(number)}, "killed"
        elif kind == "full":
            yield "disk full from " + at, {"FAULT_FAIL_AT": str(number), "FAULT_ERRNO": "ENOSPC", "FAULT_STICKY": "1"}, "any"
        else:
            yield "failing " + at, {"FAULT_FAIL_AT": str(number), "FAULT_ERRNO": "EIO"}, "any"


# ---- several at once ----

def start(moonbill, book):
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    return subprocess.Popen([moonbill.program, "-b", book, "tick", "--now", NOW], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment)


def at_once(moonbill, book, want):
    """Four ticks together: one works, the others say so; the book is as one tick makes it."""
    ticks = [start(moonbill, book) for _ in range(4)]
    texts = [process.communicate(timeout=120)[0].decode("utf-8", "replace") for process in ticks]
    statuses = [process.returncode for process in ticks]
    if any(status not in (0, 1) for status in statuses):
        return "exit %s: %s" % (statuses, " | ".join(first_line(text) for text in texts))
    if not any("Another tick is at work." in text or "Nothing is due." in text for text in texts):
        return "nobody says that another is at work"
    return tick_until_done(moonbill, book) or compare(moonbill, book, want)


def killed_at_random(moonbill, book, want, dice):
    """Four processes tick again and again, each killed after a moment, until nothing is due."""
    for _ in range(TICKS_MAX):
        ticks = [start(moonbill, book) for _ in range(4)]
        time.sleep(dice.uniform(0.0, 0.08))
        for process in ticks:
            if dice.random() < 0.8:
                process.kill()
        texts = [process.communicate(timeout=120)[0].decode("utf-8", "replace") for process in ticks]
        if any("Nothing is due." in text for text in texts):
            break
    return tick_until_done(moonbill, book) or compare(moonbill, book, want)


def several(moonbill, tap, root, before, want, quick):
    dice, failures, rounds = random.Random(seed()), [], 2 if quick else 8
    for number in range(rounds):
        for name, run in (("four at once", functools.partial(at_once, moonbill)),
                          ("killed at random", lambda book, want: killed_at_random(moonbill, book, want, dice))):
            book = os.path.join(root, "several")
            shutil.rmtree(book, ignore_errors=True)
            copy_book(before, book)
            wrong = run(book, want)
            if wrong:
                failures.append("%s, round %d: %s" % (name, number, wrong))
    tap.result("several ticks", failures, 2 * rounds)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--build", default="build")
    options.add_argument("--quick", action="store_true")
    options = options.parse_args()
    moonbill, tap = Moonbill(options.build), Tap("tick")
    if "asan" in os.path.basename(os.path.normpath(options.build)):
        tap.skip("all", "the sanitizer has to be loaded first itself")
        return 0
    root = scratch_folder()
    try:
        before = make_book(moonbill, root)
        reference, observed = os.path.join(root, "reference"), os.path.join(root, "observed")
        copy_book(before, reference)
        copy_book(before, observed)
        trace = os.path.join(root, "trace")
        tick(moonbill, observed, {"FAULT_TRACE": trace})
        wrong = tick_until_done(moonbill, reference)
        want = (moonbill.digest(reference), files_of(reference))
        if wrong or len(want[0]) != 64 or len(want[1]) < 2:
            raise RuntimeError(wrong or "%s, files %s" % (want[0], " ".join(sorted(want[1]))))
        with concurrent.futures.ProcessPoolExecutor() as pool:
            run = functools.partial(run_case, moonbill, root, before, want)
            for kind in ("kill", "after", "full", "fails"):
                cases = list(cases_of(kind, read_trace(trace), options.quick))
                tap.result(kind, [wrong for wrong in pool.map(run, cases) if wrong], len(cases))
        several(moonbill, tap, root, before, want, options.quick)
    except RuntimeError as error:
        tap.not_ok("undisturbed", str(error))
    finally:
        shutil.rmtree(root, ignore_errors=True)
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
