/* app/cmd_pay: what other commands need of those of cash.                    Floor 6. */
#ifndef MOON_APP_CMD_PAY_H
#define MOON_APP_CMD_PAY_H

#include "app/command.h"

/* set payment ID account=X (cash to the account it belongs to) or state=refused (of a proposed refund). */
moon_status moon_command_set_payment(moon_app *app, moon_str id, const moon_pair *pairs, size_t count,
                                     bool dry_run, moon_err *err);

#endif
