#include "run/import_pay.h"

#include "base/crypt.h"
#include "books/adjustment.h"
#include "books/grant.h"
#include "books/item.h"
#include "books/payment.h"
#include "run/settle.h"
#include "run/wire.h"
#include "store/table.h"

/* A payment that was taken in and waits to be applied. */
typedef struct moon_import_taken {
    struct moon_import_taken *next;
    moon_str account, id;
    bool settled;
} taken_payment;

static bool is_unnamed(const moon_payment *payment) { return moon_str_is(payment->id, "row"); }

/* A row without an id is known by its day, what it says, and which of the equal rows of its file it is. */
static void name_by_content(moon_import_run *run, moon_payment *payment, const moon_arg *facts) {
    char day[MOON_DATE_TEXT], digits[MOON_HASH_TEXT];
    moon_hash hash = moon_hash_of(moon_arg_text_of(facts, "content"));
    long long ordinal = (long long)moon_arg_int_of(facts, "ordinal", 1);
    moon_hash_format(&hash, digits);
    moon_date_format(payment->date, day);
    moon_arena *keep = moon_change_arena(run->change);
    payment->id = ordinal == 1 ? moon_arena_printf(keep, "%s-%.10s", day, digits)
                               : moon_arena_printf(keep, "%s-%.10s.%lld", day, digits, ordinal);
}

static moon_status add_amount(moon_import_count *count, int64_t amount, moon_currency currency,
                              moon_err *err) {
    moon_decimal value = moon_money_decimal((moon_money){amount, currency});
    count->records++;
    return moon_decimal_add(count->amount, value, &count->amount, err);
}

/* What this record, not the book or its disk, is to blame for. */
static bool is_of_the_row(moon_status status) {
    return status == MOON_E_RECORD_INVALID || status == MOON_E_NOT_FOUND || status == MOON_E_MONEY_RANGE ||
           status == MOON_E_STATE_REFUSED || status == MOON_E_ID_INVALID;
}

static void tell_different(moon_import_run *run, moon_str id, moon_str difference) {
    run->report->different++;
    if (run->options->difference)
        run->options->difference(run->options->ctx, id, MOON_TAKEN_DIFFERENT, difference);
}

/* ---- receipts ---- */

static moon_status park_unidentified(moon_import_run *run, const moon_payment *payment, moon_str why,
                                     moon_err *err) {
    moon_item item;
    MOON_TRY(moon_item_get(run->change, payment->account, payment->id, &item, err));
    MOON_TRY(add_amount(&run->report->unidentified, payment->amount, payment->currency, err));
    return moon_pay_park_unidentified(run->book, run->change, &item, why, err);
}

static moon_status keep_taken(moon_import_run *run, const moon_payment *payment, moon_str why,
                              moon_err *err) {
    MOON_TRY(add_amount(&run->report->taken, payment->amount, payment->currency, err));
    MOON_TRY(moon_import_unpark(run, payment->id, err));
    if (moon_str_is(payment->account, MOON_UNIDENTIFIED)) return park_unidentified(run, payment, why, err);
    if (payment->prepaid) return MOON_OK; /* settles invoices when they are issued */
    taken_payment *one = MOON_NEW(moon_change_arena(run->change), taken_payment);
    *one = (taken_payment){run->taken, payment->account, payment->id, false};
    run->taken = one;
    return MOON_OK;
}

static moon_status take_receipt(moon_import_run *run, moon_payment *payment, moon_str why, moon_err *err) {
    moon_taken taken;
    moon_str difference;
    moon_err refused;
    moon_status status =
        moon_payment_receive(run->change, &run->book->ctx, payment, &taken, &difference, &refused);
    if (is_of_the_row(status)) return moon_import_hold(run, payment->id, MOON_STR_NONE, &refused, err);
    if (status != MOON_OK) *err = refused;
    MOON_TRY(status);
    if (taken == MOON_TAKEN_SAME) {
        run->report->same++;
        return MOON_OK;
    }
    if (taken == MOON_TAKEN_NEW) return keep_taken(run, payment, why, err);
    tell_different(run, payment->id, difference);
    return MOON_OK;
}

/* ---- returns ---- */

/* A return takes back all of its payment. */
static moon_status check_return(moon_change *change, const moon_payment *back, moon_err *err) {
    moon_payment receipt;
    bool found;
    char has[MOON_MONEY_TEXT], wants[MOON_MONEY_TEXT];
    MOON_TRY(moon_payment_find(change, back->settles, &receipt, &found, err));
    if (!found || (receipt.amount == back->amount && receipt.currency == back->currency)) return MOON_OK;
    moon_money_format_code((moon_money){receipt.amount, receipt.currency}, has);
    moon_money_format_code((moon_money){back->amount, back->currency}, wants);
    moon_fail(err, MOON_E_RECORD_INVALID, "a return of %s, but payment %.*s is of %s", wants,
              MOON_STR_ARG(back->settles), has);
    return moon_err_hint(err, "a return takes back all of a payment: moonbill return %.*s, then pay the rest",
                         MOON_STR_ARG(back->settles));
}

static moon_status returned_before(moon_change *change, moon_str payment, bool *before, moon_err *err) {
    moon_payment bound = {.settles = payment}, one;
    moon_scan scan;
    bool more = true;
    moon_status status = MOON_OK;
    *before = false;
    MOON_TRY(moon_scan_begin(change, &moon_payment_type, moon_type_index(&moon_payment_type, "settles"),
                             &bound, 1, &bound, 1, false, &scan, err));
    while (status == MOON_OK && more && !*before) {
        status = moon_scan_next(&scan, &one, &more, err);
        *before = status == MOON_OK && more && one.kind == MOON_PAYMENT_RETURN;
    }
    moon_scan_end(&scan);
    return status;
}

static moon_status take_return(moon_import_run *run, moon_payment *back, moon_err *err) {
    moon_payment made;
    moon_err refused;
    bool before = false;
    moon_str reason = back->remittance.len ? back->remittance : MOON_STR("returned by the bank");
    MOON_TRY(returned_before(run->change, back->settles, &before, err));
    if (before) {
        run->report->same++;
        return MOON_OK;
    }
    moon_status status = check_return(run->change, back, &refused);
    if (status == MOON_OK)
        status = moon_payment_return(run->change, &run->book->ctx, back->settles, back->date, reason, &made,
                                     &refused);
    if (is_of_the_row(status)) return moon_import_hold(run, back->id, MOON_STR_NONE, &refused, err);
    if (status != MOON_OK) *err = refused;
    MOON_TRY(status);
    MOON_TRY(add_amount(&run->report->returned, made.amount, made.currency, err));
    return moon_import_unpark(run, back->id, err);
}

moon_status moon_import_payment(moon_import_run *run, void *record, moon_account *account, moon_err *err) {
    moon_payment *payment = record;
    moon_arg facts = moon_arg_get(run->facts, "facts");
    (void)account;
    if (is_unnamed(payment)) name_by_content(run, payment, &facts);
    if (payment->kind == MOON_PAYMENT_RETURN) return take_return(run, payment, err);
    return take_receipt(run, payment, moon_arg_text_of(&facts, "why"), err);
}

/* ---- grants ---- */

moon_status moon_import_grant(moon_import_run *run, void *record, moon_account *account, moon_err *err) {
    moon_grant *grant = record, old = {.id = grant->id};
    moon_err refused;
    bool found;
    (void)account;
    MOON_TRY(moon_get(run->change, &moon_grant_type, &old, &found, err));
    if (found) {
        grant->prepared_by = old.prepared_by;
        if (moon_record_equal(&moon_grant_type, &old, grant))
            run->report->same++;
        else
            tell_different(run, grant->id, MOON_STR("it is there already; change it by hand"));
        return MOON_OK;
    }
    moon_status status = moon_grant_give(run->change, &run->book->ctx, grant, &refused);
    if (is_of_the_row(status)) return moon_import_hold(run, grant->id, grant->account, &refused, err);
    if (status != MOON_OK) *err = refused;
    MOON_TRY(status);
    MOON_TRY(add_amount(&run->report->taken, grant->amount, grant->currency, err));
    return moon_import_unpark(run, grant->id, err);
}

/* ---- opening items ---- */

moon_status moon_import_opening(moon_import_run *run, void *record, moon_account *account, moon_err *err) {
    moon_adjustment *item = record;
    moon_err refused;
    bool written;
    (void)account;
    moon_status status = moon_opening_item(run->change, &run->book->ctx, item, &written, &refused);
    if (status == MOON_E_RECORD_INVALID) {
        moon_change_back(run->change, run->point);
        tell_different(run, item->number, moon_str_of(refused.text));
        return MOON_OK;
    }
    if (is_of_the_row(status)) return moon_import_hold(run, item->number, item->account, &refused, err);
    if (status != MOON_OK) *err = refused;
    MOON_TRY(status);
    if (!written) run->report->same++;
    if (written) MOON_TRY(add_amount(&run->report->taken, item->amount, item->currency, err));
    return moon_import_unpark(run, item->number, err);
}

/* ---- applying what was taken ---- */

static moon_status count_settled(moon_import_run *run, const moon_settlement_list *list, moon_err *err) {
    for (size_t i = 0; i < list->count; i++) {
        moon_import_count *count =
            list->items[i].source.len ? &run->report->applied : &run->report->differences;
        MOON_TRY(add_amount(count, list->items[i].amount, list->items[i].currency, err));
    }
    run->report->conflicts += list->conflict_count;
    return MOON_OK;
}

static moon_status park_all(moon_import_run *run, moon_str account, const moon_credit *credits, size_t count,
                            const moon_err *why, moon_err *err) {
    for (size_t i = 0; i < count; i++) {
        moon_item item;
        MOON_TRY(moon_item_get(run->change, account, credits[i].id, &item, err));
        MOON_TRY(moon_pay_park(run->book, run->change, &item, why, err));
        run->report->conflicts++;
    }
    return MOON_OK;
}

/* A rule that fails costs its account alone; what ends every account alike ends the run. */
static bool is_of_the_account(moon_status status) {
    return moon_status_class(status) == MOON_CLASS_REFUSED && status != MOON_E_CHANGED &&
           status != MOON_E_CHART_MISSING;
}

static moon_status settle_account(moon_import_run *run, const taken_payment *first, moon_err *err) {
    moon_arena *keep = moon_change_arena(run->change);
    moon_settlement_list list;
    moon_err refused;
    size_t count = 0, room = 0;
    for (const taken_payment *one = first; one; one = one->next) room++;
    moon_credit *credits = MOON_NEW_N(keep, moon_credit, room);
    for (taken_payment *one = run->taken; one; one = one->next)
        if (!one->settled && moon_str_eq(one->account, first->account)) {
            credits[count++] = (moon_credit){.id = one->id};
            one->settled = true;
        }
    moon_status status =
        moon_settle(run->book, run->change, first->account, credits, count, keep, &list, &refused);
    if (status == MOON_OK) return count_settled(run, &list, err);
    if (is_of_the_account(status)) return park_all(run, first->account, credits, count, &refused, err);
    *err = refused;
    return status;
}

moon_status moon_import_settle(moon_import_run *run, moon_err *err) {
    for (const taken_payment *one = run->taken; one; one = one->next)
        if (!one->settled) MOON_TRY(settle_account(run, one, err));
    run->taken = NULL;
    return MOON_OK;
}
