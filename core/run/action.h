/* run/action: what commands do, by name, for scripts.                        Floor 5.
 *
 * A script never writes to the book: it runs in a worker and asks its parent for an action, by the name of a
 * command (bill, issue, import …) with a map of values. An action calls the same functions as the command and
 * answers with a map: counts, sums as money, `summary` (a line for people), `refused` (how many units were
 * parked or refused) and `problems` (the first of them: id, code, message, place, hint). Paths are taken from the
 * book's folder; what is read may begin with "/", what is written lies below out/. */
#ifndef MOON_RUN_ACTION_H
#define MOON_RUN_ACTION_H

#include "run/book.h"

/* An action at work. */
typedef struct moon_action_call {
    moon_book *book;
    const moon_arg *args; /* a map, or nil */
    bool dry_run;
    moon_arena *keep; /* of the result */
    moon_named *items;
    size_t item_count; /* of the result so far */
    moon_arg *problems;
    uint64_t refused;
} moon_action_call;

typedef struct moon_action {
    const char *name;
    const char *doc;   /* one line, without a full stop */
    const char *knows; /* the names it takes, a space between two; NULL: it checks them itself */
    bool writes;       /* to the book or to a file */
    moon_status (*run)(moon_action_call *call, moon_err *err);
    bool act; /* one commit, and doing it again would do it twice */
} moon_action;

/* All actions, by name, ended by a NULL name. */
extern const moon_action moon_actions[];
/* MOON_E_NOT_FOUND, with the name that was meant. */
MOON_CHECK moon_status moon_action_find(moon_str verb, const moon_action **out, moon_err *err);

/* Do it, on book->ctx.today. `result` is a map in `keep`, sorted by name. In a dry run nothing is written.
 * MOON_E_NOT_FOUND for a verb that is none, MOON_E_SCRIPT_VALUE for what it does not take, and the errors of what
 * is done. */
MOON_CHECK moon_status moon_action_do(moon_book *book, moon_str verb, const moon_arg *args, bool dry_run,
                                      moon_arena *keep, moon_arg *result, moon_err *err);

/* ---- for those that do one ---- */

#define MOON_RESULT_ITEMS_MAX 40
#define MOON_RESULT_PROBLEMS_MAX 100

/* An entry of the result; names differ. */
void moon_result_add(moon_action_call *call, const char *name, moon_arg value);
void moon_result_count(moon_action_call *call, const char *name, uint64_t count);
/* The `summary`. */
void moon_result_say(moon_action_call *call, const char *fmt, ...) MOON_PRINTF(2, 3);
/* One unit that was parked or refused; fits the callbacks of runs, with the call as their ctx. */
void moon_result_refused(void *call, moon_str unit, const moon_err *why);
/* Names with values as a map in `keep`, sorted by name. */
moon_arg moon_result_map(moon_arena *keep, const moon_named *items, size_t count);
moon_arg moon_result_money(moon_int128 minor, moon_currency currency);
/* A yes or no of the arguments; false if it is not there. MOON_E_SCRIPT_VALUE. */
MOON_CHECK moon_status moon_action_flag(const moon_action_call *call, const char *name, bool *out,
                                        moon_err *err);
/* An amount: money, a number in `currency`, or a text such as "12.50" or "12.50 EUR"; above zero. `found`: whether it
 * is there. MOON_E_SCRIPT_VALUE, MOON_E_CURRENCY_MISMATCH. */
MOON_CHECK moon_status moon_action_amount(const moon_action_call *call, const char *name,
                                          moon_currency currency, int64_t *minor, bool *found, moon_err *err);
/* A text that has to be there. MOON_E_SCRIPT_VALUE. */
MOON_CHECK moon_status moon_action_text(const moon_action_call *call, const char *name, moon_str *out,
                                        moon_err *err);
/* Do `work` in a change and commit it (not in a dry run), again where somebody else was faster, a few times. */
typedef moon_status (*moon_action_work)(moon_action_call *call, moon_change *change, void *ctx,
                                        moon_err *err);
MOON_CHECK moon_status moon_action_change(moon_action_call *call, const char *action, moon_str subject,
                                          moon_action_work work, void *ctx, moon_err *err);
/* A text, or a list of texts: at most one of `one` and `many` is given. */
MOON_CHECK moon_status moon_action_texts(const moon_action_call *call, const char *one, const char *many,
                                         const moon_str **out, size_t *count, moon_err *err);
/* Whether a path stays in the folder that it is taken from: "in/x.csv", but not "/x", "../x", "./x" or "in//x", nor
 * one with control characters. */
bool moon_path_is_inside(moon_str path);
/* A path as the parent opens it. */
moon_str moon_action_path(const moon_action_call *call, moon_str path);

/* ---- the verbs; each adds its result to the call ---- */

/* Daily work (action_work.c). */
moon_status moon_action_bill(moon_action_call *call, moon_err *err);
moon_status moon_action_approve(moon_action_call *call, moon_err *err);
moon_status moon_action_issue(moon_action_call *call, moon_err *err);
moon_status moon_action_void(moon_action_call *call, moon_err *err);
moon_status moon_action_import(moon_action_call *call, moon_err *err);
/* Reminders, and the books closed (action_dun.c, action_close.c). */
moon_status moon_action_dun(moon_action_call *call, moon_err *err);
moon_status moon_action_deliver(moon_action_call *call, moon_err *err);
moon_status moon_action_close(moon_action_call *call, moon_err *err);
moon_status moon_action_reopen(moon_action_call *call, moon_err *err);
/* What clerks do one at a time (action_desk.c). */
moon_status moon_action_dispute(moon_action_call *call, moon_err *err);
moon_status moon_action_dispute_close(moon_action_call *call, moon_err *err);
moon_status moon_action_promise(moon_action_call *call, moon_err *err);
moon_status moon_action_promise_withdraw(moon_action_call *call, moon_err *err);
moon_status moon_action_hold(moon_action_call *call, moon_err *err);
/* The same, and credit notes. */
moon_status moon_action_hold_end(moon_action_call *call, moon_err *err);
moon_status moon_action_credit(moon_action_call *call, moon_err *err);
/* Agreements (action_agreement.c). */
moon_status moon_action_amend(moon_action_call *call, moon_err *err);
moon_status moon_action_end(moon_action_call *call, moon_err *err);
moon_status moon_action_pause(moon_action_call *call, moon_err *err);
moon_status moon_action_resume(moon_action_call *call, moon_err *err);
/* Cash (action_pay.c). */
moon_status moon_action_pay(moon_action_call *call, moon_err *err);
moon_status moon_action_apply(moon_action_call *call, moon_err *err);
moon_status moon_action_unapply(moon_action_call *call, moon_err *err);
moon_status moon_action_return(moon_action_call *call, moon_err *err);
moon_status moon_action_refund(moon_action_call *call, moon_err *err);
moon_status moon_action_write_off(moon_action_call *call, moon_err *err);
moon_status moon_action_recover(moon_action_call *call, moon_err *err);
moon_status moon_action_expire(moon_action_call *call, moon_err *err);
moon_status moon_action_set_payment(moon_action_call *call, moon_err *err);
/* Reports (action_report.c). */
moon_status moon_action_report(moon_action_call *call, moon_err *err);
moon_status moon_action_save(moon_action_call *call, moon_err *err);

#endif
