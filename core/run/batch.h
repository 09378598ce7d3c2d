/* run/batch: a list of units done in batches, each unit whole or not at all.  Floor 5.
 *
 * Units (accounts, documents) are done in order, many to a commit. If one of a batch fails, those before it
 * are committed without it, it is told to `failed`, and the rest goes on. If somebody else changed what the
 * batch read, its units are done again, a commit each. What is wrong with the machine or the book (a full
 * disk, damage), or would refuse every unit alike, ends the run instead. */
#ifndef MOON_RUN_BATCH_H
#define MOON_RUN_BATCH_H

#include "run/book.h"

typedef struct moon_batch {
    moon_book *book;
    const char *action; /* for the audit link */
    bool dry_run;       /* every unit in a change of its own, never committed */
    bool closure;       /* what is written names the rules in force: keep them in the book */
    size_t size;        /* units to a commit */
    void *ctx;
    /* Do one unit in `change`. */
    moon_status (*unit)(void *ctx, moon_change *change, moon_str unit, moon_err *err);
    /* All units of a change are done, and it is committed next: what has to be there before. Not called in a dry
     * run. May be NULL. */
    moon_status (*ready)(void *ctx, moon_err *err);
    /* The units since the last call are committed (or, in a dry run, would be), or are not; what they left in
     * the change's arena is still there. May be NULL. */
    void (*done)(void *ctx, bool kept);
    /* A unit failed; `change` is a fresh one, committed afterwards (parking). May be NULL. */
    moon_status (*failed)(void *ctx, moon_change *change, moon_str unit, const moon_err *why, moon_err *err);
    void (*progress)(void *ctx, size_t done, size_t total); /* may be NULL */
} moon_batch;

/* Accounts that an earlier run of `work` parked, and that are none of this run's any more, leave the work list, in a
 * commit of their own. `units` are sorted by bytes. */
MOON_CHECK moon_status moon_batch_unpark_others(moon_book *book, const char *work, const moon_str *units,
                                                size_t count, moon_err *err);

/* Returns MOON_OK also where units failed. */
MOON_CHECK moon_status moon_batch_run(const moon_batch *batch, const moon_str *units, size_t count,
                                      moon_err *err);

#endif
