/* books/reconcile_items: items against what made and settled them.          Floor 3. Part of verify.
 *
 * Every item is what its document, payment or adjustment says, and so is its entry in the ledger; what is open of
 * it follows from its applications; each application that moves between control accounts has its entry; and by
 * account, control account and currency the open items are what the ledger's lines of that account add up to, in
 * the currency and in the book's. */
#ifndef MOON_BOOKS_RECONCILE_ITEMS_H
#define MOON_BOOKS_RECONCILE_ITEMS_H

#include "books/reconcile.h"

/* Tells what does not fit. */
MOON_CHECK moon_status moon_reconcile_items(moon_reconciler *r, moon_err *err);

#endif
