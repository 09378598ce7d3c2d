#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

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
    if (fd < 0 && errno == ENOENT) return moon_fail(err, MOON_E_NOT_FOUND, "there is no file %s", path);
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
    if (fsync(fd) < 0) return moon_fail_sys(err, MOON_E_IO, errno, "cannot write %s", path);
    return MOON_OK;
}

static void sync_folder_of(const char *path) {
    const char *slash = strrchr(path, '/');
    char folder[4096] = ".";
    if (slash && (size_t)(slash - path) < sizeof folder)
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - path + (slash == path)), path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    fsync(fd);
    close(fd);
}

moon_status moon_file_write(const char *path, moon_str bytes, unsigned mode, moon_err *err) {
    char temporary[4096];
    int len = snprintf(temporary, sizeof temporary, "%s.%ld.tmp", path, (long)getpid());
    if (len < 0 || (size_t)len >= sizeof temporary)
        return moon_fail(err, MOON_E_IO, "the path is too long: %s", path);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd < 0) return moon_fail_sys(err, MOON_E_IO, errno, "cannot write %s", path);
    moon_status status = write_all(fd, bytes, path, err);
    if (close(fd) < 0 && status == MOON_OK)
        status = moon_fail_sys(err, MOON_E_IO, errno, "cannot write %s", path);
    if (status == MOON_OK && rename(temporary, path) < 0)
        status = moon_fail_sys(err, MOON_E_IO, errno, "cannot write %s", path);
    if (status != MOON_OK)
        unlink(temporary);
    else
        sync_folder_of(path);
    return status;
}

/* NAME.PID.tmp of a process that is no more. */
static bool is_left_over(moon_str found, moon_str name) {
    char digits[24];
    if (!moon_str_starts(found, name) || !moon_str_ends(found, MOON_STR(".tmp"))) return false;
    if (found.len < name.len + 6 || found.len > name.len + 20 || found.ptr[name.len] != '.') return false;
    moon_str middle = moon_str_sub(found, name.len + 1, found.len - 4);
    if (middle.len == 0) return false;
    for (size_t i = 0; i < middle.len; i++)
        if (middle.ptr[i] < '0' || middle.ptr[i] > '9') return false;
    snprintf(digits, sizeof digits, "%.*s", MOON_STR_ARG(middle));
    long pid = strtol(digits, NULL, 10);
    return pid > 0 && pid != getpid() && kill((pid_t)pid, 0) < 0 && errno == ESRCH;
}

void moon_file_sweep(const char *path) {
    char folder[4096];
    moon_arena scratch = MOON_ARENA_EMPTY;
    moon_str *names;
    moon_err ignored;
    size_t count;
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    if (snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".") >=
            (int)sizeof folder ||
        moon_folder_list(folder, &scratch, &names, &count, &ignored) != MOON_OK)
        return;
    for (size_t i = 0; i < count; i++)
        if (is_left_over(names[i], moon_str_of(name)))
            unlink(moon_arena_printf(&scratch, "%s/%.*s", folder, MOON_STR_ARG(names[i])).ptr);
    moon_arena_free(&scratch);
}

moon_status moon_folder_make(const char *path, moon_err *err) {
    char partial[4096];
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
