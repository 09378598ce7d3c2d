/* books/item: what stands on an account: one item for each thing that changed its balance.   Floor 3.
 *
 * The sign of its amount is its direction: positive is owed by the account, negative settles. An item stands on
 * one of two control accounts of the ledger: receivables, or unapplied cash. What was open of it on a day is its
 * amount and the applications (books/application.h) with a value date up to that day; as known on a day, those
 * booked up to it. Its base amount leaves it in running parts, so that nothing of it is left in the book's
 * currency when nothing is open. */
#ifndef MOON_BOOKS_ITEM_H
#define MOON_BOOKS_ITEM_H

#include "books/config.h"

/* The item of a document at its issue; `base` is what was posted of it in the book's currency.
 * MOON_E_RECORD_INVALID if the account has one of this id. */
MOON_CHECK moon_status moon_item_add(moon_change *change, const moon_document *document, int64_t base,
                                     moon_err *err);
/* Put any other item in: account, document, number, kind, currency, date, due, amount, rate, base and control
 * are set, the rest is filled in. MOON_E_RECORD_INVALID if the account has one of this id. */
MOON_CHECK moon_status moon_item_put(moon_change *change, const moon_context *ctx, moon_item *item,
                                     moon_err *err);
/* Close the item of a document that is voided on `date`; nothing of it may be settled then or later. Days before
 * still show it. MOON_E_VOID_REFUSED. */
MOON_CHECK moon_status moon_item_void(moon_change *change, const moon_document *document, moon_date date,
                                      moon_err *err);

/* By its account and the id of what made it. MOON_E_NOT_FOUND. */
MOON_CHECK moon_status moon_item_get(moon_change *change, moon_str account, moon_str document,
                                     moon_item *item, moon_err *err);
/* The item of an invoice, credit note, payment or adjustment: by the number or id of its document, the id of
 * the payment or adjustment, or the number of an opening item. MOON_E_RECORD_INVALID where two have it. */
MOON_CHECK moon_status moon_item_named(moon_change *change, moon_str name, moon_item *out, bool *found,
                                       moon_err *err);
/* The same, which must be owed still: MOON_E_NOT_FOUND if there is none, MOON_E_STATE_REFUSED if it is a credit
 * or nothing of it is open. `what` begins the message: "a dispute". */
MOON_CHECK moon_status moon_item_owed(moon_change *change, const char *what, moon_str name, moon_item *out,
                                      moon_err *err);
/* What it is, in words: "an invoice", "a credit note". */
const char *moon_item_a(const moon_item *item);
/* Whether it is asked for when it is due: what is owed on the receivables account. Refunds, returns and what
 * moves cash are not. */
bool moon_item_is_asked(const moon_item *item);

/* What was open of an item at the end of `date`, as known at the end of `known` (MOON_DATE_MAX: now). */
MOON_CHECK moon_status moon_item_open_at(moon_change *change, const moon_item *item, moon_date date,
                                         moon_date known, int64_t *open, moon_err *err);
/* Items that were open then, with .open as of then, in `keep`; `account` "" for all accounts. */
MOON_CHECK moon_status moon_items_at(moon_change *change, moon_str account, moon_date date, moon_date known,
                                     moon_arena *keep, moon_item **items, size_t *count, moon_err *err);
/* Items of an account that are open now, by due date, in `keep`. */
MOON_CHECK moon_status moon_items_open(moon_change *change, moon_str account, moon_arena *keep,
                                       moon_item **items, size_t *count, moon_err *err);
/* The first day, `date` or later, from which on at least `amount` of the item stays open. MOON_DATE_MAX if there
 * is none. */
MOON_CHECK moon_status moon_item_free_from(moon_change *change, const moon_item *item, int64_t amount,
                                           moon_date date, moon_date *from, moon_err *err);
/* Move the open amount by `amount` (which an application made, dated `date`), and see whether it is closed. */
MOON_CHECK moon_status moon_item_settle(moon_change *change, moon_item *item, int64_t amount, moon_date date,
                                        moon_err *err);

/* Its amount in the book's currency as posted, and what of that is open while `open` of it is. */
int64_t moon_item_base(const moon_item *item);
MOON_CHECK moon_status moon_item_base_open(const moon_item *item, int64_t open, int64_t *base, moon_err *err);
/* The control account that it stands on, as a MOON_CONTROL, and the account of the chart. MOON_E_CHART_MISSING. */
int moon_item_control(const moon_item *item);
MOON_CHECK moon_status moon_control_account(const moon_config *config, int control, moon_str *account,
                                            moon_err *err);

#endif
