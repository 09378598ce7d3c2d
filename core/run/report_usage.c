#include "run/report_usage.h"

#include "books/agreement.h"
#include "books/late.h"
#include "run/period_due.h"
#include "store/table.h"

const moon_heading moon_usage_headings[] = {{.name = "account", .cell = MOON_CELL_TEXT},
                                            {.name = "meter", .cell = MOON_CELL_TEXT},
                                            {.name = "agreement", .cell = MOON_CELL_TEXT, .spare = 2},
                                            {.name = "start", .cell = MOON_CELL_DATE},
                                            {.name = "stop", .cell = MOON_CELL_DATE, .spare = 3},
                                            {.name = "events", .cell = MOON_CELL_NUMBER, .spare = 1},
                                            {.name = "quantity", .cell = MOON_CELL_NUMBER},
                                            {.name = "billed", .cell = MOON_CELL_NUMBER},
                                            {.name = "late", .cell = MOON_CELL_NUMBER},
                                            {.name = "invoice", .cell = MOON_CELL_TEXT}};
_Static_assert(sizeof moon_usage_headings / sizeof *moon_usage_headings == MOON_USAGE_HEADINGS, "headings");

/* A row while its days are added up. */
typedef struct row {
    moon_str account, meter;
    const moon_agreement *agreement; /* NULL: none covers its days */
    moon_period period;
    moon_aggregate sum;
    bool open;
} row;

typedef struct filling {
    moon_change *change;
    moon_report *report;
    moon_str account; /* whose agreements these are */
    moon_agreement *agreements;
    size_t count;
    row row;
    moon_due_check due;
} filling;

static moon_str text_of(filling *f, moon_decimal value) {
    char text[MOON_DECIMAL_TEXT];
    return moon_arena_str(f->report->keep, (moon_str){text, moon_decimal_format(value, text)});
}

static moon_str day_of(filling *f, moon_date day) {
    char text[MOON_DATE_TEXT];
    moon_date_format(day, text);
    return moon_arena_str(f->report->keep, moon_str_of(text));
}

/* The row is complete: say what billed it. */
static moon_status put_row(filling *f, moon_err *err) {
    const row *r = &f->row;
    moon_counted counted;
    moon_aggregate now, then;
    moon_decimal late, before;
    bool billed = false;
    if (!r->open) return MOON_OK;
    moon_str cells[MOON_USAGE_HEADINGS] = {
        r->account,
        r->meter,
        r->agreement ? r->agreement->id : MOON_STR_NONE,
        day_of(f, r->period.start),
        day_of(f, r->period.end),
        moon_arena_printf(f->report->keep, "%lld", (long long)r->sum.count),
        text_of(f, r->sum.quantity)};
    if (r->agreement)
        MOON_TRY(moon_late_counted(f->change, r->agreement->id, r->meter, r->period.start, &counted, &billed,
                                   err));
    if (billed) {
        /* What came late is the difference between now and then, of the days that were counted. */
        then = counted.sum;
        MOON_TRY(moon_usage_of(f->change, r->account, r->meter, counted.span, &now, err));
        MOON_TRY(moon_decimal_sub(now.quantity, then.quantity, &late, err));
        MOON_TRY(moon_decimal_sub(r->sum.quantity, late, &before, err));
        cells[7] = text_of(f, before);
        if (moon_decimal_sign(late) != 0 || now.count != then.count || now.corrections != then.corrections)
            cells[8] = text_of(f, late);
        cells[9] = counted.bill.number;
    }
    moon_report_add(f->report, cells);
    f->row.open = false;
    return MOON_OK;
}

static moon_status month_of(moon_date day, moon_period *out, moon_err *err) {
    moon_ymd ymd = moon_date_ymd(day);
    MOON_TRY(moon_date_make(ymd.year, ymd.month, 1, &out->start, err));
    return moon_date_step(out->start, MOON_UNIT_MONTH, 1, 1, &out->end, err);
}

/* The agreement and period to which a day of a meter belongs: the one whose invoice counted it, else the first that
 * covers it. */
static moon_status find_period(filling *f, const moon_usage *day, const moon_agreement **agreement,
                               moon_period *period, moon_err *err) {
    *agreement = NULL;
    for (size_t i = 0; i < f->count; i++) {
        const moon_agreement *one = &f->agreements[i];
        moon_period own;
        moon_counted counted;
        bool covered, billed;
        MOON_TRY(moon_late_counted(f->change, one->id, day->meter, day->day, &counted, &billed, err));
        MOON_TRY(moon_agreement_period_of(one, &moon_timings_of(&f->due, one->plan)->cycle, day->day, &own,
                                          &covered, err));
        if ((!covered && !billed) || (*agreement && !billed)) continue;
        *agreement = one;
        *period = !billed ? own : counted.span.start < counted.period.start ? counted.period : counted.span;
        if (billed) return MOON_OK;
    }
    return *agreement ? MOON_OK : month_of(day->day, period, err);
}

static moon_status add_day(filling *f, const moon_usage *day, moon_err *err) {
    const moon_agreement *agreement;
    moon_period period;
    if (!moon_str_eq(f->account, day->account)) {
        MOON_TRY(put_row(f, err));
        f->account = moon_arena_str(f->report->keep, day->account);
        MOON_TRY(moon_agreements_of(f->change, f->account, f->report->keep, &f->agreements, &f->count, err));
    }
    MOON_TRY(find_period(f, day, &agreement, &period, err));
    row *r = &f->row;
    bool same = r->open && moon_str_eq(r->meter, day->meter) && r->agreement == agreement &&
                r->period.start == period.start;
    if (!same) {
        MOON_TRY(put_row(f, err));
        *r = (row){.account = f->account,
                   .meter = moon_arena_str(f->report->keep, day->meter),
                   .agreement = agreement,
                   .period = period,
                   .sum = {0, MOON_DECIMAL_ZERO},
                   .open = true};
    }
    r->sum.count += day->count;
    return moon_decimal_add(r->sum.quantity, day->quantity, &r->sum.quantity, err);
}

moon_status moon_report_usage(moon_book *book, moon_change *change, const moon_arg *asked,
                              moon_report *report, moon_err *err) {
    moon_date as_of = book->ctx.today, from = MOON_DATE_MIN;
    moon_usage bound = {0}, day;
    filling f = {.change = change, .report = report, .due = {.book = book, .keep = report->keep}};
    moon_scan scan;
    bool more = true;
    char text[MOON_DATE_TEXT];
    MOON_TRY(moon_asked_date(asked, "as_of", &as_of, err));
    MOON_TRY(moon_asked_date(asked, "from", &from, err));
    MOON_TRY(moon_asked_text(asked, "account", &bound.account, err));
    moon_date_format(as_of, text);
    report->title = moon_arena_printf(report->keep, "Usage up to %s, by the periods of agreements.", text);
    report->none = MOON_STR("Nothing was used.");
    size_t fields = bound.account.len ? 1 : 0;
    const void *ends = fields ? &bound : NULL;
    MOON_TRY(moon_scan_begin(change, &moon_usage_type, MOON_BY_KEY, ends, fields, ends, fields, false, &scan,
                             err));
    moon_status status = MOON_OK;
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &day, &more, err);
        if (status != MOON_OK || !more) break;
        if (day.day >= from && day.day <= as_of) status = add_day(&f, &day, err);
    }
    moon_scan_end(&scan);
    return status == MOON_OK ? put_row(&f, err) : status;
}
