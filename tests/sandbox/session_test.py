#!/usr/bin/env python3
"""What a script of `moonbill run` cannot do: get out of the sandbox, reach the host past its questions, write files elsewhere, send commands
to the terminal, or eat all memory. One book; it is the same afterwards, and no file came to be. Prints TAP.

    tests/sandbox/session_test.py --build DIR
"""
import argparse
import os
import subprocess
import tempfile

# name, chunk, what standard error has to hold; "" where the script ends well, with what its output has to hold
ROWS = [
    ("good", "print(invoices:count())", "", "0\n"),
    # ways out
    ("files", "io.open('/etc/passwd')", "rule.forbidden", ""),
    ("system", "os.execute('true')", "rule.forbidden", ""),
    ("clock", "os.time()", "rule.forbidden", ""),
    ("loading text", "load('return 1')()", "rule.forbidden", ""),
    ("library module", "require('query')", "rule.missing", ""),
    ("path in require", "require('../../../etc/passwd')", "rule.missing", ""),
    ("debug library", "debug.getregistry()", "rule.forbidden", ""),
    ("metatable of a query", "getmetatable(invoices).__index = nil", "rule.forbidden", ""),
    ("metatable of a row", "getmetatable(accounts:first()).__index = nil", "rule.forbidden", ""),
    ("the table of globals", "_G.x = 1", "rule.forbidden", ""),
    ("the environment", "_ENV = {}", "rule.forbidden", ""),
    ("constants", "__const = nil", "rule.forbidden", ""),
    ("coroutine", "coroutine.create(function() end)", "rule.forbidden", ""),
    # the host behind its verbs
    ("host", "host.ask{ ask = 'print', text = 'x' }", "unknown name 'host'", ""),
    ("compile", "compile('lua/x.lua', 'return host')", "unknown name 'compile'", ""),
    ("raise", "raise{ code = 'usage' }", "unknown name 'raise'", ""),
    ("a method of all queries", "invoices.sum = function() return 0 end", "a query does not change", ""),
    ("a name of the session", "invoices = 1 print(invoices) print(type(get('account', 'ACME')))", "", "1\ntable\n"),
    ("a field of a row", "accounts:first().tems = 3", "changes nothing", ""),
    ("string library", "string.upper = nil", "rule.keeps_state", ""),
    ("a text for a cursor", "invoices{ number = { { { {} } } } }:count()", "", "0"),
    ("a query in a condition", "invoices{ account = accounts }:count()", "is no condition", ""),
    ("a wrong action", "bill{ [1] = 2 }", "rule.value", ""),
    ("an action with a function", "bill{ issue = print }", "rule.value", ""),
    ("a record too deep", "local t = {} for i = 1, 100 do t = { t } end bill{ issue = t }", "too_large", ""),
    # files
    ("a file above", "invoices:save('../x.csv')", "cannot save", ""),
    ("a file by its path", "invoices:save('/tmp/x.csv')", "cannot save", ""),
    ("a file that is hidden", "invoices:save('.bashrc.csv')", "cannot save", ""),
    ("a file with a zero byte", "invoices:save('x\\0.csv')", "cannot save", ""),
    ("a file of another kind", "invoices:save('x.lua')", "cannot save", ""),
    ("a report above", "save{ name = 'ageing', file = 'out/../../x.csv' }", "rule.forbidden", ""),
    ("a report by its path", "save('ageing', '/tmp/x.csv')", "rule.forbidden", ""),
    ("a report among the rules", "save('ageing', 'rules/x.csv')", "rule.forbidden", ""),
    ("a report with a zero byte", "save('ageing', 'out/x\\0.csv')", "rule.forbidden", ""),
    ("a file that fails on its way", "accounts{ id = function() error 'half' end }:save('half.csv')", "half", ""),
    # the terminal
    ("escapes in print", "print('\\27[2J\\27]0;title\\7')", "", "?[2J?]0;title?\n"),
    ("escapes of one character, and texts turned around", "print('a\\u{9b}31m\\u{202e}b\\x9bc é')", "", "a?31m?b?c é\n"),
    ("escapes in a table", "print(accounts:select('name'))", "", "Acme"),
    # hanging and eating
    ("deep recursion", "local function f() return 1 + f() end f()", "rule.error", ""),
    ("recursion in queries", "local function f() accounts:each(f) end f()", "queries run within one another", ""),
    ("a table that grows", "local t = {} for i = 1, 1000000000 do t[i] = i end", "rule.out_of_memory", ""),
    ("a text that doubles", "local s = 'x' while true do pcall(function() s = s .. s end) end", "rule.out_of_memory", ""),
    ("a long repetition", "print(#string.rep('x', 1000000000))", "rule.", ""),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    options = parser.parse_args()
    program = os.path.join(os.path.abspath(options.build), "moonbill")
    folder = tempfile.mkdtemp(prefix="moonbill-sandbox-")
    env = {k: v for k, v in os.environ.items() if not k.startswith("MOONBILL")}

    def moonbill(*args):
        return subprocess.run([program, "-b", "book", "--today", "2026-03-02", *args], cwd=folder, env=env, capture_output=True, text=True, timeout=120)

    subprocess.run([program, "-q", "init", "book", "--country", "GB"], cwd=folder, env=env, check=True, capture_output=True)
    assert moonbill("-q", "add", "account", "ACME", "name=Acme \x1b[31mLtd", "country=GB").returncode == 0 or \
        moonbill("-q", "add", "account", "ACME", "name=Acme Ltd", "country=GB").returncode == 0
    before, files = moonbill("verify", "--digest").stdout, sorted(os.listdir(folder))
    failed = False
    for name, chunk, error, output in ROWS:
        done = moonbill("run", "-e", chunk)
        why = None
        if error and (done.returncode == 0 or error not in done.stderr):
            why = "expected %s, found exit %d: %s" % (error, done.returncode, done.stderr.strip() or done.stdout.strip())
        elif not error and (done.returncode != 0 or output not in done.stdout):
            why = "exit %d: %s%s" % (done.returncode, done.stdout, done.stderr.strip())
        elif "\x1b" in done.stdout or "\x1b" in done.stderr:
            why = "an escape reached the terminal"
        elif sorted(os.listdir(folder)) != files:
            why = "files: " + " ".join(sorted(os.listdir(folder)))
        failed = failed or why is not None
        print("ok session %s" % name if why is None else "not ok session %s: %s" % (name, why), flush=True)
    same = moonbill("verify", "--digest").stdout == before
    print("ok session book" if same else "not ok session book: it is another one")
    raise SystemExit(failed or not same)


main()
