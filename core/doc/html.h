/* doc/html: a document as one self-contained HTML page.                     Floor 3, includes base/ only.
 *
 * The page loads nothing and runs nothing: no scripts, no external resources, and a Content-Security-Policy
 * that says so. All text and every attribute is escaped. Classes of blocks become classes of elements; blocks
 * of the class page-header are gathered in <header>, those of page-footer in <footer>, the rest is <main>. A
 * table is in a <div class="table …"> with the table's classes, so that a style sheet can let it scroll; its
 * cells have the class left, centre or right, and short if they hold at most one short word, such as a date,
 * that is better not broken. Source: HTML Living Standard (WHATWG), sections 13.1.2 (attributes) and 13.1.2.6
 * (text of <style>); CSP Level 3. */
#ifndef MOON_DOC_HTML_H
#define MOON_DOC_HTML_H

#include "base/buf.h"
#include "doc/tree.h"

/* title  of the page, any text
 * lang   BCP 47 tag of the document ("de-AT"); left out if it has other than letters, digits and hyphens
 * css    embedded; "</" in it is written as "<\/", so that it cannot end its element */
void moon_html_write(const moon_doc *doc, moon_str title, moon_str lang, moon_str css, moon_buf *out);

#endif
