/* books/promise, books/dispute, books/hold, books/reminder: what is said about open items. */
#include "books_case.h"

#include "books/dispute.h"
#include "books/hold.h"
#include "books/promise.h"
#include "books/reminder.h"

static void account(books *b, const char *id) {
    moon_account record;
    bool written;
    moon_record_init(&moon_account_type, &record);
    record.id = moon_str_of(id);
    record.from = day("2010-01-01");
    DO(moon_version_add(b->change, &moon_account_type, &record, &written, ERR));
}

/* Two invoices of A, 120.00 and 60.00, due on 2010-12-31; credit notes of it that settle nothing yet. */
static int setup(void **state) {
    int failed = books_setup(state);
    books *b = *state;
    account(b, "A");
    account(b, "B");
    issued(b, "i1", "A", 10000, 2000);
    issued(b, "i2", "A", 5000, 1000);
    issued(b, "c1", "A", -10000, -2000);
    books_commit(b);
    return failed;
}

/* ---- promises ---- */

static moon_status promise(books *b, const char *document, int64_t amount, const char *by, int64_t renewals,
                           moon_promise *out) {
    moon_record_init(&moon_promise_type, out);
    out->account = MOON_STR("A");
    if (document[0]) out->document = moon_str_of(document);
    out->currency = EUR;
    out->amount = amount;
    out->by = day(by);
    return moon_promise_make(b->change, &b->ctx, (moon_promise_terms){3, renewals}, out, ERR);
}

static void stands(books *b, const moon_promise *promise, const char *on, int state, int64_t received) {
    moon_promise_standing standing;
    DO(moon_promise_at(b->change, promise, 3, day(on), &standing, ERR));
    if (standing.state != state || standing.received != received)
        fail_msg("on %s: found %s with %lld, expected %s with %lld", on,
                 moon_promise_states[standing.state - 1], (long long)standing.received,
                 moon_promise_states[state - 1], (long long)received);
}

static void test_kept_and_broken(void **state) {
    books *b = *state;
    moon_promise one;
    books_today(b, "2011-01-05");
    apply(b, "A", "c1", "i1", 1000, "2011-01-05"); /* before it was made: does not count */
    DO(promise(b, "", 5000, "2011-01-10", -1, &one));
    expect_text("id", one.id, "A/1");
    stands(b, &one, "2011-01-05", MOON_PROMISE_OPEN, 0);
    books_today(b, "2011-01-12");
    apply(b, "A", "c1", "i1", 2000, "2011-01-12");
    stands(b, &one, "2011-01-12", MOON_PROMISE_OPEN, 2000);
    stands(b, &one, "2011-01-13", MOON_PROMISE_OPEN, 2000);
    stands(b, &one, "2011-01-14", MOON_PROMISE_BROKEN, 2000);
    books_today(b, "2011-01-15");
    apply(b, "A", "c1", "i2", 3000, "2011-01-13"); /* booked later, but with a value date in time */
    stands(b, &one, "2011-01-14", MOON_PROMISE_KEPT, 5000);
    stands(b, &one, "2011-01-12", MOON_PROMISE_OPEN, 2000);
    apply(b, "A", "c1", "i2", 1000, "2011-01-15"); /* too late */
    stands(b, &one, "2011-01-20", MOON_PROMISE_KEPT, 5000);
}

/* The last day that there is: no day of grace is behind it. */
static void test_last_day(void **state) {
    books *b = *state;
    moon_promise one;
    books_today(b, "2011-01-05");
    DO(promise(b, "", 5000, "9999-12-30", -1, &one));
    stands(b, &one, "2011-01-05", MOON_PROMISE_OPEN, 0);
    stands(b, &one, "9999-12-31", MOON_PROMISE_OPEN, 0);
}

static void test_for_one_item(void **state) {
    books *b = *state;
    moon_promise one;
    books_today(b, "2011-01-05");
    DO(promise(b, "i2", 6000, "2011-01-10", -1, &one));
    apply(b, "A", "c1", "i1", 6000, "2011-01-05");
    stands(b, &one, "2011-01-10", MOON_PROMISE_OPEN, 0);
    apply(b, "A", "c1", "i2", 6000, "2011-01-06");
    stands(b, &one, "2011-01-05", MOON_PROMISE_OPEN, 0);
    stands(b, &one, "2011-01-06", MOON_PROMISE_KEPT, 6000);
}

static void test_promise_refused(void **state) {
    books *b = *state;
    moon_promise one, other;
    books_today(b, "2011-01-05");
    FAILS(MOON_E_PERIOD_ORDER, promise(b, "", 5000, "2011-01-04", -1, &one));
    SAYS("2011-01-04 is over");
    FAILS(MOON_E_RECORD_INVALID, promise(b, "", 18001, "2011-01-10", -1, &one));
    SAYS("account A owes 180.00 EUR");
    FAILS(MOON_E_RECORD_INVALID, promise(b, "i2", 6001, "2011-01-10", -1, &one));
    FAILS(MOON_E_RECORD_INVALID, promise(b, "", 0, "2011-01-10", -1, &one));
    FAILS(MOON_E_STATE_REFUSED, promise(b, "c1", 100, "2011-01-10", -1, &one));
    SAYS("settles");
    FAILS(MOON_E_NOT_FOUND, promise(b, "i9", 100, "2011-01-10", -1, &one));
    DO(promise(b, "", 18000, "2011-01-10", 1, &one));
    FAILS(MOON_E_STATE_REFUSED, promise(b, "", 100, "2011-01-20", 1, &other));
    SAYS("A/1 stands still");
    DO(promise(b, "i1", 100, "2011-01-20", 1, &other)); /* about something else */
    FAILS(MOON_E_NOT_FOUND, moon_promise_withdraw(b->change, &b->ctx, MOON_STR("A/9"), &other, ERR));
}

/* One renewal: the first and the second may come to nothing, a third is not taken. */
static void test_renewals(void **state) {
    books *b = *state;
    moon_promise one;
    books_today(b, "2011-01-05");
    DO(promise(b, "", 18000, "2011-01-10", 1, &one));
    books_today(b, "2011-01-14");
    DO(promise(b, "", 18000, "2011-01-20", 1, &one));
    DO(moon_promise_withdraw(b->change, &b->ctx, one.id, &one, ERR));
    stands(b, &one, "2011-01-14", MOON_PROMISE_WITHDRAWN, 0);
    stands(b, &one, "2011-01-13", MOON_PROMISE_OPEN, 0);
    FAILS(MOON_E_STATE_REFUSED, moon_promise_withdraw(b->change, &b->ctx, one.id, &one, ERR));
    FAILS(MOON_E_STATE_REFUSED, promise(b, "", 18000, "2011-01-30", 1, &one));
    SAYS("2 times without paying");
    DO(promise(b, "", 18000, "2011-01-30", -1, &one)); /* any number */
}

/* ---- disputes ---- */

static moon_status dispute(books *b, const char *number, int64_t amount, moon_dispute *out) {
    return moon_dispute_open(b->change, &b->ctx, moon_str_of(number), amount, MOON_STR("broken"), out, ERR);
}

static void test_disputes(void **state) {
    books *b = *state;
    moon_dispute one, other, *all;
    size_t count;
    DO(dispute(b, "INV-2010-00001", 4000, &one));
    expect_text("id", one.id, "INV-2010-00001/1");
    FAILS(MOON_E_RECORD_INVALID, dispute(b, "i1", 8001, &other));
    SAYS("80.00 EUR is open and not contested yet");
    FAILS(MOON_E_RECORD_INVALID, dispute(b, "i1", -1, &other));
    DO(dispute(b, "i1", 0, &other)); /* the rest of it */
    expect_minor("rest", other.amount, 8000);
    FAILS(MOON_E_RECORD_INVALID, dispute(b, "i1", 0, &other));
    FAILS(MOON_E_STATE_REFUSED, dispute(b, "c1", 100, &other));
    FAILS(MOON_E_NOT_FOUND, dispute(b, "i9", 100, &other));
    books_today(b, "2010-12-05");
    FAILS(MOON_E_RECORD_INVALID,
          moon_dispute_close(b->change, &b->ctx, one.id, 4001, MOON_STR_NONE, &other, ERR));
    DO(moon_dispute_close(b->change, &b->ctx, one.id, 1500, MOON_STR("one chair"), &one, ERR));
    assert_int_equal(one.state, MOON_DISPUTE_SPLIT);
    FAILS(MOON_E_STATE_REFUSED,
          moon_dispute_close(b->change, &b->ctx, one.id, 0, MOON_STR_NONE, &other, ERR));
    SAYS("was decided on 2010-12-05: split");
    DO(moon_disputes_of(b->change, MOON_STR("A"), moon_change_arena(b->change), &all, &count, ERR));
    assert_int_equal(count, 2);
    expect_minor("before", moon_disputed_of(all, count, MOON_STR("i1"), 12000, day("2010-12-04")), 12000);
    expect_minor("after", moon_disputed_of(all, count, MOON_STR("i1"), 12000, day("2010-12-05")), 8000);
    expect_minor("not more than is open",
                 moon_disputed_of(all, count, MOON_STR("i1"), 500, day("2010-12-05")), 500);
    expect_minor("another item", moon_disputed_of(all, count, MOON_STR("i2"), 6000, day("2010-12-05")), 0);
}

/* ---- holds ---- */

static void test_holds(void **state) {
    books *b = *state;
    moon_hold one, other, *all;
    size_t count;
    moon_str why = MOON_STR("moved");
    DO(moon_hold_add(b->change, &b->ctx, MOON_STR("A"), day("2010-12-10"), why, &one, ERR));
    expect_text("id", one.id, "A/1");
    DO(moon_hold_add(b->change, &b->ctx, MOON_STR("INV-2010-00002"), MOON_DATE_NONE, why, &other, ERR));
    expect_text("item", other.document, "i2");
    FAILS(MOON_E_NOT_FOUND, moon_hold_add(b->change, &b->ctx, MOON_STR("Z"), MOON_DATE_NONE, why, &one, ERR));
    FAILS(MOON_E_PERIOD_ORDER,
          moon_hold_add(b->change, &b->ctx, MOON_STR("B"), b->ctx.today, why, &one, ERR));
    books_today(b, "2010-12-10");
    FAILS(MOON_E_STATE_REFUSED, moon_hold_end(b->change, &b->ctx, MOON_STR("A/1"), &one, ERR));
    SAYS("ended on 2010-12-10");
    DO(moon_hold_end(b->change, &b->ctx, MOON_STR("A/2"), &other, ERR));
    assert_int_equal(other.until, day("2010-12-10"));
    FAILS(MOON_E_NOT_FOUND, moon_hold_end(b->change, &b->ctx, MOON_STR("A/3"), &other, ERR));
    DO(moon_holds_of(b->change, MOON_STR("A"), moon_change_arena(b->change), &all, &count, ERR));
    assert_int_equal(count, 2);
}

/* ---- reminders and messages ---- */

static moon_reminder reminder_of(const char *document, const char *date, int64_t step) {
    moon_reminder reminder;
    moon_record_init(&moon_reminder_type, &reminder);
    reminder.account = MOON_STR("A");
    reminder.document = moon_str_of(document);
    reminder.date = day(date);
    reminder.step = step;
    reminder.name = MOON_STR("remind");
    reminder.policy = MOON_STR("standard");
    reminder.currency = EUR;
    reminder.due = 12000;
    return reminder;
}

static void test_reminders(void **state) {
    books *b = *state;
    moon_reminder first = reminder_of("i1", "2011-01-05", 1), second = reminder_of("i1", "2011-01-15", 2),
                  credit = reminder_of("c1", "2011-01-15", 1), none = reminder_of("i9", "2011-01-15", 1),
                  *all;
    moon_date last;
    size_t count;
    DO(moon_reminded_last(b->change, &last, ERR));
    assert_int_equal(last, MOON_DATE_NONE);
    FAILS(MOON_E_STATE_REFUSED, moon_reminder_add(b->change, &b->ctx, &first, ERR)); /* not today */
    books_today(b, "2011-01-05");
    DO(moon_reminder_add(b->change, &b->ctx, &first, ERR));
    FAILS(MOON_E_STATE_REFUSED, moon_reminder_add(b->change, &b->ctx, &first, ERR));
    SAYS("took its step 1 on 2011-01-05 already");
    books_today(b, "2011-01-15");
    DO(moon_reminder_add(b->change, &b->ctx, &second, ERR));
    FAILS(MOON_E_STATE_REFUSED, moon_reminder_add(b->change, &b->ctx, &credit, ERR));
    FAILS(MOON_E_STATE_REFUSED, moon_reminder_add(b->change, &b->ctx, &none, ERR));
    books_today(b, "2011-01-04"); /* never before a later step */
    first.date = b->ctx.today;
    FAILS(MOON_E_STATE_REFUSED, moon_reminder_add(b->change, &b->ctx, &first, ERR));
    DO(moon_reminded_last(b->change, &last, ERR));
    assert_int_equal(last, day("2011-01-15"));
    DO(moon_reminders_of(b->change, MOON_STR("A"), day("2011-01-14"), moon_change_arena(b->change), &all,
                         &count, ERR));
    assert_int_equal(count, 1);
}

static void test_messages(void **state) {
    books *b = *state;
    moon_message message, kept = {.id = MOON_STR("A/dunning/2011-01-05")};
    bool found;
    moon_record_init(&moon_message_type, &message);
    message.id = kept.id;
    message.kind = MOON_STR("letter");
    message.account = MOON_STR("A");
    message.date = day("2011-01-05");
    message.layout = MOON_STR("letter-friendly");
    message.currency = EUR;
    message.due = 12000;
    DO(moon_message_queue(b->change, &message, ERR));
    FAILS(MOON_E_STATE_REFUSED, moon_message_queue(b->change, &message, ERR));
    FAILS(MOON_E_NOT_FOUND, moon_message_written(b->change, MOON_STR("x"), MOON_STR("out/x.html"), ERR));
    DO(moon_message_written(b->change, message.id, MOON_STR("out/a.html"), ERR));
    DO(moon_message_written(b->change, message.id, MOON_STR("out/a.html"), ERR));
    DO(moon_get(b->change, &moon_message_type, &kept, &found, ERR));
    assert_int_equal(kept.state, MOON_MESSAGE_WRITTEN);
    expect_text("file", kept.file, "out/a.html");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, books_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_kept_and_broken), TEST(test_last_day),  TEST(test_for_one_item),
        TEST(test_promise_refused), TEST(test_renewals),  TEST(test_disputes),
        TEST(test_holds),           TEST(test_reminders), TEST(test_messages)};
    return cmocka_run_group_tests_name("promise", tests, NULL, NULL);
}
