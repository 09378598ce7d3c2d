#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>

#include "base/err.h"
#include "base/str.h"
#include "base/text.h"

static moon_err err;

/* What moon_err_print writes, in a buffer that the next call takes again. */
static const char *printed(const moon_err *shown) {
    static char text[2048];
    FILE *out = fmemopen(text, sizeof text, "w");
    assert_non_null(out);
    moon_err_print(out, shown);
    fclose(out);
    return text;
}

static bool is_name(const char *name) {
    size_t len = strlen(name);
    for (size_t i = 0; i < len; i++)
        if (!((name[i] >= 'a' && name[i] <= 'z') ||
              (i > 0 && i + 1 < len && (name[i] == '_' || name[i] == '.'))))
            return false;
    return len > 0;
}

static void every_code_has_name_class_and_form(void **state) {
    char want[1024];
    (void)state;
    assert_int_equal(moon_status_class(MOON_OK), MOON_CLASS_NONE);
    for (int i = 1; i < MOON_STATUS_COUNT; i++) {
        moon_status code = (moon_status)i;
        const char *name = moon_status_name(code), *hint = moon_status_hint(code);
        if (!is_name(name)) fail_msg("code %d: the name \"%s\"", i, name);
        if (moon_status_by_name(name) != code) fail_msg("%s: the name is not its own", name);
        if (moon_status_class(code) < MOON_CLASS_REFUSED || moon_status_class(code) > MOON_CLASS_DAMAGED)
            fail_msg("%s: no class", name);
        if (moon_text_invalid_at(moon_str_of(hint)) != strlen(hint) || strlen(hint) >= sizeof err.hint ||
            strchr(hint, '\n'))
            fail_msg("%s: the hint", name);
        assert_int_equal(moon_fail(&err, code, "found %d", i), code);
        moon_err_at(&err, "rules/a.lua", 14);
        snprintf(want, sizeof want, "rules/a.lua:14: error[%s]: found %d\n%s%s%s", name, i,
                 hint[0] ? "  hint: " : "", hint, hint[0] ? "\n" : "");
        if (strcmp(printed(&err), want) != 0) fail_msg("%s: printed as %s", name, printed(&err));
    }
    assert_int_equal(moon_status_by_name("no.such_code"), MOON_STATUS_COUNT);
    assert_string_equal(moon_status_name(MOON_E_CURRENCY_MISMATCH), "money.currency_mismatch");
    assert_int_equal(moon_status_class(MOON_E_USAGE), MOON_CLASS_USAGE);
    assert_int_equal(moon_status_class(MOON_E_DISK_FULL), MOON_CLASS_DAMAGED);
}

static void prints_what_is_there(void **state) {
    (void)state;
    moon_fail(&err, MOON_E_NOT_FOUND, "there is no account %s", "ACME");
    assert_string_equal(printed(&err), "error[not_found]: there is no account ACME\n");
    moon_err_at(&err, "book.lua", 0);
    assert_string_equal(printed(&err), "book.lua: error[not_found]: there is no account ACME\n");

    moon_fail(&err, MOON_E_CURRENCY_MISMATCH, "cannot add USD and EUR");
    snprintf(err.source, sizeof err.source, "invoice:add(line.amount)");
    moon_err_at(&err, "rules/pricing/api.lua", 14);
    moon_err_at(&err, "an outer place", 1);
    moon_err_context(&err, "charge \"%s\"", "API calls");
    moon_err_context(&err, "account ACME");
    moon_err_hint(&err, "convert %s", "first");
    moon_err_hint(&err, "an outer hint");
    assert_string_equal(printed(&err),
                        "rules/pricing/api.lua:14: error[money.currency_mismatch]: cannot add USD and EUR\n"
                        "  14 | invoice:add(line.amount)\n"
                        "  charge \"API calls\", account ACME\n"
                        "  hint: convert first\n");
}

static void a_failure_clears_the_last(void **state) {
    (void)state;
    moon_err_at(&err, "somewhere", 3);
    moon_err_context(&err, "something");
    moon_fail(&err, MOON_E_IO, "text");
    assert_int_equal(err.line, 0);
    assert_string_equal(err.place, "");
    assert_string_equal(err.context, "");
    assert_string_equal(err.hint, "");
    /* The report may hold what the new one quotes. */
    moon_fail(&err, MOON_E_IO, "more %s", err.text);
    assert_string_equal(err.text, "more text");
}

static void cuts_between_characters(void **state) {
    char text[1200];
    (void)state;
    for (size_t shift = 0; shift < 4; shift++) {
        memset(text, 'x', shift);
        for (size_t i = shift; i + 3 < sizeof text; i += 3) memcpy(text + i, "\xe2\x82\xac", 4);
        moon_fail(&err, MOON_E_IO, "%s", text);
        assert_in_range(strlen(err.text), sizeof err.text - 4, sizeof err.text - 1);
        assert_int_equal(moon_text_invalid_at(moon_str_of(err.text)), strlen(err.text));
        for (int i = 0; i < 5; i++) moon_err_context(&err, "%s", text);
        assert_int_equal(moon_text_invalid_at(moon_str_of(err.context)), strlen(err.context));
    }
}

static void system_calls_have_their_own_codes(void **state) {
    static const struct {
        moon_status code;
        int sys;
        moon_status want;
    } rows[] = {
        {MOON_E_IO, EIO, MOON_E_IO},           {MOON_E_IO, ENOSPC, MOON_E_DISK_FULL},
        {MOON_E_IO, EDQUOT, MOON_E_DISK_FULL}, {MOON_E_IO, EROFS, MOON_E_READ_ONLY},
        {MOON_E_IO, EACCES, MOON_E_READ_ONLY}, {MOON_E_IO, EPERM, MOON_E_READ_ONLY},
        {MOON_E_STORE, ENOSPC, MOON_E_STORE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(moon_fail_sys(&err, rows[i].code, rows[i].sys, "cannot write %s", "x"),
                         rows[i].want);
        assert_int_equal(err.sys, rows[i].sys);
        assert_memory_equal(err.text, "cannot write x: ", 16);
        assert_string_equal(err.text + 16, strerror(rows[i].sys));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_name_class_and_form), cmocka_unit_test(prints_what_is_there),
        cmocka_unit_test(a_failure_clears_the_last),          cmocka_unit_test(cuts_between_characters),
        cmocka_unit_test(system_calls_have_their_own_codes),
    };
    return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
