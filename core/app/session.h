/* app/session: chunks of moonbill's Lua on the open book, for the prompt and for `run`.   Floor 6.
 *
 * The chunks run in a worker of their own, with names that live as long as it. What they want of the world they ask
 * for: to print, to save a file in the current folder, to change the book. The program answers; it never runs Lua.
 * At a prompt it shows a change and asks before it commits. Between two chunks nothing of the book is held. */
#ifndef MOON_APP_SESSION_H
#define MOON_APP_SESSION_H

#include "app/command.h"

typedef struct moon_session moon_session;

typedef struct moon_session_setup {
    bool dry_run; /* nothing is written */
    const moon_str *args;
    size_t arg_count; /* `arg` of a script */
    /* At a prompt: ask a question that is answered with yes or no. NULL: nobody is asked, changes commit. */
    bool (*confirm)(void *ctx, const char *question);
    void *ctx;
} moon_session_setup;

/* Nothing is started yet; `setup` is copied. Owned by the caller. */
moon_session *moon_session_new(moon_app *app, const moon_session_setup *setup);
void moon_session_free(moon_session *session);

/* Run a chunk and show what it answers with. `name` stands in errors.
 *   limit       rows of a table, 0 for all
 *   incomplete  out: more has to come, and nothing was run; NULL: that is an error like others */
MOON_CHECK moon_status moon_session_eval(moon_session *session, moon_str name, moon_str text, size_t limit,
                                         bool *incomplete, moon_err *err);
/* What may come next behind `text`: a map { from =, items = { { text =, doc = } } } in `keep`. */
MOON_CHECK moon_status moon_session_complete(moon_session *session, moon_str text, moon_arena *keep,
                                             moon_arg *out, moon_err *err);
/* From a signal handler: end what runs with MOON_E_INTERRUPTED. */
void moon_session_interrupt(moon_session *session);
/* Did the names of earlier chunks get lost, because their process had to end? True once. */
bool moon_session_lost(moon_session *session);

#endif
