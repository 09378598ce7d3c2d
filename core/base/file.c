#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_ROOM 4096

static moon_status read_all(int fd, const char *path, size_t size, moon_arena *keep, moon_str *out,
                            moon_err *err) {
    char *bytes = moon_arena_alloc(keep, size + 1);
    size_t len = 0;
    while (len < size) {
        ssize_t got = read(fd, bytes + len, size - len);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return moon_fail_sys(err, MOON_E_IO, errno, "cannot read %s", path);
        if (got == 0) break;
        len += (size_t)got;
    }
    *out = (moon_str){bytes, len};
    return MOON_OK;
}

moon_status moon_file_read(const char *path, size_t max, moon_arena *keep, moon_str *out, moon_err *err) {
    struct stat info;
    int fd =
        open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe must not make us wait: it is refused below */
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG))
        return moon_fail(err, MOON_E_NOT_FOUND, "there is no file %s", path);
    if (fd < 0) return moon_fail_sys(err, MOON_E_IO, errno, "cannot open %s", path);
    moon_status status = MOON_OK;
    if (fstat(fd, &info) < 0)
        status = moon_fail_sys(err, MOON_E_IO, errno, "cannot read %s", path);
    else if (!S_ISREG(info.st_mode))
        status = moon_fail(err, MOON_E_NOT_FOUND, "%s is a folder or a device, not a file", path);
    else if ((size_t)info.st_size > max)
        status =
            moon_fail(err, MOON_E_TOO_LARGE, "%s has %lld bytes, more than the %zu that are read at once",
                      path, (long long)info.st_size, max);
    else
        status = read_all(fd, path, (size_t)info.st_size, keep, out, err);
    close(fd);
    return status;
}

static moon_status write_all(int fd, moon_str bytes, const char *path, moon_err *err) {
    while (bytes.len > 0) {
        ssize_t done = write(fd, bytes.ptr, bytes.len);
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) return moon_fail_sys(err, MOON_E_IO, errno, "cannot write %s", path);
        bytes = moon_str_sub(bytes, (size_t)done, bytes.len);
    }
    return MOON_OK;
}

static void sync_folder_of(const char *path) {
    const char *slash = strrchr(path, '/');
    char folder[PATH_ROOM] = ".";
    if (slash && (size_t)(slash - path) < sizeof folder)
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - path + (slash == path)), path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    fsync(fd);
    close(fd);
}

/* PATH.PID.tmp: the name beside its own under which a file is written. */
static moon_status open_temporary(const char *path, unsigned mode, char *temporary, size_t size, int *fd,
                                  moon_err *err) {
    int len = snprintf(temporary, size, "%s.%ld.tmp", path, (long)getpid());
    if (len < 0 || (size_t)len >= size) return moon_fail(err, MOON_E_IO, "the path is too long: %s", path);
    *fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    return *fd < 0 ? moon_fail_sys(err, MOON_E_IO, errno, "cannot write %s", path) : MOON_OK;
}

static moon_status sync_and_close(int fd, const char *path, moon_err *err) {
    int sys = fsync(fd) < 0 ? errno : 0;
    if (close(fd) < 0 && !sys) sys = errno;
    return sys ? moon_fail_sys(err, MOON_E_IO, sys, "cannot write %s", path) : MOON_OK;
}

moon_status moon_file_write(const char *path, moon_str bytes, unsigned mode, moon_err *err) {
    char temporary[PATH_ROOM];
    moon_err ignored;
    int fd;
    MOON_TRY(open_temporary(path, mode, temporary, sizeof temporary, &fd, err));
    moon_status status = write_all(fd, bytes, path, err);
    moon_status closed = sync_and_close(fd, path, status == MOON_OK ? err : &ignored);
    if (status == MOON_OK) status = closed;
    if (status == MOON_OK && rename(temporary, path) < 0)
        status = moon_fail_sys(err, MOON_E_IO, errno, "cannot write %s", path);
    if (status != MOON_OK)
        unlink(temporary);
    else
        sync_folder_of(path);
    return status;
}

/* ---- many at once ---- */

struct moon_staged_file {
    struct moon_staged_file *next;
    const char *path, *temporary;
    int fd; /* -1: closed */
};

static bool is_staged(const moon_staged *staged, const char *path) {
    for (const struct moon_staged_file *f = staged->first; f; f = f->next)
        if (strcmp(f->path, path) == 0) return true;
    return false;
}

moon_status moon_file_stage(moon_staged *staged, const char *path, moon_str bytes, unsigned mode,
                            moon_err *err) {
    char temporary[PATH_ROOM];
    int fd;
    if (is_staged(staged, path)) MOON_TRY(moon_file_publish(staged, err));
    MOON_TRY(open_temporary(path, mode, temporary, sizeof temporary, &fd, err));
    struct moon_staged_file *file = MOON_NEW(&staged->keep, struct moon_staged_file);
    file->next = staged->first;
    file->path = moon_arena_str(&staged->keep, moon_str_of(path)).ptr;
    file->temporary = moon_arena_str(&staged->keep, moon_str_of(temporary)).ptr;
    file->fd = fd;
    staged->first = file;
    return write_all(fd, bytes, path, err);
}

void moon_file_drop(moon_staged *staged) {
    for (struct moon_staged_file *f = staged->first; f; f = f->next) {
        if (f->fd >= 0) close(f->fd);
        unlink(f->temporary);
    }
    moon_arena_free(&staged->keep);
    *staged = (moon_staged){0};
}

/* The disk is told of all of them before any is waited for. */
static moon_status sync_staged(moon_staged *staged, moon_err *err) {
    for (struct moon_staged_file *f = staged->first; f; f = f->next)
        (void)sync_file_range(f->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
    for (struct moon_staged_file *f = staged->first; f; f = f->next) {
        int fd = f->fd;
        f->fd = -1;
        MOON_TRY(sync_and_close(fd, f->path, err));
    }
    return MOON_OK;
}

/* Those of one folder that follow each other cost one look at the disk. */
static bool same_folder(const char *a, const char *b) {
    const char *slash = strrchr(a, '/'), *other = strrchr(b, '/');
    size_t len = slash ? (size_t)(slash - a) : 0;
    return len == (other ? (size_t)(other - b) : 0) && memcmp(a, b, len) == 0;
}

moon_status moon_file_publish(moon_staged *staged, moon_err *err) {
    moon_status status = sync_staged(staged, err);
    for (struct moon_staged_file *f = staged->first; f && status == MOON_OK; f = f->next) {
        if (rename(f->temporary, f->path) < 0)
            status = moon_fail_sys(err, MOON_E_IO, errno, "cannot write %s", f->path);
        else if (!f->next || !same_folder(f->path, f->next->path))
            sync_folder_of(f->path);
    }
    moon_file_drop(staged);
    return status;
}

/* ---- what was cut off ---- */

/* NAME.PID.tmp of a process that is no more; any name if `name` is empty. */
static bool is_left_over(moon_str found, moon_str name) {
    char digits[20];
    if (!moon_str_ends(found, MOON_STR(".tmp"))) return false;
    size_t end = found.len - 4, dot = end;
    while (dot > 0 && found.ptr[dot - 1] >= '0' && found.ptr[dot - 1] <= '9') dot--;
    moon_str middle = moon_str_sub(found, dot, end);
    if (middle.len == 0 || middle.len >= sizeof digits || dot < 2 || found.ptr[dot - 1] != '.') return false;
    if (name.len && !moon_str_eq(moon_str_sub(found, 0, dot - 1), name)) return false;
    snprintf(digits, sizeof digits, "%.*s", MOON_STR_ARG(middle));
    long pid = strtol(digits, NULL, 10);
    return pid > 0 && pid != getpid() && kill((pid_t)pid, 0) < 0 && errno == ESRCH;
}

static void sweep(const char *folder, moon_str name) {
    moon_arena scratch = MOON_ARENA_EMPTY;
    moon_str *names;
    moon_err ignored;
    size_t count;
    if (moon_folder_list(folder, &scratch, &names, &count, &ignored) == MOON_OK)
        for (size_t i = 0; i < count; i++)
            if (is_left_over(names[i], name))
                unlink(moon_arena_printf(&scratch, "%s/%.*s", folder, MOON_STR_ARG(names[i])).ptr);
    moon_arena_free(&scratch);
}

void moon_file_sweep(const char *path) {
    char folder[PATH_ROOM];
    const char *slash = strrchr(path, '/');
    if (snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".") <
        (int)sizeof folder)
        sweep(folder, moon_str_of(slash ? slash + 1 : path));
}

void moon_folder_sweep(const char *folder) { sweep(folder, MOON_STR_NONE); }

moon_status moon_folder_make(const char *path, moon_err *err) {
    char partial[PATH_ROOM];
    if (snprintf(partial, sizeof partial, "%s", path) >= (int)sizeof partial)
        return moon_fail(err, MOON_E_IO, "the path is too long: %s", path);
    for (char *at = partial + 1;; at++) {
        if (*at != '/' && *at != 0) continue;
        char was = *at;
        *at = 0;
        if (mkdir(partial, 0777) < 0 && errno != EEXIST)
            return moon_fail_sys(err, MOON_E_IO, errno, "cannot make the folder %s", path);
        *at = was;
        if (!was) break;
    }
    if (!moon_folder_exists(path)) return moon_fail(err, MOON_E_IO, "%s is not a folder", path);
    return MOON_OK;
}

bool moon_file_exists(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

bool moon_folder_exists(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static int by_bytes(const void *a, const void *b) {
    return moon_str_cmp(*(const moon_str *)a, *(const moon_str *)b);
}

moon_status moon_folder_list(const char *path, moon_arena *keep, moon_str **names, size_t *count,
                             moon_err *err) {
    DIR *dir = opendir(path);
    if (!dir && errno == ENOENT) return moon_fail(err, MOON_E_NOT_FOUND, "there is no folder %s", path);
    if (!dir) return moon_fail_sys(err, MOON_E_IO, errno, "cannot list %s", path);
    size_t len = 0, room = 16;
    moon_str *made = MOON_NEW_N(keep, moon_str, room);
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (entry->d_name[0] == '.') continue;
        if (len == room) {
            moon_str *larger = MOON_NEW_N(keep, moon_str, room * 2);
            memcpy(larger, made, len * sizeof *made);
            made = larger;
            room *= 2;
        }
        made[len++] = moon_arena_str(keep, moon_str_of(entry->d_name));
    }
    closedir(dir);
    qsort(made, len, sizeof *made, by_bytes);
    *names = made;
    *count = len;
    return MOON_OK;
}

moon_status moon_file_lock(const char *path, int *fd, moon_err *err) {
    int made = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (made < 0) return moon_fail_sys(err, MOON_E_IO, errno, "cannot open %s", path);
    if (flock(made, LOCK_EX | LOCK_NB) < 0) {
        int sys = errno;
        close(made);
        if (sys == EWOULDBLOCK)
            return moon_fail(err, MOON_E_BOOK_BUSY, "another run is working on this book");
        return moon_fail_sys(err, MOON_E_IO, sys, "cannot lock %s", path);
    }
    *fd = made;
    return MOON_OK;
}

void moon_file_unlock(int fd) { close(fd); }
