/* app/demo: three months of the demo book, day by day.                      Floor 6.
 *
 * The world around the book (lua/demo.lua) writes what comes in from outside as files into in/; the book's own
 * schedules do the work, by the command `tick` once a day; what the clerk does besides are commands too. They
 * run one after another in this process as if they had been typed, and are listed in in/clerk.txt, so that the
 * same files and commands make the same book again (tests/demo/demo.sh does it). */
#ifndef MOON_APP_DEMO_H
#define MOON_APP_DEMO_H

#include "app/command.h"

typedef struct moon_demo {
    moon_date first, last; /* days that it covers */
    size_t files;          /* written into in/ */
    size_t commands;       /* of the clerk */
} moon_demo;

/* Fill the new and empty book in `folder`. What the commands print goes to out/diary.txt there. The current
 * folder is `folder` meanwhile. Fails as the command that failed. */
MOON_CHECK moon_status moon_demo_make(moon_app *app, const char *folder, moon_demo *out, moon_err *err);

#endif
