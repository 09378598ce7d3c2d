#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/limits.h"
#include "value/id.h"

static moon_err err;

static void takes_what_other_systems_issue(void **state) {
    static const struct {
        const char *id;
        bool fits;
    } rows[] = {
        {"ACME", true},
        {"a", true},
        {"C-1001/7 (north)", true},
        {"two words", true},
        {"Müller & Söhne", true},
        {"株式会社", true},
        {"0", true},
        {"../../etc/passwd", true}, /* whoever makes a path of it has to look */
        {"", false},
        {" ACME", false},
        {"ACME ", false},
        {" ", false},
        {"\u00a0ACME", false},
        {"ACME\u3000", false},
        {"AC\tME", false},
        {"ACME\n", false},
        {"AC\x01ME", false},
        {"AC\x7fME", false},
        {"AC\xc2\x85ME", false},
        {"AC\u202eEM", false},
        {"AC\u2028ME", false},
        {"\xff", false},
        {"AC\xc3", false},
        {"\xed\xa0\x80", false},
        {"\xc0\xaf", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moon_status status = moon_id_check(moon_str_of(rows[i].id), &err);
        if (status != (rows[i].fits ? MOON_OK : MOON_E_ID_INVALID))
            fail_msg("row %zu, \"%s\"", i, rows[i].id);
    }
    assert_int_equal(moon_id_check(MOON_STR("AC\0ME"), &err), MOON_E_ID_INVALID);
}

static void has_a_limit(void **state) {
    char text[MOON_ID_MAX + 1];
    (void)state;
    memset(text, 'x', sizeof text);
    assert_int_equal(moon_id_check((moon_str){text, MOON_ID_MAX}, &err), MOON_OK);
    assert_int_equal(moon_id_check((moon_str){text, MOON_ID_MAX + 1}, &err), MOON_E_ID_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_other_systems_issue),
        cmocka_unit_test(has_a_limit),
    };
    return cmocka_run_group_tests_name("id", tests, NULL, NULL);
}
