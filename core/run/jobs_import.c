/* Jobs that read files to import. The reader is a plugin, the meaning of its columns a mapping; both stay in
 * the worker. */
#include <stdlib.h>

#include "base/file.h"
#include "base/limits.h"
#include "run/import_kind.h"
#include "run/jobs.h"
#include "run/wire.h"
#include "script/plugin.h"
#include "store/store.h"

typedef struct importing {
    const moon_type *type;
    bool ended;
} importing;

moon_status moon_job_load_plugins(moon_job *job, const moon_arg *settings, moon_err *err) {
    moon_arg plugins = moon_arg_get(settings, "plugins");
    for (size_t i = 0; plugins.kind == MOON_ARG_MAP && i < plugins.map.count; i++) {
        moon_str name = moon_arena_str(&job->arena, plugins.map.items[i].name); /* ends with a NUL */
        MOON_TRY(moon_script_plugin(job->script, name.ptr, job->setup->plugin_folders, err));
    }
    return MOON_OK;
}

moon_status moon_job_import_begin(moon_job *job, moon_str request, moon_buf *reply, moon_err *err) {
    moon_str kind, mapping, file, path, bytes;
    moon_arg settings, today, facts;
    if (!moon_wire_read_str(&request, &kind) || !moon_wire_read_str(&request, &mapping) ||
        !moon_wire_read_str(&request, &file) || !moon_wire_read_str(&request, &path) ||
        !moon_wire_read_arg(&request, &settings, &job->arena) ||
        !moon_wire_read_arg(&request, &today, &job->arena))
        return moon_fail(err, MOON_E_INTERNAL, "a request to a worker is cut short");
    MOON_TRY(moon_job_load_plugins(job, &settings, err));
    MOON_TRY(moon_file_read(moon_arena_str(&job->arena, path).ptr, MOON_FILE_MAX, &job->arena, &bytes, err));
    moon_named input[] = {moon_arg_named("book", settings),
                          moon_arg_named("bytes", moon_arg_text(bytes)),
                          moon_arg_named("file", moon_arg_text(file)),
                          moon_arg_named("kind", moon_arg_text(kind)),
                          moon_arg_named("mapping", mapping.len ? moon_arg_text(mapping) : (moon_arg){0}),
                          moon_arg_named("today", today)};
    moon_arg args[] = {moon_arg_map(input, sizeof input / sizeof *input)};
    MOON_TRY(moon_script_call(job->script, "importing.begin", args, 1, &job->arena, &facts, err));
    importing *state = moon_malloc(sizeof *state);
    state->type = moon_import_kind_by_name(kind)->type;
    state->ended = false;
    free(job->state);
    job->state = state;
    moon_wire_add_arg(reply, &facts);
    return MOON_OK;
}

static moon_status add_record(moon_job *job, const char *verb, const moon_type *type, moon_buf *out,
                              moon_err *err) {
    void *record = moon_arena_alloc(&job->arena, type->size);
    MOON_TRY(moon_script_call_record(job->script, verb, NULL, 0, type, &job->arena, record, err));
    moon_wire_add_record(out, type, record);
    return MOON_OK;
}

static bool flag(const moon_arg *map, const char *name) {
    moon_arg value = moon_arg_get(map, name);
    return value.kind == MOON_ARG_BOOL && value.boolean;
}

/* One part: what importing.advance says, then the records it speaks of. */
static moon_status add_part(moon_job *job, const moon_arg *part, moon_buf *out, moon_err *err) {
    importing *state = job->state;
    bool record = flag(part, "record"), account = flag(part, "account");
    moon_buf_add_char(out, record);
    if (record) MOON_TRY(add_record(job, "importing.record", state->type, out, err));
    moon_buf_add_char(out, account);
    if (account) MOON_TRY(add_record(job, "importing.account", &moon_account_type, out, err));
    moon_wire_add_arg(out, part);
    return MOON_OK;
}

static moon_status next_parts(moon_job *job, moon_buf *reply, moon_err *err) {
    moon_buf parts = MOON_BUF_EMPTY;
    uint64_t count = 0;
    moon_status status = MOON_OK;
    importing *state = job->state;
    uint64_t most = state->type == &moon_event_type ? MOON_COMMIT_EVENTS : MOON_COMMIT_IMPORTS;
    while (status == MOON_OK && count < most && !state->ended) {
        moon_arg part;
        status = moon_script_call(job->script, "importing.advance", NULL, 0, &job->arena, &part, err);
        state->ended = status != MOON_OK || part.kind != MOON_ARG_MAP;
        if (state->ended) break;
        status = add_part(job, &part, &parts, err);
        count++;
    }
    if (status == MOON_OK) {
        moon_buf_add_varint(reply, count);
        moon_buf_add_str(reply, moon_buf_str(&parts));
    }
    moon_buf_free(&parts);
    return status;
}

moon_status moon_job_import_next(moon_job *job, moon_str request, moon_buf *reply, moon_err *err) {
    moon_change *change;
    (void)request;
    MOON_TRY(moon_change_begin(job->store, &change, err));
    moon_job_pay_hosts(job, change);
    moon_status status = next_parts(job, reply, err);
    moon_job_pay_hosts(job, NULL);
    moon_change_end(change);
    return status;
}
