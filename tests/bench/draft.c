/* What the draft of one order costs: rules, tax, approval, and the document as a record. `draft [COUNT
 * [LINES]]`: COUNT orders of LINES lines, 2000 of 20 unless given. Prints microseconds per order, and a
 * checksum of all documents. */
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

static moon_status no_product(void *ctx, const moon_arg *args, size_t n, moon_arena *scratch,
                              moon_arg *result, moon_err *why) {
    (void)ctx, (void)args, (void)n, (void)scratch, (void)result, (void)why;
    return MOON_OK;
}

static moon_script *begin(void) {
    static const char book[] =
        "return book { currency = \"GBP\", zone = \"Europe/London\", country = \"GB\" }";
    moon_script *script;
    must(moon_script_new(&MOON_SCRIPT_LIMITS, &script, &err));
    for (const moon_embedded *e = moon_embedded_files; e->path; e++) {
        moon_str path = moon_str_of(e->path);
        if (moon_str_starts(path, MOON_STR("rules/")) && moon_str_ends(path, MOON_STR(".lua")) &&
            !moon_str_is(path, "rules/book.lua"))
            must(moon_script_add_source(script, path, (moon_str){e->bytes, e->len}, &err));
    }
    must(moon_script_add_source(script, MOON_STR("book.lua"), moon_str_of(book), &err));
    moon_script_provide(script, "product", no_product, NULL);
    must(moon_script_require(script, "billing", &err));
    return script;
}

static void make_order(moon_order *order, moon_order_line *lines, size_t count, int64_t number,
                       moon_arena *keep) {
    moon_record_init(&moon_order_type, order);
    order->id = moon_arena_printf(keep, "%lld", (long long)number);
    order->kind = MOON_ORDER_SALE;
    order->state = MOON_ORDER_DUE;
    order->account = MOON_STR("A1");
    order->lines = (moon_list){lines, count};
    must(moon_currency_parse(MOON_STR("GBP"), &order->currency, &err));
    must(moon_date_make(2026, 1, 15, &order->date, &err));
    order->value = moon_decimal_of(0);
    for (size_t i = 0; i < count; i++) {
        moon_record_init(&moon_order_line_type, &lines[i]);
        lines[i].ordinal = (int64_t)i + 1;
        lines[i].kind = MOON_LINE_PRODUCT;
        lines[i].product = MOON_STR("P1");
        lines[i].text = MOON_STR("Hanging lantern");
        lines[i].quantity = moon_decimal_of(number % 12 + 1);
        must(moon_decimal_make(number * 37 % 10000 + (int64_t)i, 2, &lines[i].price, &err));
    }
}

int main(int argc, char **argv) {
    size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 2000,
           lines = argc > 2 ? strtoul(argv[2], NULL, 10) : 20;
    moon_script *script = begin();
    moon_account account;
    moon_arena keep = MOON_ARENA_EMPTY;
    moon_buf bytes = MOON_BUF_EMPTY;
    moon_hash checksum = {0};
    struct timespec from, to;
    moon_record_init(&moon_account_type, &account);
    account.id = MOON_STR("A1");
    account.country = MOON_STR("GB");
    double spent = 0;
    for (size_t i = 0; i < count; i++) {
        moon_arena_mark mark = moon_arena_here(&keep);
        moon_order order;
        moon_document document;
        make_order(&order, MOON_NEW_N(&keep, moon_order_line, lines + 1), lines, (int64_t)i + 1, &keep);
        moon_named input[] = {{MOON_STR("account"), moon_arg_record(&moon_account_type, &account)},
                              {MOON_STR("order"), moon_arg_record(&moon_order_type, &order)}};
        moon_arg args[] = {moon_arg_map(input, 2)};
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
        must(moon_script_call_record(script, "billing.draft", args, 1, &moon_document_type, &keep, &document,
                                     &err));
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
        spent += (double)(to.tv_sec - from.tv_sec) * 1e6 + (double)(to.tv_nsec - from.tv_nsec) / 1e3;
        moon_buf_clear(&bytes);
        moon_record_encode(&moon_document_type, &document, false, &bytes);
        moon_buf_add(&bytes, checksum.bytes, sizeof checksum.bytes);
        checksum = moon_hash_of(moon_buf_str(&bytes));
        moon_arena_rewind(&keep, mark);
    }
    char text[MOON_HASH_TEXT];
    moon_hash_format(&checksum, text);
    printf("%zu orders of %zu lines: %.1f us each, checksum %.16s\n", count, lines,
           count ? spent / (double)count : 0, text);
    moon_script_free(script);
    moon_buf_free(&bytes);
    moon_arena_free(&keep);
    return 0;
}
