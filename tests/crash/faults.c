/* Faults on purpose: preloaded (LD_PRELOAD=build/crash/faults.so), this stands between a program and the calls
 * that change or read a book: LMDB's, and those of libc that write files. It counts them; at the n-th it ends
 * the process or lets the call fail.
 *
 *   FAULT_COUNT=FILE     at the end of the process, append "calls N mallocs M" to FILE
 *   FAULT_TRACE=FILE     append each call's number and name
 *   FAULT_KILL_AT=n      SIGKILL before the n-th call; FAULT_TEAR=1: if it writes, after half of its bytes
 *   FAULT_KILL_AFTER=n   SIGKILL after the n-th call
 *   FAULT_FAIL_AT=n      the n-th call fails with FAULT_ERRNO=ENOSPC|EIO|EROFS; FAULT_STICKY=1: and all calls
 *                        after it
 *   FAULT_MALLOC_AT=n    the n-th malloc, calloc or realloc returns NULL
 *   FAULT_CHILDREN=1     not the process that was started, but each that it forks, counting from 1; else those
 *                        are left alone
 *
 * ENOSPC and EROFS never come from calls that only read: such a call counts, and goes well. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <lmdb.h>

typedef enum { READS, WRITES } use;

static struct {
    bool started, active, sticky, tear, children;
    long kill_at, kill_after, fail_at, malloc_at;
    int error;
    const char *count_path, *trace_path;
} plan;
static atomic_long calls, mallocs;

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);

static long number(const char *name) {
    const char *text = getenv(name);
    return text ? atol(text) : 0;
}

static void in_child(void) {
    plan.active = plan.children;
    atomic_store(&calls, 0);
    atomic_store(&mallocs, 0);
}

__attribute__((constructor)) static void start(void) {
    const char *error = getenv("FAULT_ERRNO");
    plan.kill_at = number("FAULT_KILL_AT");
    plan.kill_after = number("FAULT_KILL_AFTER");
    plan.fail_at = number("FAULT_FAIL_AT");
    plan.malloc_at = number("FAULT_MALLOC_AT");
    plan.sticky = number("FAULT_STICKY") != 0;
    plan.tear = number("FAULT_TEAR") != 0;
    plan.children = number("FAULT_CHILDREN") != 0;
    plan.error = error && strcmp(error, "EIO") == 0     ? EIO
                 : error && strcmp(error, "EROFS") == 0 ? EROFS
                                                        : ENOSPC;
    plan.count_path = getenv("FAULT_COUNT");
    plan.trace_path = getenv("FAULT_TRACE");
    pthread_atfork(NULL, NULL, in_child);
    atomic_store(&calls, 0);
    atomic_store(&mallocs, 0);
    plan.active = !plan.children;
    plan.started = true;
}

/* By plain calls of the kernel's, which are not counted. */
static void append(const char *path, const char *fmt, ...) {
    static ssize_t (*real_write)(int, const void *, size_t);
    static int (*real_open)(const char *, int, ...);
    char line[200];
    va_list args;
    if (!real_write) real_write = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    if (!real_open) real_open = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
    va_start(args, fmt);
    int len = vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    int fd = real_open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (fd < 0) return;
    ssize_t done = real_write(fd, line, (size_t)len);
    (void)done;
    close(fd);
}

__attribute__((destructor)) static void stop(void) {
    if (!plan.active || !plan.count_path) return;
    plan.active = false;
    append(plan.count_path, "calls %ld mallocs %ld\n", atomic_load(&calls), atomic_load(&mallocs));
}

static void end_process(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

/* Count a call. The error it has to fail with, or 0. */
static int before(const char *name, use how, long *own) {
    *own = 0;
    if (!plan.active) return 0;
    *own = atomic_fetch_add(&calls, 1) + 1;
    if (plan.trace_path) append(plan.trace_path, "%ld %s\n", *own, name);
    if (*own == plan.kill_at && !plan.tear) end_process();
    bool now = plan.fail_at && (*own == plan.fail_at || (plan.sticky && *own > plan.fail_at));
    return now && (how == WRITES || plan.error == EIO) ? plan.error : 0;
}

static void after(long own) {
    if (own && (own == plan.kill_after || (own == plan.kill_at && plan.tear))) end_process();
}

#define REAL(name) ((__typeof__(&name))real(#name))
static void *real(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (!found) abort();
    return found;
}

/* A call whose failure is returned as a number. */
#define CODE_CALL(name, how, params, args)                                                                   \
    int name params {                                                                                        \
        long own;                                                                                            \
        int error = before(#name, how, &own);                                                                \
        int result = error ? error : REAL(name) args;                                                        \
        after(own);                                                                                          \
        return result;                                                                                       \
    }
/* A call whose failure is -1 and errno. */
#define ERRNO_CALL(type, name, params, args)                                                                 \
    type name params {                                                                                       \
        long own;                                                                                            \
        int error = before(#name, WRITES, &own);                                                             \
        type result = error ? -1 : REAL(name) args;                                                          \
        after(own);                                                                                          \
        if (error) errno = error;                                                                            \
        return result;                                                                                       \
    }

/* ---- LMDB ---- */

CODE_CALL(mdb_env_open, READS, (MDB_env * env, const char *path, unsigned flags, mdb_mode_t mode),
          (env, path, flags, mode))
static MDB_txn *writer; /* there is one at most */

int mdb_txn_begin(MDB_env *env, MDB_txn *parent, unsigned flags, MDB_txn **txn) {
    long own;
    int error = before("mdb_txn_begin", READS, &own);
    int result = error ? error : REAL(mdb_txn_begin)(env, parent, flags, txn);
    if (result == 0 && !(flags & MDB_RDONLY)) writer = *txn;
    after(own);
    return result;
}

CODE_CALL(mdb_get, READS, (MDB_txn * txn, MDB_dbi dbi, MDB_val *key, MDB_val *data), (txn, dbi, key, data))
CODE_CALL(mdb_cursor_get, READS, (MDB_cursor * cursor, MDB_val *key, MDB_val *data, MDB_cursor_op op),
          (cursor, key, data, op))
CODE_CALL(mdb_put, WRITES, (MDB_txn * txn, MDB_dbi dbi, MDB_val *key, MDB_val *data, unsigned flags),
          (txn, dbi, key, data, flags))
CODE_CALL(mdb_del, WRITES, (MDB_txn * txn, MDB_dbi dbi, MDB_val *key, MDB_val *data), (txn, dbi, key, data))

/* A commit that fails ends its transaction too. */
int mdb_txn_commit(MDB_txn *txn) {
    long own;
    int error = before("mdb_txn_commit", txn == writer ? WRITES : READS, &own);
    if (error) mdb_txn_abort(txn);
    int result = error ? error : REAL(mdb_txn_commit)(txn);
    after(own);
    return result;
}

/* ---- files ---- */

static bool is_file(int fd) {
    struct stat info;
    return fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
}

static bool torn(long own) { return own && own == plan.kill_at && plan.tear; }

ssize_t write(int fd, const void *bytes, size_t len) {
    long own = 0;
    int error = is_file(fd) ? before("write", WRITES, &own) : 0;
    ssize_t result = error ? -1 : REAL(write)(fd, bytes, torn(own) ? len / 2 : len);
    after(own);
    if (error) errno = error;
    return result;
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t offset) {
    long own = 0;
    int error = before("pwrite", WRITES, &own);
    ssize_t result = error ? -1 : REAL(pwrite)(fd, bytes, torn(own) ? len / 2 : len, offset);
    after(own);
    if (error) errno = error;
    return result;
}
ssize_t pwrite64(int fd, const void *bytes, size_t len, off_t offset) {
    return pwrite(fd, bytes, len, offset);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    long own = 0;
    int error = is_file(fd) ? before("writev", WRITES, &own) : 0;
    ssize_t result = error ? -1 : REAL(writev)(fd, parts, torn(own) ? count / 2 : count);
    after(own);
    if (error) errno = error;
    return result;
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
    long own = 0;
    int error = before("pwritev", WRITES, &own);
    ssize_t result = error ? -1 : REAL(pwritev)(fd, parts, torn(own) ? count / 2 : count, offset);
    after(own);
    if (error) errno = error;
    return result;
}
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off_t offset) {
    return pwritev(fd, parts, count, offset);
}

ERRNO_CALL(int, fsync, (int fd), (fd))
ERRNO_CALL(int, fdatasync, (int fd), (fd))
ERRNO_CALL(int, rename, (const char *from, const char *to), (from, to))
ERRNO_CALL(int, mkdir, (const char *path, mode_t mode), (path, mode))
ERRNO_CALL(int, ftruncate, (int fd, off_t len), (fd, len))
CODE_CALL(posix_fallocate, WRITES, (int fd, off_t offset, off_t len), (fd, offset, len))

/* An existing file can be opened on a full disk; devices are no files. */
static int open_counted(const char *path, int flags, mode_t mode) {
    long own = 0;
    int error = 0;
    if ((flags & O_ACCMODE) != O_RDONLY && strncmp(path, "/dev/", 5) != 0) {
        error = before("open", WRITES, &own);
        if (error == ENOSPC && access(path, F_OK) == 0) error = 0;
    }
    int result = error ? -1 : REAL(open)(path, flags, mode);
    after(own);
    if (error) errno = error;
    return result;
}

int open(const char *path, int flags, ...) {
    va_list args;
    va_start(args, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
    va_end(args);
    return open_counted(path, flags, mode);
}
int open64(const char *path, int flags, ...) {
    va_list args;
    va_start(args, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
    va_end(args);
    return open_counted(path, flags, mode);
}

/* ---- memory ---- */

static _Thread_local bool paused;

static bool out_of_memory(void) {
    if (!plan.started || !plan.active || paused) return false;
    long own = atomic_fetch_add(&mallocs, 1) + 1;
    if (own != plan.malloc_at) return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size) { return out_of_memory() ? NULL : __libc_malloc(size); }
void *calloc(size_t count, size_t size) { return out_of_memory() ? NULL : __libc_calloc(count, size); }
void *realloc(void *old, size_t size) { return out_of_memory() ? NULL : __libc_realloc(old, size); }

/* glibc 2.36 looks users up without checking its own allocations, and crashes: not what is tested here. */
struct passwd *getpwuid(uid_t user) {
    paused = true;
    struct passwd *found = REAL(getpwuid)(user);
    paused = false;
    return found;
}
