/* run/settle: credits applied by policy.                                     Floor 5.
 *
 * The rules are asked in a worker what the credits of an account settle; here it is done, and the books check
 * every amount. An application counts from the later of the dates of its two items, or from the first day after
 * it that is open. */
#ifndef MOON_RUN_SETTLE_H
#define MOON_RUN_SETTLE_H

#include "run/book.h"

/* Something that was settled. Texts live as long as the arena they were asked for in. */
typedef struct moon_settled {
    moon_str account, source, target; /* ids of the items; source "": a small difference */
    moon_str number;                  /* of the target, as people know it */
    moon_currency currency;
    int64_t amount;
    int64_t open; /* of the target, afterwards */
    moon_str rule;
} moon_settled;

/* A credit that stays as it is because somebody has to look at it. */
typedef struct moon_conflict {
    moon_str source, reason;
} moon_conflict;

typedef struct moon_settlement_list {
    moon_settled *items;
    size_t count;
    moon_conflict *conflicts;
    size_t conflict_count;
} moon_settlement_list;

/* A credit to settle, by the id of its item; `on`: ids of what is named by hand, which alone it settles then. */
typedef struct moon_credit {
    moon_str id;
    const moon_str *on;
    size_t on_count;
} moon_credit;

/* Settle open credits of one account by policy. A credit in conflict goes on the work list
 * with its reason; one that is settled goes off it. Failures of the rules come back as they are, and nothing
 * is settled then. */
MOON_CHECK moon_status moon_settle(moon_book *book, moon_change *change, moon_str account,
                                   const moon_credit *credits, size_t count, moon_arena *keep,
                                   moon_settlement_list *out, moon_err *err);
/* Put a credit on the work list ("pay"), or take it off where nothing of it is open. */
MOON_CHECK moon_status moon_pay_park(moon_book *book, moon_change *change, const moon_item *item,
                                     const moon_err *why, moon_err *err);
/* The same for cash of which nobody knows whose it is; `why` in words, or "". */
MOON_CHECK moon_status moon_pay_park_unidentified(moon_book *book, moon_change *change, const moon_item *item,
                                                  moon_str why, moon_err *err);
MOON_CHECK moon_status moon_pay_unpark(moon_change *change, const moon_item *item, moon_err *err);
/* Apply by hand: `amount` of a credit to what is owed, from when on see above; `rule` says by whose word. */
MOON_CHECK moon_status moon_settle_by_hand(moon_book *book, moon_change *change, const moon_item *source,
                                           const moon_item *target, int64_t amount, moon_arena *keep,
                                           moon_settled *done, moon_err *err);

#endif
