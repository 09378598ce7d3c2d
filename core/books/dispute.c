#include "books/dispute.h"

#include "books/item.h"
#include "books/party.h"
#include "store/table.h"

bool moon_dispute_stands(const moon_dispute *dispute, moon_date date) {
    return dispute->opened <= date && (dispute->closed == MOON_DATE_NONE || dispute->closed > date);
}

int64_t moon_disputed_of(const moon_dispute *disputes, size_t count, moon_str document, int64_t open,
                         moon_date date) {
    int64_t sum = 0;
    for (size_t i = 0; i < count && sum < open; i++)
        if (moon_str_eq(disputes[i].document, document) && moon_dispute_stands(&disputes[i], date))
            sum = disputes[i].amount < open - sum ? sum + disputes[i].amount : open;
    return sum;
}

moon_status moon_disputes_of(moon_change *change, moon_str account, moon_arena *keep, moon_dispute **out,
                             size_t *count, moon_err *err) {
    moon_dispute bound = {.account = account}, dispute;
    moon_scan scan;
    bool more = true;
    size_t room = 8;
    moon_dispute *list = MOON_NEW_N(keep, moon_dispute, room);
    *count = 0;
    MOON_TRY(moon_scan_begin(change, &moon_dispute_type, moon_type_index(&moon_dispute_type, "account"),
                             &bound, 1, &bound, 1, false, &scan, err));
    moon_status status = MOON_OK;
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &dispute, &more, err);
        if (status != MOON_OK || !more) break;
        if (*count == room) {
            moon_dispute *larger = MOON_NEW_N(keep, moon_dispute, room * 2);
            memcpy(larger, list, room * sizeof *list);
            list = larger;
            room *= 2;
        }
        moon_record_copy(&moon_dispute_type, &dispute, &list[(*count)++], keep);
    }
    moon_scan_end(&scan);
    *out = list;
    return status;
}

/* How much of an item is contested. */
static moon_status survey(moon_change *change, const moon_item *item, moon_date today, int64_t *contested,
                          moon_err *err) {
    moon_dispute *disputes;
    size_t count;
    MOON_TRY(moon_disputes_of(change, item->account, moon_change_arena(change), &disputes, &count, err));
    *contested = moon_disputed_of(disputes, count, item->document, item->open, today);
    return MOON_OK;
}

/* "INV-2026-00001/2": two accounts may have an item of one number from before this book, so a free one. */
static moon_status next_id(moon_change *change, moon_str number, moon_str *id, moon_err *err) {
    moon_dispute one;
    bool found = true;
    for (int n = 1; found; n++) {
        one.id = *id = moon_arena_printf(moon_change_arena(change), "%.*s/%d", MOON_STR_ARG(number), n);
        MOON_TRY(moon_get(change, &moon_dispute_type, &one, &found, err));
    }
    return MOON_OK;
}

static moon_status check_amount(const moon_item *item, int64_t contested, int64_t amount, moon_err *err) {
    char want[MOON_MONEY_TEXT], left[MOON_MONEY_TEXT];
    if (amount > 0 && amount <= item->open - contested) return MOON_OK;
    moon_money_format_code((moon_money){amount, item->currency}, want);
    moon_money_format_code((moon_money){item->open - contested, item->currency}, left);
    return moon_fail(err, MOON_E_RECORD_INVALID,
                     "%s cannot be contested: of %.*s %s is open and not contested yet", want,
                     MOON_STR_ARG(item->number), left);
}

moon_status moon_dispute_open(moon_change *change, const moon_context *ctx, moon_str number, int64_t amount,
                              moon_str reason, moon_dispute *out, moon_err *err) {
    moon_item item;
    int64_t contested;
    MOON_TRY(moon_operator_check(ctx, "prepare", err));
    MOON_TRY(moon_item_owed(change, "a dispute", number, &item, err));
    MOON_TRY(moon_touch_account(change, item.account, err));
    MOON_TRY(survey(change, &item, ctx->today, &contested, err));
    if (amount == 0) amount = item.open - contested;
    MOON_TRY(check_amount(&item, contested, amount, err));
    moon_record_init(&moon_dispute_type, out);
    MOON_TRY(next_id(change, item.number, &out->id, err));
    out->account = item.account;
    out->document = item.document;
    out->currency = item.currency;
    out->amount = amount;
    out->state = MOON_DISPUTE_OPEN;
    out->reason = reason;
    out->opened = ctx->today;
    out->owner = ctx->operator;
    return moon_put(change, &moon_dispute_type, out, err);
}

moon_status moon_dispute_find(moon_change *change, moon_str id, moon_dispute *out, moon_err *err) {
    bool found;
    *out = (moon_dispute){.id = id};
    MOON_TRY(moon_get(change, &moon_dispute_type, out, &found, err));
    if (found) return MOON_OK;
    moon_fail(err, MOON_E_NOT_FOUND, "there is no dispute %.*s", MOON_STR_ARG(id));
    return moon_err_hint(err, "moonbill list disputes");
}

moon_status moon_dispute_close(moon_change *change, const moon_context *ctx, moon_str id, int64_t upheld,
                               moon_str outcome, moon_dispute *out, moon_err *err) {
    char want[MOON_MONEY_TEXT], have[MOON_MONEY_TEXT];
    MOON_TRY(moon_operator_check(ctx, "prepare", err));
    MOON_TRY(moon_dispute_find(change, id, out, err));
    if (out->state != MOON_DISPUTE_OPEN) {
        moon_date_format(out->closed, have);
        return moon_fail(err, MOON_E_STATE_REFUSED, "dispute %.*s was decided on %s: %s", MOON_STR_ARG(id),
                         have, moon_dispute_states[out->state - 1]);
    }
    if (upheld < 0 || upheld > out->amount) {
        moon_money_format_code((moon_money){upheld, out->currency}, want);
        moon_money_format_code((moon_money){out->amount, out->currency}, have);
        return moon_fail(err, MOON_E_RECORD_INVALID, "%s cannot be upheld: dispute %.*s is about %s", want,
                         MOON_STR_ARG(id), have);
    }
    MOON_TRY(moon_touch_account(change, out->account, err));
    out->state = upheld == out->amount ? MOON_DISPUTE_UPHELD
                 : upheld == 0         ? MOON_DISPUTE_REJECTED
                                       : MOON_DISPUTE_SPLIT;
    out->closed = ctx->today;
    out->upheld = upheld;
    out->outcome = outcome;
    return moon_put(change, &moon_dispute_type, out, err);
}
