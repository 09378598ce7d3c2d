#include "script/order.h"

#include <lauxlib.h>
#include <stdlib.h>

#include "script/error.h"
#include "script/freeze.h"
#include "script/state_in.h"
#include "script/value_pack.h"

typedef enum rank { NUMBER, TEXT, BOOLEAN, DATE, MONEY, PERIOD } rank;

typedef struct key {
    rank rank;
    moon_currency currency;
    union {
        moon_decimal number; /* also of money */
        moon_str text;
        bool boolean;
        moon_date date;
        moon_period period;
    };
} key;

static int order(int64_t a, int64_t b) { return (a > b) - (a < b); }

static int compare_keys(const void *x, const void *y) {
    const key *a = x, *b = y;
    if (a->rank != b->rank) return order((int)a->rank, (int)b->rank);
    switch (a->rank) {
    case TEXT: return moon_str_cmp(a->text, b->text);
    case BOOLEAN: return order(a->boolean, b->boolean);
    case DATE: return order(a->date, b->date);
    case MONEY:
        if (a->currency != b->currency) return order(a->currency, b->currency);
        break;
    case PERIOD:
        return a->period.start != b->period.start ? order(a->period.start, b->period.start)
                                                  : order(a->period.end, b->period.end);
    case NUMBER: break;
    }
    return moon_decimal_cmp(a->number, b->number);
}

/* The key at `index` as something that can be compared; its text borrows from the table. */
static key l_read_key(lua_State *L, int index) {
    moon_operand o;
    key k = {.rank = NUMBER};
    if (lua_type(L, index) == LUA_TSTRING) {
        k.rank = TEXT;
        k.text.ptr = lua_tolstring(L, index, &k.text.len);
    } else if (lua_isboolean(L, index)) {
        k.rank = BOOLEAN;
        k.boolean = lua_toboolean(L, index);
    } else if (lua_isinteger(L, index)) {
        k.number = moon_decimal_of(lua_tointeger(L, index));
    } else if (l_operand(L, index, &o)) {
        static const rank ranks[] = {NUMBER, MONEY, DATE, PERIOD};
        k.rank = ranks[o.kind];
        if (o.kind <= MOON_VALUE_MONEY) k.number = o.number;
        if (o.kind == MOON_VALUE_MONEY) k.currency = o.currency;
        if (o.kind == MOON_VALUE_DATE) k.date = o.date;
        if (o.kind == MOON_VALUE_PERIOD) k.period = o.period;
    } else {
        l_raise(L, MOON_E_SCRIPT_VALUE, "pairs has no order for keys of type %s",
                moon_type_name_at(L, index));
    }
    return k;
}

static void push_key(lua_State *L, const key *k) {
    switch (k->rank) {
    case TEXT: lua_pushlstring(L, k->text.ptr, k->text.len); break;
    case BOOLEAN: lua_pushboolean(L, k->boolean); break;
    case DATE: moon_push_date(L, k->date); break;
    case MONEY: moon_push_money(L, k->number, k->currency); break;
    case PERIOD: moon_push_period(L, k->period); break;
    case NUMBER:
        /* Not moon_push_decimal: a plain integer beyond 2^31 is a key of its own. */
        if (k->currency)
            lua_pushinteger(L, (lua_Integer)k->number.coef);
        else
            moon_push_decimal(L, k->number);
        break;
    }
}

lua_Integer l_push_keys(lua_State *L, int index) {
    int top = lua_gettop(L);
    moon_arena *scratch = &moon_script_of(L)->scratch;
    luaL_checkstack(L, 8, "pairs");
    if (!moon_freeze_shadow(L, index)) lua_pushvalue(L, index);
    int table = top + 1;
    lua_Integer count = 0, length = (lua_Integer)lua_rawlen(L, table);
    bool list = true;
    for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
        count++;
        list = list && lua_isinteger(L, -2) && lua_tointeger(L, -2) >= 1 && lua_tointeger(L, -2) <= length;
    }
    if (list && count == length) {
        lua_settop(L, top);
        lua_pushnil(L);
        return count;
    }
    moon_arena_mark mark = moon_arena_here(scratch);
    key *keys = MOON_NEW_N(scratch, key, (size_t)count);
    lua_Integer n = 0;
    for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
        keys[n] = l_read_key(L, -2);
        if (lua_isinteger(L, -2)) keys[n].currency = 1;
        n++;
    }
    qsort(keys, (size_t)count, sizeof *keys, compare_keys);
    lua_createtable(L, (int)count, 0);
    for (n = 0; n < count; n++) {
        push_key(L, &keys[n]);
        lua_rawseti(L, -2, n + 1);
    }
    moon_arena_rewind(scratch, mark);
    lua_replace(L, table);
    lua_settop(L, table);
    return count;
}

/* Upvalues: the keys or nil, how many, how many were given. */
static int l_pairs_next(lua_State *L) {
    lua_Integer n = lua_tointeger(L, lua_upvalueindex(2)), i = lua_tointeger(L, lua_upvalueindex(3));
    bool list = lua_isnil(L, lua_upvalueindex(1));
    lua_settop(L, 1);
    while (i < n) {
        i++;
        if (list)
            lua_pushinteger(L, i);
        else
            lua_rawgeti(L, lua_upvalueindex(1), i);
        lua_pushvalue(L, 2);
        if (lua_gettable(L, 1) != LUA_TNIL) {
            lua_pushinteger(L, i);
            lua_replace(L, lua_upvalueindex(3));
            return 2;
        }
        lua_settop(L, 1);
    }
    lua_pushinteger(L, n);
    lua_replace(L, lua_upvalueindex(3));
    lua_pushnil(L);
    return 1;
}

int l_order_pairs(lua_State *L) {
    lua_settop(L, 1);
    if (luaL_getmetafield(L, 1, "__pairs") != LUA_TNIL) {
        lua_insert(L, 1);
        lua_call(L, 1, 3);
        return 3;
    }
    if (!lua_istable(L, 1))
        return l_raise(L, MOON_E_SCRIPT_VALUE, "pairs takes a table, not %s", moon_type_name_at(L, 1));
    lua_Integer n = l_push_keys(L, 1);
    lua_pushinteger(L, n);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, l_pairs_next, 3);
    lua_pushvalue(L, 1);
    return 2;
}

/* ---- sort ---- */

/* Is item j of the list at `from` before item i? With a comparison at 2, or by `<`. */
static bool l_before(lua_State *L, int from, lua_Integer j, lua_Integer i) {
    bool before;
    if (lua_isnil(L, 2)) {
        lua_rawgeti(L, from, j);
        lua_rawgeti(L, from, i);
        before = lua_compare(L, -2, -1, LUA_OPLT);
        lua_pop(L, 2);
    } else {
        lua_pushvalue(L, 2);
        lua_rawgeti(L, from, j);
        lua_rawgeti(L, from, i);
        lua_call(L, 2, 1);
        before = lua_toboolean(L, -1);
        lua_pop(L, 1);
    }
    return before;
}

static void l_merge(lua_State *L, int from, int to, lua_Integer low, lua_Integer middle, lua_Integer high) {
    lua_Integer a = low, b = middle;
    for (lua_Integer k = low; k < high; k++) {
        bool second = a >= middle || (b < high && l_before(L, from, b, a));
        lua_rawgeti(L, from, second ? b++ : a++);
        lua_rawseti(L, to, k);
    }
}

/* table.sort(list, before): works on two lists of its own, so that nothing a comparison does can disturb it. */
int l_order_sort(lua_State *L) {
    lua_settop(L, 2);
    luaL_checktype(L, 1, LUA_TTABLE);
    if (!lua_isnil(L, 2)) luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_Integer n = luaL_len(L, 1);
    if (n < 0 || n > 100000000) return l_raise(L, MOON_E_SCRIPT_VALUE, "a list of %lld items", (long long)n);
    int from = 3, to = 4;
    lua_createtable(L, (int)n, 0);
    lua_createtable(L, (int)n, 0);
    for (lua_Integer i = 1; i <= n; i++) {
        lua_geti(L, 1, i);
        lua_rawseti(L, from, i);
    }
    for (lua_Integer width = 1; width < n; width *= 2) {
        for (lua_Integer low = 1; low <= n; low += 2 * width) {
            lua_Integer middle = low + width < n + 1 ? low + width : n + 1;
            lua_Integer high = low + 2 * width < n + 1 ? low + 2 * width : n + 1;
            l_merge(L, from, to, low, middle, high);
        }
        int swap = from;
        from = to;
        to = swap;
    }
    for (lua_Integer i = 1; i <= n; i++) {
        lua_rawgeti(L, from, i);
        lua_seti(L, 1, i);
    }
    return 0;
}
