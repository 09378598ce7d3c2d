#include "run/issue.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/file.h"
#include "books/adjustment.h"
#include "books/order.h"
#include "books/party.h"
#include "books/pause.h"
#include "books/payment.h"
#include "books/receivable.h"
#include "books/wallet.h"
#include "run/batch.h"
#include "run/jobs.h"
#include "run/retax.h"
#include "run/wire.h"
#include "store/table.h"

typedef struct pending {
    struct pending *next;
    moon_document document;
    const moon_payment *refund; /* this, and no document */
    moon_str kept;              /* it was not issued, for this agreement rests */
    bool written_off;
} pending;

typedef struct run {
    moon_book *book;
    const moon_issue_options *options;
    moon_arena *keep;
    moon_issue_report *report;
    moon_str reason;          /* of voiding */
    moon_hash closure;        /* the rules as they are, at issue */
    pending *pending;         /* documents done and not committed yet, newest first */
    uint64_t same;            /* and how many were so already */
    uint64_t pending_waiting; /* and how many wait for their invoice */
} run;

/* ---- what is kept is counted and told ---- */

static void add_pending(run *r, moon_change *change, const moon_document *document) {
    pending *one = MOON_NEW(moon_change_arena(change), pending);
    *one = (pending){.next = r->pending, .document = *document};
    r->pending = one;
}

static void add_kept(run *r, moon_change *change, const moon_document *document, moon_str agreement) {
    add_pending(r, change, document);
    r->pending->kept = agreement;
}

static void add_refund(run *r, moon_change *change, const moon_payment *refund) {
    pending *one = MOON_NEW(moon_change_arena(change), pending);
    moon_payment *kept = MOON_NEW(moon_change_arena(change), moon_payment);
    *kept = *refund;
    one->next = r->pending;
    one->refund = kept;
    r->pending = one;
}

static void count(run *r, const moon_document *document) {
    moon_issue_report *report = r->report;
    size_t i = 0, kind = document->kind == MOON_DOCUMENT_INVOICE ? 0 : 1;
    while (i < report->sum_count && report->sums[i].currency != document->currency) i++;
    if (i == report->sum_count) report->sums[report->sum_count++].currency = document->currency;
    report->done++;
    report->sums[i].count[kind]++;
    report->sums[i].net[kind] += document->net;
    report->sums[i].tax[kind] += document->tax;
    report->sums[i].total[kind] += document->total;
    if (r->options->done) r->options->done(r->options->ctx, document);
}

static void count_all(run *r, const pending *one) {
    if (!one) return;
    count_all(r, one->next);
    if (one->kept.len) {
        r->report->kept++;
        if (r->options->kept) r->options->kept(r->options->ctx, &one->document, one->kept);
        return;
    }
    if (!one->refund) {
        count(r, &one->document);
        r->report->written_off += one->written_off;
        return;
    }
    r->report->done++;
    if (r->options->refunded) r->options->refunded(r->options->ctx, one->refund);
}

static void batch_done(void *ctx, bool kept) {
    run *r = ctx;
    if (kept) count_all(r, r->pending);
    if (kept) r->report->same += r->same;
    if (kept) r->report->waiting += r->pending_waiting;
    r->pending = NULL;
    r->same = r->pending_waiting = 0;
}

static void progress(void *ctx, size_t done, size_t total) {
    run *r = ctx;
    if (r->options->progress) r->options->progress(r->options->ctx, done, total);
}

static moon_status refuse(void *ctx, moon_change *change, moon_str unit, const moon_err *why, moon_err *err) {
    run *r = ctx;
    (void)change;
    (void)err;
    r->report->refused++;
    if (r->options->refused) r->options->refused(r->options->ctx, unit, why);
    return MOON_OK;
}

/* ---- which documents ---- */

typedef struct name_list {
    moon_str *items;
    size_t count, room;
    moon_arena *keep;
} name_list;

static void add_name(name_list *list, moon_str name) {
    if (list->count == list->room) {
        size_t room = list->room ? list->room * 2 : 64;
        moon_str *larger = MOON_NEW_N(list->keep, moon_str, room);
        if (list->count) memcpy(larger, list->items, list->count * sizeof *larger);
        list->items = larger;
        list->room = room;
    }
    list->items[list->count++] = moon_arena_str(list->keep, name);
}

static moon_status load(moon_change *change, moon_str name, moon_document *document, moon_err *err) {
    bool found;
    MOON_TRY(moon_document_find(change, name, document, &found, err));
    if (found) return MOON_OK;
    moon_fail(err, MOON_E_NOT_FOUND, "there is no invoice or credit note %.*s", MOON_STR_ARG(name));
    return moon_err_hint(err, "moonbill list drafts; moonbill list invoices");
}

/* Ids of the drafts (or approved documents) in the order of accounts, invoices first; or the accounts
 * themselves, each once. */
static moon_status collect_work(run *r, int state, bool accounts, name_list *list, moon_err *err) {
    moon_change *change;
    moon_document document;
    moon_scan scan;
    bool more = true;
    MOON_TRY(moon_change_begin(r->book->store, &change, err));
    moon_status status =
        moon_scan_begin(change, &moon_document_type, moon_type_index(&moon_document_type, "work"), NULL, 0,
                        NULL, 0, false, &scan, err);
    if (status != MOON_OK) {
        moon_change_end(change);
        return status;
    }
    moon_arena_mark mark = moon_arena_here(moon_change_arena(change));
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &document, &more, err);
        if (status != MOON_OK || !more) break;
        bool wanted = document.state == state &&
                      (!r->options->by_policy || moon_str_is(document.approval_rule, "nobody"));
        bool known = accounts && list->count && moon_str_eq(list->items[list->count - 1], document.account);
        if (wanted && !known) add_name(list, accounts ? document.account : document.id);
        moon_arena_rewind(moon_change_arena(change), mark);
    }
    moon_scan_end(&scan);
    moon_change_end(change);
    return status;
}

/* Accounts of the named documents. What cannot be issued is refused by name, before anything is done. */
static moon_status accounts_of_names(run *r, name_list *list, moon_err *err) {
    moon_change *change;
    moon_document document;
    MOON_TRY(moon_change_begin(r->book->store, &change, err));
    moon_status status = MOON_OK;
    for (size_t i = 0; status == MOON_OK && i < r->options->name_count; i++) {
        bool known = false;
        status = load(change, r->options->names[i], &document, err);
        if (status == MOON_OK && document.state == MOON_STATE_DRAFT) {
            moon_fail(err, MOON_E_APPROVAL, "%.*s is not approved", MOON_STR_ARG(document.id));
            status = moon_err_hint(err, "moonbill approve %.*s", MOON_STR_ARG(document.id));
        }
        if (status == MOON_E_NOT_FOUND || status == MOON_E_APPROVAL) {
            moon_err why = *err;
            status = refuse(r, change, r->options->names[i], &why, err);
            continue;
        }
        if (status != MOON_OK) break;
        if (document.state != MOON_STATE_APPROVED) {
            r->report->same++;
            continue;
        }
        for (size_t j = 0; j < list->count; j++)
            known = known || moon_str_eq(list->items[j], document.account);
        if (!known) add_name(list, document.account);
    }
    moon_change_end(change);
    return status;
}

/* ---- approval ---- */

static moon_status approve_refund(run *r, moon_change *change, const moon_payment *refund, moon_err *err) {
    if (refund->state == MOON_PAYMENT_POSTED) {
        r->same++;
        return MOON_OK;
    }
    MOON_TRY(moon_refund_approve(change, &r->book->ctx, refund->id, err));
    add_refund(r, change, refund);
    return MOON_OK;
}

static moon_status approve_one(void *ctx, moon_change *change, moon_str name, moon_err *err) {
    run *r = ctx;
    moon_document document;
    moon_payment payment;
    bool found;
    MOON_TRY(moon_payment_find(change, name, &payment, &found, err));
    if (found && payment.kind == MOON_PAYMENT_REFUND) return approve_refund(r, change, &payment, err);
    MOON_TRY(load(change, name, &document, err));
    if (document.state != MOON_STATE_DRAFT) {
        r->same++;
        return MOON_OK;
    }
    MOON_TRY(moon_document_approve(change, &r->book->ctx, &document, r->options->by_policy, err));
    add_pending(r, change, &document);
    return MOON_OK;
}

/* Refunds that wait for somebody's approval. */
static moon_status collect_refunds(run *r, name_list *list, moon_err *err) {
    moon_change *change;
    moon_payment payment;
    moon_scan scan;
    bool more = true;
    MOON_TRY(moon_change_begin(r->book->store, &change, err));
    moon_status status =
        moon_scan_begin(change, &moon_payment_type, moon_type_index(&moon_payment_type, "proposed"), NULL, 0,
                        NULL, 0, false, &scan, err);
    bool begun = status == MOON_OK;
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &payment, &more, err);
        if (status != MOON_OK || !more) break;
        add_name(list, payment.id);
    }
    if (begun) moon_scan_end(&scan);
    moon_change_end(change);
    return status;
}

static moon_status approve_all(run *r, moon_err *err) {
    name_list list = {.keep = r->keep};
    for (size_t i = 0; i < r->options->name_count; i++) add_name(&list, r->options->names[i]);
    if (r->options->name_count == 0) MOON_TRY(collect_work(r, MOON_STATE_DRAFT, false, &list, err));
    if (r->options->name_count == 0 && !r->options->by_policy) MOON_TRY(collect_refunds(r, &list, err));
    moon_batch batch = {.book = r->book,
                        .action = "approve",
                        .dry_run = r->options->dry_run,
                        .size = MOON_COMMIT_DOCUMENTS,
                        .ctx = r,
                        .unit = approve_one,
                        .done = batch_done,
                        .failed = refuse,
                        .progress = progress};
    return moon_batch_run(&batch, list.items, list.count, err);
}

/* ---- issue ---- */

typedef struct work {
    moon_document *documents;
    moon_str *uncollectible; /* of each document the agreement for which it is written off, or nothing */
    size_t count, room;
    bool credits;
} work;

static bool is_wanted(const run *r, const moon_document *document) {
    if (document->state != MOON_STATE_APPROVED) return false;
    if (r->options->by_policy && !moon_str_is(document->approval_rule, "nobody")) return false;
    for (size_t i = 0; i < r->options->name_count; i++)
        if (moon_str_eq(r->options->names[i], document->id)) return true;
    return r->options->name_count == 0;
}

/* A credit note waits for the invoice that it corrects: its number is printed on it. `w` holds what is issued
 * before it. */
static moon_status is_waiting(moon_change *change, const work *w, const moon_document *document,
                              bool *waiting, moon_err *err) {
    moon_document original = {.id = document->corrects};
    bool found;
    *waiting = false;
    if (document->corrects.len == 0) return MOON_OK;
    for (size_t i = 0; i < w->count; i++)
        if (moon_str_eq(w->documents[i].id, document->corrects)) return MOON_OK;
    MOON_TRY(moon_get(change, &moon_document_type, &original, &found, err));
    *waiting = found && (original.state == MOON_STATE_DRAFT || original.state == MOON_STATE_APPROVED);
    return MOON_OK;
}

static void add_work(moon_change *change, work *w, const moon_document *document, moon_str uncollectible) {
    if (w->count == w->room) {
        w->room = w->room ? w->room * 2 : 4;
        moon_document *larger = MOON_NEW_N(moon_change_arena(change), moon_document, w->room);
        moon_str *agreements = MOON_NEW_N(moon_change_arena(change), moon_str, w->room);
        if (w->count) memcpy(larger, w->documents, w->count * sizeof *larger);
        if (w->count) memcpy(agreements, w->uncollectible, w->count * sizeof *agreements);
        w->documents = larger;
        w->uncollectible = agreements;
    }
    w->uncollectible[w->count] = uncollectible;
    w->documents[w->count++] = *document;
    w->credits = w->credits || document->kind == MOON_DOCUMENT_CREDIT_NOTE;
}

/* What waits is told, not issued. */
static moon_status take_work(run *r, moon_change *change, const moon_document *document, work *out,
                             moon_err *err) {
    bool waiting;
    int pause;
    moon_str agreement;
    MOON_TRY(is_waiting(change, out, document, &waiting, err));
    if (waiting) {
        r->pending_waiting++;
        return MOON_OK;
    }
    MOON_TRY(moon_pause_of(change, document, r->book->ctx.today, &pause, &agreement, err));
    if (pause == MOON_PAUSE_KEEP)
        add_kept(r, change, document, agreement);
    else
        add_work(change, out, document, pause == MOON_PAUSE_UNCOLLECTIBLE ? agreement : MOON_STR_NONE);
    return MOON_OK;
}

static moon_status account_work(run *r, moon_change *change, moon_str account, work *out, moon_err *err) {
    moon_document bound = {.account = account}, document;
    moon_scan scan;
    bool more = true;
    *out = (work){0};
    MOON_TRY(moon_scan_begin(change, &moon_document_type, moon_type_index(&moon_document_type, "work"),
                             &bound, 1, &bound, 1, false, &scan, err));
    moon_status status = MOON_OK;
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &document, &more, err);
        if (status != MOON_OK || !more) break;
        if (is_wanted(r, &document)) status = take_work(r, change, &document, out, err);
    }
    moon_scan_end(&scan);
    return status;
}

static moon_status apply_one(run *r, moon_change *change, moon_str account, const moon_arg *one,
                             moon_err *err) {
    moon_arg amount = moon_arg_get(one, "amount");
    moon_money money;
    if (amount.kind != MOON_ARG_MONEY)
        return moon_fail(err, MOON_E_SCRIPT_VALUE, "an application has no amount");
    MOON_TRY(moon_money_round(amount.money.amount, amount.money.currency, MOON_HALF_UP, &money, err));
    return moon_apply(change, &r->book->ctx, account, moon_arg_text_of(one, "source"),
                      moon_arg_text_of(one, "target"), money.minor, r->book->ctx.today,
                      moon_arg_text_of(one, "rule"), err);
}

/* Ask the application rule in a worker, and do what it says; the books check every amount. */
static moon_status apply_credits(run *r, moon_change *change, moon_str account, const work *w,
                                 moon_err *err) {
    moon_buf request = MOON_BUF_EMPTY;
    moon_str reply, dependencies;
    moon_arg settlements, today = moon_arg_date(r->book->ctx.today);
    uint64_t open = 0;
    for (size_t i = 0; i < w->count; i++) open += w->uncollectible[i].len == 0;
    moon_wire_add_str(&request, account);
    moon_wire_add_arg(&request, &today);
    moon_buf_add_varint(&request, open);
    for (size_t i = 0; i < w->count; i++)
        if (w->uncollectible[i].len == 0) moon_wire_add_str(&request, w->documents[i].id);
    moon_status status = moon_worker_call(r->book->worker, moon_job_apply, moon_buf_str(&request), true,
                                          moon_change_arena(change), &reply, err);
    moon_buf_free(&request);
    MOON_TRY(status);
    if (!moon_wire_read_str(&reply, &dependencies) || !moon_change_depend_on(change, dependencies) ||
        !moon_wire_read_arg(&reply, &settlements, moon_change_arena(change)) ||
        settlements.kind != MOON_ARG_LIST)
        return moon_fail(err, MOON_E_SCRIPT_CRASH, "the worker's answer makes no sense");
    for (size_t i = 0; i < settlements.list.count; i++)
        MOON_TRY(apply_one(r, change, account, &settlements.list.items[i], err));
    return MOON_OK;
}

/* Invoices of what is uncollectible, before anything else settles them. */
static moon_status write_off(run *r, moon_change *change, const work *w, moon_err *err) {
    for (size_t i = 0; i < w->count; i++)
        if (w->uncollectible[i].len && w->documents[i].kind == MOON_DOCUMENT_INVOICE)
            MOON_TRY(moon_write_off_uncollectible(change, &r->book->ctx, &w->documents[i],
                                                  w->uncollectible[i], err));
    return MOON_OK;
}

/* Prepaid money settles what credits left open. */
static moon_status use_prepaid(run *r, moon_change *change, moon_str account, const work *w, moon_err *err) {
    moon_str *invoices = MOON_NEW_N(moon_change_arena(change), moon_str, w->count);
    size_t count = 0;
    for (size_t i = 0; i < w->count; i++)
        if (w->uncollectible[i].len == 0 && w->documents[i].kind == MOON_DOCUMENT_INVOICE)
            invoices[count++] = w->documents[i].id;
    return moon_wallet_pay(change, &r->book->ctx, account, invoices, count, err);
}

static moon_status issue_account(void *ctx, moon_change *change, moon_str account, moon_err *err) {
    run *r = ctx;
    work w;
    MOON_TRY(account_work(r, change, account, &w, err));
    MOON_TRY(moon_retax_check(r->book, change, r->closure, w.documents, w.count, err));
    for (size_t i = 0; i < w.count; i++)
        if (moon_document_issue(change, &r->book->ctx, &w.documents[i], err) != MOON_OK)
            return moon_err_context(err, "%s %.*s", moon_document_kinds[w.documents[i].kind - 1],
                                    MOON_STR_ARG(w.documents[i].id));
    MOON_TRY(write_off(r, change, &w, err));
    if (w.credits) MOON_TRY(apply_credits(r, change, account, &w, err));
    MOON_TRY(use_prepaid(r, change, account, &w, err));
    for (size_t i = 0; i < w.count; i++) {
        add_pending(r, change, &w.documents[i]);
        r->pending->written_off = w.uncollectible[i].len && w.documents[i].kind == MOON_DOCUMENT_INVOICE;
    }
    return moon_unpark(change, "issue", account, err);
}

static moon_status park_issue(void *ctx, moon_change *change, moon_str account, const moon_err *why,
                              moon_err *err) {
    run *r = ctx;
    MOON_TRY(refuse(ctx, change, account, why, err));
    return moon_park(change, &r->book->ctx, "issue", account, account, why, NULL, err);
}

static moon_status issue_all(run *r, moon_err *err) {
    name_list list = {.keep = r->keep};
    MOON_TRY(moon_operator_check(&r->book->ctx, "issue", err));
    MOON_TRY(moon_book_closure_id(r->book, &r->closure, err));
    if (r->options->name_count)
        MOON_TRY(accounts_of_names(r, &list, err));
    else
        MOON_TRY(collect_work(r, MOON_STATE_APPROVED, true, &list, err));
    moon_batch batch = {.book = r->book,
                        .action = "issue",
                        .dry_run = r->options->dry_run,
                        .size = MOON_COMMIT_ACCOUNTS,
                        .ctx = r,
                        .unit = issue_account,
                        .done = batch_done,
                        .failed = park_issue,
                        .progress = progress};
    MOON_TRY(moon_batch_run(&batch, list.items, list.count, err));
    moon_worker_stop(r->book->worker);
    return MOON_OK;
}

/* ---- void ---- */

static moon_status void_one(void *ctx, moon_change *change, moon_str name, moon_err *err) {
    run *r = ctx;
    moon_document document;
    MOON_TRY(load(change, name, &document, err));
    if (document.state == MOON_STATE_VOID) {
        r->same++;
        return MOON_OK;
    }
    MOON_TRY(moon_document_void(change, &r->book->ctx, &document, r->reason, err));
    add_pending(r, change, &document);
    return MOON_OK;
}

static moon_status void_all(run *r, moon_err *err) {
    moon_batch batch = {.book = r->book,
                        .action = "void",
                        .dry_run = r->options->dry_run,
                        .size = 1,
                        .ctx = r,
                        .unit = void_one,
                        .done = batch_done,
                        .failed = refuse};
    return moon_batch_run(&batch, r->options->names, r->options->name_count, err);
}

/* ---- the three runs ---- */

static moon_status locked(moon_book *book, const moon_issue_options *options, moon_str reason,
                          moon_arena *keep, moon_issue_report *report, moon_status (*what)(run *, moon_err *),
                          moon_err *err) {
    run r = {.book = book, .options = options, .keep = keep, .report = report, .reason = reason};
    int lock;
    *report = (moon_issue_report){.sums = MOON_NEW_N(keep, struct moon_issue_sum, moon_currency_count())};
    MOON_TRY(moon_book_lock(book, &lock, err));
    moon_status status = what(&r, err);
    moon_file_unlock(lock);
    return status;
}

moon_status moon_run_approve(moon_book *book, const moon_issue_options *options, moon_arena *keep,
                             moon_issue_report *report, moon_err *err) {
    return locked(book, options, MOON_STR_NONE, keep, report, approve_all, err);
}

moon_status moon_run_issue(moon_book *book, const moon_issue_options *options, moon_arena *keep,
                           moon_issue_report *report, moon_err *err) {
    return locked(book, options, MOON_STR_NONE, keep, report, issue_all, err);
}

moon_status moon_run_void(moon_book *book, const moon_issue_options *options, moon_str reason,
                          moon_arena *keep, moon_issue_report *report, moon_err *err) {
    return locked(book, options, reason, keep, report, void_all, err);
}
