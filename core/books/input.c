#include "books/input.h"

#include "books/agreement.h"
#include "books/grant.h"
#include "books/party.h"
#include "books/usage.h"
#include "store/table.h"

static moon_status changed(const char *type, moon_str id, moon_err *err) {
    return moon_fail(err, MOON_E_STALE, "%s %.*s has changed since this was drafted", type, MOON_STR_ARG(id));
}

/* The version of `id` that holds on `date`, MOON_INT_NONE if there is none. */
static moon_status version_on(moon_change *change, const moon_type *type, moon_str id, moon_date date,
                              int64_t *version, moon_err *err) {
    void *now = moon_arena_alloc(moon_change_arena(change), type->size);
    bool found;
    MOON_TRY(moon_version_at(change, type, id, date, now, &found, err));
    *version =
        found ? *(int64_t *)moon_field_at(moon_type_field(type, MOON_STR("version")), now) : MOON_INT_NONE;
    return MOON_OK;
}

/* ---- orders ---- */

/* Does `input` ("product/P1") still have the version that the draft read? `date` is the day it was asked for. */
static moon_status check_version(moon_change *change, const moon_type *type, const moon_input *input,
                                 moon_date date, moon_err *err) {
    moon_str id = moon_str_sub(input->record, strlen(type->name) + 1, input->record.len);
    int64_t version;
    MOON_TRY(version_on(change, type, id, date, &version, err));
    return version == input->version ? MOON_OK : changed(type->name, id, err);
}

/* (Orders drop their drafts themselves.) */
static moon_status check_order(moon_change *change, const moon_document *document, moon_err *err) {
    moon_order order = {.id = document->order};
    bool found;
    MOON_TRY(moon_get(change, &moon_order_type, &order, &found, err));
    if (!found)
        return moon_fail(err, MOON_E_NOT_FOUND, "there is no order %.*s", MOON_STR_ARG(document->order));
    for (size_t i = 0; i < document->inputs.count; i++) {
        const moon_input *input = MOON_AT(moon_input, document->inputs, i);
        if (moon_str_starts(input->record, MOON_STR("account/")))
            MOON_TRY(check_version(change, &moon_account_type, input, order.date, err));
        else if (moon_str_starts(input->record, MOON_STR("agreement/")))
            MOON_TRY(check_version(change, &moon_agreement_type, input, order.date, err));
        else if (moon_str_starts(input->record, MOON_STR("product/")))
            MOON_TRY(check_version(change, &moon_product_type, input, document->tax_point, err));
    }
    return MOON_OK;
}

/* ---- periods ---- */

/* Is the version that holds on `date` among those that the draft read? */
static moon_status check_read(moon_change *change, const moon_document *document, const moon_type *type,
                              moon_str id, moon_date date, moon_err *err) {
    int64_t version;
    moon_str name = moon_arena_printf(moon_change_arena(change), "%s/%.*s", type->name, MOON_STR_ARG(id));
    MOON_TRY(version_on(change, type, id, date, &version, err));
    for (size_t i = 0; i < document->inputs.count; i++) {
        const moon_input *input = MOON_AT(moon_input, document->inputs, i);
        if (input->version == version && moon_str_eq(input->record, name)) return MOON_OK;
    }
    return changed(type->name, id, err);
}

static moon_status check_line(moon_change *change, const moon_document *document, const moon_line *line,
                              moon_err *err) {
    moon_agreement newest;
    bool found;
    bool advance = moon_str_is(line->claim, "advance");
    MOON_TRY(
        moon_version_at(change, &moon_agreement_type, line->agreement, MOON_DATE_MAX, &newest, &found, err));
    if (!found || !moon_str_eq(newest.account, document->account) ||
        !moon_agreement_has(&newest, line->start))
        return changed("agreement", line->agreement, err);
    MOON_TRY(check_read(change, document, &moon_agreement_type, line->agreement, line->start, err));
    return check_read(change, document, &moon_account_type, document->account,
                      advance ? line->start : line->stop - 1, err);
}

/* "usage/api.calls/2026-10-01..2026-11-01" */
static moon_status check_usage(moon_change *change, const moon_document *document, const moon_input *input,
                               moon_err *err) {
    moon_str meter;
    moon_period period;
    moon_aggregate now;
    if (!moon_usage_named(input->record, &meter, &period)) return MOON_OK;
    MOON_TRY(moon_usage_of(change, document->account, meter, period, &now, err));
    if (now.count == input->count && moon_decimal_eq(now.quantity, input->quantity)) return MOON_OK;
    return moon_fail(err, MOON_E_STALE, "the usage of meter %.*s has changed since this was drafted",
                     MOON_STR_ARG(meter));
}

static moon_status check_periods(moon_change *change, const moon_document *document, moon_err *err) {
    for (size_t i = 0; i < document->lines.count; i++) {
        const moon_line *line = MOON_AT(moon_line, document->lines, i), *before = i > 0 ? line - 1 : NULL;
        bool same = before && before->start == line->start && moon_str_eq(before->claim, line->claim) &&
                    moon_str_eq(before->agreement, line->agreement);
        if (!same) MOON_TRY(check_line(change, document, line, err));
    }
    for (size_t i = 0; i < document->inputs.count; i++)
        MOON_TRY(check_usage(change, document, MOON_AT(moon_input, document->inputs, i), err));
    return MOON_OK;
}

moon_status moon_input_check(moon_change *change, const moon_document *document, moon_err *err) {
    MOON_TRY(moon_grant_check_inputs(change, document, err));
    if (moon_str_is(document->cause, "order")) return check_order(change, document, err);
    if (moon_str_is(document->cause, "period")) return check_periods(change, document, err);
    return MOON_OK;
}
