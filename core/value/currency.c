#include "value/currency.h"

typedef struct {
    char code[4];
    uint8_t exponent;
    const char *name;
} entry;

#define NUMBERS 1000

static const entry by_number[NUMBERS] = {
#define MOON_CURRENCY(code, number, exponent, name) [number] = {#code, exponent, name},
#include "value/currency.def"
#undef MOON_CURRENCY
};

static const moon_currency by_code[] = {
#define MOON_CURRENCY(code, number, exponent, name) number,
#include "value/currency.def"
#undef MOON_CURRENCY
};

#define COUNT (sizeof by_code / sizeof *by_code)

bool moon_currency_known(moon_currency currency) {
    return currency < NUMBERS && by_number[currency].name != NULL;
}

moon_status moon_currency_parse(moon_str code, moon_currency *out, moon_err *err) {
    size_t low = 0, high = COUNT;
    while (code.len == 3 && low < high) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(code.ptr, by_number[by_code[middle]].code, 3);
        if (order == 0) {
            *out = by_code[middle];
            return MOON_OK;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return moon_fail(err, MOON_E_CURRENCY_UNKNOWN, "there is no currency \"%.*s\"",
                     code.len > 20 ? 20 : (int)code.len, code.ptr);
}

const char *moon_currency_code(moon_currency currency) {
    return moon_currency_known(currency) ? by_number[currency].code : "???";
}
int moon_currency_exponent(moon_currency currency) {
    return moon_currency_known(currency) ? by_number[currency].exponent : 0;
}
const char *moon_currency_name(moon_currency currency) {
    return moon_currency_known(currency) ? by_number[currency].name : "unknown currency";
}

size_t moon_currency_count(void) { return COUNT; }
moon_currency moon_currency_at(size_t i) {
    moon_assert(i < COUNT);
    return by_code[i];
}
