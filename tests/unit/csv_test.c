/* Runs tests/lua/csv_test.lua, a table of files and what the CSV plugin reads in them, in a plain Lua state
 * with the built plugin. The script prints TAP. MOON_PLUGIN_DIR: where the plugins were built, build/plugins by
 * default. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#define SCRIPT "tests/lua/csv_test.lua"

int main(void) {
    const char *folder = getenv("MOON_PLUGIN_DIR");
    lua_State *L = luaL_newstate();
    if (!L) {
        puts("not ok csv: no memory for a Lua state");
        return 1;
    }
    luaL_openlibs(L);
    lua_getglobal(L, "package");
    lua_pushfstring(L, "%s/csv/?.so", folder && *folder ? folder : "build/plugins");
    lua_setfield(L, -2, "cpath");
    lua_pop(L, 1);
    bool failed = luaL_loadfile(L, SCRIPT) != LUA_OK || lua_pcall(L, 0, 1, 0) != LUA_OK;
    if (failed)
        printf("not ok csv: %s\n", luaL_tolstring(L, -1, NULL));
    else
        failed = lua_tointeger(L, -1) != 0;
    lua_close(L);
    return failed ? 1 : 0;
}
