#!/usr/bin/env python3
"""Each way out of the sandbox, and each way to hang or to eat memory, ends its own account and no other: one book, an account per row with a
plan of its own, one bill run. Prints TAP.

    tests/sandbox/sandbox_test.py --build DIR [--quick]
"""
import argparse
import csv
import io
import os
import subprocess
import tempfile
import time

# name, body of a function of the plan (it may use order, account and line), wanted code; "" where the account is billed after all
ROWS = [
    ("good", "return line.price", ""),
    # ways out
    ("files", "return io.open('/etc/passwd')", "rule.forbidden"),
    ("system", "return os.execute('true')", "rule.forbidden"),
    ("clock", "return os.time()", "rule.forbidden"),
    ("randomness", "return math.random()", "rule.error"),
    ("loading text", "return load('return 1')()", "rule.forbidden"),
    ("loading a file", "return dofile('/etc/passwd')", "rule.forbidden"),
    ("library module", "return require('billing')", "rule.missing"),
    ("path in require", "return require('../../../etc/passwd')", "rule.missing"),
    ("debug library", "return debug.getregistry()", "rule.forbidden"),
    ("metatable of text", "getmetatable('').__index = nil return 1", "rule.forbidden"),
    ("setmetatable", "return setmetatable({}, {})", "rule.forbidden"),
    ("raw access", "rawset(_G or {}, 'x', 1) return 1", "rule.forbidden"),
    ("coroutine", "return coroutine.create(function() end)", "rule.forbidden"),
    ("bytecode", "return string.dump(function() end)", "rule.error"),
    ("collector", "return collectgarbage('count')", "rule.forbidden"),
    ("printing", "print('x') return 1", "rule.forbidden"),
    ("a global", "leak = 1 return 1", "rule.keeps_state"),
    ("writing to a record", "order.id = 'x' return 1", "rule.keeps_state"),
    ("writing to the library", "string.upper = nil return 1", "rule.keeps_state"),
    # state from one account to the next
    ("a counter", "count = count + 1 return count", "rule.keeps_state"),
    ("a table that is kept", "kept[1] = line.ordinal return 1", "rule.keeps_state"),
    # hanging
    ("endless loop", "while true do end", "rule.too_many_steps"),
    ("endless loop in pcall", "while true do pcall(function() while true do end end) end", "rule.too_many_steps"),
    ("endless error handler", "xpcall(function() error('x') end, function() while true do end end) return 1", "rule.too_many_steps"),
    ("endless goto", "::again:: goto again", "rule.too_many_steps"),
    ("endless recursion by tail calls", "local function f() return f() end return f()", "rule."),
    ("deep recursion", "local function f() return 1 + f() end return f()", "rule."),
    ("a pattern bomb", "return #(string.match(string.rep('a', 400), string.rep('.-', 40) .. 'b') or '')", "rule.out_of_time"),
    ("a pattern bomb in pcall", "pcall(string.find, string.rep('a', 400), string.rep('.-', 40) .. 'b') return 1", "rule.out_of_time"),
    ("a sort that never agrees", "local t = {} for i = 1, 200 do t[i] = i end table.sort(t, function() return true end) return 1", ""),
    # memory
    ("a table that grows", "local t = {} for i = 1, 1e9 do t[i] = i end return 1", "rule.out_of_memory"),
    ("a text that doubles", "local s = 'x' while true do s = s .. s end", "rule.out_of_memory"),
    ("a long repetition", "return #string.rep('x', 1000000000)", "rule."),
    ("doubling in pcall", "local s = 'x' while true do pcall(function() s = s .. s end) end", "rule."),
    ("a growing replacement", "local s = 'x' for i = 1, 64 do s = s:gsub('x', 'xxxx') end return #s", "rule."),
    ("closures in closures", "local f = function() end while true do local g = f f = function() return g end end", "rule."),
    # numbers
    ("a division without an end", "return 1 / 3", "decimal.inexact"),
    ("an integer that wraps", "return 9007199254740993 * 1000000000000 * 1000000000000", "decimal.range"),
    ("another currency", "return money '1.00 USD' + money '1.00 GBP'", "money.currency_mismatch"),
    ("text for a price", "return 'twelve'", "rule."),
    ("nothing for a price", "return nil", "price.missing"),
]

PLAN = """local count, kept = 0, {{}}
return plan {{
  title = "{name}",
  per_unit {{ "Goods", each = "line", price = function(line, order, account) {body} end }},
}}
"""


def run(program, env, *words):
    return subprocess.run([program, *words], env=env, capture_output=True, text=True)


def make_book(program, env, folder):
    book = os.path.join(folder, "book")
    assert run(program, env, "init", book, "--currency", "GBP", "--country", "GB").returncode == 0
    env["MOONBILL_BOOK"] = book
    settings = os.path.join(book, "book.lua")
    with open(settings) as file:
        text = file.read()
    text = text.replace("return book {", "return book {\n  budget = { steps = 3000000, memory_mb = 16, seconds = 1 },", 1)
    with open(settings, "w") as file:
        file.write(text)
    accounts, orders = io.StringIO(), io.StringIO()
    account_rows, order_rows = csv.writer(accounts), csv.writer(orders)
    account_rows.writerow(["id", "country", "plan"])
    order_rows.writerow(["order", "account", "date", "text", "quantity", "price"])
    for n, (name, body, _) in enumerate(ROWS):
        with open(os.path.join(book, f"rules/pricing/p{n:02}.lua"), "w") as file:
            file.write(PLAN.format(name=name, body=body))
        account_rows.writerow([f"A{n:02}", "GB", f"p{n:02}"])
        order_rows.writerow([f"O{n:02}", f"A{n:02}", "2026-11-20", name, 2, "10.00"])
    for name, text in (("accounts", accounts.getvalue()), ("orders", orders.getvalue())):
        path = os.path.join(folder, name + ".csv")
        with open(path, "w") as file:
            file.write(text)
        result = run(program, env, "--today", "2026-11-01" if name == "accounts" else "2026-11-30", "import", name, path)
        assert result.returncode == 0, result.stderr


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build")
    parser.add_argument("--quick", action="store_true")
    args = parser.parse_args()
    build = os.path.abspath(args.build)
    program = os.path.join(build, "moonbill")
    env = dict(os.environ, MOON_PLUGIN_DIR=os.path.join(build, "plugins"))
    with tempfile.TemporaryDirectory() as folder:
        make_book(program, env, folder)
        start = time.monotonic()
        billed = run(program, env, "--today", "2026-11-30", "bill")
        seconds = time.monotonic() - start
        parked = {row["id"]: row for row in csv.DictReader(io.StringIO(run(program, env, "list", "parked", "--format", "csv").stdout))}
        drafts = {row["account"] for row in csv.DictReader(io.StringIO(run(program, env, "list", "drafts", "--format", "csv").stdout))}
        for n, (name, _, code) in enumerate(ROWS):
            account = f"A{n:02}"
            found = parked[account]["code"] if account in parked else ""
            good = found == code or (code.endswith(".") and found.startswith(code))
            good = good and (account in drafts) == (found == "")
            print(f"ok sandbox: {name}" if good else f"not ok sandbox: {name}: expected {code or 'a draft'}, found {found or 'a draft'}: "
                  f"{parked.get(account, {}).get('reason')}")
        wanted = 1 if parked else 0
        print("ok sandbox: the run goes on and says so" if billed.returncode == wanted else
              f"not ok sandbox: the run goes on and says so: exit status {billed.returncode}: {billed.stderr[-500:]}")
        print(f"# {len(ROWS)} accounts in {seconds:.1f} s")
        if args.quick:
            return
        again = run(program, env, "--today", "2026-11-30", "bill")
        print("ok sandbox: verdicts are the same again" if again.stderr == billed.stderr else "not ok sandbox: verdicts are the same again")
        verified = run(program, env, "verify")
        print("ok sandbox: the book holds what it should" if verified.returncode == 0 else f"not ok sandbox: verify: {verified.stderr}")


if __name__ == "__main__":
    main()
