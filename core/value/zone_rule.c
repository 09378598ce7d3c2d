#include "value/zone_rule.h"

#define DAY INT64_C(86400)
#define CYCLE (146097 * DAY)     /* 400 Gregorian years, a whole number of weeks */
#define FIRST INT64_C(946684800) /* 2000-01-01: rules are computed in the cycle that begins here */

static bool take_char(moon_str *rest, char c) {
    if (rest->len == 0 || rest->ptr[0] != c) return false;
    *rest = moon_str_sub(*rest, 1, rest->len);
    return true;
}

static bool take_int(moon_str *rest, int min, int max, int *out) {
    int made = 0;
    size_t at = 0;
    for (; at < rest->len && at < 4 && rest->ptr[at] >= '0' && rest->ptr[at] <= '9'; at++)
        made = made * 10 + (rest->ptr[at] - '0');
    if (at == 0 || at == 4 || made < min || made > max) return false;
    *rest = moon_str_sub(*rest, at, rest->len);
    *out = made;
    return true;
}

static bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
static bool is_quotable(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-'; }

/* At least three letters, or "<", at least three of letters, digits and signs, and ">". */
static bool take_name(moon_str *rest) {
    bool quoted = take_char(rest, '<');
    size_t len = 0;
    while (len < rest->len && (quoted ? is_quotable : is_letter)(rest->ptr[len])) len++;
    if (len < 3) return false;
    *rest = moon_str_sub(*rest, len, rest->len);
    return !quoted || take_char(rest, '>');
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool take_time(moon_str *rest, int hours_max, int32_t *out) {
    int hours, minutes = 0, seconds = 0;
    bool negative = take_char(rest, '-');
    if (!negative) take_char(rest, '+');
    if (!take_int(rest, 0, hours_max, &hours)) return false;
    if (take_char(rest, ':')) {
        if (!take_int(rest, 0, 59, &minutes)) return false;
        if (take_char(rest, ':') && !take_int(rest, 0, 59, &seconds)) return false;
    }
    int32_t made = hours * 3600 + minutes * 60 + seconds;
    *out = negative ? -made : made;
    return true;
}

static bool take_change(moon_str *rest, moon_rule_change *out) {
    *out = (moon_rule_change){.time = 2 * 3600};
    if (take_char(rest, 'M')) {
        out->form = MOON_RULE_MONTH;
        if (!take_int(rest, 1, 12, &out->month) || !take_char(rest, '.') ||
            !take_int(rest, 1, 5, &out->week) || !take_char(rest, '.') || !take_int(rest, 0, 6, &out->day))
            return false;
    } else {
        bool julian = take_char(rest, 'J');
        out->form = julian ? MOON_RULE_JULIAN : MOON_RULE_DAY;
        if (!take_int(rest, julian, 365, &out->day)) return false;
    }
    return !take_char(rest, '/') || take_time(rest, 167, &out->time);
}

bool moon_zone_rule_parse(moon_str text, moon_zone_rule *out) {
    moon_zone_rule made = {0};
    /* POSIX counts hours west of Greenwich, moonbill seconds east of it. */
    if (!take_name(&text) || !take_time(&text, 24, &made.standard)) return false;
    made.standard = -made.standard;
    if (text.len > 0) {
        made.has_daylight = true;
        made.daylight = made.standard + 3600;
        if (!take_name(&text)) return false;
        if (text.len > 0 && text.ptr[0] != ',') {
            if (!take_time(&text, 24, &made.daylight)) return false;
            made.daylight = -made.daylight;
        }
        if (!take_char(&text, ',') || !take_change(&text, &made.start) || !take_char(&text, ',') ||
            !take_change(&text, &made.end) || text.len > 0)
            return false;
    }
    *out = made;
    return true;
}

static moon_date day_of(int year, int month, int day) {
    moon_date made = 0;
    moon_err err;
    moon_status status = moon_date_make(year, month, day, &made, &err);
    moon_assert(status == MOON_OK);
    return made;
}

/* The second at which `change` happens in `year`, while `offset` holds. */
static int64_t moment(const moon_rule_change *change, int year, int32_t offset) {
    moon_date day;
    if (change->form == MOON_RULE_MONTH) {
        day = day_of(year, change->month, 1);
        day += (change->day - moon_date_weekday(day) + 7) % 7 + 7 * (change->week - 1);
        if (moon_date_ymd(day).month != change->month) day -= 7;
    } else {
        day = day_of(year, 1, 1) + change->day;
        if (change->form == MOON_RULE_JULIAN && !(moon_date_is_leap(year) && change->day >= 60)) day--;
    }
    return day * DAY + change->time - offset;
}

/* Move `second` by whole cycles into the first one, where years are small; returns by how much. */
static int64_t into_cycle(int64_t *second) {
    int64_t from = *second - FIRST, cycles = from / CYCLE - (from % CYCLE < 0);
    *second -= cycles * CYCLE;
    return cycles * CYCLE;
}

static int year_of(const moon_zone_rule *rule, int64_t second) {
    return moon_date_ymd((moon_date)((second + rule->standard) / DAY)).year;
}

/* A time of change may lie a week outside its year, so that the years around count as well. In the south
 * daylight saving ends in the year after its start. */
int32_t moon_zone_rule_offset(const moon_zone_rule *rule, int64_t second) {
    if (!rule->has_daylight) return rule->standard;
    into_cycle(&second);
    int now = year_of(rule, second);
    for (int year = now - 1; year <= now + 1; year++) {
        int64_t start = moment(&rule->start, year, rule->standard),
                end = moment(&rule->end, year, rule->daylight);
        if (end <= start) end = moment(&rule->end, year + 1, rule->daylight);
        if (second >= start && second < end) return rule->daylight;
    }
    return rule->standard;
}

int64_t moon_zone_rule_next(const moon_zone_rule *rule, int64_t second) {
    if (!rule->has_daylight) return INT64_MAX;
    int64_t moved = into_cycle(&second), next = INT64_MAX;
    int now = year_of(rule, second);
    for (int year = now - 1; year <= now + 2; year++) {
        int64_t start = moment(&rule->start, year, rule->standard),
                end = moment(&rule->end, year, rule->daylight);
        if (start > second && start < next) next = start;
        if (end > second && end < next) next = end;
    }
    return next + moved;
}
