#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"

static void grows(void **state) {
    moon_buf buf = MOON_BUF_EMPTY;
    (void)state;
    assert_int_equal(moon_buf_str(&buf).len, 0);
    assert_non_null(moon_buf_str(&buf).ptr);
    moon_buf_add(&buf, NULL, 0);
    moon_buf_add_text(&buf, "ab");
    moon_buf_add_char(&buf, 0);
    moon_buf_add_str(&buf, MOON_STR("cd"));
    moon_buf_add_repeat(&buf, '-', 3);
    moon_buf_add_repeat(&buf, '-', 0);
    moon_buf_printf(&buf, "%d%%", 20);
    assert_true(moon_str_eq(moon_buf_str(&buf), MOON_STR("ab\0cd---20%")));
    for (int i = 0; i < 10000; i++) moon_buf_printf(&buf, "%04d", i);
    assert_int_equal(buf.len, 11 + 40000);
    assert_memory_equal(buf.ptr + buf.len - 4, "9999", 4);
    assert_memory_equal(buf.ptr, "ab\0cd---20%0000", 15);
    moon_buf_clear(&buf);
    assert_int_equal(moon_buf_str(&buf).len, 0);
    moon_buf_free(&buf);
    assert_null(buf.ptr);
}

static void varints_come_back(void **state) {
    static const struct {
        uint64_t value;
        size_t size;
    } rows[] = {{0, 1},     {1, 1},          {127, 1},       {128, 2},        {16383, 2},
                {16384, 3}, {UINT32_MAX, 5}, {INT64_MAX, 9}, {UINT64_MAX, 10}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moon_buf buf = MOON_BUF_EMPTY;
        uint64_t value = 77;
        moon_buf_add_varint(&buf, rows[i].value);
        if (buf.len != rows[i].size) fail_msg("row %zu: %zu bytes", i, buf.len);
        for (size_t cut = 0; cut < buf.len; cut++) {
            moon_str part = {buf.ptr, cut};
            assert_false(moon_varint_read(&part, &value));
            assert_int_equal(part.len, cut);
        }
        moon_buf_add_char(&buf, 'x');
        moon_str rest = moon_buf_str(&buf);
        assert_true(moon_varint_read(&rest, &value));
        assert_true(value == rows[i].value);
        assert_true(moon_str_is(rest, "x"));
        moon_buf_free(&buf);
    }
}

static void varints_have_one_form(void **state) {
    static const moon_str rows[] = {
        {"\x80\x00", 2},                                      /* zero, padded */
        {"\xff\x80\x00", 3},                                  /* 127, padded */
        {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10},     /* 65 bits */
        {"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 11}, /* 11 bytes */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moon_str rest = rows[i];
        uint64_t value = 77;
        if (moon_varint_read(&rest, &value) || value != 77 || rest.len != rows[i].len)
            fail_msg("row %zu is taken", i);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows),
        cmocka_unit_test(varints_come_back),
        cmocka_unit_test(varints_have_one_form),
    };
    return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
