/* books/reminder: steps taken for open items, and the messages that say so.  Floor 3.
 *
 * Which step an item takes is for the policy to say (lua/dunning.lua); here is what must be true of it: once a
 * day for an item, for something that is open, never before a step taken earlier. A message is queued in the
 * change that takes the steps, and worked off later (run/deliver.h). */
#ifndef MOON_BOOKS_REMINDER_H
#define MOON_BOOKS_REMINDER_H

#include "books/config.h"

/* Keep a step taken on ctx->today. MOON_E_STATE_REFUSED for an item of which nothing is open, or that took a
 * step on this or a later day. */
MOON_CHECK moon_status moon_reminder_add(moon_change *change, const moon_context *ctx,
                                         const moon_reminder *reminder, moon_err *err);
/* All steps taken for an account's items up to a day, by item, then date, in `keep`. */
MOON_CHECK moon_status moon_reminders_of(moon_change *change, moon_str account, moon_date date,
                                         moon_arena *keep, moon_reminder **out, size_t *count, moon_err *err);
/* The last day on which a step was taken in the whole book, MOON_DATE_NONE if none was. */
MOON_CHECK moon_status moon_reminded_last(moon_change *change, moon_date *last, moon_err *err);

/* Queue a message; one of the same id must not be there. MOON_E_STATE_REFUSED. */
MOON_CHECK moon_status moon_message_queue(moon_change *change, moon_message *message, moon_err *err);
/* It is written into `file`. Saying so again changes nothing. MOON_E_NOT_FOUND. */
MOON_CHECK moon_status moon_message_written(moon_change *change, moon_str id, moon_str file, moon_err *err);

#endif
