/* books/reconcile: cached answers against the entries they come from.       Floor 3. Part of verify. */
#ifndef MOON_BOOKS_RECONCILE_H
#define MOON_BOOKS_RECONCILE_H

#include "books/tally.h"
#include "books/verify.h"

/* Daily balances against the ledger's entries; items (books/reconcile_items.h); number series against the numbers
 * given and the gaps on record; claims against orders, periods and documents (books/reconcile_periods.h); daily usage
 * against its events; closures and blobs against their hashes. */
MOON_CHECK moon_status moon_reconcile(moon_change *change, const moon_config *config, moon_problem_fn tell,
                                      void *ctx, moon_verified *out, moon_err *err);

/* ---- what its files share ---- */

typedef struct moon_reconciler {
    moon_change *change;
    const moon_config *config;
    moon_problem_fn tell;
    void *ctx;
    moon_verified *out;
    moon_tally balances, numbers;
    moon_tally applied;    /* by account and item: what applications did to its open amount */
    moon_tally standing;   /* by account, control account and currency: ledger less items, amount and base */
    moon_tally taken_back; /* by line: what later lines of the same period take back of it */
    size_t days_of_usage;  /* less those whose events are there */
    size_t burns;          /* less those that documents have */
    size_t balances_seen, items_seen, items_expected, billed_orders, claims, claims_expected;
    int64_t numbered; /* documents with a number, less what series and gaps say */
} moon_reconciler;

typedef moon_status (*moon_reconcile_fn)(moon_reconciler *r, const void *record, moon_err *err);
/* Call `visit` with each record of a type; what it allocates in the change's memory is given back after it. */
MOON_CHECK moon_status moon_reconcile_each(moon_reconciler *r, const moon_type *type, moon_reconcile_fn visit,
                                           moon_err *err);
/* Tell a problem. */
void moon_reconcile_say(moon_reconciler *r, moon_status code, const char *fmt, ...) MOON_PRINTF(3, 4);

#endif
