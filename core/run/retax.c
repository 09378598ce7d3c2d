#include "run/retax.h"

#include "run/jobs.h"
#include "run/wire.h"

static bool is_asked(const moon_document *document, moon_hash closure) {
    return document->corrects.len == 0 &&
           memcmp(document->closure.bytes, closure.bytes, sizeof closure.bytes) != 0;
}

moon_status moon_retax_check(moon_book *book, moon_change *change, moon_hash closure,
                             const moon_document *documents, size_t count, moon_err *err) {
    moon_buf request = MOON_BUF_EMPTY;
    moon_str reply;
    uint64_t asked = 0;
    for (size_t i = 0; i < count; i++) asked += is_asked(&documents[i], closure);
    if (asked == 0) return MOON_OK;
    moon_buf_add_varint(&request, asked);
    for (size_t i = 0; i < count; i++)
        if (is_asked(&documents[i], closure)) moon_wire_add_str(&request, documents[i].id);
    moon_status status = moon_worker_call(book->worker, moon_job_taxes, moon_buf_str(&request), true,
                                          moon_change_arena(change), &reply, err);
    moon_buf_free(&request);
    return status;
}
