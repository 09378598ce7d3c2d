#include "books/reconcile.h"

#include <stdarg.h>
#include <stdlib.h>

#include "books/claim.h"
#include "books/document.h"
#include "books/event.h"
#include "books/ledger.h"
#include "books/reconcile_grants.h"
#include "books/reconcile_items.h"
#include "books/reconcile_periods.h"
#include "books/series.h"
#include "store/table.h"

void moon_reconcile_say(moon_reconciler *r, moon_status code, const char *fmt, ...) {
    char text[400];
    moon_err err;
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    moon_fail(&err, code, "%s", text);
    r->tell(r->ctx, &err);
}

moon_status moon_reconcile_each(moon_reconciler *r, const moon_type *type, moon_reconcile_fn visit,
                                moon_err *err) {
    void *record = moon_malloc(type->size);
    moon_scan scan;
    bool more = true;
    moon_status status = moon_scan_begin(r->change, type, MOON_BY_KEY, NULL, 0, NULL, 0, false, &scan, err);
    if (status != MOON_OK) {
        free(record);
        return status;
    }
    moon_arena_mark mark = moon_arena_here(moon_change_arena(r->change));
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, record, &more, err);
        if (status != MOON_OK || !more) break;
        status = visit(r, record, err);
        moon_arena_rewind(moon_change_arena(r->change), mark);
    }
    moon_scan_end(&scan);
    free(record);
    return status;
}

/* ---- ledger ---- */

static void balance_key(moon_str account, moon_currency currency, moon_date date, moon_buf *key) {
    moon_buf_clear(key);
    moon_buf_add_str(key, account);
    moon_buf_printf(key, " %s %d", moon_currency_code(currency), date);
}

static moon_status tally_entry(moon_reconciler *r, const void *record, moon_err *err) {
    const moon_entry *entry = record;
    moon_buf key = MOON_BUF_EMPTY;
    if (moon_entry_check(entry, err) != MOON_OK) r->tell(r->ctx, err);
    for (size_t i = 0; i < entry->lines.count; i++) {
        const moon_entry_line *line = MOON_AT(moon_entry_line, entry->lines, i);
        balance_key(line->account, line->currency, entry->date, &key);
        moon_tally_add(&r->balances, moon_buf_str(&key), line->amount, line->base);
    }
    moon_buf_free(&key);
    r->out->entries++;
    return MOON_OK;
}

static moon_status check_balance(moon_reconciler *r, const void *record, moon_err *err) {
    const moon_balance *balance = record;
    moon_buf key = MOON_BUF_EMPTY;
    (void)err;
    balance_key(balance->account, balance->currency, balance->date, &key);
    const moon_tally_row *row = moon_tally_find(&r->balances, moon_buf_str(&key));
    if (!row || row->first != balance->amount || row->second != balance->base)
        moon_reconcile_say(r, MOON_E_BOOK_DAMAGED,
                           "the cached balance of account %.*s does not fit the ledger's entries",
                           MOON_STR_ARG(balance->account));
    moon_buf_free(&key);
    r->balances_seen++;
    return MOON_OK;
}

/* ---- documents, series, claims ---- */

static void number_key(int kind, int year, moon_str number, moon_buf *key) {
    moon_buf_clear(key);
    moon_buf_printf(key, "%s %d %.*s", moon_document_kinds[kind - 1], year, MOON_STR_ARG(number));
}

static moon_status check_periods_of(moon_reconciler *r, const moon_document *document, moon_err *err) {
    size_t count;
    bool all;
    MOON_TRY(moon_claim_check(r->change, document, &count, &all, err));
    r->claims_expected += count;
    if (!all)
        moon_reconcile_say(r, MOON_E_BOOK_DAMAGED, "%.*s bills periods that are not claimed by it",
                           MOON_STR_ARG(document->number));
    return MOON_OK;
}

static moon_status check_order_of(moon_reconciler *r, const moon_document *document, moon_err *err) {
    moon_order order = {.id = document->order};
    bool found;
    MOON_TRY(moon_get(r->change, &moon_order_type, &order, &found, err));
    moon_claim claim = {.line = 0, .start = order.date, .cause = MOON_STR("order")};
    claim.source =
        moon_arena_printf(moon_change_arena(r->change), "order/%.*s", MOON_STR_ARG(document->order));
    if (found) MOON_TRY(moon_get(r->change, &moon_claim_type, &claim, &found, err));
    if (!found || !moon_str_eq(claim.document, document->id) || order.state != MOON_ORDER_BILLED)
        moon_reconcile_say(r, MOON_E_BOOK_DAMAGED, "%.*s bills order %.*s, which is not claimed by it",
                           MOON_STR_ARG(document->number), MOON_STR_ARG(document->order));
    return MOON_OK;
}

static moon_status check_document(moon_reconciler *r, const void *record, moon_err *err) {
    const moon_document *document = record;
    moon_closure closure;
    moon_buf key = MOON_BUF_EMPTY;
    bool found;
    r->out->documents++;
    if (moon_document_check(document, err) != MOON_OK) r->tell(r->ctx, err);
    closure.id = document->closure;
    MOON_TRY(moon_get(r->change, &moon_closure_type, &closure, &found, err));
    if (!found)
        moon_reconcile_say(r, MOON_E_BOOK_DAMAGED, "the rules that made %.*s are not in the book",
                           MOON_STR_ARG(document->id));
    if (document->state != MOON_STATE_ISSUED && document->state != MOON_STATE_VOID) return MOON_OK;
    number_key(document->kind, moon_date_ymd(document->date).year, document->number, &key);
    moon_tally_add(&r->numbers, moon_buf_str(&key), 1, 0);
    moon_buf_free(&key);
    r->numbered++;
    r->items_expected++;
    if (document->state == MOON_STATE_VOID) return MOON_OK;
    MOON_TRY(moon_reconcile_bill(r, document, err));
    if (moon_str_is(document->cause, "period")) return check_periods_of(r, document, err);
    if (!moon_str_is(document->cause, "order")) return MOON_OK;
    r->claims_expected++;
    r->billed_orders++;
    return check_order_of(r, document, err);
}

static moon_status count_claim(moon_reconciler *r, const void *record, moon_err *err) {
    r->claims++;
    return moon_reconcile_claim(r, record, err);
}

static moon_status count_billed(moon_reconciler *r, const void *record, moon_err *err) {
    (void)err;
    if (((const moon_order *)record)->state == MOON_ORDER_BILLED) r->billed_orders--;
    return MOON_OK;
}

static moon_status check_number(moon_reconciler *r, const moon_series *series, int64_t n, bool *good,
                                moon_err *err) {
    bool invoice = moon_str_is(series->kind, "invoice");
    moon_str number;
    moon_buf key = MOON_BUF_EMPTY;
    MOON_TRY(
        moon_series_format(series->pattern, series->year, n, moon_change_arena(r->change), &number, err));
    number_key(invoice ? MOON_DOCUMENT_INVOICE : MOON_DOCUMENT_CREDIT_NOTE, (int)series->year, number, &key);
    const moon_tally_row *row = moon_tally_find(&r->numbers, moon_buf_str(&key));
    moon_buf_free(&key);
    *good = row && row->first == 1;
    if (!*good)
        moon_reconcile_say(r, MOON_E_BOOK_DAMAGED,
                           row ? "number %.*s was given twice" : "number %.*s is missing in its series",
                           MOON_STR_ARG(number));
    return MOON_OK;
}

/* Every number from 1 to the last was given once, or lies in a gap on record. */
static moon_status check_series(moon_reconciler *r, const void *record, moon_err *err) {
    const moon_series *series = record;
    moon_gap gap = {.kind = series->kind, .year = series->year};
    moon_scan scan;
    bool more = true, good = true;
    MOON_TRY(moon_scan_begin(r->change, &moon_gap_type, MOON_BY_KEY, &gap, 2, &gap, 2, false, &scan, err));
    moon_status status = moon_scan_next(&scan, &gap, &more, err);
    for (int64_t n = 1; status == MOON_OK && good && n <= series->last; n++) {
        if (!more || n < gap.first) {
            status = check_number(r, series, n, &good, err);
            continue;
        }
        good = n == gap.first && gap.last >= gap.first && gap.last <= series->last;
        if (!good) break;
        r->numbered += gap.last - gap.first + 1;
        n = gap.last;
        status = moon_scan_next(&scan, &gap, &more, err);
    }
    moon_scan_end(&scan);
    if (status == MOON_OK && more && good) good = false;
    if (status == MOON_OK && more && !good)
        moon_reconcile_say(r, MOON_E_BOOK_DAMAGED,
                           "a gap in the numbers of %.*s %lld does not fit its series",
                           MOON_STR_ARG(series->kind), (long long)series->year);
    r->numbered -= series->last;
    return status;
}

static moon_status check_gap(moon_reconciler *r, const void *record, moon_err *err) {
    const moon_gap *gap = record;
    moon_series series = {.kind = gap->kind, .year = gap->year};
    bool found;
    MOON_TRY(moon_get(r->change, &moon_series_type, &series, &found, err));
    if (!found)
        moon_reconcile_say(r, MOON_E_BOOK_DAMAGED,
                           "there is a gap in the numbers of %.*s %lld, but no series",
                           MOON_STR_ARG(gap->kind), (long long)gap->year);
    return MOON_OK;
}

/* ---- usage ---- */

/* The sum of one account, meter and day, while its events go by; its texts are its own. */
typedef struct day_of_usage {
    char account[129], meter[129];
    moon_usage sum;
    bool any; /* whether there is such a day */
} day_of_usage;

static bool is_of_day(const day_of_usage *d, const moon_event *event) {
    return d->any && d->sum.day == event->day && moon_str_is(event->account, d->account) &&
           moon_str_is(event->meter, d->meter);
}

static moon_status check_day(moon_reconciler *r, const day_of_usage *d, moon_err *err) {
    moon_usage stored = {
        .account = moon_str_of(d->account), .meter = moon_str_of(d->meter), .day = d->sum.day};
    bool found;
    if (!d->any) return MOON_OK;
    MOON_TRY(moon_get(r->change, &moon_usage_type, &stored, &found, err));
    if (found) r->days_of_usage--;
    if (stored.corrections == MOON_INT_NONE) stored.corrections = 0;
    if (!found || stored.count != d->sum.count || stored.corrections != d->sum.corrections ||
        !moon_decimal_eq(stored.quantity, d->sum.quantity))
        moon_reconcile_say(r, MOON_E_BOOK_DAMAGED, "the usage of account %s does not fit its events",
                           d->account);
    return MOON_OK;
}

static void begin_day(day_of_usage *d, const moon_event *event) {
    snprintf(d->account, sizeof d->account, "%.*s", MOON_STR_ARG(event->account));
    snprintf(d->meter, sizeof d->meter, "%.*s", MOON_STR_ARG(event->meter));
    d->sum = (moon_usage){.day = event->day, .quantity = MOON_DECIMAL_ZERO};
    d->any = true;
}

static moon_status count_day(moon_reconciler *r, const void *record, moon_err *err) {
    (void)record;
    (void)err;
    r->days_of_usage++;
    return MOON_OK;
}

/* Events come in the order of the days that they add up to. */
static moon_status reconcile_usage(moon_reconciler *r, moon_err *err) {
    day_of_usage d = {.any = false};
    moon_event event;
    moon_scan scan;
    bool more = true;
    MOON_TRY(moon_reconcile_each(r, &moon_usage_type, count_day, err));
    MOON_TRY(moon_scan_begin(r->change, &moon_event_type, moon_type_index(&moon_event_type, "usage"), NULL, 0,
                             NULL, 0, false, &scan, err));
    moon_arena_mark mark = moon_arena_here(moon_change_arena(r->change));
    moon_status status = MOON_OK;
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &event, &more, err);
        if (status != MOON_OK || !more) break;
        if (!is_of_day(&d, &event)) {
            status = check_day(r, &d, err);
            begin_day(&d, &event);
        }
        d.sum.corrections += (event.corrects.len > 0) + (event.corrected_by.len > 0);
        if (moon_event_counts(&event)) d.sum.count++;
        if (status == MOON_OK && moon_event_counts(&event))
            status = moon_decimal_add(d.sum.quantity, event.quantity, &d.sum.quantity, err);
        moon_arena_rewind(moon_change_arena(r->change), mark);
    }
    moon_scan_end(&scan);
    if (status == MOON_OK) status = check_day(r, &d, err);
    if (status == MOON_OK && r->days_of_usage != 0)
        moon_reconcile_say(r, MOON_E_BOOK_DAMAGED, "there is usage without events");
    return status;
}

/* ---- rules by content ---- */

static moon_status check_blob(moon_reconciler *r, const void *record, moon_err *err) {
    const moon_blob *blob = record;
    moon_hash hash = moon_hash_of(blob->bytes);
    (void)err;
    if (!moon_hash_eq(&hash, &blob->id))
        moon_reconcile_say(r, MOON_E_BOOK_DAMAGED, "a stored rule file is not what its hash says");
    return MOON_OK;
}

static moon_status check_closure(moon_reconciler *r, const void *record, moon_err *err) {
    const moon_closure *closure = record;
    moon_blob blob;
    bool found;
    for (size_t i = 0; i < closure->sources.count; i++) {
        blob.id = MOON_AT(moon_source, closure->sources, i)->content;
        MOON_TRY(moon_get(r->change, &moon_blob_type, &blob, &found, err));
        if (!found)
            moon_reconcile_say(r, MOON_E_BOOK_DAMAGED, "the file %.*s of a closure is not in the book",
                               MOON_STR_ARG(MOON_AT(moon_source, closure->sources, i)->path));
    }
    return MOON_OK;
}

/* ---- all of it ---- */

static moon_status reconcile_ledger(moon_reconciler *r, moon_err *err) {
    MOON_TRY(moon_reconcile_each(r, &moon_entry_type, tally_entry, err));
    moon_tally_close(&r->balances);
    MOON_TRY(moon_reconcile_each(r, &moon_balance_type, check_balance, err));
    if (r->balances_seen != r->balances.count)
        moon_reconcile_say(r, MOON_E_BOOK_DAMAGED, "cached balances are missing");
    return MOON_OK;
}

static moon_status reconcile_documents(moon_reconciler *r, moon_err *err) {
    MOON_TRY(moon_reconcile_each(r, &moon_document_type, check_document, err));
    MOON_TRY(moon_reconcile_taken_back(r, err));
    MOON_TRY(moon_reconcile_each(r, &moon_claim_type, count_claim, err));
    if (r->claims != r->claims_expected) {
        moon_reconcile_say(r, MOON_E_BOOK_DAMAGED, "%zu orders and periods are billed, but %zu claimed",
                           r->claims_expected, r->claims);
        MOON_TRY(moon_reconcile_strays(r, err));
    }
    MOON_TRY(moon_reconcile_each(r, &moon_order_type, count_billed, err));
    if (r->billed_orders != 0)
        moon_reconcile_say(r, MOON_E_BOOK_DAMAGED, "orders are marked as billed that no document bills");
    moon_tally_close(&r->numbers);
    MOON_TRY(moon_reconcile_each(r, &moon_series_type, check_series, err));
    MOON_TRY(moon_reconcile_each(r, &moon_gap_type, check_gap, err));
    if (r->numbered != 0)
        moon_reconcile_say(r, MOON_E_BOOK_DAMAGED, "numbers were given that no series counted");
    MOON_TRY(moon_reconcile_each(r, &moon_blob_type, check_blob, err));
    return moon_reconcile_each(r, &moon_closure_type, check_closure, err);
}

moon_status moon_reconcile(moon_change *change, const moon_config *config, moon_problem_fn tell, void *ctx,
                           moon_verified *out, moon_err *err) {
    moon_reconciler r = {.change = change, .config = config, .tell = tell, .ctx = ctx, .out = out};
    moon_status status = reconcile_ledger(&r, err);
    if (status == MOON_OK) status = reconcile_documents(&r, err);
    if (status == MOON_OK) status = moon_reconcile_items(&r, err);
    if (status == MOON_OK) status = reconcile_usage(&r, err);
    if (status == MOON_OK) status = moon_reconcile_grants(&r, err);
    moon_tally_free(&r.balances);
    moon_tally_free(&r.numbers);
    moon_tally_free(&r.taken_back);
    moon_tally_free(&r.applied);
    moon_tally_free(&r.standing);
    return status;
}
