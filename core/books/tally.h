/* books/tally: sums by key, for holding cached answers against their entries.   Floor 3.
 *
 * Amounts are added in any order; moon_tally_close sorts and folds them. On the heap: moon_tally_free. */
#ifndef MOON_BOOKS_TALLY_H
#define MOON_BOOKS_TALLY_H

#include <stdint.h>

#include "base/arena.h"

typedef struct moon_tally_row {
    moon_str key;
    int64_t first, second;
} moon_tally_row;
typedef struct moon_tally {
    moon_arena arena;
    moon_tally_row *rows;
    size_t count, room;
} moon_tally;

/* Add to the two sums of `key`, which is copied. */
void moon_tally_add(moon_tally *tally, moon_str key, int64_t first, int64_t second);
/* One row per key, sorted by key; sums wrap only if they would leave 64 bits, which no book's amounts reach. */
void moon_tally_close(moon_tally *tally);
/* Of a closed tally; NULL if there is none. */
const moon_tally_row *moon_tally_find(const moon_tally *tally, moon_str key);
void moon_tally_free(moon_tally *tally);

#endif
