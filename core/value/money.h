/* value/money: amounts of one currency in minor units, as they are posted.  Floor 1, pure.
 *
 * Unit: minor units of the currency (EUR cent, JPY yen). Range: |minor| <= MOON_MONEY_MAX; every operation
 * checks, none wraps. Not here: rating (decimals), exchange, tax, display for people (lua/). */
#ifndef MOON_VALUE_MONEY_H
#define MOON_VALUE_MONEY_H

#include "value/currency.h"
#include "value/decimal.h"

#define MOON_MONEY_MAX INT64_C(999999999999999999) /* minor units: 18 digits */
#define MOON_MONEY_TEXT 32
#define MOON_SPLIT_MAX 100000

typedef struct moon_money {
    int64_t minor;
    moon_currency currency;
} moon_money;

/* MOON_E_CURRENCY_MISMATCH before MOON_E_MONEY_RANGE. */
MOON_CHECK moon_status moon_money_add(moon_money a, moon_money b, moon_money *out, moon_err *err);
MOON_CHECK moon_status moon_money_sub(moon_money a, moon_money b, moon_money *out, moon_err *err);
/* Adds to a sum of minor units of one currency. `what` begins the message: "a sum of the document".
 * MOON_E_MONEY_RANGE, the sum being left as it was. */
MOON_CHECK moon_status moon_minor_add(int64_t *sum, int64_t amount, const char *what, moon_err *err);
static inline moon_money moon_money_neg(moon_money a) { return (moon_money){-a.minor, a.currency}; }

/* A decimal of the currency's major unit and back. Rounds to the minor unit in the mode named.
 * MOON_E_CURRENCY_UNKNOWN, MOON_E_MONEY_RANGE. */
MOON_CHECK moon_status moon_money_round(moon_decimal amount, moon_currency currency, moon_rounding mode,
                                        moon_money *out, moon_err *err);
moon_decimal moon_money_decimal(moon_money a);

/* "1234.50" with all decimals of the currency, no code; and "1234.50 EUR". Return the length. */
size_t moon_money_format(moon_money a, char out[MOON_MONEY_TEXT]);
size_t moon_money_format_code(moon_money a, char out[MOON_MONEY_TEXT]);
/* From "12.50 EUR" or "EUR 12.50", spaces between the two alone. MOON_E_MONEY_SYNTAX also for an exponent and
 * for more decimals than the currency has, be they zeros: "1.500 EUR" may come from where a point groups
 * thousands. MOON_E_CURRENCY_UNKNOWN, MOON_E_DECIMAL_SYNTAX, MOON_E_MONEY_RANGE. */
MOON_CHECK moon_status moon_money_parse(moon_str text, moon_money *out, moon_err *err);

/* Split `total` (minor units, either sign) by `weights`; the parts add up to `total` exactly.
 *   weights  n whole numbers >= 0 with a sum > 0 that fits 63 bits; n in 1..MOON_SPLIT_MAX
 *   parts    out, n slots of the caller, not those of the weights; untouched on error
 * Returns  MOON_E_SPLIT_INVALID.
 * Source   largest-remainder method (Hamilton); ties go to the lower index; a negative total splits as the
 *          exact negative. */
MOON_CHECK moon_status moon_split(int64_t total, const int64_t *weights, size_t n, int64_t *parts,
                                  moon_err *err);

/* The next part of a running split whose parts become known one after another: round(total * done / whole)
 * minus what came before, half-up, so that any cutting of 0..whole adds up to `total`.
 *   from, to  0 <= from <= to <= whole, whole > 0
 * Returns  MOON_E_SPLIT_INVALID. */
MOON_CHECK moon_status moon_split_running(int64_t total, int64_t from, int64_t to, int64_t whole,
                                          int64_t *part, moon_err *err);

#endif
