/* run/action: what commands do, for scripts: results, refusals, dry runs, reports and their files. */
#include "book_case.h"

#include "run/action.h"
#include "run/wire.h"

typedef struct row {
    const char *verb, *args; /* name=value, a comma between two; a value that is true or a date is that */
    moon_status status;
    const char *says; /* summary, or a part of the error */
} row;

/* "all=true,as_of=2026-11-30" */
static moon_arg args_of(house *h, const char *text) {
    moon_named *items = MOON_NEW_N(&h->arena, moon_named, 8);
    moon_str rest = moon_str_of(text), pair;
    size_t count = 0;
    while (rest.len && moon_str_cut(&rest, ',', &pair)) {
        size_t sign = moon_str_find(pair, '=', 0);
        moon_str value = moon_str_sub(pair, sign + 1, pair.len);
        moon_date date;
        items[count].name = moon_str_sub(pair, 0, sign);
        if (moon_str_is(value, "true"))
            items[count].value = moon_arg_bool(true);
        else if (moon_date_parse(value, &date, HERR) == MOON_OK)
            items[count].value = moon_arg_date(date);
        else
            items[count].value = moon_arg_text(value);
        count++;
    }
    return moon_arg_map(items, count);
}

static moon_arg act(house *h, const row *r, bool dry_run) {
    moon_arg args = args_of(h, r->args), result = {0};
    moon_status status =
        moon_action_do(h->book, moon_str_of(r->verb), &args, dry_run, &h->arena, &result, HERR);
    if (status != r->status)
        fail_msg("%s %s: found %s (%s), expected %s", r->verb, r->args, moon_status_name(status), HERR->text,
                 moon_status_name(r->status));
    moon_str summary = moon_arg_text_of(&result, "summary");
    if (status == MOON_OK && !moon_str_is(summary, r->says))
        fail_msg("%s %s: found \"%.*s\", expected \"%s\"", r->verb, r->args, MOON_STR_ARG(summary), r->says);
    if (status != MOON_OK && !strstr(HERR->text, r->says))
        fail_msg("%s %s: found \"%s\", expected \"%s\"", r->verb, r->args, HERR->text, r->says);
    return result;
}

static const char accounts[] = "id,name,country\nA,Alpha,DE\nB,Beta,DE\n";
static const char orders[] = "order,date,account,product,text,quantity,price\n"
                             "1,2026-11-02,A,,Work,1,100.00\n2,2026-11-03,B,,Work,2,50.00\n"
                             "3,2026-11-04,B,,Work,x,50.00\n";

static house *begun(void) {
    house *h = house_make("Europe/Berlin", "2026-11-30");
    house_write(h, "in/accounts.csv", moon_str_of(accounts));
    house_write(h, "in/orders.csv", moon_str_of(orders));
    return h;
}

static const row day[] = {
    {"import", "kind=accounts,file=in/accounts.csv", MOON_OK,
     "in/accounts.csv: 2 taken, 0 held, 0 there already"},
    {"import", "kind=orders,file=in/orders.csv", MOON_OK, "in/orders.csv: 2 taken, 1 held, 0 there already"},
    {"import", "kind=orders,file=in/none.csv,missing=skip", MOON_OK, "in/none.csv is not there: skipped"},
    {"bill", "", MOON_OK, "2 drafts"},
    {"approve", "all=true", MOON_OK, "approved 2 documents"},
    {"issue", "id=order/1", MOON_OK, "issued 1 document"},
    {"bill", "issue=true", MOON_OK, "1 draft, issued 1 document"},
    {"bill", "issue=true", MOON_OK, "0 drafts, issued 0 documents"},
    {"report", "name=ageing,as_of=2026-11-30", MOON_OK, "ageing: 2 rows"},
    {"save", "name=ageing,file=out/ageing.csv", MOON_OK, "wrote out/ageing.csv"},
    {"save", "name=ageing,file=out/new/ageing.json", MOON_OK, "wrote out/new/ageing.json"},
    {"save", "name=ageing,file=out/ageing.html", MOON_OK, "wrote out/ageing.html"},
    {"save", "name=ageing,file=out/ageing.txt", MOON_OK, "wrote out/ageing.txt"},
    {"save", "name=statement,account=A,file=out/a.html", MOON_OK, "wrote out/a.html"},
    {"save", "name=statement,account=A,file=out/a.csv", MOON_OK, "wrote out/a.csv"},
    {"void", "id=order/1,reason=wrong", MOON_OK, "voided 1 document"},
    {"dun", "", MOON_OK, "0 reminders, 0 letters"},
    {"deliver", "", MOON_OK, "0 letters written"},
    {"close", "period=2026-10", MOON_OK, "closed through 2026-10-31"},
    {"close", "period=2026-11-15", MOON_OK, "closed through 2026-11-15"},
    {"reopen", "period=2026-11,reason=late invoice", MOON_OK, "open again from 2026-11-01"},
};

static void test_a_day(void **state) {
    house *h = begun();
    (void)state;
    for (size_t i = 0; i < sizeof day / sizeof *day; i++) act(h, &day[i], false);
    const char csv[] = "account,currency,not_due,d1_30,d31_60,d61_90,d91_plus,unapplied,total\n"
                       "A,EUR,119.00,0.00,0.00,0.00,0.00,0.00,119.00\n"
                       "B,EUR,119.00,0.00,0.00,0.00,0.00,0.00,119.00\n";
    assert_string_equal(moon_arena_str(&h->arena, house_read(h, "out/ageing.csv")).ptr, csv);
    assert_true(holds(house_read(h, "out/ageing.html"), MOON_STR("238.00")));
    assert_true(holds(house_read(h, "out/ageing.txt"), MOON_STR("Total")));
    assert_true(holds(house_read(h, "out/new/ageing.json"), MOON_STR("\"total\": \"119.00\"")));
    assert_true(holds(house_read(h, "out/a.html"), MOON_STR("<!DOCTYPE html>")));
    house_free(h);
}

/* Invoices of the day above, forty days later. */
static void test_reminders(void **state) {
    static const row rows[] = {
        {"dun", "", MOON_OK, "2 reminders, 2 letters"},
        {"dun", "", MOON_OK, "0 reminders, 0 letters"},
        {"report", "name=dunning,account=A", MOON_OK, "dunning: 1 row"},
        {"deliver", "", MOON_OK, "2 letters written"},
        {"deliver", "", MOON_OK, "0 letters written"},
        {"deliver", "id=Z", MOON_E_NOT_FOUND, "there is no message Z"},
    };
    house *h = begun();
    (void)state;
    for (size_t i = 0; i < 7; i++) act(h, &day[i], false);
    assert_int_equal(moon_date_parse(MOON_STR("2027-01-10"), &h->book->ctx.today, HERR), MOON_OK);
    act(h, &(row){"dun", "", MOON_OK, "2 reminders, 2 letters (nothing written)"}, true);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) act(h, &rows[i], false);
    assert_true(holds(house_read(h, "out/letters/2027-01-10-A-friendly.html"), MOON_STR("119.00")));
    house_free(h);
}

static const row desk[] = {
    {"dispute", "number=INV-2026-00001,amount=19.00,reason=broken", MOON_OK,
     "dispute INV-2026-00001/1 about 19.00 EUR"},
    {"dispute close", "id=INV-2026-00001/1,upheld=all,outcome=right", MOON_OK,
     "dispute INV-2026-00001/1 upheld"},
    {"credit", "invoice=INV-2026-00001,amount=10,ref=1,reason=broken", MOON_OK,
     "draft of a credit note credit/INV-2026-00001/1: -11.90 EUR"},
    {"promise", "account=B,amount=50.00 EUR,by=2026-12-05,note=phone", MOON_OK,
     "promise B/1: 50.00 EUR by 2026-12-05"},
    {"promise withdraw", "id=B/1", MOON_OK, "promise B/1 withdrawn"},
    {"hold", "id=B,until=2026-12-24,reason=asked", MOON_OK, "hold B/1 on B"},
    {"hold end", "id=B/1", MOON_OK, "hold B/1 ended"},
    {"pay", "account=B,amount=60.00,id=P1,on=INV-2026-00002", MOON_OK,
     "payment P1 of 60.00 EUR, 0.00 EUR unapplied"},
    {"pay", "account=B,amount=60.00,id=P1,on=INV-2026-00002", MOON_OK,
     "payment P1 of 60.00 EUR, 0.00 EUR unapplied"},
    {"unapply", "credit=P1", MOON_OK, "unapplied P1: 60.00 EUR"},
    {"apply", "all=true", MOON_OK, "applied 1 times on 1 accounts"},
    {"return payment", "payment=P1,reason=no funds", MOON_OK, "returned P1: 60.00 EUR"},
    {"write-off", "invoice=INV-2026-00002,amount=19.00,reason=gone", MOON_OK,
     "wrote off INV-2026-00002: 19.00 EUR"},
    {"pay", "account=B,amount=200.00,id=P2", MOON_OK, "payment P2 of 200.00 EUR, 100.00 EUR unapplied"},
    {"refund", "credit=P2,amount=50.00,reason=too much", MOON_OK, "refund proposed of P2: 50.00 EUR"},
    {"set payment", "id=P2,account=A", MOON_OK, "moved P2: 100.00 EUR"},
    {"apply", "all=true,id=P2", MOON_E_SCRIPT_VALUE, "not both"},
    {"apply", "id=true", MOON_E_SCRIPT_VALUE, "id is a text"},
    {"apply", "id=P2,on=true", MOON_E_SCRIPT_VALUE, "on is a text"},
    {"refund", "credit=P2,amount=5 USD,reason=x", MOON_E_CURRENCY_MISMATCH, "USD instead of EUR"},
    {"write-off", "invoice=INV-2026-00001,amount=5.00 USD,reason=x", MOON_E_CURRENCY_MISMATCH, "USD"},
    {"write-off", "invoice=INV-2026-00001,amount=5.00 EUR,reason=x", MOON_OK,
     "wrote off INV-2026-00001: 5.00 EUR"},
    {"pay", "account=B,amount=5.00 USD,currency=EUR", MOON_E_CURRENCY_MISMATCH, "USD instead of EUR"},
    {"pay", "account=B,amount=5.00 USD", MOON_E_RATE_MISSING, "USD"},
    {"pay", "account=B,amount=EUR 5.00,id=P3", MOON_OK, "payment P3 of 5.00 EUR, 5.00 EUR unapplied"},
    {"pay", "account=B", MOON_E_SCRIPT_VALUE, "amount"},
    {"pay", "account=B,amount=-1", MOON_E_SCRIPT_VALUE, "above"},
    {"recover", "id=none,reason=x", MOON_E_NOT_FOUND, "none"},
    {"dispute", "number=INV-2026-00009,reason=x", MOON_E_NOT_FOUND, "INV-2026-00009"},
    {"dispute", "number=INV-2026-00001,amount=5 USD,reason=x", MOON_E_CURRENCY_MISMATCH, "USD"},
    {"dispute", "number=INV-2026-00001,amount=-5,reason=x", MOON_E_SCRIPT_VALUE, "above zero"},
    {"dispute", "number=INV-2026-00001", MOON_E_SCRIPT_VALUE, "reason is missing"},
    {"dispute close", "id=INV-2026-00001/1", MOON_E_SCRIPT_VALUE, "is the customer right?"},
    {"dispute close", "id=INV-2026-00001/1,rejected=true", MOON_E_STATE_REFUSED, ""},
    {"promise", "account=B,amount=50.00", MOON_E_SCRIPT_VALUE, "by which day?"},
    {"promise", "account=B,by=2026-12-05", MOON_E_SCRIPT_VALUE, "amount is missing"},
    {"credit", "invoice=INV-2026-00001", MOON_E_SCRIPT_VALUE, "reason is missing"},
};

/* The same asked again is the same credit note; another of the same day is another. */
static void test_credit_again(void **state) {
    static const char *const asked[] = {"invoice=INV-2026-00001,amount=10,reason=broken",
                                        "invoice=INV-2026-00001,amount=10,reason=broken",
                                        "invoice=INV-2026-00001,amount=5,reason=broken"};
    moon_str ids[3];
    house *h = begun();
    (void)state;
    for (size_t i = 0; i < 7; i++) act(h, &day[i], false);
    for (size_t i = 0; i < 3; i++) {
        moon_arg args = args_of(h, asked[i]), result;
        HDO(moon_action_do(h->book, MOON_STR("credit"), &args, false, &h->arena, &result, HERR));
        ids[i] = moon_arg_text_of(&result, "id");
    }
    assert_true(moon_str_eq(ids[0], ids[1]));
    assert_false(moon_str_eq(ids[0], ids[2]));
    house_free(h);
}

static void test_desk(void **state) {
    house *h = begun();
    (void)state;
    for (size_t i = 0; i < 7; i++) act(h, &day[i], false);
    for (size_t i = 0; i < sizeof desk / sizeof *desk; i++) act(h, &desk[i], false);
    house_free(h);
}

/* A dry run leaves the book and the folder as they are. */
static void test_dry_run(void **state) {
    static const row rows[] = {
        {"bill", "", MOON_OK, "2 drafts (nothing written)"},
        {"bill", "issue=true", MOON_OK, "2 drafts (nothing written)"},
        {"approve", "all=true", MOON_OK, "approved 0 documents (nothing written)"},
        {"save", "name=ageing,file=out/none.csv", MOON_OK, "would write out/none.csv"},
        {"import", "kind=accounts,file=in/accounts.csv", MOON_OK,
         "in/accounts.csv: 0 taken, 0 held, 2 there already (nothing written)"},
    };
    house *h = begun();
    (void)state;
    act(h, &day[0], false);
    act(h, &day[1], false);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) act(h, &rows[i], true);
    assert_false(moon_file_exists(moon_arena_printf(&h->arena, "%s/out/none.csv", h->s->root).ptr));
    house_free(h);
}

#define FIFTY "abcdefghijklmnopqrstuvwxyabcdefghijklmnopqrstuvwxy"
#define LONG_NAME FIFTY FIFTY FIFTY FIFTY FIFTY

static void test_refused(void **state) {
    static const row rows[] = {
        {"bil", "", MOON_E_NOT_FOUND, "there is no action \"bil\""},
        {"bill", "isue=true", MOON_E_SCRIPT_VALUE, "bill does not know \"isue\""},
        {"bill", "issue=yes", MOON_E_SCRIPT_VALUE, "issue is true or false"},
        {"issue", "", MOON_E_SCRIPT_VALUE, "which documents?"},
        {"issue", "all=true,id=x", MOON_E_SCRIPT_VALUE, "which documents?"},
        {"void", "id=x", MOON_E_SCRIPT_VALUE, "void wants a reason"},
        {"import", "kind=orders", MOON_E_SCRIPT_VALUE, "import wants a kind and a file"},
        {"import", "kind=orders,file=x,missing=no", MOON_E_SCRIPT_VALUE, "missing is \"skip\""},
        {"dun", "all=true", MOON_E_SCRIPT_VALUE, "dun does not know \"all\""},
        {"deliver", "id=none", MOON_E_NOT_FOUND, "none"},
        {"close", "", MOON_E_SCRIPT_VALUE, "which period?"},
        {"close", "period=2026-13", MOON_E_DATE_SYNTAX, "2026-13"},
        {"close", "period=2026-11-30", MOON_E_PERIOD_CLOSED, "2026-11-30"},
        {"reopen", "period=2026-10", MOON_E_SCRIPT_VALUE, "reason is missing"},
        {"report", "", MOON_E_SCRIPT_VALUE, "which report?"},
        {"report", "name=aging", MOON_E_NOT_FOUND, "there is no report \"aging\""},
        {"report", "name=ageing,asof=2026-11-30", MOON_E_SCRIPT_VALUE, "does not know \"asof\""},
        {"report", "name=ageing,as_of=true", MOON_E_SCRIPT_VALUE, "as_of is a date"},
        {"report", "name=statement", MOON_E_SCRIPT_VALUE, "a statement wants an account"},
        {"report", "name=statement,account=Z", MOON_E_NOT_FOUND, "there is no account Z"},
        {"save", "name=ageing", MOON_E_SCRIPT_VALUE, "save wants a file"},
        {"save", "name=ageing,file=a.csv", MOON_E_SCRIPT_FORBIDDEN, "a.csv"},
        {"save", "name=ageing,file=/tmp/a.csv", MOON_E_SCRIPT_FORBIDDEN, "/tmp/a.csv"},
        {"save", "name=ageing,file=rules/a.csv", MOON_E_SCRIPT_FORBIDDEN, "rules/a.csv"},
        {"save", "name=ageing,file=./data/a.csv", MOON_E_SCRIPT_FORBIDDEN, "./data/a.csv"},
        {"save", "name=ageing,file=out/../keys/a.csv", MOON_E_SCRIPT_FORBIDDEN, "out/../keys/a.csv"},
        {"save", "name=ageing,file=out//a.csv", MOON_E_SCRIPT_FORBIDDEN, "out//a.csv"},
        {"save", "name=ageing,file=out/a\nb.csv", MOON_E_SCRIPT_FORBIDDEN, "out/a"},
        {"save", "name=ageing,file=out/folder/a.csv", MOON_OK, "wrote out/folder/a.csv"},
        {"save", "name=ageing,file=out/folder/a.csv/b.csv", MOON_E_SCRIPT_VALUE, "out/folder/a.csv"},
        {"save", "name=ageing,file=out/folder/a.csv/b/c.csv", MOON_E_SCRIPT_VALUE, "out/folder/a.csv"},
        {"save", "name=ageing,file=out/" LONG_NAME ".csv", MOON_E_SCRIPT_VALUE, "too long"},
        {"import", "kind=orders,file=in/" LONG_NAME ".csv", MOON_E_NOT_FOUND, "there is no file"},
        {"import", "kind=orders,file=in/orders.csv/x.csv", MOON_E_NOT_FOUND, "there is no file"},
        {"save", "name=ageing,file=out/a.pdf", MOON_E_SCRIPT_VALUE, "cannot be written as that"},
    };
    house *h = begun();
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) act(h, &rows[i], false);
    house_free(h);
}

/* What a script gets: values, not texts. */
static void test_values(void **state) {
    house *h = begun();
    (void)state;
    act(h, &day[0], false);
    moon_arg imported = act(h, &day[1], false);
    for (size_t i = 2; i < 7; i++) act(h, &day[i], false);
    moon_arg problems = moon_arg_get(&imported, "problems");
    assert_int_equal(problems.list.count, 1);
    assert_int_equal(moon_arg_int_of(&imported, "refused", 0), 1);
    assert_true(moon_str_is(moon_arg_text_of(&problems.list.items[0], "code"), "import.held"));
    moon_arg report = act(h, &day[8], false), rows = moon_arg_get(&report, "rows"),
             totals = moon_arg_get(&report, "totals"), columns = moon_arg_get(&report, "columns");
    assert_int_equal(columns.list.count, 9);
    assert_int_equal(rows.list.count, 2);
    moon_arg total = moon_arg_get(&totals.list.items[0], "total");
    assert_int_equal(total.kind, MOON_ARG_MONEY);
    assert_int_equal((long long)total.money.amount.coef, 238);
    house_free(h);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_a_day),        cmocka_unit_test(test_desk),
                                       cmocka_unit_test(test_credit_again), cmocka_unit_test(test_reminders),
                                       cmocka_unit_test(test_dry_run),      cmocka_unit_test(test_refused),
                                       cmocka_unit_test(test_values)};
    return cmocka_run_group_tests_name("action", tests, NULL, NULL);
}
