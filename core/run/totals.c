#include "run/totals.h"

moon_str moon_heading_title(moon_arena *keep, const moon_heading *heading) {
    moon_str made = moon_arena_str(keep, moon_str_of(heading->title ? heading->title : heading->name));
    char *title = (char *)(uintptr_t)made.ptr;
    for (char *c = title; *c && !heading->title; c++)
        if (*c == '_') *c = ' ';
    if (title[0] >= 'a' && title[0] <= 'z') title[0] = (char)(title[0] - 32);
    return made;
}

moon_totals moon_totals_begin(moon_arena *keep, const moon_heading *headings, size_t count) {
    moon_totals t = {.keep = keep, .headings = headings, .count = count, .currency = count};
    for (size_t i = 0; i < count; i++) {
        if (strcmp(headings[i].name, "currency") == 0) t.currency = i;
        t.wanted = t.wanted || (headings[i].flags & MOON_HEADING_SUM);
    }
    return t;
}

static moon_total *total_of(moon_totals *t, moon_str currency) {
    for (size_t i = 0; i < t->item_count; i++)
        if (moon_str_eq(t->items[i].currency, currency)) return &t->items[i];
    if (t->item_count == t->room) {
        size_t room = t->room ? t->room * 2 : 4;
        moon_total *larger = MOON_NEW_N(t->keep, moon_total, room);
        if (t->item_count) memcpy(larger, t->items, t->item_count * sizeof *larger);
        t->items = larger;
        t->room = room;
    }
    size_t at = t->item_count++;
    while (at > 0 && moon_str_cmp(t->items[at - 1].currency, currency) > 0) {
        t->items[at] = t->items[at - 1];
        at--;
    }
    t->items[at] =
        (moon_total){moon_arena_str(t->keep, currency), MOON_NEW_N(t->keep, moon_decimal, t->count + 1)};
    return &t->items[at];
}

/* Has a row anything to add up? One without makes no total: rows of no currency would total a bare 0. */
static bool has_amount(const moon_totals *t, const moon_str *cells) {
    for (size_t i = 0; i < t->count; i++)
        if ((t->headings[i].flags & MOON_HEADING_SUM) && cells[i].len) return true;
    return false;
}

void moon_totals_add(moon_totals *t, const moon_str *cells) {
    moon_err err;
    if (!t->wanted || !has_amount(t, cells)) return;
    moon_total *total = total_of(t, t->currency < t->count ? cells[t->currency] : MOON_STR_NONE);
    for (size_t i = 0; i < t->count; i++) {
        moon_decimal value;
        if (!(t->headings[i].flags & MOON_HEADING_SUM) || cells[i].len == 0) continue;
        moon_status status = moon_decimal_parse(cells[i], &value, &err);
        if (status == MOON_OK) status = moon_decimal_add(total->sums[i], value, &total->sums[i], &err);
        if (status != MOON_OK && t->failed.code == MOON_OK) t->failed = err;
    }
}

moon_status moon_totals_end(const moon_totals *t, moon_err *err) {
    if (t->failed.code == MOON_OK) return MOON_OK;
    *err = t->failed;
    return moon_err_context(err, "the total of the list");
}

size_t moon_total_format(const moon_total *total, size_t heading, char *out) {
    moon_currency currency = 0;
    moon_err err;
    bool known =
        total->currency.len && moon_currency_parse(total->currency, &currency, &err) == MOON_OK && currency;
    return moon_decimal_format_places(total->sums[heading], known ? moon_currency_exponent(currency) : 0,
                                      out);
}
