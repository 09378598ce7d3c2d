#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"

struct moon_arena_block {
    moon_arena_block *older;
    char *end;
    _Alignas(max_align_t) char bytes[];
};

void *moon_malloc(size_t size) {
    void *made = malloc(size ? size : 1);
    if (!made) moon_out_of_memory(size);
    return made;
}

void *moon_realloc(void *old, size_t size) {
    void *made = realloc(old, size ? size : 1);
    if (!made) moon_out_of_memory(size);
    return made;
}

static void add_block(moon_arena *arena, size_t size) {
    size_t room = size > MOON_ARENA_BLOCK ? size : MOON_ARENA_BLOCK;
    moon_arena_block *block = moon_malloc(sizeof *block + room);
    block->older = arena->block;
    block->end = block->bytes + room;
    arena->block = block;
    arena->next = block->bytes;
    arena->end = block->end;
}

void *moon_arena_alloc(moon_arena *arena, size_t size) {
    size_t align = _Alignof(max_align_t);
    if (size > SIZE_MAX - align) moon_out_of_memory(size);
    size = (size + align - 1) / align * align;
    if ((size_t)(arena->end - arena->next) < size || !arena->block) add_block(arena, size);
    void *made = arena->next;
    arena->next += size;
    return memset(made, 0, size);
}

void *moon_arena_alloc_n(moon_arena *arena, size_t count, size_t size) {
    if (size && count > SIZE_MAX / size) moon_out_of_memory(SIZE_MAX);
    return moon_arena_alloc(arena, count * size);
}

moon_str moon_arena_str(moon_arena *arena, moon_str s) {
    char *copy = moon_arena_alloc(arena, s.len + 1);
    if (s.len) memcpy(copy, s.ptr, s.len);
    return (moon_str){copy, s.len};
}

moon_str moon_arena_printf(moon_arena *arena, const char *fmt, ...) {
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    moon_assert(len >= 0);
    char *text = moon_arena_alloc(arena, (size_t)len + 1);
    vsnprintf(text, (size_t)len + 1, fmt, again);
    va_end(again);
    return (moon_str){text, (size_t)len};
}

moon_arena_mark moon_arena_here(const moon_arena *arena) {
    return (moon_arena_mark){arena->block, arena->next};
}

void moon_arena_rewind(moon_arena *arena, moon_arena_mark mark) {
    while (arena->block != mark.block) {
        moon_arena_block *block = arena->block;
        arena->block = block->older;
        free(block);
    }
    arena->next = mark.next;
    arena->end = arena->block ? arena->block->end : NULL;
}

void moon_arena_free(moon_arena *arena) { moon_arena_rewind(arena, (moon_arena_mark){NULL, NULL}); }
