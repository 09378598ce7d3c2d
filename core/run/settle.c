#include "run/settle.h"

#include "books/adjustment.h"
#include "books/document.h"
#include "books/order.h"
#include "books/payment.h"
#include "books/application.h"
#include "run/jobs.h"
#include "run/wire.h"
#include "store/table.h"

/* ---- the work list ---- */

moon_status moon_pay_park(moon_book *book, moon_change *change, const moon_item *item, const moon_err *why,
                          moon_err *err) {
    moon_parked parked = {.work = MOON_STR("pay"), .id = item->document};
    bool found;
    MOON_TRY(moon_park(change, &book->ctx, "pay", item->document, item->account, why, NULL, err));
    MOON_TRY(moon_get(change, &moon_parked_type, &parked, &found, err));
    parked.amount = moon_money_decimal((moon_money){-item->open, item->currency});
    parked.currency = item->currency;
    return moon_put(change, &moon_parked_type, &parked, err);
}

moon_status moon_pay_park_unidentified(moon_book *book, moon_change *change, const moon_item *item,
                                       moon_str why, moon_err *err) {
    moon_err reason;
    moon_fail(&reason, MOON_E_IMPORT_HELD, "nobody knows whose it is%s%.*s", why.len ? ": " : "",
              MOON_STR_ARG(why));
    moon_err_hint(&reason, "moonbill set payment %.*s account=ID", MOON_STR_ARG(item->number));
    return moon_pay_park(book, change, item, &reason, err);
}

moon_status moon_pay_unpark(moon_change *change, const moon_item *item, moon_err *err) {
    return item->open == 0 ? moon_unpark(change, "pay", item->document, err) : MOON_OK;
}

/* ---- what the rules are told ---- */

static moon_status add_credit(moon_change *change, moon_buf *request, const moon_item *item,
                              const moon_credit *credit, moon_err *err) {
    moon_str text = MOON_STR_NONE, corrects = MOON_STR_NONE;
    moon_payment payment;
    moon_document document = {.id = item->document};
    moon_adjustment adjustment = {.id = item->document};
    bool found = false;
    moon_str of = item->document;
    if (item->kind == MOON_ITEM_TRANSFER) { /* the payment that was moved says what it is for */
        MOON_TRY(moon_get(change, &moon_adjustment_type, &adjustment, &found, err));
        if (found) of = adjustment.settles;
    }
    if (item->kind == MOON_ITEM_PAYMENT || item->kind == MOON_ITEM_TRANSFER) {
        MOON_TRY(moon_payment_find(change, of, &payment, &found, err));
        if (found) text = payment.remittance;
    }
    if (item->kind == MOON_ITEM_CREDIT_NOTE) {
        MOON_TRY(moon_get(change, &moon_document_type, &document, &found, err));
        if (found) corrects = document.corrects;
    }
    moon_wire_add_record(request, &moon_item_type, item);
    moon_wire_add_str(request, text);
    moon_wire_add_str(request, corrects);
    moon_buf_add_varint(request, credit->on_count);
    for (size_t i = 0; i < credit->on_count; i++) moon_wire_add_str(request, credit->on[i]);
    return MOON_OK;
}

/* The account's open items as this change has them: a return a row before has opened some that the worker's snapshot
 * shows as settled. */
static moon_status add_open_items(moon_change *change, moon_str account, moon_buf *request, moon_err *err) {
    moon_item *items;
    size_t count;
    MOON_TRY(moon_items_open(change, account, moon_change_arena(change), &items, &count, err));
    moon_buf_add_varint(request, count);
    for (size_t i = 0; i < count; i++) moon_wire_add_record(request, &moon_item_type, &items[i]);
    return MOON_OK;
}

static moon_status ask(moon_book *book, moon_change *change, moon_str account, const moon_item *items,
                       const moon_credit *credits, size_t count, moon_arg *answer, moon_err *err) {
    moon_buf request = MOON_BUF_EMPTY;
    moon_arg today = moon_arg_date(book->ctx.today);
    moon_str reply, dependencies;
    moon_wire_add_str(&request, account);
    moon_wire_add_arg(&request, &today);
    moon_wire_add_arg(&request, &book->settings);
    moon_buf_add_varint(&request, count);
    moon_status status = MOON_OK;
    for (size_t i = 0; status == MOON_OK && i < count; i++)
        status = add_credit(change, &request, &items[i], &credits[i], err);
    if (status == MOON_OK) status = add_open_items(change, account, &request, err);
    if (status == MOON_OK)
        status = moon_worker_call(book->worker, moon_job_settle, moon_buf_str(&request), true,
                                  moon_change_arena(change), &reply, err);
    moon_buf_free(&request);
    MOON_TRY(status);
    if (!moon_wire_read_str(&reply, &dependencies) || !moon_change_depend_on(change, dependencies) ||
        !moon_wire_read_arg(&reply, answer, moon_change_arena(change)) || answer->kind != MOON_ARG_MAP)
        return moon_fail(err, MOON_E_SCRIPT_CRASH, "the worker's answer makes no sense");
    return MOON_OK;
}

/* ---- doing it ---- */

static moon_status amount_of(const moon_arg *step, moon_money *money, moon_err *err) {
    moon_arg amount = moon_arg_get(step, "amount");
    if (amount.kind != MOON_ARG_MONEY)
        return moon_fail(err, MOON_E_SCRIPT_VALUE, "an application has no amount");
    return moon_money_round(amount.money.amount, amount.money.currency, MOON_HALF_UP, money, err);
}

static moon_settled settled_of(const moon_item *source, const moon_item *target, int64_t amount,
                               moon_str rule, moon_arena *keep) {
    return (moon_settled){.account = moon_arena_str(keep, target->account),
                          .source = source ? moon_arena_str(keep, source->document) : MOON_STR_NONE,
                          .target = moon_arena_str(keep, target->document),
                          .number = moon_arena_str(keep, target->number),
                          .currency = target->currency,
                          .amount = amount,
                          .open = target->open,
                          .rule = moon_arena_str(keep, rule)};
}

static moon_date later_of(const moon_item *source, const moon_item *target) {
    return source->date > target->date ? source->date : target->date;
}

static moon_status apply(moon_book *book, moon_change *change, const moon_item *source,
                         const moon_item *target, int64_t amount, moon_str rule, moon_arena *keep,
                         moon_settled *done, moon_err *err) {
    moon_item after;
    MOON_TRY(moon_apply(change, &book->ctx, source->account, source->document, target->document, amount,
                        later_of(source, target), rule, err));
    MOON_TRY(moon_item_get(change, target->account, target->document, &after, err));
    *done = settled_of(source, &after, amount, rule, keep);
    return MOON_OK;
}

moon_status moon_settle_by_hand(moon_book *book, moon_change *change, const moon_item *source,
                                const moon_item *target, int64_t amount, moon_arena *keep, moon_settled *done,
                                moon_err *err) {
    return apply(book, change, source, target, amount, MOON_STR("by hand"), keep, done, err);
}

static moon_status do_step(moon_book *book, moon_change *change, moon_str account, const moon_arg *step,
                           moon_arena *keep, moon_settled *done, moon_err *err) {
    moon_item source, target;
    moon_money money;
    moon_adjustment difference;
    moon_arg closes = moon_arg_get(step, "difference");
    moon_str rule = moon_arg_text_of(step, "rule");
    MOON_TRY(amount_of(step, &money, err));
    MOON_TRY(moon_item_get(change, account, moon_arg_text_of(step, "source"), &source, err));
    MOON_TRY(moon_item_get(change, account, moon_arg_text_of(step, "target"), &target, err));
    if (money.currency != target.currency)
        return moon_fail(err, MOON_E_CURRENCY_MISMATCH, "an application to %.*s is in %s, and it in %s",
                         MOON_STR_ARG(target.number), moon_currency_code(money.currency),
                         moon_currency_code(target.currency));
    if (closes.kind != MOON_ARG_BOOL || !closes.boolean)
        return apply(book, change, &source, &target, money.minor, rule, keep, done, err);
    MOON_TRY(moon_difference(change, &book->ctx, target.document, money.minor, later_of(&source, &target),
                             rule, &difference, err));
    MOON_TRY(moon_item_get(change, account, target.document, &target, err));
    *done = settled_of(NULL, &target, money.minor, rule, keep);
    return MOON_OK;
}

static moon_status keep_conflicts(moon_book *book, moon_change *change, moon_str account,
                                  const moon_arg *list, moon_arena *keep, moon_settlement_list *out,
                                  moon_err *err) {
    if (list->kind != MOON_ARG_LIST) return MOON_OK;
    out->conflicts = MOON_NEW_N(keep, moon_conflict, list->list.count);
    for (size_t i = 0; i < list->list.count; i++) {
        moon_str source = moon_arg_text_of(&list->list.items[i], "source"),
                 reason = moon_arg_text_of(&list->list.items[i], "reason");
        moon_item item;
        moon_err why;
        MOON_TRY(moon_item_get(change, account, source, &item, err));
        moon_fail(&why, MOON_E_IMPORT_HELD, "%.*s", MOON_STR_ARG(reason));
        moon_err_hint(&why,
                      "moonbill apply %.*s NUMBER; if it is somebody else's: set payment %.*s account=ID",
                      MOON_STR_ARG(source), MOON_STR_ARG(source));
        MOON_TRY(moon_pay_park(book, change, &item, &why, err));
        out->conflicts[out->conflict_count++] =
            (moon_conflict){moon_arena_str(keep, source), moon_arena_str(keep, reason)};
    }
    return MOON_OK;
}

static moon_status do_steps(moon_book *book, moon_change *change, moon_str account, const moon_arg *answer,
                            moon_arena *keep, moon_settlement_list *out, moon_err *err) {
    moon_arg steps = moon_arg_get(answer, "steps"), conflicts = moon_arg_get(answer, "conflicts");
    if (steps.kind == MOON_ARG_LIST) {
        out->items = MOON_NEW_N(keep, moon_settled, steps.list.count);
        for (size_t i = 0; i < steps.list.count; i++) {
            MOON_TRY(do_step(book, change, account, &steps.list.items[i], keep, &out->items[i], err));
            out->count++;
        }
    }
    return keep_conflicts(book, change, account, &conflicts, keep, out, err);
}

moon_status moon_settle(moon_book *book, moon_change *change, moon_str account, const moon_credit *credits,
                        size_t count, moon_arena *keep, moon_settlement_list *out, moon_err *err) {
    moon_item *items = MOON_NEW_N(moon_change_arena(change), moon_item, count);
    moon_credit *kept = MOON_NEW_N(moon_change_arena(change), moon_credit, count);
    size_t open = 0;
    moon_arg answer;
    *out = (moon_settlement_list){0};
    for (size_t i = 0; i < count; i++) {
        MOON_TRY(moon_item_get(change, account, credits[i].id, &items[open], err));
        kept[open] = credits[i];
        if (items[open].open < 0) open++;
    }
    if (open == 0) return MOON_OK;
    MOON_TRY(ask(book, change, account, items, kept, open, &answer, err));
    moon_point before = moon_change_point(change);
    for (size_t i = 0; i < open; i++) MOON_TRY(moon_unpark(change, "pay", items[i].document, err));
    moon_status status = do_steps(book, change, account, &answer, keep, out, err);
    if (status == MOON_OK) return MOON_OK;
    moon_change_back(change, before);
    *out = (moon_settlement_list){0};
    return status;
}
