/* What the draft of one account's month costs: an agreement of five charges, two of them on meters, with tax and
 * approval, and the document as a record. `agreements [COUNT]`: COUNT accounts, 2000 unless given. Prints
 * microseconds per account for a month, and for one with a change of seats in it;
 * and a checksum of all documents. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/buf.h"
#include "books/document.h"
#include "script/embedded.h"
#include "script/state.h"

static moon_err err;

static void must(moon_status status) {
    if (status == MOON_OK) return;
    printf("%s: %s (%s:%d)\n", moon_status_name(status), err.text, err.place, err.line);
    exit(1);
}

static moon_named named(const char *name, moon_arg value) { return (moon_named){moon_str_of(name), value}; }

static moon_date day_of(int month, int day) {
    moon_date date;
    must(moon_date_make(2026, month, day, &date, &err));
    return date;
}

/* ---- the host ---- */

static moon_account account;
static int64_t used; /* of every meter, in one event */

static moon_status host_account(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch,
                                moon_arg *result, moon_err *why) {
    (void)ctx, (void)args, (void)n, (void)scratch, (void)why;
    *result = moon_arg_record(&moon_account_type, &account);
    return MOON_OK;
}

static moon_status host_usage(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch,
                              moon_arg *result, moon_err *why) {
    (void)ctx, (void)args, (void)n, (void)why;
    moon_named *sum = MOON_NEW_N(scratch, moon_named, 2);
    sum[0] = named("count", moon_arg_integer(1));
    sum[1] = named("quantity", moon_arg_integer(used));
    *result = moon_arg_map(sum, 2);
    return MOON_OK;
}

static moon_status host_nothing(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch,
                                moon_arg *result, moon_err *why) {
    (void)ctx, (void)args, (void)n, (void)scratch, (void)why;
    *result = moon_arg_list(NULL, 0);
    return MOON_OK;
}

static moon_script *begin(void) {
    static const char book[] =
        "return book { currency = \"GBP\", zone = \"Europe/London\", country = \"GB\" }",
                      plan[] = "return plan { title = \"Bench\", every = \"month\",\n"
                               "flat { \"Platform fee\", price = 49.00 },\n"
                               "per_unit { \"Seats\", quantity = \"seats\", price = 9.00 },\n"
                               "graduated { \"Storage\", quantity = \"gigabytes\", tiers = { { upto = 100, "
                               "price = 0.12 }, { price = "
                               "0.08 } } },\n"
                               "per_unit { \"Calls\", meter = \"calls\", price = 0.004 },\n"
                               "graduated { \"Messages\", meter = \"messages\", tiers = { { upto = 1000, "
                               "price = 0 }, { price = 0.02 } } } "
                               "}\n";
    moon_script *script;
    must(moon_script_new(&MOON_SCRIPT_LIMITS, &script, &err));
    for (const moon_embedded *e = moon_embedded_files; e->path; e++) {
        moon_str path = moon_str_of(e->path);
        if (moon_str_starts(path, MOON_STR("rules/")) && moon_str_ends(path, MOON_STR(".lua")) &&
            !moon_str_is(path, "rules/book.lua"))
            must(moon_script_add_source(script, path, (moon_str){e->bytes, e->len}, &err));
    }
    must(moon_script_add_source(script, MOON_STR("book.lua"), moon_str_of(book), &err));
    must(moon_script_add_source(script, MOON_STR("rules/pricing/bench.lua"), moon_str_of(plan), &err));
    moon_script_provide(script, "account", host_account, NULL);
    moon_script_provide(script, "usage", host_usage, NULL);
    moon_script_provide(script, "billed", host_nothing, NULL);
    moon_script_provide(script, "grants", host_nothing, NULL);
    must(moon_script_require(script, "periods", &err));
    return script;
}

/* ---- one account ---- */

typedef struct work {
    moon_script *script;
    moon_arena keep;
    moon_hash checksum;
    double spent;
} work;

static void set_tag(moon_agreement *agreement, const char *key, int64_t value, moon_arena *keep) {
    agreement->tags = moon_tags_with(&agreement->tags, moon_str_of(key),
                                     moon_arena_printf(keep, "%lld", (long long)value), keep);
}

static void make_version(moon_agreement *version, int64_t number, moon_date from, int64_t seats,
                         moon_arena *keep) {
    moon_record_init(&moon_agreement_type, version);
    version->id = MOON_STR("G1");
    version->account = account.id;
    version->plan = MOON_STR("bench");
    version->start = day_of(1, 1);
    version->from = from;
    version->version = number;
    set_tag(version, "seats", seats, keep);
    set_tag(version, "gigabytes", seats * 37 % 500, keep);
}

static void add_checksum(work *w, const moon_document *document) {
    moon_buf bytes = MOON_BUF_EMPTY;
    moon_record_encode(&moon_document_type, document, false, &bytes);
    moon_buf_add(&bytes, w->checksum.bytes, sizeof w->checksum.bytes);
    w->checksum = moon_hash_of(moon_buf_str(&bytes));
    moon_buf_free(&bytes);
}

/* January, billed on 1 February: five charges of January, three of February. `changed`: other seats from the middle
 * of January on. */
static void draft(work *w, int64_t number, bool changed) {
    moon_arena_mark mark = moon_arena_here(&w->keep);
    moon_agreement versions[2];
    struct timespec from, to;
    moon_arg made, first = moon_arg_integer(1);
    used = number * 131 % 5000;
    make_version(&versions[0], 1, day_of(1, 1), number % 40 + 1, &w->keep);
    make_version(&versions[1], 2, day_of(1, 16), number % 30 + 2, &w->keep);
    moon_arg held[] = {moon_arg_record(&moon_agreement_type, &versions[0]),
                       moon_arg_record(&moon_agreement_type, &versions[1])};
    moon_named agreement[] = {
        named("claims", moon_arg_list(NULL, 0)), named("id", moon_arg_text(MOON_STR("G1"))),
        named("late", moon_arg_list(NULL, 0)), named("versions", moon_arg_list(held, changed ? 2 : 1))};
    moon_arg agreements[] = {moon_arg_map(agreement, 4)};
    moon_named input[] = {named("account", moon_arg_text(account.id)),
                          named("agreements", moon_arg_list(agreements, 1)),
                          named("today", moon_arg_date(day_of(2, 1)))};
    moon_arg args[] = {moon_arg_map(input, 3)};
    moon_document document;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    must(moon_script_call(w->script, "periods.draft", args, 1, &w->keep, &made, &err));
    must(moon_script_call_record(w->script, "periods.document", &first, 1, &moon_document_type, &w->keep,
                                 &document, &err));
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    w->spent += (double)(to.tv_sec - from.tv_sec) * 1e6 + (double)(to.tv_nsec - from.tv_nsec) / 1e3;
    add_checksum(w, &document);
    moon_arena_rewind(&w->keep, mark);
}

int main(int argc, char **argv) {
    size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 2000;
    work w = {.script = begin(), .keep = MOON_ARENA_EMPTY};
    char text[MOON_HASH_TEXT];
    moon_record_init(&moon_account_type, &account);
    account.id = MOON_STR("A1");
    account.country = MOON_STR("GB");
    for (int changed = 0; changed < 2; changed++) {
        w.spent = 0;
        for (size_t i = 0; i < count; i++) draft(&w, (int64_t)i + 1, changed);
        moon_hash_format(&w.checksum, text);
        printf(
            "%zu accounts, five charges of a month and three of the next%s: %.1f us each, checksum %.16s\n",
            count, changed ? ", changed within it" : "", count ? w.spent / (double)count : 0, text);
    }
    moon_script_free(w.script);
    moon_arena_free(&w.keep);
    return 0;
}
