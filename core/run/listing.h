/* run/listing: one way to print lists, to a terminal or into a file.          Floor 5.
 *
 * A listing has headings and rows of cells. As a table (the default) it shows the columns that are no detail,
 * amounts to the right, and a total per currency where a column is summed. Where the table is wider than the
 * terminal, spare columns are left out, those that say least first, and a line below says how many. As csv it
 * is RFC 4180: a header line, every column, quotes where needed, UTF-8, line feeds, exact data and nothing else
 * (a cell that begins with = is written as it is: tell your spreadsheet that it is text). As json it is an array
 * of objects; amounts and other decimals are texts, counts are numbers. */
#ifndef MOON_RUN_LISTING_H
#define MOON_RUN_LISTING_H

#include "doc/flow.h"
#include "run/json.h"
#include "run/totals.h"

typedef enum moon_format { MOON_FORMAT_TABLE, MOON_FORMAT_CSV, MOON_FORMAT_JSON } moon_format;

/* Where a listing goes. */
typedef struct moon_sink {
    moon_arena *keep; /* the listing lives in it */
    moon_format format;
    moon_terminal_style style; /* of a table */
    moon_currency base; /* the book's currency, for base amounts of records in json; 0 without a book */
    void *ctx;
    void (*write)(void *ctx, moon_str text);
    const char *complete; /* what shows the columns left out of a table; NULL: "--format csv" */
} moon_sink;

typedef struct moon_listing moon_listing;

/* Begin a listing; `headings` must live as long as it. */
moon_listing *moon_listing_open(const moon_sink *sink, const moon_heading *headings, size_t count);
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

#endif
