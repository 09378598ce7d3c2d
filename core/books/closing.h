/* books/closing: through which day the books are closed.                    Floor 3.
 *
 * Nothing becomes effective on a closed day any more: documents are issued on a later day, and what is stated
 * to be earlier (a payment's value date) takes effect on the first open day and names the day as stated. Every
 * closing and reopening stays on record. */
#ifndef MOON_BOOKS_CLOSING_H
#define MOON_BOOKS_CLOSING_H

#include "books/config.h"

/* The last closed day, MOON_DATE_NONE if nothing is closed. The change depends on it. */
MOON_CHECK moon_status moon_closed_through(moon_change *change, moon_date *through, moon_err *err);
/* `stated`, or the first open day if that is later. */
MOON_CHECK moon_status moon_open_day(moon_change *change, moon_date stated, moon_date *day, moon_err *err);
/* MOON_E_PERIOD_CLOSED unless `date` is open; `what` begins the message ("invoice INV-1"). */
MOON_CHECK moon_status moon_check_open_day(moon_change *change, moon_date date, const char *what,
                                           moon_err *err);

/* Close through a day that is over (before ctx->today); wants role "admin". Closing what is closed changes
 * nothing. MOON_E_PERIOD_CLOSED, MOON_E_ROLE. */
MOON_CHECK moon_status moon_books_close(moon_change *change, const moon_context *ctx, moon_date through,
                                        moon_err *err);
/* Open `from` and all later days again; wants role "admin" and a reason. MOON_E_PERIOD_CLOSED if they are
 * open. */
MOON_CHECK moon_status moon_books_reopen(moon_change *change, const moon_context *ctx, moon_date from,
                                         moon_str reason, moon_err *err);

#endif
