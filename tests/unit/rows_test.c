/* run/rows: batches of records while the book changes between them, bounds, indexes, versions. */
#include "store_case.h"

#include "books/records.h"
#include "run/rows.h"

#define EVENTS 2500

static moon_named named(const char *name, moon_arg value) { return (moon_named){moon_str_of(name), value}; }
static moon_arg text(const char *s) { return moon_arg_text(moon_str_of(s)); }

/* Events number `from` to `to`; every tenth is of account B, the day is one of ten. */
static void put_events(scratch *s, int from, int to, bool away) {
    moon_change *change;
    must(s, moon_change_begin(s->store, &change, &s->err));
    for (int i = from; i < to; i++) {
        char id[16];
        moon_event event;
        moon_record_init(&moon_event_type, &event);
        snprintf(id, sizeof id, "E%05d", i);
        event.id = moon_str_of(id);
        event.account = i % 10 ? MOON_STR("A") : MOON_STR("B");
        event.meter = MOON_STR("calls");
        event.day = 20000 + i % 10;
        event.quantity = (moon_decimal){1, 0};
        if (away)
            must(s, moon_delete(change, &moon_event_type, &event, &s->err));
        else
            must(s, moon_put(change, &moon_event_type, &event, &s->err));
    }
    must(s, moon_change_commit(change, MOON_STR_NONE, NULL, &s->err));
    moon_change_end(change);
}

static moon_rows *begin(scratch *s, const moon_named *items, size_t count) {
    moon_rows *rows;
    moon_arg request = moon_arg_map(items, count);
    must(s, moon_rows_begin(&request, 20000, &rows, &s->err));
    return rows;
}

/* Rows until the end; `between` is done after each batch. */
static size_t count_all(scratch *s, moon_rows *rows, void (*between)(scratch *s, size_t batch)) {
    moon_look look = {.store = s->store, .today = 20000};
    moon_arg out;
    size_t count = 0;
    for (size_t batch = 0;; batch++) {
        must(s, moon_rows_next(rows, &look, &out, &s->err));
        if (out.kind == MOON_ARG_NIL) break;
        count += out.list.count;
        moon_look_end(&look);
        if (between) between(s, batch);
    }
    moon_look_end(&look);
    moon_rows_free(rows);
    return count;
}

/* After the first batch: the record it stands at goes, others come behind and before it. */
static void disturb(scratch *s, size_t batch) {
    if (batch != 0) return;
    put_events(s, 150, 250, true);
    put_events(s, EVENTS, EVENTS + 10, false);
}

static void test_batches(void **state) {
    scratch *s = *state;
    moon_named all[] = {named("type", text("event"))};
    put_events(s, 0, EVENTS, false);
    assert_int_equal(count_all(s, begin(s, all, 1), NULL), EVENTS);
    /* 200 were read; of those behind, 50 went and 10 came. */
    assert_int_equal(count_all(s, begin(s, all, 1), disturb), EVENTS - 50 + 10);
    assert_int_equal(count_all(s, begin(s, all, 1), NULL), EVENTS - 100 + 10);
}

static void test_bounds(void **state) {
    scratch *s = *state;
    moon_arg b[] = {text("B")}, b_calls[] = {text("B"), text("calls")},
             a_calls[] = {text("A"), text("calls")};
    put_events(s, 0, EVENTS, false);
    const struct {
        const char *name;
        moon_named items[5];
        size_t count, want;
    } rows[] = {
        {"an index",
         {named("first", moon_arg_list(b, 1)), named("index", text("usage")), named("type", text("event"))},
         3,
         250},
        {"two fields of it",
         {named("first", moon_arg_list(b_calls, 2)), named("index", text("usage")),
          named("type", text("event"))},
         3,
         250},
        {"days of it",
         {named("first", moon_arg_list(a_calls, 2)), named("high", text("2024-10-07")),
          named("index", text("usage")), named("low", text("2024-10-06")), named("type", text("event"))},
         5,
         500},
        {"a range of the key",
         {named("high", text("E00019")), named("low", text("E00010")), named("type", text("event"))},
         3,
         10},
        {"from a key on", {named("low", text("E02490")), named("type", text("event"))}, 2, 10},
        {"nothing", {named("high", text("A")), named("type", text("event"))}, 2, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t found = count_all(s, begin(s, rows[i].items, rows[i].count), NULL);
        if (found != rows[i].want) fail_msg("%s: %zu rows, expected %zu", rows[i].name, found, rows[i].want);
    }
}

static void test_refusals(void **state) {
    scratch *s = *state;
    moon_rows *rows;
    moon_named nothing[] = {named("type", text("nothing"))},
               index[] = {named("index", text("none")), named("type", text("event"))},
               bound[] = {named("index", text("usage")), named("low", moon_arg_bool(true)),
                          named("type", text("event"))};
    moon_arg requests[] = {moon_arg_map(nothing, 1), moon_arg_map(index, 2), moon_arg_map(bound, 3),
                           (moon_arg){0}};
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
        must_fail(s, MOON_E_SCRIPT_VALUE, moon_rows_begin(&requests[i], 20000, &rows, &s->err));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {CASE(test_batches), CASE(test_bounds), CASE(test_refusals)};
    return cmocka_run_group_tests_name("rows", tests, NULL, NULL);
}
