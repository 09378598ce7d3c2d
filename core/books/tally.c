#include "books/tally.h"

#include <stdlib.h>

void moon_tally_add(moon_tally *tally, moon_str key, int64_t first, int64_t second) {
    if (tally->count == tally->room) {
        tally->room = tally->room ? tally->room * 2 : 256;
        tally->rows = moon_realloc(tally->rows, tally->room * sizeof *tally->rows);
    }
    tally->rows[tally->count++] = (moon_tally_row){moon_arena_str(&tally->arena, key), first, second};
}

static int by_key(const void *a, const void *b) {
    return moon_str_cmp(((const moon_tally_row *)a)->key, ((const moon_tally_row *)b)->key);
}

void moon_tally_close(moon_tally *tally) {
    size_t kept = 0;
    if (tally->count) qsort(tally->rows, tally->count, sizeof *tally->rows, by_key);
    for (size_t i = 0; i < tally->count; i++) {
        if (kept && moon_str_eq(tally->rows[kept - 1].key, tally->rows[i].key)) {
            tally->rows[kept - 1].first =
                (int64_t)((uint64_t)tally->rows[kept - 1].first + (uint64_t)tally->rows[i].first);
            tally->rows[kept - 1].second =
                (int64_t)((uint64_t)tally->rows[kept - 1].second + (uint64_t)tally->rows[i].second);
        } else
            tally->rows[kept++] = tally->rows[i];
    }
    tally->count = kept;
}

const moon_tally_row *moon_tally_find(const moon_tally *tally, moon_str key) {
    moon_tally_row wanted = {.key = key};
    return tally->count ? bsearch(&wanted, tally->rows, tally->count, sizeof wanted, by_key) : NULL;
}

void moon_tally_free(moon_tally *tally) {
    moon_arena_free(&tally->arena);
    free(tally->rows);
    *tally = (moon_tally){0};
}
