#include "books/document.h"

#include "books/billed.h"
#include "books/claim.h"
#include "books/closing.h"
#include "books/grant.h"
#include "books/input.h"
#include "books/late.h"
#include "books/party.h"
#include "books/posting.h"
#include "books/receivable.h"
#include "books/series.h"
#include "books/wallet.h"
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

moon_str moon_document_nth_id(moon_arena *keep, moon_str source, int n) {
    return n == 1 ? source : moon_arena_printf(keep, "again%d/%.*s", n, MOON_STR_ARG(source));
}

moon_status moon_document_id(moon_change *change, moon_str source, moon_str *id, moon_err *err) {
    moon_document document;
    bool found;
    for (int n = 1;; n++) {
        document.id = *id = moon_document_nth_id(moon_change_arena(change), source, n);
        MOON_TRY(moon_get(change, &moon_document_type, &document, &found, err));
        if (!found || document.state != MOON_STATE_VOID) return MOON_OK;
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

/* An absent amount is none. */
static int64_t or_none(int64_t amount) { return amount == MOON_INT_NONE ? 0 : amount; }

int64_t moon_document_payable(const moon_document *document) {
    return document->payable == MOON_INT_NONE ? document->total : document->payable;
}

int64_t moon_line_value(const moon_line *line) {
    return line->gross == MOON_INT_NONE ? line->amount : line->gross;
}

/* What is payable is the total, rounded to coins, less what is withheld; it does not change sides. */
static moon_status check_payable(const moon_document *document, moon_err *err) {
    int64_t payable = document->total, found = moon_document_payable(document);
    MOON_TRY(add(&payable, or_none(document->rounded), err));
    MOON_TRY(add(&payable, -or_none(document->withheld), err));
    if (found != payable) return wrong_sum(document, "the payable amount", found, payable, err);
    if (document->kind == MOON_DOCUMENT_INVOICE ? payable >= 0 : payable <= 0) return MOON_OK;
    return wrong_sum(document, "the payable amount", payable, 0, err);
}

moon_status moon_document_check(const moon_document *document, moon_err *err) {
    MOON_TRY(check_sums(document, err));
    if (document->kind == MOON_DOCUMENT_INVOICE && document->total < 0)
        return moon_fail(err, MOON_E_DOCUMENT_SUM,
                         "an invoice cannot be negative; what takes a sale back is a credit note");
    if (document->kind == MOON_DOCUMENT_CREDIT_NOTE && document->total > 0)
        return moon_fail(err, MOON_E_DOCUMENT_SUM,
                         "a credit note cannot be positive; what is sold needs an invoice");
    return check_payable(document, err);
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

/* ---- issue ---- */

bool moon_document_is_posted(const moon_document *document) {
    for (size_t i = 0; i < document->lines.count; i++)
        if (MOON_AT(moon_line, document->lines, i)->amount != 0) return true;
    return document->tax != 0;
}

/* What is left of an invoice: of its total, of what is payable, and of each line. */
typedef struct rest {
    const moon_document *invoice;
    int64_t total, payable, *lines;
} rest;

static rest rest_of(const moon_document *invoice, moon_arena *keep) {
    rest made = {invoice, invoice->total, moon_document_payable(invoice),
                 MOON_NEW_N(keep, int64_t, invoice->lines.count + 1)};
    for (size_t i = 0; i < invoice->lines.count; i++)
        made.lines[i] = moon_line_value(MOON_AT(moon_line, invoice->lines, i));
    return made;
}

static moon_status take_credit(rest *of, const moon_document *credit, moon_err *err) {
    MOON_TRY(add(&of->total, credit->total, err));
    for (size_t i = 0; i < credit->lines.count; i++) {
        const moon_line *line = MOON_AT(moon_line, credit->lines, i);
        int64_t at = line->corrects_line;
        bool here = line->corrects.len == 0 || moon_str_eq(line->corrects, of->invoice->id);
        if (here && at >= 1 && (uint64_t)at <= of->invoice->lines.count)
            MOON_TRY(add(&of->lines[at - 1], moon_line_value(line), err));
    }
    return add(&of->payable, moon_document_payable(credit), err);
}

static moon_status exceeds(const rest *of, int64_t wanted, int64_t left, moon_err *err) {
    char want[MOON_MONEY_TEXT], have[MOON_MONEY_TEXT];
    moon_money_format_code((moon_money){wanted, of->invoice->currency}, want);
    moon_money_format_code((moon_money){left, of->invoice->currency}, have);
    return moon_fail(err, MOON_E_CREDIT_EXCEEDS, "%s cannot be credited: %.*s has %s left", want,
                     MOON_STR_ARG(of->invoice->number), have);
}

/* No line that a credit note gives back has changed sides by it. */
static moon_status check_credited_lines(const rest *of, const moon_document *credit, moon_err *err) {
    for (size_t i = 0; i < credit->lines.count; i++) {
        const moon_line *line = MOON_AT(moon_line, credit->lines, i);
        int64_t at = line->corrects_line;
        if (at < 1 || (uint64_t)at > of->invoice->lines.count) continue;
        int64_t whole = moon_line_value(MOON_AT(moon_line, of->invoice->lines, at - 1)),
                left = of->lines[at - 1];
        if (whole >= 0 ? left >= 0 : left <= 0) continue;
        MOON_TRY(add(&left, -moon_line_value(line), err));
        exceeds(of, -moon_line_value(line), left, err);
        return moon_err_context(err, "line %lld of %.*s", (long long)at, MOON_STR_ARG(of->invoice->number));
    }
    return MOON_OK;
}

/* What all issued credit notes of an invoice take back, this one included, and lines of later invoices, is not more
 * than the invoice, nor than any of its lines: a change may have taken back days of one since this was drafted. What a
 * change takes back of a period is not limited by the total, as the invoice may have credits of its own. */
static moon_status check_credit(moon_change *change, const moon_document *document, moon_err *err) {
    moon_document original = {.id = document->corrects}, *credits;
    moon_arena *keep = moon_change_arena(change);
    size_t count;
    bool found;
    if (document->kind != MOON_DOCUMENT_CREDIT_NOTE || document->corrects.len == 0) return MOON_OK;
    if (moon_str_is(document->cause, "period")) return MOON_OK;
    MOON_TRY(moon_get(change, &moon_document_type, &original, &found, err));
    if (found && (original.state == MOON_STATE_DRAFT || original.state == MOON_STATE_APPROVED))
        return moon_fail(err, MOON_E_STATE_REFUSED, "it corrects %.*s, which is not issued yet",
                         MOON_STR_ARG(original.id));
    if (!found || original.kind != MOON_DOCUMENT_INVOICE || original.state != MOON_STATE_ISSUED)
        return MOON_OK;
    rest left = rest_of(&original, keep);
    MOON_TRY(moon_document_credits(change, original.id, keep, &credits, &count, err));
    for (size_t i = 0; i < count; i++)
        if (credits[i].state == MOON_STATE_ISSUED && !moon_str_is(credits[i].cause, "period"))
            MOON_TRY(take_credit(&left, &credits[i], err));
    MOON_TRY(moon_billed_corrections(change, &original, keep, &credits, &count, err));
    for (size_t i = 0; i < count; i++) MOON_TRY(take_credit(&left, &credits[i], err));
    rest before = left;
    MOON_TRY(take_credit(&left, document, err));
    if (left.total < 0) return exceeds(&left, -document->total, before.total, err);
    if (left.payable < 0) return exceeds(&left, -moon_document_payable(document), before.payable, err);
    return check_credited_lines(&left, document, err);
}

moon_status moon_document_issue(moon_change *change, const moon_context *ctx, moon_document *document,
                                moon_err *err) {
    bool invoice = document->kind == MOON_DOCUMENT_INVOICE;
    int64_t base;
    char what[160];
    MOON_TRY(moon_operator_check(ctx, "issue", err));
    snprintf(what, sizeof what, "the issue of %.*s", MOON_STR_ARG(document->id));
    MOON_TRY(moon_check_open_day(change, ctx->today, what, err));
    if (document->state != MOON_STATE_APPROVED) {
        moon_fail(err, MOON_E_APPROVAL, "%.*s is not approved", MOON_STR_ARG(document->id));
        return moon_err_hint(err, "moonbill approve %.*s", MOON_STR_ARG(document->id));
    }
    MOON_TRY(moon_document_check(document, err));
    MOON_TRY(check_credit(change, document, err));
    MOON_TRY(moon_input_check(change, document, err));
    MOON_TRY(moon_claim_take(change, document, err));
    MOON_TRY(moon_burn_take(change, document, err));
    MOON_TRY(moon_series_next(change, invoice ? "invoice" : "credit_note",
                              invoice ? ctx->config->invoice_series : ctx->config->credit_note_series,
                              ctx->today, &document->number, err));
    document->date = ctx->today;
    MOON_TRY(moon_date_add_days(ctx->today, document->terms, &document->due, err));
    document->state = MOON_STATE_ISSUED;
    MOON_TRY(moon_touch_account(change, document->account, err));
    MOON_TRY(moon_put(change, &moon_document_type, document, err));
    MOON_TRY(moon_posting_issue(change, ctx, document, &base, err));
    return moon_item_add(change, document, base, err);
}

/* ---- void ---- */

moon_status moon_document_void(moon_change *change, const moon_context *ctx, moon_document *document,
                               moon_str reason, moon_err *err) {
    moon_document *credits;
    size_t count;
    char what[160];
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
    MOON_TRY(moon_claim_check_last(change, document, err));
    snprintf(what, sizeof what, "the voiding of %.*s", MOON_STR_ARG(document->number));
    MOON_TRY(moon_check_open_day(change, ctx->today, what, err));
    MOON_TRY(moon_wallet_release(change, ctx, document, err));
    MOON_TRY(moon_item_void(change, document, ctx->today, err));
    document->state = MOON_STATE_VOID;
    document->reason = reason;
    MOON_TRY(moon_touch_account(change, document->account, err));
    MOON_TRY(moon_put(change, &moon_document_type, document, err));
    MOON_TRY(moon_claim_free(change, document, err));
    MOON_TRY(moon_late_again(change, ctx, document, err));
    MOON_TRY(moon_burn_free(change, document, err));
    return moon_posting_void(change, ctx, document, err);
}
