/* doc/sentinels: values put into the places that a tree keeps for them.     Floor 3, includes base/ only.
 *
 * Runs after everything that is markup has been recognised, so that a value is text whatever it contains. */
#ifndef MOON_DOC_SENTINELS_H
#define MOON_DOC_SENTINELS_H

#include "doc/tree.h"

#define MOON_SENTINEL_OPEN "\xEE\x80\x80"  /* U+E000, before the index of a value */
#define MOON_SENTINEL_CLOSE "\xEE\x80\x81" /* U+E001, behind it */
#define MOON_ESCAPED_PIPE                                                                                    \
    "\xEE\x80\x82"          /* U+E002: a pipe that the layout wrote as \|, so that it parts no cells */
#define MOON_SENTINEL_LEN 3 /* bytes of each of them */

/* Replace each sentinel in text, code, code blocks, link URLs and titles, and image texts by its value. A line
 * feed in a value is a line break in text, a space in code, titles and image texts; line feeds at its ends are
 * dropped. A link or image whose URL is then not one that a page may have (moon_url_is_link, moon_url_is_image)
 * becomes its text. Returns MOON_E_TEMPLATE for a bad sentinel, MOON_E_DOC_LIMIT for more nodes or text than
 * base/limits.h allows; the tree is then of no further use. */
MOON_CHECK moon_status moon_sentinels_fill(moon_doc *doc, const moon_str *values, size_t value_count,
                                           moon_arena *keep, moon_err *err);

#endif
