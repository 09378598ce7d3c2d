"""A small book and the commands that fill it, for the tests that kill, damage and starve moonbill."""
import os
import random
import shutil
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SAMPLE = os.path.join(HERE, "..", "data", "online-retail.csv")
TODAY = "2010-12-06"

# Name, arguments, exit statuses of an undisturbed run. {csv} is the excerpt.
COMMANDS = [
    ("init", ["init", "{book}", "--currency", "GBP", "--country", "GB", "--name", "Example Ltd"],
     (0,)),
    ("import", ["-b", "{book}", "--today", TODAY, "import", "orders", "{csv}", "--map", "online-retail"], (0, 1)),
    ("bill", ["-b", "{book}", "--today", TODAY, "bill"], (0, 1)),
    ("approve", ["-b", "{book}", "--today", TODAY, "approve", "--all"], (0, 1)),
    ("issue", ["-b", "{book}", "--today", TODAY, "issue", "--all"], (0, 1)),
]


def seed():
    return int(os.environ.get("SEED", "20101206"))


def scratch_folder():
    """A new folder in memory, if the machine has such a place."""
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    return tempfile.mkdtemp(prefix="moonbill-", dir=base)


def write_excerpt(path, orders=14):
    """The sample's first orders, and its first cancellations: few enough to repeat thousands of times."""
    with open(SAMPLE, encoding="utf-8-sig") as file:
        header, *lines = file.read().splitlines()
    chosen, kept = {}, []
    for line in lines:
        name = line.split(";")[0]
        kind = name.startswith("C")
        if name not in chosen and sum(1 for k in chosen.values() if k == kind) < (3 if kind else orders):
            chosen[name] = kind
        if name in chosen:
            kept.append(line)
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join([header] + kept) + "\n")


class Moonbill:
    """The program under test, and how it is run."""

    def __init__(self, build):
        """The program of `build`, or the one beside it whose limits are small, so that one command makes many commits."""
        small = os.path.join(build, "small")
        build = small if os.path.exists(os.path.join(small, "moonbill")) else build
        self.program = os.path.abspath(os.path.join(build, "moonbill"))
        self.faults = os.path.abspath(os.path.join(build, "crash", "faults.so"))
        self.rewrite = os.path.abspath(os.path.join(build, "crash", "rewrite_chain"))

    def run(self, arguments, faults=None, timeout=120):
        """(exit status, text of both outputs); the status is negative where a signal ended the process."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("FAULT_", "MOONBILL_"))}
        environment.update({"LC_ALL": "C.UTF-8", "TZ": "UTC"})
        if faults is not None:
            environment.update(faults)
            environment["LD_PRELOAD"] = self.faults
        try:
            done = subprocess.run([self.program] + arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, env=environment, timeout=timeout)
        except subprocess.TimeoutExpired:
            return 124, "ran for more than %d seconds" % timeout
        return done.returncode, done.stdout.decode("utf-8", "replace")

    def step(self, index, book, csv, faults=None):
        arguments = [part.format(book=book, csv=csv) for part in COMMANDS[index][1]]
        return self.run(arguments, faults)

    def verify(self, book, *more):
        return self.run(["-b", book, "verify", *more])

    def digest(self, book):
        """The hash that `verify --digest` prints, or the reason why there is none."""
        status, text = self.verify(book, "--digest")
        words = [word for word in text.split() if len(word) == 64 and not word.strip("0123456789abcdef")]
        if status != 0 or not words:
            return "verify --digest: exit %d: %s" % (status, first_line(text))
        return words[-1]

    def head(self, book):
        """The head of the chain as data/head lodges it: sequence and hash."""
        with open(os.path.join(book, "data", "head")) as file:
            return file.read().split()


def first_line(text):
    """The first line that says something, for a message."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if "error[" in line]
    return (errors or lines or ["(no output)"])[0][:200]


def copy_book(source, target):
    """A copy without the holes of LMDB's files being filled; a missing book is a missing book."""
    if os.path.exists(source):
        shutil.copytree(source, target, symlinks=True)


def make_stages(moonbill, root):
    """The book before each command, and after the last: the folders' names. Stops at the first command that goes wrong."""
    csv = os.path.join(root, "orders.csv")
    write_excerpt(csv)
    stages, book = [], os.path.join(root, "stages")
    os.mkdir(book)
    for index, (name, _, good) in enumerate(COMMANDS):
        stages.append(os.path.join(book, "before-" + name))
        if index > 0:
            copy_book(os.path.join(root, "reference"), stages[index])
        status, text = moonbill.step(index, os.path.join(root, "reference"), csv)
        if status not in good:
            raise RuntimeError("%s: exit %d: %s" % (name, status, first_line(text)))
    stages.append(os.path.join(root, "reference"))
    return stages, csv


def some(points, count, *salt):
    """At most `count` of the points, the same ones for the same seed; ends included."""
    points = list(points)
    if count is None or len(points) <= count:
        return points
    chosen = random.Random("%d %s" % (seed(), salt)).sample(points[1:-1], count - 2)
    return [points[0]] + sorted(chosen) + [points[-1]]


class Tap:
    """Lines of results: ok NAME, not ok NAME: why."""

    def __init__(self, prefix):
        self.prefix, self.failed = prefix, False

    def ok(self, name):
        print("ok %s %s" % (self.prefix, name), flush=True)

    def skip(self, name, why):
        print("ok %s %s # SKIP %s" % (self.prefix, name, why), flush=True)

    def not_ok(self, name, why):
        self.failed = True
        print("not ok %s %s: %s" % (self.prefix, name, why.replace("\n", " ")), flush=True)

    def result(self, name, failures, total):
        """One line for many cases: the first failures in full."""
        if not failures:
            self.ok("%s (%d)" % (name, total))
        else:
            shown = "; ".join(failures[:3])
            self.not_ok(name, "%d of %d: %s (SEED=%d)" % (len(failures), total, shown, seed()))
