/* books/agreement: agreements that are billed by periods.                   Floor 3.
 *
 * An agreement with a first day of service is billed by months from that day on, each computed from that day: from
 * 31 January the second one begins on 28 February, the third on 31 March. The newest version says when it begins,
 * when it ends and whose it is; what a period costs is said by the version of its first day. */
#ifndef MOON_BOOKS_AGREEMENT_H
#define MOON_BOOKS_AGREEMENT_H

#include "books/config.h"

/* The n-th period, from 0. MOON_E_DATE_RANGE. */
MOON_CHECK moon_status moon_agreement_period(const moon_agreement *newest, int64_t n, moon_period *out,
                                             moon_err *err);
/* The period that has a day; found = false before its start, from its end on, and where it is not periodic. */
MOON_CHECK moon_status moon_agreement_period_of(const moon_agreement *newest, moon_date day, moon_period *out,
                                                bool *found, moon_err *err);
/* Whether a period of it begins on a day that it covers. */
bool moon_agreement_has(const moon_agreement *newest, moon_date start);

/* The newest versions of an account's periodic agreements, by id, in `keep`. */
MOON_CHECK moon_status moon_agreements_of(moon_change *change, moon_str account, moon_arena *keep,
                                          moon_agreement **out, size_t *count, moon_err *err);

/* What a new version of an agreement may say: a periodic one has a plan; once something of it is billed, start and
 * account stay; it ends between two periods, for a period that has begun is billed whole. MOON_E_RECORD_INVALID. */
MOON_CHECK moon_status moon_agreement_check(moon_change *change, const moon_agreement *version,
                                            moon_err *err);

#endif
