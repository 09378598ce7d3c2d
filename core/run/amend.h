/* run/amend: what changes an agreement from a day on: its terms, its end, its rests.     Floor 5.
 *
 * A version of an agreement is a full copy, so a change is carried on into the later versions: field by field, up
 * to the first that says something else than what is changed, for that was decided for its own day. An end is
 * carried into all of them, since the newest version says when an agreement ends. A day before the first version
 * first gets that version as of the agreement's start, for until now it answered for those days.
 *
 * Doing it again changes nothing. */
#ifndef MOON_RUN_AMEND_H
#define MOON_RUN_AMEND_H

#include "books/document.h"
#include "run/book.h"

typedef enum moon_amend_verb {
    MOON_AMEND_CHANGE, /* fields of `pairs` */
    MOON_AMEND_END,
    MOON_AMEND_PAUSE, /* `how` */
    MOON_AMEND_RESUME
} moon_amend_verb;

typedef struct moon_amend_pair {
    moon_str field, value; /* "tags.seats", "20"; "" takes it out */
} moon_amend_pair;

typedef struct moon_amend_wish {
    moon_amend_verb verb;
    moon_str id;
    moon_date day;      /* first day of the change; MOON_DATE_NONE: today */
    bool at_period_end; /* instead: when the period that has today is over */
    moon_str how;       /* of a pause; "": stop */
    moon_str reason;
    const moon_amend_pair *pairs;
    size_t pair_count;
} moon_amend_wish;

/* One field in one version. */
typedef struct moon_amend_row {
    moon_date from;
    moon_str field, old, new;
    bool kept; /* the version says something else and stays: `old` is what it says */
} moon_amend_row;

typedef struct moon_amended {
    moon_date day;            /* from which it holds */
    moon_agreement *versions; /* written, the one of that day among them; none: everything is said already */
    size_t version_count;
    moon_agreement *now; /* the version of that day */
    moon_amend_row *rows;
    size_t row_count;
} moon_amended;

/* Do it, or in a dry run only find out. `out` lives in `keep`. MOON_E_NOT_FOUND without such an agreement;
 * MOON_E_STATE_REFUSED for one that is not billed by periods, has ended, or does not rest; MOON_E_PERIOD_ORDER
 * before its start; MOON_E_USAGE for what cannot be changed so. */
MOON_CHECK moon_status moon_amend(moon_book *book, const moon_amend_wish *wish, bool dry_run,
                                  moon_arena *keep, moon_amended *out, moon_err *err);

/* What the next bill after it would draft for the account: as of today, or of the day of the change where that is
 * later. Nothing is written. The documents live in `keep`. The errors of drafting. */
MOON_CHECK moon_status moon_amend_preview(moon_book *book, const moon_amended *amended, moon_arena *keep,
                                          moon_date *day, moon_document **documents, size_t *count,
                                          moon_err *err);

#endif
