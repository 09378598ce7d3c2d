/* books/usage, books/agreement, books/claim: events once by their id, periods from their anchor, what came late. */
#include "books_case.h"

#include "books/agreement.h"
#include "books/claim.h"
#include "books/usage.h"

/* ---- periods ---- */

typedef struct anchored {
    const char *start, *day, *begins, *ends; /* no begins: no period has the day */
} anchored;
static const anchored periods[] = {{"2026-01-31", "2026-01-31", "2026-01-31", "2026-02-28"},
                                   {"2026-01-31", "2026-02-27", "2026-01-31", "2026-02-28"},
                                   {"2026-01-31", "2026-02-28", "2026-02-28", "2026-03-31"},
                                   {"2026-01-31", "2026-04-30", "2026-04-30", "2026-05-31"},
                                   {"2024-01-31", "2024-02-29", "2024-02-29", "2024-03-31"},
                                   {"2024-02-29", "2025-02-28", "2025-02-28", "2025-03-29"},
                                   {"2026-01-15", "2026-12-20", "2026-12-15", "2027-01-15"},
                                   {"2026-01-31", "2026-01-30", NULL, NULL}};

static void test_periods(void **state) {
    books *b = *state;
    for (size_t i = 0; i < sizeof periods / sizeof *periods; i++) {
        moon_agreement agreement = {
            .start = day(periods[i].start), .until = MOON_DATE_NONE, .anchor = MOON_DATE_NONE};
        moon_period period;
        bool found;
        DO(moon_agreement_period_of(&agreement, &moon_monthly, day(periods[i].day), &period, &found, ERR));
        if (found != (periods[i].begins != NULL)) fail_msg("row %zu: found is %d", i, found);
        if (!found) continue;
        assert_int_equal(period.start, day(periods[i].begins));
        assert_int_equal(period.end, day(periods[i].ends));
    }
}

/* ---- what an agreement may say ---- */

static moon_agreement agreement_of(const char *id, const char *start, const char *until) {
    moon_agreement agreement;
    moon_record_init(&moon_agreement_type, &agreement);
    agreement.id = moon_str_of(id);
    agreement.account = MOON_STR("ACME");
    agreement.plan = MOON_STR("subscription");
    agreement.from = day(start);
    agreement.start = day(start);
    agreement.until = until ? day(until) : MOON_DATE_NONE;
    return agreement;
}

static void add(books *b, moon_agreement *agreement) {
    bool written;
    DO(moon_version_add(b->change, &moon_agreement_type, agreement, &written, ERR));
}

static void test_until(void **state) {
    static const struct {
        const char *until;
        moon_status want;
        const char *says;
    } rows[] = {{"2026-02-28", MOON_OK, ""},
                {"2026-03-31", MOON_OK, ""},
                {"2026-01-31", MOON_OK, ""},
                {"2026-03-30", MOON_OK, ""},
                {"2026-01-30", MOON_E_RECORD_INVALID, "before it starts"}};
    books *b = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moon_agreement agreement = agreement_of("A-1", "2026-01-31", rows[i].until);
        if (rows[i].want == MOON_OK) {
            DO(moon_agreement_check(b->change, &agreement, ERR));
            continue;
        }
        FAILS(rows[i].want, moon_agreement_check(b->change, &agreement, ERR));
        SAYS(rows[i].says);
    }
    moon_agreement plain = agreement_of("A-1", "2026-01-31", NULL);
    plain.plan = MOON_STR_NONE;
    FAILS(MOON_E_RECORD_INVALID, moon_agreement_check(b->change, &plain, ERR));
    SAYS("no plan");
}

/* An agreement that is billed by periods says nothing about orders, and the newest version says whose it is. */
static void test_agreements(void **state) {
    books *b = *state;
    moon_agreement one = agreement_of("A-1", "2026-01-31", NULL), later = one, *list, found;
    size_t count;
    bool is_found;
    add(b, &one);
    later.from = day("2026-03-01");
    later.terms = 7;
    add(b, &later);
    DO(moon_agreements_of(b->change, MOON_STR("ACME"), moon_change_arena(b->change), &list, &count, ERR));
    assert_int_equal(count, 1);
    assert_int_equal(list[0].terms, 7);
    DO(moon_agreement_of(b->change, MOON_STR("ACME"), day("2026-04-01"), &found, &is_found, ERR));
    assert_false(is_found);
    later.account = MOON_STR("BOLT");
    add(b, &later);
    DO(moon_agreements_of(b->change, MOON_STR("ACME"), moon_change_arena(b->change), &list, &count, ERR));
    assert_int_equal(count, 0);
    DO(moon_agreements_of(b->change, MOON_STR("BOLT"), moon_change_arena(b->change), &list, &count, ERR));
    assert_int_equal(count, 1);
}

/* ---- usage ---- */

static moon_event event_of(const char *id, const char *meter, const char *date, const char *quantity) {
    moon_event event;
    moon_record_init(&moon_event_type, &event);
    event.id = moon_str_of(id);
    event.account = MOON_STR("ACME");
    event.meter = moon_str_of(meter);
    event.day = day(date);
    event.quantity = dec(quantity);
    return event;
}

static void add_account(books *b, const char *id) {
    moon_account account;
    bool written;
    moon_record_init(&moon_account_type, &account);
    account.id = moon_str_of(id);
    account.from = day("2026-01-01");
    DO(moon_version_add(b->change, &moon_account_type, &account, &written, ERR));
}

static moon_used take(books *b, moon_usage_sums *sums, moon_event event) {
    moon_used used;
    DO(moon_usage_take(b->change, &event, sums, &used, ERR));
    return used;
}

static int64_t fold(books *b, moon_usage_sums *sums) {
    int64_t late;
    DO(moon_usage_fold(b->change, &b->ctx, sums, &late, ERR));
    return late;
}

static void expect_usage(books *b, const char *meter, const char *from, const char *to, int64_t count,
                         const char *quantity) {
    moon_aggregate got;
    DO(moon_usage_of(b->change, MOON_STR("ACME"), moon_str_of(meter), (moon_period){day(from), day(to)}, &got,
                     ERR));
    expect_minor(meter, got.count, count);
    if (!moon_decimal_eq(got.quantity, dec(quantity))) {
        char text[MOON_DECIMAL_TEXT];
        moon_decimal_format(got.quantity, text);
        fail_msg("%s of %s..%s: found %s, expected %s", meter, from, to, text, quantity);
    }
}

static void test_take(void **state) {
    books *b = *state;
    add_account(b, "ACME");
    moon_usage_sums *sums = moon_usage_begin(moon_change_arena(b->change));
    assert_int_equal(take(b, sums, event_of("e1", "calls", "2026-01-31", "1.5")), MOON_USED_NEW);
    assert_int_equal(take(b, sums, event_of("e2", "calls", "2026-02-27", "2")), MOON_USED_NEW);
    assert_int_equal(take(b, sums, event_of("e3", "calls", "2026-02-28", "4")), MOON_USED_NEW);
    assert_int_equal(take(b, sums, event_of("e4", "gb", "2026-02-27", "-0.000000000001")), MOON_USED_NEW);
    assert_int_equal(take(b, sums, event_of("e1", "calls", "2026-01-31", "1.5")), MOON_USED_SAME);
    assert_int_equal(take(b, sums, event_of("e1", "calls", "2026-01-31", "1.6")), MOON_USED_DIFFERENT);
    assert_int_equal(fold(b, sums), 0);
    books_commit(b);
    expect_usage(b, "calls", "2026-01-31", "2026-02-28", 2, "3.5");
    expect_usage(b, "calls", "2026-02-28", "2026-03-31", 1, "4");
    expect_usage(b, "gb", "2026-02-01", "2026-03-01", 1, "-0.000000000001");
    expect_usage(b, "none", "2026-02-01", "2026-03-01", 0, "0");
    sums = moon_usage_begin(moon_change_arena(b->change));
    assert_int_equal(take(b, sums, event_of("e2", "calls", "2026-02-27", "2")), MOON_USED_SAME);
    assert_int_equal(take(b, sums, event_of("e5", "calls", "2026-02-27", "1")), MOON_USED_NEW);
    fold(b, sums);
    expect_usage(b, "calls", "2026-02-27", "2026-02-28", 2, "3");
}

static void test_take_refused(void **state) {
    books *b = *state;
    moon_usage_sums *sums = moon_usage_begin(moon_change_arena(b->change));
    moon_event event = event_of("e1", "calls", "2026-01-31", "1");
    moon_used used;
    FAILS(MOON_E_NOT_FOUND, moon_usage_take(b->change, &event, sums, &used, ERR));
    SAYS("there is no account ACME");
    add_account(b, "ACME");
    event.quantity = dec("1000000000000000");
    FAILS(MOON_E_RECORD_INVALID, moon_usage_take(b->change, &event, sums, &used, ERR));
    event.quantity = dec("0.0000000000001");
    FAILS(MOON_E_RECORD_INVALID, moon_usage_take(b->change, &event, sums, &used, ERR));
    event.quantity = dec("-999999999999999.999999999999");
    DO(moon_usage_take(b->change, &event, sums, &used, ERR));
}

/* Many days of many meters: the sums of a change grow as they have to. */
static void test_take_many(void **state) {
    books *b = *state;
    char id[16], meter[16];
    add_account(b, "ACME");
    moon_usage_sums *sums = moon_usage_begin(moon_change_arena(b->change));
    for (int i = 0; i < 2000; i++) {
        snprintf(id, sizeof id, "e%d", i);
        snprintf(meter, sizeof meter, "m%d", i % 10);
        moon_event event = event_of(id, meter, "2026-01-01", "1");
        event.day += i % 300;
        take(b, sums, event);
    }
    fold(b, sums);
    expect_usage(b, "m3", "2026-01-01", "2027-01-01", 200, "200");
}

/* ---- claims, and what came late ---- */

static moon_document period_document(books *b, const char *id, const char *count, const char *quantity) {
    moon_document document = document_of(b, id, "ACME", 1000, 0);
    moon_line *line = document.lines.items;
    moon_input *inputs = MOON_NEW_N(moon_change_arena(b->change), moon_input, 3);
    for (int i = 0; i < 3; i++) moon_record_init(&moon_input_type, &inputs[i]);
    inputs[0].record = MOON_STR("account/ACME");
    inputs[1].record = MOON_STR("agreement/A-1");
    inputs[0].version = inputs[1].version = 1;
    inputs[2].record = MOON_STR("usage/calls/2026-01-31..2026-02-28");
    inputs[2].count = atoi(count);
    inputs[2].quantity = dec(quantity);
    document.cause = MOON_STR("period");
    document.inputs = (moon_list){inputs, 3};
    line->agreement = MOON_STR("A-1");
    line->claim = MOON_STR("arrears");
    line->start = day("2026-01-31");
    line->stop = day("2026-02-28");
    return document;
}

static bool is_late(books *b) {
    moon_parked parked = {.work = MOON_STR("usage"), .id = MOON_STR("A-1/2026-01-31/calls")};
    bool found;
    DO(moon_get(b->change, &moon_parked_type, &parked, &found, ERR));
    return found;
}

static void test_late(void **state) {
    books *b = *state;
    moon_agreement agreement = agreement_of("A-1", "2026-01-31", NULL);
    bool found;
    moon_claim claim;
    add_account(b, "ACME");
    add(b, &agreement);
    books_today(b, "2026-03-01");
    moon_usage_sums *sums = moon_usage_begin(moon_change_arena(b->change));
    take(b, sums, event_of("e1", "calls", "2026-02-01", "5"));
    fold(b, sums);
    moon_document wrong = period_document(b, "P1", "1", "4"), right = period_document(b, "P2", "1", "5");
    draft(b, &wrong);
    DO(moon_document_approve(b->change, &b->ctx, &wrong, false, ERR));
    FAILS(MOON_E_STALE, moon_document_issue(b->change, &b->ctx, &wrong, ERR));
    SAYS("the usage of meter calls has changed");
    issue(b, &right);
    books_commit(b);
    DO(moon_claim_of(b->change, MOON_STR("A-1"), day("2026-01-31"), "arrears", &claim, &found, ERR));
    assert_true(found);
    sums = moon_usage_begin(moon_change_arena(b->change));
    take(b, sums, event_of("e2", "calls", "2026-02-28", "5")); /* of the next period */
    take(b, sums, event_of("e3", "other", "2026-02-27", "5")); /* a meter that was not counted */
    assert_int_equal(fold(b, sums), 0);
    assert_false(is_late(b));
    take(b, sums, event_of("e4", "calls", "2026-02-27", "5"));
    assert_int_equal(fold(b, sums), 1);
    assert_true(is_late(b));
    moon_document again = period_document(b, "P3", "2", "10");
    draft(b, &again);
    DO(moon_document_approve(b->change, &b->ctx, &again, false, ERR));
    FAILS(MOON_E_CLAIMED, moon_document_issue(b->change, &b->ctx, &again, ERR));
    SAYS("from 2026-01-31 is billed in arrears already");
    agreement.start = MOON_DATE_NONE;
    FAILS(MOON_E_RECORD_INVALID, moon_agreement_check(b->change, &agreement, ERR));
    moon_document bill = found_document(b, "P2");
    DO(moon_document_void(b->change, &b->ctx, &bill, MOON_STR("late"), ERR));
    assert_false(is_late(b));
    DO(moon_claim_of(b->change, MOON_STR("A-1"), day("2026-01-31"), "arrears", &claim, &found, ERR));
    assert_false(found);
    issue(b, &again);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, books_setup, books_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {CASE(test_periods), CASE(test_until),        CASE(test_agreements),
                                       CASE(test_take),    CASE(test_take_refused), CASE(test_take_many),
                                       CASE(test_late)};
    return cmocka_run_group_tests_name("usage", tests, NULL, NULL);
}
