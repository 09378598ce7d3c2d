/* Opening, closing and copying environments. Changes: change.c; links: link.c; keys: keyring.c. */
#include "store/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/file.h"

moon_status moon_lmdb_fail(moon_err *err, int code, const char *what) {
    moon_status status = MOON_E_STORE;
    if (code == MDB_MAP_FULL)
        status = MOON_E_STORE_FULL;
    else if (code == MDB_CORRUPTED || code == MDB_PAGE_NOTFOUND || code == MDB_INVALID || code == MDB_PANIC ||
             code == MDB_VERSION_MISMATCH || code == MDB_BAD_TXN)
        status = MOON_E_BOOK_DAMAGED;
    else if (code > 0)
        return moon_fail_sys(err, MOON_E_IO, code, "%s", what);
    moon_fail(err, status, "%s: %s", what, mdb_strerror(code));
    err->sys = code;
    return status;
}

/* LMDB needs a file system whose memory maps and locks are those of one machine. */
static moon_status refuse_network(const char *folder, moon_err *err) {
    static const struct {
        unsigned long magic;
        const char *name;
    } network[] = {{0x6969, "NFS"},      {0xFF534D42, "CIFS"}, {0xFE534D42, "SMB2"},
                   {0x517B, "SMB"},      {0x01021997, "9P"},   {0x5346414F, "AFS"},
                   {0x73757245, "CODA"}, {0x00C36400, "Ceph"}, {0x0BD00BD0, "Lustre"}};
    struct statfs info;
    if (statfs(folder, &info) < 0) return MOON_OK;
    for (size_t i = 0; i < sizeof network / sizeof *network; i++)
        if ((unsigned long)info.f_type == network[i].magic) {
            moon_fail(err, MOON_E_BOOK_FOREIGN,
                      "%s is on a network file system (%s), where two machines could damage the book", folder,
                      network[i].name);
            return moon_err_hint(err, "move the book to a local disk");
        }
    return MOON_OK;
}

static moon_status env_start(MDB_env *env, const char *folder, size_t map_size, bool *read_only, MDB_dbi *dbi,
                             moon_err *err) {
    MDB_txn *txn;
    int code = mdb_env_set_mapsize(env, map_size);
    if (code == 0) code = mdb_env_set_maxreaders(env, 510);
    if (code == 0) code = mdb_env_open(env, folder, MDB_NOTLS | (*read_only ? MDB_RDONLY : 0), 0664);
    if (code) return moon_lmdb_fail(err, code, "cannot open the book");
    int dead;
    if (!*read_only) mdb_reader_check(env, &dead);
    code = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);
    if (code) return moon_lmdb_fail(err, code, "cannot read the book");
    code = mdb_dbi_open(txn, NULL, 0, dbi);
    if (code == 0)
        code = mdb_txn_commit(txn);
    else
        mdb_txn_abort(txn);
    return code ? moon_lmdb_fail(err, code, "cannot read the book") : MOON_OK;
}

moon_status moon_env_open(const char *folder, size_t map_size, bool *read_only, MDB_env **env, MDB_dbi *dbi,
                          moon_err *err) {
    for (;;) {
        int code = mdb_env_create(env);
        if (code) return moon_lmdb_fail(err, code, "cannot open the book");
        moon_status status = env_start(*env, folder, map_size, read_only, dbi, err);
        if (status == MOON_OK) return MOON_OK;
        mdb_env_close(*env);
        if (status != MOON_E_READ_ONLY || *read_only) return status;
        *read_only = true;
    }
}

/* A store that is behind its own head file has lost commits: a copy was put back by hand, or the disk lied about syncing. */
static moon_status check_lodged_head(moon_store *store, moon_err *err) {
    uint64_t lodged, seq;
    moon_hash lodged_hash, hash;
    MDB_txn *txn;
    moon_store_lodged_head(store, &lodged, &lodged_hash);
    int code = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn);
    if (code) return moon_lmdb_fail(err, code, "cannot read the book");
    moon_status status = moon_link_last(txn, store->dbi, &seq, &hash, err);
    mdb_txn_abort(txn);
    if (status != MOON_OK) return status;
    if (lodged > seq || (lodged == seq && seq > 0 && !moon_hash_eq(&lodged_hash, &hash))) {
        moon_fail(err, MOON_E_BOOK_DAMAGED,
                  "the book ends with commit %llu, but commit %llu was made before: data.mdb is older than "
                  "data/head, or damaged",
                  (unsigned long long)seq, (unsigned long long)lodged);
        return moon_err_hint(
            err, "if you put an older copy back on purpose, remove data/head; else restore the last backup");
    }
    return MOON_OK;
}

static moon_status open_both(moon_store *store, const char *keys_folder, const moon_store_options *options,
                             moon_err *err) {
    bool keys_read_only = false;
    MOON_TRY(
        moon_env_open(store->folder, options->map_size, &store->read_only, &store->env, &store->dbi, err));
    moon_status status = check_lodged_head(store, err);
    if (status == MOON_OK)
        status = moon_env_open(keys_folder, options->map_size, &keys_read_only, &store->keys,
                               &store->keys_dbi, err);
    if (status != MOON_OK) {
        mdb_env_close(store->env);
        return status;
    }
    store->read_only = store->read_only || keys_read_only;
    return MOON_OK;
}

moon_status moon_store_open(const char *folder, const char *keys_folder, const moon_store_options *options,
                            moon_store **out, moon_err *err) {
    char data[4096];
    snprintf(data, sizeof data, "%s/data.mdb", folder);
    bool exists = moon_file_exists(data);
    if (options->create && exists) return moon_fail(err, MOON_E_BOOK_EXISTS, "there is a book in %s", folder);
    if (!options->create && !exists)
        return moon_fail(err, MOON_E_BOOK_MISSING, "there is no book in %s", folder);
    if (options->create) MOON_TRY(moon_folder_make(folder, err));
    if (options->create || !moon_folder_exists(keys_folder)) MOON_TRY(moon_folder_make(keys_folder, err));
    if (options->create && chmod(keys_folder, 0770) < 0)
        return moon_fail_sys(err, MOON_E_IO, errno, "cannot protect %s", keys_folder);
    MOON_TRY(refuse_network(folder, err));
    moon_store *store = moon_malloc(sizeof *store);
    memset(store, 0, sizeof *store);
    snprintf(store->folder, sizeof store->folder, "%s", folder);
    moon_status status = open_both(store, keys_folder, options, err);
    if (status != MOON_OK) {
        free(store);
        return status;
    }
    *out = store;
    return MOON_OK;
}

void moon_store_close(moon_store *store) {
    if (!store) return;
    mdb_env_close(store->keys);
    mdb_env_close(store->env);
    free(store);
}

moon_status moon_store_backup(moon_store *store, const char *path, moon_err *err) {
    char temporary[4096];
    if (moon_file_exists(path)) return moon_fail(err, MOON_E_BOOK_EXISTS, "there is a file %s", path);
    if (snprintf(temporary, sizeof temporary, "%s.%ld.tmp", path, (long)getpid()) >= (int)sizeof temporary)
        return moon_fail(err, MOON_E_IO, "the path is too long: %s", path);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (fd < 0) return moon_fail_sys(err, MOON_E_IO, errno, "cannot write %s", path);
    int code = mdb_env_copyfd2(store->env, fd, MDB_CP_COMPACT);
    if (code == 0 && fsync(fd) < 0) code = errno;
    if (close(fd) < 0 && code == 0) code = errno;
    if (code == 0 && rename(temporary, path) < 0) code = errno;
    if (code == 0) return MOON_OK;
    unlink(temporary);
    return moon_lmdb_fail(err, code, "cannot write the backup");
}
