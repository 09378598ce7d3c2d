/* What the days of a period come to, and usage as an input: the reading half of books/usage.h. */
#include "books/usage.h"
#include "store/table.h"

/* ---- what a period comes to ---- */

moon_status moon_usage_of(moon_change *change, moon_str account, moon_str meter, moon_period period,
                          moon_aggregate *out, moon_err *err) {
    moon_usage low = {.account = account, .meter = meter, .day = period.start}, high = low, day;
    moon_scan scan;
    bool more = true;
    high.day = period.end - 1;
    *out = (moon_aggregate){0, MOON_DECIMAL_ZERO, 0};
    MOON_TRY(moon_scan_begin(change, &moon_usage_type, MOON_BY_KEY, &low, 3, &high, 3, false, &scan, err));
    for (;;) {
        moon_status status = moon_scan_next(&scan, &day, &more, err);
        if (status == MOON_OK && more)
            status = moon_decimal_add(out->quantity, day.quantity, &out->quantity, err);
        if (status != MOON_OK || !more) {
            moon_scan_end(&scan);
            return status;
        }
        out->count += day.count;
        if (day.corrections != MOON_INT_NONE) out->corrections += day.corrections;
    }
}

/* ---- inputs ---- */

static moon_str name_of(moon_str meter, moon_period period, moon_arena *keep) {
    char start[MOON_DATE_TEXT], end[MOON_DATE_TEXT];
    moon_date_format(period.start, start);
    moon_date_format(period.end, end);
    return moon_arena_printf(keep, "usage/%.*s/%s..%s", MOON_STR_ARG(meter), start, end);
}

bool moon_usage_named(moon_str name, moon_str *meter, moon_period *period) {
    moon_err err;
    size_t head = 6, tail = 23; /* "usage/", "/2026-10-01..2026-11-01" */
    if (!moon_str_starts(name, MOON_STR("usage/")) || name.len <= head + tail) return false;
    *meter = moon_str_sub(name, head, name.len - tail);
    return moon_date_parse(moon_str_sub(name, name.len - 22, name.len - 12), &period->start, &err) ==
               MOON_OK &&
           moon_date_parse(moon_str_sub(name, name.len - 10, name.len), &period->end, &err) == MOON_OK;
}

void moon_usage_input(moon_str agreement, moon_str meter, moon_period period, const moon_aggregate *sum,
                      moon_arena *keep, moon_input *out) {
    moon_record_init(&moon_input_type, out);
    out->record = name_of(meter, period, keep);
    out->agreement = agreement;
    out->count = sum->count;
    out->quantity = sum->quantity;
    if (sum->corrections) out->version = sum->corrections;
}

moon_aggregate moon_usage_noted(const moon_input *input) {
    return (moon_aggregate){input->count, input->quantity,
                            input->version == MOON_INT_NONE ? 0 : input->version};
}

moon_status moon_usage_same(moon_change *change, moon_str account, const moon_input *input, bool *same,
                            moon_err *err) {
    moon_str meter;
    moon_period period;
    moon_aggregate now, then = moon_usage_noted(input);
    *same = true;
    if (!moon_usage_named(input->record, &meter, &period)) return MOON_OK;
    MOON_TRY(moon_usage_of(change, account, meter, period, &now, err));
    *same = now.count == then.count && now.corrections == then.corrections &&
            moon_decimal_eq(now.quantity, then.quantity);
    return MOON_OK;
}
