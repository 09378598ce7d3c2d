/* app/cmd_show_item: what belongs to an item: what settles it, what it settles, its ledger entries.   Floor 6. */
#ifndef MOON_APP_CMD_SHOW_ITEM_H
#define MOON_APP_CMD_SHOW_ITEM_H

#include "app/command.h"

/* Print what settled what, a row for each application, those taken back included. Nothing where there is no item
 * or no application. */
MOON_CHECK moon_status moon_show_settled(moon_app *app, moon_change *change, moon_str account,
                                         moon_str document, moon_err *err);
/* Print what is open of a payment or adjustment, what it settles or is settled by, and its ledger entries. */
MOON_CHECK moon_status moon_show_item(moon_app *app, moon_change *change, moon_str account, moon_str document,
                                      moon_err *err);

#endif
