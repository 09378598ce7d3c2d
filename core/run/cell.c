#include "run/cell.h"

#include "base/text.h"
#include "books/records.h"

bool moon_cell_is_base(const moon_type *type, const moon_field *field) {
    return (type == &moon_entry_line_type || type == &moon_balance_type) && strcmp(field->name, "base") == 0;
}

/* Values of orders are exact and may have more decimals than their currency; they are shown with at least as
 * many. */
static bool is_amount(const moon_type *type, const moon_field *field) {
    return (type == &moon_order_type && strcmp(field->name, "value") == 0) ||
           (type == &moon_parked_type && strcmp(field->name, "amount") == 0);
}

moon_cell moon_cell_of(const moon_type *type, const moon_field *field) {
    switch (field->kind) {
    case MOON_KIND_BOOL: return MOON_CELL_BOOL;
    case MOON_KIND_INT: return moon_cell_is_base(type, field) ? MOON_CELL_NUMBER : MOON_CELL_INT;
    case MOON_KIND_LIST: return MOON_CELL_INT;
    case MOON_KIND_DECIMAL:
    case MOON_KIND_MINOR: return MOON_CELL_NUMBER;
    case MOON_KIND_DATE: return MOON_CELL_DATE;
    default: return MOON_CELL_TEXT;
    }
}

static bool is_text(moon_str bytes) {
    if (bytes.len == MOON_HASH_SIZE || moon_text_invalid_at(bytes) < bytes.len) return false;
    for (size_t i = 0; i < bytes.len; i++)
        if ((unsigned char)bytes.ptr[i] < 32 && !strchr("\n\r\t", bytes.ptr[i])) return false;
    return true;
}

void moon_cell_add(const moon_type *type, const moon_field *field, const void *record, moon_currency currency,
                   moon_currency base, moon_buf *out) {
    char text[64];
    if (is_amount(type, field) && currency && moon_field_present(field, record)) {
        moon_decimal amount = *(const moon_decimal *)moon_field_at(field, record);
        moon_buf_add(out, text, moon_decimal_format_places(amount, moon_currency_exponent(currency), text));
    } else if (moon_cell_is_base(type, field)) {
        int64_t minor = *(const int64_t *)moon_field_at(field, record);
        if (minor != MOON_INT_NONE)
            moon_buf_add(out, text, moon_money_format((moon_money){minor, base}, text));
    } else if (field->kind == MOON_KIND_BYTES) {
        const moon_str *bytes = moon_field_at(field, record);
        if (is_text(*bytes)) {
            moon_buf_add_str(out, *bytes);
            return;
        }
        for (size_t i = 0; i < bytes->len; i++) moon_buf_printf(out, "%02x", (unsigned char)bytes->ptr[i]);
    } else
        moon_field_format(field, record, currency, out);
}

void moon_cell_add_grouped(moon_str number, moon_buf *out) {
    size_t first = number.len > 0 && number.ptr[0] == '-', whole = moon_str_find(number, '.', 0);
    for (size_t i = 0; i < number.len; i++) {
        bool digit = number.ptr[i] >= '0' && number.ptr[i] <= '9';
        if (digit && i > first && i < whole && (whole - i) % 3 == 0) moon_buf_add_char(out, ',');
        moon_buf_add_char(out, number.ptr[i]);
    }
}
