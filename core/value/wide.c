#include "value/wide.h"

#include "base/err.h"

static void trim(moon_wide *w) {
    while (w->len > 0 && w->limb[w->len - 1] == 0) w->len--;
}

static void push(moon_wide *w, uint64_t carry) {
    if (carry == 0) return;
    moon_assert(w->len < MOON_WIDE_LIMBS);
    w->limb[w->len++] = (uint32_t)carry;
}

moon_wide moon_wide_of(moon_uint128 value) {
    moon_wide made = {0};
    for (; value > 0; value >>= 32) made.limb[made.len++] = (uint32_t)value;
    return made;
}

bool moon_wide_to_uint128(const moon_wide *value, moon_uint128 *out) {
    moon_uint128 made = 0;
    if (value->len > 4) return false;
    for (int i = value->len - 1; i >= 0; i--) made = made << 32 | value->limb[i];
    *out = made;
    return true;
}

int moon_wide_cmp(const moon_wide *a, const moon_wide *b) {
    if (a->len != b->len) return a->len < b->len ? -1 : 1;
    for (int i = a->len - 1; i >= 0; i--)
        if (a->limb[i] != b->limb[i]) return a->limb[i] < b->limb[i] ? -1 : 1;
    return 0;
}

static void mul_small(moon_wide *w, uint32_t by) {
    uint64_t carry = 0;
    for (int i = 0; i < w->len; i++) {
        carry += (uint64_t)w->limb[i] * by;
        w->limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
    push(w, carry);
}

moon_wide moon_wide_mul(const moon_wide *a, const moon_wide *b) {
    moon_wide made = {0};
    moon_assert(a->len + b->len <= MOON_WIDE_LIMBS);
    made.len = a->len + b->len;
    for (int i = 0; i < a->len; i++) {
        uint64_t carry = 0;
        for (int j = 0; j < b->len; j++) {
            carry += (uint64_t)a->limb[i] * b->limb[j] + made.limb[i + j];
            made.limb[i + j] = (uint32_t)carry;
            carry >>= 32;
        }
        made.limb[i + b->len] = (uint32_t)carry;
    }
    trim(&made);
    return made;
}

void moon_wide_increment(moon_wide *value) {
    for (int i = 0; i < value->len; i++)
        if (++value->limb[i] != 0) return;
    push(value, 1);
}

moon_wide moon_wide_raise(moon_wide value, int n) {
    for (; n >= 9; n -= 9) mul_small(&value, 1000000000);
    for (; n > 0; n--) mul_small(&value, 10);
    return value;
}

uint32_t moon_wide_div_small(moon_wide *value, uint32_t by) {
    uint64_t rest = 0;
    for (int i = value->len - 1; i >= 0; i--) {
        rest = rest << 32 | value->limb[i];
        value->limb[i] = (uint32_t)(rest / by);
        rest %= by;
    }
    trim(value);
    return (uint32_t)rest;
}

/* limbs << bits into `out`, which has one limb more. bits in 0..31. */
static void shift_left(const moon_wide *w, int bits, uint32_t *out) {
    uint64_t carry = 0;
    for (int i = 0; i < w->len; i++) {
        carry |= (uint64_t)w->limb[i] << bits;
        out[i] = (uint32_t)carry;
        carry >>= 32;
    }
    out[w->len] = (uint32_t)carry;
}

/* One digit of algorithm D: `u` are the n + 1 limbs under work, `v` the n of the divisor, whose top bit is set.
 * Subtracts digit * v from u and returns the digit. */
static uint32_t take_digit(uint32_t *u, const uint32_t *v, int n) {
    uint64_t top = (uint64_t)u[n] << 32 | u[n - 1];
    uint64_t digit = top / v[n - 1], rest = top % v[n - 1];
    while (digit >> 32 || digit * v[n - 2] > (rest << 32 | u[n - 2])) {
        digit--;
        rest += v[n - 1];
        if (rest >> 32) break;
    }
    uint64_t carry = 0;
    int64_t borrow = 0;
    for (int i = 0; i < n; i++) {
        carry += digit * v[i];
        borrow += (int64_t)u[i] - (int64_t)(uint32_t)carry;
        u[i] = (uint32_t)borrow;
        borrow >>= 32;
        carry >>= 32;
    }
    borrow += (int64_t)u[n] - (int64_t)carry;
    u[n] = (uint32_t)borrow;
    if (borrow >= 0) return (uint32_t)digit;
    carry = 0;
    for (int i = 0; i < n; i++) {
        carry += (uint64_t)u[i] + v[i];
        u[i] = (uint32_t)carry;
        carry >>= 32;
    }
    u[n] += (uint32_t)carry;
    return (uint32_t)digit - 1;
}

void moon_wide_div(const moon_wide *num, const moon_wide *den, moon_wide *quotient, moon_wide *rest) {
    uint32_t u[MOON_WIDE_LIMBS + 1] = {0}, v[MOON_WIDE_LIMBS + 1] = {0};
    moon_wide made = {0}, left = *num;
    int n = den->len;
    moon_assert(n > 0);
    if (n == 1) {
        made = *num;
        left = moon_wide_of(moon_wide_div_small(&made, den->limb[0]));
    } else if (num->len >= n) {
        int bits = __builtin_clz(den->limb[n - 1]);
        shift_left(num, bits, u);
        shift_left(den, bits, v);
        made.len = num->len - n + 1;
        for (int at = num->len - n; at >= 0; at--) made.limb[at] = take_digit(u + at, v, n);
        trim(&made);
        left = (moon_wide){.len = n};
        for (int i = 0; i < n; i++) left.limb[i] = (uint32_t)((((uint64_t)u[i + 1] << 32) | u[i]) >> bits);
        trim(&left);
    }
    *quotient = made;
    *rest = left;
}
