/* Commands that close the books through a month and open them again. */
#include "app/cmd_book.h"

#include "books/closing.h"

/* "2026-11", the whole month, or one day. */
static moon_status parse_period(moon_str text, moon_date *first, moon_date *last, moon_err *err) {
    moon_arena scratch = MOON_ARENA_EMPTY;
    moon_status status;
    if (text.len == 7) {
        status = moon_date_parse(moon_arena_printf(&scratch, "%.*s-01", MOON_STR_ARG(text)), first, err);
        if (status == MOON_OK) status = moon_date_step(*first, MOON_UNIT_MONTH, 1, 1, last, err);
        if (status == MOON_OK) --*last;
    } else {
        status = moon_date_parse(text, first, err);
        *last = *first;
    }
    moon_arena_free(&scratch);
    if (status == MOON_E_DATE_SYNTAX)
        return moon_err_hint(err, "write a month, for example 2026-11, or a day, for example 2026-11-30");
    return status;
}

typedef struct closing_request {
    moon_date first, last, through;
    moon_str reason;
} closing_request;

static moon_status close_books(moon_app *app, moon_change *change, void *ctx, moon_err *err) {
    closing_request *request = ctx;
    MOON_TRY(moon_closed_through(change, &request->through, err));
    return moon_books_close(change, &app->book->ctx, request->last, err);
}

static moon_status reopen_books(moon_app *app, moon_change *change, void *ctx, moon_err *err) {
    closing_request *request = ctx;
    return moon_books_reopen(change, &app->book->ctx, request->first, request->reason, err);
}

moon_status moon_command_close(moon_app *app, moon_err *err) {
    closing_request request = {0};
    bool dry_run = moon_app_flag(app, "dry-run");
    char last[MOON_DATE_TEXT];
    MOON_TRY(parse_period(moon_app_arg(app, 0), &request.first, &request.last, err));
    MOON_TRY(moon_app_change(app, "close", moon_app_arg(app, 0), dry_run, close_books, &request, err));
    bool was = request.through >= request.last;
    moon_date_format(was ? request.through : request.last, last);
    moon_app_say(app, "%s %s%s\n", was ? "The books are closed already, through" : "closed through", last,
                 dry_run && !was ? " (nothing written)" : "");
    return MOON_OK;
}

moon_status moon_command_reopen(moon_app *app, moon_err *err) {
    closing_request request = {0};
    bool dry_run = moon_app_flag(app, "dry-run");
    char first[MOON_DATE_TEXT];
    moon_app_text(app, "reason", &request.reason);
    if (request.reason.len == 0) {
        moon_fail(err, MOON_E_USAGE, "why? A reopening is on record with its reason");
        return moon_err_hint(err, "moonbill reopen %.*s --reason TEXT", MOON_STR_ARG(moon_app_arg(app, 0)));
    }
    MOON_TRY(parse_period(moon_app_arg(app, 0), &request.first, &request.last, err));
    MOON_TRY(moon_app_change(app, "reopen", moon_app_arg(app, 0), dry_run, reopen_books, &request, err));
    moon_date_format(request.first, first);
    moon_app_say(app, "open again from %s on%s\n", first, dry_run ? " (nothing written)" : "");
    return MOON_OK;
}
