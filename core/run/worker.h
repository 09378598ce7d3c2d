/* run/worker: rules run in a process of their own.                           Floor 5.
 *
 * A worker is a child process that answers requests one after another over a socket. Rules, mappings and
 * layouts run nowhere else: one that hangs, eats memory or crashes costs its own unit of work. A unit that a
 * timer or the memory limit stopped is run again alone, in a worker that counts instructions from the start,
 * and that verdict counts, so that results do not depend on the machine's speed.
 *
 * The child opens its own store: no LMDB environment is used across fork. */
#ifndef MOON_RUN_WORKER_H
#define MOON_RUN_WORKER_H

#include "base/arena.h"
#include "base/buf.h"
#include "books/closure.h"
#include "script/state.h"
#include "value/zone.h"

/* What a worker needs to know; copied by the fork, so everything must stay valid while the pool lives. */
typedef struct moon_worker_setup {
    const char *data_folder, *keys_folder; /* NULL: the worker needs no book */
    size_t map_size;
    const moon_file *files; /* book.lua and rules, by path */
    size_t file_count;
    const char *plugin_folders[4]; /* where plugins are looked for, ended by NULL */
    moon_script_limits limits;
    const moon_zone *zone; /* the book's; NULL without one */
} moon_worker_setup;

typedef struct moon_worker moon_worker;

/* What a job sees in the child. */
typedef struct moon_job {
    const moon_worker_setup *setup;
    moon_script *script;
    struct moon_store *store; /* NULL without a book */
    moon_arena arena;         /* of this request */
    void *state;              /* whatever a job keeps between requests */
    int fd;                   /* to the parent; for moon_job_ask */
} moon_job;

/* A kind of work: reads its request, appends its reply. */
typedef moon_status (*moon_job_fn)(moon_job *job, moon_str request, moon_buf *reply, moon_err *err);

/* While it runs a job may ask its parent for something, in the child: the parent's `asked` function gets the
 * question and appends its answer, which lives in `keep`; or fails, and the job gets that error. */
MOON_CHECK moon_status moon_job_ask(moon_job *job, moon_str question, moon_arena *keep, moon_str *answer,
                                    moon_err *err);
/* Answers questions, in the parent. It trusts no byte of them, and may use other workers, but not this one. */
typedef moon_status (*moon_asked_fn)(void *ctx, moon_str question, moon_buf *answer, moon_err *err);

/* Nothing is started yet; moon_worker_call does it. */
moon_worker *moon_worker_new(const moon_worker_setup *setup);
void moon_worker_free(moon_worker *worker);
/* Begin a new process for the next call, which sees the book as it is then. */
void moon_worker_stop(moon_worker *worker);
/* Is there a process, with all that its jobs kept? */
bool moon_worker_lives(const moon_worker *worker);

/* Have `fn` answer `request` in the worker. The reply lives in `keep`. Failures of the job come back as they
 * are; MOON_E_SCRIPT_TIME if the worker had to end because of a rule that does not come back,
 * MOON_E_SCRIPT_CRASH if it ended by itself. A worker that ended is begun anew by the next call.
 *   again   whether a request may be run again exactly (it keeps nothing from earlier requests) */
MOON_CHECK moon_status moon_worker_call(moon_worker *worker, moon_job_fn fn, moon_str request, bool again,
                                        moon_arena *keep, moon_str *reply, moon_err *err);

/* From now on `asked` answers what jobs of this worker ask; NULL: nobody does, and they get an error. */
void moon_worker_answer(moon_worker *worker, moon_asked_fn asked, void *ctx);
/* From a signal handler, or from `asked`: end the running job with MOON_E_INTERRUPTED; the worker stays, with all
 * that it keeps. Once more for the same call ends a job that is stuck in a text function, and its process. */
void moon_worker_interrupt(moon_worker *worker);

#endif
