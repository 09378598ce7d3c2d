/* Any bytes as what a worker sends: a value, a record, an error, a list of dependencies. What is read is
 * written back the same, or shorter by what follows; and arithmetic takes every number in it. The first byte
 * chooses. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "books/records.h"
#include "run/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require_that(bool holds, const char *what) {
    if (holds) return;
    fprintf(stderr, "wire_fuzz: %s\n", what);
    abort();
}

/* As the parent uses what it is told: printed, added, rounded. */
static void use(const moon_arg *arg) {
    char text[MOON_DECIMAL_TEXT], day[MOON_DATE_TEXT];
    moon_decimal sum;
    moon_money money;
    moon_err err;
    switch (arg->kind) {
    case MOON_ARG_DECIMAL:
        moon_decimal_format(arg->decimal, text);
        require_that(moon_decimal_sub(arg->decimal, arg->decimal, &sum, &err) == MOON_OK && sum.coef == 0,
                     "a number less itself is not zero");
        break;
    case MOON_ARG_MONEY:
        require_that(moon_money_round(arg->money.amount, arg->money.currency, MOON_HALF_UP, &money, &err) !=
                         MOON_E_CURRENCY_UNKNOWN,
                     "money of an unknown currency");
        break;
    case MOON_ARG_DATE: moon_date_format(arg->date, day); break;
    case MOON_ARG_PERIOD: require_that(moon_period_days(arg->period) > 0, "a period of no day"); break;
    case MOON_ARG_LIST:
        for (size_t i = 0; i < arg->list.count; i++) use(&arg->list.items[i]);
        break;
    case MOON_ARG_MAP:
        for (size_t i = 0; i < arg->map.count; i++) use(&arg->map.items[i].value);
        break;
    default: break;
    }
}

static void read_arg(moon_str bytes, moon_arena *arena) {
    moon_arg arg, back;
    moon_str rest = bytes;
    moon_buf out = MOON_BUF_EMPTY;
    if (!moon_wire_read_arg(&rest, &arg, arena)) return;
    require_that(rest.ptr + rest.len == bytes.ptr + bytes.len, "the rest does not end where the bytes do");
    use(&arg);
    moon_arg_text_of(&arg, "a");
    moon_arg_int_of(&arg, "a", 0);
    moon_wire_add_arg(&out, &arg);
    require_that(out.len == bytes.len - rest.len, "what was read is not written back");
    rest = moon_buf_str(&out);
    require_that(moon_wire_read_arg(&rest, &back, arena) && rest.len == 0, "what was written is not read");
    moon_buf_free(&out);
}

static void read_record(moon_str bytes, const moon_type *type, moon_arena *arena) {
    void *record = moon_arena_alloc(arena, type->size), *back = moon_arena_alloc(arena, type->size);
    moon_buf out = MOON_BUF_EMPTY;
    moon_err err;
    if (moon_wire_read_record(&bytes, type, record, arena, &err) != MOON_OK) {
        require_that(err.text[0] != 0, "an error without a text");
        return;
    }
    if (moon_record_validate(type, record, &err) != MOON_OK) return;
    moon_wire_add_record(&out, type, record);
    moon_str rest = moon_buf_str(&out);
    require_that(moon_wire_read_record(&rest, type, back, arena, &err) == MOON_OK && rest.len == 0 &&
                     moon_record_equal(type, record, back),
                 "a record is not read back");
    moon_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    moon_arena arena = MOON_ARENA_EMPTY;
    moon_err err;
    if (size == 0) return 0;
    moon_str bytes = {(const char *)data + 1, size - 1}, rest = bytes;
    switch (data[0] % 4) {
    case 0: read_arg(bytes, &arena); break;
    case 1: read_record(bytes, &moon_document_type, &arena); break;
    case 2: read_record(bytes, &moon_account_type, &arena); break;
    default:
        if (moon_wire_read_err(&rest, &err))
            require_that(strlen(err.text) < sizeof err.text && moon_status_name(err.code)[0],
                         "an error without an end");
    }
    moon_arena_free(&arena);
    return 0;
}
