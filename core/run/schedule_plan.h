/* run/schedule_plan: what was done and what comes, for run/schedule and its tick.   Floor 5. */
#ifndef MOON_RUN_SCHEDULE_PLAN_H
#define MOON_RUN_SCHEDULE_PLAN_H

#include "run/schedule.h"

/* What the book knows of one schedule. */
typedef struct moon_mark {
    moon_str schedule;
    moon_date after; /* the last day that was done, or the one before it began; NONE: neither */
    moon_instant begun;
    bool has_begun;
    moon_date open; /* of the occurrence that failed or was cut off, if open_at is not "" */
    int state;      /* of that: FAILED or WORKING */
    moon_str open_at, result, steps;
} moon_mark;
typedef struct moon_marks {
    moon_arena *keep;
    moon_mark *items;
    size_t count, room;
} moon_marks;
MOON_CHECK moon_status moon_marks_read(const moon_book *book, moon_arena *keep, moon_marks *out,
                                       moon_err *err);

typedef struct moon_plan {
    moon_due *dues; /* by time */
    size_t count;
    size_t schedules;
    moon_str *begun; /* schedules that are new */
    size_t begun_count;
} moon_plan;
/* Up to the end of `until`; asks `worker`, which is not the book's. */
MOON_CHECK moon_status moon_plan_make(moon_book *book, moon_worker *worker, moon_instant now, moon_date until,
                                      moon_arena *keep, moon_plan *out, moon_err *err);
/* Have `worker` run one: what schedules.run in lua/schedules.lua takes and answers. */
MOON_CHECK moon_status moon_plan_run(moon_worker *worker, const moon_arg *input, moon_arena *keep,
                                     moon_arg *answer, moon_err *err);

#endif
