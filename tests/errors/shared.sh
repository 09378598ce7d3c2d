# What the cases of this folder share: `. "$ERRORS/shared.sh"` is the first line of every cmd. The working folder is new and empty;
# moonbill is in PATH, BUILD is the folder of the programs, REPO the repository. Only what stands on standard error counts.
set -eu

DAY=2026-03-02

# moonbill on the book of this case, on the same day for ever.
moon() { moonbill -b book --today "$DAY" "$@"; }

# A new book, with nothing in it.
new_book() { moonbill --today "$DAY" -q init book --country GB --currency GBP --name "Example Ltd" > /dev/null; }

# Two accounts of two customers at home, with personal data.
accounts() {
    cat > accounts.csv << 'END'
id,name,country,from
ACME,Acme Ltd,GB,2026-01-01
BOLT,Bolt & Sons,GB,2026-01-01
END
    moon -q import accounts accounts.csv > /dev/null
}

# Orders from rows of order,account,date,product,text,quantity,price,currency: standard input.
orders() {
    { echo order,account,date,product,text,quantity,price,currency && cat; } > orders.csv
    moon -q import orders orders.csv > /dev/null
}

# A book with one order of each of two accounts, 100.00 GBP and 30.00 GBP before tax.
book_with_orders() {
    new_book
    accounts
    orders << 'END'
SO-1,ACME,2026-02-27,CHAIR,Chair,2,50.00,GBP
SO-2,BOLT,2026-02-28,LAMP,Lamp,1,30.00,GBP
END
}

# The same, as far as two invoices: INV-2026-00001 of ACME over 120.00 GBP, INV-2026-00002 of BOLT over 36.00 GBP.
book_with_invoices() {
    book_with_orders
    moon -q bill --issue > /dev/null
}

# Put the lines of standard input into the adjust function of the pricing rule, and bill: the rule fails, its account is parked.
# With `budget` set, that is what the rule may cost.
bill_with_rule() {
    book_with_orders
    if [ -n "${budget:-}" ]; then edit book.lua "s/-- budget = {.*}/budget = { $budget }/"; fi
    {
        echo 'return plan {'
        echo '  title = "Orders",'
        echo '  per_unit { "Goods", each = "line" },'
        echo '  adjust = function(invoice, account, order)'
        echo '    if account.id ~= "ACME" then return end'
        sed 's/^/    /'
        echo '  end,'
        echo '}'
    } > book/rules/pricing/orders.lua
    moon bill
}

# Edit a file of the book in place with a command of sed; it has to change something.
edit() {
    cp "book/$1" before
    sed -i "$2" "book/$1"
    if cmp -s before "book/$1"; then
        echo "the edit of $1 changed nothing" >&2
        exit 99
    fi
}
