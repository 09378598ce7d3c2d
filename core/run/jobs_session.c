/* The job of a session: chunks of moonbill's Lua that a person or a script gives, one after another. */
#include "books/grant.h"
#include "books/records.h"
#include "books/settlement.h"
#include "run/jobs.h"
#include "run/rows.h"
#include "run/wire.h"
#include "script/embedded.h"

#define CURSORS 64 /* queries within queries at one time */

typedef struct session {
    moon_job *job;
    moon_look look;
    moon_rows *cursors[CURSORS];
} session;

/* ---- what there is ---- */

static moon_arg text(const char *s) { return s ? moon_arg_text(moon_str_of(s)) : (moon_arg){0}; }

static const char *kind_name(moon_kind kind) {
    static const char *const names[] = {"bool", "integer", "text", "text",  "decimal", "money", "currency",
                                        "date", "enum",    "hash", "bytes", "tags",    "list"};
    return names[kind];
}

static moon_arg words_of(const char *const *words, moon_arena *scratch) {
    size_t count = 0;
    while (words && words[count]) count++;
    moon_arg *items = MOON_NEW_N(scratch, moon_arg, count + 1);
    for (size_t i = 0; i < count; i++) items[i] = text(words[i]);
    return moon_arg_list(items, count);
}

static moon_arg field_arg(const moon_field *f, moon_arena *scratch);

static moon_arg fields_arg(const moon_type *type, moon_arena *scratch) {
    moon_arg *fields = MOON_NEW_N(scratch, moon_arg, type->field_count);
    for (size_t i = 0; i < type->field_count; i++) fields[i] = field_arg(&type->fields[i], scratch);
    return moon_arg_list(fields, type->field_count);
}

static moon_arg field_arg(const moon_field *f, moon_arena *scratch) {
    moon_named *m = MOON_NEW_N(scratch, moon_named, 6);
    m[0] = moon_arg_named("name", text(f->name));
    m[1] = moon_arg_named("kind", text(kind_name(f->kind)));
    m[2] = moon_arg_named("doc", text(f->doc));
    m[3] = moon_arg_named("detail", moon_arg_bool((f->flags & MOON_DETAIL) != 0));
    m[4] = moon_arg_named("words", f->names ? words_of(f->names, scratch) : (moon_arg){0});
    m[5] = moon_arg_named("of", f->of ? fields_arg(f->of, scratch) : (moon_arg){0});
    return moon_arg_map(m, 6);
}

static moon_arg indexes_arg(const moon_type *type, moon_arena *scratch) {
    size_t count = 0;
    moon_arg *items = MOON_NEW_N(scratch, moon_arg, MOON_INDEXES_MAX);
    for (; count < MOON_INDEXES_MAX && type->indexes[count].name; count++) {
        const moon_index *index = &type->indexes[count];
        const char *fields[MOON_KEY_FIELDS_MAX + 1] = {NULL};
        for (size_t i = 0; i < MOON_KEY_FIELDS_MAX; i++) fields[i] = index->fields[i];
        moon_named *m = MOON_NEW_N(scratch, moon_named, 3);
        m[0] = moon_arg_named("name", text(index->name));
        m[1] = moon_arg_named("fields", words_of(fields, scratch));
        m[2] = moon_arg_named("partial", moon_arg_bool(index->when != NULL));
        items[count] = moon_arg_map(m, 3);
    }
    return moon_arg_list(items, count);
}

static moon_arg type_arg(const moon_type *type, moon_arena *scratch) {
    const char *key[MOON_KEY_FIELDS_MAX + 1] = {NULL};
    for (size_t i = 0; i < MOON_KEY_FIELDS_MAX; i++) key[i] = type->key[i];
    moon_named *m = MOON_NEW_N(scratch, moon_named, 5);
    m[0] = moon_arg_named("name", text(type->name));
    m[1] = moon_arg_named("plural", text(type->plural));
    m[2] = moon_arg_named("fields", fields_arg(type, scratch));
    m[3] = moon_arg_named("key", words_of(key, scratch));
    m[4] = moon_arg_named("indexes", indexes_arg(type, scratch));
    return moon_arg_map(m, 5);
}

/* host.types(): every type of record with its fields, key and indexes. */
static moon_status host_types(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch,
                              moon_arg *result, moon_err *err) {
    size_t count = 0;
    (void)ctx, (void)args, (void)n, (void)err;
    while (moon_types[count]) count++;
    moon_arg *items = MOON_NEW_N(scratch, moon_arg, count);
    for (size_t i = 0; i < count; i++) items[i] = type_arg(moon_types[i], scratch);
    *result = moon_arg_list(items, count);
    return MOON_OK;
}

/* host.reference(): lua/README.md, whose tables are also the help. */
static moon_status host_reference(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch,
                                  moon_arg *result, moon_err *err) {
    moon_str bytes;
    (void)ctx, (void)args, (void)n;
    MOON_TRY(moon_embedded_library("lua/README.md", scratch, &bytes, err));
    *result = moon_arg_text(bytes);
    return MOON_OK;
}

/* ---- rows ---- */

static moon_status senseless(moon_err *err) {
    return moon_fail(err, MOON_E_SCRIPT_VALUE, "this makes no sense here");
}

/* host.rows(request): the number of a new cursor (run/rows.h). */
static moon_status host_rows(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch, moon_arg *result,
                             moon_err *err) {
    session *s = ctx;
    size_t at = 0;
    (void)scratch;
    if (n < 1 || args[0].kind != MOON_ARG_MAP) return senseless(err);
    while (at < CURSORS && s->cursors[at]) at++;
    if (at == CURSORS)
        return moon_fail(err, MOON_E_TOO_LARGE, "more than %d queries run within one another", CURSORS);
    MOON_TRY(moon_rows_begin(&args[0], s->look.today, &s->cursors[at], err));
    *result = moon_arg_integer((int64_t)at + 1);
    return MOON_OK;
}

static moon_status cursor_at(session *s, const moon_arg *args, size_t n, size_t *at, moon_err *err) {
    int64_t number = 0;
    moon_err ignored;
    if (n >= 1 && args[0].kind == MOON_ARG_DECIMAL &&
        moon_decimal_to_int(args[0].decimal, &number, &ignored) != MOON_OK)
        number = 0;
    if (number < 1 || number > CURSORS || !s->cursors[number - 1]) return senseless(err);
    *at = (size_t)number - 1;
    return MOON_OK;
}

/* host.next_rows(cursor): a list of rows, nil at the end. */
static moon_status host_next_rows(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch,
                                  moon_arg *result, moon_err *err) {
    session *s = ctx;
    size_t at;
    (void)scratch;
    MOON_TRY(cursor_at(s, args, n, &at, err));
    return moon_rows_next(s->cursors[at], &s->look, result, err);
}

/* host.end_rows(cursor) */
static moon_status host_end_rows(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch,
                                 moon_arg *result, moon_err *err) {
    session *s = ctx;
    size_t at;
    (void)scratch, (void)result;
    MOON_TRY(cursor_at(s, args, n, &at, err));
    moon_rows_free(s->cursors[at]);
    s->cursors[at] = NULL;
    return MOON_OK;
}

/* host.record(type, key...): one record with its lists, nil if there is none; the key's parts are texts. */
static moon_status host_record(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch,
                               moon_arg *result, moon_err *err) {
    session *s = ctx;
    const moon_type *type = n && args[0].kind == MOON_ARG_TEXT ? moon_type_by_name(args[0].text) : NULL;
    bool found;
    if (!type) return senseless(err);
    MOON_TRY(moon_look_begin(&s->look, err));
    void *record = moon_arena_alloc(moon_change_arena(s->look.change), type->size);
    moon_record_init(type, record);
    for (size_t i = 0; i < MOON_KEY_FIELDS_MAX && type->key[i]; i++) {
        const moon_field *field = moon_type_field(type, moon_str_of(type->key[i]));
        if (i + 1 >= n || args[i + 1].kind != MOON_ARG_TEXT) return senseless(err);
        MOON_TRY(moon_field_parse(field, args[i + 1].text, record, scratch, err));
    }
    MOON_TRY(moon_get(s->look.change, type, record, &found, err));
    if (found) *result = moon_arg_row(type, record, true);
    return MOON_OK;
}

/* host.standing(id): how a document stands today: { status =, open = }. */
static moon_status host_standing(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch,
                                 moon_arg *result, moon_err *err) {
    session *s = ctx;
    moon_document document = {0};
    moon_settlement settlement;
    bool found;
    if (n < 1 || args[0].kind != MOON_ARG_TEXT) return senseless(err);
    document.id = args[0].text;
    MOON_TRY(moon_look_begin(&s->look, err));
    MOON_TRY(moon_get(s->look.change, &moon_document_type, &document, &found, err));
    if (!found) return MOON_OK;
    MOON_TRY(moon_settlement_of(s->look.change, &document, s->look.today, &settlement, err));
    moon_named *m = MOON_NEW_N(scratch, moon_named, 2);
    m[0] = moon_arg_named("status", text(moon_standings[settlement.standing]));
    m[1] = moon_arg_named("open", (moon_arg){0});
    if (settlement.posted)
        m[1].value = moon_arg_money(moon_money_decimal((moon_money){settlement.open, document.currency}),
                                    document.currency);
    *result = moon_arg_map(m, 2);
    return MOON_OK;
}

/* host.grant_left(id): what is left of a grant, nil if there is none. */
static moon_status host_grant_left(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch,
                                   moon_arg *result, moon_err *err) {
    session *s = ctx;
    moon_grant grant = {0};
    moon_money left;
    bool found;
    (void)scratch;
    if (n < 1 || args[0].kind != MOON_ARG_TEXT) return senseless(err);
    grant.id = args[0].text;
    MOON_TRY(moon_look_begin(&s->look, err));
    MOON_TRY(moon_get(s->look.change, &moon_grant_type, &grant, &found, err));
    if (!found) return MOON_OK;
    MOON_TRY(moon_grant_left(s->look.change, &grant, &left.minor, err));
    *result = moon_arg_money(moon_money_decimal((moon_money){left.minor, grant.currency}), grant.currency);
    return MOON_OK;
}

/* ---- questions ---- */

/* host.ask(map): what the parent answers. After a change the book is another one; and while its question stands no
 * snapshot is held. */
static moon_status host_ask(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch, moon_arg *result,
                            moon_err *err) {
    session *s = ctx;
    moon_buf question = MOON_BUF_EMPTY;
    moon_str answer;
    if (n < 1 || args[0].kind != MOON_ARG_MAP) return senseless(err);
    moon_wire_add_arg(&question, &args[0]);
    if (moon_arg_get(&args[0], "changes").kind == MOON_ARG_BOOL) moon_look_end(&s->look);
    moon_status status = moon_job_ask(s->job, moon_buf_str(&question), scratch, &answer, err);
    moon_buf_free(&question);
    if (status == MOON_OK && answer.len && !moon_wire_read_arg(&answer, result, scratch))
        return moon_fail(err, MOON_E_INTERNAL, "an answer makes no sense");
    return status;
}

/* ---- the job ---- */

/* One per worker. What scripts may read of the book. */
static session *provide(moon_job *job) {
    static session kept;
    if (!kept.job) {
        moon_script_provide(job->script, "types", host_types, &kept);
        moon_script_provide(job->script, "reference", host_reference, &kept);
        moon_script_provide(job->script, "rows", host_rows, &kept);
        moon_script_provide(job->script, "next_rows", host_next_rows, &kept);
        moon_script_provide(job->script, "end_rows", host_end_rows, &kept);
        moon_script_provide(job->script, "record", host_record, &kept);
        moon_script_provide(job->script, "standing", host_standing, &kept);
        moon_script_provide(job->script, "grant_left", host_grant_left, &kept);
    }
    kept.job = job;
    kept.look.store = job->store;
    return &kept;
}

static moon_status begin_session(moon_job *job, session **out, moon_err *err) {
    *out = provide(job);
    moon_script_provide(job->script, "ask", host_ask, *out);
    return moon_script_require(job->script, "session", err);
}

static void end_statement(session *s) {
    for (size_t i = 0; i < CURSORS; i++) {
        moon_rows_free(s->cursors[i]);
        s->cursors[i] = NULL;
    }
    moon_look_end(&s->look);
}

moon_status moon_job_session(moon_job *job, moon_str request, moon_buf *reply, moon_err *err) {
    session *s;
    moon_arg given, result, today;
    moon_str verb;
    if (!moon_wire_read_str(&request, &verb) || !moon_wire_read_arg(&request, &given, &job->arena))
        return moon_fail(err, MOON_E_INTERNAL, "a request to a worker is cut short");
    MOON_TRY(begin_session(job, &s, err));
    today = moon_arg_get(&given, "today");
    if (today.kind == MOON_ARG_DATE) s->look.today = today.date;
    moon_str name = moon_arena_printf(&job->arena, "session.%.*s", MOON_STR_ARG(verb));
    moon_status status = moon_script_call(job->script, name.ptr, &given, 1, &job->arena, &result, err);
    end_statement(s);
    if (status == MOON_OK) moon_wire_add_arg(reply, &result);
    return status;
}

void moon_job_provide_queries(moon_job *job, moon_date today) { provide(job)->look.today = today; }

void moon_job_end_queries(moon_job *job) { end_statement(provide(job)); }
