/* books/reconcile: cached answers against the entries they come from.       Floor 3. Part of verify. */
#ifndef MOON_BOOKS_RECONCILE_H
#define MOON_BOOKS_RECONCILE_H

#include "books/verify.h"

/* Daily balances against the ledger's entries; items against documents and applications; receivables against
 * the control account; number series against the numbers given; claims against orders and documents; closures
 * and blobs against their hashes. */
MOON_CHECK moon_status moon_reconcile(moon_change *change, const moon_config *config, moon_problem_fn tell,
                                      void *ctx, moon_verified *out, moon_err *err);

#endif
