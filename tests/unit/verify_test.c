/* books/verify: a good book passes, each single thing that was tampered with is named, and the digest depends
 * on facts alone. */
#include "books_case.h"

#include <lmdb.h>

#include "books/verify.h"
#include "store/key.h"

/* ---- a small run ---- */

static void step_accounts(books *b) {
    static const char *const names[] = {"A", "B"};
    for (size_t i = 0; i < 2; i++) {
        moon_account account;
        bool written;
        moon_record_init(&moon_account_type, &account);
        account.id = moon_str_of(names[i]);
        account.from = day("2010-11-01");
        account.name = MOON_STR("Abel Ltd");
        DO(moon_version_add(b->change, &moon_account_type, &account, &written, ERR));
    }
}
static void step_orders(books *b) {
    take_order(b, "o1", "A", "2010-11-30", "2.5", "4");
    take_order(b, "o2", "A", "2010-11-30", "1.5", "2");
    take_order(b, "o3", "B", "2010-11-30", "1", "1");
    moon_order held = order_of(b, "o4", "", "2010-11-30", "1", "1");
    moon_taken taken;
    moon_str difference;
    held.state = MOON_ORDER_HELD;
    held.reason = MOON_STR("no customer");
    DO(moon_order_take(b->change, &b->ctx, &held, false, &taken, &difference, ERR));
}
static void step_bill(books *b) {
    moon_document one = document_for(b, "o1", 1000, 200), two = document_for(b, "o2", 300, 60),
                  three = document_for(b, "o3", 100, 20);
    issue(b, &one);
    issue(b, &two);
    issue(b, &three);
}
static void step_credit(books *b) {
    moon_document credit = document_of(b, "credit", "A", -500, -100),
                  waiting = document_of(b, "waiting", "B", 70, 7);
    credit.corrects = MOON_STR("order/o1");
    issue(b, &credit);
    apply(b, "A", "credit", "order/o1", 600, "2010-12-01");
    draft(b, &waiting);
}
static void step_void(books *b) {
    moon_document two = found_document(b, "order/o2");
    DO(moon_document_void(b->change, &b->ctx, &two, MOON_STR("wrong"), ERR));
}

static void (*const steps[])(books *) = {step_accounts, step_orders, step_bill, step_credit, step_void};
#define STEPS (sizeof steps / sizeof *steps)

/* `commits`: bit i, whether step i is committed by itself, or together with the next. */
static void run_steps(books *b, unsigned commits) {
    for (size_t i = 0; i < STEPS; i++) {
        steps[i](b);
        if (commits >> i & 1) books_commit(b);
    }
    books_commit(b);
}

static int run_setup(void **state) {
    books *b = books_make();
    run_steps(b, 0xFF);
    *state = b;
    return 0;
}

/* ---- problems told ---- */

typedef struct told {
    size_t count;
    char text[2000];
} told;

static void tell(void *ctx, const moon_err *problem) {
    told *t = ctx;
    size_t len = strlen(t->text);
    t->count++;
    snprintf(t->text + len, sizeof t->text - len, "%s\n", problem->text);
}

static moon_status verify(books *b, const moon_hash *expect, told *t, moon_verified *out) {
    *t = (told){0};
    return moon_verify(b->change, &b->config, expect, tell, t, out, ERR);
}

static void expect_good(books *b) {
    told t;
    moon_verified out;
    moon_status status = verify(b, NULL, &t, &out);
    if (status != MOON_OK || t.count) fail_msg("%s: %s", moon_status_name(status), t.text);
}

static void expect_told(books *b, const char *name, const char *says) {
    told t;
    moon_verified out;
    moon_status status = verify(b, NULL, &t, &out);
    if (status == MOON_OK || t.count == 0 || !strstr(t.text, says))
        fail_msg("%s: %s, told %zu: %s", name, moon_status_name(status), t.count, t.text);
}

static void test_good(void **state) {
    books *b = *state;
    told t;
    moon_verified out;
    assert_int_equal(verify(b, NULL, &t, &out), MOON_OK);
    assert_int_equal(out.documents, 5);
    assert_int_equal(out.entries, 5); /* three invoices, a credit, a voiding */
    assert_int_equal(out.commits, moon_change_seq(b->change));
    assert_int_equal(out.seq, out.commits);
    assert_true(out.records > 20 && out.index_entries > 10);
    moon_link link;
    DO(moon_link_get(b->change, 3, &link, ERR));
    assert_int_equal(verify(b, &link.hash, &t, &out), MOON_OK);
    DO(moon_link_get(b->change, out.seq, &link, ERR));
    assert_true(moon_hash_eq(&out.head, &link.hash));
    link.hash.bytes[5] ^= 1;
    assert_int_equal(verify(b, &link.hash, &t, &out), MOON_E_HEAD_UNEXPECTED);
}

static void test_empty(void **state) {
    scratch *s = *state;
    moon_change *change;
    moon_verified out;
    told t = {0};
    moon_config config = {.chart = {(moon_tags_pair *)(uintptr_t)books_chart, 3}};
    must(s, moon_change_begin(s->store, &change, &s->err));
    must(s, moon_verify(change, &config, NULL, tell, &t, &out, &s->err));
    assert_int_equal(out.commits + out.records, 0);
    moon_change_end(change);
}

/* ---- records that no longer fit, written by commits like any other ---- */

#define GET(type, record)                                                                                    \
    do {                                                                                                     \
        bool get_found;                                                                                      \
        DO(moon_get(b->change, &type, record, &get_found, ERR));                                             \
        if (!get_found) fail_msg("nothing to tamper with: " #type);                                          \
    } while (0)
#define PUT(type, record) DO(moon_put(b->change, &type, record, ERR))

static void change_balance(books *b) {
    moon_balance r = {.account = MOON_STR("4000"), .currency = EUR, .date = day("2010-12-01")};
    GET(moon_balance_type, &r);
    r.amount++;
    PUT(moon_balance_type, &r);
}
static void change_base(books *b) {
    moon_balance r = {.account = MOON_STR("4000"), .currency = EUR, .date = day("2010-12-01")};
    GET(moon_balance_type, &r);
    r.base++;
    PUT(moon_balance_type, &r);
}
static void drop_balance(books *b) {
    moon_balance r = {.account = MOON_STR("2200"), .currency = EUR, .date = day("2010-12-01")};
    DO(moon_delete(b->change, &moon_balance_type, &r, ERR));
}
static void strange_balance(books *b) {
    moon_balance r = {
        .account = MOON_STR("2200"), .currency = USD, .date = day("2010-12-01"), .amount = 0, .base = 0};
    PUT(moon_balance_type, &r);
}
static void change_entry(books *b) {
    moon_entry r = {.id = MOON_STR("issue/INV-2010-00001")};
    GET(moon_entry_type, &r);
    MOON_AT(moon_entry_line, r.lines, 0)->amount++;
    PUT(moon_entry_type, &r);
}
static void drop_entry(books *b) {
    moon_entry r = {.id = MOON_STR("issue/INV-2010-00001")};
    DO(moon_delete(b->change, &moon_entry_type, &r, ERR));
}
static void change_open(books *b) {
    moon_item r = item_of(b, "A", "order/o1");
    r.open++;
    PUT(moon_item_type, &r);
}
static void close_item(books *b) {
    moon_item r = item_of(b, "A", "order/o1");
    r.closed = r.date;
    PUT(moon_item_type, &r);
}
static void change_due(books *b) {
    moon_item r = item_of(b, "A", "order/o1");
    r.due++;
    PUT(moon_item_type, &r);
}
static void unvoid_item(books *b) {
    moon_item r = item_of(b, "A", "order/o2");
    r.voided = MOON_DATE_NONE;
    PUT(moon_item_type, &r);
}
static void void_item(books *b) {
    moon_item r = item_of(b, "B", "order/o3");
    r.voided = r.date;
    PUT(moon_item_type, &r);
}
static void drop_item(books *b) {
    moon_item r = item_of(b, "B", "order/o3");
    DO(moon_delete(b->change, &moon_item_type, &r, ERR));
}
static void drop_application(books *b) {
    moon_application r = {
        .account = MOON_STR("A"), .source = MOON_STR("credit"), .target = MOON_STR("order/o1"), .ordinal = 1};
    DO(moon_delete(b->change, &moon_application_type, &r, ERR));
}
static void lost_application(books *b) {
    moon_application r = {
        .account = MOON_STR("A"), .source = MOON_STR("credit"), .target = MOON_STR("order/o1"), .ordinal = 1};
    GET(moon_application_type, &r);
    r.source = MOON_STR("nothing");
    PUT(moon_application_type, &r);
}
static void change_order(books *b) {
    moon_order r = get_order(b, "o1");
    r.state = MOON_ORDER_DUE;
    PUT(moon_order_type, &r);
}
static void bill_order(books *b) {
    moon_order r = get_order(b, "o2"); /* voided, and due again */
    r.state = MOON_ORDER_BILLED;
    PUT(moon_order_type, &r);
}
static void drop_order(books *b) {
    moon_order r = get_order(b, "o1");
    DO(moon_delete(b->change, &moon_order_type, &r, ERR));
}
static void drop_claim(books *b) {
    moon_claim r = {
        .source = MOON_STR("order/o1"), .line = 0, .start = day("2010-11-30"), .cause = MOON_STR("order")};
    GET(moon_claim_type, &r);
    DO(moon_delete(b->change, &moon_claim_type, &r, ERR));
}
static void change_claim(books *b) {
    moon_claim r = {
        .source = MOON_STR("order/o1"), .line = 0, .start = day("2010-11-30"), .cause = MOON_STR("order")};
    GET(moon_claim_type, &r);
    r.document = MOON_STR("order/o3");
    PUT(moon_claim_type, &r);
}
static void strange_claim(books *b) {
    moon_claim r = {.source = MOON_STR("order/o2"),
                    .line = 0,
                    .start = day("2010-11-30"),
                    .cause = MOON_STR("order"),
                    .document = MOON_STR("order/o2")};
    PUT(moon_claim_type, &r);
}
static void stray_claim(books *b) {
    moon_claim r = {.source = MOON_STR("agreement/A-9"),
                    .line = 0,
                    .start = day("2010-11-01"),
                    .cause = MOON_STR("advance"),
                    .document = MOON_STR("order/o1")};
    PUT(moon_claim_type, &r);
}
static void change_total(books *b) {
    moon_document r = found_document(b, "order/o1");
    r.total++;
    PUT(moon_document_type, &r);
}
static void change_all_amounts(books *b) { /* in balance within, but not with item and ledger */
    moon_document r = found_document(b, "order/o1");
    MOON_AT(moon_line, r.lines, 0)->amount++;
    MOON_AT(moon_tax, r.taxes, 0)->net++;
    r.net++;
    r.total++;
    PUT(moon_document_type, &r);
}
static void change_all_amounts_and_item(books *b) { /* and then not with the ledger alone */
    change_all_amounts(b);
    moon_item r = item_of(b, "A", "order/o1");
    r.amount++;
    r.open++;
    PUT(moon_item_type, &r);
}
static void move_entry(books *b) { /* to another day, balances and all */
    moon_entry r = {.id = MOON_STR("issue/CN-2010-00001")};
    GET(moon_entry_type, &r);
    for (size_t i = 0; i < r.lines.count; i++) {
        const moon_entry_line *line = MOON_AT(moon_entry_line, r.lines, i);
        moon_balance from = {.account = line->account, .currency = EUR, .date = r.date}, to;
        GET(moon_balance_type, &from);
        from.amount -= line->amount;
        from.base -= line->base;
        PUT(moon_balance_type, &from);
        moon_record_init(&moon_balance_type, &to);
        to.account = line->account;
        to.currency = EUR;
        to.date = r.date + 1;
        to.amount = line->amount;
        to.base = line->base;
        PUT(moon_balance_type, &to);
    }
    r.date++;
    PUT(moon_entry_type, &r);
}
static void change_party(books *b) {
    moon_entry r = {.id = MOON_STR("void/INV-2010-00002")};
    GET(moon_entry_type, &r);
    for (size_t i = 0; i < r.lines.count; i++) {
        moon_entry_line *line = MOON_AT(moon_entry_line, r.lines, i);
        if (line->party.len) line->party = MOON_STR("B");
    }
    PUT(moon_entry_type, &r);
}
static void change_number(books *b) {
    moon_document r = found_document(b, "order/o1");
    r.number = MOON_STR("INV-2010-00009");
    PUT(moon_document_type, &r);
}
static void same_number(books *b) {
    moon_document r = found_document(b, "order/o1");
    r.number = MOON_STR("INV-2010-00003");
    PUT(moon_document_type, &r);
}
static void change_closure(books *b) {
    moon_document r = found_document(b, "order/o1");
    r.closure.bytes[0] ^= 1;
    PUT(moon_document_type, &r);
}
static void drop_document(books *b) {
    moon_document r = found_document(b, "order/o1");
    DO(moon_delete(b->change, &moon_document_type, &r, ERR));
}
static void raise_series(books *b) {
    moon_series r = {.kind = MOON_STR("invoice"), .year = 2010};
    GET(moon_series_type, &r);
    r.last++;
    PUT(moon_series_type, &r);
}
static void lower_series(books *b) {
    moon_series r = {.kind = MOON_STR("invoice"), .year = 2010};
    GET(moon_series_type, &r);
    r.last--;
    PUT(moon_series_type, &r);
}
static void drop_series(books *b) {
    moon_series r = {.kind = MOON_STR("credit_note"), .year = 2010};
    GET(moon_series_type, &r);
    DO(moon_delete(b->change, &moon_series_type, &r, ERR));
}
static void change_blob(books *b) {
    moon_blob r = {.id = moon_hash_of(books_rules()[0].bytes)};
    GET(moon_blob_type, &r);
    r.bytes = MOON_STR("return 19");
    PUT(moon_blob_type, &r);
}
static void drop_blob(books *b) {
    moon_blob r = {.id = moon_hash_of(books_rules()[0].bytes)};
    DO(moon_delete(b->change, &moon_blob_type, &r, ERR));
}
static void drop_closure(books *b) {
    moon_closure r;
    r.id = b->ctx.closure;
    DO(moon_delete(b->change, &moon_closure_type, &r, ERR));
}
static void drop_index(books *b) {
    moon_order r = get_order(b, "o2");
    moon_buf key = MOON_BUF_EMPTY;
    DO(moon_key_of_index(&moon_order_type, 0, &r, SIZE_MAX, &key, ERR));
    moon_change_delete(b->change, moon_buf_str(&key));
    moon_buf_free(&key);
}
static void strange_index(books *b) {
    moon_order r = get_order(b, "o1"); /* billed: not among the due ones */
    moon_buf key = MOON_BUF_EMPTY;
    DO(moon_key_of_index(&moon_order_type, 0, &r, SIZE_MAX, &key, ERR));
    moon_change_put(b->change, moon_buf_str(&key), MOON_STR_NONE);
    moon_buf_free(&key);
}
static void strange_type(books *b) {
    moon_change_put(b->change,
                    MOON_STR("\x7E"
                             "x"),
                    MOON_STR("x"));
}
static void strange_key(books *b) { /* an order under the key of another */
    moon_order r = get_order(b, "o1");
    moon_buf key = MOON_BUF_EMPTY, bytes = MOON_BUF_EMPTY;
    moon_record_encode(&moon_order_type, &r, false, &bytes);
    r.id = MOON_STR("o9");
    DO(moon_key_of(&moon_order_type, &r, MOON_KEY_FIELDS_MAX, &key, ERR));
    moon_change_put(b->change, moon_buf_str(&key), moon_buf_str(&bytes));
    moon_buf_free(&key);
    moon_buf_free(&bytes);
}
static void cut_record(books *b) {
    moon_order r = get_order(b, "o1");
    moon_buf key = MOON_BUF_EMPTY;
    moon_value value;
    DO(moon_key_of(&moon_order_type, &r, MOON_KEY_FIELDS_MAX, &key, ERR));
    DO(moon_change_get(b->change, moon_buf_str(&key), &value, ERR));
    moon_change_put(b->change, moon_buf_str(&key), moon_str_sub(value.bytes, 0, value.bytes.len - 1));
    moon_buf_free(&key);
}

static const struct {
    const char *name;
    void (*tamper)(books *);
    const char *says;
} tampered[] = {
    {"a balance", change_balance, "cached balance of account 4000"},
    {"a balance in base", change_base, "cached balance of account 4000"},
    {"a balance dropped", drop_balance, "cached balances are missing"},
    {"a balance of nothing", strange_balance, "cached balance of account 2200"},
    {"an entry", change_entry, "issue/INV-2010-00001 is out of balance"},
    {"an entry dropped", drop_entry, "entry issue/INV-2010-00001 does not fit"},
    {"an item's open amount", change_open, "open amount of INV-2010-00001"},
    {"an item closed", close_item, "open amount of INV-2010-00001"},
    {"an item's due date", change_due, "INV-2010-00001 does not fit its document"},
    {"an item not voided", unvoid_item, "INV-2010-00002 does not fit its document"},
    {"an item voided", void_item, "INV-2010-00003 does not fit its document"},
    {"an item dropped", drop_item, "there are 3 items"},
    {"an application dropped", drop_application, "open amount of"},
    {"an application without item", lost_application, "an application of account A has no item"},
    {"an order due again", change_order, "INV-2010-00001 bills order o1"},
    {"an order billed by nothing", bill_order, "marked as billed"},
    {"an order dropped", drop_order, "INV-2010-00001 bills order o1"},
    {"a claim dropped", drop_claim, "bills order o1, which is not claimed by it"},
    {"a claim of another document", change_claim, "bills order o1, which is not claimed by it"},
    {"a claim too many", strange_claim, "2 orders and periods are billed, but 3 claimed"},
    {"a claim on a period that no line bills", stray_claim,
     "the claim advance on agreement/A-9 from 2010-11-01 is of no line of an issued document"},
    {"a document's total", change_total, "the total is"},
    {"a document's amounts", change_all_amounts, "INV-2010-00001 does not fit its document"},
    {"a document's amounts and its item", change_all_amounts_and_item, "open items add up"},
    {"an entry moved to another day", move_entry, "entry issue/CN-2010-00001 does not fit"},
    {"an entry of another account", change_party, "entry void/INV-2010-00002 does not fit"},
    {"a number", change_number, "number INV-2010-00001 is missing"},
    {"a number given twice", same_number, "INV-2010-00001 is missing"},
    {"a document's rules", change_closure, "the rules that made order/o1"},
    {"a document dropped", drop_document, "INV-2010-00001"},
    {"a series that counted too far", raise_series, "number INV-2010-00004 is missing"},
    {"a series that counted too little", lower_series, "numbers were given that no series counted"},
    {"a series dropped", drop_series, "numbers were given that no series counted"},
    {"a file's content", change_blob, "not what its hash says"},
    {"a file dropped", drop_blob, "of a closure is not in the book"},
    {"a closure dropped", drop_closure, "the rules that made"},
    {"an index entry dropped", drop_index, "is missing in its index \"due\""},
    {"an index entry too many", strange_index, "index entries"},
    {"a record of no type", strange_type, "a type that this program does not know"},
    {"a record under another's key", strange_key, "under a key that is not its own"},
    {"a record cut short", cut_record, ""},
};

static void test_tampered(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof tampered / sizeof *tampered; i++) {
        books *b = books_make();
        run_steps(b, 0xFF);
        tampered[i].tamper(b);
        books_commit(b);
        expect_told(b, tampered[i].name, tampered[i].says);
        books_free(b);
    }
}

/* ---- bytes changed behind the store's back ---- */

/* Change the last byte of the value of the first key that is not below `from`. */
static void flip_raw(books *b, const void *from, size_t len, bool drop) {
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;
    MDB_cursor *cursor;
    MDB_val key = {len, (void *)(uintptr_t)from}, value;
    moon_change_end(b->change);
    b->change = NULL;
    scratch_shut(b->s);
    assert_int_equal(mdb_env_create(&env), 0);
    assert_int_equal(mdb_env_set_mapsize(env, (size_t)64 << 20), 0);
    assert_int_equal(mdb_env_open(env, b->s->data, 0, 0664), 0);
    assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_dbi_open(txn, NULL, 0, &dbi), 0);
    assert_int_equal(mdb_cursor_open(txn, dbi, &cursor), 0);
    assert_int_equal(mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE), 0);
    if (drop)
        assert_int_equal(mdb_cursor_del(cursor, 0), 0);
    else {
        char bytes[4096];
        assert_true(value.mv_size > 0 && value.mv_size < sizeof bytes);
        memcpy(bytes, value.mv_data, value.mv_size);
        bytes[value.mv_size - 1] ^= 1;
        MDB_val changed = {value.mv_size, bytes};
        assert_int_equal(mdb_cursor_put(cursor, &key, &changed, MDB_CURRENT), 0);
    }
    mdb_cursor_close(cursor);
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
    DO(scratch_open(b->s, false));
    books_begin(b);
}

static void test_tampered_raw(void **state) {
    static const struct {
        const char *name;
        const char *key;
        size_t len;
        bool drop;
        moon_status want;
        const char *says;
    } rows[] = {
        {"a link", "\x01\0\0\0\0\0\0\0\x03", 9, false, MOON_E_CHAIN_BROKEN, "link 4"},
        {"the first link", "\x01\0\0\0\0\0\0\0\x01", 9, false, MOON_E_CHAIN_BROKEN, "link 1"},
        {"a link dropped", "\x01\0\0\0\0\0\0\0\x03", 9, true, MOON_E_CHAIN_BROKEN,
         "link 3 of the audit chain is missing"},
        {"an order", "\x23", 1, false, MOON_E_CHAIN_BROKEN, "is not as commit"},
        {"an account", "\x20", 1, false, MOON_E_CHAIN_BROKEN, "is not as commit"},
        {"a balance", "\x41", 1, false, MOON_E_CHAIN_BROKEN, "is not as commit"},
        {"a document dropped", "\x30", 1, true, MOON_E_BOOK_DAMAGED, "records behind"},
        {"an index entry dropped", "\xB0", 1, true, MOON_E_BOOK_DAMAGED, "is missing in its index"},
        {"an index entry of an item dropped", "\xB3", 1, true, MOON_E_BOOK_DAMAGED,
         "is missing in its index"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        books *b = books_make();
        told t;
        moon_verified out;
        run_steps(b, 0xFF);
        flip_raw(b, rows[i].key, rows[i].len, rows[i].drop);
        moon_status status = verify(b, NULL, &t, &out);
        if ((status != rows[i].want && status != MOON_E_CHAIN_BROKEN) || !strstr(t.text, rows[i].says))
            fail_msg("%s: %s: %s", rows[i].name, moon_status_name(status), t.text);
        books_free(b);
    }
}

/* A chain that was rewritten whole hangs together; only a head that was lodged elsewhere tells. */
static void test_expected_head(void **state) {
    books *b = *state;
    told t;
    moon_verified out;
    moon_hash head;
    assert_int_equal(verify(b, NULL, &t, &out), MOON_OK);
    head = out.head;
    books_forget(b);
    issued(b, "more", "B", 5, 1);
    books_commit(b);
    assert_int_equal(verify(b, &head, &t, &out), MOON_OK); /* heads of before stay in it */
    books *other = books_make();
    other->ctx.time = MOON_STR("2010-12-01T12:00:01Z");
    run_steps(other, 0xFF);
    assert_int_equal(verify(other, &head, &t, &out), MOON_E_HEAD_UNEXPECTED);
    assert_int_equal(t.count, 1);
    books_free(other);
}

/* ---- digest ---- */

static moon_hash digest(books *b) {
    moon_hash hash;
    DO(moon_digest(b->change, &hash, ERR));
    return hash;
}

/* The same facts in any number of commits, at other times, under other keys: the same digest. */
static void test_digest(void **state) {
    books *b = *state;
    moon_hash want = digest(b);
    static const unsigned patterns[] = {0, 1, 2, 5, 10, 21, 0x1E};
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        books *other = books_make();
        other->ctx.time = MOON_STR("2011-12-01T12:00:00Z");
        run_steps(other, patterns[i]);
        expect_good(other);
        moon_hash found = digest(other);
        if (!moon_hash_eq(&want, &found)) fail_msg("commits %x: the digest differs", patterns[i]);
        books_free(other);
    }
}

static void digest_name(books *b) {
    moon_account account;
    bool found, written;
    DO(moon_version_at(b->change, &moon_account_type, MOON_STR("A"), MOON_DATE_MAX, &account, &found, ERR));
    account.name = MOON_STR("Abel plc"); /* personal, and yet a fact */
    DO(moon_version_add(b->change, &moon_account_type, &account, &written, ERR));
}

static void test_digest_differs(void **state) {
    static void (*const changes[])(books *) = {digest_name,  change_order,     change_total, drop_claim,
                                               raise_series, drop_application, drop_blob};
    static void (*const cached[])(books *) = {change_open, change_balance, drop_item};
    books *b = *state;
    moon_hash want = digest(b);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        changes[i](b);
        moon_hash found = digest(b);
        if (moon_hash_eq(&want, &found)) fail_msg("change %zu makes no difference", i);
        books_forget(b);
    }
    for (size_t i = 0; i < sizeof cached / sizeof *cached; i++) {
        cached[i](b);
        moon_hash found = digest(b);
        if (!moon_hash_eq(&want, &found)) fail_msg("cached answer %zu makes a difference", i);
        books_forget(b);
    }
}

#define RUN(name) cmocka_unit_test_setup_teardown(name, run_setup, books_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        RUN(test_good),
        cmocka_unit_test_setup_teardown(test_empty, scratch_setup, scratch_teardown),
        cmocka_unit_test(test_tampered),
        cmocka_unit_test(test_tampered_raw),
        RUN(test_expected_head),
        RUN(test_digest),
        RUN(test_digest_differs),
    };
    return cmocka_run_group_tests_name("verify", tests, NULL, NULL);
}
