/* app/difference: what changed between two records, field by field.          Floor 6. */
#ifndef MOON_APP_DIFFERENCE_H
#define MOON_APP_DIFFERENCE_H

#include "app/command.h"

typedef struct moon_difference {
    moon_str field;    /* "terms", "tags.nonprofit", "line.3.quantity" */
    moon_str old, new; /* "" for absent */
} moon_difference;

/* Everything in which `new` differs from `old` (NULL: from nothing), in the arena; without what moonbill keeps
 * itself, the id, and the day from which a version holds. */
void moon_difference_of(moon_app *app, const moon_type *type, const void *old, const void *new,
                        moon_difference **out, size_t *count);
/* Do both lists say the same? */
bool moon_difference_equal(const moon_difference *a, size_t a_count, const moon_difference *b,
                           size_t b_count);
/* As a table of field, old and new value. */
void moon_difference_print(moon_app *app, const moon_difference *rows, size_t count);

#endif
