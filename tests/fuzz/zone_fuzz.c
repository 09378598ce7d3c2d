/* Any bytes as a TZif file. A file that is taken answers every question within bounds. */
#include <stdint.h>

#include "value/zone.h"
#include "value/zone_rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static moon_err err;

static void check_zone(const moon_zone *zone) {
    static const moon_instant instants[] = {INT64_MIN,
                                            -62135596800 * MOON_SECOND,
                                            -1,
                                            0,
                                            1,
                                            1774746000 * MOON_SECOND,
                                            4102444800 * MOON_SECOND,
                                            253402300799 * MOON_SECOND,
                                            INT64_MAX};
    static const moon_date days[] = {MOON_DATE_MIN, -1, 0, 15338, 20541, 29220, MOON_DATE_MAX};
    for (size_t i = 0; i < sizeof instants / sizeof *instants; i++) {
        int32_t offset = moon_zone_offset(zone, instants[i]);
        moon_date day = moon_zone_day(zone, instants[i]);
        moon_assert(offset >= -89999 && offset <= 93599);
        moon_assert(day >= MOON_DATE_MIN && day <= MOON_DATE_MAX);
    }
    for (size_t i = 0; i < sizeof days / sizeof *days; i++)
        for (int32_t second = 0; second < 86400; second += 20000) {
            /* The first instant at which the local clock shows this time or a later one. */
            int64_t local = days[i] * INT64_C(86400) + second;
            moon_instant found = moon_zone_instant(zone, days[i], second);
            moon_assert(found % MOON_SECOND == 0);
            moon_assert(found / MOON_SECOND + moon_zone_offset(zone, found) >= local);
            moon_assert((found - 1) / MOON_SECOND - ((found - 1) % MOON_SECOND < 0) +
                            moon_zone_offset(zone, found - 1) <
                        local);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    moon_arena keep = MOON_ARENA_EMPTY;
    const moon_zone *zone = NULL;
    moon_zone_rule rule;
    moon_str bytes = {(const char *)data, size};
    moon_status status = moon_zone_parse(bytes, &keep, &zone, &err);
    moon_assert(status == MOON_OK || status == MOON_E_ZONE_INVALID);
    if (status == MOON_OK) check_zone(zone);
    if (moon_zone_rule_parse(bytes, &rule))
        for (int64_t second = -5000000000; second < 9000000000; second += 1999999999) {
            int64_t next = moon_zone_rule_next(&rule, second);
            int32_t offset = moon_zone_rule_offset(&rule, second);
            moon_assert(next > second);
            moon_assert(offset == rule.standard || offset == rule.daylight);
            if (next != INT64_MAX) moon_assert(moon_zone_rule_offset(&rule, next - 1) == offset);
        }
    moon_arena_free(&keep);
    return 0;
}
