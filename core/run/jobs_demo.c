/* The job that plays the world around the demo book (lua/demo.lua). */
#include "books/records.h"
#include "run/jobs.h"
#include "run/wire.h"
#include "store/table.h"

/* What lua/demo.lua is told of an item: its fields by name, sorted. */
static moon_arg told(moon_arena *keep, const moon_item *item) {
    moon_named fields[] = {
        moon_arg_named("account", moon_arg_text(item->account)),
        moon_arg_named("amount", moon_arg_integer(item->amount)),
        moon_arg_named("date", moon_arg_date(item->date)),
        moon_arg_named("due", moon_arg_date(item->due)),
        moon_arg_named("id", moon_arg_text(item->document)),
        moon_arg_named("kind", moon_arg_text(moon_str_of(moon_item_kinds[item->kind - 1]))),
        moon_arg_named("number", moon_arg_text(item->number)),
        moon_arg_named("open", moon_arg_integer(item->open))};
    const size_t count = sizeof fields / sizeof *fields;
    moon_named *kept = MOON_NEW_N(keep, moon_named, count);
    memcpy(kept, fields, sizeof fields);
    return moon_arg_map(kept, count);
}

static moon_status items_of(moon_change *change, moon_arena *keep, moon_arg *out, moon_err *err) {
    moon_scan scan;
    moon_arg *list = NULL;
    size_t count = 0, room = 0;
    MOON_TRY(moon_scan_begin(change, &moon_item_type, MOON_BY_KEY, NULL, 0, NULL, 0, false, &scan, err));
    for (;;) {
        moon_item item;
        bool more;
        moon_status status = moon_scan_next(&scan, &item, &more, err);
        if (status != MOON_OK || !more) {
            moon_scan_end(&scan);
            *out = moon_arg_list(list, count);
            return status;
        }
        if (count == room) {
            room = room ? room * 2 : 512;
            moon_arg *larger = MOON_NEW_N(keep, moon_arg, room);
            if (count) memcpy(larger, list, count * sizeof *list);
            list = larger;
        }
        list[count++] = told(keep, &item);
    }
}

moon_status moon_job_demo(moon_job *job, moon_str request, moon_buf *reply, moon_err *err) {
    moon_str verb;
    moon_arg args[2], answer;
    moon_change *change;
    if (!moon_wire_read_str(&request, &verb) || !moon_wire_read_arg(&request, &args[0], &job->arena))
        return moon_fail(err, MOON_E_INTERNAL, "a request to a worker is cut short");
    MOON_TRY(moon_change_begin(job->store, &change, err));
    moon_status status = items_of(change, &job->arena, &args[1], err);
    if (status == MOON_OK)
        status = moon_script_call(job->script, moon_arena_str(&job->arena, verb).ptr, args, 2, &job->arena,
                                  &answer, err);
    if (status == MOON_OK) moon_wire_add_arg(reply, &answer);
    moon_change_end(change);
    return status;
}
