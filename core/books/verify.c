/* The chain, the records it left behind, their indexes; and the digest. What the records mean is held together
 * in reconcile.c. */
#include "books/verify.h"

#include <stdlib.h>

#include "books/reconcile.h"
#include "store/key.h"
#include "store/table.h"

typedef struct verifier {
    moon_change *change;
    const moon_config *config;
    moon_problem_fn tell;
    void *ctx;
    moon_verified out;
    moon_tag *live; /* tags that the chain left behind, sorted */
    size_t live_count;
    size_t problems;
    moon_err first;
} verifier;

static void problem(void *ctx, const moon_err *err) {
    verifier *v = ctx;
    if (v->problems++ == 0) v->first = *err;
    if (v->problems <= MOON_PROBLEMS_MAX) v->tell(v->ctx, err);
}

/* ---- the chain ---- */

static int by_bytes(const void *a, const void *b) { return memcmp(a, b, sizeof(moon_tag)); }

typedef struct tag_list {
    moon_tag *tags;
    size_t count, room;
} tag_list;

static void add_tags(tag_list *list, const moon_tag *tags, size_t count) {
    if (list->count + count > list->room) {
        list->room = (list->count + count) * 2;
        list->tags = moon_realloc(list->tags, list->room * sizeof *list->tags);
    }
    if (count) memcpy(list->tags + list->count, tags, count * sizeof *tags);
    list->count += count;
}

/* What was created and not consumed again. */
static void subtract(verifier *v, tag_list *created, const tag_list *consumed) {
    size_t kept = 0, at = 0;
    moon_err err;
    for (size_t i = 0; i < created->count; i++) {
        int order =
            at < consumed->count ? memcmp(&created->tags[i], &consumed->tags[at], sizeof(moon_tag)) : -1;
        if (order == 0)
            at++;
        else
            created->tags[kept++] = created->tags[i];
        if (order > 0) break;
    }
    if (at < consumed->count) {
        moon_fail(&err, MOON_E_CHAIN_BROKEN, "the audit chain takes away a record that it never wrote");
        problem(v, &err);
    }
    v->live = created->tags;
    v->live_count = kept;
}

static moon_status walk_chain(verifier *v, const moon_hash *expect, moon_err *err) {
    tag_list created = {0}, consumed = {0};
    moon_hash previous = {0};
    bool expected = expect == NULL;
    moon_status status = MOON_OK;
    for (uint64_t seq = 1; seq <= moon_change_seq(v->change); seq++) {
        moon_link link;
        status = moon_link_get(v->change, seq, &link, err);
        if (status == MOON_E_NOT_FOUND)
            moon_fail(err, MOON_E_CHAIN_BROKEN, "link %llu of the audit chain is missing",
                      (unsigned long long)seq);
        else if (status == MOON_OK && !moon_hash_eq(&link.previous, &previous))
            status = moon_fail(err, MOON_E_CHAIN_BROKEN,
                               "link %llu of the audit chain does not hold the hash of the one before",
                               (unsigned long long)seq);
        if (status != MOON_OK) break;
        add_tags(&created, link.created, link.created_count);
        add_tags(&consumed, link.consumed, link.consumed_count);
        previous = link.hash;
        expected = expected || moon_hash_eq(&link.hash, expect);
        v->out.commits++;
    }
    v->out.head = previous;
    v->out.seq = moon_change_seq(v->change);
    if (created.count) qsort(created.tags, created.count, sizeof(moon_tag), by_bytes);
    if (consumed.count) qsort(consumed.tags, consumed.count, sizeof(moon_tag), by_bytes);
    if (status == MOON_OK)
        subtract(v, &created, &consumed);
    else
        free(created.tags);
    free(consumed.tags);
    if (status == MOON_OK && !expected) {
        moon_fail(err, MOON_E_HEAD_UNEXPECTED, "the head that was expected is not in the audit chain");
        problem(v, err);
    }
    return status;
}

/* ---- records and their index entries ---- */

/* For people: the type and the text that its key begins with, such as "order SO-1". */
static moon_str name_of(moon_arena *keep, const moon_type *type, moon_str key) {
    size_t end = 1;
    while (end < key.len && (unsigned char)key.ptr[end] > ' ' && (unsigned char)key.ptr[end] < 0x7F) end++;
    return end > 1 ? moon_arena_printf(keep, "%s %.*s", type->name, (int)(end - 1), key.ptr + 1)
                   : moon_arena_printf(keep, "one %s", type->name);
}

static const moon_type *type_of_key(moon_str key) {
    for (size_t i = 0; moon_types[i]; i++)
        if (key.len && (unsigned char)key.ptr[0] == moon_types[i]->number) return moon_types[i];
    return NULL;
}

static moon_status check_indexes(verifier *v, const moon_type *type, moon_str name, const void *record,
                                 moon_err *err) {
    moon_buf entry = MOON_BUF_EMPTY;
    moon_value value;
    moon_status status = MOON_OK;
    for (size_t i = 0; status == MOON_OK && i < MOON_INDEXES_MAX && type->indexes[i].name; i++) {
        if (type->indexes[i].when && !type->indexes[i].when(record)) continue;
        moon_buf_clear(&entry);
        status = moon_key_of_index(type, i, record, SIZE_MAX, &entry, err);
        if (status == MOON_OK) status = moon_change_get(v->change, moon_buf_str(&entry), &value, err);
        if (status == MOON_OK && (!value.found || value.bytes.len > 0))
            status = moon_fail(err, MOON_E_BOOK_DAMAGED, "%.*s is missing in its index \"%s\"",
                               MOON_STR_ARG(name), type->indexes[i].name);
        v->out.index_entries++;
    }
    moon_buf_free(&entry);
    return status;
}

static moon_status check_record(verifier *v, moon_str key, const moon_value *value, moon_err *err) {
    moon_arena *arena = moon_change_arena(v->change);
    moon_tag tag = moon_record_tag(key, value->seq, value->bytes);
    const moon_type *type = type_of_key(key);
    moon_buf own = MOON_BUF_EMPTY;
    if (!type)
        return moon_fail(err, MOON_E_BOOK_DAMAGED,
                         "the book holds a record of a type that this program does not know");
    void *record = moon_arena_alloc(arena, type->size);
    moon_str name = name_of(arena, type, key);
    if (!v->live_count || !bsearch(&tag, v->live, v->live_count, sizeof tag, by_bytes))
        return moon_fail(err, MOON_E_CHAIN_BROKEN, "%.*s is not as commit %llu of the audit chain wrote it",
                         MOON_STR_ARG(name), (unsigned long long)value->seq);
    MOON_TRY(moon_stored_decode(v->change, type, value->bytes, record, err));
    MOON_TRY(moon_record_validate(type, record, err));
    if (type->account && ((const moon_head *)record)->erased) v->out.sealed++;
    moon_status status = moon_key_of(type, record, MOON_KEY_FIELDS_MAX, &own, err);
    if (status == MOON_OK && !moon_str_eq(moon_buf_str(&own), key))
        status = moon_fail(err, MOON_E_BOOK_DAMAGED, "%.*s is stored under a key that is not its own",
                           MOON_STR_ARG(name));
    moon_buf_free(&own);
    return status == MOON_OK ? check_indexes(v, type, name, record, err) : status;
}

static moon_status walk_range(verifier *v, unsigned char first, unsigned char last, bool records,
                              uint64_t *count, moon_err *err) {
    char from[1] = {(char)first}, to[2] = {(char)last, (char)0xFF};
    moon_range *range;
    moon_str key;
    moon_value value;
    bool more = true;
    MOON_TRY(moon_range_open(v->change, (moon_str){from, 1}, (moon_str){to, 2}, false, &range, err));
    moon_arena_mark mark = moon_arena_here(moon_change_arena(v->change));
    for (;;) {
        moon_status status = moon_range_next(range, &key, &value, &more, err);
        if (status != MOON_OK || !more) {
            moon_range_close(range);
            return status;
        }
        ++*count;
        if (records && check_record(v, key, &value, err) != MOON_OK) problem(v, err);
        moon_arena_rewind(moon_change_arena(v->change), mark);
    }
}

static moon_status walk_records(verifier *v, moon_err *err) {
    uint64_t entries = 0, links = 0, low = 0;
    MOON_TRY(walk_range(v, 0x10, 0x7F, true, &v->out.records, err));
    MOON_TRY(walk_range(v, MOON_KEY_INDEX, 0xFF, false, &entries, err));
    MOON_TRY(walk_range(v, MOON_KEY_LINK, MOON_KEY_LINK, false, &links, err));
    MOON_TRY(walk_range(v, 0, 0x0F, false, &low, err));
    if (low != links || links != v->out.commits) {
        moon_fail(err, MOON_E_CHAIN_BROKEN,
                  "the book holds %llu entries where its audit chain has %llu links", (unsigned long long)low,
                  (unsigned long long)v->out.commits);
        problem(v, err);
    }
    if (v->out.records != v->live_count) {
        moon_fail(err, MOON_E_CHAIN_BROKEN,
                  "the audit chain left %zu records behind, but the book holds %llu", v->live_count,
                  (unsigned long long)v->out.records);
        problem(v, err);
    }
    if (entries != v->out.index_entries) {
        moon_fail(err, MOON_E_BOOK_DAMAGED, "the book holds %llu index entries, but its records have %llu",
                  (unsigned long long)entries, (unsigned long long)v->out.index_entries);
        problem(v, err);
    }
    return MOON_OK;
}

moon_status moon_verify(moon_change *change, const moon_config *config, const moon_hash *expect,
                        moon_problem_fn tell, void *ctx, moon_verified *out, moon_err *err) {
    verifier v = {.change = change, .config = config, .tell = tell, .ctx = ctx};
    moon_status status = walk_chain(&v, expect, err);
    if (status == MOON_OK) status = walk_records(&v, err);
    if (status == MOON_OK && v.problems == 0)
        status = moon_reconcile(change, config, problem, &v, &v.out, err);
    if (status != MOON_OK) problem(&v, err);
    free(v.live);
    if (v.problems) {
        *err = v.first;
        return v.first.code;
    }
    *out = v.out;
    return MOON_OK;
}

/* ---- digest ---- */

/* Of a schedule counts what was done, not how: an occurrence that was cut off and done again says less of what it did,
 * and one that failed is an attempt. */
static moon_status digest_occurrence(moon_change *change, moon_str key, moon_str bytes, moon_hasher *hasher,
                                     moon_err *err) {
    moon_occurrence occurrence;
    MOON_TRY(moon_stored_decode(change, &moon_occurrence_type, bytes, &occurrence, err));
    if (occurrence.state == MOON_OCCURRENCE_DONE) moon_hasher_add_sized(hasher, key);
    return MOON_OK;
}

/* Sealed bytes differ from book to book, for keys and nonces are random; so what they hold is hashed, not they. */
static moon_status digest_record(moon_change *change, const moon_type *type, moon_str key, moon_str bytes,
                                 moon_hasher *hasher, moon_err *err) {
    moon_str open_half;
    moon_buf personal = MOON_BUF_EMPTY;
    if (type == &moon_occurrence_type) return digest_occurrence(change, key, bytes, hasher, err);
    MOON_TRY(moon_stored_open_half(type, bytes, &open_half, err));
    moon_hasher_add_sized(hasher, key);
    moon_hasher_add_sized(hasher, open_half);
    if (!type->account) return MOON_OK;
    void *record = moon_arena_alloc(moon_change_arena(change), type->size);
    MOON_TRY(moon_stored_decode(change, type, bytes, record, err));
    moon_record_encode(type, record, true, &personal);
    moon_hasher_add_sized(hasher,
                          ((moon_head *)record)->erased ? MOON_STR("erased") : moon_buf_str(&personal));
    moon_buf_free(&personal);
    return MOON_OK;
}

moon_status moon_digest(moon_change *change, moon_hash *out, moon_err *err) {
    static const char from[1] = {0x10}, to[1] = {(char)MOON_KEY_INDEX};
    moon_hasher hasher;
    moon_range *range;
    moon_str key;
    moon_value value;
    bool more = true;
    moon_hasher_begin(&hasher);
    MOON_TRY(moon_range_open(change, (moon_str){from, 1}, (moon_str){to, 1}, false, &range, err));
    moon_arena_mark mark = moon_arena_here(moon_change_arena(change));
    moon_status status = MOON_OK;
    while (status == MOON_OK) {
        status = moon_range_next(range, &key, &value, &more, err);
        if (status != MOON_OK || !more) break;
        const moon_type *type = type_of_key(key);
        if (type && !type->derived) status = digest_record(change, type, key, value.bytes, &hasher, err);
        moon_arena_rewind(moon_change_arena(change), mark);
    }
    moon_range_close(range);
    if (status == MOON_OK) *out = moon_hasher_end(&hasher);
    return status;
}
