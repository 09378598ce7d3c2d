/* run/issue: approval and issue of drafts, voiding.                          Floor 5. */
#ifndef MOON_RUN_ISSUE_H
#define MOON_RUN_ISSUE_H

#include "books/document.h"
#include "run/book.h"

typedef struct moon_issue_report {
    uint64_t done, same;  /* documents */
    uint64_t waiting;     /* credit notes whose invoice is not issued yet */
    uint64_t kept;        /* drafts of agreements in a pause that keeps them */
    uint64_t written_off; /* of those done: invoices of agreements that are uncollectible */
    uint64_t refused;     /* documents; issuing: accounts, whose documents stay as they are */
    struct moon_issue_sum {
        moon_currency currency;
        uint64_t count[2];                    /* invoices, credit notes */
        moon_int128 net[2], tax[2], total[2]; /* minor units; more than any number of documents comes to */
    } * sums;
    size_t sum_count;
} moon_issue_report;

typedef struct moon_issue_options {
    const moon_str *names; /* numbers or ids; none: all that are drafts (approve), or approved (issue) */
    size_t name_count;
    bool dry_run;
    bool by_policy; /* approve: only what rules/approvals.lua lets through without anybody */
    void *ctx;
    void (*done)(void *ctx, const moon_document *document);  /* may be NULL */
    void (*refunded)(void *ctx, const moon_payment *refund); /* approve: paid back; may be NULL */
    void (*kept)(void *ctx, const moon_document *document, moon_str agreement); /* may be NULL */
    void (*refused)(void *ctx, moon_str name, const moon_err *why);             /* may be NULL */
    void (*progress)(void *ctx, size_t done, size_t total);                     /* may be NULL */
} moon_issue_options;

/* Approve drafts and proposed refunds as the operator; a refund is posted with it. What has to be approved by
 * somebody else is refused and stays. */
MOON_CHECK moon_status moon_run_approve(moon_book *book, const moon_issue_options *options, moon_arena *keep,
                                        moon_issue_report *report, moon_err *err);
/* Issue on ctx.today, account by account: number, ledger, claim, item, and the application of credits, in one
 * commit. What agreements in a pause keep stays (books/pause.h); what is uncollectible is written off with it. */
MOON_CHECK moon_status moon_run_issue(moon_book *book, const moon_issue_options *options, moon_arena *keep,
                                      moon_issue_report *report, moon_err *err);
/* Void issued documents, with a reason. */
MOON_CHECK moon_status moon_run_void(moon_book *book, const moon_issue_options *options, moon_str reason,
                                     moon_arena *keep, moon_issue_report *report, moon_err *err);

#endif
