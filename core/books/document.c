#include "books/document.h"

#include "books/closing.h"
#include "books/ledger.h"
#include "books/party.h"
#include "books/receivable.h"
#include "store/table.h"

/* ---- finding ---- */

static moon_status find_by_number(moon_change *change, int kind, moon_str number, moon_document *out,
                                  bool *found, moon_err *err) {
    moon_document bound = {.kind = kind, .number = number};
    moon_scan scan;
    MOON_TRY(moon_scan_begin(change, &moon_document_type, moon_type_index(&moon_document_type, "number"),
                             &bound, 2, &bound, 2, false, &scan, err));
    moon_status status = moon_scan_next(&scan, out, found, err);
    moon_scan_end(&scan);
    return status;
}

moon_status moon_document_find(moon_change *change, moon_str name, moon_document *out, bool *found,
                               moon_err *err) {
    *found = false;
    if (name.len == 0 || name.len > 128) return MOON_OK;
    for (int kind = MOON_DOCUMENT_INVOICE; kind <= MOON_DOCUMENT_CREDIT_NOTE && !*found; kind++)
        MOON_TRY(find_by_number(change, kind, name, out, found, err));
    if (*found) return MOON_OK;
    out->id = name;
    return moon_get(change, &moon_document_type, out, found, err);
}

moon_status moon_document_id(moon_change *change, moon_str source, moon_str *id, moon_err *err) {
    moon_document document;
    bool found;
    *id = source;
    for (int n = 2;; n++) {
        document.id = *id;
        MOON_TRY(moon_get(change, &moon_document_type, &document, &found, err));
        if (!found || document.state != MOON_STATE_VOID) return MOON_OK;
        *id = moon_arena_printf(moon_change_arena(change), "again%d/%.*s", n, MOON_STR_ARG(source));
    }
}

moon_status moon_document_credits(moon_change *change, moon_str document, moon_arena *keep,
                                  moon_document **out, size_t *count, moon_err *err) {
    moon_document bound = {.corrects = document}, credit;
    moon_scan scan;
    bool more;
    size_t room = 4;
    moon_document *made = MOON_NEW_N(keep, moon_document, room);
    *count = 0;
    MOON_TRY(moon_scan_begin(change, &moon_document_type, moon_type_index(&moon_document_type, "corrects"),
                             &bound, 1, &bound, 1, false, &scan, err));
    for (;;) {
        moon_status status = moon_scan_next(&scan, &credit, &more, err);
        if (status != MOON_OK || !more) {
            moon_scan_end(&scan);
            *out = made;
            return status;
        }
        if (credit.state == MOON_STATE_VOID) continue;
        if (*count == room) {
            moon_document *larger = MOON_NEW_N(keep, moon_document, room * 2);
            memcpy(larger, made, room * sizeof *made);
            made = larger;
            room *= 2;
        }
        made[(*count)++] = credit;
    }
}

/* ---- arithmetic ---- */

static moon_status wrong_sum(const moon_document *document, const char *what, int64_t found, int64_t expected,
                             moon_err *err) {
    char left[MOON_MONEY_TEXT], right[MOON_MONEY_TEXT];
    moon_money_format_code((moon_money){found, document->currency}, left);
    moon_money_format_code((moon_money){expected, document->currency}, right);
    return moon_fail(err, MOON_E_DOCUMENT_SUM, "%s is %s, but should be %s", what, left, right);
}

static moon_status add(int64_t *sum, int64_t amount, moon_err *err) {
    return moon_minor_add(sum, amount, "a sum of the document", err);
}

/* Each category's taxable amount is the sum of its lines. */
static moon_status check_category(const moon_document *document, moon_str category, moon_err *err) {
    int64_t lines = 0, taxed = 0;
    for (size_t i = 0; i < document->lines.count; i++) {
        const moon_line *line = MOON_AT(moon_line, document->lines, i);
        if (moon_str_eq(line->tax_category, category)) MOON_TRY(add(&lines, line->amount, err));
    }
    for (size_t i = 0; i < document->taxes.count; i++) {
        const moon_tax *tax = MOON_AT(moon_tax, document->taxes, i);
        if (moon_str_eq(tax->category, category)) MOON_TRY(add(&taxed, tax->net, err));
    }
    if (lines == taxed) return MOON_OK;
    char what[120];
    snprintf(what, sizeof what, "the taxable amount of category %.*s", MOON_STR_ARG(category));
    return wrong_sum(document, what, taxed, lines, err);
}

static bool is_taxed(const moon_document *document, moon_str category) {
    for (size_t i = 0; i < document->taxes.count; i++)
        if (moon_str_eq(MOON_AT(moon_tax, document->taxes, i)->category, category)) return true;
    return false;
}

static bool is_sold(const moon_document *document, moon_str category) {
    for (size_t i = 0; i < document->lines.count; i++)
        if (moon_str_eq(MOON_AT(moon_line, document->lines, i)->tax_category, category)) return true;
    return false;
}

/* By the few taxes rather than by the many lines. */
static moon_status check_categories(const moon_document *document, moon_err *err) {
    for (size_t i = 0; i < document->taxes.count; i++) {
        const moon_tax *tax = MOON_AT(moon_tax, document->taxes, i);
        moon_str category = tax->category;
        MOON_TRY(check_category(document, category, err));
        if (tax->tax != 0 && !is_sold(document, category))
            return moon_fail(err, MOON_E_DOCUMENT_SUM, "there is a tax for category %.*s, but no line",
                             MOON_STR_ARG(category));
    }
    for (size_t i = 0; i < document->lines.count; i++) {
        moon_str category = MOON_AT(moon_line, document->lines, i)->tax_category;
        if (!is_taxed(document, category)) MOON_TRY(check_category(document, category, err));
    }
    return MOON_OK;
}

static moon_status check_sums(const moon_document *document, moon_err *err) {
    int64_t lines = 0, net = 0, tax = 0;
    MOON_TRY(check_categories(document, err));
    for (size_t i = 0; i < document->lines.count; i++)
        MOON_TRY(add(&lines, MOON_AT(moon_line, document->lines, i)->amount, err));
    for (size_t i = 0; i < document->taxes.count; i++) {
        MOON_TRY(add(&net, MOON_AT(moon_tax, document->taxes, i)->net, err));
        MOON_TRY(add(&tax, MOON_AT(moon_tax, document->taxes, i)->tax, err));
    }
    if (document->net != lines) return wrong_sum(document, "the net amount", document->net, lines, err);
    if (net != lines) return wrong_sum(document, "the sum of the taxable amounts", net, lines, err);
    if (document->tax != tax) return wrong_sum(document, "the tax", document->tax, tax, err);
    int64_t total = document->net;
    MOON_TRY(add(&total, document->tax, err));
    if (document->total != total) return wrong_sum(document, "the total", document->total, total, err);
    return MOON_OK;
}

moon_status moon_document_check(const moon_document *document, moon_err *err) {
    MOON_TRY(check_sums(document, err));
    if (document->kind == MOON_DOCUMENT_INVOICE && document->total < 0)
        return moon_fail(err, MOON_E_DOCUMENT_SUM,
                         "an invoice cannot be negative; what takes a sale back is a credit note");
    if (document->kind == MOON_DOCUMENT_CREDIT_NOTE && document->total > 0)
        return moon_fail(err, MOON_E_DOCUMENT_SUM,
                         "a credit note cannot be positive; what is sold needs an invoice");
    return MOON_OK;
}

/* ---- drafts ---- */

/* The draft as it was when it was made: approvals and state apart. */
static bool same_draft(moon_change *change, const moon_document *old, const moon_document *new) {
    moon_document *copy = MOON_NEW(moon_change_arena(change), moon_document);
    *copy = *old;
    copy->state = new->state;
    copy->approvals = new->approvals;
    copy->prepared_by = new->prepared_by;
    return moon_record_equal(&moon_document_type, copy, new);
}

moon_status moon_document_draft(moon_change *change, const moon_document *document, moon_drafted *drafted,
                                moon_err *err) {
    moon_document old = {.id = document->id};
    bool found;
    MOON_TRY(moon_document_check(document, err));
    MOON_TRY(moon_get(change, &moon_document_type, &old, &found, err));
    *drafted = MOON_DRAFTED_SAME;
    if (found && (old.state == MOON_STATE_ISSUED || old.state == MOON_STATE_VOID))
        return moon_fail(err, MOON_E_CLAIMED, "%.*s was issued as %.*s", MOON_STR_ARG(document->id),
                         MOON_STR_ARG(old.number));
    if (found && same_draft(change, &old, document)) return MOON_OK;
    *drafted = found ? MOON_DRAFTED_CHANGED : MOON_DRAFTED_NEW;
    MOON_TRY(moon_touch_account(change, document->account, err));
    return moon_put(change, &moon_document_type, document, err);
}

moon_status moon_document_discard(moon_change *change, const moon_document *document, moon_err *err) {
    if (document->state == MOON_STATE_ISSUED || document->state == MOON_STATE_VOID)
        return moon_fail(err, MOON_E_STATE_REFUSED, "%.*s is issued and cannot be dropped",
                         MOON_STR_ARG(document->number));
    MOON_TRY(moon_touch_account(change, document->account, err));
    return moon_delete(change, &moon_document_type, document, err);
}

/* ---- approval ---- */

static moon_status refuse_approval(const moon_document *document, const char *why, moon_err *err) {
    return moon_fail(err, MOON_E_APPROVAL, "%.*s %s", MOON_STR_ARG(document->id), why);
}

moon_status moon_document_approve(moon_change *change, const moon_context *ctx, moon_document *document,
                                  bool by_policy, moon_err *err) {
    moon_arena *keep = moon_change_arena(change);
    bool nobody = moon_str_is(document->approval_rule, "nobody");
    moon_str note = MOON_STR_NONE;
    MOON_TRY(moon_operator_check(ctx, "", err));
    if (document->state == MOON_STATE_APPROVED) return MOON_OK;
    if (document->state != MOON_STATE_DRAFT) return refuse_approval(document, "is issued already", err);
    if (by_policy && !nobody) return refuse_approval(document, "has to be approved by a person", err);
    if (!nobody)
        MOON_TRY(
            moon_may_approve(ctx, document->approval_rule, document->prepared_by, document->id, &note, err));
    moon_approval *approval = MOON_NEW(keep, moon_approval);
    moon_record_init(&moon_approval_type, approval);
    approval->operator= nobody ? MOON_STR("policy") : ctx->operator;
    approval->date = ctx->today;
    approval->note = note;
    document->approvals = (moon_list){approval, 1};
    document->state = MOON_STATE_APPROVED;
    MOON_TRY(moon_touch_account(change, document->account, err));
    return moon_put(change, &moon_document_type, document, err);
}

/* ---- posting ---- */

typedef struct posting {
    const moon_context *ctx;
    const moon_document *document;
    moon_entry entry;
    moon_entry_line *lines;
    int64_t base_sum;
} posting;

/* Minor units of the base currency for an amount of the document's. Half-up; the receivables line takes what
 * rounding leaves. */
static moon_status to_base(const posting *p, int64_t amount, int64_t *base, moon_err *err) {
    moon_decimal value;
    moon_money made;
    *base = amount;
    if (p->document->currency == p->ctx->config->currency) return MOON_OK;
    if (!moon_decimal_present(p->document->rate))
        return moon_fail(err, MOON_E_RECORD_INVALID, "%.*s is in a foreign currency and has no rate",
                         MOON_STR_ARG(p->document->id));
    MOON_TRY(moon_decimal_mul(moon_money_decimal((moon_money){amount, p->document->currency}),
                              p->document->rate, &value, err));
    MOON_TRY(moon_money_round(value, p->ctx->config->currency, MOON_HALF_UP, &made, err));
    *base = made.minor;
    return MOON_OK;
}

static moon_entry_line *line_of(posting *p, moon_str account) {
    for (size_t i = 0; i < p->entry.lines.count; i++)
        if (moon_str_eq(p->lines[i].account, account)) return &p->lines[i];
    moon_entry_line *line = &p->lines[p->entry.lines.count++];
    moon_record_init(&moon_entry_line_type, line);
    line->account = account;
    line->currency = p->document->currency;
    line->amount = line->base = 0;
    return line;
}

/* Revenue goes to an account of the chart, and never to one that has another role: the control account is
 * what its open items say. */
static moon_status check_in_chart(const moon_config *config, moon_str number, moon_err *err) {
    for (size_t i = 0; i < config->chart.count; i++) {
        moon_str role = config->chart.items[i].key;
        bool income = moon_str_is(role, "revenue") || moon_str_is(role, "discounts") ||
                      moon_str_is(role, "fees") || moon_str_is(role, "interest");
        if (!income && moon_str_eq(config->chart.items[i].value, number))
            return moon_fail(err, MOON_E_CHART_MISSING, "account %.*s is for %.*s; nothing can be sold on it",
                             MOON_STR_ARG(number), MOON_STR_ARG(role));
    }
    for (size_t i = 0; i < config->chart_names.count; i++)
        if (moon_str_eq(config->chart_names.items[i].key, number)) return MOON_OK;
    if (config->chart_names.count == 0) return MOON_OK;
    return moon_fail(err, MOON_E_CHART_MISSING, "account %.*s is not in the chart of accounts",
                     MOON_STR_ARG(number));
}

static moon_status post_credits(posting *p, moon_err *err) {
    moon_str revenue, tax;
    MOON_TRY(moon_chart_account(p->ctx->config, "revenue", &revenue, err));
    MOON_TRY(moon_chart_account(p->ctx->config, "tax", &tax, err));
    for (size_t i = 0; i < p->document->lines.count; i++) {
        const moon_line *line = MOON_AT(moon_line, p->document->lines, i);
        if (line->amount == 0) continue;
        if (line->revenue.len) MOON_TRY(check_in_chart(p->ctx->config, line->revenue, err));
        MOON_TRY(add(&line_of(p, line->revenue.len ? line->revenue : revenue)->amount, -line->amount, err));
    }
    if (p->document->tax != 0) MOON_TRY(add(&line_of(p, tax)->amount, -p->document->tax, err));
    for (size_t i = 0; i < p->entry.lines.count; i++) {
        MOON_TRY(to_base(p, p->lines[i].amount, &p->lines[i].base, err));
        MOON_TRY(add(&p->base_sum, p->lines[i].base, err));
    }
    return MOON_OK;
}

bool moon_document_is_posted(const moon_document *document) {
    for (size_t i = 0; i < document->lines.count; i++)
        if (MOON_AT(moon_line, document->lines, i)->amount != 0) return true;
    return document->tax != 0;
}

/* Receivables against revenue and tax. */
static moon_status post_document(moon_change *change, const moon_context *ctx, const moon_document *document,
                                 int64_t *base, moon_err *err) {
    moon_arena *keep = moon_change_arena(change);
    posting p = {.ctx = ctx, .document = document};
    moon_str receivables;
    *base = 0;
    if (!moon_document_is_posted(document)) return MOON_OK;
    MOON_TRY(moon_chart_account(ctx->config, "receivables", &receivables, err));
    moon_record_init(&moon_entry_type, &p.entry);
    p.lines = MOON_NEW_N(keep, moon_entry_line, document->lines.count + 2);
    p.entry.id = moon_arena_printf(keep, "issue/%.*s", MOON_STR_ARG(document->number));
    p.entry.date = p.entry.booked = ctx->today;
    p.entry.document = document->id;
    p.entry.text = moon_arena_printf(keep, "issue %.*s", MOON_STR_ARG(document->number));
    MOON_TRY(post_credits(&p, err));
    moon_entry_line *owed = line_of(&p, receivables);
    owed->party = document->account;
    MOON_TRY(add(&owed->amount, document->total, err));
    MOON_TRY(add(&owed->base, -p.base_sum, err));
    p.entry.lines.items = p.lines;
    *base = owed->base;
    return moon_post(change, &p.entry, err);
}

/* The entry of the issue with every sign turned, whatever the chart says today. */
static moon_status reverse_posting(moon_change *change, const moon_context *ctx,
                                   const moon_document *document, moon_err *err) {
    moon_arena *keep = moon_change_arena(change);
    moon_entry entry = {.id = moon_arena_printf(keep, "issue/%.*s", MOON_STR_ARG(document->number))};
    bool found;
    MOON_TRY(moon_get(change, &moon_entry_type, &entry, &found, err));
    if (!found) return MOON_OK; /* nothing was posted: a document of nothing */
    entry.id = moon_arena_printf(keep, "void/%.*s", MOON_STR_ARG(document->number));
    entry.text = moon_arena_printf(keep, "void %.*s", MOON_STR_ARG(document->number));
    entry.date = entry.booked = ctx->today;
    for (size_t i = 0; i < entry.lines.count; i++) {
        moon_entry_line *line = MOON_AT(moon_entry_line, entry.lines, i);
        line->amount = -line->amount;
        line->base = -line->base;
    }
    return moon_post(change, &entry, err);
}

/* ---- issue ---- */

static moon_claim claim_of(const moon_document *document, const moon_order *order, moon_arena *keep) {
    moon_claim claim;
    moon_record_init(&moon_claim_type, &claim);
    claim.source = moon_arena_printf(keep, "order/%.*s", MOON_STR_ARG(order->id));
    claim.line = 0;
    claim.start = order->date;
    claim.cause = MOON_STR("order");
    claim.document = document->id;
    return claim;
}

static bool bills_an_order(const moon_document *document) { return moon_str_is(document->cause, "order"); }

static moon_status get_order(moon_change *change, const moon_document *document, moon_order *order,
                             moon_err *err) {
    bool found;
    order->id = document->order;
    MOON_TRY(moon_get(change, &moon_order_type, order, &found, err));
    return found ? MOON_OK
                 : moon_fail(err, MOON_E_NOT_FOUND, "there is no order %.*s", MOON_STR_ARG(document->order));
}

static moon_status claim_order(moon_change *change, const moon_document *document, moon_err *err) {
    moon_order order;
    bool found;
    MOON_TRY(get_order(change, document, &order, err));
    moon_claim claim = claim_of(document, &order, moon_change_arena(change)), other = claim;
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
    moon_claim claim = claim_of(document, &order, moon_change_arena(change));
    order.state = MOON_ORDER_DUE;
    MOON_TRY(moon_delete(change, &moon_claim_type, &claim, err));
    return moon_put(change, &moon_order_type, &order, err);
}

/* What all issued credit notes of an invoice take back, this one included, is not more than the invoice. */
static moon_status check_credit(moon_change *change, const moon_document *document, moon_err *err) {
    moon_document original = {.id = document->corrects}, *credits;
    char left[MOON_MONEY_TEXT], wanted[MOON_MONEY_TEXT];
    size_t count;
    bool found;
    if (document->kind != MOON_DOCUMENT_CREDIT_NOTE || document->corrects.len == 0) return MOON_OK;
    MOON_TRY(moon_get(change, &moon_document_type, &original, &found, err));
    if (found && (original.state == MOON_STATE_DRAFT || original.state == MOON_STATE_APPROVED))
        return moon_fail(err, MOON_E_STATE_REFUSED, "it corrects %.*s, which is not issued yet",
                         MOON_STR_ARG(original.id));
    if (!found || original.kind != MOON_DOCUMENT_INVOICE || original.state != MOON_STATE_ISSUED)
        return MOON_OK;
    MOON_TRY(moon_document_credits(change, original.id, moon_change_arena(change), &credits, &count, err));
    int64_t rest = original.total;
    for (size_t i = 0; i < count; i++)
        if (credits[i].state == MOON_STATE_ISSUED) MOON_TRY(add(&rest, credits[i].total, err));
    if (rest + document->total >= 0) return MOON_OK;
    moon_money_format_code((moon_money){rest, original.currency}, left);
    moon_money_format_code((moon_money){-document->total, original.currency}, wanted);
    return moon_fail(err, MOON_E_CREDIT_EXCEEDS, "%s cannot be credited: %.*s has %s left", wanted,
                     MOON_STR_ARG(original.number), left);
}

/* Does `input` ("product/P1") still have the version that the draft read? `date` is the day it was asked for. */
static moon_status check_input(moon_change *change, const moon_type *type, const moon_input *input,
                               moon_date date, moon_err *err) {
    size_t slash = strlen(type->name) + 1;
    moon_str id = moon_str_sub(input->record, slash, input->record.len);
    void *now = moon_arena_alloc(moon_change_arena(change), type->size);
    bool found;
    MOON_TRY(moon_version_at(change, type, id, date, now, &found, err));
    int64_t version =
        found ? *(int64_t *)moon_field_at(moon_type_field(type, MOON_STR("version")), now) : MOON_INT_NONE;
    if (version == input->version) return MOON_OK;
    return moon_fail(err, MOON_E_STALE, "%s %.*s has changed since this was drafted", type->name,
                     MOON_STR_ARG(id));
}

/* What the rules of an order's draft read is what they would read today. (Orders drop their drafts themselves.) */
static moon_status check_fresh(moon_change *change, const moon_document *document, moon_err *err) {
    moon_order order;
    MOON_TRY(get_order(change, document, &order, err));
    for (size_t i = 0; i < document->inputs.count; i++) {
        const moon_input *input = MOON_AT(moon_input, document->inputs, i);
        if (moon_str_starts(input->record, MOON_STR("account/")))
            MOON_TRY(check_input(change, &moon_account_type, input, order.date, err));
        else if (moon_str_starts(input->record, MOON_STR("agreement/")))
            MOON_TRY(check_input(change, &moon_agreement_type, input, order.date, err));
        else if (moon_str_starts(input->record, MOON_STR("product/")))
            MOON_TRY(check_input(change, &moon_product_type, input, document->tax_point, err));
    }
    return MOON_OK;
}

moon_status moon_document_issue(moon_change *change, const moon_context *ctx, moon_document *document,
                                moon_err *err) {
    bool invoice = document->kind == MOON_DOCUMENT_INVOICE;
    int64_t base;
    MOON_TRY(moon_operator_check(ctx, "issue", err));
    MOON_TRY(moon_check_open_day(change, ctx->today, "its issue", err));
    if (document->state != MOON_STATE_APPROVED) {
        moon_fail(err, MOON_E_APPROVAL, "%.*s is not approved", MOON_STR_ARG(document->id));
        return moon_err_hint(err, "moonbill approve %.*s", MOON_STR_ARG(document->id));
    }
    MOON_TRY(moon_document_check(document, err));
    MOON_TRY(check_credit(change, document, err));
    if (bills_an_order(document)) {
        MOON_TRY(check_fresh(change, document, err));
        MOON_TRY(claim_order(change, document, err));
    }
    MOON_TRY(moon_series_next(change, invoice ? "invoice" : "credit_note",
                              invoice ? ctx->config->invoice_series : ctx->config->credit_note_series,
                              ctx->today, &document->number, err));
    document->date = ctx->today;
    MOON_TRY(moon_date_add_days(ctx->today, document->terms, &document->due, err));
    document->state = MOON_STATE_ISSUED;
    MOON_TRY(moon_touch_account(change, document->account, err));
    MOON_TRY(moon_put(change, &moon_document_type, document, err));
    MOON_TRY(post_document(change, ctx, document, &base, err));
    return moon_item_add(change, document, base, err);
}

/* ---- void ---- */

moon_status moon_document_void(moon_change *change, const moon_context *ctx, moon_document *document,
                               moon_str reason, moon_err *err) {
    moon_document *credits;
    size_t count;
    MOON_TRY(moon_operator_check(ctx, "issue", err));
    if (document->state != MOON_STATE_ISSUED)
        return moon_fail(err, MOON_E_STATE_REFUSED, "%.*s is not issued; only issued documents are voided",
                         MOON_STR_ARG(document->id));
    MOON_TRY(moon_document_credits(change, document->id, moon_change_arena(change), &credits, &count, err));
    if (count)
        return moon_fail(err, MOON_E_VOID_REFUSED, "%.*s is corrected by a credit note",
                         MOON_STR_ARG(document->number));
    if (ctx->today < document->date)
        return moon_fail(err, MOON_E_VOID_REFUSED, "%.*s was issued after this day",
                         MOON_STR_ARG(document->number));
    MOON_TRY(moon_check_open_day(change, ctx->today, "its voiding", err));
    MOON_TRY(moon_item_void(change, document, ctx->today, err));
    document->state = MOON_STATE_VOID;
    document->reason = reason;
    MOON_TRY(moon_touch_account(change, document->account, err));
    MOON_TRY(moon_put(change, &moon_document_type, document, err));
    if (bills_an_order(document)) MOON_TRY(free_order(change, document, err));
    return reverse_posting(change, ctx, document, err);
}
