#include "doc/terminal.h"

#include "base/text.h"
#include "doc/table.h"

#define WIDTH_LEAST 20 /* text within lists and quotes is never laid narrower, however deep it lies */
#define RULE_WIDTH 40  /* of a thematic break where the width is open */

typedef struct {
    moon_terminal_style style; /* its width shrinks within lists and quotes */
    unsigned face;
    size_t table_width; /* of the last table at this depth, 0 if none */
    moon_buf *out;
} writer;

/* ---- within a line ---- */

static void flow_children(moon_flow *flow, const moon_node *parent, unsigned face);

static void flow_link(moon_flow *flow, const moon_node *node, unsigned face) {
    size_t from = flow->len;
    flow_children(flow, node, face);
    moon_str shown = {flow->text ? flow->text + from : "", flow->len - from}, url = node->link->url;
    moon_str mail = MOON_STR("mailto:");
    bool same = moon_str_eq(shown, url) || (moon_str_starts(url, mail) && moon_str_ends(url, shown));
    if (same || moon_str_starts(url, MOON_STR("tel:")) || moon_str_starts(url, MOON_STR("#"))) return;
    moon_flow_add(flow, MOON_STR(" ("), face | MOON_FACE_DIM);
    moon_flow_add(flow, url, face | MOON_FACE_DIM);
    moon_flow_add(flow, MOON_STR(")"), face | MOON_FACE_DIM);
}

static void flow_children(moon_flow *flow, const moon_node *parent, unsigned face) {
    for (const moon_node *node = parent->first; node; node = node->next) {
        switch (node->kind) {
        case MOON_NODE_TEXT:
        case MOON_NODE_CODE:
        case MOON_NODE_IMAGE: moon_flow_add(flow, node->text, face); break;
        case MOON_NODE_SOFT_BREAK: moon_flow_add(flow, MOON_STR(" "), face); break;
        case MOON_NODE_LINE_BREAK: moon_flow_add(flow, MOON_STR("\n"), face); break;
        case MOON_NODE_LINK: flow_link(flow, node, face); break;
        case MOON_NODE_STRONG: flow_children(flow, node, face | MOON_FACE_BOLD); break;
        default: flow_children(flow, node, face); break;
        }
    }
}

/* ---- blocks ---- */

static void write_flow(writer *w, const moon_flow *flow, size_t width, moon_arena *scratch) {
    moon_flow_line *lines;
    size_t count = moon_flow_lay(flow, width, scratch, &lines);
    for (size_t i = 0; i < count; i++) {
        moon_flow_write(flow, lines[i], &w->style, w->out);
        moon_buf_add_char(w->out, '\n');
    }
}

static void write_text(writer *w, const moon_node *node) {
    moon_arena scratch = MOON_ARENA_EMPTY;
    moon_flow flow;
    moon_flow_begin(&flow, &scratch);
    bool heading = node->kind == MOON_NODE_HEADING;
    flow_children(&flow, node, heading ? w->face | MOON_FACE_BOLD : w->face);
    write_flow(w, &flow, w->style.width, &scratch);
    if (heading && node->number == 1) {
        size_t width = moon_flow_width(&flow);
        if (w->style.width > 0 && width > w->style.width) width = w->style.width;
        moon_flow_rule(width, &w->style, w->out);
        moon_buf_add_char(w->out, '\n');
    }
    moon_arena_free(&scratch);
}

static void write_code_block(writer *w, const moon_node *node) {
    moon_arena scratch = MOON_ARENA_EMPTY;
    moon_str rest = node->text, line;
    if (moon_str_ends(rest, MOON_STR("\n"))) rest.len--;
    while (moon_str_cut(&rest, '\n', &line)) {
        moon_flow flow;
        moon_flow_begin(&flow, &scratch);
        if (line.len > 0) moon_flow_add(&flow, MOON_STR("    "), w->face);
        moon_flow_add(&flow, line, w->face);
        write_flow(w, &flow, 0, &scratch);
    }
    moon_arena_free(&scratch);
}

static void write_rule(writer *w) {
    moon_flow_rule(w->style.width ? w->style.width : RULE_WIDTH, &w->style, w->out);
    moon_buf_add_char(w->out, '\n');
}

static void fill_cells(moon_flow *flows, const moon_node *row, unsigned face) {
    for (const moon_node *cell = row->first; cell; cell = cell->next) flow_children(flows++, cell, face);
}

static void write_table(writer *w, const moon_node *node) {
    moon_arena scratch = MOON_ARENA_EMPTY;
    size_t count = moon_node_columns(node), i = 0;
    if (count > 0) {
        moon_column *columns = MOON_NEW_N(&scratch, moon_column, count);
        for (const moon_node *cell = node->first->first; cell; cell = cell->next)
            columns[i++] = (moon_column){MOON_STR_NONE, cell->align};
        moon_table *table = moon_table_new(&scratch, columns, count);
        for (const moon_node *row = node->first; row; row = row->next) {
            if (row->header)
                fill_cells(moon_table_header_flows(table), row, w->face | MOON_FACE_BOLD);
            else
                fill_cells(moon_table_add_flows(table), row, w->face);
        }
        size_t width = moon_table_width(table, &w->style), indent = 0;
        if (moon_node_has_class(node, "totals") && w->table_width > width) indent = w->table_width - width;
        moon_table_write_indented(table, indent, &w->style, w->out);
        w->table_width = width + indent;
    }
    moon_arena_free(&scratch);
}

static void write_blocks(writer *w, const moon_node *parent, bool tight);

/* What is within `node`, with `first` before the first line and `other` before the rest. */
static void write_within(writer *w, const moon_node *node, bool tight, moon_str first, moon_str other) {
    moon_buf inner = MOON_BUF_EMPTY;
    writer within = *w;
    size_t taken = moon_text_width(first);
    within.out = &inner;
    within.table_width = 0;
    if (w->style.width > 0)
        within.style.width = w->style.width > taken + WIDTH_LEAST ? w->style.width - taken : WIDTH_LEAST;
    write_blocks(&within, node, tight);
    moon_str rest = moon_buf_str(&inner), line, prefix = first;
    if (rest.len > 0) rest.len--; /* the last line feed */
    while (moon_str_cut(&rest, '\n', &line)) {
        moon_buf_add_str(w->out, line.len > 0 ? prefix : moon_str_trim(prefix));
        moon_buf_add_str(w->out, line);
        moon_buf_add_char(w->out, '\n');
        prefix = other;
    }
    moon_buf_free(&inner);
}

static void write_list(writer *w, const moon_node *list) {
    int number = list->number;
    char marker[24], spaces[24];
    for (const moon_node *item = list->first; item; item = item->next) {
        if (list->ordered)
            snprintf(marker, sizeof marker, "%d. ", number++);
        else
            snprintf(marker, sizeof marker, "%s ", w->style.utf8 ? "\xE2\x80\xA2" : "-");
        snprintf(spaces, sizeof spaces, "%*s", (int)moon_text_width(moon_str_of(marker)), "");
        write_within(w, item, list->tight, moon_str_of(marker), moon_str_of(spaces));
        if (!list->tight && item->next) moon_buf_add_char(w->out, '\n');
    }
}

static void write_block(writer *w, const moon_node *node) {
    moon_str bar = w->style.utf8 ? MOON_STR("\xE2\x94\x82 ") : MOON_STR("| ");
    switch (node->kind) {
    case MOON_NODE_LIST: write_list(w, node); break;
    case MOON_NODE_QUOTE: write_within(w, node, false, bar, bar); break;
    case MOON_NODE_CODE_BLOCK: write_code_block(w, node); break;
    case MOON_NODE_RULE: write_rule(w); break;
    case MOON_NODE_TABLE: write_table(w, node); break;
    default: write_text(w, node); break;
    }
}

static void write_blocks(writer *w, const moon_node *parent, bool tight) {
    for (const moon_node *node = parent->first; node; node = node->next) {
        if (node != parent->first && !tight) moon_buf_add_char(w->out, '\n');
        write_block(w, node);
    }
}

void moon_terminal_write(const moon_doc *doc, const moon_terminal_style *style, moon_buf *out) {
    writer w = {.style = *style, .out = out};
    bool any = false, in_footer = false;
    for (moon_page_part part = MOON_PAGE_HEADER; part <= MOON_PAGE_FOOTER; part++) {
        for (const moon_node *node = doc->root->first; node; node = node->next) {
            if (moon_node_part(node) != part) continue;
            if (any) moon_buf_add_char(out, '\n');
            if (part == MOON_PAGE_FOOTER && !in_footer) {
                write_rule(&w);
                in_footer = true;
            }
            w.face = part == MOON_PAGE_FOOTER ? MOON_FACE_DIM : MOON_FACE_PLAIN;
            write_block(&w, node);
            any = true;
        }
    }
}
