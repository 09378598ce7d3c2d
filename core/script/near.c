#include "script/near.h"

#include <stdio.h>

#define NAME_MAX_COMPARED 40

moon_near moon_near_begin(moon_str wanted) {
    int most = wanted.len <= 3 ? 1 : wanted.len <= 6 ? 2 : 3;
    return (moon_near){wanted, MOON_STR_NONE, most};
}

/* Insertions, deletions, replacements and swaps of neighbours (optimal string alignment distance). */
static int distance(moon_str a, moon_str b) {
    int rows[3][NAME_MAX_COMPARED + 1];
    for (size_t j = 0; j <= b.len; j++) rows[0][j] = (int)j;
    for (size_t i = 1; i <= a.len; i++) {
        int *row = rows[i % 3], *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];
        row[0] = (int)i;
        for (size_t j = 1; j <= b.len; j++) {
            int best = above[j - 1] + (a.ptr[i - 1] != b.ptr[j - 1]);
            if (above[j] + 1 < best) best = above[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            bool swapped = i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1];
            if (swapped && above2[j - 2] + 1 < best) best = above2[j - 2] + 1;
            row[j] = best;
        }
    }
    return rows[a.len % 3][b.len];
}

void moon_near_try(moon_near *near, moon_str name) {
    if (near->wanted.len > NAME_MAX_COMPARED || name.len > NAME_MAX_COMPARED || name.len == 0) return;
    int d = distance(near->wanted, name);
    if (d > near->distance || (size_t)d >= name.len) return;
    if (d == near->distance && near->best.len && moon_str_cmp(name, near->best) >= 0) return;
    near->best = name;
    near->distance = d;
}

void moon_near_hint(const moon_near *near, char *out, size_t size) {
    out[0] = 0;
    if (near->best.len) snprintf(out, size, "did you mean '%.*s'?", MOON_STR_ARG(near->best));
}
