#include "run/worker.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run/wire.h"
#include "store/store.h"

#define FRAME_MAX ((uint64_t)1 << 31) /* bytes of one request or reply */
#define INTERRUPT SIGUSR1             /* not SIGINT, which a terminal sends to the child as well */

struct moon_worker {
    const moon_worker_setup *setup;
    volatile pid_t pid; /* 0: none */
    int fd;
    bool exact;
    moon_asked_fn asked; /* answers what a job asks; NULL: nobody */
    void *asked_ctx;
    volatile sig_atomic_t at_work, interrupts; /* a job runs; how often it was interrupted */
};

enum { FINE, FAILED, SUSPECT, ASKS }; /* verdicts of a frame */

typedef struct frame {
    uint64_t size;
    moon_job_fn fn;   /* of a request; both ends are the same program */
    uint64_t verdict; /* of a reply: FINE; FAILED or SUSPECT: an error follows; ASKS: a question, no reply */
} frame;

/* ---- both ends ---- */

static bool write_all(int fd, const void *bytes, size_t size) {
    while (size > 0) {
        ssize_t done = send(fd, bytes, size, MSG_NOSIGNAL);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return false;
        bytes = (const char *)bytes + done;
        size -= (size_t)done;
    }
    return true;
}

static bool read_all(int fd, void *bytes, size_t size) {
    while (size > 0) {
        ssize_t got = recv(fd, bytes, size, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        bytes = (char *)bytes + got;
        size -= (size_t)got;
    }
    return true;
}

/* A frame of bytes, or of the error if there is one. */
static bool send_frame(int fd, uint64_t verdict, moon_buf *bytes, const moon_err *err) {
    if (verdict == FAILED || verdict == SUSPECT) {
        moon_buf_clear(bytes);
        moon_wire_add_err(bytes, err);
    }
    frame head = {.size = bytes->len, .verdict = verdict};
    return write_all(fd, &head, sizeof head) && write_all(fd, bytes->ptr, bytes->len);
}

static bool receive_bytes(int fd, uint64_t size, moon_arena *keep, moon_str *bytes) {
    char *room = moon_arena_alloc(keep, size);
    *bytes = (moon_str){room, size};
    return read_all(fd, room, size);
}

/* ---- the child ---- */

moon_status moon_job_ask(moon_job *job, moon_str question, moon_arena *keep, moon_str *answer,
                         moon_err *err) {
    frame head = {.size = question.len, .verdict = ASKS};
    if (!write_all(job->fd, &head, sizeof head) || !write_all(job->fd, question.ptr, question.len) ||
        !read_all(job->fd, &head, sizeof head) || !receive_bytes(job->fd, head.size, keep, answer))
        _exit(0); /* the parent is gone */
    if (head.verdict == FINE) return MOON_OK;
    moon_str rest = *answer;
    if (!moon_wire_read_err(&rest, err)) return moon_fail(err, MOON_E_INTERNAL, "an answer makes no sense");
    return err->code;
}

/* host.instant(day, second): the instant of a civil time in the book's zone. */
static moon_status host_instant(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch,
                                moon_arg *result, moon_err *err) {
    (void)scratch;
    int64_t second = 0;
    if (n > 1 && args[1].kind == MOON_ARG_DECIMAL)
        MOON_TRY(moon_decimal_to_int(args[1].decimal, &second, err));
    if (n < 1 || args[0].kind != MOON_ARG_DATE || second < 0 || second >= 86400)
        return moon_fail(err, MOON_E_SCRIPT_VALUE, "instant wants a date, and a second of its 86400");
    *result = moon_arg_integer(moon_zone_instant(ctx, args[0].date, (int32_t)second));
    return MOON_OK;
}

static moon_status prepare(moon_job *job, bool exact, moon_err *err) {
    moon_script_limits limits = job->setup->limits;
    moon_store_options options = {.map_size = job->setup->map_size};
    limits.exact = exact;
    MOON_TRY(moon_script_new(&limits, &job->script, err));
    for (size_t i = 0; i < job->setup->file_count; i++)
        MOON_TRY(
            moon_script_add_source(job->script, job->setup->files[i].path, job->setup->files[i].bytes, err));
    if (job->setup->zone)
        moon_script_provide(job->script, "instant", host_instant, (void *)(uintptr_t)job->setup->zone);
    if (!job->setup->data_folder) return MOON_OK;
    return moon_store_open(job->setup->data_folder, job->setup->keys_folder, &options, &job->store, err);
}

static bool answer(moon_job *job, int fd, const frame *request, moon_status prepared,
                   const moon_err *prepare_err) {
    moon_err err = *prepare_err;
    moon_buf reply = MOON_BUF_EMPTY;
    uint64_t verdict = FINE;
    char *bytes = moon_arena_alloc(&job->arena, request->size);
    if (!read_all(fd, bytes, request->size)) return false;
    moon_status status = prepared;
    if (status == MOON_OK) status = request->fn(job, (moon_str){bytes, request->size}, &reply, &err);
    if (status != MOON_OK) verdict = job->script && moon_script_suspect(job->script) ? SUSPECT : FAILED;
    bool sent = send_frame(fd, verdict, &reply, &err);
    moon_buf_free(&reply);
    moon_arena_free(&job->arena);
    return sent;
}

static void interrupted(int sig) {
    (void)sig;
    moon_script_interrupt();
}

/* Files and processes are not for rules; nor is a core dump, which could hold personal data. The parent's locks
 * are its own: a worker that outlives it by a moment must not hold them. */
static void confine(int fd) {
    struct rlimit none = {0, 0};
    setlocale(LC_ALL, "C"); /* a prompt edits lines in the user's; rules have none */
    struct sigaction action = {.sa_handler = interrupted, .sa_flags = SA_RESTART};
    setrlimit(RLIMIT_CORE, &none);
    signal(SIGINT, SIG_IGN); /* the parent decides what an interrupt ends */
    sigaction(INTERRUPT, &action, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (fd > 3) close_range(3, (unsigned)fd - 1, 0);
    close_range((unsigned)fd + 1, ~0U, 0);
}

static _Noreturn void serve(const moon_worker_setup *setup, int fd, bool exact) {
    moon_job job = {.setup = setup, .fd = fd};
    moon_err err = {0};
    frame request;
    confine(fd);
    moon_status prepared = prepare(&job, exact, &err);
    while (read_all(fd, &request, sizeof request) && request.size <= FRAME_MAX)
        if (!answer(&job, fd, &request, prepared, &err)) break;
    moon_script_free(job.script);
    moon_store_close(job.store);
    _exit(0);
}

/* ---- the parent ---- */

moon_worker *moon_worker_new(const moon_worker_setup *setup) {
    moon_worker *worker = moon_malloc(sizeof *worker);
    *worker = (moon_worker){.setup = setup, .fd = -1};
    return worker;
}

/* Wait for the child's end; what it says about it. */
static int reap(moon_worker *worker) {
    int how = 0;
    if (worker->fd >= 0) close(worker->fd);
    pid_t pid = worker->pid;
    worker->pid = 0;
    while (pid > 0 && waitpid(pid, &how, 0) < 0 && errno == EINTR) {}
    worker->fd = -1;
    return how;
}

void moon_worker_stop(moon_worker *worker) {
    if (worker->pid == 0) return;
    shutdown(worker->fd, SHUT_WR);
    reap(worker);
}

bool moon_worker_lives(const moon_worker *worker) { return worker->pid > 0; }

void moon_worker_free(moon_worker *worker) {
    if (!worker) return;
    moon_worker_stop(worker);
    free(worker);
}

static moon_status start(moon_worker *worker, bool exact, moon_err *err) {
    int pair[2];
    if (worker->pid > 0 && worker->exact == exact) return MOON_OK;
    moon_worker_stop(worker);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return moon_fail_sys(err, MOON_E_IO, errno, "cannot start a worker");
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0) {
        int sys = errno;
        close(pair[0]);
        close(pair[1]);
        return moon_fail_sys(err, MOON_E_IO, sys, "cannot start a worker");
    }
    if (pid == 0) {
        close(pair[0]);
        serve(worker->setup, pair[1], exact);
    }
    close(pair[1]);
    worker->pid = pid;
    worker->fd = pair[0];
    worker->exact = exact;
    return MOON_OK;
}

static moon_status died(moon_worker *worker, moon_err *err) {
    int how = reap(worker);
    bool early = WIFSIGNALED(how) && WTERMSIG(how) == INTERRUPT; /* before it was ready for that */
    if (WIFSIGNALED(how) && worker->interrupts > (early ? 0 : 1))
        return moon_fail(err, MOON_E_INTERRUPTED, "interrupted, and its process ended");
    if (WIFEXITED(how) && WEXITSTATUS(how) == MOON_WORKER_STUCK)
        return moon_fail(err, MOON_E_SCRIPT_TIME, "a rule did not come back: it is stuck in a text function");
    if (WIFSIGNALED(how))
        return moon_fail(err, MOON_E_SCRIPT_CRASH, "the worker that ran the rules ended by signal %d",
                         WTERMSIG(how));
    return moon_fail(err, MOON_E_SCRIPT_CRASH, "the worker that ran the rules ended with status %d",
                     WIFEXITED(how) ? WEXITSTATUS(how) : -1);
}

/* Answer one question of the job; false if the worker is gone. */
static bool answer_question(moon_worker *worker, moon_str question) {
    moon_buf bytes = MOON_BUF_EMPTY;
    moon_err err = {0};
    moon_status status = worker->asked
                             ? worker->asked(worker->asked_ctx, question, &bytes, &err)
                             : moon_fail(&err, MOON_E_SCRIPT_FORBIDDEN, "nothing can be asked for here");
    bool sent = send_frame(worker->fd, status == MOON_OK ? FINE : FAILED, &bytes, &err);
    moon_buf_free(&bytes);
    return sent;
}

/* Send the request, answer questions, read the reply; false if the worker ended on the way. */
static bool converse(moon_worker *worker, moon_job_fn fn, moon_str request, frame *head, moon_arena *keep,
                     moon_str *reply) {
    *head = (frame){.size = request.len, .fn = fn};
    if (!write_all(worker->fd, head, sizeof *head) || !write_all(worker->fd, request.ptr, request.len))
        return false;
    bool alive = true;
    while (alive) {
        if (!read_all(worker->fd, head, sizeof *head) || head->size > FRAME_MAX) return false;
        if (head->verdict != ASKS) return receive_bytes(worker->fd, head->size, keep, reply);
        moon_arena question = MOON_ARENA_EMPTY; /* `keep` may be in use by whoever answers */
        alive = receive_bytes(worker->fd, head->size, &question, reply) && answer_question(worker, *reply);
        moon_arena_free(&question);
    }
    return false;
}

static moon_status call_once(moon_worker *worker, bool exact, moon_job_fn fn, moon_str request,
                             moon_arena *keep, moon_str *reply, bool *suspect, moon_err *err) {
    frame head;
    *suspect = false;
    MOON_TRY(start(worker, exact, err));
    worker->interrupts = 0;
    worker->at_work = 1;
    bool answered = converse(worker, fn, request, &head, keep, reply);
    worker->at_work = 0;
    if (!answered) {
        *suspect = worker->interrupts == 0;
        return died(worker, err);
    }
    if (head.verdict == FINE) return MOON_OK;
    *suspect = head.verdict == SUSPECT;
    moon_str rest = *reply;
    if (!moon_wire_read_err(&rest, err))
        return moon_fail(err, MOON_E_SCRIPT_CRASH, "the worker's answer makes no sense");
    return err->code;
}

void moon_worker_answer(moon_worker *worker, moon_asked_fn asked, void *ctx) {
    worker->asked = asked;
    worker->asked_ctx = ctx;
}

void moon_worker_interrupt(moon_worker *worker) {
    int saved = errno;
    pid_t pid = worker->pid;
    if (worker->at_work && pid > 0) kill(pid, worker->interrupts++ ? SIGKILL : INTERRUPT);
    errno = saved;
}

moon_status moon_worker_call(moon_worker *worker, moon_job_fn fn, moon_str request, bool again,
                             moon_arena *keep, moon_str *reply, moon_err *err) {
    bool suspect;
    moon_status status = call_once(worker, false, fn, request, keep, reply, &suspect, err);
    if (status == MOON_OK || !suspect || !again) return status;
    status = call_once(worker, true, fn, request, keep, reply, &suspect, err);
    moon_worker_stop(worker);
    return status;
}
