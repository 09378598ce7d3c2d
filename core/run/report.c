#include "run/report.h"

#include "books/party.h"
#include "books/receivable.h"
#include "run/dun.h"
#include "run/report_unbilled.h"
#include "run/report_usage.h"
#include "run/wire.h"
#include "script/near.h"
#include "store/table.h"

/* ---- what is asked ---- */

static moon_status wrong(const char *name, const char *want, moon_err *err) {
    return moon_fail(err, MOON_E_SCRIPT_VALUE, "%s is %s", name, want);
}

moon_status moon_asked_date(const moon_arg *asked, const char *name, moon_date *out, moon_err *err) {
    moon_arg value = moon_arg_get(asked, name);
    if (value.kind == MOON_ARG_NIL) return MOON_OK;
    if (value.kind == MOON_ARG_TEXT) {
        MOON_TRY(moon_date_parse(value.text, out, err));
        return MOON_OK;
    }
    if (value.kind != MOON_ARG_DATE) return wrong(name, "a date", err);
    if (value.date != MOON_DATE_NONE) *out = value.date;
    return MOON_OK;
}

moon_status moon_asked_text(const moon_arg *asked, const char *name, moon_str *out, moon_err *err) {
    moon_arg value = moon_arg_get(asked, name);
    if (value.kind == MOON_ARG_NIL) return MOON_OK;
    if (value.kind != MOON_ARG_TEXT) return wrong(name, "a text", err);
    *out = value.text;
    return MOON_OK;
}

static bool is_known(const char *known, moon_str name) {
    moon_str rest = moon_str_of(known), word;
    while (rest.len && moon_str_cut(&rest, ' ', &word))
        if (moon_str_eq(word, name)) return true;
    return false;
}

moon_status moon_asked_check(const moon_arg *asked, const char *known, const char *what, moon_err *err) {
    if (!asked || asked->kind == MOON_ARG_NIL) return MOON_OK;
    if (asked->kind == MOON_ARG_LIST && asked->list.count == 0) return MOON_OK; /* {} */
    if (asked->kind != MOON_ARG_MAP)
        return moon_fail(err, MOON_E_SCRIPT_VALUE, "%s takes names with values, for example { as_of = day }",
                         what);
    for (size_t i = 0; i < asked->map.count; i++) {
        moon_str name = asked->map.items[i].name, rest = moon_str_of(known), word;
        if (is_known(known, name)) continue;
        moon_near near = moon_near_begin(name);
        while (rest.len && moon_str_cut(&rest, ' ', &word)) moon_near_try(&near, word);
        moon_fail(err, MOON_E_SCRIPT_VALUE, "%s does not know \"%.*s\"", what, MOON_STR_ARG(name));
        if (near.best.len) return moon_err_hint(err, "did you mean %.*s?", MOON_STR_ARG(near.best));
        return known[0] ? moon_err_hint(err, "it knows: %s", known) : err->code;
    }
    return MOON_OK;
}

/* ---- rows ---- */

void moon_report_add(moon_report *r, const moon_str *cells) {
    if (r->row_count == r->room) {
        size_t room = r->room ? r->room * 2 : 16, row = r->heading_count;
        moon_str *larger = MOON_NEW_N(r->keep, moon_str, room * row);
        if (r->row_count) memcpy(larger, r->cells, r->row_count * row * sizeof *larger);
        r->cells = larger;
        r->room = room;
    }
    moon_str *to = r->cells + r->row_count++ * r->heading_count;
    for (size_t i = 0; i < r->heading_count; i++)
        to[i] = cells[i].len ? moon_arena_str(r->keep, cells[i]) : MOON_STR_NONE;
}

static moon_str amount(moon_report *r, int64_t minor, moon_currency currency) {
    char text[MOON_MONEY_TEXT];
    size_t len = moon_money_format((moon_money){minor, currency}, text);
    return moon_arena_str(r->keep, (moon_str){text, len});
}

static moon_str date_text(moon_report *r, moon_date date) {
    char text[MOON_DATE_TEXT];
    if (date == MOON_DATE_NONE) return MOON_STR_NONE;
    moon_date_format(date, text);
    return moon_arena_str(r->keep, moon_str_of(text));
}

/* ", as known on 2026-11-30"; nothing where it is as known now. */
static moon_str known_text(moon_report *r, moon_date known) {
    if (known == MOON_DATE_MAX) return MOON_STR_NONE;
    return moon_arena_printf(r->keep, ", as known on %.*s,", MOON_STR_ARG(date_text(r, known)));
}

/* ---- ageing ---- */

static const moon_heading ageing_headings[] = {
    {.name = "account", .cell = MOON_CELL_TEXT},
    {.name = "currency", .cell = MOON_CELL_TEXT, .spare = 1},
    {.name = "not_due", .cell = MOON_CELL_NUMBER, .flags = MOON_HEADING_SUM, .spare = 2},
    {.name = "d1_30", .cell = MOON_CELL_NUMBER, .flags = MOON_HEADING_SUM, .title = "1-30", .spare = 4},
    {.name = "d31_60", .cell = MOON_CELL_NUMBER, .flags = MOON_HEADING_SUM, .title = "31-60", .spare = 5},
    {.name = "d61_90", .cell = MOON_CELL_NUMBER, .flags = MOON_HEADING_SUM, .title = "61-90", .spare = 6},
    {.name = "d91_plus", .cell = MOON_CELL_NUMBER, .flags = MOON_HEADING_SUM, .title = "91+", .spare = 7},
    {.name = "unapplied", .cell = MOON_CELL_NUMBER, .flags = MOON_HEADING_SUM, .spare = 3},
    {.name = "total", .cell = MOON_CELL_NUMBER, .flags = MOON_HEADING_SUM}};

static moon_status fill_ageing(moon_book *book, moon_change *change, const moon_arg *asked, moon_report *r,
                               moon_err *err) {
    moon_date as_of = book->ctx.today, known = MOON_DATE_MAX;
    moon_str account = MOON_STR_NONE;
    moon_ageing ageing;
    MOON_TRY(moon_asked_date(asked, "as_of", &as_of, err));
    MOON_TRY(moon_asked_date(asked, "known", &known, err));
    MOON_TRY(moon_asked_text(asked, "account", &account, err));
    MOON_TRY(moon_ageing_at(change, &book->config, as_of, known, account, &ageing, err));
    r->title = moon_arena_printf(r->keep, "Receivables as of %.*s%.*s by days past due; basis: due date.",
                                 MOON_STR_ARG(date_text(r, as_of)), MOON_STR_ARG(known_text(r, known)));
    r->none = MOON_STR("Nothing is open.");
    if (account.len == 0 && known == MOON_DATE_MAX)
        r->remark = MOON_STR("The total is receivables and unapplied cash in the ledger.");
    for (size_t i = 0; i < ageing.count; i++) {
        const moon_ageing_row *row = &ageing.rows[i];
        int64_t amounts[] = {row->not_due,  row->d1_30,     row->d31_60, row->d61_90,
                             row->d91_plus, row->unapplied, row->total};
        moon_str cells[9] = {row->account, moon_str_of(moon_currency_code(row->currency))};
        for (size_t j = 0; j < 7; j++) cells[2 + j] = amount(r, amounts[j], row->currency);
        moon_report_add(r, cells);
    }
    return MOON_OK;
}

/* ---- statement ---- */

static const moon_heading statement_headings[] = {
    {.name = "date", .cell = MOON_CELL_DATE},     {.name = "kind", .cell = MOON_CELL_TEXT},
    {.name = "number", .cell = MOON_CELL_TEXT},   {.name = "due", .cell = MOON_CELL_DATE},
    {.name = "currency", .cell = MOON_CELL_TEXT}, {.name = "amount", .cell = MOON_CELL_NUMBER},
    {.name = "balance", .cell = MOON_CELL_NUMBER}};

typedef struct stated {
    moon_account account;
    moon_date from, to, known;
    moon_statement statement;
} stated;

static moon_status state(moon_book *book, moon_change *change, const moon_arg *asked, stated *s,
                         moon_err *err) {
    moon_str id = MOON_STR_NONE, currency = MOON_STR_NONE;
    moon_currency code = book->config.currency;
    char first[MOON_DATE_TEXT], last[MOON_DATE_TEXT];
    bool found;
    s->to = book->ctx.today;
    s->known = MOON_DATE_MAX;
    MOON_TRY(moon_date_make(moon_date_ymd(s->to).year, 1, 1, &s->from, err));
    MOON_TRY(moon_asked_text(asked, "account", &id, err));
    MOON_TRY(moon_asked_date(asked, "from", &s->from, err));
    MOON_TRY(moon_asked_date(asked, "to", &s->to, err));
    MOON_TRY(moon_asked_date(asked, "known", &s->known, err));
    MOON_TRY(moon_asked_text(asked, "currency", &currency, err));
    if (currency.len) MOON_TRY(moon_currency_parse(currency, &code, err));
    moon_date_format(s->from, first);
    moon_date_format(s->to, last);
    if (s->from > s->to) {
        moon_fail(err, MOON_E_PERIOD_ORDER, "the statement would begin on %s, after it ends on %s", first,
                  last);
        return moon_err_hint(err, "--from is the first day of it and --to the last; both are included");
    }
    if (id.len == 0) return moon_fail(err, MOON_E_SCRIPT_VALUE, "a statement wants an account");
    MOON_TRY(moon_version_at(change, &moon_account_type, id, s->to, &s->account, &found, err));
    if (!found) return moon_fail(err, MOON_E_NOT_FOUND, "there is no account %.*s", MOON_STR_ARG(id));
    return moon_statement_of(change, id, code, s->from, s->to, s->known, &s->statement, err);
}

/* The balance before the first day, then the movements. */
static moon_status fill_statement(moon_book *book, moon_change *change, const moon_arg *asked, moon_report *r,
                                  moon_err *err) {
    stated s;
    MOON_TRY(state(book, change, asked, &s, err));
    moon_currency code = s.statement.currency;
    moon_str currency = moon_str_of(moon_currency_code(code));
    moon_str known = known_text(r, s.known);
    if (known.len) known.len--; /* nothing follows */
    r->title = moon_arena_printf(r->keep, "Statement of %.*s from %.*s to %.*s%.*s.",
                                 MOON_STR_ARG(s.account.id), MOON_STR_ARG(date_text(r, s.from)),
                                 MOON_STR_ARG(date_text(r, s.to)), MOON_STR_ARG(known));
    r->none = MOON_STR("No movements.");
    moon_str opening[7] = {date_text(r, s.from), MOON_STR("opening")};
    opening[4] = currency;
    opening[6] = amount(r, s.statement.opening, code);
    moon_report_add(r, opening);
    for (size_t i = 0; i < s.statement.count; i++) {
        const moon_movement *m = &s.statement.movements[i];
        moon_str cells[] = {date_text(r, m->date),
                            moon_str_of(m->voids ? "void" : moon_item_kinds[m->item->kind - 1]),
                            m->item->number,
                            date_text(r, m->item->due),
                            currency,
                            amount(r, m->amount, code),
                            amount(r, m->balance, code)};
        moon_report_add(r, cells);
    }
    return MOON_OK;
}

static moon_status page_statement(moon_book *book, moon_change *change, const moon_arg *asked,
                                  moon_arena *keep, moon_page *out, moon_err *err) {
    stated s;
    moon_ageing ageing;
    moon_ageing_row row = {0};
    MOON_TRY(state(book, change, asked, &s, err));
    MOON_TRY(moon_ageing_at(change, &book->config, s.to, s.known, s.account.id, &ageing, err));
    for (size_t i = 0; i < ageing.count; i++)
        if (ageing.rows[i].currency == s.statement.currency) row = ageing.rows[i];
    return moon_page_of_statement(book, &s.account, &s.statement, &row, s.from, s.to, keep, out, err);
}

/* ---- dunning ---- */

/* What `dun` would do on a day, or did: the same computation. */
static moon_status fill_dunning(moon_book *book, moon_change *change, const moon_arg *asked, moon_report *r,
                                moon_err *err) {
    moon_date day = book->ctx.today, imported;
    moon_str only = MOON_STR_NONE, *accounts;
    size_t count;
    moon_dunned dunned;
    moon_str *cells = MOON_NEW_N(r->keep, moon_str, MOON_DUN_HEADINGS);
    MOON_TRY(moon_asked_date(asked, "as_of", &day, err));
    MOON_TRY(moon_asked_text(asked, "account", &only, err));
    r->title = moon_arena_printf(r->keep, "Open items and their reminders as of %.*s.",
                                 MOON_STR_ARG(date_text(r, day)));
    r->none = MOON_STR("Nothing is open.");
    MOON_TRY(moon_dun_imported(change, day, &imported, err));
    MOON_TRY(moon_dun_accounts(change, day, r->keep, &accounts, &count, err));
    for (size_t i = 0; i < count; i++) {
        if (only.len && !moon_str_eq(accounts[i], only)) continue;
        MOON_TRY(moon_dun_decide(book, accounts[i], day, imported, r->keep, &dunned, err));
        for (size_t j = 0; j < dunned.row_count; j++) {
            moon_dun_cells(r->keep, &dunned.rows[j], cells);
            moon_report_add(r, cells);
        }
    }
    return MOON_OK;
}

/* ---- the reports ---- */

#define HEADINGS(list) .headings = list, .heading_count = sizeof list / sizeof *list

const moon_report_kind moon_report_kinds[] = {
    {.name = "ageing",
     .doc = "who owes what, by days past due",
     .asks = "as_of known account",
     HEADINGS(ageing_headings),
     .fill = fill_ageing},
    {.name = "statement",
     .doc = "what an account was billed, and what is open",
     .asks = "account from to known currency",
     HEADINGS(statement_headings),
     .fill = fill_statement,
     .page = page_statement},
    {.name = "dunning",
     .doc = "which open items are reminded, or why not",
     .asks = "as_of account",
     .headings = moon_dun_headings,
     .heading_count = MOON_DUN_HEADINGS,
     .fill = fill_dunning},
    {.name = "usage",
     .doc = "what accounts used, period by period, and what billed it",
     .asks = "as_of from account",
     .headings = moon_usage_headings,
     .heading_count = MOON_USAGE_HEADINGS,
     .fill = moon_report_usage},
    {.name = "unbilled",
     .doc = "what stands on no invoice, and why",
     .asks = "from to",
     .headings = moon_unbilled_headings,
     .heading_count = MOON_UNBILLED_HEADINGS,
     .fill = moon_report_unbilled},
    {0}};

moon_status moon_report_find(moon_str name, const moon_report_kind **out, moon_err *err) {
    moon_near near = moon_near_begin(name);
    for (const moon_report_kind *kind = moon_report_kinds; kind->name; kind++) {
        if (moon_str_is(name, kind->name)) {
            *out = kind;
            return MOON_OK;
        }
        moon_near_try(&near, moon_str_of(kind->name));
    }
    moon_fail(err, MOON_E_NOT_FOUND, "there is no report \"%.*s\"", MOON_STR_ARG(name));
    return near.best.len ? moon_err_hint(err, "did you mean %.*s?", MOON_STR_ARG(near.best))
                         : moon_err_hint(err, "moonbill help report lists them");
}

moon_status moon_report_make(moon_book *book, moon_change *change, const moon_report_kind *kind,
                             const moon_arg *asked, moon_arena *keep, moon_report *out, moon_err *err) {
    char what[64];
    snprintf(what, sizeof what, "the report \"%s\"", kind->name);
    MOON_TRY(moon_asked_check(asked, kind->asks, what, err));
    *out = (moon_report){.keep = keep,
                         .name = moon_str_of(kind->name),
                         .headings = kind->headings,
                         .heading_count = kind->heading_count};
    return kind->fill(book, change, asked, out, err);
}

moon_status moon_report_list(const moon_report *r, moon_listing *listing, moon_err *err) {
    for (size_t i = 0; i < r->row_count; i++) moon_listing_add(listing, r->cells + i * r->heading_count);
    return moon_listing_end(listing, moon_arena_str(r->keep, r->none).ptr, err);
}
