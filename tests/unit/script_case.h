/* One rule file in a fresh state, for the tests of core/script: what its function gives, or how it fails. */
#ifndef MOON_TESTS_SCRIPT_CASE_H
#define MOON_TESTS_SCRIPT_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "script/state.h"

/* Calls the function that rules/case.lua returns, or gives what it returns. */
#define CASE_LIBRARY                                                                                         \
    "local case = {}\n"                                                                                      \
    "function case.run(...)\n"                                                                               \
    "  local f = rule 'rules/case.lua'\n"                                                                    \
    "  if type(f) == 'function' then return f(...) end\n"                                                    \
    "  return f\n"                                                                                           \
    "end\n"                                                                                                  \
    "return case\n"

static inline moon_script *case_state(const moon_script_limits *limits, const char *source) {
    moon_err err;
    moon_script *s = NULL;
    if (moon_script_new(limits, &s, &err) != MOON_OK ||
        moon_script_add_library(s, MOON_STR("lua/case.lua"), MOON_STR(CASE_LIBRARY), &err) != MOON_OK ||
        moon_script_require(s, "case", &err) != MOON_OK ||
        moon_script_add_source(s, MOON_STR("rules/case.lua"), moon_str_of(source), &err) != MOON_OK) {
        moon_err_print(stderr, &err);
        fail_msg("the state could not be made: %s", err.text);
    }
    return s;
}

/* Run once. `out` gets the text it gives, or "!code: message". */
static inline void case_run(moon_script *s, char *out, size_t size) {
    moon_err err;
    moon_arena arena = MOON_ARENA_EMPTY;
    moon_arg result;
    moon_status status = moon_script_call(s, "case.run", NULL, 0, &arena, &result, &err);
    if (status != MOON_OK)
        snprintf(out, size, "!%s: %s", moon_status_name(status), err.text);
    else if (result.kind == MOON_ARG_TEXT)
        snprintf(out, size, "%.*s", MOON_STR_ARG(result.text));
    else
        snprintf(out, size, "(a result of kind %d)", (int)result.kind);
    moon_arena_free(&arena);
}

/* Print a row that failed and go on; case_done fails the test if there was one. */
static int case_failures;
#define CASE_FAIL(...) (case_failures++, print_error("\n  " __VA_ARGS__))
static inline void case_done(void) {
    int n = case_failures;
    case_failures = 0;
    if (n) fail_msg("%d rows failed", n);
}

/* `want` is the whole result, or the beginning of an error. */
static inline bool case_is(const char *got, const char *want) {
    return want[0] == '!' ? strncmp(got, want, strlen(want)) == 0 : strcmp(got, want) == 0;
}

#endif
