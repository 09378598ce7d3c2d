/* Commands for documents made by hand: add invoice, credit. */
#include "app/command.h"
#include "base/crypt.h"
#include "run/bill.h"

#define FIELDS_MAX 9

typedef struct line {
    moon_named fields[FIELDS_MAX];
    size_t count;
} line;

/* Options that say something about the line before them, and the field each is. */
static const char *const line_fields[][2] = {
    {"quantity", "quantity"}, {"price", "price"}, {"amount", "amount"}, {"product", "product"},
    {"tax", "tax_category"},  {"unit", "unit"},   {"text", "text"},     {NULL, NULL}};

static const char *field_of(const char *option) {
    for (size_t i = 0; line_fields[i][0]; i++)
        if (strcmp(option, line_fields[i][0]) == 0) return line_fields[i][1];
    return NULL;
}

static moon_status add_field(line *to, const char *field, moon_arg value, moon_err *err) {
    for (size_t i = 0; i < to->count; i++)
        if (moon_str_is(to->fields[i].name, field))
            return moon_fail(err, MOON_E_USAGE, "%s is given twice for one line", field);
    to->fields[to->count++] = (moon_named){moon_str_of(field), value};
    return MOON_OK;
}

/* Each --line begins a line; what follows belongs to it. Without any, one line made of the rest. `first` is the
 * field that --line itself gives. */
static moon_status read_lines(moon_app *app, const char *first, moon_arg *out, moon_err *err) {
    const moon_options *options = &app->options;
    line *lines = MOON_NEW_N(&app->arena, line, options->given_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < options->given_count; i++) {
        const moon_given *given = &options->given[i];
        const char *field = field_of(given->option->name);
        bool begins = strcmp(given->option->name, "line") == 0;
        if (!begins && !field) continue;
        if (begins || count == 0) count++;
        moon_arg value = begins && given->option->kind == MOON_OPTION_INT ? moon_arg_integer(given->integer)
                         : given->option->kind == MOON_OPTION_DECIMAL     ? moon_arg_decimal(given->decimal)
                                                                          : moon_arg_text(given->text);
        MOON_TRY(add_field(&lines[count - 1], begins ? first : field, value, err));
    }
    moon_arg *items = MOON_NEW_N(&app->arena, moon_arg, count);
    for (size_t i = 0; i < count; i++) items[i] = moon_arg_map(lines[i].fields, lines[i].count);
    *out = moon_arg_list(items, count);
    return MOON_OK;
}

/* What tells this document from others: the reference given, or else all that was said and the day, so that the
 * same command again is the same document. */
static moon_str source_of(moon_app *app, const char *kind, moon_str about, moon_str ref) {
    moon_hasher hasher;
    char text[MOON_HASH_TEXT], today[MOON_DATE_TEXT];
    if (ref.len)
        return moon_arena_printf(&app->arena, "%s/%.*s/%.*s", kind, MOON_STR_ARG(about), MOON_STR_ARG(ref));
    moon_hasher_begin(&hasher);
    moon_date_format(app->book->ctx.today, today);
    moon_hasher_add_sized(&hasher, moon_str_of(today));
    for (size_t i = 0; i < app->options.given_count; i++) {
        const moon_given *given = &app->options.given[i];
        if (strcmp(given->option->name, "dry-run") == 0) continue;
        moon_hasher_add_sized(&hasher, moon_str_of(given->option->name));
        moon_hasher_add_sized(&hasher, given->text);
    }
    moon_hash hash = moon_hasher_end(&hasher);
    moon_hash_format(&hash, text);
    return moon_arena_printf(&app->arena, "%s/%.*s/%.8s", kind, MOON_STR_ARG(about), text);
}

static void say_draft(moon_app *app, const moon_document *document, moon_drafted how, bool dry_run) {
    char total[MOON_MONEY_TEXT];
    const char *kind = document->kind == MOON_DOCUMENT_INVOICE ? "an invoice" : "a credit note";
    moon_money_format_code((moon_money){document->total, document->currency}, total);
    moon_app_say(app, "%s of %s for account %.*s, %zu %s, total %s: %.*s\n",
                 how == MOON_DRAFTED_SAME ? "there already: draft"
                 : dry_run                ? "would make: draft"
                                          : "draft",
                 kind, MOON_STR_ARG(document->account), document->lines.count,
                 document->lines.count == 1 ? "line" : "lines", total, MOON_STR_ARG(document->id));
    if (!dry_run && document->state == MOON_STATE_DRAFT)
        moon_app_say(app, "next: moonbill approve %.*s\n", MOON_STR_ARG(document->id));
}

static moon_status make(moon_app *app, moon_named *input, size_t count, moon_str source, moon_err *err) {
    moon_document document;
    moon_drafted how;
    bool dry_run = moon_app_flag(app, "dry-run");
    moon_arg map = moon_arg_map(input, count);
    MOON_TRY(moon_bill_manual(app->book, &map, source, dry_run, &app->arena, &document, &how, err));
    say_draft(app, &document, how, dry_run);
    return MOON_OK;
}

static moon_arg text_option(const moon_app *app, const char *name) {
    moon_str text;
    return moon_app_text(app, name, &text) ? moon_arg_text(text) : (moon_arg){0};
}

static moon_status run_add_invoice(moon_app *app, moon_err *err) {
    moon_arg lines;
    moon_str account = moon_app_arg(app, 0), ref = MOON_STR_NONE;
    moon_app_text(app, "ref", &ref);
    MOON_TRY(read_lines(app, "text", &lines, err));
    if (lines.list.count == 0)
        return moon_fail(err, MOON_E_USAGE, "what is sold? --line TEXT --quantity N --price P");
    moon_named input[] = {{MOON_STR("account"), moon_arg_text(account)},
                          {MOON_STR("kind"), moon_arg_text(MOON_STR("invoice"))},
                          {MOON_STR("lines"), lines},
                          {MOON_STR("reference"), text_option(app, "reference")}};
    return make(app, input, 4, source_of(app, "manual", account, ref), err);
}

static moon_status run_credit(moon_app *app, moon_err *err) {
    moon_arg lines;
    moon_str invoice = moon_app_arg(app, 0), ref = MOON_STR_NONE, reason = MOON_STR_NONE;
    moon_app_text(app, "ref", &ref);
    if (!moon_app_text(app, "reason", &reason) || reason.len == 0)
        return moon_fail(err, MOON_E_USAGE, "a credit note wants a reason, which is printed: --reason TEXT");
    MOON_TRY(read_lines(app, "corrects_line", &lines, err));
    moon_named input[] = {{MOON_STR("kind"), moon_arg_text(MOON_STR("credit_note"))},
                          {MOON_STR("lines"), lines},
                          {MOON_STR("original"), moon_arg_text(invoice)},
                          {MOON_STR("reason"), moon_arg_text(reason)}};
    return make(app, input, 4, source_of(app, "credit", invoice, ref), err);
}

/* ---- the table ---- */

static const moon_option invoice_options[] = {
    {.name = "line",
     .letter = 'l',
     .kind = MOON_OPTION_TEXT,
     .value = "TEXT",
     .doc = "begins a line with this description; the options below say more of it",
     .repeated = true},
    {.name = "quantity",
     .kind = MOON_OPTION_DECIMAL,
     .value = "N",
     .doc = "how many; 1 if not given",
     .repeated = true},
    {.name = "price",
     .kind = MOON_OPTION_DECIMAL,
     .value = "P",
     .doc = "of one unit before tax; the product's if not given",
     .repeated = true},
    {.name = "product", .kind = MOON_OPTION_TEXT, .value = "ID", .doc = "article number", .repeated = true},
    {.name = "tax",
     .kind = MOON_OPTION_TEXT,
     .value = "CATEGORY",
     .doc = "tax category; the product's, or standard",
     .repeated = true},
    {.name = "unit", .kind = MOON_OPTION_TEXT, .value = "UNIT", .doc = "unit of measure", .repeated = true},
    {.name = "reference", .kind = MOON_OPTION_TEXT, .value = "TEXT", .doc = "the buyer's reference, printed"},
    {.name = "ref",
     .kind = MOON_OPTION_TEXT,
     .value = "REF",
     .doc = "tells it from others that are alike; the same again is the same document"},
    MOON_OPTION_DRY_RUN,
    MOON_OPTION_END};
static const moon_option credit_options[] = {
    {.name = "line",
     .letter = 'l',
     .kind = MOON_OPTION_INT,
     .value = "N",
     .doc = "line of the invoice; what is left of it, unless an amount or quantity follows",
     .repeated = true},
    {.name = "amount",
     .kind = MOON_OPTION_DECIMAL,
     .value = "M",
     .doc =
         "before tax, or with tax where the invoice's prices have it; without a line it is spread over all",
     .repeated = true},
    {.name = "quantity",
     .kind = MOON_OPTION_DECIMAL,
     .value = "N",
     .doc = "how many units of the line",
     .repeated = true},
    {.name = "reason", .kind = MOON_OPTION_TEXT, .value = "TEXT", .doc = "why; printed on the credit note"},
    {.name = "ref",
     .kind = MOON_OPTION_TEXT,
     .value = "REF",
     .doc = "tells it from others that are alike; the same again is the same document"},
    MOON_OPTION_DRY_RUN,
    MOON_OPTION_END};

static const moon_command commands[] = {
    {.name = "add invoice",
     .summary = "draft an invoice by hand",
     .usage = "add invoice ACCOUNT --line TEXT --quantity N --price P [--line ...]",
     .help =
         "Priced, taxed and approved like every other invoice. The same command on the same day is the same\n"
         "draft; --ref makes another.\n"
         "\n"
         "  moonbill add invoice ACME --line \"Consulting\" --quantity 2.5 --price 90.00",
     .options = invoice_options,
     .args_min = 1,
     .args_max = 1,
     .need = MOON_NEEDS_BOOK,
     .run = run_add_invoice},
    {.name = "credit",
     .summary = "draft a credit note for an invoice",
     .usage = "credit INVOICE --reason TEXT [--line N [--amount M | --quantity Q]]...",
     .help = "Without lines, all that is left of the invoice is credited. Tax is the invoice's own, and the "
             "credit that\n"
             "takes the last of it brings line, tax and total to exactly zero.\n"
             "\n"
             "  moonbill credit INV-2026-00012 --line 2 --amount 10.00 --reason \"damaged\"",
     .options = credit_options,
     .args_min = 1,
     .args_max = 1,
     .need = MOON_NEEDS_BOOK,
     .run = run_credit},
    {0}};

const moon_command_group moon_commands_hand = {"Documents by hand", commands};
