/* script/memory: the allocator of a Lua state, with a limit.                Floor 4.
 *
 * Small blocks come from lists by size class, which is faster than malloc and gives everything back at once.
 * Lua collects garbage and tries again before it takes a refusal for good. */
#ifndef MOON_SCRIPT_MEMORY_H
#define MOON_SCRIPT_MEMORY_H

#include <stddef.h>

#define MOON_MEMORY_CLASSES 32 /* of 16 bytes each */

typedef struct moon_memory {
    size_t used, limit;         /* bytes */
    void (*refused)(void *ctx); /* called before a refusal; must not allocate from here. NULL: none */
    void *ctx;
    struct moon_memory_free *free[MOON_MEMORY_CLASSES + 1];
    struct moon_memory_chunk *chunks;
    char *next, *end;
} moon_memory;

/* A lua_Alloc; `memory` is a moon_memory. */
void *moon_memory_alloc(void *memory, void *old, size_t old_size, size_t size);
/* Everything at once, after lua_close. */
void moon_memory_free_all(moon_memory *memory);

#endif
