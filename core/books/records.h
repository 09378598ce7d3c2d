/* books/records: every type of record, described once.                      Floor 3.
 *
 * F(number, KIND, name, flags, of, doc): see store/record.h. The words are those of EN 16931 (business terms
 * BT-n), ISO 4217 and the glossary in README. Amounts are minor units of the record's currency; a credit note's
 * amounts are negative. */
#ifndef MOON_BOOKS_RECORDS_H
#define MOON_BOOKS_RECORDS_H

#include "store/record.h"

/* ---- who buys, what is sold, on which terms: versioned by the day from which a version holds ---- */

#define MOON_ACCOUNT_FIELDS(F)                                                                               \
    F(1, ID, id, MOON_REQUIRED, MOON_PLAIN, "the customer's number, as your other systems know it")          \
    F(2, DATE, from, MOON_REQUIRED, MOON_PLAIN, "first day on which this version holds")                     \
    F(3, INT, version, MOON_REQUIRED | MOON_MANAGED, MOON_PLAIN,                                             \
      "counts the versions of this account, from 1")                                                         \
    F(4, TEXT, name, MOON_PERSONAL, MOON_PLAIN, "name of the buyer (BT-44)")                                 \
    F(5, TEXT, attention, MOON_PERSONAL | MOON_DETAIL, MOON_PLAIN,                                           \
      "person or department the invoice goes to (BT-56)")                                                    \
    F(6, TEXT, street, MOON_PERSONAL | MOON_DETAIL, MOON_PLAIN, "address line (BT-50)")                      \
    F(7, TEXT, city, MOON_PERSONAL, MOON_PLAIN, "city (BT-52)")                                              \
    F(8, TEXT, postcode, MOON_PERSONAL | MOON_DETAIL, MOON_PLAIN, "post code (BT-53)")                       \
    F(9, TEXT, region, MOON_PERSONAL | MOON_DETAIL, MOON_PLAIN, "state, county or province (BT-54)")         \
    F(10, TEXT, email, MOON_PERSONAL | MOON_DETAIL, MOON_PLAIN, "where invoices are sent (BT-58)")           \
    F(11, TEXT, phone, MOON_PERSONAL | MOON_DETAIL, MOON_PLAIN, "telephone (BT-57)")                         \
    F(12, TEXT, tax_id, MOON_PERSONAL | MOON_PRICED, MOON_PLAIN,                                             \
      "VAT or other tax number of the buyer (BT-48)")                                                        \
    F(13, TEXT, country, MOON_PRICED, MOON_PLAIN, "ISO 3166-1 alpha-2 code of the country (BT-55)")          \
    F(14, CURRENCY, currency, MOON_PRICED, MOON_PLAIN, "currency of its invoices; the book's when absent")   \
    F(15, INT, terms, MOON_PRICED, MOON_PLAIN, "days from invoice date to due date; the book's when absent") \
    F(16, TEXT, plan, MOON_PRICED, MOON_PLAIN,                                                               \
      "pricing plan for its orders (rules/pricing/<plan>.lua); the book's when absent")                      \
    F(17, TEXT, locale, MOON_DETAIL, MOON_PLAIN,                                                             \
      "how dates and amounts are written to it, for example en-GB")                                          \
    F(18, TAGS, tags, MOON_PRICED, MOON_PLAIN, "anything rules should know: tags.nonprofit=yes")             \
    F(19, TAGS, coupons, MOON_PRICED | MOON_DETAIL, MOON_PLAIN,                                              \
      "coupons for all its agreements, by code with their first day: coupons.WELCOME=2026-01-15")
MOON_STRUCT(moon_account, MOON_ACCOUNT_FIELDS)
extern const moon_type moon_account_type;

#define MOON_PRODUCT_FIELDS(F)                                                                               \
    F(1, ID, id, MOON_REQUIRED, MOON_PLAIN, "article number (BT-155)")                                       \
    F(2, DATE, from, MOON_REQUIRED, MOON_PLAIN, "first day on which this version holds")                     \
    F(3, INT, version, MOON_REQUIRED | MOON_MANAGED, MOON_PLAIN,                                             \
      "counts the versions of this product, from 1")                                                         \
    F(4, TEXT, name, 0, MOON_PLAIN, "name as it stands on an invoice (BT-153)")                              \
    F(5, TEXT, unit, 0, MOON_PLAIN, "unit of measure, for example piece, hour, kWh (BT-130)")                \
    F(6, DECIMAL, price, MOON_PRICED, MOON_PLAIN, "list price of one unit before tax (BT-146)")              \
    F(7, CURRENCY, currency, MOON_PRICED, MOON_PLAIN, "currency of the list price; the book's when absent")  \
    F(8, TEXT, tax_category, MOON_PRICED, MOON_PLAIN,                                                        \
      "standard, reduced, zero … as rules/tax.lua names them")                                               \
    F(9, TEXT, revenue, MOON_PRICED, MOON_PLAIN,                                                             \
      "account of the chart its sales are posted to; the chart's revenue when absent")                       \
    F(10, TAGS, tags, MOON_PRICED, MOON_PLAIN, "anything rules should know")
MOON_STRUCT(moon_product, MOON_PRODUCT_FIELDS)
extern const moon_type moon_product_type;

/* How an agreement rests. STOP: no service, and its periods and its end move by the days of the pause. SKIP: no
 * service, its periods stay. The others go on with the service: KEEP makes drafts that wait for its end, VOID bills
 * nothing that falls due in it, UNCOLLECTIBLE issues and writes off. */
enum { MOON_PAUSE_STOP = 1, MOON_PAUSE_SKIP, MOON_PAUSE_KEEP, MOON_PAUSE_VOID, MOON_PAUSE_UNCOLLECTIBLE };
extern const char *const moon_pauses[];

#define MOON_AGREEMENT_FIELDS(F)                                                                             \
    F(1, ID, id, MOON_REQUIRED, MOON_PLAIN, "number of the agreement")                                       \
    F(2, DATE, from, MOON_REQUIRED, MOON_PLAIN, "first day on which this version holds")                     \
    F(3, INT, version, MOON_REQUIRED | MOON_MANAGED, MOON_PLAIN,                                             \
      "counts the versions of this agreement, from 1")                                                       \
    F(4, ID, account, MOON_REQUIRED, MOON_PLAIN, "the account it is with")                                   \
    F(5, TEXT, plan, MOON_PRICED, MOON_PLAIN,                                                                \
      "pricing plan (rules/pricing/<plan>.lua): of its periods, or of the account's orders")                 \
    F(6, INT, terms, MOON_PRICED, MOON_PLAIN, "days from invoice date to due date")                          \
    F(7, DATE, until, MOON_PRICED, MOON_PLAIN, "first day on which it no longer holds")                      \
    F(8, TEXT, reference, 0, MOON_PLAIN, "the buyer's number for it (BT-12)")                                \
    F(9, TAGS, tags, MOON_PRICED, MOON_PLAIN, "anything rules should know: tags.seats=12")                   \
    F(10, DATE, start, MOON_PRICED, MOON_PLAIN,                                                              \
      "first day of service; with it the agreement is billed by the periods of its plan")                    \
    F(11, DATE, anchor, MOON_PRICED | MOON_DETAIL, MOON_PLAIN,                                               \
      "day from which its periods are counted; its start, or as its plan says, when absent")                 \
    F(12, ENUM, pause, MOON_PRICED, moon_pauses,                                                             \
      "how it rests from this version on: stop, skip, keep, void, uncollectible; absent: it runs")           \
    F(13, TAGS, prices, MOON_PRICED | MOON_DETAIL, MOON_PLAIN,                                               \
      "prices of its own, by charge: prices.seats=8.00")                                                     \
    F(14, TAGS, coupons, MOON_PRICED | MOON_DETAIL, MOON_PLAIN,                                              \
      "coupons, by code with their first day: coupons.WELCOME=2026-01-15")                                   \
    F(15, TEXT, reason, MOON_DETAIL, MOON_PLAIN, "why this version was made")
MOON_STRUCT(moon_agreement, MOON_AGREEMENT_FIELDS)
extern const moon_type moon_agreement_type;

/* ---- orders ---- */

enum { MOON_ORDER_SALE = 1, MOON_ORDER_CANCELLATION };
extern const char *const moon_order_kinds[];
/* DUE waits for `bill`; BILLED has an issued document; HELD waits for a repair; NO_SALE is none, by its
 * mapping. */
enum { MOON_ORDER_DUE = 1, MOON_ORDER_BILLED, MOON_ORDER_HELD, MOON_ORDER_NO_SALE };
extern const char *const moon_order_states[];
enum { MOON_LINE_PRODUCT = 1, MOON_LINE_CHARGE, MOON_LINE_DISCOUNT };
extern const char *const moon_line_kinds[];

#define MOON_ORDER_LINE_FIELDS(F)                                                                            \
    F(1, INT, ordinal, MOON_REQUIRED, MOON_PLAIN,                                                            \
      "position in the order, from 1; with the order's id it identifies the line")                           \
    F(2, ENUM, kind, MOON_REQUIRED, moon_line_kinds, "product, charge or discount")                          \
    F(3, ID, product, 0, MOON_PLAIN, "article number")                                                       \
    F(4, TEXT, text, 0, MOON_PLAIN, "description as ordered")                                                \
    F(5, DECIMAL, quantity, MOON_REQUIRED, MOON_PLAIN, "ordered quantity; negative in a cancellation")       \
    F(6, DECIMAL, price, 0, MOON_PLAIN, "agreed price of one unit before tax; the product's when absent")    \
    F(7, TEXT, tax_category, 0, MOON_PLAIN, "the product's, or standard, when absent")                       \
    F(8, TEXT, unit, 0, MOON_PLAIN, "unit of measure")
MOON_STRUCT(moon_order_line, MOON_ORDER_LINE_FIELDS)
extern const moon_type moon_order_line_type;

#define MOON_ORDER_FIELDS(F)                                                                                 \
    F(1, ID, id, MOON_REQUIRED, MOON_PLAIN, "order number (BT-13)")                                          \
    F(2, ENUM, kind, MOON_REQUIRED, moon_order_kinds, "sale or cancellation")                                \
    F(3, ENUM, state, MOON_REQUIRED, moon_order_states, "due, billed, held, no_sale")                        \
    F(4, ID, account, 0, MOON_PLAIN, "who ordered; a held order may have none")                              \
    F(5, DATE, date, MOON_REQUIRED, MOON_PLAIN, "day of the order")                                          \
    F(6, CURRENCY, currency, MOON_REQUIRED, MOON_PLAIN, "currency of its prices")                            \
    F(7, DECIMAL, value, MOON_REQUIRED | MOON_MANAGED, MOON_PLAIN,                                           \
      "sum of quantity x price over its lines, before tax")                                                  \
    F(8, TEXT, reference, 0, MOON_PLAIN, "the buyer's own number for it (BT-10)")                            \
    F(9, ID, corrects, 0, MOON_PLAIN, "the order that a cancellation takes back, where it is known")         \
    F(10, TEXT, reason, 0, MOON_PLAIN, "why it is held or no sale")                                          \
    F(11, TEXT, code, MOON_DETAIL, MOON_PLAIN, "error code of that reason")                                  \
    F(12, TEXT, place, MOON_DETAIL, MOON_PLAIN, "file, line and column it came from")                        \
    F(13, LIST, lines, 0, moon_order_line_type, "its lines in the order of the file")                        \
    F(14, BYTES, raw, MOON_DETAIL | MOON_MANAGED, MOON_PLAIN,                                                \
      "rows as they were read, where they could not be taken")                                               \
    F(15, TAGS, tags, MOON_PRICED, MOON_PLAIN, "anything rules should know")
MOON_STRUCT(moon_order, MOON_ORDER_FIELDS)
extern const moon_type moon_order_type;

/* ---- invoices and credit notes ---- */

enum { MOON_DOCUMENT_INVOICE = 1, MOON_DOCUMENT_CREDIT_NOTE };
extern const char *const moon_document_kinds[];
enum { MOON_STATE_DRAFT = 1, MOON_STATE_APPROVED, MOON_STATE_ISSUED, MOON_STATE_VOID };
extern const char *const moon_document_states[];

#define MOON_LINE_FIELDS(F)                                                                                  \
    F(1, INT, ordinal, MOON_REQUIRED, MOON_PLAIN, "position on the document, from 1 (BT-126)")               \
    F(2, ENUM, kind, MOON_REQUIRED, moon_line_kinds, "product, charge or discount")                          \
    F(3, ID, product, 0, MOON_PLAIN, "article number (BT-155)")                                              \
    F(4, TEXT, text, 0, MOON_PLAIN, "description (BT-153)")                                                  \
    F(5, DECIMAL, quantity, 0, MOON_PLAIN, "invoiced quantity (BT-129)")                                     \
    F(6, TEXT, unit, 0, MOON_PLAIN, "unit of measure (BT-130)")                                              \
    F(7, DECIMAL, price, 0, MOON_PLAIN, "price of one unit before tax (BT-146)")                             \
    F(8, MINOR, amount, MOON_REQUIRED, MOON_PLAIN, "net amount of the line (BT-131)")                        \
    F(9, TEXT, tax_category, MOON_REQUIRED, MOON_PLAIN, "which rate of the tax rule applies")                \
    F(10, TEXT, revenue, 0, MOON_PLAIN, "account of the chart")                                              \
    F(11, DATE, start, 0, MOON_PLAIN, "first day of the service period (BT-134)")                            \
    F(12, DATE, stop, 0, MOON_PLAIN, "first day after the service period")                                   \
    F(13, INT, source_line, 0, MOON_PLAIN, "ordinal of the order line it bills")                             \
    F(14, INT, corrects_line, 0, MOON_PLAIN, "ordinal of the line of the corrected invoice")                 \
    F(15, TEXT, rule, MOON_DETAIL, MOON_PLAIN,                                                               \
      "rule file and line that made it, for example rules/pricing/orders.lua:9")                             \
    F(16, DECIMAL, tax_rate, 0, MOON_PLAIN, "percent of tax on it (BT-152)")                                 \
    F(17, ID, agreement, 0, MOON_PLAIN, "agreement whose period it bills")                                   \
    F(18, TEXT, claim, MOON_DETAIL, MOON_PLAIN,                                                              \
      "what of that period it claims: advance or arrears; with agreement and start it is billed once")       \
    F(19, ID, meter, 0, MOON_PLAIN, "meter whose usage is its quantity")                                     \
    F(20, ID, charge, 0, MOON_PLAIN, "charge of its plan that made it")                                      \
    F(21, DATE, period, MOON_DETAIL, MOON_PLAIN,                                                             \
      "first day of the agreement's period that it belongs to; its claim is on that period")                 \
    F(22, TEXT, share, MOON_DETAIL, MOON_PLAIN,                                                              \
      "part of the period that it bills, for example 20/30; absent: the whole")                              \
    F(23, MINOR, whole, MOON_DETAIL, MOON_PLAIN, "what the whole period comes to, where it bills a part")    \
    F(24, MINOR, discount, MOON_DETAIL, MOON_PLAIN,                                                          \
      "part of its document's discount lines that falls on it; negative")                                    \
    F(25, TEXT, cause, MOON_DETAIL, MOON_PLAIN,                                                              \
      "what changed after it was billed first, for example change of 2026-04-11")                            \
    F(26, ID, corrects, MOON_DETAIL, MOON_PLAIN,                                                             \
      "id of the document whose line it takes back a part of; with corrects_line")                           \
    F(27, TEXT, coupon, 0, MOON_PLAIN, "coupon or grant that a discount comes from")                         \
    F(28, MINOR, gross, MOON_DETAIL, MOON_PLAIN, "amount with tax, where prices include it")
MOON_STRUCT(moon_line, MOON_LINE_FIELDS)
extern const moon_type moon_line_type;

#define MOON_TAX_FIELDS(F)                                                                                   \
    F(1, TEXT, category, MOON_REQUIRED, MOON_PLAIN, "the lines' tax category")                               \
    F(2, DECIMAL, rate, MOON_REQUIRED, MOON_PLAIN, "percent (BT-119)")                                       \
    F(3, MINOR, net, MOON_REQUIRED, MOON_PLAIN, "taxable amount (BT-116)")                                   \
    F(4, MINOR, tax, MOON_REQUIRED, MOON_PLAIN, "tax amount (BT-117)")                                       \
    F(5, TEXT, code, 0, MOON_PLAIN,                                                                          \
      "UNCL 5305 code: S standard, Z zero, E exempt, AE reverse charge, K intra-community, G export, O "     \
      "outside scope (BT-118)")                                                                              \
    F(6, TEXT, reason, 0, MOON_PLAIN, "why no tax is charged; printed (BT-120)")                             \
    F(7, TEXT, rule, MOON_DETAIL, MOON_PLAIN, "rule file and line that answered")
MOON_STRUCT(moon_tax, MOON_TAX_FIELDS)
extern const moon_type moon_tax_type;

#define MOON_APPROVAL_FIELDS(F)                                                                              \
    F(1, TEXT, operator, MOON_REQUIRED, MOON_PLAIN, "who approved; \"policy\" when the rule let it through") \
    F(2, DATE, date, MOON_REQUIRED, MOON_PLAIN, "when")                                                      \
    F(3, TEXT, note, 0, MOON_PLAIN, "for example: sole operator, own draft")                                 \
    F(4, TEXT, rule, 0, MOON_PLAIN, "approval rule that asked for it, and its line")
MOON_STRUCT(moon_approval, MOON_APPROVAL_FIELDS)
extern const moon_type moon_approval_type;

/* What a rule read, so that it can be run again: which record in which version. */
#define MOON_INPUT_FIELDS(F)                                                                                 \
    F(1, TEXT, record, MOON_REQUIRED, MOON_PLAIN, "type and id, for example account/ACME")                   \
    F(2, INT, version, 0, MOON_PLAIN, "version of a versioned record; of usage: corrections, 0 when absent") \
    F(3, BYTES, content, 0, MOON_PLAIN, "hash of the record's content; absent: there was no such record")    \
    F(4, INT, count, 0, MOON_PLAIN, "number of events of an aggregate of usage")                             \
    F(5, DECIMAL, quantity, 0, MOON_PLAIN, "sum of that aggregate")                                          \
    F(6, DATE, day, 0, MOON_PLAIN, "of a versioned record the last day for which it was asked")              \
    F(7, ID, agreement, 0, MOON_PLAIN, "agreement for which usage was read")
MOON_STRUCT(moon_input, MOON_INPUT_FIELDS)
extern const moon_type moon_input_type;

#define MOON_DOCUMENT_FIELDS(F)                                                                              \
    F(1, ID, id, MOON_REQUIRED | MOON_MANAGED, MOON_PLAIN,                                                   \
      "derived from account, source and cause, the same whenever it is made")                                \
    F(2, ENUM, kind, MOON_REQUIRED, moon_document_kinds, "invoice or credit_note (BT-3)")                    \
    F(3, ENUM, state, MOON_REQUIRED | MOON_MANAGED, moon_document_states, "draft, approved, issued, void")   \
    F(4, TEXT, number, MOON_MANAGED, MOON_PLAIN, "given at issue, gapless by series (BT-1)")                 \
    F(5, ID, account, MOON_REQUIRED, MOON_PLAIN, "buyer")                                                    \
    F(6, DATE, account_from, MOON_REQUIRED | MOON_MANAGED | MOON_DETAIL, MOON_PLAIN,                         \
      "key of the account's version it was made with")                                                       \
    F(7, INT, account_version, MOON_REQUIRED | MOON_MANAGED | MOON_DETAIL, MOON_PLAIN, "see account_from")   \
    F(8, ID, order, 0, MOON_PLAIN, "order it bills (BT-13)")                                                 \
    F(9, TEXT, reference, 0, MOON_PLAIN, "the buyer's reference (BT-10)")                                    \
    F(10, TEXT, cause, MOON_REQUIRED | MOON_MANAGED | MOON_DETAIL, MOON_PLAIN,                               \
      "what it came from: order, or manual and a reference of the maker's")                                  \
    F(11, CURRENCY, currency, MOON_REQUIRED, MOON_PLAIN, "currency of every amount (BT-5)")                  \
    F(12, DATE, date, 0, MOON_PLAIN, "issue date (BT-2)")                                                    \
    F(13, DATE, tax_point, MOON_REQUIRED | MOON_DETAIL, MOON_PLAIN, "date whose tax rate applies (BT-7)")    \
    F(14, INT, terms, MOON_REQUIRED | MOON_DETAIL, MOON_PLAIN, "days from issue to due date")                \
    F(15, DATE, due, 0, MOON_PLAIN, "due date (BT-9)")                                                       \
    F(16, TEXT, plan, MOON_DETAIL, MOON_PLAIN, "pricing plan")                                               \
    F(17, ID, corrects, 0, MOON_PLAIN, "id of the invoice that a credit note corrects (BT-25)")              \
    F(18, TEXT, reason, 0, MOON_PLAIN, "why a credit note was made or a document voided")                    \
    F(19, LIST, lines, MOON_REQUIRED, moon_line_type, "its lines")                                           \
    F(20, LIST, taxes, MOON_REQUIRED, moon_tax_type, "tax by category and rate (BG-23)")                     \
    F(21, MINOR, net, MOON_REQUIRED, MOON_PLAIN, "sum of its lines (BT-106)")                                \
    F(22, MINOR, tax, MOON_REQUIRED, MOON_PLAIN, "sum of its taxes (BT-110)")                                \
    F(23, MINOR, total, MOON_REQUIRED, MOON_PLAIN, "net + tax (BT-112)")                                     \
    F(24, DECIMAL, rate, MOON_DETAIL, MOON_PLAIN,                                                            \
      "base currency per unit of its currency at the tax point; absent in the base currency")                \
    F(25, TEXT, rounding, MOON_REQUIRED | MOON_DETAIL, MOON_PLAIN,                                           \
      "how tax was rounded, for example half_up per document")                                               \
    F(26, LIST, approvals, MOON_MANAGED, moon_approval_type, "who approved")                                 \
    F(27, TEXT, prepared_by, MOON_REQUIRED | MOON_MANAGED | MOON_DETAIL, MOON_PLAIN,                         \
      "operator who made the draft")                                                                         \
    F(28, HASH, closure, MOON_REQUIRED | MOON_MANAGED | MOON_DETAIL, MOON_PLAIN,                             \
      "rules in force when it was made, by content")                                                         \
    F(29, LIST, inputs, MOON_MANAGED | MOON_DETAIL, moon_input_type, "records that its rules read")          \
    F(30, TEXT, approval_rule, MOON_MANAGED | MOON_DETAIL, MOON_PLAIN,                                       \
      "who has to approve it, by rules/approvals.lua: nobody, anyone, other, or a role")                     \
    F(31, TEXT, note, MOON_DETAIL, MOON_PLAIN, "printed below the lines (BT-22)")                            \
    F(32, MINOR, rounded, MOON_DETAIL, MOON_PLAIN,                                                           \
      "what cash rounding adds to the total (BT-114); absent: nothing")                                      \
    F(33, MINOR, withheld, MOON_DETAIL, MOON_PLAIN,                                                          \
      "tax that the buyer withholds and pays to the authority itself; absent: none")                         \
    F(34, TEXT, withheld_reason, MOON_DETAIL, MOON_PLAIN, "why, as it is printed")                           \
    F(35, MINOR, payable, MOON_DETAIL, MOON_PLAIN,                                                           \
      "what the account owes: total + rounded - withheld (BT-115); absent: the total")
MOON_STRUCT(moon_document, MOON_DOCUMENT_FIELDS)
extern const moon_type moon_document_type;

/* Nothing is billed twice: written with the document's issue, freed by its voiding. */
#define MOON_CLAIM_FIELDS(F)                                                                                 \
    F(1, TEXT, source, MOON_REQUIRED, MOON_PLAIN, "for example order/SO-1001, agreement/A-7")                \
    F(2, INT, line, MOON_REQUIRED, MOON_PLAIN, "line of the source, 0 for the whole")                        \
    F(3, DATE, start, MOON_REQUIRED, MOON_PLAIN, "first day of the period billed")                           \
    F(4, TEXT, cause, MOON_REQUIRED, MOON_PLAIN, "why: order, advance, arrears+1 …")                         \
    F(5, ID, document, MOON_REQUIRED, MOON_PLAIN, "document that bills it")                                  \
    F(6, INT, version, MOON_DETAIL, MOON_PLAIN, "newest version of the agreement when it was billed")        \
    F(7, DATE, stop, MOON_DETAIL, MOON_PLAIN, "day after the last one billed of the period")
MOON_STRUCT(moon_claim, MOON_CLAIM_FIELDS)
extern const moon_type moon_claim_type;

/* ---- receivables ---- */

/* What adds to an account's balance: the first two are those of moon_document_kinds. */
enum {
    MOON_ITEM_INVOICE = 1,
    MOON_ITEM_CREDIT_NOTE,
    MOON_ITEM_PAYMENT,
    MOON_ITEM_REFUND,
    MOON_ITEM_RETURN,
    MOON_ITEM_WRITE_OFF,
    MOON_ITEM_RECOVERY,
    MOON_ITEM_DIFFERENCE,
    MOON_ITEM_OPENING,
    MOON_ITEM_TRANSFER,
    MOON_ITEM_BREAKAGE
};
extern const char *const moon_item_kinds[];
/* Two control accounts: what is owed, and cash that settles nothing yet. Receipts, their refunds and returns
 * stand on the second. */
enum { MOON_CONTROL_RECEIVABLES = 1, MOON_CONTROL_UNAPPLIED };
extern const char *const moon_controls[]; /* names of roles in the chart */

enum { MOON_PAYMENT_RECEIPT = 1, MOON_PAYMENT_REFUND, MOON_PAYMENT_RETURN };
extern const char *const moon_payment_kinds[];
/* A refund is PROPOSED until somebody approves it; everything else is POSTED when it is put. */
enum { MOON_PAYMENT_PROPOSED = 1, MOON_PAYMENT_POSTED, MOON_PAYMENT_REFUSED };
extern const char *const moon_payment_states[];

/* Cash that moved: received, paid back, or taken back by the bank. */
#define MOON_PAYMENT_FIELDS(F)                                                                               \
    F(1, ID, id, MOON_REQUIRED, MOON_PLAIN, "the bank's id of it, or one given by hand")                     \
    F(2, ENUM, kind, MOON_REQUIRED, moon_payment_kinds, "receipt, refund, return")                           \
    F(3, ENUM, state, MOON_REQUIRED | MOON_MANAGED, moon_payment_states, "proposed, posted, refused")        \
    F(4, ID, account, MOON_REQUIRED, MOON_PLAIN, "whose; \"unidentified\" until it is known")                \
    F(5, CURRENCY, currency, MOON_REQUIRED, MOON_PLAIN, "of amount")                                         \
    F(6, MINOR, amount, MOON_REQUIRED, MOON_PLAIN, "how much moved; positive")                               \
    F(7, DATE, date, MOON_REQUIRED, MOON_PLAIN, "value date: from then on it counts")                        \
    F(8, DATE, booked, MOON_REQUIRED | MOON_MANAGED, MOON_PLAIN, "booking date")                             \
    F(9, DATE, stated, MOON_DETAIL | MOON_MANAGED, MOON_PLAIN,                                               \
      "value date as the bank stated it, where that was in a closed period")                                 \
    F(10, ID, settles, 0, MOON_PLAIN, "payment or credit note that a refund or return takes back")           \
    F(11, TEXT, method, 0, MOON_PLAIN, "transfer, card, cash …")                                             \
    F(12, TEXT, payer, MOON_PERSONAL | MOON_DETAIL, MOON_PLAIN, "who paid, as the bank names it")            \
    F(13, TEXT, remittance, MOON_PERSONAL, MOON_PLAIN, "what the payer wrote")                               \
    F(14, DECIMAL, rate, MOON_DETAIL, MOON_PLAIN,                                                            \
      "base currency per unit of its currency; absent in the base currency")                                 \
    F(15, TEXT, reason, 0, MOON_PLAIN, "why it was refunded or returned")                                    \
    F(16, LIST, approvals, MOON_MANAGED, moon_approval_type, "who approved a refund")                        \
    F(17, TEXT, approval_rule, MOON_MANAGED | MOON_DETAIL, MOON_PLAIN,                                       \
      "who has to: anyone, other, or a role")                                                                \
    F(18, TEXT, prepared_by, MOON_REQUIRED | MOON_MANAGED | MOON_DETAIL, MOON_PLAIN,                         \
      "operator who put it in")                                                                              \
    F(19, TEXT, cash, MOON_DETAIL, MOON_PLAIN,                                                               \
      "account of the chart it moved on; the chart's cash when absent")                                      \
    F(20, TAGS, tags, 0, MOON_PLAIN, "anything rules should know")                                           \
    F(21, BOOL, prepaid, 0, MOON_PLAIN, "paid in advance: settles invoices by itself when they are issued")  \
    F(22, INT, priority, MOON_DETAIL, MOON_PLAIN, "of prepaid ones the lowest is used first; 0 when absent") \
    F(23, DATE, expires, 0, MOON_PLAIN, "of prepaid ones the last day on which it can be used")
MOON_STRUCT(moon_payment, MOON_PAYMENT_FIELDS)
extern const moon_type moon_payment_type;

/* Kinds of adjustment are kinds of item without documents and payments. */
enum {
    MOON_ADJUST_WRITE_OFF = 1,
    MOON_ADJUST_RECOVERY,
    MOON_ADJUST_DIFFERENCE,
    MOON_ADJUST_OPENING,
    MOON_ADJUST_TRANSFER,
    MOON_ADJUST_BREAKAGE
};
extern const char *const moon_adjustment_kinds[];

/* What changes an account's balance without a document and without cash: a write-off and its recovery, a small
 * difference of a payment, an item of the system before this book, cash moved to the account it belongs to, prepaid
 * money that expired. */
#define MOON_ADJUSTMENT_FIELDS(F)                                                                            \
    F(1, ID, id, MOON_REQUIRED, MOON_PLAIN, "derived from what it is about")                                 \
    F(2, ENUM, kind, MOON_REQUIRED, moon_adjustment_kinds,                                                   \
      "write_off, recovery, difference, opening, transfer, breakage")                                        \
    F(3, ID, account, MOON_REQUIRED, MOON_PLAIN, "whose balance")                                            \
    F(4, CURRENCY, currency, MOON_REQUIRED, MOON_PLAIN, "of amount")                                         \
    F(5, MINOR, amount, MOON_REQUIRED, MOON_PLAIN, "what the account owes more; negative: less")             \
    F(6, DATE, date, MOON_REQUIRED, MOON_PLAIN, "value date")                                                \
    F(7, DATE, booked, MOON_REQUIRED | MOON_MANAGED, MOON_PLAIN, "booking date")                             \
    F(8, DATE, due, 0, MOON_PLAIN, "due date of an opening item")                                            \
    F(9, TEXT, number, 0, MOON_PLAIN, "number of an opening item in the system before this book")            \
    F(10, ID, settles, 0, MOON_PLAIN, "item that it is about: the invoice written off, the payment moved")   \
    F(11, ENUM, control, MOON_REQUIRED, moon_controls, "control account that it changes")                    \
    F(12, TEXT, against, MOON_REQUIRED, MOON_PLAIN, "account of the chart on the other side")                \
    F(13, DECIMAL, rate, MOON_DETAIL, MOON_PLAIN, "as in a payment")                                         \
    F(14, TEXT, reason, 0, MOON_PLAIN, "why")                                                                \
    F(15, TEXT, prepared_by, MOON_REQUIRED | MOON_MANAGED | MOON_DETAIL, MOON_PLAIN, "operator who made it")
MOON_STRUCT(moon_adjustment, MOON_ADJUSTMENT_FIELDS)
extern const moon_type moon_adjustment_type;

#define MOON_APPLICATION_FIELDS(F)                                                                           \
    F(1, ID, account, MOON_REQUIRED, MOON_PLAIN, "whose")                                                    \
    F(2, ID, source, MOON_REQUIRED, MOON_PLAIN, "item that settles: credit note, payment, write-off …")      \
    F(3, ID, target, MOON_REQUIRED, MOON_PLAIN, "item that is settled: invoice, refund, return …")           \
    F(4, INT, ordinal, MOON_REQUIRED, MOON_PLAIN, "counts the applications of this pair, from 1")            \
    F(5, CURRENCY, currency, MOON_REQUIRED, MOON_PLAIN, "of both")                                           \
    F(6, MINOR, amount, MOON_REQUIRED, MOON_PLAIN, "positive: applied; negative: taken back")                \
    F(7, DATE, date, MOON_REQUIRED, MOON_PLAIN, "value date: from then on it counts")                        \
    F(8, DATE, booked, MOON_REQUIRED, MOON_PLAIN, "booking date")                                            \
    F(9, TEXT, rule, 0, MOON_PLAIN, "order of application, and rule line")
MOON_STRUCT(moon_application, MOON_APPLICATION_FIELDS)
extern const moon_type moon_application_type;

/* One open or settled item of the receivables sub-ledger: a cached answer from a document and its applications. */
#define MOON_ITEM_FIELDS(F)                                                                                  \
    F(1, ID, account, MOON_REQUIRED, MOON_PLAIN, "whose")                                                    \
    F(2, ID, document, MOON_REQUIRED, MOON_PLAIN, "id of the document, payment or adjustment")               \
    F(3, TEXT, number, MOON_REQUIRED, MOON_PLAIN, "its number, as people know it")                           \
    F(4, ENUM, kind, MOON_REQUIRED, moon_item_kinds, "invoice, credit_note, payment, refund, …")             \
    F(5, CURRENCY, currency, MOON_REQUIRED, MOON_PLAIN, "of the amounts")                                    \
    F(6, DATE, date, MOON_REQUIRED, MOON_PLAIN, "value date")                                                \
    F(7, DATE, due, MOON_REQUIRED, MOON_PLAIN, "due date")                                                   \
    F(8, MINOR, amount, MOON_REQUIRED, MOON_PLAIN, "owed at first; negative for a credit")                   \
    F(9, MINOR, open, MOON_REQUIRED, MOON_PLAIN, "owed still, all applications counted")                     \
    F(10, DATE, closed, 0, MOON_PLAIN, "value date on which it came to zero")                                \
    F(11, DATE, voided, 0, MOON_PLAIN, "day on which its document was voided")                               \
    F(12, DECIMAL, rate, 0, MOON_PLAIN, "exchange rate of its document")                                     \
    F(13, INT, base, 0, MOON_PLAIN, "its amount in the book's currency as posted; absent: the same amount")  \
    F(14, DATE, booked, 0, MOON_PLAIN, "booking date; the value date when absent")                           \
    F(15, ENUM, control, 0, moon_controls, "control account it stands on; receivables when absent")
MOON_STRUCT(moon_item, MOON_ITEM_FIELDS)
extern const moon_type moon_item_type;

/* ---- ledger ---- */

#define MOON_ENTRY_LINE_FIELDS(F)                                                                            \
    F(1, TEXT, account, MOON_REQUIRED, MOON_PLAIN, "account of the chart")                                   \
    F(2, ID, party, 0, MOON_PLAIN, "billing account, on lines of a control account")                         \
    F(3, CURRENCY, currency, MOON_REQUIRED, MOON_PLAIN, "of amount")                                         \
    F(4, MINOR, amount, MOON_REQUIRED, MOON_PLAIN, "debit positive, credit negative")                        \
    F(5, INT, base, MOON_REQUIRED, MOON_PLAIN, "the same in minor units of the book's currency")
MOON_STRUCT(moon_entry_line, MOON_ENTRY_LINE_FIELDS)
extern const moon_type moon_entry_line_type;

#define MOON_ENTRY_FIELDS(F)                                                                                 \
    F(1, ID, id, MOON_REQUIRED, MOON_PLAIN, "cause and document, for example issue/INV-2026-00001")          \
    F(2, DATE, date, MOON_REQUIRED, MOON_PLAIN, "value date")                                                \
    F(3, DATE, booked, MOON_REQUIRED, MOON_PLAIN, "booking date")                                            \
    F(4, TEXT, text, 0, MOON_PLAIN, "what happened")                                                         \
    F(5, ID, document, 0, MOON_PLAIN, "id of the document it posts")                                         \
    F(6, LIST, lines, MOON_REQUIRED, moon_entry_line_type, "balanced in each currency and in base")
MOON_STRUCT(moon_entry, MOON_ENTRY_FIELDS)
extern const moon_type moon_entry_type;

/* Sum of the ledger by account of the chart, currency and day: a cached answer. */
#define MOON_BALANCE_FIELDS(F)                                                                               \
    F(1, TEXT, account, MOON_REQUIRED, MOON_PLAIN, "account of the chart")                                   \
    F(2, CURRENCY, currency, MOON_REQUIRED, MOON_PLAIN, "of amount")                                         \
    F(3, DATE, date, MOON_REQUIRED, MOON_PLAIN, "value date")                                                \
    F(4, MINOR, amount, MOON_REQUIRED, MOON_PLAIN, "moved on that day, debit positive")                      \
    F(5, INT, base, MOON_REQUIRED, MOON_PLAIN, "the same in the book's currency")
MOON_STRUCT(moon_balance, MOON_BALANCE_FIELDS)
extern const moon_type moon_balance_type;

#define MOON_SERIES_FIELDS(F)                                                                                \
    F(1, TEXT, kind, MOON_REQUIRED, MOON_PLAIN, "invoice or credit_note")                                    \
    F(2, INT, year, MOON_REQUIRED, MOON_PLAIN, "year of the issue date")                                     \
    F(3, INT, last, MOON_REQUIRED, MOON_PLAIN, "last number given")                                          \
    F(4, DATE, date, MOON_REQUIRED, MOON_PLAIN, "issue date of that number; none may be earlier")            \
    F(5, TEXT, pattern, MOON_REQUIRED, MOON_PLAIN, "how its numbers are written; fixed with its first number")
MOON_STRUCT(moon_series, MOON_SERIES_FIELDS)
extern const moon_type moon_series_type;

/* Numbers that a restore left without their documents: given before, and not given again. */
#define MOON_GAP_FIELDS(F)                                                                                   \
    F(1, TEXT, kind, MOON_REQUIRED, MOON_PLAIN, "series: invoice or credit_note")                            \
    F(2, INT, year, MOON_REQUIRED, MOON_PLAIN, "its year")                                                   \
    F(3, INT, first, MOON_REQUIRED, MOON_PLAIN, "first number without a document here")                      \
    F(4, INT, last, MOON_REQUIRED, MOON_PLAIN, "last one")                                                   \
    F(5, TEXT, reason, MOON_REQUIRED, MOON_PLAIN, "why: a restore, or numbers of the system before this book")
MOON_STRUCT(moon_gap, MOON_GAP_FIELDS)
extern const moon_type moon_gap_type;

/* One closing or reopening of the books, in their order. The last one says through which day they are closed. */
#define MOON_CLOSING_FIELDS(F)                                                                               \
    F(1, INT, ordinal, MOON_REQUIRED, MOON_PLAIN, "counts closings and reopenings, from 1")                  \
    F(2, DATE, through, 0, MOON_PLAIN, "last day of what is closed from then on; absent: nothing is")        \
    F(3, BOOL, reopens, 0, MOON_PLAIN, "whether it opened again what was closed")                            \
    F(4, DATE, booked, MOON_REQUIRED, MOON_PLAIN, "day on which it was done")                                \
    F(5, TEXT, operator, MOON_REQUIRED, MOON_PLAIN, "by whom")                                               \
    F(6, TEXT, reason, 0, MOON_PLAIN, "why it was reopened")
MOON_STRUCT(moon_closing, MOON_CLOSING_FIELDS)
extern const moon_type moon_closing_type;

/* ---- schedules ---- */

enum { MOON_OCCURRENCE_DONE = 1, MOON_OCCURRENCE_FAILED, MOON_OCCURRENCE_BEGUN, MOON_OCCURRENCE_WORKING };
extern const char *const moon_occurrence_states[];
/* One time that a schedule was due, and what came of it; or the time from which a schedule without first day runs. */
#define MOON_OCCURRENCE_FIELDS(F)                                                                            \
    F(1, TEXT, schedule, MOON_REQUIRED, MOON_PLAIN, "name in rules/schedules.lua")                           \
    F(2, DATE, date, MOON_REQUIRED, MOON_PLAIN, "its day in the book's zone")                                \
    F(3, TEXT, time, MOON_REQUIRED, MOON_PLAIN,                                                              \
      "its time of that day, for example 18:00; begun: with seconds")                                        \
    F(4, ENUM, state, MOON_REQUIRED, moon_occurrence_states,                                                 \
      "done, failed, begun; working: cut off, some of it is done")                                           \
    F(5, TEXT, result, 0, MOON_PLAIN, "what was done, in a line; or the error")                              \
    F(6, TEXT, files, MOON_DETAIL, MOON_PLAIN, "files it wrote, below the book's folder")                    \
    F(7, TEXT, steps, MOON_DETAIL, MOON_PLAIN, "actions of it that are done, until all of it is")
MOON_STRUCT(moon_occurrence, MOON_OCCURRENCE_FIELDS)
extern const moon_type moon_occurrence_type;

/* ---- rules by content, the book itself, work left over ---- */

#define MOON_SOURCE_FIELDS(F)                                                                                \
    F(1, TEXT, path, MOON_REQUIRED, MOON_PLAIN, "for example rules/tax.lua")                                 \
    F(2, HASH, content, MOON_REQUIRED, MOON_PLAIN, "BLAKE2b-256 of its bytes")
MOON_STRUCT(moon_source, MOON_SOURCE_FIELDS)
extern const moon_type moon_source_type;

#define MOON_CLOSURE_FIELDS(F)                                                                               \
    F(1, HASH, id, MOON_REQUIRED, MOON_PLAIN, "hash over its sources")                                       \
    F(2, LIST, sources, MOON_REQUIRED, moon_source_type, "files, sorted by path")                            \
    F(3, INT, engine, MOON_REQUIRED, MOON_PLAIN, "number of the primitives' meaning")
MOON_STRUCT(moon_closure, MOON_CLOSURE_FIELDS)
extern const moon_type moon_closure_type;

#define MOON_BLOB_FIELDS(F)                                                                                  \
    F(1, HASH, id, MOON_REQUIRED, MOON_PLAIN, "hash of its bytes")                                           \
    F(2, BYTES, bytes, 0, MOON_PLAIN, "a file's content")
MOON_STRUCT(moon_blob, MOON_BLOB_FIELDS)
extern const moon_type moon_blob_type;

#define MOON_PARKED_FIELDS(F)                                                                                \
    F(1, TEXT, work, MOON_REQUIRED, MOON_PLAIN, "what could not be done: import, bill, pay, dun, usage")     \
    F(2, ID, id, MOON_REQUIRED, MOON_PLAIN, "the order, account or row it is about")                         \
    F(3, ID, account, 0, MOON_PLAIN, "whose")                                                                \
    F(4, TEXT, code, MOON_REQUIRED, MOON_PLAIN, "error code")                                                \
    F(5, TEXT, reason, MOON_REQUIRED, MOON_PLAIN, "what was found")                                          \
    F(6, TEXT, hint, MOON_DETAIL, MOON_PLAIN, "what to do")                                                  \
    F(7, TEXT, place, 0, MOON_PLAIN, "file and line, of the input or of the rule")                           \
    F(8, INT, lines, 0, MOON_PLAIN, "how many lines it has")                                                 \
    F(9, DECIMAL, amount, 0, MOON_PLAIN, "its value before tax")                                             \
    F(10, CURRENCY, currency, 0, MOON_PLAIN, "of amount")                                                    \
    F(11, DATE, since, MOON_REQUIRED, MOON_PLAIN, "the day on which it was first parked")
MOON_STRUCT(moon_parked, MOON_PARKED_FIELDS)
extern const moon_type moon_parked_type;

/* Carries the sequence of an account's last change, so that a run checks a whole account with one look-up. */
#define MOON_TOUCH_FIELDS(F)                                                                                 \
    F(1, ID, account, MOON_REQUIRED, MOON_PLAIN, "the account that was changed")                             \
    F(2, INT, count, MOON_REQUIRED, MOON_PLAIN, "how often it was changed")
MOON_STRUCT(moon_touch, MOON_TOUCH_FIELDS)
extern const moon_type moon_touch_type;

/* The one record about the book: what may not change after the first posting. */
#define MOON_BOOK_FIELDS(F)                                                                                  \
    F(1, INT, format, MOON_REQUIRED, MOON_PLAIN, "version of the store's layout")                            \
    F(2, CURRENCY, currency, MOON_REQUIRED, MOON_PLAIN, "base currency")                                     \
    F(3, TEXT, zone, MOON_REQUIRED, MOON_PLAIN, "time zone of the book's days")
MOON_STRUCT(moon_book_facts, MOON_BOOK_FIELDS)
extern const moon_type moon_book_facts_type;

/* What a commit did, beside its writes: one per link of the audit chain. */
#define MOON_AUDIT_FIELDS(F)                                                                                 \
    F(1, INT, seq, MOON_REQUIRED, MOON_PLAIN, "sequence of the commit")                                      \
    F(2, TEXT, action, MOON_REQUIRED, MOON_PLAIN, "verb, for example issue")                                 \
    F(3, TEXT, subject, 0, MOON_PLAIN, "what it was done to")                                                \
    F(4, TEXT, operator, MOON_REQUIRED, MOON_PLAIN, "operating-system user, as book.lua names them")         \
    F(5, TEXT, time, MOON_REQUIRED, MOON_PLAIN, "wall clock in UTC, an annotation")                          \
    F(6, DATE, today, MOON_REQUIRED, MOON_PLAIN, "the day the command was told")                             \
    F(7, HASH, closure, 0, MOON_PLAIN, "rules used")                                                         \
    F(8, INT, records, 0, MOON_PLAIN, "records written")                                                     \
    F(9, TEXT, note, 0, MOON_PLAIN, "reason given")
MOON_STRUCT(moon_audit, MOON_AUDIT_FIELDS)
extern const moon_type moon_audit_type;

#include "books/records_dunning.h"
#include "books/records_usage.h"

/* All types that are stored under keys of their own, ended by NULL, in the order of their numbers. */
extern const moon_type *const moon_types[];
/* By singular or plural name, spaces or hyphens ("credit-notes" is not one: documents have kinds). NULL if
 * there is none. */
const moon_type *moon_type_by_name(moon_str name);

#endif
