/* The sub-ledger under a random year: seeded sequences of everything that moves items, in two currencies, with
 * closings in between. Held after every step: both control accounts in the currency, on the day and on one of the
 * past; and verify, which adds up base amounts too. Held at the end: what each day showed then is what it shows now
 * as known then; and a book in which all is settled has nothing left in base. */
#include "books_case.h"

#include "books/adjustment.h"
#include "books/closing.h"
#include "books/payment.h"
#include "books/verify.h"

#define DAYS 120
#define ACCOUNTS 3

typedef struct snapshot {
    moon_date date, known;
    int64_t open[ACCOUNTS + 1][2][2]; /* by account, currency, and whether it is owed */
} snapshot;

typedef struct world {
    books *b;
    int made;
    snapshot snapshots[DAYS * 3];
    size_t count;
    size_t done, refused;
} world;

static const char *const accounts[ACCOUNTS + 1] = {"A", "B", "C", MOON_UNIDENTIFIED};

static void tell(void *ctx, const moon_err *problem) {
    const world *w = ctx;
    fail_msg("verify: %s (SEED=%llu)", problem->text, (unsigned long long)w->b->s->seed);
}

static size_t pick(world *w, size_t limit) { return below(w->b->s, limit); }
static int64_t amount(world *w) { return 1 + (int64_t)pick(w, pick(w, 3) ? 20000 : 40); }
static moon_str name(world *w, const char *what) {
    return moon_arena_printf(moon_change_arena(w->b->change), "%s%d", what, ++w->made);
}
static moon_decimal rate(world *w) {
    char text[16];
    snprintf(text, sizeof text, "0.%04d", 6000 + (int)pick(w, 3000));
    return dec(text);
}
static moon_date past(world *w, size_t days) { return w->b->ctx.today - (moon_date)pick(w, days); }

/* An item of one sign, open or not; false if there is none. */
static bool any_item(world *w, bool owed, bool open, moon_item *out) {
    books *b = w->b;
    moon_scan scan;
    moon_item item;
    bool more = true;
    size_t seen = 0;
    DO(moon_scan_begin(b->change, &moon_item_type, MOON_BY_KEY, NULL, 0, NULL, 0, false, &scan, ERR));
    for (;;) {
        DO(moon_scan_next(&scan, &item, &more, ERR));
        if (!more) break;
        if ((item.amount > 0) != owed || item.amount == 0 || (open && item.open == 0)) continue;
        if (pick(w, ++seen) == 0) *out = item;
    }
    moon_scan_end(&scan);
    return seen > 0;
}

static int64_t part_of(world *w, int64_t open) {
    int64_t whole = open < 0 ? -open : open;
    return pick(w, 3) ? whole : 1 + (int64_t)pick(w, (size_t)whole);
}

/* ---- what happens ---- */

static moon_status do_issue(world *w) {
    books *b = w->b;
    bool credit = pick(w, 4) == 0;
    int64_t net = amount(w), tax = net / 5;
    moon_document document = document_of(b, name(w, "d").ptr, accounts[pick(w, ACCOUNTS)],
                                         credit ? -net : net, credit ? -tax : tax);
    moon_drafted how;
    document.terms = (int64_t)pick(w, 40);
    if (pick(w, 2)) {
        document.currency = USD;
        document.rate = rate(w);
    }
    MOON_TRY(moon_document_draft(b->change, &document, &how, ERR));
    MOON_TRY(moon_document_approve(b->change, &b->ctx, &document, false, ERR));
    return moon_document_issue(b->change, &b->ctx, &document, ERR);
}

static moon_status do_receive(world *w) {
    books *b = w->b;
    moon_payment payment;
    moon_taken taken;
    moon_str difference;
    moon_record_init(&moon_payment_type, &payment);
    payment.id = name(w, "P");
    payment.account = moon_str_of(accounts[pick(w, ACCOUNTS + 1)]);
    payment.currency = pick(w, 2) ? EUR : USD;
    payment.amount = amount(w);
    payment.date = past(w, pick(w, 2) ? 2 : 60);
    if (payment.currency == USD) payment.rate = rate(w);
    return moon_payment_receive(b->change, &b->ctx, &payment, &taken, &difference, ERR);
}

static moon_status do_opening(world *w) {
    books *b = w->b;
    moon_adjustment item;
    bool written;
    moon_record_init(&moon_adjustment_type, &item);
    item.account = moon_str_of(accounts[pick(w, ACCOUNTS)]);
    item.number = name(w, "OLD");
    item.currency = pick(w, 2) ? EUR : USD;
    item.amount = pick(w, 2) ? amount(w) : -amount(w);
    item.control = item.amount < 0 && pick(w, 2) ? MOON_CONTROL_UNAPPLIED : MOON_CONTROL_RECEIVABLES;
    item.date = past(w, 200);
    if (item.currency == USD) item.rate = rate(w);
    return moon_opening_item(b->change, &b->ctx, &item, &written, ERR);
}

static moon_status do_apply(world *w) {
    books *b = w->b;
    moon_item from, to;
    if (!any_item(w, false, true, &from)) return MOON_OK;
    for (int i = 0; i < 20; i++) {
        if (!any_item(w, true, true, &to)) return MOON_OK;
        if (moon_str_eq(from.account, to.account) && from.currency == to.currency) break;
    }
    int64_t most = -from.open < to.open ? -from.open : to.open;
    return moon_apply(b->change, &b->ctx, from.account, from.document, to.document, part_of(w, most),
                      pick(w, 3) ? past(w, 50) : MOON_DATE_MIN, MOON_STR("test"), ERR);
}

static moon_status do_unapply(world *w) {
    books *b = w->b;
    moon_item from;
    if (!any_item(w, false, false, &from)) return MOON_OK;
    return moon_unapply(b->change, &b->ctx, from.account, from.document, MOON_STR_NONE,
                        pick(w, 2) ? past(w, 50) : MOON_DATE_MIN, ERR);
}

static moon_status do_return(world *w) {
    books *b = w->b;
    moon_item from;
    moon_payment out;
    if (!any_item(w, false, false, &from)) return MOON_OK;
    return moon_payment_return(b->change, &b->ctx, from.document, past(w, 30), MOON_STR("no cover"), &out,
                               ERR);
}

static moon_status do_refund(world *w) {
    books *b = w->b;
    moon_item from;
    moon_payment out;
    if (!any_item(w, false, true, &from)) return MOON_OK;
    MOON_TRY(moon_refund_propose(b->change, &b->ctx, from.document, part_of(w, from.open), MOON_STR("twice"),
                                 MOON_STR("anyone"), &out, ERR));
    return pick(w, 5) ? moon_refund_approve(b->change, &b->ctx, out.id, ERR)
                      : moon_refund_refuse(b->change, &b->ctx, out.id, ERR);
}

static moon_status do_write_off(world *w) {
    books *b = w->b;
    moon_item to;
    moon_adjustment out;
    if (!any_item(w, true, true, &to)) return MOON_OK;
    if (pick(w, 2))
        return moon_difference(b->change, &b->ctx, to.document, part_of(w, to.open), past(w, 40),
                               MOON_STR("test"), &out, ERR);
    return moon_write_off(b->change, &b->ctx, to.document, part_of(w, to.open), MOON_STR("gone"), &out, ERR);
}

static moon_status do_recover(world *w) {
    books *b = w->b;
    moon_item from;
    moon_adjustment out;
    if (!any_item(w, false, false, &from)) return MOON_OK;
    return moon_recover(b->change, &b->ctx, from.document, MOON_STR("paid"), &out, ERR);
}

static moon_status do_move(world *w) {
    books *b = w->b;
    moon_item from;
    moon_adjustment out;
    if (!any_item(w, false, true, &from)) return MOON_OK;
    return moon_payment_move(b->change, &b->ctx, from.document, moon_str_of(accounts[pick(w, ACCOUNTS)]),
                             &out, ERR);
}

static moon_status do_void(world *w) {
    books *b = w->b;
    moon_item item;
    moon_document document;
    bool found;
    if (!any_item(w, pick(w, 2), true, &item)) return MOON_OK;
    MOON_TRY(moon_document_find(b->change, item.document, &document, &found, ERR));
    return found ? moon_document_void(b->change, &b->ctx, &document, MOON_STR("wrong"), ERR) : MOON_OK;
}

static moon_status do_close(world *w) {
    books *b = w->b;
    if (pick(w, 3)) return MOON_OK;
    if (pick(w, 3)) return moon_books_close(b->change, &b->ctx, past(w, 40), ERR);
    return moon_books_reopen(b->change, &b->ctx, past(w, 40), MOON_STR("late"), ERR);
}

/* One of them; what is refused leaves nothing behind. */
static void step(world *w) {
    static moon_status (*const what[])(world *) = {
        do_issue,   do_issue,  do_receive, do_receive, do_opening, do_apply,     do_apply, do_apply,
        do_unapply, do_return, do_refund,  do_recover, do_move,    do_write_off, do_void,  do_close};
    books *b = w->b;
    moon_status status = what[pick(w, sizeof what / sizeof *what)](w);
    switch (status) {
    case MOON_OK:
        books_commit(b);
        w->done++;
        return;
    case MOON_E_CREDIT_EXCEEDS:
    case MOON_E_CURRENCY_MISMATCH:
    case MOON_E_NOT_FOUND:
    case MOON_E_STATE_REFUSED:
    case MOON_E_VOID_REFUSED:
    case MOON_E_RECORD_INVALID:
    case MOON_E_PERIOD_CLOSED:
        books_forget(b);
        w->refused++;
        return;
    default:
        fail_msg("%s: %s (SEED=%llu)", moon_status_name(status), b->s->err.text,
                 (unsigned long long)b->s->seed);
    }
}

/* ---- what has to hold ---- */

/* Fails unless both control accounts are what the items add up to. */
static void add_up(world *w, moon_date date, moon_date known, snapshot *out) {
    books *b = w->b;
    moon_ageing ageing;
    moon_item *items;
    size_t count;
    DO(moon_ageing_at(b->change, &b->config, date, known, MOON_STR_NONE, &ageing, ERR));
    DO(moon_items_at(b->change, MOON_STR_NONE, date, known, moon_change_arena(b->change), &items, &count,
                     ERR));
    *out = (snapshot){.date = date, .known = known};
    for (size_t i = 0; i < count; i++) {
        size_t account = 0;
        while (!moon_str_is(items[i].account, accounts[account])) account++;
        if ((items[i].open > 0) != (items[i].amount > 0) ||
            (items[i].open > 0 ? items[i].open > items[i].amount : items[i].open < items[i].amount))
            fail_msg("%.*s shows %lld of %lld (SEED=%llu)", MOON_STR_ARG(items[i].number),
                     (long long)items[i].open, (long long)items[i].amount, (unsigned long long)b->s->seed);
        out->open[account][items[i].currency == USD][items[i].open > 0] += items[i].open;
    }
}

static void check(world *w) {
    books *b = w->b;
    moon_verified out;
    snapshot any;
    add_up(w, b->ctx.today, MOON_DATE_MAX, &any);
    add_up(w, past(w, 200), MOON_DATE_MAX, &any);
    DO(moon_verify(b->change, &b->config, NULL, tell, w, &out, ERR));
    books_forget(b);
}

/* The end of a day: it, and one day before it, as they stand now. */
static void keep(world *w) {
    books *b = w->b;
    add_up(w, b->ctx.today, MOON_DATE_MAX, &w->snapshots[w->count]);
    w->snapshots[w->count++].known = b->ctx.today;
    add_up(w, past(w, 90), MOON_DATE_MAX, &w->snapshots[w->count]);
    w->snapshots[w->count++].known = b->ctx.today;
    books_forget(b);
}

static void check_known(world *w) {
    for (size_t i = 0; i < w->count; i++) {
        const snapshot *then = &w->snapshots[i];
        snapshot now;
        add_up(w, then->date, then->known, &now);
        if (memcmp(now.open, then->open, sizeof now.open) != 0)
            fail_msg("day %d as known on %d is not what it was (SEED=%llu)", then->date, then->known,
                     (unsigned long long)w->b->s->seed);
        books_forget(w->b);
    }
}

/* Write off what is owed, pay back what is left, and nothing is anywhere, in no currency. */
static void settle_all(world *w) {
    books *b = w->b;
    moon_item item;
    moon_adjustment off;
    moon_payment refund;
    int64_t left;
    while (any_item(w, false, true, &item)) {
        DO(moon_refund_propose(b->change, &b->ctx, item.document, 0, MOON_STR("the end"), MOON_STR("nobody"),
                               &refund, ERR));
        DO(moon_refund_approve(b->change, &b->ctx, refund.id, ERR));
        books_commit(b);
    }
    while (any_item(w, true, true, &item)) {
        if (moon_item_control(&item) == MOON_CONTROL_UNAPPLIED) { /* a refund of cash that was returned */
            moon_payment again;
            moon_taken taken;
            moon_str difference;
            moon_record_init(&moon_payment_type, &again);
            again.id = name(w, "P");
            again.account = item.account;
            again.currency = item.currency;
            again.amount = item.open;
            again.date = b->ctx.today;
            again.rate = item.currency == USD ? rate(w) : MOON_DECIMAL_NONE;
            DO(moon_payment_receive(b->change, &b->ctx, &again, &taken, &difference, ERR));
            DO(moon_apply(b->change, &b->ctx, item.account, again.id, item.document, item.open, MOON_DATE_MIN,
                          MOON_STR_NONE, ERR));
        } else {
            DO(moon_write_off(b->change, &b->ctx, item.document, 0, MOON_STR("the end"), &off, ERR));
        }
        books_commit(b);
    }
    check(w);
    for (int i = 0; i < 2; i++)
        for (int currency = 0; currency < 3; currency++) {
            DO(moon_balance_at(b->change, i ? MOON_STR("2100") : MOON_STR("1100"),
                               currency == 0   ? 0
                               : currency == 1 ? EUR
                                               : USD,
                               MOON_DATE_MAX, &left, ERR));
            expect_minor("nothing is left", left, 0);
        }
}

static void test_random_year(void **state) {
    world *w = calloc(1, sizeof *w);
    books *b = w->b = *state;
    for (int i = 0; i < ACCOUNTS; i++) {
        moon_account record;
        bool written;
        moon_record_init(&moon_account_type, &record);
        record.id = moon_str_of(accounts[i]);
        record.from = day("2010-01-01");
        DO(moon_version_add(b->change, &moon_account_type, &record, &written, ERR));
    }
    books_commit(b);
    for (int i = 0; i < DAYS; i++) {
        for (size_t steps = pick(w, 6); steps > 0; steps--) {
            step(w);
            if (pick(w, 4) == 0) check(w);
        }
        check(w);
        keep(w);
        b->ctx.today++;
    }
    check_known(w);
    settle_all(w);
    check_known(w);
    if (w->done < DAYS) fail_msg("only %zu steps were done, %zu refused", w->done, w->refused);
    free(w);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, books_setup, books_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {CASE(test_random_year)};
    return cmocka_run_group_tests_name("subledger", tests, NULL, NULL);
}
