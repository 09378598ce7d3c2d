/* run/period_due: which periods of agreements nothing claims, and whether any of them can come to a line.  Floor 5.
 *
 * Most accounts with periodic agreements have nothing due on most days. That is found out here from claims and from
 * what their plans charge at all, so that rules run only for the others. Where anything is in doubt they run. */
#ifndef MOON_RUN_PERIOD_DUE_H
#define MOON_RUN_PERIOD_DUE_H

#include "run/book.h"
#include "run/jobs_period.h"

/* A period that has begun, billed in advance, or one that is over, billed in arrears, that nothing claims. */
typedef struct moon_unclaimed {
    moon_period period;
    bool advance;
} moon_unclaimed;

/* Those of an agreement by `today`, in the order of their periods; in the arena of the change. */
MOON_CHECK moon_status moon_unclaimed_of(moon_change *change, const moon_agreement *newest, moon_date today,
                                         moon_unclaimed **out, size_t *count, moon_err *err);

/* Looks at accounts of one run. Begin with book and keep set. */
typedef struct moon_due_check {
    moon_book *book;
    moon_arena *keep;
    struct moon_plan_timings *plans; /* those seen so far */
} moon_due_check;

/* Whether drafting for an account by book->ctx.today could come to anything: an order is due, or a period of an
 * agreement whose plan has charges for it. If not, `agreements` counts what its agreements come to. */
MOON_CHECK moon_status moon_is_due(moon_due_check *check, moon_change *change, moon_str account, bool *due,
                                   uint64_t agreements[MOON_PERIODS_OUTCOMES], moon_err *err);

#endif
