/* run/drafting: what the jobs that draft documents share: the inputs that they note, the facts that no rule says.
 *                                                                            Floor 5. */
#ifndef MOON_RUN_DRAFTING_H
#define MOON_RUN_DRAFTING_H

#include "books/billed.h"
#include "run/worker.h"

/* The drafting of one request. What it makes lives in the arena of its change. */
typedef struct moon_drafting {
    moon_job *job;
    moon_change *change;
    moon_str account;   /* whose documents these are */
    moon_input *inputs; /* records read for the document at hand */
    size_t input_count, input_room;
    const moon_document **drafted; /* credits drafted in this job, in order */
    size_t drafted_count, drafted_room;
    struct moon_period_read *reads,
        *last_read;                  /* what was asked for periods of the account (run/jobs_period.c) */
    moon_bills bills;                /* of these periods */
    struct moon_grant_reads *grants; /* what was asked of grants and coupons (run/jobs_grant.c) */
} moon_drafting;

/* Begin the inputs of another document. */
void moon_drafting_forget(moon_drafting *d);
/* A record was read: "type/id" with its version (0: none) and content (or NULL). Once each. */
void moon_drafting_note(moon_drafting *d, const char *type, moon_str id, int64_t version,
                        const moon_hash *content);
/* Any other input, once by its name. */
void moon_drafting_note_input(moon_drafting *d, const moon_input *input);
moon_hash moon_drafting_content(const moon_type *type, const void *record);

/* The account's version of a day. MOON_E_NOT_FOUND; MOON_E_RECORD_INVALID where its key is missing. */
MOON_CHECK moon_status moon_drafting_account(moon_drafting *d, moon_str id, moon_date date,
                                             moon_account *account, moon_err *err);
/* Fill in what moonbill, not a rule, says about a draft: state, versions, cause, inputs. Its id is that of the
 * source, unless it has one. */
MOON_CHECK moon_status moon_drafting_complete(moon_drafting *d, moon_document *document,
                                              const moon_account *account, moon_str source, const char *cause,
                                              moon_err *err);

#endif
