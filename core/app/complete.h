/* app/complete: Tab at the prompt.                                           Floor 6. */
#ifndef MOON_APP_COMPLETE_H
#define MOON_APP_COMPLETE_H

#include <histedit.h>

#include "app/session.h"

/* Write what is certain into the line; where several things may come, list them with a few words each. `before` are
 * the earlier lines of the statement. True if something was listed, so that the line has to be drawn again. */
bool moon_complete(moon_app *app, moon_session *session, EditLine *edit, moon_str before);

#endif
