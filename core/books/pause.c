#include "books/pause.h"

#include "books/party.h"
#include "store/table.h"

static moon_status pause_on(moon_change *change, moon_str agreement, moon_date day, int *pause,
                            moon_err *err) {
    moon_agreement version;
    bool found;
    MOON_TRY(moon_version_at(change, &moon_agreement_type, agreement, day, &version, &found, err));
    *pause = found ? (int)version.pause : 0;
    return MOON_OK;
}

/* As its line falls due; one that is kept waits only while the agreement rests so today. */
static moon_status pause_of_line(moon_change *change, const moon_line *line, moon_date today, int *pause,
                                 moon_err *err) {
    bool arrears = moon_str_starts(line->claim, MOON_STR("arrears"));
    int now;
    *pause = 0;
    if (line->agreement.len == 0 || line->start == MOON_DATE_NONE || line->stop == MOON_DATE_NONE)
        return MOON_OK;
    MOON_TRY(pause_on(change, line->agreement, arrears ? line->stop : line->start, pause, err));
    if (*pause != MOON_PAUSE_KEEP) return MOON_OK;
    MOON_TRY(pause_on(change, line->agreement, today, &now, err));
    if (now != MOON_PAUSE_KEEP) *pause = 0;
    return MOON_OK;
}

moon_status moon_pause_of(moon_change *change, const moon_document *document, moon_date today, int *pause,
                          moon_str *agreement, moon_err *err) {
    bool all = document->lines.count > 0;
    *pause = 0;
    *agreement = MOON_STR_NONE;
    if (!moon_str_is(document->cause, "period")) return MOON_OK;
    for (size_t i = 0; i < document->lines.count; i++) {
        const moon_line *line = MOON_AT(moon_line, document->lines, i);
        int one;
        MOON_TRY(pause_of_line(change, line, today, &one, err));
        if (one == MOON_PAUSE_KEEP || agreement->len == 0) *agreement = line->agreement;
        if (one == MOON_PAUSE_KEEP) {
            *pause = one;
            return MOON_OK;
        }
        all = all && one == MOON_PAUSE_UNCOLLECTIBLE;
    }
    if (all) *pause = MOON_PAUSE_UNCOLLECTIBLE;
    return MOON_OK;
}
