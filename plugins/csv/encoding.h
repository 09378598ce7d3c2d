/* plugins/csv/encoding: characters out of bytes.                                                 Pure C, no Lua.
 *
 * Source: Unicode 15, table 3-7 (well-formed UTF-8) and section 3.9 (a maximal subpart of a broken sequence counts as
 *         one character); the windows-1252 index of the WHATWG Encoding Standard, but its five unassigned bytes are
 *         invalid here, where the standard makes control characters of them.
 * A header with bodies, because a plugin is compiled from one file. */
#ifndef CSV_ENCODING_H
#define CSV_ENCODING_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define BAD (-1) /* no character */

typedef enum csv_encoding { UTF_8, WINDOWS_1252, ISO_8859_1, UTF_16LE, UTF_16BE, ENCODINGS } csv_encoding;
static const char *const encoding_names[ENCODINGS] = {"utf-8", "windows-1252", "iso-8859-1", "utf-16le",
                                                      "utf-16be"};

/* The character at s, n > 0 bytes left, or BAD; *used is what to go on by, for BAD the maximal subpart. */
static int32_t take_utf8(const unsigned char *s, size_t n, size_t *used) {
    unsigned first = s[0], low = 0x80, high = 0xBF;
    *used = 1;
    if (first < 0x80) return (int32_t)first;
    if (first < 0xC2 || first > 0xF4) return BAD;
    size_t follow = first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
    if (first == 0xE0) low = 0xA0;
    if (first == 0xED) high = 0x9F;
    if (first == 0xF0) low = 0x90;
    if (first == 0xF4) high = 0x8F;
    uint32_t character = first & (0x3Fu >> follow);
    for (size_t i = 1; i <= follow; i++) {
        if (i >= n || s[i] < low || s[i] > high) return BAD;
        character = character << 6 | (s[i] & 0x3Fu);
        *used = i + 1;
        low = 0x80;
        high = 0xBF;
    }
    return (int32_t)character;
}

static int32_t take_utf16(const unsigned char *s, size_t n, bool big, size_t *used) {
    *used = n < 2 ? n : 2;
    if (n < 2) return BAD;
    int32_t unit = big ? s[0] << 8 | s[1] : s[1] << 8 | s[0];
    if (unit < 0xD800 || unit > 0xDFFF) return unit;
    if (unit > 0xDBFF || n < 4) return BAD;
    int32_t low = big ? s[2] << 8 | s[3] : s[3] << 8 | s[2];
    if (low < 0xDC00 || low > 0xDFFF) return BAD;
    *used = 4;
    return 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
}

static int32_t take_windows(unsigned char byte) {
    static const uint16_t upper[32] = {0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                       0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
                                       0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                       0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};
    if (byte < 0x80 || byte > 0x9F) return byte;
    return upper[byte - 0x80] ? upper[byte - 0x80] : BAD;
}

static int32_t take_character(csv_encoding encoding, const unsigned char *s, size_t n, size_t *used) {
    *used = 1;
    switch (encoding) {
    case UTF_16LE: return take_utf16(s, n, false, used);
    case UTF_16BE: return take_utf16(s, n, true, used);
    case WINDOWS_1252: return take_windows(s[0]);
    case ISO_8859_1: return s[0];
    default: return take_utf8(s, n, used);
    }
}

/* Writes 1 to 4 bytes. */
static size_t put_utf8(char *out, int32_t character) {
    uint32_t c = (uint32_t)character;
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    if (n == 1) {
        out[0] = (char)c;
        return 1;
    }
    for (size_t i = n - 1; i > 0; i--, c >>= 6) out[i] = (char)(0x80 | (c & 0x3F));
    out[0] = (char)((0xF00u >> n & 0xF0u) | c);
    return n;
}

/* Whether the bytes are UTF-8, and whether there is a NUL among them. Eight bytes at a time where they are ASCII. */
static bool is_utf8(const unsigned char *s, size_t n, bool *nul) {
    *nul = false;
    for (size_t i = 0, used; i < n; i += used) {
        uint64_t word = 0;
        if (n - i >= sizeof word) memcpy(&word, s + i, sizeof word);
        used = sizeof word;
        if (word && (((word - 0x0101010101010101u) | word) & 0x8080808080808080u) == 0) continue;
        if (take_utf8(s + i, n - i, &used) == BAD) return false;
        if (s[i] == 0) *nul = true;
    }
    return true;
}

/* The encoding that a byte-order mark names, or ENCODINGS. */
static csv_encoding find_mark(const unsigned char *s, size_t n, size_t *length) {
    *length = 0;
    if (n >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0) {
        *length = 3;
        return UTF_8;
    }
    if (n >= 2 && (memcmp(s, "\xFF\xFE", 2) == 0 || memcmp(s, "\xFE\xFF", 2) == 0)) {
        *length = 2;
        return s[0] == 0xFF ? UTF_16LE : UTF_16BE;
    }
    return ENCODINGS;
}

#endif
