#!/usr/bin/env python3
"""Damage the files of a small book, one byte at a time, and ask `verify`.

    tests/crash/flip_test.py --build DIR [--quick] [T]     T: only cases whose name contains it

Each byte that means something (tests/crash/lmdb_pages.py says which) has to be missed, each other one may be anything, and verify never
crashes. Also: files cut short, a head that does not fit, an older data.mdb put back, and a chain that was rewritten whole, which only a
head lodged elsewhere shows. Without --quick every byte of all pages in use is tried, of long values and unused room every 32nd; SEED=n chooses other positions and values."""
import argparse
import concurrent.futures
import functools
import os
import random
import shutil
import sys

from lmdb_pages import EITHER, UNUSED, USED, Pages
from small_book import Moonbill, Tap, copy_book, first_line, make_stages, scratch_folder, seed

WORDS = {UNUSED: "unused", USED: "used", EITHER: "either"}
THIN = 32  # of the bytes of long values and of unused room, one in so many is tried
DOCUMENT = "48"  # number of the type of record (core/books/records.c)


def own_copy(root, book):
    """A copy of the book for this process, kept between its cases."""
    mine = os.path.join(root, "case-%d" % os.getpid())
    if not os.path.exists(mine):
        copy_book(book, mine)
    return mine


def flip(moonbill, root, book, file, case):
    """None, or what went wrong after one byte was changed."""
    position, value, use = case
    mine = own_copy(root, book)
    path = os.path.join(mine, file)
    with open(os.path.join(book, file), "rb") as whole:
        data = bytearray(whole.read())
    was = data[position]
    data[position] ^= value
    with open(path, "wb") as damaged:
        damaged.write(data)
    status, text = moonbill.verify(mine)
    shutil.copy(os.path.join(book, file), path)
    where = "byte %d (page %d, offset %d, %02x to %02x, %s)" % (
        position, position // 4096, position % 4096, was, was ^ value, WORDS[use])
    if status not in (0, 3):
        return "%s: exit %d: %s" % (where, status, first_line(text))
    if status == 3 and "error[" not in text:
        return "%s: exit 3 without an error" % where
    if use == USED and status == 0:
        return "%s: was not missed" % where
    if use == UNUSED and status == 3:
        return "%s: %s" % (where, first_line(text))
    return None


def positions(pages, quick):
    """The bytes to try: seeded ones, two thirds of them where something is stored; with EVERY=1 in the environment all but what is much
    alike. (every_byte_test.py tries every byte, of a smaller book.)"""
    uses, draw = pages.uses, random.Random(seed())
    if not os.environ.get("EVERY"):
        used = [i for i, use in enumerate(uses) if use != UNUSED]
        free = [i for i, use in enumerate(uses) if use == UNUSED]
        share = 500 if quick else 2000
        return sorted(draw.sample(used, min(2 * share, len(used))) + draw.sample(free, min(share, len(free))))
    alike = bytearray(use == UNUSED for use in uses)
    for start, length in pages.long:
        alike[start + 64:start + length - 64] = b"\1" * max(0, length - 128)
    return [i for i, much in enumerate(alike) if not much or i % THIN == 0]


def flips(moonbill, tap, pool, root, book, file, quick):
    with open(os.path.join(book, file), "rb") as whole:
        pages = Pages(whole.read())
    draw = random.Random(seed() + 1)
    cases = [(i, draw.choice((1 << draw.randrange(8), draw.randrange(1, 256))), pages.uses[i])
             for i in positions(pages, quick)]
    run = functools.partial(flip, moonbill, root, book, file)
    failures = [wrong for wrong in pool.map(run, cases, chunksize=16) if wrong]
    tap.result("a byte of " + file, failures, len(cases))


def with_file(moonbill, root, book, file, data, *arguments):
    """verify on a copy of the book in which one file has other bytes, or is gone (None)."""
    mine = os.path.join(root, "edited")
    shutil.rmtree(mine, ignore_errors=True)
    copy_book(book, mine)
    path = os.path.join(mine, file)
    os.remove(path)
    if data is not None:
        with open(path, "wb") as out:
            out.write(data)
    return moonbill.verify(mine, *arguments)


def expect(failures, label, result, want):
    status, text = result
    if status != want:
        failures.append("%s: exit %d, expected %d: %s" % (label, status, want, first_line(text)))


def cut_short(moonbill, tap, root, book):
    with open(os.path.join(book, "data/data.mdb"), "rb") as whole:
        data = whole.read()
    uses = bytes(Pages(data).uses)
    end = len(uses.rstrip(b"\0"))
    sizes = {0, 1, 100, 4095, 4096, 8191, 8192, 8193, end // 2, end - 4096, end - 1, end, len(data)}
    sizes |= set(random.Random(seed()).sample(range(len(data)), 20))
    failures = []
    for size in sorted(sizes):
        page_end = -(-end // 4096) * 4096  # pages are whole, also where their end is not used
        want = 3 if size < page_end else 0
        expect(failures, "cut to %d of %d bytes" % (size, len(data)),
               with_file(moonbill, root, book, "data/data.mdb", data[:size]), want)
    expect(failures, "with bytes behind its end",
           with_file(moonbill, root, book, "data/data.mdb", data + b"\xa5" * 10000), 0)
    tap.result("data.mdb cut short", failures, len(sizes) + 1)


def heads(moonbill, tap, root, book, older):
    failures = []
    seq, hash_text = moonbill.head(book)
    other = ("1" if hash_text[0] != "1" else "2") + hash_text[1:]
    line = lambda number, text: ("%s %s\n" % (number, text)).encode()
    rows = [("as it is", line(seq, hash_text), 0), ("of a later commit", line(int(seq) + 1, hash_text), 3),
            ("with another hash", line(seq, other), 3), ("of an earlier commit", line(moonbill.head(older)[0], moonbill.head(older)[1]), 0),
            ("missing", None, 0)]
    for label, data, want in rows:
        expect(failures, "head " + label, with_file(moonbill, root, book, "data/head", data), want)
    with open(os.path.join(older, "data/data.mdb"), "rb") as file:
        expect(failures, "an older data.mdb", with_file(moonbill, root, book, "data/data.mdb", file.read()), 3)
    expect(failures, "verify --expect of its own head", moonbill.verify(book, "--expect", hash_text), 0)
    expect(failures, "verify --expect of an earlier head", moonbill.verify(book, "--expect", moonbill.head(older)[1]), 0)
    expect(failures, "verify --expect of a foreign head", moonbill.verify(book, "--expect", other), 3)
    tap.result("data/head", failures, len(rows) + 4)


def forged(moonbill, tap, root, book):
    """A document's text changed, and every link after it made anew."""
    failures = []
    lodged = moonbill.head(book)[1]
    mine = os.path.join(root, "forged")
    copy_book(book, mine)
    done = os.spawnv(os.P_WAIT, moonbill.rewrite, [moonbill.rewrite, os.path.join(mine, "data"), DOCUMENT, "HOLDER", "HOLDEN"])
    if done != 0:
        tap.not_ok("a forged chain", "rewrite_chain: exit %d" % done)
        return
    expect(failures, "verify", moonbill.verify(mine), 0)
    status, text = moonbill.verify(mine, "--expect", lodged)
    if status != 3 or "error[audit.head_unexpected]" not in text:
        failures.append("verify --expect: exit %d: %s" % (status, first_line(text)))
    tap.result("a forged chain", failures, 2)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--build", default="build")
    options.add_argument("--quick", action="store_true")
    options.add_argument("wanted", nargs="?", default="")
    options = options.parse_args()
    moonbill, tap, root = Moonbill(options.build), Tap("flip"), scratch_folder()
    try:
        stages, _ = make_stages(moonbill, root)
        book, older = stages[-1], stages[-2]
        wanted = lambda name: options.wanted in name
        with concurrent.futures.ProcessPoolExecutor() as pool:
            if wanted("data.mdb"):
                flips(moonbill, tap, pool, root, book, "data/data.mdb", options.quick)
        if wanted("cut short"):
            cut_short(moonbill, tap, root, book)
        if wanted("head"):
            heads(moonbill, tap, root, book, older)
        if wanted("forged"):
            forged(moonbill, tap, root, book)
    except RuntimeError as error:
        tap.not_ok("undisturbed", str(error))
    finally:
        shutil.rmtree(root, ignore_errors=True)
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
