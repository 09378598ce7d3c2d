#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "value/date.h"

#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

static moon_err err;

static moon_date date(const char *text) {
    moon_date made = 0;
    if (moon_date_parse(moon_str_of(text), &made, &err) != MOON_OK) fail_msg("%s: %s", text, err.text);
    return made;
}

static void check(const char *row, moon_status status, moon_date got, const char *want) {
    char text[MOON_DATE_TEXT];
    moon_date_format(got, text);
    const char *shown = status == MOON_OK ? text : moon_status_name(status);
    if (strcmp(shown, want) != 0) fail_msg("%s: got %s, want %s", row, shown, want);
    if (status != MOON_OK) assert_int_equal(got, 77);
}

static void reads_and_prints(void **state) {
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"1970-01-01", "1970-01-01"},
        {"0001-01-01", "0001-01-01"},
        {"9999-12-31", "9999-12-31"},
        {"2024-02-29", "2024-02-29"},
        {"2000-02-29", "2000-02-29"},
        {"2023-02-29", "date.syntax"},
        {"1900-02-29", "date.syntax"},
        {"2026-04-31", "date.syntax"},
        {"2026-13-01", "date.syntax"},
        {"2026-00-01", "date.syntax"},
        {"2026-01-00", "date.syntax"},
        {"0000-01-01", "date.range"},
        {"2026-1-1", "date.syntax"},
        {"20260101", "date.syntax"},
        {"2026-01-01 ", "date.syntax"},
        {"2026/01/01", "date.syntax"},
        {"", "date.syntax"},
        {"-026-01-01", "date.syntax"},
        {"2026-01-0x", "date.syntax"},
        {"10000-01-01", "date.syntax"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        moon_date made = 77;
        moon_status status = moon_date_parse(moon_str_of(rows[i].text), &made, &err);
        check(rows[i].text, status, made, rows[i].want);
    }
    char text[MOON_DATE_TEXT];
    assert_int_equal(moon_date_format(MOON_DATE_NONE, text), 7);
    assert_string_equal(text, "no date");
    assert_int_equal(date("1970-01-01"), 0);
    assert_int_equal(date("0001-01-01"), MOON_DATE_MIN);
    assert_int_equal(date("9999-12-31"), MOON_DATE_MAX);
}

static void every_day_follows_the_one_before(void **state) {
    moon_ymd want = {1, 1, 1};
    int weekday = 1; /* 0001-01-01 was a Monday */
    (void)state;
    for (moon_date d = MOON_DATE_MIN; d <= MOON_DATE_MAX; d++) {
        moon_ymd got = moon_date_ymd(d);
        moon_date back = 0;
        if (got.year != want.year || got.month != want.month || got.day != want.day ||
            moon_date_weekday(d) != weekday ||
            moon_date_make(got.year, got.month, got.day, &back, &err) != MOON_OK || back != d)
            fail_msg("day %d: got %d-%d-%d", (int)d, got.year, got.month, got.day);
        weekday = weekday % 7 + 1;
        if (++want.day > moon_date_days_in_month(want.year, want.month)) want.day = 1, want.month++;
        if (want.month > 12) want.month = 1, want.year++;
    }
    assert_int_equal(want.year, 10000);
}

static void steps_from_the_anchor(void **state) {
    static const struct {
        const char *anchor;
        moon_unit unit;
        int64_t n, count;
        const char *want;
    } rows[] = {
        /* SEMANTICS 1.2: clamp from the original day each time */
        {"2026-01-31", MOON_UNIT_MONTH, 1, 1, "2026-02-28"},
        {"2024-01-31", MOON_UNIT_MONTH, 1, 1, "2024-02-29"},
        {"2026-01-31", MOON_UNIT_MONTH, 1, 2, "2026-03-31"},
        {"2026-01-31", MOON_UNIT_MONTH, 1, 3, "2026-04-30"},
        {"2026-01-31", MOON_UNIT_MONTH, 1, 0, "2026-01-31"},
        {"2026-01-31", MOON_UNIT_MONTH, 1, -2, "2025-11-30"},
        {"2024-02-29", MOON_UNIT_YEAR, 1, 1, "2025-02-28"},
        {"2024-02-29", MOON_UNIT_YEAR, 1, 4, "2028-02-29"},
        {"2025-11-30", MOON_UNIT_QUARTER, 1, 1, "2026-02-28"},
        {"2025-11-30", MOON_UNIT_QUARTER, 1, 2, "2026-05-30"},
        {"2025-08-31", MOON_UNIT_HALF_YEAR, 1, 1, "2026-02-28"},
        {"2025-08-31", MOON_UNIT_HALF_YEAR, 1, 2, "2026-08-31"},
        {"2026-01-15", MOON_UNIT_MONTH, 5, 3, "2027-04-15"},
        {"2026-12-31", MOON_UNIT_DAY, 1, 1, "2027-01-01"},
        {"2026-03-01", MOON_UNIT_WEEK, 2, -1, "2026-02-15"},
        {"9999-12-31", MOON_UNIT_DAY, 1, 1, "date.range"},
        {"0001-01-01", MOON_UNIT_DAY, 1, -1, "date.range"},
        {"9999-12-15", MOON_UNIT_MONTH, 1, 1, "date.range"},
        {"0001-01-15", MOON_UNIT_MONTH, 1, -1, "date.range"},
        {"2026-01-01", MOON_UNIT_YEAR, INT64_MAX, 2, "date.range"},
        {"2026-01-01", MOON_UNIT_YEAR, 1, INT64_MAX, "date.range"},
        {"2026-01-01", MOON_UNIT_MONTH, 1, INT64_MAX, "date.range"},
        {"2026-01-01", MOON_UNIT_DAY, 1, INT64_MIN, "date.range"},
        {"2026-01-01", MOON_UNIT_DAY, 1, INT64_MAX, "date.range"},
    };
    char row[64];
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        moon_date made = 77;
        snprintf(row, sizeof row, "%s, %d x %lld x %lld", rows[i].anchor, (int)rows[i].unit,
                 (long long)rows[i].n, (long long)rows[i].count);
        moon_status status =
            moon_date_step(date(rows[i].anchor), rows[i].unit, rows[i].n, rows[i].count, &made, &err);
        check(row, status, made, rows[i].want);
    }
}

static void counts_30e360(void **state) {
    static const struct {
        const char *from, *to;
        int64_t want;
    } rows[] = {
        {"2026-01-31", "2026-02-28", 28},   {"2026-01-30", "2026-01-31", 0},
        {"2026-01-01", "2027-01-01", 360},  {"2024-02-29", "2024-03-31", 31},
        {"2026-12-31", "2026-01-01", -359}, {"2026-02-28", "2026-03-31", 32},
        {"2026-05-31", "2026-05-31", 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t got = moon_date_days_30e360(date(rows[i].from), date(rows[i].to));
        if (got != rows[i].want) fail_msg("%s to %s: got %lld", rows[i].from, rows[i].to, (long long)got);
    }
}

static void periods_are_half_open(void **state) {
    moon_period january, common, untouched = {5, 6};
    moon_date first = date("2026-01-01"), next = date("2026-02-01");
    (void)state;
    assert_int_equal(moon_period_make(first, next, &january, &err), MOON_OK);
    assert_int_equal(moon_period_days(january), 31);
    assert_true(moon_period_has(january, first));
    assert_true(moon_period_has(january, next - 1));
    assert_false(moon_period_has(january, next));
    assert_int_equal(moon_period_make(next, first, &untouched, &err), MOON_E_PERIOD_ORDER);
    assert_int_equal(moon_period_make(first, first, &untouched, &err), MOON_E_PERIOD_ORDER);
    assert_true(untouched.start == 5 && untouched.end == 6);
    assert_true(moon_period_intersect(january, (moon_period){next - 2, next + 2}, &common));
    assert_true(common.start == next - 2 && common.end == next);
    assert_false(moon_period_intersect(january, (moon_period){next, next + 2}, &common));
    /* An annual plan over a leap day has 366 days. */
    assert_int_equal(moon_period_days((moon_period){date("2024-01-01"), date("2025-01-01")}), 366);
}

static void finds_the_period(void **state) {
    static const struct {
        const char *anchor;
        moon_unit unit;
        int64_t n;
        const char *date, *start, *end;
    } rows[] = {
        {"2026-01-31", MOON_UNIT_MONTH, 1, "2026-02-27", "2026-01-31", "2026-02-28"},
        {"2026-01-31", MOON_UNIT_MONTH, 1, "2026-02-28", "2026-02-28", "2026-03-31"},
        {"2026-01-31", MOON_UNIT_MONTH, 1, "2026-03-30", "2026-02-28", "2026-03-31"},
        {"2026-01-31", MOON_UNIT_MONTH, 1, "2025-02-28", "2025-02-28", "2025-03-31"},
        {"2026-04-11", MOON_UNIT_MONTH, 1, "2026-04-11", "2026-04-11", "2026-05-11"},
        {"2024-02-29", MOON_UNIT_YEAR, 1, "2026-02-27", "2025-02-28", "2026-02-28"},
        {"2024-02-29", MOON_UNIT_YEAR, 1, "2028-02-28", "2027-02-28", "2028-02-29"},
        {"2026-01-01", MOON_UNIT_WEEK, 1, "2025-12-31", "2025-12-25", "2026-01-01"},
        {"2026-01-01", MOON_UNIT_DAY, 10, "2026-01-10", "2026-01-01", "2026-01-11"},
        {"2026-01-15", MOON_UNIT_QUARTER, 1, "2026-12-31", "2026-10-15", "2027-01-15"},
        {"2026-01-15", MOON_UNIT_MONTH, 5, "2026-01-14", "2025-08-15", "2026-01-15"},
    };
    moon_period made = {5, 6};
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(moon_period_containing(date(rows[i].anchor), rows[i].unit, rows[i].n,
                                                date(rows[i].date), &made, &err),
                         MOON_OK);
        if (made.start != date(rows[i].start) || made.end != date(rows[i].end))
            fail_msg("row %zu, %s: got %d to %d", i, rows[i].date, (int)made.start, (int)made.end);
    }
    made = (moon_period){5, 6};
    assert_int_equal(moon_period_containing(0, MOON_UNIT_MONTH, 0, 0, &made, &err), MOON_E_PERIOD_ORDER);
    assert_int_equal(moon_period_containing(0, MOON_UNIT_MONTH, -1, 0, &made, &err), MOON_E_PERIOD_ORDER);
    assert_int_equal(moon_period_containing(0, MOON_UNIT_MONTH, 1, MOON_DATE_MAX, &made, &err),
                     MOON_E_DATE_RANGE);
    assert_int_equal(moon_period_containing(0, MOON_UNIT_WEEK, 1, MOON_DATE_MIN, &made, &err),
                     MOON_E_DATE_RANGE);
    assert_int_equal(moon_period_containing(0, MOON_UNIT_MONTH, INT64_MAX, 40, &made, &err),
                     MOON_E_DATE_RANGE);
    assert_true(made.start == 5 && made.end == 6);
}

static void adds_days(void **state) {
    moon_date made = 77;
    (void)state;
    assert_int_equal(moon_date_add_days(date("2024-02-28"), 2, &made, &err), MOON_OK);
    assert_int_equal(made, date("2024-03-01"));
    assert_int_equal(moon_date_add_days(MOON_DATE_MAX, 1, &made, &err), MOON_E_DATE_RANGE);
    assert_int_equal(moon_date_add_days(-1, INT64_MIN, &made, &err), MOON_E_DATE_RANGE);
    assert_int_equal(made, date("2024-03-01"));
    assert_int_equal(moon_date_make(2026, 2, 29, &made, &err), MOON_E_DATE_SYNTAX);
    assert_int_equal(moon_date_make(10000, 1, 1, &made, &err), MOON_E_DATE_RANGE);
    assert_int_equal(moon_date_make(-5, 1, 1, &made, &err), MOON_E_DATE_RANGE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_prints),
        cmocka_unit_test(every_day_follows_the_one_before),
        cmocka_unit_test(steps_from_the_anchor),
        cmocka_unit_test(counts_30e360),
        cmocka_unit_test(periods_are_half_open),
        cmocka_unit_test(finds_the_period),
        cmocka_unit_test(adds_days),
    };
    return cmocka_run_group_tests_name("date", tests, NULL, NULL);
}
