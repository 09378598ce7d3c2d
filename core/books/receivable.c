#include "books/receivable.h"

#include <stdlib.h>

#include "books/ledger.h"
#include "store/table.h"

/* ---- items ---- */

moon_status moon_item_add(moon_change *change, const moon_document *document, moon_err *err) {
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
    item.amount = item.open = document->total;
    if (item.open == 0) item.closed = item.date;
    return moon_put(change, &moon_item_type, &item, err);
}

static moon_status get_item(moon_change *change, moon_str account, moon_str document, moon_item *item,
                            moon_err *err) {
    bool found;
    item->account = account;
    item->document = document;
    MOON_TRY(moon_get(change, &moon_item_type, item, &found, err));
    if (found) return MOON_OK;
    return moon_fail(err, MOON_E_NOT_FOUND, "account %.*s has no open item %.*s", MOON_STR_ARG(account),
                     MOON_STR_ARG(document));
}

/* ---- applications ---- */

/* Sum of the applications that concern an item with a value date up to `date`, as they change its open amount;
 * and the date of the last. None exceeds its item, so the sum stays in range. */
static moon_status sum_applications(moon_change *change, const moon_item *item, moon_date date, int64_t *sum,
                                    moon_date *last, moon_err *err) {
    moon_application bound = {.account = item->account, .source = item->document, .target = item->document},
                     application;
    moon_scan scan;
    bool more, is_credit = item->kind == MOON_DOCUMENT_CREDIT_NOTE;
    *sum = 0;
    *last = MOON_DATE_NONE;
    MOON_TRY(moon_scan_begin(change, &moon_application_type,
                             is_credit ? MOON_BY_KEY : moon_type_index(&moon_application_type, "target"),
                             &bound, 2, &bound, 2, false, &scan, err));
    for (;;) {
        moon_status status = moon_scan_next(&scan, &application, &more, err);
        if (status != MOON_OK || !more) {
            moon_scan_end(&scan);
            return status;
        }
        if (application.date > date) continue;
        *sum += is_credit ? application.amount : -application.amount;
        if (application.date > *last) *last = application.date;
    }
}

static moon_status next_ordinal(moon_change *change, moon_application *application, moon_err *err) {
    moon_application earlier;
    moon_scan scan;
    bool more;
    MOON_TRY(moon_scan_begin(change, &moon_application_type, MOON_BY_KEY, application, 3, application, 3,
                             true, &scan, err));
    moon_status status = moon_scan_next(&scan, &earlier, &more, err);
    moon_scan_end(&scan);
    if (status == MOON_OK) application->ordinal = more ? earlier.ordinal + 1 : 1;
    return status;
}

static moon_status settle(moon_change *change, moon_item *item, int64_t change_minor, moon_date date,
                          moon_err *err) {
    int64_t sum;
    moon_date last;
    item->open += change_minor;
    item->closed = MOON_DATE_NONE;
    if (item->open == 0) {
        MOON_TRY(sum_applications(change, item, MOON_DATE_MAX, &sum, &last, err));
        item->closed = last > date ? last : date;
    }
    return moon_put(change, &moon_item_type, item, err);
}

/* On a day before one of the two, the other would be open by less, and the items would not add up to the
 * control account. */
static moon_status check_value_date(const moon_item *source, const moon_item *target, moon_date date,
                                    moon_err *err) {
    const moon_item *later = source->date > target->date ? source : target;
    char wanted[MOON_DATE_TEXT], first[MOON_DATE_TEXT];
    if (date >= later->date) return MOON_OK;
    moon_date_format(date, wanted);
    moon_date_format(later->date, first);
    return moon_fail(err, MOON_E_CREDIT_EXCEEDS, "nothing can be applied on %s: %.*s is of %s", wanted,
                     MOON_STR_ARG(later->number), first);
}

static moon_status check_apply(const moon_item *source, const moon_item *target, int64_t amount,
                               moon_err *err) {
    char want[MOON_MONEY_TEXT], have[MOON_MONEY_TEXT];
    if (source->currency != target->currency)
        return moon_fail(err, MOON_E_CURRENCY_MISMATCH, "%.*s is in %s, %.*s in %s",
                         MOON_STR_ARG(source->number), moon_currency_code(source->currency),
                         MOON_STR_ARG(target->number), moon_currency_code(target->currency));
    const moon_item *less = -source->open < target->open ? source : target;
    int64_t open = less == source ? -source->open : target->open;
    if (amount > 0 && amount <= open) return MOON_OK;
    moon_money_format_code((moon_money){amount, source->currency}, want);
    moon_money_format_code((moon_money){open > 0 ? open : 0, source->currency}, have);
    return moon_fail(err, MOON_E_CREDIT_EXCEEDS, "%s cannot be applied from %.*s to %.*s: %.*s has %s open",
                     want, MOON_STR_ARG(source->number), MOON_STR_ARG(target->number),
                     MOON_STR_ARG(less->number), have);
}

moon_status moon_apply(moon_change *change, moon_str account, moon_str source, moon_str target,
                       int64_t amount, moon_date date, moon_date booked, moon_str rule, moon_err *err) {
    moon_item from, to;
    moon_application application;
    MOON_TRY(get_item(change, account, source, &from, err));
    MOON_TRY(get_item(change, account, target, &to, err));
    MOON_TRY(check_apply(&from, &to, amount, err));
    MOON_TRY(check_value_date(&from, &to, date, err));
    moon_record_init(&moon_application_type, &application);
    application.account = account;
    application.source = source;
    application.target = target;
    application.currency = from.currency;
    application.amount = amount;
    application.date = date;
    application.booked = booked;
    application.rule = rule;
    MOON_TRY(next_ordinal(change, &application, err));
    MOON_TRY(moon_put(change, &moon_application_type, &application, err));
    MOON_TRY(settle(change, &from, amount, date, err));
    return settle(change, &to, -amount, date, err);
}

/* Voiding is an application of the item to itself, so that what was open on any day keeps its one definition. */
moon_status moon_item_void(moon_change *change, const moon_document *document, moon_date date,
                           moon_err *err) {
    moon_item item;
    moon_application application;
    MOON_TRY(get_item(change, document->account, document->id, &item, err));
    if (item.open != item.amount || item.voided != MOON_DATE_NONE)
        return moon_fail(err, MOON_E_VOID_REFUSED, "%.*s has been settled in part or in full",
                         MOON_STR_ARG(document->number));
    item.voided = date;
    if (item.amount == 0) return moon_put(change, &moon_item_type, &item, err);
    moon_record_init(&moon_application_type, &application);
    application.account = document->account;
    application.source = application.target = document->id;
    application.ordinal = 1;
    application.currency = item.currency;
    application.amount = item.amount < 0 ? -item.amount : item.amount;
    application.date = application.booked = date;
    MOON_TRY(moon_put(change, &moon_application_type, &application, err));
    return settle(change, &item, -item.amount, date, err);
}

moon_status moon_item_open_at(moon_change *change, const moon_item *item, moon_date date, int64_t *open,
                              moon_err *err) {
    int64_t applied = 0;
    moon_date last;
    if (item->date > date)
        *open = 0;
    else if (item->open == item->amount)
        *open = item->amount;
    else {
        MOON_TRY(sum_applications(change, item, date, &applied, &last, err));
        *open = item->amount + applied;
    }
    return MOON_OK;
}

/* ---- collecting items ---- */

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

/* Items of an index from `low` on that were open at the end of `date`, with .open as of then. */
static moon_status collect(moon_change *change, const char *index, const moon_item *low, size_t low_count,
                           const moon_item *high, size_t high_count, moon_str account, moon_date date,
                           item_list *list, moon_err *err) {
    moon_scan scan;
    moon_item item;
    bool more;
    MOON_TRY(moon_scan_begin(change, &moon_item_type, moon_type_index(&moon_item_type, index), low, low_count,
                             high, high_count, false, &scan, err));
    for (;;) {
        moon_status status = moon_scan_next(&scan, &item, &more, err);
        if (status == MOON_OK && more && (account.len == 0 || moon_str_eq(item.account, account))) {
            status = moon_item_open_at(change, &item, date, &item.open, err);
            if (status == MOON_OK && item.open != 0) add_item(list, &item);
        }
        if (status == MOON_OK && more) continue;
        moon_scan_end(&scan);
        return status;
    }
}

/* Open as of a date: what is open now, and what was closed later. */
static moon_status open_at(moon_change *change, moon_str account, moon_date date, item_list *list,
                           moon_err *err) {
    moon_item one = {.account = account}, later = {.closed = date + 1};
    size_t fields = account.len ? 1 : 0;
    MOON_TRY(collect(change, "open", &one, fields, &one, fields, account, date, list, err));
    if (date >= MOON_DATE_MAX) return MOON_OK;
    return collect(change, "closed", &later, 1, NULL, 0, account, date, list, err);
}

moon_status moon_items_open(moon_change *change, moon_str account, moon_arena *keep, moon_item **items,
                            size_t *count, moon_err *err) {
    item_list list = {.keep = keep};
    MOON_TRY(open_at(change, account, MOON_DATE_MAX, &list, err));
    *items = list.items;
    *count = list.count;
    return MOON_OK;
}

/* ---- ageing ---- */

static int by_account(const void *a, const void *b) {
    const moon_item *x = a, *y = b;
    int order = moon_str_cmp(x->account, y->account);
    if (order == 0) order = strcmp(moon_currency_code(x->currency), moon_currency_code(y->currency));
    if (order == 0) order = (x->due > y->due) - (x->due < y->due);
    return order ? order : moon_str_cmp(x->number, y->number);
}

static moon_status age(moon_ageing_row *row, const moon_item *item, moon_date date, moon_err *err) {
    int64_t days = (int64_t)date - item->due;
    int64_t *bucket = item->open < 0 ? &row->unapplied
                      : days <= 0    ? &row->not_due
                      : days <= 30   ? &row->d1_30
                      : days <= 60   ? &row->d31_60
                      : days <= 90   ? &row->d61_90
                                     : &row->d91_plus;
    MOON_TRY(moon_minor_add(bucket, item->open, "a sum of open items", err));
    return moon_minor_add(&row->total, item->open, "a sum of open items", err);
}

static moon_ageing_row *total_row(moon_ageing *ageing, moon_currency currency) {
    for (size_t i = 0; i < ageing->total_count; i++)
        if (ageing->totals[i].currency == currency) return &ageing->totals[i];
    ageing->totals[ageing->total_count].currency = currency;
    return &ageing->totals[ageing->total_count++];
}

static moon_status check_control(moon_change *change, const moon_config *config, moon_date date,
                                 moon_currency currency, int64_t items, moon_err *err) {
    char left[MOON_MONEY_TEXT], right[MOON_MONEY_TEXT];
    moon_str control;
    int64_t balance;
    MOON_TRY(moon_chart_account(config, "receivables", &control, err));
    MOON_TRY(moon_balance_at(change, control, currency, date, &balance, err));
    if (balance == items) return MOON_OK;
    moon_money_format_code((moon_money){items, currency}, left);
    moon_money_format_code((moon_money){balance, currency}, right);
    return moon_fail(err, MOON_E_CONTROL, "open items add up to %s, but the receivables account %.*s has %s",
                     left, MOON_STR_ARG(control), right);
}

/* Every currency that the control account has moved in, also where nothing is open any more. */
static moon_status check_all_controls(moon_change *change, const moon_config *config, moon_date date,
                                      moon_ageing *ageing, moon_err *err) {
    for (size_t i = 0; i < moon_currency_count(); i++) {
        int64_t items = 0;
        for (size_t j = 0; j < ageing->total_count; j++)
            if (ageing->totals[j].currency == moon_currency_at(i)) items = ageing->totals[j].total;
        MOON_TRY(check_control(change, config, date, moon_currency_at(i), items, err));
    }
    return MOON_OK;
}

moon_status moon_ageing_at(moon_change *change, const moon_config *config, moon_date date, moon_str account,
                           moon_ageing *out, moon_err *err) {
    moon_arena *keep = moon_change_arena(change);
    item_list list = {.keep = keep};
    MOON_TRY(open_at(change, account, date, &list, err));
    if (list.count) qsort(list.items, list.count, sizeof *list.items, by_account);
    moon_ageing made = {.rows = MOON_NEW_N(keep, moon_ageing_row, list.count),
                        .totals = MOON_NEW_N(keep, moon_ageing_row, moon_currency_count())};
    for (size_t i = 0; i < list.count; i++) {
        const moon_item *item = &list.items[i];
        moon_ageing_row *row = made.count ? &made.rows[made.count - 1] : NULL;
        if (!row || !moon_str_eq(row->account, item->account) || row->currency != item->currency) {
            row = &made.rows[made.count++];
            row->account = item->account;
            row->currency = item->currency;
        }
        MOON_TRY(age(row, item, date, err));
        MOON_TRY(age(total_row(&made, item->currency), item, date, err));
    }
    if (account.len == 0) MOON_TRY(check_all_controls(change, config, date, &made, err));
    *out = made;
    return MOON_OK;
}

/* ---- statement ---- */

static int by_date(const void *a, const void *b) {
    const moon_movement *x = a, *y = b;
    if (x->date != y->date) return x->date < y->date ? -1 : 1;
    if (x->voids != y->voids) return x->voids ? 1 : -1;
    return x->item->kind != y->item->kind ? x->item->kind - y->item->kind
                                          : moon_str_cmp(x->item->number, y->item->number);
}

static moon_status items_of(moon_change *change, moon_str account, moon_currency currency, item_list *list,
                            moon_err *err) {
    moon_item bound = {.account = account}, item;
    moon_scan scan;
    bool more;
    MOON_TRY(moon_scan_begin(change, &moon_item_type, MOON_BY_KEY, &bound, 1, &bound, 1, false, &scan, err));
    for (;;) {
        moon_status status = moon_scan_next(&scan, &item, &more, err);
        if (status != MOON_OK || !more) {
            moon_scan_end(&scan);
            return status;
        }
        if (item.currency == currency) add_item(list, &item);
    }
}

static size_t list_movements(const item_list *list, moon_date to, moon_movement *movements) {
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        const moon_item *item = &list->items[i];
        if (item->date <= to)
            movements[count++] = (moon_movement){.item = item, .date = item->date, .amount = item->amount};
        if (item->voided != MOON_DATE_NONE && item->voided <= to)
            movements[count++] =
                (moon_movement){.item = item, .date = item->voided, .voids = true, .amount = -item->amount};
    }
    if (count) qsort(movements, count, sizeof *movements, by_date);
    return count;
}

static moon_status collect_open(moon_change *change, const item_list *list, moon_date to, item_list *open,
                                int64_t *sum, moon_err *err) {
    for (size_t i = 0; i < list->count; i++) {
        moon_item item = list->items[i];
        MOON_TRY(moon_item_open_at(change, &list->items[i], to, &item.open, err));
        MOON_TRY(moon_minor_add(sum, item.open, "a sum of open items", err));
        if (item.open != 0) add_item(open, &item);
    }
    return MOON_OK;
}

moon_status moon_statement_of(moon_change *change, moon_str account, moon_currency currency, moon_date from,
                              moon_date to, moon_statement *out, moon_err *err) {
    moon_arena *keep = moon_change_arena(change);
    item_list list = {.keep = keep}, open = {.keep = keep};
    int64_t open_sum = 0;
    MOON_TRY(items_of(change, account, currency, &list, err));
    moon_movement *all = MOON_NEW_N(keep, moon_movement, 2 * list.count);
    size_t count = list_movements(&list, to, all), before = 0;
    moon_statement made = {.currency = currency};
    for (size_t i = 0; i < count; i++) {
        MOON_TRY(moon_minor_add(&made.closing, all[i].amount, "a balance of the statement", err));
        all[i].balance = made.closing;
        if (all[i].date >= from) continue;
        made.opening = made.closing;
        before = i + 1;
    }
    MOON_TRY(collect_open(change, &list, to, &open, &open_sum, err));
    if (open_sum != made.closing)
        return moon_fail(err, MOON_E_CONTROL, "the statement of account %.*s does not add up",
                         MOON_STR_ARG(account));
    made.movements = all + before;
    made.count = count - before;
    made.open = open.items;
    made.open_count = open.count;
    *out = made;
    return MOON_OK;
}
