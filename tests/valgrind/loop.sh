#!/bin/sh
# The whole loop under valgrind: any invalid access or leak that is definite fails. Prints TAP.
#   tests/valgrind/loop.sh BUILD_FOLDER
set -eu
program=$(readlink -f "$1")/moonbill
orders=$(readlink -f tests/data/online-retail.csv)
export MOON_PLUGIN_DIR=$(readlink -f "$1")/plugins MOONBILL_MAP_MIB=512
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

step() {
    name=$1
    shift
    status=0
    valgrind -q --trace-children=no --child-silent-after-fork=no --leak-check=full --errors-for-leak-kinds=definite --show-leak-kinds=definite \
        --error-exitcode=99 "$program" "$@" >out.txt 2>err.txt || status=$?
    if [ "$status" -gt 1 ] || grep -q '^==' err.txt; then
        echo "not ok valgrind: $name: exit status $status"
        sed 's/^/# /' err.txt | head -40
    else echo "ok valgrind: $name"; fi
}

step init init book --currency GBP --country GB --terms 30
step import -b book import orders "$orders" --map online-retail
step again -b book import orders "$orders" --map online-retail
step bill -b book --today 2010-12-06 bill
step approve -b book --today 2010-12-06 approve --all
step issue -b book --today 2010-12-06 issue --all
step list -b book list invoices --format csv
step show -b book show INV-2010-00001
step print -b book print INV-2010-00001 -o page.html
step credit -b book --today 2010-12-07 credit INV-2010-00001 --line 1 --reason damaged
step void -b book --today 2010-12-07 void INV-2010-00002 --reason wrong
step ageing -b book report ageing --as-of 2011-02-01
step statement -b book report statement 17850
step pay -b book --today 2011-01-20 pay 17850 10.00 --id BANK-1 --text "on account"
step dun -b book --today 2011-02-01 dun
step deliver -b book --today 2011-02-01 deliver
step eval -b book --today 2011-02-01 run -e 'return invoices'
step tick -b book tick --now 2011-02-01T12:00
step verify -b book verify
step digest -b book verify --digest
step backup -b book backup copy.mdb
