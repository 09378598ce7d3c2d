#include "books/reconcile.h"

#include <stdarg.h>
#include <stdlib.h>

#include "books/document.h"
#include "books/ledger.h"
#include "books/receivable.h"
#include "books/tally.h"
#include "store/table.h"

typedef struct reconciler {
    moon_change *change;
    const moon_config *config;
    moon_problem_fn tell;
    void *ctx;
    moon_verified *out;
    moon_tally balances, applied, numbers;
    size_t balances_seen, items_seen, items_expected, billed_orders, claims;
} reconciler;

static void say(reconciler *r, moon_status code, const char *fmt, ...) MOON_PRINTF(3, 4);
static void say(reconciler *r, moon_status code, const char *fmt, ...) {
    char text[400];
    moon_err err;
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    moon_fail(&err, code, "%s", text);
    r->tell(r->ctx, &err);
}

/* Call `visit` with each record of a type. */
static moon_status each(reconciler *r, const moon_type *type,
                        moon_status (*visit)(reconciler *, const void *, moon_err *), moon_err *err) {
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

static moon_status tally_entry(reconciler *r, const void *record, moon_err *err) {
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

static moon_status check_balance(reconciler *r, const void *record, moon_err *err) {
    const moon_balance *balance = record;
    moon_buf key = MOON_BUF_EMPTY;
    (void)err;
    balance_key(balance->account, balance->currency, balance->date, &key);
    const moon_tally_row *row = moon_tally_find(&r->balances, moon_buf_str(&key));
    if (!row || row->first != balance->amount || row->second != balance->base)
        say(r, MOON_E_BOOK_DAMAGED, "the cached balance of account %.*s does not fit the ledger's entries",
            MOON_STR_ARG(balance->account));
    moon_buf_free(&key);
    r->balances_seen++;
    return MOON_OK;
}

/* ---- receivables ---- */

static void item_key(moon_str account, moon_str document, moon_buf *key) {
    moon_buf_clear(key);
    moon_buf_add_str(key, account);
    moon_buf_add_char(key, 0);
    moon_buf_add_str(key, document);
}

/* What an application does to the open amounts of its two items; one that voids concerns a single item. */
static moon_status tally_application(reconciler *r, const void *record, moon_err *err) {
    const moon_application *application = record;
    moon_item item = {.account = application->account, .document = application->source};
    moon_buf key = MOON_BUF_EMPTY;
    bool found;
    MOON_TRY(moon_get(r->change, &moon_item_type, &item, &found, err));
    if (!found) {
        say(r, MOON_E_BOOK_DAMAGED, "an application of account %.*s has no item",
            MOON_STR_ARG(application->account));
        return MOON_OK;
    }
    if (!moon_str_eq(application->source, application->target) || item.kind == MOON_DOCUMENT_CREDIT_NOTE) {
        item_key(application->account, application->source, &key);
        moon_tally_add(&r->applied, moon_buf_str(&key), application->amount, 0);
    }
    if (!moon_str_eq(application->source, application->target) || item.kind == MOON_DOCUMENT_INVOICE) {
        item_key(application->account, application->target, &key);
        moon_tally_add(&r->applied, moon_buf_str(&key), -application->amount, 0);
    }
    moon_buf_free(&key);
    return MOON_OK;
}

/* The entry that issuing or voiding made: on that day, and what its lines of this account add up to is what the
 * document says. */
static moon_status check_entry(reconciler *r, const moon_document *document, const char *cause,
                               moon_date date, int64_t owed, moon_err *err) {
    moon_entry entry;
    bool found;
    if (!moon_document_is_posted(document)) return MOON_OK;
    entry.id =
        moon_arena_printf(moon_change_arena(r->change), "%s/%.*s", cause, MOON_STR_ARG(document->number));
    MOON_TRY(moon_get(r->change, &moon_entry_type, &entry, &found, err));
    for (size_t i = 0; found && i < entry.lines.count; i++)
        if (moon_str_eq(MOON_AT(moon_entry_line, entry.lines, i)->party, document->account))
            owed -= MOON_AT(moon_entry_line, entry.lines, i)->amount;
    if (!found || owed != 0 || entry.date != date || !moon_str_eq(entry.document, document->id))
        say(r, MOON_E_BOOK_DAMAGED, "the ledger entry %s/%.*s does not fit its document", cause,
            MOON_STR_ARG(document->number));
    return MOON_OK;
}

static moon_status check_entries(reconciler *r, const moon_item *item, const moon_document *document,
                                 moon_err *err) {
    MOON_TRY(check_entry(r, document, "issue", document->date, document->total, err));
    if (item->voided == MOON_DATE_NONE) return MOON_OK;
    return check_entry(r, document, "void", item->voided, -document->total, err);
}

static moon_status check_item(reconciler *r, const void *record, moon_err *err) {
    const moon_item *item = record;
    moon_document document = {.id = item->document};
    moon_buf key = MOON_BUF_EMPTY;
    bool found;
    MOON_TRY(moon_get(r->change, &moon_document_type, &document, &found, err));
    bool fits = found && document.number.len && moon_str_eq(document.number, item->number) &&
                document.total == item->amount && document.due == item->due &&
                moon_decimal_eq(document.rate, item->rate) && document.date == item->date &&
                document.kind == item->kind && document.currency == item->currency &&
                moon_str_eq(document.account, item->account) &&
                (document.state == MOON_STATE_VOID) == (item->voided != MOON_DATE_NONE);
    item_key(item->account, item->document, &key);
    const moon_tally_row *row = moon_tally_find(&r->applied, moon_buf_str(&key));
    moon_buf_free(&key);
    if (!fits)
        say(r, MOON_E_BOOK_DAMAGED, "the open item %.*s does not fit its document",
            MOON_STR_ARG(item->number));
    else if (item->open != item->amount + (row ? row->first : 0) ||
             (item->open == 0) != (item->closed != MOON_DATE_NONE))
        say(r, MOON_E_BOOK_DAMAGED, "the open amount of %.*s does not fit its applications",
            MOON_STR_ARG(item->number));
    r->items_seen++;
    return fits ? check_entries(r, item, &document, err) : MOON_OK;
}

/* ---- documents, series, claims ---- */

static void number_key(int kind, int year, moon_str number, moon_buf *key) {
    moon_buf_clear(key);
    moon_buf_printf(key, "%s %d %.*s", moon_document_kinds[kind - 1], year, MOON_STR_ARG(number));
}

static moon_status check_claim_of(reconciler *r, const moon_document *document, moon_err *err) {
    moon_order order = {.id = document->order};
    bool found;
    MOON_TRY(moon_get(r->change, &moon_order_type, &order, &found, err));
    moon_claim claim = {.line = 0, .start = order.date, .cause = MOON_STR("order")};
    claim.source =
        moon_arena_printf(moon_change_arena(r->change), "order/%.*s", MOON_STR_ARG(document->order));
    if (found) MOON_TRY(moon_get(r->change, &moon_claim_type, &claim, &found, err));
    if (!found || !moon_str_eq(claim.document, document->id) || order.state != MOON_ORDER_BILLED)
        say(r, MOON_E_BOOK_DAMAGED, "%.*s bills order %.*s, which is not claimed by it",
            MOON_STR_ARG(document->number), MOON_STR_ARG(document->order));
    return MOON_OK;
}

static moon_status check_document(reconciler *r, const void *record, moon_err *err) {
    const moon_document *document = record;
    moon_closure closure;
    moon_buf key = MOON_BUF_EMPTY;
    bool found;
    r->out->documents++;
    if (moon_document_check(document, err) != MOON_OK) r->tell(r->ctx, err);
    closure.id = document->closure;
    MOON_TRY(moon_get(r->change, &moon_closure_type, &closure, &found, err));
    if (!found)
        say(r, MOON_E_BOOK_DAMAGED, "the rules that made %.*s are not in the book",
            MOON_STR_ARG(document->id));
    if (document->state != MOON_STATE_ISSUED && document->state != MOON_STATE_VOID) return MOON_OK;
    number_key(document->kind, moon_date_ymd(document->date).year, document->number, &key);
    moon_tally_add(&r->numbers, moon_buf_str(&key), 1, 0);
    moon_buf_free(&key);
    r->items_expected++;
    if (document->state == MOON_STATE_VOID || !moon_str_is(document->cause, "order")) return MOON_OK;
    r->billed_orders++;
    return check_claim_of(r, document, err);
}

static moon_status count_claim(reconciler *r, const void *record, moon_err *err) {
    (void)record;
    (void)err;
    r->claims++;
    return MOON_OK;
}

static moon_status count_billed(reconciler *r, const void *record, moon_err *err) {
    (void)err;
    if (((const moon_order *)record)->state == MOON_ORDER_BILLED) r->billed_orders--;
    return MOON_OK;
}

/* Every number from 1 to the last is there once. */
static moon_status check_series(reconciler *r, const void *record, moon_err *err) {
    const moon_series *series = record;
    bool invoice = moon_str_is(series->kind, "invoice");
    moon_str number;
    moon_buf key = MOON_BUF_EMPTY;
    for (int64_t n = 1; n <= series->last; n++) {
        MOON_TRY(
            moon_series_format(series->pattern, series->year, n, moon_change_arena(r->change), &number, err));
        number_key(invoice ? MOON_DOCUMENT_INVOICE : MOON_DOCUMENT_CREDIT_NOTE, (int)series->year, number,
                   &key);
        const moon_tally_row *row = moon_tally_find(&r->numbers, moon_buf_str(&key));
        if (row && row->first == 1) continue;
        say(r, MOON_E_BOOK_DAMAGED,
            row ? "number %.*s was given twice" : "number %.*s is missing in its series",
            MOON_STR_ARG(number));
        break;
    }
    moon_buf_free(&key);
    r->items_expected -= (size_t)series->last;
    return MOON_OK;
}

/* ---- rules by content ---- */

static moon_status check_blob(reconciler *r, const void *record, moon_err *err) {
    const moon_blob *blob = record;
    moon_hash hash = moon_hash_of(blob->bytes);
    (void)err;
    if (!moon_hash_eq(&hash, &blob->id))
        say(r, MOON_E_BOOK_DAMAGED, "a stored rule file is not what its hash says");
    return MOON_OK;
}

static moon_status check_closure(reconciler *r, const void *record, moon_err *err) {
    const moon_closure *closure = record;
    moon_blob blob;
    bool found;
    for (size_t i = 0; i < closure->sources.count; i++) {
        blob.id = MOON_AT(moon_source, closure->sources, i)->content;
        MOON_TRY(moon_get(r->change, &moon_blob_type, &blob, &found, err));
        if (!found)
            say(r, MOON_E_BOOK_DAMAGED, "the file %.*s of a closure is not in the book",
                MOON_STR_ARG(MOON_AT(moon_source, closure->sources, i)->path));
    }
    return MOON_OK;
}

/* ---- all of it ---- */

static moon_status reconcile_ledger(reconciler *r, moon_err *err) {
    MOON_TRY(each(r, &moon_entry_type, tally_entry, err));
    moon_tally_close(&r->balances);
    MOON_TRY(each(r, &moon_balance_type, check_balance, err));
    if (r->balances_seen != r->balances.count) say(r, MOON_E_BOOK_DAMAGED, "cached balances are missing");
    return MOON_OK;
}

static moon_status reconcile_documents(reconciler *r, moon_err *err) {
    MOON_TRY(each(r, &moon_application_type, tally_application, err));
    moon_tally_close(&r->applied);
    MOON_TRY(each(r, &moon_item_type, check_item, err));
    MOON_TRY(each(r, &moon_document_type, check_document, err));
    if (r->items_seen != r->items_expected)
        say(r, MOON_E_BOOK_DAMAGED, "%zu documents are issued, but there are %zu items", r->items_expected,
            r->items_seen);
    MOON_TRY(each(r, &moon_claim_type, count_claim, err));
    if (r->claims != r->billed_orders)
        say(r, MOON_E_BOOK_DAMAGED, "%zu orders are billed, but %zu claimed", r->billed_orders, r->claims);
    MOON_TRY(each(r, &moon_order_type, count_billed, err));
    if (r->billed_orders != 0)
        say(r, MOON_E_BOOK_DAMAGED, "orders are marked as billed that no document bills");
    moon_tally_close(&r->numbers);
    MOON_TRY(each(r, &moon_series_type, check_series, err));
    if (r->items_expected != 0) say(r, MOON_E_BOOK_DAMAGED, "numbers were given that no series counted");
    MOON_TRY(each(r, &moon_blob_type, check_blob, err));
    return each(r, &moon_closure_type, check_closure, err);
}

/* Today's control total, and with it every currency. */
static moon_status reconcile_control(reconciler *r, moon_err *err) {
    moon_ageing ageing;
    moon_status status =
        moon_ageing_at(r->change, r->config, MOON_DATE_MAX, MOON_DATE_MAX, MOON_STR_NONE, &ageing, err);
    if (status == MOON_E_CONTROL) {
        r->tell(r->ctx, err);
        return MOON_OK;
    }
    return status;
}

moon_status moon_reconcile(moon_change *change, const moon_config *config, moon_problem_fn tell, void *ctx,
                           moon_verified *out, moon_err *err) {
    reconciler r = {.change = change, .config = config, .tell = tell, .ctx = ctx, .out = out};
    moon_status status = reconcile_ledger(&r, err);
    if (status == MOON_OK) status = reconcile_documents(&r, err);
    if (status == MOON_OK) status = reconcile_control(&r, err);
    moon_tally_free(&r.balances);
    moon_tally_free(&r.applied);
    moon_tally_free(&r.numbers);
    return status;
}
