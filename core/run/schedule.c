#include "run/schedule.h"

#include <stdlib.h>

#include "run/jobs.h"
#include "run/schedule_plan.h"
#include "run/wire.h"
#include "store/table.h"

/* ---- civil times ---- */

static bool digits(moon_str text, size_t at, size_t count, int64_t most, int64_t *out) {
    *out = 0;
    for (size_t i = at; i < at + count; i++) {
        if (i >= text.len || text.ptr[i] < '0' || text.ptr[i] > '9') return false;
        *out = *out * 10 + (text.ptr[i] - '0');
    }
    return *out <= most;
}

moon_status moon_schedule_instant(const moon_book *book, moon_str text, moon_instant *out, moon_err *err) {
    int64_t hour = 0, minute = 0, second = 0;
    moon_date day;
    bool good = (text.len == 16 || text.len == 19) && (text.ptr[10] == 'T' || text.ptr[10] == ' ') &&
                text.ptr[13] == ':' && digits(text, 11, 2, 23, &hour) && digits(text, 14, 2, 59, &minute);
    if (good && text.len == 19) good = text.ptr[16] == ':' && digits(text, 17, 2, 59, &second);
    if (!good) {
        moon_fail(err, MOON_E_DATE_SYNTAX, "'%.*s' is no time", MOON_STR_ARG(text));
        return moon_err_hint(err, "write day and time of day, for example 2026-11-30T18:00");
    }
    MOON_TRY(moon_date_parse(moon_str_sub(text, 0, 10), &day, err));
    *out = moon_zone_instant(book->zone, day, (int32_t)(hour * 3600 + minute * 60 + second));
    return MOON_OK;
}

/* ---- what was done ---- */

static moon_mark *mark_of(moon_marks *marks, moon_str schedule) {
    for (size_t i = 0; i < marks->count; i++)
        if (moon_str_eq(marks->items[i].schedule, schedule)) return &marks->items[i];
    if (marks->count == marks->room) {
        size_t room = marks->room ? marks->room * 2 : 16;
        moon_mark *larger = MOON_NEW_N(marks->keep, moon_mark, room);
        if (marks->count) memcpy(larger, marks->items, marks->count * sizeof *larger);
        marks->items = larger;
        marks->room = room;
    }
    moon_mark *mark = &marks->items[marks->count++];
    *mark = (moon_mark){.schedule = moon_arena_str(marks->keep, schedule), .after = MOON_DATE_NONE};
    return mark;
}

/* "18:00" or "18:00:27" of a day. */
static moon_instant instant_of(const moon_book *book, moon_date day, moon_str time) {
    int64_t hour, minute, second = 0;
    if (!digits(time, 0, 2, 23, &hour) || !digits(time, 3, 2, 59, &minute)) hour = minute = 0;
    if (time.len == 8 && !digits(time, 6, 2, 59, &second)) second = 0;
    return moon_zone_instant(book->zone, day, (int32_t)(hour * 3600 + minute * 60 + second));
}

static void add_mark(const moon_book *book, moon_marks *marks, const moon_occurrence *occurrence) {
    moon_mark *mark = mark_of(marks, occurrence->schedule);
    moon_date after = occurrence->date;
    if (occurrence->state == MOON_OCCURRENCE_FAILED || occurrence->state == MOON_OCCURRENCE_WORKING) {
        mark->open = occurrence->date;
        mark->state = occurrence->state;
        mark->open_at = moon_arena_str(marks->keep, occurrence->time);
        mark->result = moon_arena_str(marks->keep, occurrence->result);
        mark->steps = moon_arena_str(marks->keep, occurrence->steps);
        return;
    }
    if (occurrence->state == MOON_OCCURRENCE_BEGUN) {
        mark->begun = instant_of(book, occurrence->date, occurrence->time);
        mark->has_begun = true;
        after -= after > MOON_DATE_MIN; /* later on that day it may be due */
    }
    if (mark->after == MOON_DATE_NONE || after > mark->after) mark->after = after;
}

moon_status moon_marks_read(const moon_book *book, moon_arena *keep, moon_marks *out, moon_err *err) {
    moon_change *change;
    moon_occurrence occurrence;
    moon_scan scan;
    bool more;
    *out = (moon_marks){.keep = keep};
    MOON_TRY(moon_change_begin(book->store, &change, err));
    moon_status status =
        moon_scan_begin(change, &moon_occurrence_type, MOON_BY_KEY, NULL, 0, NULL, 0, false, &scan, err);
    if (status == MOON_OK) {
        while ((status = moon_scan_next(&scan, &occurrence, &more, err)) == MOON_OK && more)
            add_mark(book, out, &occurrence);
        moon_scan_end(&scan);
    }
    moon_change_end(change);
    return status;
}

/* ---- what comes ---- */

static moon_arg request_of(const moon_marks *marks, moon_date today, moon_date until) {
    moon_named *after = MOON_NEW_N(marks->keep, moon_named, marks->count + 1),
               *items = MOON_NEW_N(marks->keep, moon_named, 4);
    size_t count = 0;
    for (size_t i = 0; i < marks->count; i++)
        if (marks->items[i].after != MOON_DATE_NONE)
            after[count++] = (moon_named){marks->items[i].schedule, moon_arg_date(marks->items[i].after)};
    items[0] = moon_arg_named("after", moon_arg_map(after, count));
    items[1] = moon_arg_named("first", moon_arg_date(today > MOON_DATE_MIN ? today - 1 : today));
    items[2] = moon_arg_named("max", moon_arg_integer(MOON_DUE_MAX));
    items[3] = moon_arg_named("to", moon_arg_date(until < MOON_DATE_MAX ? until : MOON_DATE_MAX));
    return moon_arg_map(items, 4);
}

static moon_status ask(moon_worker *worker, moon_job_fn job, const moon_arg *input, moon_arena *keep,
                       moon_arg *answer, moon_err *err) {
    moon_buf request = MOON_BUF_EMPTY;
    moon_str reply;
    moon_wire_add_arg(&request, input);
    moon_status status =
        moon_worker_call(worker, job, moon_buf_str(&request), job == moon_job_schedules, keep, &reply, err);
    moon_buf_free(&request);
    MOON_TRY(status);
    return moon_wire_read_arg(&reply, answer, keep)
               ? MOON_OK
               : moon_fail(err, MOON_E_SCRIPT_CRASH, "the worker's answer makes no sense");
}

/* The days of one schedule, without those before it began. */
static void add_days(const moon_book *book, moon_marks *marks, const moon_arg *one, moon_instant now,
                     moon_plan *plan) {
    moon_arg days = moon_arg_get(one, "days"), new = moon_arg_get(one, "new");
    moon_str name = moon_arg_text_of(one, "name");
    int64_t second = moon_arg_int_of(one, "second", 0);
    moon_mark *mark = mark_of(marks, name);
    if (new.kind == MOON_ARG_BOOL &&new.boolean) {
        mark->begun = now;
        mark->has_begun = true;
        plan->begun[plan->begun_count++] = name;
    }
    for (size_t i = 0; days.kind == MOON_ARG_LIST && i < days.list.count; i++) {
        moon_due *due = &plan->dues[plan->count];
        *due = (moon_due){.schedule = name,
                          .at = moon_arg_text_of(one, "at"),
                          .text = moon_arg_text_of(one, "text"),
                          .date = days.list.items[i].date,
                          .order = plan->schedules};
        if (days.list.items[i].kind != MOON_ARG_DATE) continue;
        due->instant =
            moon_zone_instant(book->zone, due->date, second >= 0 && second < 86400 ? (int32_t)second : 0);
        if (mark->has_begun && due->instant <= mark->begun) continue;
        if (mark->open == due->date && mark->open_at.len) {
            due->state = mark->state == MOON_OCCURRENCE_FAILED ? mark->state : 0;
            due->result = mark->result;
            due->open_at = mark->open_at;
            due->steps = mark->steps;
        }
        plan->count++;
    }
    plan->schedules++;
}

static int by_time(const void *a, const void *b) {
    const moon_due *x = a, *y = b;
    if (x->instant != y->instant) return x->instant < y->instant ? -1 : 1;
    if (x->date != y->date) return x->date < y->date ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

moon_status moon_plan_make(moon_book *book, moon_worker *worker, moon_instant now, moon_date until,
                           moon_arena *keep, moon_plan *out, moon_err *err) {
    moon_marks marks;
    moon_arg answer;
    size_t room = 0;
    MOON_TRY(moon_marks_read(book, keep, &marks, err));
    moon_arg request = request_of(&marks, moon_zone_day(book->zone, now), until);
    MOON_TRY(ask(worker, moon_job_schedules, &request, keep, &answer, err));
    if (answer.kind != MOON_ARG_LIST)
        return moon_fail(err, MOON_E_SCRIPT_CRASH, "the worker's answer makes no sense");
    for (size_t i = 0; i < answer.list.count; i++) {
        moon_arg days = moon_arg_get(&answer.list.items[i], "days");
        room += days.kind == MOON_ARG_LIST ? days.list.count : 0;
    }
    *out = (moon_plan){.dues = MOON_NEW_N(keep, moon_due, room + 1),
                       .begun = MOON_NEW_N(keep, moon_str, answer.list.count + 1)};
    for (size_t i = 0; i < answer.list.count; i++) add_days(book, &marks, &answer.list.items[i], now, out);
    qsort(out->dues, out->count, sizeof *out->dues, by_time);
    return MOON_OK;
}

moon_status moon_plan_run(moon_worker *worker, const moon_arg *input, moon_arena *keep, moon_arg *answer,
                          moon_err *err) {
    return ask(worker, moon_job_occurrence, input, keep, answer, err);
}

/* ---- the list ---- */

static bool comes_again(const moon_plan *plan, const moon_occurrence *o) {
    for (size_t i = 0; i < plan->count; i++)
        if (plan->dues[i].date == o->date && moon_str_eq(plan->dues[i].schedule, o->schedule)) return true;
    return false;
}

static moon_due ran(const moon_book *book, moon_arena *keep, const moon_occurrence *o) {
    return (moon_due){.schedule = moon_arena_str(keep, o->schedule),
                      .at = moon_arena_str(keep, o->time),
                      .date = o->date,
                      .instant = instant_of(book, o->date, o->time),
                      .state = o->state,
                      .result = moon_arena_str(keep, o->result),
                      .files = moon_arena_str(keep, o->files)};
}

/* Marks from a day on; without `out` they are only counted. */
static moon_status walk_marks(const moon_book *book, moon_change *change, moon_date from,
                              const moon_plan *plan, moon_arena *keep, moon_due *out, size_t *count,
                              moon_err *err) {
    moon_occurrence low = {.date = from}, o;
    moon_scan scan;
    bool more;
    *count = 0;
    MOON_TRY(moon_scan_begin(change, &moon_occurrence_type, moon_type_index(&moon_occurrence_type, "date"),
                             &low, 1, NULL, 0, false, &scan, err));
    moon_status status = moon_scan_next(&scan, &o, &more, err);
    for (; status == MOON_OK && more; status = moon_scan_next(&scan, &o, &more, err)) {
        bool open = o.state == MOON_OCCURRENCE_FAILED || o.state == MOON_OCCURRENCE_WORKING;
        if (open && comes_again(plan, &o)) continue;
        if (out) out[*count] = ran(book, keep, &o);
        ++*count;
    }
    moon_scan_end(&scan);
    return status;
}

static moon_status join(const moon_book *book, moon_change *change, moon_date from, const moon_plan *plan,
                        moon_arena *keep, moon_due **out, size_t *count, moon_err *err) {
    MOON_TRY(walk_marks(book, change, from, plan, keep, NULL, count, err));
    moon_due *all = MOON_NEW_N(keep, moon_due, *count + plan->count + 1);
    MOON_TRY(walk_marks(book, change, from, plan, keep, all, count, err));
    if (plan->count) memcpy(all + *count, plan->dues, plan->count * sizeof *all);
    *count += plan->count;
    qsort(all, *count, sizeof *all, by_time);
    *out = all;
    return MOON_OK;
}

moon_status moon_schedule_list(moon_book *book, moon_instant now, moon_date from, moon_date until,
                               moon_arena *keep, moon_due **out, size_t *count, moon_err *err) {
    moon_worker *worker = moon_worker_new(&book->setup);
    moon_change *change;
    moon_plan plan;
    moon_status status = moon_plan_make(book, worker, now, until, keep, &plan, err);
    moon_worker_free(worker);
    MOON_TRY(status);
    MOON_TRY(moon_change_begin(book->store, &change, err));
    status = join(book, change, from, &plan, keep, out, count, err);
    moon_change_end(change);
    return status;
}
