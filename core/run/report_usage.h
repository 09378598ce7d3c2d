/* run/report_usage: what accounts used, period by period, and what billed it.  Floor 5. */
#ifndef MOON_RUN_REPORT_USAGE_H
#define MOON_RUN_REPORT_USAGE_H

#include "run/report.h"

#define MOON_USAGE_HEADINGS 10
extern const moon_heading moon_usage_headings[];

/* For the table of run/report. Asked: as_of (last day; today), from (first day), account. Usage of days that no
 * agreement covers stands by calendar months, without one. */
MOON_CHECK moon_status moon_report_usage(moon_book *book, moon_change *change, const moon_arg *asked,
                                         moon_report *report, moon_err *err);

#endif
