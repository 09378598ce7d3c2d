#include "books/reconcile_periods.h"

#include "books/billed.h"
#include "books/claim.h"
#include "books/document.h"
#include "books/party.h"
#include "store/table.h"

/* ---- claims ---- */

static bool has_line(const moon_document *document, const moon_claim *claim, moon_str agreement) {
    for (size_t i = 0; i < document->lines.count; i++) {
        const moon_line *line = MOON_AT(moon_line, document->lines, i);
        if (moon_line_period(line) == claim->start && moon_str_eq(line->agreement, agreement) &&
            moon_str_eq(line->claim, claim->cause))
            return true;
    }
    return false;
}

static void say_claim(moon_reconciler *r, const moon_claim *claim, const char *what) {
    char day[MOON_DATE_TEXT];
    moon_date_format(claim->start, day);
    moon_reconcile_say(r, MOON_E_BOOK_DAMAGED, "the claim %.*s on %.*s from %s %s",
                       MOON_STR_ARG(claim->cause), MOON_STR_ARG(claim->source), day, what);
}

/* The agreement of a claim on one of its periods. */
static bool is_of_agreement(const moon_claim *claim, moon_str *agreement) {
    const moon_str prefix = MOON_STR("agreement/");
    if (!moon_str_starts(claim->source, prefix)) return false;
    *agreement = moon_str_sub(claim->source, prefix.len, claim->source.len);
    return true;
}

moon_status moon_reconcile_claim(moon_reconciler *r, const moon_claim *claim, moon_err *err) {
    moon_claim before = *claim;
    moon_str agreement;
    int64_t versions;
    bool found;
    if (!is_of_agreement(claim, &agreement)) return MOON_OK;
    before.cause = moon_claim_base(claim->cause, moon_change_arena(r->change));
    if (before.cause.len) {
        MOON_TRY(moon_get(r->change, &moon_claim_type, &before, &found, err));
        if (!found) say_claim(r, claim, "changes what is not billed");
    }
    MOON_TRY(moon_version_count(r->change, &moon_agreement_type, agreement, &versions, err));
    if (claim->version != MOON_INT_NONE && claim->version > versions)
        say_claim(r, claim, "names a version that is not there");
    return MOON_OK;
}

static moon_status find_stray(moon_reconciler *r, const void *record, moon_err *err) {
    const moon_claim *claim = record;
    moon_document document = {.id = claim->document};
    moon_str agreement;
    bool found;
    if (!is_of_agreement(claim, &agreement)) return MOON_OK;
    MOON_TRY(moon_get(r->change, &moon_document_type, &document, &found, err));
    if (!found || document.state != MOON_STATE_ISSUED || !has_line(&document, claim, agreement))
        say_claim(r, claim, "is of no line of an issued document");
    return MOON_OK;
}

moon_status moon_reconcile_strays(moon_reconciler *r, moon_err *err) {
    return moon_reconcile_each(r, &moon_claim_type, find_stray, err);
}

/* ---- lines that take back ---- */

static void line_key(moon_str document, int64_t ordinal, moon_buf *key) {
    moon_buf_clear(key);
    moon_buf_printf(key, "%lld ", (long long)ordinal);
    moon_buf_add_str(key, document);
}

static bool corrects_of_its_period(const moon_line *line, const moon_document *old) {
    if (line->corrects_line < 1 || (uint64_t)line->corrects_line > old->lines.count) return false;
    const moon_line *billed = MOON_AT(moon_line, old->lines, line->corrects_line - 1);
    return moon_str_eq(billed->agreement, line->agreement) &&
           moon_line_period(billed) == moon_line_period(line);
}

static moon_status check_correcting(moon_reconciler *r, moon_bills *known, const moon_document *document,
                                    const moon_line *line, moon_err *err) {
    const moon_document *old;
    moon_buf key = MOON_BUF_EMPTY;
    MOON_TRY(moon_bills_get(r->change, known, line->corrects, &old, err));
    if (!old || !corrects_of_its_period(line, old)) {
        moon_reconcile_say(r, MOON_E_BOOK_DAMAGED, "line %lld of %.*s takes back what no line of %.*s bills",
                           (long long)line->ordinal, MOON_STR_ARG(document->number),
                           MOON_STR_ARG(line->corrects));
        return MOON_OK;
    }
    const moon_line *billed = MOON_AT(moon_line, old->lines, line->corrects_line - 1);
    line_key(line->corrects, line->corrects_line, &key);
    moon_tally_add(&r->taken_back, moon_buf_str(&key), moon_line_value(line), 0);
    moon_buf_free(&key);
    int64_t discount = billed->discount == MOON_INT_NONE ? 0 : billed->discount;
    if (line->amount > 0 && moon_line_value(billed) + discount > 0)
        moon_reconcile_say(r, MOON_E_BOOK_DAMAGED, "line %lld of %.*s takes back less than nothing",
                           (long long)line->ordinal, MOON_STR_ARG(document->number));
    return MOON_OK;
}

/* ---- what is deferred ---- */

static int64_t deferred_of(const moon_entry *entry, moon_str account) {
    int64_t sum = 0;
    for (size_t i = 0; i < entry->lines.count; i++) {
        const moon_entry_line *line = MOON_AT(moon_entry_line, entry->lines, i);
        if (moon_str_eq(line->account, account)) sum += line->amount;
    }
    return sum;
}

/* With the chart of today: in a book whose chart was changed only what fits it is seen. */
static moon_status check_deferred(moon_reconciler *r, const moon_document *document, moon_err *err) {
    moon_arena *keep = moon_change_arena(r->change);
    moon_entry entry = {.id = moon_arena_printf(keep, "issue/%.*s", MOON_STR_ARG(document->number))};
    moon_entry low = {.id = moon_arena_printf(keep, "release/%.*s/", MOON_STR_ARG(document->number))};
    moon_entry high = {
        .id = moon_arena_printf(keep, "release/%.*s/9999-12-31", MOON_STR_ARG(document->number))};
    moon_str account;
    moon_scan scan;
    moon_err ignored;
    bool found, more = true;
    if (moon_chart_account(r->config, "deferred", &account, &ignored) != MOON_OK) return MOON_OK;
    MOON_TRY(moon_get(r->change, &moon_entry_type, &entry, &found, err));
    int64_t left = found ? deferred_of(&entry, account) : 0;
    if (left == 0) return MOON_OK;
    MOON_TRY(moon_scan_begin(r->change, &moon_entry_type, MOON_BY_KEY, &low, 1, &high, 1, false, &scan, err));
    moon_status status = MOON_OK;
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &entry, &more, err);
        if (status != MOON_OK || !more) break;
        if (moon_str_eq(entry.document, document->id)) left += deferred_of(&entry, account);
    }
    moon_scan_end(&scan);
    if (status == MOON_OK && left != 0)
        moon_reconcile_say(r, MOON_E_BOOK_DAMAGED, "what %.*s deferred is not released as it should be",
                           MOON_STR_ARG(document->number));
    return status;
}

moon_status moon_reconcile_bill(moon_reconciler *r, const moon_document *document, moon_err *err) {
    moon_bills known = {0};
    for (size_t i = 0; i < document->lines.count; i++) {
        const moon_line *line = MOON_AT(moon_line, document->lines, i);
        if (line->corrects.len && moon_str_is(document->cause, "period"))
            MOON_TRY(check_correcting(r, &known, document, line, err));
    }
    return check_deferred(r, document, err);
}

/* ---- sums ---- */

static moon_status check_taken_back(moon_reconciler *r, const void *record, moon_err *err) {
    const moon_document *document = record;
    moon_buf key = MOON_BUF_EMPTY;
    (void)err;
    if (document->state != MOON_STATE_ISSUED || r->taken_back.count == 0) return MOON_OK;
    for (size_t i = 0; i < document->lines.count; i++) {
        const moon_line *line = MOON_AT(moon_line, document->lines, i);
        line_key(document->id, line->ordinal, &key);
        const moon_tally_row *row = moon_tally_find(&r->taken_back, moon_buf_str(&key));
        int64_t whole = moon_line_value(line) + (line->discount == MOON_INT_NONE ? 0 : line->discount);
        if (row && whole >= 0 && whole + row->first < 0)
            moon_reconcile_say(r, MOON_E_BOOK_DAMAGED,
                               "more is taken back of line %lld of %.*s than it came to",
                               (long long)line->ordinal, MOON_STR_ARG(document->number));
    }
    moon_buf_free(&key);
    return MOON_OK;
}

moon_status moon_reconcile_taken_back(moon_reconciler *r, moon_err *err) {
    moon_tally_close(&r->taken_back);
    if (r->taken_back.count == 0) return MOON_OK;
    return moon_reconcile_each(r, &moon_document_type, check_taken_back, err);
}
