#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

static char folder[64];
static moon_arena keep;
static moon_err err;

static const char *in_folder(const char *name) { return moon_arena_printf(&keep, "%s/%s", folder, name).ptr; }

static int make_folder(void **state) {
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/moonbill-file-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
    static const char *const left[] = {"list/b",      "list/a",  "list/.hidden", "list/Z", "list", "empty",
                                       "deep/er/est", "deep/er", "deep",         "file",   "lock", NULL};
    (void)state;
    for (size_t i = 0; left[i]; i++) remove(in_folder(left[i]));
    int failed = rmdir(folder);
    moon_arena_free(&keep);
    return failed;
}

static void writes_and_reads(void **state) {
    moon_str bytes = {"old", 3};
    struct stat info;
    (void)state;
    const char *path = in_folder("file");
    assert_int_equal(moon_file_read(path, 100, &keep, &bytes, &err), MOON_E_NOT_FOUND);
    assert_false(moon_file_exists(path));
    assert_int_equal(moon_file_write(path, MOON_STR("first"), 0600, &err), MOON_OK);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(moon_file_write(path, MOON_STR("a\0b"), 0644, &err), MOON_OK);
    assert_true(moon_file_exists(path));
    assert_false(moon_folder_exists(path));
    assert_int_equal(moon_file_read(path, 3, &keep, &bytes, &err), MOON_OK);
    assert_true(moon_str_eq(bytes, MOON_STR("a\0b")));
    assert_int_equal(moon_file_read(path, 2, &keep, &bytes, &err), MOON_E_TOO_LARGE);
    assert_true(moon_str_eq(bytes, MOON_STR("a\0b")));
    assert_int_equal(moon_file_read(folder, 100, &keep, &bytes, &err), MOON_E_NOT_FOUND);
}

static void a_failure_leaves_the_old_file(void **state) {
    moon_str *names = NULL;
    size_t count = 0;
    (void)state;
    /* Nothing can be renamed onto a folder. */
    assert_int_equal(moon_folder_make(in_folder("list"), &err), MOON_OK);
    assert_int_equal(moon_file_write(in_folder("list"), MOON_STR("x"), 0644, &err), MOON_E_IO);
    assert_true(moon_folder_exists(in_folder("list")));
    assert_int_equal(moon_folder_list(folder, &keep, &names, &count, &err), MOON_OK);
    for (size_t i = 0; i < count; i++) assert_false(moon_str_ends(names[i], MOON_STR(".tmp")));
    assert_int_equal(moon_file_write(in_folder("missing/file"), MOON_STR("x"), 0644, &err), MOON_E_IO);
}

/* What a process that is no more left of a write goes; what is another's, or at work, stays. */
static void sweeps_up(void **state) {
    static const char *const names[] = {"list/a.csv.999999999.tmp", "list/a.csv.x.tmp", "list/a.csv.1.tmp",
                                        "list/b.csv.999999999.tmp", "list/a.csv..tmp"};
    (void)state;
    assert_int_equal(moon_folder_make(in_folder("list"), &err), MOON_OK);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(moon_file_write(in_folder(names[i]), MOON_STR_NONE, 0644, &err), MOON_OK);
    moon_file_sweep(in_folder("list/a.csv"));
    for (size_t i = 0; i < 5; i++) assert_int_equal(moon_file_exists(in_folder(names[i])), i > 0);
    for (size_t i = 1; i < 5; i++) remove(in_folder(names[i]));
    moon_file_sweep(in_folder("nowhere/a.csv"));
}

static void sweeps_up_a_folder(void **state) {
    static const char *const names[] = {"list/a.csv.999999999.tmp", "list/b.999999998.tmp", "list/b.1.tmp",
                                        "list/999999999.tmp"};
    (void)state;
    assert_int_equal(moon_folder_make(in_folder("list"), &err), MOON_OK);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(moon_file_write(in_folder(names[i]), MOON_STR_NONE, 0644, &err), MOON_OK);
    moon_folder_sweep(in_folder("list"));
    for (size_t i = 0; i < 4; i++) assert_int_equal(moon_file_exists(in_folder(names[i])), i > 1);
    for (size_t i = 2; i < 4; i++) remove(in_folder(names[i]));
    moon_folder_sweep(in_folder("nowhere"));
}

static void check_names(const char *in, const char *want) {
    char text[200] = "";
    moon_str *names = NULL, bytes;
    size_t count = 0;
    assert_int_equal(moon_folder_list(in_folder(in), &keep, &names, &count, &err), MOON_OK);
    for (size_t i = 0; i < count; i++) {
        const char *path = moon_arena_printf(&keep, "%s/%s", in_folder(in), names[i].ptr).ptr;
        assert_int_equal(moon_file_read(path, 100, &keep, &bytes, &err), MOON_OK);
        size_t len = strlen(text);
        snprintf(text + len, sizeof text - len, "%s=%.*s ", names[i].ptr, MOON_STR_ARG(bytes));
    }
    assert_string_equal(text, want);
}

/* Nothing has its name before all have; of two with one path the later one stays. */
static void writes_many_at_once(void **state) {
    moon_staged staged = {0};
    (void)state;
    assert_int_equal(moon_folder_make(in_folder("list"), &err), MOON_OK);
    assert_int_equal(moon_file_write(in_folder("list/a"), MOON_STR("old"), 0644, &err), MOON_OK);
    assert_int_equal(moon_file_stage(&staged, in_folder("list/a"), MOON_STR("1"), 0644, &err), MOON_OK);
    assert_int_equal(moon_file_stage(&staged, in_folder("list/b"), MOON_STR("2"), 0644, &err), MOON_OK);
    assert_false(moon_file_exists(in_folder("list/b")));
    moon_file_drop(&staged);
    check_names("list", "a=old ");
    assert_int_equal(moon_file_stage(&staged, in_folder("list/a"), MOON_STR("1"), 0644, &err), MOON_OK);
    assert_int_equal(moon_file_stage(&staged, in_folder("list/b"), MOON_STR("2"), 0644, &err), MOON_OK);
    assert_int_equal(moon_file_stage(&staged, in_folder("list/a"), MOON_STR("3"), 0644, &err), MOON_OK);
    assert_int_equal(moon_file_publish(&staged, &err), MOON_OK);
    check_names("list", "a=3 b=2 ");
    assert_int_equal(moon_file_publish(&staged, &err), MOON_OK);
    /* Nothing can be renamed onto a folder, nor be written into none. */
    assert_int_equal(moon_folder_make(in_folder("list/Z"), &err), MOON_OK);
    assert_int_equal(moon_file_stage(&staged, in_folder("list/a"), MOON_STR("4"), 0644, &err), MOON_OK);
    assert_int_equal(moon_file_stage(&staged, in_folder("list/Z"), MOON_STR("5"), 0644, &err), MOON_OK);
    assert_int_equal(moon_file_stage(&staged, in_folder("missing/a"), MOON_STR("6"), 0644, &err), MOON_E_IO);
    assert_int_equal(moon_file_publish(&staged, &err), MOON_E_IO);
    remove(in_folder("list/Z"));
    check_names("list", "a=3 b=2 ");
}

static void lists_in_order(void **state) {
    static const char *const made[] = {"list/b", "list/.hidden", "list/Z", "list/a"}, *const want[] = {
                                                                                          "Z", "a", "b"};
    moon_str *names = NULL;
    size_t count = 0;
    (void)state;
    assert_int_equal(moon_folder_make(in_folder("list"), &err), MOON_OK);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(moon_file_write(in_folder(made[i]), MOON_STR_NONE, 0644, &err), MOON_OK);
    assert_int_equal(moon_folder_list(in_folder("list"), &keep, &names, &count, &err), MOON_OK);
    assert_int_equal(count, 3);
    for (size_t i = 0; i < count; i++) assert_string_equal(names[i].ptr, want[i]);
    assert_int_equal(moon_folder_list(in_folder("nowhere"), &keep, &names, &count, &err), MOON_E_NOT_FOUND);
    assert_int_equal(moon_folder_make(in_folder("empty"), &err), MOON_OK);
    assert_int_equal(moon_folder_list(in_folder("empty"), &keep, &names, &count, &err), MOON_OK);
    assert_int_equal(count, 0);
}

static void makes_folders(void **state) {
    (void)state;
    assert_int_equal(moon_folder_make(in_folder("deep/er/est"), &err), MOON_OK);
    assert_int_equal(moon_folder_make(in_folder("deep/er/est"), &err), MOON_OK);
    assert_true(moon_folder_exists(in_folder("deep/er/est")));
    assert_int_equal(moon_file_write(in_folder("file"), MOON_STR("x"), 0644, &err), MOON_OK);
    assert_int_equal(moon_folder_make(in_folder("file"), &err), MOON_E_IO);
    assert_int_equal(moon_folder_make(in_folder("file/below"), &err), MOON_E_IO);
}

static void one_lock_at_a_time(void **state) {
    int first = -1, second = -1;
    (void)state;
    assert_int_equal(moon_file_lock(in_folder("lock"), &first, &err), MOON_OK);
    assert_int_equal(moon_file_lock(in_folder("lock"), &second, &err), MOON_E_BOOK_BUSY);
    assert_int_equal(second, -1);
    moon_file_unlock(first);
    assert_int_equal(moon_file_lock(in_folder("lock"), &second, &err), MOON_OK);
    moon_file_unlock(second);
    assert_int_equal(moon_file_lock(in_folder("nowhere/lock"), &second, &err), MOON_E_IO);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_and_reads),    cmocka_unit_test(a_failure_leaves_the_old_file),
        cmocka_unit_test(sweeps_up),           cmocka_unit_test(sweeps_up_a_folder),
        cmocka_unit_test(writes_many_at_once), cmocka_unit_test(lists_in_order),
        cmocka_unit_test(makes_folders),       cmocka_unit_test(one_lock_at_a_time),
    };
    return cmocka_run_group_tests_name("file", tests, make_folder, remove_folder);
}
