/* books/config: what book.lua says, and who acts on which day.              Floor 3.
 *
 * run/book.c fills these from book.lua; the books never read files and know no clock. */
#ifndef MOON_BOOKS_CONFIG_H
#define MOON_BOOKS_CONFIG_H

#include "books/records.h"
#include "store/store.h"

typedef struct moon_operator {
    moon_str user;  /* operating-system user */
    moon_str name;  /* as printed */
    moon_str roles; /* separated by spaces: prepare approve issue … */
} moon_operator;

typedef struct moon_config {
    moon_currency currency; /* base currency */
    moon_str zone, country, locale, plan;
    int64_t terms;                               /* days */
    moon_str invoice_series, credit_note_series; /* patterns with {year} and {number:5} */
    moon_tags chart;                             /* account numbers by role: receivables, revenue, tax, … */
    moon_tags chart_names;                       /* names by account number, for reports */
    const moon_operator *operators;              /* none: whoever runs the program is the sole operator */
    size_t operator_count;
    moon_tags plugins; /* name by name */
} moon_config;

/* Who does what on which day, under which rules. Every action of the books takes one. */
typedef struct moon_context {
    const moon_config *config;
    moon_str operator; /* operating-system user */
    moon_date today;
    moon_str time;     /* wall clock for the audit link, RFC 3339 in UTC; nothing is computed from it */
    moon_hash closure; /* rules in force (books/closure.h) */
    /* Adds to every change that is committed, in the same commit: how a schedule notes what it has done. May be
     * NULL. */
    moon_status (*rider)(void *rider_ctx, moon_change *change, moon_err *err);
    void *rider_ctx;
} moon_context;

/* Whether the operator is one of book.lua's, with `role` ("" for any). Without operators everybody is.
 * MOON_E_OPERATOR_UNKNOWN, MOON_E_ROLE. */
MOON_CHECK moon_status moon_operator_check(const moon_context *ctx, const char *role, moon_err *err);
/* True if nobody else could approve: no operators are named, or one. */
bool moon_operator_is_sole(const moon_context *ctx);
/* Whether the operator may approve what `prepared_by` made, where `who` has to: anyone, other, role:NAME. `id` begins
 * messages; `note` is to stand with the approval. MOON_E_APPROVAL, MOON_E_OPERATOR_UNKNOWN, MOON_E_ROLE. */
MOON_CHECK moon_status moon_may_approve(const moon_context *ctx, moon_str who, moon_str prepared_by,
                                        moon_str id, moon_str *note, moon_err *err);
/* The account of the chart for a role. MOON_E_CHART_MISSING. */
MOON_CHECK moon_status moon_chart_account(const moon_config *config, const char *role, moon_str *out,
                                          moon_err *err);

/* Commit a change with its audit note. `seq` as in moon_change_commit. */
MOON_CHECK moon_status moon_commit(moon_change *change, const moon_context *ctx, const char *action,
                                   moon_str subject, moon_str note, uint64_t *seq, moon_err *err);
/* The audit entry of a commit. MOON_E_NOT_FOUND, MOON_E_CHAIN_BROKEN. */
MOON_CHECK moon_status moon_audit_get(moon_change *change, uint64_t seq, moon_audit *out, moon_err *err);

#endif
