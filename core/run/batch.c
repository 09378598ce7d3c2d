#include "run/batch.h"

#include <stdlib.h>

#include "books/order.h"
#include "store/table.h"

#define ATTEMPTS 5 /* for a unit that others keep changing */

/* Also what would refuse every unit alike: a series that is further than today. */
static bool ends_the_run(moon_status status) {
    return moon_status_class(status) == MOON_CLASS_DAMAGED || status == MOON_E_BOOK_BUSY ||
           status == MOON_E_SERIES || status == MOON_E_CHART_MISSING;
}

static moon_status finish(const moon_batch *batch, moon_change *change, moon_err *err) {
    if (batch->dry_run) return MOON_OK;
    if (batch->ready) MOON_TRY(batch->ready(batch->ctx, err));
    if (batch->closure && moon_change_size(change) > 0) MOON_TRY(moon_book_closure(batch->book, change, err));
    return moon_commit(change, &batch->book->ctx, batch->action, MOON_STR_NONE, MOON_STR_NONE, NULL, err);
}

/* All of them in one change; nothing is kept unless all succeed. `failed` is the one that did not, `count` if
 * it was what follows them. */
static moon_status try_units(const moon_batch *batch, const moon_str *units, size_t count, size_t *failed,
                             moon_err *err) {
    moon_change *change;
    MOON_TRY(moon_change_begin(batch->book->store, &change, err));
    moon_status status = MOON_OK;
    for (*failed = 0; *failed < count; ++*failed) {
        status = batch->unit(batch->ctx, change, units[*failed], err);
        if (status != MOON_OK) break;
    }
    if (status == MOON_OK) status = finish(batch, change, err);
    if (batch->done) batch->done(batch->ctx, status == MOON_OK);
    moon_change_end(change);
    return status;
}

static moon_status tell_failure(const moon_batch *batch, moon_str unit, const moon_err *why, moon_err *err) {
    moon_change *change;
    if (!batch->failed) return MOON_OK;
    MOON_TRY(moon_change_begin(batch->book->store, &change, err));
    moon_status status = batch->failed(batch->ctx, change, unit, why, err);
    if (status == MOON_OK && !batch->dry_run)
        status = moon_commit(change, &batch->book->ctx, "park", unit, MOON_STR_NONE, NULL, err);
    moon_change_end(change);
    return status;
}

/* Somebody else changed what a batch read: its units again, a commit each. */
static moon_status one_by_one(const moon_batch *batch, const moon_str *units, size_t count, moon_err *err) {
    for (size_t i = 0; i < count; i++) {
        moon_status status = MOON_E_CHANGED;
        size_t failed;
        for (int attempt = 0; status == MOON_E_CHANGED && attempt < ATTEMPTS; attempt++)
            status = try_units(batch, &units[i], 1, &failed, err);
        if (status == MOON_OK) continue;
        if (ends_the_run(status)) return status;
        if (status == MOON_E_CHANGED) moon_err_context(err, "%.*s", MOON_STR_ARG(units[i]));
        moon_err why = *err;
        MOON_TRY(tell_failure(batch, units[i], &why, err));
    }
    return MOON_OK;
}

/* A batch whose unit `failed` did not succeed: those before it once more, without it; then it is told. */
static moon_status without_failed(const moon_batch *batch, const moon_str *units, size_t failed,
                                  moon_err *err) {
    moon_err why = *err;
    size_t again;
    if (failed > 0) {
        moon_status status = try_units(batch, units, failed, &again, err);
        if (status != MOON_OK && ends_the_run(status)) return status;
        if (status != MOON_OK) MOON_TRY(one_by_one(batch, units, failed, err));
    }
    return tell_failure(batch, units[failed], &why, err);
}

moon_status moon_batch_run(const moon_batch *batch, const moon_str *units, size_t count, moon_err *err) {
    size_t size = batch->dry_run ? 1 : batch->size, failed;
    for (size_t from = 0, n; from < count; from += n) {
        n = count - from < size ? count - from : size;
        moon_status status = try_units(batch, units + from, n, &failed, err);
        if (status != MOON_OK && ends_the_run(status)) return status;
        if (status == MOON_E_CHANGED || (status != MOON_OK && failed == n))
            MOON_TRY(one_by_one(batch, units + from, n, err));
        else if (status != MOON_OK) {
            MOON_TRY(without_failed(batch, units + from, failed, err));
            n = failed + 1;
        }
        if (batch->progress) batch->progress(batch->ctx, from + n, count);
    }
    return MOON_OK;
}

/* ---- the work list ---- */

static int by_bytes(const void *a, const void *b) {
    return moon_str_cmp(*(const moon_str *)a, *(const moon_str *)b);
}

static moon_status unpark_others(moon_change *change, const char *work, const moon_str *units, size_t count,
                                 moon_err *err) {
    moon_parked bound = {.work = moon_str_of(work)}, parked;
    moon_scan scan;
    bool more = true;
    MOON_TRY(
        moon_scan_begin(change, &moon_parked_type, MOON_BY_KEY, &bound, 1, &bound, 1, false, &scan, err));
    moon_status status = MOON_OK;
    while (status == MOON_OK) {
        status = moon_scan_next(&scan, &parked, &more, err);
        if (status != MOON_OK || !more) break;
        if (!count || !bsearch(&parked.id, units, count, sizeof *units, by_bytes))
            status = moon_unpark(change, work, parked.id, err);
    }
    moon_scan_end(&scan);
    return status;
}

moon_status moon_batch_unpark_others(moon_book *book, const char *work, const moon_str *units, size_t count,
                                     moon_err *err) {
    moon_change *change;
    MOON_TRY(moon_change_begin(book->store, &change, err));
    moon_status status = unpark_others(change, work, units, count, err);
    if (status == MOON_OK)
        status = moon_commit(change, &book->ctx, work, MOON_STR_NONE, MOON_STR_NONE, NULL, err);
    moon_change_end(change);
    return status;
}
