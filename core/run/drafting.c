#include "run/drafting.h"

#include "books/document.h"
#include "books/party.h"
#include "run/jobs_grant.h"
#include "store/table.h"

void moon_drafting_forget(moon_drafting *d) {
    d->inputs = NULL;
    d->input_count = d->input_room = 0;
}

moon_hash moon_drafting_content(const moon_type *type, const void *record) {
    moon_buf bytes = MOON_BUF_EMPTY;
    moon_record_encode(type, record, false, &bytes);
    moon_hash hash = moon_hash_of(moon_buf_str(&bytes));
    moon_buf_free(&bytes);
    return hash;
}

void moon_drafting_note_input(moon_drafting *d, const moon_input *input) {
    for (size_t i = 0; i < d->input_count; i++)
        if (moon_str_eq(d->inputs[i].record, input->record) && d->inputs[i].version == input->version &&
            moon_str_eq(d->inputs[i].agreement, input->agreement))
            return;
    if (d->input_count == d->input_room) {
        size_t room = d->input_room ? d->input_room * 2 : 8;
        moon_input *larger = MOON_NEW_N(moon_change_arena(d->change), moon_input, room);
        if (d->input_count) memcpy(larger, d->inputs, d->input_count * sizeof *larger);
        d->inputs = larger;
        d->input_room = room;
    }
    d->inputs[d->input_count++] = *input;
}

void moon_drafting_note(moon_drafting *d, const char *type, moon_str id, int64_t version,
                        const moon_hash *content) {
    moon_arena *keep = moon_change_arena(d->change);
    moon_input input;
    moon_record_init(&moon_input_type, &input);
    input.record = moon_arena_printf(keep, "%s/%.*s", type, MOON_STR_ARG(id));
    if (version > 0) input.version = version;
    if (content)
        input.content = moon_arena_str(keep, (moon_str){(const char *)content->bytes, sizeof content->bytes});
    moon_drafting_note_input(d, &input);
}

moon_status moon_drafting_account(moon_drafting *d, moon_str id, moon_date date, moon_account *account,
                                  moon_err *err) {
    bool found;
    MOON_TRY(moon_version_at(d->change, &moon_account_type, id, date, account, &found, err));
    /* Its tax number may decide the tax: what cannot be read must not be taken for absent. */
    if (found && account->head.erased) {
        moon_fail(err, MOON_E_RECORD_INVALID,
                  "the personal data of account %.*s cannot be read: its key is not in keys/",
                  MOON_STR_ARG(id));
        return moon_err_hint(err, "restore keys/ from its own backup; if it was erased, mark its orders: set "
                                  "order ID state=no_sale");
    }
    if (found) return MOON_OK;
    moon_fail(err, MOON_E_NOT_FOUND, "there is no account %.*s", MOON_STR_ARG(id));
    return moon_err_hint(err, "moonbill add account %.*s name=... country=...", MOON_STR_ARG(id));
}

moon_status moon_drafting_complete(moon_drafting *d, moon_document *document, const moon_account *account,
                                   moon_str source, const char *cause, moon_err *err) {
    if (source.len) MOON_TRY(moon_document_id(d->change, source, &document->id, err));
    document->state = MOON_STATE_DRAFT;
    document->account = account->id;
    document->account_from = account->from;
    document->account_version = account->version;
    document->cause = moon_str_of(cause);
    moon_drafting_note(d, "account", account->id, account->version, NULL);
    MOON_TRY(moon_grant_note(d, document, err));
    document->inputs = (moon_list){d->inputs, d->input_count};
    return MOON_OK;
}
