/* books/hold: nothing is reminded of an account, or of one item, for a while.   Floor 3. */
#ifndef MOON_BOOKS_HOLD_H
#define MOON_BOOKS_HOLD_H

#include "books/config.h"

/* Hold an account (its id) or one item (its number) from ctx->today until the day `until`, which is the first
 * on which it no longer holds (MOON_DATE_NONE: until it is ended). Wants role "prepare" and a reason.
 * MOON_E_NOT_FOUND, MOON_E_PERIOD_ORDER. */
MOON_CHECK moon_status moon_hold_add(moon_change *change, const moon_context *ctx, moon_str name,
                                     moon_date until, moon_str reason, moon_hold *out, moon_err *err);
/* End one today. MOON_E_NOT_FOUND, MOON_E_STATE_REFUSED if it is over. */
MOON_CHECK moon_status moon_hold_end(moon_change *change, const moon_context *ctx, moon_str id,
                                     moon_hold *out, moon_err *err);
/* All holds of an account, in `keep`. */
MOON_CHECK moon_status moon_holds_of(moon_change *change, moon_str account, moon_arena *keep, moon_hold **out,
                                     size_t *count, moon_err *err);

#endif
