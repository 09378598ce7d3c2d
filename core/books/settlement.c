#include "books/settlement.h"

#include "books/receivable.h"
#include "store/table.h"

const char *const moon_standings[] = {"draft",         "approved",     "not-yet", "open", "part-paid",
                                      "part-credited", "part-applied", "overdue", "paid", "credited",
                                      "written-off",   "applied",      "void",    NULL};

/* What settled an invoice up to a day, by what it was. */
typedef struct settled {
    int64_t cash, written_off, other;
} settled;

static moon_status add_settled(moon_change *change, const moon_application *application, settled *s,
                               moon_err *err) {
    moon_item source;
    MOON_TRY(moon_item_get(change, application->account, application->source, &source, err));
    bool cash = moon_item_control(&source) == MOON_CONTROL_UNAPPLIED;
    int64_t *to = cash ? &s->cash : source.kind == MOON_ITEM_WRITE_OFF ? &s->written_off : &s->other;
    *to += application->amount;
    return MOON_OK;
}

static moon_status settled_by(moon_change *change, const moon_document *document, moon_date day, settled *s,
                              moon_err *err) {
    moon_application bound = {.account = document->account, .target = document->id}, application;
    moon_scan scan;
    bool more = true;
    moon_status status = MOON_OK;
    *s = (settled){0};
    MOON_TRY(moon_scan_begin(change, &moon_application_type,
                             moon_type_index(&moon_application_type, "target"), &bound, 2, &bound, 2, false,
                             &scan, err));
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &application, &more, err);
        if (status != MOON_OK || !more) break;
        if (application.date <= day) status = add_settled(change, &application, s, err);
    }
    moon_scan_end(&scan);
    return status;
}

static moon_status standing_of(moon_change *change, const moon_document *document, moon_date day,
                               moon_settlement *s, moon_err *err) {
    bool credit = document->kind == MOON_DOCUMENT_CREDIT_NOTE;
    settled by;
    if (credit)
        s->standing = s->open == 0                                 ? MOON_STANDING_APPLIED
                      : s->open == moon_document_payable(document) ? MOON_STANDING_OPEN
                                                                   : MOON_STANDING_PART_APPLIED;
    else if (s->open != 0 && document->due != MOON_DATE_NONE && document->due < day)
        s->standing = MOON_STANDING_OVERDUE;
    else if (s->open != 0 && s->open == moon_document_payable(document))
        s->standing = MOON_STANDING_OPEN;
    else {
        MOON_TRY(settled_by(change, document, day, &by, err));
        if (s->open != 0)
            s->standing = by.cash > 0 ? MOON_STANDING_PART_PAID : MOON_STANDING_PART_CREDITED;
        else
            s->standing = by.written_off > 0             ? MOON_STANDING_WRITTEN_OFF
                          : by.other > 0 && by.cash == 0 ? MOON_STANDING_CREDITED
                                                         : MOON_STANDING_PAID;
    }
    return MOON_OK;
}

moon_status moon_settlement_of(moon_change *change, const moon_document *document, moon_date day,
                               moon_settlement *out, moon_err *err) {
    moon_settlement made = {0};
    moon_item item = {.account = document->account, .document = document->id};
    *out = made;
    if (document->state == MOON_STATE_DRAFT || document->state == MOON_STATE_APPROVED) {
        out->standing = document->state == MOON_STATE_DRAFT ? MOON_STANDING_DRAFT : MOON_STANDING_APPROVED;
        return MOON_OK;
    }
    if (document->date != MOON_DATE_NONE && document->date > day) {
        out->standing = MOON_STANDING_NOT_YET;
        return MOON_OK;
    }
    MOON_TRY(moon_get(change, &moon_item_type, &item, &made.posted, err));
    if (made.posted) MOON_TRY(moon_item_open_at(change, &item, day, MOON_DATE_MAX, &made.open, err));
    if (document->state == MOON_STATE_VOID &&
        (!made.posted || item.voided == MOON_DATE_NONE || item.voided <= day))
        made.standing = MOON_STANDING_VOID;
    else
        MOON_TRY(standing_of(change, document, day, &made, err));
    *out = made;
    return MOON_OK;
}
