/* run/import: files of records into the book.                              Floor 5.
 *
 * The file is read in a worker by a plugin and a mapping; here each record is taken in, whole or held whole,
 * many to a commit. What cannot be taken goes to the work list and to a reject file that can be repaired and
 * imported again. Importing the same file again changes nothing. */
#ifndef MOON_RUN_IMPORT_H
#define MOON_RUN_IMPORT_H

#include "books/order.h"
#include "run/book.h"

typedef struct moon_import_count {
    uint64_t records, lines;
    moon_decimal amount; /* of orders, before tax, all currencies together only if there is one */
} moon_import_count;

typedef struct moon_import_report {
    moon_arg facts;                         /* importing.begin in lua/importing.lua: columns, found, rows */
    uint64_t records;                       /* in the file */
    moon_import_count taken, held, no_sale; /* new ones by what they are; a held one is on the work list */
    uint64_t same, updated, different, billed; /* there already: see moon_taken */
    uint64_t accounts;                         /* made because orders named them */
    moon_import_count applied,
        differences; /* of payments: what they settled, what was let go within tolerance */
    moon_import_count returned, unidentified;
    uint64_t late;      /* usage events of periods that are billed; on the work list */
    uint64_t conflicts; /* payments that somebody has to look at */
    uint64_t rejected_rows;
    moon_str reject_file; /* "" if nothing was rejected */
} moon_import_report;

typedef struct moon_import_options {
    const char *kind;    /* a name of run/import_kind */
    const char *mapping; /* name under rules/imports/, without .lua; NULL: columns called as the fields */
    const char *file;
    const char
        *folder; /* that `file` lies in, which is what messages and the book name; NULL: the current one */
    bool update, dry_run;
    void *ctx;
    void (*difference)(void *ctx, moon_str id, moon_taken taken, moon_str difference); /* may be NULL */
    void (*held)(void *ctx, moon_str id, moon_str reason);                             /* may be NULL */
    void (*progress)(void *ctx, size_t done, size_t total);                            /* may be NULL */
} moon_import_options;

MOON_CHECK moon_status moon_import(moon_book *book, const moon_import_options *options, moon_arena *keep,
                                   moon_import_report *report, moon_err *err);

#endif
