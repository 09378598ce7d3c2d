/* doc/terminal: a document on a terminal.                                   Floor 3, includes base/ only.
 *
 * Text is wrapped to the width of the terminal; tables are doc/table's. Blocks of the class page-header come
 * first, those of the class page-footer last, as in doc/html. A table of the class totals ends where the table
 * before it ends. No control character but line feed, and the escapes of `colour`, is ever written. */
#ifndef MOON_DOC_TERMINAL_H
#define MOON_DOC_TERMINAL_H

#include "doc/flow.h"
#include "doc/tree.h"

void moon_terminal_write(const moon_doc *doc, const moon_terminal_style *style, moon_buf *out);

#endif
