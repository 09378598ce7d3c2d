/* app/progress: a line on standard error that tells how far long work is.    Floor 6.
 *
 * Only where standard error is a terminal and -q was not given. Nothing of it stays behind. */
#ifndef MOON_APP_PROGRESS_H
#define MOON_APP_PROGRESS_H

#include "app/command.h"

typedef struct moon_progress {
    const char *label; /* "Drafting" */
    bool shown, drawn;
    int64_t begun_ms, drawn_ms; /* of the monotonic clock; nothing but the display depends on it */
} moon_progress;

moon_progress moon_progress_begin(const moon_app *app, const char *label);
/* Draws at most ten times a second. `total` 0: not known. */
void moon_progress_at(moon_progress *progress, size_t done, size_t total);
/* Erase it; before anything else is printed to the terminal. May be called again. */
void moon_progress_end(moon_progress *progress);

#endif
