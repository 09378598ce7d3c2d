/* help and version.                                                          Floor 6. */
#include "app/command.h"

#include "books/closure.h"

#define VERSION "0.1.0"

static moon_status help(moon_app *app, moon_err *err) {
    const moon_command *command;
    moon_buf name = MOON_BUF_EMPTY;
    if (moon_app_arg_count(app) == 0) {
        moon_help_all(app);
        return MOON_OK;
    }
    for (size_t i = 0; i < moon_app_arg_count(app); i++)
        moon_buf_printf(&name, "%s%.*s", i ? " " : "", MOON_STR_ARG(moon_app_arg(app, i)));
    moon_status status = MOON_OK;
    if (!moon_help_named(app, moon_buf_str(&name)))
        status = moon_command_find(moon_buf_str(&name), &command, err);
    moon_buf_free(&name);
    return status;
}

static moon_status version(moon_app *app, moon_err *err) {
    (void)err;
    moon_app_print(app, "moonbill %s, engine %d\n", VERSION, MOON_ENGINE);
    return MOON_OK;
}

static const moon_command commands[] = {{"help", "this list, or what one command does", "help [COMMAND]",
                                         "The first word of commands that have two shows them all.\n"
                                         "\n"
                                         "Example\n"
                                         "  moonbill help list",
                                         NULL, 0, 2, MOON_NEEDS_NOTHING, help},
                                        {"version", "version of the program and of its primitives", "version",
                                         "The engine number changes when a function that rules call changes "
                                         "its meaning; documents name the rules they were\n"
                                         "made with.\n"
                                         "\n"
                                         "Example\n"
                                         "  moonbill version",
                                         NULL, 0, 0, MOON_NEEDS_NOTHING, version},
                                        {0}};

const moon_command_group moon_commands_help = {"Help", commands};
