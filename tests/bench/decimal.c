/* What an operation on a decimal costs, beside an addition of plain integers. `decimal [COUNT]`: operations of
 * each kind, 200000 unless given. Prints nanoseconds each, the ratio to the integers, and a checksum of all
 * results. */
#include <stdlib.h>
#include <time.h>

#include "value/decimal.h"

#define OPERANDS 1024

static moon_decimal amounts[OPERANDS], prices[OPERANDS], quantities[OPERANDS];
static int64_t integers[OPERANDS];
static char texts[OPERANDS][MOON_DECIMAL_TEXT];
static uint64_t checksum;
static moon_err err;

static void make_operands(void) {
    uint64_t state = 1;
    for (size_t i = 0; i < OPERANDS; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        int64_t random = (int64_t)(state >> 33);
        integers[i] = random;
        if (moon_decimal_make(random % 10000000, 2, &amounts[i], &err) != MOON_OK ||
            moon_decimal_make(random % 100000, 6, &prices[i], &err) != MOON_OK)
            abort();
        quantities[i] = moon_decimal_of(random % 100000);
        moon_decimal_format(amounts[i], texts[i]);
    }
}

static void keep(moon_status status, moon_decimal value) {
    if (status != MOON_OK) abort();
    checksum = checksum * 31 + (uint64_t)value.coef + (uint64_t)value.scale;
}

static moon_status add_integers(size_t i, moon_decimal *out) {
    int64_t sum;
    if (__builtin_add_overflow(integers[i % OPERANDS], integers[(i + 7) % OPERANDS], &sum))
        return MOON_E_DECIMAL_RANGE;
    *out = (moon_decimal){sum, 0};
    return MOON_OK;
}
static moon_status add(size_t i, moon_decimal *out) {
    return moon_decimal_add(amounts[i % OPERANDS], amounts[(i + 7) % OPERANDS], out, &err);
}
static moon_status add_unlike(size_t i, moon_decimal *out) {
    return moon_decimal_add(amounts[i % OPERANDS], prices[(i + 7) % OPERANDS], out, &err);
}
static moon_status mul(size_t i, moon_decimal *out) {
    return moon_decimal_mul(prices[i % OPERANDS], quantities[(i + 7) % OPERANDS], out, &err);
}
static moon_status round_cents(size_t i, moon_decimal *out) {
    return moon_decimal_round(prices[i % OPERANDS], 2, MOON_HALF_UP, out, &err);
}
static moon_status muldiv(size_t i, moon_decimal *out) {
    return moon_decimal_muldiv(amounts[i % OPERANDS], moon_decimal_of(17), moon_decimal_of(31), 2,
                               MOON_HALF_UP, out, &err);
}
static moon_status parse(size_t i, moon_decimal *out) {
    return moon_decimal_parse(moon_str_of(texts[i % OPERANDS]), out, &err);
}

static const struct {
    const char *name;
    moon_status (*run)(size_t i, moon_decimal *out);
} kinds[] = {{"int64 add, checked", add_integers},
             {"add, one scale", add},
             {"add, two scales", add_unlike},
             {"mul", mul},
             {"round to 2", round_cents},
             {"muldiv to 2", muldiv},
             {"parse", parse}};

static int64_t now_ns(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * INT64_C(1000000000) + at.tv_nsec;
}

int main(int argc, char **argv) {
    int64_t count = argc > 1 ? strtoll(argv[1], NULL, 10) : 200000, base = 0;
    if (count < 1) {
        fprintf(stderr, "usage: decimal [COUNT]\n");
        return 2;
    }
    make_operands();
    for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++) {
        moon_decimal made = MOON_DECIMAL_ZERO;
        int64_t start = now_ns();
        for (size_t i = 0; i < (size_t)count; i++) {
            moon_status status = kinds[kind].run(i, &made);
            keep(status, made);
        }
        /* Tenths of a nanosecond. */
        int64_t tenths = (now_ns() - start) * 10 / count,
                ratio = kind == 0 ? 10 : tenths * 10 / (base ? base : 1);
        if (kind == 0) base = tenths;
        printf("# %-20s %4lld.%lld ns  %4lld.%lld x\n", kinds[kind].name, (long long)tenths / 10,
               (long long)tenths % 10, (long long)ratio / 10, (long long)ratio % 10);
    }
    printf("# checksum %016llx of %lld each\nok bench decimal\n", (unsigned long long)checksum,
           (long long)count);
    return 0;
}
