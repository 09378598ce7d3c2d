# What the cases share: `. "$REPO/tests/cli/shared.sh"` is their first line. moonbill is in PATH, the working folder is new.
DAY=2010-12-20
export MOONBILL_BOOK=book

# moonbill on the day of this case. (The test of completeness knows this name.)
mb() { moonbill --today "$DAY" "$@"; }

# Run it, with the words and a failing exit status around its output; on both outputs, so that errors find their command.
try() {
    printf '\n$ %s\n' "$*" | tee /dev/stderr
    "$@"
    local status=$?
    [ $status -eq 0 ] || echo "exit $status"
}

new_book() { mb -q init book --country GB --name "Example Ltd"; }

# Two accounts, two products, three orders: one is not due on DAY.
small_book() {
    new_book
    mb -q add account ACME name="Acme Ltd" country=GB terms=14 --from 2010-01-01
    mb -q add account BOLT name="Bolt, Sons \"&\" Co" country=GB tags.nonprofit=yes --from 2010-01-01
    mb -q add product P1 name=Pen price=1.25 --from 2010-01-01
    mb -q add product P2 name="Paper, white" price=10 --from 2010-01-01
    mb -q add order 1 account=ACME date=2010-12-01 line.1.product=P1 line.1.quantity=3 line.1.price=1.25 line.2.product=P2 line.2.quantity=10 line.2.price=10
    mb -q add order 2 account=BOLT date=2010-12-02 line.1.product=P2 line.1.quantity=1 line.1.price=9.99
    mb -q add order 3 account=ACME date=2011-01-15 line.1.product=P1 line.1.quantity=1 line.1.price=1.25
}

# The same, with invoices of 2010-12-03.
billed_book() {
    small_book
    DAY=2010-12-03
    { mb -q bill; mb -q approve --all; mb -q issue --all; } > /dev/null
    DAY=2010-12-20
}
