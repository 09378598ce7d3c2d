/* A small book made through the books' own functions, and every byte of its store damaged once.
 *
 *   every_byte make DIR                     DIR/data and DIR/keys: accounts with personal fields, orders, documents
 *                                           drafted, issued and voided, an application; a few dozen pages
 *   every_byte run DIR USES FIRST LAST      flips each byte of [FIRST, LAST) of DIR/data/data.mdb in turn and
 *                                           verifies in a child process. USES has a byte per byte of the file:
 *                                           0 unused, 1 used, 2 either. A line for each that is wrong; exit
 *                                           status 1 then.
 *
 * Driven by every_byte_test.py, which parses LMDB's format by itself. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "books/closure.h"
#include "books/document.h"
#include "books/order.h"
#include "books/party.h"
#include "books/receivable.h"
#include "books/verify.h"
#include "store/table.h"

static const moon_tags_pair chart[] = {
    {{"receivables", 11}, {"1100", 4}}, {{"revenue", 7}, {"4000", 4}}, {{"tax", 3}, {"2200", 4}}};
static moon_config config;
static moon_context ctx;
static moon_err err;

static void must(moon_status status) {
    if (status == MOON_OK) return;
    moon_err_print(stderr, &err);
    exit(2);
}

static void set_up(void) {
    must(moon_crypt_start(&err));
    config = (moon_config){.currency = 978,
                           .zone = MOON_STR("UTC"),
                           .country = MOON_STR("DE"),
                           .terms = 30,
                           .invoice_series = MOON_STR("INV-{year}-{number:5}"),
                           .credit_note_series = MOON_STR("CN-{year}-{number:5}"),
                           .chart = {(moon_tags_pair *)(uintptr_t)chart, 3}};
    ctx = (moon_context){
        .config = &config, .operator= MOON_STR("anna"), .time = MOON_STR("2026-11-20T12:00:00Z")};
    must(moon_date_parse(MOON_STR("2026-11-20"), &ctx.today, &err));
}

static moon_status open_book(const char *folder, bool create, moon_store **store) {
    char data[512], keys[512];
    moon_store_options options = {.map_size = (size_t)1 << 24, .create = create};
    snprintf(data, sizeof data, "%s/data", folder);
    snprintf(keys, sizeof keys, "%s/keys", folder);
    return moon_store_open(data, keys, &options, store, &err);
}

/* ---- the book ---- */

static void add_account(moon_change *change, const char *id, const char *name) {
    moon_account account;
    bool written;
    moon_record_init(&moon_account_type, &account);
    account.id = moon_str_of(id);
    account.name = moon_str_of(name);
    account.street = MOON_STR("1 Long Street");
    account.country = MOON_STR("DE");
    account.from = ctx.today;
    must(moon_version_add(change, &moon_account_type, &account, &written, &err));
}

static void add_order(moon_change *change, const char *id, const char *account, int kind, int state) {
    moon_order order;
    moon_order_line *lines = MOON_NEW_N(moon_change_arena(change), moon_order_line, 3);
    moon_taken taken;
    moon_str difference;
    moon_record_init(&moon_order_type, &order);
    for (int i = 0; i < 3; i++) {
        moon_record_init(&moon_order_line_type, &lines[i]);
        lines[i].ordinal = i + 1;
        lines[i].kind = MOON_LINE_PRODUCT;
        lines[i].text = MOON_STR("A thing with a name of some length");
        lines[i].quantity = moon_decimal_of(kind == MOON_ORDER_SALE ? 2 : -1);
        lines[i].price = (moon_decimal){1995, 2};
    }
    order.id = moon_str_of(id);
    order.account = moon_str_of(account);
    order.kind = kind;
    order.state = state;
    order.reason = state == MOON_ORDER_HELD ? MOON_STR("waits") : MOON_STR_NONE;
    order.date = ctx.today;
    order.currency = config.currency;
    order.lines = (moon_list){lines, 3};
    must(moon_order_take(change, &ctx, &order, false, &taken, &difference, &err));
}

static moon_document draft_of(moon_change *change, const char *order, const char *account, int kind,
                              int64_t minor) {
    moon_document document;
    moon_line *line = MOON_NEW(moon_change_arena(change), moon_line);
    moon_tax *tax = MOON_NEW(moon_change_arena(change), moon_tax);
    moon_drafted how;
    moon_record_init(&moon_document_type, &document);
    moon_record_init(&moon_line_type, line);
    moon_record_init(&moon_tax_type, tax);
    line->ordinal = 1;
    line->kind = MOON_LINE_PRODUCT;
    line->text = MOON_STR("A thing");
    line->amount = tax->net = document.net = minor;
    line->tax_category = tax->category = MOON_STR("standard");
    tax->rate = moon_decimal_of(19);
    tax->tax = document.tax = minor * 19 / 100;
    document.total = document.net + document.tax;
    must(moon_document_id(change, moon_arena_printf(moon_change_arena(change), "order/%s", order),
                          &document.id, &err));
    document.kind = kind;
    document.state = MOON_STATE_DRAFT;
    document.order = moon_str_of(order);
    document.cause = MOON_STR("order");
    document.account = moon_str_of(account);
    document.account_from = document.tax_point = ctx.today;
    document.account_version = 1;
    document.currency = config.currency;
    document.terms = 30;
    document.lines = (moon_list){line, 1};
    document.taxes = (moon_list){tax, 1};
    document.rounding = MOON_STR("half_up per document");
    document.prepared_by = ctx.operator;
    document.closure = ctx.closure;
    document.approval_rule = MOON_STR("anyone");
    must(moon_document_draft(change, &document, &how, &err));
    return document;
}

static void issue(moon_change *change, moon_document *document) {
    must(moon_document_approve(change, &ctx, document, false, &err));
    must(moon_document_issue(change, &ctx, document, &err));
}

static moon_change *commit_and_go_on(moon_change *change, moon_store *store, const char *action) {
    must(moon_commit(change, &ctx, action, MOON_STR_NONE, MOON_STR_NONE, NULL, &err));
    moon_change_end(change);
    must(moon_change_begin(store, &change, &err));
    return change;
}

static void make(const char *folder) {
    moon_store *store;
    moon_change *change;
    moon_file files[] = {{MOON_STR("book.lua"), MOON_STR("return book {}")},
                         {MOON_STR("rules/tax.lua"), MOON_STR("return tax {}")}};
    must(open_book(folder, true, &store));
    must(moon_change_begin(store, &change, &err));
    must(moon_closure_store(change, files, 2, &ctx.closure, &err));
    add_account(change, "ACME", "Acme Limited");
    add_account(change, "BOLT", "Bolt and Sons");
    add_order(change, "o1", "ACME", MOON_ORDER_SALE, MOON_ORDER_DUE);
    add_order(change, "o2", "ACME", MOON_ORDER_CANCELLATION, MOON_ORDER_DUE);
    add_order(change, "o3", "BOLT", MOON_ORDER_SALE, MOON_ORDER_DUE);
    add_order(change, "o4", "BOLT", MOON_ORDER_SALE, MOON_ORDER_HELD);
    add_order(change, "o5", "ACME", MOON_ORDER_SALE, MOON_ORDER_DUE);
    change = commit_and_go_on(change, store, "import");
    moon_document invoice = draft_of(change, "o1", "ACME", MOON_DOCUMENT_INVOICE, 10000);
    moon_document credit = draft_of(change, "o2", "ACME", MOON_DOCUMENT_CREDIT_NOTE, -5000);
    moon_document wrong = draft_of(change, "o3", "BOLT", MOON_DOCUMENT_INVOICE, 3000);
    draft_of(change, "o5", "ACME", MOON_DOCUMENT_INVOICE, 700);
    issue(change, &invoice);
    issue(change, &credit);
    issue(change, &wrong);
    must(moon_apply(change, &ctx, MOON_STR("ACME"), credit.id, invoice.id, 2000, ctx.today, MOON_STR_NONE,
                    &err));
    change = commit_and_go_on(change, store, "issue");
    bool found;
    must(moon_document_find(change, MOON_STR("order/o3"), &wrong, &found, &err));
    must(moon_document_void(change, &ctx, &wrong, MOON_STR("wrong customer"), &err));
    change = commit_and_go_on(change, store, "void");
    moon_change_end(change);
    moon_store_close(store);
}

/* ---- damage ---- */

static void ignore(void *to, const moon_err *problem) { (void)to, (void)problem; }

/* As the command verify does: first the pages, then what they hold. 0 good, 3 damaged. */
static _Noreturn void verify_in_child(const char *folder) {
    char data[512];
    moon_pages pages = {0};
    moon_store *store;
    moon_change *change;
    moon_verified verified;
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    snprintf(data, sizeof data, "%s/data", folder);
    if (moon_store_check_pages(data, &pages, &err) != MOON_OK) _exit(3);
    if (open_book(folder, false, &store) != MOON_OK) _exit(3);
    if (moon_change_begin(store, &change, &err) != MOON_OK) _exit(3);
    _exit(moon_verify(change, &config, NULL, ignore, NULL, &verified, &err) == MOON_OK ? 0 : 3);
}

static int verify(const char *folder) {
    int how;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) verify_in_child(folder);
    if (pid < 0 || waitpid(pid, &how, 0) < 0) exit(2);
    return WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
}

static unsigned char *map(const char *path, int flags, size_t *size) {
    struct stat info;
    int fd = open(path, flags);
    if (fd < 0 || fstat(fd, &info) < 0) exit(2);
    *size = (size_t)info.st_size;
    unsigned char *bytes =
        mmap(NULL, *size, flags == O_RDWR ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    return bytes;
}

/* A crash while reading a damaged file counts as found by the command, which verifies in a child; the pages are
 * checked before, so none is expected here. */
static int run(const char *folder, const char *uses_path, size_t first, size_t last) {
    char path[512];
    size_t size, uses_size;
    int wrong = 0;
    snprintf(path, sizeof path, "%s/data/data.mdb", folder);
    unsigned char *bytes = map(path, O_RDWR, &size), *uses = map(uses_path, O_RDONLY, &uses_size);
    if (size != uses_size || last > size || verify(folder) != 0) exit(2);
    for (size_t i = first; i < last; i++) {
        unsigned char change = (unsigned char)(1u << (i % 8));
        bytes[i] ^= change;
        int status = verify(folder);
        bytes[i] ^= change;
        bool good = status == 3 || status == 0;
        if (uses[i] == 0 && status != 0) good = false;
        if (uses[i] == 1 && status != 3) good = false;
        if (good) continue;
        printf("byte %zu (page %zu, offset %zu), use %d: exit status %d\n", i, i / 4096, i % 4096, uses[i],
               status);
        wrong++;
    }
    return wrong ? 1 : 0;
}

int main(int argc, char **argv) {
    set_up();
    if (argc == 3 && strcmp(argv[1], "make") == 0)
        make(argv[2]);
    else if (argc == 6 && strcmp(argv[1], "run") == 0)
        return run(argv[2], argv[3], (size_t)atol(argv[4]), (size_t)atol(argv[5]));
    else
        return 2;
    return 0;
}
