#include "run/listing.h"

#include "base/text.h"
#include "doc/table.h"

#define GAP 2 /* between two columns, as doc/table sets them */

/* How a heading stands in a table. */
typedef struct column {
    moon_str title;
    bool shown, number;
    bool filled;            /* something else than zero stands in it */
    size_t natural, narrow; /* widths: of its widest cell; with texts wrapped between words */
} column;

struct moon_listing {
    moon_sink sink;
    const moon_heading *headings;
    size_t count, rows;
    size_t currency; /* the column named "currency", or count */
    column *columns; /* of a table, one per heading */
    moon_str *cells; /* of a table, row after row, `count` each */
    size_t cell_room;
    moon_json json;
    moon_buf out;
    moon_totals totals;
};

/* ---- beginning ---- */

static void widen(column *c, moon_str cell) {
    moon_str lines = cell, line, words, word;
    while (lines.len && moon_str_cut(&lines, '\n', &line)) {
        size_t width = moon_text_width(line);
        if (width > c->natural) c->natural = width;
        if (c->number && width > c->narrow) c->narrow = width;
        words = line;
        while (!c->number && words.len && moon_str_cut(&words, ' ', &word)) {
            size_t own = moon_text_width(word);
            if (own > c->narrow) c->narrow = own;
        }
    }
}

static void begin_table(moon_listing *l) {
    l->columns = MOON_NEW_N(l->sink.keep, column, l->count + 1);
    for (size_t i = 0; i < l->count; i++) {
        const moon_heading *h = &l->headings[i];
        l->columns[i].shown = !(h->flags & MOON_HEADING_DETAIL);
        l->columns[i].number = h->cell == MOON_CELL_INT || h->cell == MOON_CELL_NUMBER;
        l->columns[i].title = moon_heading_title(l->sink.keep, h);
        widen(&l->columns[i], l->columns[i].title);
    }
}

static void add_csv_row(moon_buf *out, const moon_str *cells, size_t count) {
    for (size_t i = 0; i < count; i++) {
        bool quoted = false;
        if (i) moon_buf_add_char(out, ',');
        for (size_t k = 0; k < cells[i].len && !quoted; k++)
            quoted = strchr(",\"\r\n", cells[i].ptr[k]) != NULL;
        if (cells[i].len && (cells[i].ptr[0] == ' ' || cells[i].ptr[cells[i].len - 1] == ' ')) quoted = true;
        if (!quoted) {
            moon_buf_add_str(out, cells[i]);
            continue;
        }
        moon_buf_add_char(out, '"');
        for (size_t k = 0; k < cells[i].len; k++) {
            if (cells[i].ptr[k] == '"') moon_buf_add_char(out, '"');
            moon_buf_add_char(out, cells[i].ptr[k]);
        }
        moon_buf_add_char(out, '"');
    }
    moon_buf_add_char(out, '\n');
}

moon_listing *moon_listing_open(const moon_sink *sink, const moon_heading *headings, size_t count) {
    moon_listing *l = MOON_NEW(sink->keep, moon_listing);
    *l = (moon_listing){.sink = *sink,
                        .headings = headings,
                        .count = count,
                        .totals = moon_totals_begin(sink->keep, headings, count)};
    moon_str *names = MOON_NEW_N(sink->keep, moon_str, count + 1);
    for (size_t i = 0; i < count; i++) names[i] = moon_str_of(headings[i].name);
    l->currency = l->totals.currency;
    if (sink->format == MOON_FORMAT_TABLE) begin_table(l);
    if (sink->format == MOON_FORMAT_CSV) add_csv_row(&l->out, names, count);
    if (sink->format == MOON_FORMAT_JSON) {
        l->json = moon_json_begin(&l->out);
        moon_json_open(&l->json, '[');
    }
    return l;
}

/* ---- totals ---- */

/* One line per currency in each cell. Where the column of currencies is left out, "Total" names the currency. */
static moon_str *total_cells(moon_listing *l) {
    moon_arena *keep = l->sink.keep;
    moon_str *cells = MOON_NEW_N(keep, moon_str, l->count + 1);
    bool named = l->currency < l->count && !l->columns[l->currency].shown, first = true;
    moon_buf cell = MOON_BUF_EMPTY;
    for (size_t i = 0; i < l->count; i++) {
        moon_buf_clear(&cell);
        for (size_t t = 0; t < l->totals.item_count; t++) {
            const moon_total *own = &l->totals.items[t];
            char text[64];
            if (t) moon_buf_add_char(&cell, '\n');
            if (l->headings[i].flags & MOON_HEADING_SUM) {
                size_t len = moon_total_format(own, i, text);
                moon_cell_add_grouped((moon_str){text, len}, &cell);
            } else if (i == l->currency)
                moon_buf_add_str(&cell, own->currency);
            else if (first && l->columns[i].shown && t == 0)
                moon_buf_printf(&cell, "Total%s%.*s", named ? " " : "", named ? (int)own->currency.len : 0,
                                own->currency.ptr);
        }
        first = first && !l->columns[i].shown;
        cells[i] = moon_arena_str(keep, moon_buf_str(&cell));
    }
    moon_buf_free(&cell);
    return cells;
}

/* ---- rows ---- */

static void add_json_cells(moon_listing *l, const moon_str *cells) {
    moon_json_open(&l->json, '{');
    for (size_t i = 0; i < l->count; i++) {
        moon_err err;
        moon_decimal number;
        int64_t whole;
        if (cells[i].len == 0) continue;
        moon_json_name(&l->json, l->headings[i].name);
        if (l->headings[i].cell == MOON_CELL_BOOL)
            moon_json_bool(&l->json, true);
        else if (l->headings[i].cell == MOON_CELL_INT &&
                 moon_decimal_parse(cells[i], &number, &err) == MOON_OK &&
                 moon_decimal_to_int(number, &whole, &err) == MOON_OK)
            moon_json_int(&l->json, whole);
        else
            moon_json_text(&l->json, cells[i]);
    }
    moon_json_close(&l->json, '}');
}

static bool is_zero(moon_str cell) {
    for (size_t i = 0; i < cell.len; i++)
        if (cell.ptr[i] != '0' && cell.ptr[i] != '.') return false;
    return true;
}

static void add_table_row(moon_listing *l, const moon_str *cells) {
    moon_arena *keep = l->sink.keep;
    if (l->rows * l->count > l->cell_room) {
        size_t room = l->cell_room ? l->cell_room * 2 : 16 * l->count;
        moon_str *larger = MOON_NEW_N(keep, moon_str, room);
        if (l->cell_room) memcpy(larger, l->cells, l->cell_room * sizeof *larger);
        l->cells = larger;
        l->cell_room = room;
    }
    moon_str *row = l->cells + (l->rows - 1) * l->count;
    moon_buf grouped = MOON_BUF_EMPTY;
    for (size_t i = 0; i < l->count; i++) {
        column *c = &l->columns[i];
        row[i] = MOON_STR_NONE;
        if (!c->shown) continue;
        moon_buf_clear(&grouped);
        if (l->headings[i].cell == MOON_CELL_NUMBER) moon_cell_add_grouped(cells[i], &grouped);
        row[i] =
            moon_arena_str(keep, l->headings[i].cell == MOON_CELL_NUMBER ? moon_buf_str(&grouped) : cells[i]);
        widen(c, row[i]);
        c->filled = c->filled || !is_zero(cells[i]);
    }
    moon_buf_free(&grouped);
}

/* Rows of csv and json leave as they come, so that a long list needs no memory. */
static void pass_on(moon_listing *l) {
    if (l->out.len < 65536) return;
    l->sink.write(l->sink.ctx, moon_buf_str(&l->out));
    moon_buf_clear(&l->out);
}

void moon_listing_add_apart(moon_listing *l, const moon_str *cells) {
    l->rows++;
    if (l->sink.format == MOON_FORMAT_TABLE) add_table_row(l, cells);
    if (l->sink.format == MOON_FORMAT_CSV) add_csv_row(&l->out, cells, l->count);
    if (l->sink.format == MOON_FORMAT_JSON) add_json_cells(l, cells);
    pass_on(l);
}

void moon_listing_add(moon_listing *l, const moon_str *cells) {
    moon_listing_add_apart(l, cells);
    if (l->sink.format == MOON_FORMAT_TABLE) moon_totals_add(&l->totals, cells);
}

void moon_listing_add_record(moon_listing *l, const moon_str *cells, const moon_type *type,
                             const void *record) {
    if (l->sink.format != MOON_FORMAT_JSON) {
        moon_listing_add(l, cells);
        return;
    }
    l->rows++;
    moon_json_record(&l->json, type, record, l->sink.base);
    pass_on(l);
}

size_t moon_listing_count(const moon_listing *l) { return l->rows; }

/* ---- the end ---- */

/* Columns of the terminal that the table takes: as it is, or with texts wrapped between words. */
static size_t width_of(const moon_listing *l, bool wrapped) {
    size_t width = 0, shown = 0;
    for (size_t i = 0; i < l->count; i++)
        if (l->columns[i].shown) {
            width += wrapped ? l->columns[i].narrow : l->columns[i].natural;
            shown++;
        }
    return width + (shown ? (shown - 1) * GAP : 0);
}

/* May it be left out? The currency only where there is one, which the total or the line below then names. */
static bool is_spare(const moon_listing *l, size_t i) {
    if (!l->columns[i].shown || l->headings[i].spare == 0) return false;
    for (size_t row = 1; i == l->currency && row < l->rows; row++)
        if (!moon_str_eq(l->cells[row * l->count + i], l->cells[i])) return false;
    return true;
}

/* Nothing is lost with the currency, which is named elsewhere; then goes what holds nothing. */
static int worth(const moon_listing *l, size_t i) {
    return i == l->currency ? 0 : (l->columns[i].filled ? 1000 : 0) + l->headings[i].spare;
}

/* The next column to leave out, or count. */
static size_t next_spare(const moon_listing *l) {
    size_t best = l->count;
    for (size_t i = 0; i < l->count; i++)
        if (is_spare(l, i) && (best == l->count || worth(l, i) < worth(l, best))) best = i;
    return best;
}

/* Rather than wrap a text, leave out what holds nothing; rather than cut a word, all that is spare. */
static size_t leave_out(moon_listing *l) {
    size_t width = l->sink.style.width, left = 0;
    for (size_t i = l->count; width && i-- > 0 && width_of(l, false) > width;)
        if (is_spare(l, i) && !l->columns[i].filled && !l->columns[i].number) {
            l->columns[i].shown = false;
            left++;
        }
    while (width && width_of(l, true) > width) {
        size_t spare = next_spare(l);
        if (spare == l->count) break;
        l->columns[spare].shown = false;
        left++;
    }
    return left;
}

static size_t pick_shown(const moon_listing *l, const moon_str *cells, moon_str *out) {
    size_t n = 0;
    for (size_t i = 0; i < l->count; i++)
        if (l->columns[i].shown) out[n++] = cells[i];
    return n;
}

static void write_left_out(moon_listing *l, size_t left, bool totals) {
    bool named = !totals && l->rows && l->currency < l->count && l->cells[l->currency].len &&
                 !l->columns[l->currency].shown;
    if (left == 0) return;
    moon_buf_add_char(&l->out, '(');
    if (named) moon_buf_printf(&l->out, "all in %.*s; ", MOON_STR_ARG(l->cells[l->currency]));
    moon_buf_printf(&l->out, "%zu column%s left out: %s has all)\n", left, left == 1 ? "" : "s",
                    l->sink.complete ? l->sink.complete : "--format csv");
}

static void write_table(moon_listing *l) {
    moon_arena *keep = l->sink.keep;
    bool totals = l->totals.item_count && l->rows > 1 && l->totals.failed.code == MOON_OK;
    moon_str *sums = totals ? total_cells(l) : NULL;
    for (size_t i = 0; sums && i < l->count; i++) widen(&l->columns[i], sums[i]);
    size_t left = leave_out(l), shown = 0;
    moon_column *columns = MOON_NEW_N(keep, moon_column, l->count + 1);
    moon_str *cells = MOON_NEW_N(keep, moon_str, l->count + 1);
    for (size_t i = 0; i < l->count; i++)
        if (l->columns[i].shown)
            columns[shown++] =
                (moon_column){l->columns[i].title, l->columns[i].number ? MOON_ALIGN_RIGHT : MOON_ALIGN_LEFT};
    moon_table *table = moon_table_new(keep, columns, shown);
    for (size_t row = 0; row < l->rows; row++) {
        pick_shown(l, l->cells + row * l->count, cells);
        moon_table_add(table, cells);
    }
    if (totals) {
        pick_shown(l, total_cells(l), cells);
        moon_table_total(table, cells);
    }
    moon_table_write(table, &l->sink.style, &l->out);
    write_left_out(l, left, totals);
}

moon_status moon_listing_end(moon_listing *l, const char *none, moon_err *err) {
    if (l->sink.format == MOON_FORMAT_TABLE) {
        if (l->rows || !none)
            write_table(l);
        else
            moon_buf_printf(&l->out, "%s\n", none);
    }
    if (l->sink.format == MOON_FORMAT_JSON) moon_json_close(&l->json, ']');
    l->sink.write(l->sink.ctx, moon_buf_str(&l->out));
    moon_buf_free(&l->out);
    return moon_totals_end(&l->totals, err);
}
