/* books/wallet: prepaid money of an account.                                 Floor 3.
 *
 * A receipt that is prepaid is unapplied cash that settles nothing when it comes in, and invoices when they are
 * issued: the lowest priority first, then what expires earlier (never is last), then the earlier value date, then
 * id. It pays for invoices issued on the day it expires, not after. It is owed to the account until it is used:
 * after tax, refundable, and no revenue when it expires (books/adjustment, moon_breakage). */
#ifndef MOON_BOOKS_WALLET_H
#define MOON_BOOKS_WALLET_H

#include "books/item.h"

/* The receipt that an item of unapplied cash is, or was moved from; whether it is prepaid. */
MOON_CHECK moon_status moon_wallet_receipt(moon_change *change, const moon_item *item, moon_payment *receipt,
                                           bool *prepaid, moon_err *err);
/* Settle invoices of an account that are issued on ctx->today, in their order, with its prepaid money. */
MOON_CHECK moon_status moon_wallet_pay(moon_change *change, const moon_context *ctx, moon_str account,
                                       const moon_str *invoices, size_t count, moon_err *err);
/* What prepaid money settled of a document when it was issued: what is printed on it, whatever becomes of it later. */
MOON_CHECK moon_status moon_wallet_paid(moon_change *change, const moon_document *document, int64_t *amount,
                                        moon_err *err);
/* Give back what prepaid money settled of a document that is voided today. */
MOON_CHECK moon_status moon_wallet_release(moon_change *change, const moon_context *ctx,
                                           const moon_document *document, moon_err *err);
/* Prepaid items with money left that expired before `day`, in the change's memory; `account` "" for all. */
MOON_CHECK moon_status moon_wallet_expired(moon_change *change, moon_str account, moon_date day,
                                           moon_item **out, size_t *count, moon_err *err);

#endif
