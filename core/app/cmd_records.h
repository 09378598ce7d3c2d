/* app/cmd_records: commands that look at records and change them by hand.    Floor 6. */
#ifndef MOON_APP_CMD_RECORDS_H
#define MOON_APP_CMD_RECORDS_H

#include "app/difference.h"

/* Columns of `list KIND`, as words: those it shows, those with totals, those it leaves out first where the terminal
 * is narrow; any may be NULL. False if there is no such kind. Kinds may be written with underscores. */
bool moon_list_columns(moon_str kind, const char **shown, const char **sums, const char **spare);

/* A record added or set by hand. */
typedef struct moon_edit_wish {
    bool adds;
    moon_str kind, id;
    moon_date from; /* MOON_DATE_NONE: today, and an order may be meant */
    moon_pair *pairs;
    size_t pair_count;
} moon_edit_wish;
typedef enum moon_edit_mode {
    MOON_EDIT_WRITES, /* write it and tell what changed */
    MOON_EDIT_TRIES,  /* tell what would change, write nothing */
    MOON_EDIT_SILENT  /* write it */
} moon_edit_mode;
/* Do it. `*rows` and `*count` are what it changes; with MOON_EDIT_WRITES and `*rows` not NULL, what was shown: it is
 * written only if it would change the same, else MOON_E_CHANGED. */
MOON_CHECK moon_status moon_edit(moon_app *app, const moon_edit_wish *wish, moon_edit_mode mode,
                                 moon_difference **rows, size_t *count, moon_err *err);

moon_status moon_command_list(moon_app *app, moon_err *err);
moon_status moon_command_show(moon_app *app, moon_err *err);
moon_status moon_command_add(moon_app *app, moon_err *err);
moon_status moon_command_set(moon_app *app, moon_err *err);

#endif
