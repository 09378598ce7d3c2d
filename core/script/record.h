/* script/record: records of the books in Lua, and Lua tables as records.    Floor 4.
 *
 * A view is a read-only look at a C struct that a moon_type describes; fields are decoded when they are read.
 * It does not own the struct and is valid in the call it was made in: used later, it raises. Absent fields are
 * nil; an unknown field raises MOON_E_FIELD_UNKNOWN, naming one that looks like it. MINOR fields are money in
 * the currency of the outermost record; enums are their names; hashes hexadecimal text; lists answer `#`, an
 * index, ipairs and pairs; tags answer a key (nil for one that is absent) and pairs. */
#ifndef MOON_SCRIPT_RECORD_H
#define MOON_SCRIPT_RECORD_H

#include <lua.h>

#include "base/arena.h"
#include "store/record.h"

void moon_push_view(lua_State *L, const moon_type *type, const void *data);
/* A table with the plain fields of a record and its tags; `whole`: its lists too. Absent fields are nil. */
void l_push_row(lua_State *L, const moon_type *type, const void *data, bool whole);
/* Is this a view of one record (not of a list or tags)? Does not ask whether it is still valid. */
bool moon_view_at(lua_State *L, int index, const moon_type **type, const void **data);

/* The tags of a view of tags; false for anything else. Raises if it is of an earlier call. */
bool l_tags_at(lua_State *L, int index, moon_tags *out);

/* Make a struct from the table at `index`: every field of the right type, none unknown, the required ones
 * present. Texts are copied to `keep`. A view of the same type is copied whole. Raises MOON_E_FIELD_TYPE,
 * MOON_E_FIELD_UNKNOWN, MOON_E_FIELD_REQUIRED, MOON_E_RECORD_INVALID, with the path ("lines[3].quantity").
 * Amounts for MINOR fields are money of the record's currency, in whole minor units. Fields that moonbill
 * manages may be given by the library. */
void l_read_record(lua_State *L, int index, const moon_type *type, void *record, moon_arena *keep);

#endif
