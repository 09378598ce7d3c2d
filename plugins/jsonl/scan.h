/* plugins/jsonl/scan: characters and numbers of JSON (RFC 8259).            Knows no Lua. */
#ifndef JSONL_SCAN_H
#define JSONL_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define JSONL_NUMBER_MAX 64   /* bytes of a number whose exponent is written out */
#define JSONL_EXPONENT_MAX 40 /* beyond it a number stays as it is written */

/* Bytes of the character at `s`, 0 if it is not well-formed UTF-8 (RFC 3629). */
static size_t utf8_length(const unsigned char *s, size_t n) {
    if (n == 0) return 0;
    if (s[0] < 0x80) return 1;
    size_t wanted = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
    if (s[0] < 0xC2 || s[0] > 0xF4 || n < wanted) return 0;
    for (size_t i = 1; i < wanted; i++)
        if ((s[i] & 0xC0) != 0x80) return 0;
    if (s[0] == 0xE0 && s[1] < 0xA0) return 0;
    if (s[0] == 0xED && s[1] > 0x9F) return 0;
    if (s[0] == 0xF0 && s[1] < 0x90) return 0;
    if (s[0] == 0xF4 && s[1] > 0x8F) return 0;
    return wanted;
}

static size_t put_utf8(char *out, uint32_t c) {
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, c >>= 6) out[i] = (char)(0x80 | (c & 0x3F));
    out[0] = (char)((n == 2 ? 0xC0 : n == 3 ? 0xE0 : 0xF0) | c);
    return n;
}

/* Four hexadecimal digits, or -1. */
static int32_t take_hex(const unsigned char *s, size_t n) {
    int32_t made = 0;
    if (n < 4) return -1;
    for (size_t i = 0; i < 4; i++) {
        int digit = s[i] >= '0' && s[i] <= '9'   ? s[i] - '0'
                    : s[i] >= 'a' && s[i] <= 'f' ? s[i] - 'a' + 10
                    : s[i] >= 'A' && s[i] <= 'F' ? s[i] - 'A' + 10
                                                 : -1;
        if (digit < 0) return -1;
        made = made * 16 + digit;
    }
    return made;
}

/* The character behind the "\u" at `s`; bytes used, 0 if it is none: a lone surrogate, or U+0000. */
static size_t take_unicode(const unsigned char *s, size_t n, uint32_t *c) {
    int32_t high = take_hex(s, n);
    if (high <= 0 || (high >= 0xDC00 && high <= 0xDFFF)) return 0;
    *c = (uint32_t)high;
    if (high < 0xD800 || high > 0xDBFF) return 4;
    if (n < 10 || s[4] != '\\' || s[5] != 'u') return 0;
    int32_t low = take_hex(s + 6, n - 6);
    if (low < 0xDC00 || low > 0xDFFF) return 0;
    *c = 0x10000 + ((uint32_t)(high - 0xD800) << 10) + (uint32_t)(low - 0xDC00);
    return 10;
}

static size_t digits_at(const unsigned char *s, size_t n, size_t at) {
    size_t count = 0;
    while (at + count < n && s[at + count] >= '0' && s[at + count] <= '9') count++;
    return count;
}

/* Where the parts of a number stand; all are counted from its first byte. */
typedef struct json_number {
    size_t whole, whole_end, fraction, fraction_end, end;
    bool negative;
    long exponent; /* at most JSONL_EXPONENT_MAX + 1 in size */
} json_number;

/* A number by the grammar of RFC 8259; false if there is none. */
static bool scan_number(const unsigned char *s, size_t n, json_number *out) {
    size_t at = 0, count;
    *out = (json_number){.negative = n > 0 && s[0] == '-'};
    at += out->negative;
    out->whole = at;
    count = digits_at(s, n, at);
    if (count == 0 || (count > 1 && s[at] == '0')) return false;
    out->whole_end = out->fraction = out->fraction_end = at += count;
    if (at < n && s[at] == '.') {
        count = digits_at(s, n, at + 1);
        if (count == 0) return false;
        out->fraction = at + 1;
        out->fraction_end = at += 1 + count;
    }
    if (at < n && (s[at] == 'e' || s[at] == 'E')) {
        bool minus = at + 1 < n && s[at + 1] == '-';
        at += minus || (at + 1 < n && s[at + 1] == '+') ? 2 : 1;
        count = digits_at(s, n, at);
        if (count == 0) return false;
        for (size_t i = 0; i < count && out->exponent <= JSONL_EXPONENT_MAX; i++)
            out->exponent = out->exponent * 10 + (s[at + i] - '0');
        if (minus) out->exponent = -out->exponent;
        at += count;
    }
    out->end = at;
    return true;
}

/* A number with its exponent written out, "1.5e3" as "1500"; the bytes, 0 if it has none or is too long for that. */
static size_t write_out(const unsigned char *s, const json_number *number, char out[JSONL_NUMBER_MAX]) {
    char digits[JSONL_NUMBER_MAX];
    size_t whole = number->whole_end - number->whole, fraction = number->fraction_end - number->fraction,
           n = 0;
    long point = (long)whole + number->exponent, all = (long)(whole + fraction), at = 0;
    if (number->exponent == 0 || number->exponent > JSONL_EXPONENT_MAX ||
        number->exponent < -JSONL_EXPONENT_MAX ||
        whole + fraction + JSONL_EXPONENT_MAX + 4 > JSONL_NUMBER_MAX)
        return 0;
    memcpy(digits, s + number->whole, whole);
    memcpy(digits + whole, s + number->fraction, fraction);
    while (at < all - 1 && at < point - 1 && digits[at] == '0') at++;
    if (number->negative) out[n++] = '-';
    if (point <= 0) out[n++] = '0';
    for (; at < point; at++) out[n++] = at < all ? digits[at] : '0';
    if (point >= all) return n;
    out[n++] = '.';
    for (long i = point; i < 0; i++) out[n++] = '0';
    for (at = point > 0 ? point : 0; at < all; at++) out[n++] = digits[at];
    return n;
}

#endif
