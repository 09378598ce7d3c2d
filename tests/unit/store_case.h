/* What the tests of store/ share: a scratch folder, a store in it, numbers from a seed, and short forms that
 * fail the test. SEED=n runs with another seed; failing tests print theirs. */
#ifndef MOON_TESTS_STORE_CASE_H
#define MOON_TESTS_STORE_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/store.h"

typedef struct scratch {
    char root[256], data[300], keys[300], file[320]; /* file: data/data.mdb */
    moon_store *store;
    moon_err err;
    uint64_t seed, state;
} scratch;

/* splitmix64 (Steele, Lea, Flood 2014) */
static inline uint64_t draw(scratch *s) {
    uint64_t z = s->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}
static inline size_t below(scratch *s, size_t limit) { return (size_t)(draw(s) % limit); }

#define must(s, expr)                                                                                        \
    do {                                                                                                     \
        if ((expr) != MOON_OK)                                                                               \
            fail_msg("%s: %s: %s (SEED=%llu)", #expr, moon_status_name((s)->err.code), (s)->err.text,        \
                     (unsigned long long)(s)->seed);                                                         \
    } while (0)
#define must_fail(s, want, expr)                                                                             \
    do {                                                                                                     \
        moon_status must_status = (expr);                                                                    \
        if (must_status != (want))                                                                           \
            fail_msg("%s: found %s, expected %s (SEED=%llu)", #expr, moon_status_name(must_status),          \
                     moon_status_name(want), (unsigned long long)(s)->seed);                                 \
    } while (0)

static inline scratch *scratch_make(void) {
    scratch *s = calloc(1, sizeof *s);
    const char *seed = getenv("SEED");
    snprintf(s->root, sizeof s->root, "%s/moonbill-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (!mkdtemp(s->root)) fail_msg("cannot make %s", s->root);
    snprintf(s->data, sizeof s->data, "%s/data", s->root);
    snprintf(s->keys, sizeof s->keys, "%s/keys", s->root);
    snprintf(s->file, sizeof s->file, "%s/data.mdb", s->data);
    s->seed = s->state = seed ? strtoull(seed, NULL, 10) : 20101206;
    must(s, moon_crypt_start(&s->err));
    return s;
}

static inline moon_status scratch_open(scratch *s, bool create) {
    moon_store_options options = {.map_size = (size_t)64 << 20, .create = create};
    return moon_store_open(s->data, s->keys, &options, &s->store, &s->err);
}

static inline void scratch_shut(scratch *s) {
    moon_store_close(s->store);
    s->store = NULL;
}

static inline int scratch_setup(void **state) {
    scratch *s = scratch_make();
    *state = s;
    must(s, scratch_open(s, true));
    return 0;
}

static inline int scratch_teardown(void **state) {
    scratch *s = *state;
    char command[600];
    scratch_shut(s);
    snprintf(command, sizeof command, "chmod -R u+w '%s' && rm -rf '%s'", s->root, s->root);
    int failed = system(command);
    free(s);
    return failed;
}

/* One record of bytes under a key of the type `type` (0x10 to 0x7F), in a commit of its own. */
static inline uint64_t commit_one(scratch *s, moon_str key, moon_str bytes, const char *note) {
    moon_change *change;
    uint64_t seq = 0;
    must(s, moon_change_begin(s->store, &change, &s->err));
    moon_change_put(change, key, bytes);
    must(s, moon_change_commit(change, moon_str_of(note), &seq, &s->err));
    moon_change_end(change);
    return seq;
}

static inline moon_str read_whole(scratch *s, const char *path, moon_arena *keep) {
    moon_str bytes = MOON_STR_NONE;
    FILE *file = fopen(path, "rb");
    if (!file) fail_msg("cannot open %s", path);
    fseek(file, 0, SEEK_END);
    bytes.len = (size_t)ftell(file);
    rewind(file);
    char *made = moon_arena_alloc(keep, bytes.len + 1);
    if (fread(made, 1, bytes.len, file) != bytes.len) fail_msg("cannot read %s (%s)", path, s->root);
    fclose(file);
    bytes.ptr = made;
    return bytes;
}

static inline void write_whole(const char *path, const void *bytes, size_t len) {
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, len, file) != len) fail_msg("cannot write %s", path);
    fclose(file);
}

static inline bool holds(moon_str haystack, moon_str needle) {
    return memmem(haystack.ptr, haystack.len, needle.ptr, needle.len) != NULL;
}

#endif
