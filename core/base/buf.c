#include "base/buf.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/arena.h"

static void make_room(moon_buf *buf, size_t extra) {
    if (extra > SIZE_MAX / 2 - buf->len) moon_out_of_memory(extra);
    if (buf->room - buf->len >= extra && buf->ptr) return;
    size_t room = buf->room ? buf->room : 64;
    while (room < buf->len + extra) room *= 2;
    buf->ptr = moon_realloc(buf->ptr, room);
    buf->room = room;
}

void moon_buf_add(moon_buf *buf, const void *bytes, size_t len) {
    if (len == 0) return;
    make_room(buf, len);
    memcpy(buf->ptr + buf->len, bytes, len);
    buf->len += len;
}

void moon_buf_add_str(moon_buf *buf, moon_str s) { moon_buf_add(buf, s.ptr, s.len); }
void moon_buf_add_text(moon_buf *buf, const char *text) { moon_buf_add(buf, text, strlen(text)); }
void moon_buf_add_char(moon_buf *buf, char c) { moon_buf_add(buf, &c, 1); }

void moon_buf_add_repeat(moon_buf *buf, char c, size_t count) {
    if (count == 0) return;
    make_room(buf, count);
    memset(buf->ptr + buf->len, c, count);
    buf->len += count;
}

void moon_buf_printf(moon_buf *buf, const char *fmt, ...) {
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    moon_assert(len >= 0);
    make_room(buf, (size_t)len + 1);
    vsnprintf(buf->ptr + buf->len, (size_t)len + 1, fmt, again);
    va_end(again);
    buf->len += (size_t)len;
}

void moon_buf_add_varint(moon_buf *buf, uint64_t value) {
    while (value >= 0x80) {
        moon_buf_add_char(buf, (char)(value | 0x80));
        value >>= 7;
    }
    moon_buf_add_char(buf, (char)value);
}

bool moon_varint_read(moon_str *rest, uint64_t *value) {
    uint64_t made = 0;
    for (size_t i = 0; i < rest->len && i < 10; i++) {
        uint64_t byte = (unsigned char)rest->ptr[i];
        if (i == 9 && byte > 1) return false;
        made |= (byte & 0x7F) << (7 * i);
        if (byte & 0x80) continue;
        if (byte == 0 && i > 0) return false;
        *value = made;
        *rest = moon_str_sub(*rest, i + 1, rest->len);
        return true;
    }
    return false;
}

void moon_buf_free(moon_buf *buf) {
    free(buf->ptr);
    *buf = MOON_BUF_EMPTY;
}
