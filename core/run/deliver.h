/* run/deliver: queued messages written as letters.                           Floor 5.
 *
 * A message is queued in the change that caused it; here it becomes a file below out/letters/, by a name that
 * says day, account and letter, written beside it and renamed. Many are written together, and then marked as
 * written in one commit. If the machine stops between the two, the same files are written once more. */
#ifndef MOON_RUN_DELIVER_H
#define MOON_RUN_DELIVER_H

#include "run/book.h"

typedef struct moon_deliver_options {
    bool dry_run;
    moon_str
        again; /* id of a message that is written (once more), whatever its state; "": all that are queued */
    void *ctx;
    void (*written)(void *ctx, const moon_message *message, moon_str file); /* may be NULL */
    void (*refused)(void *ctx, moon_str message, const moon_err *why); /* a letter that failed; may be NULL */
} moon_deliver_options;

/* Write them; `count` is how many. A letter whose layout fails stays queued and is told to `refused`. Wants role
 * "prepare". MOON_E_NOT_FOUND for a message to write again that is not there. */
MOON_CHECK moon_status moon_deliver(moon_book *book, const moon_deliver_options *options, uint64_t *count,
                                    moon_err *err);
/* Its file, below the book's folder: out/letters/2026-12-05-ACME-friendly.html. */
moon_str moon_letter_file(moon_arena *keep, const moon_book *book, const moon_message *message);

#endif
