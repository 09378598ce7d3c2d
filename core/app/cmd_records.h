/* app/cmd_records: commands that look at records and change them by hand.    Floor 6. */
#ifndef MOON_APP_CMD_RECORDS_H
#define MOON_APP_CMD_RECORDS_H

#include "app/command.h"

moon_status moon_command_list(moon_app *app, moon_err *err);
moon_status moon_command_show(moon_app *app, moon_err *err);
moon_status moon_command_add(moon_app *app, moon_err *err);
moon_status moon_command_set(moon_app *app, moon_err *err);

#endif
