/* Actions that clerks do one at a time: disputes, promises, holds, credit notes. */
#include "base/crypt.h"
#include "books/dispute.h"
#include "books/hold.h"
#include "books/promise.h"
#include "books/receivable.h"
#include "run/action.h"
#include "run/bill.h"
#include "run/dun.h"
#include "run/report.h"
#include "run/wire.h"

static moon_str money(moon_action_call *call, int64_t minor, moon_currency currency) {
    char text[MOON_MONEY_TEXT];
    moon_money_format_code((moon_money){minor, currency}, text);
    return moon_arena_str(call->keep, moon_str_of(text));
}

static void add_id(moon_action_call *call, moon_str id) { moon_result_add(call, "id", moon_arg_text(id)); }

/* ---- disputes ---- */

typedef struct disputing {
    moon_str name, text; /* number and reason; id and outcome */
    bool rejected;
    moon_dispute dispute;
} disputing;

static moon_status open_dispute(moon_action_call *call, moon_change *change, void *ctx, moon_err *err) {
    disputing *d = ctx;
    moon_item item;
    int64_t amount;
    bool found;
    MOON_TRY(moon_item_owed(change, "a dispute", d->name, &item, err));
    MOON_TRY(moon_action_amount(call, "amount", item.currency, &amount, &found, err));
    MOON_TRY(moon_dispute_open(change, &call->book->ctx, d->name, amount, d->text, &d->dispute, err));
    d->dispute.id = moon_arena_str(call->keep, d->dispute.id);
    return MOON_OK;
}

moon_status moon_action_dispute(moon_action_call *call, moon_err *err) {
    disputing d = {.rejected = false};
    MOON_TRY(moon_action_text(call, "number", &d.name, err));
    MOON_TRY(moon_action_text(call, "reason", &d.text, err));
    MOON_TRY(moon_action_change(call, "dispute", d.name, open_dispute, &d, err));
    add_id(call, d.dispute.id);
    moon_result_say(call, "dispute %.*s about %.*s", MOON_STR_ARG(d.dispute.id),
                    MOON_STR_ARG(money(call, d.dispute.amount, d.dispute.currency)));
    return MOON_OK;
}

static moon_status close_dispute(moon_action_call *call, moon_change *change, void *ctx, moon_err *err) {
    disputing *d = ctx;
    moon_dispute open;
    moon_arg upheld = moon_arg_get(call->args, "upheld");
    int64_t amount = 0;
    bool found;
    MOON_TRY(moon_dispute_find(change, d->name, &open, err));
    if (upheld.kind == MOON_ARG_TEXT && moon_str_is(upheld.text, "all"))
        amount = open.amount;
    else
        MOON_TRY(moon_action_amount(call, "upheld", open.currency, &amount, &found, err));
    MOON_TRY(moon_dispute_close(change, &call->book->ctx, d->name, amount, d->text, &d->dispute, err));
    d->dispute.id = moon_arena_str(call->keep, d->dispute.id);
    return MOON_OK;
}

moon_status moon_action_dispute_close(moon_action_call *call, moon_err *err) {
    disputing d = {.text = MOON_STR_NONE};
    MOON_TRY(moon_action_text(call, "id", &d.name, err));
    MOON_TRY(moon_asked_text(call->args, "outcome", &d.text, err));
    MOON_TRY(moon_action_flag(call, "rejected", &d.rejected, err));
    if (d.rejected != (moon_arg_get(call->args, "upheld").kind == MOON_ARG_NIL)) {
        moon_fail(err, MOON_E_SCRIPT_VALUE, "is the customer right?");
        return moon_err_hint(err, "upheld = an amount, upheld = \"all\", or rejected = true");
    }
    MOON_TRY(moon_action_change(call, "dispute", d.name, close_dispute, &d, err));
    moon_result_say(call, "dispute %.*s %s", MOON_STR_ARG(d.dispute.id),
                    moon_dispute_states[d.dispute.state - 1]);
    return MOON_OK;
}

/* ---- promises ---- */

typedef struct promising {
    moon_promise_terms terms;
    moon_promise promise;
} promising;

static moon_status make_promise(moon_action_call *call, moon_change *change, void *ctx, moon_err *err) {
    promising *p = ctx;
    moon_promise promise = p->promise;
    bool given;
    MOON_TRY(moon_promise_currency(change, &call->book->ctx, &promise, &promise.currency, err));
    MOON_TRY(moon_action_amount(call, "amount", promise.currency, &promise.amount, &given, err));
    if (!given) return moon_fail(err, MOON_E_SCRIPT_VALUE, "amount is missing");
    MOON_TRY(moon_promise_make(change, &call->book->ctx, p->terms, &promise, err));
    p->promise.id = moon_arena_str(call->keep, promise.id);
    p->promise.amount = promise.amount;
    p->promise.currency = promise.currency;
    return MOON_OK;
}

moon_status moon_action_promise(moon_action_call *call, moon_err *err) {
    promising p = {.terms = {0}};
    char by[MOON_DATE_TEXT];
    moon_record_init(&moon_promise_type, &p.promise);
    MOON_TRY(moon_action_text(call, "account", &p.promise.account, err));
    MOON_TRY(moon_asked_date(call->args, "by", &p.promise.by, err));
    if (p.promise.by == MOON_DATE_NONE) return moon_fail(err, MOON_E_SCRIPT_VALUE, "by which day?");
    MOON_TRY(moon_asked_text(call->args, "on", &p.promise.document, err));
    MOON_TRY(moon_asked_text(call->args, "contact", &p.promise.contact, err));
    MOON_TRY(moon_asked_text(call->args, "note", &p.promise.note, err));
    MOON_TRY(moon_dun_promise_terms(call->book, p.promise.account, call->keep, &p.terms.grace,
                                    &p.terms.renewals, err));
    MOON_TRY(moon_action_change(call, "promise", p.promise.account, make_promise, &p, err));
    moon_date_format(p.promise.by, by);
    add_id(call, p.promise.id);
    moon_result_say(call, "promise %.*s: %.*s by %s", MOON_STR_ARG(p.promise.id),
                    MOON_STR_ARG(money(call, p.promise.amount, p.promise.currency)), by);
    return MOON_OK;
}

static moon_status withdraw_promise(moon_action_call *call, moon_change *change, void *ctx, moon_err *err) {
    moon_promise promise;
    return moon_promise_withdraw(change, &call->book->ctx, *(const moon_str *)ctx, &promise, err);
}

moon_status moon_action_promise_withdraw(moon_action_call *call, moon_err *err) {
    moon_str id;
    MOON_TRY(moon_action_text(call, "id", &id, err));
    MOON_TRY(moon_action_change(call, "promise", id, withdraw_promise, &id, err));
    moon_result_say(call, "promise %.*s withdrawn", MOON_STR_ARG(id));
    return MOON_OK;
}

/* ---- holds ---- */

typedef struct holding {
    moon_str name, reason;
    moon_date until;
    moon_hold hold;
} holding;

static moon_status add_hold(moon_action_call *call, moon_change *change, void *ctx, moon_err *err) {
    holding *h = ctx;
    MOON_TRY(moon_hold_add(change, &call->book->ctx, h->name, h->until, h->reason, &h->hold, err));
    h->hold.id = moon_arena_str(call->keep, h->hold.id);
    return MOON_OK;
}

moon_status moon_action_hold(moon_action_call *call, moon_err *err) {
    holding h = {.until = MOON_DATE_NONE};
    MOON_TRY(moon_action_text(call, "id", &h.name, err));
    MOON_TRY(moon_action_text(call, "reason", &h.reason, err));
    MOON_TRY(moon_asked_date(call->args, "until", &h.until, err));
    MOON_TRY(moon_action_change(call, "hold", h.name, add_hold, &h, err));
    add_id(call, h.hold.id);
    moon_result_say(call, "hold %.*s on %.*s", MOON_STR_ARG(h.hold.id), MOON_STR_ARG(h.name));
    return MOON_OK;
}

static moon_status end_hold(moon_action_call *call, moon_change *change, void *ctx, moon_err *err) {
    moon_hold hold;
    return moon_hold_end(change, &call->book->ctx, *(const moon_str *)ctx, &hold, err);
}

moon_status moon_action_hold_end(moon_action_call *call, moon_err *err) {
    moon_str id;
    MOON_TRY(moon_action_text(call, "id", &id, err));
    MOON_TRY(moon_action_change(call, "hold", id, end_hold, &id, err));
    moon_result_say(call, "hold %.*s ended", MOON_STR_ARG(id));
    return MOON_OK;
}

/* ---- credit notes ---- */

/* What tells a credit note without a reference from others: all that is asked and the day, so that the same asked
 * again is the same document. */
static moon_str ref_of(moon_action_call *call, const moon_arg *map) {
    moon_buf asked = MOON_BUF_EMPTY;
    char day[MOON_DATE_TEXT], digits[MOON_HASH_TEXT];
    moon_date_format(call->book->ctx.today, day);
    moon_buf_add_text(&asked, day);
    moon_wire_add_arg(&asked, map);
    moon_hash hash = moon_hash_of(moon_buf_str(&asked));
    moon_hash_format(&hash, digits);
    moon_buf_free(&asked);
    return moon_arena_printf(call->keep, "%.8s", digits);
}

/* { invoice =, reason =, line =, amount =, ref = }: without a line all that is left of the invoice. */
moon_status moon_action_credit(moon_action_call *call, moon_err *err) {
    moon_str invoice, reason, ref = MOON_STR_NONE;
    moon_arg line = moon_arg_get(call->args, "line"), amount = moon_arg_get(call->args, "amount");
    moon_named part[] = {{MOON_STR("amount"), amount}, {MOON_STR("corrects_line"), line}};
    moon_arg lines[] = {moon_arg_map(part, 2)};
    moon_document document;
    moon_drafted how;
    MOON_TRY(moon_action_text(call, "invoice", &invoice, err));
    MOON_TRY(moon_action_text(call, "reason", &reason, err));
    MOON_TRY(moon_asked_text(call->args, "ref", &ref, err));
    bool partial = line.kind != MOON_ARG_NIL || amount.kind != MOON_ARG_NIL;
    moon_named input[] = {{MOON_STR("kind"), moon_arg_text(MOON_STR("credit_note"))},
                          {MOON_STR("lines"), moon_arg_list(lines, partial ? 1 : 0)},
                          {MOON_STR("original"), moon_arg_text(invoice)},
                          {MOON_STR("reason"), moon_arg_text(reason)}};
    moon_arg map = moon_arg_map(input, 4);
    if (ref.len == 0) ref = ref_of(call, &map);
    moon_str source =
        moon_arena_printf(call->keep, "credit/%.*s/%.*s", MOON_STR_ARG(invoice), MOON_STR_ARG(ref));
    MOON_TRY(moon_bill_manual(call->book, &map, source, call->dry_run, call->keep, &document, &how, err));
    add_id(call, document.id);
    moon_result_add(call, "total", moon_result_money(document.total, document.currency));
    moon_result_say(call, "draft of a credit note %.*s: %.*s", MOON_STR_ARG(document.id),
                    MOON_STR_ARG(money(call, document.total, document.currency)));
    return MOON_OK;
}
