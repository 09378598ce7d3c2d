#include "store/record.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/text.h"
#include "value/id.h"

static const moon_hash no_hash;

#define AT(ctype, field, record) (*(ctype *)moon_field_at(field, record))

/* ---- absence ---- */

static void field_clear(const moon_field *field, void *record) {
    switch (field->kind) {
    case MOON_KIND_BOOL: AT(bool, field, record) = false; break;
    case MOON_KIND_INT: AT(int64_t, field, record) = MOON_INT_NONE; break;
    case MOON_KIND_MINOR: AT(int64_t, field, record) = MOON_INT_NONE; break;
    case MOON_KIND_DECIMAL: AT(moon_decimal, field, record) = MOON_DECIMAL_NONE; break;
    case MOON_KIND_CURRENCY: AT(moon_currency, field, record) = 0; break;
    case MOON_KIND_DATE: AT(moon_date, field, record) = MOON_DATE_NONE; break;
    case MOON_KIND_ENUM: AT(int, field, record) = 0; break;
    case MOON_KIND_HASH: AT(moon_hash, field, record) = no_hash; break;
    case MOON_KIND_TAGS: AT(moon_tags, field, record) = (moon_tags){0}; break;
    case MOON_KIND_LIST: AT(moon_list, field, record) = (moon_list){0}; break;
    case MOON_KIND_TEXT:
    case MOON_KIND_ID:
    case MOON_KIND_BYTES: AT(moon_str, field, record) = MOON_STR_NONE; break;
    }
}

void moon_record_init(const moon_type *type, void *record) {
    memset(record, 0, type->size);
    for (size_t i = 0; i < type->field_count; i++) field_clear(&type->fields[i], record);
}

const moon_field *moon_type_field(const moon_type *type, moon_str name) {
    for (size_t i = 0; i < type->field_count; i++)
        if (moon_str_is(name, type->fields[i].name)) return &type->fields[i];
    return NULL;
}

bool moon_field_present(const moon_field *field, const void *record) {
    switch (field->kind) {
    case MOON_KIND_BOOL: return AT(bool, field, record);
    case MOON_KIND_INT:
    case MOON_KIND_MINOR: return AT(int64_t, field, record) != MOON_INT_NONE;
    case MOON_KIND_DECIMAL: return moon_decimal_present(AT(moon_decimal, field, record));
    case MOON_KIND_CURRENCY: return AT(moon_currency, field, record) != 0;
    case MOON_KIND_DATE: return AT(moon_date, field, record) != MOON_DATE_NONE;
    case MOON_KIND_ENUM: return AT(int, field, record) != 0;
    case MOON_KIND_HASH: return memcmp(&AT(moon_hash, field, record), &no_hash, sizeof no_hash) != 0;
    case MOON_KIND_TAGS: return AT(moon_tags, field, record).count > 0;
    case MOON_KIND_LIST: return AT(moon_list, field, record).count > 0;
    case MOON_KIND_TEXT:
    case MOON_KIND_ID:
    case MOON_KIND_BYTES: return AT(moon_str, field, record).len > 0;
    }
    return false;
}

/* ---- writing ---- */

static uint64_t zigzag(int64_t v) { return ((uint64_t)v << 1) ^ (uint64_t)(v >> 63); }
static int64_t unzigzag(uint64_t v) { return (int64_t)(v >> 1) ^ -(int64_t)(v & 1); }

static bool is_sized(moon_kind kind) {
    return kind == MOON_KIND_TEXT || kind == MOON_KIND_ID || kind == MOON_KIND_DECIMAL ||
           kind == MOON_KIND_HASH || kind == MOON_KIND_BYTES || kind == MOON_KIND_TAGS ||
           kind == MOON_KIND_LIST;
}

static void add_sized(moon_buf *out, moon_str bytes) {
    moon_buf_add_varint(out, bytes.len);
    moon_buf_add_str(out, bytes);
}

/* Scale, then the coefficient in zigzag form, low bytes first, as few as it takes. */
static void encode_decimal(moon_decimal d, moon_buf *out) {
    unsigned __int128 bits = ((unsigned __int128)d.coef << 1) ^ (unsigned __int128)(d.coef >> 127);
    moon_buf_add_char(out, (char)d.scale);
    for (; bits; bits >>= 8) moon_buf_add_char(out, (char)(unsigned char)(bits & 0xFF));
}

static void encode_list(const moon_type *of, moon_list list, bool personal, moon_buf *out) {
    moon_buf item = MOON_BUF_EMPTY;
    moon_buf_add_varint(out, list.count);
    for (size_t i = 0; i < list.count; i++) {
        moon_buf_clear(&item);
        moon_record_encode(of, (char *)list.items + i * of->size, personal, &item);
        add_sized(out, moon_buf_str(&item));
    }
    moon_buf_free(&item);
}

static void encode_payload(const moon_field *field, const void *record, moon_buf *out) {
    switch (field->kind) {
    case MOON_KIND_BOOL: moon_buf_add_varint(out, 1); break;
    case MOON_KIND_INT:
    case MOON_KIND_MINOR: moon_buf_add_varint(out, zigzag(AT(int64_t, field, record))); break;
    case MOON_KIND_CURRENCY: moon_buf_add_varint(out, AT(moon_currency, field, record)); break;
    case MOON_KIND_DATE: moon_buf_add_varint(out, zigzag(AT(moon_date, field, record))); break;
    case MOON_KIND_ENUM: moon_buf_add_varint(out, (uint64_t)AT(int, field, record)); break;
    case MOON_KIND_DECIMAL: encode_decimal(AT(moon_decimal, field, record), out); break;
    case MOON_KIND_HASH: moon_buf_add(out, &AT(moon_hash, field, record), sizeof(moon_hash)); break;
    case MOON_KIND_TAGS:
        for (size_t i = 0; i < AT(moon_tags, field, record).count; i++) {
            add_sized(out, AT(moon_tags, field, record).items[i].key);
            add_sized(out, AT(moon_tags, field, record).items[i].value);
        }
        break;
    case MOON_KIND_LIST: encode_list(field->of, AT(moon_list, field, record), false, out); break;
    case MOON_KIND_TEXT:
    case MOON_KIND_ID:
    case MOON_KIND_BYTES: moon_buf_add_str(out, AT(moon_str, field, record)); break;
    }
}

static void encode_field(const moon_field *field, const void *record, moon_buf *out) {
    bool sized = is_sized(field->kind);
    moon_buf_add_varint(out, (uint64_t)field->number * 2 + sized);
    if (field->kind == MOON_KIND_TEXT || field->kind == MOON_KIND_ID || field->kind == MOON_KIND_BYTES) {
        add_sized(out, AT(moon_str, field, record));
        return;
    }
    moon_buf payload = MOON_BUF_EMPTY;
    encode_payload(field, record, sized ? &payload : out);
    if (sized) add_sized(out, moon_buf_str(&payload));
    moon_buf_free(&payload);
}

/* Fields of types are described in ascending number, and unknown ones are higher than all that are known. */
void moon_record_encode(const moon_type *type, const void *record, bool personal, moon_buf *out) {
    for (size_t i = 0; i < type->field_count; i++) {
        const moon_field *field = &type->fields[i];
        if (((field->flags & MOON_PERSONAL) != 0) == personal && moon_field_present(field, record))
            encode_field(field, record, out);
    }
    const moon_head *head = record;
    moon_buf_add_str(out, personal ? head->unknown_personal : head->unknown);
}

/* ---- reading ---- */

static bool read_sized(moon_str *rest, moon_str *bytes) {
    uint64_t len;
    if (!moon_varint_read(rest, &len) || len > rest->len) return false;
    *bytes = moon_str_sub(*rest, 0, len);
    *rest = moon_str_sub(*rest, len, rest->len);
    return true;
}

static bool decode_decimal(moon_str bytes, moon_decimal *out) {
    moon_err ignored;
    unsigned __int128 bits = 0;
    if (bytes.len < 1 || bytes.len > 17 || (unsigned char)bytes.ptr[0] > MOON_DECIMAL_SCALE_MAX) return false;
    if (bytes.len > 1 && bytes.ptr[bytes.len - 1] == 0) return false;
    for (size_t i = bytes.len - 1; i > 0; i--) bits = bits << 8 | (unsigned char)bytes.ptr[i];
    moon_int128 coef = (moon_int128)(bits >> 1) ^ -(moon_int128)(bits & 1);
    moon_decimal made;
    if (moon_decimal_make(coef, bytes.ptr[0], &made, &ignored) != MOON_OK || made.coef != coef ||
        made.scale != bytes.ptr[0])
        return false;
    *out = made;
    return true;
}

static bool decode_tags(moon_str bytes, moon_tags *out, moon_arena *keep) {
    size_t count = 0;
    moon_str key, value;
    for (moon_str rest = bytes; rest.len > 0; count++)
        if (!read_sized(&rest, &key) || !read_sized(&rest, &value)) return false;
    moon_tags made = {MOON_NEW_N(keep, moon_tags_pair, count), count};
    for (size_t i = 0; i < count; i++) {
        if (!read_sized(&bytes, &made.items[i].key) || !read_sized(&bytes, &made.items[i].value))
            return false;
        if (i > 0 && moon_str_cmp(made.items[i - 1].key, made.items[i].key) >= 0) return false;
    }
    *out = made;
    return true;
}

static moon_status decode_list(const moon_field *field, moon_str bytes, moon_list *out, moon_arena *keep,
                               moon_err *err) {
    uint64_t count;
    moon_str item;
    if (!moon_varint_read(&bytes, &count) || count == 0 || count > MOON_LIST_MAX || count > bytes.len)
        return moon_fail(err, MOON_E_BOOK_DAMAGED, "field %s does not hold a list", field->name);
    moon_list made = {moon_arena_alloc_n(keep, count, field->of->size), count};
    for (size_t i = 0; i < count; i++) {
        if (!read_sized(&bytes, &item))
            return moon_fail(err, MOON_E_BOOK_DAMAGED, "field %s is cut short", field->name);
        MOON_TRY(
            moon_record_decode(field->of, item, false, (char *)made.items + i * field->of->size, keep, err));
    }
    if (bytes.len > 0)
        return moon_fail(err, MOON_E_BOOK_DAMAGED, "field %s has bytes left over", field->name);
    *out = made;
    return MOON_OK;
}

static size_t enum_count(const moon_field *field) {
    size_t n = 0;
    while (field->names[n]) n++;
    return n;
}

static bool decode_number(const moon_field *field, uint64_t raw, void *record) {
    int64_t number = unzigzag(raw);
    switch (field->kind) {
    case MOON_KIND_BOOL: AT(bool, field, record) = true; return raw == 1;
    case MOON_KIND_INT:
    case MOON_KIND_MINOR: AT(int64_t, field, record) = number; return number != MOON_INT_NONE;
    case MOON_KIND_CURRENCY:
        AT(moon_currency, field, record) = (moon_currency)raw;
        return raw > 0 && raw <= UINT16_MAX;
    case MOON_KIND_DATE:
        AT(moon_date, field, record) = (moon_date)number;
        return number >= MOON_DATE_MIN && number <= MOON_DATE_MAX;
    case MOON_KIND_ENUM: AT(int, field, record) = (int)raw; return raw > 0 && raw <= enum_count(field);
    default: return false;
    }
}

static moon_status decode_bytes(const moon_field *field, moon_str bytes, void *record, moon_arena *keep,
                                moon_err *err) {
    bool good = bytes.len > 0;
    switch (field->kind) {
    case MOON_KIND_TEXT:
    case MOON_KIND_ID:
    case MOON_KIND_BYTES: AT(moon_str, field, record) = bytes; break;
    case MOON_KIND_DECIMAL: good = decode_decimal(bytes, &AT(moon_decimal, field, record)); break;
    case MOON_KIND_HASH:
        good = bytes.len == sizeof(moon_hash);
        if (good) memcpy(&AT(moon_hash, field, record), bytes.ptr, sizeof(moon_hash));
        good = good && moon_field_present(field, record);
        break;
    case MOON_KIND_TAGS: good = good && decode_tags(bytes, &AT(moon_tags, field, record), keep); break;
    case MOON_KIND_LIST: return decode_list(field, bytes, &AT(moon_list, field, record), keep, err);
    default: good = false;
    }
    return good ? MOON_OK : moon_fail(err, MOON_E_BOOK_DAMAGED, "field %s is malformed", field->name);
}

static const moon_field *field_by_number(const moon_type *type, uint64_t number, size_t *hint) {
    for (size_t i = *hint; i < type->field_count; i++)
        if (type->fields[i].number == number) {
            *hint = i + 1;
            return &type->fields[i];
        }
    return NULL;
}

moon_status moon_record_decode(const moon_type *type, moon_str bytes, bool personal, void *record,
                               moon_arena *keep, moon_err *err) {
    uint64_t tag, last = 0, raw = 0;
    size_t hint = 0;
    if (!personal) moon_record_init(type, record);
    while (bytes.len > 0) {
        moon_str before = bytes, sized = MOON_STR_NONE;
        if (!moon_varint_read(&bytes, &tag) || tag / 2 <= last ||
            ((tag & 1) ? !read_sized(&bytes, &sized) : !moon_varint_read(&bytes, &raw)))
            return moon_fail(err, MOON_E_BOOK_DAMAGED, "a record of type %s is malformed after field %llu",
                             type->name, (unsigned long long)last);
        last = tag / 2;
        const moon_field *field = field_by_number(type, last, &hint);
        if (!field) {
            moon_head *head = record;
            *(personal ? &head->unknown_personal : &head->unknown) = before;
            return MOON_OK;
        }
        if (((tag & 1) != 0) != is_sized(field->kind) || ((field->flags & MOON_PERSONAL) != 0) != personal)
            return moon_fail(err, MOON_E_BOOK_DAMAGED, "field %s of type %s is malformed", field->name,
                             type->name);
        if (tag & 1)
            MOON_TRY(decode_bytes(field, sized, record, keep, err));
        else if (!decode_number(field, raw, record))
            return moon_fail(err, MOON_E_BOOK_DAMAGED, "field %s of type %s is malformed", field->name,
                             type->name);
    }
    return MOON_OK;
}

/* ---- checking ---- */

static moon_status validate_text(const moon_field *field, moon_str text, moon_err *err) {
    moon_str rest = text;
    uint32_t ch;
    if (field->kind == MOON_KIND_ID && text.len > 0) return moon_id_check(text, err);
    if (text.len > MOON_TEXT_MAX)
        return moon_fail(err, MOON_E_TOO_LARGE, "the text has %zu bytes, more than %d", text.len,
                         MOON_TEXT_MAX);
    size_t bad = moon_text_invalid_at(text);
    if (bad < text.len)
        return moon_fail(err, MOON_E_TEXT_INVALID, "byte %zu of the text is not UTF-8", bad + 1);
    while (moon_text_next(&rest, &ch))
        if (ch == 0) return moon_fail(err, MOON_E_TEXT_INVALID, "the text holds a NUL byte");
    return MOON_OK;
}

static moon_status validate_field(const moon_field *field, const void *record, moon_err *err) {
    moon_status status;
    if (field->kind == MOON_KIND_TEXT || field->kind == MOON_KIND_ID)
        return validate_text(field, AT(moon_str, field, record), err);
    if (field->kind == MOON_KIND_ENUM &&
        (AT(int, field, record) < 0 || (size_t)AT(int, field, record) > enum_count(field)))
        return moon_fail(err, MOON_E_RECORD_INVALID, "%d is no value of this field", AT(int, field, record));
    if (field->kind == MOON_KIND_CURRENCY && AT(moon_currency, field, record) &&
        !moon_currency_known(AT(moon_currency, field, record)))
        return moon_fail(err, MOON_E_CURRENCY_UNKNOWN, "%d is no currency number of ISO 4217",
                         AT(moon_currency, field, record));
    if (field->kind == MOON_KIND_TAGS)
        for (size_t i = 0; i < AT(moon_tags, field, record).count; i++) {
            MOON_TRY(validate_text(field, AT(moon_tags, field, record).items[i].key, err));
            MOON_TRY(validate_text(field, AT(moon_tags, field, record).items[i].value, err));
        }
    if (field->kind != MOON_KIND_LIST) return MOON_OK;
    moon_list list = AT(moon_list, field, record);
    if (list.count > MOON_LIST_MAX)
        return moon_fail(err, MOON_E_TOO_LARGE, "the list has %zu parts, more than %d", list.count,
                         MOON_LIST_MAX);
    for (size_t i = 0; i < list.count; i++) {
        status = moon_record_validate(field->of, (char *)list.items + i * field->of->size, err);
        if (status != MOON_OK) return moon_err_context(err, "part %zu of %s", i + 1, field->name);
    }
    return MOON_OK;
}

static moon_status validate(const moon_type *type, const void *record, bool managed, moon_err *err) {
    for (size_t i = 0; i < type->field_count; i++) {
        const moon_field *field = &type->fields[i];
        bool gone = (field->flags & MOON_PERSONAL) && ((const moon_head *)record)->erased;
        bool needed = (field->flags & MOON_REQUIRED) && (managed || !(field->flags & MOON_MANAGED));
        if (needed && !gone && !moon_field_present(field, record))
            return moon_fail(err, MOON_E_FIELD_REQUIRED, "%s needs the field %s: %s", type->name, field->name,
                             field->doc);
        if (validate_field(field, record, err) != MOON_OK)
            return moon_err_context(err, "field %s of %s", field->name, type->name);
    }
    return MOON_OK;
}

moon_status moon_record_validate(const moon_type *type, const void *record, moon_err *err) {
    return validate(type, record, true, err);
}
moon_status moon_record_validate_given(const moon_type *type, const void *record, moon_err *err) {
    return validate(type, record, false, err);
}

static const char *state_name(const moon_type *type, int state) {
    const moon_field *field = moon_type_field(type, moon_str_of(type->state));
    return state > 0 && (size_t)state <= enum_count(field) ? field->names[state - 1] : "new";
}

moon_status moon_record_move(const moon_type *type, int from, int to, moon_err *err) {
    for (const struct moon_move *move = type->moves; move->to; move++)
        if (move->from == from && move->to == to) return MOON_OK;
    return moon_fail(err, MOON_E_STATE_REFUSED, "%s: what is %s cannot become %s", type->name,
                     state_name(type, from), state_name(type, to));
}

/* ---- text ---- */

static moon_status wrong_type(const moon_field *field, moon_str text, const char *want, moon_err *err) {
    return moon_fail(err, MOON_E_FIELD_TYPE, "%s wants %s, found \"%.*s\"", field->name, want,
                     MOON_STR_ARG(text));
}

static moon_status parse_enum(const moon_field *field, moon_str text, void *record, moon_err *err) {
    char choices[200] = "";
    for (int i = 0; field->names[i]; i++) {
        if (moon_str_is(text, field->names[i])) {
            AT(int, field, record) = i + 1;
            return MOON_OK;
        }
        size_t len = strlen(choices);
        snprintf(choices + len, sizeof choices - len, "%s%s", i ? ", " : "", field->names[i]);
    }
    return wrong_type(field, text, choices, err);
}

static moon_status parse_int(const moon_field *field, moon_str text, void *record, moon_err *err) {
    moon_decimal number;
    int64_t whole;
    if (moon_decimal_parse(text, &number, err) != MOON_OK ||
        moon_decimal_to_int(number, &whole, err) != MOON_OK)
        return wrong_type(field, text, "a whole number", err);
    AT(int64_t, field, record) = whole;
    return MOON_OK;
}

moon_status moon_field_parse(const moon_field *field, moon_str text, void *record, moon_arena *keep,
                             moon_err *err) {
    if (text.len == 0) {
        field_clear(field, record);
        return MOON_OK;
    }
    switch (field->kind) {
    case MOON_KIND_BOOL:
        if (!moon_str_is(text, "yes") && !moon_str_is(text, "no"))
            return wrong_type(field, text, "yes or no", err);
        AT(bool, field, record) = moon_str_is(text, "yes");
        return MOON_OK;
    case MOON_KIND_INT: return parse_int(field, text, record, err);
    case MOON_KIND_TEXT:
    case MOON_KIND_ID:
        MOON_TRY(validate_text(field, text, err));
        AT(moon_str, field, record) = moon_arena_str(keep, text);
        return MOON_OK;
    case MOON_KIND_DECIMAL: return moon_decimal_parse(text, &AT(moon_decimal, field, record), err);
    case MOON_KIND_CURRENCY: return moon_currency_parse(text, &AT(moon_currency, field, record), err);
    case MOON_KIND_DATE: return moon_date_parse(text, &AT(moon_date, field, record), err);
    case MOON_KIND_ENUM: return parse_enum(field, text, record, err);
    case MOON_KIND_HASH:
        if (!moon_hash_parse(text, &AT(moon_hash, field, record)))
            return wrong_type(field, text, "64 hexadecimal digits", err);
        return MOON_OK;
    default: return moon_fail(err, MOON_E_FIELD_TYPE, "%s cannot be given as one text", field->name);
    }
}

moon_str moon_tags_get(const moon_tags *tags, moon_str key) {
    for (size_t i = 0; i < tags->count; i++)
        if (moon_str_eq(tags->items[i].key, key)) return tags->items[i].value;
    return MOON_STR_NONE;
}

moon_tags moon_tags_with(const moon_tags *tags, moon_str key, moon_str value, moon_arena *keep) {
    moon_tags made = {MOON_NEW_N(keep, moon_tags_pair, tags->count + 1), 0};
    moon_tags_pair own = {moon_arena_str(keep, key), moon_arena_str(keep, value)};
    bool placed = value.len == 0;
    for (size_t i = 0; i < tags->count; i++) {
        int order = moon_str_cmp(tags->items[i].key, key);
        if (order >= 0 && !placed) {
            made.items[made.count++] = own;
            placed = true;
        }
        if (order != 0) made.items[made.count++] = tags->items[i];
    }
    if (!placed) made.items[made.count++] = own;
    return made;
}

static void format_tags(moon_tags tags, moon_buf *out) {
    for (size_t i = 0; i < tags.count; i++)
        moon_buf_printf(out, "%s%.*s=%.*s", i ? " " : "", MOON_STR_ARG(tags.items[i].key),
                        MOON_STR_ARG(tags.items[i].value));
}

void moon_field_format(const moon_field *field, const void *record, moon_currency currency, moon_buf *out) {
    char text[80];
    if (!moon_field_present(field, record)) return;
    switch (field->kind) {
    case MOON_KIND_BOOL: moon_buf_add_text(out, "yes"); break;
    case MOON_KIND_INT: moon_buf_printf(out, "%lld", (long long)AT(int64_t, field, record)); break;
    case MOON_KIND_MINOR:
        moon_buf_add(out, text, moon_money_format((moon_money){AT(int64_t, field, record), currency}, text));
        break;
    case MOON_KIND_DECIMAL:
        moon_buf_add(out, text, moon_decimal_format(AT(moon_decimal, field, record), text));
        break;
    case MOON_KIND_CURRENCY:
        moon_buf_add_text(out, moon_currency_code(AT(moon_currency, field, record)));
        break;
    case MOON_KIND_DATE: moon_buf_add(out, text, moon_date_format(AT(moon_date, field, record), text)); break;
    case MOON_KIND_ENUM: moon_buf_add_text(out, field->names[AT(int, field, record) - 1]); break;
    case MOON_KIND_HASH:
        moon_hash_format(&AT(moon_hash, field, record), text);
        moon_buf_add_text(out, text);
        break;
    case MOON_KIND_TAGS: format_tags(AT(moon_tags, field, record), out); break;
    case MOON_KIND_LIST: moon_buf_printf(out, "%zu", AT(moon_list, field, record).count); break;
    case MOON_KIND_BYTES: moon_buf_printf(out, "%zu bytes", AT(moon_str, field, record).len); break;
    case MOON_KIND_TEXT:
    case MOON_KIND_ID: moon_buf_add_str(out, AT(moon_str, field, record)); break;
    }
}

/* ---- whole records ---- */

bool moon_record_equal(const moon_type *type, const void *a, const void *b) {
    moon_buf left = MOON_BUF_EMPTY, right = MOON_BUF_EMPTY;
    bool equal = true;
    for (int half = 0; half < 2 && equal; half++) {
        moon_buf_clear(&left);
        moon_buf_clear(&right);
        moon_record_encode(type, a, half, &left);
        moon_record_encode(type, b, half, &right);
        equal = moon_str_eq(moon_buf_str(&left), moon_buf_str(&right));
    }
    moon_buf_free(&left);
    moon_buf_free(&right);
    return equal;
}

moon_currency moon_record_currency(const moon_type *type, const void *record) {
    const moon_field *field = moon_type_field(type, MOON_STR("currency"));
    return field ? AT(moon_currency, field, record) : 0;
}

void moon_record_copy(const moon_type *type, const void *from, void *to, moon_arena *keep) {
    moon_err err;
    moon_buf bytes = MOON_BUF_EMPTY;
    moon_head head = *(const moon_head *)from;
    for (int half = 0; half < 2; half++) {
        moon_buf_clear(&bytes);
        moon_record_encode(type, from, half, &bytes);
        moon_status status =
            moon_record_decode(type, moon_arena_str(keep, moon_buf_str(&bytes)), half, to, keep, &err);
        moon_assert(status == MOON_OK);
    }
    moon_buf_free(&bytes);
    ((moon_head *)to)->seq = head.seq;
    ((moon_head *)to)->erased = head.erased;
    ((moon_head *)to)->sealed = head.sealed.len ? moon_arena_str(keep, head.sealed) : MOON_STR_NONE;
}
