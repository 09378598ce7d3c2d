#include "books/wallet.h"

#include <stdlib.h>

#include "books/application.h"
#include "store/table.h"

#define RULE "prepaid" /* of applications that are made at issue */

/* ---- what is prepaid ---- */

moon_status moon_wallet_receipt(moon_change *change, const moon_item *item, moon_payment *receipt,
                                bool *prepaid, moon_err *err) {
    moon_adjustment moved = {.id = item->document};
    bool found = item->kind == MOON_ITEM_TRANSFER;
    *prepaid = false;
    if (item->amount >= 0 || moon_item_control(item) != MOON_CONTROL_UNAPPLIED) return MOON_OK;
    receipt->id = item->document;
    while (found) { /* from where it was moved, and from where it was moved there */
        MOON_TRY(moon_get(change, &moon_adjustment_type, &moved, &found, err));
        if (found) receipt->id = moved.id = moved.settles;
    }
    MOON_TRY(moon_get(change, &moon_payment_type, receipt, &found, err));
    *prepaid = found && receipt->kind == MOON_PAYMENT_RECEIPT && receipt->prepaid;
    return MOON_OK;
}

typedef struct purse {
    moon_item item;
    int64_t priority;
    moon_date expires;
} purse;

static int by_burning(const void *a, const void *b) {
    const purse *x = a, *y = b;
    if (x->priority != y->priority) return x->priority < y->priority ? -1 : 1;
    if (x->expires != y->expires) return x->expires < y->expires ? -1 : 1;
    if (x->item.date != y->item.date) return x->item.date < y->item.date ? -1 : 1;
    return moon_str_cmp(x->item.document, y->item.document);
}

/* The prepaid items of an account that have money left, in the order in which they are used. */
static moon_status purses_of(moon_change *change, moon_str account, purse **out, size_t *count,
                             moon_err *err) {
    moon_item *items;
    size_t n;
    *count = 0;
    MOON_TRY(moon_items_open(change, account, moon_change_arena(change), &items, &n, err));
    purse *made = MOON_NEW_N(moon_change_arena(change), purse, n);
    for (size_t i = 0; i < n; i++) {
        moon_payment receipt;
        bool prepaid;
        if (items[i].open >= 0) continue;
        MOON_TRY(moon_wallet_receipt(change, &items[i], &receipt, &prepaid, err));
        if (!prepaid) continue;
        made[(*count)++] =
            (purse){.item = items[i],
                    .priority = receipt.priority == MOON_INT_NONE ? 0 : receipt.priority,
                    .expires = receipt.expires == MOON_DATE_NONE ? MOON_DATE_MAX : receipt.expires};
    }
    if (*count) qsort(made, *count, sizeof *made, by_burning);
    *out = made;
    return MOON_OK;
}

/* ---- paying ---- */

/* Whether there is any in the book: most have none, and their items need not be looked at. */
static moon_status is_any(moon_change *change, bool *any, moon_err *err) {
    moon_payment one;
    moon_scan scan;
    MOON_TRY(moon_scan_begin(change, &moon_payment_type, moon_type_index(&moon_payment_type, "prepaid"), NULL,
                             0, NULL, 0, false, &scan, err));
    moon_status status = moon_scan_next(&scan, &one, any, err);
    moon_scan_end(&scan);
    return status;
}

static moon_status pay_one(moon_change *change, const moon_context *ctx, moon_item *item, purse *purses,
                           size_t count, moon_err *err) {
    for (size_t i = 0; i < count && item->open > 0; i++) {
        int64_t left = -purses[i].item.open, amount = left < item->open ? left : item->open;
        if (left == 0 || purses[i].item.currency != item->currency || purses[i].expires < ctx->today)
            continue;
        MOON_TRY(moon_apply(change, ctx, item->account, purses[i].item.document, item->document, amount,
                            ctx->today, MOON_STR(RULE), err));
        item->open -= amount;
        purses[i].item.open += amount;
    }
    return MOON_OK;
}

moon_status moon_wallet_pay(moon_change *change, const moon_context *ctx, moon_str account,
                            const moon_str *invoices, size_t count, moon_err *err) {
    purse *purses;
    size_t purse_count;
    bool any;
    MOON_TRY(is_any(change, &any, err));
    if (!any || count == 0) return MOON_OK;
    MOON_TRY(purses_of(change, account, &purses, &purse_count, err));
    for (size_t i = 0; purse_count && i < count; i++) {
        moon_item item;
        MOON_TRY(moon_item_get(change, account, invoices[i], &item, err));
        MOON_TRY(pay_one(change, ctx, &item, purses, purse_count, err));
    }
    return MOON_OK;
}

moon_status moon_wallet_paid(moon_change *change, const moon_document *document, int64_t *amount,
                             moon_err *err) {
    moon_application bound = {.account = document->account, .target = document->id}, one;
    moon_scan scan;
    bool more = true;
    moon_status status = MOON_OK;
    *amount = 0;
    MOON_TRY(moon_scan_begin(change, &moon_application_type,
                             moon_type_index(&moon_application_type, "target"), &bound, 2, &bound, 2, false,
                             &scan, err));
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &one, &more, err);
        if (status != MOON_OK || !more) break;
        if (one.amount > 0 && one.booked == document->date && moon_str_is(one.rule, RULE))
            status = moon_minor_add(amount, one.amount, "what was prepaid", err);
    }
    moon_scan_end(&scan);
    return status;
}

moon_status moon_wallet_release(moon_change *change, const moon_context *ctx, const moon_document *document,
                                moon_err *err) {
    moon_application bound = {.account = document->account, .target = document->id}, one;
    moon_str last = MOON_STR_NONE;
    moon_scan scan;
    bool more = true;
    size_t count = 0, room = 8;
    moon_arena *keep = moon_change_arena(change);
    moon_str *sources = MOON_NEW_N(keep, moon_str, room);
    moon_status status = MOON_OK;
    MOON_TRY(moon_scan_begin(change, &moon_application_type,
                             moon_type_index(&moon_application_type, "target"), &bound, 2, &bound, 2, false,
                             &scan, err));
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &one, &more, err);
        if (status != MOON_OK || !more) break;
        if (moon_str_eq(one.source, last)) continue;
        last = one.source;
        if (count == room) {
            moon_str *larger = MOON_NEW_N(keep, moon_str, room * 2);
            memcpy(larger, sources, room * sizeof *sources);
            sources = larger;
            room *= 2;
        }
        sources[count++] = one.source;
    }
    moon_scan_end(&scan);
    MOON_TRY(status);
    for (size_t i = 0; i < count; i++) {
        moon_item source;
        moon_payment receipt;
        bool prepaid, any;
        MOON_TRY(moon_item_get(change, document->account, sources[i], &source, err));
        MOON_TRY(moon_wallet_receipt(change, &source, &receipt, &prepaid, err));
        if (prepaid)
            MOON_TRY(moon_application_release(change, ctx, &source, document->id, ctx->today, &any, err));
    }
    return MOON_OK;
}

/* ---- what has expired ---- */

moon_status moon_wallet_expired(moon_change *change, moon_str account, moon_date day, moon_item **out,
                                size_t *count, moon_err *err) {
    purse *purses;
    size_t n;
    *count = 0;
    MOON_TRY(purses_of(change, account, &purses, &n, err));
    moon_item *made = MOON_NEW_N(moon_change_arena(change), moon_item, n);
    for (size_t i = 0; i < n; i++)
        if (purses[i].expires < day) made[(*count)++] = purses[i].item;
    *out = made;
    return MOON_OK;
}
