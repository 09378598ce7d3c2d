#include "run/expire.h"

#include "base/file.h"
#include "base/limits.h"
#include "books/adjustment.h"
#include "books/wallet.h"
#include "run/batch.h"
#include "store/table.h"

typedef struct pending {
    struct pending *next;
    moon_expired one;
} pending;

typedef struct run {
    moon_book *book;
    const moon_expire_options *options;
    moon_expire_report *report;
    moon_arena *keep;
    moon_str *accounts;
    size_t count, room;
    pending *pending; /* of the change at hand, newest first */
} run;

/* ---- which accounts ---- */

static void add_account(run *r, moon_str account) {
    if (r->count && moon_str_eq(r->accounts[r->count - 1], account)) return;
    if (r->count == r->room) {
        size_t room = r->room ? r->room * 2 : 16;
        moon_str *larger = MOON_NEW_N(r->keep, moon_str, room);
        if (r->count) memcpy(larger, r->accounts, r->count * sizeof *larger);
        r->accounts = larger;
        r->room = room;
    }
    r->accounts[r->count++] = moon_arena_str(r->keep, account);
}

static bool is_wanted(const run *r, moon_str account) {
    for (size_t i = 0; i < r->options->account_count; i++)
        if (moon_str_eq(r->options->accounts[i], account)) return true;
    return r->options->account_count == 0;
}

/* Accounts with prepaid money left whose last day is over. */
static moon_status collect(run *r, moon_change *change, moon_err *err) {
    moon_item item;
    moon_payment receipt;
    moon_scan scan;
    bool more = true, prepaid;
    moon_status status = MOON_OK;
    MOON_TRY(moon_scan_begin(change, &moon_item_type, moon_type_index(&moon_item_type, "open"), NULL, 0, NULL,
                             0, false, &scan, err));
    moon_arena_mark mark = moon_arena_here(moon_change_arena(change));
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &item, &more, err);
        if (status != MOON_OK || !more) break;
        if (item.open < 0 && is_wanted(r, item.account)) {
            status = moon_wallet_receipt(change, &item, &receipt, &prepaid, err);
            if (status == MOON_OK && prepaid && receipt.expires != MOON_DATE_NONE &&
                receipt.expires < r->book->ctx.today)
                add_account(r, item.account);
        }
        moon_arena_rewind(moon_change_arena(change), mark);
    }
    moon_scan_end(&scan);
    return status;
}

/* ---- an account ---- */

static moon_status expire_one(run *r, moon_change *change, const moon_item *item, moon_err *err) {
    moon_adjustment made;
    moon_payment receipt;
    bool prepaid;
    moon_str reason = r->options->reason.len ? r->options->reason : MOON_STR("expired");
    MOON_TRY(moon_wallet_receipt(change, item, &receipt, &prepaid, err));
    MOON_TRY(moon_breakage(change, &r->book->ctx, item, reason, &made, err));
    pending *one = MOON_NEW(moon_change_arena(change), pending);
    *one = (pending){r->pending,
                     {.account = made.account,
                      .payment = item->number,
                      .id = made.id,
                      .currency = made.currency,
                      .amount = made.amount,
                      .expires = receipt.expires}};
    r->pending = one;
    return MOON_OK;
}

static moon_status expire_account(void *ctx, moon_change *change, moon_str account, moon_err *err) {
    run *r = ctx;
    moon_item *items;
    size_t count;
    MOON_TRY(moon_wallet_expired(change, account, r->book->ctx.today, &items, &count, err));
    for (size_t i = 0; i < count; i++) MOON_TRY(expire_one(r, change, &items[i], err));
    return MOON_OK;
}

static void tell(run *r, const pending *one) {
    if (!one) return;
    tell(r, one->next);
    r->report->expired++;
    if (r->options->expired) r->options->expired(r->options->ctx, &one->one);
}

static void batch_done(void *ctx, bool kept) {
    run *r = ctx;
    if (kept) tell(r, r->pending);
    r->pending = NULL;
}

static moon_status refuse(void *ctx, moon_change *change, moon_str account, const moon_err *why,
                          moon_err *err) {
    run *r = ctx;
    (void)change;
    (void)err;
    r->report->refused++;
    if (r->options->refused) r->options->refused(r->options->ctx, account, why);
    return MOON_OK;
}

/* ---- the run ---- */

static moon_status expire_all(run *r, moon_err *err) {
    moon_change *change;
    MOON_TRY(moon_operator_check(&r->book->ctx, "approve", err));
    MOON_TRY(moon_change_begin(r->book->store, &change, err));
    moon_status status = collect(r, change, err);
    moon_change_end(change);
    MOON_TRY(status);
    moon_batch batch = {.book = r->book,
                        .action = "expire",
                        .dry_run = r->options->dry_run,
                        .size = MOON_COMMIT_ACCOUNTS,
                        .ctx = r,
                        .unit = expire_account,
                        .done = batch_done,
                        .failed = refuse};
    return moon_batch_run(&batch, r->accounts, r->count, err);
}

moon_status moon_run_expire(moon_book *book, const moon_expire_options *options, moon_arena *keep,
                            moon_expire_report *report, moon_err *err) {
    run r = {.book = book, .options = options, .report = report, .keep = keep};
    int lock;
    *report = (moon_expire_report){0};
    if (options->reason.len == 0 && !options->dry_run)
        return moon_fail(err, MOON_E_FIELD_REQUIRED, "breakage needs a reason, which stays on record");
    MOON_TRY(moon_book_lock(book, &lock, err));
    moon_status status = expire_all(&r, err);
    moon_file_unlock(lock);
    return status;
}
