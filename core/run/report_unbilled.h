/* run/report_unbilled: what stands on no invoice, and why.                   Floor 5. */
#ifndef MOON_RUN_REPORT_UNBILLED_H
#define MOON_RUN_REPORT_UNBILLED_H

#include "run/report.h"

#define MOON_UNBILLED_HEADINGS 11
extern const moon_heading moon_unbilled_headings[];

/* Every order, period of an agreement and day of usage from `from` to `to` (today) without an invoice line; the remark
 * adds up what is billed and what is not. Asked as a moon_report_kind. */
MOON_CHECK moon_status moon_report_unbilled(moon_book *book, moon_change *change, const moon_arg *asked,
                                            moon_report *report, moon_err *err);

#endif
