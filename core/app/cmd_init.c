/* init: a new book.                                                          Floor 6. */
#include "app/cmd_book.h"
#include "app/demo.h"

#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "script/embedded.h"

/* What a country's books are usually kept in; for defaults only. Countries with several zones have that of the
 * capital. */
static const struct country {
    const char *code, *currency, *zone;
} countries[] = {{"AE", "AED", "Asia/Dubai"},         {"AR", "ARS", "America/Argentina/Buenos_Aires"},
                 {"AT", "EUR", "Europe/Vienna"},      {"AU", "AUD", "Australia/Sydney"},
                 {"BE", "EUR", "Europe/Brussels"},    {"BG", "EUR", "Europe/Sofia"},
                 {"BR", "BRL", "America/Sao_Paulo"},  {"CA", "CAD", "America/Toronto"},
                 {"CH", "CHF", "Europe/Zurich"},      {"CL", "CLP", "America/Santiago"},
                 {"CN", "CNY", "Asia/Shanghai"},      {"CY", "EUR", "Asia/Nicosia"},
                 {"CZ", "CZK", "Europe/Prague"},      {"DE", "EUR", "Europe/Berlin"},
                 {"DK", "DKK", "Europe/Copenhagen"},  {"EE", "EUR", "Europe/Tallinn"},
                 {"ES", "EUR", "Europe/Madrid"},      {"FI", "EUR", "Europe/Helsinki"},
                 {"FR", "EUR", "Europe/Paris"},       {"GB", "GBP", "Europe/London"},
                 {"GR", "EUR", "Europe/Athens"},      {"HK", "HKD", "Asia/Hong_Kong"},
                 {"HR", "EUR", "Europe/Zagreb"},      {"HU", "HUF", "Europe/Budapest"},
                 {"IE", "EUR", "Europe/Dublin"},      {"IL", "ILS", "Asia/Jerusalem"},
                 {"IN", "INR", "Asia/Kolkata"},       {"IS", "ISK", "Atlantic/Reykjavik"},
                 {"IT", "EUR", "Europe/Rome"},        {"JP", "JPY", "Asia/Tokyo"},
                 {"KR", "KRW", "Asia/Seoul"},         {"KW", "KWD", "Asia/Kuwait"},
                 {"LI", "CHF", "Europe/Vaduz"},       {"LT", "EUR", "Europe/Vilnius"},
                 {"LU", "EUR", "Europe/Luxembourg"},  {"LV", "EUR", "Europe/Riga"},
                 {"MT", "EUR", "Europe/Malta"},       {"MX", "MXN", "America/Mexico_City"},
                 {"NL", "EUR", "Europe/Amsterdam"},   {"NO", "NOK", "Europe/Oslo"},
                 {"NZ", "NZD", "Pacific/Auckland"},   {"PL", "PLN", "Europe/Warsaw"},
                 {"PT", "EUR", "Europe/Lisbon"},      {"RO", "RON", "Europe/Bucharest"},
                 {"RS", "RSD", "Europe/Belgrade"},    {"SE", "SEK", "Europe/Stockholm"},
                 {"SG", "SGD", "Asia/Singapore"},     {"SI", "EUR", "Europe/Ljubljana"},
                 {"SK", "EUR", "Europe/Bratislava"},  {"TR", "TRY", "Europe/Istanbul"},
                 {"UA", "UAH", "Europe/Kyiv"},        {"US", "USD", "America/New_York"},
                 {"ZA", "ZAR", "Africa/Johannesburg"}};

/* ---- what was asked for ---- */

typedef struct wishes {
    moon_str folder, currency, country, zone, name;
    int64_t terms;
    bool demo;
    bool placed, chosen; /* a country was named; currency and zone did not have to be guessed */
} wishes;

static const struct country *country_of(moon_str code) {
    for (size_t i = 0; i < sizeof countries / sizeof *countries; i++)
        if (moon_str_is(code, countries[i].code)) return &countries[i];
    return NULL;
}

static moon_str capitals(moon_arena *keep, moon_str text) {
    char *made = MOON_NEW_N(keep, char, text.len + 1);
    for (size_t i = 0; i < text.len; i++)
        made[i] = (char)(text.ptr[i] >= 'a' && text.ptr[i] <= 'z' ? text.ptr[i] - 32 : text.ptr[i]);
    return (moon_str){made, text.len};
}

/* The folder's own name stands for the company until book.lua says better. */
static moon_str last_part(moon_str path) {
    while (path.len > 1 && path.ptr[path.len - 1] == '/') path.len--;
    size_t from = path.len;
    while (from > 0 && path.ptr[from - 1] != '/') from--;
    moon_str name = moon_str_sub(path, from, path.len);
    bool dots = moon_str_is(name, ".") || moon_str_is(name, "..");
    return name.len > 0 && !dots ? name : MOON_STR("My company");
}

/* The demo book says all of it by itself. */
static moon_status read_demo_wishes(const moon_app *app, wishes *w, moon_err *err) {
    static const char *const settings[] = {"country", "currency", "zone", "terms", "name"};
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (moon_options_last(&app->options, settings[i]))
            return moon_fail(err, MOON_E_USAGE, "the demo book has a %s of its own", settings[i]);
    w->demo = true;
    return MOON_OK;
}

static moon_status read_wishes(moon_app *app, wishes *w, moon_err *err) {
    moon_currency currency;
    *w = (wishes){.folder = moon_app_arg(app, 0), .terms = 30};
    if (moon_app_flag(app, "demo")) return read_demo_wishes(app, w, err);
    bool placed = moon_app_text(app, "country", &w->country);
    w->country = placed ? capitals(&app->arena, w->country) : MOON_STR("DE");
    const struct country *usual = country_of(w->country);
    bool known = placed && usual;
    w->currency = known ? moon_str_of(usual->currency) : MOON_STR("EUR");
    w->zone = known ? moon_str_of(usual->zone) : MOON_STR("UTC");
    bool valued = moon_app_text(app, "currency", &w->currency), zoned = moon_app_text(app, "zone", &w->zone);
    w->currency = capitals(&app->arena, w->currency);
    w->name = last_part(w->folder);
    moon_app_text(app, "name", &w->name);
    moon_app_int(app, "terms", &w->terms);
    MOON_TRY(moon_currency_parse(w->currency, &currency, err));
    if (moon_text_invalid_at(w->name) < w->name.len)
        return moon_fail(err, MOON_E_TEXT_INVALID, "the name of the company is not UTF-8");
    if (w->terms > 3650)
        return moon_fail(err, MOON_E_USAGE, "--terms wants 0 to 3650 days, found %lld", (long long)w->terms);
    w->placed = placed;
    w->chosen = known || (valued && zoned);
    return MOON_OK;
}

static void tell_defaults(moon_app *app, const wishes *w) {
    if (!w->placed)
        moon_app_note(
            app, "without --country the book is one of country DE; change it in book.lua before you bill");
    if (!w->chosen)
        moon_app_note(app, "currency %.*s and time zone %.*s; they cannot change after the first posting",
                      MOON_STR_ARG(w->currency), MOON_STR_ARG(w->zone));
}

/* ---- the files ---- */

/* As the inside of a Lua string between double quotes. */
static void add_quoted(moon_buf *out, moon_str text) {
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '"' || c == '\\')
            moon_buf_printf(out, "\\%c", c);
        else if (c < 32 || c == 127)
            moon_buf_printf(out, "\\%03u", c);
        else
            moon_buf_add_char(out, (char)c);
    }
}

static void add_value(const wishes *w, moon_str name, moon_buf *out) {
    if (moon_str_is(name, "CURRENCY"))
        add_quoted(out, w->currency);
    else if (moon_str_is(name, "COUNTRY"))
        add_quoted(out, w->country);
    else if (moon_str_is(name, "ZONE"))
        add_quoted(out, w->zone);
    else if (moon_str_is(name, "NAME"))
        add_quoted(out, w->name);
    else if (moon_str_is(name, "TERMS"))
        moon_buf_printf(out, "%lld", (long long)w->terms);
    else
        moon_buf_printf(out, "@%.*s@", MOON_STR_ARG(name));
}

/* The template with each @NAME@ (capitals) replaced. */
static void fill_in(const wishes *w, moon_str text, moon_buf *out) {
    for (size_t i = 0; i < text.len; i++) {
        size_t end = i + 1;
        while (text.ptr[i] == '@' && end < text.len && text.ptr[end] >= 'A' && text.ptr[end] <= 'Z') end++;
        if (text.ptr[i] == '@' && end > i + 1 && end < text.len && text.ptr[end] == '@') {
            add_value(w, moon_str_sub(text, i + 1, end), out);
            i = end;
        } else
            moon_buf_add_char(out, text.ptr[i]);
    }
}

/* `as`: its path in the book. */
static moon_status write_file(moon_app *app, const wishes *w, const moon_embedded *file, const char *as,
                              moon_err *err) {
    bool book = strcmp(as, "rules/book.lua") == 0;
    moon_str path =
        moon_arena_printf(&app->arena, "%.*s/%s", MOON_STR_ARG(w->folder), book ? "book.lua" : as);
    size_t slash = path.len;
    while (path.ptr[slash - 1] != '/') slash--;
    MOON_TRY(moon_folder_make(moon_arena_str(&app->arena, moon_str_sub(path, 0, slash - 1)).ptr, err));
    if (!book) return moon_file_write(path.ptr, (moon_str){file->bytes, file->len}, 0666, err);
    moon_buf filled = MOON_BUF_EMPTY;
    fill_in(w, (moon_str){file->bytes, file->len}, &filled);
    moon_status status = moon_file_write(path.ptr, moon_buf_str(&filled), 0666, err);
    moon_buf_free(&filled);
    return status;
}

#define DEMO "rules/demo/"

/* What the demo book has beside the starter rules, or in place of them. */
static moon_status write_demo_files(moon_app *app, const wishes *w, moon_err *err) {
    for (const moon_embedded *file = moon_embedded_files; file->path; file++) {
        if (strncmp(file->path, DEMO, strlen(DEMO)) != 0 || strcmp(file->path, DEMO "README.md") == 0)
            continue;
        moon_str as = moon_arena_printf(&app->arena, "rules/%s", file->path + strlen(DEMO));
        MOON_TRY(write_file(app, w, file, as.ptr, err));
    }
    return MOON_OK;
}

static moon_status write_files(moon_app *app, const wishes *w, size_t *rules, moon_err *err) {
    static const char *const folders[] = {"plugins", "out"};
    *rules = 0;
    for (const moon_embedded *file = moon_embedded_files; file->path; file++) {
        if (strncmp(file->path, "rules/", 6) != 0 || strncmp(file->path, DEMO, strlen(DEMO)) == 0) continue;
        MOON_TRY(write_file(app, w, file, file->path, err));
        *rules += strcmp(file->path, "rules/book.lua") != 0;
    }
    if (w->demo) MOON_TRY(write_demo_files(app, w, err));
    for (size_t i = 0; i < 2; i++)
        MOON_TRY(moon_folder_make(
            moon_arena_printf(&app->arena, "%.*s/%s", MOON_STR_ARG(w->folder), folders[i]).ptr, err));
    return MOON_OK;
}

/* ---- the folder, and taking back ---- */

#define DEPTH_MAX 64

/* Folders that this run made, topmost first. Only what mkdir made here may ever be removed: a path that is not
 * there as a folder can still be somebody's file or device. */
typedef struct made_folders {
    moon_str paths[DEPTH_MAX];
    size_t count;
} made_folders;

static moon_status make_folders(moon_app *app, moon_str folder, made_folders *made, moon_err *err) {
    for (size_t i = 1; i <= folder.len; i++) {
        if (i < folder.len && folder.ptr[i] != '/') continue;
        moon_str part = moon_arena_str(&app->arena, moon_str_sub(folder, 0, i));
        if (moon_folder_exists(part.ptr)) continue;
        if (made->count == DEPTH_MAX)
            return moon_fail(err, MOON_E_USAGE, "%s has more than %d folders to make", folder.ptr, DEPTH_MAX);
        if (mkdir(part.ptr, 0777) < 0) {
            if (errno == EEXIST) return moon_fail(err, MOON_E_BOOK_EXISTS, "%s is no folder", part.ptr);
            return moon_fail_sys(err, MOON_E_IO, errno, "cannot make the folder %s", part.ptr);
        }
        made->paths[made->count++] = part;
    }
    return MOON_OK;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at) {
    (void)info, (void)kind, (void)at;
    remove(path);
    return 0;
}

/* The folder was empty or was made here, so these are this run's; the folders go only if nothing else came into
 * them. */
static void take_back(moon_app *app, moon_str folder, const made_folders *made) {
    static const char *const names[] = {"book.lua", "rules", "plugins", "out", "data", "keys", "in"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        nftw(moon_arena_printf(&app->arena, "%.*s/%s", MOON_STR_ARG(folder), names[i]).ptr, remove_one, 16,
             FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
    for (size_t i = made->count; i > 0; i--) rmdir(made->paths[i - 1].ptr);
}

/* ---- the command ---- */

static moon_status check_folder(moon_app *app, moon_str folder, moon_err *err) {
    moon_str *names;
    size_t count = 0;
    if (folder.len == 0 || folder.len > 2000)
        return moon_fail(err, MOON_E_USAGE, "the path of a book has 1 to 2000 characters");
    if (moon_folder_exists(folder.ptr))
        MOON_TRY(moon_folder_list(folder.ptr, &app->arena, &names, &count, err));
    char book[2100];
    snprintf(book, sizeof book, "%s/book.lua", folder.ptr);
    if (moon_file_exists(book)) {
        snprintf(book, sizeof book, "%s/data/data.mdb", folder.ptr);
        if (moon_file_exists(book))
            return moon_fail(err, MOON_E_BOOK_EXISTS, "%s is a book already", folder.ptr);
        moon_fail(err, MOON_E_BOOK_EXISTS, "%s has a book.lua, but no data/data.mdb", folder.ptr);
        return moon_err_hint(
            err, "if this is left of an init that was cut off, delete the folder and run init again; "
                 "a book that had entries comes back from its last backup");
    }
    if (count) return moon_fail(err, MOON_E_BOOK_EXISTS, "the folder %s is not empty", folder.ptr);
    struct stat info;
    if (lstat(folder.ptr, &info) == 0 && !moon_folder_exists(folder.ptr))
        return moon_fail(err, MOON_E_BOOK_EXISTS, "%s is no folder", folder.ptr);
    return MOON_OK;
}

static void tell(moon_app *app, const wishes *w, size_t rules) {
    moon_app_say(app, "Made the book %s: %s, time zone %.*s, country %.*s, %lld days to pay.\n\n",
                 w->folder.ptr, moon_currency_code(app->book->config.currency), MOON_STR_ARG(w->zone),
                 MOON_STR_ARG(w->country), (long long)w->terms);
    moon_app_say(app,
                 "  book.lua   company, series of numbers, chart of accounts, operators: complete it first\n"
                 "  rules/     pricing, tax, approvals, layouts: %zu files to edit\n"
                 "  plugins/   importers and exporters of your own\n"
                 "  data/      the book itself; keys/ beside it holds the keys of personal data\n"
                 "  out/       what you let reports write\n\n",
                 rules);
    moon_app_say(app,
                 "Next:\n"
                 "  cd %s\n"
                 "  moonbill rules test                       are the rules as they should be?\n"
                 "  moonbill add account ACME name=\"Acme Ltd\" country=%.*s\n"
                 "  moonbill help\n",
                 w->folder.ptr, MOON_STR_ARG(w->country));
}

/* The demo book, from its empty beginning; this book is closed meanwhile. */
static moon_status live(moon_app *app, const wishes *w, moon_err *err) {
    moon_demo demo;
    char first[MOON_DATE_TEXT], last[MOON_DATE_TEXT];
    moon_book_close(app->book);
    app->book = NULL;
    MOON_TRY(moon_demo_make(app, w->folder.ptr, &demo, err));
    moon_date_format(demo.first, first);
    moon_date_format(demo.last, last);
    moon_app_say(app, "Made the demo book %s, from %s to %s.\n\n", w->folder.ptr, first, last);
    moon_app_say(app,
                 "  in/        what came in: %zu files of orders, usage and payments; clerk.txt: %zu "
                 "commands by hand\n"
                 "  rules/     schedules.lua does the rest, day by day, when `moonbill tick` runs\n"
                 "  out/       letters, reports, and diary.txt: what all the commands said\n\n",
                 demo.files, demo.commands);
    moon_app_say(app,
                 "Next:\n"
                 "  cd %s\n"
                 "  moonbill --today %s report ageing\n"
                 "  moonbill --today %s report dunning\n"
                 "  moonbill --today %s repl\n",
                 w->folder.ptr, last, last, last);
    return MOON_OK;
}

moon_status moon_command_init(moon_app *app, moon_err *err) {
    wishes w;
    size_t rules;
    MOON_TRY(read_wishes(app, &w, err));
    MOON_TRY(check_folder(app, w.folder, err));
    if (!w.demo) tell_defaults(app, &w);
    made_folders made = {.count = 0};
    moon_status status = make_folders(app, w.folder, &made, err);
    if (status != MOON_OK) { /* nothing of the book was written: the folder may be another's */
        for (size_t i = made.count; i > 0; i--) rmdir(made.paths[i - 1].ptr);
        return status;
    }
    status = write_files(app, &w, &rules, err);
    if (status == MOON_OK) status = moon_book_open(w.folder.ptr, &app->open, true, &app->book, err);
    if (status == MOON_OK && w.demo) status = live(app, &w, err);
    if (status != MOON_OK) {
        take_back(app, w.folder, &made);
        return status;
    }
    if (!w.demo) tell(app, &w, rules);
    return MOON_OK;
}
