/* Actions of reminders and letters. */
#include "run/action.h"
#include "run/deliver.h"
#include "run/dun.h"
#include "run/report.h"

static unsigned long long n(uint64_t count) { return (unsigned long long)count; }
static const char *s(uint64_t count) { return count == 1 ? "" : "s"; }

moon_status moon_action_dun(moon_action_call *call, moon_err *err) {
    moon_dun_options options = {.dry_run = call->dry_run, .ctx = call, .parked = moon_result_refused};
    moon_dun_report report;
    MOON_TRY(moon_dun(call->book, &options, call->keep, &report, err));
    moon_result_count(call, "accounts", report.accounts);
    moon_result_count(call, "accounts_parked", report.accounts_parked);
    moon_result_count(call, "steps", report.steps);
    moon_result_count(call, "letters", report.letters);
    moon_result_count(call, "charges", report.charges);
    moon_result_say(call, "%llu reminder%s, %llu letter%s%s", n(report.steps), s(report.steps),
                    n(report.letters), s(report.letters), call->dry_run ? " (nothing written)" : "");
    return MOON_OK;
}

/* { id = message }: that one, once more; without it all that are queued. */
moon_status moon_action_deliver(moon_action_call *call, moon_err *err) {
    moon_deliver_options options = {.dry_run = call->dry_run, .ctx = call, .refused = moon_result_refused};
    uint64_t count;
    MOON_TRY(moon_asked_text(call->args, "id", &options.again, err));
    MOON_TRY(moon_deliver(call->book, &options, &count, err));
    moon_result_count(call, "letters", count);
    moon_result_say(call, "%llu letter%s written%s", n(count), s(count),
                    call->dry_run ? " (nothing written)" : "");
    return MOON_OK;
}
