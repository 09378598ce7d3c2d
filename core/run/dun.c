#include "run/dun.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/limits.h"
#include "books/document.h"
#include "books/order.h"
#include "books/payment.h"
#include "books/reminder.h"
#include "run/batch.h"
#include "run/jobs.h"
#include "run/wire.h"
#include "store/table.h"

/* ---- which accounts ---- */

typedef struct id_list {
    moon_str *ids;
    size_t count, room;
    moon_arena *keep;
} id_list;

static void add_id(id_list *list, moon_str id) {
    if (list->count > 0 && moon_str_eq(list->ids[list->count - 1], id)) return;
    if (list->count == list->room) {
        size_t room = list->room ? list->room * 2 : 64;
        moon_str *larger = MOON_NEW_N(list->keep, moon_str, room);
        if (list->count) memcpy(larger, list->ids, list->count * sizeof *larger);
        list->ids = larger;
        list->room = room;
    }
    list->ids[list->count++] = moon_arena_str(list->keep, id);
}

static int by_bytes(const void *a, const void *b) {
    return moon_str_cmp(*(const moon_str *)a, *(const moon_str *)b);
}

/* Accounts of the items in an index, from `low` on. `list` may share the arena of the change. */
static moon_status collect(moon_change *change, const char *index, const moon_item *low, moon_date day,
                           id_list *list, moon_err *err) {
    moon_item item;
    moon_scan scan;
    bool more = true;
    MOON_TRY(moon_scan_begin(change, &moon_item_type, moon_type_index(&moon_item_type, index), low,
                             low ? 1 : 0, NULL, 0, false, &scan, err));
    moon_status status = MOON_OK;
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &item, &more, err);
        if (status != MOON_OK || !more) break;
        if (item.date <= day && !moon_str_is(item.account, MOON_UNIDENTIFIED)) add_id(list, item.account);
    }
    moon_scan_end(&scan);
    return status;
}

moon_status moon_dun_accounts(moon_change *change, moon_date day, moon_arena *keep, moon_str **accounts,
                              size_t *count, moon_err *err) {
    id_list list = {.keep = keep};
    moon_item later = {.closed = day + 1};
    size_t kept = 0;
    MOON_TRY(collect(change, "open", NULL, day, &list, err));
    if (day < MOON_DATE_MAX) MOON_TRY(collect(change, "closed", &later, day, &list, err));
    if (list.count) qsort(list.ids, list.count, sizeof *list.ids, by_bytes);
    for (size_t i = 0; i < list.count; i++)
        if (kept == 0 || !moon_str_eq(list.ids[kept - 1], list.ids[i])) list.ids[kept++] = list.ids[i];
    *accounts = list.ids;
    *count = kept;
    return MOON_OK;
}

moon_status moon_dun_imported(moon_change *change, moon_date day, moon_date *imported, moon_err *err) {
    moon_payment payment;
    moon_scan scan;
    bool more = true;
    *imported = MOON_DATE_NONE;
    MOON_TRY(moon_scan_begin(change, &moon_payment_type, MOON_BY_KEY, NULL, 0, NULL, 0, false, &scan, err));
    moon_arena_mark mark = moon_arena_here(moon_change_arena(change));
    moon_status status = MOON_OK;
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &payment, &more, err);
        if (status != MOON_OK || !more) break;
        if (payment.booked <= day && payment.booked > *imported) *imported = payment.booked;
        moon_arena_rewind(moon_change_arena(change), mark);
    }
    moon_scan_end(&scan);
    return status;
}

/* ---- what a worker answers ---- */

static moon_status nonsense(moon_err *err) {
    return moon_fail(err, MOON_E_SCRIPT_CRASH, "the worker's answer makes no sense");
}

static moon_status minor_of(const moon_arg *row, const char *name, moon_currency currency, int64_t *out,
                            moon_err *err) {
    moon_arg value = moon_arg_get(row, name);
    moon_money amount;
    *out = 0;
    if (value.kind != MOON_ARG_MONEY) return MOON_OK;
    if (value.money.currency != currency) return nonsense(err);
    MOON_TRY(moon_money_round(value.money.amount, currency, MOON_HALF_UP, &amount, err));
    *out = amount.minor;
    return MOON_OK;
}

static moon_status read_row(const moon_arg *from, moon_str account, moon_dun_row *row, moon_err *err) {
    moon_arg due = moon_arg_get(from, "due");
    if (from->kind != MOON_ARG_MAP || due.kind != MOON_ARG_DATE) return nonsense(err);
    row->account = account;
    row->number = moon_arg_text_of(from, "number");
    row->kind = moon_arg_text_of(from, "kind");
    MOON_TRY(moon_currency_parse(moon_arg_text_of(from, "currency"), &row->currency, err));
    row->due = due.date;
    row->days = moon_arg_int_of(from, "days", 0);
    MOON_TRY(minor_of(from, "open", row->currency, &row->open, err));
    MOON_TRY(minor_of(from, "disputed", row->currency, &row->disputed, err));
    MOON_TRY(minor_of(from, "promised", row->currency, &row->promised, err));
    MOON_TRY(minor_of(from, "asked", row->currency, &row->asked, err));
    MOON_TRY(minor_of(from, "fee", row->currency, &row->fee, err));
    MOON_TRY(minor_of(from, "interest", row->currency, &row->interest, err));
    row->step = moon_arg_int_of(from, "step", 0);
    row->action = moon_arg_text_of(from, "name");
    row->letter = moon_arg_text_of(from, "letter");
    row->reason = moon_arg_text_of(from, "reason");
    return MOON_OK;
}

/* Records of one type, each this account's. */
static moon_status read_records(moon_str *reply, const moon_type *type, moon_str account, moon_arena *keep,
                                void **out, size_t *count, moon_err *err) {
    const moon_field *of = moon_type_field(type, MOON_STR("account"));
    uint64_t n;
    if (!moon_varint_read(reply, &n) || n > reply->len) return nonsense(err);
    char *list = moon_arena_alloc_n(keep, n, type->size);
    for (uint64_t i = 0; i < n; i++) {
        void *record = list + i * type->size;
        MOON_TRY(moon_wire_read_record(reply, type, record, keep, err));
        if (!moon_str_eq(*(moon_str *)moon_field_at(of, record), account))
            return moon_fail(err, MOON_E_SCRIPT_CRASH, "a %s is for another account", type->name);
    }
    *out = list;
    *count = n;
    return MOON_OK;
}

static moon_status read_answer(moon_str reply, moon_arena *keep, moon_dunned *out, moon_err *err) {
    moon_arg rows;
    void *list;
    if (!moon_wire_read_str(&reply, &out->dependencies) || !moon_wire_read_arg(&reply, &rows, keep))
        return nonsense(err);
    out->row_count = rows.kind == MOON_ARG_LIST ? rows.list.count : 0;
    out->rows = MOON_NEW_N(keep, moon_dun_row, out->row_count);
    for (size_t i = 0; i < out->row_count; i++)
        MOON_TRY(read_row(&rows.list.items[i], out->account, &out->rows[i], err));
    MOON_TRY(read_records(&reply, &moon_reminder_type, out->account, keep, &list, &out->reminder_count, err));
    out->reminders = list;
    MOON_TRY(read_records(&reply, &moon_message_type, out->account, keep, &list, &out->message_count, err));
    out->messages = list;
    MOON_TRY(read_records(&reply, &moon_document_type, out->account, keep, &list, &out->charge_count, err));
    out->charges = list;
    return MOON_OK;
}

moon_status moon_dun_decide(moon_book *book, moon_str account, moon_date day, moon_date imported,
                            moon_arena *keep, moon_dunned *out, moon_err *err) {
    moon_buf request = MOON_BUF_EMPTY;
    moon_str reply;
    moon_arg today = moon_arg_date(day), newest = {0};
    if (imported != MOON_DATE_NONE) newest = moon_arg_date(imported);
    moon_wire_add_str(&request, account);
    moon_wire_add_arg(&request, &today);
    moon_wire_add_arg(&request, &newest);
    moon_status status =
        moon_worker_call(book->worker, moon_job_dun, moon_buf_str(&request), true, keep, &reply, err);
    moon_buf_free(&request);
    *out = (moon_dunned){.account = account};
    if (status == MOON_OK) status = read_answer(reply, keep, out, err);
    return status == MOON_OK ? MOON_OK : moon_err_context(err, "account %.*s", MOON_STR_ARG(account));
}

moon_status moon_dun_promise_terms(moon_book *book, moon_str account, moon_arena *keep, int64_t *grace,
                                   int64_t *renewals, moon_err *err) {
    moon_buf request = MOON_BUF_EMPTY;
    moon_str reply;
    moon_arg today = moon_arg_date(book->ctx.today), terms;
    moon_wire_add_str(&request, account);
    moon_wire_add_arg(&request, &today);
    moon_status status =
        moon_worker_call(book->worker, moon_job_dun_terms, moon_buf_str(&request), true, keep, &reply, err);
    moon_buf_free(&request);
    MOON_TRY(status);
    if (!moon_wire_read_arg(&reply, &terms, keep)) return nonsense(err);
    *grace = moon_arg_int_of(&terms, "grace", 0);
    *renewals = moon_arg_int_of(&terms, "renewals", -1);
    return MOON_OK;
}

/* ---- rows ---- */

const moon_heading moon_dun_headings[MOON_DUN_HEADINGS] = {
    {.name = "account", .cell = MOON_CELL_TEXT},
    {.name = "number", .cell = MOON_CELL_TEXT},
    {.name = "kind", .cell = MOON_CELL_TEXT, .flags = MOON_HEADING_DETAIL},
    {.name = "due", .cell = MOON_CELL_DATE, .spare = 5},
    {.name = "days", .cell = MOON_CELL_INT, .spare = 4},
    {.name = "currency", .cell = MOON_CELL_TEXT, .spare = 1},
    {.name = "open", .cell = MOON_CELL_NUMBER, .flags = MOON_HEADING_SUM},
    {.name = "disputed", .cell = MOON_CELL_NUMBER, .flags = MOON_HEADING_SUM, .spare = 3},
    {.name = "promised", .cell = MOON_CELL_NUMBER, .flags = MOON_HEADING_SUM, .spare = 2},
    {.name = "asked", .cell = MOON_CELL_NUMBER, .flags = MOON_HEADING_SUM},
    {.name = "fee", .cell = MOON_CELL_NUMBER, .flags = MOON_HEADING_SUM | MOON_HEADING_DETAIL},
    {.name = "interest", .cell = MOON_CELL_NUMBER, .flags = MOON_HEADING_SUM | MOON_HEADING_DETAIL},
    {.name = "step", .cell = MOON_CELL_INT, .flags = MOON_HEADING_DETAIL},
    {.name = "action", .cell = MOON_CELL_TEXT},
    {.name = "letter", .cell = MOON_CELL_TEXT, .flags = MOON_HEADING_DETAIL},
    {.name = "reason", .cell = MOON_CELL_TEXT}};

static moon_str amount(moon_arena *keep, int64_t minor, moon_currency currency) {
    char text[MOON_MONEY_TEXT];
    size_t len = moon_money_format((moon_money){minor, currency}, text);
    return moon_arena_str(keep, (moon_str){text, len});
}

static moon_str amount_or_none(moon_arena *keep, int64_t minor, moon_currency currency) {
    return minor ? amount(keep, minor, currency) : MOON_STR_NONE;
}

void moon_dun_cells(moon_arena *keep, const moon_dun_row *row, moon_str *cells) {
    char due[MOON_DATE_TEXT];
    moon_date_format(row->due, due);
    moon_str made[] = {row->account,
                       row->number,
                       row->kind,
                       moon_arena_str(keep, moon_str_of(due)),
                       moon_arena_printf(keep, "%lld", (long long)row->days),
                       moon_str_of(moon_currency_code(row->currency)),
                       amount(keep, row->open, row->currency),
                       amount_or_none(keep, row->disputed, row->currency),
                       amount_or_none(keep, row->promised, row->currency),
                       amount_or_none(keep, row->asked, row->currency),
                       amount_or_none(keep, row->fee, row->currency),
                       amount_or_none(keep, row->interest, row->currency),
                       row->step ? moon_arena_printf(keep, "%lld", (long long)row->step) : MOON_STR_NONE,
                       row->action,
                       row->letter,
                       row->reason};
    memcpy(cells, made, sizeof made);
}

/* ---- the run ---- */

typedef struct pending {
    struct pending *next;
    moon_dunned dunned;
} pending;

typedef struct run {
    moon_book *book;
    const moon_dun_options *options;
    moon_dun_report *report;
    moon_date imported;
    pending *pending; /* of the units that are not committed yet, newest first */
} run;

static moon_status write_charges(run *r, moon_change *change, const moon_dunned *dunned, moon_err *err) {
    moon_drafted how;
    for (size_t i = 0; i < dunned->charge_count; i++) {
        moon_document *document = &dunned->charges[i];
        document->closure = r->book->ctx.closure;
        document->prepared_by = r->book->ctx.operator;
        MOON_TRY(moon_document_draft(change, document, &how, err));
    }
    return MOON_OK;
}

static moon_status dun_account(void *ctx, moon_change *change, moon_str account, moon_err *err) {
    run *r = ctx;
    pending *kept = MOON_NEW(moon_change_arena(change), pending);
    moon_dunned *dunned = &kept->dunned;
    MOON_TRY(moon_dun_decide(r->book, account, r->book->ctx.today, r->imported, moon_change_arena(change),
                             dunned, err));
    if (!moon_change_depend_on(change, dunned->dependencies)) return nonsense(err);
    for (size_t i = 0; i < dunned->reminder_count; i++)
        MOON_TRY(moon_reminder_add(change, &r->book->ctx, &dunned->reminders[i], err));
    for (size_t i = 0; i < dunned->message_count; i++)
        MOON_TRY(moon_message_queue(change, &dunned->messages[i], err));
    MOON_TRY(write_charges(r, change, dunned, err));
    kept->next = r->pending;
    r->pending = kept;
    return moon_unpark(change, "dun", account, err);
}

static void tell(run *r, const pending *one) {
    if (!one) return;
    tell(r, one->next); /* the oldest first */
    r->report->steps += one->dunned.reminder_count;
    r->report->letters += one->dunned.message_count;
    r->report->charges += one->dunned.charge_count;
    for (size_t i = 0; r->options->row && i < one->dunned.row_count; i++)
        r->options->row(r->options->ctx, &one->dunned.rows[i]);
}

static void batch_done(void *ctx, bool kept) {
    run *r = ctx;
    if (kept) tell(r, r->pending);
    r->pending = NULL;
}

static moon_status park_account(void *ctx, moon_change *change, moon_str account, const moon_err *why,
                                moon_err *err) {
    run *r = ctx;
    r->report->accounts_parked++;
    if (r->options->parked) r->options->parked(r->options->ctx, account, why);
    return moon_park(change, &r->book->ctx, "dun", account, account, why, NULL, err);
}

static void progress(void *ctx, size_t done, size_t total) {
    run *r = ctx;
    if (r->options->progress) r->options->progress(r->options->ctx, done, total);
}

/* Ladders go forward only. */
static moon_status check_day(moon_change *change, moon_date today, moon_err *err) {
    moon_date last;
    char then[MOON_DATE_TEXT], now[MOON_DATE_TEXT];
    MOON_TRY(moon_reminded_last(change, &last, err));
    if (last == MOON_DATE_NONE || last <= today) return MOON_OK;
    moon_date_format(last, then);
    moon_date_format(today, now);
    moon_fail(err, MOON_E_STATE_REFUSED, "items were reminded on %s already, and today is %s", then, now);
    return moon_err_hint(err, "moonbill report dunning --as-of %s shows how they stood then", now);
}

static moon_status prepare(run *r, moon_arena *keep, moon_str **units, size_t *count, moon_err *err) {
    moon_change *change;
    moon_date today = r->book->ctx.today;
    MOON_TRY(moon_change_begin(r->book->store, &change, err));
    moon_status status = check_day(change, today, err);
    if (status == MOON_OK) status = moon_book_closure(r->book, change, err); /* names the rules of drafts */
    if (status == MOON_OK) status = moon_dun_imported(change, today, &r->imported, err);
    if (status == MOON_OK) status = moon_dun_accounts(change, today, keep, units, count, err);
    moon_change_end(change);
    return status;
}

static moon_status dun_all(run *r, moon_arena *keep, moon_err *err) {
    moon_str *units;
    size_t count = 0;
    MOON_TRY(moon_operator_check(&r->book->ctx, "prepare", err));
    MOON_TRY(prepare(r, keep, &units, &count, err));
    r->report->accounts = count;
    moon_batch batch = {.book = r->book,
                        .action = "dun",
                        .dry_run = r->options->dry_run,
                        .closure = true,
                        .size = MOON_COMMIT_ACCOUNTS,
                        .ctx = r,
                        .unit = dun_account,
                        .done = batch_done,
                        .failed = park_account,
                        .progress = progress};
    MOON_TRY(moon_batch_run(&batch, units, count, err));
    if (!r->options->dry_run) MOON_TRY(moon_batch_unpark_others(r->book, "dun", units, count, err));
    moon_worker_stop(r->book->worker);
    return MOON_OK;
}

moon_status moon_dun(moon_book *book, const moon_dun_options *options, moon_arena *keep,
                     moon_dun_report *report, moon_err *err) {
    run r = {.book = book, .options = options, .report = report};
    int lock;
    *report = (moon_dun_report){0};
    MOON_TRY(moon_book_lock(book, &lock, err));
    moon_status status = dun_all(&r, keep, err);
    moon_file_unlock(lock);
    return status;
}
