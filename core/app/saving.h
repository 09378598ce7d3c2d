/* app/saving: rows of a query into a file of the current folder.             Floor 6.
 *
 * Rows leave as they come, into a file beside the name they are to have; at the end it gets that name, so that nobody
 * sees half of it. */
#ifndef MOON_APP_SAVING_H
#define MOON_APP_SAVING_H

#include "app/command.h"

typedef struct moon_saving moon_saving;

/* `file` is a plain name that ends with .csv or .json. MOON_E_SCRIPT_VALUE for another, or if it is there and not to
 * be replaced. `headings` must live as long as it. */
MOON_CHECK moon_status moon_saving_begin(moon_app *app, moon_str file, bool replace,
                                         const moon_heading *headings, size_t count, moon_saving **out,
                                         moon_err *err);
void moon_saving_add(moon_saving *saving, const moon_str *cells);
/* Give it its name, and free it; `tell`: say how many rows it has. On failure there is no file. */
MOON_CHECK moon_status moon_saving_end(moon_saving *saving, bool tell, moon_err *err);
/* Leave it: there is no file. NULL is fine. */
void moon_saving_drop(moon_saving *saving);

#endif
