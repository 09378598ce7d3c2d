/* value/wide: whole numbers of up to 512 bits, the intermediates of decimal.   Floor 1, pure.
 *
 * A product of two coefficients has 72 digits, and a division raises it by up to 48 more: 10^120 needs 399
 * bits. Only what does not fit the 128-bit paths of decimal.c comes here. No heap; a number that would not fit
 * is a defect. */
#ifndef MOON_VALUE_WIDE_H
#define MOON_VALUE_WIDE_H

#include <stdbool.h>
#include <stdint.h>

typedef unsigned __int128 moon_uint128;

#define MOON_WIDE_LIMBS 16

/* limb[0] is the lowest; the highest of the `len` limbs in use is not 0, so zero has none. */
typedef struct moon_wide {
    int len;
    uint32_t limb[MOON_WIDE_LIMBS];
} moon_wide;

moon_wide moon_wide_of(moon_uint128 value);
/* False if it does not fit 128 bits. */
bool moon_wide_to_uint128(const moon_wide *value, moon_uint128 *out);
int moon_wide_cmp(const moon_wide *a, const moon_wide *b);
moon_wide moon_wide_mul(const moon_wide *a, const moon_wide *b);
void moon_wide_increment(moon_wide *value);
/* value * 10^n, n >= 0. */
moon_wide moon_wide_raise(moon_wide value, int n);
/* Divide in place by a small number; returns the rest. */
uint32_t moon_wide_div_small(moon_wide *value, uint32_t by);
/* num = quotient * den + rest, 0 <= rest < den; den > 0. Source: Knuth, The Art of Computer Programming 2, 4.3.1,
 * algorithm D. */
void moon_wide_div(const moon_wide *num, const moon_wide *den, moon_wide *quotient, moon_wide *rest);

#endif
