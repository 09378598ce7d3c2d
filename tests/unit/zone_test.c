/* Zones of the system's tz database, whose rows come from the announcements of the changes, and files made by
 * hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "value/zone.h"

#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

static moon_err err;
static moon_arena keep;

static const moon_zone *zone(const char *name) {
    const moon_zone *made = NULL;
    moon_str bytes, path = moon_arena_printf(&keep, "/usr/share/zoneinfo/%s", name);
    if (moon_file_read(path.ptr, 1 << 20, &keep, &bytes, &err) != MOON_OK ||
        moon_zone_parse(bytes, &keep, &made, &err) != MOON_OK)
        fail_msg("%s: %s", name, err.text);
    return made;
}

static moon_instant instant(const char *text) {
    moon_instant made = 0;
    if (moon_instant_parse(moon_str_of(text), &made, &err) != MOON_OK) fail_msg("%s: %s", text, err.text);
    return made;
}

static void knows_offset_and_day(void **state) {
    static const struct {
        const char *zone, *instant;
        int offset;
        const char *day;
    } rows[] = {
        {"Europe/London", "2026-01-15T00:00:00Z", 0, "2026-01-15"},
        {"Europe/London", "2026-03-29T00:59:59.999999Z", 0, "2026-03-29"},
        {"Europe/London", "2026-03-29T01:00:00Z", 3600, "2026-03-29"},
        {"Europe/London", "2026-06-30T23:00:00Z", 3600, "2026-07-01"},
        {"Europe/London", "2026-10-25T00:59:59Z", 3600, "2026-10-25"},
        {"Europe/London", "2026-10-25T01:00:00Z", 0, "2026-10-25"},
        {"Europe/London", "1970-01-01T00:00:00Z", 3600, "1970-01-01"},
        {"Europe/London", "1969-12-31T23:30:00Z", 3600, "1970-01-01"},
        {"Europe/London", "2060-07-01T23:30:00Z", 3600, "2060-07-02"},
        {"Europe/London", "9999-12-31T23:59:59Z", 0, "9999-12-31"},
        {"Europe/London", "1800-01-01T00:00:00Z", -75, "1799-12-31"},
        {"America/New_York", "2026-11-01T05:59:59Z", -4 * 3600, "2026-11-01"},
        {"America/New_York", "2026-11-01T06:00:00Z", -5 * 3600, "2026-11-01"},
        {"America/New_York", "2050-03-13T06:59:59Z", -5 * 3600, "2050-03-13"},
        {"America/New_York", "2050-03-13T07:00:00Z", -4 * 3600, "2050-03-13"},
        {"Australia/Lord_Howe", "2026-01-01T12:59:59Z", 39600, "2026-01-01"},
        {"Australia/Lord_Howe", "2026-01-01T13:00:00Z", 39600, "2026-01-02"},
        {"Australia/Lord_Howe", "2045-07-01T13:29:59Z", 37800, "2045-07-01"},
        {"Australia/Lord_Howe", "2045-07-01T13:30:00Z", 37800, "2045-07-02"},
        {"Africa/Casablanca", "2024-03-10T01:59:59Z", 3600, "2024-03-10"},
        {"Africa/Casablanca", "2024-03-10T02:00:00Z", 0, "2024-03-10"},
        {"Africa/Casablanca", "2024-04-14T02:00:00Z", 3600, "2024-04-14"},
        {"Pacific/Apia", "2011-12-30T09:59:59Z", -36000, "2011-12-29"},
        {"Pacific/Apia", "2011-12-30T10:00:00Z", 14 * 3600, "2011-12-31"},
        {"Asia/Kathmandu", "2026-05-05T18:15:00Z", 20700, "2026-05-06"},
        {"Europe/Dublin", "2040-07-01T00:00:00Z", 3600, "2040-07-01"},
        {"Europe/Dublin", "2040-12-01T00:00:00Z", 0, "2040-12-01"},
    };
    char text[MOON_DATE_TEXT];
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const moon_zone *here = zone(rows[i].zone);
        int offset = moon_zone_offset(here, instant(rows[i].instant));
        moon_date_format(moon_zone_day(here, instant(rows[i].instant)), text);
        if (offset != rows[i].offset || strcmp(text, rows[i].day) != 0)
            fail_msg("%s at %s: got %d and %s", rows[i].zone, rows[i].instant, offset, text);
    }
}

static void finds_the_instant(void **state) {
    static const struct {
        const char *zone, *day;
        int second;
        const char *want;
    } rows[] = {
        {"Europe/London", "2026-07-01", 0, "2026-06-30T23:00:00Z"},
        {"Europe/London", "2026-03-29", 3599, "2026-03-29T00:59:59Z"},
        {"Europe/London", "2026-03-29", 3600, "2026-03-29T01:00:00Z"}, /* skipped: 01:00 to 02:00 */
        {"Europe/London", "2026-03-29", 3600 + 1800, "2026-03-29T01:00:00Z"},
        {"Europe/London", "2026-03-29", 2 * 3600, "2026-03-29T01:00:00Z"},
        {"Europe/London", "2026-03-29", 2 * 3600 + 1, "2026-03-29T01:00:01Z"},
        {"Europe/London", "2026-10-25", 3600, "2026-10-25T00:00:00Z"}, /* repeated: 01:00 to 02:00 */
        {"Europe/London", "2026-10-25", 3600 + 1800, "2026-10-25T00:30:00Z"},
        {"Europe/London", "2026-10-25", 2 * 3600, "2026-10-25T02:00:00Z"},
        {"America/New_York", "2050-11-06", 5400, "2050-11-06T05:30:00Z"},
        {"America/New_York", "2050-03-13", 2 * 3600 + 1800, "2050-03-13T07:00:00Z"},
        {"Australia/Lord_Howe", "2045-10-01", 2 * 3600 + 900,
         "2045-09-30T15:30:00Z"}, /* half an hour skipped */
        {"Australia/Lord_Howe", "2045-04-02", 3600 + 2700,
         "2045-04-01T14:45:00Z"},                                      /* half an hour repeated */
        {"Pacific/Apia", "2011-12-30", 43200, "2011-12-30T10:00:00Z"}, /* a day skipped */
        {"Pacific/Apia", "2011-12-31", 0, "2011-12-30T10:00:00Z"},
        {"Pacific/Apia", "2011-12-29", 86399, "2011-12-30T09:59:59Z"},
        {"America/Sao_Paulo", "2018-11-04", 0, "2018-11-04T03:00:00Z"}, /* midnight skipped */
        {"UTC", "0001-01-01", 0, "0001-01-01T00:00:00Z"},
        {"UTC", "9999-12-31", 86399, "9999-12-31T23:59:59Z"},
    };
    char text[MOON_INSTANT_TEXT];
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        moon_date day;
        assert_int_equal(moon_date_parse(moon_str_of(rows[i].day), &day, &err), MOON_OK);
        moon_instant_format(moon_zone_instant(zone(rows[i].zone), day, rows[i].second), text);
        if (strcmp(text, rows[i].want) != 0)
            fail_msg("%s, %s and %d: got %s, want %s", rows[i].zone, rows[i].day, rows[i].second, text,
                     rows[i].want);
    }
}

static void utc_needs_no_file(void **state) {
    (void)state;
    assert_int_equal(moon_zone_offset(moon_zone_utc(), INT64_MIN), 0);
    assert_int_equal(moon_zone_day(moon_zone_utc(), -1), -1);
    assert_int_equal(moon_zone_day(moon_zone_utc(), INT64_MIN), MOON_DATE_MIN);
    assert_int_equal(moon_zone_day(moon_zone_utc(), INT64_MAX), MOON_DATE_MAX);
    assert_int_equal(moon_zone_offset(zone("Europe/London"), INT64_MAX),
                     moon_zone_offset(zone("Europe/London"), INT64_MAX - 1));
    assert_int_equal(moon_zone_instant(moon_zone_utc(), 1, 1), 86401 * MOON_SECOND);
}

static void put_int(moon_buf *to, int64_t value, int size) {
    for (int i = size - 1; i >= 0; i--) moon_buf_add_char(to, (char)((uint64_t)value >> (8 * i)));
}

static void put_header(moon_buf *to, char version, int leap, int time, int type, int chars) {
    moon_buf_add(to, "TZif", 4);
    moon_buf_add_char(to, version);
    moon_buf_add_repeat(to, 0, 15 + 4 + 4);
    put_int(to, leap, 4);
    put_int(to, time, 4);
    put_int(to, type, 4);
    put_int(to, chars, 4);
}

/* A file of version 2 with one kind of local time, at UTC, no change, and `rule` in its footer. */
static moon_str with_rule(moon_buf *to, const char *rule) {
    moon_buf_clear(to);
    for (int i = 0; i < 2; i++) {
        put_header(to, '2', 0, 0, 1, 4);
        put_int(to, 0, 4);
        moon_buf_add(to, "\0\0UTC\0", 6);
    }
    moon_buf_printf(to, "\n%s\n", rule);
    return moon_buf_str(to);
}

static void follows_rules(void **state) {
    static const struct {
        const char *rule, *instant;
        int offset;
    } rows[] = {
        {"", "2026-01-01T00:00:00Z", 0},
        {"<+03>-3", "2026-01-01T00:00:00Z", 10800},
        {"<-0330>3:30", "2026-01-01T00:00:00Z", -12600},
        {"XYZ-1:02:03", "2026-01-01T00:00:00Z", 3723},
        {"EST5EDT,M3.2.0,M11.1.0", "2026-03-08T06:59:59Z", -18000},
        {"EST5EDT,M3.2.0,M11.1.0", "2026-03-08T07:00:00Z", -14400},
        {"EST5EDT4:30,M3.2.0,M11.1.0", "2026-03-08T07:00:00Z", -16200},
        {"NZST-12NZDT,M9.5.0,M4.1.0/3", "2026-01-01T00:00:00Z", 46800}, /* the south: over the new year */
        {"NZST-12NZDT,M9.5.0,M4.1.0/3", "2026-04-04T13:59:59Z", 46800},
        {"NZST-12NZDT,M9.5.0,M4.1.0/3", "2026-04-04T14:00:00Z", 43200},
        {"IST-1GMT0,M10.5.0,M3.5.0/1", "2026-12-25T00:00:00Z", 0}, /* daylight saving behind standard time */
        {"IST-1GMT0,M10.5.0,M3.5.0/1", "2026-07-01T00:00:00Z", 3600},
        {"AAA0BBB,J60/0,J61/0", "2024-03-01T00:00:00Z", 3600}, /* J60 is 1 March in every year */
        {"AAA0BBB,J60/0,J61/0", "2024-02-29T12:00:00Z", 0},
        {"AAA0BBB,J60/0,J61/0", "2026-03-01T00:00:00Z", 3600},
        {"AAA0BBB,59/0,60/0", "2024-02-29T12:00:00Z", 3600}, /* 59 is 29 February in a leap year */
        {"AAA0BBB,59/0,60/0", "2026-03-01T12:00:00Z", 3600},
        {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T00:59:59Z",
         -7200}, /* Nuuk: 23:00 of the day before */
        {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T01:00:00Z", -3600},
        {"IST-2IDT,M3.4.4/26,M10.5.0", "2026-03-26T23:59:59Z", 7200}, /* Jerusalem: 26 hours after Thursday */
        {"IST-2IDT,M3.4.4/26,M10.5.0", "2026-03-27T00:00:00Z", 10800},
        {"EST5EDT,0/0,J365/25", "2026-01-01T04:59:59Z", -14400}, /* daylight saving all year */
        {"EST5EDT,0/0,J365/25", "2026-01-01T05:00:00Z", -14400},
        {"EST5EDT,0/0,J365/25", "2026-12-31T23:00:00Z", -14400},
        {"XXX3EDT4,0/0,J365/23", "2026-01-01T03:00:00Z", -14400},
        {"AAA0BBB,M1.1.0/-167,M1.2.0/-167", "2025-12-28T01:00:00Z", 3600}, /* begins in the year before */
        {"AAA0BBB,M1.1.0/-167,M1.2.0/-167", "2025-12-27T00:00:00Z", 0},
    };
    moon_buf bytes = MOON_BUF_EMPTY;
    const moon_zone *made;
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (moon_zone_parse(with_rule(&bytes, rows[i].rule), &keep, &made, &err) != MOON_OK)
            fail_msg("%s: %s", rows[i].rule, err.text);
        int offset = moon_zone_offset(made, instant(rows[i].instant));
        if (offset != rows[i].offset) fail_msg("%s at %s: got %d", rows[i].rule, rows[i].instant, offset);
    }
    moon_buf_free(&bytes);
}

static void refuses_rules(void **state) {
    static const char *const rules[] = {
        "E5",
        "EST",
        "EST5EDT",
        "EST25",
        "EST5EDT,M3.2.0",
        "EST5EDT,M13.2.0,M11.1.0",
        "<EST5",
        "<+>-3",
        "EST5EDT,M3.6.0,J1",
        "EST5EDT,J0,J1",
        "EST5EDT,J366,J1",
        "EST5EDT,366,1",
        "EST5EDT,1/168,2",
        "EST5EDT,1,2x",
        "EST5EDT,M3.2.7,J1",
        "EST5:60",
        "EST5EDT,1/0:00:60,2",
        "EST5EDT,0001,2",
        "-3",
        "EST99999999999999999999",
    };
    moon_buf bytes = MOON_BUF_EMPTY;
    const moon_zone *made = NULL;
    (void)state;
    for (size_t i = 0; i < COUNT(rules); i++)
        if (moon_zone_parse(with_rule(&bytes, rules[i]), &keep, &made, &err) != MOON_E_ZONE_INVALID || made)
            fail_msg("%s is taken", rules[i]);
    moon_buf_free(&bytes);
}

/* A file of version 1 with two changes, and one thing wrong with it at a time. */
static void checks_the_table(void **state) {
    static const struct {
        const char *what;
        int leap, types, chars, first, second, kind, offset, daylight, name;
        bool fits;
    } rows[] = {
        {"all well", 0, 2, 4, 100, 200, 1, 3600, 1, 0, true},
        {"leap seconds", 1, 2, 4, 100, 200, 1, 3600, 1, 0, false},
        {"no types", 0, 0, 4, 100, 200, 0, 3600, 1, 0, false},
        {"no names", 0, 2, 0, 100, 200, 1, 3600, 1, 0, false},
        {"changes at once", 0, 2, 4, 200, 200, 1, 3600, 1, 0, false},
        {"out of order", 0, 2, 4, 300, 200, 1, 3600, 1, 0, false},
        {"a kind too many", 0, 2, 4, 100, 200, 2, 3600, 1, 0, false},
        {"an offset of a month", 0, 2, 4, 100, 200, 1, 2600000, 1, 0, false},
        {"daylight neither on nor off", 0, 2, 4, 100, 200, 1, 3600, 2, 0, false},
        {"a name outside", 0, 2, 4, 100, 200, 1, 3600, 1, 4, false},
        {"counts that overflow", -1, -1, -1, 100, 200, 1, 3600, 1, 0, false},
    };
    moon_buf bytes = MOON_BUF_EMPTY;
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const moon_zone *made = NULL;
        moon_buf_clear(&bytes);
        put_header(&bytes, 0, rows[i].leap, 2, rows[i].types, rows[i].chars);
        put_int(&bytes, rows[i].first, 4);
        put_int(&bytes, rows[i].second, 4);
        put_int(&bytes, rows[i].kind, 1);
        put_int(&bytes, 0, 1);
        for (int type = 0; type < rows[i].types; type++) {
            put_int(&bytes, type == 0 ? 0 : rows[i].offset, 4);
            put_int(&bytes, type == 0 ? 0 : rows[i].daylight, 1);
            put_int(&bytes, type == 0 ? 0 : rows[i].name, 1);
        }
        moon_buf_add(&bytes, "UTC\0\0\0\0\0\0\0\0\0\0", 12);
        moon_status status = moon_zone_parse(moon_buf_str(&bytes), &keep, &made, &err);
        if (status != (rows[i].fits ? MOON_OK : MOON_E_ZONE_INVALID))
            fail_msg("%s: %s", rows[i].what, moon_status_name(status));
        if (!made) continue;
        assert_int_equal(moon_zone_offset(made, 99 * MOON_SECOND), 0);
        assert_int_equal(moon_zone_offset(made, 100 * MOON_SECOND), 3600);
        assert_int_equal(moon_zone_offset(made, 200 * MOON_SECOND), 0);
        assert_int_equal(moon_zone_offset(made, INT64_MAX), 0);
    }
    moon_buf_free(&bytes);
}

static void refuses_files_cut_short(void **state) {
    moon_str bytes;
    const moon_zone *made = NULL;
    (void)state;
    assert_int_equal(moon_file_read("/usr/share/zoneinfo/Europe/London", 1 << 20, &keep, &bytes, &err),
                     MOON_OK);
    for (size_t len = 0; len < bytes.len; len++)
        if (moon_zone_parse((moon_str){bytes.ptr, len}, &keep, &made, &err) != MOON_E_ZONE_INVALID)
            fail_msg("%zu of %zu bytes are taken", len, bytes.len);
    assert_null(made);
}

static void reads_instants(void **state) {
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"2026-11-30T18:00:00Z", "2026-11-30T18:00:00Z"},
        {"2026-11-30t18:00:00z", "2026-11-30T18:00:00Z"},
        {"2026-11-30T18:00:00.5Z", "2026-11-30T18:00:00.500000Z"},
        {"2026-11-30T18:00:00.000001Z", "2026-11-30T18:00:00.000001Z"},
        {"2026-11-30T18:00:00.000Z", "2026-11-30T18:00:00Z"},
        {"2026-11-30T18:00:00+01:00", "2026-11-30T17:00:00Z"},
        {"2026-12-31T23:30:00-05:30", "2027-01-01T05:00:00Z"},
        {"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
        {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
        {"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"},
        {"0001-01-01T00:00:00+00:01", "date.range"},
        {"9999-12-31T23:59:59-00:01", "date.range"},
        {"0000-01-01T00:00:00Z", "date.range"},
        {"2026-02-29T00:00:00Z", "date.syntax"},
        {"2026-11-30T24:00:00Z", "date.syntax"},
        {"2026-11-30T18:60:00Z", "date.syntax"},
        {"2026-11-30T18:00:60Z", "date.syntax"},
        {"2026-11-30T18:00:00", "date.syntax"},
        {"2026-11-30T18:00Z", "date.syntax"},
        {"2026-11-30 18:00:00Z", "date.syntax"},
        {"2026-11-30T18:00:00.Z", "date.syntax"},
        {"2026-11-30T18:00:00.1234567Z", "date.syntax"},
        {"2026-11-30T18:00:00+0100", "date.syntax"},
        {"2026-11-30T18:00:00+24:00", "date.syntax"},
        {"2026-11-30T18:00:00+01:60", "date.syntax"},
        {"2026-11-30T18:00:00Zx", "date.syntax"},
        {"2026-11-30", "date.syntax"},
        {"", "date.syntax"},
    };
    char text[MOON_INSTANT_TEXT];
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        moon_instant made = 77;
        moon_status status = moon_instant_parse(moon_str_of(rows[i].text), &made, &err);
        size_t len = moon_instant_format(made, text);
        assert_int_equal(len, strlen(text));
        const char *shown = status == MOON_OK ? text : moon_status_name(status);
        if (strcmp(shown, rows[i].want) != 0)
            fail_msg("%s: got %s, want %s", rows[i].text, shown, rows[i].want);
        if (status != MOON_OK) assert_int_equal(made, 77);
    }
    moon_instant_format(INT64_MIN, text);
    assert_string_equal(text, "0001-01-01T00:00:00Z");
    moon_instant_format(INT64_MAX, text);
    assert_string_equal(text, "9999-12-31T23:59:59.999999Z");
}

static int free_zones(void **state) {
    (void)state;
    moon_arena_free(&keep);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_offset_and_day),    cmocka_unit_test(finds_the_instant),
        cmocka_unit_test(utc_needs_no_file),       cmocka_unit_test(follows_rules),
        cmocka_unit_test(refuses_rules),           cmocka_unit_test(checks_the_table),
        cmocka_unit_test(refuses_files_cut_short), cmocka_unit_test(reads_instants),
    };
    return cmocka_run_group_tests_name("zone", tests, NULL, free_zones);
}
