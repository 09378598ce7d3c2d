#!/usr/bin/env python3
"""The prompt as a person sees it: moonbill repl under a pseudo-terminal.

    repl_test.py --build DIR [NAME ...]    the cases whose name contains a NAME

A case types keys and looks at the screen. The screen is what a terminal would show: carriage returns, erasing and moves of the
cursor are applied (class Screen), so that editing is seen as its result and not as the bytes that bring it about. Every wait is
for something that has to appear; nothing depends on how fast it does."""
import argparse
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

HERE = os.path.dirname(os.path.abspath(__file__))
REPO = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(REPO, "tests", "readme"))
import readme_test  # noqa: E402
SECONDS = 20
PROMPT = "moonbill> "


class Screen:
    """Lines of text as a terminal with endless height would hold them."""

    def __init__(self, width):
        self.width, self.lines, self.row, self.column, self.rest = width, [[]], 0, 0, ""

    def put(self, char):
        if self.column >= self.width:
            self.down()
            self.column = 0
        line = self.lines[self.row]
        line.extend(" " * (self.column + 1 - len(line)))
        line[self.column] = char
        self.column += 1

    def down(self):
        self.row += 1
        if self.row == len(self.lines):
            self.lines.append([])

    def escape(self, count, final):
        n = int(count or 1) if (count or "1").isdigit() else 1
        line = self.lines[self.row]
        if final == "K":
            del line[self.column:]
        elif final == "J":
            del line[self.column:]
            del self.lines[self.row + 1:]
        elif final == "C":
            self.column = min(self.column + n, self.width - 1)
        elif final == "D":
            self.column = max(self.column - n, 0)
        elif final == "A":
            self.row = max(self.row - n, 0)
        elif final == "B":
            self.row = min(self.row + n, len(self.lines) - 1)
        elif final == "G":
            self.column = n - 1
        elif final == "P":
            del line[self.column:self.column + n]
        elif final == "@":
            line[self.column:self.column] = [" "] * n

    def feed(self, text):
        text = self.rest + text
        self.rest = ""
        at = 0
        while at < len(text):
            found = re.match(r"\x1b\[([0-9;?]*)([A-Za-z@])", text[at:])
            if found:
                self.escape(*found.groups())
                at += found.end()
                continue
            char = text[at]
            if char == "\x1b" and len(text) - at < 12:
                self.rest = text[at:]
                return
            if char == "\r":
                self.column = 0
            elif char == "\n":
                self.down()
            elif char == "\t":
                self.put(" ")
            elif char == "\b":
                self.column = max(self.column - 1, 0)
            elif char >= " ":
                self.put(char)
            at += 1

    def text(self):
        return "\n".join("".join(line).rstrip() for line in self.lines)


class Prompt:
    """moonbill repl on a terminal of its own."""

    def __init__(self, case, width=100, height=30, options=("--today", "2010-12-20", "-b", "book")):
        self.screen = Screen(width)
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(case.folder)
            os.execve(os.path.join(case.build, "moonbill"), ["moonbill", *options, "repl"], case.env)
        self.resize(width, height)
        self.seen = 0
        self.wait(PROMPT)

    def resize(self, width, height):
        self.screen.width = width
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def read(self, seconds):
        ready, _, _ = select.select([self.fd], [], [], seconds)
        if not ready:
            return False
        try:
            got = os.read(self.fd, 65536)
        except OSError:
            return False
        self.screen.feed(got.decode("utf-8", "replace"))
        return bool(got)

    def wait(self, text):
        """Read until the screen has `text` behind what was seen before; a line's last spaces are not seen."""
        text = text.rstrip(" ")
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            place = self.screen.text().find(text, self.seen)
            if place >= 0:
                return
            self.read(0.2)
        raise AssertionError("no %r behind:\n%s" % (text, self.screen.text()[self.seen:]))

    def settle(self):
        while self.read(0.25):
            pass

    def keys(self, text):
        os.write(self.fd, text.encode())

    def enter(self, text, until=PROMPT):
        """Type a line; what the screen shows behind it, up to the next prompt."""
        self.keys(text)
        self.settle()
        self.seen = len(self.screen.text())
        self.keys("\r")
        self.wait("\n" + until)
        self.settle()
        shown = self.screen.text()[self.seen:]
        return shown[:shown.rfind("\n" + until.rstrip())].strip("\n")

    def line(self):
        return self.screen.text().splitlines()[-1]

    def leave(self):
        self.keys("\x04")
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
            self.read(0.1)
        os.kill(self.pid, signal.SIGKILL)
        raise AssertionError("Ctrl-D does not leave:\n" + self.screen.text())


def moonbill(case, *args):
    return subprocess.run([os.path.join(case.build, "moonbill"), "--today", "2010-12-20", "-b", "book", *args], cwd=case.folder, env=case.env,
                          capture_output=True, text=True, timeout=SECONDS)


def equal(found, wanted):
    if found != wanted:
        raise AssertionError("found\n%s\nexpected\n%s" % (found, wanted))


def holds(found, *parts):
    for part in parts:
        if part not in found:
            raise AssertionError("no %r in\n%s" % (part, found))


# ---- cases ----

def case_values(case):
    p = Prompt(case)
    equal(p.enter("1 + 1"), "2")
    equal(p.enter('"a" .. 1'), "a1")
    equal(p.enter('money "12.50 EUR" * 2, date "2026-11-30"'), "25.00 EUR\n2026-11-30")
    equal(p.enter("x = 5"), "")
    equal(p.enter("x * 2"), "10")
    equal(p.enter("invoices{ open = true }:sum('open')"), "133.65 GBP")
    equal(p.enter("print()"), "")
    equal(p.leave(), 0)


def case_tables(case):
    p = Prompt(case, width=140)
    equal(p.enter("invoices:by('month'):sum('total')"),
          "Month    Currency   Total\n─────────────────────────\n2010-12  GBP       133.65")
    holds(p.enter("invoices:first()"), "number", "INV-2010-00001", "\nLines\n", "Paper, white")
    shown = p.enter("orders{ id = 'none' }")
    holds(shown, "No orders that fit.")
    p.leave()


def case_editing(case):
    p = Prompt(case)
    p.keys("1 + 2")
    p.keys("\x01")  # Ctrl-A: to the beginning
    p.keys("10 * ")
    p.keys("\x05")  # Ctrl-E: to the end
    p.keys("0\x7f")  # a character, and Backspace
    p.settle()
    equal(p.line(), "moonbill> 10 * 1 + 2")
    equal(p.enter(""), "12")
    p.keys("\x10")  # Ctrl-P: the entry before
    p.settle()
    equal(p.line(), "moonbill> 10 * 1 + 2")
    equal(p.enter("0"), "30")
    p.keys("\x1b[A")  # the key with the arrow up
    p.settle()
    equal(p.line(), "moonbill> 10 * 1 + 20")
    p.keys("\x15")  # Ctrl-U: all of it away
    equal(p.enter('"Zoë" .. "ß"'), "Zoëß")
    p.leave()


def case_lines(case):
    p = Prompt(case)
    p.enter("for i = 1, 2 do", until="       .. ")
    p.enter("  print(i)", until="       .. ")
    equal(p.enter("end"), "1\n2")
    p.keys("\x1b[A")
    p.settle()
    equal(p.line(), "moonbill> for i = 1, 2 do   print(i) end")
    equal(p.enter(""), "1\n2")
    p.enter("function double(n)", until="       .. ")
    equal(p.enter("return n * 2 end"), "")
    equal(p.enter("double(21)"), "42")
    shown = p.enter("function(", until="       .. ") or p.enter("= 3 )")
    holds(shown, "rule.syntax")
    p.leave()


def case_completion(case):
    p = Prompt(case)
    p.keys("invo\t")
    p.settle()
    equal(p.line(), "moonbill> invoices")
    p.keys(":su\t")
    p.settle()
    equal(p.line(), "moonbill> invoices:sum")
    p.keys('("ope\t')
    p.settle()
    equal(p.line(), 'moonbill> invoices:sum("open')
    p.keys("\x15invoices{ account = \"AC\t")
    p.settle()
    equal(p.line(), 'moonbill> invoices{ account = "ACME')
    p.seen = len(p.screen.text())
    p.keys('", d\t')
    p.settle()
    holds(p.screen.text()[p.seen:], "date =", "issue date", "due =")
    equal(p.line(), 'moonbill> invoices{ account = "ACME", d')
    p.keys("\x15invoices:\t")
    p.wait("groups, for :sum and :count")
    p.settle()
    p.keys('\x15get("invoice", "\t')
    p.settle()
    equal(p.line(), 'moonbill> get("invoice", "INV-2010-0000')
    p.keys("\x15")
    p.leave()


def case_help(case):
    p = Prompt(case)
    holds(p.enter("help()"), "credit_notes", ":top(10,", "bill{ issue =")
    holds(p.enter("help(invoices)"), "issue date (BT-2)", "what is open of it today")
    holds(p.enter('help "round"'), "round(x, places, mode)")
    holds(p.enter('help "teh"'), "there is no help on 'teh'")
    p.leave()


def case_errors(case):
    p = Prompt(case)
    equal(p.enter("invoices{ acount = 1 }"),
          "error[record.field_unknown]: invoices have no field 'acount'\n  hint: did you mean 'account'?")
    equal(p.enter("invoces"), "error[rule.error]: unknown name 'invoces'\n  hint: did you mean 'invoices'?")
    p.enter("function f()", until="       .. ")
    p.enter("  return nothing.here", until="       .. ")
    p.enter("end")
    holds(p.enter("f()"), "statement 3:2: error[rule.error]: unknown name 'nothing'")
    equal(p.leave(), 0)


def case_interrupt(case):
    p = Prompt(case)
    p.enter("kept = 1")
    p.keys("while true do end\r")
    p.settle()
    p.keys("\x03")
    p.wait("error[interrupted]")
    p.wait("\n" + PROMPT)
    equal(p.enter("kept"), "1")
    # A query that does not end, caught by pcall or not.
    p.keys("while true do pcall(function() invoices:each(function(r) while true do end end) end) end\r")
    p.settle()
    p.seen = len(p.screen.text())
    p.keys("\x03")
    p.wait("error[interrupted]")
    p.settle()
    equal(p.enter("kept"), "1")
    # A line that is given up, and a statement of several lines.
    p.keys("invoices{ acc")
    p.settle()
    p.keys("\x03")
    p.wait("invoices{ acc^C")
    equal(p.enter("kept"), "1")
    p.enter("for i = 1, 2 do", until="       .. ")
    p.keys("\x03")
    p.settle()
    equal(p.line(), "moonbill>")
    equal(p.enter("kept"), "1")
    equal(p.leave(), 0)


def case_stuck(case):
    p = Prompt(case)
    p.enter("kept = 1")
    p.keys("('a'):rep(200):find(('.-'):rep(40) .. 'b')\r")
    p.settle()
    p.keys("\x03")
    p.settle()
    p.keys("\x03")
    p.wait("its process ended")
    p.wait("the names of this session are gone")
    holds(p.enter("kept"), "unknown name 'kept'")
    equal(p.enter("invoices:count()"), "2")
    p.leave()


def case_resize(case):
    p = Prompt(case, width=110)
    holds(p.enter("invoices").splitlines()[0], "Number", "Order", "Net", "Status")
    p.resize(60, 24)
    p.settle()
    narrow = p.enter("invoices").splitlines()
    if max(map(len, narrow[:-1])) > 60:
        raise AssertionError("wider than the window:\n" + "\n".join(narrow))
    holds(narrow[-1], "left out: :save(\"x.csv\") has all")
    p.resize(100, 13)
    p.settle()
    shown = p.enter("sources = 0 orders:each(function(o) sources = sources + 1 end) print(sources)")
    equal(shown, "3")
    for i in range(10):
        moonbill(case, "-q", "add", "account", "A%d" % i)
    shown = p.enter("accounts:select('id')").splitlines()
    equal(len(shown), 2 + 6 + 1)
    holds(shown[-1], "… 6 more: use :first(n)")
    p.leave()


def case_changes(case):
    p = Prompt(case)
    before = moonbill(case, "verify", "--digest").stdout
    shown = p.enter('set("account", "ACME", { terms = 7 })', until="commit? [y/N] ")
    holds(shown, "account ACME, version 2", "terms  14   7")
    equal(p.enter("n"), "Nothing was written.\nfalse")
    equal(moonbill(case, "verify", "--digest").stdout, before)
    p.enter('set("account", "ACME", { terms = 7 })', until="commit? [y/N] ")
    p.keys("\x03")  # Ctrl-C is no
    p.wait("Nothing was written.")
    p.settle()
    equal(moonbill(case, "verify", "--digest").stdout, before)
    p.enter('set("account", "ACME", { terms = 8 })', until="commit? [y/N] ")
    equal(p.enter("y"), "true")
    equal(p.enter('get("account", "ACME").terms'), "8")
    holds(p.enter('set("account", "ACME", { trems = 8 })'), "did you mean terms?")
    p.leave()
    holds(moonbill(case, "show", "account", "ACME").stdout, "8")


def case_meanwhile(case):
    """Somebody else changes the same record between the question and the answer: it is shown anew."""
    p = Prompt(case)
    holds(p.enter('set("account", "ACME", { terms = 7 })', until="commit? [y/N] "), "terms  14   7")
    moonbill(case, "-q", "set", "account", "ACME", "terms=21")
    shown = p.enter("y", until="commit? [y/N] ")
    holds(shown, "The book changed meanwhile", "terms  21   7")
    equal(p.enter("y"), "true")
    equal(p.enter('get("account", "ACME").terms'), "7")
    # An action likewise.
    holds(p.enter("bill{}", until="commit? [y/N] "), "0 drafts")
    moonbill(case, "-q", "add", "order", "77", "account=ACME", "line.1.product=P1", "line.1.quantity=2", "line.1.price=5")
    holds(p.enter("y", until="commit? [y/N] "), "The book changed meanwhile", "1 draft")
    holds(p.enter("n"), "Nothing was written.")
    equal(p.enter("drafts:count()"), "0")
    # Also where what it is about is another one now, or of another day.
    moonbill(case, "-q", "add", "invoice", "ACME", "--line", "W", "--price", "10", "--ref", "M")
    moonbill(case, "-q", "approve", "--all")
    moonbill(case, "-q", "issue", "--all")
    first = p.enter('pay("ACME", 1)', until="commit? [y/N] ")
    moonbill(case, "-q", "pay", "ACME", re.search(r"INV-\S+ +1.00 +(\S+)", first).group(1), "--id", "M1")
    moonbill(case, "-q", "pay", "ACME", "1.00", "--id", "M2")
    holds(p.enter("y", until="commit? [y/N] "), "The book changed meanwhile")
    holds(p.enter("n"), "Nothing was written.")
    p.leave()


def case_no_lock(case):
    """An open prompt holds nothing, nor does a question: others write, and a run takes its lock."""
    p = Prompt(case)
    p.enter("invoices:count()")
    equal(moonbill(case, "-q", "set", "account", "ACME", "terms=9").returncode, 0)
    equal(moonbill(case, "-q", "bill").returncode, 0)
    equal(p.enter('get("account", "ACME").terms'), "9")
    p.enter('accounts:each(function(a) set("account", a.id, { locale = "en-GB" }) end)', until="commit? [y/N] ")
    equal(moonbill(case, "-q", "set", "account", "BOLT", "terms=10").returncode, 0)
    p.enter("y", until="commit? [y/N] ")
    p.enter("y")
    equal(p.enter('get("account", "BOLT").terms, get("account", "BOLT").locale'), "10\nen-GB")
    p.leave()


def case_history(case):
    p = Prompt(case)
    p.enter("kept = 'from before'")
    p.leave()
    path = os.path.join(case.folder, "state", "moonbill", "history")
    equal(oct(os.stat(path).st_mode & 0o777), "0o600")
    p = Prompt(case)
    p.keys("\x1b[A")
    p.settle()
    equal(p.line(), "moonbill> kept = 'from before'")
    p.keys("\x15")
    p.leave()


def case_save(case):
    p = Prompt(case)
    holds(p.enter('invoices:select("number", "total"):save("x.csv")'), "x.csv: 2 rows")
    with open(os.path.join(case.folder, "x.csv"), encoding="utf-8") as file:
        equal(file.read(), "number,currency,total\nINV-2010-00001,GBP,121.91\nINV-2010-00002,GBP,11.74\n")
    holds(p.enter('invoices:save("x.csv")'), "there is a file x.csv already")
    # One that fails on its way leaves the file as it was, and no other.
    before = sorted(os.listdir(case.folder))
    holds(p.enter('invoices{ number = function() error "no" end }:save("x.csv", { replace = true })'), "no")
    equal(sorted(os.listdir(case.folder)), before)
    p.leave()


# ---- the tour in README.md ----

PROMPTS = (PROMPT, "       .. ", "commit? [y/N] ")


def statements(lines):
    """(what is typed, the prompt it is typed at, what is shown behind it) for each line with a prompt."""
    found = []
    for line in lines:
        prompt = next((p for p in PROMPTS if line.startswith(p)), None)
        if prompt:
            found.append((line[len(prompt):], prompt, []))
        else:
            found[-1][2].append(line)
    return found


def case_tour(case):
    blocks = dict(readme_test.sections(os.path.join(REPO, "README.md")))["prompt"]
    for link in ("tests", "rules"):
        os.symlink(os.path.join(REPO, link), os.path.join(case.folder, link))
    shutil.rmtree(os.path.join(case.folder, "book"))
    shell = readme_test.Shell(case.build, case.folder)
    prompt = None
    try:
        for kind, first, lines in blocks:
            if kind == "console" and not prompt:
                for _, command, _ in readme_test.commands(first, lines):
                    shell.run(command)
            elif kind == "repl":
                prompt = prompt or Prompt(case, height=60, options=("--today", "2011-02-01", "-b", "shop"))
                typed = statements(lines)
                for i, (text, _, wanted) in enumerate(typed):
                    following = typed[i + 1][1] if i + 1 < len(typed) else PROMPT
                    shown = prompt.enter(text, until=following).splitlines()
                    why = readme_test.difference([w.replace("\t", " ") for w in wanted], [s for s in shown])
                    if why:
                        raise AssertionError("README.md:%d: %s: %s\n%s" % (first, text, why, "\n".join(shown)))
    finally:
        shell.end()
    equal(prompt.leave(), 0)


BOOK = """
set -e
mb() { moonbill --today "$DAY" -b book "$@"; }
DAY=2010-12-03
mb -q init book --country GB --name "Example Ltd"
mb -q add account ACME name="Acme Ltd" country=GB terms=14 --from 2010-01-01
mb -q add account BOLT name="Bolt & Co" country=GB --from 2010-01-01
mb -q add product P1 name=Pen price=1.25 --from 2010-01-01
mb -q add product P2 name="Paper, white" price=10 --from 2010-01-01
mb -q add order 1 account=ACME date=2010-12-01 line.1.product=P1 line.1.quantity=3 line.1.price=1.25 line.2.product=P2 line.2.quantity=10 line.2.price=10
mb -q add order 2 account=BOLT date=2010-12-02 line.1.product=P2 line.1.quantity=1 line.1.price=9.99
mb -q add order 3 account=ACME date=2011-01-15 line.1.product=P1 line.1.quantity=1 line.1.price=1.25
mb -q bill
mb -q approve --all
mb -q issue --all
"""


class Case:
    def __init__(self, build, made):
        self.build = build
        self.folder = tempfile.mkdtemp(prefix="moonbill-repl-")
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("MOON", "LC_", "LANG", "NO_COLOR"))}
        self.env.update(PATH=build + os.pathsep + os.environ["PATH"], MOON_PLUGIN_DIR=os.path.join(build, "plugins"), LC_ALL="C.UTF-8",
                        HOME=self.folder, XDG_STATE_HOME=os.path.join(self.folder, "state"), TERM="xterm", NO_COLOR="1")
        self.env["ASAN_OPTIONS"] = "detect_leaks=0"  # libedit keeps the names of the functions it is given
        if made:
            shutil.copytree(made, os.path.join(self.folder, "book"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default=os.path.join(REPO, "build"))
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    build, failed = os.path.abspath(options.build), False
    made = Case(build, None)
    subprocess.run(["sh", "-c", BOOK], cwd=made.folder, env=made.env, check=True, stdout=subprocess.DEVNULL)
    for name, run in list(globals().items()):
        if not name.startswith("case_") or not any(n in name for n in options.names or [""]):
            continue
        case, why = Case(build, os.path.join(made.folder, "book")), None
        try:
            run(case)
        except (AssertionError, OSError, IndexError) as error:
            why, failed = str(error) or repr(error), True
        shutil.rmtree(case.folder, ignore_errors=True)
        print("ok repl %s" % name[5:] if why is None else "not ok repl %s: %s" % (name[5:], why), flush=True)
    shutil.rmtree(made.folder, ignore_errors=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
