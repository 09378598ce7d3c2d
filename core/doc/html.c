#include "doc/html.h"

#include "base/arena.h"

#define SHORT_MAX 24 /* bytes of a word that is kept whole in a table */

static const char policy[] =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/* ---- escaping ---- */

/* For text and for attributes in double quotes. */
static void add_text(moon_buf *out, moon_str text) {
    size_t from = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char *name = NULL;
        switch (text.ptr[i]) {
        case '&': name = "&amp;"; break;
        case '<': name = "&lt;"; break;
        case '>': name = "&gt;"; break;
        case '"': name = "&quot;"; break;
        case '\'': name = "&#39;"; break;
        default: break;
        }
        if (!name) continue;
        moon_buf_add_str(out, moon_str_sub(text, from, i));
        moon_buf_add_text(out, name);
        from = i + 1;
    }
    moon_buf_add_str(out, moon_str_sub(text, from, text.len));
}

/* A URL, in which "%" stays, so that what is encoded already is not encoded twice (RFC 3986, section 2.4). */
static void add_url(moon_buf *out, moon_str url) {
    for (size_t i = 0; i < url.len; i++) {
        unsigned char c = (unsigned char)url.ptr[i];
        if (c <= ' ' || c >= 0x7F || strchr("\"<>\\^`{|}", c))
            moon_buf_printf(out, "%%%02X", c);
        else
            add_text(out, moon_str_sub(url, i, i + 1));
    }
}

/* Text that did not go through a document. */
static void add_foreign(moon_buf *out, moon_str text) {
    moon_arena scratch = MOON_ARENA_EMPTY;
    add_text(out, moon_doc_clean(&scratch, text));
    moon_arena_free(&scratch);
}

static void add_css(moon_buf *out, moon_str css) {
    moon_arena scratch = MOON_ARENA_EMPTY;
    css = moon_doc_clean(&scratch, css);
    for (size_t i = 0; i < css.len; i++) {
        moon_buf_add_char(out, css.ptr[i]);
        if (css.ptr[i] == '<' && i + 1 < css.len && css.ptr[i + 1] == '/') moon_buf_add_char(out, '\\');
    }
    moon_arena_free(&scratch);
}

static bool is_language(moon_str lang) {
    for (size_t i = 0; i < lang.len; i++) {
        char c = lang.ptr[i], lower = (char)(c | 0x20);
        if (!(lower >= 'a' && lower <= 'z') && !(c >= '0' && c <= '9') && c != '-') return false;
    }
    return lang.len > 0;
}

/* ---- within a line ---- */

static void write_children(moon_buf *out, const moon_node *parent);

static void write_link(moon_buf *out, const moon_node *node) {
    moon_buf_add_text(out, "<a href=\"");
    add_url(out, node->link->url);
    if (node->link->title.len > 0) {
        moon_buf_add_text(out, "\" title=\"");
        add_text(out, node->link->title);
    }
    moon_buf_add_text(out, "\" rel=\"noopener noreferrer\">");
    write_children(out, node);
    moon_buf_add_text(out, "</a>");
}

static void write_image(moon_buf *out, const moon_node *node) {
    moon_buf_add_text(out, "<img src=\"");
    add_url(out, node->link->url);
    moon_buf_add_text(out, "\" alt=\"");
    add_text(out, node->text);
    if (node->link->title.len > 0) {
        moon_buf_add_text(out, "\" title=\"");
        add_text(out, node->link->title);
    }
    moon_buf_add_text(out, "\">");
}

static void write_element(moon_buf *out, const char *name, const moon_node *node) {
    moon_buf_printf(out, "<%s>", name);
    if (node->kind == MOON_NODE_CODE) add_text(out, node->text);
    write_children(out, node);
    moon_buf_printf(out, "</%s>", name);
}

static void write_children(moon_buf *out, const moon_node *parent) {
    for (const moon_node *node = parent->first; node; node = node->next) {
        switch (node->kind) {
        case MOON_NODE_TEXT: add_text(out, node->text); break;
        case MOON_NODE_SOFT_BREAK: moon_buf_add_char(out, '\n'); break;
        case MOON_NODE_LINE_BREAK: moon_buf_add_text(out, "<br>\n"); break;
        case MOON_NODE_EMPH: write_element(out, "em", node); break;
        case MOON_NODE_STRONG: write_element(out, "strong", node); break;
        case MOON_NODE_CODE: write_element(out, "code", node); break;
        case MOON_NODE_LINK: write_link(out, node); break;
        case MOON_NODE_IMAGE: write_image(out, node); break;
        default: write_children(out, node); break;
        }
    }
}

/* ---- blocks ---- */

static void open_tag(moon_buf *out, const char *name, const moon_node *node) {
    moon_buf_printf(out, "<%s", name);
    if (node->classes.len > 0) {
        moon_buf_add_text(out, " class=\"");
        add_text(out, node->classes);
        moon_buf_add_char(out, '"');
    }
    moon_buf_add_char(out, '>');
}

/* Nothing, or one word, such as a date or a number of a document: browsers would break it at its hyphens. */
static bool is_short(const moon_node *cell) {
    const moon_node *only = cell->first;
    if (!only) return true;
    if (only->next || only->kind != MOON_NODE_TEXT || only->text.len > SHORT_MAX) return false;
    return moon_str_find(only->text, ' ', 0) == only->text.len;
}

static void write_row(moon_buf *out, const moon_node *row) {
    static const char *const names[] = {"left", "centre", "right"};
    moon_buf_add_text(out, "<tr>");
    for (const moon_node *cell = row->first; cell; cell = cell->next) {
        moon_buf_add_text(out, row->header ? "<th scope=\"col\"" : "<td");
        moon_buf_printf(out, " class=\"%s%s\">", names[cell->align], is_short(cell) ? " short" : "");
        write_children(out, cell);
        moon_buf_add_text(out, row->header ? "</th>" : "</td>");
    }
    moon_buf_add_text(out, "</tr>\n");
}

static void write_table(moon_buf *out, const moon_node *table) {
    moon_buf_add_text(out, "<div class=\"table");
    if (table->classes.len > 0) moon_buf_add_char(out, ' ');
    add_text(out, table->classes);
    moon_buf_add_text(out, "\"><table>\n");
    const moon_node *row = table->first;
    if (row && row->header) {
        moon_buf_add_text(out, "<thead>\n");
        write_row(out, row);
        moon_buf_add_text(out, "</thead>\n");
        row = row->next;
    }
    moon_buf_add_text(out, "<tbody>\n");
    for (; row; row = row->next) write_row(out, row);
    moon_buf_add_text(out, "</tbody>\n</table></div>\n");
}

static void write_blocks(moon_buf *out, const moon_node *parent, bool tight);

static void write_list(moon_buf *out, const moon_node *list) {
    moon_buf_add_text(out, list->ordered ? "<ol" : "<ul");
    if (list->ordered && list->number != 1) moon_buf_printf(out, " start=\"%d\"", list->number);
    if (list->classes.len > 0) {
        moon_buf_add_text(out, " class=\"");
        add_text(out, list->classes);
        moon_buf_add_char(out, '"');
    }
    moon_buf_add_text(out, ">\n");
    for (const moon_node *item = list->first; item; item = item->next) {
        moon_buf_add_text(out, "<li>");
        write_blocks(out, item, list->tight);
        moon_buf_add_text(out, "</li>\n");
    }
    moon_buf_add_text(out, list->ordered ? "</ol>\n" : "</ul>\n");
}

static void write_simple(moon_buf *out, const char *name, const moon_node *node) {
    open_tag(out, name, node);
    write_children(out, node);
    moon_buf_printf(out, "</%s>\n", name);
}

static void write_block(moon_buf *out, const moon_node *node, bool tight) {
    static const char *const headings[] = {"h1", "h2", "h3", "h4", "h5", "h6"};
    switch (node->kind) {
    case MOON_NODE_HEADING: write_simple(out, headings[node->number - 1], node); break;
    case MOON_NODE_LIST: write_list(out, node); break;
    case MOON_NODE_TABLE: write_table(out, node); break;
    case MOON_NODE_QUOTE:
        open_tag(out, "blockquote", node);
        moon_buf_add_char(out, '\n');
        write_blocks(out, node, false);
        moon_buf_add_text(out, "</blockquote>\n");
        break;
    case MOON_NODE_CODE_BLOCK:
        open_tag(out, "pre", node);
        moon_buf_add_text(out, "<code>");
        add_text(out, node->text);
        moon_buf_add_text(out, "</code></pre>\n");
        break;
    case MOON_NODE_RULE:
        open_tag(out, "hr", node);
        moon_buf_add_char(out, '\n');
        break;
    default:
        if (tight && node->classes.len == 0)
            write_children(out, node);
        else
            write_simple(out, "p", node);
        break;
    }
}

static void write_blocks(moon_buf *out, const moon_node *parent, bool tight) {
    for (const moon_node *node = parent->first; node; node = node->next) write_block(out, node, tight);
}

/* The blocks of one part of the page within its element, which is there only if it has something to hold. */
static void write_part(moon_buf *out, const moon_doc *doc, moon_page_part part, const char *tag) {
    bool any = false;
    for (const moon_node *node = doc->root->first; node; node = node->next) {
        if (moon_node_part(node) != part) continue;
        if (!any) moon_buf_printf(out, "<%s>\n", tag);
        any = true;
        write_block(out, node, false);
    }
    if (any) moon_buf_printf(out, "</%s>\n", tag);
}

static void write_head(moon_buf *out, moon_str title, moon_str lang, moon_str css) {
    moon_buf_add_text(out, "<!DOCTYPE html>\n<html");
    if (is_language(lang)) moon_buf_printf(out, " lang=\"%.*s\"", MOON_STR_ARG(lang));
    moon_buf_add_text(
        out, ">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"");
    moon_buf_add_text(out, policy);
    moon_buf_add_text(
        out, "\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    add_foreign(out, title);
    moon_buf_add_text(out, "</title>\n<style>\n");
    add_css(out, css);
    moon_buf_add_text(out, "</style>\n</head>\n<body>\n");
}

void moon_html_write(const moon_doc *doc, moon_str title, moon_str lang, moon_str css, moon_buf *out) {
    write_head(out, title, lang, css);
    write_part(out, doc, MOON_PAGE_HEADER, "header");
    write_part(out, doc, MOON_PAGE_BODY, "main");
    write_part(out, doc, MOON_PAGE_FOOTER, "footer");
    moon_buf_add_text(out, "</body>\n</html>\n");
}
