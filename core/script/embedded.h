/* script/embedded: the files of lua/ and the starter rules/ inside the program.   Floor 4.
 *
 * tests/embed.sh writes the table when moonbill is built. With MOONBILL_LUA_DIR set, files of lua/ are read
 * from that folder instead, for edit-and-run. */
#ifndef MOON_SCRIPT_EMBEDDED_H
#define MOON_SCRIPT_EMBEDDED_H

#include "base/arena.h"

typedef struct moon_embedded {
    const char *path; /* "lua/pricing.lua", "rules/tax.lua" */
    const char *bytes;
    size_t len;
} moon_embedded;

/* Ends with a row whose path is NULL. Valid for ever. */
extern const moon_embedded moon_embedded_files[];

/* The row with this path, or NULL. */
const moon_embedded *moon_embedded_find(moon_str path);

/* The text of a library file such as "lua/pricing.lua": from the folder MOONBILL_LUA_DIR if that is set, else
 * embedded. `out` may live in `keep`. MOON_E_NOT_FOUND, and what moon_file_read returns. */
MOON_CHECK moon_status moon_embedded_library(const char *path, moon_arena *keep, moon_str *out,
                                             moon_err *err);

#endif
