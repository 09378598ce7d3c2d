#include "app/cmd_show_item.h"

#include "app/output.h"
#include "app/words.h"
#include "books/ledger.h"
#include "books/item.h"
#include "doc/table.h"
#include "store/table.h"

static void print_table(moon_app *app, const char *title, moon_table *table) {
    moon_buf out = MOON_BUF_EMPTY;
    moon_app_print(app, "\n%s\n", title);
    moon_table_write_indented(table, 2, &app->style, &out);
    moon_app_write(app, moon_buf_str(&out));
    moon_buf_free(&out);
}

/* ---- applications ---- */

typedef moon_status (*application_fn)(moon_app *app, moon_change *change, const moon_application *one,
                                      void *ctx, moon_err *err);

/* Those that concern an item, voidings apart. */
static moon_status each_application(moon_app *app, moon_change *change, const moon_item *item,
                                    application_fn fn, void *ctx, moon_err *err) {
    moon_application bound = {.account = item->account, .source = item->document, .target = item->document},
                     one;
    bool settles = item->amount < 0, more = true;
    moon_scan scan;
    moon_status status = MOON_OK;
    MOON_TRY(moon_scan_begin(change, &moon_application_type,
                             settles ? MOON_BY_KEY : moon_type_index(&moon_application_type, "target"),
                             &bound, 2, &bound, 2, false, &scan, err));
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &one, &more, err);
        if (status != MOON_OK || !more) break;
        if (!moon_str_eq(one.source, one.target)) status = fn(app, change, &one, ctx, err);
    }
    moon_scan_end(&scan);
    return status;
}

typedef struct rows {
    moon_table *table;
    const moon_item *of;
    size_t count;
} rows;

static moon_status add_row(moon_app *app, moon_change *change, const moon_application *one, void *ctx,
                           moon_err *err) {
    rows *r = ctx;
    moon_item other;
    bool settles = r->of->amount < 0;
    MOON_TRY(moon_item_get(change, one->account, settles ? one->target : one->source, &other, err));
    moon_table_add(r->table, (moon_str[]){other.number, moon_str_of(moon_item_kinds[other.kind - 1]),
                                          moon_words_amount(app, one->amount, one->currency),
                                          moon_words_day(app, one->date), moon_words_day(app, one->booked),
                                          one->amount < 0 ? MOON_STR("taken back") : one->rule});
    r->count++;
    return MOON_OK;
}

static moon_status print_settled(moon_app *app, moon_change *change, const moon_item *item, moon_err *err) {
    static const moon_column columns[] = {{{"Number", 6}, MOON_ALIGN_LEFT},  {{"Kind", 4}, MOON_ALIGN_LEFT},
                                          {{"Amount", 6}, MOON_ALIGN_RIGHT}, {{"Date", 4}, MOON_ALIGN_LEFT},
                                          {{"Booked", 6}, MOON_ALIGN_LEFT},  {{"Why", 3}, MOON_ALIGN_LEFT}};
    rows r = {moon_table_new(&app->arena, columns, 6), item, 0};
    MOON_TRY(each_application(app, change, item, add_row, &r, err));
    if (r.count) print_table(app, item->amount < 0 ? "Settles" : "Settled by", r.table);
    return MOON_OK;
}

static moon_status find_item(moon_change *change, moon_str account, moon_str document, moon_item *item,
                             bool *found, moon_err *err) {
    *item = (moon_item){.account = account, .document = document};
    return moon_get(change, &moon_item_type, item, found, err);
}

moon_status moon_show_settled(moon_app *app, moon_change *change, moon_str account, moon_str document,
                              moon_err *err) {
    moon_item item;
    bool found;
    MOON_TRY(find_item(change, account, document, &item, &found, err));
    return found ? print_settled(app, change, &item, err) : MOON_OK;
}

/* ---- ledger entries ---- */

static moon_status add_entry(moon_app *app, moon_change *change, moon_str id, moon_table *table,
                             moon_err *err) {
    moon_entry entry = {.id = moon_entry_id(id, &app->arena)};
    bool found;
    MOON_TRY(moon_get(change, &moon_entry_type, &entry, &found, err));
    for (size_t i = 0; found && i < entry.lines.count; i++) {
        const moon_entry_line *line = MOON_AT(moon_entry_line, entry.lines, i);
        moon_table_add(table, (moon_str[]){i ? MOON_STR_NONE : moon_words_day(app, entry.date),
                                           i ? MOON_STR_NONE : entry.text, line->account, line->party,
                                           moon_words_amount(app, line->amount, line->currency),
                                           moon_str_of(moon_currency_code(line->currency))});
    }
    return MOON_OK;
}

static moon_status add_application_entry(moon_app *app, moon_change *change, const moon_application *one,
                                         void *ctx, moon_err *err) {
    moon_str id = moon_arena_printf(&app->arena, "apply/%.*s/%.*s/%lld", MOON_STR_ARG(one->source),
                                    MOON_STR_ARG(one->target), (long long)one->ordinal);
    return add_entry(app, change, id, ctx, err);
}

static moon_status print_entries(moon_app *app, moon_change *change, const moon_item *item, moon_err *err) {
    static const moon_column columns[] = {{{"Date", 4}, MOON_ALIGN_LEFT},    {{"Entry", 5}, MOON_ALIGN_LEFT},
                                          {{"Account", 7}, MOON_ALIGN_LEFT}, {{"Party", 5}, MOON_ALIGN_LEFT},
                                          {{"Amount", 6}, MOON_ALIGN_RIGHT}, {{"", 0}, MOON_ALIGN_LEFT}};
    moon_table *table = moon_table_new(&app->arena, columns, 6);
    moon_str own = item->kind == MOON_ITEM_PAYMENT
                       ? moon_arena_printf(&app->arena, "receive/%.*s", MOON_STR_ARG(item->document))
                       : item->document;
    MOON_TRY(add_entry(app, change, own, table, err));
    MOON_TRY(each_application(app, change, item, add_application_entry, table, err));
    print_table(app, "Ledger", table);
    return MOON_OK;
}

moon_status moon_show_item(moon_app *app, moon_change *change, moon_str account, moon_str document,
                           moon_err *err) {
    moon_item item;
    moon_parked parked = {.work = MOON_STR("pay"), .id = document};
    char open[MOON_MONEY_TEXT];
    bool found;
    MOON_TRY(find_item(change, account, document, &item, &found, err));
    if (!found) return MOON_OK;
    moon_money_format_code((moon_money){item.open < 0 ? -item.open : item.open, item.currency}, open);
    if (item.open == 0)
        moon_app_print(app, "\nNothing of it is %s\n", item.amount < 0 ? "unapplied" : "open");
    else
        moon_app_print(app, "\n%s of it is %s\n", open, item.amount < 0 ? "unapplied" : "open");
    MOON_TRY(print_settled(app, change, &item, err));
    MOON_TRY(print_entries(app, change, &item, err));
    MOON_TRY(moon_get(change, &moon_parked_type, &parked, &found, err));
    if (found)
        moon_app_print(app, "\nTo do: %.*s\n  %.*s\n", MOON_STR_ARG(parked.reason),
                       MOON_STR_ARG(parked.hint));
    return MOON_OK;
}
