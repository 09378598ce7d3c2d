#!/bin/sh
# The demo book: made in one command, and then once more from its files, command by command, month by month.
#   tests/demo/demo.sh BUILD_FOLDER      the books are made anew in BUILD_FOLDER/demo
# Lines that begin with $ are commands as one would type them; tests/demo/demo_test.py reads the figures below them.
set -eu
unset MOONBILL_BOOK
build=$(cd "$1" && pwd)
at=$build/demo
rm -rf "$at"
mkdir -p "$at"

bold='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$(printf '\033[1m') plain=$(printf '\033[0m'); fi

moonbill() { "$build/moonbill" "$@" || [ $? -eq 1 ]; } # exit status 1: something was parked, which is part of it
chapter() { printf '\n%s== %s ==%s\n' "$bold" "$1" "$plain"; }
say() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }
show() {
    printf '$ %s\n' "$1"
    eval "$1"
}

# What clerk.txt has for a month, with the schedules of the days before it; then the rest of the month, and what it came to.
#   month 2026-07 2026-07-31
month() {
    grep -e "--today $1" in/clerk.txt >"$at/clerk.txt" || true
    ticked=2026-07-01
    while read -r line <&3; do
        day=${line#moonbill --today } day=${day%% *}
        if [ "$day" != "$ticked" ]; then
            show "moonbill --today $day tick >>ticks.txt"
            ticked=$day
        fi
        case $line in
        *' credit '* | *' refund '* | *' return '* | *' close '*) show "$line | head -1" ;;
        *) show "$line | tail -1" ;;
        esac
    done 3<"$at/clerk.txt"
    show "moonbill --today $2 tick | tail -1 | cut -c1-86"
    say "What the month came to: billed, received, reminded; and what was owed at its end, by days past due."
    show "moonbill --today $2 run -e 'return invoices{ date = \"$1\" }:by(\"cause\"):sum(\"total\")' | grep -v ──"
    show "moonbill --today $2 run -e 'return payments{ date = \"$1\", kind = \"receipt\" }:sum(\"amount\")'"
    show "moonbill --today $2 run -e 'return reminders{ date = \"$1\" }:by(\"name\"):count()' | grep -v ──"
    show "moonbill report ageing --as-of $2 | grep -e Account -e Total"
}

cd "$at"
chapter "The demo book"
say "Three months of a company that exists here alone: orders, subscriptions, usage, payments, reminders."
show "moonbill init book --demo | head -5"

chapter "How it came to be"
say "What came in from outside lies in book/in: 320 accounts, orders, 100,000 usage events, what the bank said."
show "head -2 book/in/orders/2026-07-02.csv"
show "tail -1 book/in/usage/2026-07-02.jsonl"
show "sed -n 1,4p book/in/bank/2026-07-15.csv"
say "Now the same once more: an empty book with the same rules and files, month by month."
show "moonbill -q init again --country IE && cp -r book/book.lua book/rules book/in again/ && cd again"
cd "$at/again"
say "What runs by itself, by rules/schedules.lua; a timer would call tick every few minutes."
show "moonbill --today 2026-07-01 schedule list --until 2026-07-01"

chapter "July 2026"
say "Going live with the data of the system before; then tick does each day's work, and a clerk the rest."
month 2026-07 2026-07-31
chapter "August 2026"
month 2026-08 2026-08-31
chapter "September 2026"
month 2026-09 2026-09-30

chapter "Who owes what, and why"
today="--today 2026-09-30"
say "Those who owe most. The total above is that of the ledger, or the report would fail."
show "moonbill $today run -e 'return report(\"ageing\"):top(5, \"total\")' | grep -v ──"
say "Two promises: one was kept, one was not. One dispute: the customer was right."
show "moonbill $today list promises | grep -v ──"
show "moonbill $today list disputes | grep -v ──"
say "What K10004 owes, who broke the promise, and at which step each invoice stands."
show "moonbill $today report statement K10004 --from 2026-07-01 | sed -n '/^Date/,/Balance on/p'"
show "moonbill $today report dunning | grep -e Account -e K10004 | cut -c1-150"
say "K10010 is insolvent: what was open of the system before is written off, with its reason."
show "moonbill $today list adjustments kind=write_off | grep -v ──"
say "Why an invoice is what it is: each line names the line of the rule that made it."
show "moonbill $today run -e 'for _, line in ipairs(get(\"invoice\", \"INV-2026-01913\").lines) do print(line.text, line.amount, line.rule) end'"
say "Usage that came when its month was billed already is a line of the next invoice, which names the month: what it adds."
show "moonbill $today run -e 'for _, line in ipairs(get(\"invoice\", \"INV-2026-02126\").lines) do print(line.text, line.amount, line.rule) end'"
show "moonbill $today report usage | grep -e Account -e K10288"
say "What waits for somebody: payments that nobody knows."
show "moonbill $today list parked work=pay | sed -n '1p;3,4p' | cut -c1-128"
say "Does the book hold what it should? And is it the one that init made?"
show "moonbill verify"
show "moonbill verify --digest"
show "moonbill -b ../book verify --digest"

place=$at/again
cat <<END

${bold}What to try next${plain}
  export MOONBILL_BOOK=$place PATH=$build:\$PATH
  moonbill $today repl         a prompt on the book; there, or as moonbill run -e 'return ...':
    report("ageing"):where{ total = ">2000" }       who owes more than 2,000
    invoices{ account = "K10004", open = true }     what is open of it
    payments{ account = "unidentified" }            whose is this money?
    usage{ account = "K10001" }:by("month"):sum("quantity")   how much an account used
    reminders{ step = 4 }:by("account"):count()     who was reminded to the end
  $place/out/letters          the letters, a page each
  $place/out/reports          the month-end reports
  $place/rules                the rules: edit one, and: moonbill rules test
END
