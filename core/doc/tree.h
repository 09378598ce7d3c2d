/* doc/tree: a document as a tree of nodes, between what reads it and what writes it. Floor 3, includes base/
 * only.
 *
 * Text in a tree is plain: nothing in it is markup any more, and a writer escapes all of it. Text is
 * well-formed UTF-8 without control characters (moon_doc_clean). Nodes and text belong to the arena that the
 * tree was made in and are valid as long as it is. Blocks and formatting together nest at most MOON_NEST_MAX
 * deep (the rows and cells of a table come on top), a tree has at most MOON_DOC_NODES_MAX nodes, a table at
 * most MOON_TABLE_COLUMNS_MAX columns. */
#ifndef MOON_DOC_TREE_H
#define MOON_DOC_TREE_H

#include "base/arena.h"

typedef enum moon_node_kind {
    /* blocks */
    MOON_NODE_DOCUMENT,
    MOON_NODE_HEADING,
    MOON_NODE_PARAGRAPH,
    MOON_NODE_LIST, /* of items */
    MOON_NODE_ITEM,
    MOON_NODE_QUOTE,
    MOON_NODE_CODE_BLOCK,
    MOON_NODE_RULE,  /* a thematic break */
    MOON_NODE_TABLE, /* of rows, all with the same number of cells; the first may be the header */
    MOON_NODE_ROW,
    MOON_NODE_CELL,
    /* within a line */
    MOON_NODE_TEXT,
    MOON_NODE_SOFT_BREAK, /* a line end of the source: white space */
    MOON_NODE_LINE_BREAK,
    MOON_NODE_EMPH,
    MOON_NODE_STRONG,
    MOON_NODE_CODE,
    MOON_NODE_LINK,
    MOON_NODE_IMAGE
} moon_node_kind;

typedef enum moon_align { MOON_ALIGN_LEFT, MOON_ALIGN_CENTRE, MOON_ALIGN_RIGHT } moon_align;

/* Of a link or an image. The URL is one that moon_url_is_link or moon_url_is_image lets through; title may be
 * empty. */
typedef struct moon_target {
    moon_str url, title;
} moon_target;

typedef struct moon_node moon_node;
struct moon_node {
    moon_node_kind kind;
    int line;          /* in the Markdown, 1 for the first; 0 if unknown */
    int number;        /* heading: level, 1..6; ordered list: number of the first item */
    moon_align align;  /* cell */
    bool ordered;      /* list */
    bool tight;        /* list: no space between items */
    bool header;       /* row */
    moon_str classes;  /* block: names with a space between them, "" if none; letters, digits, hyphens */
    moon_str text;     /* text, code, code block; image: what stands for it where it cannot be shown */
    moon_target *link; /* link, image */
    moon_node *first, *last, *next; /* children and following sibling */
};

typedef struct moon_doc {
    moon_node *root; /* MOON_NODE_DOCUMENT */
    size_t node_count;
} moon_doc;

moon_node *moon_node_new(moon_arena *keep, moon_node_kind kind, int line);
void moon_node_append(moon_node *parent, moon_node *child);
bool moon_node_has_class(const moon_node *node, const char *name);
/* Where a block of the document itself goes on a page: by the classes page-header and page-footer. */
typedef enum moon_page_part { MOON_PAGE_HEADER, MOON_PAGE_BODY, MOON_PAGE_FOOTER } moon_page_part;
moon_page_part moon_node_part(const moon_node *node);
/* Cells of the widest row of a table. */
size_t moon_node_columns(const moon_node *table);

/* `text` fit for a document: bytes that are not UTF-8 and what moon_text_is_control names become U+FFFD, CR LF
 * becomes LF; tab and line feed stay. Returns `text` itself (borrowed) if it is fit already, else a copy in
 * `keep`. */
moon_str moon_doc_clean(moon_arena *keep, moon_str text);

/* A link may lead to http, https, mailto or tel, to a part of the page ("#x"), or to a relative address; no
 * spaces or controls. An image must be carried within the page: data:image/… (png, jpeg, gif, webp, svg+xml) in
 * base64. */
bool moon_url_is_link(moon_str url);
bool moon_url_is_image(moon_str url);

#endif
