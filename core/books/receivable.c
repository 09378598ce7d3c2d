#include "books/receivable.h"

#include <stdlib.h>

#include "books/ledger.h"
#include "store/table.h"

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

/* The items that stand on a control account against the ledger. A chart without unapplied cash is one of a book that
 * never had any. */
static moon_status check_control(moon_change *change, const moon_config *config, moon_date date,
                                 const moon_item *items, size_t count, moon_currency currency, int control,
                                 moon_err *err) {
    char left[MOON_MONEY_TEXT], right[MOON_MONEY_TEXT];
    moon_str account;
    int64_t balance, sum = 0;
    for (size_t i = 0; i < count; i++)
        if (items[i].currency == currency && moon_item_control(&items[i]) == control)
            MOON_TRY(moon_minor_add(&sum, items[i].open, "a sum of open items", err));
    moon_status status = moon_control_account(config, control, &account, err);
    if (status == MOON_E_CHART_MISSING && sum == 0 && control == MOON_CONTROL_UNAPPLIED) return MOON_OK;
    MOON_TRY(status);
    MOON_TRY(moon_balance_at(change, account, currency, date, &balance, err));
    if (balance == sum) return MOON_OK;
    moon_money_format_code((moon_money){sum, currency}, left);
    moon_money_format_code((moon_money){balance, currency}, right);
    return moon_fail(err, MOON_E_CONTROL, "open items add up to %s, but the %s account %.*s has %s", left,
                     moon_controls[control - 1], MOON_STR_ARG(account), right);
}

/* Every currency that a control account has moved in, also where nothing is open any more. */
static moon_status check_all_controls(moon_change *change, const moon_config *config, moon_date date,
                                      const moon_item *items, size_t count, moon_err *err) {
    for (size_t i = 0; i < moon_currency_count(); i++)
        for (int control = MOON_CONTROL_RECEIVABLES; control <= MOON_CONTROL_UNAPPLIED; control++)
            MOON_TRY(check_control(change, config, date, items, count, moon_currency_at(i), control, err));
    return MOON_OK;
}

moon_status moon_ageing_at(moon_change *change, const moon_config *config, moon_date date, moon_date known,
                           moon_str account, moon_ageing *out, moon_err *err) {
    moon_arena *keep = moon_change_arena(change);
    moon_item *items;
    size_t count;
    MOON_TRY(moon_items_at(change, account, date, known, keep, &items, &count, err));
    if (count) qsort(items, count, sizeof *items, by_account);
    moon_ageing made = {.rows = MOON_NEW_N(keep, moon_ageing_row, count),
                        .totals = MOON_NEW_N(keep, moon_ageing_row, moon_currency_count())};
    for (size_t i = 0; i < count; i++) {
        const moon_item *item = &items[i];
        moon_ageing_row *row = made.count ? &made.rows[made.count - 1] : NULL;
        if (!row || !moon_str_eq(row->account, item->account) || row->currency != item->currency) {
            row = &made.rows[made.count++];
            row->account = item->account;
            row->currency = item->currency;
        }
        MOON_TRY(age(row, item, date, err));
        MOON_TRY(age(total_row(&made, item->currency), item, date, err));
    }
    if (account.len == 0 && known >= MOON_DATE_MAX)
        MOON_TRY(check_all_controls(change, config, date, items, count, err));
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

/* Those that were booked by `known`. */
static moon_status items_of(moon_change *change, moon_str account, moon_currency currency, moon_date known,
                            item_list *list, moon_err *err) {
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
        moon_date booked = item.booked == MOON_DATE_NONE ? item.date : item.booked;
        if (item.currency == currency && booked <= known) add_item(list, &item);
    }
}

static size_t list_movements(const item_list *list, moon_date to, moon_date known, moon_movement *movements) {
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        const moon_item *item = &list->items[i];
        if (item->date <= to)
            movements[count++] = (moon_movement){.item = item, .date = item->date, .amount = item->amount};
        if (item->voided != MOON_DATE_NONE && item->voided <= to && item->voided <= known)
            movements[count++] =
                (moon_movement){.item = item, .date = item->voided, .voids = true, .amount = -item->amount};
    }
    if (count) qsort(movements, count, sizeof *movements, by_date);
    return count;
}

static moon_status collect_open(moon_change *change, const item_list *list, moon_date to, moon_date known,
                                item_list *open, int64_t *sum, moon_err *err) {
    for (size_t i = 0; i < list->count; i++) {
        moon_item item = list->items[i];
        MOON_TRY(moon_item_open_at(change, &list->items[i], to, known, &item.open, err));
        MOON_TRY(moon_minor_add(sum, item.open, "a sum of open items", err));
        if (item.open != 0) add_item(open, &item);
    }
    return MOON_OK;
}

moon_status moon_statement_of(moon_change *change, moon_str account, moon_currency currency, moon_date from,
                              moon_date to, moon_date known, moon_statement *out, moon_err *err) {
    moon_arena *keep = moon_change_arena(change);
    item_list list = {.keep = keep}, open = {.keep = keep};
    int64_t open_sum = 0;
    MOON_TRY(items_of(change, account, currency, known, &list, err));
    moon_movement *all = MOON_NEW_N(keep, moon_movement, 2 * list.count);
    size_t count = list_movements(&list, to, known, all), before = 0;
    moon_statement made = {.currency = currency};
    for (size_t i = 0; i < count; i++) {
        MOON_TRY(moon_minor_add(&made.closing, all[i].amount, "a balance of the statement", err));
        all[i].balance = made.closing;
        if (all[i].date >= from) continue;
        made.opening = made.closing;
        before = i + 1;
    }
    MOON_TRY(collect_open(change, &list, to, known, &open, &open_sum, err));
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
