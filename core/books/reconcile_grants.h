/* books/reconcile_grants: what is used of grants and coupons against the documents.   Floor 3. Part of verify. */
#ifndef MOON_BOOKS_RECONCILE_GRANTS_H
#define MOON_BOOKS_RECONCILE_GRANTS_H

#include "books/reconcile.h"

/* The burns are those of the issued documents' lines, no more and no fewer, and no grant is overdrawn. */
MOON_CHECK moon_status moon_reconcile_grants(moon_reconciler *r, moon_err *err);

#endif
