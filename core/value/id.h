/* value/id: identifiers as people give them.                                Floor 1, pure.
 *
 * 1 to MOON_ID_MAX bytes of well-formed UTF-8, no control characters, no white space at an end. Case and every
 * other character count: moonbill never folds what another system issued. */
#ifndef MOON_VALUE_ID_H
#define MOON_VALUE_ID_H

#include "base/err.h"
#include "base/str.h"

/* MOON_E_ID_INVALID, saying what is wrong with it. */
MOON_CHECK moon_status moon_id_check(moon_str id, moon_err *err);

#endif
