#include "doc/pipes.h"

#include "base/buf.h"
#include "base/limits.h"
#include "doc/sentinels.h"

typedef struct {
    moon_doc *doc;
    moon_arena *keep;
    moon_err *err;
} pass;

/* A line of a paragraph: its nodes up to, not including, `end` (a break, or NULL). */
typedef struct {
    moon_node *first, *end;
    int line;
} span;
typedef struct {
    span *list;
    size_t count;
} spans;

static moon_status fail_at(pass *p, int line, moon_status code, const char *text) {
    moon_fail(p->err, code, "%s", text);
    p->err->line = line;
    return code;
}

static moon_node *new_node(pass *p, moon_node_kind kind, int line) {
    p->doc->node_count++;
    return moon_node_new(p->keep, kind, line);
}

static bool is_break(const moon_node *node) {
    return node->kind == MOON_NODE_SOFT_BREAK || node->kind == MOON_NODE_LINE_BREAK;
}

static spans lines_of(pass *p, const moon_node *block) {
    size_t count = 1;
    for (moon_node *node = block->first; node; node = node->next) count += is_break(node);
    spans made = {MOON_NEW_N(p->keep, span, count), 0};
    moon_node *first = block->first;
    for (moon_node *node = first; first; node = node->next) {
        if (node && !is_break(node)) continue;
        made.list[made.count++] = (span){first, node, first->line};
        if (!node) break;
        first = node->next;
    }
    return made;
}

/* The text of a line that is nothing but text, "" otherwise. */
static moon_str only_text(span line) {
    if (line.first == line.end || line.first->kind != MOON_NODE_TEXT || line.first->next != line.end)
        return MOON_STR_NONE;
    return moon_str_trim(line.first->text);
}

/* A class line is "{.", names of letters, digits and hyphens each with a point before it, "}". */
static bool read_classes(moon_str text, moon_buf *classes) {
    moon_str rest = moon_str_sub(text, 1, text.len - 1), piece;
    while (moon_str_cut(&rest, ' ', &piece)) {
        if (piece.len == 0) continue;
        if (piece.ptr[0] != '.' || piece.len == 1) return false;
        if (classes->len > 0) moon_buf_add_char(classes, ' ');
        for (size_t i = 1; i < piece.len; i++) {
            char c = piece.ptr[i], lower = (char)(c | 0x20);
            if (!(lower >= 'a' && lower <= 'z') && !(c >= '0' && c <= '9') && c != '-') return false;
            moon_buf_add_char(classes, c);
        }
    }
    return true;
}

/* Take the class lines off the front of a paragraph or heading; the names are added to `classes`. */
static moon_status peel_classes(pass *p, moon_node *block, moon_str *classes, int *line) {
    moon_buf found = MOON_BUF_EMPTY;
    bool good = true, any = false;
    moon_buf_add_str(&found, *classes);
    while (good && block->first) {
        moon_node *first = block->first;
        if (first->kind != MOON_NODE_TEXT || (first->next && !is_break(first->next))) break;
        moon_str text = moon_str_trim(first->text);
        if (!moon_str_starts(text, MOON_STR("{.")) || !moon_str_ends(text, MOON_STR("}"))) break;
        any = true;
        *line = first->line;
        good = read_classes(text, &found);
        block->first = first->next ? first->next->next : NULL;
        if (!block->first) block->last = NULL;
    }
    if (any) *classes = moon_arena_str(p->keep, moon_buf_str(&found));
    moon_buf_free(&found);
    if (good) return MOON_OK;
    fail_at(p, *line, MOON_E_TEMPLATE, "this class line is not one");
    return moon_err_hint(p->err, "write {.name} with letters, digits and hyphens, for example {.totals}");
}

/* The row of dashes: `aligns` takes the first MOON_TABLE_COLUMNS_MAX columns, `count` is that of all. */
static bool read_dashes(moon_str text, moon_align *aligns, size_t *count) {
    size_t found = 0, pipes = 0;
    for (size_t i = 0; i < text.len; i++) pipes += text.ptr[i] == '|';
    if (pipes == 0) return false;
    if (text.ptr[0] == '|') text = moon_str_sub(text, 1, text.len);
    if (moon_str_ends(text, MOON_STR("|"))) text = moon_str_sub(text, 0, text.len - 1);
    moon_str piece;
    while (moon_str_cut(&text, '|', &piece)) {
        piece = moon_str_trim(piece);
        bool left = moon_str_starts(piece, MOON_STR(":"));
        if (left) piece = moon_str_sub(piece, 1, piece.len);
        bool right = moon_str_ends(piece, MOON_STR(":"));
        if (right) piece = moon_str_sub(piece, 0, piece.len - 1);
        for (size_t i = 0; i < piece.len; i++)
            if (piece.ptr[i] != '-') return false;
        if (piece.len == 0) return false;
        if (found < MOON_TABLE_COLUMNS_MAX)
            aligns[found] = !right ? MOON_ALIGN_LEFT : left ? MOON_ALIGN_CENTRE : MOON_ALIGN_RIGHT;
        found++;
    }
    *count = found;
    return found > 0;
}

static bool has_pipe(span line) {
    for (moon_node *node = line.first; node != line.end; node = node->next)
        if (node->kind == MOON_NODE_TEXT && moon_str_find(node->text, '|', 0) < node->text.len) return true;
    return false;
}

/* In a table `\|` in code means a pipe; elsewhere in code a backslash is a backslash. */
static moon_str unescape_code(pass *p, moon_str text) {
    char *to = moon_arena_alloc(p->keep, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        bool marked = moon_str_starts(moon_str_sub(text, i, text.len), MOON_STR(MOON_ESCAPED_PIPE));
        to[len++] = marked ? '|' : text.ptr[i];
        if (marked) i += MOON_SENTINEL_LEN - 1;
    }
    return (moon_str){to, len};
}

/* Formatting belongs to one cell: splitting it would mean to guess what was meant. */
static moon_status check_formatted(pass *p, moon_node *node, int line) {
    if (node->kind == MOON_NODE_CODE) node->text = unescape_code(p, node->text);
    if (is_break(node) ||
        (node->kind == MOON_NODE_TEXT && moon_str_find(node->text, '|', 0) < node->text.len)) {
        fail_at(p, line, MOON_E_TEMPLATE, "formatting begins in one cell of the table and ends in another");
        return moon_err_hint(p->err,
                             "write \\* or \\_ for the character itself, and \\| for a pipe within a cell");
    }
    for (moon_node *child = node->first; child; child = child->next)
        MOON_TRY(check_formatted(p, child, line));
    return MOON_OK;
}

static void add_piece(pass *p, moon_node *cell, moon_str text, int line) {
    if (!cell->first)
        while (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t'))
            text = moon_str_sub(text, 1, text.len);
    if (text.len == 0) return;
    moon_node *node = new_node(p, MOON_NODE_TEXT, line);
    node->text = text;
    moon_node_append(cell, node);
}

static void trim_end(moon_node *cell) {
    moon_node *last = cell->last;
    if (!last || last->kind != MOON_NODE_TEXT) return;
    while (last->text.len > 0 &&
           (last->text.ptr[last->text.len - 1] == ' ' || last->text.ptr[last->text.len - 1] == '\t'))
        last->text.len--;
}

/* The cells of one line; those missing up to `columns` are made, with the alignment of their column. */
static moon_status read_row(pass *p, span line, const moon_align *aligns, size_t columns, moon_node **out) {
    moon_node *row = new_node(p, MOON_NODE_ROW, line.line), *cell = NULL, *next;
    size_t count = 0;
    bool at_start = true;
    for (moon_node *node = line.first; node != line.end; node = next) {
        next = node->next;
        moon_str rest = node->text;
        if (at_start && node->kind == MOON_NODE_TEXT && moon_str_starts(rest, MOON_STR("|")))
            rest = moon_str_sub(rest, 1, rest.len);
        at_start = false;
        if (!cell) moon_node_append(row, cell = new_node(p, MOON_NODE_CELL, line.line)), count++;
        if (node->kind != MOON_NODE_TEXT) {
            MOON_TRY(check_formatted(p, node, line.line));
            moon_node_append(cell, node);
            continue;
        }
        for (size_t border; (border = moon_str_find(rest, '|', 0)) < rest.len;) {
            if (!cell) moon_node_append(row, cell = new_node(p, MOON_NODE_CELL, line.line)), count++;
            add_piece(p, cell, moon_str_sub(rest, 0, border), line.line);
            trim_end(cell);
            cell = NULL;
            rest = moon_str_sub(rest, border + 1, rest.len);
        }
        if (!cell && moon_str_trim(rest).len == 0) continue;
        if (!cell) moon_node_append(row, cell = new_node(p, MOON_NODE_CELL, line.line)), count++;
        add_piece(p, cell, rest, line.line);
    }
    if (cell) trim_end(cell);
    if (count > columns) {
        moon_fail(p->err, MOON_E_TEMPLATE, "this row has %zu cells, its table %zu columns", count, columns);
        p->err->line = line.line;
        return moon_err_hint(p->err, "write \\| for a pipe within a cell");
    }
    for (; count < columns; count++) moon_node_append(row, new_node(p, MOON_NODE_CELL, line.line));
    cell = row->first;
    for (size_t i = 0; i < columns; i++, cell = cell->next) cell->align = aligns[i];
    *out = row;
    return MOON_OK;
}

static bool is_empty_row(const moon_node *row) {
    for (const moon_node *cell = row->first; cell; cell = cell->next)
        if (cell->first) return false;
    return true;
}

/* A table whose row of dashes is line `at`, 1 or above. */
static moon_status read_table(pass *p, spans lines, size_t at, moon_node **out) {
    moon_align aligns[MOON_TABLE_COLUMNS_MAX];
    size_t columns = 0;
    moon_node *table = new_node(p, MOON_NODE_TABLE, lines.list[at - 1].line), *row;
    read_dashes(only_text(lines.list[at]), aligns, &columns);
    if (columns > MOON_TABLE_COLUMNS_MAX)
        return fail_at(p, lines.list[at].line, MOON_E_DOC_LIMIT, "the table has more than 64 columns");
    MOON_TRY(read_row(p, lines.list[at - 1], aligns, columns, &row));
    row->header = true;
    if (!is_empty_row(row)) moon_node_append(table, row);
    for (size_t i = at + 1; i < lines.count; i++) {
        if (!has_pipe(lines.list[i])) {
            fail_at(p, lines.list[i].line, MOON_E_TEMPLATE, "text directly below a table");
            return moon_err_hint(p->err, "put an empty line between the table and what follows");
        }
        MOON_TRY(read_row(p, lines.list[i], aligns, columns, &row));
        moon_node_append(table, row);
        if (p->doc->node_count > MOON_DOC_NODES_MAX)
            return fail_at(p, lines.list[i].line, MOON_E_DOC_LIMIT, "the document is too large");
    }
    *out = table;
    return MOON_OK;
}

/* Split `block`, a paragraph, into the text before a table and the table; `table` is NULL if it has none. */
static moon_status split_paragraph(pass *p, moon_node *block, moon_node **table) {
    moon_align aligns[MOON_TABLE_COLUMNS_MAX];
    size_t columns, at = 0;
    spans lines = lines_of(p, block);
    while (at < lines.count && !read_dashes(only_text(lines.list[at]), aligns, &columns)) at++;
    *table = NULL;
    if (at == lines.count) return MOON_OK;
    if (at == 0 || !has_pipe(lines.list[at - 1])) {
        fail_at(p, lines.list[at].line, MOON_E_TEMPLATE, "a row of dashes without a header row above it");
        return moon_err_hint(p->err, "a table without a header has an empty one: | | |");
    }
    MOON_TRY(read_table(p, lines, at, table));
    moon_node *end = at == 1 ? block->first : lines.list[at - 2].end, *last = NULL;
    for (moon_node *node = block->first; node != end; node = node->next) last = node;
    block->last = last;
    if (last)
        last->next = NULL;
    else
        block->first = NULL;
    return MOON_OK;
}

static void give_classes(moon_node *block, moon_str *classes) {
    block->classes = *classes;
    *classes = MOON_STR_NONE;
}

static moon_status rework(pass *p, moon_node *parent) {
    moon_node *child = parent->first, *next, *table;
    moon_str classes = MOON_STR_NONE;
    int line = 0;
    parent->first = parent->last = NULL;
    for (; child; child = next) {
        next = child->next;
        table = NULL;
        if (child->kind == MOON_NODE_PARAGRAPH || child->kind == MOON_NODE_HEADING) {
            bool had_text = child->first != NULL;
            MOON_TRY(peel_classes(p, child, &classes, &line));
            if (had_text && !child->first && child->kind == MOON_NODE_HEADING)
                return fail_at(p, line, MOON_E_TEMPLATE,
                               "put an empty line between a class line and \"---\"");
            if (had_text && !child->first) continue;
            if (child->kind == MOON_NODE_PARAGRAPH) MOON_TRY(split_paragraph(p, child, &table));
        } else {
            MOON_TRY(rework(p, child));
        }
        if (child->first || !table) {
            give_classes(child, &classes);
            moon_node_append(parent, child);
        }
        if (table) {
            give_classes(table, &classes);
            moon_node_append(parent, table);
        }
    }
    if (classes.len > 0) return fail_at(p, line, MOON_E_TEMPLATE, "no block follows this class line");
    return MOON_OK;
}

moon_status moon_pipes_find(moon_doc *doc, moon_arena *keep, moon_err *err) {
    pass p = {doc, keep, err};
    return rework(&p, doc->root);
}
