/* run/schedule: what rules/schedules.lua has due, and doing it.              Floor 5.
 *
 * A schedule is due on civil days at a civil time of the book's zone; which days, lua/schedules.lua says in a worker.
 * An occurrence is such a day. Its mark (record occurrence) is committed when its work has been done, so that one
 * which was cut off is done again from its beginning: actions change nothing that is done already, and files are
 * renamed into place.
 *
 * What would be done twice by that, because it is a clerk's act and no state to be reached (a dispute, a promise, a
 * payment by hand), leaves its note in the mark, in its own commit, and is passed over the next time.
 *
 * Occurrences are done oldest first, over all schedules, as of their own day: book->ctx.today is the day on which
 * one was due, also when it comes late. One that fails is marked so and tried again by the next tick; later ones
 * of the same schedule wait for it, others go on. A schedule without `from` begins when a tick first sees it, which
 * is marked too ("begun"). A day that has been done is not done again, whatever time the schedule has by now.
 *
 * The parent trusts nothing that a script asks: files are read in the book's folder and written below out/. */
#ifndef MOON_RUN_SCHEDULE_H
#define MOON_RUN_SCHEDULE_H

#include "books/records.h"
#include "run/book.h"

/* One time that a schedule is due or was. */
typedef struct moon_due {
    moon_str schedule, at; /* "18:00" */
    moon_date date;
    moon_instant instant;
    moon_str files;   /* of its mark */
    moon_str text;    /* "every month on last business day at 18:00" */
    int state;        /* of its mark; 0: none, or cut off */
    moon_str result;  /* of its mark */
    moon_str open_at; /* time of its mark, where that says that it failed or was cut off */
    moon_str steps;   /* of that mark: what of it is done */
    size_t order;     /* of its schedule in rules/schedules.lua */
} moon_due;

/* What ran from the day `from` on, and what comes up to the end of `until`, by time, in `keep`; of what comes at
 * most MOON_DUE_MAX times of each schedule. */
#define MOON_DUE_MAX 4000
MOON_CHECK moon_status moon_schedule_list(moon_book *book, moon_instant now, moon_date from, moon_date until,
                                          moon_arena *keep, moon_due **out, size_t *count, moon_err *err);

typedef struct moon_tick_options {
    moon_instant now;
    unsigned wait_ms; /* for another run of the book to end */
    bool dry_run;     /* nothing is done: `done` gets what would be, with state 0 */
    void *ctx;
    /* One that was done, or failed: `why`, NULL otherwise. `refused`: units that it parked or refused. May be
     * NULL. */
    void (*done)(void *ctx, const moon_due *due, uint64_t refused, const moon_err *why);
} moon_tick_options;
typedef struct moon_tick_report {
    bool busy; /* another tick is at work: nothing was done */
    uint64_t done, failed;
    uint64_t refused; /* units that the occurrences parked or refused */
    uint64_t waiting; /* occurrences behind one that failed */
    uint64_t begun;   /* schedules seen for the first time */
} moon_tick_report;

/* Do what is due by `now`, and end. MOON_E_BOOK_BUSY if another run did not end in time; what was done by then is
 * marked. */
MOON_CHECK moon_status moon_schedule_tick(moon_book *book, const moon_tick_options *options,
                                          moon_tick_report *report, moon_err *err);

/* "2026-11-30T18:00", with a space for the T or with seconds, in the book's zone. MOON_E_DATE_SYNTAX. */
MOON_CHECK moon_status moon_schedule_instant(const moon_book *book, moon_str text, moon_instant *out,
                                             moon_err *err);

#endif
