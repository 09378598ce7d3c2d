#include "run/import_kind.h"

#include "books/party.h"
#include "run/import_pay.h"
#include "run/import_usage.h"
#include "store/table.h"

moon_str moon_import_parked_id(const moon_import_run *run, moon_str id) {
    return moon_arena_printf(moon_change_arena(run->change), "%s/%.*s", run->kind->type->name,
                             MOON_STR_ARG(id));
}

moon_status moon_import_unpark(moon_import_run *run, moon_str id, moon_err *err) {
    return moon_unpark(run->change, "import", moon_import_parked_id(run, id), err);
}

moon_status moon_import_hold(moon_import_run *run, moon_str id, moon_str account, const moon_err *why,
                             moon_err *err) {
    moon_change_back(run->change, run->point);
    run->report->held.records++;
    if (run->options->held) run->options->held(run->options->ctx, id, moon_str_of(why->text));
    return moon_park(run->change, &run->book->ctx, "import", moon_import_parked_id(run, id), account, why,
                     NULL, err);
}

/* ---- orders ---- */

static moon_status count_new(moon_import_count *count, const moon_order *order, moon_err *err) {
    moon_decimal value;
    MOON_TRY(moon_order_value(order, &value, err));
    count->records++;
    count->lines += order->lines.count;
    return moon_decimal_add(count->amount, value, &count->amount, err);
}

static moon_status take_buyer(moon_import_run *run, moon_account *account, moon_date from, moon_err *err) {
    moon_account known;
    bool found, written;
    MOON_TRY(
        moon_version_at(run->change, &moon_account_type, account->id, MOON_DATE_MAX, &known, &found, err));
    if (found) return MOON_OK;
    account->from = from;
    MOON_TRY(moon_version_add(run->change, &moon_account_type, account, &written, err));
    run->report->accounts++;
    return MOON_OK;
}

/* A row that names no order has its place for a name; with what it says, so that row 2 of tomorrow's file of
 * the same name is another. */
static void name_by_content(moon_import_run *run, moon_order *order) {
    char digits[MOON_HASH_TEXT];
    if (order->raw.len == 0 || !moon_str_starts(order->id, MOON_STR("row "))) return;
    moon_hash hash = moon_hash_of(order->raw);
    moon_hash_format(&hash, digits);
    order->id =
        moon_arena_printf(moon_change_arena(run->change), "%.*s #%.6s", MOON_STR_ARG(order->id), digits);
}

static moon_status take_order(moon_import_run *run, void *record, moon_account *account, moon_err *err) {
    moon_order *order = record;
    moon_taken taken;
    moon_str difference;
    moon_import_report *report = run->report;
    if (order->currency == 0) order->currency = run->book->config.currency;
    name_by_content(run, order);
    if (account) MOON_TRY(take_buyer(run, account, order->date, err));
    MOON_TRY(
        moon_order_take(run->change, &run->book->ctx, order, run->options->update, &taken, &difference, err));
    if (taken == MOON_TAKEN_SAME)
        report->same++;
    else if (taken == MOON_TAKEN_UPDATED)
        report->updated++;
    else if (taken == MOON_TAKEN_DIFFERENT)
        report->different++;
    else if (taken == MOON_TAKEN_BILLED)
        report->billed++;
    else {
        moon_import_count *count = order->state == MOON_ORDER_HELD      ? &report->held
                                   : order->state == MOON_ORDER_NO_SALE ? &report->no_sale
                                                                        : &report->taken;
        MOON_TRY(count_new(count, order, err));
        if (order->state == MOON_ORDER_HELD && run->options->held)
            run->options->held(run->options->ctx, order->id, order->reason);
    }
    if (difference.len && run->options->difference)
        run->options->difference(run->options->ctx, order->id, taken, difference);
    return MOON_OK;
}

/* ---- accounts, products ---- */

/* A new version from its day, unless it says what is known. */
static moon_status take_version(moon_import_run *run, void *record, moon_account *account, moon_err *err) {
    const moon_type *type = run->kind->type;
    moon_date *from = moon_field_at(moon_type_field(type, MOON_STR("from")), record);
    moon_str id = *(moon_str *)moon_field_at(moon_type_field(type, MOON_STR("id")), record);
    bool written;
    (void)account;
    if (*from == MOON_DATE_NONE) *from = run->book->ctx.today;
    MOON_TRY(moon_version_add(run->change, type, record, &written, err));
    if (written)
        run->report->taken.records++;
    else
        run->report->same++;
    return moon_import_unpark(run, id, err);
}

/* ---- the kinds ---- */

static const moon_import_kind kinds[] = {
    {"orders", &moon_order_type, take_order, NULL},
    {"accounts", &moon_account_type, take_version, NULL},
    {"products", &moon_product_type, take_version, NULL},
    {"agreements", &moon_agreement_type, moon_import_agreement, NULL},
    {"usage", &moon_event_type, moon_import_event, moon_import_fold},
    {"payments", &moon_payment_type, moon_import_payment, moon_import_settle},
    {"grants", &moon_grant_type, moon_import_grant, NULL},
    {"opening-items", &moon_adjustment_type, moon_import_opening, NULL}};
enum { KIND_COUNT = sizeof kinds / sizeof *kinds };

const moon_import_kind *moon_import_kind_by_name(moon_str name) {
    for (size_t i = 0; i < KIND_COUNT; i++)
        if (moon_str_is(name, kinds[i].name)) return &kinds[i];
    return NULL;
}

moon_status moon_import_kind_find(moon_str name, const moon_import_kind **kind, moon_err *err) {
    char names[256] = "";
    size_t len = 0;
    *kind = moon_import_kind_by_name(name);
    if (*kind) return MOON_OK;
    for (size_t i = 0; i < KIND_COUNT && len < sizeof names; i++)
        len += (size_t)snprintf(names + len, sizeof names - len, "%s%s",
                                i == 0                ? ""
                                : i == KIND_COUNT - 1 ? " and "
                                                      : ", ",
                                kinds[i].name);
    moon_fail(err, MOON_E_USAGE, "\"%.*s\" cannot be imported", MOON_STR_ARG(name));
    return moon_err_hint(err, "%s can", names);
}
