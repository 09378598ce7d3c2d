/* run/import_usage: agreements and usage events of files into the book.     Floor 5. */
#ifndef MOON_RUN_IMPORT_USAGE_H
#define MOON_RUN_IMPORT_USAGE_H

#include "run/import_kind.h"

/* For the table of run/import_kind. A record that the books refuse, or whose account is not there, is held and
 * named. */
moon_status moon_import_agreement(moon_import_run *run, void *record, moon_account *account, moon_err *err);
moon_status moon_import_event(moon_import_run *run, void *record, moon_account *account, moon_err *err);
/* Add the batch's events to the days they belong to. */
moon_status moon_import_fold(moon_import_run *run, moon_err *err);

#endif
