/* A change's own writes over the book, against a plain array: every get and every walk shows what the array
 * says. */
#include "unit/store_case.h"

#define KEYS 60

typedef struct {
    bool there;
    uint64_t value, seq; /* seq 0: an own write */
} cell;

/* The key of number n: of different lengths, ascending with n. */
static moon_str key_of(size_t n, char out[10]) {
    out[0] = 0x10;
    out[1] = (char)('a' + n / 8);
    size_t len = 2;
    for (size_t i = 0; i < n % 8; i++) out[len++] = 'm';
    return (moon_str){out, len};
}

static bool is_value(const moon_value *found, const cell *want) {
    return found->bytes.len == sizeof want->value &&
           memcmp(found->bytes.ptr, &want->value, sizeof want->value) == 0 && found->seq == want->seq;
}

static void edit(scratch *s, moon_change *change, cell cells[KEYS], size_t count) {
    char key[10];
    for (size_t i = 0; i < count; i++) {
        size_t n = below(s, KEYS);
        if (below(s, 3) == 0) {
            moon_change_delete(change, key_of(n, key));
            cells[n] = (cell){0};
        } else {
            cells[n] = (cell){true, draw(s), 0};
            moon_change_put(change, key_of(n, key), (moon_str){(char *)&cells[n].value, 8});
        }
    }
}

static void check_gets(scratch *s, moon_change *change, const cell cells[KEYS]) {
    char key[10];
    for (size_t n = 0; n < KEYS; n++) {
        moon_value found;
        must(s, moon_change_get(change, key_of(n, key), &found, &s->err));
        assert_int_equal(found.found, cells[n].there);
        if (found.found) assert_true(is_value(&found, &cells[n]));
    }
}

/* Walk from `low` to `high`; if `writing`, also write behind and before the walk, as long as it does not show a
 * key twice. */
static void check_walk(scratch *s, moon_change *change, cell cells[KEYS], bool backwards, bool writing) {
    char from[10], to[10];
    size_t low = below(s, KEYS), high = below(s, KEYS + 1), seen = 0;
    moon_range *range;
    moon_str key, end = high == KEYS ? MOON_STR("\x11") : key_of(high, to);
    moon_value value;
    bool more;
    must(s, moon_range_open(change, key_of(low, from), end, backwards, &range, &s->err));
    size_t at = backwards ? high : low;
    for (;;) {
        if (writing && below(s, 4) == 0) edit(s, change, cells, 2);
        must(s, moon_range_next(range, &key, &value, &more, &s->err));
        char want[10];
        if (backwards) {
            while (at > low && !cells[at - 1].there) at--;
            if (at <= low) break;
            at--;
        } else {
            while (at < high && !cells[at].there) at++;
            if (at >= high) break;
            at++;
        }
        size_t n = backwards ? at : at - 1;
        if (!more) fail_msg("the walk ended before key %zu (SEED=%llu)", n, (unsigned long long)s->seed);
        assert_true(moon_str_eq(key, key_of(n, want)));
        assert_true(is_value(&value, &cells[n]));
        seen++;
    }
    if (more) fail_msg("the walk shows more than %zu keys (SEED=%llu)", seen, (unsigned long long)s->seed);
    moon_range_close(range);
}

static void against_a_plain_array(void **state) {
    scratch *s = *state;
    cell cells[KEYS] = {{0}};
    for (int round = 0; round < 400; round++) {
        moon_change *change;
        cell before[KEYS];
        uint64_t seq, was;
        memcpy(before, cells, sizeof cells);
        must(s, moon_change_begin(s->store, &change, &s->err));
        was = moon_change_seq(change);
        for (int step = 0; step < 6; step++) {
            check_gets(s, change, cells);
            for (int direction = 0; direction < 2; direction++)
                check_walk(s, change, cells, direction, step % 2);
            if (below(s, 2)) edit(s, change, cells, below(s, 12));
        }
        bool keep = below(s, 3) > 0;
        if (keep) {
            must(s, moon_change_commit(change, MOON_STR("round"), &seq, &s->err));
            bool differs = false;
            for (size_t n = 0; n < KEYS; n++) {
                bool same = before[n].there == cells[n].there &&
                            (!cells[n].there || before[n].value == cells[n].value);
                differs = differs || !same;
                if (same) cells[n] = before[n]; /* what was written as it was keeps its commit */
                if (!same && cells[n].there) cells[n].seq = seq;
            }
            assert_int_equal(seq, was + differs);
        } else
            memcpy(cells, before, sizeof cells);
        moon_change_end(change);
    }
}

int main(void) {
    const struct CMUnitTest rows[] = {
        cmocka_unit_test_setup_teardown(against_a_plain_array, scratch_setup, scratch_teardown)};
    return cmocka_run_group_tests_name("store/overlay", rows, NULL, NULL);
}
