/* books/event: usage events in the order of their days, and corrections.     Floor 3.
 *
 * An event that `corrects` another takes its place: the other one stays in the book with `corrected_by` and counts no
 * more. One that is `withdrawn` only takes the other back. What corrects can be corrected again. */
#ifndef MOON_BOOKS_EVENT_H
#define MOON_BOOKS_EVENT_H

#include "books/config.h"

/* Whether an event counts: no other took its place, and it takes none back. */
bool moon_event_counts(const moon_event *event);
/* The same event again, whatever corrected it since? */
bool moon_event_same(const moon_event *stored, const moon_event *again);

/* Find the event that `event` corrects, and mark it in the change.
 *   old  out: that event as it was
 * MOON_E_NOT_FOUND; MOON_E_RECORD_INVALID where it is another account's or meter's, or corrected already. */
MOON_CHECK moon_status moon_event_replace(moon_change *change, const moon_event *event, moon_event *old,
                                          moon_err *err);

/* Which events: of an account and meter, on days from start up to, not including, end. */
typedef struct moon_events {
    moon_str account, meter;
    moon_period days;
} moon_events;
/* Up to `most` of the events that count, by day and id, those behind `after` (NULL: from the first one), copied to
 * `keep`, which is not the change's arena. What is read is no dependency of the change: moon_usage_same tells whether
 * it still stands. */
MOON_CHECK moon_status moon_events_read(moon_change *change, const moon_events *of, const moon_event *after,
                                        size_t most, moon_arena *keep, moon_event **list, size_t *count,
                                        moon_err *err);
/* The last of the days that has an event that counts. */
MOON_CHECK moon_status moon_events_last_day(moon_change *change, const moon_events *of, moon_date *day,
                                            bool *found, moon_err *err);

#endif
