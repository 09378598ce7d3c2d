/* Any text as a number, an amount, an identifier; pairs of numbers through arithmetic. */
#include <stdint.h>

#include "value/id.h"
#include "value/money.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static moon_err err;

static void check_canonical(moon_decimal value) {
    char text[MOON_DECIMAL_TEXT];
    moon_decimal again;
    moon_assert(value.scale >= 0 && value.scale <= MOON_DECIMAL_SCALE_MAX);
    moon_assert(value.scale == 0 || value.coef % 10 != 0);
    moon_str shown = {text, moon_decimal_format(value, text)};
    moon_assert(moon_decimal_parse(shown, &again, &err) == MOON_OK && moon_decimal_eq(again, value));
}

static void check_money(moon_str text) {
    char shown[MOON_MONEY_TEXT];
    moon_money made, again;
    if (moon_money_parse(text, &made, &err) != MOON_OK) return;
    moon_assert(made.minor >= -MOON_MONEY_MAX && made.minor <= MOON_MONEY_MAX);
    moon_str form = {shown, moon_money_format_code(made, shown)};
    moon_assert(moon_money_parse(form, &again, &err) == MOON_OK);
    moon_assert(again.minor == made.minor && again.currency == made.currency);
    moon_assert(moon_money_round(moon_money_decimal(made), made.currency, MOON_DOWN, &again, &err) ==
                MOON_OK);
    moon_assert(again.minor == made.minor);
}

/* What holds for every two numbers, as far as the results are in range. */
static void check_pair(moon_decimal a, moon_decimal b) {
    moon_decimal sum, back, product, quotient, other;
    moon_assert(moon_decimal_cmp(a, b) == -moon_decimal_cmp(b, a));
    moon_assert((moon_decimal_cmp(a, b) == 0) == moon_decimal_eq(a, b));
    if (moon_decimal_add(a, b, &sum, &err) == MOON_OK) {
        check_canonical(sum);
        moon_assert(moon_decimal_add(b, a, &other, &err) == MOON_OK && moon_decimal_eq(sum, other));
        if (moon_decimal_sub(sum, b, &back, &err) == MOON_OK) moon_assert(moon_decimal_eq(back, a));
    }
    if (moon_decimal_mul(a, b, &product, &err) == MOON_OK) {
        check_canonical(product);
        if (b.coef != 0)
            moon_assert(moon_decimal_div_exact(product, b, &back, &err) == MOON_OK &&
                        moon_decimal_eq(back, a));
    }
    for (int mode = 0; mode < MOON_ROUNDING_COUNT; mode++) {
        int mirrored = mode == MOON_CEILING ? MOON_FLOOR : mode == MOON_FLOOR ? MOON_CEILING : mode;
        moon_status status = moon_decimal_div(a, b, 6, (moon_rounding)mode, &quotient, &err);
        if (status != MOON_OK) continue;
        check_canonical(quotient);
        moon_assert(quotient.scale <= 6);
        moon_assert(moon_decimal_div(moon_decimal_neg(a), b, 6, (moon_rounding)mirrored, &other, &err) ==
                    MOON_OK);
        moon_assert(moon_decimal_eq(moon_decimal_neg(other), quotient));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    moon_str text = {(const char *)data, size}, rest = text, piece;
    moon_decimal last = MOON_DECIMAL_ZERO, made;
    moon_status id = moon_id_check(text, &err);
    moon_assert(id == MOON_OK || id == MOON_E_ID_INVALID);
    while (size > 0 && moon_str_cut(&rest, '\n', &piece)) {
        check_money(piece);
        if (moon_decimal_parse(piece, &made, &err) != MOON_OK) continue;
        check_canonical(made);
        check_pair(last, made);
        last = made;
    }
    return 0;
}
