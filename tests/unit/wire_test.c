/* run/wire: what is written is read back; what is cut short or makes no sense is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/limits.h"
#include "books/records.h"
#include "run/wire.h"

static moon_decimal dec(const char *text) {
    moon_decimal value = MOON_DECIMAL_NONE;
    moon_err err;
    if (moon_decimal_parse(moon_str_of(text), &value, &err) != MOON_OK) fail_msg("%s is no decimal", text);
    return value;
}

/* One of each kind, nested. */
static moon_arg sample(void) {
    static moon_arg items[9];
    static moon_named names[3];
    items[0] = (moon_arg){0};
    items[1] = moon_arg_bool(true);
    items[2] = moon_arg_integer(INT64_MIN);
    items[3] = moon_arg_decimal(dec("-123456789012345678901234567890.000001"));
    items[4] = moon_arg_money(dec("12.5"), 978);
    items[5] = moon_arg_date(MOON_DATE_NONE);
    items[6] = moon_arg_date(MOON_DATE_MAX);
    items[7] = moon_arg_period((moon_period){0, 1});
    items[8] = moon_arg_text((moon_str){"a\0b", 3});
    names[0] = (moon_named){MOON_STR(""), moon_arg_list(items, 9)};
    names[1] = (moon_named){MOON_STR("b"), moon_arg_list(NULL, 0)};
    names[2] = (moon_named){MOON_STR("c"), moon_arg_map(NULL, 0)};
    return moon_arg_map(names, 3);
}

static bool reads(moon_str bytes, bool whole) {
    moon_arena arena = MOON_ARENA_EMPTY;
    moon_arg arg;
    moon_str rest = bytes;
    bool good = moon_wire_read_arg(&rest, &arg, &arena) && (!whole || rest.len == 0);
    moon_arena_free(&arena);
    return good;
}

static void test_args(void **state) {
    moon_buf bytes = MOON_BUF_EMPTY, again = MOON_BUF_EMPTY;
    moon_arena arena = MOON_ARENA_EMPTY;
    moon_arg arg = sample(), back;
    (void)state;
    moon_wire_add_arg(&bytes, &arg);
    moon_str rest = moon_buf_str(&bytes);
    assert_true(moon_wire_read_arg(&rest, &back, &arena));
    assert_int_equal(rest.len, 0);
    moon_wire_add_arg(&again, &back);
    assert_true(moon_str_eq(moon_buf_str(&bytes), moon_buf_str(&again)));
    for (size_t len = 0; len < bytes.len; len++) {
        char *copy = malloc(len ? len : 1); /* of exactly that size, for the sanitizer */
        memcpy(copy, bytes.ptr, len);
        if (reads((moon_str){copy, len}, false)) fail_msg("%zu of %zu bytes are enough", len, bytes.len);
        free(copy);
    }
    moon_buf_free(&bytes);
    moon_buf_free(&again);
    moon_arena_free(&arena);
}

static void test_invalid_args(void **state) {
    (void)state;
    moon_decimal big = {.coef = 1, .scale = 0};
    for (int i = 0; i < 37; i++) big.coef *= 10;
    const struct {
        const char *name;
        moon_arg arg;
    } rows[] = {
        {"a scale below 0", moon_arg_decimal((moon_decimal){1, -1})},
        {"a scale beyond the last", moon_arg_decimal((moon_decimal){1, 25})},
        {"a scale far beyond", moon_arg_decimal((moon_decimal){1, INT32_MAX})},
        {"a zero at the end", moon_arg_decimal((moon_decimal){10, 1})},
        {"zero with a scale", moon_arg_decimal((moon_decimal){0, 1})},
        {"37 digits and more", moon_arg_decimal(big)},
        {"money of such", moon_arg_money((moon_decimal){1, 99}, 978)},
        {"money of no currency", moon_arg_money((moon_decimal){1, 0}, 0)},
        {"money of an unknown currency", moon_arg_money((moon_decimal){1, 0}, 12345)},
        {"a day before the first", moon_arg_date(MOON_DATE_MIN - 1)},
        {"a day after the last", moon_arg_date(MOON_DATE_MAX + 1)},
        {"a period of no day", moon_arg_period((moon_period){1, 1})},
        {"a period that ends before", moon_arg_period((moon_period){2, 1})},
        {"a period without start", moon_arg_period((moon_period){MOON_DATE_NONE, 1})},
        {"no kind at all", {.kind = (moon_arg_kind)11}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moon_buf bytes = MOON_BUF_EMPTY;
        if (rows[i].arg.kind == (moon_arg_kind)11)
            moon_buf_add_char(&bytes, 11);
        else
            moon_wire_add_arg(&bytes, &rows[i].arg);
        if (reads(moon_buf_str(&bytes), false)) fail_msg("%s is read", rows[i].name);
        moon_buf_free(&bytes);
    }
    assert_false(reads((moon_str){"\1\2", 2}, false)); /* true is 1 */
    assert_false(reads((moon_str){"\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F", 10}, false));
    assert_false(reads((moon_str){"\x09\x80\x00", 3}, false)); /* a padded count */
}

/* Lists in lists: as deep as tables may be, no deeper. */
static void test_depth(void **state) {
    (void)state;
    for (size_t depth = MOON_NEST_MAX - 1; depth<5000; depth += depth> MOON_NEST_MAX + 2 ? 997 : 1) {
        moon_buf bytes = MOON_BUF_EMPTY;
        for (size_t i = 0; i < depth; i++) moon_buf_add(&bytes, "\x09\x01", 2);
        moon_buf_add_char(&bytes, 0);
        if (reads(moon_buf_str(&bytes), true) != (depth <= MOON_NEST_MAX)) fail_msg("depth %zu", depth);
        moon_buf_free(&bytes);
    }
}

static void test_errors(void **state) {
    moon_buf bytes = MOON_BUF_EMPTY;
    moon_err err, back;
    (void)state;
    moon_fail(&err, MOON_E_PRICE_MISSING, "P1 has no price");
    moon_err_at(&err, "rules/pricing/orders.lua", 9);
    moon_err_context(&err, "account A");
    moon_err_hint(&err, "give it one");
    moon_wire_add_err(&bytes, &err);
    moon_str rest = moon_buf_str(&bytes);
    assert_true(moon_wire_read_err(&rest, &back));
    assert_int_equal(back.code, MOON_E_PRICE_MISSING);
    assert_int_equal(back.line, 9);
    assert_string_equal(back.text, err.text);
    assert_string_equal(back.place, err.place);
    assert_string_equal(back.context, err.context);
    assert_string_equal(back.hint, err.hint);
    for (size_t len = 0; len < bytes.len; len++) {
        rest = (moon_str){bytes.ptr, len};
        if (moon_wire_read_err(&rest, &back)) fail_msg("%zu of %zu bytes are enough", len, bytes.len);
    }
    static const moon_status codes[] = {MOON_OK, MOON_STATUS_COUNT, (moon_status)100000};
    for (size_t i = 0; i < 3; i++) {
        moon_buf_clear(&bytes);
        memset(err.text, 'x', sizeof err.text); /* no NUL anywhere */
        err.code = codes[i];
        moon_wire_add_err(&bytes, &err);
        rest = moon_buf_str(&bytes);
        if (moon_wire_read_err(&rest, &back)) fail_msg("code %d is read", (int)codes[i]);
    }
    moon_buf_clear(&bytes);
    err.code = MOON_E_IO;
    moon_wire_add_err(&bytes, &err);
    rest = moon_buf_str(&bytes);
    assert_true(moon_wire_read_err(&rest, &back));
    assert_int_equal(strlen(back.text), sizeof back.text - 1);
    moon_buf_free(&bytes);
}

static void test_records(void **state) {
    moon_buf bytes = MOON_BUF_EMPTY;
    moon_arena arena = MOON_ARENA_EMPTY;
    moon_account account, back;
    moon_err err;
    (void)state;
    moon_record_init(&moon_account_type, &account);
    account.id = MOON_STR("A");
    account.from = 1;
    account.version = 2;
    account.name = MOON_STR("Abel Ltd");
    account.terms = 14;
    moon_wire_add_record(&bytes, &moon_account_type, &account);
    moon_str rest = moon_buf_str(&bytes);
    assert_int_equal(moon_wire_read_record(&rest, &moon_account_type, &back, &arena, &err), MOON_OK);
    assert_int_equal(rest.len, 0);
    assert_true(moon_record_equal(&moon_account_type, &account, &back));
    for (size_t len = 0; len < bytes.len; len++) {
        rest = (moon_str){bytes.ptr, len};
        if (moon_wire_read_record(&rest, &moon_account_type, &back, &arena, &err) == MOON_OK)
            fail_msg("%zu of %zu bytes are enough", len, bytes.len);
    }
    moon_buf_free(&bytes);
    moon_arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_args),   cmocka_unit_test(test_invalid_args), cmocka_unit_test(test_depth),
        cmocka_unit_test(test_errors), cmocka_unit_test(test_records),
    };
    return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
