/* Actions of the daily work. */
#include "base/file.h"
#include "run/action.h"
#include "run/bill.h"
#include "run/import.h"
#include "run/issue.h"
#include "run/report.h"
#include "run/wire.h"
#include "store/table.h"

static const char *s(uint64_t count) { return count == 1 ? "" : "s"; }

/* ---- the day ---- */

static moon_status last_issue(moon_change *change, moon_date *last, moon_err *err) {
    moon_series series;
    moon_scan scan;
    bool more;
    MOON_TRY(moon_scan_begin(change, &moon_series_type, MOON_BY_KEY, NULL, 0, NULL, 0, false, &scan, err));
    moon_status status = moon_scan_next(&scan, &series, &more, err);
    for (; status == MOON_OK && more; status = moon_scan_next(&scan, &series, &more, err))
        if (series.date > *last) *last = series.date;
    moon_scan_end(&scan);
    return status;
}

/* Issue as of today; no_earlier: of the day of the last number, where that is later. */
static moon_status issue(moon_action_call *call, const moon_issue_options *options, moon_issue_report *report,
                         moon_err *err) {
    moon_date today = call->book->ctx.today;
    moon_change *change;
    bool no_earlier;
    MOON_TRY(moon_action_flag(call, "no_earlier", &no_earlier, err));
    if (no_earlier) {
        MOON_TRY(moon_change_begin(call->book->store, &change, err));
        moon_status looked = last_issue(change, &call->book->ctx.today, err);
        moon_change_end(change);
        if (looked != MOON_OK) return looked;
    }
    moon_status status = moon_run_issue(call->book, options, call->keep, report, err);
    call->book->ctx.today = today;
    return status;
}

/* ---- approve, issue, void ---- */

static moon_arg sums_of(moon_arena *keep, const moon_issue_report *report) {
    static const char *const kinds[] = {"invoice", "credit_note"};
    moon_arg *rows = MOON_NEW_N(keep, moon_arg, report->sum_count * 2 + 1);
    size_t count = 0;
    for (size_t i = 0; i < report->sum_count; i++)
        for (int kind = 0; kind < 2; kind++) {
            const struct moon_issue_sum *sum = &report->sums[i];
            moon_named items[] = {
                {MOON_STR("count"), moon_arg_integer((int64_t)sum->count[kind])},
                {MOON_STR("currency"), moon_arg_text(moon_str_of(moon_currency_code(sum->currency)))},
                {MOON_STR("kind"), moon_arg_text(moon_str_of(kinds[kind]))},
                {MOON_STR("net"), moon_result_money(sum->net[kind], sum->currency)},
                {MOON_STR("tax"), moon_result_money(sum->tax[kind], sum->currency)},
                {MOON_STR("total"), moon_result_money(sum->total[kind], sum->currency)},
            };
            if (sum->count[kind]) rows[count++] = moon_result_map(keep, items, sizeof items / sizeof *items);
        }
    return moon_arg_list(rows, count);
}

static void add_documents(moon_action_call *call, const moon_issue_report *report) {
    moon_result_count(call, "documents", report->done);
    moon_result_count(call, "same", report->same);
    moon_result_count(call, "waiting", report->waiting);
    moon_result_count(call, "kept", report->kept);
    moon_result_count(call, "written_off", report->written_off);
    moon_result_add(call, "sums", sums_of(call->keep, report));
}

typedef moon_status (*issue_fn)(moon_action_call *call, const moon_issue_options *options,
                                moon_issue_report *report, moon_err *err);

static moon_status approve(moon_action_call *call, const moon_issue_options *options,
                           moon_issue_report *report, moon_err *err) {
    return moon_run_approve(call->book, options, call->keep, report, err);
}

static moon_status on_documents(moon_action_call *call, issue_fn fn, const char *done, moon_err *err) {
    moon_issue_options options = {.dry_run = call->dry_run, .ctx = call, .refused = moon_result_refused};
    moon_issue_report report;
    bool all;
    MOON_TRY(moon_action_flag(call, "all", &all, err));
    MOON_TRY(moon_action_texts(call, "id", "ids", &options.names, &options.name_count, err));
    if (all == (options.name_count > 0)) {
        moon_fail(err, MOON_E_SCRIPT_VALUE, "which documents?");
        return moon_err_hint(err, "id = \"...\", ids = { \"...\" }, or all = true");
    }
    MOON_TRY(fn(call, &options, &report, err));
    add_documents(call, &report);
    moon_result_say(call, "%s %llu document%s%s", done, (unsigned long long)report.done, s(report.done),
                    call->dry_run ? " (nothing written)" : "");
    return MOON_OK;
}

moon_status moon_action_approve(moon_action_call *call, moon_err *err) {
    return on_documents(call, approve, "approved", err);
}

moon_status moon_action_issue(moon_action_call *call, moon_err *err) {
    return on_documents(call, issue, "issued", err);
}

moon_status moon_action_void(moon_action_call *call, moon_err *err) {
    moon_issue_options options = {.dry_run = call->dry_run, .ctx = call, .refused = moon_result_refused};
    moon_issue_report report;
    moon_str reason = MOON_STR_NONE;
    MOON_TRY(moon_action_texts(call, "id", "ids", &options.names, &options.name_count, err));
    MOON_TRY(moon_asked_text(call->args, "reason", &reason, err));
    if (options.name_count == 0) return moon_fail(err, MOON_E_SCRIPT_VALUE, "void wants an id");
    if (reason.len == 0) return moon_fail(err, MOON_E_SCRIPT_VALUE, "void wants a reason");
    MOON_TRY(moon_run_void(call->book, &options, reason, call->keep, &report, err));
    add_documents(call, &report);
    moon_result_say(call, "voided %llu document%s", (unsigned long long)report.done, s(report.done));
    return MOON_OK;
}

/* ---- bill ---- */

static moon_arg equations_of(moon_arena *keep, const moon_bill_report *report) {
    static const char *const rows[] = {"billed", "credited", "parked", "no_sale", "not_due"};
    moon_arg *list = MOON_NEW_N(keep, moon_arg, report->equation_count + 1);
    for (size_t i = 0; i < report->equation_count; i++) {
        const moon_equation *e = &report->equations[i];
        moon_named items[MOON_OUTCOME_COUNT + 2];
        for (size_t row = 0; row < MOON_OUTCOME_COUNT; row++)
            items[row] =
                (moon_named){moon_str_of(rows[row]), moon_arg_money(e->rows[row].amount, e->currency)};
        items[MOON_OUTCOME_COUNT] = (moon_named){MOON_STR("all"), moon_arg_money(e->all.amount, e->currency)};
        items[MOON_OUTCOME_COUNT + 1] =
            (moon_named){MOON_STR("currency"), moon_arg_text(moon_str_of(moon_currency_code(e->currency)))};
        list[i] = moon_result_map(keep, items, MOON_OUTCOME_COUNT + 2);
    }
    return moon_arg_list(list, report->equation_count);
}

static moon_status issue_by_policy(moon_action_call *call, moon_issue_report *report, moon_err *err) {
    moon_issue_options options = {.by_policy = true, .ctx = call, .refused = moon_result_refused};
    MOON_TRY(moon_run_approve(call->book, &options, call->keep, report, err));
    return issue(call, &options, report, err);
}

moon_status moon_action_bill(moon_action_call *call, moon_err *err) {
    moon_bill_options options = {.dry_run = call->dry_run, .ctx = call, .parked = moon_result_refused};
    moon_bill_report report;
    moon_issue_report issued = {0};
    bool issued_too;
    MOON_TRY(moon_action_flag(call, "issue", &issued_too, err));
    MOON_TRY(moon_bill(call->book, &options, call->keep, &report, err));
    if (issued_too && !call->dry_run) MOON_TRY(issue_by_policy(call, &issued, err));
    uint64_t drafts = report.drafts_new + report.drafts_same + report.drafts_changed;
    moon_result_count(call, "accounts", report.accounts);
    moon_result_count(call, "accounts_billed", report.accounts_billed);
    moon_result_count(call, "accounts_parked", report.accounts_parked);
    moon_result_count(call, "drafts", drafts);
    moon_result_count(call, "drafts_new", report.drafts_new);
    moon_result_count(call, "drafts_changed", report.drafts_changed);
    moon_result_add(call, "orders", equations_of(call->keep, &report));
    if (issued_too && !call->dry_run) {
        add_documents(call, &issued);
        moon_result_say(call, "%llu draft%s, issued %llu document%s", (unsigned long long)drafts, s(drafts),
                        (unsigned long long)issued.done, s(issued.done));
    } else
        moon_result_say(call, "%llu draft%s%s", (unsigned long long)drafts, s(drafts),
                        call->dry_run ? " (nothing written)" : "");
    return MOON_OK;
}

/* ---- import ---- */

static void on_held(void *ctx, moon_str id, moon_str reason) {
    moon_err why = {0};
    moon_fail(&why, MOON_E_IMPORT_HELD, "%.*s", MOON_STR_ARG(reason));
    moon_result_refused(ctx, id, &why);
}

static void add_import(moon_action_call *call, const moon_import_report *report, moon_str file) {
    moon_result_add(call, "file", moon_arg_text(file));
    moon_result_count(call, "records", report->records);
    moon_result_count(call, "taken", report->taken.records);
    moon_result_count(call, "held", report->held.records);
    moon_result_count(call, "same", report->same);
    moon_result_count(call, "updated", report->updated);
    moon_result_count(call, "different", report->different + report->billed);
    moon_result_count(call, "accounts", report->accounts);
    moon_result_add(call, "reject_file", moon_arg_text(report->reject_file));
    moon_result_say(call, "%.*s: %llu taken, %llu held, %llu there already%s", MOON_STR_ARG(file),
                    (unsigned long long)report->taken.records, (unsigned long long)report->held.records,
                    (unsigned long long)(report->same + report->updated + report->different + report->billed),
                    call->dry_run ? " (nothing written)" : "");
}

moon_status moon_action_import(moon_action_call *call, moon_err *err) {
    moon_str kind = MOON_STR_NONE, file = MOON_STR_NONE, map = MOON_STR_NONE, missing = MOON_STR_NONE;
    moon_import_options options = {.dry_run = call->dry_run, .ctx = call, .held = on_held};
    moon_import_report report;
    MOON_TRY(moon_asked_text(call->args, "kind", &kind, err));
    MOON_TRY(moon_asked_text(call->args, "file", &file, err));
    MOON_TRY(moon_asked_text(call->args, "map", &map, err));
    MOON_TRY(moon_asked_text(call->args, "missing", &missing, err));
    MOON_TRY(moon_action_flag(call, "update", &options.update, err));
    if (kind.len == 0 || file.len == 0)
        return moon_fail(err, MOON_E_SCRIPT_VALUE, "import wants a kind and a file");
    if (missing.len && !moon_str_is(missing, "skip"))
        return moon_fail(err, MOON_E_SCRIPT_VALUE, "missing is \"skip\", or left out");
    options.kind = moon_arena_str(call->keep, kind).ptr;
    options.file = moon_arena_str(call->keep, file).ptr;
    options.folder = call->book->folder;
    if (map.len) options.mapping = moon_arena_str(call->keep, map).ptr;
    moon_result_add(call, "missing", moon_arg_bool(false));
    if (missing.len && !moon_file_exists(moon_action_path(call, file).ptr)) {
        call->items[call->item_count - 1].value.boolean = true;
        moon_result_add(call, "file", moon_arg_text(file));
        moon_result_say(call, "%.*s is not there: skipped", MOON_STR_ARG(file));
        return MOON_OK;
    }
    moon_status status = moon_import(call->book, &options, call->keep, &report, err);
    if (status == MOON_E_NOT_FOUND && !moon_file_exists(moon_action_path(call, file).ptr))
        return moon_err_hint(err, "missing = \"skip\" goes on without it");
    MOON_TRY(status);
    add_import(call, &report, file);
    return MOON_OK;
}
