/* books/receivable: the receivables sub-ledger as of any day: ageing and statements.   Floor 3.
 *
 * Both are sums of items (books/item.h) and what was applied to them (books/application.h), and both are held
 * against the two control accounts of the ledger. Two dates: what counted by value date on `date`, as it was known
 * at the end of `known`, which is what had been booked by then; MOON_DATE_MAX: as known now. */
#ifndef MOON_BOOKS_RECEIVABLE_H
#define MOON_BOOKS_RECEIVABLE_H

#include "books/application.h"

/* ---- ageing ---- */

/* Days past due = as-of date - due date. Due today is not overdue. Credit notes and cash that settle nothing yet stand
 * in `unapplied`, never netted. */
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

/* Ageing by due date as of the end of `date`; `account` limits it to one ("" for all). Over all accounts, as known
 * now, its items add up to the two control accounts of that date in every currency, or it fails with
 * MOON_E_CONTROL. */
MOON_CHECK moon_status moon_ageing_at(moon_change *change, const moon_config *config, moon_date date,
                                      moon_date known, moon_str account, moon_ageing *out, moon_err *err);

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
    moon_movement *movements; /* what happened within the period, by date, then kind and number */
    size_t count;
    moon_item *open; /* items open at the end of the period; .open as of then */
    size_t open_count;
} moon_statement;

/* The account's items in [from, to] in one currency, of either control account; closing = opening + movements = what
 * is open at the end of `to`, or MOON_E_CONTROL. */
MOON_CHECK moon_status moon_statement_of(moon_change *change, moon_str account, moon_currency currency,
                                         moon_date from, moon_date to, moon_date known, moon_statement *out,
                                         moon_err *err);

#endif
