/* Commands of what runs by itself: schedule list, tick. */
#include "app/command.h"
#include "app/output.h"
#include "app/words.h"
#include "run/schedule.h"

#define AROUND_DAYS 31 /* that schedule list shows before and after today, unless told */

static const moon_heading headings[] = {
    {.name = "date", .cell = MOON_CELL_DATE},
    {.name = "time", .cell = MOON_CELL_TEXT},
    {.name = "schedule", .cell = MOON_CELL_TEXT},
    {.name = "state", .cell = MOON_CELL_TEXT},
    {.name = "result", .cell = MOON_CELL_TEXT},
    {.name = "files", .cell = MOON_CELL_TEXT, .flags = MOON_HEADING_DETAIL},
    {.name = "every", .cell = MOON_CELL_TEXT, .flags = MOON_HEADING_DETAIL}};
#define COLUMNS (sizeof headings / sizeof *headings)

/* The moment it is: --now, the end of --today, or what the clock says. */
static moon_status moment(moon_app *app, moon_instant *out, moon_err *err) {
    moon_str text;
    *out = app->open.now;
    if (moon_app_text(app, "now", &text)) {
        if (moon_schedule_instant(app->book, text, out, err) == MOON_OK) return MOON_OK;
        return moon_fail(err, MOON_E_USAGE, "--now wants a time such as 2026-11-30T18:00, found \"%.*s\"",
                         MOON_STR_ARG(text));
    }
    if (app->open.today == MOON_DATE_NONE || app->open.today >= MOON_DATE_MAX) return MOON_OK;
    *out = moon_zone_instant(app->book->zone, app->open.today + 1, 0) - 1;
    return MOON_OK;
}

static const char *state_of(const moon_due *due, moon_instant now) {
    if (due->state) return moon_occurrence_states[due->state - 1];
    return due->instant <= now ? "due" : "planned";
}

static void add_row(moon_app *app, moon_listing *listing, const moon_due *due, moon_instant now,
                    moon_str result) {
    const moon_str cells[COLUMNS] = {moon_words_day(app, due->date),
                                     due->at,
                                     due->schedule,
                                     moon_str_of(state_of(due, now)),
                                     result,
                                     due->files,
                                     due->text};
    moon_listing_add(listing, cells);
}

/* ---- schedule list ---- */

static moon_status run_list(moon_app *app, moon_err *err) {
    moon_instant now;
    moon_due *dues;
    size_t count;
    MOON_TRY(moment(app, &now, err));
    moon_date today = moon_zone_day(app->book->zone, now), from = today - AROUND_DAYS,
              until = today + AROUND_DAYS;
    moon_app_date(app, "from", &from);
    moon_app_date(app, "until", &until);
    MOON_TRY(moon_schedule_list(app->book, now, from, until, &app->arena, &dues, &count, err));
    moon_listing *listing = moon_listing_begin(app, headings, COLUMNS);
    for (size_t i = 0; i < count; i++) add_row(app, listing, &dues[i], now, dues[i].result);
    return moon_listing_end(listing, "Nothing ran and nothing comes: rules/schedules.lua has no schedule.",
                            err);
}

/* ---- tick ---- */

typedef struct ticked {
    moon_app *app;
    moon_listing *listing;
    moon_instant now;
} ticked;

/* The error of one that failed goes to standard error at once, whole. */
static void on_done(void *ctx, const moon_due *due, uint64_t refused, const moon_err *why) {
    ticked *t = ctx;
    moon_app *app = t->app;
    moon_str result = moon_arena_str(&app->arena, due->result);
    moon_due kept = *due;
    kept.at = moon_arena_str(&app->arena, due->at);
    kept.schedule = moon_arena_str(&app->arena, due->schedule);
    kept.files = moon_arena_str(&app->arena, due->files);
    kept.text = moon_arena_str(&app->arena, due->text);
    if (why) moon_err_print(stderr, why);
    if (refused)
        result = moon_arena_printf(&app->arena, "%.*s (%llu parked or refused: moonbill list parked)",
                                   MOON_STR_ARG(result), (unsigned long long)refused);
    add_row(app, t->listing, &kept, t->now, result);
}

static void say_rest(moon_app *app, const moon_tick_report *report) {
    if (report->begun)
        moon_app_say(app, "%llu schedule%s new: moonbill schedule list shows when.\n",
                     (unsigned long long)report->begun, report->begun == 1 ? " is" : "s are");
    if (report->failed)
        moon_app_say(app, "What failed is tried again by the next tick%s.\n",
                     report->waiting ? "; later times of the same schedule wait for it" : "");
}

static moon_status end_tick(moon_app *app, const ticked *t, const moon_tick_report *report, moon_err *err) {
    bool nothing = moon_listing_count(t->listing) == 0;
    app->refused = app->refused || report->failed || report->refused;
    MOON_TRY(
        moon_listing_end(t->listing, report->busy ? "Another tick is at work." : "Nothing is due.", err));
    if (!nothing || report->begun) say_rest(app, report);
    return MOON_OK;
}

static moon_status run_tick(moon_app *app, moon_err *err) {
    ticked t = {.app = app};
    moon_tick_report report;
    moon_err ignored;
    int64_t wait = 60;
    moon_app_int(app, "wait", &wait);
    if (wait > 86400) return moon_fail(err, MOON_E_USAGE, "--wait wants 0 to 86400 seconds");
    MOON_TRY(moment(app, &t.now, err));
    moon_tick_options options = {.now = t.now,
                                 .wait_ms = (unsigned)wait * 1000,
                                 .dry_run = moon_app_flag(app, "dry-run"),
                                 .ctx = &t,
                                 .done = on_done};
    t.listing = moon_listing_begin(app, headings, COLUMNS);
    moon_status status = moon_schedule_tick(app->book, &options, &report, err);
    if (status == MOON_OK) return end_tick(app, &t, &report, err);
    if (moon_listing_count(t.listing)) { /* what was done before */
        moon_status listed = moon_listing_end(t.listing, NULL, &ignored);
        (void)listed;
    }
    return status;
}

/* ---- the table ---- */

#define OPTION_NOW                                                                                           \
    {                                                                                                        \
        .name = "now", .kind = MOON_OPTION_TEXT, .value = "TIME",                                            \
        .doc = "the time it is in the book's zone, for example 2026-11-30T18:00; else the clock's, or the "  \
               "end of --today"                                                                              \
    }

static const moon_option list_options[] = {{.name = "from",
                                            .kind = MOON_OPTION_DATE,
                                            .value = "DATE",
                                            .doc = "what ran from this day on; else of 31 days"},
                                           {.name = "until",
                                            .kind = MOON_OPTION_DATE,
                                            .value = "DATE",
                                            .doc = "what comes up to this day; else in 31 days"},
                                           OPTION_NOW,
                                           MOON_OPTION_FORMAT,
                                           MOON_OPTION_END};
static const moon_option tick_options[] = {OPTION_NOW,
                                           {.name = "wait",
                                            .kind = MOON_OPTION_INT,
                                            .value = "SECONDS",
                                            .doc = "for another run of the book to end; 60 if not given"},
                                           MOON_OPTION_FORMAT,
                                           MOON_OPTION_DRY_RUN,
                                           MOON_OPTION_END};

static const moon_command commands[] = {{.name = "tick",
                                         .summary = "do what is due by rules/schedules.lua, and end",
                                         .usage = "tick [--now TIME] [--dry-run]",
                                         .help =
                                             "For a timer to call, every few minutes; see \"On schedule\" in "
                                             "README. What was missed is caught up in order, "
                                             "the\n"
                                             "oldest first, each as of its own day. A time that fails is "
                                             "tried again by the next tick, and later times of "
                                             "the\n"
                                             "same schedule wait for it; others go on. Any number of ticks "
                                             "may run at once: one works, the others say so "
                                             "and end.\n"
                                             "A tick that was cut off is safe: the next one does the rest.\n"
                                             "\n"
                                             "  moonbill tick --now 2026-11-30T18:00 --dry-run",
                                         .options = tick_options,
                                         .args_max = 0,
                                         .need = MOON_NEEDS_BOOK,
                                         .run = run_tick},
                                        {.name = "schedule list",
                                         .summary = "what comes by rules/schedules.lua, and what ran",
                                         .usage = "schedule list [--from DATE] [--until DATE]",
                                         .help = "States: planned; due: a tick does it; done; failed: the "
                                                 "next tick tries again; begun: from here on a schedule "
                                                 "without\n"
                                                 "a first day runs.\n"
                                                 "\n"
                                                 "  moonbill schedule list --until 2026-12-31 --format csv",
                                         .options = list_options,
                                         .args_max = 0,
                                         .need = MOON_NEEDS_BOOK,
                                         .run = run_list},
                                        {0}};

const moon_command_group moon_commands_schedule = {"On schedule", commands};
