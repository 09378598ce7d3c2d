#include "store/table.h"

#include "store/key.h"

/* Types with personal fields: the length of the open half, the open half, then the sealed half, if there is any.
 * Other types: the open half. */
moon_status moon_stored_open_half(const moon_type *type, moon_str bytes, moon_str *open_half, moon_err *err) {
    uint64_t len;
    *open_half = bytes;
    if (!type->account) return MOON_OK;
    if (!moon_varint_read(&bytes, &len) || len > bytes.len)
        return moon_fail(err, MOON_E_BOOK_DAMAGED, "a record of type %s is cut short", type->name);
    *open_half = moon_str_sub(bytes, 0, len);
    return MOON_OK;
}

static moon_str account_of(const moon_type *type, const void *record) {
    return *(moon_str *)moon_field_at(moon_type_field(type, moon_str_of(type->account)), record);
}

static moon_status open_sealed(moon_change *change, const moon_type *type, void *record, moon_err *err) {
    moon_head *head = record;
    moon_arena *arena = moon_change_arena(change);
    moon_secret secret;
    bool found;
    if (head->sealed.len == 0) return MOON_OK;
    MOON_TRY(moon_change_secret_find(change, account_of(type, record), &secret, &found, err));
    head->erased = !found;
    if (!found) return MOON_OK;
    moon_buf plain = MOON_BUF_EMPTY;
    moon_status status = moon_unseal(&secret, account_of(type, record), head->sealed, &plain, err);
    if (status == MOON_OK)
        status =
            moon_record_decode(type, moon_arena_str(arena, moon_buf_str(&plain)), true, record, arena, err);
    moon_buf_free(&plain);
    return status == MOON_OK ? MOON_OK
                             : moon_err_context(err, "personal data of account %.*s",
                                                MOON_STR_ARG(account_of(type, record)));
}

static moon_status decode_value(moon_change *change, const moon_type *type, uint64_t seq, moon_str bytes,
                                void *record, moon_err *err) {
    moon_str open_half;
    MOON_TRY(moon_stored_open_half(type, bytes, &open_half, err));
    MOON_TRY(moon_record_decode(type, open_half, false, record, moon_change_arena(change), err));
    moon_head *head = record;
    head->seq = seq;
    if (!type->account) return MOON_OK;
    head->sealed = moon_str_sub(bytes, (size_t)(open_half.ptr + open_half.len - bytes.ptr), bytes.len);
    return open_sealed(change, type, record, err);
}

moon_status moon_stored_decode(moon_change *change, const moon_type *type, moon_str bytes, void *record,
                               moon_err *err) {
    return decode_value(change, type, 1, bytes, record, err);
}

static moon_status get_by_key(moon_change *change, const moon_type *type, moon_str key, void *record,
                              bool *found, moon_err *err) {
    moon_value value;
    MOON_TRY(moon_change_get(change, key, &value, err));
    *found = value.found;
    return value.found ? decode_value(change, type, value.seq, value.bytes, record, err) : MOON_OK;
}

moon_status moon_get(moon_change *change, const moon_type *type, void *record, bool *found, moon_err *err) {
    moon_buf key = MOON_BUF_EMPTY;
    moon_status status = moon_key_of(type, record, MOON_KEY_FIELDS_MAX, &key, err);
    if (status == MOON_OK) status = get_by_key(change, type, moon_buf_str(&key), record, found, err);
    moon_buf_free(&key);
    return status;
}

/* ---- writing ---- */

static moon_status encode_value(moon_change *change, const moon_type *type, const void *record,
                                const moon_head *old, moon_buf *out, moon_err *err) {
    moon_buf half = MOON_BUF_EMPTY, sealed = MOON_BUF_EMPTY;
    moon_secret secret;
    moon_status status = MOON_OK;
    moon_record_encode(type, record, false, &half);
    if (type->account) {
        moon_buf_add_varint(out, half.len);
        moon_buf_add_str(out, moon_buf_str(&half));
        moon_buf_clear(&half);
        moon_record_encode(type, record, true, &half);
        if (((const moon_head *)record)->erased && half.len > 0)
            status = moon_fail(err, MOON_E_CRYPT,
                               "the key of %.*s was deleted: nothing personal can be kept for it any more",
                               MOON_STR_ARG(account_of(type, record)));
        else if (((const moon_head *)record)->erased)
            moon_buf_add_str(&sealed, ((const moon_head *)record)->sealed.len
                                          ? ((const moon_head *)record)->sealed
                                      : old ? old->sealed
                                            : MOON_STR_NONE);
        else if (half.len > 0) {
            status = moon_change_secret(change, account_of(type, record), &secret, err);
            if (status == MOON_OK) moon_seal(&secret, account_of(type, record), moon_buf_str(&half), &sealed);
        }
        moon_buf_add_str(out, moon_buf_str(&sealed));
    } else
        moon_buf_add_str(out, moon_buf_str(&half));
    moon_buf_free(&half);
    moon_buf_free(&sealed);
    return status;
}

static moon_status keep_index(moon_change *change, const moon_type *type, size_t index, const void *old,
                              const void *new, moon_err *err) {
    moon_buf was = MOON_BUF_EMPTY, is = MOON_BUF_EMPTY;
    bool (*when)(const void *) = type->indexes[index].when;
    bool had = old && (!when || when(old)), has = new && (!when || when(new));
    moon_status status = MOON_OK;
    if (had) status = moon_key_of_index(type, index, old, SIZE_MAX, &was, err);
    if (has && status == MOON_OK) status = moon_key_of_index(type, index, new, SIZE_MAX, &is, err);
    if (status == MOON_OK && had && !(has && moon_str_eq(moon_buf_str(&was), moon_buf_str(&is))))
        moon_change_delete(change, moon_buf_str(&was));
    if (status == MOON_OK && has) moon_change_put(change, moon_buf_str(&is), MOON_STR_NONE);
    moon_buf_free(&was);
    moon_buf_free(&is);
    return status;
}

static moon_status keep_indexes(moon_change *change, const moon_type *type, const void *old, const void *new,
                                moon_err *err) {
    for (size_t i = 0; i < MOON_INDEXES_MAX && type->indexes[i].name; i++)
        MOON_TRY(keep_index(change, type, i, old, new, err));
    return MOON_OK;
}

static moon_status check_move(const moon_type *type, const void *old, const void *new, moon_err *err) {
    if (!type->state) return MOON_OK;
    const moon_field *field = moon_type_field(type, moon_str_of(type->state));
    int from = old ? *(int *)moon_field_at(field, old) : 0, to = *(int *)moon_field_at(field, new);
    return from == to ? MOON_OK : moon_record_move(type, from, to, err);
}

/* Would writing `record` change nothing? Open halves are compared as bytes; sealed ones differ each time they
 * are made, so those types are compared by what they say. */
static bool writes_nothing(const moon_type *type, const void *old, moon_str old_bytes, const void *record,
                           moon_buf *bytes) {
    if (type->account) return moon_record_equal(type, old, record);
    moon_record_encode(type, record, false, bytes);
    return moon_str_eq(moon_buf_str(bytes), old_bytes);
}

static moon_status put_under(moon_change *change, const moon_type *type, moon_str key, const void *record,
                             moon_buf *bytes, moon_err *err) {
    void *old = NULL;
    moon_value value;
    MOON_TRY(moon_change_get(change, key, &value, err));
    if (value.found) {
        old = moon_arena_alloc(moon_change_arena(change), type->size);
        MOON_TRY(decode_value(change, type, value.seq, value.bytes, old, err));
        if (writes_nothing(type, old, value.bytes, record, bytes)) return MOON_OK;
        moon_buf_clear(bytes);
    }
    MOON_TRY(check_move(type, old, record, err));
    MOON_TRY(encode_value(change, type, record, old, bytes, err));
    MOON_TRY(keep_indexes(change, type, old, record, err));
    moon_change_put(change, key, moon_buf_str(bytes));
    return MOON_OK;
}

moon_status moon_put(moon_change *change, const moon_type *type, const void *record, moon_err *err) {
    moon_buf key = MOON_BUF_EMPTY, bytes = MOON_BUF_EMPTY;
    moon_status status = moon_record_validate(type, record, err);
    if (status == MOON_OK) status = moon_key_of(type, record, MOON_KEY_FIELDS_MAX, &key, err);
    if (status == MOON_OK) status = put_under(change, type, moon_buf_str(&key), record, &bytes, err);
    moon_buf_free(&key);
    moon_buf_free(&bytes);
    return status;
}

moon_status moon_delete(moon_change *change, const moon_type *type, const void *record, moon_err *err) {
    moon_buf key = MOON_BUF_EMPTY;
    void *old = moon_arena_alloc(moon_change_arena(change), type->size);
    bool found = false;
    moon_status status = moon_key_of(type, record, MOON_KEY_FIELDS_MAX, &key, err);
    if (status == MOON_OK) status = get_by_key(change, type, moon_buf_str(&key), old, &found, err);
    if (status == MOON_OK && found) status = keep_indexes(change, type, old, NULL, err);
    if (status == MOON_OK && found) moon_change_delete(change, moon_buf_str(&key));
    moon_buf_free(&key);
    return status;
}

/* ---- scans ---- */

int moon_type_index(const moon_type *type, const char *name) {
    for (int i = 0; i < MOON_INDEXES_MAX && type->indexes[i].name; i++)
        if (strcmp(type->indexes[i].name, name) == 0) return i;
    moon_assert(false && "a type has no index of this name");
    return MOON_BY_KEY;
}

static moon_status bound(const moon_type *type, int index, const void *record, size_t count, moon_buf *key,
                         moon_err *err) {
    if (index == MOON_BY_KEY) return moon_key_of(type, record, count, key, err);
    return moon_key_of_index(type, (size_t)index, record, count, key, err);
}

moon_status moon_scan_begin(moon_change *change, const moon_type *type, int index, const void *low,
                            size_t low_count, const void *high, size_t high_count, bool backwards,
                            moon_scan *scan, moon_err *err) {
    moon_buf from = MOON_BUF_EMPTY, to = MOON_BUF_EMPTY;
    moon_range *range = NULL;
    moon_status status = bound(type, index, low, low_count, &from, err);
    if (status == MOON_OK) status = bound(type, index, high, high_count, &to, err);
    /* No component starts with 0xFF 0xFF …, so this is behind every key that begins with the bound. */
    moon_buf_add_repeat(&to, (char)0xFF, 16);
    if (status == MOON_OK)
        status = moon_range_open(change, moon_buf_str(&from), moon_buf_str(&to), backwards, &range, err);
    moon_buf_free(&from);
    moon_buf_free(&to);
    if (status == MOON_OK) *scan = (moon_scan){change, type, index, range};
    return status;
}

static moon_status scan_index_entry(moon_scan *scan, moon_str entry, void *record, moon_err *err) {
    moon_buf key = MOON_BUF_EMPTY;
    bool found = false;
    moon_status status = MOON_OK;
    if (moon_key_from_index(scan->type, (size_t)scan->index, entry, &key))
        status = get_by_key(scan->change, scan->type, moon_buf_str(&key), record, &found, err);
    moon_buf_free(&key);
    if (status == MOON_OK && !found)
        return moon_fail(err, MOON_E_BOOK_DAMAGED, "an index entry of type %s points to no record",
                         scan->type->name);
    return status;
}

moon_status moon_scan_next(moon_scan *scan, void *record, bool *more, moon_err *err) {
    moon_str key;
    moon_value value;
    MOON_TRY(moon_range_next(scan->range, &key, &value, more, err));
    if (!*more) return MOON_OK;
    if (scan->index != MOON_BY_KEY) return scan_index_entry(scan, key, record, err);
    return decode_value(scan->change, scan->type, value.seq, value.bytes, record, err);
}

void moon_scan_end(moon_scan *scan) {
    if (scan->range) moon_range_close(scan->range);
    scan->range = NULL;
}
