/* app/words: counts, amounts and days as words of a sentence or cells of a table.  Floor 6.
 *
 * What is returned lies in the program's arena. */
#ifndef MOON_APP_WORDS_H
#define MOON_APP_WORDS_H

#include "app/command.h"

/* "1 account", "2 accounts". */
moon_str moon_words_count(moon_app *app, uint64_t count, const char *one, const char *many);
/* An amount in minor units with its currency, "1234.50 GBP", for sentences. */
moon_str moon_words_money(moon_app *app, int64_t minor, moon_currency currency);
/* The same without it and with commas between thousands, "1,234.50", for tables. */
moon_str moon_words_amount(moon_app *app, moon_int128 minor, moon_currency currency);
/* A number with so many decimals, and commas between thousands. */
moon_str moon_words_grouped(moon_app *app, moon_decimal number, int places);
/* "2026-11-30". */
moon_str moon_words_day(moon_app *app, moon_date date);

#endif
