#include "books/order.h"

#include "books/document.h"
#include "books/party.h"
#include "store/table.h"

moon_status moon_order_value(const moon_order *order, moon_decimal *value, moon_err *err) {
    moon_decimal sum = MOON_DECIMAL_ZERO, part;
    for (size_t i = 0; i < order->lines.count; i++) {
        const moon_order_line *line = MOON_AT(moon_order_line, order->lines, i);
        if (!moon_decimal_present(line->price)) continue;
        moon_status status = moon_decimal_mul(line->quantity, line->price, &part, err);
        if (status == MOON_OK) status = moon_decimal_add(sum, part, &sum, err);
        if (status != MOON_OK)
            return moon_err_context(err, "order %.*s, line %zu", MOON_STR_ARG(order->id), i + 1);
    }
    *value = sum;
    return MOON_OK;
}

/* Values that sums over a whole book stay exact with: a million orders of them fit a decimal. */
static moon_status bounded_value(const moon_order *order, moon_decimal *value, moon_err *err) {
    moon_decimal most = {(moon_int128)100000000000000, 0};
    MOON_TRY(moon_order_value(order, value, err));
    if (value->scale <= 15 && moon_decimal_cmp(moon_decimal_abs(*value), most) < 0) return MOON_OK;
    return moon_fail(err, MOON_E_MONEY_RANGE,
                     "order %.*s comes to a value of more than 14 digits, or of more than 15 decimals",
                     MOON_STR_ARG(order->id));
}

/* ---- the work list ---- */

moon_status moon_park(moon_change *change, const moon_context *ctx, const char *work, moon_str id,
                      moon_str account, const moon_err *why, const moon_order *order, moon_err *err) {
    moon_parked parked = {.work = moon_str_of(work), .id = id};
    moon_arena *keep = moon_change_arena(change);
    bool found;
    MOON_TRY(moon_get(change, &moon_parked_type, &parked, &found, err));
    moon_date since = found ? parked.since : ctx->today;
    moon_record_init(&moon_parked_type, &parked);
    parked.work = moon_str_of(work);
    parked.id = id;
    parked.account = account;
    parked.code = moon_str_of(moon_status_name(why->code));
    parked.reason = why->context[0] ? moon_arena_printf(keep, "%s (%s)", why->text, why->context)
                                    : moon_arena_str(keep, moon_str_of(why->text));
    parked.hint = moon_arena_str(keep, moon_str_of(why->hint[0] ? why->hint : moon_status_hint(why->code)));
    if (why->place[0])
        parked.place = why->line ? moon_arena_printf(keep, "%s:%d", why->place, why->line)
                                 : moon_arena_str(keep, moon_str_of(why->place));
    parked.since = since;
    if (order) {
        parked.lines = (int64_t)order->lines.count;
        parked.amount = order->value;
        parked.currency = order->currency;
    }
    return moon_put(change, &moon_parked_type, &parked, err);
}

moon_status moon_unpark(moon_change *change, const char *work, moon_str id, moon_err *err) {
    return moon_delete(change, &moon_parked_type, &(moon_parked){.work = moon_str_of(work), .id = id}, err);
}

/* A held order says itself why; the work list shows it. */
static moon_status keep_work_list(moon_change *change, const moon_context *ctx, const moon_order *order,
                                  moon_err *err) {
    moon_err why;
    if (order->state != MOON_ORDER_HELD) return moon_unpark(change, "import", order->id, err);
    moon_fail(&why, MOON_E_IMPORT_HELD, "%.*s", MOON_STR_ARG(order->reason));
    char code[64];
    snprintf(code, sizeof code, "%.*s", MOON_STR_ARG(order->code));
    moon_status named = moon_status_by_name(code);
    if (named != MOON_STATUS_COUNT && named != MOON_OK) why.code = named;
    snprintf(why.place, sizeof why.place, "%.*s", MOON_STR_ARG(order->place));
    moon_err_hint(&why,
                  "moonbill set order %.*s FIELD=VALUE, or repair the rows in the reject file and import it",
                  MOON_STR_ARG(order->id));
    return moon_park(change, ctx, "import", order->id, order->account, &why, order, err);
}

/* ---- differences ---- */

static void add_difference(moon_buf *out, const char *what, size_t line, const moon_field *field,
                           const void *old, const void *new, moon_currency currency) {
    if (out->len) moon_buf_add_text(out, "; ");
    if (line) moon_buf_printf(out, "%s %zu ", what, line);
    moon_buf_printf(out, "%s: ", field->name);
    size_t start = out->len;
    moon_field_format(field, old, currency, out);
    if (out->len == start) moon_buf_add_text(out, "none");
    moon_buf_add_text(out, " -> ");
    start = out->len;
    moon_field_format(field, new, currency, out);
    if (out->len == start) moon_buf_add_text(out, "none");
}

static bool field_differs(const moon_field *field, const void *old, const void *new) {
    moon_buf a = MOON_BUF_EMPTY, b = MOON_BUF_EMPTY;
    moon_field_format(field, old, 0, &a);
    moon_field_format(field, new, 0, &b);
    bool differs = !moon_str_eq(moon_buf_str(&a), moon_buf_str(&b));
    moon_buf_free(&a);
    moon_buf_free(&b);
    return differs;
}

static void compare_fields(const moon_type *type, size_t line, const void *old, const void *new,
                           moon_buf *out) {
    /* What the import itself derives, and where the rows stood, is no part of what was ordered. */
    static const char *const ignored[] = {"state", "value", "reason", "code", "place", "raw", NULL};
    for (size_t i = 0; i < type->field_count; i++) {
        const moon_field *field = &type->fields[i];
        bool skip = false;
        for (size_t j = 0; ignored[j]; j++)
            skip = skip || (line == 0 && strcmp(ignored[j], field->name) == 0);
        if (!skip && field_differs(field, old, new)) add_difference(out, "line", line, field, old, new, 0);
    }
}

static moon_str difference_of(moon_arena *keep, const moon_order *old, const moon_order *new) {
    moon_buf out = MOON_BUF_EMPTY;
    compare_fields(&moon_order_type, 0, old, new, &out);
    size_t shared = old->lines.count < new->lines.count ? old->lines.count : new->lines.count;
    for (size_t i = 0; i < shared && out.len < 400; i++)
        compare_fields(&moon_order_line_type, i + 1, MOON_AT(moon_order_line, old->lines, i),
                       MOON_AT(moon_order_line, new->lines, i), &out);
    moon_str made = moon_arena_str(keep, moon_buf_str(&out));
    moon_buf_free(&out);
    return made;
}

/* ---- taking in ---- */

/* A draft of what the order said before is dropped: the next bill run makes it anew. */
static moon_status drop_draft(moon_change *change, const moon_order *order, moon_err *err) {
    moon_document draft;
    bool found;
    moon_str source = moon_arena_printf(moon_change_arena(change), "order/%.*s", MOON_STR_ARG(order->id));
    MOON_TRY(moon_document_id(change, source, &draft.id, err));
    MOON_TRY(moon_get(change, &moon_document_type, &draft, &found, err));
    return found && draft.state != MOON_STATE_ISSUED ? moon_document_discard(change, &draft, err) : MOON_OK;
}

static moon_status store(moon_change *change, const moon_context *ctx, const moon_order *order,
                         moon_err *err) {
    moon_order made = *order;
    moon_status status = bounded_value(order, &made.value, err);
    if (status != MOON_OK && order->state != MOON_ORDER_HELD) return status;
    if (status != MOON_OK) made.value = MOON_DECIMAL_ZERO;
    if (made.account.len) MOON_TRY(moon_touch_account(change, made.account, err));
    MOON_TRY(drop_draft(change, order, err));
    MOON_TRY(moon_put(change, &moon_order_type, &made, err));
    return keep_work_list(change, ctx, &made, err);
}

/* An order whose amounts cannot be computed with is held with that reason. */
static moon_order taken_or_held(moon_change *change, const moon_order *order) {
    moon_order made = *order;
    moon_decimal value;
    moon_err why;
    moon_status status = bounded_value(order, &value, &why);
    if (order->state == MOON_ORDER_HELD || status == MOON_OK) return made;
    made.state = MOON_ORDER_HELD;
    made.reason = moon_arena_str(moon_change_arena(change), moon_str_of(why.text));
    made.code = moon_str_of(moon_status_name(status));
    return made;
}

moon_status moon_order_take(moon_change *change, const moon_context *ctx, const moon_order *order,
                            bool update, moon_taken *taken, moon_str *difference, moon_err *err) {
    moon_order held = taken_or_held(change, order), old = {.id = order->id};
    order = &held;
    bool found;
    *difference = MOON_STR_NONE;
    MOON_TRY(moon_get(change, &moon_order_type, &old, &found, err));
    *taken = MOON_TAKEN_NEW;
    if (!found) return store(change, ctx, order, err);
    *difference = difference_of(moon_change_arena(change), &old, order);
    bool same_rows = old.raw.len == 0 || moon_str_eq(old.raw, order->raw);
    *taken = MOON_TAKEN_SAME;
    if (difference->len == 0 && same_rows) return MOON_OK;
    *taken = old.state == MOON_ORDER_BILLED ? MOON_TAKEN_BILLED
             : update                       ? MOON_TAKEN_UPDATED
                                            : MOON_TAKEN_DIFFERENT;
    /* Rows that could not be read, repaired in the file: that is what importing them again is for. */
    if (old.state == MOON_ORDER_HELD && old.raw.len > 0 && order->raw.len == 0) *taken = MOON_TAKEN_UPDATED;
    return *taken == MOON_TAKEN_UPDATED ? store(change, ctx, order, err) : MOON_OK;
}

/* A hold ends when the account it waited for is named, or by hand (state=due); other edits leave it, for it
 * may be a decision. */
moon_status moon_order_repair(moon_change *change, const moon_context *ctx, moon_order *order,
                              moon_err *err) {
    moon_order old = {.id = order->id};
    bool found;
    if (order->state == MOON_ORDER_BILLED) {
        moon_fail(err, MOON_E_STATE_REFUSED, "order %.*s is billed", MOON_STR_ARG(order->id));
        return moon_err_hint(err, "correct it with a credit note: moonbill credit INVOICE");
    }
    MOON_TRY(moon_get(change, &moon_order_type, &old, &found, err));
    bool named = found && old.account.len == 0 && order->account.len > 0 && order->raw.len == 0;
    if (order->state == MOON_ORDER_HELD && named && order->lines.count > 0) order->state = MOON_ORDER_DUE;
    if (order->state == MOON_ORDER_DUE) {
        if (order->account.len == 0)
            return moon_fail(err, MOON_E_FIELD_REQUIRED, "order %.*s needs an account to be due",
                             MOON_STR_ARG(order->id));
        order->reason = order->code = order->raw = MOON_STR_NONE;
    }
    return store(change, ctx, order, err);
}
