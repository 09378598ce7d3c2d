/* The program: what it takes from its surroundings, and how it ends.         Floor 6.
 *
 * The only place that asks for the wall clock, the operating-system user and the terminal. */
#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "app/command.h"
#include "base/crypt.h"
#include "base/file.h"

/* ---- surroundings ---- */

static moon_instant now(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (moon_instant)t.tv_sec * MOON_SECOND + t.tv_nsec / 1000;
}

static moon_str user(moon_arena *keep) {
    const struct passwd *entry = getpwuid(getuid());
    if (entry && entry->pw_name && entry->pw_name[0])
        return moon_arena_str(keep, moon_str_of(entry->pw_name));
    return moon_arena_printf(keep, "uid-%lu", (unsigned long)getuid());
}

static size_t terminal_width(void) {
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    const char *columns = getenv("COLUMNS");
    long width = columns ? strtol(columns, NULL, 10) : 0;
    return width > 0 && width < 10000 ? (size_t)width : 80;
}

static bool speaks_utf8(void) {
    const char *names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < 3; i++) {
        const char *value = getenv(names[i]);
        if (value && value[0]) return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
    }
    return false;
}

static moon_terminal_style terminal_style(void) {
    const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");
    if (!isatty(STDOUT_FILENO)) return (moon_terminal_style){.width = 0, .colour = false, .utf8 = true};
    bool plain = (no_colour && no_colour[0]) || (term && strcmp(term, "dumb") == 0);
    return (moon_terminal_style){.width = terminal_width(), .colour = !plain, .utf8 = speaks_utf8()};
}

/* The program's own plugins: MOON_PLUGIN_DIR, else beside the program, else where `make install` puts them. */
static const char *plugin_folder(moon_arena *keep) {
    const char *named = getenv("MOON_PLUGIN_DIR");
    char path[PATH_MAX];
    if (named && named[0]) return named;
    ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);
    while (len > 0 && path[len - 1] != '/') len--;
    if (len > 0) {
        const char *beside = moon_arena_printf(keep, "%.*splugins", (int)len, path).ptr;
        if (moon_folder_exists(beside)) return beside;
    }
    return MOON_PREFIX "/lib/moonbill/plugins";
}

static void look_around(moon_app *app) {
    app->open = (moon_open_options){.today = MOON_DATE_NONE, .now = now(), .operator= user(&app->arena)};
    app->now = now;
    app->open.plugins[0] = plugin_folder(&app->arena);
    app->style = terminal_style();
    app->progress = isatty(STDERR_FILENO);
}

/* ---- the end ---- */

static int exit_status(moon_err_class class) {
    switch (class) {
    case MOON_CLASS_USAGE: return 2;
    case MOON_CLASS_DAMAGED: return 3;
    case MOON_CLASS_REFUSED: return 1;
    default: return 0;
    }
}

/* A reader that went away (EPIPE) is no failure; a full disk behind a redirection is. */
static moon_status end_output(const moon_app *app, moon_err *err) {
    int why = app->output_errno;
    if (fflush(stdout) != 0 && !why) why = errno;
    if (!why || why == EPIPE) return MOON_OK;
    return moon_fail_sys(err, MOON_E_IO, why, "cannot write the output");
}

int main(int argc, char **argv) {
    static moon_app app;
    moon_err err;
    signal(SIGPIPE, SIG_IGN);
    moon_status status = moon_crypt_start(&err);
    if (status == MOON_OK) {
        look_around(&app);
        status = moon_command_line(&app, argc, argv, &err);
    }
    moon_book_close(app.book);
    if (status == MOON_OK)
        status = end_output(&app, &err);
    else
        fflush(stdout);
    if (status != MOON_OK) moon_err_print(stderr, &err);
    int code = exit_status(moon_status_class(status));
    moon_arena_free(&app.arena);
    return status == MOON_OK && app.refused ? 1 : code;
}
