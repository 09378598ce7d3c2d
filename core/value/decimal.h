/* value/decimal: exact decimal numbers.                                     Floor 1, pure.
 *
 * A decimal is coef / 10^scale with |coef| < 10^36 and 0 <= scale <= 24, always in canonical form: no zero at
 * the end of the fraction, zero is {0, 0}; so two decimals are equal exactly when their members are. Room for a
 * unit price of 12 decimals times a quantity of 15 digits, and more. Addition, subtraction and multiplication
 * are exact or an error; only division and rounding lose digits, and they name places and mode. Nothing wraps.
 *
 * Why a 128-bit coefficient: hardware integers, so that one addition costs a few nanoseconds, and 36 digits are
 * more than any contract needs; arbitrary precision (libmpdec, GMP) would allocate per operation. Scripts get
 * most decimals packed in 64 bits (core/script/value.h). Figures: README.md here, from tests/bench/decimal.c. */
#ifndef MOON_VALUE_DECIMAL_H
#define MOON_VALUE_DECIMAL_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

typedef __int128 moon_int128;

#define MOON_DECIMAL_DIGITS 36
#define MOON_DECIMAL_SCALE_MAX 24
#define MOON_DECIMAL_TEXT 48 /* bytes that moon_decimal_format needs at most, its NUL included */

typedef struct moon_decimal {
    moon_int128 coef;
    int scale; /* digits after the point */
} moon_decimal;

/* Rounding modes. HALF_UP is away from zero at the half, symmetric, so that a reversal is the exact negative. */
typedef enum moon_rounding {
    MOON_HALF_UP,   /* nearest, half away from zero (commercial rounding) */
    MOON_HALF_EVEN, /* nearest, half to the even neighbour (IEEE 754, "banker's") */
    MOON_HALF_DOWN, /* nearest, half towards zero */
    MOON_UP,        /* away from zero */
    MOON_DOWN,      /* towards zero */
    MOON_CEILING,   /* towards plus infinity */
    MOON_FLOOR,     /* towards minus infinity */
    MOON_ROUNDING_COUNT
} moon_rounding;

#define MOON_DECIMAL_ZERO ((moon_decimal){0, 0})

/* "half_up", "half_even", … and back; MOON_ROUNDING_COUNT for an unknown name. */
const char *moon_rounding_name(moon_rounding mode);
moon_rounding moon_rounding_by_name(moon_str name);

moon_decimal moon_decimal_of(int64_t whole);
/* coef / 10^scale brought to canonical form. MOON_E_DECIMAL_RANGE if it does not fit. scale in 0..37. */
MOON_CHECK moon_status moon_decimal_make(moon_int128 coef, int scale, moon_decimal *out, moon_err *err);

/* From text: optional sign, digits, optionally a point and digits, optionally e or E and an exponent; the whole
 * of `text`, no white space, no grouping. Digits on at least one side of the point. MOON_E_DECIMAL_SYNTAX,
 * MOON_E_DECIMAL_RANGE. */
MOON_CHECK moon_status moon_decimal_parse(moon_str text, moon_decimal *out, moon_err *err);
/* Canonical text ("-1234.5", "0"); returns its length. No exponent, no locale. */
size_t moon_decimal_format(moon_decimal value, char out[MOON_DECIMAL_TEXT]);
/* With at least `places` digits after the point ("12.50"); places in 0..MOON_DECIMAL_SCALE_MAX, out takes 64
 * bytes. */
size_t moon_decimal_format_places(moon_decimal value, int places, char out[64]);

/* Exact, or MOON_E_DECIMAL_RANGE. */
MOON_CHECK moon_status moon_decimal_add(moon_decimal a, moon_decimal b, moon_decimal *out, moon_err *err);
MOON_CHECK moon_status moon_decimal_sub(moon_decimal a, moon_decimal b, moon_decimal *out, moon_err *err);
MOON_CHECK moon_status moon_decimal_mul(moon_decimal a, moon_decimal b, moon_decimal *out, moon_err *err);
moon_decimal moon_decimal_neg(moon_decimal a);
moon_decimal moon_decimal_abs(moon_decimal a);
/* Negative, 0, positive; always exact, also where a difference would not fit. */
int moon_decimal_cmp(moon_decimal a, moon_decimal b);
int moon_decimal_sign(moon_decimal a);
static inline bool moon_decimal_eq(moon_decimal a, moon_decimal b) {
    return a.coef == b.coef && a.scale == b.scale;
}

/* To `places` digits after the point. MOON_E_DECIMAL_RANGE for places outside 0..MOON_DECIMAL_SCALE_MAX, here
 * and below; otherwise it cannot fail, since rounding drops a digit before it may add one. */
MOON_CHECK moon_status moon_decimal_round(moon_decimal a, int places, moon_rounding mode, moon_decimal *out,
                                          moon_err *err);
/* a / b rounded once. MOON_E_DIVIDE_BY_ZERO, MOON_E_DECIMAL_RANGE (of the result alone, not of its way there). */
MOON_CHECK moon_status moon_decimal_div(moon_decimal a, moon_decimal b, int places, moon_rounding mode,
                                        moon_decimal *out, moon_err *err);
/* a / b if the quotient is a decimal within range, MOON_E_DECIMAL_INEXACT otherwise. MOON_E_DIVIDE_BY_ZERO. */
MOON_CHECK moon_status moon_decimal_div_exact(moon_decimal a, moon_decimal b, moon_decimal *out,
                                              moon_err *err);
/* a * n / d with one rounding and an intermediate of 512 bits, which is enough for any: prorating, tax
 * contained in a gross amount. MOON_E_DIVIDE_BY_ZERO, MOON_E_DECIMAL_RANGE. */
MOON_CHECK moon_status moon_decimal_muldiv(moon_decimal a, moon_decimal n, moon_decimal d, int places,
                                           moon_rounding mode, moon_decimal *out, moon_err *err);

/* value * 10^exponent as an integer of minor units. MOON_E_DECIMAL_INEXACT if a digit would be lost,
 * MOON_E_DECIMAL_RANGE. */
MOON_CHECK moon_status moon_decimal_to_minor(moon_decimal value, int exponent, int64_t *minor, moon_err *err);
/* The whole number, or MOON_E_DECIMAL_INEXACT, MOON_E_DECIMAL_RANGE. */
MOON_CHECK moon_status moon_decimal_to_int(moon_decimal value, int64_t *whole, moon_err *err);

#endif
