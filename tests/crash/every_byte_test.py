#!/usr/bin/env python3
"""Every byte of a small book is damaged once, and verified: what is used has to be missed, what is not may be anything, and nothing crashes.

    tests/crash/every_byte_test.py --build DIR [--quick]

--quick takes every 16th stretch of the file. Which byte is for what is read from LMDB's format by lmdb_pages.py, apart from moonbill."""
import argparse
import concurrent.futures
import os
import shutil
import subprocess
import sys

from lmdb_pages import UNUSED, Pages
from small_book import scratch_folder

STRETCH = 256


def run(program, root, uses, stretch):
    folder = os.path.join(root, "work-%d" % os.getpid())
    if not os.path.exists(folder):
        shutil.copytree(os.path.join(root, "book"), folder)
    first, last = stretch
    done = subprocess.run([program, "run", folder, uses, str(first), str(last)], capture_output=True, text=True)
    return done.stdout.splitlines() if done.returncode in (0, 1) else ["exit status %d: %s" % (done.returncode, done.stderr.strip())]


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--build", default="build")
    options.add_argument("--quick", action="store_true")
    options = options.parse_args()
    program = os.path.abspath(os.path.join(options.build, "crash/every_byte"))
    root = scratch_folder()
    try:
        subprocess.run([program, "make", os.path.join(root, "book")], check=True)
        with open(os.path.join(root, "book/data/data.mdb"), "rb") as file:
            pages = Pages(file.read())
        uses = os.path.join(root, "uses")
        with open(uses, "wb") as file:
            file.write(bytes(pages.uses))
        size = len(pages.uses)
        stretches = [(i, min(i + STRETCH, size)) for i in range(0, size, STRETCH)][::16 if options.quick else 1]
        with concurrent.futures.ThreadPoolExecutor(1) if os.cpu_count() == 1 else concurrent.futures.ProcessPoolExecutor() as pool:
            wrong = [line for lines in pool.map(run, *zip(*[(program, root, uses, s) for s in stretches])) for line in lines]
        tried = sum(last - first for first, last in stretches)
        used = sum(1 for use in pages.uses if use != UNUSED)
        for line in wrong[:20]:
            print("# " + line)
        print(("ok" if not wrong else "not ok") + " every byte: %d of %d bytes damaged, %d of the file used%s"
              % (tried, size, used, ": %d wrong" % len(wrong) if wrong else ""))
    finally:
        shutil.rmtree(root, ignore_errors=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
