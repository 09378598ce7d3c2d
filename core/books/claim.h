/* books/claim: nothing is billed twice.                                     Floor 3.
 *
 * Issuing a document claims what it bills: its order, or of the agreements on its lines each period with what of
 * it was billed ("advance", "arrears"). Voiding frees it. */
#ifndef MOON_BOOKS_CLAIM_H
#define MOON_BOOKS_CLAIM_H

#include "books/config.h"

/* Write the claims of a document that is being issued; its order is billed then. Documents by hand claim nothing.
 * MOON_E_CLAIMED naming what is billed already; MOON_E_NOT_FOUND without the order. */
MOON_CHECK moon_status moon_claim_take(moon_change *change, const moon_document *document, moon_err *err);
/* Take them back: the order is due again, the periods wait for `bill`, and what was parked because their usage
 * came late is not late any more. */
MOON_CHECK moon_status moon_claim_free(moon_change *change, const moon_document *document, moon_err *err);

/* The document that claims a period of an agreement for `cause`. */
MOON_CHECK moon_status moon_claim_of(moon_change *change, moon_str agreement, moon_date start,
                                     const char *cause, moon_claim *out, bool *found, moon_err *err);
/* How many periods an issued document bills, and whether all of them are claimed by it. */
MOON_CHECK moon_status moon_claim_check(moon_change *change, const moon_document *document, size_t *count,
                                        bool *all, moon_err *err);
/* Whether anything of an agreement was billed. */
MOON_CHECK moon_status moon_claim_any(moon_change *change, moon_str agreement, bool *any, moon_err *err);

#endif
