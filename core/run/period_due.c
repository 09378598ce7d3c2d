#include "run/period_due.h"

#include "books/agreement.h"
#include "books/claim.h"
#include "books/late.h"
#include "books/party.h"
#include "run/jobs.h"
#include "store/table.h"

/* ---- what plans charge at all ---- */

struct moon_plan_timings {
    struct moon_plan_timings *next;
    moon_str plan;
    moon_timings timings;
};

enum { CALENDAR = 0x7F };

static bool read_timings(moon_str reply, moon_timings *out) {
    unsigned char head[6];
    uint64_t n;
    if (reply.len < sizeof head) return false;
    memcpy(head, reply.ptr, sizeof head);
    moon_str rest = moon_str_sub(reply, sizeof head, reply.len);
    if (!moon_varint_read(&rest, &n) || rest.len || n < 1 || n > 1000 || head[4] > MOON_UNIT_YEAR ||
        (head[5] > 31 && head[5] != CALENDAR))
        return false;
    *out = (moon_timings){.advance = head[0], .arrears = head[1], .plain = head[2]};
    out->cycle = (moon_cycle){(moon_unit)head[4], (int64_t)n, head[5] == CALENDAR ? -1 : head[5], head[3]};
    return true;
}

const moon_timings *moon_timings_of(moon_due_check *check, moon_str plan) {
    for (const struct moon_plan_timings *known = check->plans; known; known = known->next)
        if (moon_str_eq(known->plan, plan)) return &known->timings;
    moon_buf request = MOON_BUF_EMPTY;
    moon_str reply;
    moon_err ignored;
    struct moon_plan_timings *made = MOON_NEW(check->keep, struct moon_plan_timings);
    moon_timings timings;
    *made = (struct moon_plan_timings){
        check->plans, moon_arena_str(check->keep, plan), {true, true, false, moon_monthly}};
    moon_buf_add_str(&request, plan);
    if (moon_worker_call(check->book->worker, moon_job_timings, moon_buf_str(&request), true, check->keep,
                         &reply, &ignored) == MOON_OK &&
        read_timings(reply, &timings))
        made->timings = timings;
    moon_buf_free(&request);
    check->plans = made;
    return &made->timings;
}

/* ---- the versions of an agreement ---- */

typedef struct versions {
    const moon_agreement *newest; /* by day */
    moon_agreement *items;
    size_t count;
    int64_t version; /* the highest number */
    moon_timings timings;
    bool doubtful;
} versions;

/* All versions are of one plan with plain periods, and none rests. */
static moon_status read_versions(moon_due_check *check, moon_change *change, const moon_agreement *newest,
                                 versions *of, moon_err *err) {
    *of = (versions){.newest = newest, .version = newest->version};
    of->timings = *moon_timings_of(check, newest->plan);
    of->doubtful = !of->timings.plain;
    if (of->doubtful) return MOON_OK;
    MOON_TRY(
        moon_agreement_versions(change, newest->id, moon_change_arena(change), &of->items, &of->count, err));
    for (size_t i = 0; i < of->count; i++) {
        const moon_agreement *one = &of->items[i];
        if (one->version > of->version) of->version = one->version;
        of->doubtful = of->doubtful || one->pause != 0 || !moon_str_eq(one->plan, newest->plan) ||
                       one->start != newest->start || one->anchor != newest->anchor;
    }
    return MOON_OK;
}

/* Whether versions after number `version` can change, by today, what it said of days before `stop`. */
static bool may_change(const versions *of, int64_t version, moon_date today, moon_date stop) {
    const moon_agreement *known = NULL;
    moon_date last = stop - 1 < today ? stop - 1 : today;
    if (version == of->version) return false;
    if (version == MOON_INT_NONE) return true;
    for (size_t i = 0; i < of->count; i++) {
        const moon_agreement *one = &of->items[i];
        if (one->version > version && one->from <= last) return true;
        if (one->version <= version) known = one; /* the last by day of those that were there */
    }
    moon_date then = known ? known->until : MOON_DATE_NONE, now = of->newest->until;
    return then != now &&
           ((then != MOON_DATE_NONE && then <= last) || (now != MOON_DATE_NONE && now <= last));
}

/* ---- claims alongside the periods ---- */

/* Reads the claims on an agreement by the start of their periods. */
typedef struct claim_reader {
    moon_scan scan;
    moon_claim claim; /* the next one, if `more` */
    bool more;
} claim_reader;

/* What is billed of a period with one timing: the newest claim. */
typedef struct standing {
    bool claimed;
    int64_t turn, version;
    moon_date stop;
} standing;

static bool stand(standing *timing, const moon_claim *claim, int64_t turn) {
    if (!timing->claimed || turn > timing->turn)
        *timing = (standing){true, turn, claim->version, claim->stop};
    return true;
}

/* What is billed of the period from `start`; claims on a day that begins no period are `strange`. */
static moon_status billed_at(claim_reader *r, moon_date start, standing *advance, standing *arrears,
                             bool *strange, moon_err *err) {
    *advance = *arrears = (standing){0};
    while (r->more && r->claim.start <= start) {
        moon_str base;
        int64_t turn = moon_claim_turn(r->claim.cause, &base);
        bool known =
            r->claim.start == start && ((moon_str_is(base, "advance") && stand(advance, &r->claim, turn)) ||
                                        (moon_str_is(base, "arrears") && stand(arrears, &r->claim, turn)));
        *strange = *strange || !known;
        MOON_TRY(moon_scan_next(&r->scan, &r->claim, &r->more, err));
    }
    return MOON_OK;
}

/* Whether an unchanged agreement was billed by other bounds: its plan was edited. */
static bool has_other_bounds(const versions *of, moon_period period, const standing *timing) {
    return timing->claimed && timing->turn == 0 && timing->version == of->version &&
           timing->stop != MOON_DATE_NONE && timing->stop != period.end;
}

/* Whether a period may come to a line: what its plan charges is not billed yet, or may have changed since. It may
 * have been billed up to `stop`, before an end was known. */
static bool may_bill(const versions *of, moon_period period, moon_date stop, moon_date today,
                     const standing *advance, const standing *arrears) {
    bool over = period.end <= today;
    if (advance->claimed && may_change(of, advance->version, today, stop)) return true;
    if (arrears->claimed && may_change(of, arrears->version, today, stop)) return true;
    if (has_other_bounds(of, period, advance) || has_other_bounds(of, period, arrears)) return true;
    return (!advance->claimed && of->timings.advance) || (!arrears->claimed && over && of->timings.arrears);
}

static moon_status each_period(claim_reader *r, const versions *of, moon_date today, bool *may,
                               moon_err *err) {
    const moon_agreement *newest = of->newest;
    moon_periods periods;
    MOON_TRY(moon_periods_begin(newest, &of->timings.cycle, &periods, err));
    MOON_TRY(moon_scan_next(&r->scan, &r->claim, &r->more, err));
    while (!*may) {
        moon_period period;
        standing advance, arrears;
        MOON_TRY(moon_periods_next(&periods, &period, err));
        moon_date stop = period.end;
        if (newest->until != MOON_DATE_NONE && period.end > newest->until) period.end = newest->until;
        if (period.start > today || period.end <= period.start) break;
        MOON_TRY(billed_at(r, period.start, &advance, &arrears, may, err));
        *may = *may || may_bill(of, period, stop, today, &advance, &arrears);
    }
    /* Billed are only periods behind an end that was not known then, or the plan has other periods by now. */
    for (; r->more && !*may;) {
        *may =
            may_change(of, r->claim.version, today, MOON_DATE_MAX) ||
            (r->claim.start <= today && (newest->until == MOON_DATE_NONE || r->claim.start < newest->until));
        MOON_TRY(moon_scan_next(&r->scan, &r->claim, &r->more, err));
    }
    return MOON_OK;
}

static moon_status walk(moon_change *change, const versions *of, moon_date today, bool *may, moon_err *err) {
    moon_claim bound = {.source = moon_arena_printf(moon_change_arena(change), "agreement/%.*s",
                                                    MOON_STR_ARG(of->newest->id))};
    claim_reader reader = {.more = true};
    MOON_TRY(moon_scan_begin(change, &moon_claim_type, MOON_BY_KEY, &bound, 1, &bound, 1, false, &reader.scan,
                             err));
    moon_status status = each_period(&reader, of, today, may, err);
    moon_scan_end(&reader.scan);
    return status;
}

/* ---- accounts ---- */

/* Most books have no usage that came late. */
static moon_status any_late(moon_due_check *check, moon_change *change, moon_err *err) {
    moon_parked bound = {.work = MOON_STR("usage")}, parked;
    moon_scan scan;
    if (check->looked) return MOON_OK;
    MOON_TRY(
        moon_scan_begin(change, &moon_parked_type, MOON_BY_KEY, &bound, 1, &bound, 1, false, &scan, err));
    moon_status status = moon_scan_next(&scan, &parked, &check->late, err);
    moon_scan_end(&scan);
    check->looked = true;
    return status;
}

static moon_status has_order(moon_change *change, moon_str account, moon_date today, bool *has,
                             moon_err *err) {
    moon_order bound = {.account = account}, last = {.account = account, .date = today}, order;
    moon_scan scan;
    MOON_TRY(moon_scan_begin(change, &moon_order_type, moon_type_index(&moon_order_type, "due"), &bound, 1,
                             &last, 2, false, &scan, err));
    moon_status status = moon_scan_next(&scan, &order, has, err);
    moon_scan_end(&scan);
    return status;
}

static moon_status may_charge(moon_due_check *check, moon_change *change, const moon_agreement *newest,
                              bool *may, moon_err *err) {
    versions of;
    moon_late *late;
    size_t count;
    *may = false;
    if (newest->start > check->book->ctx.today) return MOON_OK;
    MOON_TRY(read_versions(check, change, newest, &of, err));
    *may = of.doubtful;
    if (!*may) MOON_TRY(walk(change, &of, check->book->ctx.today, may, err));
    if (*may) return MOON_OK;
    MOON_TRY(any_late(check, change, err));
    if (!check->late) return MOON_OK;
    MOON_TRY(moon_late_of(change, newest->id, moon_change_arena(change), &late, &count, err));
    *may = count > 0;
    return MOON_OK;
}

moon_status moon_is_due(moon_due_check *check, moon_change *change, moon_str account, bool *due,
                        uint64_t agreements[MOON_PERIODS_OUTCOMES], moon_err *err) {
    moon_agreement *list;
    size_t count;
    moon_date today = check->book->ctx.today;
    memset(agreements, 0, MOON_PERIODS_OUTCOMES * sizeof *agreements);
    MOON_TRY(moon_watch_account(change, account, err));
    MOON_TRY(has_order(change, account, today, due, err));
    if (*due) return MOON_OK;
    MOON_TRY(moon_agreements_of(change, account, moon_change_arena(change), &list, &count, err));
    for (size_t i = 0; i < count && !*due; i++) {
        MOON_TRY(may_charge(check, change, &list[i], due, err));
        agreements[moon_periods_outcome_of(&list[i], false, today)]++;
    }
    return MOON_OK;
}
