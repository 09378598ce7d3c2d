/* base/arena: memory of one unit of work.                                   Floor 0.
 *
 * One arena per unit of work (a command, a rule call, an imported file), owned by whoever began that unit.
 * Nothing is freed singly. Allocation never fails: without memory the process ends (see base/err.h). Not for
 * sharing by threads. */
#ifndef MOON_BASE_ARENA_H
#define MOON_BASE_ARENA_H

#include "base/err.h"
#include "base/str.h"

typedef struct moon_arena_block moon_arena_block;
typedef struct moon_arena {
    moon_arena_block *block; /* newest first */
    char *next, *end;        /* free room in `block` */
} moon_arena;
typedef struct moon_arena_mark {
    moon_arena_block *block;
    char *next;
} moon_arena_mark;

#define MOON_ARENA_EMPTY ((moon_arena){0})

/* `size` bytes, zeroed, aligned for any type; valid until the arena is reset or freed. */
void *moon_arena_alloc(moon_arena *arena, size_t size);
void *moon_arena_alloc_n(moon_arena *arena, size_t count, size_t size);
#define MOON_NEW(arena, type) ((type *)moon_arena_alloc((arena), sizeof(type)))
#define MOON_NEW_N(arena, type, n) ((type *)moon_arena_alloc_n((arena), (n), sizeof(type)))

/* A copy of `s` in the arena, with a NUL behind it that is not counted. */
moon_str moon_arena_str(moon_arena *arena, moon_str s);
moon_str moon_arena_printf(moon_arena *arena, const char *fmt, ...) MOON_PRINTF(2, 3);

/* Remember where the arena stands; moon_arena_rewind frees all that came later. */
moon_arena_mark moon_arena_here(const moon_arena *arena);
void moon_arena_rewind(moon_arena *arena, moon_arena_mark mark);
void moon_arena_free(moon_arena *arena);

/* malloc and realloc that end the process instead of failing. For what outlives every arena. */
void *moon_malloc(size_t size);
void *moon_realloc(void *old, size_t size);

#endif
