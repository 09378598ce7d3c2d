/* run/retax: whether the tax rule still answers for drafts of before it changed.    Floor 5.
 *
 * A draft bears the tax that its rules said. Where the rules are others by the day of its issue and have no answer
 * for it any more, or fail, it is not issued: tax is never what nobody can say. A credit note has the tax of its
 * invoice. */
#ifndef MOON_RUN_RETAX_H
#define MOON_RUN_RETAX_H

#include "run/book.h"

/* Ask the tax rule in the book's worker for those of an account's documents that were drafted by other rules than
 * `closure` (moon_book_closure_id). MOON_E_TAX_UNKNOWN and whatever a rule fails with. */
MOON_CHECK moon_status moon_retax_check(moon_book *book, moon_change *change, moon_hash closure,
                                        const moon_document *documents, size_t count, moon_err *err);

#endif
