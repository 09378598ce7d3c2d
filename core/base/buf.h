/* base/buf: text and bytes under construction.                              Floor 0.
 *
 * Grows on the heap; moon_buf_free gives it back. Begin with MOON_BUF_EMPTY. */
#ifndef MOON_BASE_BUF_H
#define MOON_BASE_BUF_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

typedef struct moon_buf {
    char *ptr;
    size_t len, room;
} moon_buf;

#define MOON_BUF_EMPTY ((moon_buf){0})

/* Append. Never fails: without memory the process ends (base/err.h). */
void moon_buf_add(moon_buf *buf, const void *bytes, size_t len);
void moon_buf_add_str(moon_buf *buf, moon_str s);
void moon_buf_add_text(moon_buf *buf, const char *text);
void moon_buf_add_char(moon_buf *buf, char c);
void moon_buf_add_repeat(moon_buf *buf, char c, size_t count);
void moon_buf_printf(moon_buf *buf, const char *fmt, ...) MOON_PRINTF(2, 3);
/* Unsigned LEB128, 1 to 10 bytes; moon_varint_read is its inverse. */
void moon_buf_add_varint(moon_buf *buf, uint64_t value);
/* What has been built; borrows until the buffer grows or is freed. */
static inline moon_str moon_buf_str(const moon_buf *buf) {
    return (moon_str){buf->ptr ? buf->ptr : "", buf->len};
}
static inline void moon_buf_clear(moon_buf *buf) { buf->len = 0; }
void moon_buf_free(moon_buf *buf);

/* Take a varint off the front of `*rest`. False (nothing moved) if it is cut short, over 64 bits, or padded. */
bool moon_varint_read(moon_str *rest, uint64_t *value);

#endif
