#include "script/arg.h"

#include <lauxlib.h>

#include "base/limits.h"
#include "script/error.h"
#include "script/order.h"
#include "script/record.h"
#include "script/value_pack.h"

void l_push_arg(lua_State *L, const moon_arg *arg) {
    luaL_checkstack(L, 4, "arguments");
    switch (arg->kind) {
    case MOON_ARG_NIL: lua_pushnil(L); break;
    case MOON_ARG_BOOL: lua_pushboolean(L, arg->boolean); break;
    case MOON_ARG_INTEGER: moon_push_integer(L, arg->integer); break;
    case MOON_ARG_DECIMAL: moon_push_decimal(L, arg->decimal); break;
    case MOON_ARG_MONEY: moon_push_money(L, arg->money.amount, arg->money.currency); break;
    case MOON_ARG_DATE: moon_push_date(L, arg->date); break;
    case MOON_ARG_PERIOD: moon_push_period(L, arg->period); break;
    case MOON_ARG_TEXT: lua_pushlstring(L, arg->text.ptr, arg->text.len); break;
    case MOON_ARG_RECORD: moon_push_view(L, arg->record.type, arg->record.data); break;
    case MOON_ARG_ROW: l_push_row(L, arg->record.type, arg->record.data, arg->record.whole); break;
    case MOON_ARG_LIST:
        lua_createtable(L, (int)arg->list.count, 0);
        for (size_t i = 0; i < arg->list.count; i++) {
            l_push_arg(L, &arg->list.items[i]);
            lua_rawseti(L, -2, (lua_Integer)i + 1);
        }
        break;
    case MOON_ARG_MAP:
        lua_createtable(L, 0, (int)arg->map.count);
        for (size_t i = 0; i < arg->map.count; i++) {
            lua_pushlstring(L, arg->map.items[i].name.ptr, arg->map.items[i].name.len);
            l_push_arg(L, &arg->map.items[i].value);
            lua_rawset(L, -3);
        }
        break;
    }
}

static void l_read(lua_State *L, int index, moon_arena *keep, moon_arg *out, int depth, size_t *parts);

static void l_read_list(lua_State *L, int table, lua_Integer n, moon_arena *keep, moon_arg *out, int depth,
                        size_t *parts) {
    moon_arg *items = MOON_NEW_N(keep, moon_arg, (size_t)n + 1);
    for (lua_Integer i = 0; i < n; i++, lua_pop(L, 1)) {
        lua_geti(L, table, i + 1);
        l_read(L, lua_gettop(L), keep, &items[i], depth, parts);
    }
    *out = moon_arg_list(items, (size_t)n);
}

static void l_read_map(lua_State *L, int table, int keys, lua_Integer n, moon_arena *keep, moon_arg *out,
                       int depth, size_t *parts) {
    moon_named *items = MOON_NEW_N(keep, moon_named, (size_t)n + 1);
    for (lua_Integer i = 0; i < n; i++, lua_settop(L, keys)) {
        if (lua_rawgeti(L, keys, i + 1) != LUA_TSTRING)
            l_raise(L, MOON_E_SCRIPT_VALUE, "a result has a key that is %s, not text",
                    moon_type_name_at(L, -1));
        moon_str name;
        name.ptr = lua_tolstring(L, -1, &name.len);
        items[i].name = moon_arena_str(keep, name);
        lua_gettable(L, table);
        l_read(L, lua_gettop(L), keep, &items[i].value, depth, parts);
    }
    *out = moon_arg_map(items, (size_t)n);
}

static void l_read_table(lua_State *L, int table, moon_arena *keep, moon_arg *out, int depth, size_t *parts) {
    if (depth > MOON_NEST_MAX)
        l_raise(L, MOON_E_TOO_LARGE, "a result has tables more than %d deep", MOON_NEST_MAX);
    luaL_checkstack(L, 8, "results");
    lua_Integer n = l_push_keys(L, table);
    *parts += (size_t)n;
    if (*parts > MOON_ARG_PARTS_MAX)
        l_raise(L, MOON_E_TOO_LARGE, "a result has more than %d parts", MOON_ARG_PARTS_MAX);
    int keys = lua_gettop(L);
    if (lua_isnil(L, keys))
        l_read_list(L, table, n, keep, out, depth, parts);
    else
        l_read_map(L, table, keys, n, keep, out, depth, parts);
    lua_settop(L, keys - 1);
}

static bool read_value(lua_State *L, int index, moon_arg *out) {
    moon_operand o;
    if (!l_operand(L, index, &o)) return false;
    switch (o.kind) {
    case MOON_VALUE_DECIMAL: *out = moon_arg_decimal(o.number); break;
    case MOON_VALUE_MONEY: *out = moon_arg_money(o.number, o.currency); break;
    case MOON_VALUE_DATE: *out = moon_arg_date(o.date); break;
    case MOON_VALUE_PERIOD: *out = moon_arg_period(o.period); break;
    case MOON_VALUE_NONE: return false;
    }
    return true;
}

static void l_read(lua_State *L, int index, moon_arena *keep, moon_arg *out, int depth, size_t *parts) {
    moon_str text;
    const moon_type *type;
    const void *data;
    *out = (moon_arg){0};
    switch (lua_type(L, index)) {
    case LUA_TNIL: return;
    case LUA_TBOOLEAN: *out = moon_arg_bool(lua_toboolean(L, index)); return;
    case LUA_TSTRING:
        text.ptr = lua_tolstring(L, index, &text.len);
        *out = moon_arg_text(moon_arena_str(keep, text));
        return;
    case LUA_TTABLE: l_read_table(L, index, keep, out, depth + 1, parts); return;
    default: break;
    }
    if (read_value(L, index, out)) return;
    if (!moon_view_at(L, index, &type, &data))
        l_raise(L, MOON_E_SCRIPT_VALUE, "a result cannot hold a %s", moon_type_name_at(L, index));
    *out = moon_arg_record(type, data);
}

void l_read_arg(lua_State *L, int index, moon_arena *keep, moon_arg *out) {
    size_t parts = 0;
    l_read(L, lua_absindex(L, index), keep, out, 0, &parts);
}
