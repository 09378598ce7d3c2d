/* Jobs that say whose a payment is and what it settles. */
#include "run/jobs.h"

#include "books/application.h"
#include "books/dispute.h"
#include "books/document.h"
#include "books/item.h"
#include "books/party.h"
#include "books/payment.h"
#include "run/wire.h"
#include "store/table.h"

/* ---- what the library may look up ---- */

typedef struct paying {
    moon_change *change;
    bool provided;
} paying;

static bool is_text(const moon_arg *args, size_t n) { return n >= 1 && args[0].kind == MOON_ARG_TEXT; }

static moon_status no_change(const paying *p, const char *what, moon_err *err) {
    return p->change ? MOON_OK : moon_fail(err, MOON_E_SCRIPT_VALUE, "%s needs a book", what);
}

/* host.document(number): an invoice or credit note by its number, nil if there is none. */
static moon_status host_document(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch,
                                 moon_arg *result, moon_err *err) {
    paying *p = ctx;
    moon_document *document = MOON_NEW(scratch, moon_document);
    bool found;
    MOON_TRY(no_change(p, "document", err));
    if (!is_text(args, n)) return moon_fail(err, MOON_E_SCRIPT_VALUE, "document wants a number");
    MOON_TRY(moon_document_find(p->change, args[0].text, document, &found, err));
    if (found && moon_str_eq(document->number, args[0].text))
        *result = moon_arg_record(&moon_document_type, document);
    return MOON_OK;
}

/* host.opening(number): an open item of the system before this book; nil if there is none, or several accounts
 * have one. */
static moon_status host_opening(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch,
                                moon_arg *result, moon_err *err) {
    paying *p = ctx;
    moon_adjustment *opening = MOON_NEW(scratch, moon_adjustment), bound = {0}, other;
    moon_scan scan;
    bool found, several = false;
    MOON_TRY(no_change(p, "opening", err));
    if (!is_text(args, n)) return moon_fail(err, MOON_E_SCRIPT_VALUE, "opening wants a number");
    if (args[0].text.len == 0 || args[0].text.len > 128) return MOON_OK;
    bound.number = args[0].text;
    MOON_TRY(moon_scan_begin(p->change, &moon_adjustment_type,
                             moon_type_index(&moon_adjustment_type, "number"), &bound, 1, &bound, 1, false,
                             &scan, err));
    moon_status status = moon_scan_next(&scan, opening, &found, err);
    if (status == MOON_OK && found) status = moon_scan_next(&scan, &other, &several, err);
    moon_scan_end(&scan);
    if (status == MOON_OK && found && !several) *result = moon_arg_record(&moon_adjustment_type, opening);
    return status;
}

/* host.payment(id): a payment that came in, nil if there is none. */
static moon_status host_payment(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch,
                                moon_arg *result, moon_err *err) {
    paying *p = ctx;
    moon_payment *payment = MOON_NEW(scratch, moon_payment);
    bool found;
    MOON_TRY(no_change(p, "payment", err));
    if (!is_text(args, n)) return moon_fail(err, MOON_E_SCRIPT_VALUE, "payment wants an id");
    MOON_TRY(moon_payment_find(p->change, args[0].text, payment, &found, err));
    if (found && payment->kind == MOON_PAYMENT_RECEIPT)
        *result = moon_arg_record(&moon_payment_type, payment);
    return MOON_OK;
}

/* host.account(id): whether there is such an account. */
static moon_status host_account(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch,
                                moon_arg *result, moon_err *err) {
    paying *p = ctx;
    moon_account *account = MOON_NEW(scratch, moon_account);
    bool found = false;
    MOON_TRY(no_change(p, "account", err));
    if (!is_text(args, n)) return moon_fail(err, MOON_E_SCRIPT_VALUE, "account wants an id");
    if (args[0].text.len <= 128)
        MOON_TRY(moon_version_at(p->change, &moon_account_type, args[0].text, MOON_DATE_MAX, account, &found,
                                 err));
    *result = moon_arg_bool(found);
    return MOON_OK;
}

/* host.applied(account, source, target): whether something stands applied between two items, by their ids. */
static moon_status host_applied(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch,
                                moon_arg *result, moon_err *err) {
    paying *p = ctx;
    int64_t amount;
    (void)scratch;
    MOON_TRY(no_change(p, "applied", err));
    if (n < 3 || !is_text(args, n) || !is_text(args + 1, n) || !is_text(args + 2, n))
        return moon_fail(err, MOON_E_SCRIPT_VALUE, "applied wants an account and two ids");
    MOON_TRY(moon_applied(p->change, args[0].text, args[1].text, args[2].text, &amount, err));
    *result = moon_arg_bool(amount != 0);
    return MOON_OK;
}

void moon_job_pay_hosts(moon_job *job, moon_change *change) {
    static paying kept;
    if (!kept.provided) {
        moon_script_provide(job->script, "document", host_document, &kept);
        moon_script_provide(job->script, "opening", host_opening, &kept);
        moon_script_provide(job->script, "account", host_account, &kept);
        moon_script_provide(job->script, "applied", host_applied, &kept);
        moon_script_provide(job->script, "payment", host_payment, &kept);
    }
    kept = (paying){change, true};
}

/* ---- settling ---- */

/* Ids of documents that are named by hand; nil if there are none. */
static moon_status read_named(moon_job *job, moon_str *request, moon_arg *out, moon_err *err) {
    uint64_t count;
    moon_str id;
    *out = (moon_arg){0};
    if (!moon_varint_read(request, &count) || count > request->len)
        return moon_fail(err, MOON_E_INTERNAL, "a request to a worker is cut short");
    if (count == 0) return MOON_OK;
    moon_arg *ids = MOON_NEW_N(&job->arena, moon_arg, count);
    for (size_t i = 0; i < count; i++) {
        if (!moon_wire_read_str(request, &id))
            return moon_fail(err, MOON_E_INTERNAL, "a request to a worker is cut short");
        ids[i] = moon_arg_text(id);
    }
    *out = moon_arg_list(ids, count);
    return MOON_OK;
}

/* The credits of the request: item, remittance, document it corrects, what is named by hand. */
static moon_status read_credits(moon_job *job, moon_str *request, moon_arg *out, moon_err *err) {
    uint64_t count;
    if (!moon_varint_read(request, &count) || count > request->len)
        return moon_fail(err, MOON_E_INTERNAL, "a request to a worker is cut short");
    moon_arg *credits = MOON_NEW_N(&job->arena, moon_arg, count);
    for (size_t i = 0; i < count; i++) {
        moon_item *item = MOON_NEW(&job->arena, moon_item);
        moon_str text, corrects;
        moon_named *fields = MOON_NEW_N(&job->arena, moon_named, 4);
        moon_arg on;
        MOON_TRY(moon_wire_read_record(request, &moon_item_type, item, &job->arena, err));
        if (!moon_wire_read_str(request, &text) || !moon_wire_read_str(request, &corrects))
            return moon_fail(err, MOON_E_INTERNAL, "a request to a worker is cut short");
        MOON_TRY(read_named(job, request, &on, err));
        fields[0] = moon_arg_named("corrects", corrects.len ? moon_arg_text(corrects) : (moon_arg){0});
        fields[1] = moon_arg_named("item", moon_arg_record(&moon_item_type, item));
        fields[2] = moon_arg_named("on", on);
        fields[3] = moon_arg_named("text", text.len ? moon_arg_text(text) : (moon_arg){0});
        credits[i] = moon_arg_map(fields, 4);
    }
    *out = moon_arg_list(credits, count);
    return MOON_OK;
}

/* The account's open items, as the parent's change has them. */
static moon_status read_open_items(moon_job *job, moon_str *request, moon_item **out, size_t *out_count,
                                   moon_err *err) {
    uint64_t count;
    if (!moon_varint_read(request, &count) || count > request->len)
        return moon_fail(err, MOON_E_INTERNAL, "a request to a worker is cut short");
    moon_item *items = MOON_NEW_N(&job->arena, moon_item, count);
    for (size_t i = 0; i < count; i++)
        MOON_TRY(moon_wire_read_record(request, &moon_item_type, &items[i], &job->arena, err));
    *out = items;
    *out_count = count;
    return MOON_OK;
}

/* Contested amounts by document. */
static moon_status read_disputed(moon_job *job, moon_change *change, moon_str account, moon_date today,
                                 const moon_item *items, size_t item_count, moon_arg *out, moon_err *err) {
    moon_dispute *disputes;
    size_t count, kept = 0;
    MOON_TRY(moon_disputes_of(change, account, &job->arena, &disputes, &count, err));
    moon_named *amounts = MOON_NEW_N(&job->arena, moon_named, item_count + 1);
    for (size_t i = 0; count && i < item_count; i++) {
        const moon_item *item = &items[i];
        int64_t amount = moon_disputed_of(disputes, count, item->document, item->open, today);
        if (amount > 0)
            amounts[kept++] = (moon_named){
                item->document,
                moon_arg_money(moon_money_decimal((moon_money){amount, item->currency}), item->currency)};
    }
    *out = moon_arg_map(amounts, kept);
    return MOON_OK;
}

static moon_status settle(moon_job *job, moon_change *change, moon_str request, moon_arg *answer,
                          moon_err *err) {
    moon_str account;
    moon_arg today, settings, credits, disputed;
    moon_item *items = NULL;
    size_t count = 0;
    if (!moon_wire_read_str(&request, &account) || !moon_wire_read_arg(&request, &today, &job->arena) ||
        !moon_wire_read_arg(&request, &settings, &job->arena))
        return moon_fail(err, MOON_E_INTERNAL, "a request to a worker is cut short");
    MOON_TRY(moon_watch_account(change, account, err));
    MOON_TRY(read_credits(job, &request, &credits, err));
    MOON_TRY(read_open_items(job, &request, &items, &count, err));
    MOON_TRY(read_disputed(job, change, account, today.date, items, count, &disputed, err));
    moon_arg *views = MOON_NEW_N(&job->arena, moon_arg, count);
    for (size_t i = 0; i < count; i++) views[i] = moon_arg_record(&moon_item_type, &items[i]);
    moon_named input[] = {moon_arg_named("account", moon_arg_text(account)),
                          moon_arg_named("credits", credits), moon_arg_named("disputed", disputed),
                          moon_arg_named("items", moon_arg_list(views, count)),
                          moon_arg_named("series", moon_arg_get(&settings, "series"))};
    moon_arg args[] = {moon_arg_map(input, sizeof input / sizeof *input)};
    return moon_script_call(job->script, "payments.settle", args, 1, &job->arena, answer, err);
}

moon_status moon_job_settle(moon_job *job, moon_str request, moon_buf *reply, moon_err *err) {
    moon_change *change;
    moon_arg answer;
    moon_buf dependencies = MOON_BUF_EMPTY;
    MOON_TRY(moon_change_begin(job->store, &change, err));
    moon_job_pay_hosts(job, change);
    moon_status status = settle(job, change, request, &answer, err);
    if (status == MOON_OK) {
        moon_change_dependencies(change, &dependencies);
        moon_wire_add_str(reply, moon_buf_str(&dependencies));
        moon_wire_add_arg(reply, &answer);
    }
    moon_job_pay_hosts(job, NULL);
    moon_buf_free(&dependencies);
    moon_change_end(change);
    return status;
}

/* ---- what a payment by hand needs of the rules ---- */

static moon_status rate_of(moon_job *job, moon_str request, moon_arg *answer, moon_err *err) {
    moon_arg args[2];
    if (!moon_wire_read_arg(&request, &args[0], &job->arena) ||
        !moon_wire_read_arg(&request, &args[1], &job->arena))
        return moon_fail(err, MOON_E_INTERNAL, "a request to a worker is cut short");
    return moon_script_call(job->script, "rates.at", args, 2, &job->arena, answer, err);
}

moon_status moon_job_rate(moon_job *job, moon_str request, moon_buf *reply, moon_err *err) {
    moon_arg answer;
    MOON_TRY(rate_of(job, request, &answer, err));
    moon_wire_add_arg(reply, &answer);
    return MOON_OK;
}

moon_status moon_job_refund_approval(moon_job *job, moon_str request, moon_buf *reply, moon_err *err) {
    moon_arg answer;
    (void)request;
    MOON_TRY(moon_script_call(job->script, "payments.refund_approval", NULL, 0, &job->arena, &answer, err));
    moon_wire_add_arg(reply, &answer);
    return MOON_OK;
}
