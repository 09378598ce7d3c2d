/* add and set: records by hand.                                              Floor 6. */
#include "app/cmd_records.h"

#include "app/assign.h"
#include "app/cmd_pay.h"
#include "app/difference.h"
#include "books/grant.h"
#include "books/order.h"
#include "books/party.h"
#include "run/pay.h"
#include "script/near.h"
#include "store/table.h"
#include "value/id.h"

typedef struct edit {
    const moon_type *type;
    bool adds;
    moon_str id;
    moon_date from;
    bool from_given;
    moon_pair *pairs;
    size_t pair_count;
    moon_difference *rows; /* what changed */
    size_t row_count;
    int64_t version;                 /* of a versioned record */
    moon_date later;                 /* a version that holds from a later day, or MOON_DATE_NONE */
    int before, after;               /* states of an order */
    const moon_difference *expected; /* what was shown before; NULL: nothing */
    size_t expected_count;
    moon_str reason; /* why an order is held still */
} edit;

/* ---- what was asked for ---- */

static moon_status find_type(moon_str name, const moon_type **out, moon_err *err) {
    static const moon_type *const types[] = {&moon_account_type, &moon_product_type, &moon_agreement_type,
                                             &moon_order_type, &moon_grant_type};
    moon_near near = moon_near_begin(name);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (moon_str_is(name, types[i]->name) || moon_str_is(name, types[i]->plural)) {
            *out = types[i];
            return MOON_OK;
        }
        moon_near_try(&near, moon_str_of(types[i]->name));
    }
    moon_fail(err, MOON_E_USAGE,
              "account, product, agreement, order and grant can be added and set, found \"%.*s\"",
              MOON_STR_ARG(name));
    if (near.best.len) moon_err_hint(err, "did you mean %.*s?", MOON_STR_ARG(near.best));
    return err->code;
}

static moon_status begin_edit(moon_app *app, const moon_edit_wish *wish, edit *e, moon_err *err) {
    *e = (edit){.adds = wish->adds,
                .id = wish->id,
                .from = wish->from == MOON_DATE_NONE ? app->book->ctx.today : wish->from,
                .from_given = wish->from != MOON_DATE_NONE,
                .pairs = wish->pairs,
                .pair_count = wish->pair_count,
                .later = MOON_DATE_NONE};
    MOON_TRY(find_type(wish->kind, &e->type, err));
    MOON_TRY(moon_id_check(e->id, err));
    if (wish->from != MOON_DATE_NONE && e->type == &moon_order_type)
        return moon_fail(err, MOON_E_USAGE,
                         "--from is for accounts, products and agreements; an order has date=");
    if (!e->adds && e->pair_count == 0)
        return moon_fail(err, MOON_E_USAGE, "nothing to set: give field=value");
    return moon_operator_check(&app->book->ctx, "prepare", err);
}

static moon_status exists(const edit *e, moon_err *err) {
    moon_fail(err, MOON_E_RECORD_INVALID, "%s %.*s is there already", e->type->name, MOON_STR_ARG(e->id));
    return moon_err_hint(err, "change it: moonbill set %s %.*s FIELD=VALUE", e->type->name,
                         MOON_STR_ARG(e->id));
}

static moon_status missing(const moon_type *type, moon_str id, moon_err *err) {
    moon_fail(err, MOON_E_NOT_FOUND, "there is no %s %.*s", type->name, MOON_STR_ARG(id));
    return moon_err_hint(err, "add it: moonbill add %s %.*s FIELD=VALUE ...", type->name, MOON_STR_ARG(id));
}

static moon_status check_account(moon_change *change, moon_str id, moon_account *account, moon_err *err) {
    bool found;
    MOON_TRY(moon_version_at(change, &moon_account_type, id, MOON_DATE_MAX, account, &found, err));
    return found ? MOON_OK : missing(&moon_account_type, id, err);
}

/* ---- accounts, products, agreements ---- */

static moon_status edit_versioned(moon_app *app, moon_change *change, edit *e, moon_err *err) {
    moon_arena *keep = moon_change_arena(change);
    void *old = moon_arena_alloc(keep, e->type->size), *new = moon_arena_alloc(keep, e->type->size),
         *newest = moon_arena_alloc(keep, e->type->size);
    const moon_field *id = moon_type_field(e->type, MOON_STR("id")),
                     *from = moon_type_field(e->type, MOON_STR("from")),
                     *version = moon_type_field(e->type, MOON_STR("version"));
    moon_account account;
    bool found, written;
    MOON_TRY(moon_version_at(change, e->type, e->id, e->from, old, &found, err));
    if (found && e->adds) return exists(e, err);
    if (!found && !e->adds) return missing(e->type, e->id, err);
    moon_record_init(e->type, new);
    if (found) memcpy(new, old, e->type->size);
    *(moon_str *)moon_field_at(id, new) = e->id;
    *(moon_date *)moon_field_at(from, new) = e->from;
    MOON_TRY(moon_assign(e->type, new, e->pairs, e->pair_count, keep, err));
    if (e->type == &moon_agreement_type && ((moon_agreement *)new)->account.len)
        MOON_TRY(check_account(change, ((moon_agreement *)new)->account, &account, err));
    moon_difference_of(app, e->type, found ? old : NULL, new, &e->rows, &e->row_count);
    if (!e->adds && e->row_count == 0) return MOON_OK;
    MOON_TRY(moon_version_add(change, e->type, new, &written, err));
    e->version = *(int64_t *)moon_field_at(version, new);
    MOON_TRY(moon_version_at(change, e->type, e->id, MOON_DATE_MAX, newest, &found, err));
    moon_date last = *(moon_date *)moon_field_at(from, newest);
    e->later = found && last > e->from ? last : MOON_DATE_NONE;
    return MOON_OK;
}

/* ---- orders ---- */

static moon_status begin_order(moon_app *app, const edit *e, moon_order *order) {
    moon_record_init(&moon_order_type, order);
    order->id = e->id;
    order->kind = MOON_ORDER_SALE;
    order->state = MOON_ORDER_DUE;
    order->date = app->book->ctx.today;
    order->value = MOON_DECIMAL_ZERO;
    return MOON_OK;
}

static moon_status check_order(moon_app *app, moon_change *change, const edit *e, moon_order *order,
                               moon_err *err) {
    moon_account account = {.currency = 0};
    if (e->adds && order->account.len == 0)
        return moon_fail(err, MOON_E_FIELD_REQUIRED, "an order needs account=");
    if (e->adds && order->lines.count == 0)
        return moon_fail(err, MOON_E_FIELD_REQUIRED,
                         "an order needs lines: line.1.product=..., line.1.quantity=...");
    if (order->account.len) MOON_TRY(check_account(change, order->account, &account, err));
    if (!order->currency) order->currency = account.currency ? account.currency : app->book->config.currency;
    return MOON_OK;
}

static moon_status edit_order(moon_app *app, moon_change *change, edit *e, moon_err *err) {
    moon_arena *keep = moon_change_arena(change);
    moon_order *old = MOON_NEW(keep, moon_order), *new = MOON_NEW(keep, moon_order);
    moon_taken taken;
    moon_str difference;
    bool found;
    old->id = e->id;
    MOON_TRY(moon_get(change, &moon_order_type, old, &found, err));
    if (found && e->adds) return exists(e, err);
    if (!found && !e->adds) return missing(e->type, e->id, err);
    if (found)
        *new = *old;
    else
        MOON_TRY(begin_order(app, e, new));
    MOON_TRY(moon_assign(&moon_order_type, new, e->pairs, e->pair_count, keep, err));
    if (new->state == MOON_ORDER_BILLED && (!found || old->state != MOON_ORDER_BILLED))
        return moon_fail(err, MOON_E_STATE_REFUSED, "an order is billed by an invoice: moonbill bill");
    MOON_TRY(check_order(app, change, e, new, err));
    if (found)
        MOON_TRY(moon_order_repair(change, &app->book->ctx, new, err));
    else
        MOON_TRY(moon_order_take(change, &app->book->ctx, new, false, &taken, &difference, err));
    moon_difference_of(app, &moon_order_type, found ? old : NULL, new, &e->rows, &e->row_count);
    e->before = found ? old->state : 0;
    e->after = new->state;
    e->reason = moon_arena_str(&app->arena, new->reason);
    return MOON_OK;
}

/* ---- grants ---- */

/* Its amount is read when its currency is known: its own, else the account's, else the book's. */
static moon_status assign_grant(moon_app *app, moon_change *change, const edit *e, moon_grant *grant,
                                moon_err *err) {
    moon_arena *keep = moon_change_arena(change);
    moon_account account = {.currency = 0};
    moon_str amount = MOON_STR_NONE;
    moon_decimal decimal;
    moon_pair *rest = MOON_NEW_N(keep, moon_pair, e->pair_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < e->pair_count; i++) {
        if (moon_str_is(e->pairs[i].field, "amount"))
            amount = e->pairs[i].value;
        else
            rest[count++] = e->pairs[i];
    }
    MOON_TRY(moon_assign(&moon_grant_type, grant, rest, count, keep, err));
    if (grant->account.len) MOON_TRY(check_account(change, grant->account, &account, err));
    if (!grant->currency) grant->currency = account.currency ? account.currency : app->book->config.currency;
    if (amount.len == 0) return MOON_OK;
    MOON_TRY(moon_decimal_parse(amount, &decimal, err));
    return moon_desk_minor(decimal, grant->currency, &grant->amount, err);
}

static moon_status edit_grant(moon_app *app, moon_change *change, edit *e, moon_err *err) {
    moon_arena *keep = moon_change_arena(change);
    moon_grant *old = MOON_NEW(keep, moon_grant), *new = MOON_NEW(keep, moon_grant);
    bool found;
    old->id = e->id;
    MOON_TRY(moon_get(change, &moon_grant_type, old, &found, err));
    if (found && e->adds) return exists(e, err);
    if (!found && !e->adds) return missing(e->type, e->id, err);
    moon_record_init(&moon_grant_type, new);
    if (found) *new = *old;
    new->id = e->id;
    if (e->adds || e->from_given) new->from = e->from;
    MOON_TRY(assign_grant(app, change, e, new, err));
    moon_difference_of(app, e->type, found ? old : NULL, new, &e->rows, &e->row_count);
    if (!e->adds && e->row_count == 0) return MOON_OK;
    return e->adds ? moon_grant_give(change, &app->book->ctx, new, err)
                   : moon_grant_change(change, &app->book->ctx, new, err);
}

/* ---- the commands ---- */

static moon_status work(moon_app *app, moon_change *change, void *ctx, moon_err *err) {
    edit *e = ctx;
    if (e->type == &moon_order_type)
        MOON_TRY(edit_order(app, change, e, err));
    else if (e->type == &moon_grant_type)
        MOON_TRY(edit_grant(app, change, e, err));
    else
        MOON_TRY(edit_versioned(app, change, e, err));
    if (e->expected && !moon_difference_equal(e->rows, e->row_count, e->expected, e->expected_count))
        return moon_fail(err, MOON_E_CHANGED, "somebody else changed %s %.*s meanwhile", e->type->name,
                         MOON_STR_ARG(e->id));
    return MOON_OK;
}

static void tell_held(moon_app *app, const edit *e) {
    if (e->before != MOON_ORDER_HELD || e->after != MOON_ORDER_HELD) return;
    moon_app_say(app, "\nThe order is still held%s%.*s; release it with: moonbill set order %.*s state=due\n",
                 e->reason.len ? ": " : "", MOON_STR_ARG(e->reason), MOON_STR_ARG(e->id));
}

static void tell(moon_app *app, const edit *e) {
    char day[MOON_DATE_TEXT];
    moon_date_format(e->from, day);
    if (!e->adds && e->row_count == 0) {
        moon_app_say(app, "%s %.*s says that already; nothing was written.\n", e->type->name,
                     MOON_STR_ARG(e->id));
        tell_held(app, e);
        return;
    }
    moon_app_say(app, "%s %.*s", e->type->name, MOON_STR_ARG(e->id));
    if (e->type == &moon_grant_type && e->adds) moon_app_say(app, ", from %s", day);
    if (e->type != &moon_order_type && e->type != &moon_grant_type)
        moon_app_say(app, ", version %lld, from %s", (long long)e->version, day);
    moon_app_say(app, "\n\n");
    if (e->row_count) moon_difference_print(app, e->rows, e->row_count);
    if (e->before && e->before != e->after)
        moon_app_say(app, "\nThe order was %s and is %s now.\n", moon_order_states[e->before - 1],
                     moon_order_states[e->after - 1]);
    tell_held(app, e);
    if (e->later != MOON_DATE_NONE) {
        moon_date_format(e->later, day);
        moon_app_note(app, "a later version holds from %s on; it stays as it is", day);
    }
}

moon_status moon_edit(moon_app *app, const moon_edit_wish *wish, moon_edit_mode mode, moon_difference **rows,
                      size_t *count, moon_err *err) {
    edit e;
    MOON_TRY(begin_edit(app, wish, &e, err));
    e.expected = mode == MOON_EDIT_TRIES ? NULL : *rows;
    e.expected_count = *count;
    moon_str subject = moon_arena_printf(&app->arena, "%s/%.*s", e.type->name, MOON_STR_ARG(e.id));
    MOON_TRY(moon_app_change(app, e.adds ? "add" : "set", subject, mode == MOON_EDIT_TRIES, work, &e, err));
    if (mode != MOON_EDIT_SILENT) tell(app, &e);
    *rows = e.rows;
    *count = e.row_count;
    return MOON_OK;
}

static moon_status edit_record(moon_app *app, bool adds, moon_err *err) {
    moon_edit_wish wish = {
        .adds = adds, .kind = moon_app_arg(app, 0), .id = moon_app_arg(app, 1), .from = MOON_DATE_NONE};
    moon_difference *rows = NULL;
    size_t count = 0;
    bool dry_run = moon_app_flag(app, "dry-run");
    moon_app_date(app, "from", &wish.from);
    MOON_TRY(moon_app_pairs(app, 2, false, &wish.pairs, &wish.pair_count, err));
    if (!adds && (moon_str_is(wish.kind, "payment") || moon_str_is(wish.kind, "payments")))
        return moon_command_set_payment(app, wish.id, wish.pairs, wish.pair_count, dry_run, err);
    MOON_TRY(moon_edit(app, &wish, dry_run ? MOON_EDIT_TRIES : MOON_EDIT_WRITES, &rows, &count, err));
    if (dry_run && (adds || count)) moon_app_say(app, "\nNothing was written (dry run).\n");
    return MOON_OK;
}

moon_status moon_command_add(moon_app *app, moon_err *err) { return edit_record(app, true, err); }
moon_status moon_command_set(moon_app *app, moon_err *err) { return edit_record(app, false, err); }
