/* books/records_dunning: records of what is said about open items, and of what is said to customers.   Floor 3.
 *
 * Part of books/records.h, which explains how to read them. */
#ifndef MOON_BOOKS_RECORDS_DUNNING_H
#define MOON_BOOKS_RECORDS_DUNNING_H

#include "store/record.h"

/* ---- what is said about open items: disputes, promises, holds, reminders ---- */

enum { MOON_DISPUTE_OPEN = 1, MOON_DISPUTE_UPHELD, MOON_DISPUTE_REJECTED, MOON_DISPUTE_SPLIT };
extern const char *const moon_dispute_states[];
/* A customer contests an amount of an item. While it is open, that amount is not reminded. */
#define MOON_DISPUTE_FIELDS(F)                                                                               \
    F(1, ID, id, MOON_REQUIRED, MOON_PLAIN, "the item's number and a count, for example INV-2026-00012/1")   \
    F(2, ID, account, MOON_REQUIRED, MOON_PLAIN, "whose")                                                    \
    F(3, ID, document, MOON_REQUIRED, MOON_PLAIN, "id of the item's document")                               \
    F(4, CURRENCY, currency, MOON_REQUIRED, MOON_PLAIN, "of amount")                                         \
    F(5, MINOR, amount, MOON_REQUIRED, MOON_PLAIN, "contested, tax included")                                \
    F(6, ENUM, state, MOON_REQUIRED | MOON_MANAGED, moon_dispute_states,                                     \
      "open; upheld: the customer is right; rejected; split: right in part")                                 \
    F(7, TEXT, reason, MOON_REQUIRED, MOON_PLAIN, "what the customer says")                                  \
    F(8, DATE, opened, MOON_REQUIRED, MOON_PLAIN, "day of the complaint")                                    \
    F(9, DATE, closed, 0, MOON_PLAIN, "day on which it was decided")                                         \
    F(10, MINOR, upheld, 0, MOON_PLAIN, "what of it the customer was right about")                           \
    F(11, TEXT, owner, 0, MOON_PLAIN, "operator who looks after it")                                         \
    F(12, TEXT, outcome, 0, MOON_PLAIN, "what was decided and why")
MOON_STRUCT(moon_dispute, MOON_DISPUTE_FIELDS)
extern const moon_type moon_dispute_type;

/* A promise to pay. Whether it was kept follows from what was applied by value date. */
#define MOON_PROMISE_FIELDS(F)                                                                               \
    F(1, ID, id, MOON_REQUIRED, MOON_PLAIN, "the account and a count, for example ACME/1")                   \
    F(2, ID, account, MOON_REQUIRED, MOON_PLAIN, "who promised")                                             \
    F(3, ID, document, 0, MOON_PLAIN, "id of the document it is for; absent: for all that is due")           \
    F(4, CURRENCY, currency, MOON_REQUIRED, MOON_PLAIN, "of amount")                                         \
    F(5, MINOR, amount, MOON_REQUIRED, MOON_PLAIN, "promised")                                               \
    F(6, DATE, made, MOON_REQUIRED, MOON_PLAIN, "day of the promise")                                        \
    F(7, DATE, by, MOON_REQUIRED, MOON_PLAIN, "day by which it will be paid")                                \
    F(8, TEXT, contact, MOON_PERSONAL, MOON_PLAIN, "who said so")                                            \
    F(9, DATE, withdrawn, 0, MOON_PLAIN, "day from which it no longer counts")                               \
    F(10, TEXT, note, MOON_PERSONAL | MOON_DETAIL, MOON_PLAIN, "anything else")                              \
    F(11, MINOR, before, MOON_MANAGED | MOON_DETAIL, MOON_PLAIN, "paid on the day it was made, before it was")
MOON_STRUCT(moon_promise, MOON_PROMISE_FIELDS)
extern const moon_type moon_promise_type;

/* Nothing is reminded of an account, or of one item, from a day on. */
#define MOON_HOLD_FIELDS(F)                                                                                  \
    F(1, ID, id, MOON_REQUIRED, MOON_PLAIN, "the account and a count, for example ACME/1")                   \
    F(2, ID, account, MOON_REQUIRED, MOON_PLAIN, "whose")                                                    \
    F(3, ID, document, 0, MOON_PLAIN, "id of the document; absent: the whole account")                       \
    F(4, DATE, from, MOON_REQUIRED, MOON_PLAIN, "first day")                                                 \
    F(5, DATE, until, 0, MOON_PLAIN, "first day on which it no longer holds")                                \
    F(6, TEXT, reason, MOON_REQUIRED, MOON_PLAIN, "why")
MOON_STRUCT(moon_hold, MOON_HOLD_FIELDS)
extern const moon_type moon_hold_type;

/* A step of the ladder that was taken for an item: at most one a day. */
#define MOON_REMINDER_FIELDS(F)                                                                              \
    F(1, ID, account, MOON_REQUIRED, MOON_PLAIN, "whose")                                                    \
    F(2, ID, document, MOON_REQUIRED, MOON_PLAIN, "id of the item's document")                               \
    F(3, DATE, date, MOON_REQUIRED, MOON_PLAIN, "statement date of the run")                                 \
    F(4, INT, step, MOON_REQUIRED, MOON_PLAIN, "position on the ladder, from 1")                             \
    F(5, TEXT, name, MOON_REQUIRED, MOON_PLAIN, "what was done: remind, escalate, suspend …")                \
    F(6, TEXT, policy, MOON_REQUIRED, MOON_PLAIN, "rules/dunning/<policy>.lua")                              \
    F(7, CURRENCY, currency, MOON_REQUIRED, MOON_PLAIN, "of the amounts")                                    \
    F(8, MINOR, due, MOON_REQUIRED, MOON_PLAIN, "what was asked for: open, due, undisputed, unpromised")     \
    F(9, MINOR, fee, 0, MOON_PLAIN, "charged with this step")                                                \
    F(10, MINOR, interest, 0, MOON_PLAIN, "charged with this step: accrued less charged before")             \
    F(11, ID, message, 0, MOON_PLAIN, "letter that says so")                                                 \
    F(12, TEXT, rule, MOON_DETAIL, MOON_PLAIN, "rule file and line of the step")
MOON_STRUCT(moon_reminder, MOON_REMINDER_FIELDS)
extern const moon_type moon_reminder_type;

/* ---- outbox ---- */

#define MOON_MESSAGE_LINE_FIELDS(F)                                                                          \
    F(1, ID, document, MOON_REQUIRED, MOON_PLAIN, "id of the item's document")                               \
    F(2, TEXT, number, MOON_REQUIRED, MOON_PLAIN, "its number")                                              \
    F(3, DATE, date, MOON_REQUIRED, MOON_PLAIN, "its date")                                                  \
    F(4, DATE, due, MOON_REQUIRED, MOON_PLAIN, "its due date")                                               \
    F(5, INT, days, MOON_REQUIRED, MOON_PLAIN, "days past due; negative: not due yet")                       \
    F(6, MINOR, amount, MOON_REQUIRED, MOON_PLAIN, "its amount")                                             \
    F(7, MINOR, open, MOON_REQUIRED, MOON_PLAIN, "open of it")                                               \
    F(8, MINOR, disputed, 0, MOON_PLAIN, "contested of that")                                                \
    F(9, INT, step, 0, MOON_PLAIN, "step it is at; absent: listed only")                                     \
    F(10, MINOR, promised, 0, MOON_PLAIN, "promised of what is open")                                        \
    F(11, MINOR, asked, 0, MOON_PLAIN, "asked for with this message; absent: listed only")
MOON_STRUCT(moon_message_line, MOON_MESSAGE_LINE_FIELDS)
extern const moon_type moon_message_line_type;

enum { MOON_MESSAGE_QUEUED = 1, MOON_MESSAGE_WRITTEN };
extern const char *const moon_message_states[];
/* A message to a customer, written in the change that caused it and worked off later by `deliver`. */
#define MOON_MESSAGE_FIELDS(F)                                                                               \
    F(1, ID, id, MOON_REQUIRED, MOON_PLAIN, "account, cause and day, for example ACME/dunning/2026-12-05")   \
    F(2, ENUM, state, MOON_REQUIRED | MOON_MANAGED, moon_message_states, "queued, written")                  \
    F(3, TEXT, kind, MOON_REQUIRED, MOON_PLAIN, "letter")                                                    \
    F(4, ID, account, MOON_REQUIRED, MOON_PLAIN, "to whom")                                                  \
    F(5, DATE, account_from, MOON_DETAIL, MOON_PLAIN, "key of the account's version it is addressed by")     \
    F(6, INT, account_version, MOON_DETAIL, MOON_PLAIN, "see account_from")                                  \
    F(7, DATE, date, MOON_REQUIRED, MOON_PLAIN, "its date")                                                  \
    F(8, TEXT, layout, MOON_REQUIRED, MOON_PLAIN, "rules/layouts/<layout>.md")                               \
    F(9, INT, step, 0, MOON_PLAIN, "highest step of its items")                                              \
    F(10, CURRENCY, currency, MOON_REQUIRED, MOON_PLAIN, "of its amounts")                                   \
    F(11, LIST, lines, 0, moon_message_line_type, "the account's open items as of its date")                 \
    F(12, MINOR, due, MOON_REQUIRED, MOON_PLAIN, "what it asks for, fee and interest included")              \
    F(13, MINOR, fee, 0, MOON_PLAIN, "of that, the fee")                                                     \
    F(14, MINOR, interest, 0, MOON_PLAIN, "of that, interest")                                               \
    F(15, MINOR, unapplied, 0, MOON_PLAIN, "credit and cash of the account that settles nothing yet")        \
    F(16, TEXT, file, 0, MOON_PLAIN, "where deliver wrote it, below the book's folder")
MOON_STRUCT(moon_message, MOON_MESSAGE_FIELDS)
extern const moon_type moon_message_type;

#endif
