#include "doc/tree.h"

#include "base/text.h"

moon_node *moon_node_new(moon_arena *keep, moon_node_kind kind, int line) {
    moon_node *node = MOON_NEW(keep, moon_node);
    node->kind = kind;
    node->line = line;
    node->classes = node->text = MOON_STR_NONE;
    return node;
}

void moon_node_append(moon_node *parent, moon_node *child) {
    child->next = NULL;
    if (parent->last)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
}

bool moon_node_has_class(const moon_node *node, const char *name) {
    moon_str rest = node->classes, piece;
    while (moon_str_cut(&rest, ' ', &piece))
        if (moon_str_is(piece, name)) return true;
    return false;
}

moon_page_part moon_node_part(const moon_node *node) {
    if (moon_node_has_class(node, "page-header")) return MOON_PAGE_HEADER;
    return moon_node_has_class(node, "page-footer") ? MOON_PAGE_FOOTER : MOON_PAGE_BODY;
}

size_t moon_node_columns(const moon_node *table) {
    size_t widest = 0;
    for (const moon_node *row = table->first; row; row = row->next) {
        size_t count = 0;
        for (const moon_node *cell = row->first; cell; cell = cell->next) count++;
        if (count > widest) widest = count;
    }
    return widest;
}

/* The common case, decided without decoding: printable ASCII, tabs and line feeds. */
static bool is_plain_ascii(moon_str text) {
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.ptr[i];
        if ((byte < 0x20 && byte != '\t' && byte != '\n') || byte >= 0x7F) return false;
    }
    return true;
}

static bool is_clean(moon_str text) {
    uint32_t ch;
    if (moon_text_invalid_at(text) != text.len) return false;
    while (moon_text_next(&text, &ch))
        if (moon_text_is_control(ch)) return false;
    return true;
}

moon_str moon_doc_clean(moon_arena *keep, moon_str text) {
    static const char replacement[] = "\xEF\xBF\xBD"; /* U+FFFD */
    if (is_plain_ascii(text) || is_clean(text)) return text;
    moon_assert(text.len < SIZE_MAX / 3);
    char *made = moon_arena_alloc(keep, text.len * 3 + 1);
    size_t len = 0;
    while (text.len > 0) {
        moon_str rest = text;
        uint32_t ch = 0;
        bool valid = moon_text_next(&rest, &ch);
        if (!valid) rest = moon_str_sub(text, 1, text.len);
        size_t taken = text.len - rest.len;
        bool line_end = ch == '\r' && rest.len > 0 && rest.ptr[0] == '\n';
        if (valid && !moon_text_is_control(ch)) {
            memcpy(made + len, text.ptr, taken);
            len += taken;
        } else if (!line_end) {
            memcpy(made + len, replacement, 3);
            len += 3;
        }
        text = rest;
    }
    return (moon_str){made, len};
}

/* Prefixes are lower case; the case of `text` does not count. Not strncasecmp, which asks the locale. */
static bool starts_with_any(moon_str text, const char *const *prefixes) {
    for (; *prefixes; prefixes++) {
        const char *prefix = *prefixes;
        size_t i = 0;
        while (prefix[i] && i < text.len) {
            char c = text.ptr[i];
            if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
            if (c != prefix[i]) break;
            i++;
        }
        if (!prefix[i]) return true;
    }
    return false;
}

bool moon_url_is_link(moon_str url) {
    static const char *const schemes[] = {"http:", "https:", "mailto:", "tel:", NULL};
    for (size_t i = 0; i < url.len; i++)
        if ((unsigned char)url.ptr[i] <= ' ' || url.ptr[i] == 0x7F) return false;
    if (url.len == 0 || starts_with_any(url, schemes)) return url.len > 0;
    /* Whatever has a colon before its path may be taken for a scheme by some reader of the page. */
    for (size_t i = 0; i < url.len; i++) {
        if (url.ptr[i] == ':') return false;
        if (url.ptr[i] == '/' || url.ptr[i] == '?' || url.ptr[i] == '#') return true;
    }
    return true;
}

bool moon_url_is_image(moon_str url) {
    static const char *const kinds[] = {"data:image/png;base64,",     "data:image/jpeg;base64,",
                                        "data:image/gif;base64,",     "data:image/webp;base64,",
                                        "data:image/svg+xml;base64,", NULL};
    if (!starts_with_any(url, kinds)) return false;
    size_t comma = moon_str_find(url, ',', 0);
    for (size_t i = comma + 1; i < url.len; i++) {
        char c = url.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9') && c != '+' && c != '/' && c != '=') return false;
    }
    return url.len > comma + 1;
}
