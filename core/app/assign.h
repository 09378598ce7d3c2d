/* app/assign: field=value pairs written into a record.                       Floor 6.
 *
 * Beside plain fields: tags.NAME=VALUE (an empty value takes the tag away) and, for orders, line.N.FIELD=VALUE,
 * where a number above the last one begins a new line and line.N= takes a line away. */
#ifndef MOON_APP_ASSIGN_H
#define MOON_APP_ASSIGN_H

#include "app/command.h"

/* All texts and lists that are new are made in `keep`; those of the record are not touched. On failure the
 * record may hold some of the pairs: throw it away. MOON_E_USAGE for a field that is not there or is not for
 * people to set; MOON_E_FIELD_TYPE and the errors of values. */
MOON_CHECK moon_status moon_assign(const moon_type *type, void *record, const moon_pair *pairs, size_t count,
                                   moon_arena *keep, moon_err *err);

#endif
