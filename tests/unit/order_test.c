/* books/order: orders taken in, held, repaired; and the work list. */
#include "books_case.h"

static moon_taken take(books *b, const moon_order *order, bool update, const char *difference) {
    moon_taken taken;
    moon_str found;
    DO(moon_order_take(b->change, &b->ctx, order, update, &taken, &found, ERR));
    expect_text("difference", found, difference);
    return taken;
}

static bool get_parked(books *b, const char *work, const char *id, moon_parked *parked) {
    bool found;
    parked->work = moon_str_of(work);
    parked->id = moon_str_of(id);
    DO(moon_get(b->change, &moon_parked_type, parked, &found, ERR));
    return found;
}

/* ---- taking in ---- */

static void test_take(void **state) {
    books *b = *state;
    moon_order order = order_of(b, "o1", "A", "2010-11-30", "2.5", "4");
    assert_int_equal(take(b, &order, false, ""), MOON_TAKEN_NEW);
    assert_int_equal(take(b, &order, false, ""), MOON_TAKEN_SAME);
    books_commit(b);
    uint64_t before = moon_change_seq(b->change);
    order = order_of(b, "o1", "A", "2010-11-30", "2.500", "4");
    order.place = MOON_STR("another.csv:7"); /* where it stood is no difference */
    assert_int_equal(take(b, &order, true, ""), MOON_TAKEN_SAME);
    books_commit(b);
    assert_int_equal(moon_change_seq(b->change), before);
    if (!moon_decimal_eq(get_order(b, "o1").value, dec("10"))) fail_msg("the value is wrong");
}

static void test_differences(void **state) {
    books *b = *state;
    static const struct {
        const char *price, *quantity, *account, *date, *want;
    } rows[] = {
        {"2.5", "4", "B", "2010-11-30", "account: A -> B"},
        {"2.5", "4", "A", "2010-11-29", "date: 2010-11-30 -> 2010-11-29"},
        {"2.51", "4", "A", "2010-11-30", "line 1 price: 2.5 -> 2.51"},
        {"2.5", "5", "A", "2010-11-30", "line 1 quantity: 4 -> 5"},
        {"2.6", "5", "A", "2010-11-30", "line 1 quantity: 4 -> 5; line 1 price: 2.5 -> 2.6"},
        {"2.5", "-4", "A", "2010-11-30", "kind: sale -> cancellation; line 1 quantity: 4 -> -4"},
        {"2.5", "4", "", "2010-11-30", "account: A -> none"},
    };
    moon_order order = order_of(b, "o1", "A", "2010-11-30", "2.5", "4");
    take(b, &order, false, "");
    books_commit(b);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        order = order_of(b, "o1", rows[i].account, rows[i].date, rows[i].price, rows[i].quantity);
        assert_int_equal(take(b, &order, false, rows[i].want), MOON_TAKEN_DIFFERENT);
        if (moon_change_size(b->change)) fail_msg("%s: something was written", rows[i].want);
        assert_int_equal(take(b, &order, true, rows[i].want), MOON_TAKEN_UPDATED);
        assert_int_equal(take(b, &order, true, ""), MOON_TAKEN_SAME);
        books_forget(b);
    }
    order = order_of(b, "o1", "A", "2010-11-30", "2.5", "4");
    moon_order_line *lines = MOON_NEW_N(moon_change_arena(b->change), moon_order_line, 2);
    lines[0] = lines[1] = *MOON_AT(moon_order_line, order.lines, 0);
    lines[1].ordinal = 2;
    order.lines = (moon_list){lines, 2};
    assert_int_equal(take(b, &order, false, "lines: 1 -> 2"), MOON_TAKEN_DIFFERENT);
    assert_int_equal(take(b, &order, true, "lines: 1 -> 2"), MOON_TAKEN_UPDATED);
    if (!moon_decimal_eq(get_order(b, "o1").value, dec("20"))) fail_msg("the value is wrong");
}

static void test_take_billed(void **state) {
    books *b = *state;
    take_order(b, "o1", "A", "2010-11-30", "2.5", "4");
    moon_document document = document_for(b, "o1", 1000, 200);
    issue(b, &document);
    books_commit(b);
    moon_order order = order_of(b, "o1", "A", "2010-11-30", "2.5", "4");
    assert_int_equal(take(b, &order, true, ""), MOON_TAKEN_SAME);
    order = order_of(b, "o1", "A", "2010-11-30", "2.5", "5");
    assert_int_equal(take(b, &order, true, "line 1 quantity: 4 -> 5"), MOON_TAKEN_BILLED);
    assert_int_equal(moon_change_size(b->change), 0);
    order = get_order(b, "o1");
    FAILS(MOON_E_STATE_REFUSED, moon_order_repair(b->change, &b->ctx, &order, ERR));
}

/* A changed order drops the draft of what it said before, also an approved one; an order that stays keeps it. */
static void test_drafts_dropped(void **state) {
    books *b = *state;
    moon_document document;
    bool found;
    for (int approved = 0; approved < 2; approved++) {
        take_order(b, "o1", "A", "2010-11-30", "2.5", "4");
        document = document_for(b, "o1", 1000, 200);
        draft(b, &document);
        if (approved) DO(moon_document_approve(b->change, &b->ctx, &document, false, ERR));
        moon_order order = order_of(b, "o1", "A", "2010-11-30", "2.5", "4");
        take(b, &order, true, "");
        found_document(b, "order/o1");
        order = order_of(b, "o1", "A", "2010-11-30", "2.6", "4");
        take(b, &order, false, "line 1 price: 2.5 -> 2.6");
        found_document(b, "order/o1");
        take(b, &order, true, "line 1 price: 2.5 -> 2.6");
        DO(moon_document_find(b->change, MOON_STR("order/o1"), &document, &found, ERR));
        if (found) fail_msg("the draft is still there");
        books_forget(b);
    }
}

/* Voided, then changed: the voided document stays, the order can be billed as it is now. */
static void test_change_after_void(void **state) {
    books *b = *state;
    take_order(b, "o1", "A", "2010-11-30", "2.5", "4");
    moon_document document = document_for(b, "o1", 1000, 200);
    issue(b, &document);
    DO(moon_document_void(b->change, &b->ctx, &document, MOON_STR("test"), ERR));
    document = document_for(b, "o1", 1000, 200);
    draft(b, &document);
    books_commit(b);
    moon_order order = order_of(b, "o1", "A", "2010-11-30", "2.5", "5");
    assert_int_equal(take(b, &order, true, "line 1 quantity: 4 -> 5"), MOON_TAKEN_UPDATED);
    bool found;
    DO(moon_document_find(b->change, MOON_STR("again2/order/o1"), &document, &found, ERR));
    assert_false(found);
    assert_int_equal(found_document(b, "order/o1").state, MOON_STATE_VOID);
    document = document_for(b, "o1", 1250, 250);
    expect_text("id", document.id, "again2/order/o1");
    issue(b, &document);
}

/* ---- values ---- */

static void test_value(void **state) {
    books *b = *state;
    static const struct {
        const char *price, *quantity, *want; /* want NULL: beyond the range */
    } rows[] = {{"2.5", "4", "10"},
                {"0.000001", "3", "0.000003"},
                {"-1.5", "3", "-4.5"},
                {"1.25", "-0.5", "-0.625"},
                {"0", "7", "0"},
                {"999999999999.999999", "999999999999999", "999999999999998999000000000.000001"},
                {"1000000000000000000", "10000000000000000000", NULL}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moon_order order = order_of(b, "o1", "A", "2010-11-30", rows[i].price, rows[i].quantity);
        moon_decimal value = MOON_DECIMAL_ZERO;
        moon_status status = moon_order_value(&order, &value, ERR);
        if (status != (rows[i].want ? MOON_OK : MOON_E_DECIMAL_RANGE))
            fail_msg("%s x %s: %s", rows[i].quantity, rows[i].price, moon_status_name(status));
        if (!rows[i].want) {
            if (!strstr(b->s->err.context, "order o1, line 1"))
                fail_msg("the context is \"%s\"", b->s->err.context);
            continue;
        }
        if (!moon_decimal_eq(value, dec(rows[i].want))) fail_msg("%s x %s", rows[i].quantity, rows[i].price);
        MOON_AT(moon_order_line, order.lines, 0)->price = MOON_DECIMAL_NONE;
        DO(moon_order_value(&order, &value, ERR));
        if (!moon_decimal_eq(value, MOON_DECIMAL_ZERO)) fail_msg("a line without a price counts");
    }
}

/* ---- held, repaired ---- */

static moon_order held(books *b, const char *account) {
    moon_order order = order_of(b, "o1", account, "2010-11-30", "2.5", "4");
    order.state = MOON_ORDER_HELD;
    order.reason = MOON_STR("there is no customer");
    order.code = MOON_STR("import.value");
    order.place = MOON_STR("orders.csv:17");
    return order;
}

static void test_held(void **state) {
    books *b = *state;
    moon_order order = held(b, "");
    moon_parked parked;
    take(b, &order, false, "");
    books_commit(b);
    assert_true(get_parked(b, "import", "o1", &parked));
    expect_text("reason", parked.reason, "there is no customer");
    expect_text("code", parked.code, "import.value");
    expect_text("place", parked.place, "orders.csv:17");
    assert_true(parked.hint.len > 0);
    assert_int_equal(parked.lines, 1);
    if (!moon_decimal_eq(parked.amount, dec("10"))) fail_msg("the amount is wrong");
    assert_int_equal(parked.since, day("2010-12-01"));

    /* it stays on the list since the first day, however often it comes again */
    books_today(b, "2010-12-05");
    order = held(b, "");
    order.reference = MOON_STR("r");
    assert_int_equal(take(b, &order, true, "reference: none -> r"), MOON_TAKEN_UPDATED);
    assert_true(get_parked(b, "import", "o1", &parked));
    assert_int_equal(parked.since, day("2010-12-01"));

    /* a field that does not help leaves it held */
    order = get_order(b, "o1");
    order.reference = MOON_STR("s");
    DO(moon_order_repair(b->change, &b->ctx, &order, ERR));
    assert_int_equal(get_order(b, "o1").state, MOON_ORDER_HELD);

    order = get_order(b, "o1");
    order.account = MOON_STR("A");
    DO(moon_order_repair(b->change, &b->ctx, &order, ERR));
    books_commit(b);
    order = get_order(b, "o1");
    assert_int_equal(order.state, MOON_ORDER_DUE);
    expect_text("reason", order.reason, "");
    assert_false(get_parked(b, "import", "o1", &parked));
    moon_document document = document_for(b, "o1", 1000, 200);
    issue(b, &document);
}

static void test_held_rows(void **state) {
    books *b = *state;
    moon_parked parked;
    moon_order order = held(b, "A"), good;
    order.raw = MOON_STR("o1;2,5;four");
    order.lines.count = 0;
    take(b, &order, false, "");
    books_commit(b);
    assert_int_equal(take(b, &order, false, ""), MOON_TAKEN_SAME);

    /* what could not be read is not repaired by naming an account */
    order = get_order(b, "o1");
    DO(moon_order_repair(b->change, &b->ctx, &order, ERR));
    assert_int_equal(get_order(b, "o1").state, MOON_ORDER_HELD);
    books_forget(b);

    /* other rows that cannot be read need a request, good ones do not */
    order = held(b, "A");
    order.lines.count = 0;
    order.raw = MOON_STR("o1;2,5;vier");
    assert_int_equal(take(b, &order, false, ""), MOON_TAKEN_DIFFERENT);
    good = order_of(b, "o1", "A", "2010-11-30", "2.5", "4");
    assert_int_equal(take(b, &good, false, "lines: none -> 1"), MOON_TAKEN_UPDATED);
    assert_int_equal(get_order(b, "o1").state, MOON_ORDER_DUE);
    assert_false(get_parked(b, "import", "o1", &parked));
}

static void test_no_sale(void **state) {
    books *b = *state;
    moon_parked parked;
    moon_order order = order_of(b, "o1", "A", "2010-11-30", "0", "4");
    order.state = MOON_ORDER_NO_SALE;
    order.reason = MOON_STR("a stock correction");
    take(b, &order, false, "");
    assert_false(get_parked(b, "import", "o1", &parked));
    order = get_order(b, "o1");
    DO(moon_order_repair(b->change, &b->ctx, &order, ERR));
    assert_int_equal(get_order(b, "o1").state, MOON_ORDER_NO_SALE);
    order.state = MOON_ORDER_DUE; /* set order o1 state=due */
    DO(moon_order_repair(b->change, &b->ctx, &order, ERR));
    assert_int_equal(get_order(b, "o1").state, MOON_ORDER_DUE);
}

/* ---- the work list ---- */

static void test_park(void **state) {
    books *b = *state;
    moon_err why;
    moon_parked parked;
    moon_fail(&why, MOON_E_PRICE_MISSING, "P1 has no price");
    moon_err_at(&why, "rules/pricing/orders.lua", 9);
    moon_err_context(&why, "order o1");
    DO(moon_park(b->change, &b->ctx, "bill", MOON_STR("A"), MOON_STR("A"), &why, NULL, ERR));
    moon_fail(&why, MOON_E_TAX_UNKNOWN, "no tax"); /* of other work on the same account */
    DO(moon_park(b->change, &b->ctx, "issue", MOON_STR("A"), MOON_STR("A"), &why, NULL, ERR));
    books_commit(b);
    assert_true(get_parked(b, "bill", "A", &parked));
    expect_text("reason", parked.reason, "P1 has no price (order o1)");
    expect_text("place", parked.place, "rules/pricing/orders.lua:9");
    expect_text("code", parked.code, "price.missing");
    assert_true(get_parked(b, "issue", "A", &parked));
    expect_text("hint", parked.hint, moon_status_hint(MOON_E_TAX_UNKNOWN));
    DO(moon_unpark(b->change, "bill", MOON_STR("A"), ERR));
    DO(moon_unpark(b->change, "bill", MOON_STR("B"), ERR));
    books_commit(b);
    assert_false(get_parked(b, "bill", "A", &parked));
    assert_true(get_parked(b, "issue", "A", &parked));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, books_setup, books_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_take),           CASE(test_differences),       CASE(test_take_billed),
        CASE(test_drafts_dropped), CASE(test_change_after_void), CASE(test_value),
        CASE(test_held),           CASE(test_held_rows),         CASE(test_no_sale),
        CASE(test_park),
    };
    return cmocka_run_group_tests_name("order", tests, NULL, NULL);
}
