/* Actions that close the books, and open them again. */
#include "books/closing.h"
#include "run/action.h"
#include "run/report.h"

#define ATTEMPTS 5 /* where somebody else changed what was read */

/* The first and the last day of what is named: month = "2026-11", or a day. */
static moon_status days_of(const moon_action_call *call, moon_date *first, moon_date *last, moon_err *err) {
    moon_str month = MOON_STR_NONE;
    moon_date day = MOON_DATE_NONE;
    moon_arg named = moon_arg_get(call->args, "month");
    MOON_TRY(moon_asked_date(call->args, "day", &day, err));
    if ((named.kind == MOON_ARG_NIL) == (day == MOON_DATE_NONE)) {
        moon_fail(err, MOON_E_SCRIPT_VALUE, "which days?");
        return moon_err_hint(err, "month = \"2026-11\", or day = date \"2026-11-30\"");
    }
    *first = *last = day;
    if (day != MOON_DATE_NONE) return MOON_OK;
    MOON_TRY(moon_asked_text(call->args, "month", &month, err));
    moon_str text = moon_arena_printf(call->keep, "%.*s-01", MOON_STR_ARG(month));
    MOON_TRY(moon_date_parse(text, first, err));
    MOON_TRY(moon_date_step(*first, MOON_UNIT_MONTH, 1, 1, last, err));
    --*last;
    return MOON_OK;
}

static moon_status attempt(moon_action_call *call, bool opens, moon_date first, moon_date last,
                           moon_str reason, moon_err *err) {
    moon_change *change;
    const char *action = opens ? "reopen" : "close";
    char day[MOON_DATE_TEXT];
    moon_date_format(opens ? first : last, day);
    MOON_TRY(moon_change_begin(call->book->store, &change, err));
    moon_status status = opens ? moon_books_reopen(change, &call->book->ctx, first, reason, err)
                               : moon_books_close(change, &call->book->ctx, last, err);
    if (status == MOON_OK && !call->dry_run)
        status = moon_commit(change, &call->book->ctx, action, moon_str_of(day), MOON_STR_NONE, NULL, err);
    moon_change_end(change);
    return status;
}

static moon_status change_books(moon_action_call *call, bool opens, moon_err *err) {
    moon_date first, last;
    moon_str reason = MOON_STR_NONE;
    moon_status status = MOON_E_CHANGED;
    char day[MOON_DATE_TEXT];
    MOON_TRY(days_of(call, &first, &last, err));
    MOON_TRY(moon_asked_text(call->args, "reason", &reason, err));
    if (opens && reason.len == 0) return moon_fail(err, MOON_E_SCRIPT_VALUE, "reopen wants a reason");
    for (int i = 0; i < ATTEMPTS && status == MOON_E_CHANGED; i++)
        status = attempt(call, opens, first, last, reason, err);
    MOON_TRY(status);
    moon_date_format(opens ? first : last, day);
    moon_result_add(call, "day", moon_arg_date(opens ? first : last));
    moon_result_say(call, "%s %s%s", opens ? "open again from" : "closed through", day,
                    call->dry_run ? " (nothing written)" : "");
    return MOON_OK;
}

moon_status moon_action_close(moon_action_call *call, moon_err *err) {
    return change_books(call, false, err);
}

moon_status moon_action_reopen(moon_action_call *call, moon_err *err) {
    return change_books(call, true, err);
}
