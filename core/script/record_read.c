/* Lua tables as records. */
#include <lauxlib.h>
#include <stdlib.h>

#include "base/limits.h"
#include "script/error.h"
#include "script/near.h"
#include "script/order.h"
#include "script/record.h"
#include "script/value.h"

#define PATH_MAX_TEXT 200

/* Where in the record the reading is. */
typedef struct reading {
    lua_State *L;
    moon_arena *keep;
    char path[PATH_MAX_TEXT]; /* "lines[3]." */
    int depth;
    moon_currency currency; /* of the outermost record, once known */
} reading;

static int l_wrong(reading *r, const moon_field *f, int value, const char *wanted) {
    return l_raise(r->L, MOON_E_FIELD_TYPE, "%s%s must be %s, not %s", r->path, f->name, wanted,
                   moon_type_name_at(r->L, value));
}

/* What a lower floor said about the field. */
static int l_field_fail(reading *r, const moon_field *f, moon_err *err) {
    char text[sizeof err->text];
    memcpy(text, err->text, sizeof text);
    snprintf(err->text, sizeof err->text, "%s%s: %.250s", r->path, f->name, text);
    return l_fail(r->L, err);
}

static moon_str l_read_text(reading *r, const moon_field *f, int value) {
    moon_str s;
    if (lua_type(r->L, value) != LUA_TSTRING) l_wrong(r, f, value, "text");
    s.ptr = lua_tolstring(r->L, value, &s.len);
    return moon_arena_str(r->keep, s);
}

static int64_t l_read_integer(reading *r, const moon_field *f, int value) {
    moon_decimal x;
    moon_err err;
    int64_t whole;
    if (!moon_to_decimal(r->L, value, &x)) l_wrong(r, f, value, "a whole number");
    if (moon_decimal_to_int(x, &whole, &err) != MOON_OK) l_field_fail(r, f, &err);
    return whole;
}

static int64_t l_read_minor(reading *r, const moon_field *f, int value) {
    moon_decimal x;
    moon_currency currency;
    moon_err err;
    int64_t minor;
    if (!moon_to_money(r->L, value, &x, &currency)) {
        if (!moon_to_decimal(r->L, value, &x) || x.coef != 0) l_wrong(r, f, value, "money");
        return 0; /* nothing is nothing in every currency */
    }
    if (!r->currency) r->currency = currency; /* none was given: the first amount decides */
    if (currency != r->currency)
        l_raise(r->L, MOON_E_CURRENCY_MISMATCH, "%s%s is in %s, the record in %s", r->path, f->name,
                moon_currency_code(currency), moon_currency_code(r->currency));
    if (moon_decimal_to_minor(x, moon_currency_exponent(currency), &minor, &err) != MOON_OK)
        l_field_fail(r, f, &err);
    return minor;
}

static moon_currency l_read_currency(reading *r, const moon_field *f, int value) {
    moon_currency currency;
    moon_err err;
    moon_str s;
    if (lua_type(r->L, value) != LUA_TSTRING) l_wrong(r, f, value, "a currency code");
    s.ptr = lua_tolstring(r->L, value, &s.len);
    if (moon_currency_parse(s, &currency, &err) != MOON_OK) l_field_fail(r, f, &err);
    return currency;
}

static moon_date l_read_date(reading *r, const moon_field *f, int value) {
    moon_date date;
    moon_err err;
    moon_str s;
    if (moon_to_date(r->L, value, &date)) return date;
    if (lua_type(r->L, value) != LUA_TSTRING) l_wrong(r, f, value, "a date");
    s.ptr = lua_tolstring(r->L, value, &s.len);
    if (moon_date_parse(s, &date, &err) != MOON_OK) l_field_fail(r, f, &err);
    return date;
}

static int l_read_enum(reading *r, const moon_field *f, int value) {
    moon_str s = MOON_STR_NONE;
    char hint[128];
    if (lua_type(r->L, value) != LUA_TSTRING) l_wrong(r, f, value, "text");
    s.ptr = lua_tolstring(r->L, value, &s.len);
    moon_near near = moon_near_begin(s);
    for (int i = 0; f->names[i]; i++) {
        if (moon_str_is(s, f->names[i])) return i + 1;
        moon_near_try(&near, moon_str_of(f->names[i]));
    }
    moon_near_hint(&near, hint, sizeof hint);
    return l_raise_hint(r->L, MOON_E_FIELD_TYPE, hint, "%s%s cannot be '%.80s'", r->path, f->name, s.ptr);
}

static int compare_tags(const void *a, const void *b) {
    return moon_str_cmp(((const moon_tags_pair *)a)->key, ((const moon_tags_pair *)b)->key);
}

static void l_read_tags(reading *r, const moon_field *f, int value, moon_tags *out) {
    lua_State *L = r->L;
    moon_tags viewed;
    if (l_tags_at(L, value, &viewed)) {
        *out = (moon_tags){MOON_NEW_N(r->keep, moon_tags_pair, viewed.count + 1), viewed.count};
        for (size_t i = 0; i < viewed.count; i++)
            out->items[i] = (moon_tags_pair){moon_arena_str(r->keep, viewed.items[i].key),
                                             moon_arena_str(r->keep, viewed.items[i].value)};
        return;
    }
    if (!lua_istable(L, value)) l_wrong(r, f, value, "a table of texts");
    lua_Integer n = l_push_keys(L, value);
    int keys = lua_gettop(L);
    if (n > MOON_LIST_MAX || (n > 0 && lua_isnil(L, keys))) l_wrong(r, f, value, "a table of texts by name");
    *out = (moon_tags){MOON_NEW_N(r->keep, moon_tags_pair, (size_t)n + 1), (size_t)n};
    for (lua_Integer i = 0; i < n; i++, lua_settop(L, keys)) {
        lua_rawgeti(L, keys, i + 1);
        out->items[i].key = l_read_text(r, f, keys + 1);
        lua_pushvalue(L, keys + 1);
        if (lua_gettable(L, value) == LUA_TBOOLEAN) {
            out->items[i].value = lua_toboolean(L, -1) ? MOON_STR("true") : MOON_STR("false");
            continue;
        }
        if (moon_value_kind_at(L, -1) != MOON_VALUE_NONE) luaL_tolstring(L, -1, NULL);
        out->items[i].value = l_read_text(r, f, lua_gettop(L));
    }
    qsort(out->items, out->count, sizeof *out->items, compare_tags);
    lua_settop(L, keys - 1);
}

/* Without sorting: all keys known is the common case. */
static lua_Integer count_keys(lua_State *L, int table) {
    lua_Integer n = 0;
    for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) n++;
    return n;
}

static void l_read_struct(reading *r, int table, const moon_type *type, void *record);

static void l_read_list(reading *r, const moon_field *f, int value, moon_list *out) {
    lua_State *L = r->L;
    if (!lua_istable(L, value) && !lua_isuserdata(L, value)) l_wrong(r, f, value, "a list");
    lua_Integer n = luaL_len(L, value);
    if (n > MOON_LIST_MAX)
        l_raise(L, MOON_E_RECORD_INVALID, "%s%s has %lld items", r->path, f->name, (long long)n);
    if (lua_istable(L, value)) {
        lua_Integer keys = l_push_keys(L, value);
        if (keys != n || !lua_isnil(L, -1)) l_wrong(r, f, value, "a list without gaps and names");
        lua_pop(L, 1);
    }
    size_t at = strlen(r->path);
    out->items = moon_arena_alloc_n(r->keep, (size_t)n + 1, f->of->size);
    out->count = (size_t)n;
    for (lua_Integer i = 0; i < n; i++) {
        snprintf(r->path + at, PATH_MAX_TEXT - at, "%s[%lld].", f->name, (long long)i + 1);
        lua_geti(L, value, i + 1);
        l_read_struct(r, lua_gettop(L), f->of, (char *)out->items + (size_t)i * f->of->size);
        lua_pop(L, 1);
    }
    r->path[at] = 0;
}

static void l_read_hash(reading *r, const moon_field *f, int value, moon_hash *out) {
    moon_str s = MOON_STR_NONE;
    if (lua_type(r->L, value) == LUA_TSTRING) s.ptr = lua_tolstring(r->L, value, &s.len);
    if (!moon_hash_parse(s, out)) l_wrong(r, f, value, "a hash of 64 hexadecimal digits");
}

static void l_read_field(reading *r, const moon_field *f, int value, void *record) {
    void *at = moon_field_at(f, record);
    moon_decimal x;
    switch (f->kind) {
    case MOON_KIND_BOOL:
        if (!lua_isboolean(r->L, value)) l_wrong(r, f, value, "true or false");
        *(bool *)at = lua_toboolean(r->L, value);
        break;
    case MOON_KIND_INT: *(int64_t *)at = l_read_integer(r, f, value); break;
    case MOON_KIND_TEXT:
    case MOON_KIND_ID:
    case MOON_KIND_BYTES: *(moon_str *)at = l_read_text(r, f, value); break;
    case MOON_KIND_DECIMAL:
        if (!moon_to_decimal(r->L, value, &x)) l_wrong(r, f, value, "a number");
        *(moon_decimal *)at = x;
        break;
    case MOON_KIND_MINOR: *(int64_t *)at = l_read_minor(r, f, value); break;
    case MOON_KIND_CURRENCY: *(moon_currency *)at = l_read_currency(r, f, value); break;
    case MOON_KIND_DATE: *(moon_date *)at = l_read_date(r, f, value); break;
    case MOON_KIND_ENUM: *(int *)at = l_read_enum(r, f, value); break;
    case MOON_KIND_HASH: l_read_hash(r, f, value, at); break;
    case MOON_KIND_TAGS: l_read_tags(r, f, value, at); break;
    case MOON_KIND_LIST: l_read_list(r, f, value, at); break;
    }
}

/* Every key of the table must be a field. */
static void l_refuse_unknown(reading *r, int table, const moon_type *type) {
    lua_State *L = r->L;
    lua_Integer n = l_push_keys(L, table);
    if (n > 0 && lua_isnil(L, -1))
        l_raise(L, MOON_E_FIELD_UNKNOWN, "%s%s: fields have names, this table is a list", r->path,
                type->name);
    int keys = lua_gettop(L);
    for (lua_Integer i = 1; i <= n; i++, lua_settop(L, keys)) {
        moon_str name = MOON_STR_NONE;
        if (lua_rawgeti(L, keys, i) == LUA_TSTRING) name.ptr = lua_tolstring(L, -1, &name.len);
        if (moon_type_field(type, name)) continue;
        char hint[128];
        moon_near near = moon_near_begin(name);
        for (size_t k = 0; k < type->field_count; k++)
            moon_near_try(&near, moon_str_of(type->fields[k].name));
        moon_near_hint(&near, hint, sizeof hint);
        if (!name.len) name = MOON_STR("[a number]");
        l_raise_hint(L, MOON_E_FIELD_UNKNOWN, hint, "%s%.*s is no field of type %s", r->path,
                     (int)(name.len < 80 ? name.len : 80), name.ptr, type->name);
    }
    lua_settop(L, keys - 1);
}

static void l_read_struct(reading *r, int table, const moon_type *type, void *record) {
    lua_State *L = r->L;
    const moon_type *viewed;
    const void *data;
    luaL_checkstack(L, 12, "records");
    if (moon_view_at(L, table, &viewed, &data) && viewed == type) {
        lua_getfield(L, table, type->fields[0].name); /* raises if the view is of an earlier call */
        lua_pop(L, 1);
        moon_record_copy(type, data, record, r->keep);
        return;
    }
    if (!lua_istable(L, table))
        l_raise(L, MOON_E_FIELD_TYPE, "%s%s must be a table of fields, not %s", r->path, type->name,
                moon_type_name_at(L, table));
    if (++r->depth > MOON_NEST_MAX) l_raise(L, MOON_E_RECORD_INVALID, "%s lies too deep", r->path);
    moon_record_init(type, record);
    lua_Integer known = 0;
    const moon_field *currency = moon_type_field(type, MOON_STR("currency"));
    bool outermost = r->depth == 1 && currency && currency->kind == MOON_KIND_CURRENCY;
    if (outermost && lua_getfield(L, table, "currency") != LUA_TNIL)
        r->currency = l_read_currency(r, currency, lua_gettop(L));
    for (size_t i = 0; i < type->field_count; i++) {
        const moon_field *f = &type->fields[i];
        if (lua_getfield(L, table, f->name) != LUA_TNIL) {
            l_read_field(r, f, lua_gettop(L), record);
            known++;
        } else if ((f->flags & (MOON_REQUIRED | MOON_MANAGED)) == MOON_REQUIRED) {
            l_refuse_unknown(r, table, type); /* a misspelt name says more than the one that is missing */
            l_raise(L, MOON_E_FIELD_REQUIRED, "%s%s is missing", r->path, f->name);
        } /* what moonbill manages it fills in itself */
        lua_pop(L, 1);
    }
    if (count_keys(L, table) != known) l_refuse_unknown(r, table, type);
    if (outermost) lua_pop(L, 1);
    r->depth--;
}

void l_read_record(lua_State *L, int index, const moon_type *type, void *record, moon_arena *keep) {
    moon_err err;
    reading r = {.L = L, .keep = keep};
    l_read_struct(&r, lua_absindex(L, index), type, record);
    L_TRY(L, moon_record_validate_given(type, record, &err));
}
