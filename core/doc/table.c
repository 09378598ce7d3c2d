#include "doc/table.h"

#define GAP 2        /* columns between two columns of a table */
#define TEXT_LEAST 8 /* a text column is not made narrower than this, unless its text is */
#define NUMBER_MAX                                                                                           \
    20 /* a word with a digit in it (a date, a number of a document) is kept whole up to this width */

struct moon_table {
    moon_arena *keep;
    size_t columns;
    moon_align *aligns;
    moon_flow *header, *total; /* `columns` flows each; total may be NULL */
    moon_flow *cells;          /* row after row */
    size_t row_count, row_room;
};

static moon_flow *new_row(moon_table *table) {
    moon_flow *row = MOON_NEW_N(table->keep, moon_flow, table->columns);
    for (size_t i = 0; i < table->columns; i++) moon_flow_begin(&row[i], table->keep);
    return row;
}

moon_table *moon_table_new(moon_arena *keep, const moon_column *columns, size_t count) {
    moon_assert(count > 0);
    moon_table *table = MOON_NEW(keep, moon_table);
    *table = (moon_table){.keep = keep, .columns = count, .aligns = MOON_NEW_N(keep, moon_align, count)};
    table->header = new_row(table);
    for (size_t i = 0; i < count; i++) {
        table->aligns[i] = columns[i].align;
        moon_flow_add(&table->header[i], columns[i].title, MOON_FACE_BOLD);
    }
    return table;
}

moon_flow *moon_table_add_flows(moon_table *table) {
    if (table->row_count == table->row_room) {
        size_t room = table->row_room ? table->row_room * 2 : 16;
        moon_flow *cells = MOON_NEW_N(table->keep, moon_flow, room * table->columns);
        if (table->row_count) memcpy(cells, table->cells, table->row_count * table->columns * sizeof *cells);
        table->cells = cells;
        table->row_room = room;
    }
    moon_flow *row = table->cells + table->row_count++ * table->columns;
    for (size_t i = 0; i < table->columns; i++) moon_flow_begin(&row[i], table->keep);
    return row;
}

moon_flow *moon_table_header_flows(moon_table *table) { return table->header = new_row(table); }

void moon_table_add(moon_table *table, const moon_str *cells) {
    moon_flow *row = moon_table_add_flows(table);
    for (size_t i = 0; i < table->columns; i++) moon_flow_add(&row[i], cells[i], MOON_FACE_PLAIN);
}

void moon_table_total(moon_table *table, const moon_str *cells) {
    table->total = new_row(table);
    for (size_t i = 0; i < table->columns; i++) moon_flow_add(&table->total[i], cells[i], MOON_FACE_BOLD);
}

static bool has_header(const moon_table *table) {
    for (size_t i = 0; i < table->columns; i++)
        if (table->header[i].len > 0) return true;
    return false;
}

/* ---- widths ---- */

static void widen(const moon_table *table, const moon_flow *row, size_t *natural, size_t *word,
                  size_t *least) {
    for (size_t i = 0; row && i < table->columns; i++) {
        size_t width = moon_flow_width(&row[i]), widest = moon_flow_word(&row[i]),
               number = moon_flow_number(&row[i]);
        if (width > natural[i]) natural[i] = width;
        if (widest > word[i]) word[i] = widest;
        if (number > least[i] && number <= NUMBER_MAX) least[i] = number;
    }
}

static size_t clamp(size_t value, size_t least, size_t most) {
    return value < least ? least : value > most ? most : value;
}

static size_t sum_capped(const moon_table *table, const size_t *least, const size_t *most, size_t cap) {
    size_t sum = GAP * (table->columns - 1);
    for (size_t i = 0; i < table->columns; i++)
        sum += table->aligns[i] == MOON_ALIGN_RIGHT ? most[i] : clamp(cap, least[i], most[i]);
    return sum;
}

/* Narrow the text columns, the widest first, until the table fits into `room` or each has its `least`. */
static bool narrow(const moon_table *table, const size_t *least, const size_t *most, size_t room,
                   size_t *widths) {
    size_t low = 0, high = 0;
    for (size_t i = 0; i < table->columns; i++)
        if (most[i] > high) high = most[i];
    while (low < high) {
        size_t cap = low + (high - low + 1) / 2;
        if (sum_capped(table, least, most, cap) <= room)
            low = cap;
        else
            high = cap - 1;
    }
    for (size_t i = 0; i < table->columns; i++)
        widths[i] = table->aligns[i] == MOON_ALIGN_RIGHT ? most[i] : clamp(low, least[i], most[i]);
    return sum_capped(table, least, most, low) <= room;
}

/* The width of each column. Words are broken only if whole ones leave no room,
 * numbers not even then: a line that is too long can still be read, half a date cannot. */
static size_t *column_widths(const moon_table *table, const moon_terminal_style *style, moon_arena *scratch) {
    size_t n = table->columns, *natural = MOON_NEW_N(scratch, size_t, n),
           *word = MOON_NEW_N(scratch, size_t, n);
    size_t *least = MOON_NEW_N(scratch, size_t, n), *widths = MOON_NEW_N(scratch, size_t, n);
    widen(table, table->header, natural, word, least);
    widen(table, table->total, natural, word, least);
    for (size_t row = 0; row < table->row_count; row++)
        widen(table, table->cells + row * n, natural, word, least);
    if (style->width == 0 || sum_capped(table, natural, natural, 0) <= style->width) return natural;
    if (narrow(table, word, natural, style->width, widths)) return widths;
    for (size_t i = 0; i < n; i++) {
        size_t shortest = word[i] < TEXT_LEAST ? word[i] : TEXT_LEAST;
        if (least[i] < shortest) least[i] = shortest;
    }
    narrow(table, least, word, style->width, widths);
    for (size_t i = 0; i < n; i++)
        if (table->aligns[i] == MOON_ALIGN_RIGHT) widths[i] = natural[i];
    return widths;
}

static size_t sum_widths(const moon_table *table, const size_t *widths) {
    size_t sum = GAP * (table->columns - 1);
    for (size_t i = 0; i < table->columns; i++) sum += widths[i];
    return sum;
}

size_t moon_table_width(const moon_table *table, const moon_terminal_style *style) {
    moon_arena scratch = MOON_ARENA_EMPTY;
    size_t width = sum_widths(table, column_widths(table, style, &scratch));
    moon_arena_free(&scratch);
    return width;
}

/* ---- writing ---- */

typedef struct {
    const moon_table *table;
    const moon_terminal_style *style;
    const size_t *widths;
    size_t indent;
    moon_arena *scratch;
    moon_buf *out;
} writer;

typedef struct {
    moon_flow_line *list;
    size_t count;
} cell_lines;

/* One line of the terminal: line `at` of each cell. Spaces are written only before text, so that none end a
 * line. */
static void write_line(const writer *w, const moon_flow *row, const cell_lines *cells, size_t at) {
    size_t column = w->indent, position = 0;
    for (size_t i = 0; i < w->table->columns; i++) {
        if (at < cells[i].count && cells[i].list[at].width > 0) {
            moon_flow_line line = cells[i].list[at];
            size_t spare = w->widths[i] > line.width ? w->widths[i] - line.width : 0;
            size_t shift = w->table->aligns[i] == MOON_ALIGN_RIGHT    ? spare
                           : w->table->aligns[i] == MOON_ALIGN_CENTRE ? spare / 2
                                                                      : 0;
            moon_buf_add_repeat(w->out, ' ', column + shift - position);
            moon_flow_write(&row[i], line, w->style, w->out);
            position = column + shift + line.width;
        }
        column += w->widths[i] + GAP;
    }
    moon_buf_add_char(w->out, '\n');
}

static void write_row(const writer *w, const moon_flow *row) {
    moon_arena_mark mark = moon_arena_here(w->scratch);
    cell_lines *cells = MOON_NEW_N(w->scratch, cell_lines, w->table->columns);
    size_t height = 1;
    for (size_t i = 0; i < w->table->columns; i++) {
        size_t width = w->table->aligns[i] == MOON_ALIGN_RIGHT ? 0 : w->widths[i];
        cells[i].count = moon_flow_lay(&row[i], width, w->scratch, &cells[i].list);
        if (cells[i].count > height) height = cells[i].count;
    }
    for (size_t at = 0; at < height; at++) write_line(w, row, cells, at);
    moon_arena_rewind(w->scratch, mark);
}

static void write_rule(const writer *w) {
    moon_buf_add_repeat(w->out, ' ', w->indent);
    moon_flow_rule(sum_widths(w->table, w->widths), w->style, w->out);
    moon_buf_add_char(w->out, '\n');
}

void moon_table_write_indented(const moon_table *table, size_t indent, const moon_terminal_style *style,
                               moon_buf *out) {
    moon_arena scratch = MOON_ARENA_EMPTY;
    writer w = {table, style, column_widths(table, style, &scratch), indent, &scratch, out};
    bool header = has_header(table);
    if (header) {
        write_row(&w, table->header);
        write_rule(&w);
    }
    for (size_t row = 0; row < table->row_count; row++) write_row(&w, table->cells + row * table->columns);
    if (header && table->row_count == 0) {
        moon_buf_add_repeat(out, ' ', indent);
        moon_buf_add_text(out, "(none)\n");
    }
    if (table->total) {
        write_rule(&w);
        write_row(&w, table->total);
    }
    moon_arena_free(&scratch);
}
