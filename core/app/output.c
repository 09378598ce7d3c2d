#include "app/output.h"

static void to_output(void *ctx, moon_str text) { moon_app_write(ctx, text); }

moon_listing *moon_listing_begin(moon_app *app, const moon_heading *headings, size_t count) {
    moon_sink sink = {.keep = &app->arena,
                      .format = app->format,
                      .style = app->style,
                      .base = app->book ? app->book->config.currency : 0,
                      .ctx = app,
                      .write = to_output,
                      .complete = app->complete};
    return moon_listing_open(&sink, headings, count);
}

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
