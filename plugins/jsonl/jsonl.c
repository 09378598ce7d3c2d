/* plugins/jsonl: reads JSON lines.                                          A plugin: lua.h, lauxlib.h and libc only.
 *
 * The contract is "reader" in plugins/README.md; what this reader adds to it is in README.md beside this file.
 *
 * Ownership: the reader's state is a userdata, an upvalue of its methods. It keeps the text and the numbers of the
 *            columns by their names as user values; nothing is allocated outside Lua.
 * Errors:    tables {message}; what is wrong in a line is no error but the third value of next.
 * Functions that may raise a Lua error are l_*; those below read_ answer a problem, or NULL. */
#include <lauxlib.h>
#include <lua.h>

#include "scan.h"

#define JSONL_DEPTH_MAX 8
#define JSONL_NAME_MAX 200     /* bytes of a name, with those of the objects around it */
#define JSONL_COLUMNS_MAX 1000 /* of a file */

int luaopen_jsonl(lua_State *L);

enum { KEEP_TEXT = 1, KEEP_PLACES, KEEP_COUNT = KEEP_PLACES }; /* user values of the state */

typedef struct jsonl_reader {
    const unsigned char *text;
    size_t size, at;
    lua_Integer line; /* of what is at `at` */
    size_t raw_begin, raw_end;
    bool raw;
    int columns;
} jsonl_reader;

/* One line while it is read. */
typedef struct jsonl_line {
    lua_State *L;
    const unsigned char *at, *end;
    int places; /* index of the table of columns by name */
    int into;   /* index of the table of fields; 0: names are collected */
    int *count; /* of columns */
    char name[JSONL_NAME_MAX];
} jsonl_line;

static const char *read_object(jsonl_line *l, size_t prefix, int depth);

static void pass_space(jsonl_line *l) {
    while (l->at < l->end && (*l->at == ' ' || *l->at == '\t' || *l->at == '\r')) l->at++;
}

static bool pass(jsonl_line *l, char c) {
    pass_space(l);
    if (l->at == l->end || *l->at != (unsigned char)c) return false;
    l->at++;
    return true;
}

/* ---- values ---- */

/* One character of a string, decoded to `out`; the problem, or NULL. */
static const char *read_character(jsonl_line *l, char out[4], size_t *n) {
    static const char escapes[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    size_t left = (size_t)(l->end - l->at);
    if (*l->at < 0x20) return "a control character within a text";
    if (*l->at != '\\') {
        *n = utf8_length(l->at, left);
        if (*n == 0) return "bytes that are not UTF-8";
        memcpy(out, l->at, *n);
        l->at += *n;
        return NULL;
    }
    if (left < 2) return "a text without its end";
    if (l->at[1] == 'u') {
        uint32_t c;
        size_t used = take_unicode(l->at + 2, left - 2, &c);
        if (used == 0) return "a \\u that is no character";
        *n = put_utf8(out, c);
        l->at += 2 + used;
        return NULL;
    }
    const char *found = memchr(escapes, l->at[1], sizeof escapes - 1);
    if (!found) return "a backslash before what needs none";
    out[0] = meant[found - escapes];
    *n = 1;
    l->at += 2;
    return NULL;
}

/* The string at hand, pushed; nothing is pushed with a problem. */
static const char *read_string(jsonl_line *l) {
    luaL_Buffer text;
    const char *problem = NULL;
    int top = lua_gettop(l->L);
    luaL_buffinit(l->L, &text);
    l->at++;
    while (!problem && l->at < l->end && *l->at != '"') {
        char bytes[4];
        size_t n = 0;
        problem = read_character(l, bytes, &n);
        if (!problem) luaL_addlstring(&text, bytes, n);
    }
    if (!problem && l->at == l->end) problem = "a text without its end";
    if (problem) {
        lua_settop(l->L, top);
        return problem;
    }
    l->at++;
    luaL_pushresult(&text);
    return NULL;
}

/* A list, passed over and pushed as it stands. */
static const char *read_list(jsonl_line *l) {
    const unsigned char *begin = l->at;
    int depth = 0;
    do {
        if (l->at == l->end) return "a list without its end";
        if (*l->at == '"') {
            const char *problem = read_string(l);
            if (problem) return problem;
            lua_pop(l->L, 1);
            continue;
        }
        size_t n = utf8_length(l->at, (size_t)(l->end - l->at));
        if (n == 0) return "bytes that are not UTF-8";
        depth += *l->at == '[' || *l->at == '{';
        depth -= *l->at == ']' || *l->at == '}';
        l->at += n;
    } while (depth > 0);
    lua_pushlstring(l->L, (const char *)begin, (size_t)(l->at - begin));
    return NULL;
}

static bool is_word(jsonl_line *l, const char *word) {
    size_t n = strlen(word);
    if ((size_t)(l->end - l->at) < n || memcmp(l->at, word, n) != 0) return false;
    l->at += n;
    return true;
}

/* A value that is no object, pushed as text. */
static const char *read_plain(jsonl_line *l) {
    json_number number;
    char digits[JSONL_NUMBER_MAX];
    if (l->at < l->end && *l->at == '"') return read_string(l);
    if (l->at < l->end && *l->at == '[') return read_list(l);
    if (is_word(l, "true")) {
        lua_pushliteral(l->L, "true");
    } else if (is_word(l, "false")) {
        lua_pushliteral(l->L, "false");
    } else if (is_word(l, "null")) {
        lua_pushliteral(l->L, "");
    } else if (scan_number(l->at, (size_t)(l->end - l->at), &number)) {
        size_t n = write_out(l->at, &number, digits);
        if (n)
            lua_pushlstring(l->L, digits, n);
        else
            lua_pushlstring(l->L, (const char *)l->at, number.end);
        l->at += number.end;
    } else {
        return "no value behind a name";
    }
    return NULL;
}

/* ---- objects ---- */

/* Keep the value on top of the stack as the field l->name[0..len). */
static const char *keep_field(jsonl_line *l, size_t len) {
    lua_State *L = l->L;
    lua_pushlstring(L, l->name, len);
    lua_pushvalue(L, -1);
    if (lua_rawget(L, l->places) == LUA_TNIL) {
        lua_pop(L, 1);
        if (l->into || *l->count == JSONL_COLUMNS_MAX) return "more names than a file may have";
        lua_pushinteger(L, ++*l->count);
        lua_rawset(L, l->places); /* the name, its number */
        lua_pop(L, 1);
        return NULL;
    }
    lua_Integer place = lua_tointeger(L, -1);
    lua_pop(L, 2);
    if (!l->into) {
        lua_pop(L, 1);
        return NULL;
    }
    bool taken = lua_rawgeti(L, l->into, place) != LUA_TNIL;
    lua_pop(L, 1);
    if (taken) return "a name that stands there twice";
    lua_rawseti(L, l->into, place);
    return NULL;
}

/* The name at hand behind the first `prefix` bytes of l->name; its end goes to `len`. */
static const char *read_name(jsonl_line *l, size_t prefix, size_t *len) {
    size_t n;
    pass_space(l);
    if (l->at == l->end || *l->at != '"') return "no name where one belongs";
    const char *problem = read_string(l);
    if (problem) return problem;
    const char *name = lua_tolstring(l->L, -1, &n);
    if (prefix + n + 1 > JSONL_NAME_MAX) return "a name of more than 200 bytes";
    memcpy(l->name + prefix, name, n);
    *len = prefix + n;
    lua_pop(l->L, 1);
    return pass(l, ':') ? NULL : "no colon behind a name";
}

static const char *read_member(jsonl_line *l, size_t prefix, int depth) {
    size_t len;
    const char *problem = read_name(l, prefix, &len);
    if (problem) return problem;
    pass_space(l);
    if (l->at < l->end && *l->at == '{') {
        l->name[len] = '.';
        return read_object(l, len + 1, depth + 1);
    }
    problem = read_plain(l);
    return problem ? problem : keep_field(l, len);
}

static const char *read_object(jsonl_line *l, size_t prefix, int depth) {
    if (depth > JSONL_DEPTH_MAX) return "more than 8 objects within each other";
    if (!pass(l, '{')) return "no object in { }";
    if (pass(l, '}')) return NULL;
    do {
        const char *problem = read_member(l, prefix, depth);
        if (problem) return problem;
    } while (pass(l, ','));
    return pass(l, '}') ? NULL : "no comma or brace behind a value";
}

static const char *read_line(jsonl_line *l) {
    luaL_checkstack(l->L, 8 * JSONL_DEPTH_MAX + 20, "too many objects within each other");
    const char *problem = read_object(l, 0, 1);
    if (problem) return problem;
    pass_space(l);
    return l->at == l->end ? NULL : "more behind the end of the object";
}

/* ---- lines ---- */

/* The next line with something in it as [begin, end); false at the end of the text. */
static bool next_line(jsonl_reader *r, size_t *begin, size_t *end, lua_Integer *line) {
    while (r->at < r->size) {
        const unsigned char *s = r->text + r->at, *stop = memchr(s, '\n', r->size - r->at);
        *begin = r->at;
        *end = stop ? (size_t)(stop - r->text) : r->size;
        *line = r->line++;
        r->at = stop ? *end + 1 : r->size;
        for (size_t i = *begin; i < *end; i++)
            if (!strchr(" \t\r", r->text[i]) || r->text[i] == 0) return true;
    }
    return false;
}

static jsonl_line line_of(lua_State *L, jsonl_reader *r, size_t begin, size_t end, int places, int into) {
    return (jsonl_line){.L = L,
                        .at = r->text + begin,
                        .end = r->text + end,
                        .places = places,
                        .into = into,
                        .count = &r->columns};
}

/* The places of all names, in the order in which they come up. What is wrong in a line is told when it is read. */
static void l_collect(lua_State *L, jsonl_reader *r, int places) {
    size_t begin, end;
    lua_Integer line;
    int top = lua_gettop(L);
    while (next_line(r, &begin, &end, &line)) {
        jsonl_line l = line_of(L, r, begin, end, places, 0);
        read_line(&l);
        lua_settop(L, top);
    }
}

/* reader:next([t]) -> fields, line, problem; nil at the end. The state is an upvalue. */
static int l_next(lua_State *L) {
    jsonl_reader *r = lua_touserdata(L, lua_upvalueindex(1));
    size_t begin, end;
    lua_Integer line;
    lua_settop(L, 2);
    if (!lua_isnil(L, 2)) luaL_checktype(L, 2, LUA_TTABLE);
    if (!next_line(r, &begin, &end, &line)) {
        lua_pushnil(L);
        return 1;
    }
    if (lua_isnil(L, 2)) {
        lua_createtable(L, r->columns, 0);
        lua_replace(L, 2);
    }
    for (lua_Integer i = (lua_Integer)lua_rawlen(L, 2); i > 0; i--) {
        lua_pushnil(L);
        lua_rawseti(L, 2, i);
    }
    lua_getiuservalue(L, lua_upvalueindex(1), KEEP_PLACES);
    jsonl_line l = line_of(L, r, begin, end, 3, 2);
    const char *problem = read_line(&l);
    lua_settop(L, 2);
    for (lua_Integer i = 1; i <= r->columns; i++) {
        if (problem)
            lua_pushnil(L);
        else if (lua_rawgeti(L, 2, i) != LUA_TNIL)
            continue;
        else
            lua_pushliteral(L, "");
        lua_rawseti(L, 2, i);
        lua_settop(L, 2);
    }
    lua_settop(L, 2);
    r->raw = true;
    r->raw_begin = begin;
    r->raw_end = end;
    lua_pushinteger(L, line);
    lua_pushstring(L, problem);
    return 3;
}

/* reader:raw() -> text of the last record; nil before the first. What is no UTF-8 in it is U+FFFD. */
static int l_raw(lua_State *L) {
    const jsonl_reader *r = lua_touserdata(L, lua_upvalueindex(1));
    luaL_Buffer text;
    if (!r->raw) {
        lua_pushnil(L);
        return 1;
    }
    luaL_buffinit(L, &text);
    for (size_t i = r->raw_begin, n; i < r->raw_end; i += n) {
        n = utf8_length(r->text + i, r->raw_end - i);
        if (n && r->text[i] != 0)
            luaL_addlstring(&text, (const char *)r->text + i, n);
        else
            luaL_addlstring(&text, "\xEF\xBF\xBD", 3);
        if (n == 0) n = 1;
    }
    luaL_pushresult(&text);
    return 1;
}

/* ---- opening ---- */

static void l_push_columns(lua_State *L, int places, int count) {
    lua_createtable(L, count, 0);
    int names = lua_gettop(L);
    for (lua_pushnil(L); lua_next(L, places); lua_pop(L, 1)) {
        lua_pushvalue(L, -2);
        lua_rawseti(L, names, lua_tointeger(L, -2));
    }
}

static void l_push_found(lua_State *L, bool bom) {
    static const char *const facts[][2] = {{"separator", ""},  {"quote", "\""},   {"encoding", "utf-8"},
                                           {"line_end", "LF"}, {"decimals", "."}, {"form", "JSON lines"}};
    lua_createtable(L, 0, 7);
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        lua_pushstring(L, facts[i][1]);
        lua_setfield(L, -2, facts[i][0]);
    }
    lua_pushboolean(L, bom);
    lua_setfield(L, -2, "bom");
}

static void l_check_options(lua_State *L) {
    if (lua_isnoneornil(L, 2)) return;
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_pushnil(L);
    if (!lua_next(L, 2)) return;
    lua_createtable(L, 0, 1);
    lua_pushfstring(L, "unknown option %s; JSON lines are read in one way only",
                    lua_type(L, -3) == LUA_TSTRING ? lua_tostring(L, -3) : "that is not a name");
    lua_setfield(L, -2, "message");
    lua_error(L);
}

/* jsonl.open(bytes [, options]) -> reader */
static int l_open(lua_State *L) {
    luaL_checktype(L, 1, LUA_TSTRING);
    lua_settop(L, 2);
    l_check_options(L);
    jsonl_reader *r = lua_newuserdatauv(L, sizeof *r, KEEP_COUNT);
    const int self = 3, reader = 4, places = 5;
    *r = (jsonl_reader){.line = 1};
    r->text = (const unsigned char *)lua_tolstring(L, 1, &r->size);
    bool bom = r->size >= 3 && memcmp(r->text, "\xEF\xBB\xBF", 3) == 0;
    if (bom) r->at = 3;
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, self, KEEP_TEXT);
    lua_createtable(L, 0, 6);
    lua_newtable(L);
    lua_pushvalue(L, places);
    lua_setiuservalue(L, self, KEEP_PLACES);
    l_collect(L, r, places);
    r->at = bom ? 3 : 0;
    r->line = 1;
    l_push_columns(L, places, r->columns);
    lua_setfield(L, reader, "columns");
    l_push_found(L, bom);
    lua_setfield(L, reader, "found");
    lua_createtable(L, 0, 1);
    lua_pushinteger(L, 0);
    lua_setfield(L, -2, "total");
    lua_setfield(L, reader, "warnings");
    lua_pushvalue(L, self);
    lua_pushcclosure(L, l_next, 1);
    lua_setfield(L, reader, "next");
    lua_pushvalue(L, self);
    lua_pushcclosure(L, l_raw, 1);
    lua_setfield(L, reader, "raw");
    lua_settop(L, reader);
    return 1;
}

int luaopen_jsonl(lua_State *L) {
    static const luaL_Reg functions[] = {{"open", l_open}, {NULL, NULL}};
    luaL_newlib(L, functions);
    return 1;
}
