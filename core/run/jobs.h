/* run/jobs: what workers are asked to do.                                    Floor 5.
 *
 * Each runs in a worker (run/worker.h): it reads a snapshot, runs library and rules, and answers with bytes; it
 * never writes to the book. The request and reply of each are described here, in the order of their parts; str
 * is a length and bytes, arg a value, record a record (run/wire.h). */
#ifndef MOON_RUN_JOBS_H
#define MOON_RUN_JOBS_H

#include "run/worker.h"

/* book.lua.  request: nothing.  reply: arg, the settings (lua/config.lua). */
moon_status moon_job_settings(moon_job *job, moon_str request, moon_buf *reply, moon_err *err);

/* Drafts for the due orders of one account, and for the due periods of its agreements.
 * request: str account, arg today; and, if it goes on, varint count and as many records agreement: versions that are
 * supposed to be in the book, to see what would be drafted with them.
 * reply: str dependencies, varint count, then a record document each, its id, versions and inputs filled in; varint
 * count of its periodic agreements, then for each: char moon_periods_outcome (run/jobs_period.h). */
moon_status moon_job_draft(moon_job *job, moon_str request, moon_buf *reply, moon_err *err);

/* What of an account stands on no invoice. request: str account, arg facts (lua/unbilled.lua says which). reply: arg,
 * what unbilled.of answers. */
moon_status moon_job_unbilled(moon_job *job, moon_str request, moon_buf *reply, moon_err *err);

/* What a plan charges at all, and when. request: the plan's name. reply: char whether anything in advance, char in
 * arrears, char whether its periods are plain (run/period_due.h), char whether a short first one is merged, char
 * moon_unit, char align (0: the agreement's start, 127: the calendar, else a day of January), varint number of
 * units. */
moon_status moon_job_timings(moon_job *job, moon_str request, moon_buf *reply, moon_err *err);

/* The period of an agreement that has a day.
 * request: arg day, varint count, its versions (records agreement, ascending).
 * reply: arg { period (nil if none has it), bill_last_day (as the plan of that day says) }. */
moon_status moon_job_around(moon_job *job, moon_str request, moon_buf *reply, moon_err *err);

/* A document by hand.
 * request: arg { kind, account, lines, reason, reference, original (id), cause, today }.
 * reply: str dependencies, record document. */
moon_status moon_job_manual(moon_job *job, moon_str request, moon_buf *reply, moon_err *err);

/* Whether the tax rule answers for documents as of their tax points; the answer itself is not used.
 * request: varint count, str id of each. reply: nothing. MOON_E_TAX_UNKNOWN, and what a rule fails with. */
moon_status moon_job_taxes(moon_job *job, moon_str request, moon_buf *reply, moon_err *err);

/* Which open items the credits settle that are being issued for one account.
 * request: str account, arg today, varint count, str id of each document to issue, in order.
 * reply: str dependencies, arg list of { source, target, amount (money), rule }. */
moon_status moon_job_apply(moon_job *job, moon_str request, moon_buf *reply, moon_err *err);

/* What credits of one account settle, by rules/payments.lua and rules/application.lua.
 * request: str account, arg today, arg settings, varint count, then for each credit: record item, str remittance,
 * str id of the document it corrects ("" for none), varint count and str id of what is named by hand; then varint
 * count and a record item for each open item of the account, as the caller's change has them.
 * reply: str dependencies, arg { steps, conflicts } (lua/payments.lua). */
moon_status moon_job_settle(moon_job *job, moon_str request, moon_buf *reply, moon_err *err);
/* An exchange rate. request: arg currency, arg date. reply: arg decimal. MOON_E_RATE_MISSING. */
moon_status moon_job_rate(moon_job *job, moon_str request, moon_buf *reply, moon_err *err);
/* Who has to approve a refund. request: nothing. reply: arg text. */
moon_status moon_job_refund_approval(moon_job *job, moon_str request, moon_buf *reply, moon_err *err);
/* Let the library look up documents, opening items and accounts in a change; NULL: no more. */
void moon_job_pay_hosts(moon_job *job, struct moon_change *change);

/* Begin reading a file to import. request: str kind, str mapping ("" for none), str file (its name), str its
 * path, arg settings, arg today.  reply: arg, what was found out about the file. */
moon_status moon_job_import_begin(moon_job *job, moon_str request, moon_buf *reply, moon_err *err);
/* Its next parts.  request: nothing. reply: varint count (0 at the end), then for each: bool whether a record
 * was read; record; bool whether there is an account; record account; arg rejects, a list of { line, column,
 * reason, raw }. The type of record goes by the kind. */
moon_status moon_job_import_next(moon_job *job, moon_str request, moon_buf *reply, moon_err *err);

/* Which open items of one account are reminded on a day.
 * request: str account, arg day, arg imported (booking date of the newest payment, or nil).
 * reply: str dependencies, arg rows (dunning.decide in lua/dunning.lua), then each with a varint count before
 * it: record reminders, record messages, record documents (drafts of fees and interest). */
moon_status moon_job_dun(moon_job *job, moon_str request, moon_buf *reply, moon_err *err);
/* What an account's policy says of promises. request: str account, arg day. reply: arg { name, grace, renewals
 * }. */
moon_status moon_job_dun_terms(moon_job *job, moon_str request, moon_buf *reply, moon_err *err);

/* A layout filled in. request: str layout path, str locale, arg data, in which { record = type, id = id }
 * stands for a record of the book. reply: arg { markdown, values, title, lang }. */
moon_status moon_job_render(moon_job *job, moon_str request, moon_buf *reply, moon_err *err);

/* Which schedules there are, and the days of each. request: arg, what schedules.plan in lua/schedules.lua takes.
 * reply: arg, what it answers. */
moon_status moon_job_schedules(moon_job *job, moon_str request, moon_buf *reply, moon_err *err);
/* Run one occurrence. request: arg, what schedules.run takes. reply: arg, what it answers. The script asks the
 * parent for actions: str verb, arg names with values; answered with arg, the action's result. */
moon_status moon_job_occurrence(moon_job *job, moon_str request, moon_buf *reply, moon_err *err);
/* Let scripts of this worker query the book (lua/sources.lua) as of a day, on a snapshot that begins with the first
 * query; and end that snapshot, after a change and when the script has ended. */
void moon_job_provide_queries(moon_job *job, moon_date today);
void moon_job_end_queries(moon_job *job);
/* host.act(verb, args) for scripts of this worker: asks the parent as described above. */
void moon_job_provide_act(moon_job *job);

/* A verb of a session (lua/session.lua), whose names and values live as long as the worker; it is not to be asked
 * again. While it runs it asks its parent to print, to save and to change (app/session.h).
 * request: str verb, arg map; with `today`, the day it is. reply: arg. */
moon_status moon_job_session(moon_job *job, moon_str request, moon_buf *reply, moon_err *err);

/* A verb of quotes (lua/quoting.lua); a file that `begin` read stays in the worker for `next`.
 * request: str verb, arg given, str account (its version of `today` is given, "" for none), str path of a file ("" for
 * none; its text is given).  reply: arg. */
moon_status moon_job_quote(moon_job *job, moon_str request, moon_buf *reply, moon_err *err);

/* Load the plugins that book.lua switches on, for jobs whose library needs them. */
MOON_CHECK moon_status moon_job_load_plugins(moon_job *job, const moon_arg *settings, moon_err *err);

/* Load every rule file and layout, or run the examples beside them and the rows at the edges of plans.
 * request: bool whether to run examples, arg settings, arg today.
 * reply: varint count, then for each: str file, bool good, err where it is not; else arg: warnings, a list of
 * { line, message, hint }, or of examples { examples, generated, wrong, differences }. */
moon_status moon_job_check(moon_job *job, moon_str request, moon_buf *reply, moon_err *err);

/* What happens around the demo book.  request: str verb of lua/demo.lua, arg day.  reply: arg, its answer. */
moon_status moon_job_demo(moon_job *job, moon_str request, moon_buf *reply, moon_err *err);

#endif
