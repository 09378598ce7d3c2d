/* script/plugin: plugins as modules of the library.                         Floor 4.
 *
 * A plugin is trusted code (plugins/README.md): an ordinary Lua C module, or a Lua file that runs as the
 * library does. The library gets it by require "plugin.NAME". */
#ifndef MOON_SCRIPT_PLUGIN_H
#define MOON_SCRIPT_PLUGIN_H

#include "script/state.h"

/* Load BOOK/plugins/NAME or the program's own: the first of `folders` (ended by NULL) that has a folder NAME
 * with a plugin.lua. MOON_E_PLUGIN: there is none, its manifest is wrong, or it does not load. */
MOON_CHECK moon_status moon_script_plugin(moon_script *s, const char *name, const char *const *folders,
                                          moon_err *err);

#endif
