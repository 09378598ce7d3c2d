/* books/billed: what issued documents bill of a period of an agreement.       Floor 3.
 *
 * What is changed later is computed from this, not from today's prices: the lines as they were billed, less what
 * credit notes gave back of them. Lines that credit a part of an earlier line are lines of their own here. */
#ifndef MOON_BOOKS_BILLED_H
#define MOON_BOOKS_BILLED_H

#include "books/config.h"

typedef struct moon_billed {
    const moon_document *document;
    const moon_line *line;
    int64_t credited; /* what credit notes gave back of amount + discount; of the sign of the line */
} moon_billed;

/* The documents that were read: a document of many agreements is asked of each, and read once. Begins as {0}; lives in
 * the change's arena; good while the change writes no document. */
typedef struct moon_bills {
    struct moon_bill *first;
} moon_bills;
MOON_CHECK moon_status moon_bills_get(moon_change *change, moon_bills *known, moon_str id,
                                      const moon_document **out,
                                      moon_err *err); /* NULL: none that is issued */

/* The lines of issued documents for the period that begins on `start`, in the order of their claims, in `keep`; the
 * documents in `known`. */
MOON_CHECK moon_status moon_billed_of(moon_change *change, moon_bills *known, moon_str agreement,
                                      moon_date start, moon_arena *keep, moon_billed **out, size_t *count,
                                      moon_err *err);

/* What later bills of its periods, invoices and credit notes, took back of the lines of an issued document, in the
 * shape of a credit note each (lines with corrects_line, taxes by their rates, sums, their share of what was
 * withheld), in `keep`: what a credit note can still give back is less by that. */
MOON_CHECK moon_status moon_billed_corrections(moon_change *change, const moon_document *document,
                                               moon_arena *keep, moon_document **out, size_t *count,
                                               moon_err *err);

/* The answer of moon_billed_of as an input of a draft, "billed/A-7/2026-04-01": how many lines, and what is left of
 * them in all. */
MOON_CHECK moon_status moon_billed_input(moon_str agreement, moon_date start, const moon_billed *list,
                                         size_t count, moon_arena *keep, moon_input *out, moon_err *err);
/* Whether that input is of this name, and whether the answer is the same now. */
MOON_CHECK moon_status moon_billed_check(moon_change *change, moon_bills *known, const moon_input *input,
                                         bool *same, moon_err *err);

#endif
