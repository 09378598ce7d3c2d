/* app/repl: the prompt.                                                      Floor 6.
 *
 * On a terminal lines are edited by libedit: history, completion, a second prompt while more has to come. Ctrl-C
 * clears the line or ends what runs, Ctrl-D leaves. Without a terminal statements are read from standard input, and
 * the answer to a question is its next line. */
#ifndef MOON_APP_REPL_H
#define MOON_APP_REPL_H

#include "app/command.h"

moon_status moon_command_repl(moon_app *app, moon_err *err);

#endif
