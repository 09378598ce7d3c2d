#include "run/reverse.h"

#include "books/adjustment.h"
#include "books/application.h"
#include "books/item.h"
#include "books/payment.h"
#include "books/wallet.h"
#include "run/jobs.h"
#include "run/wire.h"
#include "store/table.h"

/* One request, of any of these. */
typedef struct asked {
    moon_str subject, other, reason;
    moon_decimal amount;
    moon_date date;
    moon_arena *keep;
    moon_reversal *out;
} asked;

static moon_status run(moon_book *book, const char *action, asked *a, bool dry_run, moon_desk_fn work,
                       moon_err *err) {
    return moon_desk_change(book, action, a->subject, a->reason, dry_run, work, a, err);
}

static void begin(const asked *a, const moon_item *item) {
    *a->out = (moon_reversal){.account = moon_arena_str(a->keep, item->account),
                              .about = moon_arena_str(a->keep, item->number),
                              .currency = item->currency,
                              .date = item->date};
}

/* ---- what is open again ---- */

/* The items that a credit settles now, each with how much of it. */
static moon_status settled_by(moon_change *change, const moon_item *credit, moon_item **items,
                              int64_t **amounts, size_t *count, moon_err *err) {
    moon_application bound = {.account = credit->account, .source = credit->document}, one;
    moon_arena *keep = moon_change_arena(change);
    moon_scan scan;
    bool more = true;
    size_t room = 0;
    moon_status status = MOON_OK;
    *items = NULL;
    *amounts = NULL;
    *count = 0;
    MOON_TRY(moon_scan_begin(change, &moon_application_type, MOON_BY_KEY, &bound, 2, &bound, 2, false, &scan,
                             err));
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &one, &more, err);
        if (status != MOON_OK || !more) break;
        if (*count && moon_str_eq((*items)[*count - 1].document, one.target)) {
            (*amounts)[*count - 1] += one.amount;
            continue;
        }
        if (*count == room) {
            size_t larger = room ? room * 2 : 8;
            moon_item *more_items = MOON_NEW_N(keep, moon_item, larger);
            int64_t *more_amounts = MOON_NEW_N(keep, int64_t, larger);
            if (room) memcpy(more_items, *items, room * sizeof *more_items);
            if (room) memcpy(more_amounts, *amounts, room * sizeof *more_amounts);
            *items = more_items;
            *amounts = more_amounts;
            room = larger;
        }
        status = moon_item_get(change, credit->account, one.target, &(*items)[*count], err);
        (*amounts)[(*count)++] = one.amount;
    }
    moon_scan_end(&scan);
    return status;
}

/* What is open more than before of the items that were settled. */
static moon_status compare(moon_change *change, const moon_item *before, size_t count, const asked *a,
                           moon_err *err) {
    moon_reversal *out = a->out;
    out->reopened = MOON_NEW_N(a->keep, moon_reopened, count);
    for (size_t i = 0; i < count; i++) {
        moon_item after;
        MOON_TRY(moon_item_get(change, before[i].account, before[i].document, &after, err));
        if (after.open <= before[i].open || after.kind == MOON_ITEM_TRANSFER) continue;
        out->reopened[out->reopened_count++] =
            (moon_reopened){.number = moon_arena_str(a->keep, after.number),
                            .due = after.due,
                            .amount = after.open - before[i].open,
                            .open = after.open};
    }
    return MOON_OK;
}

/* ---- unapply ---- */

static moon_status check_applied(const moon_item *credit, const moon_item *target, const moon_item *settled,
                                 const int64_t *amounts, size_t count, moon_err *err) {
    bool any = target->document.len == 0;
    for (size_t i = 0; i < count; i++)
        any = any || (amounts[i] != 0 && moon_str_eq(settled[i].document, target->document));
    if (any) return MOON_OK;
    return moon_fail(err, MOON_E_NOT_FOUND, "nothing of %.*s is applied to %.*s",
                     MOON_STR_ARG(credit->number), MOON_STR_ARG(target->number));
}

static moon_status unapply(moon_book *book, moon_change *change, void *ctx, moon_err *err) {
    asked *a = ctx;
    moon_item credit, target = {0}, *settled;
    int64_t *amounts;
    size_t count;
    bool found;
    MOON_TRY(moon_operator_check(&book->ctx, "prepare", err));
    MOON_TRY(moon_desk_credit(change, a->subject, &credit, err));
    begin(a, &credit);
    if (a->other.len) {
        MOON_TRY(moon_item_named(change, a->other, &target, &found, err));
        if (!found)
            return moon_fail(err, MOON_E_NOT_FOUND, "there is no issued invoice or other item %.*s",
                             MOON_STR_ARG(a->other));
    }
    MOON_TRY(settled_by(change, &credit, &settled, &amounts, &count, err));
    MOON_TRY(check_applied(&credit, &target, settled, amounts, count, err));
    MOON_TRY(moon_unapply(change, &book->ctx, credit.account, credit.document, target.document, MOON_DATE_MIN,
                          err));
    MOON_TRY(compare(change, settled, count, a, err));
    MOON_TRY(moon_item_get(change, credit.account, credit.document, &credit, err));
    a->out->left = -credit.open;
    return MOON_OK;
}

moon_status moon_run_unapply(moon_book *book, moon_str credit, moon_str number, bool dry_run,
                             moon_arena *keep, moon_reversal *out, moon_err *err) {
    asked a = {.subject = credit, .other = number, .keep = keep, .out = out};
    return run(book, "unapply", &a, dry_run, unapply, err);
}

/* ---- return ---- */

/* What is told of a return: items of the account, and of those that its cash was moved to. */
typedef struct touched {
    moon_item *items;
    size_t count;
} touched;

static void add_touched(touched *t, const moon_item *items, size_t count, moon_arena *keep) {
    moon_item *all = MOON_NEW_N(keep, moon_item, t->count + count);
    if (t->count) memcpy(all, t->items, t->count * sizeof *all);
    if (count) memcpy(all + t->count, items, count * sizeof *all);
    t->items = all;
    t->count += count;
}

static moon_status add_moved(moon_change *change, const moon_item *credit, touched *t, moon_err *err) {
    moon_adjustment *all;
    size_t count;
    MOON_TRY(moon_adjustments_of(change, credit->document, &all, &count, err));
    for (size_t i = 0; i < count; i++) {
        moon_item moved, *settled;
        int64_t *amounts;
        size_t settled_count;
        if (all[i].kind != MOON_ADJUST_TRANSFER || all[i].amount > 0) continue;
        MOON_TRY(moon_item_get(change, all[i].account, all[i].id, &moved, err));
        MOON_TRY(settled_by(change, &moved, &settled, &amounts, &settled_count, err));
        add_touched(t, settled, settled_count, moon_change_arena(change));
    }
    return MOON_OK;
}

static moon_status give_back(moon_book *book, moon_change *change, void *ctx, moon_err *err) {
    asked *a = ctx;
    moon_payment back, receipt;
    moon_item credit, *settled;
    int64_t *amounts;
    size_t count;
    bool found;
    touched t = {0};
    MOON_TRY(moon_payment_find(change, a->subject, &receipt, &found, err));
    if (found) MOON_TRY(moon_item_get(change, receipt.account, receipt.id, &credit, err));
    if (found) MOON_TRY(settled_by(change, &credit, &settled, &amounts, &count, err));
    if (found) add_touched(&t, settled, count, moon_change_arena(change));
    if (found) MOON_TRY(add_moved(change, &credit, &t, err));
    bool spent = false;
    for (size_t i = 0; found && i < count; i++)
        spent = spent || (settled[i].kind == MOON_ITEM_RETURN && amounts[i] != 0);
    MOON_TRY(moon_payment_return(change, &book->ctx, a->subject, a->date, a->reason, &back, err));
    begin(a, &credit);
    a->out->before = spent;
    a->out->id = moon_arena_str(a->keep, back.id);
    a->out->amount = back.amount;
    a->out->date = back.date;
    MOON_TRY(moon_unpark(change, "pay", receipt.id, err));
    return compare(change, t.items, t.count, a, err);
}

moon_status moon_run_return(moon_book *book, moon_str payment, moon_date date, moon_str reason, bool dry_run,
                            moon_arena *keep, moon_reversal *out, moon_err *err) {
    asked a = {.subject = payment, .reason = reason, .date = date, .keep = keep, .out = out};
    if (date == MOON_DATE_NONE) a.date = book->ctx.today;
    return run(book, "return", &a, dry_run, give_back, err);
}

/* ---- refunds ---- */

static moon_status approval_of(moon_book *book, moon_arena *keep, moon_str *rule, moon_err *err) {
    moon_str reply;
    moon_arg answer;
    MOON_TRY(
        moon_worker_call(book->worker, moon_job_refund_approval, MOON_STR_NONE, true, keep, &reply, err));
    if (!moon_wire_read_arg(&reply, &answer, keep) || answer.kind != MOON_ARG_TEXT)
        return moon_fail(err, MOON_E_SCRIPT_CRASH, "the worker's answer makes no sense");
    *rule = answer.text;
    return MOON_OK;
}

static moon_status refund(moon_book *book, moon_change *change, void *ctx, moon_err *err) {
    asked *a = ctx;
    moon_item credit;
    moon_payment made;
    moon_str rule;
    int64_t amount = 0;
    MOON_TRY(moon_desk_credit(change, a->subject, &credit, err));
    if (moon_decimal_present(a->amount)) MOON_TRY(moon_desk_minor(a->amount, credit.currency, &amount, err));
    MOON_TRY(approval_of(book, moon_change_arena(change), &rule, err));
    MOON_TRY(moon_refund_propose(change, &book->ctx, a->subject, amount, a->reason, rule, &made, err));
    begin(a, &credit);
    a->out->id = moon_arena_str(a->keep, made.id);
    a->out->amount = made.amount;
    a->out->left = -credit.open - made.amount;
    return MOON_OK;
}

moon_status moon_run_refund(moon_book *book, moon_str credit, moon_decimal amount, moon_str reason,
                            bool dry_run, moon_arena *keep, moon_reversal *out, moon_err *err) {
    asked a = {.subject = credit, .amount = amount, .reason = reason, .keep = keep, .out = out};
    return run(book, "refund", &a, dry_run, refund, err);
}

static moon_status refuse(moon_book *book, moon_change *change, void *ctx, moon_err *err) {
    asked *a = ctx;
    moon_payment payment;
    bool found;
    MOON_TRY(moon_refund_refuse(change, &book->ctx, a->subject, err));
    MOON_TRY(moon_payment_find(change, a->subject, &payment, &found, err));
    *a->out = (moon_reversal){.account = moon_arena_str(a->keep, payment.account),
                              .id = moon_arena_str(a->keep, payment.id),
                              .currency = payment.currency,
                              .amount = payment.amount};
    return MOON_OK;
}

moon_status moon_run_refuse(moon_book *book, moon_str refund_id, bool dry_run, moon_arena *keep,
                            moon_reversal *out, moon_err *err) {
    asked a = {.subject = refund_id, .keep = keep, .out = out};
    return run(book, "refuse", &a, dry_run, refuse, err);
}

/* ---- until when prepaid money can be used ---- */

typedef struct terms {
    moon_str payment;
    moon_date expires;
    int64_t priority;
} terms;

static moon_status change_terms(moon_book *book, moon_change *change, void *ctx, moon_err *err) {
    const terms *t = ctx;
    moon_payment payment;
    return moon_payment_prepaid(change, &book->ctx, t->payment, t->expires, t->priority, &payment, err);
}

moon_status moon_run_prepaid(moon_book *book, moon_str payment, moon_date expires, int64_t priority,
                             bool dry_run, moon_err *err) {
    terms t = {payment, expires, priority};
    return moon_desk_change(book, "set", payment, MOON_STR_NONE, dry_run, change_terms, &t, err);
}

/* ---- debts given up, and not ---- */

static moon_status write_off(moon_book *book, moon_change *change, void *ctx, moon_err *err) {
    asked *a = ctx;
    moon_item item;
    moon_adjustment made;
    int64_t amount = 0;
    MOON_TRY(moon_item_owed(change, "a write-off", a->subject, &item, err));
    if (moon_decimal_present(a->amount)) MOON_TRY(moon_desk_minor(a->amount, item.currency, &amount, err));
    MOON_TRY(moon_write_off(change, &book->ctx, item.document, amount, a->reason, &made, err));
    begin(a, &item);
    MOON_TRY(moon_item_get(change, item.account, item.document, &item, err));
    a->out->id = moon_arena_str(a->keep, made.id);
    a->out->amount = -made.amount;
    a->out->left = item.open;
    return MOON_OK;
}

moon_status moon_run_write_off(moon_book *book, moon_str invoice, moon_decimal amount, moon_str reason,
                               bool dry_run, moon_arena *keep, moon_reversal *out, moon_err *err) {
    asked a = {.subject = invoice, .amount = amount, .reason = reason, .keep = keep, .out = out};
    return run(book, "write-off", &a, dry_run, write_off, err);
}

/* The money is unapplied again, and expired still: it is refunded, or applied by hand. */
static moon_status recover_breakage(moon_book *book, moon_change *change, const asked *a,
                                    const moon_item *breakage, moon_err *err) {
    moon_adjustment made;
    MOON_TRY(moon_breakage_recover(change, &book->ctx, breakage->document, a->reason, &made, err));
    begin(a, breakage);
    a->out->id = moon_arena_str(a->keep, made.id);
    a->out->amount = -made.amount;
    return MOON_OK;
}

static moon_status recover(moon_book *book, moon_change *change, void *ctx, moon_err *err) {
    asked *a = ctx;
    moon_adjustment made;
    moon_item credit, *settled;
    int64_t *amounts;
    size_t count;
    bool found;
    MOON_TRY(moon_item_named(change, a->subject, &credit, &found, err));
    if (found && credit.kind == MOON_ITEM_BREAKAGE) return recover_breakage(book, change, a, &credit, err);
    if (!found || credit.kind != MOON_ITEM_WRITE_OFF) {
        moon_fail(err, MOON_E_NOT_FOUND, "there is no write-off or breakage %.*s", MOON_STR_ARG(a->subject));
        return moon_err_hint(err, "moonbill list adjustments kind=write_off, or kind=breakage");
    }
    MOON_TRY(settled_by(change, &credit, &settled, &amounts, &count, err));
    MOON_TRY(moon_recover(change, &book->ctx, credit.document, a->reason, &made, err));
    begin(a, &credit);
    a->out->id = moon_arena_str(a->keep, made.id);
    a->out->amount = made.amount;
    return compare(change, settled, count, a, err);
}

moon_status moon_run_recover(moon_book *book, moon_str write_off_id, moon_str reason, bool dry_run,
                             moon_arena *keep, moon_reversal *out, moon_err *err) {
    asked a = {.subject = write_off_id, .reason = reason, .keep = keep, .out = out};
    return run(book, "recover", &a, dry_run, recover, err);
}

/* ---- cash of another account ---- */

static moon_status move(moon_book *book, moon_change *change, void *ctx, moon_err *err) {
    asked *a = ctx;
    moon_adjustment made;
    moon_item credit, moved;
    moon_payment receipt;
    bool prepaid;
    MOON_TRY(moon_desk_credit(change, a->subject, &credit, err));
    MOON_TRY(moon_payment_move(change, &book->ctx, a->subject, a->other, &made, err));
    MOON_TRY(moon_unpark(change, "pay", credit.document, err));
    begin(a, &credit);
    a->out->account = moon_arena_str(a->keep, made.account);
    a->out->id = moon_arena_str(a->keep, made.id);
    a->out->amount = -made.amount;
    moon_credit one = {.id = made.id};
    MOON_TRY(moon_item_get(change, made.account, made.id, &moved, err));
    MOON_TRY(moon_wallet_receipt(change, &moved, &receipt, &prepaid, err));
    if (!moon_str_is(made.account, MOON_UNIDENTIFIED) && !prepaid)
        MOON_TRY(moon_settle(book, change, made.account, &one, 1, a->keep, &a->out->settled, err));
    MOON_TRY(moon_item_get(change, made.account, made.id, &moved, err));
    a->out->left = -moved.open;
    return MOON_OK;
}

moon_status moon_run_move(moon_book *book, moon_str payment, moon_str account, bool dry_run, moon_arena *keep,
                          moon_reversal *out, moon_err *err) {
    asked a = {.subject = payment, .other = account, .keep = keep, .out = out};
    return run(book, "move", &a, dry_run, move, err);
}
