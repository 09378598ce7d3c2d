#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/limits.h"

static void gives_zeroed_aligned_memory(void **state) {
    static const size_t sizes[] = {
        0, 1, 7, 16, 17, 4096, MOON_ARENA_BLOCK - 1, MOON_ARENA_BLOCK, MOON_ARENA_BLOCK + 1, 3};
    moon_arena arena = MOON_ARENA_EMPTY;
    unsigned char *made[sizeof sizes / sizeof *sizes];
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        made[i] = moon_arena_alloc(&arena, sizes[i]);
        assert_int_equal((uintptr_t)made[i] % _Alignof(max_align_t), 0);
        for (size_t j = 0; j < sizes[i]; j++)
            if (made[i][j] != 0) fail_msg("size %zu: byte %zu is not zero", sizes[i], j);
        memset(made[i], (int)i + 1, sizes[i]);
    }
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t j = 0; j < sizes[i]; j++)
            if (made[i][j] != i + 1) fail_msg("size %zu: another allocation overlaps", sizes[i]);
    moon_arena_free(&arena);
    assert_null(arena.block);
}

static void keeps_text(void **state) {
    moon_arena arena = MOON_ARENA_EMPTY;
    (void)state;
    moon_str copy = moon_arena_str(&arena, MOON_STR("a\0b"));
    assert_int_equal(copy.len, 3);
    assert_memory_equal(copy.ptr, "a\0b", 4);
    assert_string_equal(moon_arena_str(&arena, MOON_STR_NONE).ptr, "");
    moon_str text = moon_arena_printf(&arena, "%s-%0500d", "x", 7);
    assert_int_equal(text.len, 502);
    assert_int_equal(strlen(text.ptr), 502);
    moon_arena_free(&arena);
}

static void rewinds(void **state) {
    moon_arena arena = MOON_ARENA_EMPTY;
    (void)state;
    moon_arena_mark empty = moon_arena_here(&arena);
    char *first = moon_arena_alloc(&arena, 32);
    memcpy(first, "kept", 5);
    moon_arena_mark mark = moon_arena_here(&arena);
    char *second = moon_arena_alloc(&arena, 32);
    memset(second, 'x', 32);
    for (int i = 0; i < 5; i++) moon_arena_alloc(&arena, MOON_ARENA_BLOCK);
    moon_arena_rewind(&arena, mark);
    char *again = moon_arena_alloc(&arena, 32);
    assert_ptr_equal(again, second);
    assert_int_equal(again[0], 0); /* zeroed once more */
    assert_string_equal(first, "kept");
    moon_arena_rewind(&arena, empty);
    assert_null(arena.block);
    moon_arena_free(&arena);
}

static void plain_memory_is_never_null(void **state) {
    char *made = moon_malloc(0);
    (void)state;
    assert_non_null(made);
    made = moon_realloc(made, 10);
    memcpy(made, "123456789", 10);
    made = moon_realloc(made, 1000);
    assert_string_equal(made, "123456789");
    free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_zeroed_aligned_memory),
        cmocka_unit_test(keeps_text),
        cmocka_unit_test(rewinds),
        cmocka_unit_test(plain_memory_is_never_null),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
