#include "unit/script_case.h"

static const moon_script_limits limits = {16u << 20, 3000000, 2000, false, false};

/* Rule files, called three times: what the third call gives. A rule that keeps state fails each time. */
static const struct {
    const char *source, *want;
} rows[] = {
    /* variables */
    {"local n = 0 return function() n = n + 1 return tostring(n) end", "!rule.keeps_state: the variable 'n'"},
    {"local n = 0 return function() n, x = 1 end", "!rule.keeps_state"},
    {"local a, n = 1, 0 return function() a, n = a, n + 1 return '' end",
     "!rule.keeps_state: the variable 'n'"},
    {"local t, n = {}, 0 return function() local u = {} u.x, n = 1, n + 1 return '' end",
     "!rule.keeps_state"},
    {"local f function f() return 1 end return function() function f() return 2 end return '' end",
     "!rule.keeps_state: the variable 'f'"},
    {"local last return function() local was = last last = 'x' return was end",
     "!rule.keeps_state: the variable 'last'"},
    {"local last = 'x' return function() last = nil return '' end", "!rule.keeps_state"},
    {"local n = 0 local function up() n = n + 1 end return function() up() return '' end",
     "!rule.keeps_state"},
    {"local n = 0 return function() pcall(function() n = n + 1 end) return '' end", "!rule.keeps_state"},
    {"local n = 0 return function() n = n + 1 n = n - 1 return tostring(n) end", "0"},
    {"local n = 0.5 return function() n = n + 1 return '' end", "!rule.keeps_state: the variable 'n'"},
    {"local n --[[ x ]] = --[[ y ]] 0 return function() n --[[ x ]] = 1 return '' end", "!rule.keeps_state"},
    {"local n = 0 for i = 1, 3 do n = n + i end return function() return tostring(n) end", "6"},
    {"local function fact(n) if n <= 1 then return 1 end return n * fact(n - 1) end return function() return "
     "'' .. fact(5) end",
     "120"},
    {"local n = 0 return function() n = n + 1 error 'x' end", "!rule.error: x"},
    /* tables */
    {"local t = { n = 0 } return function() t.n = t.n + 1 end", "!rule.keeps_state: cannot set 'n'"},
    {"local t = {} return function() t[#t + 1] = 1 end", "!rule.keeps_state: cannot set [1]"},
    {"local t = {} return function() t.x = nil end", "!rule.keeps_state: cannot set 'x'"},
    {"local t = { 1 } return function() table.insert(t, 1) end", "!rule.keeps_state: cannot set [2]"},
    {"local t = { 1 } return function() table.remove(t) end", "!rule.keeps_state: cannot set [1]"},
    {"local t = { 2, 1 } return function() table.sort(t) end", "!rule.keeps_state: cannot set [1]"},
    {"local t = { a = { b = {} } } return function() t.a.b.c = 1 end", "!rule.keeps_state: cannot set 'c'"},
    {"local k = {} local t = { [k] = 1 } return function() k.x = 1 end", "!rule.keeps_state"},
    {"local t = {} t.t = t return function() t.t.t.x = 1 end", "!rule.keeps_state"},
    {"local t = {} local function set() t.x = 1 end return { function() end, set }", "(a result of kind 0)"},
    {"local t = {} local function set() t.x = 1 end local u = { f = set } return function() u.f() end",
     "!rule.keeps_state"},
    {"local ok, e = pcall(error, 'x') return function() e.message = 'y' end", "!rule.keeps_state"},
    /* iterators */
    {"local it = ('abc'):gmatch '.' return function() return it() end",
     "!rule.keeps_state: a rule cannot keep an iterator"},
    {"local it = { pairs { 1, 2, 3 } } return function() return it[1](it[2]) end",
     "!rule.keeps_state: a rule cannot keep"},
    {"local low = string.lower return function() return low 'X' end", "x"},
    /* frozen tables can be read in every way */
    {"local t = { 5, 6, 7, x = 1, y = 2 } return function() local s = {} for k, v in pairs(t) do s[#s + 1] = "
     "k .. v end "
     "return table.concat(s, ' ') end",
     "15 26 37 x1 y2"},
    {"local t = { 5, 6, 7 } return function() local n = 0 for _, v in ipairs(t) do n = n + v end return n .. "
     "' ' .. #t end",
     "18 3"},
    {"local t = { 5, 6, 7 } return function() return table.concat(t, ' ') .. select('#', table.unpack(t)) .. "
     "sum(t) end",
     "5 6 7318"},
    {"local t = { 0.5, 0.25 } return function() return '' .. sum(t) .. max(table.unpack(t)) end", "0.750.5"},
    {"local t = {} return function() return tostring(t) .. #t end", "table0"},
    {"local t = { 3, 1, 2 } return function() local c = { table.unpack(t) } table.sort(c) return "
     "table.concat(c) end",
     "123"},
    {"local t = { { 1 }, { 2 } } return function() return t[1][1] .. t[2][1] .. #t[1] end", "121"},
};

static void keeps_no_state(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char got[1024];
        moon_script *s = case_state(&limits, rows[i].source);
        for (int call = 1; call <= 3; call++) {
            case_run(s, got, sizeof got);
            bool good = rows[i].want[0] == '(' || case_is(got, rows[i].want);
            if (!good) CASE_FAIL("%s: call %d got %s, want %s", rows[i].source, call, got, rows[i].want);
        }
        moon_script_free(s);
    }
    case_done();
}

/* pairs: the same order whatever the order of insertion. */
static void goes_in_order(void **state) {
    static const struct {
        const char *table, *want;
    } orders[] = {
        {"{ c = 1, a = 1, b = 1 }", "a b c"},
        {"{ [3] = 1, [1] = 1, x = 1, [-2] = 1, [100] = 1 }", "-2 1 3 100 x"},
        {"{ [true] = 1, [false] = 1, x = 1, [1] = 1 }", "1 x false true"},
        {"{ [0.5] = 1, [1] = 1, [0.25] = 1, [2] = 1 }", "0.25 0.5 1 2"},
        {"{ [money '2 EUR'] = 1, [money '1 EUR'] = 1, [date '2026-01-02'] = 1, [date '2026-01-01'] = 1, [7] "
         "= 1 }",
         "7 2026-01-01 2026-01-02 1.00 EUR 2.00 EUR"},
        {"{ [period('2026-02-01', '2026-03-01')] = 1, [period('2026-01-01', '2026-03-01')] = 1 }",
         "2026-01-01..2026-03-01 2026-02-01..2026-03-01"},
        {"{ ['\\xff'] = 1, ['a\\0b'] = 1, a = 1, [''] = 1, B = 1 }", " B a a\\0b \\255"},
        {"{ [2147483647 + 5] = 1, [2147483652.5] = 1 }", "2147483652 2147483652.5"},
        {"{}", ""},
        {"{ 1, 2, nil, 4 }", "1 2 4"},
        {"{ [{}] = 1 , x = 1 }", "!rule.value: pairs has no order for keys of type table"},
        {"{ [ipairs] = 1 }", "!rule.value: pairs has no order for keys of type function"},
        {"3", "!rule.value: pairs takes a table, not number"},
        {"nil", "!rule.value: pairs takes a table, not nil"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        for (int frozen = 0; frozen < 2; frozen++) {
            char source[2048], got[1024];
            snprintf(source, sizeof source,
                     "local t = %s return function() local u = %s local s = {} for k in pairs(u) do "
                     "s[#s + 1] = tostring(k):gsub('[^ -~]', function(c) return '\\\\' .. c:byte() end) end "
                     "return table.concat(s, ' ') end",
                     orders[i].table, frozen ? "t" : orders[i].table);
            moon_script *s = case_state(&limits, source);
            case_run(s, got, sizeof got);
            if (!case_is(got, orders[i].want))
                CASE_FAIL("%s (frozen %d): got %s, want %s", orders[i].table, frozen, got, orders[i].want);
            moon_script_free(s);
        }
    case_done();
}

/* Removing while iterating, stable sorting. */
static void iterates_and_sorts(void **state) {
    static const struct {
        const char *body, *want;
    } bodies[] = {
        {"local t, s = { a = 1, b = 2, c = 3 }, '' for k in pairs(t) do t.b = nil s = s .. k end return s",
         "ac"},
        {"local t, s = { a = 1 }, '' for k in pairs(t) do t['x' .. k] = 1 s = s .. k end return s", "a"},
        {"local t = {} for i = 1, 100 do t[i] = { i % 7, i } end table.sort(t, function(a, b) return a[1] < "
         "b[1] end) "
         "for i = 2, 100 do local a, b = t[i - 1], t[i] if a[1] > b[1] or (a[1] == b[1] and a[2] > b[2]) "
         "then "
         "return 'unstable' end end return 'stable'",
         "stable"},
        {"local t = { 3, 0.5, 2 } table.sort(t) return table.concat(t, ' ')", "0.5 2 3"},
        {"local t = { 'b', 'a' } table.sort(t, function(a, b) return a > b end) return table.concat(t)",
         "ba"},
        {"local t = {} table.sort(t) return '' .. #t", "0"},
        {"local t = { 1 } table.sort(t, 5)", "!rule.error"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        char source[1024], got[1024];
        snprintf(source, sizeof source, "return function() %s end", bodies[i].body);
        moon_script *s = case_state(&limits, source);
        case_run(s, got, sizeof got);
        if (!case_is(got, bodies[i].want))
            CASE_FAIL("%s: got %s, want %s", bodies[i].body, got, bodies[i].want);
        moon_script_free(s);
    }
    case_done();
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(keeps_no_state), cmocka_unit_test(goes_in_order),
                                       cmocka_unit_test(iterates_and_sorts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
