#include "script/embedded.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/limits.h"

const moon_embedded *moon_embedded_find(moon_str path) {
    for (const moon_embedded *e = moon_embedded_files; e->path; e++)
        if (moon_str_is(path, e->path)) return e;
    return NULL;
}

moon_status moon_embedded_library(const char *path, moon_arena *keep, moon_str *out, moon_err *err) {
    const char *folder = getenv("MOONBILL_LUA_DIR");
    if (folder && folder[0]) {
        moon_str name = moon_str_of(path);
        moon_str file =
            moon_arena_printf(keep, "%s/%.*s", folder, MOON_STR_ARG(moon_str_sub(name, 4, name.len)));
        return moon_file_read(file.ptr, MOON_RULE_FILE_MAX, keep, out, err);
    }
    const moon_embedded *e = moon_embedded_find(moon_str_of(path));
    if (!e) return moon_fail(err, MOON_E_NOT_FOUND, "the library has no file %s", path);
    *out = (moon_str){e->bytes, e->len};
    return MOON_OK;
}
