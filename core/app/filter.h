/* app/filter: which rows of a list are wanted.                               Floor 6.
 *
 * Conditions such as account=ACME, date>=2026-12-01, total>100, name~ltd; all must hold. Numbers and dates
 * compare by value, texts by bytes; ~ looks for a part of a text, capitals or not; an empty value asks for rows
 * without one. */
#ifndef MOON_APP_FILTER_H
#define MOON_APP_FILTER_H

#include "app/output.h"

typedef struct moon_filter_term {
    size_t column;
    moon_compare compare;
    moon_str value;
    moon_decimal number; /* of a column of numbers */
} moon_filter_term;
typedef struct moon_filter {
    moon_filter_term *terms;
    size_t count;
} moon_filter;

/* Columns by which rows can be chosen; `words` has one list for each column, ended by NULL, of what it may
 * hold, or NULL for any text. */
typedef struct moon_filter_columns {
    const char *what; /* the rows, in messages: "invoices" */
    const moon_heading *headings;
    const char *const *const *words;
    size_t count;
} moon_filter_columns;

/* The terms live in `keep`. MOON_E_USAGE for a column that is not there, or a value that is not of its kind. */
MOON_CHECK moon_status moon_filter_make(const moon_filter_columns *columns, const moon_pair *pairs,
                                        size_t count, moon_arena *keep, moon_filter *out, moon_err *err);
bool moon_filter_match(const moon_filter *filter, const moon_heading *headings, const moon_str *cells);

#endif
