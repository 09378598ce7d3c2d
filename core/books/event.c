#include "books/event.h"

#include "store/table.h"

bool moon_event_counts(const moon_event *event) { return event->corrected_by.len == 0 && !event->withdrawn; }

bool moon_event_same(const moon_event *stored, const moon_event *again) {
    moon_event plain = *stored;
    plain.corrected_by = MOON_STR_NONE;
    return moon_record_equal(&moon_event_type, &plain, again);
}

/* ---- corrections ---- */

static moon_status check_correction(const moon_event *event, const moon_event *old, moon_err *err) {
    if (!moon_str_eq(old->account, event->account) || !moon_str_eq(old->meter, event->meter)) {
        moon_fail(err, MOON_E_RECORD_INVALID,
                  "event %.*s corrects %.*s, which is of meter %.*s of account %.*s", MOON_STR_ARG(event->id),
                  MOON_STR_ARG(old->id), MOON_STR_ARG(old->meter), MOON_STR_ARG(old->account));
        return moon_err_hint(err, "withdraw %.*s, and import what is right as an event of its own",
                             MOON_STR_ARG(old->id));
    }
    if (old->corrected_by.len) {
        moon_fail(err, MOON_E_RECORD_INVALID, "event %.*s corrects %.*s, which %.*s corrected already",
                  MOON_STR_ARG(event->id), MOON_STR_ARG(old->id), MOON_STR_ARG(old->corrected_by));
        return moon_err_hint(err, "correct the newest one: corrects = %.*s", MOON_STR_ARG(old->corrected_by));
    }
    return MOON_OK;
}

moon_status moon_event_replace(moon_change *change, const moon_event *event, moon_event *old, moon_err *err) {
    moon_event marked;
    bool found;
    old->id = event->corrects;
    MOON_TRY(moon_get(change, &moon_event_type, old, &found, err));
    if (!found) {
        moon_fail(err, MOON_E_NOT_FOUND, "event %.*s corrects %.*s, which is not in the book",
                  MOON_STR_ARG(event->id), MOON_STR_ARG(event->corrects));
        return moon_err_hint(err, "import %.*s first; the same file will do, before the row that corrects it",
                             MOON_STR_ARG(event->corrects));
    }
    MOON_TRY(check_correction(event, old, err));
    marked = *old;
    marked.corrected_by = event->id;
    return moon_put(change, &moon_event_type, &marked, err);
}

/* ---- reading ---- */

/* Read on from `low`, whose first `fields` fields of the index bound it. */
static moon_status read_from(moon_change *change, const moon_events *of, const moon_event *low, size_t fields,
                             size_t most, moon_arena *keep, moon_event *list, size_t *count, moon_err *err) {
    moon_event high = {.account = of->account, .meter = of->meter, .day = of->days.end - 1}, event;
    moon_arena *arena = moon_change_arena(change);
    moon_scan scan;
    bool more = true;
    moon_arena_mark mark = moon_arena_here(arena);
    size_t reads = moon_change_reads(change);
    MOON_TRY(moon_scan_begin(change, &moon_event_type, moon_type_index(&moon_event_type, "usage"), low,
                             fields, &high, 3, false, &scan, err));
    moon_status status = MOON_OK;
    while (status == MOON_OK && *count < most) {
        status = moon_scan_next(&scan, &event, &more, err);
        if (status != MOON_OK || !more) break;
        bool behind = fields == 3 || !moon_str_eq(event.id, low->id) || event.day != low->day;
        if (behind && moon_event_counts(&event))
            moon_record_copy(&moon_event_type, &event, &list[(*count)++], keep);
    }
    moon_scan_end(&scan);
    moon_change_reads_back(change, reads);
    moon_arena_rewind(arena, mark);
    return status;
}

moon_status moon_events_read(moon_change *change, const moon_events *of, const moon_event *after, size_t most,
                             moon_arena *keep, moon_event **list, size_t *count, moon_err *err) {
    moon_event low = {.account = of->account, .meter = of->meter, .day = of->days.start};
    *count = 0;
    *list = MOON_NEW_N(keep, moon_event, most);
    if (after) {
        low.day = after->day;
        low.id = after->id;
    }
    return read_from(change, of, &low, after ? 4 : 3, most, keep, *list, count, err);
}

moon_status moon_events_last_day(moon_change *change, const moon_events *of, moon_date *day, bool *found,
                                 moon_err *err) {
    moon_usage low = {.account = of->account, .meter = of->meter, .day = of->days.start}, high = low, one;
    moon_scan scan;
    bool more = true;
    high.day = of->days.end - 1;
    *found = false;
    MOON_TRY(moon_scan_begin(change, &moon_usage_type, MOON_BY_KEY, &low, 3, &high, 3, true, &scan, err));
    moon_status status = MOON_OK;
    while (status == MOON_OK && !*found) {
        status = moon_scan_next(&scan, &one, &more, err);
        if (status != MOON_OK || !more) break;
        *found = one.count > 0;
        *day = one.day;
    }
    moon_scan_end(&scan);
    return status;
}
