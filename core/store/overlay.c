/* A skip list whose levels come from the key's own bytes, so that a run is the same each time. */
#include "store/internal.h"

static int levels_of(moon_str key) {
    uint32_t mix = 2166136261u;
    for (size_t i = 0; i < key.len; i++) mix = (mix ^ (unsigned char)key.ptr[i]) * 16777619u;
    mix ^= mix >> 15;
    int levels = 1;
    while (levels < MOON_OVERLAY_LEVELS && (mix & 3) == 3) {
        levels++;
        mix >>= 2;
    }
    return levels;
}

/* The last node before `key` on each level; `head` where there is none. */
static void find_before(moon_overlay *overlay, moon_str key, moon_overlay_node *before[MOON_OVERLAY_LEVELS]) {
    moon_overlay_node *node = &overlay->head;
    for (int level = MOON_OVERLAY_LEVELS - 1; level >= 0; level--) {
        while (node->next[level] && moon_str_cmp(node->next[level]->key, key) < 0) node = node->next[level];
        before[level] = node;
    }
}

moon_overlay_node *moon_overlay_first_from(moon_overlay *overlay, moon_str key) {
    moon_overlay_node *before[MOON_OVERLAY_LEVELS];
    find_before(overlay, key, before);
    return before[0]->next[0];
}

moon_overlay_node *moon_overlay_last_before(moon_overlay *overlay, moon_str key) {
    moon_overlay_node *before[MOON_OVERLAY_LEVELS];
    find_before(overlay, key, before);
    return before[0] == &overlay->head ? NULL : before[0];
}

moon_overlay_node *moon_overlay_find(moon_overlay *overlay, moon_str key) {
    if (overlay->count == 0) return NULL;
    moon_overlay_node *node = moon_overlay_first_from(overlay, key);
    return node && moon_str_eq(node->key, key) ? node : NULL;
}

void moon_overlay_remove(moon_overlay *overlay, moon_overlay_node *node) {
    moon_overlay_node *before[MOON_OVERLAY_LEVELS];
    find_before(overlay, node->key, before);
    for (int level = 0; level < MOON_OVERLAY_LEVELS; level++)
        if (before[level]->next[level] == node) before[level]->next[level] = node->next[level];
    overlay->count--;
}

moon_overlay_node *moon_overlay_at(moon_overlay *overlay, moon_str key) {
    moon_overlay_node *before[MOON_OVERLAY_LEVELS];
    find_before(overlay, key, before);
    moon_overlay_node *node = before[0]->next[0];
    if (node && moon_str_eq(node->key, key)) return node;
    node = MOON_NEW(overlay->arena, moon_overlay_node);
    node->key = moon_arena_str(overlay->arena, key);
    for (int level = levels_of(key) - 1; level >= 0; level--) {
        node->next[level] = before[level]->next[level];
        before[level]->next[level] = node;
    }
    overlay->count++;
    return node;
}
