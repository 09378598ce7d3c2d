/* store/store: one book's environment, and changes to it. Floor 2, with keyring.c and pages.c the only files
 * with lmdb.h or its format.
 *
 * A business action is a *change*: computed on a read snapshot plus an overlay of its own writes, remembering
 * the version of every record it read. Commit takes the write lock, checks those versions, writes everything
 * with one link of the audit chain in one transaction, or answers MOON_E_CHANGED, and the action is computed
 * again. Nothing else ever writes. A dry run, a preview and a worker's draft are changes that end without
 * commit. The write lock is never held across a rule, a prompt, a file or the network.
 *
 * Layout: BOOK/data/ holds LMDB's data.mdb and lock.mdb, and `head`, the sequence and hash of the last link, by
 * which a store that fell back to an older state is noticed. A stored record is the sequence of its commit (8
 * bytes) and its bytes; an index entry is a key with an empty value (store/key.h).
 *
 * LMDB 0.9.24: the map is reserved once, large and sparse; plain synchronous commits, no WRITEMAP; no
 * environment is used across fork (a child opens its own); readers that died are cleared at open; network file
 * systems are refused. */
#ifndef MOON_STORE_STORE_H
#define MOON_STORE_STORE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/crypt.h"
#include "store/pages.h"

typedef struct moon_store moon_store;
typedef struct moon_change moon_change;
typedef struct moon_range moon_range;

typedef struct moon_store_options {
    size_t map_size; /* bytes reserved for data.mdb; sparse, so only what is used takes room */
    bool create;     /* make the folder and an empty store; MOON_E_BOOK_EXISTS if there is one */
} moon_store_options;

#define MOON_MAP_SIZE_DEFAULT ((size_t)64 << 30)

/* Open BOOK/data (`folder`) and the keys in `keys_folder`. Where writing is not possible (a read-only disk,
 * another's book) the store opens for reading, and commits answer MOON_E_READ_ONLY. Returns
 * MOON_E_BOOK_MISSING, MOON_E_BOOK_EXISTS, MOON_E_BOOK_FOREIGN (a network file system), MOON_E_BOOK_DAMAGED
 * (not an LMDB file, or older than `head` says), MOON_E_STORE. */
MOON_CHECK moon_status moon_store_open(const char *folder, const char *keys_folder,
                                       const moon_store_options *options, moon_store **out, moon_err *err);
void moon_store_close(moon_store *store);

/* Check the pages of BOOK/data (`folder`, as for moon_store_open) before anything trusts them: commits of all
 * processes wait meanwhile. It needs no open store, since opening a damaged one can end the process: `verify`
 * calls it first. Returns MOON_E_BOOK_MISSING, MOON_E_BOOK_DAMAGED, MOON_E_IO (store/pages.h). */
MOON_CHECK moon_status moon_store_check_pages(const char *folder, moon_pages *out, moon_err *err);

/* ---- changes ---- */

/* Begin on a snapshot of now. All that is read from it is valid until moon_change_end. */
MOON_CHECK moon_status moon_change_begin(moon_store *store, moon_change **out, moon_err *err);
void moon_change_end(moon_change *change);
/* Memory that lives as long as the change. */
moon_arena *moon_change_arena(moon_change *change);
/* Sequence of the last commit that the snapshot shows; 0 for an empty book. */
uint64_t moon_change_seq(const moon_change *change);

typedef struct moon_value {
    bool found;
    uint64_t seq;   /* commit that wrote it; 0 for own writes of the change */
    moon_str bytes; /* without the sequence; valid until the change ends */
} moon_value;

/* Read one record; the change depends on it from now on (found or not). */
MOON_CHECK moon_status moon_change_get(moon_change *change, moon_str key, moon_value *value, moon_err *err);
/* What the change depends on, as bytes; and another change's dependencies taken over as one's own: a worker
 * computes on its snapshot, its parent commits. False if the bytes are malformed. */
void moon_change_dependencies(const moon_change *change, moon_buf *out);
bool moon_change_depend_on(moon_change *change, moon_str dependencies);
/* How many dependencies there are; and back to that many, for reads whose staleness is told otherwise. */
size_t moon_change_reads(const moon_change *change);
void moon_change_reads_back(moon_change *change, size_t reads);
/* Write to the overlay; bytes are copied. Deleting what is not there is no error. */
void moon_change_put(moon_change *change, moon_str key, moon_str bytes);
void moon_change_delete(moon_change *change, moon_str key);
/* Number of keys in the overlay. */
size_t moon_change_size(const moon_change *change);
/* A point that later writes can be taken back to, for what is done whole or not at all. Going back to one makes
 * those after it void. What was read, and the dependencies, stay. */
typedef const struct moon_undo *moon_point;
moon_point moon_change_point(moon_change *change);
void moon_change_back(moon_change *change, moon_point point);

/* Keys from `from` up to but without `to`, own writes merged in, ascending or `backwards`. Ranges are no
 * dependencies: who decides on one depends on a record that every writer of the range writes too
 * (books/account.h, touch). Writing while a range is open is fine; it shows keys in the order of the walk. */
MOON_CHECK moon_status moon_range_open(moon_change *change, moon_str from, moon_str to, bool backwards,
                                       moon_range **out, moon_err *err);
/* False in `*more` at the end. Key and value are valid until the next call. */
MOON_CHECK moon_status moon_range_next(moon_range *range, moon_str *key, moon_value *value, bool *more,
                                       moon_err *err);
void moon_range_close(moon_range *range);

/* Write all, or nothing. `note` is stored in the audit link as it is. A change without any difference writes
 * nothing and succeeds. Afterwards the change can only be ended.
 *   seq      out, sequence of this commit, or that of the snapshot if there was nothing to write; may be NULL
 * Returns  MOON_E_READ_ONLY, MOON_E_CHANGED, MOON_E_DISK_FULL, MOON_E_STORE_FULL, MOON_E_STORE. */
MOON_CHECK moon_status moon_change_commit(moon_change *change, moon_str note, uint64_t *seq, moon_err *err);

/* ---- the audit chain ---- */

/* A link: what one commit did. Its hash covers all of it and the hash of the one before. */
typedef struct moon_link {
    uint64_t seq;
    moon_hash previous, hash;
    moon_str note;
    const moon_tag *created,
        *consumed; /* tags (base/crypt.h) of the records that came and went: key, sequence and bytes */
    size_t created_count, consumed_count;
} moon_link;

/* The link of one commit. MOON_E_NOT_FOUND, MOON_E_CHAIN_BROKEN if it is malformed. Valid until the change
 * ends. */
MOON_CHECK moon_status moon_link_get(moon_change *change, uint64_t seq, moon_link *link, moon_err *err);
/* What `head` says; seq 0 if there is no such file or it is unreadable. */
void moon_store_lodged_head(const moon_store *store, uint64_t *seq, moon_hash *hash);
/* Tag of a stored record, as links name it. */
moon_tag moon_record_tag(moon_str key, uint64_t seq, moon_str bytes);

/* A consistent copy of data.mdb, compacted, into `path`, while others go on working. Keys are not part of it. */
MOON_CHECK moon_status moon_store_backup(moon_store *store, const char *path, moon_err *err);

/* ---- keys for personal fields, kept apart from the store ---- */

/* The account's secret. Not found: found = false. */
MOON_CHECK moon_status moon_store_secret(moon_store *store, moon_str account, moon_secret *out, bool *found,
                                         moon_err *err);
/* The same, or one that this change made and has not stored yet. */
MOON_CHECK moon_status moon_change_secret_find(moon_change *change, moon_str account, moon_secret *out,
                                               bool *found, moon_err *err);
/* The same, made if there is none; made secrets are durable before the commit that uses them. */
MOON_CHECK moon_status moon_change_secret(moon_change *change, moon_str account, moon_secret *out,
                                          moon_err *err);

#endif
