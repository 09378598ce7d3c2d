#include "base/str.h"

int moon_str_cmp(moon_str a, moon_str b) {
    size_t shared = a.len < b.len ? a.len : b.len;
    int order = shared ? memcmp(a.ptr, b.ptr, shared) : 0;
    if (order != 0) return order;
    return (a.len > b.len) - (a.len < b.len);
}

bool moon_str_starts(moon_str s, moon_str prefix) {
    return s.len >= prefix.len && moon_str_eq(moon_str_sub(s, 0, prefix.len), prefix);
}

bool moon_str_ends(moon_str s, moon_str suffix) {
    return s.len >= suffix.len && moon_str_eq(moon_str_sub(s, s.len - suffix.len, s.len), suffix);
}

size_t moon_str_find(moon_str s, char c, size_t from) {
    while (from < s.len && s.ptr[from] != c) from++;
    return from < s.len ? from : s.len;
}

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

moon_str moon_str_trim(moon_str s) {
    while (s.len > 0 && is_space(s.ptr[0])) s = moon_str_sub(s, 1, s.len);
    while (s.len > 0 && is_space(s.ptr[s.len - 1])) s.len--;
    return s;
}

bool moon_str_cut(moon_str *rest, char sep, moon_str *piece) {
    if (!rest->ptr) return false;
    size_t at = moon_str_find(*rest, sep, 0);
    *piece = moon_str_sub(*rest, 0, at);
    *rest = at < rest->len ? moon_str_sub(*rest, at + 1, rest->len) : (moon_str){NULL, 0};
    return true;
}
