/* Actions that close the books, and open them again. */
#include "books/closing.h"
#include "run/action.h"
#include "run/report.h"

typedef struct closing {
    moon_date first, last;
    moon_str reason;
} closing;

/* period = "2026-11", or a day. */
static moon_status days_of(const moon_action_call *call, closing *c, moon_err *err) {
    moon_arg period = moon_arg_get(call->args, "period");
    if (period.kind == MOON_ARG_NIL) {
        moon_fail(err, MOON_E_SCRIPT_VALUE, "which period?");
        return moon_err_hint(err, "period = \"2026-11\", or a day");
    }
    bool month = period.kind == MOON_ARG_TEXT && period.text.len == 7;
    if (!month) {
        MOON_TRY(moon_asked_date(call->args, "period", &c->first, err));
        c->last = c->first;
        return MOON_OK;
    }
    MOON_TRY(
        moon_date_parse(moon_arena_printf(call->keep, "%.*s-01", MOON_STR_ARG(period.text)), &c->first, err));
    MOON_TRY(moon_date_step(c->first, MOON_UNIT_MONTH, 1, 1, &c->last, err));
    c->last--;
    return MOON_OK;
}

static moon_status close_books(moon_action_call *call, moon_change *change, void *ctx, moon_err *err) {
    return moon_books_close(change, &call->book->ctx, ((closing *)ctx)->last, err);
}

static moon_status reopen_books(moon_action_call *call, moon_change *change, void *ctx, moon_err *err) {
    const closing *c = ctx;
    return moon_books_reopen(change, &call->book->ctx, c->first, c->reason, err);
}

static void say(moon_action_call *call, const char *what, moon_date date) {
    char day[MOON_DATE_TEXT];
    moon_date_format(date, day);
    moon_result_add(call, "day", moon_arg_date(date));
    moon_result_say(call, "%s %s%s", what, day, call->dry_run ? " (nothing written)" : "");
}

moon_status moon_action_close(moon_action_call *call, moon_err *err) {
    closing c = {.first = MOON_DATE_NONE};
    MOON_TRY(days_of(call, &c, err));
    MOON_TRY(moon_action_change(call, "close", MOON_STR_NONE, close_books, &c, err));
    say(call, "closed through", c.last);
    return MOON_OK;
}

moon_status moon_action_reopen(moon_action_call *call, moon_err *err) {
    closing c = {.first = MOON_DATE_NONE};
    MOON_TRY(days_of(call, &c, err));
    MOON_TRY(moon_action_text(call, "reason", &c.reason, err));
    MOON_TRY(moon_action_change(call, "reopen", MOON_STR_NONE, reopen_books, &c, err));
    say(call, "open again from", c.first);
    return MOON_OK;
}
