#include "run/bill.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/file.h"
#include "books/agreement.h"
#include "books/claim.h"
#include "books/order.h"
#include "books/party.h"
#include "run/batch.h"
#include "run/jobs.h"
#include "run/period_due.h"
#include "run/wire.h"
#include "store/table.h"

const char *moon_outcome_name(moon_outcome outcome) {
    static const char *const names[] = {"billed", "credited", "parked", "no sale", "not due yet"};
    return names[outcome];
}

/* ---- the equation ---- */

/* One account's drafts, in the arena of their change until that is committed. */
typedef struct drafts {
    struct drafts *next;
    struct made *items;
    size_t count;
    uint64_t agreements[MOON_PERIODS_OUTCOMES], dropped;
} drafts;

typedef struct run {
    moon_book *book;
    const moon_bill_options *options;
    moon_arena *keep;
    moon_bill_report *report;
    moon_equation *drafted; /* orders drafted in this run, by currency */
    size_t drafted_count;
    moon_due_check due;
    drafts *pending;    /* of the units that are not committed yet, newest first */
    moon_status failed; /* what counting met */
    moon_err failure;
} run;

static moon_equation *equation_of(moon_equation *list, size_t *count, moon_currency currency) {
    for (size_t i = 0; i < *count; i++)
        if (list[i].currency == currency) return &list[i];
    memset(&list[*count], 0, sizeof *list);
    list[*count].currency = currency;
    return &list[(*count)++];
}

static moon_status tally(moon_tallied *row, moon_decimal amount, moon_err *err) {
    row->orders++;
    return moon_decimal_add(row->amount, amount, &row->amount, err);
}

static moon_outcome outcome_before(const moon_order *order, moon_date today) {
    if (order->state == MOON_ORDER_HELD) return MOON_OUTCOME_PARKED;
    if (order->state == MOON_ORDER_NO_SALE) return MOON_OUTCOME_NO_SALE;
    if (order->state == MOON_ORDER_DUE && order->date > today) return MOON_OUTCOME_NOT_DUE;
    if (order->state == MOON_ORDER_DUE) return MOON_OUTCOME_PARKED; /* until the run has drafted it */
    return order->kind == MOON_ORDER_SALE ? MOON_OUTCOME_BILLED : MOON_OUTCOME_CREDITED;
}

/* Every order of the book as it was before the run. */
static moon_status survey(run *r, moon_change *change, moon_err *err) {
    moon_order order;
    moon_scan scan;
    bool more = true;
    moon_bill_report *report = r->report;
    report->equations = MOON_NEW_N(r->keep, moon_equation, moon_currency_count());
    MOON_TRY(moon_scan_begin(change, &moon_order_type, MOON_BY_KEY, NULL, 0, NULL, 0, false, &scan, err));
    moon_arena_mark mark = moon_arena_here(moon_change_arena(change));
    moon_status status = MOON_OK;
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &order, &more, err);
        if (status != MOON_OK || !more) break;
        moon_equation *equation = equation_of(report->equations, &report->equation_count, order.currency);
        status = tally(&equation->rows[outcome_before(&order, r->book->ctx.today)], order.value, err);
        if (status == MOON_OK) status = tally(&equation->all, order.value, err);
        moon_arena_rewind(moon_change_arena(change), mark);
    }
    moon_scan_end(&scan);
    return status;
}

/* Orders that the run has drafted are no longer parked. */
static moon_status close_equations(run *r, moon_err *err) {
    for (size_t i = 0; i < r->drafted_count; i++) {
        moon_equation *equation =
            equation_of(r->report->equations, &r->report->equation_count, r->drafted[i].currency);
        for (int row = MOON_OUTCOME_BILLED; row <= MOON_OUTCOME_CREDITED; row++) {
            const moon_tallied *drafted = &r->drafted[i].rows[row];
            moon_tallied *parked = &equation->rows[MOON_OUTCOME_PARKED];
            equation->rows[row].orders += drafted->orders;
            parked->orders -= drafted->orders;
            MOON_TRY(moon_decimal_add(equation->rows[row].amount, drafted->amount,
                                      &equation->rows[row].amount, err));
            MOON_TRY(moon_decimal_sub(parked->amount, drafted->amount, &parked->amount, err));
        }
    }
    return MOON_OK;
}

/* Both kinds of sums begin with their currency. */
static int by_code(const void *a, const void *b) {
    return strcmp(moon_currency_code(*(const moon_currency *)a),
                  moon_currency_code(*(const moon_currency *)b));
}
_Static_assert(offsetof(moon_equation, currency) == 0 && offsetof(moon_periods_sum, currency) == 0,
               "by_code");

/* ---- one account ---- */

typedef struct made {
    moon_document document;
    moon_drafted how;
    moon_order order;
} made;

static moon_status keep_draft(run *r, moon_change *change, moon_document *document, made *out,
                              moon_err *err) {
    bool found;
    document->closure = r->book->ctx.closure;
    document->prepared_by = r->book->ctx.operator;
    out->document = *document;
    if (moon_str_is(document->cause, "period")) return moon_document_draft(change, document, &out->how, err);
    out->order.id = document->order;
    MOON_TRY(moon_get(change, &moon_order_type, &out->order, &found, err));
    if (!found) return moon_fail(err, MOON_E_SCRIPT_CRASH, "a draft names an order that is not there");
    if (moon_document_draft(change, document, &out->how, err) != MOON_OK)
        return moon_err_context(err, "order %.*s", MOON_STR_ARG(document->order));
    return MOON_OK;
}

static bool is_kept(const drafts *kept, moon_str id) {
    for (size_t i = 0; i < kept->count; i++)
        if (moon_str_eq(kept->items[i].document.id, id)) return true;
    return false;
}

/* Documents of an account that wait, of orders or of periods: those that `kept` does not have are dropped. */
static moon_status drop_others(moon_change *change, moon_str account, const char *cause, drafts *kept,
                               moon_err *err) {
    moon_document bound = {.account = account}, draft;
    moon_scan scan;
    bool more = true;
    MOON_TRY(moon_scan_begin(change, &moon_document_type, moon_type_index(&moon_document_type, "work"),
                             &bound, 1, &bound, 1, false, &scan, err));
    moon_status status = MOON_OK;
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &draft, &more, err);
        if (status != MOON_OK || !more) break;
        if (!moon_str_is(draft.cause, cause) || is_kept(kept, draft.id)) continue;
        kept->dropped++;
        status = moon_document_discard(change, &draft, err);
    }
    moon_scan_end(&scan);
    return status;
}

static bool read_outcomes(moon_str *reply, drafts *kept) {
    uint64_t n;
    if (!moon_varint_read(reply, &n) || n != reply->len) return false;
    for (uint64_t i = 0; i < n; i++) {
        unsigned char outcome = (unsigned char)reply->ptr[i];
        if (outcome >= MOON_PERIODS_OUTCOMES) return false;
        kept->agreements[outcome]++;
    }
    return true;
}

static moon_status keep_account(run *r, moon_change *change, moon_str account, drafts *kept, moon_err *err) {
    MOON_TRY(drop_others(change, account, "period", kept, err));
    kept->next = r->pending;
    r->pending = kept;
    return moon_unpark(change, "bill", account, err);
}

static moon_status keep_drafts(run *r, moon_change *change, moon_str account, moon_str reply, moon_err *err) {
    moon_arena *arena = moon_change_arena(change);
    moon_str dependencies;
    uint64_t n;
    if (!moon_wire_read_str(&reply, &dependencies) || !moon_change_depend_on(change, dependencies) ||
        !moon_varint_read(&reply, &n) || n > reply.len)
        return moon_fail(err, MOON_E_SCRIPT_CRASH, "the worker's answer makes no sense");
    drafts *kept = MOON_NEW(arena, drafts);
    *kept = (drafts){.items = MOON_NEW_N(arena, made, n), .count = n};
    for (uint64_t i = 0; i < n; i++) {
        moon_document document;
        MOON_TRY(moon_wire_read_record(&reply, &moon_document_type, &document, arena, err));
        if (!moon_str_eq(document.account, account))
            return moon_fail(err, MOON_E_SCRIPT_CRASH, "a draft is for another account");
        MOON_TRY(keep_draft(r, change, &document, &kept->items[i], err));
    }
    if (!read_outcomes(&reply, kept))
        return moon_fail(err, MOON_E_SCRIPT_CRASH, "the worker's answer makes no sense");
    return keep_account(r, change, account, kept, err);
}

static moon_status draft_account(run *r, moon_change *change, moon_str account, moon_err *err) {
    moon_buf request = MOON_BUF_EMPTY;
    moon_str reply;
    moon_arg today = moon_arg_date(r->book->ctx.today);
    moon_wire_add_str(&request, account);
    moon_wire_add_arg(&request, &today);
    moon_status status = moon_worker_call(r->book->worker, moon_job_draft, moon_buf_str(&request), true,
                                          moon_change_arena(change), &reply, err);
    moon_buf_free(&request);
    return status == MOON_OK ? keep_drafts(r, change, account, reply, err) : status;
}

/* Rules run only where something can be due. */
static moon_status bill_account(void *ctx, moon_change *change, moon_str account, moon_err *err) {
    run *r = ctx;
    drafts *none = MOON_NEW(moon_change_arena(change), drafts);
    bool due;
    *none = (drafts){0};
    moon_status status = moon_is_due(&r->due, change, account, &due, none->agreements, err);
    if (status == MOON_OK)
        status = due ? draft_account(r, change, account, err) : keep_account(r, change, account, none, err);
    return status == MOON_OK ? MOON_OK : moon_err_context(err, "account %.*s", MOON_STR_ARG(account));
}

/* ---- counting what is kept ---- */

/* Line `i` is the first of its document for its agreement, or for its period too. */
static bool begins(const moon_document *document, size_t i, bool period) {
    const moon_line *line = MOON_AT(moon_line, document->lines, i);
    for (size_t k = 0; k < i; k++) {
        const moon_line *before = MOON_AT(moon_line, document->lines, k);
        if (moon_str_eq(before->agreement, line->agreement) &&
            (!period || moon_line_period(before) == moon_line_period(line)))
            return false;
    }
    return true;
}

static void count_periods(run *r, const moon_document *document) {
    moon_bill_report *report = r->report;
    size_t at = 0;
    while (at < report->period_sum_count && report->period_sums[at].currency != document->currency) at++;
    moon_periods_sum *sum = &report->period_sums[at];
    if (at == report->period_sum_count) {
        *sum = (moon_periods_sum){.currency = document->currency};
        report->period_sum_count++;
    }
    sum->amount += document->net;
    for (size_t i = 0; i < document->lines.count; i++) {
        sum->agreements += begins(document, i, false);
        sum->periods += begins(document, i, true);
    }
}

static moon_status count_draft(run *r, const made *one, moon_err *err) {
    uint64_t *counter = one->how == MOON_DRAFTED_NEW    ? &r->report->drafts_new
                        : one->how == MOON_DRAFTED_SAME ? &r->report->drafts_same
                                                        : &r->report->drafts_changed;
    ++*counter;
    if (r->options->drafted) r->options->drafted(r->options->ctx, &one->document, one->how);
    if (moon_str_is(one->document.cause, "period")) {
        count_periods(r, &one->document);
        return MOON_OK;
    }
    moon_equation *equation = equation_of(r->drafted, &r->drafted_count, one->order.currency);
    moon_outcome row = one->order.kind == MOON_ORDER_SALE ? MOON_OUTCOME_BILLED : MOON_OUTCOME_CREDITED;
    return tally(&equation->rows[row], one->order.value, err);
}

static void count_drafts(run *r, const drafts *account) {
    if (!account) return;
    count_drafts(r, account->next); /* the oldest first */
    r->report->accounts_billed += account->count > 0;
    r->report->drafts_dropped += account->dropped;
    for (int i = 0; i < MOON_PERIODS_OUTCOMES; i++) r->report->agreements[i] += account->agreements[i];
    for (size_t i = 0; i < account->count && r->failed == MOON_OK; i++)
        r->failed = count_draft(r, &account->items[i], &r->failure);
}

static void batch_done(void *ctx, bool kept) {
    run *r = ctx;
    if (kept) count_drafts(r, r->pending);
    r->pending = NULL;
}

static moon_status park_account(void *ctx, moon_change *change, moon_str account, const moon_err *why,
                                moon_err *err) {
    run *r = ctx;
    r->report->accounts_parked++;
    if (r->options->parked) r->options->parked(r->options->ctx, account, why);
    drafts none = {0};
    moon_agreement *agreements;
    size_t count;
    MOON_TRY(moon_agreements_of(change, account, moon_change_arena(change), &agreements, &count, err));
    r->report->agreements[MOON_PERIODS_PARKED] += count;
    /* What earlier rules made must not be issued while today's rules cannot say what it costs. */
    MOON_TRY(drop_others(change, account, "order", &none, err));
    MOON_TRY(drop_others(change, account, "period", &none, err));
    return moon_park(change, &r->book->ctx, "bill", account, account, why, NULL, err);
}

static void progress(void *ctx, size_t done, size_t total) {
    run *r = ctx;
    if (r->options->progress) r->options->progress(r->options->ctx, done, total);
}

/* ---- the run ---- */

static int by_bytes(const void *a, const void *b) {
    return moon_str_cmp(*(const moon_str *)a, *(const moon_str *)b);
}

typedef struct unit_list {
    moon_arena *keep;
    moon_str *items;
    size_t count, room;
} unit_list;

/* Each stands once if those of one account come together. */
static void add_unit(unit_list *list, moon_str account) {
    if (list->count && moon_str_eq(list->items[list->count - 1], account)) return;
    if (list->count == list->room) {
        size_t room = list->room ? list->room * 2 : 64;
        moon_str *larger = MOON_NEW_N(list->keep, moon_str, room);
        if (list->count) memcpy(larger, list->items, list->count * sizeof *larger);
        list->items = larger;
        list->room = room;
    }
    list->items[list->count++] = moon_arena_str(list->keep, account);
}

/* Accounts with orders due by today. */
static moon_status add_buyers(run *r, moon_change *change, unit_list *list, moon_err *err) {
    moon_order order;
    moon_scan scan;
    bool more = true;
    MOON_TRY(moon_scan_begin(change, &moon_order_type, moon_type_index(&moon_order_type, "due"), NULL, 0,
                             NULL, 0, false, &scan, err));
    moon_arena_mark mark = moon_arena_here(moon_change_arena(change));
    moon_status status = MOON_OK;
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &order, &more, err);
        if (status != MOON_OK || !more) break;
        if (order.date <= r->book->ctx.today) add_unit(list, order.account);
        moon_arena_rewind(moon_change_arena(change), mark);
    }
    moon_scan_end(&scan);
    return status;
}

/* Accounts with periodic agreements. */
static moon_status add_subscribers(moon_change *change, unit_list *list, moon_err *err) {
    moon_agreement version;
    moon_scan scan;
    bool more = true;
    MOON_TRY(moon_scan_begin(change, &moon_agreement_type, moon_type_index(&moon_agreement_type, "periodic"),
                             NULL, 0, NULL, 0, false, &scan, err));
    moon_arena_mark mark = moon_arena_here(moon_change_arena(change));
    moon_status status = MOON_OK;
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &version, &more, err);
        if (status != MOON_OK || !more) break;
        add_unit(list, version.account);
        moon_arena_rewind(moon_change_arena(change), mark);
    }
    moon_scan_end(&scan);
    return status;
}

/* In the order of their ids. */
static moon_status due_accounts(run *r, moon_change *change, moon_str **units, size_t *count, moon_err *err) {
    unit_list list = {.keep = r->keep};
    MOON_TRY(add_buyers(r, change, &list, err));
    MOON_TRY(add_subscribers(change, &list, err));
    *units = list.items;
    *count = 0;
    if (list.count) qsort(list.items, list.count, sizeof *list.items, by_bytes);
    for (size_t i = 0; i < list.count; i++)
        if (*count == 0 || !moon_str_eq(list.items[*count - 1], list.items[i]))
            list.items[(*count)++] = list.items[i];
    return MOON_OK;
}

static moon_status prepare(run *r, moon_str **units, size_t *count, moon_err *err) {
    moon_change *change;
    r->drafted = MOON_NEW_N(r->keep, moon_equation, moon_currency_count());
    r->report->period_sums = MOON_NEW_N(r->keep, moon_periods_sum, moon_currency_count());
    MOON_TRY(moon_change_begin(r->book->store, &change, err));
    moon_status status =
        moon_book_closure(r->book, change, err); /* names the rules; stored with the drafts */
    if (status == MOON_OK) status = survey(r, change, err);
    if (status == MOON_OK) status = due_accounts(r, change, units, count, err);
    moon_change_end(change);
    r->report->accounts = *count;
    return status;
}

static moon_status bill_all(run *r, moon_err *err) {
    moon_str *units = NULL;
    size_t count = 0;
    MOON_TRY(moon_operator_check(&r->book->ctx, "prepare", err));
    MOON_TRY(prepare(r, &units, &count, err));
    moon_batch batch = {.book = r->book,
                        .action = "bill",
                        .dry_run = r->options->dry_run,
                        .closure = true,
                        .size = MOON_COMMIT_ACCOUNTS,
                        .ctx = r,
                        .unit = bill_account,
                        .done = batch_done,
                        .failed = park_account,
                        .progress = progress};
    MOON_TRY(moon_batch_run(&batch, units, count, err));
    if (!r->options->dry_run) MOON_TRY(moon_batch_unpark_others(r->book, "bill", units, count, err));
    moon_worker_stop(r->book->worker);
    if (r->failed != MOON_OK) {
        *err = r->failure;
        return r->failed;
    }
    MOON_TRY(close_equations(r, err));
    if (r->report->equation_count)
        qsort(r->report->equations, r->report->equation_count, sizeof *r->report->equations, by_code);
    if (r->report->period_sum_count)
        qsort(r->report->period_sums, r->report->period_sum_count, sizeof *r->report->period_sums, by_code);
    return MOON_OK;
}

moon_status moon_bill(moon_book *book, const moon_bill_options *options, moon_arena *keep,
                      moon_bill_report *report, moon_err *err) {
    run r = {.book = book,
             .options = options,
             .keep = keep,
             .report = report,
             .due = {.book = book, .keep = keep}};
    int lock;
    *report = (moon_bill_report){0};
    MOON_TRY(moon_book_lock(book, &lock, err));
    moon_status status = bill_all(&r, err);
    moon_file_unlock(lock);
    return status;
}

/* ---- by hand ---- */

static moon_status call_manual(moon_book *book, const moon_arg *input, moon_str source, moon_arena *keep,
                               moon_str *reply, moon_err *err) {
    moon_buf request = MOON_BUF_EMPTY;
    moon_named *items = MOON_NEW_N(keep, moon_named, input->map.count + 2);
    memcpy(items, input->map.items, input->map.count * sizeof *items);
    items[input->map.count] = (moon_named){MOON_STR("today"), moon_arg_date(book->ctx.today)};
    items[input->map.count + 1] = (moon_named){MOON_STR("cause"), moon_arg_text(source)};
    moon_arg whole = moon_arg_map(items, input->map.count + 2);
    moon_wire_add_arg(&request, &whole);
    moon_status status =
        moon_worker_call(book->worker, moon_job_manual, moon_buf_str(&request), true, keep, reply, err);
    moon_buf_free(&request);
    moon_worker_stop(book->worker);
    return status;
}

static moon_status keep_manual(moon_book *book, moon_change *change, moon_str reply, bool dry_run,
                               moon_arena *keep, moon_document *out, moon_drafted *how, moon_err *err) {
    moon_str dependencies;
    if (!moon_wire_read_str(&reply, &dependencies) || !moon_change_depend_on(change, dependencies))
        return moon_fail(err, MOON_E_SCRIPT_CRASH, "the worker's answer makes no sense");
    MOON_TRY(moon_wire_read_record(&reply, &moon_document_type, out, keep, err));
    MOON_TRY(moon_book_closure(book, change, err));
    out->closure = book->ctx.closure;
    out->prepared_by = book->ctx.operator;
    MOON_TRY(moon_document_draft(change, out, how, err));
    return dry_run ? MOON_OK : moon_commit(change, &book->ctx, "draft", out->id, MOON_STR_NONE, NULL, err);
}

/* The document that this source made before, if it stands: the same command again is the same document. */
static moon_status find_manual(moon_book *book, moon_str source, moon_arena *keep, moon_document *out,
                               bool *found, moon_err *err) {
    moon_change *change;
    moon_document document;
    MOON_TRY(moon_change_begin(book->store, &change, err));
    moon_status status = moon_document_id(change, source, &document.id, err);
    if (status == MOON_OK) status = moon_get(change, &moon_document_type, &document, found, err);
    if (status == MOON_OK && *found) moon_record_copy(&moon_document_type, &document, out, keep);
    moon_change_end(change);
    return status;
}

static moon_status try_manual(moon_book *book, const moon_arg *input, moon_str source, bool dry_run,
                              moon_arena *keep, moon_document *out, moon_drafted *how, moon_err *err) {
    moon_change *change;
    moon_str reply;
    MOON_TRY(call_manual(book, input, source, keep, &reply, err));
    MOON_TRY(moon_change_begin(book->store, &change, err));
    moon_status status = keep_manual(book, change, reply, dry_run, keep, out, how, err);
    moon_change_end(change);
    return status;
}

moon_status moon_bill_manual(moon_book *book, const moon_arg *input, moon_str source, bool dry_run,
                             moon_arena *keep, moon_document *out, moon_drafted *how, moon_err *err) {
    moon_status status = MOON_E_CHANGED;
    bool found;
    MOON_TRY(moon_operator_check(&book->ctx, "prepare", err));
    MOON_TRY(find_manual(book, source, keep, out, &found, err));
    *how = MOON_DRAFTED_SAME;
    if (found) return MOON_OK;
    for (int attempt = 0; status == MOON_E_CHANGED && attempt < 5; attempt++)
        status = try_manual(book, input, source, dry_run, keep, out, how, err);
    return status;
}
