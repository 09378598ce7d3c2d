/* run/jobs_usage: what rules read of usage while documents are drafted.         Floor 5.
 *
 * host.usage(agreement, meter, start, stop, what) reads the events of a name of the account at hand, on days from
 * start up to, not including, stop; what is
 *   "sum"       { count, quantity }, from the sums of the days
 *   "events"    a list of the next events by day and id, none at the end; day and id of the last one follow `what`
 *   "last_day"  a list of the events of the last of the days that has any; the day up to which it is carried follows
 * Events are { id, day, time, quantity, tags }. Every read is an input of the documents on which its agreement stands:
 * usage/METER/START..STOP, of "last_day" from that day on up to the one to which it is carried. */
#ifndef MOON_RUN_JOBS_USAGE_H
#define MOON_RUN_JOBS_USAGE_H

#include "run/drafting.h"

/* Works on d->account in d->change; ctx is the moon_drafting. */
moon_status moon_host_usage(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch, moon_arg *result,
                            moon_err *err);

#endif
