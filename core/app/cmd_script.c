/* run and repl: moonbill's Lua on the open book.                             Floor 6. */
#include <signal.h>

#include "app/repl.h"
#include "app/session.h"
#include "base/file.h"
#include "base/limits.h"

/* ---- run ---- */

static moon_session *running; /* what an interrupt ends */

static void interrupted(int sig) {
    (void)sig;
    if (running) moon_session_interrupt(running);
}

/* The first line of a script that is run by its name, "#!/usr/bin/env -S moonbill run". */
static moon_str without_shebang(moon_str text) {
    if (!moon_str_starts(text, MOON_STR("#"))) return text;
    return moon_str_sub(text, moon_str_find(text, '\n', 0), text.len);
}

/* The script, its name in messages, and how many arguments it takes away from those it is given. */
static moon_status read_script(moon_app *app, moon_str *name, moon_str *text, size_t *taken, moon_err *err) {
    *taken = 0;
    *name = MOON_STR("-e");
    if (moon_app_text(app, "eval", text)) return MOON_OK;
    if (moon_app_arg_count(app) == 0)
        return moon_fail(err, MOON_E_USAGE, "which script? run FILE.lua, or run -e CODE");
    *name = moon_app_arg(app, 0);
    *taken = 1;
    MOON_TRY(
        moon_file_read(moon_arena_str(&app->arena, *name).ptr, MOON_RULE_FILE_MAX, &app->arena, text, err));
    *text = without_shebang(*text);
    return MOON_OK;
}

static moon_status command_run(moon_app *app, moon_err *err) {
    moon_str name, text;
    size_t taken;
    struct sigaction action = {.sa_handler = interrupted, .sa_flags = SA_RESTART};
    MOON_TRY(read_script(app, &name, &text, &taken, err));
    moon_session_setup setup = {.dry_run = moon_app_flag(app, "dry-run"),
                                .args = app->options.args + taken,
                                .arg_count = moon_app_arg_count(app) - taken};
    running = moon_session_new(app, &setup);
    sigaction(SIGINT, &action, NULL);
    moon_status status = moon_session_eval(running, name, text, 0, NULL, err);
    signal(SIGINT, SIG_DFL);
    moon_session_free(running);
    running = NULL;
    return status;
}

/* ---- the table ---- */

static const moon_option run_options[] = {
    {"eval", 'e', MOON_OPTION_TEXT, "CODE", "run this code instead of a file", false},
    MOON_OPTION_FORMAT,
    MOON_OPTION_DRY_RUN,
    MOON_OPTION_END};

static const moon_command commands[] = {
    {"repl", "a prompt: ask the book in moonbill's Lua, and change it after a look", "repl",
     "Queries, reports and changes, one after another. Tab completes, help() lists the names, help(name) "
     "explains "
     "one. A\nchange is shown as a difference and asks before it commits. Ctrl-C stops a query, Ctrl-D "
     "leaves. "
     "Between two\nstatements nothing of the book is held, so others go on working.\n"
     "\n"
     "Lines that were entered are kept in $XDG_STATE_HOME/moonbill/history, ~/.local/state without that.\n"
     "\n"
     "Examples\n"
     "  moonbill repl\n"
     "  moonbill repl < statements.lua",
     NULL, 0, 0, MOON_NEEDS_BOOK, moon_command_repl},
    {"run", "a script in moonbill's Lua, with what the prompt knows",
     "run FILE.lua [ARG ...] [--format table|csv|json] [--dry-run]\nrun -e CODE [ARG ...]",
     "What the prompt knows, without questions: changes are committed. Arguments are in arg; those that "
     "begin with "
     "- stand\nbehind --. An error ends the script; what it committed before stays.\n"
     "\n"
     "A script can be run by its name: #!/usr/bin/env -S moonbill run is its first line, and MOONBILL_BOOK "
     "names the "
     "book\nwhere that is not the current folder.\n"
     "\n"
     "Examples\n"
     "  moonbill run -e 'invoices{ open = true }:by(\"month\"):sum(\"open\")' --format csv\n"
     "  moonbill run overdue.lua 2026-11",
     run_options, 0, -1, MOON_NEEDS_BOOK, command_run},
    {0}};

const moon_command_group moon_commands_script = {"Scripts", commands};
