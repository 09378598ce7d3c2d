/* Any bytes as a CSV file: reads all records, with and without a header, and holds them against what is always
 * true. The module is compiled in, so that the sanitizers and the fuzzer's coverage see it. */
#include <stdio.h>
#include <stdlib.h>

#include <lauxlib.h>
#include <lua.h>

#include "../../plugins/csv/csv.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require_that(bool holds, const char *what) {
    if (holds) return;
    fprintf(stderr, "csv_fuzz: %s\n", what);
    abort();
}

/* Fields of all records, or the error that a file may raise: one with a place in it. */
static size_t read_all(lua_State *L, int reader) {
    size_t fields = 0;
    lua_Integer before = 0;
    lua_newtable(L);
    int record = lua_gettop(L);
    for (;;) {
        lua_getfield(L, reader, "next");
        lua_pushvalue(L, reader);
        lua_pushvalue(L, record);
        if (lua_pcall(L, 2, 2, 0) != LUA_OK) {
            require_that(lua_getfield(L, -1, "line") == LUA_TNUMBER, "an error without a line");
            break;
        }
        if (lua_isnil(L, -2)) break;
        require_that(lua_tointeger(L, -1) > before, "lines do not increase");
        require_that(lua_rawlen(L, record) > 0, "a record without fields");
        before = lua_tointeger(L, -1);
        fields += lua_rawlen(L, record);
        lua_pop(L, 2);
    }
    lua_settop(L, record - 1);
    return fields;
}

static void check_file(lua_State *L, const uint8_t *data, size_t size, bool header) {
    lua_getfield(L, 1, "open");
    lua_pushlstring(L, (const char *)data, size);
    lua_createtable(L, 0, 1);
    lua_pushboolean(L, header);
    lua_setfield(L, -2, "header");
    if (lua_pcall(L, 2, 1, 0) != LUA_OK) {
        require_that(lua_getfield(L, -1, "line") == LUA_TNUMBER, "an error without a line");
    } else {
        int reader = lua_gettop(L);
        lua_getfield(L, reader, "columns");
        size_t columns = lua_rawlen(L, -1);
        require_that(columns <= size + 1, "more columns than bytes");
        require_that(read_all(L, reader) <= size + 1, "more fields than bytes");
        lua_getfield(L, reader, "warnings");
        require_that(lua_rawlen(L, -1) <= CSV_WARNINGS_MAX, "more warnings than are kept");
    }
    lua_settop(L, 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    lua_State *L = luaL_newstate();
    if (!L) return 0;
    luaL_requiref(L, "csv", luaopen_csv, 0);
    check_file(L, data, size, true);
    check_file(L, data, size, false);
    lua_close(L);
    return 0;
}
