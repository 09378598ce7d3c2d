/* Quotes: a plan priced without any agreement, by lua/quoting.lua. */
#include "base/file.h"
#include "base/limits.h"
#include "books/party.h"
#include "run/drafting.h"
#include "run/jobs.h"
#include "run/wire.h"

/* host.product(id, date), in a book: the product's version of that day, nil if there is none. */
static moon_status host_product(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch,
                                moon_arg *result, moon_err *err) {
    moon_drafting *d = ctx;
    moon_product *product = MOON_NEW(scratch, moon_product);
    bool found = false;
    if (n < 2 || args[0].kind != MOON_ARG_TEXT || args[1].kind != MOON_ARG_DATE)
        return moon_fail(err, MOON_E_SCRIPT_VALUE, "product wants an id and a date");
    if (d->change)
        MOON_TRY(
            moon_version_at(d->change, &moon_product_type, args[0].text, args[1].date, product, &found, err));
    if (found) *result = moon_arg_record(&moon_product_type, product);
    return MOON_OK;
}

/* Without a book there are no accounts. */
static moon_status find_account(moon_drafting *d, moon_str id, moon_date day, moon_arg *out, moon_err *err) {
    moon_account *account = MOON_NEW(&d->job->arena, moon_account);
    if (id.len == 0) return MOON_OK;
    if (!d->change) return moon_fail(err, MOON_E_NOT_FOUND, "there is no account without a book");
    MOON_TRY(moon_drafting_account(d, id, day, account, err));
    *out = moon_arg_row(&moon_account_type, account, true);
    return MOON_OK;
}

static moon_status call(moon_drafting *d, moon_str verb, const moon_arg *given, moon_str account,
                        moon_str path, moon_buf *reply, moon_err *err) {
    moon_arena *keep = &d->job->arena;
    moon_arg found = {0}, result = {0};
    moon_str text = MOON_STR_NONE;
    MOON_TRY(moon_script_require(d->job->script, "quoting", err));
    MOON_TRY(find_account(d, account, moon_arg_get(given, "today").date, &found, err));
    if (path.len) MOON_TRY(moon_file_read(path.ptr, MOON_FILE_MAX, keep, &text, err));
    size_t count = given->kind == MOON_ARG_MAP ? given->map.count : 0;
    moon_named *items = MOON_NEW_N(keep, moon_named, count + 3);
    if (count) memcpy(items, given->map.items, count * sizeof *items);
    items[count] = moon_arg_named("account", found);
    items[count + 1] = moon_arg_named("path", moon_arg_text(path));
    items[count + 2] = moon_arg_named("text", moon_arg_text(text));
    moon_arg input = moon_arg_map(items, count + 3);
    moon_str name = moon_arena_printf(keep, "quoting.%.*s", MOON_STR_ARG(verb));
    MOON_TRY(moon_script_call(d->job->script, name.ptr, &input, 1, keep, &result, err));
    moon_wire_add_arg(reply, &result);
    return MOON_OK;
}

moon_status moon_job_quote(moon_job *job, moon_str request, moon_buf *reply, moon_err *err) {
    static moon_drafting kept;
    moon_str verb, account, path;
    moon_arg given;
    if (!moon_wire_read_str(&request, &verb) || !moon_wire_read_arg(&request, &given, &job->arena) ||
        !moon_wire_read_str(&request, &account) || !moon_wire_read_str(&request, &path))
        return moon_fail(err, MOON_E_INTERNAL, "a request to a worker is cut short");
    if (!kept.job) moon_script_provide(job->script, "product", host_product, &kept);
    kept = (moon_drafting){.job = job};
    if (job->store) MOON_TRY(moon_change_begin(job->store, &kept.change, err));
    path = moon_arena_str(&job->arena, path); /* ends with a NUL */
    moon_status status = call(&kept, verb, &given, account, path, reply, err);
    if (kept.change) moon_change_end(kept.change);
    kept.change = NULL;
    return status;
}
