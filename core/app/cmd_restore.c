/* Commands that take over numbers: series, restore. */
#include "app/cmd_book.h"
#include "books/series.h"
#include "run/restore.h"

/* "credit-note" is written like a kind of list. */
static moon_str kind_of(moon_app *app, moon_str text) {
    return moon_str_is(text, "credit-note") ? MOON_STR("credit_note") : moon_arena_str(&app->arena, text);
}

static void say_goes_on(moon_app *app, moon_str kind, moon_str last, bool dry_run) {
    moon_app_say(app, "the numbers of %s go on behind %.*s%s\n",
                 moon_str_is(kind, "invoice") ? "invoices" : "credit notes", MOON_STR_ARG(last),
                 dry_run ? " (nothing written)" : "");
}

/* ---- series ---- */

typedef struct series_request {
    moon_str kind, last, reason;
} series_request;

static moon_status continue_series(moon_app *app, moon_change *change, void *ctx, moon_err *err) {
    const series_request *request = ctx;
    return moon_series_continue(change, &app->book->ctx, request->kind, request->last, request->reason, err);
}

moon_status moon_command_series(moon_app *app, moon_err *err) {
    series_request request = {.kind = kind_of(app, moon_app_arg(app, 0)),
                              .reason = MOON_STR("numbers of the system before this book")};
    bool dry_run = moon_app_flag(app, "dry-run");
    if (!moon_app_text(app, "last", &request.last))
        return moon_fail(err, MOON_E_USAGE, "which number was the last one? --last NUMBER");
    moon_app_text(app, "reason", &request.reason);
    MOON_TRY(moon_app_change(app, "series", request.kind, dry_run, continue_series, &request, err));
    say_goes_on(app, request.kind, request.last, dry_run);
    return MOON_OK;
}

/* ---- restore ---- */

static moon_status read_last(moon_app *app, moon_last_number **out, size_t *count, moon_err *err) {
    moon_last_number *last = MOON_NEW_N(&app->arena, moon_last_number, app->options.given_count + 1);
    *count = 0;
    for (size_t i = 0; i < app->options.given_count; i++) {
        const moon_given *given = &app->options.given[i];
        if (strcmp(given->option->name, "last") != 0) continue;
        size_t sign = moon_str_find(given->text, '=', 0);
        if (sign == given->text.len || sign == 0)
            return moon_fail(err, MOON_E_USAGE,
                             "--last wants a series and its last number: --last "
                             "invoice=INV-2026-00012");
        last[(*count)++] = (moon_last_number){.kind = kind_of(app, moon_str_sub(given->text, 0, sign)),
                                              .number = moon_str_sub(given->text, sign + 1, given->text.len)};
    }
    *out = last;
    return MOON_OK;
}

/* One that began after the backup has numbers that nobody here knows of. */
static void ask_for(moon_app *app, int64_t year, bool missing, const char *kind, const char *documents) {
    if (missing)
        moon_app_say(
            app,
            "No number of %s of %lld is in the backup. If one was given after it, say so before the next: "
            "moonbill series %s --last NUMBER\n",
            documents, (long long)year, kind);
}

moon_status moon_command_restore(moon_app *app, moon_err *err) {
    moon_last_number *last = NULL;
    size_t count = 0;
    moon_unbegun unbegun = {0};
    bool dry_run = moon_app_flag(app, "dry-run");
    moon_str file = moon_arena_str(&app->arena, moon_app_arg(app, 0));
    MOON_TRY(read_last(app, &last, &count, err));
    MOON_TRY(moon_restore(app->folder, file.ptr, &app->open, last, count, dry_run, &unbegun, err));
    moon_app_say(app, "%s %s\n", dry_run ? "could be restored:" : "restored", file.ptr);
    for (size_t i = 0; i < count; i++) say_goes_on(app, last[i].kind, last[i].number, dry_run);
    ask_for(app, unbegun.year, unbegun.invoice, "invoice", "invoices");
    ask_for(app, unbegun.year, unbegun.credit_note, "credit-note", "credit notes");
    if (!dry_run)
        moon_app_say(app,
                     "What came in after the backup has to come in again: importing a file again changes "
                     "nothing that is there.\nnext: moonbill verify; moonbill list gaps\n");
    return MOON_OK;
}
