#include "value/decimal.h"

#include "value/wide.h"

#define E18 UINT64_C(1000000000000000000)
#define LIMIT ((moon_uint128)E18 * E18) /* 10^36 */

#define TEN(from) (from), (from)*10, (from)*100, (from)*1000, (from)*10000, (from)*100000
static const uint64_t small_powers[19] = {TEN(UINT64_C(1)), TEN(UINT64_C(1000000)),
                                          TEN(UINT64_C(1000000000000)), E18};
#undef TEN

/* 10^n for n in 0..36. */
static moon_uint128 power(int n) {
    return n <= 18 ? small_powers[n] : (moon_uint128)E18 * small_powers[n - 18];
}

static bool is_small(moon_uint128 value) { return (uint64_t)(value >> 64) == 0; }
static bool fits_int64(moon_int128 value) { return (int64_t)value == value; }
static moon_uint128 magnitude(moon_int128 value) {
    return value < 0 ? -(moon_uint128)value : (moon_uint128)value;
}
static moon_decimal signed_of(bool negative, moon_uint128 size, int scale) {
    return (moon_decimal){negative ? -(moon_int128)size : (moon_int128)size, scale};
}

/* Drop the zeros at the end of the fraction. Division of 128 bits is slow, so an even number is tried for the
 * factor 5 by its halves (2^64 = 1 mod 5), and divided by multiplying with the inverse of 5 modulo 2^128. */
static void strip(moon_uint128 *size, int *scale) {
    const moon_uint128 fifth = ~(moon_uint128)0 / 5 * 4 + 1;
    moon_uint128 value = *size;
    int left = *scale;
    while (left > 0 && !is_small(value)) {
        uint64_t high = (uint64_t)(value >> 64), low = (uint64_t)value;
        if ((low & 1) != 0 || (high % 5 + low % 5) % 5 != 0) break;
        value = (value >> 1) * fifth;
        left--;
    }
    if (is_small(value)) {
        uint64_t narrow = (uint64_t)value;
        for (; left > 0 && narrow % 10 == 0; left--) narrow /= 10;
        value = narrow;
    }
    *size = value;
    *scale = left;
}

/* Bring to canonical form; false if it is out of range. */
static bool settle(bool negative, moon_uint128 size, int scale, moon_decimal *out) {
    strip(&size, &scale);
    if (size >= LIMIT || scale > MOON_DECIMAL_SCALE_MAX) return false;
    *out = signed_of(negative, size, scale);
    return true;
}

static moon_status out_of_range(moon_err *err, moon_decimal a, const char *verb, moon_decimal b) {
    char left[MOON_DECIMAL_TEXT], right[MOON_DECIMAL_TEXT];
    moon_decimal_format(a, left);
    moon_decimal_format(b, right);
    return moon_fail(err, MOON_E_DECIMAL_RANGE,
                     "%s %s %s has more than %d digits, or more than %d after the point", left, verb, right,
                     MOON_DECIMAL_DIGITS, MOON_DECIMAL_SCALE_MAX);
}

moon_decimal moon_decimal_of(int64_t whole) { return (moon_decimal){whole, 0}; }

moon_status moon_decimal_make(moon_int128 coef, int scale, moon_decimal *out, moon_err *err) {
    if (scale < 0 || scale > 37 || !settle(coef < 0, magnitude(coef), scale, out))
        return moon_fail(err, MOON_E_DECIMAL_RANGE,
                         "a number has more than %d digits, or more than %d after the point",
                         MOON_DECIMAL_DIGITS, MOON_DECIMAL_SCALE_MAX);
    return MOON_OK;
}

moon_decimal moon_decimal_neg(moon_decimal a) { return (moon_decimal){-a.coef, a.scale}; }
moon_decimal moon_decimal_abs(moon_decimal a) { return a.coef < 0 ? moon_decimal_neg(a) : a; }
int moon_decimal_sign(moon_decimal a) { return (a.coef > 0) - (a.coef < 0); }

/* a + b where b has the larger scale. The sum ends in the last digit of b, which is not 0, so it is canonical. */
static bool add_unlike(moon_decimal a, moon_decimal b, moon_decimal *out) {
    int places = b.scale - a.scale;
    /* Beyond twice the limit no b brings the sum back. */
    if ((places > 18 || !fits_int64(a.coef)) && magnitude(a.coef) >= 2 * power(MOON_DECIMAL_DIGITS - places))
        return false;
    moon_int128 sum = a.coef * (moon_int128)power(places) + b.coef;
    if (magnitude(sum) >= LIMIT) return false;
    *out = (moon_decimal){sum, b.scale};
    return true;
}

static bool add(moon_decimal a, moon_decimal b, moon_decimal *out) {
    if (a.scale < b.scale) return add_unlike(a, b, out);
    if (a.scale > b.scale) return add_unlike(b, a, out);
    moon_int128 sum = a.coef + b.coef;
    if (fits_int64(sum) && (a.scale == 0 || (int64_t)sum % 10 != 0)) {
        *out = (moon_decimal){sum, a.scale};
        return true;
    }
    return settle(sum < 0, magnitude(sum), a.scale, out);
}

moon_status moon_decimal_add(moon_decimal a, moon_decimal b, moon_decimal *out, moon_err *err) {
    return add(a, b, out) ? MOON_OK : out_of_range(err, a, "+", b);
}

moon_status moon_decimal_sub(moon_decimal a, moon_decimal b, moon_decimal *out, moon_err *err) {
    return add(a, moon_decimal_neg(b), out) ? MOON_OK : out_of_range(err, a, "-", b);
}

/* Bring a wide number to canonical form; false if it is out of range. */
static bool settle_wide(bool negative, moon_wide size, int scale, moon_decimal *out) {
    moon_uint128 narrow;
    while (!moon_wide_to_uint128(&size, &narrow)) {
        if (scale == 0 || moon_wide_div_small(&size, 10) != 0) return false;
        scale--;
    }
    return settle(negative, narrow, scale, out);
}

moon_status moon_decimal_mul(moon_decimal a, moon_decimal b, moon_decimal *out, moon_err *err) {
    int scale = a.scale + b.scale;
    bool negative = (a.coef < 0) != (b.coef < 0), fits;
    if (fits_int64(a.coef) && fits_int64(b.coef)) {
        moon_int128 product = (moon_int128)(int64_t)a.coef * (int64_t)b.coef;
        fits = settle(product < 0, magnitude(product), scale, out);
    } else {
        moon_wide left = moon_wide_of(magnitude(a.coef)), right = moon_wide_of(magnitude(b.coef));
        fits = settle_wide(negative, moon_wide_mul(&left, &right), scale, out);
    }
    return fits ? MOON_OK : out_of_range(err, a, "*", b);
}

int moon_decimal_cmp(moon_decimal a, moon_decimal b) {
    if (a.scale == b.scale) return (a.coef > b.coef) - (a.coef < b.coef);
    if (a.scale > b.scale) return -moon_decimal_cmp(b, a);
    int places = b.scale - a.scale;
    /* With that many digits before the point, a alone decides. */
    if (magnitude(a.coef) >= power(MOON_DECIMAL_DIGITS - places)) return moon_decimal_sign(a);
    moon_int128 raised = a.coef * (moon_int128)power(places);
    return (raised > b.coef) - (raised < b.coef);
}

/* Whether a quotient cut off at its last digit grows by one unit of that digit.
 *   rest  of the division: 0 none, 1 below half, 2 half, 3 above half */
static bool grows(moon_rounding mode, bool negative, bool odd, int rest) {
    moon_assert(mode < MOON_ROUNDING_COUNT);
    if (rest == 0) return false;
    switch (mode) {
    case MOON_HALF_UP: return rest >= 2;
    case MOON_HALF_EVEN: return rest > 2 || (rest == 2 && odd);
    case MOON_HALF_DOWN: return rest > 2;
    case MOON_UP: return true;
    case MOON_DOWN: return false;
    case MOON_CEILING: return !negative;
    case MOON_FLOOR: return negative;
    case MOON_ROUNDING_COUNT: break;
    }
    return false;
}

static int class_of_rest(moon_uint128 rest, moon_uint128 den) {
    if (rest == 0) return 0;
    moon_uint128 other = den - rest;
    return rest < other ? 1 : rest == other ? 2 : 3;
}

static void divide_narrow(moon_uint128 num, moon_uint128 den, moon_uint128 *quotient, moon_uint128 *rest) {
    if (is_small(num) && is_small(den)) {
        *quotient = (uint64_t)num / (uint64_t)den;
        *rest = (uint64_t)num % (uint64_t)den;
    } else {
        *quotient = num / den;
        *rest = num - *quotient * den;
    }
}

static moon_status check_places(int places, moon_err *err) {
    if (places >= 0 && places <= MOON_DECIMAL_SCALE_MAX) return MOON_OK;
    return moon_fail(err, MOON_E_DECIMAL_RANGE, "a number is rounded to 0 to %d places, not to %d",
                     MOON_DECIMAL_SCALE_MAX, places);
}

moon_status moon_decimal_round(moon_decimal a, int places, moon_rounding mode, moon_decimal *out,
                               moon_err *err) {
    MOON_TRY(check_places(places, err));
    if (a.scale <= places) {
        *out = a;
        return MOON_OK;
    }
    moon_uint128 quotient, rest, den = power(a.scale - places);
    divide_narrow(magnitude(a.coef), den, &quotient, &rest);
    quotient += grows(mode, a.coef < 0, quotient & 1, class_of_rest(rest, den));
    /* At least one digit went, so that what is left has at most 36. */
    bool fits = settle(a.coef < 0, quotient, places, out);
    moon_assert(fits);
    return MOON_OK;
}

/* value * 10^n if that is below 10^36; false, untouched, otherwise. */
static bool raise(moon_uint128 *value, int n) {
    if (n > MOON_DECIMAL_DIGITS || *value >= power(MOON_DECIMAL_DIGITS - n)) return false;
    *value *= power(n);
    return true;
}

/* a * n / d at `places`, rounded; the class of what was cut off in *rest. False if it is out of range. d is not
 * 0. */
static bool ratio(moon_decimal a, moon_decimal n, moon_decimal d, int places, moon_rounding mode,
                  moon_decimal *out, int *rest) {
    bool negative = ((a.coef < 0) != (n.coef < 0)) != (d.coef < 0);
    moon_uint128 left = magnitude(a.coef), right = magnitude(n.coef), den = magnitude(d.coef);
    int raised = places + d.scale - a.scale - n.scale;
    if ((is_small(left) && is_small(right)) || right == 1) {
        moon_uint128 num = left * right, quotient, remains;
        if (raised > 0 ? raise(&num, raised) : raised == 0 || raise(&den, -raised)) {
            divide_narrow(num, den, &quotient, &remains);
            *rest = class_of_rest(remains, den);
            quotient += grows(mode, negative, quotient & 1, *rest);
            return settle(negative, quotient, places, out);
        }
    }
    moon_wide first = moon_wide_of(left), second = moon_wide_of(right), divisor = moon_wide_of(den), remains;
    moon_wide num = moon_wide_mul(&first, &second), quotient;
    if (raised > 0) num = moon_wide_raise(num, raised);
    if (raised < 0) divisor = moon_wide_raise(divisor, -raised);
    moon_wide_div(&num, &divisor, &quotient, &remains);
    *rest = 0;
    if (remains.len > 0) {
        moon_wide two = moon_wide_of(2), twice = moon_wide_mul(&remains, &two);
        *rest = 2 + moon_wide_cmp(&twice, &divisor);
    }
    if (grows(mode, negative, quotient.limb[0] & 1, *rest)) moon_wide_increment(&quotient);
    return settle_wide(negative, quotient, places, out);
}

static moon_status no_divisor(moon_decimal a, moon_err *err) {
    char text[MOON_DECIMAL_TEXT];
    moon_decimal_format(a, text);
    return moon_fail(err, MOON_E_DIVIDE_BY_ZERO, "%s is divided by zero", text);
}

moon_status moon_decimal_div(moon_decimal a, moon_decimal b, int places, moon_rounding mode,
                             moon_decimal *out, moon_err *err) {
    int rest;
    if (b.coef == 0) return no_divisor(a, err);
    MOON_TRY(check_places(places, err));
    return ratio(a, moon_decimal_of(1), b, places, mode, out, &rest) ? MOON_OK : out_of_range(err, a, "/", b);
}

moon_status moon_decimal_muldiv(moon_decimal a, moon_decimal n, moon_decimal d, int places,
                                moon_rounding mode, moon_decimal *out, moon_err *err) {
    int rest;
    if (d.coef == 0) return no_divisor(a, err);
    MOON_TRY(check_places(places, err));
    return ratio(a, n, d, places, mode, out, &rest) ? MOON_OK : out_of_range(err, a, "times a ratio with", n);
}

moon_status moon_decimal_div_exact(moon_decimal a, moon_decimal b, moon_decimal *out, moon_err *err) {
    /* Most quotients end within a few places, which the 128-bit path can tell. */
    static const int tries[] = {6, MOON_DECIMAL_SCALE_MAX};
    char left[MOON_DECIMAL_TEXT], right[MOON_DECIMAL_TEXT];
    moon_decimal made, one = moon_decimal_of(1);
    int rest;
    if (b.coef == 0) return no_divisor(a, err);
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        if (!ratio(a, one, b, tries[i], MOON_DOWN, &made, &rest) || rest != 0) continue;
        *out = made;
        return MOON_OK;
    }
    moon_decimal_format(a, left);
    moon_decimal_format(b, right);
    return moon_fail(err, MOON_E_DECIMAL_INEXACT, "%s / %s does not end within %d places", left, right,
                     MOON_DECIMAL_SCALE_MAX);
}

moon_status moon_decimal_to_minor(moon_decimal value, int exponent, int64_t *minor, moon_err *err) {
    char text[MOON_DECIMAL_TEXT];
    int places = exponent - value.scale;
    moon_uint128 size = magnitude(value.coef);
    if (places < 0) {
        moon_decimal_format(value, text);
        return moon_fail(err, MOON_E_DECIMAL_INEXACT, "%s has more than %d digits after the point", text,
                         exponent);
    }
    if ((places > 0 && size != 0 && !raise(&size, places)) ||
        size > (moon_uint128)INT64_MAX + (value.coef < 0)) {
        moon_decimal_format(value, text);
        return moon_fail(err, MOON_E_DECIMAL_RANGE, "%s with %d digits after the point does not fit 64 bits",
                         text, exponent);
    }
    *minor = (int64_t)(value.coef < 0 ? -(moon_int128)size : (moon_int128)size);
    return MOON_OK;
}

moon_status moon_decimal_to_int(moon_decimal value, int64_t *whole, moon_err *err) {
    return moon_decimal_to_minor(value, 0, whole, err);
}
