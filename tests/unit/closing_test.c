/* books/closing, and what closed books refuse or move; books/series and its gaps. */
#include "books_case.h"

#include "books/adjustment.h"
#include "books/closing.h"
#include "books/payment.h"
#include "books/verify.h"

/* ---- closing and opening again ---- */

static void test_close(void **state) {
    books *b = *state;
    static const struct {
        const char *name;
        bool reopen;
        const char *date, *reason;
        moon_status want;
        const char *through; /* afterwards; "" for nothing */
    } rows[] = {
        {"today", false, "2010-12-31", "", MOON_E_PERIOD_CLOSED, ""},
        {"a day to come", false, "2011-01-31", "", MOON_E_PERIOD_CLOSED, ""},
        {"open what is open", true, "2010-11-01", "late", MOON_E_PERIOD_CLOSED, ""},
        {"a month", false, "2010-11-30", "", MOON_OK, "2010-11-30"},
        {"it again", false, "2010-11-30", "", MOON_OK, "2010-11-30"},
        {"an earlier one", false, "2010-10-31", "", MOON_OK, "2010-11-30"},
        {"some days more", false, "2010-12-15", "", MOON_OK, "2010-12-15"},
        {"without a reason", true, "2010-12-01", "", MOON_E_FIELD_REQUIRED, "2010-12-15"},
        {"the day after", true, "2010-12-16", "late", MOON_E_PERIOD_CLOSED, "2010-12-15"},
        {"back to the month", true, "2010-12-01", "late", MOON_OK, "2010-11-30"},
        {"all of it", true, "0001-01-01", "late", MOON_OK, ""},
    };
    books_today(b, "2010-12-31");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moon_date through;
        moon_status status = rows[i].reopen ? moon_books_reopen(b->change, &b->ctx, day(rows[i].date),
                                                                moon_str_of(rows[i].reason), ERR)
                                            : moon_books_close(b->change, &b->ctx, day(rows[i].date), ERR);
        if (status != rows[i].want) fail_msg("%s: %s", rows[i].name, moon_status_name(status));
        books_commit(b);
        DO(moon_closed_through(b->change, &through, ERR));
        if (through != (rows[i].through[0] ? day(rows[i].through) : MOON_DATE_NONE))
            fail_msg("%s: closed through %d", rows[i].name, through);
    }
    moon_closing last = {.ordinal = 4};
    bool found;
    DO(moon_get(b->change, &moon_closing_type, &last, &found, ERR));
    assert_true(found && last.reopens && last.through == MOON_DATE_NONE);
    expect_text("by whom", last.operator, "anna");
}

static void test_close_role(void **state) {
    static const moon_operator operators[] = {
        {MOON_STR("anna"), MOON_STR("Anna"), MOON_STR("prepare issue")}};
    books *b = *state;
    b->config.operators = operators;
    b->config.operator_count = 1;
    FAILS(MOON_E_ROLE, moon_books_close(b->change, &b->ctx, day("2010-10-31"), ERR));
    FAILS(MOON_E_ROLE, moon_books_reopen(b->change, &b->ctx, day("2010-10-31"), MOON_STR("late"), ERR));
    FAILS(MOON_E_ROLE, moon_series_continue(b->change, &b->ctx, MOON_STR("invoice"),
                                            MOON_STR("INV-2010-00005"), MOON_STR("before"), ERR));
}

/* Somebody closes while another posts: the posting is computed again. */
static void test_close_meanwhile(void **state) {
    books *b = *state;
    moon_change *other;
    issued(b, "i1", "A", 10000, 0);
    DO(moon_change_begin(b->s->store, &other, ERR));
    b->ctx.today++;
    DO(moon_books_close(other, &b->ctx, day("2010-12-01"), ERR));
    DO(moon_commit(other, &b->ctx, "close", MOON_STR_NONE, MOON_STR_NONE, NULL, ERR));
    moon_change_end(other);
    b->ctx.today--;
    FAILS(MOON_E_CHANGED, moon_commit(b->change, &b->ctx, "test", MOON_STR_NONE, MOON_STR_NONE, NULL, ERR));
    books_forget(b);
}

/* ---- what closed books refuse, and what they move ---- */

static int closed_setup(void **state) {
    int failed = books_setup(state);
    books *b = *state;
    moon_account record;
    bool written;
    moon_record_init(&moon_account_type, &record);
    record.id = MOON_STR("A");
    record.from = day("2010-01-01");
    DO(moon_version_add(b->change, &moon_account_type, &record, &written, ERR));
    issued(b, "i1", "A", 10000, 0);
    books_today(b, "2011-01-10");
    DO(moon_books_close(b->change, &b->ctx, day("2010-12-31"), ERR));
    books_commit(b);
    return failed;
}

static void test_refused(void **state) {
    books *b = *state;
    moon_adjustment out;
    moon_document document = document_of(b, "i2", "A", 500, 0), invoice = found_document(b, "i1");
    moon_entry entry;
    books_today(b, "2010-12-31");
    draft(b, &document);
    DO(moon_document_approve(b->change, &b->ctx, &document, false, ERR));
    FAILS(MOON_E_PERIOD_CLOSED, moon_document_issue(b->change, &b->ctx, &document, ERR));
    SAYS("the issue of i2 would be of 2010-12-31");
    FAILS(MOON_E_PERIOD_CLOSED, moon_document_void(b->change, &b->ctx, &invoice, MOON_STR("wrong"), ERR));
    SAYS("INV-2010-00001");
    FAILS(MOON_E_PERIOD_CLOSED,
          moon_write_off(b->change, &b->ctx, MOON_STR("i1"), 0, MOON_STR("gone"), &out, ERR));
    moon_entry_begin(&entry, b->change, &b->ctx, MOON_STR("x"), day("2010-12-31"), MOON_STR_NONE,
                     MOON_STR("x"));
    moon_entry_add(&entry, MOON_STR("1200"), MOON_STR_NONE, EUR, 100, 100);
    moon_entry_add(&entry, MOON_STR("3900"), MOON_STR_NONE, EUR, -100, -100);
    FAILS(MOON_E_PERIOD_CLOSED, moon_post(b->change, &entry, ERR));
    entry.date++;
    DO(moon_post(b->change, &entry, ERR));
}

/* A voiding posts today, whatever the day of the issue. */
static void test_void_of_closed(void **state) {
    books *b = *state;
    moon_document invoice = found_document(b, "i1");
    moon_entry entry = {.id = MOON_STR("void/INV-2010-00001")};
    bool found;
    DO(moon_document_void(b->change, &b->ctx, &invoice, MOON_STR("wrong"), ERR));
    DO(moon_get(b->change, &moon_entry_type, &entry, &found, ERR));
    assert_true(found && entry.date == day("2011-01-10"));
}

static void entry_says(books *b, const char *id, const char *date, const char *text) {
    moon_entry entry = {.id = moon_str_of(id)};
    bool found;
    DO(moon_get(b->change, &moon_entry_type, &entry, &found, ERR));
    if (!found) fail_msg("there is no entry %s", id);
    assert_int_equal(entry.date, day(date));
    assert_int_equal(entry.booked, b->ctx.today);
    expect_text(id, entry.text, text);
}

static void test_moved(void **state) {
    books *b = *state;
    moon_payment payment, back;
    moon_taken taken;
    moon_str difference;
    moon_record_init(&moon_payment_type, &payment);
    payment.id = MOON_STR("P1");
    payment.account = MOON_STR("A");
    payment.currency = EUR;
    payment.amount = 4000;
    payment.date = day("2010-12-20");
    moon_payment again = payment;
    DO(moon_payment_receive(b->change, &b->ctx, &payment, &taken, &difference, ERR));
    assert_true(payment.date == day("2011-01-01") && payment.stated == day("2010-12-20"));
    entry_says(b, "receive/P1", "2011-01-01", "payment P1 (stated 2010-12-20)");
    DO(moon_payment_receive(b->change, &b->ctx, &again, &taken, &difference, ERR));
    assert_int_equal(taken, MOON_TAKEN_SAME);
    apply(b, "A", "P1", "i1", 3000, "2010-12-20");
    entry_says(b, "apply/P1/i1/1", "2011-01-01", "apply P1 to INV-2010-00001 (of 2010-12-20, closed)");
    books_commit(b);
    b->ctx.today = day("2011-02-05");
    DO(moon_books_close(b->change, &b->ctx, day("2011-01-31"), ERR));
    DO(moon_payment_return(b->change, &b->ctx, MOON_STR("P1"), day("2011-01-15"), MOON_STR("no cover"), &back,
                           ERR));
    assert_true(back.date == day("2011-02-01") && back.stated == day("2011-01-15"));
    entry_says(b, "return/P1", "2011-02-01", "return of P1 (stated 2011-01-15)");
    moon_item item = item_of(b, "A", "i1");
    int64_t open;
    DO(moon_item_open_at(b->change, &item, day("2011-01-31"), MOON_DATE_MAX, &open, ERR));
    expect_minor("what was reported stays", open, 7000);
    DO(moon_item_open_at(b->change, &item, day("2011-02-01"), MOON_DATE_MAX, &open, ERR));
    expect_minor("and then it is open", open, 10000);
}

static void test_opening_moved(void **state) {
    books *b = *state;
    for (int i = 0; i < 2; i++) {
        moon_adjustment item;
        bool written;
        moon_record_init(&moon_adjustment_type, &item);
        item.account = MOON_STR("A");
        item.number = MOON_STR("RE-1");
        item.currency = EUR;
        item.amount = 5000;
        item.date = day("2010-06-01");
        item.due = day("2010-07-01");
        DO(moon_opening_item(b->change, &b->ctx, &item, &written, ERR));
        assert_int_equal(written, i == 0);
        assert_int_equal(item.date, day("2011-01-01"));
        books_commit(b);
    }
    assert_int_equal(item_of(b, "A", "opening/A/RE-1").due, day("2010-07-01"));
    entry_says(b, "opening/A/RE-1", "2011-01-01", "opening item RE-1 (of 2010-06-01, closed)");
}

/* ---- series ---- */

static void test_parse(void **state) {
    books *b = *state;
    static const struct {
        const char *pattern, *text;
        int64_t year, n; /* 0: it is no number of the pattern */
    } rows[] = {
        {"INV-{year}-{number:5}", "INV-2010-00042", 2010, 42},
        {"INV-{year}-{number:5}", "INV-2009-123456", 2009, 123456},
        {"INV-{year}-{number:5}", "INV-2010-0042", 0, 0},
        {"INV-{year}-{number:5}", "INV-2010-000042", 0, 0},
        {"INV-{year}-{number:5}", "CN-2010-00042", 0, 0},
        {"INV-{year}-{number:5}", "INV-2010-00042x", 0, 0},
        {"INV-{year}-{number:5}", "INV-2010-", 0, 0},
        {"INV-{year}-{number:5}", "", 0, 0},
        {"{number}", "7", 2010, 7},
        {"{number}", "07", 0, 0},
        {"{number}/{year}", "17/2010", 2010, 17},
        {"R{number:3}.{year}.x", "R012.2008.x", 2008, 12},
        {"R{number:3}.{year}.x", "R012.2008.y", 0, 0},
        {"{number}", "9999999999999999", 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t year = 2010, n = 0;
        moon_status status =
            moon_series_parse(moon_str_of(rows[i].pattern), moon_str_of(rows[i].text), &year, &n, ERR);
        if (status != (rows[i].n ? MOON_OK : MOON_E_SERIES))
            fail_msg("%s: %s", rows[i].text, moon_status_name(status));
        if (status == MOON_OK && (year != rows[i].year || n != rows[i].n))
            fail_msg("%s: %lld %lld", rows[i].text, (long long)year, (long long)n);
    }
}

typedef struct told {
    char text[4000];
} told;

static void tell(void *ctx, const moon_err *problem) {
    told *t = ctx;
    size_t len = strlen(t->text);
    snprintf(t->text + len, sizeof t->text - len, "%s\n", problem->text);
}

static void expect_verified(books *b, const char *says) {
    told t = {""};
    moon_verified out;
    moon_status status = moon_verify(b->change, &b->config, NULL, tell, &t, &out, ERR);
    if ((status == MOON_OK) != (says == NULL) || (says && !strstr(t.text, says)))
        fail_msg("verify: %s: %s", moon_status_name(status), t.text);
    books_forget(b);
}

static void test_continue(void **state) {
    books *b = *state;
    static const struct {
        const char *name, *kind, *last, *reason;
        moon_status want;
        const char *next; /* the next invoice's number, once it is issued */
    } rows[] = {
        {"the system before", "invoice", "INV-2010-00417", "system before", MOON_OK, "INV-2010-00418"},
        {"the last one itself", "invoice", "INV-2010-00418", "again", MOON_OK, "INV-2010-00419"},
        {"a lower one", "invoice", "INV-2010-00418", "again", MOON_E_SERIES, NULL},
        {"a year to come", "invoice", "INV-2011-00001", "again", MOON_E_SERIES, NULL},
        {"another pattern", "invoice", "RE-1", "again", MOON_E_SERIES, NULL},
        {"another kind", "order", "INV-2010-00500", "again", MOON_E_SERIES, NULL},
        {"without a reason", "invoice", "INV-2010-00500", "", MOON_E_FIELD_REQUIRED, NULL},
        {"a restore", "invoice", "INV-2010-00425", "restored", MOON_OK, "INV-2010-00426"},
        {"credit notes", "credit_note", "CN-2010-00003", "system before", MOON_OK, "INV-2010-00427"},
        {"the year before", "invoice", "INV-2009-00900", "system before", MOON_OK, "INV-2010-00428"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moon_status status =
            moon_series_continue(b->change, &b->ctx, moon_str_of(rows[i].kind), moon_str_of(rows[i].last),
                                 moon_str_of(rows[i].reason), ERR);
        if (status != rows[i].want)
            fail_msg("%s: %s: %s", rows[i].name, moon_status_name(status), b->s->err.text);
        if (status != MOON_OK) assert_int_equal(moon_change_size(b->change), 0);
        if (status != MOON_OK) continue;
        moon_document made =
            issued(b, moon_arena_printf(moon_change_arena(b->change), "d%zu", i).ptr, "A", 100, 0);
        expect_text(rows[i].name, made.number, rows[i].next);
        books_commit(b);
        expect_verified(b, NULL);
    }
    moon_document credit = issued(b, "c", "A", -100, 0);
    expect_text("credit notes", credit.number, "CN-2010-00004");
}

/* Verify knows the gaps that are on record, and no others. */
static void test_gaps(void **state) {
    books *b = *state;
    static const struct {
        const char *name;
        int64_t first, last,
            moved; /* the gap that the test writes; and the last number of the series, if not 0 */
        const char *says;
    } rows[] = {
        {"as it was", 2, 5, 0, NULL},
        {"one less", 2, 4, 0, "INV-2010-00005 is missing"},
        {"one more", 2, 6, 0, "no series counted"},
        {"one that is given", 1, 5, 0, "no series counted"},
        {"turned round", 2, 1, 0, "does not fit its series"},
        {"beyond the last", 7, 9, 0, "INV-2010-00002 is missing"},
        {"beyond the last, with the gap", 2, 9, 0, "does not fit its series"},
        {"the series moved on", 2, 5, 7, "INV-2010-00007 is missing"},
    };
    issued(b, "i1", "A", 100, 0);
    DO(moon_series_continue(b->change, &b->ctx, MOON_STR("invoice"), MOON_STR("INV-2010-00005"),
                            MOON_STR("system before"), ERR));
    issued(b, "i2", "A", 100, 0);
    books_commit(b);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moon_gap gap = {.kind = MOON_STR("invoice"), .year = 2010, .first = 2}, made;
        moon_series series = {.kind = MOON_STR("invoice"), .year = 2010};
        bool found;
        DO(moon_get(b->change, &moon_series_type, &series, &found, ERR));
        DO(moon_get(b->change, &moon_gap_type, &gap, &found, ERR));
        made = gap;
        DO(moon_delete(b->change, &moon_gap_type, &gap, ERR));
        made.first = rows[i].first;
        made.last = rows[i].last;
        DO(moon_put(b->change, &moon_gap_type, &made, ERR));
        int64_t last = series.last;
        if (rows[i].moved) series.last = rows[i].moved;
        DO(moon_put(b->change, &moon_series_type, &series, ERR));
        books_commit(b);
        expect_verified(b, rows[i].says);
        DO(moon_delete(b->change, &moon_gap_type, &made, ERR));
        made.first = 2;
        made.last = 5;
        DO(moon_put(b->change, &moon_gap_type, &made, ERR));
        DO(moon_get(b->change, &moon_series_type, &series, &found, ERR));
        series.last = last;
        DO(moon_put(b->change, &moon_series_type, &series, ERR));
        books_commit(b);
    }
    moon_gap lost;
    moon_record_init(&moon_gap_type, &lost);
    lost =
        (moon_gap){.kind = MOON_STR("invoice"), .year = 2009, .first = 1, .last = 2, .reason = MOON_STR("x")};
    DO(moon_put(b->change, &moon_gap_type, &lost, ERR));
    books_commit(b);
    expect_verified(b, "no series");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, books_setup, books_teardown)
#define CLOSED(name) cmocka_unit_test_setup_teardown(name, closed_setup, books_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_close),
        CASE(test_close_role),
        CASE(test_close_meanwhile),
        CLOSED(test_refused),
        CLOSED(test_void_of_closed),
        CLOSED(test_moved),
        CLOSED(test_opening_moved),
        CASE(test_parse),
        CASE(test_continue),
        CASE(test_gaps),
    };
    return cmocka_run_group_tests_name("closing", tests, NULL, NULL);
}
