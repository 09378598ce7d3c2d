#include "run/pay.h"

#include "base/crypt.h"
#include "base/file.h"
#include "base/limits.h"
#include "books/item.h"
#include "books/party.h"
#include "books/payment.h"
#include "books/wallet.h"
#include "run/batch.h"
#include "run/jobs.h"
#include "run/wire.h"
#include "store/table.h"

#define ATTEMPTS 5 /* of a change that somebody else's cross */

/* ---- a change of the desk ---- */

static moon_status attempt(moon_book *book, const char *action, moon_str subject, moon_str note, bool dry_run,
                           moon_desk_fn work, void *ctx, moon_err *err) {
    moon_change *change;
    MOON_TRY(moon_change_begin(book->store, &change, err));
    moon_status status = work(book, change, ctx, err);
    if (status == MOON_OK && !dry_run)
        status = moon_commit(change, &book->ctx, action, subject, note, NULL, err);
    moon_change_end(change);
    return status;
}

moon_status moon_desk_change(moon_book *book, const char *action, moon_str subject, moon_str note,
                             bool dry_run, moon_desk_fn work, void *ctx, moon_err *err) {
    moon_status status = MOON_E_CHANGED;
    for (int i = 0; i < ATTEMPTS && status == MOON_E_CHANGED; i++)
        status = attempt(book, action, subject, note, dry_run, work, ctx, err);
    return status;
}

moon_status moon_desk_minor(moon_decimal amount, moon_currency currency, int64_t *minor, moon_err *err) {
    moon_money money;
    char text[MOON_DECIMAL_TEXT];
    MOON_TRY(moon_money_round(amount, currency, MOON_HALF_UP, &money, err));
    *minor = money.minor;
    if (moon_decimal_cmp(moon_money_decimal(money), amount) == 0) return MOON_OK;
    moon_decimal_format(amount, text);
    return moon_fail(err, MOON_E_MONEY_SYNTAX, "%s is finer than %s has decimals", text,
                     moon_currency_code(currency));
}

moon_status moon_desk_credit(moon_change *change, moon_str name, moon_item *out, moon_err *err) {
    bool found;
    MOON_TRY(moon_item_named(change, name, out, &found, err));
    if (!found) {
        moon_fail(err, MOON_E_NOT_FOUND, "there is no payment or credit note %.*s", MOON_STR_ARG(name));
        return moon_err_hint(err, "moonbill list payments; moonbill list credit-notes");
    }
    if (out->amount < 0) return MOON_OK;
    return moon_fail(err, MOON_E_STATE_REFUSED, "%.*s is %s: it is owed, and settles nothing",
                     MOON_STR_ARG(out->number), moon_item_a(out));
}

/* ---- what is named ---- */

static moon_status find_target(moon_change *change, const moon_item *credit, moon_str number, moon_item *out,
                               moon_err *err) {
    MOON_TRY(moon_item_owed(change, "applying", number, out, err));
    if (!moon_str_eq(out->account, credit->account)) {
        moon_fail(err, MOON_E_RECORD_INVALID, "%.*s is of account %.*s, and %.*s of %.*s",
                  MOON_STR_ARG(out->number), MOON_STR_ARG(out->account), MOON_STR_ARG(credit->number),
                  MOON_STR_ARG(credit->account));
        return moon_err_hint(err,
                             "cash that belongs to another account is moved there: moonbill set payment "
                             "%.*s account=%.*s",
                             MOON_STR_ARG(credit->number), MOON_STR_ARG(out->account));
    }
    if (out->currency == credit->currency) return MOON_OK;
    return moon_fail(err, MOON_E_CURRENCY_MISMATCH, "%.*s is in %s, %.*s in %s", MOON_STR_ARG(out->number),
                     moon_currency_code(out->currency), MOON_STR_ARG(credit->number),
                     moon_currency_code(credit->currency));
}

static bool has_amount(const moon_pay_on *on) { return moon_decimal_present(on->amount); }

/* Each with its amount, exactly. */
static moon_status apply_amounts(moon_book *book, moon_change *change, const moon_item *credit,
                                 const moon_pay_on *on, size_t count, moon_arena *keep,
                                 moon_settlement_list *out, moon_err *err) {
    out->items = MOON_NEW_N(keep, moon_settled, count);
    for (size_t i = 0; i < count; i++) {
        moon_item source, target;
        int64_t amount;
        MOON_TRY(moon_item_get(change, credit->account, credit->document, &source, err));
        MOON_TRY(find_target(change, &source, on[i].number, &target, err));
        amount = -source.open < target.open ? -source.open : target.open;
        if (has_amount(&on[i])) MOON_TRY(moon_desk_minor(on[i].amount, target.currency, &amount, err));
        if (amount == 0 && !has_amount(&on[i])) continue; /* nothing is left */
        MOON_TRY(
            moon_settle_by_hand(book, change, &source, &target, amount, keep, &out->items[out->count], err));
        out->count++;
    }
    return MOON_OK;
}

static moon_status apply_named(moon_book *book, moon_change *change, const moon_item *credit,
                               const moon_pay_on *on, size_t count, moon_arena *keep,
                               moon_settlement_list *out, moon_err *err) {
    moon_str *ids = MOON_NEW_N(moon_change_arena(change), moon_str, count);
    bool amounts = false;
    for (size_t i = 0; i < count; i++) {
        moon_item target;
        MOON_TRY(find_target(change, credit, on[i].number, &target, err));
        ids[i] = target.document;
        amounts = amounts || has_amount(&on[i]);
    }
    if (amounts) return apply_amounts(book, change, credit, on, count, keep, out, err);
    moon_credit one = {credit->document, ids, count};
    return moon_settle(book, change, credit->account, &one, 1, keep, out, err);
}

/* Settle with a credit what is named, else what the policy says; and see what is left. */
static moon_status settle_credit(moon_book *book, moon_change *change, const moon_item *credit,
                                 const moon_pay_on *on, size_t count, moon_arena *keep, moon_paid *out,
                                 moon_err *err) {
    moon_item after;
    moon_credit one = {.id = credit->document};
    out->settled = (moon_settlement_list){0};
    if (count)
        MOON_TRY(apply_named(book, change, credit, on, count, keep, &out->settled, err));
    else if (moon_str_is(credit->account, MOON_UNIDENTIFIED))
        MOON_TRY(moon_pay_park_unidentified(book, change, credit, MOON_STR_NONE, err));
    else
        MOON_TRY(moon_settle(book, change, credit->account, &one, 1, keep, &out->settled, err));
    MOON_TRY(moon_item_get(change, credit->account, credit->document, &after, err));
    out->account = moon_arena_str(keep, after.account);
    out->id = moon_arena_str(keep, after.number);
    out->currency = after.currency;
    out->amount = -after.amount;
    out->left = -after.open;
    out->date = after.date;
    return moon_pay_unpark(change, &after, err);
}

/* ---- pay ---- */

typedef struct paying {
    const moon_pay_request *request;
    moon_arena *keep;
    moon_paid *out;
} paying;

static moon_status rate_of(moon_book *book, moon_currency currency, moon_date date, moon_arena *keep,
                           moon_decimal *rate, moon_err *err) {
    moon_buf request = MOON_BUF_EMPTY;
    moon_arg code = moon_arg_text(moon_str_of(moon_currency_code(currency))), day = moon_arg_date(date),
             answer;
    moon_str reply;
    moon_wire_add_arg(&request, &code);
    moon_wire_add_arg(&request, &day);
    moon_status status =
        moon_worker_call(book->worker, moon_job_rate, moon_buf_str(&request), true, keep, &reply, err);
    moon_buf_free(&request);
    MOON_TRY(status);
    if (!moon_wire_read_arg(&reply, &answer, keep))
        return moon_fail(err, MOON_E_SCRIPT_CRASH, "the worker's answer makes no sense");
    if (answer.kind == MOON_ARG_INTEGER)
        *rate = moon_decimal_of(answer.integer);
    else if (answer.kind == MOON_ARG_DECIMAL)
        *rate = answer.decimal;
    else
        return moon_fail(err, MOON_E_SCRIPT_VALUE, "the rate of %s is no number",
                         moon_currency_code(currency));
    return MOON_OK;
}

/* The same request on the same day is the same payment. */
static moon_str id_of(const moon_payment *payment, const moon_pay_request *request, moon_arena *keep) {
    char day[MOON_DATE_TEXT], amount[MOON_MONEY_TEXT], digits[MOON_HASH_TEXT];
    moon_hasher hasher;
    if (request->id.len) return request->id;
    moon_date_format(payment->date, day);
    moon_money_format_code((moon_money){payment->amount, payment->currency}, amount);
    moon_hasher_begin(&hasher);
    moon_hasher_add_sized(&hasher, payment->account);
    moon_hasher_add_sized(&hasher, moon_str_of(amount));
    moon_hasher_add_sized(&hasher, request->text);
    for (size_t i = 0; i < request->on_count; i++) moon_hasher_add_sized(&hasher, request->on[i].number);
    if (payment->prepaid) moon_hasher_add_sized(&hasher, MOON_STR("prepaid"));
    moon_hash hash = moon_hasher_end(&hasher);
    moon_hash_format(&hash, digits);
    return moon_arena_printf(keep, "%s-%.8s", day, digits);
}

static moon_status make_payment(moon_book *book, moon_change *change, const moon_pay_request *request,
                                moon_payment *payment, moon_err *err) {
    moon_arena *keep = moon_change_arena(change);
    moon_account account = {0};
    bool found = false;
    moon_record_init(&moon_payment_type, payment);
    payment->account = request->account;
    payment->date = request->date == MOON_DATE_NONE ? book->ctx.today : request->date;
    if (!moon_str_is(request->account, MOON_UNIDENTIFIED))
        MOON_TRY(moon_version_at(change, &moon_account_type, request->account, MOON_DATE_MAX, &account,
                                 &found, err));
    payment->currency = request->currency           ? request->currency
                        : found && account.currency ? account.currency
                                                    : book->config.currency;
    MOON_TRY(moon_desk_minor(request->amount, payment->currency, &payment->amount, err));
    if (payment->currency != book->config.currency)
        MOON_TRY(rate_of(book, payment->currency, payment->date, keep, &payment->rate, err));
    if (request->prepaid) {
        payment->prepaid = true;
        payment->priority = request->priority;
        payment->expires = request->expires;
    }
    payment->remittance = request->text;
    payment->method = request->method;
    payment->id = id_of(payment, request, keep);
    return MOON_OK;
}

static moon_status pay(moon_book *book, moon_change *change, void *ctx, moon_err *err) {
    paying *p = ctx;
    moon_payment payment;
    moon_item credit;
    moon_taken taken;
    moon_str difference;
    MOON_TRY(make_payment(book, change, p->request, &payment, err));
    MOON_TRY(moon_payment_receive(change, &book->ctx, &payment, &taken, &difference, err));
    *p->out = (moon_paid){.account = moon_arena_str(p->keep, payment.account),
                          .id = moon_arena_str(p->keep, payment.id),
                          .currency = payment.currency,
                          .amount = payment.amount,
                          .date = payment.date,
                          .stated = payment.stated,
                          .left = payment.prepaid ? payment.amount : 0,
                          .prepaid = payment.prepaid,
                          .taken = taken,
                          .difference = moon_arena_str(p->keep, difference)};
    if (taken != MOON_TAKEN_NEW) return MOON_OK;
    MOON_TRY(moon_item_get(change, payment.account, payment.id, &credit, err));
    if (payment.prepaid && !moon_str_is(payment.account, MOON_UNIDENTIFIED)) return MOON_OK;
    return settle_credit(book, change, &credit, p->request->on, p->request->on_count, p->keep, p->out, err);
}

moon_status moon_run_pay(moon_book *book, const moon_pay_request *request, bool dry_run, moon_arena *keep,
                         moon_paid *out, moon_err *err) {
    paying p = {request, keep, out};
    return moon_desk_change(book, "pay", request->account, MOON_STR_NONE, dry_run, pay, &p, err);
}

/* ---- apply ---- */

typedef struct applying {
    moon_str credit;
    const moon_pay_on *on;
    size_t on_count;
    moon_arena *keep;
    moon_paid *out;
} applying;

static moon_status apply(moon_book *book, moon_change *change, void *ctx, moon_err *err) {
    applying *a = ctx;
    moon_item credit;
    *a->out = (moon_paid){0};
    MOON_TRY(moon_operator_check(&book->ctx, "prepare", err));
    MOON_TRY(moon_desk_credit(change, a->credit, &credit, err));
    if (moon_str_is(credit.account, MOON_UNIDENTIFIED) && credit.open != 0) {
        moon_fail(err, MOON_E_STATE_REFUSED, "nobody knows yet whose %.*s is", MOON_STR_ARG(credit.number));
        return moon_err_hint(err, "moonbill set payment %.*s account=ID", MOON_STR_ARG(credit.number));
    }
    if (credit.open == 0) {
        moon_fail(err, MOON_E_CREDIT_EXCEEDS, "nothing of %.*s is unapplied", MOON_STR_ARG(credit.number));
        return moon_err_hint(err, "moonbill unapply %.*s takes back what it settles",
                             MOON_STR_ARG(credit.number));
    }
    return settle_credit(book, change, &credit, a->on, a->on_count, a->keep, a->out, err);
}

moon_status moon_run_apply(moon_book *book, moon_str credit, const moon_pay_on *on, size_t on_count,
                           bool dry_run, moon_arena *keep, moon_paid *out, moon_err *err) {
    applying a = {credit, on, on_count, keep, out};
    return moon_desk_change(book, "apply", credit, MOON_STR_NONE, dry_run, apply, &a, err);
}

/* ---- all that is unapplied ---- */

typedef struct all_run {
    moon_book *book;
    const moon_apply_options *options;
    moon_apply_report *report;
    moon_arena *keep;
    struct pending {
        struct pending *next;
        moon_settlement_list list;
    } * pending;
    moon_str *accounts;
    size_t count, room;
} all_run;

static bool is_unapplied(const moon_item *item) {
    return item->open < 0 && !moon_str_is(item->account, MOON_UNIDENTIFIED) &&
           (item->kind == MOON_ITEM_PAYMENT || item->kind == MOON_ITEM_CREDIT_NOTE ||
            item->kind == MOON_ITEM_OPENING || item->kind == MOON_ITEM_TRANSFER);
}

/* What the policy may apply: prepaid money waits for invoices to come. */
static moon_status waits_for_policy(moon_change *change, const moon_item *item, bool *waits, moon_err *err) {
    moon_payment receipt;
    bool prepaid = false;
    *waits = is_unapplied(item);
    if (*waits) MOON_TRY(moon_wallet_receipt(change, item, &receipt, &prepaid, err));
    *waits = *waits && !prepaid;
    return MOON_OK;
}

static void add_account(all_run *r, moon_str account) {
    if (r->count && moon_str_eq(r->accounts[r->count - 1], account)) return;
    if (r->count == r->room) {
        size_t room = r->room ? r->room * 2 : 64;
        moon_str *larger = MOON_NEW_N(r->keep, moon_str, room);
        if (r->count) memcpy(larger, r->accounts, r->count * sizeof *larger);
        r->accounts = larger;
        r->room = room;
    }
    r->accounts[r->count++] = moon_arena_str(r->keep, account);
}

static moon_status collect(all_run *r, moon_change *change, moon_err *err) {
    moon_item item;
    moon_scan scan;
    bool more = true;
    moon_status status = MOON_OK;
    MOON_TRY(moon_scan_begin(change, &moon_item_type, moon_type_index(&moon_item_type, "open"), NULL, 0, NULL,
                             0, false, &scan, err));
    moon_arena_mark mark = moon_arena_here(moon_change_arena(change));
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &item, &more, err);
        if (status != MOON_OK || !more) break;
        bool waits;
        status = waits_for_policy(change, &item, &waits, err);
        if (status == MOON_OK && waits) add_account(r, item.account);
        moon_arena_rewind(moon_change_arena(change), mark);
    }
    moon_scan_end(&scan);
    return status;
}

static moon_status settle_account(void *ctx, moon_change *change, moon_str account, moon_err *err) {
    all_run *r = ctx;
    moon_arena *keep = moon_change_arena(change);
    moon_item *items;
    size_t count, credits = 0;
    struct pending *one = MOON_NEW(keep, struct pending);
    MOON_TRY(moon_items_open(change, account, keep, &items, &count, err));
    moon_credit *list = MOON_NEW_N(keep, moon_credit, count);
    for (size_t i = 0; i < count; i++) {
        bool waits;
        MOON_TRY(waits_for_policy(change, &items[i], &waits, err));
        if (waits) list[credits++] = (moon_credit){.id = items[i].document};
    }
    MOON_TRY(moon_settle(r->book, change, account, list, credits, keep, &one->list, err));
    one->next = r->pending;
    r->pending = one;
    return moon_unpark(change, "pay", account, err);
}

static void tell(all_run *r, const struct pending *one) {
    if (!one) return;
    tell(r, one->next);
    for (size_t i = 0; i < one->list.count; i++) {
        const moon_settled *settled = &one->list.items[i];
        *(settled->source.len ? &r->report->applied : &r->report->differences) += 1;
        if (r->options->settled) r->options->settled(r->options->ctx, settled);
    }
    for (size_t i = 0; i < one->list.conflict_count; i++) {
        r->report->conflicts++;
        if (r->options->conflict) r->options->conflict(r->options->ctx, &one->list.conflicts[i]);
    }
}

static void batch_done(void *ctx, bool kept) {
    all_run *r = ctx;
    if (kept) tell(r, r->pending);
    r->pending = NULL;
}

static moon_status park_account(void *ctx, moon_change *change, moon_str account, const moon_err *why,
                                moon_err *err) {
    all_run *r = ctx;
    r->report->refused++;
    if (r->options->refused) r->options->refused(r->options->ctx, account, why);
    return moon_park(change, &r->book->ctx, "pay", account, account, why, NULL, err);
}

static void progress(void *ctx, size_t done, size_t total) {
    all_run *r = ctx;
    if (r->options->progress) r->options->progress(r->options->ctx, done, total);
}

static moon_status apply_all(all_run *r, moon_err *err) {
    moon_change *change;
    MOON_TRY(moon_operator_check(&r->book->ctx, "prepare", err));
    MOON_TRY(moon_change_begin(r->book->store, &change, err));
    moon_status status = collect(r, change, err);
    moon_change_end(change);
    MOON_TRY(status);
    r->report->accounts = r->count;
    moon_batch batch = {.book = r->book,
                        .action = "apply",
                        .dry_run = r->options->dry_run,
                        .size = MOON_COMMIT_ACCOUNTS,
                        .ctx = r,
                        .unit = settle_account,
                        .done = batch_done,
                        .failed = park_account,
                        .progress = progress};
    return moon_batch_run(&batch, r->accounts, r->count, err);
}

moon_status moon_run_apply_all(moon_book *book, const moon_apply_options *options, moon_arena *keep,
                               moon_apply_report *report, moon_err *err) {
    all_run r = {.book = book, .options = options, .report = report, .keep = keep};
    int lock;
    *report = (moon_apply_report){0};
    MOON_TRY(moon_book_lock(book, &lock, err));
    moon_status status = apply_all(&r, err);
    moon_file_unlock(lock);
    return status;
}
