#include "books/item.h"

#include "books/document.h"
#include "store/table.h"

static moon_status by_document(moon_change *change, moon_str name, moon_item *out, bool *found,
                               moon_err *err) {
    moon_document document;
    MOON_TRY(moon_document_find(change, name, &document, found, err));
    if (!*found) return MOON_OK;
    *out = (moon_item){.account = document.account, .document = document.id};
    return moon_get(change, &moon_item_type, out, found, err);
}

static moon_status by_payment(moon_change *change, moon_str name, moon_item *out, bool *found,
                              moon_err *err) {
    moon_payment payment = {.id = name};
    MOON_TRY(moon_get(change, &moon_payment_type, &payment, found, err));
    if (!*found) return MOON_OK;
    *out = (moon_item){.account = payment.account, .document = payment.id};
    return moon_get(change, &moon_item_type, out, found, err);
}

/* By id, or the number it had in the system before this book. */
static moon_status by_adjustment(moon_change *change, moon_str name, moon_item *out, bool *found,
                                 moon_err *err) {
    moon_adjustment adjustment = {.id = name};
    moon_scan scan;
    bool more = true;
    MOON_TRY(moon_get(change, &moon_adjustment_type, &adjustment, found, err));
    if (!*found) {
        MOON_TRY(
            moon_scan_begin(change, &moon_adjustment_type, MOON_BY_KEY, NULL, 0, NULL, 0, false, &scan, err));
        moon_status status = MOON_OK;
        while (status == MOON_OK && more && !*found) {
            status = moon_scan_next(&scan, &adjustment, &more, err);
            *found = status == MOON_OK && more && moon_str_eq(adjustment.number, name);
        }
        moon_scan_end(&scan);
        MOON_TRY(status);
    }
    if (!*found) return MOON_OK;
    *out = (moon_item){.account = adjustment.account, .document = adjustment.id};
    return moon_get(change, &moon_item_type, out, found, err);
}

moon_status moon_item_named(moon_change *change, moon_str name, moon_item *out, bool *found, moon_err *err) {
    MOON_TRY(by_document(change, name, out, found, err));
    if (!*found) MOON_TRY(by_payment(change, name, out, found, err));
    return *found ? MOON_OK : by_adjustment(change, name, out, found, err);
}

moon_status moon_item_owed(moon_change *change, const char *what, moon_str name, moon_item *out,
                           moon_err *err) {
    bool found;
    MOON_TRY(moon_item_named(change, name, out, &found, err));
    if (!found) {
        moon_fail(err, MOON_E_NOT_FOUND, "there is no issued invoice or other item %.*s", MOON_STR_ARG(name));
        return moon_err_hint(err, "moonbill list items");
    }
    if (out->amount <= 0)
        return moon_fail(err, MOON_E_STATE_REFUSED, "%s is about what is owed, and %.*s is a %s", what,
                         MOON_STR_ARG(out->number), moon_item_kinds[out->kind - 1]);
    if (out->open > 0) return MOON_OK;
    return moon_fail(err, MOON_E_STATE_REFUSED, "%s is about what is open, and nothing is of %.*s", what,
                     MOON_STR_ARG(out->number));
}

bool moon_item_is_asked(const moon_item *item) {
    return item->amount > 0 && item->control != MOON_CONTROL_UNAPPLIED &&
           (item->kind == MOON_ITEM_INVOICE || item->kind == MOON_ITEM_OPENING ||
            item->kind == MOON_ITEM_RECOVERY);
}
