#include "app/settlement.h"

#include "books/receivable.h"
#include "store/table.h"

const char *const moon_standings[] = {"draft", "approved", "open",    "part-paid", "overdue",
                                      "paid",  "credited", "applied", "void",      NULL};

/* Did credit notes alone settle this invoice? */
static moon_status credits_alone(moon_change *change, const moon_document *document, bool *alone,
                                 moon_err *err) {
    moon_application bound = {.account = document->account, .target = document->id}, application;
    moon_scan scan;
    bool more, any = false;
    *alone = true;
    MOON_TRY(moon_scan_begin(change, &moon_application_type,
                             moon_type_index(&moon_application_type, "target"), &bound, 2, &bound, 2, false,
                             &scan, err));
    for (;;) {
        moon_status status = moon_scan_next(&scan, &application, &more, err);
        if (status == MOON_OK && more) {
            moon_document source = {.id = application.source};
            bool found;
            status = moon_get(change, &moon_document_type, &source, &found, err);
            any = true;
            *alone = *alone && found;
        }
        if (status == MOON_OK && more) continue;
        moon_scan_end(&scan);
        *alone = *alone && any;
        return status;
    }
}

static moon_status standing_of(moon_change *change, const moon_document *document, moon_date today,
                               moon_settlement *s, moon_err *err) {
    bool credit = document->kind == MOON_DOCUMENT_CREDIT_NOTE, alone;
    if (s->open == 0 && credit) {
        s->standing = MOON_STANDING_APPLIED;
        return MOON_OK;
    }
    if (s->open == 0) {
        MOON_TRY(credits_alone(change, document, &alone, err));
        s->standing = alone ? MOON_STANDING_CREDITED : MOON_STANDING_PAID;
        return MOON_OK;
    }
    s->standing = !credit && document->due != MOON_DATE_NONE && document->due < today ? MOON_STANDING_OVERDUE
                  : s->open == document->total                                        ? MOON_STANDING_OPEN
                                               : MOON_STANDING_PART_PAID;
    return MOON_OK;
}

moon_status moon_settlement_of(moon_change *change, const moon_document *document, moon_date today,
                               moon_settlement *out, moon_err *err) {
    moon_settlement made = {0};
    moon_item item = {.account = document->account, .document = document->id};
    bool found;
    MOON_TRY(moon_get(change, &moon_item_type, &item, &found, err));
    if (found) {
        made.posted = true;
        MOON_TRY(moon_item_open_at(change, &item, today, &made.open, err));
    }
    if (document->state == MOON_STATE_DRAFT)
        made.standing = MOON_STANDING_DRAFT;
    else if (document->state == MOON_STATE_APPROVED)
        made.standing = MOON_STANDING_APPROVED;
    else if (document->state == MOON_STATE_VOID)
        made.standing = MOON_STANDING_VOID;
    else
        MOON_TRY(standing_of(change, document, today, &made, err));
    *out = made;
    return MOON_OK;
}
