/* books/event: corrections of usage events, and reading those that count. */
#include "books_case.h"

#include "books/event.h"
#include "books/usage.h"

static moon_event event_of(const char *id, const char *date, const char *quantity, const char *corrects) {
    moon_event event;
    moon_record_init(&moon_event_type, &event);
    event.id = moon_str_of(id);
    event.account = MOON_STR("ACME");
    event.meter = MOON_STR("calls");
    event.day = day(date);
    event.quantity = dec(quantity);
    if (corrects) event.corrects = moon_str_of(corrects);
    return event;
}

static void add_account(books *b, const char *id) {
    moon_account account;
    bool written;
    moon_record_init(&moon_account_type, &account);
    account.id = moon_str_of(id);
    account.from = day("2026-01-01");
    DO(moon_version_add(b->change, &moon_account_type, &account, &written, ERR));
}

static moon_used take(books *b, moon_usage_sums *sums, moon_event event) {
    moon_used used;
    DO(moon_usage_take(b->change, &event, sums, &used, ERR));
    return used;
}

static void fold(books *b, moon_usage_sums *sums) {
    int64_t late;
    DO(moon_usage_fold(b->change, &b->ctx, sums, &late, ERR));
}

static moon_usage_sums *begin(books *b) { return moon_usage_begin(moon_change_arena(b->change)); }

static moon_aggregate sum_of(books *b, const char *from, const char *to) {
    moon_aggregate sum;
    DO(moon_usage_of(b->change, MOON_STR("ACME"), MOON_STR("calls"), (moon_period){day(from), day(to)}, &sum,
                     ERR));
    return sum;
}

static void expect(books *b, const char *from, const char *to, int64_t count, const char *quantity) {
    moon_aggregate sum = sum_of(b, from, to);
    expect_minor(from, sum.count, count);
    assert_true(moon_decimal_eq(sum.quantity, dec(quantity)));
}

/* ---- corrections ---- */

/* A chain over days, in one change and in several: the newest one counts. */
static void test_chain(void **state) {
    books *b = *state;
    moon_event stored = {.id = MOON_STR("e1")}, withdrawn = event_of("e4", "2026-02-03", "0", "e3");
    bool found;
    add_account(b, "ACME");
    moon_usage_sums *sums = begin(b);
    take(b, sums, event_of("e1", "2026-02-01", "5", NULL));
    take(b, sums, event_of("e2", "2026-02-01", "7", "e1"));
    fold(b, sums);
    expect(b, "2026-02-01", "2026-02-02", 1, "7");
    books_commit(b);
    sums = begin(b);
    take(b, sums, event_of("e3", "2026-02-03", "8", "e2"));
    fold(b, sums);
    expect(b, "2026-02-01", "2026-02-02", 0, "0");
    expect(b, "2026-02-01", "2026-03-01", 1, "8");
    assert_int_equal(take(b, sums, event_of("e2", "2026-02-01", "7", "e1")), MOON_USED_SAME);
    assert_int_equal(take(b, sums, event_of("e2", "2026-02-01", "7", NULL)), MOON_USED_DIFFERENT);
    DO(moon_get(b->change, &moon_event_type, &stored, &found, ERR));
    assert_true(found && moon_str_is(stored.corrected_by, "e2"));
    withdrawn.withdrawn = true;
    take(b, sums, withdrawn);
    fold(b, sums);
    expect(b, "2026-02-01", "2026-03-01", 0, "0");
    take(b, sums, event_of("e5", "2026-02-04", "9", "e4")); /* what was taken back can come again */
    fold(b, sums);
    expect(b, "2026-02-01", "2026-03-01", 1, "9");
}

typedef struct refusal {
    const char *id, *quantity, *corrects, *account, *meter;
    bool withdrawn;
    moon_status code;
    const char *says;
} refusal;
static const refusal refusals[] = {
    {"x", "1", "nobody", "ACME", "calls", false, MOON_E_NOT_FOUND,
     "corrects nobody, which is not in the book"},
    {"x", "1", "x", "ACME", "calls", false, MOON_E_RECORD_INVALID, "corrects itself"},
    {"x", "1", "e1", "ACME", "calls", false, MOON_E_RECORD_INVALID, "which e2 corrected already"},
    {"x", "1", "e2", "BOLT", "calls", false, MOON_E_RECORD_INVALID, "meter calls of account ACME"},
    {"x", "1", "e2", "ACME", "other", false, MOON_E_RECORD_INVALID, "meter calls of account ACME"},
    {"x", "0", NULL, "ACME", "calls", true, MOON_E_RECORD_INVALID, "names none that it takes back"},
    {"x", "1", "e2", "ACME", "calls", true, MOON_E_RECORD_INVALID, "has a quantity of its own"}};

/* What is refused leaves the sums as they were. */
static void test_refused(void **state) {
    books *b = *state;
    add_account(b, "ACME");
    add_account(b, "BOLT");
    moon_usage_sums *sums = begin(b);
    take(b, sums, event_of("e1", "2026-02-01", "5", NULL));
    take(b, sums, event_of("e2", "2026-02-02", "7", "e1"));
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        const refusal *row = &refusals[i];
        moon_event event = event_of(row->id, "2026-02-01", row->quantity, row->corrects);
        moon_used used;
        event.account = moon_str_of(row->account);
        event.meter = moon_str_of(row->meter);
        event.withdrawn = row->withdrawn;
        moon_point before = moon_change_point(b->change);
        FAILS(row->code, moon_usage_take(b->change, &event, sums, &used, ERR));
        SAYS(row->says);
        moon_change_back(b->change, before);
    }
    fold(b, sums);
    expect(b, "2026-02-01", "2026-03-01", 1, "7");
}

/* An input tells that what it counted has changed, also where count and sum are what they were. */
static void test_inputs(void **state) {
    books *b = *state;
    moon_period february = {day("2026-02-01"), day("2026-03-01")};
    moon_input input;
    bool same;
    add_account(b, "ACME");
    moon_usage_sums *sums = begin(b);
    take(b, sums, event_of("e1", "2026-02-01", "5", NULL));
    fold(b, sums);
    moon_aggregate sum = sum_of(b, "2026-02-01", "2026-03-01");
    moon_usage_input(MOON_STR("A-1"), MOON_STR("calls"), february, &sum, moon_change_arena(b->change),
                     &input);
    DO(moon_usage_same(b->change, MOON_STR("ACME"), &input, &same, ERR));
    assert_true(same);
    moon_event moved = event_of("e2", "2026-02-01", "5", "e1");
    moved.time = 1769950000000000;
    take(b, sums, moved);
    fold(b, sums);
    expect(b, "2026-02-01", "2026-03-01", 1, "5");
    DO(moon_usage_same(b->change, MOON_STR("ACME"), &input, &same, ERR));
    assert_false(same);
    take(b, sums, event_of("e3", "2026-03-01", "1", NULL)); /* not of these days */
    fold(b, sums);
    sum = sum_of(b, "2026-02-01", "2026-03-01");
    moon_usage_input(MOON_STR("A-1"), MOON_STR("calls"), february, &sum, moon_change_arena(b->change),
                     &input);
    DO(moon_usage_same(b->change, MOON_STR("ACME"), &input, &same, ERR));
    assert_true(same);
}

/* ---- reading, against a list ---- */

enum { EVENTS = 3000, DAYS = 40 };

typedef struct known {
    int day, quantity;
    bool counts;
} known;

static uint32_t chance(uint32_t *seed, uint32_t n) {
    *seed = *seed * 1664525 + 1013904223;
    return (*seed >> 8) % n;
}

/* Every event that counts comes once, by day and id, however few are read at a time. */
static void check_read(books *b, const known *all, int from, int to, size_t most) {
    moon_events of = {
        MOON_STR("ACME"), MOON_STR("calls"), {day("2026-02-01") + from, day("2026-02-01") + to}};
    moon_event *list, last;
    size_t count, total = 0, wanted = 0;
    int64_t sum = 0, wanted_sum = 0;
    bool any = false;
    for (int i = 0; i < EVENTS; i++)
        if (all[i].counts && all[i].day >= from && all[i].day < to) {
            wanted++;
            wanted_sum += all[i].quantity;
        }
    moon_arena keep = MOON_ARENA_EMPTY;
    do {
        DO(moon_events_read(b->change, &of, any ? &last : NULL, most, &keep, &list, &count, ERR));
        for (size_t i = 0; i < count; i++) {
            int64_t quantity;
            bool after = !any || list[i].day > last.day ||
                         (list[i].day == last.day && moon_str_cmp(list[i].id, last.id) > 0);
            assert_true(after && moon_event_counts(&list[i]));
            DO(moon_decimal_to_int(list[i].quantity, &quantity, ERR));
            sum += quantity;
            total++;
            last = list[i];
            any = true;
        }
    } while (count > 0);
    moon_arena_free(&keep);
    assert_int_equal(total, wanted);
    assert_int_equal(sum, wanted_sum);
    moon_aggregate days;
    DO(moon_usage_of(b->change, of.account, of.meter, of.days, &days, ERR));
    assert_int_equal(days.count, wanted);
}

/* The last day before `to` with an event that counts. */
static void check_last_day(books *b, const known *all, int to) {
    moon_events of = {MOON_STR("ACME"), MOON_STR("calls"), {MOON_DATE_MIN, day("2026-02-01") + to}};
    int wanted = -1;
    moon_date found_day;
    bool found;
    for (int i = 0; i < EVENTS; i++)
        if (all[i].counts && all[i].day < to && all[i].day > wanted) wanted = all[i].day;
    DO(moon_events_last_day(b->change, &of, &found_day, &found, ERR));
    assert_int_equal(found, wanted >= 0);
    if (found) assert_int_equal(found_day, day("2026-02-01") + wanted);
}

static void test_read(void **state) {
    books *b = *state;
    uint32_t seed = 4;
    known all[EVENTS];
    char id[16], corrects[16];
    add_account(b, "ACME");
    moon_usage_sums *sums = begin(b);
    for (int i = 0; i < EVENTS; i++) {
        int old = i ? (int)chance(&seed, (uint32_t)i) : 0;
        bool fixes = i > 0 && chance(&seed, 3) == 0 && all[old].counts;
        all[i] = (known){(int)chance(&seed, DAYS), (int)chance(&seed, 1000) - 100, true};
        snprintf(id, sizeof id, "e%d", i);
        snprintf(corrects, sizeof corrects, "e%d", old);
        moon_event event = event_of(id, "2026-02-01", "0", fixes ? corrects : NULL);
        event.day += all[i].day;
        if (fixes) all[old].counts = false;
        if (fixes && chance(&seed, 4) == 0) {
            event.withdrawn = true;
            all[i].counts = false;
        } else
            DO(moon_decimal_make(all[i].quantity, 0, &event.quantity, ERR));
        take(b, sums, event);
        if (i % 700 == 699) {
            fold(b, sums);
            books_commit(b);
            sums = begin(b);
        }
    }
    fold(b, sums);
    books_commit(b);
    for (int i = 0; i < 60; i++) {
        int from = (int)chance(&seed, DAYS), to = from + (int)chance(&seed, (uint32_t)(DAYS - from) + 1);
        check_read(b, all, from, to, 1 + chance(&seed, 50));
        check_last_day(b, all, to);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, books_setup, books_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {CASE(test_chain), CASE(test_refused), CASE(test_inputs),
                                       CASE(test_read)};
    return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
