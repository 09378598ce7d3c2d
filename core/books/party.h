/* books/party: accounts, products and agreements, which keep their versions. Floor 3.
 *
 * A version holds from its day until the next version's. The first one also answers for days before it. */
#ifndef MOON_BOOKS_PARTY_H
#define MOON_BOOKS_PARTY_H

#include "books/config.h"

/* The version of account, product or agreement `id` that holds on `date` (MOON_DATE_MAX: the newest). `type` is
 * one of the three. */
MOON_CHECK moon_status moon_version_at(moon_change *change, const moon_type *type, moon_str id,
                                       moon_date date, void *record, bool *found, moon_err *err);
/* Number of versions that there are, all days together. */
MOON_CHECK moon_status moon_version_count(moon_change *change, const moon_type *type, moon_str id,
                                          int64_t *count, moon_err *err);
/* Store `record` (id and from set) as a new version, unless it says what the version of its day says already.
 * The version's number goes to record->version. Touches the account it belongs to.
 *   written  out: false if nothing was new */
MOON_CHECK moon_status moon_version_add(moon_change *change, const moon_type *type, void *record,
                                        bool *written, moon_err *err);

/* The account's agreement for its orders on a date; the one that holds from the latest day if several do. Those
 * that are billed by periods (books/agreement.h) are none for orders. */
MOON_CHECK moon_status moon_agreement_of(moon_change *change, moon_str account, moon_date date,
                                         moon_agreement *out, bool *found, moon_err *err);

/* Depend on everything of an account, and tell others that it was changed: every change to what belongs to an
 * account calls this. */
MOON_CHECK moon_status moon_touch_account(moon_change *change, moon_str account, moon_err *err);
/* Depend on everything of an account without changing it. */
MOON_CHECK moon_status moon_watch_account(moon_change *change, moon_str account, moon_err *err);

#endif
