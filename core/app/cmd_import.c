/* import: files into the book.                                               Floor 6. */
#include "app/cmd_work.h"

#include "app/output.h"
#include "app/progress.h"
#include "app/words.h"
#include "run/import.h"
#include "run/wire.h"

/* How what a file holds is called, and what is said of it. */
typedef struct words {
    const char *kind, *one;
    bool lines, amounts; /* of orders there are lines; of payments and such, amounts */
    bool update;         /* --update takes what differs */
    const char *none;    /* rows that are nothing to take */
} words;

static const words all_words[] = {{"orders", "order", true, true, true, "no sale"},
                                  {"payments", "payment", false, true, false, "left out"},
                                  {"grants", "grant", false, true, false, "nothing"},
                                  {"opening-items", "item", false, true, false, "nothing"},
                                  {NULL, "record", false, false, false, "nothing"}};

static const words *words_of(moon_str kind) {
    const words *w = all_words;
    while (w->kind && !moon_str_is(kind, w->kind)) w++;
    return w;
}

typedef struct reading {
    moon_app *app;
    moon_progress progress;
    const words *words;
} reading;

static void on_progress(void *ctx, size_t done, size_t total) {
    moon_progress_at(&((reading *)ctx)->progress, done, total);
}

static void on_difference(void *ctx, moon_str id, moon_taken taken, moon_str difference) {
    reading *r = ctx;
    const char *what = taken == MOON_TAKEN_UPDATED ? "updated"
                       : taken == MOON_TAKEN_BILLED
                           ? "billed already, left as it was; correct it with a credit note"
                       : r->words->update ? "left as it was; --update takes the new one"
                                          : "left as it was";
    moon_progress_end(&r->progress);
    if (taken != MOON_TAKEN_UPDATED) r->app->refused = true;
    moon_app_say(r->app, "%s %.*s differs (%s):\n  %.*s\n", r->words->one, MOON_STR_ARG(id), what,
                 MOON_STR_ARG(difference));
}

static const char *mark_name(moon_str mark) {
    static const char *const names[][2] = {
        {";", "semicolon"}, {",", "comma"}, {"\t", "tab"}, {"|", "bar"}, {".", "point"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (moon_str_is(mark, names[i][0])) return names[i][1];
    return "none";
}

static void say_found(moon_app *app, const moon_import_report *report, const char *file) {
    moon_arg found = moon_arg_get(&report->facts, "found"),
             warnings = moon_arg_get(&report->facts, "warnings");
    moon_str dates = moon_arg_text_of(&found, "dates"), decimals = moon_arg_text_of(&found, "decimals");
    moon_str form = moon_arg_text_of(&found, "form");
    moon_str rows =
        moon_words_count(app, (uint64_t)moon_arg_int_of(&report->facts, "rows", 0), "row", "rows");
    moon_app_say(app, "%s: %.*s, ", file, MOON_STR_ARG(rows));
    if (form.len)
        moon_app_say(app, "%.*s", MOON_STR_ARG(form));
    else
        moon_app_say(app, "separator %s, %.*s", mark_name(moon_arg_text_of(&found, "separator")),
                     MOON_STR_ARG(moon_arg_text_of(&found, "encoding")));
    if (decimals.len && !form.len) moon_app_say(app, ", decimal %s", mark_name(decimals));
    if (dates.len) moon_app_say(app, ", dates as %.*s", MOON_STR_ARG(dates));
    moon_app_say(app, "\n");
    for (size_t i = 0; warnings.kind == MOON_ARG_LIST && i < warnings.list.count; i++) {
        const moon_arg *one = &warnings.list.items[i];
        moon_str text = moon_arg_text_of(one, "message");
        moon_app_note(app, "%s:%lld: %.*s", file, (long long)moon_arg_int_of(one, "line", 0),
                      MOON_STR_ARG(text));
    }
}

static void say_count(moon_app *app, const char *what, const moon_import_count *count, const words *w,
                      const char *one, const char *remark) {
    if (count->records == 0) return;
    moon_app_say(app, "  %-9s %7llu", what, (unsigned long long)count->records);
    if (w->amounts && one) {
        char name[32];
        moon_str amount =
            moon_words_grouped(app, count->amount, count->amount.scale > 2 ? count->amount.scale : 2);
        snprintf(name, sizeof name, "%s%s", one, count->records == 1 ? "" : "s");
        moon_app_say(app, " %-*s", w->lines ? 6 : 9, name);
        if (w->lines)
            moon_app_say(app, " %8llu %-5s", (unsigned long long)count->lines,
                         count->lines == 1 ? "line" : "lines");
        moon_app_say(app, " %15.*s", MOON_STR_ARG(amount));
    }
    moon_app_say(app, "%s\n", remark);
}

/* What became of payments, beside being taken in. */
static void say_payments(moon_app *app, const words *w, const moon_import_report *report) {
    say_count(app, "applied", &report->applied, w, "item", "   settled in full or in part");
    say_count(app, "let go", &report->differences, w, "item", "   missing within tolerance");
    say_count(app, "returned", &report->returned, w, "payment", "");
    say_count(app, "unknown", &report->unidentified, w, "payment",
              "   nobody knows whose (moonbill list parked)");
    if (report->conflicts)
        moon_app_say(app, "  %-9s %7llu   what they name does not fit (moonbill list parked)\n", "to check",
                     (unsigned long long)report->conflicts);
}

static void say_import(moon_app *app, const words *w, const moon_import_options *options,
                       const moon_import_report *report) {
    const moon_import_count same = {.records = report->same};
    say_found(app, report, options->file);
    say_count(app, options->dry_run ? "to take" : "taken", &report->taken, w, w->one, "");
    say_payments(app, w, report);
    say_count(app, "held", &report->held, w, w->lines ? w->one : NULL, "   (moonbill list parked)");
    say_count(app, w->none, &report->no_sale, w, w->lines ? w->one : NULL,
              w->lines ? "" : "   nothing to take, by the mapping");
    say_count(app, "the same", &same, w, NULL, "   there already, nothing to do");
    if (report->updated) moon_app_say(app, "  %-9s %7llu\n", "updated", (unsigned long long)report->updated);
    if (report->different + report->billed)
        moon_app_say(app, "  %-9s %7llu\n", "different",
                     (unsigned long long)(report->different + report->billed));
    if (report->accounts)
        moon_app_say(app, "  %-9s %7llu   made, because orders name them\n", "accounts",
                     (unsigned long long)report->accounts);
    if (report->late)
        moon_app_say(app, "  %-9s %7llu   of periods that are billed: the next bill has them\n", "late",
                     (unsigned long long)report->late);
    if (report->records == 0) moon_app_say(app, "  the file has no rows below its header\n");
    if (report->reject_file.len)
        moon_app_say(app, "  %.*s that could not be taken: %.*s\n",
                     MOON_STR_ARG(moon_words_count(app, report->rejected_rows, "row", "rows")),
                     MOON_STR_ARG(report->reject_file));
}

moon_status moon_command_import(moon_app *app, moon_err *err) {
    moon_str mapping = MOON_STR_NONE;
    bool mapped = moon_app_text(app, "map", &mapping);
    moon_str kind = moon_arena_str(&app->arena, moon_app_arg(app, 0));
    for (size_t i = 1; i < moon_app_arg_count(app); i++) {
        moon_import_report report;
        reading r = {app, moon_progress_begin(app, "reading"), words_of(kind)};
        moon_import_options options = {.kind = kind.ptr,
                                       .file = moon_arena_str(&app->arena, moon_app_arg(app, i)).ptr,
                                       .update = moon_app_flag(app, "update"),
                                       .dry_run = moon_app_flag(app, "dry-run"),
                                       .ctx = &r,
                                       .difference = on_difference,
                                       .progress = on_progress};
        if (mapped) options.mapping = moon_arena_str(&app->arena, mapping).ptr;
        moon_status status = moon_import(app->book, &options, &app->arena, &report, err);
        moon_progress_end(&r.progress);
        MOON_TRY(status);
        say_import(app, r.words, &options, &report);
        if (report.held.records + report.unidentified.records + report.conflicts) app->refused = true;
    }
    return MOON_OK;
}
