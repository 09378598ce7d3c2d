#include "books/records.h"

const char *const moon_order_kinds[] = {"sale", "cancellation", NULL};
const char *const moon_order_states[] = {"due", "billed", "held", "no_sale", NULL};
const char *const moon_line_kinds[] = {"product", "charge", "discount", NULL};
const char *const moon_document_kinds[] = {"invoice", "credit_note", NULL};
const char *const moon_document_states[] = {"draft", "approved", "issued", "void", NULL};

/* The fields of one type, and their number. */
#define FIELDS(name, LIST) static const moon_field name##_fields[] = {LIST(MOON_FIELD_ROW)}
#define FIELD_COUNT(name) .fields = name##_fields, .field_count = sizeof name##_fields / sizeof *name##_fields

/* ---- parts of records, in lists only ---- */

#define MOON_THIS moon_order_line
FIELDS(order_line, MOON_ORDER_LINE_FIELDS);
#undef MOON_THIS
#define MOON_THIS moon_line
FIELDS(line, MOON_LINE_FIELDS);
#undef MOON_THIS
#define MOON_THIS moon_tax
FIELDS(tax, MOON_TAX_FIELDS);
#undef MOON_THIS
#define MOON_THIS moon_approval
FIELDS(approval, MOON_APPROVAL_FIELDS);
#undef MOON_THIS
#define MOON_THIS moon_input
FIELDS(input, MOON_INPUT_FIELDS);
#undef MOON_THIS
#define MOON_THIS moon_entry_line
FIELDS(entry_line, MOON_ENTRY_LINE_FIELDS);
#undef MOON_THIS
#define MOON_THIS moon_source
FIELDS(source, MOON_SOURCE_FIELDS);
#undef MOON_THIS

const moon_type moon_order_line_type = {
    .name = "order line", .plural = "order lines", .size = sizeof(moon_order_line), FIELD_COUNT(order_line)};
const moon_type moon_line_type = {
    .name = "line", .plural = "lines", .size = sizeof(moon_line), FIELD_COUNT(line)};
const moon_type moon_tax_type = {
    .name = "tax", .plural = "taxes", .size = sizeof(moon_tax), FIELD_COUNT(tax)};
const moon_type moon_approval_type = {
    .name = "approval", .plural = "approvals", .size = sizeof(moon_approval), FIELD_COUNT(approval)};
const moon_type moon_input_type = {
    .name = "input", .plural = "inputs", .size = sizeof(moon_input), FIELD_COUNT(input)};
const moon_type moon_entry_line_type = {
    .name = "entry line", .plural = "entry lines", .size = sizeof(moon_entry_line), FIELD_COUNT(entry_line)};
const moon_type moon_source_type = {
    .name = "source", .plural = "sources", .size = sizeof(moon_source), FIELD_COUNT(source)};

/* ---- records under keys of their own ---- */

#define MOON_THIS moon_book_facts
FIELDS(book, MOON_BOOK_FIELDS);
#undef MOON_THIS
#define MOON_THIS moon_account
FIELDS(account, MOON_ACCOUNT_FIELDS);
#undef MOON_THIS
#define MOON_THIS moon_product
FIELDS(product, MOON_PRODUCT_FIELDS);
#undef MOON_THIS
#define MOON_THIS moon_agreement
FIELDS(agreement, MOON_AGREEMENT_FIELDS);
#undef MOON_THIS
#define MOON_THIS moon_order
FIELDS(order, MOON_ORDER_FIELDS);
#undef MOON_THIS
#define MOON_THIS moon_document
FIELDS(document, MOON_DOCUMENT_FIELDS);
#undef MOON_THIS
#define MOON_THIS moon_claim
FIELDS(claim, MOON_CLAIM_FIELDS);
#undef MOON_THIS
#define MOON_THIS moon_application
FIELDS(application, MOON_APPLICATION_FIELDS);
#undef MOON_THIS
#define MOON_THIS moon_item
FIELDS(item, MOON_ITEM_FIELDS);
#undef MOON_THIS
#define MOON_THIS moon_entry
FIELDS(entry, MOON_ENTRY_FIELDS);
#undef MOON_THIS
#define MOON_THIS moon_balance
FIELDS(balance, MOON_BALANCE_FIELDS);
#undef MOON_THIS
#define MOON_THIS moon_series
FIELDS(series, MOON_SERIES_FIELDS);
#undef MOON_THIS
#define MOON_THIS moon_closure
FIELDS(closure, MOON_CLOSURE_FIELDS);
#undef MOON_THIS
#define MOON_THIS moon_blob
FIELDS(blob, MOON_BLOB_FIELDS);
#undef MOON_THIS
#define MOON_THIS moon_parked
FIELDS(parked, MOON_PARKED_FIELDS);
#undef MOON_THIS
#define MOON_THIS moon_touch
FIELDS(touch, MOON_TOUCH_FIELDS);
#undef MOON_THIS
#define MOON_THIS moon_audit
FIELDS(audit, MOON_AUDIT_FIELDS);
#undef MOON_THIS

static const struct moon_move order_moves[] = {
    {0, MOON_ORDER_DUE},
    {0, MOON_ORDER_HELD},
    {0, MOON_ORDER_NO_SALE},
    {MOON_ORDER_DUE, MOON_ORDER_BILLED},
    {MOON_ORDER_DUE, MOON_ORDER_HELD},
    {MOON_ORDER_DUE, MOON_ORDER_NO_SALE},
    {MOON_ORDER_HELD, MOON_ORDER_DUE},
    {MOON_ORDER_HELD, MOON_ORDER_NO_SALE},
    {MOON_ORDER_NO_SALE, MOON_ORDER_DUE},
    {MOON_ORDER_NO_SALE, MOON_ORDER_HELD},
    {MOON_ORDER_BILLED, MOON_ORDER_DUE}, /* its document was voided */
    {0, 0}};
static const struct moon_move document_moves[] = {{0, MOON_STATE_DRAFT},
                                                  {MOON_STATE_DRAFT, MOON_STATE_APPROVED},
                                                  {MOON_STATE_APPROVED, MOON_STATE_DRAFT},
                                                  {MOON_STATE_APPROVED, MOON_STATE_ISSUED},
                                                  {MOON_STATE_ISSUED, MOON_STATE_VOID},
                                                  {0, 0}};

static bool order_is_due(const void *record) { return ((const moon_order *)record)->state == MOON_ORDER_DUE; }
static bool order_is_not_billed(const void *record) {
    int state = ((const moon_order *)record)->state;
    return state == MOON_ORDER_HELD || state == MOON_ORDER_NO_SALE;
}
static bool document_is_open_work(const void *record) {
    int state = ((const moon_document *)record)->state;
    return state == MOON_STATE_DRAFT || state == MOON_STATE_APPROVED;
}
static bool document_is_numbered(const void *record) {
    return ((const moon_document *)record)->number.len > 0;
}
static bool item_is_open(const void *record) { return ((const moon_item *)record)->open != 0; }
static bool item_is_closed(const void *record) {
    return ((const moon_item *)record)->closed != MOON_DATE_NONE;
}

const moon_type moon_book_facts_type = {.name = "book",
                                        .plural = "books",
                                        .number = 0x10,
                                        .size = sizeof(moon_book_facts),
                                        FIELD_COUNT(book),
                                        .key = {"format"}};

const moon_type moon_account_type = {.name = "account",
                                     .plural = "accounts",
                                     .number = 0x20,
                                     .size = sizeof(moon_account),
                                     FIELD_COUNT(account),
                                     .key = {"id", "from", "version"},
                                     .account = "id"};

const moon_type moon_product_type = {.name = "product",
                                     .plural = "products",
                                     .number = 0x21,
                                     .size = sizeof(moon_product),
                                     FIELD_COUNT(product),
                                     .key = {"id", "from", "version"}};

const moon_type moon_agreement_type = {.name = "agreement",
                                       .plural = "agreements",
                                       .number = 0x22,
                                       .size = sizeof(moon_agreement),
                                       FIELD_COUNT(agreement),
                                       .key = {"id", "from", "version"},
                                       .indexes = {{"account", {"account"}, NULL}}};

const moon_type moon_order_type = {.name = "order",
                                   .plural = "orders",
                                   .number = 0x23,
                                   .size = sizeof(moon_order),
                                   FIELD_COUNT(order),
                                   .key = {"id"},
                                   .state = "state",
                                   .moves = order_moves,
                                   .indexes = {{"due", {"account", "date"}, order_is_due},
                                               {"not_billed", {"state", "id"}, order_is_not_billed},
                                               {"account", {"account", "date"}, NULL}}};

const moon_type moon_document_type = {.name = "document",
                                      .plural = "documents",
                                      .number = 0x30,
                                      .size = sizeof(moon_document),
                                      FIELD_COUNT(document),
                                      .key = {"id"},
                                      .state = "state",
                                      .moves = document_moves,
                                      .indexes = {{"work", {"account", "kind"}, document_is_open_work},
                                                  {"number", {"kind", "number"}, document_is_numbered},
                                                  {"account", {"account", "date"}, NULL},
                                                  {"corrects", {"corrects"}, NULL}}};

const moon_type moon_claim_type = {.name = "claim",
                                   .plural = "claims",
                                   .number = 0x31,
                                   .size = sizeof(moon_claim),
                                   FIELD_COUNT(claim),
                                   .key = {"source", "line", "start", "cause"}};

const moon_type moon_application_type = {.name = "application",
                                         .plural = "applications",
                                         .number = 0x32,
                                         .size = sizeof(moon_application),
                                         FIELD_COUNT(application),
                                         .key = {"account", "source", "target", "ordinal"},
                                         .indexes = {{"target", {"account", "target"}, NULL}}};

const moon_type moon_item_type = {.name = "item",
                                  .plural = "items",
                                  .number = 0x33,
                                  .size = sizeof(moon_item),
                                  FIELD_COUNT(item),
                                  .key = {"account", "document"},
                                  .derived = true,
                                  .indexes = {{"open", {"account", "due"}, item_is_open},
                                              {"closed", {"closed", "account"}, item_is_closed}}};

const moon_type moon_entry_type = {.name = "entry",
                                   .plural = "entries",
                                   .number = 0x40,
                                   .size = sizeof(moon_entry),
                                   FIELD_COUNT(entry),
                                   .key = {"id"},
                                   .indexes = {{"booked", {"booked"}, NULL}}};

const moon_type moon_balance_type = {.name = "balance",
                                     .plural = "balances",
                                     .number = 0x41,
                                     .size = sizeof(moon_balance),
                                     FIELD_COUNT(balance),
                                     .key = {"account", "currency", "date"},
                                     .derived = true};

const moon_type moon_series_type = {.name = "series",
                                    .plural = "series",
                                    .number = 0x42,
                                    .size = sizeof(moon_series),
                                    FIELD_COUNT(series),
                                    .key = {"kind", "year"}};

const moon_type moon_closure_type = {.name = "closure",
                                     .plural = "closures",
                                     .number = 0x50,
                                     .size = sizeof(moon_closure),
                                     FIELD_COUNT(closure),
                                     .key = {"id"}};

const moon_type moon_blob_type = {.name = "blob",
                                  .plural = "blobs",
                                  .number = 0x51,
                                  .size = sizeof(moon_blob),
                                  FIELD_COUNT(blob),
                                  .key = {"id"}};

const moon_type moon_parked_type = {.name = "parked",
                                    .plural = "parked",
                                    .number = 0x60,
                                    .size = sizeof(moon_parked),
                                    FIELD_COUNT(parked),
                                    .key = {"work", "id"},
                                    .derived = true};

const moon_type moon_touch_type = {.name = "touch",
                                   .plural = "touches",
                                   .number = 0x61,
                                   .size = sizeof(moon_touch),
                                   FIELD_COUNT(touch),
                                   .key = {"account"},
                                   .derived = true};

const moon_type moon_audit_type = {
    .name = "audit", .plural = "audit", .size = sizeof(moon_audit), FIELD_COUNT(audit)};

const moon_type *const moon_types[] = {&moon_book_facts_type,
                                       &moon_account_type,
                                       &moon_product_type,
                                       &moon_agreement_type,
                                       &moon_order_type,
                                       &moon_document_type,
                                       &moon_claim_type,
                                       &moon_application_type,
                                       &moon_item_type,
                                       &moon_entry_type,
                                       &moon_balance_type,
                                       &moon_series_type,
                                       &moon_closure_type,
                                       &moon_blob_type,
                                       &moon_parked_type,
                                       &moon_touch_type,
                                       NULL};

const moon_type *moon_type_by_name(moon_str name) {
    for (size_t i = 0; moon_types[i]; i++)
        if (moon_str_is(name, moon_types[i]->name) || moon_str_is(name, moon_types[i]->plural))
            return moon_types[i];
    return NULL;
}
