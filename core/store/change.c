/* A change: snapshot, overlay, dependencies; and its commit. */
#include "store/internal.h"

#include <stdlib.h>

#include "base/limits.h"
#include "store/key.h"

static void let_commits_go_on(moon_store *store) {
    if (--store->changes == 0 && store->unregistered) moon_commit_unlock(store->lock);
}

moon_status moon_change_begin(moon_store *store, moon_change **out, moon_err *err) {
    MDB_txn *txn;
    moon_hash ignored;
    if (store->unregistered) MOON_TRY(moon_commit_lock(store->lock, true, err));
    store->changes++;
    int code = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn);
    if (code) {
        let_commits_go_on(store);
        return moon_lmdb_fail(err, code, "cannot read the book");
    }
    moon_change *change = moon_malloc(sizeof *change);
    memset(change, 0, sizeof *change);
    change->store = store;
    change->txn = txn;
    change->overlay.arena = &change->arena;
    moon_status status = moon_link_last(txn, store->dbi, &change->seq, &ignored, err);
    if (status != MOON_OK) {
        moon_change_end(change);
        return status;
    }
    *out = change;
    return MOON_OK;
}

void moon_change_end(moon_change *change) {
    if (!change) return;
    mdb_txn_abort(change->txn);
    let_commits_go_on(change->store);
    moon_arena_free(&change->arena);
    free(change->deps);
    free(change);
}

moon_arena *moon_change_arena(moon_change *change) { return &change->arena; }
uint64_t moon_change_seq(const moon_change *change) { return change->seq; }
size_t moon_change_size(const moon_change *change) { return change->overlay.count; }

/* ---- reading ---- */

static bool is_record_key(moon_str key) { return key.len > 0 && (unsigned char)key.ptr[0] < MOON_KEY_INDEX; }

static void depend(moon_change *change, moon_str key, uint64_t seq) {
    if (change->dep_count == change->dep_room) {
        change->dep_room = change->dep_room ? change->dep_room * 2 : 32;
        change->deps = moon_realloc(change->deps, change->dep_room * sizeof *change->deps);
    }
    change->deps[change->dep_count++] = (moon_dependency){moon_arena_str(&change->arena, key), seq};
}

static moon_status split_stored(moon_str key, moon_str stored, moon_value *value, moon_err *err) {
    if (!is_record_key(key)) {
        *value = (moon_value){true, 0, stored};
        return MOON_OK;
    }
    if (stored.len < MOON_SEQ_SIZE)
        return moon_fail(err, MOON_E_BOOK_DAMAGED, "a stored record is cut short");
    *value = (moon_value){true, moon_seq_read(stored.ptr), moon_str_sub(stored, MOON_SEQ_SIZE, stored.len)};
    return MOON_OK;
}

static moon_status get_stored(MDB_txn *txn, MDB_dbi dbi, moon_str key, moon_value *value, moon_err *err) {
    MDB_val name = moon_mdb_val(key), stored;
    int code = mdb_get(txn, dbi, &name, &stored);
    *value = (moon_value){false, 0, MOON_STR_NONE};
    if (code == MDB_NOTFOUND) return MOON_OK;
    if (code) return moon_lmdb_fail(err, code, "cannot read the book");
    return split_stored(key, moon_mdb_str(stored), value, err);
}

moon_status moon_change_get(moon_change *change, moon_str key, moon_value *value, moon_err *err) {
    moon_overlay_node *own = moon_overlay_find(&change->overlay, key);
    if (own) {
        *value = (moon_value){!own->deleted, 0, own->bytes};
        return MOON_OK;
    }
    MOON_TRY(get_stored(change->txn, change->store->dbi, key, value, err));
    if (is_record_key(key)) depend(change, key, value->seq);
    return MOON_OK;
}

/* ---- writing ---- */

static void write_own(moon_change *change, moon_str key, moon_str bytes, bool deleted) {
    size_t count = change->overlay.count;
    moon_overlay_node *node = moon_overlay_at(&change->overlay, key);
    if (change->has_points) {
        struct moon_undo *undo = MOON_NEW(&change->arena, struct moon_undo);
        *undo =
            (struct moon_undo){change->undo, node, node->bytes, node->deleted, change->overlay.count > count};
        change->undo = undo;
    }
    node->bytes = bytes;
    node->deleted = deleted;
}

void moon_change_put(moon_change *change, moon_str key, moon_str bytes) {
    moon_assert(key.len > 0 && key.len <= MOON_KEY_MAX);
    write_own(change, key, moon_arena_str(&change->arena, bytes), false);
}

void moon_change_delete(moon_change *change, moon_str key) { write_own(change, key, MOON_STR_NONE, true); }

moon_point moon_change_point(moon_change *change) {
    change->has_points = true;
    return change->undo;
}

void moon_change_back(moon_change *change, moon_point point) {
    for (; change->undo != point; change->undo = change->undo->before) {
        const struct moon_undo *undo = change->undo;
        if (undo->fresh)
            moon_overlay_remove(&change->overlay, undo->node);
        else {
            undo->node->bytes = undo->bytes;
            undo->node->deleted = undo->deleted;
        }
    }
}

/* ---- dependencies ---- */

void moon_change_dependencies(const moon_change *change, moon_buf *out) {
    moon_buf_add_varint(out, change->dep_count);
    for (size_t i = 0; i < change->dep_count; i++) {
        moon_buf_add_varint(out, change->deps[i].seq);
        moon_buf_add_varint(out, change->deps[i].key.len);
        moon_buf_add_str(out, change->deps[i].key);
    }
}

bool moon_change_depend_on(moon_change *change, moon_str dependencies) {
    uint64_t count, seq, len;
    if (!moon_varint_read(&dependencies, &count)) return false;
    for (; count > 0; count--) {
        if (!moon_varint_read(&dependencies, &seq) || !moon_varint_read(&dependencies, &len)) return false;
        if (len == 0 || len > MOON_KEY_MAX || len > dependencies.len) return false;
        depend(change, moon_str_sub(dependencies, 0, len), seq);
        dependencies = moon_str_sub(dependencies, len, dependencies.len);
    }
    return dependencies.len == 0;
}

size_t moon_change_reads(const moon_change *change) { return change->dep_count; }

void moon_change_reads_back(moon_change *change, size_t reads) {
    if (reads < change->dep_count) change->dep_count = reads;
}

/* ---- ranges: the snapshot's cursor and the overlay, merged ---- */

struct moon_range {
    moon_change *change;
    MDB_cursor *cursor;
    moon_str from, to; /* [from, to), copies in the change's arena */
    bool backwards, started, stored_ready;
    MDB_val key, stored; /* the cursor's next pair, if stored_ready */
    moon_str last;       /* key given last; where the walk goes on in the overlay */
};

moon_status moon_range_open(moon_change *change, moon_str from, moon_str to, bool backwards, moon_range **out,
                            moon_err *err) {
    MDB_cursor *cursor;
    int code = mdb_cursor_open(change->txn, change->store->dbi, &cursor);
    if (code) return moon_lmdb_fail(err, code, "cannot read the book");
    moon_range *range = MOON_NEW(&change->arena, moon_range);
    *range = (moon_range){.change = change,
                          .cursor = cursor,
                          .backwards = backwards,
                          .from = moon_arena_str(&change->arena, from),
                          .to = moon_arena_str(&change->arena, to)};
    *out = range;
    return MOON_OK;
}

void moon_range_close(moon_range *range) {
    if (range->cursor) mdb_cursor_close(range->cursor);
    range->cursor = NULL;
}

static bool in_range(const moon_range *range, moon_str key) {
    return moon_str_cmp(key, range->from) >= 0 && moon_str_cmp(key, range->to) < 0;
}

/* Move the cursor to the pair that comes next in the walk. */
static moon_status step_cursor(moon_range *range, moon_err *err) {
    int code;
    if (range->started)
        code = mdb_cursor_get(range->cursor, &range->key, &range->stored,
                              range->backwards ? MDB_PREV : MDB_NEXT);
    else {
        range->key = moon_mdb_val(range->backwards ? range->to : range->from);
        code = mdb_cursor_get(range->cursor, &range->key, &range->stored, MDB_SET_RANGE);
        if (range->backwards && (code == 0 || code == MDB_NOTFOUND))
            code = mdb_cursor_get(range->cursor, &range->key, &range->stored,
                                  code == MDB_NOTFOUND ? MDB_LAST : MDB_PREV);
        range->started = true;
    }
    if (code && code != MDB_NOTFOUND) return moon_lmdb_fail(err, code, "cannot read the book");
    range->stored_ready = code == 0 && in_range(range, moon_mdb_str(range->key));
    return MOON_OK;
}

static moon_overlay_node *own_next(moon_range *range) {
    moon_overlay *overlay = &range->change->overlay;
    moon_overlay_node *node;
    if (overlay->count == 0) return NULL;
    if (range->backwards)
        node = moon_overlay_last_before(overlay, range->last.ptr ? range->last : range->to);
    else {
        node = moon_overlay_first_from(overlay, range->last.ptr ? range->last : range->from);
        if (node && range->last.ptr && moon_str_eq(node->key, range->last)) node = node->next[0];
    }
    return node && in_range(range, node->key) ? node : NULL;
}

moon_status moon_range_next(moon_range *range, moon_str *key, moon_value *value, bool *more, moon_err *err) {
    if (!range->started) MOON_TRY(step_cursor(range, err));
    for (;;) {
        moon_overlay_node *own = own_next(range);
        if (!own && !range->stored_ready) {
            *more = false;
            return MOON_OK;
        }
        int order = !own ? -1 : !range->stored_ready ? 1 : moon_str_cmp(moon_mdb_str(range->key), own->key);
        if (range->backwards && own && range->stored_ready) order = -order;
        if (order < 0) {
            *key = moon_mdb_str(range->key);
            MOON_TRY(split_stored(*key, moon_mdb_str(range->stored), value, err));
        } else {
            *key = own->key;
            *value = (moon_value){!own->deleted, 0, own->bytes};
        }
        range->last =
            order < 0 && range->change->overlay.count ? moon_arena_str(&range->change->arena, *key) : *key;
        if (order <= 0) MOON_TRY(step_cursor(range, err));
        *more = true;
        if (value->found) return MOON_OK;
    }
}

/* ---- commit ---- */

typedef struct {
    moon_change *change;
    MDB_txn *txn;
    uint64_t seq;
    moon_hash previous;
    moon_buf created, consumed; /* tags */
    size_t written;
} commit;

static moon_status check_dependencies(const commit *c, moon_err *err) {
    for (size_t i = 0; i < c->change->dep_count; i++) {
        moon_value now;
        MOON_TRY(get_stored(c->txn, c->change->store->dbi, c->change->deps[i].key, &now, err));
        if (now.seq != c->change->deps[i].seq)
            return moon_fail(err, MOON_E_CHANGED,
                             "a record that this was computed from has changed meanwhile");
    }
    return MOON_OK;
}

static void add_tag(moon_buf *tags, moon_str key, uint64_t seq, moon_str bytes) {
    moon_tag tag = moon_record_tag(key, seq, bytes);
    moon_buf_add(tags, &tag, sizeof tag);
}

static moon_status write_node(commit *c, const moon_overlay_node *node, moon_err *err) {
    MDB_dbi dbi = c->change->store->dbi;
    MDB_val key = moon_mdb_val(node->key);
    moon_value old;
    int code;
    MOON_TRY(get_stored(c->txn, dbi, node->key, &old, err));
    bool same = node->deleted ? !old.found : old.found && moon_str_eq(old.bytes, node->bytes);
    if (same) return MOON_OK;
    c->written++;
    bool record = is_record_key(node->key);
    if (record && old.found) add_tag(&c->consumed, node->key, old.seq, old.bytes);
    if (node->deleted)
        code = mdb_del(c->txn, dbi, &key, NULL);
    else {
        MDB_val stored = {node->bytes.len + (record ? MOON_SEQ_SIZE : 0), NULL};
        code = mdb_put(c->txn, dbi, &key, &stored, MDB_RESERVE);
        if (code == 0 && record) moon_seq_write(c->seq, stored.mv_data);
        if (code == 0 && node->bytes.len)
            memcpy((char *)stored.mv_data + (record ? MOON_SEQ_SIZE : 0), node->bytes.ptr, node->bytes.len);
        if (code == 0 && record) add_tag(&c->created, node->key, c->seq, node->bytes);
    }
    return code ? moon_lmdb_fail_write(c->change->store, err, code, "cannot write the book") : MOON_OK;
}

static moon_status write_link(commit *c, moon_str note, moon_hash *hash, moon_err *err) {
    char key[9];
    moon_buf bytes = MOON_BUF_EMPTY;
    moon_link link = {.seq = c->seq, .previous = c->previous, .note = note};
    link.created = (const moon_tag *)(const void *)c->created.ptr;
    link.created_count = c->created.len / sizeof(moon_tag);
    link.consumed = (const moon_tag *)(const void *)c->consumed.ptr;
    link.consumed_count = c->consumed.len / sizeof(moon_tag);
    moon_link_encode(&link, &bytes);
    moon_link_key(c->seq, key);
    *hash = moon_link_hash(c->seq, moon_buf_str(&bytes));
    MDB_val name = {sizeof key, key}, value = moon_mdb_val(moon_buf_str(&bytes));
    int code = mdb_put(c->txn, c->change->store->dbi, &name, &value, MDB_NOOVERWRITE);
    moon_buf_free(&bytes);
    return code ? moon_lmdb_fail_write(c->change->store, err, code, "cannot write the audit chain") : MOON_OK;
}

static moon_status write_all(commit *c, moon_str note, moon_hash *hash, moon_err *err) {
    uint64_t last;
    MOON_TRY(moon_link_last(c->txn, c->change->store->dbi, &last, &c->previous, err));
    c->seq = last + 1;
    MOON_TRY(check_dependencies(c, err));
    for (const moon_overlay_node *node = c->change->overlay.head.next[0]; node; node = node->next[0])
        MOON_TRY(write_node(c, node, err));
    return c->written ? write_link(c, note, hash, err) : MOON_OK;
}

/* The transaction is over afterwards, one way or the other. */
static moon_status finish(commit *c, moon_status status, const moon_hash *hash, moon_err *err) {
    if (status != MOON_OK || c->written == 0) {
        mdb_txn_abort(c->txn);
        return status;
    }
    int code = mdb_txn_commit(c->txn);
    if (code) return moon_lmdb_fail_write(c->change->store, err, code, "cannot write the book");
    /* The commit stands. A head that could not be written stays behind, which does no harm: the next commit
     * writes it. */
    moon_err ignored;
    moon_head_write(c->change->store, c->seq, hash, &ignored);
    return MOON_OK;
}

static moon_status commit_locked(moon_change *change, moon_str note, uint64_t *seq, moon_err *err) {
    commit c = {.change = change};
    moon_hash hash;
    MOON_TRY(moon_keyring_store(change, err));
    int code = mdb_txn_begin(change->store->env, NULL, 0, &c.txn);
    if (code) return moon_lmdb_fail(err, code, "cannot write the book");
    moon_status status = finish(&c, write_all(&c, note, &hash, err), &hash, err);
    moon_buf_free(&c.created);
    moon_buf_free(&c.consumed);
    if (status == MOON_OK && seq && c.written) *seq = c.seq;
    return status;
}

moon_status moon_change_commit(moon_change *change, moon_str note, uint64_t *seq, moon_err *err) {
    if (seq) *seq = change->seq;
    if (change->overlay.count == 0) return MOON_OK;
    if (change->store->read_only)
        return moon_fail(err, MOON_E_READ_ONLY,
                         "the book cannot be written: its disk or its files are read-only for you");
    MOON_TRY(moon_commit_lock(change->store->lock, false, err));
    moon_status status = commit_locked(change, note, seq, err);
    moon_commit_unlock(change->store->lock);
    return status;
}
