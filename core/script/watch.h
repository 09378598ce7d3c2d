/* script/watch: the clock over a running rule.                              Floor 4.
 *
 * One periodic timer of CPU time (ITIMER_VIRTUAL) per process, so that a call costs no system call. The first
 * tick that finds a call running only notes it; the second one finds it after a whole interval and arms the
 * hook; at the third the call sits in a C function that no hook can reach, and the process ends with
 * MOON_WORKER_STUCK. In exact mode a call may go on as long as its count hook is heard between ticks, up to
 * WATCH_EXACT_TICKS. The timer belongs to the process that started it: a child of fork starts its own with its
 * first call. */
#ifndef MOON_SCRIPT_WATCH_H
#define MOON_SCRIPT_WATCH_H

#include <lua.h>
#include <stdbool.h>

/* The call on `L` begins. `hook` is armed for every instruction when its time is over (an interval of 0: never)
 * or when it is interrupted. */
void moon_watch_enter(lua_State *L, unsigned interval_ms, bool exact, lua_Hook hook);
/* In exact mode, from the count hook: the call is getting on. */
void moon_watch_beat(void);
void moon_watch_leave(void);
/* From a signal handler: end the running call, if there is one. */
void moon_watch_interrupt(void);
bool moon_watch_interrupted(void); /* was the running call? */

#endif
