/* app/settlement: how an invoice or credit note stands on a day, in one word.  Floor 6.
 *
 * Derived from the document, its item and its applications; nothing of it is stored. */
#ifndef MOON_APP_SETTLEMENT_H
#define MOON_APP_SETTLEMENT_H

#include "books/document.h"

typedef enum moon_standing {
    MOON_STANDING_DRAFT,
    MOON_STANDING_APPROVED,
    MOON_STANDING_OPEN,      /* issued, nothing settled, due today or later */
    MOON_STANDING_PART_PAID, /* some of it is settled, due today or later */
    MOON_STANDING_OVERDUE,   /* something of it is open after its due date */
    MOON_STANDING_PAID,      /* nothing is open */
    MOON_STANDING_CREDITED,  /* nothing is open, and credit notes alone settled it */
    MOON_STANDING_APPLIED,   /* a credit note that is used up */
    MOON_STANDING_VOID
} moon_standing;

extern const char *const moon_standings[]; /* names in that order, ended by NULL */

typedef struct moon_settlement {
    moon_standing standing;
    bool posted;  /* it has an item; `open` holds */
    int64_t open; /* minor units; negative for a credit note */
} moon_settlement;

MOON_CHECK moon_status moon_settlement_of(moon_change *change, const moon_document *document, moon_date today,
                                          moon_settlement *out, moon_err *err);

#endif
