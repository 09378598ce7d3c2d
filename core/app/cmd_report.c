/* Commands that show where the book stands: print, report ageing, report statement. */
#include <unistd.h>

#include "app/command.h"
#include "app/output.h"
#include "base/file.h"
#include "base/limits.h"
#include "books/document.h"
#include "run/report.h"
#include "store/table.h"

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

/* ---- reports ---- */

typedef struct request {
    const moon_report_kind *kind;
    moon_named asked[8];
    size_t count;
} request;

static void ask(request *r, const char *name, moon_arg value) {
    moon_assert(r->count < sizeof r->asked / sizeof *r->asked);
    r->asked[r->count++] = (moon_named){moon_str_of(name), value};
}

/* An option of the command that the report is asked under the same name, with a hyphen for "_". */
static void ask_date(moon_app *app, request *r, const char *option, const char *name) {
    moon_date date;
    if (moon_app_date(app, option, &date)) ask(r, name, moon_arg_date(date));
}
static void ask_text(moon_app *app, request *r, const char *name) {
    moon_str text;
    if (moon_app_text(app, name, &text)) ask(r, name, moon_arg_text(text));
}

static moon_status show_report(moon_app *app, moon_change *change, void *ctx, moon_err *err) {
    const request *r = ctx;
    moon_report report;
    moon_arg asked = moon_arg_map(r->asked, r->count);
    MOON_TRY(moon_report_make(app->book, change, r->kind, &asked, &app->arena, &report, err));
    moon_app_say(app, "%.*s\n", MOON_STR_ARG(report.title));
    MOON_TRY(moon_report_list(&report, moon_listing_begin(app, report.headings, report.heading_count), err));
    if (report.remark.len) moon_app_say(app, "%.*s\n", MOON_STR_ARG(report.remark));
    return MOON_OK;
}

static moon_status show_page(moon_app *app, moon_change *change, void *ctx, moon_err *err) {
    const request *r = ctx;
    moon_page page;
    moon_str file = MOON_STR_NONE;
    moon_arg asked = moon_arg_map(r->asked, r->count);
    MOON_TRY(r->kind->page(app->book, change, &asked, &app->arena, &page, err));
    if (moon_app_text(app, "output", &file)) file = moon_arena_str(&app->arena, file);
    return put_page(app, &page, file, err);
}

static moon_status run_ageing(moon_app *app, moon_err *err) {
    request r = {0};
    MOON_TRY(moon_report_find(MOON_STR("ageing"), &r.kind, err));
    ask_date(app, &r, "as-of", "as_of");
    ask_date(app, &r, "known", "known");
    ask_text(app, &r, "account");
    return moon_app_look(app, show_report, &r, err);
}

static moon_status run_statement(moon_app *app, moon_err *err) {
    request r = {0};
    MOON_TRY(moon_report_find(MOON_STR("statement"), &r.kind, err));
    ask(&r, "account", moon_arg_text(moon_app_arg(app, 0)));
    ask_date(app, &r, "from", "from");
    ask_date(app, &r, "to", "to");
    ask_date(app, &r, "known", "known");
    ask_text(app, &r, "currency");
    return moon_app_look(app, app->format == MOON_FORMAT_TABLE ? show_page : show_report, &r, err);
}

static moon_status run_dunning(moon_app *app, moon_err *err) {
    request r = {0};
    MOON_TRY(moon_report_find(MOON_STR("dunning"), &r.kind, err));
    ask_date(app, &r, "as-of", "as_of");
    ask_text(app, &r, "account");
    return moon_app_look(app, show_report, &r, err);
}

static moon_status run_usage(moon_app *app, moon_err *err) {
    request r = {0};
    MOON_TRY(moon_report_find(MOON_STR("usage"), &r.kind, err));
    ask_date(app, &r, "as-of", "as_of");
    ask_date(app, &r, "from", "from");
    ask_text(app, &r, "account");
    return moon_app_look(app, show_report, &r, err);
}

static moon_status run_unbilled(moon_app *app, moon_err *err) {
    request r = {0};
    MOON_TRY(moon_report_find(MOON_STR("unbilled"), &r.kind, err));
    ask_date(app, &r, "from", "from");
    ask_date(app, &r, "to", "to");
    return moon_app_look(app, show_report, &r, err);
}

/* ---- the table ---- */

static const moon_option usage_options[] = {
    {.name = "as-of",
     .kind = MOON_OPTION_DATE,
     .value = "DATE",
     .doc = "last day of what is shown, today if not given"},
    {.name = "from", .kind = MOON_OPTION_DATE, .value = "DATE", .doc = "first day of what is shown"},
    {.name = "account", .kind = MOON_OPTION_TEXT, .value = "ID", .doc = "this account alone"},
    MOON_OPTION_FORMAT,
    MOON_OPTION_END};

static const moon_option unbilled_options[] = {
    {.name = "from", .kind = MOON_OPTION_DATE, .value = "DATE", .doc = "first day of what is shown"},
    {.name = "to",
     .kind = MOON_OPTION_DATE,
     .value = "DATE",
     .doc = "last day of what is shown, today if not given"},
    MOON_OPTION_FORMAT,
    MOON_OPTION_END};

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
    {.name = "known",
     .kind = MOON_OPTION_DATE,
     .value = "DATE",
     .doc = "as it was known at the end of this day: without what was booked later"},
    {.name = "account", .kind = MOON_OPTION_TEXT, .value = "ID", .doc = "this account alone"},
    MOON_OPTION_FORMAT,
    MOON_OPTION_END};
static const moon_option dunning_options[] = {
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
    {.name = "known",
     .kind = MOON_OPTION_DATE,
     .value = "DATE",
     .doc = "as it was known at the end of this day: without what was booked later"},
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
     .usage = "report ageing [--as-of DATE] [--known DATE] [--account ID]",
     .help =
         "Days past due are the as-of date less the due date: due today is not overdue. Credits and cash "
         "that "
         "settle\n"
         "nothing yet stand in a column of their own. Over all accounts the total is that of receivables and "
         "unapplied\n"
         "cash in the ledger on that day, or the report fails.\n"
         "\n"
         "What was booked later with an earlier value date counts too; --known leaves it out, so that a "
         "report of "
         "then\n"
         "comes out again as it was.\n"
         "\n"
         "  moonbill report ageing --as-of 2026-11-30 --format csv\n"
         "  moonbill report ageing --as-of 2026-11-30 --known 2026-12-03",
     .options = ageing_options,
     .args_max = 0,
     .need = MOON_NEEDS_BOOK,
     .run = run_ageing},
    {.name = "report statement",
     .summary = "what an account was billed and credited, and what is open",
     .usage = "report statement ACCOUNT [--from DATE] [--to DATE] [--known DATE] [-o FILE.html]",
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
    {.name = "report dunning",
     .summary = "which open items are reminded, and why the others are not",
     .usage = "report dunning [--as-of DATE] [--account ID]",
     .help = "The rows that dun shows, computed the same way, for any day; nothing is written.\n"
             "\n"
             "  moonbill report dunning --as-of 2026-12-15 --format csv",
     .options = dunning_options,
     .args_max = 0,
     .need = MOON_NEEDS_BOOK,
     .run = run_dunning},
    {.name = "report usage",
     .summary = "what accounts used, period by period, and what billed it",
     .usage = "report usage [--as-of DATE] [--from DATE] [--account ID]",
     .help = "Events and their sum by account, meter and period of the agreement; billed is what the invoice "
             "counted, "
             "late what came after it. Days that no agreement covers stand by calendar months.\n"
             "\n"
             "  moonbill report usage --from 2026-10-01 --as-of 2026-10-31 --account ACME",
     .options = usage_options,
     .args_max = 0,
     .need = MOON_NEEDS_BOOK,
     .run = run_usage},
    {.name = "report unbilled",
     .summary = "what stands on no invoice, and why",
     .usage = "report unbilled [--from DATE] [--to DATE]",
     .help = "Every order of these days, every period of an agreement that begins in them, and every usage "
             "event of "
             "them\nwithout a line on an issued invoice, each with its reason: not due yet, a draft that "
             "waits, parked, "
             "a\ncharge that comes to nothing, a pause, no agreement. Below it what is billed and what is "
             "not, which "
             "is all.\n"
             "\n"
             "  moonbill report unbilled --from 2026-10-01 --to 2026-10-31",
     .options = unbilled_options,
     .args_max = 0,
     .need = MOON_NEEDS_BOOK,
     .run = run_unbilled},
    {0}};

const moon_command_group moon_commands_report = {"Pages and reports", commands};
