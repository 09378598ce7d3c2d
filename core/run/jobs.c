/* Jobs that draft documents and settle items. Periods: jobs_period.c; importing: jobs_import.c; pages and checks:
 * jobs_layout.c. */
#include "run/jobs.h"

#include "books/billed.h"
#include "books/document.h"
#include "books/party.h"
#include "books/receivable.h"
#include "run/drafting.h"
#include "run/jobs_grant.h"
#include "run/jobs_period.h"
#include "run/wire.h"
#include "store/table.h"

/* ---- requests ---- */

static moon_status cut_short(moon_err *err) {
    return moon_fail(err, MOON_E_INTERNAL, "a request to a worker is cut short");
}

moon_status moon_job_settings(moon_job *job, moon_str request, moon_buf *reply, moon_err *err) {
    moon_arg settings;
    (void)request;
    MOON_TRY(moon_script_call(job->script, "config.read", NULL, 0, &job->arena, &settings, err));
    moon_wire_add_arg(reply, &settings);
    return MOON_OK;
}

/* ---- what the library may ask for while it drafts ---- */

/* host.product(id, date): the product's version of that day, nil if there is none. */
static moon_status host_product(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch,
                                moon_arg *result, moon_err *err) {
    moon_drafting *d = ctx;
    moon_product *product = MOON_NEW(scratch, moon_product);
    bool found;
    if (n < 2 || args[0].kind != MOON_ARG_TEXT || args[1].kind != MOON_ARG_DATE)
        return moon_fail(err, MOON_E_SCRIPT_VALUE, "product wants an id and a date");
    MOON_TRY(
        moon_version_at(d->change, &moon_product_type, args[0].text, args[1].date, product, &found, err));
    moon_drafting_note(d, "product", args[0].text, found ? product->version : 0, NULL);
    if (found) *result = moon_arg_record(&moon_product_type, product);
    return MOON_OK;
}

/* host.document_id(order): id of the document that bills an order. */
static moon_status host_document_id(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch,
                                    moon_arg *result, moon_err *err) {
    moon_drafting *d = ctx;
    moon_str id;
    if (n < 1 || args[0].kind != MOON_ARG_TEXT)
        return moon_fail(err, MOON_E_SCRIPT_VALUE, "document_id wants an order");
    MOON_TRY(moon_document_id(d->change, moon_arena_printf(scratch, "order/%.*s", MOON_STR_ARG(args[0].text)),
                              &id, err));
    *result = moon_arg_text(id);
    return MOON_OK;
}

/* host.invoice(order): the issued invoice of an order, nil if there is none. */
static moon_status host_invoice(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch,
                                moon_arg *result, moon_err *err) {
    moon_drafting *d = ctx;
    moon_document *invoice = MOON_NEW(scratch, moon_document);
    moon_str id;
    bool found;
    if (n < 1 || args[0].kind != MOON_ARG_TEXT)
        return moon_fail(err, MOON_E_SCRIPT_VALUE, "invoice wants an order");
    MOON_TRY(moon_document_id(d->change, moon_arena_printf(scratch, "order/%.*s", MOON_STR_ARG(args[0].text)),
                              &id, err));
    MOON_TRY(moon_document_find(d->change, id, invoice, &found, err));
    if (!found || invoice->state != MOON_STATE_ISSUED || invoice->kind != MOON_DOCUMENT_INVOICE)
        return MOON_OK;
    moon_drafting_note(d, "document", invoice->id, 0, NULL);
    *result = moon_arg_record(&moon_document_type, invoice);
    return MOON_OK;
}

/* host.credits(document): its credit notes so far. Drafts of orders that wait are made anew in their order, so of
 * them those of this job count and no stored ones: drafting again makes the same of them. */
static moon_status host_credits(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch,
                                moon_arg *result, moon_err *err) {
    moon_drafting *d = ctx;
    moon_document *credits;
    size_t count, kept = 0;
    if (n < 1 || args[0].kind != MOON_ARG_TEXT)
        return moon_fail(err, MOON_E_SCRIPT_VALUE, "credits wants a document");
    MOON_TRY(moon_document_credits(d->change, args[0].text, scratch, &credits, &count, err));
    moon_arg *items = MOON_NEW_N(scratch, moon_arg, count + d->drafted_count);
    for (size_t i = 0; i < count; i++)
        if (credits[i].state == MOON_STATE_ISSUED || !moon_str_is(credits[i].cause, "order"))
            items[kept++] = moon_arg_record(&moon_document_type, &credits[i]);
    for (size_t i = 0; i < d->drafted_count; i++)
        if (moon_str_eq(d->drafted[i]->corrects, args[0].text))
            items[kept++] = moon_arg_record(&moon_document_type, d->drafted[i]);
    *result = moon_arg_list(items, kept);
    return MOON_OK;
}

/* One per worker: what the host functions work on is set anew for each request. */
static moon_drafting *drafting_of(moon_job *job) {
    static moon_drafting kept;
    if (!kept.job) {
        moon_script_provide(job->script, "product", host_product, &kept);
        moon_script_provide(job->script, "document_id", host_document_id, &kept);
        moon_script_provide(job->script, "invoice", host_invoice, &kept);
        moon_script_provide(job->script, "credits", host_credits, &kept);
        moon_period_hosts(job, &kept);
        moon_grant_hosts(job, &kept);
    }
    kept = (moon_drafting){.job = job};
    return &kept;
}

/* ---- what cancellations take back ---- */

/* All orders of an account, in the change's arena. */
static moon_status read_orders(moon_drafting *d, moon_str account, moon_arg *orders, moon_err *err) {
    moon_order bound = {.account = account}, order;
    moon_arena *keep = moon_change_arena(d->change);
    moon_scan scan;
    bool more;
    size_t count = 0, room = 64;
    moon_arg *items = MOON_NEW_N(keep, moon_arg, room);
    MOON_TRY(moon_scan_begin(d->change, &moon_order_type, moon_type_index(&moon_order_type, "account"),
                             &bound, 1, &bound, 1, false, &scan, err));
    for (;;) {
        moon_status status = moon_scan_next(&scan, &order, &more, err);
        if (status != MOON_OK || !more) {
            moon_scan_end(&scan);
            *orders = moon_arg_list(items, count);
            return status;
        }
        if (count == room) {
            moon_arg *larger = MOON_NEW_N(keep, moon_arg, room * 2);
            memcpy(larger, items, room * sizeof *items);
            items = larger;
            room *= 2;
        }
        moon_order *kept = MOON_NEW(keep, moon_order);
        *kept = order;
        items[count++] = moon_arg_record(&moon_order_type, kept);
    }
}

/* Which sale each cancellation of an account takes back, once for all of them (billing.match). */
static moon_status match_orders(moon_drafting *d, moon_str account, moon_arg *matches, moon_err *err) {
    moon_arg orders;
    if (matches->kind == MOON_ARG_MAP) return MOON_OK;
    MOON_TRY(read_orders(d, account, &orders, err));
    MOON_TRY(moon_script_call(d->job->script, "billing.match", &orders, 1, moon_change_arena(d->change),
                              matches, err));
    if (matches->kind != MOON_ARG_MAP) *matches = moon_arg_map(NULL, 0);
    return MOON_OK;
}

/* What is known of the sale that a cancellation takes back: its entry of `matches` and the order; both stay nil
 * where there is none. */
static moon_status find_original(moon_drafting *d, const moon_arg *matches, const moon_order *order,
                                 moon_arg *match, moon_arg *original, moon_err *err) {
    moon_order *sale = MOON_NEW(moon_change_arena(d->change), moon_order);
    bool found;
    for (size_t i = 0; i < matches->map.count; i++)
        if (moon_str_eq(matches->map.items[i].name, order->id)) *match = matches->map.items[i].value;
    if (match->kind != MOON_ARG_MAP) return MOON_OK;
    sale->id = moon_arg_text_of(match, "original");
    MOON_TRY(moon_get(d->change, &moon_order_type, sale, &found, err));
    if (!found) return moon_fail(err, MOON_E_NOT_FOUND, "there is no order %.*s", MOON_STR_ARG(sale->id));
    moon_drafting_note(d, "order", sale->id, 0, NULL);
    *original = moon_arg_record(&moon_order_type, sale);
    return MOON_OK;
}

/* ---- drafts from orders ---- */

static moon_status draft_order(moon_drafting *d, const moon_order *order, moon_date today, moon_arg *matches,
                               moon_document *document, moon_err *err) {
    moon_account account;
    moon_arg match = {0}, original = {0};
    moon_agreement agreement;
    bool agreed;
    MOON_TRY(moon_drafting_account(d, order->account, order->date, &account, err));
    MOON_TRY(moon_agreement_of(d->change, order->account, order->date, &agreement, &agreed, err));
    if (order->kind == MOON_ORDER_CANCELLATION) {
        MOON_TRY(match_orders(d, order->account, matches, err));
        MOON_TRY(find_original(d, matches, order, &match, &original, err));
    }
    moon_named input[] = {moon_arg_named("account", moon_arg_record(&moon_account_type, &account)),
                          moon_arg_named("agreement", agreed
                                                          ? moon_arg_record(&moon_agreement_type, &agreement)
                                                          : (moon_arg){0}),
                          moon_arg_named("match", match),
                          moon_arg_named("order", moon_arg_record(&moon_order_type, order)),
                          moon_arg_named("original", original),
                          moon_arg_named("today", moon_arg_date(today))};
    moon_arg args[] = {moon_arg_map(input, sizeof input / sizeof *input)};
    moon_hash content = moon_drafting_content(&moon_order_type, order);
    moon_drafting_note(d, "order", order->id, 0, &content);
    if (agreed) moon_drafting_note(d, "agreement", agreement.id, agreement.version, NULL);
    MOON_TRY(moon_script_call_record(d->job->script, "billing.draft", args, 1, &moon_document_type,
                                     moon_change_arena(d->change), document, err));
    moon_str source = moon_arena_printf(moon_change_arena(d->change), "order/%.*s", MOON_STR_ARG(order->id));
    return moon_drafting_complete(d, document, &account, source, "order", err);
}

/* Later credits of the same invoice take what this one left. */
static void keep_drafted(moon_drafting *d, const moon_document *document) {
    if (document->corrects.len == 0) return;
    if (d->drafted_count == d->drafted_room) {
        size_t room = d->drafted_room ? d->drafted_room * 2 : 8;
        const moon_document **larger = MOON_NEW_N(moon_change_arena(d->change), const moon_document *, room);
        if (d->drafted_count) memcpy(larger, d->drafted, d->drafted_count * sizeof *larger);
        d->drafted = larger;
        d->drafted_room = room;
    }
    d->drafted[d->drafted_count++] = document;
}

static moon_status draft_account(moon_drafting *d, moon_str account, moon_date today, moon_buf *documents,
                                 uint64_t *count, moon_err *err) {
    moon_order bound = {.account = account}, last = {.account = account, .date = today}, order;
    moon_arg matches = {0};
    moon_scan scan;
    bool more;
    MOON_TRY(moon_watch_account(d->change, account, err));
    MOON_TRY(moon_scan_begin(d->change, &moon_order_type, moon_type_index(&moon_order_type, "due"), &bound, 1,
                             &last, 2, false, &scan, err));
    for (;;) {
        moon_document *document = MOON_NEW(moon_change_arena(d->change), moon_document);
        moon_status status = moon_scan_next(&scan, &order, &more, err);
        if (status == MOON_OK && more) {
            moon_drafting_forget(d);
            status = draft_order(d, &order, today, &matches, document, err);
            if (status != MOON_OK) moon_err_context(err, "order %.*s", MOON_STR_ARG(order.id));
        }
        if (status != MOON_OK || !more) {
            moon_scan_end(&scan);
            return status;
        }
        keep_drafted(d, document);
        moon_wire_add_record(documents, &moon_document_type, document);
        ++*count;
    }
}

/* Versions of agreements that are not in the book, into the change of this job, which is never committed. */
static moon_status suppose(moon_drafting *d, moon_str rest, moon_err *err) {
    moon_arena *keep = moon_change_arena(d->change);
    moon_agreement version;
    uint64_t count = 0;
    bool written;
    if (rest.len && !moon_varint_read(&rest, &count)) return cut_short(err);
    for (uint64_t i = 0; i < count; i++) {
        MOON_TRY(moon_wire_read_record(&rest, &moon_agreement_type, &version, keep, err));
        MOON_TRY(moon_version_add(d->change, &moon_agreement_type, &version, &written, err));
    }
    return MOON_OK;
}

moon_status moon_job_draft(moon_job *job, moon_str request, moon_buf *reply, moon_err *err) {
    moon_str account;
    moon_arg today;
    moon_buf documents = MOON_BUF_EMPTY, dependencies = MOON_BUF_EMPTY, agreements = MOON_BUF_EMPTY;
    uint64_t count = 0;
    moon_drafting *d = drafting_of(job);
    if (!moon_wire_read_str(&request, &account) || !moon_wire_read_arg(&request, &today, &job->arena))
        return cut_short(err);
    d->account = account;
    MOON_TRY(moon_change_begin(job->store, &d->change, err));
    moon_status status = suppose(d, request, err);
    if (status == MOON_OK) status = draft_account(d, account, today.date, &documents, &count, err);
    if (status == MOON_OK)
        status = moon_draft_periods(d, account, today.date, &documents, &count, &agreements, err);
    if (status == MOON_OK) {
        moon_change_dependencies(d->change, &dependencies);
        moon_wire_add_str(reply, moon_buf_str(&dependencies));
        moon_buf_add_varint(reply, count);
        moon_buf_add_str(reply, moon_buf_str(&documents));
        moon_buf_add_str(reply, moon_buf_str(&agreements));
    }
    moon_buf_free(&documents);
    moon_buf_free(&agreements);
    moon_buf_free(&dependencies);
    moon_change_end(d->change);
    return status;
}

moon_status moon_job_unbilled(moon_job *job, moon_str request, moon_buf *reply, moon_err *err) {
    moon_str account;
    moon_arg facts, answer;
    moon_drafting *d = drafting_of(job);
    if (!moon_wire_read_str(&request, &account) || !moon_wire_read_arg(&request, &facts, &job->arena) ||
        facts.kind != MOON_ARG_MAP)
        return cut_short(err);
    d->account = account;
    MOON_TRY(moon_change_begin(job->store, &d->change, err));
    moon_status status = moon_ask_unbilled(d, account, facts.map.items, facts.map.count, &answer, err);
    if (status == MOON_OK) moon_wire_add_arg(reply, &answer);
    moon_change_end(d->change);
    return status;
}

/* ---- documents by hand ---- */

static moon_status get_original(moon_drafting *d, moon_str id, moon_document **original, moon_arg *credited,
                                moon_err *err) {
    moon_arena *keep = moon_change_arena(d->change);
    moon_document *credits, *later;
    size_t count, later_count, kept = 0;
    bool found;
    *original = MOON_NEW(keep, moon_document);
    MOON_TRY(moon_document_find(d->change, id, *original, &found, err));
    if (!found || (*original)->kind != MOON_DOCUMENT_INVOICE || (*original)->state != MOON_STATE_ISSUED)
        return moon_fail(err, MOON_E_NOT_FOUND, "there is no issued invoice %.*s", MOON_STR_ARG(id));
    moon_drafting_note(d, "document", (*original)->id, 0, NULL);
    MOON_TRY(moon_document_credits(d->change, (*original)->id, keep, &credits, &count, err));
    MOON_TRY(moon_billed_corrections(d->change, *original, keep, &later, &later_count, err));
    moon_arg *items = MOON_NEW_N(keep, moon_arg, count + later_count);
    /* Of a bill of periods only the lines that take back something of this invoice: it may charge something, too. */
    for (size_t i = 0; i < count; i++)
        if (!moon_str_is(credits[i].cause, "period"))
            items[kept++] = moon_arg_record(&moon_document_type, &credits[i]);
    for (size_t i = 0; i < later_count; i++) items[kept++] = moon_arg_record(&moon_document_type, &later[i]);
    *credited = moon_arg_list(items, kept);
    return MOON_OK;
}

static moon_status draft_manual(moon_drafting *d, const moon_arg *in, moon_document *document,
                                moon_err *err) {
    moon_account account;
    moon_document *original = NULL;
    moon_arg credited = {0}, today = moon_arg_get(in, "today");
    moon_str id = moon_arg_text_of(in, "account"), corrects = moon_arg_text_of(in, "original"),
             cause = moon_arg_text_of(in, "cause");
    if (corrects.len) {
        MOON_TRY(get_original(d, corrects, &original, &credited, err));
        id = original->account;
    }
    d->account = id;
    MOON_TRY(moon_watch_account(d->change, id, err));
    MOON_TRY(moon_drafting_account(d, id, today.date, &account, err));
    moon_named input[] = {
        moon_arg_named("account", moon_arg_record(&moon_account_type, &account)),
        moon_arg_named("credited", credited),
        moon_arg_named("kind", moon_arg_get(in, "kind")),
        moon_arg_named("lines", moon_arg_get(in, "lines")),
        moon_arg_named("original", original ? moon_arg_record(&moon_document_type, original) : (moon_arg){0}),
        moon_arg_named("reason", moon_arg_get(in, "reason")),
        moon_arg_named("reference", moon_arg_get(in, "reference")),
        moon_arg_named("today", today)};
    moon_arg args[] = {moon_arg_map(input, sizeof input / sizeof *input)};
    MOON_TRY(moon_script_call_record(d->job->script, "billing.manual", args, 1, &moon_document_type,
                                     moon_change_arena(d->change), document, err));
    if (original) document->corrects = original->id;
    return moon_drafting_complete(d, document, &account, cause, "manual", err);
}

moon_status moon_job_manual(moon_job *job, moon_str request, moon_buf *reply, moon_err *err) {
    moon_arg in;
    moon_document document;
    moon_buf dependencies = MOON_BUF_EMPTY;
    moon_drafting *d = drafting_of(job);
    if (!moon_wire_read_arg(&request, &in, &job->arena)) return cut_short(err);
    MOON_TRY(moon_change_begin(job->store, &d->change, err));
    moon_status status = draft_manual(d, &in, &document, err);
    if (status == MOON_OK) {
        moon_change_dependencies(d->change, &dependencies);
        moon_wire_add_str(reply, moon_buf_str(&dependencies));
        moon_wire_add_record(reply, &moon_document_type, &document);
    }
    moon_buf_free(&dependencies);
    moon_change_end(d->change);
    return status;
}

/* ---- taxes ---- */

static moon_status ask_tax(moon_job *job, moon_change *change, moon_str id, moon_err *err) {
    moon_document *document = MOON_NEW(&job->arena, moon_document);
    moon_account *account = MOON_NEW(&job->arena, moon_account);
    moon_arg answer;
    bool found;
    MOON_TRY(moon_document_find(change, id, document, &found, err));
    if (!found) return moon_fail(err, MOON_E_NOT_FOUND, "there is no document %.*s", MOON_STR_ARG(id));
    *account = (moon_account){
        .id = document->account, .from = document->account_from, .version = document->account_version};
    MOON_TRY(moon_get(change, &moon_account_type, account, &found, err));
    if (!found) return MOON_OK; /* its inputs are stale, which its issue says */
    moon_arg args[] = {moon_arg_record(&moon_document_type, document),
                       moon_arg_record(&moon_account_type, account)};
    MOON_TRY(moon_script_call(job->script, "billing.check_tax", args, 2, &job->arena, &answer, err));
    return MOON_OK;
}

moon_status moon_job_taxes(moon_job *job, moon_str request, moon_buf *reply, moon_err *err) {
    uint64_t count;
    moon_change *change;
    moon_str id;
    (void)reply;
    if (!moon_varint_read(&request, &count) || count > request.len) return cut_short(err);
    MOON_TRY(moon_change_begin(job->store, &change, err));
    moon_status status = MOON_OK;
    for (uint64_t i = 0; status == MOON_OK && i < count; i++)
        status = moon_wire_read_str(&request, &id) ? ask_tax(job, change, id, err) : cut_short(err);
    moon_change_end(change);
    return status;
}

/* ---- settling ---- */

/* The documents as they will be issued: dated today. */
static moon_status read_documents(moon_change *change, moon_date today, moon_str *request, moon_arg *list,
                                  moon_err *err) {
    uint64_t count;
    moon_str id;
    bool found;
    if (!moon_varint_read(request, &count) || count > request->len) return cut_short(err);
    moon_arg *items = MOON_NEW_N(moon_change_arena(change), moon_arg, count);
    for (size_t i = 0; i < count; i++) {
        moon_document *document = MOON_NEW(moon_change_arena(change), moon_document);
        if (!moon_wire_read_str(request, &id)) return cut_short(err);
        MOON_TRY(moon_document_find(change, id, document, &found, err));
        if (!found) return moon_fail(err, MOON_E_NOT_FOUND, "there is no document %.*s", MOON_STR_ARG(id));
        document->date = today;
        MOON_TRY(moon_date_add_days(today, document->terms, &document->due, err));
        items[i] = moon_arg_record(&moon_document_type, document);
    }
    *list = moon_arg_list(items, count);
    return MOON_OK;
}

static moon_status settle(moon_job *job, moon_change *change, moon_str account, moon_str request,
                          moon_arg *settlements, moon_err *err) {
    moon_arg documents, today;
    moon_item *items;
    size_t count;
    MOON_TRY(moon_watch_account(change, account, err));
    if (!moon_wire_read_arg(&request, &today, &job->arena)) return cut_short(err);
    MOON_TRY(read_documents(change, today.date, &request, &documents, err));
    MOON_TRY(moon_items_open(change, account, &job->arena, &items, &count, err));
    moon_arg *views = MOON_NEW_N(&job->arena, moon_arg, count);
    for (size_t i = 0; i < count; i++) views[i] = moon_arg_record(&moon_item_type, &items[i]);
    moon_named input[] = {moon_arg_named("documents", documents),
                          moon_arg_named("items", moon_arg_list(views, count))};
    moon_arg args[] = {moon_arg_map(input, sizeof input / sizeof *input)};
    return moon_script_call(job->script, "billing.issue", args, 1, &job->arena, settlements, err);
}

moon_status moon_job_apply(moon_job *job, moon_str request, moon_buf *reply, moon_err *err) {
    moon_str account;
    moon_change *change;
    moon_arg settlements;
    moon_buf dependencies = MOON_BUF_EMPTY;
    if (!moon_wire_read_str(&request, &account)) return cut_short(err);
    MOON_TRY(moon_change_begin(job->store, &change, err));
    moon_status status = settle(job, change, account, request, &settlements, err);
    if (status == MOON_OK) {
        moon_change_dependencies(change, &dependencies);
        moon_wire_add_str(reply, moon_buf_str(&dependencies));
        moon_wire_add_arg(reply, &settlements);
    }
    moon_buf_free(&dependencies);
    moon_change_end(change);
    return status;
}
