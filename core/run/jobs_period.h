/* run/jobs_period: drafts for the periods of agreements, as a part of moon_job_draft.  Floor 5. */
#ifndef MOON_RUN_JOBS_PERIOD_H
#define MOON_RUN_JOBS_PERIOD_H

#include "books/agreement.h"
#include "run/drafting.h"

/* What a run comes to for a periodic agreement. */
typedef enum moon_periods_outcome {
    MOON_PERIODS_BILLED,      /* there is a draft for at least one of its periods */
    MOON_PERIODS_NOTHING_DUE, /* all that has begun is billed, or comes to nothing */
    MOON_PERIODS_NOT_BEGUN,
    MOON_PERIODS_ENDED,  /* and nothing of it is left to bill */
    MOON_PERIODS_PARKED, /* its account is */
    MOON_PERIODS_OUTCOMES
} moon_periods_outcome;

/* What a run comes to for an agreement that is not parked. */
moon_periods_outcome moon_periods_outcome_of(const moon_agreement *newest, bool billed, moon_date today);

/* Draft what is due by `today` for all periodic agreements of an account: what nothing claims so far, and what has
 * changed since it was billed. Adds the documents, and to `agreements` their number and a moon_periods_outcome
 * each. */
MOON_CHECK moon_status moon_draft_periods(moon_drafting *d, moon_str account, moon_date today,
                                          moon_buf *documents, uint64_t *count, moon_buf *agreements,
                                          moon_err *err);

/* Note for the drafts to come what rules have read: for those that bill the agreement (of any, if there is none), and
 * of its periods the one from `start` (MOON_DATE_NONE: any). Texts are kept. */
void moon_period_note(moon_drafting *d, moon_str agreement, moon_date start, const moon_input *input);

/* What of an account stands on no invoice, and why: unbilled.of (lua/unbilled.lua) with these facts, and the account's
 * agreements. `answer` lives in the arena of the change. */
MOON_CHECK moon_status moon_ask_unbilled(moon_drafting *d, moon_str account, const moon_named *facts,
                                         size_t fact_count, moon_arg *answer, moon_err *err);

/* Let scripts of this worker ask for what drafts of periods need: host.account, host.billed, host.usage. */
void moon_period_hosts(moon_job *job, moon_drafting *d);

#endif
