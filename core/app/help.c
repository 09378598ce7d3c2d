/* Help, from the table of commands. */
#include "app/command.h"

static void print_option(moon_app *app, const moon_option *o, int width) {
    char name[80];
    snprintf(name, sizeof name, "%s%c%s--%s%s%s", o->letter ? "-" : " ", o->letter ? o->letter : ' ',
             o->letter ? ", " : "  ", o->name, o->kind == MOON_OPTION_FLAG ? "" : " ",
             o->kind == MOON_OPTION_FLAG ? "" : o->value);
    moon_app_print(app, "  %-*s  %s%s\n", width, name, o->doc,
                   o->repeated ? "; may be given more than once" : "");
}

static int width_of(const moon_option *table, int width) {
    for (const moon_option *o = table; o && o->name; o++) {
        int own = 6 + (int)strlen(o->name) + (o->kind == MOON_OPTION_FLAG ? 0 : 1 + (int)strlen(o->value));
        if (own > width && own <= 32) width = own;
    }
    return width;
}

void moon_help_all(moon_app *app) {
    moon_app_print(app, "usage: moonbill [-b BOOK] [--today DATE] COMMAND ...\n");
    for (size_t g = 0; moon_command_groups[g]; g++) {
        moon_app_print(app, "\n%s\n", moon_command_groups[g]->title);
        for (const moon_command *c = moon_command_groups[g]->commands; c->name; c++)
            moon_app_print(app, "  %-12s  %s\n", c->name, c->summary);
    }
    moon_app_print(app, "\nOptions of every command\n");
    int width = width_of(moon_options_everywhere, 0);
    for (const moon_option *o = moon_options_everywhere; o->name; o++) print_option(app, o, width);
    moon_app_print(app,
                   "\nMore about one: moonbill help COMMAND\n"
                   "Exit status: 0 all well; 1 done, but something was parked or refused; 2 wrong usage; "
                   "3 the book or its disk is damaged\n");
}

void moon_help_command(moon_app *app, const moon_command *command) {
    moon_str rest = moon_str_of(command->usage), line;
    moon_app_print(app, "moonbill %s: %s\n\nUsage\n", command->name, command->summary);
    while (moon_str_cut(&rest, '\n', &line)) moon_app_print(app, "  moonbill %.*s\n", MOON_STR_ARG(line));
    moon_app_print(app, "\n%s\n", command->help);
    if (command->options && command->options->name) {
        int width = width_of(command->options, 0);
        moon_app_print(app, "\nOptions\n");
        for (const moon_option *o = command->options; o->name; o++) print_option(app, o, width);
    }
    moon_app_print(app, "\nOptions of every command: moonbill help\n");
}
