/* books/agreement: agreements that are billed by periods.                   Floor 3.
 *
 * An agreement with a first day of service is billed by the periods of its plan, each computed from one anchor: by
 * months from 31 January the second one begins on 28 February, the third on 31 March. The newest version, the last
 * by its day, says when it begins, when it ends and whose it is; what a day costs is said by the version of that day.
 * What a plan's periods are is computed here only where they are plain; lua/timeline.lua knows all of them. */
#ifndef MOON_BOOKS_AGREEMENT_H
#define MOON_BOOKS_AGREEMENT_H

#include "books/config.h"

/* The periods of a plan. */
typedef struct moon_cycle {
    moon_unit unit;
    int64_t n;
    int align; /* 0: from the agreement's own anchor; 1 to 31: from that day of January; -1: of the calendar */
    bool merged; /* a first period shorter than the others is one with the second */
} moon_cycle;
/* Months from the first day. */
extern const moon_cycle moon_monthly;

/* The periods one after another; the last one's end may lie behind that of the agreement. MOON_E_DATE_RANGE. */
typedef struct moon_periods {
    const moon_cycle *cycle;
    moon_date anchor, next; /* day from which the bounds are stepped; first day of the next period */
    int64_t step;
} moon_periods;
MOON_CHECK moon_status moon_periods_begin(const moon_agreement *newest, const moon_cycle *cycle,
                                          moon_periods *out, moon_err *err);
MOON_CHECK moon_status moon_periods_next(moon_periods *periods, moon_period *out, moon_err *err);
/* The period that has a day; found = false before its start, from its end on, and where it is not periodic. */
MOON_CHECK moon_status moon_agreement_period_of(const moon_agreement *newest, const moon_cycle *cycle,
                                                moon_date day, moon_period *out, bool *found, moon_err *err);

/* The newest versions of an account's periodic agreements, by id, in `keep`. */
MOON_CHECK moon_status moon_agreements_of(moon_change *change, moon_str account, moon_arena *keep,
                                          moon_agreement **out, size_t *count, moon_err *err);
/* All versions of one, by day and number, in `keep`. */
MOON_CHECK moon_status moon_agreement_versions(moon_change *change, moon_str id, moon_arena *keep,
                                               moon_agreement **out, size_t *count, moon_err *err);

/* What a new version of an agreement may say: a periodic one has a plan and does not end before it begins; once
 * something of it is billed it stays with its account and has a start, which may move; prices are decimals, coupons
 * have their first day. MOON_E_RECORD_INVALID. */
MOON_CHECK moon_status moon_agreement_check(moon_change *change, const moon_agreement *version,
                                            moon_err *err);

#endif
