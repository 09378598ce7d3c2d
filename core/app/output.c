#include "app/output.h"

#include "base/limits.h"
#include "doc/table.h"

typedef struct total {
    moon_str currency;
    moon_decimal *sums; /* one per heading */
} total;

struct moon_listing {
    moon_app *app;
    const moon_heading *headings;
    size_t count, rows;
    size_t shown, currency; /* columns of a table; the column named "currency", or count */
    bool sums;
    moon_table *table;
    moon_json json;
    moon_buf out;
    total *totals;
    size_t total_count, total_room;
    moon_err failed; /* the first sum that did not fit */
};

/* ---- beginning ---- */

static bool is_shown(const moon_heading *heading) { return !(heading->flags & MOON_HEADING_DETAIL); }

static void begin_table(moon_listing *l) {
    moon_arena *keep = &l->app->arena;
    moon_column *columns = MOON_NEW_N(keep, moon_column, l->count + 1);
    for (size_t i = 0; i < l->count; i++) {
        const moon_heading *h = &l->headings[i];
        if (!is_shown(h)) continue;
        bool number = h->cell == MOON_CELL_INT || h->cell == MOON_CELL_NUMBER;
        char *title = (char *)(uintptr_t)moon_arena_str(keep, moon_str_of(h->title ? h->title : h->name)).ptr;
        for (char *c = title; *c && !h->title; c++)
            if (*c == '_') *c = ' ';
        if (title[0] >= 'a' && title[0] <= 'z') title[0] = (char)(title[0] - 32);
        columns[l->shown++] = (moon_column){moon_str_of(title), number ? MOON_ALIGN_RIGHT : MOON_ALIGN_LEFT};
    }
    l->table = moon_table_new(keep, columns, l->shown);
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

moon_listing *moon_listing_begin(moon_app *app, const moon_heading *headings, size_t count) {
    moon_listing *l = MOON_NEW(&app->arena, moon_listing);
    *l = (moon_listing){.app = app, .headings = headings, .count = count, .currency = count};
    moon_str *names = MOON_NEW_N(&app->arena, moon_str, count + 1);
    for (size_t i = 0; i < count; i++) {
        names[i] = moon_str_of(headings[i].name);
        if (moon_str_is(names[i], "currency")) l->currency = i;
        l->sums = l->sums || (headings[i].flags & MOON_HEADING_SUM);
    }
    if (app->format == MOON_FORMAT_TABLE) begin_table(l);
    if (app->format == MOON_FORMAT_CSV) add_csv_row(&l->out, names, count);
    if (app->format == MOON_FORMAT_JSON) {
        l->json = moon_json_begin(&l->out);
        moon_json_open(&l->json, '[');
    }
    return l;
}

/* ---- sums ---- */

static total *total_of(moon_listing *l, moon_str currency) {
    moon_arena *keep = &l->app->arena;
    for (size_t i = 0; i < l->total_count; i++)
        if (moon_str_eq(l->totals[i].currency, currency)) return &l->totals[i];
    if (l->total_count == l->total_room) {
        size_t room = l->total_room ? l->total_room * 2 : 4;
        total *larger = MOON_NEW_N(keep, total, room);
        if (l->total_count) memcpy(larger, l->totals, l->total_count * sizeof *larger);
        l->totals = larger;
        l->total_room = room;
    }
    size_t at = l->total_count++;
    while (at > 0 && moon_str_cmp(l->totals[at - 1].currency, currency) > 0) {
        l->totals[at] = l->totals[at - 1];
        at--;
    }
    l->totals[at] = (total){moon_arena_str(keep, currency), MOON_NEW_N(keep, moon_decimal, l->count + 1)};
    return &l->totals[at];
}

static void add_to_sums(moon_listing *l, const moon_str *cells) {
    moon_err err;
    total *t = total_of(l, l->currency < l->count ? cells[l->currency] : MOON_STR_NONE);
    for (size_t i = 0; i < l->count; i++) {
        moon_decimal value;
        if (!(l->headings[i].flags & MOON_HEADING_SUM) || cells[i].len == 0) continue;
        moon_status status = moon_decimal_parse(cells[i], &value, &err);
        if (status == MOON_OK) status = moon_decimal_add(t->sums[i], value, &t->sums[i], &err);
        if (status != MOON_OK && l->failed.code == MOON_OK) l->failed = err;
    }
}

static void add_totals(moon_listing *l) {
    moon_arena *keep = &l->app->arena;
    moon_str *cells = MOON_NEW_N(keep, moon_str, l->shown + 1);
    moon_buf cell = MOON_BUF_EMPTY;
    for (size_t i = 0, at = 0; i < l->count; i++) {
        moon_buf_clear(&cell);
        if (!is_shown(&l->headings[i])) continue;
        for (size_t t = 0; t < l->total_count; t++) {
            char text[64];
            moon_currency currency = 0;
            moon_err err;
            if (t) moon_buf_add_char(&cell, '\n');
            if (l->totals[t].currency.len &&
                moon_currency_parse(l->totals[t].currency, &currency, &err) != MOON_OK)
                currency = 0;
            if (l->headings[i].flags & MOON_HEADING_SUM) {
                int places = currency ? moon_currency_exponent(currency) : 0;
                size_t len = moon_decimal_format_places(l->totals[t].sums[i], places, text);
                moon_cell_add_grouped((moon_str){text, len}, &cell);
            } else if (i == l->currency)
                moon_buf_add_str(&cell, l->totals[t].currency);
            else if (at == 0)
                moon_buf_add_text(&cell, t ? "" : "Total");
        }
        cells[at++] = moon_arena_str(keep, moon_buf_str(&cell));
    }
    moon_buf_free(&cell);
    moon_table_total(l->table, cells);
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

static void add_table_row(moon_listing *l, const moon_str *cells) {
    moon_str shown[MOON_TABLE_COLUMNS_MAX];
    size_t at = 0;
    moon_buf grouped = MOON_BUF_EMPTY;
    for (size_t i = 0; i < l->count && at < MOON_TABLE_COLUMNS_MAX; i++) {
        if (!is_shown(&l->headings[i])) continue;
        shown[at++] = cells[i];
        if (l->headings[i].cell != MOON_CELL_NUMBER) continue;
        moon_buf_clear(&grouped);
        moon_cell_add_grouped(cells[i], &grouped);
        shown[at - 1] = moon_arena_str(&l->app->arena, moon_buf_str(&grouped));
    }
    moon_buf_free(&grouped);
    moon_table_add(l->table, shown);
}

/* Rows of csv and json leave as they come, so that a long list needs no memory. */
static void pass_on(moon_listing *l) {
    if (l->out.len < 65536) return;
    moon_app_write(l->app, moon_buf_str(&l->out));
    moon_buf_clear(&l->out);
}

void moon_listing_add_apart(moon_listing *l, const moon_str *cells) {
    l->rows++;
    if (l->app->format == MOON_FORMAT_TABLE) add_table_row(l, cells);
    if (l->app->format == MOON_FORMAT_CSV) add_csv_row(&l->out, cells, l->count);
    if (l->app->format == MOON_FORMAT_JSON) add_json_cells(l, cells);
    pass_on(l);
}

void moon_listing_add(moon_listing *l, const moon_str *cells) {
    moon_listing_add_apart(l, cells);
    if (l->sums && l->app->format == MOON_FORMAT_TABLE) add_to_sums(l, cells);
}

void moon_listing_add_record(moon_listing *l, const moon_str *cells, const moon_type *type,
                             const void *record) {
    if (l->app->format != MOON_FORMAT_JSON) {
        moon_listing_add(l, cells);
        return;
    }
    l->rows++;
    moon_json_record(&l->json, type, record, l->app->book ? l->app->book->config.currency : 0);
    pass_on(l);
}

size_t moon_listing_count(const moon_listing *l) { return l->rows; }

moon_status moon_listing_end(moon_listing *l, const char *none, moon_err *err) {
    if (l->app->format == MOON_FORMAT_TABLE) {
        if (l->total_count && l->rows > 1 && l->failed.code == MOON_OK) add_totals(l);
        if (l->rows || !none)
            moon_table_write(l->table, &l->app->style, &l->out);
        else
            moon_buf_printf(&l->out, "%s\n", none);
    }
    if (l->app->format == MOON_FORMAT_JSON) moon_json_close(&l->json, ']');
    moon_app_write(l->app, moon_buf_str(&l->out));
    moon_buf_free(&l->out);
    if (l->failed.code != MOON_OK) {
        *err = l->failed;
        return moon_err_context(err, "the total of the list");
    }
    return MOON_OK;
}

/* ---- records ---- */

const moon_heading *moon_headings_of(moon_arena *keep, const moon_type *type, size_t *count) {
    moon_heading *made = MOON_NEW_N(keep, moon_heading, type->field_count + 1);
    for (size_t i = 0; i < type->field_count; i++) {
        const moon_field *f = &type->fields[i];
        made[i] = (moon_heading){.name = f->name,
                                 .cell = moon_cell_of(type, f),
                                 .flags = f->flags & MOON_DETAIL ? MOON_HEADING_DETAIL : 0u};
    }
    *count = type->field_count;
    return made;
}

void moon_cells_of(const moon_app *app, moon_arena *keep, const moon_type *type, const void *record,
                   moon_str *cells) {
    moon_currency currency = moon_record_currency(type, record),
                  base = app->book ? app->book->config.currency : 0;
    moon_buf text = MOON_BUF_EMPTY;
    for (size_t i = 0; i < type->field_count; i++) {
        moon_buf_clear(&text);
        moon_cell_add(type, &type->fields[i], record, currency, base, &text);
        cells[i] = moon_arena_str(keep, moon_buf_str(&text));
    }
    moon_buf_free(&text);
}
