#include "app/filter.h"

#include "script/near.h"

/* ---- reading ---- */

static moon_status find_column(const moon_filter_columns *columns, moon_str name, size_t *column,
                               moon_err *err) {
    const moon_heading *headings = columns->headings;
    moon_near near = moon_near_begin(name);
    moon_buf all = MOON_BUF_EMPTY;
    for (size_t i = 0; i < columns->count; i++) {
        if (moon_str_is(name, headings[i].name)) {
            *column = i;
            moon_buf_free(&all);
            return MOON_OK;
        }
        moon_near_try(&near, moon_str_of(headings[i].name));
        moon_buf_printf(&all, "%s%s", i ? ", " : "", headings[i].name);
    }
    moon_fail(err, MOON_E_USAGE, "%s have no field \"%.*s\"; they have %.*s", columns->what,
              MOON_STR_ARG(name), MOON_STR_ARG(moon_buf_str(&all)));
    moon_buf_free(&all);
    if (near.best.len) moon_err_hint(err, "did you mean %.*s?", MOON_STR_ARG(near.best));
    return err->code;
}

static moon_status check_word(const moon_heading *h, const char *const *words, moon_str value,
                              moon_err *err) {
    moon_buf all = MOON_BUF_EMPTY;
    for (size_t i = 0; words[i]; i++) {
        if (moon_str_is(value, words[i])) {
            moon_buf_free(&all);
            return MOON_OK;
        }
        moon_buf_printf(&all, "%s%s", i ? ", " : "", words[i]);
    }
    moon_fail(err, MOON_E_USAGE, "%s is one of %.*s, found \"%.*s\"", h->name,
              MOON_STR_ARG(moon_buf_str(&all)), MOON_STR_ARG(value));
    moon_buf_free(&all);
    return err->code;
}

static moon_status read_value(const moon_heading *h, const char *const *words, moon_filter_term *term,
                              moon_err *err) {
    moon_err why;
    moon_date date;
    bool equality = term->compare == MOON_EQUAL || term->compare == MOON_DIFFERENT;
    if (term->compare == MOON_CONTAINS || (equality && term->value.len == 0)) return MOON_OK;
    if (h->cell == MOON_CELL_INT || h->cell == MOON_CELL_NUMBER) {
        if (moon_decimal_parse(term->value, &term->number, &why) == MOON_OK) return MOON_OK;
        return moon_fail(err, MOON_E_USAGE, "%s wants a number such as 1234.50, found \"%.*s\"", h->name,
                         MOON_STR_ARG(term->value));
    }
    if (h->cell == MOON_CELL_DATE && moon_date_parse(term->value, &date, &why) != MOON_OK)
        return moon_fail(err, MOON_E_USAGE, "%s wants a date such as 2026-11-30, found \"%.*s\"", h->name,
                         MOON_STR_ARG(term->value));
    return words && equality ? check_word(h, words, term->value, err) : MOON_OK;
}

moon_status moon_filter_make(const moon_filter_columns *columns, const moon_pair *pairs, size_t count,
                             moon_arena *keep, moon_filter *out, moon_err *err) {
    moon_filter made = {MOON_NEW_N(keep, moon_filter_term, count + 1), count};
    for (size_t i = 0; i < count; i++) {
        moon_filter_term *term = &made.terms[i];
        *term = (moon_filter_term){.compare = pairs[i].compare, .value = pairs[i].value};
        MOON_TRY(find_column(columns, pairs[i].field, &term->column, err));
        MOON_TRY(read_value(&columns->headings[term->column], columns->words[term->column], term, err));
    }
    *out = made;
    return MOON_OK;
}

/* ---- matching ---- */

static char small(char c) { return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c); }

static bool contains(moon_str text, moon_str part) {
    for (size_t i = 0; i + part.len <= text.len; i++) {
        size_t k = 0;
        while (k < part.len && small(text.ptr[i + k]) == small(part.ptr[k])) k++;
        if (k == part.len) return true;
    }
    return false;
}

static bool holds(const moon_filter_term *term, const moon_heading *h, moon_str cell) {
    moon_decimal number;
    moon_err err;
    if (term->compare == MOON_CONTAINS) return contains(cell, term->value);
    /* What is absent is neither less nor more than anything. */
    if (cell.len == 0 || term->value.len == 0) {
        if (term->compare == MOON_EQUAL) return cell.len == term->value.len;
        return term->compare == MOON_DIFFERENT && cell.len != term->value.len;
    }
    int order = moon_str_cmp(cell, term->value);
    if ((h->cell == MOON_CELL_INT || h->cell == MOON_CELL_NUMBER) &&
        moon_decimal_parse(cell, &number, &err) == MOON_OK)
        order = moon_decimal_cmp(number, term->number);
    switch (term->compare) {
    case MOON_EQUAL: return order == 0;
    case MOON_DIFFERENT: return order != 0;
    case MOON_LESS: return order < 0;
    case MOON_LESS_EQUAL: return order <= 0;
    case MOON_MORE: return order > 0;
    default: return order >= 0;
    }
}

bool moon_filter_match(const moon_filter *filter, const moon_heading *headings, const moon_str *cells) {
    for (size_t i = 0; i < filter->count; i++) {
        const moon_filter_term *term = &filter->terms[i];
        if (!holds(term, &headings[term->column], cells[term->column])) return false;
    }
    return true;
}
