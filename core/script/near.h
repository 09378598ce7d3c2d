/* script/near: the name somebody may have meant.                            Floor 4, pure. */
#ifndef MOON_SCRIPT_NEAR_H
#define MOON_SCRIPT_NEAR_H

#include "base/str.h"

typedef struct moon_near {
    moon_str wanted, best;
    int distance; /* of `best`; begins at the largest that is still called near */
} moon_near;

moon_near moon_near_begin(moon_str wanted);
/* Consider a name; it must live as long as the search. Of equally near ones the first in the order of bytes is
 * kept. */
void moon_near_try(moon_near *near, moon_str name);
/* "did you mean 'x'?", or "" if nothing was near. */
void moon_near_hint(const moon_near *near, char *out, size_t size);

#endif
