#include "books/reconcile_items.h"

#include "books/adjustment.h"
#include "books/document.h"
#include "books/ledger.h"
#include "books/receivable.h"
#include "store/table.h"

/* ---- applications ---- */

static void item_key(moon_str account, moon_str document, moon_buf *key) {
    moon_buf_clear(key);
    moon_buf_add_str(key, account);
    moon_buf_add_char(key, 0);
    moon_buf_add_str(key, document);
}

static void tally(moon_reconciler *r, const moon_item *item, int64_t amount) {
    moon_buf key = MOON_BUF_EMPTY;
    item_key(item->account, item->document, &key);
    moon_tally_add(&r->applied, moon_buf_str(&key), amount, 0);
    moon_buf_free(&key);
}

/* What the lines of an account on one control account add up to. */
static int64_t party_sum(const moon_entry *entry, moon_str party, moon_str control, bool base) {
    int64_t sum = 0;
    for (size_t i = 0; i < entry->lines.count; i++) {
        const moon_entry_line *line = MOON_AT(moon_entry_line, entry->lines, i);
        if (moon_str_eq(line->party, party) && moon_str_eq(line->account, control))
            sum += base ? line->base : line->amount;
    }
    return sum;
}

/* Between two control accounts there is an entry of the day and amount; on one there is one for what is gained or
 * lost by exchange at most. */
static moon_status check_application_entry(moon_reconciler *r, const moon_application *application,
                                           const moon_item *source, const moon_item *target, moon_err *err) {
    moon_arena *keep = moon_change_arena(r->change);
    moon_str given, taken;
    moon_entry entry;
    bool found;
    MOON_TRY(moon_control_account(r->config, moon_item_control(source), &given, err));
    MOON_TRY(moon_control_account(r->config, moon_item_control(target), &taken, err));
    bool moves = !moon_str_eq(given, taken);
    entry.id =
        moon_entry_id(moon_arena_printf(keep, "apply/%.*s/%.*s/%lld", MOON_STR_ARG(application->source),
                                        MOON_STR_ARG(application->target), (long long)application->ordinal),
                      keep);
    MOON_TRY(moon_get(r->change, &moon_entry_type, &entry, &found, err));
    bool fits = found ? entry.date == application->date && entry.booked == application->booked &&
                            party_sum(&entry, application->account, given, false) ==
                                (moves ? application->amount : 0) &&
                            party_sum(&entry, application->account, taken, false) ==
                                (moves ? -application->amount : 0)
                      : !moves;
    if (!fits)
        moon_reconcile_say(r, MOON_E_BOOK_DAMAGED, "the ledger entry %.*s does not fit its application",
                           MOON_STR_ARG(entry.id));
    return MOON_OK;
}

/* What an application does to the open amounts of its two items; one that voids concerns a single item. */
static moon_status check_application(moon_reconciler *r, const void *record, moon_err *err) {
    const moon_application *application = record;
    moon_item source = {.account = application->account, .document = application->source};
    moon_item target = {.account = application->account, .document = application->target};
    bool found_source, found_target;
    MOON_TRY(moon_get(r->change, &moon_item_type, &source, &found_source, err));
    MOON_TRY(moon_get(r->change, &moon_item_type, &target, &found_target, err));
    if (!found_source || !found_target) {
        moon_reconcile_say(r, MOON_E_BOOK_DAMAGED, "an application of account %.*s has no item",
                           MOON_STR_ARG(application->account));
        return MOON_OK;
    }
    if (moon_str_eq(application->source, application->target)) {
        tally(r, &source, source.amount < 0 ? application->amount : -application->amount);
        return MOON_OK;
    }
    tally(r, &source, application->amount);
    tally(r, &target, -application->amount);
    if (source.amount >= 0 || target.amount <= 0 || source.currency != application->currency ||
        target.currency != application->currency || application->date < source.date ||
        application->date < target.date)
        moon_reconcile_say(r, MOON_E_BOOK_DAMAGED, "an application of %.*s to %.*s does not fit its items",
                           MOON_STR_ARG(source.number), MOON_STR_ARG(target.number));
    return check_application_entry(r, application, &source, &target, err);
}

/* ---- items against what made them ---- */

/* The entry that made or voided an item: on that day, booked then, and its lines of the account are the item's. */
static moon_status check_entry(moon_reconciler *r, const moon_item *item, moon_str id, moon_date date,
                               bool turned, moon_err *err) {
    moon_entry entry = {.id = moon_entry_id(id, moon_change_arena(r->change))};
    int64_t sign = turned ? -1 : 1;
    moon_str control;
    bool found;
    MOON_TRY(moon_control_account(r->config, moon_item_control(item), &control, err));
    MOON_TRY(moon_get(r->change, &moon_entry_type, &entry, &found, err));
    if (!found || entry.date != date ||
        party_sum(&entry, item->account, control, false) != sign * item->amount ||
        party_sum(&entry, item->account, control, true) != sign * moon_item_base(item))
        moon_reconcile_say(r, MOON_E_BOOK_DAMAGED, "the ledger entry %.*s does not fit its document",
                           MOON_STR_ARG(entry.id));
    return MOON_OK;
}

static moon_status check_document_item(moon_reconciler *r, const moon_item *item, bool *fits, moon_err *err) {
    moon_arena *keep = moon_change_arena(r->change);
    moon_document document = {.id = item->document};
    bool found;
    MOON_TRY(moon_get(r->change, &moon_document_type, &document, &found, err));
    *fits = found && document.number.len && moon_str_eq(document.number, item->number) &&
            moon_document_payable(&document) == item->amount && document.due == item->due &&
            moon_decimal_eq(document.rate, item->rate) && document.date == item->date &&
            document.kind == item->kind && document.currency == item->currency &&
            moon_str_eq(document.account, item->account) &&
            (document.state == MOON_STATE_VOID) == (item->voided != MOON_DATE_NONE);
    if (!*fits || !moon_document_is_posted(&document)) return MOON_OK;
    MOON_TRY(check_entry(r, item, moon_arena_printf(keep, "issue/%.*s", MOON_STR_ARG(document.number)),
                         document.date, false, err));
    if (item->voided == MOON_DATE_NONE) return MOON_OK;
    return check_entry(r, item, moon_arena_printf(keep, "void/%.*s", MOON_STR_ARG(document.number)),
                       item->voided, true, err);
}

static moon_status check_payment_item(moon_reconciler *r, const moon_item *item, bool *fits, moon_err *err) {
    moon_arena *keep = moon_change_arena(r->change);
    moon_payment payment = {.id = item->document};
    bool found;
    MOON_TRY(moon_get(r->change, &moon_payment_type, &payment, &found, err));
    bool receipt = found && payment.kind == MOON_PAYMENT_RECEIPT;
    *fits = found && payment.state == MOON_PAYMENT_POSTED && moon_str_eq(payment.account, item->account) &&
            payment.kind == item->kind - MOON_ITEM_PAYMENT + MOON_PAYMENT_RECEIPT &&
            payment.amount == (receipt ? -item->amount : item->amount) && payment.date == item->date &&
            payment.booked == item->booked && payment.currency == item->currency &&
            moon_decimal_eq(payment.rate, item->rate);
    if (!*fits) return MOON_OK;
    moon_str id = receipt ? moon_arena_printf(keep, "receive/%.*s", MOON_STR_ARG(payment.id)) : payment.id;
    return check_entry(r, item, id, payment.date, false, err);
}

/* The two sides of a transfer share the entry of the one that arrives. */
static moon_status entry_of(moon_reconciler *r, const moon_adjustment *made, moon_str *id, moon_err *err) {
    moon_adjustment *all;
    size_t count;
    *id = made->id;
    if (made->kind != MOON_ADJUST_TRANSFER || made->amount < 0) return MOON_OK;
    MOON_TRY(moon_adjustments_of(r->change, made->settles, &all, &count, err));
    for (size_t i = 0; i < count; i++) {
        moon_str from = moon_arena_printf(moon_change_arena(r->change), "%.*s/from", MOON_STR_ARG(all[i].id));
        if (moon_str_eq(moon_entry_id(from, moon_change_arena(r->change)), made->id)) *id = all[i].id;
    }
    return MOON_OK;
}

static moon_status check_adjustment_item(moon_reconciler *r, const moon_item *item, bool *fits,
                                         moon_err *err) {
    moon_adjustment made = {.id = item->document};
    moon_str id;
    bool found;
    MOON_TRY(moon_get(r->change, &moon_adjustment_type, &made, &found, err));
    *fits = found && moon_str_eq(made.account, item->account) &&
            made.kind == item->kind - MOON_ITEM_WRITE_OFF + MOON_ADJUST_WRITE_OFF &&
            made.amount == item->amount && made.date == item->date && made.booked == item->booked &&
            (made.due == MOON_DATE_NONE ? made.date : made.due) == item->due &&
            made.currency == item->currency && made.control == item->control &&
            moon_decimal_eq(made.rate, item->rate);
    if (!*fits) return MOON_OK;
    MOON_TRY(entry_of(r, &made, &id, err));
    return check_entry(r, item, id, made.date, false, err);
}

/* ---- items against the ledger ---- */

static void standing_key(moon_str account, moon_str control, moon_currency currency, moon_buf *key) {
    moon_buf_clear(key);
    moon_buf_add_str(key, account);
    moon_buf_printf(key, "\n%.*s\n%s", MOON_STR_ARG(control), moon_currency_code(currency));
}

static moon_status stand(moon_reconciler *r, const moon_item *item, moon_err *err) {
    moon_buf key = MOON_BUF_EMPTY;
    moon_str control;
    int64_t base;
    MOON_TRY(moon_control_account(r->config, moon_item_control(item), &control, err));
    MOON_TRY(moon_item_base_open(item, item->open, &base, err));
    if (item->voided != MOON_DATE_NONE) base = 0;
    standing_key(item->account, control, item->currency, &key);
    moon_tally_add(&r->standing, moon_buf_str(&key), -item->open, -base);
    moon_buf_free(&key);
    return MOON_OK;
}

/* Lines of control accounts, each with the account whose they are. */
static moon_status tally_standing(moon_reconciler *r, const void *record, moon_err *err) {
    const moon_entry *entry = record;
    moon_buf key = MOON_BUF_EMPTY;
    moon_str controls[2] = {0};
    (void)err;
    for (int i = 0; i < 2; i++) {
        moon_err none;
        if (moon_control_account(r->config, MOON_CONTROL_RECEIVABLES + i, &controls[i], &none) != MOON_OK)
            controls[i] = MOON_STR_NONE;
    }
    for (size_t i = 0; i < entry->lines.count; i++) {
        const moon_entry_line *line = MOON_AT(moon_entry_line, entry->lines, i);
        if (!moon_str_eq(line->account, controls[0]) && !moon_str_eq(line->account, controls[1])) continue;
        standing_key(line->party, line->account, line->currency, &key);
        moon_tally_add(&r->standing, moon_buf_str(&key), line->amount, line->base);
    }
    moon_buf_free(&key);
    return MOON_OK;
}

static void tell_standing(moon_reconciler *r, const moon_tally_row *row) {
    moon_str rest = row->key, party, control;
    moon_currency currency;
    moon_err none;
    char amount[MOON_MONEY_TEXT], base[MOON_MONEY_TEXT];
    moon_str_cut(&rest, '\n', &party);
    moon_str_cut(&rest, '\n', &control);
    if (moon_currency_parse(rest, &currency, &none) != MOON_OK) currency = r->config->currency;
    moon_money_format_code((moon_money){row->first, currency}, amount);
    moon_money_format_code((moon_money){row->second, r->config->currency}, base);
    moon_reconcile_say(
        r, MOON_E_BOOK_DAMAGED,
        "on %.*s the ledger has %s (%s in the book's currency) more of account %.*s than its open items",
        MOON_STR_ARG(control), amount, base, MOON_STR_ARG(party));
}

static void check_standing(moon_reconciler *r) {
    moon_tally_close(&r->standing);
    for (size_t i = 0; i < r->standing.count; i++)
        if (r->standing.rows[i].first != 0 || r->standing.rows[i].second != 0)
            tell_standing(r, &r->standing.rows[i]);
}

/* ---- all of it ---- */

static moon_status check_item(moon_reconciler *r, const void *record, moon_err *err) {
    const moon_item *item = record;
    moon_buf key = MOON_BUF_EMPTY;
    bool fits;
    if (item->kind <= MOON_ITEM_CREDIT_NOTE)
        MOON_TRY(check_document_item(r, item, &fits, err));
    else if (item->kind <= MOON_ITEM_RETURN)
        MOON_TRY(check_payment_item(r, item, &fits, err));
    else
        MOON_TRY(check_adjustment_item(r, item, &fits, err));
    item_key(item->account, item->document, &key);
    const moon_tally_row *row = moon_tally_find(&r->applied, moon_buf_str(&key));
    moon_buf_free(&key);
    r->items_seen++;
    if (!fits) {
        moon_reconcile_say(r, MOON_E_BOOK_DAMAGED, "the open item %.*s does not fit its document",
                           MOON_STR_ARG(item->number));
        return MOON_OK;
    }
    if (item->open != item->amount + (row ? row->first : 0) ||
        (item->open == 0) != (item->closed != MOON_DATE_NONE)) {
        moon_reconcile_say(r, MOON_E_BOOK_DAMAGED, "the open amount of %.*s does not fit its applications",
                           MOON_STR_ARG(item->number));
        return MOON_OK;
    }
    return stand(r, item, err);
}

static moon_status count_payment(moon_reconciler *r, const void *record, moon_err *err) {
    (void)err;
    if (((const moon_payment *)record)->state == MOON_PAYMENT_POSTED) r->items_expected++;
    return MOON_OK;
}

static moon_status count_adjustment(moon_reconciler *r, const void *record, moon_err *err) {
    (void)record;
    (void)err;
    r->items_expected++;
    return MOON_OK;
}

/* Today's control totals in every currency. */
static moon_status check_controls(moon_reconciler *r, moon_err *err) {
    moon_ageing ageing;
    moon_status status =
        moon_ageing_at(r->change, r->config, MOON_DATE_MAX, MOON_DATE_MAX, MOON_STR_NONE, &ageing, err);
    if (status != MOON_E_CONTROL) return status;
    r->tell(r->ctx, err);
    return MOON_OK;
}

moon_status moon_reconcile_items(moon_reconciler *r, moon_err *err) {
    MOON_TRY(moon_reconcile_each(r, &moon_application_type, check_application, err));
    moon_tally_close(&r->applied);
    MOON_TRY(moon_reconcile_each(r, &moon_item_type, check_item, err));
    MOON_TRY(moon_reconcile_each(r, &moon_payment_type, count_payment, err));
    MOON_TRY(moon_reconcile_each(r, &moon_adjustment_type, count_adjustment, err));
    if (r->items_seen != r->items_expected)
        moon_reconcile_say(r, MOON_E_BOOK_DAMAGED,
                           "%zu documents, payments and adjustments are posted, but there are %zu items",
                           r->items_expected, r->items_seen);
    MOON_TRY(moon_reconcile_each(r, &moon_entry_type, tally_standing, err));
    check_standing(r);
    return check_controls(r, err);
}
