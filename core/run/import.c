#include "run/import.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "books/party.h"
#include "run/jobs.h"
#include "run/wire.h"
#include "store/table.h"

#define ATTEMPTS 5 /* of a batch that somebody else's changes cross */

typedef struct run {
    moon_book *book;
    const moon_import_options *options;
    moon_arena *keep;
    moon_import_report *report;
    const moon_type *type;
    moon_change *change;
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

static moon_status count_new(moon_import_count *count, const moon_order *order, moon_err *err) {
    moon_decimal value;
    MOON_TRY(moon_order_value(order, &value, err));
    count->records++;
    count->lines += order->lines.count;
    return moon_decimal_add(count->amount, value, &count->amount, err);
}

static moon_status take_account(run *r, moon_account *account, moon_date from, moon_err *err) {
    moon_account known;
    bool found, written;
    MOON_TRY(moon_version_at(r->change, &moon_account_type, account->id, MOON_DATE_MAX, &known, &found, err));
    if (found) return MOON_OK;
    account->from = from;
    MOON_TRY(moon_version_add(r->change, &moon_account_type, account, &written, err));
    r->report->accounts++;
    return MOON_OK;
}

/* A row that names no order has its place for a name; with what it says, so that row 2 of tomorrow's file of
 * the same name is another. */
static void name_by_content(run *r, moon_order *order) {
    char digits[MOON_HASH_TEXT];
    if (order->raw.len == 0 || !moon_str_starts(order->id, MOON_STR("row "))) return;
    moon_hash hash = moon_hash_of(order->raw);
    moon_hash_format(&hash, digits);
    order->id =
        moon_arena_printf(moon_change_arena(r->change), "%.*s #%.6s", MOON_STR_ARG(order->id), digits);
}

static moon_status take_order(run *r, part *p, moon_err *err) {
    moon_order *order = p->record;
    moon_taken taken;
    moon_str difference;
    moon_import_report *report = r->report;
    if (order->currency == 0) order->currency = r->book->config.currency;
    name_by_content(r, order);
    if (p->has_account) MOON_TRY(take_account(r, &p->account, order->date, err));
    MOON_TRY(moon_order_take(r->change, &r->book->ctx, order, r->options->update, &taken, &difference, err));
    if (taken == MOON_TAKEN_SAME)
        report->same++;
    else if (taken == MOON_TAKEN_UPDATED)
        report->updated++;
    else if (taken == MOON_TAKEN_DIFFERENT)
        report->different++;
    else if (taken == MOON_TAKEN_BILLED)
        report->billed++;
    else {
        moon_import_count *count = order->state == MOON_ORDER_HELD      ? &report->held
                                   : order->state == MOON_ORDER_NO_SALE ? &report->no_sale
                                                                        : &report->taken;
        MOON_TRY(count_new(count, order, err));
        if (order->state == MOON_ORDER_HELD && r->options->held)
            r->options->held(r->options->ctx, order->id, order->reason);
    }
    if (difference.len && r->options->difference)
        r->options->difference(r->options->ctx, order->id, taken, difference);
    return MOON_OK;
}

/* On the work list an order stands under its own number; account 4711 must not be taken for order 4711. */
static moon_str parked_id(run *r, moon_str id) {
    return moon_arena_printf(moon_change_arena(r->change), "%s/%.*s", r->type->name, MOON_STR_ARG(id));
}

/* Accounts and products: a new version from its day, unless it says what is known. */
static moon_status take_version(run *r, part *p, moon_err *err) {
    moon_date *from = moon_field_at(moon_type_field(r->type, MOON_STR("from")), p->record);
    moon_str id = *(moon_str *)moon_field_at(moon_type_field(r->type, MOON_STR("id")), p->record);
    bool written;
    if (*from == MOON_DATE_NONE) *from = r->book->ctx.today;
    MOON_TRY(moon_version_add(r->change, r->type, p->record, &written, err));
    if (written)
        r->report->taken.records++;
    else
        r->report->same++;
    return moon_unpark(r->change, "import", parked_id(r, id), err);
}

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
    r->report->held.records++;
    if (r->options->held) r->options->held(r->options->ctx, id, reason);
    return moon_park(r->change, &r->book->ctx, "import", parked_id(r, id), MOON_STR_NONE, &why, NULL, err);
}

static void keep_rejects(run *r, const part *p) {
    moon_arg list = moon_arg_get(&p->facts, "rejects");
    for (size_t i = 0; list.kind == MOON_ARG_LIST && i < list.list.count; i++) {
        moon_buf_add_str(&r->rejects, moon_arg_text_of(&list.list.items[i], "row"));
        moon_buf_add_char(&r->rejects, '\n');
        r->report->rejected_rows++;
    }
}

static moon_status take_part(run *r, part *p, moon_err *err) {
    keep_rejects(r, p);
    if (!p->has_record) return hold_row(r, p, err);
    return r->type == &moon_order_type ? take_order(r, p, err) : take_version(r, p, err);
}

/* ---- batches ---- */

static moon_status read_part(run *r, moon_str *reply, part *p, moon_err *err) {
    moon_arena *arena = moon_change_arena(r->change);
    unsigned char flags[1];
    p->record = moon_arena_alloc(arena, r->type->size);
    for (int i = 0; i < 2; i++) {
        if (reply->len == 0) return moon_fail(err, MOON_E_SCRIPT_CRASH, "the worker's answer is cut short");
        flags[0] = (unsigned char)reply->ptr[0];
        *reply = moon_str_sub(*reply, 1, reply->len);
        if (i == 0)
            p->has_record = flags[0];
        else
            p->has_account = flags[0];
        if (flags[0])
            MOON_TRY(moon_wire_read_record(reply, i == 0 ? r->type : &moon_account_type,
                                           i == 0 ? p->record : &p->account, arena, err));
    }
    return moon_wire_read_arg(reply, &p->facts, arena)
               ? MOON_OK
               : moon_fail(err, MOON_E_SCRIPT_CRASH, "the worker's answer is cut short");
}

static moon_status take_batch(run *r, moon_str reply, uint64_t count, moon_err *err) {
    for (uint64_t i = 0; i < count; i++) {
        part p;
        MOON_TRY(read_part(r, &reply, &p, err));
        MOON_TRY(take_part(r, &p, err));
    }
    if (r->options->dry_run) return MOON_OK;
    return moon_commit(r->change, &r->book->ctx, "import", moon_str_of(r->options->kind),
                       moon_str_of(r->options->file), NULL, err);
}

/* A batch in a change of its own. What an attempt counted is dropped with it. In a dry run there is one change
 * for all. */
static moon_status try_batch(run *r, moon_str reply, uint64_t count, moon_err *err) {
    moon_import_report before = *r->report;
    size_t rejects = r->rejects.len;
    moon_status status = MOON_E_CHANGED;
    for (int attempt = 0; status == MOON_E_CHANGED && attempt < ATTEMPTS; attempt++) {
        *r->report = before;
        r->rejects.len = rejects;
        if (!r->change) MOON_TRY(moon_change_begin(r->book->store, &r->change, err));
        status = take_batch(r, reply, count, err);
        if (r->options->dry_run) continue;
        moon_change_end(r->change);
        r->change = NULL;
    }
    r->done += count;
    if (r->options->progress) r->options->progress(r->options->ctx, r->done, r->report->records);
    return status;
}

static moon_status take_all(run *r, moon_err *err) {
    moon_arena scratch = MOON_ARENA_EMPTY;
    moon_status status;
    for (;;) {
        moon_str reply;
        uint64_t count = 0;
        status = moon_worker_call(r->book->worker, moon_job_import_next, MOON_STR_NONE, false, &scratch,
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

static moon_status begin(run *r, moon_err *err) {
    moon_buf request = MOON_BUF_EMPTY;
    moon_str reply, mapping = r->options->mapping
                                  ? moon_arena_printf(r->keep, "rules/imports/%s.lua", r->options->mapping)
                                  : MOON_STR_NONE;
    moon_wire_add_str(&request, moon_str_of(r->options->kind));
    moon_wire_add_str(&request, mapping);
    moon_wire_add_str(&request, moon_str_of(r->options->file));
    moon_arg today = moon_arg_date(r->book->ctx.today);
    moon_wire_add_arg(&request, &r->book->settings);
    moon_wire_add_arg(&request, &today);
    moon_status status = moon_worker_call(r->book->worker, moon_job_import_begin, moon_buf_str(&request),
                                          false, r->keep, &reply, err);
    moon_buf_free(&request);
    MOON_TRY(status);
    if (!moon_wire_read_arg(&reply, &r->report->facts, r->keep))
        return moon_fail(err, MOON_E_SCRIPT_CRASH, "the worker's answer makes no sense");
    r->report->records = (uint64_t)moon_arg_int_of(&r->report->facts, "records", 0);
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
    const char *slash = strrchr(r->options->file, '/'), *name = slash ? slash + 1 : r->options->file;
    const char *dot = strrchr(name, '.');
    moon_buf text = MOON_BUF_EMPTY;
    if (r->rejects.len == 0 || r->options->dry_run) return MOON_OK;
    moon_str folder = moon_arena_printf(r->keep, "%s/out", r->book->folder);
    moon_hash content = moon_hash_of(moon_buf_str(&r->rejects));
    char digits[MOON_HASH_TEXT];
    moon_hash_format(&content, digits);
    r->report->reject_file = moon_arena_printf(r->keep, "%s/%.*s-%.6s.rejects.csv", folder.ptr,
                                               dot ? (int)(dot - name) : (int)strlen(name), name, digits);
    moon_buf_add_str(&text, moon_arg_text_of(&r->report->facts, "reject_header"));
    moon_buf_add_char(&text, '\n');
    moon_buf_add_str(&text, moon_buf_str(&r->rejects));
    moon_status status = moon_folder_make(folder.ptr, err);
    if (status == MOON_OK)
        status = moon_file_write(r->report->reject_file.ptr, moon_buf_str(&text), 0660, err);
    moon_buf_free(&text);
    return status;
}

static moon_status import_all(run *r, moon_err *err) {
    MOON_TRY(moon_operator_check(&r->book->ctx, "prepare", err));
    MOON_TRY(begin(r, err));
    MOON_TRY(take_all(r, err));
    return write_rejects(r, err);
}

moon_status moon_import(moon_book *book, const moon_import_options *options, moon_arena *keep,
                        moon_import_report *report, moon_err *err) {
    run r = {.book = book,
             .options = options,
             .keep = keep,
             .report = report,
             .type = moon_type_by_name(moon_str_of(options->kind))};
    moon_script_limits limits = book->setup.limits;
    int lock;
    if (r.type != &moon_order_type && r.type != &moon_account_type && r.type != &moon_product_type) {
        moon_fail(err, MOON_E_USAGE, "\"%s\" cannot be imported", options->kind);
        return moon_err_hint(err, "orders, accounts and products can");
    }
    *report = (moon_import_report){0};
    MOON_TRY(moon_book_lock(book, &lock, err));
    size_budget(&book->setup, options->file);
    moon_status status = import_all(&r, err);
    moon_worker_stop(book->worker);
    book->setup.limits = limits;
    if (r.change) moon_change_end(r.change);
    moon_buf_free(&r.rejects);
    moon_file_unlock(lock);
    return status;
}
