/* The value floor as a filter, for decimal_oracle.py: one operation per line of stdin, words apart by one tab;
 * one line of result each. A failure prints "!" and the name of its code. */
#include <errno.h>
#include <stdlib.h>

#include "base/file.h"
#include "value/date.h"
#include "value/money.h"
#include "value/zone.h"

#define WORDS_MAX 64

typedef struct {
    moon_str word[WORDS_MAX];
    size_t count, at;
} line;

static moon_arena keep;
static moon_err err;

static moon_str next(line *l) {
    moon_assert(l->at < l->count);
    return l->word[l->at++];
}

static int64_t next_int(line *l) {
    errno = 0;
    int64_t made = strtoll(next(l).ptr, NULL, 10);
    moon_assert(errno == 0);
    return made;
}

/* Operands are given as coefficient and scale in the text, so that reading them is not what is under test. */
static moon_decimal next_decimal(line *l) {
    moon_str text = next(l);
    size_t point = moon_str_find(text, '.', 0);
    moon_int128 coef = 0;
    for (size_t i = text.ptr[0] == '-'; i < text.len; i++)
        if (i != point) coef = coef * 10 + (text.ptr[i] - '0');
    int scale = point < text.len ? (int)(text.len - point - 1) : 0;
    return (moon_decimal){text.ptr[0] == '-' ? -coef : coef, scale};
}

static moon_rounding next_mode(line *l) { return moon_rounding_by_name(next(l)); }

static void fail(moon_status status) {
    moon_assert(status == err.code && err.text[0]);
    printf("!%s\n", moon_status_name(status));
}

static void print_decimal(moon_status status, moon_decimal value) {
    char text[MOON_DECIMAL_TEXT];
    if (status != MOON_OK) {
        fail(status);
        return;
    }
    /* Not canonical would be as wrong as another value. */
    moon_assert(value.scale >= 0 && (value.scale == 0 || value.coef % 10 != 0));
    size_t len = moon_decimal_format(value, text);
    moon_assert(len == strlen(text));
    puts(text);
}

static void print_int(moon_status status, int64_t value) {
    if (status != MOON_OK)
        fail(status);
    else
        printf("%lld\n", (long long)value);
}

static void print_date(moon_status status, moon_date value) {
    char text[MOON_DATE_TEXT];
    moon_date_format(value, text);
    if (status != MOON_OK)
        fail(status);
    else
        puts(text);
}

static moon_date next_date(line *l) {
    moon_date made;
    moon_status status = moon_date_parse(next(l), &made, &err);
    moon_assert(status == MOON_OK);
    return made;
}

static bool run_decimal(moon_str op, line *l) {
    moon_decimal made = MOON_DECIMAL_ZERO, a, b, c;
    moon_status status;
    if (moon_str_is(op, "parse")) {
        status = moon_decimal_parse(next(l), &made, &err);
    } else if (moon_str_is(op, "places")) {
        char text[64];
        a = next_decimal(l);
        moon_decimal_format_places(a, (int)next_int(l), text);
        puts(text);
        return true;
    } else if (moon_str_is(op, "minor")) {
        int64_t minor = 0;
        a = next_decimal(l);
        status = moon_decimal_to_minor(a, (int)next_int(l), &minor, &err);
        print_int(status, minor);
        return true;
    } else if (moon_str_is(op, "cmp")) {
        a = next_decimal(l), b = next_decimal(l);
        print_int(MOON_OK, moon_decimal_cmp(a, b));
        return true;
    } else if (moon_str_is(op, "add")) {
        a = next_decimal(l), b = next_decimal(l);
        status = moon_decimal_add(a, b, &made, &err);
    } else if (moon_str_is(op, "sub")) {
        a = next_decimal(l), b = next_decimal(l);
        status = moon_decimal_sub(a, b, &made, &err);
    } else if (moon_str_is(op, "mul")) {
        a = next_decimal(l), b = next_decimal(l);
        status = moon_decimal_mul(a, b, &made, &err);
    } else if (moon_str_is(op, "div_exact")) {
        a = next_decimal(l), b = next_decimal(l);
        status = moon_decimal_div_exact(a, b, &made, &err);
    } else if (moon_str_is(op, "round")) {
        a = next_decimal(l);
        int places = (int)next_int(l);
        status = moon_decimal_round(a, places, next_mode(l), &made, &err);
    } else if (moon_str_is(op, "div")) {
        a = next_decimal(l), b = next_decimal(l);
        int places = (int)next_int(l);
        status = moon_decimal_div(a, b, places, next_mode(l), &made, &err);
    } else if (moon_str_is(op, "muldiv")) {
        a = next_decimal(l), b = next_decimal(l), c = next_decimal(l);
        int places = (int)next_int(l);
        status = moon_decimal_muldiv(a, b, c, places, next_mode(l), &made, &err);
    } else
        return false;
    print_decimal(status, made);
    return true;
}

static bool run_money(moon_str op, line *l) {
    char text[MOON_MONEY_TEXT];
    moon_money made = {0};
    moon_status status;
    if (moon_str_is(op, "money_round")) {
        moon_currency currency = 0;
        moon_decimal amount = next_decimal(l);
        status = moon_currency_parse(next(l), &currency, &err);
        moon_assert(status == MOON_OK);
        status = moon_money_round(amount, currency, next_mode(l), &made, &err);
    } else if (moon_str_is(op, "money_parse")) {
        status = moon_money_parse(next(l), &made, &err);
    } else
        return false;
    moon_money_format_code(made, text);
    if (status != MOON_OK)
        fail(status);
    else
        puts(text);
    return true;
}

static bool run_split(moon_str op, line *l) {
    if (moon_str_is(op, "split")) {
        int64_t weights[WORDS_MAX], parts[WORDS_MAX], total = next_int(l);
        size_t n = l->count - l->at;
        for (size_t i = 0; i < n; i++) weights[i] = next_int(l);
        moon_status status = moon_split(total, weights, n, parts, &err);
        if (status != MOON_OK)
            fail(status);
        else
            for (size_t i = 0; i < n; i++) printf("%lld%c", (long long)parts[i], i + 1 < n ? ' ' : '\n');
        return true;
    }
    if (!moon_str_is(op, "running")) return false;
    int64_t total = next_int(l), from = next_int(l), to = next_int(l), whole = next_int(l), part = 0;
    moon_status status = moon_split_running(total, from, to, whole, &part, &err);
    print_int(status, part);
    return true;
}

static bool run_date(moon_str op, line *l) {
    moon_date made = 0;
    if (moon_str_is(op, "day")) {
        moon_date date = (moon_date)next_int(l);
        moon_ymd ymd = moon_date_ymd(date);
        printf("%d %d %d %d\n", ymd.year, ymd.month, ymd.day, moon_date_weekday(date));
    } else if (moon_str_is(op, "date_parse")) {
        moon_status status = moon_date_parse(next(l), &made, &err);
        print_int(status, made);
    } else if (moon_str_is(op, "step")) {
        moon_date anchor = next_date(l);
        moon_unit unit = (moon_unit)next_int(l);
        int64_t n = next_int(l), count = next_int(l);
        moon_status status = moon_date_step(anchor, unit, n, count, &made, &err);
        print_date(status, made);
    } else if (moon_str_is(op, "30e360")) {
        moon_date from = next_date(l), to = next_date(l);
        print_int(MOON_OK, moon_date_days_30e360(from, to));
    } else if (moon_str_is(op, "containing")) {
        char start[MOON_DATE_TEXT], end[MOON_DATE_TEXT];
        moon_period period = {0};
        moon_date anchor = next_date(l);
        moon_unit unit = (moon_unit)next_int(l);
        int64_t n = next_int(l);
        moon_status status = moon_period_containing(anchor, unit, n, next_date(l), &period, &err);
        moon_date_format(period.start, start);
        moon_date_format(period.end, end);
        if (status != MOON_OK)
            fail(status);
        else
            printf("%s %s\n", start, end);
    } else
        return false;
    return true;
}

static const moon_zone *zone_named(moon_str name) {
    static moon_str last;
    static const moon_zone *zone;
    if (moon_str_eq(name, last)) return zone;
    moon_str bytes, path = moon_arena_printf(&keep, "/usr/share/zoneinfo/%.*s", MOON_STR_ARG(name));
    moon_status status = moon_file_read(path.ptr, 1 << 20, &keep, &bytes, &err);
    if (status == MOON_OK) status = moon_zone_parse(bytes, &keep, &zone, &err);
    if (status != MOON_OK) moon_err_print(stderr, &err);
    moon_assert(status == MOON_OK);
    last = moon_arena_str(&keep, name);
    return zone;
}

static bool run_zone(moon_str op, line *l) {
    if (moon_str_is(op, "offset")) {
        const moon_zone *zone = zone_named(next(l));
        moon_instant instant = next_int(l);
        printf("%d %d\n", (int)moon_zone_offset(zone, instant), (int)moon_zone_day(zone, instant));
    } else if (moon_str_is(op, "instant")) {
        const moon_zone *zone = zone_named(next(l));
        moon_date day = next_date(l);
        printf("%lld\n", (long long)moon_zone_instant(zone, day, (int32_t)next_int(l)));
    } else if (moon_str_is(op, "instant_text")) {
        char text[MOON_INSTANT_TEXT];
        moon_instant made = 0;
        moon_status status = moon_instant_parse(next(l), &made, &err);
        moon_instant_format(made, text);
        if (status != MOON_OK)
            fail(status);
        else
            printf("%lld %s\n", (long long)made, text);
    } else
        return false;
    return true;
}

int main(void) {
    char *text = NULL;
    size_t room = 0;
    ssize_t len;
    while ((len = getline(&text, &room, stdin)) > 0) {
        line l = {.count = 0};
        text[--len] = 0;
        moon_str rest = {text, (size_t)len}, word;
        while (moon_str_cut(&rest, '\t', &word)) {
            moon_assert(l.count < WORDS_MAX);
            l.word[l.count++] = word;
        }
        moon_str op = next(&l);
        bool known = run_decimal(op, &l) || run_money(op, &l) || run_split(op, &l) || run_date(op, &l) ||
                     run_zone(op, &l);
        if (!known) {
            fprintf(stderr, "unknown operation: %s\n", text);
            return 2;
        }
    }
    free(text);
    moon_arena_free(&keep);
    return 0;
}
