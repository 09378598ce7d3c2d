/* Actions that compute a report, for a script or into a file. */
#include <errno.h>

#include "base/file.h"
#include "run/action.h"
#include "run/report.h"

/* The report's own part of what an action was asked: all but `names`. */
static moon_arg without(moon_arena *keep, const moon_arg *args, const char *names) {
    if (args->kind != MOON_ARG_MAP) return *args;
    moon_named *kept = MOON_NEW_N(keep, moon_named, args->map.count + 1);
    size_t count = 0;
    for (size_t i = 0; i < args->map.count; i++) {
        moon_str rest = moon_str_of(names), word;
        bool own = false;
        while (rest.len && moon_str_cut(&rest, ' ', &word))
            own = own || moon_str_eq(word, args->map.items[i].name);
        if (!own) kept[count++] = args->map.items[i];
    }
    return moon_arg_map(kept, count);
}

static moon_status kind_of(moon_action_call *call, const moon_report_kind **kind, moon_err *err) {
    moon_str name = MOON_STR_NONE;
    MOON_TRY(moon_asked_text(call->args, "name", &name, err));
    if (name.len == 0)
        return moon_fail(err, MOON_E_SCRIPT_VALUE, "which report? name = \"ageing\", for example");
    return moon_report_find(name, kind, err);
}

/* ---- as values ---- */

static moon_arg value_of(const moon_heading *heading, moon_str cell, moon_currency currency) {
    moon_err ignored;
    moon_date date;
    moon_decimal number;
    if (cell.len == 0) return (moon_arg){0};
    if (heading->cell == MOON_CELL_DATE && moon_date_parse(cell, &date, &ignored) == MOON_OK)
        return moon_arg_date(date);
    if (heading->cell == MOON_CELL_BOOL) return moon_arg_bool(true);
    if ((heading->cell == MOON_CELL_INT || heading->cell == MOON_CELL_NUMBER) &&
        moon_decimal_parse(cell, &number, &ignored) == MOON_OK)
        return heading->cell == MOON_CELL_NUMBER && currency ? moon_arg_money(number, currency)
                                                             : moon_arg_decimal(number);
    return moon_arg_text(cell);
}

static moon_currency currency_of(const moon_report *r, const moon_str *cells, size_t column) {
    moon_currency currency;
    moon_err ignored;
    return column < r->heading_count && moon_currency_parse(cells[column], &currency, &ignored) == MOON_OK
               ? currency
               : 0;
}

static moon_arg row_of(const moon_report *r, const moon_str *cells, size_t currency_column, bool sums) {
    moon_named *items = MOON_NEW_N(r->keep, moon_named, r->heading_count);
    moon_currency currency = currency_of(r, cells, currency_column);
    size_t count = 0;
    for (size_t i = 0; i < r->heading_count; i++) {
        if (cells[i].len == 0 || (sums && i != currency_column && !(r->headings[i].flags & MOON_HEADING_SUM)))
            continue;
        items[count++] =
            (moon_named){moon_str_of(r->headings[i].name), value_of(&r->headings[i], cells[i], currency)};
    }
    return moon_result_map(r->keep, items, count);
}

static moon_arg columns_of(const moon_report *r) {
    static const char *const kinds[] = {"text", "int", "number", "date", "bool"};
    moon_arg *list = MOON_NEW_N(r->keep, moon_arg, r->heading_count + 1);
    for (size_t i = 0; i < r->heading_count; i++) {
        const moon_heading *h = &r->headings[i];
        moon_named items[] = {
            {MOON_STR("kind"), moon_arg_text(moon_str_of(kinds[h->cell]))},
            {MOON_STR("name"), moon_arg_text(moon_str_of(h->name))},
            {MOON_STR("sum"), moon_arg_bool(h->flags & MOON_HEADING_SUM)},
            {MOON_STR("title"), moon_arg_text(moon_heading_title(r->keep, h))},
        };
        list[i] = moon_result_map(r->keep, items, sizeof items / sizeof *items);
    }
    return moon_arg_list(list, r->heading_count);
}

static moon_arg totals_of(const moon_report *r, const moon_totals *totals) {
    moon_arg *list = MOON_NEW_N(r->keep, moon_arg, totals->item_count + 1);
    moon_str *cells = MOON_NEW_N(r->keep, moon_str, r->heading_count + 1);
    for (size_t t = 0; t < totals->item_count; t++) {
        for (size_t i = 0; i < r->heading_count; i++) {
            char text[64];
            cells[i] = i == totals->currency ? totals->items[t].currency : MOON_STR_NONE;
            if (!(r->headings[i].flags & MOON_HEADING_SUM)) continue;
            size_t len = moon_total_format(&totals->items[t], i, text);
            cells[i] = moon_arena_str(r->keep, (moon_str){text, len});
        }
        list[t] = row_of(r, cells, totals->currency, true);
    }
    return moon_arg_list(list, totals->item_count);
}

static moon_status add_report(moon_action_call *call, const moon_report *r, moon_err *err) {
    moon_arg *rows = MOON_NEW_N(call->keep, moon_arg, r->row_count + 1);
    moon_totals totals = moon_totals_begin(call->keep, r->headings, r->heading_count);
    for (size_t i = 0; i < r->row_count; i++) {
        const moon_str *cells = r->cells + i * r->heading_count;
        rows[i] = row_of(r, cells, totals.currency, false);
        moon_totals_add(&totals, cells);
    }
    MOON_TRY(moon_totals_end(&totals, err));
    moon_result_add(call, "columns", columns_of(r));
    moon_result_add(call, "count", moon_arg_integer((int64_t)r->row_count));
    moon_result_add(call, "name", moon_arg_text(r->name));
    moon_result_add(call, "remark", moon_arg_text(r->remark));
    moon_result_add(call, "rows", moon_arg_list(rows, r->row_count));
    moon_result_add(call, "title", moon_arg_text(r->title));
    moon_result_add(call, "totals", totals_of(r, &totals));
    moon_result_say(call, "%.*s: %zu row%s", MOON_STR_ARG(r->name), r->row_count,
                    r->row_count == 1 ? "" : "s");
    return MOON_OK;
}

/* The result: name, title, remark, columns (name, title, kind, sum), rows and totals (maps by the columns' names,
 * absent cells left out), count. */
moon_status moon_action_report(moon_action_call *call, moon_err *err) {
    const moon_report_kind *kind;
    moon_change *change;
    moon_report report;
    MOON_TRY(kind_of(call, &kind, err));
    moon_arg asked = without(call->keep, call->args, "name");
    MOON_TRY(moon_change_begin(call->book->store, &change, err));
    moon_status status = moon_report_make(call->book, change, kind, &asked, call->keep, &report, err);
    if (status == MOON_OK) status = add_report(call, &report, err);
    moon_change_end(change);
    return status;
}

/* ---- into a file ---- */

static moon_status check_target(moon_str file, moon_err *err) {
    if (moon_path_is_inside(file) && moon_str_starts(file, MOON_STR("out/"))) return MOON_OK;
    moon_fail(err, MOON_E_SCRIPT_FORBIDDEN, "a report cannot be written as %.*s", MOON_STR_ARG(file));
    return moon_err_hint(err, "reports are written below out/, for example out/ageing.csv");
}

/* A name that the disk cannot have is no failure of the disk. */
static moon_status blame_name(moon_status status, moon_err *err) {
    bool name = err->sys == 0 || err->sys == ENAMETOOLONG || err->sys == ENOTDIR || err->sys == EISDIR ||
                err->sys == EINVAL || err->sys == ELOOP;
    if (status != MOON_E_IO || !name) return status;
    err->code = MOON_E_SCRIPT_VALUE;
    return moon_err_hint(err, "another name, for example out/ageing.csv");
}

static moon_status write_file(moon_action_call *call, moon_str file, moon_str bytes, moon_err *err) {
    moon_str path = moon_action_path(call, file);
    size_t end = path.len;
    while (end > 0 && path.ptr[end - 1] != '/') end--;
    if (end > 1)
        MOON_TRY(moon_folder_make(moon_arena_str(call->keep, moon_str_sub(path, 0, end - 1)).ptr, err));
    moon_file_sweep(path.ptr);
    return moon_file_write(path.ptr, bytes, 0660, err);
}

/* { name = report, file = path, … what the report is asked … } */
moon_status moon_action_save(moon_action_call *call, moon_err *err) {
    const moon_report_kind *kind;
    moon_change *change;
    moon_buf bytes = MOON_BUF_EMPTY;
    moon_str file = MOON_STR_NONE;
    size_t rows = 0;
    MOON_TRY(kind_of(call, &kind, err));
    MOON_TRY(moon_asked_text(call->args, "file", &file, err));
    if (file.len == 0) return moon_fail(err, MOON_E_SCRIPT_VALUE, "save wants a file");
    MOON_TRY(check_target(file, err));
    moon_arg asked = without(call->keep, call->args, "name file");
    MOON_TRY(moon_change_begin(call->book->store, &change, err));
    moon_status status = moon_report_file(call->book, change, kind, &asked, file, &bytes, &rows, err);
    moon_change_end(change);
    if (status == MOON_OK && !call->dry_run)
        status = blame_name(write_file(call, file, moon_buf_str(&bytes), err), err);
    moon_buf_free(&bytes);
    MOON_TRY(status);
    moon_result_add(call, "file", moon_arg_text(moon_arena_str(call->keep, file)));
    moon_result_add(call, "count", moon_arg_integer((int64_t)rows));
    moon_result_say(call, "%s %.*s", call->dry_run ? "would write" : "wrote", MOON_STR_ARG(file));
    return MOON_OK;
}
