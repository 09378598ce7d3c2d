#include "script/record.h"

#include <lauxlib.h>

#include "script/error.h"
#include "script/near.h"
#include "script/state_in.h"
#include "script/value.h"

/* A userdata: one record, a list of records, or tags. */
typedef struct view {
    const moon_type *type; /* of the record, or of the items; NULL for tags */
    const void *data;      /* the struct, moon_list or moon_tags */
    uint64_t call;
    moon_currency currency; /* of MINOR fields */
    bool list;
} view;

/* Key of the registry for the metatable of tags. Those of a type lie under its address, of its lists one byte
 * behind. */
static const char TAGS_METATABLE;

static const view *l_view(lua_State *L, int arg) {
    const view *v = lua_touserdata(L, arg);
    if (!v || lua_islightuserdata(L, arg)) l_raise(L, MOON_E_SCRIPT_VALUE, "this is no record");
    if (v->call != moon_script_of(L)->call)
        l_raise_hint(L, MOON_E_SCRIPT_STATE, "read what you need from it during its own call",
                     "a record of an earlier call was used");
    return v;
}

static void l_push_metatable(lua_State *L, const moon_type *type, bool list);
static void l_push_tags_metatable(lua_State *L);

static view *l_push_view(lua_State *L, const moon_type *type, const void *data, moon_currency currency,
                         bool list) {
    luaL_checkstack(L, 8, "records");
    view *v = lua_newuserdatauv(L, sizeof *v, 0);
    *v = (view){type, data, moon_script_of(L)->call, currency, list};
    if (type)
        l_push_metatable(L, type, list);
    else
        l_push_tags_metatable(L);
    lua_setmetatable(L, -2);
    return v;
}

void moon_push_view(lua_State *L, const moon_type *type, const void *data) {
    l_push_view(L, type, data, moon_record_currency(type, data), false);
}

bool moon_view_at(lua_State *L, int index, const moon_type **type, const void **data) {
    const view *v = lua_touserdata(L, index);
    if (lua_type(L, index) != LUA_TUSERDATA || lua_rawlen(L, index) != sizeof *v) return false;
    if (!v->type || v->list || !lua_getmetatable(L, index)) return false;
    lua_rawgetp(L, LUA_REGISTRYINDEX, v->type);
    bool same = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    if (!same) return false;
    *type = v->type;
    *data = v->data;
    return true;
}

static void push_text(lua_State *L, moon_str s) {
    if (s.len)
        lua_pushlstring(L, s.ptr, s.len);
    else
        lua_pushnil(L);
}

static void push_hash(lua_State *L, const moon_hash *hash) {
    static const moon_hash none;
    char text[MOON_HASH_TEXT];
    if (moon_hash_eq(hash, &none)) {
        lua_pushnil(L);
    } else {
        moon_hash_format(hash, text);
        lua_pushstring(L, text);
    }
}

static void l_push_field(lua_State *L, const view *v, const moon_field *f) {
    const void *at = moon_field_at(f, v->data);
    switch (f->kind) {
    case MOON_KIND_BOOL: lua_pushboolean(L, *(const bool *)at); return;
    case MOON_KIND_LIST: l_push_view(L, f->of, at, v->currency, true); return;
    case MOON_KIND_TAGS: l_push_view(L, NULL, at, 0, false); return;
    default: break;
    }
    if (!moon_field_present(f, v->data)) {
        lua_pushnil(L);
        return;
    }
    switch (f->kind) {
    case MOON_KIND_INT: moon_push_integer(L, *(const int64_t *)at); break;
    case MOON_KIND_TEXT:
    case MOON_KIND_ID:
    case MOON_KIND_BYTES: push_text(L, *(const moon_str *)at); break;
    case MOON_KIND_DECIMAL: moon_push_decimal(L, *(const moon_decimal *)at); break;
    case MOON_KIND_MINOR: moon_push_minor(L, (moon_money){*(const int64_t *)at, v->currency}); break;
    case MOON_KIND_CURRENCY: lua_pushstring(L, moon_currency_code(*(const moon_currency *)at)); break;
    case MOON_KIND_DATE: moon_push_date(L, *(const moon_date *)at); break;
    case MOON_KIND_ENUM: lua_pushstring(L, f->names[*(const int *)at - 1]); break;
    case MOON_KIND_HASH: push_hash(L, at); break;
    default: lua_pushnil(L); break;
    }
}

static void l_fill_row(lua_State *L, const view *v, bool whole);

static void l_push_items(lua_State *L, const view *v, const moon_field *f) {
    const moon_list *list = moon_field_at(f, v->data);
    lua_createtable(L, (int)list->count, 0);
    for (size_t i = 0; i < list->count; i++) {
        const void *data = (const char *)list->items + i * f->of->size;
        moon_currency own = moon_record_currency(f->of, data); /* lines of ledger entries have one each */
        view item = {f->of, data, v->call, own ? own : v->currency, false};
        l_fill_row(L, &item, true);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

static void push_tags(lua_State *L, const moon_tags *tags) {
    lua_createtable(L, 0, (int)tags->count);
    for (size_t i = 0; i < tags->count; i++) {
        lua_pushlstring(L, tags->items[i].key.ptr, tags->items[i].key.len);
        lua_pushlstring(L, tags->items[i].value.ptr, tags->items[i].value.len);
        lua_rawset(L, -3);
    }
}

static void l_fill_row(lua_State *L, const view *v, bool whole) {
    luaL_checkstack(L, 8, "records");
    lua_createtable(L, 0, (int)v->type->field_count);
    for (size_t i = 0; i < v->type->field_count; i++) {
        const moon_field *f = &v->type->fields[i];
        bool detail = f->kind == MOON_KIND_LIST || f->kind == MOON_KIND_BYTES;
        if ((detail && !whole) || (f->kind != MOON_KIND_TAGS && !moon_field_present(f, v->data))) continue;
        lua_pushstring(L, f->name);
        if (f->kind == MOON_KIND_LIST)
            l_push_items(L, v, f);
        else if (f->kind == MOON_KIND_TAGS)
            push_tags(L, moon_field_at(f, v->data));
        else
            l_push_field(L, v, f);
        lua_rawset(L, -3);
    }
}

void l_push_row(lua_State *L, const moon_type *type, const void *data, bool whole) {
    view v = {type, data, 0, moon_record_currency(type, data), false};
    l_fill_row(L, &v, whole);
}

/* "its fields: id, kind, ..." as far as there is room. */
static void list_fields(const moon_type *type, char *out, size_t size) {
    size_t len = (size_t)snprintf(out, size, "its fields:");
    for (size_t i = 0; i < type->field_count; i++) {
        const char *name = type->fields[i].name;
        if (len + strlen(name) + 7 > size) {
            snprintf(out + len, size - len, " ...");
            return;
        }
        len += (size_t)snprintf(out + len, size - len, "%s %s", i ? "," : "", name);
    }
}

static int l_unknown_field(lua_State *L, const moon_type *type, moon_str name, const char *path) {
    char hint[256];
    moon_near near = moon_near_begin(name);
    for (size_t i = 0; i < type->field_count; i++) moon_near_try(&near, moon_str_of(type->fields[i].name));
    moon_near_hint(&near, hint, sizeof hint);
    if (!hint[0]) list_fields(type, hint, sizeof hint);
    return l_raise_hint(L, MOON_E_FIELD_UNKNOWN, hint, "%s%s has no field '%.*s'", path, type->name,
                        (int)(name.len < 80 ? name.len : 80), name.ptr);
}

/* Upvalue 1: field name -> its position. */
static int l_record_index(lua_State *L) {
    const view *v = l_view(L, 1);
    lua_settop(L, 2);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) == LUA_TNUMBER) {
        l_push_field(L, v, &v->type->fields[lua_tointeger(L, -1)]);
        return 1;
    }
    moon_str name = MOON_STR("?");
    if (lua_type(L, 2) == LUA_TSTRING) name.ptr = lua_tolstring(L, 2, &name.len);
    return l_unknown_field(L, v->type, name, "a record of type ");
}

static int l_read_only(lua_State *L) {
    return l_raise(L, MOON_E_SCRIPT_STATE, "records cannot be changed by scripts");
}

/* Iterator over the fields that are present, in the order of their description. Upvalue 1: the next position. */
static int l_record_next(lua_State *L) {
    const view *v = l_view(L, 1);
    for (lua_Integer i = lua_tointeger(L, lua_upvalueindex(1)); i < (lua_Integer)v->type->field_count; i++) {
        const moon_field *f = &v->type->fields[i];
        if (!moon_field_present(f, v->data)) continue;
        lua_pushinteger(L, i + 1);
        lua_replace(L, lua_upvalueindex(1));
        lua_pushstring(L, f->name);
        l_push_field(L, v, f);
        return 2;
    }
    lua_pushnil(L);
    return 1;
}

static int push_iterator(lua_State *L, lua_CFunction next) {
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, next, 1);
    lua_pushvalue(L, 1);
    lua_pushnil(L);
    return 3;
}

static int l_record_pairs(lua_State *L) { return push_iterator(L, l_record_next); }

static int l_list_len(lua_State *L) {
    lua_pushinteger(L, (lua_Integer)((const moon_list *)l_view(L, 1)->data)->count);
    return 1;
}

static int l_push_item(lua_State *L, const view *v, lua_Integer i) {
    const moon_list *list = v->data;
    if (i < 1 || (uint64_t)i > list->count)
        lua_pushnil(L);
    else
        l_push_view(L, v->type, (const char *)list->items + (size_t)(i - 1) * v->type->size, v->currency,
                    false);
    return 1;
}

static int l_list_index(lua_State *L) {
    const view *v = l_view(L, 1);
    if (lua_isinteger(L, 2)) return l_push_item(L, v, lua_tointeger(L, 2));
    return l_raise_hint(L, MOON_E_FIELD_UNKNOWN, "go through it with ipairs",
                        "a list of type %s has no field '%.80s'", v->type->name,
                        lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?");
}

static int l_list_next(lua_State *L) {
    const view *v = l_view(L, 1);
    lua_Integer i = lua_tointeger(L, lua_upvalueindex(1)) + 1;
    lua_pushinteger(L, i);
    lua_replace(L, lua_upvalueindex(1));
    lua_pushinteger(L, i);
    l_push_item(L, v, i);
    if (!lua_isnil(L, -1)) return 2;
    return 1;
}

static int l_list_pairs(lua_State *L) { return push_iterator(L, l_list_next); }

static int l_tags_index(lua_State *L) {
    const moon_tags *tags = l_view(L, 1)->data;
    moon_str key;
    lua_settop(L, 2);
    lua_pushnil(L);
    if (lua_type(L, 2) != LUA_TSTRING) return 1;
    key.ptr = lua_tolstring(L, 2, &key.len);
    for (size_t i = 0; i < tags->count; i++) {
        if (!moon_str_eq(tags->items[i].key, key)) continue;
        lua_pushlstring(L, tags->items[i].value.ptr, tags->items[i].value.len);
        break;
    }
    return 1;
}

static int l_tags_next(lua_State *L) {
    const moon_tags *tags = l_view(L, 1)->data;
    size_t i = (size_t)lua_tointeger(L, lua_upvalueindex(1));
    lua_pushnil(L);
    if (i >= tags->count) return 1;
    lua_pushinteger(L, (lua_Integer)i + 1);
    lua_replace(L, lua_upvalueindex(1));
    lua_pushlstring(L, tags->items[i].key.ptr, tags->items[i].key.len);
    lua_pushlstring(L, tags->items[i].value.ptr, tags->items[i].value.len);
    return 2;
}

static int l_tags_pairs(lua_State *L) { return push_iterator(L, l_tags_next); }

bool l_tags_at(lua_State *L, int index, moon_tags *out) {
    if (lua_type(L, index) != LUA_TUSERDATA || !lua_getmetatable(L, index)) return false;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &TAGS_METATABLE);
    bool same = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    if (same) *out = *(const moon_tags *)l_view(L, index)->data;
    return same;
}

static void set_common(lua_State *L, lua_CFunction pairs) {
    lua_pushliteral(L, "record");
    lua_setfield(L, -2, "__name");
    lua_pushcfunction(L, l_read_only);
    lua_setfield(L, -2, "__newindex");
    lua_pushcfunction(L, pairs);
    lua_setfield(L, -2, "__pairs");
}

static void l_push_metatable(lua_State *L, const moon_type *type, bool list) {
    const void *key = (const char *)type + list;
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, key) == LUA_TTABLE) return;
    lua_pop(L, 1);
    lua_createtable(L, 0, 5);
    set_common(L, list ? l_list_pairs : l_record_pairs);
    if (list) {
        lua_pushcfunction(L, l_list_len);
        lua_setfield(L, -2, "__len");
        lua_pushcfunction(L, l_list_index);
    } else {
        lua_createtable(L, 0, (int)type->field_count);
        for (size_t i = 0; i < type->field_count; i++) {
            lua_pushinteger(L, (lua_Integer)i);
            lua_setfield(L, -2, type->fields[i].name);
        }
        lua_pushcclosure(L, l_record_index, 1);
    }
    lua_setfield(L, -2, "__index");
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, key);
}

static void l_push_tags_metatable(lua_State *L) {
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &TAGS_METATABLE) == LUA_TTABLE) return;
    lua_pop(L, 1);
    lua_createtable(L, 0, 4);
    set_common(L, l_tags_pairs);
    lua_pushcfunction(L, l_tags_index);
    lua_setfield(L, -2, "__index");
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &TAGS_METATABLE);
}
