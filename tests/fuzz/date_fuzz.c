/* Any text as a date and as an instant; days and steps from any bytes. */
#include <stdint.h>
#include <string.h>

#include "value/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static moon_err err;

static void check_date(moon_date date) {
    char text[MOON_DATE_TEXT];
    moon_date again;
    moon_str shown = {text, moon_date_format(date, text)};
    moon_ymd ymd = moon_date_ymd(date);
    moon_assert(shown.len == 10);
    moon_assert(moon_date_parse(shown, &again, &err) == MOON_OK && again == date);
    moon_assert(moon_date_make(ymd.year, ymd.month, ymd.day, &again, &err) == MOON_OK && again == date);
    moon_assert(moon_date_weekday(date) >= 1 && moon_date_weekday(date) <= 7);
}

static void check_instant(moon_instant instant) {
    char text[MOON_INSTANT_TEXT];
    moon_instant again;
    moon_str shown = {text, moon_instant_format(instant, text)};
    moon_assert(shown.len < MOON_INSTANT_TEXT);
    moon_assert(moon_instant_parse(shown, &again, &err) == MOON_OK && again == instant);
}

/* Every date is in the period that is said to contain it, and the next period begins where that one ends. */
static void check_period(moon_date anchor, moon_unit unit, int64_t n, moon_date date) {
    moon_period period, next;
    if (moon_period_containing(anchor, unit, n, date, &period, &err) != MOON_OK) return;
    moon_assert(moon_period_has(period, date) && moon_period_days(period) > 0);
    if (moon_period_containing(anchor, unit, n, period.end, &next, &err) == MOON_OK)
        moon_assert(next.start == period.end);
    if (moon_period_containing(anchor, unit, n, period.start, &next, &err) == MOON_OK)
        moon_assert(next.start == period.start && next.end == period.end);
}

static moon_date date_from(int32_t any) {
    return MOON_DATE_MIN + (moon_date)((uint32_t)any % (MOON_DATE_MAX - MOON_DATE_MIN + 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    moon_str text = {(const char *)data, size};
    moon_date date;
    moon_instant instant;
    if (moon_date_parse(text, &date, &err) == MOON_OK) check_date(date);
    if (moon_instant_parse(text, &instant, &err) == MOON_OK) check_instant(instant);

    struct {
        int32_t anchor, date;
        int64_t n, count;
    } any = {0};
    memcpy(&any, data, size < sizeof any ? size : sizeof any);
    moon_date anchor = date_from(any.anchor);
    check_date(anchor);
    moon_unit unit = (moon_unit)((uint64_t)any.count % (MOON_UNIT_YEAR + 1));
    if (moon_date_step(anchor, unit, any.n, any.count, &date, &err) == MOON_OK) check_date(date);
    if (moon_date_step(anchor, unit, any.n % 100, any.count % 100, &date, &err) == MOON_OK) check_date(date);
    check_period(anchor, unit, any.n, date_from(any.date));
    check_period(anchor, unit, any.n % 100, date_from(any.date));
    return 0;
}
