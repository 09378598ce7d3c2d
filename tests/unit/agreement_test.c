/* books/agreement, books/claim, books/billed, books/late, books/pause: periods, what is billed of them, and what
 * changes it later. */
#include "books_case.h"

#include "books/agreement.h"
#include "books/billed.h"
#include "books/claim.h"
#include "books/late.h"
#include "books/pause.h"
#include "books/usage.h"

/* ---- periods of any cycle ---- */

typedef struct cycle_row {
    const char *name;
    moon_cycle cycle;
    const char *start, *anchor;
    const char *bounds[4]; /* the ends of the first periods */
} cycle_row;
static const cycle_row cycles[] = {
    {"months from the 31st",
     {MOON_UNIT_MONTH, 1, 0, false},
     "2026-01-31",
     NULL,
     {"2026-02-28", "2026-03-31", "2026-04-30"}},
    {"in a leap year", {MOON_UNIT_MONTH, 1, 0, false}, "2028-01-31", NULL, {"2028-02-29", "2028-03-31"}},
    {"calendar months", {MOON_UNIT_MONTH, 1, -1, false}, "2026-01-20", NULL, {"2026-02-01", "2026-03-01"}},
    {"calendar months from the first",
     {MOON_UNIT_MONTH, 1, -1, true},
     "2026-01-01",
     NULL,
     {"2026-02-01", "2026-03-01"}},
    {"merged", {MOON_UNIT_MONTH, 1, -1, true}, "2026-01-20", NULL, {"2026-03-01", "2026-04-01"}},
    {"the 15th", {MOON_UNIT_MONTH, 1, 15, false}, "2026-01-10", NULL, {"2026-01-15", "2026-02-15"}},
    {"the 15th, after it", {MOON_UNIT_MONTH, 1, 15, false}, "2026-01-20", NULL, {"2026-02-15", "2026-03-15"}},
    {"an anchor",
     {MOON_UNIT_MONTH, 1, 0, false},
     "2026-01-10",
     "2026-01-31",
     {"2026-01-31", "2026-02-28", "2026-03-31"}},
    {"an anchor before",
     {MOON_UNIT_MONTH, 1, 0, false},
     "2026-01-10",
     "2025-01-31",
     {"2026-01-31", "2026-02-28"}},
    {"an anchor over the calendar",
     {MOON_UNIT_MONTH, 1, -1, false},
     "2026-01-10",
     "2026-01-05",
     {"2026-02-05"}},
    {"calendar quarters",
     {MOON_UNIT_QUARTER, 1, -1, false},
     "2026-02-20",
     NULL,
     {"2026-04-01", "2026-07-01"}},
    {"half years", {MOON_UNIT_HALF_YEAR, 1, 0, false}, "2026-08-31", NULL, {"2027-02-28", "2027-08-31"}},
    {"29 February, by the year",
     {MOON_UNIT_YEAR, 1, 0, false},
     "2028-02-29",
     NULL,
     {"2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"}},
    {"weeks of the calendar",
     {MOON_UNIT_WEEK, 1, -1, false},
     "2026-01-15",
     NULL,
     {"2026-01-19", "2026-01-26"}},
    {"ten days", {MOON_UNIT_DAY, 10, 0, false}, "2026-02-20", NULL, {"2026-03-02", "2026-03-12"}},
    {"five months",
     {MOON_UNIT_MONTH, 5, 0, false},
     "2025-09-30",
     NULL,
     {"2026-02-28", "2026-07-30", "2026-12-30"}}};

static void test_cycles(void **state) {
    books *b = *state;
    for (size_t i = 0; i < sizeof cycles / sizeof *cycles; i++) {
        const cycle_row *row = &cycles[i];
        moon_agreement agreement = {.start = day(row->start),
                                    .anchor = row->anchor ? day(row->anchor) : MOON_DATE_NONE,
                                    .until = MOON_DATE_NONE};
        moon_date begins = agreement.start;
        moon_periods periods;
        moon_period period, found;
        bool covered;
        DO(moon_periods_begin(&agreement, &row->cycle, &periods, ERR));
        for (size_t n = 0; n < 4 && row->bounds[n]; n++) {
            DO(moon_periods_next(&periods, &period, ERR));
            expect_minor(row->name, period.start, begins);
            expect_minor(row->name, period.end, day(row->bounds[n]));
            begins = period.end;
            DO(moon_agreement_period_of(&agreement, &row->cycle, period.end - 1, &found, &covered, ERR));
            expect_minor(row->name, found.start, period.start);
            expect_minor(row->name, found.end, period.end);
        }
    }
}

/* ---- what a version may say ---- */

static moon_agreement agreement_of(const char *id, const char *from) {
    moon_agreement agreement;
    moon_record_init(&moon_agreement_type, &agreement);
    agreement.id = moon_str_of(id);
    agreement.account = MOON_STR("ACME");
    agreement.plan = MOON_STR("subscription");
    agreement.from = day(from);
    agreement.start = day("2026-01-01");
    return agreement;
}

static void add(books *b, moon_agreement agreement) {
    bool written;
    DO(moon_version_add(b->change, &moon_agreement_type, &agreement, &written, ERR));
}

static void add_account(books *b) {
    moon_account account;
    bool written;
    moon_record_init(&moon_account_type, &account);
    account.id = MOON_STR("ACME");
    account.from = day("2026-01-01");
    DO(moon_version_add(b->change, &moon_account_type, &account, &written, ERR));
}

static void test_check(void **state) {
    static const struct {
        const char *price, *coupon, *until, *says;
    } rows[] = {{"8.00", "2026-01-15", "2026-01-17", NULL},
                {"0", "2026-01-15", "2026-01-01", NULL},
                {"-1", NULL, NULL, "prices.seats=-1, which is no price"},
                {"cheap", NULL, NULL, "which is no price"},
                {NULL, "yes", NULL, "coupons.WELCOME=yes, which is no date"},
                {NULL, NULL, "2025-12-31", "ends on 2025-12-31, before it starts on 2026-01-01"}};
    books *b = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moon_agreement agreement = agreement_of("A-1", "2026-01-01");
        moon_tags_pair price = {MOON_STR("seats"), moon_str_of(rows[i].price)},
                       coupon = {MOON_STR("WELCOME"), moon_str_of(rows[i].coupon)};
        if (rows[i].price) agreement.prices = (moon_tags){&price, 1};
        if (rows[i].coupon) agreement.coupons = (moon_tags){&coupon, 1};
        if (rows[i].until) agreement.until = day(rows[i].until);
        if (!rows[i].says) {
            DO(moon_agreement_check(b->change, &agreement, ERR));
            continue;
        }
        FAILS(MOON_E_RECORD_INVALID, moon_agreement_check(b->change, &agreement, ERR));
        SAYS(rows[i].says);
    }
}

/* ---- bills ---- */

/* One line of a bill: its claim, the first day of its period, its days. */
typedef struct bill_line {
    const char *claim, *period, *start, *stop;
    int64_t amount;
    const char *corrects;
} bill_line;

static moon_document bill_of(books *b, const char *id, int64_t version, const bill_line *of, size_t count) {
    moon_arena *keep = moon_change_arena(b->change);
    int64_t net = 0;
    for (size_t i = 0; i < count; i++) net += of[i].amount;
    moon_document document = document_of(b, id, "ACME", net, 0);
    moon_line *lines = MOON_NEW_N(keep, moon_line, count);
    moon_input *inputs = MOON_NEW_N(keep, moon_input, 1);
    moon_record_init(&moon_input_type, inputs);
    inputs->record = MOON_STR("agreement/A-1");
    inputs->version = version;
    for (size_t i = 0; i < count; i++) {
        lines[i] = *(moon_line *)document.lines.items;
        lines[i].ordinal = (int64_t)i + 1;
        lines[i].agreement = MOON_STR("A-1");
        lines[i].claim = moon_str_of(of[i].claim);
        lines[i].period = day(of[i].period);
        lines[i].start = day(of[i].start);
        lines[i].stop = day(of[i].stop);
        lines[i].amount = of[i].amount;
        if (!of[i].corrects) continue;
        lines[i].corrects = moon_str_of(of[i].corrects);
        lines[i].corrects_line = 1;
    }
    document.cause = MOON_STR("period");
    document.lines = (moon_list){lines, count};
    document.inputs = (moon_list){inputs, 1};
    return document;
}

static const bill_line january[] = {{"advance", "2026-01-01", "2026-01-01", "2026-02-01", 3100, NULL}};
static const bill_line january_changed[] = {
    {"advance+1", "2026-01-01", "2026-01-11", "2026-02-01", -2100, "P1"},
    {"advance+1", "2026-01-01", "2026-01-11", "2026-02-01", 6300, NULL}};
static const bill_line january_again[] = {{"advance+2", "2026-01-01", "2026-01-21", "2026-02-01", 100, NULL}};

static void begin_agreement(books *b) {
    static const moon_tags_pair deferred[] = {{{"deferred", 8}, {"2300", 4}}};
    moon_arena *keep = moon_change_arena(b->change);
    size_t count = b->config.chart.count;
    moon_tags_pair *chart = MOON_NEW_N(keep, moon_tags_pair, count + 1);
    memcpy(chart, b->config.chart.items, count * sizeof *chart);
    chart[count] = deferred[0];
    b->config.chart = (moon_tags){chart, count + 1};
    add_account(b);
    add(b, agreement_of("A-1", "2026-01-01"));
    books_today(b, "2026-01-01");
}

static void refuse(books *b, moon_status code, const char *id, int64_t version, const bill_line *lines,
                   size_t count, const char *says) {
    moon_document document = bill_of(b, id, version, lines, count);
    draft(b, &document);
    DO(moon_document_approve(b->change, &b->ctx, &document, false, ERR));
    FAILS(code, moon_document_issue(b->change, &b->ctx, &document, ERR));
    SAYS(says);
}

/* A change of the period stands on what it changes, and is voided before that. */
static void test_claims(void **state) {
    books *b = *state;
    moon_claim *claims;
    size_t count;
    begin_agreement(b);
    refuse(b, MOON_E_STALE, "P0", 1, january_changed, 2, "is not billed any more");
    moon_document first = bill_of(b, "P1", 1, january, 1);
    issue(b, &first);
    refuse(b, MOON_E_CLAIMED, "P2", 1, january, 1, "billed in advance already");
    refuse(b, MOON_E_STALE, "P3", 1, january_again, 1, "is not billed any more");
    moon_agreement more = agreement_of("A-1", "2026-01-11");
    more.terms = 7;
    add(b, more);
    refuse(b, MOON_E_STALE, "P4", 1, january_changed, 2, "agreement A-1 has changed");
    moon_document changed = bill_of(b, "P5", 2, january_changed, 2);
    issue(b, &changed);
    DO(moon_claims_of(b->change, MOON_STR("A-1"), MOON_DATE_NONE, moon_change_arena(b->change), &claims,
                      &count, ERR));
    expect_minor("claims", (int64_t)count, 2);
    expect_text("the second", claims[1].cause, "advance+1");
    expect_minor("version of the first", claims[0].version, 1);
    expect_minor("version of the second", claims[1].version, 2);
    FAILS(MOON_E_VOID_REFUSED, moon_document_void(b->change, &b->ctx, &first, MOON_STR("wrong"), ERR));
    SAYS("INV-2026-00001 is changed by INV-2026-00002, for agreement A-1 from 2026-01-01");
    more.start = day("2025-12-20");
    DO(moon_agreement_check(b->change, &more, ERR));
    more.start = MOON_DATE_NONE;
    FAILS(MOON_E_RECORD_INVALID, moon_agreement_check(b->change, &more, ERR));
    SAYS("keeps a start");
    more.account = MOON_STR("BOLT");
    FAILS(MOON_E_RECORD_INVALID, moon_agreement_check(b->change, &more, ERR));
    SAYS("is billed for account ACME and stays with it");
    DO(moon_document_void(b->change, &b->ctx, &changed, MOON_STR("wrong"), ERR));
    DO(moon_document_void(b->change, &b->ctx, &first, MOON_STR("wrong"), ERR));
    DO(moon_agreement_check(b->change, &more, ERR));
}

/* ---- what is billed, less what was given back ---- */

static void expect_billed(books *b, const char *name, size_t lines, const int64_t *credited) {
    moon_billed *list;
    size_t count;
    DO(moon_billed_of(b->change, &(moon_bills){0}, MOON_STR("A-1"), day("2026-01-01"),
                      moon_change_arena(b->change), &list, &count, ERR));
    expect_minor(name, (int64_t)count, (int64_t)lines);
    for (size_t i = 0; i < count; i++) expect_minor(name, list[i].credited, credited[i]);
}

/* A credit note of one line of an invoice: what it gives back, in minor units. */
static moon_document credit_of(books *b, const char *id, const moon_document *invoice, int64_t ordinal,
                               int64_t amount) {
    moon_document document = document_of(b, id, "ACME", -amount, 0);
    moon_line *line = document.lines.items;
    document.corrects = invoice->id;
    line->corrects_line = ordinal;
    return document;
}

static void test_billed(void **state) {
    static const int64_t none[] = {0, 0, 0}, some[] = {1000, 0, 0};
    books *b = *state;
    moon_document *corrections;
    moon_input before;
    moon_billed *list;
    size_t count;
    bool same;
    begin_agreement(b);
    expect_billed(b, "nothing yet", 0, NULL);
    moon_document first = bill_of(b, "P1", 1, january, 1);
    issue(b, &first);
    expect_billed(b, "one line", 1, none);
    DO(moon_billed_of(b->change, &(moon_bills){0}, MOON_STR("A-1"), day("2026-01-01"),
                      moon_change_arena(b->change), &list, &count, ERR));
    DO(moon_billed_input(MOON_STR("A-1"), day("2026-01-01"), list, count, moon_change_arena(b->change),
                         &before, ERR));
    DO(moon_billed_check(b->change, &(moon_bills){0}, &before, &same, ERR));
    assert_true(same);
    moon_document note = credit_of(b, "C1", &first, 1, 1000);
    issue(b, &note);
    expect_billed(b, "a part is given back", 1, some);
    DO(moon_billed_check(b->change, &(moon_bills){0}, &before, &same, ERR));
    assert_false(same);
    moon_document changed = bill_of(b, "P2", 1, january_changed, 2);
    issue(b, &changed);
    expect_billed(b, "its change is there too", 3, some);
    DO(moon_billed_corrections(b->change, &first, moon_change_arena(b->change), &corrections, &count, ERR));
    expect_minor("one document takes back", (int64_t)count, 1);
    expect_minor("by one line", (int64_t)corrections[0].lines.count, 1);
    expect_minor("of so much", corrections[0].net, -2100);
    moon_document more = credit_of(b, "C2", &first, 1, 1);
    draft(b, &more);
    DO(moon_document_approve(b->change, &b->ctx, &more, false, ERR));
    FAILS(MOON_E_CREDIT_EXCEEDS, moon_document_issue(b->change, &b->ctx, &more, ERR));
    SAYS("has 0.00 EUR left");
}

/* A credited line takes its share of the discount along: amount and discount of it come to nothing. */
static void test_billed_discount(void **state) {
    static const bill_line lines[] = {{"advance", "2026-01-01", "2026-01-01", "2026-02-01", 1000, NULL},
                                      {"advance", "2026-01-01", "2026-01-01", "2026-02-01", 500, NULL},
                                      {"advance", "2026-01-01", "2026-01-01", "2026-02-01", -150, NULL}};
    static const int64_t want[] = {900, 450, -150};
    books *b = *state;
    begin_agreement(b);
    moon_document first = bill_of(b, "P1", 1, lines, 3);
    moon_line *line = first.lines.items;
    line[0].discount = -100;
    line[1].discount = -50;
    line[2].kind = MOON_LINE_DISCOUNT;
    issue(b, &first);
    moon_document note = document_of(b, "C1", "ACME", -1350, 0);
    moon_line *back = MOON_NEW_N(moon_change_arena(b->change), moon_line, 3);
    for (int i = 0; i < 3; i++) {
        back[i] = *(moon_line *)note.lines.items;
        back[i].ordinal = back[i].corrects_line = i + 1;
        back[i].amount = -lines[i].amount;
    }
    note.lines = (moon_list){back, 3};
    note.corrects = first.id;
    issue(b, &note);
    expect_billed(b, "credited", 3, want);
}

/* ---- late usage ---- */

static const bill_line calls[] = {{"arrears", "2026-01-01", "2026-01-01", "2026-02-01", 500, NULL}};
static const bill_line calls_late[] = {{"arrears+1", "2026-01-01", "2026-01-01", "2026-02-01", 100, NULL}};

static void use(books *b, const char *id, const char *date, bool late) {
    moon_usage_sums *sums = moon_usage_begin(moon_change_arena(b->change));
    moon_event event;
    moon_used used;
    int64_t count;
    moon_record_init(&moon_event_type, &event);
    event.id = moon_str_of(id);
    event.account = MOON_STR("ACME");
    event.meter = MOON_STR("calls");
    event.day = day(date);
    event.quantity = dec("5");
    DO(moon_usage_take(b->change, &event, sums, &used, ERR));
    DO(moon_usage_fold(b->change, &b->ctx, sums, &count, ERR));
    expect_minor(id, count, late);
}

/* The bill says what it read of the meter, and which late usage it bills. */
static moon_document metered(books *b, const char *id, const bill_line *line, int64_t events,
                             const moon_late *late) {
    moon_document document = bill_of(b, id, 1, line, 1);
    moon_input *inputs = MOON_NEW_N(moon_change_arena(b->change), moon_input, 3);
    inputs[0] = *(const moon_input *)document.inputs.items;
    moon_record_init(&moon_input_type, &inputs[1]);
    inputs[1].record = MOON_STR("usage/calls/2026-01-01..2026-02-01");
    inputs[1].count = events;
    inputs[1].quantity = moon_decimal_of(events * 5);
    if (late) moon_late_input(MOON_STR("A-1"), late, moon_change_arena(b->change), &inputs[2]);
    document.inputs = (moon_list){inputs, late ? 3 : 2};
    ((moon_line *)document.lines.items)->meter = MOON_STR("calls");
    return document;
}

static size_t waiting(books *b, moon_late **list) {
    size_t count;
    DO(moon_late_of(b->change, MOON_STR("A-1"), moon_change_arena(b->change), list, &count, ERR));
    return count;
}

static void test_late(void **state) {
    books *b = *state;
    moon_late *list;
    begin_agreement(b);
    books_today(b, "2026-02-01");
    use(b, "e1", "2026-01-10", false);
    moon_document first = metered(b, "P1", calls, 1, NULL);
    issue(b, &first);
    use(b, "e2", "2026-02-03", false);
    assert_int_equal(waiting(b, &list), 0);
    use(b, "e3", "2026-01-12", true);
    use(b, "e4", "2026-01-12", true);
    assert_int_equal(waiting(b, &list), 1);
    expect_text("meter", list[0].meter, "calls");
    expect_minor("period", list[0].start, day("2026-01-01"));
    expect_minor("events", list[0].events, 2);
    moon_document second = metered(b, "P2", calls_late, 3, list);
    draft(b, &second);
    DO(moon_document_approve(b->change, &b->ctx, &second, false, ERR));
    use(b, "e5", "2026-01-12", true);
    FAILS(MOON_E_STALE, moon_document_issue(b->change, &b->ctx, &second, ERR));
    SAYS("the usage of meter calls has changed");
    assert_int_equal(waiting(b, &list), 1);
    second = metered(b, "P2", calls_late, 4, list);
    issue(b, &second);
    assert_int_equal(waiting(b, &list), 0); /* billed */
    FAILS(MOON_E_VOID_REFUSED, moon_document_void(b->change, &b->ctx, &first, MOON_STR("wrong"), ERR));
    DO(moon_document_void(b->change, &b->ctx, &second, MOON_STR("wrong"), ERR));
    assert_int_equal(waiting(b, &list), 1); /* and not billed again */
    expect_minor("events", list[0].events, 3);
    DO(moon_document_void(b->change, &b->ctx, &first, MOON_STR("wrong"), ERR));
    assert_int_equal(waiting(b, &list), 0); /* the first bill has to come again, with all of it */
}

/* ---- pauses ---- */

static moon_document paused(books *b, const char *id, const char *how) {
    moon_document document = bill_of(b, id, 1, january, 1);
    moon_input *inputs = MOON_NEW_N(moon_change_arena(b->change), moon_input, 2);
    inputs[0] = *(const moon_input *)document.inputs.items;
    document.inputs = (moon_list){inputs, moon_pause_input(moon_str_of(how), &inputs[1]) ? 2 : 1};
    return document;
}

static void test_pause(void **state) {
    static const struct {
        const char *says;
        int pause;
        const char *today;
        int want;
    } rows[] = {{"", 0, "2026-01-20", 0},
                {"keep", MOON_PAUSE_KEEP, "2026-01-20", MOON_PAUSE_KEEP},
                {"keep", MOON_PAUSE_KEEP, "2026-03-01", 0}, /* it goes on from then */
                {"uncollectible", MOON_PAUSE_UNCOLLECTIBLE, "2026-01-20", MOON_PAUSE_UNCOLLECTIBLE},
                {"uncollectible", MOON_PAUSE_UNCOLLECTIBLE, "2026-03-01", MOON_PAUSE_UNCOLLECTIBLE},
                {"stop", MOON_PAUSE_STOP, "2026-01-20", 0}};
    books *b = *state;
    begin_agreement(b);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moon_agreement rests = agreement_of("A-1", "2026-01-10"), goes_on = agreement_of("A-1", "2026-03-01");
        moon_document document = paused(b, "P1", rows[i].says);
        moon_str agreement;
        int pause;
        rests.pause = rows[i].pause;
        add(b, rests);
        add(b, goes_on);
        DO(moon_pause_of(b->change, &document, day(rows[i].today), &pause, &agreement, ERR));
        if (pause != rows[i].want) fail_msg("row %zu: found %d, expected %d", i, pause, rows[i].want);
        if (pause) expect_text(rows[i].says, agreement, "A-1");
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, books_setup, books_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {CASE(test_cycles), CASE(test_check),           CASE(test_claims),
                                       CASE(test_billed), CASE(test_billed_discount), CASE(test_late),
                                       CASE(test_pause)};
    return cmocka_run_group_tests_name("agreement", tests, NULL, NULL);
}
