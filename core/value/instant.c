#include "value/zone.h"

#define DAY INT64_C(86400)

static moon_status no_instant(moon_str text, moon_err *err) {
    return moon_fail(err, MOON_E_DATE_SYNTAX, "\"%.*s\" is not a date and time such as 2026-11-30T18:00:00Z",
                     text.len > 60 ? 60 : (int)text.len, text.ptr);
}

/* `separator` and two digits up to `max` off the front of `*rest`, or -1. */
static int take_two(moon_str *rest, char separator, int max) {
    if (rest->len < 3 || rest->ptr[0] != separator) return -1;
    int high = rest->ptr[1] - '0', low = rest->ptr[2] - '0', made = high * 10 + low;
    if (high < 0 || high > 9 || low < 0 || low > 9 || made > max) return -1;
    *rest = moon_str_sub(*rest, 3, rest->len);
    return made;
}

/* "" or ".123": microseconds, or -1. */
static int take_fraction(moon_str *rest) {
    int made = 0, unit = 1000000;
    if (rest->len == 0 || rest->ptr[0] != '.') return 0;
    size_t at = 1;
    for (; at < rest->len && rest->ptr[at] >= '0' && rest->ptr[at] <= '9' && unit > 1; at++) {
        unit /= 10;
        made += unit * (rest->ptr[at] - '0');
    }
    *rest = moon_str_sub(*rest, at, rest->len);
    return at > 1 ? made : -1;
}

/* "Z" or "+01:00", the whole of `text`: seconds. */
static bool read_offset(moon_str text, int *out) {
    if (moon_str_is(text, "Z") || moon_str_is(text, "z")) {
        *out = 0;
        return true;
    }
    if (text.len != 6 || (text.ptr[0] != '+' && text.ptr[0] != '-')) return false;
    bool negative = text.ptr[0] == '-';
    int hours = take_two(&text, text.ptr[0], 23), minutes = take_two(&text, ':', 59);
    *out = (negative ? -60 : 60) * (hours * 60 + minutes);
    return hours >= 0 && minutes >= 0;
}

moon_status moon_instant_parse(moon_str text, moon_instant *out, moon_err *err) {
    moon_date day;
    moon_str rest = text;
    int zone;
    if (text.len < 20 || (text.ptr[10] != 'T' && text.ptr[10] != 't')) return no_instant(text, err);
    MOON_TRY(moon_date_parse(moon_str_sub(text, 0, 10), &day, err));
    rest = moon_str_sub(text, 10, text.len);
    int hour = take_two(&rest, text.ptr[10], 23), minute = take_two(&rest, ':', 59),
        second = take_two(&rest, ':', 59);
    int micro = take_fraction(&rest);
    if (hour < 0 || minute < 0 || second < 0 || micro < 0 || !read_offset(rest, &zone))
        return no_instant(text, err);
    int64_t made = day * DAY + hour * 3600 + minute * 60 + second - zone;
    if (made < MOON_DATE_MIN * DAY || made >= (MOON_DATE_MAX + 1) * DAY)
        return moon_fail(err, MOON_E_DATE_RANGE, "%.*s is not within the years 0001 to 9999 of UTC",
                         MOON_STR_ARG(text));
    *out = made * MOON_SECOND + micro;
    return MOON_OK;
}

static char *put(char *to, char separator, int64_t value, int digits) {
    *to = separator;
    for (int i = digits; i > 0; i--, value /= 10) to[i] = (char)('0' + value % 10);
    return to + digits + 1;
}

size_t moon_instant_format(moon_instant instant, char out[MOON_INSTANT_TEXT]) {
    const int64_t min = MOON_DATE_MIN * DAY * MOON_SECOND, max = (MOON_DATE_MAX + 1) * DAY * MOON_SECOND - 1;
    if (instant < min) instant = min;
    if (instant > max) instant = max;
    int64_t micros = instant - min, second = micros / MOON_SECOND % DAY;
    char *to = out + moon_date_format((moon_date)(MOON_DATE_MIN + micros / MOON_SECOND / DAY), out);
    to = put(to, 'T', second / 3600, 2);
    to = put(to, ':', second / 60 % 60, 2);
    to = put(to, ':', second % 60, 2);
    if (micros % MOON_SECOND) to = put(to, '.', micros % MOON_SECOND, 6);
    *to++ = 'Z';
    *to = 0;
    return (size_t)(to - out);
}
