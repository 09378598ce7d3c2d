#include "run/import_usage.h"

#include "books/party.h"
#include "books/usage.h"
#include "store/table.h"

/* What this record, not the book or its disk, is to blame for. */
static bool is_of_the_row(moon_status status) {
    return status == MOON_E_RECORD_INVALID || status == MOON_E_NOT_FOUND || status == MOON_E_DATE_RANGE ||
           status == MOON_E_FIELD_REQUIRED || status == MOON_E_DECIMAL_RANGE;
}

/* ---- agreements ---- */

static moon_status add_agreement(moon_import_run *run, moon_agreement *agreement, bool *written,
                                 moon_err *err) {
    moon_account account;
    bool found;
    MOON_TRY(moon_version_at(run->change, &moon_account_type, agreement->account, MOON_DATE_MAX, &account,
                             &found, err));
    if (found) return moon_version_add(run->change, &moon_agreement_type, agreement, written, err);
    moon_fail(err, MOON_E_NOT_FOUND, "there is no account %.*s", MOON_STR_ARG(agreement->account));
    return moon_err_hint(err, "moonbill add account %.*s name=... country=..., and import the file again",
                         MOON_STR_ARG(agreement->account));
}

moon_status moon_import_agreement(moon_import_run *run, void *record, moon_account *account, moon_err *err) {
    moon_agreement *agreement = record;
    bool written = false;
    (void)account;
    if (agreement->from == MOON_DATE_NONE) agreement->from = run->book->ctx.today;
    moon_status status = add_agreement(run, agreement, &written, err);
    if (is_of_the_row(status)) {
        moon_err why = *err;
        return moon_import_hold(run, agreement->id, agreement->account, &why, err);
    }
    MOON_TRY(status);
    if (written)
        run->report->taken.records++;
    else
        run->report->same++;
    return moon_import_unpark(run, agreement->id, err);
}

/* ---- usage ---- */

moon_status moon_import_event(moon_import_run *run, void *record, moon_account *account, moon_err *err) {
    moon_event *event = record;
    moon_used used;
    (void)account;
    if (!run->sums) run->sums = moon_usage_begin(moon_change_arena(run->change));
    if (event->time != MOON_INT_NONE) event->day = moon_zone_day(run->book->zone, event->time);
    moon_status status = moon_usage_take(run->change, event, run->sums, &used, err);
    if (status == MOON_OK && used == MOON_USED_DIFFERENT) {
        status = moon_fail(err, MOON_E_RECORD_INVALID, "event %.*s is in the book with other contents",
                           MOON_STR_ARG(event->id));
        moon_err_hint(err, "the one in the book counts; give what is new an id of its own");
    }
    if (is_of_the_row(status)) {
        moon_err why = *err;
        return moon_import_hold(run, event->id, event->account, &why, err);
    }
    MOON_TRY(status);
    if (used == MOON_USED_SAME)
        run->report->same++;
    else
        run->report->taken.records++;
    return moon_import_unpark(run, event->id, err);
}

moon_status moon_import_fold(moon_import_run *run, moon_err *err) {
    int64_t late;
    if (!run->sums) return MOON_OK;
    MOON_TRY(moon_usage_fold(run->change, &run->book->ctx, run->sums, &late, err));
    run->report->late += (uint64_t)late;
    return MOON_OK;
}
