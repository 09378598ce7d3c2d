#include "books/reconcile_grants.h"

#include "books/grant.h"
#include "store/table.h"

static moon_status check_document(moon_reconciler *r, const void *record, moon_err *err) {
    const moon_document *document = record;
    moon_burn *burns;
    size_t count;
    if (document->state != MOON_STATE_ISSUED) return MOON_OK;
    MOON_TRY(moon_burns_of(r->change, document, moon_change_arena(r->change), &burns, &count, err));
    for (size_t i = 0; i < count; i++) {
        moon_burn stored = burns[i];
        bool found;
        MOON_TRY(moon_get(r->change, &moon_burn_type, &stored, &found, err));
        if (found) r->burns--;
        if (!found || !moon_record_equal(&moon_burn_type, &stored, &burns[i]))
            moon_reconcile_say(r, MOON_E_BOOK_DAMAGED, "what %.*s uses of %.*s is not on record",
                               MOON_STR_ARG(document->number), MOON_STR_ARG(burns[i].source));
    }
    return MOON_OK;
}

static moon_status count_burn(moon_reconciler *r, const void *record, moon_err *err) {
    (void)record;
    (void)err;
    r->burns++;
    return MOON_OK;
}

static moon_status check_grant(moon_reconciler *r, const void *record, moon_err *err) {
    const moon_grant *grant = record;
    int64_t left;
    MOON_TRY(moon_grant_left(r->change, grant, &left, err));
    if (left < 0 || left > grant->amount)
        moon_reconcile_say(r, MOON_E_BOOK_DAMAGED, "%s of grant %.*s is used",
                           left < 0 ? "more than all" : "less than nothing", MOON_STR_ARG(grant->id));
    return MOON_OK;
}

moon_status moon_reconcile_grants(moon_reconciler *r, moon_err *err) {
    MOON_TRY(moon_reconcile_each(r, &moon_burn_type, count_burn, err));
    MOON_TRY(moon_reconcile_each(r, &moon_document_type, check_document, err));
    if (r->burns != 0)
        moon_reconcile_say(r, MOON_E_BOOK_DAMAGED, "grants or coupons are used that no document uses");
    return moon_reconcile_each(r, &moon_grant_type, check_grant, err);
}
