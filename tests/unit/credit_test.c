/* Credit notes of an invoice never take back more than the invoice, however they come about. */
#include "books_case.h"

typedef struct row {
    const char *name;
    int64_t earlier, now; /* totals of credit notes of an invoice of 10.00; 0: none */
    bool voided;          /* the earlier one was voided again */
    bool fits;
} row;

static const row rows[] = {{"a part", 0, -400, false, true},
                           {"all", 0, -1000, false, true},
                           {"a cent more", 0, -1001, false, false},
                           {"the rest", -400, -600, false, true},
                           {"more than the rest", -400, -601, false, false},
                           {"all again", -1000, -1000, false, false},
                           {"all again after voiding", -1000, -1000, true, true}};

static moon_document credit_of(books *b, const char *id, int64_t total) {
    moon_document credit = document_of(b, id, "A", total, 0);
    credit.corrects = MOON_STR("i1");
    return credit;
}

static void check(const row *r) {
    books *b = books_make();
    issued(b, "i1", "A", 1000, 0);
    if (r->earlier) {
        moon_document earlier = credit_of(b, "c1", r->earlier);
        issue(b, &earlier);
        if (r->voided) DO(moon_document_void(b->change, &b->ctx, &earlier, MOON_STR("test"), ERR));
    }
    moon_document credit = credit_of(b, "c2", r->now);
    draft(b, &credit);
    DO(moon_document_approve(b->change, &b->ctx, &credit, false, ERR));
    moon_status status = moon_document_issue(b->change, &b->ctx, &credit, ERR);
    if (status != (r->fits ? MOON_OK : MOON_E_CREDIT_EXCEEDS))
        fail_msg("%s: %s", r->name, moon_status_name(status));
    books_free(b);
}

static void test_rows(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) check(&rows[i]);
}

/* What corrects a document that is no invoice, or is not in the book, is not held against it. */
static void test_others(void **state) {
    books *b = *state;
    moon_document first = document_of(b, "c1", "A", -500, 0), second = document_of(b, "c2", "A", -900, 0);
    first.corrects = MOON_STR("elsewhere");
    second.corrects = MOON_STR("c1");
    issue(b, &first);
    issue(b, &second);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test_setup_teardown(test_others, books_setup, books_teardown)};
    return cmocka_run_group_tests_name("credit", tests, NULL, NULL);
}
