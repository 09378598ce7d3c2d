/* Fields and methods of values: money.amount, date.year, d:add_months(1), p:has(d), x:round(2). */
#include <lauxlib.h>
#include <string.h>

#include "script/error.h"
#include "script/value_pack.h"

static int l_decimal_round(lua_State *L) {
    moon_err err;
    moon_decimal x = moon_check_decimal(L, 1);
    int places = moon_check_places(L, 2, -1);
    L_TRY(L, moon_decimal_round(x, places, moon_check_rounding(L, 3, MOON_HALF_UP), &x, &err));
    moon_push_decimal(L, x);
    return 1;
}

static int l_money_round(lua_State *L) {
    moon_err err;
    moon_currency currency;
    moon_decimal x = moon_check_money(L, 1, &currency);
    int places = moon_check_places(L, 2, moon_currency_exponent(currency));
    L_TRY(L, moon_decimal_round(x, places, moon_check_rounding(L, 3, MOON_HALF_UP), &x, &err));
    moon_push_money(L, x, currency);
    return 1;
}

static int64_t l_count(lua_State *L, int arg) {
    moon_err err;
    int64_t n;
    L_TRY(L, moon_decimal_to_int(moon_check_decimal(L, arg), &n, &err));
    return n;
}

static int l_push_step(lua_State *L, moon_unit unit, int64_t n, int64_t count) {
    moon_err err;
    moon_date result;
    L_TRY(L, moon_date_step(moon_check_date(L, 1), unit, n, count, &result, &err));
    moon_push_date(L, result);
    return 1;
}

static int l_date_add_days(lua_State *L) { return l_push_step(L, MOON_UNIT_DAY, 1, l_count(L, 2)); }
static int l_date_add_weeks(lua_State *L) { return l_push_step(L, MOON_UNIT_WEEK, 1, l_count(L, 2)); }
static int l_date_add_months(lua_State *L) { return l_push_step(L, MOON_UNIT_MONTH, 1, l_count(L, 2)); }
static int l_date_add_years(lua_State *L) { return l_push_step(L, MOON_UNIT_YEAR, 1, l_count(L, 2)); }

static moon_unit l_unit(lua_State *L, int arg) {
    static const char *const names[] = {"day", "week", "month", "quarter", "half_year", "year"};
    const char *name = lua_type(L, arg) == LUA_TSTRING ? lua_tostring(L, arg) : "";
    for (int i = 0; i <= MOON_UNIT_YEAR; i++)
        if (!strcmp(name, names[i])) return (moon_unit)i;
    return (moon_unit)l_raise(L, MOON_E_SCRIPT_VALUE,
                              "argument %d must be day, week, month, quarter, half_year or year", arg - 1);
}

/* anchor:step(unit, count, n): the count-th step of n units after the anchor. */
static int l_date_step(lua_State *L) {
    moon_unit unit = l_unit(L, 2);
    int64_t n = lua_isnoneornil(L, 4) ? 1 : l_count(L, 4);
    return l_push_step(L, unit, n, l_count(L, 3));
}

/* anchor:period(unit, day, n): the period of the series of n units from the anchor that contains the day. */
static int l_date_period(lua_State *L) {
    moon_err err;
    moon_period period;
    moon_unit unit = l_unit(L, 2);
    int64_t n = lua_isnoneornil(L, 4) ? 1 : l_count(L, 4);
    L_TRY(L, moon_period_containing(moon_check_date(L, 1), unit, n, moon_check_date(L, 3), &period, &err));
    moon_push_period(L, period);
    return 1;
}

static int l_date_month_start(lua_State *L) {
    moon_date date = moon_check_date(L, 1);
    moon_push_date(L, date - moon_date_ymd(date).day + 1);
    return 1;
}

static int l_date_month_end(lua_State *L) {
    moon_date date = moon_check_date(L, 1);
    moon_ymd ymd = moon_date_ymd(date);
    moon_push_date(L, date - ymd.day + moon_date_days_in_month(ymd.year, ymd.month));
    return 1;
}

static int l_date_days_30e360(lua_State *L) {
    lua_pushinteger(L, moon_date_days_30e360(moon_check_date(L, 1), moon_check_date(L, 2)));
    return 1;
}

static int l_period_has(lua_State *L) {
    lua_pushboolean(L, moon_period_has(moon_check_period(L, 1), moon_check_date(L, 2)));
    return 1;
}

static int l_period_intersect(lua_State *L) {
    moon_period common;
    if (moon_period_intersect(moon_check_period(L, 1), moon_check_period(L, 2), &common))
        moon_push_period(L, common);
    else
        lua_pushnil(L);
    return 1;
}

static bool push_money_field(lua_State *L, const moon_operand *o, const char *key) {
    if (!strcmp(key, "amount"))
        moon_push_decimal(L, o->number);
    else if (!strcmp(key, "currency"))
        lua_pushstring(L, moon_currency_code(o->currency));
    else
        return false;
    return true;
}

static bool push_date_field(lua_State *L, moon_date date, const char *key) {
    if (!strcmp(key, "weekday")) {
        lua_pushinteger(L, moon_date_weekday(date));
        return true;
    }
    moon_ymd ymd = moon_date_ymd(date);
    if (!strcmp(key, "year"))
        lua_pushinteger(L, ymd.year);
    else if (!strcmp(key, "month"))
        lua_pushinteger(L, ymd.month);
    else if (!strcmp(key, "day"))
        lua_pushinteger(L, ymd.day);
    else if (!strcmp(key, "days_in_month"))
        lua_pushinteger(L, moon_date_days_in_month(ymd.year, ymd.month));
    else
        return false;
    return true;
}

static bool push_period_field(lua_State *L, moon_period period, const char *key) {
    if (!strcmp(key, "start"))
        moon_push_date(L, period.start);
    else if (!strcmp(key, "stop"))
        moon_push_date(L, period.end);
    else if (!strcmp(key, "days"))
        lua_pushinteger(L, moon_period_days(period));
    else
        return false;
    return true;
}

/* Upvalues 1 to 4: the methods of each kind. */
static int l_index(lua_State *L) {
    static const char date_fields[] =
        "year, month, day, weekday, days_in_month, add_days, add_weeks, add_months, "
        "add_years, step, period, month_start, month_end, days_30e360";
    static const char *const fields[] = {"round(places, mode)", "amount, currency, round(places, mode)",
                                         date_fields, "start, stop, days, has, intersect"};
    moon_operand o;
    if (!l_operand(L, 1, &o)) return l_raise(L, MOON_E_SCRIPT_VALUE, "this value has no fields");
    if (lua_type(L, 2) == LUA_TSTRING) {
        const char *key = lua_tostring(L, 2);
        if (o.kind == MOON_VALUE_MONEY && push_money_field(L, &o, key)) return 1;
        if (o.kind == MOON_VALUE_DATE && push_date_field(L, o.date, key)) return 1;
        if (o.kind == MOON_VALUE_PERIOD && push_period_field(L, o.period, key)) return 1;
        lua_pushvalue(L, 2);
        if (lua_rawget(L, lua_upvalueindex((int)o.kind + 1)) != LUA_TNIL) return 1;
    }
    return l_raise_hint(L, MOON_E_FIELD_UNKNOWN, fields[o.kind], "a %s has no field '%s'",
                        lua_type(L, 1) == LUA_TNUMBER ? "number" : moon_type_name_at(L, 1),
                        lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : moon_type_name_at(L, 2));
}

static int l_newindex(lua_State *L) {
    return l_raise(L, MOON_E_SCRIPT_VALUE, "a %s cannot be changed: compute a new one",
                   moon_type_name_at(L, 1));
}

void moon_value_fields(lua_State *L) {
    static const luaL_Reg decimal[] = {{"round", l_decimal_round}, {NULL, NULL}};
    static const luaL_Reg money[] = {{"round", l_money_round}, {NULL, NULL}};
    static const luaL_Reg date[] = {{"add_days", l_date_add_days},
                                    {"add_weeks", l_date_add_weeks},
                                    {"add_months", l_date_add_months},
                                    {"add_years", l_date_add_years},
                                    {"step", l_date_step},
                                    {"period", l_date_period},
                                    {"month_start", l_date_month_start},
                                    {"month_end", l_date_month_end},
                                    {"days_30e360", l_date_days_30e360},
                                    {NULL, NULL}};
    static const luaL_Reg period[] = {{"has", l_period_has}, {"intersect", l_period_intersect}, {NULL, NULL}};
    luaL_newlib(L, decimal);
    luaL_newlib(L, money);
    luaL_newlib(L, date);
    luaL_newlib(L, period);
    lua_pushcclosure(L, l_index, 4);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, "__index");
    /* Numbers too: a decimal without a fraction is an integer, and 3:round(2) must not depend on that. */
    lua_createtable(L, 0, 1);
    lua_insert(L, -2);
    lua_setfield(L, -2, "__index");
    lua_pushinteger(L, 0);
    lua_insert(L, -2);
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
    lua_pushcfunction(L, l_newindex);
    lua_setfield(L, -2, "__newindex");
}
