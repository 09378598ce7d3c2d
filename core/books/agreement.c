#include "books/agreement.h"

#include "books/claim.h"
#include "books/party.h"
#include "store/table.h"

moon_status moon_agreement_period(const moon_agreement *newest, int64_t n, moon_period *out, moon_err *err) {
    MOON_TRY(moon_date_step(newest->start, MOON_UNIT_MONTH, 1, n, &out->start, err));
    return moon_date_step(newest->start, MOON_UNIT_MONTH, 1, n + 1, &out->end, err);
}

static bool covers(const moon_agreement *newest, moon_date day) {
    return newest->start != MOON_DATE_NONE && day >= newest->start &&
           (newest->until == MOON_DATE_NONE || day < newest->until);
}

moon_status moon_agreement_period_of(const moon_agreement *newest, moon_date day, moon_period *out,
                                     bool *found, moon_err *err) {
    *found = covers(newest, day);
    return *found ? moon_period_containing(newest->start, MOON_UNIT_MONTH, 1, day, out, err) : MOON_OK;
}

bool moon_agreement_has(const moon_agreement *newest, moon_date start) {
    moon_period period;
    moon_err err;
    return covers(newest, start) &&
           moon_period_containing(newest->start, MOON_UNIT_MONTH, 1, start, &period, &err) == MOON_OK &&
           period.start == start;
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

/* ---- what a version may say ---- */

static moon_status check_fixed(moon_change *change, const moon_agreement *version, moon_err *err) {
    moon_agreement newest;
    char day[MOON_DATE_TEXT];
    bool found, billed;
    MOON_TRY(moon_version_at(change, &moon_agreement_type, version->id, MOON_DATE_MAX, &newest, &found, err));
    if (!found || (newest.start == version->start && moon_str_eq(newest.account, version->account)))
        return MOON_OK;
    MOON_TRY(moon_claim_any(change, version->id, &billed, err));
    if (!billed) return MOON_OK;
    moon_date_format(newest.start, day);
    moon_fail(err, MOON_E_RECORD_INVALID,
              "agreement %.*s is billed by periods from %s for account %.*s; neither can change any more",
              MOON_STR_ARG(version->id), day, MOON_STR_ARG(newest.account));
    return moon_err_hint(err, "end it with until=..., and add another agreement");
}

static moon_status check_until(const moon_agreement *version, moon_err *err) {
    moon_period period;
    char until[MOON_DATE_TEXT], start[MOON_DATE_TEXT], end[MOON_DATE_TEXT];
    if (version->until == MOON_DATE_NONE || version->until == version->start) return MOON_OK;
    moon_date_format(version->until, until);
    moon_date_format(version->start, start);
    if (version->until < version->start)
        return moon_fail(err, MOON_E_RECORD_INVALID, "agreement %.*s ends on %s, before it starts on %s",
                         MOON_STR_ARG(version->id), until, start);
    MOON_TRY(moon_period_containing(version->start, MOON_UNIT_MONTH, 1, version->until, &period, err));
    if (period.start == version->until) return MOON_OK;
    moon_date_format(period.start, start);
    moon_date_format(period.end, end);
    moon_fail(err, MOON_E_RECORD_INVALID,
              "agreement %.*s would end on %s, within its period from %s, which is billed whole",
              MOON_STR_ARG(version->id), until, start);
    return moon_err_hint(err, "write until=%s or until=%s", start, end);
}

moon_status moon_agreement_check(moon_change *change, const moon_agreement *version, moon_err *err) {
    MOON_TRY(check_fixed(change, version, err));
    if (version->start == MOON_DATE_NONE) return MOON_OK;
    if (version->plan.len == 0) {
        moon_fail(err, MOON_E_RECORD_INVALID, "agreement %.*s has a start and no plan",
                  MOON_STR_ARG(version->id));
        return moon_err_hint(err, "name one of rules/pricing, for example plan=subscription");
    }
    return check_until(version, err);
}
