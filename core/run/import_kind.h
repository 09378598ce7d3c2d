/* run/import_kind: what can be imported, and what is done with each record.   Floor 5.
 *
 * One entry per kind of file; lua/import_kinds.lua has the other half: which fields its columns can be. A kind
 * takes one record at a time into the run's change, counts what became of it, and may act on what was taken
 * when a file is done. */
#ifndef MOON_RUN_IMPORT_KIND_H
#define MOON_RUN_IMPORT_KIND_H

#include "run/import.h"

/* What a kind works on. */
typedef struct moon_import_run {
    moon_book *book;
    const moon_import_options *options;
    const struct moon_import_kind *kind;
    moon_import_report *report;
    moon_change *change;             /* of the batch at hand; records live in its arena */
    moon_point point;                /* before the record at hand: one is taken whole, or held whole */
    const moon_arg *facts;           /* what importing.advance said about the record at hand */
    struct moon_import_taken *taken; /* payments of the batch at hand that wait to be applied */
    struct moon_usage_sums *sums;    /* what the usage events of the batch at hand add up to */
} moon_import_run;

typedef struct moon_import_kind {
    const char *name;      /* on the command line, and `of` in a mapping */
    const moon_type *type; /* of what its rows become */
    /* Take one record in. `account`: what its rows say of an account that may be new, NULL for nothing. */
    moon_status (*take)(moon_import_run *run, void *record, moon_account *account, moon_err *err);
    /* What is left to do when the records of a batch are in; may be NULL. */
    moon_status (*batch)(moon_import_run *run, moon_err *err);
} moon_import_kind;

/* By name; NULL if there is none. */
const moon_import_kind *moon_import_kind_by_name(moon_str name);
/* MOON_E_USAGE, naming those that there are. */
MOON_CHECK moon_status moon_import_kind_find(moon_str name, const moon_import_kind **kind, moon_err *err);

/* The record at hand on the work list, with what the books say against it; what was written of it is taken back. */
MOON_CHECK moon_status moon_import_hold(moon_import_run *run, moon_str id, moon_str account,
                                        const moon_err *why, moon_err *err);
/* Take a record that is in the book, or a row that comes back repaired, off the work list. */
MOON_CHECK moon_status moon_import_unpark(moon_import_run *run, moon_str id, moon_err *err);
/* Name of a row on the work list: account 4711 must not be taken for order 4711. In the change's arena. */
moon_str moon_import_parked_id(const moon_import_run *run, moon_str id);

#endif
