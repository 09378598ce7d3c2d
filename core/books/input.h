/* books/input: whether what the rules of a draft read is what they would read now.  Floor 3.
 *
 * A document names its inputs: records with their versions, and aggregates of usage with count and sum. */
#ifndef MOON_BOOKS_INPUT_H
#define MOON_BOOKS_INPUT_H

#include "books/config.h"

/* MOON_E_STALE naming what has changed since a draft was made: the account's or a product's version of the days it
 * bills, any version of an agreement, the usage of a period, or what was billed of it. */
MOON_CHECK moon_status moon_input_check(moon_change *change, const moon_document *document, moon_err *err);

#endif
