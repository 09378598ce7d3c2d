#include "run/json.h"

#include "run/cell.h"
#include "base/text.h"

moon_json moon_json_begin(moon_buf *out) { return (moon_json){.out = out}; }

static void before_value(moon_json *json) {
    if (json->named) {
        json->named = false;
        return;
    }
    if (json->comma) moon_buf_add_char(json->out, ',');
    if (json->depth) {
        moon_buf_add_char(json->out, '\n');
        moon_buf_add_repeat(json->out, ' ', (size_t)json->depth * 2);
    }
    json->comma = true;
}

void moon_json_open(moon_json *json, char bracket) {
    before_value(json);
    moon_buf_add_char(json->out, bracket);
    json->depth++;
    json->comma = false;
}

void moon_json_close(moon_json *json, char bracket) {
    json->depth--;
    if (json->comma) {
        moon_buf_add_char(json->out, '\n');
        moon_buf_add_repeat(json->out, ' ', (size_t)json->depth * 2);
    }
    moon_buf_add_char(json->out, bracket);
    json->comma = true;
    if (json->depth == 0) moon_buf_add_char(json->out, '\n');
}

static void add_quoted(moon_buf *out, moon_str text) {
    moon_buf_add_char(out, '"');
    while (text.len) {
        unsigned char c = (unsigned char)text.ptr[0];
        size_t good = moon_text_invalid_at(text);
        if (good == 0) {
            moon_buf_add_text(out, "\xEF\xBF\xBD");
            good = 1;
        } else if (c == '"' || c == '\\') {
            moon_buf_printf(out, "\\%c", c);
            good = 1;
        } else if (c == '\n' || c == '\t') {
            moon_buf_add_text(out, c == '\n' ? "\\n" : "\\t");
            good = 1;
        } else if (c < 32 || c == 127) {
            moon_buf_printf(out, "\\u%04x", c);
            good = 1;
        } else {
            size_t plain = 0;
            while (plain < good && (unsigned char)text.ptr[plain] >= 32 && text.ptr[plain] != '"' &&
                   text.ptr[plain] != '\\' && text.ptr[plain] != 127)
                plain++;
            good = plain;
            moon_buf_add(out, text.ptr, good);
        }
        text = moon_str_sub(text, good, text.len);
    }
    moon_buf_add_char(out, '"');
}

void moon_json_name(moon_json *json, const char *name) {
    before_value(json);
    add_quoted(json->out, moon_str_of(name));
    moon_buf_add_text(json->out, ": ");
    json->named = true;
}

void moon_json_text(moon_json *json, moon_str text) {
    before_value(json);
    add_quoted(json->out, text);
}

void moon_json_int(moon_json *json, int64_t value) {
    before_value(json);
    moon_buf_printf(json->out, "%lld", (long long)value);
}

void moon_json_bool(moon_json *json, bool value) {
    before_value(json);
    moon_buf_add_text(json->out, value ? "true" : "false");
}

/* ---- records ---- */

static void add_fields(moon_json *json, const moon_type *type, const void *record, moon_currency currency,
                       moon_currency base);

static void add_list(moon_json *json, const moon_field *field, const void *record, moon_currency currency,
                     moon_currency base) {
    const moon_list *list = moon_field_at(field, record);
    moon_json_open(json, '[');
    for (size_t i = 0; i < list->count; i++) {
        moon_json_open(json, '{');
        add_fields(json, field->of, (const char *)list->items + i * field->of->size, currency, base);
        moon_json_close(json, '}');
    }
    moon_json_close(json, ']');
}

static void add_tags(moon_json *json, const moon_tags *tags) {
    moon_json_open(json, '{');
    for (size_t i = 0; i < tags->count; i++) {
        before_value(json);
        add_quoted(json->out, tags->items[i].key);
        moon_buf_add_text(json->out, ": ");
        json->named = true;
        moon_json_text(json, tags->items[i].value);
    }
    moon_json_close(json, '}');
}

static void add_field(moon_json *json, const moon_type *type, const moon_field *field, const void *record,
                      moon_currency currency, moon_currency base) {
    moon_buf text = MOON_BUF_EMPTY;
    if (field->kind == MOON_KIND_LIST)
        add_list(json, field, record, currency, base);
    else if (field->kind == MOON_KIND_TAGS)
        add_tags(json, moon_field_at(field, record));
    else if (field->kind == MOON_KIND_BOOL)
        moon_json_bool(json, true);
    else if (field->kind == MOON_KIND_INT && !moon_cell_is_base(type, field))
        moon_json_int(json, *(const int64_t *)moon_field_at(field, record));
    else {
        moon_cell_add(type, field, record, currency, base, &text);
        moon_json_text(json, moon_buf_str(&text));
    }
    moon_buf_free(&text);
}

static void add_fields(moon_json *json, const moon_type *type, const void *record, moon_currency currency,
                       moon_currency base) {
    moon_currency own = moon_record_currency(type, record);
    for (size_t i = 0; i < type->field_count; i++) {
        const moon_field *field = &type->fields[i];
        if (!moon_field_present(field, record)) continue;
        moon_json_name(json, field->name);
        add_field(json, type, field, record, own ? own : currency, base);
    }
}

void moon_json_fields(moon_json *json, const moon_type *type, const void *record, moon_currency base) {
    add_fields(json, type, record, 0, base);
}

void moon_json_record(moon_json *json, const moon_type *type, const void *record, moon_currency base) {
    moon_json_open(json, '{');
    add_fields(json, type, record, 0, base);
    moon_json_close(json, '}');
}
