/* run/pay: payments by hand, and what is unapplied applied.                  Floor 5.
 *
 * Each is one change: the payment is put in, the rules say in a worker what it settles, and all is committed
 * together. The same request again is the same payment. Texts of a result live in `keep`. */
#ifndef MOON_RUN_PAY_H
#define MOON_RUN_PAY_H

#include "books/order.h"
#include "run/settle.h"

/* Something to settle, by its number, and with how much; 0: as much as there is. */
typedef struct moon_pay_on {
    moon_str number;
    moon_decimal amount;
} moon_pay_on;

typedef struct moon_pay_request {
    moon_str account, id, text, method; /* id "": one that follows from the rest */
    moon_decimal amount;
    moon_currency currency; /* 0: the account's, else the book's */
    moon_date date;         /* MOON_DATE_NONE: today */
    const moon_pay_on *on;  /* with these it settles nothing else */
    size_t on_count;
    bool prepaid;      /* it settles nothing now, and invoices when they are issued (books/wallet.h) */
    int64_t priority;  /* of prepaid money; MOON_INT_NONE: none */
    moon_date expires; /* its last day; MOON_DATE_NONE: never */
} moon_pay_request;

/* A credit, and what became of it. */
typedef struct moon_paid {
    moon_str account, id;
    moon_currency currency;
    int64_t amount, left; /* of the credit: all of it, and what settles nothing yet */
    moon_date date;       /* from which it counts */
    moon_date stated;     /* as it was given, where that is closed; else MOON_DATE_NONE */
    bool prepaid;
    moon_taken taken;    /* of a payment */
    moon_str difference; /* DIFFERENT: in words */
    moon_settlement_list settled;
} moon_paid;

MOON_CHECK moon_status moon_run_pay(moon_book *book, const moon_pay_request *request, bool dry_run,
                                    moon_arena *keep, moon_paid *out, moon_err *err);
/* Apply what is open of a payment or credit note: to what is named, else by policy. */
MOON_CHECK moon_status moon_run_apply(moon_book *book, moon_str credit, const moon_pay_on *on,
                                      size_t on_count, bool dry_run, moon_arena *keep, moon_paid *out,
                                      moon_err *err);

/* ---- all that is unapplied ---- */

typedef struct moon_apply_options {
    bool dry_run;
    void *ctx;
    void (*settled)(void *ctx, const moon_settled *one);               /* may be NULL */
    void (*conflict)(void *ctx, const moon_conflict *one);             /* may be NULL */
    void (*refused)(void *ctx, moon_str account, const moon_err *why); /* may be NULL */
    void (*progress)(void *ctx, size_t done, size_t total);            /* may be NULL */
} moon_apply_options;
typedef struct moon_apply_report {
    uint64_t accounts; /* that have something unapplied */
    uint64_t applied, differences, conflicts, refused;
} moon_apply_report;
/* Every account's open cash and credit notes by policy; one whose rules fail is parked. */
MOON_CHECK moon_status moon_run_apply_all(moon_book *book, const moon_apply_options *options,
                                          moon_arena *keep, moon_apply_report *report, moon_err *err);

/* ---- shared with run/reverse ---- */

typedef moon_status (*moon_desk_fn)(moon_book *book, moon_change *change, void *ctx, moon_err *err);
/* Do `work` in a change and commit it, again from the start where somebody else was faster, a few times. */
MOON_CHECK moon_status moon_desk_change(moon_book *book, const char *action, moon_str subject, moon_str note,
                                        bool dry_run, moon_desk_fn work, void *ctx, moon_err *err);
/* What settles: a payment, credit note, opening credit or transfer, by any of its names. MOON_E_NOT_FOUND,
 * MOON_E_STATE_REFUSED for what is owed. */
MOON_CHECK moon_status moon_desk_credit(moon_change *change, moon_str name, moon_item *out, moon_err *err);
/* An amount as the currency's minor units. MOON_E_MONEY_SYNTAX if it is finer. */
MOON_CHECK moon_status moon_desk_minor(moon_decimal amount, moon_currency currency, int64_t *minor,
                                       moon_err *err);

#endif
