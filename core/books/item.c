#include "books/item.h"

#include "books/document.h"
#include "books/party.h"
#include "store/table.h"

/* ---- putting ---- */

/* Nothing that stands on an account is ever covered by another. */
static moon_status check_new(moon_change *change, const moon_item *item, moon_err *err) {
    moon_item old = {.account = item->account, .document = item->document};
    bool found;
    MOON_TRY(moon_get(change, &moon_item_type, &old, &found, err));
    if (!found) return MOON_OK;
    return moon_fail(err, MOON_E_RECORD_INVALID, "account %.*s has an item %.*s already",
                     MOON_STR_ARG(item->account), MOON_STR_ARG(item->document));
}

moon_status moon_item_add(moon_change *change, const moon_document *document, int64_t base, moon_err *err) {
    moon_item item;
    moon_record_init(&moon_item_type, &item);
    item.account = document->account;
    item.document = document->id;
    item.number = document->number;
    item.kind = document->kind;
    item.currency = document->currency;
    item.date = document->date;
    item.due = document->due;
    item.rate = document->rate;
    if (moon_decimal_present(document->rate)) item.base = base;
    item.amount = item.open = moon_document_payable(document);
    if (item.open == 0) item.closed = item.date;
    MOON_TRY(check_new(change, &item, err));
    return moon_put(change, &moon_item_type, &item, err);
}

moon_status moon_item_put(moon_change *change, const moon_context *ctx, moon_item *item, moon_err *err) {
    MOON_TRY(check_new(change, item, err));
    item->open = item->amount;
    item->booked = ctx->today;
    MOON_TRY(moon_touch_account(change, item->account, err));
    return moon_put(change, &moon_item_type, item, err);
}

/* ---- finding ---- */

moon_status moon_item_get(moon_change *change, moon_str account, moon_str document, moon_item *item,
                          moon_err *err) {
    bool found;
    item->account = account;
    item->document = document;
    MOON_TRY(moon_get(change, &moon_item_type, item, &found, err));
    if (found) return MOON_OK;
    return moon_fail(err, MOON_E_NOT_FOUND, "account %.*s has no open item %.*s", MOON_STR_ARG(account),
                     MOON_STR_ARG(document));
}

static moon_status by_document(moon_change *change, moon_str name, moon_item *out, bool *found,
                               moon_err *err) {
    moon_document document;
    MOON_TRY(moon_document_find(change, name, &document, found, err));
    if (!*found) return MOON_OK;
    *out = (moon_item){.account = document.account, .document = document.id};
    return moon_get(change, &moon_item_type, out, found, err);
}

static moon_status by_payment(moon_change *change, moon_str name, moon_item *out, bool *found,
                              moon_err *err) {
    moon_payment payment = {.id = name};
    MOON_TRY(moon_get(change, &moon_payment_type, &payment, found, err));
    if (!*found) return MOON_OK;
    *out = (moon_item){.account = payment.account, .document = payment.id};
    return moon_get(change, &moon_item_type, out, found, err);
}

/* Numbers of the system before this book may be those of two accounts: neither is guessed. */
static moon_status check_single(moon_scan *scan, const moon_adjustment *first, moon_err *err) {
    moon_adjustment other;
    bool more;
    MOON_TRY(moon_scan_next(scan, &other, &more, err));
    if (!more) return MOON_OK;
    moon_fail(err, MOON_E_RECORD_INVALID, "two accounts have an item %.*s: %.*s and %.*s",
              MOON_STR_ARG(first->number), MOON_STR_ARG(first->account), MOON_STR_ARG(other.account));
    return moon_err_hint(err, "say which: %.*s or %.*s", MOON_STR_ARG(first->id), MOON_STR_ARG(other.id));
}

/* By id, or the number it had in the system before this book. */
static moon_status by_adjustment(moon_change *change, moon_str name, moon_item *out, bool *found,
                                 moon_err *err) {
    moon_adjustment bound = {.number = name}, adjustment = {.id = name};
    moon_scan scan;
    MOON_TRY(moon_get(change, &moon_adjustment_type, &adjustment, found, err));
    if (!*found) {
        MOON_TRY(moon_scan_begin(change, &moon_adjustment_type,
                                 moon_type_index(&moon_adjustment_type, "number"), &bound, 1, &bound, 1,
                                 false, &scan, err));
        moon_status status = moon_scan_next(&scan, &adjustment, found, err);
        if (status == MOON_OK && *found) status = check_single(&scan, &adjustment, err);
        moon_scan_end(&scan);
        MOON_TRY(status);
    }
    if (!*found) return MOON_OK;
    *out = (moon_item){.account = adjustment.account, .document = adjustment.id};
    return moon_get(change, &moon_item_type, out, found, err);
}

moon_status moon_item_named(moon_change *change, moon_str name, moon_item *out, bool *found, moon_err *err) {
    *found = false;
    if (name.len == 0 || name.len > 128) return MOON_OK;
    MOON_TRY(by_document(change, name, out, found, err));
    if (!*found) MOON_TRY(by_payment(change, name, out, found, err));
    return *found ? MOON_OK : by_adjustment(change, name, out, found, err);
}

const char *moon_item_a(const moon_item *item) {
    static const char *const words[] = {
        "an invoice", "a credit note",      "a payment",       "a refund",   "a return", "a write-off",
        "a recovery", "a small difference", "an opening item", "a transfer", "breakage"};
    return words[item->kind - 1];
}

moon_status moon_item_owed(moon_change *change, const char *what, moon_str name, moon_item *out,
                           moon_err *err) {
    bool found;
    MOON_TRY(moon_item_named(change, name, out, &found, err));
    if (!found) {
        moon_fail(err, MOON_E_NOT_FOUND, "there is no issued invoice or other item %.*s", MOON_STR_ARG(name));
        return moon_err_hint(err, "moonbill list items");
    }
    if (out->amount <= 0)
        return moon_fail(err, MOON_E_STATE_REFUSED, "%s is about what is owed, and %.*s settles", what,
                         MOON_STR_ARG(out->number));
    if (out->open > 0) return MOON_OK;
    return moon_fail(err, MOON_E_STATE_REFUSED, "%s is about what is open, and nothing is of %.*s", what,
                     MOON_STR_ARG(out->number));
}

bool moon_item_is_asked(const moon_item *item) {
    return item->amount > 0 && item->control != MOON_CONTROL_UNAPPLIED &&
           (item->kind == MOON_ITEM_INVOICE || item->kind == MOON_ITEM_OPENING ||
            item->kind == MOON_ITEM_RECOVERY);
}

/* ---- what settled it ---- */

/* One change of what is open of an item. */
typedef struct step {
    moon_date date, booked;
    int64_t amount;
} step;
typedef struct step_list {
    step *items;
    size_t count, room;
    moon_arena *keep;
} step_list;

static void add_step(step_list *list, step one) {
    if (list->count == list->room) {
        size_t room = list->room ? list->room * 2 : 8;
        step *larger = MOON_NEW_N(list->keep, step, room);
        if (list->count) memcpy(larger, list->items, list->count * sizeof *larger);
        list->items = larger;
        list->room = room;
    }
    size_t at = list->count++;
    for (; at > 0 && list->items[at - 1].date > one.date; at--) list->items[at] = list->items[at - 1];
    list->items[at] = one;
}

/* Every application that concerns the item, by value date. One that voids it is from the item to itself. */
static moon_status steps_of(moon_change *change, const moon_item *item, step_list *list, moon_err *err) {
    moon_application bound = {.account = item->account, .source = item->document, .target = item->document},
                     application;
    moon_scan scan;
    bool more, settles = item->amount < 0;
    list->keep = moon_change_arena(change);
    MOON_TRY(moon_scan_begin(change, &moon_application_type,
                             settles ? MOON_BY_KEY : moon_type_index(&moon_application_type, "target"),
                             &bound, 2, &bound, 2, false, &scan, err));
    for (;;) {
        moon_status status = moon_scan_next(&scan, &application, &more, err);
        if (status != MOON_OK || !more) {
            moon_scan_end(&scan);
            return status;
        }
        add_step(list, (step){application.date, application.booked,
                              settles ? application.amount : -application.amount});
    }
}

/* `open` may be that of the item. */
moon_status moon_item_open_at(moon_change *change, const moon_item *item, moon_date date, moon_date known,
                              int64_t *open, moon_err *err) {
    step_list list = {0};
    moon_date booked = item->booked == MOON_DATE_NONE ? item->date : item->booked;
    int64_t rest = item->amount;
    if (date >= MOON_DATE_MAX && known >= MOON_DATE_MAX)
        rest = item->open; /* every application counts, and this is kept with each */
    else if (item->date > date || booked > known)
        rest = 0;
    else {
        MOON_TRY(steps_of(change, item, &list, err));
        for (size_t i = 0; i < list.count && list.items[i].date <= date; i++)
            if (list.items[i].booked <= known) rest += list.items[i].amount;
    }
    *open = rest;
    return MOON_OK;
}

moon_status moon_item_free_from(moon_change *change, const moon_item *item, int64_t amount, moon_date date,
                                moon_date *from, moon_err *err) {
    step_list list = {0};
    int64_t open = item->amount;
    MOON_TRY(steps_of(change, item, &list, err));
    *from = item->date > date ? item->date : date;
    for (size_t i = 0; i < list.count; i++) {
        open += list.items[i].amount;
        if (i + 1 < list.count && list.items[i + 1].date == list.items[i].date) continue;
        if ((open < 0 ? -open : open) >= amount) continue;
        /* Too little from here to the next step. */
        moon_date next = i + 1 < list.count ? list.items[i + 1].date : MOON_DATE_MAX;
        if (next > *from) *from = next;
    }
    return MOON_OK;
}

moon_status moon_item_settle(moon_change *change, moon_item *item, int64_t amount, moon_date date,
                             moon_err *err) {
    step_list list = {0};
    item->open += amount;
    item->closed = MOON_DATE_NONE;
    if (item->open == 0) {
        MOON_TRY(steps_of(change, item, &list, err));
        item->closed = date;
        if (list.count && list.items[list.count - 1].date > date)
            item->closed = list.items[list.count - 1].date;
    }
    return moon_put(change, &moon_item_type, item, err);
}

/* Voiding is an application of the item to itself, so that what was open on any day keeps its one definition. */
moon_status moon_item_void(moon_change *change, const moon_document *document, moon_date date,
                           moon_err *err) {
    moon_item item;
    moon_application application;
    moon_date from;
    MOON_TRY(moon_item_get(change, document->account, document->id, &item, err));
    int64_t whole = item.amount < 0 ? -item.amount : item.amount;
    MOON_TRY(moon_item_free_from(change, &item, whole, date, &from, err));
    if (item.open != item.amount || item.voided != MOON_DATE_NONE || from != date) {
        moon_fail(err, MOON_E_VOID_REFUSED, "%.*s has been settled in part or in full",
                  MOON_STR_ARG(document->number));
        if (document->kind != MOON_DOCUMENT_CREDIT_NOTE) return err->code;
        return moon_err_hint(err, "take back what it settles first: moonbill unapply %.*s",
                             MOON_STR_ARG(document->number));
    }
    item.voided = date;
    if (item.amount == 0) return moon_put(change, &moon_item_type, &item, err);
    moon_record_init(&moon_application_type, &application);
    application.account = document->account;
    application.source = application.target = document->id;
    application.ordinal = 1;
    application.currency = item.currency;
    application.amount = whole;
    application.date = application.booked = date;
    MOON_TRY(moon_put(change, &moon_application_type, &application, err));
    return moon_item_settle(change, &item, -item.amount, date, err);
}

/* ---- collecting ---- */

typedef struct item_list {
    moon_item *items;
    size_t count, room;
    moon_arena *keep;
} item_list;

static void add_item(item_list *list, const moon_item *item) {
    if (list->count == list->room) {
        size_t room = list->room ? list->room * 2 : 16;
        moon_item *larger = MOON_NEW_N(list->keep, moon_item, room);
        if (list->count) memcpy(larger, list->items, list->count * sizeof *larger);
        list->items = larger;
        list->room = room;
    }
    list->items[list->count++] = *item;
}

typedef struct moment {
    moon_str account; /* "" for all */
    moon_date date, known;
} moment;

/* Items of an index (or MOON_BY_KEY) from `low` on that were open at the moment. */
static moon_status collect(moon_change *change, int index, const moon_item *low, size_t low_count,
                           const moon_item *high, size_t high_count, const moment *m, item_list *list,
                           moon_err *err) {
    moon_scan scan;
    moon_item item;
    bool more;
    MOON_TRY(
        moon_scan_begin(change, &moon_item_type, index, low, low_count, high, high_count, false, &scan, err));
    for (;;) {
        moon_status status = moon_scan_next(&scan, &item, &more, err);
        if (status == MOON_OK && more && (m->account.len == 0 || moon_str_eq(item.account, m->account))) {
            status = moon_item_open_at(change, &item, m->date, m->known, &item.open, err);
            if (status == MOON_OK && item.open != 0) add_item(list, &item);
        }
        if (status == MOON_OK && more) continue;
        moon_scan_end(&scan);
        return status;
    }
}

/* Whether anything was closed after a day: where not, what is open now is what was open then. */
static moon_status closed_later(moon_change *change, moon_date date, bool *yes, moon_err *err) {
    moon_item later = {.closed = date + 1}, item;
    moon_scan scan;
    *yes = false;
    if (date == MOON_DATE_MAX) return MOON_OK;
    MOON_TRY(moon_scan_begin(change, &moon_item_type, moon_type_index(&moon_item_type, "closed"), &later, 1,
                             NULL, 0, false, &scan, err));
    moon_status status = moon_scan_next(&scan, &item, yes, err);
    moon_scan_end(&scan);
    return status;
}

/* As known now: what is open now, and what was closed on a later day. As known then, an item that is closed by
 * now may have been open, whatever its day: all of them are asked. */
moon_status moon_items_at(moon_change *change, moon_str account, moon_date date, moon_date known,
                          moon_arena *keep, moon_item **items, size_t *count, moon_err *err) {
    moment m = {account, date, known};
    item_list list = {.keep = keep};
    moon_item one = {.account = account}, later = {.closed = date + 1};
    const moon_item *bound = account.len ? &one : NULL;
    size_t fields = account.len ? 1 : 0;
    int open = moon_type_index(&moon_item_type, "open"), closed = moon_type_index(&moon_item_type, "closed");
    bool all = known < MOON_DATE_MAX;
    if (!all && account.len) MOON_TRY(closed_later(change, date, &all, err));
    if (all) {
        MOON_TRY(collect(change, MOON_BY_KEY, bound, fields, bound, fields, &m, &list, err));
    } else {
        MOON_TRY(collect(change, open, bound, fields, bound, fields, &m, &list, err));
        if (!account.len && date < MOON_DATE_MAX)
            MOON_TRY(collect(change, closed, &later, 1, NULL, 0, &m, &list, err));
    }
    *items = list.items;
    *count = list.count;
    return MOON_OK;
}

moon_status moon_items_open(moon_change *change, moon_str account, moon_arena *keep, moon_item **items,
                            size_t *count, moon_err *err) {
    return moon_items_at(change, account, MOON_DATE_MAX, MOON_DATE_MAX, keep, items, count, err);
}

/* ---- base amounts and control accounts ---- */

int64_t moon_item_base(const moon_item *item) {
    return item->base == MOON_INT_NONE ? item->amount : item->base;
}

moon_status moon_item_base_open(const moon_item *item, int64_t open, int64_t *base, moon_err *err) {
    int64_t whole = item->amount < 0 ? -item->amount : item->amount, settled = 0;
    int64_t rest = open < 0 ? -open : open;
    if (whole != 0) MOON_TRY(moon_split_running(moon_item_base(item), 0, whole - rest, whole, &settled, err));
    *base = moon_item_base(item) - settled;
    return MOON_OK;
}

int moon_item_control(const moon_item *item) {
    return item->control ? item->control : MOON_CONTROL_RECEIVABLES;
}

moon_status moon_control_account(const moon_config *config, int control, moon_str *account, moon_err *err) {
    return moon_chart_account(config, moon_controls[control - 1], account, err);
}
