#include "run/jobs_period.h"

#include "books/agreement.h"
#include "books/document.h"
#include "books/party.h"
#include "books/usage.h"
#include "run/jobs.h"
#include "run/period_due.h"
#include "run/wire.h"
#include "store/table.h"

/* One period of one agreement with one timing that nothing claims so far. */
typedef struct claim {
    const moon_agreement *newest;
    size_t place;             /* of the agreement among those of the account */
    moon_agreement agreement; /* the version that prices the period */
    moon_account account;     /* of the tax point */
    moon_period period;
    bool advance;
} claim;

/* An aggregate that the library asked for. */
typedef struct read_usage {
    size_t claim;
    moon_input input;
} read_usage;

typedef struct moon_period_claims {
    claim *items;
    size_t count, room;
    read_usage *reads;
    size_t read_count, read_room;
} moon_period_claims;

static moon_named named(const char *name, moon_arg value) { return (moon_named){moon_str_of(name), value}; }

/* Room for one more of `size` bytes. */
static void *with_room(moon_arena *keep, void *items, size_t count, size_t *room, size_t size) {
    if (count < *room) return items;
    size_t wanted = *room ? *room * 2 : 8;
    void *larger = moon_arena_alloc_n(keep, wanted, size);
    if (count) memcpy(larger, items, count * size);
    *room = wanted;
    return larger;
}

/* ---- what is due ---- */

static moon_status add_claim(moon_drafting *d, const claim *wanted, moon_err *err) {
    moon_period_claims *of = d->claims;
    moon_date start = wanted->period.start, day = wanted->advance ? start : wanted->period.end - 1;
    bool found;
    of->items = with_room(moon_change_arena(d->change), of->items, of->count, &of->room, sizeof *of->items);
    claim *one = &of->items[of->count++];
    *one = *wanted;
    MOON_TRY(moon_version_at(d->change, &moon_agreement_type, wanted->newest->id, start, &one->agreement,
                             &found, err));
    return moon_drafting_account(d, wanted->newest->account, day, &one->account, err);
}

/* What is due of an agreement and not claimed. */
static moon_status due_of(moon_drafting *d, const moon_agreement *newest, size_t place, moon_date today,
                          moon_err *err) {
    moon_unclaimed *list;
    size_t count;
    MOON_TRY(moon_unclaimed_of(d->change, newest, today, &list, &count, err));
    for (size_t i = 0; i < count; i++) {
        claim wanted = {
            .newest = newest, .place = place, .period = list[i].period, .advance = list[i].advance};
        MOON_TRY(add_claim(d, &wanted, err));
    }
    return MOON_OK;
}

/* ---- what the library asks for ---- */

/* The number of a claim, as the library counts them, as an index. */
static bool read_number(const moon_arg *number, size_t count, size_t *index) {
    int64_t whole;
    moon_err err;
    if (number->kind != MOON_ARG_DECIMAL || moon_decimal_to_int(number->decimal, &whole, &err) != MOON_OK)
        return false;
    *index = (size_t)whole - 1;
    return whole >= 1 && *index < count;
}

moon_status moon_host_usage(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch, moon_arg *result,
                            moon_err *err) {
    moon_drafting *d = ctx;
    moon_period_claims *of = d->claims;
    moon_arena *keep = moon_change_arena(d->change);
    moon_aggregate sum;
    size_t k;
    (void)scratch;
    if (n < 2 || !of || !read_number(&args[0], of->count, &k) || args[1].kind != MOON_ARG_TEXT)
        return moon_fail(err, MOON_E_SCRIPT_VALUE, "usage wants the number of a claim and a meter");
    const claim *one = &of->items[k];
    MOON_TRY(moon_usage_of(d->change, one->account.id, args[1].text, one->period, &sum, err));
    of->reads = with_room(keep, of->reads, of->read_count, &of->read_room, sizeof *of->reads);
    read_usage *read = &of->reads[of->read_count++];
    read->claim = k;
    moon_record_init(&moon_input_type, &read->input);
    read->input.record = moon_usage_name(args[1].text, one->period, keep);
    read->input.count = sum.count;
    read->input.quantity = sum.quantity;
    *result = moon_arg_decimal(sum.quantity);
    return MOON_OK;
}

/* ---- documents ---- */

static moon_status ask(moon_drafting *d, moon_arg *documents, moon_err *err) {
    moon_arena *keep = moon_change_arena(d->change);
    const moon_period_claims *of = d->claims;
    moon_arg *list = MOON_NEW_N(keep, moon_arg, of->count);
    for (size_t i = 0; i < of->count; i++) {
        const claim *one = &of->items[i];
        moon_named *facts = MOON_NEW_N(keep, moon_named, 5);
        facts[0] = named("account", moon_arg_record(&moon_account_type, &one->account));
        facts[1] = named("agreement", moon_arg_record(&moon_agreement_type, &one->agreement));
        facts[2] = named("start", moon_arg_date(one->period.start));
        facts[3] = named("stop", moon_arg_date(one->period.end));
        facts[4] = named("timing", moon_arg_text(one->advance ? MOON_STR("advance") : MOON_STR("arrears")));
        list[i] = moon_arg_map(facts, 5);
    }
    moon_named input[] = {named("claims", moon_arg_list(list, of->count))};
    moon_arg args[] = {moon_arg_map(input, 1)};
    return moon_script_call(d->job->script, "periods.draft", args, 1, keep, documents, err);
}

/* "periods/ACME/2026-10-01", or the first of ".../2", ".../3" that no issued document has and none of this job. */
static moon_status find_id(moon_drafting *d, moon_document *const *made, size_t count, moon_str account,
                           moon_date start, moon_str *id, moon_err *err) {
    moon_arena *keep = moon_change_arena(d->change);
    char day[MOON_DATE_TEXT];
    moon_date_format(start, day);
    moon_str source = moon_arena_printf(keep, "periods/%.*s/%s", MOON_STR_ARG(account), day), name = source;
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

/* Note what the claims of a document read; the first day among their periods, and the account of the last tax
 * point. */
static moon_status note_claims(moon_drafting *d, const moon_arg *numbers, bool *billed, moon_date *first,
                               const moon_account **account, moon_err *err) {
    moon_period_claims *of = d->claims;
    moon_date last = MOON_DATE_NONE;
    if (numbers->kind != MOON_ARG_LIST)
        return moon_fail(err, MOON_E_SCRIPT_VALUE, "a draft does not say what it bills");
    *first = MOON_DATE_MAX;
    moon_drafting_forget(d);
    for (size_t i = 0; i < numbers->list.count; i++) {
        size_t k;
        if (!read_number(&numbers->list.items[i], of->count, &k))
            return moon_fail(err, MOON_E_SCRIPT_VALUE, "a draft bills a claim that is not there");
        const claim *one = &of->items[k];
        moon_date day = one->advance ? one->period.start : one->period.end - 1;
        moon_drafting_note(d, "agreement", one->agreement.id, one->agreement.version, NULL);
        moon_drafting_note(d, "account", one->account.id, one->account.version, NULL);
        for (size_t r = 0; r < of->read_count; r++)
            if (of->reads[r].claim == k) moon_drafting_note_input(d, &of->reads[r].input);
        billed[one->place] = true;
        if (one->period.start < *first) *first = one->period.start;
        if (day > last) {
            last = day;
            *account = &one->account;
        }
    }
    return MOON_OK;
}

static moon_status add_documents(moon_drafting *d, const moon_arg *list, bool *billed, moon_buf *documents,
                                 uint64_t *count, moon_err *err) {
    moon_arena *keep = moon_change_arena(d->change);
    moon_document **made = MOON_NEW_N(keep, moon_document *, list->list.count);
    for (size_t i = 0; i < list->list.count; i++) {
        const moon_account *account = NULL;
        moon_date first;
        moon_arg number = moon_arg_integer((int64_t)i + 1);
        made[i] = MOON_NEW(keep, moon_document);
        MOON_TRY(note_claims(d, &list->list.items[i], billed, &first, &account, err));
        if (!account) return moon_fail(err, MOON_E_SCRIPT_VALUE, "a draft bills no claim");
        MOON_TRY(moon_script_call_record(d->job->script, "periods.document", &number, 1, &moon_document_type,
                                         keep, made[i], err));
        MOON_TRY(find_id(d, made, i, account->id, first, &made[i]->id, err));
        MOON_TRY(moon_drafting_complete(d, made[i], account, MOON_STR_NONE, "period", err));
        moon_wire_add_record(documents, &moon_document_type, made[i]);
        ++*count;
    }
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
    moon_period_claims claims = {0};
    moon_agreement *list;
    size_t n;
    moon_arg made = moon_arg_list(NULL, 0);
    d->claims = &claims;
    MOON_TRY(moon_agreements_of(d->change, account, keep, &list, &n, err));
    for (size_t i = 0; i < n; i++) MOON_TRY(due_of(d, &list[i], i, today, err));
    bool *billed = MOON_NEW_N(keep, bool, n);
    for (size_t i = 0; i < n; i++) billed[i] = false;
    if (claims.count) MOON_TRY(ask(d, &made, err));
    if (made.kind == MOON_ARG_LIST) MOON_TRY(add_documents(d, &made, billed, documents, count, err));
    d->claims = NULL;
    moon_buf_add_varint(agreements, n);
    for (size_t i = 0; i < n; i++)
        moon_buf_add_char(agreements, (char)moon_periods_outcome_of(&list[i], billed[i], today));
    return MOON_OK;
}

moon_status moon_job_timings(moon_job *job, moon_str request, moon_buf *reply, moon_err *err) {
    moon_arg plan = moon_arg_text(request), out;
    MOON_TRY(moon_script_call(job->script, "periods.timings", &plan, 1, &job->arena, &out, err));
    moon_buf_add_char(reply, moon_arg_get(&out, "advance").boolean);
    moon_buf_add_char(reply, moon_arg_get(&out, "arrears").boolean);
    return MOON_OK;
}
