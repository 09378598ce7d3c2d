/* books/closure: rules by content. */
#include "books_case.h"

static moon_file file_of(const char *path, const char *bytes) {
    return (moon_file){moon_str_of(path), moon_str_of(bytes)};
}

static size_t count_of(books *b, const moon_type *type, size_t size) {
    void *record = moon_arena_alloc(moon_change_arena(b->change), size);
    moon_scan scan;
    bool more = true;
    size_t count = 0;
    DO(moon_scan_begin(b->change, type, MOON_BY_KEY, NULL, 0, NULL, 0, false, &scan, ERR));
    for (;;) {
        DO(moon_scan_next(&scan, record, &more, ERR));
        if (!more) break;
        count++;
    }
    moon_scan_end(&scan);
    return count;
}

static void test_id(void **state) {
    (void)state;
    moon_file base[] = {file_of("a.lua", "1"), file_of("b.lua", "2")}, turned[] = {base[1], base[0]};
    moon_hash id = moon_closure_id(base, 2), other = moon_closure_id(turned, 2);
    assert_true(moon_hash_eq(&id, &other));
    expect_text("sorted", turned[0].path, "a.lua");
    moon_file rows[][3] = {
        {file_of("a.lua", "1"), file_of("b.lua", "3")},
        {file_of("a.lua", "1"), file_of("c.lua", "2")},
        {file_of("a.lua", "2"), file_of("b.lua", "1")},
        {file_of("a.lua", "1")},
        {file_of("a.lua", ""), file_of("b.lua", "2")},
        {file_of("a.lua", "1"), file_of("b.lua", "2"), file_of("c.lua", "")},
        {file_of("a.lua1", ""), file_of("b.lua", "2")},
        {file_of("a.lua", "1"), file_of("b.lua", "2 ")},
    };
    static const size_t counts[] = {2, 2, 2, 1, 2, 3, 2, 2};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        other = moon_closure_id(rows[i], counts[i]);
        if (moon_hash_eq(&id, &other)) fail_msg("row %zu has the same id", i);
        for (size_t j = 0; j < i; j++) {
            moon_hash earlier = moon_closure_id(rows[j], counts[j]);
            if (moon_hash_eq(&earlier, &other)) fail_msg("rows %zu and %zu have the same id", i, j);
        }
    }
    other = moon_closure_id(NULL, 0);
    assert_false(moon_hash_eq(&id, &other));
}

/* The book begins with one closure of two files (books_case.h). */
static void test_store(void **state) {
    books *b = *state;
    moon_hash id;
    moon_closure closure;
    moon_blob blob;
    bool found;
    moon_file same[] = {books_rules()[1], books_rules()[0]};
    uint64_t before = moon_change_seq(b->change);
    DO(moon_closure_store(b->change, same, 2, &id, ERR));
    assert_true(moon_hash_eq(&id, &b->ctx.closure));
    books_commit(b);
    assert_int_equal(moon_change_seq(b->change), before);

    /* one file changed, one new, one as before: two blobs more, for equal content is kept once */
    moon_file changed[] = {file_of("rules/tax.lua", "return 21"), file_of("rules/copy.lua", "return 21"),
                           file_of("rules/empty.lua", ""), file_of("book.lua", "return {}")};
    DO(moon_closure_store(b->change, changed, 4, &id, ERR));
    books_commit(b);
    assert_int_equal(count_of(b, &moon_closure_type, sizeof closure), 2);
    assert_int_equal(count_of(b, &moon_blob_type, sizeof blob), 4);
    closure.id = id;
    DO(moon_get(b->change, &moon_closure_type, &closure, &found, ERR));
    assert_true(found);
    assert_int_equal(closure.sources.count, 4);
    for (size_t i = 0; i < 4; i++) {
        const moon_source *source = MOON_AT(moon_source, closure.sources, i);
        expect_text("sorted by path", source->path, changed[i].path.ptr);
        blob.id = source->content;
        DO(moon_get(b->change, &moon_blob_type, &blob, &found, ERR));
        assert_true(found);
        expect_text("content", blob.bytes, changed[i].bytes.ptr);
    }
    expect_text("sorted by path", MOON_AT(moon_source, closure.sources, 0)->path, "book.lua");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_id),
        cmocka_unit_test_setup_teardown(test_store, books_setup, books_teardown),
    };
    return cmocka_run_group_tests_name("closure", tests, NULL, NULL);
}
