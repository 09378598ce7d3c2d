/* books/grant: promotional credits and what documents use of them. */
#include "books_case.h"

#include "books/grant.h"
#include "books/verify.h"

/* ---- what the tests share ---- */

static void tell(void *ctx, const moon_err *problem) {
    (void)ctx;
    fail_msg("verify: %s", problem->text);
}

static void check_book(books *b) {
    moon_verified out;
    books_commit(b);
    DO(moon_verify(b->change, &b->config, NULL, tell, NULL, &out, ERR));
    books_forget(b);
}

static void account(books *b, const char *id) {
    moon_account record;
    bool written;
    moon_record_init(&moon_account_type, &record);
    record.id = moon_str_of(id);
    record.from = day("2010-01-01");
    DO(moon_version_add(b->change, &moon_account_type, &record, &written, ERR));
}

static int setup(void **state) {
    int failed = books_setup(state);
    account(*state, "A");
    account(*state, "B");
    books_commit(*state);
    return failed;
}

static int teardown(void **state) {
    check_book(*state);
    return books_teardown(state);
}

static moon_grant grant_of(const char *id, int64_t amount, const char *from, const char *expires) {
    moon_grant grant;
    moon_record_init(&moon_grant_type, &grant);
    grant.id = moon_str_of(id);
    grant.account = MOON_STR("A");
    grant.currency = EUR;
    grant.amount = amount;
    grant.from = day(from);
    if (expires) grant.expires = day(expires);
    grant.reason = MOON_STR("test");
    return grant;
}

static void give(books *b, const char *id, int64_t amount, const char *from, const char *expires) {
    moon_grant grant = grant_of(id, amount, from, expires);
    DO(moon_grant_give(b->change, &b->ctx, &grant, ERR));
}

static int64_t left(books *b, const char *id) {
    moon_grant grant = {.id = moon_str_of(id)};
    bool found;
    int64_t amount;
    DO(moon_get(b->change, &moon_grant_type, &grant, &found, ERR));
    DO(moon_grant_left(b->change, &grant, &amount, ERR));
    return amount;
}

/* A document of a charge and a discount that uses `source`; both negative on a credit note of `corrects`. */
static moon_document using(books *b, const char *id, int64_t charge, int64_t used, const char *source,
                           const char *corrects) {
    moon_document document = document_of(b, id, "A", charge - used, 0);
    moon_line *lines = MOON_NEW_N(moon_change_arena(b->change), moon_line, 2);
    lines[0] = lines[1] = *MOON_AT(moon_line, document.lines, 0);
    lines[0].amount = charge;
    lines[1].ordinal = 2;
    lines[1].kind = MOON_LINE_DISCOUNT;
    lines[1].amount = -used;
    if (source) lines[1].coupon = moon_str_of(source);
    if (corrects) {
        document.corrects = moon_str_of(corrects);
        lines[0].corrects_line = 1;
        lines[1].corrects_line = 2;
    }
    document.lines = (moon_list){lines, 2};
    return document;
}

static void issue_using(books *b, const char *id, int64_t used, const char *source) {
    moon_document document = using(b, id, 10000, used, source, NULL);
    issue(b, &document);
}

static moon_status try_issue(books *b, moon_document *document) {
    draft(b, document);
    DO(moon_document_approve(b->change, &b->ctx, document, false, ERR));
    return moon_document_issue(b->change, &b->ctx, document, ERR);
}

static void voids(books *b, const char *name) {
    moon_document document = found_document(b, name);
    DO(moon_document_void(b->change, &b->ctx, &document, MOON_STR("test"), ERR));
}

/* ---- giving ---- */

typedef struct wrong {
    const char *name, *says;
    int64_t amount;
    const char *account, *expires;
    moon_status status;
} wrong;
static const wrong wrongs[] = {
    {"nothing", "nothing or less", 0, "A", NULL, MOON_E_RECORD_INVALID},
    {"less than nothing", "nothing or less", -1, "A", NULL, MOON_E_RECORD_INVALID},
    {"nobody", "no account C", 100, "C", NULL, MOON_E_NOT_FOUND},
    {"over before it begins", "expires before", 100, "A", "2010-11-30", MOON_E_RECORD_INVALID}};

static void test_giving(void **state) {
    books *b = *state;
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
        moon_grant grant = grant_of("G", wrongs[i].amount, "2010-12-01", wrongs[i].expires);
        grant.account = moon_str_of(wrongs[i].account);
        FAILS(wrongs[i].status, moon_grant_give(b->change, &b->ctx, &grant, ERR));
        SAYS(wrongs[i].says);
    }
    moon_grant grant = grant_of("G", 100, "2010-12-01", NULL);
    grant.reason = MOON_STR_NONE;
    FAILS(MOON_E_FIELD_REQUIRED, moon_grant_give(b->change, &b->ctx, &grant, ERR));
    give(b, "G", 100, "2010-12-01", "2010-12-01");
    grant = grant_of("G", 100, "2010-12-01", NULL);
    FAILS(MOON_E_RECORD_INVALID, moon_grant_give(b->change, &b->ctx, &grant, ERR));
    /* To less than is used it is not changed, nor to another account. */
    issue_using(b, "d1", 60, "grant/G");
    grant = grant_of("G", 59, "2010-12-01", NULL);
    FAILS(MOON_E_STATE_REFUSED, moon_grant_change(b->change, &b->ctx, &grant, ERR));
    grant.amount = 60;
    DO(moon_grant_change(b->change, &b->ctx, &grant, ERR));
    assert_int_equal(left(b, "G"), 0);
    grant.account = MOON_STR("B");
    FAILS(MOON_E_STATE_REFUSED, moon_grant_change(b->change, &b->ctx, &grant, ERR));
}

/* ---- the order ---- */

typedef struct row {
    const char *id, *from, *expires;
    int64_t priority;
} row;
/* In the order in which they are used. */
static const row rows[] = {{"z", "2010-12-01", NULL, -1},
                           {"y", "2010-12-01", "2010-12-10", MOON_INT_NONE},
                           {"x", "2010-12-01", "2010-12-31", 0},
                           {"w", "2010-12-02", "2010-12-31", 0},
                           {"a", "2010-12-01", NULL, MOON_INT_NONE},
                           {"b", "2010-12-01", NULL, MOON_INT_NONE},
                           {"c", "2010-12-02", NULL, 0},
                           {"d", "2010-12-01", "2010-12-05", 1}};
#define ROWS (sizeof rows / sizeof *rows)

static void expect_order(books *b, const char *date, const char *want) {
    moon_usable *list;
    size_t count;
    char found[64] = "";
    DO(moon_grants_of(b->change, MOON_STR("A"), day(date), moon_change_arena(b->change), &list, &count, ERR));
    for (size_t i = 0; i < count; i++) strncat(found, list[i].grant.id.ptr, list[i].grant.id.len);
    assert_string_equal(found, want);
}

static void test_order(void **state) {
    books *b = *state;
    for (size_t i = ROWS; i-- > 0;) {
        moon_grant grant = grant_of(rows[i].id, 100, rows[i].from, rows[i].expires);
        grant.priority = rows[i].priority;
        DO(moon_grant_give(b->change, &b->ctx, &grant, ERR));
    }
    expect_order(b, "2010-11-30", "");
    expect_order(b, "2010-12-01", "zyxabd");
    expect_order(b, "2010-12-05", "zyxwabcd"); /* the last day counts */
    expect_order(b, "2010-12-06", "zyxwabc");
    expect_order(b, "2010-12-10", "zyxwabc");
    expect_order(b, "2010-12-11", "zxwabc");
    expect_order(b, "2011-01-01", "zabc");
}

/* ---- using and giving back ---- */

static void test_using(void **state) {
    books *b = *state;
    moon_currency currency;
    int64_t used;
    give(b, "G", 100, "2010-12-01", NULL);
    issue_using(b, "d1", 60, "grant/G");
    assert_int_equal(left(b, "G"), 40);
    /* Another draft that was made before wants as much again. */
    moon_document late = using(b, "d2", 10000, 60, "grant/G", NULL);
    FAILS(MOON_E_STALE, try_issue(b, &late));
    SAYS("uses 0.60 EUR of grant G, which has 0.40 EUR left");
    books_forget(b);
    give(b, "G", 100, "2010-12-01", NULL);
    issue_using(b, "d1", 60, "grant/G");
    issue_using(b, "d3", 40, "grant/G");
    assert_int_equal(left(b, "G"), 0);
    voids(b, "d1");
    assert_int_equal(left(b, "G"), 60);
    issue_using(b, "d4", 10, "coupon/A-7/WELCOME");
    DO(moon_burned(b->change, MOON_STR("coupon/A-7/WELCOME"), &used, &currency, ERR));
    assert_int_equal(used, 10);
    assert_int_equal(currency, EUR);
    DO(moon_burned(b->change, MOON_STR("coupon/A-7/WELCOM"), &used, &currency, ERR));
    assert_int_equal(used + currency, 0);
}

static void test_strangers(void **state) {
    books *b = *state;
    moon_grant dollars = grant_of("D", 100, "2010-12-01", NULL),
               others = grant_of("O", 100, "2010-12-01", NULL);
    dollars.currency = USD;
    others.account = MOON_STR("B");
    DO(moon_grant_give(b->change, &b->ctx, &dollars, ERR));
    DO(moon_grant_give(b->change, &b->ctx, &others, ERR));
    books_commit(b);
    moon_document document = using(b, "d1", 10000, 10, "grant/D", NULL);
    FAILS(MOON_E_STALE, try_issue(b, &document));
    SAYS("is in USD");
    books_forget(b);
    document = using(b, "d1", 10000, 10, "grant/O", NULL);
    FAILS(MOON_E_STALE, try_issue(b, &document));
    SAYS("has no grant O");
    books_forget(b);
    document = using(b, "d1", 10000, 10, "grant/N", NULL);
    FAILS(MOON_E_STALE, try_issue(b, &document));
    SAYS("has no grant N");
    books_forget(b);
}

/* Credits give back what they credit, one after another; and what they gave back may be used by now. */
static void test_crediting(void **state) {
    books *b = *state;
    give(b, "G", 100, "2010-12-01", NULL);
    issue_using(b, "d1", 100, "grant/G");
    moon_document part = using(b, "c1", -3000, -30, NULL, "d1"),
                  rest = using(b, "c2", -7000, -70, NULL, "d1");
    issue(b, &part);
    assert_int_equal(left(b, "G"), 30);
    issue(b, &rest);
    assert_int_equal(left(b, "G"), 100);
    voids(b, "c2");
    assert_int_equal(left(b, "G"), 30);
    issue_using(b, "d2", 20, "grant/G");
    moon_document back = found_document(b, "c1");
    books_commit(b);
    FAILS(MOON_E_VOID_REFUSED, moon_document_void(b->change, &b->ctx, &back, MOON_STR("test"), ERR));
    SAYS("is used by now");
    books_forget(b);
    voids(b, "d2");
    voids(b, "c1");
    assert_int_equal(left(b, "G"), 0);
}

/* ---- inputs ---- */

static moon_status check_inputs(books *b, const moon_input *input) {
    moon_document document = document_of(b, "d", "A", 100, 0);
    moon_input copy = *input;
    document.inputs = (moon_list){&copy, 1};
    return moon_grant_check_inputs(b->change, &document, ERR);
}

static void test_inputs(void **state) {
    books *b = *state;
    moon_input input;
    moon_date december = day("2010-12-15");
    DO(moon_grants_input(b->change, MOON_STR("A"), december, moon_change_arena(b->change), &input, ERR));
    DO(check_inputs(b, &input));
    give(b, "past", 100, "2010-12-01", "2010-12-14");
    DO(check_inputs(b, &input)); /* of no use on that day */
    give(b, "G", 100, "2010-12-01", NULL);
    FAILS(MOON_E_STALE, check_inputs(b, &input));
    DO(moon_grants_input(b->change, MOON_STR("A"), december, moon_change_arena(b->change), &input, ERR));
    issue_using(b, "d1", 60, "grant/G");
    DO(check_inputs(b, &input)); /* that it is used is seen when another uses too much */
    moon_grant grant = grant_of("G", 90, "2010-12-01", NULL);
    DO(moon_grant_change(b->change, &b->ctx, &grant, ERR));
    FAILS(MOON_E_STALE, check_inputs(b, &input));
    /* A coupon: more is used than when it was drafted. */
    moon_record_init(&moon_input_type, &input);
    input.record = MOON_STR("burned/coupon/A-7/WELCOME");
    input.quantity = dec("0.10");
    DO(check_inputs(b, &input));
    issue_using(b, "d2", 10, "coupon/A-7/WELCOME");
    DO(check_inputs(b, &input));
    issue_using(b, "d3", 1, "coupon/A-7/WELCOME");
    FAILS(MOON_E_STALE, check_inputs(b, &input));
    SAYS("more of coupon/A-7/WELCOME is used");
}

/* ---- verify ---- */

static void hear(void *ctx, const moon_err *problem) { snprintf(ctx, 200, "%.199s", problem->text); }

static void expect_problem(books *b, const char *want) {
    char said[200] = "";
    moon_verified out;
    FAILS(MOON_E_BOOK_DAMAGED, moon_verify(b->change, &b->config, NULL, hear, said, &out, ERR));
    if (!strstr(said, want)) fail_msg("verify says \"%s\", expected \"%s\"", said, want);
}

static void test_verify(void **state) {
    books *b = *state;
    give(b, "G", 100, "2010-12-01", NULL);
    issue_using(b, "d1", 60, "grant/G");
    moon_burn burn = {
        .source = MOON_STR("grant/G"), .document = MOON_STR("d1"), .currency = EUR, .amount = 59};
    moon_burn none = {
        .source = MOON_STR("grant/G"), .document = MOON_STR("d9"), .currency = EUR, .amount = 1};
    DO(moon_put(b->change, &moon_burn_type, &burn, ERR));
    books_commit(b);
    expect_problem(b, "what INV-2010-00001 uses of grant/G is not on record");
    books_forget(b);
    burn.amount = 60;
    DO(moon_put(b->change, &moon_burn_type, &burn, ERR));
    DO(moon_put(b->change, &moon_burn_type, &none, ERR));
    books_commit(b);
    expect_problem(b, "that no document uses");
    books_forget(b);
    DO(moon_delete(b->change, &moon_burn_type, &none, ERR));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(test_giving, setup, teardown),
                                       cmocka_unit_test_setup_teardown(test_order, setup, teardown),
                                       cmocka_unit_test_setup_teardown(test_using, setup, teardown),
                                       cmocka_unit_test_setup_teardown(test_strangers, setup, teardown),
                                       cmocka_unit_test_setup_teardown(test_crediting, setup, teardown),
                                       cmocka_unit_test_setup_teardown(test_inputs, setup, teardown),
                                       cmocka_unit_test_setup_teardown(test_verify, setup, teardown)};
    return cmocka_run_group_tests_name("grant", tests, NULL, NULL);
}
