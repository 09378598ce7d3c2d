/* A report's file. */
#include "run/report.h"

#include "doc/html.h"

/* ---- as a page ---- */

static void add_text(moon_arena *keep, moon_node *parent, moon_str text) {
    moon_node *node = moon_node_new(keep, MOON_NODE_TEXT, 0);
    node->text = moon_doc_clean(keep, text);
    moon_node_append(parent, node);
}

static void add_block(moon_arena *keep, moon_node *parent, moon_node_kind kind, moon_str text) {
    moon_node *node = moon_node_new(keep, kind, 0);
    node->number = 1;
    add_text(keep, node, text);
    moon_node_append(parent, node);
}

static bool is_number(const moon_heading *heading) {
    return heading->cell == MOON_CELL_NUMBER || heading->cell == MOON_CELL_INT;
}

static moon_str grouped(moon_arena *keep, const moon_heading *heading, moon_str cell) {
    moon_buf text = MOON_BUF_EMPTY;
    if (heading->cell != MOON_CELL_NUMBER) return cell;
    moon_cell_add_grouped(cell, &text);
    cell = moon_arena_str(keep, moon_buf_str(&text));
    moon_buf_free(&text);
    return cell;
}

static void add_row(const moon_report *r, moon_arena *keep, moon_node *table, const moon_str *cells,
                    bool header) {
    moon_node *row = moon_node_new(keep, MOON_NODE_ROW, 0);
    row->header = header;
    for (size_t i = 0; i < r->heading_count; i++) {
        moon_node *cell = moon_node_new(keep, MOON_NODE_CELL, 0);
        cell->align = is_number(&r->headings[i]) ? MOON_ALIGN_RIGHT : MOON_ALIGN_LEFT;
        add_text(keep, cell, header ? cells[i] : grouped(keep, &r->headings[i], cells[i]));
        moon_node_append(row, cell);
    }
    moon_node_append(table, row);
}

static void add_totals(const moon_report *r, const moon_totals *totals, moon_arena *keep, moon_node *table) {
    moon_str *cells = MOON_NEW_N(keep, moon_str, r->heading_count);
    for (size_t t = 0; t < totals->item_count; t++) {
        for (size_t i = 0; i < r->heading_count; i++) {
            char text[64];
            cells[i] = i == 0 ? MOON_STR("Total") : MOON_STR_NONE;
            if (i == totals->currency) cells[i] = totals->items[t].currency;
            if (!(r->headings[i].flags & MOON_HEADING_SUM)) continue;
            size_t len = moon_total_format(&totals->items[t], i, text);
            cells[i] = moon_arena_str(keep, (moon_str){text, len});
        }
        add_row(r, keep, table, cells, false);
    }
}

static moon_status page_of(const moon_report *r, moon_arena *keep, moon_page *out, moon_err *err) {
    moon_doc *doc = MOON_NEW(keep, moon_doc);
    moon_node *table = moon_node_new(keep, MOON_NODE_TABLE, 0);
    moon_totals totals = moon_totals_begin(keep, r->headings, r->heading_count);
    moon_str *titles = MOON_NEW_N(keep, moon_str, r->heading_count);
    doc->root = moon_node_new(keep, MOON_NODE_DOCUMENT, 0);
    for (size_t i = 0; i < r->heading_count; i++) titles[i] = moon_heading_title(keep, &r->headings[i]);
    add_row(r, keep, table, titles, true);
    for (size_t i = 0; i < r->row_count; i++) {
        add_row(r, keep, table, r->cells + i * r->heading_count, false);
        moon_totals_add(&totals, r->cells + i * r->heading_count);
    }
    MOON_TRY(moon_totals_end(&totals, err));
    add_totals(r, &totals, keep, table);
    moon_str name = moon_arena_str(keep, r->name);
    ((char *)(uintptr_t)name.ptr)[0] = (char)(name.ptr[0] - ('a' - 'A'));
    add_block(keep, doc->root, MOON_NODE_HEADING, name);
    add_block(keep, doc->root, MOON_NODE_PARAGRAPH, r->title);
    if (r->row_count)
        moon_node_append(doc->root, table);
    else
        add_block(keep, doc->root, MOON_NODE_PARAGRAPH, r->none);
    if (r->remark.len) add_block(keep, doc->root, MOON_NODE_PARAGRAPH, r->remark);
    *out = (moon_page){.doc = doc, .title = r->title, .lang = MOON_STR("en")};
    return MOON_OK;
}

/* ---- as a list ---- */

static void into_buf(void *ctx, moon_str text) { moon_buf_add_str(ctx, text); }

static moon_status list_of(const moon_book *book, const moon_report *r, moon_format format, moon_buf *out,
                           moon_err *err) {
    moon_sink sink = {.keep = r->keep,
                      .format = format,
                      .style = {.utf8 = true},
                      .base = book->config.currency,
                      .ctx = out,
                      .write = into_buf};
    if (format == MOON_FORMAT_TABLE) moon_buf_printf(out, "%.*s\n", MOON_STR_ARG(r->title));
    MOON_TRY(moon_report_list(r, moon_listing_open(&sink, r->headings, r->heading_count), err));
    if (format == MOON_FORMAT_TABLE && r->remark.len) moon_buf_printf(out, "%.*s\n", MOON_STR_ARG(r->remark));
    return MOON_OK;
}

/* ---- by the file's name ---- */

static moon_status page_file(moon_book *book, moon_change *change, const moon_report_kind *kind,
                             const moon_arg *asked, const moon_report *r, bool html, moon_buf *out,
                             moon_err *err) {
    const moon_terminal_style wide = {.width = 100, .utf8 = true};
    moon_page page;
    if (kind->page)
        MOON_TRY(kind->page(book, change, asked, r->keep, &page, err));
    else
        MOON_TRY(page_of(r, r->keep, &page, err));
    if (html)
        moon_page_html(book, &page, out);
    else
        moon_page_text(&page, &wide, out);
    return MOON_OK;
}

moon_status moon_report_file(moon_book *book, moon_change *change, const moon_report_kind *kind,
                             const moon_arg *asked, moon_str file, moon_buf *out, size_t *rows,
                             moon_err *err) {
    static const char *const endings[] = {".csv", ".json", ".txt", ".html"};
    moon_arena scratch = MOON_ARENA_EMPTY;
    moon_report r;
    size_t by = 0;
    while (by < 4 && !moon_str_ends(file, moon_str_of(endings[by]))) by++;
    if (by == 4) {
        moon_fail(err, MOON_E_SCRIPT_VALUE, "%.*s: a report cannot be written as that", MOON_STR_ARG(file));
        return moon_err_hint(err, "end the name with .csv, .json, .txt or .html");
    }
    moon_status status = moon_report_make(book, change, kind, asked, &scratch, &r, err);
    if (status == MOON_OK) {
        *rows = r.row_count;
        if (by < 2)
            status = list_of(book, &r, by == 0 ? MOON_FORMAT_CSV : MOON_FORMAT_JSON, out, err);
        else if (by == 2 && !kind->page)
            status = list_of(book, &r, MOON_FORMAT_TABLE, out, err);
        else
            status = page_file(book, change, kind, asked, &r, by == 3, out, err);
    }
    moon_arena_free(&scratch);
    return status;
}
