/* app/output: lists on standard output.                                      Floor 6.
 *
 * run/listing writes them; here they go to the program's output, in the format that was asked for. */
#ifndef MOON_APP_OUTPUT_H
#define MOON_APP_OUTPUT_H

#include "app/command.h"
#include "run/listing.h"

/* Begin a listing in app->format; `headings` must live as long as it. It lives in the program's arena. */
moon_listing *moon_listing_begin(moon_app *app, const moon_heading *headings, size_t count);

/* Headings for all fields of a record type, in the arena; and its cells, `cells` having one slot per field. */
const moon_heading *moon_headings_of(moon_arena *keep, const moon_type *type, size_t *count);
void moon_cells_of(const moon_app *app, moon_arena *keep, const moon_type *type, const void *record,
                   moon_str *cells);

#endif
