/* books/posting: what is earned when, of what is billed in advance. */
#include "books_case.h"

#define ENDS 5

/* One line over a service period, issued on a day; what the ledger says at the end of some days, in minor units:
 * revenue as earned, deferred as not earned yet. */
typedef struct row {
    const char *name, *start, *stop, *issued;
    int64_t net;
    struct {
        const char *day;
        int64_t earned, deferred;
    } ends[ENDS];
} row;

static const row rows[] = {
    {"a month in advance, issued on its first day",
     "2010-12-01",
     "2011-01-01",
     "2010-12-01",
     3100,
     {{"2010-11-30", 0, 0}, {"2010-12-01", 0, 3100}, {"2010-12-30", 0, 3100}, {"2010-12-31", 3100, 0}}},
    {"across the end of a month, from the 15th to the 15th",
     "2010-12-15",
     "2011-01-15",
     "2010-12-15",
     3100,
     {{"2010-12-15", 0, 3100},
      {"2010-12-31", 1700, 1400},
      {"2011-01-13", 1700, 1400},
      {"2011-01-14", 3100, 0}}},
    {"cents are cut so that they add up",
     "2010-12-15",
     "2011-01-15",
     "2010-12-15",
     100,
     {{"2010-12-15", 0, 100}, {"2010-12-31", 55, 45}, {"2011-01-14", 100, 0}}},
    {"caught up after a month: what lies in it is earned at once",
     "2010-12-15",
     "2011-01-15",
     "2011-01-03",
     3100,
     {{"2011-01-02", 0, 0}, {"2011-01-03", 1700, 1400}, {"2011-01-13", 1700, 1400}, {"2011-01-14", 3100, 0}}},
    {"on its last day nothing is left to come",
     "2010-12-15",
     "2011-01-15",
     "2011-01-14",
     3100,
     {{"2011-01-13", 0, 0}, {"2011-01-14", 3100, 0}}},
    {"in arrears",
     "2010-11-01",
     "2010-12-01",
     "2010-12-01",
     3000,
     {{"2010-12-01", 3000, 0}, {"2011-12-31", 3000, 0}}},
    {"a year, issued before it begins",
     "2011-01-01",
     "2012-01-01",
     "2010-12-20",
     36500,
     {{"2010-12-31", 0, 36500},
      {"2011-01-31", 3100, 33400},
      {"2011-02-28", 5900, 30600},
      {"2011-11-30", 33400, 3100},
      {"2011-12-31", 36500, 0}}},
    {"a year, issued in its fifth month",
     "2010-08-01",
     "2011-08-01",
     "2010-12-20",
     36500,
     {{"2010-12-20", 12200, 24300}, {"2010-12-31", 15300, 21200}, {"2011-07-31", 36500, 0}}},
    {"no service period", NULL, NULL, "2010-12-01", 3000, {{"2010-12-01", 3000, 0}}},
    {"a month given back",
     "2010-12-15",
     "2011-01-15",
     "2010-12-15",
     -100,
     {{"2010-12-15", 0, -100}, {"2010-12-31", -55, -45}, {"2011-01-14", -100, 0}}}};

static const moon_tags_pair chart[] = {{{"receivables", 11}, {"1100", 4}}, {{"unapplied", 9}, {"1190", 4}},
                                       {{"revenue", 7}, {"4000", 4}},      {{"deferred", 8}, {"2300", 4}},
                                       {{"discounts", 9}, {"4900", 4}},    {{"tax", 3}, {"2200", 4}},
                                       {{"withholding", 11}, {"1300", 4}}, {{"rounding", 8}, {"6820", 4}}};

static books *begin(void) {
    books *b = books_make();
    b->config.chart = (moon_tags){(moon_tags_pair *)(uintptr_t)chart, sizeof chart / sizeof *chart};
    return b;
}

static void end(books *b) { books_free(b); }

static moon_document service(books *b, const char *id, const row *r) {
    moon_document document = document_of(b, id, "ACME", r->net, 0);
    moon_line *line = document.lines.items;
    if (r->start) line->start = day(r->start);
    if (r->stop) line->stop = day(r->stop);
    return document;
}

static int64_t balance(books *b, const char *account, const char *date) {
    int64_t amount;
    DO(moon_balance_at(b->change, moon_str_of(account), 0, day(date), &amount, ERR));
    return amount;
}

static void expect_ends(books *b, const row *r) {
    for (size_t i = 0; i < ENDS && r->ends[i].day; i++) {
        char name[160];
        snprintf(name, sizeof name, "%s: %s", r->name, r->ends[i].day);
        expect_minor(name, -balance(b, "4000", r->ends[i].day), r->ends[i].earned);
        expect_minor(name, -balance(b, "2300", r->ends[i].day), r->ends[i].deferred);
    }
}

static void test_rows(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        books *b = begin();
        moon_document document = service(b, "D1", &rows[i]);
        books_today(b, rows[i].issued);
        issue(b, &document);
        expect_ends(b, &rows[i]);
        end(b);
    }
}

/* A credit note of the same period is the exact mirror from its day on, and nothing is left at the end. */
static void test_credit(void **state) {
    static const row bill = {"bill", "2010-12-15", "2011-03-15", "2010-12-15", 1000, {{0}}},
                     credit = {"credit", "2010-12-15", "2011-03-15", "2011-01-20", -1000, {{0}}};
    static const char *const days[] = {"2011-01-20", "2011-01-31", "2011-02-28", "2011-03-14"};
    books *b = begin();
    moon_document document = service(b, "D1", &bill), back = service(b, "D2", &credit);
    (void)state;
    books_today(b, bill.issued);
    issue(b, &document);
    books_today(b, credit.issued);
    issue(b, &back);
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        expect_minor(days[i], balance(b, "4000", days[i]), 0);
        expect_minor(days[i], balance(b, "2300", days[i]), 0);
    }
    end(b);
}

/* Voiding takes back today what was earned, and what is to come on its own days. */
static void test_void(void **state) {
    static const row bill = {"bill", "2010-12-15", "2011-03-15", "2010-12-15", 9000, {{0}}};
    books *b = begin();
    moon_document document = service(b, "D1", &bill);
    (void)state;
    books_today(b, bill.issued);
    issue(b, &document);
    books_today(b, "2011-01-20");
    DO(moon_document_void(b->change, &b->ctx, &document, MOON_STR("wrong"), ERR));
    expect_minor("before", -balance(b, "4000", "2011-01-19"), 1700);
    expect_minor("before", -balance(b, "2300", "2011-01-19"), 7300);
    expect_minor("on the day", -balance(b, "4000", "2011-01-20"), 0);
    expect_minor("on the day", -balance(b, "2300", "2011-01-20"), 0);
    expect_minor("later", -balance(b, "4000", "2011-03-31"), 0);
    expect_minor("later", -balance(b, "2300", "2011-03-31"), 0);
    end(b);
}

/* A line of a later invoice that takes back the unused days: in no month anything is left of them, whatever the cents
 * of either; and voiding that invoice gives them back. */
static void test_unused(void **state) {
    static const row bill = {"bill", "2010-12-15", "2011-12-15", "2010-12-15", 10007, {{0}}};
    static const char *const days[] = {"2011-03-31", "2011-04-30", "2011-07-31", "2011-12-14"};
    row credit = {"credit", "2011-03-10", "2011-12-15", "2011-03-20", 0, {{0}}};
    books *b = begin();
    moon_document document = service(b, "D1", &bill), later;
    int64_t used, deferred[4];
    (void)state;
    DO(moon_split_running(bill.net, 0, 85, 365, &used, ERR));
    credit.net = used - bill.net;
    books_today(b, bill.issued);
    issue(b, &document);
    for (size_t i = 0; i < 4; i++) deferred[i] = balance(b, "2300", days[i]);
    books_today(b, credit.issued);
    later = service(b, "D2", &credit);
    ((moon_line *)later.lines.items)->corrects = MOON_STR("D1");
    ((moon_line *)later.lines.items)->corrects_line = 1;
    issue(b, &later);
    for (size_t i = 0; i < 4; i++) {
        expect_minor(days[i], balance(b, "2300", days[i]), 0);
        expect_minor(days[i], -balance(b, "4000", days[i]), used);
    }
    DO(moon_document_void(b->change, &b->ctx, &later, MOON_STR("goes on"), ERR));
    for (size_t i = 0; i < 4; i++) expect_minor(days[i], balance(b, "2300", days[i]), deferred[i]);
    end(b);
}

/* One invoice that takes back unused days of the old price and bills the new one for them; the second is cut by
 * itself. */
static void test_change(void **state) {
    static const row bill = {"bill", "2011-01-01", "2011-02-01", "2011-01-01", 3100, {{0}}};
    books *b = begin();
    moon_document document = service(b, "D1", &bill), change;
    moon_line *lines = MOON_NEW_N(moon_change_arena(b->change), moon_line, 2);
    (void)state;
    books_today(b, "2011-01-01");
    issue(b, &document);
    books_today(b, "2011-01-11");
    change = document_of(b, "D2", "ACME", 4200, 0);
    lines[0] = lines[1] = *(moon_line *)change.lines.items;
    lines[0].start = lines[1].start = day("2011-01-11");
    lines[0].stop = lines[1].stop = day("2011-02-01");
    lines[0].amount = -2100;
    lines[0].corrects = MOON_STR("D1");
    lines[0].corrects_line = 1;
    lines[1].ordinal = 2;
    lines[1].amount = 6300;
    change.lines = (moon_list){lines, 2};
    issue(b, &change);
    expect_minor("deferred", -balance(b, "2300", "2011-01-11"), 7300);
    expect_minor("earned", -balance(b, "4000", "2011-01-31"), 7300);
    expect_minor("nothing is left", -balance(b, "2300", "2011-01-31"), 0);
    end(b);
}

/* In a foreign currency the base amounts of the releases add up to what was deferred. */
static void test_foreign(void **state) {
    static const row bill = {"bill", "2010-12-15", "2011-03-15", "2010-12-15", 1001, {{0}}};
    books *b = begin();
    moon_document document = service(b, "D1", &bill);
    int64_t amount;
    (void)state;
    document.currency = USD;
    document.rate = dec("0.777777");
    books_today(b, bill.issued);
    issue(b, &document);
    expect_minor("deferred in base", -balance(b, "2300", "2010-12-15"), 779);
    expect_minor("released in base", balance(b, "2300", "2011-03-14"), 0);
    expect_minor("earned in base", -balance(b, "4000", "2011-03-14"), 779);
    DO(moon_balance_at(b->change, MOON_STR("2300"), USD, day("2011-03-14"), &amount, ERR));
    expect_minor("released", amount, 0);
    end(b);
}

/* A discount of another account is earned with what it was given on. */
static void test_discount(void **state) {
    static const row bill = {"bill", "2010-12-01", "2011-01-01", "2010-12-01", 1000, {{0}}};
    books *b = begin();
    moon_document document = service(b, "D1", &bill);
    moon_line *lines = MOON_NEW_N(moon_change_arena(b->change), moon_line, 2);
    (void)state;
    lines[0] = lines[1] = *(moon_line *)document.lines.items;
    lines[0].amount = 1250;
    lines[1].ordinal = 2;
    lines[1].amount = -250;
    lines[1].revenue = MOON_STR("4900");
    document.lines = (moon_list){lines, 2};
    books_today(b, bill.issued);
    issue(b, &document);
    expect_minor("deferred", -balance(b, "2300", "2010-12-30"), 1000);
    expect_minor("revenue", -balance(b, "4000", "2010-12-31"), 1250);
    expect_minor("discounts", -balance(b, "4900", "2010-12-31"), -250);
    expect_minor("released", -balance(b, "2300", "2010-12-31"), 0);
    end(b);
}

/* ---- what the account does not owe of the total ---- */

#define NONE MOON_INT_NONE

/* Amounts in minor units; balances debit positive. */
typedef struct unpayable {
    const char *name;
    int64_t net, tax, rounded, withheld, payable;
    moon_status want;
    struct {
        int64_t receivables, withholding, rounding, tax;
    } base;
} unpayable;

static const unpayable unpayables[] = {
    {"nothing of the kind", 10000, 2000, NONE, NONE, NONE, MOON_OK, {12000, 0, 0, -2000}},
    {"rounded up", 9998, 2000, 2, NONE, 12000, MOON_OK, {12000, 0, -2, -2000}},
    {"rounded down", 10001, 2000, -1, NONE, 12000, MOON_OK, {12000, 0, 1, -2000}},
    {"a fifth of the net amount withheld", 10000, 2200, NONE, 2000, 10200, MOON_OK, {10200, 2000, 0, -2200}},
    {"all of the tax withheld", 10000, 2200, NONE, 2200, 10000, MOON_OK, {10000, 2200, 0, -2200}},
    {"withheld and rounded", 10001, 2200, -1, 2000, 10200, MOON_OK, {10200, 2000, 1, -2200}},
    {"all of it withheld", 10000, 0, NONE, 10000, 0, MOON_OK, {0, 10000, 0, 0}},
    {"a credit note", -10001, -2200, 1, -2000, -10200, MOON_OK, {-10200, -2000, -1, 2200}},
    {"a payable amount that does not add up", 10000, 2200, NONE, 2000, 10201, MOON_E_DOCUMENT_SUM, {0}},
    {"withheld, and the total payable", 10000, 2200, NONE, 2000, NONE, MOON_E_DOCUMENT_SUM, {0}},
    {"more withheld than there is", 10000, 2200, NONE, 12201, -1, MOON_E_DOCUMENT_SUM, {0}},
    {"a credit note that is to be paid", -10000, -2200, NONE, -12201, 1, MOON_E_DOCUMENT_SUM, {0}}};

static moon_document unpayable_of(books *b, const char *id, const unpayable *u, int64_t sign) {
    moon_document document = document_of(b, id, "ACME", sign * u->net, sign * u->tax);
    if (u->rounded != NONE) document.rounded = sign * u->rounded;
    if (u->withheld != NONE) document.withheld = sign * u->withheld;
    if (u->payable != NONE) document.payable = sign * u->payable;
    return document;
}

static void expect_balances(books *b, const char *name, const unpayable *u, int64_t times) {
    expect_minor(name, balance(b, "1100", "2011-12-31"), times * u->base.receivables);
    expect_minor(name, balance(b, "1300", "2011-12-31"), times * u->base.withholding);
    expect_minor(name, balance(b, "6820", "2011-12-31"), times * u->base.rounding);
    expect_minor(name, balance(b, "2200", "2011-12-31"), times * u->base.tax);
    expect_minor(name, balance(b, "4000", "2011-12-31"), -times * u->net);
}

/* What the account owes is on its item; voiding, and a credit of all of it, leave nothing anywhere. */
static void test_unpayable(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof unpayables / sizeof *unpayables; i++) {
        const unpayable *u = &unpayables[i];
        books *b = begin();
        moon_document document = unpayable_of(b, "D1", u, 1), back = unpayable_of(b, "D2", u, -1);
        books_today(b, "2010-12-01");
        moon_status status = moon_document_check(&document, ERR);
        if (status != u->want) fail_msg("%s: %s", u->name, moon_status_name(status));
        if (status == MOON_OK) {
            issue(b, &document);
            expect_balances(b, u->name, u, 1);
            expect_minor(u->name, item_of(b, "ACME", "D1").open, moon_document_payable(&document));
            issue(b, &back);
            expect_balances(b, u->name, u, 0);
            DO(moon_document_void(b->change, &b->ctx, &back, MOON_STR("wrong"), ERR));
            expect_balances(b, u->name, u, 1);
        }
        end(b);
    }
}

/* In base the receivables take what rounding leaves, and what is not owed at all goes to exchange differences. */
static void test_unpayable_foreign(void **state) {
    books *b = begin();
    moon_document document = unpayable_of(b, "D1", &unpayables[5], 1);
    (void)state;
    document.currency = USD;
    document.rate = dec("0.777777");
    books_today(b, "2010-12-01");
    issue(b, &document);
    expect_minor("withholding", balance(b, "1300", "2010-12-01"), 1556);
    expect_minor("rounding", balance(b, "6820", "2010-12-01"), 1);
    expect_minor("receivables", balance(b, "1100", "2010-12-01"), 7779 + 1711 - 1556 - 1);
    end(b);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows),
                                       cmocka_unit_test(test_credit),
                                       cmocka_unit_test(test_void),
                                       cmocka_unit_test(test_unused),
                                       cmocka_unit_test(test_change),
                                       cmocka_unit_test(test_foreign),
                                       cmocka_unit_test(test_discount),
                                       cmocka_unit_test(test_unpayable),
                                       cmocka_unit_test(test_unpayable_foreign)};
    return cmocka_run_group_tests_name("posting", tests, NULL, NULL);
}
