/* Runs tests/lua/{mapping,importing,locale,layout}_test.lua as modules of the library, each a function run()
 * that gives a list of { name =, ok =, why = }, in states that have the built CSV plugin; then imports
 * tests/data/online-retail.csv and compares with its figures, those of the whole file too if MOON_ONLINE_RETAIL
 * names it. Prints TAP. MOON_PLUGIN_DIR: where the plugins were built, build/plugins by default. Run from the
 * top of the tree. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/limits.h"
#include "books/records.h"
#include "script/plugin.h"

#define SAMPLE "rules/imports/online-retail.lua"

static int failures;

static void tell(bool good, const char *name, const char *why) {
    if (good)
        printf("ok %s\n", name);
    else
        printf("not ok %s: %s\n", name, why);
    failures += !good;
}

static void die(const char *what, const moon_err *err) {
    printf("not ok %s: %s (%s:%d) %s\n", what, err->text, err->place, err->line, err->hint);
    exit(1);
}

/* host.rule_text(path), host.read_file(path): a file of the tree */
static moon_status read_file(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch, moon_arg *result,
                             moon_err *err) {
    (void)ctx;
    if (n != 1) return moon_fail(err, MOON_E_INTERNAL, "read_file takes a path");
    result->kind = MOON_ARG_TEXT;
    return moon_file_read(moon_arena_str(scratch, args[0].text).ptr, MOON_FILE_MAX, scratch, &result->text,
                          err);
}

/* Names of a record's fields with their kinds, for the test that mappings and layouts know the same ones. */
static moon_status fields_of(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch, moon_arg *result,
                             moon_err *err) {
    (void)ctx;
    const moon_type *type = n == 1 ? moon_type_by_name(args[0].text) : NULL;
    if (n == 1 && moon_str_is(args[0].text, "line")) type = &moon_line_type;
    if (n == 1 && moon_str_is(args[0].text, "tax")) type = &moon_tax_type;
    if (n == 1 && moon_str_is(args[0].text, "message_line")) type = &moon_message_line_type;
    if (n == 1 && moon_str_is(args[0].text, "order_line")) type = &moon_order_line_type;
    if (!type) return moon_fail(err, MOON_E_NOT_FOUND, "no such type");
    moon_arg *names = MOON_NEW_N(scratch, moon_arg, type->field_count);
    for (size_t i = 0; i < type->field_count; i++)
        names[i] = moon_arg_text(moon_str_of(type->fields[i].name));
    *result = moon_arg_list(names, type->field_count);
    return MOON_OK;
}

static void add_plugin(moon_script *s) {
    moon_err err;
    const char *folder = getenv("MOON_PLUGIN_DIR");
    const char *const folders[] = {folder && *folder ? folder : "build/plugins", NULL};
    if (moon_script_plugin(s, "csv", folders, &err) != MOON_OK) die("plugin", &err);
}

/* A file of the tree, as a rule or as a module of the library. */
static void add_file(moon_script *s, const char *path, const char *as, bool library, moon_arena *keep) {
    moon_err err;
    moon_str text;
    if (moon_file_read(path, MOON_FILE_MAX, keep, &text, &err) != MOON_OK ||
        (library ? moon_script_add_library(s, moon_str_of(as), text, &err)
                 : moon_script_add_source(s, moon_str_of(as), text, &err)) != MOON_OK)
        die(path, &err);
}

static moon_script *state_with(const moon_script_limits *limits, moon_arena *keep) {
    static const char *const rules[] = {"rules/imports/online-retail.lua",
                                        "rules/imports/online-retail.examples.lua", NULL};
    moon_err err;
    moon_script *s = NULL;
    if (moon_script_new(limits, &s, &err) != MOON_OK) die("state", &err);
    moon_script_provide(s, "read_file", read_file, NULL);
    moon_script_provide(s, "rule_text", read_file, NULL);
    moon_script_provide(s, "fields_of", fields_of, NULL);
    add_plugin(s);
    for (size_t i = 0; rules[i]; i++) add_file(s, rules[i], rules[i], false, keep);
    return s;
}

static moon_script *new_state(moon_arena *keep) {
    moon_script_limits limits = MOON_SCRIPT_LIMITS;
    limits.memory_bytes = (size_t)2 << 30;
    limits.time_ms = 60000;
    return state_with(&limits, keep);
}

static void run_module(const char *name) {
    moon_err err;
    moon_arena keep = MOON_ARENA_EMPTY;
    moon_arg result;
    char path[128], as[128], verb[128];
    moon_script *s = new_state(&keep);
    snprintf(path, sizeof path, "tests/lua/%s.lua", name);
    snprintf(as, sizeof as, "lua/%s.lua", name);
    snprintf(verb, sizeof verb, "%s.run", name);
    add_file(s, path, as, true, &keep);
    if (moon_script_call(s, verb, NULL, 0, &keep, &result, &err) != MOON_OK) {
        printf("not ok %s: %s: %s (%s:%d) %s\n", name, moon_status_name(err.code), err.text, err.place,
               err.line, err.hint);
        failures++;
    } else if (result.kind != MOON_ARG_LIST || result.list.count == 0) {
        tell(false, name, "it has no rows");
    } else {
        for (size_t i = 0; i < result.list.count; i++) {
            const moon_arg *row = &result.list.items[i];
            moon_arg ok = moon_arg_get(row, "ok"), title = moon_arg_get(row, "name"),
                     why = moon_arg_get(row, "why");
            char line[256], reason[4096] = "";
            snprintf(line, sizeof line, "%s: %.*s", name, MOON_STR_ARG(title.text));
            if (why.kind == MOON_ARG_TEXT) snprintf(reason, sizeof reason, "%.*s", MOON_STR_ARG(why.text));
            tell(ok.kind == MOON_ARG_BOOL && ok.boolean, line, reason);
        }
    }
    moon_script_free(s);
    moon_arena_free(&keep);
}

/* ---- the sample, driven as the program does ---- */

typedef struct figures {
    const char *state, *kind, *amount;
    size_t orders, lines;
} figures;

/* Adds an order to the row it belongs to. Quantity x price is computed here, apart from the library. */
static void count(const moon_arg *order, figures *rows, moon_decimal *sums) {
    moon_arg state = moon_arg_get(order, "state"), kind = moon_arg_get(order, "kind");
    moon_arg lines = moon_arg_get(order, "lines");
    moon_err err;
    for (size_t i = 0; rows[i].state; i++) {
        if (!moon_str_is(state.text, rows[i].state) || !moon_str_is(kind.text, rows[i].kind)) continue;
        rows[i].orders++;
        rows[i].lines += lines.list.count;
        for (size_t k = 0; k < lines.list.count; k++) {
            moon_arg q = moon_arg_get(&lines.list.items[k], "quantity");
            moon_arg p = moon_arg_get(&lines.list.items[k], "price");
            moon_decimal product;
            if (moon_decimal_mul(q.decimal, p.decimal, &product, &err) != MOON_OK ||
                moon_decimal_add(sums[i], product, &sums[i], &err) != MOON_OK)
                die("sum", &err);
        }
    }
}

static moon_status begin(moon_script *s, const char *mapping, moon_str bytes, moon_arena *keep,
                         moon_err *err) {
    moon_date today = 14600;
    moon_named book[] = {{MOON_STR("currency"), moon_arg_text(MOON_STR("GBP"))}};
    moon_named options[] = {{MOON_STR("book"), moon_arg_map(book, 1)},
                            {MOON_STR("bytes"), moon_arg_text(bytes)},
                            {MOON_STR("file"), moon_arg_text(MOON_STR("orders.csv"))},
                            {MOON_STR("kind"), moon_arg_text(MOON_STR("orders"))},
                            {MOON_STR("mapping"), moon_arg_text(moon_str_of(mapping))},
                            {MOON_STR("today"), moon_arg_date(today)}};
    moon_arg arg = moon_arg_map(options, sizeof options / sizeof *options);
    return moon_script_call(s, "importing.begin", &arg, 1, keep, NULL, err);
}

static void compare(const char *what, const figures *want, const figures *got, const moon_decimal *sums) {
    for (size_t i = 0; want[i].state; i++) {
        char name[128], why[256], amount[64];
        moon_decimal_format_places(sums[i], 2, amount);
        snprintf(name, sizeof name, "%s: %s, %s", what, want[i].state, want[i].kind);
        snprintf(why, sizeof why, "%zu orders, %zu lines, %s; expected %zu, %zu, %s", got[i].orders,
                 got[i].lines, amount, want[i].orders, want[i].lines, want[i].amount);
        tell(got[i].orders == want[i].orders && got[i].lines == want[i].lines &&
                 !strcmp(amount, want[i].amount),
             name, why);
    }
}

static void check_sample(const char *what, const char *path, const figures *want) {
    moon_err err;
    moon_arena keep = MOON_ARENA_EMPTY, turn = MOON_ARENA_EMPTY;
    moon_script *s = new_state(&keep);
    moon_str bytes;
    moon_arg result;
    figures got[8] = {0};
    moon_decimal sums[8] = {0};
    size_t n = 0;
    if (moon_file_read(path, MOON_FILE_MAX, &keep, &bytes, &err) != MOON_OK) die(path, &err);
    clock_t start = clock();
    if (begin(s, SAMPLE, bytes, &keep, &err) != MOON_OK) die(what, &err);
    clock_t begun = clock();
    for (size_t i = 0; want[i].state; i++)
        got[i] = (figures){want[i].state, want[i].kind, want[i].amount, 0, 0};
    for (;; n++) {
        moon_arena_free(&turn);
        if (moon_script_call(s, "importing.next", NULL, 0, &turn, &result, &err) != MOON_OK) die(what, &err);
        if (result.kind == MOON_ARG_NIL) break;
        moon_arg order = moon_arg_get(&result, "order");
        count(&order, got, sums);
    }
    printf("# %s: %zu orders in %ld ms, %ld of them for reading the file\n", what, n,
           (long)((clock() - start) * 1000 / CLOCKS_PER_SEC),
           (long)((begun - start) * 1000 / CLOCKS_PER_SEC));
    compare(what, want, got, sums);
    moon_script_free(s);
    moon_arena_free(&turn);
    moon_arena_free(&keep);
}

/* What comes out of a file is fit for the books: every order and account is a record, whatever was wrong with
 * its rows. */
static void check_records(void) {
    static const char file[] =
        "InvoiceNo;StockCode;Description;Quantity;InvoiceDate;UnitPrice;CustomerID;Country\n"
        "1;A;B;1;1/12/2010;1,5;X;France\n2;A;B;x;1/12/2010;1;X;France\n3;A;B;1;1/13/2010;1;X;France\n"
        ";A;B;1;1/12/2010;1;X;France\n4;A;B;1;1/12/2010;1;;France\nC5;A;B;-1;1/12/2010;1;X;Atlantis\n"
        "6;A;B;1;1/12/2010;1;X\n7\7;A;B;1;1/12/2010;1;X;France\n8;A;B;1;1/12/2010;0;;France\n";
    moon_err err;
    moon_arena keep = MOON_ARENA_EMPTY;
    moon_script *s = new_state(&keep);
    moon_arg part;
    moon_order order;
    moon_account account;
    char name[160];
    size_t n = 0;
    if (begin(s, SAMPLE, MOON_STR(file), &keep, &err) != MOON_OK) die("records", &err);
    for (;; n++) {
        if (moon_script_call(s, "importing.advance", NULL, 0, &keep, &part, &err) != MOON_OK)
            die("advance", &err);
        if (part.kind == MOON_ARG_NIL) break;
        if (moon_script_call_record(s, "importing.record", NULL, 0, &moon_order_type, &keep, &order, &err) !=
            MOON_OK)
            die("an order", &err);
        if (moon_arg_get(&part, "account").boolean &&
            moon_script_call_record(s, "importing.account", NULL, 0, &moon_account_type, &keep, &account,
                                    &err) != MOON_OK)
            die("an account", &err);
        snprintf(name, sizeof name, "records: %.*s, %s", MOON_STR_ARG(order.id),
                 moon_order_states[order.state - 1]);
        tell(order.date != MOON_DATE_NONE && order.currency != 0 &&
                 (order.state == MOON_ORDER_HELD) == (order.code.len > 0),
             name, "its date, currency or code is missing");
    }
    tell(n == 9, "records: all of them", "there are not 9");
    moon_script_free(s);
    moon_arena_free(&keep);
}

/* A function of a mapping that does not end ends the import, not the program; it cannot be caught. */
static void check_loop(void) {
    moon_err err;
    moon_arena keep = MOON_ARENA_EMPTY;
    moon_script_limits limits = MOON_SCRIPT_LIMITS;
    limits.exact = true;
    limits.steps = 2000000;
    moon_script *s = state_with(&limits, &keep);
    static const char mapping[] = "return mapping { of = \"orders\", columns = { order = \"No\", account = "
                                  "\"Who\", date = \"When\", quantity = \"Qty\" },\n"
                                  "  hold = function() while true do pcall(error, \"x\") end end }\n";
    if (moon_script_add_source(s, MOON_STR("rules/imports/loop.lua"), MOON_STR(mapping), &err) != MOON_OK)
        die("loop", &err);
    if (begin(s, "rules/imports/loop.lua", MOON_STR("No,Who,When,Qty\nA,B,2026-01-01,1\n"), &keep, &err) !=
        MOON_OK)
        die("loop", &err);
    moon_status status = moon_script_call(s, "importing.next", NULL, 0, &keep, NULL, &err);
    tell(status == MOON_E_SCRIPT_STEPS, "a function that does not end", moon_status_name(status));
    moon_script_free(s);
    moon_arena_free(&keep);
}

int main(void) {
    static const char *const modules[] = {"layout_test", "locale_test", "mapping_test", "importing_test",
                                          NULL};
    static const figures excerpt[] = {{"due", "sale", "10926.83", 26, 558},
                                      {"due", "cancellation", "-1134.07", 9, 28},
                                      {"held", "sale", "2.97", 1, 2},
                                      {"no_sale", "sale", "0.00", 6, 6},
                                      {0}};
    static const figures whole[] = {{"due", "sale", "148206.83", 401, 7609},
                                    {"due", "cancellation", "-3580.58", 43, 100},
                                    {"held", "sale", "36041.50", 23, 2246},
                                    {"no_sale", "sale", "0.00", 45, 45},
                                    {0}};
    const char *file = getenv("MOON_ONLINE_RETAIL");
    check_sample("excerpt", "tests/data/online-retail.csv", excerpt);
    if (file && *file) check_sample("whole", file, whole);
    check_records();
    check_loop();
    for (size_t i = 0; modules[i]; i++) run_module(modules[i]);
    return failures > 0;
}
