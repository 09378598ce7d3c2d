/* Any bytes as JSON lines: reads all records and holds them against what is always true. The module is compiled in,
 * so that the sanitizers and the fuzzer's coverage see it. */
#include <stdio.h>
#include <stdlib.h>

#include "../../plugins/jsonl/jsonl.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require_that(bool holds, const char *what) {
    if (holds) return;
    fprintf(stderr, "jsonl_fuzz: %s\n", what);
    abort();
}

static void check_fields(lua_State *L, int record, size_t columns, size_t size) {
    size_t all = 0;
    require_that(lua_rawlen(L, record) == columns, "a record without all its fields");
    for (size_t i = 1; i <= columns; i++) {
        size_t n = 0;
        require_that(lua_rawgeti(L, record, (lua_Integer)i) == LUA_TSTRING, "a field that is no text");
        lua_tolstring(L, -1, &n);
        all += n;
        lua_pop(L, 1);
    }
    require_that(all <= size + columns * JSONL_NUMBER_MAX, "fields longer than the file");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    lua_State *L = luaL_newstate();
    if (!L) return 0;
    luaL_requiref(L, "jsonl", luaopen_jsonl, 0);
    lua_getfield(L, 1, "open");
    lua_pushlstring(L, (const char *)data, size);
    lua_call(L, 1, 1);
    const int reader = 2, record = 4;
    lua_Integer before = 0;
    lua_getfield(L, reader, "columns");
    size_t columns = lua_rawlen(L, -1);
    require_that(columns <= JSONL_COLUMNS_MAX, "more columns than there may be");
    lua_newtable(L);
    for (;;) {
        lua_getfield(L, reader, "next");
        lua_pushvalue(L, reader);
        lua_pushvalue(L, record);
        lua_call(L, 2, 3);
        if (lua_isnil(L, -3)) break;
        require_that(lua_tointeger(L, -2) > before, "lines do not increase");
        before = lua_tointeger(L, -2);
        if (lua_isnil(L, -1))
            check_fields(L, record, columns, size);
        else
            require_that(lua_rawlen(L, record) == 0, "a problem with fields");
        lua_settop(L, record);
        lua_getfield(L, reader, "raw");
        lua_pushvalue(L, reader);
        lua_call(L, 1, 1);
        require_that(lua_rawlen(L, -1) > 0, "a record without its text");
        lua_settop(L, record);
    }
    lua_close(L);
    return 0;
}
