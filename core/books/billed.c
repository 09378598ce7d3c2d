#include "books/billed.h"

#include "books/claim.h"
#include "books/document.h"
#include "store/table.h"

static moon_status add(int64_t *sum, int64_t amount, moon_err *err) {
    return moon_minor_add(sum, amount, "a sum of what was billed", err);
}

/* ---- documents, each read once ---- */

/* An issued document, or that there is none of this id. */
struct moon_bill {
    struct moon_bill *next;
    moon_str id;
    const moon_document *document; /* NULL: none that is issued */
    int64_t *lines; /* by position: what was given back of it, of its sign; NULL: not read yet */
    int64_t discounts, discounts_left;
};

static moon_status bill_of(moon_change *change, moon_bills *known, moon_str id, struct moon_bill **out,
                           moon_err *err) {
    moon_arena *keep = moon_change_arena(change);
    moon_document *read;
    bool found;
    for (*out = known->first; *out; *out = (*out)->next)
        if (moon_str_eq((*out)->id, id)) return MOON_OK;
    *out = MOON_NEW(keep, struct moon_bill);
    read = MOON_NEW(keep, moon_document);
    read->id = moon_arena_str(keep, id);
    **out = (struct moon_bill){.next = known->first, .id = read->id};
    MOON_TRY(moon_get(change, &moon_document_type, read, &found, err));
    if (found && read->state == MOON_STATE_ISSUED) (*out)->document = read;
    known->first = *out;
    return MOON_OK;
}

moon_status moon_bills_get(moon_change *change, moon_bills *known, moon_str id, const moon_document **out,
                           moon_err *err) {
    struct moon_bill *bill;
    MOON_TRY(bill_of(change, known, id, &bill, err));
    *out = bill->document;
    return MOON_OK;
}

/* ---- what credit notes gave back ---- */

static moon_status take_note(struct moon_bill *bill, const moon_document *note, moon_err *err) {
    /* What a change took back stands among the lines of the period itself. */
    if (note->state != MOON_STATE_ISSUED || moon_str_is(note->cause, "period")) return MOON_OK;
    for (size_t i = 0; i < note->lines.count; i++) {
        const moon_line *line = MOON_AT(moon_line, note->lines, i);
        int64_t at = line->corrects_line;
        if (at >= 1 && (uint64_t)at <= bill->document->lines.count)
            MOON_TRY(add(&bill->lines[at - 1], -moon_line_value(line), err));
    }
    return MOON_OK;
}

static moon_status read_credits(moon_change *change, struct moon_bill *bill, moon_err *err) {
    moon_arena *keep = moon_change_arena(change);
    const moon_document *document = bill->document;
    moon_document *notes;
    size_t count;
    if (bill->lines) return MOON_OK;
    MOON_TRY(moon_document_credits(change, document->id, keep, &notes, &count, err));
    bill->lines = MOON_NEW_N(keep, int64_t, document->lines.count + 1);
    memset(bill->lines, 0, document->lines.count * sizeof *bill->lines);
    for (size_t n = 0; n < count; n++) MOON_TRY(take_note(bill, &notes[n], err));
    for (size_t i = 0; i < document->lines.count; i++) {
        const moon_line *line = MOON_AT(moon_line, document->lines, i);
        if (line->kind != MOON_LINE_DISCOUNT) continue;
        MOON_TRY(add(&bill->discounts, moon_line_value(line), err));
        MOON_TRY(add(&bill->discounts_left, moon_line_value(line) - bill->lines[i], err));
    }
    return MOON_OK;
}

/* Of a line, with the share of the document's discounts that falls on it and was taken back with it. */
static moon_status credited_of(const struct moon_bill *of, size_t i, int64_t *credited, moon_err *err) {
    const moon_line *line = MOON_AT(moon_line, of->document->lines, i);
    int64_t discount = line->discount == MOON_INT_NONE ? 0 : line->discount, back = 0;
    *credited = of->lines[i];
    if (discount != 0 && of->discounts < 0 && of->discounts_left <= 0 && of->discounts_left >= of->discounts)
        MOON_TRY(
            moon_split_running(discount, 0, of->discounts_left - of->discounts, -of->discounts, &back, err));
    return add(credited, back, err);
}

/* ---- the lines of a period ---- */

typedef struct billed_list {
    moon_billed *items;
    size_t count, room;
} billed_list;

static void add_billed(billed_list *list, moon_billed one, moon_arena *keep) {
    if (list->count == list->room) {
        list->room = list->room ? list->room * 2 : 8;
        moon_billed *larger = MOON_NEW_N(keep, moon_billed, list->room);
        if (list->count) memcpy(larger, list->items, list->count * sizeof *larger);
        list->items = larger;
    }
    list->items[list->count++] = one;
}

static bool is_of(const moon_line *line, const moon_claim *claim, moon_str agreement) {
    return moon_line_period(line) == claim->start && moon_str_eq(line->agreement, agreement) &&
           moon_str_eq(line->claim, claim->cause);
}

static moon_status add_claimed(moon_change *change, moon_bills *known, const moon_claim *claim,
                               moon_str agreement, moon_arena *keep, billed_list *list, moon_err *err) {
    struct moon_bill *bill;
    MOON_TRY(bill_of(change, known, claim->document, &bill, err));
    if (!bill->document) return MOON_OK;
    MOON_TRY(read_credits(change, bill, err));
    for (size_t i = 0; i < bill->document->lines.count; i++) {
        moon_billed one = {.document = bill->document, .line = MOON_AT(moon_line, bill->document->lines, i)};
        if (!is_of(one.line, claim, agreement)) continue;
        MOON_TRY(credited_of(bill, i, &one.credited, err));
        add_billed(list, one, keep);
    }
    return MOON_OK;
}

moon_status moon_billed_of(moon_change *change, moon_bills *known, moon_str agreement, moon_date start,
                           moon_arena *keep, moon_billed **out, size_t *count, moon_err *err) {
    moon_claim *claims;
    billed_list list = {0};
    size_t n;
    MOON_TRY(moon_claims_of(change, agreement, start, keep, &claims, &n, err));
    for (size_t i = 0; i < n; i++)
        MOON_TRY(add_claimed(change, known, &claims[i], agreement, keep, &list, err));
    *out = list.items;
    *count = list.count;
    return MOON_OK;
}

/* ---- what later lines took back ---- */

static moon_status add_tax(moon_document *of, const moon_line *line, moon_err *err) {
    moon_tax *taxes = (moon_tax *)(uintptr_t)of->taxes.items, *tax = taxes;
    while (tax < taxes + of->taxes.count && !moon_str_eq(tax->category, line->tax_category)) tax++;
    if (tax == taxes + of->taxes.count) {
        moon_record_init(&moon_tax_type, tax);
        tax->category = line->tax_category;
        tax->rate = line->tax_rate.scale < 0 ? MOON_DECIMAL_ZERO : line->tax_rate;
        tax->net = tax->tax = 0;
        of->taxes.count++;
    }
    return add(&tax->net, line->amount, err);
}

/* Of the lines of a category: the tax within prices with tax, and the net amount of the others. */
static moon_status cut_category(const moon_document *of, moon_str category, int64_t *net, int64_t *within,
                                moon_err *err) {
    *net = *within = 0;
    for (size_t i = 0; i < of->lines.count; i++) {
        const moon_line *line = MOON_AT(moon_line, of->lines, i);
        if (!moon_str_eq(line->tax_category, category)) continue;
        if (line->gross == MOON_INT_NONE)
            MOON_TRY(add(net, line->amount, err));
        else
            MOON_TRY(add(within, line->gross - line->amount, err));
    }
    return MOON_OK;
}

static moon_status sum_up(moon_document *of, moon_err *err) {
    of->net = of->tax = 0;
    for (size_t i = 0; i < of->taxes.count; i++) {
        moon_tax *tax = (moon_tax *)(uintptr_t)of->taxes.items + i;
        moon_decimal share, due;
        moon_money rounded;
        int64_t net, within;
        MOON_TRY(cut_category(of, tax->category, &net, &within, err));
        MOON_TRY(moon_decimal_make(tax->rate.coef, tax->rate.scale + 2, &share, err));
        MOON_TRY(moon_decimal_mul(moon_money_decimal((moon_money){net, of->currency}), share, &due, err));
        MOON_TRY(moon_money_round(due, of->currency, MOON_HALF_UP, &rounded, err));
        tax->tax = within;
        MOON_TRY(add(&tax->tax, rounded.minor, err));
        MOON_TRY(add(&of->net, tax->net, err));
        MOON_TRY(add(&of->tax, tax->tax, err));
    }
    of->total = of->net;
    return add(&of->total, of->tax, err);
}

/* What is withheld of the original is given back with it, by its total. */
static moon_status share_withheld(const moon_document *original, moon_document *of, moon_err *err) {
    if (original->withheld == MOON_INT_NONE || of->total > 0 || -of->total > original->total) return MOON_OK;
    if (original->total == 0) return MOON_OK;
    MOON_TRY(moon_split_running(-original->withheld, 0, -of->total, original->total, &of->withheld, err));
    of->payable = of->total;
    return add(&of->payable, -of->withheld, err);
}

static bool corrects_only(const moon_document *later, moon_str document) {
    for (size_t i = 0; i < later->lines.count; i++)
        if (!moon_str_eq(MOON_AT(moon_line, later->lines, i)->corrects, document)) return false;
    return true;
}

/* The lines of `later` that take back a part of `original`; all of it where it does nothing else. */
static moon_status correction_of(const moon_document *later, const moon_document *original, moon_arena *keep,
                                 moon_document *out, moon_err *err) {
    moon_line *lines = MOON_NEW_N(keep, moon_line, later->lines.count);
    *out = *later;
    if (later->kind == MOON_DOCUMENT_CREDIT_NOTE && corrects_only(later, original->id)) return MOON_OK;
    out->kind = MOON_DOCUMENT_CREDIT_NOTE;
    out->rounded = out->withheld = out->payable = MOON_INT_NONE;
    out->corrects = original->id;
    out->lines = (moon_list){lines, 0};
    out->taxes = (moon_list){MOON_NEW_N(keep, moon_tax, later->lines.count), 0};
    for (size_t i = 0; i < later->lines.count; i++) {
        const moon_line *line = MOON_AT(moon_line, later->lines, i);
        if (!moon_str_eq(line->corrects, original->id)) continue;
        lines[out->lines.count++] = *line;
        MOON_TRY(add_tax(out, line, err));
    }
    MOON_TRY(sum_up(out, err));
    return share_withheld(original, out, err);
}

typedef struct correction_list {
    moon_document *items;
    size_t count, room;
} correction_list;

static bool takes_back(const moon_document *later, moon_str document) {
    for (size_t i = 0; i < later->lines.count; i++)
        if (moon_str_eq(MOON_AT(moon_line, later->lines, i)->corrects, document)) return true;
    return false;
}

static moon_status add_correction(correction_list *list, const moon_document *later,
                                  const moon_document *original, moon_arena *keep, moon_err *err) {
    for (size_t i = 0; i < list->count; i++)
        if (moon_str_eq(list->items[i].id, later->id)) return MOON_OK;
    if (!takes_back(later, original->id)) return MOON_OK;
    if (list->count == list->room) {
        list->room = list->room ? list->room * 2 : 4;
        moon_document *larger = MOON_NEW_N(keep, moon_document, list->room);
        if (list->count) memcpy(larger, list->items, list->count * sizeof *larger);
        list->items = larger;
    }
    return correction_of(later, original, keep, &list->items[list->count++], err);
}

static moon_status add_corrections(moon_change *change, moon_bills *known, const moon_line *line,
                                   const moon_document *original, moon_arena *keep, correction_list *list,
                                   moon_err *err) {
    moon_claim *claims;
    size_t count;
    MOON_TRY(moon_claims_of(change, line->agreement, moon_line_period(line), keep, &claims, &count, err));
    for (size_t i = 0; i < count; i++) {
        const moon_document *later;
        if (moon_str_eq(claims[i].document, original->id)) continue;
        MOON_TRY(moon_bills_get(change, known, claims[i].document, &later, err));
        if (later) MOON_TRY(add_correction(list, later, original, keep, err));
    }
    return MOON_OK;
}

moon_status moon_billed_corrections(moon_change *change, const moon_document *document, moon_arena *keep,
                                    moon_document **out, size_t *count, moon_err *err) {
    correction_list list = {0};
    moon_bills known = {0};
    for (size_t i = 0; i < document->lines.count; i++) {
        const moon_line *line = MOON_AT(moon_line, document->lines, i), *before = i > 0 ? line - 1 : NULL;
        if (line->agreement.len == 0 || moon_line_period(line) == MOON_DATE_NONE || line->claim.len == 0)
            continue;
        if (before && moon_line_period(before) == moon_line_period(line) &&
            moon_str_eq(before->agreement, line->agreement))
            continue;
        MOON_TRY(add_corrections(change, &known, line, document, keep, &list, err));
    }
    *out = list.items;
    *count = list.count;
    return MOON_OK;
}

/* ---- as an input ---- */

static const size_t HEAD = 7, TAIL = 11; /* "billed/", "/2026-04-01" */

moon_status moon_billed_input(moon_str agreement, moon_date start, const moon_billed *list, size_t count,
                              moon_arena *keep, moon_input *out, moon_err *err) {
    char day[MOON_DATE_TEXT];
    int64_t left = 0;
    moon_date_format(start, day);
    for (size_t i = 0; i < count; i++) {
        MOON_TRY(add(&left, moon_line_value(list[i].line), err));
        MOON_TRY(add(&left, -list[i].credited, err));
    }
    moon_record_init(&moon_input_type, out);
    out->record = moon_arena_printf(keep, "billed/%.*s/%s", MOON_STR_ARG(agreement), day);
    out->count = (int64_t)count;
    return moon_decimal_make(left, 0, &out->quantity, err);
}

moon_status moon_billed_check(moon_change *change, moon_bills *known, const moon_input *input, bool *same,
                              moon_err *err) {
    moon_arena *keep = moon_change_arena(change);
    moon_str name = input->record;
    moon_billed *list;
    moon_input now;
    moon_date start;
    size_t count;
    moon_err ignored;
    *same = true;
    if (!moon_str_starts(name, MOON_STR("billed/")) || name.len <= HEAD + TAIL ||
        moon_date_parse(moon_str_sub(name, name.len - TAIL + 1, name.len), &start, &ignored) != MOON_OK)
        return MOON_OK;
    moon_str agreement = moon_str_sub(name, HEAD, name.len - TAIL);
    MOON_TRY(moon_billed_of(change, known, agreement, start, keep, &list, &count, err));
    MOON_TRY(moon_billed_input(agreement, start, list, count, keep, &now, err));
    *same = now.count == input->count && moon_decimal_eq(now.quantity, input->quantity);
    return MOON_OK;
}
