/* run/worker: requests and replies; jobs that fail, crash, leave, hang, eat memory; and the next one works. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "run/worker.h"

/* ---- jobs, run in the child ---- */

static moon_status job_echo(moon_job *job, moon_str request, moon_buf *reply, moon_err *err) {
    (void)job;
    (void)err;
    moon_buf_add_str(reply, request);
    return MOON_OK;
}

/* Its process and how many requests it has seen, as two numbers. */
static moon_status job_count(moon_job *job, moon_str request, moon_buf *reply, moon_err *err) {
    static uint64_t seen;
    (void)job;
    (void)request;
    (void)err;
    moon_buf_add_varint(reply, (uint64_t)getpid());
    moon_buf_add_varint(reply, ++seen);
    return MOON_OK;
}

static moon_status job_fail(moon_job *job, moon_str request, moon_buf *reply, moon_err *err) {
    (void)job;
    moon_buf_add_text(reply, "what was there before the failure");
    moon_fail(err, MOON_E_PRICE_MISSING, "%.*s has no price", MOON_STR_ARG(request));
    moon_err_at(err, "rules/pricing/orders.lua", 9);
    return moon_err_hint(err, "give it one");
}

static moon_status job_crash(moon_job *job, moon_str request, moon_buf *reply, moon_err *err) {
    (void)job;
    (void)request;
    (void)reply;
    (void)err;
    signal(SIGSEGV, SIG_DFL); /* not as a sanitizer reports it */
    raise(SIGSEGV);
    return MOON_OK;
}

static moon_status job_exit(moon_job *job, moon_str request, moon_buf *reply, moon_err *err) {
    (void)job;
    (void)reply;
    (void)err;
    _exit(request.len ? request.ptr[0] : 0);
}

/* Half a reply: as long as it says, but it ends before. */
static moon_status job_half(moon_job *job, moon_str request, moon_buf *reply, moon_err *err) {
    (void)job;
    (void)request;
    (void)reply;
    (void)err;
    uint64_t head[3] = {1000, 0, 0}; /* size, fn, verdict */
    struct stat info;
    for (int fd = 3; fd < 64; fd++)
        if (fstat(fd, &info) == 0 && S_ISSOCK(info.st_mode) &&
            write(fd, head, sizeof head) == (ssize_t)sizeof head)
            break;
    _exit(0);
}

/* Crashes the first time, works in a worker that counts. The request names a file that the first one leaves. */
static moon_status job_once(moon_job *job, moon_str request, moon_buf *reply, moon_err *err) {
    char path[200];
    (void)job;
    (void)err;
    snprintf(path, sizeof path, "%.*s", MOON_STR_ARG(request));
    if (access(path, F_OK) == 0) {
        moon_buf_add_text(reply, "the second time");
        return MOON_OK;
    }
    FILE *file = fopen(path, "w");
    if (file) fclose(file);
    raise(SIGKILL);
    return MOON_OK;
}

#define LIBRARY                                                                                              \
    "local case = {}\n"                                                                                      \
    "function case.run(what) return rule('rules/case.lua')(what) end\n"                                      \
    "return case\n"

static const char rules[] =
    "return function(what)\n"
    "  if what == 'loop' then while true do end end\n"
    "  if what == 'slow' then local n = 0 for i = 1, 60000000 do n = n + 1 end return 'slow' end\n"
    "  if what == 'pattern' then return ('a'):rep(200):find(('.-'):rep(40) .. 'b') end\n"
    "  if what == 'memory' then local t = {} for i = 1, 100000000 do t[i] = i .. 'x' end end\n"
    "  if what == 'error' then error 'no such thing' end\n"
    "  return 'did ' .. what\n"
    "end\n";

static moon_status job_rule(moon_job *job, moon_str request, moon_buf *reply, moon_err *err) {
    moon_arg result, what = moon_arg_text(request);
    if (!job->state) {
        MOON_TRY(moon_script_add_library(job->script, MOON_STR("lua/case.lua"), MOON_STR(LIBRARY), err));
        MOON_TRY(moon_script_require(job->script, "case", err));
        job->state = job;
    }
    MOON_TRY(moon_script_call(job->script, "case.run", &what, 1, &job->arena, &result, err));
    moon_buf_add_str(reply, result.text);
    return MOON_OK;
}

/* host.ask(text), for rules that ask. */
static moon_status host_ask(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch, moon_arg *result,
                            moon_err *err) {
    moon_str answer;
    if (n < 1 || args[0].kind != MOON_ARG_TEXT) return moon_fail(err, MOON_E_SCRIPT_VALUE, "a text");
    MOON_TRY(moon_job_ask(ctx, args[0].text, scratch, &answer, err));
    *result = moon_arg_text(answer);
    return MOON_OK;
}

#define ASKING                                                                                               \
    "local asking = {}\n"                                                                                    \
    "local kept = 0\n"                                                                                       \
    "function asking.run(what)\n"                                                                            \
    "  kept = kept + 1\n"                                                                                    \
    "  if what == 'kept' then return tostring(kept) end\n"                                                   \
    "  if what == 'caught' then\n"                                                                           \
    "    while true do pcall(function() host.ask 'interrupt' while true do end end) end\n"                   \
    "  end\n"                                                                                                \
    "  local answers = {}\n"                                                                                 \
    "  for i = 1, 3 do answers[i] = host.ask(what .. i) end\n"                                               \
    "  return table.concat(answers, ' ')\n"                                                                  \
    "end\n"                                                                                                  \
    "return asking\n"

static moon_status job_asking(moon_job *job, moon_str request, moon_buf *reply, moon_err *err) {
    moon_arg result, what = moon_arg_text(request);
    if (!job->state) {
        MOON_TRY(moon_script_add_library(job->script, MOON_STR("lua/asking.lua"), MOON_STR(ASKING), err));
        moon_script_provide(job->script, "ask", host_ask, job);
        job->state = job;
    }
    MOON_TRY(moon_script_call(job->script, "asking.run", &what, 1, &job->arena, &result, err));
    moon_buf_add_str(reply, result.text);
    return MOON_OK;
}

/* ---- the parent ---- */

typedef struct fixture {
    moon_file files[1];
    moon_worker_setup setup;
    moon_worker *worker;
    moon_arena arena;
    moon_str reply;
    moon_err err;
} fixture;

static int setup(void **state) {
    fixture *f = calloc(1, sizeof *f);
    f->files[0] = (moon_file){MOON_STR("rules/case.lua"), moon_str_of(rules)};
    f->setup = (moon_worker_setup){
        .files = f->files, .file_count = 1, .limits = {8u << 20, 2000000, 100, false, false}};
    f->worker = moon_worker_new(&f->setup);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    fixture *f = *state;
    moon_worker_free(f->worker);
    moon_arena_free(&f->arena);
    free(f);
    return 0;
}

static moon_status call(fixture *f, moon_job_fn fn, moon_str request, bool again) {
    return moon_worker_call(f->worker, fn, request, again, &f->arena, &f->reply, &f->err);
}

static void expect(fixture *f, const char *name, moon_job_fn fn, const char *request, moon_status want,
                   const char *says) {
    moon_status status = call(f, fn, moon_str_of(request), true);
    if (status != want)
        fail_msg("%s: found %s, expected %s: %s", name, moon_status_name(status), moon_status_name(want),
                 f->err.text);
    if (status != MOON_OK && !strstr(f->err.text, says))
        fail_msg("%s: \"%s\" without \"%s\"", name, f->err.text, says);
    if (status == MOON_OK && !moon_str_is(f->reply, says))
        fail_msg("%s: \"%.*s\"", name, MOON_STR_ARG(f->reply));
}

static uint64_t process_of(fixture *f, uint64_t seen) {
    uint64_t pid = 0, count = 0;
    assert_int_equal(call(f, job_count, MOON_STR_NONE, true), MOON_OK);
    moon_str rest = f->reply;
    assert_true(moon_varint_read(&rest, &pid) && moon_varint_read(&rest, &count));
    assert_int_equal(count, seen);
    assert_true(pid != (uint64_t)getpid());
    return pid;
}

/* ---- framing ---- */

static void test_framing(void **state) {
    fixture *f = *state;
    static const size_t sizes[] = {0, 1, 23, 24, 4095, 65536, 300001, 20000000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char *bytes = malloc(sizes[i] + 1);
        for (size_t j = 0; j < sizes[i]; j++) bytes[j] = (char)(j * 31 + j / 256);
        assert_int_equal(call(f, job_echo, (moon_str){bytes, sizes[i]}, false), MOON_OK);
        if (!moon_str_eq(f->reply, (moon_str){bytes, sizes[i]}))
            fail_msg("%zu bytes come back otherwise", sizes[i]);
        moon_arena_free(&f->arena);
        free(bytes);
    }
}

/* One process for all, until it is stopped. */
static void test_process(void **state) {
    fixture *f = *state;
    uint64_t first = process_of(f, 1);
    assert_int_equal(process_of(f, 2), first);
    moon_worker_stop(f->worker);
    moon_worker_stop(f->worker);
    assert_true(process_of(f, 1) != first);
}

/* ---- failures ---- */

static void test_failures(void **state) {
    fixture *f = *state;
    static const struct {
        const char *name;
        moon_job_fn fn;
        const char *request;
        moon_status want;
        const char *says;
        bool ends; /* the process is another afterwards */
    } rows[] = {
        {"a failing job", job_fail, "P1", MOON_E_PRICE_MISSING, "P1 has no price", false},
        {"a crash", job_crash, "", MOON_E_SCRIPT_CRASH, "ended by signal 11", true},
        {"an exit", job_exit, "", MOON_E_SCRIPT_CRASH, "ended with status 0", true},
        {"an exit with a status", job_exit, "\x05", MOON_E_SCRIPT_CRASH, "ended with status 5", true},
        {"an exit as if stuck", job_exit, "\x61", MOON_E_SCRIPT_TIME, "did not come back", true},
        {"half a reply", job_half, "", MOON_E_SCRIPT_CRASH, "ended with status 0", true},
        {"a rule's error", job_rule, "error", MOON_E_SCRIPT_ERROR, "no such thing", false},
        {"a rule that loops", job_rule, "loop", MOON_E_SCRIPT_STEPS, "", true},
        {"a rule that counts far", job_rule, "slow", MOON_E_SCRIPT_STEPS, "", true},
        {"a rule that eats memory", job_rule, "memory", MOON_E_SCRIPT_MEMORY, "", true},
        {"a pattern that does not end", job_rule, "pattern", MOON_E_SCRIPT_TIME, "did not come back", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moon_worker_stop(f->worker);
        uint64_t before = process_of(f, 1);
        expect(f, rows[i].name, rows[i].fn, rows[i].request, rows[i].want, rows[i].says);
        uint64_t after = process_of(f, rows[i].ends ? 1 : 2);
        if ((before != after) != rows[i].ends)
            fail_msg("%s: the process is %s", rows[i].name, rows[i].ends ? "the same" : "another");
        expect(f, rows[i].name, job_rule, "work", MOON_OK, "did work");
    }
}

static void test_error_fields(void **state) {
    fixture *f = *state;
    expect(f, "a failing job", job_fail, "P1", MOON_E_PRICE_MISSING, "P1");
    assert_string_equal(f->err.place, "rules/pricing/orders.lua");
    assert_int_equal(f->err.line, 9);
    assert_string_equal(f->err.hint, "give it one");
    expect(f, "a rule's error", job_rule, "error", MOON_E_SCRIPT_ERROR, "no such thing");
    assert_string_equal(f->err.place, "rules/case.lua");
    assert_int_equal(f->err.line, 6);
}

/* Only a suspect request is run again, and only where it may be. */
static void test_again(void **state) {
    fixture *f = *state;
    char path[] = "/tmp/moonbill-worker-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    unlink(path);
    assert_int_equal(call(f, job_once, moon_str_of(path), false), MOON_E_SCRIPT_CRASH);
    unlink(path);
    assert_int_equal(call(f, job_once, moon_str_of(path), true), MOON_OK);
    assert_true(moon_str_is(f->reply, "the second time"));
    unlink(path);
    assert_int_equal(call(f, job_rule, MOON_STR("loop"), false), MOON_E_SCRIPT_TIME);
}

/* The verdict of the worker that counts is the same each time. */
static void test_verdict(void **state) {
    fixture *f = *state;
    char text[512] = "";
    for (int i = 0; i < 3; i++) {
        expect(f, "loop", job_rule, "loop", MOON_E_SCRIPT_STEPS, "");
        if (i && strcmp(text, f->err.text) != 0) fail_msg("\"%s\" and \"%s\"", text, f->err.text);
        snprintf(text, sizeof text, "%s", f->err.text);
    }
}

/* A child that somebody killed while it waited is begun anew. */
static void test_killed(void **state) {
    fixture *f = *state;
    uint64_t pid = process_of(f, 1);
    kill((pid_t)pid, SIGKILL);
    for (int i = 0; i < 200 && kill((pid_t)pid, 0) == 0; i++) usleep(1000);
    expect(f, "after the kill", job_echo, "hello", MOON_OK, "hello");
}

/* ---- questions and interrupts ---- */

static moon_status answer_it(void *ctx, moon_str question, moon_buf *answer, moon_err *err) {
    fixture *f = ctx;
    if (moon_str_starts(question, MOON_STR("no"))) {
        moon_fail(err, MOON_E_NOT_FOUND, "there is no %.*s", MOON_STR_ARG(question));
        return moon_err_hint(err, "ask otherwise");
    }
    if (moon_str_starts(question, MOON_STR("interrupt"))) moon_worker_interrupt(f->worker);
    if (moon_str_starts(question, MOON_STR("interrupt twice"))) moon_worker_interrupt(f->worker);
    moon_buf_add_str(answer, question);
    moon_buf_add_char(answer, '!');
    return MOON_OK;
}

static void test_questions(void **state) {
    fixture *f = *state;
    expect(f, "nobody answers", job_asking, "a", MOON_E_SCRIPT_FORBIDDEN, "nothing can be asked");
    moon_worker_answer(f->worker, answer_it, f);
    expect(f, "answers", job_asking, "a", MOON_OK, "a1! a2! a3!");
    expect(f, "a refusal", job_asking, "no", MOON_E_NOT_FOUND, "there is no no1");
    assert_string_equal(f->err.hint, "ask otherwise");
    expect(f, "what is kept", job_asking, "kept", MOON_OK, "4");
    moon_worker_answer(f->worker, NULL, NULL);
}

/* An interrupted job ends, whatever it catches, and its worker lives on with what it keeps. */
static void test_interrupts(void **state) {
    fixture *f = *state;
    f->setup.limits.time_ms = 0;
    moon_worker_answer(f->worker, answer_it, f);
    moon_worker_interrupt(f->worker); /* nothing runs: nothing ends */
    expect(f, "caught", job_asking, "caught", MOON_E_INTERRUPTED, "interrupted");
    expect(f, "while it asks", job_asking, "interrupt", MOON_E_INTERRUPTED, "interrupted");
    expect(f, "what is kept", job_asking, "kept", MOON_OK, "3");
    expect(f, "twice", job_asking, "interrupt twice", MOON_E_INTERRUPTED, "its process ended");
    expect(f, "a new one", job_asking, "kept", MOON_OK, "1");
}

/* ---- preparation ---- */

static void test_no_book(void **state) {
    fixture *f = *state;
    moon_worker_setup lost = f->setup;
    lost.data_folder = "/nonexistent/data";
    lost.keys_folder = "/nonexistent/keys";
    lost.map_size = (size_t)1 << 20;
    moon_worker_free(f->worker);
    f->worker = moon_worker_new(&lost);
    for (int i = 0; i < 2; i++)
        expect(f, "no book", job_echo, "hello", MOON_E_BOOK_MISSING, "/nonexistent/data");
    moon_worker_free(f->worker);
    f->worker = NULL;
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_framing),   CASE(test_process),    CASE(test_failures), CASE(test_error_fields),
        CASE(test_again),     CASE(test_verdict),    CASE(test_killed),   CASE(test_no_book),
        CASE(test_questions), CASE(test_interrupts),
    };
    return cmocka_run_group_tests_name("worker", tests, NULL, NULL);
}
