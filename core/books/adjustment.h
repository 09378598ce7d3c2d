/* books/adjustment: what changes a balance without a document and without cash.   Floor 3.
 *
 * Each is a record of its own with a ledger entry and an item, so that statements and ageing show it, and so
 * that it can be taken back by a further one. */
#ifndef MOON_BOOKS_ADJUSTMENT_H
#define MOON_BOOKS_ADJUSTMENT_H

#include "books/item.h"

/* Write off `amount` of what is open of an invoice (0: all of it) as bad debt, on ctx->today. It is no credit
 * note: revenue and tax stay. Wants role "approve" and a reason. */
MOON_CHECK moon_status moon_write_off(moon_change *change, const moon_context *ctx, moon_str invoice,
                                      int64_t amount, moon_str reason, moon_adjustment *out, moon_err *err);
/* The same for an invoice that was issued just now though its agreement is paused as uncollectible, as its pause says:
 * all that is open of it, with the reason "uncollectible (agreement A-7)". Nothing where nothing is open. */
MOON_CHECK moon_status moon_write_off_uncollectible(moon_change *change, const moon_context *ctx,
                                                    const moon_document *invoice, moon_str agreement,
                                                    moon_err *err);
/* Take a write-off back: the invoice is open again by as much. */
MOON_CHECK moon_status moon_recover(moon_change *change, const moon_context *ctx, moon_str write_off,
                                    moon_str reason, moon_adjustment *out, moon_err *err);
/* Close what a payment left open of an invoice within tolerance: posts to the chart's differences. `date` is the
 * value date of the payment; `rule` the place of the rule that allows it. */
MOON_CHECK moon_status moon_difference(moon_change *change, const moon_context *ctx, moon_str invoice,
                                       int64_t amount, moon_date date, moon_str rule, moon_adjustment *out,
                                       moon_err *err);
/* An item of the system before this book, posted against the chart's opening balances: `item` has account,
 * currency, amount (negative: credit or unapplied cash), date, number, due, and control. Its date may be before
 * anything in the book; it is booked on ctx->today. The same id and content again is SAME. */
MOON_CHECK moon_status moon_opening_item(moon_change *change, const moon_context *ctx, moon_adjustment *item,
                                         bool *written, moon_err *err);

/* Move what is left of prepaid money that has expired, `item`, to the chart's breakage on ctx->today. Wants role
 * "approve" and a reason. MOON_E_STATE_REFUSED where it is not prepaid, or has not expired. */
MOON_CHECK moon_status moon_breakage(moon_change *change, const moon_context *ctx, const moon_item *item,
                                     moon_str reason, moon_adjustment *out, moon_err *err);
/* Take such a move back: the money is owed to the account again. `date` as in moon_difference_undo, which this is for
 * breakage of an item. */
MOON_CHECK moon_status moon_breakage_recover(moon_change *change, const moon_context *ctx, moon_str breakage,
                                             moon_str reason, moon_adjustment *out, moon_err *err);
MOON_CHECK moon_status moon_breakage_undo(moon_change *change, const moon_context *ctx, const moon_item *item,
                                          moon_date date, moon_str reason, moon_err *err);

/* Take back the differences that closed an item, as of `date`: what they closed is open again. */
MOON_CHECK moon_status moon_difference_undo(moon_change *change, const moon_context *ctx,
                                            const moon_item *invoice, moon_date date, moon_err *err);
/* Move all that is open of `credit`, which stands on unapplied cash, to another account, from the first day on
 * which that much is free (two adjustments of kind transfer; `out` is the one on the account it goes to). And take
 * back every such move of a credit, with all that was done with the money there. */
MOON_CHECK moon_status moon_transfer(moon_change *change, const moon_context *ctx, const moon_item *credit,
                                     moon_str account, moon_adjustment *out, moon_err *err);
MOON_CHECK moon_status moon_transfer_undo(moon_change *change, const moon_context *ctx,
                                          const moon_item *credit, moon_date date, moon_str reason,
                                          moon_err *err);
/* Every adjustment that is about an item, oldest first, in the change's memory. */
MOON_CHECK moon_status moon_adjustments_of(moon_change *change, moon_str document, moon_adjustment **out,
                                           size_t *count, moon_err *err);

#endif
