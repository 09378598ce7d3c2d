#include "books/claim.h"

#include "books/usage.h"
#include "store/table.h"

static moon_claim claim_on(moon_change *change, const char *type, moon_str id, moon_date start,
                           moon_str cause, moon_str document) {
    moon_claim claim;
    moon_record_init(&moon_claim_type, &claim);
    claim.source = moon_arena_printf(moon_change_arena(change), "%s/%.*s", type, MOON_STR_ARG(id));
    claim.line = 0;
    claim.start = start;
    claim.cause = cause;
    claim.document = document;
    return claim;
}

/* ---- orders ---- */

static moon_status get_order(moon_change *change, const moon_document *document, moon_order *order,
                             moon_err *err) {
    bool found;
    order->id = document->order;
    MOON_TRY(moon_get(change, &moon_order_type, order, &found, err));
    return found ? MOON_OK
                 : moon_fail(err, MOON_E_NOT_FOUND, "there is no order %.*s", MOON_STR_ARG(document->order));
}

static moon_status take_order(moon_change *change, const moon_document *document, moon_err *err) {
    moon_order order;
    bool found;
    MOON_TRY(get_order(change, document, &order, err));
    moon_claim claim = claim_on(change, "order", order.id, order.date, MOON_STR("order"), document->id),
               other = claim;
    MOON_TRY(moon_get(change, &moon_claim_type, &other, &found, err));
    if (found || order.state != MOON_ORDER_DUE)
        return moon_fail(err, MOON_E_CLAIMED, "order %.*s is %s", MOON_STR_ARG(order.id),
                         found ? "billed already" : "not due for billing");
    order.state = MOON_ORDER_BILLED;
    MOON_TRY(moon_put(change, &moon_claim_type, &claim, err));
    return moon_put(change, &moon_order_type, &order, err);
}

static moon_status free_order(moon_change *change, const moon_document *document, moon_err *err) {
    moon_order order;
    MOON_TRY(get_order(change, document, &order, err));
    moon_claim claim = claim_on(change, "order", order.id, order.date, MOON_STR("order"), document->id);
    order.state = MOON_ORDER_DUE;
    MOON_TRY(moon_delete(change, &moon_claim_type, &claim, err));
    return moon_put(change, &moon_order_type, &order, err);
}

/* ---- periods ---- */

static bool same_claim(const moon_line *a, const moon_line *b) {
    return a->start == b->start && moon_str_eq(a->agreement, b->agreement) && moon_str_eq(a->claim, b->claim);
}

/* Whether line `i` is the first of its document with this claim. */
static bool begins_claim(const moon_document *document, size_t i) {
    const moon_line *line = MOON_AT(moon_line, document->lines, i);
    if (line->agreement.len == 0 || line->claim.len == 0 || line->start == MOON_DATE_NONE) return false;
    for (size_t k = 0; k < i; k++)
        if (same_claim(MOON_AT(moon_line, document->lines, k), line)) return false;
    return true;
}

static moon_status take_period(moon_change *change, const moon_document *document, const moon_line *line,
                               moon_err *err) {
    moon_claim claim = claim_on(change, "agreement", line->agreement, line->start, line->claim, document->id),
               other = claim;
    char day[MOON_DATE_TEXT];
    bool found;
    MOON_TRY(moon_get(change, &moon_claim_type, &other, &found, err));
    if (!found) return moon_put(change, &moon_claim_type, &claim, err);
    moon_date_format(line->start, day);
    return moon_fail(err, MOON_E_CLAIMED, "the period of agreement %.*s from %s is billed in %.*s already",
                     MOON_STR_ARG(line->agreement), day, MOON_STR_ARG(line->claim));
}

static moon_status each_period(moon_change *change, const moon_document *document,
                               moon_status (*what)(moon_change *, const moon_document *, const moon_line *,
                                                   moon_err *),
                               moon_err *err) {
    for (size_t i = 0; i < document->lines.count; i++)
        if (begins_claim(document, i))
            MOON_TRY(what(change, document, MOON_AT(moon_line, document->lines, i), err));
    return MOON_OK;
}

static moon_status free_period(moon_change *change, const moon_document *document, const moon_line *line,
                               moon_err *err) {
    moon_claim claim = claim_on(change, "agreement", line->agreement, line->start, line->claim, document->id);
    if (moon_str_is(line->claim, "arrears"))
        MOON_TRY(moon_usage_unpark(change, line->agreement, line->start, err));
    return moon_delete(change, &moon_claim_type, &claim, err);
}

/* ---- both ---- */

moon_status moon_claim_take(moon_change *change, const moon_document *document, moon_err *err) {
    if (moon_str_is(document->cause, "order")) return take_order(change, document, err);
    if (moon_str_is(document->cause, "period")) return each_period(change, document, take_period, err);
    return MOON_OK;
}

moon_status moon_claim_free(moon_change *change, const moon_document *document, moon_err *err) {
    if (moon_str_is(document->cause, "order")) return free_order(change, document, err);
    if (moon_str_is(document->cause, "period")) return each_period(change, document, free_period, err);
    return MOON_OK;
}

moon_status moon_claim_of(moon_change *change, moon_str agreement, moon_date start, const char *cause,
                          moon_claim *out, bool *found, moon_err *err) {
    *out = claim_on(change, "agreement", agreement, start, moon_str_of(cause), MOON_STR_NONE);
    return moon_get(change, &moon_claim_type, out, found, err);
}

moon_status moon_claim_check(moon_change *change, const moon_document *document, size_t *count, bool *all,
                             moon_err *err) {
    *count = 0;
    *all = true;
    for (size_t i = 0; i < document->lines.count; i++) {
        const moon_line *line = MOON_AT(moon_line, document->lines, i);
        if (!begins_claim(document, i)) continue;
        moon_claim claim =
            claim_on(change, "agreement", line->agreement, line->start, line->claim, MOON_STR_NONE);
        bool found;
        MOON_TRY(moon_get(change, &moon_claim_type, &claim, &found, err));
        *all = *all && found && moon_str_eq(claim.document, document->id);
        ++*count;
    }
    return MOON_OK;
}

moon_status moon_claim_any(moon_change *change, moon_str agreement, bool *any, moon_err *err) {
    moon_claim bound = claim_on(change, "agreement", agreement, MOON_DATE_NONE, MOON_STR_NONE, MOON_STR_NONE),
               claim;
    moon_scan scan;
    MOON_TRY(moon_scan_begin(change, &moon_claim_type, MOON_BY_KEY, &bound, 1, &bound, 1, false, &scan, err));
    moon_status status = moon_scan_next(&scan, &claim, any, err);
    moon_scan_end(&scan);
    return status;
}
