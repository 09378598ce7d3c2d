/* list: the records of one kind, filtered.                                   Floor 6. */
#include "app/cmd_records.h"

#include "app/filter.h"
#include "books/grant.h"
#include "books/settlement.h"
#include "books/party.h"
#include "books/promise.h"
#include "run/dun.h"
#include "script/near.h"
#include "store/table.h"

typedef struct lister lister;

typedef struct list_kind {
    const char *name, *one;
    const moon_type *type;
    /* Columns of the table in their order; fields that are not named are details. NULL: all fields as the type
     * has them. */
    const char *shown;
    const char *sums; /* columns with totals */
    moon_status (*fill)(lister *l, moon_change *change, moon_err *err);
    int document;      /* documents of this kind only; 0: both */
    const char *many;  /* the rows in words, where that is not the name */
    const char *spare; /* columns to leave out where the terminal is narrow, the first one first */
} list_kind;

struct lister {
    moon_app *app;
    const list_kind *kind;
    moon_heading *headings;
    const moon_field **fields; /* of kind->type, one per heading; NULL for a column computed here */
    const char *const **words; /* what a column may hold, one per heading; NULL for any text */
    size_t count;
    moon_filter filter;
    moon_listing *listing;
    int64_t limit;
    moon_date as_of;
    bool day_given; /* --as-of */
    bool versions;
    moon_arena scratch; /* of one row */
    moon_arena_mark row;
    moon_str *cells;
};

/* ---- headings ---- */

/* The place of a name among words, from 1; 0 if it is not among them. */
static int place_of(const char *words, const char *name) {
    moon_str rest = moon_str_of(words ? words : ""), word;
    for (int place = 1; rest.len && moon_str_cut(&rest, ' ', &word); place++)
        if (moon_str_is(word, name)) return place;
    return 0;
}

static bool names(const char *words, const char *name) { return place_of(words, name) > 0; }

static void add_heading(lister *l, const moon_field *field, const char *const *words, moon_heading heading) {
    if (names(l->kind->sums, heading.name)) heading.flags |= MOON_HEADING_SUM;
    heading.spare = place_of(l->kind->spare, heading.name);
    l->headings[l->count] = heading;
    l->words[l->count] = words;
    l->fields[l->count++] = field;
}

static void add_field(lister *l, const moon_field *field, bool shown) {
    add_heading(l, field, field->names,
                (moon_heading){.name = field->name,
                               .cell = moon_cell_of(l->kind->type, field),
                               .flags = shown ? 0u : MOON_HEADING_DETAIL});
}

/* Types whose records name an item by its document's id, where people know its number. */
static bool is_about_item(const moon_type *type) {
    return type == &moon_reminder_type || type == &moon_promise_type || type == &moon_hold_type;
}

/* Columns that are no fields: how a document stands on the day; lines of ledger entries, a row each. */
static bool add_computed(lister *l, moon_str name) {
    const moon_field *line = moon_type_field(&moon_entry_line_type, name);
    if (l->kind->type == &moon_document_type && moon_str_is(name, "open"))
        add_heading(l, NULL, NULL, (moon_heading){.name = "open", .cell = MOON_CELL_NUMBER});
    else if (l->kind->type == &moon_document_type && moon_str_is(name, "status"))
        add_heading(l, NULL, moon_standings, (moon_heading){.name = "status", .cell = MOON_CELL_TEXT});
    else if (l->kind->type == &moon_promise_type && moon_str_is(name, "state"))
        add_heading(l, NULL, moon_promise_states, (moon_heading){.name = "state", .cell = MOON_CELL_TEXT});
    else if (l->kind->type == &moon_promise_type && moon_str_is(name, "received"))
        add_heading(l, NULL, NULL, (moon_heading){.name = "received", .cell = MOON_CELL_NUMBER});
    else if (is_about_item(l->kind->type) && moon_str_is(name, "number"))
        add_heading(l, NULL, NULL, (moon_heading){.name = "number", .cell = MOON_CELL_TEXT});
    else if (l->kind->type == &moon_payment_type && moon_str_is(name, "unapplied"))
        add_heading(l, NULL, NULL, (moon_heading){.name = "unapplied", .cell = MOON_CELL_NUMBER});
    else if (l->kind->type == &moon_grant_type && moon_str_is(name, "left"))
        add_heading(l, NULL, NULL, (moon_heading){.name = "left", .cell = MOON_CELL_NUMBER});
    else if (l->kind->type == &moon_application_type && moon_str_is(name, "credit"))
        add_heading(l, NULL, NULL, (moon_heading){.name = "credit", .cell = MOON_CELL_TEXT});
    else if (l->kind->type == &moon_application_type && moon_str_is(name, "settles"))
        add_heading(l, NULL, NULL, (moon_heading){.name = "settles", .cell = MOON_CELL_TEXT});
    else if (l->kind->type == &moon_entry_type && line)
        add_heading(l, NULL, NULL,
                    (moon_heading){.name = line->name, .cell = moon_cell_of(&moon_entry_line_type, line)});
    else
        return false;
    return true;
}

static void make_headings(lister *l) {
    const moon_type *type = l->kind->type;
    moon_arena *keep = &l->app->arena;
    moon_str rest = moon_str_of(l->kind->shown ? l->kind->shown : ""), word;
    size_t room = type->field_count + 8; /* computed columns too */
    l->headings = MOON_NEW_N(keep, moon_heading, room);
    l->fields = MOON_NEW_N(keep, const moon_field *, room);
    l->words = MOON_NEW_N(keep, const char *const *, room);
    while (rest.len && moon_str_cut(&rest, ' ', &word)) {
        const moon_field *field = moon_type_field(type, word);
        if (field)
            add_field(l, field, true);
        else {
            bool known = add_computed(l, word);
            moon_assert(known);
        }
    }
    for (size_t i = 0; i < type->field_count; i++)
        if (!names(l->kind->shown, type->fields[i].name))
            add_field(l, &type->fields[i], !l->kind->shown && !(type->fields[i].flags & MOON_DETAIL));
    l->cells = MOON_NEW_N(keep, moon_str, l->count + 1);
}

/* ---- rows ---- */

static bool is_full(const lister *l) {
    return l->limit >= 0 && moon_listing_count(l->listing) >= (size_t)l->limit;
}

/* Cells of the fields; those that are computed stay empty. */
static void fill_cells(lister *l, const void *record) {
    const moon_type *type = l->kind->type;
    moon_currency currency = moon_record_currency(type, record);
    moon_buf text = MOON_BUF_EMPTY;
    moon_arena_rewind(&l->scratch, l->row);
    for (size_t i = 0; i < l->count; i++) {
        l->cells[i] = MOON_STR_NONE;
        if (!l->fields[i]) continue;
        moon_buf_clear(&text);
        moon_cell_add(type, l->fields[i], record, currency, l->app->book->config.currency, &text);
        l->cells[i] = moon_arena_str(&l->scratch, moon_buf_str(&text));
    }
    moon_buf_free(&text);
}

static void emit(lister *l, const void *record) {
    fill_cells(l, record);
    if (!is_full(l) && moon_filter_match(&l->filter, l->headings, l->cells))
        moon_listing_add_record(l->listing, l->cells, l->kind->type, record);
}

/* ---- kinds ---- */

typedef moon_status (*row_fn)(lister *l, moon_change *change, void *record, moon_err *err);

static moon_status walk(lister *l, moon_change *change, int index, const void *bound, row_fn row,
                        moon_err *err) {
    void *record = moon_arena_alloc(&l->app->arena, l->kind->type->size);
    moon_scan scan;
    bool more = true;
    MOON_TRY(moon_scan_begin(change, l->kind->type, index, bound, bound ? 1 : 0, bound, bound ? 1 : 0, false,
                             &scan, err));
    moon_arena_mark mark = moon_arena_here(moon_change_arena(change));
    moon_status status = MOON_OK;
    while (status == MOON_OK && !is_full(l)) {
        status = moon_scan_next(&scan, record, &more, err);
        if (status != MOON_OK || !more) break;
        status = row(l, change, record, err);
        moon_arena_rewind(moon_change_arena(change), mark);
    }
    moon_scan_end(&scan);
    return status;
}

static moon_status plain_row(lister *l, moon_change *change, void *record, moon_err *err) {
    (void)change, (void)err;
    emit(l, record);
    return MOON_OK;
}

static moon_status fill_plain(lister *l, moon_change *change, moon_err *err) {
    return walk(l, change, MOON_BY_KEY, NULL, plain_row, err);
}

/* Accounts, products, agreements: one row for each, unless all versions are wanted. */
static moon_status fill_versions(lister *l, moon_change *change, moon_err *err) {
    const moon_type *type = l->kind->type;
    const moon_field *id = moon_type_field(type, MOON_STR("id"));
    if (l->versions) return fill_plain(l, change, err);
    void *record = moon_arena_alloc(&l->app->arena, type->size);
    moon_buf last = MOON_BUF_EMPTY;
    moon_scan scan;
    bool more = true, found;
    MOON_TRY(moon_scan_begin(change, type, MOON_BY_KEY, NULL, 0, NULL, 0, false, &scan, err));
    moon_arena_mark mark = moon_arena_here(moon_change_arena(change));
    moon_status status = MOON_OK;
    while (status == MOON_OK && !is_full(l)) {
        status = moon_scan_next(&scan, record, &more, err);
        if (status != MOON_OK || !more) break;
        moon_str own = *(moon_str *)moon_field_at(id, record);
        if (!moon_str_eq(own, moon_buf_str(&last))) {
            moon_buf_clear(&last);
            moon_buf_add_str(&last, own);
            status = moon_version_at(change, type, moon_buf_str(&last), l->as_of, record, &found, err);
            if (status == MOON_OK && found) emit(l, record);
        }
        moon_arena_rewind(moon_change_arena(change), mark);
    }
    moon_scan_end(&scan);
    moon_buf_free(&last);
    return status;
}

static moon_status document_row(lister *l, moon_change *change, void *record, moon_err *err) {
    const moon_document *document = record;
    moon_settlement settlement;
    char text[MOON_MONEY_TEXT];
    if (l->kind->document && document->kind != l->kind->document) return MOON_OK;
    MOON_TRY(moon_settlement_of(change, document, l->as_of, &settlement, err));
    if (settlement.standing == MOON_STANDING_NOT_YET && l->day_given && l->kind->document) return MOON_OK;
    fill_cells(l, record);
    for (size_t i = 0; i < l->count; i++) {
        if (l->fields[i]) continue;
        if (strcmp(l->headings[i].name, "status") == 0)
            l->cells[i] = moon_str_of(moon_standings[settlement.standing]);
        else if (settlement.posted) {
            size_t len = moon_money_format((moon_money){settlement.open, document->currency}, text);
            l->cells[i] = moon_arena_str(&l->scratch, (moon_str){text, len});
        }
    }
    if (is_full(l) || !moon_filter_match(&l->filter, l->headings, l->cells)) return MOON_OK;
    if (settlement.standing == MOON_STANDING_VOID || settlement.standing == MOON_STANDING_NOT_YET)
        moon_listing_add_apart(l->listing, l->cells);
    else
        moon_listing_add(l->listing, l->cells);
    return MOON_OK;
}

static moon_status fill_numbered(lister *l, moon_change *change, moon_err *err) {
    moon_document bound = {.kind = l->kind->document};
    return walk(l, change, moon_type_index(&moon_document_type, "number"), &bound, document_row, err);
}
static moon_status fill_drafts(lister *l, moon_change *change, moon_err *err) {
    return walk(l, change, moon_type_index(&moon_document_type, "work"), NULL, document_row, err);
}
static moon_status fill_documents(lister *l, moon_change *change, moon_err *err) {
    return walk(l, change, MOON_BY_KEY, NULL, document_row, err);
}

/* Voided items stay in the list, but nothing is owed for them. */
static moon_status item_row(lister *l, moon_change *change, void *record, moon_err *err) {
    const moon_item *item = record;
    (void)change, (void)err;
    fill_cells(l, record);
    if (is_full(l) || !moon_filter_match(&l->filter, l->headings, l->cells)) return MOON_OK;
    if (item->voided != MOON_DATE_NONE && l->app->format == MOON_FORMAT_TABLE)
        moon_listing_add_apart(l->listing, l->cells);
    else
        moon_listing_add_record(l->listing, l->cells, l->kind->type, record);
    return MOON_OK;
}

static moon_status fill_items(lister *l, moon_change *change, moon_err *err) {
    return walk(l, change, MOON_BY_KEY, NULL, item_row, err);
}

/* What of a receipt settles nothing yet, where it came in. */
static moon_status payment_row(lister *l, moon_change *change, void *record, moon_err *err) {
    const moon_payment *payment = record;
    moon_item item = {.account = payment->account, .document = payment->id};
    bool found = false;
    char text[MOON_MONEY_TEXT];
    if (payment->kind == MOON_PAYMENT_RECEIPT)
        MOON_TRY(moon_get(change, &moon_item_type, &item, &found, err));
    fill_cells(l, record);
    for (size_t i = 0; found && i < l->count; i++) {
        if (l->fields[i]) continue;
        size_t len = moon_money_format((moon_money){-item.open, payment->currency}, text);
        l->cells[i] = moon_arena_str(&l->scratch, (moon_str){text, len});
    }
    if (!is_full(l) && moon_filter_match(&l->filter, l->headings, l->cells))
        moon_listing_add(l->listing, l->cells);
    return MOON_OK;
}

static moon_status fill_payments(lister *l, moon_change *change, moon_err *err) {
    return walk(l, change, moon_type_index(&moon_payment_type, "account"), NULL, payment_row, err);
}

static moon_status fill_prepaid(lister *l, moon_change *change, moon_err *err) {
    return walk(l, change, moon_type_index(&moon_payment_type, "prepaid"), NULL, payment_row, err);
}

/* What issued documents left of a grant. */
static moon_status grant_row(lister *l, moon_change *change, void *record, moon_err *err) {
    const moon_grant *grant = record;
    int64_t left;
    char text[MOON_MONEY_TEXT];
    MOON_TRY(moon_grant_left(change, grant, &left, err));
    fill_cells(l, record);
    for (size_t i = 0; i < l->count; i++) {
        if (l->fields[i]) continue;
        size_t len = moon_money_format((moon_money){left, grant->currency}, text);
        l->cells[i] = moon_arena_str(&l->scratch, (moon_str){text, len});
    }
    if (!is_full(l) && moon_filter_match(&l->filter, l->headings, l->cells))
        moon_listing_add(l->listing, l->cells);
    return MOON_OK;
}

static moon_status fill_grants(lister *l, moon_change *change, moon_err *err) {
    return walk(l, change, MOON_BY_KEY, NULL, grant_row, err);
}

/* Both sides by the numbers that people know them by. */
static moon_status application_row(lister *l, moon_change *change, void *record, moon_err *err) {
    const moon_application *application = record;
    moon_item credit = {.account = application->account, .document = application->source},
              settles = {.account = application->account, .document = application->target};
    bool found;
    MOON_TRY(moon_get(change, &moon_item_type, &credit, &found, err));
    if (found) MOON_TRY(moon_get(change, &moon_item_type, &settles, &found, err));
    fill_cells(l, record);
    for (size_t i = 0; found && i < l->count; i++)
        if (!l->fields[i])
            l->cells[i] = strcmp(l->headings[i].name, "credit") == 0 ? credit.number : settles.number;
    if (!is_full(l) && moon_filter_match(&l->filter, l->headings, l->cells))
        moon_listing_add(l->listing, l->cells);
    return MOON_OK;
}

static moon_status fill_applications(lister *l, moon_change *change, moon_err *err) {
    return walk(l, change, MOON_BY_KEY, NULL, application_row, err);
}

/* "" where it is about the whole account. */
static moon_status number_of(moon_change *change, moon_str account, moon_str document, moon_str *out,
                             moon_err *err) {
    moon_item item = {.account = account, .document = document};
    bool found = false;
    if (document.len) MOON_TRY(moon_get(change, &moon_item_type, &item, &found, err));
    *out = found ? item.number : MOON_STR_NONE;
    return MOON_OK;
}

static moon_str text_field(const lister *l, const char *name, const void *record) {
    return *(const moon_str *)moon_field_at(moon_type_field(l->kind->type, moon_str_of(name)), record);
}

static moon_status about_item_row(lister *l, moon_change *change, void *record, moon_err *err) {
    moon_str number;
    MOON_TRY(
        number_of(change, text_field(l, "account", record), text_field(l, "document", record), &number, err));
    fill_cells(l, record);
    for (size_t i = 0; i < l->count; i++)
        if (!l->fields[i]) l->cells[i] = number;
    if (!is_full(l) && moon_filter_match(&l->filter, l->headings, l->cells))
        moon_listing_add(l->listing, l->cells);
    return MOON_OK;
}

static moon_status fill_reminders(lister *l, moon_change *change, moon_err *err) {
    return walk(l, change, moon_type_index(&moon_reminder_type, "date"), NULL, about_item_row, err);
}

static moon_status fill_holds(lister *l, moon_change *change, moon_err *err) {
    return walk(l, change, MOON_BY_KEY, NULL, about_item_row, err);
}

/* Whether it was kept goes by the grace that the account's policy gives. */
static moon_status promise_row(lister *l, moon_change *change, void *record, moon_err *err) {
    const moon_promise *promise = record;
    moon_promise_standing standing;
    int64_t grace, renewals;
    moon_str number;
    char text[MOON_MONEY_TEXT];
    MOON_TRY(number_of(change, promise->account, promise->document, &number, err));
    MOON_TRY(moon_dun_promise_terms(l->app->book, promise->account, &l->app->arena, &grace, &renewals, err));
    MOON_TRY(moon_promise_at(change, promise, grace, l->as_of, &standing, err));
    fill_cells(l, record);
    for (size_t i = 0; i < l->count; i++) {
        if (l->fields[i]) continue;
        bool state = strcmp(l->headings[i].name, "state") == 0;
        size_t len = moon_money_format((moon_money){standing.received, promise->currency}, text);
        l->cells[i] = strcmp(l->headings[i].name, "number") == 0 ? number
                      : state ? moon_str_of(moon_promise_states[standing.state - 1])
                              : moon_arena_str(&l->scratch, (moon_str){text, len});
    }
    if (!is_full(l) && moon_filter_match(&l->filter, l->headings, l->cells))
        moon_listing_add(l->listing, l->cells);
    return MOON_OK;
}

static moon_status fill_promises(lister *l, moon_change *change, moon_err *err) {
    return walk(l, change, MOON_BY_KEY, NULL, promise_row, err);
}

/* One row for each line of the entry. */
static moon_status entry_row(lister *l, moon_change *change, void *record, moon_err *err) {
    const moon_entry *entry = record;
    moon_buf text = MOON_BUF_EMPTY;
    (void)change, (void)err;
    for (size_t n = 0; n < entry->lines.count && !is_full(l); n++) {
        const moon_entry_line *line = MOON_AT(moon_entry_line, entry->lines, n);
        fill_cells(l, record);
        for (size_t i = 0; i < l->count; i++) {
            if (l->fields[i]) continue;
            const moon_field *field =
                moon_type_field(&moon_entry_line_type, moon_str_of(l->headings[i].name));
            moon_buf_clear(&text);
            moon_cell_add(&moon_entry_line_type, field, line, line->currency, l->app->book->config.currency,
                          &text);
            l->cells[i] = moon_arena_str(&l->scratch, moon_buf_str(&text));
        }
        if (moon_filter_match(&l->filter, l->headings, l->cells)) moon_listing_add(l->listing, l->cells);
    }
    moon_buf_free(&text);
    return MOON_OK;
}

static moon_status fill_booked(lister *l, moon_change *change, moon_err *err) {
    return walk(l, change, moon_type_index(&moon_entry_type, "booked"), NULL, entry_row, err);
}

static moon_status fill_audit(lister *l, moon_change *change, moon_err *err) {
    moon_arena_mark mark = moon_arena_here(moon_change_arena(change));
    for (uint64_t seq = 1; seq <= moon_change_seq(change) && !is_full(l); seq++) {
        moon_audit audit;
        MOON_TRY(moon_audit_get(change, seq, &audit, err));
        emit(l, &audit);
        moon_arena_rewind(moon_change_arena(change), mark);
    }
    return MOON_OK;
}

#define DOCUMENT_COLUMNS "number order account date due currency net tax total open status"
#define DOCUMENT_SPARE "currency order due tax net date"

static const list_kind kinds[] = {
    {"accounts", "account", &moon_account_type, NULL, NULL, fill_versions, 0, NULL,
     "version currency tags plan tax_id terms region phone attention email postcode street from city"},
    {"products", "product", &moon_product_type, NULL, NULL, fill_versions, 0, NULL,
     "version currency revenue tags unit tax_category from"},
    {"agreements", "agreement", &moon_agreement_type, NULL, NULL, fill_versions, 0, NULL,
     "version tags reference terms"},
    {"orders", "order", &moon_order_type, "id kind state account date lines currency value reason", "value",
     fill_plain, 0, NULL, "currency lines kind date reason"},
    {"events", "event", &moon_event_type, "id account meter day quantity tags corrects corrected_by", NULL,
     fill_plain, 0, NULL, "tags time corrects corrected_by"},
    {"grants", "grant", &moon_grant_type,
     "id account from expires currency amount left priority charges text", "amount left", fill_grants, 0,
     NULL, "currency priority charges text"},
    {"burns", "burn", &moon_burn_type, NULL, "amount", fill_plain, 0, NULL, "currency"},
    {"usage", "usage", &moon_usage_type, NULL, NULL, fill_plain, 0, NULL, NULL},
    {"invoices", "invoice", &moon_document_type, DOCUMENT_COLUMNS, "net tax total open", fill_numbered,
     MOON_DOCUMENT_INVOICE, NULL, DOCUMENT_SPARE},
    {"credit-notes", "credit-note", &moon_document_type, DOCUMENT_COLUMNS, "net tax total open",
     fill_numbered, MOON_DOCUMENT_CREDIT_NOTE, "credit notes", DOCUMENT_SPARE},
    {"drafts", "draft", &moon_document_type,
     "id kind account lines currency net tax total status approval_rule", "net tax total", fill_drafts, 0,
     NULL, "currency lines tax net status"},
    {"documents", "document", &moon_document_type, "id kind " DOCUMENT_COLUMNS, "net tax total open",
     fill_documents, 0, NULL, DOCUMENT_SPARE " kind"},
    {"items", "item", &moon_item_type, "number kind account date due currency amount open closed voided",
     "amount open", fill_items, 0, NULL, "currency kind voided closed date"},
    {"payments", "payment", &moon_payment_type,
     "id kind state account date currency amount unapplied method remittance", "amount unapplied",
     fill_payments, 0, NULL, "currency method kind state remittance"},
    {"prepaid", "prepaid", &moon_payment_type,
     "id account date expires priority currency amount unapplied remittance", "amount unapplied",
     fill_prepaid, 0, "prepaid money", "currency priority remittance"},
    {"adjustments", "adjustment", &moon_adjustment_type,
     "id kind account date currency amount settles against reason", "amount", fill_plain, 0, NULL,
     "currency against settles"},
    {"applications", "application", &moon_application_type,
     "account credit settles currency amount date booked rule", "amount", fill_applications, 0, NULL,
     "currency booked rule"},
    {"disputes", "dispute", &moon_dispute_type,
     "id account state currency amount upheld opened closed reason outcome", "amount upheld", fill_plain, 0,
     NULL, "currency outcome opened closed"},
    {"promises", "promise", &moon_promise_type,
     "id account number currency amount received made by state contact", "amount received", fill_promises, 0,
     NULL, "currency contact made"},
    {"holds", "hold", &moon_hold_type, "id account number from until reason", NULL, fill_holds, 0, NULL,
     "number"},
    {"reminders", "reminder", &moon_reminder_type,
     "date account number step name currency due fee interest policy", "due fee interest", fill_reminders, 0,
     NULL, "currency policy"},
    {"messages", "message", &moon_message_type, "id state account date layout step currency due file", "due",
     fill_plain, 0, NULL, "currency account date"},
    {"entries", "entry", &moon_entry_type, "id date booked account party currency amount base", "amount base",
     fill_booked, 0, NULL, "booked currency base"},
    {"balances", "balance", &moon_balance_type, NULL, NULL, fill_plain, 0, NULL, NULL},
    {"series", "series", &moon_series_type, NULL, NULL, fill_plain, 0, NULL, NULL},
    {"gaps", "gap", &moon_gap_type, NULL, NULL, fill_plain, 0, NULL, NULL},
    {"closings", "closing", &moon_closing_type, NULL, NULL, fill_plain, 0, NULL, NULL},
    {"occurrences", "occurrence", &moon_occurrence_type, "schedule date time state result files", NULL,
     fill_plain, 0, NULL, "time files"},
    {"claims", "claim", &moon_claim_type, NULL, NULL, fill_plain, 0, NULL, "cause line"},
    {"closures", "closure", &moon_closure_type, NULL, NULL, fill_plain, 0, NULL, "engine sources"},
    {"parked", "parked", &moon_parked_type, "work id account lines currency amount since reason", "amount",
     fill_plain, 0, "parked work", "currency lines amount since account"},
    {"audit", "audit", &moon_audit_type, "seq time operator action subject records today note", NULL,
     fill_audit, 0, NULL, "records today"}};
#define KIND_COUNT (sizeof kinds / sizeof *kinds)

bool moon_list_columns(moon_str kind, const char **shown, const char **sums, const char **spare) {
    for (size_t i = 0; i < KIND_COUNT; i++) {
        const char *name = kinds[i].name;
        size_t at = 0;
        while (at < kind.len && name[at] &&
               (name[at] == kind.ptr[at] || (name[at] == '-' && kind.ptr[at] == '_')))
            at++;
        if (at < kind.len || name[at]) continue;
        *shown = kinds[i].shown;
        *sums = kinds[i].sums;
        *spare = kinds[i].spare;
        return true;
    }
    return false;
}

/* ---- the command ---- */

static moon_status find_kind(moon_str name, const list_kind **out, moon_err *err) {
    moon_near near = moon_near_begin(name);
    moon_buf all = MOON_BUF_EMPTY;
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (moon_str_is(name, kinds[i].name) || moon_str_is(name, kinds[i].one)) {
            *out = &kinds[i];
            moon_buf_free(&all);
            return MOON_OK;
        }
        moon_near_try(&near, moon_str_of(kinds[i].name));
        moon_buf_printf(&all, "%s%s", i ? ", " : "", kinds[i].name);
    }
    moon_fail(err, MOON_E_USAGE, "there is no list of \"%.*s\"; there are %.*s", MOON_STR_ARG(name),
              MOON_STR_ARG(moon_buf_str(&all)));
    moon_buf_free(&all);
    if (near.best.len) moon_err_hint(err, "did you mean %.*s?", MOON_STR_ARG(near.best));
    return err->code;
}

static moon_status fill(moon_app *app, moon_change *change, void *ctx, moon_err *err) {
    lister *l = ctx;
    (void)app;
    return l->kind->fill(l, change, err);
}

/* --as-of chooses versions, or the day on which documents stand as they do; other kinds have no use for it. */
static moon_status read_day(moon_app *app, lister *l, moon_err *err) {
    bool versioned = l->kind->fill == fill_versions;
    bool given = moon_app_date(app, "as-of", &l->as_of);
    l->versions = moon_app_flag(app, "versions");
    if (l->versions && !versioned)
        return moon_fail(err, MOON_E_USAGE, "--versions is for accounts, products and agreements");
    l->day_given = given;
    if (given && !versioned && l->kind->type != &moon_document_type)
        return moon_fail(err, MOON_E_USAGE, "--as-of is for accounts, products, agreements and documents");
    if (!given) l->as_of = versioned ? MOON_DATE_MAX : app->book->ctx.today;
    return MOON_OK;
}

/* Reads the options, then looks; the listing is left for its end. */
static moon_status run_list(moon_app *app, lister *l, size_t *filters, moon_err *err) {
    moon_pair *pairs;
    MOON_TRY(find_kind(moon_app_arg(app, 0), &l->kind, err));
    MOON_TRY(read_day(app, l, err));
    moon_app_int(app, "limit", &l->limit);
    make_headings(l);
    MOON_TRY(moon_app_pairs(app, 1, true, &pairs, filters, err));
    moon_filter_columns columns = {l->kind->name, l->headings, l->words, l->count};
    MOON_TRY(moon_filter_make(&columns, pairs, *filters, &app->arena, &l->filter, err));
    l->listing = moon_listing_begin(app, l->headings, l->count);
    return moon_app_look(app, fill, l, err);
}

moon_status moon_command_list(moon_app *app, moon_err *err) {
    lister l = {.app = app, .limit = -1};
    size_t filters = 0;
    moon_arena_alloc(&l.scratch, 1);
    l.row = moon_arena_here(&l.scratch);
    moon_status status = run_list(app, &l, &filters, err);
    moon_arena_free(&l.scratch);
    if (status != MOON_OK) return status;
    moon_str none = moon_arena_printf(&app->arena, "No %s%s", l.kind->many ? l.kind->many : l.kind->name,
                                      filters || l.limit == 0 ? " that fit." : " yet.");
    return moon_listing_end(l.listing, none.ptr, err);
}
