/* Runs tests/lua/csv_test.lua and tests/lua/jsonl_test.lua, tables of files and what the plugins of these names read
 * in them, in plain Lua states with the built plugins. The scripts print TAP. MOON_PLUGIN_DIR: where the plugins
 * were built, build/plugins by default. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

static bool run(const char *name) {
    const char *folder = getenv("MOON_PLUGIN_DIR");
    char script[64];
    lua_State *L = luaL_newstate();
    if (!L) {
        printf("not ok %s: no memory for a Lua state\n", name);
        return false;
    }
    luaL_openlibs(L);
    lua_getglobal(L, "package");
    lua_pushfstring(L, "%s/%s/?.so", folder && *folder ? folder : "build/plugins", name);
    lua_setfield(L, -2, "cpath");
    lua_pop(L, 1);
    snprintf(script, sizeof script, "tests/lua/%s_test.lua", name);
    bool failed = luaL_loadfile(L, script) != LUA_OK || lua_pcall(L, 0, 1, 0) != LUA_OK;
    if (failed)
        printf("not ok %s: %s\n", name, luaL_tolstring(L, -1, NULL));
    else
        failed = lua_tointeger(L, -1) != 0;
    lua_close(L);
    return !failed;
}

int main(void) {
    bool csv = run("csv"), jsonl = run("jsonl");
    return csv && jsonl ? 0 : 1;
}
