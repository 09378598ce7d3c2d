/* app/command: the commands of moonbill, and what each is given.             Floor 6.
 *
 * A command is a row of a table: its name, help, options and function. The rows of one topic stand at the end
 * of their file (app/cmd_*.c) as a group; app/command.c lists the groups. Help, usage messages and the
 * completeness test come from the same rows. A command's function parses arguments, calls run/ and books/, and
 * shows results; it holds no business logic.
 *
 * Exit status: 0 all well; 1 done, but something was parked or refused (moon_app.refused), or the whole was
 * refused; 2 wrong usage; 3 the book or its disk is damaged. A function that fails returns its status; main
 * prints the error. */
#ifndef MOON_APP_COMMAND_H
#define MOON_APP_COMMAND_H

#include "app/options.h"
#include "run/book.h"
#include "run/listing.h"

typedef enum moon_need {
    MOON_NEEDS_NOTHING,
    MOON_NEEDS_FOLDER, /* the book is found, not opened: moon_app.folder */
    MOON_NEEDS_BOOK    /* the book is open: moon_app.book */
} moon_need;

typedef struct moon_app moon_app;

typedef struct moon_command {
    const char *name;    /* one word, or two: "rules check" */
    const char *summary; /* one line, without a full stop */
    const char *usage;   /* what follows "moonbill "; several lines are separated by \n */
    const char *help;    /* paragraphs, which are filled, and indented examples; no line feed at the end */
    const moon_option *options; /* ended by a NULL name, or NULL */
    int args_min, args_max;     /* how many arguments; args_max -1: any number */
    moon_need need;
    moon_status (*run)(moon_app *app, moon_err *err);
} moon_command;

typedef struct moon_command_group {
    const char *title;
    const moon_command *commands; /* ended by a NULL name */
} moon_command_group;

/* What a command gets to work with; made in main.c, the only place that knows clock, user and terminal. */
struct moon_app {
    moon_arena arena; /* lives as long as the program */
    const moon_command *command;
    moon_options options;
    moon_format format; /* of --format, where the command has it */
    bool quiet;         /* -q: results only */
    bool refused;       /* set by a command that parked or refused something and went on: exit status 1 */
    char folder[2048];  /* of the book */
    moon_book *book;    /* open for commands that need it */
    moon_open_options open;
    moon_terminal_style style; /* of standard output */
    const char *complete;      /* what shows the columns that a narrow table leaves out; NULL: --format csv */
    bool progress;             /* standard error is a terminal */
    moon_instant (*now)(void); /* the wall clock, for a prompt that stays open */
    int output_errno;          /* why writing to standard output failed, 0 if it did not */
};

/* Groups in the order of help, ended by a NULL title. */
extern const moon_command_group *const moon_command_groups[];
extern const moon_command_group moon_commands_work, moon_commands_pay, moon_commands_schedule,
    moon_commands_agreements, moon_commands_hand, moon_commands_dun, moon_commands_report,
    moon_commands_records, moon_commands_script, moon_commands_rules, moon_commands_book, moon_commands_help;

/* Options of every command. */
extern const moon_option *const moon_options_everywhere;

/* Find the command in argv, read its options, open the book if it needs one, and run it. */
MOON_CHECK moon_status moon_command_line(moon_app *app, int argc, char **argv, moon_err *err);
/* The command of this name; MOON_E_USAGE with the name that was meant. */
MOON_CHECK moon_status moon_command_find(moon_str name, const moon_command **out, moon_err *err);

/* ---- for commands ---- */

/* Rows that many commands have. */
#define MOON_OPTION_FORMAT                                                                                   \
    {                                                                                                        \
        .name = "format", .kind = MOON_OPTION_CHOICE, .value = "table|csv|json",                             \
        .doc = "how to print it; amounts are exact, in json as texts"                                        \
    }
#define MOON_OPTION_DRY_RUN                                                                                  \
    {                                                                                                        \
        .name = "dry-run", .letter = 'n', .kind = MOON_OPTION_FLAG,                                          \
        .doc = "show what would be done, write nothing"                                                      \
    }
#define MOON_OPTION_END                                                                                      \
    { 0 }

/* The i-th argument; i is below the command's args_min or moon_app_arg_count. */
static inline moon_str moon_app_arg(const moon_app *app, size_t i) { return app->options.args[i]; }
static inline size_t moon_app_arg_count(const moon_app *app) { return app->options.arg_count; }

/* Was the option given, and as what? Where it was not, `out` stays as it is. Asking for an option that the
 * command does not have is a defect (an assertion). */
bool moon_app_flag(const moon_app *app, const char *name);
bool moon_app_text(const moon_app *app, const char *name, moon_str *out);
bool moon_app_date(const moon_app *app, const char *name, moon_date *out);
bool moon_app_int(const moon_app *app, const char *name, int64_t *out);

/* The arguments from the `from`-th on as pairs, in the arena. MOON_E_USAGE. */
MOON_CHECK moon_status moon_app_pairs(moon_app *app, size_t from, bool compared, moon_pair **pairs,
                                      size_t *count, moon_err *err);

/* Text to standard output: always, or unless -q or a --format for programs was given. */
void moon_app_print(moon_app *app, const char *fmt, ...) MOON_PRINTF(2, 3);
void moon_app_say(moon_app *app, const char *fmt, ...) MOON_PRINTF(2, 3);
void moon_app_write(moon_app *app, moon_str text);
/* A remark to standard error, which does not disturb results: "note: ..." */
void moon_app_note(moon_app *app, const char *fmt, ...) MOON_PRINTF(2, 3);

/* Do `work` in a change and commit it, again from the start where somebody else was faster, a few times.
 * `action` and `subject` go to the audit chain. In a dry run nothing is committed. What `work` fills must not
 * depend on an earlier attempt. */
typedef moon_status (*moon_work_fn)(moon_app *app, moon_change *change, void *ctx, moon_err *err);
MOON_CHECK moon_status moon_app_change(moon_app *app, const char *action, moon_str subject, bool dry_run,
                                       moon_work_fn work, void *ctx, moon_err *err);
/* Do `work` on a snapshot. */
MOON_CHECK moon_status moon_app_look(moon_app *app, moon_work_fn work, void *ctx, moon_err *err);

/* Help (app/help.c). */
void moon_help_all(moon_app *app);
void moon_help_command(moon_app *app, const moon_command *command);
/* Of all commands that are called so, or whose first word is `name`; false if there is none. */
bool moon_help_named(moon_app *app, moon_str name);

#endif
