#include "books/pause.h"

#include "books/party.h"
#include "store/table.h"

static const moon_str marks[] = {{"pause/keep", 10}, {"pause/uncollectible", 19}};
static const int pauses[] = {MOON_PAUSE_KEEP, MOON_PAUSE_UNCOLLECTIBLE};

bool moon_pause_input(moon_str name, moon_input *out) {
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (!moon_str_is(name, moon_pauses[pauses[i] - 1])) continue;
        moon_record_init(&moon_input_type, out);
        out->record = marks[i];
        return true;
    }
    return false;
}

static int pause_of(const moon_document *document) {
    for (size_t i = 0; i < document->inputs.count; i++)
        for (size_t k = 0; k < sizeof marks / sizeof *marks; k++)
            if (moon_str_eq(MOON_AT(moon_input, document->inputs, i)->record, marks[k])) return pauses[k];
    return 0;
}

/* The first agreement on the document that rests so on a day; any if `pause` is 0. */
static moon_status find_agreement(moon_change *change, const moon_document *document, moon_date day,
                                  int pause, moon_str *agreement, moon_err *err) {
    *agreement = MOON_STR_NONE;
    for (size_t i = 0; i < document->lines.count; i++) {
        moon_str id = MOON_AT(moon_line, document->lines, i)->agreement;
        moon_agreement version;
        bool found;
        if (id.len == 0 || (i > 0 && moon_str_eq(id, MOON_AT(moon_line, document->lines, i - 1)->agreement)))
            continue;
        MOON_TRY(moon_version_at(change, &moon_agreement_type, id, day, &version, &found, err));
        if (!found || (pause && version.pause != pause)) continue;
        *agreement = id;
        return MOON_OK;
    }
    return MOON_OK;
}

moon_status moon_pause_of(moon_change *change, const moon_document *document, moon_date today, int *pause,
                          moon_str *agreement, moon_err *err) {
    *pause = moon_str_is(document->cause, "period") ? pause_of(document) : 0;
    *agreement = MOON_STR_NONE;
    if (*pause == 0) return MOON_OK;
    MOON_TRY(find_agreement(change, document, today, *pause == MOON_PAUSE_KEEP ? *pause : 0, agreement, err));
    if (agreement->len == 0) *pause = 0;
    return MOON_OK;
}
