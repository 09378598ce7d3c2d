#include "run/deliver.h"

#include "base/crypt.h"
#include "base/file.h"
#include "books/reminder.h"
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

/* How dates and amounts are written to the account, by the version that the message is addressed by. */
static moon_status locale_of(moon_book *book, const moon_message *message, moon_arena *keep, moon_str *locale,
                             moon_err *err) {
    moon_account account = {
        .id = message->account, .from = message->account_from, .version = message->account_version};
    moon_change *change;
    bool found;
    MOON_TRY(moon_change_begin(book->store, &change, err));
    moon_status status = moon_get(change, &moon_account_type, &account, &found, err);
    *locale = status == MOON_OK && found ? moon_arena_str(keep, account.locale) : MOON_STR_NONE;
    moon_change_end(change);
    return status;
}

static moon_status write_page(moon_book *book, const moon_message *message, moon_str file,
                              moon_arena *scratch, moon_err *err) {
    moon_page page;
    moon_buf out = MOON_BUF_EMPTY;
    moon_str locale;
    MOON_TRY(locale_of(book, message, scratch, &locale, err));
    MOON_TRY(moon_page_of_message(book, message, locale, scratch, &page, err));
    moon_str folder = moon_arena_printf(scratch, "%s/out/letters", book->folder),
             path = moon_arena_printf(scratch, "%s/%.*s", book->folder, MOON_STR_ARG(file));
    MOON_TRY(moon_folder_make(folder.ptr, err));
    moon_page_html(book, &page, &out);
    moon_status status = moon_file_write(path.ptr, moon_buf_str(&out), 0644, err);
    moon_buf_free(&out);
    return status;
}

static moon_status mark(moon_book *book, moon_str id, moon_str file, moon_err *err) {
    moon_status status = MOON_E_CHANGED;
    for (int attempt = 0; status == MOON_E_CHANGED && attempt < 5; attempt++) {
        moon_change *change;
        MOON_TRY(moon_change_begin(book->store, &change, err));
        status = moon_message_written(change, id, file, err);
        if (status == MOON_OK)
            status = moon_commit(change, &book->ctx, "deliver", id, MOON_STR_NONE, NULL, err);
        moon_change_end(change);
    }
    return status;
}

static moon_status deliver_one(moon_book *book, const moon_deliver_options *options,
                               const moon_message *message, moon_err *err) {
    moon_arena scratch = MOON_ARENA_EMPTY;
    moon_str file = moon_letter_file(&scratch, book, message);
    moon_status status = MOON_OK;
    if (message->file.len) file = message->file; /* where it went before */
    if (!options->dry_run) status = write_page(book, message, file, &scratch, err);
    if (!options->dry_run && status == MOON_OK) status = mark(book, message->id, file, err);
    if (status == MOON_OK && options->written) options->written(options->ctx, message, file);
    moon_arena_free(&scratch);
    return status;
}

/* ---- which ---- */

typedef struct queue {
    moon_message *items;
    size_t count, room;
} queue;

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
        if (q->count == q->room) {
            size_t room = q->room ? q->room * 2 : 64;
            moon_message *larger = MOON_NEW_N(keep, moon_message, room);
            if (q->count) memcpy(larger, q->items, q->count * sizeof *larger);
            q->items = larger;
            q->room = room;
        }
        moon_record_copy(&moon_message_type, &message, &q->items[q->count++], keep);
    }
    moon_scan_end(&scan);
    return status;
}

static moon_status read_one(moon_change *change, moon_str id, moon_arena *keep, queue *q, moon_err *err) {
    moon_message message = {.id = id};
    bool found;
    MOON_TRY(moon_get(change, &moon_message_type, &message, &found, err));
    if (!found) {
        moon_fail(err, MOON_E_NOT_FOUND, "there is no message %.*s", MOON_STR_ARG(id));
        return moon_err_hint(err, "moonbill list messages");
    }
    q->items = MOON_NEW(keep, moon_message);
    moon_record_copy(&moon_message_type, &message, q->items, keep);
    q->count = 1;
    return MOON_OK;
}

static moon_status deliver_all(moon_book *book, const moon_deliver_options *options, const queue *q,
                               uint64_t *count, moon_err *err) {
    for (size_t i = 0; i < q->count; i++) {
        moon_status status = deliver_one(book, options, &q->items[i], err);
        if (status != MOON_OK && moon_status_class(status) == MOON_CLASS_DAMAGED) return status;
        if (status == MOON_OK)
            ++*count;
        else if (options->refused) {
            moon_err_context(err, "message %.*s", MOON_STR_ARG(q->items[i].id));
            options->refused(options->ctx, q->items[i].id, err);
        }
    }
    return MOON_OK;
}

moon_status moon_deliver(moon_book *book, const moon_deliver_options *options, uint64_t *count,
                         moon_err *err) {
    moon_change *change;
    moon_arena keep = MOON_ARENA_EMPTY;
    queue q = {0};
    int lock;
    *count = 0;
    MOON_TRY(moon_operator_check(&book->ctx, "prepare", err));
    MOON_TRY(moon_book_lock(book, &lock, err));
    moon_status status = moon_change_begin(book->store, &change, err);
    if (status == MOON_OK) {
        status = options->again.len ? read_one(change, options->again, &keep, &q, err)
                                    : read_queue(change, &keep, &q, err);
        moon_change_end(change);
    }
    if (status == MOON_OK) status = deliver_all(book, options, &q, count, err);
    moon_arena_free(&keep);
    moon_file_unlock(lock);
    return status;
}
