/* base/str: borrowed text.                                                  Floor 0.
 *
 * A moon_str borrows bytes it does not own and need not end with a NUL; whoever hands one out says from what it
 * borrows and until when. Text inside moonbill is UTF-8; functions here treat it as bytes unless they say
 * otherwise. */
#ifndef MOON_BASE_STR_H
#define MOON_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef struct moon_str {
    const char *ptr;
    size_t len; /* bytes */
} moon_str;

#define MOON_STR(literal) ((moon_str){(literal), sizeof(literal) - 1})
#define MOON_STR_NONE ((moon_str){"", 0})
/* For printf: "%.*s", MOON_STR_ARG(s) */
#define MOON_STR_ARG(s) (int)(s).len, (s).ptr

static inline moon_str moon_str_of(const char *text) {
    return (moon_str){text ? text : "", text ? strlen(text) : 0};
}
static inline moon_str moon_str_sub(moon_str s, size_t from, size_t to) {
    return (moon_str){s.ptr + from, to - from};
}
static inline bool moon_str_eq(moon_str a, moon_str b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}
static inline bool moon_str_is(moon_str a, const char *text) { return moon_str_eq(a, moon_str_of(text)); }

/* Order by bytes, a prefix before what it begins. Negative, 0 or positive. */
int moon_str_cmp(moon_str a, moon_str b);
bool moon_str_starts(moon_str s, moon_str prefix);
bool moon_str_ends(moon_str s, moon_str suffix);
/* Position of the first `c` at or after `from`, or s.len. */
size_t moon_str_find(moon_str s, char c, size_t from);
/* `s` without ASCII white space at both ends; borrows from `s`. */
moon_str moon_str_trim(moon_str s);
/* The piece of `*rest` before the next `sep`; `*rest` moves behind it. False when `*rest` is used up. */
bool moon_str_cut(moon_str *rest, char sep, moon_str *piece);

#endif
