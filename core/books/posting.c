#include "books/posting.h"

#include <stdlib.h>

#include "books/billed.h"
#include "books/closing.h"
#include "books/ledger.h"
#include "store/table.h"

/* A share of a line that is earned later. */
typedef struct share {
    moon_date date;
    moon_str revenue;
    int64_t amount; /* as on the line */
} share;

/* What is released to one account of the chart, while the releases are posted in the order of their days. */
typedef struct flow {
    moon_str revenue;
    int64_t deferred, base; /* all of it, in the document's currency and in base */
    int64_t released, released_base;
} flow;

typedef struct posting {
    moon_change *change;
    const moon_context *ctx;
    const moon_document *document;
    moon_str receivables, revenue, tax, deferred;
    moon_entry entry;
    moon_entry_line *lines;
    share *shares;
    size_t share_count, share_room;
    flow *flows; /* one per account with something deferred */
    size_t flow_count;
    moon_bills bills; /* whose lines are taken back */
} posting;

static moon_status add(int64_t *sum, int64_t amount, moon_err *err) {
    return moon_minor_add(sum, amount, "a sum of the document", err);
}

/* Minor units of the base currency for an amount of the document's. Half-up; the receivables line takes what
 * rounding leaves. */
static moon_status to_base(const posting *p, int64_t amount, int64_t *base, moon_err *err) {
    char what[160];
    snprintf(what, sizeof what, "%.*s", MOON_STR_ARG(p->document->id));
    return moon_to_base(p->ctx->config, (moon_money){amount, p->document->currency}, p->document->rate, what,
                        base, err);
}

/* ---- entries ---- */

static void begin_entry(posting *p, const char *cause, moon_date date, size_t lines) {
    moon_arena *keep = moon_change_arena(p->change);
    char day[MOON_DATE_TEXT];
    moon_str number = p->document->number;
    bool release = cause[0] == 'r';
    moon_date_format(date, day);
    moon_record_init(&moon_entry_type, &p->entry);
    p->lines = MOON_NEW_N(keep, moon_entry_line, lines);
    p->entry.id = release ? moon_arena_printf(keep, "%s/%.*s/%s", cause, MOON_STR_ARG(number), day)
                          : moon_arena_printf(keep, "%s/%.*s", cause, MOON_STR_ARG(number));
    p->entry.text = moon_arena_printf(keep, "%s %.*s", cause, MOON_STR_ARG(number));
    p->entry.date = date;
    p->entry.booked = p->ctx->today;
    p->entry.document = p->document->id;
}

static moon_entry_line *line_of(posting *p, moon_str account) {
    for (size_t i = 0; i < p->entry.lines.count; i++)
        if (moon_str_eq(p->lines[i].account, account)) return &p->lines[i];
    moon_entry_line *line = &p->lines[p->entry.lines.count++];
    moon_record_init(&moon_entry_line_type, line);
    line->account = account;
    line->currency = p->document->currency;
    line->amount = line->base = 0;
    return line;
}

static moon_status post_entry(posting *p, moon_err *err) {
    p->entry.lines.items = p->lines;
    return moon_post(p->change, &p->entry, err);
}

/* Revenue goes to an account of the chart, and never to one that has another role: the control account is
 * what its open items say. */
static moon_status check_in_chart(const moon_config *config, moon_str number, moon_err *err) {
    for (size_t i = 0; i < config->chart.count; i++) {
        moon_str role = config->chart.items[i].key;
        bool income = moon_str_is(role, "revenue") || moon_str_is(role, "discounts") ||
                      moon_str_is(role, "fees") || moon_str_is(role, "interest");
        if (!income && moon_str_eq(config->chart.items[i].value, number))
            return moon_fail(err, MOON_E_CHART_MISSING, "account %.*s is for %.*s; nothing can be sold on it",
                             MOON_STR_ARG(number), MOON_STR_ARG(role));
    }
    for (size_t i = 0; i < config->chart_names.count; i++)
        if (moon_str_eq(config->chart_names.items[i].key, number)) return MOON_OK;
    if (config->chart_names.count == 0) return MOON_OK;
    return moon_fail(err, MOON_E_CHART_MISSING, "account %.*s is not in the chart of accounts",
                     MOON_STR_ARG(number));
}

/* ---- what is earned later ---- */

static moon_date month_of(moon_date day, int64_t months) {
    moon_ymd ymd = moon_date_ymd(day);
    moon_date first = MOON_DATE_NONE, stepped = MOON_DATE_NONE;
    moon_err err;
    if (moon_date_make(ymd.year, ymd.month, 1, &first, &err) != MOON_OK ||
        moon_date_step(first, MOON_UNIT_MONTH, 1, months, &stepped, &err) != MOON_OK)
        return MOON_DATE_MAX; /* behind the last month that there is */
    return stepped;
}

static void keep_share(posting *p, moon_date date, moon_str revenue, int64_t amount) {
    if (amount == 0) return;
    if (p->share_count == p->share_room) {
        size_t room = p->share_room ? p->share_room * 2 : 8;
        share *larger = MOON_NEW_N(moon_change_arena(p->change), share, room);
        if (p->share_count) memcpy(larger, p->shares, p->share_count * sizeof *larger);
        p->shares = larger;
        p->share_room = room;
    }
    p->shares[p->share_count++] = (share){date, revenue, amount};
}

/* How a line is cut by days: it is the part of `amount`, over so many `days`, that begins after the first `offset`. */
typedef struct cut {
    int64_t amount, offset, days, sign;
} cut;

/* A line that takes back the unused days of an earlier one is cut as that was, so that nothing of these days is left in
 * any month. Where it takes back something else (the second time, for one), it is cut by itself. */
static moon_status cut_of(posting *p, const moon_line *line, cut *out, moon_err *err) {
    const moon_document *old = NULL;
    int64_t days = (int64_t)line->stop - line->start, part;
    *out = (cut){line->amount, 0, days, 1};
    if (line->corrects.len) MOON_TRY(moon_bills_get(p->change, &p->bills, line->corrects, &old, err));
    if (!old || line->corrects_line < 1 || (uint64_t)line->corrects_line > old->lines.count) return MOON_OK;
    const moon_line *billed = MOON_AT(moon_line, old->lines, line->corrects_line - 1);
    if (billed->start == MOON_DATE_NONE || billed->start > line->start || billed->stop < line->stop)
        return MOON_OK;
    int64_t amount = billed->amount, whole = (int64_t)billed->stop - billed->start,
            offset = (int64_t)line->start - billed->start;
    if (billed->discount != MOON_INT_NONE) MOON_TRY(add(&amount, billed->discount, err));
    MOON_TRY(moon_split_running(amount, offset, offset + days, whole, &part, err));
    if (part == -line->amount) *out = (cut){amount, offset, whole, -1};
    return MOON_OK;
}

static moon_status part_of(const cut *of, int64_t from, int64_t to, int64_t *part, moon_err *err) {
    MOON_TRY(moon_split_running(of->amount, of->offset + from, of->offset + to, of->days, part, err));
    *part *= of->sign;
    return MOON_OK;
}

/* Cut what a line bills along the months of its service. `now` is what is earned by the month of the issue
 * at the latest. */
static moon_status defer_line(posting *p, const moon_line *line, moon_str revenue, int64_t *now,
                              moon_err *err) {
    moon_date today = p->ctx->today, start = line->start, stop = line->stop;
    int64_t days = (int64_t)stop - start;
    *now = line->amount;
    if (start == MOON_DATE_NONE || stop == MOON_DATE_NONE || days <= 0 || stop - 1 <= today) return MOON_OK;
    moon_date month = month_of(today, 0);
    moon_date from = start > month ? start : month;
    cut of;
    MOON_TRY(cut_of(p, line, &of, err));
    MOON_TRY(part_of(&of, 0, from - start, now, err));
    while (from < stop) {
        moon_date next = month_of(from, 1);
        moon_date to = next < stop ? next : stop;
        int64_t part;
        MOON_TRY(part_of(&of, from - start, to - start, &part, err));
        keep_share(p, to - 1, revenue, part);
        from = to;
    }
    return MOON_OK;
}

static flow *flow_of(posting *p, moon_str revenue) {
    for (size_t i = 0; i < p->flow_count; i++)
        if (moon_str_eq(p->flows[i].revenue, revenue)) return &p->flows[i];
    p->flows[p->flow_count] = (flow){.revenue = revenue};
    return &p->flows[p->flow_count++];
}

static int by_date(const void *a, const void *b) {
    const share *left = a, *right = b;
    if (left->date != right->date) return left->date < right->date ? -1 : 1;
    return moon_str_cmp(left->revenue, right->revenue);
}

/* The deferred line of the issue: what is released later, account by account. */
static moon_status post_deferred(posting *p, moon_err *err) {
    if (p->share_count == 0) return MOON_OK;
    MOON_TRY(moon_chart_account(p->ctx->config, "deferred", &p->deferred, err));
    p->flows = MOON_NEW_N(moon_change_arena(p->change), flow, p->share_count);
    for (size_t i = 0; i < p->share_count; i++)
        MOON_TRY(add(&flow_of(p, p->shares[i].revenue)->deferred, p->shares[i].amount, err));
    moon_entry_line *line = line_of(p, p->deferred);
    for (size_t i = 0; i < p->flow_count; i++) {
        MOON_TRY(to_base(p, p->flows[i].deferred, &p->flows[i].base, err));
        MOON_TRY(add(&line->amount, -p->flows[i].deferred, err));
        MOON_TRY(add(&line->base, -p->flows[i].base, err));
    }
    return MOON_OK;
}

/* One day's releases. In base each account gets what all of it by then comes to, less what it had: the last
 * one leaves nothing. */
static moon_status post_release(posting *p, const share *shares, size_t count, moon_err *err) {
    begin_entry(p, "release", shares->date, count + 1);
    MOON_TRY(moon_open_day(p->change, shares->date, &p->entry.date, err));
    moon_entry_line *owed = line_of(p, p->deferred);
    for (size_t i = 0; i < count;) {
        flow *to = flow_of(p, shares[i].revenue);
        moon_entry_line *earned = line_of(p, to->revenue);
        int64_t base, amount = 0;
        for (; i < count && moon_str_eq(shares[i].revenue, to->revenue); i++)
            MOON_TRY(add(&amount, shares[i].amount, err));
        MOON_TRY(add(&to->released, amount, err));
        MOON_TRY(to_base(p, to->released, &base, err));
        MOON_TRY(add(&earned->amount, -amount, err));
        MOON_TRY(add(&earned->base, -(base - to->released_base), err));
        MOON_TRY(add(&owed->amount, amount, err));
        MOON_TRY(add(&owed->base, base - to->released_base, err));
        to->released_base = base;
    }
    return post_entry(p, err);
}

static moon_status post_releases(posting *p, moon_err *err) {
    if (p->share_count) qsort(p->shares, p->share_count, sizeof *p->shares, by_date);
    for (size_t i = 0; i < p->share_count;) {
        size_t end = i;
        while (end < p->share_count && p->shares[end].date == p->shares[i].date) end++;
        MOON_TRY(post_release(p, p->shares + i, end - i, err));
        i = end;
    }
    return MOON_OK;
}

/* ---- issue ---- */

static moon_status post_earned(posting *p, moon_err *err) {
    for (size_t i = 0; i < p->document->lines.count; i++) {
        const moon_line *line = MOON_AT(moon_line, p->document->lines, i);
        moon_str revenue = line->revenue.len ? line->revenue : p->revenue;
        int64_t now;
        if (line->amount == 0) continue;
        if (line->revenue.len) MOON_TRY(check_in_chart(p->ctx->config, line->revenue, err));
        MOON_TRY(defer_line(p, line, revenue, &now, err));
        if (now != 0) MOON_TRY(add(&line_of(p, revenue)->amount, -now, err));
    }
    if (p->document->tax != 0) MOON_TRY(add(&line_of(p, p->tax)->amount, -p->document->tax, err));
    for (size_t i = 0; i < p->entry.lines.count; i++)
        MOON_TRY(to_base(p, p->lines[i].amount, &p->lines[i].base, err));
    return MOON_OK;
}

/* What the account does not owe of the total, or owes besides: tax that it withholds is a claim on the
 * authority, what rounding to coins adds is income. */
static moon_status post_unpayable(posting *p, moon_err *err) {
    const struct {
        const char *role;
        int64_t amount;
    } parts[] = {{"withholding", p->document->withheld == MOON_INT_NONE ? 0 : p->document->withheld},
                 {"rounding", p->document->rounded == MOON_INT_NONE ? 0 : -p->document->rounded}};
    for (size_t i = 0; i < 2; i++) {
        moon_str account;
        if (parts[i].amount == 0) continue;
        MOON_TRY(moon_chart_account(p->ctx->config, parts[i].role, &account, err));
        moon_entry_line *line = line_of(p, account);
        int64_t base;
        MOON_TRY(to_base(p, parts[i].amount, &base, err));
        MOON_TRY(add(&line->amount, parts[i].amount, err));
        MOON_TRY(add(&line->base, base, err));
    }
    return MOON_OK;
}

/* Receivables against revenue, deferred revenue and tax. */
static moon_status post_issue(posting *p, int64_t *receivable, moon_err *err) {
    int64_t payable = moon_document_payable(p->document);
    begin_entry(p, "issue", p->ctx->today, p->document->lines.count + 6);
    MOON_TRY(post_earned(p, err));
    MOON_TRY(post_unpayable(p, err));
    MOON_TRY(post_deferred(p, err));
    int64_t base = 0;
    for (size_t i = 0; i < p->entry.lines.count; i++) MOON_TRY(add(&base, p->lines[i].base, err));
    if (payable == 0 && base != 0) { /* nothing will ever settle it */
        moon_str exchange;
        MOON_TRY(moon_chart_account(p->ctx->config, "exchange", &exchange, err));
        MOON_TRY(add(&line_of(p, exchange)->base, -base, err));
        base = 0;
    }
    moon_entry_line *owed = line_of(p, p->receivables);
    owed->party = p->document->account;
    MOON_TRY(add(&owed->amount, payable, err));
    MOON_TRY(add(&owed->base, -base, err));
    *receivable = owed->base;
    return post_entry(p, err);
}

moon_status moon_posting_issue(moon_change *change, const moon_context *ctx, const moon_document *document,
                               int64_t *base, moon_err *err) {
    posting p = {.change = change, .ctx = ctx, .document = document};
    *base = 0;
    if (!moon_document_is_posted(document)) return MOON_OK;
    MOON_TRY(moon_chart_account(ctx->config, "receivables", &p.receivables, err));
    MOON_TRY(moon_chart_account(ctx->config, "revenue", &p.revenue, err));
    MOON_TRY(moon_chart_account(ctx->config, "tax", &p.tax, err));
    MOON_TRY(post_issue(&p, base, err));
    return post_releases(&p, err);
}

/* ---- void ---- */

static moon_status post_reversal(moon_change *change, const moon_context *ctx, moon_entry *entry, moon_str id,
                                 moon_str number, moon_err *err) {
    entry->id = id;
    entry->text = moon_arena_printf(moon_change_arena(change), "void %.*s", MOON_STR_ARG(number));
    if (entry->date < ctx->today) entry->date = ctx->today;
    MOON_TRY(moon_open_day(change, entry->date, &entry->date, err));
    entry->booked = ctx->today;
    for (size_t i = 0; i < entry->lines.count; i++) {
        moon_entry_line *line = MOON_AT(moon_entry_line, entry->lines, i);
        line->amount = -line->amount;
        line->base = -line->base;
    }
    return moon_post(change, entry, err);
}

/* The releases of a document, by their days. Between them may lie those of a longer number. */
static moon_status releases_of(moon_change *change, const moon_document *document, moon_entry **out,
                               size_t *count, moon_err *err) {
    moon_str number = document->number;
    moon_arena *keep = moon_change_arena(change);
    moon_entry low = {.id = moon_arena_printf(keep, "release/%.*s/", MOON_STR_ARG(number))};
    moon_entry high = {.id = moon_arena_printf(keep, "release/%.*s/9999-12-31", MOON_STR_ARG(number))};
    size_t room = 4;
    moon_entry *made = MOON_NEW_N(keep, moon_entry, room), entry;
    moon_scan scan;
    bool more = true;
    *count = 0;
    MOON_TRY(moon_scan_begin(change, &moon_entry_type, MOON_BY_KEY, &low, 1, &high, 1, false, &scan, err));
    for (;;) {
        moon_status status = moon_scan_next(&scan, &entry, &more, err);
        if (status != MOON_OK || !more) {
            moon_scan_end(&scan);
            *out = made;
            return status;
        }
        if (!moon_str_eq(entry.document, document->id)) continue;
        if (*count == room) {
            moon_entry *larger = MOON_NEW_N(keep, moon_entry, room * 2);
            memcpy(larger, made, room * sizeof *made);
            made = larger;
            room *= 2;
        }
        made[(*count)++] = entry;
    }
}

moon_status moon_posting_void(moon_change *change, const moon_context *ctx, const moon_document *document,
                              moon_err *err) {
    moon_arena *keep = moon_change_arena(change);
    moon_str number = document->number;
    moon_entry entry = {.id = moon_arena_printf(keep, "issue/%.*s", MOON_STR_ARG(number))}, *releases;
    size_t count;
    bool found;
    MOON_TRY(moon_get(change, &moon_entry_type, &entry, &found, err));
    if (!found) return MOON_OK; /* nothing was posted: a document of nothing */
    entry.date = ctx->today;
    MOON_TRY(post_reversal(change, ctx, &entry, moon_arena_printf(keep, "void/%.*s", MOON_STR_ARG(number)),
                           number, err));
    MOON_TRY(releases_of(change, document, &releases, &count, err));
    for (size_t i = 0; i < count; i++) {
        char day[MOON_DATE_TEXT];
        moon_date_format(releases[i].date, day);
        MOON_TRY(post_reversal(change, ctx, &releases[i],
                               moon_arena_printf(keep, "void/%.*s/%s", MOON_STR_ARG(number), day), number,
                               err));
    }
    return MOON_OK;
}
