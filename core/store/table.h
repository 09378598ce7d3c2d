/* store/table: records by type in a change: get, put, delete, scan.         Floor 2.
 *
 * Everything read lives in the change's arena until the change ends, or until moon_change_arena is rewound by a
 * caller who owns the stretch of work. Personal fields are opened with the account's key; a record whose key is
 * gone has moon_head.erased. */
#ifndef MOON_STORE_TABLE_H
#define MOON_STORE_TABLE_H

#include "store/record.h"
#include "store/store.h"

/* Read the record whose key fields are set in `record`; the rest is filled in. found = false leaves `record` as
 * it was. */
MOON_CHECK moon_status moon_get(moon_change *change, const moon_type *type, void *record, bool *found,
                                moon_err *err);

/* Write a record: validated, its state's move allowed, index entries kept. Writing what is there already writes
 * nothing. MOON_E_FIELD_REQUIRED, MOON_E_RECORD_INVALID, MOON_E_STATE_REFUSED, MOON_E_TOO_LARGE, MOON_E_CRYPT. */
MOON_CHECK moon_status moon_put(moon_change *change, const moon_type *type, const void *record,
                                moon_err *err);
/* Remove the record with these key fields; none is no error. */
MOON_CHECK moon_status moon_delete(moon_change *change, const moon_type *type, const void *record,
                                   moon_err *err);

/* A walk over records in the order of their keys or of one of their indexes. */
typedef struct moon_scan {
    moon_change *change;
    const moon_type *type;
    int index; /* -1: by key */
    moon_range *range;
} moon_scan;

#define MOON_BY_KEY (-1)
/* The number of the index named `name` of a type (an assertion if there is none). */
int moon_type_index(const moon_type *type, const char *name);

/* From the first record whose first `low_count` fields (of the index, then of the key) are those of `low`, to
 * the last whose first `high_count` are those of `high`. Counts 0: no bound; both NULL then. */
MOON_CHECK moon_status moon_scan_begin(moon_change *change, const moon_type *type, int index, const void *low,
                                       size_t low_count, const void *high, size_t high_count, bool backwards,
                                       moon_scan *scan, moon_err *err);
MOON_CHECK moon_status moon_scan_next(moon_scan *scan, void *record, bool *more, moon_err *err);
void moon_scan_end(moon_scan *scan);

/* Decode a stored value (moon_value.bytes) of a type; its key fields are part of the bytes. Used by verify and
 * digest. */
MOON_CHECK moon_status moon_stored_decode(moon_change *change, const moon_type *type, moon_str bytes,
                                          void *record, moon_err *err);
/* The part of a stored value that is not sealed. For the digest and verify. */
MOON_CHECK moon_status moon_stored_open_half(const moon_type *type, moon_str bytes, moon_str *open_half,
                                             moon_err *err);

#endif
