/* books/series: gapless numbers of invoices and credit notes.               Floor 3.
 *
 * A series is of a kind and a year and counts from 1. Numbers that another system gave before, or that a restore left
 * without their documents, are a gap on record: they are never given again, and verify accepts no other. */
#ifndef MOON_BOOKS_SERIES_H
#define MOON_BOOKS_SERIES_H

#include "books/config.h"

/* The next number of a series, written by `pattern` ({year}, {number}, {number:5}); the series moves on.
 * MOON_E_SERIES if `date` is before the last issue date of the series, or the pattern is malformed. */
MOON_CHECK moon_status moon_series_next(moon_change *change, const char *kind, moon_str pattern,
                                        moon_date date, moon_str *number, moon_err *err);
/* A pattern filled in; the same as moon_series_next writes. MOON_E_SERIES. */
MOON_CHECK moon_status moon_series_format(moon_str pattern, int64_t year, int64_t n, moon_arena *keep,
                                          moon_str *number, moon_err *err);

/* The year and number that a text has by a pattern; `year` stays as it was where the pattern has none.
 * MOON_E_SERIES. */
MOON_CHECK moon_status moon_series_parse(moon_str pattern, moon_str text, int64_t *year, int64_t *n,
                                         moon_err *err);
/* `last` was the last number given elsewhere: the series goes on behind it, and what lies between is a gap with a
 * reason. The last number of the book itself changes nothing. `kind` is "invoice" or "credit_note". Wants role
 * "admin". MOON_E_SERIES if it is lower than what was given here, does not fit the pattern, or is of a year to come. */
MOON_CHECK moon_status moon_series_continue(moon_change *change, const moon_context *ctx, moon_str kind,
                                            moon_str last, moon_str reason, moon_err *err);

#endif
