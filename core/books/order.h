/* books/order: orders taken in, held, repaired.                             Floor 3. */
#ifndef MOON_BOOKS_ORDER_H
#define MOON_BOOKS_ORDER_H

#include "books/config.h"

typedef enum moon_taken {
    MOON_TAKEN_NEW,       /* stored */
    MOON_TAKEN_SAME,      /* there already, and the same */
    MOON_TAKEN_UPDATED,   /* there already, different, replaced on request */
    MOON_TAKEN_DIFFERENT, /* there already, different: left as it was */
    MOON_TAKEN_BILLED     /* there already, different, and billed: can only be credited */
} moon_taken;

/* Take an order in, whole: its value is computed, its place on the work list kept (a held order is parked with
 * its reason).
 *   update      replace an order that is there and not billed; otherwise it is left as it was
 *   difference  out: what differs, in words, for DIFFERENT, UPDATED and BILLED; in the change's arena */
MOON_CHECK moon_status moon_order_take(moon_change *change, const moon_context *ctx, const moon_order *order,
                                       bool update, moon_taken *taken, moon_str *difference, moon_err *err);

/* Store an order after a field of it was changed by hand. A held one becomes due when its missing account was
 * named, or when its state was set to due; its reason and the rows that could not be read go then.
 * MOON_E_STATE_REFUSED if it is billed; MOON_E_FIELD_REQUIRED without account. */
MOON_CHECK moon_status moon_order_repair(moon_change *change, const moon_context *ctx, moon_order *order,
                                         moon_err *err);

/* Sum of quantity x price; lines without a price count nothing. */
MOON_CHECK moon_status moon_order_value(const moon_order *order, moon_decimal *value, moon_err *err);

/* Put on the work list, or take off it. */
MOON_CHECK moon_status moon_park(moon_change *change, const moon_context *ctx, const char *work, moon_str id,
                                 moon_str account, const moon_err *why, const moon_order *order,
                                 moon_err *err);
MOON_CHECK moon_status moon_unpark(moon_change *change, const char *work, moon_str id, moon_err *err);

#endif
