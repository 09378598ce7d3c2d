/* books/receivable: the receivables sub-ledger: items, applications, ageing, statement.   Floor 3.
 *
 * An item is what one document adds to what an account owes (negative for a credit note). An application moves
 * an amount from a credit to an invoice of the same account and currency; it changes no ledger account, for
 * both are receivables. What was open on a day is the item's amount and the applications with a value date up
 * to that day. */
#ifndef MOON_BOOKS_RECEIVABLE_H
#define MOON_BOOKS_RECEIVABLE_H

#include "books/config.h"

MOON_CHECK moon_status moon_item_add(moon_change *change, const moon_document *document, moon_err *err);
/* Close the item of a document that is voided on `date`; nothing of it may have been settled. Days before still
 * show it. MOON_E_VOID_REFUSED. */
MOON_CHECK moon_status moon_item_void(moon_change *change, const moon_document *document, moon_date date,
                                      moon_err *err);

/* Apply `amount` (> 0) of a credit to an invoice on a value date. Checks that both are the account's and in one
 * currency, and that neither has less open; and that both are there on the value date. MOON_E_CREDIT_EXCEEDS,
 * MOON_E_CURRENCY_MISMATCH, MOON_E_NOT_FOUND. */
MOON_CHECK moon_status moon_apply(moon_change *change, moon_str account, moon_str source, moon_str target,
                                  int64_t amount, moon_date date, moon_date booked, moon_str rule,
                                  moon_err *err);

/* What was open of an item at the end of `date`. */
MOON_CHECK moon_status moon_item_open_at(moon_change *change, const moon_item *item, moon_date date,
                                         int64_t *open, moon_err *err);
/* Items of an account that are open now, by due date, in `keep`. */
MOON_CHECK moon_status moon_items_open(moon_change *change, moon_str account, moon_arena *keep,
                                       moon_item **items, size_t *count, moon_err *err);

/* ---- ageing ---- */

/* Days past due = as-of date - due date. Due today is not overdue. Credits that are not applied stand in
 * `unapplied`, never netted. */
typedef struct moon_ageing_row {
    moon_str account;
    moon_currency currency;
    int64_t not_due, d1_30, d31_60, d61_90, d91_plus, unapplied, total; /* minor units */
} moon_ageing_row;
typedef struct moon_ageing {
    moon_ageing_row *rows; /* by account, then currency code; accounts with nothing open are left out */
    size_t count;
    moon_ageing_row *totals; /* one per currency */
    size_t total_count;
} moon_ageing;

/* Ageing by due date as of the end of `date`; `account` limits it to one ("" for all). Over all accounts it
 * adds up to the control account of that date in every currency, or fails with MOON_E_CONTROL. */
MOON_CHECK moon_status moon_ageing_at(moon_change *change, const moon_config *config, moon_date date,
                                      moon_str account, moon_ageing *out, moon_err *err);

/* ---- statement ---- */

typedef struct moon_movement {
    const moon_item *item;
    moon_date date;
    bool voids;              /* takes the item back: its document was voided */
    int64_t amount, balance; /* of the movement; of the account after it */
} moon_movement;
typedef struct moon_statement {
    moon_currency currency;
    int64_t opening, closing;
    moon_movement *movements; /* what happened within the period, by date, then number */
    size_t count;
    moon_item *open; /* items open at the end of the period; .open as of then */
    size_t open_count;
} moon_statement;

/* The account's items in [from, to] in one currency; closing = opening + movements = what is open at the end of
 * `to`, or MOON_E_CONTROL. */
MOON_CHECK moon_status moon_statement_of(moon_change *change, moon_str account, moon_currency currency,
                                         moon_date from, moon_date to, moon_statement *out, moon_err *err);

#endif
