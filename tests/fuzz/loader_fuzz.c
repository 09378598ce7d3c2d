/* Any bytes as a rule file: the loader keeps every byte in its place but for numbers, / and ^, and what Lua
 * compiles it compiles. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "script/lexer.h"
#include "script/loader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require_that(bool holds, const char *what) {
    if (holds) return;
    fprintf(stderr, "loader_fuzz: %s\n", what);
    abort();
}

static size_t lines(moon_str s) {
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) n += s.ptr[i] == '\n';
    return n;
}

/* Is there nothing that the loader may change, by a look at the bytes alone? */
static bool plain(moon_str s) {
    size_t digits = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (strchr("./^eE", s.ptr[i]) && s.ptr[i]) return false;
        digits = s.ptr[i] >= '0' && s.ptr[i] <= '9' ? digits + 1 : 0;
        if (digits > 9) return false;
    }
    return true;
}

static void check_tokens(moon_str source) {
    moon_lexer lexer = moon_lexer_begin(source);
    moon_token t;
    size_t at = 0;
    while (moon_lexer_next(&lexer, &t)) {
        require_that(t.text.ptr == source.ptr + at && t.text.len > 0, "tokens do not follow each other");
        at += t.text.len;
    }
    require_that(at == source.len, "bytes are left over");
}

/* What the nesting and register limits of Lua may refuse after a rewrite and not before. */
static bool is_limit(const char *message) {
    return strstr(message, "overflow") || strstr(message, "too many") || strstr(message, "too long") ||
           strstr(message, "too large");
}

static void check_compiles(moon_str source, moon_str rewritten) {
    lua_State *L = luaL_newstate();
    require_that(L != NULL, "no state");
    if (luaL_loadbufferx(L, source.ptr, source.len, "=x", "t") == LUA_OK &&
        luaL_loadbufferx(L, rewritten.ptr, rewritten.len, "=x", "t") != LUA_OK)
        require_that(is_limit(lua_tostring(L, -1)), lua_tostring(L, -1));
    lua_close(L);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    moon_err err;
    moon_arena arena = MOON_ARENA_EMPTY;
    moon_rewrite out;
    moon_str source = moon_arena_str(&arena, (moon_str){(const char *)data, size});
    check_tokens(source);
    for (int keep_frames = 0; keep_frames < 2; keep_frames++) {
        moon_arena_mark mark = moon_arena_here(&arena);
        if (moon_loader_rewrite("x.lua", source, keep_frames, &arena, &out, &err) == MOON_OK) {
            moon_str text = moon_buf_str(&out.text);
            require_that(lines(text) == lines(source), "lines were lost");
            require_that(out.changed || moon_str_eq(text, source), "an unchanged source is not the same");
            require_that(keep_frames || !out.changed || !plain(source), "a plain source was changed");
            check_compiles(source, text);
        } else {
            require_that(err.line >= 1 && err.text[0], "an error without a place");
        }
        moon_buf_free(&out.text);
        moon_arena_rewind(&arena, mark);
    }
    moon_loader_assigns(source, MOON_STR("n"));
    moon_arena_free(&arena);
    return 0;
}
