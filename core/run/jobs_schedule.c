/* Jobs of rules/schedules.lua, and asking the parent for an action. */
#include "run/jobs.h"
#include "run/wire.h"

/* ---- host.act ---- */

/* Records of the worker mean nothing to its parent. */
static bool can_travel(const moon_arg *arg) {
    bool fine = arg->kind != MOON_ARG_RECORD;
    for (size_t i = 0; fine && arg->kind == MOON_ARG_LIST && i < arg->list.count; i++)
        fine = can_travel(&arg->list.items[i]);
    for (size_t i = 0; fine && arg->kind == MOON_ARG_MAP && i < arg->map.count; i++)
        fine = can_travel(&arg->map.items[i].value);
    return fine;
}

static moon_status host_act(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch, moon_arg *result,
                            moon_err *err) {
    moon_job *job = ctx;
    moon_buf question = MOON_BUF_EMPTY;
    moon_str answer;
    moon_arg nothing = {0};
    if (n < 1 || args[0].kind != MOON_ARG_TEXT)
        return moon_fail(err, MOON_E_SCRIPT_VALUE, "act wants the name of an action");
    if (n > 1 && !can_travel(&args[1])) {
        moon_fail(err, MOON_E_SCRIPT_VALUE, "%.*s takes no records", MOON_STR_ARG(args[0].text));
        return moon_err_hint(err, "name what you mean, for example account.id");
    }
    moon_wire_add_str(&question, args[0].text);
    moon_wire_add_arg(&question, n > 1 ? &args[1] : &nothing);
    moon_status status = moon_job_ask(job, moon_buf_str(&question), scratch, &answer, err);
    moon_buf_free(&question);
    moon_job_end_queries(job); /* the book is another one now */
    MOON_TRY(status);
    return moon_wire_read_arg(&answer, result, scratch)
               ? MOON_OK
               : moon_fail(err, MOON_E_INTERNAL, "the answer to %.*s is cut short",
                           MOON_STR_ARG(args[0].text));
}

void moon_job_provide_act(moon_job *job) { moon_script_provide(job->script, "act", host_act, job); }

/* ---- the jobs ---- */

static moon_status call(moon_job *job, const char *verb, moon_str request, moon_buf *reply, moon_err *err) {
    moon_arg input, answer;
    if (!moon_wire_read_arg(&request, &input, &job->arena))
        return moon_fail(err, MOON_E_INTERNAL, "a request to a worker is cut short");
    MOON_TRY(moon_script_call(job->script, verb, &input, 1, &job->arena, &answer, err));
    if (!can_travel(&answer)) return moon_fail(err, MOON_E_SCRIPT_VALUE, "a schedule answers with a record");
    moon_wire_add_arg(reply, &answer);
    return MOON_OK;
}

moon_status moon_job_schedules(moon_job *job, moon_str request, moon_buf *reply, moon_err *err) {
    return call(job, "schedules.plan", request, reply, err);
}

moon_status moon_job_occurrence(moon_job *job, moon_str request, moon_buf *reply, moon_err *err) {
    moon_arg input;
    moon_str rest = request;
    if (!moon_wire_read_arg(&rest, &input, &job->arena))
        return moon_fail(err, MOON_E_INTERNAL, "a request to a worker is cut short");
    moon_job_provide_act(job);
    moon_job_provide_queries(job, moon_arg_get(&input, "date").date);
    moon_status status = call(job, "schedules.run", request, reply, err);
    moon_job_end_queries(job);
    return status;
}
