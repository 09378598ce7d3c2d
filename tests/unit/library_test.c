/* The billing library and the starter rules: runs lua/<name>_test.lua of tests/lua/ (each returns a module
 * whose run() gives a list of {name, ok, why}) and the examples beside the rules, and prints TAP.
 *
 * A state gets the starter rules as they are, book.lua with its placeholders filled in, and the files of
 * tests/lua/rules. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "books/document.h"
#include "script/embedded.h"
#include "script/state.h"

static const char *const suites[] = {"config",      "charges",   "proration",  "timeline",  "pricing",
                                     "periods",     "changes",   "agreements", "tax",       "approval",
                                     "application", "rates",     "billing",    "crediting", "credit_modes",
                                     "discounts",   "dunning",   "query",      "examples",  "references",
                                     "payments",    "schedules", "demo",       "meters",    "quote"};
static const char *const examples[] = {"rules/pricing/orders.examples.lua",
                                       "rules/pricing/subscription.examples.lua",
                                       "rules/pricing/usage.examples.lua",
                                       "rules/pricing/contract.examples.lua",
                                       "rules/tax.examples.lua",
                                       "rules/discounts.examples.lua",
                                       "rules/approvals.examples.lua",
                                       "rules/dunning/standard.examples.lua",
                                       "rules/application.examples.lua",
                                       "rules/payments.examples.lua",
                                       "rules/meters.examples.lua"};

static moon_script *script;
static moon_arena arena;
static int failures, number;

static void die(const moon_err *err) {
    printf("not ok %d library: %s\n# %s:%d %s\n# %s\n", ++number, moon_status_name(err->code), err->place,
           err->line, err->text, err->hint);
    exit(1);
}

static void must(moon_status status, const moon_err *err) {
    if (status != MOON_OK) die(err);
}

static void report(bool ok, const char *suite, moon_str name, moon_str why) {
    number++;
    if (ok) {
        printf("ok %d %s: %.*s\n", number, suite, MOON_STR_ARG(name));
        return;
    }
    failures++;
    printf("not ok %d %s: %.*s: %.*s\n", number, suite, MOON_STR_ARG(name), MOON_STR_ARG(why));
}

/* book.lua as `init` writes it. */
static moon_str filled(moon_str text) {
    static const char *const values[][2] = {{"@NAME@", "Example Ltd"},
                                            {"@CURRENCY@", "GBP"},
                                            {"@ZONE@", "Europe/London"},
                                            {"@COUNTRY@", "GB"},
                                            {"@TERMS@", "30"}};
    moon_buf out = MOON_BUF_EMPTY;
    for (size_t i = 0; i < text.len;) {
        size_t v = 0, n = sizeof values / sizeof *values;
        for (; v < n; v++)
            if (moon_str_starts(moon_str_sub(text, i, text.len), moon_str_of(values[v][0]))) break;
        if (v < n) {
            moon_buf_add_str(&out, moon_str_of(values[v][1]));
            i += strlen(values[v][0]);
        } else {
            moon_buf_add_str(&out, moon_str_sub(text, i, i + 1));
            i++;
        }
    }
    moon_str result = moon_arena_str(&arena, moon_buf_str(&out));
    moon_buf_free(&out);
    return result;
}

static void add_starter_rules(void) {
    moon_err err;
    for (const moon_embedded *e = moon_embedded_files; e->path; e++) {
        moon_str path = moon_str_of(e->path), text = {e->bytes, e->len};
        if (!moon_str_starts(path, MOON_STR("rules/")) || !moon_str_ends(path, MOON_STR(".lua"))) continue;
        if (moon_str_is(path, "rules/book.lua")) {
            path = MOON_STR("book.lua");
            text = filled(text);
        }
        must(moon_script_add_source(script, path, text, &err), &err);
    }
}

static int add_test_rule(const char *path, const struct stat *st, int kind, struct FTW *ftw) {
    moon_err err;
    moon_str text;
    (void)st, (void)ftw;
    size_t n = strlen(path);
    if (kind != FTW_F || n < 4 || strcmp(path + n - 4, ".lua")) return 0;
    must(moon_file_read(path, MOON_FILE_MAX, &arena, &text, &err), &err);
    must(moon_script_add_source(script, moon_str_of(path + strlen("tests/lua/")), text, &err), &err);
    return 0;
}

static bool truth(const moon_arg *row, const char *name) {
    moon_arg v = moon_arg_get(row, name);
    return v.kind == MOON_ARG_BOOL && v.boolean;
}

static moon_str text_of(const moon_arg *row, const char *name) {
    moon_arg v = moon_arg_get(row, name);
    return v.kind == MOON_ARG_TEXT ? v.text : MOON_STR("");
}

/* A file of tests/lua as a module of the library. */
static void add_module(const char *name) {
    moon_err err;
    moon_str text;
    moon_str file = moon_arena_printf(&arena, "tests/lua/%s.lua", name);
    must(moon_file_read(file.ptr, MOON_FILE_MAX, &arena, &text, &err), &err);
    must(moon_script_add_library(script, moon_arena_printf(&arena, "lua/%s.lua", name), text, &err), &err);
}

static void run_suite(const char *suite) {
    moon_err err;
    moon_arg rows;
    char verb[200];
    snprintf(verb, sizeof verb, "%s_test", suite);
    add_module(verb);
    snprintf(verb, sizeof verb, "%s_test.run", suite);
    must(moon_script_call(script, verb, NULL, 0, &arena, &rows, &err), &err);
    if (rows.kind != MOON_ARG_LIST || rows.list.count == 0)
        report(false, suite, MOON_STR("rows"), MOON_STR("there are none"));
    for (size_t i = 0; rows.kind == MOON_ARG_LIST && i < rows.list.count; i++) {
        const moon_arg *row = &rows.list.items[i];
        report(truth(row, "ok"), suite, text_of(row, "name"), text_of(row, "why"));
    }
}

static void run_examples(const char *path) {
    moon_err err;
    moon_arg rows, arg = moon_arg_text(moon_str_of(path));
    must(moon_script_call(script, "examples.run", &arg, 1, &arena, &rows, &err), &err);
    if (rows.kind != MOON_ARG_LIST || rows.list.count == 0)
        report(false, path, MOON_STR("rows"), MOON_STR("there are none"));
    for (size_t i = 0; rows.kind == MOON_ARG_LIST && i < rows.list.count; i++) {
        const moon_arg *row = &rows.list.items[i];
        moon_str got = text_of(row, "got"), want = text_of(row, "want");
        report(truth(row, "ok"), path, text_of(row, "name"),
               moon_arena_printf(&arena, "got %.*s, want %.*s", MOON_STR_ARG(got), MOON_STR_ARG(want)));
    }
}

/* ---- through records: as the host calls the library ---- */

static moon_order orders[2];

/* Nothing is issued yet. */
static moon_status host_invoice(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch,
                                moon_arg *result, moon_err *err) {
    (void)ctx, (void)args, (void)n, (void)scratch, (void)result, (void)err;
    return MOON_OK;
}

static moon_status host_document_id(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch,
                                    moon_arg *result, moon_err *err) {
    (void)ctx, (void)n, (void)err;
    *result = moon_arg_text(moon_arena_printf(scratch, "order/%.*s", MOON_STR_ARG(args[0].text)));
    return MOON_OK;
}

static moon_status host_product(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch,
                                moon_arg *result, moon_err *err) {
    (void)ctx, (void)args, (void)n, (void)scratch, (void)result, (void)err;
    return MOON_OK;
}

/* Lines of 1, 2, 3 ... pieces at 0.33; all of them negative in a cancellation. */
static void make_order(moon_order *order, const char *id, int kind, int count) {
    moon_err err;
    moon_order_line *lines = MOON_NEW_N(&arena, moon_order_line, (size_t)count);
    moon_record_init(&moon_order_type, order);
    order->id = moon_str_of(id);
    order->kind = kind;
    order->state = MOON_ORDER_DUE;
    order->account = MOON_STR("A1");
    order->value = moon_decimal_of(0);
    order->lines = (moon_list){lines, (size_t)count};
    must(moon_currency_parse(MOON_STR("GBP"), &order->currency, &err), &err);
    must(moon_date_make(2010, 12, kind, &order->date, &err), &err);
    for (int i = 0; i < count; i++) {
        moon_record_init(&moon_order_line_type, &lines[i]);
        lines[i].ordinal = i + 1;
        lines[i].kind = MOON_LINE_PRODUCT;
        lines[i].product = moon_arena_printf(&arena, "P%d", i + 1);
        lines[i].quantity = moon_decimal_of(kind == MOON_ORDER_SALE ? i + 1 : -i - 1);
        must(moon_decimal_make(33, 2, &lines[i].price, &err), &err);
    }
}

static moon_named named(const char *name, moon_arg value) { return (moon_named){moon_str_of(name), value}; }

/* The document that a verb makes, as far as the books check it. */
static moon_document made(const char *verb, moon_named *input, size_t count) {
    moon_err err;
    moon_document document;
    moon_arg args[] = {moon_arg_map(input, count)};
    must(moon_script_call_record(script, verb, args, 1, &moon_document_type, &arena, &document, &err), &err);
    must(moon_document_check(&document, &err), &err);
    return document;
}

static void expect(const char *name, int64_t got, int64_t want) {
    report(got == want, "records", moon_str_of(name),
           moon_arena_printf(&arena, "got %lld, want %lld", (long long)got, (long long)want));
}

static void run_records(void) {
    moon_err err;
    moon_account account;
    moon_date today;
    must(moon_date_make(2026, 1, 15, &today, &err), &err);
    moon_record_init(&moon_account_type, &account);
    account.id = MOON_STR("A1");
    account.country = MOON_STR("GB");
    make_order(&orders[0], "S1", MOON_ORDER_SALE, 20);
    make_order(&orders[1], "C1", MOON_ORDER_CANCELLATION, 20);
    moon_arg buyer = moon_arg_record(&moon_account_type, &account);
    moon_named sale[] = {named("account", buyer),
                         named("order", moon_arg_record(&moon_order_type, &orders[0]))};
    moon_document invoice = made("billing.draft", sale, 2);
    expect("net of a sale", invoice.net, 6930);
    expect("tax of a sale", invoice.tax, 1213);
    expect("total of a sale", invoice.total, 8143);
    const moon_arg both[] = {moon_arg_record(&moon_order_type, &orders[0]),
                             moon_arg_record(&moon_order_type, &orders[1])};
    moon_arg all[] = {moon_arg_list(both, 2)}, matches;
    must(moon_script_call(script, "billing.match", all, 1, &arena, &matches, &err), &err);
    moon_named cancel[] = {named("account", buyer), named("match", moon_arg_get(&matches, "C1")),
                           named("order", both[1]), named("original", both[0])};
    moon_document note = made("billing.draft", cancel, 4);
    expect("total of its cancellation", note.total, -8143);
    expect("it corrects the sale", moon_str_is(note.corrects, "order/S1"), true);
    expect("its last line corrects the last", MOON_AT(moon_line, note.lines, 19)->corrects_line, 20);

    invoice.id = MOON_STR("order/S1");
    invoice.number = MOON_STR("INV-2010-00001");
    invoice.state = MOON_STATE_ISSUED;
    moon_named part_line[] = {named("amount", moon_arg_text(MOON_STR("3.30"))),
                              named("corrects_line", moon_arg_integer(20))};
    moon_arg lines[] = {moon_arg_map(part_line, 2)}, credited[1];
    moon_named credit[] = {named("account", buyer),
                           named("credited", moon_arg_list(credited, 0)),
                           named("kind", moon_arg_text(MOON_STR("credit_note"))),
                           named("lines", moon_arg_list(lines, 1)),
                           named("original", moon_arg_record(&moon_document_type, &invoice)),
                           named("today", moon_arg_date(today))};
    moon_document part = made("billing.manual", credit, 6);
    expect("a part credited", part.total, -388);
    credited[0] = moon_arg_record(&moon_document_type, &part);
    credit[1].value = moon_arg_list(credited, 1);
    credit[3].value = moon_arg_list(lines, 0);
    moon_document rest = made("billing.manual", credit, 6);
    expect("net after the rest", invoice.net + part.net + rest.net, 0);
    expect("tax after the rest", invoice.tax + part.tax + rest.tax, 0);
    expect("total after the rest", invoice.total + part.total + rest.total, 0);
}

int main(void) {
    moon_err err;
    moon_script_limits limits = MOON_SCRIPT_LIMITS;
    limits.time_ms = 300000; /* properties over thousands of agreements are one call */
    limits.steps = UINT64_MAX / 2;
    must(moon_script_new(&limits, &script, &err), &err);
    add_starter_rules();
    if (nftw("tests/lua/rules", add_test_rule, 8, FTW_PHYS) != 0) {
        printf("not ok 1 library: tests/lua/rules cannot be read; run this in the top folder\n");
        return 1;
    }
    add_module("rows");
    add_module("bills");
    must(moon_script_require(script, "examples", &err), &err);
    must(moon_script_require(script, "billing", &err), &err);
    for (size_t i = 0; i < sizeof suites / sizeof *suites; i++) run_suite(suites[i]);
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) run_examples(examples[i]);
    moon_script_provide(script, "invoice", host_invoice, NULL);
    moon_script_provide(script, "document_id", host_document_id, NULL);
    moon_script_provide(script, "product", host_product, NULL);
    run_records();
    moon_script_free(script);
    moon_arena_free(&arena);
    printf("1..%d\n", number);
    return failures > 0;
}
