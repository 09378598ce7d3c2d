#include "books/hold.h"

#include "books/item.h"
#include "books/party.h"
#include "store/table.h"

moon_status moon_holds_of(moon_change *change, moon_str account, moon_arena *keep, moon_hold **out,
                          size_t *count, moon_err *err) {
    moon_hold bound = {.account = account}, hold;
    moon_scan scan;
    bool more = true;
    size_t room = 8;
    moon_hold *list = MOON_NEW_N(keep, moon_hold, room);
    *count = 0;
    MOON_TRY(moon_scan_begin(change, &moon_hold_type, moon_type_index(&moon_hold_type, "account"), &bound, 1,
                             &bound, 1, false, &scan, err));
    moon_status status = MOON_OK;
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &hold, &more, err);
        if (status != MOON_OK || !more) break;
        if (*count == room) {
            moon_hold *larger = MOON_NEW_N(keep, moon_hold, room * 2);
            memcpy(larger, list, room * sizeof *list);
            list = larger;
            room *= 2;
        }
        moon_record_copy(&moon_hold_type, &hold, &list[(*count)++], keep);
    }
    moon_scan_end(&scan);
    *out = list;
    return status;
}

/* An account, or else an item. */
static moon_status resolve(moon_change *change, moon_date today, moon_str name, moon_hold *out,
                           moon_err *err) {
    moon_account account;
    moon_item item;
    bool found;
    MOON_TRY(moon_version_at(change, &moon_account_type, name, today, &account, &found, err));
    if (found) {
        out->account = name;
        return MOON_OK;
    }
    MOON_TRY(moon_item_named(change, name, &item, &found, err));
    if (!found) {
        moon_fail(err, MOON_E_NOT_FOUND, "there is neither an account nor an item %.*s", MOON_STR_ARG(name));
        return moon_err_hint(err, "moonbill list accounts; moonbill list items");
    }
    out->account = item.account;
    out->document = item.document;
    return MOON_OK;
}

moon_status moon_hold_add(moon_change *change, const moon_context *ctx, moon_str name, moon_date until,
                          moon_str reason, moon_hold *out, moon_err *err) {
    moon_hold *holds;
    size_t count;
    char day[MOON_DATE_TEXT];
    MOON_TRY(moon_operator_check(ctx, "prepare", err));
    if (until != MOON_DATE_NONE && until <= ctx->today) {
        moon_date_format(until, day);
        moon_fail(err, MOON_E_PERIOD_ORDER, "a hold until %s would never hold", day);
        return moon_err_hint(err, "--until is the first day on which reminders go out again");
    }
    moon_record_init(&moon_hold_type, out);
    MOON_TRY(resolve(change, ctx->today, name, out, err));
    MOON_TRY(moon_touch_account(change, out->account, err));
    MOON_TRY(moon_holds_of(change, out->account, moon_change_arena(change), &holds, &count, err));
    out->id = moon_arena_printf(moon_change_arena(change), "%.*s/%zu", MOON_STR_ARG(out->account), count + 1);
    out->from = ctx->today;
    out->until = until;
    out->reason = reason;
    return moon_put(change, &moon_hold_type, out, err);
}

moon_status moon_hold_end(moon_change *change, const moon_context *ctx, moon_str id, moon_hold *out,
                          moon_err *err) {
    char day[MOON_DATE_TEXT];
    bool found;
    MOON_TRY(moon_operator_check(ctx, "prepare", err));
    *out = (moon_hold){.id = id};
    MOON_TRY(moon_get(change, &moon_hold_type, out, &found, err));
    if (!found) {
        moon_fail(err, MOON_E_NOT_FOUND, "there is no hold %.*s", MOON_STR_ARG(id));
        return moon_err_hint(err, "moonbill list holds");
    }
    if (out->until != MOON_DATE_NONE && out->until <= ctx->today) {
        moon_date_format(out->until, day);
        return moon_fail(err, MOON_E_STATE_REFUSED, "hold %.*s ended on %s", MOON_STR_ARG(id), day);
    }
    MOON_TRY(moon_touch_account(change, out->account, err));
    out->until = ctx->today > out->from ? ctx->today : out->from;
    return moon_put(change, &moon_hold_type, out, err);
}
