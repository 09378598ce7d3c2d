#include "books/config.h"

#include "store/table.h"

static const moon_operator *operator_of(const moon_context *ctx) {
    for (size_t i = 0; i < ctx->config->operator_count; i++)
        if (moon_str_eq(ctx->config->operators[i].user, ctx->operator)) return &ctx->config->operators[i];
    return NULL;
}

static bool has_role(moon_str roles, const char *role) {
    moon_str one;
    while (moon_str_cut(&roles, ' ', &one))
        if (moon_str_is(one, role)) return true;
    return false;
}

moon_status moon_operator_check(const moon_context *ctx, const char *role, moon_err *err) {
    if (ctx->config->operator_count == 0) return MOON_OK;
    const moon_operator *who = operator_of(ctx);
    if (!who)
        return moon_fail(err, MOON_E_OPERATOR_UNKNOWN, "%.*s is not an operator of this book",
                         MOON_STR_ARG(ctx->operator));
    if (role[0] && !has_role(who->roles, role)) {
        moon_fail(err, MOON_E_ROLE, "%.*s may not %s: the role is missing", MOON_STR_ARG(ctx->operator),
                  role);
        return moon_err_hint(err, "add \"%s\" to the roles of %.*s in book.lua, or ask somebody who has it",
                             role, MOON_STR_ARG(ctx->operator));
    }
    return MOON_OK;
}

bool moon_operator_is_sole(const moon_context *ctx) { return ctx->config->operator_count <= 1; }

static bool is_approval_rule(moon_str who) {
    return moon_str_is(who, "anyone") || moon_str_is(who, "other") ||
           (moon_str_starts(who, MOON_STR("role:")) && who.len > 5);
}

moon_status moon_may_approve(const moon_context *ctx, moon_str who, moon_str prepared_by, moon_str id,
                             moon_str *note, moon_err *err) {
    char role[64];
    bool own = moon_str_eq(prepared_by, ctx->operator);
    if (!is_approval_rule(who))
        return moon_fail(err, MOON_E_APPROVAL, "%.*s does not say who has to approve it: draft it again",
                         MOON_STR_ARG(id));
    MOON_TRY(moon_operator_check(ctx, "approve", err));
    *note = own ? MOON_STR("own draft") : MOON_STR_NONE;
    if (moon_operator_is_sole(ctx)) {
        if (own) *note = MOON_STR("sole operator, own draft");
        return MOON_OK;
    }
    if (moon_str_is(who, "other") && own) {
        moon_fail(err, MOON_E_APPROVAL, "%.*s has to be approved by somebody other than its preparer",
                  MOON_STR_ARG(id));
        return moon_err_hint(err, "ask another operator of this book to approve it");
    }
    if (!moon_str_starts(who, MOON_STR("role:"))) return MOON_OK;
    snprintf(role, sizeof role, "%.*s", (int)who.len - 5, who.ptr + 5);
    return moon_operator_check(ctx, role, err);
}

moon_status moon_chart_account(const moon_config *config, const char *role, moon_str *out, moon_err *err) {
    for (size_t i = 0; i < config->chart.count; i++)
        if (moon_str_is(config->chart.items[i].key, role)) {
            *out = config->chart.items[i].value;
            return MOON_OK;
        }
    return moon_fail(err, MOON_E_CHART_MISSING, "the chart of accounts has no account for %s", role);
}

moon_status moon_commit(moon_change *change, const moon_context *ctx, const char *action, moon_str subject,
                        moon_str note, uint64_t *seq, moon_err *err) {
    moon_audit audit;
    moon_buf bytes = MOON_BUF_EMPTY;
    if (ctx->rider) MOON_TRY(ctx->rider(ctx->rider_ctx, change, err));
    moon_record_init(&moon_audit_type, &audit);
    audit.action = moon_str_of(action);
    audit.subject = subject;
    audit.operator= ctx->operator;
    audit.time = ctx->time;
    audit.today = ctx->today;
    audit.closure = ctx->closure;
    audit.note = note;
    moon_record_encode(&moon_audit_type, &audit, false, &bytes);
    moon_status status = moon_change_commit(change, moon_buf_str(&bytes), seq, err);
    moon_buf_free(&bytes);
    return status;
}

moon_status moon_audit_get(moon_change *change, uint64_t seq, moon_audit *out, moon_err *err) {
    moon_link link;
    MOON_TRY(moon_link_get(change, seq, &link, err));
    MOON_TRY(moon_record_decode(&moon_audit_type, link.note, false, out, moon_change_arena(change), err));
    out->seq = (int64_t)seq;
    out->records = (int64_t)link.created_count;
    return MOON_OK;
}
