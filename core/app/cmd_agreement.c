/* Commands over agreements: change, end, pause, resume. */
#include "app/command.h"
#include "app/output.h"
#include "app/words.h"
#include "doc/table.h"
#include "run/amend.h"

/* ---- what is asked ---- */

static moon_status read_wish(moon_app *app, moon_amend_verb verb, moon_amend_wish *wish, moon_err *err) {
    moon_str at = MOON_STR_NONE;
    *wish = (moon_amend_wish){.verb = verb, .id = moon_app_arg(app, 0), .day = MOON_DATE_NONE};
    moon_app_date(app, verb == MOON_AMEND_PAUSE ? "from" : "on", &wish->day);
    moon_app_text(app, "reason", &wish->reason);
    if (verb == MOON_AMEND_PAUSE) moon_app_text(app, "how", &wish->how);
    if (verb == MOON_AMEND_CHANGE || verb == MOON_AMEND_END) moon_app_text(app, "at", &at);
    wish->at_period_end = at.len > 0;
    if (verb != MOON_AMEND_CHANGE) return MOON_OK;
    moon_pair *pairs;
    MOON_TRY(moon_app_pairs(app, 1, false, &pairs, &wish->pair_count, err));
    moon_amend_pair *made = MOON_NEW_N(&app->arena, moon_amend_pair, wish->pair_count + 1);
    for (size_t i = 0; i < wish->pair_count; i++) made[i] = (moon_amend_pair){pairs[i].field, pairs[i].value};
    wish->pairs = made;
    return MOON_OK;
}

/* ---- what is told ---- */

static void tell_rows(moon_app *app, const moon_amended *amended) {
    static const moon_column columns[] = {{{"From", 4}, MOON_ALIGN_LEFT},
                                          {{"Field", 5}, MOON_ALIGN_LEFT},
                                          {{"Old", 3}, MOON_ALIGN_LEFT},
                                          {{"New", 3}, MOON_ALIGN_LEFT},
                                          {{"", 0}, MOON_ALIGN_LEFT}};
    moon_table *table = moon_table_new(&app->arena, columns, 5);
    moon_buf out = MOON_BUF_EMPTY;
    for (size_t i = 0; i < amended->row_count; i++) {
        const moon_amend_row *row = &amended->rows[i];
        moon_str old = row->old.len ? row->old : MOON_STR("-"), new = row->new.len ? row->new : MOON_STR("-");
        moon_table_add(table,
                       (moon_str[]){moon_words_day(app, row->from), row->field, old, row->kept ? old : new,
                                    row->kept                   ? MOON_STR("stays: set for that day")
                                    : row->from == amended->day ? MOON_STR_NONE
                                                                : MOON_STR("carried on")});
    }
    moon_table_write(table, &app->style, &out);
    moon_app_say(app, "%.*s", MOON_STR_ARG(moon_buf_str(&out)));
    moon_buf_free(&out);
}

/* ---- what the next bill would say ---- */

static void add_lines(moon_app *app, moon_table *table, const moon_document *document, moon_str agreement,
                      size_t *count, moon_int128 *sum) {
    moon_str currency = moon_str_of(moon_currency_code(document->currency));
    for (size_t i = 0; i < document->lines.count; i++) {
        const moon_line *line = MOON_AT(moon_line, document->lines, i);
        if (!moon_str_eq(line->agreement, agreement)) continue;
        moon_str text = line->text.len ? line->text : line->charge;
        moon_table_add(
            table, (moon_str[]){
                       text, line->start == MOON_DATE_NONE ? MOON_STR_NONE : moon_words_day(app, line->start),
                       line->stop == MOON_DATE_NONE ? MOON_STR_NONE : moon_words_day(app, line->stop),
                       line->cause, moon_words_amount(app, line->amount, document->currency), currency});
        *sum += line->amount;
        ++*count;
    }
}

/* Lines of the account's drafts that are this agreement's. */
static moon_status tell_preview(moon_app *app, const moon_amended *amended, moon_err *err) {
    static const moon_column columns[] = {{{"Line", 4}, MOON_ALIGN_LEFT},
                                          {{"Start", 5}, MOON_ALIGN_LEFT},
                                          {{"Stop", 4}, MOON_ALIGN_LEFT},
                                          {{"Why", 3}, MOON_ALIGN_LEFT},
                                          {{"Amount before tax", 17}, MOON_ALIGN_RIGHT},
                                          {{"", 0}, MOON_ALIGN_LEFT}};
    moon_document *documents;
    moon_date day;
    size_t count, lines = 0, currencies = 0;
    moon_int128 sum = 0;
    MOON_TRY(moon_amend_preview(app->book, amended, &app->arena, &day, &documents, &count, err));
    moon_table *table = moon_table_new(&app->arena, columns, 6);
    for (size_t i = 0; i < count; i++) {
        currencies += i == 0 || documents[i].currency != documents[0].currency;
        add_lines(app, table, &documents[i], amended->versions[0].id, &lines, &sum);
    }
    if (lines == 0) {
        moon_app_say(app, "\nThe bill of %.*s would have nothing of it.\n",
                     MOON_STR_ARG(moon_words_day(app, day)));
        return MOON_OK;
    }
    if (currencies == 1)
        moon_table_total(table, (moon_str[]){MOON_STR("in all"), MOON_STR_NONE, MOON_STR_NONE, MOON_STR_NONE,
                                             moon_words_amount(app, sum, documents[0].currency),
                                             moon_str_of(moon_currency_code(documents[0].currency))});
    moon_buf out = MOON_BUF_EMPTY;
    moon_table_write(table, &app->style, &out);
    moon_app_say(app, "\nThe bill of %.*s would have of it:\n\n%.*s", MOON_STR_ARG(moon_words_day(app, day)),
                 MOON_STR_ARG(moon_buf_str(&out)));
    moon_buf_free(&out);
    return MOON_OK;
}

/* ---- the commands ---- */

static moon_status amend(moon_app *app, moon_amend_verb verb, moon_err *err) {
    bool dry_run = moon_app_flag(app, "dry-run");
    moon_amend_wish wish;
    moon_amended amended;
    MOON_TRY(read_wish(app, verb, &wish, err));
    MOON_TRY(moon_amend(app->book, &wish, dry_run, &app->arena, &amended, err));
    moon_str day = moon_words_day(app, amended.day);
    if (amended.version_count == 0) {
        moon_app_say(app, "agreement %.*s says that already from %.*s on; nothing was written.\n",
                     MOON_STR_ARG(wish.id), MOON_STR_ARG(day));
        return MOON_OK;
    }
    moon_app_say(app, "agreement %.*s, version %lld, from %.*s\n\n", MOON_STR_ARG(wish.id),
                 (long long)amended.now->version, MOON_STR_ARG(day));
    tell_rows(app, &amended);
    if (!dry_run) return MOON_OK;
    MOON_TRY(tell_preview(app, &amended, err));
    moon_app_say(app, "\nNothing was written (dry run).\n");
    return MOON_OK;
}

static moon_status run_change(moon_app *app, moon_err *err) { return amend(app, MOON_AMEND_CHANGE, err); }
static moon_status run_end(moon_app *app, moon_err *err) { return amend(app, MOON_AMEND_END, err); }
static moon_status run_pause(moon_app *app, moon_err *err) { return amend(app, MOON_AMEND_PAUSE, err); }
static moon_status run_resume(moon_app *app, moon_err *err) { return amend(app, MOON_AMEND_RESUME, err); }

/* ---- the table ---- */

#define ON(words)                                                                                            \
    { .name = "on", .kind = MOON_OPTION_DATE, .value = "DATE", .doc = words }
#define AT                                                                                                   \
    {                                                                                                        \
        .name = "at", .kind = MOON_OPTION_CHOICE, .value = "period-end",                                     \
        .doc = "instead of a day: when the period that has today is over"                                    \
    }
#define REASON                                                                                               \
    { .name = "reason", .kind = MOON_OPTION_TEXT, .value = "TEXT", .doc = "why; kept with the version" }

static const moon_option change_options[] = {ON("first day on which it holds; today if not given"), AT,
                                             REASON, MOON_OPTION_DRY_RUN, MOON_OPTION_END};
static const moon_option end_options[] = {ON("first day without service; today if not given"), AT, REASON,
                                          MOON_OPTION_DRY_RUN, MOON_OPTION_END};
static const moon_option pause_options[] = {
    {.name = "from",
     .kind = MOON_OPTION_DATE,
     .value = "DATE",
     .doc = "first day of the pause; today if not given"},
    {.name = "how",
     .kind = MOON_OPTION_CHOICE,
     .value = "stop|skip|keep|void|uncollectible",
     .doc = "stop if not given: no service, periods and end move by the days paused"},
    REASON,
    MOON_OPTION_DRY_RUN,
    MOON_OPTION_END};
static const moon_option resume_options[] = {ON("first day on which it runs again; today if not given"),
                                             REASON, MOON_OPTION_DRY_RUN, MOON_OPTION_END};

static const moon_command commands[] = {
    {.name = "change",
     .summary = "change an agreement from a day on",
     .usage = "change AGREEMENT [--on DATE | --at period-end] FIELD=VALUE ...",
     .help =
         "Sets plan=, terms=, reference=, tags.NAME=, prices.CHARGE= and coupons.CODE=. The next bill "
         "credits\n"
         "what was billed for days that are changed, and charges them anew. Versions that hold from a later\n"
         "day get the change too, unless they say something of their own; which do is told.\n"
         "\n"
         "  moonbill change A-7 --on 2026-04-11 tags.seats=20 --reason \"ten more\"\n"
         "  moonbill change A-7 --at period-end plan=pro prices.seats=8\n"
         "  moonbill change A-7 --dry-run tags.seats=20",
     .options = change_options,
     .args_min = 1,
     .args_max = -1,
     .need = MOON_NEEDS_BOOK,
     .run = run_change},
    {.name = "end",
     .summary = "end an agreement",
     .usage = "end AGREEMENT [--on DATE | --at period-end]",
     .help = "The next bill credits what was billed for days without service.\n"
             "\n"
             "  moonbill end A-7 --at period-end --reason \"moves abroad\"\n"
             "  moonbill end A-7 --on 2026-04-11",
     .options = end_options,
     .args_min = 1,
     .args_max = 1,
     .need = MOON_NEEDS_BOOK,
     .run = run_end},
    {.name = "pause",
     .summary = "let an agreement rest",
     .usage = "pause AGREEMENT [--from DATE] [--how HOW]",
     .help =
         "stop: no service; the period in progress, all later ones and the end move by the days paused.\n"
         "skip: no service; days are not billed, periods stay. With the others service goes on: keep makes\n"
         "drafts that wait for the end of the pause, void bills nothing that falls due in it, uncollectible\n"
         "issues and writes off at once.\n"
         "\n"
         "  moonbill pause A-7 --from 2026-07-01 --how skip --reason \"closed in summer\"",
     .options = pause_options,
     .args_min = 1,
     .args_max = 1,
     .need = MOON_NEEDS_BOOK,
     .run = run_pause},
    {.name = "resume",
     .summary = "end the pause of an agreement",
     .usage = "resume AGREEMENT [--on DATE]",
     .help = "A pause can be ended before it begins: both days are then known.\n"
             "\n"
             "  moonbill resume A-7 --on 2026-09-01",
     .options = resume_options,
     .args_min = 1,
     .args_max = 1,
     .need = MOON_NEEDS_BOOK,
     .run = run_resume},
    {0}};

const moon_command_group moon_commands_agreements = {"Agreements", commands};
