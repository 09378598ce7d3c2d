/* books/promise: promises to pay, and whether they were kept.                Floor 3.
 *
 * A promise is for one item or for all that an account owes. What counts for it is what was booked since it was
 * made and settled its item (or any of the account's) with a value date up to its day and the days of grace:
 * cash, and credits too; not what was written off. */
#ifndef MOON_BOOKS_PROMISE_H
#define MOON_BOOKS_PROMISE_H

#include "books/config.h"

enum { MOON_PROMISE_OPEN = 1, MOON_PROMISE_KEPT, MOON_PROMISE_BROKEN, MOON_PROMISE_WITHDRAWN };
extern const char *const moon_promise_states[];

/* How a policy treats promises: days of grace behind the promised day; how often a promise that was not kept
 * may be made anew, below 0 for any number. */
typedef struct moon_promise_terms {
    int64_t grace, renewals;
} moon_promise_terms;

typedef struct moon_promise_standing {
    int state;
    int64_t received; /* what counts for it by then */
    moon_date last;   /* last day on which it may be kept */
} moon_promise_standing;

/* Take a promise down: promise->account, amount, currency, by, and document where it is for one item (its id or
 * number); the rest is filled in. Wants role "prepare". MOON_E_NOT_FOUND; MOON_E_RECORD_INVALID for an amount
 * that is not open; MOON_E_PERIOD_ORDER for a day that is over; MOON_E_STATE_REFUSED while another one stands,
 * or where the last ones were not kept more often than the terms let them be renewed. */
MOON_CHECK moon_status moon_promise_make(moon_change *change, const moon_context *ctx,
                                         moon_promise_terms terms, moon_promise *promise, moon_err *err);
/* The currency of a promise that names none: its item's, else the account's, else the book's. */
MOON_CHECK moon_status moon_promise_currency(moon_change *change, const moon_context *ctx,
                                             const moon_promise *promise, moon_currency *out, moon_err *err);
/* It no longer counts from today on. MOON_E_NOT_FOUND, MOON_E_STATE_REFUSED. */
MOON_CHECK moon_status moon_promise_withdraw(moon_change *change, const moon_context *ctx, moon_str id,
                                             moon_promise *out, moon_err *err);
/* How it stands at the end of a day. */
MOON_CHECK moon_status moon_promise_at(moon_change *change, const moon_promise *promise, int64_t grace,
                                       moon_date date, moon_promise_standing *out, moon_err *err);
/* All promises of an account by the day they are for, in `keep`. */
MOON_CHECK moon_status moon_promises_of(moon_change *change, moon_str account, moon_arena *keep,
                                        moon_promise **out, size_t *count, moon_err *err);

#endif
