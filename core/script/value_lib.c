/* The functions that make and take values: what rules call. lua/README.md describes each. */
#include <lauxlib.h>

#include "script/error.h"
#include "script/value_pack.h"

static moon_str l_text(lua_State *L, int arg) {
    moon_str s;
    s.ptr = lua_tolstring(L, arg, &s.len);
    return s;
}

/* decimal "0.000012", decimal(12) */
static int l_decimal(lua_State *L) {
    moon_err err;
    moon_decimal x;
    if (lua_type(L, 1) == LUA_TSTRING)
        L_TRY(L, moon_decimal_parse(l_text(L, 1), &x, &err));
    else
        x = moon_check_decimal(L, 1);
    moon_push_decimal(L, x);
    return 1;
}

/* percent(20) is 0.2; percent "7.5" */
static int l_percent(lua_State *L) {
    moon_err err;
    moon_decimal x;
    if (lua_type(L, 1) == LUA_TSTRING)
        L_TRY(L, moon_decimal_parse(l_text(L, 1), &x, &err));
    else
        x = moon_check_decimal(L, 1);
    L_TRY(L, moon_decimal_mul(x, (moon_decimal){1, 2}, &x, &err));
    moon_push_decimal(L, x);
    return 1;
}

/* "12.50 EUR" or "EUR 12.50", with any number of decimals: money in rules is exact, rounding is by name. */
static int l_money_parse(lua_State *L, moon_str text) {
    moon_err err;
    moon_decimal amount;
    moon_currency currency;
    moon_str first, second = moon_str_trim(text);
    if (!moon_str_cut(&second, ' ', &first)) first = MOON_STR_NONE;
    second = moon_str_trim(second);
    if (first.len == 0 || second.len == 0)
        l_raise(L, MOON_E_MONEY_SYNTAX, "'%.*s' is not an amount and a currency", MOON_STR_ARG(text));
    bool code_first =
        (first.ptr[0] >= 'A' && first.ptr[0] <= 'Z') || (first.ptr[0] >= 'a' && first.ptr[0] <= 'z');
    L_TRY(L, moon_currency_parse(code_first ? first : second, &currency, &err));
    L_TRY(L, moon_decimal_parse(code_first ? second : first, &amount, &err));
    moon_push_money(L, amount, currency);
    return 1;
}

static int l_money(lua_State *L) {
    if (moon_value_kind_at(L, 1) == MOON_VALUE_MONEY && lua_isnoneornil(L, 2)) {
        lua_settop(L, 1);
        return 1;
    }
    if (lua_type(L, 1) == LUA_TSTRING && lua_isnoneornil(L, 2)) return l_money_parse(L, l_text(L, 1));
    moon_err err;
    moon_decimal amount;
    if (lua_type(L, 1) == LUA_TSTRING)
        L_TRY(L, moon_decimal_parse(l_text(L, 1), &amount, &err));
    else
        amount = moon_check_decimal(L, 1);
    moon_push_money(L, amount, moon_check_currency(L, 2));
    return 1;
}

static int l_small_int(lua_State *L, int arg) {
    moon_err err;
    int64_t n;
    L_TRY(L, moon_decimal_to_int(moon_check_decimal(L, arg), &n, &err));
    return n > 99999 ? 99999 : n < -99999 ? -99999 : (int)n;
}

/* date "2026-11-30", date(2026, 11, 30) */
static int l_date(lua_State *L) {
    moon_err err;
    moon_date date;
    if (lua_isnoneornil(L, 2))
        date = moon_check_date(L, 1);
    else
        L_TRY(L, moon_date_make(l_small_int(L, 1), l_small_int(L, 2), l_small_int(L, 3), &date, &err));
    moon_push_date(L, date);
    return 1;
}

/* period(start, stop), period "2026-11-01..2026-12-01" */
static int l_period(lua_State *L) {
    moon_err err;
    moon_period period;
    moon_date start, end;
    if (lua_type(L, 1) == LUA_TSTRING && lua_isnoneornil(L, 2)) {
        moon_str text = l_text(L, 1);
        size_t dot = moon_str_find(text, '.', 0);
        if (dot + 2 > text.len || text.ptr[dot + 1] != '.')
            l_raise(L, MOON_E_DATE_SYNTAX, "'%.*s' is not a period such as 2026-11-01..2026-12-01",
                    MOON_STR_ARG(text));
        L_TRY(L, moon_date_parse(moon_str_sub(text, 0, dot), &start, &err));
        L_TRY(L, moon_date_parse(moon_str_sub(text, dot + 2, text.len), &end, &err));
    } else {
        start = moon_check_date(L, 1);
        end = moon_check_date(L, 2);
    }
    L_TRY(L, moon_period_make(start, end, &period, &err));
    moon_push_period(L, period);
    return 1;
}

/* A number or money; its currency, or 0 for a number. */
static moon_decimal l_amount(lua_State *L, int arg, moon_currency *currency) {
    moon_operand o;
    if (!l_operand(L, arg, &o) || o.kind > MOON_VALUE_MONEY)
        l_raise(L, MOON_E_SCRIPT_VALUE, "argument %d must be a number or money, not %s", arg,
                moon_type_name_at(L, arg));
    *currency = o.kind == MOON_VALUE_MONEY ? o.currency : 0;
    return o.number;
}

static int l_push_amount(lua_State *L, moon_decimal x, moon_currency currency) {
    if (currency)
        moon_push_money(L, x, currency);
    else
        moon_push_decimal(L, x);
    return 1;
}

/* The places named, or for money those of the currency; for a number they must be named. */
static int l_places(lua_State *L, int arg, moon_currency currency) {
    return moon_check_places(L, arg, currency ? moon_currency_exponent(currency) : -1);
}

static int l_round(lua_State *L) {
    moon_err err;
    moon_currency currency;
    moon_decimal x = l_amount(L, 1, &currency);
    int places = l_places(L, 2, currency);
    L_TRY(L, moon_decimal_round(x, places, moon_check_rounding(L, 3, MOON_HALF_UP), &x, &err));
    return l_push_amount(L, x, currency);
}

/* divide(a, b, places, mode) */
static int l_divide(lua_State *L) {
    moon_err err;
    moon_currency currency, by;
    moon_decimal a = l_amount(L, 1, &currency), b = l_amount(L, 2, &by);
    if (by && by != currency)
        l_raise(L, currency ? MOON_E_CURRENCY_MISMATCH : MOON_E_SCRIPT_VALUE, "cannot divide %s by %s",
                currency ? moon_currency_code(currency) : "a number", moon_currency_code(by));
    if (by) currency = 0;
    int places = l_places(L, 3, currency);
    L_TRY(L, moon_decimal_div(a, b, places, moon_check_rounding(L, 4, MOON_HALF_UP), &a, &err));
    return l_push_amount(L, a, currency);
}

/* prorate(amount, n, d, places, mode): amount * n / d with one rounding */
static int l_prorate(lua_State *L) {
    moon_err err;
    moon_currency currency;
    moon_decimal x = l_amount(L, 1, &currency), n = moon_check_decimal(L, 2), d = moon_check_decimal(L, 3);
    int places = l_places(L, 4, currency);
    L_TRY(L, moon_decimal_muldiv(x, n, d, places, moon_check_rounding(L, 5, MOON_HALF_UP), &x, &err));
    return l_push_amount(L, x, currency);
}

/* Weights as whole numbers of one scale. */
static void l_read_weights(lua_State *L, int arg, int64_t *weights, size_t n) {
    moon_err err;
    moon_operand o;
    int scale = 0;
    for (size_t i = 0; i < n; i++, lua_pop(L, 1)) {
        lua_geti(L, arg, (lua_Integer)i + 1);
        if (!l_operand(L, -1, &o) || o.kind > MOON_VALUE_MONEY)
            l_raise(L, MOON_E_SPLIT_INVALID, "weight %zu is %s", i + 1, moon_type_name_at(L, -1));
        if (o.number.scale > scale) scale = o.number.scale;
    }
    for (size_t i = 0; i < n; i++, lua_pop(L, 1)) {
        lua_geti(L, arg, (lua_Integer)i + 1);
        if (!l_operand(L, -1, &o)) l_raise(L, MOON_E_SPLIT_INVALID, "weight %zu is missing", i + 1);
        L_TRY(L, moon_decimal_to_minor(o.number, scale, &weights[i], &err));
    }
}

/* split(amount, weights): parts in minor units (whole numbers for a plain amount) that add up to the amount */
static int l_split(lua_State *L) {
    moon_err err;
    moon_currency currency;
    moon_decimal amount = l_amount(L, 1, &currency);
    int64_t total;
    int exponent = currency ? moon_currency_exponent(currency) : 0;
    if (!lua_istable(L, 2)) l_raise(L, MOON_E_SPLIT_INVALID, "the weights must be a list");
    lua_Integer n = luaL_len(L, 2);
    if (n < 1 || n > MOON_SPLIT_MAX) l_raise(L, MOON_E_SPLIT_INVALID, "%lld weights", (long long)n);
    L_TRY(L, moon_decimal_to_minor(amount, exponent, &total, &err));
    int64_t *weights = lua_newuserdatauv(L, (size_t)n * 2 * sizeof *weights, 0), *parts = weights + n;
    l_read_weights(L, 2, weights, (size_t)n);
    L_TRY(L, moon_split(total, weights, (size_t)n, parts, &err));
    lua_createtable(L, (int)n, 0);
    for (lua_Integer i = 0; i < n; i++) {
        moon_decimal part;
        L_TRY(L, moon_decimal_make(parts[i], exponent, &part, &err));
        l_push_amount(L, part, currency);
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

static int l_extreme(lua_State *L, int sign) {
    int best = 1, n = lua_gettop(L);
    if (n == 0) l_raise(L, MOON_E_SCRIPT_VALUE, "nothing to choose from");
    if (n == 1) moon_value_compare(L, 1, 1); /* refuses what has no order */
    for (int i = 2; i <= n; i++)
        if (moon_value_compare(L, i, best) * sign > 0) best = i;
    lua_pushvalue(L, best);
    return 1;
}

static int l_min(lua_State *L) { return l_extreme(L, -1); }
static int l_max(lua_State *L) { return l_extreme(L, 1); }

static int l_abs(lua_State *L) {
    moon_currency currency;
    moon_decimal x = l_amount(L, 1, &currency);
    return l_push_amount(L, moon_decimal_abs(x), currency);
}

/* sum(list, start): start (0) plus every item */
static int l_sum(lua_State *L) {
    if (lua_isnoneornil(L, 2)) {
        lua_settop(L, 1);
        lua_pushinteger(L, 0);
    }
    lua_settop(L, 2);
    int type = lua_type(L, 1);
    if (type != LUA_TTABLE && type != LUA_TUSERDATA)
        l_raise(L, MOON_E_SCRIPT_VALUE, "sum takes a list, not %s", moon_type_name_at(L, 1));
    lua_Integer n = luaL_len(L, 1);
    for (lua_Integer i = 1; i <= n; i++) {
        lua_geti(L, 1, i);
        l_push_sum(L, 2, 3);
        lua_replace(L, 2);
        lua_settop(L, 2);
    }
    return 1;
}

static int l_whole(lua_State *L, moon_rounding mode) {
    moon_err err;
    moon_decimal x = moon_check_decimal(L, 1);
    L_TRY(L, moon_decimal_round(x, 0, mode, &x, &err));
    moon_push_decimal(L, x);
    return 1;
}

static int l_round_down(lua_State *L) { return l_whole(L, MOON_FLOOR); }
static int l_round_up(lua_State *L) { return l_whole(L, MOON_CEILING); }

void moon_value_functions(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"decimal", l_decimal}, {"percent", l_percent},  {"money", l_money},   {"date", l_date},
        {"period", l_period},   {"round", l_round},      {"divide", l_divide}, {"prorate", l_prorate},
        {"split", l_split},     {"min", l_min},          {"max", l_max},       {"abs", l_abs},
        {"sum", l_sum},         {"floor", l_round_down}, {"ceil", l_round_up}, {NULL, NULL}};
    luaL_newlib(L, functions);
}
