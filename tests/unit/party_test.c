/* books/party: versions of accounts, products and agreements; touching an account. */
#include "books_case.h"

static moon_product product_of(const char *id, const char *from, const char *price) {
    moon_product product;
    moon_record_init(&moon_product_type, &product);
    product.id = moon_str_of(id);
    product.from = day(from);
    product.price = dec(price);
    return product;
}

static bool add(books *b, const char *id, const char *from, const char *price, int64_t version) {
    moon_product product = product_of(id, from, price);
    bool written;
    DO(moon_version_add(b->change, &moon_product_type, &product, &written, ERR));
    if (product.version != version)
        fail_msg("%s from %s: version %lld, expected %lld", id, from, (long long)product.version,
                 (long long)version);
    return written;
}

static void expect_price(books *b, const char *id, const char *date, const char *want) {
    moon_product product;
    bool found;
    DO(moon_version_at(b->change, &moon_product_type, moon_str_of(id), date ? day(date) : MOON_DATE_MAX,
                       &product, &found, ERR));
    if (found != (want != NULL)) fail_msg("%s on %s: %sfound", id, date, found ? "" : "not ");
    if (want && !moon_decimal_eq(product.price, dec(want))) fail_msg("%s on %s is not %s", id, date, want);
}

static void test_versions(void **state) {
    books *b = *state;
    static const struct {
        const char *date, *want;
    } rows[] = {{"2009-12-31", "1"}, {"0001-01-01", "1"}, {"2010-01-01", "1"}, {"2010-05-31", "1"},
                {"2010-06-01", "2"}, {"2010-12-31", "2"}, {"2011-01-01", "3"}, {NULL, "3"}};
    int64_t count;
    expect_price(b, "P", "2010-01-01", NULL);
    assert_true(add(b, "P", "2010-01-01", "1", 1));
    assert_true(add(b, "P", "2011-01-01", "3", 2));
    assert_true(add(b, "P", "2010-06-01", "2", 3)); /* between two */
    assert_true(add(b, "P2", "2000-01-01", "9", 1));
    for (int kept = 0; kept < 2; kept++) {
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
            expect_price(b, "P", rows[i].date, rows[i].want);
        expect_price(b, "P0", "2010-01-01", NULL);
        DO(moon_version_count(b->change, &moon_product_type, MOON_STR("P"), &count, ERR));
        assert_int_equal(count, 3);
        if (!kept) books_commit(b);
    }
    DO(moon_version_count(b->change, &moon_product_type, MOON_STR("nothing"), &count, ERR));
    assert_int_equal(count, 0);
    assert_true(add(b, "P", "2009-01-01", "0.5", 4)); /* before the first */
    expect_price(b, "P", "2008-01-01", "0.5");
    expect_price(b, "P", "2009-12-31", "0.5");
    expect_price(b, "P", "2010-01-01", "1");
}

/* What the version of that day says already writes nothing; two versions on one day: the later one holds. */
static void test_same_again(void **state) {
    books *b = *state;
    add(b, "P", "2010-01-01", "1", 1);
    add(b, "P", "2010-06-01", "2", 2);
    books_commit(b);
    uint64_t before = moon_change_seq(b->change);
    assert_false(add(b, "P", "2010-01-01", "1", 1));
    assert_false(add(b, "P", "2010-03-01", "1.00", 1));
    assert_false(add(b, "P", "2010-06-01", "2", 2));
    assert_false(add(b, "P", "2011-06-01", "2", 2));
    books_commit(b);
    assert_int_equal(moon_change_seq(b->change), before);

    assert_true(add(b, "P", "2010-06-01", "2.5", 3));
    expect_price(b, "P", "2010-06-01", "2.5");
    expect_price(b, "P", "2010-05-31", "1");
    assert_true(add(b, "P", "2010-06-01", "2", 4)); /* and back again */
    expect_price(b, "P", "2010-06-01", "2");
    assert_false(add(b, "P", "2010-06-01", "2", 4));
    assert_true(add(b, "F", "2010-01-01", "1", 1));
    assert_true(add(b, "F", "2010-01-01", "3", 2)); /* the first day corrected: days before it are, too */
    expect_price(b, "F", "2009-12-31", "3");
    assert_true(add(b, "P", "2010-07-01", "1", 5));
    assert_true(add(b, "P", "2009-07-01", "1", 6)); /* the first version does not hold yet on that day */
}

static moon_account account_of(const char *id, const char *from, const char *name) {
    moon_account account;
    moon_record_init(&moon_account_type, &account);
    account.id = moon_str_of(id);
    account.from = day(from);
    account.name = moon_str_of(name);
    return account;
}

static void test_accounts(void **state) {
    books *b = *state;
    moon_account account = account_of("A", "2010-01-01", "Abel Ltd"), found_one;
    bool written, found;
    DO(moon_version_add(b->change, &moon_account_type, &account, &written, ERR));
    books_commit(b);
    account = account_of("A", "2010-02-01", "Abel Ltd");
    DO(moon_version_add(b->change, &moon_account_type, &account, &written, ERR));
    assert_false(written); /* personal fields are compared as well */
    account = account_of("A", "2010-02-01", "Abel plc");
    DO(moon_version_add(b->change, &moon_account_type, &account, &written, ERR));
    assert_true(written);
    books_commit(b);
    DO(moon_version_at(b->change, &moon_account_type, MOON_STR("A"), day("2010-01-31"), &found_one, &found,
                       ERR));
    expect_text("name", found_one.name, "Abel Ltd");
    DO(moon_version_at(b->change, &moon_account_type, MOON_STR("A"), day("2010-02-01"), &found_one, &found,
                       ERR));
    expect_text("name", found_one.name, "Abel plc");
    assert_int_equal(found_one.version, 2);
}

/* ---- agreements ---- */

static void agree(books *b, const char *id, const char *account, const char *from, const char *until,
                  int64_t terms) {
    moon_agreement agreement;
    bool written;
    moon_record_init(&moon_agreement_type, &agreement);
    agreement.id = moon_str_of(id);
    agreement.account = moon_str_of(account);
    agreement.from = day(from);
    if (until) agreement.until = day(until);
    agreement.terms = terms;
    DO(moon_version_add(b->change, &moon_agreement_type, &agreement, &written, ERR));
    assert_true(written);
}

static void test_agreements(void **state) {
    books *b = *state;
    static const struct {
        const char *account, *date;
        int64_t want; /* terms; 0: none */
    } rows[] = {
        {"A", "2009-12-31", 0},   {"A", "2010-01-01", 10}, {"A", "2010-02-28", 10}, {"A", "2010-03-01", 20},
        {"A", "2010-03-31", 20},  {"A", "2010-04-01", 11}, {"A", "2010-04-30", 11}, {"A", "2010-05-01", 11},
        {"A", "2010-06-30", 11},  {"A", "2010-07-01", 0},  {"B", "2010-06-30", 0},  {"B", "2010-07-01", 12},
        {"AB", "2010-01-01", 99}, {"C", "2010-01-01", 0},
    };
    agree(b, "g1", "A", "2010-01-01", NULL, 10);
    agree(b, "g2", "A", "2010-03-01", "2010-05-01", 20); /* starts later, and ends */
    agree(b, "g1", "A", "2010-04-01", NULL, 11);
    agree(b, "g1", "B", "2010-07-01", NULL, 12); /* taken over by another account */
    agree(b, "g3", "AB", "2010-01-01", NULL, 99);
    for (int kept = 0; kept < 2; kept++) {
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            moon_agreement agreement;
            bool found;
            DO(moon_agreement_of(b->change, moon_str_of(rows[i].account), day(rows[i].date), &agreement,
                                 &found, ERR));
            int64_t terms = found ? agreement.terms : 0;
            if (terms != rows[i].want)
                fail_msg("%s on %s: found %lld, expected %lld", rows[i].account, rows[i].date,
                         (long long)terms, (long long)rows[i].want);
        }
        if (!kept) books_commit(b);
    }
}

/* ---- touch ---- */

/* Two who change one account cross; two who change two do not; one who watches notices a change, and makes
 * none. */
static void test_touch(void **state) {
    books *b = *state;
    static const struct {
        const char *name, *mine, *others;
        bool watch;
        moon_status want;
    } rows[] = {{"the same account", "A", "A", false, MOON_E_CHANGED},
                {"two accounts", "A", "B", false, MOON_OK},
                {"watched", "A", "A", true, MOON_E_CHANGED},
                {"watched, another changed", "A", "B", true, MOON_OK},
                {"a new account", "N", "N", false, MOON_E_CHANGED}};
    DO(moon_touch_account(b->change, MOON_STR("A"), ERR));
    DO(moon_touch_account(b->change, MOON_STR("B"), ERR));
    books_commit(b);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moon_change *other;
        if (rows[i].watch) {
            DO(moon_watch_account(b->change, moon_str_of(rows[i].mine), ERR));
            assert_int_equal(moon_change_size(b->change), 0);
            DO(moon_touch_account(b->change, MOON_STR("W"), ERR));
        } else
            DO(moon_touch_account(b->change, moon_str_of(rows[i].mine), ERR));
        DO(moon_change_begin(b->s->store, &other, ERR));
        DO(moon_touch_account(other, moon_str_of(rows[i].others), ERR));
        DO(moon_commit(other, &b->ctx, "test", MOON_STR_NONE, MOON_STR_NONE, NULL, ERR));
        moon_change_end(other);
        moon_status status = moon_commit(b->change, &b->ctx, "test", MOON_STR_NONE, MOON_STR_NONE, NULL, ERR);
        if (status != rows[i].want) fail_msg("%s: %s", rows[i].name, moon_status_name(status));
        books_forget(b);
    }
}

static void test_touch_once(void **state) {
    books *b = *state;
    moon_touch touch = {.account = MOON_STR("A")};
    bool found;
    for (int i = 0; i < 3; i++) DO(moon_touch_account(b->change, MOON_STR("A"), ERR));
    books_commit(b);
    DO(moon_touch_account(b->change, MOON_STR("A"), ERR));
    DO(moon_get(b->change, &moon_touch_type, &touch, &found, ERR));
    assert_int_equal(touch.count, 2);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, books_setup, books_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_versions),   CASE(test_same_again), CASE(test_accounts),
        CASE(test_agreements), CASE(test_touch),      CASE(test_touch_once),
    };
    return cmocka_run_group_tests_name("party", tests, NULL, NULL);
}
