#include "run/page.h"

#include "books/document.h"
#include "books/wallet.h"
#include "doc/html.h"
#include "doc/markdown.h"
#include "run/jobs.h"
#include "run/wire.h"

/* ---- filling in ---- */

static moon_status parse(const char *layout, const moon_arg *filled, moon_arena *keep, moon_page *out,
                         moon_err *err) {
    moon_arg list = moon_arg_get(filled, "values");
    size_t count = list.kind == MOON_ARG_LIST ? list.list.count : 0;
    moon_str *values = MOON_NEW_N(keep, moon_str, count);
    for (size_t i = 0; i < count; i++) values[i] = list.list.items[i].text;
    out->title = moon_arg_text_of(filled, "title");
    out->lang = moon_arg_text_of(filled, "lang");
    moon_status status =
        moon_markdown_parse(moon_arg_text_of(filled, "markdown"), values, count, keep, &out->doc, err);
    return status == MOON_OK ? MOON_OK : moon_err_at(err, layout, err->line);
}

static moon_status fill(moon_book *book, const char *layout, moon_str locale, moon_arg data, moon_arena *keep,
                        moon_page *out, moon_err *err) {
    moon_buf request = MOON_BUF_EMPTY;
    moon_str reply;
    moon_arg filled;
    moon_wire_add_str(&request, moon_str_of(layout));
    moon_wire_add_str(&request, locale.len ? locale : book->config.locale);
    moon_wire_add_arg(&request, &data);
    moon_status status =
        moon_worker_call(book->worker, moon_job_render, moon_buf_str(&request), true, keep, &reply, err);
    moon_buf_free(&request);
    MOON_TRY(status);
    if (!moon_wire_read_arg(&reply, &filled, keep))
        return moon_fail(err, MOON_E_SCRIPT_CRASH, "the worker's answer makes no sense");
    return parse(layout, &filled, keep, out, err);
}

/* Stands for a record, which the worker reads from the book itself. */
static moon_arg reference(moon_arena *keep, const char *type, moon_str id, moon_date from, int64_t version) {
    moon_named *items = MOON_NEW_N(keep, moon_named, 4);
    items[0] = moon_arg_named("from", moon_arg_date(from));
    items[1] = moon_arg_named("id", moon_arg_text(id));
    items[2] = moon_arg_named("record", moon_arg_text(moon_str_of(type)));
    items[3] = moon_arg_named("version", moon_arg_integer(version));
    return moon_arg_map(items, 4);
}

static moon_arg money(int64_t minor, moon_currency currency) {
    moon_money amount = {minor, currency};
    return moon_arg_money(moon_money_decimal(amount), currency);
}

/* What was prepaid of a document, and what is left to pay; nothing where nothing was. */
static moon_status paid_of(moon_book *book, const moon_document *document, moon_arena *keep, moon_arg *out,
                           moon_err *err) {
    moon_change *change;
    moon_named *items = MOON_NEW_N(keep, moon_named, 2);
    int64_t paid;
    MOON_TRY(moon_change_begin(book->store, &change, err));
    moon_status status = moon_wallet_paid(change, document, &paid, err);
    moon_change_end(change);
    MOON_TRY(status);
    items[0] = moon_arg_named("prepaid", paid ? money(paid, document->currency) : (moon_arg){0});
    items[1] = moon_arg_named("rest", paid ? money(moon_document_payable(document) - paid, document->currency)
                                           : (moon_arg){0});
    *out = moon_arg_map(items, 2);
    return MOON_OK;
}

moon_status moon_page_of_document(moon_book *book, const moon_document *document, moon_arena *keep,
                                  moon_page *out, moon_err *err) {
    bool invoice = document->kind == MOON_DOCUMENT_INVOICE;
    moon_arg paid;
    MOON_TRY(paid_of(book, document, keep, &paid, err));
    moon_named data[] = {
        moon_arg_named("account", reference(keep, "account", document->account, document->account_from,
                                            document->account_version)),
        moon_arg_named("book", book->settings),
        moon_arg_named("company", moon_arg_get(&book->settings, "company")),
        moon_arg_named("document", reference(keep, "document", document->id, MOON_DATE_NONE, 0)),
        moon_arg_named("original", document->corrects.len
                                       ? reference(keep, "document", document->corrects, MOON_DATE_NONE, 0)
                                       : (moon_arg){0}),
        moon_arg_named("paid", paid)};
    return fill(book, invoice ? "rules/layouts/invoice.md" : "rules/layouts/credit-note.md", MOON_STR_NONE,
                moon_arg_map(data, sizeof data / sizeof *data), keep, out, err);
}

moon_status moon_page_of_message(moon_book *book, const moon_message *message, moon_str locale,
                                 moon_arena *keep, moon_page *out, moon_err *err) {
    moon_named data[] = {
        moon_arg_named("account", reference(keep, "account", message->account, message->account_from,
                                            message->account_version)),
        moon_arg_named("book", book->settings),
        moon_arg_named("company", moon_arg_get(&book->settings, "company")),
        moon_arg_named("message", reference(keep, "message", message->id, MOON_DATE_NONE, 0))};
    moon_str layout = moon_arena_printf(keep, "rules/layouts/%.*s.md", MOON_STR_ARG(message->layout));
    return fill(book, layout.ptr, locale, moon_arg_map(data, sizeof data / sizeof *data), keep, out, err);
}

/* ---- statements ---- */

/* Kinds of item, in the order of moon_item_kinds, in words for a customer. */
static const char *const movement_words[] = {
    "invoice",   "credit note", "payment",      "refund",   "payment returned",     "written off",
    "recovered", "difference",  "opening item", "transfer", "prepaid money expired"};
_Static_assert(sizeof movement_words / sizeof *movement_words == MOON_ITEM_BREAKAGE, "a word for each kind");

static moon_arg movement_of(moon_arena *keep, const moon_movement *m, moon_currency currency) {
    moon_named *items = MOON_NEW_N(keep, moon_named, 6);
    bool back = m->item->kind == MOON_ITEM_BREAKAGE && m->item->amount < 0;
    moon_str text = moon_arena_printf(keep, "%s%s", m->voids ? "voided " : "",
                                      back ? "prepaid money given back" : movement_words[m->item->kind - 1]);
    items[0] = moon_arg_named("balance", money(m->balance, currency));
    items[1] = moon_arg_named("credit", m->amount < 0 ? money(-m->amount, currency) : (moon_arg){0});
    items[2] = moon_arg_named("date", moon_arg_date(m->date));
    items[3] = moon_arg_named("debit", m->amount >= 0 ? money(m->amount, currency) : (moon_arg){0});
    items[4] = moon_arg_named("number", moon_arg_text(m->item->number));
    items[5] = moon_arg_named("text", moon_arg_text(text));
    return moon_arg_map(items, 6);
}

static moon_arg item_of(moon_arena *keep, const moon_item *item, moon_date to) {
    moon_named *items = MOON_NEW_N(keep, moon_named, 6);
    items[0] = moon_arg_named("amount", money(item->amount, item->currency));
    items[1] = moon_arg_named("date", moon_arg_date(item->date));
    items[2] = moon_arg_named("days", moon_arg_integer((int64_t)to - item->due));
    items[3] = moon_arg_named("due", moon_arg_date(item->due));
    items[4] = moon_arg_named("number", moon_arg_text(item->number));
    items[5] = moon_arg_named("open", money(item->open, item->currency));
    return moon_arg_map(items, 6);
}

static moon_arg ageing_of(moon_arena *keep, const moon_ageing_row *row, moon_currency currency) {
    moon_named *items = MOON_NEW_N(keep, moon_named, 7);
    items[0] = moon_arg_named("d1_30", money(row->d1_30, currency));
    items[1] = moon_arg_named("d31_60", money(row->d31_60, currency));
    items[2] = moon_arg_named("d61_90", money(row->d61_90, currency));
    items[3] = moon_arg_named("d91_plus", money(row->d91_plus, currency));
    items[4] = moon_arg_named("not_due", money(row->not_due, currency));
    items[5] = moon_arg_named("total", money(row->total, currency));
    items[6] = moon_arg_named("unapplied", money(row->unapplied, currency));
    return moon_arg_map(items, 7);
}

moon_status moon_page_of_statement(moon_book *book, const moon_account *account,
                                   const moon_statement *statement, const moon_ageing_row *ageing,
                                   moon_date from, moon_date to, moon_arena *keep, moon_page *out,
                                   moon_err *err) {
    moon_arg *movements = MOON_NEW_N(keep, moon_arg, statement->count),
             *open = MOON_NEW_N(keep, moon_arg, statement->open_count);
    for (size_t i = 0; i < statement->count; i++)
        movements[i] = movement_of(keep, &statement->movements[i], statement->currency);
    for (size_t i = 0; i < statement->open_count; i++) open[i] = item_of(keep, &statement->open[i], to);
    moon_named data[] = {
        moon_arg_named("account", reference(keep, "account", account->id, account->from, account->version)),
        moon_arg_named("ageing", ageing_of(keep, ageing, statement->currency)),
        moon_arg_named("book", book->settings),
        moon_arg_named("closing", money(statement->closing, statement->currency)),
        moon_arg_named("company", moon_arg_get(&book->settings, "company")),
        moon_arg_named("from", moon_arg_date(from)),
        moon_arg_named("items", moon_arg_list(open, statement->open_count)),
        moon_arg_named("movements", moon_arg_list(movements, statement->count)),
        moon_arg_named("opening", money(statement->opening, statement->currency)),
        moon_arg_named("to", moon_arg_date(to))};
    return fill(book, "rules/layouts/statement.md", account->locale,
                moon_arg_map(data, sizeof data / sizeof *data), keep, out, err);
}

/* ---- writing ---- */

void moon_page_html(const moon_book *book, const moon_page *page, moon_buf *out) {
    bool found;
    moon_html_write(page->doc, page->title, page->lang,
                    moon_book_file(book, "rules/layouts/page.css", &found), out);
}

void moon_page_text(const moon_page *page, const moon_terminal_style *style, moon_buf *out) {
    moon_terminal_write(page->doc, style, out);
}
