/* Runs tests/lua/{mapping,importing,locale,layout}_test.lua as modules of the library, each a function run() that gives a
 * list of { name =, ok =, why = }, in states that have the built CSV plugin; then imports tests/data/online-retail.csv and
 * compares with its figures, those of the whole file too if MOON_ONLINE_RETAIL names it. Prints TAP.
 * MOON_PLUGIN_DIR: where the plugins were built, build/plugins by default. Run from the top of the tree. */
#include <dlfcn.h>
#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/limits.h"
#include "script/sandbox.h"
#include "script/state_in.h"
#include "store/record.h"

extern const moon_type moon_line_type, moon_tax_type, moon_order_line_type;
const moon_type *moon_type_by_name(moon_str name);

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
    return moon_file_read(moon_arena_str(scratch, args[0].text).ptr, MOON_FILE_MAX, scratch, &result->text, err);
}

/* Names of a record's fields with their kinds, for the test that mappings and layouts know the same ones. */
static moon_status fields_of(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch, moon_arg *result,
                             moon_err *err) {
    (void)ctx;
    const moon_type *type = n == 1 ? moon_type_by_name(args[0].text) : NULL;
    if (n == 1 && moon_str_is(args[0].text, "line")) type = &moon_line_type;
    if (n == 1 && moon_str_is(args[0].text, "tax")) type = &moon_tax_type;
    if (n == 1 && moon_str_is(args[0].text, "order_line")) type = &moon_order_line_type;
    if (!type) return moon_fail(err, MOON_E_NOT_FOUND, "no such type");
    moon_arg *names = MOON_NEW_N(scratch, moon_arg, type->field_count);
    for (size_t i = 0; i < type->field_count; i++) names[i] = moon_arg_text(moon_str_of(type->fields[i].name));
    *result = moon_arg_list(names, type->field_count);
    return MOON_OK;
}

static int l_open_plugin(lua_State *L) {
    lua_CFunction open = NULL;
    void *symbol = lua_touserdata(L, 1);
    memcpy(&open, &symbol, sizeof open);
    moon_sandbox_push_host(L);
    lua_pushcfunction(L, open);
    lua_call(L, 0, 1);
    lua_setfield(L, -2, "csv");
    return 0;
}

static void add_plugin(moon_script *s) {
    static void *symbol;
    moon_err err;
    char path[512];
    const char *folder = getenv("MOON_PLUGIN_DIR");
    if (!symbol) {
        snprintf(path, sizeof path, "%s/csv/csv.so", folder && *folder ? folder : "build/plugins");
        void *library = dlopen(path, RTLD_NOW);
        symbol = library ? dlsym(library, "luaopen_csv") : NULL;
        if (!symbol) {
            printf("not ok importing: %s cannot be loaded: %s\n", path, dlerror());
            exit(1);
        }
    }
    lua_pushcfunction(s->L, l_open_plugin);
    lua_pushlightuserdata(s->L, symbol);
    if (lua_pcall(s->L, 1, 0, 0) != LUA_OK) {
        puts("not ok importing: the plugin cannot be opened");
        exit(1);
    }
    if (moon_script_add_library(s, MOON_STR("lua/plugin/csv.lua"), MOON_STR("return host.csv"), &err) != MOON_OK)
        die("plugin", &err);
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

static moon_script *new_state(moon_arena *keep) {
    static const char *const rules[] = {
        "rules/imports/online-retail.lua", "rules/imports/online-retail.examples.lua", NULL};
    moon_err err;
    moon_script *s = NULL;
    moon_script_limits limits = MOON_SCRIPT_LIMITS;
    limits.memory_bytes = (size_t)2 << 30;
    limits.time_ms = 60000;
    if (moon_script_new(&limits, &s, &err) != MOON_OK) die("state", &err);
    moon_script_provide(s, "read_file", read_file, NULL);
    moon_script_provide(s, "rule_text", read_file, NULL);
    moon_script_provide(s, "fields_of", fields_of, NULL);
    add_plugin(s);
    for (size_t i = 0; rules[i]; i++) add_file(s, rules[i], rules[i], false, keep);
    return s;
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
        printf("not ok %s: %s: %s (%s:%d) %s\n", name, moon_status_name(err.code), err.text, err.place, err.line,
               err.hint);
        failures++;
    } else if (result.kind != MOON_ARG_LIST || result.list.count == 0) {
        tell(false, name, "it has no rows");
    } else {
        for (size_t i = 0; i < result.list.count; i++) {
            const moon_arg *row = &result.list.items[i];
            moon_arg ok = moon_arg_get(row, "ok"), title = moon_arg_get(row, "name"), why = moon_arg_get(row, "why");
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

static void check_sample(const char *what, const char *path, const figures *want) {
    moon_err err;
    moon_arena keep = MOON_ARENA_EMPTY, turn = MOON_ARENA_EMPTY;
    moon_script *s = new_state(&keep);
    moon_str bytes;
    moon_arg result;
    figures got[8] = {0};
    moon_decimal sums[8] = {0};
    if (moon_file_read(path, MOON_FILE_MAX, &keep, &bytes, &err) != MOON_OK) die(path, &err);
    moon_named book[] = {{MOON_STR("currency"), moon_arg_text(MOON_STR("GBP"))}};
    moon_named options[] = {{MOON_STR("kind"), moon_arg_text(MOON_STR("orders"))},
                            {MOON_STR("mapping"), moon_arg_text(MOON_STR("rules/imports/online-retail.lua"))},
                            {MOON_STR("bytes"), moon_arg_text(bytes)},
                            {MOON_STR("file"), moon_arg_text(MOON_STR("orders.csv"))},
                            {MOON_STR("book"), moon_arg_map(book, 1)}};
    moon_arg arg = moon_arg_map(options, sizeof options / sizeof *options);
    clock_t start = clock();
    if (moon_script_call(s, "importing.begin", &arg, 1, &keep, NULL, &err) != MOON_OK) die(what, &err);
    clock_t begun = clock();
    size_t n = 0;
    for (size_t i = 0; want[i].state; i++) got[i] = (figures){want[i].state, want[i].kind, want[i].amount, 0, 0};
    for (;; n++) {
        moon_arena_free(&turn);
        if (moon_script_call(s, "importing.next", NULL, 0, &turn, &result, &err) != MOON_OK) die(what, &err);
        if (result.kind == MOON_ARG_NIL) break;
        moon_arg order = moon_arg_get(&result, "order");
        count(&order, got, sums);
    }
    printf("# %s: %zu orders in %ld ms, %ld of them for reading the file\n", what, n,
           (long)((clock() - start) * 1000 / CLOCKS_PER_SEC), (long)((begun - start) * 1000 / CLOCKS_PER_SEC));
    for (size_t i = 0; want[i].state; i++) {
        char name[128], why[256], amount[64];
        moon_decimal_format_places(sums[i], 2, amount);
        snprintf(name, sizeof name, "%s: %s, %s", what, want[i].state, want[i].kind);
        snprintf(why, sizeof why, "%zu orders, %zu lines, %s; expected %zu, %zu, %s", got[i].orders, got[i].lines, amount,
                 want[i].orders, want[i].lines, want[i].amount);
        tell(got[i].orders == want[i].orders && got[i].lines == want[i].lines && !strcmp(amount, want[i].amount), name,
             why);
    }
    moon_script_free(s);
    moon_arena_free(&turn);
    moon_arena_free(&keep);
}

int main(void) {
    static const char *const modules[] = {"layout_test", "locale_test", "mapping_test", "importing_test", NULL};
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
    for (size_t i = 0; modules[i]; i++) run_module(modules[i]);
    return failures > 0;
}
