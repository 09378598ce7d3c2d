#include "script/loader.h"
#include "unit/script_case.h"

/* A source and what the loader makes of it; `same` is the source itself. */
#define HEAD "local __const=__const;"
static const char *const same = NULL;
static const struct {
    const char *source, *want;
} rows[] = {
    /* nothing to do */
    {"", same},
    {"return 1", same},
    {"x=1..2", same}, /* malformed, for Lua to say */
    {"x=3x", same},
    {"return 0x10, 0XfF, 2147483648", same},
    {"local t<const> = {...}", same},
    {"a//b", same},
    {"a.b.c:d'x'", same},
    {"::a:: goto a", same},
    {"return a..b, ...", same},
    {"'0.5' \"0.5\" [[0.5]] [==[ 0.5 ]] 0.5 ]==]", same},
    {"-- 0.5 / 2 ^ 3\n--[[ 0.5\n / ]] --[==[ ]] 0.5 ]==]", same},
    {"'\\'0.5' \"\\\"0.5\" '\\\\' '\\z \n 0.5' '\\\n0.5' '\\\r\n0.5'", same},
    {"a = ' 0.5\n", same},     /* a string without an end, to the end of the line */
    {"a = [[ 0.5 / \n", same}, /* a long one, to the end of the source */
    {"--[==[ 0.5 ]=]", same},
    {"a[b[1]]", same},
    {"\"a\\", same},
    {"a = 5 -- x", same},
    /* constants */
    {"return 0.5", HEAD "return __const[1]"},
    {"return .5, 0.50, 5e-1, 0.25", HEAD "return __const[1], __const[1], __const[1], __const[2]"},
    {"return 1.0, 1e3, 5., 0.0", "return 1, 1000, 5, 0"},
    {"return 2147483649", HEAD "return __const[1]"},
    {"x=0.5..y", same}, /* malformed number */
    {"x=0.5 ..y", HEAD "x=__const[1] ..y"},
    {"x=-0.5", HEAD "x=-__const[1]"},
    {"x=0.5\ny=1", HEAD "x=__const[1]\ny=1"},
    {"t={0.5,[0.25]=1}", HEAD "t={__const[1],[__const[2]]=1}"},
    {"x=0.5--[[c]]y=1", HEAD "x=__const[1]--[[c]]y=1"},
    {"x=1.5e", same},
    /* what would turn a constant into a call or an index */
    {"x=0.5\n(f or g)()", HEAD "x=__const[1]\n;(f or g)()"},
    {"x=0.5 --[[c]] (f)()", HEAD "x=__const[1] --[[c]] ;(f)()"},
    {"x=0.5{}", HEAD "x=__const[1];{}"},
    {"x=0.5'a'", HEAD "x=__const[1];'a'"},
    {"x=0.5[[a]]", HEAD "x=__const[1];[[a]]"},
    {"x=0.5[1]", HEAD "x=__const[1];[1]"},
    {"x=0.5 .y", HEAD "x=__const[1] ;.y"},
    {"x=0.5:y()", HEAD "x=__const[1];:y()"},
    {"x=0.5::l::", HEAD "x=__const[1]::l::"},
    {"x=5\n(f)()", same},
    {"x=1e3\n(f)()", "x=1000\n(f)()"},
    {"f(0.5)", HEAD "f(__const[1])"},
    /* exact division and powers */
    {"a/b", HEAD "a*__const[1]/b"},
    {"a/b/c", HEAD "a*__const[1]/b*__const[1]/c"},
    {"a^b^c", HEAD "a^__const[1]^b^__const[1]^c"},
    {"0.5/0.25", HEAD "__const[1]*__const[2]/__const[3]"},
    {"a / --[[/]] b", HEAD "a *__const[1]/ --[[/]] b"},
    {"a//b/c", HEAD "a//b*__const[1]/c"},
};

static void rewrites(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moon_err err;
        moon_arena arena = MOON_ARENA_EMPTY;
        moon_rewrite out;
        const char *want = rows[i].want ? rows[i].want : rows[i].source;
        if (moon_loader_rewrite("x.lua", moon_str_of(rows[i].source), false, &arena, &out, &err) != MOON_OK)
            CASE_FAIL("%s: %s", rows[i].source, err.text);
        else if (!moon_str_is(moon_buf_str(&out.text), want))
            CASE_FAIL("%s: got %.*s, want %s", rows[i].source, MOON_STR_ARG(moon_buf_str(&out.text)), want);
        else if (out.changed != (rows[i].want != NULL))
            CASE_FAIL("%s: changed is %d", rows[i].source, out.changed);
        moon_buf_free(&out.text);
        moon_arena_free(&arena);
    }
    case_done();
}

/* In rule files no call is a tail call: its frame is what names the line. */
static void keeps_frames(void **state) {
    static const struct {
        const char *source, *want;
    } returns[] = {
        {"return f(x)", "local __tail<close> = nil; return f(x)"},
        {"return f{}", "local __tail<close> = nil; return f{}"},
        {"return f'x'", "local __tail<close> = nil; return f'x'"},
        {"return a.b(x)", "local __tail<close> = nil; return a.b(x)"},
        {"return a:b(x)", "local __tail<close> = nil; return a:b(x)"},
        {"return (f or g)(x)", "local __tail<close> = nil; return (f or g)(x)"},
        {"return --[[c]]\nf --[[d]] (x)", "local __tail<close> = nil; return --[[c]]\nf --[[d]] (x)"},
        {"if a then return f(x) else return g(x) end",
         "if a then local __tail<close> = nil; return f(x) else local __tail<close> = nil; return g(x) end"},
        {"return", same},
        {"return 1", same},
        {"return x", same},
        {"return x + f(1)", same},
        {"return {f(1)}", same},
        {"return 'x'", same},
        {"return -f(1)", same},
        {"return function(x) end", same},
        {"do return end f(x)", same},
    };
    (void)state;
    for (size_t i = 0; i < sizeof returns / sizeof *returns; i++) {
        moon_err err;
        moon_arena arena = MOON_ARENA_EMPTY;
        moon_rewrite out;
        const char *want = returns[i].want ? returns[i].want : returns[i].source;
        if (moon_loader_rewrite("x.lua", moon_str_of(returns[i].source), true, &arena, &out, &err) != MOON_OK)
            CASE_FAIL("%s: %s", returns[i].source, err.text);
        else if (!moon_str_is(moon_buf_str(&out.text), want))
            CASE_FAIL("%s: got %.*s", returns[i].source, MOON_STR_ARG(moon_buf_str(&out.text)));
        moon_buf_free(&out.text);
        moon_arena_free(&arena);
    }
    case_done();
}

static void refuses(void **state) {
    static const struct {
        const char *source;
        moon_status want;
        int line;
    } bad[] = {
        {"return 0x.8", MOON_E_SCRIPT_SYNTAX, 1},
        {"\n\nreturn 0x1p4", MOON_E_SCRIPT_SYNTAX, 3},
        {"return\n0xFFFFFFFF", MOON_E_SCRIPT_INTEGER, 2},
        {"--[[\n\n]]return 1e400", MOON_E_DECIMAL_RANGE, 3},
        {"return 1e-25", MOON_E_DECIMAL_RANGE, 1},
        {"'a\\\nb' x = __const", MOON_E_SCRIPT_FORBIDDEN, 2},
        {"_ENV.x = 1", MOON_E_SCRIPT_FORBIDDEN, 1},
        {"goto _ENV", MOON_E_SCRIPT_FORBIDDEN, 1},
        {"local __tail", MOON_E_SCRIPT_FORBIDDEN, 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        moon_err err = {0};
        moon_arena arena = MOON_ARENA_EMPTY;
        moon_rewrite out;
        moon_status got = moon_loader_rewrite("x.lua", moon_str_of(bad[i].source), true, &arena, &out, &err);
        if (got != bad[i].want || err.line != bad[i].line || strcmp(err.place, "x.lua"))
            CASE_FAIL("%s: got %s at %s:%d", bad[i].source, moon_status_name(got), err.place, err.line);
        moon_buf_free(&out.text);
        moon_arena_free(&arena);
    }
    case_done();
}

/* Whatever form an assignment has, it is found. */
static void finds_assignments(void **state) {
    static const struct {
        const char *source;
        bool want;
    } texts[] = {
        {"n = 1", true},
        {"n --[[c]] \n = 1", true},
        {"a, n = 1, 2", true},
        {"n, a = 1, 2", true},
        {"a, n, b = 1, 2, 3", true},
        {"a.b, n = 1, 2", true},
        {"function n() end", true},
        {"if n == 1 then n = 2 end", true},
        {"do n=n end", true},
        {"local n = 1", false},
        {"local n <const> = 1", false},
        {"local function n() end", false},
        {"return n + 1", false},
        {"f(n)", false},
        {"t.n = 1", false},
        {"t:n()", false},
        {"return n == 1", false},
        {"-- n = 1\nreturn 'n = 1'", false},
        {"nn = 1", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (moon_loader_assigns(moon_str_of(texts[i].source), MOON_STR("n")) != texts[i].want)
            CASE_FAIL("%s: want %d", texts[i].source, texts[i].want);
    case_done();
}

/* Programs that mean the same before and after. */
static void keeps_the_meaning(void **state) {
    static const struct {
        const char *source, *want;
    } programs[] = {
        {"local x = 0.5\n(function() x = x + 1 end)()\nreturn tostring(x)", "1.5"},
        {"local x\nrepeat x = 0.5 until x == 0.5\n(function() x = 2 end)()\nreturn tostring(x)", "2"},
        {"local x <const> = 0.5 return tostring(x * 4)", "2"},
        {"local t = { 0.5; 0.25, n = 1.5 } return t[1] + t[2] + t.n .. ''", "2.25"},
        {"return (function(...) return select('#', ...) .. '' end)(0.5, 1.5)", "2"},
        {"return select('#', ...) .. ''", "0"},
        {"local s = '' for _, x in ipairs { 0.5, 1.5 } do s = s .. x .. ' ' end return s", "0.5 1.5 "},
        {"return tostring(2^-1 / 4 * 2)", "0.25"},
        {"return tostring(-2^2)", "-4"},
        {"return tostring(2 * 3 / 4 - 1 / 2)", "1"},
        {"return tostring(#'abcd' / 8)", "0.5"},
        {"return tostring(not nil == true and 1 / 4)", "0.25"},
        {"local a, b = 7, 2 return tostring(a // b + a % b + a / b)", "7.5"},
        {"local function f() return 1, 2, 3 end local function g() return f() end return select('#', g()) .. "
         "''",
         "3"},
        {"local function f(n) if n == 0 then return 'end' end return f(n - 1) end return f(100)", "end"},
        {"local i = 0 ::top:: i = i + 1 if i < 3 then goto top end return tostring(i)", "3"},
        {"goto done do local x = 0.5 end ::done:: return 'end'", "end"},
        {"\xEF\xBB\xBFreturn 'mark'", "mark"},
        {"return 'crlf'\r\n", "crlf"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        char got[1024];
        moon_script *s = case_state(&MOON_SCRIPT_LIMITS, programs[i].source);
        case_run(s, got, sizeof got);
        if (!case_is(got, programs[i].want))
            CASE_FAIL("%s: got %s, want %s", programs[i].source, got, programs[i].want);
        moon_script_free(s);
    }
    case_done();
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(rewrites), cmocka_unit_test(keeps_frames),
                                       cmocka_unit_test(refuses), cmocka_unit_test(finds_assignments),
                                       cmocka_unit_test(keeps_the_meaning)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
