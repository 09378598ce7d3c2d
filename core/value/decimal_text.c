#include "value/decimal.h"

#define E18 UINT64_C(1000000000000000000)

static const char *const names[MOON_ROUNDING_COUNT] = {"half_up", "half_even", "half_down", "up",
                                                       "down",    "ceiling",   "floor"};

const char *moon_rounding_name(moon_rounding mode) {
    moon_assert(mode < MOON_ROUNDING_COUNT);
    return names[mode];
}

moon_rounding moon_rounding_by_name(moon_str name) {
    int mode = 0;
    while (mode < MOON_ROUNDING_COUNT && !moon_str_is(name, names[mode])) mode++;
    return (moon_rounding)mode;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static int sign_length(moon_str text) { return text.len > 0 && (text.ptr[0] == '-' || text.ptr[0] == '+'); }

/* The common case: digits and at most one point, short enough for 64 bits. False, and nothing done, for all
 * else. */
static bool parse_short(moon_str text, moon_decimal *out) {
    size_t at = (size_t)sign_length(text), first = at, point = text.len;
    int64_t coef = 0;
    if (text.len - at > 18) return false;
    for (; at < text.len; at++) {
        if (is_digit(text.ptr[at]))
            coef = coef * 10 + (text.ptr[at] - '0');
        else if (text.ptr[at] == '.' && point == text.len)
            point = at;
        else
            return false;
    }
    if (text.len - first == (point < text.len)) return false;
    int scale = point < text.len ? (int)(text.len - point - 1) : 0;
    for (; scale > 0 && coef % 10 == 0; scale--) coef /= 10;
    *out = (moon_decimal){text.ptr[0] == '-' ? -coef : coef, scale};
    return true;
}

/* A number as read so far: coef / 10^places, where coef ends in the last digit that was not 0. */
typedef struct {
    moon_int128 coef;
    int64_t digits; /* of coef; it is not kept beyond MOON_DECIMAL_DIGITS */
    int64_t places; /* negative for zeros between coef and the point */
    int64_t zeros;  /* read behind coef */
    int64_t behind; /* digits of any kind read behind the point */
} reading;

static void take_digit(reading *r, int digit, bool fraction) {
    r->behind += fraction;
    if (digit == 0) {
        if (r->digits == 0) return;
        r->zeros++;
        r->places -= !fraction;
        return;
    }
    r->digits += r->digits ? r->zeros + 1 : 1;
    if (r->digits <= MOON_DECIMAL_DIGITS) {
        for (; r->zeros > 0; r->zeros--) r->coef *= 10;
        r->coef = r->coef * 10 + digit;
    }
    r->zeros = 0;
    r->places = r->behind;
}

/* Digits and a point off the front of `*rest`. False if there is no digit. */
static bool take_number(moon_str *rest, reading *r) {
    size_t at = 0, digits = 0;
    bool fraction = false;
    for (; at < rest->len; at++) {
        char c = rest->ptr[at];
        if (is_digit(c)) {
            take_digit(r, c - '0', fraction);
            digits++;
        } else if (c == '.' && !fraction)
            fraction = true;
        else
            break;
    }
    *rest = moon_str_sub(*rest, at, rest->len);
    return digits > 0;
}

/* The exponent that is all of `text`, "e-12". False if it is not one. Beyond 10^17 its digits no longer matter. */
static bool take_exponent(moon_str text, int64_t *out) {
    int64_t made = 0;
    if (text.len < 2 || (text.ptr[0] != 'e' && text.ptr[0] != 'E')) return false;
    text = moon_str_sub(text, 1, text.len);
    bool negative = text.ptr[0] == '-';
    text = moon_str_sub(text, (size_t)sign_length(text), text.len);
    if (text.len == 0) return false;
    for (size_t i = 0; i < text.len; i++) {
        if (!is_digit(text.ptr[i])) return false;
        if (made < (int64_t)E18 / 10) made = made * 10 + (text.ptr[i] - '0');
    }
    *out = negative ? -made : made;
    return true;
}

static int shown(moon_str text) { return text.len > 60 ? 60 : (int)text.len; }

moon_status moon_decimal_parse(moon_str text, moon_decimal *out, moon_err *err) {
    if (parse_short(text, out)) return MOON_OK;
    size_t sign = (size_t)sign_length(text);
    moon_str rest = moon_str_sub(text, sign, text.len);
    reading r = {0};
    int64_t exponent = 0;
    if (!take_number(&rest, &r) || (rest.len > 0 && !take_exponent(rest, &exponent)))
        return moon_fail(err, MOON_E_DECIMAL_SYNTAX, "\"%.*s\" is not a number", shown(text), text.ptr);
    if (r.digits == 0) {
        *out = MOON_DECIMAL_ZERO;
        return MOON_OK;
    }
    int64_t places = r.places - exponent;
    if (places > MOON_DECIMAL_SCALE_MAX || r.digits - (places < 0 ? places : 0) > MOON_DECIMAL_DIGITS)
        return moon_fail(err, MOON_E_DECIMAL_RANGE,
                         "%.*s has more than %d digits, or more than %d after the point", shown(text),
                         text.ptr, MOON_DECIMAL_DIGITS, MOON_DECIMAL_SCALE_MAX);
    for (; places < 0; places++) r.coef *= 10;
    *out = (moon_decimal){sign && text.ptr[0] == '-' ? -r.coef : r.coef, (int)places};
    return MOON_OK;
}

/* The digits of `value`, at least `least` of them, ending before `end`. Returns where they begin. */
static char *put_digits(char *end, uint64_t value, int least) {
    for (; value > 0 || least > 0; value /= 10, least--) *--end = (char)('0' + value % 10);
    return end;
}

size_t moon_decimal_format_places(moon_decimal value, int places, char out[64]) {
    char digits[64], *end = digits + sizeof digits, *begin;
    moon_assert(places >= 0 && places <= MOON_DECIMAL_SCALE_MAX && value.scale >= 0 &&
                value.scale <= MOON_DECIMAL_SCALE_MAX);
    moon_int128 size = value.coef < 0 ? -value.coef : value.coef;
    if (size >> 63) {
        begin = put_digits(end, (uint64_t)(size % (moon_int128)E18), 18);
        begin = put_digits(begin, (uint64_t)(size / (moon_int128)E18), 0);
    } else
        begin = put_digits(end, (uint64_t)size, 0);
    while (end - begin < value.scale + 1) *--begin = '0';

    char *to = out;
    size_t whole = (size_t)(end - begin - value.scale), fraction = (size_t)value.scale;
    size_t wanted = (size_t)places > fraction ? (size_t)places : fraction;
    if (value.coef < 0) *to++ = '-';
    memcpy(to, begin, whole);
    to += whole;
    if (wanted > 0) {
        *to++ = '.';
        memcpy(to, begin + whole, fraction);
        memset(to + fraction, '0', wanted - fraction);
        to += wanted;
    }
    *to = 0;
    return (size_t)(to - out);
}

/* Canonical numbers have at most 36 digits, of which 24 follow the point, so that 40 bytes are enough. */
size_t moon_decimal_format(moon_decimal value, char out[MOON_DECIMAL_TEXT]) {
    char text[64];
    size_t len = moon_decimal_format_places(value, 0, text);
    memcpy(out, text, len + 1);
    return len;
}
