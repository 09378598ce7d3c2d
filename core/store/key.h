/* store/key: keys whose bytes sort as their values do.                      Floor 2.
 *
 * A record's key: type number, then the type's key fields. An index entry: 0x80 | type number, index number,
 * the index's fields, then the record's key fields; its value is empty. So every listing is a range.
 *
 *   text, id   bytes with 0x00 written 0x00 0xFF, ended by 0x00 0x00; as field of an index cut at MOON_ID_MAX
 *              bytes
 *   int, minor 8 bytes, big-endian, sign bit turned
 *   date       4 bytes likewise (absent: before every date)
 *   enum       1 byte;  currency 2 bytes;  hash 32 bytes; bool 1 byte */
#ifndef MOON_STORE_KEY_H
#define MOON_STORE_KEY_H

#include "store/record.h"

#define MOON_KEY_LINK 0x01  /* links of the audit chain, by sequence */
#define MOON_KEY_INDEX 0x80 /* from here on: index entries */

/* Append one field of `record` as a key component. Decimals, tags, bytes and lists cannot be in keys (an
 * assertion). */
void moon_key_add_field(moon_buf *key, const moon_field *field, const void *record);
void moon_key_add_int(moon_buf *key, int64_t value);

/* The key of a record. MOON_E_TOO_LARGE beyond MOON_KEY_MAX. `count` takes only the first `count` key fields (a
 * prefix for ranges); MOON_KEY_FIELDS_MAX takes all. */
MOON_CHECK moon_status moon_key_of(const moon_type *type, const void *record, size_t count, moon_buf *key,
                                   moon_err *err);
/* The entry of a record in an index; `count` as above counts the index's fields, then those of the key. */
MOON_CHECK moon_status moon_key_of_index(const moon_type *type, size_t index, const void *record,
                                         size_t count, moon_buf *key, moon_err *err);
/* The key of the record that an index entry points to. False if the entry is malformed. */
bool moon_key_from_index(const moon_type *type, size_t index, moon_str entry, moon_buf *key);
/* Fill the key fields of `record` from its key; texts borrow from `keep`. False if malformed. */
bool moon_key_read(const moon_type *type, moon_str key, void *record, moon_arena *keep);

#endif
