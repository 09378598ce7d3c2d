#include "books/reminder.h"

#include "books/party.h"
#include "store/table.h"

/* The last step of one item, whatever its day. */
static moon_status last_of(moon_change *change, const moon_reminder *reminder, moon_reminder *last,
                           bool *found, moon_err *err) {
    moon_scan scan;
    MOON_TRY(moon_scan_begin(change, &moon_reminder_type, MOON_BY_KEY, reminder, 2, reminder, 2, true, &scan,
                             err));
    moon_status status = moon_scan_next(&scan, last, found, err);
    moon_scan_end(&scan);
    return status;
}

moon_status moon_reminder_add(moon_change *change, const moon_context *ctx, const moon_reminder *reminder,
                              moon_err *err) {
    moon_item item = {.account = reminder->account, .document = reminder->document};
    moon_reminder last;
    char day[MOON_DATE_TEXT];
    bool found;
    MOON_TRY(moon_touch_account(change, reminder->account, err));
    MOON_TRY(moon_get(change, &moon_item_type, &item, &found, err));
    if (!found || item.open <= 0 || reminder->date != ctx->today)
        return moon_fail(err, MOON_E_STATE_REFUSED, "nothing is open of %.*s that could be reminded",
                         MOON_STR_ARG(reminder->document));
    MOON_TRY(last_of(change, reminder, &last, &found, err));
    if (found && last.date >= reminder->date) {
        moon_date_format(last.date, day);
        return moon_fail(err, MOON_E_STATE_REFUSED, "%.*s took its step %lld on %s already",
                         MOON_STR_ARG(item.number), (long long)last.step, day);
    }
    return moon_put(change, &moon_reminder_type, reminder, err);
}

moon_status moon_reminders_of(moon_change *change, moon_str account, moon_date date, moon_arena *keep,
                              moon_reminder **out, size_t *count, moon_err *err) {
    moon_reminder bound = {.account = account}, reminder;
    moon_scan scan;
    bool more = true;
    size_t room = 8;
    moon_reminder *list = MOON_NEW_N(keep, moon_reminder, room);
    *count = 0;
    MOON_TRY(
        moon_scan_begin(change, &moon_reminder_type, MOON_BY_KEY, &bound, 1, &bound, 1, false, &scan, err));
    moon_status status = MOON_OK;
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &reminder, &more, err);
        if (status != MOON_OK || !more) break;
        if (reminder.date > date) continue;
        if (*count == room) {
            moon_reminder *larger = MOON_NEW_N(keep, moon_reminder, room * 2);
            memcpy(larger, list, room * sizeof *list);
            list = larger;
            room *= 2;
        }
        moon_record_copy(&moon_reminder_type, &reminder, &list[(*count)++], keep);
    }
    moon_scan_end(&scan);
    *out = list;
    return status;
}

moon_status moon_reminded_last(moon_change *change, moon_date *last, moon_err *err) {
    moon_reminder reminder;
    moon_scan scan;
    bool found;
    MOON_TRY(moon_scan_begin(change, &moon_reminder_type, moon_type_index(&moon_reminder_type, "date"), NULL,
                             0, NULL, 0, true, &scan, err));
    moon_status status = moon_scan_next(&scan, &reminder, &found, err);
    moon_scan_end(&scan);
    if (status == MOON_OK) *last = found ? reminder.date : MOON_DATE_NONE;
    return status;
}

moon_status moon_message_queue(moon_change *change, moon_message *message, moon_err *err) {
    moon_message other = {.id = message->id};
    bool found;
    MOON_TRY(moon_get(change, &moon_message_type, &other, &found, err));
    if (found)
        return moon_fail(err, MOON_E_STATE_REFUSED, "there is a message %.*s already",
                         MOON_STR_ARG(message->id));
    MOON_TRY(moon_touch_account(change, message->account, err));
    message->state = MOON_MESSAGE_QUEUED;
    return moon_put(change, &moon_message_type, message, err);
}

moon_status moon_message_written(moon_change *change, moon_str id, moon_str file, moon_err *err) {
    moon_message message = {.id = id};
    bool found;
    MOON_TRY(moon_get(change, &moon_message_type, &message, &found, err));
    if (!found) return moon_fail(err, MOON_E_NOT_FOUND, "there is no message %.*s", MOON_STR_ARG(id));
    MOON_TRY(moon_touch_account(change, message.account, err));
    message.state = MOON_MESSAGE_WRITTEN;
    message.file = file;
    return moon_put(change, &moon_message_type, &message, err);
}
