/* script/text_lib: text functions of rules that differ from Lua's.          Floor 4.
 *
 * No text ever shows an address, and the values of moonbill can be formatted: tostring, tonumber, string.format,
 * string.rep (bounded), table.concat. */
#ifndef MOON_SCRIPT_TEXT_LIB_H
#define MOON_SCRIPT_TEXT_LIB_H

#include <lua.h>

#define MOON_REPEAT_MAX (1024 * 1024) /* bytes that one string.rep or a field of string.format may make */

/* Push the text of a slot: __tostring where there is one, else the type's name for what has no text of its own. */
void l_push_tostring(lua_State *L, int index);

int l_text_tostring(lua_State *L);
int l_text_tonumber(lua_State *L);
int l_text_format(lua_State *L);
int l_text_rep(lua_State *L);
int l_text_concat(lua_State *L);

#endif
