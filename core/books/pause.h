/* books/pause: documents of agreements that rest while their service goes on.  Floor 3.
 *
 * What falls due while an agreement is paused with keep is not issued before the pause ends; with uncollectible it is
 * issued and written off at once. A line in advance falls due on its first day, one in arrears on the day after its
 * last; the version of that day says how the agreement rests. */
#ifndef MOON_BOOKS_PAUSE_H
#define MOON_BOOKS_PAUSE_H

#include "books/config.h"

/* What becomes of a draft when it is issued today: MOON_PAUSE_KEEP (it waits), MOON_PAUSE_UNCOLLECTIBLE (all its lines
 * are), or 0; and of which agreement, in the memory of the change. */
MOON_CHECK moon_status moon_pause_of(moon_change *change, const moon_document *document, moon_date today,
                                     int *pause, moon_str *agreement, moon_err *err);

#endif
