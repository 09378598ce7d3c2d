/* store/pages: the pages of data.mdb, checked without LMDB.                 Floor 2, knows LMDB's file format.
 *
 * LMDB trusts its file: a page that lies can make it read outside the map, which ends the process. So whatever
 * may be damaged is checked here first, by reading the file and nothing else. Any bytes are safe to give.
 *
 * Format: LMDB 0.9 (data version 1) as 64-bit little-endian hosts write it. Two meta pages, the newer counts;
 * from it hang the tree of the records and the tree of freed pages. Checked: every page of both trees (number,
 * kind, bounds, nodes that fill the page without gap or overlap, keys ascending and within the bounds of the
 * parent, overflow runs), the counts that the meta page states, the list of freed pages, and that each page of
 * the file has exactly one of these places. Not here: what keys and values mean (books/verify). A separator of
 * a branch page may be any key between its neighbours, a freed list may carry any older transaction, and the
 * state before the newest is whole too, so that a meta page that says it is newer than it is goes unnoticed
 * here (data/head tells): such bytes are MOON_PAGES_CONTENT.
 *
 * Concurrency: a commit reuses freed pages, so a walk without a lock could see a healthy file as damaged. Use
 * moon_store_check_pages (store/store.h), which holds commits off, or check a copy. */
#ifndef MOON_STORE_PAGES_H
#define MOON_STORE_PAGES_H

#include <stdint.h>

#include "base/arena.h"

typedef struct moon_pages_tree {
    uint64_t depth, branch, leaf, overflow, entries;
} moon_pages_tree;

/* What a byte of the file is for; moon_pages.map has one per byte. */
enum {
    MOON_PAGES_UNUSED,    /* any value is right: gaps, padding, freed pages, the older meta page's state */
    MOON_PAGES_STRUCTURE, /* moon_pages_check finds every other value */
    MOON_PAGES_CONTENT /* keys and values, and their lengths within the padding: other checks look at them */
};

typedef struct moon_pages {
    uint64_t size;        /* bytes of the file */
    uint64_t page_size;   /* bytes */
    uint64_t transaction; /* the newest one */
    uint64_t pages;       /* that the newest transaction knows, the two meta pages included */
    uint64_t freed; /* pages on the list of freed ones; those at the end may lie behind the end of the file */
    moon_pages_tree records, free;
    unsigned char *map; /* size bytes, or NULL */
} moon_pages;

/* Check the file whole.
 *   map      where to make moon_pages.map, NULL for none
 * Returns  MOON_E_NOT_FOUND, MOON_E_IO, MOON_E_BOOK_DAMAGED naming the page, what was found and what was
 * expected. */
MOON_CHECK moon_status moon_pages_check(const char *path, moon_arena *map, moon_pages *out, moon_err *err);

/* Only the meta pages, and that the file holds all pages that were ever given out: what makes it safe to open a
 * file that a crash or a copy cut short. A file may fail this and still be whole (freed pages at its end are
 * never written): ask moon_pages_check. */
MOON_CHECK moon_status moon_pages_glance(const char *path, moon_err *err);

#endif
