#include "script/sandbox.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "script/embedded.h"
#include "script/error.h"
#include "script/freeze.h"
#include "script/loader.h"
#include "script/near.h"
#include "script/order.h"
#include "script/state_in.h"
#include "script/text_lib.h"
#include "script/value.h"

/* Keys of the registry: the environments (what a chunk gets), the tables behind them, results by path. */
static const char RULE_ENV, LIBRARY_ENV, RULE_NAMES, LIBRARY_NAMES, RESULTS, HOST;

static moon_str l_name(lua_State *L, int arg) {
    moon_str s;
    s.ptr = luaL_checklstring(L, arg, &s.len);
    return s;
}

/* ---- protected calls ---- */

#define CAUGHT_STEPS 1000 /* what an error that is caught counts: unwinding a deep stack is slow */

/* Behind a failed lua_pcall, the error at the top: no budget can be caught. */
static void l_pass_on_stop(lua_State *L, int status) {
    moon_script *s = moon_script_of(L);
    if (status == LUA_ERRMEM) moon_script_stop(s, MOON_E_SCRIPT_MEMORY);
    if (s->stop != MOON_OK) lua_error(L);
}

/* Calls what lies above `function`, that included. True with the results there; false with an error object
 * there. */
static bool l_protected(lua_State *L, int function) {
    lua_pushcfunction(L, l_error_handler);
    lua_insert(L, function);
    int status = lua_pcall(L, lua_gettop(L) - function - 1, LUA_MULTRET, function);
    lua_remove(L, function);
    if (status != LUA_OK) {
        l_pass_on_stop(L, status);
        l_script_charge(L, CAUGHT_STEPS);
    }
    return status == LUA_OK;
}

static int l_pcall(lua_State *L) {
    luaL_checkany(L, 1);
    bool good = l_protected(L, 1);
    lua_pushboolean(L, good);
    lua_insert(L, 1);
    return lua_gettop(L);
}

/* xpcall(f, handler, ...): the handler gets the error object after f was left. */
static int l_xpcall(lua_State *L) {
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_pushvalue(L, 2);
    lua_insert(L, 1);
    lua_remove(L, 3); /* handler, f, ... */
    if (l_protected(L, 2)) {
        lua_pushboolean(L, 1);
        lua_replace(L, 1);
        return lua_gettop(L);
    }
    lua_call(L, 1, 1);
    lua_pushboolean(L, 0);
    lua_insert(L, 1);
    return 2;
}

/* within(text, f, ...): f(...), with the text added to the context of an error that leaves it. */
static int l_within(lua_State *L) {
    luaL_checkstring(L, 1);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    if (l_protected(L, 2)) return lua_gettop(L) - 1;
    if (lua_istable(L, 2)) {
        lua_pushliteral(L, "context");
        if (lua_rawget(L, 2) == LUA_TSTRING) {
            lua_pushliteral(L, ", ");
            lua_pushvalue(L, 1);
            lua_concat(L, 3);
        } else {
            lua_pushvalue(L, 1);
        }
        lua_pushliteral(L, "context");
        lua_insert(L, -2);
        lua_rawset(L, 2);
        lua_settop(L, 2);
    }
    return lua_error(L);
}

/* ---- names ---- */

static const char *const forbidden[] = {"io",           "os",           "debug",      "package",
                                        "coroutine",    "load",         "loadstring", "loadfile",
                                        "dofile",       "_G",           "print",      "collectgarbage",
                                        "getmetatable", "setmetatable", "rawget",     "rawset",
                                        "rawlen",       "next",         "rawequal",   NULL};

/* Words that plans are told in elsewhere, and what says it here. */
static const struct {
    const char *word, *hint;
} meanings[] = {
    {"once", "once is a field of a charge: flat { \"Setup\", price = 100, once = true }"},
    {"one_time", "a charge that is billed once: flat { \"Setup\", price = 100, once = true }"},
    {"setup", "a charge that is billed once: flat { \"Setup\", price = 100, once = true }"},
    {"fixed", "a fixed fee is flat { \"Fee\", price = 49 }"},
    {"fee", "a fixed fee is flat { \"Fee\", price = 49 }"},
    {"unit", "a price for each unit is per_unit { \"Seats\", quantity = \"seats\", price = 9 }"},
    {"minimum", "what is billed at least is commitment { \"Minimum\", amount = 1000 }"},
    {"maximum", "what is billed at most is cap { \"Cap\", amount = 1000 }"},
    {"tiered",
     "each band at its own price is graduated { }, all units at the price of the last one volume { }"},
    {"tiers", "bands are a field of a charge: graduated { \"Units\", meter = \"units\", tiers = { ... } }"},
    {"percent_of", "a share of an amount is percentage { }"},
};

static const char charge_names[] =
    "charges there are: flat, per_unit, graduated, volume, stairstep, package, overage, percentage, "
    "graduated_percentage, volume_percentage, matrix, formula, commitment, cap";

/* Whether the code at hand declares a plan: a rule file about prices, outside its functions. */
static bool l_in_pricing(lua_State *L) {
    lua_Debug at;
    return lua_getstack(L, 1, &at) && lua_getinfo(L, "S", &at) && strcmp(at.what, "main") == 0 &&
           !strncmp(at.source, "@rules/pricing/", 15);
}

/* The nearest name there is; in a plan what says it here, or the charges there are. */
static void l_name_hint(lua_State *L, moon_str name, char *hint, size_t room) {
    bool in_pricing = l_in_pricing(L);
    hint[0] = '\0';
    for (size_t i = 0; in_pricing && i < sizeof meanings / sizeof *meanings; i++) {
        if (!moon_str_is(name, meanings[i].word)) continue;
        snprintf(hint, room, "%s", meanings[i].hint);
        return;
    }
    moon_near near = moon_near_begin(name);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &RULE_NAMES);
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        moon_str other;
        other.ptr = lua_tolstring(L, -2, &other.len);
        moon_near_try(&near, other);
    }
    moon_near_hint(&near, hint, room);
    if (hint[0]) return;
    snprintf(hint, room, "%s",
             in_pricing
                 ? charge_names
                 : "is it spelled as where it is declared? Names of moonbill are listed in lua/README.md");
}

static int l_env_missing(lua_State *L) {
    moon_str name;
    char hint[224];
    if (lua_type(L, 2) != LUA_TSTRING) return l_raise(L, MOON_E_SCRIPT_ERROR, "this is no name");
    name.ptr = lua_tolstring(L, 2, &name.len);
    for (int i = 0; forbidden[i]; i++)
        if (moon_str_is(name, forbidden[i]))
            return l_raise(L, MOON_E_SCRIPT_FORBIDDEN, "'%s' cannot be used here", forbidden[i]);
    l_name_hint(L, name, hint, sizeof hint);
    return l_raise_hint(L, MOON_E_SCRIPT_ERROR, hint, "unknown name '%.80s'", name.ptr);
}

static int l_env_newindex(lua_State *L) {
    return l_raise_hint(L, MOON_E_SCRIPT_STATE, "make it local: local name = ...", "'%.80s' would be global",
                        lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "this");
}

/* Append the names in the table at the top, those of tables in it as "table.name"; pops it. */
static void add_names(lua_State *L, int list, const char *prefix) {
    int table = lua_gettop(L);
    if (moon_freeze_shadow(L, table)) lua_replace(L, table);
    for (lua_pushnil(L); lua_next(L, table); lua_settop(L, table + 1)) {
        if (lua_type(L, table + 1) != LUA_TSTRING) continue;
        const char *name = lua_tostring(L, table + 1);
        if (lua_istable(L, table + 2) && !*prefix && strcmp(name, "host")) {
            add_names(L, list, name);
        } else {
            lua_pushfstring(L, *prefix ? "%s.%s" : "%s%s", prefix, name);
            lua_rawseti(L, list, (lua_Integer)lua_rawlen(L, list) + 1);
        }
    }
    lua_settop(L, table - 1);
}

/* names(): what rules can use now, sorted; names(true): what the library can use besides */
static int l_names(lua_State *L) {
    bool library = lua_toboolean(L, 1);
    lua_settop(L, 0);
    lua_pushcfunction(L, l_order_sort);
    lua_newtable(L);
    lua_rawgetp(L, LUA_REGISTRYINDEX, library ? &LIBRARY_NAMES : &RULE_NAMES);
    luaL_checkstack(L, 10, "names");
    add_names(L, 2, "");
    lua_pushvalue(L, 2);
    lua_insert(L, 1);
    lua_call(L, 1, 0);
    return 1;
}

/* expose{ plan = f, ... }: more globals for rules. */
static int l_expose(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &RULE_NAMES);
    for (lua_pushnil(L); lua_next(L, 1); lua_settop(L, 3)) {
        if (lua_type(L, 3) != LUA_TSTRING) return l_raise(L, MOON_E_INTERNAL, "expose: a name is no text");
        lua_pushvalue(L, 3);
        if (lua_rawget(L, 2) != LUA_TNIL && !lua_rawequal(L, 4, 5))
            return l_raise(L, MOON_E_INTERNAL, "expose: '%s' is taken", lua_tostring(L, 3));
        lua_settop(L, 4);
        if (lua_iscfunction(L, 4)) {
            lua_pushvalue(L, 4);
            moon_freeze_known(L);
        }
        l_freeze(L, 4);
        lua_pushvalue(L, 3);
        lua_pushvalue(L, 4);
        lua_rawset(L, 2);
    }
    return 0;
}

/* ---- files ---- */

void l_sandbox_load(lua_State *L, moon_str path, moon_str text, bool library) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, library ? &LIBRARY_ENV : &RULE_ENV);
    l_load(L, path, text, !library);
}

/* Run a source and leave its result, which is remembered under its path; nil as false. */
static void l_run(lua_State *L, moon_script_source *source) {
    if (source->running) l_raise(L, MOON_E_SCRIPT_ERROR, "%s needs itself", source->path.ptr);
    l_sandbox_load(L, source->path, source->text, source->library); /* raises where it cannot be read */
    source->running = true;
    bool good = l_protected(L, lua_gettop(L));
    source->running = false;
    if (!good) lua_error(L);
}

static void l_push_result(lua_State *L, moon_script_source *source) {
    luaL_checkstack(L, 10, "files");
    int top = lua_gettop(L);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &RESULTS);
    if (lua_getfield(L, top + 1, source->path.ptr) == LUA_TNIL) {
        lua_settop(L, top + 1);
        l_run(L, source);
        lua_settop(L, top + 2); /* the first result, or nil */
        if (!source->library) l_freeze(L, top + 2);
        if (lua_isnil(L, top + 2)) {
            lua_pushboolean(L, 0);
            lua_replace(L, top + 2);
        }
        lua_pushvalue(L, top + 2);
        lua_setfield(L, top + 1, source->path.ptr);
    }
    lua_replace(L, top + 1);
}

void l_push_rule(lua_State *L, moon_str path) {
    moon_script *s = moon_script_of(L);
    moon_script_source *source = moon_script_source_find(s, path);
    if (source && !source->library) {
        l_push_result(L, source);
        return;
    }
    char hint[200];
    moon_near near = moon_near_begin(path);
    for (source = s->sources; source; source = source->next)
        if (!source->library) moon_near_try(&near, source->path);
    moon_near_hint(&near, hint, sizeof hint);
    l_raise_hint(L, MOON_E_RULE_MISSING, hint, "there is no rule file %.*s", MOON_STR_ARG(path));
}

/* "a.b" -> "FOLDERa/b.lua", in `out`, whose size is MODULE_PATH_MAX. */
#define MODULE_PATH_MAX 256
static moon_str l_path_of(lua_State *L, const char *folder, moon_str name, char *out) {
    if (name.len > MODULE_PATH_MAX - 20) l_raise(L, MOON_E_RULE_MISSING, "this name is too long for a file");
    int len = snprintf(out, MODULE_PATH_MAX, "%s%.*s.lua", folder, MOON_STR_ARG(name));
    for (size_t i = strlen(folder), end = i + name.len; i < end; i++)
        if (out[i] == '.') out[i] = '/';
    return (moon_str){out, (size_t)len};
}

void l_push_module(lua_State *L, moon_str name) {
    moon_err err;
    moon_script *s = moon_script_of(L);
    char name_of_file[MODULE_PATH_MAX];
    moon_str text, path = l_path_of(L, "lua/", name, name_of_file);
    moon_script_source *source = moon_script_source_find(s, path);
    if (!source) { /* a plugin, or a file that has not been read yet */
        luaL_checkstack(L, 4, "modules");
        lua_rawgetp(L, LUA_REGISTRYINDEX, &RESULTS);
        bool known = lua_getfield(L, -1, path.ptr) != LUA_TNIL;
        lua_remove(L, -2);
        if (known) return;
        lua_pop(L, 1);
        if (moon_embedded_library(path.ptr, &s->scratch, &text, &err) != MOON_OK ||
            moon_script_add_library(s, path, text, &err) != MOON_OK)
            l_fail(L, &err);
        source = moon_script_source_find(s, path);
    }
    l_push_result(L, source);
}

void l_set_module(lua_State *L, moon_str name) {
    char name_of_file[MODULE_PATH_MAX];
    moon_str path = l_path_of(L, "lua/", name, name_of_file);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &RESULTS);
    lua_insert(L, -2);
    lua_setfield(L, -2, path.ptr);
    lua_pop(L, 1);
}

static int l_require_module(lua_State *L) {
    l_push_module(L, l_name(L, 1));
    return 1;
}

static int l_require_rule(lua_State *L) {
    char path[MODULE_PATH_MAX];
    l_push_rule(L, l_path_of(L, "rules/", l_name(L, 1), path));
    return 1;
}

static int l_rule(lua_State *L) {
    l_push_rule(L, l_name(L, 1));
    return 1;
}

static int compare_paths(const void *a, const void *b) {
    return moon_str_cmp(*(const moon_str *)a, *(const moon_str *)b);
}

/* rule_paths(prefix): the paths of the rule files that begin with it, sorted */
static int l_rule_paths(lua_State *L) {
    moon_script *s = moon_script_of(L);
    moon_str prefix = l_name(L, 1);
    size_t n = 0, count = 0;
    for (moon_script_source *source = s->sources; source; source = source->next) count++;
    moon_str *paths = MOON_NEW_N(&s->scratch, moon_str, count + 1);
    for (moon_script_source *source = s->sources; source; source = source->next)
        if (!source->library && moon_str_starts(source->path, prefix)) paths[n++] = source->path;
    qsort(paths, n, sizeof *paths, compare_paths);
    lua_createtable(L, (int)n, 0);
    for (size_t i = 0; i < n; i++) {
        lua_pushlstring(L, paths[i].ptr, paths[i].len);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* compile(path, text): a function of the rules' environment, not run yet; compile(path, text, names): of an
 * environment of its own */
static int l_compile_rule(lua_State *L) {
    moon_script *s = moon_script_of(L);
    moon_str path = moon_arena_str(&s->scratch, l_name(L, 1)), text = l_name(L, 2);
    if (lua_isnoneornil(L, 3)) {
        l_sandbox_load(L, path, text, false);
    } else {
        luaL_checktype(L, 3, LUA_TTABLE);
        lua_pushvalue(L, 3);
        l_load(L, path, text, true);
    }
    return 1;
}

static int l_freeze_value(lua_State *L) {
    luaL_checkany(L, 1);
    lua_settop(L, 1);
    l_freeze(L, 1);
    return 1;
}

static int l_type(lua_State *L) {
    luaL_checkany(L, 1);
    lua_pushstring(L, moon_type_name_at(L, 1));
    return 1;
}

/* ---- building ---- */

/* What the prelude chooses from. */
static const luaL_Reg own[] = {{"type", l_type},
                               {"pcall", l_pcall},
                               {"xpcall", l_xpcall},
                               {"within", l_within},
                               {"error", l_error_error},
                               {"raise", l_error_raise},
                               {"pairs", l_order_pairs},
                               {"sort", l_order_sort},
                               {"tostring", l_text_tostring},
                               {"tonumber", l_text_tonumber},
                               {"format", l_text_format},
                               {"rep", l_text_rep},
                               {"concat", l_text_concat},
                               {"expose", l_expose},
                               {"freeze", l_freeze_value},
                               {"rule", l_rule},
                               {"rule_paths", l_rule_paths},
                               {"names", l_names},
                               {"compile", l_compile_rule},
                               {"require_module", l_require_module},
                               {"require_rule", l_require_rule},
                               {NULL, NULL}};

static void push_library(lua_State *L, lua_CFunction open, const char *name) {
    lua_pushcfunction(L, open);
    lua_pushstring(L, name);
    lua_call(L, 1, 1);
}

/* The table of primitives: moonbill's, the values', and Lua's own libraries under `lua`. */
static void push_primitives(lua_State *L) {
    moon_value_functions(L);
    luaL_setfuncs(L, own, 0);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &HOST);
    lua_setfield(L, -2, "host");
    lua_newtable(L);
    push_library(L, luaopen_base, "_G"); /* fills the global table, which nobody else uses */
    lua_setfield(L, -2, "base");
    push_library(L, luaopen_string, "string");
    lua_setfield(L, -2, "string");
    push_library(L, luaopen_table, "table");
    lua_setfield(L, -2, "table");
    push_library(L, luaopen_utf8, "utf8");
    lua_setfield(L, -2, "utf8");
    lua_setfield(L, -2, "lua");
}

/* Mark the functions of the table at the top, and of the tables in it, as known to keep no state. */
static void mark_known(lua_State *L) {
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        if (lua_istable(L, -1)) mark_known(L);
        if (!lua_iscfunction(L, -1)) continue;
        lua_pushvalue(L, -1);
        moon_freeze_known(L);
    }
}

/* An empty table that reads `names` (at the top, popped) and refuses writes. */
static void make_environment(lua_State *L, const char *env_key, const char *names_key) {
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, names_key);
    lua_newtable(L);
    lua_createtable(L, 0, 2);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, l_env_newindex);
    lua_setfield(L, -2, "__newindex");
    lua_setmetatable(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, env_key);
    lua_pop(L, 1);
}

/* ("x"):upper() finds the functions of `string`; texts have no arithmetic: "10" + 1 is a mistake. */
static void set_string_methods(lua_State *L, int names) {
    lua_pushliteral(L, "");
    lua_createtable(L, 0, 1);
    lua_getfield(L, names, "string");
    if (moon_freeze_shadow(L, -1)) lua_remove(L, -2);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
}

void l_sandbox_open(lua_State *L) {
    moon_err err;
    moon_script *s = moon_script_of(L);
    moon_str text;
    lua_settop(L, 0);
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &RESULTS);
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &HOST);
    if (moon_embedded_library("lua/prelude.lua", &s->scratch, &text, &err) != MOON_OK) l_fail(L, &err);
    push_primitives(L);
    l_load(L, MOON_STR("lua/prelude.lua"), text, false);
    lua_call(L, 0, 2); /* 1: names of rules, 2: further names of the library */
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checktype(L, 2, LUA_TTABLE);
    mark_known(L); /* the library's */
    lua_pushvalue(L, 1);
    mark_known(L);
    for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1))
        if (lua_istable(L, -1)) l_freeze(L, -1); /* string, table, math, utf8 */
    lua_settop(L, 2);
    set_string_methods(L, 1);
    lua_createtable(L, 0, 1); /* a name that nobody has */
    lua_pushcfunction(L, l_env_missing);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, 1);
    lua_createtable(L, 0, 1); /* the library has the names of rules too */
    lua_pushvalue(L, 1);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, 2);
    make_environment(L, &LIBRARY_ENV, &LIBRARY_NAMES);
    make_environment(L, &RULE_ENV, &RULE_NAMES);
}

void moon_sandbox_push_host(lua_State *L) { lua_rawgetp(L, LUA_REGISTRYINDEX, &HOST); }
