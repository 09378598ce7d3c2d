#include "books/party.h"

#include "base/limits.h"
#include "books/agreement.h"
#include "store/table.h"

/* The three versioned types begin alike: head, id, from, version. */
typedef struct versioned {
    moon_head head;
    moon_str id;
    moon_date from;
    int64_t version;
} versioned;
_Static_assert(offsetof(moon_account, version) == offsetof(versioned, version),
               "moon_account begins as every versioned type");
_Static_assert(offsetof(moon_product, version) == offsetof(versioned, version),
               "moon_product begins as every versioned type");
_Static_assert(offsetof(moon_agreement, version) == offsetof(versioned, version),
               "moon_agreement begins as every versioned type");

static moon_status first_of(moon_scan *scan, void *record, bool *found, moon_err *err) {
    moon_status status = moon_scan_next(scan, record, found, err);
    moon_scan_end(scan);
    return status;
}

moon_status moon_version_at(moon_change *change, const moon_type *type, moon_str id, moon_date date,
                            void *record, bool *found, moon_err *err) {
    versioned low = {.id = id}, high = {.id = id, .from = date};
    moon_scan scan;
    MOON_TRY(moon_scan_begin(change, type, MOON_BY_KEY, &low, 1, &high, 2, true, &scan, err));
    MOON_TRY(first_of(&scan, record, found, err));
    if (*found) return MOON_OK;
    MOON_TRY(moon_scan_begin(change, type, MOON_BY_KEY, &low, 1, &low, 1, false, &scan, err));
    MOON_TRY(first_of(&scan, record, found, err));
    if (!*found) return MOON_OK;
    /* The first day may have been corrected since: the newest of its versions holds. */
    high.from = ((versioned *)record)->from;
    MOON_TRY(moon_scan_begin(change, type, MOON_BY_KEY, &high, 2, &high, 2, true, &scan, err));
    return first_of(&scan, record, found, err);
}

moon_status moon_version_count(moon_change *change, const moon_type *type, moon_str id, int64_t *count,
                               moon_err *err) {
    versioned bound = {.id = id};
    void *record = moon_arena_alloc(moon_change_arena(change), type->size);
    moon_scan scan;
    bool more = true;
    *count = 0;
    MOON_TRY(moon_scan_begin(change, type, MOON_BY_KEY, &bound, 1, &bound, 1, false, &scan, err));
    for (;;) {
        moon_status status = moon_scan_next(&scan, record, &more, err);
        if (status != MOON_OK || !more) {
            moon_scan_end(&scan);
            return status;
        }
        ++*count;
    }
}

/* Same in all but the day and the count. */
static bool says_the_same(moon_change *change, const moon_type *type, const void *a, const void *b) {
    versioned *copy = moon_arena_alloc(moon_change_arena(change), type->size);
    memcpy(copy, a, type->size);
    copy->from = ((const versioned *)b)->from;
    copy->version = ((const versioned *)b)->version;
    return moon_record_equal(type, copy, b);
}

moon_status moon_version_add(moon_change *change, const moon_type *type, void *record, bool *written,
                             moon_err *err) {
    versioned *new = record, *old = moon_arena_alloc(moon_change_arena(change), type->size);
    moon_str owner = type == &moon_agreement_type ? ((moon_agreement *)record)->account : new->id;
    bool found;
    int64_t count;
    *written = false;
    const moon_field *terms = moon_type_field(type, MOON_STR("terms"));
    int64_t days = terms ? *(int64_t *)moon_field_at(terms, record) : MOON_INT_NONE;
    if (days != MOON_INT_NONE && (days < 0 || days > MOON_TERMS_MAX))
        return moon_fail(err, MOON_E_RECORD_INVALID, "terms are %lld days, but must be 0 to %d",
                         (long long)days, MOON_TERMS_MAX);
    if (type == &moon_agreement_type) MOON_TRY(moon_agreement_check(change, record, err));
    if (type != &moon_product_type) MOON_TRY(moon_touch_account(change, owner, err));
    MOON_TRY(moon_version_at(change, type, new->id, new->from, old, &found, err));
    if (found && old->from <= new->from &&says_the_same(change, type, record, old)) {
        new->version = old->version;
        return MOON_OK;
    }
    if (found && type == &moon_agreement_type) /* it may have been another account's */
        MOON_TRY(moon_touch_account(change, ((moon_agreement *)(void *)old)->account, err));
    MOON_TRY(moon_version_count(change, type, new->id, &count, err));
    new->version = count + 1;
    MOON_TRY(moon_put(change, type, record, err));
    *written = true;
    return MOON_OK;
}

moon_status moon_agreement_of(moon_change *change, moon_str account, moon_date date, moon_agreement *out,
                              bool *found, moon_err *err) {
    moon_agreement bound = {.account = account}, version, current;
    moon_scan scan;
    bool more, known;
    *found = false;
    MOON_TRY(moon_scan_begin(change, &moon_agreement_type, moon_type_index(&moon_agreement_type, "account"),
                             &bound, 1, &bound, 1, false, &scan, err));
    for (;;) {
        moon_status status = moon_scan_next(&scan, &version, &more, err);
        if (status == MOON_OK && more)
            status = moon_version_at(change, &moon_agreement_type, version.id, date, &current, &known, err);
        if (status != MOON_OK || !more) {
            moon_scan_end(&scan);
            return status;
        }
        bool holds = known && current.start == MOON_DATE_NONE && current.from <= date &&
                     (current.until == MOON_DATE_NONE || date < current.until) &&
                     moon_str_eq(current.account, account);
        if (!holds || (*found && current.from <= out->from)) continue;
        *out = current;
        *found = true;
    }
}

/* ---- touch ---- */

moon_status moon_watch_account(moon_change *change, moon_str account, moon_err *err) {
    moon_touch touch = {.account = account};
    bool found;
    return moon_get(change, &moon_touch_type, &touch, &found, err);
}

/* The count makes its bytes new; once a change is enough. */
moon_status moon_touch_account(moon_change *change, moon_str account, moon_err *err) {
    moon_touch touch = {.account = account};
    bool found;
    MOON_TRY(moon_get(change, &moon_touch_type, &touch, &found, err));
    if (found && touch.head.seq == 0) return MOON_OK;
    if (!found) moon_record_init(&moon_touch_type, &touch);
    touch.account = account;
    touch.count = found ? touch.count + 1 : 1;
    return moon_put(change, &moon_touch_type, &touch, err);
}
