#include "app/difference.h"

#include "run/cell.h"
#include "doc/table.h"

typedef struct differ {
    moon_app *app;
    moon_difference *rows;
    size_t count, room;
    moon_currency currency;
} differ;

static void add(differ *d, moon_str field, moon_str old, moon_str new) {
    moon_arena *keep = &d->app->arena;
    if (moon_str_eq(old, new)) return;
    if (d->count == d->room) {
        size_t room = d->room ? d->room * 2 : 16;
        moon_difference *larger = MOON_NEW_N(keep, moon_difference, room);
        if (d->count) memcpy(larger, d->rows, d->count * sizeof *larger);
        d->rows = larger;
        d->room = room;
    }
    d->rows[d->count++] = (moon_difference){field, moon_arena_str(keep, old), moon_arena_str(keep, new)};
}

/* `name` is the field's: tags, prices, coupons. */
static void compare_tags(differ *d, const char *name, const moon_tags *old, const moon_tags *new) {
    moon_arena *keep = &d->app->arena;
    for (size_t i = 0; i < old->count; i++) {
        moon_str key = old->items[i].key;
        add(d, moon_arena_printf(keep, "%s.%.*s", name, MOON_STR_ARG(key)), old->items[i].value,
            moon_tags_get(new, key));
    }
    for (size_t i = 0; i < new->count; i++) {
        moon_str key = new->items[i].key;
        if (moon_tags_get(old, key).len == 0)
            add(d, moon_arena_printf(keep, "%s.%.*s", name, MOON_STR_ARG(key)), MOON_STR_NONE,
                new->items[i].value);
    }
}

static void compare_fields(differ *d, const char *prefix, const moon_type *type, const void *old,
                           const void *new);

/* Items are told apart by their ordinal where they have one, else by position. */
static int64_t ordinal_of(const moon_type *type, const void *item, size_t i) {
    const moon_field *field = moon_type_field(type, MOON_STR("ordinal"));
    return field ? *(const int64_t *)moon_field_at(field, item) : (int64_t)i + 1;
}

static const void *item_of(const moon_type *type, const moon_list *list, int64_t ordinal) {
    for (size_t i = 0; i < list->count; i++) {
        const void *item = (const char *)list->items + i * type->size;
        if (ordinal_of(type, item, i) == ordinal) return item;
    }
    return NULL;
}

static void compare_lists(differ *d, const moon_field *field, const moon_list *old, const moon_list *new) {
    const moon_type *type = field->of;
    void *nothing = moon_arena_alloc(&d->app->arena, type->size);
    char prefix[64];
    int name_len = (int)strlen(field->name) - 1; /* "lines" has items "line" */
    moon_record_init(type, nothing);
    for (int side = 0; side < 2; side++) {
        const moon_list *list = side ? new : old;
        for (size_t i = 0; i < list->count; i++) {
            const void *item = (const char *)list->items + i * type->size;
            int64_t ordinal = ordinal_of(type, item, i);
            const void *other = item_of(type, side ? old : new, ordinal);
            if (side && other) continue;
            snprintf(prefix, sizeof prefix, "%.*s.%lld.", name_len, field->name, (long long)ordinal);
            compare_fields(d, prefix, type, side ? nothing : item, side ? item : other ? other : nothing);
        }
    }
}

static void compare_fields(differ *d, const char *prefix, const moon_type *type, const void *old,
                           const void *new) {
    moon_buf before = MOON_BUF_EMPTY, after = MOON_BUF_EMPTY;
    moon_currency base = d->app->book->config.currency;
    for (size_t i = 0; i < type->field_count; i++) {
        const moon_field *field = &type->fields[i];
        bool named =
            strcmp(field->name, prefix[0] ? "ordinal" : "id") == 0; /* the row or the line above says it */
        if ((field->flags & MOON_MANAGED) || named || (!prefix[0] && strcmp(field->name, "from") == 0))
            continue;
        if (field->kind == MOON_KIND_TAGS) {
            compare_tags(d, field->name, moon_field_at(field, old), moon_field_at(field, new));
            continue;
        }
        if (field->kind == MOON_KIND_LIST) {
            compare_lists(d, field, moon_field_at(field, old), moon_field_at(field, new));
            continue;
        }
        moon_buf_clear(&before);
        moon_buf_clear(&after);
        moon_cell_add(type, field, old, d->currency, base, &before);
        moon_cell_add(type, field, new, d->currency, base, &after);
        add(d, moon_arena_printf(&d->app->arena, "%s%s", prefix, field->name), moon_buf_str(&before),
            moon_buf_str(&after));
    }
    moon_buf_free(&before);
    moon_buf_free(&after);
}

void moon_difference_of(moon_app *app, const moon_type *type, const void *old, const void *new,
                        moon_difference **out, size_t *count) {
    differ d = {.app = app, .currency = moon_record_currency(type, new)};
    void *nothing = moon_arena_alloc(&app->arena, type->size);
    moon_record_init(type, nothing);
    compare_fields(&d, "", type, old ? old : nothing, new);
    *out = d.rows;
    *count = d.count;
}

bool moon_difference_equal(const moon_difference *a, size_t a_count, const moon_difference *b,
                           size_t b_count) {
    if (a_count != b_count) return false;
    for (size_t i = 0; i < a_count; i++)
        if (!moon_str_eq(a[i].field, b[i].field) || !moon_str_eq(a[i].old, b[i].old) ||
            !moon_str_eq(a[i].new, b[i].new))
            return false;
    return true;
}

void moon_difference_print(moon_app *app, const moon_difference *rows, size_t count) {
    static const moon_column columns[] = {
        {{"Field", 5}, MOON_ALIGN_LEFT}, {{"Old", 3}, MOON_ALIGN_LEFT}, {{"New", 3}, MOON_ALIGN_LEFT}};
    moon_table *table = moon_table_new(&app->arena, columns, 3);
    moon_buf out = MOON_BUF_EMPTY;
    for (size_t i = 0; i < count; i++)
        moon_table_add(table, (moon_str[]){rows[i].field, rows[i].old.len ? rows[i].old : MOON_STR("-"),
                                           rows[i].new.len ? rows[i].new : MOON_STR("-")});
    moon_table_write(table, &app->style, &out);
    if (!app->quiet) moon_app_write(app, moon_buf_str(&out));
    moon_buf_free(&out);
}
