/* doc/pipes: tables and class lines, found in the paragraphs that CommonMark sees there.  Floor 3, includes
 * base/ only.
 *
 * Table: a header row, a row of dashes (`|---|---:|:--:|`), rows; each a line with at least one `|`, those at
 * the ends of a line being optional. Cells keep their formatting, since the tree is split, not the text. `\|`
 * parts no cells. A row may have fewer cells than the header, which are then empty, but not more. A header row
 * without text is left out. Class line: `{.name}` or `{.name .other}` alone on a line directly before a block
 * gives the block these classes. Source: GitHub Flavored Markdown 0.29, section 4.10. Stricter where GFM drops
 * cells or shows a broken table as text: on a bill that would go unseen. More lenient with a pipe in code,
 * which parts no cells. */
#ifndef MOON_DOC_PIPES_H
#define MOON_DOC_PIPES_H

#include "doc/tree.h"

/* Rework the children of every block of `doc`, which still has its sentinels.
 * Returns MOON_E_TEMPLATE (with err->line set), MOON_E_DOC_LIMIT for too many columns or nodes. */
MOON_CHECK moon_status moon_pipes_find(moon_doc *doc, moon_arena *keep, moon_err *err);

#endif
