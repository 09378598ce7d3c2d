/* Jobs about changes of agreements. */
#include "books/records.h"
#include "run/jobs.h"
#include "run/wire.h"

moon_status moon_job_around(moon_job *job, moon_str request, moon_buf *reply, moon_err *err) {
    moon_arg day, answer;
    uint64_t count;
    if (!moon_wire_read_arg(&request, &day, &job->arena) || !moon_varint_read(&request, &count) ||
        count > request.len)
        return moon_fail(err, MOON_E_INTERNAL, "a request to a worker is cut short");
    moon_agreement *versions = MOON_NEW_N(&job->arena, moon_agreement, count + 1);
    moon_arg *list = MOON_NEW_N(&job->arena, moon_arg, count + 1);
    for (uint64_t i = 0; i < count; i++) {
        MOON_TRY(moon_wire_read_record(&request, &moon_agreement_type, &versions[i], &job->arena, err));
        list[i] = moon_arg_record(&moon_agreement_type, &versions[i]);
    }
    moon_named input[] = {{MOON_STR("day"), day}, {MOON_STR("versions"), moon_arg_list(list, count)}};
    moon_arg args[] = {moon_arg_map(input, 2)};
    MOON_TRY(moon_script_call(job->script, "periods.around", args, 1, &job->arena, &answer, err));
    moon_wire_add_arg(reply, &answer);
    return MOON_OK;
}
