/* books/claim: nothing is billed twice.                                     Floor 3.
 *
 * Issuing a document claims what it bills: its order, or of the agreements on its lines each period with what of
 * it was billed: "advance", "arrears", "arrears/quarter" of charges that have a cycle of their own, each with "+1",
 * "+2" … behind for what changes it later. Voiding frees it, the last one first. */
#ifndef MOON_BOOKS_CLAIM_H
#define MOON_BOOKS_CLAIM_H

#include "books/config.h"

/* Write the claims of a document that is being issued; its order is billed then. Documents by hand claim nothing.
 * MOON_E_CLAIMED naming what is billed already; MOON_E_STALE where what it changes is not billed any more;
 * MOON_E_NOT_FOUND without the order. */
MOON_CHECK moon_status moon_claim_take(moon_change *change, const moon_document *document, moon_err *err);
/* Take them back: the order is due again, the periods wait for `bill`, and what was parked because their usage
 * came late is not late any more. */
MOON_CHECK moon_status moon_claim_free(moon_change *change, const moon_document *document, moon_err *err);

/* First day of the agreement's period to which a line belongs: its claim is on that period. */
moon_date moon_line_period(const moon_line *line);
/* How often a cause changes what was billed before: 0 of "advance", 2 of "advance+2", whose base is "advance". */
int64_t moon_claim_turn(moon_str cause, moon_str *base);
/* The cause of the claim that one changes: "advance+1" of "advance+2", "advance" of "advance+1"; "" of "advance". */
moon_str moon_claim_base(moon_str cause, moon_arena *keep);
/* The claims on an agreement, by period and cause, in `keep`; of one period only, or of all (MOON_DATE_NONE). */
MOON_CHECK moon_status moon_claims_of(moon_change *change, moon_str agreement, moon_date start,
                                      moon_arena *keep, moon_claim **out, size_t *count, moon_err *err);
/* Whether nothing that was billed later changes what an issued document bills of periods: MOON_E_VOID_REFUSED naming
 * the document to void first. */
MOON_CHECK moon_status moon_claim_check_last(moon_change *change, const moon_document *document,
                                             moon_err *err);

/* Whether an agreement is billed in arrears for a day or a later one: one look, however much is billed before. */
MOON_CHECK moon_status moon_claim_arrears_after(moon_change *change, moon_str agreement, moon_date day,
                                                bool *any, moon_err *err);
/* The document that claims a period of an agreement for `cause`. */
MOON_CHECK moon_status moon_claim_of(moon_change *change, moon_str agreement, moon_date start,
                                     const char *cause, moon_claim *out, bool *found, moon_err *err);
/* How many periods an issued document bills, and whether all of them are claimed by it. */
MOON_CHECK moon_status moon_claim_check(moon_change *change, const moon_document *document, size_t *count,
                                        bool *all, moon_err *err);
/* Whether anything of an agreement was billed. */
MOON_CHECK moon_status moon_claim_any(moon_change *change, moon_str agreement, bool *any, moon_err *err);

#endif
