/* Actions over agreements: change, end, pause, resume. */
#include "run/action.h"
#include "run/amend.h"
#include "run/report.h"

/* A tag as text: whatever has one. */
static moon_status text_of(moon_action_call *call, moon_str name, const moon_arg *value, moon_str *out,
                           moon_err *err) {
    char text[MOON_DECIMAL_TEXT > MOON_DATE_TEXT ? MOON_DECIMAL_TEXT : MOON_DATE_TEXT];
    switch (value->kind) {
    case MOON_ARG_TEXT: *out = value->text; return MOON_OK;
    case MOON_ARG_INTEGER:
        *out = moon_arena_printf(call->keep, "%lld", (long long)value->integer);
        return MOON_OK;
    case MOON_ARG_DECIMAL:
        *out = moon_arena_str(call->keep, (moon_str){text, moon_decimal_format(value->decimal, text)});
        return MOON_OK;
    case MOON_ARG_MONEY:
        *out = moon_arena_str(call->keep, (moon_str){text, moon_decimal_format(value->money.amount, text)});
        return MOON_OK;
    case MOON_ARG_DATE:
        moon_date_format(value->date, text);
        *out = moon_arena_str(call->keep, moon_str_of(text));
        return MOON_OK;
    default:
        return moon_fail(err, MOON_E_SCRIPT_VALUE, "%.*s is a text, a number or a date", MOON_STR_ARG(name));
    }
}

static bool is_own(moon_str name) {
    static const char *const own[] = {"at", "how", "id", "on", "reason"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (moon_str_is(name, own[i])) return true;
    return false;
}

static moon_status add_pair(moon_action_call *call, moon_amend_wish *wish, moon_str field,
                            const moon_arg *value, moon_err *err) {
    moon_amend_pair *pair = (moon_amend_pair *)(uintptr_t)&wish->pairs[wish->pair_count++];
    pair->field = field;
    return text_of(call, field, value, &pair->value, err);
}

/* { plan =, tags = { seats = 20 }, … } as pairs of texts. */
static moon_status read_pairs(moon_action_call *call, moon_amend_wish *wish, moon_err *err) {
    const moon_arg *args = call->args;
    size_t room = 1;
    for (size_t i = 0; i < args->map.count; i++) {
        const moon_arg *value = &args->map.items[i].value;
        room += value->kind == MOON_ARG_MAP ? value->map.count : 1;
    }
    wish->pairs = MOON_NEW_N(call->keep, moon_amend_pair, room);
    for (size_t i = 0; i < args->map.count; i++) {
        const moon_named *item = &args->map.items[i];
        if (is_own(item->name)) continue;
        if (item->value.kind != MOON_ARG_MAP) {
            MOON_TRY(add_pair(call, wish, item->name, &item->value, err));
            continue;
        }
        for (size_t k = 0; k < item->value.map.count; k++) {
            const moon_named *tag = &item->value.map.items[k];
            moon_str field =
                moon_arena_printf(call->keep, "%.*s.%.*s", MOON_STR_ARG(item->name), MOON_STR_ARG(tag->name));
            MOON_TRY(add_pair(call, wish, field, &tag->value, err));
        }
    }
    return MOON_OK;
}

static moon_status read_wish(moon_action_call *call, moon_amend_verb verb, moon_amend_wish *wish,
                             moon_err *err) {
    moon_str at = MOON_STR_NONE;
    *wish = (moon_amend_wish){.verb = verb, .day = MOON_DATE_NONE};
    MOON_TRY(moon_action_text(call, "id", &wish->id, err));
    MOON_TRY(moon_asked_date(call->args, "on", &wish->day, err));
    MOON_TRY(moon_asked_text(call->args, "at", &at, err));
    MOON_TRY(moon_asked_text(call->args, "how", &wish->how, err));
    MOON_TRY(moon_asked_text(call->args, "reason", &wish->reason, err));
    if (at.len && !moon_str_is(at, "period-end"))
        return moon_fail(err, MOON_E_SCRIPT_VALUE, "at is \"period-end\", or left out");
    wish->at_period_end = at.len > 0;
    return verb == MOON_AMEND_CHANGE ? read_pairs(call, wish, err) : MOON_OK;
}

/* The result: id, from, version, changed (whether anything was), rows of { from, field, old, new, kept }. */
static void add_amended(moon_action_call *call, const moon_amend_wish *wish, const moon_amended *amended) {
    moon_arg *rows = MOON_NEW_N(call->keep, moon_arg, amended->row_count + 1);
    for (size_t i = 0; i < amended->row_count; i++) {
        const moon_amend_row *row = &amended->rows[i];
        moon_named items[] = {{MOON_STR("field"), moon_arg_text(row->field)},
                              {MOON_STR("from"), moon_arg_date(row->from)},
                              {MOON_STR("kept"), moon_arg_bool(row->kept)},
                              {MOON_STR("new"), moon_arg_text(row->new)},
                              {MOON_STR("old"), moon_arg_text(row->old)}};
        rows[i] = moon_result_map(call->keep, items, sizeof items / sizeof *items);
    }
    moon_result_add(call, "id", moon_arg_text(wish->id));
    moon_result_add(call, "from", moon_arg_date(amended->day));
    moon_result_add(call, "changed", moon_arg_bool(amended->version_count > 0));
    moon_result_add(call, "rows", moon_arg_list(rows, amended->row_count));
    if (amended->now) moon_result_add(call, "version", moon_arg_integer(amended->now->version));
}

static moon_status amend(moon_action_call *call, moon_amend_verb verb, const char *done, moon_err *err) {
    moon_amend_wish wish;
    moon_amended amended;
    char day[MOON_DATE_TEXT];
    MOON_TRY(read_wish(call, verb, &wish, err));
    MOON_TRY(moon_amend(call->book, &wish, call->dry_run, call->keep, &amended, err));
    add_amended(call, &wish, &amended);
    moon_date_format(amended.day, day);
    if (amended.version_count)
        moon_result_say(call, "agreement %.*s %s from %s on%s", MOON_STR_ARG(wish.id), done, day,
                        call->dry_run ? " (nothing written)" : "");
    else
        moon_result_say(call, "agreement %.*s says that already from %s on", MOON_STR_ARG(wish.id), day);
    return MOON_OK;
}

/* { id =, on = | at = "period-end", plan =, tags = { … }, prices = { … }, …, reason = } */
moon_status moon_action_amend(moon_action_call *call, moon_err *err) {
    return amend(call, MOON_AMEND_CHANGE, "is changed", err);
}
/* { id =, on = | at = "period-end", reason = } */
moon_status moon_action_end(moon_action_call *call, moon_err *err) {
    return amend(call, MOON_AMEND_END, "has ended", err);
}
/* { id =, on =, how =, reason = } */
moon_status moon_action_pause(moon_action_call *call, moon_err *err) {
    return amend(call, MOON_AMEND_PAUSE, "is paused", err);
}
/* { id =, on =, reason = } */
moon_status moon_action_resume(moon_action_call *call, moon_err *err) {
    return amend(call, MOON_AMEND_RESUME, "runs again", err);
}
