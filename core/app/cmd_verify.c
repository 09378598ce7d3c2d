/* verify: does the book hold what it should?                                 Floor 6.
 *
 * It runs in a process of its own: a file that is damaged in a way that no check foresaw may end whoever reads
 * it, and even that has to be reported calmly. */
#include "app/cmd_book.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run/json.h"
#include "books/verify.h"

typedef struct verification {
    bool json, digest_only, told;
    moon_pages pages;
    moon_verified found;
    moon_hash digest;
    const moon_hash *expect;
    size_t problems;
} verification;

static void tell_problem(void *ctx, const moon_err *problem) {
    verification *v = ctx;
    v->problems++;
    moon_err_print(stderr, problem);
}

/* ---- what was found, in words ---- */

static void print_json(moon_app *app, const verification *v) {
    char head[MOON_HASH_TEXT], digest[MOON_HASH_TEXT];
    moon_buf out = MOON_BUF_EMPTY;
    moon_json json = moon_json_begin(&out);
    moon_hash_format(&v->found.head, head);
    moon_hash_format(&v->digest, digest);
    moon_json_open(&json, '{');
    const struct {
        const char *name;
        uint64_t count;
    } counts[] = {{"pages", v->pages.pages},
                  {"commits", v->found.commits},
                  {"records", v->found.records},
                  {"index_entries", v->found.index_entries},
                  {"documents", v->found.documents},
                  {"entries", v->found.entries},
                  {"seq", v->found.seq}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        moon_json_name(&json, counts[i].name);
        moon_json_int(&json, (int64_t)counts[i].count);
    }
    moon_json_name(&json, "head");
    moon_json_text(&json, moon_str_of(head));
    moon_json_name(&json, "digest");
    moon_json_text(&json, moon_str_of(digest));
    moon_json_close(&json, '}');
    moon_app_write(app, moon_buf_str(&out));
    moon_buf_free(&out);
}

static void print_lines(moon_app *app, const verification *v) {
    char head[MOON_HASH_TEXT];
    moon_hash_format(&v->found.head, head);
    const struct {
        const char *what;
        uint64_t count;
        const char *how;
    } lines[] = {{"pages", v->pages.pages, "each in its one place"},
                 {"commits", v->found.commits, "chained without a break"},
                 {"records", v->found.records, "as the chain left them"},
                 {"index entries", v->found.index_entries, "one for each record that needs it"},
                 {"documents", v->found.documents, "numbers without a gap, nothing billed twice"},
                 {"ledger entries", v->found.entries, "balanced; receivables equal their control account"}};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        moon_app_say(app, "ok  %8llu %-15s %s\n", (unsigned long long)lines[i].count, lines[i].what,
                     lines[i].how);
    if (v->found.sealed)
        moon_app_note(app,
                      "%llu records hold personal data whose key is not in keys/: erased, or keys/ was not "
                      "restored with the book",
                      (unsigned long long)v->found.sealed);
    if (v->expect) moon_app_say(app, "ok           the head you lodged is in the chain\n");
    moon_app_print(app, "head %llu %s\n", (unsigned long long)v->found.seq, head);
}

/* ---- checking ---- */

static moon_status check_content(moon_app *app, moon_change *change, void *ctx, moon_err *err) {
    verification *v = ctx;
    if (v->digest_only) return moon_digest(change, &v->digest, err);
    MOON_TRY(moon_verify(change, &app->book->config, v->expect, tell_problem, v, &v->found, err));
    if (app->format == MOON_FORMAT_JSON) return moon_digest(change, &v->digest, err);
    return MOON_OK;
}

static moon_status check(moon_app *app, verification *v, moon_err *err) {
    char data[2100];
    snprintf(data, sizeof data, "%s/data", app->folder);
    moon_status pages = moon_store_check_pages(data, &v->pages, err);
    if (pages == MOON_E_BOOK_MISSING)
        return moon_fail(err, MOON_E_BOOK_DAMAGED, "%s has a book.lua, but no data/data.mdb", app->folder);
    if (pages != MOON_OK) return pages;
    MOON_TRY(moon_book_open(app->folder, &app->open, false, &app->book, err));
    moon_status status = moon_app_look(app, check_content, v, err);
    if (status == MOON_OK && v->digest_only) {
        char digest[MOON_HASH_TEXT];
        moon_hash_format(&v->digest, digest);
        moon_app_print(app, "%s\n", digest);
    } else if (status == MOON_OK && app->format == MOON_FORMAT_JSON)
        print_json(app, v);
    else if (status == MOON_OK)
        print_lines(app, v);
    moon_book_close(app->book);
    app->book = NULL;
    return status;
}

/* ---- in a process of its own ---- */

typedef struct verdict {
    moon_status status;
    bool told; /* the problem is among those printed already */
    size_t problems;
    moon_err err;
    int output_errno;
} verdict;

static _Noreturn void verify_in_child(moon_app *app, verification *v, int to_parent) {
    static verdict out;
    out.status = check(app, v, &out.err);
    out.told = v->problems > 0;
    out.problems = v->problems;
    if (fflush(stdout) != 0 && !app->output_errno) app->output_errno = errno;
    out.output_errno = app->output_errno;
    ssize_t written = write(to_parent, &out, sizeof out);
    _exit(written == (ssize_t)sizeof out ? 0 : 1);
}

static moon_status read_verdict(pid_t child, int from_child, verdict *out, moon_err *err) {
    size_t have = 0;
    int how = 0;
    for (;;) {
        ssize_t n = read(from_child, (char *)out + have, sizeof *out - have);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        have += (size_t)n;
    }
    close(from_child);
    while (waitpid(child, &how, 0) < 0 && errno == EINTR) continue;
    if (have == sizeof *out) return MOON_OK;
    if (WIFSIGNALED(how))
        return moon_fail(err, MOON_E_BOOK_DAMAGED,
                         "reading the book ended by signal %d (%s): its file is damaged", WTERMSIG(how),
                         strsignal(WTERMSIG(how)));
    return moon_fail(err, MOON_E_BOOK_DAMAGED, "reading the book ended early, with status %d",
                     WEXITSTATUS(how));
}

/* The 64 digits, or the line that ends a verification: "head 46 5c...". */
static bool read_head(moon_str text, moon_hash *out) {
    moon_str rest = moon_str_trim(text), word;
    if (moon_str_starts(rest, MOON_STR("head "))) {
        rest = moon_str_trim(moon_str_sub(rest, 5, rest.len));
        if (!moon_str_cut(&rest, ' ', &word) || word.len == 0) return false;
        for (size_t i = 0; i < word.len; i++)
            if (word.ptr[i] < '0' || word.ptr[i] > '9') return false;
        rest = moon_str_trim(rest);
    }
    return moon_hash_parse(rest, out);
}

moon_status moon_command_verify(moon_app *app, moon_err *err) {
    verification v = {.digest_only = moon_app_flag(app, "digest")};
    moon_str expected;
    moon_hash expect;
    verdict out;
    int ends[2];
    if (moon_app_text(app, "expect", &expected)) {
        if (!read_head(expected, &expect))
            return moon_fail(err, MOON_E_USAGE,
                             "--expect wants the 64 hexadecimal digits of a head, or the whole line that "
                             "verify printed, found \"%.*s\"",
                             MOON_STR_ARG(expected));
        v.expect = &expect;
        v.digest_only = false;
    }
    fflush(stdout);
    if (pipe(ends) < 0) return moon_fail_sys(err, MOON_E_IO, errno, "cannot make a pipe");
    pid_t child = fork();
    if (child < 0) return moon_fail_sys(err, MOON_E_IO, errno, "cannot start a process");
    if (child == 0) verify_in_child(app, &v, ends[1]);
    close(ends[1]);
    MOON_TRY(read_verdict(child, ends[0], &out, err));
    app->output_errno = out.output_errno;
    if (out.status == MOON_OK) return MOON_OK;
    *err = out.err;
    if (!out.told) return out.status;
    moon_fail(err, MOON_E_BOOK_DAMAGED, "verification found %zu problem%s, printed above%s", out.problems,
              out.problems == 1 ? "" : "s",
              out.problems > MOON_PROBLEMS_MAX ? " as far as the first 20" : "");
    return moon_err_hint(err, "keep the folder as it is, and restore the last backup into another");
}
