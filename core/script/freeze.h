/* script/freeze: what a rule file declares does not change.                  Floor 4.
 *
 * After a rule file has run, its result is frozen, deeply and in place: each table reachable from it (by
 * values, keys and the variables of its functions) becomes empty, with its contents in a shadow that only
 * reading reaches. Reading, `#`, pairs, ipairs, table.concat and table.unpack work as before. Variables of its
 * functions that some code assigns to are remembered, and compared and restored after every call. */
#ifndef MOON_SCRIPT_FREEZE_H
#define MOON_SCRIPT_FREEZE_H

#include <lua.h>

#include "base/err.h"
#include "base/str.h"

void moon_freeze_open(lua_State *L);
/* Freeze the value at `index`. Raises MOON_E_SCRIPT_STATE for a C iterator (of gmatch, pairs) that was kept.
 * Functions of the library are left alone. */
void l_freeze(lua_State *L, int index);
/* The function at the top of the stack is known to keep no state. Pops it. */
void moon_freeze_known(lua_State *L);
/* Push the contents of a frozen table; false (nothing pushed) for anything else. */
bool moon_freeze_shadow(lua_State *L, int index);
/* Restore what changed. MOON_E_SCRIPT_STATE naming the first such variable. Never raises; needs 4 stack slots. */
MOON_CHECK moon_status moon_freeze_check(lua_State *L, moon_err *err);

#endif
