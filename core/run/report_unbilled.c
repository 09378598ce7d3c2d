#include "run/report_unbilled.h"

#include <stdlib.h>

#include "books/agreement.h"
#include "books/document.h"
#include "books/late.h"
#include "run/jobs.h"
#include "run/wire.h"
#include "store/table.h"

const moon_heading moon_unbilled_headings[] = {
    {.name = "kind", .cell = MOON_CELL_TEXT},
    {.name = "account", .cell = MOON_CELL_TEXT},
    {.name = "id", .cell = MOON_CELL_TEXT},
    {.name = "what", .cell = MOON_CELL_TEXT},
    {.name = "start", .cell = MOON_CELL_DATE},
    {.name = "stop", .cell = MOON_CELL_DATE, .spare = 3},
    {.name = "reason", .cell = MOON_CELL_TEXT},
    {.name = "events", .cell = MOON_CELL_NUMBER, .spare = 2},
    {.name = "quantity", .cell = MOON_CELL_NUMBER, .spare = 1},
    {.name = "currency", .cell = MOON_CELL_TEXT, .spare = 4},
    {.name = "amount", .cell = MOON_CELL_NUMBER, .flags = MOON_HEADING_SUM}};
_Static_assert(sizeof moon_unbilled_headings / sizeof *moon_unbilled_headings == MOON_UNBILLED_HEADINGS,
               "headings");
enum { KIND, ACCOUNT, ID, WHAT, START, STOP, REASON, EVENTS, QUANTITY, CURRENCY, AMOUNT };

/* Counted on both sides, so that they add up to the book. */
typedef struct both {
    int64_t billed, not ;
} both;

typedef struct filling {
    moon_book *book;
    moon_change *change;
    moon_report *report;
    moon_arena *keep;
    moon_date from, to;
    both orders, periods, events;
} filling;

static moon_str day_of(filling *f, moon_date day) {
    char text[MOON_DATE_TEXT];
    moon_date_format(day, text);
    return moon_arena_str(f->keep, moon_str_of(text));
}

static moon_str number_of(filling *f, moon_decimal value) {
    char text[MOON_DECIMAL_TEXT];
    return moon_arena_str(f->keep, (moon_str){text, moon_decimal_format(value, text)});
}

static bool shown(const filling *f, moon_date day) { return day >= f->from && day <= f->to; }

/* Why an account, or an order, is on the work list; "" if it is not. */
static moon_status parked_why(filling *f, const char *work, moon_str id, moon_str *why, moon_err *err) {
    moon_parked parked = {.work = moon_str_of(work), .id = id};
    bool found;
    MOON_TRY(moon_get(f->change, &moon_parked_type, &parked, &found, err));
    *why = found ? moon_arena_str(f->keep, parked.reason) : MOON_STR_NONE;
    return MOON_OK;
}

/* ---- orders ---- */

static moon_status order_waits(filling *f, const moon_order *order, moon_str *reason, moon_err *err) {
    moon_document draft = {0};
    bool found;
    moon_str why, id;
    if (order->date > f->book->ctx.today) {
        *reason = moon_arena_printf(f->keep, "not due before %.*s", MOON_STR_ARG(day_of(f, order->date)));
        return MOON_OK;
    }
    MOON_TRY(moon_document_id(f->change, moon_arena_printf(f->keep, "order/%.*s", MOON_STR_ARG(order->id)),
                              &id, err));
    draft.id = id;
    MOON_TRY(moon_get(f->change, &moon_document_type, &draft, &found, err));
    if (found && (draft.state == MOON_STATE_DRAFT || draft.state == MOON_STATE_APPROVED)) {
        *reason = moon_arena_printf(f->keep, "draft %.*s waits", MOON_STR_ARG(id));
        return MOON_OK;
    }
    MOON_TRY(parked_why(f, "bill", order->account, &why, err));
    *reason = why.len ? moon_arena_printf(f->keep, "parked: %.*s", MOON_STR_ARG(why))
                      : MOON_STR("moonbill bill has not run");
    return MOON_OK;
}

static moon_status add_order(filling *f, const moon_order *order, moon_err *err) {
    moon_str reason;
    if (!shown(f, order->date)) return MOON_OK;
    if (order->state == MOON_ORDER_BILLED) {
        f->orders.billed++;
        return MOON_OK;
    }
    f->orders.not ++;
    if (order->state == MOON_ORDER_DUE)
        MOON_TRY(order_waits(f, order, &reason, err));
    else
        reason = moon_arena_printf(f->keep, "%s%s%.*s", order->state == MOON_ORDER_HELD ? "held" : "no sale",
                                   order->reason.len ? ": " : "", MOON_STR_ARG(order->reason));
    moon_str cells[MOON_UNBILLED_HEADINGS] = {[KIND] = MOON_STR("order"),
                                              [ACCOUNT] = order->account,
                                              [ID] = order->id,
                                              [WHAT] = moon_str_of(moon_order_kinds[order->kind - 1]),
                                              [START] = day_of(f, order->date),
                                              [REASON] = reason,
                                              [CURRENCY] = moon_str_of(moon_currency_code(order->currency)),
                                              [AMOUNT] = number_of(f, order->value)};
    moon_report_add(f->report, cells);
    return MOON_OK;
}

static moon_status add_orders(filling *f, moon_err *err) {
    moon_order order;
    moon_scan scan;
    bool more = true;
    MOON_TRY(moon_scan_begin(f->change, &moon_order_type, MOON_BY_KEY, NULL, 0, NULL, 0, false, &scan, err));
    moon_status status = MOON_OK;
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &order, &more, err);
        if (status != MOON_OK || !more) break;
        status = add_order(f, &order, err);
    }
    moon_scan_end(&scan);
    return status;
}

/* ---- accounts: what Lua is told ---- */

typedef struct list {
    moon_arg *items;
    size_t count, room;
    int64_t events;
} list;

static void append(filling *f, list *to, const moon_named *fields, size_t count) {
    if (to->count == to->room) {
        size_t room = to->room ? to->room * 2 : 16;
        moon_arg *larger = MOON_NEW_N(f->keep, moon_arg, room);
        if (to->count) memcpy(larger, to->items, to->count * sizeof *larger);
        to->items = larger;
        to->room = room;
    }
    moon_named *kept = MOON_NEW_N(f->keep, moon_named, count);
    memcpy(kept, fields, count * sizeof *kept);
    to->items[to->count++] = moon_arg_map(kept, count);
}

/* Lines of drafts that wait. */
static moon_status read_drafts(filling *f, moon_str account, list *drafts, moon_err *err) {
    moon_document bound = {.account = account}, draft;
    moon_scan scan;
    bool more = true;
    MOON_TRY(moon_scan_begin(f->change, &moon_document_type, moon_type_index(&moon_document_type, "work"),
                             &bound, 1, &bound, 1, false, &scan, err));
    moon_status status = MOON_OK;
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &draft, &more, err);
        if (status != MOON_OK || !more) break;
        for (size_t i = 0; i < draft.lines.count; i++) {
            const moon_line *line = MOON_AT(moon_line, draft.lines, i);
            if (!line->agreement.len || !line->claim.len) continue;
            moon_named fields[] = {
                {MOON_STR("agreement"), moon_arg_text(moon_arena_str(f->keep, line->agreement))},
                {MOON_STR("claim"), moon_arg_text(moon_arena_str(f->keep, line->claim))},
                {MOON_STR("id"), moon_arg_text(moon_arena_str(f->keep, draft.id))},
                {MOON_STR("period"), moon_arg_date(line->period)}};
            append(f, drafts, fields, 4);
        }
    }
    moon_scan_end(&scan);
    return status;
}

static moon_status is_counted(filling *f, const moon_agreement *agreements, size_t count,
                              const moon_usage *day, bool *billed, moon_err *err) {
    *billed = false;
    for (size_t i = 0; i < count && !*billed; i++) {
        moon_counted counted;
        MOON_TRY(moon_late_counted(f->change, agreements[i].id, day->meter, day->day, &counted, billed, err));
    }
    return MOON_OK;
}

/* What came after its period was billed stands by that period. */
static moon_status add_late(filling *f, const moon_agreement *agreement, moon_err *err) {
    moon_late *late;
    size_t count;
    MOON_TRY(moon_late_of(f->change, agreement->id, f->keep, &late, &count, err));
    for (size_t i = 0; i < count; i++) {
        if (!shown(f, late[i].start)) continue;
        moon_str cells[MOON_UNBILLED_HEADINGS] = {
            [KIND] = MOON_STR("usage"),
            [ACCOUNT] = agreement->account,
            [ID] = agreement->id,
            [WHAT] = late[i].meter,
            [START] = day_of(f, late[i].start),
            [REASON] = MOON_STR("late: the next bill has it"),
            [EVENTS] = moon_arena_printf(f->keep, "%lld", (long long)late[i].events)};
        f->events.billed -= late[i].events;
        f->events.not += late[i].events;
        moon_report_add(f->report, cells);
    }
    return MOON_OK;
}

/* Days that no invoice counted. */
static moon_status read_usage(filling *f, moon_str account, list *usage, moon_err *err) {
    moon_usage bound = {.account = account}, day;
    moon_agreement *agreements;
    moon_scan scan;
    size_t count;
    bool more = true, billed;
    MOON_TRY(moon_agreements_of(f->change, account, f->keep, &agreements, &count, err));
    for (size_t i = 0; i < count; i++) MOON_TRY(add_late(f, &agreements[i], err));
    MOON_TRY(
        moon_scan_begin(f->change, &moon_usage_type, MOON_BY_KEY, &bound, 1, &bound, 1, false, &scan, err));
    moon_status status = MOON_OK;
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &day, &more, err);
        if (status != MOON_OK || !more) break;
        if (!shown(f, day.day)) continue;
        status = is_counted(f, agreements, count, &day, &billed, err);
        if (billed)
            f->events.billed += day.count;
        else
            f->events.not += day.count;
        if (status != MOON_OK || billed) continue;
        moon_named fields[] = {{MOON_STR("count"), moon_arg_integer(day.count)},
                               {MOON_STR("day"), moon_arg_date(day.day)},
                               {MOON_STR("meter"), moon_arg_text(moon_arena_str(f->keep, day.meter))},
                               {MOON_STR("quantity"), moon_arg_decimal(day.quantity)}};
        append(f, usage, fields, 4);
        usage->events += day.count;
    }
    moon_scan_end(&scan);
    return status;
}

/* ---- accounts: what it answers ---- */

/* Rules that cannot say it for one account hide nothing of the others. */
static bool of_the_account(moon_status status) {
    return status != MOON_OK && status != MOON_E_INTERRUPTED &&
           moon_status_class(status) != MOON_CLASS_DAMAGED;
}

static void add_failed(filling *f, moon_str account, int64_t events, const moon_err *why) {
    moon_str cells[MOON_UNBILLED_HEADINGS] = {
        [KIND] = MOON_STR("account"),
        [ACCOUNT] = account,
        [ID] = account,
        [REASON] = moon_arena_printf(f->keep, "its rules cannot say: %s%s%s%s", why->text,
                                     why->place[0] ? " (" : "", why->place, why->place[0] ? ")" : "")};
    if (events) cells[EVENTS] = moon_arena_printf(f->keep, "%lld", (long long)events);
    moon_report_add(f->report, cells);
}

static void add_row(filling *f, moon_str account, const moon_arg *row) {
    moon_arg start = moon_arg_get(row, "start"), stop = moon_arg_get(row, "stop"),
             quantity = moon_arg_get(row, "quantity"), events = moon_arg_get(row, "events");
    moon_str cells[MOON_UNBILLED_HEADINGS] = {[KIND] = moon_arg_text_of(row, "kind"),
                                              [ACCOUNT] = account,
                                              [ID] = moon_arg_text_of(row, "id"),
                                              [WHAT] = moon_arg_text_of(row, "what"),
                                              [REASON] = moon_arg_text_of(row, "reason")};
    if (start.kind == MOON_ARG_DATE) cells[START] = day_of(f, start.date);
    if (stop.kind == MOON_ARG_DATE) cells[STOP] = day_of(f, stop.date);
    if (events.kind == MOON_ARG_DECIMAL) cells[EVENTS] = number_of(f, events.decimal);
    if (quantity.kind == MOON_ARG_DECIMAL) cells[QUANTITY] = number_of(f, quantity.decimal);
    f->periods.not += moon_str_is(cells[KIND], "agreement");
    moon_report_add(f->report, cells);
}

static moon_status add_account(filling *f, moon_str account, moon_err *err) {
    list drafts = {0}, usage = {0};
    moon_str why, reply;
    moon_arg answer;
    moon_buf request = MOON_BUF_EMPTY;
    MOON_TRY(read_drafts(f, account, &drafts, err));
    MOON_TRY(read_usage(f, account, &usage, err));
    MOON_TRY(parked_why(f, "bill", account, &why, err));
    moon_named facts[] = {{MOON_STR("drafts"), moon_arg_list(drafts.items, drafts.count)},
                          {MOON_STR("from"), moon_arg_date(f->from)},
                          {MOON_STR("parked"), why.len ? moon_arg_text(why) : (moon_arg){0}},
                          {MOON_STR("to"), moon_arg_date(f->to)},
                          {MOON_STR("today"), moon_arg_date(f->book->ctx.today)},
                          {MOON_STR("usage"), moon_arg_list(usage.items, usage.count)}};
    moon_arg map = moon_arg_map(facts, sizeof facts / sizeof *facts);
    moon_wire_add_str(&request, account);
    moon_wire_add_arg(&request, &map);
    moon_status status = moon_worker_call(f->book->worker, moon_job_unbilled, moon_buf_str(&request), true,
                                          f->keep, &reply, err);
    moon_buf_free(&request);
    if (of_the_account(status)) {
        add_failed(f, account, usage.events, err);
        return MOON_OK;
    }
    if (status != MOON_OK) return moon_err_context(err, "account %.*s", MOON_STR_ARG(account));
    if (!moon_wire_read_arg(&reply, &answer, f->keep))
        return moon_fail(err, MOON_E_SCRIPT_CRASH, "the worker's answer makes no sense");
    moon_arg rows = moon_arg_get(&answer, "rows");
    f->periods.billed += moon_arg_int_of(&answer, "billed", 0);
    for (size_t i = 0; rows.kind == MOON_ARG_LIST && i < rows.list.count; i++)
        add_row(f, account, &rows.list.items[i]);
    return MOON_OK;
}

static moon_status add_accounts(filling *f, moon_err *err) {
    moon_account account;
    moon_str last = MOON_STR_NONE;
    moon_scan scan;
    bool more = true;
    MOON_TRY(
        moon_scan_begin(f->change, &moon_account_type, MOON_BY_KEY, NULL, 0, NULL, 0, false, &scan, err));
    moon_status status = MOON_OK;
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &account, &more, err);
        if (status != MOON_OK || !more) break;
        if (moon_str_eq(account.id, last)) continue;
        last = moon_arena_str(f->keep, account.id);
        status = add_account(f, last, err);
    }
    moon_scan_end(&scan);
    moon_worker_stop(f->book->worker);
    return status;
}

moon_status moon_report_unbilled(moon_book *book, moon_change *change, const moon_arg *asked,
                                 moon_report *report, moon_err *err) {
    filling f = {.book = book,
                 .change = change,
                 .report = report,
                 .keep = report->keep,
                 .from = MOON_DATE_MIN,
                 .to = book->ctx.today};
    MOON_TRY(moon_asked_date(asked, "from", &f.from, err));
    MOON_TRY(moon_asked_date(asked, "to", &f.to, err));
    report->title = moon_arena_printf(report->keep, "What stands on no invoice up to %.*s, and why.",
                                      MOON_STR_ARG(day_of(&f, f.to)));
    report->none = MOON_STR("Everything is billed.");
    MOON_TRY(add_orders(&f, err));
    MOON_TRY(add_accounts(&f, err));
    report->remark =
        moon_arena_printf(report->keep,
                          "Orders: %lld billed and %lld not. Periods: %lld billed and %lld not. Usage "
                          "events: %lld billed and %lld not.",
                          (long long)f.orders.billed, (long long)f.orders.not, (long long)f.periods.billed,
                          (long long)f.periods.not, (long long)f.events.billed, (long long)f.events.not );
    return MOON_OK;
}
