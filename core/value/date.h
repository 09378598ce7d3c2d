/* value/date: civil dates and half-open periods.                            Floor 1, pure.
 *
 * A date is a count of days since 1970-01-01 in the proleptic Gregorian calendar (ISO 8601), without time and
 * zone. Range 0001-01-01 to 9999-12-31. A period is [start, end): its end is the first day that is no longer in
 * it. */
#ifndef MOON_VALUE_DATE_H
#define MOON_VALUE_DATE_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

typedef int32_t moon_date;
#define MOON_DATE_MIN (-719162)
#define MOON_DATE_MAX 2932896
#define MOON_DATE_NONE INT32_MIN
#define MOON_DATE_TEXT 11

typedef struct moon_ymd {
    int year, month, day;
} moon_ymd;
typedef struct moon_period {
    moon_date start, end;
} moon_period;
typedef enum moon_unit {
    MOON_UNIT_DAY,
    MOON_UNIT_WEEK,
    MOON_UNIT_MONTH,
    MOON_UNIT_QUARTER,
    MOON_UNIT_HALF_YEAR,
    MOON_UNIT_YEAR
} moon_unit;

/* MOON_E_DATE_RANGE; MOON_E_DATE_SYNTAX if there is no such day. */
MOON_CHECK moon_status moon_date_make(int year, int month, int day, moon_date *out, moon_err *err);
moon_ymd moon_date_ymd(moon_date date);
/* "2026-11-30", the whole of `text`. MOON_E_DATE_SYNTAX, MOON_E_DATE_RANGE. */
MOON_CHECK moon_status moon_date_parse(moon_str text, moon_date *out, moon_err *err);
/* "2026-11-30"; "no date" for MOON_DATE_NONE and all else out of range. Returns the length. */
size_t moon_date_format(moon_date date, char out[MOON_DATE_TEXT]);
int moon_date_weekday(moon_date date);            /* ISO 8601: Monday 1 to Sunday 7 */
int moon_date_days_in_month(int year, int month); /* 28 to 31 */
bool moon_date_is_leap(int year);
MOON_CHECK moon_status moon_date_add_days(moon_date date, int64_t days, moon_date *out, moon_err *err);
/* The `count`-th step of `n` units after `anchor`, always computed from the anchor: 31 Jan plus one month is 28
 * or 29 Feb, plus two months is 31 Mar. Weeks and days add days. count may be negative. MOON_E_DATE_RANGE. */
MOON_CHECK moon_status moon_date_step(moon_date anchor, moon_unit unit, int64_t n, int64_t count,
                                      moon_date *out, moon_err *err);
/* Days from `from` to `to`, 30E/360 (ISDA 2006 §4.16(g)): day 31 counts as 30. Negative when `to` is earlier. */
int64_t moon_date_days_30e360(moon_date from, moon_date to);

/* MOON_E_PERIOD_ORDER unless start < end. */
MOON_CHECK moon_status moon_period_make(moon_date start, moon_date end, moon_period *out, moon_err *err);
static inline int64_t moon_period_days(moon_period p) { return (int64_t)p.end - p.start; }
static inline bool moon_period_has(moon_period p, moon_date d) { return d >= p.start && d < p.end; }
/* The common part; false if there is none. */
bool moon_period_intersect(moon_period a, moon_period b, moon_period *out);
/* How many whole steps of moon_date_step lie between the anchor and `date`: the last that is not behind it.
 * MOON_E_PERIOD_ORDER for n < 1, MOON_E_DATE_RANGE. */
MOON_CHECK moon_status moon_date_steps(moon_date anchor, moon_unit unit, int64_t n, moon_date date,
                                       int64_t *count, moon_err *err);
/* The period of the anchored series (moon_date_step) that contains `date`. MOON_E_PERIOD_ORDER for n < 1,
 * MOON_E_DATE_RANGE if the period does not lie within the range of dates whole. */
MOON_CHECK moon_status moon_period_containing(moon_date anchor, moon_unit unit, int64_t n, moon_date date,
                                              moon_period *out, moon_err *err);

#endif
