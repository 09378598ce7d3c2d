#include "app/repl.h"

#include <errno.h>
#include <histedit.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>

#include "app/complete.h"
#include "app/session.h"
#include "base/file.h"

#define HISTORY 2000  /* entries */
#define ROWS_MIN 5    /* of a table, however low the window is */
#define ROWS_AROUND 7 /* lines of the window for prompt, headings, total and remark */
#define CLEAR L'\003' /* what an interrupt reads as: Ctrl-C */

typedef struct repl {
    moon_app *app;
    moon_session *session;
    EditLine *edit; /* NULL without a terminal */
    History *history;
    char history_path[4096]; /* "" for none */
    const char *prompt;
    moon_buf statement; /* its lines so far */
    size_t number;      /* of the statement */
    bool cleared;       /* the line was given up */
    char line_room[4096];
} repl;

/* What the signal handlers know. */
static struct {
    moon_session *volatile session; /* while a statement runs */
    volatile sig_atomic_t interrupted, resized;
} seen;

/* ---- signals ---- */

static void on_interrupt(int sig) {
    (void)sig;
    seen.interrupted = 1;
    moon_session *session = seen.session;
    if (session) moon_session_interrupt(session);
}

static void on_resize(int sig) {
    (void)sig;
    seen.resized = 1;
}

/* Reading a line has to notice them; whatever else waits goes on. */
static void listen_to_signals(bool reading) {
    int flags = reading ? 0 : SA_RESTART;
    struct sigaction interrupt = {.sa_handler = on_interrupt, .sa_flags = flags},
                     resize = {.sa_handler = on_resize, .sa_flags = flags};
    sigaction(SIGINT, &interrupt, NULL);
    sigaction(SIGWINCH, &resize, NULL);
}

/* ---- the window ---- */

static size_t measure(repl *r) {
    struct winsize size;
    seen.resized = 0;
    if (!r->edit || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 0;
    r->app->style.width = size.ws_col;
    return size.ws_row > ROWS_MIN + ROWS_AROUND ? size.ws_row - ROWS_AROUND : ROWS_MIN;
}

/* ---- libedit ---- */

static char *prompt_of(EditLine *edit) {
    repl *r;
    el_get(edit, EL_CLIENTDATA, &r);
    return (char *)(uintptr_t)r->prompt;
}

/* The next character; an interrupt reads as Ctrl-C, a resize is passed on. */
static int read_char(EditLine *edit, wchar_t *out) {
    mbstate_t state = {0};
    char byte;
    for (;;) {
        ssize_t got = read(STDIN_FILENO, &byte, 1);
        if (got < 0 && errno == EINTR) {
            if (seen.resized) {
                repl *r;
                el_get(edit, EL_CLIENTDATA, &r);
                measure(r);
                el_resize(edit);
            }
            if (!seen.interrupted) continue;
            seen.interrupted = 0;
            *out = CLEAR;
            return 1;
        }
        if (got <= 0) return (int)got;
        size_t used = mbrtowc(out, &byte, 1, &state);
        if (used == (size_t)-2) continue; /* more bytes of the same character */
        if (used == (size_t)-1) {         /* none: leave it out */
            state = (mbstate_t){0};
            continue;
        }
        if (used == 0) *out = 0;
        return 1;
    }
}

static unsigned char clear_line(EditLine *edit, int key) {
    repl *r;
    (void)key;
    el_get(edit, EL_CLIENTDATA, &r);
    r->cleared = true;
    return CC_EOF;
}

static unsigned char complete_line(EditLine *edit, int key) {
    repl *r;
    (void)key;
    el_get(edit, EL_CLIENTDATA, &r);
    return moon_complete(r->app, r->session, edit, moon_buf_str(&r->statement)) ? CC_REDISPLAY : CC_REFRESH;
}

static bool speaks_utf8(const repl *r) { return r->app->style.utf8; }

static void begin_edit(repl *r) {
    setlocale(LC_CTYPE, speaks_utf8(r) ? "C.UTF-8" : "C");
    r->edit = el_init("moonbill", stdin, stdout, stderr);
    if (!r->edit) return;
    el_set(r->edit, EL_CLIENTDATA, r);
    el_set(r->edit, EL_PROMPT, prompt_of);
    el_set(r->edit, EL_SIGNAL, 0);
    el_set(r->edit, EL_EDITOR, "emacs");
    el_set(r->edit, EL_GETCFN, read_char);
    el_set(r->edit, EL_ADDFN, "moon-clear", "give up this line", clear_line);
    el_set(r->edit, EL_ADDFN, "moon-complete", "complete", complete_line);
    el_set(r->edit, EL_BIND, "^C", "moon-clear", NULL);
    el_set(r->edit, EL_BIND, "^I", "moon-complete", NULL);
    el_set(r->edit, EL_BIND, "^R", "em-inc-search-prev", NULL);
    el_source(r->edit, NULL); /* the user's .editrc */
}

/* ---- history ---- */

static void find_history(repl *r) {
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    char folder[4000];
    moon_err err;
    if (state && state[0] == '/')
        snprintf(folder, sizeof folder, "%s/moonbill", state);
    else if (home && home[0] == '/')
        snprintf(folder, sizeof folder, "%s/.local/state/moonbill", home);
    else
        return;
    if (moon_folder_make(folder, &err) != MOON_OK) return; /* then there is none */
    snprintf(r->history_path, sizeof r->history_path, "%s/history", folder);
}

static void begin_history(repl *r) {
    HistEvent event;
    r->history = history_init();
    if (!r->history) return;
    history(r->history, &event, H_SETSIZE, HISTORY);
    history(r->history, &event, H_SETUNIQUE, 1);
    el_set(r->edit, EL_HIST, history, r->history);
    find_history(r);
    if (r->history_path[0]) history(r->history, &event, H_LOAD, r->history_path);
}

/* Statements of several lines become one entry, where that means the same. */
static void remember(repl *r, moon_str text) {
    HistEvent event;
    moon_buf line = MOON_BUF_EMPTY;
    bool lines_matter = false;
    for (size_t i = 0; i + 1 < text.len; i++)
        lines_matter = lines_matter || (text.ptr[i] == '-' && text.ptr[i + 1] == '-') ||
                       (text.ptr[i] == '[' && (text.ptr[i + 1] == '[' || text.ptr[i + 1] == '='));
    for (size_t i = 0; i < text.len; i++)
        moon_buf_add_char(&line, text.ptr[i] == '\n' && !lines_matter ? ' ' : text.ptr[i]);
    moon_buf_add_char(&line, 0);
    if (r->history) history(r->history, &event, H_ENTER, line.ptr);
    moon_buf_free(&line);
    if (!r->history || !r->history_path[0]) return;
    mode_t before = umask(077); /* what was asked may name customers */
    history(r->history, &event, H_SAVE, r->history_path);
    umask(before);
}

/* ---- reading ---- */

/* A line without its end. False at the end of the input; `cleared` if it was given up. */
static bool read_line(repl *r, const char *prompt, moon_str *line) {
    int count = 0;
    const char *text;
    r->prompt = prompt;
    r->cleared = false;
    seen.interrupted = 0;
    listen_to_signals(true);
    if (r->edit) {
        el_set(r->edit, EL_PREP_TERM, 1); /* before the prompt: keys are typed as soon as it is seen */
        text = el_gets(r->edit, &count);
        if (r->cleared) moon_app_print(r->app, "^C\n");
    } else {
        text = fgets(r->line_room, sizeof r->line_room, stdin);
        count = text ? (int)strlen(text) : 0;
    }
    listen_to_signals(false);
    *line = MOON_STR_NONE;
    if (!text || count <= 0) return r->cleared;
    if (text[count - 1] == '\n') count--;
    *line = (moon_str){text, (size_t)count};
    return true;
}

/* Yes, or anything else. */
static bool confirm(void *ctx, const char *question) {
    repl *r = ctx;
    moon_str line;
    moon_session *session = seen.session;
    seen.session = NULL; /* an interrupt here means no, not the end of the script */
    if (!r->edit) moon_app_print(r->app, "%s", question);
    fflush(stdout);
    bool yes = read_line(r, question, &line) && !r->cleared &&
               (moon_str_is(line, "y") || moon_str_is(line, "Y") || moon_str_is(line, "yes"));
    if (!r->edit) moon_app_print(r->app, "%s\n", yes ? "y" : "");
    seen.session = session;
    return yes;
}

/* ---- statements ---- */

/* A statement of one line stands right above: its place says nothing. */
static void show_error(repl *r, const char *name, moon_err *err) {
    moon_str text = moon_buf_str(&r->statement);
    bool one_line = text.len == 0 || !memchr(text.ptr, '\n', text.len - 1);
    fflush(stdout);
    if (strcmp(err->place, name) == 0 && one_line) {
        err->place[0] = 0;
        err->line = 0;
        err->source[0] = 0;
    }
    moon_err_print(stderr, err);
    if (moon_session_lost(r->session))
        moon_app_note(r->app, "the names of this session are gone with its process");
}

/* Run what there is; false while more has to come. */
static bool run_statement(repl *r) {
    moon_err err = {0};
    bool incomplete = false;
    char name[40];
    moon_str text = moon_buf_str(&r->statement);
    snprintf(name, sizeof name, "statement %zu", r->number);
    seen.interrupted = 0;
    seen.session = r->session;
    moon_status status =
        moon_session_eval(r->session, moon_str_of(name), text, measure(r), &incomplete, &err);
    seen.session = NULL;
    if (status == MOON_OK && incomplete) return false;
    if (status != MOON_OK) show_error(r, name, &err);
    if (status != MOON_OK && !r->edit) r->app->refused = true;
    fflush(stdout);
    r->number++;
    return true;
}

static bool is_blank(moon_str text) { return moon_str_trim(text).len == 0; }

static void end_statement(repl *r) { moon_buf_clear(&r->statement); }

static void loop(repl *r) {
    moon_str line;
    for (;;) {
        bool more = r->statement.len > 0;
        if (!read_line(r, more ? "       .. " : "moonbill> ", &line)) break;
        if (r->cleared) {
            end_statement(r);
            continue;
        }
        if (!more && is_blank(line)) continue;
        moon_buf_add_str(&r->statement, line);
        moon_buf_add_char(&r->statement, '\n');
        if (!r->edit && feof(stdin)) break;
        if (!run_statement(r)) continue;
        remember(r, moon_str_trim(moon_buf_str(&r->statement)));
        end_statement(r);
    }
    if (r->statement.len) run_statement(r);
    if (r->edit) moon_app_print(r->app, "\n");
}

moon_status moon_command_repl(moon_app *app, moon_err *err) {
    repl r = {.app = app, .number = 1, .statement = MOON_BUF_EMPTY};
    moon_session_setup setup = {.confirm = confirm, .ctx = &r};
    (void)err;
    app->complete = ":save(\"x.csv\")";
    r.session = moon_session_new(app, &setup);
    listen_to_signals(false);
    if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)) begin_edit(&r);
    if (r.edit) begin_history(&r);
    if (r.edit) moon_app_say(app, "help() lists what there is, Tab completes, Ctrl-D leaves.\n");
    loop(&r);
    if (r.history) history_end(r.history);
    if (r.edit) el_end(r.edit);
    moon_buf_free(&r.statement);
    moon_session_free(r.session);
    return MOON_OK;
}
