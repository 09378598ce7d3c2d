/* run/jobs_grant: what the library may ask about grants and coupons while it drafts.  Floor 5.
 *
 * host.grants(day)     the account's grants that can be used on a day and have something left, in the order in which
 *                      they are used: a list of { source, id, left (money), currency, from, expires, priority,
 *                      charges, text }
 * host.burned(source)  what issued documents used of "coupon/A-7/WELCOME" or "grant/G-1", as money; nil: nothing
 *
 * Both are answered after issued documents and those that the job has made so far; what the documents of one call use
 * among themselves is counted by the library. Every document notes what was read, so that its issue sees when it is
 * stale. */
#ifndef MOON_RUN_JOBS_GRANT_H
#define MOON_RUN_JOBS_GRANT_H

#include "run/drafting.h"

/* Let the library ask; `d` is what its answers are noted on. Once per worker. */
void moon_grant_hosts(moon_job *job, moon_drafting *d);
/* Note what was read of grants and coupons on a document that is complete, and count what it uses for those
 * after it. */
MOON_CHECK moon_status moon_grant_note(moon_drafting *d, const moon_document *document, moon_err *err);

#endif
