/* run/cell: one field of a record as text for people and programs.           Floor 5. */
#ifndef MOON_RUN_CELL_H
#define MOON_RUN_CELL_H

#include "store/record.h"

typedef enum moon_cell {
    MOON_CELL_TEXT,
    MOON_CELL_INT,    /* a whole number */
    MOON_CELL_NUMBER, /* an exact decimal: amounts, prices, quantities */
    MOON_CELL_DATE,
    MOON_CELL_BOOL /* "yes" or "" */
} moon_cell;

moon_cell moon_cell_of(const moon_type *type, const moon_field *field);
/* Base amounts of the ledger are whole numbers of minor units in records, and amounts for people. */
bool moon_cell_is_base(const moon_type *type, const moon_field *field);
/* Append a field as moon_field_format does; base amounts as amounts, bytes that are no text in hexadecimal
 * digits. "" for absent. */
void moon_cell_add(const moon_type *type, const moon_field *field, const void *record, moon_currency currency,
                   moon_currency base, moon_buf *out);

/* Append a number with commas between thousands, as people read it; what is no plain number is appended as it is. */
void moon_cell_add_grouped(moon_str number, moon_buf *out);

#endif
