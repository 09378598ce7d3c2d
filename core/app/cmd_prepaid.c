/* Prepaid money: what has expired, and until when it can be used.           Floor 6. */
#include "app/cmd_prepaid.h"

#include "app/assign.h"
#include "app/output.h"
#include "books/payment.h"
#include "run/expire.h"
#include "run/reverse.h"

/* ---- expire ---- */

static void on_expired(void *ctx, const moon_expired *one) {
    char day[MOON_DATE_TEXT], amount[MOON_MONEY_TEXT];
    moon_date_format(one->expires, day);
    moon_money_format_code((moon_money){one->amount, one->currency}, amount);
    moon_app_say(ctx, "%s of %.*s, account %.*s, expired on %s: %.*s\n", amount, MOON_STR_ARG(one->payment),
                 MOON_STR_ARG(one->account), day, MOON_STR_ARG(one->id));
}

static void on_not_expired(void *ctx, moon_str account, const moon_err *why) {
    (void)account;
    moon_err_print(stderr, why);
    ((moon_app *)ctx)->refused = true;
}

moon_status moon_command_expire(moon_app *app, moon_err *err) {
    moon_expire_report report;
    size_t count = moon_app_arg_count(app);
    moon_str *accounts = MOON_NEW_N(&app->arena, moon_str, count + 1);
    for (size_t i = 0; i < count; i++) accounts[i] = moon_app_arg(app, i);
    moon_expire_options options = {.accounts = accounts,
                                   .account_count = count,
                                   .dry_run = moon_app_flag(app, "dry-run"),
                                   .ctx = app,
                                   .expired = on_expired,
                                   .refused = on_not_expired};
    if (!moon_app_text(app, "reason", &options.reason) && !options.dry_run)
        return moon_fail(err, MOON_E_USAGE, "expire wants a reason, which stays on record: --reason TEXT");
    MOON_TRY(moon_run_expire(app->book, &options, &app->arena, &report, err));
    if (report.expired + report.refused == 0) moon_app_say(app, "Nothing that is prepaid has expired.\n");
    if (options.dry_run) moon_app_say(app, "(nothing written)\n");
    return MOON_OK;
}

/* ---- set payment ---- */

bool moon_is_about_prepaid(const moon_pair *pairs, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (!moon_str_is(pairs[i].field, "expires") && !moon_str_is(pairs[i].field, "priority")) return false;
    return count > 0;
}

typedef struct prepaid_terms {
    moon_str id;
    moon_payment payment;
} prepaid_terms;

static moon_status find_prepaid(moon_app *app, moon_change *change, void *ctx, moon_err *err) {
    prepaid_terms *t = ctx;
    bool found;
    (void)app;
    MOON_TRY(moon_payment_find(change, t->id, &t->payment, &found, err));
    if (found) return MOON_OK;
    return moon_fail(err, MOON_E_NOT_FOUND, "there is no payment %.*s", MOON_STR_ARG(t->id));
}

moon_status moon_command_set_prepaid(moon_app *app, moon_str id, const moon_pair *pairs, size_t count,
                                     bool dry_run, moon_err *err) {
    prepaid_terms t = {.id = id};
    char day[MOON_DATE_TEXT];
    MOON_TRY(moon_app_look(app, find_prepaid, &t, err));
    MOON_TRY(moon_assign(&moon_payment_type, &t.payment, pairs, count, &app->arena, err));
    MOON_TRY(moon_run_prepaid(app->book, id, t.payment.expires, t.payment.priority, dry_run, err));
    moon_app_say(app, "prepaid money of %.*s ", MOON_STR_ARG(id));
    moon_date_format(t.payment.expires, day);
    if (t.payment.expires == MOON_DATE_NONE)
        moon_app_say(app, "never expires");
    else
        moon_app_say(app, "can be used through %s", day);
    moon_app_say(app, ", priority %lld\n",
                 t.payment.priority == MOON_INT_NONE ? 0LL : (long long)t.payment.priority);
    if (dry_run) moon_app_say(app, "(nothing written)\n");
    return MOON_OK;
}
