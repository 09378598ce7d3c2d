/* books/payment: cash received, paid back, taken back.                      Floor 3.
 *
 * A receipt posts cash against unapplied cash; applying it (books/receivable.h) posts unapplied cash against
 * receivables, with an entry of its own. So what has settled nothing yet stays visible, and both can be
 * reversed apart. Dates: value date (`date`), from which it counts, and booking date (ctx->today). A value date
 * in a closed period becomes the first open day, and `stated` keeps what the bank said. */
#ifndef MOON_BOOKS_PAYMENT_H
#define MOON_BOOKS_PAYMENT_H

#include "books/config.h"
#include "books/order.h"

/* Account of receipts of which nobody knows yet whose they are. */
#define MOON_UNIDENTIFIED "unidentified"

/* Put a receipt in and post it; `payment` has id, account, currency, amount, date and what else is known, the
 * rest is filled in. One of the same id is SAME if it says the same, else DIFFERENT and left alone (`difference`
 * in words). The value date may be ahead of ctx->today by no day. A payment in a foreign currency needs `rate`.
 * Wants role "prepare". MOON_E_RECORD_INVALID, MOON_E_CHART_MISSING, MOON_E_MONEY_RANGE. */
MOON_CHECK moon_status moon_payment_receive(moon_change *change, const moon_context *ctx,
                                            moon_payment *payment, moon_taken *taken, moon_str *difference,
                                            moon_err *err);
/* The bank took a receipt back on `date`: what it settled is open again, as of that date and with its own due
 * date, and the receipt is spent by a payment of kind return. Returning it again changes nothing. */
MOON_CHECK moon_status moon_payment_return(moon_change *change, const moon_context *ctx, moon_str payment,
                                           moon_date date, moon_str reason, moon_payment *out, moon_err *err);
/* Change until when prepaid money can be used, and its priority; MOON_DATE_NONE and MOON_INT_NONE: none. What it
 * settles stays. MOON_E_STATE_REFUSED where the receipt is not prepaid. */
MOON_CHECK moon_status moon_payment_prepaid(moon_change *change, const moon_context *ctx, moon_str payment,
                                            moon_date expires, int64_t priority, moon_payment *out,
                                            moon_err *err);
/* Move what is unapplied of a receipt to the account it belongs to (two adjustments of kind transfer, one on
 * each account; `out` is the one on the account it goes to, which can be applied there). */
MOON_CHECK moon_status moon_payment_move(moon_change *change, const moon_context *ctx, moon_str payment,
                                         moon_str account, moon_adjustment *out, moon_err *err);

/* Propose to pay back `amount` of what is open of a receipt or credit note (0: all of it). Nothing is posted
 * before somebody approves; who may is `approval_rule` (who has to approve, as in rules/approvals.lua). */
MOON_CHECK moon_status moon_refund_propose(moon_change *change, const moon_context *ctx, moon_str credit,
                                           int64_t amount, moon_str reason, moon_str approval_rule,
                                           moon_payment *out, moon_err *err);
/* Approve and post it: cash leaves, the credit is spent by as much. MOON_E_APPROVAL, MOON_E_CREDIT_EXCEEDS. */
MOON_CHECK moon_status moon_refund_approve(moon_change *change, const moon_context *ctx, moon_str refund,
                                           moon_err *err);
MOON_CHECK moon_status moon_refund_refuse(moon_change *change, const moon_context *ctx, moon_str refund,
                                          moon_err *err);

/* A payment by its id. */
MOON_CHECK moon_status moon_payment_find(moon_change *change, moon_str id, moon_payment *out, bool *found,
                                         moon_err *err);

#endif
