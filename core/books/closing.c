#include "books/closing.h"

#include "store/table.h"

/* The newest record. Depends on there being no newer one: two who close at a time do not see past each other. */
static moon_status newest(moon_change *change, moon_closing *closing, moon_err *err) {
    moon_closing next;
    moon_scan scan;
    bool found;
    moon_record_init(&moon_closing_type, closing);
    closing->ordinal = 0;
    MOON_TRY(moon_scan_begin(change, &moon_closing_type, MOON_BY_KEY, NULL, 0, NULL, 0, true, &scan, err));
    moon_status status = moon_scan_next(&scan, closing, &found, err);
    moon_scan_end(&scan);
    if (status != MOON_OK) return status;
    next.ordinal = closing->ordinal + 1;
    return moon_get(change, &moon_closing_type, &next, &found, err);
}

moon_status moon_closed_through(moon_change *change, moon_date *through, moon_err *err) {
    moon_closing closing;
    MOON_TRY(newest(change, &closing, err));
    *through = closing.through;
    return MOON_OK;
}

moon_status moon_open_day(moon_change *change, moon_date stated, moon_date *day, moon_err *err) {
    moon_date through;
    MOON_TRY(moon_closed_through(change, &through, err));
    *day = stated > through ? stated : through + 1;
    return MOON_OK;
}

moon_status moon_check_open_day(moon_change *change, moon_date date, const char *what, moon_err *err) {
    moon_date through;
    char day[MOON_DATE_TEXT], last[MOON_DATE_TEXT];
    MOON_TRY(moon_closed_through(change, &through, err));
    if (date > through) return MOON_OK;
    moon_date_format(date, day);
    moon_date_format(through, last);
    return moon_fail(err, MOON_E_PERIOD_CLOSED, "%s would be of %s, but the books are closed through %s",
                     what, day, last);
}

static moon_status put(moon_change *change, const moon_context *ctx, moon_closing *closing, moon_err *err) {
    closing->ordinal++;
    closing->booked = ctx->today;
    closing->operator= ctx->operator;
    return moon_put(change, &moon_closing_type, closing, err);
}

moon_status moon_books_close(moon_change *change, const moon_context *ctx, moon_date through, moon_err *err) {
    moon_closing closing;
    char day[MOON_DATE_TEXT];
    MOON_TRY(moon_operator_check(ctx, "admin", err));
    if (through >= ctx->today) {
        moon_date_format(through, day);
        moon_fail(err, MOON_E_PERIOD_CLOSED, "%s is not over yet, and cannot be closed", day);
        return moon_err_hint(err, "close what is over: a month from the first day of the next");
    }
    MOON_TRY(newest(change, &closing, err));
    if (through <= closing.through) return MOON_OK;
    closing.through = through;
    closing.reopens = false;
    closing.reason = MOON_STR_NONE;
    return put(change, ctx, &closing, err);
}

moon_status moon_books_reopen(moon_change *change, const moon_context *ctx, moon_date from, moon_str reason,
                              moon_err *err) {
    moon_closing closing;
    char day[MOON_DATE_TEXT];
    MOON_TRY(moon_operator_check(ctx, "admin", err));
    if (reason.len == 0)
        return moon_fail(err, MOON_E_FIELD_REQUIRED,
                         "books are reopened with a reason, which stays on record");
    MOON_TRY(newest(change, &closing, err));
    if (from > closing.through) {
        moon_date_format(from, day);
        moon_fail(err, MOON_E_PERIOD_CLOSED, "%s is open", day);
        return moon_err_hint(err, "moonbill list closings");
    }
    closing.through = from > MOON_DATE_MIN ? from - 1 : MOON_DATE_NONE;
    closing.reopens = true;
    closing.reason = reason;
    return put(change, ctx, &closing, err);
}
