/* books/records_usage: usage events, and grants that pay for charges.        Floor 3.
 *
 * Part of books/records.h, which explains how to read them. */
#ifndef MOON_BOOKS_RECORDS_USAGE_H
#define MOON_BOOKS_RECORDS_USAGE_H

#include "store/record.h"

/* ---- usage ---- */

/* What was used, once by its id. */
#define MOON_EVENT_FIELDS(F)                                                                                 \
    F(1, ID, id, MOON_REQUIRED, MOON_PLAIN, "the event's own id; the same id is the same event")             \
    F(2, ID, account, MOON_REQUIRED, MOON_PLAIN, "who used it")                                              \
    F(3, ID, meter, MOON_REQUIRED, MOON_PLAIN, "what was used, for example api.calls")                       \
    F(4, INT, time, MOON_DETAIL, MOON_PLAIN,                                                                 \
      "instant, microseconds since 1970 in UTC; absent where only the day is known")                         \
    F(5, DATE, day, MOON_REQUIRED, MOON_PLAIN, "civil day in the book's zone, fixed when it was taken in")   \
    F(6, DECIMAL, quantity, MOON_REQUIRED, MOON_PLAIN, "how much; negative takes back")                      \
    F(7, TAGS, tags, MOON_PRICED, MOON_PLAIN, "properties that meters group and filter by")                  \
    F(8, ID, corrects, 0, MOON_PLAIN, "event that this one takes the place of")                              \
    F(9, BOOL, withdrawn, 0, MOON_PLAIN, "only takes back the event that it corrects; its quantity is 0")    \
    F(10, ID, corrected_by, MOON_MANAGED | MOON_DETAIL, MOON_PLAIN, "event that took its place")
MOON_STRUCT(moon_event, MOON_EVENT_FIELDS)
extern const moon_type moon_event_type;

/* Sum of the events of an account, meter and day that count: a cached answer. A period's usage is the sum of its
 * days. */
#define MOON_USAGE_FIELDS(F)                                                                                 \
    F(1, ID, account, MOON_REQUIRED, MOON_PLAIN, "who used it")                                              \
    F(2, ID, meter, MOON_REQUIRED, MOON_PLAIN, "what was used")                                              \
    F(3, DATE, day, MOON_REQUIRED, MOON_PLAIN, "civil day")                                                  \
    F(4, INT, count, MOON_REQUIRED, MOON_PLAIN, "number of events")                                          \
    F(5, DECIMAL, quantity, MOON_REQUIRED, MOON_PLAIN, "sum of their quantities")                            \
    F(6, INT, corrections, MOON_DETAIL, MOON_PLAIN,                                                          \
      "how often an event of the day corrected one or was corrected; absent: never")
MOON_STRUCT(moon_usage, MOON_USAGE_FIELDS)
extern const moon_type moon_usage_type;

/* ---- grants ---- */

/* Money given, not paid: a promotional credit. It is used up as a discount before tax. */
#define MOON_GRANT_FIELDS(F)                                                                                 \
    F(1, ID, id, MOON_REQUIRED, MOON_PLAIN, "number of the grant")                                           \
    F(2, ID, account, MOON_REQUIRED, MOON_PLAIN, "who has it")                                               \
    F(3, CURRENCY, currency, MOON_REQUIRED, MOON_PLAIN, "of amount")                                         \
    F(4, MINOR, amount, MOON_REQUIRED, MOON_PLAIN, "how much was given; positive")                           \
    F(5, DATE, from, MOON_REQUIRED, MOON_PLAIN, "first day on which it can be used")                         \
    F(6, DATE, expires, 0, MOON_PLAIN, "last day on which it can be used")                                   \
    F(7, INT, priority, 0, MOON_PLAIN, "the lowest is used first; 0 when absent")                            \
    F(8, TEXT, charges, 0, MOON_PLAIN, "charges that it pays for, with commas; all when absent")             \
    F(9, TEXT, text, 0, MOON_PLAIN, "as it stands on an invoice")                                            \
    F(10, TEXT, reason, 0, MOON_PLAIN, "why it was given")                                                   \
    F(11, TEXT, prepared_by, MOON_REQUIRED | MOON_MANAGED | MOON_DETAIL, MOON_PLAIN, "operator who gave it")
MOON_STRUCT(moon_grant, MOON_GRANT_FIELDS)
extern const moon_type moon_grant_type;

/* What an issued document used of a grant or coupon. */
#define MOON_BURN_FIELDS(F)                                                                                  \
    F(1, TEXT, source, MOON_REQUIRED, MOON_PLAIN, "for example grant/G-1, or coupon/A-7/WELCOME")            \
    F(2, ID, document, MOON_REQUIRED, MOON_PLAIN, "document that uses it")                                   \
    F(3, CURRENCY, currency, MOON_REQUIRED, MOON_PLAIN, "of amount")                                         \
    F(4, MINOR, amount, MOON_REQUIRED, MOON_PLAIN, "how much of it; negative: a credit note gives it back")
MOON_STRUCT(moon_burn, MOON_BURN_FIELDS)
extern const moon_type moon_burn_type;

#endif
