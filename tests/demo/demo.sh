#!/bin/sh
# The main job on a small book: real order lines become drafts, are approved, issued, posted, set as pages, and aged.
#   tests/demo/demo.sh BUILD_FOLDER      the book is made anew in BUILD_FOLDER/demo
set -eu
build=$1
program=$build/moonbill
book=$build/demo/book
rm -rf "$build/demo"
mkdir -p "$build/demo"

bold='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$(printf '\033[1m') plain=$(printf '\033[0m'); fi

say() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
# Show a command as one would type it, and run it. Exit status 1 says that something was parked, which is part of the demo.
run() {
    printf '\n$ moonbill %s\n' "$*"
    MOONBILL_BOOK=$book "$program" "$@" || [ $? -eq 1 ]
}

say "A book: a folder with its settings, its rules and its data."
printf '\n$ moonbill init %s --currency GBP --country GB --terms 30 --name "Northgate Gifts Ltd"\n' "$book"
"$program" init "$book" --currency GBP --country GB --terms 30 --name "Northgate Gifts Ltd" >"$build/demo/init.txt"
say "Order lines as a spreadsheet saved them. What cannot be billed is held, with its reason."
run import orders tests/data/online-retail.csv --map online-retail
run list parked
say "Every order is accounted for."
run --today 2010-12-06 bill
say "Approved, numbered, posted and claimed, all in one commit per batch."
run --today 2010-12-06 approve --all
run --today 2010-12-06 issue --all
run list invoices --limit 8
run list credit-notes --limit 5
say "An order that was held is repaired and billed."
held=$(MOONBILL_BOOK=$book "$program" list parked --format csv | sed -n 2p | cut -d, -f2)
run --today 2010-12-07 set order "$held" account=17850
run --today 2010-12-07 bill --issue
say "Who owes what; the total is that of the ledger, or there would be an error."
run report ageing --as-of 2011-02-01
say "A page, here as text; as HTML it prints on A4 and Letter."
run print INV-2010-00001
run print --all -o "$build/demo/pages"
say "Does the book hold what it should?"
run verify

cat <<END

${bold}What to try next${plain}
  export MOONBILL_BOOK=$book PATH=\$PWD/$build:\$PATH
  moonbill list invoices status=overdue --today 2011-02-01
  moonbill show INV-2010-00003
  moonbill report statement 17850
  moonbill credit INV-2010-00003 --line 1 --reason "damaged"
  moonbill help
  The pages are in $build/demo/pages; the rules that made them are in $book/rules: edit one and bill again.
END
