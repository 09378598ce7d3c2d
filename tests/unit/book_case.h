/* What the tests of run/ share: a whole book in a scratch folder, with the starter rules, opened as a command
 * opens it. MOON_PLUGIN_DIR: where the plugins were built, build/plugins by default. */
#ifndef MOON_TESTS_BOOK_CASE_H
#define MOON_TESTS_BOOK_CASE_H

#include "store_case.h"

#include "base/file.h"
#include "run/book.h"
#include "script/embedded.h"

typedef struct house {
    scratch *s; /* its store stays shut: the book has one */
    moon_book *book;
    moon_open_options options;
    moon_arena arena;
} house;

#define HERR (&h->s->err)
#define HDO(expr) must(h->s, expr)
#define HFAILS(want, expr) must_fail(h->s, want, expr)

/* A file of the book. */
static inline void house_write(house *h, const char *path, moon_str bytes) {
    moon_str full = moon_arena_printf(&h->arena, "%s/%s", h->s->root, path);
    char *slash = strrchr((char *)(uintptr_t)full.ptr, '/');
    *slash = 0;
    HDO(moon_folder_make(full.ptr, HERR));
    *slash = '/';
    HDO(moon_file_write(full.ptr, bytes, 0600, HERR));
}
static inline moon_str house_read(house *h, const char *path) {
    return read_whole(h->s, moon_arena_printf(&h->arena, "%s/%s", h->s->root, path).ptr, &h->arena);
}

/* book.lua as `init` makes it. */
static inline void house_settings(house *h, const char *zone, const moon_embedded *file) {
    const char *values[][2] = {
        {"CURRENCY", "EUR"}, {"COUNTRY", "DE"}, {"ZONE", zone}, {"NAME", "Test"}, {"TERMS", "30"}};
    moon_buf text = MOON_BUF_EMPTY;
    for (size_t i = 0; i < file->len; i++) {
        size_t v = 0, len = 0;
        for (; file->bytes[i] == '@' && v < 5; v++) {
            len = strlen(values[v][0]);
            if (strncmp(file->bytes + i + 1, values[v][0], len) == 0 && file->bytes[i + 1 + len] == '@')
                break;
        }
        if (file->bytes[i] == '@' && v < 5) {
            moon_buf_add_text(&text, values[v][1]);
            i += len + 1;
        } else
            moon_buf_add_char(&text, file->bytes[i]);
    }
    house_write(h, "book.lua", moon_buf_str(&text));
    moon_buf_free(&text);
}

static inline void house_open(house *h, bool make) {
    HDO(moon_book_open(h->s->root, &h->options, make, &h->book, HERR));
}
static inline void house_reopen(house *h) {
    moon_book_close(h->book);
    house_open(h, false);
}

static inline house *house_make(const char *zone, const char *today) {
    house *h = calloc(1, sizeof *h);
    const char *plugins = getenv("MOON_PLUGIN_DIR");
    h->s = scratch_make();
    for (const moon_embedded *file = moon_embedded_files; file->path; file++) {
        if (strcmp(file->path, "rules/book.lua") == 0)
            house_settings(h, zone, file);
        else if (strncmp(file->path, "rules/", 6) == 0)
            house_write(h, file->path, (moon_str){file->bytes, file->len});
    }
    h->options = (moon_open_options){.operator= MOON_STR("tester"), .now = 0};
    HDO(moon_date_parse(moon_str_of(today), &h->options.today, HERR));
    h->options.plugins[0] = plugins ? plugins : "build/plugins";
    setenv("MOONBILL_MAP_MIB", "64", 1);
    house_open(h, true);
    return h;
}

static inline void house_free(house *h) {
    void *state = h->s;
    moon_book_close(h->book);
    moon_arena_free(&h->arena);
    free(h);
    scratch_teardown(&state);
}

#endif
