/* What scripts cost: build/bench/script [N]. Nanoseconds per operation, medians of 5 rounds, and a checksum of
 * the results. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "script/state.h"

static void must(moon_status status, const moon_err *err) {
    if (status == MOON_OK) return;
    moon_err_print(stderr, err);
    exit(1);
}

/* Each body runs n times inside one call. `loop` is taken off the others. */
static const struct {
    const char *name, *before, *body, *result;
} loops[] = {
    {"loop", "local x = 0", "", "x"},
    {"integer add", "local x, y = 0, 1", "x = x + y", "x"},
    {"decimal add, packed", "local x, y = 0.5, 0.01", "x = x + y", "x"},
    {"decimal add, wide", "local x, y = 100000000000000000000.5, 0.01", "x = x + y", "x"},
    {"decimal multiply, packed", "local x, y = 12.5, 0.0004 local z", "z = x * y", "z"},
    {"exact division", "local x, y = 12.5, 4 local z", "z = x / y", "z"},
    {"money add, packed", "local x, y = money '0.50 EUR', money '0.01 EUR'", "x = x + y", "x"},
    {"money times decimal", "local x, y = money '12.50 EUR', 0.2 local z", "z = x * y", "z"},
    {"money compare", "local x, y = money '12.50 EUR', money '12 EUR' local z", "z = x < y", "z"},
    {"date plus days", "local x = date '2026-01-31' local z", "z = x + 30", "z"},
    {"round money", "local x = money '12.3456 EUR' local z", "z = round(x)", "z"},
    {"percent of money", "local x = money '12.50 EUR' local z", "z = x * percent(8)", "z"},
    {"frozen field", "local x = fixed local z", "z = x.price", "z"},
    {"table field", "local x = { price = 1 } local z", "z = x.price", "z"},
    {"call of a rule's function", "local f = f local z", "z = f(1)", "z"},
};

static const char call_rule[] =
    "local tiers = { { upto = 10000, price = 0 }, { upto = 1000000, price = 0.0004 }, { price = 0.0002 } }\n"
    "return function(quantity, fee)\n"
    "  local sum, from = 0, 0\n"
    "  for _, t in ipairs(tiers) do\n"
    "    local n = min(quantity, t.upto or quantity) - from\n"
    "    if n <= 0 then break end\n"
    "    sum, from = sum + n * t.price, from + n\n"
    "  end\n"
    "  local total = round(fee + money(sum, 'EUR'))\n"
    "  local tax = round(total * percent(19))\n"
    "  return { total = total, tax = tax, gross = total + tax }\n"
    "end\n";

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int compare(const void *a, const void *b) {
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

static moon_script *make(const char *rule) {
    moon_err err;
    moon_script *s;
    moon_script_limits limits = MOON_SCRIPT_LIMITS;
    limits.time_ms = 60000;
    moon_str library = MOON_STR("return { run = function(...) return rule 'rules/bench.lua'(...) end }");
    must(moon_script_new(&limits, &s, &err), &err);
    must(moon_script_add_library(s, MOON_STR("lua/bench.lua"), library, &err), &err);
    must(moon_script_add_source(s, MOON_STR("rules/bench.lua"), moon_str_of(rule), &err), &err);
    return s;
}

/* Nanoseconds of one operation; adds the text of what came out to `sum`. */
static double loop_time(size_t row, long n, uint64_t *sum) {
    char source[1024];
    double rounds[5];
    snprintf(source, sizeof source,
             "local fixed = { price = 1 }\nlocal function f(x) return x end\n"
             "return function(n) %s for i = 1, n do %s end return tostring(%s) end",
             loops[row].before, loops[row].body, loops[row].result);
    moon_script *s = make(source);
    for (int round = 0; round < 5; round++) {
        moon_err err;
        moon_arena arena = MOON_ARENA_EMPTY;
        moon_arg result, arg = moon_arg_integer(n);
        double start = now();
        must(moon_script_call(s, "bench.run", &arg, 1, &arena, &result, &err), &err);
        rounds[round] = (now() - start) / (double)n;
        for (size_t i = 0; i < result.text.len; i++) *sum = *sum * 31 + (unsigned char)result.text.ptr[i];
        moon_arena_free(&arena);
    }
    moon_script_free(s);
    qsort(rounds, 5, sizeof *rounds, compare);
    return rounds[2];
}

/* Nanoseconds of one call from the host. */
static double call_time(long n, uint64_t *sum) {
    double rounds[5];
    moon_script *s = make(call_rule);
    for (int round = 0; round < 5; round++) {
        double start = now();
        for (long i = 0; i < n; i++) {
            moon_err err;
            moon_arena arena = MOON_ARENA_EMPTY;
            moon_arg result,
                args[2] = {moon_arg_integer(i * 7 % 2000000), moon_arg_money((moon_decimal){49, 0}, 978)};
            must(moon_script_call(s, "bench.run", args, 2, &arena, &result, &err), &err);
            *sum = *sum * 31 + (uint64_t)moon_arg_get(&result, "gross").money.amount.coef;
            moon_arena_free(&arena);
        }
        rounds[round] = (now() - start) / (double)n;
    }
    moon_script_free(s);
    qsort(rounds, 5, sizeof *rounds, compare);
    return rounds[2];
}

int main(int argc, char **argv) {
    long n = argc > 1 ? strtol(argv[1], NULL, 10) : 100000;
    uint64_t sum = 0;
    double empty = 0;
    if (n < 1 || n > 1000000000) return 2;
    for (size_t i = 0; i < sizeof loops / sizeof *loops; i++) {
        double ns = loop_time(i, n, &sum);
        if (i == 0) empty = ns;
        printf("%-26s %8.1f ns\n", loops[i].name, i == 0 ? ns : ns - empty);
    }
    long calls = n / 10 > 0 ? n / 10 : 1;
    printf("%-26s %8.1f ns\n", "rule call from the host", call_time(calls, &sum));
    printf("checksum %016llx (N=%ld)\n", (unsigned long long)sum, n);
    return 0;
}
