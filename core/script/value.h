/* script/value: decimal, money, date and period as values of Lua.           Floor 4.
 *
 * A value that fits is packed into a light userdata: two tag bits for the kind, so that an addition allocates
 * nothing. All light userdata of a state share one metatable. What does not fit is a full userdata, interned by
 * its contents.
 *
 *   decimal  scale 5 bits, coefficient 57 bits      money   currency 10 bits, scale 4 bits, coefficient 48 bits
 *   date     days since 1970-01-01, 32 bits         period  start and end, 22 bits each from 0001-01-01
 *
 * Every value has exactly one representation, so `==` and table keys work: a decimal without a fraction and |v|
 * <= 2^31 is a plain Lua integer. An integer beyond 2^53 or a float that meets one of these values raises
 * (MOON_E_SCRIPT_INTEGER, MOON_E_SCRIPT_FLOAT): integers wrap and floats round without a word.
 *
 * Money here is an exact decimal amount and a currency; rounding to minor units is done by name (round, split,
 * prorate). moon_push_* need one free stack slot beyond their own (lua_checkstack) and, as all l_* and
 * moon_check_*, may raise. */
#ifndef MOON_SCRIPT_VALUE_H
#define MOON_SCRIPT_VALUE_H

#include <lua.h>

#include "value/currency.h"
#include "value/date.h"
#include "value/decimal.h"
#include "value/money.h"

#define MOON_INTEGER_CANONICAL (INT64_C(1) << 31) /* decimals without fraction up to here are Lua integers */
#define MOON_INTEGER_EXACT (INT64_C(1) << 53)     /* Lua integers beyond here are refused among values */

typedef enum moon_value_kind {
    MOON_VALUE_DECIMAL,
    MOON_VALUE_MONEY,
    MOON_VALUE_DATE,
    MOON_VALUE_PERIOD,
    MOON_VALUE_NONE
} moon_value_kind;

/* Once per state: metatables. */
void moon_value_open(lua_State *L);
/* Leaves on the stack a table of the functions that make and take values: decimal, money, percent, date,
 * period, round, divide, prorate, split, min, max, abs, sum, floor, ceil. lua/README.md describes each. */
void moon_value_functions(lua_State *L);

void moon_push_decimal(lua_State *L, moon_decimal value);
void moon_push_money(lua_State *L, moon_decimal amount, moon_currency currency);
void moon_push_minor(lua_State *L, moon_money money);
void moon_push_date(lua_State *L, moon_date date); /* MOON_DATE_NONE is nil */
void moon_push_period(lua_State *L, moon_period period);
/* An int64 of moonbill: a decimal beyond 2^31, so that no arithmetic on it can wrap. */
void moon_push_integer(lua_State *L, int64_t value);

/* What the slot holds; MOON_VALUE_DECIMAL also for integers, MOON_VALUE_NONE for everything else, floats
 * included. */
moon_value_kind moon_value_kind_at(lua_State *L, int index);
/* "nil", "number", ... and "decimal", "money", "date", "period", "record", as `type` answers in rules. Valid
 * for ever. */
const char *moon_type_name_at(lua_State *L, int index);

/* False (nothing written) if the slot holds something else. Never raise. */
bool moon_to_decimal(lua_State *L, int index, moon_decimal *out);
bool moon_to_money(lua_State *L, int index, moon_decimal *amount, moon_currency *currency);
bool moon_to_date(lua_State *L, int index, moon_date *out);

/* Raise MOON_E_SCRIPT_VALUE (MOON_E_SCRIPT_FLOAT, MOON_E_SCRIPT_INTEGER) if argument `arg` is something else.
 * Dates are taken as text as well. */
moon_decimal moon_check_decimal(lua_State *L, int arg);
moon_decimal moon_check_money(lua_State *L, int arg, moon_currency *currency);
moon_date moon_check_date(lua_State *L, int arg);
moon_period moon_check_period(lua_State *L, int arg);
moon_currency moon_check_currency(lua_State *L, int arg);
int moon_check_places(lua_State *L, int arg, int otherwise); /* `otherwise` if absent; < 0: required */
moon_rounding moon_check_rounding(lua_State *L, int arg, moon_rounding otherwise); /* `otherwise` if absent */

/* Text of a value, as tostring gives it: "12.5", "12.50 EUR" (at least the currency's places), "2026-11-30",
 * "2026-11-01..2026-12-01". Returns the length. */
#define MOON_VALUE_TEXT 80
size_t moon_money_text(moon_decimal amount, moon_currency currency, char out[MOON_VALUE_TEXT]);
size_t moon_value_text(lua_State *L, int index, char out[MOON_VALUE_TEXT]);

/* Order of two values of one kind (decimals among each other and with integers; money of one currency, or money
 * with the integer 0; dates; periods by start, then end). Raises for anything else. */
int moon_value_compare(lua_State *L, int a, int b);

#endif
