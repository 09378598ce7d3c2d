/* run/period_due: whether any period of an account's agreements can come to a line.  Floor 5.
 *
 * Most accounts with periodic agreements have nothing due on most days. That is found out here from claims and from
 * what their plans charge at all, so that rules run only for the others. It is exact for plans whose periods are
 * plain; where anything is in doubt the rules run: a version newer than what is billed of a period that it may
 * change, a pause, usage that came late, a cycle that a script says. */
#ifndef MOON_RUN_PERIOD_DUE_H
#define MOON_RUN_PERIOD_DUE_H

#include "run/book.h"
#include "run/jobs_period.h"

/* What a plan charges at all, and when. */
typedef struct moon_timings {
    bool advance, arrears;
    bool plain; /* every period is one of the cycle, and all charges are billed by them */
    moon_cycle cycle;
} moon_timings;

/* Looks at accounts of one run. Begin with book and keep set. */
typedef struct moon_due_check {
    moon_book *book;
    moon_arena *keep;
    struct moon_plan_timings *plans; /* those seen so far */
    bool looked, late;               /* for usage that came late: whether there is any */
} moon_due_check;

/* A plan that cannot be asked may charge anything, and is not plain: drafting says what is wrong with it. */
const moon_timings *moon_timings_of(moon_due_check *check, moon_str plan);

/* Whether drafting for an account by book->ctx.today could come to anything: an order is due, or a period of an
 * agreement. If not, `agreements` counts what its agreements come to. */
MOON_CHECK moon_status moon_is_due(moon_due_check *check, moon_change *change, moon_str account, bool *due,
                                   uint64_t agreements[MOON_PERIODS_OUTCOMES], moon_err *err);

#endif
