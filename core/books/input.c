#include "books/input.h"

#include "books/billed.h"
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

/* "account/ACME" as it was asked for a day. */
static moon_status check_account(moon_change *change, const moon_input *input, moon_err *err) {
    if (input->day == MOON_DATE_NONE) return MOON_OK;
    return check_version(change, &moon_account_type, input, input->day, err);
}

/* "agreement/A-7": no version has come since, whatever its day, and it is this account's. */
static moon_status check_agreement(moon_change *change, const moon_document *document,
                                   const moon_input *input, moon_err *err) {
    moon_str id = moon_str_sub(input->record, strlen("agreement/"), input->record.len);
    moon_agreement newest;
    int64_t count;
    bool found;
    MOON_TRY(moon_version_count(change, &moon_agreement_type, id, &count, err));
    MOON_TRY(moon_version_at(change, &moon_agreement_type, id, MOON_DATE_MAX, &newest, &found, err));
    if (found && count == input->version && moon_str_eq(newest.account, document->account)) return MOON_OK;
    return changed("agreement", id, err);
}

/* "usage/api.calls/2026-10-01..2026-11-01" */
static moon_status check_usage(moon_change *change, const moon_document *document, const moon_input *input,
                               moon_err *err) {
    moon_str meter;
    moon_period period;
    bool same;
    MOON_TRY(moon_usage_same(change, document->account, input, &same, err));
    if (same || !moon_usage_named(input->record, &meter, &period)) return MOON_OK;
    return moon_fail(err, MOON_E_STALE, "the usage of meter %.*s has changed since this was drafted",
                     MOON_STR_ARG(meter));
}

static moon_status check_period_input(moon_change *change, const moon_document *document, moon_bills *known,
                                      const moon_input *input, moon_err *err) {
    bool same;
    if (moon_str_starts(input->record, MOON_STR("account/"))) return check_account(change, input, err);
    if (moon_str_starts(input->record, MOON_STR("agreement/")))
        return check_agreement(change, document, input, err);
    MOON_TRY(check_usage(change, document, input, err));
    MOON_TRY(moon_billed_check(change, known, input, &same, err));
    if (same) return MOON_OK;
    return moon_fail(err, MOON_E_STALE,
                     "what was billed of the period (%.*s) has changed since this was drafted",
                     MOON_STR_ARG(input->record));
}

/* Of each agreement on its lines the draft says which version was the newest. */
static moon_status check_line(moon_change *change, const moon_document *document, moon_str agreement,
                              moon_err *err) {
    moon_str name = moon_arena_printf(moon_change_arena(change), "agreement/%.*s", MOON_STR_ARG(agreement));
    for (size_t i = 0; i < document->inputs.count; i++)
        if (moon_str_eq(MOON_AT(moon_input, document->inputs, i)->record, name)) return MOON_OK;
    return changed("agreement", agreement, err);
}

static moon_status check_periods(moon_change *change, const moon_document *document, moon_err *err) {
    moon_str last = MOON_STR_NONE;
    moon_bills known = {0};
    for (size_t i = 0; i < document->inputs.count; i++)
        MOON_TRY(check_period_input(change, document, &known, MOON_AT(moon_input, document->inputs, i), err));
    for (size_t i = 0; i < document->lines.count; i++) {
        moon_str agreement = MOON_AT(moon_line, document->lines, i)->agreement;
        if (agreement.len == 0 || moon_str_eq(agreement, last)) continue;
        MOON_TRY(check_line(change, document, agreement, err));
        last = agreement;
    }
    return MOON_OK;
}

moon_status moon_input_check(moon_change *change, const moon_document *document, moon_err *err) {
    MOON_TRY(moon_grant_check_inputs(change, document, err));
    if (moon_str_is(document->cause, "order")) return check_order(change, document, err);
    if (moon_str_is(document->cause, "period")) return check_periods(change, document, err);
    return MOON_OK;
}
