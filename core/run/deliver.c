#include "run/deliver.h"

#include "base/crypt.h"
#include "base/file.h"
#include "base/limits.h"
#include "books/reminder.h"
#include "run/batch.h"
#include "run/page.h"
#include "store/table.h"

/* ---- names ---- */

static bool is_plain(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
}

/* An account's number as part of a file's name. Where something had to be replaced, a hash keeps two accounts
 * apart. */
static moon_str name_of(moon_arena *keep, moon_str account) {
    char hash[MOON_HASH_TEXT];
    moon_str made = moon_arena_str(keep, account);
    char *text = (char *)(uintptr_t)made.ptr;
    bool replaced = false;
    for (size_t i = 0; i < made.len; i++)
        if (!is_plain(text[i])) {
            text[i] = '-';
            replaced = true;
        }
    if (!replaced) return made;
    moon_hash of = moon_hash_of(account);
    moon_hash_format(&of, hash);
    return moon_arena_printf(keep, "%.*s-%.8s", MOON_STR_ARG(made), hash);
}

moon_str moon_letter_file(moon_arena *keep, const moon_book *book, const moon_message *message) {
    char day[MOON_DATE_TEXT];
    const char *code = moon_currency_code(message->currency);
    bool foreign = message->currency != book->config.currency;
    moon_str layout = message->layout, prefix = MOON_STR("letter-"), name = name_of(keep, message->account);
    if (moon_str_starts(layout, prefix)) layout = moon_str_sub(layout, prefix.len, layout.len);
    moon_date_format(message->date, day);
    return moon_arena_printf(keep, "out/letters/%s-%.*s-%.*s%s%s.html", day, MOON_STR_ARG(name),
                             MOON_STR_ARG(layout), foreign ? "-" : "", foreign ? code : "");
}

/* ---- writing ---- */

/* A letter of units that are not committed yet. */
typedef struct letter {
    struct letter *next;
    moon_message message;
    moon_str file;
} letter;

typedef struct run {
    moon_book *book;
    const moon_deliver_options *options;
    uint64_t count;
    moon_staged staged;
    letter *pending; /* newest first */
} run;

/* How dates and amounts are written to the account, by the version that the message is addressed by. */
static moon_status locale_of(moon_change *change, const moon_message *message, moon_str *locale,
                             moon_err *err) {
    moon_account account = {
        .id = message->account, .from = message->account_from, .version = message->account_version};
    bool found;
    MOON_TRY(moon_get(change, &moon_account_type, &account, &found, err));
    *locale = found ? account.locale : MOON_STR_NONE;
    return MOON_OK;
}

static moon_status set_page(run *r, const moon_message *message, moon_str locale, moon_str file,
                            moon_arena *scratch, moon_err *err) {
    moon_page page;
    moon_buf out = MOON_BUF_EMPTY;
    MOON_TRY(moon_page_of_message(r->book, message, locale, scratch, &page, err));
    moon_str path = moon_arena_printf(scratch, "%s/%.*s", r->book->folder, MOON_STR_ARG(file));
    moon_page_html(r->book, &page, &out);
    moon_status status = moon_file_stage(&r->staged, path.ptr, moon_buf_str(&out), 0644, err);
    moon_buf_free(&out);
    return status;
}

static moon_status write_page(run *r, moon_change *change, const letter *l, moon_err *err) {
    moon_arena scratch = MOON_ARENA_EMPTY;
    moon_str locale;
    MOON_TRY(locale_of(change, &l->message, &locale, err));
    moon_status status = set_page(r, &l->message, locale, l->file, &scratch, err);
    moon_arena_free(&scratch);
    if (status == MOON_OK) status = moon_message_written(change, l->message.id, l->file, err);
    return status;
}

static moon_status find_message(moon_change *change, moon_str id, moon_message *out, moon_err *err) {
    bool found;
    *out = (moon_message){.id = id};
    MOON_TRY(moon_get(change, &moon_message_type, out, &found, err));
    if (found) return MOON_OK;
    moon_fail(err, MOON_E_NOT_FOUND, "there is no message %.*s", MOON_STR_ARG(id));
    return moon_err_hint(err, "moonbill list messages");
}

static moon_status deliver_one(void *ctx, moon_change *change, moon_str id, moon_err *err) {
    run *r = ctx;
    moon_arena *arena = moon_change_arena(change);
    letter *l = MOON_NEW(arena, letter);
    MOON_TRY(find_message(change, id, &l->message, err));
    l->file = l->message.file; /* where it went before */
    if (!l->file.len) l->file = moon_letter_file(arena, r->book, &l->message);
    if (!r->options->dry_run) MOON_TRY(write_page(r, change, l, err));
    l->next = r->pending;
    r->pending = l;
    return MOON_OK;
}

/* What a mark says is there: the files have their names before it is kept. */
static moon_status publish(void *ctx, moon_err *err) {
    run *r = ctx;
    return moon_file_publish(&r->staged, err);
}

static void tell(run *r, const letter *l) {
    if (!l) return;
    tell(r, l->next); /* the oldest first */
    r->count++;
    if (r->options->written) r->options->written(r->options->ctx, &l->message, l->file);
}

static void batch_done(void *ctx, bool kept) {
    run *r = ctx;
    moon_file_drop(&r->staged);
    if (kept) tell(r, r->pending);
    r->pending = NULL;
}

/* It stays queued. */
static moon_status refuse(void *ctx, moon_change *change, moon_str id, const moon_err *why, moon_err *err) {
    run *r = ctx;
    (void)change;
    *err = *why;
    moon_err_context(err, "message %.*s", MOON_STR_ARG(id));
    if (r->options->refused) r->options->refused(r->options->ctx, id, err);
    return MOON_OK;
}

/* ---- which ---- */

typedef struct queue {
    moon_str *ids;
    size_t count, room;
} queue;

static void add_id(queue *q, moon_arena *keep, moon_str id) {
    if (q->count == q->room) {
        size_t room = q->room ? q->room * 2 : 64;
        moon_str *larger = MOON_NEW_N(keep, moon_str, room);
        if (q->count) memcpy(larger, q->ids, q->count * sizeof *larger);
        q->ids = larger;
        q->room = room;
    }
    q->ids[q->count++] = moon_arena_str(keep, id);
}

static moon_status read_queue(moon_change *change, moon_arena *keep, queue *q, moon_err *err) {
    moon_message message;
    moon_scan scan;
    bool more = true;
    MOON_TRY(moon_scan_begin(change, &moon_message_type, moon_type_index(&moon_message_type, "queued"), NULL,
                             0, NULL, 0, false, &scan, err));
    moon_status status = MOON_OK;
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &message, &more, err);
        if (status != MOON_OK || !more) break;
        add_id(q, keep, message.id);
    }
    moon_scan_end(&scan);
    return status;
}

static moon_status find_queue(run *r, moon_arena *keep, queue *q, moon_err *err) {
    moon_change *change;
    moon_message message;
    moon_str again = r->options->again;
    MOON_TRY(moon_change_begin(r->book->store, &change, err));
    moon_status status =
        again.len ? find_message(change, again, &message, err) : read_queue(change, keep, q, err);
    if (status == MOON_OK && again.len) add_id(q, keep, again);
    moon_change_end(change);
    return status;
}

static moon_status deliver_all(run *r, moon_arena *keep, moon_err *err) {
    queue q = {0};
    MOON_TRY(find_queue(r, keep, &q, err));
    moon_str folder = moon_arena_printf(keep, "%s/out/letters", r->book->folder);
    if (!r->options->dry_run) moon_folder_sweep(folder.ptr);
    if (!r->options->dry_run && q.count) MOON_TRY(moon_folder_make(folder.ptr, err));
    moon_batch batch = {.book = r->book,
                        .action = "deliver",
                        .dry_run = r->options->dry_run,
                        .size = MOON_COMMIT_LETTERS,
                        .ctx = r,
                        .unit = deliver_one,
                        .ready = publish,
                        .done = batch_done,
                        .failed = refuse};
    return moon_batch_run(&batch, q.ids, q.count, err);
}

moon_status moon_deliver(moon_book *book, const moon_deliver_options *options, uint64_t *count,
                         moon_err *err) {
    run r = {.book = book, .options = options};
    moon_arena keep = MOON_ARENA_EMPTY;
    int lock;
    *count = 0;
    MOON_TRY(moon_operator_check(&book->ctx, "prepare", err));
    MOON_TRY(moon_book_lock(book, &lock, err));
    moon_status status = deliver_all(&r, &keep, err);
    *count = r.count;
    moon_arena_free(&keep);
    moon_file_unlock(lock);
    return status;
}
