/* script/arg: moon_arg to Lua and back.                                      Floor 4. */
#ifndef MOON_SCRIPT_ARG_H
#define MOON_SCRIPT_ARG_H

#include <lua.h>

#include "script/state.h"

void l_push_arg(lua_State *L, const moon_arg *arg);
/* The value at `index`; texts, lists and maps are copied to `keep`. Raises for what has no such form:
 * functions, floats, keys that are not text, tables deeper than MOON_NEST_MAX or with more than
 * MOON_ARG_PARTS_MAX parts. */
#define MOON_ARG_PARTS_MAX 1000000
void l_read_arg(lua_State *L, int index, moon_arena *keep, moon_arg *out);

#endif
