#include "doc/flow.h"

#include "base/text.h"
#include "doc/tree.h"

void moon_flow_begin(moon_flow *flow, moon_arena *keep) { *flow = (moon_flow){.keep = keep}; }

/* A larger copy in the arena; the old one stays behind, at most as large as the new one altogether. */
static void *grow(moon_arena *keep, const void *old, size_t used, size_t *room, size_t least, size_t size) {
    size_t wanted = *room ? *room * 2 : 2;
    while (wanted < least) wanted *= 2;
    void *made = moon_arena_alloc_n(keep, wanted, size);
    if (used) memcpy(made, old, used * size);
    *room = wanted;
    return made;
}

void moon_flow_add(moon_flow *flow, moon_str text, unsigned face) {
    text = moon_doc_clean(flow->keep, text);
    if (text.len == 0) return;
    if (flow->len + text.len > flow->room)
        flow->text = grow(flow->keep, flow->text, flow->len, &flow->room, flow->len + text.len, 1);
    for (size_t i = 0; i < text.len; i++) flow->text[flow->len++] = text.ptr[i] == '\t' ? ' ' : text.ptr[i];
    if (flow->face_count > 0 && flow->faces[flow->face_count - 1].face == face) {
        flow->faces[flow->face_count - 1].end = flow->len;
        return;
    }
    if (flow->face_count == flow->face_room)
        flow->faces =
            grow(flow->keep, flow->faces, flow->face_count, &flow->face_room, 1, sizeof *flow->faces);
    flow->faces[flow->face_count++] = (struct moon_flow_face){flow->len, face};
}

static moon_str text_of(const moon_flow *flow) { return (moon_str){flow->text ? flow->text : "", flow->len}; }

static bool has_digit(moon_str text) {
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] >= '0' && text.ptr[i] <= '9') return true;
    return false;
}

static size_t widest_piece(moon_str text, bool words, bool numbers) {
    size_t widest = 0, from = 0;
    for (size_t i = 0; i <= text.len; i++) {
        if (i < text.len && text.ptr[i] != '\n' && !(words && text.ptr[i] == ' ')) continue;
        moon_str piece = moon_str_sub(text, from, i);
        size_t width = moon_text_width(piece);
        if (width > widest && (!numbers || has_digit(piece))) widest = width;
        from = i + 1;
    }
    return widest;
}

size_t moon_flow_width(const moon_flow *flow) { return widest_piece(text_of(flow), false, false); }
size_t moon_flow_word(const moon_flow *flow) { return widest_piece(text_of(flow), true, false); }
size_t moon_flow_number(const moon_flow *flow) { return widest_piece(text_of(flow), true, true); }

typedef struct {
    moon_arena *scratch;
    moon_flow_line *list;
    size_t count, room;
} line_list;

static void add_line(line_list *lines, moon_str text, size_t from, size_t to) {
    while (to > from && text.ptr[to - 1] == ' ') to--;
    if (lines->count == lines->room)
        lines->list = grow(lines->scratch, lines->list, lines->count, &lines->room, 1, sizeof *lines->list);
    lines->list[lines->count++] = (moon_flow_line){from, to, moon_text_width(moon_str_sub(text, from, to))};
}

/* Break text[from..end), which has no line feed. */
static void lay_line(line_list *lines, moon_str text, size_t from, size_t end, size_t width) {
    size_t at = from, used = 0, space = from;
    uint32_t ch;
    if (width == 0) at = end;
    while (at < end) {
        moon_str rest = moon_str_sub(text, at, end);
        if (!moon_text_next(&rest, &ch)) break;
        size_t after = end - rest.len, char_width = moon_text_width(moon_str_sub(text, at, after));
        if (ch == ' ') space = at;
        if (ch == ' ' || used + char_width <= width || at == from) {
            used += char_width;
            at = after;
            continue;
        }
        size_t cut = space > from ? space : at;
        add_line(lines, text, from, cut);
        while (cut < end && text.ptr[cut] == ' ') cut++;
        from = at = space = cut;
        used = 0;
    }
    add_line(lines, text, from, end);
}

size_t moon_flow_lay(const moon_flow *flow, size_t width, moon_arena *scratch, moon_flow_line **lines) {
    line_list made = {.scratch = scratch};
    moon_str text = text_of(flow);
    for (size_t from = 0; from <= text.len;) {
        size_t end = moon_str_find(text, '\n', from);
        lay_line(&made, text, from, end, width);
        from = end + 1;
    }
    *lines = made.list;
    return made.count;
}

static void write_piece(moon_str text, unsigned face, const moon_terminal_style *style, moon_buf *out) {
    bool marked = style->colour && face != MOON_FACE_PLAIN && text.len > 0;
    if (marked && (face & MOON_FACE_BOLD)) moon_buf_add_text(out, "\x1b[1m");
    if (marked && (face & MOON_FACE_DIM)) moon_buf_add_text(out, "\x1b[2m");
    moon_buf_add_str(out, text);
    if (marked) moon_buf_add_text(out, "\x1b[0m");
}

void moon_flow_write(const moon_flow *flow, moon_flow_line line, const moon_terminal_style *style,
                     moon_buf *out) {
    size_t from = line.from;
    for (size_t i = 0; i < flow->face_count && from < line.to; i++) {
        size_t end = flow->faces[i].end < line.to ? flow->faces[i].end : line.to;
        if (end <= from) continue;
        write_piece(moon_str_sub(text_of(flow), from, end), flow->faces[i].face, style, out);
        from = end;
    }
}

void moon_flow_rule(size_t width, const moon_terminal_style *style, moon_buf *out) {
    moon_buf rule = MOON_BUF_EMPTY;
    for (size_t i = 0; i < width; i++) moon_buf_add_text(&rule, style->utf8 ? "\xE2\x94\x80" : "-");
    write_piece(moon_buf_str(&rule), MOON_FACE_DIM, style, out);
    moon_buf_free(&rule);
}
