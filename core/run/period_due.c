#include "run/period_due.h"

#include "books/agreement.h"
#include "books/party.h"
#include "run/jobs.h"
#include "store/table.h"

/* ---- what nothing claims ---- */

typedef struct unclaimed_list {
    moon_arena *keep;
    moon_unclaimed *items;
    size_t count, room;
} unclaimed_list;

static void add_unclaimed(unclaimed_list *list, moon_period period, bool advance) {
    if (list->count == list->room) {
        size_t room = list->room ? list->room * 2 : 8;
        moon_unclaimed *larger = MOON_NEW_N(list->keep, moon_unclaimed, room);
        if (list->count) memcpy(larger, list->items, list->count * sizeof *larger);
        list->items = larger;
        list->room = room;
    }
    list->items[list->count++] = (moon_unclaimed){period, advance};
}

/* Reads the claims on an agreement by the start of their periods, alongside the periods themselves. */
typedef struct claim_reader {
    moon_scan scan;
    moon_claim claim; /* the next one, if `more` */
    bool more;
} claim_reader;

/* Which timings of the period from `start` are claimed; earlier claims are passed over. */
static moon_status claimed_at(claim_reader *r, moon_date start, bool *advance, bool *arrears, moon_err *err) {
    *advance = *arrears = false;
    while (r->more && r->claim.start <= start) {
        if (r->claim.start == start) {
            *advance = *advance || moon_str_is(r->claim.cause, "advance");
            *arrears = *arrears || moon_str_is(r->claim.cause, "arrears");
        }
        MOON_TRY(moon_scan_next(&r->scan, &r->claim, &r->more, err));
    }
    return MOON_OK;
}

static moon_status each_period(claim_reader *r, const moon_agreement *newest, moon_date today,
                               unclaimed_list *list, moon_err *err) {
    bool advance, arrears;
    MOON_TRY(moon_scan_next(&r->scan, &r->claim, &r->more, err));
    for (int64_t n = 0;; n++) {
        moon_period period;
        MOON_TRY(moon_agreement_period(newest, n, &period, err));
        if (period.start > today || (newest->until != MOON_DATE_NONE && period.start >= newest->until))
            return MOON_OK;
        MOON_TRY(claimed_at(r, period.start, &advance, &arrears, err));
        if (!advance) add_unclaimed(list, period, true);
        if (!arrears && period.end <= today) add_unclaimed(list, period, false);
    }
}

moon_status moon_unclaimed_of(moon_change *change, const moon_agreement *newest, moon_date today,
                              moon_unclaimed **out, size_t *count, moon_err *err) {
    unclaimed_list list = {.keep = moon_change_arena(change)};
    moon_claim bound = {.source = moon_arena_printf(list.keep, "agreement/%.*s", MOON_STR_ARG(newest->id))};
    claim_reader reader = {.more = true};
    MOON_TRY(moon_scan_begin(change, &moon_claim_type, MOON_BY_KEY, &bound, 1, &bound, 1, false, &reader.scan,
                             err));
    moon_status status = each_period(&reader, newest, today, &list, err);
    moon_scan_end(&reader.scan);
    *out = list.items;
    *count = list.count;
    return status;
}

/* ---- what plans charge at all ---- */

struct moon_plan_timings {
    struct moon_plan_timings *next;
    moon_str plan;
    bool advance, arrears;
};

/* A plan that cannot be asked may charge anything: drafting says what is wrong with it. */
static const struct moon_plan_timings *timings_of(moon_due_check *check, moon_str plan) {
    for (const struct moon_plan_timings *known = check->plans; known; known = known->next)
        if (moon_str_eq(known->plan, plan)) return known;
    moon_buf request = MOON_BUF_EMPTY;
    moon_str reply;
    moon_err ignored;
    struct moon_plan_timings *made = MOON_NEW(check->keep, struct moon_plan_timings);
    *made = (struct moon_plan_timings){check->plans, moon_arena_str(check->keep, plan), true, true};
    moon_buf_add_str(&request, plan);
    if (moon_worker_call(check->book->worker, moon_job_timings, moon_buf_str(&request), true, check->keep,
                         &reply, &ignored) == MOON_OK &&
        reply.len == 2) {
        made->advance = reply.ptr[0] != 0;
        made->arrears = reply.ptr[1] != 0;
    }
    moon_buf_free(&request);
    check->plans = made;
    return made;
}

/* Whether it may come to a line, or to a failure. */
static moon_status may_charge(moon_due_check *check, moon_change *change, const moon_agreement *newest,
                              const moon_unclaimed *one, bool *may, moon_err *err) {
    moon_date day = one->advance ? one->period.start : one->period.end - 1;
    moon_agreement version;
    moon_account account;
    *may = true;
    MOON_TRY(
        moon_version_at(change, &moon_agreement_type, newest->id, one->period.start, &version, may, err));
    if (!*may || !version.plan.len) return MOON_OK;
    const struct moon_plan_timings *plan = timings_of(check, version.plan);
    *may = one->advance ? plan->advance : plan->arrears;
    if (*may) return MOON_OK;
    MOON_TRY(moon_version_at(change, &moon_account_type, newest->account, day, &account, may, err));
    *may = !*may || account.head.erased;
    return MOON_OK;
}

/* ---- accounts ---- */

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

static moon_status has_charge(moon_due_check *check, moon_change *change, const moon_agreement *newest,
                              bool *has, moon_err *err) {
    moon_unclaimed *list;
    size_t count;
    *has = false;
    MOON_TRY(moon_unclaimed_of(change, newest, check->book->ctx.today, &list, &count, err));
    for (size_t i = 0; i < count && !*has; i++)
        MOON_TRY(may_charge(check, change, newest, &list[i], has, err));
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
        MOON_TRY(has_charge(check, change, &list[i], due, err));
        agreements[moon_periods_outcome_of(&list[i], false, today)]++;
    }
    return MOON_OK;
}
