/* Opening, closing and copying environments. Changes: change.c; links: link.c; keys: keyring.c. */
#include "store/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/file.h"

enum {
    READERS_MAX = 510,
    READERS_SIZE = 40960
}; /* LMDB takes 64 bytes for each reader, and some for itself */

moon_status moon_lmdb_fail(moon_err *err, int code, const char *what) {
    moon_status status = MOON_E_STORE;
    if (code == MDB_MAP_FULL) {
        moon_fail(err, MOON_E_STORE_FULL, "%s: the room reserved for its data file is used up", what);
        err->sys = code;
        return MOON_E_STORE_FULL;
    }
    if (code == MDB_READERS_FULL) {
        moon_fail(err, MOON_E_STORE, "%s: more programs read it than the %d there is room for", what,
                  READERS_MAX);
        err->sys = code;
        return moon_err_hint(err, "wait until some of them have ended, then run this again");
    }
    if (code == MDB_CORRUPTED || code == MDB_PAGE_NOTFOUND || code == MDB_INVALID || code == MDB_PANIC ||
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

moon_status moon_lmdb_fail_write(const moon_store *store, moon_err *err, int code, const char *what) {
    struct statvfs info;
    if (code == EIO && statvfs(store->folder, &info) == 0 && info.f_bavail == 0) code = ENOSPC;
    return moon_lmdb_fail(err, code, what);
}

/* ---- holding commits off ---- */

static struct flock whole_file(short type) { return (struct flock){.l_type = type, .l_whence = SEEK_SET}; }

moon_status moon_commit_lock(int fd, bool shared, moon_err *err) {
    struct flock lock = whole_file(shared ? F_RDLCK : F_WRLCK);
    while (fcntl(fd, F_SETLKW, &lock) < 0)
        if (errno != EINTR) return moon_fail_sys(err, MOON_E_IO, errno, "cannot lock the book");
    return MOON_OK;
}

void moon_commit_unlock(int fd) {
    struct flock lock = whole_file(F_UNLCK);
    fcntl(fd, F_SETLK, &lock);
}

moon_status moon_store_check_pages(const char *folder, moon_pages *out, moon_err *err) {
    char data[4096];
    snprintf(data, sizeof data, "%s/data.mdb", folder);
    int fd = open(data, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return moon_fail(err, MOON_E_BOOK_MISSING, "there is no book in %s", folder);
    if (fd < 0) return moon_fail_sys(err, MOON_E_IO, errno, "cannot open %s", data);
    moon_status status = moon_commit_lock(fd, true, err);
    if (status == MOON_OK) status = moon_pages_check(data, NULL, out, err);
    close(fd);
    return status;
}

/* ---- environments ---- */

typedef struct {
    const char *folder;
    size_t map_size;
    bool create;                  /* an empty file is a new store, not one that was cut short */
    bool read_only, unregistered; /* out */
    MDB_env *env;                 /* out */
    MDB_dbi dbi;                  /* out */
} opening;

/* LMDB maps lock.mdb and writes to the map: if its room were not given beforehand, a full disk would end the
 * process there. */
static moon_status reserve_readers(const char *folder, moon_err *err) {
    char path[4096];
    struct stat info;
    snprintf(path, sizeof path, "%s/lock.mdb", folder);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0664), sys = 0;
    if (fd < 0) return moon_fail_sys(err, MOON_E_IO, errno, "cannot write %s", path);
    if (fstat(fd, &info) < 0)
        sys = errno;
    else if (info.st_blocks * 512 < READERS_SIZE)
        sys = posix_fallocate(fd, 0, READERS_SIZE);
    close(fd);
    return sys ? moon_fail_sys(err, MOON_E_IO, sys, "cannot write %s", path) : MOON_OK;
}

/* A file that was cut short would end the process as soon as LMDB looks behind its end. */
static moon_status check_before(const opening *o, moon_err *err) {
    char data[4096];
    struct stat info;
    moon_pages pages;
    snprintf(data, sizeof data, "%s/data.mdb", o->folder);
    if (o->create && (stat(data, &info) < 0 || info.st_size == 0)) return MOON_OK;
    if (moon_pages_glance(data, err) != MOON_E_BOOK_DAMAGED) return MOON_OK;
    return moon_store_check_pages(o->folder, &pages, err);
}

static moon_status start(opening *o, moon_err *err) {
    MDB_txn *txn;
    unsigned flags = MDB_NOTLS | (o->read_only ? MDB_RDONLY : 0u) | (o->unregistered ? MDB_NOLOCK : 0u);
    int dead;
    if (!o->read_only) MOON_TRY(reserve_readers(o->folder, err));
    int code = mdb_env_set_mapsize(o->env, o->map_size);
    if (code == 0) code = mdb_env_set_maxreaders(o->env, READERS_MAX);
    if (code == 0) code = mdb_env_open(o->env, o->folder, flags, 0664);
    if (code) return moon_lmdb_fail(err, code, "cannot open the book");
    if (!o->read_only) mdb_reader_check(o->env, &dead);
    code = mdb_txn_begin(o->env, NULL, MDB_RDONLY, &txn);
    if (code) return moon_lmdb_fail(err, code, "cannot read the book");
    code = mdb_dbi_open(txn, NULL, 0, &o->dbi);
    if (code == 0)
        code = mdb_txn_commit(txn);
    else
        mdb_txn_abort(txn);
    return code ? moon_lmdb_fail(err, code, "cannot read the book") : MOON_OK;
}

/* For writing; else for reading; else, where even the table of readers is read-only, for reading without it. */
static moon_status env_open(opening *o, moon_err *err) {
    MOON_TRY(check_before(o, err));
    for (;;) {
        int code = mdb_env_create(&o->env);
        if (code) return moon_lmdb_fail(err, code, "cannot open the book");
        moon_status status = start(o, err);
        if (status == MOON_OK) return MOON_OK;
        mdb_env_close(o->env);
        if (status != MOON_E_READ_ONLY || o->unregistered) return status;
        o->unregistered = o->read_only;
        o->read_only = true;
    }
}

/* A store that is behind its own head file has lost commits: a copy was put back by hand, or the disk lied
 * about syncing. */
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

static moon_status check_new(const moon_store *store, moon_err *err) {
    uint64_t seq;
    moon_hash hash;
    MDB_txn *txn;
    int code = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn);
    if (code) return moon_lmdb_fail(err, code, "cannot read the book");
    moon_status status = moon_link_last(txn, store->dbi, &seq, &hash, err);
    mdb_txn_abort(txn);
    if (status == MOON_OK && seq > 0)
        return moon_fail(err, MOON_E_BOOK_EXISTS, "there is a book in %s", store->folder);
    return status;
}

static moon_status open_book(moon_store *store, const moon_store_options *options, moon_err *err) {
    char data[4096];
    opening book = {.folder = store->folder, .map_size = options->map_size, .create = options->create};
    MOON_TRY(env_open(&book, err));
    store->env = book.env;
    store->dbi = book.dbi;
    store->read_only = book.read_only;
    store->unregistered = book.unregistered;
    snprintf(data, sizeof data, "%s/data.mdb", store->folder);
    store->lock = open(data, (store->read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC);
    if (store->lock < 0) return moon_fail_sys(err, MOON_E_IO, errno, "cannot open %s", data);
    if (options->create) MOON_TRY(check_new(store, err));
    return check_lodged_head(store, err);
}

static moon_status open_keys(moon_store *store, const char *folder, const moon_store_options *options,
                             moon_err *err) {
    opening keys = {.folder = folder, .map_size = options->map_size, .create = true};
    MOON_TRY(env_open(&keys, err));
    store->keys = keys.env;
    store->keys_dbi = keys.dbi;
    store->read_only = store->read_only || keys.read_only;
    return MOON_OK;
}

static moon_status make_folders(const char *folder, const char *keys_folder, bool create, moon_err *err) {
    if (create) MOON_TRY(moon_folder_make(folder, err));
    char data[PATH_MAX], keys[PATH_MAX];
    if (create) MOON_TRY(moon_folder_make(keys_folder, err));
    if (!moon_folder_exists(keys_folder)) {
        moon_fail(err, MOON_E_CRYPT, "the folder with the keys of personal data is not there: %s",
                  keys_folder);
        return moon_err_hint(err, "put it back; if it is lost for good, make an empty folder of that name, "
                                  "and the data stays sealed");
    }
    if (realpath(folder, data) && realpath(keys_folder, keys) && strcmp(data, keys) == 0)
        return moon_fail(err, MOON_E_BOOK_FOREIGN, "the keys cannot lie in the folder of the data: %s",
                         keys_folder);
    if (create && chmod(keys_folder, 0770) < 0)
        return moon_fail_sys(err, MOON_E_IO, errno, "cannot protect %s", keys_folder);
    return MOON_OK;
}

moon_status moon_store_open(const char *folder, const char *keys_folder, const moon_store_options *options,
                            moon_store **out, moon_err *err) {
    char data[4096];
    snprintf(data, sizeof data, "%s/data.mdb", folder);
    if (!options->create && !moon_file_exists(data))
        return moon_fail(err, MOON_E_BOOK_MISSING, "there is no book in %s", folder);
    MOON_TRY(make_folders(folder, keys_folder, options->create, err));
    MOON_TRY(refuse_network(folder, err));
    moon_store *store = moon_malloc(sizeof *store);
    memset(store, 0, sizeof *store);
    store->lock = -1;
    snprintf(store->folder, sizeof store->folder, "%s", folder);
    moon_status status = open_book(store, options, err);
    if (status == MOON_OK) status = open_keys(store, keys_folder, options, err);
    if (status != MOON_OK) {
        moon_store_close(store);
        return status;
    }
    *out = store;
    return MOON_OK;
}

void moon_store_close(moon_store *store) {
    if (!store) return;
    if (store->keys) mdb_env_close(store->keys);
    if (store->env) mdb_env_close(store->env);
    if (store->lock >= 0) close(store->lock);
    free(store);
}

moon_status moon_store_backup(moon_store *store, const char *path, moon_err *err) {
    char temporary[4096];
    if (moon_file_exists(path)) return moon_fail(err, MOON_E_BOOK_EXISTS, "there is a file %s", path);
    if (snprintf(temporary, sizeof temporary, "%s.%ld.tmp", path, (long)getpid()) >= (int)sizeof temporary)
        return moon_fail(err, MOON_E_IO, "the path is too long: %s", path);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (fd < 0) return moon_fail_sys(err, MOON_E_IO, errno, "cannot write %s", path);
    moon_status locked = store->unregistered ? moon_commit_lock(store->lock, true, err) : MOON_OK;
    int code = locked == MOON_OK ? mdb_env_copyfd2(store->env, fd, MDB_CP_COMPACT) : err->sys;
    if (store->unregistered && store->changes == 0) moon_commit_unlock(store->lock);
    if (code == 0 && fsync(fd) < 0) code = errno;
    if (close(fd) < 0 && code == 0) code = errno;
    if (code == 0 && rename(temporary, path) < 0) code = errno;
    if (code == 0) return MOON_OK;
    unlink(temporary);
    return moon_lmdb_fail(err, code, "cannot write the backup");
}
