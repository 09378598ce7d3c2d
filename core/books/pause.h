/* books/pause: documents of agreements that rest while their service goes on.  Floor 3.
 *
 * What falls due while an agreement is paused with keep stands on documents of its own, which are not issued before the
 * pause ends; with uncollectible such a document is issued and written off at once. The rules that group the lines say
 * so among the inputs of the draft ("pause/keep", "pause/uncollectible"). */
#ifndef MOON_BOOKS_PAUSE_H
#define MOON_BOOKS_PAUSE_H

#include "books/config.h"

/* What becomes of a draft when it is issued today: MOON_PAUSE_KEEP (it waits, for an agreement on it still rests so),
 * MOON_PAUSE_UNCOLLECTIBLE, or 0; and for which agreement, in the memory of the change. */
MOON_CHECK moon_status moon_pause_of(moon_change *change, const moon_document *document, moon_date today,
                                     int *pause, moon_str *agreement, moon_err *err);

/* As an input of a draft; false if `name` is no such pause. */
bool moon_pause_input(moon_str name, moon_input *out);

#endif
