#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "value/money.h"

#define COUNT(rows) (sizeof(rows) / sizeof *(rows))
#define EUR 978
#define USD 840
#define JPY 392
#define KWD 414
#define CLF 990

static moon_err err;

static void adds_and_subtracts(void **state) {
    static const struct {
        moon_money a;
        char op;
        moon_money b;
        moon_status status;
        int64_t want;
    } rows[] = {
        {{150, EUR}, '+', {250, EUR}, MOON_OK, 400},
        {{150, EUR}, '-', {250, EUR}, MOON_OK, -100},
        {{1, EUR}, '+', {1, USD}, MOON_E_CURRENCY_MISMATCH, 0},
        {{MOON_MONEY_MAX, EUR}, '+', {1, USD}, MOON_E_CURRENCY_MISMATCH, 0},
        {{MOON_MONEY_MAX, EUR}, '+', {1, EUR}, MOON_E_MONEY_RANGE, 0},
        {{MOON_MONEY_MAX, EUR}, '+', {-1, EUR}, MOON_OK, MOON_MONEY_MAX - 1},
        {{-MOON_MONEY_MAX, EUR}, '-', {1, EUR}, MOON_E_MONEY_RANGE, 0},
        {{-MOON_MONEY_MAX, EUR}, '-', {-MOON_MONEY_MAX, EUR}, MOON_OK, 0},
        {{INT64_MAX, EUR}, '+', {INT64_MAX, EUR}, MOON_E_MONEY_RANGE, 0},
        {{INT64_MIN, EUR}, '-', {INT64_MAX, EUR}, MOON_E_MONEY_RANGE, 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        moon_money made = {77, 7};
        moon_status status = rows[i].op == '+' ? moon_money_add(rows[i].a, rows[i].b, &made, &err)
                                               : moon_money_sub(rows[i].a, rows[i].b, &made, &err);
        int64_t want = rows[i].status == MOON_OK ? rows[i].want : 77;
        if (status != rows[i].status || made.minor != want)
            fail_msg("row %zu: got %s and %lld", i, moon_status_name(status), (long long)made.minor);
    }
    assert_int_equal(moon_money_neg((moon_money){5, EUR}).minor, -5);
}

static void adds_to_a_sum(void **state) {
    static const struct {
        int64_t sum, amount;
        moon_status status;
    } rows[] = {
        {MOON_MONEY_MAX - 1, 1, MOON_OK},           {-MOON_MONEY_MAX, MOON_MONEY_MAX, MOON_OK},
        {MOON_MONEY_MAX, 1, MOON_E_MONEY_RANGE},    {-MOON_MONEY_MAX, -1, MOON_E_MONEY_RANGE},
        {INT64_MAX, INT64_MAX, MOON_E_MONEY_RANGE},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t sum = rows[i].sum;
        moon_status status = moon_minor_add(&sum, rows[i].amount, "a sum here", &err);
        int64_t want = rows[i].sum + (rows[i].status == MOON_OK ? rows[i].amount : 0);
        if (status != rows[i].status || sum != want)
            fail_msg("row %zu: got %s and %lld", i, moon_status_name(status), (long long)sum);
        if (status != MOON_OK) assert_string_equal(err.text, "a sum here has more than 18 digits");
    }
}

static void reads_and_prints(void **state) {
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"12.50 EUR", "12.50 EUR"},
        {"EUR 12.50", "12.50 EUR"},
        {"EUR  12.5", "12.50 EUR"},
        {"-0.05 EUR", "-0.05 EUR"},
        {"EUR -.5", "-0.50 EUR"},
        {"0 EUR", "0.00 EUR"},
        {"1234 JPY", "1234 JPY"},
        {"1.5 KWD", "1.500 KWD"},
        {"1.0001 CLF", "1.0001 CLF"},
        {"9999999999999999.99 EUR", "9999999999999999.99 EUR"},
        {"10000000000000000 EUR", "money.range"},
        {"-10000000000000000 EUR", "money.range"},
        {"999999999999999999999999999999999999999999 EUR", "money.range"},
        {"1.500 EUR", "money.syntax"},
        {"1.005 EUR", "money.syntax"},
        {"1.0 JPY", "money.syntax"},
        {"1e2 EUR", "money.syntax"},
        {"12.50", "money.syntax"},
        {"EUR", "money.syntax"},
        {"", "money.syntax"},
        {" ", "money.syntax"},
        {" 12.50 EUR", "money.syntax"},
        {"12.50 EUR ", "money.syntax"},
        {"1 250 EUR", "money.syntax"},
        {"12.50EUR", "money.syntax"},
        {"12,50 EUR", "decimal.syntax"},
        {"EUR twelve", "decimal.syntax"},
        {"12.50 eur", "money.currency_unknown"},
        {"12.50 XYZ", "money.currency_unknown"},
        {"12.50 $", "money.currency_unknown"},
    };
    char text[MOON_MONEY_TEXT];
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        moon_money made = {77, EUR};
        moon_status status = moon_money_parse(moon_str_of(rows[i].text), &made, &err);
        const char *shown = moon_status_name(status);
        if (status == MOON_OK) {
            assert_int_equal(moon_money_format_code(made, text), strlen(rows[i].want));
            shown = text;
        } else
            assert_int_equal(made.minor, 77);
        if (strcmp(shown, rows[i].want) != 0)
            fail_msg("\"%s\": got %s, want %s", rows[i].text, shown, rows[i].want);
    }
    assert_int_equal(moon_money_format((moon_money){-5, EUR}, text), 5);
    assert_string_equal(text, "-0.05");
    moon_money_format_code((moon_money){INT64_MIN, CLF}, text);
    assert_string_equal(text, "-922337203685477.5808 CLF");
}

static void rounds_to_the_minor_unit(void **state) {
    static const struct {
        const char *amount;
        moon_currency currency;
        moon_rounding mode;
        moon_status status;
        int64_t want;
    } rows[] = {
        {"815.955", EUR, MOON_HALF_UP, MOON_OK, 81596},
        {"-815.955", EUR, MOON_HALF_UP, MOON_OK, -81596},
        {"815.945", EUR, MOON_HALF_EVEN, MOON_OK, 81594},
        {"14.79452", EUR, MOON_HALF_UP, MOON_OK, 1479}, /* interest: 1000 at 12 %, 45 days of 365 */
        {"99.5", JPY, MOON_HALF_UP, MOON_OK, 100},
        {"1.2345", KWD, MOON_HALF_UP, MOON_OK, 1235},
        {"1.2345", CLF, MOON_HALF_UP, MOON_OK, 12345},
        {"9999999999999999.99", EUR, MOON_HALF_UP, MOON_OK, MOON_MONEY_MAX},
        {"9999999999999999.995", EUR, MOON_HALF_UP, MOON_E_MONEY_RANGE, 0},
        {"9999999999999999.995", EUR, MOON_DOWN, MOON_OK, MOON_MONEY_MAX},
        {"999999999999999999999999999999999999", EUR, MOON_DOWN, MOON_E_MONEY_RANGE, 0},
        {"1", 1, MOON_HALF_UP, MOON_E_CURRENCY_UNKNOWN, 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        moon_decimal amount;
        moon_money made = {77, 7};
        assert_int_equal(moon_decimal_parse(moon_str_of(rows[i].amount), &amount, &err), MOON_OK);
        moon_status status = moon_money_round(amount, rows[i].currency, rows[i].mode, &made, &err);
        if (status != rows[i].status || made.minor != (status == MOON_OK ? rows[i].want : 77))
            fail_msg("%s: got %s and %lld", rows[i].amount, moon_status_name(status), (long long)made.minor);
    }
    moon_decimal back = moon_money_decimal((moon_money){-1250, EUR});
    assert_true(back.coef == -125 && back.scale == 1);
    assert_true(moon_decimal_eq(moon_money_decimal((moon_money){0, EUR}), MOON_DECIMAL_ZERO));
}

static void splits(void **state) {
    static const struct {
        int64_t total;
        size_t n;
        int64_t weights[5], want[5];
    } rows[] = {
        {10000, 3, {8000, 6000, 4000}, {4445, 3333, 2222}}, /* SEMANTICS 1.5, proportionate */
        {10000, 3, {1, 1, 1}, {3334, 3333, 3333}},          /* ties to the lower index */
        {-10000, 3, {1, 1, 1}, {-3334, -3333, -3333}},
        {2, 4, {1, 1, 1, 1}, {1, 1, 0, 0}},
        {-1, 2, {1, 1}, {-1, 0}},
        {0, 2, {1, 2}, {0, 0}},
        {5, 3, {0, 1, 0}, {0, 5, 0}},
        {1, 5, {0, 0, 1, 3, 3}, {0, 0, 0, 1, 0}},
        {100, 1, {7}, {100}},
        {INT64_MAX, 2, {INT64_MAX - 1, 1}, {INT64_MAX - 1, 1}},
        {INT64_MIN, 2, {1, 1}, {INT64_MIN / 2, INT64_MIN / 2}},
        {INT64_MIN, 2, {0, 1}, {0, INT64_MIN}},
        {999, 5, {50, 25, 15, 7, 3}, {499, 250, 150, 70, 30}},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t parts[5];
        assert_int_equal(moon_split(rows[i].total, rows[i].weights, rows[i].n, parts, &err), MOON_OK);
        for (size_t j = 0; j < rows[i].n; j++)
            if (parts[j] != rows[i].want[j]) fail_msg("row %zu: part %zu is %lld", i, j, (long long)parts[j]);
    }
}

static void refuses_splits(void **state) {
    static const struct {
        size_t n;
        int64_t weights[3];
    } rows[] = {{0, {1}}, {2, {0, 0}}, {2, {1, -1}}, {3, {5, -1, 5}}, {2, {INT64_MAX, 1}}};
    int64_t parts[3] = {77, 77, 77}, *many = calloc(MOON_SPLIT_MAX + 1, sizeof *many);
    (void)state;
    assert_non_null(many);
    for (size_t i = 0; i < COUNT(rows); i++)
        if (moon_split(10, rows[i].weights, rows[i].n, parts, &err) != MOON_E_SPLIT_INVALID)
            fail_msg("row %zu", i);
    for (size_t i = 0; i < 3; i++) assert_int_equal(parts[i], 77);
    assert_int_equal(moon_split(10, many, MOON_SPLIT_MAX + 1, many, &err), MOON_E_SPLIT_INVALID);
    free(many);
}

static void splits_at_the_limit(void **state) {
    int64_t *weights = calloc(MOON_SPLIT_MAX, sizeof *weights),
            *parts = calloc(MOON_SPLIT_MAX, sizeof *parts), sum = 0;
    (void)state;
    assert_true(weights && parts);
    for (size_t i = 0; i < MOON_SPLIT_MAX; i++) weights[i] = (int64_t)(i * 7919 % 1000);
    assert_int_equal(moon_split(-MOON_MONEY_MAX, weights, MOON_SPLIT_MAX, parts, &err), MOON_OK);
    for (size_t i = 0; i < MOON_SPLIT_MAX; i++) sum += parts[i];
    assert_int_equal(sum, -MOON_MONEY_MAX);
    free(weights);
    free(parts);
}

static void splits_as_it_goes(void **state) {
    static const struct {
        int64_t total, whole, ends[4], want[4];
    } rows[] = {
        {10000, 30, {10, 20, 30, 30}, {3333, 3334, 3333, 0}}, /* SEMANTICS 1.2: 33.33 + 33.34 + 33.33 */
        {-10000, 30, {10, 20, 30, 30}, {-3333, -3334, -3333, 0}},
        {1, 2, {1, 2, 2, 2}, {1, 0, 0, 0}},
        {0, 31, {1, 2, 3, 31}, {0, 0, 0, 0}},
        {INT64_MAX, INT64_MAX, {1, 2, 3, INT64_MAX}, {1, 1, 1, INT64_MAX - 3}},
        {INT64_MIN, 2, {0, 1, 1, 2}, {0, INT64_MIN / 2, 0, INT64_MIN / 2}},
    };
    int64_t part = 77;
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t j = 0; j < 4; j++) {
            int64_t from = j == 0 ? 0 : rows[i].ends[j - 1];
            assert_int_equal(
                moon_split_running(rows[i].total, from, rows[i].ends[j], rows[i].whole, &part, &err),
                MOON_OK);
            if (part != rows[i].want[j]) fail_msg("row %zu: part %zu is %lld", i, j, (long long)part);
        }
    part = 77;
    assert_int_equal(moon_split_running(10, 0, 1, 0, &part, &err), MOON_E_SPLIT_INVALID);
    assert_int_equal(moon_split_running(10, -1, 1, 5, &part, &err), MOON_E_SPLIT_INVALID);
    assert_int_equal(moon_split_running(10, 2, 1, 5, &part, &err), MOON_E_SPLIT_INVALID);
    assert_int_equal(moon_split_running(10, 2, 6, 5, &part, &err), MOON_E_SPLIT_INVALID);
    assert_int_equal(moon_split_running(10, 0, 0, -5, &part, &err), MOON_E_SPLIT_INVALID);
    assert_int_equal(part, 77);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adds_and_subtracts),
        cmocka_unit_test(adds_to_a_sum),
        cmocka_unit_test(reads_and_prints),
        cmocka_unit_test(rounds_to_the_minor_unit),
        cmocka_unit_test(splits),
        cmocka_unit_test(refuses_splits),
        cmocka_unit_test(splits_at_the_limit),
        cmocka_unit_test(splits_as_it_goes),
    };
    return cmocka_run_group_tests_name("money", tests, NULL, NULL);
}
