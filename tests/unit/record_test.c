/* store/record: the codec is strict and loses nothing; checks and texts, table by table. */
#include "unit/store_case.h"
#include "unit/store_types.h"

#include "base/limits.h"

static moon_str draw_text(scratch *s, moon_arena *arena, size_t max) {
    size_t len = below(s, max + 1);
    char *text = moon_arena_alloc(arena, len + 1);
    for (size_t i = 0; i < len; i++) text[i] = (char)('a' + below(s, 26));
    return (moon_str){text, len};
}

static moon_decimal draw_decimal(scratch *s) {
    moon_decimal made = MOON_DECIMAL_NONE;
    moon_err ignored;
    if (below(s, 4) == 0) return made;
    moon_int128 coef = (int64_t)draw(s);
    if (below(s, 2)) coef = (moon_int128)below(s, 100) - 50;
    if (below(s, 4) == 0) coef *= 1000000007;
    if (moon_decimal_make(coef, (int)below(s, 12), &made, &ignored) != MOON_OK) return MOON_DECIMAL_NONE;
    return made;
}

static void draw_parts(scratch *s, moon_arena *arena, moon_list *list) {
    list->count = below(s, 4);
    list->items = moon_arena_alloc_n(arena, list->count, sizeof(part));
    for (size_t i = 0; i < list->count; i++) {
        part *p = MOON_AT(part, *list, i);
        moon_record_init(&part_type, p);
        p->what = draw_text(s, arena, 8);
        p->quantity = draw_decimal(s);
        if (below(s, 2)) p->amount = (int64_t)draw(s) / 3;
    }
}

static void draw_tags(scratch *s, moon_arena *arena, moon_tags *tags) {
    tags->count = below(s, 4);
    tags->items = MOON_NEW_N(arena, moon_tags_pair, tags->count);
    for (size_t i = 0; i < tags->count; i++) {
        moon_str key = moon_arena_printf(arena, "%zu%.*s", i, MOON_STR_ARG(draw_text(s, arena, 5)));
        tags->items[i] = (moon_tags_pair){key, draw_text(s, arena, 9)};
    }
}

static void draw_thing(scratch *s, moon_arena *arena, thing *t) {
    moon_record_init(&thing_type, t);
    t->id = draw_text(s, arena, 12);
    if (below(s, 2)) t->from = (moon_date)below(s, 40000);
    if (below(s, 2)) t->number = below(s, 2) ? (int64_t)draw(s) : (int64_t)below(s, 9) - 4;
    t->text = draw_text(s, arena, below(s, 5) ? 20 : 300);
    t->decimal = draw_decimal(s);
    if (below(s, 2)) t->amount = (int64_t)draw(s);
    if (below(s, 2)) t->currency = (moon_currency)(1 + below(s, 998));
    t->state = (int)below(s, 4);
    if (below(s, 2))
        for (size_t i = 0; i < sizeof t->hash.bytes; i++) t->hash.bytes[i] = (uint8_t)draw(s);
    t->bytes = draw_text(s, arena, 20);
    draw_tags(s, arena, &t->tags);
    draw_parts(s, arena, &t->parts);
    t->flag = below(s, 2);
}

static moon_str encode(const moon_type *type, const void *record, moon_arena *arena) {
    moon_buf bytes = MOON_BUF_EMPTY;
    moon_record_encode(type, record, false, &bytes);
    moon_str made = moon_arena_str(arena, moon_buf_str(&bytes));
    moon_buf_free(&bytes);
    return made;
}

/* Decoding inverts encoding, and a copy is equal. */
static void decode_inverts_encode(void **state) {
    scratch *s = *state;
    moon_arena arena = MOON_ARENA_EMPTY;
    for (int round = 0; round < 20000; round++) {
        moon_arena_mark here = moon_arena_here(&arena);
        thing was, is, copy;
        draw_thing(s, &arena, &was);
        moon_str bytes = encode(&thing_type, &was, &arena);
        must(s, moon_record_decode(&thing_type, bytes, false, &is, &arena, &s->err));
        assert_true(moon_record_equal(&thing_type, &was, &is));
        assert_true(moon_str_eq(bytes, encode(&thing_type, &is, &arena)));
        moon_record_copy(&thing_type, &is, &copy, &arena);
        assert_true(moon_record_equal(&thing_type, &was, &copy));
        assert_true(was.number == copy.number && was.from == copy.from && was.flag == copy.flag &&
                    moon_str_eq(was.text, copy.text) && was.parts.count == copy.parts.count);
        moon_arena_rewind(&arena, here);
    }
    moon_arena_free(&arena);
}

/* What is accepted is written again as the same bytes. The input is a copy of exactly its size, for the
 * sanitizer. */
static bool accepted_as_it_is(scratch *s, moon_str bytes, moon_arena *arena) {
    thing t;
    moon_arena_mark here = moon_arena_here(arena);
    char *exact = malloc(bytes.len ? bytes.len : 1);
    memcpy(exact, bytes.ptr, bytes.len);
    moon_str input = {exact, bytes.len};
    moon_status status = moon_record_decode(&thing_type, input, false, &t, arena, &s->err);
    if (status != MOON_OK)
        assert_int_equal(status, MOON_E_BOOK_DAMAGED);
    else if (!moon_str_eq(input, encode(&thing_type, &t, arena)))
        fail_msg("bytes were accepted that encoding does not make (SEED=%llu)", (unsigned long long)s->seed);
    free(exact);
    moon_arena_rewind(arena, here);
    return status == MOON_OK;
}

/* Every length and every byte of many records, changed: refused, or kept as it is. */
static void damage_is_refused_or_kept(void **state) {
    scratch *s = *state;
    moon_arena arena = MOON_ARENA_EMPTY;
    size_t refused = 0, kept = 0;
    for (int round = 0; round < 60; round++) {
        thing t;
        draw_thing(s, &arena, &t);
        moon_str bytes = encode(&thing_type, &t, &arena);
        char *copy = moon_arena_alloc(&arena, bytes.len + 1);
        for (size_t len = 0; len < bytes.len; len++)
            *(accepted_as_it_is(s, moon_str_sub(bytes, 0, len), &arena) ? &kept : &refused) += 1;
        for (size_t i = 0; i < bytes.len; i++)
            for (int value = 0; value < 256; value += 1 + (int)below(s, 3)) {
                memcpy(copy, bytes.ptr, bytes.len);
                copy[i] = (char)value;
                *(accepted_as_it_is(s, (moon_str){copy, bytes.len}, &arena) ? &kept : &refused) += 1;
            }
        for (int insert = 0; insert < 300; insert++) {
            size_t at = below(s, bytes.len + 1);
            memcpy(copy, bytes.ptr, at);
            copy[at] = (char)draw(s);
            memcpy(copy + at + 1, bytes.ptr + at, bytes.len - at);
            accepted_as_it_is(s, (moon_str){copy, bytes.len + 1}, &arena);
        }
    }
    assert_true(refused > 1000 && kept > 1000);
    moon_arena_free(&arena);
}

/* One row, one stored form: what is right, beside what looks nearly like it. */
static void stored_forms(void **state) {
    scratch *s = *state;
    moon_arena arena = MOON_ARENA_EMPTY;
    static const struct {
        const char *name, *bytes;
        size_t len;
        bool good;
    } rows[] = {
#define GOOD(name, text) {name, text, sizeof(text) - 1, true}
#define BAD(name, text)                                                                                      \
    { name, text, sizeof(text) - 1, false }
        GOOD("nothing", ""),
        GOOD("id", "\x03\x02"
                   "ab"),
        BAD("id of length 0", "\x03\x00"),
        BAD("id longer than its record", "\x03\x05"
                                         "ab"),
        BAD("id as a number", "\x02\x01"),
        GOOD("date 0", "\x04\x00"),
        BAD("date as a text", "\x05\x01"
                              "a"),
        BAD("date in year 10000", "\x04\x80\x80\x80\x80\x01"),
        GOOD("number -1", "\x06\x01"),
        BAD("padded number", "\x06\x81\x00"),
        BAD("number of 65 bits", "\x06\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"),
        BAD("absent number", "\x06\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
        BAD("fields out of order", "\x06\x01\x04\x00"),
        BAD("a field twice", "\x06\x01\x06\x01"),
        BAD("field 0", "\x00\x01"),
        GOOD("decimal 0", "\x0b\x01\x00"),
        GOOD("decimal 1", "\x0b\x02\x00\x02"),
        BAD("decimal 1, padded", "\x0b\x03\x00\x02\x00"),
        BAD("decimal 1.0, not in shortest form", "\x0b\x02\x01\x14"),
        BAD("decimal with 255 places", "\x0b\x02\xff\x02"),
        BAD("decimal without bytes", "\x0b\x00"),
        GOOD("state 3", "\x10\x03"),
        BAD("state 0", "\x10\x00"),
        BAD("state 4, which has no name", "\x10\x04"),
        BAD("hash of 31 bytes", "\x13\x1f"
                                "0123456789012345678901234567890"),
        GOOD("hash", "\x13\x20"
                     "01234567890123456789012345678901"),
        BAD("hash of zeros", "\x13\x20"
                             "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
        GOOD("tags", "\x17\x07\x01"
                     "a\x01"
                     "1\x01"
                     "b\x00"),
        BAD("tags out of order", "\x17\x07\x01"
                                 "b\x01"
                                 "1\x01"
                                 "a\x00"),
        BAD("a tag twice", "\x17\x07\x01"
                           "a\x01"
                           "1\x01"
                           "a\x00"),
        BAD("a tag without value", "\x17\x02\x01"
                                   "a"),
        GOOD("list of one empty part", "\x19\x02\x01\x00"),
        BAD("empty list", "\x19\x01\x00"),
        BAD("list with bytes left over", "\x19\x03\x01\x00\x00"),
        BAD("list of 127 parts in two bytes", "\x19\x02\x7f\x00"),
        BAD("list with a broken part", "\x19\x03\x01\x01\x03"),
        GOOD("yes", "\x1a\x01"),
        BAD("yes as 2", "\x1a\x02"),
        GOOD("a field of a later version", "\x03\x01"
                                           "a\x80\x01\x05"),
        GOOD("two of them", "\x1a\x01\x80\x01\x05\x85\x01\x02"
                            "zz"),
        BAD("one of them, cut short", "\x1a\x01\x85\x01\x03"
                                      "zz"),
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (accepted_as_it_is(s, (moon_str){rows[i].bytes, rows[i].len}, &arena) != rows[i].good)
            fail_msg("%s: %s", rows[i].name, rows[i].good ? s->err.text : "was accepted");
    moon_arena_free(&arena);
}

/* An older program keeps what a newer one wrote, open and personal, also through a change of what it knows. */
static void unknown_fields_are_kept(void **state) {
    scratch *s = *state;
    moon_arena arena = MOON_ARENA_EMPTY;
    moon_str open = MOON_STR("\x03\x01"
                             "a\x04\x02\x0b\x02"
                             "DE\x80\x01\x05"),
             personal = MOON_STR("\x07\x02"
                                 "Jo\x81\x01\x03"
                                 "new");
    person p;
    moon_buf out = MOON_BUF_EMPTY;
    must(s, moon_record_decode(&person_type, open, false, &p, &arena, &s->err));
    must(s, moon_record_decode(&person_type, personal, true, &p, &arena, &s->err));
    assert_true(moon_str_is(p.name, "Jo") && moon_str_is(p.country, "DE"));
    p.country = MOON_STR("FR");
    p.name = MOON_STR("Al");
    moon_record_encode(&person_type, &p, false, &out);
    assert_true(moon_str_eq(moon_buf_str(&out), MOON_STR("\x03\x01"
                                                         "a\x04\x02\x0b\x02"
                                                         "FR\x80\x01\x05")));
    moon_buf_clear(&out);
    moon_record_encode(&person_type, &p, true, &out);
    assert_true(moon_str_eq(moon_buf_str(&out), MOON_STR("\x07\x02"
                                                         "Al\x81\x01\x03"
                                                         "new")));
    moon_buf_free(&out);
    /* A personal field in the open half would show what has to be sealed. */
    must_fail(s, MOON_E_BOOK_DAMAGED, moon_record_decode(&person_type, personal, false, &p, &arena, &s->err));
    moon_arena_free(&arena);
}

static char long_text[MOON_TEXT_MAX + 2];

static void checks(void **state) {
    scratch *s = *state;
    memset(long_text, 'x', MOON_TEXT_MAX + 1);
    part parts[2];
    moon_tags_pair bad_tag = {MOON_STR("k"), MOON_STR("\xff")};
    for (int i = 0; i < 2; i++) {
        moon_record_init(&part_type, &parts[i]);
        parts[i].what = MOON_STR("x");
    }
    static const struct {
        const char *name;
        moon_status want;
    } rows[] = {{"good", MOON_OK},
                {"no id", MOON_E_FIELD_REQUIRED},
                {"no date", MOON_E_FIELD_REQUIRED},
                {"no state", MOON_E_FIELD_REQUIRED},
                {"a state without name", MOON_E_RECORD_INVALID},
                {"a negative state", MOON_E_RECORD_INVALID},
                {"text that is no UTF-8", MOON_E_TEXT_INVALID},
                {"text with a NUL byte", MOON_E_TEXT_INVALID},
                {"text of the greatest length", MOON_OK},
                {"text one byte longer", MOON_E_TOO_LARGE},
                {"id with a space at its end", MOON_E_ID_INVALID},
                {"currency 1", MOON_E_CURRENCY_UNKNOWN},
                {"a part without its required field", MOON_E_FIELD_REQUIRED},
                {"a tag that is no UTF-8", MOON_E_TEXT_INVALID}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        thing t;
        moon_record_init(&thing_type, &t);
        t.id = i == 1 ? MOON_STR_NONE : i == 10 ? MOON_STR("a ") : MOON_STR("a");
        if (i != 2) t.from = 1;
        t.state = i == 3 ? 0 : i == 4 ? 4 : i == 5 ? -1 : 1;
        if (i == 6) t.text = MOON_STR("\xc3(");
        if (i == 7) t.text = MOON_STR("a\0b");
        if (i == 8 || i == 9) t.text = (moon_str){long_text, MOON_TEXT_MAX + (size_t)(i == 9)};
        if (i == 11) t.currency = 1;
        t.parts = (moon_list){parts, 2};
        parts[1].what = i == 12 ? MOON_STR_NONE : MOON_STR("x");
        if (i == 13) t.tags = (moon_tags){&bad_tag, 1};
        moon_status status = moon_record_validate(&thing_type, &t, &s->err);
        if (status != rows[i].want)
            fail_msg("%s: found %s, expected %s", rows[i].name, moon_status_name(status),
                     moon_status_name(rows[i].want));
        if (i == 12) assert_non_null(strstr(s->err.context, "part 2 of parts"));
    }
}

static void moves(void **state) {
    scratch *s = *state;
    static const struct {
        int from, to;
        bool good;
    } rows[] = {{0, 1, true},  {0, 2, false}, {1, 2, true}, {2, 1, true},
                {1, 3, false}, {3, 1, false}, {2, 0, false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        must_fail(s, rows[i].good ? MOON_OK : MOON_E_STATE_REFUSED,
                  moon_record_move(&thing_type, rows[i].from, rows[i].to, &s->err));
}

/* What people write, and how it is shown again. */
static void texts(void **state) {
    scratch *s = *state;
    moon_arena arena = MOON_ARENA_EMPTY;
    static const struct {
        const char *field, *text, *shown;
        moon_status want;
    } rows[] = {{"id", "INV-1", "INV-1", MOON_OK},
                {"from", "2010-12-06", "2010-12-06", MOON_OK},
                {"from", "6.12.2010", "", MOON_E_DATE_SYNTAX},
                {"number", "-12", "-12", MOON_OK},
                {"number", "1.5", "", MOON_E_FIELD_TYPE},
                {"number", "many", "", MOON_E_FIELD_TYPE},
                {"decimal", "0.00120", "0.0012", MOON_OK},
                {"decimal", "1,5", "", MOON_E_DECIMAL_SYNTAX},
                {"currency", "EUR", "EUR", MOON_OK},
                {"currency", "XX", "", MOON_E_CURRENCY_UNKNOWN},
                {"state", "closed", "closed", MOON_OK},
                {"state", "shut", "", MOON_E_FIELD_TYPE},
                {"flag", "yes", "yes", MOON_OK},
                {"flag", "no", "", MOON_OK},
                {"flag", "true", "", MOON_E_FIELD_TYPE},
                {"hash", "00", "", MOON_E_FIELD_TYPE},
                {"parts", "x", "", MOON_E_FIELD_TYPE},
                {"text", "\xff", "", MOON_E_TEXT_INVALID},
                {"number", "", "", MOON_OK}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        thing t;
        moon_buf out = MOON_BUF_EMPTY;
        moon_record_init(&thing_type, &t);
        const moon_field *field = moon_type_field(&thing_type, moon_str_of(rows[i].field));
        moon_status status = moon_field_parse(field, moon_str_of(rows[i].text), &t, &arena, &s->err);
        moon_field_format(field, &t, 978, &out);
        if (status != rows[i].want || !moon_str_is(moon_buf_str(&out), rows[i].shown))
            fail_msg("%s=%s: %s, shown as \"%.*s\"", rows[i].field, rows[i].text, moon_status_name(status),
                     MOON_STR_ARG(moon_buf_str(&out)));
        moon_buf_free(&out);
    }
    assert_null(moon_type_field(&thing_type, MOON_STR("colour")));
    moon_arena_free(&arena);
}

static int begin(void **state) {
    *state = scratch_make();
    return 0;
}

int main(void) {
#define ROW(name) cmocka_unit_test_setup_teardown(name, begin, scratch_teardown)
    const struct CMUnitTest rows[] = {ROW(decode_inverts_encode),
                                      ROW(damage_is_refused_or_kept),
                                      ROW(stored_forms),
                                      ROW(unknown_fields_are_kept),
                                      ROW(checks),
                                      ROW(moves),
                                      ROW(texts)};
    return cmocka_run_group_tests_name("store/record", rows, NULL, NULL);
}
