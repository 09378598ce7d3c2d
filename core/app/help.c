/* Help, from the table of commands, in the width of the terminal. */
#include "app/command.h"

#define WIDTH_MAX 100 /* longer lines are hard to read */
#define WIDTH_LEAST 40
#define NAME_MAX 32 /* an option whose name is longer has its text beside it, wherever that is */

static size_t width_of_terminal(const moon_app *app) {
    size_t width = app->style.width ? app->style.width : 80;
    return width > WIDTH_MAX ? WIDTH_MAX : width < WIDTH_LEAST ? WIDTH_LEAST : width;
}

/* Print the words of a text from column `at` on, broken at spaces and line feeds; further lines begin at
 * `indent`. */
static void print_words(moon_app *app, moon_str text, size_t at, size_t indent) {
    size_t width = width_of_terminal(app), i = 0;
    bool first = true;
    while (i < text.len) {
        size_t from = i;
        while (i < text.len && text.ptr[i] != ' ' && text.ptr[i] != '\n') i++;
        moon_str word = moon_str_sub(text, from, i++);
        if (word.len == 0) continue;
        if (!first && at + 1 + word.len > width) {
            moon_app_print(app, "\n%*s", (int)indent, "");
            at = indent;
        } else if (!first) {
            moon_app_print(app, " ");
            at++;
        }
        moon_app_print(app, "%.*s", MOON_STR_ARG(word));
        at += word.len;
        first = false;
    }
    moon_app_print(app, "\n");
}

/* Paragraphs are filled; lines that begin with a space, which are examples, stay as they are. */
static void print_paragraphs(moon_app *app, moon_str text) {
    moon_str line;
    const char *from = NULL;
    size_t len = 0;
    while (moon_str_cut(&text, '\n', &line)) {
        bool filled = line.len > 0 && line.ptr[0] != ' ';
        if (filled) {
            if (!from) from = line.ptr;
            len = (size_t)(line.ptr + line.len - from);
            continue;
        }
        if (from) print_words(app, (moon_str){from, len}, 0, 0);
        from = NULL;
        moon_app_print(app, "%.*s\n", MOON_STR_ARG(line));
    }
    if (from) print_words(app, (moon_str){from, len}, 0, 0);
}

static void print_option(moon_app *app, const moon_option *o, int width) {
    char name[80], doc[400];
    snprintf(name, sizeof name, "%s%c%s--%s%s%s", o->letter ? "-" : " ", o->letter ? o->letter : ' ',
             o->letter ? ", " : "  ", o->name, o->kind == MOON_OPTION_FLAG ? "" : " ",
             o->kind == MOON_OPTION_FLAG ? "" : o->value);
    snprintf(doc, sizeof doc, "%s%s", o->doc, o->repeated ? "; may be given more than once" : "");
    moon_app_print(app, "  %-*s  ", width, name);
    size_t at = (size_t)width > strlen(name) ? (size_t)width : strlen(name);
    print_words(app, moon_str_of(doc), at + 4, (size_t)width + 4);
}

static int width_of(const moon_option *table, int width) {
    for (const moon_option *o = table; o && o->name; o++) {
        int own = 6 + (int)strlen(o->name) + (o->kind == MOON_OPTION_FLAG ? 0 : 1 + (int)strlen(o->value));
        if (own > width && own <= NAME_MAX) width = own;
    }
    return width;
}

static int width_of_names(void) {
    int width = 0;
    for (size_t g = 0; moon_command_groups[g]; g++)
        for (const moon_command *c = moon_command_groups[g]->commands; c->name; c++)
            if ((int)strlen(c->name) > width) width = (int)strlen(c->name);
    return width;
}

void moon_help_all(moon_app *app) {
    int width = width_of_names();
    moon_app_print(app, "usage: moonbill [-b BOOK] [--today DATE] COMMAND ...\n");
    for (size_t g = 0; moon_command_groups[g]; g++) {
        moon_app_print(app, "\n%s\n", moon_command_groups[g]->title);
        for (const moon_command *c = moon_command_groups[g]->commands; c->name; c++) {
            moon_app_print(app, "  %-*s  ", width, c->name);
            print_words(app, moon_str_of(c->summary), (size_t)width + 4, (size_t)width + 4);
        }
    }
    moon_app_print(app, "\nOptions of every command\n");
    width = width_of(moon_options_everywhere, 0);
    for (const moon_option *o = moon_options_everywhere; o->name; o++) print_option(app, o, width);
    moon_app_print(app, "\nMore about one: moonbill help COMMAND\n");
    print_words(app,
                MOON_STR("Exit status: 0 all well; 1 done, but something was parked or refused; 2 wrong "
                         "usage; 3 the book or its disk is damaged"),
                0, 0);
}

static void print_command(moon_app *app, const moon_command *command) {
    moon_str rest = moon_str_of(command->usage), line;
    moon_app_print(app, "moonbill %s: %s\n\nUsage\n", command->name, command->summary);
    while (moon_str_cut(&rest, '\n', &line)) moon_app_print(app, "  moonbill %.*s\n", MOON_STR_ARG(line));
    moon_app_print(app, "\n");
    print_paragraphs(app, moon_str_of(command->help));
    if (command->options && command->options->name) {
        int width = width_of(command->options, 0);
        moon_app_print(app, "\nOptions\n");
        for (const moon_option *o = command->options; o->name; o++) print_option(app, o, width);
    }
    moon_app_print(app, "\n");
}

void moon_help_command(moon_app *app, const moon_command *command) {
    print_command(app, command);
    moon_app_print(app, "Options of every command: moonbill help\n");
}

bool moon_help_named(moon_app *app, moon_str name) {
    bool any = false;
    for (int longer = 0; longer < 2; longer++)
        for (size_t g = 0; moon_command_groups[g]; g++)
            for (const moon_command *c = moon_command_groups[g]->commands; c->name; c++) {
                moon_str own = moon_str_of(c->name);
                bool same = moon_str_eq(own, name);
                bool begins = own.len > name.len && moon_str_starts(own, name) && own.ptr[name.len] == ' ';
                if (longer ? !begins : !same) continue;
                print_command(app, c);
                any = true;
            }
    if (any) moon_app_print(app, "Options of every command: moonbill help\n");
    return any;
}
