#include "doc/markdown.h"

#include <cmark.h>

#include "base/limits.h"
#include "base/text.h"
#include "doc/pipes.h"
#include "doc/sentinels.h"

typedef struct {
    moon_doc *doc;
    moon_arena *keep;
    moon_err *err;
} reader;

static moon_status fail_at(moon_err *err, int line, moon_status code, const char *text) {
    moon_fail(err, code, "%s", text);
    err->line = line;
    return code;
}

/* The Markdown with each `\|` as one reserved character: libcmark would drop the backslash and leave a bare
 * pipe. */
static moon_str mark_escaped_pipes(moon_str markdown, moon_arena *scratch) {
    size_t count = 0;
    for (size_t i = 0; i + 1 < markdown.len; i++)
        count += markdown.ptr[i] == '\\' && markdown.ptr[i + 1] == '|';
    if (count == 0) return markdown;
    char *made = moon_arena_alloc(scratch, markdown.len + count + 1);
    size_t len = 0;
    for (size_t i = 0; i < markdown.len; i++) {
        char c = markdown.ptr[i];
        if (c == '\\' && i + 1 < markdown.len && markdown.ptr[i + 1] == '|') {
            memcpy(made + len, MOON_ESCAPED_PIPE, MOON_SENTINEL_LEN);
            len += MOON_SENTINEL_LEN;
            i++;
            continue;
        }
        made[len++] = c;
        if (c == '\\' && i + 1 < markdown.len && markdown.ptr[i + 1] == '\\') made[len++] = markdown.ptr[++i];
    }
    return (moon_str){made, len};
}

static int line_of_offset(moon_str text, size_t offset) {
    int line = 1;
    for (size_t i = 0; i < offset; i++) line += text.ptr[i] == '\n';
    return line;
}

static moon_status check_text(moon_str markdown, moon_err *err) {
    if (markdown.len > MOON_DOC_MAX)
        return moon_fail(err, MOON_E_DOC_LIMIT, "the document has %zu bytes of Markdown; %d are the most",
                         markdown.len, MOON_DOC_MAX);
    size_t invalid = moon_text_invalid_at(markdown);
    if (invalid < markdown.len)
        return fail_at(err, line_of_offset(markdown, invalid), MOON_E_TEXT_INVALID, "this line is not UTF-8");
    const char *mark = memmem(markdown.ptr, markdown.len, MOON_ESCAPED_PIPE, MOON_SENTINEL_LEN);
    if (mark)
        return fail_at(err, line_of_offset(markdown, (size_t)(mark - markdown.ptr)), MOON_E_TEMPLATE,
                       "the character U+E002 is reserved");
    return MOON_OK;
}

static bool kind_of(cmark_node_type type, moon_node_kind *kind) {
    switch (type) {
    case CMARK_NODE_DOCUMENT: *kind = MOON_NODE_DOCUMENT; return true;
    case CMARK_NODE_BLOCK_QUOTE: *kind = MOON_NODE_QUOTE; return true;
    case CMARK_NODE_LIST: *kind = MOON_NODE_LIST; return true;
    case CMARK_NODE_ITEM: *kind = MOON_NODE_ITEM; return true;
    case CMARK_NODE_CODE_BLOCK: *kind = MOON_NODE_CODE_BLOCK; return true;
    case CMARK_NODE_PARAGRAPH: *kind = MOON_NODE_PARAGRAPH; return true;
    case CMARK_NODE_HEADING: *kind = MOON_NODE_HEADING; return true;
    case CMARK_NODE_THEMATIC_BREAK: *kind = MOON_NODE_RULE; return true;
    case CMARK_NODE_TEXT: *kind = MOON_NODE_TEXT; return true;
    case CMARK_NODE_SOFTBREAK: *kind = MOON_NODE_SOFT_BREAK; return true;
    case CMARK_NODE_LINEBREAK: *kind = MOON_NODE_LINE_BREAK; return true;
    case CMARK_NODE_CODE: *kind = MOON_NODE_CODE; return true;
    case CMARK_NODE_EMPH: *kind = MOON_NODE_EMPH; return true;
    case CMARK_NODE_STRONG: *kind = MOON_NODE_STRONG; return true;
    case CMARK_NODE_LINK: *kind = MOON_NODE_LINK; return true;
    case CMARK_NODE_IMAGE: *kind = MOON_NODE_IMAGE; return true;
    default: return false; /* HTML; custom nodes are never parsed */
    }
}

/* The text within `from`, for an image: no formatting survives there. Walked without recursion. */
static moon_str plain_text(cmark_node *from, moon_arena *keep) {
    moon_buf buf = MOON_BUF_EMPTY;
    cmark_iter *iter = cmark_iter_new(from);
    for (cmark_event_type event = cmark_iter_next(iter); event != CMARK_EVENT_DONE;
         event = cmark_iter_next(iter)) {
        cmark_node_type type = cmark_node_get_type(cmark_iter_get_node(iter));
        const char *literal = cmark_node_get_literal(cmark_iter_get_node(iter));
        if (event != CMARK_EVENT_ENTER) continue;
        if (type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK) moon_buf_add_char(&buf, ' ');
        if (literal && type != CMARK_NODE_HTML_INLINE) moon_buf_add_text(&buf, literal);
    }
    cmark_iter_free(iter);
    moon_str text = moon_arena_str(keep, moon_buf_str(&buf));
    moon_buf_free(&buf);
    return text;
}

static void fill_node(reader *r, cmark_node *from, moon_node *node) {
    const char *literal = cmark_node_get_literal(from);
    if (literal) node->text = moon_arena_str(r->keep, moon_str_of(literal));
    if (node->kind == MOON_NODE_HEADING) node->number = cmark_node_get_heading_level(from);
    if (node->kind == MOON_NODE_LIST) {
        node->ordered = cmark_node_get_list_type(from) == CMARK_ORDERED_LIST;
        node->number = node->ordered ? cmark_node_get_list_start(from) : 0;
        node->tight = cmark_node_get_list_tight(from) != 0;
    }
    if (node->kind == MOON_NODE_LINK || node->kind == MOON_NODE_IMAGE) {
        node->link = MOON_NEW(r->keep, moon_target);
        node->link->url = moon_arena_str(r->keep, moon_str_of(cmark_node_get_url(from)));
        node->link->title = moon_arena_str(r->keep, moon_str_of(cmark_node_get_title(from)));
    }
    if (node->kind == MOON_NODE_IMAGE) node->text = plain_text(from, r->keep);
}

/* Bounded by MOON_NEST_MAX. `line` is that of the nearest node that knows its own: breaks do not. */
static moon_status convert(reader *r, cmark_node *from, int depth, int line, moon_node **out) {
    moon_node_kind kind;
    int own_line = cmark_node_get_start_line(from);
    if (own_line > 0) line = own_line;
    if (!kind_of(cmark_node_get_type(from), &kind)) {
        fail_at(r->err, line, MOON_E_TEMPLATE, "HTML is not allowed in a layout");
        return moon_err_hint(r->err, "write Markdown; for a plain \"<\" write \"\\<\"");
    }
    if (depth > MOON_NEST_MAX)
        return fail_at(r->err, line, MOON_E_DOC_LIMIT, "lists, quotes or formatting nest too deep");
    if (++r->doc->node_count > MOON_DOC_NODES_MAX)
        return fail_at(r->err, line, MOON_E_DOC_LIMIT, "the document is too large");
    moon_node *node = moon_node_new(r->keep, kind, line);
    fill_node(r, from, node);
    *out = node;
    if (kind == MOON_NODE_IMAGE) return MOON_OK;
    for (cmark_node *child = cmark_node_first_child(from); child; child = cmark_node_next(child)) {
        moon_node *made;
        MOON_TRY(convert(r, child, depth + 1, line, &made));
        line = made->line;
        moon_node_append(node, made);
    }
    return MOON_OK;
}

/* Give an error the line of the Markdown it is about, with "…" for sentinels, which nobody wrote by hand. */
static void quote_source(moon_str markdown, moon_err *err) {
    if (err->line <= 0) return;
    moon_str piece = MOON_STR_NONE;
    for (int line = 0; line < err->line; line++)
        if (!moon_str_cut(&markdown, '\n', &piece)) return;
    piece = moon_str_sub(piece, 0, moon_text_invalid_at(piece));
    moon_buf shown = MOON_BUF_EMPTY;
    uint32_t ch;
    bool in_sentinel = false;
    while (shown.len + 8 < sizeof err->source && moon_text_next(&piece, &ch)) {
        if (ch == 0xE000) moon_text_add(&shown, 0x2026);
        if (ch == 0xE000 || ch == 0xE001)
            in_sentinel = ch == 0xE000;
        else if (!in_sentinel)
            moon_text_add(&shown, moon_text_is_control(ch) || ch == '\t' ? ' ' : ch);
    }
    moon_buf_add_char(&shown, 0);
    memcpy(err->source, shown.ptr, shown.len);
    moon_buf_free(&shown);
}

moon_status moon_markdown_parse(moon_str markdown, const moon_str *values, size_t value_count,
                                moon_arena *keep, moon_doc **out, moon_err *err) {
    moon_status status = check_text(markdown, err);
    if (status == MOON_OK) {
        moon_arena scratch = MOON_ARENA_EMPTY;
        moon_str marked = mark_escaped_pipes(markdown, &scratch);
        cmark_node *root = cmark_parse_document(marked.ptr, marked.len, CMARK_OPT_DEFAULT);
        moon_arena_free(&scratch);
        moon_doc *doc = MOON_NEW(keep, moon_doc);
        reader r = {doc, keep, err};
        status = convert(&r, root, 1, 1, &doc->root);
        cmark_node_free(root);
        if (status == MOON_OK) status = moon_pipes_find(doc, keep, err);
        if (status == MOON_OK) status = moon_sentinels_fill(doc, values, value_count, keep, err);
        if (status == MOON_OK) *out = doc;
    }
    if (status != MOON_OK) quote_source(markdown, err);
    return status;
}
