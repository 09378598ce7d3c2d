#include "base/file.h"
#include "script/embedded.h"
#include "unit/script_case.h"

static const moon_script_limits limits = {16u << 20, 3000000, 2000, false, false};

/* ---- the library's side ---- */

static moon_status doubled(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch, moon_arg *result,
                           moon_err *err) {
    moon_decimal x;
    (*(int *)ctx)++;
    (void)scratch;
    if (n != 1 || args[0].kind != MOON_ARG_DECIMAL) return moon_fail(err, MOON_E_PRICE_MISSING, "no number");
    MOON_TRY(moon_decimal_add(args[0].decimal, args[0].decimal, &x, err));
    *result = moon_arg_decimal(x);
    return MOON_OK;
}

#define SHOP                                                                                                 \
    "local shop = {}\n"                                                                                      \
    "local plans = 0\n"                                                                                      \
    "expose {\n"                                                                                             \
    "  plan = function(p)\n"                                                                                 \
    "    if not p.title then raise { code = 'rule.value', message = 'no title', hint = 'add one' } end\n"    \
    "    plans = plans + 1\n"                                                                                \
    "    return setmetatable(p, { __index = { kind = 'plan' }, __call = function(self, x) return "           \
    "self.title .. x end })\n"                                                                               \
    "  end,\n"                                                                                               \
    "  modes = { fast = 1 },\n"                                                                              \
    "}\n"                                                                                                    \
    "function shop.field(path, name) return rule(path)[name] end\n"                                          \
    "function shop.text(path) return tostring(rule(path)) end\n"                                             \
    "function shop.call(path, x) return rule(path)(x) end\n"                                                 \
    "function shop.same(path) return rule(path) == rule(path) end\n"                                         \
    "function shop.count() return plans end\n"                                                               \
    "function shop.paths(prefix) return table.concat(rule_paths(prefix), ' ') end\n"                         \
    "function shop.double(x) return host.double(x) end\n"                                                    \
    "function shop.within() within('account A', function() within('charge \"B\"', error, 'x') end) end\n"    \
    "function shop.compiled(text) return compile('console', text)() end\n"                                   \
    "function shop.echo(v) return v end\n"                                                                   \
    "function shop.names(library) return table.concat(names(library), ' ') end\n"                            \
    "function shop.global() leak = 1 end\n"                                                                  \
    "return shop\n"

static moon_script *shop(int *calls) {
    static const char *const sources[][2] = {
        {"rules/a.lua",
         "return plan { title = 'A', deep = { list = { 1, 2 } }, f = function(x) return x end }"},
        {"rules/b/c.lua", "return plan {\n  price = 1 }"},
        {"rules/d.lua", "local c = require 'a' return { title = c.title .. modes.fast }"},
        {"rules/e.lua", "return require 'e'"},
        {"rules/f.lua", "local x = 1"},
        {"rules/g.lua", "modes.fast = 2"},
        {"rules/h.lua", "plan = 1"},
        {"rules/i.lua", "return require 'nothing'"},
        {"rules/j.lua", "error { code = 'internal' }"},
        {"rules/k.lua", "return"},
        {"rules/l.lua", "return {"},
    };
    moon_err err;
    moon_script *s = case_state(&limits, "return 1");
    assert_int_equal(moon_script_add_library(s, MOON_STR("lua/shop.lua"), MOON_STR(SHOP), &err), MOON_OK);
    moon_script_provide(s, "double", doubled, calls);
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        assert_int_equal(
            moon_script_add_source(s, moon_str_of(sources[i][0]), moon_str_of(sources[i][1]), &err), MOON_OK);
    return s;
}

static void serves_verbs(void **state) {
    static const struct {
        const char *verb, *one, *two, *want;
    } rows[] = {
        {"shop.field", "rules/a.lua", "title", "A"},
        {"shop.field", "rules/a.lua", "kind", "plan"}, /* through the metatable, frozen */
        {"shop.call", "rules/a.lua", "!", "A!"},
        {"shop.field", "rules/d.lua", "title", "A1"},
        {"shop.field", "rules/b/c.lua", "title", "!rule.value: no title"},
        {"shop.field", "rules/e.lua", "title", "!rule.error: rules/e.lua needs itself"},
        {"shop.text", "rules/l.lua", NULL, "!rule.syntax"}, /* and the same when it is asked for again */
        {"shop.text", "rules/f.lua", NULL, "false"},
        {"shop.text", "rules/k.lua", NULL, "false"},
        {"shop.text", "rules/g.lua", NULL, "!rule.keeps_state: cannot set 'fast'"},
        {"shop.text", "rules/h.lua", NULL, "!rule.keeps_state: 'plan' would be global"},
        {"shop.text", "rules/i.lua", NULL, "!rule.missing: there is no rule file rules/nothing.lua"},
        {"shop.text", "rules/j.lua", NULL, "!rule.error: table"},
        {"shop.text", "rules/aa.lua", NULL, "!rule.missing: there is no rule file rules/aa.lua"},
        {"shop.text", "lua/shop.lua", NULL, "!rule.missing"},
        {"shop.paths", "rules/", NULL,
         "rules/a.lua rules/b/c.lua rules/case.lua rules/d.lua rules/e.lua rules/f.lua rules/g.lua "
         "rules/h.lua rules/i.lua "
         "rules/j.lua rules/k.lua rules/l.lua"},
        {"shop.paths", "rules/b", NULL, "rules/b/c.lua"},
        {"shop.double", "x", NULL, "!price.missing: no number"},
        {"shop.within", NULL, NULL, "!rule.error: x"},
        {"shop.compiled", "return 'c' .. 0.5", NULL, "c0.5"},
        {"shop.compiled", "return io", NULL, "!rule.forbidden"},
        {"shop.compiled", "return (", NULL, "!rule.syntax"},
        {"shop.global", NULL, NULL, "!rule.keeps_state: 'leak' would be global"},
        {"shop.nothing", NULL, NULL, "!internal: the library has no function 'shop.nothing'"},
        {"nothing.verb", NULL, NULL, "!not_found: the library has no file lua/nothing.lua"},
        {"verb", NULL, NULL, "!internal: 'verb' is no module.verb"},
        {"shop.echo", "a\xC3\xA4", NULL, "a\xC3\xA4"},
    };
    int calls = 0;
    (void)state;
    moon_script *s = shop(&calls);
    for (int again = 0; again < 2; again++)
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            char got[1024] = "";
            moon_err err;
            moon_arena arena = MOON_ARENA_EMPTY;
            moon_arg result,
                args[2] = {moon_arg_text(moon_str_of(rows[i].one)), moon_arg_text(moon_str_of(rows[i].two))};
            size_t n = rows[i].two ? 2 : rows[i].one ? 1 : 0;
            moon_status status = moon_script_call(s, rows[i].verb, args, n, &arena, &result, &err);
            if (status != MOON_OK)
                snprintf(got, sizeof got, "!%s: %s", moon_status_name(status), err.text);
            else if (result.kind == MOON_ARG_TEXT)
                snprintf(got, sizeof got, "%.*s", MOON_STR_ARG(result.text));
            if (!case_is(got, rows[i].want))
                CASE_FAIL("%s %s: got %s, want %s", rows[i].verb, rows[i].one ? rows[i].one : "", got,
                          rows[i].want);
            moon_arena_free(&arena);
        }
    moon_script_free(s);
    case_done();
}

static void reports_places(void **state) {
    int calls = 0;
    moon_err err;
    moon_arena arena = MOON_ARENA_EMPTY;
    moon_arg args[2] = {moon_arg_text(MOON_STR("rules/b/c.lua")), moon_arg_text(MOON_STR("title"))};
    (void)state;
    moon_script *s = shop(&calls);
    /* The library finds the mistake; the place is the rule's. */
    assert_int_equal(moon_script_call(s, "shop.field", args, 2, &arena, NULL, &err), MOON_E_SCRIPT_VALUE);
    assert_string_equal(err.place, "rules/b/c.lua");
    assert_int_equal(err.line, 1);
    assert_string_equal(err.source, "return plan {");
    assert_string_equal(err.hint, "add one");
    /* Without a rule, that of the library; and the context, innermost first. */
    assert_int_equal(moon_script_call(s, "shop.within", NULL, 0, &arena, NULL, &err), MOON_E_SCRIPT_ERROR);
    assert_string_equal(err.place, "lua/shop.lua");
    assert_string_equal(err.context, "charge \"B\", account A");
    moon_script_free(s);
    moon_arena_free(&arena);
}

static void calls_the_host(void **state) {
    int calls = 0;
    moon_err err;
    moon_arena arena = MOON_ARENA_EMPTY;
    moon_arg result, arg = moon_arg_decimal((moon_decimal){75, 1});
    (void)state;
    moon_script *s = shop(&calls);
    assert_int_equal(moon_script_call(s, "shop.double", &arg, 1, &arena, &result, &err), MOON_OK);
    assert_int_equal(calls, 1);
    assert_int_equal(result.kind, MOON_ARG_DECIMAL);
    assert_true(moon_decimal_eq(result.decimal, moon_decimal_of(15)));
    moon_script_free(s);
    moon_arena_free(&arena);
}

/* Every kind of argument comes back as it went in. */
static void carries_values(void **state) {
    const moon_arg items[] = {moon_arg_bool(true), moon_arg_text(MOON_STR("x")), moon_arg_date(20000)};
    const moon_named named[] = {{MOON_STR("amount"), moon_arg_money((moon_decimal){1250, 2}, 978)},
                                {MOON_STR("days"), moon_arg_period((moon_period){1, 30})},
                                {MOON_STR("list"), moon_arg_list(items, 3)}};
    int calls = 0;
    moon_err err;
    moon_arena arena = MOON_ARENA_EMPTY;
    moon_arg out, arg = moon_arg_map(named, 3);
    (void)state;
    moon_script *s = shop(&calls);
    assert_int_equal(moon_script_call(s, "shop.echo", &arg, 1, &arena, &out, &err), MOON_OK);
    assert_int_equal(out.kind, MOON_ARG_MAP);
    assert_int_equal(out.map.count, 3);
    moon_arg amount = moon_arg_get(&out, "amount"), days = moon_arg_get(&out, "days"),
             list = moon_arg_get(&out, "list");
    assert_true(amount.kind == MOON_ARG_MONEY && amount.money.currency == 978);
    assert_true(moon_decimal_eq(amount.money.amount, (moon_decimal){125, 1}) ||
                moon_decimal_eq(amount.money.amount, (moon_decimal){1250, 2}));
    assert_true(days.kind == MOON_ARG_PERIOD && days.period.start == 1 && days.period.end == 30);
    assert_true(list.kind == MOON_ARG_LIST && list.list.count == 3);
    assert_true(list.list.items[0].boolean && list.list.items[2].date == 20000);
    assert_int_equal(moon_arg_get(&out, "nothing").kind, MOON_ARG_NIL);
    arg = moon_arg_date(MOON_DATE_NONE);
    assert_int_equal(moon_script_call(s, "shop.echo", &arg, 1, &arena, &out, &err), MOON_OK);
    assert_int_equal(out.kind, MOON_ARG_NIL);
    moon_script_free(s);
    moon_arena_free(&arena);
}

/* ---- lua/README.md ---- */

/* Append the names in backquotes of the first column of the table below `heading`. */
static size_t documented(moon_str text, const char *heading, moon_str *names, size_t max) {
    moon_str line, cell;
    bool inside = false;
    size_t n = 0;
    while (moon_str_cut(&text, '\n', &line)) {
        if (moon_str_starts(line, MOON_STR("## "))) inside = moon_str_is(line, heading);
        if (!inside || !moon_str_starts(line, MOON_STR("| `"))) continue;
        moon_str rest = moon_str_sub(line, 2, line.len);
        moon_str_cut(&rest, '|', &cell);
        for (size_t i = 0; i < cell.len; i++) {
            if (cell.ptr[i] != '`') continue;
            size_t end = ++i;
            while (end < cell.len && strchr("(){} \"`", cell.ptr[end]) == NULL) end++;
            moon_str name = moon_str_sub(cell, i, end);
            bool twice = n > 0 && moon_str_eq(names[n - 1], name);
            if (!twice && n < max) names[n++] = name;
            i = moon_str_find(cell, '`', i);
        }
    }
    return n;
}

static int compare(const void *a, const void *b) {
    return moon_str_cmp(*(const moon_str *)a, *(const moon_str *)b);
}

static void check_names(moon_script *s, moon_str readme, const char *heading, bool library) {
    moon_str names[200], rest, actual;
    moon_err err;
    moon_arena arena = MOON_ARENA_EMPTY;
    moon_arg result, arg = moon_arg_bool(library);
    size_t n = documented(readme, heading, names, 200), i = 0;
    qsort(names, n, sizeof *names, compare);
    assert_int_equal(moon_script_call(s, "names.list", &arg, 1, &arena, &result, &err), MOON_OK);
    rest = result.text;
    while (moon_str_cut(&rest, ' ', &actual)) {
        while (i < n && moon_str_cmp(names[i], actual) < 0)
            CASE_FAIL("lua/README.md: '%.*s' does not exist", MOON_STR_ARG(names[i])), i++;
        if (i < n && moon_str_eq(names[i], actual))
            i++;
        else if (!library || !moon_str_is(actual, "require"))
            CASE_FAIL("lua/README.md lacks '%.*s'", MOON_STR_ARG(actual));
    }
    for (; i < n; i++) CASE_FAIL("lua/README.md: '%.*s' does not exist", MOON_STR_ARG(names[i]));
    moon_arena_free(&arena);
}

static void documents_every_name(void **state) {
    moon_err err;
    moon_arena arena = MOON_ARENA_EMPTY;
    moon_str readme;
    (void)state;
    assert_int_equal(moon_file_read("lua/README.md", 1 << 20, &arena, &readme, &err), MOON_OK);
    moon_script *s = case_state(&limits, "return 1");
    moon_str module =
        MOON_STR("return { list = function(library) return table.concat(names(library), ' ') end }");
    assert_int_equal(moon_script_add_library(s, MOON_STR("lua/names.lua"), module, &err), MOON_OK);
    check_names(s, readme, "## Names that rules may use", false);
    check_names(s, readme, "## Names that only the library may use", true);
    moon_script_free(s);
    moon_arena_free(&arena);
    case_done();
}

/* What is built in is what lies in the tree, and every module of it loads. */
static void embeds_the_library(void **state) {
    moon_err err;
    moon_arena arena = MOON_ARENA_EMPTY;
    (void)state;
    for (const moon_embedded *e = moon_embedded_files; e->path; e++) {
        moon_str text;
        assert_int_equal(moon_file_read(e->path, 1 << 24, &arena, &text, &err), MOON_OK);
        if (!moon_str_eq(text, (moon_str){e->bytes, e->len}))
            CASE_FAIL("%s is not what is built in", e->path);
        assert_ptr_equal(moon_embedded_find(moon_str_of(e->path)), e);
    }
    assert_null(moon_embedded_find(MOON_STR("lua/nothing.lua")));
    assert_int_equal(setenv("MOONBILL_LUA_DIR", "tests/unit/nothing", 1), 0);
    moon_str text;
    assert_int_equal(moon_embedded_library("lua/prelude.lua", &arena, &text, &err), MOON_E_NOT_FOUND);
    assert_int_equal(setenv("MOONBILL_LUA_DIR", "lua", 1), 0);
    assert_int_equal(moon_embedded_library("lua/prelude.lua", &arena, &text, &err), MOON_OK);
    const moon_embedded *prelude = moon_embedded_find(MOON_STR("lua/prelude.lua"));
    assert_true(moon_str_eq(text, (moon_str){prelude->bytes, prelude->len}));
    assert_int_equal(unsetenv("MOONBILL_LUA_DIR"), 0);
    moon_arena_free(&arena);
    case_done();
}

static void refuses_sources(void **state) {
    moon_err err;
    (void)state;
    moon_script *s = case_state(&limits, "return 1");
    assert_int_equal(moon_script_add_source(s, MOON_STR("rules/x.lua"), MOON_STR("x = '\xff'"), &err),
                     MOON_E_TEXT_INVALID);
    assert_int_equal(moon_script_add_source(s, MOON_STR("lua/x.lua"), MOON_STR(""), &err),
                     MOON_E_SCRIPT_FORBIDDEN);
    moon_script_free(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(serves_verbs),         cmocka_unit_test(reports_places),
        cmocka_unit_test(calls_the_host),       cmocka_unit_test(carries_values),
        cmocka_unit_test(documents_every_name), cmocka_unit_test(embeds_the_library),
        cmocka_unit_test(refuses_sources),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
