/* script/error: failures between C and Lua.                                 Floor 4.
 *
 * An error object in Lua is a table {code, message, hint, file, line, context} with __tostring. C raises one
 * from a moon_err; one that leaves a call becomes a moon_err again. File and line are those of the innermost
 * frame of a rule file, not of the library that found the mistake. */
#ifndef MOON_SCRIPT_ERROR_H
#define MOON_SCRIPT_ERROR_H

#include <lua.h>

#include "base/err.h"

void moon_error_open(lua_State *L); /* once per state */

/* Raise. `l_fail` takes what a function of a lower floor reported. Never return. */
int l_fail(lua_State *L, const moon_err *err);
int l_raise(lua_State *L, moon_status code, const char *fmt, ...) MOON_PRINTF(3, 4);
int l_raise_hint(lua_State *L, moon_status code, const char *hint, const char *fmt, ...) MOON_PRINTF(4, 5);

#define L_TRY(L, expr)                                                                                       \
    do {                                                                                                     \
        if ((expr) != MOON_OK) l_fail((L), &err);                                                            \
    } while (0)

/* raise{code=, message=, hint=} and error(text): the Lua functions. */
int l_error_raise(lua_State *L);
int l_error_error(lua_State *L);

/* A message handler for lua_pcall: turns any error into an error object and adds the place. */
int l_error_handler(lua_State *L);

/* Note where the state is, for an error that no message handler will see (memory), or that is raised anew from
 * elsewhere (steps, time). Never raises or allocates. */
void moon_error_note(lua_State *L);
/* The source text of err->place and err->line, if the state knows the file. */
void moon_error_excerpt(lua_State *L, moon_err *err);

/* Fill `err` from the error object (or anything else) at the top of the stack, which stays. Never raises. */
moon_status moon_error_take(lua_State *L, moon_err *err);

#endif
