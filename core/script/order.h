/* script/order: pairs and table.sort in an order that depends on nothing but the contents.   Floor 4.
 *
 * pairs goes through numbers (by value), texts (by bytes), false and true, dates, money (by currency, then
 * amount) and periods; any other key raises. It takes the keys when it begins: a key removed meanwhile is
 * skipped, a new one not seen. table.sort is a stable merge sort; a comparison that contradicts itself gives
 * some order, and ends. */
#ifndef MOON_SCRIPT_ORDER_H
#define MOON_SCRIPT_ORDER_H

#include <lua.h>

int l_order_pairs(lua_State *L);
int l_order_sort(lua_State *L);

/* Push a list of the keys of the table at `index` (frozen or not), in the order of pairs; or nil if they are
 * 1..n. Returns their number. */
lua_Integer l_push_keys(lua_State *L, int index);

#endif
