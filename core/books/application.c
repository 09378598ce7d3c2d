#include "books/application.h"

#include "books/adjustment.h"
#include "books/closing.h"
#include "books/ledger.h"
#include "books/party.h"
#include "store/table.h"

/* ---- checks ---- */

static moon_status check_apply(const moon_item *source, const moon_item *target, int64_t amount,
                               moon_err *err) {
    char want[MOON_MONEY_TEXT], have[MOON_MONEY_TEXT];
    if (source->currency != target->currency)
        return moon_fail(err, MOON_E_CURRENCY_MISMATCH, "%.*s is in %s, %.*s in %s",
                         MOON_STR_ARG(source->number), moon_currency_code(source->currency),
                         MOON_STR_ARG(target->number), moon_currency_code(target->currency));
    const moon_item *less = -source->open < target->open ? source : target;
    int64_t open = less == source ? -source->open : target->open;
    if (amount > 0 && amount <= open) return MOON_OK;
    moon_money_format_code((moon_money){amount, source->currency}, want);
    moon_money_format_code((moon_money){open > 0 ? open : 0, source->currency}, have);
    return moon_fail(err, MOON_E_CREDIT_EXCEEDS, "%s cannot be applied from %.*s to %.*s: %.*s has %s open",
                     want, MOON_STR_ARG(source->number), MOON_STR_ARG(target->number),
                     MOON_STR_ARG(less->number), have);
}

/* The day from which an application counts. An earlier one would show more settled than there was. */
static moon_status value_date(moon_change *change, const moon_item *source, const moon_item *target,
                              int64_t amount, moon_date wanted, moon_date *date, moon_err *err) {
    moon_date open, first, second;
    MOON_TRY(moon_open_day(change, wanted, &open, err));
    MOON_TRY(moon_item_free_from(change, source, amount, open, &first, err));
    MOON_TRY(moon_item_free_from(change, target, amount, open, &second, err));
    *date = first > second ? first : second;
    return MOON_OK;
}

/* ---- posting ---- */

typedef struct move {
    const moon_context *ctx;
    moon_item *source, *target;
    int64_t amount; /* positive: applied; negative: taken back */
    moon_date wanted, date;
    moon_str rule;
} move;

/* What the move adds to an item in base. */
static moon_status base_moved(const moon_item *item, int64_t amount, int64_t *moved, moon_err *err) {
    int64_t before, after;
    MOON_TRY(moon_item_base_open(item, item->open, &before, err));
    MOON_TRY(moon_item_base_open(item, item->open + amount, &after, err));
    *moved = after - before;
    return MOON_OK;
}

static moon_str text_of(const move *m, moon_date open, moon_arena *keep) {
    char stated[MOON_DATE_TEXT];
    moon_date_format(m->wanted, stated);
    bool moved = m->wanted > MOON_DATE_MIN && m->wanted < open;
    return moon_arena_printf(keep, "%s %.*s %s %.*s%s%s%s", m->amount < 0 ? "take back" : "apply",
                             MOON_STR_ARG(m->source->number), m->amount < 0 ? "from" : "to",
                             MOON_STR_ARG(m->target->number), moved ? " (of " : "", moved ? stated : "",
                             moved ? ", closed)" : "");
}

/* Nothing is posted where the same account gives and takes the same. Called before the items are settled. */
static moon_status post_move(moon_change *change, const move *m, int64_t ordinal, moon_err *err) {
    moon_arena *keep = moon_change_arena(change);
    moon_str given, taken, exchange;
    moon_entry entry;
    moon_date open;
    int64_t from, to;
    moon_currency currency = m->source->currency;
    MOON_TRY(moon_control_account(m->ctx->config, moon_item_control(m->source), &given, err));
    MOON_TRY(moon_control_account(m->ctx->config, moon_item_control(m->target), &taken, err));
    MOON_TRY(base_moved(m->source, m->amount, &from, err));
    MOON_TRY(base_moved(m->target, -m->amount, &to, err));
    if (moon_str_eq(given, taken) && from + to == 0) return MOON_OK;
    MOON_TRY(moon_open_day(change, m->wanted, &open, err));
    moon_str id = moon_arena_printf(keep, "apply/%.*s/%.*s/%lld", MOON_STR_ARG(m->source->document),
                                    MOON_STR_ARG(m->target->document), (long long)ordinal);
    moon_entry_begin(&entry, change, m->ctx, id, m->date, m->source->document, text_of(m, open, keep));
    if (moon_str_eq(given, taken)) {
        moon_entry_add(&entry, given, m->source->account, currency, 0, from + to);
    } else {
        moon_entry_add(&entry, given, m->source->account, currency, m->amount, from);
        moon_entry_add(&entry, taken, m->target->account, currency, -m->amount, to);
    }
    if (from + to != 0) {
        MOON_TRY(moon_chart_account(m->ctx->config, "exchange", &exchange, err));
        moon_entry_add(&entry, exchange, MOON_STR_NONE, currency, 0, -(from + to));
    }
    return moon_post(change, &entry, err);
}

/* ---- moving ---- */

static moon_status next_ordinal(moon_change *change, moon_application *application, moon_err *err) {
    moon_application earlier;
    moon_scan scan;
    bool more;
    MOON_TRY(moon_scan_begin(change, &moon_application_type, MOON_BY_KEY, application, 3, application, 3,
                             true, &scan, err));
    moon_status status = moon_scan_next(&scan, &earlier, &more, err);
    moon_scan_end(&scan);
    if (status == MOON_OK) application->ordinal = more ? earlier.ordinal + 1 : 1;
    return status;
}

static moon_status make_move(moon_change *change, const move *m, moon_err *err) {
    moon_application application;
    moon_record_init(&moon_application_type, &application);
    application.account = m->source->account;
    application.source = m->source->document;
    application.target = m->target->document;
    application.currency = m->source->currency;
    application.amount = m->amount;
    application.date = m->date;
    application.booked = m->ctx->today;
    application.rule = m->rule;
    MOON_TRY(next_ordinal(change, &application, err));
    MOON_TRY(post_move(change, m, application.ordinal, err));
    MOON_TRY(moon_touch_account(change, m->source->account, err));
    MOON_TRY(moon_put(change, &moon_application_type, &application, err));
    MOON_TRY(moon_item_settle(change, m->source, m->amount, m->date, err));
    return moon_item_settle(change, m->target, -m->amount, m->date, err);
}

moon_status moon_apply(moon_change *change, const moon_context *ctx, moon_str account, moon_str source,
                       moon_str target, int64_t amount, moon_date date, moon_str rule, moon_err *err) {
    moon_item from, to;
    move m = {.ctx = ctx, .source = &from, .target = &to, .amount = amount, .wanted = date, .rule = rule};
    MOON_TRY(moon_item_get(change, account, source, &from, err));
    MOON_TRY(moon_item_get(change, account, target, &to, err));
    MOON_TRY(check_apply(&from, &to, amount, err));
    MOON_TRY(value_date(change, &from, &to, amount, date, &m.date, err));
    return make_move(change, &m, err);
}

/* ---- taking back ---- */

typedef struct step {
    moon_date date;
    int64_t amount;
} step;

typedef struct pair {
    moon_str target;
    step *steps; /* applications of source and target by value date, one a day */
    size_t count, room;
} pair;

static void add_step(pair *p, const moon_application *application, moon_arena *keep) {
    if (p->count == p->room) {
        size_t room = p->room ? p->room * 2 : 4;
        step *larger = MOON_NEW_N(keep, step, room);
        if (p->count) memcpy(larger, p->steps, p->count * sizeof *larger);
        p->steps = larger;
        p->room = room;
    }
    size_t at = p->count;
    while (at > 0 && p->steps[at - 1].date > application->date) at--;
    if (at > 0 && p->steps[at - 1].date == application->date) {
        p->steps[at - 1].amount += application->amount;
        return;
    }
    memmove(p->steps + at + 1, p->steps + at, (p->count - at) * sizeof *p->steps);
    p->steps[at] = (step){application->date, application->amount};
    p->count++;
}

/* The targets of a source, each with its steps; `target` "" for all. */
static moon_status pairs_of(moon_change *change, const moon_item *source, moon_str target, pair **pairs,
                            size_t *count, moon_err *err) {
    moon_arena *keep = moon_change_arena(change);
    moon_application bound = {.account = source->account, .source = source->document, .target = target}, one;
    moon_scan scan;
    bool more = true;
    size_t fields = target.len ? 3 : 2, room = 0;
    moon_status status = MOON_OK;
    *pairs = NULL;
    *count = 0;
    MOON_TRY(moon_scan_begin(change, &moon_application_type, MOON_BY_KEY, &bound, fields, &bound, fields,
                             false, &scan, err));
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &one, &more, err);
        if (status != MOON_OK || !more) break;
        if (moon_str_eq(one.target, one.source)) continue; /* a voiding */
        if (*count == 0 || !moon_str_eq((*pairs)[*count - 1].target, one.target)) {
            if (*count == room) {
                pair *larger = MOON_NEW_N(keep, pair, room ? room * 2 : 4);
                if (*count) memcpy(larger, *pairs, *count * sizeof *larger);
                *pairs = larger;
                room = room ? room * 2 : 4;
            }
            (*pairs)[(*count)++] = (pair){.target = one.target};
        }
        add_step(&(*pairs)[*count - 1], &one, keep);
    }
    moon_scan_end(&scan);
    return status;
}

/* From the day on nothing is applied: what stood then goes on that day, what came later on its own. */
static moon_status release_pair(moon_change *change, const moon_context *ctx, const moon_item *source,
                                const pair *p, moon_date wanted, bool *any, moon_err *err) {
    moon_date open, date;
    int64_t standing = 0, before = 0;
    for (size_t i = 0; i < p->count; i++) standing += p->steps[i].amount;
    if (standing == 0) return MOON_OK;
    *any = true;
    MOON_TRY(moon_open_day(change, wanted, &open, err));
    date = open;
    for (size_t i = 0; i < p->count; i++) {
        moon_item from, to;
        move m = {.ctx = ctx, .source = &from, .target = &to, .wanted = wanted, .date = date};
        before += p->steps[i].amount;
        if (i + 1 < p->count && p->steps[i + 1].date <= open) continue;
        if (p->steps[i].date > open) m.date = p->steps[i].date;
        m.amount = -before;
        before = 0;
        if (m.amount == 0) continue;
        MOON_TRY(moon_item_get(change, source->account, source->document, &from, err));
        MOON_TRY(moon_item_get(change, source->account, p->target, &to, err));
        MOON_TRY(make_move(change, &m, err));
    }
    return MOON_OK;
}

static bool is_own_way(const moon_item *item) {
    return item->kind == MOON_ITEM_WRITE_OFF || item->kind == MOON_ITEM_DIFFERENCE ||
           item->kind == MOON_ITEM_REFUND || item->kind == MOON_ITEM_RETURN ||
           item->kind == MOON_ITEM_RECOVERY || item->kind == MOON_ITEM_BREAKAGE ||
           (item->kind == MOON_ITEM_TRANSFER && item->amount > 0);
}

static moon_status release(moon_change *change, const moon_context *ctx, const moon_item *source,
                           moon_str target, moon_date date, bool every_kind, bool *any, moon_err *err) {
    pair *pairs;
    size_t count;
    moon_item to;
    *any = false;
    MOON_TRY(pairs_of(change, source, target, &pairs, &count, err));
    for (size_t i = 0; i < count; i++) {
        bool taken = false;
        MOON_TRY(moon_item_get(change, source->account, pairs[i].target, &to, err));
        if (!every_kind && is_own_way(&to) && target.len == 0) continue;
        if (!every_kind && is_own_way(&to))
            return moon_fail(err, MOON_E_STATE_REFUSED, "what was applied to %.*s, %s, stays with it",
                             MOON_STR_ARG(to.number), moon_item_a(&to));
        MOON_TRY(release_pair(change, ctx, source, &pairs[i], date, &taken, err));
        if (!taken) continue;
        *any = true;
        if (source->kind != MOON_ITEM_DIFFERENCE) MOON_TRY(moon_difference_undo(change, ctx, &to, date, err));
    }
    return MOON_OK;
}

moon_status moon_application_release(moon_change *change, const moon_context *ctx, const moon_item *source,
                                     moon_str target, moon_date date, bool *any, moon_err *err) {
    return release(change, ctx, source, target, date, true, any, err);
}

moon_status moon_unapply(moon_change *change, const moon_context *ctx, moon_str account, moon_str source,
                         moon_str target, moon_date date, moon_err *err) {
    moon_item from;
    bool any;
    MOON_TRY(moon_item_get(change, account, source, &from, err));
    if (is_own_way(&from)) {
        moon_fail(err, MOON_E_STATE_REFUSED, "%.*s is %s and is not unapplied", MOON_STR_ARG(from.number),
                  moon_item_a(&from));
        return moon_err_hint(err,
                             "a write-off is taken back by moonbill recover, a payment by moonbill return");
    }
    MOON_TRY(release(change, ctx, &from, target, date, false, &any, err));
    if (any) return MOON_OK;
    if (target.len == 0)
        return moon_fail(err, MOON_E_NOT_FOUND, "nothing of %.*s is applied", MOON_STR_ARG(from.number));
    return moon_fail(err, MOON_E_NOT_FOUND, "nothing of %.*s is applied to %.*s", MOON_STR_ARG(from.number),
                     MOON_STR_ARG(target));
}

moon_status moon_applied(moon_change *change, moon_str account, moon_str source, moon_str target,
                         int64_t *amount, moon_err *err) {
    moon_item from = {.account = account, .document = source};
    pair *pairs;
    size_t count;
    *amount = 0;
    MOON_TRY(pairs_of(change, &from, target, &pairs, &count, err));
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < pairs[i].count; j++) *amount += pairs[i].steps[j].amount;
    return MOON_OK;
}
