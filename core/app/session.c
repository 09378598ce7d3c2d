#include "app/session.h"

#include <stdlib.h>
#include <unistd.h>

#include "app/cmd_records.h"
#include "app/output.h"
#include "app/saving.h"
#include "base/text.h"
#include "doc/table.h"
#include "run/action.h"
#include "run/jobs.h"
#include "run/wire.h"

#define COLUMNS_KEPT 4 /* of a table without a list's: the others may be left out, the last one first */
#define MEMORY ((size_t)512 << 20) /* that all chunks of a session together may keep */

struct moon_session {
    moon_app *app;
    moon_session_setup setup;
    moon_worker_setup worker_setup;
    moon_worker *worker;
    bool begun, lost;
    volatile bool acting, interrupted; /* an action runs here; somebody wants it to end */
    moon_arena arena;                  /* of a chunk */
    char time[MOON_INSTANT_TEXT];
    /* The table that is being shown or saved. */
    moon_heading *headings;
    size_t heading_count;
    moon_str *cells; /* of a table that is not begun before its end */
    size_t row_count, row_room;
    moon_listing *listing;
    moon_str title; /* whose rows they are */
    moon_saving *saving;
};

static moon_status senseless(moon_err *err) {
    return moon_fail(err, MOON_E_SCRIPT_VALUE, "a question of the session makes no sense");
}

static bool flag(const moon_arg *map, const char *name) {
    moon_arg value = moon_arg_get(map, name);
    return value.kind == MOON_ARG_BOOL && value.boolean;
}

/* ---- printing ---- */

/* Without what a terminal would take for a command, or could not show. */
static void print(moon_app *app, moon_str text) {
    moon_buf out = MOON_BUF_EMPTY;
    uint32_t ch;
    while (text.len) {
        moon_str good = moon_str_sub(text, 0, moon_text_invalid_at(text));
        text = moon_str_sub(text, good.len, text.len);
        while (moon_text_next(&good, &ch)) moon_text_add(&out, moon_text_is_control(ch) ? '?' : ch);
        if (text.len == 0) break;
        moon_buf_add_char(&out, '?');
        text = moon_str_sub(text, 1, text.len);
    }
    moon_app_write(app, moon_buf_str(&out));
    moon_buf_free(&out);
}

/* Names and values, two or three columns without headings. */
static moon_status print_fields(moon_session *s, const moon_arg *rows, moon_err *err) {
    static const moon_column columns[] = {
        {{"", 0}, MOON_ALIGN_LEFT}, {{"", 0}, MOON_ALIGN_LEFT}, {{"", 0}, MOON_ALIGN_LEFT}};
    if (rows->kind != MOON_ARG_LIST || rows->list.count == 0) return MOON_OK;
    size_t count = rows->list.items[0].kind == MOON_ARG_LIST ? rows->list.items[0].list.count : 0;
    if (count < 2 || count > 3) return senseless(err);
    moon_table *table = moon_table_new(&s->arena, columns, count);
    for (size_t i = 0; i < rows->list.count; i++) {
        const moon_arg *row = &rows->list.items[i];
        moon_str cells[3] = {MOON_STR_NONE, MOON_STR_NONE, MOON_STR_NONE};
        for (size_t k = 0; row->kind == MOON_ARG_LIST && k < row->list.count && k < count; k++)
            if (row->list.items[k].kind == MOON_ARG_TEXT) cells[k] = row->list.items[k].text;
        moon_table_add(table, cells);
    }
    moon_buf out = MOON_BUF_EMPTY;
    moon_table_write(table, &s->app->style, &out);
    moon_app_write(s->app, moon_buf_str(&out));
    moon_buf_free(&out);
    return MOON_OK;
}

/* ---- tables ---- */

static moon_cell cell_of(moon_str name) {
    static const char *const names[] = {"text", "int", "number", "date", "bool"};
    for (int i = 0; i < 5; i++)
        if (moon_str_is(name, names[i])) return (moon_cell)i;
    return MOON_CELL_TEXT;
}

static int place_of(const char *words, const char *name) {
    moon_str rest = moon_str_of(words ? words : ""), word;
    for (int place = 1; rest.len && moon_str_cut(&rest, ' ', &word); place++)
        if (moon_str_is(word, name)) return place;
    return 0;
}

static const char *kept(moon_session *s, moon_str text) { return moon_arena_str(&s->arena, text).ptr; }

static moon_status begin_table(moon_session *s, const moon_arg *asked, moon_err *err) {
    moon_arg columns = moon_arg_get(asked, "columns");
    const char *shown = NULL, *sums = NULL, *spare = NULL;
    if (columns.kind != MOON_ARG_LIST || columns.list.count == 0) return senseless(err);
    s->title = moon_arena_str(&s->arena, moon_arg_text_of(asked, "name"));
    bool listed = moon_list_columns(s->title, &shown, &sums, &spare), total = flag(asked, "sums");
    s->heading_count = columns.list.count;
    s->headings = MOON_NEW_N(&s->arena, moon_heading, s->heading_count);
    for (size_t i = 0; i < s->heading_count; i++) {
        const moon_arg *column = &columns.list.items[i];
        moon_heading *h = &s->headings[i];
        moon_str title = moon_arg_text_of(column, "title");
        h->name = kept(s, moon_arg_text_of(column, "name"));
        h->cell = cell_of(moon_arg_text_of(column, "cell"));
        h->title = title.len ? kept(s, title) : NULL;
        h->spare = listed ? place_of(spare, h->name) : i < COLUMNS_KEPT ? 0 : (int)(s->heading_count - i);
        if (total && (listed ? place_of(sums, h->name) > 0 : flag(column, "sum")))
            h->flags = MOON_HEADING_SUM;
    }
    s->cells = NULL;
    s->row_count = s->row_room = 0;
    s->listing = NULL;
    return MOON_OK;
}

static void keep_row(moon_session *s, const moon_str *cells) {
    if (s->row_count == s->row_room) {
        size_t room = s->row_room ? s->row_room * 2 : 64;
        moon_str *larger = MOON_NEW_N(&s->arena, moon_str, room * s->heading_count);
        if (s->row_count) memcpy(larger, s->cells, s->row_count * s->heading_count * sizeof *larger);
        s->cells = larger;
        s->row_room = room;
    }
    moon_str *row = s->cells + s->row_count++ * s->heading_count;
    for (size_t i = 0; i < s->heading_count; i++) row[i] = moon_arena_str(&s->arena, cells[i]);
}

static moon_status add_rows(moon_session *s, const moon_arg *rows, moon_err *err) {
    if (rows->kind != MOON_ARG_LIST || !s->headings) return senseless(err);
    moon_str *cells = MOON_NEW_N(&s->arena, moon_str, s->heading_count);
    for (size_t i = 0; i < rows->list.count; i++) {
        const moon_arg *row = &rows->list.items[i];
        for (size_t k = 0; k < s->heading_count; k++)
            cells[k] =
                row->kind == MOON_ARG_LIST && k < row->list.count && row->list.items[k].kind == MOON_ARG_TEXT
                    ? row->list.items[k].text
                    : MOON_STR_NONE;
        if (s->saving)
            moon_saving_add(s->saving, cells);
        else if (s->listing)
            moon_listing_add(s->listing, cells);
        else
            keep_row(s, cells);
    }
    return MOON_OK;
}

static void tell_rest(moon_session *s, int64_t more, bool uncounted) {
    if (more <= 0 || s->app->format != MOON_FORMAT_TABLE) return;
    moon_app_print(s->app, "… %s%lld more: use :first(n), :top(n, field), :save(\"x.csv\")\n",
                   uncounted ? "more than " : "", (long long)(uncounted ? more - 1 : more));
}

/* The rows kept so far, as a table; a total of a part would mislead. */
static moon_status end_table(moon_session *s, const moon_arg *asked, moon_err *err) {
    int64_t more = moon_arg_int_of(asked, "more", 0);
    for (size_t i = 0; more > 0 && i < s->heading_count; i++) s->headings[i].flags = 0;
    if (!s->listing) s->listing = moon_listing_begin(s->app, s->headings, s->heading_count);
    for (size_t i = 0; i < s->row_count; i++) moon_listing_add(s->listing, s->cells + i * s->heading_count);
    moon_str none = moon_arena_printf(&s->arena, "No %.*s that fit.", MOON_STR_ARG(s->title));
    char *underscore = (char *)(uintptr_t)none.ptr;
    for (; *underscore; underscore++)
        if (*underscore == '_') *underscore = ' ';
    moon_status status = moon_listing_end(s->listing, none.ptr, err);
    s->listing = NULL;
    s->headings = NULL;
    tell_rest(s, more, flag(asked, "uncounted"));
    return status;
}

/* csv and json leave as they come; a table is set when all of it is there. */
static moon_status show_table(moon_session *s, const moon_arg *asked, moon_err *err) {
    MOON_TRY(begin_table(s, asked, err));
    if (s->app->format != MOON_FORMAT_TABLE)
        s->listing = moon_listing_begin(s->app, s->headings, s->heading_count);
    return MOON_OK;
}

static moon_status save_table(moon_session *s, const moon_arg *asked, moon_err *err) {
    MOON_TRY(begin_table(s, asked, err));
    return moon_saving_begin(s->app, moon_arg_text_of(asked, "file"), flag(asked, "replace"), s->headings,
                             s->heading_count, &s->saving, err);
}

static moon_status end_rows(moon_session *s, const moon_arg *asked, moon_err *err) {
    if (!s->headings) return senseless(err);
    if (!s->saving) return end_table(s, asked, err);
    moon_saving *saving = s->saving;
    s->saving = NULL;
    s->headings = NULL;
    if (s->setup.dry_run) {
        moon_saving_drop(saving);
        return MOON_OK;
    }
    return moon_saving_end(saving, s->setup.confirm != NULL, err);
}

/* ---- changes ---- */

static bool confirmed(moon_session *s) { return s->setup.confirm(s->setup.ctx, "commit? [y/N] "); }

/* Show it, ask, write it; again where somebody else was faster and it would be another change. */
static moon_status edit_asking(moon_session *s, const moon_edit_wish *wish, bool *written, moon_err *err) {
    moon_difference *rows = NULL;
    size_t count = 0;
    for (;;) {
        MOON_TRY(moon_edit(s->app, wish, MOON_EDIT_TRIES, &rows, &count, err));
        if (!wish->adds && count == 0) return MOON_OK;
        moon_app_print(s->app, "\n");
        if (!confirmed(s)) {
            moon_app_print(s->app, "Nothing was written.\n");
            return MOON_OK;
        }
        moon_status status = moon_edit(s->app, wish, MOON_EDIT_SILENT, &rows, &count, err);
        *written = status == MOON_OK;
        if (status != MOON_E_CHANGED) return status;
        moon_app_print(s->app, "The book changed meanwhile; this is what it would be now:\n\n");
    }
}

static moon_status read_wish(moon_session *s, const moon_arg *asked, moon_edit_wish *wish, moon_err *err) {
    moon_arg fields = moon_arg_get(asked, "fields");
    moon_str from = moon_arg_text_of(asked, "from");
    size_t count = fields.kind == MOON_ARG_LIST ? fields.list.count : 0;
    *wish = (moon_edit_wish){.adds = moon_str_is(moon_arg_text_of(asked, "verb"), "add"),
                             .kind = moon_arg_text_of(asked, "kind"),
                             .id = moon_arg_text_of(asked, "id"),
                             .from = MOON_DATE_NONE,
                             .pairs = MOON_NEW_N(&s->app->arena, moon_pair, count + 1),
                             .pair_count = count};
    for (size_t i = 0; i < count; i++)
        wish->pairs[i] = (moon_pair){
            moon_arena_str(&s->app->arena, moon_arg_text_of(&fields.list.items[i], "name")), MOON_EQUAL,
            moon_arena_str(&s->app->arena, moon_arg_text_of(&fields.list.items[i], "value"))};
    return from.len ? moon_date_parse(from, &wish->from, err) : MOON_OK;
}

/* The hints of the command speak of options. */
static moon_status in_lua(moon_status status, moon_err *err) {
    if (status == MOON_E_USAGE) err->code = MOON_E_SCRIPT_VALUE;
    return err->code;
}

static moon_status edit(moon_session *s, const moon_arg *asked, moon_buf *answer, moon_err *err) {
    moon_edit_wish wish;
    moon_difference *rows = NULL;
    size_t count = 0;
    bool written = true;
    MOON_TRY(read_wish(s, asked, &wish, err));
    moon_status status;
    if (s->setup.dry_run)
        status = moon_edit(s->app, &wish, MOON_EDIT_TRIES, &rows, &count, err);
    else if (!s->setup.confirm)
        status = moon_edit(s->app, &wish, MOON_EDIT_SILENT, &rows, &count, err);
    else {
        written = false;
        status = edit_asking(s, &wish, &written, err);
    }
    if (status != MOON_OK) return in_lua(status, err);
    moon_arg result = moon_arg_bool(written);
    moon_wire_add_arg(answer, &result);
    return MOON_OK;
}

/* ---- actions ---- */

static moon_status perform(moon_session *s, const moon_arg *asked, bool dry_run, moon_arg *result,
                           moon_err *err) {
    moon_arg args = moon_arg_get(asked, "args");
    s->acting = true;
    moon_status status =
        moon_action_do(s->app->book, moon_arg_text_of(asked, "verb"), &args, dry_run, &s->arena, result, err);
    s->acting = false;
    if (status == MOON_OK && moon_arg_int_of(result, "refused", 0) > 0) s->app->refused = true;
    return status;
}

static void tell_problems(moon_session *s, const moon_arg *result) {
    moon_arg problems = moon_arg_get(result, "problems");
    for (size_t i = 0; problems.kind == MOON_ARG_LIST && i < problems.list.count && i < 10; i++) {
        const moon_arg *one = &problems.list.items[i];
        moon_str id = moon_arg_text_of(one, "id"), message = moon_arg_text_of(one, "message"),
                 hint = moon_arg_text_of(one, "hint");
        moon_app_print(s->app, "  %.*s: %.*s%s%.*s\n", MOON_STR_ARG(id), MOON_STR_ARG(message),
                       hint.len ? "; " : "", MOON_STR_ARG(hint));
    }
}

static moon_str cell_text(moon_session *s, const moon_arg *value) {
    char text[64];
    switch (value->kind) {
    case MOON_ARG_TEXT: return value->text;
    case MOON_ARG_INTEGER: return moon_arena_printf(&s->arena, "%lld", (long long)value->integer);
    case MOON_ARG_DECIMAL:
        return moon_arena_str(&s->arena, (moon_str){text, moon_decimal_format(value->decimal, text)});
    case MOON_ARG_MONEY:
        return moon_arena_str(
            &s->arena,
            (moon_str){text, moon_decimal_format_places(
                                 value->money.amount, moon_currency_exponent(value->money.currency), text)});
    case MOON_ARG_DATE:
        return moon_arena_str(&s->arena, (moon_str){text, moon_date_format(value->date, text)});
    case MOON_ARG_BOOL: return value->boolean ? MOON_STR("yes") : MOON_STR_NONE;
    default: return MOON_STR_NONE;
    }
}

/* A list of maps as a table: texts first, then numbers; columns as in its first row. */
static moon_status tell_list(moon_session *s, const moon_arg *rows, moon_err *err) {
    const moon_arg *first = &rows->list.items[0];
    size_t count = first->map.count, at = 0;
    moon_heading *headings = MOON_NEW_N(&s->arena, moon_heading, count + 1);
    moon_str *cells = MOON_NEW_N(&s->arena, moon_str, count + 1);
    for (int numbers = 0; numbers < 2; numbers++)
        for (size_t i = 0; i < count; i++) {
            bool text = first->map.items[i].value.kind == MOON_ARG_TEXT;
            if (text == !numbers)
                headings[at++] = (moon_heading){.name = kept(s, first->map.items[i].name),
                                                .cell = text ? MOON_CELL_TEXT : MOON_CELL_NUMBER};
        }
    moon_listing *listing = moon_listing_begin(s->app, headings, at);
    for (size_t i = 0; i < rows->list.count; i++) {
        for (size_t k = 0; k < at; k++) {
            moon_arg value = moon_arg_get(&rows->list.items[i], headings[k].name);
            cells[k] = cell_text(s, &value);
        }
        moon_listing_add(listing, cells);
    }
    return moon_listing_end(listing, "", err);
}

/* Its summary, its tables, what was refused. */
static moon_status tell_result(moon_session *s, const moon_arg *result, moon_err *err) {
    moon_str summary = moon_arg_text_of(result, "summary");
    for (size_t i = 0; result->kind == MOON_ARG_MAP && i < result->map.count; i++) {
        const moon_arg *part = &result->map.items[i].value;
        if (part->kind != MOON_ARG_LIST || part->list.count == 0 ||
            part->list.items[0].kind != MOON_ARG_MAP || moon_str_is(result->map.items[i].name, "problems"))
            continue;
        MOON_TRY(tell_list(s, part, err));
        moon_app_say(s->app, "\n");
    }
    print(s->app, summary);
    if (summary.len && summary.ptr[summary.len - 1] != '\n') moon_app_print(s->app, "\n");
    tell_problems(s, result);
    return MOON_OK;
}

static bool same(const moon_arg *a, const moon_arg *b) {
    moon_buf left = MOON_BUF_EMPTY, right = MOON_BUF_EMPTY;
    moon_wire_add_arg(&left, a);
    moon_wire_add_arg(&right, b);
    bool equal = moon_str_eq(moon_buf_str(&left), moon_buf_str(&right));
    moon_buf_free(&left);
    moon_buf_free(&right);
    return equal;
}

/* Show what it would do, ask, look again whether it still would, do it. */
static moon_status act_asking(moon_session *s, const moon_arg *asked, moon_arg *result, moon_err *err) {
    moon_arg now;
    MOON_TRY(perform(s, asked, true, result, err));
    for (;;) {
        MOON_TRY(tell_result(s, result, err));
        if (!confirmed(s)) {
            moon_app_print(s->app, "Nothing was written.\n");
            *result = moon_arg_bool(false);
            return MOON_OK;
        }
        MOON_TRY(perform(s, asked, true, &now, err));
        if (same(result, &now)) break;
        *result = now;
        moon_app_print(s->app, "The book changed meanwhile; this is what it would be now:\n\n");
    }
    return perform(s, asked, false, result, err);
}

static moon_status act(moon_session *s, const moon_arg *asked, moon_buf *answer, moon_err *err) {
    moon_arg result;
    bool writes = flag(asked, "changes"), dry_run = s->setup.dry_run || flag(asked, "dry_run");
    s->interrupted = false;
    if (writes && s->setup.confirm && !dry_run)
        MOON_TRY(act_asking(s, asked, &result, err));
    else
        MOON_TRY(perform(s, asked, dry_run, &result, err));
    if (s->interrupted)
        return moon_fail(err, MOON_E_INTERRUPTED, "interrupted, after %.*s had ended",
                         MOON_STR_ARG(moon_arg_text_of(asked, "verb")));
    moon_wire_add_arg(answer, &result);
    return MOON_OK;
}

/* ---- questions ---- */

static moon_status asked_for(moon_session *s, const moon_arg *asked, moon_buf *answer, moon_err *err) {
    moon_str ask = moon_arg_text_of(asked, "ask");
    moon_arg rows = moon_arg_get(asked, "rows"), fields = moon_arg_get(asked, "fields"),
             result = moon_arg_get(asked, "result");
    if (moon_str_is(ask, "print")) {
        print(s->app, moon_arg_text_of(asked, "text"));
        return MOON_OK;
    }
    if (moon_str_is(ask, "fields")) return print_fields(s, &fields, err);
    if (moon_str_is(ask, "table")) return show_table(s, asked, err);
    if (moon_str_is(ask, "file")) return save_table(s, asked, err);
    if (moon_str_is(ask, "rows")) return add_rows(s, &rows, err);
    if (moon_str_is(ask, "end")) return end_rows(s, asked, err);
    if (moon_str_is(ask, "result")) return tell_result(s, &result, err);
    if (moon_str_is(ask, "edit")) return edit(s, asked, answer, err);
    if (moon_str_is(ask, "act")) return act(s, asked, answer, err);
    return senseless(err);
}

static moon_status answer_question(void *ctx, moon_str question, moon_buf *answer, moon_err *err) {
    moon_session *s = ctx;
    moon_arena scratch = MOON_ARENA_EMPTY;
    moon_arg asked;
    moon_status status =
        moon_wire_read_arg(&question, &asked, &scratch) ? asked_for(s, &asked, answer, err) : senseless(err);
    moon_arena_free(&scratch);
    return status;
}

/* ---- calls ---- */

static moon_status call(moon_session *s, const char *verb, const moon_arg *given, moon_arg *result,
                        moon_arena *keep, moon_err *err) {
    moon_buf request = MOON_BUF_EMPTY;
    moon_str reply;
    moon_wire_add_str(&request, moon_str_of(verb));
    moon_wire_add_arg(&request, given);
    moon_status status =
        moon_worker_call(s->worker, moon_job_session, moon_buf_str(&request), false, keep, &reply, err);
    moon_buf_free(&request);
    if (!moon_worker_lives(s->worker)) {
        s->lost = s->lost || s->begun;
        s->begun = false;
    }
    MOON_TRY(status);
    if (!moon_wire_read_arg(&reply, result, keep))
        return moon_fail(err, MOON_E_SCRIPT_CRASH, "the worker's answer makes no sense");
    return MOON_OK;
}

static moon_arg actions_arg(moon_arena *keep) {
    size_t count = 0;
    while (moon_actions[count].name) count++;
    moon_arg *items = MOON_NEW_N(keep, moon_arg, count + 1);
    for (size_t i = 0; i < count; i++) {
        const char *knows = moon_actions[i].knows;
        moon_named *m = MOON_NEW_N(keep, moon_named, 4);
        m[3] = moon_arg_named("knows", knows ? moon_arg_text(moon_str_of(knows)) : (moon_arg){0});
        m[0] = moon_arg_named("name", moon_arg_text(moon_str_of(moon_actions[i].name)));
        m[1] = moon_arg_named("doc", moon_arg_text(moon_str_of(moon_actions[i].doc)));
        m[2] = moon_arg_named("writes", moon_arg_bool(moon_actions[i].writes));
        items[i] = moon_arg_map(m, 4);
    }
    return moon_arg_list(items, count);
}

/* The columns that `list` shows, by the names of queries; for those whose columns are all fields of theirs. */
static moon_arg shown_arg(moon_arena *keep) {
    static const char *const names[] = {"invoices", "credit_notes", "drafts",      "documents",
                                        "orders",   "items",        "payments",    "adjustments",
                                        "disputes", "messages",     "occurrences", "parked"};
    enum { COUNT = sizeof names / sizeof *names };
    moon_named *m = MOON_NEW_N(keep, moon_named, COUNT);
    size_t count = 0;
    for (size_t i = 0; i < COUNT; i++) {
        const char *shown = NULL, *sums, *spare;
        if (moon_list_columns(moon_str_of(names[i]), &shown, &sums, &spare) && shown)
            m[count++] = moon_arg_named(names[i], moon_arg_text(moon_str_of(shown)));
    }
    return moon_arg_map(m, count);
}

static moon_status begin(moon_session *s, moon_err *err) {
    moon_arg result, *args = MOON_NEW_N(&s->arena, moon_arg, s->setup.arg_count + 1);
    if (s->begun) return MOON_OK;
    for (size_t i = 0; i < s->setup.arg_count; i++) args[i] = moon_arg_text(s->setup.args[i]);
    moon_named m[] = {moon_arg_named("actions", actions_arg(&s->arena)),
                      moon_arg_named("arg", moon_arg_list(args, s->setup.arg_count)),
                      moon_arg_named("prompt", moon_arg_bool(s->setup.confirm != NULL)),
                      moon_arg_named("shown", shown_arg(&s->arena)),
                      moon_arg_named("today", moon_arg_date(s->app->book->ctx.today)),
                      moon_arg_named("utf8", moon_arg_bool(s->app->style.utf8))};
    moon_arg given = moon_arg_map(m, sizeof m / sizeof *m);
    MOON_TRY(call(s, "begin", &given, &result, &s->arena, err));
    s->begun = true;
    return MOON_OK;
}

/* A prompt may stay open for days. */
static void look_at_the_clock(moon_session *s) {
    moon_book *book = s->app->book;
    s->app->open.now = s->app->now();
    moon_instant_format(s->app->open.now, s->time);
    book->ctx.time = moon_str_of(s->time);
    if (s->app->open.today == MOON_DATE_NONE) book->ctx.today = moon_zone_day(book->zone, s->app->open.now);
}

/* A table or file that its chunk did not end. */
static void drop_rest(moon_session *s) {
    moon_saving_drop(s->saving);
    s->saving = NULL;
    s->headings = NULL;
    s->listing = NULL;
}

/* The line at fault, where it is one of this chunk. */
static void add_excerpt(moon_str name, moon_str text, moon_err *err) {
    moon_str line = MOON_STR_NONE;
    if (err->source[0] || !moon_str_is(name, err->place)) return;
    for (int i = 0; i < err->line; i++)
        if (!moon_str_cut(&text, '\n', &line)) return;
    line = moon_str_trim(line);
    snprintf(err->source, sizeof err->source, "%.*s", MOON_STR_ARG(line));
}

moon_status moon_session_eval(moon_session *s, moon_str name, moon_str text, size_t limit, bool *incomplete,
                              moon_err *err) {
    moon_arg result;
    moon_arena_mark mark = moon_arena_here(&s->app->arena);
    look_at_the_clock(s);
    moon_named m[] = {moon_arg_named("every", moon_arg_bool(s->app->format != MOON_FORMAT_TABLE)),
                      moon_arg_named("limit", limit ? moon_arg_integer((int64_t)limit) : (moon_arg){0}),
                      moon_arg_named("name", moon_arg_text(name)),
                      moon_arg_named("prompt", moon_arg_bool(incomplete != NULL)),
                      moon_arg_named("text", moon_arg_text(text)),
                      moon_arg_named("today", moon_arg_date(s->app->book->ctx.today))};
    moon_arg given = moon_arg_map(m, sizeof m / sizeof *m);
    moon_status status = begin(s, err);
    if (status == MOON_OK) status = call(s, "eval", &given, &result, &s->arena, err);
    if (status != MOON_OK) add_excerpt(name, text, err);
    if (incomplete) *incomplete = status == MOON_OK && flag(&result, "incomplete");
    drop_rest(s);
    moon_arena_free(&s->arena);
    moon_arena_rewind(&s->app->arena, mark);
    return status;
}

moon_status moon_session_complete(moon_session *s, moon_str text, moon_arena *keep, moon_arg *out,
                                  moon_err *err) {
    look_at_the_clock(s);
    moon_named m[] = {moon_arg_named("text", moon_arg_text(text)),
                      moon_arg_named("today", moon_arg_date(s->app->book->ctx.today))};
    moon_arg given = moon_arg_map(m, sizeof m / sizeof *m);
    MOON_TRY(begin(s, err));
    return call(s, "complete", &given, out, keep, err);
}

void moon_session_interrupt(moon_session *s) {
    if (s->acting)
        s->interrupted = true;
    else
        moon_worker_interrupt(s->worker);
}

bool moon_session_lost(moon_session *s) {
    bool lost = s->lost;
    s->lost = false;
    return lost;
}

moon_session *moon_session_new(moon_app *app, const moon_session_setup *setup) {
    moon_session *s = moon_malloc(sizeof *s);
    *s = (moon_session){.app = app, .setup = *setup, .worker_setup = app->book->setup};
    s->worker_setup.limits = (moon_script_limits){.memory_bytes = MEMORY, .lasting = true};
    s->worker = moon_worker_new(&s->worker_setup);
    moon_worker_answer(s->worker, answer_question, s);
    return s;
}

void moon_session_free(moon_session *s) {
    if (!s) return;
    drop_rest(s);
    moon_worker_free(s->worker);
    moon_arena_free(&s->arena);
    free(s);
}
