#include "run/jobs_usage.h"

#include "base/limits.h"
#include "books/event.h"
#include "books/usage.h"
#include "run/jobs_period.h"
#include "store/table.h"

/* What is asked for. */
typedef struct asked {
    moon_str agreement;
    moon_events of;
    moon_str what;
} asked;

static bool is_text(const moon_arg *arg) { return arg->kind == MOON_ARG_TEXT; }

static moon_status read_asked(const moon_drafting *d, const moon_arg *args, size_t n, asked *out,
                              moon_err *err) {
    bool good = n >= 5 && is_text(&args[0]) && is_text(&args[1]) && args[2].kind == MOON_ARG_DATE &&
                args[3].kind == MOON_ARG_DATE && is_text(&args[4]) && d->account.len > 0;
    if (!good)
        return moon_fail(err, MOON_E_SCRIPT_VALUE,
                         "usage wants an agreement, a meter, two days and what to read, while a document is "
                         "drafted");
    *out = (asked){args[0].text, {d->account, args[1].text, {args[2].date, args[3].date}}, args[4].text};
    return MOON_OK;
}

/* ---- inputs ---- */

/* Note the usage of some days; `sum` is what they come to. */
static moon_status note(moon_drafting *d, const asked *a, moon_period days, moon_aggregate *sum,
                        moon_arena *scratch, moon_err *err) {
    moon_input input;
    MOON_TRY(moon_usage_of(d->change, a->of.account, a->of.meter, days, sum, err));
    moon_usage_input(a->agreement, a->of.meter, days, sum, scratch, &input);
    moon_period_note(d, a->agreement, MOON_DATE_NONE, &input);
    return MOON_OK;
}

/* ---- host.usage ---- */

static moon_status read_sum(moon_drafting *d, const asked *a, moon_arena *scratch, moon_arg *result,
                            moon_err *err) {
    moon_aggregate sum;
    MOON_TRY(note(d, a, a->of.days, &sum, scratch, err));
    moon_named *facts = MOON_NEW_N(scratch, moon_named, 2);
    facts[0] = moon_arg_named("count", moon_arg_integer(sum.count));
    facts[1] = moon_arg_named("quantity", moon_arg_decimal(sum.quantity));
    *result = moon_arg_map(facts, 2);
    return MOON_OK;
}

static moon_arg rows_of(const moon_event *list, size_t count, moon_arena *scratch) {
    moon_arg *rows = MOON_NEW_N(scratch, moon_arg, count + 1);
    for (size_t i = 0; i < count; i++) rows[i] = moon_arg_row(&moon_event_type, &list[i], false);
    return moon_arg_list(rows, count);
}

/* `after` has the day and id of the event behind which to go on, or nothing. */
static moon_status read_events(moon_drafting *d, const asked *a, const moon_arg *after, size_t n,
                               moon_arena *scratch, moon_arg *result, moon_err *err) {
    moon_event last = {.id = MOON_STR_NONE}, *list;
    moon_aggregate sum;
    size_t count;
    bool more = n >= 2 && after[0].kind == MOON_ARG_DATE && is_text(&after[1]);
    if (more) {
        last.day = after[0].date;
        last.id = after[1].text;
    } else
        MOON_TRY(note(d, a, a->of.days, &sum, scratch, err));
    MOON_TRY(moon_events_read(d->change, &a->of, more ? &last : NULL, MOON_EVENTS_READ, scratch, &list,
                              &count, err));
    *result = rows_of(list, count, scratch);
    return MOON_OK;
}

static moon_status read_last_day(moon_drafting *d, const asked *a, moon_date carried, moon_arena *scratch,
                                 moon_arg *result, moon_err *err) {
    asked of = *a;
    moon_event *list;
    moon_aggregate sum;
    size_t count;
    bool found;
    MOON_TRY(moon_events_last_day(d->change, &a->of, &of.of.days.start, &found, err));
    if (!found) of.of.days.start = a->of.days.start;
    of.of.days.end = carried;
    MOON_TRY(note(d, a, of.of.days, &sum, scratch, err));
    *result = moon_arg_list(NULL, 0);
    if (!found) return MOON_OK;
    of.of.days.end = of.of.days.start + 1;
    MOON_TRY(moon_usage_of(d->change, of.of.account, of.of.meter, of.of.days, &sum, err));
    MOON_TRY(moon_events_read(d->change, &of.of, NULL, (size_t)sum.count, scratch, &list, &count, err));
    *result = rows_of(list, count, scratch);
    return MOON_OK;
}

moon_status moon_host_usage(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch, moon_arg *result,
                            moon_err *err) {
    moon_drafting *d = ctx;
    asked a;
    MOON_TRY(read_asked(d, args, n, &a, err));
    if (moon_str_is(a.what, "sum")) return read_sum(d, &a, scratch, result, err);
    if (moon_str_is(a.what, "events")) return read_events(d, &a, args + 5, n - 5, scratch, result, err);
    if (moon_str_is(a.what, "last_day")) {
        moon_date carried = n > 5 && args[5].kind == MOON_ARG_DATE ? args[5].date : a.of.days.end;
        return read_last_day(d, &a, carried, scratch, result, err);
    }
    return moon_fail(err, MOON_E_SCRIPT_VALUE, "usage has sum, events and last_day, not %.*s",
                     MOON_STR_ARG(a.what));
}
