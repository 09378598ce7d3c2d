/* books/document: invoices and credit notes, from draft to issue.           Floor 3.
 *
 * A draft has no number. Issuing gives number, dates, ledger entry, receivable item and claim, all in one
 * change; from then on nothing of the document changes but its state. A mistake is corrected by a credit note,
 * or, where nothing has been settled, by voiding. */
#ifndef MOON_BOOKS_DOCUMENT_H
#define MOON_BOOKS_DOCUMENT_H

#include "books/config.h"

/* A document by number or by id. */
MOON_CHECK moon_status moon_document_find(moon_change *change, moon_str name, moon_document *out, bool *found,
                                          moon_err *err);
/* The n-th document for a source ("order/SO-1001"), from 1: its id is the source itself, then again2/ and the
 * source, again3/ …, each after the one before was voided. */
moon_str moon_document_nth_id(moon_arena *keep, moon_str source, int n);
/* The id of the document for a source that is not voided, or is to be made. */
MOON_CHECK moon_status moon_document_id(moon_change *change, moon_str source, moon_str *id, moon_err *err);

/* The arithmetic of a document: lines add up to net, taxes cover the lines by category and add up to tax, net +
 * tax = total, an invoice is not negative and a credit note not positive, dates and currency are there.
 * MOON_E_DOCUMENT_SUM naming what does not fit. */
MOON_CHECK moon_status moon_document_check(const moon_document *document, moon_err *err);

typedef enum moon_drafted { MOON_DRAFTED_NEW, MOON_DRAFTED_SAME, MOON_DRAFTED_CHANGED } moon_drafted;
/* Store a draft. One with the same id that differs is replaced and loses its approvals. MOON_E_CLAIMED if that
 * document is issued. */
MOON_CHECK moon_status moon_document_draft(moon_change *change, const moon_document *document,
                                           moon_drafted *drafted, moon_err *err);
/* Drop a draft or an approved document that was not issued. */
MOON_CHECK moon_status moon_document_discard(moon_change *change, const moon_document *document,
                                             moon_err *err);

/* Approve as the operator of `ctx`, by what the document's approval_rule asks for; `by_policy` when the rule
 * lets it through without anybody. MOON_E_APPROVAL saying who has to. Approving again does nothing. */
MOON_CHECK moon_status moon_document_approve(moon_change *change, const moon_context *ctx,
                                             moon_document *document, bool by_policy, moon_err *err);

/* Issue an approved document on ctx->today. Fills number, date, due and state. Applications are separate
 * (books/receivable.h). MOON_E_APPROVAL, MOON_E_CREDIT_EXCEEDS, MOON_E_STALE, MOON_E_CLAIMED, MOON_E_SERIES,
 * MOON_E_CHART_MISSING. */
MOON_CHECK moon_status moon_document_issue(moon_change *change, const moon_context *ctx,
                                           moon_document *document, moon_err *err);

/* What its account owes for it, in minor units: what is payable where that is not the total, because the buyer
 * withholds tax or the amount due is rounded to coins. */
int64_t moon_document_payable(const moon_document *document);

/* The amount of a line in the terms of its price, as it is credited and discounted: with tax where the price has
 * it. */
int64_t moon_line_value(const moon_line *line);

/* Whether issuing (and voiding) it makes a ledger entry: one whose every amount is zero makes none. */
bool moon_document_is_posted(const moon_document *document);

/* Void an issued document of which nothing was settled or credited: the posting is reversed, what it billed
 * (books/claim.h) is due again, its number stays. MOON_E_VOID_REFUSED. */
MOON_CHECK moon_status moon_document_void(moon_change *change, const moon_context *ctx,
                                          moon_document *document, moon_str reason, moon_err *err);

/* Credit notes, not void, that correct a document, drafts included, in `keep`. */
MOON_CHECK moon_status moon_document_credits(moon_change *change, moon_str document, moon_arena *keep,
                                             moon_document **out, size_t *count, moon_err *err);

#endif
