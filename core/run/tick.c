/* Doing what is due. */
#include <time.h>

#include "base/file.h"
#include "doc/tree.h"
#include "run/action.h"
#include "run/schedule_plan.h"
#include "run/wire.h"
#include "store/table.h"

#define ATTEMPTS 5      /* of a mark that somebody else's changes cross */
#define PAUSE_MS 50     /* between two looks whether another run has ended */
#define RESULT_MAX 1000 /* bytes of what is kept of a result */
#define FILES_MAX 60000 /* and of the names of files */

typedef struct ticking {
    moon_book *book;
    moon_worker *worker;
    const moon_tick_options *options;
    moon_tick_report *report;
    unsigned waited_ms;  /* for other runs, all in all */
    bool busy;           /* one did not end */
    moon_err fatal;      /* what is wrong with machine or book: the tick ends */
    const moon_due *due; /* at work */
    moon_buf steps;      /* of it: what is done, by fingerprint, a space behind each */
    moon_buf asked;      /* in this run of it: all acts, likewise */
    moon_str *failed;    /* names of schedules whose later occurrences wait */
    size_t failed_count;
} ticking;

/* ---- marks ---- */

/* At most `max` bytes, of whole characters. */
static moon_str shortened(moon_str text, size_t max) {
    size_t len = text.len > max ? max : text.len;
    while (len < text.len && len > 0 && ((unsigned char)text.ptr[len] & 0xC0) == 0x80) len--;
    return moon_str_sub(text, 0, len);
}

static moon_status put_mark(moon_change *change, const moon_due *due, int state, moon_str result,
                            moon_str files, moon_str steps, moon_err *err) {
    moon_occurrence mark, old;
    moon_record_init(&moon_occurrence_type, &mark);
    mark.schedule = due->schedule;
    mark.date = due->date;
    mark.time = due->at;
    old = mark;
    old.time = due->open_at;
    mark.state = state;
    mark.result = shortened(moon_doc_clean(moon_change_arena(change), result), RESULT_MAX);
    mark.files = shortened(moon_doc_clean(moon_change_arena(change), files), FILES_MAX);
    mark.steps = state == MOON_OCCURRENCE_DONE ? MOON_STR_NONE : steps;
    if (due->open_at.len && !moon_str_eq(due->open_at, due->at)) /* its time was changed meanwhile */
        MOON_TRY(moon_delete(change, &moon_occurrence_type, &old, err));
    return moon_put(change, &moon_occurrence_type, &mark, err);
}

/* ---- what scripts ask ---- */

/* Rules have no files of their own: what they name lies in the book. */
static moon_status check_import(const moon_arg *args, moon_err *err) {
    moon_arg value = moon_arg_get(args, "file");
    moon_str file = value.text;
    if (value.kind != MOON_ARG_TEXT) return MOON_OK;
    if (moon_path_is_inside(file) && !moon_str_starts(file, MOON_STR("data/")) &&
        !moon_str_starts(file, MOON_STR("keys/")))
        return MOON_OK;
    moon_fail(err, MOON_E_SCRIPT_FORBIDDEN, "a schedule cannot read %.*s", MOON_STR_ARG(file));
    return moon_err_hint(err, "it reads files of the book's folder, for example in/payments-{date}.csv");
}

static void pause_ms(unsigned ms) {
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    nanosleep(&t, NULL);
}

/* Another run of the book is waited for, within the bound. */
static moon_status try_action(ticking *t, moon_str verb, const moon_arg *args, moon_arena *keep,
                              moon_arg *result, moon_err *err) {
    for (;;) {
        moon_status status = moon_action_do(t->book, verb, args, false, keep, result, err);
        if (status != MOON_E_BOOK_BUSY) return status;
        if (t->waited_ms >= t->options->wait_ms) {
            t->busy = true;
            return status;
        }
        pause_ms(PAUSE_MS);
        t->waited_ms += PAUSE_MS;
    }
}

/* Which act this is: what is asked for, and for the how many-th time in this run of the occurrence. So a script that
 * was mended meanwhile finds what is done, wherever that stands now. */
static moon_str fingerprint(ticking *t, moon_str question, moon_arena *keep) {
    char digits[MOON_HASH_TEXT];
    moon_hash hash = moon_hash_of(question);
    moon_hash_format(&hash, digits);
    moon_str name = moon_str_sub(moon_str_of(digits), 0, 16), rest = moon_buf_str(&t->asked), word;
    size_t before = 0;
    while (rest.len && moon_str_cut(&rest, ' ', &word)) before += moon_str_eq(word, name);
    moon_buf_printf(&t->asked, "%.*s ", MOON_STR_ARG(name));
    return moon_arena_printf(keep, "%.*s.%zu", MOON_STR_ARG(name), before + 1);
}

static bool is_done(const ticking *t, moon_str step) {
    moon_str rest = moon_buf_str(&t->steps), word;
    while (rest.len && moon_str_cut(&rest, ' ', &word))
        if (moon_str_eq(word, step)) return true;
    return false;
}

/* The note of an act, in its commit. */
typedef struct riding {
    ticking *t;
    moon_str steps;
} riding;

static moon_status ride(void *ctx, moon_change *change, moon_err *err) {
    const riding *r = ctx;
    return put_mark(change, r->t->due, MOON_OCCURRENCE_WORKING, MOON_STR_NONE, MOON_STR_NONE, r->steps, err);
}

static moon_arg done_before(moon_arena *keep, moon_str verb) {
    moon_named items[] = {{MOON_STR("problems"), moon_arg_list(NULL, 0)},
                          {MOON_STR("refused"), moon_arg_integer(0)},
                          {MOON_STR("summary"),
                           moon_arg_text(moon_arena_printf(keep, "%.*s: done before", MOON_STR_ARG(verb)))}};
    return moon_result_map(keep, items, 3);
}

static moon_status do_act(ticking *t, moon_str step, moon_str verb, const moon_arg *args, moon_arena *keep,
                          moon_arg *result, moon_err *err) {
    if (is_done(t, step)) {
        *result = done_before(keep, verb);
        return MOON_OK;
    }
    riding r = {t, moon_arena_printf(keep, "%.*s%.*s ", (int)t->steps.len, t->steps.ptr ? t->steps.ptr : "",
                                     MOON_STR_ARG(step))};
    t->book->ctx.rider = ride;
    t->book->ctx.rider_ctx = &r;
    moon_status status = try_action(t, verb, args, keep, result, err);
    t->book->ctx.rider = NULL;
    if (status == MOON_OK) moon_buf_printf(&t->steps, "%.*s ", MOON_STR_ARG(step));
    return status;
}

static moon_status act(ticking *t, moon_str question, moon_str verb, const moon_arg *args, moon_arena *keep,
                       moon_arg *result, moon_err *err) {
    const moon_action *action;
    MOON_TRY(moon_action_find(verb, &action, err));
    if (!action->act) return try_action(t, verb, args, keep, result, err);
    return do_act(t, fingerprint(t, question, keep), verb, args, keep, result, err);
}

static moon_status asked(void *ctx, moon_str question, moon_buf *answer, moon_err *err) {
    ticking *t = ctx;
    moon_arena scratch = MOON_ARENA_EMPTY;
    moon_arg args, result;
    moon_str verb, whole = question;
    if (!moon_wire_read_str(&question, &verb) || !moon_wire_read_arg(&question, &args, &scratch)) {
        moon_arena_free(&scratch);
        return moon_fail(err, MOON_E_SCRIPT_CRASH, "the worker's question makes no sense");
    }
    moon_status status = moon_str_is(verb, "import") ? check_import(&args, err) : MOON_OK;
    if (status == MOON_OK) status = act(t, whole, verb, &args, &scratch, &result, err);
    if (status == MOON_OK) moon_wire_add_arg(answer, &result);
    if (moon_status_class(status) == MOON_CLASS_DAMAGED && t->fatal.code == MOON_OK) t->fatal = *err;
    moon_arena_free(&scratch);
    return status;
}

/* ---- marks of occurrences ---- */

static moon_status mark(ticking *t, const moon_due *due, int state, moon_str result, moon_str files,
                        moon_err *err) {
    moon_status status = MOON_E_CHANGED;
    for (int i = 0; i < ATTEMPTS && status == MOON_E_CHANGED; i++) {
        moon_change *change;
        MOON_TRY(moon_change_begin(t->book->store, &change, err));
        status = put_mark(change, due, state, result, files, moon_buf_str(&t->steps), err);
        if (status == MOON_OK)
            status = moon_commit(change, &t->book->ctx, "tick", due->schedule, MOON_STR_NONE, NULL, err);
        moon_change_end(change);
    }
    return status;
}

/* The moment from which schedules without a first day run. */
static moon_status mark_begun(ticking *t, const moon_plan *plan, moon_arena *keep, moon_err *err) {
    moon_instant now = t->options->now;
    moon_date day = moon_zone_day(t->book->zone, now);
    int64_t seconds = (now - (now % MOON_SECOND)) / MOON_SECOND + moon_zone_offset(t->book->zone, now);
    int of_day = (int)(((seconds % 86400) + 86400) % 86400);
    for (size_t i = 0; i < plan->begun_count; i++) {
        moon_due due = {.schedule = plan->begun[i], .date = day}; /* steps: none yet */
        due.at = moon_arena_printf(keep, "%02d:%02d:%02d", of_day / 3600, of_day / 60 % 60, of_day % 60);
        MOON_TRY(mark(t, &due, MOON_OCCURRENCE_BEGUN, MOON_STR("it runs from here on"), MOON_STR_NONE, err));
        t->report->begun++;
    }
    return MOON_OK;
}

/* ---- one occurrence ---- */

static moon_arg verbs(moon_arena *keep) {
    size_t count = 0;
    while (moon_actions[count].name) count++;
    moon_arg *names = MOON_NEW_N(keep, moon_arg, count);
    for (size_t i = 0; i < count; i++) names[i] = moon_arg_text(moon_str_of(moon_actions[i].name));
    return moon_arg_list(names, count);
}

static moon_str joined(moon_arena *keep, const moon_arg *list, const char *between, moon_str last) {
    moon_buf text = MOON_BUF_EMPTY;
    for (size_t i = 0; list->kind == MOON_ARG_LIST && i < list->list.count; i++) {
        if (list->list.items[i].kind != MOON_ARG_TEXT) continue;
        if (text.len) moon_buf_add_text(&text, between);
        moon_buf_add_str(&text, list->list.items[i].text);
    }
    if (last.len) moon_buf_printf(&text, "%s%.*s", text.len ? between : "", MOON_STR_ARG(last));
    moon_str made = moon_arena_str(keep, moon_buf_str(&text));
    moon_buf_free(&text);
    return made;
}

static moon_str error_line(moon_arena *keep, const moon_err *why) {
    if (!why->place[0]) return moon_arena_str(keep, moon_str_of(why->text));
    return why->line ? moon_arena_printf(keep, "%s:%d: %s", why->place, why->line, why->text)
                     : moon_arena_printf(keep, "%s: %s", why->place, why->text);
}

static moon_status finish(ticking *t, const moon_due *due, moon_arena *keep, const moon_arg *answer,
                          moon_err *err) {
    moon_arg said = moon_arg_get(answer, "said"), files = moon_arg_get(answer, "files");
    moon_due done = *due;
    uint64_t refused = (uint64_t)moon_arg_int_of(answer, "refused", 0);
    done.state = MOON_OCCURRENCE_DONE;
    done.result = joined(keep, &said, "; ", moon_arg_text_of(answer, "answer"));
    MOON_TRY(mark(t, due, done.state, done.result, joined(keep, &files, ", ", MOON_STR_NONE), err));
    t->report->done++;
    t->report->refused += refused;
    if (t->options->done) t->options->done(t->options->ctx, &done, refused, NULL);
    return MOON_OK;
}

static moon_status fail(ticking *t, const moon_due *due, moon_arena *keep, const moon_err *why,
                        moon_err *err) {
    moon_due failed = *due;
    failed.state = MOON_OCCURRENCE_FAILED;
    failed.result = error_line(keep, why);
    t->failed[t->failed_count++] = due->schedule;
    MOON_TRY(mark(t, due, failed.state, failed.result, MOON_STR_NONE, err));
    t->report->failed++;
    if (t->options->done) t->options->done(t->options->ctx, &failed, 0, why);
    return MOON_OK;
}

static moon_status run_one(ticking *t, const moon_due *due, moon_arena *keep, moon_err *err) {
    moon_arg answer;
    moon_err why;
    moon_named input[] = {moon_arg_named("date", moon_arg_date(due->date)),
                          moon_arg_named("name", moon_arg_text(due->schedule)),
                          moon_arg_named("time", moon_arg_text(due->at)),
                          moon_arg_named("verbs", verbs(keep))};
    moon_arg request = moon_arg_map(input, sizeof input / sizeof *input);
    t->book->ctx.today = due->date;
    t->due = due;
    moon_buf_clear(&t->asked);
    moon_buf_clear(&t->steps);
    moon_buf_add_str(&t->steps, due->steps);
    moon_status status = moon_plan_run(t->worker, &request, keep, &answer, &why);
    if (moon_status_class(status) == MOON_CLASS_DAMAGED && t->fatal.code == MOON_OK) t->fatal = why;
    if (t->fatal.code != MOON_OK) {
        *err = t->fatal;
        return moon_err_context(err, "schedule \"%.*s\"", MOON_STR_ARG(due->schedule));
    }
    if (t->busy) {
        moon_fail(err, MOON_E_BOOK_BUSY, "another run is working on this book, and did not end");
        return moon_err_hint(err, "the next tick does what is left");
    }
    return status == MOON_OK ? finish(t, due, keep, &answer, err) : fail(t, due, keep, &why, err);
}

/* ---- all of them ---- */

static bool waits(const ticking *t, moon_str schedule) {
    for (size_t i = 0; i < t->failed_count; i++)
        if (moon_str_eq(t->failed[i], schedule)) return true;
    return false;
}

static moon_status run_due(ticking *t, const moon_plan *plan, moon_err *err) {
    moon_arena scratch = MOON_ARENA_EMPTY;
    moon_status status = MOON_OK;
    for (size_t i = 0; i < plan->count && status == MOON_OK; i++) {
        const moon_due *due = &plan->dues[i];
        if (due->instant > t->options->now) break;
        if (waits(t, due->schedule)) {
            t->report->waiting++;
        } else if (t->options->dry_run) {
            if (t->options->done) t->options->done(t->options->ctx, due, 0, NULL);
        } else
            status = run_one(t, due, &scratch, err);
        moon_arena_free(&scratch);
    }
    return status;
}

static moon_status tick(ticking *t, moon_arena *keep, moon_err *err) {
    moon_plan plan;
    moon_date today = moon_zone_day(t->book->zone, t->options->now);
    MOON_TRY(moon_plan_make(t->book, t->worker, t->options->now, today, keep, &plan, err));
    t->failed = MOON_NEW_N(keep, moon_str, plan.schedules + 1);
    if (!t->options->dry_run) MOON_TRY(mark_begun(t, &plan, keep, err));
    return run_due(t, &plan, err);
}

moon_status moon_schedule_tick(moon_book *book, const moon_tick_options *options, moon_tick_report *report,
                               moon_err *err) {
    ticking t = {.book = book, .options = options, .report = report};
    moon_arena keep = MOON_ARENA_EMPTY;
    moon_date today = book->ctx.today;
    char path[2200];
    int lock;
    *report = (moon_tick_report){0};
    snprintf(path, sizeof path, "%s/tick.lock", book->data);
    moon_status status = moon_file_lock(path, &lock, err);
    if (status == MOON_E_BOOK_BUSY) {
        report->busy = true;
        return MOON_OK;
    }
    MOON_TRY(status);
    t.worker = moon_worker_new(&book->setup);
    moon_worker_answer(t.worker, asked, &t);
    status = tick(&t, &keep, err);
    moon_worker_free(t.worker);
    moon_buf_free(&t.asked);
    moon_buf_free(&t.steps);
    book->ctx.today = today;
    moon_arena_free(&keep);
    moon_file_unlock(lock);
    return status;
}
