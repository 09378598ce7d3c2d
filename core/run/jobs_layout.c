/* Jobs that fill layouts in, and that check rule files. */
#include "books/document.h"
#include "books/party.h"
#include "run/jobs.h"
#include "run/wire.h"
#include "store/table.h"

/* ---- layouts ---- */

/* { record = "document" or "message", id = … } or
 * { record = "account", id = …, from = date, version = n }: a view of that
 * record; everything else stays as it is. */
static moon_status resolve(moon_change *change, moon_arg *value, moon_arena *keep, moon_err *err) {
    moon_str type = moon_arg_text_of(value, "record"), id = moon_arg_text_of(value, "id");
    bool found;
    if (moon_str_is(type, "document")) {
        moon_document *document = MOON_NEW(keep, moon_document);
        MOON_TRY(moon_document_find(change, id, document, &found, err));
        *value = found ? moon_arg_record(&moon_document_type, document) : (moon_arg){0};
    } else if (moon_str_is(type, "account")) {
        moon_account *account = MOON_NEW(keep, moon_account);
        *account = (moon_account){.id = id,
                                  .from = moon_arg_get(value, "from").date,
                                  .version = moon_arg_int_of(value, "version", 0)};
        MOON_TRY(moon_get(change, &moon_account_type, account, &found, err));
        *value = found ? moon_arg_record(&moon_account_type, account) : (moon_arg){0};
    } else if (moon_str_is(type, "message")) {
        moon_message *message = MOON_NEW(keep, moon_message);
        *message = (moon_message){.id = id};
        MOON_TRY(moon_get(change, &moon_message_type, message, &found, err));
        *value = found ? moon_arg_record(&moon_message_type, message) : (moon_arg){0};
    }
    return MOON_OK;
}

/* host.rule_text(path): the text of a file of the book, nil if there is none. */
static moon_status host_rule_text(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch,
                                  moon_arg *result, moon_err *err) {
    const moon_worker_setup *setup = ctx;
    (void)scratch;
    if (n < 1 || args[0].kind != MOON_ARG_TEXT)
        return moon_fail(err, MOON_E_SCRIPT_VALUE, "rule_text wants a path");
    for (size_t i = 0; i < setup->file_count; i++)
        if (moon_str_eq(setup->files[i].path, args[0].text)) *result = moon_arg_text(setup->files[i].bytes);
    return MOON_OK;
}

static moon_status render(moon_job *job, moon_change *change, moon_str path, moon_str locale, moon_arg data,
                          moon_arg *out, moon_err *err) {
    moon_named *items = MOON_NEW_N(&job->arena, moon_named, data.map.count);
    for (size_t i = 0; i < data.map.count; i++) {
        items[i] = data.map.items[i];
        if (items[i].value.kind == MOON_ARG_MAP) MOON_TRY(resolve(change, &items[i].value, &job->arena, err));
    }
    moon_arg args[] = {moon_arg_text(path), moon_arg_map(items, data.map.count), moon_arg_text(locale)};
    moon_script_provide(job->script, "rule_text", host_rule_text, (void *)(uintptr_t)job->setup);
    return moon_script_call(job->script, "layout.render", args, 3, &job->arena, out, err);
}

moon_status moon_job_render(moon_job *job, moon_str request, moon_buf *reply, moon_err *err) {
    moon_str path, locale;
    moon_arg data, out;
    moon_change *change;
    if (!moon_wire_read_str(&request, &path) || !moon_wire_read_str(&request, &locale) ||
        !moon_wire_read_arg(&request, &data, &job->arena))
        return moon_fail(err, MOON_E_INTERNAL, "a request to a worker is cut short");
    MOON_TRY(moon_change_begin(job->store, &change, err));
    moon_status status = render(job, change, path, locale, data, &out, err);
    if (status == MOON_OK) moon_wire_add_arg(reply, &out);
    moon_change_end(change);
    return status;
}

/* ---- checking ---- */

static void add_result(moon_buf *out, moon_str file, moon_status status, const moon_err *err,
                       const moon_arg *verdict) {
    moon_wire_add_str(out, file);
    moon_buf_add_char(out, status == MOON_OK);
    if (status != MOON_OK)
        moon_wire_add_err(out, err);
    else
        moon_wire_add_arg(out, verdict);
}

static bool has_file(const moon_job *job, moon_str path) {
    for (size_t i = 0; i < job->setup->file_count; i++)
        if (moon_str_eq(job->setup->files[i].path, path)) return true;
    return false;
}

/* A plan beside which no examples lie. */
static bool is_plan_alone(moon_job *job, moon_str path) {
    if (!moon_str_starts(path, MOON_STR("rules/pricing/")) || !moon_str_ends(path, MOON_STR(".lua")))
        return false;
    moon_str name = moon_str_sub(path, 0, path.len - 4);
    return !has_file(job, moon_arena_printf(&job->arena, "%.*s.examples.lua", MOON_STR_ARG(name)));
}

/* The verb that checks a file, NULL if it is no rule, layout or table of examples. */
static const char *check_of(moon_job *job, moon_str path, bool examples) {
    bool table = moon_str_ends(path, MOON_STR(".examples.lua"));
    if (examples) return table || is_plan_alone(job, path) ? "examples.test" : NULL;
    if (moon_str_starts(path, MOON_STR("rules/layouts/")) && moon_str_ends(path, MOON_STR(".md")))
        return moon_str_ends(path, MOON_STR("/README.md")) ? NULL : "layout.check";
    return moon_str_ends(path, MOON_STR(".lua")) && !table ? "examples.load" : NULL;
}

/* What guards may know of the book: the day, and the names of its events. */
typedef struct check_facts {
    moon_job *job;
    moon_date today;
} check_facts;

/* host.today() */
static moon_status host_today(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch,
                              moon_arg *result, moon_err *err) {
    (void)args, (void)n, (void)scratch, (void)err;
    *result = moon_arg_date(((check_facts *)ctx)->today);
    return MOON_OK;
}

#define NAMES_MAX 1000   /* of events that are told apart */
#define SEEKS_MAX 200000 /* for a book with very many accounts: names that only later ones have are missed */

/* The names of events, each once: the index has them by account, and from one name of an account the next is sought. */
static moon_status event_names(moon_change *change, moon_arena *keep, moon_arg *names, size_t *count,
                               moon_err *err) {
    moon_event bound = {0}, event;
    for (size_t seeks = 0; seeks < SEEKS_MAX && *count < NAMES_MAX; seeks++) {
        moon_scan scan;
        bool more, known = false;
        MOON_TRY(moon_scan_begin(change, &moon_event_type, moon_type_index(&moon_event_type, "usage"), &bound,
                                 seeks ? 3 : 0, NULL, 0, false, &scan, err));
        moon_status status = moon_scan_next(&scan, &event, &more, err);
        if (status == MOON_OK && more)
            bound = (moon_event){.account = moon_arena_str(keep, event.account),
                                 .meter = moon_arena_str(keep, event.meter),
                                 .day = MOON_DATE_MAX};
        moon_scan_end(&scan);
        if (status != MOON_OK || !more) return status;
        for (size_t i = 0; i < *count; i++) known = known || moon_str_eq(names[i].text, bound.meter);
        if (!known) names[(*count)++] = moon_arg_text(bound.meter);
    }
    return MOON_OK;
}

/* host.event_names() */
static moon_status host_event_names(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch,
                                    moon_arg *result, moon_err *err) {
    check_facts *facts = ctx;
    moon_change *change;
    size_t count = 0;
    moon_arg *names = MOON_NEW_N(scratch, moon_arg, NAMES_MAX);
    (void)args, (void)n;
    MOON_TRY(moon_change_begin(facts->job->store, &change, err));
    moon_status status = event_names(change, scratch, names, &count, err);
    moon_change_end(change);
    *result = moon_arg_list(names, count);
    return status;
}

static void provide_facts(moon_job *job, moon_date today) {
    static check_facts facts;
    facts = (check_facts){job, today};
    if (today != MOON_DATE_NONE) moon_script_provide(job->script, "today", host_today, &facts);
    if (job->store) moon_script_provide(job->script, "event_names", host_event_names, &facts);
}

moon_status moon_job_check(moon_job *job, moon_str request, moon_buf *reply, moon_err *err) {
    uint64_t count = 0;
    moon_buf results = MOON_BUF_EMPTY;
    moon_arg settings, today;
    if (request.len == 0) return moon_fail(err, MOON_E_INTERNAL, "a request to a worker is cut short");
    bool examples = request.ptr[0] != 0;
    request = moon_str_sub(request, 1, request.len);
    if (!moon_wire_read_arg(&request, &settings, &job->arena) ||
        !moon_wire_read_arg(&request, &today, &job->arena))
        return moon_fail(err, MOON_E_INTERNAL, "a request to a worker is cut short");
    provide_facts(job, today.date);
    MOON_TRY(moon_job_load_plugins(job, &settings, err));
    moon_script_provide(job->script, "rule_text", host_rule_text, (void *)(uintptr_t)job->setup);
    for (size_t i = 0; i < job->setup->file_count; i++) {
        moon_str path = job->setup->files[i].path;
        const char *verb = check_of(job, path, examples);
        moon_err why;
        moon_arg verdict = {0}, args[] = {moon_arg_text(path)};
        if (!verb) continue;
        moon_status status = moon_script_call(job->script, verb, args, 1, &job->arena, &verdict, &why);
        if (status == MOON_OK && !examples)
            status = moon_script_call(job->script, "guards.check", args, 1, &job->arena, &verdict, &why);
        add_result(&results, path, status, &why, &verdict);
        count++;
    }
    moon_buf_add_varint(reply, count);
    moon_buf_add_str(reply, moon_buf_str(&results));
    moon_buf_free(&results);
    return MOON_OK;
}
