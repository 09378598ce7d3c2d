/* run/rows: records of the book for queries of a script, a batch at a time.  Floor 5.
 *
 * A cursor remembers where it stands by the key of its last record, not by an open range: between two batches the
 * book may change and the snapshot be another one, and nothing is held but that key. What it hands out are rows
 * (moon_arg_row): tables that the script keeps. */
#ifndef MOON_RUN_ROWS_H
#define MOON_RUN_ROWS_H

#include "run/worker.h"
#include "store/table.h"

typedef struct moon_rows moon_rows;

/* Begin at once for all rows of a worker's session: a snapshot that is made when it is first needed. */
typedef struct moon_look {
    moon_store *store;
    moon_change *change;  /* NULL: none yet */
    moon_arena_mark mark; /* of its arena, where what a call reads begins */
    moon_date today;
} moon_look;
/* What the last call read is given back. */
MOON_CHECK moon_status moon_look_begin(moon_look *look, moon_err *err);
/* The next use sees the book as it is then. */
void moon_look_end(moon_look *look);

/* A cursor over a type of record.
 *   request  map { type =, index = (absent: by key), first = list of texts: equal to the index's first fields,
 *            low =, high = texts: bounds of the field after those, both included, as_of = date and versions = true
 *            of accounts, products and agreements }
 * MOON_E_SCRIPT_VALUE for what makes no sense, and the errors of values. Free it with moon_rows_free. */
MOON_CHECK moon_status moon_rows_begin(const moon_arg *request, moon_date today, moon_rows **out,
                                       moon_err *err);
/* The next rows, up to some hundreds, as a list; it is empty while none of those looked at is wanted, and nil at the
 * end. Valid until the next call. */
MOON_CHECK moon_status moon_rows_next(moon_rows *rows, moon_look *look, moon_arg *out, moon_err *err);
void moon_rows_free(moon_rows *rows);

#endif
