#include "run/amend.h"

#include "books/party.h"
#include "run/jobs.h"
#include "run/wire.h"
#include "store/table.h"

#define ATTEMPTS 5

/* A field, or one tag of it. */
typedef struct place {
    const moon_field *field;
    moon_str key;
    moon_str text; /* what it is to say */
    bool always;   /* carried whatever later versions say */
} place;

/* One attempt. */
typedef struct amending {
    moon_book *book;
    const moon_amend_wish *wish;
    moon_change *change;
    moon_arena *keep; /* of the answer */
    moon_amended *out;
    moon_agreement *held; /* of each day the version that holds, ascending */
    size_t count;
    const moon_agreement *newest;
    place *places;
    size_t place_count;
} amending;

static moon_str day_text(moon_arena *keep, moon_date day) {
    char text[MOON_DATE_TEXT];
    moon_date_format(day, text);
    return moon_arena_str(keep, moon_str_of(text));
}

#define DAY(a, day) MOON_STR_ARG(day_text((a)->keep, day))

/* ---- fields as texts ---- */

static moon_str text_of(const moon_agreement *version, const place *at, moon_arena *keep) {
    if (at->field->kind == MOON_KIND_TAGS) return moon_tags_get(moon_field_at(at->field, version), at->key);
    moon_buf text = MOON_BUF_EMPTY;
    moon_field_format(at->field, version, 0, &text);
    moon_str made = moon_arena_str(keep, moon_buf_str(&text));
    moon_buf_free(&text);
    return made;
}

static moon_status set_text(moon_agreement *version, const place *at, moon_arena *keep, moon_err *err) {
    if (at->field->kind == MOON_KIND_TAGS) {
        moon_tags *tags = moon_field_at(at->field, version);
        *tags = moon_tags_with(tags, at->key, at->text, keep);
        return MOON_OK;
    }
    moon_status status = moon_field_parse(at->field, at->text, version, keep, err);
    return status == MOON_OK ? MOON_OK : moon_err_context(err, "field %s", at->field->name);
}

static moon_str name_of(const place *at, moon_arena *keep) {
    if (!at->key.len) return moon_str_of(at->field->name);
    return moon_arena_printf(keep, "%s.%.*s", at->field->name, MOON_STR_ARG(at->key));
}

static void add_place(amending *a, const char *field, moon_str text, bool always) {
    a->places[a->place_count++] = (place){
        .field = moon_type_field(&moon_agreement_type, moon_str_of(field)), .text = text, .always = always};
}

/* What has a command of its own, or is fixed. */
static moon_status refuse_field(moon_str field, moon_str id, moon_err *err) {
    static const char *const others[][2] = {{"until", "end"}, {"pause", "pause"}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (moon_str_is(field, others[i][0])) {
            moon_fail(err, MOON_E_USAGE, "%s is not set by a change", others[i][0]);
            return moon_err_hint(err, "moonbill %s %.*s", others[i][1], MOON_STR_ARG(id));
        }
    moon_fail(err, MOON_E_USAGE, "a change cannot set \"%.*s\"", MOON_STR_ARG(field));
    return moon_err_hint(err,
                         "it sets plan=, terms=, reference=, tags.NAME=, prices.CHARGE= and "
                         "coupons.CODE=; for the rest: moonbill set agreement %.*s",
                         MOON_STR_ARG(id));
}

static moon_status add_pair(amending *a, const moon_amend_pair *pair, moon_err *err) {
    static const char *const plain[] = {"plan", "terms", "reference"};
    moon_str key = pair->field, name;
    const moon_field *field = NULL;
    if (moon_str_cut(&key, '.', &name) && name.len < pair->field.len) {
        field = moon_type_field(&moon_agreement_type, name);
        if (!field || field->kind != MOON_KIND_TAGS || key.len == 0)
            return refuse_field(pair->field, a->wish->id, err);
    } else {
        for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
            if (moon_str_is(name, plain[i])) field = moon_type_field(&moon_agreement_type, name);
        if (!field) return refuse_field(pair->field, a->wish->id, err);
        key = MOON_STR_NONE;
    }
    a->places[a->place_count++] = (place){.field = field, .key = key, .text = pair->value};
    return MOON_OK;
}

/* ---- the agreement ---- */

static moon_status read_versions(amending *a, moon_err *err) {
    moon_agreement bound = {.id = a->wish->id}, version;
    moon_scan scan;
    bool more = true;
    int64_t all;
    MOON_TRY(moon_version_count(a->change, &moon_agreement_type, a->wish->id, &all, err));
    a->held = MOON_NEW_N(moon_change_arena(a->change), moon_agreement, (size_t)all + 1);
    MOON_TRY(moon_scan_begin(a->change, &moon_agreement_type, MOON_BY_KEY, &bound, 1, &bound, 1, false, &scan,
                             err));
    moon_status status = MOON_OK;
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &version, &more, err);
        if (status != MOON_OK || !more) break;
        if (a->count && a->held[a->count - 1].from == version.from) a->count--;
        a->held[a->count++] = version;
    }
    moon_scan_end(&scan);
    if (status != MOON_OK) return status;
    if (a->count == 0) {
        moon_fail(err, MOON_E_NOT_FOUND, "there is no agreement %.*s", MOON_STR_ARG(a->wish->id));
        return moon_err_hint(err, "moonbill list agreements");
    }
    a->newest = &a->held[a->count - 1];
    if (a->newest->start != MOON_DATE_NONE) return MOON_OK;
    moon_fail(err, MOON_E_STATE_REFUSED, "agreement %.*s is not billed by periods: it has no start",
              MOON_STR_ARG(a->wish->id));
    return moon_err_hint(err, "moonbill set agreement %.*s FIELD=VALUE --from DATE",
                         MOON_STR_ARG(a->wish->id));
}

/* The first day after the period that has a day. */
static moon_status period_end(amending *a, moon_date day, moon_date *end, moon_err *err) {
    moon_buf request = MOON_BUF_EMPTY;
    moon_str reply;
    moon_arg answer, of = moon_arg_date(day);
    moon_wire_add_arg(&request, &of);
    moon_buf_add_varint(&request, a->count);
    for (size_t i = 0; i < a->count; i++) moon_wire_add_record(&request, &moon_agreement_type, &a->held[i]);
    moon_status status = moon_worker_call(a->book->worker, moon_job_around, moon_buf_str(&request), true,
                                          a->keep, &reply, err);
    moon_buf_free(&request);
    moon_worker_stop(a->book->worker);
    if (status != MOON_OK) return moon_err_context(err, "agreement %.*s", MOON_STR_ARG(a->wish->id));
    if (!moon_wire_read_arg(&reply, &answer, a->keep))
        return moon_fail(err, MOON_E_SCRIPT_CRASH, "the worker's answer makes no sense");
    moon_arg period = moon_arg_get(&answer, "period"), last = moon_arg_get(&answer, "bill_last_day");
    if (period.kind != MOON_ARG_PERIOD)
        return moon_fail(err, MOON_E_STATE_REFUSED, "agreement %.*s has no period on %.*s",
                         MOON_STR_ARG(a->wish->id), DAY(a, day));
    /* Where the last day is billed, the end is that day. */
    bool earlier = a->wish->verb == MOON_AMEND_END && last.kind == MOON_ARG_BOOL && last.boolean;
    *end = period.period.end - earlier;
    return MOON_OK;
}

static moon_status find_day(amending *a, moon_err *err) {
    moon_date today = a->book->ctx.today, day = a->wish->day == MOON_DATE_NONE ? today : a->wish->day;
    const moon_agreement *newest = a->newest;
    bool ends = a->wish->verb == MOON_AMEND_END;
    if (a->wish->at_period_end) {
        if (ends && newest->until != MOON_DATE_NONE && newest->until <= today) {
            a->out->day = today; /* told below */
        } else
            MOON_TRY(period_end(a, today < newest->start ? newest->start : today, &a->out->day, err));
        day = a->out->day;
    }
    a->out->day = day;
    if (day < newest->start) {
        moon_fail(err, MOON_E_PERIOD_ORDER, "agreement %.*s starts on %.*s, after %.*s",
                  MOON_STR_ARG(newest->id), DAY(a, newest->start), DAY(a, day));
        return moon_err_hint(err, "--%s %.*s is the first day that can be named",
                             a->wish->verb == MOON_AMEND_PAUSE ? "from" : "on", DAY(a, newest->start));
    }
    if (newest->until == MOON_DATE_NONE || day < newest->until || (ends && day == newest->until))
        return MOON_OK;
    if (ends && newest->until > today) return MOON_OK; /* to end later */
    moon_fail(err, MOON_E_STATE_REFUSED, "agreement %.*s %s on %.*s", MOON_STR_ARG(newest->id),
              newest->until <= today ? "has ended" : "ends", DAY(a, newest->until));
    return newest->until <= today
               ? moon_err_hint(err,
                               "it goes on with another agreement, or after: moonbill set agreement "
                               "%.*s until= --from %.*s",
                               MOON_STR_ARG(newest->id), DAY(a, newest->from))
               : err->code;
}

/* The version that holds on the day; the first one answers for days before it. */
static const moon_agreement *version_at(const amending *a, moon_date day) {
    const moon_agreement *found = &a->held[0];
    for (size_t i = 1; i < a->count && a->held[i].from <= day; i++) found = &a->held[i];
    return found;
}

/* ---- what is asked ---- */

static moon_status ask_resume(amending *a, moon_err *err) {
    moon_date day = a->out->day;
    const moon_agreement *base = version_at(a, day);
    add_place(a, "pause", MOON_STR_NONE, false);
    if (base->pause) return MOON_OK;
    if (base > a->held && base->from == day && (base - 1)->pause) return MOON_OK; /* done already */
    moon_fail(err, MOON_E_STATE_REFUSED, "agreement %.*s is not paused on %.*s", MOON_STR_ARG(base->id),
              DAY(a, day));
    for (const moon_agreement *later = base + 1; later < a->held + a->count; later++)
        if (later->pause) return moon_err_hint(err, "it is paused from %.*s", DAY(a, later->from));
    return err->code;
}

static moon_status find_places(amending *a, moon_err *err) {
    const moon_amend_wish *wish = a->wish;
    a->places = MOON_NEW_N(a->keep, place, wish->pair_count + 1);
    switch (wish->verb) {
    case MOON_AMEND_CHANGE:
        if (wish->pair_count == 0)
            return moon_fail(err, MOON_E_USAGE, "nothing to change: give tags.seats=20, for example");
        for (size_t i = 0; i < wish->pair_count; i++) MOON_TRY(add_pair(a, &wish->pairs[i], err));
        return MOON_OK;
    case MOON_AMEND_END: add_place(a, "until", day_text(a->keep, a->out->day), true); return MOON_OK;
    case MOON_AMEND_PAUSE:
        add_place(a, "pause", wish->how.len ? wish->how : MOON_STR("stop"), false);
        return MOON_OK;
    case MOON_AMEND_RESUME: return ask_resume(a, err);
    }
    return MOON_OK;
}

/* ---- versions ---- */

static void add_row(amending *a, moon_date from, const place *at, moon_str old, bool kept) {
    a->out->rows[a->out->row_count++] = (moon_amend_row){.from = from,
                                                         .field = name_of(at, a->keep),
                                                         .old = moon_arena_str(a->keep, old),
                                                         .new = moon_arena_str(a->keep, at->text),
                                                         .kept = kept};
}

static moon_agreement *add_version(amending *a, const moon_agreement *like) {
    moon_agreement *made = &a->out->versions[a->out->version_count++];
    *made = *like;
    return made;
}

/* The version of a day that is being written, made from `like` where there is none yet. */
static moon_agreement *written_for(amending *a, const moon_agreement *like) {
    for (size_t i = 0; i < a->out->version_count; i++)
        if (a->out->versions[i].from == like->from) return &a->out->versions[i];
    return add_version(a, like);
}

/* Into the later versions, up to the first that says something else. */
static moon_status carry(amending *a, const place *at, moon_str old, moon_err *err) {
    for (size_t i = 0; i < a->count; i++) {
        const moon_agreement *later = &a->held[i];
        if (later->from <= a->out->day) continue;
        moon_str says = text_of(later, at, a->keep);
        if (moon_str_eq(says, at->text) && at->always) continue;
        if (!moon_str_eq(says, old) && !at->always) {
            if (!moon_str_eq(says, at->text)) add_row(a, later->from, at, says, true);
            return MOON_OK;
        }
        MOON_TRY(set_text(written_for(a, later), at, a->keep, err));
        add_row(a, later->from, at, says, false);
    }
    return MOON_OK;
}

static moon_status amend_place(amending *a, const moon_agreement *base, moon_agreement *new, const place *at,
                               bool *differs, moon_err *err) {
    moon_str old = text_of(at->always ? a->newest : base, at, a->keep);
    MOON_TRY(set_text(new, at, a->keep, err));
    /* As it is written in a record: 020 and 20 are two texts of a tag, but one day. */
    place said = *at;
    said.text = text_of(new, at, a->keep);
    if (moon_str_eq(old, said.text)) return MOON_OK;
    *differs = true;
    add_row(a, a->out->day, &said, old, false);
    return carry(a, &said, old, err);
}

static moon_status make_versions(amending *a, moon_err *err) {
    moon_date day = a->out->day;
    const moon_agreement *base = version_at(a, day);
    bool differs = false;
    a->out->versions = MOON_NEW_N(a->keep, moon_agreement, a->count + 2);
    a->out->rows = MOON_NEW_N(a->keep, moon_amend_row, (a->count + 1) * (a->place_count + 1));
    if (day < base->from && day > a->newest->start) {
        moon_agreement *first = add_version(a, base);
        first->from = a->newest->start;
        first->reason = MOON_STR_NONE;
    }
    moon_agreement *new = add_version(a, base);
    new->from = day;
    new->reason = a->wish->reason;
    for (size_t i = 0; i < a->place_count; i++)
        MOON_TRY(amend_place(a, base, new, &a->places[i], &differs, err));
    if (!differs) a->out->version_count = 0;
    return MOON_OK;
}

static moon_status write_versions(amending *a, moon_err *err) {
    bool written;
    for (size_t i = 0; i < a->out->version_count; i++)
        MOON_TRY(moon_version_add(a->change, &moon_agreement_type, &a->out->versions[i], &written, err));
    return MOON_OK;
}

/* The answer stands on its own. */
static void keep_versions(amending *a) {
    moon_amended *out = a->out;
    for (size_t i = 0; i < out->version_count; i++) {
        moon_agreement *version = &out->versions[i], copy = *version;
        moon_record_copy(&moon_agreement_type, &copy, version, a->keep);
        if (version->from == out->day) out->now = version;
    }
}

static moon_status amend(amending *a, moon_err *err) {
    MOON_TRY(read_versions(a, err));
    MOON_TRY(find_day(a, err));
    MOON_TRY(find_places(a, err));
    MOON_TRY(make_versions(a, err));
    MOON_TRY(write_versions(a, err));
    keep_versions(a);
    return MOON_OK;
}

moon_status moon_amend(moon_book *book, const moon_amend_wish *wish, bool dry_run, moon_arena *keep,
                       moon_amended *out, moon_err *err) {
    static const char *const actions[] = {"change", "end", "pause", "resume"};
    moon_str subject = moon_arena_printf(keep, "agreement/%.*s", MOON_STR_ARG(wish->id));
    moon_status status = MOON_E_CHANGED;
    MOON_TRY(moon_operator_check(&book->ctx, "prepare", err));
    if (wish->at_period_end && wish->day != MOON_DATE_NONE)
        return moon_fail(err, MOON_E_USAGE, "a day, or the end of the period, not both");
    for (int i = 0; i < ATTEMPTS && status == MOON_E_CHANGED; i++) {
        *out = (moon_amended){0};
        amending a = {.book = book, .wish = wish, .keep = keep, .out = out};
        MOON_TRY(moon_change_begin(book->store, &a.change, err));
        status = amend(&a, err);
        if (status == MOON_OK && !dry_run && out->version_count)
            status =
                moon_commit(a.change, &book->ctx, actions[wish->verb], subject, MOON_STR_NONE, NULL, err);
        moon_change_end(a.change);
    }
    return status;
}

/* ---- what the next bill would say ---- */

static moon_status read_documents(moon_str reply, moon_arena *keep, moon_document **documents, size_t *count,
                                  moon_err *err) {
    moon_str dependencies;
    uint64_t n;
    if (!moon_wire_read_str(&reply, &dependencies) || !moon_varint_read(&reply, &n) || n > reply.len)
        return moon_fail(err, MOON_E_SCRIPT_CRASH, "the worker's answer makes no sense");
    *documents = MOON_NEW_N(keep, moon_document, n + 1);
    *count = n;
    for (uint64_t i = 0; i < n; i++)
        MOON_TRY(moon_wire_read_record(&reply, &moon_document_type, &(*documents)[i], keep, err));
    return MOON_OK;
}

moon_status moon_amend_preview(moon_book *book, const moon_amended *amended, moon_arena *keep, moon_date *day,
                               moon_document **documents, size_t *count, moon_err *err) {
    moon_buf request = MOON_BUF_EMPTY;
    moon_str reply;
    *count = 0;
    *day = amended->day > book->ctx.today ? amended->day : book->ctx.today;
    if (amended->version_count == 0) return MOON_OK;
    moon_arg of = moon_arg_date(*day);
    moon_wire_add_str(&request, amended->versions[0].account);
    moon_wire_add_arg(&request, &of);
    moon_buf_add_varint(&request, amended->version_count);
    for (size_t i = 0; i < amended->version_count; i++)
        moon_wire_add_record(&request, &moon_agreement_type, &amended->versions[i]);
    moon_status status =
        moon_worker_call(book->worker, moon_job_draft, moon_buf_str(&request), true, keep, &reply, err);
    moon_buf_free(&request);
    moon_worker_stop(book->worker);
    return status == MOON_OK ? read_documents(reply, keep, documents, count, err) : status;
}
