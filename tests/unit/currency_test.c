#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "value/currency.h"

#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

static moon_err err;

static moon_currency currency(const char *code) {
    moon_currency made = 0;
    if (moon_currency_parse(moon_str_of(code), &made, &err) != MOON_OK) fail_msg("%s: %s", code, err.text);
    return made;
}

static void follows_iso_4217(void **state) {
    static const struct {
        const char *code;
        int number, exponent;
        const char *name;
    } rows[] = {
        {"EUR", 978, 2, "Euro"},
        {"USD", 840, 2, "US Dollar"},
        {"GBP", 826, 2, "Pound Sterling"},
        {"CHF", 756, 2, "Swiss Franc"},
        {"JPY", 392, 0, "Yen"},
        {"KRW", 410, 0, "Won"},
        {"ISK", 352, 0, "Iceland Krona"},
        {"CLP", 152, 0, "Chilean Peso"},
        {"XPF", 953, 0, "CFP Franc"},
        {"UYI", 940, 0, "Uruguay Peso en Unidades Indexadas (UI)"},
        {"KWD", 414, 3, "Kuwaiti Dinar"},
        {"BHD", 48, 3, "Bahraini Dinar"},
        {"TND", 788, 3, "Tunisian Dinar"},
        {"CLF", 990, 4, "Unidad de Fomento"},
        {"UYW", 927, 4, "Unidad Previsional"},
        {"MGA", 969, 2, "Malagasy Ariary"},
        {"ALL", 8, 2, "Lek"},
        {"XCG", 532, 2, "Caribbean Guilder"},
        {"ZWG", 924, 2, "Zimbabwe Gold"},
        {"XAD", 396, 2, "Arab Accounting Dinar"},
        {"XAU", 959, 0, "Gold"},
        {"BGN", 975, 2, "Bulgarian Lev"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        moon_currency made = currency(rows[i].code);
        assert_int_equal(made, rows[i].number);
        if (moon_currency_exponent(made) != rows[i].exponent)
            fail_msg("%s: exponent %d", rows[i].code, moon_currency_exponent(made));
        assert_string_equal(moon_currency_code(made), rows[i].code);
        assert_string_equal(moon_currency_name(made), rows[i].name);
    }
}

static void counts_by_exponent(void **state) {
    size_t by_exponent[5] = {0};
    (void)state;
    for (size_t i = 0; i < moon_currency_count(); i++)
        by_exponent[moon_currency_exponent(moon_currency_at(i))]++;
    assert_int_equal(by_exponent[0], 17 + 13); /* and 13 for which the standard names none */
    assert_int_equal(by_exponent[1], 0);
    assert_int_equal(by_exponent[3], 7);
    assert_int_equal(by_exponent[4], 2);
    assert_int_equal(moon_currency_count(), 178 + 5); /* active, and withdrawn since 2020 */
}

static void is_sorted_and_reversible(void **state) {
    (void)state;
    for (size_t i = 0; i < moon_currency_count(); i++) {
        const char *code = moon_currency_code(moon_currency_at(i));
        if (i > 0 && strcmp(moon_currency_code(moon_currency_at(i - 1)), code) >= 0)
            fail_msg("%s is out of order", code);
        assert_int_equal(currency(code), moon_currency_at(i));
        assert_true(moon_currency_known(moon_currency_at(i)));
        assert_true(moon_currency_name(moon_currency_at(i))[0] != 0);
    }
}

static void refuses_the_unknown(void **state) {
    static const char *const codes[] = {"",    "E",   "EU",           "EURO", "eur", "QQQ",
                                        "ANG", "DEM", "\xff\xff\xff", "AAA",  "ZZZ"};
    (void)state;
    for (size_t i = 0; i < COUNT(codes); i++) {
        moon_currency made = 77;
        if (moon_currency_parse(moon_str_of(codes[i]), &made, &err) != MOON_E_CURRENCY_UNKNOWN || made != 77)
            fail_msg("\"%s\" is taken", codes[i]);
    }
    assert_false(moon_currency_known(0));
    assert_false(moon_currency_known(1000));
    assert_false(moon_currency_known(UINT16_MAX));
    assert_string_equal(moon_currency_code(1), "???");
    assert_string_equal(moon_currency_code(UINT16_MAX), "???");
    assert_int_equal(moon_currency_exponent(1), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows_iso_4217),
        cmocka_unit_test(counts_by_exponent),
        cmocka_unit_test(is_sorted_and_reversible),
        cmocka_unit_test(refuses_the_unknown),
    };
    return cmocka_run_group_tests_name("currency", tests, NULL, NULL);
}
