/* app/output: one way to print lists.                                        Floor 6.
 *
 * A listing has headings and rows of cells. As a table (the default) it shows the columns that are no detail,
 * amounts to the right, and a total per currency where a column is summed. Where the table is wider than the
 * terminal, spare columns are left out, those that say least first, and a line below says how many. As csv it
 * is RFC 4180: a header line, every column, quotes where needed, UTF-8, line feeds, exact data and nothing else
 * (a cell that begins with = is written as it is: tell your spreadsheet that it is text). As json it is an array
 * of objects; amounts and other decimals are texts, counts are numbers. */
#ifndef MOON_APP_OUTPUT_H
#define MOON_APP_OUTPUT_H

#include "app/cell.h"
#include "app/command.h"
#include "app/json.h"

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

typedef struct moon_listing moon_listing;

/* Begin a listing in app->format; `headings` must live as long as it. It lives in the program's arena. */
moon_listing *moon_listing_begin(moon_app *app, const moon_heading *headings, size_t count);
/* A row: one text per heading, "" where there is nothing. */
void moon_listing_add(moon_listing *listing, const moon_str *cells);
/* A row that is shown, but is no part of the totals. */
void moon_listing_add_apart(moon_listing *listing, const moon_str *cells);
/* A row that is a record: in json all of its fields, lists included, are written instead of the cells. */
void moon_listing_add_record(moon_listing *listing, const moon_str *cells, const moon_type *type,
                             const void *record);
size_t moon_listing_count(const moon_listing *listing);
/* Write it. `none` is said below an empty table, for example "No invoices." MOON_E_DECIMAL_RANGE if a total is
 * too large. */
MOON_CHECK moon_status moon_listing_end(moon_listing *listing, const char *none, moon_err *err);

/* Headings for all fields of a record type, in the arena; and its cells, `cells` having one slot per field. */
const moon_heading *moon_headings_of(moon_arena *keep, const moon_type *type, size_t *count);
void moon_cells_of(const moon_app *app, moon_arena *keep, const moon_type *type, const void *record,
                   moon_str *cells);

#endif
