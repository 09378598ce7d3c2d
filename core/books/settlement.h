/* books/settlement: how an invoice or credit note stands on a day, in one word.   Floor 3.
 *
 * Derived from the document, its item and its applications up to that day; nothing of it is stored. */
#ifndef MOON_BOOKS_SETTLEMENT_H
#define MOON_BOOKS_SETTLEMENT_H

#include "books/document.h"

typedef enum moon_standing {
    MOON_STANDING_DRAFT,
    MOON_STANDING_APPROVED,
    MOON_STANDING_NOT_YET,       /* its date is after the day asked about */
    MOON_STANDING_OPEN,          /* issued, nothing settled; an invoice: due on that day or later */
    MOON_STANDING_PART_PAID,     /* cash settled some of an invoice that is due on that day or later */
    MOON_STANDING_PART_CREDITED, /* the same by credit notes or other ways, and no cash */
    MOON_STANDING_PART_APPLIED,  /* some of a credit note is used up */
    MOON_STANDING_OVERDUE,       /* something of it is open after its due date */
    MOON_STANDING_PAID,          /* nothing is open, cash settled something of it; or it came to zero */
    MOON_STANDING_CREDITED,      /* nothing is open, credit notes settled it without any cash */
    MOON_STANDING_WRITTEN_OFF,   /* nothing is open, and something of it was written off */
    MOON_STANDING_APPLIED,       /* a credit note that is used up */
    MOON_STANDING_VOID           /* voided on that day or before */
} moon_standing;

extern const char *const moon_standings[]; /* names in that order, ended by NULL */

typedef struct moon_settlement {
    moon_standing standing;
    bool posted;  /* it has an item; `open` holds */
    int64_t open; /* minor units; negative for a credit note */
} moon_settlement;

MOON_CHECK moon_status moon_settlement_of(moon_change *change, const moon_document *document, moon_date day,
                                          moon_settlement *out, moon_err *err);

#endif
