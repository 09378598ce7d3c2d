#include "script/watch.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/err.h"
#include "script/state.h"

#define WATCH_EXACT_TICKS 60 /* intervals after which even an exact call is stopped */

/* What the handler reads. A call is on when `state` is set; `state` is written last and cleared first. */
static struct {
    lua_State *volatile state;
    volatile lua_Hook hook;
    volatile bool exact, timed, interrupted;
    volatile unsigned long call, beat;
} now;
/* What the handler remembers between ticks. */
static struct {
    unsigned long call, beat;
    unsigned silent, total; /* ticks */
} seen;
static unsigned timer_ms; /* interval of the running timer, 0 for none */

static void arm(lua_State *L) {
    lua_sethook(L, now.hook, LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT, 1);
}

static void tick(int sig) {
    (void)sig;
    int saved = errno;
    lua_State *L = now.timed ? now.state : NULL;
    if (L && (now.call != seen.call)) {
        seen.call = now.call;
        seen.beat = now.beat;
        seen.silent = seen.total = 0;
    } else if (L) {
        seen.total++;
        seen.silent = now.exact && now.beat != seen.beat ? 0 : seen.silent + 1;
        seen.beat = now.beat;
        if (seen.silent >= 2) _exit(MOON_WORKER_STUCK);
        if (!now.exact || seen.total > WATCH_EXACT_TICKS) arm(L);
    }
    errno = saved;
}

void moon_watch_interrupt(void) {
    lua_State *L = now.state;
    if (!L) return;
    now.interrupted = true;
    arm(L);
}

bool moon_watch_interrupted(void) { return now.interrupted; }

static void forget(void) {
    timer_ms = 0;
    now.state = NULL;
}

static void start(unsigned interval_ms) {
    static bool prepared;
    if (!prepared) {
        struct sigaction action = {.sa_handler = tick, .sa_flags = SA_RESTART};
        sigemptyset(&action.sa_mask);
        moon_assert(sigaction(SIGVTALRM, &action, NULL) == 0);
        moon_assert(pthread_atfork(NULL, NULL, forget) == 0);
        prepared = true;
    }
    struct timeval tv = {interval_ms / 1000, (suseconds_t)(interval_ms % 1000) * 1000};
    struct itimerval timer = {tv, tv};
    moon_assert(setitimer(ITIMER_VIRTUAL, &timer, NULL) == 0);
    timer_ms = interval_ms;
}

void moon_watch_enter(lua_State *L, unsigned interval_ms, bool exact, lua_Hook hook) {
    if (interval_ms && timer_ms != interval_ms) start(interval_ms);
    now.timed = interval_ms > 0;
    now.interrupted = false;
    now.hook = hook;
    now.exact = exact;
    now.call++;
    now.state = L;
}

void moon_watch_beat(void) { now.beat++; }

void moon_watch_leave(void) { now.state = NULL; }
