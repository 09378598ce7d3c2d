#include "script/freeze.h"

#include <lauxlib.h>
#include <string.h>

#include "script/error.h"
#include "script/loader.h"
#include "script/state_in.h"

/* Keys of the registry: frozen table -> shadow (weak keys); function or variable id -> true; list of function,
 * number of its variable, value, three entries for each variable that is compared. */
static const char FROZEN, KNOWN, KEPT;

void moon_freeze_open(lua_State *L) {
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "k");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &FROZEN);
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &KNOWN);
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &KEPT);
}

void moon_freeze_known(lua_State *L) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &KNOWN);
    lua_insert(L, -2);
    lua_pushboolean(L, 1);
    lua_rawset(L, -3);
    lua_pop(L, 1);
}

/* True if the key at the top was known; it is from now on. Pops it. */
static bool l_known(lua_State *L) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &KNOWN);
    lua_pushvalue(L, -2);
    bool known = lua_rawget(L, -2) != LUA_TNIL;
    lua_pop(L, 2);
    if (known)
        lua_pop(L, 1);
    else
        moon_freeze_known(L);
    return known;
}

bool moon_freeze_shadow(lua_State *L, int index) {
    if (!lua_istable(L, index)) return false;
    index = lua_absindex(L, index);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &FROZEN);
    lua_pushvalue(L, index);
    lua_rawget(L, -2);
    lua_remove(L, -2);
    if (lua_istable(L, -1)) return true;
    lua_pop(L, 1);
    return false;
}

static int l_frozen_newindex(lua_State *L) {
    char key[64] = "an entry";
    if (lua_type(L, 2) == LUA_TSTRING) snprintf(key, sizeof key, "'%.40s'", lua_tostring(L, 2));
    if (lua_isinteger(L, 2)) snprintf(key, sizeof key, "[%lld]", (long long)lua_tointeger(L, 2));
    return l_raise(L, MOON_E_SCRIPT_STATE, "cannot set %s: this table was declared when the rule was loaded",
                   key);
}

static int l_frozen_len(lua_State *L) {
    if (moon_freeze_shadow(L, 1))
        lua_pushinteger(L, luaL_len(L, -1));
    else
        lua_pushinteger(L, 0);
    return 1;
}

/* Append the value at the top to the list of work at `work`, if it can hold anything. Pops it. */
static void enqueue(lua_State *L, int work) {
    int type = lua_type(L, -1);
    if (type == LUA_TTABLE || type == LUA_TFUNCTION)
        lua_rawseti(L, work, (lua_Integer)lua_rawlen(L, work) + 1);
    else
        lua_pop(L, 1);
}

/* The table at the top: its contents to a new shadow, which is left above it. */
static void move_contents(lua_State *L, int work) {
    int table = lua_gettop(L);
    lua_newtable(L);
    for (lua_pushnil(L); lua_next(L, table);) {
        lua_pushvalue(L, -2);
        enqueue(L, work);
        lua_pushvalue(L, -1);
        enqueue(L, work);
        lua_pushvalue(L, -2);
        lua_insert(L, -2); /* table, shadow, key, key, value */
        lua_rawset(L, table + 1);
    }
    for (lua_pushnil(L); lua_next(L, table + 1);) {
        lua_pop(L, 1);
        lua_pushvalue(L, -1);
        lua_pushnil(L);
        lua_rawset(L, table);
    }
}

/* The frozen table's metatable: its own, if it had one, but reading the shadow and refusing to be written. */
static void push_metatable(lua_State *L, int table, int shadow) {
    lua_newtable(L);
    int meta = lua_gettop(L);
    if (lua_getmetatable(L, table)) {
        for (lua_pushnil(L); lua_next(L, meta + 1);) {
            lua_pushvalue(L, -2);
            lua_insert(L, -2);
            lua_rawset(L, meta);
        }
        lua_setmetatable(L, shadow);
    }
    lua_pushvalue(L, shadow);
    lua_setfield(L, meta, "__index");
    lua_pushcfunction(L, l_frozen_newindex);
    lua_setfield(L, meta, "__newindex");
    if (lua_getfield(L, meta, "__len") == LUA_TNIL) {
        lua_pushcfunction(L, l_frozen_len);
        lua_setfield(L, meta, "__len");
    }
    lua_settop(L, meta);
}

/* Freeze the table at the top; pops it. */
static void l_freeze_table(lua_State *L, int work) {
    if (moon_freeze_shadow(L, -1)) {
        lua_pop(L, 2);
        return;
    }
    int table = lua_gettop(L), shadow = table + 1;
    move_contents(L, work);
    push_metatable(L, table, shadow);
    lua_setmetatable(L, table);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &FROZEN);
    lua_pushvalue(L, table);
    lua_pushvalue(L, shadow);
    lua_rawset(L, -3);
    lua_settop(L, table - 1);
}

/* Remember variable `number` of the function at `function`, whose value is at the top. */
static void keep(lua_State *L, int function, int number) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &KEPT);
    lua_Integer n = (lua_Integer)lua_rawlen(L, -1);
    lua_pushvalue(L, function);
    lua_rawseti(L, -2, n + 1);
    lua_pushinteger(L, number);
    lua_rawseti(L, -2, n + 2);
    lua_pushvalue(L, -2);
    if (lua_isnil(L, -1)) { /* a list has no holes: the list itself stands for nil */
        lua_pop(L, 1);
        lua_pushvalue(L, -1);
    }
    lua_rawseti(L, -2, n + 3);
    lua_pop(L, 1);
}

static bool assigned(lua_State *L, const lua_Debug *ar, const char *name) {
    if (ar->source[0] != '@') return true;
    moon_script_source *source = moon_script_source_find(moon_script_of(L), moon_str_of(ar->source + 1));
    return !source || moon_loader_assigns(source->text, moon_str_of(name));
}

/* Freeze what the variables of the function at the top hold; pops it. */
static void l_freeze_function(lua_State *L, int work) {
    int function = lua_gettop(L);
    lua_Debug ar = {0};
    lua_pushvalue(L, function);
    if (l_known(L)) {
        lua_settop(L, function - 1);
        return;
    }
    lua_pushvalue(L, function);
    lua_getinfo(L, ">S", &ar);
    if (*ar.what == 'C' && lua_getupvalue(L, function, 1))
        l_raise(L, MOON_E_SCRIPT_STATE, "a rule cannot keep an iterator: make it where it is used");
    if (*ar.what == 'C' || !strncmp(ar.source, "@lua/", 5)) {
        lua_settop(L, function - 1);
        return;
    }
    const char *name;
    for (int i = 1; (name = lua_getupvalue(L, function, i)); i++, lua_settop(L, function)) {
        if (!strcmp(name, "_ENV") || !strcmp(name, "__const")) continue;
        lua_pushlightuserdata(L, lua_upvalueid(L, function, i));
        if (l_known(L)) continue;
        if (assigned(L, &ar, name)) keep(L, function, i);
        enqueue(L, work);
    }
    lua_settop(L, function - 1);
}

void l_freeze(lua_State *L, int index) {
    luaL_checkstack(L, 20, "freezing");
    int top = lua_gettop(L), work = top + 1;
    lua_pushvalue(L, index);
    lua_newtable(L);
    lua_insert(L, work);
    enqueue(L, work);
    for (lua_Integer i = 1; i <= (lua_Integer)lua_rawlen(L, work); i++) {
        if (lua_rawgeti(L, work, i) == LUA_TTABLE)
            l_freeze_table(L, work);
        else
            l_freeze_function(L, work);
    }
    lua_settop(L, top);
}

static void fill_report(lua_State *L, const char *name, moon_err *err) {
    lua_Debug ar = {0};
    lua_pushvalue(L, -1);
    lua_getinfo(L, ">S", &ar);
    moon_fail(err, MOON_E_SCRIPT_STATE, "the variable '%s' changed during a call", name);
    moon_err_at(err, ar.source[0] == '@' ? ar.source + 1 : ar.source, ar.linedefined);
    moon_error_excerpt(L, err);
}

moon_status moon_freeze_check(lua_State *L, moon_err *err) {
    moon_status status = MOON_OK;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &KEPT);
    int kept = lua_gettop(L);
    lua_Integer n = (lua_Integer)lua_rawlen(L, kept);
    for (lua_Integer i = 0; i < n; i += 3, lua_settop(L, kept)) {
        lua_rawgeti(L, kept, i + 2);
        int number = (int)lua_tointeger(L, -1);
        lua_rawgeti(L, kept, i + 1);
        lua_replace(L, -2);
        const char *name = lua_getupvalue(L, kept + 1, number);
        lua_rawgeti(L, kept, i + 3);
        if (lua_rawequal(L, -1, kept)) {
            lua_pop(L, 1);
            lua_pushnil(L);
        }
        if (lua_rawequal(L, -1, -2)) continue;
        lua_setupvalue(L, kept + 1, number);
        lua_settop(L, kept + 1);
        if (status == MOON_OK) fill_report(L, name, err);
        status = MOON_E_SCRIPT_STATE;
    }
    lua_settop(L, kept - 1);
    return status;
}
