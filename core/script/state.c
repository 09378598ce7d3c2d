#include "script/state.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "script/arg.h"
#include "script/error.h"
#include "script/freeze.h"
#include "script/record.h"
#include "script/sandbox.h"
#include "script/state_in.h"
#include "script/value.h"
#include "script/watch.h"

#define HOOK_INTERVAL 1000 /* instructions, in exact mode */

static const char VERBS; /* key of the registry: "module.verb" -> function */

void moon_script_stop(moon_script *s, moon_status code) {
    if (s->stop == MOON_OK) s->stop = code;
}

/* Ends the call. The place is noted, for the error may be raised anew on its way out, from elsewhere. */
static void l_stop(lua_State *L, moon_status code) {
    moon_script *s = moon_script_of(L);
    if (s->stop == MOON_OK) moon_error_note(L);
    moon_script_stop(s, code);
    l_raise(L, s->stop, "stopped");
}

void l_script_charge(lua_State *L, uint64_t steps) {
    moon_script *s = moon_script_of(L);
    if (!s->limits.exact) return;
    s->steps += steps;
    if (s->steps > s->limits.steps) l_stop(L, MOON_E_SCRIPT_STEPS);
}

static void l_hook(lua_State *L, lua_Debug *ar) {
    moon_script *s = moon_script_of(L);
    if (moon_watch_interrupted()) l_stop(L, MOON_E_INTERRUPTED);
    bool counting = s->limits.exact && ar->event == LUA_HOOKCOUNT && !(lua_gethookmask(L) & LUA_MASKLINE);
    if (counting && s->stop == MOON_OK) {
        moon_watch_beat();
        s->steps += HOOK_INTERVAL;
        if (s->steps <= s->limits.steps) return;
    }
    l_stop(L, counting ? MOON_E_SCRIPT_STEPS : MOON_E_SCRIPT_TIME);
}

/* ---- running something under the budgets ---- */

typedef struct job {
    void (*run)(lua_State *L, struct job *job); /* may raise */
    bool trusted;                               /* no rule runs: no budgets */
    const char *name;                           /* verb or module */
    const moon_arg *args;
    size_t n;
    moon_arena *keep;
    moon_arg *result;
    const moon_type *type;
    void *record;
} job;

/* Slots of the stack that every job has from the start, so that calls neither grow it nor does the collector shrink
 * it in between. A function was once seen to go on with the place where the stack had been; why is not proven. */
#define STACK_ROOM 4000

static int l_job(lua_State *L) {
    job *j = lua_touserdata(L, 1);
    lua_settop(L, 0);
    luaL_checkstack(L, STACK_ROOM, "calls");
    j->run(L, j);
    return 0;
}

void moon_script_interrupt(void) { moon_watch_interrupt(); }

static void enter(moon_script *s, bool trusted) {
    s->stop = MOON_OK;
    s->suspect = false;
    s->steps = 0;
    s->noted_place[0] = 0;
    s->call++;
    if (trusted) return;
    if (s->limits.exact) {
        lua_gc(s->L, LUA_GCCOLLECT, 0);
        lua_sethook(s->L, l_hook, LUA_MASKCOUNT, HOOK_INTERVAL);
    }
    if (!s->limits.lasting || s->memory_base == 0) s->memory_base = s->memory.used;
    s->memory.limit = s->memory_base + s->limits.memory_bytes;
    moon_watch_enter(s->L, s->limits.time_ms, s->limits.exact, l_hook);
}

static void leave(moon_script *s, int status) {
    moon_watch_leave();
    if (lua_gethook(s->L)) lua_sethook(s->L, NULL, 0, 0);
    s->memory.limit = SIZE_MAX;
    if (status == LUA_ERRMEM) moon_script_stop(s, MOON_E_SCRIPT_MEMORY);
    s->suspect = !s->limits.exact && (s->stop == MOON_E_SCRIPT_TIME || s->stop == MOON_E_SCRIPT_MEMORY);
}

static moon_status run(moon_script *s, job *j, moon_err *err) {
    lua_State *L = s->L;
    moon_err kept;
    enter(s, j->trusted);
    lua_pushcfunction(L, l_error_handler);
    lua_pushcfunction(L, l_job);
    lua_pushlightuserdata(L, j);
    int status = lua_pcall(L, 1, 0, 1);
    leave(s, status);
    moon_status result = status == LUA_OK && s->stop == MOON_OK ? MOON_OK : moon_error_take(L, err);
    lua_settop(L, 0);
    if (moon_freeze_check(L, &kept) != MOON_OK && result == MOON_OK) {
        *err = kept;
        result = kept.code;
    }
    lua_settop(L, 0);
    for (moon_script_source *source = s->sources; result != MOON_OK && source; source = source->next)
        source->running = false;
    moon_arena_free(&s->scratch);
    return result;
}

/* ---- jobs ---- */

/* Push the function "module.verb". */
static void l_push_verb(lua_State *L, const char *verb) {
    const char *dot = strrchr(verb, '.');
    lua_rawgetp(L, LUA_REGISTRYINDEX, &VERBS);
    if (lua_getfield(L, -1, verb) == LUA_TFUNCTION) return;
    if (!dot) l_raise(L, MOON_E_INTERNAL, "'%s' is no module.verb", verb);
    l_push_module(L, (moon_str){verb, (size_t)(dot - verb)});
    if (!lua_istable(L, -1) || lua_getfield(L, -1, dot + 1) != LUA_TFUNCTION)
        l_raise(L, MOON_E_INTERNAL, "the library has no function '%s'", verb);
    lua_pushvalue(L, -1);
    lua_setfield(L, 1, verb);
}

static void l_run_call(lua_State *L, job *j) {
    l_push_verb(L, j->name);
    luaL_checkstack(L, (int)j->n + 4, "arguments");
    for (size_t i = 0; i < j->n; i++) l_push_arg(L, &j->args[i]);
    lua_call(L, (int)j->n, 1);
    if (j->type)
        l_read_record(L, -1, j->type, j->record, j->keep);
    else if (j->result)
        l_read_arg(L, -1, j->keep, j->result);
}

static void l_run_require(lua_State *L, job *j) { l_push_module(L, moon_str_of(j->name)); }

static void l_run_open(lua_State *L, job *j) {
    (void)j;
    moon_error_open(L);
    moon_value_open(L);
    moon_freeze_open(L);
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &VERBS);
    l_sandbox_open(L);
}

/* ---- functions of the host ---- */

typedef struct host_function {
    moon_script_host_fn fn;
    void *ctx;
} host_function;

/* Does it hold a view of a record, which must live until the call from the host ends? */
static bool holds_view(const moon_arg *arg) {
    if (arg->kind == MOON_ARG_RECORD) return true;
    for (size_t i = 0; arg->kind == MOON_ARG_LIST && i < arg->list.count; i++)
        if (holds_view(&arg->list.items[i])) return true;
    for (size_t i = 0; arg->kind == MOON_ARG_MAP && i < arg->map.count; i++)
        if (holds_view(&arg->map.items[i].value)) return true;
    return false;
}

static int l_host_call(lua_State *L) {
    moon_err err;
    moon_script *s = moon_script_of(L);
    const host_function *f = lua_touserdata(L, lua_upvalueindex(1));
    int n = lua_gettop(L);
    moon_arena_mark mark = moon_arena_here(&s->scratch);
    moon_arg result = {0}, *args = MOON_NEW_N(&s->scratch, moon_arg, (size_t)n + 1);
    for (int i = 0; i < n; i++) l_read_arg(L, i + 1, &s->scratch, &args[i]);
    L_TRY(L, f->fn(f->ctx, args, (size_t)n, &s->scratch, &result, &err));
    l_push_arg(L, &result);
    if (!holds_view(&result)) moon_arena_rewind(&s->scratch, mark);
    return 1;
}

static void l_run_provide(lua_State *L, job *j) {
    moon_sandbox_push_host(L);
    lua_pushlightuserdata(L, j->record);
    lua_pushcclosure(L, l_host_call, 1);
    lua_setfield(L, -2, j->name);
}

void moon_script_provide(moon_script *s, const char *name, moon_script_host_fn fn, void *ctx) {
    moon_err err;
    host_function *f = MOON_NEW(&s->keep, host_function);
    *f = (host_function){fn, ctx};
    job j = {.run = l_run_provide, .trusted = true, .name = name, .record = f};
    moon_assert(run(s, &j, &err) == MOON_OK);
}

/* ---- the interface ---- */

static void note_refusal(void *ctx) { moon_error_note(((moon_script *)ctx)->L); }

moon_status moon_script_new(const moon_script_limits *limits, moon_script **out, moon_err *err) {
    moon_script *s = moon_malloc(sizeof *s);
    *s = (moon_script){.limits = *limits, .memory.limit = SIZE_MAX};
    s->L = lua_newstate(moon_memory_alloc, &s->memory);
    if (!s->L) moon_out_of_memory(sizeof *s);
    *(moon_script **)lua_getextraspace(s->L) = s;
    s->memory.refused = note_refusal;
    s->memory.ctx = s;
    job j = {.run = l_run_open, .trusted = true};
    moon_status status = run(s, &j, err);
    if (status != MOON_OK)
        moon_script_free(s);
    else
        *out = s;
    return status;
}

void moon_script_free(moon_script *s) {
    if (!s) return;
    lua_close(s->L);
    moon_memory_free_all(&s->memory);
    moon_arena_free(&s->scratch);
    moon_arena_free(&s->keep);
    free(s);
}

moon_script_source *moon_script_source_find(moon_script *s, moon_str path) {
    for (moon_script_source *source = s->sources; source; source = source->next)
        if (moon_str_eq(source->path, path)) return source;
    return NULL;
}

static moon_status add(moon_script *s, moon_str path, moon_str text, bool library, moon_err *err) {
    if (text.len > MOON_RULE_FILE_MAX)
        return moon_fail(err, MOON_E_TOO_LARGE, "%.*s has more than %d bytes", MOON_STR_ARG(path),
                         MOON_RULE_FILE_MAX);
    if (moon_str_starts(text, MOON_STR("\xEF\xBB\xBF"))) text = moon_str_sub(text, 3, text.len);
    size_t wrong = moon_text_invalid_at(text);
    if (wrong < text.len) {
        int line = 1;
        for (size_t i = 0; i < wrong; i++) line += text.ptr[i] == '\n';
        moon_fail(err, MOON_E_TEXT_INVALID, "byte %zu of the file is not UTF-8", wrong + 1);
        return moon_err_at(err, moon_arena_str(&s->keep, path).ptr, line);
    }
    moon_script_source *source = MOON_NEW(&s->keep, moon_script_source);
    *source = (moon_script_source){s->sources, moon_arena_str(&s->keep, path), moon_arena_str(&s->keep, text),
                                   library, false};
    s->sources = source;
    return MOON_OK;
}

moon_status moon_script_add_source(moon_script *s, moon_str path, moon_str text, moon_err *err) {
    if (moon_str_starts(path, MOON_STR("lua/")))
        return moon_fail(err, MOON_E_SCRIPT_FORBIDDEN, "%.*s: rules do not lie in lua/", MOON_STR_ARG(path));
    return add(s, path, text, false, err);
}

moon_status moon_script_add_library(moon_script *s, moon_str path, moon_str text, moon_err *err) {
    return add(s, path, text, true, err);
}

moon_status moon_script_require(moon_script *s, const char *module, moon_err *err) {
    job j = {.run = l_run_require, .trusted = true, .name = module};
    return run(s, &j, err);
}

moon_status moon_script_call(moon_script *s, const char *verb, const moon_arg *args, size_t n,
                             moon_arena *keep, moon_arg *result, moon_err *err) {
    moon_arg out = {0};
    job j = {
        .run = l_run_call, .name = verb, .args = args, .n = n, .keep = keep, .result = result ? &out : NULL};
    MOON_TRY(run(s, &j, err));
    if (result) *result = out;
    return MOON_OK;
}

moon_status moon_script_call_record(moon_script *s, const char *verb, const moon_arg *args, size_t n,
                                    const moon_type *type, moon_arena *keep, void *record, moon_err *err) {
    job j = {
        .run = l_run_call, .name = verb, .args = args, .n = n, .keep = keep, .type = type, .record = record};
    return run(s, &j, err);
}

moon_arg moon_arg_get(const moon_arg *map, const char *name) {
    if (map->kind == MOON_ARG_MAP)
        for (size_t i = 0; i < map->map.count; i++)
            if (moon_str_is(map->map.items[i].name, name)) return map->map.items[i].value;
    return (moon_arg){0};
}

bool moon_script_suspect(const moon_script *s) { return s->suspect; }
uint64_t moon_script_steps(const moon_script *s) { return s->steps; }
size_t moon_script_memory(const moon_script *s) { return s->memory.used; }
