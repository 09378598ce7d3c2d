/* books/wallet, moon_breakage: prepaid money. */
#include "books_case.h"

#include "books/adjustment.h"
#include "books/payment.h"
#include "books/verify.h"
#include "books/wallet.h"

/* ---- what the tests share ---- */

static void tell(void *ctx, const moon_err *problem) {
    (void)ctx;
    fail_msg("verify: %s", problem->text);
}

/* After each test the book holds what it should, with the day's sums by control account. */
static void check_book(books *b) {
    moon_verified out;
    moon_ageing ageing;
    books_commit(b);
    DO(moon_verify(b->change, &b->config, NULL, tell, NULL, &out, ERR));
    for (moon_date date = day("2010-11-28"); date < day("2011-02-10"); date++)
        DO(moon_ageing_at(b->change, &b->config, date, MOON_DATE_MAX, MOON_STR_NONE, &ageing, ERR));
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

static moon_payment payment_of(const char *id, int64_t amount, const char *date) {
    moon_payment payment;
    moon_record_init(&moon_payment_type, &payment);
    payment.id = moon_str_of(id);
    payment.account = MOON_STR("A");
    payment.currency = EUR;
    payment.amount = amount;
    payment.date = day(date);
    return payment;
}

static void receive(books *b, moon_payment *payment) {
    moon_taken taken;
    moon_str difference;
    DO(moon_payment_receive(b->change, &b->ctx, payment, &taken, &difference, ERR));
    assert_int_equal(taken, MOON_TAKEN_NEW);
}

static void prepay(books *b, const char *id, int64_t amount, const char *date, int64_t priority,
                   const char *expires) {
    moon_payment payment = payment_of(id, amount, date);
    payment.prepaid = true;
    payment.priority = priority;
    if (expires) payment.expires = day(expires);
    receive(b, &payment);
}

static int64_t left(books *b, const char *id) { return -item_of(b, "A", id).open; }

/* An invoice issued today, and what of it is open then. */
static int64_t bill(books *b, const char *id, int64_t amount) {
    moon_document document = issued(b, id, "A", amount, 0);
    DO(moon_wallet_pay(b->change, &b->ctx, MOON_STR("A"), &document.id, 1, ERR));
    return item_of(b, "A", id).open;
}

static void voids(books *b, const char *name) {
    moon_document document = found_document(b, name);
    DO(moon_document_void(b->change, &b->ctx, &document, MOON_STR("test"), ERR));
}

/* ---- the order ---- */

typedef struct row {
    const char *id, *date, *expires;
    int64_t priority;
} row;
/* Each of 1.00, in the order in which they are used. */
static const row rows[] = {{"z", "2010-12-02", NULL, -1},        {"y", "2010-12-02", "2010-12-10", 0},
                           {"x", "2010-12-02", "2010-12-31", 0}, {"a", "2010-12-01", NULL, MOON_INT_NONE},
                           {"b", "2010-12-01", NULL, 0},         {"A", "2010-12-02", NULL, 0},
                           {"c", "2010-12-01", "2010-12-10", 7}};
#define ROWS (sizeof rows / sizeof *rows)

static void test_order(void **state) {
    books *b = *state;
    books_today(b, "2010-12-03");
    for (size_t i = ROWS; i-- > 0;)
        prepay(b, rows[i].id, 100, rows[i].date, rows[i].priority, rows[i].expires);
    for (size_t i = 0; i < ROWS; i++) {
        char id[8];
        snprintf(id, sizeof id, "d%zu", i);
        assert_int_equal(bill(b, id, 100), 0);
        for (size_t k = 0; k < ROWS; k++) expect_minor(rows[k].id, left(b, rows[k].id), k <= i ? 0 : 100);
    }
    assert_int_equal(bill(b, "none", 100), 100);
}

static void test_days(void **state) {
    books *b = *state;
    prepay(b, "p", 100, "2010-12-01", 0, "2010-12-10");
    prepay(b, "q", 100, "2010-12-01", 1, NULL);
    books_today(b, "2010-12-10");
    assert_int_equal(bill(b, "last", 60), 0);
    assert_int_equal(left(b, "p"), 40);
    books_today(b, "2010-12-11");
    assert_int_equal(bill(b, "over", 60), 0);
    assert_int_equal(left(b, "p"), 40);
    assert_int_equal(left(b, "q"), 40);
    /* What is not prepaid, or in another currency, settles nothing by itself. */
    moon_payment plain = payment_of("plain", 500, "2010-12-01"),
                 dollars = payment_of("usd", 500, "2010-12-01");
    dollars.currency = USD;
    dollars.rate = dec("0.8");
    dollars.prepaid = true;
    receive(b, &plain);
    receive(b, &dollars);
    assert_int_equal(bill(b, "more", 100), 60);
    assert_int_equal(left(b, "plain"), 500);
}

/* ---- voiding, returning ---- */

static void test_void(void **state) {
    books *b = *state;
    moon_payment plain = payment_of("plain", 500, "2010-12-01");
    prepay(b, "p", 100, "2010-12-01", 0, NULL);
    prepay(b, "q", 100, "2010-12-01", 1, NULL);
    assert_int_equal(bill(b, "d1", 150), 0);
    books_today(b, "2010-12-20");
    voids(b, "d1");
    assert_int_equal(left(b, "p") + left(b, "q"), 200);
    assert_int_equal(bill(b, "d2", 250), 50);
    /* Other money that was applied stands in the way, as ever. */
    receive(b, &plain);
    apply(b, "A", "plain", "d2", 50, "2010-12-20");
    moon_document document = found_document(b, "d2");
    books_commit(b);
    FAILS(MOON_E_VOID_REFUSED, moon_document_void(b->change, &b->ctx, &document, MOON_STR("test"), ERR));
    books_forget(b);
    DO(moon_unapply(b->change, &b->ctx, MOON_STR("A"), MOON_STR("plain"), MOON_STR("d2"), MOON_DATE_MIN,
                    ERR));
    voids(b, "d2");
    assert_int_equal(left(b, "p") + left(b, "q"), 200);
}

static void test_return(void **state) {
    books *b = *state;
    moon_payment back;
    prepay(b, "p", 100, "2010-12-01", 0, NULL);
    assert_int_equal(bill(b, "d1", 60), 0);
    books_today(b, "2010-12-20");
    DO(moon_payment_return(b->change, &b->ctx, MOON_STR("p"), day("2010-12-15"), MOON_STR("no funds"), &back,
                           ERR));
    assert_int_equal(item_of(b, "A", "d1").open, 60);
    assert_int_equal(left(b, "p"), 0);
}

/* Money that was moved from another account stays prepaid. */
static void test_moved(void **state) {
    books *b = *state;
    moon_payment payment = payment_of("p", 100, "2010-12-01"), back;
    moon_adjustment moved;
    payment.account = MOON_STR("B");
    payment.prepaid = true;
    payment.expires = day("2010-12-10");
    receive(b, &payment);
    DO(moon_payment_move(b->change, &b->ctx, MOON_STR("p"), MOON_STR("A"), &moved, ERR));
    assert_int_equal(bill(b, "d1", 60), 0);
    books_today(b, "2010-12-11");
    assert_int_equal(bill(b, "d2", 60), 60);
    moon_item item, *expired;
    size_t count;
    DO(moon_wallet_expired(b->change, MOON_STR("A"), b->ctx.today, &expired, &count, ERR));
    assert_int_equal(count, 1);
    item = expired[0];
    DO(moon_breakage(b->change, &b->ctx, &item, MOON_STR("over"), &moved, ERR));
    DO(moon_payment_return(b->change, &b->ctx, MOON_STR("p"), day("2010-12-11"), MOON_STR("no funds"), &back,
                           ERR));
    assert_int_equal(item_of(b, "A", "d1").open, 60);
}

/* ---- expiry ---- */

static int64_t income(books *b) {
    int64_t amount;
    DO(moon_balance_at(b->change, MOON_STR("4850"), EUR, b->ctx.today, &amount, ERR));
    return -amount;
}

static void test_breakage(void **state) {
    books *b = *state;
    moon_adjustment made, again;
    prepay(b, "p", 100, "2010-12-01", 0, "2010-12-10");
    prepay(b, "q", 100, "2010-12-01", 0, NULL);
    assert_int_equal(bill(b, "d1", 60), 0);
    moon_item item = item_of(b, "A", "p");
    books_today(b, "2010-12-10");
    FAILS(MOON_E_STATE_REFUSED, moon_breakage(b->change, &b->ctx, &item, MOON_STR("over"), &made, ERR));
    SAYS("through 2010-12-10");
    books_today(b, "2010-12-11");
    FAILS(MOON_E_FIELD_REQUIRED, moon_breakage(b->change, &b->ctx, &item, MOON_STR_NONE, &made, ERR));
    moon_item forever = item_of(b, "A", "q");
    FAILS(MOON_E_STATE_REFUSED, moon_breakage(b->change, &b->ctx, &forever, MOON_STR("over"), &made, ERR));
    assert_int_equal(income(b), 0); /* nothing becomes revenue by itself */
    DO(moon_breakage(b->change, &b->ctx, &item, MOON_STR("over"), &made, ERR));
    assert_int_equal(made.amount, 40);
    assert_int_equal(income(b), 40);
    item = item_of(b, "A", "p");
    FAILS(MOON_E_CREDIT_EXCEEDS, moon_breakage(b->change, &b->ctx, &item, MOON_STR("over"), &again, ERR));
    DO(moon_breakage_recover(b->change, &b->ctx, made.id, MOON_STR("goodwill"), &again, ERR));
    assert_int_equal(income(b), 0);
    assert_int_equal(left(b, "p"), 40);
    FAILS(MOON_E_STATE_REFUSED,
          moon_breakage_recover(b->change, &b->ctx, made.id, MOON_STR("goodwill"), &again, ERR));
    item = item_of(b, "A", "p");
    DO(moon_breakage(b->change, &b->ctx, &item, MOON_STR("over"), &made, ERR));
    expect_text("a second id", made.id, "breakage/p/2");
    /* The bank takes all of it back. */
    moon_payment back;
    DO(moon_payment_return(b->change, &b->ctx, MOON_STR("p"), day("2010-12-05"), MOON_STR("no funds"), &back,
                           ERR));
    assert_int_equal(income(b), 0);
    assert_int_equal(item_of(b, "A", "d1").open, 60);
}

/* In another currency the base of what is left goes along, without a difference of exchange. */
static void test_currency(void **state) {
    books *b = *state;
    moon_adjustment made;
    int64_t exchange;
    moon_payment payment = payment_of("p", 1001, "2010-12-01");
    payment.currency = USD;
    payment.rate = dec("0.777");
    payment.prepaid = true;
    payment.expires = day("2010-12-10");
    receive(b, &payment);
    books_today(b, "2010-12-11");
    moon_item item = item_of(b, "A", "p");
    DO(moon_breakage(b->change, &b->ctx, &item, MOON_STR("over"), &made, ERR));
    DO(moon_balance_at(b->change, MOON_STR("7700"), USD, b->ctx.today, &exchange, ERR));
    assert_int_equal(exchange, 0);
}

/* ---- what is refused ---- */

static void test_wrong(void **state) {
    books *b = *state;
    moon_taken taken;
    moon_str difference;
    moon_payment payment = payment_of("p", 100, "2010-12-01");
    payment.priority = 1;
    FAILS(MOON_E_RECORD_INVALID,
          moon_payment_receive(b->change, &b->ctx, &payment, &taken, &difference, ERR));
    SAYS("not prepaid");
    payment.prepaid = true;
    payment.expires = day("2010-11-30");
    FAILS(MOON_E_RECORD_INVALID,
          moon_payment_receive(b->change, &b->ctx, &payment, &taken, &difference, ERR));
    SAYS("expires before");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(test_order, setup, teardown),
                                       cmocka_unit_test_setup_teardown(test_days, setup, teardown),
                                       cmocka_unit_test_setup_teardown(test_void, setup, teardown),
                                       cmocka_unit_test_setup_teardown(test_return, setup, teardown),
                                       cmocka_unit_test_setup_teardown(test_moved, setup, teardown),
                                       cmocka_unit_test_setup_teardown(test_breakage, setup, teardown),
                                       cmocka_unit_test_setup_teardown(test_currency, setup, teardown),
                                       cmocka_unit_test_setup_teardown(test_wrong, setup, teardown)};
    return cmocka_run_group_tests_name("wallet", tests, NULL, NULL);
}
