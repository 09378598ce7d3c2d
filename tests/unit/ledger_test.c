/* books/ledger: entries that balance, daily balances, number series. */
#include "books_case.h"

/* ---- entries ---- */

typedef struct leg {
    const char *account;
    moon_currency currency;
    int64_t amount, base;
} leg;

static const struct {
    const char *name;
    leg legs[5];
    moon_status want;
    const char *says;
} entries[] = {
    {"two legs", {{"1100", EUR, 120, 120}, {"4000", EUR, -120, -120}}, MOON_OK, ""},
    {"three legs",
     {{"1100", EUR, 120, 120}, {"4000", EUR, -100, -100}, {"2200", EUR, -20, -20}},
     MOON_OK,
     ""},
    {"a cent missing",
     {{"1100", EUR, 120, 120}, {"4000", EUR, -119, -120}},
     MOON_E_ENTRY_UNBALANCED,
     "0.01 EUR"},
    {"a cent missing in base",
     {{"1100", EUR, 120, 120}, {"4000", EUR, -120, -119}},
     MOON_E_ENTRY_UNBALANCED,
     "by 1 minor"},
    {"one leg", {{"1100", EUR, 120, 120}}, MOON_E_ENTRY_UNBALANCED, "1.20 EUR"},
    {"two currencies, each in balance",
     {{"1100", USD, 100, 80}, {"4000", USD, -100, -80}, {"1100", EUR, 5, 5}, {"4000", EUR, -5, -5}},
     MOON_OK,
     ""},
    {"two currencies that make up for each other",
     {{"1100", USD, 100, 100}, {"4000", EUR, -100, -100}},
     MOON_E_ENTRY_UNBALANCED,
     "USD"},
    {"a foreign currency in balance, but not in base",
     {{"1100", USD, 100, 80}, {"4000", USD, -100, -79}},
     MOON_E_ENTRY_UNBALANCED,
     "1 minor"},
    {"an exchange difference in base alone",
     {{"1100", USD, 100, 80}, {"4000", USD, -100, -79}, {"6900", USD, 0, -1}},
     MOON_OK,
     ""},
    {"a currency without minor units",
     {{"1100", JPY, 100, 1}, {"4000", JPY, -99, -1}},
     MOON_E_ENTRY_UNBALANCED,
     "1 JPY"},
    {"the largest amounts",
     {{"1100", EUR, MOON_MONEY_MAX, MOON_MONEY_MAX}, {"4000", EUR, -MOON_MONEY_MAX, -MOON_MONEY_MAX}},
     MOON_OK,
     ""},
    {"a sum beyond the range",
     {{"1100", EUR, MOON_MONEY_MAX, 0},
      {"1101", EUR, 1, 0},
      {"4000", EUR, -MOON_MONEY_MAX, 0},
      {"4001", EUR, -1, 0}},
     MOON_E_MONEY_RANGE,
     "a sum in the ledger"},
    {"a base sum beyond 64 bits",
     {{"1100", EUR, 0, INT64_MAX}, {"1101", EUR, 0, INT64_MAX}, {"4000", EUR, 0, INT64_MIN + 1}},
     MOON_E_MONEY_RANGE,
     "a sum in the ledger"},
};

static moon_entry entry_of(books *b, const char *id, const char *date, const leg *legs, size_t max) {
    moon_entry entry;
    moon_entry_line *lines = MOON_NEW_N(moon_change_arena(b->change), moon_entry_line, max);
    size_t count = 0;
    moon_record_init(&moon_entry_type, &entry);
    for (; count < max && legs[count].account; count++) {
        moon_record_init(&moon_entry_line_type, &lines[count]);
        lines[count].account = moon_str_of(legs[count].account);
        lines[count].currency = legs[count].currency;
        lines[count].amount = legs[count].amount;
        lines[count].base = legs[count].base;
    }
    entry.id = moon_str_of(id);
    entry.date = entry.booked = day(date);
    entry.lines = (moon_list){lines, count};
    return entry;
}

static void test_entries(void **state) {
    books *b = *state;
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        moon_entry entry = entry_of(b, "test/1", "2010-12-01", entries[i].legs, 5);
        moon_status status = moon_post(b->change, &entry, ERR);
        if (status != entries[i].want || (status != MOON_OK && !strstr(b->s->err.text, entries[i].says)))
            fail_msg("%s: %s: %s", entries[i].name, moon_status_name(status), b->s->err.text);
        if (status != MOON_OK && moon_change_size(b->change) != 0)
            fail_msg("%s: refused, and yet something was written", entries[i].name);
        if (moon_entry_check(&entry, ERR) != status) fail_msg("%s: check and post differ", entries[i].name);
        books_forget(b);
    }
}

static void test_posted_once(void **state) {
    books *b = *state;
    const leg legs[] = {{"1100", EUR, 5, 5}, {"4000", EUR, -5, -5}};
    moon_entry entry = entry_of(b, "test/1", "2010-12-01", legs, 2);
    int64_t amount;
    DO(moon_post(b->change, &entry, ERR));
    FAILS(MOON_E_RECORD_INVALID, moon_post(b->change, &entry, ERR));
    books_commit(b);
    entry = entry_of(b, "test/1", "2010-12-02", legs, 2);
    FAILS(MOON_E_RECORD_INVALID, moon_post(b->change, &entry, ERR));
    DO(moon_balance_at(b->change, MOON_STR("1100"), EUR, day("2011-01-01"), &amount, ERR));
    expect_minor("posted once", amount, 5);
}

/* ---- balances ---- */

static void test_balances(void **state) {
    books *b = *state;
    static const struct {
        const char *date;
        leg legs[2];
    } posted[] = {
        {"2010-12-31", {{"1100", EUR, 100, 100}, {"4000", EUR, -100, -100}}},
        {"2010-12-31", {{"1100", EUR, 11, 11}, {"4000", EUR, -11, -11}}},
        {"2011-01-01", {{"1100", USD, 50, 40}, {"4000", USD, -50, -40}}},
        {"2010-12-30",
         {{"1100", EUR, -1, -1}, {"4000", EUR, 1, 1}}}, /* a value date before those of earlier entries */
        {"2011-01-02", {{"1100", EUR, -110, -110}, {"4000", EUR, 110, 110}}},
        {"2011-01-02", {{"11000", EUR, 7, 7}, {"110", EUR, -7, -7}}}, /* neighbours by name */
    };
    static const struct {
        const char *account;
        moon_currency currency;
        const char *date;
        int64_t want;
    } rows[] = {
        {"1100", EUR, "2010-12-29", 0},   {"1100", EUR, "2010-12-30", -1}, {"1100", EUR, "2010-12-31", 110},
        {"1100", EUR, "2011-01-01", 110}, {"1100", EUR, "2011-01-02", 0},  {"1100", USD, "2010-12-31", 0},
        {"1100", USD, "2011-01-01", 50},  {"1100", USD, "9999-12-31", 50}, {"1100", 0, "2010-12-31", 110},
        {"1100", 0, "2011-01-01", 150},   {"1100", 0, "2011-01-02", 40},   {"4000", EUR, "2010-12-31", -110},
        {"4000", 0, "2011-01-02", -40},   {"11000", EUR, "2011-01-02", 7}, {"110", EUR, "2011-01-02", -7},
        {"9999", EUR, "2011-01-02", 0},   {"1100", JPY, "2011-01-02", 0},
    };
    for (int kept = 0; kept < 2; kept++) {
        for (size_t i = 0; i < sizeof posted / sizeof *posted && !kept; i++) {
            char id[16];
            snprintf(id, sizeof id, "test/%zu", i);
            moon_entry entry = entry_of(b, id, posted[i].date, posted[i].legs, 2);
            DO(moon_post(b->change, &entry, ERR));
        }
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            int64_t amount = 77;
            DO(moon_balance_at(b->change, moon_str_of(rows[i].account), rows[i].currency, day(rows[i].date),
                               &amount, ERR));
            if (amount != rows[i].want)
                fail_msg("%s %d on %s, %s: found %lld, expected %lld", rows[i].account, rows[i].currency,
                         rows[i].date, kept ? "kept" : "in the change", (long long)amount,
                         (long long)rows[i].want);
        }
        if (!kept) books_commit(b);
    }
}

static void test_balance_range(void **state) {
    books *b = *state;
    const leg legs[] = {{"1100", EUR, MOON_MONEY_MAX, MOON_MONEY_MAX},
                        {"4000", EUR, -MOON_MONEY_MAX, -MOON_MONEY_MAX}};
    const leg one[] = {{"1100", EUR, 1, 1}, {"4000", EUR, -1, -1}};
    int64_t amount;
    moon_entry entry = entry_of(b, "test/1", "2010-12-01", legs, 2);
    DO(moon_post(b->change, &entry, ERR));
    books_commit(b);
    entry = entry_of(b, "test/2", "2010-12-01", one, 2);
    FAILS(MOON_E_MONEY_RANGE, moon_post(b->change, &entry, ERR));
    books_forget(b);
    entry = entry_of(b, "test/3", "2010-12-02", one, 2);
    DO(moon_post(b->change, &entry, ERR));
    FAILS(MOON_E_MONEY_RANGE,
          moon_balance_at(b->change, MOON_STR("1100"), EUR, day("2010-12-02"), &amount, ERR));
    DO(moon_balance_at(b->change, MOON_STR("1100"), EUR, day("2010-12-01"), &amount, ERR));
    expect_minor("the day before", amount, MOON_MONEY_MAX);
}

/* ---- series ---- */

static const struct {
    const char *pattern;
    int64_t year, n;
    const char *want; /* NULL: malformed */
} patterns[] = {
    {"INV-{year}-{number:5}", 2010, 1, "INV-2010-00001"},
    {"INV-{year}-{number:5}", 2010, 123456, "INV-2010-123456"},
    {"{number}", 2010, 7, "7"},
    {"{number:1}", 2010, 17, "17"},
    {"{number:9}", 2010, 17, "000000017"},
    {"{year}{number:3}/{year}", 987, 17, "0987017/0987"},
    {"a}{number}", 2010, 1, "a}1"},
    {"", 2010, 1, NULL},
    {"INV-{year}", 2010, 1, NULL},
    {"{number}{number}", 2010, 1, NULL},
    {"{number:5}-{number}", 2010, 1, NULL},
    {"{number:0}", 2010, 1, NULL},
    {"{number:10}", 2010, 1, NULL},
    {"{number:}", 2010, 1, NULL},
    {"{number:x}", 2010, 1, NULL},
    {"{numbers}", 2010, 1, NULL},
    {"{number", 2010, 1, NULL},
    {"{number}{", 2010, 1, NULL},
    {"{}{number}", 2010, 1, NULL},
    {"{month}{number}", 2010, 1, NULL},
    {"{Year}{number}", 2010, 1, NULL},
    {"{number}-2345678901234567890123456789012345678901234567890123", 2010, 1, NULL}, /* too long */
};

static void test_patterns(void **state) {
    books *b = *state;
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        moon_str number = MOON_STR("untouched");
        moon_status status = moon_series_format(moon_str_of(patterns[i].pattern), patterns[i].year,
                                                patterns[i].n, moon_change_arena(b->change), &number, ERR);
        if (status != (patterns[i].want ? MOON_OK : MOON_E_SERIES))
            fail_msg("\"%s\": %s", patterns[i].pattern, moon_status_name(status));
        expect_text(patterns[i].pattern, number, patterns[i].want ? patterns[i].want : "untouched");
    }
}

static void test_series(void **state) {
    books *b = *state;
    static const struct {
        const char *kind, *date, *want; /* NULL: refused */
        bool commit;
    } rows[] = {
        {"invoice", "2010-12-30", "X-2010-001", false},
        {"invoice", "2010-12-30", "X-2010-002", true},
        {"credit_note", "2010-12-29", "X-2010-001", false},
        {"invoice", "2010-12-29", NULL, false},
        {"invoice", "2010-12-31", "X-2010-003", true},
        {"invoice", "2011-01-01", "X-2011-001", false},
        {"invoice", "2010-12-31", "X-2010-004", true}, /* a year of its own: the new one has begun already */
        {"invoice", "2010-12-30", NULL, false},
        {"invoice", "2011-12-31", "X-2011-002", true},
        {"invoice", "2011-12-30", NULL, false},
        {"credit_note", "2011-06-01", "X-2011-001", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moon_str number;
        char name[40];
        snprintf(name, sizeof name, "row %zu", i);
        moon_status status = moon_series_next(b->change, rows[i].kind, MOON_STR("X-{year}-{number:3}"),
                                              day(rows[i].date), &number, ERR);
        if (status != (rows[i].want ? MOON_OK : MOON_E_SERIES))
            fail_msg("%s: %s", name, moon_status_name(status));
        if (rows[i].want) expect_text(name, number, rows[i].want);
        if (rows[i].commit) books_commit(b);
    }
}

/* What is not committed takes no number, and a refused pattern none either. */
static void test_series_gapless(void **state) {
    books *b = *state;
    moon_str number;
    moon_series series = {.kind = MOON_STR("invoice"), .year = 2010};
    bool found;
    for (int i = 0; i < 3; i++) {
        DO(moon_series_next(b->change, "invoice", MOON_STR("{number}"), day("2010-12-01"), &number, ERR));
        expect_text("forgotten", number, "1");
        books_forget(b);
    }
    FAILS(MOON_E_SERIES,
          moon_series_next(b->change, "invoice", MOON_STR("{year}"), day("2010-12-01"), &number, ERR));
    books_commit(b);
    DO(moon_get(b->change, &moon_series_type, &series, &found, ERR));
    assert_false(found);
    DO(moon_series_next(b->change, "invoice", MOON_STR("{number}"), day("2010-12-01"), &number, ERR));
    expect_text("kept", number, "1");
}

/* Two that number at once: one of them has to do it again. */
static void test_series_crossing(void **state) {
    books *b = *state;
    moon_change *other;
    moon_str number;
    DO(moon_series_next(b->change, "invoice", MOON_STR("{number}"), day("2010-12-01"), &number, ERR));
    DO(moon_change_begin(b->s->store, &other, ERR));
    DO(moon_series_next(other, "invoice", MOON_STR("{number}"), day("2010-12-01"), &number, ERR));
    DO(moon_commit(other, &b->ctx, "test", MOON_STR_NONE, MOON_STR_NONE, NULL, ERR));
    moon_change_end(other);
    FAILS(MOON_E_CHANGED, moon_commit(b->change, &b->ctx, "test", MOON_STR_NONE, MOON_STR_NONE, NULL, ERR));
    books_forget(b);
    DO(moon_series_next(b->change, "invoice", MOON_STR("{number}"), day("2010-12-01"), &number, ERR));
    expect_text("again", number, "2");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, books_setup, books_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_entries),  CASE(test_posted_once), CASE(test_balances),       CASE(test_balance_range),
        CASE(test_patterns), CASE(test_series),      CASE(test_series_gapless), CASE(test_series_crossing),
    };
    return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
