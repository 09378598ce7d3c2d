/* run/batch: units in batches, each whole or not at all, whatever fails in the middle. */
#include "books_case.h"

#include "run/batch.h"

#define UNITS 10

/* What each unit does, and what it was told. */
typedef enum act {
    ACT_WORK,
    ACT_FAIL, /* always */
    ACT_FAIL_ONCE,
    ACT_CROSS, /* somebody else changes what it read, once */
    ACT_CROSS_ALWAYS,
    ACT_DAMAGE,
    ACT_BUSY,
    ACT_NOTHING /* reads, writes nothing */
} act;

typedef struct bench {
    books *b;
    moon_book book;
    moon_batch batch;
    act acts[UNITS];
    int tries[UNITS];
    moon_str units[UNITS];
    char names[UNITS][8];
    size_t pending[8 * UNITS], pending_count; /* room where nobody is told that units are done */
    char kept[200], failed[400], progress[200];
    bool park;
} bench;

/* "3 " for unit 3. */
static void note(char *text, size_t size, const char *fmt, ...) MOON_PRINTF(3, 4);
static void note(char *text, size_t size, const char *fmt, ...) {
    size_t len = strlen(text);
    va_list args;
    va_start(args, fmt);
    vsnprintf(text + len, size - len, fmt, args);
    va_end(args);
}

static void somebody_else(bench *t, moon_str unit) {
    moon_change *other;
    moon_err err;
    if (moon_change_begin(t->book.store, &other, &err) != MOON_OK ||
        moon_touch_account(other, unit, &err) != MOON_OK ||
        moon_commit(other, &t->book.ctx, "other", unit, MOON_STR_NONE, NULL, &err) != MOON_OK)
        fail_msg("%s", err.text);
    moon_change_end(other);
}

static moon_status do_unit(void *ctx, moon_change *change, moon_str unit, moon_err *err) {
    bench *t = ctx;
    size_t i = (size_t)(unit.ptr[1] - '0');
    t->tries[i]++;
    switch (t->acts[i]) {
    case ACT_FAIL: return moon_fail(err, MOON_E_PRICE_MISSING, "no price for %.*s", MOON_STR_ARG(unit));
    case ACT_FAIL_ONCE:
        if (t->tries[i] == 1) return moon_fail(err, MOON_E_PRICE_MISSING, "no price yet");
        break;
    case ACT_DAMAGE: return moon_fail(err, MOON_E_BOOK_DAMAGED, "a page is broken");
    case ACT_BUSY: return moon_fail(err, MOON_E_BOOK_BUSY, "another run");
    case ACT_NOTHING: return moon_watch_account(change, unit, err);
    default: break;
    }
    MOON_TRY(moon_touch_account(change, unit, err));
    if (t->acts[i] == ACT_CROSS_ALWAYS || (t->acts[i] == ACT_CROSS && t->tries[i] == 1))
        somebody_else(t, unit);
    moon_parked done;
    moon_record_init(&moon_parked_type, &done);
    done.work = MOON_STR("done");
    done.id = unit;
    done.code = done.reason = MOON_STR("x");
    done.since = 1;
    t->pending[t->pending_count++] = i;
    return moon_put(change, &moon_parked_type, &done, err);
}

static void when_done(void *ctx, bool kept) {
    bench *t = ctx;
    for (size_t i = 0; kept && i < t->pending_count; i++)
        note(t->kept, sizeof t->kept, "%zu ", t->pending[i]);
    t->pending_count = 0;
}

static moon_status when_failed(void *ctx, moon_change *change, moon_str unit, const moon_err *why,
                               moon_err *err) {
    bench *t = ctx;
    note(t->failed, sizeof t->failed, "%.*s %s ", MOON_STR_ARG(unit), moon_status_name(why->code));
    if (!t->park) return MOON_OK;
    return moon_park(change, &t->book.ctx, "bill", unit, unit, why, NULL, err);
}

static void when_progress(void *ctx, size_t done, size_t total) {
    bench *t = ctx;
    assert_int_equal(total, UNITS);
    note(t->progress, sizeof t->progress, "%zu ", done);
}

/* `acts`: one letter per unit, as in the switch below. */
static bench *bench_make(const char *acts, size_t size, bool dry_run) {
    static const char letters[] = ".foxXDB-";
    bench *t = calloc(1, sizeof *t);
    t->b = books_make();
    t->book.store = t->b->s->store;
    t->book.config = t->b->config;
    t->book.ctx = t->b->ctx;
    t->book.ctx.config = &t->book.config;
    t->park = true;
    for (size_t i = 0; i < UNITS; i++) {
        snprintf(t->names[i], sizeof t->names[i], "u%zu", i);
        t->units[i] = moon_str_of(t->names[i]);
        t->acts[i] = (act)(strchr(letters, acts[i]) - letters);
    }
    t->batch = (moon_batch){.book = &t->book,
                            .action = "test",
                            .dry_run = dry_run,
                            .size = size,
                            .ctx = t,
                            .unit = do_unit,
                            .done = when_done,
                            .failed = when_failed,
                            .progress = when_progress};
    return t;
}

static void bench_free(bench *t) {
    books_free(t->b);
    free(t);
}

/* What is in the book: the units done, and those on the work list. */
static void stored(bench *t, char *text, size_t size) {
    books *b = t->b;
    moon_parked parked;
    moon_scan scan;
    bool more;
    text[0] = 0;
    books_forget(b);
    DO(moon_scan_begin(b->change, &moon_parked_type, MOON_BY_KEY, NULL, 0, NULL, 0, false, &scan, ERR));
    for (;;) {
        DO(moon_scan_next(&scan, &parked, &more, ERR));
        if (!more) break;
        bool done = moon_str_is(parked.work, "done");
        note(text, size, "%s%.*s ", done ? "" : "!", (int)parked.id.len - (done ? 1 : 0),
             parked.id.ptr + (done ? 1 : 0));
    }
    moon_scan_end(&scan);
}

static void test_batches(void **state) {
    static const struct {
        const char *acts;
        size_t size;
        moon_status want;
        const char *kept, *failed, *stored;
        uint64_t commits;
    } rows[] = {
        {"..........", 4, MOON_OK, "0 1 2 3 4 5 6 7 8 9 ", "", "0 1 2 3 4 5 6 7 8 9 ", 3},
        {"..........", 10, MOON_OK, "0 1 2 3 4 5 6 7 8 9 ", "", "0 1 2 3 4 5 6 7 8 9 ", 1},
        {"..........", 100, MOON_OK, "0 1 2 3 4 5 6 7 8 9 ", "", "0 1 2 3 4 5 6 7 8 9 ", 1},
        {"..........", 1, MOON_OK, "0 1 2 3 4 5 6 7 8 9 ", "", "0 1 2 3 4 5 6 7 8 9 ", 10},
        /* in the middle of a batch: those before it once more, without it; then those behind it */
        {".....f....", 5, MOON_OK, "0 1 2 3 4 6 7 8 9 ", "u5 price.missing ", "!u5 0 1 2 3 4 6 7 8 9 ", 3},
        {"f........f", 5, MOON_OK, "1 2 3 4 5 6 7 8 ", "u0 price.missing u9 price.missing ",
         "!u0 !u9 1 2 3 4 5 6 7 8 ", 4},
        {"ffffffffff", 5, MOON_OK, "",
         "u0 price.missing u1 price.missing u2 price.missing u3 price.missing u4 price.missing "
         "u5 price.missing u6 price.missing u7 price.missing u8 price.missing u9 price.missing ",
         "!u0 !u1 !u2 !u3 !u4 !u5 !u6 !u7 !u8 !u9 ", 10},
        /* a unit's verdict stands: what hangs must not hang twice */
        {"...o......", 5, MOON_OK, "0 1 2 4 5 6 7 8 9 ", "u3 price.missing ", "!u3 0 1 2 4 5 6 7 8 9 ", 4},
        /* somebody else between: 1 commit of theirs each time */
        {"..x.......", 5, MOON_OK, "0 1 2 3 4 5 6 7 8 9 ", "", "0 1 2 3 4 5 6 7 8 9 ", 7},
        {"..X.......", 5, MOON_OK, "0 1 3 4 5 6 7 8 9 ", "u2 store.changed_meanwhile ",
         "!u2 0 1 3 4 5 6 7 8 9 ", 12},
        {"x.........", 1, MOON_OK, "0 1 2 3 4 5 6 7 8 9 ", "", "0 1 2 3 4 5 6 7 8 9 ", 11},
        /* nothing to write makes no commit */
        {"----------", 5, MOON_OK, "", "", "", 0},
        {"-----.----", 5, MOON_OK, "5 ", "", "5 ", 1},
        /* what is wrong with the book or the machine ends the run; what was committed stays */
        {".....D....", 5, MOON_E_BOOK_DAMAGED, "0 1 2 3 4 ", "", "0 1 2 3 4 ", 1},
        {"D.........", 5, MOON_E_BOOK_DAMAGED, "", "", "", 0},
        {".......B..", 5, MOON_E_BOOK_BUSY, "0 1 2 3 4 ", "", "0 1 2 3 4 ", 1},
        {".....f.D..", 5, MOON_E_BOOK_DAMAGED, "0 1 2 3 4 ", "u5 price.missing ", "!u5 0 1 2 3 4 ", 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bench *t = bench_make(rows[i].acts, rows[i].size, false);
        uint64_t before = moon_change_seq(t->b->change);
        char found[400];
        moon_err err;
        moon_status status = moon_batch_run(&t->batch, t->units, UNITS, &err);
        if (status != rows[i].want)
            fail_msg("%s by %zu: %s", rows[i].acts, rows[i].size, moon_status_name(status));
        expect_text(rows[i].acts, moon_str_of(t->kept), rows[i].kept);
        expect_text(rows[i].acts, moon_str_of(t->failed), rows[i].failed);
        stored(t, found, sizeof found);
        expect_text(rows[i].acts, moon_str_of(found), rows[i].stored);
        if (moon_change_seq(t->b->change) - before != rows[i].commits)
            fail_msg("%s by %zu: %llu commits, expected %llu", rows[i].acts, rows[i].size,
                     (unsigned long long)(moon_change_seq(t->b->change) - before),
                     (unsigned long long)rows[i].commits);
        bench_free(t);
    }
}

static void test_dry_run(void **state) {
    char found[400];
    moon_err err;
    (void)state;
    bench *t = bench_make("..f.o...f.", 4, true);
    uint64_t before = moon_change_seq(t->b->change);
    assert_int_equal(moon_batch_run(&t->batch, t->units, UNITS, &err), MOON_OK);
    expect_text("kept", moon_str_of(t->kept), "0 1 3 5 6 7 9 ");
    expect_text("failed", moon_str_of(t->failed), "u2 price.missing u4 price.missing u8 price.missing ");
    stored(t, found, sizeof found);
    expect_text("stored", moon_str_of(found), "");
    assert_int_equal(moon_change_seq(t->b->change), before);
    bench_free(t);
}

static void test_progress(void **state) {
    moon_err err;
    (void)state;
    bench *t = bench_make("..f.......", 4, false);
    assert_int_equal(moon_batch_run(&t->batch, t->units, UNITS, &err), MOON_OK);
    expect_text("progress", moon_str_of(t->progress), "3 7 10 ");
    bench_free(t);
}

/* Everything but the unit itself may be left out. */
static void test_bare(void **state) {
    char found[400];
    moon_err err;
    (void)state;
    bench *t = bench_make("..f.......", 4, false);
    t->batch.done = NULL;
    t->batch.failed = NULL;
    t->batch.progress = NULL;
    assert_int_equal(moon_batch_run(&t->batch, t->units, UNITS, &err), MOON_OK);
    stored(t, found, sizeof found);
    expect_text("stored", moon_str_of(found), "0 1 3 4 5 6 7 8 9 ");
    assert_int_equal(moon_batch_run(&t->batch, t->units, 0, &err), MOON_OK);
    bench_free(t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batches),
        cmocka_unit_test(test_dry_run),
        cmocka_unit_test(test_progress),
        cmocka_unit_test(test_bare),
    };
    return cmocka_run_group_tests_name("batch", tests, NULL, NULL);
}
