/* run/report: a report as columns and rows, for a terminal, a file or a script.   Floor 5.
 *
 * One computation of each report: the command shows it, a schedule saves it, a script walks through its rows.
 * What a report is asked is a map of values, the same for all three. A file is csv, json, txt (the table, as
 * wide as it needs) or html (a page that prints). */
#ifndef MOON_RUN_REPORT_H
#define MOON_RUN_REPORT_H

#include "run/book.h"
#include "run/listing.h"
#include "run/page.h"

typedef struct moon_report {
    moon_arena *keep;
    moon_str name;
    moon_str title;  /* above it: what it is, of which day; ends with a full stop */
    moon_str none;   /* said where it has no rows */
    moon_str remark; /* below it, or "" */
    const moon_heading *headings;
    size_t heading_count;
    moon_str *cells; /* row after row */
    size_t row_count, room;
} moon_report;

typedef struct moon_report_kind {
    const char *name;
    const char *doc;  /* one line, without a full stop */
    const char *asks; /* what it can be asked, a space between two: "as_of account" */
    const moon_heading *headings;
    size_t heading_count;
    /* Add title, rows and remark to `report`, whose headings are there. */
    moon_status (*fill)(moon_book *book, moon_change *change, const moon_arg *asked, moon_report *report,
                        moon_err *err);
    /* For html and txt, where a layout sets it; NULL: a table. */
    moon_status (*page)(moon_book *book, moon_change *change, const moon_arg *asked, moon_arena *keep,
                        moon_page *out, moon_err *err);
} moon_report_kind;

/* All reports, ended by a NULL name. */
extern const moon_report_kind moon_report_kinds[];
/* MOON_E_NOT_FOUND, with the name that was meant. */
MOON_CHECK moon_status moon_report_find(moon_str name, const moon_report_kind **out, moon_err *err);

/* Compute a report on a snapshot; `asked` is a map (or nil). It lives in `keep`. MOON_E_SCRIPT_VALUE for what it
 * cannot be asked; the errors of what it computes. */
MOON_CHECK moon_status moon_report_make(moon_book *book, moon_change *change, const moon_report_kind *kind,
                                        const moon_arg *asked, moon_arena *keep, moon_report *out,
                                        moon_err *err);
/* A row, one text per heading, which is copied. For reports while they are filled. */
void moon_report_add(moon_report *report, const moon_str *cells);
/* Show it as a list. */
MOON_CHECK moon_status moon_report_list(const moon_report *report, moon_listing *listing, moon_err *err);

/* The bytes of a report's file; its kind goes by the name: .csv, .json, .txt, .html. MOON_E_SCRIPT_VALUE for
 * another one. `rows` is how many it has. */
MOON_CHECK moon_status moon_report_file(moon_book *book, moon_change *change, const moon_report_kind *kind,
                                        const moon_arg *asked, moon_str file, moon_buf *out, size_t *rows,
                                        moon_err *err);

/* ---- for those that fill one ---- */

/* What it was asked by name; what was not asked leaves `out` as it is. MOON_E_SCRIPT_VALUE for a value of another
 * kind; a date may be a text. */
MOON_CHECK moon_status moon_asked_date(const moon_arg *asked, const char *name, moon_date *out,
                                       moon_err *err);
MOON_CHECK moon_status moon_asked_text(const moon_arg *asked, const char *name, moon_str *out, moon_err *err);
/* MOON_E_SCRIPT_VALUE if `asked` is neither nil nor a map, or has a name that is not among `known`. `what` is
 * what does not know it, in the message. */
MOON_CHECK moon_status moon_asked_check(const moon_arg *asked, const char *known, const char *what,
                                        moon_err *err);

#endif
