/* run/schedule: schedules at civil times over changes of the clock, marks, what is new, what fails. */
#include "book_case.h"

#include "books/hold.h"
#include "run/action.h"
#include "run/schedule.h"
#include "store/table.h"

typedef struct row {
    const char *zone, *schedule; /* its fields, without name and run */
    const char *now, *until;     /* civil time; the last day */
    const char *want;            /* instants in UTC of what comes */
} row;

/* Clock changes by the tz database; those of 2026 in Europe/London: 29 March 01:00 to 02:00 and 25 October 02:00 to
 * 01:00; America/New_York: 8 March 02:00 to 03:00, 1 November 02:00 to 01:00; Australia/Lord_Howe, by half an hour: 5
 * April 02:00 to 01:30, 4 October 02:00 to 02:30. */
static const row rows[] = {
    {"Europe/London", "every = \"day\", at = \"00:30\"", "2026-03-27T12:00", "2026-03-30",
     "2026-03-28T00:30:00Z 2026-03-29T00:30:00Z 2026-03-29T23:30:00Z"},
    {"Europe/London", "every = \"day\", at = \"01:30\"", "2026-03-27T12:00", "2026-03-30",
     "2026-03-28T01:30:00Z 2026-03-29T01:00:00Z 2026-03-30T00:30:00Z"}, /* skipped: the first instant after it */
    {"Europe/London", "every = \"day\", at = \"01:00\"", "2026-03-28T12:00", "2026-03-29",
     "2026-03-29T01:00:00Z"},
    {"Europe/London", "every = \"day\", at = \"01:30\"", "2026-10-23T12:00", "2026-10-26",
     "2026-10-24T00:30:00Z 2026-10-25T00:30:00Z 2026-10-26T01:30:00Z"}, /* repeated: once, the first */
    {"Europe/London", "every = \"month\", on = \"last business day\", at = \"18:00\", calendar = \"england\"",
     "2026-01-30T18:00", "2026-06-30",
     "2026-02-27T18:00:00Z 2026-03-31T17:00:00Z 2026-04-30T17:00:00Z 2026-05-29T17:00:00Z "
     "2026-06-30T17:00:00Z"},
    {"America/New_York", "every = \"day\", at = \"02:30\"", "2026-03-06T12:00", "2026-03-09",
     "2026-03-07T07:30:00Z 2026-03-08T07:00:00Z 2026-03-09T06:30:00Z"},
    {"America/New_York", "every = \"day\", at = \"01:30\"", "2026-10-30T12:00", "2026-11-02",
     "2026-10-31T05:30:00Z 2026-11-01T05:30:00Z 2026-11-02T06:30:00Z"},
    {"America/New_York", "every = \"week\", on = \"sunday\", at = \"00:00\"", "2026-10-26T00:00",
     "2026-11-30",
     "2026-11-01T04:00:00Z 2026-11-08T05:00:00Z 2026-11-15T05:00:00Z 2026-11-22T05:00:00Z "
     "2026-11-29T05:00:00Z"},
    {"Australia/Lord_Howe", "every = \"day\", at = \"02:15\"", "2026-10-02T12:00", "2026-10-05",
     "2026-10-02T15:45:00Z 2026-10-03T15:30:00Z 2026-10-04T15:15:00Z"},
    {"Australia/Lord_Howe", "every = \"day\", at = \"01:45\"", "2026-04-03T12:00", "2026-04-06",
     "2026-04-03T14:45:00Z 2026-04-04T14:45:00Z 2026-04-05T15:15:00Z"},
    {"Europe/London", "every = \"month\", on = 31, at = \"23:59\"", "2028-01-01T00:00", "2028-05-31",
     "2028-01-31T23:59:00Z 2028-02-29T23:59:00Z 2028-03-31T22:59:00Z 2028-04-30T22:59:00Z "
     "2028-05-31T22:59:00Z"},
};

static moon_instant at(house *h, const char *time) {
    moon_instant instant = 0;
    HDO(moon_schedule_instant(h->book, moon_str_of(time), &instant, HERR));
    return instant;
}

static moon_date on(house *h, const char *text) {
    moon_date date = MOON_DATE_NONE;
    HDO(moon_date_parse(moon_str_of(text), &date, HERR));
    return date;
}

static void with_rules(house *h, const char *text) {
    house_write(h, "rules/schedules.lua", moon_str_of(text));
    house_reopen(h);
}

static void test_clocks(void **state) {
    const char *zone = "";
    house *h = NULL;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moon_due *dues;
        size_t count;
        moon_buf found = MOON_BUF_EMPTY;
        if (strcmp(zone, rows[i].zone)) {
            if (h) house_free(h);
            h = house_make(zone = rows[i].zone, "2026-01-01");
        }
        with_rules(
            h, moon_arena_printf(&h->arena, "schedule { \"x\", %s, run = \"bill\" }", rows[i].schedule).ptr);
        HDO(moon_schedule_list(h->book, at(h, rows[i].now), MOON_DATE_MIN, on(h, rows[i].until), &h->arena,
                               &dues, &count, HERR));
        for (size_t k = 0; k < count; k++) {
            char text[MOON_INSTANT_TEXT];
            moon_instant_format(dues[k].instant, text);
            moon_buf_printf(&found, "%s%s", k ? " " : "", text);
        }
        moon_str text = moon_arena_str(&h->arena, moon_buf_str(&found));
        moon_buf_free(&found);
        if (!moon_str_is(text, rows[i].want))
            fail_msg("%s %s: found %s, expected %s", rows[i].zone, rows[i].schedule, text.ptr, rows[i].want);
    }
    house_free(h);
}

/* ---- tick ---- */

typedef struct told {
    char text[2000];
} told;

static void on_done(void *ctx, const moon_due *due, uint64_t refused, const moon_err *why) {
    told *t = ctx;
    size_t len = strlen(t->text);
    char date[MOON_DATE_TEXT];
    (void)refused;
    moon_date_format(due->date, date);
    snprintf(t->text + len, sizeof t->text - len, "%s %.*s%s; ", date + 5, MOON_STR_ARG(due->schedule),
             why ? " failed" : "");
}

static void on_result(void *ctx, const moon_due *due, uint64_t refused, const moon_err *why) {
    told *t = ctx;
    (void)refused, (void)why;
    snprintf(t->text, sizeof t->text, "%.*s", MOON_STR_ARG(due->result));
}

static void ticks(house *h, const char *now, const char *want) {
    told t = {""};
    moon_tick_report report;
    moon_tick_options options = {.now = at(h, now), .ctx = &t, .done = on_done};
    HDO(moon_schedule_tick(h->book, &options, &report, HERR));
    if (strcmp(t.text, want)) fail_msg("tick at %s: found \"%s\", expected \"%s\"", now, t.text, want);
}

/* Two schedules caught up, the oldest first; then nothing; then what comes next. */
static void test_order(void **state) {
    house *h = house_make("Europe/London", "2026-11-04");
    (void)state;
    with_rules(h, "schedule { 'b', every = 'day', at = '06:00', from = date '2026-11-02', run = 'bill' }\n"
                  "schedule { 'a', every = 'week', on = 'tuesday', at = '05:00', from = date '2026-11-01', "
                  "run = 'bill' }\n");
    ticks(h, "2026-11-04T05:59", "11-02 b; 11-03 a; 11-03 b; ");
    ticks(h, "2026-11-04T05:59", "");
    ticks(h, "2026-11-04T06:00", "11-04 b; ");
    ticks(h, "2026-11-02T00:00", ""); /* a clock that goes back does nothing again */
    assert_int_equal(h->book->ctx.today, h->options.today);
    house_free(h);
}

/* Without a first day a schedule runs from when it was first seen. */
static void test_begun(void **state) {
    house *h = house_make("Europe/London", "2026-11-04");
    (void)state;
    with_rules(h, "schedule { 'x', every = 'day', at = '06:00', run = 'bill' }");
    ticks(h, "2026-11-04T06:00", "");
    ticks(h, "2026-11-05T05:59", "");
    ticks(h, "2026-11-06T07:00", "11-05 x; 11-06 x; ");
    with_rules(h, "schedule { 'x', every = 'day', at = '08:00', run = 'bill' }\n"
                  "schedule { 'y', every = 'day', at = '06:30', run = 'bill' }");
    ticks(h, "2026-11-06T06:29:59", ""); /* the day was done, at another time; y is new */
    ticks(h, "2026-11-06T09:00", "11-06 y; ");
    house_free(h);
}

/* One that fails is tried again, its later times wait, others go on. */
static void test_failing(void **state) {
    static const char *const rules[] = {
        "schedule { 'x', every = 'day', from = date '2026-11-02', function(book) error 'no' end }\n"
        "schedule { 'y', every = 'day', from = date '2026-11-02', run = 'bill' }",
        "schedule { 'x', every = 'day', at = '01:00', from = date '2026-11-02', run = 'bill' }\n"
        "schedule { 'y', every = 'day', from = date '2026-11-02', run = 'bill' }"};
    house *h = house_make("Europe/London", "2026-11-04");
    moon_occurrence o;
    moon_change *change;
    moon_scan scan;
    bool more = true;
    size_t count = 0;
    (void)state;
    with_rules(h, rules[0]);
    ticks(h, "2026-11-03T12:00", "11-02 x failed; 11-02 y; 11-03 y; ");
    ticks(h, "2026-11-03T12:00", "11-02 x failed; ");
    with_rules(h, rules[1]);
    ticks(h, "2026-11-03T12:00", "11-02 x; 11-03 x; ");
    HDO(moon_change_begin(h->book->store, &change, HERR));
    HDO(moon_scan_begin(change, &moon_occurrence_type, MOON_BY_KEY, NULL, 0, NULL, 0, false, &scan, HERR));
    while (moon_scan_next(&scan, &o, &more, HERR) == MOON_OK && more) {
        assert_int_equal(o.state, MOON_OCCURRENCE_DONE); /* the failure under its old time is gone */
        count++;
    }
    assert_int_equal(count, 4);
    moon_scan_end(&scan);
    moon_change_end(change);
    house_free(h);
}

/* What a clerk's act did before a failure is not done again, also when the script was mended meanwhile; two that are
 * alike are two. */
static void test_acts(void **state) {
    house *h = house_make("Europe/London", "2026-11-04");
    moon_change *change;
    moon_hold *holds;
    size_t count;
    (void)state;
    house_write(h, "in/accounts.csv", MOON_STR("id,name,country\nA,Alpha,DE\nB,Beta,DE\n"));
    with_rules(h, "schedule { 'x', every = 'day', from = date '2026-11-03', function(book)\n"
                  "  book:import('accounts', 'in/accounts.csv')\n"
                  "  book:hold { id = 'A', reason = 'asked' }\n"
                  "  book:hold { id = 'A', reason = 'asked' }\n"
                  "  error 'later'\n"
                  "end }");
    ticks(h, "2026-11-03T12:00", "11-03 x failed; ");
    ticks(h, "2026-11-03T12:00", "11-03 x failed; ");
    with_rules(h, "schedule { 'x', every = 'day', from = date '2026-11-03', function(book)\n"
                  "  book:hold { id = 'B', reason = 'new' }\n"
                  "  book:hold { id = 'A', reason = 'asked' }\n"
                  "  book:hold { id = 'A', reason = 'asked' }\n"
                  "  book:hold { id = 'A', reason = 'asked', ['until'] = book.date + 30 }\n"
                  "end }");
    ticks(h, "2026-11-03T12:00", "11-03 x; ");
    ticks(h, "2026-11-03T12:00", "");
    HDO(moon_change_begin(h->book->store, &change, HERR));
    HDO(moon_holds_of(change, MOON_STR("A"), &h->arena, &holds, &count, HERR));
    assert_int_equal(count, 3);
    HDO(moon_holds_of(change, MOON_STR("B"), &h->arena, &holds, &count, HERR));
    assert_int_equal(count, 1);
    moon_change_end(change);
    house_free(h);
}

/* Queries see the book of the moment: after an action they see what it did. */
static void test_queries(void **state) {
    house *h = house_make("Europe/London", "2026-11-04");
    told t = {""};
    moon_tick_report report;
    (void)state;
    house_write(h, "in/accounts.csv", MOON_STR("id,name,country\nA,Alpha,DE\nB,Beta,DE\n"));
    with_rules(
        h,
        "schedule { 'x', every = 'day', from = date '2026-11-03', function(book)\n"
        "  local before = book.accounts:count()\n"
        "  book:import('accounts', 'in/accounts.csv')\n"
        "  return before .. ' and ' .. book.accounts:count() .. ', ' .. book.accounts { id = 'B' }:count()\n"
        "end }");
    moon_tick_options options = {.now = at(h, "2026-11-03T12:00"), .ctx = &t, .done = on_result};
    HDO(moon_schedule_tick(h->book, &options, &report, HERR));
    assert_string_equal(t.text, "in/accounts.csv: 2 taken, 0 held, 0 there already; 0 and 2, 1");
    house_free(h);
}

static const char late_rules[] =
    "schedule { 'load', every = 'year', on = '11-01', from = date '2026-11-01', function(book)\n"
    "  book:import('accounts', 'in/accounts.csv') end }\n"
    "schedule { 'x', every = 'day', from = date '2026-11-10', function(book)\n"
    "  book:import('orders', 'in/orders-{date}.csv', { missing = 'skip' })\n"
    "  book:bill { issue = true }\n"
    "  report('ageing', { as_of = book.date }):save 'out/ageing-{date}.csv' end }";

/* Somebody issues on the 20th: no number may go before that any more. */
static void issue_by_hand(house *h) {
    moon_named issue[] = {{MOON_STR("issue"), moon_arg_bool(true)}},
               file[] = {{MOON_STR("file"), moon_arg_text(MOON_STR("in/by-hand.csv"))},
                         {MOON_STR("kind"), moon_arg_text(MOON_STR("orders"))}};
    moon_arg import = moon_arg_map(file, 2), bill = moon_arg_map(issue, 1), result;
    house_write(h, "in/by-hand.csv",
                MOON_STR("order,date,account,text,quantity,price\n3,2026-11-13,A,Work,1,10.00\n"));
    HDO(moon_action_do(h->book, MOON_STR("import"), &import, false, &h->arena, &result, HERR));
    HDO(moon_action_do(h->book, MOON_STR("bill"), &bill, false, &h->arena, &result, HERR));
    house_write(h, "in/orders-2026-11-13.csv",
                MOON_STR("order,date,account,text,quantity,price\n4,2026-11-13,A,Work,1,20.00\n"));
}

/* What is late is done as of its own day, and issued on the day of the last number. */
static void test_late(void **state) {
    house *h = house_make("Europe/London", "2026-11-20");
    (void)state;
    house_write(h, "in/accounts.csv", MOON_STR("id,name,country\nA,Alpha,DE\n"));
    house_write(h, "in/orders-2026-11-10.csv",
                MOON_STR("order,date,account,text,quantity,price\n1,2026-11-09,A,Work,1,100.00\n"));
    house_write(h, "in/orders-2026-11-12.csv",
                MOON_STR("order,date,account,text,quantity,price\n2,2026-11-11,A,Work,1,50.00\n"));
    with_rules(h, late_rules);
    ticks(h, "2026-11-12T12:00", "11-01 load; 11-10 x; 11-11 x; 11-12 x; ");
    assert_true(holds(house_read(h, "out/ageing-2026-11-10.csv"), MOON_STR("A,EUR,119.00")));
    assert_true(holds(house_read(h, "out/ageing-2026-11-11.csv"), MOON_STR("A,EUR,119.00")));
    assert_true(holds(house_read(h, "out/ageing-2026-11-12.csv"), MOON_STR("A,EUR,178.50")));
    issue_by_hand(h);
    with_rules(h, late_rules);
    ticks(h, "2026-11-13T12:00", "11-13 x; ");
    assert_true(holds(house_read(h, "out/ageing-2026-11-13.csv"), MOON_STR("A,EUR,178.50")));
    ticks(h, "2026-11-20T12:00", "11-14 x; 11-15 x; 11-16 x; 11-17 x; 11-18 x; 11-19 x; 11-20 x; ");
    assert_true(holds(house_read(h, "out/ageing-2026-11-20.csv"), MOON_STR("A,EUR,214.20")));
    house_free(h);
}

/* The first and the last day that there are. */
static void test_ends(void **state) {
    house *h = house_make("Europe/London", "2026-11-20");
    (void)state;
    with_rules(h, "schedule { \"x\", every = \"day\", from = date \"0001-01-01\", run = \"apply\" }\n");
    ticks(h, "0001-01-01T12:00", "");
    with_rules(h, "schedule { \"y\", every = \"day\", run = \"deliver\" }\n");
    ticks(h, "0001-01-01T12:00", "");
    ticks(h, "0001-01-03T12:00", "01-02 y; 01-03 y; ");
    with_rules(h, "schedule { \"z\", every = \"day\", from = date \"9999-12-30\", run = \"deliver\" }\n");
    ticks(h, "9999-12-31T12:00", "12-30 z; 12-31 z; ");
    house_free(h);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_clocks), cmocka_unit_test(test_order),
                                       cmocka_unit_test(test_begun),  cmocka_unit_test(test_failing),
                                       cmocka_unit_test(test_acts),   cmocka_unit_test(test_queries),
                                       cmocka_unit_test(test_late),   cmocka_unit_test(test_ends)};
    return cmocka_run_group_tests_name("schedule", tests, NULL, NULL);
}
