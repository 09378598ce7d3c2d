/* store/key: keys sort as their values do, and can be read back. */
#include "unit/store_case.h"
#include "unit/store_types.h"

#include "base/limits.h"
#include "store/key.h"

#define LONGEST 400

/* A text that shares beginnings with others, NUL bytes in it or not. */
static moon_str draw_text(scratch *s, moon_arena *arena, size_t max) {
    size_t len = below(s, 4) ? below(s, 4) : below(s, max + 1);
    char *text = moon_arena_alloc(arena, len + 1);
    for (size_t i = 0; i < len; i++)
        text[i] = "\0\x01"
                  "ab\xC3\xFF"[below(s, 6)];
    return (moon_str){text, len};
}

static int64_t draw_int(scratch *s) {
    static const int64_t edges[] = {INT64_MIN, INT64_MIN + 1, -256, -1, 0, 1, 255, 256, 65536, INT64_MAX};
    return below(s, 2) ? edges[below(s, 10)] : (int64_t)draw(s);
}

static int compare_int(int64_t a, int64_t b) { return a < b ? -1 : a > b; }
static int sign(int n) { return n < 0 ? -1 : n > 0; }

static void draw_thing(scratch *s, moon_arena *arena, thing *t) {
    moon_record_init(&thing_type, t);
    t->id = draw_text(s, arena, 20);
    t->from = below(s, 5) ? (moon_date)below(s, 6) - 3 : MOON_DATE_NONE;
    if (below(s, 3) == 0) t->from = (moon_date)below(s, 3000000) - 700000;
    t->number = draw_int(s);
    t->text = draw_text(s, arena, below(s, 10) ? 10 : LONGEST);
    t->state = (int)below(s, 4);
    t->currency = (moon_currency)(below(s, 2) ? below(s, 3) : below(s, 1000));
}

static moon_str cut(moon_str text) {
    return text.len > MOON_ID_MAX ? moon_str_sub(text, 0, MOON_ID_MAX) : text;
}

static int compare_keys(const thing *a, const thing *b) {
    int order = moon_str_cmp(a->id, b->id);
    return order ? order : compare_int(a->from, b->from);
}

static int compare_in_index(size_t index, const thing *a, const thing *b) {
    int order;
    switch (index) {
    case 0: order = compare_int(a->number, b->number); break;
    case 1:
        order = moon_str_cmp(cut(a->text), cut(b->text));
        if (order == 0) order = compare_int(a->from, b->from);
        break;
    default:
        order = compare_int(a->state, b->state);
        if (order == 0) order = compare_int(a->currency, b->currency);
    }
    return order ? order : compare_keys(a, b);
}

/* Key order is value order, for the key and for every index; an index entry leads to its record's key; a key
 * can be read back. */
static void order_of_keys_is_order_of_values(void **state) {
    scratch *s = *state;
    moon_arena arena = MOON_ARENA_EMPTY;
    moon_buf keys[2] = {MOON_BUF_EMPTY, MOON_BUF_EMPTY}, entries[2] = {MOON_BUF_EMPTY, MOON_BUF_EMPTY};
    for (int round = 0; round < 60000; round++) {
        moon_arena_mark here = moon_arena_here(&arena);
        thing pair[2], back;
        for (int i = 0; i < 2; i++) {
            draw_thing(s, &arena, &pair[i]);
            moon_buf_clear(&keys[i]);
            must(s, moon_key_of(&thing_type, &pair[i], MOON_KEY_FIELDS_MAX, &keys[i], &s->err));
        }
        assert_int_equal(sign(moon_str_cmp(moon_buf_str(&keys[0]), moon_buf_str(&keys[1]))),
                         sign(compare_keys(&pair[0], &pair[1])));
        moon_record_init(&thing_type, &back);
        assert_true(moon_key_read(&thing_type, moon_buf_str(&keys[0]), &back, &arena));
        assert_true(moon_str_eq(back.id, pair[0].id) && back.from == pair[0].from);
        for (size_t index = 0; index < 3; index++) {
            for (int i = 0; i < 2; i++) {
                moon_buf_clear(&entries[i]);
                must(s, moon_key_of_index(&thing_type, index, &pair[i], SIZE_MAX, &entries[i], &s->err));
            }
            if (sign(moon_str_cmp(moon_buf_str(&entries[0]), moon_buf_str(&entries[1]))) !=
                sign(compare_in_index(index, &pair[0], &pair[1])))
                fail_msg("index %zu does not sort as its values (round %d, SEED=%llu)", index, round,
                         (unsigned long long)s->seed);
            moon_buf_clear(&keys[1]);
            assert_true(moon_key_from_index(&thing_type, index, moon_buf_str(&entries[0]), &keys[1]));
            assert_true(moon_str_eq(moon_buf_str(&keys[0]), moon_buf_str(&keys[1])));
        }
        moon_arena_rewind(&arena, here);
    }
    for (int i = 0; i < 2; i++) {
        moon_buf_free(&keys[i]);
        moon_buf_free(&entries[i]);
    }
    moon_arena_free(&arena);
}

/* Records whose long identifiers differ in their last letter only are two records; a key that is too long is
 * refused. */
static void long_texts(void **state) {
    scratch *s = *state;
    char text[600];
    moon_buf a = MOON_BUF_EMPTY, b = MOON_BUF_EMPTY;
    thing t;
    moon_record_init(&thing_type, &t);
    memset(text, 'x', sizeof text);
    t.from = 0;
    t.id = (moon_str){text, 300};
    must(s, moon_key_of(&thing_type, &t, MOON_KEY_FIELDS_MAX, &a, &s->err));
    text[299] = 'y';
    must(s, moon_key_of(&thing_type, &t, MOON_KEY_FIELDS_MAX, &b, &s->err));
    assert_false(moon_str_eq(moon_buf_str(&a), moon_buf_str(&b)));
    static const struct {
        size_t len;
        moon_status want;
    } rows[] = {{504, MOON_OK}, {505, MOON_E_TOO_LARGE}, {600, MOON_E_TOO_LARGE}}; /* 511 = 1 + 504 + 2 + 4 */
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moon_buf_clear(&a);
        t.id = (moon_str){text, rows[i].len};
        must_fail(s, rows[i].want, moon_key_of(&thing_type, &t, MOON_KEY_FIELDS_MAX, &a, &s->err));
    }
    moon_buf_free(&a);
    moon_buf_free(&b);
}

/* A prefix of fields is a prefix of bytes, so that a listing is a range. */
static void prefixes(void **state) {
    scratch *s = *state;
    moon_buf whole = MOON_BUF_EMPTY, prefix = MOON_BUF_EMPTY;
    static const size_t lengths[] = {2, 10, 17, 21};
    thing t;
    moon_record_init(&thing_type, &t);
    t.id = MOON_STR("INV-1");
    t.from = 14000;
    t.number = 7;
    for (size_t count = 0; count <= 3; count++) {
        moon_buf_clear(&whole);
        moon_buf_clear(&prefix);
        must(s, moon_key_of_index(&thing_type, 0, &t, SIZE_MAX, &whole, &s->err));
        must(s, moon_key_of_index(&thing_type, 0, &t, count, &prefix, &s->err));
        assert_true(moon_str_starts(moon_buf_str(&whole), moon_buf_str(&prefix)));
        assert_int_equal(prefix.len, lengths[count]);
    }
    moon_buf_free(&whole);
    moon_buf_free(&prefix);
}

/* Bytes that are no key are refused, whatever they are. */
static void malformed(void **state) {
    scratch *s = *state;
    moon_arena arena = MOON_ARENA_EMPTY;
    static const struct {
        const char *name, *bytes;
        size_t len;
    } rows[] = {{"nothing", "", 0},
                {"another type",
                 "\x21"
                 "a\0\0\x80\0\0\0",
                 8},
                {"no end of the text",
                 "\x20"
                 "abc",
                 4},
                {"half an end",
                 "\x20"
                 "abc\0",
                 5},
                {"date cut short",
                 "\x20"
                 "a\0\0\x80\0\0",
                 7},
                {"a byte too many",
                 "\x20"
                 "a\0\0\x80\0\0\0\0",
                 9}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        thing t;
        moon_record_init(&thing_type, &t);
        if (moon_key_read(&thing_type, (moon_str){rows[i].bytes, rows[i].len}, &t, &arena))
            fail_msg("%s: was read as a key", rows[i].name);
    }
    for (int round = 0; round < 20000; round++) {
        char bytes[24];
        size_t len = below(s, sizeof bytes);
        for (size_t i = 0; i < len; i++) bytes[i] = (char)(below(s, 3) ? 0 : draw(s));
        if (len) bytes[0] = 0x20;
        thing t;
        moon_buf key = MOON_BUF_EMPTY;
        moon_record_init(&thing_type, &t);
        if (moon_key_read(&thing_type, (moon_str){bytes, len}, &t, &arena)) assert_true(t.id.len < len);
        moon_key_from_index(&thing_type, below(s, 3), (moon_str){bytes, len}, &key);
        moon_buf_free(&key);
    }
    moon_arena_free(&arena);
}

static int begin(void **state) {
    *state = scratch_make();
    return 0;
}

int main(void) {
#define ROW(name) cmocka_unit_test_setup_teardown(name, begin, scratch_teardown)
    const struct CMUnitTest rows[] = {ROW(order_of_keys_is_order_of_values), ROW(long_texts), ROW(prefixes),
                                      ROW(malformed)};
    return cmocka_run_group_tests_name("store/key", rows, NULL, NULL);
}
