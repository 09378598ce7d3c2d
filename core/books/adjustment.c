#include "books/adjustment.h"

#include <stdlib.h>

#include "books/application.h"
#include "books/closing.h"
#include "books/ledger.h"
#include "books/party.h"
#include "books/payment.h"
#include "books/wallet.h"
#include "store/table.h"

/* ---- record, item and posting ---- */

static moon_status put_item(moon_change *change, const moon_context *ctx, const moon_adjustment *made,
                            int64_t base, moon_err *err) {
    moon_item item;
    moon_record_init(&moon_item_type, &item);
    item.account = made->account;
    item.document = made->id;
    item.number = made->number.len ? made->number : made->id;
    item.kind = MOON_ITEM_WRITE_OFF + made->kind - MOON_ADJUST_WRITE_OFF;
    item.currency = made->currency;
    item.date = made->date;
    item.due = made->due == MOON_DATE_NONE ? made->date : made->due;
    item.amount = made->amount;
    item.rate = made->rate;
    if (made->currency != ctx->config->currency) item.base = base;
    item.control = made->control;
    return moon_item_put(change, ctx, &item, err);
}

/* The record and its item; `base` is its amount in the book's currency. */
static moon_status put(moon_change *change, const moon_context *ctx, moon_adjustment *made, int64_t base,
                       moon_err *err) {
    made->id = moon_entry_id(made->id, moon_change_arena(change));
    made->booked = ctx->today;
    made->prepared_by = ctx->operator;
    MOON_TRY(moon_put(change, &moon_adjustment_type, made, err));
    return put_item(change, ctx, made, base, err);
}

/* What it changes on its control account, against another account of the chart. */
static moon_status post(moon_change *change, const moon_context *ctx, const moon_adjustment *made,
                        int64_t base, moon_str text, moon_err *err) {
    moon_entry entry;
    moon_str control;
    MOON_TRY(moon_control_account(ctx->config, made->control, &control, err));
    if (made->amount == 0 && base == 0) return MOON_OK;
    moon_entry_begin(&entry, change, ctx, made->id, made->date, made->id, text);
    moon_entry_add(&entry, control, made->account, made->currency, made->amount, base);
    moon_entry_add(&entry, made->against, MOON_STR_NONE, made->currency, -made->amount, -base);
    return moon_post(change, &entry, err);
}

static int by_booking(const void *a, const void *b) {
    const moon_adjustment *x = a, *y = b;
    if (x->booked != y->booked) return x->booked < y->booked ? -1 : 1;
    return moon_str_cmp(x->id, y->id);
}

moon_status moon_adjustments_of(moon_change *change, moon_str document, moon_adjustment **out, size_t *count,
                                moon_err *err) {
    moon_adjustment bound = {.settles = document}, one;
    moon_scan scan;
    bool more;
    size_t room = 4;
    moon_adjustment *made = MOON_NEW_N(moon_change_arena(change), moon_adjustment, room);
    *count = 0;
    MOON_TRY(moon_scan_begin(change, &moon_adjustment_type, moon_type_index(&moon_adjustment_type, "settles"),
                             &bound, 1, &bound, 1, false, &scan, err));
    for (;;) {
        moon_status status = moon_scan_next(&scan, &one, &more, err);
        if (status != MOON_OK || !more) {
            moon_scan_end(&scan);
            if (*count) qsort(made, *count, sizeof *made, by_booking);
            *out = made;
            return status;
        }
        if (*count == room) {
            moon_adjustment *larger = MOON_NEW_N(moon_change_arena(change), moon_adjustment, room * 2);
            memcpy(larger, made, room * sizeof *made);
            made = larger;
            room *= 2;
        }
        made[(*count)++] = one;
    }
}

/* "write-off/INV-2026-00001/2": what it is, what it is about, and a count. */
static moon_status next_id(moon_change *change, const char *what, moon_str about, moon_str *id,
                           moon_err *err) {
    moon_arena *keep = moon_change_arena(change);
    moon_adjustment one;
    bool found = true;
    for (int n = 1; found; n++) {
        one.id = *id =
            moon_entry_id(moon_arena_printf(keep, "%s/%.*s/%d", what, MOON_STR_ARG(about), n), keep);
        MOON_TRY(moon_get(change, &moon_adjustment_type, &one, &found, err));
    }
    return MOON_OK;
}

/* ---- what takes off an invoice, and puts back on it ---- */

static moon_status get_invoice(moon_change *change, moon_str name, moon_item *item, moon_err *err) {
    bool found;
    MOON_TRY(moon_item_named(change, name, item, &found, err));
    if (!found) {
        moon_fail(err, MOON_E_NOT_FOUND, "there is no invoice %.*s", MOON_STR_ARG(name));
        return moon_err_hint(err, "moonbill list invoices");
    }
    if (item->amount <= 0 || moon_item_control(item) != MOON_CONTROL_RECEIVABLES)
        return moon_fail(err, MOON_E_STATE_REFUSED, "%.*s is %s, not an invoice", MOON_STR_ARG(item->number),
                         moon_item_a(item));
    return MOON_OK;
}

/* `amount` 0 is all that is open. */
static moon_status check_amount(const moon_item *item, const char *what, int64_t *amount, moon_err *err) {
    char want[MOON_MONEY_TEXT], have[MOON_MONEY_TEXT];
    if (*amount == 0) *amount = item->open;
    if (*amount > 0 && *amount <= item->open) return MOON_OK;
    moon_money_format_code((moon_money){*amount, item->currency}, want);
    moon_money_format_code((moon_money){item->open, item->currency}, have);
    return moon_fail(err, MOON_E_CREDIT_EXCEEDS, "%s cannot be %s: %.*s has %s open", want, what,
                     MOON_STR_ARG(item->number), have);
}

/* An item of `amount` that is applied to the invoice, with the invoice's share of its base, so that nothing is
 * gained or lost by exchange. */
static moon_status take_off(moon_change *change, const moon_context *ctx, const moon_item *invoice,
                            int64_t amount, moon_adjustment *made, moon_str rule, moon_err *err) {
    int64_t before, after;
    MOON_TRY(moon_item_base_open(invoice, invoice->open, &before, err));
    MOON_TRY(moon_item_base_open(invoice, invoice->open - amount, &after, err));
    made->account = invoice->account;
    made->currency = invoice->currency;
    made->amount = -amount;
    made->settles = invoice->document;
    made->control = MOON_CONTROL_RECEIVABLES;
    made->rate = invoice->rate;
    MOON_TRY(put(change, ctx, made, after - before, err));
    moon_str text = moon_arena_printf(moon_change_arena(change), "%s of %.*s",
                                      made->kind == MOON_ADJUST_WRITE_OFF ? "write-off" : "small difference",
                                      MOON_STR_ARG(invoice->number));
    MOON_TRY(post(change, ctx, made, after - before, text, err));
    return moon_apply(change, ctx, invoice->account, made->id, invoice->document, amount, made->date, rule,
                      err);
}

/* The exact opposite of an adjustment that took off an invoice: it is freed, and spent by the new one. */
static moon_status put_back(moon_change *change, const moon_context *ctx, const moon_item *credit,
                            const moon_adjustment *old, moon_adjustment *made, moon_str text, moon_err *err) {
    bool any;
    MOON_TRY(moon_application_release(change, ctx, credit, MOON_STR_NONE, made->date, &any, err));
    made->account = old->account;
    made->currency = old->currency;
    made->amount = -old->amount;
    made->settles = old->id;
    made->control = old->control;
    made->against = old->against;
    made->rate = old->rate;
    MOON_TRY(put(change, ctx, made, -moon_item_base(credit), err));
    MOON_TRY(post(change, ctx, made, -moon_item_base(credit), text, err));
    return moon_apply(change, ctx, old->account, old->id, made->id, -old->amount, made->date, MOON_STR_NONE,
                      err);
}

/* ---- write-offs ---- */

static moon_status check_reason(moon_str reason, const char *what, moon_err *err) {
    if (reason.len) return MOON_OK;
    return moon_fail(err, MOON_E_FIELD_REQUIRED, "a %s needs a reason, which stays on record", what);
}

static moon_status write_off(moon_change *change, const moon_context *ctx, const moon_item *item,
                             int64_t amount, moon_str reason, moon_adjustment *out, moon_err *err) {
    moon_record_init(&moon_adjustment_type, out);
    MOON_TRY(moon_chart_account(ctx->config, "bad_debt", &out->against, err));
    MOON_TRY(next_id(change, "write-off", item->number, &out->id, err));
    out->kind = MOON_ADJUST_WRITE_OFF;
    out->date = ctx->today;
    out->reason = reason;
    return take_off(change, ctx, item, amount, out, MOON_STR_NONE, err);
}

moon_status moon_write_off(moon_change *change, const moon_context *ctx, moon_str invoice, int64_t amount,
                           moon_str reason, moon_adjustment *out, moon_err *err) {
    moon_item item;
    MOON_TRY(moon_operator_check(ctx, "approve", err));
    MOON_TRY(check_reason(reason, "write-off", err));
    MOON_TRY(moon_check_open_day(change, ctx->today, "a write-off", err));
    MOON_TRY(get_invoice(change, invoice, &item, err));
    MOON_TRY(check_amount(&item, "written off", &amount, err));
    return write_off(change, ctx, &item, amount, reason, out, err);
}

moon_status moon_write_off_uncollectible(moon_change *change, const moon_context *ctx,
                                         const moon_document *invoice, moon_str agreement, moon_err *err) {
    moon_adjustment made;
    moon_item item;
    MOON_TRY(moon_item_get(change, invoice->account, invoice->id, &item, err));
    if (item.open <= 0) return MOON_OK;
    moon_str reason = moon_arena_printf(moon_change_arena(change), "uncollectible (agreement %.*s)",
                                        MOON_STR_ARG(agreement));
    return write_off(change, ctx, &item, item.open, reason, &made, err);
}

moon_status moon_recover(moon_change *change, const moon_context *ctx, moon_str write_off, moon_str reason,
                         moon_adjustment *out, moon_err *err) {
    moon_adjustment old = {.id = write_off};
    moon_item credit;
    bool found;
    MOON_TRY(moon_operator_check(ctx, "approve", err));
    MOON_TRY(check_reason(reason, "recovery", err));
    MOON_TRY(moon_check_open_day(change, ctx->today, "a recovery", err));
    MOON_TRY(moon_get(change, &moon_adjustment_type, &old, &found, err));
    if (!found || old.kind != MOON_ADJUST_WRITE_OFF) {
        moon_fail(err, MOON_E_NOT_FOUND, "there is no write-off %.*s", MOON_STR_ARG(write_off));
        return moon_err_hint(err, "moonbill list adjustments kind=write_off");
    }
    moon_record_init(&moon_adjustment_type, out);
    out->id =
        moon_entry_id(moon_arena_printf(moon_change_arena(change), "recovery/%.*s", MOON_STR_ARG(old.id)),
                      moon_change_arena(change));
    moon_adjustment again = {.id = out->id};
    MOON_TRY(moon_get(change, &moon_adjustment_type, &again, &found, err));
    if (found) return moon_fail(err, MOON_E_STATE_REFUSED, "%.*s has been recovered", MOON_STR_ARG(old.id));
    MOON_TRY(moon_item_get(change, old.account, old.id, &credit, err));
    out->kind = MOON_ADJUST_RECOVERY;
    out->date = ctx->today;
    out->reason = reason;
    return put_back(change, ctx, &credit, &old, out,
                    moon_arena_printf(moon_change_arena(change), "recovery of %.*s", MOON_STR_ARG(old.id)),
                    err);
}

/* ---- small differences ---- */

moon_status moon_difference(moon_change *change, const moon_context *ctx, moon_str invoice, int64_t amount,
                            moon_date date, moon_str rule, moon_adjustment *out, moon_err *err) {
    moon_item item;
    moon_date open;
    MOON_TRY(moon_operator_check(ctx, "prepare", err));
    MOON_TRY(get_invoice(change, invoice, &item, err));
    MOON_TRY(check_amount(&item, "closed as a difference", &amount, err));
    moon_record_init(&moon_adjustment_type, out);
    MOON_TRY(moon_chart_account(ctx->config, "differences", &out->against, err));
    MOON_TRY(next_id(change, "difference", item.number, &out->id, err));
    MOON_TRY(moon_open_day(change, date, &open, err));
    MOON_TRY(moon_item_free_from(change, &item, amount, open, &out->date, err));
    out->kind = MOON_ADJUST_DIFFERENCE;
    out->reason = rule;
    return take_off(change, ctx, &item, amount, out, rule, err);
}

moon_status moon_difference_undo(moon_change *change, const moon_context *ctx, const moon_item *invoice,
                                 moon_date date, moon_err *err) {
    moon_arena *keep = moon_change_arena(change);
    moon_adjustment *all, made;
    size_t count;
    MOON_TRY(moon_adjustments_of(change, invoice->document, &all, &count, err));
    for (size_t i = 0; i < count; i++) {
        moon_item credit;
        moon_date open;
        int64_t applied;
        if (all[i].kind != MOON_ADJUST_DIFFERENCE || all[i].amount > 0) continue;
        MOON_TRY(moon_applied(change, invoice->account, all[i].id, invoice->document, &applied, err));
        if (applied == 0) continue;
        MOON_TRY(moon_item_get(change, invoice->account, all[i].id, &credit, err));
        moon_record_init(&moon_adjustment_type, &made);
        MOON_TRY(moon_open_day(change, date, &open, err));
        made.id = moon_arena_printf(keep, "%.*s/back", MOON_STR_ARG(all[i].id));
        made.kind = MOON_ADJUST_DIFFERENCE;
        made.date = credit.date > open ? credit.date : open;
        MOON_TRY(put_back(
            change, ctx, &credit, &all[i], &made,
            moon_arena_printf(keep, "take back small difference of %.*s", MOON_STR_ARG(invoice->number)),
            err));
    }
    return MOON_OK;
}

/* ---- prepaid money that expired ---- */

static moon_status check_expired(moon_change *change, const moon_context *ctx, const moon_item *item,
                                 moon_err *err) {
    moon_payment receipt;
    bool prepaid;
    char day[MOON_DATE_TEXT];
    MOON_TRY(moon_wallet_receipt(change, item, &receipt, &prepaid, err));
    if (!prepaid || receipt.expires == MOON_DATE_NONE)
        return moon_fail(err, MOON_E_STATE_REFUSED, "%.*s is no prepaid money that expires",
                         MOON_STR_ARG(item->number));
    moon_date_format(receipt.expires, day);
    if (receipt.expires >= ctx->today)
        return moon_fail(err, MOON_E_STATE_REFUSED, "%.*s can be used through %s", MOON_STR_ARG(item->number),
                         day);
    if (item->open < 0) return MOON_OK;
    return moon_fail(err, MOON_E_CREDIT_EXCEEDS, "nothing of %.*s is left", MOON_STR_ARG(item->number));
}

moon_status moon_breakage(moon_change *change, const moon_context *ctx, const moon_item *item,
                          moon_str reason, moon_adjustment *out, moon_err *err) {
    moon_date from;
    int64_t base;
    MOON_TRY(moon_operator_check(ctx, "approve", err));
    MOON_TRY(check_reason(reason, "breakage", err));
    MOON_TRY(moon_check_open_day(change, ctx->today, "breakage", err));
    MOON_TRY(check_expired(change, ctx, item, err));
    MOON_TRY(moon_item_free_from(change, item, -item->open, ctx->today, &from, err));
    MOON_TRY(moon_item_base_open(item, item->open, &base, err));
    moon_record_init(&moon_adjustment_type, out);
    MOON_TRY(moon_chart_account(ctx->config, "breakage", &out->against, err));
    MOON_TRY(next_id(change, "breakage", item->number, &out->id, err));
    out->kind = MOON_ADJUST_BREAKAGE;
    out->account = item->account;
    out->currency = item->currency;
    out->amount = -item->open;
    out->date = from;
    out->settles = item->document;
    out->control = MOON_CONTROL_UNAPPLIED;
    out->rate = item->rate;
    out->reason = reason;
    moon_str text = moon_arena_printf(moon_change_arena(change), "prepaid money of %.*s expired",
                                      MOON_STR_ARG(item->number));
    MOON_TRY(put(change, ctx, out, -base, err));
    MOON_TRY(post(change, ctx, out, -base, text, err));
    return moon_apply(change, ctx, item->account, item->document, out->id, out->amount, from, MOON_STR_NONE,
                      err);
}

/* The money is freed from the breakage, which is spent by its opposite. */
static moon_status give_back(moon_change *change, const moon_context *ctx, const moon_adjustment *old,
                             moon_date date, moon_str reason, moon_adjustment *made, moon_err *err) {
    moon_arena *keep = moon_change_arena(change);
    moon_item money, item;
    bool any;
    MOON_TRY(moon_item_get(change, old->account, old->settles, &money, err));
    MOON_TRY(moon_item_get(change, old->account, old->id, &item, err));
    moon_record_init(&moon_adjustment_type, made);
    made->date = date > item.date ? date : item.date;
    MOON_TRY(moon_application_release(change, ctx, &money, old->id, made->date, &any, err));
    made->id = moon_arena_printf(keep, "%.*s/back", MOON_STR_ARG(old->id));
    made->kind = MOON_ADJUST_BREAKAGE;
    made->account = old->account;
    made->currency = old->currency;
    made->amount = -old->amount;
    made->settles = old->id;
    made->control = old->control;
    made->against = old->against;
    made->rate = old->rate;
    made->reason = reason;
    moon_str text = moon_arena_printf(keep, "take back %.*s", MOON_STR_ARG(old->id));
    MOON_TRY(put(change, ctx, made, -moon_item_base(&item), err));
    MOON_TRY(post(change, ctx, made, -moon_item_base(&item), text, err));
    return moon_apply(change, ctx, old->account, made->id, old->id, old->amount, made->date, MOON_STR_NONE,
                      err);
}

static moon_status is_taken_back(moon_change *change, const moon_adjustment *breakage, bool *yes,
                                 moon_err *err) {
    int64_t applied;
    MOON_TRY(moon_applied(change, breakage->account, breakage->settles, breakage->id, &applied, err));
    *yes = applied == 0;
    return MOON_OK;
}

moon_status moon_breakage_recover(moon_change *change, const moon_context *ctx, moon_str breakage,
                                  moon_str reason, moon_adjustment *out, moon_err *err) {
    moon_adjustment old = {.id = breakage};
    bool found, back;
    MOON_TRY(moon_operator_check(ctx, "approve", err));
    MOON_TRY(check_reason(reason, "recovery", err));
    MOON_TRY(moon_check_open_day(change, ctx->today, "a recovery", err));
    MOON_TRY(moon_get(change, &moon_adjustment_type, &old, &found, err));
    if (!found || old.kind != MOON_ADJUST_BREAKAGE || old.amount < 0)
        return moon_fail(err, MOON_E_NOT_FOUND, "there is no breakage %.*s", MOON_STR_ARG(breakage));
    MOON_TRY(is_taken_back(change, &old, &back, err));
    if (back) return moon_fail(err, MOON_E_STATE_REFUSED, "%.*s has been recovered", MOON_STR_ARG(old.id));
    return give_back(change, ctx, &old, ctx->today, reason, out, err);
}

moon_status moon_breakage_undo(moon_change *change, const moon_context *ctx, const moon_item *item,
                               moon_date date, moon_str reason, moon_err *err) {
    moon_adjustment *all, made;
    size_t count;
    moon_date open;
    MOON_TRY(moon_open_day(change, date, &open, err));
    MOON_TRY(moon_adjustments_of(change, item->document, &all, &count, err));
    for (size_t i = 0; i < count; i++) {
        bool back;
        if (all[i].kind != MOON_ADJUST_BREAKAGE || all[i].amount < 0) continue;
        MOON_TRY(is_taken_back(change, &all[i], &back, err));
        if (!back) MOON_TRY(give_back(change, ctx, &all[i], open, reason, &made, err));
    }
    return MOON_OK;
}

/* ---- items of the system before this book ---- */

static moon_status same_opening(const moon_adjustment *old, const moon_adjustment *new, moon_err *err) {
    if (old->amount == new->amount && old->currency == new->currency && old->date == new->date &&
        old->due == new->due && old->control == new->control &&moon_decimal_eq(old->rate, new->rate))
        return MOON_OK;
    moon_fail(err, MOON_E_RECORD_INVALID,
              "opening item %.*s of account %.*s is in the book and says otherwise",
              MOON_STR_ARG(old->number), MOON_STR_ARG(old->account));
    return moon_err_hint(err, "moonbill show %.*s", MOON_STR_ARG(old->id));
}

static moon_status check_opening(moon_change *change, const moon_adjustment *item, moon_err *err) {
    moon_account account;
    bool found;
    if (item->number.len == 0 || item->currency == 0 || item->amount == MOON_INT_NONE ||
        item->date == MOON_DATE_NONE)
        return moon_fail(err, MOON_E_FIELD_REQUIRED, "an opening item has number, currency, amount and date");
    if (item->amount == 0)
        return moon_fail(err, MOON_E_RECORD_INVALID, "opening item %.*s is of nothing",
                         MOON_STR_ARG(item->number));
    if (item->control == MOON_CONTROL_UNAPPLIED && item->amount > 0)
        return moon_fail(err, MOON_E_RECORD_INVALID, "opening item %.*s is unapplied cash, which is negative",
                         MOON_STR_ARG(item->number));
    MOON_TRY(
        moon_version_at(change, &moon_account_type, item->account, MOON_DATE_MAX, &account, &found, err));
    if (found) return MOON_OK;
    return moon_fail(err, MOON_E_NOT_FOUND, "there is no account %.*s", MOON_STR_ARG(item->account));
}

moon_status moon_opening_item(moon_change *change, const moon_context *ctx, moon_adjustment *item,
                              bool *written, moon_err *err) {
    moon_arena *keep = moon_change_arena(change);
    moon_adjustment old;
    int64_t base;
    bool found;
    moon_date open;
    MOON_TRY(moon_operator_check(ctx, "prepare", err));
    if (item->control == 0) item->control = MOON_CONTROL_RECEIVABLES;
    if (item->due == MOON_DATE_NONE) item->due = item->date;
    MOON_TRY(check_opening(change, item, err));
    MOON_TRY(moon_to_base(ctx->config, (moon_money){item->amount, item->currency}, item->rate,
                          "an opening item", &base, err));
    item->kind = MOON_ADJUST_OPENING;
    item->id = moon_entry_id(
        moon_arena_printf(keep, "opening/%.*s/%.*s", MOON_STR_ARG(item->account), MOON_STR_ARG(item->number)),
        keep);
    MOON_TRY(moon_chart_account(ctx->config, "opening", &item->against, err));
    old.id = item->id;
    *written = false;
    MOON_TRY(moon_get(change, &moon_adjustment_type, &old, &found, err));
    MOON_TRY(moon_open_day(change, item->date, &open, err));
    if (found && old.date > item->date && old.date <= open) item->date = old.date; /* moved when it came */
    if (found) return same_opening(&old, item, err);
    moon_str text = moon_arena_printf(keep, "opening item %.*s", MOON_STR_ARG(item->number));
    if (open != item->date) {
        char stated[MOON_DATE_TEXT];
        moon_date_format(item->date, stated);
        text = moon_arena_printf(keep, "%.*s (of %s, closed)", MOON_STR_ARG(text), stated);
        item->date = open;
    }
    MOON_TRY(put(change, ctx, item, base, err));
    MOON_TRY(post(change, ctx, item, base, text, err));
    *written = true;
    return MOON_OK;
}

/* ---- cash that belongs to another account ---- */

static moon_status put_transfer(moon_change *change, const moon_context *ctx, moon_adjustment *made,
                                moon_str account, int64_t amount, int64_t base, const moon_item *like,
                                moon_err *err) {
    made->kind = MOON_ADJUST_TRANSFER;
    made->account = account;
    made->currency = like->currency;
    made->amount = amount;
    made->rate = like->rate;
    made->control = MOON_CONTROL_UNAPPLIED;
    MOON_TRY(moon_control_account(ctx->config, MOON_CONTROL_UNAPPLIED, &made->against, err));
    return put(change, ctx, made, base, err);
}

/* One entry for both sides: the same account of the chart, other parties. */
static moon_status post_transfer(moon_change *change, const moon_context *ctx, const moon_adjustment *from,
                                 const moon_adjustment *to, int64_t base, moon_err *err) {
    moon_entry entry;
    moon_str text = moon_arena_printf(moon_change_arena(change), "cash of %.*s to account %.*s",
                                      MOON_STR_ARG(to->settles), MOON_STR_ARG(to->account));
    moon_entry_begin(&entry, change, ctx, to->id, to->date, to->id, text);
    moon_entry_add(&entry, from->against, from->account, from->currency, from->amount, base);
    moon_entry_add(&entry, to->against, to->account, to->currency, to->amount, -base);
    return moon_post(change, &entry, err);
}

moon_status moon_transfer(moon_change *change, const moon_context *ctx, const moon_item *credit,
                          moon_str account, moon_adjustment *out, moon_err *err) {
    moon_arena *keep = moon_change_arena(change);
    moon_adjustment from;
    moon_date open, date;
    int64_t base;
    MOON_TRY(moon_item_base_open(credit, credit->open, &base, err));
    MOON_TRY(moon_open_day(change, credit->date, &open, err));
    MOON_TRY(moon_item_free_from(change, credit, -credit->open, open, &date, err));
    moon_record_init(&moon_adjustment_type, out);
    moon_record_init(&moon_adjustment_type, &from);
    MOON_TRY(next_id(change, "transfer", credit->document, &out->id, err));
    from.id = moon_entry_id(moon_arena_printf(keep, "%.*s/from", MOON_STR_ARG(out->id)), keep);
    from.settles = out->settles = credit->document;
    from.date = out->date = date;
    MOON_TRY(put_transfer(change, ctx, &from, credit->account, -credit->open, -base, credit, err));
    MOON_TRY(put_transfer(change, ctx, out, account, credit->open, base, credit, err));
    MOON_TRY(post_transfer(change, ctx, &from, out, -base, err));
    return moon_apply(change, ctx, credit->account, credit->document, from.id, -credit->open, date,
                      MOON_STR_NONE, err);
}

/* One move taken back: what came to the other account is freed there and spent by a transfer, whose other side
 * spends the transfer that left this one. */
static moon_status undo_one(moon_change *change, const moon_context *ctx, const moon_adjustment *to,
                            const moon_item *credit, moon_date date, moon_str reason, moon_err *err) {
    moon_arena *keep = moon_change_arena(change);
    moon_adjustment back, home;
    moon_item moved, left;
    bool any, found;
    moon_record_init(&moon_adjustment_type, &back);
    moon_record_init(&moon_adjustment_type, &home);
    home.id = moon_entry_id(moon_arena_printf(keep, "%.*s/back", MOON_STR_ARG(to->id)), keep);
    MOON_TRY(moon_get(change, &moon_adjustment_type, &home, &found, err));
    if (found) return MOON_OK;
    MOON_TRY(moon_item_get(change, to->account, to->id, &moved, err));
    moon_str from_id = moon_entry_id(moon_arena_printf(keep, "%.*s/from", MOON_STR_ARG(to->id)), keep);
    MOON_TRY(moon_item_get(change, credit->account, from_id, &left, err));
    if (date < moved.date) date = moved.date;
    MOON_TRY(moon_transfer_undo(change, ctx, &moved, date, reason, err));
    MOON_TRY(moon_breakage_undo(change, ctx, &moved, date, reason, err));
    MOON_TRY(moon_application_release(change, ctx, &moved, MOON_STR_NONE, date, &any, err));
    MOON_TRY(moon_application_release(change, ctx, credit, left.document, date, &any, err));
    back.id = moon_entry_id(moon_arena_printf(keep, "%.*s/from", MOON_STR_ARG(home.id)), keep);
    back.settles = home.settles = to->id;
    back.reason = home.reason = reason;
    back.date = home.date = date;
    int64_t base = -moon_item_base(&moved);
    MOON_TRY(put_transfer(change, ctx, &back, to->account, -to->amount, base, &moved, err));
    MOON_TRY(put_transfer(change, ctx, &home, credit->account, to->amount, -base, &moved, err));
    MOON_TRY(post_transfer(change, ctx, &back, &home, base, err));
    MOON_TRY(moon_apply(change, ctx, to->account, to->id, back.id, -to->amount, date, MOON_STR_NONE, err));
    return moon_apply(change, ctx, credit->account, home.id, left.document, -to->amount, date, MOON_STR_NONE,
                      err);
}

moon_status moon_transfer_undo(moon_change *change, const moon_context *ctx, const moon_item *credit,
                               moon_date date, moon_str reason, moon_err *err) {
    moon_adjustment *all;
    size_t count;
    moon_date open;
    MOON_TRY(moon_open_day(change, date, &open, err));
    MOON_TRY(moon_adjustments_of(change, credit->document, &all, &count, err));
    for (size_t i = 0; i < count; i++)
        if (all[i].kind == MOON_ADJUST_TRANSFER && all[i].amount < 0 &&
            !moon_str_eq(all[i].account, credit->account))
            MOON_TRY(undo_one(change, ctx, &all[i], credit, open, reason, err));
    return MOON_OK;
}
