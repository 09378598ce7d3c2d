/* run/book: a book opened for a command.                                     Floor 5.
 *
 * A book is a folder: book.lua, rules/, plugins/, data/ (the store), keys/ (the keys of personal fields), out/.
 * book.lua is a rule file like the others: it is read by a worker. */
#ifndef MOON_RUN_BOOK_H
#define MOON_RUN_BOOK_H

#include "books/config.h"
#include "run/worker.h"
#include "value/zone.h"

typedef struct moon_book {
    char folder[2048], data[2100], keys[2100];
    moon_arena arena; /* lives as long as the book is open */
    moon_file *files; /* book.lua and rules/ */
    size_t file_count;
    moon_arg settings;  /* what book.lua says, checked and completed (lua/config.lua) */
    moon_config config; /* the part that the books need */
    const moon_zone *zone;
    moon_str zone_bytes; /* of its file: part of the closure */
    moon_context ctx;
    moon_worker_setup setup;
    moon_worker *worker;
    moon_store *store;
} moon_book;

typedef struct moon_open_options {
    moon_date today;        /* MOON_DATE_NONE: the day of `now` in the book's zone */
    moon_instant now;       /* wall clock */
    moon_str operator;      /* operating-system user */
    const char *data;       /* name of the store's folder in the book's; NULL: data */
    const char *plugins[2]; /* where the program's own plugins are, ended by NULL */
} moon_open_options;

/* Find the book: `named`, else $MOONBILL_BOOK, else the current folder or the nearest one above it with a
 * book.lua. MOON_E_BOOK_MISSING. */
MOON_CHECK moon_status moon_book_find(const char *named, char folder[2048], moon_err *err);

/* Read book.lua and rules/, and open the store. `make` begins an empty store (init). */
MOON_CHECK moon_status moon_book_open(const char *folder, const moon_open_options *options, bool make,
                                      moon_book **out, moon_err *err);
/* Rules alone, to try them out: book.lua, if there is one, and rules/ of a folder, or a folder that is called
 * rules. There is no store (book->store is NULL); without book.lua the settings are empty and the zone is UTC.
 * MOON_E_BOOK_MISSING. */
MOON_CHECK moon_status moon_book_open_rules(const char *folder, const moon_open_options *options,
                                            moon_book **out, moon_err *err);
void moon_book_close(moon_book *book);

/* What the book's rules are by content: the id of their closure. Nothing is stored. */
MOON_CHECK moon_status moon_book_closure_id(moon_book *book, moon_hash *id, moon_err *err);
/* Store the closure of the book's rules in a change, and use it from then on. */
MOON_CHECK moon_status moon_book_closure(moon_book *book, moon_change *change, moon_err *err);
/* A file of the book by its path ("rules/layouts/page.css"); none: found = false. */
moon_str moon_book_file(const moon_book *book, const char *path, bool *found);
/* Take the lock that keeps runs apart. MOON_E_BOOK_BUSY. */
MOON_CHECK moon_status moon_book_lock(const moon_book *book, int *fd, moon_err *err);

#endif
