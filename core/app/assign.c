#include "app/assign.h"

#include "script/near.h"

/* ---- which field ---- */

static bool is_key(const moon_type *type, const char *name) {
    for (size_t i = 0; i < MOON_KEY_FIELDS_MAX && type->key[i]; i++)
        if (strcmp(type->key[i], name) == 0) return true;
    return false;
}

static bool is_settable(const moon_type *type, const moon_field *field) {
    return !(field->flags & MOON_MANAGED) && !is_key(type, field->name) && field->kind != MOON_KIND_BYTES;
}

static moon_status no_such_field(const moon_type *type, moon_str name, moon_err *err) {
    moon_near near = moon_near_begin(name);
    moon_buf all = MOON_BUF_EMPTY;
    for (size_t i = 0; i < type->field_count; i++) {
        const moon_field *field = &type->fields[i];
        if (!is_settable(type, field)) continue;
        moon_near_try(&near, moon_str_of(field->name));
        moon_buf_printf(&all, "%s%s%s", all.len ? ", " : "",
                        field->kind == MOON_KIND_LIST ? "line.N.FIELD" : field->name,
                        field->kind == MOON_KIND_TAGS ? ".NAME" : "");
    }
    moon_fail(err, MOON_E_USAGE, "%s has no field \"%.*s\"; it has %.*s", type->name, MOON_STR_ARG(name),
              MOON_STR_ARG(moon_buf_str(&all)));
    moon_buf_free(&all);
    if (near.best.len) moon_err_hint(err, "did you mean %.*s?", MOON_STR_ARG(near.best));
    return err->code;
}

static moon_status assign_plain(const moon_type *type, void *record, moon_str name, moon_str value,
                                moon_arena *keep, moon_err *err) {
    const moon_field *field = moon_type_field(type, name);
    if (!field) return no_such_field(type, name, err);
    if (strcmp(field->name, "from") == 0 && is_key(type, "from"))
        return moon_fail(err, MOON_E_USAGE, "the day from which a version holds is given with --from");
    if (!is_settable(type, field) || (type->state && strcmp(field->name, "state") == 0 && value.len == 0))
        return moon_fail(err, MOON_E_USAGE, "%s of %s is kept by moonbill, it cannot be set", field->name,
                         type->name);
    if (field->kind == MOON_KIND_TAGS)
        return moon_fail(err, MOON_E_USAGE, "%s are given as %s.NAME=VALUE", field->name, field->name);
    if (field->kind == MOON_KIND_LIST)
        return moon_fail(err, MOON_E_USAGE, "give a line as line.1.product=..., line.1.quantity=...");
    moon_status status = moon_field_parse(field, value, record, keep, err);
    return status == MOON_OK ? MOON_OK : moon_err_context(err, "field %s", field->name);
}

/* ---- tags ---- */

static moon_status assign_tag(const moon_field *field, moon_tags *tags, moon_str key, moon_str value,
                              moon_arena *keep, moon_err *err) {
    if (key.len == 0)
        return moon_fail(err, MOON_E_USAGE, "%s are given as %s.NAME=VALUE", field->name, field->name);
    *tags = moon_tags_with(tags, key, value, keep);
    return MOON_OK;
}

/* ---- lines of an order ---- */

/* The line of this ordinal; a new one, for which there is room, if there is none. */
static moon_order_line *line_of(moon_list *lines, int64_t ordinal) {
    for (size_t i = 0; i < lines->count; i++)
        if (MOON_AT(moon_order_line, *lines, i)->ordinal == ordinal)
            return MOON_AT(moon_order_line, *lines, i);
    moon_order_line *line = MOON_AT(moon_order_line, *lines, lines->count++);
    moon_record_init(&moon_order_line_type, line);
    line->ordinal = ordinal;
    line->kind = MOON_LINE_PRODUCT;
    return line;
}

static void remove_line(moon_list *lines, int64_t ordinal) {
    size_t kept = 0;
    moon_order_line *items = lines->items;
    for (size_t i = 0; i < lines->count; i++)
        if (items[i].ordinal != ordinal) items[kept++] = items[i];
    lines->count = kept;
}

static moon_status assign_line(moon_list *lines, moon_str rest, moon_str value, moon_arena *keep,
                               moon_err *err) {
    moon_str number, wanted = rest;
    moon_decimal decimal;
    int64_t ordinal = 0, last = 0;
    moon_err why;
    moon_str_cut(&rest, '.', &number);
    if (moon_decimal_parse(number, &decimal, &why) != MOON_OK ||
        moon_decimal_to_int(decimal, &ordinal, &why) != MOON_OK || ordinal < 1)
        return moon_fail(err, MOON_E_USAGE, "a line is given as line.1.product=..., found \"line.%.*s\"",
                         MOON_STR_ARG(wanted));
    for (size_t i = 0; i < lines->count; i++)
        if (MOON_AT(moon_order_line, *lines, i)->ordinal > last)
            last = MOON_AT(moon_order_line, *lines, i)->ordinal;
    if (ordinal > last + 1)
        return moon_fail(err, MOON_E_USAGE, "there is no line %lld; the next new one is line.%lld",
                         (long long)ordinal, (long long)last + 1);
    /* A copy with room for one more: the record's own lines stay as they were read. */
    moon_list copy = {MOON_NEW_N(keep, moon_order_line, lines->count + 1), lines->count};
    if (lines->count) memcpy(copy.items, lines->items, lines->count * sizeof(moon_order_line));
    *lines = copy;
    if (number.len == wanted.len) {
        if (value.len)
            return moon_fail(err, MOON_E_USAGE, "give a field of the line: line.%lld.quantity=...",
                             (long long)ordinal);
        remove_line(lines, ordinal);
        return MOON_OK;
    }
    moon_status status = assign_plain(&moon_order_line_type, line_of(lines, ordinal), rest, value, keep, err);
    return status == MOON_OK ? MOON_OK : moon_err_context(err, "line %lld", (long long)ordinal);
}

/* ---- all ---- */

static moon_status assign_one(const moon_type *type, void *record, const moon_pair *pair, moon_arena *keep,
                              moon_err *err) {
    moon_str key = pair->field, name;
    bool within = moon_str_cut(&key, '.', &name);
    const moon_field *tags = within ? moon_type_field(type, name) : NULL;
    if (tags && tags->kind == MOON_KIND_TAGS)
        return assign_tag(tags, moon_field_at(tags, record), key, pair->value, keep, err);
    if (type == &moon_order_type && moon_str_starts(pair->field, MOON_STR("line.")))
        return assign_line(&((moon_order *)record)->lines, moon_str_sub(pair->field, 5, pair->field.len),
                           pair->value, keep, err);
    return assign_plain(type, record, pair->field, pair->value, keep, err);
}

moon_status moon_assign(const moon_type *type, void *record, const moon_pair *pairs, size_t count,
                        moon_arena *keep, moon_err *err) {
    for (size_t i = 0; i < count; i++) MOON_TRY(assign_one(type, record, &pairs[i], keep, err));
    return MOON_OK;
}
