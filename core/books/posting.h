/* books/posting: the ledger entries of a document.                          Floor 3.
 *
 * Issuing posts receivables against revenue and tax; what the account does not owe of the total goes to the chart's
 * withholding and rounding. What a line bills for days behind the month of its issue,
 * or for days of that month that are still to come, is not earned yet: it goes to deferred revenue, and in the
 * same commit an entry for each calendar month releases the month's share, dated on the month's last day or on
 * the last day of service. So the ledger is right on any date, and nothing has to be run. Shares go by days,
 * with cumulative rounding (moon_split_running). What lies in months that ended before the issue is revenue at
 * once. A credit note whose lines have the service periods of its invoice does the exact mirror; a line that
 * takes back the unused days of an earlier one mirrors what is left of that. */
#ifndef MOON_BOOKS_POSTING_H
#define MOON_BOOKS_POSTING_H

#include "books/document.h"

/* Post a document that is issued today: entry "issue/NUMBER", and "release/NUMBER/DATE" for each day on which
 * something of it is released (the first open day, should that be closed).
 *   base  out, what its account owes for it in minor units of the book's currency
 * MOON_E_CHART_MISSING, MOON_E_ENTRY_UNBALANCED, MOON_E_MONEY_RANGE. */
MOON_CHECK moon_status moon_posting_issue(moon_change *change, const moon_context *ctx,
                                          const moon_document *document, int64_t *base, moon_err *err);

/* Post all of it with every sign turned, whatever the chart says today: what it posted up to today as of today,
 * releases to come on their own days. */
MOON_CHECK moon_status moon_posting_void(moon_change *change, const moon_context *ctx,
                                         const moon_document *document, moon_err *err);

#endif
