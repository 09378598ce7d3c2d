/* books/dispute: what customers contest.                                     Floor 3.
 *
 * A dispute holds back its amount alone: the rest of the item is reminded as ever. Closing it posts nothing;
 * where the customer is right, a credit note follows. Days of dunning go on counting from the due date. */
#ifndef MOON_BOOKS_DISPUTE_H
#define MOON_BOOKS_DISPUTE_H

#include "books/config.h"

/* Open a dispute about `amount` of an item (0: all of it that is open and not contested yet). Wants role
 * "prepare" and a reason. MOON_E_NOT_FOUND, MOON_E_STATE_REFUSED, MOON_E_RECORD_INVALID if it is more than
 * that. */
MOON_CHECK moon_status moon_dispute_open(moon_change *change, const moon_context *ctx, moon_str number,
                                         int64_t amount, moon_str reason, moon_dispute *out, moon_err *err);
/* Decide an open one: the customer is right about `upheld` of it (all: upheld; nothing: rejected; else split).
 * MOON_E_NOT_FOUND, MOON_E_STATE_REFUSED if it is closed, MOON_E_RECORD_INVALID if that is more than its
 * amount. */
MOON_CHECK moon_status moon_dispute_close(moon_change *change, const moon_context *ctx, moon_str id,
                                          int64_t upheld, moon_str outcome, moon_dispute *out, moon_err *err);
MOON_CHECK moon_status moon_dispute_find(moon_change *change, moon_str id, moon_dispute *out, moon_err *err);

/* All disputes of an account, in `keep`. */
MOON_CHECK moon_status moon_disputes_of(moon_change *change, moon_str account, moon_arena *keep,
                                        moon_dispute **out, size_t *count, moon_err *err);
/* Whether it stands at the end of a day. */
bool moon_dispute_stands(const moon_dispute *dispute, moon_date date);
/* What of an item is contested at the end of a day, not more than `open` of it. */
int64_t moon_disputed_of(const moon_dispute *disputes, size_t count, moon_str document, int64_t open,
                         moon_date date);

#endif
