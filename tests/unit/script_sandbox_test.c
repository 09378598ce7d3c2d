#include <sys/wait.h>
#include <unistd.h>

#include "unit/script_case.h"

static const moon_script_limits small = {16u << 20, 3000000, 300, false, false};

/* The body of a rule's function, and what it gives or how it fails: in a state that counts, and so with one
 * verdict. */
typedef struct row {
    const char *body, *want;
} row;

/* Ways out of the sandbox. */
static const row outward[] = {
    {"return io", "!rule.forbidden: 'io' cannot be used here"},
    {"return os.time()", "!rule.forbidden: 'os'"},
    {"return debug.getinfo(1)", "!rule.forbidden: 'debug'"},
    {"return package.loaded", "!rule.forbidden: 'package'"},
    {"return coroutine.wrap(f)", "!rule.forbidden: 'coroutine'"},
    {"return load 'return 1'", "!rule.forbidden: 'load'"},
    {"return loadstring 'return 1'", "!rule.forbidden: 'loadstring'"},
    {"return dofile '/etc/passwd'", "!rule.forbidden: 'dofile'"},
    {"return loadfile '/etc/passwd'", "!rule.forbidden: 'loadfile'"},
    {"return collectgarbage 'count'", "!rule.forbidden: 'collectgarbage'"},
    {"return setmetatable({}, { __mode = 'k' })", "!rule.forbidden: 'setmetatable'"},
    {"return getmetatable('').__index", "!rule.forbidden: 'getmetatable'"},
    {"return rawget({}, 1)", "!rule.forbidden: 'rawget'"},
    {"return rawset({}, 1, 2)", "!rule.forbidden: 'rawset'"},
    {"return rawequal({}, {})", "!rule.forbidden: 'rawequal'"},
    {"return next({})", "!rule.forbidden: 'next'"},
    {"return _G", "!rule.forbidden: '_G'"},
    {"return print 'x'", "!rule.forbidden: 'print'"},
    {"return _ENV", "!rule.forbidden: this name is reserved: _ENV"},
    {"local _ENV = {}", "!rule.forbidden"},
    {"return __const", "!rule.forbidden: this name is reserved: __const"},
    {"return math.random()", "!rule.error: attempt to call a nil value (field 'random')"},
    {"return string.dump(function() end)", "!rule.error: attempt to call a nil value (field 'dump')"},
    {"return ('').dump", "(a result of kind 0)"},
    {"return table.move", "(a result of kind 0)"},
    {"return host", "!rule.error: unknown name 'host'"},
    {"return raise {}", "!rule.error: unknown name 'raise'"},
    {"return rule 'rules/case.lua'", "!rule.error: unknown name 'rule'"},
    {"return compile('x', 'return 1')", "!rule.error: unknown name 'compile'"},
    {"return expose {}", "!rule.error: unknown name 'expose'"},
    {"return require 'case'", "!rule.value: a result cannot hold a function"},
    {"return require '../lua/prelude'", "!rule.missing"},
    {"return require 'lua.prelude'", "!rule.missing"},
    {"return require(('x'):rep(1000))", "!rule.missing"},
    {"x = 1", "!rule.keeps_state: 'x' would be global"},
    {"pairs = nil", "!rule.keeps_state: 'pairs' would be global"},
    {"string.format = nil", "!rule.keeps_state: cannot set 'format'"},
    {"table.insert(string, 1)", "!rule.keeps_state"},
    {"string.x = 1", "!rule.keeps_state"},
    {"return tostring({}) .. tostring(ipairs) .. tostring(function() end)", "tablefunctionfunction"},
    {"return string.format('%s %s', {}, ipairs)", "table function"},
    {"return string.format('%q', 'x')", "!rule.value: string.format has no %q"},
    {"return string.format('%a', 1)", "!rule.value: string.format has no %a"},
    {"return string.format('%99999d', 1)", "!rule.value"},
    {"return #{} .. {}", "!rule.error: attempt to concatenate a table value"},
    {"local x <close> = {}", "!rule.error: variable 'x' got a non-closable value"},
    {"return pairs", "!rule.value: a result cannot hold a function"},
    {"return { [1.5] = 1 }", "!rule.value: a result has a key that is decimal, not text"},
    {"local t = {} t.t = t return t", "!too_large: a result has tables more than"},
    {"error { 1 }", "!rule.error: table"},
    {"error()", "!rule.error: nil"},
    {"error(ipairs)", "!rule.error: function"},
    {"error('a\\0b')", "!rule.error: a"},
    {"assert(false, {})", "!rule.error: table"},
    {"assert(nil)", "!rule.error: assertion failed!"},
    {"local ok, e = pcall(error, 'x') return tostring(ok) .. e.code .. e.message .. tostring(e)",
     "falserule.errorxx"},
    {"local ok, e = pcall(function() return money '1 EUR' + money '1 USD' end) return e.code .. e.line",
     "money.currency_mismatch1"},
    {"local ok, e = pcall(error, 'x') error(e)", "!rule.error: x"},
    {"local ok, e = pcall(error, { code = 'internal' }) return e.code", "rule.error"},
    {"return select(2, xpcall(error, function(e) return 'handled ' .. e.message end, 'x'))", "handled x"},
    {"return xpcall(error, function(e) error(e) end, 'x')", "!rule.error: x"},
    {"return qunatity", "!rule.error: unknown name 'qunatity'"},
    {"return permonth", "!rule.error: unknown name 'permonth'"},
    {"local x = nil return x.y", "!rule.error: attempt to index a nil value (local 'x')"},
    {"for i = 0.5, 1 do end", "!rule.error: bad 'for' initial value (number expected"},
};

/* Ways to hang, to eat memory, and to catch the verdict. */
static const row without_end[] = {
    {"while true do end", "!rule.too_many_steps"},
    {"::a:: goto a", "!rule.too_many_steps"},
    {"repeat until false", "!rule.too_many_steps"},
    {"local function f() return f() end return f()", "!rule.out_of_memory"},
    {"for i = 1, 9000000 do end", "!rule.too_many_steps"},
    {"while true do pcall(function() while true do end end) end", "!rule.too_many_steps"},
    {"while true do pcall(error) end", "!rule.too_many_steps"},
    {"while true do xpcall(error, error) end", "!rule.error: nil"},
    {"local function f() pcall(f) f() end f()", "!rule.too_many_steps"},
    {"local function h() h() end xpcall(function() while true do end end, h)", "!rule.too_many_steps"},
    {"pcall(pcall, function() while true do end end) return 'caught'", "!rule.too_many_steps"},
    {"for _ in pairs({ 1 }) do while true do end end", "!rule.too_many_steps"},
    {"table.sort({ 1, 2 }, function() while true do end end)", "!rule.too_many_steps"},
    {"('x'):gsub('x', function() while true do end end)", "!rule.too_many_steps"},
    {"local t = {} while true do t[#t + 1] = {} end", "!rule.out_of_memory: more than 16 MiB of memory"},
    {"local t = {} for i = 1, 2000000 do t[i] = i end", "!rule.out_of_memory"},
    {"local s = 'x' while true do s = s .. s end", "!rule.out_of_memory"},
    {"local t = {} while true do t[#t + 1] = ('x'):rep(1000000) .. #t end", "!rule.out_of_memory"},
    {"local s = ('x'):rep(1000000) return s:gsub('x', ('y'):rep(1000))", "!rule.out_of_memory"},
    {"local t = {} for i = 1, 100 do t[i] = ('x'):rep(1000000) end return table.concat(t)",
     "!rule.out_of_memory"},
    {"pcall(function() local s = 'x' while true do s = s .. s end end) return 'caught'",
     "!rule.out_of_memory"},
    {"xpcall(function() local s = 'x' while true do s = s .. s end end, error) return 'caught'",
     "!rule.out_of_memory"},
    {"local function f() return f() + 1 end return f()", "!rule."},
    {"local function f() local a <const> = pcall(f) end f() return 'done'", "done"},
    {"return ('x'):rep(1000000000)", "!rule.value: string.rep makes texts up to 1048576 bytes"},
    {"return ('x'):rep(9223372036854775807)", "!rule.error: bad argument #1 to 'rep'"},
    {"return (''):rep(2147483647)", ""},
    {"return string.rep('', 10, 'xy'):len() .. ''", "18"},
    {"return table.unpack({}, 1, 100000000)", "!rule.error: too many results to unpack"},
    {"return table.concat({}, '', 1, 2000000000)", "!rule.value: table.concat: item 1 is nil"},
    {"table.sort({ 3, 1, 2 }, function() return true end) return 'sorted'", "sorted"},
    {"local n = 0 table.sort({ 3, 1, 2, 9, 4 }, function() n = n + 1 return n % 2 == 0 end) return 'sorted'",
     "sorted"},
    {"table.sort({ 3, 'x' })", "!rule.error: attempt to compare"},
    {"local t = { 5, 4, 3 } table.sort(t, function(a, b) t[1] = nil return a < b end) return table.concat(t, "
     "' ')",
     "3 4 5"},
};

static void check(const row *rows, size_t n) {
    moon_script_limits exact = small;
    exact.exact = true;
    for (size_t i = 0; i < n; i++) {
        char source[512], got[1024];
        snprintf(source, sizeof source, "return function() %s end", rows[i].body);
        moon_script *s = case_state(&exact, source);
        case_run(s, got, sizeof got);
        if (!case_is(got, rows[i].want)) CASE_FAIL("%s: got %s, want %s", rows[i].body, got, rows[i].want);
        if (moon_script_suspect(s)) CASE_FAIL("%s: a counted verdict is suspect", rows[i].body);
        case_run(s, got, sizeof got);
        if (!case_is(got, rows[i].want)) CASE_FAIL("%s: got %s the second time", rows[i].body, got);
        moon_script_free(s);
    }
}

static void lets_nothing_out(void **state) {
    (void)state;
    check(outward, sizeof outward / sizeof *outward);
    case_done();
}

static void ends_what_does_not_end(void **state) {
    (void)state;
    check(without_end, sizeof without_end / sizeof *without_end);
    case_done();
}

/* Without counting, the timer and the allocator stop a call and ask for a counted run; the state can go on. */
static void stops_by_timer(void **state) {
    static const row rows[] = {
        {"while true do end", "!rule.out_of_time: more than 100 ms of computing"},
        {"while true do pcall(function() while true do end end) end", "!rule.out_of_time"},
        {"local s = ('x'):rep(100000) while true do s:gsub('x', 'y') end", "!rule.out_of_time"},
        {"local s = 'x' while true do s = s .. s end", "!rule.out_of_memory"},
    };
    moon_script_limits limits = small;
    (void)state;
    limits.time_ms = 100;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char source[512], got[1024];
        snprintf(source, sizeof source, "local calls = 0 return function() %s end", rows[i].body);
        moon_script *s = case_state(&limits, source);
        for (int again = 0; again < 2; again++) {
            case_run(s, got, sizeof got);
            if (!case_is(got, rows[i].want))
                CASE_FAIL("%s: got %s, want %s", rows[i].body, got, rows[i].want);
            if (!moon_script_suspect(s)) CASE_FAIL("%s: not suspect", rows[i].body);
        }
        moon_err err;
        assert_int_equal(moon_script_require(s, "case", &err), MOON_OK);
        moon_script_free(s);
    }
    case_done();
}

/* C functions that no hook reaches: the worker process ends. */
static void leaves_a_stuck_process(void **state) {
    static const char *const bodies[] = {
        "return ('a'):rep(200):find(('.-'):rep(40) .. 'b')",
        "return pcall(string.gsub, ('a'):rep(200), ('a-'):rep(40) .. 'b', '')",
        "for x in ('a'):rep(200):gmatch(('.*'):rep(20) .. 'b') do end",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        for (int exact = 0; exact < 2; exact++) {
            fflush(NULL);
            pid_t pid = fork();
            assert_true(pid >= 0);
            if (pid == 0) {
                moon_script_limits limits = {16u << 20, 3000000, 50, exact, false};
                char source[512], got[1024];
                snprintf(source, sizeof source, "return function() %s end", bodies[i]);
                case_run(case_state(&limits, source), got, sizeof got);
                _exit(1);
            }
            int status;
            assert_int_equal(waitpid(pid, &status, 0), pid);
            if (!WIFEXITED(status) || WEXITSTATUS(status) != MOON_WORKER_STUCK)
                CASE_FAIL("%s: status %d, want exit %d", bodies[i], status, MOON_WORKER_STUCK);
        }
    case_done();
}

/* Source text: nesting and sizes. */
static void refuses_monstrous_sources(void **state) {
    static const struct {
        const char *name, *before, *repeat, *middle, *again, *after;
        int times;
        const char *want;
    } rows[] = {
        {"brackets", "return ", "(", "1", ")", "", 100000, "!rule.syntax: C stack overflow"},
        {"tables", "return ", "{", "", "}", "", 100000, "!rule.syntax: C stack overflow"},
        {"functions", "", "return function() ", "", "end ", "", 1000, "!rule.syntax: C stack overflow"},
        {"minus signs", "return ", "- ", "1", "", "", 100000, "!rule.syntax: C stack overflow"},
        {"locals", "", "local x ", "", "", "", 300, "!rule.syntax: too many local variables"},
        {"decimals", "return { ", "0.5, ", "", "", "}", 10000, "(a result of kind 9)"},
        {"powers", "return tostring(1", "^1", "", "", ")", 60, "1"},
        {"bytecode", "\x1bLua", "", "", "", "", 0, "!rule.syntax: attempt to load a binary chunk"},
    };
    static char source[2000000];
    char got[1024];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *at = stpcpy(source, rows[i].before);
        for (int k = 0; k < rows[i].times; k++) at = stpcpy(at, rows[i].repeat);
        at = stpcpy(at, rows[i].middle);
        for (int k = 0; k < rows[i].times; k++) at = stpcpy(at, rows[i].again);
        strcpy(at, rows[i].after);
        moon_script *s = case_state(&small, source);
        case_run(s, got, sizeof got);
        if (!case_is(got, rows[i].want)) CASE_FAIL("%s: got %s, want %s", rows[i].name, got, rows[i].want);
        moon_script_free(s);
    }
    case_done();
}

/* What an error says about its place. */
static void names_the_line(void **state) {
    static const struct {
        const char *source;
        int line;
        const char *text, *excerpt;
    } rows[] = {
        {"return function()\n  local x\n  return x.y\nend", 3, "attempt to index a nil value (local 'x')",
         "return x.y"},
        {"return function()\n  return sum({ 0.5,\n    {} })\nend", 2, "cannot add a table to a decimal",
         "return sum({ 0.5,"},
        {"return function()\n\n  error 'mine'\nend", 3, "mine", "error 'mine'"},
        {"local x = 0.5\nlocal y = = 2", 2, "unexpected symbol near '='", "local y = = 2"},
        {"local x = 1\nlocal y = 1e99\nreturn x", 2, "", "local y = 1e99"},
        {"local n = 0\nreturn function()\n  n = n + 1\nend", 2, "the variable 'n' changed during a call",
         "return function()"},
        {"return function()\n  local t = {}\n  while true do\n    t = { t, t }\n  end\nend", 4,
         "more than 16 MiB of memory", "t = { t, t }"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moon_err err;
        moon_arena arena = MOON_ARENA_EMPTY;
        moon_arg result;
        moon_script *s = case_state(&small, rows[i].source);
        if (moon_script_call(s, "case.run", NULL, 0, &arena, &result, &err) == MOON_OK)
            CASE_FAIL("row %zu passed", i);
        if (err.line != rows[i].line || strcmp(err.place, "rules/case.lua") ||
            strcmp(err.source, rows[i].excerpt) || strncmp(err.text, rows[i].text, strlen(rows[i].text)))
            CASE_FAIL("%s\ngot %s:%d: %s | %s", rows[i].source, err.place, err.line, err.text, err.source);
        moon_arena_free(&arena);
        moon_script_free(s);
    }
    case_done();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lets_nothing_out),
        cmocka_unit_test(ends_what_does_not_end),
        cmocka_unit_test(stops_by_timer),
        cmocka_unit_test(leaves_a_stuck_process),
        cmocka_unit_test(refuses_monstrous_sources),
        cmocka_unit_test(names_the_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
