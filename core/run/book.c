#include "run/book.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "books/item.h"
#include "run/jobs.h"
#include "run/wire.h"
#include "script/embedded.h"
#include "store/table.h"

/* ---- finding ---- */

static bool has_book(const char *folder) {
    char path[4096];
    snprintf(path, sizeof path, "%s/book.lua", folder);
    return moon_file_exists(path);
}

moon_status moon_book_find(const char *named, char folder[2048], moon_err *err) {
    if (!named) named = getenv("MOONBILL_BOOK");
    if (named) {
        if (strlen(named) >= 2048)
            return moon_fail(err, MOON_E_BOOK_MISSING, "the path of the book is too long");
        snprintf(folder, 2048, "%s", named);
        return has_book(folder) ? MOON_OK
                                : moon_fail(err, MOON_E_BOOK_MISSING, "there is no book in %s", named);
    }
    if (!getcwd(folder, 2048)) return moon_fail(err, MOON_E_BOOK_MISSING, "there is no book here");
    for (;;) {
        if (has_book(folder)) return MOON_OK;
        char *slash = strrchr(folder, '/');
        if (!slash || slash == folder)
            return moon_fail(err, MOON_E_BOOK_MISSING, "there is no book here, nor in a folder above");
        *slash = 0;
    }
}

/* ---- files ---- */

typedef struct file_list {
    moon_file *items;
    size_t count, room;
    moon_arena *keep;
} file_list;

static void add_file(file_list *list, moon_str path, moon_str bytes) {
    if (list->count == list->room) {
        size_t room = list->room ? list->room * 2 : 32;
        moon_file *larger = MOON_NEW_N(list->keep, moon_file, room);
        if (list->count) memcpy(larger, list->items, list->count * sizeof *larger);
        list->items = larger;
        list->room = room;
    }
    list->items[list->count++] = (moon_file){moon_arena_str(list->keep, path), bytes};
}

static moon_status read_one(const char *folder, const char *path, file_list *list, moon_err *err) {
    char full[4096];
    moon_str bytes;
    snprintf(full, sizeof full, "%s/%s", folder, path);
    if (moon_file_read(full, MOON_RULE_FILE_MAX, list->keep, &bytes, err) != MOON_OK) {
        if (err->code == MOON_E_TOO_LARGE)
            moon_err_hint(err, "rules/ is for rules, layouts and price lists: keep other files elsewhere");
        return err->code;
    }
    add_file(list, moon_str_of(path), bytes);
    return MOON_OK;
}

static moon_status read_folder(const char *folder, const char *under, int depth, file_list *list,
                               moon_err *err) {
    char full[4096], path[1024];
    moon_str *names;
    size_t count;
    if (depth > 8)
        return moon_fail(err, MOON_E_TOO_LARGE, "%s has more than 8 folders in one another", under);
    snprintf(full, sizeof full, "%s/%s", folder, under);
    MOON_TRY(moon_folder_list(full, list->keep, &names, &count, err));
    for (size_t i = 0; i < count; i++) {
        if ((size_t)snprintf(path, sizeof path, "%s/%.*s", under, MOON_STR_ARG(names[i])) >= sizeof path)
            return moon_fail(err, MOON_E_TOO_LARGE, "a path below %s is too long", under);
        if (snprintf(full, sizeof full, "%s/%s", folder, path) >= (int)sizeof full)
            return moon_fail(err, MOON_E_TOO_LARGE, "a path below %s is too long", under);
        if (moon_folder_exists(full))
            MOON_TRY(read_folder(folder, path, depth + 1, list, err));
        else if (!moon_str_ends(names[i], MOON_STR("~")))
            MOON_TRY(read_one(folder, path, list, err));
    }
    return MOON_OK;
}

static moon_status read_files(moon_book *book, moon_err *err) {
    file_list list = {.keep = &book->arena};
    char rules[2100];
    MOON_TRY(read_one(book->folder, "book.lua", &list, err));
    snprintf(rules, sizeof rules, "%s/rules", book->folder);
    if (moon_folder_exists(rules)) MOON_TRY(read_folder(book->folder, "rules", 0, &list, err));
    book->files = list.items;
    book->file_count = list.count;
    return MOON_OK;
}

moon_str moon_book_file(const moon_book *book, const char *path, bool *found) {
    for (size_t i = 0; i < book->file_count; i++)
        if (moon_str_is(book->files[i].path, path)) {
            *found = true;
            return book->files[i].bytes;
        }
    *found = false;
    return MOON_STR_NONE;
}

/* ---- settings ---- */

static moon_tags tags_of(moon_arena *keep, const moon_arg *map, const char *name) {
    moon_arg inner = moon_arg_get(map, name);
    if (inner.kind != MOON_ARG_MAP) return (moon_tags){0};
    moon_tags made = {MOON_NEW_N(keep, moon_tags_pair, inner.map.count), inner.map.count};
    for (size_t i = 0; i < inner.map.count; i++)
        made.items[i] = (moon_tags_pair){inner.map.items[i].name, inner.map.items[i].value.text};
    return made;
}

static void read_operators(moon_book *book) {
    moon_arg list = moon_arg_get(&book->settings, "operators");
    if (list.kind != MOON_ARG_LIST) return;
    moon_operator *made = MOON_NEW_N(&book->arena, moon_operator, list.list.count);
    for (size_t i = 0; i < list.list.count; i++) {
        const moon_arg *one = &list.list.items[i];
        made[i] = (moon_operator){moon_arg_text_of(one, "user"), moon_arg_text_of(one, "name"),
                                  moon_arg_text_of(one, "roles")};
    }
    book->config.operators = made;
    book->config.operator_count = list.list.count;
}

static moon_status load_zone(moon_book *book, moon_err *err) {
    char path[512];
    moon_str name = book->config.zone;
    bool proper = name.len > 0 && name.len < 100 && name.ptr[0] != '/';
    for (size_t i = 0; i < name.len; i++) proper = proper && name.ptr[i] != '.';
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%.*s", MOON_STR_ARG(name));
    if (!proper || !moon_file_exists(path)) {
        moon_fail(err, MOON_E_ZONE_INVALID, "there is no time zone \"%.*s\"", MOON_STR_ARG(name));
        return moon_err_at(err, "book.lua", 0);
    }
    MOON_TRY(moon_file_read(path, 1 << 20, &book->arena, &book->zone_bytes, err));
    MOON_TRY(moon_zone_parse(book->zone_bytes, &book->arena, &book->zone, err));
    book->setup.zone = book->zone;
    return MOON_OK;
}

static moon_status read_settings(moon_book *book, moon_err *err) {
    moon_str reply;
    moon_config *config = &book->config;
    MOON_TRY(
        moon_worker_call(book->worker, moon_job_settings, MOON_STR_NONE, true, &book->arena, &reply, err));
    if (!moon_wire_read_arg(&reply, &book->settings, &book->arena))
        return moon_fail(err, MOON_E_SCRIPT_CRASH, "the worker's answer makes no sense");
    moon_arg series = moon_arg_get(&book->settings, "series"),
             budget = moon_arg_get(&book->settings, "budget");
    MOON_TRY(moon_currency_parse(moon_arg_text_of(&book->settings, "currency"), &config->currency, err));
    config->zone = moon_arg_text_of(&book->settings, "zone");
    config->country = moon_arg_text_of(&book->settings, "country");
    config->locale = moon_arg_text_of(&book->settings, "locale");
    config->plan = moon_arg_text_of(&book->settings, "plan");
    config->terms = moon_arg_int_of(&book->settings, "terms", 30);
    config->invoice_series = moon_arg_text_of(&series, "invoice");
    config->credit_note_series = moon_arg_text_of(&series, "credit_note");
    config->chart = tags_of(&book->arena, &book->settings, "chart");
    config->chart_names = tags_of(&book->arena, &book->settings, "chart_names");
    config->plugins = tags_of(&book->arena, &book->settings, "plugins");
    read_operators(book);
    book->setup.limits.steps = (uint64_t)moon_arg_int_of(&budget, "steps", 100000000);
    book->setup.limits.memory_bytes = (size_t)moon_arg_int_of(&budget, "memory_mb", 64) << 20;
    book->setup.limits.time_ms = (unsigned)moon_arg_int_of(&budget, "seconds", 2) * 1000;
    return load_zone(book, err);
}

/* ---- opening ---- */

static void keys_folder(moon_book *book) {
    moon_str keys = moon_arg_text_of(&book->settings, "keys");
    if (keys.len && keys.ptr[0] == '/')
        snprintf(book->keys, sizeof book->keys, "%.*s", MOON_STR_ARG(keys));
    else
        snprintf(book->keys, sizeof book->keys, "%s/%.*s", book->folder, MOON_STR_ARG(keys));
}

static size_t map_size_of(const moon_book *book) {
    const char *mib = getenv("MOONBILL_MAP_MIB"); /* for tools that cannot reserve much, such as valgrind */
    if (mib && atol(mib) > 0) return (size_t)atol(mib) << 20;
    return (size_t)moon_arg_int_of(&book->settings, "map_gib", 64) << 30;
}

/* What was posted cannot follow. */
static moon_status foreign(moon_err *err, const char *name, moon_str says, moon_str was) {
    moon_fail(err, MOON_E_BOOK_FOREIGN, "the %s is %.*s, but the book was begun with %.*s", name,
              MOON_STR_ARG(says), MOON_STR_ARG(was));
    moon_err_at(err, "book.lua", 0);
    return moon_err_hint(err, "write %s = \"%.*s\" again; for another %s, make another book", name,
                         MOON_STR_ARG(was), name);
}

/* Items stand on the control account they were posted to; another number in book.lua would tear the sub-ledger from
 * it. The first one that comes to something tells. */
static moon_status check_control_account(moon_book *book, moon_change *change, moon_err *err) {
    moon_balance balance = {0};
    moon_item item;
    moon_scan scan;
    bool items, moved;
    MOON_TRY(moon_scan_begin(change, &moon_item_type, MOON_BY_KEY, NULL, 0, NULL, 0, false, &scan, err));
    moon_status status = moon_scan_next(&scan, &item, &items, err);
    while (status == MOON_OK && items && item.amount == 0) /* nothing was posted for it */
        status = moon_scan_next(&scan, &item, &items, err);
    int control = items ? moon_item_control(&item) : 0;
    moon_scan_end(&scan);
    if (status != MOON_OK || !items) return status;
    MOON_TRY(moon_control_account(&book->config, control, &balance.account, err));
    moon_str account = balance.account;
    MOON_TRY(moon_scan_begin(change, &moon_balance_type, MOON_BY_KEY, &balance, 1, &balance, 1, false, &scan,
                             err));
    status = moon_scan_next(&scan, &balance, &moved, err);
    moon_scan_end(&scan);
    if (status != MOON_OK || moved) return status;
    moon_fail(err, MOON_E_BOOK_FOREIGN,
              "chart.%s in book.lua is %.*s, but this book's documents were posted to another account",
              moon_controls[control - 1], MOON_STR_ARG(account));
    return moon_err_hint(err, "put the number back that the book was begun with");
}

static moon_status check_facts(moon_book *book, bool make, moon_err *err) {
    moon_book_facts facts = {.format = 1};
    moon_change *change;
    bool found;
    MOON_TRY(moon_change_begin(book->store, &change, err));
    moon_status status = moon_get(change, &moon_book_facts_type, &facts, &found, err);
    if (status == MOON_OK && !found && make) {
        moon_record_init(&moon_book_facts_type, &facts);
        facts.format = 1;
        facts.currency = book->config.currency;
        facts.zone = book->config.zone;
        status = moon_put(change, &moon_book_facts_type, &facts, err);
        if (status == MOON_OK)
            status = moon_commit(change, &book->ctx, "init", MOON_STR_NONE, MOON_STR_NONE, NULL, err);
    } else if (status == MOON_OK && !found)
        status = moon_fail(err, MOON_E_BOOK_DAMAGED, "the store in %s does not hold a book", book->data);
    else if (status == MOON_OK && facts.currency != book->config.currency)
        status = foreign(err, "currency", moon_str_of(moon_currency_code(book->config.currency)),
                         moon_str_of(moon_currency_code(facts.currency)));
    else if (status == MOON_OK && !moon_str_eq(facts.zone, book->config.zone))
        status = foreign(err, "zone", book->config.zone, facts.zone);
    if (status == MOON_OK) status = check_control_account(book, change, err);
    moon_change_end(change);
    return status;
}

static moon_status open_store(moon_book *book, bool make, moon_err *err) {
    moon_store_options options = {.map_size = map_size_of(book), .create = make};
    keys_folder(book);
    MOON_TRY(moon_store_open(book->data, book->keys, &options, &book->store, err));
    MOON_TRY(check_facts(book, make, err));
    book->setup.data_folder = book->data;
    book->setup.keys_folder = book->keys;
    book->setup.map_size = options.map_size;
    return MOON_OK;
}

static void begin_worker(moon_book *book, const moon_open_options *options) {
    book->setup = (moon_worker_setup){
        .files = book->files, .file_count = book->file_count, .limits = MOON_SCRIPT_LIMITS};
    book->setup.plugin_folders[0] = moon_arena_printf(&book->arena, "%s/plugins", book->folder).ptr;
    for (size_t i = 0; i < 2; i++) book->setup.plugin_folders[i + 1] = options->plugins[i];
    book->worker = moon_worker_new(&book->setup);
}

static moon_status open_parts(moon_book *book, const moon_open_options *options, bool make, moon_err *err) {
    char time[MOON_INSTANT_TEXT];
    MOON_TRY(read_files(book, err));
    begin_worker(book, options);
    MOON_TRY(read_settings(book, err));
    moon_worker_stop(book->worker);
    book->ctx.config = &book->config;
    book->ctx.operator= moon_arena_str(&book->arena, options->operator);
    book->ctx.today =
        options->today == MOON_DATE_NONE ? moon_zone_day(book->zone, options->now) : options->today;
    moon_instant_format(options->now, time);
    book->ctx.time = moon_arena_str(&book->arena, moon_str_of(time));
    return open_store(book, make, err);
}

moon_status moon_book_open(const char *folder, const moon_open_options *options, bool make, moon_book **out,
                           moon_err *err) {
    moon_book *book = moon_malloc(sizeof *book);
    memset(book, 0, sizeof *book);
    snprintf(book->folder, sizeof book->folder, "%s", folder);
    snprintf(book->data, sizeof book->data, "%s/%s", folder, options->data ? options->data : "data");
    moon_status status = open_parts(book, options, make, err);
    if (status != MOON_OK) {
        moon_book_close(book);
        return status;
    }
    *out = book;
    return MOON_OK;
}

/* The folder above, where the folder itself is the one called rules. */
static moon_status find_rules(const char *folder, moon_book *book, moon_err *err) {
    char *whole = realpath(folder, NULL), path[4200];
    if (!whole) return moon_fail(err, MOON_E_BOOK_MISSING, "there is no folder %s", folder);
    char *name = strrchr(whole, '/');
    bool fits = strlen(whole) < sizeof book->folder - 8;
    snprintf(path, sizeof path, "%s/rules", whole);
    bool inside = moon_folder_exists(path);
    if (!inside && strcmp(name, "/rules") == 0) {
        *name = 0;
        inside = true;
    }
    if (fits) snprintf(book->folder, sizeof book->folder, "%s", whole);
    free(whole);
    if (fits && inside) return MOON_OK;
    moon_fail(err, MOON_E_BOOK_MISSING, "there are no rules in %s", folder);
    return moon_err_hint(err, "name a folder in which rules/ lies, with plans in rules/pricing/");
}

static moon_status open_rules(moon_book *book, const moon_open_options *options, moon_err *err) {
    file_list list = {.keep = &book->arena};
    bool settled = has_book(book->folder);
    if (settled) MOON_TRY(read_one(book->folder, "book.lua", &list, err));
    MOON_TRY(read_folder(book->folder, "rules", 0, &list, err));
    book->files = list.items;
    book->file_count = list.count;
    begin_worker(book, options);
    book->settings = moon_arg_map(NULL, 0);
    if (settled) MOON_TRY(read_settings(book, err));
    if (settled) moon_worker_stop(book->worker);
    book->ctx.config = &book->config;
    book->ctx.today = options->today;
    if (book->ctx.today == MOON_DATE_NONE)
        book->ctx.today = settled ? moon_zone_day(book->zone, options->now)
                                  : (moon_date)(options->now / MOON_SECOND / 86400);
    return MOON_OK;
}

moon_status moon_book_open_rules(const char *folder, const moon_open_options *options, moon_book **out,
                                 moon_err *err) {
    moon_book *book = moon_malloc(sizeof *book);
    memset(book, 0, sizeof *book);
    moon_status status = find_rules(folder, book, err);
    if (status == MOON_OK) status = open_rules(book, options, err);
    if (status != MOON_OK) {
        moon_book_close(book);
        return status;
    }
    *out = book;
    return MOON_OK;
}

void moon_book_close(moon_book *book) {
    if (!book) return;
    moon_worker_free(book->worker);
    moon_store_close(book->store);
    moon_arena_free(&book->arena);
    free(book);
}

/* Layouts are today's whenever something is printed, mappings have done their work when an order is in the
 * book, schedules say when and not what, and examples and readme files decide nothing. */
static bool decides_amounts(moon_str path) {
    return !moon_str_starts(path, MOON_STR("rules/layouts/")) &&
           !moon_str_starts(path, MOON_STR("rules/imports/")) &&
           !moon_str_starts(path, MOON_STR("rules/calendars/")) &&
           !moon_str_is(path, "rules/schedules.lua") && !moon_str_ends(path, MOON_STR(".examples.lua")) &&
           !moon_str_ends(path, MOON_STR(".md"));
}

static moon_status closure_files(moon_book *book, file_list *list, moon_err *err) {
    for (size_t i = 0; i < book->file_count; i++)
        if (decides_amounts(book->files[i].path)) add_file(list, book->files[i].path, book->files[i].bytes);
    for (const moon_embedded *file = moon_embedded_files; file->path; file++) {
        moon_str text;
        if (strncmp(file->path, "lua/", 4) != 0 || !decides_amounts(moon_str_of(file->path))) continue;
        MOON_TRY(moon_embedded_library(file->path, &book->arena, &text, err));
        add_file(list, moon_str_of(file->path), text);
    }
    moon_str zone = moon_arena_printf(&book->arena, "zoneinfo/%.*s", MOON_STR_ARG(book->config.zone));
    add_file(list, zone, book->zone_bytes);
    return MOON_OK;
}

moon_status moon_book_closure_id(moon_book *book, moon_hash *id, moon_err *err) {
    file_list list = {.keep = &book->arena};
    MOON_TRY(closure_files(book, &list, err));
    *id = moon_closure_id(list.items, list.count);
    return MOON_OK;
}

moon_status moon_book_closure(moon_book *book, moon_change *change, moon_err *err) {
    file_list list = {.keep = &book->arena};
    MOON_TRY(closure_files(book, &list, err));
    return moon_closure_store(change, list.items, list.count, &book->ctx.closure, err);
}

moon_status moon_book_lock(const moon_book *book, int *fd, moon_err *err) {
    char path[2200];
    snprintf(path, sizeof path, "%s/run.lock", book->data);
    return moon_file_lock(path, fd, err);
}
