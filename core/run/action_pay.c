/* Actions of cash: pay, apply, unapply, return, refund, write-off, recover, set payment. */
#include "books/item.h"
#include "run/action.h"
#include "run/expire.h"
#include "run/pay.h"
#include "run/report.h"
#include "run/reverse.h"
#include "run/wire.h"

static moon_str money(moon_action_call *call, int64_t minor, moon_currency currency) {
    char text[MOON_MONEY_TEXT];
    moon_money_format_code((moon_money){minor, currency}, text);
    return moon_arena_str(call->keep, moon_str_of(text));
}

static moon_status check_currency(moon_currency said, moon_currency want, moon_err *err) {
    if (said == 0 || said == want) return MOON_OK;
    return moon_fail(err, MOON_E_CURRENCY_MISMATCH, "amount is in %s instead of %s", moon_currency_code(said),
                     moon_currency_code(want));
}

/* An amount; `said`: its currency, 0 where it names none. MOON_DECIMAL_NONE where none is given. */
static moon_status read_amount(const moon_action_call *call, moon_decimal *out, moon_currency *said,
                               moon_err *err) {
    moon_arg value = moon_arg_get(call->args, "amount");
    *out = MOON_DECIMAL_NONE;
    *said = 0;
    if (value.kind == MOON_ARG_NIL) return MOON_OK;
    if (value.kind == MOON_ARG_TEXT && moon_str_find(value.text, ' ', 0) < value.text.len) {
        moon_money money;
        MOON_TRY(moon_money_parse(value.text, &money, err));
        value = moon_arg_money(moon_money_decimal(money), money.currency);
    }
    if (value.kind == MOON_ARG_INTEGER) *out = moon_decimal_of(value.integer);
    if (value.kind == MOON_ARG_DECIMAL) *out = value.decimal;
    if (value.kind == MOON_ARG_TEXT) MOON_TRY(moon_decimal_parse(value.text, out, err));
    if (value.kind == MOON_ARG_MONEY) {
        *out = value.money.amount;
        *said = value.money.currency;
    }
    if (moon_decimal_present(*out) && moon_decimal_cmp(*out, MOON_DECIMAL_ZERO) > 0) return MOON_OK;
    return moon_fail(err, MOON_E_SCRIPT_VALUE, "amount is a number above zero");
}

/* The same of an item, in its currency. Where there is no such item, who looks for it says so. */
static moon_status read_amount_of(const moon_action_call *call, moon_str name, moon_decimal *out,
                                  moon_err *err) {
    moon_currency said;
    moon_change *change;
    moon_item item;
    bool found;
    MOON_TRY(read_amount(call, out, &said, err));
    if (said == 0) return MOON_OK;
    MOON_TRY(moon_change_begin(call->book->store, &change, err));
    moon_status status = moon_item_named(change, name, &item, &found, err);
    moon_currency want = status == MOON_OK && found ? item.currency : said;
    moon_change_end(change);
    return status == MOON_OK ? check_currency(said, want, err) : status;
}

/* ---- pay, apply ---- */

/* What it settles, by number: on = "INV-1" or on = { "INV-1", "INV-2" }. */
static moon_status read_on(moon_action_call *call, const moon_pay_on **out, size_t *count, moon_err *err) {
    const moon_str *numbers;
    bool list = moon_arg_get(call->args, "on").kind == MOON_ARG_LIST;
    MOON_TRY(moon_action_texts(call, list ? "" : "on", list ? "on" : "", &numbers, count, err));
    moon_pay_on *on = MOON_NEW_N(call->keep, moon_pay_on, *count + 1);
    for (size_t i = 0; i < *count; i++) on[i] = (moon_pay_on){numbers[i], MOON_DECIMAL_NONE};
    *out = on;
    return MOON_OK;
}

/* Which items it is about, and what of each is open then: whoever is asked has to see it. */
static moon_arg touched(moon_action_call *call, moon_str number, int64_t amount, int64_t open,
                        moon_currency currency) {
    moon_named items[] = {{MOON_STR("amount"), moon_result_money(amount, currency)},
                          {MOON_STR("number"), moon_arg_text(number)},
                          {MOON_STR("open"), moon_result_money(open, currency)}};
    return moon_result_map(call->keep, items, sizeof items / sizeof *items);
}

static void add_settled(moon_action_call *call, const moon_settlement_list *settled) {
    moon_arg *list = MOON_NEW_N(call->keep, moon_arg, settled->count + 1);
    for (size_t i = 0; i < settled->count; i++) {
        const moon_settled *one = &settled->items[i];
        list[i] = touched(call, one->number, one->amount, one->open, one->currency);
    }
    moon_result_add(call, "settled", moon_arg_list(list, settled->count));
}

static void add_reopened(moon_action_call *call, const moon_reversal *done) {
    moon_arg *list = MOON_NEW_N(call->keep, moon_arg, done->reopened_count + 1);
    for (size_t i = 0; i < done->reopened_count; i++) {
        const moon_reopened *one = &done->reopened[i];
        list[i] = touched(call, one->number, one->amount, one->open, done->currency);
    }
    moon_result_add(call, "reopened", moon_arg_list(list, done->reopened_count));
}

static void say_paid(moon_action_call *call, const moon_paid *paid, const char *what) {
    if (paid->date != MOON_DATE_NONE) moon_result_add(call, "date", moon_arg_date(paid->date));
    add_settled(call, &paid->settled);
    moon_result_add(call, "id", moon_arg_text(paid->id));
    moon_result_add(call, "left", moon_result_money(paid->left, paid->currency));
    moon_result_count(call, "applied", paid->settled.count);
    for (size_t i = 0; i < paid->settled.conflict_count; i++) {
        moon_err why;
        moon_fail(&why, MOON_E_IMPORT_HELD, "%.*s", MOON_STR_ARG(paid->settled.conflicts[i].reason));
        moon_result_refused(call, paid->settled.conflicts[i].source, &why);
    }
    char day[MOON_DATE_TEXT] = "";
    if (paid->stated != MOON_DATE_NONE) moon_date_format(paid->date, day);
    moon_result_say(call, "%s %.*s of %.*s, %.*s unapplied%s%s", what, MOON_STR_ARG(paid->id),
                    MOON_STR_ARG(money(call, paid->amount, paid->currency)),
                    MOON_STR_ARG(money(call, paid->left, paid->currency)), day[0] ? ", value date " : "",
                    day);
}

static moon_status read_prepaid(moon_action_call *call, moon_pay_request *request, moon_err *err) {
    MOON_TRY(moon_action_flag(call, "prepaid", &request->prepaid, err));
    MOON_TRY(moon_asked_date(call->args, "expires", &request->expires, err));
    request->priority = moon_arg_int_of(call->args, "priority", MOON_INT_NONE);
    if (request->prepaid || (request->expires == MOON_DATE_NONE && request->priority == MOON_INT_NONE))
        return MOON_OK;
    return moon_fail(err, MOON_E_SCRIPT_VALUE, "priority and expires are for prepaid money");
}

moon_status moon_action_pay(moon_action_call *call, moon_err *err) {
    moon_pay_request request = {.date = MOON_DATE_NONE, .expires = MOON_DATE_NONE, .priority = MOON_INT_NONE};
    moon_str code = MOON_STR_NONE;
    moon_currency said;
    moon_paid paid;
    MOON_TRY(moon_action_text(call, "account", &request.account, err));
    MOON_TRY(moon_asked_text(call->args, "id", &request.id, err));
    MOON_TRY(moon_asked_text(call->args, "text", &request.text, err));
    MOON_TRY(moon_asked_text(call->args, "method", &request.method, err));
    MOON_TRY(moon_asked_text(call->args, "currency", &code, err));
    MOON_TRY(moon_asked_date(call->args, "date", &request.date, err));
    MOON_TRY(read_prepaid(call, &request, err));
    if (code.len) MOON_TRY(moon_currency_parse(code, &request.currency, err));
    MOON_TRY(read_amount(call, &request.amount, &said, err));
    if (!moon_decimal_present(request.amount))
        return moon_fail(err, MOON_E_SCRIPT_VALUE, "amount is missing");
    if (request.currency) MOON_TRY(check_currency(said, request.currency, err));
    if (said) request.currency = said;
    MOON_TRY(read_on(call, &request.on, &request.on_count, err));
    MOON_TRY(moon_run_pay(call->book, &request, call->dry_run, call->keep, &paid, err));
    if (paid.taken == MOON_TAKEN_DIFFERENT)
        return moon_fail(err, MOON_E_RECORD_INVALID, "payment %.*s is there already and differs: %.*s",
                         MOON_STR_ARG(paid.id), MOON_STR_ARG(paid.difference));
    say_paid(call, &paid, "payment");
    return MOON_OK;
}

static void on_conflict(void *ctx, const moon_conflict *one) {
    moon_err why;
    moon_fail(&why, MOON_E_IMPORT_HELD, "%.*s", MOON_STR_ARG(one->reason));
    moon_result_refused(ctx, one->source, &why);
}

static moon_status apply_all(moon_action_call *call, moon_err *err) {
    moon_apply_report report;
    moon_apply_options options = {
        .dry_run = call->dry_run, .ctx = call, .conflict = on_conflict, .refused = moon_result_refused};
    MOON_TRY(moon_run_apply_all(call->book, &options, call->keep, &report, err));
    moon_result_count(call, "accounts", report.accounts);
    moon_result_count(call, "applied", report.applied);
    moon_result_count(call, "differences", report.differences);
    moon_result_say(call, "applied %llu times on %llu accounts", (unsigned long long)report.applied,
                    (unsigned long long)report.accounts);
    return MOON_OK;
}

moon_status moon_action_apply(moon_action_call *call, moon_err *err) {
    const moon_pay_on *on;
    moon_str id;
    size_t count;
    bool all;
    moon_paid paid;
    MOON_TRY(moon_action_flag(call, "all", &all, err));
    if (all && (moon_arg_get(call->args, "id").kind != MOON_ARG_NIL ||
                moon_arg_get(call->args, "on").kind != MOON_ARG_NIL))
        return moon_fail(err, MOON_E_SCRIPT_VALUE, "all, or the id of one; not both");
    if (all) return apply_all(call, err);
    MOON_TRY(moon_action_text(call, "id", &id, err));
    MOON_TRY(read_on(call, &on, &count, err));
    MOON_TRY(moon_run_apply(call->book, id, on, count, call->dry_run, call->keep, &paid, err));
    say_paid(call, &paid, "applied");
    return MOON_OK;
}

/* ---- taking back, giving up ---- */

static moon_status say_reversal(moon_action_call *call, const char *what, const moon_reversal *done) {
    moon_result_add(call, "id", moon_arg_text(done->id));
    moon_result_add(call, "amount", moon_result_money(done->amount, done->currency));
    moon_result_add(call, "left", moon_result_money(done->left, done->currency));
    add_settled(call, &done->settled);
    add_reopened(call, done);
    moon_result_say(call, "%s %.*s: %.*s", what, MOON_STR_ARG(done->about),
                    MOON_STR_ARG(money(call, done->amount, done->currency)));
    return MOON_OK;
}

moon_status moon_action_unapply(moon_action_call *call, moon_err *err) {
    moon_str credit, number = MOON_STR_NONE;
    moon_reversal done = {0};
    MOON_TRY(moon_action_text(call, "credit", &credit, err));
    MOON_TRY(moon_asked_text(call->args, "number", &number, err));
    MOON_TRY(moon_run_unapply(call->book, credit, number, call->dry_run, call->keep, &done, err));
    done.amount = done.left; /* what is unapplied of it now */
    return say_reversal(call, "unapplied", &done);
}

moon_status moon_action_return(moon_action_call *call, moon_err *err) {
    moon_str payment, reason;
    moon_date date = call->book->ctx.today;
    moon_reversal done = {0};
    MOON_TRY(moon_action_text(call, "payment", &payment, err));
    MOON_TRY(moon_action_text(call, "reason", &reason, err));
    MOON_TRY(moon_asked_date(call->args, "date", &date, err));
    MOON_TRY(moon_run_return(call->book, payment, date, reason, call->dry_run, call->keep, &done, err));
    return say_reversal(call, "returned", &done);
}

moon_status moon_action_refund(moon_action_call *call, moon_err *err) {
    moon_str credit, reason;
    moon_decimal amount;
    moon_reversal done = {0};
    MOON_TRY(moon_action_text(call, "credit", &credit, err));
    MOON_TRY(moon_action_text(call, "reason", &reason, err));
    MOON_TRY(read_amount_of(call, credit, &amount, err));
    MOON_TRY(moon_run_refund(call->book, credit, amount, reason, call->dry_run, call->keep, &done, err));
    return say_reversal(call, "refund proposed of", &done);
}

moon_status moon_action_write_off(moon_action_call *call, moon_err *err) {
    moon_str invoice, reason;
    moon_decimal amount;
    moon_reversal done = {0};
    MOON_TRY(moon_action_text(call, "invoice", &invoice, err));
    MOON_TRY(moon_action_text(call, "reason", &reason, err));
    MOON_TRY(read_amount_of(call, invoice, &amount, err));
    MOON_TRY(moon_run_write_off(call->book, invoice, amount, reason, call->dry_run, call->keep, &done, err));
    return say_reversal(call, "wrote off", &done);
}

typedef struct expiring {
    moon_arg *list;
    size_t count, room;
    moon_action_call *call;
} expiring;

static void on_expired(void *ctx, const moon_expired *one) {
    expiring *e = ctx;
    moon_arena *keep = e->call->keep;
    if (e->count == e->room) {
        moon_arg *larger = MOON_NEW_N(keep, moon_arg, e->room ? e->room * 2 : 8);
        if (e->room) memcpy(larger, e->list, e->room * sizeof *larger);
        e->list = larger;
        e->room = e->room ? e->room * 2 : 8;
    }
    moon_named items[] = {{MOON_STR("account"), moon_arg_text(moon_arena_str(keep, one->account))},
                          {MOON_STR("amount"), moon_result_money(one->amount, one->currency)},
                          {MOON_STR("id"), moon_arg_text(moon_arena_str(keep, one->id))},
                          {MOON_STR("payment"), moon_arg_text(moon_arena_str(keep, one->payment))}};
    e->list[e->count++] = moon_result_map(keep, items, sizeof items / sizeof *items);
}

static void on_not_expired(void *ctx, moon_str account, const moon_err *why) {
    moon_result_refused(((expiring *)ctx)->call, account, why);
}

moon_status moon_action_expire(moon_action_call *call, moon_err *err) {
    expiring e = {.call = call};
    moon_str account = MOON_STR_NONE;
    moon_expire_report report;
    moon_expire_options options = {.accounts = &account,
                                   .dry_run = call->dry_run,
                                   .ctx = &e,
                                   .expired = on_expired,
                                   .refused = on_not_expired};
    MOON_TRY(moon_asked_text(call->args, "account", &account, err));
    MOON_TRY(moon_action_text(call, "reason", &options.reason, err));
    options.account_count = account.len ? 1 : 0;
    MOON_TRY(moon_run_expire(call->book, &options, call->keep, &report, err));
    moon_result_add(call, "expired", moon_arg_list(e.list, e.count));
    moon_result_say(call, "%llu prepaid payment%s expired", (unsigned long long)report.expired,
                    report.expired == 1 ? "" : "s");
    return MOON_OK;
}

moon_status moon_action_recover(moon_action_call *call, moon_err *err) {
    moon_str id, reason;
    moon_reversal done = {0};
    MOON_TRY(moon_action_text(call, "id", &id, err));
    MOON_TRY(moon_action_text(call, "reason", &reason, err));
    MOON_TRY(moon_run_recover(call->book, id, reason, call->dry_run, call->keep, &done, err));
    return say_reversal(call, "recovered", &done);
}

moon_status moon_action_set_payment(moon_action_call *call, moon_err *err) {
    moon_str id, account;
    moon_reversal done = {0};
    MOON_TRY(moon_action_text(call, "id", &id, err));
    MOON_TRY(moon_action_text(call, "account", &account, err));
    MOON_TRY(moon_run_move(call->book, id, account, call->dry_run, call->keep, &done, err));
    return say_reversal(call, "moved", &done);
}
