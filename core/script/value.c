#include "script/value.h"

#include <lauxlib.h>
#include <string.h>

#include "script/error.h"
#include "script/value_pack.h"

/* Keys of the registry. */
static const char BIG_METATABLE, BIG_INTERNED;

/* A value too wide for 64 bits, as bytes: an __int128 member would ask for an alignment that Lua does not give.
 * The bytes are also the key by which it is interned. */
typedef struct big {
    char bytes[20];
} big;

static big big_make(moon_value_kind kind, moon_decimal number, moon_currency currency) {
    big b;
    memcpy(b.bytes, &number.coef, 16);
    b.bytes[16] = (char)number.scale;
    b.bytes[17] = (char)kind;
    memcpy(b.bytes + 18, &currency, 2);
    return b;
}

static void big_read(const big *b, moon_operand *out) {
    memcpy(&out->number.coef, b->bytes, 16);
    out->number.scale = b->bytes[16];
    out->kind = (moon_value_kind)b->bytes[17];
    memcpy(&out->currency, b->bytes + 18, 2);
}

static void push_big(lua_State *L, moon_value_kind kind, moon_decimal number, moon_currency currency) {
    big b = big_make(kind, number, currency);
    luaL_checkstack(L, 5, "values");
    lua_rawgetp(L, LUA_REGISTRYINDEX, &BIG_INTERNED);
    lua_pushlstring(L, b.bytes, sizeof b.bytes);
    lua_pushvalue(L, -1);
    if (lua_rawget(L, -3) == LUA_TUSERDATA) { /* interned, key, value */
        lua_replace(L, -3);
        lua_pop(L, 1);
        return;
    }
    lua_pop(L, 1);
    memcpy(lua_newuserdatauv(L, sizeof b, 0), &b, sizeof b);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &BIG_METATABLE);
    lua_setmetatable(L, -2);
    lua_pushvalue(L, -1);
    lua_insert(L, -4); /* value, interned, key, value */
    lua_rawset(L, -3);
    lua_pop(L, 1);
}

static const big *big_at(lua_State *L, int index) {
    if (!lua_getmetatable(L, index)) return NULL;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &BIG_METATABLE);
    bool ours = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return ours ? lua_touserdata(L, index) : NULL;
}

static void push_packed(lua_State *L, uint64_t v) { lua_pushlightuserdata(L, (void *)(uintptr_t)v); }

void moon_push_small(lua_State *L, int64_t coef, int scale) {
    if (coef == 0) scale = 0;
    while (scale > 0 && coef % 10 == 0) {
        coef /= 10;
        scale--;
    }
    if (scale == 0 && coef >= -MOON_INTEGER_CANONICAL && coef <= MOON_INTEGER_CANONICAL)
        lua_pushinteger(L, coef);
    else if (coef >= -PACK_DECIMAL_MAX && coef <= PACK_DECIMAL_MAX)
        push_packed(L, pack_decimal(coef, scale));
    else
        push_big(L, MOON_VALUE_DECIMAL, (moon_decimal){coef, scale}, 0);
}

void moon_push_small_money(lua_State *L, int64_t coef, int scale, moon_currency currency) {
    if (coef == 0) scale = 0;
    while (scale > 0 && coef % 10 == 0) {
        coef /= 10;
        scale--;
    }
    moon_push_money(L, (moon_decimal){coef, scale}, currency);
}

void moon_push_decimal(lua_State *L, moon_decimal value) {
    if (value.coef >= INT64_MIN && value.coef <= INT64_MAX)
        moon_push_small(L, (int64_t)value.coef, value.scale);
    else
        push_big(L, MOON_VALUE_DECIMAL, value, 0);
}

void moon_push_integer(lua_State *L, int64_t value) { moon_push_small(L, value, 0); }

void moon_push_money(lua_State *L, moon_decimal amount, moon_currency currency) {
    if (amount.scale <= PACK_MONEY_SCALE && amount.coef >= -PACK_MONEY_MAX && amount.coef <= PACK_MONEY_MAX)
        push_packed(L, pack_money((int64_t)amount.coef, amount.scale, currency));
    else
        push_big(L, MOON_VALUE_MONEY, amount, currency);
}

void moon_push_minor(lua_State *L, moon_money money) {
    moon_push_money(L, moon_money_decimal(money), money.currency);
}

void moon_push_date(lua_State *L, moon_date date) {
    if (date == MOON_DATE_NONE)
        lua_pushnil(L);
    else
        push_packed(L, pack_date(date));
}

void moon_push_period(lua_State *L, moon_period period) { push_packed(L, pack_period(period)); }

static bool packed_operand(uint64_t v, moon_operand *out) {
    out->kind = pack_kind(v);
    switch (out->kind) {
    case MOON_VALUE_DECIMAL: out->number = (moon_decimal){pack_decimal_coef(v), pack_decimal_scale(v)}; break;
    case MOON_VALUE_MONEY:
        out->number = (moon_decimal){pack_money_coef(v), pack_money_scale(v)};
        out->currency = pack_money_currency(v);
        break;
    case MOON_VALUE_DATE: out->date = unpack_date(v); break;
    case MOON_VALUE_PERIOD: out->period = unpack_period(v); break;
    case MOON_VALUE_NONE: break;
    }
    return v != PACK_EXACT;
}

bool moon_operand_at(lua_State *L, int index, moon_operand *out) {
    switch (lua_type(L, index)) {
    case LUA_TLIGHTUSERDATA: return packed_operand((uint64_t)(uintptr_t)lua_touserdata(L, index), out);
    case LUA_TNUMBER:
        if (!lua_isinteger(L, index)) return false;
        out->kind = MOON_VALUE_DECIMAL;
        lua_Integer i = lua_tointeger(L, index);
        out->number = moon_decimal_of(i);
        return i >= -MOON_INTEGER_EXACT && i <= MOON_INTEGER_EXACT;
    case LUA_TUSERDATA: {
        const big *b = big_at(L, index);
        if (b) big_read(b, out);
        return b != NULL;
    }
    default: return false;
    }
}

bool l_operand(lua_State *L, int index, moon_operand *out) {
    if (moon_operand_at(L, index, out)) return true;
    if (lua_type(L, index) == LUA_TNUMBER) {
        if (lua_isinteger(L, index))
            l_raise_hint(L, MOON_E_SCRIPT_INTEGER,
                         "make one factor a decimal first, for example decimal(n) * m",
                         "the integer %lld is beyond 2^53, where integers of Lua may have wrapped",
                         (long long)lua_tointeger(L, index));
        l_raise(L, MOON_E_SCRIPT_FLOAT, "a floating-point number meets an exact one");
    }
    return false;
}

moon_value_kind moon_value_kind_at(lua_State *L, int index) {
    moon_operand o;
    return moon_operand_at(L, index, &o) ? o.kind : MOON_VALUE_NONE;
}

const char *moon_type_name_at(lua_State *L, int index) {
    static const char *const names[] = {"decimal", "money", "date", "period"};
    int type = lua_type(L, index);
    moon_operand o;
    if (type != LUA_TLIGHTUSERDATA && type != LUA_TUSERDATA)
        return lua_typename(L, type < 0 ? LUA_TNIL : type);
    if (moon_operand_at(L, index, &o)) return names[o.kind];
    return "record";
}

bool moon_to_decimal(lua_State *L, int index, moon_decimal *out) {
    moon_operand o;
    if (!moon_operand_at(L, index, &o) || o.kind != MOON_VALUE_DECIMAL) return false;
    *out = o.number;
    return true;
}

bool moon_to_money(lua_State *L, int index, moon_decimal *amount, moon_currency *currency) {
    moon_operand o;
    if (!moon_operand_at(L, index, &o) || o.kind != MOON_VALUE_MONEY) return false;
    *amount = o.number;
    *currency = o.currency;
    return true;
}

bool moon_to_date(lua_State *L, int index, moon_date *out) {
    moon_operand o;
    if (!moon_operand_at(L, index, &o) || o.kind != MOON_VALUE_DATE) return false;
    *out = o.date;
    return true;
}

static int l_wanted(lua_State *L, int arg, const char *what) {
    lua_Debug ar = {0};
    const char *name = NULL;
    if (lua_getstack(L, 0, &ar) && lua_getinfo(L, "n", &ar)) name = ar.name;
    return l_raise(L, MOON_E_SCRIPT_VALUE, "argument %d%s%s must be %s, not %s", arg, name ? " of " : "",
                   name ? name : "", what, moon_type_name_at(L, arg));
}

static moon_operand l_check(lua_State *L, int arg, moon_value_kind kind, const char *what) {
    moon_operand o;
    if (!l_operand(L, arg, &o) || o.kind != kind) l_wanted(L, arg, what);
    return o;
}

moon_decimal moon_check_decimal(lua_State *L, int arg) {
    return l_check(L, arg, MOON_VALUE_DECIMAL, "a number").number;
}

moon_decimal moon_check_money(lua_State *L, int arg, moon_currency *currency) {
    moon_operand o = l_check(L, arg, MOON_VALUE_MONEY, "money");
    *currency = o.currency;
    return o.number;
}

moon_date moon_check_date(lua_State *L, int arg) {
    if (lua_type(L, arg) == LUA_TSTRING) {
        moon_err err;
        moon_str text;
        moon_date date;
        text.ptr = lua_tolstring(L, arg, &text.len);
        L_TRY(L, moon_date_parse(text, &date, &err));
        return date;
    }
    return l_check(L, arg, MOON_VALUE_DATE, "a date").date;
}

moon_period moon_check_period(lua_State *L, int arg) {
    return l_check(L, arg, MOON_VALUE_PERIOD, "a period").period;
}

moon_currency moon_check_currency(lua_State *L, int arg) {
    moon_err err;
    moon_str code;
    moon_currency currency;
    if (lua_type(L, arg) != LUA_TSTRING) l_wanted(L, arg, "a currency code");
    code.ptr = lua_tolstring(L, arg, &code.len);
    L_TRY(L, moon_currency_parse(code, &currency, &err));
    return currency;
}

int moon_check_places(lua_State *L, int arg, int otherwise) {
    if (lua_isnoneornil(L, arg) && otherwise >= 0) return otherwise;
    int exact;
    lua_Integer places = lua_tointegerx(L, arg, &exact);
    if (!exact || lua_type(L, arg) != LUA_TNUMBER || places < 0 || places > MOON_DECIMAL_SCALE_MAX)
        l_wanted(L, arg, "the number of places, 0 to 24");
    return (int)places;
}

moon_rounding moon_check_rounding(lua_State *L, int arg, moon_rounding otherwise) {
    if (lua_isnoneornil(L, arg)) return otherwise;
    moon_str name = MOON_STR_NONE;
    if (lua_type(L, arg) == LUA_TSTRING) name.ptr = lua_tolstring(L, arg, &name.len);
    moon_rounding mode = moon_rounding_by_name(name);
    if (mode == MOON_ROUNDING_COUNT)
        l_wanted(L, arg, "half_up, half_even, half_down, up, down, ceiling or floor");
    return mode;
}

size_t moon_money_text(moon_decimal amount, moon_currency currency, char out[MOON_VALUE_TEXT]) {
    size_t n = moon_decimal_format_places(amount, moon_currency_exponent(currency), out);
    return n + (size_t)snprintf(out + n, MOON_VALUE_TEXT - n, " %s", moon_currency_code(currency));
}

size_t moon_value_text(lua_State *L, int index, char out[MOON_VALUE_TEXT]) {
    moon_operand o;
    out[0] = 0;
    if (!moon_operand_at(L, index, &o)) return 0;
    switch (o.kind) {
    case MOON_VALUE_DECIMAL: return moon_decimal_format(o.number, out);
    case MOON_VALUE_MONEY: return moon_money_text(o.number, o.currency, out);
    case MOON_VALUE_DATE: return moon_date_format(o.date, out);
    case MOON_VALUE_PERIOD: {
        size_t n = moon_date_format(o.period.start, out);
        out[n] = out[n + 1] = '.';
        return n + 2 + moon_date_format(o.period.end, out + n + 2);
    }
    case MOON_VALUE_NONE: break;
    }
    return 0;
}

static void make_metatable(lua_State *L) {
    lua_createtable(L, 0, 20);
    lua_pushliteral(L, "value");
    lua_setfield(L, -2, "__name");
    moon_value_operators(L);
    moon_value_fields(L);
}

void moon_value_open(lua_State *L) {
    make_metatable(L);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &BIG_METATABLE);
    lua_pushlightuserdata(L, NULL);
    lua_insert(L, -2);
    lua_setmetatable(L, -2); /* of every light userdata of this state */
    lua_pop(L, 1);
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "v");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &BIG_INTERNED);
}
