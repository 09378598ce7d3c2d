/* Commands about what is open: dun, deliver, dispute, promise, hold. */
#include "app/command.h"
#include "app/output.h"
#include "app/progress.h"
#include "app/words.h"
#include "books/dispute.h"
#include "books/document.h"
#include "books/hold.h"
#include "books/item.h"
#include "books/promise.h"
#include "run/deliver.h"
#include "run/dun.h"
#include "store/table.h"

/* "40.00" in a currency, or "40.00 USD". */
static moon_status read_amount(moon_app *app, moon_str text, moon_currency currency, moon_money *out,
                               moon_err *err) {
    if (moon_str_find(text, ' ', 0) == text.len)
        text = moon_arena_printf(&app->arena, "%.*s %s", MOON_STR_ARG(text), moon_currency_code(currency));
    MOON_TRY(moon_money_parse(text, out, err));
    if (out->minor > 0) return MOON_OK;
    return moon_fail(err, MOON_E_USAGE, "%.*s is no amount above zero", MOON_STR_ARG(text));
}

static moon_status wanted(moon_app *app, const char *option, const char *why, moon_str *out, moon_err *err) {
    if (moon_app_text(app, option, out) && out->len) return MOON_OK;
    return moon_fail(err, MOON_E_USAGE, "%s --%s TEXT", why, option);
}

/* Behind what a dry run says. */
static const char *unwritten(const moon_app *app) {
    return moon_app_flag(app, "dry-run") ? " (nothing written)" : "";
}

/* ---- dun ---- */

typedef struct dunning {
    moon_app *app;
    moon_progress progress;
    moon_listing *listing;
    moon_arena scratch;
} dunning;

static void on_row(void *ctx, const moon_dun_row *row) {
    dunning *d = ctx;
    moon_str cells[MOON_DUN_HEADINGS];
    moon_dun_cells(&d->app->arena, row, cells);
    moon_listing_add(d->listing, cells);
}

static void on_parked(void *ctx, moon_str account, const moon_err *why) {
    dunning *d = ctx;
    (void)account;
    moon_progress_end(&d->progress);
    moon_err_print(stderr, why);
    d->app->refused = true;
}

static void on_progress(void *ctx, size_t done, size_t total) {
    moon_progress_at(&((dunning *)ctx)->progress, done, total);
}

static moon_status run_dun(moon_app *app, moon_err *err) {
    dunning d = {.app = app,
                 .progress = moon_progress_begin(app, "Reminding"),
                 .listing = moon_listing_begin(app, moon_dun_headings, MOON_DUN_HEADINGS)};
    moon_dun_report report;
    moon_dun_options options = {.dry_run = moon_app_flag(app, "dry-run"),
                                .ctx = &d,
                                .row = on_row,
                                .parked = on_parked,
                                .progress = on_progress};
    moon_status status = moon_dun(app->book, &options, &app->arena, &report, err);
    moon_progress_end(&d.progress);
    MOON_TRY(status);
    MOON_TRY(moon_listing_end(d.listing,
                              report.accounts ? "No account could be decided." : "Nothing is open.", err));
    moon_app_say(app, "%.*s reminded, %.*s, %.*s of fees and interest%s\n",
                 MOON_STR_ARG(moon_words_count(app, report.steps, "item", "items")),
                 MOON_STR_ARG(moon_words_count(app, report.letters, "letter", "letters")),
                 MOON_STR_ARG(moon_words_count(app, report.charges, "draft", "drafts")), unwritten(app));
    if (report.accounts_parked)
        moon_app_say(
            app, "%.*s parked: moonbill list parked work=dun\n",
            MOON_STR_ARG(moon_words_count(app, report.accounts_parked, "account is", "accounts are")));
    if (report.letters && !options.dry_run) moon_app_say(app, "next: moonbill deliver\n");
    return MOON_OK;
}

/* ---- deliver ---- */

static void on_written(void *ctx, const moon_message *message, moon_str file) {
    moon_app *app = ctx;
    moon_app_print(app, "%.*s  %.*s\n", MOON_STR_ARG(message->id), MOON_STR_ARG(file));
}

static void on_undelivered(void *ctx, moon_str message, const moon_err *why) {
    moon_app *app = ctx;
    (void)message;
    moon_err_print(stderr, why);
    app->refused = true;
}

static moon_status run_deliver(moon_app *app, moon_err *err) {
    uint64_t count;
    moon_deliver_options options = {.dry_run = moon_app_flag(app, "dry-run"),
                                    .ctx = app,
                                    .written = on_written,
                                    .refused = on_undelivered};
    moon_app_text(app, "again", &options.again);
    MOON_TRY(moon_deliver(app->book, &options, &count, err));
    if (count == 0 && !app->refused)
        moon_app_say(app, "Nothing to deliver.\n");
    else
        moon_app_say(app, "%s %.*s\n", options.dry_run ? "would write" : "wrote",
                     MOON_STR_ARG(moon_words_count(app, count, "letter", "letters")));
    return MOON_OK;
}

/* ---- disputes ---- */

typedef struct disputing {
    moon_str number, amount, reason; /* amount "": all that is open */
    bool all;                        /* of closing: all of it is upheld */
    moon_dispute dispute;
    int64_t left; /* asked for still; of closing: what to credit before tax */
    bool invoice; /* it is about one that can be credited */
} disputing;

static moon_status open_dispute(moon_app *app, moon_change *change, void *ctx, moon_err *err) {
    disputing *d = ctx;
    moon_item item;
    moon_money amount = {0};
    moon_dispute *all;
    size_t count;
    MOON_TRY(moon_item_owed(change, "a dispute", d->number, &item, err));
    if (d->amount.len) MOON_TRY(read_amount(app, d->amount, item.currency, &amount, err));
    if (d->amount.len && amount.currency != item.currency)
        return moon_fail(err, MOON_E_CURRENCY_MISMATCH, "%.*s is in %s", MOON_STR_ARG(item.number),
                         moon_currency_code(item.currency));
    MOON_TRY(
        moon_dispute_open(change, &app->book->ctx, d->number, amount.minor, d->reason, &d->dispute, err));
    MOON_TRY(moon_disputes_of(change, item.account, &app->arena, &all, &count, err));
    d->left = item.open - moon_disputed_of(all, count, item.document, item.open, app->book->ctx.today);
    d->dispute.id = moon_arena_str(&app->arena, d->dispute.id);
    return MOON_OK;
}

static moon_status run_dispute(moon_app *app, moon_err *err) {
    disputing d = {.number = moon_app_arg(app, 0)};
    moon_app_text(app, "amount", &d.amount);
    MOON_TRY(wanted(app, "reason", "what does the customer say?", &d.reason, err));
    MOON_TRY(moon_app_change(app, "dispute", d.number, moon_app_flag(app, "dry-run"), open_dispute, &d, err));
    moon_app_say(app, "dispute %.*s about %.*s; %.*s of %.*s is asked for still%s\n",
                 MOON_STR_ARG(d.dispute.id),
                 MOON_STR_ARG(moon_words_money(app, d.dispute.amount, d.dispute.currency)),
                 MOON_STR_ARG(moon_words_money(app, d.left, d.dispute.currency)), MOON_STR_ARG(d.number),
                 unwritten(app));
    return MOON_OK;
}

/* What a credit note of as much, tax included, has before tax. */
static moon_status to_credit(moon_change *change, disputing *d, moon_err *err) {
    moon_document document = {.id = d->dispute.document};
    moon_decimal net;
    moon_money rounded;
    MOON_TRY(moon_get(change, &moon_document_type, &document, &d->invoice, err));
    int64_t payable = d->invoice ? moon_document_payable(&document) : 0;
    d->invoice = d->invoice && document.kind == MOON_DOCUMENT_INVOICE && payable > 0;
    if (!d->invoice) return MOON_OK;
    d->number = document.number;
    d->all = d->dispute.upheld == payable;
    int64_t value = 0; /* as a credit is written: with tax where the prices have it */
    for (size_t i = 0; i < document.lines.count; i++) {
        const moon_line *line = MOON_AT(moon_line, document.lines, i);
        value += moon_line_value(line);
    }
    MOON_TRY(moon_decimal_mul((moon_decimal){d->dispute.upheld, 0}, (moon_decimal){value, 0}, &net, err));
    MOON_TRY(moon_decimal_div(net, (moon_decimal){payable, 0}, 0, MOON_HALF_UP, &net, err));
    net.scale = moon_currency_exponent(document.currency);
    MOON_TRY(moon_money_round(net, document.currency, MOON_HALF_UP, &rounded, err));
    d->left = rounded.minor;
    return MOON_OK;
}

static moon_status close_dispute(moon_app *app, moon_change *change, void *ctx, moon_err *err) {
    disputing *d = ctx;
    moon_dispute open;
    moon_money upheld = {0};
    MOON_TRY(moon_dispute_find(change, moon_app_arg(app, 0), &open, err));
    if (d->amount.len && !d->all) MOON_TRY(read_amount(app, d->amount, open.currency, &upheld, err));
    if (d->all) upheld.minor = open.amount;
    MOON_TRY(moon_dispute_close(change, &app->book->ctx, open.id, upheld.minor, d->reason, &d->dispute, err));
    MOON_TRY(to_credit(change, d, err));
    d->number = moon_arena_str(&app->arena, d->number);
    d->dispute.id = moon_arena_str(&app->arena, d->dispute.id);
    return MOON_OK;
}

static void say_credit(moon_app *app, const disputing *d) {
    char amount[MOON_MONEY_TEXT];
    if (d->dispute.upheld <= 0) return;
    moon_money_format((moon_money){d->left, d->dispute.currency}, amount);
    if (!d->invoice)
        moon_app_say(app, "next: take it off what is owed: moonbill write-off\n");
    else if (d->all)
        moon_app_say(app, "next: moonbill credit %.*s --reason TEXT\n", MOON_STR_ARG(d->number));
    else
        moon_app_say(app, "next: moonbill credit %.*s --amount %s --reason TEXT   (before tax)\n",
                     MOON_STR_ARG(d->number), amount);
}

static moon_status run_dispute_close(moon_app *app, moon_err *err) {
    disputing d = {0};
    bool rejected = moon_app_flag(app, "rejected"), upheld = moon_app_text(app, "upheld", &d.amount);
    if (rejected == upheld)
        return moon_fail(err, MOON_E_USAGE,
                         "is the customer right? --upheld AMOUNT, --upheld all or --rejected");
    d.all = moon_str_is(d.amount, "all");
    moon_app_text(app, "outcome", &d.reason);
    MOON_TRY(moon_app_change(app, "dispute", moon_app_arg(app, 0), moon_app_flag(app, "dry-run"),
                             close_dispute, &d, err));
    moon_app_say(app, "dispute %.*s %s: %.*s of %.*s upheld%s\n", MOON_STR_ARG(d.dispute.id),
                 moon_dispute_states[d.dispute.state - 1],
                 MOON_STR_ARG(moon_words_money(app, d.dispute.upheld, d.dispute.currency)),
                 MOON_STR_ARG(moon_words_money(app, d.dispute.amount, d.dispute.currency)), unwritten(app));
    say_credit(app, &d);
    return MOON_OK;
}

/* ---- promises ---- */

typedef struct promising {
    moon_promise_terms terms;
    moon_promise promise;
    moon_str amount;
} promising;

static moon_status make_promise(moon_app *app, moon_change *change, void *ctx, moon_err *err) {
    promising *p = ctx;
    moon_money amount;
    moon_currency currency;
    moon_record_init(&moon_promise_type, &p->promise);
    p->promise.account = moon_app_arg(app, 0);
    moon_app_text(app, "on", &p->promise.document);
    MOON_TRY(moon_promise_currency(change, &app->book->ctx, &p->promise, &currency, err));
    MOON_TRY(read_amount(app, p->amount, currency, &amount, err));
    p->promise.amount = amount.minor;
    p->promise.currency = amount.currency;
    moon_app_date(app, "by", &p->promise.by);
    moon_app_text(app, "contact", &p->promise.contact);
    moon_app_text(app, "note", &p->promise.note);
    MOON_TRY(moon_promise_make(change, &app->book->ctx, p->terms, &p->promise, err));
    p->promise.id = moon_arena_str(&app->arena, p->promise.id);
    return MOON_OK;
}

static moon_status run_promise(moon_app *app, moon_err *err) {
    promising p = {.amount = moon_app_arg(app, 1)};
    moon_date by;
    if (!moon_app_date(app, "by", &by)) return moon_fail(err, MOON_E_USAGE, "by which day? --by DATE");
    MOON_TRY(moon_dun_promise_terms(app->book, moon_app_arg(app, 0), &app->arena, &p.terms.grace,
                                    &p.terms.renewals, err));
    MOON_TRY(moon_app_change(app, "promise", moon_app_arg(app, 0), moon_app_flag(app, "dry-run"),
                             make_promise, &p, err));
    MOON_TRY(moon_date_add_days(by, p.terms.grace, &by, err));
    moon_app_say(app, "promise %.*s: %.*s by %.*s; reminders wait until %.*s%s\n", MOON_STR_ARG(p.promise.id),
                 MOON_STR_ARG(moon_words_money(app, p.promise.amount, p.promise.currency)),
                 MOON_STR_ARG(moon_words_day(app, p.promise.by)), MOON_STR_ARG(moon_words_day(app, by)),
                 unwritten(app));
    return MOON_OK;
}

static moon_status withdraw_promise(moon_app *app, moon_change *change, void *ctx, moon_err *err) {
    return moon_promise_withdraw(change, &app->book->ctx, moon_app_arg(app, 0), ctx, err);
}

static moon_status run_promise_withdraw(moon_app *app, moon_err *err) {
    moon_promise promise;
    MOON_TRY(moon_app_change(app, "promise", moon_app_arg(app, 0), moon_app_flag(app, "dry-run"),
                             withdraw_promise, &promise, err));
    moon_app_say(app, "promise %.*s no longer holds reminders back%s\n", MOON_STR_ARG(moon_app_arg(app, 0)),
                 unwritten(app));
    return MOON_OK;
}

/* ---- holds ---- */

typedef struct holding {
    moon_date until;
    moon_str reason;
    moon_hold hold;
} holding;

static moon_status add_hold(moon_app *app, moon_change *change, void *ctx, moon_err *err) {
    holding *h = ctx;
    MOON_TRY(
        moon_hold_add(change, &app->book->ctx, moon_app_arg(app, 0), h->until, h->reason, &h->hold, err));
    h->hold.id = moon_arena_str(&app->arena, h->hold.id);
    return MOON_OK;
}

static moon_status run_hold(moon_app *app, moon_err *err) {
    holding h = {.until = MOON_DATE_NONE};
    moon_app_date(app, "until", &h.until);
    MOON_TRY(wanted(app, "reason", "why is it held?", &h.reason, err));
    MOON_TRY(
        moon_app_change(app, "hold", moon_app_arg(app, 0), moon_app_flag(app, "dry-run"), add_hold, &h, err));
    moon_app_say(app, "hold %.*s on %.*s%s%.*s%s\n", MOON_STR_ARG(h.hold.id),
                 MOON_STR_ARG(moon_app_arg(app, 0)), h.until == MOON_DATE_NONE ? "" : " until ",
                 MOON_STR_ARG(h.until == MOON_DATE_NONE ? MOON_STR_NONE : moon_words_day(app, h.until)),
                 unwritten(app));
    return MOON_OK;
}

static moon_status end_hold(moon_app *app, moon_change *change, void *ctx, moon_err *err) {
    return moon_hold_end(change, &app->book->ctx, moon_app_arg(app, 0), ctx, err);
}

static moon_status run_hold_end(moon_app *app, moon_err *err) {
    moon_hold hold;
    MOON_TRY(moon_app_change(app, "hold", moon_app_arg(app, 0), moon_app_flag(app, "dry-run"), end_hold,
                             &hold, err));
    moon_app_say(app, "hold %.*s ended%s\n", MOON_STR_ARG(moon_app_arg(app, 0)), unwritten(app));
    return MOON_OK;
}

/* ---- the table ---- */

#define REASON(words)                                                                                        \
    { .name = "reason", .kind = MOON_OPTION_TEXT, .value = "TEXT", .doc = words }

static const moon_option dun_options[] = {MOON_OPTION_DRY_RUN, MOON_OPTION_FORMAT, MOON_OPTION_END};
static const moon_option deliver_options[] = {{.name = "again",
                                               .kind = MOON_OPTION_TEXT,
                                               .value = "ID",
                                               .doc = "write this message once more, to the file it had"},
                                              MOON_OPTION_DRY_RUN,
                                              MOON_OPTION_END};
static const moon_option dispute_options[] = {
    {.name = "amount",
     .letter = 'a',
     .kind = MOON_OPTION_TEXT,
     .value = "AMOUNT",
     .doc = "what is contested, tax included; all that is open if not given"},
    REASON("what the customer says"),
    MOON_OPTION_DRY_RUN,
    MOON_OPTION_END};
static const moon_option close_options[] = {
    {.name = "upheld",
     .kind = MOON_OPTION_TEXT,
     .value = "AMOUNT",
     .doc = "what the customer is right about, tax included; \"all\" for the whole"},
    {.name = "rejected", .kind = MOON_OPTION_FLAG, .doc = "the customer is not right"},
    {.name = "outcome", .kind = MOON_OPTION_TEXT, .value = "TEXT", .doc = "what was decided, and why"},
    MOON_OPTION_DRY_RUN,
    MOON_OPTION_END};
static const moon_option promise_options[] = {
    {.name = "by", .kind = MOON_OPTION_DATE, .value = "DATE", .doc = "day by which it will be paid"},
    {.name = "on",
     .kind = MOON_OPTION_TEXT,
     .value = "NUMBER",
     .doc = "the item it is for; all that is open if not given"},
    {.name = "contact", .kind = MOON_OPTION_TEXT, .value = "NAME", .doc = "who said so"},
    {.name = "note", .kind = MOON_OPTION_TEXT, .value = "TEXT", .doc = "anything else"},
    MOON_OPTION_DRY_RUN,
    MOON_OPTION_END};
static const moon_option hold_options[] = {
    {.name = "until",
     .kind = MOON_OPTION_DATE,
     .value = "DATE",
     .doc = "first day on which reminders go out again; until it is ended if not given"},
    REASON("why; shown with every item that is held"),
    MOON_OPTION_DRY_RUN,
    MOON_OPTION_END};
static const moon_option dry_run_options[] = {MOON_OPTION_DRY_RUN, MOON_OPTION_END};

static const moon_command commands[] = {
    {.name = "dun",
     .summary = "remind what is open and past due, as the policy says",
     .usage = "dun [--dry-run]",
     .help =
         "Shows a row for every open item: the step that it takes today, or why it takes none. Policies are\n"
         "rules/dunning/NAME.lua. What is asked for is what is open, less what is disputed or promised, "
         "where\n"
         "credit and cash of the account do not cover it. An account gets one letter, which waits for "
         "deliver; fees\n"
         "and interest are drafted as an invoice. Once more on the same day changes nothing.\n"
         "\n"
         "  moonbill dun --dry-run",
     .options = dun_options,
     .args_max = 0,
     .need = MOON_NEEDS_BOOK,
     .run = run_dun},
    {.name = "deliver",
     .summary = "write the letters that are queued into out/letters",
     .usage = "deliver [--again ID]",
     .help =
         "Each letter is a page of its own, made by the layout that its step names, such as\n"
         "rules/layouts/letter-friendly.md. What was written is not written again, unless --again asks for "
         "it.\n"
         "\n"
         "  moonbill deliver",
     .options = deliver_options,
     .args_max = 0,
     .need = MOON_NEEDS_BOOK,
     .run = run_deliver},
    {.name = "dispute",
     .summary = "note that a customer contests an amount of an item",
     .usage = "dispute NUMBER [--amount AMOUNT] --reason TEXT",
     .help = "The amount is not asked for and bears no interest while the dispute is open; the rest of the "
             "item is.\n"
             "\n"
             "  moonbill dispute INV-2026-00012 --amount 40.00 --reason \"two chairs were broken\"",
     .options = dispute_options,
     .args_min = 1,
     .args_max = 1,
     .need = MOON_NEEDS_BOOK,
     .run = run_dispute},
    {.name = "dispute close",
     .summary = "decide a dispute",
     .usage = "dispute close ID --upheld AMOUNT|all [--outcome TEXT]\ndispute close ID --rejected",
     .help = "Where the customer is right, a credit note follows; the command for it is shown. Where not, "
             "reminders go\n"
             "on at the step where they were, and days and interest count from the due date as ever.\n"
             "\n"
             "  moonbill dispute close INV-2026-00012/1 --upheld 15.00 --outcome \"one chair\"",
     .options = close_options,
     .args_min = 1,
     .args_max = 1,
     .need = MOON_NEEDS_BOOK,
     .run = run_dispute_close},
    {.name = "promise",
     .summary = "note that a customer promised to pay",
     .usage = "promise ACCOUNT AMOUNT --by DATE [--on NUMBER]",
     .help = "What is promised is not asked for until that day and the grace that the policy gives. Whether "
             "it was\n"
             "kept follows from what was paid by then: moonbill list promises.\n"
             "\n"
             "  moonbill promise ACME 500.00 --by 2026-12-15 --contact \"Ms Miller\"",
     .options = promise_options,
     .args_min = 2,
     .args_max = 2,
     .need = MOON_NEEDS_BOOK,
     .run = run_promise},
    {.name = "promise withdraw",
     .summary = "let a promise no longer count",
     .usage = "promise withdraw ID",
     .help = "Reminders go on from today.\n"
             "\n"
             "  moonbill promise withdraw ACME/1",
     .options = dry_run_options,
     .args_min = 1,
     .args_max = 1,
     .need = MOON_NEEDS_BOOK,
     .run = run_promise_withdraw},
    {.name = "hold",
     .summary = "remind nothing of an account or an item for a while",
     .usage = "hold ACCOUNT|NUMBER --reason TEXT [--until DATE]",
     .help = "A dispute or a promise holds its amount by itself; this is for all other reasons.\n"
             "\n"
             "  moonbill hold ACME --until 2027-01-10 --reason \"new address is being looked for\"",
     .options = hold_options,
     .args_min = 1,
     .args_max = 1,
     .need = MOON_NEEDS_BOOK,
     .run = run_hold},
    {.name = "hold end",
     .summary = "end a hold",
     .usage = "hold end ID",
     .help = "Reminders go on from today.\n"
             "\n"
             "  moonbill hold end ACME/1",
     .options = dry_run_options,
     .args_min = 1,
     .args_max = 1,
     .need = MOON_NEEDS_BOOK,
     .run = run_hold_end},
    {0}};

const moon_command_group moon_commands_dun = {"Reminders", commands};
