/* run/bill: drafts from due orders, due periods of agreements, and by hand.   Floor 5. */
#ifndef MOON_RUN_BILL_H
#define MOON_RUN_BILL_H

#include "books/document.h"
#include "run/book.h"
#include "run/jobs_period.h"

/* What an order came to; the rows of the equation add up to all orders of the book. */
typedef enum moon_outcome {
    MOON_OUTCOME_BILLED,   /* sales with an invoice, drafted or issued */
    MOON_OUTCOME_CREDITED, /* cancellations with a credit note */
    MOON_OUTCOME_PARKED,   /* held at import, or their account is parked */
    MOON_OUTCOME_NO_SALE,
    MOON_OUTCOME_NOT_DUE, /* dated after today */
    MOON_OUTCOME_COUNT
} moon_outcome;
const char *moon_outcome_name(moon_outcome outcome);

typedef struct moon_tallied {
    uint64_t orders;
    moon_decimal amount; /* value of the orders, before tax */
} moon_tallied;
typedef struct moon_equation {
    moon_currency currency;
    moon_tallied rows[MOON_OUTCOME_COUNT], all;
} moon_equation;

/* What the run drafted for periods of agreements, in one currency. */
typedef struct moon_periods_sum {
    moon_currency currency;
    uint64_t agreements, periods;
    moon_int128 amount; /* minor units, before tax */
} moon_periods_sum;

typedef struct moon_bill_report {
    moon_equation *equations; /* one per currency, by code */
    size_t equation_count;
    uint64_t agreements[MOON_PERIODS_OUTCOMES]; /* periodic agreements of the book, each in one of them */
    moon_periods_sum *period_sums;              /* one per currency, by code: the billed ones */
    size_t period_sum_count;
    uint64_t accounts, accounts_billed, accounts_parked; /* with orders due or periodic agreements */
    uint64_t drafts_new, drafts_same, drafts_changed, drafts_dropped;
} moon_bill_report;

typedef struct moon_bill_options {
    bool dry_run;
    void *ctx;
    void (*drafted)(void *ctx, const moon_document *document,
                    moon_drafted how); /* each draft, by account; may be NULL */
    void (*parked)(void *ctx, moon_str account, const moon_err *why); /* may be NULL */
    void (*progress)(void *ctx, size_t done, size_t total);           /* may be NULL */
} moon_bill_options;

/* Draft documents for all orders due by ctx.today, and for all periods of agreements: those that have begun in
 * advance, those that are over in arrears. Drafts of periods that are not due any more are dropped. Running it
 * again changes nothing. `report` lives in `keep`. */
MOON_CHECK moon_status moon_bill(moon_book *book, const moon_bill_options *options, moon_arena *keep,
                                 moon_bill_report *report, moon_err *err);

/* A document by hand: `input` is what billing.manual in lua/billing.lua takes, without today.
 *   reference  tells this document from others like it; giving it again is the same document */
MOON_CHECK moon_status moon_bill_manual(moon_book *book, const moon_arg *input, moon_str source, bool dry_run,
                                        moon_arena *keep, moon_document *out, moon_drafted *how,
                                        moon_err *err);

#endif
