/* rules check and rules test.                                                Floor 6. */

#include "app/cmd_work.h"
#include "app/output.h"
#include "run/jobs.h"
#include "run/wire.h"

typedef struct rule_results {
    size_t count, wrong;
} rule_results;

static moon_status cut_short(moon_err *err) {
    return moon_fail(err, MOON_E_SCRIPT_CRASH, "the worker's answer makes no sense");
}

/* Reply of moon_job_check: for each file its path, whether it is good, and what is wrong with it. */
static moon_status print_results(moon_app *app, moon_str reply, rule_results *out, moon_err *err) {
    static const moon_heading headings[] = {
        {.name = "file", .cell = MOON_CELL_TEXT},
        {.name = "result", .cell = MOON_CELL_TEXT},
        {.name = "error", .cell = MOON_CELL_TEXT, .flags = MOON_HEADING_DETAIL}};
    uint64_t count;
    moon_listing *listing = moon_listing_begin(app, headings, 3);
    if (!moon_varint_read(&reply, &count)) return cut_short(err);
    for (uint64_t i = 0; i < count; i++) {
        moon_str file;
        moon_err why = {.text = ""};
        if (!moon_wire_read_str(&reply, &file) || reply.len == 0) return cut_short(err);
        bool good = reply.ptr[0] != 0;
        reply = moon_str_sub(reply, 1, reply.len);
        if (!good && !moon_wire_read_err(&reply, &why)) return cut_short(err);
        moon_listing_add(
            listing, (moon_str[]){file, good ? MOON_STR("ok") : MOON_STR("wrong"), moon_str_of(why.text)});
        out->count++;
        if (good) continue;
        out->wrong++;
        moon_err_at(&why, moon_arena_str(&app->arena, file).ptr, 0);
        moon_err_print(stderr, &why);
    }
    return moon_listing_end(listing, NULL, err);
}

static moon_status check(moon_app *app, bool examples, moon_err *err) {
    rule_results results = {0};
    moon_str reply;
    moon_buf request = MOON_BUF_EMPTY;
    moon_buf_add_char(&request, examples ? 1 : 0);
    moon_wire_add_arg(&request, &app->book->settings);
    moon_status status = moon_worker_call(app->book->worker, moon_job_check, moon_buf_str(&request), true,
                                          &app->arena, &reply, err);
    moon_buf_free(&request);
    if (status != MOON_OK) return status;
    MOON_TRY(print_results(app, reply, &results, err));
    app->refused = results.wrong > 0;
    if (results.wrong)
        moon_app_say(app, "\n%zu of %zu files %s wrong.\n", results.wrong, results.count,
                     results.wrong == 1 ? "is" : "are");
    return MOON_OK;
}

static moon_status check_files(moon_app *app, moon_err *err) { return check(app, false, err); }
static moon_status test_files(moon_app *app, moon_err *err) { return check(app, true, err); }

static const moon_option options[] = {MOON_OPTION_FORMAT, MOON_OPTION_END};

static const moon_command commands[] = {
    {"rules check", "load every rule file and say what is wrong with it",
     "rules check [--format table|csv|json]",
     "Loads book.lua and each file of rules/ as a run would, without "
     "using the book. Run it after editing. Errors name file,\n"
     "line and what to do; the exit status is 1 if any file is wrong.\n"
     "\n"
     "Example\n"
     "  moonbill rules check",
     options, 0, 0, MOON_NEEDS_BOOK, check_files},
    {"rules test", "run the examples beside the rules", "rules test [--format table|csv|json]",
     "Beside rules/tax.lua lies rules/tax.examples.lua: inputs, and what "
     "the rule has to answer. Each is run; what differs is\n"
     "printed, and the exit status is 1.\n"
     "\n"
     "Example\n"
     "  moonbill rules test",
     options, 0, 0, MOON_NEEDS_BOOK, test_files},
    {.name = "quote",
     .summary = "price a plan without any account",
     .usage = "quote PLAN [--quantity NAME=N ...] [--usage METER=N ...] [--from DATE] [--to DATE]\n"
              "quote PLAN --input FILE.csv [--format csv]\n"
              "quote PLAN --picture NAME=A..B",
     .help = "Prices rules/pricing/PLAN.lua as a bill would, and prints the "
             "lines with how each amount came about. Nothing is written. It "
             "works\n"
             "in a book, in a folder that has nothing but rules/, and with "
             "--rules anywhere. Quantities are the names that the plan\n"
             "reads, usage is what a meter comes to in each period.\n"
             "\n"
             "With --input each row of the file is a quote of its own. "
             "Columns are called as the quantities and meters; besides there\n"
             "may be from, to, country, tax_id, coupon, product, currency and "
             "\"tag NAME\". What the options say holds for every row that\n"
             "says nothing else. A row that cannot be priced has an error in "
             "its last column, the others go on, and the exit status is 1.\n"
             "\n"
             "Examples\n"
             "  moonbill quote subscription --quantity seats=12 --usage "
             "api.calls=15000\n"
             "  moonbill quote subscription --quantity seats=12 --from "
             "2026-01-31 --to 2027-01-31\n"
             "  moonbill quote subscription --input offers.csv --format csv > "
             "priced.csv\n"
             "  moonbill quote subscription --quantity seats=1 --picture "
             "api.calls=0..2000000",
     .options = moon_quote_options,
     .args_min = 1,
     .args_max = 1,
     .need = MOON_NEEDS_NOTHING,
     .run = moon_command_quote},
    {0}};

const moon_command_group moon_commands_rules = {"Rules", commands};
