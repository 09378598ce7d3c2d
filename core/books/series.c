#include "books/series.h"

#include "store/table.h"

/* ---- patterns ---- */

static moon_status bad_pattern(moon_str pattern, moon_err *err) {
    moon_fail(err, MOON_E_SERIES, "the number pattern \"%.*s\" is malformed", MOON_STR_ARG(pattern));
    return moon_err_hint(err, "write for example INV-{year}-{number:5}; {number} must be in it once");
}

/* One {…} of a pattern, without the braces. */
static bool add_placeholder(moon_str name, int64_t year, int64_t n, moon_buf *out, bool *has_number) {
    char digits[24];
    if (moon_str_is(name, "year")) {
        moon_buf_printf(out, "%04lld", (long long)year);
        return true;
    }
    if (*has_number || !moon_str_starts(name, MOON_STR("number"))) return false;
    *has_number = true;
    int width = 1;
    if (name.len == 8 && name.ptr[6] == ':' && name.ptr[7] >= '1' && name.ptr[7] <= '9')
        width = name.ptr[7] - '0';
    else if (name.len != 6)
        return false;
    moon_buf_add(out, digits, (size_t)snprintf(digits, sizeof digits, "%0*lld", width, (long long)n));
    return true;
}

moon_status moon_series_format(moon_str pattern, int64_t year, int64_t n, moon_arena *keep, moon_str *number,
                               moon_err *err) {
    moon_buf out = MOON_BUF_EMPTY;
    bool has_number = false, good = pattern.len > 0 && pattern.len < 60;
    for (size_t i = 0; good && i < pattern.len; i++) {
        if (pattern.ptr[i] != '{') {
            moon_buf_add_char(&out, pattern.ptr[i]);
            continue;
        }
        size_t end = moon_str_find(pattern, '}', i);
        good = end < pattern.len &&
               add_placeholder(moon_str_sub(pattern, i + 1, end), year, n, &out, &has_number);
        i = end;
    }
    if (good && has_number) *number = moon_arena_str(keep, moon_buf_str(&out));
    moon_buf_free(&out);
    return good && has_number ? MOON_OK : bad_pattern(pattern, err);
}

moon_status moon_series_next(moon_change *change, const char *kind, moon_str pattern, moon_date date,
                             moon_str *number, moon_err *err) {
    moon_series series = {.kind = moon_str_of(kind), .year = moon_date_ymd(date).year};
    char last[MOON_DATE_TEXT], now[MOON_DATE_TEXT];
    bool found;
    MOON_TRY(moon_get(change, &moon_series_type, &series, &found, err));
    if (!found) {
        moon_record_init(&moon_series_type, &series);
        series.kind = moon_str_of(kind);
        series.year = moon_date_ymd(date).year;
        series.last = 0;
        series.pattern = pattern;
    } else if (!moon_str_eq(series.pattern, pattern)) {
        moon_fail(err, MOON_E_SERIES, "the series %s of %lld began as %.*s, but book.lua says %.*s", kind,
                  (long long)series.year, MOON_STR_ARG(series.pattern), MOON_STR_ARG(pattern));
        return moon_err_hint(
            err, "a series keeps its pattern for its year; a new one can begin with the next year");
    } else if (date < series.date) {
        moon_date_format(series.date, last);
        moon_date_format(date, now);
        moon_fail(err, MOON_E_SERIES,
                  "the last %s of %lld was issued on %s; none can be issued on %s any more", kind,
                  (long long)series.year, last, now);
        return moon_err_hint(err, "numbers follow the issue dates: issue with --today %s or later", last);
    }
    series.last++;
    series.date = date;
    MOON_TRY(moon_series_format(pattern, series.year, series.last, moon_change_arena(change), number, err));
    return moon_put(change, &moon_series_type, &series, err);
}

/* ---- numbers of elsewhere ---- */

static moon_status bad_number(moon_str pattern, moon_str text, moon_err *err) {
    moon_fail(err, MOON_E_SERIES, "%.*s is no number of the pattern %.*s", MOON_STR_ARG(text),
              MOON_STR_ARG(pattern));
    return moon_err_hint(err, "write the last number as it was printed; series in book.lua has the patterns");
}

/* `count` digits at *at, which moves on. */
static bool take_digits(moon_str text, size_t *at, size_t count, int64_t *value) {
    *value = 0;
    if (count == 0 || count > 15 || count > text.len - *at) return false;
    for (size_t i = 0; i < count; i++) {
        char c = text.ptr[(*at)++];
        if (c < '0' || c > '9') return false;
        *value = *value * 10 + (c - '0');
    }
    return true;
}

/* A pattern has one number, and all else in it has one length. */
static size_t fixed_length(moon_str pattern) {
    size_t length = 0;
    for (size_t i = 0; i < pattern.len; i++) {
        if (pattern.ptr[i] != '{') {
            length++;
            continue;
        }
        size_t end = moon_str_find(pattern, '}', i);
        if (moon_str_is(moon_str_sub(pattern, i + 1, end), "year")) length += 4;
        i = end;
    }
    return length;
}

moon_status moon_series_parse(moon_str pattern, moon_str text, int64_t *year, int64_t *n, moon_err *err) {
    moon_arena scratch = MOON_ARENA_EMPTY;
    moon_str again;
    size_t at = 0, fixed;
    bool good;
    moon_status status = moon_series_format(pattern, *year, 1, &scratch, &again, err); /* well-formed? */
    if (status == MOON_OK) {
        fixed = fixed_length(pattern);
        good = text.len > fixed;
        for (size_t i = 0; good && i < pattern.len; i++) {
            if (pattern.ptr[i] != '{') {
                good = at < text.len && text.ptr[at++] == pattern.ptr[i];
                continue;
            }
            size_t end = moon_str_find(pattern, '}', i);
            bool is_year = moon_str_is(moon_str_sub(pattern, i + 1, end), "year");
            good = is_year ? take_digits(text, &at, 4, year) : take_digits(text, &at, text.len - fixed, n);
            i = end;
        }
        good = good && at == text.len;
        if (good) status = moon_series_format(pattern, *year, *n, &scratch, &again, err);
        if (status == MOON_OK && (!good || !moon_str_eq(again, text)))
            status = bad_number(pattern, text, err);
    }
    moon_arena_free(&scratch);
    return status;
}

static moon_status record_gap(moon_change *change, const moon_series *series, int64_t last, moon_str reason,
                              moon_err *err) {
    moon_gap gap;
    moon_record_init(&moon_gap_type, &gap);
    gap.kind = series->kind;
    gap.year = series->year;
    gap.first = series->last + 1;
    gap.last = last;
    gap.reason = reason;
    return moon_put(change, &moon_gap_type, &gap, err);
}

/* No later number may have an earlier date: the last day that the one given elsewhere can have had. */
static moon_status latest_day(int64_t year, moon_date today, moon_date *day, moon_err *err) {
    *day = today;
    if (year == moon_date_ymd(today).year) return MOON_OK;
    return moon_date_make((int)year, 12, 31, day, err);
}

moon_status moon_series_continue(moon_change *change, const moon_context *ctx, moon_str kind, moon_str last,
                                 moon_str reason, moon_err *err) {
    bool invoice = moon_str_is(kind, "invoice"), found;
    moon_series series = {.kind = kind, .year = moon_date_ymd(ctx->today).year};
    moon_str pattern = invoice ? ctx->config->invoice_series : ctx->config->credit_note_series;
    int64_t n = 0, this_year = series.year;
    moon_date day;
    MOON_TRY(moon_operator_check(ctx, "admin", err));
    if (!invoice && !moon_str_is(kind, "credit_note"))
        return moon_fail(err, MOON_E_SERIES, "there is no series %.*s; they are invoice and credit-note",
                         MOON_STR_ARG(kind));
    if (reason.len == 0)
        return moon_fail(err, MOON_E_FIELD_REQUIRED,
                         "numbers are passed over with a reason, which stays on record");
    MOON_TRY(moon_series_parse(pattern, last, &series.year, &n, err));
    if (series.year > this_year)
        return moon_fail(err, MOON_E_SERIES, "%.*s is of a year to come", MOON_STR_ARG(last));
    MOON_TRY(moon_get(change, &moon_series_type, &series, &found, err));
    MOON_TRY(latest_day(series.year, ctx->today, &day, err));
    if (!found) {
        int64_t year = series.year;
        moon_record_init(&moon_series_type, &series);
        series.kind = kind;
        series.year = year;
        series.last = 0;
        series.pattern = pattern;
        series.date = day;
    }
    if (n < series.last) {
        moon_str given;
        MOON_TRY(moon_series_format(series.pattern, series.year, series.last, moon_change_arena(change),
                                    &given, err));
        return moon_fail(err, MOON_E_SERIES, "%.*s is lower than %.*s, which was given here",
                         MOON_STR_ARG(last), MOON_STR_ARG(given));
    }
    if (n == series.last) return MOON_OK;
    MOON_TRY(record_gap(change, &series, n, reason, err));
    series.last = n;
    if (day > series.date) series.date = day;
    return moon_put(change, &moon_series_type, &series, err);
}
