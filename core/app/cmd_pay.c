/* Commands of cash: pay, apply, unapply, return, refund, write-off, recover.  Floor 6. */
#include "app/cmd_pay.h"

#include "app/cmd_prepaid.h"
#include "app/output.h"
#include "app/progress.h"
#include "books/payment.h"
#include "run/pay.h"
#include "run/reverse.h"
#include "value/id.h"

/* ---- amounts and words ---- */

typedef struct money_words {
    char text[MOON_MONEY_TEXT];
} money_words;

static money_words money(int64_t minor, moon_currency currency) {
    money_words made;
    moon_money_format_code((moon_money){minor, currency}, made.text);
    return made;
}

static const char *day_text(moon_date date, char out[MOON_DATE_TEXT]) {
    moon_date_format(date, out);
    return out;
}

static moon_status read_amount(moon_str text, moon_decimal *out, moon_err *err) {
    if (moon_decimal_parse(text, out, err) == MOON_OK && moon_decimal_cmp(*out, MOON_DECIMAL_ZERO) > 0)
        return MOON_OK;
    return moon_fail(err, MOON_E_USAGE, "\"%.*s\" is no amount: write one above 0, such as 120.00",
                     MOON_STR_ARG(text));
}

/* NUMBER or NUMBER=AMOUNT. */
static moon_status read_on(moon_str text, moon_pay_on *out, moon_err *err) {
    size_t sign = moon_str_find(text, '=', 0);
    out->number = moon_str_sub(text, 0, sign);
    out->amount = MOON_DECIMAL_NONE;
    if (sign == text.len) return MOON_OK;
    return read_amount(moon_str_sub(text, sign + 1, text.len), &out->amount, err);
}

static moon_status wants_reason(moon_app *app, const char *what, moon_str *reason, moon_err *err) {
    *reason = MOON_STR_NONE;
    if (moon_app_text(app, "reason", reason) && reason->len) return MOON_OK;
    return moon_fail(err, MOON_E_USAGE, "%s wants a reason, which stays on record: --reason TEXT", what);
}

static moon_status read_optional_amount(moon_app *app, moon_decimal *out, moon_err *err) {
    moon_str text;
    *out = MOON_DECIMAL_NONE;
    return moon_app_text(app, "amount", &text) ? read_amount(text, out, err) : MOON_OK;
}

/* ---- what was settled, in sentences ---- */

static void say_settled(moon_app *app, const moon_settled *one) {
    money_words amount = money(one->amount, one->currency), open = money(one->open, one->currency);
    if (one->source.len == 0)
        moon_app_say(app, "let go %s that %.*s was short of, within tolerance: it is paid\n", amount.text,
                     MOON_STR_ARG(one->number));
    else if (one->open == 0)
        moon_app_say(app, "applied %s to %.*s, which is paid\n", amount.text, MOON_STR_ARG(one->number));
    else
        moon_app_say(app, "applied %s to %.*s, of which %s stays open\n", amount.text,
                     MOON_STR_ARG(one->number), open.text);
}

static void say_left(moon_app *app, int64_t left, moon_currency currency) {
    if (left > 0) moon_app_say(app, "%s stays unapplied\n", money(left, currency).text);
}

static void say_list(moon_app *app, const moon_settlement_list *list) {
    for (size_t i = 0; i < list->count; i++) say_settled(app, &list->items[i]);
    for (size_t i = 0; i < list->conflict_count; i++) {
        app->refused = true;
        moon_app_say(app, "left for you to look at: it %.*s (moonbill list parked)\n",
                     MOON_STR_ARG(list->conflicts[i].reason));
    }
}

static void say_dry(moon_app *app, bool dry_run) {
    if (dry_run) moon_app_say(app, "(nothing written)\n");
}

/* ---- pay ---- */

static moon_status read_pay(moon_app *app, moon_pay_request *request, moon_err *err) {
    moon_str code;
    size_t count = 0;
    *request = (moon_pay_request){.account = moon_app_arg(app, 0),
                                  .date = MOON_DATE_NONE,
                                  .prepaid = moon_app_flag(app, "prepaid"),
                                  .priority = MOON_INT_NONE,
                                  .expires = MOON_DATE_NONE};
    MOON_TRY(read_amount(moon_app_arg(app, 1), &request->amount, err));
    moon_app_date(app, "date", &request->date);
    moon_app_text(app, "text", &request->text);
    moon_app_text(app, "method", &request->method);
    if (moon_app_text(app, "id", &request->id)) MOON_TRY(moon_id_check(request->id, err));
    if (moon_app_text(app, "currency", &code)) MOON_TRY(moon_currency_parse(code, &request->currency, err));
    moon_pay_on *on = MOON_NEW_N(&app->arena, moon_pay_on, app->options.given_count + 1);
    for (size_t i = 0; i < app->options.given_count; i++)
        if (strcmp(app->options.given[i].option->name, "on") == 0)
            MOON_TRY(read_on(app->options.given[i].text, &on[count++], err));
    request->on = on;
    request->on_count = count;
    bool ranked = moon_app_int(app, "priority", &request->priority);
    bool expires = moon_app_date(app, "expires", &request->expires);
    if ((ranked || expires) && !request->prepaid)
        return moon_fail(err, MOON_E_USAGE, "--priority and --expires are for --prepaid");
    if (count && request->prepaid)
        return moon_fail(err, MOON_E_USAGE,
                         "what is prepaid settles nothing now: --prepaid or --on, not both");
    return MOON_OK;
}

static void say_paid(moon_app *app, const moon_paid *paid, bool dry_run) {
    char day[MOON_DATE_TEXT], stated[MOON_DATE_TEXT];
    moon_app_say(app, "%s %.*s of %s from %.*s, value date %s", dry_run ? "would take payment" : "payment",
                 MOON_STR_ARG(paid->id), money(paid->amount, paid->currency).text,
                 MOON_STR_ARG(paid->account), day_text(paid->date, day));
    if (paid->stated != MOON_DATE_NONE) moon_app_say(app, " (%s is closed)", day_text(paid->stated, stated));
    moon_app_say(app, "\n");
    say_list(app, &paid->settled);
    if (moon_str_is(paid->account, MOON_UNIDENTIFIED))
        moon_app_say(app,
                     "it waits on the work list until somebody knows whose it is: moonbill set payment "
                     "%.*s account=ID\n",
                     MOON_STR_ARG(paid->id));
    else if (paid->prepaid)
        moon_app_say(app, "prepaid: it settles invoices of %.*s when they are issued\n",
                     MOON_STR_ARG(paid->account));
    else
        say_left(app, paid->left, paid->currency);
}

static moon_status run_pay(moon_app *app, moon_err *err) {
    moon_pay_request request;
    moon_paid paid;
    bool dry_run = moon_app_flag(app, "dry-run");
    MOON_TRY(read_pay(app, &request, err));
    MOON_TRY(moon_run_pay(app->book, &request, dry_run, &app->arena, &paid, err));
    if (paid.taken == MOON_TAKEN_SAME) {
        moon_app_say(app,
                     "payment %.*s is there already; if this is another one, give it an id of its own: "
                     "--id ID\n",
                     MOON_STR_ARG(paid.id));
        return MOON_OK;
    }
    if (paid.taken == MOON_TAKEN_DIFFERENT) {
        moon_fail(err, MOON_E_RECORD_INVALID, "payment %.*s is there already and differs: %.*s",
                  MOON_STR_ARG(paid.id), MOON_STR_ARG(paid.difference));
        return moon_err_hint(err, "moonbill show payment %.*s; what is another payment gets another --id",
                             MOON_STR_ARG(paid.id));
    }
    say_paid(app, &paid, dry_run);
    say_dry(app, dry_run);
    return MOON_OK;
}

/* ---- apply ---- */

typedef struct applying {
    moon_app *app;
    moon_progress progress;
} applying;

static void on_settled(void *ctx, const moon_settled *one) {
    applying *a = ctx;
    moon_progress_end(&a->progress);
    moon_app_say(a->app, "%.*s%s%.*s: ", MOON_STR_ARG(one->account), one->source.len ? ", " : "",
                 MOON_STR_ARG(one->source));
    say_settled(a->app, one);
}

static void on_conflict(void *ctx, const moon_conflict *one) {
    applying *a = ctx;
    moon_progress_end(&a->progress);
    a->app->refused = true;
    moon_app_say(a->app, "%.*s is left for you to look at: it %.*s\n", MOON_STR_ARG(one->source),
                 MOON_STR_ARG(one->reason));
}

static void on_refused(void *ctx, moon_str account, const moon_err *why) {
    applying *a = ctx;
    (void)account;
    moon_progress_end(&a->progress);
    moon_err_print(stderr, why);
    a->app->refused = true;
}

static void on_progress(void *ctx, size_t done, size_t total) {
    moon_progress_at(&((applying *)ctx)->progress, done, total);
}

static moon_status apply_all(moon_app *app, bool dry_run, moon_err *err) {
    applying a = {app, moon_progress_begin(app, "applying")};
    moon_apply_report report;
    moon_apply_options options = {.dry_run = dry_run,
                                  .ctx = &a,
                                  .settled = on_settled,
                                  .conflict = on_conflict,
                                  .refused = on_refused,
                                  .progress = on_progress};
    moon_status status = moon_run_apply_all(app->book, &options, &app->arena, &report, err);
    moon_progress_end(&a.progress);
    MOON_TRY(status);
    if (report.accounts == 0)
        moon_app_say(app, "Nothing is unapplied.\n");
    else if (report.applied + report.conflicts + report.refused == 0)
        moon_app_say(app, "Nothing to settle: %llu account%s unapplied credit, and none of it fits.\n",
                     (unsigned long long)report.accounts, report.accounts == 1 ? " has" : "s have");
    say_dry(app, dry_run);
    return MOON_OK;
}

static moon_status run_apply(moon_app *app, moon_err *err) {
    moon_paid paid;
    bool dry_run = moon_app_flag(app, "dry-run"), all = moon_app_flag(app, "all");
    size_t count = moon_app_arg_count(app);
    if (all == (count > 0))
        return moon_fail(err, MOON_E_USAGE,
                         all ? "name a payment or credit note, or say --all"
                             : "which payment or credit note? Name it, or say --all");
    if (all) return apply_all(app, dry_run, err);
    moon_pay_on *on = MOON_NEW_N(&app->arena, moon_pay_on, count);
    for (size_t i = 1; i < count; i++) MOON_TRY(read_on(moon_app_arg(app, i), &on[i - 1], err));
    MOON_TRY(
        moon_run_apply(app->book, moon_app_arg(app, 0), on, count - 1, dry_run, &app->arena, &paid, err));
    say_list(app, &paid.settled);
    if (paid.settled.count + paid.settled.conflict_count == 0)
        moon_app_say(app, "%.*s settles nothing: nothing of account %.*s is open\n", MOON_STR_ARG(paid.id),
                     MOON_STR_ARG(paid.account));
    say_left(app, paid.left, paid.currency);
    say_dry(app, dry_run);
    return MOON_OK;
}

/* ---- taking back ---- */

static void say_reopened(moon_app *app, const moon_reversal *r) {
    char due[MOON_DATE_TEXT];
    for (size_t i = 0; i < r->reopened_count; i++)
        moon_app_say(app, "%.*s is open again with %s, due %s\n", MOON_STR_ARG(r->reopened[i].number),
                     money(r->reopened[i].open, r->currency).text, day_text(r->reopened[i].due, due));
}

static moon_status run_unapply(moon_app *app, moon_err *err) {
    moon_reversal r;
    bool dry_run = moon_app_flag(app, "dry-run");
    moon_str number = moon_app_arg_count(app) > 1 ? moon_app_arg(app, 1) : MOON_STR_NONE;
    MOON_TRY(moon_run_unapply(app->book, moon_app_arg(app, 0), number, dry_run, &app->arena, &r, err));
    say_reopened(app, &r);
    moon_app_say(app, "%s of %.*s is unapplied now\n", money(r.left, r.currency).text, MOON_STR_ARG(r.about));
    say_dry(app, dry_run);
    return MOON_OK;
}

static moon_status run_return(moon_app *app, moon_err *err) {
    moon_reversal r;
    moon_str reason;
    moon_date date = MOON_DATE_NONE;
    char day[MOON_DATE_TEXT];
    bool dry_run = moon_app_flag(app, "dry-run");
    MOON_TRY(wants_reason(app, "a return", &reason, err));
    moon_app_date(app, "date", &date);
    MOON_TRY(moon_run_return(app->book, moon_app_arg(app, 0), date, reason, dry_run, &app->arena, &r, err));
    moon_app_say(app, "payment %.*s of %s %s as of %s\n", MOON_STR_ARG(r.about),
                 money(r.amount, r.currency).text,
                 r.before  ? "was returned already,"
                 : dry_run ? "would be returned"
                           : "is returned",
                 day_text(r.date, day));
    say_reopened(app, &r);
    say_dry(app, dry_run);
    return MOON_OK;
}

static moon_status run_refund(moon_app *app, moon_err *err) {
    moon_reversal r;
    moon_str reason;
    moon_decimal amount;
    bool dry_run = moon_app_flag(app, "dry-run");
    MOON_TRY(wants_reason(app, "a refund", &reason, err));
    MOON_TRY(read_optional_amount(app, &amount, err));
    MOON_TRY(moon_run_refund(app->book, moon_app_arg(app, 0), amount, reason, dry_run, &app->arena, &r, err));
    moon_app_say(app, "proposed to pay back %s of %.*s to %.*s: %.*s\n", money(r.amount, r.currency).text,
                 MOON_STR_ARG(r.about), MOON_STR_ARG(r.account), MOON_STR_ARG(r.id));
    if (!dry_run) moon_app_say(app, "next: moonbill approve %.*s\n", MOON_STR_ARG(r.id));
    say_dry(app, dry_run);
    return MOON_OK;
}

static moon_status run_write_off(moon_app *app, moon_err *err) {
    moon_reversal r;
    moon_str reason;
    moon_decimal amount;
    bool dry_run = moon_app_flag(app, "dry-run");
    MOON_TRY(wants_reason(app, "a write-off", &reason, err));
    MOON_TRY(read_optional_amount(app, &amount, err));
    MOON_TRY(
        moon_run_write_off(app->book, moon_app_arg(app, 0), amount, reason, dry_run, &app->arena, &r, err));
    moon_app_say(app, "wrote off %s of %.*s, of which %s stays open: %.*s\n",
                 money(r.amount, r.currency).text, MOON_STR_ARG(r.about),
                 r.left ? money(r.left, r.currency).text : "nothing", MOON_STR_ARG(r.id));
    say_dry(app, dry_run);
    return MOON_OK;
}

static moon_status run_recover(moon_app *app, moon_err *err) {
    moon_reversal r;
    moon_str reason;
    bool dry_run = moon_app_flag(app, "dry-run");
    MOON_TRY(wants_reason(app, "a recovery", &reason, err));
    MOON_TRY(moon_run_recover(app->book, moon_app_arg(app, 0), reason, dry_run, &app->arena, &r, err));
    moon_app_say(app, "took back %.*s of %s\n", MOON_STR_ARG(r.about), money(r.amount, r.currency).text);
    say_reopened(app, &r);
    say_dry(app, dry_run);
    return MOON_OK;
}

/* ---- set payment ---- */

moon_status moon_command_set_payment(moon_app *app, moon_str id, const moon_pair *pairs, size_t count,
                                     bool dry_run, moon_err *err) {
    moon_reversal r;
    if (moon_is_about_prepaid(pairs, count))
        return moon_command_set_prepaid(app, id, pairs, count, dry_run, err);
    bool moves = count == 1 && moon_str_is(pairs[0].field, "account"),
         refuses =
             count == 1 && moon_str_is(pairs[0].field, "state") && moon_str_is(pairs[0].value, "refused");
    if (refuses) {
        MOON_TRY(moon_run_refuse(app->book, id, dry_run, &app->arena, &r, err));
        moon_app_say(app, "%.*s of %s is refused, and nothing is paid back\n", MOON_STR_ARG(r.id),
                     money(r.amount, r.currency).text);
    } else if (moves) {
        MOON_TRY(moon_run_move(app->book, id, pairs[0].value, dry_run, &app->arena, &r, err));
        moon_app_say(app, "moved %s of %.*s to account %.*s: %.*s\n", money(r.amount, r.currency).text,
                     MOON_STR_ARG(r.about), MOON_STR_ARG(r.account), MOON_STR_ARG(r.id));
        say_list(app, &r.settled);
        say_left(app, r.left, r.currency);
    } else {
        moon_fail(err, MOON_E_USAGE,
                  "of a payment only its account can be set, the state of a refund, and of prepaid money "
                  "expires and priority");
        return moon_err_hint(err,
                             "moonbill set payment %.*s account=ID; set payment REFUND state=refused; "
                             "what is wrong is returned and put in again",
                             MOON_STR_ARG(id));
    }
    say_dry(app, dry_run);
    return MOON_OK;
}

/* ---- the table ---- */

#define OPTION_REASON                                                                                        \
    { .name = "reason", .kind = MOON_OPTION_TEXT, .value = "TEXT", .doc = "why; it stays on record" }
#define OPTION_AMOUNT                                                                                        \
    { .name = "amount", .kind = MOON_OPTION_TEXT, .value = "A", .doc = "all that is open, if not given" }

static const moon_option pay_options[] = {
    {.name = "date", .kind = MOON_OPTION_DATE, .value = "DATE", .doc = "value date; today if not given"},
    {.name = "id",
     .kind = MOON_OPTION_TEXT,
     .value = "ID",
     .doc = "the bank's number of it; without one, the same command again is the same payment"},
    {.name = "text",
     .kind = MOON_OPTION_TEXT,
     .value = "TEXT",
     .doc = "what the payer wrote; documents that it names are settled first"},
    {.name = "on",
     .kind = MOON_OPTION_TEXT,
     .value = "NUMBER[=AMOUNT]",
     .doc = "settle this, and nothing that is not named so",
     .repeated = true},
    {.name = "currency", .kind = MOON_OPTION_TEXT, .value = "C", .doc = "the account's if not given"},
    {.name = "method", .kind = MOON_OPTION_TEXT, .value = "TEXT", .doc = "transfer, card, cash ..."},
    {.name = "prepaid",
     .kind = MOON_OPTION_FLAG,
     .doc = "paid in advance: settles nothing now, and invoices when they are issued"},
    {.name = "priority",
     .kind = MOON_OPTION_INT,
     .value = "N",
     .doc = "of prepaid money the lowest is used first; 0 if not given"},
    {.name = "expires",
     .kind = MOON_OPTION_DATE,
     .value = "DATE",
     .doc = "the last day on which prepaid money is used"},
    MOON_OPTION_DRY_RUN,
    MOON_OPTION_END};
static const moon_option apply_options[] = {{.name = "all",
                                             .letter = 'a',
                                             .kind = MOON_OPTION_FLAG,
                                             .doc = "all unapplied cash and credit notes, by policy"},
                                            MOON_OPTION_DRY_RUN,
                                            MOON_OPTION_END};
static const moon_option unapply_options[] = {MOON_OPTION_DRY_RUN, MOON_OPTION_END};
static const moon_option return_options[] = {OPTION_REASON,
                                             {.name = "date",
                                              .kind = MOON_OPTION_DATE,
                                              .value = "DATE",
                                              .doc = "when the bank took it; today if not given"},
                                             MOON_OPTION_DRY_RUN,
                                             MOON_OPTION_END};
static const moon_option reason_amount_options[] = {OPTION_REASON, OPTION_AMOUNT, MOON_OPTION_DRY_RUN,
                                                    MOON_OPTION_END};
static const moon_option expire_options[] = {OPTION_REASON, MOON_OPTION_DRY_RUN, MOON_OPTION_END};
static const moon_option reason_options[] = {OPTION_REASON, MOON_OPTION_DRY_RUN, MOON_OPTION_END};

static const moon_command commands[] = {
    {.name = "pay",
     .summary = "put in a payment by hand, and apply it",
     .usage = "pay ACCOUNT AMOUNT [--date D] [--id ID] [--text T] [--on NUMBER[=AMOUNT]]...\n"
              "pay ACCOUNT AMOUNT --prepaid [--priority N] [--expires D]",
     .help =
         "Without --on, rules/payments.lua says what it settles: documents that --text names, then what "
         "is due first.\n"
         "What settles nothing stays on the account as unapplied cash. ACCOUNT unidentified holds what "
         "nobody knows\n"
         "whose it is.\n"
         "--prepaid is money for invoices to come: it settles each when it is issued, after tax, the lowest "
         "priority first, then\n"
         "what expires earlier, then what came earlier. What is left can be refunded; what has expired: "
         "moonbill help expire.\n"
         "\n"
         "  moonbill pay ACME 150.00 --date 2026-12-04 --text \"INV-2026-00004\"\n"
         "  moonbill pay ACME 150.00 --on INV-2026-00004=120.00 --on INV-2026-00007\n"
         "  moonbill pay ACME 500.00 --prepaid --expires 2027-12-31",
     .options = pay_options,
     .args_min = 2,
     .args_max = 2,
     .need = MOON_NEEDS_BOOK,
     .run = run_pay},
    {.name = "apply",
     .summary = "settle open items with a payment or credit note",
     .usage = "apply CREDIT [NUMBER[=AMOUNT]...]\napply --all",
     .help = "Without numbers the policy decides, as it does at import. --all does so for everything that is "
             "unapplied.\n"
             "\n"
             "  moonbill apply B-1001 INV-2026-00004=20.00 INV-2026-00007",
     .options = apply_options,
     .args_max = -1,
     .need = MOON_NEEDS_BOOK,
     .run = run_apply},
    {.name = "unapply",
     .summary = "take back what a payment or credit note settled",
     .usage = "unapply CREDIT [NUMBER]",
     .help = "Both sides are as they were before it was applied, small differences that closed the rest "
             "included. It does\n"
             "not give the cash back: see return and refund.\n"
             "\n"
             "  moonbill unapply B-1001 INV-2026-00004",
     .options = unapply_options,
     .args_min = 1,
     .args_max = 2,
     .need = MOON_NEEDS_BOOK,
     .run = run_unapply},
    {.name = "return",
     .summary = "a payment that the bank took back",
     .usage = "return PAYMENT --reason TEXT [--date D]",
     .help = "What it settled is open again as of that day, with its own due date.\n"
             "\n"
             "  moonbill return B-1001 --date 2026-12-09 --reason \"no funds\"",
     .options = return_options,
     .args_min = 1,
     .args_max = 1,
     .need = MOON_NEEDS_BOOK,
     .run = run_return},
    {.name = "refund",
     .summary = "propose to pay back what is unapplied",
     .usage = "refund CREDIT --reason TEXT [--amount A]",
     .help =
         "Nothing is posted before somebody approves it; rules/payments.lua says who. Waiting ones are "
         "listed by:\n"
         "moonbill list payments state=proposed. One that is not to be paid: set payment ID state=refused\n"
         "\n"
         "  moonbill refund B-1001 --amount 30.00 --reason \"paid twice\"\n"
         "  moonbill approve refund/B-1001/1",
     .options = reason_amount_options,
     .args_min = 1,
     .args_max = 1,
     .need = MOON_NEEDS_BOOK,
     .run = run_refund},
    {.name = "write-off",
     .summary = "give up what is open of an invoice",
     .usage = "write-off NUMBER --reason TEXT [--amount A]",
     .help = "Posted as bad debt. It is no credit note: revenue and tax stay as they are.\n"
             "\n"
             "  moonbill write-off INV-2026-00004 --reason insolvent",
     .options = reason_amount_options,
     .args_min = 1,
     .args_max = 1,
     .need = MOON_NEEDS_BOOK,
     .run = run_write_off},
    {.name = "expire",
     .summary = "give up prepaid money that has expired",
     .usage = "expire [ACCOUNT...] --reason TEXT [--dry-run]",
     .help =
         "What is left of payments whose last day is over goes to the chart's breakage; nothing does so by "
         "itself. --dry-run\n"
         "lists it. It is shown in the statement, and taken back by: moonbill recover BREAKAGE. All that is "
         "prepaid:\n"
         "moonbill list prepaid\n"
         "\n"
         "  moonbill expire --dry-run\n"
         "  moonbill expire --reason \"terms of 2026, section 4\"",
     .options = expire_options,
     .args_max = -1,
     .need = MOON_NEEDS_BOOK,
     .run = moon_command_expire},
    {.name = "recover",
     .summary = "take a write-off or breakage back",
     .usage = "recover WRITE-OFF --reason TEXT\nrecover BREAKAGE --reason TEXT",
     .help =
         "What was written off is open again with its own due date, and can be paid. Prepaid money is the "
         "account's again:\n"
         "refund it, or apply it by hand.\n"
         "\n"
         "  moonbill recover write-off/INV-2026-00004/1 --reason \"paid after all\"",
     .options = reason_options,
     .args_min = 1,
     .args_max = 1,
     .need = MOON_NEEDS_BOOK,
     .run = run_recover},
    {0}};

const moon_command_group moon_commands_pay = {"Cash", commands};
