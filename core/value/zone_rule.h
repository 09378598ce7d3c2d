/* value/zone_rule: the rule of a zone for all times after its table.        Floor 1, pure. For zone.c alone.
 *
 * Format: POSIX.1-2017, Base Definitions 8.3, TZ, with the extensions of RFC 8536 section 3.3.1 (hours from
 * -167 to 167 in the time of a change), as in "GMT0BST,M3.5.0/1,M10.5.0" or "<+03>-3". Unit: seconds since
 * 1970-01-01T00:00:00Z. */
#ifndef MOON_VALUE_ZONE_RULE_H
#define MOON_VALUE_ZONE_RULE_H

#include "base/str.h"
#include "value/date.h"

typedef enum moon_rule_form {
    MOON_RULE_MONTH,  /* Mm.w.d: weekday d (Sunday 0) of week w of month m, week 5 the last */
    MOON_RULE_JULIAN, /* Jn: day 1 to 365, 29 February never counted */
    MOON_RULE_DAY     /* n: day 0 to 365, 29 February counted */
} moon_rule_form;

typedef struct moon_rule_change {
    moon_rule_form form;
    int month, week, day;
    int32_t
        time; /* seconds after midnight of the local time before the change; may be negative or over a day */
} moon_rule_change;

typedef struct moon_zone_rule {
    int32_t standard, daylight; /* seconds to add to UTC */
    bool has_daylight;
    moon_rule_change start, end; /* of daylight saving */
} moon_zone_rule;

/* The whole of `text`. False if it is malformed, or has daylight saving without saying when. */
bool moon_zone_rule_parse(moon_str text, moon_zone_rule *out);
int32_t moon_zone_rule_offset(const moon_zone_rule *rule, int64_t second);
/* The first second after `second` at which the offset may change, INT64_MAX if it never does. */
int64_t moon_zone_rule_next(const moon_zone_rule *rule, int64_t second);

#endif
