/* Commands that show where the book stands: print, report ageing, report statement. */
#include <unistd.h>

#include "app/command.h"
#include "app/output.h"
#include "base/file.h"
#include "base/limits.h"
#include "books/document.h"
#include "books/party.h"
#include "books/receivable.h"
#include "run/page.h"
#include "store/table.h"

static moon_str amount(moon_app *app, int64_t minor, moon_currency currency) {
    char text[MOON_MONEY_TEXT];
    size_t len = moon_money_format((moon_money){minor, currency}, text);
    return moon_arena_str(&app->arena, (moon_str){text, len});
}

static moon_str date_text(moon_app *app, moon_date date) {
    char text[MOON_DATE_TEXT];
    moon_date_format(date, text);
    return moon_arena_str(&app->arena, moon_str_of(text));
}

/* ---- pages ---- */

/* A page may take the place of an older page, never of anything else: book.lua is a file too. */
static moon_status check_target(moon_str file, moon_err *err) {
    static const char page[] = "<!DOCTYPE html>";
    moon_arena scratch = MOON_ARENA_EMPTY;
    moon_str old;
    if (!moon_file_exists(file.ptr)) return MOON_OK;
    moon_status status = moon_file_read(file.ptr, MOON_FILE_MAX, &scratch, &old, err);
    bool is_page =
        status == MOON_OK &&
        (old.len == 0 || (old.len >= sizeof page - 1 && strncasecmp(old.ptr, page, sizeof page - 1) == 0));
    moon_arena_free(&scratch);
    if (status != MOON_OK || is_page) return status;
    moon_fail(err, MOON_E_BOOK_EXISTS, "%.*s is there already, and is no page", MOON_STR_ARG(file));
    return moon_err_hint(err, "name another file, for example out/page.html");
}

/* To the terminal, or as HTML into a file. */
static moon_status put_page(moon_app *app, const moon_page *page, moon_str file, moon_err *err) {
    moon_buf out = MOON_BUF_EMPTY;
    moon_status status = MOON_OK;
    moon_terminal_style style = app->style;
    if (style.width == 0) style.width = 100; /* not a terminal: a page still wants a width */
    if (file.len) {
        moon_page_html(app->book, page, &out);
        status = check_target(file, err);
        if (status == MOON_OK) status = moon_file_write(file.ptr, moon_buf_str(&out), 0644, err);
        if (status == MOON_OK) moon_app_say(app, "wrote %.*s\n", MOON_STR_ARG(file));
    } else {
        moon_page_text(page, &style, &out);
        moon_app_write(app, moon_buf_str(&out));
    }
    moon_buf_free(&out);
    return status;
}

/* A number as the name of a file: what a path could trip over becomes a hyphen. */
static moon_str file_name(moon_app *app, moon_str folder, moon_str number) {
    moon_str name = moon_arena_str(&app->arena, number);
    char *text = (char *)(uintptr_t)name.ptr;
    for (size_t i = 0; i < name.len; i++)
        if (text[i] == '/' || text[i] == '\\' || (unsigned char)text[i] < 0x20 || (i == 0 && text[i] == '.'))
            text[i] = '-';
    return moon_arena_printf(&app->arena, "%.*s/%s.html", MOON_STR_ARG(folder), text);
}

typedef struct printing {
    moon_str target; /* of -o: a file, or a folder */
    bool folder;
    size_t count;
} printing;

static moon_status print_document(moon_app *app, const moon_document *document, printing *p, moon_err *err) {
    moon_page page;
    moon_arena scratch = MOON_ARENA_EMPTY;
    moon_str file = p->target;
    if (p->folder) file = file_name(app, p->target, document->number.len ? document->number : document->id);
    moon_status status = moon_page_of_document(app->book, document, &scratch, &page, err);
    bool quiet = app->quiet;
    app->quiet = quiet || p->folder; /* one line for all of them */
    if (status == MOON_OK && p->count++ > 0 && !file.len) moon_app_print(app, "\f\n");
    if (status == MOON_OK) status = put_page(app, &page, file, err);
    app->quiet = quiet;
    moon_arena_free(&scratch);
    return status;
}

static moon_status print_named(moon_app *app, moon_change *change, void *ctx, moon_err *err) {
    moon_document document;
    bool found;
    for (size_t i = 0; i < moon_app_arg_count(app); i++) {
        moon_str name = moon_app_arg(app, i);
        MOON_TRY(moon_document_find(change, name, &document, &found, err));
        if (!found) {
            moon_fail(err, MOON_E_NOT_FOUND, "there is no invoice or credit note %.*s", MOON_STR_ARG(name));
            return moon_err_hint(err,
                                 "moonbill list invoices; moonbill list credit-notes; moonbill list drafts");
        }
        MOON_TRY(print_document(app, &document, ctx, err));
    }
    return MOON_OK;
}

static moon_status print_all(moon_app *app, moon_change *change, void *ctx, moon_err *err) {
    moon_document document;
    moon_scan scan;
    bool more = true;
    MOON_TRY(moon_scan_begin(change, &moon_document_type, moon_type_index(&moon_document_type, "number"),
                             NULL, 0, NULL, 0, false, &scan, err));
    moon_arena_mark mark = moon_arena_here(moon_change_arena(change));
    moon_status status = MOON_OK;
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &document, &more, err);
        if (status != MOON_OK || !more) break;
        status = print_document(app, &document, ctx, err);
        moon_arena_rewind(moon_change_arena(change), mark);
    }
    moon_scan_end(&scan);
    return status;
}

static moon_status run_print(moon_app *app, moon_err *err) {
    printing p = {0};
    bool all = moon_app_flag(app, "all"), named = moon_app_arg_count(app) > 0;
    if (all == named)
        return moon_fail(err, MOON_E_USAGE,
                         all ? "name documents, or say --all" : "which documents? Name them, or say --all");
    if (moon_app_text(app, "output", &p.target)) {
        p.target = moon_arena_str(&app->arena, p.target);
        p.folder = all || moon_app_arg_count(app) > 1 || moon_folder_exists(p.target.ptr);
        if (p.folder) MOON_TRY(moon_folder_make(p.target.ptr, err));
    }
    MOON_TRY(moon_app_look(app, all ? print_all : print_named, &p, err));
    if (p.folder)
        moon_app_say(app, "wrote %zu pages into %.*s\n", p.count, MOON_STR_ARG(p.target));
    else if (all && p.count == 0)
        moon_app_say(app, "Nothing is issued yet.\n");
    return MOON_OK;
}

/* ---- ageing ---- */

static const moon_heading ageing_headings[] = {
    {.name = "account", .cell = MOON_CELL_TEXT},
    {.name = "currency", .cell = MOON_CELL_TEXT, .spare = 1},
    {.name = "not_due", .cell = MOON_CELL_NUMBER, .flags = MOON_HEADING_SUM, .spare = 2},
    {.name = "d1_30", .cell = MOON_CELL_NUMBER, .flags = MOON_HEADING_SUM, .title = "1-30", .spare = 4},
    {.name = "d31_60", .cell = MOON_CELL_NUMBER, .flags = MOON_HEADING_SUM, .title = "31-60", .spare = 5},
    {.name = "d61_90", .cell = MOON_CELL_NUMBER, .flags = MOON_HEADING_SUM, .title = "61-90", .spare = 6},
    {.name = "d91_plus", .cell = MOON_CELL_NUMBER, .flags = MOON_HEADING_SUM, .title = "91+", .spare = 7},
    {.name = "unapplied", .cell = MOON_CELL_NUMBER, .flags = MOON_HEADING_SUM, .spare = 3},
    {.name = "total", .cell = MOON_CELL_NUMBER, .flags = MOON_HEADING_SUM}};

typedef struct ageing_request {
    moon_date as_of;
    moon_str account;
} ageing_request;

static moon_status show_ageing(moon_app *app, moon_change *change, void *ctx, moon_err *err) {
    const ageing_request *request = ctx;
    moon_ageing ageing;
    MOON_TRY(moon_ageing_at(change, &app->book->config, request->as_of, request->account, &ageing, err));
    moon_app_say(app, "Receivables as of %.*s by days past due; basis: due date.\n",
                 MOON_STR_ARG(date_text(app, request->as_of)));
    moon_listing *listing =
        moon_listing_begin(app, ageing_headings, sizeof ageing_headings / sizeof *ageing_headings);
    for (size_t i = 0; i < ageing.count; i++) {
        const moon_ageing_row *row = &ageing.rows[i];
        int64_t amounts[] = {row->not_due,  row->d1_30,     row->d31_60, row->d61_90,
                             row->d91_plus, row->unapplied, row->total};
        moon_str cells[9] = {row->account, moon_str_of(moon_currency_code(row->currency))};
        for (size_t j = 0; j < 7; j++) cells[2 + j] = amount(app, amounts[j], row->currency);
        moon_listing_add(listing, cells);
    }
    MOON_TRY(moon_listing_end(listing, "Nothing is open.", err));
    if (request->account.len == 0)
        moon_app_say(app, "The total is that of the receivables account in the ledger.\n");
    return MOON_OK;
}

static moon_status run_ageing(moon_app *app, moon_err *err) {
    ageing_request request = {app->book->ctx.today, MOON_STR_NONE};
    moon_app_date(app, "as-of", &request.as_of);
    moon_app_text(app, "account", &request.account);
    return moon_app_look(app, show_ageing, &request, err);
}

/* ---- statement ---- */

typedef struct statement_request {
    moon_date from, to;
    moon_currency currency;
} statement_request;

static const moon_heading statement_headings[] = {
    {.name = "date", .cell = MOON_CELL_DATE},     {.name = "kind", .cell = MOON_CELL_TEXT},
    {.name = "number", .cell = MOON_CELL_TEXT},   {.name = "due", .cell = MOON_CELL_DATE},
    {.name = "currency", .cell = MOON_CELL_TEXT}, {.name = "amount", .cell = MOON_CELL_NUMBER},
    {.name = "balance", .cell = MOON_CELL_NUMBER}};

/* For programs: the balance before the first day, then the movements. */
static moon_status list_statement(moon_app *app, const moon_statement *statement, moon_date from,
                                  moon_err *err) {
    moon_str currency = moon_str_of(moon_currency_code(statement->currency));
    moon_listing *listing =
        moon_listing_begin(app, statement_headings, sizeof statement_headings / sizeof *statement_headings);
    moon_str opening[7] = {date_text(app, from), MOON_STR("opening")};
    opening[4] = currency;
    opening[6] = amount(app, statement->opening, statement->currency);
    moon_listing_add(listing, opening);
    for (size_t i = 0; i < statement->count; i++) {
        const moon_movement *m = &statement->movements[i];
        moon_str cells[] = {date_text(app, m->date),
                            moon_str_of(m->voids ? "void" : moon_document_kinds[m->item->kind - 1]),
                            m->item->number,
                            date_text(app, m->item->due),
                            currency,
                            amount(app, m->amount, statement->currency),
                            amount(app, m->balance, statement->currency)};
        moon_listing_add(listing, cells);
    }
    return moon_listing_end(listing, "No movements.", err);
}

static moon_status show_statement(moon_app *app, moon_change *change, void *ctx, moon_err *err) {
    const statement_request *request = ctx;
    moon_account account;
    moon_statement statement;
    moon_ageing ageing;
    moon_ageing_row row = {0};
    moon_page page;
    moon_str file = MOON_STR_NONE, id = moon_app_arg(app, 0);
    bool found;
    MOON_TRY(moon_version_at(change, &moon_account_type, id, request->to, &account, &found, err));
    if (!found) return moon_fail(err, MOON_E_NOT_FOUND, "there is no account %.*s", MOON_STR_ARG(id));
    MOON_TRY(moon_statement_of(change, id, request->currency, request->from, request->to, &statement, err));
    if (app->format != MOON_FORMAT_TABLE) return list_statement(app, &statement, request->from, err);
    MOON_TRY(moon_ageing_at(change, &app->book->config, request->to, id, &ageing, err));
    for (size_t i = 0; i < ageing.count; i++)
        if (ageing.rows[i].currency == request->currency) row = ageing.rows[i];
    MOON_TRY(moon_page_of_statement(app->book, &account, &statement, &row, request->from, request->to,
                                    &app->arena, &page, err));
    if (moon_app_text(app, "output", &file)) file = moon_arena_str(&app->arena, file);
    return put_page(app, &page, file, err);
}

static moon_status run_statement(moon_app *app, moon_err *err) {
    moon_ymd today = moon_date_ymd(app->book->ctx.today);
    statement_request request = {.to = app->book->ctx.today, .currency = app->book->config.currency};
    moon_str currency;
    MOON_TRY(moon_date_make(today.year, 1, 1, &request.from, err));
    moon_app_date(app, "from", &request.from);
    moon_app_date(app, "to", &request.to);
    if (moon_app_text(app, "currency", &currency))
        MOON_TRY(moon_currency_parse(currency, &request.currency, err));
    if (request.from > request.to) {
        moon_fail(err, MOON_E_PERIOD_ORDER, "the statement would begin on %.*s, after it ends on %.*s",
                  MOON_STR_ARG(date_text(app, request.from)), MOON_STR_ARG(date_text(app, request.to)));
        return moon_err_hint(err, "--from is the first day of it and --to the last; both are included");
    }
    return moon_app_look(app, show_statement, &request, err);
}

/* ---- the table ---- */

static const moon_option print_options[] = {
    {.name = "output",
     .letter = 'o',
     .kind = MOON_OPTION_TEXT,
     .value = "FILE",
     .doc = "write HTML into this file, or one page each into this folder"},
    {.name = "all", .letter = 'a', .kind = MOON_OPTION_FLAG, .doc = "every document that has a number"},
    MOON_OPTION_END};
static const moon_option ageing_options[] = {
    {.name = "as-of",
     .kind = MOON_OPTION_DATE,
     .value = "DATE",
     .doc = "any day, past or future; today if not given"},
    {.name = "account", .kind = MOON_OPTION_TEXT, .value = "ID", .doc = "this account alone"},
    MOON_OPTION_FORMAT,
    MOON_OPTION_END};
static const moon_option statement_options[] = {
    {.name = "from",
     .kind = MOON_OPTION_DATE,
     .value = "DATE",
     .doc = "first day, included; the first of January if not given"},
    {.name = "to",
     .kind = MOON_OPTION_DATE,
     .value = "DATE",
     .doc = "last day, included; today if not given"},
    {.name = "currency",
     .kind = MOON_OPTION_TEXT,
     .value = "CODE",
     .doc = "currency of the items; the book's if not given"},
    {.name = "output",
     .letter = 'o',
     .kind = MOON_OPTION_TEXT,
     .value = "FILE",
     .doc = "write HTML into this file"},
    MOON_OPTION_FORMAT,
    MOON_OPTION_END};

static const moon_command commands[] = {
    {.name = "print",
     .summary = "set invoices and credit notes as pages",
     .usage = "print NUMBER... [-o FILE.html]\nprint --all -o FOLDER",
     .help = "The page is made by rules/layouts/invoice.md or credit-note.md, in the locale of the book. "
             "Without -o it\n"
             "is shown here as text; as HTML it needs nothing beside itself, and prints on A4 and Letter.\n"
             "\n"
             "  moonbill print INV-2026-00012 -o invoice.html",
     .options = print_options,
     .args_max = -1,
     .need = MOON_NEEDS_BOOK,
     .run = run_print},
    {.name = "report ageing",
     .summary = "who owes what, by days past due",
     .usage = "report ageing [--as-of DATE] [--account ID]",
     .help =
         "Days past due are the as-of date less the due date: due today is not overdue. Credits that settle\n"
         "nothing stand in their own column. Over all accounts the total is that of the receivables account "
         "on\n"
         "that day, or the report fails.\n"
         "\n"
         "  moonbill report ageing --as-of 2026-11-30 --format csv",
     .options = ageing_options,
     .args_max = 0,
     .need = MOON_NEEDS_BOOK,
     .run = run_ageing},
    {.name = "report statement",
     .summary = "what an account was billed and credited, and what is open",
     .usage = "report statement ACCOUNT [--from DATE] [--to DATE] [-o FILE.html]",
     .help = "Opening balance, movements with the balance after each, and the items open at the end. The "
             "page is made\n"
             "by rules/layouts/statement.md.\n"
             "\n"
             "  moonbill report statement ACME --from 2026-01-01 -o statement.html",
     .options = statement_options,
     .args_min = 1,
     .args_max = 1,
     .need = MOON_NEEDS_BOOK,
     .run = run_statement},
    {0}};

const moon_command_group moon_commands_report = {"Pages and reports", commands};
