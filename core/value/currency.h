/* value/currency: the currencies of ISO 4217.                               Floor 1, pure.
 *
 * Source: ISO 4217 list one (active codes, with the exponent of the minor unit) and the funds codes;
 * currency.def, which keeps codes withdrawn since 2020, so that documents in them stay readable. */
#ifndef MOON_VALUE_CURRENCY_H
#define MOON_VALUE_CURRENCY_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

/* A currency is its ISO 4217 numeric code (EUR 978), 0 for none: stable in stored records, whatever order the
 * table has. */
typedef uint16_t moon_currency;

MOON_CHECK moon_status moon_currency_parse(moon_str code, moon_currency *out,
                                           moon_err *err); /* MOON_E_CURRENCY_UNKNOWN */
const char *moon_currency_code(moon_currency currency);    /* "EUR"; "???" for a number not in the table */
int moon_currency_exponent(moon_currency currency);        /* EUR 2, JPY 0, KWD 3, CLF 4 */
const char *moon_currency_name(moon_currency currency);    /* "Euro" */
bool moon_currency_known(moon_currency currency);
/* The i-th currency by code, for i in 0..moon_currency_count() - 1. */
size_t moon_currency_count(void);
moon_currency moon_currency_at(size_t i);

#endif
