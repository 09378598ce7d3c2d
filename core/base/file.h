/* base/file: files and folders, whole at a time.                            Floor 0.
 *
 * Files that people will read are written beside their name and renamed, so that nobody ever sees half of one. */
#ifndef MOON_BASE_FILE_H
#define MOON_BASE_FILE_H

#include "base/arena.h"

/* Read a file whole, at most `max` bytes, into the arena. Returns MOON_E_NOT_FOUND if there is none,
 * MOON_E_TOO_LARGE, MOON_E_IO and its kin. */
MOON_CHECK moon_status moon_file_read(const char *path, size_t max, moon_arena *keep, moon_str *out,
                                      moon_err *err);

/* Write `bytes` to `path` by way of a temporary file in the same folder, fsync and rename. On failure the old
 * file, if any, is as it was, and the temporary one is gone. `mode` as for open(2), for example 0644. */
MOON_CHECK moon_status moon_file_write(const char *path, moon_str bytes, unsigned mode, moon_err *err);

/* Files that are written together: each beside its name, then all of them onto the disk and under their names, which
 * waits for the disk once where moon_file_write waits for each. Begin with {0}. */
typedef struct moon_staged {
    moon_arena keep;
    struct moon_staged_file *first; /* the newest */
} moon_staged;
/* Write one beside its name. Of two with the same path the later one stays. Holds a descriptor until
 * they are published or dropped. */
MOON_CHECK moon_status moon_file_stage(moon_staged *staged, const char *path, moon_str bytes, unsigned mode,
                                       moon_err *err);
/* Give all of them their names, and begin anew. On failure some may have theirs; the temporary ones are gone. */
MOON_CHECK moon_status moon_file_publish(moon_staged *staged, moon_err *err);
/* None of them. */
void moon_file_drop(moon_staged *staged);

/* Remove what earlier writes of `path` left beside it because their process was ended within them. */
void moon_file_sweep(const char *path);
/* The same for every file of a folder. */
void moon_folder_sweep(const char *folder);

/* Make a folder and those above it that are missing. An existing folder is fine. */
MOON_CHECK moon_status moon_folder_make(const char *path, moon_err *err);

bool moon_file_exists(const char *path);
bool moon_folder_exists(const char *path);

/* The names in a folder, sorted by bytes, without those that begin with a dot. MOON_E_NOT_FOUND if there is
 * none. */
MOON_CHECK moon_status moon_folder_list(const char *path, moon_arena *keep, moon_str **names, size_t *count,
                                        moon_err *err);

/* Take an exclusive lock on `path` (made if missing) without waiting. The lock ends with the process or with
 * moon_file_unlock. Returns MOON_E_BOOK_BUSY if somebody else holds it. */
MOON_CHECK moon_status moon_file_lock(const char *path, int *fd, moon_err *err);
void moon_file_unlock(int fd);

#endif
