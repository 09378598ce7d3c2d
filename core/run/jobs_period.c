#include "run/jobs_period.h"

#include "books/billed.h"
#include "books/claim.h"
#include "books/document.h"
#include "books/late.h"
#include "books/party.h"
#include "books/pause.h"
#include "run/jobs.h"
#include "run/jobs_usage.h"
#include "run/period_due.h"
#include "run/wire.h"
#include "store/table.h"

static moon_arg integer_or_nil(int64_t value) {
    return value == MOON_INT_NONE ? (moon_arg){0} : moon_arg_integer(value);
}
static moon_arg decimal_or_nil(moon_decimal value) {
    return value.scale < 0 ? (moon_arg){0} : moon_arg_decimal(value);
}

/* ---- what was read ---- */

typedef struct moon_period_read {
    struct moon_period_read *next;
    moon_str agreement;
    moon_date start;
    moon_input input;
} period_read;

void moon_period_note(moon_drafting *d, moon_str agreement, moon_date start, const moon_input *input) {
    moon_arena *keep = moon_change_arena(d->change);
    period_read *made = MOON_NEW(keep, period_read);
    *made = (period_read){.agreement = moon_arena_str(keep, agreement), .start = start};
    moon_record_copy(&moon_input_type, input, &made->input, keep);
    *(d->reads ? &d->last_read->next : &d->reads) = made;
    d->last_read = made;
}

static bool bills(const moon_document *document, moon_str agreement, moon_date start) {
    for (size_t i = 0; i < document->lines.count; i++) {
        const moon_line *line = MOON_AT(moon_line, document->lines, i);
        if (moon_str_eq(line->agreement, agreement) &&
            (start == MOON_DATE_NONE || moon_line_period(line) == start))
            return true;
    }
    return false;
}

static void note_reads(moon_drafting *d, const moon_document *document) {
    for (const period_read *one = d->reads; one; one = one->next)
        if (one->agreement.len == 0 || bills(document, one->agreement, one->start))
            moon_drafting_note_input(d, &one->input);
}

/* ---- host.account ---- */

/* The last day for which a version was asked stands for the days before it, from the version's own day on. */
static void note_account(moon_drafting *d, const moon_account *account, moon_date day) {
    moon_arena *keep = moon_change_arena(d->change);
    moon_input input;
    moon_record_init(&moon_input_type, &input);
    input.record = moon_arena_printf(keep, "account/%.*s", MOON_STR_ARG(account->id));
    input.version = account->version;
    input.day = day;
    for (period_read *one = d->reads; one; one = one->next) {
        moon_input *known = &one->input;
        if (known->version != account->version || !moon_str_eq(known->record, input.record)) continue;
        bool within = known->day >= account->from && day >= account->from;
        if (within && day > known->day) known->day = day;
        if (within || day == known->day) return;
    }
    moon_period_note(d, MOON_STR_NONE, MOON_DATE_NONE, &input);
}

static moon_status host_account(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch,
                                moon_arg *result, moon_err *err) {
    moon_drafting *d = ctx;
    moon_account *account = MOON_NEW(scratch, moon_account);
    if (n < 1 || args[0].kind != MOON_ARG_DATE || d->account.len == 0)
        return moon_fail(err, MOON_E_SCRIPT_VALUE, "account wants a day, while a document is drafted");
    MOON_TRY(moon_drafting_account(d, d->account, args[0].date, account, err));
    note_account(d, account, args[0].date);
    *result = moon_arg_record(&moon_account_type, account);
    return MOON_OK;
}

/* ---- host.billed ---- */

enum { BILLED_FIELDS = 29 };

static moon_arg money_or_nil(int64_t minor, moon_currency currency) {
    if (minor == MOON_INT_NONE) return (moon_arg){0};
    return moon_arg_money(moon_money_decimal((moon_money){minor, currency}), currency);
}

static const moon_tax *tax_of(const moon_document *document, moon_str category) {
    for (size_t i = 0; i < document->taxes.count; i++)
        if (moon_str_eq(MOON_AT(moon_tax, document->taxes, i)->category, category))
            return MOON_AT(moon_tax, document->taxes, i);
    return NULL;
}

static moon_arg view_of(const moon_billed *billed, moon_arena *keep) {
    const moon_line *line = billed->line;
    moon_currency currency = billed->document->currency;
    const moon_tax *tax = tax_of(billed->document, line->tax_category);
    moon_named fields[BILLED_FIELDS] = {
        moon_arg_named("document", moon_arg_text(billed->document->id)),
        moon_arg_named("number", moon_arg_text(billed->document->number)),
        moon_arg_named("ordinal", moon_arg_integer(line->ordinal)),
        moon_arg_named("kind", moon_arg_text(moon_str_of(moon_line_kinds[line->kind - 1]))),
        moon_arg_named("claim", moon_arg_text(line->claim)),
        moon_arg_named("charge", moon_arg_text_or_nil(line->charge)),
        moon_arg_named("product", moon_arg_text_or_nil(line->product)),
        moon_arg_named("text", moon_arg_text_or_nil(line->text)),
        moon_arg_named("amount", money_or_nil(moon_line_value(line), currency)),
        moon_arg_named("discount", money_or_nil(line->discount, currency)),
        moon_arg_named("credited", money_or_nil(billed->credited, currency)),
        moon_arg_named("start", moon_arg_date(line->start)),
        moon_arg_named("stop", moon_arg_date(line->stop)),
        moon_arg_named("share", moon_arg_text_or_nil(line->share)),
        moon_arg_named("whole", money_or_nil(line->whole, currency)),
        moon_arg_named("quantity", decimal_or_nil(line->quantity)),
        moon_arg_named("price", decimal_or_nil(line->price)),
        moon_arg_named("unit", moon_arg_text_or_nil(line->unit)),
        moon_arg_named("tax_category", moon_arg_text(line->tax_category)),
        moon_arg_named("tax_rate", decimal_or_nil(line->tax_rate)),
        moon_arg_named("tax_code", tax ? moon_arg_text_or_nil(tax->code) : (moon_arg){0}),
        moon_arg_named("tax_reason", tax ? moon_arg_text_or_nil(tax->reason) : (moon_arg){0}),
        moon_arg_named("revenue", moon_arg_text_or_nil(line->revenue)),
        moon_arg_named("meter", moon_arg_text_or_nil(line->meter)),
        moon_arg_named("cause", moon_arg_text_or_nil(line->cause)),
        moon_arg_named("coupon", moon_arg_text_or_nil(line->coupon)),
        moon_arg_named("corrects", moon_arg_text_or_nil(line->corrects)),
        moon_arg_named("corrects_line", integer_or_nil(line->corrects_line)),
        moon_arg_named("gross", money_or_nil(line->gross, currency)),
    };
    moon_named *kept = MOON_NEW_N(keep, moon_named, BILLED_FIELDS);
    memcpy(kept, fields, sizeof fields);
    return moon_arg_map(kept, BILLED_FIELDS);
}

static moon_status host_billed(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch,
                               moon_arg *result, moon_err *err) {
    moon_drafting *d = ctx;
    moon_billed *list;
    moon_input input;
    size_t count;
    if (n < 2 || args[0].kind != MOON_ARG_TEXT || args[1].kind != MOON_ARG_DATE)
        return moon_fail(err, MOON_E_SCRIPT_VALUE, "billed wants an agreement and the first day of a period");
    MOON_TRY(moon_billed_of(d->change, &d->bills, args[0].text, args[1].date, scratch, &list, &count, err));
    MOON_TRY(moon_billed_input(args[0].text, args[1].date, list, count, scratch, &input, err));
    moon_period_note(d, args[0].text, args[1].date, &input);
    moon_arg *views = MOON_NEW_N(scratch, moon_arg, count);
    for (size_t i = 0; i < count; i++) views[i] = view_of(&list[i], scratch);
    *result = moon_arg_list(views, count);
    return MOON_OK;
}

void moon_period_hosts(moon_job *job, moon_drafting *d) {
    moon_script_provide(job->script, "account", host_account, d);
    moon_script_provide(job->script, "billed", host_billed, d);
    moon_script_provide(job->script, "usage", moon_host_usage, d);
}

/* ---- what the library is given ---- */

/* An agreement of the account at hand. */
typedef struct held {
    const moon_agreement *newest;
    moon_agreement *versions;
    size_t version_count;
    int64_t version; /* the highest number */
    moon_claim *claims;
    size_t claim_count;
    moon_late *late;
    size_t late_count;
    bool billed;
} held;

static moon_status hold(moon_drafting *d, const moon_agreement *newest, held *of, moon_err *err) {
    moon_arena *keep = moon_change_arena(d->change);
    *of = (held){.newest = newest};
    MOON_TRY(moon_agreement_versions(d->change, newest->id, keep, &of->versions, &of->version_count, err));
    for (size_t i = 0; i < of->version_count; i++)
        if (of->versions[i].version > of->version) of->version = of->versions[i].version;
    MOON_TRY(moon_claims_of(d->change, newest->id, MOON_DATE_NONE, keep, &of->claims, &of->claim_count, err));
    return moon_late_of(d->change, newest->id, keep, &of->late, &of->late_count, err);
}

static moon_arg claims_arg(const held *of, moon_arena *keep) {
    moon_arg *items = MOON_NEW_N(keep, moon_arg, of->claim_count);
    for (size_t i = 0; i < of->claim_count; i++) {
        const moon_claim *claim = &of->claims[i];
        moon_named *fields = MOON_NEW_N(keep, moon_named, 5);
        fields[0] = moon_arg_named("start", moon_arg_date(claim->start));
        fields[1] = moon_arg_named("cause", moon_arg_text(claim->cause));
        fields[2] = moon_arg_named("document", moon_arg_text(claim->document));
        fields[3] = moon_arg_named("version", integer_or_nil(claim->version));
        fields[4] = moon_arg_named("stop", claim->stop == MOON_DATE_NONE ? (moon_arg){0}
                                                                         : moon_arg_date(claim->stop));
        items[i] = moon_arg_map(fields, 5);
    }
    return moon_arg_list(items, of->claim_count);
}

static moon_arg late_arg(const held *of, moon_arena *keep) {
    moon_arg *items = MOON_NEW_N(keep, moon_arg, of->late_count);
    for (size_t i = 0; i < of->late_count; i++) {
        moon_named *fields = MOON_NEW_N(keep, moon_named, 2);
        fields[0] = moon_arg_named("start", moon_arg_date(of->late[i].start));
        fields[1] = moon_arg_named("meter", moon_arg_text(of->late[i].meter));
        items[i] = moon_arg_map(fields, 2);
    }
    return moon_arg_list(items, of->late_count);
}

static moon_arg held_arg(const held *of, moon_arena *keep) {
    moon_arg *versions = MOON_NEW_N(keep, moon_arg, of->version_count);
    moon_named *fields = MOON_NEW_N(keep, moon_named, 4);
    for (size_t i = 0; i < of->version_count; i++)
        versions[i] = moon_arg_record(&moon_agreement_type, &of->versions[i]);
    fields[0] = moon_arg_named("id", moon_arg_text(of->newest->id));
    fields[1] = moon_arg_named("versions", moon_arg_list(versions, of->version_count));
    fields[2] = moon_arg_named("claims", claims_arg(of, keep));
    fields[3] = moon_arg_named("late", late_arg(of, keep));
    return moon_arg_map(fields, 4);
}

moon_status moon_ask_unbilled(moon_drafting *d, moon_str account, const moon_named *facts, size_t fact_count,
                              moon_arg *answer, moon_err *err) {
    moon_arena *keep = moon_change_arena(d->change);
    moon_agreement *newest;
    size_t n;
    d->account = account;
    MOON_TRY(moon_agreements_of(d->change, account, keep, &newest, &n, err));
    moon_arg *agreements = MOON_NEW_N(keep, moon_arg, n + 1);
    for (size_t i = 0; i < n; i++) {
        held *one = MOON_NEW(keep, held);
        MOON_TRY(hold(d, &newest[i], one, err));
        agreements[i] = held_arg(one, keep);
    }
    moon_named *input = MOON_NEW_N(keep, moon_named, fact_count + 2);
    memcpy(input, facts, fact_count * sizeof *input);
    input[fact_count] = moon_arg_named("account", moon_arg_text(account));
    input[fact_count + 1] = moon_arg_named("agreements", moon_arg_list(agreements, n));
    moon_arg args[] = {moon_arg_map(input, fact_count + 2)};
    moon_status status = moon_script_call(d->job->script, "unbilled.of", args, 1, keep, answer, err);
    d->reads = NULL;
    d->bills = (moon_bills){0};
    return status;
}

static moon_status ask(moon_drafting *d, const held *list, size_t count, moon_date today, moon_arg *documents,
                       moon_err *err) {
    moon_arena *keep = moon_change_arena(d->change);
    moon_arg *agreements = MOON_NEW_N(keep, moon_arg, count);
    for (size_t i = 0; i < count; i++) agreements[i] = held_arg(&list[i], keep);
    moon_named input[] = {moon_arg_named("account", moon_arg_text(d->account)),
                          moon_arg_named("today", moon_arg_date(today)),
                          moon_arg_named("agreements", moon_arg_list(agreements, count))};
    moon_arg args[] = {moon_arg_map(input, sizeof input / sizeof *input)};
    return moon_script_call(d->job->script, "periods.draft", args, 1, keep, documents, err);
}

/* ---- documents ---- */

/* "periods/ACME/2026-10-01", or the first of ".../2", ".../3" that no issued document has and none of this job. */
static moon_status find_id(moon_drafting *d, moon_document *const *made, size_t count, moon_date start,
                           moon_str *id, moon_err *err) {
    moon_arena *keep = moon_change_arena(d->change);
    char day[MOON_DATE_TEXT];
    moon_date_format(start, day);
    moon_str source = moon_arena_printf(keep, "periods/%.*s/%s", MOON_STR_ARG(d->account), day),
             name = source;
    for (int n = 2;; n++) {
        moon_document known;
        bool taken;
        MOON_TRY(moon_document_id(d->change, name, id, err));
        known.id = *id;
        MOON_TRY(moon_get(d->change, &moon_document_type, &known, &taken, err));
        taken = taken && known.state == MOON_STATE_ISSUED;
        for (size_t i = 0; i < count; i++) taken = taken || moon_str_eq(made[i]->id, *id);
        if (!taken) return MOON_OK;
        name = moon_arena_printf(keep, "%.*s/%d", MOON_STR_ARG(source), n);
    }
}

/* The agreements that a document bills are among those of the account, with their newest version. */
static moon_status note_agreements(moon_drafting *d, const moon_arg *ids, held *list, size_t count,
                                   moon_err *err) {
    if (ids->kind != MOON_ARG_LIST || ids->list.count == 0)
        return moon_fail(err, MOON_E_SCRIPT_VALUE, "a draft does not say which agreements it bills");
    for (size_t i = 0; i < ids->list.count; i++) {
        const moon_arg *id = &ids->list.items[i];
        size_t k = 0;
        while (k < count && !(id->kind == MOON_ARG_TEXT && moon_str_eq(list[k].newest->id, id->text))) k++;
        if (k == count)
            return moon_fail(err, MOON_E_SCRIPT_VALUE, "a draft bills an agreement that is not there");
        moon_drafting_note(d, "agreement", list[k].newest->id, list[k].version, NULL);
        list[k].billed = true;
    }
    return MOON_OK;
}

static moon_date first_period(const moon_document *document) {
    moon_date first = MOON_DATE_MAX;
    for (size_t i = 0; i < document->lines.count; i++) {
        moon_date start = moon_line_period(MOON_AT(moon_line, document->lines, i));
        if (start != MOON_DATE_NONE && start < first) first = start;
    }
    return first;
}

typedef struct made {
    moon_document **items;
    size_t count;
} made;

/* The document with a line that changes what was billed in arrears of a period; or the first that bills the
 * agreement, where nothing changed. */
static const moon_document *bill_of_late(const made *all, moon_str agreement, moon_date start) {
    const moon_document *first = NULL;
    moon_str base;
    for (size_t i = 0; i < all->count; i++) {
        const moon_document *document = all->items[i];
        if (!first && bills(document, agreement, MOON_DATE_NONE)) first = document;
        for (size_t k = 0; k < document->lines.count; k++) {
            const moon_line *line = MOON_AT(moon_line, document->lines, k);
            if (moon_str_eq(line->agreement, agreement) && moon_line_period(line) == start &&
                moon_claim_turn(line->claim, &base) > 0 && moon_str_starts(base, MOON_STR("arrears")))
                return document;
        }
    }
    return first;
}

static void note_late(moon_drafting *d, const made *all, const moon_document *document, const held *list,
                      size_t count) {
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < list[i].late_count; k++) {
            moon_input input;
            if (bill_of_late(all, list[i].newest->id, list[i].late[k].start) != document) continue;
            moon_late_input(list[i].newest->id, &list[i].late[k], moon_change_arena(d->change), &input);
            moon_drafting_note_input(d, &input);
        }
}

static moon_status complete(moon_drafting *d, const made *all, size_t i, const moon_arg *of, held *list,
                            size_t count, moon_err *err) {
    moon_account account;
    moon_input paused;
    moon_document *document = all->items[i];
    moon_arg ids = moon_arg_get(of, "agreements"), day = moon_arg_get(of, "account_day");
    moon_drafting_forget(d);
    MOON_TRY(note_agreements(d, &ids, list, count, err));
    if (day.kind != MOON_ARG_DATE)
        return moon_fail(err, MOON_E_SCRIPT_VALUE, "a draft does not say the day of its account");
    MOON_TRY(moon_drafting_account(d, d->account, day.date, &account, err));
    MOON_TRY(find_id(d, all->items, i, first_period(document), &document->id, err));
    if (moon_pause_input(moon_arg_text_of(of, "pause"), &paused)) moon_drafting_note_input(d, &paused);
    note_reads(d, document);
    note_late(d, all, document, list, count);
    return moon_drafting_complete(d, document, &account, MOON_STR_NONE, "period", err);
}

static moon_status add_documents(moon_drafting *d, const moon_arg *documents, held *list, size_t count,
                                 moon_buf *out, uint64_t *made_count, moon_err *err) {
    moon_arena *keep = moon_change_arena(d->change);
    made all = {.count = documents->list.count};
    all.items = MOON_NEW_N(keep, moon_document *, all.count);
    for (size_t i = 0; i < all.count; i++) {
        moon_arg number = moon_arg_integer((int64_t)i + 1);
        all.items[i] = MOON_NEW(keep, moon_document);
        MOON_TRY(moon_script_call_record(d->job->script, "periods.document", &number, 1, &moon_document_type,
                                         keep, all.items[i], err));
    }
    for (size_t i = 0; i < all.count; i++) {
        MOON_TRY(complete(d, &all, i, &documents->list.items[i], list, count, err));
        moon_wire_add_record(out, &moon_document_type, all.items[i]);
    }
    *made_count += all.count;
    return MOON_OK;
}

moon_periods_outcome moon_periods_outcome_of(const moon_agreement *newest, bool billed, moon_date today) {
    if (billed) return MOON_PERIODS_BILLED;
    if (newest->start > today) return MOON_PERIODS_NOT_BEGUN;
    return newest->until != MOON_DATE_NONE && newest->until <= today ? MOON_PERIODS_ENDED
                                                                     : MOON_PERIODS_NOTHING_DUE;
}

moon_status moon_draft_periods(moon_drafting *d, moon_str account, moon_date today, moon_buf *documents,
                               uint64_t *count, moon_buf *agreements, moon_err *err) {
    moon_arena *keep = moon_change_arena(d->change);
    moon_agreement *newest;
    size_t n;
    moon_arg answer = moon_arg_list(NULL, 0);
    d->account = account;
    MOON_TRY(moon_agreements_of(d->change, account, keep, &newest, &n, err));
    held *list = MOON_NEW_N(keep, held, n);
    for (size_t i = 0; i < n; i++) MOON_TRY(hold(d, &newest[i], &list[i], err));
    if (n) MOON_TRY(ask(d, list, n, today, &answer, err));
    if (answer.kind == MOON_ARG_LIST) MOON_TRY(add_documents(d, &answer, list, n, documents, count, err));
    d->reads = NULL;
    d->bills = (moon_bills){0};
    moon_buf_add_varint(agreements, n);
    for (size_t i = 0; i < n; i++)
        moon_buf_add_char(agreements, (char)moon_periods_outcome_of(&newest[i], list[i].billed, today));
    return MOON_OK;
}

/* ---- what plans charge at all ---- */

/* "start", "calendar", or a day: as moon_job_timings answers it. */
static char align_of(moon_str align) {
    moon_decimal day;
    moon_err ignored;
    int64_t whole;
    if (moon_str_is(align, "calendar")) return 0x7F;
    if (moon_decimal_parse(align, &day, &ignored) != MOON_OK ||
        moon_decimal_to_int(day, &whole, &ignored) != MOON_OK || whole < 0 || whole > 31)
        return 0;
    return (char)whole;
}

moon_status moon_job_timings(moon_job *job, moon_str request, moon_buf *reply, moon_err *err) {
    static const char *const units[] = {"day", "week", "month", "quarter", "half_year", "year"};
    moon_arg plan = moon_arg_text(request), out;
    unsigned char unit = MOON_UNIT_MONTH;
    MOON_TRY(moon_script_call(job->script, "periods.timings", &plan, 1, &job->arena, &out, err));
    moon_str every = moon_arg_text_of(&out, "every");
    bool known = false;
    for (unsigned char i = 0; i < sizeof units / sizeof *units; i++)
        if (moon_str_is(every, units[i])) {
            unit = i;
            known = true;
        }
    moon_buf_add_char(reply, moon_arg_get(&out, "advance").boolean);
    moon_buf_add_char(reply, moon_arg_get(&out, "arrears").boolean);
    moon_buf_add_char(reply, known && moon_arg_get(&out, "plain").boolean);
    moon_buf_add_char(reply, moon_str_is(moon_arg_text_of(&out, "first"), "merged"));
    moon_buf_add_char(reply, (char)unit);
    moon_buf_add_char(reply, align_of(moon_arg_text_of(&out, "align")));
    moon_buf_add_varint(reply, (uint64_t)moon_arg_int_of(&out, "n", 1));
    return MOON_OK;
}
