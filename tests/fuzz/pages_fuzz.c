/* Any bytes as a data.mdb: the page check must end with an answer, and its map must cover the file. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "store/pages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require_that(bool holds, const char *what) {
    if (holds) return;
    fprintf(stderr, "pages_fuzz: %s\n", what);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char path[64];
    moon_err err = {0};
    moon_pages pages;
    moon_arena arena = MOON_ARENA_EMPTY;
    int fd = memfd_create("pages", MFD_CLOEXEC);
    if (fd < 0) return 0;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (write(fd, data, size) == (ssize_t)size) {
        moon_status status = moon_pages_check(path, &arena, &pages, &err);
        require_that(status == MOON_OK || status == MOON_E_BOOK_DAMAGED, "an answer that is none of the two");
        if (status == MOON_OK) {
            size_t structure = 0;
            for (size_t i = 0; i < size; i++) structure += pages.map[i] == MOON_PAGES_STRUCTURE;
            require_that(pages.size == size && structure > 100, "a whole file without structure");
            require_that(pages.freed < pages.pages, "more freed pages than pages");
        } else
            require_that(err.text[0] != 0, "damage without words");
        if (moon_pages_glance(path, &err) == MOON_OK)
            require_that(pages.size == size || status != MOON_OK, "two answers");
    }
    close(fd);
    moon_arena_free(&arena);
    return 0;
}
