#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/crypt.h"

static moon_err err;

static int start(void **state) {
    (void)state;
    return moon_crypt_start(&err) == MOON_OK ? 0 : -1;
}

static void hashes_are_blake2b(void **state) {
    static const struct {
        const char *text, *want; /* from Python's hashlib.blake2b(digest_size=32) */
    } rows[] = {
        {"", "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"},
        {"abc", "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"},
    };
    char text[MOON_HASH_TEXT];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moon_hash hash = moon_hash_of(moon_str_of(rows[i].text)), back;
        moon_hash_format(&hash, text);
        assert_string_equal(text, rows[i].want);
        assert_true(moon_hash_parse(moon_str_of(text), &back));
        assert_true(moon_hash_eq(&hash, &back));
    }
}

static void pieces_make_the_whole(void **state) {
    moon_hasher hasher;
    moon_hash whole = moon_hash_of(MOON_STR("abcdef")), first, second;
    (void)state;
    moon_hasher_begin(&hasher);
    moon_hasher_add(&hasher, MOON_STR("ab"));
    moon_hasher_add(&hasher, MOON_STR_NONE);
    moon_hasher_add(&hasher, MOON_STR("cdef"));
    first = moon_hasher_end(&hasher);
    assert_true(moon_hash_eq(&whole, &first));

    moon_hasher_begin(&hasher);
    moon_hasher_add_sized(&hasher, MOON_STR("ab"));
    moon_hasher_add_sized(&hasher, MOON_STR("c"));
    first = moon_hasher_end(&hasher);
    moon_hasher_begin(&hasher);
    moon_hasher_add_sized(&hasher, MOON_STR("a"));
    moon_hasher_add_sized(&hasher, MOON_STR("bc"));
    second = moon_hasher_end(&hasher);
    assert_false(moon_hash_eq(&first, &second));

    moon_tag left = moon_tag_of(MOON_STR("ab"), MOON_STR("c")),
             right = moon_tag_of(MOON_STR("a"), MOON_STR("bc"));
    assert_memory_not_equal(left.bytes, right.bytes, MOON_TAG_SIZE);
    right = moon_tag_of(MOON_STR("ab"), MOON_STR("c"));
    assert_memory_equal(left.bytes, right.bytes, MOON_TAG_SIZE);
}

static void refuses_other_than_hashes(void **state) {
    char text[MOON_HASH_TEXT];
    moon_hash hash = moon_hash_of(MOON_STR("x")), kept = hash;
    (void)state;
    moon_hash_format(&hash, text);
    assert_false(moon_hash_parse((moon_str){text, 63}, &hash));
    assert_false(moon_hash_parse(MOON_STR_NONE, &hash));
    text[63] = 'g';
    assert_false(moon_hash_parse(moon_str_of(text), &hash));
    text[63] = ' ';
    assert_false(moon_hash_parse(moon_str_of(text), &hash));
    assert_true(moon_hash_eq(&hash, &kept));
}

static void sealed_bytes_open_with_key_and_context(void **state) {
    moon_secret secret, other;
    moon_buf sealed = MOON_BUF_EMPTY, again = MOON_BUF_EMPTY, plain = MOON_BUF_EMPTY;
    moon_str context = MOON_STR("account ACME"), text = MOON_STR("Jane Doe");
    (void)state;
    moon_secret_make(&secret);
    moon_secret_make(&other);
    assert_memory_not_equal(secret.bytes, other.bytes, MOON_SECRET_SIZE);
    moon_seal(&secret, context, text, &sealed);
    moon_seal(&secret, context, text, &again);
    assert_int_equal(sealed.len, text.len + MOON_SEAL_EXTRA);
    assert_memory_not_equal(sealed.ptr, again.ptr, sealed.len);

    moon_buf_add_text(&plain, "before ");
    assert_int_equal(moon_unseal(&secret, context, moon_buf_str(&sealed), &plain, &err), MOON_OK);
    assert_true(moon_str_is(moon_buf_str(&plain), "before Jane Doe"));

    assert_int_equal(moon_unseal(&other, context, moon_buf_str(&sealed), &plain, &err), MOON_E_CRYPT);
    assert_int_equal(moon_unseal(&secret, MOON_STR("account B"), moon_buf_str(&sealed), &plain, &err),
                     MOON_E_CRYPT);
    for (size_t len = 0; len < sealed.len; len++)
        assert_int_equal(moon_unseal(&secret, context, (moon_str){sealed.ptr, len}, &plain, &err),
                         MOON_E_CRYPT);
    for (size_t i = 0; i < sealed.len; i++) {
        sealed.ptr[i] ^= 1;
        assert_int_equal(moon_unseal(&secret, context, moon_buf_str(&sealed), &plain, &err), MOON_E_CRYPT);
        sealed.ptr[i] ^= 1;
    }
    assert_true(moon_str_is(moon_buf_str(&plain), "before Jane Doe"));

    moon_buf_clear(&sealed);
    moon_buf_clear(&plain);
    moon_seal(&secret, MOON_STR_NONE, MOON_STR_NONE, &sealed);
    assert_int_equal(moon_unseal(&secret, MOON_STR_NONE, moon_buf_str(&sealed), &plain, &err), MOON_OK);
    assert_int_equal(plain.len, 0);
    moon_buf_free(&sealed);
    moon_buf_free(&again);
    moon_buf_free(&plain);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_are_blake2b),
        cmocka_unit_test(pieces_make_the_whole),
        cmocka_unit_test(refuses_other_than_hashes),
        cmocka_unit_test(sealed_bytes_open_with_key_and_context),
    };
    return cmocka_run_group_tests_name("crypt", tests, start, NULL);
}
