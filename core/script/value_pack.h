/* script/value_pack: how a value lies in the 64 bits of a light userdata.    Floor 4, private to value*.c. */
#ifndef MOON_SCRIPT_VALUE_PACK_H
#define MOON_SCRIPT_VALUE_PACK_H

#include "script/value.h"

#define PACK_DECIMAL_MAX ((INT64_C(1) << 56) - 1) /* |coefficient| of a packed decimal */
#define PACK_MONEY_MAX ((INT64_C(1) << 47) - 1)   /* |coefficient| of packed money */
#define PACK_MONEY_SCALE 15

/* The constant that the loader writes into `a / b` and `a ^ b` (loader.h). A scale that no decimal has. */
#define PACK_EXACT ((uint64_t)31 << 2 | MOON_VALUE_DECIMAL)

static inline moon_value_kind pack_kind(uint64_t v) { return (moon_value_kind)(v & 3); }
static inline uint64_t pack_decimal(int64_t coef, int scale) {
    return (uint64_t)coef << 7 | (uint64_t)scale << 2 | MOON_VALUE_DECIMAL;
}
static inline int64_t pack_decimal_coef(uint64_t v) { return (int64_t)v >> 7; }
static inline int pack_decimal_scale(uint64_t v) { return (int)(v >> 2 & 31); }

static inline uint64_t pack_money(int64_t coef, int scale, moon_currency currency) {
    return (uint64_t)coef << 16 | (uint64_t)scale << 12 | (uint64_t)currency << 2 | MOON_VALUE_MONEY;
}
static inline int64_t pack_money_coef(uint64_t v) { return (int64_t)v >> 16; }
static inline int pack_money_scale(uint64_t v) { return (int)(v >> 12 & 15); }
static inline moon_currency pack_money_currency(uint64_t v) { return (moon_currency)(v >> 2 & 1023); }

static inline uint64_t pack_date(moon_date d) { return (uint64_t)(uint32_t)d << 2 | MOON_VALUE_DATE; }
static inline moon_date unpack_date(uint64_t v) { return (moon_date)(uint32_t)(v >> 2); }

static inline uint64_t pack_period(moon_period p) {
    return (uint64_t)(p.end - MOON_DATE_MIN) << 24 | (uint64_t)(p.start - MOON_DATE_MIN) << 2 |
           MOON_VALUE_PERIOD;
}
static inline moon_period unpack_period(uint64_t v) {
    const uint64_t mask = (1u << 22) - 1;
    return (moon_period){(moon_date)(v >> 2 & mask) + MOON_DATE_MIN,
                         (moon_date)(v >> 24 & mask) + MOON_DATE_MIN};
}

/* Any value, unpacked. */
typedef struct moon_operand {
    moon_value_kind kind;
    moon_currency currency; /* of money */
    moon_decimal number;    /* of a decimal, an integer, money */
    moon_date date;
    moon_period period;
} moon_operand;

/* False if the slot holds no value (nor an integer). Raises for a float and for an integer beyond 2^53. */
bool l_operand(lua_State *L, int index, moon_operand *out);
/* The same without raising: false for those too. */
bool moon_operand_at(lua_State *L, int index, moon_operand *out);

/* coef / 10^scale, with zeros at the end of the fraction allowed. */
void moon_push_small(lua_State *L, int64_t coef, int scale);

/* The same amount of a currency. */
void moon_push_small_money(lua_State *L, int64_t coef, int scale, moon_currency currency);

/* The sum of two slots, pushed: what `+` does. */
void l_push_sum(lua_State *L, int a, int b);

/* value_ops.c: sets the operators in the table at the top of the stack. */
void moon_value_operators(lua_State *L);
/* value_fields.c: __index, with its tables of methods. */
void moon_value_fields(lua_State *L);

#endif
