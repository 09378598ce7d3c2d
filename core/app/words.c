#include "app/words.h"

#include "run/cell.h"

moon_str moon_words_count(moon_app *app, uint64_t count, const char *one, const char *many) {
    return moon_arena_printf(&app->arena, "%llu %s", (unsigned long long)count, count == 1 ? one : many);
}

moon_str moon_words_money(moon_app *app, int64_t minor, moon_currency currency) {
    char text[MOON_MONEY_TEXT];
    size_t len = moon_money_format_code((moon_money){minor, currency}, text);
    return moon_arena_str(&app->arena, (moon_str){text, len});
}

moon_str moon_words_amount(moon_app *app, moon_int128 minor, moon_currency currency) {
    int places = moon_currency_exponent(currency);
    return moon_words_grouped(app, (moon_decimal){minor, places}, places);
}

moon_str moon_words_grouped(moon_app *app, moon_decimal number, int places) {
    char text[64]; /* as moon_decimal_format_places wants it */
    moon_buf out = MOON_BUF_EMPTY;
    moon_cell_add_grouped((moon_str){text, moon_decimal_format_places(number, places, text)}, &out);
    moon_str made = moon_arena_str(&app->arena, moon_buf_str(&out));
    moon_buf_free(&out);
    return made;
}

moon_str moon_words_day(moon_app *app, moon_date date) {
    char text[MOON_DATE_TEXT];
    moon_date_format(date, text);
    return moon_arena_str(&app->arena, moon_str_of(text));
}
