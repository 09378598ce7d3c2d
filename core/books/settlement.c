#include "books/settlement.h"

#include "books/receivable.h"
#include "store/table.h"

const char *const moon_standings[] = {"draft",         "approved",     "not-yet", "open",
                                      "part-credited", "part-applied", "overdue", "paid",
                                      "credited",      "applied",      "void",    NULL};

/* Did credit notes settle something of this invoice up to that day? */
static moon_status is_credited(moon_change *change, const moon_document *document, moon_date day,
                               bool *credited, moon_err *err) {
    moon_application bound = {.account = document->account, .target = document->id}, application;
    moon_scan scan;
    bool more = true;
    moon_status status = MOON_OK;
    *credited = false;
    MOON_TRY(moon_scan_begin(change, &moon_application_type,
                             moon_type_index(&moon_application_type, "target"), &bound, 2, &bound, 2, false,
                             &scan, err));
    while (status == MOON_OK && more && !*credited) {
        status = moon_scan_next(&scan, &application, &more, err);
        if (status == MOON_OK && more) *credited = application.date <= day;
    }
    moon_scan_end(&scan);
    return status;
}

static moon_status standing_of(moon_change *change, const moon_document *document, moon_date day,
                               moon_settlement *s, moon_err *err) {
    bool credit = document->kind == MOON_DOCUMENT_CREDIT_NOTE, credited;
    if (s->open == 0 && credit)
        s->standing = MOON_STANDING_APPLIED;
    else if (s->open == 0) {
        MOON_TRY(is_credited(change, document, day, &credited, err));
        s->standing = credited ? MOON_STANDING_CREDITED : MOON_STANDING_PAID;
    } else if (!credit && document->due != MOON_DATE_NONE && document->due < day)
        s->standing = MOON_STANDING_OVERDUE;
    else if (s->open == document->total)
        s->standing = MOON_STANDING_OPEN;
    else
        s->standing = credit ? MOON_STANDING_PART_APPLIED : MOON_STANDING_PART_CREDITED;
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
