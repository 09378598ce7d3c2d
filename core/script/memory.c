#include "script/memory.h"

#include <stdlib.h>
#include <string.h>

typedef struct moon_memory_free {
    struct moon_memory_free *next;
} moon_memory_free;
typedef struct moon_memory_chunk {
    struct moon_memory_chunk *next;
    size_t pad; /* keeps blocks aligned to 16 bytes */
} moon_memory_chunk;

#define CHUNK_SIZE ((size_t)64 * 1024)

#ifdef __SANITIZE_ADDRESS__
#define CLASSES 0 /* every block its own, so that the sanitizer sees each */
#else
#define CLASSES MOON_MEMORY_CLASSES
#endif

static size_t class_of(size_t size) { return (size + 15) / 16; }

static void *take(moon_memory *m, size_t size) {
    size_t class = class_of(size);
    if (class > CLASSES) return malloc(size);
    moon_memory_free *block = m->free[class];
    if (block) {
        m->free[class] = block->next;
        return block;
    }
    if ((size_t)(m->end - m->next) < class * 16) {
        moon_memory_chunk *chunk = malloc(CHUNK_SIZE);
        if (!chunk) return NULL;
        chunk->next = m->chunks;
        m->chunks = chunk;
        m->next = (char *)(chunk + 1);
        m->end = (char *)chunk + CHUNK_SIZE;
    }
    char *fresh = m->next;
    m->next += class * 16;
    return fresh;
}

static void give(moon_memory *m, void *old, size_t size) {
    size_t class = class_of(size);
    if (class > CLASSES) {
        free(old);
        return;
    }
    moon_memory_free *block = old;
    block->next = m->free[class];
    m->free[class] = block;
}

void *moon_memory_alloc(void *memory, void *old, size_t old_size, size_t size) {
    moon_memory *m = memory;
    if (!old) old_size = 0; /* Lua passes a type there */
    if (size > old_size && size - old_size > m->limit - (m->used < m->limit ? m->used : m->limit)) {
        if (m->refused) m->refused(m->ctx);
        return NULL;
    }
    void *fresh = NULL;
    if (size == 0) {
        if (old) give(m, old, old_size);
    } else if (old && class_of(old_size) == class_of(size) && class_of(size) <= CLASSES) {
        fresh = old;
    } else if (old && class_of(old_size) > CLASSES && class_of(size) > CLASSES) {
        fresh = realloc(old, size);
        if (!fresh) return NULL;
    } else {
        fresh = take(m, size);
        if (!fresh) return NULL;
        if (old) {
            memcpy(fresh, old, old_size < size ? old_size : size);
            give(m, old, old_size);
        }
    }
    m->used += size - old_size;
    return fresh;
}

void moon_memory_free_all(moon_memory *memory) {
    while (memory->chunks) {
        moon_memory_chunk *chunk = memory->chunks;
        memory->chunks = chunk->next;
        free(chunk);
    }
}
