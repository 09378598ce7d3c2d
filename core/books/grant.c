#include "books/grant.h"

#include <stdlib.h>

#include "books/document.h"
#include "books/party.h"
#include "store/table.h"

#define SOURCE "grant/"

static moon_str source_of(const moon_grant *grant, moon_arena *keep) {
    return moon_arena_printf(keep, SOURCE "%.*s", MOON_STR_ARG(grant->id));
}

/* ---- what is used ---- */

moon_status moon_burned(moon_change *change, moon_str source, int64_t *amount, moon_currency *currency,
                        moon_err *err) {
    moon_burn bound = {.source = source}, one;
    moon_scan scan;
    bool more = true;
    moon_status status = MOON_OK;
    *amount = 0;
    *currency = 0;
    MOON_TRY(moon_scan_begin(change, &moon_burn_type, MOON_BY_KEY, &bound, 1, &bound, 1, false, &scan, err));
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &one, &more, err);
        if (status != MOON_OK || !more) break;
        if (*currency && one.currency != *currency)
            status =
                moon_fail(err, MOON_E_CURRENCY_MISMATCH, "%.*s is used in %s and in %s", MOON_STR_ARG(source),
                          moon_currency_code(*currency), moon_currency_code(one.currency));
        *currency = one.currency;
        if (status == MOON_OK) status = moon_minor_add(amount, one.amount, "what is used of a grant", err);
    }
    moon_scan_end(&scan);
    return status;
}

moon_status moon_grant_left(moon_change *change, const moon_grant *grant, int64_t *left, moon_err *err) {
    int64_t used;
    moon_currency currency;
    MOON_TRY(moon_burned(change, source_of(grant, moon_change_arena(change)), &used, &currency, err));
    *left = grant->amount - used;
    return MOON_OK;
}

/* ---- giving ---- */

static moon_status check_grant(moon_change *change, const moon_grant *grant, moon_err *err) {
    moon_account account;
    bool found;
    MOON_TRY(moon_record_validate_given(&moon_grant_type, grant, err));
    if (grant->reason.len == 0)
        return moon_fail(err, MOON_E_FIELD_REQUIRED, "a grant needs a reason, which stays on record");
    if (grant->amount <= 0)
        return moon_fail(err, MOON_E_RECORD_INVALID, "grant %.*s is of nothing or less",
                         MOON_STR_ARG(grant->id));
    if (grant->expires != MOON_DATE_NONE && grant->expires < grant->from)
        return moon_fail(err, MOON_E_RECORD_INVALID, "grant %.*s expires before its first day",
                         MOON_STR_ARG(grant->id));
    MOON_TRY(
        moon_version_at(change, &moon_account_type, grant->account, MOON_DATE_MAX, &account, &found, err));
    if (found) return MOON_OK;
    return moon_fail(err, MOON_E_NOT_FOUND, "there is no account %.*s", MOON_STR_ARG(grant->account));
}

moon_status moon_grant_give(moon_change *change, const moon_context *ctx, moon_grant *grant, moon_err *err) {
    moon_grant old = {.id = grant->id};
    bool found;
    MOON_TRY(moon_operator_check(ctx, "approve", err));
    MOON_TRY(check_grant(change, grant, err));
    MOON_TRY(moon_get(change, &moon_grant_type, &old, &found, err));
    if (found)
        return moon_fail(err, MOON_E_RECORD_INVALID, "grant %.*s is there already", MOON_STR_ARG(grant->id));
    grant->prepared_by = ctx->operator;
    MOON_TRY(moon_touch_account(change, grant->account, err));
    return moon_put(change, &moon_grant_type, grant, err);
}

moon_status moon_grant_change(moon_change *change, const moon_context *ctx, moon_grant *grant,
                              moon_err *err) {
    moon_grant old = {.id = grant->id};
    char used[MOON_MONEY_TEXT];
    int64_t left;
    bool found;
    MOON_TRY(moon_operator_check(ctx, "approve", err));
    MOON_TRY(check_grant(change, grant, err));
    MOON_TRY(moon_get(change, &moon_grant_type, &old, &found, err));
    if (!found) return moon_fail(err, MOON_E_NOT_FOUND, "there is no grant %.*s", MOON_STR_ARG(grant->id));
    if (old.currency != grant->currency || !moon_str_eq(old.account, grant->account))
        return moon_fail(err, MOON_E_STATE_REFUSED, "account and currency of a grant stay; give another one");
    MOON_TRY(moon_grant_left(change, &old, &left, err));
    moon_money_format_code((moon_money){old.amount - left, old.currency}, used);
    if (grant->amount < old.amount - left)
        return moon_fail(err, MOON_E_STATE_REFUSED, "%s of grant %.*s are used already", used,
                         MOON_STR_ARG(grant->id));
    grant->prepared_by = old.prepared_by;
    MOON_TRY(moon_touch_account(change, grant->account, err));
    return moon_put(change, &moon_grant_type, grant, err);
}

/* ---- the order in which they are used ---- */

static int64_t priority_of(const moon_grant *grant) {
    return grant->priority == MOON_INT_NONE ? 0 : grant->priority;
}

static moon_date expiry_of(const moon_grant *grant) {
    return grant->expires == MOON_DATE_NONE ? MOON_DATE_MAX : grant->expires;
}

static int by_burning(const void *a, const void *b) {
    const moon_grant *x = &((const moon_usable *)a)->grant, *y = &((const moon_usable *)b)->grant;
    if (priority_of(x) != priority_of(y)) return priority_of(x) < priority_of(y) ? -1 : 1;
    if (expiry_of(x) != expiry_of(y)) return expiry_of(x) < expiry_of(y) ? -1 : 1;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    return moon_str_cmp(x->id, y->id);
}

static bool is_usable(const moon_grant *grant, moon_date day) {
    return grant->from <= day && day <= expiry_of(grant);
}

moon_status moon_grants_of(moon_change *change, moon_str account, moon_date day, moon_arena *keep,
                           moon_usable **out, size_t *count, moon_err *err) {
    moon_grant bound = {.account = account}, one;
    moon_scan scan;
    bool more = true;
    moon_status status = MOON_OK;
    size_t room = 0;
    *out = NULL;
    *count = 0;
    MOON_TRY(moon_scan_begin(change, &moon_grant_type, moon_type_index(&moon_grant_type, "account"), &bound,
                             1, &bound, 1, false, &scan, err));
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &one, &more, err);
        if (status != MOON_OK || !more) break;
        if (!is_usable(&one, day)) continue;
        if (*count == room) {
            moon_usable *larger = MOON_NEW_N(keep, moon_usable, room ? room * 2 : 4);
            if (room) memcpy(larger, *out, room * sizeof *larger);
            *out = larger;
            room = room ? room * 2 : 4;
        }
        (*out)[*count].grant = one;
        status = moon_grant_left(change, &one, &(*out)[(*count)++].left, err);
    }
    moon_scan_end(&scan);
    if (status == MOON_OK && *count) qsort(*out, *count, sizeof **out, by_burning);
    return status;
}

/* ---- what a document uses ---- */

/* The source of a line: its own, or on a credit note that of the line it takes back. */
static moon_str coupon_of(const moon_document *document, const moon_line *line,
                          const moon_document *original) {
    if (line->coupon.len || document->kind != MOON_DOCUMENT_CREDIT_NOTE || !original) return line->coupon;
    for (size_t i = 0; i < original->lines.count; i++) {
        const moon_line *of = MOON_AT(moon_line, original->lines, i);
        if (of->ordinal == line->corrects_line) return of->coupon;
    }
    return MOON_STR_NONE;
}

static moon_status add_burn(const moon_document *document, moon_str source, int64_t amount, moon_burn *burns,
                            size_t *count, moon_err *err) {
    size_t i = 0;
    while (i < *count && !moon_str_eq(burns[i].source, source)) i++;
    if (i == *count) {
        moon_record_init(&moon_burn_type, &burns[i]);
        burns[i].source = source;
        burns[i].document = document->id;
        burns[i].currency = document->currency;
        burns[i].amount = 0;
        ++*count;
    }
    return moon_minor_add(&burns[i].amount, -amount, "what a document uses of a grant", err);
}

moon_status moon_burns_of(moon_change *change, const moon_document *document, moon_arena *keep,
                          moon_burn **out, size_t *count, moon_err *err) {
    moon_document original = {.id = document->corrects};
    moon_burn *burns = MOON_NEW_N(keep, moon_burn, document->lines.count);
    bool found = false;
    size_t kept = 0;
    *count = 0;
    *out = burns;
    if (document->kind == MOON_DOCUMENT_CREDIT_NOTE && original.id.len)
        MOON_TRY(moon_get(change, &moon_document_type, &original, &found, err));
    for (size_t i = 0; i < document->lines.count; i++) {
        const moon_line *line = MOON_AT(moon_line, document->lines, i);
        moon_str source = coupon_of(document, line, found ? &original : NULL);
        int64_t taken = moon_line_value(line);
        if (source.len) MOON_TRY(add_burn(document, source, taken, burns, count, err));
    }
    for (size_t i = 0; i < *count; i++)
        if (burns[i].amount != 0) burns[kept++] = burns[i];
    *count = kept;
    return MOON_OK;
}

/* ---- issue and void ---- */

/* The grant of a source, and that `wanted` more can be used of it. */
static moon_status check_burn(moon_change *change, const moon_document *document, const moon_burn *burn,
                              moon_err *err) {
    moon_grant grant;
    char want[MOON_MONEY_TEXT], have[MOON_MONEY_TEXT];
    int64_t left;
    bool found;
    if (burn->amount < 0 || !moon_str_starts(burn->source, MOON_STR(SOURCE))) return MOON_OK;
    grant.id = moon_str_sub(burn->source, strlen(SOURCE), burn->source.len);
    MOON_TRY(moon_get(change, &moon_grant_type, &grant, &found, err));
    if (!found || !moon_str_eq(grant.account, document->account))
        return moon_fail(err, MOON_E_STALE, "account %.*s has no grant %.*s", MOON_STR_ARG(document->account),
                         (int)(burn->source.len - strlen(SOURCE)), burn->source.ptr + strlen(SOURCE));
    if (grant.currency != burn->currency)
        return moon_fail(err, MOON_E_STALE, "grant %.*s is in %s, and this document in %s",
                         MOON_STR_ARG(grant.id), moon_currency_code(grant.currency),
                         moon_currency_code(burn->currency));
    MOON_TRY(moon_grant_left(change, &grant, &left, err));
    if (burn->amount <= left) return MOON_OK;
    moon_money_format_code((moon_money){burn->amount, burn->currency}, want);
    moon_money_format_code((moon_money){left, burn->currency}, have);
    moon_fail(err, MOON_E_STALE, "this draft uses %s of grant %.*s, which has %s left", want,
              MOON_STR_ARG(grant.id), have);
    return moon_err_hint(err, "drafts are made anew by: moonbill bill");
}

moon_status moon_burn_take(moon_change *change, const moon_document *document, moon_err *err) {
    moon_burn *burns;
    size_t count;
    MOON_TRY(moon_burns_of(change, document, moon_change_arena(change), &burns, &count, err));
    for (size_t i = 0; i < count; i++) {
        MOON_TRY(check_burn(change, document, &burns[i], err));
        MOON_TRY(moon_put(change, &moon_burn_type, &burns[i], err));
    }
    return MOON_OK;
}

/* What a credit note gave back may be used by now. */
static moon_status check_free(moon_change *change, const moon_document *document, const moon_burn *burn,
                              moon_err *err) {
    moon_burn wanted = *burn;
    moon_err why;
    if (burn->amount >= 0) return MOON_OK;
    wanted.amount = -burn->amount;
    moon_status status = check_burn(change, document, &wanted, &why);
    if (status != MOON_E_STALE) {
        if (status != MOON_OK) *err = why;
        return status;
    }
    return moon_fail(err, MOON_E_VOID_REFUSED, "what %.*s gave back of %.*s is used by now",
                     MOON_STR_ARG(document->number), MOON_STR_ARG(burn->source));
}

moon_status moon_burn_free(moon_change *change, const moon_document *document, moon_err *err) {
    moon_burn *burns;
    size_t count;
    MOON_TRY(moon_burns_of(change, document, moon_change_arena(change), &burns, &count, err));
    for (size_t i = 0; i < count; i++) {
        MOON_TRY(check_free(change, document, &burns[i], err));
        MOON_TRY(moon_delete(change, &moon_burn_type, &burns[i], err));
    }
    return MOON_OK;
}

/* ---- inputs ---- */

moon_status moon_grants_input(moon_change *change, moon_str account, moon_date day, moon_arena *keep,
                              moon_input *out, moon_err *err) {
    moon_usable *list;
    size_t count;
    char text[MOON_DATE_TEXT];
    moon_buf bytes = MOON_BUF_EMPTY;
    MOON_TRY(moon_grants_of(change, account, day, keep, &list, &count, err));
    moon_date_format(day, text);
    moon_record_init(&moon_input_type, out);
    out->record = moon_arena_printf(keep, "grants/%s", text);
    out->count = (int64_t)count;
    for (size_t i = 0; i < count; i++) moon_record_encode(&moon_grant_type, &list[i].grant, false, &bytes);
    moon_hash hash = moon_hash_of(moon_buf_str(&bytes));
    moon_buf_free(&bytes);
    if (count) out->content = moon_arena_str(keep, (moon_str){(const char *)hash.bytes, sizeof hash.bytes});
    return MOON_OK;
}

static moon_status check_grants(moon_change *change, const moon_document *document, const moon_input *input,
                                moon_err *err) {
    moon_input now;
    moon_date day;
    MOON_TRY(moon_date_parse(moon_str_sub(input->record, strlen("grants/"), input->record.len), &day, err));
    MOON_TRY(moon_grants_input(change, document->account, day, moon_change_arena(change), &now, err));
    if (now.count == input->count && moon_str_eq(now.content, input->content)) return MOON_OK;
    return moon_fail(err, MOON_E_STALE, "the grants of account %.*s have changed since this was drafted",
                     MOON_STR_ARG(document->account));
}

static moon_status check_burned(moon_change *change, const moon_input *input, moon_err *err) {
    moon_str source = moon_str_sub(input->record, strlen("burned/"), input->record.len);
    int64_t used;
    moon_currency currency;
    MOON_TRY(moon_burned(change, source, &used, &currency, err));
    if (!currency) return MOON_OK;
    moon_decimal now = moon_money_decimal((moon_money){used, currency});
    if (moon_decimal_cmp(now, input->quantity) <= 0) return MOON_OK;
    return moon_fail(err, MOON_E_STALE, "more of %.*s is used than when this was drafted",
                     MOON_STR_ARG(source));
}

moon_status moon_grant_check_inputs(moon_change *change, const moon_document *document, moon_err *err) {
    for (size_t i = 0; i < document->inputs.count; i++) {
        const moon_input *input = MOON_AT(moon_input, document->inputs, i);
        if (moon_str_starts(input->record, MOON_STR("grants/")))
            MOON_TRY(check_grants(change, document, input, err));
        else if (moon_str_starts(input->record, MOON_STR("burned/")))
            MOON_TRY(check_burned(change, input, err));
    }
    return MOON_OK;
}
