/* doc/markdown: a layout's Markdown, with its values, made into a document tree.  Floor 3, includes base/ only;
 * markdown.c is the only file with cmark.h.
 *
 * The dialect is CommonMark (libcmark), with tables (doc/pipes.h) and class lines, without HTML; README.md here
 * has it in short. Values enter as sentinels, U+E000 index U+E001 with the index in decimal digits from 0, and
 * take their places when everything that is markup has been recognised (doc/sentinels.h): a value is text
 * whatever it contains. U+E000 to U+E002 are reserved in the Markdown; in values they are characters like
 * others. */
#ifndef MOON_DOC_MARKDOWN_H
#define MOON_DOC_MARKDOWN_H

#include "doc/tree.h"

/* Read `markdown`.
 *   values  `value_count` texts, of any bytes; copied as far as they are used
 *   keep    takes the tree
 * Returns MOON_E_DOC_LIMIT    larger or deeper than base/limits.h allows (MOON_DOC_*, MOON_NEST_MAX,
 *                             MOON_TABLE_COLUMNS_MAX)
 *         MOON_E_TEXT_INVALID the Markdown is not UTF-8
 *         MOON_E_TEMPLATE     HTML, a table whose rows do not fit, a class line without a block, a bad sentinel
 * On failure err->line is the line in the Markdown, err->source its text, and err->place is left for the caller
 * to fill. Source: CommonMark 0.30; GitHub Flavored Markdown 0.29, section 4.10, for tables. */
MOON_CHECK moon_status moon_markdown_parse(moon_str markdown, const moon_str *values, size_t value_count,
                                           moon_arena *keep, moon_doc **out, moon_err *err);

#endif
