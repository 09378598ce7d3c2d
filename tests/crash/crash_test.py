#!/usr/bin/env python3
"""Kill moonbill at its calls of the store and of files, let those calls fail, take its memory and its disk away; then run it again.

After each fault `verify` finds the book whole, the same command run again goes through, and after the commands that follow the book
has the digest of one that nothing happened to.

    tests/crash/crash_test.py --build DIR [--quick] [T]    T: only cases whose name contains it

Without --quick it is killed before each call, and a hundred or so of the other faults of each kind are tried; all of them with EVERY=1 in
the environment. A process that only read since its last call leaves the same book behind, so of a row of reading
calls only the first is a point. SEED=n chooses other points for --quick."""
import argparse
import concurrent.futures
import functools
import os
import shutil
import signal
import subprocess
import sys

from small_book import COMMANDS, Moonbill, Tap, copy_book, first_line, make_stages, scratch_folder, some

READING = {"mdb_get", "mdb_cursor_get", "mdb_txn_begin", "mdb_env_open"}


def read_trace(path):
    """The calls of one process, in order: [(number, name)]."""
    with open(path) as file:
        return [(int(number), name) for number, name in (line.split() for line in file)]


def points_of(trace):
    """Calls worth a fault: each that may change something, and the first of each row of reading ones."""
    points, before = [], None
    for number, name in trace:
        if name not in READING or before not in READING:
            points.append((number, name))
        before = name
    return points


class Case:
    """One fault in one command: what to inject, and which exit statuses it may have."""

    def __init__(self, index, label, faults, expect):
        self.index, self.label, self.faults, self.expect = index, label, faults, expect


def killed(status):
    return status == -signal.SIGKILL


def check_fault(case, status, text, good):
    """Why the faulted run went wrong, or None."""
    if status < 0 and not (case.expect == "killed" and killed(status)):
        return "ended by signal %d: %s" % (-status, first_line(text))
    if case.expect == "killed":
        return None if killed(status) else "was not killed: exit %d: %s" % (status, first_line(text))
    if status in good:
        return None
    if status != 3 and not (case.expect == "any" and status in (0, 1, 3)):
        return "exit %d, expected 3: %s" % (status, first_line(text))
    if case.expect == "full" and "No space left on device" not in text:
        return "does not say that the disk is full: %s" % first_line(text)
    return None


def check_whole(moonbill, book, index):
    """After the fault the book is whole; after a fault in init there may be none yet, or half of one."""
    status, text = moonbill.verify(book)
    if status == 0 or (index == 0 and status > 0 and "error[" in text):
        return None
    return "verify: exit %d: %s" % (status, first_line(text))


def check_again(moonbill, book, csv, index, digest):
    """The same command and those after it, undisturbed; the digest at the end."""
    for later in range(index, len(COMMANDS)):
        status, text = moonbill.step(later, book, csv)
        if later == 0 and "error[book.exists]" in text:  # half of a book, or a whole one: whoever made it begins again
            shutil.rmtree(book)
            status, text = moonbill.step(later, book, csv)
        if status not in COMMANDS[later][2]:
            return "then %s: exit %d: %s" % (COMMANDS[later][0], status, first_line(text))
    found = moonbill.digest(book)
    return None if found == digest else "another digest in the end: %s" % found


def run_case(moonbill, root, stages, csv, digest, case):
    """None, or what went wrong."""
    folder = os.path.join(root, "case-%d" % os.getpid())
    book = os.path.join(folder, "book")
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)
    copy_book(stages[case.index], book)
    status, text = moonbill.step(case.index, book, csv, case.faults)
    wrong = check_fault(case, status, text, COMMANDS[case.index][2])
    if wrong is None:
        wrong = check_whole(moonbill, book, case.index)
    if wrong is None:
        wrong = check_again(moonbill, book, csv, case.index, digest)
    shutil.rmtree(folder, ignore_errors=True)
    return None if wrong is None else "%s: %s" % (case.label, wrong)


class Plan:
    """What to try for each command."""

    def __init__(self, moonbill, root, stages, csv, quick):
        self.moonbill, self.root, self.stages, self.csv, self.quick = moonbill, root, stages, csv, quick

    def observe(self, index, children):
        """The calls and the number of allocations of one undisturbed run."""
        folder = os.path.join(self.root, "observed")
        trace, count = os.path.join(folder, "trace"), os.path.join(folder, "count")
        shutil.rmtree(folder, ignore_errors=True)
        os.mkdir(folder)
        book = os.path.join(folder, "book")
        copy_book(self.stages[index], book)
        faults = {"FAULT_TRACE": trace, "FAULT_COUNT": count}
        if children:
            faults["FAULT_CHILDREN"] = "1"
        self.moonbill.step(index, book, self.csv, faults)
        calls = read_trace(trace) if os.path.exists(trace) else []
        mallocs = 0
        if os.path.exists(count):
            with open(count) as file:
                mallocs = max(int(line.split()[3]) for line in file)
        return calls, mallocs

    def cases(self, kind, index):
        name = COMMANDS[index][0]
        every = bool(os.environ.get("EVERY"))
        all_of = lambda points, count: some(points, count if self.quick else None, kind, name)
        some_of = lambda points, count: some(points, count if self.quick else None if every else 80, kind, name)
        calls, mallocs = self.observe(index, kind.startswith("worker"))
        points = points_of(calls)
        changing = [point for point in points if point[1] not in READING]
        at = lambda number, call: "call %d (%s)" % (number, call)
        if kind == "kill":
            for number, call in all_of(points, 28):
                yield Case(index, "killed before " + at(number, call), {"FAULT_KILL_AT": str(number)}, "killed")
            for number, call in some_of(changing, 6):
                yield Case(index, "killed after " + at(number, call), {"FAULT_KILL_AFTER": str(number)}, "killed")
            writes = [point for point in changing if point[1] in ("write", "writev", "pwrite", "pwritev")]
            for number, call in some_of(writes, 6):
                yield Case(index, "killed within " + at(number, call),
                           {"FAULT_KILL_AT": str(number), "FAULT_TEAR": "1"}, "killed")
        elif kind == "full":
            for number, call in some_of(changing, 10):
                yield Case(index, "disk full from " + at(number, call),
                           {"FAULT_FAIL_AT": str(number), "FAULT_ERRNO": "ENOSPC", "FAULT_STICKY": "1"}, "full")
        elif kind == "fails":
            for number, call in some_of(points, 10):
                yield Case(index, "failing " + at(number, call),
                           {"FAULT_FAIL_AT": str(number), "FAULT_ERRNO": "EIO"}, "failed")
        elif kind == "memory":
            # Spread over all; each would be as many as there are records.
            for number in some(range(1, mallocs + 1), 10 if self.quick else 1000 if every else 100, kind, name):
                yield Case(index, "without memory at allocation %d" % number, {"FAULT_MALLOC_AT": str(number)}, "any")
        elif kind == "worker-kill":
            for number, call in some_of(points, 5):
                yield Case(index, "worker killed before " + at(number, call),
                           {"FAULT_KILL_AT": str(number), "FAULT_CHILDREN": "1"}, "any")
        elif kind == "worker-memory":
            for number in some(range(1, 3000), 5 if self.quick else 300 if every else 40, kind, name):
                yield Case(index, "worker without memory at allocation %d" % number,
                           {"FAULT_MALLOC_AT": str(number), "FAULT_CHILDREN": "1"}, "any")


KINDS = ("kill", "full", "fails", "memory", "worker-kill", "worker-memory")


# ---- a real disk that is full, a real one that is read-only ----

def mount(*arguments):
    return subprocess.run(["mount", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def check_small_disk(moonbill, folder, csv, digest, kilobytes):
    """Fill a disk of this size; give it room wherever it is full, and go on."""
    book, enlarged = os.path.join(folder, "book"), False
    for index, (name, _, good) in enumerate(COMMANDS):
        status, text = moonbill.step(index, book, csv)
        if status == 3 and "No space left on device" in text and not enlarged:
            wrong = check_whole(moonbill, book, index)
            if wrong:
                return "%s filled the disk; then %s" % (name, wrong)
            if not mount("-o", "remount,size=64M", folder):
                return "cannot enlarge the disk"
            enlarged = True
            status, text = moonbill.step(index, book, csv)
        if status not in good:
            return "%s: exit %d: %s" % (name, status, first_line(text))
    found = moonbill.digest(book)
    return None if found == digest else "another digest in the end: %s" % found


def full_disks(moonbill, tap, root, csv, digest, quick):
    folder = os.path.join(root, "disk")
    os.makedirs(folder, exist_ok=True)
    sizes = [16 * n for n in range(1, 60, 8 if quick else 1)]
    failures = []
    for kilobytes in sizes:
        if not mount("-t", "tmpfs", "-o", "size=%dk" % kilobytes, "tmpfs", folder):
            tap.skip("full disk", "mounting is not permitted")
            return
        try:
            wrong = check_small_disk(moonbill, folder, csv, digest, kilobytes)
        finally:
            subprocess.run(["umount", folder], check=True)
        if wrong:
            failures.append("disk of %d KiB: %s" % (kilobytes, wrong))
    tap.result("full disk", failures, len(sizes))


def read_only_commands(moonbill, book, csv):
    """Listing and verifying go on; writing is refused in words."""
    for arguments, want in ((["verify"], 0), (["list", "orders"], 0), (["verify", "--digest"], 0)):
        status, text = moonbill.run(["-b", book, *arguments])
        if status != want:
            return "%s: exit %d: %s" % (" ".join(arguments), status, first_line(text))
    status, text = moonbill.step(1, book, csv)
    if status != 3 or "error[io.read_only]" not in text:
        return "import: exit %d: %s" % (status, first_line(text))
    return None


def read_only_disk(moonbill, tap, root, stages, csv):
    book = os.path.join(root, "read-only")
    copy_book(stages[1], book)
    if not mount("--bind", book, book):
        tap.skip("read-only disk", "mounting is not permitted")
        return
    try:
        wrong = None if mount("-o", "remount,ro,bind", book) else "cannot make it read-only"
        wrong = wrong or read_only_commands(moonbill, book, csv)
    finally:
        subprocess.run(["umount", book], check=True)
    if wrong is None:
        status, text = moonbill.step(1, book, csv)
        wrong = None if status in COMMANDS[1][2] else "writable again: exit %d: %s" % (status, first_line(text))
    tap.result("read-only disk", [wrong] if wrong else [], 1)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--build", default="build")
    options.add_argument("--quick", action="store_true")
    options.add_argument("wanted", nargs="?", default="")
    options = options.parse_args()
    moonbill, tap = Moonbill(options.build), Tap("crash")
    if "asan" in os.path.basename(os.path.normpath(options.build)):
        tap.skip("all", "the sanitizer has to be loaded first itself")
        return 0
    root = scratch_folder()
    try:
        stages, csv = make_stages(moonbill, root)
        digest = moonbill.digest(stages[-1])
        if len(digest) != 64:
            raise RuntimeError(digest)
        plan = Plan(moonbill, root, stages, csv, options.quick)
        with concurrent.futures.ProcessPoolExecutor() as pool:
            run = functools.partial(run_case, moonbill, root, stages, csv, digest)
            for kind in KINDS:
                for index, (name, _, _) in enumerate(COMMANDS):
                    label = "%s %s" % (kind, name)
                    if options.wanted not in label:
                        continue
                    cases = list(plan.cases(kind, index))
                    tap.result(label, [wrong for wrong in pool.map(run, cases) if wrong], len(cases))
        if options.wanted in "full disk":
            full_disks(moonbill, tap, root, csv, digest, options.quick)
        if options.wanted in "read-only disk":
            read_only_disk(moonbill, tap, root, stages, csv)
    except RuntimeError as error:
        tap.not_ok("undisturbed", str(error))
    finally:
        shutil.rmtree(root, ignore_errors=True)
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
