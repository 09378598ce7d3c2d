#include "books/claim.h"

#include "books/late.h"
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

moon_date moon_line_period(const moon_line *line) {
    return line->period != MOON_DATE_NONE ? line->period : line->start;
}

int64_t moon_claim_turn(moon_str cause, moon_str *base) {
    size_t plus = 0;
    int64_t turn = 0;
    while (plus < cause.len && cause.ptr[plus] != '+') plus++;
    *base = moon_str_sub(cause, 0, plus);
    for (size_t i = plus + 1; i < cause.len && i < plus + 10; i++) turn = turn * 10 + (cause.ptr[i] - '0');
    return turn;
}

moon_str moon_claim_base(moon_str cause, moon_arena *keep) {
    moon_str base;
    int64_t turn = moon_claim_turn(cause, &base);
    if (turn == 0) return MOON_STR_NONE;
    return turn == 1 ? base : moon_arena_printf(keep, "%.*s+%lld", MOON_STR_ARG(base), (long long)turn - 1);
}

static bool same_claim(const moon_line *a, const moon_line *b) {
    return moon_line_period(a) == moon_line_period(b) && moon_str_eq(a->agreement, b->agreement) &&
           moon_str_eq(a->claim, b->claim);
}

/* Whether line `i` is the first of its document with this claim. */
static bool begins_claim(const moon_document *document, size_t i) {
    const moon_line *line = MOON_AT(moon_line, document->lines, i);
    if (line->agreement.len == 0 || line->claim.len == 0 || moon_line_period(line) == MOON_DATE_NONE)
        return false;
    for (size_t k = 0; k < i; k++)
        if (same_claim(MOON_AT(moon_line, document->lines, k), line)) return false;
    return true;
}

static moon_claim claim_of_line(moon_change *change, const moon_document *document, const moon_line *line) {
    return claim_on(change, "agreement", line->agreement, moon_line_period(line), line->claim, document->id);
}

/* The newest version of an agreement that the draft read. */
static int64_t version_read(moon_change *change, const moon_document *document, moon_str agreement) {
    moon_str name = moon_arena_printf(moon_change_arena(change), "agreement/%.*s", MOON_STR_ARG(agreement));
    int64_t version = MOON_INT_NONE;
    for (size_t i = 0; i < document->inputs.count; i++) {
        const moon_input *input = MOON_AT(moon_input, document->inputs, i);
        if (moon_str_eq(input->record, name) && input->version > version) version = input->version;
    }
    return version;
}

/* "advance+2" stands on what "advance+1" billed. */
static moon_status check_base(moon_change *change, const moon_claim *claim, moon_err *err) {
    moon_claim before = *claim;
    char day[MOON_DATE_TEXT];
    bool found;
    before.cause = moon_claim_base(claim->cause, moon_change_arena(change));
    if (before.cause.len == 0) return MOON_OK;
    MOON_TRY(moon_get(change, &moon_claim_type, &before, &found, err));
    if (found) return MOON_OK;
    moon_date_format(claim->start, day);
    return moon_fail(err, MOON_E_STALE,
                     "what it changes of the period of %.*s from %s is not billed any more",
                     MOON_STR_ARG(claim->source), day);
}

/* The day after the last one that the lines of a claim bill. */
static moon_date stop_of(const moon_document *document, const moon_line *first) {
    moon_date stop = first->stop;
    for (size_t i = 0; i < document->lines.count; i++) {
        const moon_line *line = MOON_AT(moon_line, document->lines, i);
        if (same_claim(line, first) && line->stop > stop) stop = line->stop;
    }
    return stop;
}

static moon_status take_period(moon_change *change, const moon_document *document, const moon_line *line,
                               moon_err *err) {
    moon_claim claim = claim_of_line(change, document, line), other = claim;
    char day[MOON_DATE_TEXT];
    bool found;
    claim.version = version_read(change, document, line->agreement);
    claim.stop = stop_of(document, line);
    MOON_TRY(moon_get(change, &moon_claim_type, &other, &found, err));
    if (!found) MOON_TRY(check_base(change, &claim, err));
    if (!found) return moon_put(change, &moon_claim_type, &claim, err);
    moon_date_format(claim.start, day);
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
    moon_claim claim = claim_of_line(change, document, line);
    moon_str base;
    if (moon_claim_turn(line->claim, &base) == 0 && moon_str_starts(base, MOON_STR("arrears")))
        MOON_TRY(moon_late_forget(change, line->agreement, claim.start, err));
    return moon_delete(change, &moon_claim_type, &claim, err);
}

moon_status moon_claims_of(moon_change *change, moon_str agreement, moon_date start, moon_arena *keep,
                           moon_claim **out, size_t *count, moon_err *err) {
    moon_claim bound = claim_on(change, "agreement", agreement, start, MOON_STR_NONE, MOON_STR_NONE), claim;
    size_t fields = start == MOON_DATE_NONE ? 1 : 3, room = 0;
    moon_scan scan;
    bool more = true;
    *out = NULL;
    *count = 0;
    MOON_TRY(moon_scan_begin(change, &moon_claim_type, MOON_BY_KEY, &bound, fields, &bound, fields, false,
                             &scan, err));
    for (;;) {
        moon_status status = moon_scan_next(&scan, &claim, &more, err);
        if (status != MOON_OK || !more) {
            moon_scan_end(&scan);
            return status;
        }
        if (*count == room) {
            room = room ? room * 2 : 8;
            moon_claim *larger = MOON_NEW_N(keep, moon_claim, room);
            if (*count) memcpy(larger, *out, *count * sizeof *larger);
            *out = larger;
        }
        moon_record_copy(&moon_claim_type, &claim, &(*out)[(*count)++], keep);
    }
}

/* ---- what stands on what ---- */

static bool is_corrected_by(const moon_document *document, const moon_document *later) {
    for (size_t i = 0; i < later->lines.count; i++)
        if (moon_str_eq(MOON_AT(moon_line, later->lines, i)->corrects, document->id)) return true;
    return false;
}

static moon_status check_free(moon_change *change, const moon_document *document, const moon_line *line,
                              moon_err *err) {
    moon_str base, other;
    int64_t turn = moon_claim_turn(line->claim, &base);
    moon_claim *claims;
    moon_document last = {.id = MOON_STR_NONE};
    size_t count;
    int64_t latest = 0;
    MOON_TRY(moon_claims_of(change, line->agreement, moon_line_period(line), moon_change_arena(change),
                            &claims, &count, err));
    for (size_t i = 0; i < count; i++) {
        moon_document later = {.id = claims[i].document};
        int64_t other_turn = moon_claim_turn(claims[i].cause, &other);
        bool found;
        if (other_turn == 0 || moon_str_eq(claims[i].document, document->id)) continue;
        MOON_TRY(moon_get(change, &moon_document_type, &later, &found, err));
        if (!found || other_turn <= latest) continue;
        if (!is_corrected_by(document, &later) && (other_turn <= turn || !moon_str_eq(base, other))) continue;
        last = later;
        latest = other_turn;
    }
    if (last.id.len == 0) return MOON_OK;
    char day[MOON_DATE_TEXT];
    moon_date_format(moon_line_period(line), day);
    moon_fail(err, MOON_E_VOID_REFUSED, "%.*s is changed by %.*s, for agreement %.*s from %s",
              MOON_STR_ARG(document->number), MOON_STR_ARG(last.number), MOON_STR_ARG(line->agreement), day);
    return moon_err_hint(err, "moonbill void %.*s first", MOON_STR_ARG(last.number));
}

moon_status moon_claim_check_last(moon_change *change, const moon_document *document, moon_err *err) {
    if (!moon_str_is(document->cause, "period")) return MOON_OK;
    return each_period(change, document, check_free, err);
}

/* ---- both ---- */

moon_status moon_claim_take(moon_change *change, const moon_document *document, moon_err *err) {
    if (moon_str_is(document->cause, "order")) return take_order(change, document, err);
    if (!moon_str_is(document->cause, "period")) return MOON_OK;
    MOON_TRY(each_period(change, document, take_period, err));
    return moon_late_billed(change, document, err);
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
        moon_claim claim = claim_of_line(change, document, line);
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

moon_status moon_claim_arrears_after(moon_change *change, moon_str agreement, moon_date day, bool *any,
                                     moon_err *err) {
    moon_claim low = claim_on(change, "agreement", agreement, MOON_DATE_NONE, MOON_STR_NONE, MOON_STR_NONE),
               high = low, claim;
    moon_scan scan;
    low.stop = day + 1;
    MOON_TRY(moon_scan_begin(change, &moon_claim_type, moon_type_index(&moon_claim_type, "stop"), &low, 2,
                             &high, 1, false, &scan, err));
    moon_status status = moon_scan_next(&scan, &claim, any, err);
    moon_scan_end(&scan);
    return status;
}
