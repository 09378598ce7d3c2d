#include "app/command.h"

#include <errno.h>
#include <stdarg.h>

#include "books/config.h"
#include "script/near.h"

const moon_command_group *const moon_command_groups[] = {&moon_commands_work,
                                                         &moon_commands_agreements,
                                                         &moon_commands_hand,
                                                         &moon_commands_report,
                                                         &moon_commands_pay,
                                                         &moon_commands_dun,
                                                         &moon_commands_records,
                                                         &moon_commands_script,
                                                         &moon_commands_rules,
                                                         &moon_commands_schedule,
                                                         &moon_commands_book,
                                                         &moon_commands_help,
                                                         NULL};

/* Options of every command; those before the command word are these. */
static const moon_option everywhere[] = {
    {"book", 'b', MOON_OPTION_TEXT, "BOOK",
     "folder of the book; else MOONBILL_BOOK, else found from here upwards", false},
    {"today", 0, MOON_OPTION_DATE, "DATE", "the day it is; else the system's date in the book's time zone",
     false},
    {"quiet", 'q', MOON_OPTION_FLAG, NULL, "results only", false},
    {"help", 'h', MOON_OPTION_FLAG, NULL, "what the command does, and its options", false},
    {"version", 0, MOON_OPTION_FLAG, NULL, "version of the program", false},
    MOON_OPTION_END};

const moon_option *const moon_options_everywhere = everywhere;

/* ---- finding a command ---- */

static const moon_command *by_name(moon_str name) {
    for (size_t g = 0; moon_command_groups[g]; g++)
        for (const moon_command *c = moon_command_groups[g]->commands; c->name; c++)
            if (moon_str_is(name, c->name)) return c;
    return NULL;
}

/* "rules" when only "rules check" and "rules test" are commands. */
static bool list_of_two_words(moon_str first, moon_buf *out) {
    for (size_t g = 0; moon_command_groups[g]; g++)
        for (const moon_command *c = moon_command_groups[g]->commands; c->name; c++) {
            moon_str name = moon_str_of(c->name);
            if (!moon_str_starts(name, first) || name.len <= first.len || name.ptr[first.len] != ' ')
                continue;
            moon_buf_printf(out, "%smoonbill %s", out->len ? ", " : "", c->name);
        }
    return out->len > 0;
}

moon_status moon_command_find(moon_str name, const moon_command **out, moon_err *err) {
    const moon_command *found = by_name(name);
    if (found) {
        *out = found;
        return MOON_OK;
    }
    moon_buf list = MOON_BUF_EMPTY;
    moon_str first = moon_str_sub(name, 0, moon_str_find(name, ' ', 0));
    if (list_of_two_words(first, &list)) {
        moon_fail(err, MOON_E_USAGE, "%.*s wants a second word", MOON_STR_ARG(first));
        moon_err_hint(err, "there is %.*s", MOON_STR_ARG(moon_buf_str(&list)));
        moon_buf_free(&list);
        return err->code;
    }
    moon_near near = moon_near_begin(first);
    for (size_t g = 0; moon_command_groups[g]; g++)
        for (const moon_command *c = moon_command_groups[g]->commands; c->name; c++)
            moon_near_try(&near, moon_str_of(c->name));
    moon_fail(err, MOON_E_USAGE, "there is no command \"%.*s\"", MOON_STR_ARG(first));
    if (near.best.len)
        moon_err_hint(err, "did you mean \"%.*s\"? See: moonbill help", MOON_STR_ARG(near.best));
    return err->code;
}

/* Take the command word (or two) out of argv, which may have common options before it. *argc becomes smaller. */
static moon_status take_command(moon_app *app, int *argc, char **argv, moon_err *err) {
    int at = 1;
    while (at < *argc && argv[at][0] == '-' && argv[at][1]) {
        const moon_option *o = moon_option_find(everywhere, argv[at]);
        if (!o) {
            moon_options none;
            return moon_options_read(everywhere, NULL, at + 1, argv, at, &app->arena, &none, err);
        }
        bool apart =
            o->kind != MOON_OPTION_FLAG && (argv[at][1] == '-' ? !strchr(argv[at], '=') : !argv[at][2]);
        at += apart ? 2 : 1;
    }
    if (at >= *argc) return MOON_OK;
    int words = 1;
    moon_str name = moon_str_of(argv[at]);
    if (at + 1 < *argc && argv[at + 1][0] != '-') {
        moon_str two = moon_arena_printf(&app->arena, "%s %s", argv[at], argv[at + 1]);
        if (by_name(two)) {
            name = two;
            words = 2;
        }
    }
    MOON_TRY(moon_command_find(name, &app->command, err));
    for (int i = at; i + words < *argc; i++) argv[i] = argv[i + words];
    *argc -= words;
    return MOON_OK;
}

/* ---- running ---- */

static moon_status check_arguments(const moon_app *app, moon_err *err) {
    const moon_command *c = app->command;
    size_t count = app->options.arg_count, usage_end = strcspn(c->usage, "\n");
    if (count < (size_t)c->args_min)
        moon_fail(err, MOON_E_USAGE, "something is missing after \"%s\"", c->name);
    else if (c->args_max >= 0 && count > (size_t)c->args_max)
        moon_fail(err, MOON_E_USAGE, "\"%.*s\" is one argument too many",
                  MOON_STR_ARG(app->options.args[c->args_max]));
    else
        return MOON_OK;
    return moon_err_hint(err, "usage: moonbill %.*s", (int)usage_end, c->usage);
}

static moon_status open_book(moon_app *app, moon_err *err) {
    const moon_given *book = moon_options_last(&app->options, "book"),
                     *today = moon_options_last(&app->options, "today");
    if (today) app->open.today = today->date;
    if (app->command->need == MOON_NEEDS_NOTHING) return MOON_OK;
    MOON_TRY(moon_book_find(book ? book->text.ptr : NULL, app->folder, err));
    if (app->command->need == MOON_NEEDS_FOLDER) return MOON_OK;
    return moon_book_open(app->folder, &app->open, false, &app->book, err);
}

static moon_status run(moon_app *app, moon_err *err) {
    MOON_TRY(check_arguments(app, err));
    if (moon_option_find(app->command->options, "--format")) {
        const moon_given *format = moon_options_last(&app->options, "format");
        if (format)
            app->format = moon_str_is(format->text, "csv")    ? MOON_FORMAT_CSV
                          : moon_str_is(format->text, "json") ? MOON_FORMAT_JSON
                                                              : MOON_FORMAT_TABLE;
    }
    MOON_TRY(open_book(app, err));
    return app->command->run(app, err);
}

moon_status moon_command_line(moon_app *app, int argc, char **argv, moon_err *err) {
    MOON_TRY(take_command(app, &argc, argv, err));
    const moon_option *own = app->command ? app->command->options : NULL;
    moon_status status = moon_options_read(everywhere, own, argc, argv, 1, &app->arena, &app->options, err);
    if (status == MOON_OK) {
        app->quiet = moon_options_last(&app->options, "quiet") != NULL;
        if (moon_options_last(&app->options, "version"))
            status = moon_command_find(MOON_STR("version"), &app->command, err);
        else if (moon_options_last(&app->options, "help") || !app->command) {
            if (app->command)
                moon_help_command(app, app->command);
            else
                moon_help_all(app);
            return MOON_OK;
        }
    }
    if (status == MOON_OK) status = run(app, err);
    if (status == MOON_E_USAGE && app->command) {
        char place[80];
        snprintf(place, sizeof place, "moonbill %s", app->command->name);
        moon_err_at(err, place, 0);
        moon_err_hint(err, "see: moonbill help %s", app->command->name);
    }
    return status;
}

/* ---- options of the command at hand ---- */

static const moon_given *given(const moon_app *app, const char *name) {
    char dashed[64];
    snprintf(dashed, sizeof dashed, "--%s", name);
    moon_assert(moon_option_find(app->command->options, dashed) || moon_option_find(everywhere, dashed));
    return moon_options_last(&app->options, name);
}

bool moon_app_flag(const moon_app *app, const char *name) { return given(app, name) != NULL; }

bool moon_app_text(const moon_app *app, const char *name, moon_str *out) {
    const moon_given *g = given(app, name);
    if (g) *out = g->text;
    return g != NULL;
}
bool moon_app_date(const moon_app *app, const char *name, moon_date *out) {
    const moon_given *g = given(app, name);
    if (g) *out = g->date;
    return g != NULL;
}
bool moon_app_int(const moon_app *app, const char *name, int64_t *out) {
    const moon_given *g = given(app, name);
    if (g) *out = g->integer;
    return g != NULL;
}

moon_status moon_app_pairs(moon_app *app, size_t from, bool compared, moon_pair **pairs, size_t *count,
                           moon_err *err) {
    size_t n = app->options.arg_count > from ? app->options.arg_count - from : 0;
    moon_pair *made = MOON_NEW_N(&app->arena, moon_pair, n + 1);
    for (size_t i = 0; i < n; i++)
        MOON_TRY(moon_pair_read(app->options.args[from + i], compared, &made[i], err));
    *pairs = made;
    *count = n;
    return MOON_OK;
}

/* ---- words to the user ---- */

/* stdio forgets why a write failed. */
static void remember_failure(moon_app *app) {
    if (!app->output_errno && ferror(stdout)) app->output_errno = errno ? errno : EIO;
}

void moon_app_write(moon_app *app, moon_str text) {
    fwrite(text.ptr, 1, text.len, stdout);
    remember_failure(app);
}

void moon_app_print(moon_app *app, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    vprintf(fmt, args);
    va_end(args);
    remember_failure(app);
}

void moon_app_say(moon_app *app, const char *fmt, ...) {
    va_list args;
    if (app->quiet || app->format != MOON_FORMAT_TABLE) return;
    va_start(args, fmt);
    vprintf(fmt, args);
    va_end(args);
    remember_failure(app);
}

void moon_app_note(moon_app *app, const char *fmt, ...) {
    va_list args;
    if (app->quiet) return;
    va_start(args, fmt);
    fputs("note: ", stderr);
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    va_end(args);
}

/* ---- changes ---- */

#define ATTEMPTS 5

static moon_status attempt(moon_app *app, const char *action, moon_str subject, bool dry_run,
                           moon_work_fn work, void *ctx, moon_err *err) {
    moon_change *change;
    MOON_TRY(moon_change_begin(app->book->store, &change, err));
    moon_status status = work(app, change, ctx, err);
    if (status == MOON_OK && !dry_run)
        status = moon_commit(change, &app->book->ctx, action, subject, MOON_STR_NONE, NULL, err);
    moon_change_end(change);
    return status;
}

moon_status moon_app_change(moon_app *app, const char *action, moon_str subject, bool dry_run,
                            moon_work_fn work, void *ctx, moon_err *err) {
    moon_status status = MOON_E_CHANGED;
    for (int i = 0; i < ATTEMPTS && status == MOON_E_CHANGED; i++)
        status = attempt(app, action, subject, dry_run, work, ctx, err);
    return status;
}

moon_status moon_app_look(moon_app *app, moon_work_fn work, void *ctx, moon_err *err) {
    return attempt(app, "", MOON_STR_NONE, true, work, ctx, err);
}
