#include "app/progress.h"

#include <time.h>

#define DRAW_MS 100
#define QUIET_MS 300 /* work that is done by then shows nothing */

static int64_t monotonic_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

moon_progress moon_progress_begin(const moon_app *app, const char *label) {
    return (moon_progress){.label = label, .shown = app->progress && !app->quiet, .begun_ms = monotonic_ms()};
}

void moon_progress_at(moon_progress *progress, size_t done, size_t total) {
    if (!progress->shown) return;
    int64_t now = monotonic_ms(), passed = now - progress->begun_ms;
    if (passed < QUIET_MS || now - progress->drawn_ms < DRAW_MS) return;
    size_t rate = done * 1000 / (size_t)passed;
    if (total)
        fprintf(stderr, "\r\033[K%s %zu of %zu (%zu %%), %zu a second", progress->label, done, total,
                done * 100 / total, rate);
    else
        fprintf(stderr, "\r\033[K%s %zu, %zu a second", progress->label, done, rate);
    fflush(stderr);
    progress->drawn = true;
    progress->drawn_ms = now;
}

void moon_progress_end(moon_progress *progress) {
    if (!progress->drawn) return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    progress->drawn = false;
}
