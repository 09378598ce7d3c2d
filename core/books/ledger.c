#include "books/ledger.h"

#include "books/closing.h"
#include "store/table.h"

/* ---- entries of few lines ---- */

/* Identifiers are of 128 bytes at most. */
enum { ID_MAX = 128, ID_HEAD = 94 };

moon_str moon_entry_id(moon_str text, moon_arena *keep) {
    char hash[MOON_HASH_TEXT];
    if (text.len <= ID_MAX) return text;
    size_t head = ID_HEAD;
    while (((unsigned char)text.ptr[head] & 0xC0) == 0x80) head--;
    moon_hash of = moon_hash_of(text);
    moon_hash_format(&of, hash);
    return moon_arena_printf(keep, "%.*s~%.32s", (int)head, text.ptr, hash);
}

void moon_entry_begin(moon_entry *entry, moon_change *change, const moon_context *ctx, moon_str id,
                      moon_date date, moon_str document, moon_str text) {
    moon_arena *keep = moon_change_arena(change);
    moon_record_init(&moon_entry_type, entry);
    entry->id = moon_entry_id(id, keep);
    entry->date = date;
    entry->booked = ctx->today;
    entry->document = document;
    entry->text = text;
    entry->lines.items = MOON_NEW_N(keep, moon_entry_line, MOON_ENTRY_LINES_FEW);
}

void moon_entry_add(moon_entry *entry, moon_str account, moon_str party, moon_currency currency,
                    int64_t amount, int64_t base) {
    moon_assert(entry->lines.count < MOON_ENTRY_LINES_FEW);
    moon_entry_line *line = MOON_AT(moon_entry_line, entry->lines, entry->lines.count++);
    moon_record_init(&moon_entry_line_type, line);
    line->account = account;
    line->party = party;
    line->currency = currency;
    line->amount = amount;
    line->base = base;
}

moon_status moon_to_base(const moon_config *config, moon_money amount, moon_decimal rate, const char *what,
                         int64_t *base, moon_err *err) {
    moon_decimal value;
    moon_money made;
    *base = amount.minor;
    if (amount.currency == config->currency) return MOON_OK;
    if (!moon_decimal_present(rate))
        return moon_fail(err, MOON_E_FIELD_REQUIRED, "%s is in %s and has no rate", what,
                         moon_currency_code(amount.currency));
    MOON_TRY(moon_decimal_mul(moon_money_decimal(amount), rate, &value, err));
    MOON_TRY(moon_money_round(value, config->currency, MOON_HALF_UP, &made, err));
    *base = made.minor;
    return MOON_OK;
}

/* ---- entries ---- */

static moon_status add(int64_t *sum, int64_t amount, moon_err *err) {
    return moon_minor_add(sum, amount, "a sum in the ledger", err);
}

static moon_status sum_currency(const moon_entry *entry, moon_currency currency, int64_t *sum,
                                moon_err *err) {
    *sum = 0;
    for (size_t i = 0; i < entry->lines.count; i++) {
        const moon_entry_line *line = MOON_AT(moon_entry_line, entry->lines, i);
        if (line->currency == currency) MOON_TRY(add(sum, line->amount, err));
    }
    return MOON_OK;
}

moon_status moon_entry_check(const moon_entry *entry, moon_err *err) {
    int64_t sum, base = 0;
    char text[MOON_MONEY_TEXT];
    for (size_t i = 0; i < entry->lines.count; i++) {
        const moon_entry_line *line = MOON_AT(moon_entry_line, entry->lines, i);
        MOON_TRY(add(&base, line->base, err));
        MOON_TRY(sum_currency(entry, line->currency, &sum, err));
        if (sum == 0) continue;
        moon_money_format_code((moon_money){sum, line->currency}, text);
        return moon_fail(err, MOON_E_ENTRY_UNBALANCED, "ledger entry %.*s is out of balance by %s",
                         MOON_STR_ARG(entry->id), text);
    }
    if (base != 0)
        return moon_fail(err, MOON_E_ENTRY_UNBALANCED,
                         "ledger entry %.*s is out of balance by %lld minor units of the book's currency",
                         MOON_STR_ARG(entry->id), (long long)base);
    return MOON_OK;
}

static moon_status move_balance(moon_change *change, moon_date date, const moon_entry_line *line,
                                moon_err *err) {
    moon_balance balance = {.account = line->account, .currency = line->currency, .date = date};
    bool found;
    MOON_TRY(moon_get(change, &moon_balance_type, &balance, &found, err));
    if (!found) {
        moon_record_init(&moon_balance_type, &balance);
        balance.account = line->account;
        balance.currency = line->currency;
        balance.date = date;
        balance.amount = balance.base = 0;
    }
    MOON_TRY(add(&balance.amount, line->amount, err));
    MOON_TRY(add(&balance.base, line->base, err));
    return moon_put(change, &moon_balance_type, &balance, err);
}

moon_status moon_post(moon_change *change, const moon_entry *entry, moon_err *err) {
    moon_entry before = {.id = entry->id};
    bool found;
    char what[160];
    snprintf(what, sizeof what, "ledger entry %.*s", MOON_STR_ARG(entry->id));
    MOON_TRY(moon_check_open_day(change, entry->date, what, err));
    MOON_TRY(moon_entry_check(entry, err));
    MOON_TRY(moon_get(change, &moon_entry_type, &before, &found, err));
    if (found)
        return moon_fail(err, MOON_E_RECORD_INVALID, "ledger entry %.*s was posted before",
                         MOON_STR_ARG(entry->id));
    MOON_TRY(moon_put(change, &moon_entry_type, entry, err));
    for (size_t i = 0; i < entry->lines.count; i++)
        MOON_TRY(move_balance(change, entry->date, MOON_AT(moon_entry_line, entry->lines, i), err));
    return MOON_OK;
}

moon_status moon_balance_at(moon_change *change, moon_str account, moon_currency currency, moon_date date,
                            int64_t *amount, moon_err *err) {
    moon_balance bound = {.account = account, .currency = currency}, day;
    moon_scan scan;
    bool more;
    size_t fields = currency ? 2 : 1;
    *amount = 0;
    MOON_TRY(moon_scan_begin(change, &moon_balance_type, MOON_BY_KEY, &bound, fields, &bound, fields, false,
                             &scan, err));
    for (;;) {
        moon_status status = moon_scan_next(&scan, &day, &more, err);
        if (status == MOON_OK && more && day.date <= date)
            status = add(amount, currency ? day.amount : day.base, err);
        if (status == MOON_OK && more) continue;
        moon_scan_end(&scan);
        return status;
    }
}
