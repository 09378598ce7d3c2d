#!/usr/bin/env python3
"""Agreements over time, as tests/pricing/agreements-*.txt tells them: done by the program, day by day, and each bill compared with the
lines that stand below it.

    agreements_test.py --build DIR [NAME]      NAME: scenarios or files whose name contains it

A file has headings, each with an indented body, which hold for the scenarios below them:

    plan: NAME        settings and charges as in rules/pricing/NAME.lua; every = "month" unless it says otherwise
    cycle: NAME       rules/cycles/NAME.lua
    meters:  discounts:  tax:  settings:    what stands in meters { }, discounts { }, tax { } of those rules; fields of book.lua

A scenario is a line that says what it shows, then a step a line: a date and what happens on that day.

    start PLAN [as B] seats=10 [from=DATE] [until=DATE] [anchor=DATE] [prices.seats=8] [coupons.SPRING=DATE]
    set [B] seats=20 plan=pro [on=DATE | at=period-end]      end [B] [on=DATE | at=period-end]
    pause [B] skip [from=DATE]      resume [B] [on=DATE]     (moonbill change, end, pause, resume)
    use METER QUANTITY [on=DATE] [region=eu] [corrects=E1]   an event of usage; they are called E1, E2 ...
    bill      what is due is drafted and issued; below it every line: charge, first day..first day after, amount before tax
    drafts    what waits, in the same way
    void      the newest document is taken back; void first: the oldest
    documents 2   so many are issued
    owed AMOUNT   what the account owes, tax (none here) included

Amounts are before tax. A word after an amount has to be part of the line's cause. `error WORDS` below a step: it is refused, and says
so. After each bill a second one finds nothing more, and in the end `moonbill verify` passes."""
import argparse
import concurrent.futures
import csv
import glob
import io
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
HEADING = re.compile(r"((?:plan|cycle): [\w-]+|(?:meters|discounts|settings|tax):)$")
STEP = re.compile(r"\d{4}-\d\d-\d\d\s")
NONE = "nothing"
# A row for each line of each document.
LINES = """documents:each(function(d)
  for _, l in ipairs(d.lines) do
    print(d.id, d.number or "", d.state, l.charge or "", l.coupon or "", l.text or "", l.start or "", l.stop or "", l.amount.amount, l.cause or "")
  end
end)
"""


class Failed(Exception):
    pass


def read_file(path):
    """Scenarios: (file, name, headings, numbered lines)."""
    cases, headings, body = [], {}, None
    with open(path, encoding="utf-8") as file:
        lines = [(number, line.rstrip()) for number, line in enumerate(file, 1)]
    for number, line in lines:
        if not line.strip() or line.startswith("#"):
            continue
        match = HEADING.match(line)
        if match:
            headings, body = dict(headings), []
            headings[match.group(1)] = body
        elif line.startswith(" ") and body is not None:
            body.append(line)
        elif line.startswith(" ") or STEP.match(line):
            if not cases:
                raise SystemExit("%s:%d: a step before the first scenario" % (path, number))
            cases[-1][3].append((number, line))
            body = None
        else:
            cases.append((os.path.basename(path), line, headings, []))
            body = None
    return cases


def charge_of(line):
    """What a line is called by: its charge, its coupon, or its text."""
    return re.sub(r"[^a-z0-9]+", "_", (line["charge"] or line["coupon"].rpartition("/")[2] or line["text"]).lower()).strip("_")


class Scenario:
    def __init__(self, case, build, folder):
        self.file, self.name, self.headings, self.lines = case
        self.program, self.folder = os.path.abspath(os.path.join(build, "moonbill")), folder
        self.day, self.events, self.seen = self.lines[0][1].split()[0], 0, set()
        self.issued = []  # numbers, as they were issued and stand
        self.make("init", "book", "--country", "DE", "--currency", "EUR", "--name", "Example GmbH")
        self.write("approvals", 'return approvals { invoice { by = "nobody" }, credit_note { by = "nobody" } }')
        self.write("tax", 'return tax { untaxed { "standard", reason = "none" } }')
        for heading, body in self.headings.items():
            self.rule(heading, "\n".join(body))
        with open(os.path.join(folder, "lines.lua"), "w", encoding="utf-8") as file:
            file.write(LINES)
        self.make("add", "account", "ACME", "name=Acme", "country=DE", "--from", "2020-01-01")

    def rule(self, heading, body):
        kind, _, name = heading.partition(": ")
        if kind == "plan":
            every = "" if re.search(r"\bevery\b", body.split("{")[0]) else ' every = "month",'
            self.write("pricing/" + name, 'return plan { title = "%s",%s\n%s\n}' % (name, every, body))
        elif kind == "cycle":
            self.write("cycles/" + name, body)
        elif kind != "settings:":
            self.write(kind[:-1], "return %s {\n%s\n}" % (kind[:-1], body))
        else:
            path = os.path.join(self.folder, "book", "book.lua")
            with open(path, encoding="utf-8") as file:
                text = file.read()
            cut = text.rstrip().rindex("}")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text[:cut] + body + "\n}\n")

    def write(self, name, text):
        path = os.path.join(self.folder, "book", "rules", name + ".lua")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text + "\n")

    def make(self, *args, also=None):
        env = {**{k: v for k, v in os.environ.items() if not k.startswith("MOONBILL_")}, "MOONBILL_BOOK": "book"}
        done = subprocess.run([self.program, "--today", self.day, *args], cwd=self.folder, env=env, capture_output=True, text=True,
                              check=False)
        if done.returncode not in (0, also):
            raise Failed("%s: %s" % (" ".join(args), (done.stderr.strip() or done.stdout.strip())[:600]))
        return done.stdout

    # ---- steps ----

    @staticmethod
    def read_words(words, tags="tags"):
        """Names with values, options among them, and words alone; a name without a point is a tag."""
        options, pairs, plain = {}, [], []
        for word in words:
            name, sign, value = word.partition("=")
            if not sign:
                plain.append(word)
            elif name in ("on", "at", "from", "until", "anchor", "corrects"):
                options[name] = value
            elif "." in name or name in ("plan", "terms"):
                pairs.append(word)
            else:
                pairs.append("%s.%s" % (tags, word))
        return options, pairs, plain

    @staticmethod
    def given(options, *names):
        return [part for name in names if name in options for part in ("--" + name, options[name])]

    def start(self, words):
        options, pairs, plain = self.read_words(words)
        name = plain[2] if plain[1:2] == ["as"] else "A"
        since = options.get("from", self.day)
        fields = ["%s=%s" % (field, options[field]) for field in ("until", "anchor") if field in options]
        self.make("add", "agreement", name, "account=ACME", "plan=" + plain[0], "start=" + since, *fields, *pairs, "--from", since)

    def set(self, words):
        options, pairs, plain = self.read_words(words)
        self.make("change", plain[0] if plain else "A", *pairs, *self.given(options, "on", "at"), "--reason", "asked for")

    def end(self, words):
        options, _, plain = self.read_words(words)
        self.make("end", plain[0] if plain else "A", *self.given(options, "on", "at"))

    def pause(self, words):
        options, _, plain = self.read_words(words)
        name = plain.pop(0) if len(plain) > 1 else "A"
        self.make("pause", name, "--how", plain[0], *self.given(options, "from"))

    def resume(self, words):
        options, _, plain = self.read_words(words)
        self.make("resume", plain[0] if plain else "A", *self.given(options, "on"))

    def use(self, words):
        options, pairs, plain = self.read_words(words)
        self.events += 1
        if "corrects" in options:
            pairs.append("corrects=" + options["corrects"])
        names = ["id", "account", "meter", "time", "quantity"] + [pair.partition("=")[0] for pair in pairs]
        values = ["E%d" % self.events, "ACME", plain[0], options.get("on", self.day), plain[1]] + [pair.partition("=")[2] for pair in pairs]
        with open(os.path.join(self.folder, "usage.csv"), "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([names, values])
        self.make("import", "usage", "usage.csv", also=1)  # late: said, and taken

    def account(self, words):
        self.make("set", "account", "ACME", *words, "--from", self.day)

    def void(self, words):
        number = self.issued.pop(0 if words == ["first"] else -1)
        try:
            self.make("void", number, "--reason", "wrong")
        except Failed:
            self.issued.insert(0, number)
            raise

    def owed(self, words):
        rows = csv.DictReader(io.StringIO(self.make("list", "items", "--format", "csv")))
        found = sum(round(100 * float(row["open"])) for row in rows)
        if found != round(100 * float(words[0])):
            raise Failed("want %s owed, got %.2f" % (words[0], found / 100))

    def count(self, words):
        found = len([d for d in self.documents() if d["state"] == "issued"])
        if found != int(words[0]):
            raise Failed("want %s documents, got %d" % (words[0], found))

    # ---- bills ----

    def documents(self):
        """Those with numbers in their order, then drafts; each with its lines."""
        found = {}
        for row in csv.reader(io.StringIO(self.make("run", "lines.lua")), delimiter="\t"):
            document = found.setdefault(row[0], {"id": row[0], "number": row[1], "state": row[2], "lines": []})
            document["lines"].append(dict(zip(("charge", "coupon", "text", "start", "stop", "amount", "cause"), row[3:])))
        return sorted(found.values(), key=lambda d: (d["number"] or "~", d["id"]))

    @staticmethod
    def lines_of(documents):
        return [(charge_of(line), "%s..%s" % (line["start"], line["stop"]), "%.2f" % float(line["amount"]), line["cause"])
                for document in documents for line in document["lines"]]

    def compare(self, wanted, found):
        rest, missing = sorted(found), []
        for text in wanted:
            charge, days, amount, cause = (re.split(r"\s{2,}", text.strip(), 3) + ["", "", ""])[:4]
            key = (re.sub(r"[^a-z0-9]+", "_", charge.lower()).strip("_"), days, amount)
            match = [line for line in rest if line[:3] == key and cause in line[3]]
            if match:
                rest.remove(match[0])
            else:
                missing.append(text.strip())
        if missing or rest:
            raise Failed("missing: %s; not expected: %s" % ("; ".join(missing) or NONE, "; ".join("  ".join(r) for r in rest) or NONE))

    def bill(self, wanted):
        self.make("bill", "--issue")
        found = self.documents()
        new = [d for d in found if d["number"] and d["id"] not in self.seen]
        self.seen.update(d["id"] for d in new)
        self.issued += sorted(d["number"] for d in new)
        self.compare([w for w in wanted if w.strip() != NONE], self.lines_of(new))
        self.make("bill", "--issue")
        if len(self.documents()) != len(found):
            raise Failed("a second bill on the same day made another document")

    def drafts(self, wanted):
        self.compare([w for w in wanted if w.strip() != NONE], self.lines_of([d for d in self.documents() if not d["number"]]))

    # ---- all ----

    def step(self, line, below):
        self.day, verb, *words = line.split()
        error = [text.strip()[len("error "):] for text in below if text.strip().startswith("error ")]
        try:
            if verb in ("bill", "drafts"):
                getattr(self, verb)([text for text in below if not text.strip().startswith("error ")])
            else:
                getattr(self, "count" if verb == "documents" else verb)(words)
        except Failed as why:
            if not error or not all(word in str(why) for word in error):
                raise
            return
        if error:
            raise Failed("it was not refused")

    def run(self):
        at = 0
        while at < len(self.lines):
            number, line = self.lines[at]
            at += 1
            below = []
            while at < len(self.lines) and self.lines[at][1].startswith(" "):
                below.append(self.lines[at][1])
                at += 1
            try:
                self.step(line, below)
            except Failed as why:
                raise Failed("%s:%d: %s" % (self.file, number, why)) from why
        self.make("verify")


def check(case, build):
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as folder:
        try:
            Scenario(case, build, folder).run()
            return "ok agreements %s" % case[1]
        except Failed as why:
            return "not ok agreements %s: %s" % (case[1], str(why).replace("\n", " "))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("NAME", nargs="?", default="")
    args = parser.parse_args()
    cases = [case for path in sorted(glob.glob(os.path.join(HERE, "agreements-*.txt"))) for case in read_file(path)]
    cases = [case for case in cases if args.NAME in case[0] or args.NAME in case[1] or args.NAME in "agreements_test"]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        lines = list(pool.map(lambda case: check(case, args.build), cases))
    print("\n".join(lines))
    sys.exit(any(line.startswith("not ok") for line in lines))


if __name__ == "__main__":
    main()
