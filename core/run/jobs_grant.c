#include "run/jobs_grant.h"

#include "books/grant.h"

/* Days and sources that were asked for, and what the documents made so far use. */
typedef struct read_source {
    struct read_source *next;
    moon_str source;
} read_source;

typedef struct read_day {
    struct read_day *next;
    moon_date day;
    moon_input input;
} read_day;

typedef struct used_source {
    struct used_source *next;
    moon_str source;
    moon_currency currency;
    int64_t amount;
} used_source;

typedef struct moon_grant_reads {
    read_source *sources;
    read_day *days;
    used_source *used;
} moon_grant_reads;

static moon_grant_reads *reads_of(moon_drafting *d) {
    if (d->grants) return d->grants;
    d->grants = MOON_NEW(moon_change_arena(d->change), moon_grant_reads);
    *d->grants = (moon_grant_reads){0};
    return d->grants;
}

static used_source *used_of(const moon_drafting *d, moon_str source) {
    used_source *one = d->grants ? d->grants->used : NULL;
    while (one && !moon_str_eq(one->source, source)) one = one->next;
    return one;
}

/* What issued documents and those of this job use of a source; currency 0: nothing. */
static moon_status burned(moon_drafting *d, moon_str source, moon_money *out, moon_err *err) {
    const used_source *here = used_of(d, source);
    MOON_TRY(moon_burned(d->change, source, &out->minor, &out->currency, err));
    if (!here) return MOON_OK;
    out->currency = here->currency;
    return moon_minor_add(&out->minor, here->amount, "what is used of a coupon", err);
}

/* ---- host.grants ---- */

static moon_status read_on(moon_drafting *d, moon_date day, moon_err *err) {
    moon_grant_reads *reads = reads_of(d);
    for (const read_day *one = reads->days; one; one = one->next)
        if (one->day == day) return MOON_OK;
    read_day *made = MOON_NEW(moon_change_arena(d->change), read_day);
    *made = (read_day){.next = reads->days, .day = day};
    MOON_TRY(moon_grants_input(d->change, d->account, day, moon_change_arena(d->change), &made->input, err));
    reads->days = made;
    return MOON_OK;
}

static moon_str source_of_grant(const moon_grant *grant, moon_arena *keep) {
    return moon_arena_printf(keep, "grant/%.*s", MOON_STR_ARG(grant->id));
}

/* Fields in the order of their names, as maps want them. */
static moon_arg view_of(const moon_usable *one, moon_arena *keep) {
    const moon_grant *grant = &one->grant;
    moon_money left = {one->left, grant->currency};
    moon_str currency = moon_str_of(moon_currency_code(grant->currency));
    moon_named *fields = MOON_NEW_N(keep, moon_named, 9);
    fields[0] = moon_arg_named("charges", moon_arg_text_or_nil(grant->charges));
    fields[1] = moon_arg_named("currency", moon_arg_text(currency));
    fields[2] = moon_arg_named("expires", grant->expires == MOON_DATE_NONE ? (moon_arg){0}
                                                                           : moon_arg_date(grant->expires));
    fields[3] = moon_arg_named("from", moon_arg_date(grant->from));
    fields[4] = moon_arg_named("id", moon_arg_text(grant->id));
    fields[5] = moon_arg_named("left", moon_arg_money(moon_money_decimal(left), left.currency));
    fields[6] =
        moon_arg_named("priority", moon_arg_integer(grant->priority == MOON_INT_NONE ? 0 : grant->priority));
    fields[7] = moon_arg_named("source", moon_arg_text(source_of_grant(grant, keep)));
    fields[8] = moon_arg_named("text", moon_arg_text_or_nil(grant->text));
    return moon_arg_map(fields, 9);
}

static moon_status host_grants(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch,
                               moon_arg *result, moon_err *err) {
    moon_drafting *d = ctx;
    moon_usable *list;
    size_t count, kept = 0;
    if (n < 1 || args[0].kind != MOON_ARG_DATE || d->account.len == 0)
        return moon_fail(err, MOON_E_SCRIPT_VALUE, "grants wants a day, while a document is drafted");
    MOON_TRY(moon_grants_of(d->change, d->account, args[0].date, scratch, &list, &count, err));
    /* Who has none notes nothing: a grant that is given later is for the next document. */
    if (count) MOON_TRY(read_on(d, args[0].date, err));
    moon_arg *views = MOON_NEW_N(scratch, moon_arg, count);
    for (size_t i = 0; i < count; i++) {
        const used_source *here = used_of(d, source_of_grant(&list[i].grant, scratch));
        if (here) list[i].left -= here->amount;
        if (list[i].left > 0) views[kept++] = view_of(&list[i], scratch);
    }
    *result = moon_arg_list(views, kept);
    return MOON_OK;
}

/* ---- host.burned ---- */

static void read_of(moon_drafting *d, moon_str source) {
    moon_grant_reads *reads = reads_of(d);
    for (const read_source *one = reads->sources; one; one = one->next)
        if (moon_str_eq(one->source, source)) return;
    read_source *made = MOON_NEW(moon_change_arena(d->change), read_source);
    *made = (read_source){reads->sources, moon_arena_str(moon_change_arena(d->change), source)};
    reads->sources = made;
}

static moon_status host_burned(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch,
                               moon_arg *result, moon_err *err) {
    moon_drafting *d = ctx;
    moon_money used;
    (void)scratch;
    if (n < 1 || args[0].kind != MOON_ARG_TEXT || args[0].text.len == 0)
        return moon_fail(err, MOON_E_SCRIPT_VALUE, "burned wants a source, such as coupon/A-7/WELCOME");
    read_of(d, args[0].text);
    MOON_TRY(burned(d, args[0].text, &used, err));
    if (used.currency) *result = moon_arg_money(moon_money_decimal(used), used.currency);
    return MOON_OK;
}

void moon_grant_hosts(moon_job *job, moon_drafting *d) {
    moon_script_provide(job->script, "grants", host_grants, d);
    moon_script_provide(job->script, "burned", host_burned, d);
}

/* ---- what a document notes ---- */

/* "coupon/X/CODE" matters to the documents of X, an account or an agreement; any other source to all. */
static bool concerns(moon_str source, const moon_document *document) {
    moon_str owner = source, kind;
    moon_str_cut(&owner, '/', &kind);
    if (!moon_str_is(kind, "coupon")) return true;
    moon_str id = moon_str_sub(owner, 0, moon_str_find(owner, '/', 0));
    if (moon_str_eq(id, document->account)) return true;
    for (size_t i = 0; i < document->lines.count; i++)
        if (moon_str_eq(MOON_AT(moon_line, document->lines, i)->agreement, id)) return true;
    return false;
}

static moon_status note_source(moon_drafting *d, moon_str source, moon_currency currency, moon_err *err) {
    moon_input input;
    moon_money used;
    MOON_TRY(burned(d, source, &used, err));
    if (!used.currency) used.currency = currency;
    moon_record_init(&moon_input_type, &input);
    input.record = moon_arena_printf(moon_change_arena(d->change), "burned/%.*s", MOON_STR_ARG(source));
    input.quantity = moon_money_decimal(used);
    moon_drafting_note_input(d, &input);
    return MOON_OK;
}

static moon_status count_burn(moon_drafting *d, const moon_burn *burn, moon_err *err) {
    used_source *one = used_of(d, burn->source);
    if (!one) {
        moon_grant_reads *reads = reads_of(d);
        one = MOON_NEW(moon_change_arena(d->change), used_source);
        *one = (used_source){reads->used, burn->source, burn->currency, 0};
        reads->used = one;
    }
    return moon_minor_add(&one->amount, burn->amount, "what drafts use of a coupon", err);
}

moon_status moon_grant_note(moon_drafting *d, const moon_document *document, moon_err *err) {
    moon_burn *burns;
    size_t count;
    for (const read_day *one = d->grants ? d->grants->days : NULL; one; one = one->next)
        moon_drafting_note_input(d, &one->input);
    for (const read_source *one = d->grants ? d->grants->sources : NULL; one; one = one->next)
        if (concerns(one->source, document)) MOON_TRY(note_source(d, one->source, document->currency, err));
    MOON_TRY(moon_burns_of(d->change, document, moon_change_arena(d->change), &burns, &count, err));
    for (size_t i = 0; i < count; i++) MOON_TRY(count_burn(d, &burns[i], err));
    return MOON_OK;
}
