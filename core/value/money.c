#include "value/money.h"

static bool in_range(int64_t minor) { return minor >= -MOON_MONEY_MAX && minor <= MOON_MONEY_MAX; }

static moon_status check_same(moon_money a, moon_money b, const char *verb, moon_err *err) {
    if (a.currency == b.currency) return MOON_OK;
    return moon_fail(err, MOON_E_CURRENCY_MISMATCH, "cannot %s %s and %s", verb,
                     moon_currency_code(a.currency), moon_currency_code(b.currency));
}

static moon_status out_of_range(moon_currency currency, moon_err *err) {
    return moon_fail(err, MOON_E_MONEY_RANGE,
                     "an amount in %s has more than 18 digits, counted in its minor unit",
                     moon_currency_code(currency));
}

moon_status moon_money_add(moon_money a, moon_money b, moon_money *out, moon_err *err) {
    int64_t sum;
    MOON_TRY(check_same(a, b, "add", err));
    if (__builtin_add_overflow(a.minor, b.minor, &sum) || !in_range(sum))
        return out_of_range(a.currency, err);
    *out = (moon_money){sum, a.currency};
    return MOON_OK;
}

moon_status moon_minor_add(int64_t *sum, int64_t amount, const char *what, moon_err *err) {
    int64_t made;
    if (__builtin_add_overflow(*sum, amount, &made) || !in_range(made))
        return moon_fail(err, MOON_E_MONEY_RANGE, "%s has more than 18 digits", what);
    *sum = made;
    return MOON_OK;
}

moon_status moon_money_sub(moon_money a, moon_money b, moon_money *out, moon_err *err) {
    int64_t difference;
    MOON_TRY(check_same(a, b, "subtract", err));
    if (__builtin_sub_overflow(a.minor, b.minor, &difference) || !in_range(difference))
        return out_of_range(a.currency, err);
    *out = (moon_money){difference, a.currency};
    return MOON_OK;
}

moon_status moon_money_round(moon_decimal amount, moon_currency currency, moon_rounding mode, moon_money *out,
                             moon_err *err) {
    int exponent = moon_currency_exponent(currency);
    moon_decimal rounded;
    int64_t minor;
    if (!moon_currency_known(currency))
        return moon_fail(err, MOON_E_CURRENCY_UNKNOWN, "there is no currency with the number %u", currency);
    MOON_TRY(moon_decimal_round(amount, exponent, mode, &rounded, err));
    if (moon_decimal_to_minor(rounded, exponent, &minor, err) != MOON_OK || !in_range(minor))
        return out_of_range(currency, err);
    *out = (moon_money){minor, currency};
    return MOON_OK;
}

moon_decimal moon_money_decimal(moon_money a) {
    moon_decimal made = {a.minor, moon_currency_exponent(a.currency)};
    for (; made.scale > 0 && a.minor % 10 == 0; made.scale--) a.minor /= 10;
    made.coef = a.minor;
    return made;
}

size_t moon_money_format(moon_money a, char out[MOON_MONEY_TEXT]) {
    char text[64];
    size_t len = moon_decimal_format_places(moon_money_decimal(a), moon_currency_exponent(a.currency), text);
    memcpy(out, text, len + 1);
    return len;
}

size_t moon_money_format_code(moon_money a, char out[MOON_MONEY_TEXT]) {
    size_t len = moon_money_format(a, out);
    out[len] = ' ';
    memcpy(out + len + 1, moon_currency_code(a.currency), 4);
    return len + 4;
}

static bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
static int shown(moon_str text) { return text.len > 60 ? 60 : (int)text.len; }

/* The two words of `text`. False if there are fewer, more, or a space at an end. */
static bool two_words(moon_str text, moon_str *first, moon_str *second) {
    size_t at = moon_str_find(text, ' ', 0), behind = at;
    while (behind < text.len && text.ptr[behind] == ' ') behind++;
    *first = moon_str_sub(text, 0, at);
    *second = moon_str_sub(text, behind, text.len);
    return at > 0 && second->len > 0 && moon_str_find(*second, ' ', 0) == second->len;
}

moon_status moon_money_parse(moon_str text, moon_money *out, moon_err *err) {
    moon_str amount, code;
    moon_currency currency;
    moon_decimal value;
    moon_money made;
    if (!two_words(text, &amount, &code))
        return moon_fail(err, MOON_E_MONEY_SYNTAX, "\"%.*s\" is not an amount and a currency", shown(text),
                         text.ptr);
    if (is_letter(amount.ptr[0])) {
        moon_str first = amount;
        amount = code;
        code = first;
    }
    MOON_TRY(moon_currency_parse(code, &currency, err));
    moon_status status = moon_decimal_parse(amount, &value, err);
    if (status == MOON_E_DECIMAL_SYNTAX) return status;
    /* By the text, not by the value: "1.500 EUR" may come from where a point groups thousands. */
    size_t point = moon_str_find(amount, '.', 0), exponent = (size_t)moon_currency_exponent(currency);
    if (moon_str_find(amount, 'e', 0) < amount.len || moon_str_find(amount, 'E', 0) < amount.len)
        return moon_fail(err, MOON_E_MONEY_SYNTAX, "\"%.*s\" has an exponent", shown(text), text.ptr);
    if (point < amount.len && amount.len - point - 1 > exponent)
        return moon_fail(err, MOON_E_MONEY_SYNTAX,
                         "\"%.*s\" has more digits after the point than the %zu of %s", shown(text), text.ptr,
                         exponent, moon_currency_code(currency));
    if (status != MOON_OK) return out_of_range(currency, err);
    MOON_TRY(moon_money_round(value, currency, MOON_DOWN, &made, err));
    *out = made;
    return MOON_OK;
}
