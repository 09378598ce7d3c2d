/* show: one record, with what belongs to it.                                 Floor 6. */
#include "app/cmd_records.h"

#include "app/cmd_show_item.h"
#include "app/difference.h"
#include "app/output.h"
#include "base/limits.h"
#include "books/settlement.h"
#include "books/document.h"
#include "books/grant.h"
#include "books/item.h"
#include "books/party.h"
#include "books/promise.h"
#include "doc/table.h"
#include "run/dun.h"
#include "script/near.h"
#include "store/table.h"

typedef struct show_kind {
    const char *name;
    const moon_type *type;
    int document; /* of this kind only */
} show_kind;

static const show_kind kinds[] = {{"document", &moon_document_type, 0},
                                  {"invoice", &moon_document_type, MOON_DOCUMENT_INVOICE},
                                  {"credit-note", &moon_document_type, MOON_DOCUMENT_CREDIT_NOTE},
                                  {"order", &moon_order_type, 0},
                                  {"account", &moon_account_type, 0},
                                  {"product", &moon_product_type, 0},
                                  {"agreement", &moon_agreement_type, 0},
                                  {"payment", &moon_payment_type, 0},
                                  {"adjustment", &moon_adjustment_type, 0},
                                  {"grant", &moon_grant_type, 0},
                                  {"dispute", &moon_dispute_type, 0},
                                  {"promise", &moon_promise_type, 0},
                                  {"hold", &moon_hold_type, 0},
                                  {"message", &moon_message_type, 0},
                                  {"entry", &moon_entry_type, 0},
                                  {"parked", &moon_parked_type, 0}};
#define KIND_COUNT (sizeof kinds / sizeof *kinds)
/* Those that an id alone is looked up in: a document covers both of its kinds. */
static bool stands_alone(const show_kind *kind) { return kind->document == 0; }

typedef struct found_record {
    const show_kind *kind;
    void *record;
} found_record;

typedef struct showing {
    const show_kind *kind; /* NULL: any */
    moon_str id;
    moon_date as_of;
    found_record found[KIND_COUNT];
    size_t count;
} showing;

/* ---- looking it up ---- */

static bool is_versioned(const moon_type *type) {
    return type == &moon_account_type || type == &moon_product_type || type == &moon_agreement_type;
}

static moon_status find_parked(moon_change *change, moon_str id, moon_parked *out, bool *found,
                               moon_err *err) {
    moon_scan scan;
    moon_status status;
    bool more = true;
    *found = false;
    MOON_TRY(moon_scan_begin(change, &moon_parked_type, MOON_BY_KEY, NULL, 0, NULL, 0, false, &scan, err));
    do {
        status = moon_scan_next(&scan, out, &more, err);
        *found = status == MOON_OK && more && moon_str_eq(out->id, id);
    } while (status == MOON_OK && more && !*found);
    moon_scan_end(&scan);
    return status;
}

/* By id, or the number of an opening item. */
static moon_status find_adjustment(moon_change *change, moon_str id, moon_adjustment *out, bool *found,
                                   moon_err *err) {
    moon_item item;
    MOON_TRY(moon_item_named(change, id, &item, found, err));
    if (!*found || item.kind < MOON_ITEM_WRITE_OFF) {
        *found = false;
        return MOON_OK;
    }
    out->id = item.document;
    return moon_get(change, &moon_adjustment_type, out, found, err);
}

static moon_status look_up(moon_change *change, const showing *s, const show_kind *kind, void *record,
                           bool *found, moon_err *err) {
    const moon_type *type = kind->type;
    if (is_versioned(type)) return moon_version_at(change, type, s->id, s->as_of, record, found, err);
    if (type == &moon_parked_type) return find_parked(change, s->id, record, found, err);
    if (type == &moon_adjustment_type) return find_adjustment(change, s->id, record, found, err);
    if (type == &moon_document_type) {
        MOON_TRY(moon_document_find(change, s->id, record, found, err));
        if (*found && kind->document && ((moon_document *)record)->kind != kind->document) *found = false;
        return MOON_OK;
    }
    *(moon_str *)moon_field_at(moon_type_field(type, MOON_STR("id")), record) = s->id;
    return moon_get(change, type, record, found, err);
}

static moon_status look_up_all(moon_change *change, showing *s, moon_err *err) {
    for (size_t i = 0; i < KIND_COUNT; i++) {
        bool found, wanted = s->kind ? s->kind == &kinds[i] : stands_alone(&kinds[i]);
        if (!wanted) continue;
        void *record = moon_arena_alloc(moon_change_arena(change), kinds[i].type->size);
        moon_status status = look_up(change, s, &kinds[i], record, &found, err);
        if (status == MOON_E_TOO_LARGE) continue; /* longer than any id of that kind */
        if (status != MOON_OK) return status;
        if (found) s->found[s->count++] = (found_record){&kinds[i], record};
    }
    /* Refunds and adjustments have ledger entries of their own ids: the record itself shows them. */
    if (!s->kind && s->count == 2 && s->found[1].kind->type == &moon_entry_type) s->count--;
    /* Work is parked under the id of an order or account: the record itself shows it. */
    if (!s->kind && s->count > 1 && s->found[s->count - 1].kind->type == &moon_parked_type) s->count--;
    return MOON_OK;
}

/* ---- parts of a page ---- */

static void print_table(moon_app *app, const char *title, moon_table *table) {
    moon_buf out = MOON_BUF_EMPTY;
    if (title) moon_app_print(app, "\n%s\n", title);
    moon_table_write_indented(table, title ? 2 : 0, &app->style, &out);
    moon_app_write(app, moon_buf_str(&out));
    moon_buf_free(&out);
}

static void print_fields(moon_app *app, const moon_type *type, const void *record) {
    static const moon_column columns[] = {{{"", 0}, MOON_ALIGN_LEFT}, {{"", 0}, MOON_ALIGN_LEFT}};
    moon_table *table = moon_table_new(&app->arena, columns, 2);
    moon_str *cells = MOON_NEW_N(&app->arena, moon_str, type->field_count + 1);
    moon_cells_of(app, &app->arena, type, record, cells);
    for (size_t i = 0; i < type->field_count; i++)
        if (cells[i].len && type->fields[i].kind != MOON_KIND_LIST)
            moon_table_add(table, (moon_str[]){moon_str_of(type->fields[i].name), cells[i]});
    print_table(app, NULL, table);
}

static bool any_present(const moon_field *field, const moon_list *list, size_t size) {
    for (size_t i = 0; i < list->count; i++)
        if (moon_field_present(field, (const char *)list->items + i * size)) return true;
    return false;
}

/* The columns of a list in which at least one item has a value. */
static void print_list(moon_app *app, const char *title, const moon_type *type, const moon_list *list,
                       moon_currency currency) {
    moon_arena *keep = &app->arena;
    moon_column *columns = MOON_NEW_N(keep, moon_column, type->field_count + 1);
    const moon_field **fields = MOON_NEW_N(keep, const moon_field *, type->field_count + 1);
    moon_str *cells = MOON_NEW_N(keep, moon_str, type->field_count + 1);
    moon_buf text = MOON_BUF_EMPTY;
    size_t count = 0;
    if (list->count == 0) return;
    for (size_t i = 0; i < type->field_count; i++) {
        const moon_field *field = &type->fields[i];
        moon_cell cell = moon_cell_of(type, field);
        if (!any_present(field, list, type->size)) continue;
        columns[count] = (moon_column){moon_str_of(field->name),
                                       cell == MOON_CELL_INT || cell == MOON_CELL_NUMBER ? MOON_ALIGN_RIGHT
                                                                                         : MOON_ALIGN_LEFT};
        fields[count++] = field;
    }
    moon_table *table = moon_table_new(keep, columns, count);
    for (size_t i = 0; i < list->count; i++) {
        const void *item = (const char *)list->items + i * type->size;
        moon_currency own = moon_record_currency(type, item);
        for (size_t k = 0; k < count; k++) {
            moon_buf_clear(&text);
            moon_cell_add(type, fields[k], item, own ? own : currency, app->book->config.currency, &text);
            cells[k] = moon_arena_str(keep, moon_buf_str(&text));
        }
        moon_table_add(table, cells);
    }
    moon_buf_free(&text);
    print_table(app, title, table);
}

static void print_lists(moon_app *app, const moon_type *type, const void *record) {
    moon_currency currency = moon_record_currency(type, record);
    for (size_t i = 0; i < type->field_count; i++) {
        const moon_field *field = &type->fields[i];
        if (field->kind != MOON_KIND_LIST) continue;
        char title[64];
        snprintf(title, sizeof title, "%s", field->name);
        title[0] = (char)(title[0] - 'a' + 'A');
        print_list(app, title, field->of, moon_field_at(field, record), currency);
    }
}

/* ---- what belongs to a record ---- */

#define DOCUMENTS_SHOWN 16 /* an order that was voided and billed anew more often shows the first ones */

/* Documents that bill an order: those of its source, earlier ones that were voided included. */
static moon_status documents_of(moon_app *app, moon_change *change, moon_str order, moon_document **out,
                                size_t *count, moon_err *err) {
    moon_arena *keep = &app->arena;
    moon_document *made = MOON_NEW_N(keep, moon_document, DOCUMENTS_SHOWN);
    size_t n = 0;
    moon_str source = moon_arena_printf(keep, "order/%.*s", MOON_STR_ARG(order));
    for (int i = 1; i <= DOCUMENTS_SHOWN; i++) {
        moon_document document = {.id = moon_document_nth_id(keep, source, i)};
        bool found;
        if (document.id.len > MOON_ID_MAX) break;
        MOON_TRY(moon_get(change, &moon_document_type, &document, &found, err));
        if (!found) break;
        made[n++] = document;
    }
    *out = made;
    *count = n;
    return MOON_OK;
}

static moon_str name_of(const moon_document *document) {
    return document->number.len ? document->number : document->id;
}

static moon_status print_order(moon_app *app, moon_change *change, const moon_order *order, moon_err *err) {
    moon_document *documents;
    size_t count;
    moon_parked parked = {.work = MOON_STR("import"), .id = order->id};
    bool found;
    MOON_TRY(documents_of(app, change, order->id, &documents, &count, err));
    for (size_t i = 0; i < count; i++)
        moon_app_print(app, "\n%s by %.*s (%s): moonbill show document %.*s\n",
                       order->kind == MOON_ORDER_CANCELLATION ? "Credited" : "Billed",
                       MOON_STR_ARG(name_of(&documents[i])), moon_document_states[documents[i].state - 1],
                       MOON_STR_ARG(name_of(&documents[i])));
    MOON_TRY(moon_get(change, &moon_parked_type, &parked, &found, err));
    if (found) moon_app_print(app, "\nTo do: %.*s\n", MOON_STR_ARG(parked.hint));
    return MOON_OK;
}

static moon_status print_document(moon_app *app, moon_change *change, const moon_document *document,
                                  moon_err *err) {
    moon_settlement settlement;
    moon_document *credits, original;
    size_t count;
    char open[MOON_MONEY_TEXT], today[MOON_DATE_TEXT];
    bool found;
    MOON_TRY(moon_settlement_of(change, document, app->book->ctx.today, &settlement, err));
    moon_date_format(app->book->ctx.today, today);
    moon_app_print(app, "\nOn %s: %s", today, moon_standings[settlement.standing]);
    if (settlement.posted) {
        moon_money_format_code((moon_money){settlement.open, document->currency}, open);
        moon_app_print(app, ", %s open", open);
    }
    moon_app_print(app, "\n");
    MOON_TRY(moon_document_credits(change, document->id, &app->arena, &credits, &count, err));
    for (size_t i = 0; i < count; i++)
        moon_app_print(app, "Corrected by %.*s (%s)\n", MOON_STR_ARG(name_of(&credits[i])),
                       moon_document_states[credits[i].state - 1]);
    if (document->corrects.len) {
        original.id = document->corrects;
        MOON_TRY(moon_get(change, &moon_document_type, &original, &found, err));
        if (found) moon_app_print(app, "Corrects %.*s\n", MOON_STR_ARG(name_of(&original)));
    }
    return moon_show_settled(app, change, document->account, document->id, err);
}

/* What each version changed, by the version before it in time. */
static moon_status print_versions(moon_app *app, moon_change *change, const moon_type *type, moon_str id,
                                  moon_err *err) {
    static const moon_column columns[] = {{{"From", 4}, MOON_ALIGN_LEFT},
                                          {{"Version", 7}, MOON_ALIGN_RIGHT},
                                          {{"Changed", 7}, MOON_ALIGN_LEFT}};
    moon_table *table = moon_table_new(&app->arena, columns, 3);
    void *bound = moon_arena_alloc(moon_change_arena(change), type->size), *before = NULL;
    moon_buf words = MOON_BUF_EMPTY;
    moon_scan scan;
    moon_status status = MOON_OK;
    bool more = true;
    size_t versions = 0;
    *(moon_str *)moon_field_at(moon_type_field(type, MOON_STR("id")), bound) = id;
    MOON_TRY(moon_scan_begin(change, type, MOON_BY_KEY, bound, 1, bound, 1, false, &scan, err));
    while (status == MOON_OK) {
        void *record = moon_arena_alloc(moon_change_arena(change), type->size);
        moon_difference *rows;
        size_t count;
        status = moon_scan_next(&scan, record, &more, err);
        if (status != MOON_OK || !more) break;
        moon_str *cells = MOON_NEW_N(&app->arena, moon_str, type->field_count + 1);
        moon_cells_of(app, &app->arena, type, record, cells);
        moon_difference_of(app, type, before, record, &rows, &count);
        moon_buf_clear(&words);
        for (size_t i = 0; before && i < count; i++)
            moon_buf_printf(&words, "%s%.*s: %.*s -> %.*s", i ? "; " : "", MOON_STR_ARG(rows[i].field),
                            MOON_STR_ARG(rows[i].old.len ? rows[i].old : MOON_STR("none")),
                            MOON_STR_ARG(rows[i].new.len ? rows[i].new : MOON_STR("none")));
        moon_table_add(table, (moon_str[]){cells[1], cells[2], moon_buf_str(&words)});
        before = record;
        versions++;
    }
    moon_scan_end(&scan);
    moon_buf_free(&words);
    if (status == MOON_OK && versions > 1) print_table(app, "Versions", table);
    return status;
}

/* What is left of it, and what used it. */
static moon_status print_grant(moon_app *app, moon_change *change, const moon_grant *grant, moon_err *err) {
    static const moon_column columns[] = {{{"Used by", 7}, MOON_ALIGN_LEFT},
                                          {{"Amount", 6}, MOON_ALIGN_RIGHT}};
    moon_arena *keep = &app->arena;
    moon_table *table = moon_table_new(keep, columns, 2);
    moon_burn bound = {.source = moon_arena_printf(keep, "grant/%.*s", MOON_STR_ARG(grant->id))}, one;
    moon_document document;
    moon_scan scan;
    char left[MOON_MONEY_TEXT], amount[MOON_MONEY_TEXT];
    int64_t rest;
    bool more = true, found = false;
    size_t count = 0;
    moon_status status = MOON_OK;
    MOON_TRY(moon_grant_left(change, grant, &rest, err));
    moon_money_format_code((moon_money){rest, grant->currency}, left);
    moon_app_print(app, "\n%s left\n", left);
    MOON_TRY(moon_scan_begin(change, &moon_burn_type, MOON_BY_KEY, &bound, 1, &bound, 1, false, &scan, err));
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &one, &more, err);
        if (status != MOON_OK || !more) break;
        document.id = one.document;
        status = moon_get(change, &moon_document_type, &document, &found, err);
        size_t len = moon_money_format((moon_money){one.amount, one.currency}, amount);
        moon_table_add(table, (moon_str[]){found && document.number.len ? document.number : one.document,
                                           moon_arena_str(keep, (moon_str){amount, len})});
        count++;
    }
    moon_scan_end(&scan);
    if (status == MOON_OK && count) print_table(app, "Used", table);
    return status;
}

/* Kept or not, by the grace that the account's policy gives. */
static moon_status print_promise(moon_app *app, moon_change *change, const moon_promise *promise,
                                 moon_err *err) {
    moon_promise_standing standing;
    int64_t grace, renewals;
    char today[MOON_DATE_TEXT], received[MOON_MONEY_TEXT];
    MOON_TRY(moon_dun_promise_terms(app->book, promise->account, &app->arena, &grace, &renewals, err));
    MOON_TRY(moon_promise_at(change, promise, grace, app->book->ctx.today, &standing, err));
    moon_date_format(app->book->ctx.today, today);
    moon_money_format_code((moon_money){standing.received, promise->currency}, received);
    moon_app_print(app, "\nOn %s: %s, %s received\n", today, moon_promise_states[standing.state - 1],
                   received);
    return MOON_OK;
}

/* ---- pages ---- */

static moon_status print_page(moon_app *app, moon_change *change, const found_record *f, moon_err *err) {
    const moon_type *type = f->kind->type;
    print_fields(app, type, f->record);
    if (((const moon_head *)f->record)->erased) moon_app_print(app, "\nIts personal data was erased.\n");
    print_lists(app, type, f->record);
    if (type == &moon_document_type) return print_document(app, change, f->record, err);
    if (type == &moon_order_type) return print_order(app, change, f->record, err);
    if (type == &moon_grant_type) return print_grant(app, change, f->record, err);
    if (type == &moon_promise_type) return print_promise(app, change, f->record, err);
    if (type == &moon_payment_type || type == &moon_adjustment_type) {
        moon_str account = *(moon_str *)moon_field_at(moon_type_field(type, MOON_STR("account")), f->record),
                 document = *(moon_str *)moon_field_at(moon_type_field(type, MOON_STR("id")), f->record);
        return moon_show_item(app, change, account, document, err);
    }
    if (!is_versioned(type)) return MOON_OK;
    moon_str id = *(moon_str *)moon_field_at(moon_type_field(type, MOON_STR("id")), f->record);
    return print_versions(app, change, type, id, err);
}

static moon_status add_standing(moon_app *app, moon_change *change, const moon_document *document,
                                moon_json *json, moon_err *err) {
    moon_settlement settlement;
    char open[MOON_MONEY_TEXT];
    MOON_TRY(moon_settlement_of(change, document, app->book->ctx.today, &settlement, err));
    moon_json_name(json, "status");
    moon_json_text(json, moon_str_of(moon_standings[settlement.standing]));
    if (!settlement.posted) return MOON_OK;
    size_t len = moon_money_format((moon_money){settlement.open, document->currency}, open);
    moon_json_name(json, "open");
    moon_json_text(json, (moon_str){open, len});
    return MOON_OK;
}

static moon_status print_json(moon_app *app, moon_change *change, const found_record *f, moon_err *err) {
    moon_buf out = MOON_BUF_EMPTY;
    moon_json json = moon_json_begin(&out);
    moon_status status = MOON_OK;
    moon_json_open(&json, '{');
    moon_json_name(&json, "record");
    moon_json_text(&json, moon_str_of(f->kind->type->name));
    moon_json_fields(&json, f->kind->type, f->record, app->book->config.currency);
    if (f->kind->type == &moon_document_type) status = add_standing(app, change, f->record, &json, err);
    moon_json_close(&json, '}');
    if (status == MOON_OK) moon_app_write(app, moon_buf_str(&out));
    moon_buf_free(&out);
    return status;
}

/* ---- the command ---- */

static const show_kind *kind_by_name(moon_str name) {
    for (size_t i = 0; i < KIND_COUNT; i++)
        if (moon_str_is(name, kinds[i].name)) return &kinds[i];
    return NULL;
}

static moon_status ambiguous(const showing *s, moon_err *err) {
    moon_buf all = MOON_BUF_EMPTY;
    for (size_t i = 0; i < s->count; i++)
        moon_buf_printf(&all, "%smoonbill show %s %.*s", i ? ", " : "", s->found[i].kind->name,
                        MOON_STR_ARG(s->id));
    moon_fail(err, MOON_E_USAGE, "%.*s names %zu records", MOON_STR_ARG(s->id), s->count);
    moon_err_hint(err, "choose: %.*s", MOON_STR_ARG(moon_buf_str(&all)));
    moon_buf_free(&all);
    return err->code;
}

static moon_status show(moon_app *app, moon_change *change, void *ctx, moon_err *err) {
    showing *s = ctx;
    MOON_TRY(look_up_all(change, s, err));
    if (s->count > 1) return ambiguous(s, err);
    if (s->count == 0) {
        moon_fail(err, MOON_E_NOT_FOUND, "there is no %s %.*s", s->kind ? s->kind->name : "record",
                  MOON_STR_ARG(s->id));
        return moon_err_hint(
            err, "see: moonbill list documents, orders, payments, accounts, products or agreements");
    }
    if (app->format == MOON_FORMAT_JSON) return print_json(app, change, &s->found[0], err);
    return print_page(app, change, &s->found[0], err);
}

static moon_status read_request(moon_app *app, showing *s, moon_err *err) {
    *s = (showing){.id = moon_app_arg(app, 0), .as_of = MOON_DATE_MAX};
    moon_app_date(app, "as-of", &s->as_of);
    if (moon_app_arg_count(app) == 2) {
        moon_str name = moon_app_arg(app, 0);
        moon_near near = moon_near_begin(name);
        s->kind = kind_by_name(name);
        s->id = moon_app_arg(app, 1);
        for (size_t i = 0; i < KIND_COUNT; i++) moon_near_try(&near, moon_str_of(kinds[i].name));
        if (s->kind) return MOON_OK;
        moon_fail(err, MOON_E_USAGE, "there is no kind of record \"%.*s\"", MOON_STR_ARG(name));
        if (near.best.len) moon_err_hint(err, "did you mean %.*s?", MOON_STR_ARG(near.best));
        return err->code;
    }
    size_t slash = moon_str_find(s->id, '/', 0);
    if (slash < s->id.len && (s->kind = kind_by_name(moon_str_sub(s->id, 0, slash))))
        s->id = moon_str_sub(s->id, slash + 1, s->id.len);
    return MOON_OK;
}

moon_status moon_command_show(moon_app *app, moon_err *err) {
    showing s;
    MOON_TRY(read_request(app, &s, err));
    return moon_app_look(app, show, &s, err);
}
