/* run/restore: a backup back into a book's folder.                           Floor 5.
 *
 * What was issued after the backup was made is not in it, but its numbers were given: so the last number used of
 * every series of the backup's latest year is demanded, and what lies between is a gap on record. The data are
 * put together beside the folder's place and appear there at once, or not at all. */
#ifndef MOON_RUN_RESTORE_H
#define MOON_RUN_RESTORE_H

#include "run/book.h"

/* The last number that was given of a series. */
typedef struct moon_last_number {
    moon_str kind, number; /* kind: invoice or credit_note */
} moon_last_number;

/* Restore `file` into `folder`, which has book.lua and no data. MOON_E_BOOK_EXISTS if it has data,
 * MOON_E_BOOK_MISSING if it has no book.lua, MOON_E_SERIES if a series is not named or was further than said. */
MOON_CHECK moon_status moon_restore(const char *folder, const char *file, const moon_open_options *options,
                                    const moon_last_number *last, size_t count, bool dry_run, moon_err *err);

#endif
