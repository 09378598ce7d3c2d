/* books/payment, books/adjustment: cash in and out, and what changes a balance without it. */
#include "books_case.h"

#include "books/adjustment.h"
#include "books/closing.h"
#include "books/dispute.h"
#include "books/payment.h"
#include "books/settlement.h"
#include "books/verify.h"

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
    books_forget(b); /* what verify has read is given back */
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
    books *b = *state;
    account(b, "A");
    account(b, "B");
    issued(b, "i1", "A", 10000, 2000); /* due on 2010-12-31 */
    issued(b, "i2", "A", 5000, 1000);
    books_commit(b);
    return failed;
}

static int teardown(void **state) {
    books *b = *state;
    check_book(b);
    return books_teardown(state);
}

static moon_payment payment_of(const char *id, const char *of, int64_t amount, const char *date) {
    moon_payment payment;
    moon_record_init(&moon_payment_type, &payment);
    payment.id = moon_str_of(id);
    payment.account = moon_str_of(of);
    payment.currency = EUR;
    payment.amount = amount;
    payment.date = day(date);
    return payment;
}

static moon_taken receive(books *b, moon_payment *payment) {
    moon_taken taken;
    moon_str difference;
    DO(moon_payment_receive(b->change, &b->ctx, payment, &taken, &difference, ERR));
    return taken;
}
static void received(books *b, const char *id, const char *of, int64_t amount, const char *date) {
    moon_payment payment = payment_of(id, of, amount, date);
    assert_int_equal(receive(b, &payment), MOON_TAKEN_NEW);
}
static moon_status unapply(books *b, const char *source, const char *target, const char *date) {
    return moon_unapply(b->change, &b->ctx, MOON_STR("A"), moon_str_of(source), moon_str_of(target),
                        day(date), ERR);
}
static int64_t balance(books *b, const char *number) {
    int64_t amount;
    DO(moon_balance_at(b->change, moon_str_of(number), EUR, MOON_DATE_MAX, &amount, ERR));
    return amount;
}
static int64_t open_on(books *b, const char *document, const char *date) {
    moon_item item = item_of(b, "A", document);
    int64_t open;
    DO(moon_item_open_at(b->change, &item, day(date), MOON_DATE_MAX, &open, ERR));
    return open;
}

/* ---- receipts ---- */

static void test_receive(void **state) {
    books *b = *state;
    static const struct {
        const char *name, *id, *account, *date, *rate, *cash;
        moon_currency currency;
        int64_t amount;
        moon_status want;
        const char *says;
    } rows[] = {
        {"a payment", "P1", "A", "2010-12-20", "", "", EUR, 12000, MOON_OK, ""},
        {"in dollars", "P2", "A", "2010-12-20", "0.75", "", USD, 10001, MOON_OK, ""},
        {"of nobody known", "P3", "unidentified", "2010-12-20", "", "", EUR, 100, MOON_OK, ""},
        {"of long ago", "P4", "A", "2009-01-01", "", "", EUR, 1, MOON_OK, ""},
        {"of today", "P5", "A", "2010-12-31", "", "", EUR, 1, MOON_OK, ""},
        {"of tomorrow", "P6", "A", "2011-01-01", "", "", EUR, 1, MOON_E_RECORD_INVALID, "after today"},
        {"of nothing", "P7", "A", "2010-12-20", "", "", EUR, 0, MOON_E_RECORD_INVALID, "nothing"},
        {"of less than nothing", "P8", "A", "2010-12-20", "", "", EUR, -1, MOON_E_RECORD_INVALID, "refund"},
        {"of no account", "P9", "Z", "2010-12-20", "", "", EUR, 1, MOON_E_NOT_FOUND, "no account Z"},
        {"in dollars without a rate", "P10", "A", "2010-12-20", "", "", USD, 1, MOON_E_FIELD_REQUIRED,
         "rate"},
        {"without a currency", "P11", "A", "2010-12-20", "", "", 0, 1, MOON_E_FIELD_REQUIRED, "currency"},
        {"without an id", "", "A", "2010-12-20", "", "", EUR, 1, MOON_E_FIELD_REQUIRED, "id"},
        {"with an invoice's id", "i1", "A", "2010-12-20", "", "", EUR, 1, MOON_E_RECORD_INVALID, "invoice"},
        {"with its number", "INV-2010-00002", "B", "2010-12-20", "", "", EUR, 1, MOON_E_RECORD_INVALID,
         "invoice"},
        {"with the id of a draft to come", "order/3", "A", "2010-12-20", "", "", EUR, 1,
         MOON_E_RECORD_INVALID, "order/"},
        {"with that of another draft of it", "again2/order/3", "A", "2010-12-20", "", "", EUR, 1,
         MOON_E_RECORD_INVALID, "again2/"},
        {"with that of its return", "return/P1", "A", "2010-12-20", "", "", EUR, 1, MOON_E_RECORD_INVALID,
         "return/"},
        {"with that of a write-off", "write-off/INV-2010-00001/1", "A", "2010-12-20", "", "", EUR, 1,
         MOON_E_RECORD_INVALID, "write-off/"},
        {"with a stroke", "2010/12/20", "A", "2010-12-20", "", "", EUR, 1, MOON_OK, ""},
        {"on the receivables", "P12", "A", "2010-12-20", "", "1100", EUR, 1, MOON_E_CHART_MISSING,
         "receivables"},
    };
    books_today(b, "2010-12-31");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moon_payment payment = payment_of(rows[i].id, rows[i].account, rows[i].amount, rows[i].date);
        moon_taken taken;
        moon_str difference;
        payment.currency = rows[i].currency;
        payment.cash = moon_str_of(rows[i].cash);
        if (rows[i].rate[0]) payment.rate = dec(rows[i].rate);
        moon_status status = moon_payment_receive(b->change, &b->ctx, &payment, &taken, &difference, ERR);
        if (status != rows[i].want)
            fail_msg("%s: %s: %s", rows[i].name, moon_status_name(status), b->s->err.text);
        if (status == MOON_OK) {
            books_commit(b);
            continue;
        }
        SAYS(rows[i].says);
        if (moon_change_size(b->change) != 0)
            fail_msg("%s: refused, and yet something was written", rows[i].name);
    }
    expect_minor("cash", balance(b, "1200"), 12103);
    expect_minor("unapplied", balance(b, "2100"), -12103);
    expect_minor("in base", item_of(b, "A", "P2").base, -7501);
}

/* A document never covers what stands on the account under its id. */
static void test_same_id(void **state) {
    books *b = *state;
    received(b, "i3", "A", 9000, "2010-12-01");
    books_commit(b);
    moon_document document = document_of(b, "i3", "A", 100, 20);
    draft(b, &document);
    DO(moon_document_approve(b->change, &b->ctx, &document, false, ERR));
    FAILS(MOON_E_RECORD_INVALID, moon_document_issue(b->change, &b->ctx, &document, ERR));
    SAYS("an item i3 already");
    books_forget(b);
}

static void test_receive_again(void **state) {
    books *b = *state;
    static const struct {
        const char *name, *account, *date;
        int64_t amount;
        moon_taken want;
        const char *difference;
    } rows[] = {
        {"the same", "A", "2010-12-01", 500, MOON_TAKEN_SAME, ""},
        {"whose is not known this time", "unidentified", "2010-12-01", 500, MOON_TAKEN_SAME, ""},
        {"another account's", "B", "2010-12-01", 500, MOON_TAKEN_DIFFERENT, "account: A -> B"},
        {"another amount", "A", "2010-12-01", 501, MOON_TAKEN_DIFFERENT, "amount: 5.00 -> 5.01"},
        {"another day", "A", "2010-11-30", 500, MOON_TAKEN_DIFFERENT, "date: 2010-12-01 -> 2010-11-30"},
    };
    received(b, "P1", "A", 500, "2010-12-01");
    books_commit(b);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moon_payment payment = payment_of("P1", rows[i].account, rows[i].amount, rows[i].date);
        moon_taken taken;
        moon_str difference;
        DO(moon_payment_receive(b->change, &b->ctx, &payment, &taken, &difference, ERR));
        assert_int_equal(taken, rows[i].want);
        expect_text(rows[i].name, difference, rows[i].difference);
        assert_int_equal(moon_change_size(b->change), 0);
    }
}

/* ---- applying and taking back ---- */

static void test_apply_cash(void **state) {
    books *b = *state;
    books_today(b, "2011-01-20");
    received(b, "P1", "A", 15000, "2011-01-10");
    expect_minor("received", balance(b, "2100"), -15000);
    apply(b, "A", "P1", "i1", 12000, "2011-01-10");
    expect_minor("applied", balance(b, "2100"), -3000);
    expect_minor("owed", balance(b, "1100"), 6000);
    expect_minor("the day before", open_on(b, "i1", "2011-01-09"), 12000);
    expect_minor("by value date", open_on(b, "i1", "2011-01-10"), 0);
    assert_int_equal(item_of(b, "A", "i1").closed, day("2011-01-10"));
    FAILS(MOON_E_NOT_FOUND, unapply(b, "P1", "i2", "2011-01-20"));
    DO(unapply(b, "P1", "i1", "2011-01-15"));
    expect_minor("taken back", balance(b, "2100"), -15000);
    expect_minor("settled until then", open_on(b, "i1", "2011-01-14"), 0);
    expect_minor("and open from then on", open_on(b, "i1", "2011-01-15"), 12000);
    assert_int_equal(item_of(b, "A", "i1").due, day("2010-12-31"));
    FAILS(MOON_E_NOT_FOUND, unapply(b, "P1", "", "2011-01-20"));
}

/* As though it had never been: one that was applied to the wrong invoice. */
static void test_unapply_from_the_start(void **state) {
    books *b = *state;
    books_today(b, "2011-01-20");
    received(b, "P1", "A", 4000, "2011-01-10");
    apply(b, "A", "P1", "i1", 1000, "2011-01-10");
    apply(b, "A", "P1", "i1", 3000, "2011-01-12");
    DO(moon_unapply(b->change, &b->ctx, MOON_STR("A"), MOON_STR("P1"), MOON_STR_NONE, MOON_DATE_MIN, ERR));
    for (moon_date date = day("2011-01-08"); date < day("2011-01-20"); date++) {
        moon_item item = item_of(b, "A", "i1");
        int64_t open;
        DO(moon_item_open_at(b->change, &item, date, MOON_DATE_MAX, &open, ERR));
        expect_minor("never applied", open, 12000);
    }
    apply(b, "A", "P1", "i2", 4000, "2011-01-10");
    expect_minor("from the first day on", open_on(b, "i2", "2011-01-10"), 2000);
}

/* A thousand times there and back: nothing is left anywhere, in the currency or in base. */
static void test_unapply_often(void **state) {
    books *b = *state;
    moon_document invoice = document_of(b, "iu", "A", 1001, 0);
    moon_payment payment = payment_of("P1", "A", 1000, "2010-12-01");
    int64_t base, difference;
    invoice.currency = payment.currency = USD;
    invoice.rate = dec("0.777");
    payment.rate = dec("0.7812");
    issue(b, &invoice);
    receive(b, &payment);
    DO(moon_balance_at(b->change, MOON_STR("1100"), 0, MOON_DATE_MAX, &base, ERR));
    for (int i = 0; i < 200; i++) {
        apply(b, "A", "P1", "iu", 1 + i % 7, "2010-12-01");
        apply(b, "A", "P1", "iu", 333, "2010-12-01");
        if (i % 3 == 0) apply(b, "A", "P1", "iu", 660 - i % 7, "2010-12-01");
        DO(unapply(b, "P1", "iu", "2010-12-01"));
    }
    int64_t again;
    DO(moon_balance_at(b->change, MOON_STR("1100"), 0, MOON_DATE_MAX, &again, ERR));
    expect_minor("receivables in base", again, base);
    DO(moon_balance_at(b->change, MOON_STR("7700"), 0, MOON_DATE_MAX, &difference, ERR));
    expect_minor("exchange differences", difference, 0);
    apply(b, "A", "P1", "iu", 1000, "2010-12-01");
    DO(moon_balance_at(b->change, MOON_STR("2100"), 0, MOON_DATE_MAX, &again, ERR));
    expect_minor("nothing of the payment is left", again, 0);
    DO(moon_balance_at(b->change, MOON_STR("7700"), 0, MOON_DATE_MAX, &difference, ERR));
    expect_minor("gained", difference, -4); /* 7.81 for 7.77 */
}

static void test_unapply_refused(void **state) {
    books *b = *state;
    moon_adjustment written;
    moon_payment refund;
    received(b, "P1", "A", 4000, "2010-12-01");
    DO(moon_write_off(b->change, &b->ctx, MOON_STR("i2"), 100, MOON_STR("gone"), &written, ERR));
    FAILS(MOON_E_STATE_REFUSED, unapply(b, "write-off/INV-2010-00002/1", "", "2010-12-01"));
    SAYS("write-off");
    DO(moon_refund_propose(b->change, &b->ctx, MOON_STR("P1"), 0, MOON_STR("twice"), MOON_STR("anyone"),
                           &refund, ERR));
    DO(moon_refund_approve(b->change, &b->ctx, refund.id, ERR));
    FAILS(MOON_E_STATE_REFUSED, unapply(b, "P1", "refund/P1/1", "2010-12-01"));
    FAILS(MOON_E_NOT_FOUND, unapply(b, "P1", "", "2010-12-01"));
    FAILS(MOON_E_NOT_FOUND, unapply(b, "P2", "", "2010-12-01"));
}

/* ---- returns ---- */

static void test_return(void **state) {
    books *b = *state;
    moon_payment out;
    books_today(b, "2011-01-20");
    received(b, "P1", "A", 15000, "2011-01-05");
    apply(b, "A", "P1", "i1", 12000, "2011-01-05");
    apply(b, "A", "P1", "i2", 3000, "2011-01-06");
    books_commit(b);
    static const struct {
        const char *name, *payment, *date, *reason;
        moon_status want;
    } rows[] = {
        {"what is not there", "P2", "2011-01-10", "no cover", MOON_E_NOT_FOUND},
        {"an invoice", "i1", "2011-01-10", "no cover", MOON_E_NOT_FOUND},
        {"before it came", "P1", "2011-01-04", "no cover", MOON_E_RECORD_INVALID},
        {"tomorrow", "P1", "2011-01-21", "no cover", MOON_E_RECORD_INVALID},
        {"without a reason", "P1", "2011-01-10", "", MOON_E_FIELD_REQUIRED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moon_status status = moon_payment_return(b->change, &b->ctx, moon_str_of(rows[i].payment),
                                                 day(rows[i].date), moon_str_of(rows[i].reason), &out, ERR);
        if (status != rows[i].want) fail_msg("%s: %s", rows[i].name, moon_status_name(status));
        if (moon_change_size(b->change) != 0) fail_msg("%s: something was written", rows[i].name);
    }
    DO(moon_payment_return(b->change, &b->ctx, MOON_STR("P1"), day("2011-01-10"), MOON_STR("no cover"), &out,
                           ERR));
    books_commit(b);
    expect_minor("open again", item_of(b, "A", "i1").open, 12000);
    assert_int_equal(item_of(b, "A", "i1").due, day("2010-12-31"));
    expect_minor("settled until then", open_on(b, "i1", "2011-01-09"), 0);
    expect_minor("and not from then on", open_on(b, "i2", "2011-01-10"), 6000);
    expect_minor("spent", item_of(b, "A", "P1").open, 0);
    expect_minor("spent", item_of(b, "A", "return/P1").open, 0);
    expect_minor("cash", balance(b, "1200"), 0);
    expect_minor("unapplied", balance(b, "2100"), 0);
    DO(moon_payment_return(b->change, &b->ctx, MOON_STR("P1"), day("2011-01-12"), MOON_STR("again"), &out,
                           ERR));
    assert_int_equal(out.date, day("2011-01-10"));
    assert_int_equal(moon_change_size(b->change), 0);
}

/* What was paid back of it already is owed then. */
static void test_return_of_refunded(void **state) {
    books *b = *state;
    moon_payment out;
    received(b, "P1", "A", 5000, "2010-12-01");
    DO(moon_refund_propose(b->change, &b->ctx, MOON_STR("P1"), 2000, MOON_STR("twice"), MOON_STR("anyone"),
                           &out, ERR));
    DO(moon_refund_approve(b->change, &b->ctx, out.id, ERR));
    DO(moon_payment_return(b->change, &b->ctx, MOON_STR("P1"), day("2010-12-01"), MOON_STR("no cover"), &out,
                           ERR));
    expect_minor("owed", item_of(b, "A", "refund/P1/1").open, 2000);
    expect_minor("cash", balance(b, "1200"), -2000);
}

/* A small difference closed what the payment left open; both are open again. */
static void test_return_of_short_payment(void **state) {
    books *b = *state;
    moon_adjustment made;
    moon_payment out;
    received(b, "P1", "A", 11990, "2010-12-01");
    apply(b, "A", "P1", "i1", 11990, "2010-12-01");
    DO(moon_difference(b->change, &b->ctx, MOON_STR("INV-2010-00001"), 0, day("2010-12-01"),
                       MOON_STR("rules/payments.lua:7"), &made, ERR));
    expect_minor("closed", item_of(b, "A", "i1").open, 0);
    expect_minor("differences", balance(b, "6810"), 10);
    books_today(b, "2010-12-05");
    DO(moon_payment_return(b->change, &b->ctx, MOON_STR("P1"), day("2010-12-05"), MOON_STR("no cover"), &out,
                           ERR));
    expect_minor("all of it", item_of(b, "A", "i1").open, 12000);
    expect_minor("no difference", balance(b, "6810"), 0);
    expect_minor("closed on the day before", open_on(b, "i1", "2010-12-04"), 0);
}

/* ---- moves ---- */

static void test_move(void **state) {
    books *b = *state;
    moon_adjustment out;
    moon_payment returned;
    books_today(b, "2010-12-10");
    received(b, "P1", "unidentified", 5000, "2010-12-03");
    FAILS(MOON_E_NOT_FOUND, moon_payment_move(b->change, &b->ctx, MOON_STR("P1"), MOON_STR("Z"), &out, ERR));
    FAILS(MOON_E_NOT_FOUND, moon_payment_move(b->change, &b->ctx, MOON_STR("P2"), MOON_STR("A"), &out, ERR));
    FAILS(MOON_E_STATE_REFUSED,
          moon_payment_move(b->change, &b->ctx, MOON_STR("i1"), MOON_STR("B"), &out, ERR));
    DO(moon_payment_move(b->change, &b->ctx, MOON_STR("P1"), MOON_STR("B"), &out, ERR));
    expect_text("its id", out.id, "transfer/P1/1");
    FAILS(MOON_E_CREDIT_EXCEEDS,
          moon_payment_move(b->change, &b->ctx, MOON_STR("P1"), MOON_STR("A"), &out, ERR));
    FAILS(MOON_E_STATE_REFUSED,
          moon_payment_move(b->change, &b->ctx, MOON_STR("transfer/P1/1"), MOON_STR("B"), &out, ERR));
    DO(moon_payment_move(b->change, &b->ctx, MOON_STR("transfer/P1/1"), MOON_STR("A"), &out, ERR));
    apply(b, "A", out.id.ptr, "i1", 5000, "2010-12-01");
    expect_minor("from its value date on", open_on(b, "i1", "2010-12-03"), 7000);
    expect_minor("unapplied", balance(b, "2100"), 0);
    check_book(b);
    DO(moon_payment_return(b->change, &b->ctx, MOON_STR("P1"), day("2010-12-08"), MOON_STR("no cover"),
                           &returned, ERR));
    expect_minor("open again", item_of(b, "A", "i1").open, 12000);
    expect_minor("cash", balance(b, "1200"), 0);
    expect_minor("unapplied", balance(b, "2100"), 0);
    expect_minor("nothing is left of it", item_of(b, "unidentified", "P1").open, 0);
}

/* ---- refunds ---- */

static void test_refund(void **state) {
    books *b = *state;
    static const struct {
        const char *name, *credit, *reason;
        int64_t amount;
        moon_status want;
    } rows[] = {
        {"what is not there", "P2", "twice", 0, MOON_E_NOT_FOUND},
        {"an invoice", "INV-2010-00001", "twice", 0, MOON_E_STATE_REFUSED},
        {"more than is open", "P1", "twice", 5001, MOON_E_CREDIT_EXCEEDS},
        {"less than nothing", "P1", "twice", -1, MOON_E_CREDIT_EXCEEDS},
        {"without a reason", "P1", "", 0, MOON_E_FIELD_REQUIRED},
        {"a part", "P1", "twice", 1000, MOON_OK},
        {"more than is not proposed yet", "P1", "twice", 4001, MOON_E_CREDIT_EXCEEDS},
        {"the rest", "P1", "twice", 0, MOON_OK},
        {"what is proposed already", "P1", "twice", 0, MOON_E_CREDIT_EXCEEDS},
        {"a credit note", "CN-2010-00001", "left", 0, MOON_OK},
    };
    moon_payment out;
    received(b, "P1", "A", 5000, "2010-12-01");
    issued(b, "c1", "A", -700, 0);
    books_commit(b);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moon_status status =
            moon_refund_propose(b->change, &b->ctx, moon_str_of(rows[i].credit), rows[i].amount,
                                moon_str_of(rows[i].reason), MOON_STR("anyone"), &out, ERR);
        if (status != rows[i].want) fail_msg("%s: %s", rows[i].name, moon_status_name(status));
        books_commit(b);
    }
    expect_minor("nothing has moved yet", balance(b, "1200"), 5000);
    DO(moon_refund_approve(b->change, &b->ctx, MOON_STR("refund/P1/1"), ERR));
    expect_minor("cash", balance(b, "1200"), 4000);
    FAILS(MOON_E_STATE_REFUSED, moon_refund_approve(b->change, &b->ctx, MOON_STR("refund/P1/1"), ERR));
    SAYS("posted already");
    DO(moon_apply(b->change, &b->ctx, MOON_STR("A"), MOON_STR("P1"), MOON_STR("i1"), 1, MOON_DATE_MIN,
                  MOON_STR_NONE, ERR));
    FAILS(MOON_E_CREDIT_EXCEEDS, moon_refund_approve(b->change, &b->ctx, MOON_STR("refund/P1/2"), ERR));
    DO(moon_unapply(b->change, &b->ctx, MOON_STR("A"), MOON_STR("P1"), MOON_STR("i1"), MOON_DATE_MIN, ERR));
    DO(moon_refund_refuse(b->change, &b->ctx, MOON_STR("refund/P1/2"), ERR));
    FAILS(MOON_E_STATE_REFUSED, moon_refund_approve(b->change, &b->ctx, MOON_STR("refund/P1/2"), ERR));
    FAILS(MOON_E_NOT_FOUND, moon_refund_refuse(b->change, &b->ctx, MOON_STR("P1"), ERR));
    DO(moon_refund_approve(b->change, &b->ctx, MOON_STR("refund/CN-2010-00001/1"), ERR));
    expect_minor("spent", item_of(b, "A", "c1").open, 0);
    expect_minor("receivables", balance(b, "1100"), 18000);
}

static void test_refund_by_another(void **state) {
    static const moon_operator operators[] = {
        {MOON_STR("anna"), MOON_STR("Anna"), MOON_STR("prepare approve")},
        {MOON_STR("bert"), MOON_STR("Bert"), MOON_STR("approve")}};
    books *b = *state;
    moon_payment out;
    b->config.operators = operators;
    b->config.operator_count = 2;
    received(b, "P1", "A", 5000, "2010-12-01");
    DO(moon_refund_propose(b->change, &b->ctx, MOON_STR("P1"), 0, MOON_STR("twice"), MOON_STR("other"), &out,
                           ERR));
    FAILS(MOON_E_APPROVAL, moon_refund_approve(b->change, &b->ctx, out.id, ERR));
    SAYS("somebody other");
    b->ctx.operator= MOON_STR("bert");
    FAILS(MOON_E_ROLE, moon_refund_propose(b->change, &b->ctx, MOON_STR("P1"), 0, MOON_STR("twice"),
                                           MOON_STR("other"), &out, ERR));
    DO(moon_refund_approve(b->change, &b->ctx, MOON_STR("refund/P1/1"), ERR));
}

/* ---- write-offs, recoveries, differences ---- */

static void test_write_off(void **state) {
    books *b = *state;
    static const struct {
        const char *name, *invoice, *reason;
        int64_t amount;
        moon_status want;
    } rows[] = {
        {"what is not there", "i9", "gone", 0, MOON_E_NOT_FOUND},
        {"a credit note", "c1", "gone", 0, MOON_E_STATE_REFUSED},
        {"a payment", "P1", "gone", 0, MOON_E_STATE_REFUSED},
        {"more than is open", "i1", "gone", 12001, MOON_E_CREDIT_EXCEEDS},
        {"less than nothing", "i1", "gone", -1, MOON_E_CREDIT_EXCEEDS},
        {"without a reason", "i1", "", 0, MOON_E_FIELD_REQUIRED},
        {"a part", "i1", "gone", 2000, MOON_OK},
        {"the rest, by its number", "INV-2010-00001", "gone", 0, MOON_OK},
        {"what is closed", "i1", "gone", 0, MOON_E_CREDIT_EXCEEDS},
    };
    moon_adjustment out;
    received(b, "P1", "A", 5000, "2010-12-01");
    issued(b, "c1", "A", -700, 0);
    books_today(b, "2011-01-15");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moon_status status = moon_write_off(b->change, &b->ctx, moon_str_of(rows[i].invoice), rows[i].amount,
                                            moon_str_of(rows[i].reason), &out, ERR);
        if (status != rows[i].want) fail_msg("%s: %s", rows[i].name, moon_status_name(status));
        books_commit(b);
    }
    expect_minor("bad debt", balance(b, "6800"), 12000);
    expect_minor("revenue stays", balance(b, "4000"), -14300);
    FAILS(MOON_E_NOT_FOUND, moon_recover(b->change, &b->ctx, MOON_STR("i1"), MOON_STR("paid"), &out, ERR));
    FAILS(MOON_E_FIELD_REQUIRED,
          moon_recover(b->change, &b->ctx, MOON_STR("write-off/INV-2010-00001/1"), MOON_STR_NONE, &out, ERR));
    books_today(b, "2011-01-20");
    DO(moon_recover(b->change, &b->ctx, MOON_STR("write-off/INV-2010-00001/1"), MOON_STR("paid"), &out, ERR));
    FAILS(MOON_E_STATE_REFUSED, moon_recover(b->change, &b->ctx, MOON_STR("write-off/INV-2010-00001/1"),
                                             MOON_STR("paid"), &out, ERR));
    expect_minor("bad debt", balance(b, "6800"), 10000);
    expect_minor("open again", item_of(b, "A", "i1").open, 2000);
    assert_int_equal(item_of(b, "A", "i1").due, day("2010-12-31"));
}

/* ---- opening items ---- */

static void test_opening(void **state) {
    books *b = *state;
    static const struct {
        const char *name, *number, *account, *rate;
        moon_currency currency;
        int64_t amount;
        int control;
        moon_status want;
    } rows[] = {
        {"an invoice", "RE-77", "A", "", EUR, 5000, MOON_CONTROL_RECEIVABLES, MOON_OK},
        {"the same again", "RE-77", "A", "", EUR, 5000, MOON_CONTROL_RECEIVABLES, MOON_OK},
        {"the same with another amount", "RE-77", "A", "", EUR, 5001, MOON_CONTROL_RECEIVABLES,
         MOON_E_RECORD_INVALID},
        {"the same of another", "RE-77", "B", "", EUR, 5000, MOON_CONTROL_RECEIVABLES, MOON_OK},
        {"a credit", "GU-1", "A", "", EUR, -300, MOON_CONTROL_RECEIVABLES, MOON_OK},
        {"cash", "ZE-1", "A", "", EUR, -1000, MOON_CONTROL_UNAPPLIED, MOON_OK},
        {"cash that is owed", "ZE-2", "A", "", EUR, 1000, MOON_CONTROL_UNAPPLIED, MOON_E_RECORD_INVALID},
        {"in dollars", "RE-78", "A", "0.7", USD, 1001, MOON_CONTROL_RECEIVABLES, MOON_OK},
        {"in dollars without a rate", "RE-79", "A", "", USD, 1001, MOON_CONTROL_RECEIVABLES,
         MOON_E_FIELD_REQUIRED},
        {"of nothing", "RE-80", "A", "", EUR, 0, MOON_CONTROL_RECEIVABLES, MOON_E_RECORD_INVALID},
        {"without a number", "", "A", "", EUR, 1, MOON_CONTROL_RECEIVABLES, MOON_E_FIELD_REQUIRED},
        {"of no account", "RE-81", "Z", "", EUR, 1, MOON_CONTROL_RECEIVABLES, MOON_E_NOT_FOUND},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moon_adjustment item;
        bool written;
        moon_record_init(&moon_adjustment_type, &item);
        item.account = moon_str_of(rows[i].account);
        item.number = moon_str_of(rows[i].number);
        item.currency = rows[i].currency;
        item.amount = rows[i].amount;
        item.control = rows[i].control;
        item.date = day("2010-06-01");
        item.due = day("2010-07-01");
        if (rows[i].rate[0]) item.rate = dec(rows[i].rate);
        moon_status status = moon_opening_item(b->change, &b->ctx, &item, &written, ERR);
        if (status != rows[i].want)
            fail_msg("%s: %s: %s", rows[i].name, moon_status_name(status), b->s->err.text);
        if (status == MOON_OK) assert_int_equal(written, strcmp(rows[i].name, "the same again") != 0);
        books_commit(b);
    }
    apply(b, "A", "opening/A/ZE-1", "opening/A/RE-77", 1000, "2010-07-15");
    expect_minor("opening balances", balance(b, "3900"), -8700);
    expect_minor("before", open_on(b, "opening/A/RE-77", "2010-07-14"), 5000);
    expect_minor("applied", open_on(b, "opening/A/RE-77", "2010-07-15"), 4000);
}

/* Two accounts have an item of one number from before: it is named by its id. */
static void test_same_number(void **state) {
    books *b = *state;
    const char *const accounts[] = {"A", "B"};
    moon_dispute disputes[2], again;
    moon_item item;
    bool found;
    for (size_t i = 0; i < 2; i++) {
        moon_adjustment opening;
        moon_record_init(&moon_adjustment_type, &opening);
        opening.account = moon_str_of(accounts[i]);
        opening.number = MOON_STR("RE-77");
        opening.currency = EUR;
        opening.amount = 5000;
        opening.date = day("2010-06-01");
        DO(moon_opening_item(b->change, &b->ctx, &opening, &found, ERR));
    }
    books_commit(b);
    FAILS(MOON_E_RECORD_INVALID, moon_item_named(b->change, MOON_STR("RE-77"), &item, &found, ERR));
    SAYS("A and B");
    DO(moon_item_named(b->change, MOON_STR("opening/B/RE-77"), &item, &found, ERR));
    assert_true(found && moon_str_is(item.account, "B"));
    DO(moon_dispute_open(b->change, &b->ctx, MOON_STR("opening/A/RE-77"), 100, MOON_STR("why"), &disputes[0],
                         ERR));
    DO(moon_dispute_open(b->change, &b->ctx, MOON_STR("opening/B/RE-77"), 200, MOON_STR("why"), &disputes[1],
                         ERR));
    DO(moon_dispute_find(b->change, disputes[0].id, &again, ERR));
    expect_minor("the first", again.amount, 100);
    expect_text("its account", again.account, "A");
}

/* ---- in one word ---- */

static void expect_standing(books *b, const char *number, const char *date, const char *want) {
    moon_document document = found_document(b, number);
    moon_settlement s;
    DO(moon_settlement_of(b->change, &document, day(date), &s, ERR));
    expect_text(date, moon_str_of(moon_standings[s.standing]), want);
}

static void test_standing(void **state) {
    books *b = *state;
    moon_adjustment out;
    books_today(b, "2010-12-10");
    received(b, "P1", "A", 13000, "2010-12-03");
    issued(b, "c1", "A", -2000, 0);
    expect_standing(b, "i1", "2010-12-10", "open");
    apply(b, "A", "P1", "i1", 11000, "2010-12-03");
    expect_standing(b, "i1", "2010-12-02", "open");
    expect_standing(b, "i1", "2010-12-03", "part-paid");
    apply(b, "A", "c1", "i1", 1000, "2010-12-10");
    expect_standing(b, "i1", "2010-12-10", "paid");
    apply(b, "A", "c1", "i2", 1000, "2010-12-10");
    expect_standing(b, "i2", "2010-12-10", "part-credited");
    expect_standing(b, "i2", "2011-01-10", "overdue");
    DO(moon_write_off(b->change, &b->ctx, MOON_STR("i2"), 0, MOON_STR("gone"), &out, ERR));
    expect_standing(b, "i2", "2010-12-10", "written-off");
    DO(unapply(b, "P1", "i1", "2010-12-08"));
    expect_standing(b, "i1", "2010-12-07", "part-paid");
    expect_standing(b, "i1", "2010-12-08", "open");
    expect_standing(b, "i1", "2010-12-10", "part-credited");
}

/* ---- as known then ---- */

static void test_known(void **state) {
    books *b = *state;
    static const struct {
        const char *date, *known;
        int64_t open;
    } rows[] = {
        {"2010-12-20", "2010-12-31", 12000}, /* the payment came to be known in January */
        {"2010-12-20", "2011-01-09", 12000}, {"2010-12-20", "2011-01-10", 4000},
        {"2010-12-20", "9999-12-31", 4000},  {"2011-01-15", "2011-01-12", 4000},
        {"2011-01-15", "2011-01-20", 12000}, /* and its return later still */
        {"2011-01-14", "2011-01-20", 4000},  {"2010-11-30", "2010-12-01", 0},
        {"2010-12-01", "2010-11-30", 0},
    };
    moon_payment out;
    books_today(b, "2011-01-10");
    received(b, "P1", "A", 8000, "2010-12-20");
    apply(b, "A", "P1", "i1", 8000, "2010-12-20");
    books_today(b, "2011-01-20");
    DO(moon_payment_return(b->change, &b->ctx, MOON_STR("P1"), day("2011-01-15"), MOON_STR("no cover"), &out,
                           ERR));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moon_item item = item_of(b, "A", "i1");
        int64_t open;
        DO(moon_item_open_at(b->change, &item, day(rows[i].date), day(rows[i].known), &open, ERR));
        if (open != rows[i].open)
            fail_msg("on %s as known on %s: found %lld, expected %lld", rows[i].date, rows[i].known,
                     (long long)open, (long long)rows[i].open);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_receive),
        CASE(test_same_id),
        CASE(test_receive_again),
        CASE(test_apply_cash),
        CASE(test_unapply_from_the_start),
        CASE(test_unapply_often),
        CASE(test_unapply_refused),
        CASE(test_return),
        CASE(test_return_of_refunded),
        CASE(test_return_of_short_payment),
        CASE(test_move),
        CASE(test_refund),
        CASE(test_refund_by_another),
        CASE(test_write_off),
        CASE(test_opening),
        CASE(test_same_number),
        CASE(test_standing),
        CASE(test_known),
    };
    return cmocka_run_group_tests_name("payment", tests, NULL, NULL);
}
