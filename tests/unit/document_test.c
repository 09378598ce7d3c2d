/* books/document: arithmetic, drafts, approval, issue, voiding. */
#include "books_case.h"

/* ---- arithmetic ---- */

/* A good document of two categories, and one thing changed in it. */
typedef struct sums {
    const char *name;
    int64_t lines[3]; /* standard, standard, reduced */
    int64_t taxable[2], taxes[2];
    int64_t net, tax, total;
    int kind;
    moon_status want;
    const char *says;
} sums;

#define INV MOON_DOCUMENT_INVOICE
#define CN MOON_DOCUMENT_CREDIT_NOTE
static const sums arithmetic[] = {
    {"good", {1000, 500, 200}, {1500, 200}, {300, 10}, 1700, 310, 2010, INV, MOON_OK, ""},
    {"good credit", {-1000, -500, -200}, {-1500, -200}, {-300, -10}, -1700, -310, -2010, CN, MOON_OK, ""},
    {"nothing", {0, 0, 0}, {0, 0}, {0, 0}, 0, 0, 0, INV, MOON_OK, ""},
    {"a credit of nothing", {0, 0, 0}, {0, 0}, {0, 0}, 0, 0, 0, CN, MOON_OK, ""},
    {"a discount line", {1000, -500, 200}, {500, 200}, {100, 10}, 700, 110, 810, INV, MOON_OK, ""},
    {"net",
     {1000, 500, 200},
     {1500, 200},
     {300, 10},
     1701,
     310,
     2011,
     INV,
     MOON_E_DOCUMENT_SUM,
     "net amount is 17.01"},
    {"net and total as they were",
     {1000, 500, 201},
     {1500, 201},
     {300, 10},
     1700,
     310,
     2010,
     INV,
     MOON_E_DOCUMENT_SUM,
     "net amount"},
    {"taxable amount",
     {1000, 500, 200},
     {1501, 200},
     {300, 10},
     1700,
     310,
     2010,
     INV,
     MOON_E_DOCUMENT_SUM,
     "category standard"},
    {"taxable amounts that make up for each other",
     {1000, 500, 200},
     {1501, 199},
     {300, 10},
     1700,
     310,
     2010,
     INV,
     MOON_E_DOCUMENT_SUM,
     "category standard"},
    {"taxable amount of the second category",
     {1000, 500, 200},
     {1500, 201},
     {300, 10},
     1700,
     310,
     2010,
     INV,
     MOON_E_DOCUMENT_SUM,
     "category reduced"},
    {"tax",
     {1000, 500, 200},
     {1500, 200},
     {300, 11},
     1700,
     310,
     2010,
     INV,
     MOON_E_DOCUMENT_SUM,
     "the tax is"},
    {"tax and total",
     {1000, 500, 200},
     {1500, 200},
     {300, 10},
     1700,
     311,
     2011,
     INV,
     MOON_E_DOCUMENT_SUM,
     "the tax is 3.11"},
    {"total",
     {1000, 500, 200},
     {1500, 200},
     {300, 10},
     1700,
     310,
     2009,
     INV,
     MOON_E_DOCUMENT_SUM,
     "total is 20.09 EUR, but should be 20.10 EUR"},
    {"negative invoice", {-1, 0, 0}, {-1, 0}, {0, 0}, -1, 0, -1, INV, MOON_E_DOCUMENT_SUM, "invoice"},
    {"positive credit", {1, 0, 0}, {1, 0}, {0, 0}, 1, 0, 1, CN, MOON_E_DOCUMENT_SUM, "credit note"},
    {"the largest",
     {MOON_MONEY_MAX, 0, 0},
     {MOON_MONEY_MAX, 0},
     {0, 0},
     MOON_MONEY_MAX,
     0,
     MOON_MONEY_MAX,
     INV,
     MOON_OK,
     ""},
    {"lines beyond the range",
     {MOON_MONEY_MAX, 1, 0},
     {MOON_MONEY_MAX, 0},
     {0, 0},
     MOON_MONEY_MAX,
     0,
     MOON_MONEY_MAX,
     INV,
     MOON_E_MONEY_RANGE,
     ""},
    {"beyond 64 bits", {INT64_MAX, INT64_MAX, 2}, {0, 0}, {0, 0}, 0, 0, 0, INV, MOON_E_MONEY_RANGE, ""},
    {"total beyond the range",
     {MOON_MONEY_MAX, 0, 0},
     {MOON_MONEY_MAX, 0},
     {1, 0},
     MOON_MONEY_MAX,
     1,
     INT64_C(1000000000000000000),
     INV,
     MOON_E_MONEY_RANGE,
     ""},
};

static moon_document sums_of(books *b, const sums *row) {
    moon_arena *keep = moon_change_arena(b->change);
    moon_document document = document_of(b, "d", "A", 1, 0);
    moon_line *lines = MOON_NEW_N(keep, moon_line, 3);
    moon_tax *taxes = MOON_NEW_N(keep, moon_tax, 2);
    for (int i = 0; i < 3; i++) {
        lines[i] = *MOON_AT(moon_line, document.lines, 0);
        lines[i].ordinal = i + 1;
        lines[i].amount = row->lines[i];
        if (i == 2) lines[i].tax_category = MOON_STR("reduced");
    }
    for (int i = 0; i < 2; i++) {
        taxes[i] = *MOON_AT(moon_tax, document.taxes, 0);
        taxes[i].category = i ? MOON_STR("reduced") : MOON_STR("standard");
        taxes[i].net = row->taxable[i];
        taxes[i].tax = row->taxes[i];
    }
    document.kind = row->kind;
    document.lines = (moon_list){lines, 3};
    document.taxes = (moon_list){taxes, 2};
    document.net = row->net;
    document.tax = row->tax;
    document.total = row->total;
    return document;
}

static void test_arithmetic(void **state) {
    books *b = *state;
    for (size_t i = 0; i < sizeof arithmetic / sizeof *arithmetic; i++) {
        const sums *row = &arithmetic[i];
        moon_document document = sums_of(b, row);
        moon_drafted how;
        moon_status status = moon_document_check(&document, ERR);
        if (status != row->want || (status != MOON_OK && !strstr(b->s->err.text, row->says)))
            fail_msg("%s: %s: %s", row->name, moon_status_name(status), b->s->err.text);
        if (moon_document_draft(b->change, &document, &how, ERR) != row->want)
            fail_msg("%s: the draft is not judged as the document", row->name);
        if (status != MOON_OK && moon_change_size(b->change) != 0)
            fail_msg("%s: something was written", row->name);
        books_forget(b);
    }
}

/* A tax on a category that no line has. */
static void test_arithmetic_strange_tax(void **state) {
    books *b = *state;
    moon_document document = sums_of(b, &arithmetic[0]);
    moon_tax *taxes = document.taxes.items;
    MOON_AT(moon_line, document.lines, 2)->tax_category = MOON_STR("standard");
    taxes[0].net = 1700;
    taxes[1].net = 0;
    FAILS(MOON_E_DOCUMENT_SUM, moon_document_check(&document, ERR));
    SAYS("reduced");
    taxes[1].tax = 0;
    document.tax = 300;
    document.total = 2000;
    DO(moon_document_check(&document, ERR));
}

/* ---- drafts ---- */

static void test_draft(void **state) {
    books *b = *state;
    moon_document document = document_of(b, "d", "A", 1000, 200),
                  changed = document_of(b, "d", "A", 1000, 190);
    moon_drafted how;
    uint64_t before;
    DO(moon_document_draft(b->change, &document, &how, ERR));
    assert_int_equal(how, MOON_DRAFTED_NEW);
    DO(moon_document_draft(b->change, &document, &how, ERR));
    assert_int_equal(how, MOON_DRAFTED_SAME);
    books_commit(b);
    before = moon_change_seq(b->change);

    document = document_of(b, "d", "A", 1000, 200);
    document.prepared_by = MOON_STR("bert"); /* who runs it again does not become its preparer */
    DO(moon_document_draft(b->change, &document, &how, ERR));
    assert_int_equal(how, MOON_DRAFTED_SAME);
    books_commit(b);
    assert_int_equal(moon_change_seq(b->change), before);
    expect_text("preparer", found_document(b, "d").prepared_by, "anna");

    document = found_document(b, "d");
    DO(moon_document_approve(b->change, &b->ctx, &document, false, ERR));
    document = document_of(b, "d", "A", 1000, 200);
    DO(moon_document_draft(b->change, &document, &how, ERR));
    assert_int_equal(how, MOON_DRAFTED_SAME); /* and stays approved */
    assert_int_equal(found_document(b, "d").state, MOON_STATE_APPROVED);

    changed = document_of(b, "d", "A", 1000, 190);
    DO(moon_document_draft(b->change, &changed, &how, ERR));
    assert_int_equal(how, MOON_DRAFTED_CHANGED);
    document = found_document(b, "d");
    assert_int_equal(document.state, MOON_STATE_DRAFT);
    assert_int_equal(document.approvals.count, 0);
    expect_minor("tax", document.tax, 190);
}

static void test_draft_of_issued(void **state) {
    books *b = *state;
    moon_document document = issued(b, "d", "A", 1000, 200);
    moon_drafted how;
    document = document_of(b, "d", "A", 1000, 200);
    FAILS(MOON_E_CLAIMED, moon_document_draft(b->change, &document, &how, ERR));
    SAYS("INV-2010-00001");
    document = found_document(b, "d");
    FAILS(MOON_E_STATE_REFUSED, moon_document_discard(b->change, &document, ERR));
    DO(moon_document_void(b->change, &b->ctx, &document, MOON_STR("test"), ERR));
    document = document_of(b, "d", "A", 1000, 200);
    FAILS(MOON_E_CLAIMED, moon_document_draft(b->change, &document, &how, ERR));
    document = found_document(b, "d");
    FAILS(MOON_E_STATE_REFUSED, moon_document_discard(b->change, &document, ERR));
}

static void test_discard(void **state) {
    books *b = *state;
    moon_document document = document_of(b, "d", "A", 1000, 200);
    bool found;
    draft(b, &document);
    DO(moon_document_approve(b->change, &b->ctx, &document, false, ERR));
    books_commit(b);
    document = found_document(b, "d");
    DO(moon_document_discard(b->change, &document, ERR));
    DO(moon_document_find(b->change, MOON_STR("d"), &document, &found, ERR));
    assert_false(found);
}

/* ---- approval ---- */

static const moon_operator two[] = {{{"anna", 4}, {"Anna", 4}, {"prepare approve issue", 21}},
                                    {{"bert", 4}, {"Bert", 4}, {"approve manager", 15}},
                                    {{"carl", 4}, {"Carl", 4}, {"prepare manager", 15}}};

static void test_approval(void **state) {
    books *b = *state;
    static const struct {
        size_t operators;
        const char *rule, *prepared, *who;
        bool policy;
        moon_status want;
        const char *by, *note; /* of the approval */
    } rows[] = {
        /* without operators, whoever runs it is the sole one */
        {0, "anyone", "anna", "anna", false, MOON_OK, "anna", "sole operator, own draft"},
        {0, "anyone", "bert", "anna", false, MOON_OK, "anna", ""},
        {0, "other", "anna", "anna", false, MOON_OK, "anna", "sole operator, own draft"},
        {0, "role:manager", "anna", "anna", false, MOON_OK, "anna", "sole operator, own draft"},
        {0, "nobody", "anna", "anna", true, MOON_OK, "policy", ""},
        {0, "nobody", "anna", "anna", false, MOON_OK, "policy", ""},
        {0, "anyone", "anna", "anna", true, MOON_E_APPROVAL, "", ""},
        /* one operator */
        {1, "other", "anna", "anna", false, MOON_OK, "anna", "sole operator, own draft"},
        {1, "anyone", "anna", "bert", false, MOON_E_OPERATOR_UNKNOWN, "", ""},
        /* several */
        {3, "anyone", "anna", "anna", false, MOON_OK, "anna", "own draft"},
        {3, "anyone", "anna", "bert", false, MOON_OK, "bert", ""},
        {3, "anyone", "anna", "carl", false, MOON_E_ROLE, "", ""},
        {3, "anyone", "anna", "dora", false, MOON_E_OPERATOR_UNKNOWN, "", ""},
        {3, "other", "anna", "anna", false, MOON_E_APPROVAL, "", ""},
        {3, "other", "anna", "bert", false, MOON_OK, "bert", ""},
        {3, "other", "carl", "anna", false, MOON_OK, "anna", ""},
        {3, "role:manager", "anna", "anna", false, MOON_E_ROLE, "", ""},
        {3, "role:manager", "anna", "bert", false, MOON_OK, "bert", ""},
        {3, "role:manager", "bert", "bert", false, MOON_OK, "bert", "own draft"},
        {3, "role:manage", "anna", "bert", false, MOON_E_ROLE, "", ""},
        {3, "role:", "anna", "bert", false, MOON_E_APPROVAL, "", ""},
        {3, "role:manager", "anna", "carl", false, MOON_E_ROLE, "", ""}, /* a manager who may not approve */
        {3, "role:manager", "anna", "bert", true, MOON_E_APPROVAL, "", ""},
        {3, "other", "anna", "bert", true, MOON_E_APPROVAL, "", ""},
        {3, "nobody", "anna", "anna", true, MOON_OK, "policy", ""},
        /* what no rule says */
        {3, "", "anna", "bert", false, MOON_E_APPROVAL, "", ""},
        {3, "nobdy", "anna", "bert", false, MOON_E_APPROVAL, "", ""},
        {3, "nobdy", "anna", "bert", true, MOON_E_APPROVAL, "", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char name[80];
        snprintf(name, sizeof name, "row %zu: %s by %s of %zu", i, rows[i].rule, rows[i].who,
                 rows[i].operators);
        b->config.operators = two;
        b->config.operator_count = rows[i].operators;
        b->ctx.operator= moon_str_of(rows[i].who);
        moon_document document = document_of(b, "d", "A", 1000, 200);
        document.prepared_by = moon_str_of(rows[i].prepared);
        document.approval_rule = moon_str_of(rows[i].rule);
        draft(b, &document);
        moon_status status = moon_document_approve(b->change, &b->ctx, &document, rows[i].policy, ERR);
        if (status != rows[i].want) fail_msg("%s: %s", name, moon_status_name(status));
        document = found_document(b, "d");
        assert_int_equal(document.state, status == MOON_OK ? MOON_STATE_APPROVED : MOON_STATE_DRAFT);
        assert_int_equal(document.approvals.count, status == MOON_OK ? 1 : 0);
        if (status == MOON_OK) {
            const moon_approval *approval = MOON_AT(moon_approval, document.approvals, 0);
            expect_text(name, approval->operator, rows[i].by);
            expect_text(name, approval->note, rows[i].note);
            assert_int_equal(approval->date, b->ctx.today);
        }
        books_forget(b);
    }
}

static void test_approve_again(void **state) {
    books *b = *state;
    moon_document document = document_of(b, "d", "A", 1000, 200);
    draft(b, &document);
    DO(moon_document_approve(b->change, &b->ctx, &document, false, ERR));
    books_commit(b);
    document = found_document(b, "d");
    b->ctx.operator= MOON_STR("bert");
    DO(moon_document_approve(b->change, &b->ctx, &document, false, ERR));
    assert_int_equal(moon_change_size(b->change), 0);
    DO(moon_document_issue(b->change, &b->ctx, &document, ERR));
    FAILS(MOON_E_APPROVAL, moon_document_approve(b->change, &b->ctx, &document, false, ERR));
}

/* ---- issue ---- */

static void test_issue(void **state) {
    books *b = *state;
    int64_t amount;
    moon_claim claim = {
        .source = MOON_STR("order/o1"), .line = 0, .start = day("2010-11-30"), .cause = MOON_STR("order")};
    moon_entry entry = {.id = MOON_STR("issue/INV-2010-00001")};
    bool found;
    take_order(b, "o1", "A", "2010-11-30", "2.50", "4");
    moon_document document = document_for(b, "o1", 1000, 200);
    draft(b, &document);
    FAILS(MOON_E_APPROVAL, moon_document_issue(b->change, &b->ctx, &document, ERR));
    DO(moon_document_approve(b->change, &b->ctx, &document, false, ERR));
    DO(moon_document_issue(b->change, &b->ctx, &document, ERR));
    books_commit(b);

    document = found_document(b, "INV-2010-00001");
    expect_text("id", document.id, "order/o1");
    assert_int_equal(document.state, MOON_STATE_ISSUED);
    assert_int_equal(document.date, day("2010-12-01"));
    assert_int_equal(document.due, day("2010-12-31"));
    assert_int_equal(get_order(b, "o1").state, MOON_ORDER_BILLED);
    moon_item item = item_of(b, "A", "order/o1");
    expect_minor("item", item.open, 1200);
    expect_text("item", item.number, "INV-2010-00001");
    DO(moon_get(b->change, &moon_claim_type, &claim, &found, ERR));
    assert_true(found);
    expect_text("claim", claim.document, "order/o1");
    DO(moon_get(b->change, &moon_entry_type, &entry, &found, ERR));
    assert_true(found);
    assert_int_equal(entry.lines.count, 3);
    static const struct {
        const char *account;
        int64_t want;
    } rows[] = {{"1100", 1200}, {"4000", -1000}, {"2200", -200}};
    for (size_t i = 0; i < 3; i++) {
        DO(moon_balance_at(b->change, moon_str_of(rows[i].account), EUR, day("2010-12-01"), &amount, ERR));
        expect_minor(rows[i].account, amount, rows[i].want);
    }
    FAILS(MOON_E_APPROVAL, moon_document_issue(b->change, &b->ctx, &document, ERR)); /* once is enough */
}

/* Revenue accounts of their own, a foreign currency, amounts that cancel out. */
static void test_posting(void **state) {
    books *b = *state;
    int64_t amount, base;
    moon_document document = sums_of(b, &arithmetic[0]);
    MOON_AT(moon_line, document.lines, 1)->revenue = MOON_STR("4010");
    document.currency = USD;
    document.rate = dec("0.333");
    issue(b, &document);
    static const struct {
        const char *account;
        int64_t want, base;
    } rows[] = {{"1100", 2010, 670}, /* 400, 167, 103 rounded half-up, not 2010 x 0.333 = 669 */
                {"4000", -1200, -400},
                {"4010", -500, -167},
                {"2200", -310, -103}};
    for (size_t i = 0; i < 4; i++) {
        DO(moon_balance_at(b->change, moon_str_of(rows[i].account), USD, day("2010-12-01"), &amount, ERR));
        DO(moon_balance_at(b->change, moon_str_of(rows[i].account), 0, day("2010-12-01"), &base, ERR));
        expect_minor(rows[i].account, amount, rows[i].want);
        expect_minor(rows[i].account, base, rows[i].base);
    }
    document = document_of(b, "e", "A", 100, 0);
    document.currency = USD;
    draft(b, &document);
    DO(moon_document_approve(b->change, &b->ctx, &document, false, ERR));
    FAILS(MOON_E_FIELD_REQUIRED, moon_document_issue(b->change, &b->ctx, &document, ERR));
    SAYS("no rate");
}

/* A document that comes to zero leaves nothing on the receivables account, whatever its lines were rounded to. */
static void test_posting_nothing_in_base(void **state) {
    books *b = *state;
    moon_document document = document_of(b, "e", "A", 0, 0);
    moon_line *lines = MOON_NEW_N(moon_change_arena(b->change), moon_line, 3);
    int64_t base;
    document.currency = USD;
    document.rate = dec("0.5");
    for (int i = 0; i < 3; i++) {
        lines[i] = *MOON_AT(moon_line, document.lines, 0);
        lines[i].revenue = moon_str_of(i == 0 ? "4001" : i == 1 ? "4002" : "4003");
        lines[i].amount = i < 2 ? 1 : -2;
    }
    document.lines = (moon_list){lines, 3};
    issue(b, &document);
    DO(moon_balance_at(b->change, MOON_STR("1100"), 0, day("2010-12-31"), &base, ERR));
    expect_minor("receivables", base, 0);
    DO(moon_balance_at(b->change, MOON_STR("7700"), 0, day("2010-12-31"), &base, ERR));
    expect_minor("exchange differences", base, 1);
}

/* Revenue never goes to an account that has another role: what is owed is what the open items say. */
static void test_posting_roles(void **state) {
    static const char *const numbers[] = {"1100", "2200"};
    books *b = *state;
    for (size_t i = 0; i < 2; i++) {
        moon_document document = document_of(b, "d", "A", 1000, 200);
        MOON_AT(moon_line, document.lines, 0)->revenue = moon_str_of(numbers[i]);
        draft(b, &document);
        DO(moon_document_approve(b->change, &b->ctx, &document, false, ERR));
        FAILS(MOON_E_CHART_MISSING, moon_document_issue(b->change, &b->ctx, &document, ERR));
        books_forget(b);
    }
}

/* A document of nothing makes no entry; one whose lines make up for each other does. */
static void test_posting_zero(void **state) {
    books *b = *state;
    sums exchange = {.lines = {500, -500, 0}, .kind = INV};
    moon_entry entry = {.id = MOON_STR("issue/INV-2010-00001")};
    int64_t amount;
    bool found;
    issued(b, "nothing", "A", 0, 0);
    DO(moon_get(b->change, &moon_entry_type, &entry, &found, ERR));
    assert_false(found);
    moon_document document = sums_of(b, &exchange);
    MOON_AT(moon_line, document.lines, 1)->revenue = MOON_STR("4010");
    issue(b, &document);
    DO(moon_balance_at(b->change, MOON_STR("4010"), EUR, day("2010-12-01"), &amount, ERR));
    expect_minor("4010", amount, 500);
    DO(moon_balance_at(b->change, MOON_STR("1100"), EUR, day("2010-12-01"), &amount, ERR));
    expect_minor("1100", amount, 0);
}

static void test_issue_refused(void **state) {
    books *b = *state;
    static const struct {
        const char *name;
        moon_status want;
    } rows[] = {{"chart", MOON_E_CHART_MISSING}, {"series", MOON_E_SERIES},  {"date", MOON_E_SERIES},
                {"sums", MOON_E_DOCUMENT_SUM},   {"due", MOON_E_DATE_RANGE}, {"role", MOON_E_ROLE}};
    issued(b, "first", "A", 1, 0);
    books_commit(b);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moon_config config = b->config;
        moon_document document = document_of(b, "d", "A", 1000, 200);
        if (i == 4) document.terms = 4000000;
        draft(b, &document);
        DO(moon_document_approve(b->change, &b->ctx, &document, false, ERR));
        if (i == 0) b->config.chart.count = 2;
        if (i == 1) b->config.invoice_series = MOON_STR("INV");
        if (i == 2) books_today(b, "2010-11-30");
        if (i == 3) document.total++;
        if (i == 5) {
            b->config.operators = two;
            b->config.operator_count = 3;
            b->ctx.operator= MOON_STR("bert");
        }
        moon_status status = moon_document_issue(b->change, &b->ctx, &document, ERR);
        if (status != rows[i].want) fail_msg("%s: %s", rows[i].name, moon_status_name(status));
        b->config = config;
        b->ctx.operator= MOON_STR("anna");
        books_today(b, "2010-12-01");
        books_forget(b);
    }
    expect_text("no number was lost", issued(b, "d", "A", 1, 0).number, "INV-2010-00002");
}

static void test_claims(void **state) {
    books *b = *state;
    take_order(b, "o1", "A", "2010-11-30", "2.50", "4");
    moon_document document = document_for(b, "o1", 1000, 200), second = document;
    second.id = MOON_STR("order/o1-again");
    issue(b, &document);
    draft(b, &second);
    DO(moon_document_approve(b->change, &b->ctx, &second, false, ERR));
    FAILS(MOON_E_CLAIMED, moon_document_issue(b->change, &b->ctx, &second, ERR));
    SAYS("billed already");
    books_forget(b);

    moon_order order = order_of(b, "o2", "A", "2010-11-30", "2.50", "4");
    moon_taken taken;
    moon_str difference;
    order.state = MOON_ORDER_HELD;
    order.reason = MOON_STR("test");
    DO(moon_order_take(b->change, &b->ctx, &order, false, &taken, &difference, ERR));
    document = document_for(b, "o2", 1000, 200);
    draft(b, &document);
    DO(moon_document_approve(b->change, &b->ctx, &document, false, ERR));
    FAILS(MOON_E_CLAIMED, moon_document_issue(b->change, &b->ctx, &document, ERR));
    SAYS("not due");
    document.order = MOON_STR("o3");
    FAILS(MOON_E_NOT_FOUND, moon_document_issue(b->change, &b->ctx, &document, ERR));
}

/* ---- finding ---- */

static void test_find(void **state) {
    books *b = *state;
    moon_document document;
    bool found;
    issued(b, "d", "A", 1000, 0);
    issued(b, "c", "A", -1000, 0);
    document = document_of(b, "e", "A", 1, 0);
    draft(b, &document);
    expect_text("by number", found_document(b, "INV-2010-00001").id, "d");
    expect_text("by number", found_document(b, "CN-2010-00001").id, "c");
    expect_text("by id", found_document(b, "d").number, "INV-2010-00001");
    expect_text("a draft", found_document(b, "e").id, "e");
    static const char *const unknown[] = {"", "INV-2010-0000", "INV-2010-000011", "nothing"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        DO(moon_document_find(b->change, moon_str_of(unknown[i]), &document, &found, ERR));
        if (found) fail_msg("\"%s\" was found", unknown[i]);
    }
    char longer[200];
    memset(longer, 'x', sizeof longer);
    DO(moon_document_find(b->change, (moon_str){longer, sizeof longer}, &document, &found, ERR));
    assert_false(found);
}

/* ---- void ---- */

static void test_void(void **state) {
    books *b = *state;
    int64_t amount;
    moon_str id;
    moon_claim claim = {
        .source = MOON_STR("order/o1"), .line = 0, .start = day("2010-11-30"), .cause = MOON_STR("order")};
    bool found;
    take_order(b, "o1", "A", "2010-11-30", "2.50", "4");
    moon_document document = document_for(b, "o1", 1000, 200);
    issue(b, &document);
    books_commit(b);
    books_today(b, "2010-12-05");
    document = found_document(b, "order/o1");
    DO(moon_document_void(b->change, &b->ctx, &document, MOON_STR("wrong address"), ERR));
    books_commit(b);

    document = found_document(b, "INV-2010-00001");
    assert_int_equal(document.state, MOON_STATE_VOID);
    assert_int_equal(document.date, day("2010-12-01"));
    expect_text("reason", document.reason, "wrong address");
    assert_int_equal(get_order(b, "o1").state, MOON_ORDER_DUE);
    DO(moon_get(b->change, &moon_claim_type, &claim, &found, ERR));
    assert_false(found);
    moon_item item = item_of(b, "A", "order/o1");
    expect_minor("open", item.open, 0);
    expect_minor("amount", item.amount, 1200);
    assert_int_equal(item.voided, day("2010-12-05"));
    static const char *const accounts[] = {"1100", "4000", "2200"};
    for (size_t i = 0; i < 3; i++) {
        DO(moon_balance_at(b->change, moon_str_of(accounts[i]), EUR, day("2010-12-05"), &amount, ERR));
        expect_minor(accounts[i], amount, 0);
        DO(moon_balance_at(b->change, moon_str_of(accounts[i]), EUR, day("2010-12-04"), &amount, ERR));
        assert_true(amount != 0);
    }
    FAILS(MOON_E_STATE_REFUSED, moon_document_void(b->change, &b->ctx, &document, MOON_STR("again"), ERR));

    /* billed anew: another id, the next number */
    for (int n = 2; n <= 3; n++) {
        char want[40];
        DO(moon_document_id(b->change, MOON_STR("order/o1"), &id, ERR));
        snprintf(want, sizeof want, "again%d/order/o1", n);
        expect_text("second id", id, want);
        document = document_for(b, "o1", 1000, 200);
        expect_text("second id", document.id, want);
        issue(b, &document);
        snprintf(want, sizeof want, "INV-2010-0000%d", n);
        expect_text("second number", document.number, want);
        DO(moon_document_id(b->change, MOON_STR("order/o1"), &id, ERR));
        expect_text("an issued one keeps its id", id, document.id.ptr);
        DO(moon_document_void(b->change, &b->ctx, &document, MOON_STR("test"), ERR));
    }
}

static void test_void_refused(void **state) {
    books *b = *state;
    static const struct {
        const char *name, *document;
        moon_status want;
    } rows[] = {{"a draft", "draft", MOON_E_STATE_REFUSED},
                {"settled in part", "part", MOON_E_VOID_REFUSED},
                {"settled whole", "whole", MOON_E_VOID_REFUSED},
                {"a credit note that was applied", "c1", MOON_E_VOID_REFUSED},
                {"with a credit note", "credited", MOON_E_VOID_REFUSED},
                {"with a draft of a credit note", "drafted", MOON_E_VOID_REFUSED}};
    moon_document document = document_of(b, "draft", "A", 1, 0);
    draft(b, &document);
    issued(b, "part", "A", 1000, 0);
    issued(b, "whole", "A", 1000, 0);
    issued(b, "c1", "A", -1001, 0);
    apply(b, "A", "c1", "part", 1, "2010-12-01");
    apply(b, "A", "c1", "whole", 1000, "2010-12-01");
    issued(b, "credited", "A", 1000, 0);
    issued(b, "drafted", "A", 1000, 0);
    document = document_of(b, "c2", "A", -1, 0);
    document.corrects = MOON_STR("credited");
    issue(b, &document);
    document = document_of(b, "c3", "A", -1, 0);
    document.corrects = MOON_STR("drafted");
    draft(b, &document);
    books_commit(b);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        document = found_document(b, rows[i].document);
        moon_status status = moon_document_void(b->change, &b->ctx, &document, MOON_STR("test"), ERR);
        if (status != rows[i].want) fail_msg("%s: %s", rows[i].name, moon_status_name(status));
        if (moon_change_size(b->change)) fail_msg("%s: something was written", rows[i].name);
    }
}

/* A credit note can be voided where it has not been applied, and then the invoice can. */
static void test_void_credit(void **state) {
    books *b = *state;
    moon_document *credits;
    size_t count;
    issued(b, "i1", "A", 1000, 0);
    moon_document credit = document_of(b, "c1", "A", -400, -80);
    credit.corrects = MOON_STR("i1");
    issue(b, &credit);
    DO(moon_document_credits(b->change, MOON_STR("i1"), moon_change_arena(b->change), &credits, &count, ERR));
    assert_int_equal(count, 1);
    DO(moon_document_void(b->change, &b->ctx, &credit, MOON_STR("test"), ERR));
    DO(moon_document_credits(b->change, MOON_STR("i1"), moon_change_arena(b->change), &credits, &count, ERR));
    assert_int_equal(count, 0);
    expect_minor("credit", item_of(b, "A", "c1").open, 0);
    moon_document invoice = found_document(b, "i1");
    DO(moon_document_void(b->change, &b->ctx, &invoice, MOON_STR("test"), ERR));
}

static void test_void_before(void **state) {
    books *b = *state;
    moon_document document = issued(b, "i1", "A", 1000, 0);
    books_today(b, "2010-11-30");
    FAILS(MOON_E_VOID_REFUSED, moon_document_void(b->change, &b->ctx, &document, MOON_STR("test"), ERR));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, books_setup, books_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_arithmetic),    CASE(test_arithmetic_strange_tax),
        CASE(test_draft),         CASE(test_draft_of_issued),
        CASE(test_discard),       CASE(test_approval),
        CASE(test_approve_again), CASE(test_issue),
        CASE(test_posting),       CASE(test_posting_roles),
        CASE(test_posting_zero),  CASE(test_posting_nothing_in_base),
        CASE(test_issue_refused), CASE(test_claims),
        CASE(test_find),          CASE(test_void),
        CASE(test_void_refused),  CASE(test_void_credit),
        CASE(test_void_before),
    };
    return cmocka_run_group_tests_name("document", tests, NULL, NULL);
}
