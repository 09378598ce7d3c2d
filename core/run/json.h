/* run/json: JSON (RFC 8259), written piece by piece.                         Floor 5.
 *
 * Amounts and other decimals are texts ("12.50"), for most readers of JSON would make floats of numbers; counts
 * are numbers. Dates are texts by ISO 8601. What is absent is left out. */
#ifndef MOON_RUN_JSON_H
#define MOON_RUN_JSON_H

#include "base/buf.h"
#include "store/record.h"

typedef struct moon_json {
    moon_buf *out;
    int depth;
    bool comma; /* something stands before, on this level */
    bool named; /* a name was written, its value is due */
} moon_json;

moon_json moon_json_begin(moon_buf *out);
/* '{' or '[', and '}' or ']'. The outermost end is followed by a line feed. */
void moon_json_open(moon_json *json, char bracket);
void moon_json_close(moon_json *json, char bracket);
void moon_json_name(moon_json *json, const char *name);
/* Bytes that are not UTF-8 become U+FFFD. */
void moon_json_text(moon_json *json, moon_str text);
void moon_json_int(moon_json *json, int64_t value);
void moon_json_bool(moon_json *json, bool value);

/* A record with all its fields, lists included; bytes that are text as text, others in hexadecimal digits.
 *   base  the book's currency, for the base amounts of ledger lines */
void moon_json_record(moon_json *json, const moon_type *type, const void *record, moon_currency base);
/* Its fields alone, within an object that is open. */
void moon_json_fields(moon_json *json, const moon_type *type, const void *record, moon_currency base);

#endif
