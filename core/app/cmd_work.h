/* app/cmd_work: commands of the daily work that have files of their own.     Floor 6. */
#ifndef MOON_APP_CMD_WORK_H
#define MOON_APP_CMD_WORK_H

#include "app/command.h"

moon_status moon_command_import(moon_app *app, moon_err *err);
moon_status moon_command_quote(moon_app *app, moon_err *err);
extern const moon_option moon_quote_options[];

#endif
