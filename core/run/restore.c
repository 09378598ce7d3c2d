#include "run/restore.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "books/series.h"
#include "books/verify.h"
#include "store/table.h"

#define PLACE "data.restoring" /* of the data until they are complete */

typedef struct paths {
    char data[2100], place[2200], copy[2300], lock[2300], head[2300];
} paths;

static paths paths_of(const char *folder) {
    paths p;
    snprintf(p.data, sizeof p.data, "%s/data", folder);
    snprintf(p.place, sizeof p.place, "%s/%s", folder, PLACE);
    snprintf(p.copy, sizeof p.copy, "%s/data.mdb", p.place);
    snprintf(p.lock, sizeof p.lock, "%s/lock.mdb", p.place);
    snprintf(p.head, sizeof p.head, "%s/head", p.place);
    return p;
}

static void drop(const paths *p) {
    unlink(p->copy);
    unlink(p->lock);
    unlink(p->head);
    rmdir(p->place);
}

/* ---- the copy ---- */

static moon_status failed(moon_err *err, const char *what, const char *path) {
    moon_status code = errno == ENOSPC ? MOON_E_DISK_FULL : errno == ENOENT ? MOON_E_NOT_FOUND : MOON_E_IO;
    return moon_fail(err, code, "%s %s: %s", what, path, strerror(errno));
}

static moon_status copy_bytes(int from, int to, const char *path, moon_err *err) {
    char bytes[1 << 16];
    for (;;) {
        ssize_t got = read(from, bytes, sizeof bytes);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed(err, "cannot read the backup for", path);
        if (got == 0) break;
        for (ssize_t done = 0; done < got;) {
            ssize_t put = write(to, bytes + done, (size_t)(got - done));
            if (put < 0 && errno == EINTR) continue;
            if (put < 0) return failed(err, "cannot write", path);
            done += put;
        }
    }
    return fsync(to) < 0 ? failed(err, "cannot write", path) : MOON_OK;
}

static moon_status copy(const char *file, const paths *p, moon_err *err) {
    MOON_TRY(moon_folder_make(p->place, err));
    int from = open(file, O_RDONLY | O_CLOEXEC);
    if (from < 0) return failed(err, "cannot open", file);
    int to = open(p->copy, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0660);
    moon_status status = to < 0 ? failed(err, "cannot make", p->copy) : copy_bytes(from, to, p->copy, err);
    if (to >= 0) close(to);
    close(from);
    return status;
}

/* ---- the series ---- */

static bool is_named(const moon_series *series, const moon_last_number *last, size_t count) {
    for (size_t i = 0; i < count; i++) {
        moon_err ignored;
        int64_t year = series->year, n = 0;
        if (moon_str_eq(last[i].kind, series->kind) &&
            moon_series_parse(series->pattern, last[i].number, &year, &n, &ignored) == MOON_OK &&
            year == series->year)
            return true;
    }
    return false;
}

static moon_status demand(const moon_series *series, moon_arena *keep, moon_err *err) {
    moon_str known;
    MOON_TRY(moon_series_format(series->pattern, series->year, series->last, keep, &known, err));
    moon_fail(err, MOON_E_SERIES, "which was the last %.*s number of %lld? The backup knows %.*s",
              MOON_STR_ARG(series->kind), (long long)series->year, MOON_STR_ARG(known));
    return moon_err_hint(err,
                         "look at the last one that was sent, and say it: --last %.*s=NUMBER; no number is "
                         "given twice",
                         MOON_STR_ARG(series->kind));
}

/* Every series of the latest year has to be named. */
static moon_status check_named(moon_change *change, const moon_last_number *last, size_t count,
                               moon_err *err) {
    moon_series series;
    moon_scan scan;
    int64_t latest = 0;
    for (int pass = 0; pass < 2; pass++) {
        bool more = true;
        moon_status status = MOON_OK;
        MOON_TRY(
            moon_scan_begin(change, &moon_series_type, MOON_BY_KEY, NULL, 0, NULL, 0, false, &scan, err));
        while (status == MOON_OK) {
            status = moon_scan_next(&scan, &series, &more, err);
            if (status != MOON_OK || !more) break;
            if (pass == 0 && series.year > latest) latest = series.year;
            if (pass == 1 && series.year == latest && !is_named(&series, last, count))
                status = demand(&series, moon_change_arena(change), err);
        }
        moon_scan_end(&scan);
        MOON_TRY(status);
    }
    return MOON_OK;
}

static moon_status look_for(moon_change *change, const char *kind, int64_t year, bool *missing,
                            moon_err *err) {
    moon_series series = {.kind = moon_str_of(kind), .year = year};
    bool found;
    MOON_TRY(moon_get(change, &moon_series_type, &series, &found, err));
    *missing = !found;
    return MOON_OK;
}

static moon_status find_unbegun(moon_change *change, moon_date today, moon_unbegun *out, moon_err *err) {
    out->year = moon_date_ymd(today).year;
    MOON_TRY(look_for(change, "invoice", out->year, &out->invoice, err));
    return look_for(change, "credit_note", out->year, &out->credit_note, err);
}

static moon_status move_on(moon_book *book, const moon_last_number *last, size_t count, moon_unbegun *unbegun,
                           moon_err *err) {
    moon_change *change;
    MOON_TRY(moon_change_begin(book->store, &change, err));
    moon_status status = check_named(change, last, count, err);
    for (size_t i = 0; status == MOON_OK && i < count; i++)
        status = moon_series_continue(change, &book->ctx, last[i].kind, last[i].number,
                                      MOON_STR("given before a restore, and not in the backup"), err);
    if (status == MOON_OK) status = find_unbegun(change, book->ctx.today, unbegun, err);
    if (status == MOON_OK)
        status = moon_commit(change, &book->ctx, "restore", MOON_STR("book"), MOON_STR_NONE, NULL, err);
    moon_change_end(change);
    return status;
}

/* ---- the whole ---- */

static moon_status check_folder(const char *folder, const paths *p, moon_err *err) {
    char rules[2200], data[2200];
    snprintf(rules, sizeof rules, "%s/book.lua", folder);
    snprintf(data, sizeof data, "%s/data.mdb", p->data);
    if (!moon_file_exists(rules)) {
        moon_fail(err, MOON_E_BOOK_MISSING, "%s has no book.lua", folder);
        return moon_err_hint(err, "restore book.lua, rules/ and keys/ from their own backup first");
    }
    if (!moon_file_exists(data)) return MOON_OK;
    moon_fail(err, MOON_E_BOOK_EXISTS, "%s holds a book", folder);
    return moon_err_hint(err, "a restore replaces nothing: use another folder, or move data/ away first");
}

/* Before anything trusts its bytes. */
static moon_status check_pages(const paths *p, const char *file, moon_err *err) {
    moon_pages pages;
    moon_err why;
    moon_status status = moon_store_check_pages(p->place, &pages, &why);
    if (status == MOON_OK) return MOON_OK;
    moon_fail(err, status, "the backup %s is damaged: %s", file, why.text);
    return moon_err_hint(err, "restore another backup; nothing was written");
}

static void keep_first(void *ctx, const moon_err *problem) {
    moon_err *first = ctx;
    if (first->code == MOON_OK) *first = *problem;
}

/* A damaged backup must not become a book: it is checked as `verify` checks one. */
static moon_status check_whole(moon_book *book, const char *file, moon_err *err) {
    moon_change *change;
    moon_verified counts;
    moon_err first = {0}, last;
    MOON_TRY(moon_change_begin(book->store, &change, err));
    moon_status status = moon_verify(change, &book->config, NULL, keep_first, &first, &counts, &last);
    moon_change_end(change);
    if (status == MOON_OK) return MOON_OK;
    moon_fail(err, MOON_E_BOOK_DAMAGED, "the backup %s does not hold what it should: %s", file,
              first.code != MOON_OK ? first.text : last.text);
    return moon_err_hint(err, "restore another backup; nothing was written");
}

static moon_status open_and_move_on(const char *folder, const char *file, const moon_open_options *options,
                                    const moon_last_number *last, size_t count, moon_unbegun *unbegun,
                                    moon_err *err) {
    moon_open_options inside = *options;
    moon_book *book;
    inside.data = PLACE;
    MOON_TRY(moon_book_open(folder, &inside, false, &book, err));
    moon_status status = check_whole(book, file, err);
    if (status == MOON_OK) status = move_on(book, last, count, unbegun, err);
    moon_book_close(book);
    return status;
}

/* One restore at a time: the folder itself is locked, which leaves nothing behind in it. */
static moon_status lock_folder(const char *folder, int *lock, moon_err *err) {
    *lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*lock < 0) return failed(err, "cannot open", folder);
    if (flock(*lock, LOCK_EX | LOCK_NB) == 0) return MOON_OK;
    int sys = errno;
    close(*lock);
    if (sys == EWOULDBLOCK)
        return moon_fail(err, MOON_E_BOOK_BUSY, "another restore is working on %s", folder);
    return moon_fail_sys(err, MOON_E_IO, sys, "cannot lock %s", folder);
}

static moon_status restore(const paths *p, const char *folder, const char *file,
                           const moon_open_options *options, const moon_last_number *last, size_t count,
                           bool dry_run, moon_unbegun *unbegun, moon_err *err) {
    MOON_TRY(check_folder(folder, p, err));
    drop(p); /* of a restore that was cut off */
    moon_status status = copy(file, p, err);
    if (status == MOON_OK) status = check_pages(p, file, err);
    if (status == MOON_OK) status = open_and_move_on(folder, file, options, last, count, unbegun, err);
    if (status == MOON_OK && !dry_run) {
        rmdir(p->data); /* an empty folder */
        if (rename(p->place, p->data) < 0) status = failed(err, "cannot rename to", p->data);
    }
    if (status != MOON_OK || dry_run) drop(p);
    return status;
}

moon_status moon_restore(const char *folder, const char *file, const moon_open_options *options,
                         const moon_last_number *last, size_t count, bool dry_run, moon_unbegun *unbegun,
                         moon_err *err) {
    paths p = paths_of(folder);
    int lock;
    MOON_TRY(check_folder(folder, &p, err));
    MOON_TRY(lock_folder(folder, &lock, err));
    moon_status status = restore(&p, folder, file, options, last, count, dry_run, unbegun, err);
    close(lock);
    return status;
}
