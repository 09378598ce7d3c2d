/* base/text: UTF-8 and older encodings.                                     Floor 0. */
#ifndef MOON_BASE_TEXT_H
#define MOON_BASE_TEXT_H

#include <stdint.h>

#include "base/buf.h"

/* Offset of the first byte that is not well-formed UTF-8 (RFC 3629: no surrogates, nothing above U+10FFFF,
 * shortest forms only), or s.len if all is well. */
size_t moon_text_invalid_at(moon_str s);
/* Make it well-formed where it lies: each byte that is not becomes '?'. */
void moon_text_repair(char *text);

/* Take one character off the front of `*rest`, which must be well-formed. False at the end. */
bool moon_text_next(moon_str *rest, uint32_t *ch);
void moon_text_add(moon_buf *buf, uint32_t ch);

/* Columns that `s` takes on a terminal: 0 for combining marks and controls, 2 for East Asian wide characters.
 * Source: Unicode 15 blocks of UAX #11, in ranges good enough for aligning tables. */
size_t moon_text_width(moon_str s);

/* True for control characters (C0 except tab and newline, DEL, C1) and for the bidirectional overrides U+202A to
 * U+202E and U+2066 to U+2069, which can make a terminal or a page show other text than was stored. */
bool moon_text_is_control(uint32_t ch);

#endif
