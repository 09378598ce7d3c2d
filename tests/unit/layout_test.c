/* The starter layouts filled with records, through Markdown to the terminal and to HTML, as the program does
 * it. Each row names what has to stand on the page, and what must not. The template language itself:
 * tests/lua/layout_test.lua, which tests/unit/importing_test.c runs. Prints TAP. Run from the top of the tree. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "books/records.h"
#include "doc/html.h"
#include "doc/markdown.h"
#include "doc/terminal.h"
#include "script/state.h"

static moon_arena arena;
static int failures;

static void die(const char *what, const moon_err *err) {
    printf("not ok %s: %s (%s:%d: %s) %s\n", what, err->text, err->place, err->line, err->source, err->hint);
    exit(1);
}

static moon_status rule_text(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch, moon_arg *result,
                             moon_err *err) {
    (void)ctx;
    if (n != 1) return moon_fail(err, MOON_E_INTERNAL, "rule_text takes a path");
    result->kind = MOON_ARG_TEXT;
    return moon_file_read(moon_arena_str(scratch, args[0].text).ptr, MOON_RULE_FILE_MAX, scratch,
                          &result->text, err);
}

static moon_date day(const char *text) {
    moon_err err;
    moon_date date;
    if (moon_date_parse(moon_str_of(text), &date, &err) != MOON_OK) die(text, &err);
    return date;
}

static moon_decimal number(const char *text) {
    moon_err err;
    moon_decimal value;
    if (moon_decimal_parse(moon_str_of(text), &value, &err) != MOON_OK) die(text, &err);
    return value;
}

static moon_currency currency(const char *code) {
    moon_err err;
    moon_currency c;
    if (moon_currency_parse(moon_str_of(code), &c, &err) != MOON_OK) die(code, &err);
    return c;
}

static moon_arg money(const char *amount, const char *code) {
    return moon_arg_money(number(amount), currency(code));
}

static moon_named named(const char *name, moon_arg value) { return (moon_named){moon_str_of(name), value}; }
static moon_named text(const char *name, const char *value) {
    return named(name, moon_arg_text(moon_str_of(value)));
}

/* ---- records ---- */

static moon_line line_of(int64_t ordinal, const char *product, const char *words, const char *quantity,
                         const char *price, int64_t amount) {
    moon_line line;
    moon_record_init(&moon_line_type, &line);
    line.ordinal = ordinal;
    line.kind = MOON_LINE_PRODUCT;
    line.product = moon_str_of(product);
    line.text = moon_str_of(words);
    line.quantity = number(quantity);
    line.price = number(price);
    line.amount = amount;
    line.tax_category = MOON_STR("standard");
    line.tax_rate = number("17.5");
    return line;
}

/* sign: 1 for an invoice, -1 for a credit note over the same lines. */
static moon_document document_of(int sign, bool issued, bool exempt) {
    moon_document d;
    moon_record_init(&moon_document_type, &d);
    d.id = MOON_STR("d1");
    d.kind = sign > 0 ? MOON_DOCUMENT_INVOICE : MOON_DOCUMENT_CREDIT_NOTE;
    d.state = issued ? MOON_STATE_ISSUED : MOON_STATE_DRAFT;
    if (issued) {
        d.number = sign > 0 ? MOON_STR("INV-2026-00042") : MOON_STR("CN-2026-00007");
        d.date = day("2026-11-30");
        d.due = day("2026-12-30");
    }
    d.account = MOON_STR("C-10442");
    d.order = MOON_STR("SO-77");
    d.currency = currency("EUR");
    d.tax_point = day("2026-11-30");
    d.terms = 30;
    d.reason = sign > 0 ? MOON_STR_NONE : MOON_STR("goods returned");
    moon_line *lines = MOON_NEW_N(&arena, moon_line, 2);
    lines[0] = line_of(1, "CH-7", "Chair | *blue* <b>", sign > 0 ? "2" : "-2", "1012.5", 202500 * sign);
    lines[1] = line_of(2, "P-1", "", sign > 0 ? "1.5" : "-1.5", "0.000012", 0);
    d.lines.items = lines;
    d.lines.count = 2;
    moon_tax *tax = MOON_NEW(&arena, moon_tax);
    moon_record_init(&moon_tax_type, tax);
    tax->category = MOON_STR("standard");
    tax->rate = number(exempt ? "0" : "17.5");
    tax->net = 202500 * sign;
    tax->tax = exempt ? 0 : 35438 * sign;
    if (exempt) tax->reason = MOON_STR("Reverse charge: the buyer owes the VAT.");
    d.taxes.items = tax;
    d.taxes.count = 1;
    d.net = 202500 * sign;
    d.tax = tax->tax;
    d.total = d.net + d.tax;
    return d;
}

static moon_account account_of(bool name) {
    moon_account a;
    moon_record_init(&moon_account_type, &a);
    a.id = MOON_STR("C-10442");
    a.country = MOON_STR("IE");
    if (name) {
        a.name = MOON_STR("ACME Industries Ltd");
        a.street = MOON_STR("17 Harbour Road");
        a.city = MOON_STR("Dublin 2");
        a.postcode = MOON_STR("D02 XY45");
        a.tax_id = MOON_STR("IE1234567T");
    }
    return a;
}

static moon_arg company(void) {
    static moon_named items[] = {{{"bic", 3}, {0}},      {{"city", 4}, {0}},  {{"country", 7}, {0}},
                                 {{"email", 5}, {0}},    {{"iban", 4}, {0}},  {{"name", 4}, {0}},
                                 {{"postcode", 8}, {0}}, {{"street", 6}, {0}}};
    static const char *const values[] = {"RLNWATWW",
                                         "Wien",
                                         "AT",
                                         "billing@northwind.example",
                                         "AT61 1904 3002 3457 3201",
                                         "Northwind Cloud",
                                         "1070",
                                         "Lindengasse 12"};
    for (size_t i = 0; i < 8; i++) items[i].value = moon_arg_text(moon_str_of(values[i]));
    return moon_arg_map(items, 8);
}

/* ---- pages ---- */

static void check(const char *name, const char *layout, const char *locale, const moon_named *data, size_t n,
                  const char *const *there, const char *const *not_there) {
    moon_err err;
    moon_script *s = NULL;
    moon_arg out, args[] = {moon_arg_text(moon_str_of(layout)), moon_arg_map(data, n),
                            moon_arg_text(moon_str_of(locale))};
    moon_doc *doc;
    moon_buf page = MOON_BUF_EMPTY;
    if (moon_script_new(&MOON_SCRIPT_LIMITS, &s, &err) != MOON_OK) die("state", &err);
    moon_script_provide(s, "rule_text", rule_text, NULL);
    if (moon_script_call(s, "layout.render", args, 3, &arena, &out, &err) != MOON_OK) die(name, &err);
    moon_arg list = moon_arg_get(&out, "values");
    moon_str *values = MOON_NEW_N(&arena, moon_str, list.list.count + 1);
    for (size_t i = 0; i < list.list.count; i++) values[i] = list.list.items[i].text;
    if (moon_markdown_parse(moon_arg_get(&out, "markdown").text, values, list.list.count, &arena, &doc,
                            &err) != MOON_OK)
        die(name, &err);
    moon_terminal_write(doc, &(moon_terminal_style){100, false, true}, &page);
    if (getenv("SHOW")) printf("%.*s\n", (int)page.len, (const char *)page.ptr);
    moon_buf_add_str(&page, MOON_STR("\n=====\n"));
    moon_html_write(doc, moon_arg_get(&out, "title").text, moon_arg_get(&out, "lang").text, MOON_STR(""),
                    &page);
    moon_buf_add_char(&page, 0);
    const char *got = (const char *)page.ptr;
    for (size_t i = 0; there[i]; i++) {
        bool good = strstr(got, there[i]) != NULL;
        failures += !good;
        printf(good ? "ok %s: has %s\n" : "not ok %s: there is no %s\n", name, there[i]);
    }
    for (size_t i = 0; not_there[i]; i++) {
        bool good = strstr(got, not_there[i]) == NULL;
        failures += !good;
        printf(good ? "ok %s: has no %s\n" : "not ok %s: there is %s\n", name, not_there[i]);
    }
    moon_buf_free(&page);
    moon_script_free(s);
}

static void check_document(const char *name, const char *layout, const char *locale, const moon_document *d,
                           const moon_document *original, const moon_account *a, const char *const *there,
                           const char *const *not_there) {
    moon_named book[] = {text("currency", "GBP")};
    moon_named data[] = {
        named("account", moon_arg_record(&moon_account_type, a)), named("book", moon_arg_map(book, 1)),
        named("company", company()), named("document", moon_arg_record(&moon_document_type, d)),
        named("original", original ? moon_arg_record(&moon_document_type, original) : (moon_arg){0})};
    check(name, layout, locale, data, sizeof data / sizeof *data, there, not_there);
}

static moon_arg movement(const char *date, const char *no, const char *words, const char *debit,
                         const char *credit, const char *balance) {
    moon_named *m = MOON_NEW_N(&arena, moon_named, 6);
    m[0] = named("balance", money(balance, "EUR"));
    m[1] = named("credit", credit ? money(credit, "EUR") : (moon_arg){0});
    m[2] = named("date", moon_arg_date(day(date)));
    m[3] = named("debit", debit ? money(debit, "EUR") : (moon_arg){0});
    m[4] = text("number", no);
    m[5] = text("text", words);
    return moon_arg_map(m, 6);
}

static void check_statement(const char *name, bool open, const char *const *there,
                            const char *const *not_there) {
    static const char *const ages[] = {"d1_30",   "d31_60", "d61_90",   "d91_plus",
                                       "not_due", "total",  "unapplied"};
    moon_account a = account_of(true);
    moon_arg movements[] = {movement("2026-09-30", "INV-38", "invoice", "2738.20", NULL, "2738.20"),
                            movement("2026-10-12", "CN-7", "credit note", NULL, "120.00", "2618.20")};
    moon_named item[] = {named("amount", money("2738.20", "EUR")),
                         named("date", moon_arg_date(day("2026-09-30"))),
                         named("days", moon_arg_integer(31)),
                         named("due", moon_arg_date(day("2026-10-30"))),
                         text("number", "INV-38"),
                         named("open", money("2618.20", "EUR"))};
    moon_arg items[] = {moon_arg_map(item, 6)};
    moon_named age[7];
    for (size_t i = 0; i < 7; i++) age[i] = named(ages[i], money(i == 1 || i == 5 ? "2618.20" : "0", "EUR"));
    moon_named data[] = {named("account", moon_arg_record(&moon_account_type, &a)),
                         named("ageing", moon_arg_map(age, 7)),
                         named("closing", money("2618.20", "EUR")),
                         named("company", company()),
                         named("from", moon_arg_date(day("2026-09-01"))),
                         named("items", moon_arg_list(items, open ? 1 : 0)),
                         named("movements", moon_arg_list(movements, open ? 2 : 0)),
                         named("opening", money("0", "EUR")),
                         named("to", moon_arg_date(day("2026-11-30")))};
    check(name, "rules/layouts/statement.md", "en-GB", data, sizeof data / sizeof *data, there, not_there);
}

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

int main(void) {
    moon_document invoice = document_of(1, true, false), draft = document_of(1, false, false);
    moon_document exempt = document_of(1, true, true), credit = document_of(-1, true, false);
    moon_account known = account_of(true), unknown = account_of(false);
    moon_document voided = document_of(1, true, false), voided_credit = document_of(-1, true, false);
    voided.state = voided_credit.state = MOON_STATE_VOID;
    voided.reason = voided_credit.reason = MOON_STR("wrong address");
    exempt.rate = number("0.86");
    exempt.note = MOON_STR("Thank you for your order.");
    check_document("invoice", "rules/layouts/invoice.md", "en-GB", &invoice, NULL, &known,
                   LIST("INV-2026-00042", "30 November 2026", "30 December 2026", "ACME Industries Ltd",
                        "D02 XY45", "Ireland", "Northwind Cloud", "1070 Wien", "IE1234567T", "SO-77",
                        "Chair | *blue* <b>", "Chair | *blue* &lt;b&gt;", "1,012.50", "2,025.00", "0.000012",
                        "VAT 17.5% on 2,025.00", "354.38", "2,379.38", "€2,379.38",
                        "AT61 1904 3002 3457 3201", "RLNWATWW", "<title>Invoice INV-2026-00042</title>",
                        "lang=\"en-GB\"", "mailto:billing@northwind.example"),
                   LIST("{{", "{%", "draft", "nil", "Exchange rate", "Your reference", "void"));
    check_document("invoice in German", "rules/layouts/invoice.md", "de-AT", &invoice, NULL, &known,
                   LIST("30. November 2026", "1.012,50", "2.379,38", "17,5", "lang=\"de-AT\""),
                   LIST("2,379.38"));
    check_document(
        "draft", "rules/layouts/invoice.md", "en-GB", &draft, NULL, &unknown,
        LIST("This is a draft", "Customer C-10442", "Ireland", "30 days after the invoice date", "(draft)"),
        LIST("Invoice date", "Due date", "ACME", "Your VAT number"));
    check_document("tax that is not charged", "rules/layouts/invoice.md", "en-GB", &exempt, NULL, &known,
                   LIST("Reverse charge: the buyer owes the VAT.", "Thank you for your order.",
                        "1 EUR = 0.86 GBP", "€2,025.00"),
                   LIST("draft"));
    check_document("credit note", "rules/layouts/credit-note.md", "en-GB", &credit, &invoice, &known,
                   LIST("CN-2026-00007", "INV-2026-00042", "goods returned", "2,379.38", "354.38",
                        "This credit is set against your open invoices."),
                   LIST("-2,379.38", "-354.38", "-2 ", "{{", "draft", "set against invoice"));
    check_document("credit note without invoice", "rules/layouts/credit-note.md", "en-GB", &credit, NULL,
                   &unknown, LIST("This credit is set against your open invoices."),
                   LIST("INV-2026-00042", "Corrects"));
    check_document("void invoice", "rules/layouts/invoice.md", "en-GB", &voided, NULL, &known,
                   LIST("This invoice is void", "Reason: wrong address", "nothing to pay"),
                   LIST("Please pay"));
    check_document("void credit note", "rules/layouts/credit-note.md", "en-GB", &voided_credit, &invoice,
                   &known, LIST("This credit note is void", "Reason: wrong address", "gives nothing back"),
                   LIST("set against"));
    check_statement("statement", true,
                    LIST("Balance brought forward", "INV-38", "2,738.20", "120.00", "2,618.20", "€2,618.20",
                         "31 to 60 days", "1 September 2026"),
                    LIST("Nothing is open", "{{"));
    check_statement("statement with nothing open", false, LIST("Nothing is open"),
                    LIST("31 to 60 days", "INV-38"));
    moon_arena_free(&arena);
    return failures > 0;
}
