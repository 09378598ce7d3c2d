/* Rows of numbers, worked out by hand; tests/props/decimal_oracle.py has the many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "value/decimal.h"

#define COUNT(rows) (sizeof(rows) / sizeof *(rows))
#define MAX36 "999999999999999999999999999999999999"

static moon_err err;

static moon_decimal number(const char *text) {
    moon_decimal made;
    if (moon_decimal_parse(moon_str_of(text), &made, &err) != MOON_OK) fail_msg("%s: %s", text, err.text);
    return made;
}

/* Compare what came out with `want`: a number, or the name of a code. A failure must leave `got` as it was. */
static void check(const char *row, moon_status status, moon_decimal got, const char *want) {
    char text[MOON_DECIMAL_TEXT];
    const char *shown = moon_status_name(status);
    if (status == MOON_OK) {
        moon_decimal_format(got, text);
        shown = text;
    } else {
        assert_int_equal(err.code, status);
        if (got.coef != 77 || got.scale != 7) fail_msg("%s: a failure changed the result", row);
    }
    if (strcmp(shown, want) != 0) fail_msg("%s: got %s, want %s", row, shown, want);
}

#define UNTOUCHED ((moon_decimal){77, 7})

static void parses_and_prints(void **state) {
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"0", "0"},
        {"-0", "0"},
        {"0.000", "0"},
        {"+1.50", "1.5"},
        {"-1234.5", "-1234.5"},
        {"007", "7"},
        {"5.", "5"},
        {".5", "0.5"},
        {"-.05", "-0.05"},
        {"1e3", "1000"},
        {"1.5E-3", "0.0015"},
        {"100e-2", "1"},
        {"0e999999999999999999999", "0"},
        {"0.000012", "0.000012"},
        {MAX36, MAX36},
        {"-" MAX36, "-" MAX36},
        {MAX36 ".000", MAX36},
        {"0000000000000000000000000000000000000000000001", "1"},
        {"1" MAX36, "decimal.range"},
        {"1e36", "decimal.range"},
        {"1e35", "100000000000000000000000000000000000"},
        {"1e-24", "0.000000000000000000000001"},
        {"0.000000000000000000000001000", "0.000000000000000000000001"},
        {"1e-25", "decimal.range"},
        {"1e99999999999999999999", "decimal.range"},
        {"1e-99999999999999999999", "decimal.range"},
        {"123456789012.123456789012123456789012", "123456789012.123456789012123456789012"},
        {"", "decimal.syntax"},
        {"-", "decimal.syntax"},
        {".", "decimal.syntax"},
        {"-.", "decimal.syntax"},
        {"+-1", "decimal.syntax"},
        {" 1", "decimal.syntax"},
        {"1 ", "decimal.syntax"},
        {"1.2.3", "decimal.syntax"},
        {"1,5", "decimal.syntax"},
        {"1e", "decimal.syntax"},
        {"1e+", "decimal.syntax"},
        {"e5", "decimal.syntax"},
        {"1e5.0", "decimal.syntax"},
        {"0x10", "decimal.syntax"},
        {"nan", "decimal.syntax"},
        {"inf", "decimal.syntax"},
        {"1" MAX36 "x", "decimal.syntax"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        moon_decimal made = UNTOUCHED;
        moon_status status = moon_decimal_parse(moon_str_of(rows[i].text), &made, &err);
        check(rows[i].text, status, made, rows[i].want);
    }
}

static void a_nul_is_no_digit(void **state) {
    moon_decimal made;
    (void)state;
    assert_int_equal(moon_decimal_parse(MOON_STR("1\0002"), &made, &err), MOON_E_DECIMAL_SYNTAX);
}

static void prints_places(void **state) {
    static const struct {
        const char *value;
        int places;
        const char *want;
    } rows[] = {
        {"12.5", 2, "12.50"},  {"12", 2, "12.00"},
        {"0", 2, "0.00"},      {"-0.5", 0, "-0.5"},
        {"1.234", 2, "1.234"}, {"0", 0, "0"},
        {"-7", 1, "-7.0"},     {"-" MAX36, 24, "-" MAX36 ".000000000000000000000000"},
    };
    char text[64];
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t len = moon_decimal_format_places(number(rows[i].value), rows[i].places, text);
        assert_string_equal(text, rows[i].want);
        assert_int_equal(len, strlen(text));
    }
}

static void computes(void **state) {
    static const struct {
        const char *a;
        char op;
        const char *b, *want;
    } rows[] = {
        {"0.1", '+', "0.2", "0.3"},
        {"0.5", '+', "0.5", "1"},
        {"1", '+', "-1", "0"},
        {"9223372036854775807", '+', "1", "9223372036854775808"},
        {"-9223372036854775808", '-', "1", "-9223372036854775809"},
        {MAX36, '+', "0", MAX36},
        {MAX36, '+', "1", "decimal.range"},
        {MAX36, '+', "0.1", "decimal.range"},
        {MAX36, '-', "1", "999999999999999999999999999999999998"},
        {"-" MAX36, '-', "1", "decimal.range"},
        {"500000000000000000000000000000000000", '+', "500000000000000000000000000000000000",
         "decimal.range"},
        {"0.5e-23", '+', "0.5e-23", "0.00000000000000000000001"},
        {"1e12", '+', "1e-24", "decimal.range"},
        {"999999999999", '+', "1e-24", "999999999999.000000000000000000000001"},
        {"0.5", '*', "2", "1"},
        {"-0.25", '*', "4", "-1"},
        {"0", '*', "-5", "0"},
        {"0.000000000012", '*', "999999999999999", "11999.999999999988"},
        {"1e18", '*', "1e17", "100000000000000000000000000000000000"},
        {"1e18", '*', "1e18", "decimal.range"},
        {"1e-12", '*', "1e-12", "0.000000000000000000000001"},
        {"1e-13", '*', "1e-12", "decimal.range"},
        {"0.5e-23", '*', "0.2", "0.000000000000000000000001"},
        {MAX36, '*', MAX36, "decimal.range"},
        {"1.25e-22", '*', "8e21", "1"},
        {"152587890625", '*', "65536e10", "100000000000000000000000000"},
        {"19.6159429231", '*', "1234567890123.45", "24217213267353.587412856695"},
        {"1", '/', "4", "0.25"},
        {"10", '/', "8", "1.25"},
        {"1", '/', "3", "decimal.inexact"},
        {"0", '/', "3", "0"},
        {"1", '/', "0", "decimal.divide_by_zero"},
        {"0", '/', "0", "decimal.divide_by_zero"},
        {"1", '/', "16777216", "0.000000059604644775390625"},
        {"1", '/', "33554432", "decimal.inexact"},
        {MAX36, '/', "1e-24", "decimal.inexact"},
        {"-6", '/', "-1.5", "4"},
    };
    char row[160];
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        moon_decimal a = number(rows[i].a), b = number(rows[i].b), made = UNTOUCHED;
        moon_status status = rows[i].op == '+'   ? moon_decimal_add(a, b, &made, &err)
                             : rows[i].op == '-' ? moon_decimal_sub(a, b, &made, &err)
                             : rows[i].op == '*' ? moon_decimal_mul(a, b, &made, &err)
                                                 : moon_decimal_div_exact(a, b, &made, &err);
        snprintf(row, sizeof row, "%s %c %s", rows[i].a, rows[i].op, rows[i].b);
        check(row, status, made, rows[i].want);
    }
}

/* Every row is tried with the other sign too: modes that name a distance give the exact negative, the two that
 * name a direction change places. */
static void rounds_symmetrically(void **state) {
    static const struct {
        const char *value;
        int places;
        const char *want[MOON_ROUNDING_COUNT]; /* half_up, half_even, half_down, up, down, ceiling, floor */
    } rows[] = {
        {"2.5", 0, {"3", "2", "2", "3", "2", "3", "2"}},
        {"3.5", 0, {"4", "4", "3", "4", "3", "4", "3"}},
        {"0.5", 0, {"1", "0", "0", "1", "0", "1", "0"}},
        {"0.4", 0, {"0", "0", "0", "1", "0", "1", "0"}},
        {"0.49999999999999999999", 0, {"0", "0", "0", "1", "0", "1", "0"}},
        {"0.50000000000000000001", 0, {"1", "1", "1", "1", "0", "1", "0"}},
        {"1.005", 2, {"1.01", "1", "1", "1.01", "1", "1.01", "1"}},
        {"1.015", 2, {"1.02", "1.02", "1.01", "1.02", "1.01", "1.02", "1.01"}},
        {"2.675", 2, {"2.68", "2.68", "2.67", "2.68", "2.67", "2.68", "2.67"}},
        {"9.995", 2, {"10", "10", "9.99", "10", "9.99", "10", "9.99"}},
        {"7", 2, {"7", "7", "7", "7", "7", "7", "7"}},
        {"0.001", 2, {"0", "0", "0", "0.01", "0", "0.01", "0"}},
        {"99999999999.999999999999999999999999",
         0,
         {"100000000000", "100000000000", "100000000000", "100000000000", "99999999999", "100000000000",
          "99999999999"}},
        {"0.000000000000000000000005",
         23,
         {"0.00000000000000000000001", "0", "0", "0.00000000000000000000001", "0",
          "0.00000000000000000000001", "0"}},
    };
    char row[96];
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        for (int mode = 0; mode < MOON_ROUNDING_COUNT; mode++) {
            int other = mode == MOON_CEILING ? MOON_FLOOR : mode == MOON_FLOOR ? MOON_CEILING : mode;
            moon_decimal value = number(rows[i].value), want = number(rows[i].want[mode]), made = UNTOUCHED;
            snprintf(row, sizeof row, "%s to %d, %s", rows[i].value, rows[i].places,
                     moon_rounding_name((moon_rounding)mode));
            moon_status status = moon_decimal_round(value, rows[i].places, (moon_rounding)mode, &made, &err);
            check(row, status, made, rows[i].want[mode]);
            assert_int_equal(moon_decimal_round(moon_decimal_neg(value), rows[i].places, (moon_rounding)other,
                                                &made, &err),
                             MOON_OK);
            if (!moon_decimal_eq(made, moon_decimal_neg(want))) fail_msg("%s: not symmetric", row);
        }
}

static void refuses_places(void **state) {
    moon_decimal made = UNTOUCHED;
    (void)state;
    assert_int_equal(moon_decimal_round(number("1.5"), -1, MOON_UP, &made, &err), MOON_E_DECIMAL_RANGE);
    assert_int_equal(moon_decimal_round(number("1.5"), 25, MOON_UP, &made, &err), MOON_E_DECIMAL_RANGE);
    assert_int_equal(moon_decimal_div(number("1"), number("3"), 25, MOON_UP, &made, &err),
                     MOON_E_DECIMAL_RANGE);
    assert_true(moon_decimal_eq(made, UNTOUCHED));
}

static void divides_with_one_rounding(void **state) {
    static const struct {
        const char *a, *n, *d;
        int places;
        moon_rounding mode;
        const char *want;
    } rows[] = {
        /* SEMANTICS: 8180 at 9.975 % is 815.955; 100 over 30 days; tax of 20 % in 100 gross */
        {"8180", "9.975", "100", 2, MOON_HALF_UP, "815.96"},
        {"100.00", "10", "30", 2, MOON_HALF_UP, "33.33"},
        {"100", "20", "120", 2, MOON_HALF_UP, "16.67"},
        {"1000", "0.12", "365", 12, MOON_HALF_EVEN, "0.328767123288"},
        {"30", "20", "30", 2, MOON_HALF_UP, "20"},
        {"90", "20", "30", 2, MOON_HALF_UP, "60"},
        {"1", "1", "8", 2, MOON_HALF_UP, "0.13"},
        {"1", "1", "8", 2, MOON_HALF_EVEN, "0.12"},
        {"-1", "1", "8", 2, MOON_HALF_UP, "-0.13"},
        {"1", "-1", "-8", 2, MOON_FLOOR, "0.12"},
        {"2", "1", "3", 24, MOON_HALF_UP, "0.666666666666666666666667"},
        {MAX36, MAX36, MAX36, 0, MOON_HALF_UP, MAX36},
        {MAX36, MAX36, MAX36, 24, MOON_HALF_UP, MAX36},
        {MAX36, "1", "17", 24, MOON_HALF_UP, "decimal.range"},
        {MAX36, "2", "1", 0, MOON_HALF_UP, "decimal.range"},
        {"1", "1", MAX36, 24, MOON_UP, "0.000000000000000000000001"},
        {"1", "1", MAX36, 24, MOON_HALF_UP, "0"},
        {"1e-24", "1e-24", MAX36, 24, MOON_DOWN, "0"},
        {"1e-24", "1e-24", "1e-24", 24, MOON_DOWN, "0.000000000000000000000001"},
        {"1e35", "1e35", "1e-24", 24, MOON_DOWN, "decimal.range"},
        {"5", "1", "0", 2, MOON_HALF_UP, "decimal.divide_by_zero"},
    };
    char row[160];
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        moon_decimal made = UNTOUCHED;
        moon_status status = moon_decimal_muldiv(number(rows[i].a), number(rows[i].n), number(rows[i].d),
                                                 rows[i].places, rows[i].mode, &made, &err);
        snprintf(row, sizeof row, "%s * %s / %s", rows[i].a, rows[i].n, rows[i].d);
        check(row, status, made, rows[i].want);
        if (strcmp(rows[i].n, "1") != 0) continue;
        made = UNTOUCHED;
        status =
            moon_decimal_div(number(rows[i].a), number(rows[i].d), rows[i].places, rows[i].mode, &made, &err);
        check(row, status, made, rows[i].want);
    }
}

static void orders(void **state) {
    static const char *const ascending[] = {("-" MAX36), "-1e18", "-1.5",  "-1.25", "-1",
                                            "-1e-24",    "0",     "1e-24", "0.5",   "0.500001",
                                            "1",         "9.99",  "10",    "1e20",  MAX36};
    (void)state;
    for (size_t i = 0; i < COUNT(ascending); i++)
        for (size_t j = 0; j < COUNT(ascending); j++) {
            int got = moon_decimal_cmp(number(ascending[i]), number(ascending[j])), want = (i > j) - (i < j);
            if ((got > 0) - (got < 0) != want) fail_msg("%s and %s: got %d", ascending[i], ascending[j], got);
            assert_int_equal(moon_decimal_eq(number(ascending[i]), number(ascending[j])), i == j);
        }
    assert_int_equal(moon_decimal_sign(number("-0.1")), -1);
    assert_int_equal(moon_decimal_sign(number("0")), 0);
    assert_true(moon_decimal_eq(moon_decimal_abs(number("-0.1")), number("0.1")));
}

static void becomes_an_integer(void **state) {
    static const struct {
        const char *value;
        int exponent;
        moon_status status;
        int64_t want;
    } rows[] = {
        {"12.5", 2, MOON_OK, 1250},
        {"-12.5", 2, MOON_OK, -1250},
        {"12.345", 2, MOON_E_DECIMAL_INEXACT, 0},
        {"5", 0, MOON_OK, 5},
        {"0", 18, MOON_OK, 0},
        {"9223372036854775807", 0, MOON_OK, INT64_MAX},
        {"-9223372036854775808", 0, MOON_OK, INT64_MIN},
        {"9223372036854775808", 0, MOON_E_DECIMAL_RANGE, 0},
        {"-9223372036854775809", 0, MOON_E_DECIMAL_RANGE, 0},
        {"92233720368547758.08", 2, MOON_E_DECIMAL_RANGE, 0},
        {MAX36, 4, MOON_E_DECIMAL_RANGE, 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t got = 77, want = rows[i].status == MOON_OK ? rows[i].want : 77;
        moon_status status = moon_decimal_to_minor(number(rows[i].value), rows[i].exponent, &got, &err);
        if (status != rows[i].status || got != want)
            fail_msg("%s: got %s and %lld", rows[i].value, moon_status_name(status), (long long)got);
    }
    int64_t whole;
    assert_int_equal(moon_decimal_to_int(number("12"), &whole, &err), MOON_OK);
    assert_int_equal(whole, 12);
    assert_int_equal(moon_decimal_to_int(number("1.2"), &whole, &err), MOON_E_DECIMAL_INEXACT);
}

static void is_made_canonical(void **state) {
    moon_decimal made = UNTOUCHED;
    moon_int128 limit = 1, most = (moon_int128)(~(unsigned __int128)0 >> 1);
    (void)state;
    for (int i = 0; i < 36; i++) limit *= 10;
    assert_int_equal(moon_decimal_make(1200, 3, &made, &err), MOON_OK);
    assert_true(made.coef == 12 && made.scale == 1);
    assert_int_equal(moon_decimal_make(0, 20, &made, &err), MOON_OK);
    assert_true(moon_decimal_eq(made, MOON_DECIMAL_ZERO));
    assert_int_equal(moon_decimal_make(-limit * 10, 37, &made, &err), MOON_OK);
    assert_true(made.coef == -1 && made.scale == 0);
    made = UNTOUCHED;
    assert_int_equal(moon_decimal_make(limit, 0, &made, &err), MOON_E_DECIMAL_RANGE);
    assert_int_equal(moon_decimal_make(1, 25, &made, &err), MOON_E_DECIMAL_RANGE);
    assert_int_equal(moon_decimal_make(1, 38, &made, &err), MOON_E_DECIMAL_RANGE);
    assert_int_equal(moon_decimal_make(1, -1, &made, &err), MOON_E_DECIMAL_RANGE);
    assert_int_equal(moon_decimal_make(most, 0, &made, &err), MOON_E_DECIMAL_RANGE);
    assert_int_equal(moon_decimal_make(-most - 1, 0, &made, &err), MOON_E_DECIMAL_RANGE);
    assert_true(moon_decimal_eq(made, UNTOUCHED));
    assert_true(moon_decimal_of(INT64_MIN).coef == INT64_MIN);
}

static void modes_have_names(void **state) {
    (void)state;
    for (int mode = 0; mode < MOON_ROUNDING_COUNT; mode++)
        assert_int_equal(moon_rounding_by_name(moon_str_of(moon_rounding_name((moon_rounding)mode))), mode);
    assert_string_equal(moon_rounding_name(MOON_HALF_UP), "half_up");
    assert_string_equal(moon_rounding_name(MOON_FLOOR), "floor");
    assert_int_equal(moon_rounding_by_name(MOON_STR("half_odd")), MOON_ROUNDING_COUNT);
    assert_int_equal(moon_rounding_by_name(MOON_STR_NONE), MOON_ROUNDING_COUNT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_and_prints),
        cmocka_unit_test(a_nul_is_no_digit),
        cmocka_unit_test(prints_places),
        cmocka_unit_test(computes),
        cmocka_unit_test(rounds_symmetrically),
        cmocka_unit_test(refuses_places),
        cmocka_unit_test(divides_with_one_rounding),
        cmocka_unit_test(orders),
        cmocka_unit_test(becomes_an_integer),
        cmocka_unit_test(is_made_canonical),
        cmocka_unit_test(modes_have_names),
    };
    return cmocka_run_group_tests_name("decimal", tests, NULL, NULL);
}
