#include "value/money.h"
#include "value/wide.h"

static uint64_t size_of(int64_t value) { return value < 0 ? -(uint64_t)value : (uint64_t)value; }
static int64_t with_sign(bool negative, uint64_t size) { return (int64_t)(negative ? -size : size); }

static moon_uint128 product(uint64_t total, int64_t weight) { return (moon_uint128)total * (uint64_t)weight; }

/* total * weight / sum, and the rest of that. weight <= sum, so that the quotient is at most `total`. */
static uint64_t share(uint64_t total, int64_t weight, int64_t sum, int64_t *rest) {
    moon_uint128 num = product(total, weight);
    uint64_t low = (uint64_t)num, den = (uint64_t)sum;
    if (num == low) {
        *rest = (int64_t)(low % den);
        return low / den;
    }
    uint64_t quotient = (uint64_t)(num / den);
    *rest = (int64_t)(low - quotient * den);
    return quotient;
}

static moon_status sum_of(const int64_t *weights, size_t n, int64_t *sum, moon_err *err) {
    *sum = 0;
    if (n < 1 || n > MOON_SPLIT_MAX)
        return moon_fail(err, MOON_E_SPLIT_INVALID, "a split has 1 to %d parts, not %zu", MOON_SPLIT_MAX, n);
    for (size_t i = 0; i < n; i++) {
        if (weights[i] < 0)
            return moon_fail(err, MOON_E_SPLIT_INVALID, "weight %zu is negative: %lld", i + 1,
                             (long long)weights[i]);
        if (__builtin_add_overflow(*sum, weights[i], sum))
            return moon_fail(err, MOON_E_SPLIT_INVALID, "the weights add up to more than 63 bits");
    }
    if (*sum == 0) return moon_fail(err, MOON_E_SPLIT_INVALID, "all weights are zero");
    return MOON_OK;
}

/* How many of `rests` are at least `bound`. */
static size_t count_from(const int64_t *rests, size_t n, int64_t bound) {
    size_t count = 0;
    for (size_t i = 0; i < n; i++) count += rests[i] >= bound;
    return count;
}

/* The `left` largest rests get one unit more each. They are found by halving the range of a bound instead of
 * sorting: no memory is needed, since the rests stand in `parts` until the parts replace them. */
moon_status moon_split(int64_t total, const int64_t *weights, size_t n, int64_t *parts, moon_err *err) {
    int64_t sum, rest;
    uint64_t size = size_of(total), left = size;
    MOON_TRY(sum_of(weights, n, &sum, err));
    for (size_t i = 0; i < n; i++) left -= share(size, weights[i], sum, &parts[i]);

    /* The smallest bound that at most `left` rests reach; those one below it come next, the lower index first. */
    int64_t low = 0, high = sum;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (count_from(parts, n, middle) <= left)
            high = middle;
        else
            low = middle + 1;
    }
    uint64_t ties = left - count_from(parts, n, low);
    for (size_t i = 0; i < n; i++) {
        uint64_t part = share(size, weights[i], sum, &rest);
        bool tied = rest == low - 1 && ties > 0;
        ties -= tied;
        parts[i] = with_sign(total < 0, part + (rest >= low || tied));
    }
    return MOON_OK;
}

moon_status moon_split_running(int64_t total, int64_t from, int64_t to, int64_t whole, int64_t *part,
                               moon_err *err) {
    int64_t rest;
    if (whole <= 0 || from < 0 || from > to || to > whole)
        return moon_fail(err, MOON_E_SPLIT_INVALID, "%lld to %lld is no part of 0 to %lld", (long long)from,
                         (long long)to, (long long)whole);
    uint64_t before = share(size_of(total), from, whole, &rest);
    before += rest >= whole - rest;
    uint64_t after = share(size_of(total), to, whole, &rest);
    after += rest >= whole - rest;
    *part = with_sign(total < 0, after - before);
    return MOON_OK;
}
