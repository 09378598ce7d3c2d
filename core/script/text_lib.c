#include "script/text_lib.h"

#include <lauxlib.h>
#include <string.h>

#include "script/error.h"
#include "script/state_in.h"
#include "script/value.h"

void l_push_tostring(lua_State *L, int index) {
    index = lua_absindex(L, index);
    switch (lua_type(L, index)) {
    case LUA_TNIL:
    case LUA_TBOOLEAN:
    case LUA_TNUMBER:
    case LUA_TSTRING:
    case LUA_TLIGHTUSERDATA: luaL_tolstring(L, index, NULL); break;
    default:
        if (luaL_getmetafield(L, index, "__tostring") == LUA_TNIL) {
            lua_pushstring(L, moon_type_name_at(L, index));
            return;
        }
        lua_pushvalue(L, index);
        lua_call(L, 1, 1);
        if (lua_type(L, -1) != LUA_TSTRING) l_raise(L, MOON_E_SCRIPT_ERROR, "__tostring must return text");
    }
}

int l_text_tostring(lua_State *L) {
    luaL_checkany(L, 1);
    l_push_tostring(L, 1);
    return 1;
}

/* tonumber(text): a decimal, or nil; tonumber(text, base): a whole number of that base */
int l_text_tonumber(lua_State *L) {
    moon_err err;
    moon_decimal x;
    luaL_checkany(L, 1);
    if (!lua_isnoneornil(L, 2)) {
        lua_Integer base = luaL_checkinteger(L, 2);
        const char *text = luaL_checkstring(L, 1);
        luaL_argcheck(L, base >= 2 && base <= 36, 2, "base out of range");
        lua_Integer n = 0;
        bool negative = *text == '-';
        text += negative;
        bool good = *text != 0;
        for (; good && *text; text++) {
            int digit = *text >= '0' && *text <= '9'   ? *text - '0'
                        : *text >= 'a' && *text <= 'z' ? *text - 'a' + 10
                        : *text >= 'A' && *text <= 'Z' ? *text - 'A' + 10
                                                       : 99;
            good = digit < base && n < MOON_INTEGER_EXACT;
            if (good) n = n * base + digit;
        }
        if (good)
            moon_push_integer(L, negative ? -n : n);
        else
            lua_pushnil(L);
        return 1;
    }
    if (lua_type(L, 1) == LUA_TSTRING) {
        moon_str text;
        text.ptr = lua_tolstring(L, 1, &text.len);
        if (moon_decimal_parse(moon_str_trim(text), &x, &err) == MOON_OK)
            moon_push_decimal(L, x);
        else
            lua_pushnil(L);
    } else if (moon_value_kind_at(L, 1) == MOON_VALUE_DECIMAL) {
        lua_settop(L, 1);
    } else {
        lua_pushnil(L);
    }
    return 1;
}

/* One % of a format: flags, width, precision, conversion. */
typedef struct spec {
    bool left, zero, plus, space;
    int width, places; /* places -1 if none */
    char conversion;
} spec;

static const char *l_read_number(lua_State *L, const char *p, const char *end, int *out) {
    for (*out = 0; p < end && *p >= '0' && *p <= '9'; p++) {
        *out = *out * 10 + (*p - '0');
        if (*out > 99) l_raise(L, MOON_E_SCRIPT_VALUE, "a width in string.format is beyond 99");
    }
    return p;
}

static const char *l_read_spec(lua_State *L, const char *p, const char *end, spec *out) {
    *out = (spec){.places = -1};
    for (; p < end; p++) {
        if (*p == '-')
            out->left = true;
        else if (*p == '0')
            out->zero = true;
        else if (*p == '+')
            out->plus = true;
        else if (*p == ' ')
            out->space = true;
        else
            break;
    }
    p = l_read_number(L, p, end, &out->width);
    if (p < end && *p == '.') p = l_read_number(L, p + 1, end, &out->places);
    if (p < end) out->conversion = *p++;
    return p;
}

/* `text`, of which the first byte may be a sign, filled up to the width. */
static void add_padded(luaL_Buffer *b, const spec *s, const char *text, size_t len, bool number) {
    size_t fill = (size_t)s->width > len ? (size_t)s->width - len : 0;
    bool zeros = number && s->zero && !s->left;
    if (zeros && len && (*text == '-' || *text == '+' || *text == ' ')) {
        luaL_addchar(b, *text);
        text++;
        len--;
    }
    for (size_t i = 0; i < fill && !s->left; i++) luaL_addchar(b, zeros ? '0' : ' ');
    luaL_addlstring(b, text, len);
    for (size_t i = 0; i < fill && s->left; i++) luaL_addchar(b, ' ');
}

static moon_decimal l_number_argument(lua_State *L, int arg) {
    moon_currency currency;
    moon_decimal x;
    if (moon_to_money(L, arg, &x, &currency)) return x;
    return moon_check_decimal(L, arg);
}

/* %d %f %x %X: numbers, decimals and the amounts of money. */
static void l_add_number(lua_State *L, luaL_Buffer *b, const spec *s, int arg) {
    char text[80] = " ";
    moon_err err;
    size_t n;
    moon_decimal x = l_number_argument(L, arg);
    char *digits = text + 1;
    if (s->conversion == 'f') {
        int places = s->places < 0 ? 6 : s->places;
        if (places > MOON_DECIMAL_SCALE_MAX) l_raise(L, MOON_E_SCRIPT_VALUE, "%%f takes up to 24 places");
        L_TRY(L, moon_decimal_round(x, places, MOON_HALF_UP, &x, &err));
        n = moon_decimal_format_places(x, places, digits);
    } else {
        int64_t whole;
        L_TRY(L, moon_decimal_to_int(x, &whole, &err));
        if (s->conversion != 'd' && whole < 0) l_raise(L, MOON_E_SCRIPT_VALUE, "%%x takes numbers from 0");
        const char *form = s->conversion == 'd' ? "%lld" : s->conversion == 'x' ? "%llx" : "%llX";
        n = (size_t)snprintf(digits, sizeof text - 1, form, (long long)whole);
    }
    if (*digits != '-' && (s->plus || s->space)) {
        text[0] = s->plus ? '+' : ' ';
        digits = text;
        n++;
    }
    add_padded(b, s, digits, n, true);
}

static void l_add_spec(lua_State *L, luaL_Buffer *b, const spec *s, int arg) {
    size_t len;
    switch (s->conversion) {
    case 'd':
    case 'f':
    case 'x':
    case 'X': l_add_number(L, b, s, arg); break;
    case 'c': luaL_addchar(b, (char)luaL_checkinteger(L, arg)); break;
    case 's': {
        const char *text = lua_tolstring(L, arg, &len); /* made text in place beforehand */
        if (s->places >= 0 && len > (size_t)s->places) len = (size_t)s->places;
        add_padded(b, s, text, len, false);
        break;
    }
    default:
        l_raise_hint(L, MOON_E_SCRIPT_VALUE, "use %s, %d, %f, %x, %X, %c or %%", "string.format has no %%%c",
                     s->conversion ? s->conversion : ' ');
    }
}

int l_text_format(lua_State *L) {
    size_t len;
    int arg = 1, top = lua_gettop(L);
    const char *format = luaL_checklstring(L, 1, &len), *end = format + len;
    spec s;
    /* Texts first: a __tostring must not run while the buffer holds the top of the stack. */
    for (const char *p = format; p < end;) {
        if (*p++ != '%') continue;
        p = l_read_spec(L, p, end, &s);
        if (s.conversion == '%') continue;
        if (++arg > top)
            l_raise(L, MOON_E_SCRIPT_VALUE, "string.format: no value for the %%%c", s.conversion);
        if (s.conversion != 's') continue;
        l_push_tostring(L, arg);
        lua_replace(L, arg);
    }
    luaL_Buffer b;
    luaL_buffinit(L, &b);
    arg = 1;
    for (const char *p = format; p < end;) {
        if (*p != '%') {
            luaL_addchar(&b, *p++);
            continue;
        }
        p = l_read_spec(L, p + 1, end, &s);
        if (s.conversion == '%')
            luaL_addchar(&b, '%');
        else
            l_add_spec(L, &b, &s, ++arg);
    }
    luaL_pushresult(&b);
    return 1;
}

int l_text_rep(lua_State *L) {
    size_t len, sep_len = 0;
    const char *text = luaL_checklstring(L, 1, &len), *sep = luaL_optlstring(L, 3, "", &sep_len);
    lua_Integer n = luaL_checkinteger(L, 2);
    if (n <= 0) {
        lua_pushliteral(L, "");
        return 1;
    }
    if (len + sep_len > 0 && (size_t)n > MOON_REPEAT_MAX / (len + sep_len))
        return l_raise(L, MOON_E_SCRIPT_VALUE, "string.rep makes texts up to %d bytes", MOON_REPEAT_MAX);
    if (len + sep_len == 0) n = 1;
    l_script_charge(L, (uint64_t)n * (len + sep_len) / 16);
    luaL_Buffer b;
    char *out = luaL_buffinitsize(L, &b, (size_t)n * (len + sep_len)), *at = out;
    for (lua_Integer i = 0; i < n; i++) {
        memcpy(at, text, len);
        at += len;
        if (i + 1 < n && sep_len) {
            memcpy(at, sep, sep_len);
            at += sep_len;
        }
    }
    luaL_pushresultsize(&b, (size_t)(at - out));
    return 1;
}

/* table.concat(list, separator, from, to): texts, numbers and values */
int l_text_concat(lua_State *L) {
    size_t sep_len = 0;
    if (!lua_istable(L, 1) && !lua_isuserdata(L, 1)) luaL_checktype(L, 1, LUA_TTABLE);
    const char *sep = luaL_optlstring(L, 2, "", &sep_len);
    lua_Integer from = luaL_optinteger(L, 3, 1),
                to = lua_isnoneornil(L, 4) ? luaL_len(L, 1) : luaL_checkinteger(L, 4);
    char text[MOON_VALUE_TEXT];
    luaL_Buffer b;
    luaL_buffinit(L, &b);
    for (lua_Integer i = from; i <= to; i++) {
        int type = lua_geti(L, 1, i);
        if (type == LUA_TSTRING || type == LUA_TNUMBER) {
            luaL_addvalue(&b);
        } else if (moon_value_kind_at(L, -1) != MOON_VALUE_NONE) {
            size_t n = moon_value_text(L, -1, text);
            lua_pop(L, 1);
            luaL_addlstring(&b, text, n);
        } else {
            return l_raise(L, MOON_E_SCRIPT_VALUE, "table.concat: item %lld is %s", (long long)i,
                           moon_type_name_at(L, -1));
        }
        if (i == to) break; /* `to` may be the largest integer */
        luaL_addlstring(&b, sep, sep_len);
    }
    luaL_pushresult(&b);
    return 1;
}
