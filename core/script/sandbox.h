/* script/sandbox: the two environments of a state.                          Floor 4.
 *
 * The library (lua/) and the rules see different globals; lua/prelude.lua lists both, lua/README.md says what
 * each is for. Neither environment can be written to. A name that does not exist raises, with the names that
 * look like it. */
#ifndef MOON_SCRIPT_SANDBOX_H
#define MOON_SCRIPT_SANDBOX_H

#include <lua.h>

#include "base/str.h"

/* Build both environments: runs lua/prelude.lua. Once per state, after values, errors and freeze. Raises. */
void l_sandbox_open(lua_State *L);

/* Push what the library module, or the rule file, gives; loads it the first time. Raise MOON_E_RULE_MISSING and
 * whatever the file raises. */
void l_push_module(lua_State *L, moon_str name);
void l_push_rule(lua_State *L, moon_str path);
/* Take the value on top as the library module `name`; pops it. */
void l_set_module(lua_State *L, moon_str name);

/* Compile in the environment of the library or of the rules; leaves the function. */
void l_sandbox_load(lua_State *L, moon_str path, moon_str text, bool library);

/* Push the table `host` of the library. */
void moon_sandbox_push_host(lua_State *L);

#endif
