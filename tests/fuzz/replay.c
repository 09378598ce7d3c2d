/* Runs a fuzz target without a fuzzer: every file named, or in a folder named, as it is, cut short at each
 * length, and changed by chance. FUZZ_RUNS changes per file (200 unless set), SEED of the changes (1 unless
 * set). A broken invariant aborts, after the input was left in the file named by FUZZ_CRASH, if set. Prints `ok
 * NAME replay`. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

#define FILE_MAX (16 * 1024 * 1024)
#define CUTS_MAX 4096 /* lengths tried per file; longer files are cut at evenly spread places */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t *running;
static size_t running_size;
static const char *crash_path;

/* With plain calls only, as a signal handler must. */
static void leave_input(int signal_number) {
    int out = crash_path ? open(crash_path, O_WRONLY | O_CREAT | O_TRUNC, 0644) : -1;
    ssize_t written = out < 0 ? 0 : write(out, running, running_size);
    (void)written;
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

/* A copy of exactly `size` bytes, so that a sanitizer sees a read behind them. */
static void run(const uint8_t *data, size_t size) {
    uint8_t *copy = moon_malloc(size);
    if (size) memcpy(copy, data, size);
    running = copy;
    running_size = size;
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static uint64_t state;

static size_t below(size_t bound) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return bound ? (size_t)(state >> 11) % bound : 0;
}

/* Change `size` bytes of `room` in one to eight places; returns the new size. */
static size_t mutate(uint8_t *data, size_t size, size_t room) {
    static const uint8_t telling[] = {0,   1,   0x7F, 0x80, 0xFF, '0', '9', '-', '.', ',',
                                      ';', '"', '\'', '\n', '\r', ' ', '<', '{', '}', '/'};
    for (size_t changes = 1 + below(8); changes > 0; changes--) {
        size_t at = below(size + 1), len = 1 + below(8);
        switch (below(6)) {
        case 0:
            if (at < size) data[at] ^= (uint8_t)(1u << below(8));
            break;
        case 1:
            if (at < size) data[at] = telling[below(sizeof telling)];
            break;
        case 2:
            if (at < size) data[at] = (uint8_t)below(256);
            break;
        case 3: /* take some out */
            if (len > size - at) len = size - at;
            memmove(data + at, data + at + len, size - at - len);
            size -= len;
            break;
        case 4: /* put some in */
            if (len > room - size) len = room - size;
            memmove(data + at + len, data + at, size - at);
            for (size_t i = 0; i < len; i++) data[at + i] = telling[below(sizeof telling)];
            size += len;
            break;
        default: { /* repeat some from elsewhere */
            size_t from = below(size + 1);
            if (len > size - from) len = size - from;
            if (len > size - at) len = size - at;
            memmove(data + at, data + from, len);
        }
        }
    }
    return size;
}

static void replay(moon_str seed, long runs) {
    const uint8_t *bytes = (const uint8_t *)seed.ptr;
    size_t room = seed.len + 64, step = seed.len / CUTS_MAX + 1;
    uint8_t *changed = moon_malloc(room);
    run(bytes, seed.len);
    for (size_t len = 0; len < seed.len; len += step) run(bytes, len);
    for (long i = 0; i < runs; i++) {
        if (seed.len) memcpy(changed, bytes, seed.len);
        run(changed, mutate(changed, seed.len, room));
    }
    free(changed);
}

static moon_status replay_path(const char *path, long runs, size_t *files, moon_err *err) {
    moon_arena arena = MOON_ARENA_EMPTY;
    moon_str bytes, *names;
    size_t count = 0;
    moon_status status = MOON_OK;
    if (moon_folder_exists(path)) {
        status = moon_folder_list(path, &arena, &names, &count, err);
        for (size_t i = 0; status == MOON_OK && i < count; i++)
            status =
                replay_path(moon_arena_printf(&arena, "%s/%s", path, names[i].ptr).ptr, runs, files, err);
    } else {
        status = moon_file_read(path, FILE_MAX, &arena, &bytes, err);
        if (status == MOON_OK) {
            replay(bytes, runs);
            ++*files;
        }
    }
    moon_arena_free(&arena);
    return status;
}

static long setting(const char *name, long otherwise) {
    const char *text = getenv(name);
    return text && *text ? strtol(text, NULL, 10) : otherwise;
}

int main(int argc, char **argv) {
    const char *slash = strrchr(argv[0], '/'), *name = slash ? slash + 1 : argv[0];
    long runs = setting("FUZZ_RUNS", 200), seed = setting("SEED", 1);
    size_t files = 0;
    moon_err err;
    crash_path = getenv("FUZZ_CRASH");
    signal(SIGABRT, leave_input);
    signal(SIGSEGV, leave_input);
    state = (uint64_t)seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    for (int i = 1; i < argc; i++)
        if (replay_path(argv[i], runs, &files, &err) != MOON_OK) {
            printf("not ok %s replay: SEED=%ld %s\n", name, seed, err.text);
            return 1;
        }
    if (files == 0) {
        printf("not ok %s replay: no file in what was named\n", name);
        return 1;
    }
    printf("ok %s replay\n", name);
    return 0;
}
