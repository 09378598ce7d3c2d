/* app/cmd_book: commands about a book as a whole.                            Floor 6. */
#ifndef MOON_APP_CMD_BOOK_H
#define MOON_APP_CMD_BOOK_H

#include "app/command.h"

moon_status moon_command_init(moon_app *app, moon_err *err);
moon_status moon_command_verify(moon_app *app, moon_err *err);
moon_status moon_command_close(moon_app *app, moon_err *err);
moon_status moon_command_reopen(moon_app *app, moon_err *err);
moon_status moon_command_series(moon_app *app, moon_err *err);
moon_status moon_command_restore(moon_app *app, moon_err *err);

#endif
