/* script/state: a Lua state with the library, the rules and budgets.        Floor 4.
 *
 * A state runs one call at a time: a function of the library (lua/), by name, with values and records of the
 * host. The library is trusted; rule files run in the sandbox (sandbox.h). Everything that Lua can do wrong
 * comes back as a status: no call of this header lets a Lua error through, and none needs lua.h.
 *
 * Budgets. Memory is counted by the allocator. Time: in a normal state a process timer (CPU time) arms a hook
 * only when one call has run for a whole interval; such a call ends with MOON_E_SCRIPT_TIME and
 * moon_script_suspect() is true, as it is after MOON_E_SCRIPT_MEMORY: the host then runs that account again
 * alone, in a new state with `exact` set, which counts instructions from the start, and that verdict counts
 * (MOON_E_SCRIPT_STEPS). A C function that does not come back (a pattern with many `.-`) cannot be stopped: at
 * the tick after the one that should have ended the call the process leaves with MOON_WORKER_STUCK. So rules
 * are run in worker processes only. One process watches one state at a time.
 *
 * Nothing stays behind: what a rule file declares is frozen when it is loaded, and a call that changed a
 * variable a rule keeps fails with MOON_E_SCRIPT_STATE, the variable restored. */
#ifndef MOON_SCRIPT_STATE_H
#define MOON_SCRIPT_STATE_H

#include "base/arena.h"
#include "value/currency.h"
#include "value/date.h"
#include "value/decimal.h"

#define MOON_WORKER_STUCK 97 /* exit status of a worker whose rule was stuck in a C function */

typedef struct moon_script moon_script;
struct moon_type; /* store/record.h */

typedef struct moon_script_limits {
    size_t memory_bytes; /* that one call may add to what is loaded */
    uint64_t steps;      /* VM instructions of one call, counted in exact mode */
    unsigned time_ms;    /* CPU time after which a call is stopped, to twice this; 0 for no timer */
    bool exact;          /* count instructions from the start; the verdict does not depend on the machine */
    bool lasting;        /* memory_bytes is for all calls together: what one keeps, the next has less of */
} moon_script_limits;

#define MOON_SCRIPT_LIMITS ((moon_script_limits){64u << 20, 100000000, 2000, false, false})

/* A value between C and Lua, both ways. Text, lists and maps borrow: arguments until the call returns, results
 * from the arena given to the call. */
typedef enum moon_arg_kind {
    MOON_ARG_NIL,
    MOON_ARG_BOOL,
    MOON_ARG_INTEGER,
    MOON_ARG_DECIMAL, /* also what Lua holds as an integer, when a result is read */
    MOON_ARG_MONEY,
    MOON_ARG_DATE,
    MOON_ARG_PERIOD,
    MOON_ARG_TEXT,
    MOON_ARG_RECORD, /* a read-only view of a C struct; Lua must not use it after the call */
    MOON_ARG_LIST,
    MOON_ARG_MAP,
    MOON_ARG_ROW /* a copy of a C struct as a table, to keep; only into Lua */
} moon_arg_kind;

typedef struct moon_arg {
    moon_arg_kind kind;
    union {
        bool boolean;
        int64_t integer;
        moon_decimal decimal;
        struct {
            moon_decimal amount;
            moon_currency currency;
        } money;
        moon_date date; /* MOON_DATE_NONE arrives as nil */
        moon_period period;
        moon_str text;
        struct {
            const struct moon_type *type;
            const void *data;
            bool whole; /* of a row */
        } record;
        struct {
            const struct moon_arg *items;
            size_t count;
        } list;
        struct {
            const struct moon_named *items; /* sorted by name in a result */
            size_t count;
        } map;
    };
} moon_arg;
typedef struct moon_named {
    moon_str name;
    moon_arg value;
} moon_named;

/* A value as an argument. Texts, records, lists and maps borrow what they are given. */
static inline moon_arg moon_arg_bool(bool v) { return (moon_arg){MOON_ARG_BOOL, {.boolean = v}}; }
static inline moon_arg moon_arg_integer(int64_t v) { return (moon_arg){MOON_ARG_INTEGER, {.integer = v}}; }
static inline moon_arg moon_arg_decimal(moon_decimal v) {
    return (moon_arg){MOON_ARG_DECIMAL, {.decimal = v}};
}
static inline moon_arg moon_arg_money(moon_decimal amount, moon_currency currency) {
    return (moon_arg){MOON_ARG_MONEY, {.money = {amount, currency}}};
}
static inline moon_arg moon_arg_date(moon_date v) { return (moon_arg){MOON_ARG_DATE, {.date = v}}; }
static inline moon_arg moon_arg_period(moon_period v) { return (moon_arg){MOON_ARG_PERIOD, {.period = v}}; }
static inline moon_arg moon_arg_text(moon_str v) { return (moon_arg){MOON_ARG_TEXT, {.text = v}}; }
/* nil for a text of length 0, as records say that there is none. */
static inline moon_arg moon_arg_text_or_nil(moon_str v) { return v.len ? moon_arg_text(v) : (moon_arg){0}; }
/* A value of a map; `name` is a literal, or lives as long as the map. */
static inline moon_named moon_arg_named(const char *name, moon_arg value) {
    return (moon_named){moon_str_of(name), value};
}
/* Of several parts: a record with its type, a list, names with values. */
static inline moon_arg moon_arg_record(const struct moon_type *type, const void *data) {
    return (moon_arg){MOON_ARG_RECORD, {.record = {type, data, true}}};
}
/* The same as a table of its own: its plain fields and tags; `whole`: its lists too. */
static inline moon_arg moon_arg_row(const struct moon_type *type, const void *data, bool whole) {
    return (moon_arg){MOON_ARG_ROW, {.record = {type, data, whole}}};
}
static inline moon_arg moon_arg_list(const moon_arg *items, size_t count) {
    return (moon_arg){MOON_ARG_LIST, {.list = {items, count}}};
}
static inline moon_arg moon_arg_map(const struct moon_named *items, size_t count) {
    return (moon_arg){MOON_ARG_MAP, {.map = {items, count}}};
}
/* The entry of a map by name; a nil value if `map` is no map or has none. */
moon_arg moon_arg_get(const moon_arg *map, const char *name);

/* A new state with lua/prelude.lua run. Fails only if the library inside the program is broken. */
MOON_CHECK moon_status moon_script_new(const moon_script_limits *limits, moon_script **out, moon_err *err);
void moon_script_free(moon_script *s);

/* Register a rule file ("rules/pricing/api.lua") or, with a path under lua/, a library file that takes the
 * place of the embedded one (replay with the library of then). Both are copied. MOON_E_TOO_LARGE,
 * MOON_E_TEXT_INVALID. */
MOON_CHECK moon_status moon_script_add_source(moon_script *s, moon_str path, moon_str text, moon_err *err);
MOON_CHECK moon_status moon_script_add_library(moon_script *s, moon_str path, moon_str text, moon_err *err);

/* A function of the host, which the library calls as host.NAME(...). It may read and compute, not call Lua.
 * `result` starts as nil; what it points to must live until the call from the host ends, for example in
 * `scratch`. A failure is raised in Lua with its code. */
typedef moon_status (*moon_script_host_fn)(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch,
                                           moon_arg *result, moon_err *err);
void moon_script_provide(moon_script *s, const char *name, moon_script_host_fn fn, void *ctx);

/* Load a module of the library, so that what it exposes is there when rule files are loaded. */
MOON_CHECK moon_status moon_script_require(moon_script *s, const char *module, moon_err *err);

/* Call "module.verb" of the library with n arguments. The first result goes to `result` (unless NULL), in `keep`.
 * On failure err has the code, the rule file, its line and source text, and a hint. */
MOON_CHECK moon_status moon_script_call(moon_script *s, const char *verb, const moon_arg *args, size_t n,
                                        moon_arena *keep, moon_arg *result, moon_err *err);
/* The same; the first result, a table, is checked against `type` and written to `record`, a struct of that
 * type. */
MOON_CHECK moon_status moon_script_call_record(moon_script *s, const char *verb, const moon_arg *args,
                                               size_t n, const struct moon_type *type, moon_arena *keep,
                                               void *record, moon_err *err);

/* Did the last call end by a timer or memory hit of a state that is not exact? Then run it again alone,
 * exactly. */
bool moon_script_suspect(const moon_script *s);
/* From a signal handler: the running call of this process's state ends with MOON_E_INTERRUPTED. */
void moon_script_interrupt(void);
uint64_t
moon_script_steps(const moon_script *s);         /* of the last call, to the next thousand; exact mode only */
size_t moon_script_memory(const moon_script *s); /* bytes in use */

#endif
