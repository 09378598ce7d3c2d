/* books/grant: promotional credits, and what issued documents used of them and of coupons.   Floor 3.
 *
 * A grant is money given, not paid: a discount line before tax that names it as its coupon uses it up. A burn says
 * what one issued document used of one source, "grant/G-1" or "coupon/A-7/WELCOME"; it is written at issue and
 * taken back by voiding. A credit note gives back what it credits of such lines: its burn is negative. */
#ifndef MOON_BOOKS_GRANT_H
#define MOON_BOOKS_GRANT_H

#include "books/config.h"

/* A grant with what issued documents left of it. */
typedef struct moon_usable {
    moon_grant grant;
    int64_t left;
} moon_usable;

/* Give a grant, by an operator with role "approve". Its account must be there, its amount above 0, its days in
 * order, and there must be a reason. MOON_E_RECORD_INVALID if there is one of this id. */
MOON_CHECK moon_status moon_grant_give(moon_change *change, const moon_context *ctx, moon_grant *grant,
                                       moon_err *err);
/* Change one: not its account and currency, and not to less than what is used of it. */
MOON_CHECK moon_status moon_grant_change(moon_change *change, const moon_context *ctx, moon_grant *grant,
                                         moon_err *err);
/* What is left of it. */
MOON_CHECK moon_status moon_grant_left(moon_change *change, const moon_grant *grant, int64_t *left,
                                       moon_err *err);
/* An account's grants that can be used on a day (its last day included), used up or not, in the order in which
 * they are used: lower priority, earlier expiry (none is last), earlier first day, id. In `keep`. */
MOON_CHECK moon_status moon_grants_of(moon_change *change, moon_str account, moon_date day, moon_arena *keep,
                                      moon_usable **out, size_t *count, moon_err *err);

/* What issued documents used of a source, and in which currency (0: nothing did). MOON_E_CURRENCY_MISMATCH where
 * they used it in two. */
MOON_CHECK moon_status moon_burned(moon_change *change, moon_str source, int64_t *amount,
                                   moon_currency *currency, moon_err *err);
/* What a document uses of each source, by its lines, in `keep`; negative: gives back. */
MOON_CHECK moon_status moon_burns_of(moon_change *change, const moon_document *document, moon_arena *keep,
                                     moon_burn **out, size_t *count, moon_err *err);
/* Write the burns of a document that is being issued. MOON_E_STALE where a grant has not that much left, is not
 * this account's, or is not there. */
MOON_CHECK moon_status moon_burn_take(moon_change *change, const moon_document *document, moon_err *err);
/* Take them back. MOON_E_VOID_REFUSED where what a credit note gave back is used by now. */
MOON_CHECK moon_status moon_burn_free(moon_change *change, const moon_document *document, moon_err *err);

/* Inputs of a draft: which grants it could use on a day, "grants/2026-10-01" with their number and a hash of them;
 * and how much of a coupon was used when it was drafted, "burned/coupon/A-7/WELCOME". */
MOON_CHECK moon_status moon_grants_input(moon_change *change, moon_str account, moon_date day,
                                         moon_arena *keep, moon_input *out, moon_err *err);
/* MOON_E_STALE where one of these is not as it was: other grants, or more used of a coupon. */
MOON_CHECK moon_status moon_grant_check_inputs(moon_change *change, const moon_document *document,
                                               moon_err *err);

#endif
