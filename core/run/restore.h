/* run/restore: a backup back into a book's folder.                           Floor 5.
 *
 * What was issued after the backup was made is not in it, but its numbers were given: so the last number used of
 * every series of the backup's latest year is demanded, and what lies between is a gap on record. A series of today's
 * year that began after the backup cannot be known: it is told. The data are put together beside the folder's place
 * and appear there at once, or not at all; of two restores at once the second is refused. */
#ifndef MOON_RUN_RESTORE_H
#define MOON_RUN_RESTORE_H

#include "run/book.h"

/* The last number that was given of a series. */
typedef struct moon_last_number {
    moon_str kind, number; /* kind: invoice or credit_note */
} moon_last_number;

/* Series of a year of which the book knows no number. */
typedef struct moon_unbegun {
    int64_t year;
    bool invoice, credit_note;
} moon_unbegun;

/* Restore `file` into `folder`, which has book.lua and no data. MOON_E_BOOK_EXISTS if it has data,
 * MOON_E_BOOK_MISSING if it has no book.lua, MOON_E_SERIES if a series is not named or was further than said,
 * MOON_E_BOOK_BUSY while another restore is at work there. `unbegun`: series of today's year without a number. */
MOON_CHECK moon_status moon_restore(const char *folder, const char *file, const moon_open_options *options,
                                    const moon_last_number *last, size_t count, bool dry_run,
                                    moon_unbegun *unbegun, moon_err *err);

#endif
