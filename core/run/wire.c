#include "run/wire.h"

#include "base/limits.h"
#include "base/text.h"
#include "store/record.h"

void moon_wire_add_str(moon_buf *out, moon_str s) {
    moon_buf_add_varint(out, s.len);
    moon_buf_add_str(out, s);
}

bool moon_wire_read_str(moon_str *rest, moon_str *s) {
    uint64_t len;
    if (!moon_varint_read(rest, &len) || len > rest->len) return false;
    *s = moon_str_sub(*rest, 0, len);
    *rest = moon_str_sub(*rest, len, rest->len);
    return true;
}

/* ---- values ---- */

static void add_raw(moon_buf *out, const void *bytes, size_t size) { moon_buf_add(out, bytes, size); }

static bool read_raw(moon_str *rest, void *bytes, size_t size) {
    if (rest->len < size) return false;
    memcpy(bytes, rest->ptr, size);
    *rest = moon_str_sub(*rest, size, rest->len);
    return true;
}

/* Member by member: between them lies what happened to be in memory. */
static void add_decimal(moon_buf *out, moon_decimal value) {
    add_raw(out, &value.coef, sizeof value.coef);
    add_raw(out, &value.scale, sizeof value.scale);
}

void moon_wire_add_arg(moon_buf *out, const moon_arg *arg) {
    moon_buf_add_char(out, (char)arg->kind);
    switch (arg->kind) {
    case MOON_ARG_NIL: break;
    case MOON_ARG_BOOL: moon_buf_add_char(out, arg->boolean); break;
    case MOON_ARG_INTEGER: add_raw(out, &arg->integer, sizeof arg->integer); break;
    case MOON_ARG_DECIMAL: add_decimal(out, arg->decimal); break;
    case MOON_ARG_MONEY:
        add_decimal(out, arg->money.amount);
        add_raw(out, &arg->money.currency, sizeof arg->money.currency);
        break;
    case MOON_ARG_DATE: add_raw(out, &arg->date, sizeof arg->date); break;
    case MOON_ARG_PERIOD: add_raw(out, &arg->period, sizeof arg->period); break;
    case MOON_ARG_TEXT: moon_wire_add_str(out, arg->text); break;
    case MOON_ARG_LIST:
        moon_buf_add_varint(out, arg->list.count);
        for (size_t i = 0; i < arg->list.count; i++) moon_wire_add_arg(out, &arg->list.items[i]);
        break;
    case MOON_ARG_MAP:
        moon_buf_add_varint(out, arg->map.count);
        for (size_t i = 0; i < arg->map.count; i++) {
            moon_wire_add_str(out, arg->map.items[i].name);
            moon_wire_add_arg(out, &arg->map.items[i].value);
        }
        break;
    case MOON_ARG_ROW:
    case MOON_ARG_RECORD: moon_assert(!"a record is sent as its bytes");
    }
}

static bool read_arg(moon_str *rest, moon_arg *arg, moon_arena *keep, int depth);

/* Canonical, as all arithmetic expects it: a scale that is none would lead out of its tables. */
static bool read_decimal(moon_str *rest, moon_decimal *value) {
    moon_decimal canonical;
    moon_err ignored;
    return read_raw(rest, &value->coef, sizeof value->coef) &&
           read_raw(rest, &value->scale, sizeof value->scale) && value->scale >= 0 &&
           value->scale <= MOON_DECIMAL_SCALE_MAX &&
           moon_decimal_make(value->coef, value->scale, &canonical, &ignored) == MOON_OK &&
           moon_decimal_eq(*value, canonical);
}

static bool is_day(moon_date date) { return date >= MOON_DATE_MIN && date <= MOON_DATE_MAX; }

static bool read_simple(moon_str *rest, moon_arg *arg) {
    unsigned char byte;
    switch (arg->kind) {
    case MOON_ARG_BOOL:
        if (!read_raw(rest, &byte, 1) || byte > 1) return false;
        arg->boolean = byte;
        return true;
    case MOON_ARG_INTEGER: return read_raw(rest, &arg->integer, sizeof arg->integer);
    case MOON_ARG_DECIMAL: return read_decimal(rest, &arg->decimal);
    case MOON_ARG_MONEY:
        return read_decimal(rest, &arg->money.amount) &&
               read_raw(rest, &arg->money.currency, sizeof arg->money.currency) &&
               moon_currency_known(arg->money.currency);
    case MOON_ARG_DATE:
        return read_raw(rest, &arg->date, sizeof arg->date) &&
               (arg->date == MOON_DATE_NONE || is_day(arg->date));
    case MOON_ARG_PERIOD:
        return read_raw(rest, &arg->period, sizeof arg->period) && is_day(arg->period.start) &&
               is_day(arg->period.end) && arg->period.start < arg->period.end;
    case MOON_ARG_TEXT: return moon_wire_read_str(rest, &arg->text);
    default: return false;
    }
}

static bool read_list(moon_str *rest, moon_arg *arg, moon_arena *keep, int depth) {
    uint64_t count;
    if (!moon_varint_read(rest, &count) || count > rest->len) return false;
    moon_arg *items = MOON_NEW_N(keep, moon_arg, count);
    for (size_t i = 0; i < count; i++)
        if (!read_arg(rest, &items[i], keep, depth)) return false;
    *arg = moon_arg_list(items, count);
    return true;
}

static bool read_map(moon_str *rest, moon_arg *arg, moon_arena *keep, int depth) {
    uint64_t count;
    if (!moon_varint_read(rest, &count) || count > rest->len) return false;
    moon_named *items = MOON_NEW_N(keep, moon_named, count);
    for (size_t i = 0; i < count; i++)
        if (!moon_wire_read_str(rest, &items[i].name) || !read_arg(rest, &items[i].value, keep, depth))
            return false;
    *arg = moon_arg_map(items, count);
    return true;
}

static bool read_arg(moon_str *rest, moon_arg *arg, moon_arena *keep, int depth) {
    unsigned char kind;
    if (depth > MOON_NEST_MAX || !read_raw(rest, &kind, 1)) return false;
    *arg = (moon_arg){.kind = (moon_arg_kind)kind};
    switch (arg->kind) {
    case MOON_ARG_NIL: return true;
    case MOON_ARG_LIST: return read_list(rest, arg, keep, depth + 1);
    case MOON_ARG_MAP: return read_map(rest, arg, keep, depth + 1);
    default: return read_simple(rest, arg);
    }
}

bool moon_wire_read_arg(moon_str *rest, moon_arg *arg, moon_arena *keep) {
    return read_arg(rest, arg, keep, 0);
}

moon_str moon_arg_text_of(const moon_arg *map, const char *name) {
    moon_arg value = moon_arg_get(map, name);
    return value.kind == MOON_ARG_TEXT ? value.text : MOON_STR_NONE;
}

int64_t moon_arg_int_of(const moon_arg *map, const char *name, int64_t otherwise) {
    moon_arg value = moon_arg_get(map, name);
    moon_err ignored;
    int64_t whole;
    if (value.kind == MOON_ARG_INTEGER) return value.integer;
    if (value.kind == MOON_ARG_DECIMAL && moon_decimal_to_int(value.decimal, &whole, &ignored) == MOON_OK)
        return whole;
    return otherwise;
}

/* ---- errors and records ---- */

void moon_wire_add_err(moon_buf *out, const moon_err *err) { add_raw(out, err, sizeof *err); }

static void end_text(char *text, size_t size) {
    text[size - 1] = 0;
    moon_text_repair(text);
}

bool moon_wire_read_err(moon_str *rest, moon_err *err) {
    if (!read_raw(rest, err, sizeof *err)) return false;
    if (err->code <= MOON_OK || err->code >= MOON_STATUS_COUNT) return false;
    end_text(err->place, sizeof err->place);
    end_text(err->text, sizeof err->text);
    end_text(err->source, sizeof err->source);
    end_text(err->context, sizeof err->context);
    end_text(err->hint, sizeof err->hint);
    return true;
}

void moon_wire_add_record(moon_buf *out, const moon_type *type, const void *record) {
    moon_buf half = MOON_BUF_EMPTY;
    for (int personal = 0; personal < 2; personal++) {
        moon_buf_clear(&half);
        moon_record_encode(type, record, personal, &half);
        moon_wire_add_str(out, moon_buf_str(&half));
    }
    moon_buf_free(&half);
}

moon_status moon_wire_read_record(moon_str *rest, const moon_type *type, void *record, moon_arena *keep,
                                  moon_err *err) {
    moon_str half;
    for (int personal = 0; personal < 2; personal++) {
        if (!moon_wire_read_str(rest, &half))
            return moon_fail(err, MOON_E_SCRIPT_CRASH, "the worker's answer is cut short");
        MOON_TRY(moon_record_decode(type, half, personal, record, keep, err));
    }
    return MOON_OK;
}
