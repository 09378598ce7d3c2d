/* run/totals: the columns of a list, and their sums.                         Floor 5.
 *
 * One place adds up what a list, a report and an action's result show below their rows. */
#ifndef MOON_RUN_TOTALS_H
#define MOON_RUN_TOTALS_H

#include "run/cell.h"

enum {
    MOON_HEADING_DETAIL = 1, /* left out of tables */
    MOON_HEADING_SUM = 2     /* tables end with its total, per currency of the column named "currency" */
};
typedef struct moon_heading {
    const char *name;
    moon_cell cell;
    unsigned flags;
    const char *title; /* in tables; made from the name if NULL */
    int spare; /* turn in which it is left out of a table too wide for the terminal, from 1; 0: never */
} moon_heading;

/* What stands above the column in a table. */
moon_str moon_heading_title(moon_arena *keep, const moon_heading *heading);

/* The sums of one currency. */
typedef struct moon_total {
    moon_str currency;  /* "" where there is no such column */
    moon_decimal *sums; /* one per heading; of those without MOON_HEADING_SUM nothing */
} moon_total;
typedef struct moon_totals {
    moon_arena *keep;
    const moon_heading *headings;
    size_t count;
    size_t currency;   /* the column named "currency", or count */
    bool wanted;       /* a column is summed */
    moon_total *items; /* by currency code */
    size_t item_count, room;
    moon_err failed; /* the first sum that did not fit */
} moon_totals;

/* No rows yet; `headings` must live as long as the totals. */
moon_totals moon_totals_begin(moon_arena *keep, const moon_heading *headings, size_t count);
/* Add a row: one text per heading, plain numbers. */
void moon_totals_add(moon_totals *totals, const moon_str *cells);
/* MOON_E_DECIMAL_RANGE if a sum was too large. */
MOON_CHECK moon_status moon_totals_end(const moon_totals *totals, moon_err *err);
/* A sum with the places of its currency, plain. `out` has room for 64. Returns the length. */
size_t moon_total_format(const moon_total *total, size_t heading, char *out);

#endif
