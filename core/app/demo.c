#include "app/demo.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "app/progress.h"
#include "base/file.h"
#include "base/limits.h"
#include "run/jobs.h"
#include "run/wire.h"

#define WORDS_MAX 32

typedef struct making {
    moon_app *app;
    moon_demo *out;
    moon_book *book; /* for its worker alone; its store is closed, for the commands open their own */
    moon_buf clerk;  /* in/clerk.txt */
    moon_date day;
    moon_arena scratch; /* of the day */
    moon_progress progress;
    int streams[3]; /* standard output and error as they were, and the diary */
} making;

/* ---- the world ---- */

static moon_status open_worker(making *m, moon_err *err) {
    MOON_TRY(moon_book_open(".", &m->app->open, false, &m->book, err));
    moon_store_close(m->book->store);
    m->book->store = NULL;
    return MOON_OK;
}

/* Ask lua/demo.lua, with the book as it is now. */
static moon_status ask(making *m, const char *verb, moon_arg *answer, moon_err *err) {
    moon_buf request = MOON_BUF_EMPTY;
    moon_str reply;
    moon_arg day = moon_arg_date(m->day);
    moon_wire_add_str(&request, moon_str_of(verb));
    moon_wire_add_arg(&request, &day);
    moon_status status = moon_worker_call(m->book->worker, moon_job_demo, moon_buf_str(&request), true,
                                          &m->scratch, &reply, err);
    if (status == MOON_OK && !moon_wire_read_arg(&reply, answer, &m->scratch))
        status = moon_fail(err, MOON_E_SCRIPT_CRASH, "the worker's answer makes no sense");
    moon_buf_free(&request);
    return status;
}

static moon_status write_input(making *m, moon_str path, moon_str text, moon_err *err) {
    size_t slash = path.len;
    while (slash > 0 && path.ptr[slash - 1] != '/') slash--;
    moon_assert(slash > 0);
    MOON_TRY(moon_folder_make(moon_arena_str(&m->scratch, moon_str_sub(path, 0, slash - 1)).ptr, err));
    m->out->files++;
    return moon_file_write(moon_arena_str(&m->scratch, path).ptr, text, 0666, err);
}

static moon_status write_inputs(making *m, const moon_arg *files, moon_err *err) {
    for (size_t i = 0; files->kind == MOON_ARG_LIST && i < files->list.count; i++) {
        const moon_arg *file = &files->list.items[i];
        MOON_TRY(write_input(m, moon_arg_text_of(file, "path"), moon_arg_text_of(file, "text"), err));
    }
    return MOON_OK;
}

/* ---- commands ---- */

static bool plain(moon_str word) {
    for (size_t i = 0; i < word.len; i++)
        if (!((word.ptr[i] >= '0' && word.ptr[i] <= '9') || (word.ptr[i] >= 'a' && word.ptr[i] <= 'z') ||
              (word.ptr[i] >= 'A' && word.ptr[i] <= 'Z') || strchr("-_./=:,@", word.ptr[i])))
            return false;
    return word.len > 0;
}

/* As one would type it; the world's words have no single quote. */
static void add_word(moon_buf *out, moon_str word) {
    const char *quote = plain(word) ? "" : "'";
    moon_buf_printf(out, " %s%.*s%s", quote, MOON_STR_ARG(word), quote);
}

/* One command on the day, as main would run it; what it parked or refused is part of the demo. */
static moon_status run(making *m, const moon_str *words, size_t count, moon_err *err) {
    char *argv[WORDS_MAX + 5];
    moon_app typed = {.open = m->app->open, .style = {.width = 0, .colour = false, .utf8 = true}};
    moon_buf line = MOON_BUF_EMPTY;
    char day[MOON_DATE_TEXT];
    moon_date_format(m->day, day);
    moon_str today = moon_arena_printf(&m->scratch, "--today=%s", day);
    argv[0] = (char *)(uintptr_t) "moonbill";
    argv[1] = (char *)(uintptr_t) "--book=."; /* whatever MOONBILL_BOOK says */
    argv[2] = (char *)(uintptr_t)today.ptr;
    for (size_t i = 0; i < count; i++) {
        argv[i + 3] = (char *)(uintptr_t)moon_arena_str(&m->scratch, words[i]).ptr;
        add_word(&line, words[i]);
    }
    argv[count + 3] = NULL;
    printf("\n$ moonbill --today %s%.*s\n", day, MOON_STR_ARG(moon_buf_str(&line)));
    if (!moon_str_is(words[0], "tick"))
        moon_buf_printf(&m->clerk, "moonbill --today %s%.*s\n", day, MOON_STR_ARG(moon_buf_str(&line)));
    fflush(stdout);
    moon_status status = moon_command_line(&typed, (int)count + 3, argv, err);
    moon_book_close(typed.book);
    if (status != MOON_OK)
        moon_err_context(err, "on %s: moonbill%.*s", day, MOON_STR_ARG(moon_buf_str(&line)));
    moon_buf_free(&line);
    moon_arena_free(&typed.arena);
    return status;
}

/* The clerk's commands. */
static moon_status run_all(making *m, const moon_arg *commands, moon_err *err) {
    for (size_t i = 0; commands->kind == MOON_ARG_LIST && i < commands->list.count; i++) {
        const moon_arg *command = &commands->list.items[i];
        moon_str words[WORDS_MAX];
        size_t count = 0;
        moon_assert(command->kind == MOON_ARG_LIST && command->list.count <= WORDS_MAX);
        for (; count < command->list.count; count++) words[count] = command->list.items[count].text;
        m->out->commands++;
        MOON_TRY(run(m, words, count, err));
    }
    return MOON_OK;
}

/* ---- the days ---- */

static moon_status one_day(making *m, moon_err *err) {
    static const moon_str tick[] = {{"tick", 4}};
    moon_arg answer;
    MOON_TRY(ask(m, "demo.day", &answer, err));
    MOON_TRY(write_inputs(m, &answer, err));
    MOON_TRY(run(m, tick, 1, err));
    MOON_TRY(ask(m, "demo.desk", &answer, err));
    return run_all(m, &answer, err);
}

/* To the terminal, past the diary. */
static void tell_progress(making *m) {
    dup2(m->streams[1], STDERR_FILENO);
    moon_progress_at(&m->progress, (size_t)(m->day - m->out->first + 1),
                     (size_t)(m->out->last - m->out->first + 1));
    dup2(m->streams[2], STDERR_FILENO);
}

static moon_status all_days(making *m, moon_err *err) {
    moon_arg begin, files, commands;
    MOON_TRY(moon_date_make(2026, 7, 1, &m->day, err));
    MOON_TRY(ask(m, "demo.begin", &begin, err));
    files = moon_arg_get(&begin, "files");
    commands = moon_arg_get(&begin, "commands");
    m->day = m->out->first = moon_arg_get(&begin, "first").date;
    m->out->last = moon_arg_get(&begin, "last").date;
    MOON_TRY(write_inputs(m, &files, err));
    MOON_TRY(run_all(m, &commands, err));
    for (; m->day <= m->out->last; m->day++) {
        MOON_TRY(one_day(m, err));
        tell_progress(m);
        moon_arena_free(&m->scratch);
        m->scratch = MOON_ARENA_EMPTY;
    }
    return write_input(m, MOON_STR("in/clerk.txt"), moon_buf_str(&m->clerk), err);
}

/* ---- standard output and error, meanwhile a file ---- */

static moon_status to_diary(making *m, moon_err *err) {
    int file = open("out/diary.txt", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0) return moon_fail_sys(err, MOON_E_IO, errno, "cannot write out/diary.txt");
    fflush(stdout);
    m->streams[0] = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    m->streams[1] = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    m->streams[2] = file;
    dup2(file, STDOUT_FILENO);
    dup2(file, STDERR_FILENO);
    return MOON_OK;
}

static void from_diary(making *m) {
    fflush(stdout);
    dup2(m->streams[0], STDOUT_FILENO);
    dup2(m->streams[1], STDERR_FILENO);
    for (int i = 0; i < 3; i++) close(m->streams[i]);
    moon_progress_end(&m->progress);
}

moon_status moon_demo_make(moon_app *app, const char *folder, moon_demo *out, moon_err *err) {
    making m = {.app = app, .out = out, .clerk = MOON_BUF_EMPTY, .scratch = MOON_ARENA_EMPTY};
    int before = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (before < 0) return moon_fail_sys(err, MOON_E_IO, errno, "cannot open the current folder");
    if (chdir(folder) < 0) {
        close(before);
        return moon_fail_sys(err, MOON_E_IO, errno, "cannot go into the folder %s", folder);
    }
    *out = (moon_demo){0};
    m.progress = moon_progress_begin(app, "Day");
    moon_status status = open_worker(&m, err);
    if (status == MOON_OK) status = to_diary(&m, err);
    if (status == MOON_OK) {
        status = all_days(&m, err);
        from_diary(&m);
    }
    if (fchdir(before) < 0 && status == MOON_OK)
        status = moon_fail_sys(err, MOON_E_IO, errno, "cannot go back from the folder %s", folder);
    close(before);
    moon_book_close(m.book);
    moon_buf_free(&m.clerk);
    moon_arena_free(&m.scratch);
    return status;
}
