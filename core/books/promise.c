#include "books/promise.h"

#include "books/item.h"
#include "books/party.h"
#include "books/receivable.h"
#include "store/table.h"

const char *const moon_promise_states[] = {"open", "kept", "broken", "withdrawn", NULL};

moon_status moon_promises_of(moon_change *change, moon_str account, moon_arena *keep, moon_promise **out,
                             size_t *count, moon_err *err) {
    moon_promise bound = {.account = account}, promise;
    moon_scan scan;
    bool more = true;
    size_t room = 8;
    moon_promise *list = MOON_NEW_N(keep, moon_promise, room);
    *count = 0;
    MOON_TRY(moon_scan_begin(change, &moon_promise_type, moon_type_index(&moon_promise_type, "account"),
                             &bound, 1, &bound, 1, false, &scan, err));
    moon_status status = MOON_OK;
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &promise, &more, err);
        if (status != MOON_OK || !more) break;
        if (*count == room) {
            moon_promise *larger = MOON_NEW_N(keep, moon_promise, room * 2);
            memcpy(larger, list, room * sizeof *list);
            list = larger;
            room *= 2;
        }
        moon_record_copy(&moon_promise_type, &promise, &list[(*count)++], keep);
    }
    moon_scan_end(&scan);
    *out = list;
    return status;
}

/* ---- what was received ---- */

/* Whether an application counts: of an item that is asked for, by something other than writing off. */
static moon_status counts(moon_change *change, const moon_promise *promise,
                          const moon_application *application, bool *yes, moon_err *err) {
    moon_item source = {.account = application->account, .document = application->source},
              target = {.account = application->account, .document = application->target};
    bool found, known;
    *yes = false;
    if (application->currency != promise->currency) return MOON_OK;
    if (promise->document.len && !moon_str_eq(application->target, promise->document)) return MOON_OK;
    MOON_TRY(moon_get(change, &moon_item_type, &source, &found, err));
    MOON_TRY(moon_get(change, &moon_item_type, &target, &known, err));
    *yes = found && known && moon_item_is_asked(&target) && source.amount < 0 &&
           source.kind != MOON_ITEM_WRITE_OFF && source.kind != MOON_ITEM_DIFFERENCE;
    return MOON_OK;
}

/* Sum of the applications that count, booked from `made` to `booked`, with value dates up to `date`. */
static moon_status received(moon_change *change, const moon_promise *promise, moon_date booked,
                            moon_date date, int64_t *sum, moon_err *err) {
    moon_application bound = {.account = promise->account}, application;
    moon_scan scan;
    bool more = true, yes;
    *sum = 0;
    MOON_TRY(moon_scan_begin(change, &moon_application_type, MOON_BY_KEY, &bound, 1, &bound, 1, false, &scan,
                             err));
    moon_status status = MOON_OK;
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &application, &more, err);
        if (status != MOON_OK || !more) break;
        if (application.booked < promise->made || application.booked > booked || application.date > date)
            continue;
        status = counts(change, promise, &application, &yes, err);
        if (status == MOON_OK && yes) status = moon_minor_add(sum, application.amount, "what was paid", err);
    }
    moon_scan_end(&scan);
    return status;
}

moon_status moon_promise_at(moon_change *change, const moon_promise *promise, int64_t grace, moon_date date,
                            moon_promise_standing *out, moon_err *err) {
    int64_t before = promise->before == MOON_INT_NONE ? 0 : promise->before;
    moon_err ignored;
    if (moon_date_add_days(promise->by, grace, &out->last, &ignored) != MOON_OK) out->last = MOON_DATE_MAX;
    MOON_TRY(
        received(change, promise, MOON_DATE_MAX, date < out->last ? date : out->last, &out->received, err));
    out->received -= before;
    out->state = out->received >= promise->amount                                     ? MOON_PROMISE_KEPT
                 : promise->withdrawn != MOON_DATE_NONE && promise->withdrawn <= date ? MOON_PROMISE_WITHDRAWN
                 : date > out->last                                                   ? MOON_PROMISE_BROKEN
                                                                                      : MOON_PROMISE_OPEN;
    return MOON_OK;
}

/* ---- taking one down ---- */

/* What it could be about: what is open of the item, or of all that is asked of the account. */
static moon_status check_amount(moon_change *change, const moon_promise *promise, moon_err *err) {
    moon_item *items;
    size_t count;
    int64_t open = 0;
    char want[MOON_MONEY_TEXT], have[MOON_MONEY_TEXT];
    MOON_TRY(moon_items_open(change, promise->account, moon_change_arena(change), &items, &count, err));
    for (size_t i = 0; i < count; i++)
        if (moon_item_is_asked(&items[i]) && items[i].currency == promise->currency &&
            (promise->document.len == 0 || moon_str_eq(items[i].document, promise->document)))
            MOON_TRY(moon_minor_add(&open, items[i].open, "a sum of open items", err));
    if (promise->amount > 0 && promise->amount <= open) return MOON_OK;
    moon_money_format_code((moon_money){promise->amount, promise->currency}, want);
    moon_money_format_code((moon_money){open, promise->currency}, have);
    return moon_fail(err, MOON_E_RECORD_INVALID, "%s cannot be promised: account %.*s owes %s%s", want,
                     MOON_STR_ARG(promise->account), have, promise->document.len ? " on this item" : "");
}

static bool is_of(const moon_promise *a, const moon_promise *b) {
    return a->currency == b->currency && moon_str_eq(a->document, b->document);
}

/* Promises about the same: none may stand, and not too many may have come to nothing since one was kept. */
static moon_status check_earlier(moon_change *change, const moon_promise *promise, moon_promise_terms terms,
                                 const moon_promise *list, size_t count, moon_date today, moon_err *err) {
    int64_t broken = 0;
    for (size_t i = 0; i < count; i++) {
        moon_promise_standing standing;
        if (!is_of(&list[i], promise)) continue;
        MOON_TRY(moon_promise_at(change, &list[i], terms.grace, today, &standing, err));
        if (standing.state == MOON_PROMISE_OPEN) {
            moon_fail(err, MOON_E_STATE_REFUSED, "promise %.*s stands still", MOON_STR_ARG(list[i].id));
            return moon_err_hint(err, "moonbill promise withdraw %.*s, then take the new one down",
                                 MOON_STR_ARG(list[i].id));
        }
        broken = standing.state == MOON_PROMISE_KEPT ? 0 : broken + 1;
    }
    if (terms.renewals < 0 || broken <= terms.renewals) return MOON_OK;
    moon_fail(err, MOON_E_STATE_REFUSED,
              "account %.*s has promised this %lld times without paying; its dunning policy takes %lld more "
              "after the first",
              MOON_STR_ARG(promise->account), (long long)broken, (long long)terms.renewals);
    return moon_err_hint(err,
                         "promises.renewals in the policy says how many; moonbill list promises account=%.*s",
                         MOON_STR_ARG(promise->account));
}

static moon_status check_scope(moon_change *change, moon_promise *promise, moon_date today, moon_err *err) {
    moon_account account;
    moon_item item;
    bool found;
    MOON_TRY(moon_version_at(change, &moon_account_type, promise->account, today, &account, &found, err));
    if (!found) {
        moon_fail(err, MOON_E_NOT_FOUND, "there is no account %.*s", MOON_STR_ARG(promise->account));
        return moon_err_hint(err, "moonbill list accounts");
    }
    if (promise->document.len == 0) return MOON_OK;
    MOON_TRY(moon_item_owed(change, "a promise", promise->document, &item, err));
    if (!moon_str_eq(item.account, promise->account))
        return moon_fail(err, MOON_E_RECORD_INVALID, "%.*s is account %.*s's, not %.*s's",
                         MOON_STR_ARG(item.number), MOON_STR_ARG(item.account),
                         MOON_STR_ARG(promise->account));
    promise->document = item.document;
    return MOON_OK;
}

moon_status moon_promise_currency(moon_change *change, const moon_context *ctx, const moon_promise *promise,
                                  moon_currency *out, moon_err *err) {
    moon_account account;
    moon_item item;
    bool found = false;
    *out = ctx->config->currency;
    if (promise->document.len) MOON_TRY(moon_item_named(change, promise->document, &item, &found, err));
    if (found) {
        *out = item.currency;
        return MOON_OK;
    }
    MOON_TRY(
        moon_version_at(change, &moon_account_type, promise->account, ctx->today, &account, &found, err));
    if (found && account.currency != 0) *out = account.currency;
    return MOON_OK;
}

moon_status moon_promise_make(moon_change *change, const moon_context *ctx, moon_promise_terms terms,
                              moon_promise *promise, moon_err *err) {
    moon_promise *list;
    size_t count;
    char day[MOON_DATE_TEXT];
    MOON_TRY(moon_operator_check(ctx, "prepare", err));
    MOON_TRY(check_scope(change, promise, ctx->today, err));
    MOON_TRY(moon_touch_account(change, promise->account, err));
    if (promise->by < ctx->today) {
        moon_date_format(promise->by, day);
        moon_fail(err, MOON_E_PERIOD_ORDER, "%s is over: nothing can be promised by then", day);
        return moon_err_hint(err, "--by is the day by which it will be paid, today or later");
    }
    MOON_TRY(check_amount(change, promise, err));
    MOON_TRY(moon_promises_of(change, promise->account, moon_change_arena(change), &list, &count, err));
    MOON_TRY(check_earlier(change, promise, terms, list, count, ctx->today, err));
    promise->id =
        moon_arena_printf(moon_change_arena(change), "%.*s/%zu", MOON_STR_ARG(promise->account), count + 1);
    promise->made = ctx->today;
    MOON_TRY(received(change, promise, ctx->today, MOON_DATE_MAX, &promise->before, err));
    return moon_put(change, &moon_promise_type, promise, err);
}

moon_status moon_promise_withdraw(moon_change *change, const moon_context *ctx, moon_str id,
                                  moon_promise *out, moon_err *err) {
    char day[MOON_DATE_TEXT];
    bool found;
    MOON_TRY(moon_operator_check(ctx, "prepare", err));
    *out = (moon_promise){.id = id};
    MOON_TRY(moon_get(change, &moon_promise_type, out, &found, err));
    if (!found) {
        moon_fail(err, MOON_E_NOT_FOUND, "there is no promise %.*s", MOON_STR_ARG(id));
        return moon_err_hint(err, "moonbill list promises");
    }
    if (out->withdrawn != MOON_DATE_NONE) {
        moon_date_format(out->withdrawn, day);
        return moon_fail(err, MOON_E_STATE_REFUSED, "promise %.*s was withdrawn on %s", MOON_STR_ARG(id),
                         day);
    }
    MOON_TRY(moon_touch_account(change, out->account, err));
    out->withdrawn = ctx->today;
    return moon_put(change, &moon_promise_type, out, err);
}
