/* books/item: open items by the names that people give them.                 Floor 3. */
#ifndef MOON_BOOKS_ITEM_H
#define MOON_BOOKS_ITEM_H

#include "books/config.h"

/* The item of an invoice, credit note, payment or adjustment: by the number or id of its document, the id of
 * the payment or adjustment, or the number of an opening item. */
MOON_CHECK moon_status moon_item_named(moon_change *change, moon_str name, moon_item *out, bool *found,
                                       moon_err *err);
/* The same, which must be owed still: MOON_E_NOT_FOUND if there is none, MOON_E_STATE_REFUSED if it is a credit
 * or nothing of it is open. `what` begins the message: "a dispute". */
MOON_CHECK moon_status moon_item_owed(moon_change *change, const char *what, moon_str name, moon_item *out,
                                      moon_err *err);
/* Whether it is asked for when it is due: what is owed on the receivables account. Refunds, returns and what
 * moves cash are not. */
bool moon_item_is_asked(const moon_item *item);

#endif
