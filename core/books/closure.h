/* books/closure: the rules that a run used, by content.                     Floor 3.
 *
 * A closure is the sorted list of files (path and BLAKE2b-256 of the bytes) that decide amounts: the book's
 * rules and book.lua, the library in lua/, zone data. Its id is the hash of that list. Files are kept as blobs
 * by content, so that what was in force stays readable for ever. */
#ifndef MOON_BOOKS_CLOSURE_H
#define MOON_BOOKS_CLOSURE_H

#include "books/records.h"
#include "store/store.h"

#define MOON_ENGINE 1 /* changes when a primitive that rules call changes its meaning */

typedef struct moon_file {
    moon_str path, bytes;
} moon_file;

/* The id of the closure of these files (sorted by path in place). */
moon_hash moon_closure_id(moon_file *files, size_t count);
/* Store it and those of its blobs that the book does not have. Nothing is written if it is there. */
MOON_CHECK moon_status moon_closure_store(moon_change *change, moon_file *files, size_t count, moon_hash *id,
                                          moon_err *err);

#endif
