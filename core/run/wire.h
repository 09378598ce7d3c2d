/* run/wire: values and errors as bytes, between a worker and its parent.     Floor 5.
 *
 * Both ends are the same program; even so the parent trusts nothing that comes from a worker, for a rule may
 * have got at it: reading is bounded and strict. */
#ifndef MOON_RUN_WIRE_H
#define MOON_RUN_WIRE_H

#include "base/buf.h"
#include "script/state.h"

/* Records cannot be sent as values (send their bytes as text); everything else of moon_arg can. */
void moon_wire_add_arg(moon_buf *out, const moon_arg *arg);
bool moon_wire_read_arg(moon_str *rest, moon_arg *arg, moon_arena *keep);
void moon_wire_add_err(moon_buf *out, const moon_err *err);
bool moon_wire_read_err(moon_str *rest, moon_err *err);
void moon_wire_add_str(moon_buf *out, moon_str s);
bool moon_wire_read_str(moon_str *rest, moon_str *s);
void moon_wire_add_record(moon_buf *out, const struct moon_type *type, const void *record);
/* Open and personal half; `record` borrows from `*rest`. */
MOON_CHECK moon_status moon_wire_read_record(moon_str *rest, const struct moon_type *type, void *record,
                                             moon_arena *keep, moon_err *err);

/* Fields of a map that a script answered with; absent or of another kind: the default. */
moon_str moon_arg_text_of(const moon_arg *map, const char *name);
int64_t moon_arg_int_of(const moon_arg *map, const char *name, int64_t otherwise);

#endif
