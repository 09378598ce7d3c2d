#include "script/error.h"

#include <lauxlib.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "script/state_in.h"
#include "script/text_lib.h"

static const char ERROR_METATABLE;

static bool is_error_object(lua_State *L, int index) {
    if (!lua_istable(L, index) || !lua_getmetatable(L, index)) return false;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &ERROR_METATABLE);
    bool same = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return same;
}

/* The value under `key` of the table at `index`, raw, as text in `out`; false if it is no text. */
static bool get_text(lua_State *L, int index, const char *key, char *out, size_t size) {
    index = lua_absindex(L, index);
    lua_pushstring(L, key);
    lua_rawget(L, index);
    bool text = lua_type(L, -1) == LUA_TSTRING;
    if (text) snprintf(out, size, "%s", lua_tostring(L, -1));
    lua_pop(L, 1);
    return text;
}

static void set_text(lua_State *L, const char *key, const char *value) {
    if (!value || !value[0]) return;
    lua_pushstring(L, key);
    lua_pushstring(L, value);
    lua_rawset(L, -3);
}

static void push_object(lua_State *L, const char *code, const char *message, const char *hint) {
    lua_createtable(L, 0, 6);
    set_text(L, "code", code);
    set_text(L, "message", message);
    set_text(L, "hint", hint);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &ERROR_METATABLE);
    lua_setmetatable(L, -2);
}

int l_fail(lua_State *L, const moon_err *err) {
    luaL_checkstack(L, 5, "error");
    push_object(L, moon_status_name(err->code), err->text, err->hint);
    set_text(L, "context", err->context);
    if (err->place[0]) {
        set_text(L, "file", err->place);
        lua_pushinteger(L, err->line);
        lua_setfield(L, -2, "line");
    }
    return lua_error(L);
}

static int l_raise_list(lua_State *L, moon_status code, const char *hint, const char *fmt, va_list args) {
    char text[512];
    vsnprintf(text, sizeof text, fmt, args);
    luaL_checkstack(L, 5, "error");
    push_object(L, moon_status_name(code), text, hint);
    return lua_error(L);
}

int l_raise(lua_State *L, moon_status code, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    return l_raise_list(L, code, "", fmt, args);
}

int l_raise_hint(lua_State *L, moon_status code, const char *hint, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    return l_raise_list(L, code, hint, fmt, args);
}

static bool is_library(const char *source) { return !strncmp(source, "@lua/", 5); }

/* The innermost frame of a rule file from `level` on; without one, of any Lua function. */
static bool find_place(lua_State *L, int level, lua_Debug *out) {
    lua_Debug ar = {0};
    bool found = false;
    for (; lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "Sl", &ar);
        if (ar.currentline <= 0 || ar.source[0] != '@') continue;
        if (!found || !is_library(ar.source)) *out = ar;
        found = true;
        if (!is_library(ar.source)) break;
    }
    return found;
}

/* raise{code=, message=, hint=, context=} */
int l_error_raise(lua_State *L) {
    static const char *const keys[] = {"hint", "context", "file", NULL};
    char code[64] = "rule.error", text[512] = "";
    lua_Debug place = {0};
    luaL_checktype(L, 1, LUA_TTABLE);
    get_text(L, 1, "code", code, sizeof code);
    get_text(L, 1, "message", text, sizeof text);
    if (moon_status_by_name(code) == MOON_STATUS_COUNT)
        return l_raise(L, MOON_E_INTERNAL, "the library raised the unknown code '%s': %s", code, text);
    push_object(L, code, text, "");
    for (int i = 0; keys[i]; i++)
        if (get_text(L, 1, keys[i], text, sizeof text)) set_text(L, keys[i], text);
    lua_getfield(L, 1, "line");
    if (lua_isinteger(L, -1))
        lua_setfield(L, -2, "line");
    else
        lua_pop(L, 1);
    /* What the library refuses by name is about the input; its own line would say nothing to whoever gave it. */
    bool named = get_text(L, -1, "file", text, sizeof text);
    if (named || strcmp(code, "internal") == 0 || strcmp(code, "rule.error") == 0) return lua_error(L);
    if (!find_place(L, 1, &place) || is_library(place.source)) {
        lua_pushliteral(L, "");
        lua_setfield(L, -2, "file");
    }
    return lua_error(L);
}

/* error(text): the text as it is; error(e) raises an error that pcall caught once more. */
int l_error_error(lua_State *L) {
    lua_settop(L, 1);
    if (!is_error_object(L, 1)) {
        l_push_tostring(L, 1);
        push_object(L, moon_status_name(MOON_E_SCRIPT_ERROR), lua_tostring(L, -1), "");
    }
    return lua_error(L);
}

static int l_error_tostring(lua_State *L) {
    lua_settop(L, 1);
    lua_pushliteral(L, "message");
    if (lua_istable(L, 1))
        lua_rawget(L, 1);
    else
        lua_pushliteral(L, "error");
    return 1;
}

void moon_error_open(lua_State *L) {
    lua_createtable(L, 0, 2);
    lua_pushcfunction(L, l_error_tostring);
    lua_setfield(L, -2, "__tostring");
    lua_pushliteral(L, "error");
    lua_setfield(L, -2, "__name");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &ERROR_METATABLE);
}

/* ---- places ---- */

/* `text` behind the position that Lua puts before its messages. */
static const char *strip_position(lua_State *L, int level, const char *text) {
    char prefix[LUA_IDSIZE + 16];
    lua_Debug ar = {0};
    for (; lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "Sl", &ar);
        if (ar.currentline <= 0) continue;
        size_t n = (size_t)snprintf(prefix, sizeof prefix, "%s:%d: ", ar.short_src, ar.currentline);
        return strncmp(text, prefix, n) == 0 ? text + n : text;
    }
    return text;
}

int l_error_handler(lua_State *L) {
    lua_Debug place = {0};
    lua_settop(L, 1);
    if (!is_error_object(L, 1)) {
        l_push_tostring(L, 1);
        push_object(L, moon_status_name(MOON_E_SCRIPT_ERROR), strip_position(L, 1, lua_tostring(L, -1)), "");
        lua_replace(L, 1);
        lua_settop(L, 1);
    }
    lua_pushliteral(L, "file");
    if (lua_rawget(L, 1) == LUA_TNIL && find_place(L, 1, &place)) {
        lua_settop(L, 1);
        set_text(L, "file", place.source + 1);
        lua_pushinteger(L, place.currentline);
        lua_setfield(L, 1, "line");
    }
    lua_settop(L, 1);
    return 1;
}

/* ---- out of Lua ---- */

/* The text of a line without the white space around it. */
void moon_error_excerpt(lua_State *L, moon_err *err) {
    moon_script_source *source = moon_script_source_find(moon_script_of(L), moon_str_of(err->place));
    if (!source || err->line <= 0) return;
    moon_str rest = source->text, line = MOON_STR_NONE;
    for (int i = 0; i < err->line; i++)
        if (!moon_str_cut(&rest, '\n', &line)) return;
    line = moon_str_trim(line);
    snprintf(err->source, sizeof err->source, "%.*s", MOON_STR_ARG(line));
}

void moon_error_note(lua_State *L) {
    moon_script *s = moon_script_of(L);
    lua_Debug ar;
    if (!find_place(L, 0, &ar)) return;
    snprintf(s->noted_place, sizeof s->noted_place, "%s", ar.source + 1);
    s->noted_line = ar.currentline;
}

static const char *stop_text(const moon_script *s, char *out, size_t size) {
    if (s->stop == MOON_E_SCRIPT_STEPS)
        snprintf(out, size, "more than %llu steps", (unsigned long long)s->limits.steps);
    else if (s->stop == MOON_E_SCRIPT_MEMORY)
        snprintf(out, size, "more than %zu MiB of memory", s->limits.memory_bytes >> 20);
    else if (s->stop == MOON_E_INTERRUPTED)
        snprintf(out, size, "interrupted");
    else
        snprintf(out, size, "more than %u ms of computing", s->limits.time_ms);
    return out;
}

moon_status moon_error_take(lua_State *L, moon_err *err) {
    moon_script *s = moon_script_of(L);
    char name[64] = "", text[512] = "this error has no text";
    moon_status code = MOON_E_SCRIPT_ERROR;
    bool object = lua_istable(L, -1) && lua_checkstack(L, 3);
    if (object && get_text(L, -1, "code", name, sizeof name)) code = moon_status_by_name(name);
    if (code == MOON_STATUS_COUNT || code == MOON_OK) code = MOON_E_SCRIPT_ERROR;
    if (object)
        get_text(L, -1, "message", text, sizeof text);
    else if (lua_type(L, -1) == LUA_TSTRING)
        snprintf(text, sizeof text, "%s", lua_tostring(L, -1));
    if (s->stop) code = s->stop;
    moon_fail(err, code, "%s", s->stop ? stop_text(s, text, sizeof text) : text);
    bool budget =
        s->stop == MOON_E_SCRIPT_STEPS || s->stop == MOON_E_SCRIPT_TIME || s->stop == MOON_E_INTERRUPTED;
    bool noted = s->noted_place[0] && (budget || (!object && s->stop == MOON_E_SCRIPT_MEMORY));
    if (noted) {
        snprintf(err->place, sizeof err->place, "%s", s->noted_place);
        err->line = s->noted_line;
        moon_error_excerpt(L, err);
    }
    if (!object) return code;
    if (!s->stop) get_text(L, -1, "hint", err->hint, sizeof err->hint);
    get_text(L, -1, "context", err->context, sizeof err->context);
    if (noted) return code;
    get_text(L, -1, "file", err->place, sizeof err->place);
    lua_pushliteral(L, "line");
    lua_rawget(L, -2);
    if (lua_isinteger(L, -1)) err->line = (int)lua_tointeger(L, -1);
    lua_pop(L, 1);
    moon_error_excerpt(L, err);
    return code;
}
