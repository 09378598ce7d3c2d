#include "unit/script_case.h"

/* An expression and what tostring makes of it, or the error it raises. */
static const struct {
    const char *expression, *want;
} rows[] = {
    /* literals and canonical form */
    {"0.1 + 0.2 == 0.3", "true"},
    {"0.5 * 2 == 1", "true"},
    {"type(0.5 * 2)", "number"},
    {"type(0.5)", "decimal"},
    {"1e3", "1000"},
    {"type(1e3)", "number"},
    {"2147483648 == 2147483647 + 1", "true"},
    {"type(2147483648)", "number"},
    {"type(2147483649)", "decimal"},
    {"9007199254740993", "9007199254740993"},
    {"9223372036854775807 + 1", "9223372036854775808"},
    {"9223372036854775808 * 2 == 18446744073709551616", "true"},
    {"123456789012345678901234567890.123456", "123456789012345678901234567890.123456"},
    {"1e40", "!decimal.range"},
    {"0x10", "16"},
    {"0x80000001", "!rule.integer_range"},
    {"0x1p4", "!rule.syntax"},
    {"-0.5", "-0.5"},
    {"- -0.5", "0.5"},
    {".5", "0.5"},
    {"5.", "5"},
    /* addition and subtraction */
    {"1.25 + 1", "2.25"},
    {"1 + 1.25", "2.25"},
    {"0.5 - 1", "-0.5"},
    {"1 - 0.5", "0.5"},
    {"72057594037927935.5 + 0.5", "72057594037927936"},
    {"0.000000000000000000000001 + 1", "1.000000000000000000000001"},
    {"99999999999999999999.5 - 99999999999999999999.25", "0.25"},
    {"0.5 + nil", "!rule.value: cannot add nil to a decimal"},
    {"0.5 + {}", "!rule.value: cannot add a table to a decimal"},
    {"0.5 + '1'", "!rule.value: cannot add a string to a decimal"},
    {"'10' + 1", "!rule.error: attempt to perform arithmetic on a string value"},
    {"0.5 - nil", "!rule.value: cannot subtract nil from a decimal"},
    /* multiplication */
    {"1.5 * 1.5", "2.25"},
    {"0.000000000012 * 999999999999999", "11999.999999999988"},
    {"1e20 * 1e20", "!decimal.range"},
    {"1e-20 * 1e-20", "!decimal.range"},
    {"3037000500 * 3037000500", "9223372037000250000"},
    {"(2147483647 * 2147483647) * 0.5", "!rule.integer_range"},
    /* division, powers */
    {"7 / 2", "3.5"},
    {"6 / 2", "3"},
    {"type(6 / 2)", "number"},
    {"1 / 3", "!decimal.inexact"},
    {"1 / 0", "!decimal.divide_by_zero"},
    {"1.5 / 0.5", "3"},
    {"12 / 2 / 3 * 2", "4"},
    {"-6 / 4", "-1.5"},
    {"nil / 2", "!rule.value"},
    {"2 ^ 10", "1024"},
    {"2 ^ -2", "0.25"},
    {"2 ^ 3 ^ 2", "512"},
    {"1.1 ^ 2", "1.21"},
    {"2 ^ 0.5", "!decimal.inexact"},
    {"10 ^ 100", "!decimal.range"},
    {"7.5 // 2", "3"},
    {"-7.5 // 2", "-4"},
    {"7.5 % 2", "1.5"},
    {"-7.5 % 2", "0.5"},
    {"7 // 2", "3"},
    /* comparison and equality */
    {"0.5 < 1", "true"},
    {"1 <= 0.5", "false"},
    {"1.50 == 1.5", "true"},
    {"0.5 == '0.5'", "false"},
    {"0.5 < '1'", "!rule.value: cannot compare a decimal with a string"},
    {"0.5 < nil", "!rule.value: cannot compare a decimal with nil"},
    {"123456789012345678901234567890.5 == 123456789012345678901234567890.5", "true"},
    {"123456789012345678901234567890.5 < 123456789012345678901234567890.75", "true"},
    {"(function() local t = { [0.25] = 'a', [123456789012345678901234567890.5] = 'b' } "
     "return t[0.5 / 2] .. t[123456789012345678901234567890 + 0.5] end)()",
     "ab"},
    {"(function() local t = { [money '1.50 EUR'] = 1, [date '2026-01-01'] = 2 } "
     "return t[money('1.5', 'EUR')] .. t[date(2026, 1, 1)] end)()",
     "12"},
    /* text */
    {"1.50 .. ''", "1.5"},
    {"'x' .. 0.25 .. money '1 EUR'", "x0.251.00 EUR"},
    {"0.5 .. {}", "!rule.value: cannot join a table to text"},
    {"string.format('%s|%6.2f|%-6d|%05.1f|%+d|%x|%%', 0.5, 1.005, 7, -2.25, 3, 255)",
     "0.5|  1.01|7     |-02.3|+3|ff|%"},
    {"string.format('%d', 0.5)", "!decimal.inexact"},
    {"string.format('%.2f', money '1.005 EUR')", "1.01"},
    {"string.format('%s')", "!rule.value"},
    {"string.format('%p', {})", "!rule.value: string.format has no %p"},
    {"tonumber('12.50')", "12.5"},
    {"tonumber('x')", "nil"},
    {"tonumber('ff', 16)", "255"},
    {"tostring({})", "table"},
    {"tostring(print)", "!rule.forbidden"},
    {"tostring(ipairs)", "function"},
    {"table.concat({ 1, 0.5, 'x', date '2026-01-31' }, ',')", "1,0.5,x,2026-01-31"},
    /* money */
    {"money '12.50 EUR'", "12.50 EUR"},
    {"money 'EUR 12.5'", "12.50 EUR"},
    {"money(12, 'JPY')", "12 JPY"},
    {"money(0.0004, 'EUR')", "0.0004 EUR"},
    {"money '12.50'", "!money.syntax"},
    {"money '12.50 XXQ'", "!money.currency_unknown"},
    {"money '1 EUR' + money '2.50 EUR'", "3.50 EUR"},
    {"money '1 EUR' + money '1 USD'", "!money.currency_mismatch: cannot add USD to EUR"},
    {"money '1 EUR' - money '1 USD'", "!money.currency_mismatch: cannot subtract USD from EUR"},
    {"money '1 EUR' < money '1 USD'", "!money.currency_mismatch"},
    {"money '1 EUR' + 1", "!rule.value: cannot add a number to EUR"},
    {"0 + money '1 EUR'", "1.00 EUR"},
    {"money '1 EUR' > 0", "true"},
    {"money '1 EUR' > 1", "!rule.value"},
    {"-money '1 EUR'", "-1.00 EUR"},
    {"money '1 EUR' * 0.125", "0.125 EUR"},
    {"3 * money '1 EUR'", "3.00 EUR"},
    {"money '1 EUR' * money '1 EUR'", "!rule.value"},
    {"money '1 EUR' / 8", "0.125 EUR"},
    {"money '1 EUR' / 3", "!decimal.inexact"},
    {"money '1 EUR' / money '4 EUR'", "0.25"},
    {"money '1 EUR' / money '4 USD'", "!money.currency_mismatch"},
    {"4 / money '1 EUR'", "!rule.value"},
    {"money '1.005 EUR':round()", "1.01 EUR"},
    {"money '-1.005 EUR':round()", "-1.01 EUR"},
    {"money '1.005 EUR':round(2, 'half_even')", "1.00 EUR"},
    {"money '1.50 EUR'.amount", "1.5"},
    {"money '0.00 EUR'.amount == 0", "true"},
    {"money '1.50 EUR'.currency", "EUR"},
    {"money '1.50 EUR'.cents", "!record.field_unknown: a money has no field 'cents'"},
    {"money '99999999999999999999.99 EUR' + money '0.01 EUR'", "100000000000000000000.00 EUR"},
    {"money '99999999999999999999.99 EUR' == money '99999999999999999999.99 EUR'", "true"},
    {"type(money '1 EUR')", "money"},
    {"money '1 EUR' == 1", "false"},
    {"(function() local m = money '1 EUR' m.amount = 2 end)()", "!rule.value: a money cannot be changed"},
    /* dates and periods */
    {"date '2026-11-30' + 1", "2026-12-01"},
    {"1 + date '2026-11-30'", "2026-12-01"},
    {"date '2026-11-30' - 30", "2026-10-31"},
    {"date '2026-11-30' - date '2026-11-01'", "29"},
    {"date '2026-11-30' + 0.5", "!decimal.inexact"},
    {"date '2026-11-30' + date '2026-11-30'", "!rule.value: cannot add a date to a date"},
    {"date '2026-02-30'", "!date.syntax"},
    {"date(2026, 13, 1)", "!date."},
    {"date '9999-12-31' + 1", "!date.range"},
    {"date '2026-01-01' < date '2026-01-02'", "true"},
    {"date '2026-01-01' < 3", "!rule.value: cannot compare a date with a number"},
    {"date '2026-01-01' < money '1 EUR'", "!rule.value"},
    {"date '2026-11-30'.year .. date '2026-11-30'.month .. date '2026-11-30'.day", "20261130"},
    {"date '2026-11-30'.weekday", "1"},
    {"date '2024-02-10'.days_in_month", "29"},
    {"date '2026-01-31':add_months(1)", "2026-02-28"},
    {"date '2026-01-31':step('month', 2)", "2026-03-31"},
    {"date '2026-01-31':step('fortnight', 2)", "!rule.value"},
    {"date '2024-02-29':add_years(1)", "2025-02-28"},
    {"date '2026-11-15':month_start() .. date '2026-11-15':month_end()", "2026-11-012026-11-30"},
    {"date '2026-01-31':period('month', date '2026-03-01')", "2026-02-28..2026-03-31"},
    {"date '2026-01-31':days_30e360('2026-02-28')", "28"},
    {"date '2026-11-30' * 2", "!rule.value"},
    {"-date '2026-11-30'", "!rule.value: cannot negate date"},
    {"date '2026-11-30' / 2", "!rule.value"},
    {"period('2026-11-01', '2026-12-01')", "2026-11-01..2026-12-01"},
    {"period '2026-11-01..2026-12-01'.days", "30"},
    {"period('2026-12-01', '2026-11-01')", "!period.order"},
    {"period('2026-11-01', '2026-12-01').start", "2026-11-01"},
    {"period('2026-11-01', '2026-12-01').stop", "2026-12-01"},
    {"period('2026-11-01', '2026-12-01'):has '2026-12-01'", "false"},
    {"period('2026-11-01', '2026-12-01'):intersect(period('2026-11-20', '2027-01-01'))",
     "2026-11-20..2026-12-01"},
    {"period('2026-11-01', '2026-12-01'):intersect(period('2026-12-01', '2027-01-01'))", "nil"},
    {"period('0001-01-01', '9999-12-31')", "0001-01-01..9999-12-31"},
    {"period('2026-11-01', '2026-12-01') == period '2026-11-01..2026-12-01'", "true"},
    {"type(date '2026-11-30') .. type(period('2026-11-01', '2026-12-01'))", "dateperiod"},
    /* functions */
    {"percent(20)", "0.2"},
    {"percent '7.5'", "0.075"},
    {"round(2.5, 0)", "3"},
    {"round(-2.5, 0)", "-3"},
    {"round(2.5, 0, 'half_even')", "2"},
    {"round(2.5)", "!rule.value: argument 2 of round must be the number of places"},
    {"round(2.5, 0, 'sideways')", "!rule.value: argument 3 of round must be half_up"},
    {"(3):round(2)", "3"},
    {"(2.345):round(2)", "2.35"},
    {"divide(1, 3, 4)", "0.3333"},
    {"divide(money '1 EUR', 3)", "0.33 EUR"},
    {"divide(money '1 EUR', money '3 EUR', 3, 'up')", "0.334"},
    {"divide(1, 3)", "!rule.value"},
    {"prorate(money '10 EUR', 10, 31)", "3.23 EUR"},
    {"prorate(10, 10, 31, 4, 'down')", "3.2258"},
    {"table.concat(split(money '10 EUR', { 1, 1, 1 }), ' ')", "3.34 EUR 3.33 EUR 3.33 EUR"},
    {"table.concat(split(money '-10 EUR', { 1, 1, 1 }), ' ')", "-3.34 EUR -3.33 EUR -3.33 EUR"},
    {"table.concat(split(10, { 0.5, 0.25, 0.25 }), ' ')", "5 3 2"},
    {"split(money '0.001 EUR', { 1 })", "!decimal.inexact"},
    {"split(money '10 EUR', { 0, 0 })", "!split.invalid"},
    {"split(money '10 EUR', {})", "!split.invalid"},
    {"split(money '10 EUR', { 1, 'x' })", "!split.invalid"},
    {"min(3, 0.5, 2) .. max(3, 0.5, 2)", "0.53"},
    {"max(money '1 EUR', money '2 EUR', 0)", "2.00 EUR"},
    {"max()", "!rule.value"},
    {"max({})", "!rule.value"},
    {"abs(-0.5) .. abs(money '-1 EUR')", "0.51.00 EUR"},
    {"sum({ 0.5, 1, 1.5 })", "3"},
    {"sum({ money '1 EUR', money '2 EUR' })", "3.00 EUR"},
    {"sum({}, money '0 EUR')", "0.00 EUR"},
    {"sum({ 1, money '2 EUR' })", "!rule.value"},
    {"math.floor(7 / 2) .. math.ceil(3.2) .. math.floor(-0.5)", "34-1"},
    {"decimal '0.000012' * 1000000", "12"},
    {"decimal '1,5'", "!decimal.syntax"},
    {"decimal(nil)", "!rule.value: argument 1 of decimal must be a number, not nil"},
};

static void computes(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char source[512], got[1024];
        snprintf(source, sizeof source, "return function() return tostring(%s) end", rows[i].expression);
        moon_script *s = case_state(&MOON_SCRIPT_LIMITS, source);
        case_run(s, got, sizeof got);
        if (!case_is(got, rows[i].want))
            CASE_FAIL("%s: got %s, want %s", rows[i].expression, got, rows[i].want);
        moon_script_free(s);
    }
    case_done();
}

/* A number of the host beyond 2^31 arrives as a decimal, so that no arithmetic on it can wrap. */
static void takes_large_integers(void **state) {
    char got[1024];
    (void)state;
    moon_script *s = case_state(&MOON_SCRIPT_LIMITS, "return function(x) return tostring(x + 0.5) end");
    moon_err err;
    moon_arena arena = MOON_ARENA_EMPTY;
    moon_arg result, huge = moon_arg_integer(INT64_MAX);
    assert_int_equal(moon_script_call(s, "case.run", &huge, 1, &arena, &result, &err), MOON_OK);
    snprintf(got, sizeof got, "%.*s", MOON_STR_ARG(result.text));
    assert_string_equal(got, "9223372036854775807.5");
    moon_arena_free(&arena);
    moon_script_free(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(computes), cmocka_unit_test(takes_large_integers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
