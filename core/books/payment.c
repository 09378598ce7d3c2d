#include "books/payment.h"

#include "books/adjustment.h"
#include "books/application.h"
#include "books/closing.h"
#include "books/document.h"
#include "books/ledger.h"
#include "books/party.h"
#include "store/table.h"

/* ---- finding ---- */

moon_status moon_payment_find(moon_change *change, moon_str id, moon_payment *out, bool *found,
                              moon_err *err) {
    out->id = id;
    *found = false;
    if (id.len == 0 || id.len > 128) return MOON_OK;
    return moon_get(change, &moon_payment_type, out, found, err);
}

static moon_status get_payment(moon_change *change, moon_str id, int kind, moon_payment *out, moon_err *err) {
    bool found;
    MOON_TRY(moon_payment_find(change, id, out, &found, err));
    if (found && out->kind == kind) return MOON_OK;
    moon_fail(err, MOON_E_NOT_FOUND, "there is no %s %.*s",
              kind == MOON_PAYMENT_RECEIPT ? "payment" : moon_payment_kinds[kind - 1], MOON_STR_ARG(id));
    return moon_err_hint(err, "moonbill list payments");
}

/* ---- record, item and posting ---- */

/* The account of the chart that the cash moved on; not one that other sums are held against. */
static moon_status cash_account(const moon_config *config, const moon_payment *payment, moon_str *out,
                                moon_err *err) {
    if (payment->cash.len == 0) return moon_chart_account(config, "cash", out, err);
    *out = payment->cash;
    for (size_t i = 0; i < config->chart.count; i++)
        if (moon_str_eq(config->chart.items[i].value, payment->cash) &&
            !moon_str_is(config->chart.items[i].key, "cash"))
            return moon_fail(err, MOON_E_CHART_MISSING, "account %.*s is for %.*s; no cash moves on it",
                             MOON_STR_ARG(payment->cash), MOON_STR_ARG(config->chart.items[i].key));
    for (size_t i = 0; i < config->chart_names.count; i++)
        if (moon_str_eq(config->chart_names.items[i].key, payment->cash)) return MOON_OK;
    if (config->chart_names.count == 0) return MOON_OK;
    return moon_fail(err, MOON_E_CHART_MISSING, "account %.*s is not in the chart of accounts",
                     MOON_STR_ARG(payment->cash));
}

/* " (stated 2026-10-30)" where the value date lay in a closed period. */
static moon_str text_of(const moon_payment *payment, const char *verb, moon_str about, moon_arena *keep) {
    char stated[MOON_DATE_TEXT];
    moon_date_format(payment->stated, stated);
    bool moved = payment->stated != MOON_DATE_NONE;
    return moon_arena_printf(keep, "%s %.*s%s%s%s", verb, MOON_STR_ARG(about), moved ? " (stated " : "",
                             moved ? stated : "", moved ? ")" : "");
}

/* Payment, item and entry. `amount` as the item's, `base` the same in the book's currency. */
static moon_status put(moon_change *change, const moon_context *ctx, const moon_payment *payment, int kind,
                       int control, int64_t amount, int64_t base, moon_str text, moon_err *err) {
    moon_arena *keep = moon_change_arena(change);
    moon_str cash, held;
    moon_item item;
    moon_entry entry;
    MOON_TRY(cash_account(ctx->config, payment, &cash, err));
    MOON_TRY(moon_control_account(ctx->config, control, &held, err));
    MOON_TRY(moon_put(change, &moon_payment_type, payment, err));
    moon_record_init(&moon_item_type, &item);
    item.account = payment->account;
    item.document = item.number = payment->id;
    item.kind = kind;
    item.currency = payment->currency;
    item.date = item.due = payment->date;
    item.amount = amount;
    item.rate = payment->rate;
    if (payment->currency != ctx->config->currency) item.base = base;
    item.control = control;
    MOON_TRY(moon_item_put(change, ctx, &item, err));
    moon_str id = kind == MOON_ITEM_PAYMENT
                      ? moon_arena_printf(keep, "receive/%.*s", MOON_STR_ARG(payment->id))
                      : payment->id;
    moon_entry_begin(&entry, change, ctx, id, payment->date, payment->id, text);
    moon_entry_add(&entry, cash, MOON_STR_NONE, payment->currency, -amount, -base);
    moon_entry_add(&entry, held, payment->account, payment->currency, amount, base);
    return moon_post(change, &entry, err);
}

/* ---- receipts ---- */

static moon_date stated_of(const moon_payment *payment) {
    return payment->stated != MOON_DATE_NONE ? payment->stated : payment->date;
}

static void add_difference(moon_buf *out, const char *name, const moon_payment *old,
                           const moon_payment *new) {
    const moon_field *field = moon_type_field(&moon_payment_type, moon_str_of(name));
    moon_buf left = MOON_BUF_EMPTY, right = MOON_BUF_EMPTY;
    moon_field_format(field, old, old->currency, &left);
    moon_field_format(field, new, new->currency, &right);
    if (!moon_str_eq(moon_buf_str(&left), moon_buf_str(&right)))
        moon_buf_printf(out, "%s%s: %.*s -> %.*s", out->len ? "; " : "", name, left.len ? (int)left.len : 4,
                        left.len ? left.ptr : "none", right.len ? (int)right.len : 4,
                        right.len ? right.ptr : "none");
    moon_buf_free(&left);
    moon_buf_free(&right);
}

/* Whose it is may have become known meanwhile. */
static moon_str difference_of(const moon_payment *old, const moon_payment *new, moon_arena *keep) {
    static const char *const names[] = {"kind",       "currency", "amount", "date",    "method",   "payer",
                                        "remittance", "rate",     "cash",   "prepaid", "priority", "expires"};
    moon_payment known = *old;
    moon_buf out = MOON_BUF_EMPTY;
    known.date = stated_of(old);
    if (!moon_str_is(old->account, MOON_UNIDENTIFIED) && !moon_str_is(new->account, MOON_UNIDENTIFIED))
        add_difference(&out, "account", &known, new);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) add_difference(&out, names[i], &known, new);
    moon_str text = moon_arena_str(keep, moon_buf_str(&out));
    moon_buf_free(&out);
    return text;
}

static moon_status check_account(moon_change *change, moon_str account, moon_err *err) {
    moon_account version;
    bool found = moon_str_is(account, MOON_UNIDENTIFIED);
    if (!found)
        MOON_TRY(moon_version_at(change, &moon_account_type, account, MOON_DATE_MAX, &version, &found, err));
    if (found) return MOON_OK;
    moon_fail(err, MOON_E_NOT_FOUND, "there is no account %.*s", MOON_STR_ARG(account));
    return moon_err_hint(err, "moonbill list accounts; cash of nobody known goes to the account %s",
                         MOON_UNIDENTIFIED);
}

/* Ids of what the book makes itself stay free for it: a draft has none on any item yet, nor has a return to come. */
static moon_status check_id(moon_str id, moon_err *err) {
    static const char *const own[] = {"order",    "periods", "invoice",   "credit",   "dunning",
                                      "refund",   "return",  "write-off", "recovery", "difference",
                                      "transfer", "opening", NULL};
    moon_str rest = id, head;
    if (!moon_str_cut(&rest, '/', &head) || rest.len == 0) return MOON_OK;
    bool taken = moon_str_starts(head, MOON_STR("again"));
    for (size_t i = 0; own[i]; i++) taken = taken || moon_str_is(head, own[i]);
    if (!taken) return MOON_OK;
    return moon_fail(err, MOON_E_RECORD_INVALID, "ids that begin with %.*s/, as %.*s, are the book's own",
                     MOON_STR_ARG(head), MOON_STR_ARG(id));
}

static moon_status check_prepaid(const moon_payment *payment, moon_err *err) {
    if (!payment->prepaid && (payment->expires != MOON_DATE_NONE || payment->priority != MOON_INT_NONE))
        return moon_fail(err, MOON_E_RECORD_INVALID,
                         "payment %.*s has a priority or an expiry, but is not prepaid",
                         MOON_STR_ARG(payment->id));
    if (payment->expires == MOON_DATE_NONE || payment->expires >= payment->date) return MOON_OK;
    return moon_fail(err, MOON_E_RECORD_INVALID, "payment %.*s expires before its value date",
                     MOON_STR_ARG(payment->id));
}

static moon_status check_receipt(moon_change *change, const moon_context *ctx, const moon_payment *payment,
                                 moon_err *err) {
    char date[MOON_DATE_TEXT], today[MOON_DATE_TEXT];
    moon_item other;
    bool found;
    MOON_TRY(moon_record_validate_given(&moon_payment_type, payment, err));
    if (payment->amount <= 0)
        return moon_fail(err, MOON_E_RECORD_INVALID,
                         "payment %.*s is of nothing or less; cash paid back is a refund",
                         MOON_STR_ARG(payment->id));
    if (payment->date > ctx->today) {
        moon_date_format(payment->date, date);
        moon_date_format(ctx->today, today);
        return moon_fail(err, MOON_E_RECORD_INVALID, "payment %.*s is of %s, after today, %s",
                         MOON_STR_ARG(payment->id), date, today);
    }
    MOON_TRY(check_prepaid(payment, err));
    MOON_TRY(check_id(payment->id, err));
    MOON_TRY(check_account(change, payment->account, err));
    MOON_TRY(moon_item_named(change, payment->id, &other, &found, err));
    if (found)
        return moon_fail(err, MOON_E_RECORD_INVALID, "%.*s is the number of %s; a payment needs another id",
                         MOON_STR_ARG(payment->id), moon_item_a(&other));
    return MOON_OK;
}

moon_status moon_payment_receive(moon_change *change, const moon_context *ctx, moon_payment *payment,
                                 moon_taken *taken, moon_str *difference, moon_err *err) {
    moon_arena *keep = moon_change_arena(change);
    moon_payment old;
    int64_t base;
    bool found;
    moon_date open;
    MOON_TRY(moon_operator_check(ctx, "prepare", err));
    *difference = MOON_STR_NONE;
    payment->kind = MOON_PAYMENT_RECEIPT;
    MOON_TRY(moon_payment_find(change, payment->id, &old, &found, err));
    if (found) {
        *difference = difference_of(&old, payment, keep);
        *taken = difference->len ? MOON_TAKEN_DIFFERENT : MOON_TAKEN_SAME;
        return MOON_OK;
    }
    MOON_TRY(check_receipt(change, ctx, payment, err));
    MOON_TRY(moon_to_base(ctx->config, (moon_money){payment->amount, payment->currency}, payment->rate,
                          "a payment", &base, err));
    MOON_TRY(moon_open_day(change, payment->date, &open, err));
    if (open != payment->date) payment->stated = payment->date;
    payment->date = open;
    payment->state = MOON_PAYMENT_POSTED;
    payment->booked = ctx->today;
    payment->prepared_by = ctx->operator;
    MOON_TRY(put(change, ctx, payment, MOON_ITEM_PAYMENT, MOON_CONTROL_UNAPPLIED, -payment->amount, -base,
                 text_of(payment, "payment", payment->id, keep), err));
    *taken = MOON_TAKEN_NEW;
    return MOON_OK;
}

moon_status moon_payment_prepaid(moon_change *change, const moon_context *ctx, moon_str payment,
                                 moon_date expires, int64_t priority, moon_payment *out, moon_err *err) {
    MOON_TRY(moon_operator_check(ctx, "prepare", err));
    MOON_TRY(get_payment(change, payment, MOON_PAYMENT_RECEIPT, out, err));
    if (!out->prepaid)
        return moon_fail(err, MOON_E_STATE_REFUSED, "payment %.*s is not prepaid", MOON_STR_ARG(out->id));
    out->expires = expires;
    out->priority = priority;
    MOON_TRY(check_prepaid(out, err));
    MOON_TRY(moon_touch_account(change, out->account, err));
    return moon_put(change, &moon_payment_type, out, err);
}

/* ---- moving ---- */

moon_status moon_payment_move(moon_change *change, const moon_context *ctx, moon_str payment,
                              moon_str account, moon_adjustment *out, moon_err *err) {
    moon_item credit;
    bool found;
    MOON_TRY(moon_operator_check(ctx, "prepare", err));
    MOON_TRY(moon_item_named(change, payment, &credit, &found, err));
    if (!found) return moon_fail(err, MOON_E_NOT_FOUND, "there is no payment %.*s", MOON_STR_ARG(payment));
    MOON_TRY(check_account(change, account, err));
    if (credit.amount >= 0 || moon_item_control(&credit) != MOON_CONTROL_UNAPPLIED)
        return moon_fail(err, MOON_E_STATE_REFUSED, "%.*s is %s; only cash can be moved to another account",
                         MOON_STR_ARG(credit.number), moon_item_a(&credit));
    if (moon_str_eq(credit.account, account))
        return moon_fail(err, MOON_E_STATE_REFUSED, "%.*s is on account %.*s already",
                         MOON_STR_ARG(credit.number), MOON_STR_ARG(account));
    if (credit.open == 0) {
        moon_fail(err, MOON_E_CREDIT_EXCEEDS, "nothing of %.*s is unapplied", MOON_STR_ARG(credit.number));
        return moon_err_hint(err, "take back first what it settles: moonbill unapply %.*s",
                             MOON_STR_ARG(credit.number));
    }
    return moon_transfer(change, ctx, &credit, account, out, err);
}

/* ---- returns ---- */

static moon_status check_return(const moon_context *ctx, const moon_payment *receipt, moon_date date,
                                moon_str reason, moon_err *err) {
    char first[MOON_DATE_TEXT], day[MOON_DATE_TEXT];
    moon_date_format(date, day);
    if (reason.len == 0)
        return moon_fail(err, MOON_E_FIELD_REQUIRED, "a return needs a reason, which stays on record");
    if (date > ctx->today)
        return moon_fail(err, MOON_E_RECORD_INVALID, "the return would be of %s, after today", day);
    if (date >= stated_of(receipt)) return MOON_OK;
    moon_date_format(stated_of(receipt), first);
    return moon_fail(err, MOON_E_RECORD_INVALID, "%.*s came in on %s; it cannot go back on %s",
                     MOON_STR_ARG(receipt->id), first, day);
}

/* Whatever was done with the cash is undone, here and where it was moved to. */
static moon_status free_receipt(moon_change *change, const moon_context *ctx, const moon_payment *receipt,
                                moon_date date, moon_str reason, moon_item *item, moon_err *err) {
    bool any;
    MOON_TRY(moon_item_get(change, receipt->account, receipt->id, item, err));
    MOON_TRY(moon_transfer_undo(change, ctx, item, date, reason, err));
    MOON_TRY(moon_breakage_undo(change, ctx, item, date, reason, err));
    MOON_TRY(moon_application_release(change, ctx, item, MOON_STR_NONE, date, &any, err));
    return moon_item_get(change, receipt->account, receipt->id, item, err);
}

moon_status moon_payment_return(moon_change *change, const moon_context *ctx, moon_str payment,
                                moon_date date, moon_str reason, moon_payment *out, moon_err *err) {
    moon_arena *keep = moon_change_arena(change);
    moon_payment receipt;
    moon_item item;
    moon_date open;
    bool found;
    MOON_TRY(moon_operator_check(ctx, "prepare", err));
    MOON_TRY(get_payment(change, payment, MOON_PAYMENT_RECEIPT, &receipt, err));
    moon_str id = moon_entry_id(moon_arena_printf(keep, "return/%.*s", MOON_STR_ARG(receipt.id)), keep);
    MOON_TRY(moon_payment_find(change, id, out, &found, err));
    if (found && out->kind == MOON_PAYMENT_RETURN && moon_str_eq(out->settles, receipt.id)) return MOON_OK;
    if (found)
        return moon_fail(err, MOON_E_RECORD_INVALID, "there is another payment %.*s already",
                         MOON_STR_ARG(id));
    MOON_TRY(check_return(ctx, &receipt, date, reason, err));
    moon_record_init(&moon_payment_type, out);
    out->id = id;
    out->kind = MOON_PAYMENT_RETURN;
    out->state = MOON_PAYMENT_POSTED;
    out->account = receipt.account;
    out->currency = receipt.currency;
    out->amount = receipt.amount;
    MOON_TRY(moon_open_day(change, date, &open, err));
    out->date = open > receipt.date ? open : receipt.date;
    if (out->date != date) out->stated = date;
    out->booked = ctx->today;
    out->settles = receipt.id;
    out->method = receipt.method;
    out->rate = receipt.rate;
    out->cash = receipt.cash;
    out->reason = reason;
    out->prepared_by = ctx->operator;
    MOON_TRY(free_receipt(change, ctx, &receipt, out->date, reason, &item, err));
    MOON_TRY(put(change, ctx, out, MOON_ITEM_RETURN, MOON_CONTROL_UNAPPLIED, out->amount,
                 -moon_item_base(&item), text_of(out, "return of", receipt.id, keep), err));
    return moon_apply(change, ctx, receipt.account, receipt.id, out->id, out->amount, out->date,
                      MOON_STR_NONE, err);
}

/* ---- refunds ---- */

static moon_status get_credit(moon_change *change, moon_str name, moon_item *item, moon_err *err) {
    bool found;
    MOON_TRY(moon_item_named(change, name, item, &found, err));
    if (!found) {
        moon_fail(err, MOON_E_NOT_FOUND, "there is no payment or credit note %.*s", MOON_STR_ARG(name));
        return moon_err_hint(err, "moonbill list payments; moonbill list credit-notes");
    }
    bool is_credit =
        item->amount < 0 && item->kind != MOON_ITEM_WRITE_OFF && item->kind != MOON_ITEM_DIFFERENCE;
    if (is_credit) return MOON_OK;
    return moon_fail(err, MOON_E_STATE_REFUSED, "%.*s is %s; only payments and credits are paid back",
                     MOON_STR_ARG(item->number), moon_item_a(item));
}

/* What refunds of a credit are proposed already: two of them must not be for the same cash. */
static moon_status sum_proposed(moon_change *change, const moon_item *credit, int64_t *sum, moon_err *err) {
    moon_payment bound = {.settles = credit->document}, one;
    moon_scan scan;
    bool more = true;
    moon_status status = MOON_OK;
    *sum = 0;
    MOON_TRY(moon_scan_begin(change, &moon_payment_type, moon_type_index(&moon_payment_type, "settles"),
                             &bound, 1, &bound, 1, false, &scan, err));
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &one, &more, err);
        if (status != MOON_OK || !more) break;
        if (one.state == MOON_PAYMENT_PROPOSED)
            status = moon_minor_add(sum, one.amount, "a sum of proposed refunds", err);
    }
    moon_scan_end(&scan);
    return status;
}

static moon_status check_not_proposed(const moon_item *credit, int64_t amount, int64_t proposed,
                                      moon_err *err) {
    char before[MOON_MONEY_TEXT], have[MOON_MONEY_TEXT];
    if (proposed == 0 || amount <= -credit->open - proposed) return MOON_OK;
    moon_money_format_code((moon_money){proposed, credit->currency}, before);
    moon_money_format_code((moon_money){-credit->open, credit->currency}, have);
    moon_fail(err, MOON_E_CREDIT_EXCEEDS,
              "%s of the %s that %.*s has open are proposed to be paid back already", before, have,
              MOON_STR_ARG(credit->number));
    return moon_err_hint(err, "moonbill list payments state=proposed; approve that one, or set payment ID "
                              "state=refused");
}

static moon_status check_refund(const moon_item *credit, int64_t amount, moon_err *err) {
    char want[MOON_MONEY_TEXT], have[MOON_MONEY_TEXT];
    if (amount > 0 && amount <= -credit->open) return MOON_OK;
    moon_money_format_code((moon_money){amount, credit->currency}, want);
    moon_money_format_code((moon_money){-credit->open, credit->currency}, have);
    return moon_fail(err, MOON_E_CREDIT_EXCEEDS, "%s cannot be paid back: %.*s has %s open", want,
                     MOON_STR_ARG(credit->number), have);
}

static moon_status next_refund(moon_change *change, moon_str credit, moon_str *id, moon_err *err) {
    moon_arena *keep = moon_change_arena(change);
    moon_payment one;
    bool found = true;
    for (int n = 1; found; n++) {
        *id = moon_entry_id(moon_arena_printf(keep, "refund/%.*s/%d", MOON_STR_ARG(credit), n), keep);
        MOON_TRY(moon_payment_find(change, *id, &one, &found, err));
    }
    return MOON_OK;
}

moon_status moon_refund_propose(moon_change *change, const moon_context *ctx, moon_str credit, int64_t amount,
                                moon_str reason, moon_str approval_rule, moon_payment *out, moon_err *err) {
    moon_item item;
    int64_t proposed;
    MOON_TRY(moon_operator_check(ctx, "prepare", err));
    if (reason.len == 0)
        return moon_fail(err, MOON_E_FIELD_REQUIRED, "a refund needs a reason, which stays on record");
    MOON_TRY(get_credit(change, credit, &item, err));
    MOON_TRY(sum_proposed(change, &item, &proposed, err));
    if (amount == 0 && proposed < -item.open) amount = -item.open - proposed;
    if (amount == 0) amount = -item.open;
    MOON_TRY(check_refund(&item, amount, err));
    MOON_TRY(check_not_proposed(&item, amount, proposed, err));
    moon_record_init(&moon_payment_type, out);
    MOON_TRY(next_refund(change, item.number, &out->id, err));
    out->kind = MOON_PAYMENT_REFUND;
    out->state = MOON_PAYMENT_PROPOSED;
    out->account = item.account;
    out->currency = item.currency;
    out->amount = amount;
    out->date = out->booked = ctx->today;
    out->settles = item.document;
    out->rate = item.rate;
    out->reason = reason;
    out->approval_rule = approval_rule;
    out->prepared_by = ctx->operator;
    MOON_TRY(moon_touch_account(change, item.account, err));
    return moon_put(change, &moon_payment_type, out, err);
}

static moon_status get_proposed(moon_change *change, moon_str id, moon_payment *refund, moon_err *err) {
    MOON_TRY(get_payment(change, id, MOON_PAYMENT_REFUND, refund, err));
    if (refund->state == MOON_PAYMENT_PROPOSED) return MOON_OK;
    return moon_fail(err, MOON_E_STATE_REFUSED, "%.*s is %s already", MOON_STR_ARG(refund->id),
                     moon_payment_states[refund->state - 1]);
}

/* The refund has the rate and the share of base of what it pays back: nothing is gained or lost by exchange. */
static moon_status post_refund(moon_change *change, const moon_context *ctx, const moon_payment *refund,
                               const moon_item *credit, moon_err *err) {
    int64_t before, after;
    MOON_TRY(moon_item_base_open(credit, credit->open, &before, err));
    MOON_TRY(moon_item_base_open(credit, credit->open + refund->amount, &after, err));
    MOON_TRY(put(change, ctx, refund, MOON_ITEM_REFUND, moon_item_control(credit), refund->amount,
                 after - before, text_of(refund, "refund of", credit->number, moon_change_arena(change)),
                 err));
    return moon_apply(change, ctx, refund->account, credit->document, refund->id, refund->amount,
                      refund->date, MOON_STR_NONE, err);
}

moon_status moon_refund_approve(moon_change *change, const moon_context *ctx, moon_str refund,
                                moon_err *err) {
    moon_payment payment;
    moon_item credit;
    bool nobody;
    moon_str note = MOON_STR_NONE;
    MOON_TRY(moon_operator_check(ctx, "", err));
    MOON_TRY(get_proposed(change, refund, &payment, err));
    nobody = moon_str_is(payment.approval_rule, "nobody");
    if (!nobody)
        MOON_TRY(moon_may_approve(ctx, payment.approval_rule, payment.prepared_by, payment.id, &note, err));
    MOON_TRY(moon_check_open_day(change, ctx->today, "a refund", err));
    MOON_TRY(moon_item_get(change, payment.account, payment.settles, &credit, err));
    MOON_TRY(check_refund(&credit, payment.amount, err));
    moon_approval *approval = MOON_NEW(moon_change_arena(change), moon_approval);
    moon_record_init(&moon_approval_type, approval);
    approval->operator= nobody ? MOON_STR("policy") : ctx->operator;
    approval->date = ctx->today;
    approval->note = note;
    payment.approvals = (moon_list){approval, 1};
    payment.state = MOON_PAYMENT_POSTED;
    payment.date = payment.booked = ctx->today;
    return post_refund(change, ctx, &payment, &credit, err);
}

moon_status moon_refund_refuse(moon_change *change, const moon_context *ctx, moon_str refund, moon_err *err) {
    moon_payment payment;
    MOON_TRY(moon_operator_check(ctx, "approve", err));
    MOON_TRY(get_proposed(change, refund, &payment, err));
    payment.state = MOON_PAYMENT_REFUSED;
    MOON_TRY(moon_touch_account(change, payment.account, err));
    return moon_put(change, &moon_payment_type, &payment, err);
}
