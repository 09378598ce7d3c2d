#include "base/text.h"

/* Length of the well-formed sequence at the front of `s`, 0 if there is none; its character in `*ch`. */
static size_t decode(moon_str s, uint32_t *ch) {
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    if (s.len == 0) return 0;
    unsigned char lead = (unsigned char)s.ptr[0];
    size_t len = lead < 0x80 ? 1 : lead < 0xC0 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF8 ? 4 : 0;
    if (len == 0 || len > s.len) return 0;
    uint32_t made = len == 1 ? lead : lead & (0x7Fu >> len);
    for (size_t i = 1; i < len; i++) {
        unsigned char byte = (unsigned char)s.ptr[i];
        if ((byte & 0xC0) != 0x80) return 0;
        made = made << 6 | (byte & 0x3Fu);
    }
    if (made < least[len] || made > 0x10FFFF || (made >= 0xD800 && made <= 0xDFFF)) return 0;
    *ch = made;
    return len;
}

size_t moon_text_invalid_at(moon_str s) {
    size_t at = 0;
    uint32_t ch;
    while (at < s.len) {
        size_t len = decode(moon_str_sub(s, at, s.len), &ch);
        if (len == 0) return at;
        at += len;
    }
    return s.len;
}

void moon_text_repair(char *text) {
    moon_str rest = moon_str_of(text);
    for (size_t at; (at = moon_text_invalid_at(rest)) < rest.len; rest = moon_str_sub(rest, at, rest.len))
        text[(size_t)(rest.ptr - text) + at] = '?';
}

bool moon_text_next(moon_str *rest, uint32_t *ch) {
    size_t len = decode(*rest, ch);
    if (len == 0) return false;
    *rest = moon_str_sub(*rest, len, rest->len);
    return true;
}

void moon_text_add(moon_buf *buf, uint32_t ch) {
    char bytes[4];
    size_t len = ch < 0x80 ? 1 : ch < 0x800 ? 2 : ch < 0x10000 ? 3 : 4;
    static const unsigned char leads[5] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = len - 1; i > 0; i--) {
        bytes[i] = (char)(0x80 | (ch & 0x3F));
        ch >>= 6;
    }
    bytes[0] = (char)(leads[len] | ch);
    moon_buf_add(buf, bytes, len);
}

typedef struct {
    uint32_t first, last;
} range;

static bool in_ranges(uint32_t ch, const range *ranges, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (ch >= ranges[i].first && ch <= ranges[i].last) return true;
    return false;
}

bool moon_text_is_control(uint32_t ch) {
    return (ch < 0x20 && ch != '\t' && ch != '\n') || (ch >= 0x7F && ch < 0xA0) ||
           (ch >= 0x202A && ch <= 0x202E) || (ch >= 0x2066 && ch <= 0x2069);
}

static size_t char_width(uint32_t ch) {
    static const range none[] = {{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A},
                                 {0x064B, 0x065F}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200F},
                                 {0x20D0, 0x20FF}, {0x2060, 0x2064}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
                                 {0xFEFF, 0xFEFF}};
    static const range wide[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},  {0x3041, 0x33FF}, {0x3400, 0x4DBF},
                                 {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},  {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},
                                 {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},  {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F},
                                 {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
    if (ch < 0x300) return ch >= 0x20 && (ch < 0x7F || ch >= 0xA0);
    if (in_ranges(ch, none, sizeof none / sizeof *none)) return 0;
    return in_ranges(ch, wide, sizeof wide / sizeof *wide) ? 2 : 1;
}

size_t moon_text_width(moon_str s) {
    size_t width = 0;
    uint32_t ch;
    while (moon_text_next(&s, &ch)) width += char_width(ch);
    return width;
}
