#include "run/rows.h"

#include <stdlib.h>

#include "books/party.h"
#include "books/records.h"
#include "run/wire.h"

#define BATCH 200  /* rows handed out at a time */
#define LOOKS 1000 /* records looked at for them, so that an interrupt is heard */

struct moon_rows {
    const moon_type *type;
    int index;
    void *low, *high;
    size_t low_count, high_count;
    moon_date as_of;    /* of types with versions: the version of that day; MOON_DATE_NONE: all of them */
    bool started, over; /* something was read; nothing more comes */
    moon_buf last;      /* key of the last record, as text */
    moon_arena keep;    /* bounds, and behind `mark` the last record */
    moon_arena_mark mark;
    moon_arg *items;
};

/* ---- snapshots ---- */

moon_status moon_look_begin(moon_look *look, moon_err *err) {
    if (look->change) {
        moon_arena_rewind(moon_change_arena(look->change), look->mark);
        return MOON_OK;
    }
    MOON_TRY(moon_change_begin(look->store, &look->change, err));
    look->mark = moon_arena_here(moon_change_arena(look->change));
    return MOON_OK;
}

void moon_look_end(moon_look *look) {
    if (look->change) moon_change_end(look->change);
    look->change = NULL;
}

/* ---- beginning ---- */

/* The n-th field of an index, then of the key; NULL behind them. */
static const moon_field *part(const moon_rows *r, size_t n) {
    const char *name = NULL;
    size_t own = 0;
    if (r->index != MOON_BY_KEY)
        while (own < MOON_KEY_FIELDS_MAX && r->type->indexes[r->index].fields[own]) own++;
    if (n < own)
        name = r->type->indexes[r->index].fields[n];
    else if (n - own < MOON_KEY_FIELDS_MAX)
        name = r->type->key[n - own];
    return name ? moon_type_field(r->type, moon_str_of(name)) : NULL;
}

static moon_status set_part(moon_rows *r, void *record, size_t n, const moon_arg *value, moon_err *err) {
    const moon_field *field = part(r, n);
    if (!field || value->kind != MOON_ARG_TEXT)
        return moon_fail(err, MOON_E_SCRIPT_VALUE, "a bound of %s makes no sense", r->type->plural);
    return moon_field_parse(field, value->text, record, &r->keep, err);
}

static moon_status read_bounds(moon_rows *r, const moon_arg *request, moon_err *err) {
    moon_arg first = moon_arg_get(request, "first"), low = moon_arg_get(request, "low"),
             high = moon_arg_get(request, "high");
    size_t count = first.kind == MOON_ARG_LIST ? first.list.count : 0;
    for (size_t i = 0; i < count; i++) {
        MOON_TRY(set_part(r, r->low, i, &first.list.items[i], err));
        MOON_TRY(set_part(r, r->high, i, &first.list.items[i], err));
    }
    r->low_count = r->high_count = count;
    if (low.kind != MOON_ARG_NIL) MOON_TRY(set_part(r, r->low, r->low_count++, &low, err));
    if (high.kind != MOON_ARG_NIL) MOON_TRY(set_part(r, r->high, r->high_count++, &high, err));
    return MOON_OK;
}

static moon_status find_index(moon_rows *r, moon_str name, moon_err *err) {
    r->index = MOON_BY_KEY;
    if (name.len == 0) return MOON_OK;
    for (int i = 0; i < MOON_INDEXES_MAX && r->type->indexes[i].name; i++)
        if (moon_str_is(name, r->type->indexes[i].name)) {
            r->index = i;
            return MOON_OK;
        }
    return moon_fail(err, MOON_E_SCRIPT_VALUE, "%s have no index %.*s", r->type->plural, MOON_STR_ARG(name));
}

/* Accounts, products, agreements. */
static bool has_versions(const moon_type *type) { return type->key[1] && strcmp(type->key[1], "from") == 0; }

static moon_status begin(moon_rows *r, const moon_arg *request, moon_date today, moon_err *err) {
    moon_arg as_of = moon_arg_get(request, "as_of"), all = moon_arg_get(request, "versions");
    r->type = moon_type_by_name(moon_arg_text_of(request, "type"));
    if (!r->type) return moon_fail(err, MOON_E_SCRIPT_VALUE, "there is no such type of record");
    r->low = moon_arena_alloc(&r->keep, r->type->size);
    r->high = moon_arena_alloc(&r->keep, r->type->size);
    r->items = MOON_NEW_N(&r->keep, moon_arg, BATCH);
    moon_record_init(r->type, r->low);
    moon_record_init(r->type, r->high);
    MOON_TRY(find_index(r, moon_arg_text_of(request, "index"), err));
    MOON_TRY(read_bounds(r, request, err));
    bool one = has_versions(r->type) && !(all.kind == MOON_ARG_BOOL && all.boolean);
    r->as_of = !one ? MOON_DATE_NONE : as_of.kind == MOON_ARG_DATE ? as_of.date : today;
    r->mark = moon_arena_here(&r->keep);
    return MOON_OK;
}

moon_status moon_rows_begin(const moon_arg *request, moon_date today, moon_rows **out, moon_err *err) {
    moon_rows *r = moon_malloc(sizeof *r);
    *r = (moon_rows){0};
    moon_status status = begin(r, request, today, err);
    if (status != MOON_OK)
        moon_rows_free(r);
    else
        *out = r;
    return status;
}

void moon_rows_free(moon_rows *r) {
    if (!r) return;
    moon_buf_free(&r->last);
    moon_arena_free(&r->keep);
    free(r);
}

/* ---- reading ---- */

/* The fields of the key as text, apart by zero bytes; of the id alone where versions are one row. */
static void key_text(const moon_rows *r, const void *record, moon_buf *out) {
    size_t count = r->as_of == MOON_DATE_NONE ? MOON_KEY_FIELDS_MAX : 1;
    moon_buf_clear(out);
    for (size_t i = 0; i < count && r->type->key[i]; i++) {
        moon_field_format(moon_type_field(r->type, moon_str_of(r->type->key[i])), record, 0, out);
        moon_buf_add_char(out, 0);
    }
}

/* What is to be handed out for a record that was met: itself, or the version of the day. */
static moon_status wanted(moon_rows *r, moon_change *change, void **record, bool *found, moon_err *err) {
    *found = true;
    if (r->as_of == MOON_DATE_NONE) return MOON_OK;
    void *version = moon_arena_alloc(moon_change_arena(change), r->type->size);
    const moon_field *id = moon_type_field(r->type, MOON_STR("id"));
    MOON_TRY(moon_version_at(change, r->type, *(moon_str *)moon_field_at(id, *record), r->as_of, version,
                             found, err));
    if (*found) *record = version;
    return MOON_OK;
}

/* Where the next batch begins: at the last record that was met. */
static void remember(moon_rows *r, const void *record) {
    moon_arena_rewind(&r->keep, r->mark);
    r->low = moon_arena_alloc(&r->keep, r->type->size);
    moon_record_copy(r->type, record, r->low, &r->keep);
    r->low_count = 0;
    while (part(r, r->low_count)) r->low_count++;
    r->started = true;
}

static moon_status read_batch(moon_rows *r, moon_change *change, moon_scan *scan, size_t *count,
                              moon_err *err) {
    moon_buf key = MOON_BUF_EMPTY;
    moon_status status = MOON_OK;
    void *record = NULL;
    bool more = true, found;
    for (size_t looks = 0; status == MOON_OK && *count < BATCH && looks < LOOKS; looks++) {
        void *next = moon_arena_alloc(moon_change_arena(change), r->type->size), *row = next;
        status = moon_scan_next(scan, next, &more, err);
        if (status != MOON_OK || !more) break;
        record = next;
        key_text(r, next, &key);
        if (r->started && moon_str_eq(moon_buf_str(&key), moon_buf_str(&r->last))) continue;
        moon_buf_clear(&r->last);
        moon_buf_add_str(&r->last, moon_buf_str(&key));
        r->started = true;
        status = wanted(r, change, &row, &found, err);
        if (status == MOON_OK && found) r->items[(*count)++] = moon_arg_row(r->type, row, false);
    }
    moon_buf_free(&key);
    r->over = !more;
    if (record) remember(r, record);
    return status;
}

moon_status moon_rows_next(moon_rows *r, moon_look *look, moon_arg *out, moon_err *err) {
    moon_scan scan;
    size_t count = 0;
    *out = (moon_arg){0};
    if (r->over) return MOON_OK;
    MOON_TRY(moon_look_begin(look, err));
    bool low = r->low_count > 0, high = r->high_count > 0;
    MOON_TRY(moon_scan_begin(look->change, r->type, r->index, low ? r->low : NULL, r->low_count,
                             high ? r->high : NULL, r->high_count, false, &scan, err));
    moon_status status = read_batch(r, look->change, &scan, &count, err);
    moon_scan_end(&scan);
    *out = moon_arg_list(r->items, count);
    return status;
}
