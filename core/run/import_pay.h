/* run/import_pay: payments, grants and opening items out of files.                   Floor 5.
 *
 * Three of the kinds of run/import_kind. Payments are applied by policy in the commit that takes them in, so that
 * a run that is cut off and begun again ends the same. */
#ifndef MOON_RUN_IMPORT_PAY_H
#define MOON_RUN_IMPORT_PAY_H

#include "run/import_kind.h"

MOON_CHECK moon_status moon_import_payment(moon_import_run *run, void *record, moon_account *account,
                                           moon_err *err);
MOON_CHECK moon_status moon_import_opening(moon_import_run *run, void *record, moon_account *account,
                                           moon_err *err);
MOON_CHECK moon_status moon_import_grant(moon_import_run *run, void *record, moon_account *account,
                                         moon_err *err);
/* Apply the payments of a batch, account by account. A rule that fails parks the payments of its account. */
MOON_CHECK moon_status moon_import_settle(moon_import_run *run, moon_err *err);

#endif
