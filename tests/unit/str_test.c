#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"

#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

static void orders_by_bytes(void **state) {
    static const moon_str ascending[] = {{"", 0},    {"\0", 1}, {"\0a", 2}, {"A", 1},   {"a", 1},
                                         {"a\0", 2}, {"aa", 2}, {"b", 1},   {"\xff", 1}};
    (void)state;
    for (size_t i = 0; i < COUNT(ascending); i++)
        for (size_t j = 0; j < COUNT(ascending); j++) {
            int order = moon_str_cmp(ascending[i], ascending[j]);
            if ((order > 0) - (order < 0) != (i > j) - (i < j)) fail_msg("rows %zu and %zu: %d", i, j, order);
            assert_int_equal(moon_str_eq(ascending[i], ascending[j]), i == j);
        }
}

static void finds_starts_and_ends(void **state) {
    static const struct {
        const char *text, *part;
        bool starts, ends;
    } rows[] = {
        {"invoice.lua", "invoice", true, false},
        {"invoice.lua", ".lua", false, true},
        {"a", "a", true, true},
        {"a", "", true, true},
        {"", "", true, true},
        {"", "a", false, false},
        {"ab", "abc", false, false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        moon_str text = moon_str_of(rows[i].text), part = moon_str_of(rows[i].part);
        if (moon_str_starts(text, part) != rows[i].starts || moon_str_ends(text, part) != rows[i].ends)
            fail_msg("row %zu", i);
    }
    assert_int_equal(moon_str_find(MOON_STR("a,b,c"), ',', 0), 1);
    assert_int_equal(moon_str_find(MOON_STR("a,b,c"), ',', 2), 3);
    assert_int_equal(moon_str_find(MOON_STR("a,b,c"), ',', 4), 5);
    assert_int_equal(moon_str_find(MOON_STR("abc"), ',', 9), 3);
    assert_int_equal(moon_str_of(NULL).len, 0);
    assert_true(moon_str_is(MOON_STR("x"), "x"));
}

static void trims(void **state) {
    static const struct {
        const char *text, *want;
    } rows[] = {{" a b\t", "a b"}, {"\r\n x \v\f", "x"}, {"", ""},
                {" \t ", ""},      {"x", "x"},           {"\u00a0x", "\u00a0x"}};
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (!moon_str_is(moon_str_trim(moon_str_of(rows[i].text)), rows[i].want)) fail_msg("row %zu", i);
}

static void cuts(void **state) {
    static const struct {
        const char *text, *pieces[4];
        size_t count;
    } rows[] = {
        {"a;b;c", {"a", "b", "c"}, 3}, {"a", {"a"}, 1}, {"", {""}, 1}, {";", {"", ""}, 2},
        {"a;;", {"a", "", ""}, 3},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        moon_str rest = moon_str_of(rows[i].text), piece;
        size_t count = 0;
        for (; moon_str_cut(&rest, ';', &piece); count++)
            if (count >= rows[i].count || !moon_str_is(piece, rows[i].pieces[count]))
                fail_msg("row %zu, piece %zu", i, count);
        assert_int_equal(count, rows[i].count);
        assert_false(moon_str_cut(&rest, ';', &piece));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_by_bytes),
        cmocka_unit_test(finds_starts_and_ends),
        cmocka_unit_test(trims),
        cmocka_unit_test(cuts),
    };
    return cmocka_run_group_tests_name("str", tests, NULL, NULL);
}
