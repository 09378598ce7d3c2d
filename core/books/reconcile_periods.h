/* books/reconcile_periods: what periods of agreements are billed, and changed later. Floor 3. Part of verify.
 *
 * Each claim is on an issued document with a line of it, and stands on the claim that it changes; lines that take back
 * a part of an earlier line name one of the same period that is issued, and all of them together not more than it
 * came to; and what a document defers is released, to the last minor unit. */
#ifndef MOON_BOOKS_RECONCILE_PERIODS_H
#define MOON_BOOKS_RECONCILE_PERIODS_H

#include "books/reconcile.h"

/* Tell what does not fit of a claim, of an issued document; and, when these are through, of what was taken back. That
 * a claim is on a line is seen from the documents, by their number; which one is not is told by moon_reconcile_strays,
 * which reads a document for each claim. */
MOON_CHECK moon_status moon_reconcile_claim(moon_reconciler *r, const moon_claim *claim, moon_err *err);
MOON_CHECK moon_status moon_reconcile_strays(moon_reconciler *r, moon_err *err);
MOON_CHECK moon_status moon_reconcile_bill(moon_reconciler *r, const moon_document *document, moon_err *err);
MOON_CHECK moon_status moon_reconcile_taken_back(moon_reconciler *r, moon_err *err);

#endif
