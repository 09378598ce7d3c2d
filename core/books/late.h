/* books/late: usage that came after its period was billed.                    Floor 3.
 *
 * It stands on the work list (work "usage"), once for each agreement, period and meter, until the document is issued
 * that bills it: the next run compares the period with what was billed and makes a line of the difference. */
#ifndef MOON_BOOKS_LATE_H
#define MOON_BOOKS_LATE_H

#include "books/billed.h"
#include "books/usage.h"

/* The issued document that counted a meter on a day for an agreement: the newest one if there were several, with the
 * days that its claim bills, from the first of the agreement's period on, and the days and sum that it counted: they
 * begin before the period where a state was carried into it. */
typedef struct moon_counted {
    moon_document bill;
    moon_period period, span;
    moon_aggregate sum;
} moon_counted;
MOON_CHECK moon_status moon_late_counted(moon_change *change, moon_str agreement, moon_str meter,
                                         moon_date day, moon_counted *out, bool *found, moon_err *err);

/* `count` events of a meter came in for a day: put them on the work list where an agreement of the account has billed
 * that day already, or a later period whose bill counted that day too.
 * `known` has the documents that were read for it. */
MOON_CHECK moon_status moon_late_check(moon_change *change, const moon_context *ctx, moon_bills *known,
                                       const moon_agreement *agreements, size_t agreement_count,
                                       moon_str meter, moon_date day, int64_t count, bool *late,
                                       moon_err *err);

/* What waits for an agreement, by period and meter, in `keep`. */
typedef struct moon_late {
    moon_date start;
    moon_str meter;
    int64_t events;
} moon_late;
MOON_CHECK moon_status moon_late_of(moon_change *change, moon_str agreement, moon_arena *keep,
                                    moon_late **out, size_t *count, moon_err *err);

/* A draft that bills late usage says so among its inputs ("late/A-7/2026-01-31/calls"). Issuing it takes that off the
 * work list; voiding puts it back. */
void moon_late_input(moon_str agreement, const moon_late *late, moon_arena *keep, moon_input *out);
MOON_CHECK moon_status moon_late_billed(moon_change *change, const moon_document *document, moon_err *err);
MOON_CHECK moon_status moon_late_again(moon_change *change, const moon_context *ctx,
                                       const moon_document *document, moon_err *err);
/* Take all off the list that came late for a period: nothing is billed of it any more. */
MOON_CHECK moon_status moon_late_forget(moon_change *change, moon_str agreement, moon_date start,
                                        moon_err *err);

#endif
