#include "value/date.h"

static bool is_date(int64_t days) { return days >= MOON_DATE_MIN && days <= MOON_DATE_MAX; }

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }

bool moon_date_is_leap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int moon_date_days_in_month(int year, int month) {
    static const int days[13] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    moon_assert(month >= 1 && month <= 12);
    return days[month] + (month == 2 && moon_date_is_leap(year));
}

/* Years are counted from March, so that the leap day comes last and months have a regular length from there.
 * Source: H. Hinnant, "chrono-compatible low-level date algorithms", days_from_civil and civil_from_days. */
static moon_date days_of(int year, int month, int day) {
    int from_march = year - (month <= 2);
    int era = from_march / 400, of_era = from_march - era * 400;
    int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

moon_ymd moon_date_ymd(moon_date date) {
    moon_assert(is_date(date));
    int days = date + 719468;
    int era = days / 146097, of_era = days - era * 146097;
    int year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int of_year = of_era - (365 * year + year / 4 - year / 100);
    int month = (5 * of_year + 2) / 153;
    moon_ymd made = {year + era * 400, month + (month < 10 ? 3 : -9), of_year - (153 * month + 2) / 5 + 1};
    made.year += made.month <= 2;
    return made;
}

static moon_status out_of_range(moon_err *err) {
    return moon_fail(err, MOON_E_DATE_RANGE, "a date would lie outside 0001-01-01 to 9999-12-31");
}

moon_status moon_date_make(int year, int month, int day, moon_date *out, moon_err *err) {
    if (year < 1 || year > 9999) return out_of_range(err);
    if (month < 1 || month > 12 || day < 1 || day > moon_date_days_in_month(year, month))
        return moon_fail(err, MOON_E_DATE_SYNTAX, "there is no day %04d-%02d-%02d", year, month, day);
    *out = days_of(year, month, day);
    return MOON_OK;
}

/* `count` digits from `from` on, or -1. */
static int digits_at(moon_str text, size_t from, size_t count) {
    int made = 0;
    for (size_t i = from; i < from + count; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') return -1;
        made = made * 10 + (text.ptr[i] - '0');
    }
    return made;
}

moon_status moon_date_parse(moon_str text, moon_date *out, moon_err *err) {
    if (text.len == 10 && text.ptr[4] == '-' && text.ptr[7] == '-') {
        int year = digits_at(text, 0, 4), month = digits_at(text, 5, 2), day = digits_at(text, 8, 2);
        if (year >= 0 && month >= 0 && day >= 0) return moon_date_make(year, month, day, out, err);
    }
    return moon_fail(err, MOON_E_DATE_SYNTAX, "\"%.*s\" is not a date", text.len > 40 ? 40 : (int)text.len,
                     text.ptr);
}

size_t moon_date_format(moon_date date, char out[MOON_DATE_TEXT]) {
    if (!is_date(date)) {
        memcpy(out, "no date", 8);
        return 7;
    }
    moon_ymd ymd = moon_date_ymd(date);
    int parts[3] = {ymd.day, ymd.month, ymd.year};
    char *to = out + 10;
    *to = 0;
    for (int i = 0; i < 3; i++) {
        for (int digits = i == 2 ? 4 : 2; digits > 0; digits--, parts[i] /= 10)
            *--to = (char)('0' + parts[i] % 10);
        if (i < 2) *--to = '-';
    }
    return 10;
}

int moon_date_weekday(moon_date date) {
    int of_week = (int)((date + INT64_C(3)) % 7); /* 1970-01-01 was a Thursday */
    return of_week < 0 ? of_week + 8 : of_week + 1;
}

moon_status moon_date_add_days(moon_date date, int64_t days, moon_date *out, moon_err *err) {
    int64_t made;
    if (__builtin_add_overflow((int64_t)date, days, &made) || !is_date(made)) return out_of_range(err);
    *out = (moon_date)made;
    return MOON_OK;
}

/* A unit is a number of days or a number of months. */
static const struct {
    int days, months;
} lengths[] = {[MOON_UNIT_DAY] = {1, 0},     [MOON_UNIT_WEEK] = {7, 0},      [MOON_UNIT_MONTH] = {0, 1},
               [MOON_UNIT_QUARTER] = {0, 3}, [MOON_UNIT_HALF_YEAR] = {0, 6}, [MOON_UNIT_YEAR] = {0, 12}};

moon_status moon_date_step(moon_date anchor, moon_unit unit, int64_t n, int64_t count, moon_date *out,
                           moon_err *err) {
    int64_t steps;
    moon_assert(unit <= MOON_UNIT_YEAR);
    int length = lengths[unit].days + lengths[unit].months;
    if (__builtin_mul_overflow(n, count, &steps) || __builtin_mul_overflow(steps, (int64_t)length, &steps))
        return out_of_range(err);
    if (lengths[unit].days > 0) return moon_date_add_days(anchor, steps, out, err);

    moon_ymd ymd = moon_date_ymd(anchor);
    int64_t months;
    if (__builtin_add_overflow(steps, (int64_t)ymd.year * 12 + ymd.month - 1, &months))
        return out_of_range(err);
    int64_t year = floor_div(months, 12);
    if (year < 1 || year > 9999) return out_of_range(err);
    int month = (int)(months - year * 12) + 1, last = moon_date_days_in_month((int)year, month);
    *out = days_of((int)year, month, ymd.day < last ? ymd.day : last);
    return MOON_OK;
}

int64_t moon_date_days_30e360(moon_date from, moon_date to) {
    moon_ymd a = moon_date_ymd(from), b = moon_date_ymd(to);
    int first = a.day < 30 ? a.day : 30, last = b.day < 30 ? b.day : 30;
    return 360 * (b.year - a.year) + 30 * (b.month - a.month) + (last - first);
}

moon_status moon_period_make(moon_date start, moon_date end, moon_period *out, moon_err *err) {
    char from[MOON_DATE_TEXT], to[MOON_DATE_TEXT];
    if (start < end) {
        *out = (moon_period){start, end};
        return MOON_OK;
    }
    moon_date_format(start, from);
    moon_date_format(end, to);
    return moon_fail(err, MOON_E_PERIOD_ORDER, "a period from %s to %s has no day", from, to);
}

bool moon_period_intersect(moon_period a, moon_period b, moon_period *out) {
    moon_period made = {a.start > b.start ? a.start : b.start, a.end < b.end ? a.end : b.end};
    if (made.start >= made.end) return false;
    *out = made;
    return true;
}

/* Which step of the series comes before `date` or at most one after it. */
static int64_t nearest_step(moon_date anchor, moon_unit unit, int64_t n, moon_date date) {
    if (lengths[unit].days > 0) return floor_div(floor_div((int64_t)date - anchor, lengths[unit].days), n);
    moon_ymd from = moon_date_ymd(anchor), to = moon_date_ymd(date);
    int64_t months = (to.year - from.year) * 12 + (to.month - from.month);
    return floor_div(floor_div(months, lengths[unit].months), n);
}

moon_status moon_date_steps(moon_date anchor, moon_unit unit, int64_t n, moon_date date, int64_t *count,
                            moon_err *err) {
    moon_date start;
    moon_assert(unit <= MOON_UNIT_YEAR);
    if (n < 1)
        return moon_fail(err, MOON_E_PERIOD_ORDER,
                         "periods follow each other by 1 or more units, not by %lld", (long long)n);
    *count = nearest_step(anchor, unit, n, date);
    MOON_TRY(moon_date_step(anchor, unit, n, *count, &start, err));
    if (start > date) --*count; /* in the month of the step, but before its day */
    return MOON_OK;
}

moon_status moon_period_containing(moon_date anchor, moon_unit unit, int64_t n, moon_date date,
                                   moon_period *out, moon_err *err) {
    moon_period made;
    int64_t count;
    MOON_TRY(moon_date_steps(anchor, unit, n, date, &count, err));
    MOON_TRY(moon_date_step(anchor, unit, n, count, &made.start, err));
    MOON_TRY(moon_date_step(anchor, unit, n, count + 1, &made.end, err));
    *out = made;
    return MOON_OK;
}
