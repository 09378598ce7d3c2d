/* Jobs about changes of agreements. */
#include "books/records.h"
#include "run/jobs.h"
#include "run/wire.h"

/* Whether the plan bills the last day of an agreement, which is then its end. */
static moon_status bills_last_day(moon_job *job, const moon_agreement *version, moon_arg *out,
                                  moon_err *err) {
    moon_arg plan = moon_arg_text(version->plan), timings;
    MOON_TRY(moon_script_call(job->script, "periods.timings", &plan, 1, &job->arena, &timings, err));
    *out = moon_arg_get(&timings, "bill_last_day");
    return MOON_OK;
}

moon_status moon_job_around(moon_job *job, moon_str request, moon_buf *reply, moon_err *err) {
    moon_arg day, period, last = {0};
    uint64_t count;
    const moon_agreement *held = NULL;
    if (!moon_wire_read_arg(&request, &day, &job->arena) || !moon_varint_read(&request, &count) ||
        count > request.len)
        return moon_fail(err, MOON_E_INTERNAL, "a request to a worker is cut short");
    moon_agreement *versions = MOON_NEW_N(&job->arena, moon_agreement, count + 1);
    moon_arg *list = MOON_NEW_N(&job->arena, moon_arg, count + 1);
    for (uint64_t i = 0; i < count; i++) {
        MOON_TRY(moon_wire_read_record(&request, &moon_agreement_type, &versions[i], &job->arena, err));
        list[i] = moon_arg_record(&moon_agreement_type, &versions[i]);
        if (!held || versions[i].from <= day.date) held = &versions[i];
    }
    moon_named input[] = {{MOON_STR("day"), day}, {MOON_STR("versions"), moon_arg_list(list, count)}};
    moon_arg args[] = {moon_arg_map(input, 2)};
    MOON_TRY(moon_script_call(job->script, "periods.around", args, 1, &job->arena, &period, err));
    if (held) MOON_TRY(bills_last_day(job, held, &last, err));
    moon_named answer[] = {{MOON_STR("bill_last_day"), last}, {MOON_STR("period"), period}};
    moon_arg map = moon_arg_map(answer, 2);
    moon_wire_add_arg(reply, &map);
    return MOON_OK;
}
