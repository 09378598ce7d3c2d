/* doc/table: tables on a terminal, set like a ledger: no boxes, a thin line.  Floor 3, includes base/ only.
 *
 *     Account  Title          Amount
 *     ──────────────────────────────
 *     ACME     Platform fee    49.00
 *     ──────────────────────────────
 *     Total                    49.00
 *
 * Every list of the program and every table of a document is written by it. A table belongs to its arena; the
 * texts it is given are copied. Text columns that are too wide are wrapped, the widest first; columns aligned
 * to the right, which hold numbers, are never wrapped or cut, nor are dates and numbers of documents, even if a
 * line then becomes longer than the terminal is wide. */
#ifndef MOON_DOC_TABLE_H
#define MOON_DOC_TABLE_H

#include "doc/flow.h"
#include "doc/tree.h"

typedef struct moon_column {
    moon_str title;
    moon_align align;
} moon_column;

typedef struct moon_table moon_table;

/* `count` columns, at least 1. Where no column has a title, the table is written without header, line and
 * "(none)". */
moon_table *moon_table_new(moon_arena *keep, const moon_column *columns, size_t count);

/* `cells` has one text per column; a line feed in it begins a new line of the cell. */
void moon_table_add(moon_table *table, const moon_str *cells);
/* The row below a second line; the last call counts. */
void moon_table_total(moon_table *table, const moon_str *cells);

/* For cells with faces: a new row, or the header, as one flow per column for the caller to add to. A row's
 * flows are valid until the next row. */
moon_flow *moon_table_add_flows(moon_table *table);
moon_flow *moon_table_header_flows(moon_table *table);

/* Columns it takes when written in this style; and the writer itself. `indent` spaces go before every line. */
size_t moon_table_width(const moon_table *table, const moon_terminal_style *style);
void moon_table_write_indented(const moon_table *table, size_t indent, const moon_terminal_style *style,
                               moon_buf *out);
static inline void moon_table_write(const moon_table *table, const moon_terminal_style *style,
                                    moon_buf *out) {
    moon_table_write_indented(table, 0, style, out);
}

#endif
