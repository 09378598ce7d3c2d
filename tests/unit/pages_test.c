/* The page check against LMDB itself: whatever LMDB writes passes, whatever it would not write is found, any
 * bytes are safe. */
#include "unit/store_case.h"

#include <lmdb.h>
#include <sys/wait.h>

#include "store/pages.h"

typedef struct {
    MDB_env *env;
    MDB_dbi dbi;
} raw;

static raw raw_open(scratch *s) {
    raw r;
    assert_int_equal(mdb_env_create(&r.env), 0);
    assert_int_equal(mdb_env_set_mapsize(r.env, (size_t)256 << 20), 0);
    assert_int_equal(mdb_env_open(r.env, s->data, MDB_NOSYNC | MDB_NOTLS, 0600), 0);
    MDB_txn *txn;
    assert_int_equal(mdb_txn_begin(r.env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_dbi_open(txn, NULL, 0, &r.dbi), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    return r;
}

/* Keys of many lengths that share beginnings; values from nothing to several pages. */
static void random_writes(scratch *s, raw r, size_t count, size_t keys, size_t value_max) {
    static char value[70000];
    MDB_txn *txn;
    assert_int_equal(mdb_txn_begin(r.env, NULL, 0, &txn), 0);
    for (size_t i = 0; i < count; i++) {
        char key[511];
        size_t n = below(s, keys), len = 1 + (n * 7919) % 60;
        if (n % 50 == 0) len = 400 + n % 112;
        if (len < 4) len = 4;
        memset(key, 'a' + (int)(n % 3), len);
        for (int b = 0; b < 4; b++) key[len - 1 - (size_t)b] = (char)(n >> (8 * b));
        MDB_val name = {len, key},
                data = {below(s, 20) == 0 ? below(s, sizeof value) : below(s, value_max), value};
        memset(value, (int)below(s, 256), data.mv_size);
        int code = below(s, 3) == 0 ? mdb_del(txn, r.dbi, &name, NULL) : mdb_put(txn, r.dbi, &name, &data, 0);
        assert_true(code == 0 || code == MDB_NOTFOUND);
    }
    if (below(s, 10) == 0)
        mdb_txn_abort(txn);
    else
        assert_int_equal(mdb_txn_commit(txn), 0);
}

static void compare_with_stat(scratch *s, raw r, const moon_pages *pages) {
    MDB_stat stat;
    MDB_envinfo info;
    assert_int_equal(mdb_env_stat(r.env, &stat), 0);
    assert_int_equal(mdb_env_info(r.env, &info), 0);
    assert_int_equal(pages->records.entries, stat.ms_entries);
    assert_int_equal(pages->records.leaf, stat.ms_leaf_pages);
    assert_int_equal(pages->records.branch, stat.ms_branch_pages);
    assert_int_equal(pages->records.overflow, stat.ms_overflow_pages);
    assert_int_equal(pages->records.depth, stat.ms_depth);
    assert_int_equal(pages->pages, info.me_last_pgno + 1);
    assert_int_equal(pages->transaction, info.me_last_txnid);
    (void)s;
}

/* Thousands of random transactions, with and without readers that keep old pages: each state passes, and so
 * does a compacted copy. */
static void what_lmdb_writes_passes(void **state) {
    scratch *s = *state;
    moon_pages pages;
    scratch_shut(s);
    unlink(s->file);
    raw r = raw_open(s);
    MDB_txn *reader = NULL;
    for (int round = 0; round < 1500; round++) {
        size_t phase = (size_t)(round / 100) % 3;
        random_writes(s, r, 1 + below(s, phase == 0 ? 300 : 20), phase == 2 ? 50 : 3000,
                      phase == 1 ? 3000 : 200);
        if (!reader && below(s, 20) == 0)
            assert_int_equal(mdb_txn_begin(r.env, NULL, MDB_RDONLY, &reader), 0);
        else if (reader && below(s, 20) == 0) {
            mdb_txn_abort(reader);
            reader = NULL;
        }
        must(s, moon_pages_check(s->file, NULL, &pages, &s->err));
        compare_with_stat(s, r, &pages);
    }
    if (reader) mdb_txn_abort(reader);
    /* Down to nothing again. */
    MDB_txn *txn;
    assert_int_equal(mdb_txn_begin(r.env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_drop(txn, r.dbi, 0), 0);
    char copy[400];
    snprintf(copy, sizeof copy, "%s/copy", s->root);
    FILE *file = fopen(copy, "wb");
    assert_int_equal(mdb_env_copyfd2(r.env, fileno(file), MDB_CP_COMPACT), 0);
    fclose(file);
    must(s, moon_pages_check(copy, NULL, &pages, &s->err));
    assert_int_equal(pages.freed, 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    must(s, moon_pages_check(s->file, NULL, &pages, &s->err));
    assert_int_equal(pages.records.entries, 0);
    mdb_env_close(r.env);
}

static void fill_small(scratch *s) {
    static char large[9000];
    memset(large, 'x', sizeof large);
    for (int i = 0; i < 60; i++) {
        char key[40];
        int len = snprintf(key, sizeof key, "%c%c%03d", 0x10 + i % 2, 'k', (i * 37) % 60);
        commit_one(s, (moon_str){key, (size_t)len}, (moon_str){large, i % 20 == 0 ? 9000 : (size_t)(200 + i)},
                   "fill");
    }
    commit_one(s, MOON_STR("\x10k000"), MOON_STR("shorter"), "shrink");
}

/* Each byte of a small book changed in turn: structure is found, what is unused changes nothing, nothing
 * crashes. */
static void every_byte_flipped(void **state) {
    scratch *s = *state;
    moon_arena arena = MOON_ARENA_EMPTY;
    moon_pages whole, pages;
    size_t kinds[3] = {0};
    fill_small(s);
    scratch_shut(s);
    must(s, moon_pages_check(s->file, &arena, &whole, &s->err));
    assert_true(whole.records.branch > 0 && whole.records.overflow > 0 && whole.freed > 0);
    FILE *file = fopen(s->file, "r+b");
    setvbuf(file, NULL, _IONBF, 0);
    moon_str bytes = read_whole(s, s->file, &arena);
    for (size_t i = 0; i < bytes.len; i++) {
        char flipped = (char)(bytes.ptr[i] ^ (1 << below(s, 8)));
        if (below(s, 4) == 0) flipped = (char)~bytes.ptr[i];
        if (whole.map[i] == MOON_PAGES_UNUSED && i % 7) continue;
        kinds[whole.map[i]]++;
        fseek(file, (long)i, SEEK_SET);
        fputc(flipped, file);
        moon_status status = moon_pages_check(s->file, NULL, &pages, &s->err);
        fseek(file, (long)i, SEEK_SET);
        fputc(bytes.ptr[i], file);
        if (whole.map[i] == MOON_PAGES_STRUCTURE && status == MOON_OK)
            fail_msg("byte %zu (page %zu, offset %zu): %02x to %02x was not found (SEED=%llu)", i, i / 4096,
                     i % 4096, (unsigned char)bytes.ptr[i], (unsigned char)flipped,
                     (unsigned long long)s->seed);
        if (whole.map[i] == MOON_PAGES_UNUSED && status != MOON_OK)
            fail_msg("byte %zu is not used, but: %s", i, s->err.text);
    }
    fclose(file);
    must(s, moon_pages_check(s->file, NULL, &pages, &s->err));
    assert_true(kinds[0] > 500 && kinds[1] > 500 && kinds[2] > 500);
    moon_arena_free(&arena);
}

/* A file cut short is found, and so it is when it is opened; one that only lost pages that hold nothing is
 * whole. */
static void cut_short(void **state) {
    scratch *s = *state;
    moon_arena arena = MOON_ARENA_EMPTY;
    moon_pages whole, pages;
    fill_small(s);
    scratch_shut(s);
    must(s, moon_pages_check(s->file, &arena, &whole, &s->err));
    moon_str bytes = read_whole(s, s->file, &arena);
    size_t used = bytes.len;
    while (used > 0 && whole.map[used - 1] == MOON_PAGES_UNUSED) used--;
    for (size_t len = 0; len < used; len += 1 + below(s, 3000)) {
        write_whole(s->file, bytes.ptr, len);
        must_fail(s, MOON_E_BOOK_DAMAGED, moon_pages_check(s->file, NULL, &pages, &s->err));
        must_fail(s, MOON_E_BOOK_DAMAGED, moon_store_check_pages(s->data, &pages, &s->err));
        must_fail(s, MOON_E_BOOK_DAMAGED, scratch_open(s, false));
    }
    write_whole(s->file, bytes.ptr, bytes.len);
    must(s, scratch_open(s, false));
    moon_arena_free(&arena);
}

/* What a crash leaves behind the last page, and freed pages that were never written, are no damage. */
static void tails_are_no_damage(void **state) {
    scratch *s = *state;
    moon_pages pages;
    fill_small(s);
    scratch_shut(s);
    FILE *file = fopen(s->file, "ab");
    for (int i = 0; i < 5000; i++) fputc(0xA5, file);
    fclose(file);
    must(s, moon_pages_check(s->file, NULL, &pages, &s->err));
    must(s, scratch_open(s, false));
    scratch_shut(s);

    unlink(s->file);
    raw r = raw_open(s);
    MDB_txn *txn;
    static char value[50000];
    MDB_val key = {3, (void *)(uintptr_t) "big"}, small = {3, (void *)(uintptr_t) "abc"},
            data = {sizeof value, value};
    assert_int_equal(mdb_txn_begin(r.env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_put(txn, r.dbi, &small, &small, 0), 0);
    assert_int_equal(mdb_put(txn, r.dbi, &key, &data, 0), 0);
    assert_int_equal(mdb_del(txn, r.dbi, &key, NULL), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(r.env);
    must(s, moon_pages_check(s->file, NULL, &pages, &s->err));
    assert_true(pages.freed > 0);
    if (pages.pages * pages.page_size > pages.size) {
        must_fail(s, MOON_E_BOOK_DAMAGED, moon_pages_glance(s->file, &s->err));
    } else
        must(s, moon_pages_glance(s->file, &s->err));
}

/* Random bytes, and random damage in several places at once. */
static void any_bytes_are_safe(void **state) {
    scratch *s = *state;
    moon_arena arena = MOON_ARENA_EMPTY;
    moon_pages pages;
    fill_small(s);
    scratch_shut(s);
    moon_str bytes = read_whole(s, s->file, &arena);
    char *copy = moon_arena_alloc(&arena, bytes.len);
    for (int round = 0; round < 3000; round++) {
        memcpy(copy, bytes.ptr, bytes.len);
        size_t edits = 1 + below(s, 8);
        for (size_t i = 0; i < edits; i++) {
            size_t page = below(s, bytes.len / 4096), at = page * 4096 + below(s, below(s, 2) ? 160 : 4096);
            uint64_t value = below(s, 3) ? below(s, 64) : draw(s);
            memcpy(copy + (at < bytes.len - 8 ? at : bytes.len - 8), &value, 1u << below(s, 4));
        }
        write_whole(s->file, copy, bytes.len - (below(s, 10) ? 0 : below(s, bytes.len)));
        moon_status status = moon_pages_check(s->file, below(s, 2) ? &arena : NULL, &pages, &s->err);
        assert_true(status == MOON_OK || status == MOON_E_BOOK_DAMAGED);
        if (status != MOON_OK) assert_true(s->err.text[0] && s->err.place[0]);
    }
    write_whole(s->file, "", 0);
    must_fail(s, MOON_E_BOOK_DAMAGED, moon_pages_check(s->file, NULL, &pages, &s->err));
    must_fail(s, MOON_E_NOT_FOUND, moon_pages_check("/nonexistent/data.mdb", NULL, &pages, &s->err));
    write_whole(s->file, bytes.ptr, bytes.len);
    moon_arena_free(&arena);
}

static void commit_until_killed(scratch *s) {
    moon_store *own = NULL;
    moon_store_options options = {.map_size = (size_t)64 << 20};
    if (moon_store_open(s->data, s->keys, &options, &own, &s->err) != MOON_OK) _exit(1);
    for (uint64_t i = 0;; i++) {
        moon_change *change;
        char key[32];
        int len = snprintf(key, sizeof key, "\x10%03llu", (unsigned long long)(i * 7919 % 300));
        if (moon_change_begin(own, &change, &s->err) != MOON_OK) _exit(2);
        moon_change_put(change, (moon_str){key, (size_t)len}, (moon_str){key, (size_t)len});
        moon_change_put(change, MOON_STR("\x11"), (moon_str){(const char *)&i, sizeof i});
        if (moon_change_commit(change, MOON_STR("child"), NULL, &s->err) != MOON_OK) _exit(3);
        moon_change_end(change);
    }
}

/* A healthy book never looks damaged while somebody else writes it. */
static void commits_wait(void **state) {
    scratch *s = *state;
    moon_pages pages;
    scratch_shut(s);
    pid_t child = fork();
    if (child == 0) commit_until_killed(s);
    uint64_t first = 0;
    for (int i = 0; i < 1000 || pages.transaction < first + 30; i++) {
        must(s, moon_store_check_pages(s->data, &pages, &s->err));
        if (i == 0) first = pages.transaction;
        assert_int_equal(waitpid(child, NULL, WNOHANG), 0);
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    must(s, moon_store_check_pages(s->data, &pages, &s->err));
    must_fail(s, MOON_E_BOOK_MISSING, moon_store_check_pages("/nonexistent", &pages, &s->err));
}

int main(void) {
#define ROW(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
    const struct CMUnitTest rows[] = {
        ROW(what_lmdb_writes_passes), ROW(every_byte_flipped), ROW(cut_short),
        ROW(tails_are_no_damage),     ROW(any_bytes_are_safe), ROW(commits_wait)};
    return cmocka_run_group_tests_name("store/pages", rows, NULL, NULL);
}
