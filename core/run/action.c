#include "run/action.h"

#include <stdarg.h>
#include <stdlib.h>

#include "run/report.h"
#include "script/near.h"

const moon_action moon_actions[] = {
    {"apply", "apply what is unapplied, of all accounts or of one payment or credit note", "all id on", true,
     moon_action_apply, false},
    {"approve", "approve drafts and refunds", "all id ids", true, moon_action_approve, false},
    {"bill", "make drafts from what is due; issue = true also approves and issues what policy lets through",
     "issue no_earlier", true, moon_action_bill, false},
    {"change", "change an agreement from a day on",
     "id on at plan terms reference tags prices coupons reason", true, moon_action_amend, false},
    {"close", "close the books through a month or a day", "period", true, moon_action_close, false},
    {"credit", "draft a credit note for an invoice", "invoice reason line amount ref", true,
     moon_action_credit, true},
    {"deliver", "write the letters that are queued", "id", true, moon_action_deliver, false},
    {"dispute", "note what a customer contests", "number amount reason", true, moon_action_dispute, true},
    {"dispute close", "decide a dispute", "id upheld rejected outcome", true, moon_action_dispute_close,
     true},
    {"dun", "remind what is overdue, by each account's policy", "", true, moon_action_dun, false},
    {"end", "end an agreement", "id on at reason", true, moon_action_end, false},
    {"expire", "give up prepaid money that has expired", "account reason", true, moon_action_expire, true},
    {"hold", "remind nothing of an account or an item for a while", "id until reason", true, moon_action_hold,
     true},
    {"hold end", "remind again", "id", true, moon_action_hold_end, true},
    {"import", "take a file into the book", "kind file map update missing", true, moon_action_import, false},
    {"issue", "give approved documents their numbers and post them", "all id ids no_earlier", true,
     moon_action_issue, false},
    {"pause", "let an agreement rest", "id on how reason", true, moon_action_pause, false},
    {"pay", "take a payment in by hand, and apply it",
     "account amount currency date id method on text prepaid priority expires", true, moon_action_pay, true},
    {"promise", "note a promise to pay", "account amount by on contact note", true, moon_action_promise,
     true},
    {"promise withdraw", "a promise no longer counts", "id", true, moon_action_promise_withdraw, true},
    {"recover", "take a write-off or breakage back", "id reason", true, moon_action_recover, true},
    {"refund", "propose to pay a credit back", "credit amount reason", true, moon_action_refund, true},
    {"reopen", "open a month or a day, and all after it, again", "period reason", true, moon_action_reopen,
     true},
    {"report", "compute a report", NULL, false, moon_action_report, false},
    {"resume", "end the pause of an agreement", "id on reason", true, moon_action_resume, false},
    {"return payment", "the bank took a payment back", "payment date reason", true, moon_action_return, true},
    {"save", "compute a report into a file", NULL, true, moon_action_save, false},
    {"set payment", "cash to the account it belongs to", "id account", true, moon_action_set_payment, true},
    {"unapply", "take back what a credit settles", "credit number", true, moon_action_unapply, true},
    {"void", "take back issued documents of which nothing was settled", "id ids reason", true,
     moon_action_void, false},
    {"write-off", "give up what is open of an invoice", "invoice amount reason", true, moon_action_write_off,
     true},
    {0}};

moon_status moon_action_find(moon_str verb, const moon_action **out, moon_err *err) {
    moon_near near = moon_near_begin(verb);
    for (const moon_action *action = moon_actions; action->name; action++) {
        if (moon_str_is(verb, action->name)) {
            *out = action;
            return MOON_OK;
        }
        moon_near_try(&near, moon_str_of(action->name));
    }
    moon_fail(err, MOON_E_NOT_FOUND, "there is no action \"%.*s\"", MOON_STR_ARG(verb));
    return near.best.len ? moon_err_hint(err, "did you mean %.*s?", MOON_STR_ARG(near.best)) : err->code;
}

moon_status moon_action_do(moon_book *book, moon_str verb, const moon_arg *args, bool dry_run,
                           moon_arena *keep, moon_arg *result, moon_err *err) {
    const moon_action *action;
    char what[64];
    MOON_TRY(moon_action_find(verb, &action, err));
    snprintf(what, sizeof what, "%s", action->name);
    if (action->knows) MOON_TRY(moon_asked_check(args, action->knows, what, err));
    moon_action_call call = {.book = book,
                             .args = args,
                             .dry_run = dry_run,
                             .keep = keep,
                             .items = MOON_NEW_N(keep, moon_named, MOON_RESULT_ITEMS_MAX),
                             .problems = MOON_NEW_N(keep, moon_arg, MOON_RESULT_PROBLEMS_MAX)};
    MOON_TRY(action->run(&call, err));
    size_t shown = call.refused < MOON_RESULT_PROBLEMS_MAX ? call.refused : MOON_RESULT_PROBLEMS_MAX;
    moon_result_add(&call, "problems", moon_arg_list(call.problems, shown));
    moon_result_count(&call, "refused", call.refused);
    *result = moon_result_map(keep, call.items, call.item_count);
    return MOON_OK;
}

/* ---- results ---- */

void moon_result_add(moon_action_call *call, const char *name, moon_arg value) {
    moon_assert(call->item_count < MOON_RESULT_ITEMS_MAX);
    call->items[call->item_count++] = (moon_named){moon_str_of(name), value};
}

void moon_result_count(moon_action_call *call, const char *name, uint64_t count) {
    moon_result_add(call, name, moon_arg_integer((int64_t)count));
}

void moon_result_say(moon_action_call *call, const char *fmt, ...) {
    moon_buf text = MOON_BUF_EMPTY;
    char line[1024];
    va_list args;
    va_start(args, fmt);
    vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    moon_buf_add_text(&text, line);
    moon_result_add(call, "summary", moon_arg_text(moon_arena_str(call->keep, moon_buf_str(&text))));
    moon_buf_free(&text);
}

static moon_arg copied(moon_arena *keep, const char *text) {
    return moon_arg_text(moon_arena_str(keep, moon_str_of(text)));
}

void moon_result_refused(void *ctx, moon_str unit, const moon_err *why) {
    moon_action_call *call = ctx;
    if (call->refused++ >= MOON_RESULT_PROBLEMS_MAX) return;
    const char *hint = why->hint[0] ? why->hint : moon_status_hint(why->code);
    char place[300];
    snprintf(place, sizeof place, why->line ? "%s:%d" : "%s", why->place, why->line);
    moon_named items[] = {
        {MOON_STR("code"), copied(call->keep, moon_status_name(why->code))},
        {MOON_STR("context"), copied(call->keep, why->context)},
        {MOON_STR("hint"), copied(call->keep, hint)},
        {MOON_STR("id"), moon_arg_text(moon_arena_str(call->keep, unit))},
        {MOON_STR("message"), copied(call->keep, why->text)},
        {MOON_STR("place"), copied(call->keep, place)},
    };
    call->problems[call->refused - 1] = moon_result_map(call->keep, items, sizeof items / sizeof *items);
}

static int by_name(const void *a, const void *b) {
    return moon_str_cmp(((const moon_named *)a)->name, ((const moon_named *)b)->name);
}

moon_arg moon_result_map(moon_arena *keep, const moon_named *items, size_t count) {
    moon_named *sorted = MOON_NEW_N(keep, moon_named, count + 1);
    if (count) memcpy(sorted, items, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_name);
    return moon_arg_map(sorted, count);
}

moon_arg moon_result_money(moon_int128 minor, moon_currency currency) {
    moon_decimal amount = {minor, moon_currency_exponent(currency)};
    moon_err ignored;
    if (moon_decimal_make(minor, moon_currency_exponent(currency), &amount, &ignored) != MOON_OK)
        return (moon_arg){0};
    return moon_arg_money(amount, currency);
}

/* ---- arguments ---- */

moon_status moon_action_flag(const moon_action_call *call, const char *name, bool *out, moon_err *err) {
    moon_arg value = moon_arg_get(call->args, name);
    if (value.kind != MOON_ARG_NIL && value.kind != MOON_ARG_BOOL)
        return moon_fail(err, MOON_E_SCRIPT_VALUE, "%s is true or false", name);
    *out = value.kind == MOON_ARG_BOOL && value.boolean;
    return MOON_OK;
}

moon_status moon_action_texts(const moon_action_call *call, const char *one, const char *many,
                              const moon_str **out, size_t *count, moon_err *err) {
    moon_arg single = moon_arg_get(call->args, one), list = moon_arg_get(call->args, many);
    size_t n = list.kind == MOON_ARG_LIST ? list.list.count : single.kind == MOON_ARG_NIL ? 0 : 1;
    moon_str *made = MOON_NEW_N(call->keep, moon_str, n + 1);
    if (list.kind != MOON_ARG_NIL && list.kind != MOON_ARG_LIST)
        return moon_fail(err, MOON_E_SCRIPT_VALUE, "%s is a list of texts", many);
    if (list.kind == MOON_ARG_LIST && single.kind != MOON_ARG_NIL)
        return moon_fail(err, MOON_E_SCRIPT_VALUE, "%s or %s, not both", one, many);
    for (size_t i = 0; i < n; i++) {
        const moon_arg *value = list.kind == MOON_ARG_LIST ? &list.list.items[i] : &single;
        if (value->kind != MOON_ARG_TEXT)
            return list.kind == MOON_ARG_LIST
                       ? moon_fail(err, MOON_E_SCRIPT_VALUE, "%s is a list of texts", many)
                       : moon_fail(err, MOON_E_SCRIPT_VALUE, "%s is a text", one);
        made[i] = moon_arena_str(call->keep, value->text);
    }
    *out = made;
    *count = n;
    return MOON_OK;
}

moon_status moon_action_text(const moon_action_call *call, const char *name, moon_str *out, moon_err *err) {
    *out = MOON_STR_NONE;
    MOON_TRY(moon_asked_text(call->args, name, out, err));
    return out->len ? MOON_OK : moon_fail(err, MOON_E_SCRIPT_VALUE, "%s is missing", name);
}

static moon_status read_money(const moon_arg *value, moon_currency currency, moon_money *out, moon_err *err) {
    char text[MOON_MONEY_TEXT + 8];
    *out = (moon_money){0, currency};
    if (value->kind == MOON_ARG_TEXT) {
        bool bare = moon_str_find(value->text, ' ', 0) == value->text.len;
        snprintf(text, sizeof text, bare ? "%.*s %s" : "%.*s", MOON_STR_ARG(value->text),
                 moon_currency_code(currency));
        return moon_money_parse(moon_str_of(text), out, err);
    }
    moon_decimal amount = value->kind == MOON_ARG_MONEY ? value->money.amount : value->decimal;
    if (value->kind == MOON_ARG_MONEY) out->currency = value->money.currency;
    MOON_TRY(moon_money_round(amount, out->currency, MOON_HALF_UP, out, err));
    if (moon_decimal_eq(moon_money_decimal(*out), amount)) return MOON_OK;
    return moon_fail(err, MOON_E_MONEY_SYNTAX, "an amount has more decimals than %s",
                     moon_currency_code(out->currency));
}

moon_status moon_action_amount(const moon_action_call *call, const char *name, moon_currency currency,
                               int64_t *minor, bool *found, moon_err *err) {
    moon_arg value = moon_arg_get(call->args, name);
    moon_money amount;
    *found = value.kind != MOON_ARG_NIL;
    *minor = 0;
    if (!*found) return MOON_OK;
    if (value.kind == MOON_ARG_INTEGER) value = moon_arg_decimal(moon_decimal_of(value.integer));
    if (value.kind != MOON_ARG_TEXT && value.kind != MOON_ARG_MONEY && value.kind != MOON_ARG_DECIMAL)
        return moon_fail(err, MOON_E_SCRIPT_VALUE, "%s is an amount", name);
    MOON_TRY(read_money(&value, currency, &amount, err));
    if (amount.currency != currency)
        return moon_fail(err, MOON_E_CURRENCY_MISMATCH, "%s is in %s instead of %s", name,
                         moon_currency_code(amount.currency), moon_currency_code(currency));
    *minor = amount.minor;
    return *minor > 0 ? MOON_OK : moon_fail(err, MOON_E_SCRIPT_VALUE, "%s is not above zero", name);
}

#define ATTEMPTS 5

moon_status moon_action_change(moon_action_call *call, const char *action, moon_str subject,
                               moon_action_work work, void *ctx, moon_err *err) {
    moon_status status = MOON_E_CHANGED;
    for (int i = 0; i < ATTEMPTS && status == MOON_E_CHANGED; i++) {
        moon_change *change;
        MOON_TRY(moon_change_begin(call->book->store, &change, err));
        status = work(call, change, ctx, err);
        if (status == MOON_OK && !call->dry_run)
            status = moon_commit(change, &call->book->ctx, action, subject, MOON_STR_NONE, NULL, err);
        moon_change_end(change);
    }
    return status;
}

bool moon_path_is_inside(moon_str path) {
    moon_str rest = path, part;
    bool inside = path.len > 0 && path.ptr[path.len - 1] != '/';
    for (size_t i = 0; i < path.len; i++)
        inside = inside && (unsigned char)path.ptr[i] >= ' ' && path.ptr[i] != 127;
    while (inside && rest.len && moon_str_cut(&rest, '/', &part))
        inside = part.len > 0 && !moon_str_is(part, ".") && !moon_str_is(part, "..");
    return inside;
}

moon_str moon_action_path(const moon_action_call *call, moon_str path) {
    if (path.len && path.ptr[0] == '/') return moon_arena_str(call->keep, path);
    return moon_arena_printf(call->keep, "%s/%.*s", call->book->folder, MOON_STR_ARG(path));
}
