#include "books/agreement.h"

#include "books/claim.h"
#include "books/party.h"
#include "store/table.h"

const moon_cycle moon_monthly = {MOON_UNIT_MONTH, 1, 0, false};

/* ---- periods ---- */

/* The day from which the bounds of all periods are stepped, on or before the start where the calendar says it. */
static moon_status anchor_of(const moon_agreement *newest, const moon_cycle *cycle, moon_date *anchor,
                             moon_err *err) {
    moon_date start = newest->start;
    bool days = cycle->unit == MOON_UNIT_DAY || cycle->unit == MOON_UNIT_WEEK;
    *anchor = newest->anchor != MOON_DATE_NONE ? newest->anchor : start;
    if (newest->anchor != MOON_DATE_NONE || cycle->align == 0) return MOON_OK;
    if (days) return moon_date_add_days(start, 1 - moon_date_weekday(start), anchor, err);
    return moon_date_make(moon_date_ymd(start).year, 1, cycle->align > 0 ? cycle->align : 1, anchor, err);
}

moon_status moon_periods_begin(const moon_agreement *newest, const moon_cycle *cycle, moon_periods *out,
                               moon_err *err) {
    moon_date bound;
    *out = (moon_periods){.cycle = cycle, .next = newest->start};
    MOON_TRY(anchor_of(newest, cycle, &out->anchor, err));
    MOON_TRY(moon_date_steps(out->anchor, cycle->unit, cycle->n, newest->start, &out->step, err));
    if (!cycle->merged) return MOON_OK;
    MOON_TRY(moon_date_step(out->anchor, cycle->unit, cycle->n, out->step, &bound, err));
    out->step += bound != newest->start;
    return MOON_OK;
}

moon_status moon_periods_next(moon_periods *periods, moon_period *out, moon_err *err) {
    out->start = periods->next;
    MOON_TRY(moon_date_step(periods->anchor, periods->cycle->unit, periods->cycle->n, ++periods->step,
                            &out->end, err));
    periods->next = out->end;
    return MOON_OK;
}

static bool covers(const moon_agreement *newest, moon_date day) {
    return newest->start != MOON_DATE_NONE && day >= newest->start &&
           (newest->until == MOON_DATE_NONE || day < newest->until);
}

moon_status moon_agreement_period_of(const moon_agreement *newest, const moon_cycle *cycle, moon_date day,
                                     moon_period *out, bool *found, moon_err *err) {
    moon_periods periods;
    *found = covers(newest, day);
    if (!*found) return MOON_OK;
    MOON_TRY(moon_periods_begin(newest, cycle, &periods, err));
    MOON_TRY(moon_periods_next(&periods, out, err));
    if (day < out->end) return MOON_OK;
    return moon_period_containing(periods.anchor, cycle->unit, cycle->n, day, out, err);
}

/* ---- an account's ---- */

typedef struct list {
    moon_agreement *items;
    size_t count, room;
} list;

static void keep_agreement(list *of, const moon_agreement *agreement, moon_arena *keep) {
    if (of->count == of->room) {
        size_t room = of->room ? of->room * 2 : 4;
        moon_agreement *larger = MOON_NEW_N(keep, moon_agreement, room);
        if (of->count) memcpy(larger, of->items, of->count * sizeof *larger);
        of->items = larger;
        of->room = room;
    }
    moon_record_copy(&moon_agreement_type, agreement, &of->items[of->count++], keep);
}

moon_status moon_agreements_of(moon_change *change, moon_str account, moon_arena *keep, moon_agreement **out,
                               size_t *count, moon_err *err) {
    moon_agreement bound = {.account = account}, version, newest;
    moon_str last = MOON_STR_NONE;
    list made = {0};
    moon_scan scan;
    bool more = true, known;
    MOON_TRY(moon_scan_begin(change, &moon_agreement_type, moon_type_index(&moon_agreement_type, "periodic"),
                             &bound, 1, &bound, 1, false, &scan, err));
    moon_status status = MOON_OK;
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &version, &more, err);
        if (status != MOON_OK || !more) break;
        if (moon_str_eq(version.id, last)) continue; /* versions of one stand together */
        last = moon_arena_str(keep, version.id);
        status = moon_version_at(change, &moon_agreement_type, last, MOON_DATE_MAX, &newest, &known, err);
        if (status == MOON_OK && known && newest.start != MOON_DATE_NONE &&
            moon_str_eq(newest.account, account))
            keep_agreement(&made, &newest, keep);
    }
    moon_scan_end(&scan);
    *out = made.items;
    *count = made.count;
    return status;
}

moon_status moon_agreement_versions(moon_change *change, moon_str id, moon_arena *keep, moon_agreement **out,
                                    size_t *count, moon_err *err) {
    moon_agreement bound = {.id = id}, version;
    list made = {0};
    moon_scan scan;
    bool more = true;
    MOON_TRY(
        moon_scan_begin(change, &moon_agreement_type, MOON_BY_KEY, &bound, 1, &bound, 1, false, &scan, err));
    moon_status status = MOON_OK;
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &version, &more, err);
        if (status != MOON_OK || !more) break;
        keep_agreement(&made, &version, keep);
    }
    moon_scan_end(&scan);
    *out = made.items;
    *count = made.count;
    return status;
}

/* ---- what a version may say ---- */

/* Its first day of service may move, by which days are billed or taken back; but there is one. */
static moon_status check_fixed(moon_change *change, const moon_agreement *version, moon_err *err) {
    moon_agreement newest;
    bool found, billed;
    MOON_TRY(moon_version_at(change, &moon_agreement_type, version->id, MOON_DATE_MAX, &newest, &found, err));
    bool moves = found && !moon_str_eq(newest.account, version->account);
    if (!moves && (version->start != MOON_DATE_NONE || !found || newest.start == MOON_DATE_NONE))
        return MOON_OK;
    MOON_TRY(moon_claim_any(change, version->id, &billed, err));
    if (!billed) return MOON_OK;
    if (moves)
        moon_fail(err, MOON_E_RECORD_INVALID, "agreement %.*s is billed for account %.*s and stays with it",
                  MOON_STR_ARG(version->id), MOON_STR_ARG(newest.account));
    else
        moon_fail(err, MOON_E_RECORD_INVALID, "agreement %.*s is billed by periods and keeps a start",
                  MOON_STR_ARG(version->id));
    return moon_err_hint(
        err, "void what is billed of it first, or end it with until=... and add another agreement");
}

static moon_status check_days(const moon_agreement *version, moon_err *err) {
    char until[MOON_DATE_TEXT], start[MOON_DATE_TEXT];
    if (version->until == MOON_DATE_NONE || version->until >= version->start) return MOON_OK;
    moon_date_format(version->until, until);
    moon_date_format(version->start, start);
    moon_fail(err, MOON_E_RECORD_INVALID, "agreement %.*s ends on %s, before it starts on %s",
              MOON_STR_ARG(version->id), until, start);
    return moon_err_hint(err, "until is the first day without service: on or after %s", start);
}

/* prices.seats=8.00 */
static moon_status check_prices(const moon_agreement *version, moon_err *err) {
    for (size_t i = 0; i < version->prices.count; i++) {
        moon_str name = version->prices.items[i].key, text = version->prices.items[i].value;
        moon_decimal price;
        moon_err ignored;
        if (moon_decimal_parse(text, &price, &ignored) == MOON_OK && moon_decimal_sign(price) >= 0) continue;
        moon_fail(err, MOON_E_RECORD_INVALID, "agreement %.*s has prices.%.*s=%.*s, which is no price",
                  MOON_STR_ARG(version->id), MOON_STR_ARG(name), MOON_STR_ARG(text));
        return moon_err_hint(err, "write a number from 0 up, for example prices.%.*s=8.00",
                             MOON_STR_ARG(name));
    }
    return MOON_OK;
}

/* coupons.WELCOME=2026-01-15 */
static moon_status check_coupons(const moon_agreement *version, moon_err *err) {
    for (size_t i = 0; i < version->coupons.count; i++) {
        moon_str code = version->coupons.items[i].key, text = version->coupons.items[i].value;
        moon_date day;
        moon_err ignored;
        if (moon_date_parse(text, &day, &ignored) == MOON_OK) continue;
        moon_fail(err, MOON_E_RECORD_INVALID, "agreement %.*s has coupons.%.*s=%.*s, which is no date",
                  MOON_STR_ARG(version->id), MOON_STR_ARG(code), MOON_STR_ARG(text));
        return moon_err_hint(err, "write the day from which it counts, for example coupons.%.*s=2026-01-15",
                             MOON_STR_ARG(code));
    }
    return MOON_OK;
}

moon_status moon_agreement_check(moon_change *change, const moon_agreement *version, moon_err *err) {
    MOON_TRY(check_fixed(change, version, err));
    MOON_TRY(check_prices(version, err));
    MOON_TRY(check_coupons(version, err));
    if (version->start == MOON_DATE_NONE) return MOON_OK;
    if (version->plan.len == 0) {
        moon_fail(err, MOON_E_RECORD_INVALID, "agreement %.*s has a start and no plan",
                  MOON_STR_ARG(version->id));
        return moon_err_hint(err, "name one of rules/pricing, for example plan=subscription");
    }
    return check_days(version, err);
}
