/* Jobs that decide which items of an account are reminded, and what its policy says of promises. */
#include "books/dispute.h"
#include "books/document.h"
#include "books/hold.h"
#include "books/item.h"
#include "books/party.h"
#include "books/promise.h"
#include "books/reminder.h"
#include "run/jobs.h"
#include "run/wire.h"
#include "store/table.h"

static moon_status cut_short(moon_err *err) {
    return moon_fail(err, MOON_E_INTERNAL, "a request to a worker is cut short");
}

static moon_arg map_of(moon_arena *keep, const moon_named *items, size_t count) {
    moon_named *kept = MOON_NEW_N(keep, moon_named, count);
    memcpy(kept, items, count * sizeof *kept);
    return moon_arg_map(kept, count);
}

typedef struct arg_list {
    moon_arg *items;
    size_t count, room;
    moon_arena *keep;
} arg_list;

static void push(arg_list *list, moon_arg value) {
    if (list->count == list->room) {
        size_t room = list->room ? list->room * 2 : 16;
        moon_arg *larger = MOON_NEW_N(list->keep, moon_arg, room);
        if (list->count) memcpy(larger, list->items, list->count * sizeof *larger);
        list->items = larger;
        list->room = room;
    }
    list->items[list->count++] = value;
}

static moon_arg records(moon_arena *keep, const moon_type *type, const void *first, size_t count) {
    moon_arg *items = MOON_NEW_N(keep, moon_arg, count);
    for (size_t i = 0; i < count; i++) items[i] = moon_arg_record(type, (const char *)first + i * type->size);
    return moon_arg_list(items, count);
}

static moon_arg money(int64_t minor, moon_currency currency) {
    return moon_arg_money(moon_money_decimal((moon_money){minor, currency}), currency);
}

/* One account as of a day. */
typedef struct dunning {
    moon_job *job;
    moon_change *change;
    moon_arena *keep;
    moon_account account;
    moon_date day;
} dunning;

/* ---- open items ---- */

static moon_status source_kind(dunning *d, const moon_application *application, moon_str *kind,
                               moon_err *err) {
    moon_item source = {.account = application->account, .document = application->source};
    bool found;
    MOON_TRY(moon_get(d->change, &moon_item_type, &source, &found, err));
    *kind = found ? moon_str_of(moon_item_kinds[source.kind - 1]) : MOON_STR("");
    return MOON_OK;
}

/* What was applied to an item by value date. */
static moon_status applications_of(dunning *d, const moon_item *item, moon_arg *out, moon_err *err) {
    moon_application bound = {.account = item->account, .target = item->document}, application;
    arg_list list = {.keep = d->keep};
    moon_scan scan;
    bool more = true;
    MOON_TRY(moon_scan_begin(d->change, &moon_application_type,
                             moon_type_index(&moon_application_type, "target"), &bound, 2, &bound, 2, false,
                             &scan, err));
    moon_status status = MOON_OK;
    while (status == MOON_OK) {
        moon_str kind = MOON_STR_NONE;
        status = moon_scan_next(&scan, &application, &more, err);
        if (status != MOON_OK || !more) break;
        if (application.date > d->day) continue;
        status = source_kind(d, &application, &kind, err);
        moon_named part[] = {moon_arg_named("amount", money(application.amount, application.currency)),
                             moon_arg_named("date", moon_arg_date(application.date)),
                             moon_arg_named("kind", moon_arg_text(kind))};
        push(&list, map_of(d->keep, part, 3));
    }
    moon_scan_end(&scan);
    *out = moon_arg_list(list.items, list.count);
    return status;
}

/* An invoice of fees and interest: it bears none itself. */
static moon_status is_penal(dunning *d, const moon_item *item, bool *yes, moon_err *err) {
    moon_document document = {.id = item->document};
    *yes = false;
    if (item->kind != MOON_ITEM_INVOICE) return MOON_OK;
    MOON_TRY(moon_get(d->change, &moon_document_type, &document, yes, err));
    *yes = *yes && moon_str_is(document.cause, "dunning");
    return MOON_OK;
}

static moon_status add_item(dunning *d, const moon_item *item, moon_arg *out, moon_err *err) {
    moon_arg applications;
    bool penal;
    MOON_TRY(applications_of(d, item, &applications, err));
    MOON_TRY(is_penal(d, item, &penal, err));
    moon_named one[] = {moon_arg_named("applications", applications),
                        moon_arg_named("asked", moon_arg_bool(moon_item_is_asked(item))),
                        moon_arg_named("item", moon_arg_record(&moon_item_type, item)),
                        moon_arg_named("penal", moon_arg_bool(penal))};
    *out = map_of(d->keep, one, 4);
    return MOON_OK;
}

static moon_status items_of(dunning *d, moon_arg *out, moon_err *err) {
    moon_item *items;
    size_t count;
    MOON_TRY(moon_items_at(d->change, d->account.id, d->day, MOON_DATE_MAX, d->keep, &items, &count, err));
    moon_arg *list = MOON_NEW_N(d->keep, moon_arg, count);
    for (size_t i = 0; i < count; i++) MOON_TRY(add_item(d, &items[i], &list[i], err));
    *out = moon_arg_list(list, count);
    return MOON_OK;
}

/* ---- what is said about them ---- */

static moon_status promises_of(dunning *d, int64_t grace, moon_arg *out, moon_err *err) {
    moon_promise *promises;
    size_t count;
    arg_list list = {.keep = d->keep};
    MOON_TRY(moon_promises_of(d->change, d->account.id, d->keep, &promises, &count, err));
    for (size_t i = 0; i < count; i++) {
        moon_promise_standing standing;
        if (promises[i].made > d->day) continue;
        MOON_TRY(moon_promise_at(d->change, &promises[i], grace, d->day, &standing, err));
        moon_named one[] = {
            moon_arg_named("last", moon_arg_date(standing.last)),
            moon_arg_named("promise", moon_arg_record(&moon_promise_type, &promises[i])),
            moon_arg_named("received", money(standing.received, promises[i].currency)),
            moon_arg_named("state", moon_arg_text(moon_str_of(moon_promise_states[standing.state - 1])))};
        push(&list, map_of(d->keep, one, 4));
    }
    *out = moon_arg_list(list.items, list.count);
    return MOON_OK;
}

static moon_status load_account(dunning *d, moon_str id, moon_err *err) {
    bool found;
    MOON_TRY(moon_watch_account(d->change, id, err));
    MOON_TRY(moon_version_at(d->change, &moon_account_type, id, d->day, &d->account, &found, err));
    if (found) return MOON_OK;
    moon_fail(err, MOON_E_NOT_FOUND, "there is no account %.*s", MOON_STR_ARG(id));
    return moon_err_hint(err, "moonbill list accounts");
}

static moon_status terms_of(dunning *d, moon_arg *terms, moon_err *err) {
    moon_arg args[] = {moon_arg_record(&moon_account_type, &d->account)};
    return moon_script_call(d->job->script, "dunning.terms", args, 1, d->keep, terms, err);
}

static moon_status decide(dunning *d, moon_arg imported, moon_arg *out, moon_err *err) {
    moon_arg items, promises, terms;
    moon_dispute *disputes;
    moon_hold *holds;
    moon_reminder *reminders;
    size_t dispute_count, hold_count, reminder_count;
    MOON_TRY(terms_of(d, &terms, err));
    MOON_TRY(items_of(d, &items, err));
    MOON_TRY(promises_of(d, moon_arg_int_of(&terms, "grace", 0), &promises, err));
    MOON_TRY(moon_disputes_of(d->change, d->account.id, d->keep, &disputes, &dispute_count, err));
    MOON_TRY(moon_holds_of(d->change, d->account.id, d->keep, &holds, &hold_count, err));
    MOON_TRY(moon_reminders_of(d->change, d->account.id, d->day, d->keep, &reminders, &reminder_count, err));
    moon_named input[] = {
        moon_arg_named("account", moon_arg_record(&moon_account_type, &d->account)),
        moon_arg_named("disputes", records(d->keep, &moon_dispute_type, disputes, dispute_count)),
        moon_arg_named("holds", records(d->keep, &moon_hold_type, holds, hold_count)),
        moon_arg_named("imported", imported),
        moon_arg_named("items", items),
        moon_arg_named("promises", promises),
        moon_arg_named("reminders", records(d->keep, &moon_reminder_type, reminders, reminder_count)),
        moon_arg_named("today", moon_arg_date(d->day))};
    moon_arg args[] = {moon_arg_map(input, sizeof input / sizeof *input)};
    return moon_script_call(d->job->script, "dunning.decide", args, 1, d->keep, out, err);
}

/* ---- what is to be written ---- */

/* Tables of the decision as records. */
static moon_status add_records(dunning *d, const moon_arg *decided, const char *name, const moon_type *type,
                               moon_buf *out, moon_err *err) {
    moon_arg list = moon_arg_get(decided, name);
    size_t count = list.kind == MOON_ARG_LIST ? list.list.count : 0;
    void *record = moon_arena_alloc(d->keep, type->size);
    moon_buf_add_varint(out, count);
    for (size_t i = 0; i < count; i++) {
        MOON_TRY(moon_script_call_record(d->job->script, "dunning.record", &list.list.items[i], 1, type,
                                         d->keep, record, err));
        moon_wire_add_record(out, type, record);
    }
    return MOON_OK;
}

/* Its amounts come from this account's items alone, so it names no inputs that could make it stale. */
static moon_status add_charge(dunning *d, const moon_arg *charge, moon_buf *out, moon_err *err) {
    moon_document document;
    moon_arg input = moon_arg_get(charge, "input");
    size_t count = input.kind == MOON_ARG_MAP ? input.map.count : 0;
    moon_named *items = MOON_NEW_N(d->keep, moon_named, count + 1);
    if (count) memcpy(items, input.map.items, count * sizeof *items);
    items[count] = moon_arg_named("account", moon_arg_record(&moon_account_type, &d->account));
    moon_named whole[] = {moon_arg_named("input", moon_arg_map(items, count + 1))};
    moon_arg args[] = {moon_arg_map(whole, 1)};
    MOON_TRY(moon_script_call_record(d->job->script, "dunning.charge", args, 1, &moon_document_type, d->keep,
                                     &document, err));
    MOON_TRY(moon_document_id(d->change, moon_arg_text_of(charge, "source"), &document.id, err));
    document.state = MOON_STATE_DRAFT;
    document.account = d->account.id;
    document.account_from = d->account.from;
    document.account_version = d->account.version;
    document.cause = MOON_STR("dunning");
    moon_wire_add_record(out, &moon_document_type, &document);
    return MOON_OK;
}

static moon_status add_charges(dunning *d, const moon_arg *decided, moon_buf *out, moon_err *err) {
    moon_arg list = moon_arg_get(decided, "charges");
    size_t count = list.kind == MOON_ARG_LIST ? list.list.count : 0;
    moon_buf_add_varint(out, count);
    for (size_t i = 0; i < count; i++) MOON_TRY(add_charge(d, &list.list.items[i], out, err));
    return MOON_OK;
}

static moon_status answer(dunning *d, moon_arg imported, moon_buf *reply, moon_err *err) {
    moon_arg decided = {0}, rows;
    moon_buf written = MOON_BUF_EMPTY, dependencies = MOON_BUF_EMPTY;
    moon_status status = decide(d, imported, &decided, err);
    if (status == MOON_OK) status = add_records(d, &decided, "reminders", &moon_reminder_type, &written, err);
    if (status == MOON_OK) status = add_records(d, &decided, "messages", &moon_message_type, &written, err);
    if (status == MOON_OK) status = add_charges(d, &decided, &written, err);
    if (status == MOON_OK) {
        rows = moon_arg_get(&decided, "rows");
        moon_change_dependencies(d->change, &dependencies);
        moon_wire_add_str(reply, moon_buf_str(&dependencies));
        moon_wire_add_arg(reply, &rows);
        moon_buf_add_str(reply, moon_buf_str(&written));
    }
    moon_buf_free(&written);
    moon_buf_free(&dependencies);
    return status;
}

moon_status moon_job_dun(moon_job *job, moon_str request, moon_buf *reply, moon_err *err) {
    moon_str account;
    moon_arg day, imported;
    dunning d = {.job = job};
    if (!moon_wire_read_str(&request, &account) || !moon_wire_read_arg(&request, &day, &job->arena) ||
        !moon_wire_read_arg(&request, &imported, &job->arena))
        return cut_short(err);
    d.day = day.date;
    MOON_TRY(moon_change_begin(job->store, &d.change, err));
    d.keep = moon_change_arena(d.change);
    moon_status status = load_account(&d, account, err);
    if (status == MOON_OK) status = answer(&d, imported, reply, err);
    moon_change_end(d.change);
    return status;
}

moon_status moon_job_dun_terms(moon_job *job, moon_str request, moon_buf *reply, moon_err *err) {
    moon_str account;
    moon_arg day, terms = {0};
    dunning d = {.job = job};
    if (!moon_wire_read_str(&request, &account) || !moon_wire_read_arg(&request, &day, &job->arena))
        return cut_short(err);
    d.day = day.date;
    MOON_TRY(moon_change_begin(job->store, &d.change, err));
    d.keep = moon_change_arena(d.change);
    moon_status status = load_account(&d, account, err);
    if (status == MOON_OK) status = terms_of(&d, &terms, err);
    if (status == MOON_OK) moon_wire_add_arg(reply, &terms);
    moon_change_end(d.change);
    return status;
}
