/* What the tests of books/ share: a store with a chart, a context and an open change; documents and orders made
 * short. */
#ifndef MOON_TESTS_BOOKS_CASE_H
#define MOON_TESTS_BOOKS_CASE_H

#include "store_case.h"

#include "books/closure.h"
#include "books/document.h"
#include "books/ledger.h"
#include "books/order.h"
#include "books/party.h"
#include "books/receivable.h"
#include "books/series.h"
#include "store/table.h"

#define EUR ((moon_currency)978)
#define USD ((moon_currency)840)
#define JPY ((moon_currency)392)

typedef struct books {
    scratch *s;
    moon_config config;
    moon_context ctx;
    moon_change *change;
} books;

/* In a function with `books *b`: where errors go, and calls that must succeed or fail. */
#define ERR (&b->s->err)
#define DO(expr) must(b->s, expr)
#define FAILS(want, expr) must_fail(b->s, want, expr)
#define SAYS(part)                                                                                           \
    do {                                                                                                     \
        if (!strstr(b->s->err.text, part))                                                                   \
            fail_msg("the message is \"%s\", without \"%s\"", b->s->err.text, part);                         \
    } while (0)

static inline moon_date day(const char *text) {
    moon_date date = MOON_DATE_NONE;
    moon_err err;
    if (moon_date_parse(moon_str_of(text), &date, &err) != MOON_OK) fail_msg("%s is no date", text);
    return date;
}

static inline moon_decimal dec(const char *text) {
    moon_decimal value = MOON_DECIMAL_NONE;
    moon_err err;
    if (moon_decimal_parse(moon_str_of(text), &value, &err) != MOON_OK) fail_msg("%s is no decimal", text);
    return value;
}

static inline void expect_text(const char *row, moon_str got, const char *want) {
    if (!moon_str_is(got, want))
        fail_msg("%s: found \"%.*s\", expected \"%s\"", row, MOON_STR_ARG(got), want);
}
static inline void expect_minor(const char *row, int64_t got, int64_t want) {
    if (got != want) fail_msg("%s: found %lld, expected %lld", row, (long long)got, (long long)want);
}

/* ---- the book ---- */

static const moon_tags_pair books_chart[] = {
    {{"receivables", 11}, {"1100", 4}}, {{"revenue", 7}, {"4000", 4}},      {{"tax", 3}, {"2200", 4}},
    {{"cash", 4}, {"1200", 4}},         {{"unapplied", 9}, {"2100", 4}},    {{"opening", 7}, {"3900", 4}},
    {{"bad_debt", 8}, {"6800", 4}},     {{"differences", 11}, {"6810", 4}}, {{"exchange", 8}, {"7700", 4}},
    {{"breakage", 8}, {"4850", 4}}};

static inline void books_begin(books *b) { DO(moon_change_begin(b->s->store, &b->change, ERR)); }
/* Keep what the open change says, and open the next. */
static inline void books_commit(books *b) {
    DO(moon_commit(b->change, &b->ctx, "test", MOON_STR_NONE, MOON_STR_NONE, NULL, ERR));
    moon_change_end(b->change);
    books_begin(b);
}
/* Forget what the open change says, and open the next. */
static inline void books_forget(books *b) {
    moon_change_end(b->change);
    books_begin(b);
}
static inline void books_today(books *b, const char *date) { b->ctx.today = day(date); }

static inline moon_file *books_rules(void) {
    static moon_file files[] = {{{"rules/tax.lua", 13}, {"return 20", 9}},
                                {{"book.lua", 8}, {"return {}", 9}}};
    return files;
}

static inline books *books_make(void) {
    books *b = calloc(1, sizeof *b);
    b->s = scratch_make();
    DO(scratch_open(b->s, true));
    b->config = (moon_config){
        .currency = EUR,
        .zone = MOON_STR("UTC"),
        .country = MOON_STR("DE"),
        .terms = 30,
        .invoice_series = MOON_STR("INV-{year}-{number:5}"),
        .credit_note_series = MOON_STR("CN-{year}-{number:5}"),
        .chart = {(moon_tags_pair *)(uintptr_t)books_chart, sizeof books_chart / sizeof *books_chart}};
    b->ctx = (moon_context){.config = &b->config,
                            .operator= MOON_STR("anna"),
                            .today = day("2010-12-01"),
                            .time = MOON_STR("2010-12-01T12:00:00Z")};
    books_begin(b);
    DO(moon_closure_store(b->change, books_rules(), 2, &b->ctx.closure, ERR));
    books_commit(b);
    return b;
}

static inline int books_setup(void **state) {
    *state = books_make();
    return 0;
}

static inline int books_free(books *b) {
    void *s = b->s;
    moon_change_end(b->change);
    free(b);
    return scratch_teardown(&s);
}
static inline int books_teardown(void **state) { return books_free(*state); }

/* ---- orders and documents ---- */

static inline moon_order order_of(books *b, const char *id, const char *account, const char *date,
                                  const char *price, const char *quantity) {
    moon_order order;
    moon_order_line *line = MOON_NEW(moon_change_arena(b->change), moon_order_line);
    moon_record_init(&moon_order_type, &order);
    moon_record_init(&moon_order_line_type, line);
    line->ordinal = 1;
    line->kind = MOON_LINE_PRODUCT;
    line->product = MOON_STR("P1");
    line->quantity = dec(quantity);
    line->price = dec(price);
    order.id = moon_str_of(id);
    order.kind = quantity[0] == '-' ? MOON_ORDER_CANCELLATION : MOON_ORDER_SALE;
    order.state = MOON_ORDER_DUE;
    order.account = moon_str_of(account);
    order.date = day(date);
    order.currency = EUR;
    order.lines = (moon_list){line, 1};
    return order;
}

static inline void take_order(books *b, const char *id, const char *account, const char *date,
                              const char *price, const char *quantity) {
    moon_order order = order_of(b, id, account, date, price, quantity);
    moon_taken taken;
    moon_str difference;
    DO(moon_order_take(b->change, &b->ctx, &order, false, &taken, &difference, ERR));
}

static inline moon_order get_order(books *b, const char *id) {
    moon_order order = {.id = moon_str_of(id)};
    bool found;
    DO(moon_get(b->change, &moon_order_type, &order, &found, ERR));
    if (!found) fail_msg("there is no order %s", id);
    return order;
}

/* A draft with one line and one tax; amounts in minor units, negative on a credit note. */
static inline moon_document document_of(books *b, const char *id, const char *account, int64_t net,
                                        int64_t tax) {
    moon_arena *keep = moon_change_arena(b->change);
    moon_document document;
    moon_line *line = MOON_NEW(keep, moon_line);
    moon_tax *row = MOON_NEW(keep, moon_tax);
    moon_record_init(&moon_document_type, &document);
    moon_record_init(&moon_line_type, line);
    moon_record_init(&moon_tax_type, row);
    line->ordinal = 1;
    line->kind = MOON_LINE_PRODUCT;
    line->amount = row->net = net;
    line->tax_category = row->category = MOON_STR("standard");
    row->rate = dec("20");
    row->tax = tax;
    document.id = moon_arena_str(keep, moon_str_of(id));
    document.kind = net < 0 ? MOON_DOCUMENT_CREDIT_NOTE : MOON_DOCUMENT_INVOICE;
    document.state = MOON_STATE_DRAFT;
    document.account = moon_arena_str(keep, moon_str_of(account));
    document.account_from = document.tax_point = day("2010-12-01");
    document.account_version = 1;
    document.cause = MOON_STR("manual");
    document.currency = EUR;
    document.terms = 30;
    document.lines = (moon_list){line, 1};
    document.taxes = (moon_list){row, 1};
    document.net = net;
    document.tax = tax;
    document.total = net + tax;
    document.rounding = MOON_STR("half_up per document");
    document.prepared_by = b->ctx.operator;
    document.closure = b->ctx.closure;
    document.approval_rule = MOON_STR("anyone");
    return document;
}

/* The draft that bills an order: its id is that of moon_document_id. */
static inline moon_document document_for(books *b, const char *order, int64_t net, int64_t tax) {
    moon_order of = get_order(b, order);
    moon_document document = document_of(b, "x", "x", net, tax);
    DO(moon_document_id(b->change, moon_arena_printf(moon_change_arena(b->change), "order/%s", order),
                        &document.id, ERR));
    document.account = of.account;
    document.order = of.id;
    document.cause = MOON_STR("order");
    return document;
}

static inline void draft(books *b, moon_document *document) {
    moon_drafted how;
    DO(moon_document_draft(b->change, document, &how, ERR));
}
static inline void issue(books *b, moon_document *document) {
    draft(b, document);
    DO(moon_document_approve(b->change, &b->ctx, document, false, ERR));
    DO(moon_document_issue(b->change, &b->ctx, document, ERR));
}
/* A document by hand, issued today. */
static inline moon_document issued(books *b, const char *id, const char *account, int64_t net, int64_t tax) {
    moon_document document = document_of(b, id, account, net, tax);
    issue(b, &document);
    return document;
}
/* As the book has it; `name` is its number or id. */
static inline moon_document found_document(books *b, const char *name) {
    moon_document document;
    bool found;
    DO(moon_document_find(b->change, moon_str_of(name), &document, &found, ERR));
    if (!found) fail_msg("there is no document %s", name);
    return document;
}
static inline void apply(books *b, const char *account, const char *source, const char *target,
                         int64_t amount, const char *date) {
    DO(moon_apply(b->change, &b->ctx, moon_str_of(account), moon_str_of(source), moon_str_of(target), amount,
                  day(date), MOON_STR("test"), ERR));
}
static inline moon_item item_of(books *b, const char *account, const char *document) {
    moon_item item = {.account = moon_str_of(account), .document = moon_str_of(document)};
    bool found;
    DO(moon_get(b->change, &moon_item_type, &item, &found, ERR));
    if (!found) fail_msg("there is no item %s of %s", document, account);
    return item;
}

#endif
