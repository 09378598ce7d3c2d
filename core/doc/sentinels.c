#include "doc/sentinels.h"

#include "base/buf.h"
#include "base/limits.h"

typedef struct {
    moon_doc *doc;
    const moon_str *values;
    size_t value_count;
    size_t added; /* bytes of values so far */
    moon_arena *keep;
    moon_err *err;
} filler;

/* Text in the layout up to a sentinel, and the value that stands there. */
typedef struct {
    moon_str before;
    moon_str value;
    bool is_value; /* false: the end, `before` was all that was left */
} part;

static moon_status fail_at(filler *f, int line, moon_status code, const char *text) {
    moon_fail(f->err, code, "%s", text);
    f->err->line = line;
    return code;
}

static bool has_reserved(moon_str text) { return memmem(text.ptr, text.len, "\xEE\x80", 2) != NULL; }

/* Offset of the next U+E000 or U+E001 at or after `from`, or text.len. */
static size_t find_sentinel(moon_str text, size_t from) {
    for (; (from = moon_str_find(text, '\xEE', from)) < text.len; from++) {
        moon_str rest = moon_str_sub(text, from, text.len);
        if (moon_str_starts(rest, MOON_STR(MOON_SENTINEL_OPEN)) ||
            moon_str_starts(rest, MOON_STR(MOON_SENTINEL_CLOSE)))
            return from;
    }
    return text.len;
}

static moon_str without_line_ends(moon_str value) {
    while (value.len > 0 && (value.ptr[value.len - 1] == '\n' || value.ptr[value.len - 1] == '\r'))
        value.len--;
    while (value.len > 0 && (value.ptr[0] == '\n' || value.ptr[0] == '\r'))
        value = moon_str_sub(value, 1, value.len);
    return value;
}

/* Take the next part off the front of `*rest`. */
static moon_status take_part(filler *f, moon_str *rest, int line, part *out) {
    size_t at = find_sentinel(*rest, 0), index = 0, i = at + MOON_SENTINEL_LEN;
    *out = (part){moon_str_sub(*rest, 0, at), MOON_STR_NONE, at < rest->len};
    if (at == rest->len) {
        *rest = MOON_STR_NONE;
        return MOON_OK;
    }
    while (i < rest->len && i - at < MOON_SENTINEL_LEN + 9 && rest->ptr[i] >= '0' && rest->ptr[i] <= '9')
        index = index * 10 + (size_t)(rest->ptr[i++] - '0');
    moon_str tail = moon_str_sub(*rest, i, rest->len);
    bool open = moon_str_starts(moon_str_sub(*rest, at, rest->len), MOON_STR(MOON_SENTINEL_OPEN));
    if (!open || i == at + MOON_SENTINEL_LEN || !moon_str_starts(tail, MOON_STR(MOON_SENTINEL_CLOSE)))
        return fail_at(f, line, MOON_E_TEMPLATE,
                       "the characters U+E000 and U+E001 are reserved for marking values");
    if (index >= f->value_count)
        return fail_at(f, line, MOON_E_TEMPLATE, "a value is marked here that was not given");
    out->value = moon_doc_clean(f->keep, without_line_ends(f->values[index]));
    f->added += out->value.len;
    if (f->added > MOON_DOC_TEXT_MAX)
        return fail_at(f, line, MOON_E_DOC_LIMIT, "the values of the document are too long");
    *rest = moon_str_sub(tail, MOON_SENTINEL_LEN, tail.len);
    return MOON_OK;
}

static void add_layout_text(moon_buf *buf, moon_str text, const char *pipe) {
    for (size_t i = 0; i < text.len; i++) {
        bool marked = moon_str_starts(moon_str_sub(text, i, text.len), MOON_STR(MOON_ESCAPED_PIPE));
        if (marked)
            moon_buf_add_text(buf, pipe);
        else
            moon_buf_add_char(buf, text.ptr[i]);
        if (marked) i += MOON_SENTINEL_LEN - 1;
    }
}

static void add_value(moon_buf *buf, moon_str value, char line_end) {
    for (size_t i = 0; i < value.len; i++)
        moon_buf_add_char(buf, value.ptr[i] == '\n' ? line_end : value.ptr[i]);
}

/* Fill text that stays in one piece; a line feed in a value becomes `line_end`, an escaped pipe `pipe`. */
static moon_status fill_piece(filler *f, moon_str *text, int line, const char *pipe, char line_end) {
    if (!has_reserved(*text)) {
        *text = moon_doc_clean(f->keep, *text);
        return MOON_OK;
    }
    moon_buf buf = MOON_BUF_EMPTY;
    moon_str rest = *text;
    part next = {.is_value = true};
    moon_status status = MOON_OK;
    while (status == MOON_OK && next.is_value) {
        status = take_part(f, &rest, line, &next);
        if (status != MOON_OK) break;
        add_layout_text(&buf, next.before, pipe);
        add_value(&buf, next.value, line_end);
    }
    if (status == MOON_OK) *text = moon_doc_clean(f->keep, moon_arena_str(f->keep, moon_buf_str(&buf)));
    moon_buf_free(&buf);
    return status;
}

static moon_status add_node(filler *f, moon_node *parent, moon_node_kind kind, int line, moon_str text) {
    if (kind == MOON_NODE_TEXT && text.len == 0) return MOON_OK;
    if (++f->doc->node_count > MOON_DOC_NODES_MAX)
        return fail_at(f, line, MOON_E_DOC_LIMIT, "the document is too large");
    moon_node *node = moon_node_new(f->keep, kind, line);
    node->text = text;
    moon_node_append(parent, node);
    return MOON_OK;
}

/* Append to `parent` what `node`, a text of the layout, becomes: texts, with breaks where values have them. */
static moon_status fill_text(filler *f, moon_node *parent, moon_node *node) {
    if (!has_reserved(node->text)) {
        node->text = moon_doc_clean(f->keep, node->text);
        if (node->text.len > 0) moon_node_append(parent, node);
        return MOON_OK;
    }
    moon_buf buf = MOON_BUF_EMPTY;
    moon_str rest = node->text;
    part next = {.is_value = true};
    moon_status status = MOON_OK;
    while (status == MOON_OK && next.is_value) {
        status = take_part(f, &rest, node->line, &next);
        if (status != MOON_OK) break;
        add_layout_text(&buf, moon_doc_clean(f->keep, next.before), "|");
        for (size_t end; status == MOON_OK && (end = moon_str_find(next.value, '\n', 0)) < next.value.len;) {
            moon_buf_add_str(&buf, moon_str_sub(next.value, 0, end));
            next.value = moon_str_sub(next.value, end + 1, next.value.len);
            status =
                add_node(f, parent, MOON_NODE_TEXT, node->line, moon_arena_str(f->keep, moon_buf_str(&buf)));
            moon_buf_clear(&buf);
            if (status == MOON_OK)
                status = add_node(f, parent, MOON_NODE_LINE_BREAK, node->line, MOON_STR_NONE);
        }
        moon_buf_add_str(&buf, next.value);
    }
    if (status == MOON_OK)
        status = add_node(f, parent, MOON_NODE_TEXT, node->line, moon_arena_str(f->keep, moon_buf_str(&buf)));
    moon_buf_free(&buf);
    return status;
}

static moon_status fill_children(filler *f, moon_node *parent);

static moon_status fill_link(filler *f, moon_node *parent, moon_node *node) {
    moon_target *link = node->link;
    /* Any white space or control in a URL makes it one that is not kept. */
    MOON_TRY(fill_piece(f, &link->url, node->line, "|", '\n'));
    MOON_TRY(fill_piece(f, &link->title, node->line, "|", ' '));
    if (node->kind == MOON_NODE_IMAGE) {
        MOON_TRY(fill_piece(f, &node->text, node->line, "|", ' '));
        if (!moon_url_is_image(link->url)) {
            node->kind = MOON_NODE_TEXT;
            node->link = NULL;
        }
        moon_node_append(parent, node);
        return MOON_OK;
    }
    MOON_TRY(fill_children(f, node));
    if (moon_url_is_link(link->url)) {
        moon_node_append(parent, node);
        return MOON_OK;
    }
    for (moon_node *child = node->first, *next; child; child = next) {
        next = child->next;
        moon_node_append(parent, child);
    }
    return MOON_OK;
}

static moon_status fill_children(filler *f, moon_node *parent) {
    moon_node *child = parent->first, *next;
    parent->first = parent->last = NULL;
    for (; child; child = next) {
        next = child->next;
        switch (child->kind) {
        case MOON_NODE_TEXT: MOON_TRY(fill_text(f, parent, child)); continue;
        case MOON_NODE_LINK:
        case MOON_NODE_IMAGE: MOON_TRY(fill_link(f, parent, child)); continue;
        case MOON_NODE_CODE: MOON_TRY(fill_piece(f, &child->text, child->line, "\\|", ' ')); break;
        case MOON_NODE_CODE_BLOCK: MOON_TRY(fill_piece(f, &child->text, child->line, "\\|", '\n')); break;
        default: MOON_TRY(fill_children(f, child)); break;
        }
        moon_node_append(parent, child);
    }
    return MOON_OK;
}

moon_status moon_sentinels_fill(moon_doc *doc, const moon_str *values, size_t value_count, moon_arena *keep,
                                moon_err *err) {
    filler f = {doc, values, value_count, 0, keep, err};
    return fill_children(&f, doc->root);
}
