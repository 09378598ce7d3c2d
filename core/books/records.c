#include "books/records.h"

const char *const moon_pauses[] = {"stop", "skip", "keep", "void", "uncollectible", NULL};
const char *const moon_order_kinds[] = {"sale", "cancellation", NULL};
const char *const moon_order_states[] = {"due", "billed", "held", "no_sale", NULL};
const char *const moon_line_kinds[] = {"product", "charge", "discount", NULL};
const char *const moon_document_kinds[] = {"invoice", "credit_note", NULL};
const char *const moon_document_states[] = {"draft", "approved", "issued", "void", NULL};
const char *const moon_item_kinds[] = {"invoice", "credit_note", "payment",  "refund",
                                       "return",  "write_off",   "recovery", "difference",
                                       "opening", "transfer",    "breakage", NULL};
const char *const moon_controls[] = {"receivables", "unapplied", NULL};
const char *const moon_payment_kinds[] = {"receipt", "refund", "return", NULL};
const char *const moon_payment_states[] = {"proposed", "posted", "refused", NULL};
const char *const moon_adjustment_kinds[] = {"write_off", "recovery", "difference", "opening",
                                             "transfer",  "breakage", NULL};
const char *const moon_dispute_states[] = {"open", "upheld", "rejected", "split", NULL};
const char *const moon_message_states[] = {"queued", "written", NULL};
const char *const moon_occurrence_states[] = {"done", "failed", "begun", "working", NULL};

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
#define MOON_THIS moon_message_line
FIELDS(message_line, MOON_MESSAGE_LINE_FIELDS);
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
const moon_type moon_message_line_type = {.name = "message line",
                                          .plural = "message lines",
                                          .size = sizeof(moon_message_line),
                                          FIELD_COUNT(message_line)};

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
#define MOON_THIS moon_grant
FIELDS(grant, MOON_GRANT_FIELDS);
#undef MOON_THIS
#define MOON_THIS moon_burn
FIELDS(burn, MOON_BURN_FIELDS);
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
#define MOON_THIS moon_event
FIELDS(event, MOON_EVENT_FIELDS);
#undef MOON_THIS
#define MOON_THIS moon_usage
FIELDS(usage, MOON_USAGE_FIELDS);
#undef MOON_THIS
#define MOON_THIS moon_payment
FIELDS(payment, MOON_PAYMENT_FIELDS);
#undef MOON_THIS
#define MOON_THIS moon_adjustment
FIELDS(adjustment, MOON_ADJUSTMENT_FIELDS);
#undef MOON_THIS
#define MOON_THIS moon_gap
FIELDS(gap, MOON_GAP_FIELDS);
#undef MOON_THIS
#define MOON_THIS moon_closing
FIELDS(closing, MOON_CLOSING_FIELDS);
#undef MOON_THIS
#define MOON_THIS moon_dispute
FIELDS(dispute, MOON_DISPUTE_FIELDS);
#undef MOON_THIS
#define MOON_THIS moon_promise
FIELDS(promise, MOON_PROMISE_FIELDS);
#undef MOON_THIS
#define MOON_THIS moon_hold
FIELDS(hold, MOON_HOLD_FIELDS);
#undef MOON_THIS
#define MOON_THIS moon_reminder
FIELDS(reminder, MOON_REMINDER_FIELDS);
#undef MOON_THIS
#define MOON_THIS moon_message
FIELDS(message, MOON_MESSAGE_FIELDS);
#undef MOON_THIS
#define MOON_THIS moon_occurrence
FIELDS(occurrence, MOON_OCCURRENCE_FIELDS);
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
static const struct moon_move payment_moves[] = {{0, MOON_PAYMENT_POSTED},
                                                 {0, MOON_PAYMENT_PROPOSED},
                                                 {MOON_PAYMENT_PROPOSED, MOON_PAYMENT_POSTED},
                                                 {MOON_PAYMENT_PROPOSED, MOON_PAYMENT_REFUSED},
                                                 {0, 0}};
static const struct moon_move dispute_moves[] = {{0, MOON_DISPUTE_OPEN},
                                                 {MOON_DISPUTE_OPEN, MOON_DISPUTE_UPHELD},
                                                 {MOON_DISPUTE_OPEN, MOON_DISPUTE_REJECTED},
                                                 {MOON_DISPUTE_OPEN, MOON_DISPUTE_SPLIT},
                                                 {0, 0}};
static const struct moon_move message_moves[] = {
    {0, MOON_MESSAGE_QUEUED}, {MOON_MESSAGE_QUEUED, MOON_MESSAGE_WRITTEN}, {0, 0}};
static const struct moon_move occurrence_moves[] = {{0, MOON_OCCURRENCE_DONE},
                                                    {0, MOON_OCCURRENCE_FAILED},
                                                    {0, MOON_OCCURRENCE_BEGUN},
                                                    {0, MOON_OCCURRENCE_WORKING},
                                                    {MOON_OCCURRENCE_FAILED, MOON_OCCURRENCE_WORKING},
                                                    {MOON_OCCURRENCE_WORKING, MOON_OCCURRENCE_FAILED},
                                                    {MOON_OCCURRENCE_WORKING, MOON_OCCURRENCE_DONE},
                                                    {MOON_OCCURRENCE_FAILED, MOON_OCCURRENCE_DONE},
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
static bool claim_is_in_arrears(const void *record) {
    const moon_claim *claim = record;
    return claim->stop != MOON_DATE_NONE && moon_str_starts(claim->cause, MOON_STR("arrears"));
}
static bool item_is_open(const void *record) { return ((const moon_item *)record)->open != 0; }
static bool payment_is_prepaid(const void *record) { return ((const moon_payment *)record)->prepaid; }

static bool payment_is_proposed(const void *record) {
    return ((const moon_payment *)record)->state == MOON_PAYMENT_PROPOSED;
}
static bool adjustment_is_numbered(const void *record) {
    return ((const moon_adjustment *)record)->number.len > 0;
}
static bool message_is_queued(const void *record) {
    return ((const moon_message *)record)->state == MOON_MESSAGE_QUEUED;
}
static bool agreement_is_periodic(const void *record) {
    return ((const moon_agreement *)record)->start != MOON_DATE_NONE;
}
static bool dispute_is_open(const void *record) {
    return ((const moon_dispute *)record)->state == MOON_DISPUTE_OPEN;
}
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

const moon_type moon_agreement_type = {
    .name = "agreement",
    .plural = "agreements",
    .number = 0x22,
    .size = sizeof(moon_agreement),
    FIELD_COUNT(agreement),
    .key = {"id", "from", "version"},
    .indexes = {{"account", {"account"}, NULL}, {"periodic", {"account"}, agreement_is_periodic}}};

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

const moon_type moon_event_type = {.name = "event",
                                   .plural = "events",
                                   .number = 0x24,
                                   .size = sizeof(moon_event),
                                   FIELD_COUNT(event),
                                   .key = {"id"},
                                   .indexes = {{"usage", {"account", "meter", "day"}, NULL}}};

const moon_type moon_usage_type = {.name = "usage",
                                   .plural = "usage",
                                   .number = 0x25,
                                   .size = sizeof(moon_usage),
                                   FIELD_COUNT(usage),
                                   .key = {"account", "meter", "day"},
                                   .derived = true};

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
                                   .key = {"source", "line", "start", "cause"},
                                   .indexes = {{"stop", {"source", "stop"}, claim_is_in_arrears}}};

const moon_type moon_grant_type = {.name = "grant",
                                   .plural = "grants",
                                   .number = 0x26,
                                   .size = sizeof(moon_grant),
                                   FIELD_COUNT(grant),
                                   .key = {"id"},
                                   .indexes = {{"account", {"account"}, NULL}}};

const moon_type moon_burn_type = {.name = "burn",
                                  .plural = "burns",
                                  .number = 0x27,
                                  .size = sizeof(moon_burn),
                                  FIELD_COUNT(burn),
                                  .key = {"source", "document"},
                                  .indexes = {{"document", {"document"}, NULL}}};

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

const moon_type moon_payment_type = {.name = "payment",
                                     .plural = "payments",
                                     .number = 0x34,
                                     .size = sizeof(moon_payment),
                                     FIELD_COUNT(payment),
                                     .key = {"id"},
                                     .account = "account",
                                     .state = "state",
                                     .moves = payment_moves,
                                     .indexes = {{"account", {"account", "date"}, NULL},
                                                 {"proposed", {"account"}, payment_is_proposed},
                                                 {"settles", {"settles"}, NULL},
                                                 {"prepaid", {"account"}, payment_is_prepaid}}};

const moon_type moon_adjustment_type = {.name = "adjustment",
                                        .plural = "adjustments",
                                        .number = 0x35,
                                        .size = sizeof(moon_adjustment),
                                        FIELD_COUNT(adjustment),
                                        .key = {"id"},
                                        .indexes = {{"account", {"account", "date"}, NULL},
                                                    {"settles", {"settles"}, NULL},
                                                    {"number", {"number"}, adjustment_is_numbered}}};

const moon_type moon_dispute_type = {
    .name = "dispute",
    .plural = "disputes",
    .number = 0x36,
    .size = sizeof(moon_dispute),
    FIELD_COUNT(dispute),
    .key = {"id"},
    .state = "state",
    .moves = dispute_moves,
    .indexes = {{"account", {"account", "document"}, NULL}, {"open", {"account"}, dispute_is_open}}};

const moon_type moon_promise_type = {.name = "promise",
                                     .plural = "promises",
                                     .number = 0x37,
                                     .size = sizeof(moon_promise),
                                     FIELD_COUNT(promise),
                                     .key = {"id"},
                                     .account = "account",
                                     .indexes = {{"account", {"account", "by"}, NULL}}};

const moon_type moon_hold_type = {.name = "hold",
                                  .plural = "holds",
                                  .number = 0x38,
                                  .size = sizeof(moon_hold),
                                  FIELD_COUNT(hold),
                                  .key = {"id"},
                                  .indexes = {{"account", {"account"}, NULL}}};

const moon_type moon_reminder_type = {.name = "reminder",
                                      .plural = "reminders",
                                      .number = 0x39,
                                      .size = sizeof(moon_reminder),
                                      FIELD_COUNT(reminder),
                                      .key = {"account", "document", "date"},
                                      .indexes = {{"date", {"date"}, NULL}}};

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

const moon_type moon_gap_type = {.name = "gap",
                                 .plural = "gaps",
                                 .number = 0x43,
                                 .size = sizeof(moon_gap),
                                 FIELD_COUNT(gap),
                                 .key = {"kind", "year", "first"}};

const moon_type moon_closing_type = {.name = "closing",
                                     .plural = "closings",
                                     .number = 0x44,
                                     .size = sizeof(moon_closing),
                                     FIELD_COUNT(closing),
                                     .key = {"ordinal"}};

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

const moon_type moon_message_type = {
    .name = "message",
    .plural = "messages",
    .number = 0x62,
    .size = sizeof(moon_message),
    FIELD_COUNT(message),
    .key = {"id"},
    .state = "state",
    .moves = message_moves,
    .indexes = {{"queued", {"date"}, message_is_queued}, {"account", {"account", "date"}, NULL}}};

const moon_type moon_occurrence_type = {.name = "occurrence",
                                        .plural = "occurrences",
                                        .number = 0x63,
                                        .size = sizeof(moon_occurrence),
                                        FIELD_COUNT(occurrence),
                                        .key = {"schedule", "date", "time"},
                                        .state = "state",
                                        .moves = occurrence_moves,
                                        .indexes = {{"date", {"date"}, NULL}}};

const moon_type moon_audit_type = {
    .name = "audit", .plural = "audit", .size = sizeof(moon_audit), FIELD_COUNT(audit)};

const moon_type *const moon_types[] = {&moon_book_facts_type,
                                       &moon_account_type,
                                       &moon_product_type,
                                       &moon_agreement_type,
                                       &moon_order_type,
                                       &moon_event_type,
                                       &moon_usage_type,
                                       &moon_grant_type,
                                       &moon_burn_type,
                                       &moon_document_type,
                                       &moon_claim_type,
                                       &moon_application_type,
                                       &moon_item_type,
                                       &moon_payment_type,
                                       &moon_adjustment_type,
                                       &moon_dispute_type,
                                       &moon_promise_type,
                                       &moon_hold_type,
                                       &moon_reminder_type,
                                       &moon_entry_type,
                                       &moon_balance_type,
                                       &moon_series_type,
                                       &moon_gap_type,
                                       &moon_closing_type,
                                       &moon_closure_type,
                                       &moon_blob_type,
                                       &moon_parked_type,
                                       &moon_touch_type,
                                       &moon_message_type,
                                       &moon_occurrence_type,
                                       NULL};

const moon_type *moon_type_by_name(moon_str name) {
    for (size_t i = 0; moon_types[i]; i++)
        if (moon_str_is(name, moon_types[i]->name) || moon_str_is(name, moon_types[i]->plural))
            return moon_types[i];
    return NULL;
}
