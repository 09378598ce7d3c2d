/* run/dun: which open items are reminded on a day, and the run that does it.  Floor 5.
 *
 * What an account's policy decides is computed in a worker, once, for the run, its rehearsal and the report
 * alike: a row for every open item with its step, or the reason for none. */
#ifndef MOON_RUN_DUN_H
#define MOON_RUN_DUN_H

#include "run/book.h"
#include "run/totals.h"

/* One open item. Amounts are minor units; fee and interest 0 where nothing is charged. */
typedef struct moon_dun_row {
    moon_str account, number, kind;
    moon_currency currency;
    moon_date due;
    int64_t days; /* past due; negative: not due yet */
    int64_t open, disputed, promised, asked, fee, interest;
    int64_t step; /* that it takes on the day; 0: none */
    moon_str action, letter, reason;
} moon_dun_row;

/* What was decided for one account, and what is to be written. */
typedef struct moon_dunned {
    moon_str account, dependencies;
    moon_dun_row *rows;
    size_t row_count;
    moon_reminder *reminders;
    size_t reminder_count;
    moon_message *messages;
    size_t message_count;
    moon_document *charges; /* drafts of fees and interest */
    size_t charge_count;
} moon_dunned;

/* Accounts with something open at the end of a day, by id, in `keep`. Receipts that nobody could identify are no
 * account. */
MOON_CHECK moon_status moon_dun_accounts(moon_change *change, moon_date day, moon_arena *keep,
                                         moon_str **accounts, size_t *count, moon_err *err);
/* Booking date of the newest payment up to a day, MOON_DATE_NONE if there is none. */
MOON_CHECK moon_status moon_dun_imported(moon_change *change, moon_date day, moon_date *imported,
                                         moon_err *err);
/* What is decided for an account, in `keep`. Nothing is written. The errors of its policy. */
MOON_CHECK moon_status moon_dun_decide(moon_book *book, moon_str account, moon_date day, moon_date imported,
                                       moon_arena *keep, moon_dunned *out, moon_err *err);

/* Rows as lists and reports show them. */
#define MOON_DUN_HEADINGS 16
extern const moon_heading moon_dun_headings[MOON_DUN_HEADINGS];
void moon_dun_cells(moon_arena *keep, const moon_dun_row *row, moon_str *cells);

/* ---- the run ---- */

typedef struct moon_dun_report {
    uint64_t accounts, accounts_parked; /* with something open */
    uint64_t steps, letters, charges;   /* reminders, messages, drafts of fees and interest */
} moon_dun_report;

typedef struct moon_dun_options {
    bool dry_run;
    void *ctx;
    void (*row)(void *ctx, const moon_dun_row *row); /* each open item, by account; may be NULL */
    void (*parked)(void *ctx, moon_str account, const moon_err *why); /* may be NULL */
    void (*progress)(void *ctx, size_t done, size_t total);           /* may be NULL */
} moon_dun_options;

/* Remind what is to be reminded on ctx.today. Running it again on the same day changes nothing.
 * MOON_E_STATE_REFUSED where a later day was reminded already. */
MOON_CHECK moon_status moon_dun(moon_book *book, const moon_dun_options *options, moon_arena *keep,
                                moon_dun_report *report, moon_err *err);

/* What an account's policy says of promises (books/promise.h). */
MOON_CHECK moon_status moon_dun_promise_terms(moon_book *book, moon_str account, moon_arena *keep,
                                              int64_t *grace, int64_t *renewals, moon_err *err);

#endif
