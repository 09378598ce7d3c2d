/* rules check and rules test.                                                Floor 6. */

#include "app/cmd_work.h"
#include "app/output.h"
#include "run/jobs.h"
#include "run/wire.h"

typedef struct rule_results {
    size_t count, wrong, warnings;
    int64_t examples, generated;
} rule_results;

/* What a file came to. */
typedef struct rule_result {
    moon_str file;
    bool good;
    moon_err why;
    moon_arg verdict;
} rule_result;

static moon_status cut_short(moon_err *err) {
    return moon_fail(err, MOON_E_SCRIPT_CRASH, "the worker's answer makes no sense");
}

/* Reply of moon_job_check: for each file its path, whether it is good, and what is wrong with it or what it came to. */
static bool read_result(moon_app *app, moon_str *reply, rule_result *out) {
    *out = (rule_result){.why = {.text = ""}};
    if (!moon_wire_read_str(reply, &out->file) || reply->len == 0) return false;
    out->good = reply->ptr[0] != 0;
    *reply = moon_str_sub(*reply, 1, reply->len);
    return out->good ? moon_wire_read_arg(reply, &out->verdict, &app->arena)
                     : moon_wire_read_err(reply, &out->why);
}

/* What is probably a mistake, to standard error as errors are. */
static size_t tell_warnings(const rule_result *result) {
    size_t count = result->verdict.kind == MOON_ARG_LIST ? result->verdict.list.count : 0;
    for (size_t i = 0; i < count; i++) {
        const moon_arg *one = &result->verdict.list.items[i];
        moon_str file = moon_arg_text_of(one, "file"), message = moon_arg_text_of(one, "message"),
                 hint = moon_arg_text_of(one, "hint");
        int64_t line = moon_arg_int_of(one, "line", 0);
        fprintf(stderr, "%.*s", MOON_STR_ARG(file.len ? file : result->file));
        if (line) fprintf(stderr, ":%lld", (long long)line);
        fprintf(stderr, ": warning: %.*s\n", MOON_STR_ARG(message));
        if (hint.len) fprintf(stderr, "  hint: %.*s\n", MOON_STR_ARG(hint));
    }
    return count;
}

/* Examples and generated rows that differ, the first of them in full. */
static void tell_differences(moon_app *app, rule_result *result) {
    moon_arg list = moon_arg_get(&result->verdict, "differences");
    long long wrong = moon_arg_int_of(&result->verdict, "wrong", 0),
              all = moon_arg_int_of(&result->verdict, "examples", 0) +
                    moon_arg_int_of(&result->verdict, "generated", 0);
    moon_buf text = MOON_BUF_EMPTY;
    for (size_t i = 0; list.kind == MOON_ARG_LIST && i < list.list.count; i++)
        moon_buf_printf(&text, "  %.*s\n", MOON_STR_ARG(list.list.items[i].text));
    moon_fail(&result->why, MOON_E_SCRIPT_VALUE, "%lld of %lld examples differ", wrong, all);
    moon_err_at(&result->why, moon_arena_str(&app->arena, result->file).ptr, 0);
    moon_err_hint(&result->why, "correct the rule, or the example if the rule was meant to change");
    moon_err_print(stderr, &result->why);
    fwrite(text.len ? moon_buf_str(&text).ptr : "", 1, text.len, stderr);
    moon_buf_free(&text);
}

static moon_str count_text(moon_app *app, int64_t count) {
    return count ? moon_arena_printf(&app->arena, "%lld", (long long)count) : MOON_STR_NONE;
}

static void add_result(moon_app *app, moon_listing *listing, rule_result *r, rule_results *out) {
    int64_t examples = moon_arg_int_of(&r->verdict, "examples", 0),
            generated = moon_arg_int_of(&r->verdict, "generated", 0);
    size_t warnings = 0;
    bool good = r->good;
    if (!good) {
        moon_err_at(&r->why, moon_arena_str(&app->arena, r->file).ptr, 0);
        moon_err_print(stderr, &r->why);
    } else if (moon_arg_int_of(&r->verdict, "wrong", 0) > 0) {
        good = false;
        tell_differences(app, r);
    } else
        warnings = tell_warnings(r);
    out->count++;
    out->wrong += !good;
    out->warnings += warnings;
    out->examples += examples;
    out->generated += generated;
    moon_listing_add(listing, (moon_str[]){r->file, good ? MOON_STR("ok") : MOON_STR("wrong"),
                                           count_text(app, examples), count_text(app, generated),
                                           count_text(app, (int64_t)warnings), moon_str_of(r->why.text)});
}

static moon_status print_results(moon_app *app, moon_str reply, bool tests, rule_results *out,
                                 moon_err *err) {
    moon_heading headings[] = {{.name = "file", .cell = MOON_CELL_TEXT},
                               {.name = "result", .cell = MOON_CELL_TEXT},
                               {.name = "examples", .cell = MOON_CELL_INT},
                               {.name = "generated", .cell = MOON_CELL_INT},
                               {.name = "warnings", .cell = MOON_CELL_INT},
                               {.name = "error", .cell = MOON_CELL_TEXT, .flags = MOON_HEADING_DETAIL}};
    uint64_t count;
    headings[tests ? 4 : 2].flags = headings[tests ? 4 : 3].flags = MOON_HEADING_DETAIL;
    moon_listing *listing = moon_listing_begin(app, headings, sizeof headings / sizeof *headings);
    if (!moon_varint_read(&reply, &count)) return cut_short(err);
    for (uint64_t i = 0; i < count; i++) {
        rule_result result;
        if (!read_result(app, &reply, &result)) return cut_short(err);
        add_result(app, listing, &result, out);
    }
    return moon_listing_end(listing, NULL, err);
}

static void say_results(moon_app *app, const rule_results *results, bool tests) {
    const char *files = results->count == 1 ? "file" : "files";
    if (tests)
        moon_app_say(app, "\n%lld examples, %lld generated", (long long)results->examples,
                     (long long)results->generated);
    if (results->wrong)
        moon_app_say(app, "%s%zu of %zu %s %s wrong", tests ? "; " : "\n", results->wrong, results->count,
                     files, results->wrong == 1 ? "is" : "are");
    if (results->warnings)
        moon_app_say(app, "%s%zu %s", results->wrong || tests ? "; " : "\n", results->warnings,
                     results->warnings == 1 ? "warning" : "warnings");
    if (tests || results->wrong || results->warnings) moon_app_say(app, ".\n");
}

static moon_status check(moon_app *app, bool tests, moon_err *err) {
    rule_results results = {0};
    moon_str reply;
    moon_buf request = MOON_BUF_EMPTY;
    moon_buf_add_char(&request, tests ? 1 : 0);
    moon_arg today = moon_arg_date(app->book->ctx.today);
    moon_wire_add_arg(&request, &app->book->settings);
    moon_wire_add_arg(&request, &today);
    moon_status status = moon_worker_call(app->book->worker, moon_job_check, moon_buf_str(&request), true,
                                          &app->arena, &reply, err);
    moon_buf_free(&request);
    if (status != MOON_OK) return status;
    MOON_TRY(print_results(app, reply, tests, &results, err));
    say_results(app, &results, tests);
    app->refused = results.wrong > 0 || (!tests && results.warnings && moon_app_flag(app, "strict"));
    return MOON_OK;
}

static moon_status check_files(moon_app *app, moon_err *err) { return check(app, false, err); }
static moon_status test_files(moon_app *app, moon_err *err) { return check(app, true, err); }

static const moon_option check_options[] = {
    {.name = "strict", .kind = MOON_OPTION_FLAG, .doc = "a warning makes the exit status 1"},
    MOON_OPTION_FORMAT,
    MOON_OPTION_END};
static const moon_option options[] = {MOON_OPTION_FORMAT, MOON_OPTION_END};

static const moon_command commands[] = {
    {.name = "rules check",
     .summary = "load every rule file and say what is wrong with it",
     .usage = "rules check [--strict] [--format table|csv|json]",
     .help =
         "Loads book.lua and each file of rules/ as a run would, without using the book. Run it after "
         "editing. "
         "Errors name file,\n"
         "line and what to do; the exit status is 1 if any file is wrong.\n"
         "\n"
         "Warnings tell what is probably a mistake, and change the exit status only with --strict: an\n"
         "amount that falls when usage rises, periods whose parts do not add up, meters that no usage has,\n"
         "what can never apply, a band that costs more than the one before it, prices in two currencies,\n"
         "a plan without examples.\n"
         "\n"
         "Example\n"
         "  moonbill rules check --strict",
     .options = check_options,
     .need = MOON_NEEDS_BOOK,
     .run = check_files},
    {.name = "rules test",
     .summary = "run the examples beside the rules",
     .usage = "rules test [--format table|csv|json]",
     .help = "Beside rules/tax.lua lies rules/tax.examples.lua: inputs, and what the rule has to answer. "
             "Each is run; what "
             "differs is\n"
             "printed, and the exit status is 1.\n"
             "\n"
             "Of plans rows are generated besides, from the examples or, without any, with every quantity at "
             "1: the "
             "bound of each band\n"
             "and its neighbours, 0, 1 and the largest, agreements that start on the 28th to the 31st, on a "
             "leap day, on "
             "days of a clock\n"
             "change, on the first and last day of a year. Of these it is checked that they compute, that "
             "amounts have no "
             "more digits\n"
             "than the currency, that 0 makes no line unless the charge says so, that the parts of a period "
             "add up to "
             "the whole, and\n"
             "that a full credit is the exact negative.\n"
             "\n"
             "Example\n"
             "  moonbill rules test",
     .options = options,
     .need = MOON_NEEDS_BOOK,
     .run = test_files},
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
