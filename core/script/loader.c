#include "script/loader.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "script/error.h"
#include "script/lexer.h"
#include "script/value_pack.h"

#define CONSTANTS "__const"
#define TAIL "__tail"

typedef struct pass {
    const char *path;
    moon_arena *scratch;
    moon_rewrite *out;
    size_t room;
    moon_buf body;
    bool keep_frames;
    bool after_constant; /* the last token became an index */
    moon_err *err;
} pass;

static moon_status refuse(pass *p, const moon_token *t, moon_status code, const char *text) {
    moon_fail(p->err, code, "%s: %.*s", text, (int)(t->text.len < 80 ? t->text.len : 80), t->text.ptr);
    return moon_err_at(p->err, p->path, t->line);
}

static size_t add_constant(pass *p, moon_constant c) {
    moon_rewrite *r = p->out;
    r->changed = true;
    for (size_t i = 0; i < r->count; i++)
        if (r->constants[i].exact == c.exact && (c.exact || moon_decimal_eq(r->constants[i].value, c.value)))
            return i + 1;
    if (r->count == p->room) {
        size_t room = p->room ? p->room * 2 : 16;
        moon_constant *larger = MOON_NEW_N(p->scratch, moon_constant, room);
        if (r->count) memcpy(larger, r->constants, r->count * sizeof *larger);
        r->constants = larger;
        p->room = room;
    }
    r->constants[r->count++] = c;
    return r->count;
}

static moon_status rewrite_hexadecimal(pass *p, const moon_token *t) {
    uint64_t value = 0;
    for (size_t i = 2; i < t->text.len; i++) {
        char c = t->text.ptr[i];
        if (c == '.' || c == 'p' || c == 'P')
            return refuse(p, t, MOON_E_SCRIPT_SYNTAX, "write this number with decimal digits");
        int digit = c >= '0' && c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
        value = value * 16 + (uint64_t)digit;
        if (value > MOON_INTEGER_CANONICAL)
            return refuse(p, t, MOON_E_SCRIPT_INTEGER, "hexadecimal numbers end at 0x80000000");
    }
    moon_buf_add_str(&p->body, t->text);
    return MOON_OK;
}

static moon_status rewrite_number(pass *p, const moon_token *t) {
    moon_constant c = {0};
    if (t->text.len >= 2 && t->text.ptr[0] == '0' && (t->text.ptr[1] | 32) == 'x')
        return rewrite_hexadecimal(p, t);
    if (moon_decimal_parse(t->text, &c.value, p->err) != MOON_OK) {
        if (p->err->code == MOON_E_DECIMAL_RANGE) return moon_err_at(p->err, p->path, t->line);
        moon_buf_add_str(&p->body, t->text); /* malformed: Lua says so */
        return MOON_OK;
    }
    bool plain = memchr(t->text.ptr, '.', t->text.len) == NULL &&
                 memchr(t->text.ptr, 'e', t->text.len) == NULL &&
                 memchr(t->text.ptr, 'E', t->text.len) == NULL;
    bool small = c.value.scale == 0 && c.value.coef <= MOON_INTEGER_CANONICAL;
    if (small && plain) {
        moon_buf_add_str(&p->body, t->text);
    } else if (small) {
        p->out->changed = true;
        moon_buf_printf(&p->body, "%lld", (long long)c.value.coef);
    } else {
        moon_buf_printf(&p->body, CONSTANTS "[%zu]", add_constant(p, c));
        p->after_constant = true;
    }
    return MOON_OK;
}

static bool is_reserved(moon_str name) {
    return moon_str_is(name, CONSTANTS) || moon_str_is(name, TAIL) || moon_str_is(name, "_ENV");
}

/* Could this token, after a name with an index, be taken for a part of the same expression? */
static bool would_bind(const moon_token *t) {
    if (t->kind == MOON_TOKEN_STRING) return true;
    if (t->kind != MOON_TOKEN_SYMBOL || t->text.len != 1) return false;
    return strchr("([{.:", t->text.ptr[0]) != NULL;
}

/* Behind `return`: may a call follow that would be a tail call? Calls begin with a name and something, or with
 * `(`. */
static bool begins_call(moon_lexer lexer) {
    moon_token t = {0};
    bool name = false;
    while (moon_lexer_next(&lexer, &t)) {
        if (t.kind == MOON_TOKEN_SPACE) continue;
        if (name) return would_bind(&t);
        if (t.kind != MOON_TOKEN_NAME) return moon_str_is(t.text, "(");
        if (moon_str_is(t.text, "function")) return false;
        name = true;
    }
    return false;
}

static moon_status rewrite_token(pass *p, const moon_token *t, const moon_lexer *rest) {
    if (t->kind == MOON_TOKEN_SPACE) {
        moon_buf_add_str(&p->body, t->text);
        return MOON_OK;
    }
    if (p->after_constant && would_bind(t)) moon_buf_add_char(&p->body, ';');
    p->after_constant = false;
    if (t->kind == MOON_TOKEN_NUMBER) return rewrite_number(p, t);
    if (t->kind == MOON_TOKEN_NAME && is_reserved(t->text))
        return refuse(p, t, MOON_E_SCRIPT_FORBIDDEN, "this name is reserved");
    if (p->keep_frames && t->kind == MOON_TOKEN_NAME && moon_str_is(t->text, "return") &&
        begins_call(*rest)) {
        moon_buf_add_text(&p->body, "local " TAIL "<close> = nil; ");
        p->out->changed = true;
    }
    if (t->kind == MOON_TOKEN_SYMBOL && t->text.len == 1 && (*t->text.ptr == '/' || *t->text.ptr == '^')) {
        size_t n = add_constant(p, (moon_constant){.exact = true});
        moon_buf_printf(&p->body, "%s" CONSTANTS "[%zu]", *t->text.ptr == '/' ? "*" : "^", n);
    }
    moon_buf_add_str(&p->body, t->text);
    return MOON_OK;
}

moon_status moon_loader_rewrite(const char *path, moon_str source, bool keep_frames, moon_arena *scratch,
                                moon_rewrite *out, moon_err *err) {
    *out = (moon_rewrite){0};
    pass p = {.path = path, .keep_frames = keep_frames, .scratch = scratch, .out = out, .err = err};
    moon_lexer lexer = moon_lexer_begin(source);
    moon_token t;
    moon_status status = MOON_OK;
    while (status == MOON_OK && moon_lexer_next(&lexer, &t)) status = rewrite_token(&p, &t, &lexer);
    if (status == MOON_OK && out->count == 0) {
        out->text = p.body;
        return MOON_OK;
    }
    if (status == MOON_OK) {
        moon_buf_add_text(&out->text, "local " CONSTANTS "=" CONSTANTS ";");
        moon_buf_add_str(&out->text, moon_buf_str(&p.body));
    }
    moon_buf_free(&p.body);
    return status;
}

/* ---- assignments ---- */

/* `name =`, `name, ...`, `..., name` and `function name` outside a declaration. Fields of tables and arguments
 * look alike: they cost a comparison per call, no more. */
bool moon_loader_assigns(moon_str source, moon_str name) {
    moon_lexer lexer = moon_lexer_begin(source);
    moon_token t, last = {0}, last_but_one = {0};
    bool candidate = false; /* the last token is the name, not behind `local` */
    while (moon_lexer_next(&lexer, &t)) {
        if (t.kind == MOON_TOKEN_SPACE) continue;
        if (candidate && (moon_str_is(t.text, "=") || moon_str_is(t.text, ","))) return true;
        candidate = false;
        if (t.kind == MOON_TOKEN_NAME && moon_str_eq(t.text, name)) {
            if (moon_str_is(last.text, ",")) return true;
            if (moon_str_is(last.text, "function") && !moon_str_is(last_but_one.text, "local")) return true;
            candidate = !moon_str_is(last.text, "local") && !moon_str_is(last.text, ".") &&
                        !moon_str_is(last.text, ":");
        }
        last_but_one = last;
        last = t;
    }
    return false;
}

/* ---- into Lua ---- */

/* Raise Lua's own message, "rules/tax.lua:12: unexpected symbol", with file and line apart. */
static int l_syntax_error(lua_State *L, moon_str path) {
    moon_err err;
    if (lua_istable(L, -1))
        lua_getfield(L, -1, "message"); /* a run-time error: the message handler has seen it */
    const char *text = lua_tostring(L, -1), *at = text;
    if (!text) return lua_error(L);
    int line = 0;
    for (at = strchr(at, ':'); at; at = strchr(at + 1, ':')) {
        char *end;
        long n = strtol(at + 1, &end, 10);
        if (end == at + 1 || end[0] != ':' || end[1] != ' ') continue;
        line = (int)n;
        text = end + 2;
        break;
    }
    moon_fail(&err, MOON_E_SCRIPT_SYNTAX, "%s", text);
    snprintf(err.place, sizeof err.place, "%.*s", MOON_STR_ARG(path));
    err.line = line;
    return l_fail(L, &err);
}

static void l_compile(lua_State *L, moon_str path, moon_str text) {
    lua_pushfstring(L, "@%s", path.ptr);
    int status = luaL_loadbufferx(L, text.ptr, text.len, lua_tostring(L, -1), "t");
    lua_remove(L, -2);
    if (status == LUA_ERRMEM) lua_error(L);
    if (status != LUA_OK) l_syntax_error(L, path); /* also: nested too deeply */
}

/* What l_load holds, on the heap: freed by l_load itself, or by the collector if an error left it. Not a
 * to-be-closed slot: Lua 5.4.4's lua_settop keeps a stale pointer when closing one grows the stack. */
typedef struct load {
    moon_arena scratch;
    moon_rewrite rewrite;
} load;

static void free_load(load *l) {
    moon_buf_free(&l->rewrite.text);
    moon_arena_free(&l->scratch);
    *l = (load){0};
}

static int collect_load(lua_State *L) {
    free_load(lua_touserdata(L, 1));
    return 0;
}

static load *push_load(lua_State *L) {
    load *l = lua_newuserdatauv(L, sizeof *l, 0);
    *l = (load){0};
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, collect_load);
    lua_setfield(L, -2, "__gc");
    lua_setmetatable(L, -2);
    return l;
}

void l_load(lua_State *L, moon_str path, moon_str source, bool keep_frames) {
    moon_err err;
    int env = lua_gettop(L);
    luaL_checkstack(L, 10, "loading");
    l_compile(L, path, source);
    load *l = push_load(L);
    L_TRY(L, moon_loader_rewrite(path.ptr, source, keep_frames, &l->scratch, &l->rewrite, &err));
    if (l->rewrite.changed) {
        l_compile(L, path, moon_buf_str(&l->rewrite.text));
        lua_replace(L, env + 1);
        lua_pushliteral(L, CONSTANTS);
        lua_createtable(L, (int)l->rewrite.count, 0);
        for (size_t i = 0; i < l->rewrite.count; i++) {
            if (l->rewrite.constants[i].exact)
                lua_pushlightuserdata(L, (void *)(uintptr_t)PACK_EXACT);
            else
                moon_push_decimal(L, l->rewrite.constants[i].value);
            lua_rawseti(L, -2, (lua_Integer)i + 1);
        }
        lua_rawset(L, env); /* read by the first statement of the chunk */
    }
    free_load(l);
    lua_settop(L, env + 1);
    lua_pushvalue(L, env);
    if (!lua_setupvalue(L, env + 1, 1)) lua_pop(L, 1);
    lua_remove(L, env);
}
