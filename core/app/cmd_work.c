/* Commands of the daily work: import, bill, approve, issue, void. */
#include "app/cmd_work.h"

#include "app/command.h"
#include "app/output.h"
#include "app/progress.h"
#include "app/words.h"
#include "doc/table.h"
#include "run/bill.h"
#include "run/issue.h"
#include "run/wire.h"
#include "store/table.h"

/* What the callbacks of a run work on. */
typedef struct work {
    moon_app *app;
    moon_progress progress;
    moon_listing *drafts; /* for --format csv and json: every draft of the run */
} work;

static work work_begin(moon_app *app, const char *label) {
    return (work){.app = app, .progress = moon_progress_begin(app, label)};
}

static void on_progress(void *ctx, size_t done, size_t total) {
    moon_progress_at(&((work *)ctx)->progress, done, total);
}

/* What went wrong with one unit goes to standard error at once; the run goes on. */
static void on_refused(void *ctx, moon_str unit, const moon_err *why) {
    work *w = ctx;
    (void)unit;
    moon_progress_end(&w->progress);
    moon_err_print(stderr, why);
    w->app->refused = true;
}

static void on_kept(void *ctx, const moon_document *document, moon_str agreement) {
    work *w = ctx;
    moon_progress_end(&w->progress);
    moon_app_say(w->app, "kept %.*s: agreement %.*s is paused (keep)\n", MOON_STR_ARG(document->id),
                 MOON_STR_ARG(agreement));
}

/* ---- bill ---- */

static void on_draft(void *ctx, const moon_document *document, moon_drafted how) {
    work *w = ctx;
    (void)how;
    if (!w->drafts) return;
    moon_str *cells = MOON_NEW_N(&w->app->arena, moon_str, moon_document_type.field_count);
    moon_cells_of(w->app, &w->app->arena, &moon_document_type, document, cells);
    moon_listing_add_record(w->drafts, cells, &moon_document_type, document);
}

static void add_row(moon_app *app, moon_table *table, const char *name, const moon_tallied *row,
                    moon_currency currency, bool total) {
    moon_str cells[4] = {moon_str_of(name),
                         moon_arena_printf(&app->arena, "%llu", (unsigned long long)row->orders),
                         moon_words_grouped(app, row->amount, moon_currency_exponent(currency)),
                         moon_str_of(moon_currency_code(currency))};
    if (total)
        moon_table_total(table, cells);
    else
        moon_table_add(table, cells);
}

/* Every order of the book is in exactly one row. */
static void say_equation(moon_app *app, const moon_equation *equation) {
    static const moon_column columns[] = {{{"Orders", 6}, MOON_ALIGN_LEFT},
                                          {{"Number", 6}, MOON_ALIGN_RIGHT},
                                          {{"Amount before tax", 17}, MOON_ALIGN_RIGHT},
                                          {{"", 0}, MOON_ALIGN_LEFT}};
    moon_buf out = MOON_BUF_EMPTY;
    moon_table *table = moon_table_new(&app->arena, columns, 4);
    for (int row = 0; row < MOON_OUTCOME_COUNT; row++)
        if (row < MOON_OUTCOME_NOT_DUE || equation->rows[row].orders)
            add_row(app, table, moon_outcome_name((moon_outcome)row), &equation->rows[row],
                    equation->currency, false);
    add_row(app, table, "all", &equation->all, equation->currency, true);
    moon_table_write(table, &app->style, &out);
    moon_app_say(app, "%.*s", MOON_STR_ARG(moon_buf_str(&out)));
    moon_buf_free(&out);
}

static void add_agreements(moon_app *app, moon_table *table, const char *name, uint64_t number,
                           const moon_periods_sum *sum) {
    moon_str cells[5] = {moon_str_of(name),
                         moon_arena_printf(&app->arena, "%llu", (unsigned long long)number)};
    if (sum) {
        cells[2] = moon_arena_printf(&app->arena, "%llu", (unsigned long long)sum->periods);
        cells[3] = moon_words_amount(app, sum->amount, sum->currency);
        cells[4] = moon_str_of(moon_currency_code(sum->currency));
    }
    moon_table_add(table, cells);
}

/* Every agreement that is billed by periods is in exactly one row; those that are billed in two currencies, in a
 * row of each. */
static void say_agreements(moon_app *app, const moon_bill_report *report) {
    static const moon_column columns[] = {{{"Agreements", 10}, MOON_ALIGN_LEFT},
                                          {{"Number", 6}, MOON_ALIGN_RIGHT},
                                          {{"Periods", 7}, MOON_ALIGN_RIGHT},
                                          {{"Amount before tax", 17}, MOON_ALIGN_RIGHT},
                                          {{"", 0}, MOON_ALIGN_LEFT}};
    static const char *const names[MOON_PERIODS_OUTCOMES] = {"billed", "nothing due", "not begun", "ended",
                                                             "parked"};
    moon_buf out = MOON_BUF_EMPTY;
    moon_table *table = moon_table_new(&app->arena, columns, 5);
    uint64_t all = 0;
    for (int i = 0; i < MOON_PERIODS_OUTCOMES; i++) all += report->agreements[i];
    if (all == 0) return;
    for (size_t i = 0; i < report->period_sum_count; i++)
        add_agreements(app, table, names[0], report->period_sums[i].agreements, &report->period_sums[i]);
    for (int i = report->period_sum_count ? 1 : 0; i < MOON_PERIODS_OUTCOMES; i++)
        if (i < MOON_PERIODS_NOT_BEGUN || report->agreements[i])
            add_agreements(app, table, names[i], report->agreements[i], NULL);
    moon_str total[5] = {MOON_STR("all"), moon_arena_printf(&app->arena, "%llu", (unsigned long long)all)};
    moon_table_total(table, total);
    moon_table_write(table, &app->style, &out);
    moon_app_say(app, "%.*s", MOON_STR_ARG(moon_buf_str(&out)));
    moon_buf_free(&out);
}

static void say_bill(moon_app *app, const moon_bill_report *report, bool dry_run) {
    uint64_t drafts = report->drafts_new + report->drafts_same + report->drafts_changed;
    for (size_t i = 0; i < report->equation_count; i++) say_equation(app, &report->equations[i]);
    say_agreements(app, report);
    if (report->equation_count == 0 && report->accounts == 0)
        moon_app_say(app, "There is nothing to bill in this book yet: moonbill import orders FILE, or "
                          "moonbill add agreement\n");
    else if (drafts == 0 && report->accounts_parked == 0)
        moon_app_say(app, "Nothing is due.\n");
    else
        moon_app_say(app, "%.*s of %.*s: %llu new, %llu changed, %llu as before%s\n",
                     MOON_STR_ARG(moon_words_count(app, drafts, "draft", "drafts")),
                     MOON_STR_ARG(moon_words_count(app, report->accounts_billed, "account", "accounts")),
                     (unsigned long long)report->drafts_new, (unsigned long long)report->drafts_changed,
                     (unsigned long long)report->drafts_same, dry_run ? " (nothing written)" : "");
    if (report->drafts_dropped)
        moon_app_say(app, "%.*s dropped: what they billed is not due any more\n",
                     MOON_STR_ARG(moon_words_count(app, report->drafts_dropped, "draft", "drafts")));
    if (report->accounts_parked)
        moon_app_say(
            app, "%.*s parked: moonbill list parked\n",
            MOON_STR_ARG(moon_words_count(app, report->accounts_parked, "account is", "accounts are")));
}

/* `already` is what a document is of which nothing had to be done. */
static void say_done(moon_app *app, const moon_issue_report *report, const char *done, const char *already) {
    static const char *const names[2][2] = {{"invoice", "invoices"}, {"credit note", "credit notes"}};
    for (size_t i = 0; i < report->sum_count; i++)
        for (int kind = 0; kind < 2; kind++) {
            const struct moon_issue_sum *sum = &report->sums[i];
            if (sum->count[kind] == 0) continue;
            moon_app_say(
                app, "%s %-18.*s net %14.*s   tax %13.*s   total %14.*s %s\n", done,
                MOON_STR_ARG(moon_words_count(app, sum->count[kind], names[kind][0], names[kind][1])),
                MOON_STR_ARG(moon_words_amount(app, sum->net[kind], sum->currency)),
                MOON_STR_ARG(moon_words_amount(app, sum->tax[kind], sum->currency)),
                MOON_STR_ARG(moon_words_amount(app, sum->total[kind], sum->currency)),
                moon_currency_code(sum->currency));
        }
    if (report->same)
        moon_app_say(app, "%.*s %s already\n",
                     MOON_STR_ARG(moon_words_count(app, report->same, "was", "were")), already);
    if (report->waiting)
        moon_app_say(
            app, "%.*s: the invoice comes first\n",
            MOON_STR_ARG(moon_words_count(app, report->waiting, "credit note waits", "credit notes wait")));
    if (report->kept)
        moon_app_say(
            app, "%.*s until the pause of its agreement ends\n",
            MOON_STR_ARG(moon_words_count(app, report->kept, "document is kept", "documents are kept")));
    if (report->written_off)
        moon_app_say(
            app, "%.*s written off at once as bad debt: uncollectible\n",
            MOON_STR_ARG(moon_words_count(app, report->written_off, "invoice was", "invoices were")));
    if (report->refused)
        moon_app_say(app, "%.*s refused, see above\n",
                     MOON_STR_ARG(moon_words_count(app, report->refused, "was", "were")));
}

static void say_issued(moon_app *app, const moon_issue_report *report, const char *done,
                       const char *already) {
    say_done(app, report, done, already);
    if (report->done + report->same + report->refused + report->waiting + report->kept == 0)
        moon_app_say(app, "Nothing to do: there is no such document waiting.\n");
}

/* Documents without a number. */
typedef struct unissued {
    uint64_t drafts, approved;
} unissued;

static moon_status count_unissued(moon_app *app, moon_change *change, void *ctx, moon_err *err) {
    unissued *count = ctx;
    moon_document document;
    moon_scan scan;
    bool more = true;
    (void)app;
    MOON_TRY(moon_scan_begin(change, &moon_document_type, moon_type_index(&moon_document_type, "work"), NULL,
                             0, NULL, 0, false, &scan, err));
    moon_arena_mark mark = moon_arena_here(moon_change_arena(change));
    moon_status status = MOON_OK;
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &document, &more, err);
        if (status != MOON_OK || !more) break;
        count->drafts += document.state == MOON_STATE_DRAFT;
        count->approved += document.state == MOON_STATE_APPROVED;
        moon_arena_rewind(moon_change_arena(change), mark);
    }
    moon_scan_end(&scan);
    return status;
}

static moon_status say_unissued(moon_app *app, const moon_issue_report *report, moon_err *err) {
    unissued left = {0};
    MOON_TRY(moon_app_look(app, count_unissued, &left, err));
    if (left.drafts)
        moon_app_say(app, "%.*s for approval: moonbill list drafts; moonbill approve --all\n",
                     MOON_STR_ARG(moon_words_count(app, left.drafts, "draft waits", "drafts wait")));
    if (left.approved)
        moon_app_say(app, "%.*s to be issued: moonbill issue --all\n",
                     MOON_STR_ARG(moon_words_count(app, left.approved, "approved document waits",
                                                   "approved documents wait")));
    if (report->done + report->refused + left.drafts + left.approved == 0)
        moon_app_say(app, "Nothing to issue.\n");
    return MOON_OK;
}

/* What rules/approvals.lua lets through without anybody, in the same go. */
static moon_status issue_by_policy(moon_app *app, moon_err *err) {
    moon_issue_report report;
    work w = work_begin(app, "issuing");
    moon_issue_options options = {
        .by_policy = true, .ctx = &w, .kept = on_kept, .refused = on_refused, .progress = on_progress};
    moon_status status = moon_run_approve(app->book, &options, &app->arena, &report, err);
    if (status == MOON_OK) status = moon_run_issue(app->book, &options, &app->arena, &report, err);
    moon_progress_end(&w.progress);
    MOON_TRY(status);
    say_done(app, &report, "issued", "issued");
    return say_unissued(app, &report, err);
}

static moon_status run_bill(moon_app *app, moon_err *err) {
    bool issue = moon_app_flag(app, "issue");
    work w = work_begin(app, "billing");
    moon_bill_options options = {.dry_run = moon_app_flag(app, "dry-run"),
                                 .ctx = &w,
                                 .drafted = on_draft,
                                 .parked = on_refused,
                                 .progress = on_progress};
    moon_bill_report report;
    size_t columns;
    if (issue && options.dry_run)
        return moon_fail(err, MOON_E_USAGE,
                         "--issue cannot be tried out: use --dry-run alone to see the drafts");
    const moon_heading *headings = moon_headings_of(&app->arena, &moon_document_type, &columns);
    if (app->format != MOON_FORMAT_TABLE) w.drafts = moon_listing_begin(app, headings, columns);
    moon_status status = moon_bill(app->book, &options, &app->arena, &report, err);
    moon_progress_end(&w.progress);
    MOON_TRY(status);
    if (w.drafts) MOON_TRY(moon_listing_end(w.drafts, "No drafts.", err));
    say_bill(app, &report, options.dry_run);
    return issue ? issue_by_policy(app, err) : MOON_OK;
}

/* ---- approve, issue, void ---- */

static moon_status all_or_named(moon_app *app, moon_err *err) {
    bool all = moon_app_flag(app, "all");
    if (all && moon_app_arg_count(app)) return moon_fail(err, MOON_E_USAGE, "name documents, or say --all");
    if (!all && moon_app_arg_count(app) == 0)
        return moon_fail(err, MOON_E_USAGE, "which documents? Name them, or say --all");
    return MOON_OK;
}

static void on_refunded(void *ctx, const moon_payment *refund) {
    work *w = ctx;
    char text[MOON_MONEY_TEXT];
    moon_progress_end(&w->progress);
    moon_money_format_code((moon_money){refund->amount, refund->currency}, text);
    moon_app_say(w->app, "%s %s of %.*s to %.*s\n",
                 moon_app_flag(w->app, "dry-run") ? "would pay back" : "paid back", text,
                 MOON_STR_ARG(refund->settles), MOON_STR_ARG(refund->account));
}

typedef moon_status (*issue_fn)(moon_book *book, const moon_issue_options *options, moon_arena *keep,
                                moon_issue_report *report, moon_err *err);

static moon_status run_on_documents(moon_app *app, issue_fn fn, const char *label, const char *done,
                                    const char *would, moon_err *err) {
    moon_issue_report report;
    MOON_TRY(all_or_named(app, err));
    work w = work_begin(app, label);
    moon_issue_options options = {.names = app->options.args,
                                  .name_count = moon_app_arg_count(app),
                                  .dry_run = moon_app_flag(app, "dry-run"),
                                  .ctx = &w,
                                  .kept = on_kept,
                                  .refused = on_refused,
                                  .refunded = on_refunded,
                                  .progress = on_progress};
    moon_status status = fn(app->book, &options, &app->arena, &report, err);
    moon_progress_end(&w.progress);
    if (status == MOON_OK) say_issued(app, &report, options.dry_run ? would : done, done);
    return status;
}

static moon_status run_approve(moon_app *app, moon_err *err) {
    return run_on_documents(app, moon_run_approve, "approving", "approved", "would approve", err);
}

static moon_status run_issue(moon_app *app, moon_err *err) {
    return run_on_documents(app, moon_run_issue, "issuing", "issued", "would issue", err);
}

static moon_status run_void(moon_app *app, moon_err *err) {
    moon_issue_report report;
    moon_str reason = MOON_STR_NONE;
    if (!moon_app_text(app, "reason", &reason) || reason.len == 0)
        return moon_fail(err, MOON_E_USAGE, "voiding wants a reason: --reason TEXT");
    work w = work_begin(app, "voiding");
    moon_issue_options options = {.names = app->options.args,
                                  .name_count = moon_app_arg_count(app),
                                  .dry_run = moon_app_flag(app, "dry-run"),
                                  .ctx = &w,
                                  .refused = on_refused,
                                  .progress = on_progress};
    MOON_TRY(moon_run_void(app->book, &options, reason, &app->arena, &report, err));
    say_issued(app, &report, options.dry_run ? "would void" : "voided", "void");
    return MOON_OK;
}

/* ---- the table ---- */

static const moon_option import_options[] = {
    {.name = "map",
     .letter = 'm',
     .kind = MOON_OPTION_TEXT,
     .value = "NAME",
     .doc = "mapping rules/imports/NAME.lua; without one, columns are called as the fields"},
    {.name = "update",
     .kind = MOON_OPTION_FLAG,
     .doc = "replace orders that are there, differ, and are not billed"},
    MOON_OPTION_DRY_RUN,
    MOON_OPTION_END};
static const moon_option bill_options[] = {
    {.name = "issue",
     .kind = MOON_OPTION_FLAG,
     .doc = "approve what policy lets through, and issue what is approved"},
    MOON_OPTION_FORMAT,
    MOON_OPTION_DRY_RUN,
    MOON_OPTION_END};
static const moon_option all_options[] = {
    {.name = "all", .letter = 'a', .kind = MOON_OPTION_FLAG, .doc = "every one that waits for it"},
    MOON_OPTION_DRY_RUN,
    MOON_OPTION_END};
static const moon_option void_options[] = {
    {.name = "reason", .kind = MOON_OPTION_TEXT, .value = "TEXT", .doc = "why; it is kept with the document"},
    MOON_OPTION_DRY_RUN,
    MOON_OPTION_END};

static const moon_command commands[] = {
    {.name = "import",
     .summary = "take orders, payments, usage and other records from a file",
     .usage = "import KIND FILE... [--map NAME]",
     .help =
         "Separator, quotes, encoding, decimals and order of dates are found out, or named by a mapping in\n"
         "rules/imports/. An order is taken whole or held whole. What is held is on the work list (list "
         "parked),\n"
         "and its rows, with line, column and reason, are in out/, in FILE-*.rejects.csv, which can be "
         "repaired "
         "and\n"
         "imported again. Importing the same file again changes nothing.\n"
         "\n"
         "Kinds: orders, accounts, products, agreements, usage, payments, grants, opening-items. Payments "
         "are "
         "applied "
         "as\n"
         "rules/payments.lua says; opening items are what was open in the system before this book.\n"
         "\n"
         "  moonbill import orders orders.csv --map shop\n"
         "  moonbill import payments statement.csv --map bank",
     .options = import_options,
     .args_min = 2,
     .args_max = -1,
     .need = MOON_NEEDS_BOOK,
     .run = moon_command_import},
    {.name = "bill",
     .summary = "make drafts from the orders and periods that are due",
     .usage = "bill [--issue] [--dry-run]",
     .help = "Each order that is due by --today becomes the draft of an invoice, each cancellation that of a "
             "credit\n"
             "note; the periods of an account's agreements that are due become one draft. All are priced and "
             "taxed by the\n"
             "rules. An account whose rules fail is parked with its error, and the rest goes on. Billing "
             "again changes\n"
             "nothing. The tables at the end account for every order and every agreement of the book. With "
             "--format csv\n"
             "or json the drafts themselves are printed.\n"
             "\n"
             "  moonbill --today 2026-11-30 bill --dry-run",
     .options = bill_options,
     .args_max = 0,
     .need = MOON_NEEDS_BOOK,
     .run = run_bill},
    {.name = "approve",
     .summary = "approve drafts and refunds",
     .usage = "approve ID...\napprove --all",
     .help = "rules/approvals.lua says who has to approve what, of refunds rules/payments.lua. A sole "
             "operator's approval of his own draft is\n"
             "recorded as such. What waits: moonbill list drafts, moonbill list payments state=proposed\n"
             "\n"
             "  moonbill approve order/SO-1001",
     .options = all_options,
     .args_max = -1,
     .need = MOON_NEEDS_BOOK,
     .run = run_approve},
    {.name = "issue",
     .summary = "give approved documents their numbers and post them",
     .usage = "issue ID...\nissue --all",
     .help =
         "Number, date, due date, ledger entry, claim and open item are written together; credit notes are\n"
         "applied to open items by rules/application.lua. Nothing of an issued document changes any more.\n"
         "\n"
         "  moonbill --today 2026-11-30 issue --all",
     .options = all_options,
     .args_max = -1,
     .need = MOON_NEEDS_BOOK,
     .run = run_issue},
    {.name = "void",
     .summary = "take back an issued document of which nothing was settled",
     .usage = "void NUMBER... --reason TEXT",
     .help = "The posting is reversed today, what it billed is due again, and the number stays with its "
             "reason. A "
             "document\n"
             "that was settled, credited or sent is corrected with a credit note instead: moonbill credit "
             "NUMBER\n"
             "\n"
             "  moonbill void INV-2026-00012 --reason \"wrong customer\"",
     .options = void_options,
     .args_min = 1,
     .args_max = -1,
     .need = MOON_NEEDS_BOOK,
     .run = run_void},
    {0}};

const moon_command_group moon_commands_work = {"The daily work", commands};
