/* books/reconcile: verify finds whatever of payments, adjustments, applications, items, usage and the ledger does not
 * fit the rest, also where somebody took care that every other sum still does. */
#include "books_case.h"

#include "books/adjustment.h"
#include "books/payment.h"
#include "books/usage.h"
#include "books/verify.h"

#define GET(type, record)                                                                                    \
    do {                                                                                                     \
        bool get_found;                                                                                      \
        DO(moon_get(b->change, &type, record, &get_found, ERR));                                             \
        if (!get_found) fail_msg("there is no such " #record);                                               \
    } while (0)
#define PUT(type, record) DO(moon_put(b->change, &type, record, ERR))
#define DROP(type, record) DO(moon_delete(b->change, &type, record, ERR))

/* ---- a book with everything in it ---- */

static int setup(void **state) {
    int failed = books_setup(state);
    books *b = *state;
    moon_adjustment adjustment;
    moon_payment payment, out;
    moon_taken taken;
    moon_str difference;
    moon_account record;
    bool written;
    moon_record_init(&moon_account_type, &record);
    record.id = MOON_STR("A");
    record.from = day("2010-01-01");
    DO(moon_version_add(b->change, &moon_account_type, &record, &written, ERR));
    moon_document dollars = document_of(b, "iu", "A", 1001, 0);
    dollars.currency = USD;
    dollars.rate = dec("0.77");
    issue(b, &dollars);
    issued(b, "i1", "A", 10000, 2000);
    issued(b, "i2", "A", 500, 100);
    for (int i = 0; i < 3; i++) {
        static const char *const ids[] = {"P1", "P2", "P3"};
        moon_record_init(&moon_payment_type, &payment);
        payment.id = moon_str_of(ids[i]);
        payment.account = i == 2 ? MOON_STR(MOON_UNIDENTIFIED) : MOON_STR("A");
        payment.currency = i == 1 ? USD : EUR;
        payment.rate = i == 1 ? dec("0.8") : MOON_DECIMAL_NONE;
        payment.amount = 1001;
        payment.date = day("2010-12-01");
        DO(moon_payment_receive(b->change, &b->ctx, &payment, &taken, &difference, ERR));
    }
    apply(b, "A", "P1", "i1", 501, "2010-12-01");
    apply(b, "A", "P2", "iu", 1001, "2010-12-01");
    DO(moon_payment_move(b->change, &b->ctx, MOON_STR("P3"), MOON_STR("A"), &adjustment, ERR));
    DO(moon_refund_propose(b->change, &b->ctx, MOON_STR("P1"), 100, MOON_STR("x"), MOON_STR("nobody"), &out,
                           ERR));
    DO(moon_refund_approve(b->change, &b->ctx, out.id, ERR));
    DO(moon_refund_propose(b->change, &b->ctx, MOON_STR("P1"), 50, MOON_STR("x"), MOON_STR("nobody"), &out,
                           ERR));
    DO(moon_write_off(b->change, &b->ctx, MOON_STR("i2"), 0, MOON_STR("gone"), &adjustment, ERR));
    moon_usage_sums *sums = moon_usage_begin(moon_change_arena(b->change));
    for (int i = 0; i < 4; i++) {
        static const char *const ids[] = {"e1", "e2", "e3", "e4"};
        moon_event event;
        moon_used used;
        moon_record_init(&moon_event_type, &event);
        event.id = moon_str_of(ids[i]);
        event.account = MOON_STR("A");
        event.meter = i == 3 ? MOON_STR("bytes") : MOON_STR("calls");
        event.day = day("2010-12-01") + i / 2;
        event.quantity = dec("1.5");
        DO(moon_usage_take(b->change, &event, sums, &used, ERR));
    }
    int64_t late;
    DO(moon_usage_fold(b->change, &b->ctx, sums, &late, ERR));
    books_commit(b);
    return failed;
}

/* ---- tampering ---- */

static moon_payment payment(books *b, const char *id) {
    moon_payment r = {.id = moon_str_of(id)};
    GET(moon_payment_type, &r);
    return r;
}
static moon_adjustment adjustment(books *b, const char *id) {
    moon_adjustment r = {.id = moon_str_of(id)};
    GET(moon_adjustment_type, &r);
    return r;
}
static moon_application application(books *b, const char *source, const char *target) {
    moon_application r = {.account = MOON_STR("A"), .ordinal = 1};
    r.source = moon_str_of(source);
    r.target = moon_str_of(target);
    GET(moon_application_type, &r);
    return r;
}
static moon_entry entry(books *b, const char *id) {
    moon_entry r = {.id = moon_str_of(id)};
    GET(moon_entry_type, &r);
    return r;
}

static void nothing(books *b) { (void)b; }
static void payment_amount(books *b) {
    moon_payment r = payment(b, "P1");
    r.amount++;
    PUT(moon_payment_type, &r);
}
static void payment_date(books *b) {
    moon_payment r = payment(b, "P1");
    r.date--;
    PUT(moon_payment_type, &r);
}
static void payment_booked(books *b) {
    moon_payment r = payment(b, "P1");
    r.booked--;
    PUT(moon_payment_type, &r);
}
static void payment_kind(books *b) {
    moon_payment r = payment(b, "P1");
    r.kind = MOON_PAYMENT_RETURN;
    PUT(moon_payment_type, &r);
}
static void payment_dropped(books *b) {
    moon_payment r = payment(b, "P3");
    DROP(moon_payment_type, &r);
}
static void refund_posted(books *b) { /* without item and entry */
    moon_payment r = payment(b, "refund/P1/2");
    r.state = MOON_PAYMENT_POSTED;
    PUT(moon_payment_type, &r);
}
static void payment_item(books *b) {
    moon_item r = item_of(b, "A", "P1");
    DROP(moon_item_type, &r);
}
static void item_open(books *b) {
    moon_item r = item_of(b, "A", "P1");
    r.open--;
    PUT(moon_item_type, &r);
}
static void item_base(books *b) {
    moon_item r = item_of(b, "A", "P2");
    r.base--;
    PUT(moon_item_type, &r);
}
static void item_control(books *b) {
    moon_item r = item_of(b, "A", "P1");
    r.control = MOON_CONTROL_RECEIVABLES;
    PUT(moon_item_type, &r);
}
static void item_booked(books *b) {
    moon_item r = item_of(b, "A", "write-off/INV-2010-00003/1");
    r.booked--;
    PUT(moon_item_type, &r);
}
static void item_due(books *b) {
    moon_item r = item_of(b, "A", "write-off/INV-2010-00003/1");
    r.due++;
    PUT(moon_item_type, &r);
}
static void adjustment_amount(books *b) {
    moon_adjustment r = adjustment(b, "write-off/INV-2010-00003/1");
    r.amount--;
    PUT(moon_adjustment_type, &r);
}
static void adjustment_dropped(books *b) {
    moon_adjustment r = adjustment(b, "transfer/P3/1");
    DROP(moon_adjustment_type, &r);
}
static void adjustment_added(books *b) {
    moon_adjustment r = adjustment(b, "write-off/INV-2010-00003/1");
    r.id = MOON_STR("write-off/INV-2010-00003/2");
    PUT(moon_adjustment_type, &r);
}
static void application_amount(books *b) {
    moon_application r = application(b, "P1", "i1");
    r.amount--;
    PUT(moon_application_type, &r);
}
static void application_date(books *b) {
    moon_application r = application(b, "P1", "i1");
    r.date++;
    PUT(moon_application_type, &r);
}
static void application_early(books *b) {
    moon_application r = application(b, "P1", "refund/P1/1");
    r.date--;
    PUT(moon_application_type, &r);
}
static void application_turned(books *b) {
    moon_application r = application(b, "P1", "i1"), turned = r;
    DROP(moon_application_type, &r);
    turned.source = r.target;
    turned.target = r.source;
    PUT(moon_application_type, &turned);
}
static void application_dropped(books *b) {
    moon_application r = application(b, "P1", "i1");
    DROP(moon_application_type, &r);
}
static void application_and_items(books *b) { /* as though it had never been, but for the ledger */
    moon_application r = application(b, "P1", "i1");
    moon_item from = item_of(b, "A", "P1"), to = item_of(b, "A", "i1");
    from.open -= r.amount;
    to.open += r.amount;
    PUT(moon_item_type, &from);
    PUT(moon_item_type, &to);
    DROP(moon_application_type, &r);
}

/* Move an amount between two lines of an entry, and the balances with it, so that the ledger fits itself. */
static void shift(books *b, const char *id, const char *from, const char *to, moon_currency currency,
                  int64_t amount, int64_t base) {
    moon_entry r = entry(b, id);
    for (size_t i = 0; i < r.lines.count; i++) {
        moon_entry_line *line = MOON_AT(moon_entry_line, r.lines, i);
        int sign = moon_str_is(line->account, from) ? -1 : moon_str_is(line->account, to) ? 1 : 0;
        if (sign == 0) continue;
        moon_balance balance = {.account = line->account, .currency = currency, .date = r.date};
        GET(moon_balance_type, &balance);
        line->amount += sign * amount;
        line->base += sign * base;
        balance.amount += sign * amount;
        balance.base += sign * base;
        PUT(moon_balance_type, &balance);
    }
    PUT(moon_entry_type, &r);
}
static void receipt_entry(books *b) { shift(b, "receive/P1", "1200", "2100", EUR, 7, 7); }
static void apply_entry(books *b) { shift(b, "apply/P1/i1/1", "1100", "2100", EUR, 1, 1); }
static void exchange_entry(books *b) { shift(b, "apply/P2/iu/1", "7700", "1100", USD, 0, 1); }
static void write_off_entry(books *b) { shift(b, "write-off/INV-2010-00003/1", "6800", "1100", EUR, 1, 1); }
static void party(books *b) { /* a line of the control account that is another's */
    moon_entry r = entry(b, "apply/P1/i1/1");
    for (size_t i = 0; i < r.lines.count; i++) MOON_AT(moon_entry_line, r.lines, i)->party = MOON_STR("B");
    PUT(moon_entry_type, &r);
}
static void no_party(books *b) {
    moon_entry r = entry(b, "transfer/P3/1");
    for (size_t i = 0; i < r.lines.count; i++) MOON_AT(moon_entry_line, r.lines, i)->party = MOON_STR_NONE;
    PUT(moon_entry_type, &r);
}
static void booked(books *b) {
    moon_entry r = entry(b, "apply/P1/i1/1");
    r.booked++;
    PUT(moon_entry_type, &r);
}

static moon_usage usage(books *b, const char *meter, const char *date) {
    moon_usage r = {.account = MOON_STR("A"), .meter = moon_str_of(meter), .day = day(date)};
    GET(moon_usage_type, &r);
    return r;
}
static void usage_quantity(books *b) {
    moon_usage r = usage(b, "calls", "2010-12-01");
    r.quantity = dec("3.01");
    PUT(moon_usage_type, &r);
}
static void usage_count(books *b) {
    moon_usage r = usage(b, "bytes", "2010-12-02");
    r.count++;
    PUT(moon_usage_type, &r);
}
static void usage_dropped(books *b) {
    moon_usage r = usage(b, "calls", "2010-12-02");
    DROP(moon_usage_type, &r);
}
static void usage_added(books *b) {
    moon_usage r = usage(b, "calls", "2010-12-02");
    r.day++;
    PUT(moon_usage_type, &r);
}
static void event_quantity(books *b) {
    moon_event r = {.id = MOON_STR("e1")};
    GET(moon_event_type, &r);
    r.quantity = dec("1");
    PUT(moon_event_type, &r);
}
static void event_dropped(books *b) {
    moon_event r = {.id = MOON_STR("e4")};
    GET(moon_event_type, &r);
    DROP(moon_event_type, &r);
}

static const struct {
    const char *name;
    void (*tamper)(books *);
    const char *says;
} tampered[] = {
    {"nothing", nothing, ""},
    {"a payment's amount", payment_amount, "P1 does not fit its document"},
    {"a payment's value date", payment_date, "P1 does not fit its document"},
    {"a payment's booking date", payment_booked, "P1 does not fit its document"},
    {"a payment's kind", payment_kind, "P1 does not fit its document"},
    {"a payment dropped", payment_dropped, "P3 does not fit its document"},
    {"a refund posted by nobody", refund_posted, "posted, but there are"},
    {"a payment's item dropped", payment_item, "has no item"},
    {"a payment's open amount", item_open, "open amount of P1 does not fit"},
    {"an item's base amount", item_base, "entry receive/P2 does not fit"},
    {"an item's control account", item_control, "entry receive/P1 does not fit"},
    {"an item's booking date", item_booked, "write-off/INV-2010-00003/1 does not fit its document"},
    {"an item's due date", item_due, "write-off/INV-2010-00003/1 does not fit its document"},
    {"a write-off's amount", adjustment_amount, "write-off/INV-2010-00003/1 does not fit its document"},
    {"a transfer dropped", adjustment_dropped, "transfer/P3/1 does not fit its document"},
    {"a write-off of nothing", adjustment_added, "posted, but there are"},
    {"an application's amount", application_amount, "open amount of"},
    {"an application's value date", application_date, "entry apply/P1/i1/1 does not fit"},
    {"an application before its items", application_early, "does not fit its items"},
    {"an application turned round", application_turned, "does not fit its items"},
    {"an application dropped", application_dropped, "open amount of"},
    {"an application undone but for the ledger", application_and_items, "the ledger has"},
    {"a receipt's entry", receipt_entry, "entry receive/P1 does not fit"},
    {"an application's entry", apply_entry, "entry apply/P1/i1/1 does not fit"},
    {"an exchange difference", exchange_entry, "the ledger has"},
    {"a write-off's entry", write_off_entry, "entry write-off/INV-2010-00003/1 does not fit"},
    {"an application of another's", party, "apply/P1/i1/1 does not fit"},
    {"a control account's line of nobody", no_party, "transfer/P3/1 does not fit"},
    {"an entry's booking date", booked, "apply/P1/i1/1 does not fit"},
    {"a day's usage", usage_quantity, "usage of account A does not fit its events"},
    {"a day's number of events", usage_count, "usage of account A does not fit its events"},
    {"a day's usage dropped", usage_dropped, "usage of account A does not fit its events"},
    {"a day's usage of nothing", usage_added, "usage without events"},
    {"an event's quantity", event_quantity, "usage of account A does not fit its events"},
    {"an event dropped", event_dropped, "usage without events"},
};

typedef struct told {
    char text[6000];
} told;

static void tell(void *ctx, const moon_err *problem) {
    told *t = ctx;
    size_t len = strlen(t->text);
    snprintf(t->text + len, sizeof t->text - len, "%s\n", problem->text);
}

static void test_tampered(void **state) {
    books *b = *state;
    for (size_t i = 0; i < sizeof tampered / sizeof *tampered; i++) {
        told t = {""};
        moon_verified out;
        if (i > 0) {
            books_teardown(state);
            setup(state);
            b = *state;
        }
        tampered[i].tamper(b);
        books_commit(b);
        moon_status status = moon_verify(b->change, &b->config, NULL, tell, &t, &out, ERR);
        if ((status == MOON_OK) != (tampered[i].says[0] == 0) || !strstr(t.text, tampered[i].says))
            fail_msg("%s: verify said: %s", tampered[i].name, t.text);
    }
}

/* The digest is of the facts: it tells books apart by any of them, and not by what is cached. */
static void test_digest(void **state) {
    static void (*const facts[])(books *) = {
        payment_amount,     payment_dropped,    refund_posted,       adjustment_amount,
        adjustment_dropped, application_amount, application_dropped, booked};
    static void (*const cached[])(books *) = {item_open, item_base, payment_item};
    books *b = *state;
    moon_hash before, after;
    DO(moon_digest(b->change, &before, ERR));
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        books_forget(b);
        facts[i](b);
        DO(moon_digest(b->change, &after, ERR));
        if (moon_hash_eq(&before, &after)) fail_msg("fact %zu is not part of the digest", i);
    }
    for (size_t i = 0; i < sizeof cached / sizeof *cached; i++) {
        books_forget(b);
        cached[i](b);
        DO(moon_digest(b->change, &after, ERR));
        if (!moon_hash_eq(&before, &after)) fail_msg("cached answer %zu is part of the digest", i);
    }
    books_forget(b);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, books_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {CASE(test_tampered), CASE(test_digest)};
    return cmocka_run_group_tests_name("verify_items", tests, NULL, NULL);
}
