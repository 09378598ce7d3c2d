/* books/ledger: balanced double entry.                                      Floor 3. */
#ifndef MOON_BOOKS_LEDGER_H
#define MOON_BOOKS_LEDGER_H

#include "books/config.h"

/* Begin an entry of few lines in the change's memory: add lines, then post. An id that would be too long is cut, and
 * ends in a hash of all of it. */
#define MOON_ENTRY_LINES_FEW 6
void moon_entry_begin(moon_entry *entry, moon_change *change, const moon_context *ctx, moon_str id,
                      moon_date date, moon_str document, moon_str text);
void moon_entry_add(moon_entry *entry, moon_str account, moon_str party, moon_currency currency,
                    int64_t amount, int64_t base);
/* The id under which moon_entry_begin, payments and adjustments put a text; in `keep`. */
moon_str moon_entry_id(moon_str text, moon_arena *keep);
/* An amount in minor units of the book's currency; `rate` as in a document, half-up. Without a rate only an amount in
 * the book's currency: MOON_E_FIELD_REQUIRED, `what` begins the message. */
MOON_CHECK moon_status moon_to_base(const moon_config *config, moon_money amount, moon_decimal rate,
                                    const char *what, int64_t *base, moon_err *err);

/* Post an entry: its lines balance in each currency and in base, or nothing is written. Keeps the daily balances.
 * MOON_E_PERIOD_CLOSED, MOON_E_ENTRY_UNBALANCED, MOON_E_MONEY_RANGE; MOON_E_RECORD_INVALID if an entry of this id was
 * posted before. */
MOON_CHECK moon_status moon_post(moon_change *change, const moon_entry *entry, moon_err *err);
/* MOON_E_ENTRY_UNBALANCED naming currency and difference. */
MOON_CHECK moon_status moon_entry_check(const moon_entry *entry, moon_err *err);

/* Balance of an account of the chart at the end of `date` (value dates up to it), debit positive, in minor units.
 *   currency  of `amount`; 0 asks for the base amount over all currencies */
MOON_CHECK moon_status moon_balance_at(moon_change *change, moon_str account, moon_currency currency,
                                       moon_date date, int64_t *amount, moon_err *err);

#endif
