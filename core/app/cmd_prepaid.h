/* app/cmd_prepaid: prepaid money: what has expired, and until when it can be used.  Floor 6. */
#ifndef MOON_APP_CMD_PREPAID_H
#define MOON_APP_CMD_PREPAID_H

#include "app/command.h"

moon_status moon_command_expire(moon_app *app, moon_err *err);

/* Whether what is set of a payment is all about prepaid money: expires, priority. */
bool moon_is_about_prepaid(const moon_pair *pairs, size_t count);
/* set payment ID expires=DATE priority=N: what is not said stays. */
moon_status moon_command_set_prepaid(moon_app *app, moon_str id, const moon_pair *pairs, size_t count,
                                     bool dry_run, moon_err *err);

#endif
