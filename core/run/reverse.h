/* run/reverse: what was settled taken back, cash paid back, debts given up.   Floor 5.
 *
 * Each is one change. Results tell what is open afterwards; their texts live in `keep`. */
#ifndef MOON_RUN_REVERSE_H
#define MOON_RUN_REVERSE_H

#include "run/pay.h"

/* What was taken back from an item, and what is open of it now. */
typedef struct moon_reopened {
    moon_str number;
    moon_date due;
    int64_t amount, open;
} moon_reopened;

typedef struct moon_reversal {
    moon_str account, id; /* what was done: the return, refund, write-off … */
    moon_str about;       /* number of the payment, credit or invoice it is about */
    moon_currency currency;
    int64_t amount;
    int64_t left; /* of a credit: unapplied; of an invoice: open */
    moon_date date;
    bool before; /* it was done already; nothing was written */
    moon_reopened *reopened;
    size_t reopened_count;
    moon_settlement_list settled; /* of cash that was moved: what it settled there */
} moon_reversal;

/* Take back what a credit settles (of `number`, or "" for all) as though it had never been applied. */
MOON_CHECK moon_status moon_run_unapply(moon_book *book, moon_str credit, moon_str number, bool dry_run,
                                        moon_arena *keep, moon_reversal *out, moon_err *err);
/* The bank took a payment back. */
MOON_CHECK moon_status moon_run_return(moon_book *book, moon_str payment, moon_date date, moon_str reason,
                                       bool dry_run, moon_arena *keep, moon_reversal *out, moon_err *err);
/* Propose to pay back what is unapplied of a credit; `amount` MOON_DECIMAL_NONE: all of it. */
MOON_CHECK moon_status moon_run_refund(moon_book *book, moon_str credit, moon_decimal amount, moon_str reason,
                                       bool dry_run, moon_arena *keep, moon_reversal *out, moon_err *err);
MOON_CHECK moon_status moon_run_write_off(moon_book *book, moon_str invoice, moon_decimal amount,
                                          moon_str reason, bool dry_run, moon_arena *keep, moon_reversal *out,
                                          moon_err *err);
MOON_CHECK moon_status moon_run_recover(moon_book *book, moon_str write_off, moon_str reason, bool dry_run,
                                        moon_arena *keep, moon_reversal *out, moon_err *err);
/* Cash to the account it belongs to, where it is applied by policy. */
MOON_CHECK moon_status moon_run_move(moon_book *book, moon_str payment, moon_str account, bool dry_run,
                                     moon_arena *keep, moon_reversal *out, moon_err *err);
/* Until when prepaid money can be used, and its priority. */
MOON_CHECK moon_status moon_run_prepaid(moon_book *book, moon_str payment, moon_date expires,
                                        int64_t priority, bool dry_run, moon_err *err);
/* A proposed refund is not paid. */
MOON_CHECK moon_status moon_run_refuse(moon_book *book, moon_str refund, bool dry_run, moon_arena *keep,
                                       moon_reversal *out, moon_err *err);

#endif
