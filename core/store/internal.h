/* store/internal: what the files of store/ share.                           Floor 2. */
#ifndef MOON_STORE_INTERNAL_H
#define MOON_STORE_INTERNAL_H

#include <lmdb.h>

#include "base/buf.h"
#include "store/store.h"

struct moon_store {
    MDB_env *env, *keys;
    MDB_dbi dbi, keys_dbi;
    char folder[3072];
    bool read_only;
    bool unregistered; /* the table of readers is read-only too: changes hold commits off while they read */
    size_t changes;    /* open ones */
    int lock;          /* descriptor of data.mdb, for moon_commit_lock */
};

/* What LMDB's code means, as one of ours: a full disk or map, a read-only or damaged file. */
moon_status moon_lmdb_fail(moon_err *err, int code, const char *what);
/* A full disk shows as EIO where LMDB's write was cut short: this tells it from a failing one. */
moon_status moon_lmdb_fail_write(const moon_store *store, moon_err *err, int code, const char *what);
static inline MDB_val moon_mdb_val(moon_str s) { return (MDB_val){s.len, (void *)(uintptr_t)s.ptr}; }
static inline moon_str moon_mdb_str(MDB_val v) { return (moon_str){v.mv_data, v.mv_size}; }

/* ---- overlay: the writes of a change, sorted by key ---- */

#define MOON_OVERLAY_LEVELS 12
typedef struct moon_overlay_node {
    moon_str key, bytes;
    bool deleted;
    struct moon_overlay_node *next[MOON_OVERLAY_LEVELS];
} moon_overlay_node;

typedef struct moon_overlay {
    moon_arena *arena;
    moon_overlay_node head;
    size_t count;
} moon_overlay;

/* The node with `key`, or NULL. */
moon_overlay_node *moon_overlay_find(moon_overlay *overlay, moon_str key);
/* The node with `key`, made if there is none. */
moon_overlay_node *moon_overlay_at(moon_overlay *overlay, moon_str key);
/* Take a node out. */
void moon_overlay_remove(moon_overlay *overlay, moon_overlay_node *node);
/* The first node with a key >= `key`; the last with a key < `key`; NULL if there is none. */
moon_overlay_node *moon_overlay_first_from(moon_overlay *overlay, moon_str key);
moon_overlay_node *moon_overlay_last_before(moon_overlay *overlay, moon_str key);

/* ---- changes ---- */

typedef struct moon_dependency {
    moon_str key;
    uint64_t seq; /* 0: there was none */
} moon_dependency;

/* What a node was before it was written; kept from the first point on. */
struct moon_undo {
    struct moon_undo *before;
    moon_overlay_node *node;
    moon_str bytes;
    bool deleted, fresh; /* fresh: there was none */
};

struct moon_change {
    moon_store *store;
    MDB_txn *txn;
    moon_arena arena;
    moon_overlay overlay;
    struct moon_undo *undo; /* newest first */
    bool has_points;
    moon_dependency *deps;
    size_t dep_count, dep_room;
    struct moon_new_secret {
        moon_str account;
        moon_secret secret;
        struct moon_new_secret *next;
    } * new_secrets;
    uint64_t seq;
};

/* Held around each commit, and shared by who reads data.mdb without LMDB (store/pages.h): a record lock on
 * data.mdb, where LMDB itself takes none. It ends with its process, also where children live on, and when the
 * process closes any descriptor of data.mdb. */
moon_status moon_commit_lock(int fd, bool shared, moon_err *err);
void moon_commit_unlock(int fd);

/* Make the secrets of `change` durable. Before its commit: a secret without records does no harm, records
 * without one would. */
moon_status moon_keyring_store(moon_change *change, moon_err *err);

/* ---- links ---- */

void moon_link_key(uint64_t seq, char out[9]);
bool moon_link_seq(moon_str key, uint64_t *seq);
/* Sequence and hash of the newest link that `txn` sees; seq 0 and zeros for none. */
moon_status moon_link_last(MDB_txn *txn, MDB_dbi dbi, uint64_t *seq, moon_hash *hash, moon_err *err);
void moon_link_encode(const moon_link *link, moon_buf *out);
moon_hash moon_link_hash(uint64_t seq, moon_str bytes);
moon_status moon_head_write(const moon_store *store, uint64_t seq, const moon_hash *hash, moon_err *err);

#define MOON_SEQ_SIZE 8
void moon_seq_write(uint64_t seq, char out[MOON_SEQ_SIZE]);
uint64_t moon_seq_read(const char *bytes);

#endif
