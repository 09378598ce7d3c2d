/* books/application: what settles what on an account.                       Floor 3.
 *
 * An application moves an amount from an item that settles (a credit note, a payment, a write-off) to one that is
 * owed (an invoice, a refund), of one account and one currency. It has a ledger entry of its own where the two
 * stand on different control accounts, or where their exchange rates differ: what that gains or loses goes to
 * chart.exchange, with amount 0 and the difference in base. Taking it back is an application with a negative
 * amount; both sides are then as they were. */
#ifndef MOON_BOOKS_APPLICATION_H
#define MOON_BOOKS_APPLICATION_H

#include "books/item.h"

/* Apply `amount` (> 0) of `source` to `target`, ids of items of the account. It counts from `date`, or from the first
 * day after it that is open, on which both items are there, and from which on both have that much open
 * (MOON_DATE_MIN: as early as can be). Booked on ctx->today.
 * MOON_E_NOT_FOUND, MOON_E_CURRENCY_MISMATCH, MOON_E_CREDIT_EXCEEDS, MOON_E_CHART_MISSING. */
MOON_CHECK moon_status moon_apply(moon_change *change, const moon_context *ctx, moon_str account,
                                  moon_str source, moon_str target, int64_t amount, moon_date date,
                                  moon_str rule, moon_err *err);

/* Take back what stands applied between two items, as of `date`: days before still show it (MOON_DATE_MIN: as
 * though it had never been applied). `target` "": all that the source settles. Days in closed periods keep what
 * they showed. Small differences that closed the target are taken back with it. Write-offs, refunds, returns and
 * transfers have ways of their own to be taken back: MOON_E_STATE_REFUSED. MOON_E_NOT_FOUND if nothing stands
 * applied. */
MOON_CHECK moon_status moon_unapply(moon_change *change, const moon_context *ctx, moon_str account,
                                    moon_str source, moon_str target, moon_date date, moon_err *err);

/* The part of moon_unapply that books/payment and books/adjustment use: whatever the kinds, and nothing is no
 * error; differences that closed a target are taken back too. */
MOON_CHECK moon_status moon_application_release(moon_change *change, const moon_context *ctx,
                                                const moon_item *source, moon_str target, moon_date date,
                                                bool *any, moon_err *err);

/* What stands applied between two items now, all dates together. */
MOON_CHECK moon_status moon_applied(moon_change *change, moon_str account, moon_str source, moon_str target,
                                    int64_t *amount, moon_err *err);

#endif
