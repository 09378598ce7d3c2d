/* books/verify: does the book hold what it should?                          Floor 3.
 *
 * Checked: the audit chain, link by link; that the records are exactly those which the chain's commits left
 * behind; that every index entry belongs to a record and every record has its entries; that personal fields
 * open; that every entry balances; and that each cached answer (balances, items, order states) is what its
 * entries say; that numbers have no gap; that what was billed is claimed once. */
#ifndef MOON_BOOKS_VERIFY_H
#define MOON_BOOKS_VERIFY_H

#include "books/config.h"

typedef struct moon_verified {
    uint64_t commits, records, index_entries, documents, entries;
    uint64_t sealed; /* records whose personal fields nobody can read: their key is gone */
    moon_hash head;  /* of the chain */
    uint64_t seq;
} moon_verified;

/* Called with each problem found; verification goes on. At most MOON_PROBLEMS_MAX are told. */
typedef void (*moon_problem_fn)(void *ctx, const moon_err *problem);
#define MOON_PROBLEMS_MAX 20

/* What the store holds; the pages of its file are checked before it is opened (moon_store_check_pages).
 * `expect`, if not NULL, is the hash of a head that must occur in the chain.
 * Returns the status of the first problem, or MOON_OK. */
MOON_CHECK moon_status moon_verify(moon_change *change, const moon_config *config, const moon_hash *expect,
                                   moon_problem_fn tell, void *ctx, moon_verified *out, moon_err *err);

/* Hash of a canonical export of all facts: records by key with their open and personal fields, without cached
 * answers, commit sequences, times, attempts of schedules and chain hashes. Two books with the same digest hold the
 * same facts. */
MOON_CHECK moon_status moon_digest(moon_change *change, moon_hash *out, moon_err *err);

#endif
