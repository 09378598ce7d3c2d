/* The operators of values. Each has a fast way for packed decimals and integers, and a slow one for the rest. */
#include <lauxlib.h>

#include "script/error.h"
#include "script/value_pack.h"

static bool is_exact_mark(lua_State *L, int index) {
    return lua_islightuserdata(L, index) && (uint64_t)(uintptr_t)lua_touserdata(L, index) == PACK_EXACT;
}

/* A packed decimal or an integer that is small enough for 64-bit work. */
static inline bool small_at(lua_State *L, int index, int64_t *coef, int *scale) {
    int type = lua_type(L, index);
    if (type == LUA_TLIGHTUSERDATA) {
        uint64_t v = (uint64_t)(uintptr_t)lua_touserdata(L, index);
        if (pack_kind(v) != MOON_VALUE_DECIMAL || v == PACK_EXACT) return false;
        *coef = pack_decimal_coef(v);
        *scale = pack_decimal_scale(v);
        return true;
    }
    if (type != LUA_TNUMBER || !lua_isinteger(L, index)) return false;
    *coef = lua_tointeger(L, index);
    *scale = 0;
    return *coef >= -MOON_INTEGER_EXACT && *coef <= MOON_INTEGER_EXACT;
}

/* The same for packed money. */
static inline bool small_money_at(lua_State *L, int index, int64_t *coef, int *scale,
                                  moon_currency *currency) {
    if (lua_type(L, index) != LUA_TLIGHTUSERDATA) return false;
    uint64_t v = (uint64_t)(uintptr_t)lua_touserdata(L, index);
    if (pack_kind(v) != MOON_VALUE_MONEY) return false;
    *coef = pack_money_coef(v);
    *scale = pack_money_scale(v);
    *currency = pack_money_currency(v);
    return true;
}

/* Bring both to one scale; false if that takes more than 64 bits. */
static inline bool small_align(int64_t *a, int *scale_a, int64_t *b, int scale_b) {
    for (; *scale_a < scale_b; ++*scale_a)
        if (__builtin_mul_overflow(*a, 10, a)) return false;
    for (; scale_b < *scale_a; ++scale_b)
        if (__builtin_mul_overflow(*b, 10, b)) return false;
    return true;
}

/* Both, the second also where the first is no value: a float there must raise. */
static bool l_operands(lua_State *L, int ia, moon_operand *a, int ib, moon_operand *b) {
    bool first = l_operand(L, ia, a), second = l_operand(L, ib, b);
    return first && second;
}

static const char *kind_name(lua_State *L, int index, char out[MOON_VALUE_TEXT]) {
    moon_operand o;
    if (moon_operand_at(L, index, &o) && o.kind == MOON_VALUE_MONEY) return moon_currency_code(o.currency);
    const char *name = moon_type_name_at(L, index);
    const char *article = name[0] == 'n' && name[1] == 'i' ? "" : "a ";
    snprintf(out, MOON_VALUE_TEXT, "%s%s", article, name);
    return out;
}

/* "cannot add USD to EUR": verb, the second operand, preposition, the first. */
static int l_cannot(lua_State *L, int first, int second, const char *verb, const char *preposition) {
    char a[MOON_VALUE_TEXT], b[MOON_VALUE_TEXT];
    moon_operand x, y;
    bool both = l_operands(L, first, &x, second, &y);
    bool currencies = both && x.kind == MOON_VALUE_MONEY && y.kind == MOON_VALUE_MONEY;
    return l_raise(L, currencies ? MOON_E_CURRENCY_MISMATCH : MOON_E_SCRIPT_VALUE, "cannot %s %s %s %s", verb,
                   kind_name(L, second, b), preposition, kind_name(L, first, a));
}

static bool is_zero(const moon_operand *o) { return o->kind == MOON_VALUE_DECIMAL && o->number.coef == 0; }

/* Days to add: whole, and within the range of dates. */
static int64_t l_days(lua_State *L, const moon_operand *o) {
    moon_err err;
    int64_t days;
    L_TRY(L, moon_decimal_to_int(o->number, &days, &err));
    return days;
}

static void l_push_date_plus(lua_State *L, moon_date date, int64_t days) {
    moon_err err;
    moon_date result;
    L_TRY(L, moon_date_add_days(date, days, &result, &err));
    moon_push_date(L, result);
}

static void l_push_plus(lua_State *L, int ia, int ib, const moon_operand *a, const moon_operand *b) {
    moon_err err;
    moon_decimal sum;
    if (a->kind == MOON_VALUE_DATE && b->kind == MOON_VALUE_DECIMAL) {
        l_push_date_plus(L, a->date, l_days(L, b));
    } else if (b->kind == MOON_VALUE_DATE && a->kind == MOON_VALUE_DECIMAL) {
        l_push_date_plus(L, b->date, l_days(L, a));
    } else if (a->kind == MOON_VALUE_DECIMAL && b->kind == MOON_VALUE_DECIMAL) {
        L_TRY(L, moon_decimal_add(a->number, b->number, &sum, &err));
        moon_push_decimal(L, sum);
    } else if (a->kind == MOON_VALUE_MONEY &&
               (is_zero(b) || (b->kind == a->kind && b->currency == a->currency))) {
        L_TRY(L, moon_decimal_add(a->number, b->number, &sum, &err));
        moon_push_money(L, sum, a->currency);
    } else if (b->kind == MOON_VALUE_MONEY && is_zero(a)) {
        moon_push_money(L, b->number, b->currency);
    } else {
        l_cannot(L, ia, ib, "add", "to");
    }
}

void l_push_sum(lua_State *L, int ia, int ib) {
    int64_t x, y;
    int scale_x, scale_y;
    if (small_at(L, ia, &x, &scale_x) && small_at(L, ib, &y, &scale_y) &&
        small_align(&x, &scale_x, &y, scale_y) && !__builtin_add_overflow(x, y, &x)) {
        moon_push_small(L, x, scale_x);
        return;
    }
    moon_currency money_x, money_y;
    if (small_money_at(L, ia, &x, &scale_x, &money_x) && small_money_at(L, ib, &y, &scale_y, &money_y) &&
        money_x == money_y && small_align(&x, &scale_x, &y, scale_y) && !__builtin_add_overflow(x, y, &x)) {
        moon_push_small_money(L, x, scale_x, money_x);
        return;
    }
    moon_operand a, b;
    if (!l_operands(L, ia, &a, ib, &b)) l_cannot(L, ia, ib, "add", "to");
    l_push_plus(L, ia, ib, &a, &b);
}

static int l_add(lua_State *L) {
    l_push_sum(L, 1, 2);
    return 1;
}

static int l_sub(lua_State *L) {
    int64_t x, y;
    int scale_x, scale_y;
    if (small_at(L, 1, &x, &scale_x) && small_at(L, 2, &y, &scale_y) &&
        small_align(&x, &scale_x, &y, scale_y) && !__builtin_sub_overflow(x, y, &x)) {
        moon_push_small(L, x, scale_x);
        return 1;
    }
    moon_operand a, b;
    if (!l_operands(L, 1, &a, 2, &b)) l_cannot(L, 1, 2, "subtract", "from");
    if (a.kind == MOON_VALUE_DATE && b.kind == MOON_VALUE_DATE) {
        lua_pushinteger(L, (lua_Integer)a.date - b.date);
        return 1;
    }
    bool subtractable = b.kind == MOON_VALUE_DECIMAL || b.kind == MOON_VALUE_MONEY;
    if (!subtractable || (a.kind == MOON_VALUE_MONEY && b.kind == a.kind && b.currency != a.currency) ||
        a.kind == MOON_VALUE_PERIOD || (a.kind == MOON_VALUE_DATE && b.kind != MOON_VALUE_DECIMAL) ||
        (a.kind == MOON_VALUE_DECIMAL && b.kind == MOON_VALUE_MONEY && !is_zero(&a)) ||
        (a.kind == MOON_VALUE_MONEY && b.kind == MOON_VALUE_DECIMAL && !is_zero(&b)))
        l_cannot(L, 1, 2, "subtract", "from");
    b.number = moon_decimal_neg(b.number);
    l_push_plus(L, 1, 2, &a, &b);
    return 1;
}

/* A number as the left operand of an exact division: a decimal even where it would be an integer, so that Lua
 * calls __div instead of dividing floats. Seen by __div and __pow only. */
static int l_mark_exact(lua_State *L, int index) {
    moon_operand o;
    if (!l_operand(L, index, &o))
        l_raise(L, MOON_E_SCRIPT_VALUE, "cannot divide %s", moon_type_name_at(L, index));
    if (lua_isinteger(L, index)) {
        uint64_t packed = pack_decimal(lua_tointeger(L, index), 0);
        lua_pushlightuserdata(L, (void *)(uintptr_t)packed);
    } else {
        lua_pushvalue(L, index);
    }
    return 1;
}

static int l_mul(lua_State *L) {
    int64_t x, y;
    int scale_x, scale_y;
    if (small_at(L, 1, &x, &scale_x) && small_at(L, 2, &y, &scale_y) && !__builtin_mul_overflow(x, y, &x) &&
        scale_x + scale_y <= MOON_DECIMAL_SCALE_MAX) {
        moon_push_small(L, x, scale_x + scale_y);
        return 1;
    }
    moon_currency currency;
    if (((small_money_at(L, 1, &x, &scale_x, &currency) && small_at(L, 2, &y, &scale_y)) ||
         (small_money_at(L, 2, &x, &scale_x, &currency) && small_at(L, 1, &y, &scale_y))) &&
        !__builtin_mul_overflow(x, y, &x) && scale_x + scale_y <= MOON_DECIMAL_SCALE_MAX) {
        moon_push_small_money(L, x, scale_x + scale_y, currency);
        return 1;
    }
    if (is_exact_mark(L, 2)) return l_mark_exact(L, 1);
    moon_err err;
    moon_decimal product;
    moon_operand a, b;
    if (!l_operands(L, 1, &a, 2, &b)) l_cannot(L, 1, 2, "multiply", "with");
    if (a.kind > MOON_VALUE_MONEY || b.kind > MOON_VALUE_MONEY ||
        (a.kind == MOON_VALUE_MONEY && b.kind == MOON_VALUE_MONEY))
        l_raise(L, MOON_E_SCRIPT_VALUE, "cannot multiply %s with %s", moon_type_name_at(L, 1),
                moon_type_name_at(L, 2));
    L_TRY(L, moon_decimal_mul(a.number, b.number, &product, &err));
    if (a.kind == MOON_VALUE_MONEY || b.kind == MOON_VALUE_MONEY)
        moon_push_money(L, product, a.kind == MOON_VALUE_MONEY ? a.currency : b.currency);
    else
        moon_push_decimal(L, product);
    return 1;
}

/* Both operands of / // %: numbers, money by a number, or money by money of its currency. True if the result is
 * money. */
static bool l_division(lua_State *L, moon_operand *a, moon_operand *b) {
    if (!l_operands(L, 1, a, 2, b)) {
        char x[MOON_VALUE_TEXT], y[MOON_VALUE_TEXT];
        l_raise(L, MOON_E_SCRIPT_VALUE, "cannot divide %s by %s", kind_name(L, 1, x), kind_name(L, 2, y));
    }
    bool mismatch = b->kind == MOON_VALUE_MONEY && (a->kind != b->kind || a->currency != b->currency);
    if (a->kind > MOON_VALUE_MONEY || b->kind > MOON_VALUE_MONEY || mismatch) {
        char x[MOON_VALUE_TEXT], y[MOON_VALUE_TEXT];
        bool currencies = mismatch && a->kind == MOON_VALUE_MONEY;
        l_raise(L, currencies ? MOON_E_CURRENCY_MISMATCH : MOON_E_SCRIPT_VALUE, "cannot divide %s by %s",
                kind_name(L, 1, x), kind_name(L, 2, y));
    }
    return a->kind == MOON_VALUE_MONEY && b->kind != MOON_VALUE_MONEY;
}

/* a / b in 64 bits: a with zeros appended until b divides it. False if that takes more, or is never so. */
static bool small_divide(int64_t a, int scale_a, int64_t b, int scale_b, int64_t *quotient, int *scale) {
    if (b == 0 || a == INT64_MIN) return false;
    for (*scale = scale_a - scale_b; *scale < 0 || a % b != 0; ++*scale)
        if (*scale >= MOON_DECIMAL_SCALE_MAX || __builtin_mul_overflow(a, 10, &a)) return false;
    *quotient = a / b;
    return true;
}

static int l_div(lua_State *L) {
    int64_t x, y;
    int scale_x, scale_y;
    if (small_at(L, 1, &x, &scale_x) && small_at(L, 2, &y, &scale_y) &&
        small_divide(x, scale_x, y, scale_y, &x, &scale_x)) {
        moon_push_small(L, x, scale_x);
        return 1;
    }
    moon_err err;
    moon_decimal quotient;
    moon_operand a, b;
    bool money = l_division(L, &a, &b);
    L_TRY(L, moon_decimal_div_exact(a.number, b.number, &quotient, &err));
    if (money)
        moon_push_money(L, quotient, a.currency);
    else
        moon_push_decimal(L, quotient);
    return 1;
}

/* Floor division as in Lua: the quotient rounded towards minus infinity. */
static int l_idiv(lua_State *L) {
    moon_err err;
    moon_decimal quotient;
    moon_operand a, b;
    if (l_division(L, &a, &b))
        l_raise(L, MOON_E_SCRIPT_VALUE, "cannot divide money with //: use divide or split");
    L_TRY(L, moon_decimal_div(a.number, b.number, 0, MOON_FLOOR, &quotient, &err));
    moon_push_decimal(L, quotient);
    return 1;
}

static int l_mod(lua_State *L) {
    moon_err err;
    moon_decimal quotient, whole, rest;
    moon_operand a, b;
    if (l_division(L, &a, &b)) l_raise(L, MOON_E_SCRIPT_VALUE, "cannot take money modulo a number");
    L_TRY(L, moon_decimal_div(a.number, b.number, 0, MOON_FLOOR, &quotient, &err));
    L_TRY(L, moon_decimal_mul(quotient, b.number, &whole, &err));
    L_TRY(L, moon_decimal_sub(a.number, whole, &rest, &err));
    if (a.kind == MOON_VALUE_MONEY)
        moon_push_money(L, rest, a.currency);
    else
        moon_push_decimal(L, rest);
    return 1;
}

#define POWER_MAX 1000 /* beyond, a base other than 0 and 1 and -1 has long left the range */

static int l_pow(lua_State *L) {
    if (is_exact_mark(L, 1)) return l_mark_exact(L, 2);
    moon_err err;
    moon_decimal result = moon_decimal_of(1);
    moon_operand a, b;
    int64_t n;
    if (!l_operands(L, 1, &a, 2, &b) || a.kind != MOON_VALUE_DECIMAL || b.kind != MOON_VALUE_DECIMAL)
        l_raise(L, MOON_E_SCRIPT_VALUE, "cannot raise %s to the power of %s", moon_type_name_at(L, 1),
                moon_type_name_at(L, 2));
    L_TRY(L, moon_decimal_to_int(b.number, &n, &err));
    if (n > POWER_MAX || n < -POWER_MAX)
        l_raise(L, MOON_E_DECIMAL_RANGE, "the exponent %lld is beyond %d", (long long)n, POWER_MAX);
    for (int64_t i = n < 0 ? -n : n; i > 0; i--) L_TRY(L, moon_decimal_mul(result, a.number, &result, &err));
    if (n < 0) L_TRY(L, moon_decimal_div_exact(moon_decimal_of(1), result, &result, &err));
    moon_push_decimal(L, result);
    return 1;
}

static int l_unm(lua_State *L) {
    moon_operand a;
    if (!l_operand(L, 1, &a) || a.kind > MOON_VALUE_MONEY)
        l_raise(L, MOON_E_SCRIPT_VALUE, "cannot negate %s", moon_type_name_at(L, 1));
    a.number = moon_decimal_neg(a.number);
    if (a.kind == MOON_VALUE_MONEY)
        moon_push_money(L, a.number, a.currency);
    else
        moon_push_decimal(L, a.number);
    return 1;
}

static int order(int64_t a, int64_t b) { return (a > b) - (a < b); }

int moon_value_compare(lua_State *L, int ia, int ib) {
    int64_t x, y;
    int scale_x, scale_y;
    if (small_at(L, ia, &x, &scale_x) && small_at(L, ib, &y, &scale_y) &&
        small_align(&x, &scale_x, &y, scale_y))
        return order(x, y);
    moon_currency money_x, money_y;
    if (small_money_at(L, ia, &x, &scale_x, &money_x) && small_money_at(L, ib, &y, &scale_y, &money_y) &&
        money_x == money_y && small_align(&x, &scale_x, &y, scale_y))
        return order(x, y);
    moon_operand a, b;
    bool values = l_operands(L, ia, &a, ib, &b);
    if (values && (is_zero(&a) || is_zero(&b)) && a.kind <= MOON_VALUE_MONEY && b.kind <= MOON_VALUE_MONEY)
        return moon_decimal_cmp(a.number, b.number);
    if (!values || a.kind != b.kind || (a.kind == MOON_VALUE_MONEY && a.currency != b.currency))
        l_cannot(L, ib, ia, "compare", "with");
    switch (a.kind) {
    case MOON_VALUE_DATE: return order(a.date, b.date);
    case MOON_VALUE_PERIOD:
        return a.period.start != b.period.start ? order(a.period.start, b.period.start)
                                                : order(a.period.end, b.period.end);
    default: return moon_decimal_cmp(a.number, b.number);
    }
}

static int l_lt(lua_State *L) {
    lua_pushboolean(L, moon_value_compare(L, 1, 2) < 0);
    return 1;
}

static int l_le(lua_State *L) {
    lua_pushboolean(L, moon_value_compare(L, 1, 2) <= 0);
    return 1;
}

static void l_push_text(lua_State *L, int index) {
    char text[MOON_VALUE_TEXT];
    int type = lua_type(L, index);
    if (type == LUA_TSTRING || type == LUA_TNUMBER) {
        lua_pushvalue(L, index);
    } else {
        if (moon_value_kind_at(L, index) == MOON_VALUE_NONE)
            l_raise(L, MOON_E_SCRIPT_VALUE, "cannot join %s to text", kind_name(L, index, text));
        lua_pushlstring(L, text, moon_value_text(L, index, text));
    }
}

static int l_concat(lua_State *L) {
    l_push_text(L, 1);
    l_push_text(L, 2);
    lua_concat(L, 2);
    return 1;
}

static int l_tostring(lua_State *L) {
    char text[MOON_VALUE_TEXT];
    lua_pushlstring(L, text, moon_value_text(L, 1, text));
    return 1;
}

void moon_value_operators(lua_State *L) {
    static const luaL_Reg operators[] = {{"__add", l_add}, {"__sub", l_sub},       {"__mul", l_mul},
                                         {"__div", l_div}, {"__idiv", l_idiv},     {"__mod", l_mod},
                                         {"__pow", l_pow}, {"__unm", l_unm},       {"__lt", l_lt},
                                         {"__le", l_le},   {"__concat", l_concat}, {"__tostring", l_tostring},
                                         {NULL, NULL}};
    luaL_setfuncs(L, operators, 0);
}
