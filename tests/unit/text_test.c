#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"

#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

static void tells_where_it_is_not_utf8(void **state) {
    static const struct {
        const char *text;
        size_t at; /* SIZE_MAX: all is well */
    } rows[] = {
        {"", SIZE_MAX},
        {"plain", SIZE_MAX},
        {"Müller", SIZE_MAX},
        {"€ 株 \U0001F600", SIZE_MAX},
        {"\x7f", SIZE_MAX},
        {"\xed\x9f\xbf\xee\x80\x80", SIZE_MAX}, /* beside the surrogates */
        {"\xf4\x8f\xbf\xbf", SIZE_MAX},         /* U+10FFFF */
        {"ab\x80", 2},
        {"ab\xc3", 2},
        {"\xe2\x82", 0},
        {"\xe2\x28\xa1", 0},
        {"\xc0\xaf", 0}, /* "/" in two bytes */
        {"\xc1\xbf", 0},
        {"\xe0\x9f\xbf", 0},     /* U+07FF in three */
        {"\xf0\x8f\xbf\xbf", 0}, /* U+FFFF in four */
        {"\xed\xa0\x80", 0},     /* a surrogate */
        {"\xed\xbf\xbf", 0},
        {"\xf4\x90\x80\x80", 0}, /* U+110000 */
        {"\xf8\x88\x80\x80\x80", 0},
        {"x\xff", 1},
        {"x\xfe", 1},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        moon_str text = moon_str_of(rows[i].text);
        size_t got = moon_text_invalid_at(text), want = rows[i].at == SIZE_MAX ? text.len : rows[i].at;
        if (got != want) fail_msg("row %zu: got %zu, want %zu", i, got, want);
    }
}

static void repairs_what_is_not_utf8(void **state) {
    static const char *const rows[][2] = {
        {"", ""},           {"Müller", "Müller"},        {"bad \xff text", "bad ? text"},
        {"\xe2\x82", "??"}, {"\xc3\xc3\xa4\xc3", "?ä?"}, {"\xed\xa0\x80", "???"}};
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[32];
        strcpy(text, rows[i][0]);
        moon_text_repair(text);
        assert_string_equal(text, rows[i][1]);
    }
}

static void every_character_comes_back(void **state) {
    moon_buf buf = MOON_BUF_EMPTY;
    (void)state;
    for (uint32_t ch = 0; ch <= 0x10FFFF; ch++) {
        uint32_t back = 0;
        if (ch >= 0xD800 && ch <= 0xDFFF) continue;
        moon_buf_clear(&buf);
        moon_text_add(&buf, ch);
        moon_str rest = moon_buf_str(&buf);
        if (moon_text_invalid_at(rest) != rest.len || !moon_text_next(&rest, &back) || back != ch ||
            rest.len != 0)
            fail_msg("U+%04X", (unsigned)ch);
        assert_false(moon_text_next(&rest, &back));
    }
    moon_buf_free(&buf);
}

static void knows_widths(void **state) {
    static const struct {
        const char *text;
        size_t want;
    } rows[] = {{"", 0},        {"abc", 3},  {"Müller", 6},     {"12,50 €", 7}, {"株式", 4},
                {"e\u0301", 1}, {"a\tb", 2}, {"\U0001F600", 2}, {"x\u200by", 2}};
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (moon_text_width(moon_str_of(rows[i].text)) != rows[i].want)
            fail_msg("%s: %zu", rows[i].text, moon_text_width(moon_str_of(rows[i].text)));
}

static void knows_controls(void **state) {
    static const struct {
        uint32_t ch;
        bool control;
    } rows[] = {{0, true},       {'\t', false},  {'\n', false},   {'\r', true},   {0x1b, true},
                {' ', false},    {'a', false},   {0x7e, false},   {0x7f, true},   {0x85, true},
                {0x9f, true},    {0xa0, false},  {0x2029, false}, {0x202a, true}, {0x202e, true},
                {0x202f, false}, {0x2066, true}, {0x2069, true},  {0x206a, false}};
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (moon_text_is_control(rows[i].ch) != rows[i].control) fail_msg("U+%04X", (unsigned)rows[i].ch);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_where_it_is_not_utf8),
        cmocka_unit_test(repairs_what_is_not_utf8),
        cmocka_unit_test(every_character_comes_back),
        cmocka_unit_test(knows_widths),
        cmocka_unit_test(knows_controls),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
