/* script/loader: moonbill's Lua is Lua in which numbers are exact.          Floor 4.
 *
 * A pass over the tokens of a source, before Lua compiles it:
 *   0.9  1e-3  10000000000     a literal with a fraction or an exponent, or beyond 2^31, is a decimal: the text
 *                              becomes an index into a hidden table of constants, or a plain integer where the
 *                              value is one
 *   a / b                      divides exactly: `a*__const[n]/b`, where that constant makes a plain number a
 *                              decimal, so that 7 / 2 is 3.5 and 1 / 3 an error instead of a float (operators of
 *                              equal rank group to the left, so the result is (a * constant) / b)
 *   a ^ b                      likewise `a^__const[n]^b` (this operator groups to the right)
 *   return f(x)                in rule files becomes `local __tail<close> = nil; return f(x)`: as a tail call it
 *                              would drop the rule's frame, and an error found in f could not name the rule's line
 * Nothing else changes: a source without these comes out byte for byte, and lines keep their numbers. A `(`
 * that follows a constant begins a new statement; it gets a `;`, lest it become a call. Hexadecimal floats and
 * the names __const, __tail and _ENV are refused. The original text is compiled first, for the sake of its
 * error messages; bytecode is never taken. */
#ifndef MOON_SCRIPT_LOADER_H
#define MOON_SCRIPT_LOADER_H

#include "base/arena.h"
#include "base/buf.h"
#include "value/decimal.h"

typedef struct moon_constant {
    bool exact; /* the constant of `/` and `^` instead of a number */
    moon_decimal value;
} moon_constant;

typedef struct moon_rewrite {
    moon_buf text; /* the caller frees it, also after a failure */
    moon_constant *constants;
    size_t count;
    bool changed; /* false: `text` is the source, byte for byte */
} moon_rewrite;

/* Rewrite `source`, whose path is for messages; `keep_frames` asks for `return` to be changed. Malformed source
 * is copied as it is, for Lua to complain about. MOON_E_SCRIPT_SYNTAX, MOON_E_SCRIPT_FORBIDDEN,
 * MOON_E_SCRIPT_INTEGER, MOON_E_DECIMAL_RANGE with the line. Pure. */
MOON_CHECK moon_status moon_loader_rewrite(const char *path, moon_str source, bool keep_frames,
                                           moon_arena *scratch, moon_rewrite *out, moon_err *err);

/* Does this source assign to the variable `name`, other than where it is declared? May say yes too often. Used
 * to find variables that a rule keeps state in. */
bool moon_loader_assigns(moon_str source, moon_str name);

struct lua_State;
/* Compile a rule file (`keep_frames`) or a library file with the environment at the top of the stack, which is
 * replaced by the function. Raises MOON_E_SCRIPT_SYNTAX and the errors above, with file and line. */
void l_load(struct lua_State *L, moon_str path, moon_str source, bool keep_frames);

#endif
