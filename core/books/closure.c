#include "books/closure.h"

#include <stdlib.h>

#include "store/table.h"

static int by_path(const void *a, const void *b) {
    return moon_str_cmp(((const moon_file *)a)->path, ((const moon_file *)b)->path);
}

moon_hash moon_closure_id(moon_file *files, size_t count) {
    moon_hasher hasher;
    char engine[16];
    if (count) qsort(files, count, sizeof *files, by_path);
    moon_hasher_begin(&hasher);
    snprintf(engine, sizeof engine, "engine %d", MOON_ENGINE);
    moon_hasher_add_sized(&hasher, moon_str_of(engine));
    for (size_t i = 0; i < count; i++) {
        moon_hash content = moon_hash_of(files[i].bytes);
        moon_hasher_add_sized(&hasher, files[i].path);
        moon_hasher_add(&hasher, (moon_str){(const char *)content.bytes, sizeof content.bytes});
    }
    return moon_hasher_end(&hasher);
}

static moon_status store_blob(moon_change *change, moon_str bytes, moon_hash *id, moon_err *err) {
    moon_blob blob;
    bool found;
    moon_record_init(&moon_blob_type, &blob);
    *id = blob.id = moon_hash_of(bytes);
    MOON_TRY(moon_get(change, &moon_blob_type, &blob, &found, err));
    if (found) return MOON_OK;
    blob.bytes = bytes;
    return moon_put(change, &moon_blob_type, &blob, err);
}

moon_status moon_closure_store(moon_change *change, moon_file *files, size_t count, moon_hash *id,
                               moon_err *err) {
    moon_closure closure;
    bool found;
    moon_record_init(&moon_closure_type, &closure);
    closure.id = moon_closure_id(files, count);
    MOON_TRY(moon_get(change, &moon_closure_type, &closure, &found, err));
    *id = closure.id;
    if (found) return MOON_OK;
    moon_source *sources = MOON_NEW_N(moon_change_arena(change), moon_source, count);
    for (size_t i = 0; i < count; i++) {
        moon_record_init(&moon_source_type, &sources[i]);
        sources[i].path = files[i].path;
        MOON_TRY(store_blob(change, files[i].bytes, &sources[i].content, err));
    }
    closure.sources = (moon_list){sources, count};
    closure.engine = MOON_ENGINE;
    return moon_put(change, &moon_closure_type, &closure, err);
}
