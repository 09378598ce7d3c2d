#include "books/late.h"

#include "books/claim.h"
#include "store/table.h"

/* ---- which document counted a day ---- */

/* Whether the lines of a document for a meter and period are another agreement's alone. */
static bool is_of_another(const moon_document *bill, moon_str agreement, moon_str meter, moon_date start) {
    bool another = false;
    for (size_t i = 0; i < bill->lines.count; i++) {
        const moon_line *line = MOON_AT(moon_line, bill->lines, i);
        if (!moon_str_eq(line->meter, meter)) continue;
        if (moon_str_eq(line->agreement, agreement)) return false;
        another = another || moon_line_period(line) == start;
    }
    return another;
}

static bool bills_period(const moon_document *bill, moon_str agreement, moon_date start) {
    for (size_t i = 0; i < bill->lines.count; i++) {
        const moon_line *line = MOON_AT(moon_line, bill->lines, i);
        if (moon_str_eq(line->agreement, agreement) && moon_line_period(line) == start &&
            moon_str_starts(line->claim, MOON_STR("arrears")))
            return true;
    }
    return false;
}

/* Whether the bill of a claim counted the day: what it read of the meter has the day in it; of several reads the one
 * of the fewest days. What lies before the period counts where it is carried into it, or read by this bill and not by
 * that of the day's own period. */
static bool counts(const moon_claim *claim, const moon_document *bill, moon_str agreement, moon_str meter,
                   moon_date day, moon_date own, moon_counted *out) {
    const moon_input *best = NULL;
    moon_period least = {MOON_DATE_MIN, MOON_DATE_MAX};
    for (size_t i = 0; i < bill->inputs.count; i++) {
        const moon_input *input = MOON_AT(moon_input, bill->inputs, i);
        moon_str name;
        moon_period span;
        if (!moon_usage_named(input->record, &name, &span) || !moon_str_eq(name, meter) ||
            (input->agreement.len && !moon_str_eq(input->agreement, agreement)) ||
            !moon_period_has(span, day) || moon_period_days(span) >= moon_period_days(least))
            continue;
        if (claim->start > day && span.end <= claim->start && bills_period(bill, agreement, own)) continue;
        best = input;
        least = span;
    }
    if (!best || (!best->agreement.len && is_of_another(bill, agreement, meter, claim->start))) return false;
    *out = (moon_counted){*bill, {claim->start, claim->stop}, least, moon_usage_noted(best)};
    return true;
}

typedef struct claimed {
    moon_claim *items;
    size_t count;
    moon_date own; /* the last period that begins by the day, if any of its usage is billed */
} claimed;

static bool is_arrears(const moon_claim *claim) { return moon_str_starts(claim->cause, MOON_STR("arrears")); }

static moon_status claims_from(moon_change *change, moon_str agreement, moon_date day, claimed *of,
                               moon_err *err) {
    *of = (claimed){.own = MOON_DATE_NONE};
    MOON_TRY(moon_claims_of(change, agreement, MOON_DATE_NONE, moon_change_arena(change), &of->items,
                            &of->count, err));
    for (size_t i = 0; i < of->count; i++)
        if (is_arrears(&of->items[i]) && of->items[i].start <= day) of->own = of->items[i].start;
    return MOON_OK;
}

/* The newest bill that counted the day for the period of the claims from `at` on; `at` moves behind them. */
static moon_status counted_in(moon_change *change, moon_bills *known, const claimed *of, size_t *at,
                              moon_str agreement, moon_str meter, moon_date day, moon_counted *out,
                              bool *found, moon_err *err) {
    moon_date start = of->items[*at].start;
    int64_t newest = -1;
    *found = false;
    for (; *at < of->count && of->items[*at].start == start; ++*at) {
        const moon_claim *claim = &of->items[*at];
        const moon_document *bill;
        moon_str base;
        int64_t turn = moon_claim_turn(claim->cause, &base);
        if (!is_arrears(claim) || turn <= newest || (start <= day && start != of->own)) continue;
        MOON_TRY(moon_bills_get(change, known, claim->document, &bill, err));
        if (!bill || !counts(claim, bill, agreement, meter, day, of->own, out)) continue;
        newest = turn;
        *found = true;
    }
    return MOON_OK;
}

moon_status moon_late_counted(moon_change *change, moon_str agreement, moon_str meter, moon_date day,
                              moon_counted *out, bool *found, moon_err *err) {
    claimed of;
    moon_bills known = {0};
    *found = false;
    MOON_TRY(claims_from(change, agreement, day, &of, err));
    for (size_t at = 0; at < of.count && !*found && of.items[at].start <= day;)
        MOON_TRY(counted_in(change, &known, &of, &at, agreement, meter, day, out, found, err));
    return MOON_OK;
}

/* ---- the work list ---- */

static moon_str id_of(moon_arena *keep, moon_str agreement, moon_date start, moon_str meter) {
    char day[MOON_DATE_TEXT];
    moon_date_format(start, day);
    return moon_arena_printf(keep, "%.*s/%s/%.*s", MOON_STR_ARG(agreement), day, MOON_STR_ARG(meter));
}

static moon_status park(moon_change *change, const moon_context *ctx, moon_str agreement, moon_str meter,
                        const moon_counted *counted, int64_t count, moon_err *err) {
    moon_arena *keep = moon_change_arena(change);
    moon_parked parked,
        before = {.work = MOON_STR("usage"), .id = id_of(keep, agreement, counted->period.start, meter)};
    char start[MOON_DATE_TEXT], end[MOON_DATE_TEXT];
    bool found;
    moon_date_format(counted->period.start, start);
    moon_date_format(counted->period.end, end);
    MOON_TRY(moon_get(change, &moon_parked_type, &before, &found, err));
    moon_record_init(&moon_parked_type, &parked);
    parked.work = MOON_STR("usage");
    parked.id = id_of(keep, agreement, counted->period.start, meter);
    parked.account = counted->bill.account;
    parked.code = moon_str_of(moon_status_name(MOON_E_CLAIMED));
    parked.reason = moon_arena_printf(keep, "usage of %.*s came after %.*s had billed %s..%s",
                                      MOON_STR_ARG(meter), MOON_STR_ARG(counted->bill.number), start, end);
    parked.hint = MOON_STR("the next run bills it, as a line of that period: moonbill bill");
    parked.lines = count + (found ? before.lines : 0);
    parked.since = found ? before.since : ctx->today;
    return moon_put(change, &moon_parked_type, &parked, err);
}

moon_status moon_late_check(moon_change *change, const moon_context *ctx, moon_bills *known,
                            const moon_agreement *agreements, size_t agreement_count, moon_str meter,
                            moon_date day, int64_t count, bool *late, moon_err *err) {
    *late = false;
    for (size_t i = 0; i < agreement_count; i++) {
        claimed of;
        bool any;
        MOON_TRY(moon_claim_arrears_after(change, agreements[i].id, day, &any, err));
        if (!any) continue;
        MOON_TRY(claims_from(change, agreements[i].id, day, &of, err));
        for (size_t at = 0; at < of.count;) {
            moon_counted counted;
            bool found;
            MOON_TRY(
                counted_in(change, known, &of, &at, agreements[i].id, meter, day, &counted, &found, err));
            if (!found) continue;
            *late = true;
            MOON_TRY(park(change, ctx, agreements[i].id, meter, &counted, count, err));
        }
    }
    return MOON_OK;
}

/* ---- what waits ---- */

static moon_status each_parked(moon_change *change, moon_str prefix, moon_parked **out, size_t *count,
                               moon_err *err) {
    moon_parked bound = {.work = MOON_STR("usage"), .id = prefix}, last = {.work = MOON_STR("usage")}, parked;
    size_t room = 0;
    moon_scan scan;
    bool more = true;
    *out = NULL;
    *count = 0;
    MOON_TRY(moon_scan_begin(change, &moon_parked_type, MOON_BY_KEY, &bound, 2, &last, 1, false, &scan, err));
    moon_status status = MOON_OK;
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &parked, &more, err);
        if (status != MOON_OK || !more || !moon_str_starts(parked.id, prefix)) break;
        if (*count == room) {
            room = room ? room * 2 : 4;
            moon_parked *larger = MOON_NEW_N(moon_change_arena(change), moon_parked, room);
            if (*count) memcpy(larger, *out, *count * sizeof *larger);
            *out = larger;
        }
        (*out)[(*count)++] = parked;
    }
    moon_scan_end(&scan);
    return status;
}

/* "A-7/2026-01-31/calls" of agreement A-7. */
static bool read_id(moon_str id, moon_str agreement, moon_late *out) {
    size_t day = agreement.len + 1, meter = day + 11;
    moon_err ignored;
    if (id.len <= meter || !moon_str_starts(id, agreement) || id.ptr[day - 1] != '/' ||
        id.ptr[meter - 1] != '/' ||
        moon_date_parse(moon_str_sub(id, day, meter - 1), &out->start, &ignored) != MOON_OK)
        return false;
    out->meter = moon_str_sub(id, meter, id.len);
    return true;
}

moon_status moon_late_of(moon_change *change, moon_str agreement, moon_arena *keep, moon_late **out,
                         size_t *count, moon_err *err) {
    moon_parked *list;
    size_t n;
    *count = 0;
    MOON_TRY(each_parked(change, moon_arena_printf(keep, "%.*s/", MOON_STR_ARG(agreement)), &list, &n, err));
    *out = MOON_NEW_N(keep, moon_late, n);
    for (size_t i = 0; i < n; i++) {
        moon_late *one = &(*out)[*count];
        if (!read_id(list[i].id, agreement, one)) continue;
        one->meter = moon_arena_str(keep, one->meter);
        one->events = list[i].lines;
        ++*count;
    }
    return MOON_OK;
}

moon_status moon_late_forget(moon_change *change, moon_str agreement, moon_date start, moon_err *err) {
    moon_parked *list;
    size_t count;
    MOON_TRY(each_parked(change, id_of(moon_change_arena(change), agreement, start, MOON_STR_NONE), &list,
                         &count, err));
    for (size_t i = 0; i < count; i++) MOON_TRY(moon_delete(change, &moon_parked_type, &list[i], err));
    return MOON_OK;
}

/* ---- billed, and not billed again ---- */

static const moon_str head = {"late/", 5};

void moon_late_input(moon_str agreement, const moon_late *late, moon_arena *keep, moon_input *out) {
    moon_str id = id_of(keep, agreement, late->start, late->meter);
    moon_record_init(&moon_input_type, out);
    out->record = moon_arena_printf(keep, "%.*s%.*s", MOON_STR_ARG(head), MOON_STR_ARG(id));
    out->count = late->events;
}

/* (What came in since then waits with the rest: the sum of the usage tells it.) */
moon_status moon_late_billed(moon_change *change, const moon_document *document, moon_err *err) {
    for (size_t i = 0; i < document->inputs.count; i++) {
        const moon_input *input = MOON_AT(moon_input, document->inputs, i);
        moon_parked parked = {.work = MOON_STR("usage")};
        bool found;
        if (!moon_str_starts(input->record, head)) continue;
        parked.id = moon_str_sub(input->record, head.len, input->record.len);
        MOON_TRY(moon_get(change, &moon_parked_type, &parked, &found, err));
        if (found && parked.lines == input->count)
            MOON_TRY(moon_delete(change, &moon_parked_type, &parked, err));
    }
    return MOON_OK;
}

/* The agreement of the document's lines that an input is about. */
static bool find_agreement(const moon_document *document, moon_str id, moon_str *agreement, moon_late *late) {
    for (size_t i = 0; i < document->lines.count; i++) {
        *agreement = MOON_AT(moon_line, document->lines, i)->agreement;
        if (agreement->len && read_id(id, *agreement, late)) return true;
    }
    return false;
}

moon_status moon_late_again(moon_change *change, const moon_context *ctx, const moon_document *document,
                            moon_err *err) {
    for (size_t i = 0; i < document->inputs.count; i++) {
        const moon_input *input = MOON_AT(moon_input, document->inputs, i);
        moon_str agreement;
        moon_counted counted;
        moon_late late;
        bool found;
        if (!moon_str_starts(input->record, head)) continue;
        moon_str id = moon_str_sub(input->record, head.len, input->record.len);
        if (!find_agreement(document, id, &agreement, &late)) continue;
        MOON_TRY(moon_late_counted(change, agreement, late.meter, late.start, &counted, &found, err));
        if (found) MOON_TRY(park(change, ctx, agreement, late.meter, &counted, input->count, err));
    }
    return MOON_OK;
}
