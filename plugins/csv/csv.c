/* plugins/csv: reads tables kept as text, and writes their rows.             A plugin: lua.h, lauxlib.h and libc only.
 *
 * The contract is "reader" in plugins/README.md; what this reader adds to it is in README.md beside this file.
 *
 * Ownership: the reader's state is a userdata, an upvalue of its methods. It keeps the text (the caller's string, or
 *            the UTF-8 string made from it) and the warnings as user values; nothing is allocated outside Lua, so that
 *            an error raised on any line leaks nothing.
 * Errors:    tables {message, line, column}; line and column are absent where the fault is in an option or a value.
 * Functions that may raise a Lua error are l_*. */
#include <stdbool.h>
#include <string.h>

#include <lauxlib.h>
#include <lua.h>

#include "encoding.h"
#include "scan.h"

#define CSV_FIELDS_MAX 16384u  /* of one record: the columns that a spreadsheet has */
#define CSV_WARNINGS_MAX 1000u /* kept; further ones are counted only */

#define CSV_ERROR "csv.error" /* name of the errors' metatable */
#define REPLACEMENT 0xFFFD

int luaopen_csv(lua_State *L);

enum { KEEP_TEXT = 1, KEEP_WARNINGS, KEEP_COUNT = KEEP_WARNINGS }; /* user values of the state */

typedef struct csv_options {
    bool separator_given, encoding_given, header;
    int separator, quote;
    csv_encoding encoding;
    lua_Integer skip;
} csv_options;

/* ---- errors and warnings ---- */

/* Raises {message, line, column} with the message on top of the stack; line 0: without a place. */
static int l_raise(lua_State *L, lua_Integer line, lua_Integer column) {
    lua_createtable(L, 0, 3);
    lua_insert(L, -2);
    lua_setfield(L, -2, "message");
    if (line > 0) {
        lua_pushinteger(L, line);
        lua_setfield(L, -2, "line");
        lua_pushinteger(L, column);
        lua_setfield(L, -2, "column");
    }
    luaL_setmetatable(L, CSV_ERROR);
    return lua_error(L);
}

static int l_error_tostring(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_getfield(L, 1, "line");
    lua_getfield(L, 1, "column");
    lua_getfield(L, 1, "message");
    if (!lua_isnil(L, 2))
        lua_pushfstring(L, "line %s, column %s: %s", luaL_tolstring(L, 2, NULL), luaL_tolstring(L, 3, NULL),
                        luaL_tolstring(L, 4, NULL));
    return 1;
}

/* Takes the message from the top of the stack; `self` is the index of the reader's state. */
static void l_warn(lua_State *L, int self, csv_reader *r, lua_Integer line, lua_Integer column) {
    int message = lua_gettop(L);
    lua_getiuservalue(L, self, KEEP_WARNINGS);
    lua_pushinteger(L, ++r->warnings);
    lua_setfield(L, -2, "total");
    if (r->warnings <= (lua_Integer)CSV_WARNINGS_MAX) {
        lua_createtable(L, 0, 3);
        lua_pushinteger(L, line);
        lua_setfield(L, -2, "line");
        lua_pushinteger(L, column);
        lua_setfield(L, -2, "column");
        lua_pushvalue(L, message);
        lua_setfield(L, -2, "message");
        lua_rawseti(L, -2, r->warnings);
    }
    lua_settop(L, message - 1);
}

/* ---- taking the text in ---- */

/* Pushes the text in UTF-8; NULs and what the encoding does not have become U+FFFD, with a warning each. */
static void l_decode(lua_State *L, int self, csv_reader *r, csv_encoding encoding, const unsigned char *s,
                     size_t n) {
    lua_Integer line = 1, column = 1;
    int32_t before = 0;
    luaL_Buffer out;
    luaL_buffinit(L, &out);
    for (size_t i = 0, used; i < n; i += used) {
        int32_t character = take_character(encoding, s + i, n - i, &used);
        if (character == '\n' && before == '\r') line--; /* the second half of one line end */
        before = character;
        if (character <= 0) {
            if (character == 0)
                lua_pushliteral(L, "NUL byte, read as U+FFFD");
            else
                lua_pushfstring(L, "%d byte(s) that are not %s, read as U+FFFD", (int)used,
                                encoding_names[encoding]);
            l_warn(L, self, r, line, column);
            character = REPLACEMENT;
        }
        luaL_addsize(&out, put_utf8(luaL_prepbuffsize(&out, 4), character));
        column++;
        if (character == '\r' || character == '\n') {
            line++;
            column = 1;
        }
    }
    luaL_pushresult(&out);
}

/* Sets text and size from the string at index 1: its own bytes if they are clean UTF-8, else a decoded copy.
 * Tells the encoding in o->encoding, and whether there was a byte-order mark. */
static bool l_take_text(lua_State *L, int self, csv_reader *r, csv_options *o) {
    size_t n = 0, skipped = 0;
    const unsigned char *s = (const unsigned char *)lua_tolstring(L, 1, &n);
    csv_encoding marked = find_mark(s, n, &skipped);
    if (marked != ENCODINGS && o->encoding_given && marked != o->encoding) {
        lua_pushfstring(
            L, "the file begins with a byte-order mark of %s, but encoding = \"%s\" was given; leave it out",
            encoding_names[marked], encoding_names[o->encoding]);
        l_raise(L, 1, 1);
    }
    s += skipped;
    n -= skipped;
    bool nul = false, utf8 = is_utf8(s, n, &nul);
    if (!o->encoding_given) o->encoding = marked != ENCODINGS ? marked : utf8 ? UTF_8 : WINDOWS_1252;
    if (o->encoding == UTF_8 && utf8 && !nul) {
        lua_pushvalue(L, 1);
    } else {
        l_decode(L, self, r, o->encoding, s, n);
        s = (const unsigned char *)lua_tolstring(L, -1, &n);
    }
    lua_setiuservalue(L, self, KEEP_TEXT);
    r->text = s;
    r->size = n;
    return marked != ENCODINGS;
}

/* ---- records ---- */

static void l_push_value(lua_State *L, const csv_reader *r, const csv_field *f) {
    const char *text = (const char *)r->text;
    if (!f->doubled && !has_tail(f)) {
        lua_pushlstring(L, text + f->begin, f->end - f->begin);
        return;
    }
    luaL_Buffer value;
    char *out = luaL_buffinitsize(L, &value, f->next - f->begin);
    size_t n = 0;
    for (size_t i = f->begin; i < f->end; i++) {
        out[n++] = text[i];
        i += r->text[i] == r->quote;
    }
    memcpy(out + n, text + f->end + 1, f->next - f->end - 1);
    luaL_pushresultsize(&value, n + f->next - f->end - 1);
}

/* Warnings about field f at `at`. */
static void l_warn_field(lua_State *L, int self, csv_reader *r, const csv_field *f, size_t at,
                         lua_Integer line, size_t line_begin) {
    if (f->open) {
        lua_pushfstring(
            L, "a quote opens here and nothing closes it within %d lines and %d bytes; it is read as text",
            (int)CSV_QUOTED_LINES_MAX, (int)CSV_QUOTED_BYTES_MAX);
        l_warn(L, self, r, line, column_at(r, line_begin, at));
    } else if (has_tail(f)) {
        size_t begin = f->breaks ? f->line_begin : line_begin;
        lua_pushliteral(L, "text follows the closing quote of a field; it is kept as part of the field");
        l_warn(L, self, r, line + f->breaks, column_at(r, begin, f->end + 1));
    }
}

/* Reads the record at r->at into the table at index `into`, and goes on behind it. */
static void l_read_record(lua_State *L, int self, csv_reader *r, int into) {
    size_t before = lua_rawlen(L, into), count = 0, at = r->at, line_begin = at;
    lua_Integer line = r->line;
    csv_field f;
    for (;; at++) {
        scan_field(r, at, &f);
        if (++count > CSV_FIELDS_MAX) {
            lua_pushfstring(L, "a record has more than %d fields", (int)CSV_FIELDS_MAX);
            l_raise(L, line, column_at(r, line_begin, at));
        }
        l_push_value(L, r, &f);
        lua_rawseti(L, into, (lua_Integer)count);
        if (f.open || has_tail(&f)) l_warn_field(L, self, r, &f, at, line, line_begin);
        if (f.breaks) line += f.breaks, line_begin = f.line_begin;
        at = f.next;
        if (at == r->size || r->text[at] != r->separator) break;
    }
    for (size_t i = count + 1; i <= before; i++) {
        lua_pushnil(L);
        lua_rawseti(L, into, (lua_Integer)i);
    }
    r->raw = true;
    r->raw_begin = r->at;
    r->raw_end = at;
    r->at = pass_line_end(r, at);
    r->line = line + 1;
}

/* ---- finding out ---- */

static void l_push_byte(lua_State *L, int byte) {
    char c = (char)byte;
    lua_pushlstring(L, &c, byte != NONE);
}

static void l_push_found(lua_State *L, const csv_reader *r, csv_encoding encoding, bool bom,
                         const csv_sample *sample) {
    lua_createtable(L, 0, 5);
    l_push_byte(L, r->separator);
    lua_setfield(L, -2, "separator");
    l_push_byte(L, r->quote);
    lua_setfield(L, -2, "quote");
    lua_pushstring(L, encoding_names[encoding]);
    lua_setfield(L, -2, "encoding");
    lua_pushboolean(L, bom);
    lua_setfield(L, -2, "bom");
    lua_pushstring(L, line_end_name(sample));
    lua_setfield(L, -2, "line_end");
}

/* ---- options ---- */

static bool is_plain_ascii(char c) { return c != 0 && (unsigned char)c < 0x80 && c != '\r' && c != '\n'; }

/* One ASCII character, or NONE for "". The value is on top of the stack. */
static int l_option_byte(lua_State *L, const char *name) {
    size_t n = 0;
    const char *s = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &n) : NULL;
    bool good = s && (n == 0 || (n == 1 && is_plain_ascii(s[0])));
    if (!good) {
        lua_pushfstring(L, "option %s: one ASCII character expected, or \"\" for none", name);
        l_raise(L, 0, 0);
    }
    return n == 0 ? NONE : s[0];
}

static csv_encoding l_option_encoding(lua_State *L) {
    const char *name = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
    for (int i = 0; i < ENCODINGS; i++)
        if (strcmp(name, encoding_names[i]) == 0) return (csv_encoding)i;
    lua_pushliteral(L, "option encoding: utf-8, windows-1252, iso-8859-1, utf-16le or utf-16be expected");
    l_raise(L, 0, 0);
    return ENCODINGS;
}

/* The option `name` with its value on top of the stack. */
static void l_option(lua_State *L, const char *name, csv_options *o) {
    if (strcmp(name, "separator") == 0) {
        o->separator = l_option_byte(L, name);
        o->separator_given = true;
    } else if (strcmp(name, "quote") == 0) {
        o->quote = l_option_byte(L, name);
    } else if (strcmp(name, "encoding") == 0) {
        o->encoding = l_option_encoding(L);
        o->encoding_given = true;
    } else if (strcmp(name, "header") == 0) {
        if (!lua_isboolean(L, -1)) {
            lua_pushliteral(L, "option header: true or false expected");
            l_raise(L, 0, 0);
        }
        o->header = lua_toboolean(L, -1);
    } else if (strcmp(name, "skip") == 0) {
        if (!lua_isinteger(L, -1) || (o->skip = lua_tointeger(L, -1)) < 0) {
            lua_pushliteral(L, "option skip: a number of lines expected, 0 or more");
            l_raise(L, 0, 0);
        }
    } else {
        lua_pushfstring(L, "unknown option %s; there are separator, quote, encoding, header and skip", name);
        l_raise(L, 0, 0);
    }
}

static csv_options l_options(lua_State *L, int index) {
    csv_options o = {.header = true, .separator = NONE, .quote = '"'};
    if (lua_isnoneornil(L, index)) return o;
    luaL_checktype(L, index, LUA_TTABLE);
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        /* the key itself must not be converted while it leads lua_next on */
        l_option(L, lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "that is not a name", &o);
    }
    if (o.quote != NONE && o.quote == o.separator) {
        lua_pushliteral(L, "options separator and quote are the same character");
        l_raise(L, 0, 0);
    }
    return o;
}

/* ---- the reader ---- */

/* Replaces the name on top of the stack by itself without white space (NBSP too) at its ends. */
static void l_trim(lua_State *L) {
    size_t n = 0;
    const char *s = lua_tolstring(L, -1, &n);
    for (;;) {
        if (n > 0 && strchr(" \t\r\n", s[0]))
            s++, n--;
        else if (n > 1 && memcmp(s, "\xC2\xA0", 2) == 0)
            s += 2, n -= 2;
        else if (n > 0 && strchr(" \t\r\n", s[n - 1]))
            n--;
        else if (n > 1 && memcmp(s + n - 2, "\xC2\xA0", 2) == 0)
            n -= 2;
        else
            break;
    }
    lua_pushlstring(L, s, n);
    lua_remove(L, -2);
}

/* Makes names of the header's fields in the table at index `names`: trimmed, one without a name called by its number.
 * Raises at a name that stands there twice. */
static void l_name_columns(lua_State *L, csv_reader *r, lua_Integer line, int names) {
    lua_Integer count = (lua_Integer)lua_rawlen(L, names);
    lua_newtable(L); /* name -> number of its field */
    int seen = lua_gettop(L);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, names, i);
        l_trim(L);
        if (lua_rawlen(L, -1) == 0) {
            lua_pop(L, 1);
            lua_pushfstring(L, "%I", (LUAI_UACINT)i);
        }
        lua_pushvalue(L, -1);
        if (lua_rawget(L, seen) != LUA_TNIL) {
            lua_Integer column = 0;
            find_field(r, r->raw_begin, i, &line, &column);
            lua_pushfstring(L, "the header has the column \"%s\" twice, as fields %I and %I",
                            lua_tostring(L, -2), (LUAI_UACINT)lua_tointeger(L, -1), (LUAI_UACINT)i);
            l_raise(L, line, column);
        }
        lua_pop(L, 1);
        lua_pushvalue(L, -1);
        lua_rawseti(L, names, i);
        lua_pushinteger(L, i);
        lua_rawset(L, seen);
    }
    lua_settop(L, seen - 1);
}

/* Pushes the list of column names; reads the header if there is one. */
static void l_push_columns(lua_State *L, int self, csv_reader *r, bool header, size_t fields) {
    lua_newtable(L);
    int names = lua_gettop(L);
    if (header && skip_blank(r)) {
        lua_Integer line = r->line;
        l_read_record(L, self, r, names);
        l_name_columns(L, r, line, names);
    } else if (!header) {
        for (size_t i = 1; i <= fields && i <= CSV_FIELDS_MAX; i++) {
            lua_pushfstring(L, "%I", (LUAI_UACINT)i);
            lua_rawseti(L, names, (lua_Integer)i);
        }
    }
    r->columns = (int)lua_rawlen(L, names);
}

/* reader:next([t]) -> fields, line; nil at the end. The state is an upvalue, the reader (index 1) is not used. */
static int l_next(lua_State *L) {
    csv_reader *r = lua_touserdata(L, lua_upvalueindex(1));
    lua_settop(L, 2);
    if (!lua_isnil(L, 2)) luaL_checktype(L, 2, LUA_TTABLE);
    if (!skip_blank(r)) {
        lua_pushnil(L);
        return 1;
    }
    if (lua_isnil(L, 2)) {
        lua_createtable(L, r->columns, 0);
        lua_replace(L, 2);
    }
    lua_Integer line = r->line;
    l_read_record(L, lua_upvalueindex(1), r, 2);
    lua_pushinteger(L, line);
    return 2;
}

/* reader:raw() -> text of the last record, of the header before the first; nil if there is none. */
static int l_raw(lua_State *L) {
    const csv_reader *r = lua_touserdata(L, lua_upvalueindex(1));
    if (r->raw)
        lua_pushlstring(L, (const char *)r->text + r->raw_begin, r->raw_end - r->raw_begin);
    else
        lua_pushnil(L);
    return 1;
}

/* csv.open(bytes [, options]) -> reader */
static int l_open(lua_State *L) {
    luaL_checktype(L, 1, LUA_TSTRING);
    lua_settop(L, 2);
    csv_options o = l_options(L, 2);
    csv_reader *r = lua_newuserdatauv(L, sizeof *r, KEEP_COUNT);
    const int self = 3, reader = 4;
    *r = (csv_reader){.line = 1, .quote = o.quote, .separator = NONE};
    lua_createtable(L, 0, 5);
    lua_newtable(L);
    lua_pushinteger(L, 0);
    lua_setfield(L, -2, "total");
    lua_pushvalue(L, -1);
    lua_setfield(L, reader, "warnings");
    lua_setiuservalue(L, self, KEEP_WARNINGS);

    bool bom = l_take_text(L, self, r, &o);
    skip_lines(r, o.skip);
    set_separator(r, o.separator_given ? o.separator : find_separator(r));
    csv_sample sample = take_sample(r, r->separator);
    l_push_found(L, r, o.encoding, bom, &sample);
    lua_setfield(L, reader, "found");
    l_push_columns(L, self, r, o.header, sample.fields);
    lua_setfield(L, reader, "columns");
    lua_pushvalue(L, self);
    lua_pushcclosure(L, l_next, 1);
    lua_setfield(L, reader, "next");
    lua_pushvalue(L, self);
    lua_pushcclosure(L, l_raw, 1);
    lua_setfield(L, reader, "raw");
    return 1;
}

/* ---- writing ---- */

static char l_check_separator(lua_State *L, int index) {
    size_t n = 0;
    if (lua_isnoneornil(L, index)) return ',';
    const char *s = lua_type(L, index) == LUA_TSTRING ? lua_tolstring(L, index, &n) : NULL;
    if (n != 1 || !is_plain_ascii(s[0]) || s[0] == '"') {
        lua_pushliteral(L, "the separator is not one ASCII character other than the quote");
        l_raise(L, 0, 0);
    }
    return s[0];
}

/* Replaces the value on top of the stack by its text: strings, integers, and what has a __tostring. A float has no
 * exact text, and nil or a plain table is a mistake of the caller. */
static void l_text(lua_State *L) {
    if (lua_type(L, -1) == LUA_TSTRING) return;
    if (!lua_isinteger(L, -1)) {
        if (luaL_getmetafield(L, -1, "__tostring") == LUA_TNIL) {
            lua_pushfstring(L, "a %s cannot be written as a field; strings, integers, decimals and dates can",
                            lua_type(L, -1) == LUA_TNUMBER ? "float" : luaL_typename(L, -1));
            l_raise(L, 0, 0);
        }
        lua_pop(L, 1);
    }
    luaL_tolstring(L, -1, NULL);
    lua_remove(L, -2);
}

static bool is_white(char c) { return c == ' ' || c == '\t'; }

/* Whether a reader would otherwise take the value for something else. */
static bool needs_quotes(const char *s, size_t n, char separator) {
    if (n == 0) return false;
    if (is_white(s[0]) || is_white(s[n - 1]) || (n >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0)) return true;
    for (size_t i = 0; i < n; i++)
        if (s[i] == separator || s[i] == '"' || s[i] == '\r' || s[i] == '\n') return true;
    return false;
}

/* Replaces the value on top of the stack by the field that stands for it. */
static void l_quote_top(lua_State *L, char separator) {
    size_t n = 0;
    l_text(L);
    const char *s = lua_tolstring(L, -1, &n);
    if (!needs_quotes(s, n, separator)) return;
    luaL_Buffer out;
    luaL_buffinit(L, &out);
    luaL_addchar(&out, '"');
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '"') luaL_addchar(&out, '"');
        luaL_addchar(&out, s[i]);
    }
    luaL_addchar(&out, '"');
    luaL_pushresult(&out);
    lua_remove(L, -2);
}

/* csv.quote(value [, separator]) -> field */
static int l_quote(lua_State *L) {
    luaL_checkany(L, 1);
    char separator = l_check_separator(L, 2);
    lua_settop(L, 1);
    l_quote_top(L, separator);
    return 1;
}

/* csv.row(list [, separator]) -> record without a line end */
static int l_row(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    char separator = l_check_separator(L, 2);
    lua_settop(L, 1);
    lua_Integer count = (lua_Integer)lua_rawlen(L, 1);
    luaL_Buffer out;
    luaL_buffinit(L, &out);
    for (lua_Integer i = 1; i <= count; i++) {
        if (i > 1) luaL_addchar(&out, separator);
        lua_rawgeti(L, 1, i);
        l_quote_top(L, separator);
        if (count == 1 && lua_rawlen(L, -1) == 0) { /* an empty line would be no record */
            lua_pop(L, 1);
            lua_pushliteral(L, "\"\"");
        }
        luaL_addvalue(&out);
    }
    luaL_pushresult(&out);
    return 1;
}

int luaopen_csv(lua_State *L) {
    static const luaL_Reg functions[] = {{"open", l_open}, {"quote", l_quote}, {"row", l_row}, {NULL, NULL}};
    luaL_newmetatable(L, CSV_ERROR);
    lua_pushcfunction(L, l_error_tostring);
    lua_setfield(L, -2, "__tostring");
    luaL_newlib(L, functions);
    return 1;
}
