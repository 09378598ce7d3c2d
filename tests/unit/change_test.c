/* store/store, store/change, store/link: commits, what they depend on, the audit chain, the head beside it;
 * other processes, folders that cannot be written. */
#include "unit/store_case.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/file.h"

#define K1                                                                                                   \
    MOON_STR("\x10"                                                                                          \
             "one")
#define K2                                                                                                   \
    MOON_STR("\x10"                                                                                          \
             "two")
#define INDEX_KEY                                                                                            \
    MOON_STR("\x90"                                                                                          \
             "one")

static moon_change *begin(scratch *s) {
    moon_change *change;
    must(s, moon_change_begin(s->store, &change, &s->err));
    return change;
}

static moon_value get(scratch *s, moon_change *change, moon_str key) {
    moon_value value;
    must(s, moon_change_get(change, key, &value, &s->err));
    return value;
}

static moon_status commit(scratch *s, moon_change *change, uint64_t *seq) {
    return moon_change_commit(change, MOON_STR("note"), seq, &s->err);
}

static uint64_t last_seq(scratch *s) {
    moon_change *change = begin(s);
    uint64_t seq = moon_change_seq(change);
    moon_change_end(change);
    return seq;
}

/* Each row: what the first change did with K1, what the second changed before the first's commit, and what
 * comes of it. */
static void changed_meanwhile(void **state) {
    scratch *s = *state;
    static const struct {
        const char *name;
        /* r: reads K1, w: writes K1 unread, d: deletes it, n: reads a key that is not there, a: reads an index entry */
        char first;
        /* w: writes K1, d: deletes it, m: makes that key, o: writes another, i: writes the index entry, -: nothing */
        char second;
        moon_status want;
    } rows[] = {{"read, then written by another", 'r', 'w', MOON_E_CHANGED},
                {"read, then deleted by another", 'r', 'd', MOON_E_CHANGED},
                {"read, another key written", 'r', 'o', MOON_OK},
                {"read, nothing written", 'r', '-', MOON_OK},
                {"written without reading", 'w', 'w', MOON_OK},
                {"deleted without reading", 'd', 'w', MOON_OK},
                {"read as missing, then made", 'n', 'm', MOON_E_CHANGED},
                {"read as missing, still missing", 'n', 'w', MOON_OK},
                {"an index entry is no dependency", 'a', 'i', MOON_OK}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[24];
        snprintf(text, sizeof text, "row %zu", i);
        commit_one(s, K1, moon_str_of(text), "before");
        moon_change *setup = begin(s), *first, *second;
        moon_change_delete(setup, K2);
        must(s, commit(s, setup, NULL));
        moon_change_end(setup);

        first = begin(s);
        uint64_t seq = 0, before = moon_change_seq(first);
        if (rows[i].first == 'r') assert_true(moon_str_is(get(s, first, K1).bytes, text));
        if (rows[i].first == 'n') assert_false(get(s, first, K2).found);
        if (rows[i].first == 'a') get(s, first, INDEX_KEY);
        if (rows[i].first == 'w') moon_change_put(first, K1, MOON_STR("mine"));
        if (rows[i].first == 'd') moon_change_delete(first, K1);
        moon_change_put(first,
                        MOON_STR("\x11"
                                 "result"),
                        moon_str_of(text));

        second = begin(s);
        if (rows[i].second == 'w') moon_change_put(second, K1, MOON_STR("theirs"));
        if (rows[i].second == 'd') moon_change_delete(second, K1);
        if (rows[i].second == 'm') moon_change_put(second, K2, MOON_STR("made"));
        if (rows[i].second == 'o')
            moon_change_put(second,
                            MOON_STR("\x10"
                                     "other"),
                            moon_str_of(text));
        if (rows[i].second == 'i') moon_change_put(second, INDEX_KEY, MOON_STR_NONE);
        must(s, commit(s, second, NULL));
        moon_change_end(second);

        uint64_t between = last_seq(s);
        moon_status status = commit(s, first, &seq);
        if (status != rows[i].want)
            fail_msg("%s: found %s, expected %s", rows[i].name, moon_status_name(status),
                     moon_status_name(rows[i].want));
        assert_int_equal(seq, status == MOON_OK ? between + 1 : before);
        assert_int_equal(last_seq(s), status == MOON_OK ? between + 1 : between);
        moon_change_end(first);
    }
}

/* Two that write back what is there write no link; a delete of nothing neither. */
static void nothing_to_write(void **state) {
    scratch *s = *state;
    uint64_t seq, first = commit_one(s, K1, MOON_STR("value"), "first");
    moon_change *change = begin(s);
    moon_change_put(change, K1, MOON_STR("other"));
    moon_change_put(change, K1, MOON_STR("value"));
    moon_change_delete(change, K2);
    assert_int_equal(moon_change_size(change), 2);
    must(s, commit(s, change, &seq));
    moon_change_end(change);
    assert_int_equal(seq, first);
    assert_int_equal(last_seq(s), first);
    change = begin(s);
    must(s, commit(s, change, &seq));
    assert_int_equal(seq, first);
    assert_int_equal(get(s, change, K1).seq, first);
    moon_change_end(change);
}

/* A snapshot shows the book as it was when the change began, whatever others commit. */
static void snapshots_stand_still(void **state) {
    scratch *s = *state;
    commit_one(s, K1, MOON_STR("old"), "n");
    moon_change *change = begin(s);
    for (int i = 0; i < 20; i++) {
        commit_one(s, K1, MOON_STR("new"), "n");
        commit_one(s, K1, MOON_STR("newer"), "n");
    }
    assert_true(moon_str_is(get(s, change, K1).bytes, "old"));
    assert_int_equal(moon_change_seq(change), 1);
    moon_change_end(change);
}

static bool has_tag(const moon_tag *tags, size_t count, moon_tag tag) {
    for (size_t i = 0; i < count; i++)
        if (memcmp(&tags[i], &tag, sizeof tag) == 0) return true;
    return false;
}

/* Each link holds the hash of the one before, and names what came and went. */
static void links_chain(void **state) {
    scratch *s = *state;
    moon_link link = {0}, before = {0};
    commit_one(s, K1, MOON_STR("a"), "first note");
    commit_one(s, K1, MOON_STR("b"), "second");
    moon_change *change = begin(s);
    moon_change_delete(change, K1);
    moon_change_put(change, K2, MOON_STR(""));
    moon_change_put(change, INDEX_KEY, MOON_STR_NONE);
    must(s, moon_change_commit(change, MOON_STR("third"), NULL, &s->err));
    moon_change_end(change);
    change = begin(s);
    for (uint64_t seq = 1; seq <= 3; seq++) {
        must(s, moon_link_get(change, seq, &link, &s->err));
        assert_true(moon_hash_eq(&link.previous, &before.hash));
        assert_true(moon_str_is(link.note, (const char *[]){"first note", "second", "third"}[seq - 1]));
        before = link;
    }
    assert_int_equal(link.created_count, 1);
    assert_int_equal(link.consumed_count, 1);
    assert_true(has_tag(link.created, 1, moon_record_tag(K2, 3, MOON_STR_NONE)));
    assert_true(has_tag(link.consumed, 1, moon_record_tag(K1, 2, MOON_STR("b"))));
    must_fail(s, MOON_E_NOT_FOUND, moon_link_get(change, 4, &link, &s->err));
    must_fail(s, MOON_E_NOT_FOUND, moon_link_get(change, 0, &link, &s->err));
    moon_hash lodged;
    uint64_t seq;
    moon_store_lodged_head(s->store, &seq, &lodged);
    assert_true(seq == 3 && moon_hash_eq(&lodged, &before.hash));
    moon_change_end(change);
}

/* Tags tell key, commit and bytes apart, also where one ends and the next begins. */
static void tags_differ(void **state) {
    scratch *s = *state;
    (void)s;
    moon_tag a = moon_record_tag(MOON_STR("ab"), 1, MOON_STR("c")),
             b = moon_record_tag(MOON_STR("a"), 1, MOON_STR("bc")),
             c = moon_record_tag(MOON_STR("ab"), 2, MOON_STR("c"));
    assert_memory_not_equal(&a, &b, sizeof a);
    assert_memory_not_equal(&a, &c, sizeof a);
}

/* data/head: what it says, and whether the store opens. */
static void lodged_heads(void **state) {
    scratch *s = *state;
    char path[400], head[200], line[200];
    moon_arena arena = MOON_ARENA_EMPTY;
    snprintf(path, sizeof path, "%s/head", s->data);
    for (int i = 0; i < 3; i++) commit_one(s, K1, (moon_str){(char[]){(char)('a' + i)}, 1}, "n");
    moon_str text = read_whole(s, path, &arena);
    snprintf(head, sizeof head, "%.*s", MOON_STR_ARG(text));
    assert_true(strlen(head) == 2 + 64 + 1 && head[0] == '3');
    static const struct {
        const char *name, *number;
        bool other_hash, whole;
        moon_status want;
    } rows[] = {{"as written", "3", false, true, MOON_OK},
                {"older: a crash came between commit and head", "2", true, true, MOON_OK},
                {"newer: commits are lost", "4", true, true, MOON_E_BOOK_DAMAGED},
                {"far newer", "9999999999999999999", true, true, MOON_E_BOOK_DAMAGED},
                {"the same commit with another hash", "3", true, true, MOON_E_BOOK_DAMAGED},
                {"cut short", "4", false, false, MOON_OK},
                {"no number", "x", false, true, MOON_OK},
                {"a number beyond all commits", "99999999999999999999", true, true, MOON_OK}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        scratch_shut(s);
        int len = snprintf(line, sizeof line, "%s%s", rows[i].number, head + 1);
        if (rows[i].other_hash) line[len - 2] = line[len - 2] == '0' ? '1' : '0';
        write_whole(path, line, (size_t)len - (rows[i].whole ? 0 : 5));
        moon_status status = scratch_open(s, false);
        if (status != rows[i].want)
            fail_msg("%s: found %s, expected %s", rows[i].name, moon_status_name(status),
                     moon_status_name(rows[i].want));
    }
    scratch_shut(s);
    unlink(path);
    must(s, scratch_open(s, false));
    commit_one(s, K1, MOON_STR("later"), "n");
    assert_true(moon_file_exists(path));
    moon_arena_free(&arena);
}

static void opening(void **state) {
    scratch *s = *state;
    must_fail(
        s, MOON_OK,
        (scratch_shut(s), scratch_open(s, true))); /* nothing was committed: making it is not over yet */
    commit_one(s, K1, MOON_STR("x"), "n");
    scratch_shut(s);
    must_fail(s, MOON_E_BOOK_EXISTS, scratch_open(s, true));
    must(s, scratch_open(s, false));
    scratch_shut(s);
    write_whole(s->file, "", 0);
    must_fail(s, MOON_E_BOOK_DAMAGED, scratch_open(s, false));
    unlink(s->file);
    must_fail(s, MOON_E_BOOK_MISSING, scratch_open(s, false));
    must_fail(s, MOON_E_BOOK_DAMAGED, scratch_open(s, true)); /* data/head knows a commit that is gone */
}

/* The older state of data.mdb put back without its head is noticed. */
static void older_copy(void **state) {
    scratch *s = *state;
    moon_arena arena = MOON_ARENA_EMPTY;
    commit_one(s, K1, MOON_STR("x"), "n");
    moon_str old = read_whole(s, s->file, &arena);
    commit_one(s, K1, MOON_STR("y"), "n");
    scratch_shut(s);
    write_whole(s->file, old.ptr, old.len);
    must_fail(s, MOON_E_BOOK_DAMAGED, scratch_open(s, false));
    assert_non_null(strstr(s->err.text, "commit 2"));
    moon_arena_free(&arena);
}

static void backups(void **state) {
    scratch *s = *state;
    char path[400];
    snprintf(path, sizeof path, "%s/backup", s->root);
    for (int i = 0; i < 30; i++) commit_one(s, K1, (moon_str){(char[]){(char)i}, 1}, "n");
    must(s, moon_store_backup(s->store, path, &s->err));
    must_fail(s, MOON_E_BOOK_EXISTS, moon_store_backup(s->store, path, &s->err));
    must_fail(s, MOON_E_IO, moon_store_backup(s->store, "/nonexistent/backup", &s->err));
    moon_pages pages;
    must(s, moon_pages_check(path, NULL, &pages, &s->err));
    assert_int_equal(pages.freed, 0);
    moon_arena arena = MOON_ARENA_EMPTY;
    moon_str copy = read_whole(s, path, &arena);
    scratch_shut(s);
    write_whole(s->file, copy.ptr, copy.len);
    must(s, scratch_open(s, false));
    assert_int_equal(last_seq(s), 30);
    moon_arena_free(&arena);
}

/* ---- several processes ---- */

/* Add 1 to a number `times` times, computing again whenever somebody else was faster. */
static void count_up(scratch *s, int times) {
    moon_store_options options = {.map_size = (size_t)64 << 20};
    if (moon_store_open(s->data, s->keys, &options, &s->store, &s->err) != MOON_OK) _exit(1);
    for (int done = 0; done < times;) {
        moon_change *change;
        moon_value value;
        uint64_t number = 0;
        if (moon_change_begin(s->store, &change, &s->err) != MOON_OK) _exit(2);
        if (moon_change_get(change, K1, &value, &s->err) != MOON_OK) _exit(3);
        if (value.found) memcpy(&number, value.bytes.ptr, sizeof number);
        number++;
        moon_change_put(change, K1, (moon_str){(char *)&number, sizeof number});
        moon_status status = moon_change_commit(change, MOON_STR("count"), NULL, &s->err);
        moon_change_end(change);
        if (status == MOON_OK)
            done++;
        else if (status != MOON_E_CHANGED)
            _exit(4);
    }
    _exit(0);
}

static void processes_share_a_book(void **state) {
    scratch *s = *state;
    enum { PROCESSES = 4, TIMES = 100 };
    pid_t children[PROCESSES];
    scratch_shut(s);
    for (int i = 0; i < PROCESSES; i++)
        if ((children[i] = fork()) == 0) count_up(s, TIMES);
    for (int i = 0; i < PROCESSES; i++) {
        int status;
        waitpid(children[i], &status, 0);
        assert_int_equal(status, 0);
    }
    must(s, scratch_open(s, false));
    moon_change *change = begin(s);
    uint64_t number;
    memcpy(&number, get(s, change, K1).bytes.ptr, sizeof number);
    assert_int_equal(number, PROCESSES * TIMES);
    assert_int_equal(moon_change_seq(change), PROCESSES * TIMES);
    uint64_t lodged;
    moon_hash hash;
    moon_link link;
    moon_store_lodged_head(s->store, &lodged, &hash);
    must(s, moon_link_get(change, lodged, &link, &s->err));
    assert_true(lodged == PROCESSES * TIMES && moon_hash_eq(&hash, &link.hash));
    moon_change_end(change);
}

/* ---- where writing is not possible ---- */

static void check_reads_only(scratch *s) {
    moon_change *change = begin(s);
    assert_true(moon_str_is(get(s, change, K1).bytes, "here"));
    moon_change_put(change, K1, MOON_STR("there"));
    must_fail(s, MOON_E_READ_ONLY, commit(s, change, NULL));
    moon_change_end(change);
}

/* In a child as somebody whom the files do not belong to. `rights` of the folder's files; the folder itself can
 * be read. */
static int as_stranger(scratch *s, moon_status want) {
    pid_t child = fork();
    if (child == 0) {
        if (setgid(65534) < 0 || setuid(65534) < 0) _exit(77);
        moon_status status = scratch_open(s, false);
        if (status != want) _exit(1);
        if (status == MOON_OK) {
            moon_change *change;
            moon_value value;
            if (moon_change_begin(s->store, &change, &s->err) != MOON_OK) _exit(2);
            if (moon_change_get(change, K1, &value, &s->err) != MOON_OK || !moon_str_is(value.bytes, "here"))
                _exit(3);
            moon_change_put(change, K1, MOON_STR("there"));
            if (moon_change_commit(change, MOON_STR("n"), NULL, &s->err) != MOON_E_READ_ONLY) _exit(4);
            moon_change_end(change);
        }
        _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void files_of_somebody_else(void **state) {
    scratch *s = *state;
    char path[400];
    commit_one(s, K1, MOON_STR("here"), "n");
    scratch_shut(s);
    if (geteuid() != 0) skip();
    chmod(s->root, 0755);
    chmod(s->keys, 0755);
    static const char *const files[] = {"data/data.mdb", "data/lock.mdb", "keys/data.mdb", "keys/lock.mdb"};
    for (size_t i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s/%s", s->root, files[i]);
        chmod(path, 0644);
    }
    assert_int_equal(as_stranger(s, MOON_OK), 0);
    chmod(s->keys, 0700);
    assert_int_equal(as_stranger(s, MOON_E_READ_ONLY), 0);
    must(s, scratch_open(s, false));
    commit_one(s, K1, MOON_STR("still mine"), "n");
}

static void read_only_disk(void **state) {
    scratch *s = *state;
    commit_one(s, K1, MOON_STR("here"), "n");
    scratch_shut(s);
    if (geteuid() != 0 || mount(s->root, s->root, NULL, MS_BIND, NULL) < 0) skip();
    int mounted = mount(NULL, s->root, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL);
    moon_status status = mounted == 0 ? scratch_open(s, false) : MOON_OK;
    if (mounted == 0 && status == MOON_OK) check_reads_only(s);
    scratch_shut(s);
    assert_int_equal(umount(s->root), 0);
    assert_int_equal(mounted, 0);
    assert_int_equal(status, MOON_OK);
    must(s, scratch_open(s, false));
    commit_one(s, K1, MOON_STR("writable again"), "n");
}

/* The book has K1 = one. Each row: what is written before a point, after it, and after one within that; then what
 * there is when the inner point, and when the outer one, is gone back to. Lower case: K1, upper case: K2; p: put
 * "1" (before), "2", "3", d: deleted. */
static void points(void **state) {
    scratch *s = *state;
    static const struct {
        const char *name, *before, *outer, *inner, *first[2], *second[2];
    } rows[] = {{"nothing", "", "", "", {"one", ""}, {"one", ""}},
                {"made", "", "P", "", {"one", "2"}, {"one", ""}},
                {"changed", "", "p", "p", {"2", ""}, {"one", ""}},
                {"changed before", "p", "p", "p", {"2", ""}, {"1", ""}},
                {"changed twice", "", "", "pp", {"one", ""}, {"one", ""}},
                {"deleted", "", "d", "p", {"", ""}, {"one", ""}},
                {"deleted and made", "", "dp", "d", {"2", ""}, {"one", ""}},
                {"made and deleted", "P", "D", "P", {"one", ""}, {"one", "1"}},
                {"both", "", "pP", "dD", {"2", "2"}, {"one", ""}}};
    commit_one(s, K1, MOON_STR("one"), "before");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moon_change *change = begin(s);
        const char *writes[] = {rows[i].before, rows[i].outer, rows[i].inner};
        moon_point at[3];
        for (size_t w = 0; w < 3; w++) {
            const char *text[] = {"1", "2", "3"};
            at[w] = w ? moon_change_point(change) : NULL;
            for (const char *c = writes[w]; *c; c++)
                if (*c == 'p' || *c == 'P')
                    moon_change_put(change, *c == 'p' ? K1 : K2, moon_str_of(text[w]));
                else
                    moon_change_delete(change, *c == 'd' ? K1 : K2);
        }
        for (size_t w = 2; w > 0; w--) {
            const char *const *want = w == 2 ? rows[i].first : rows[i].second;
            moon_change_back(change, at[w]);
            if (!moon_str_is(get(s, change, K1).bytes, want[0]) ||
                !moon_str_is(get(s, change, K2).bytes, want[1]))
                fail_msg("%s, point %zu: found \"%.*s\" and \"%.*s\"", rows[i].name, w,
                         MOON_STR_ARG(get(s, change, K1).bytes), MOON_STR_ARG(get(s, change, K2).bytes));
        }
        assert_int_equal(moon_change_size(change), strlen(rows[i].before));
        moon_change_end(change);
    }
}

int main(void) {
#define ROW(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
    const struct CMUnitTest rows[] = {ROW(changed_meanwhile),
                                      ROW(nothing_to_write),
                                      ROW(snapshots_stand_still),
                                      ROW(links_chain),
                                      ROW(tags_differ),
                                      ROW(points),
                                      ROW(lodged_heads),
                                      ROW(opening),
                                      ROW(older_copy),
                                      ROW(backups),
                                      ROW(processes_share_a_book),
                                      ROW(files_of_somebody_else),
                                      ROW(read_only_disk)};
    return cmocka_run_group_tests_name("store/change", rows, NULL, NULL);
}
