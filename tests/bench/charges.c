/* What rating costs without the store: build/bench/charges [N]. Microseconds for one account with the five
 * charges flat, per unit, graduated, volume and package (seven lines), and of each kind by itself, medians of 5
 * rounds; and a checksum of the amounts. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "script/state.h"

static moon_err err;

static void must(moon_status status) {
    if (status == MOON_OK) return;
    moon_err_print(stderr, &err);
    exit(1);
}

/* A plan for each row of kinds, and what one account is billed by it. */
static const char rule[] =
    "local T = { { upto = 100, price = 1 }, { upto = 500, price = 0.8 }, { price = 0.6 } }\n"
    "local kinds = {\n"
    "  flat = function(name) return flat { name, price = 49.90 } end,\n"
    "  per_unit = function(name) return per_unit { name, quantity = 'seats', price = 9 } end,\n"
    "  graduated = function(name) return graduated { name, meter = 'calls', tiers = T } end,\n"
    "  volume = function(name) return volume { name, meter = 'units', tiers = T } end,\n"
    "  package = function(name) return package { name, meter = 'texts', size = 100, price = 5 } end,\n"
    "  stairstep = function(name) return stairstep { name, meter = 'units', tiers = { { upto = 100, price = "
    "50 },\n"
    "    { price = 120 } } } end,\n"
    "  percentage = function(name) return percentage { name, meter = 'calls', rate = percent(2), fixed = "
    "0.30 } end,\n"
    "  matrix = function(name) return matrix { name, meter = 'units', by = { 'region', 'class' }, cells = {\n"
    "    { region = 'eu', price = 2 }, { region = 'eu', class = 'hot', price = 3 }, { price = 1 } } } end,\n"
    "  free = function(name) return per_unit { name, meter = 'units', price = 2, free = 100 } end,\n"
    "}\n"
    "local plans = { none = plan { title = 'N', every = 'month', flat { 'F', price = 1 } } }\n"
    "for name, make in pairs(kinds) do plans[name] = plan { title = name, every = 'month', make(name) } end\n"
    "plans.five = plan { title = 'Five', every = 'month', kinds.flat 'Fee', kinds.per_unit 'Seats', "
    "kinds.graduated 'Calls',\n"
    "  kinds.volume 'Units', kinds.package 'Texts' }\n"
    "return plans\n";

static const char library[] =
    "local charges = require 'charges'\n"
    "local invoice = require 'invoice'\n"
    "local book = { currency = 'EUR', chart = { revenue = '4000', discounts = '4900' } }\n"
    "local january, account = period '2026-01-01..2026-02-01', { id = 'A', tags = {} }\n"
    "local agreement = { id = 'A-7', tags = { seats = '12', region = 'eu' } }\n"
    "local function usage(meter) return 501 end\n"
    "return { run = function(name, n)\n"
    "  local plan, sum = rule('rules/bench.lua')[name].compiled(), 0\n"
    "  local list = name == 'none' and {} or plan.charges\n"
    "  for i = 1, n do\n"
    "    local job = invoice.begin { agreement = agreement, account = account, book = book, currency = "
    "'EUR',\n"
    "      timing = 'arrears', day = january.start, period = january, span = january, usage = usage }\n"
    "    for k = 1, #list do charges.bill_period(list[k]) end\n"
    "    charges.close('cap', list)\n"
    "    charges.close('before', list)\n"
    "    charges.close('after', list)\n"
    "    invoice.finish()\n"
    "    sum = sum + job.net.amount\n"
    "  end\n"
    "  return tostring(sum)\n"
    "end }\n";

static const char *const names[] = {"none",    "five",      "flat",       "per_unit", "graduated", "volume",
                                    "package", "stairstep", "percentage", "matrix",   "free"};

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b) {
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

/* Microseconds for one account; adds the text of the sum to `checksum`. */
static double time_of(moon_script *s, const char *name, long n, uint64_t *checksum) {
    double rounds[5];
    for (int round = 0; round < 5; round++) {
        moon_arena arena = MOON_ARENA_EMPTY;
        moon_arg result, args[2] = {moon_arg_text(moon_str_of(name)), moon_arg_integer(n)};
        double start = now();
        must(moon_script_call(s, "bench.run", args, 2, &arena, &result, &err));
        rounds[round] = (now() - start) / (double)n;
        for (size_t i = 0; i < result.text.len; i++)
            *checksum = *checksum * 31 + (unsigned char)result.text.ptr[i];
        moon_arena_free(&arena);
    }
    qsort(rounds, 5, sizeof *rounds, compare);
    return rounds[2];
}

int main(int argc, char **argv) {
    long n = argc > 1 ? strtol(argv[1], NULL, 10) : 10000;
    uint64_t checksum = 0;
    moon_script *s;
    moon_script_limits limits = MOON_SCRIPT_LIMITS;
    if (n < 1 || n > 1000000) return 2;
    limits.time_ms = 60000;
    limits.steps = limits.steps * 1000;
    must(moon_script_new(&limits, &s, &err));
    must(moon_script_require(s, "plans", &err));
    must(moon_script_add_library(s, MOON_STR("lua/bench.lua"), moon_str_of(library), &err));
    must(moon_script_add_source(s, MOON_STR("rules/bench.lua"), moon_str_of(rule), &err));
    double empty = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        double us = time_of(s, names[i], n, &checksum);
        if (i == 0) empty = us;
        printf("%-12s %8.2f us\n", names[i], i < 2 ? us : us - empty);
    }
    printf("checksum %016llx (N=%ld)\n", (unsigned long long)checksum, n);
    moon_script_free(s);
    return 0;
}
