#include "store/key.h"

#include "base/limits.h"

#define AT(ctype, field, record) (*(ctype *)moon_field_at(field, record))

static void add_big_endian(moon_buf *key, uint64_t value, int bytes) {
    for (int i = bytes - 1; i >= 0; i--) moon_buf_add_char(key, (char)(unsigned char)(value >> (8 * i)));
}

void moon_key_add_int(moon_buf *key, int64_t value) {
    add_big_endian(key, (uint64_t)value ^ (UINT64_C(1) << 63), 8);
}

static void add_text(moon_buf *key, moon_str text) {
    for (size_t i = 0; i < text.len; i++) {
        moon_buf_add_char(key, text.ptr[i]);
        if (text.ptr[i] == 0) moon_buf_add_char(key, (char)0xFF);
    }
    moon_buf_add(key, "\0\0", 2);
}

/* Text of an index may be cut, since the record's key follows; the key itself may not: two records would become
 * one. */
static void add_component(moon_buf *key, const moon_field *field, const void *record, size_t text_max) {
    switch (field->kind) {
    case MOON_KIND_TEXT:
    case MOON_KIND_ID: {
        moon_str text = AT(moon_str, field, record);
        add_text(key, moon_str_sub(text, 0, text.len < text_max ? text.len : text_max));
        break;
    }
    case MOON_KIND_INT:
    case MOON_KIND_MINOR: moon_key_add_int(key, AT(int64_t, field, record)); break;
    case MOON_KIND_DATE:
        add_big_endian(key, (uint32_t)AT(moon_date, field, record) ^ UINT32_C(0x80000000), 4);
        break;
    case MOON_KIND_ENUM: moon_buf_add_char(key, (char)AT(int, field, record)); break;
    case MOON_KIND_CURRENCY: add_big_endian(key, AT(moon_currency, field, record), 2); break;
    case MOON_KIND_HASH: moon_buf_add(key, &AT(moon_hash, field, record), sizeof(moon_hash)); break;
    case MOON_KIND_BOOL: moon_buf_add_char(key, AT(bool, field, record)); break;
    default: moon_assert(false && "this kind of field cannot be part of a key");
    }
}

void moon_key_add_field(moon_buf *key, const moon_field *field, const void *record) {
    add_component(key, field, record, SIZE_MAX);
}

static size_t add_fields(moon_buf *key, const moon_type *type, const char *const *names, const void *record,
                         size_t count, size_t text_max) {
    size_t added = 0;
    for (; added < MOON_KEY_FIELDS_MAX && added < count && names[added]; added++)
        add_component(key, moon_type_field(type, moon_str_of(names[added])), record, text_max);
    return added;
}

static moon_status check_size(const moon_type *type, const moon_buf *key, size_t start, moon_err *err) {
    if (key->len - start <= MOON_KEY_MAX) return MOON_OK;
    return moon_fail(err, MOON_E_TOO_LARGE, "the key of this %s is too long: shorten its identifiers",
                     type->name);
}

moon_status moon_key_of(const moon_type *type, const void *record, size_t count, moon_buf *key,
                        moon_err *err) {
    size_t start = key->len;
    moon_buf_add_char(key, (char)type->number);
    add_fields(key, type, type->key, record, count, SIZE_MAX);
    return check_size(type, key, start, err);
}

moon_status moon_key_of_index(const moon_type *type, size_t index, const void *record, size_t count,
                              moon_buf *key, moon_err *err) {
    size_t start = key->len;
    moon_buf_add_char(key, (char)(MOON_KEY_INDEX | type->number));
    moon_buf_add_char(key, (char)index);
    size_t added = add_fields(key, type, type->indexes[index].fields, record, count, MOON_ID_MAX);
    if (count > added) add_fields(key, type, type->key, record, count - added, SIZE_MAX);
    return check_size(type, key, start, err);
}

/* ---- reading back ---- */

static size_t fixed_size(moon_kind kind) {
    switch (kind) {
    case MOON_KIND_INT:
    case MOON_KIND_MINOR: return 8;
    case MOON_KIND_DATE: return 4;
    case MOON_KIND_CURRENCY: return 2;
    case MOON_KIND_HASH: return sizeof(moon_hash);
    default: return 1;
    }
}

static bool is_text(moon_kind kind) { return kind == MOON_KIND_TEXT || kind == MOON_KIND_ID; }

/* The bytes of the component at the front of `*rest`, terminator included. */
static bool take_component(moon_kind kind, moon_str *rest, moon_str *component) {
    size_t len = fixed_size(kind);
    if (is_text(kind)) {
        for (len = 0; len + 1 < rest->len && !(rest->ptr[len] == 0 && rest->ptr[len + 1] == 0);)
            len += rest->ptr[len] == 0 ? 2 : 1;
        len += 2;
    }
    if (len > rest->len) return false;
    *component = moon_str_sub(*rest, 0, len);
    *rest = moon_str_sub(*rest, len, rest->len);
    return true;
}

bool moon_key_from_index(const moon_type *type, size_t index, moon_str entry, moon_buf *key) {
    moon_str component;
    const char *const *names = type->indexes[index].fields;
    if (entry.len < 2) return false;
    entry = moon_str_sub(entry, 2, entry.len);
    for (size_t i = 0; i < MOON_KEY_FIELDS_MAX && names[i]; i++)
        if (!take_component(moon_type_field(type, moon_str_of(names[i]))->kind, &entry, &component))
            return false;
    moon_buf_add_char(key, (char)type->number);
    moon_buf_add_str(key, entry);
    return true;
}

static uint64_t from_big_endian(moon_str bytes) {
    uint64_t value = 0;
    for (size_t i = 0; i < bytes.len; i++) value = value << 8 | (unsigned char)bytes.ptr[i];
    return value;
}

static moon_str read_text(moon_str component, moon_arena *keep) {
    char *text = moon_arena_alloc(keep, component.len);
    size_t len = 0;
    for (size_t i = 0; i + 2 < component.len; i++) {
        text[len++] = component.ptr[i];
        if (component.ptr[i] == 0) i++;
    }
    return (moon_str){text, len};
}

static void read_field(const moon_field *field, moon_str component, void *record, moon_arena *keep) {
    uint64_t number = is_text(field->kind) || field->kind == MOON_KIND_HASH ? 0 : from_big_endian(component);
    switch (field->kind) {
    case MOON_KIND_TEXT:
    case MOON_KIND_ID: AT(moon_str, field, record) = read_text(component, keep); break;
    case MOON_KIND_INT:
    case MOON_KIND_MINOR: AT(int64_t, field, record) = (int64_t)(number ^ (UINT64_C(1) << 63)); break;
    case MOON_KIND_DATE:
        AT(moon_date, field, record) = (moon_date)((uint32_t)number ^ UINT32_C(0x80000000));
        break;
    case MOON_KIND_ENUM: AT(int, field, record) = (int)number; break;
    case MOON_KIND_CURRENCY: AT(moon_currency, field, record) = (moon_currency)number; break;
    case MOON_KIND_HASH: memcpy(&AT(moon_hash, field, record), component.ptr, sizeof(moon_hash)); break;
    default: AT(bool, field, record) = number != 0;
    }
}

bool moon_key_read(const moon_type *type, moon_str key, void *record, moon_arena *keep) {
    moon_str component;
    if (key.len < 1 || (unsigned char)key.ptr[0] != type->number) return false;
    key = moon_str_sub(key, 1, key.len);
    for (size_t i = 0; i < MOON_KEY_FIELDS_MAX && type->key[i]; i++) {
        const moon_field *field = moon_type_field(type, moon_str_of(type->key[i]));
        if (!take_component(field->kind, &key, &component)) return false;
        read_field(field, component, record, keep);
    }
    return key.len == 0;
}
