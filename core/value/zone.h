/* value/zone: time zones of the tz database, from the bytes of a TZif file.  Floor 1, pure.
 *
 * Format: RFC 8536 (TZif versions 1 to 3, with the POSIX TZ rule in the footer for times after the last
 * transition). Loading the file is app/'s; the hash of its bytes is part of what a run records. */
#ifndef MOON_VALUE_ZONE_H
#define MOON_VALUE_ZONE_H

#include "base/arena.h"
#include "value/date.h"

/* Microseconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX). */
typedef int64_t moon_instant;
#define MOON_SECOND INT64_C(1000000)
#define MOON_INSTANT_TEXT 28 /* 2026-11-30T18:00:00.000000Z and a NUL */

typedef struct moon_zone moon_zone;

/* Parse; `tzif` is copied as needed, the zone lives in `keep`. MOON_E_ZONE_INVALID for anything malformed and
 * for data that count leap seconds ("right/"); never reads outside. */
MOON_CHECK moon_status moon_zone_parse(moon_str tzif, moon_arena *keep, const moon_zone **out, moon_err *err);
const moon_zone *moon_zone_utc(void);
/* Seconds to add to UTC at `instant`. */
int32_t moon_zone_offset(const moon_zone *zone, moon_instant instant);
/* The civil day on which `instant` falls, the first or last of all where that is out of range. */
moon_date moon_zone_day(const moon_zone *zone, moon_instant instant);
/* The instant of a civil time (second of day 0..86399). A time that daylight saving skips is taken as the first
 * instant after the gap; one that it repeats is taken as the earlier of the two. */
moon_instant moon_zone_instant(const moon_zone *zone, moon_date day, int32_t second);
/* RFC 3339: "2026-11-30T18:00:00Z", fractions up to 6 digits, offsets "+01:00", no second 60. MOON_E_DATE_SYNTAX,
 * MOON_E_DATE_RANGE. */
MOON_CHECK moon_status moon_instant_parse(moon_str text, moon_instant *out, moon_err *err);
/* In UTC, with a fraction of 6 digits unless it is 0; instants out of range as the nearest within. Returns the
 * length. */
size_t moon_instant_format(moon_instant instant, char out[MOON_INSTANT_TEXT]);

#endif
