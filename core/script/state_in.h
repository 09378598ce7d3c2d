/* script/state_in: what the files of this folder share about a state.        Floor 4, private. */
#ifndef MOON_SCRIPT_STATE_IN_H
#define MOON_SCRIPT_STATE_IN_H

#include <lua.h>

#include "script/memory.h"
#include "script/state.h"

typedef struct moon_script_source {
    struct moon_script_source *next;
    moon_str path, text;
    bool library;
    bool running; /* its main chunk is being run: a file that requires itself would not end */
} moon_script_source;

struct moon_script {
    lua_State *L;
    moon_script_limits limits;
    moon_memory memory;
    moon_arena keep;    /* sources, names: as long as the state */
    moon_arena scratch; /* of the running call from the host */
    moon_script_source *sources;
    moon_status stop; /* why the running call must end, MOON_OK while it may go on; no pcall can clear it */
    bool suspect;
    uint64_t steps;
    size_t memory_base;    /* in use when the budget began */
    char noted_place[200]; /* where memory was last refused */
    int noted_line;
    uint64_t call; /* counts calls; a record view is valid in the one it was made in */
};

static inline moon_script *moon_script_of(lua_State *L) { return *(moon_script **)lua_getextraspace(L); }

/* The source with this path, NULL if there is none. */
moon_script_source *moon_script_source_find(moon_script *s, moon_str path);

/* Count `steps` for work that happens outside the VM (exact mode); raises when the budget is used up. */
void l_script_charge(lua_State *L, uint64_t steps);

/* Note a budget that was hit; the first one counts. */
void moon_script_stop(moon_script *s, moon_status code);

#endif
