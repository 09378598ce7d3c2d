/* store/table and store/keyring: records by type, their indexes and states, personal fields and what erasing
 * them leaves. */
#include "unit/store_case.h"
#include "unit/store_types.h"

#include <lmdb.h>

#include "store/key.h"
#include "store/table.h"

#define THINGS 24

static moon_change *begin(scratch *s) {
    moon_change *change;
    must(s, moon_change_begin(s->store, &change, &s->err));
    return change;
}

static uint64_t finish(scratch *s, moon_change *change) {
    uint64_t seq;
    must(s, moon_change_commit(change, MOON_STR("note"), &seq, &s->err));
    moon_change_end(change);
    return seq;
}

static moon_str name_of(size_t i) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return (moon_str){letters + i, 1};
}

static thing thing_of(size_t i, moon_date from) {
    thing t;
    moon_record_init(&thing_type, &t);
    t.id = name_of(i);
    t.from = from;
    t.state = 1;
    return t;
}

static person person_of(const char *id, int64_t version, const char *name, const char *street) {
    person p;
    moon_record_init(&person_type, &p);
    p.id = moon_str_of(id);
    p.version = version;
    p.name = moon_str_of(name);
    p.street = moon_str_of(street);
    p.country = MOON_STR("DE");
    return p;
}

/* ---- indexes, against a plain array ---- */

static int in_order(int index, const thing *a, const thing *b) {
    int order = index == 0   ? (a->number > b->number) - (a->number < b->number)
                : index == 1 ? moon_str_cmp(a->text, b->text)
                : index == 2 ? a->state - b->state
                             : 0;
    if (order == 0 && index == 1) order = a->from - b->from;
    if (order == 0 && index == 2) order = a->currency - b->currency;
    if (order == 0) order = moon_str_cmp(a->id, b->id);
    return order ? order : a->from - b->from;
}

/* Every record that belongs into an index is shown once, in order; none else. */
static void check_scan(scratch *s, moon_change *change, const thing *want, const bool *there, int index,
                       bool backwards) {
    moon_scan scan;
    thing found, before;
    bool more;
    size_t seen = 0, expected = 0;
    for (size_t i = 0; i < THINGS; i++) expected += there[i] && (index != 1 || want[i].text.len > 0);
    must(s, moon_scan_begin(change, &thing_type, index, NULL, 0, NULL, 0, backwards, &scan, &s->err));
    for (;; seen++) {
        must(s, moon_scan_next(&scan, &found, &more, &s->err));
        if (!more) break;
        size_t i = (size_t)(found.id.ptr[0] - 'A');
        assert_true(there[i] && moon_record_equal(&thing_type, &found, &want[i]));
        if (seen > 0 && in_order(index, backwards ? &found : &before, backwards ? &before : &found) >= 0)
            fail_msg("index %d is out of order at %zu (SEED=%llu)", index, seen, (unsigned long long)s->seed);
        before = found;
    }
    moon_scan_end(&scan);
    assert_int_equal(seen, expected);
}

static void edit_thing(scratch *s, moon_change *change, thing *t, bool *there) {
    static const char *const texts[] = {"", "a", "ab", "b", "\xC3\xA9"};
    if (*there && below(s, 4) == 0) {
        must(s, moon_delete(change, &thing_type, t, &s->err));
        *there = false;
        return;
    }
    if (!*there) t->state = 1;
    t->number = (int64_t)below(s, 5) - 2;
    t->text = moon_str_of(texts[below(s, 5)]);
    t->currency = (moon_currency)(below(s, 2) ? 978 : 0);
    if (*there) t->state = 1 + (int)below(s, 2);
    must(s, moon_put(change, &thing_type, t, &s->err));
    *there = true;
}

static void indexes_follow(void **state) {
    scratch *s = *state;
    thing things[THINGS];
    bool there[THINGS] = {false};
    for (size_t i = 0; i < THINGS; i++) things[i] = thing_of(i, (moon_date)(i * 7 % 5));
    for (int round = 0; round < 150; round++) {
        moon_change *change = begin(s);
        for (size_t edits = 1 + below(s, 8); edits > 0; edits--) {
            size_t i = below(s, THINGS);
            edit_thing(s, change, &things[i], &there[i]);
        }
        for (int index = -1; index < 3; index++)
            for (int direction = 0; direction < 2; direction++)
                check_scan(s, change, things, there, index, direction);
        finish(s, change);
    }
    /* All gone: not one index entry is left. */
    moon_change *change = begin(s);
    for (size_t i = 0; i < THINGS; i++) must(s, moon_delete(change, &thing_type, &things[i], &s->err));
    finish(s, change);
    change = begin(s);
    moon_range *range;
    moon_str key;
    moon_value value;
    bool more;
    must(s, moon_range_open(change, MOON_STR("\x10"), MOON_STR("\xff\xff"), false, &range, &s->err));
    must(s, moon_range_next(range, &key, &value, &more, &s->err));
    assert_false(more);
    moon_range_close(range);
    moon_change_end(change);
}

/* A walk from one bound to another, each given by some of the fields. */
static void bounds(void **state) {
    scratch *s = *state;
    moon_change *change = begin(s);
    static const int64_t numbers[] = {INT64_MIN + 1, -5, 0, 5, 5, 5, 9, INT64_MAX};
    for (size_t i = 0; i < 8; i++) {
        thing t = thing_of(i, 100);
        t.number = numbers[i];
        must(s, moon_put(change, &thing_type, &t, &s->err));
    }
    static const struct {
        int64_t low, high;
        size_t low_count, high_count, want;
    } rows[] = {{5, 5, 1, 1, 3},
                {5, 5, 2, 2, 1},
                {-5, 5, 1, 1, 5},
                {0, 0, 0, 0, 8},
                {0, 0, 1, 0, 6},
                {0, 0, 0, 1, 3},
                {6, 8, 1, 1, 0},
                {9, -9, 1, 1, 0},
                {INT64_MAX, INT64_MAX, 1, 1, 1},
                {INT64_MIN + 1, 0, 1, 1, 3}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int backwards = 0; backwards < 2; backwards++) {
            thing low = thing_of(4, 100), high = thing_of(4, 100), found;
            moon_scan scan;
            bool more = true;
            size_t seen = 0;
            low.number = rows[i].low;
            high.number = rows[i].high;
            must(s, moon_scan_begin(change, &thing_type, moon_type_index(&thing_type, "number"), &low,
                                    rows[i].low_count, &high, rows[i].high_count, backwards, &scan, &s->err));
            for (; more; seen += more) must(s, moon_scan_next(&scan, &found, &more, &s->err));
            moon_scan_end(&scan);
            if (seen != rows[i].want) fail_msg("row %zu: %zu records, expected %zu", i, seen, rows[i].want);
        }
    moon_change_end(change);
}

static void states(void **state) {
    scratch *s = *state;
    moon_change *change = begin(s);
    thing t = thing_of(0, 1);
    t.state = 2;
    must_fail(s, MOON_E_STATE_REFUSED, moon_put(change, &thing_type, &t, &s->err));
    t.state = 1;
    must(s, moon_put(change, &thing_type, &t, &s->err));
    t.text = MOON_STR("same state, another text");
    must(s, moon_put(change, &thing_type, &t, &s->err));
    t.state = 2;
    must(s, moon_put(change, &thing_type, &t, &s->err));
    t.state = 3;
    must_fail(s, MOON_E_STATE_REFUSED, moon_put(change, &thing_type, &t, &s->err));
    t.id = MOON_STR_NONE;
    must_fail(s, MOON_E_FIELD_REQUIRED, moon_put(change, &thing_type, &t, &s->err));
    moon_change_end(change);
}

/* Writing what is there writes nothing; a changed copy is one commit; a record not there is not found. */
static void same_again(void **state) {
    scratch *s = *state;
    thing t = thing_of(0, 1), found;
    person p = person_of("C1", 1, "Jo Doe", "");
    bool is;
    moon_change *change = begin(s);
    must(s, moon_put(change, &thing_type, &t, &s->err));
    must(s, moon_put(change, &person_type, &p, &s->err));
    uint64_t seq = finish(s, change);
    change = begin(s);
    must(s, moon_put(change, &thing_type, &t, &s->err));
    must(s, moon_put(change, &person_type, &p, &s->err));
    assert_int_equal(finish(s, change), seq);
    change = begin(s);
    found = thing_of(1, 1);
    must(s, moon_get(change, &thing_type, &found, &is, &s->err));
    assert_false(is);
    must(s, moon_delete(change, &thing_type, &found, &s->err));
    assert_int_equal(finish(s, change), seq);
}

/* An index entry that leads nowhere is damage, and said to be. */
static void stray_entry(void **state) {
    scratch *s = *state;
    thing t = thing_of(0, 1), found;
    moon_change *change = begin(s);
    moon_buf entry = MOON_BUF_EMPTY;
    moon_scan scan;
    bool more;
    must(s, moon_key_of_index(&thing_type, 0, &t, SIZE_MAX, &entry, &s->err));
    moon_change_put(change, moon_buf_str(&entry), MOON_STR_NONE);
    must(s, moon_scan_begin(change, &thing_type, 0, NULL, 0, NULL, 0, false, &scan, &s->err));
    must_fail(s, MOON_E_BOOK_DAMAGED, moon_scan_next(&scan, &found, &more, &s->err));
    moon_scan_end(&scan);
    moon_buf_free(&entry);
    moon_change_end(change);
}

/* ---- personal fields ---- */

/* Forget the key of an account, as erasing it does. */
static void erase(scratch *s, const char *account) {
    scratch_shut(s);
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;
    MDB_val key = {strlen(account), (void *)(uintptr_t)account};
    assert_int_equal(mdb_env_create(&env), 0);
    assert_int_equal(mdb_env_open(env, s->keys, 0, 0600), 0);
    assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_dbi_open(txn, NULL, 0, &dbi), 0);
    assert_int_equal(mdb_del(txn, dbi, &key, NULL), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
    must(s, scratch_open(s, false));
}

static person read_person(scratch *s, moon_change *change, const char *id, int64_t version) {
    person p = person_of(id, version, "", "");
    bool found;
    must(s, moon_get(change, &person_type, &p, &found, &s->err));
    assert_true(found);
    return p;
}

/* Nothing personal is in the clear, in data.mdb or in keys/; it reads back from the same change and from a
 * later one. */
static void sealed(void **state) {
    scratch *s = *state;
    moon_arena arena = MOON_ARENA_EMPTY;
    char path[400];
    person p = person_of("C1", 1, "Josephine Baker", "Rue de Rivoli 11");
    moon_change *change = begin(s);
    must(s, moon_put(change, &person_type, &p, &s->err));
    person same = read_person(s, change, "C1", 1);
    assert_true(moon_str_is(same.name, "Josephine Baker") && !same.head.erased);
    finish(s, change);
    change = begin(s);
    person later = read_person(s, change, "C1", 1);
    assert_true(moon_record_equal(&person_type, &later, &p));
    assert_int_equal(later.head.seq, 1);
    moon_change_end(change);
    snprintf(path, sizeof path, "%s/data.mdb", s->keys);
    const char *const files[] = {s->file, path};
    for (size_t i = 0; i < 2; i++) {
        moon_str bytes = read_whole(s, files[i], &arena);
        assert_false(holds(bytes, MOON_STR("Josephine")) || holds(bytes, MOON_STR("Rivoli")));
        assert_true(i == 1 || holds(bytes, MOON_STR("C1")));
    }
    moon_arena_free(&arena);
}

/* A sealed half belongs to its account: under another one it does not open. */
static void moved_to_another(void **state) {
    scratch *s = *state;
    moon_change *change = begin(s);
    person a = person_of("A", 1, "Ann", ""), b = person_of("B", 1, "Bob", "");
    must(s, moon_put(change, &person_type, &a, &s->err));
    must(s, moon_put(change, &person_type, &b, &s->err));
    finish(s, change);
    change = begin(s);
    moon_buf keys[2] = {MOON_BUF_EMPTY, MOON_BUF_EMPTY};
    moon_value value;
    must(s, moon_key_of(&person_type, &a, MOON_KEY_FIELDS_MAX, &keys[0], &s->err));
    must(s, moon_key_of(&person_type, &b, MOON_KEY_FIELDS_MAX, &keys[1], &s->err));
    must(s, moon_change_get(change, moon_buf_str(&keys[0]), &value, &s->err));
    char *copy = moon_arena_alloc(moon_change_arena(change), value.bytes.len);
    memcpy(copy, value.bytes.ptr, value.bytes.len);
    copy[3] = 'B'; /* length of the open half, field 1, length 1, "A" */
    moon_change_put(change, moon_buf_str(&keys[1]), (moon_str){copy, value.bytes.len});
    bool found;
    must_fail(s, MOON_E_CRYPT, moon_get(change, &person_type, &b, &found, &s->err));
    for (int i = 0; i < 2; i++) moon_buf_free(&keys[i]);
    moon_change_end(change);
}

/* Without its key a record is erased, not damaged: it can be read, changed and listed, and its sealed part
 * stays as it is, so that links still fit. */
static void erased(void **state) {
    scratch *s = *state;
    moon_arena arena = MOON_ARENA_EMPTY;
    person p = person_of("C1", 1, "Josephine", "Rue 11"), other = person_of("C2", 1, "Bob", "");
    moon_change *change = begin(s);
    must(s, moon_put(change, &person_type, &p, &s->err));
    must(s, moon_put(change, &person_type, &other, &s->err));
    finish(s, change);
    change = begin(s);
    moon_str before = moon_arena_str(&arena, read_person(s, change, "C1", 1).head.sealed);
    moon_change_end(change);
    assert_true(before.len > 0);
    erase(s, "C1");

    change = begin(s);
    person found = read_person(s, change, "C1", 1);
    assert_true(found.head.erased && found.name.len == 0 && found.street.len == 0);
    assert_true(moon_str_is(found.country, "DE"));
    assert_false(read_person(s, change, "C2", 1).head.erased);
    found.country = MOON_STR("FR");
    must(s, moon_put(change, &person_type, &found, &s->err));
    /* Also within the change that wrote it: no key is made for it. */
    found = read_person(s, change, "C1", 1);
    assert_true(found.head.erased && moon_str_is(found.country, "FR"));
    finish(s, change);

    change = begin(s);
    found = read_person(s, change, "C1", 1);
    assert_true(found.head.erased && moon_str_eq(found.head.sealed, before));
    moon_secret secret;
    bool is;
    must(s, moon_store_secret(s->store, MOON_STR("C1"), &secret, &is, &s->err));
    assert_false(is);
    must(s, moon_put(change, &person_type, &found, &s->err));
    assert_int_equal(moon_change_size(change), 0);
    moon_change_end(change);
    moon_arena_free(&arena);
}

/* A key that is damaged, or another account's, is told apart from one that is gone. */
static void wrong_key(void **state) {
    scratch *s = *state;
    person p = person_of("C1", 1, "Josephine", "");
    moon_change *change = begin(s);
    must(s, moon_put(change, &person_type, &p, &s->err));
    finish(s, change);
    erase(s, "C1");
    change = begin(s);
    moon_secret secret;
    must(s, moon_change_secret(change, MOON_STR("C1"), &secret, &s->err));
    bool found;
    must_fail(s, MOON_E_CRYPT, moon_get(change, &person_type, &p, &found, &s->err));
    assert_non_null(strstr(s->err.context, "C1"));
    moon_change_end(change);
}

/* Two that make the same account at the same time: the second has to look again. A secret that was made by a
 * change that failed afterwards does no harm. */
static void two_make_one_key(void **state) {
    scratch *s = *state;
    moon_change *first = begin(s), *second = begin(s);
    person p = person_of("C1", 1, "Ann", ""), q = person_of("C1", 2, "Ann", "");
    must(s, moon_put(first, &person_type, &p, &s->err));
    must(s, moon_put(second, &person_type, &q, &s->err));
    must(s, moon_change_commit(first, MOON_STR("n"), NULL, &s->err));
    must_fail(s, MOON_E_CHANGED, moon_change_commit(second, MOON_STR("n"), NULL, &s->err));
    moon_change_end(first);
    moon_change_end(second);
    second = begin(s);
    must(s, moon_put(second, &person_type, &q, &s->err));
    finish(s, second);
    first = begin(s);
    assert_true(moon_str_is(read_person(s, first, "C1", 1).name, "Ann"));
    assert_true(moon_str_is(read_person(s, first, "C1", 2).name, "Ann"));
    moon_change_end(first);
}

int main(void) {
#define ROW(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
    const struct CMUnitTest rows[] = {
        ROW(indexes_follow), ROW(bounds),           ROW(states), ROW(same_again), ROW(stray_entry),
        ROW(sealed),         ROW(moved_to_another), ROW(erased), ROW(wrong_key),  ROW(two_make_one_key)};
    return cmocka_run_group_tests_name("store/table", rows, NULL, NULL);
}
