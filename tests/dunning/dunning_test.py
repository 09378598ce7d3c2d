#!/usr/bin/env python3
"""The table cases.txt, done by the program: a book for each case, a command for each line, a row for each open item.

    tests/dunning/dunning_test.py --build DIR [NAME]     cases whose name contains NAME"""
import argparse
import concurrent.futures
import csv
import datetime
import decimal
import io
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


def read_cases():
    """[(name, [(line number, text)])]"""
    cases = []
    with open(os.path.join(HERE, "cases.txt"), encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.rstrip("\n")
            if not line or line.startswith("#"):
                continue
            if re.match(r"\d{4}-|    |policy ", line):
                cases[-1][1].append((number, line))
            else:
                cases.append((line, []))
    return cases


class Failed(Exception):
    pass


class Case:
    def __init__(self, lines, build, folder):
        self.lines, self.program, self.folder = lines, os.path.abspath(os.path.join(build, "moonbill")), folder
        self.numbers, self.day, self.paid = {}, "2026-01-01", None
        self.make("init", "book", "--country", "GB", "--name", "Example Ltd")
        self.make("add", "account", "ACME", "name=Acme", "country=GB", "--from", "2026-01-01")

    def make(self, *args):
        env = {**os.environ, "MOONBILL_BOOK": "book"}
        done = subprocess.run([self.program, "--today", self.day, *args], cwd=self.folder, env=env, capture_output=True, text=True,
                              check=False)
        if done.returncode != 0:
            raise Failed("%s: %s" % (" ".join(args), done.stderr.strip()))
        return done.stdout

    def issue(self):
        self.make("approve", "--all")
        self.make("issue", "--all")

    def rows(self, *args):
        return list(csv.DictReader(io.StringIO(self.make(*args, "--format", "csv"))))

    def policy(self, text):
        with open(os.path.join(self.folder, "book/rules/dunning/standard.lua"), "w", encoding="utf-8") as file:
            file.write("return policy { %s }\n" % text)

    def invoice(self, name, amount, _, due):
        terms = (datetime.date.fromisoformat(due) - datetime.date.fromisoformat(self.day)).days
        self.make("set", "account", "ACME", "terms=%d" % terms, "--from", self.day)
        self.make("add", "invoice", "ACME", "--line", "Goods", "--price", amount, "--tax", "zero", "--ref", name)
        self.issue()
        self.numbers[name] = self.rows("list", "documents", "id=manual/ACME/%s" % name)[0]["number"]

    def credit(self, name, amount):
        self.make("credit", self.numbers[name], "--amount", amount, "--reason", "agreed")
        self.issue()

    def free(self, _, amount):
        """A credit of the system before, which nothing applies by itself."""
        with open(os.path.join(self.folder, "opening.csv"), "w", encoding="utf-8") as file:
            file.write("account,number,date,amount\nACME,OLD-1,%s,-%s\n" % (self.day, amount))
        self.make("import", "opening-items", "opening.csv")
        self.numbers["C"] = "OLD-1"

    def bank(self, row):
        with open(os.path.join(self.folder, "bank.csv"), "w", encoding="utf-8") as file:
            file.write("id,account,date,amount,remittance,returns\n" + row + "\n")
        self.make("import", "payments", "bank.csv")

    def pay(self, amount):
        self.paid = "P%s" % self.day
        self.bank("%s,ACME,%s,%s,,\n" % (self.paid, self.day, amount))
        self.numbers["C"] = self.paid

    def bounce(self):
        amount = [row["amount"] for row in self.rows("list", "items") if row["number"] == self.paid][0]
        self.bank("R%s,ACME,%s,%s,,%s\n" % (self.day, self.day, amount, self.paid))

    def dispute(self, name, amount):
        self.make("dispute", self.numbers[name], "--amount", amount, "--reason", "broken")

    def reject(self, name):
        self.make("dispute", "close", self.numbers[name] + "/1", "--rejected")

    def uphold(self, name, amount):
        self.make("dispute", "close", self.numbers[name] + "/1", "--upheld", amount)

    def promise(self, amount, _, by, *on):
        self.make("promise", "ACME", amount, "--by", by, *(("--on", self.numbers[on[1]]) if on else ()))

    def hold(self, _, until):
        self.make("hold", "ACME", "--until", until, "--reason", "moved")

    def dun(self, wanted):
        """Rehearsal and report say the same before, and the second run nothing new."""
        rehearsed, reported = self.rows("dun", "--dry-run"), self.rows("report", "dunning")
        found = self.rows("dun")
        if rehearsed != found or reported != found:
            raise Failed("the rehearsal or the report differs from the run")
        names = {number: name for name, number in self.numbers.items()}
        got = ["%s %s %s" % (names.get(row["number"], row["number"]), row["asked"] or "-", row["reason"]) for row in found]
        rest = [" ".join(line.split()) for line in wanted]
        messages = [row for row in self.rows("list", "messages") if row["date"] == self.day]
        fees = [decimal.Decimal(row[name] or 0) for row in self.rows("list", "reminders") for name in ("fee", "interest")]
        for line in list(rest):
            if line.startswith("letter "):
                rest.remove(line)
                letters = ["letter %s %s" % (row["layout"].removeprefix("letter-"), row["due"]) for row in messages]
                self.compare([line], letters)
            elif line.startswith("charged "):
                rest.remove(line)
                self.compare([line], ["charged %.2f" % sum(fees)])
        self.compare(rest, got)

    @staticmethod
    def compare(wanted, got):
        """Each begins as it was wanted."""
        if len(wanted) != len(got) or not all(g.startswith(w) for w, g in zip(wanted, got)):
            raise Failed("want %s, got %s" % (wanted, got))

    def run(self):
        at = 0
        while at < len(self.lines):
            number, line = self.lines[at]
            at += 1
            try:
                if line.startswith("policy "):
                    self.policy(line[len("policy "):])
                    continue
                self.day, verb, *words = line.split()
                if verb == "dun":
                    wanted = []
                    while at < len(self.lines) and self.lines[at][1].startswith("    "):
                        wanted.append(self.lines[at][1])
                        at += 1
                    self.dun(wanted)
                else:
                    getattr(self, verb)(*words)
            except Failed as why:
                raise Failed("cases.txt:%d: %s" % (number, why)) from why


def check(case, build):
    name, lines = case
    with tempfile.TemporaryDirectory() as folder:
        try:
            Case(lines, build, folder).run()
            return "ok dunning %s" % name
        except Failed as why:
            return "not ok dunning %s: %s" % (name, str(why).replace("\n", " "))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("NAME", nargs="?", default="")
    args = parser.parse_args()
    cases = [case for case in read_cases() if args.NAME in case[0] or args.NAME in "dunning"]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        lines = list(pool.map(lambda case: check(case, args.build), cases))
    print("\n".join(lines))
    sys.exit(any(line.startswith("not ok") for line in lines))


if __name__ == "__main__":
    main()
