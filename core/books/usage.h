/* books/usage: usage events, once by their id, and what they add up to.       Floor 3.
 *
 * An event belongs to a civil day, fixed when it was taken in. Sums by account, meter and day are kept with the
 * events; the usage of a period is the sum of its days. An event of a period that is billed already is kept and
 * put on the work list (books/late.h): the next run bills it. */
#ifndef MOON_BOOKS_USAGE_H
#define MOON_BOOKS_USAGE_H

#include "books/config.h"

typedef enum moon_used {
    MOON_USED_NEW,
    MOON_USED_SAME,     /* the same event was there */
    MOON_USED_DIFFERENT /* another event has this id; nothing was written */
} moon_used;

/* Sums of the events taken in a change, written by moon_usage_fold. */
typedef struct moon_usage_sums moon_usage_sums;
moon_usage_sums *moon_usage_begin(moon_arena *keep);

/* Take an event in; one that it corrects counts no more. Its account, and that one, must be there:
 * MOON_E_NOT_FOUND. MOON_E_RECORD_INVALID. */
MOON_CHECK moon_status moon_usage_take(moon_change *change, const moon_event *event, moon_usage_sums *sums,
                                       moon_used *used, moon_err *err);
/* Add the sums to the days, touch their accounts, and park what came late. In the same change as the events.
 *   late  out: how many events, new or corrected, belong to periods that are billed */
MOON_CHECK moon_status moon_usage_fold(moon_change *change, const moon_context *ctx, moon_usage_sums *sums,
                                       int64_t *late, moon_err *err);

typedef struct moon_aggregate {
    int64_t count; /* events that count */
    moon_decimal quantity;
    int64_t
        corrections; /* how often events of these days corrected or were corrected: with count and quantity it
                            tells whether anything has changed */
} moon_aggregate;
/* What an account used of a meter in a period. */
MOON_CHECK moon_status moon_usage_of(moon_change *change, moon_str account, moon_str meter,
                                     moon_period period, moon_aggregate *out, moon_err *err);

/* Usage that was read for an agreement as an input of a document, and back; its name is
 * "usage/api.calls/2026-10-01..2026-11-01". */
void moon_usage_input(moon_str agreement, moon_str meter, moon_period period, const moon_aggregate *sum,
                      moon_arena *keep, moon_input *out);
moon_aggregate moon_usage_noted(const moon_input *input);
bool moon_usage_named(moon_str name, moon_str *meter, moon_period *period);
/* Whether such an input is what it was: no event came, and none was corrected. Other inputs are. */
MOON_CHECK moon_status moon_usage_same(moon_change *change, moon_str account, const moon_input *input,
                                       bool *same, moon_err *err);

#endif
