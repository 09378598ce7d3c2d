/* run/expire: prepaid money that has expired, account by account.            Floor 5. */
#ifndef MOON_RUN_EXPIRE_H
#define MOON_RUN_EXPIRE_H

#include "run/book.h"

/* What was left of a payment when it expired. Texts live as long as the callback. */
typedef struct moon_expired {
    moon_str account, payment, id; /* id: of the breakage */
    moon_currency currency;
    int64_t amount;
    moon_date expires; /* its last day */
} moon_expired;

typedef struct moon_expire_options {
    const moon_str *accounts; /* these only; none: all */
    size_t account_count;
    moon_str reason; /* of a dry run it may be "" */
    bool dry_run;
    void *ctx;
    void (*expired)(void *ctx, const moon_expired *one);               /* may be NULL */
    void (*refused)(void *ctx, moon_str account, const moon_err *why); /* may be NULL */
} moon_expire_options;

typedef struct moon_expire_report {
    uint64_t expired, refused; /* payments; accounts */
} moon_expire_report;

/* Move what is left of prepaid money whose last day is before ctx->today to the chart's breakage. */
MOON_CHECK moon_status moon_run_expire(moon_book *book, const moon_expire_options *options, moon_arena *keep,
                                       moon_expire_report *report, moon_err *err);

#endif
