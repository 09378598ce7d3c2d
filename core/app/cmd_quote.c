/* quote: what a plan comes to, without any account.                          Floor 6. */
#include "app/cmd_work.h"

#include <unistd.h>

#include "app/output.h"
#include "app/progress.h"
#include "base/file.h"
#include "doc/table.h"
#include "run/jobs.h"
#include "run/wire.h"

#define ROWS_AT_ONCE 200

static moon_status senseless(moon_err *err) {
    return moon_fail(err, MOON_E_SCRIPT_CRASH, "the worker's answer makes no sense");
}

/* ---- where the rules are ---- */

static bool has_folder(const char *folder, const char *name) {
    char path[4200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return moon_folder_exists(path);
}

/* A book; where there is none, or none with anything in it, a folder of rules. */
static moon_status open_somewhere(moon_app *app, moon_err *err) {
    moon_str rules;
    if (moon_app_text(app, "rules", &rules))
        return moon_book_open_rules(rules.ptr, &app->open, &app->book, err);
    const moon_given *named_book = moon_options_last(&app->options, "book");
    if (moon_book_find(named_book ? named_book->text.ptr : NULL, app->folder, err) == MOON_OK) {
        if (has_folder(app->folder, "data"))
            return moon_book_open(app->folder, &app->open, false, &app->book, err);
        return moon_book_open_rules(app->folder, &app->open, &app->book, err);
    }
    if (named_book || !has_folder(".", "rules")) return err->code;
    return moon_book_open_rules(".", &app->open, &app->book, err);
}

/* ---- the request ---- */

/* Every value of an option that may be repeated. */
static moon_arg list_of(moon_app *app, const char *name) {
    moon_arg *items = MOON_NEW_N(&app->arena, moon_arg, app->options.given_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < app->options.given_count; i++)
        if (strcmp(app->options.given[i].option->name, name) == 0)
            items[count++] = moon_arg_text(app->options.given[i].text);
    return moon_arg_list(items, count);
}

static moon_arg text_of(const moon_app *app, const char *name) {
    moon_str text = MOON_STR_NONE;
    return moon_app_text(app, name, &text) ? moon_arg_text(text) : (moon_arg){0};
}

static moon_arg date_of(const moon_app *app, const char *name) {
    moon_date date = MOON_DATE_NONE;
    return moon_app_date(app, name, &date) ? moon_arg_date(date) : (moon_arg){0};
}

static moon_arg given_of(moon_app *app) {
    moon_named items[] = {moon_arg_named("plan", moon_arg_text(moon_app_arg(app, 0))),
                          moon_arg_named("quantities", list_of(app, "quantity")),
                          moon_arg_named("usage", list_of(app, "usage")),
                          moon_arg_named("tags", list_of(app, "tag")),
                          moon_arg_named("lines", list_of(app, "line")),
                          moon_arg_named("coupons", list_of(app, "coupon")),
                          moon_arg_named("from", date_of(app, "from")),
                          moon_arg_named("to", date_of(app, "to")),
                          moon_arg_named("today", moon_arg_date(app->book->ctx.today)),
                          moon_arg_named("country", text_of(app, "country")),
                          moon_arg_named("tax_id", text_of(app, "tax-id")),
                          moon_arg_named("product", text_of(app, "product")),
                          moon_arg_named("currency", text_of(app, "currency")),
                          moon_arg_named("picture", text_of(app, "picture")),
                          moon_arg_named("width", moon_arg_integer((int64_t)app->style.width)),
                          moon_arg_named("utf8", moon_arg_bool(app->style.utf8))};
    size_t count = sizeof items / sizeof *items;
    moon_named *kept = MOON_NEW_N(&app->arena, moon_named, count);
    memcpy(kept, items, sizeof items);
    return moon_arg_map(kept, count);
}

static moon_status ask(moon_app *app, const char *verb, const moon_arg *given, moon_str path, moon_arg *out,
                       moon_err *err) {
    moon_buf request = MOON_BUF_EMPTY;
    moon_str reply, account = MOON_STR_NONE;
    moon_app_text(app, "account", &account);
    moon_wire_add_str(&request, moon_str_of(verb));
    moon_wire_add_arg(&request, given);
    moon_wire_add_str(&request, account);
    moon_wire_add_str(&request, path);
    moon_status status = moon_worker_call(app->book->worker, moon_job_quote, moon_buf_str(&request), false,
                                          &app->arena, &reply, err);
    moon_buf_free(&request);
    if (status != MOON_OK) return status;
    return moon_wire_read_arg(&reply, out, &app->arena) && out->kind == MOON_ARG_MAP ? MOON_OK
                                                                                     : senseless(err);
}

/* ---- showing ---- */

static moon_cell cell_of(moon_str name) {
    return moon_str_is(name, "number") ? MOON_CELL_NUMBER
           : moon_str_is(name, "date") ? MOON_CELL_DATE
                                       : MOON_CELL_TEXT;
}

static const moon_heading *headings_of(moon_app *app, const moon_arg *answer, size_t *count) {
    moon_arg columns = moon_arg_get(answer, "columns");
    *count = columns.kind == MOON_ARG_LIST ? columns.list.count : 0;
    moon_heading *made = MOON_NEW_N(&app->arena, moon_heading, *count + 1);
    for (size_t i = 0; i < *count; i++) {
        const moon_arg *column = &columns.list.items[i];
        moon_arg detail = moon_arg_get(column, "detail");
        made[i] = (moon_heading){.name = moon_arena_str(&app->arena, moon_arg_text_of(column, "name")).ptr,
                                 .cell = cell_of(moon_arg_text_of(column, "cell")),
                                 .flags = detail.kind == MOON_ARG_BOOL && detail.boolean ? MOON_HEADING_DETAIL
                                                                                         : 0u};
    }
    return made;
}

static moon_status add_rows(moon_app *app, moon_listing *listing, moon_arg rows, size_t width,
                            moon_err *err) {
    moon_str *cells = MOON_NEW_N(&app->arena, moon_str, width);
    for (size_t i = 0; rows.kind == MOON_ARG_LIST && i < rows.list.count; i++) {
        const moon_arg *row = &rows.list.items[i];
        if (row->kind != MOON_ARG_LIST || row->list.count > width) return senseless(err);
        for (size_t k = 0; k < width; k++)
            cells[k] = k < row->list.count && row->list.items[k].kind == MOON_ARG_TEXT
                           ? row->list.items[k].text
                           : MOON_STR_NONE;
        moon_listing_add(listing, cells);
    }
    return MOON_OK;
}

/* Net, taxes and total below the lines. */
static void print_facts(moon_app *app, const moon_arg *answer) {
    static const moon_column columns[] = {{{"", 0}, MOON_ALIGN_LEFT}, {{"", 0}, MOON_ALIGN_RIGHT}};
    moon_arg facts = moon_arg_get(answer, "facts");
    moon_table *table = moon_table_new(&app->arena, columns, 2);
    moon_buf out = MOON_BUF_EMPTY;
    for (size_t i = 0; facts.kind == MOON_ARG_LIST && i < facts.list.count; i++) {
        const moon_arg *fact = &facts.list.items[i];
        if (fact->kind != MOON_ARG_LIST || fact->list.count != 2) continue;
        moon_table_add(table, (moon_str[]){fact->list.items[0].text, fact->list.items[1].text});
    }
    moon_table_write(table, &app->style, &out);
    moon_app_print(app, "\n");
    moon_app_write(app, moon_buf_str(&out));
    moon_buf_free(&out);
}

static moon_status price_once(moon_app *app, moon_err *err) {
    moon_arg given = given_of(app), answer;
    size_t count;
    MOON_TRY(ask(app, "price", &given, MOON_STR_NONE, &answer, err));
    const moon_heading *headings = headings_of(app, &answer, &count);
    moon_app_say(app, "%.*s\n\n", MOON_STR_ARG(moon_arg_text_of(&answer, "title")));
    moon_listing *listing = moon_listing_begin(app, headings, count);
    MOON_TRY(add_rows(app, listing, moon_arg_get(&answer, "rows"), count, err));
    if (app->format != MOON_FORMAT_TABLE)
        MOON_TRY(add_rows(app, listing, moon_arg_get(&answer, "taxes"), count, err));
    MOON_TRY(moon_listing_end(listing, "No line: nothing of this plan is charged.", err));
    if (app->format == MOON_FORMAT_TABLE) print_facts(app, &answer);
    return MOON_OK;
}

static moon_status price_file(moon_app *app, moon_str path, moon_err *err) {
    moon_arg given = given_of(app), answer, most[] = {moon_arg_integer(ROWS_AT_ONCE)};
    size_t count, done = 0, wrong = 0;
    MOON_TRY(ask(app, "begin", &given, path, &answer, err));
    size_t total = (size_t)moon_arg_int_of(&answer, "rows", 0);
    const moon_heading *headings = headings_of(app, &answer, &count);
    moon_listing *listing = moon_listing_begin(app, headings, count);
    moon_progress progress = moon_progress_begin(app, "Pricing");
    moon_named items[] = {moon_arg_named("most", most[0])};
    moon_arg next = moon_arg_map(items, 1);
    for (;;) {
        moon_status status = ask(app, "next", &next, MOON_STR_NONE, &answer, err);
        moon_arg rows = moon_arg_get(&answer, "rows");
        if (status == MOON_OK) status = add_rows(app, listing, rows, count, err);
        if (status != MOON_OK) moon_progress_end(&progress);
        if (status != MOON_OK) return status;
        if (rows.kind != MOON_ARG_LIST || rows.list.count == 0) break;
        done += rows.list.count;
        wrong += (size_t)moon_arg_int_of(&answer, "wrong", 0);
        moon_progress_at(&progress, done, total > done ? total : done);
    }
    moon_progress_end(&progress);
    MOON_TRY(moon_listing_end(listing, "No rows.", err));
    if (wrong) moon_app_note(app, "%zu of %zu rows could not be priced", wrong, done);
    app->refused = wrong > 0;
    return MOON_OK;
}

static moon_status draw(moon_app *app, moon_err *err) {
    moon_arg given = given_of(app), answer;
    MOON_TRY(ask(app, "picture", &given, MOON_STR_NONE, &answer, err));
    moon_app_write(app, moon_arg_text_of(&answer, "text"));
    return MOON_OK;
}

moon_status moon_command_quote(moon_app *app, moon_err *err) {
    moon_str text;
    MOON_TRY(open_somewhere(app, err));
    if (moon_app_text(app, "picture", &text)) return draw(app, err);
    return moon_app_text(app, "input", &text) ? price_file(app, text, err) : price_once(app, err);
}

const moon_option moon_quote_options[] = {
    {.name = "quantity",
     .kind = MOON_OPTION_TEXT,
     .value = "NAME=N",
     .repeated = true,
     .doc = "a quantity that the plan reads, such as seats=12"},
    {.name = "usage",
     .kind = MOON_OPTION_TEXT,
     .value = "METER=N",
     .repeated = true,
     .doc = "what a meter comes to in each period; or events: \"10 @2026-01-05 region=eu; 20 @2026-01-06\""},
    {.name = "from", .kind = MOON_OPTION_DATE, .value = "DATE", .doc = "first day of service; else today"},
    {.name = "to",
     .kind = MOON_OPTION_DATE,
     .value = "DATE",
     .doc = "first day without service; else one whole period is priced"},
    {.name = "tag",
     .kind = MOON_OPTION_TEXT,
     .value = "NAME=TEXT",
     .repeated = true,
     .doc = "a tag of the account and the agreement"},
    {.name = "country",
     .kind = MOON_OPTION_TEXT,
     .value = "CC",
     .doc = "the buyer's country, for tax; else the book's"},
    {.name = "tax-id", .kind = MOON_OPTION_TEXT, .value = "TEXT", .doc = "the buyer's tax number"},
    {.name = "account",
     .kind = MOON_OPTION_TEXT,
     .value = "ID",
     .doc = "price it for this account of the book: its country, tags and coupons"},
    {.name = "coupon",
     .kind = MOON_OPTION_TEXT,
     .value = "CODE",
     .repeated = true,
     .doc = "a coupon of rules/discounts.lua, from the first day on"},
    {.name = "currency",
     .kind = MOON_OPTION_TEXT,
     .value = "CUR",
     .doc = "for a plan that names none; else the book's"},
    {.name = "line",
     .kind = MOON_OPTION_TEXT,
     .value = "TEXT",
     .repeated = true,
     .doc = "of a plan for orders: quantity=6,price=2.55 or quantity=2,product=P1"},
    {.name = "product",
     .kind = MOON_OPTION_TEXT,
     .value = "ID",
     .doc = "of a plan for orders: the product of the one line"},
    {.name = "input",
     .letter = 'i',
     .kind = MOON_OPTION_TEXT,
     .value = "FILE",
     .doc = "price every row of a csv file"},
    {.name = "picture",
     .kind = MOON_OPTION_TEXT,
     .value = "NAME=A..B",
     .doc = "draw the net amount over a quantity or meter"},
    {.name = "rules",
     .kind = MOON_OPTION_TEXT,
     .value = "DIR",
     .doc = "a folder with rules/ in it, instead of a book"},
    MOON_OPTION_FORMAT,
    MOON_OPTION_END};
