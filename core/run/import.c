#include "run/import.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "run/import_kind.h"
#include "run/jobs.h"
#include "run/wire.h"

#define ATTEMPTS 5 /* of a batch that somebody else's changes cross */

typedef struct run {
    moon_import_run at;
    moon_arena *keep;
    moon_buf rejects;
    uint64_t done;
} run;

/* One thing that the worker read. */
typedef struct part {
    bool has_record, has_account;
    void *record;
    moon_account account;
    moon_arg facts; /* rejects; id, code, reason, place of a record that could not be read */
} part;

/* ---- one part ---- */

static moon_status hold_row(run *r, const part *p, moon_err *err) {
    moon_err why;
    char code[64];
    moon_str id = moon_arg_text_of(&p->facts, "id"), reason = moon_arg_text_of(&p->facts, "reason");
    moon_fail(&why, MOON_E_IMPORT_VALUE, "%.*s", MOON_STR_ARG(reason));
    snprintf(code, sizeof code, "%.*s", MOON_STR_ARG(moon_arg_text_of(&p->facts, "code")));
    moon_status named = moon_status_by_name(code);
    if (named != MOON_OK && named != MOON_STATUS_COUNT) why.code = named;
    moon_err_at(&why, moon_arena_str(r->keep, moon_arg_text_of(&p->facts, "place")).ptr, 0);
    moon_err_hint(&why, "repair the row in the reject file and import that");
    r->at.report->held.records++;
    if (r->at.options->held) r->at.options->held(r->at.options->ctx, id, reason);
    return moon_park(r->at.change, &r->at.book->ctx, "import", moon_import_parked_id(&r->at, id),
                     MOON_STR_NONE, &why, NULL, err);
}

static void keep_rejects(run *r, const part *p) {
    moon_arg list = moon_arg_get(&p->facts, "rejects");
    for (size_t i = 0; list.kind == MOON_ARG_LIST && i < list.list.count; i++) {
        moon_buf_add_str(&r->rejects, moon_arg_text_of(&list.list.items[i], "row"));
        moon_buf_add_char(&r->rejects, '\n');
        r->at.report->rejected_rows++;
    }
}

static moon_status take_part(run *r, part *p, moon_err *err) {
    moon_arg none = moon_arg_get(&p->facts, "none");
    keep_rejects(r, p);
    if (none.kind == MOON_ARG_BOOL && none.boolean) {
        r->at.report->no_sale.records++;
        return MOON_OK;
    }
    if (!p->has_record) return hold_row(r, p, err);
    moon_str was = moon_arg_text_of(&p->facts, "was"); /* on the work list; it comes back repaired */
    if (was.len) MOON_TRY(moon_import_unpark(&r->at, was, err));
    r->at.facts = &p->facts;
    r->at.point = moon_change_point(r->at.change);
    return r->at.kind->take(&r->at, p->record, p->has_account ? &p->account : NULL, err);
}

/* ---- batches ---- */

static moon_status read_part(run *r, moon_str *reply, part *p, moon_err *err) {
    moon_arena *arena = moon_change_arena(r->at.change);
    unsigned char flags[1];
    p->record = moon_arena_alloc(arena, r->at.kind->type->size);
    for (int i = 0; i < 2; i++) {
        if (reply->len == 0) return moon_fail(err, MOON_E_SCRIPT_CRASH, "the worker's answer is cut short");
        flags[0] = (unsigned char)reply->ptr[0];
        *reply = moon_str_sub(*reply, 1, reply->len);
        if (i == 0)
            p->has_record = flags[0];
        else
            p->has_account = flags[0];
        if (flags[0])
            MOON_TRY(moon_wire_read_record(reply, i == 0 ? r->at.kind->type : &moon_account_type,
                                           i == 0 ? p->record : &p->account, arena, err));
    }
    return moon_wire_read_arg(reply, &p->facts, arena)
               ? MOON_OK
               : moon_fail(err, MOON_E_SCRIPT_CRASH, "the worker's answer is cut short");
}

static moon_status take_batch(run *r, moon_str reply, uint64_t count, moon_err *err) {
    r->at.taken = NULL;
    r->at.sums = NULL;
    for (uint64_t i = 0; i < count; i++) {
        part p;
        MOON_TRY(read_part(r, &reply, &p, err));
        MOON_TRY(take_part(r, &p, err));
    }
    if (r->at.kind->batch) MOON_TRY(r->at.kind->batch(&r->at, err));
    if (r->at.options->dry_run) return MOON_OK;
    return moon_commit(r->at.change, &r->at.book->ctx, "import", moon_str_of(r->at.options->kind),
                       moon_str_of(r->at.options->file), NULL, err);
}

/* A batch in a change of its own. What an attempt counted is dropped with it. In a dry run there is one change
 * for all. */
static moon_status try_batch(run *r, moon_str reply, uint64_t count, moon_err *err) {
    moon_import_report before = *r->at.report;
    size_t rejects = r->rejects.len;
    moon_status status = MOON_E_CHANGED;
    for (int attempt = 0; status == MOON_E_CHANGED && attempt < ATTEMPTS; attempt++) {
        *r->at.report = before;
        r->rejects.len = rejects;
        if (!r->at.change) MOON_TRY(moon_change_begin(r->at.book->store, &r->at.change, err));
        status = take_batch(r, reply, count, err);
        if (r->at.options->dry_run) continue;
        moon_change_end(r->at.change);
        r->at.change = NULL;
    }
    r->done += count;
    if (r->at.options->progress) r->at.options->progress(r->at.options->ctx, r->done, r->at.report->records);
    return status;
}

static moon_status take_all(run *r, moon_err *err) {
    moon_arena scratch = MOON_ARENA_EMPTY;
    moon_status status;
    for (;;) {
        moon_str reply;
        uint64_t count = 0;
        status = moon_worker_call(r->at.book->worker, moon_job_import_next, MOON_STR_NONE, false, &scratch,
                                  &reply, err);
        if (status != MOON_OK) break;
        if (!moon_varint_read(&reply, &count))
            status = moon_fail(err, MOON_E_SCRIPT_CRASH, "the worker's answer makes no sense");
        if (status == MOON_OK && count > 0) status = try_batch(r, reply, count, err);
        if (status != MOON_OK || count == 0) break;
        moon_arena_free(&scratch);
    }
    moon_arena_free(&scratch);
    return status;
}

/* ---- the run ---- */

static moon_str path_of(const moon_import_options *options, moon_arena *keep) {
    if (!options->folder || options->file[0] == '/') return moon_str_of(options->file);
    return moon_arena_printf(keep, "%s/%s", options->folder, options->file);
}

static moon_status begin(run *r, moon_err *err) {
    moon_buf request = MOON_BUF_EMPTY;
    moon_str reply, mapping = r->at.options->mapping
                                  ? moon_arena_printf(r->keep, "rules/imports/%s.lua", r->at.options->mapping)
                                  : MOON_STR_NONE;
    moon_wire_add_str(&request, moon_str_of(r->at.options->kind));
    moon_wire_add_str(&request, mapping);
    moon_wire_add_str(&request, moon_str_of(r->at.options->file));
    moon_wire_add_str(&request, path_of(r->at.options, r->keep));
    moon_arg today = moon_arg_date(r->at.book->ctx.today);
    moon_wire_add_arg(&request, &r->at.book->settings);
    moon_wire_add_arg(&request, &today);
    moon_status status = moon_worker_call(r->at.book->worker, moon_job_import_begin, moon_buf_str(&request),
                                          false, r->keep, &reply, err);
    moon_buf_free(&request);
    MOON_TRY(status);
    if (!moon_wire_read_arg(&reply, &r->at.report->facts, r->keep))
        return moon_fail(err, MOON_E_SCRIPT_CRASH, "the worker's answer makes no sense");
    r->at.report->records = (uint64_t)moon_arg_int_of(&r->at.report->facts, "records", 0);
    return MOON_OK;
}

/* A budget per account says nothing about a whole file: a mapping gets what its size takes, and so much more
 * that a million rows pass. */
static void size_budget(moon_worker_setup *setup, const char *file) {
    struct stat info;
    if (stat(file, &info) < 0) return;
    size_t mib = ((size_t)info.st_size >> 20) + 1;
    setup->limits.memory_bytes += mib * (16u << 20);
    setup->limits.time_ms += (unsigned)mib * 1000;
    setup->limits.steps += (uint64_t)mib * 100000000;
}

/* out/NAME.rejects.csv, beside the other things that the book makes. */
static moon_status write_rejects(run *r, moon_err *err) {
    const char *slash = strrchr(r->at.options->file, '/'), *name = slash ? slash + 1 : r->at.options->file;
    const char *dot = strrchr(name, '.');
    moon_buf text = MOON_BUF_EMPTY;
    if (r->rejects.len == 0 || r->at.options->dry_run) return MOON_OK;
    moon_str folder = moon_arena_printf(r->keep, "%s/out", r->at.book->folder);
    moon_hash content = moon_hash_of(moon_buf_str(&r->rejects));
    char digits[MOON_HASH_TEXT];
    moon_hash_format(&content, digits);
    r->at.report->reject_file = moon_arena_printf(r->keep, "%s/%.*s-%.6s.rejects.csv", folder.ptr,
                                                  dot ? (int)(dot - name) : (int)strlen(name), name, digits);
    moon_buf_add_str(&text, moon_arg_text_of(&r->at.report->facts, "reject_header"));
    moon_buf_add_char(&text, '\n');
    moon_buf_add_str(&text, moon_buf_str(&r->rejects));
    moon_status status = moon_folder_make(folder.ptr, err);
    if (status == MOON_OK)
        status = moon_file_write(r->at.report->reject_file.ptr, moon_buf_str(&text), 0660, err);
    moon_buf_free(&text);
    return status;
}

static moon_status import_all(run *r, moon_err *err) {
    MOON_TRY(moon_operator_check(&r->at.book->ctx, "prepare", err));
    MOON_TRY(begin(r, err));
    MOON_TRY(take_all(r, err));
    return write_rejects(r, err);
}

moon_status moon_import(moon_book *book, const moon_import_options *options, moon_arena *keep,
                        moon_import_report *report, moon_err *err) {
    run r = {.at = {.book = book, .options = options, .report = report}, .keep = keep};
    moon_script_limits limits = book->setup.limits;
    int lock;
    MOON_TRY(moon_import_kind_find(moon_str_of(options->kind), &r.at.kind, err));
    *report = (moon_import_report){0};
    MOON_TRY(moon_book_lock(book, &lock, err));
    size_budget(&book->setup, path_of(options, keep).ptr);
    moon_status status = import_all(&r, err);
    moon_worker_stop(book->worker);
    book->setup.limits = limits;
    if (r.at.change) moon_change_end(r.at.change);
    moon_buf_free(&r.rejects);
    moon_file_unlock(lock);
    return status;
}
