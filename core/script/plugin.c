#include "script/plugin.h"

#include <dlfcn.h>
#include <lauxlib.h>

#include "base/file.h"
#include "base/limits.h"
#include "script/error.h"
#include "script/sandbox.h"
#include "script/state_in.h"

static moon_status wrong(const char *name, const char *what, moon_err *err) {
    return moon_fail(err, MOON_E_PLUGIN, "plugin %s: %s", name, what);
}

static bool proper_name(moon_str name) {
    bool proper = name.len > 0 && name.len < 64;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        proper = proper && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-');
    }
    return proper;
}

static moon_status find(const char *name, const char *const *folders, moon_arena *keep, moon_str *folder,
                        moon_err *err) {
    for (; *folders; folders++) {
        *folder = moon_arena_printf(keep, "%s/%s", *folders, name);
        if (moon_file_exists(moon_arena_printf(keep, "%s/plugin.lua", folder->ptr).ptr)) return MOON_OK;
    }
    wrong(name, "there is no such plugin", err);
    return moon_err_hint(err,
                         "put it into the book's plugins/ folder, or take it out of plugins in book.lua");
}

static moon_status read_manifest(moon_script *s, const char *name, moon_str folder, moon_arena *keep,
                                 moon_arg *manifest, moon_err *err) {
    moon_str path = moon_arena_printf(keep, "%s/plugin.lua", folder.ptr), bytes,
             shown = moon_arena_printf(keep, "plugins/%s/plugin.lua", name);
    MOON_TRY(moon_file_read(path.ptr, MOON_RULE_FILE_MAX, keep, &bytes, err));
    MOON_TRY(moon_script_add_source(s, shown, bytes, err));
    moon_arg args[] = {moon_arg_text(shown)};
    return moon_script_call(s, "plugins.manifest", args, 1, keep, manifest, err);
}

/* Runs under lua_pcall, with the opened module's function or chunk and the plugin's name. */
static int l_open(lua_State *L) {
    lua_settop(L, 2);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 2);
    lua_call(L, 1, 1);
    if (!lua_istable(L, -1)) luaL_error(L, "the module gives no table");
    char name[80];
    int len = snprintf(name, sizeof name, "plugin.%s", lua_tostring(L, 2));
    l_set_module(L, (moon_str){name, (size_t)len});
    return 0;
}

static moon_status open_native(moon_script *s, const char *name, const char *file, const char *module,
                               moon_err *err) {
    char symbol[128];
    void *library =
        dlopen(file, RTLD_NOW | RTLD_LOCAL); /* stays open: its functions live as long as the process */
    if (!library) return wrong(name, dlerror(), err);
    snprintf(symbol, sizeof symbol, "luaopen_%s", module);
    lua_CFunction open = (lua_CFunction)(uintptr_t)dlsym(library, symbol);
    if (!open) return wrong(name, "the library has no function luaopen_ of its module's name", err);
    lua_pushcfunction(s->L, l_open);
    lua_pushcfunction(s->L, open);
    lua_pushstring(s->L, name);
    if (lua_pcall(s->L, 2, 0, 0) == LUA_OK) return MOON_OK;
    wrong(name, lua_isstring(s->L, -1) ? lua_tostring(s->L, -1) : "it does not load", err);
    lua_settop(s->L, 0);
    return err->code;
}

moon_status moon_script_plugin(moon_script *s, const char *name, const char *const *folders, moon_err *err) {
    moon_arg manifest;
    moon_str folder = MOON_STR_NONE, bytes;
    moon_arena *keep = &s->keep;
    if (!proper_name(moon_str_of(name)))
        return wrong(name, "a plugin's name has small letters, digits, _ and - only", err);
    MOON_TRY(find(name, folders, keep, &folder, err));
    MOON_TRY(read_manifest(s, name, folder, keep, &manifest, err));
    moon_arg module = moon_arg_get(&manifest, "module"), native = moon_arg_get(&manifest, "native");
    if (native.kind == MOON_ARG_BOOL && native.boolean) {
        moon_str file = moon_arena_printf(keep, "%s/%.*s.so", folder.ptr, MOON_STR_ARG(module.text));
        if (!moon_file_exists(file.ptr)) file = moon_arena_printf(keep, "%s.so", folder.ptr);
        return open_native(s, name, file.ptr, module.text.ptr, err);
    }
    MOON_TRY(moon_file_read(moon_arena_printf(keep, "%s/%.*s.lua", folder.ptr, MOON_STR_ARG(module.text)).ptr,
                            MOON_RULE_FILE_MAX, keep, &bytes, err));
    return moon_script_add_library(s, moon_arena_printf(keep, "lua/plugin/%s.lua", name), bytes, err);
}
