/* SPDX-License-Identifier: MIT */
/* Whole files and folders, durably. Does not stream: what is larger than memory is not its business. */
#include "firmware/base/file.h"

#include "firmware/base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static void close_fd(int *fd) {
    if (*fd >= 0) (void)close(*fd);
}

static const char *remedy(int code) {
    switch (code) {
    case ERR_NOT_FOUND:
        return "check the path";
    case ERR_DENIED:
        return "check its owner and permissions, and that the file system is mounted for writing";
    case ERR_NO_SPACE:
        return "free some space on that file system";
    case ERR_TOO_BIG:
        return "use a shorter path or a smaller file";
    case ERR_EXISTS:
        return "something else stands there: move it away";
    case ERR_IO:
        return "check the device (dmesg)";
    default:
        return "check the path and the device";
    }
}

/* By errno. `what` is a verb: "read", "write". */
static int fail(struct err_text *e, const char *what, const char *path) {
    int saved = errno;
    int code = err_from_errno(saved);
    char reason[96];
    return err_set(e, code, "cannot %s %s: %s; %s", what, path, strerror_r(saved, reason, sizeof reason), remedy(code));
}

int file_read(const char *path, struct buf *b, struct err_text *e) {
    buf_clear(b);
    CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0) return fail(e, "open", path);
    size_t expected = S_ISREG(st.st_mode) && st.st_size > 0 ? (size_t)st.st_size : 0; /* /proc says 0 */
    for (;;) {
        if (expected > b->max || b->len > b->max) break;
        size_t room = b->len < expected ? expected - b->len : b->max - b->len < 4096 ? b->max - b->len : 4096;
        char one = 0;
        if (room > 0 && buf_reserve(b, room) != 0) return err_set(e, b->error, "cannot read %s: out of memory", path);
        ssize_t n =
            room > 0 ? read(fd, b->data + b->len, room) : read(fd, &one, 1); /* at the maximum: only the end may come */
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fail(e, "read", path);
        if (n == 0) return buf_add(b, "", 0);
        if (room == 0) break;
        b->len += (size_t)n;
        b->data[b->len] = '\0';
    }
    return err_set(e, ERR_TOO_BIG, "%s is larger than the %zu bytes allowed: check that it is the right file", path,
                   b->max);
}

static int write_all(int fd, const char *p, size_t n) {
    while (n > 0) {
        ssize_t written = write(fd, p, n);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return -1;
        p += written;
        n -= (size_t)written;
    }
    return 0;
}

/* The folder a path lies in. */
static int folder_of(const char *path, char out[PATH_MAX]) {
    const char *slash = strrchr(path, '/');
    size_t n = slash ? (size_t)(slash - path) : 1;
    if (slash == path) n = 1;
    if (n >= PATH_MAX) return ERR_TOO_BIG;
    memcpy(out, slash ? path : ".", n);
    out[n] = '\0';
    return 0;
}

int file_write(const char *path, const void *bytes, size_t n, mode_t mode, struct err_text *e) {
    char folder[PATH_MAX];
    char temporary[PATH_MAX];
    int length = snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    if (length < 0 || (size_t)length >= sizeof temporary || folder_of(path, folder) != 0) {
        errno = ENAMETOOLONG;
        return fail(e, "write", path);
    }
    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0) return fail(e, "write", path);
    bool ok = write_all(fd, bytes, n) == 0 && fchmod(fd, mode) == 0 && fsync(fd) == 0;
    int saved = errno;
    if (close(fd) != 0 && ok) {
        ok = false;
        saved = errno;
    }
    if (ok && rename(temporary, path) != 0) {
        ok = false;
        saved = errno;
    }
    if (!ok) {
        (void)unlink(temporary);
        errno = saved;
        return fail(e, "write", path);
    }
    return file_sync_dir(folder, e);
}

int file_sync_dir(const char *dir, struct err_text *e) {
    CLEANUP(close_fd) int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0) return fail(e, "sync", dir);
    return 0;
}

/* One folder; durable when it is new. */
static int make_dir(const char *path, mode_t mode, struct err_text *e) {
    char parent[PATH_MAX];
    struct stat st;
    if (mkdir(path, mode) == 0) {
        int r = folder_of(path, parent);
        return r ? r : file_sync_dir(parent, e);
    }
    int saved = errno;
    if (stat(path, &st) == 0) {
        if (S_ISDIR(st.st_mode)) return 0;
        return err_set(e, ERR_CONFLICT, "cannot make the folder %s: a file has that name; move it away", path);
    }
    errno = saved;
    return fail(e, "make the folder", path);
}

int file_make_dirs(const char *path, mode_t mode, struct err_text *e) {
    char part[PATH_MAX];
    size_t n = strlen(path);
    if (n >= sizeof part) {
        errno = ENAMETOOLONG;
        return fail(e, "make the folder", path);
    }
    while (n > 1 && path[n - 1] == '/') n--;
    if (n == 0) return err_set(e, ERR_INVALID, "cannot make a folder without a name: check the path");
    for (size_t i = 1; i <= n; i++) {
        if (i < n && path[i] != '/') continue;
        memcpy(part, path, i);
        part[i] = '\0';
        int r = make_dir(part, mode, e);
        if (r) return r;
    }
    return 0;
}

int file_lock(const char *dir, int *fd, struct err_text *e) {
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/lock", dir);
    if (length < 0 || (size_t)length >= sizeof path) {
        errno = ENAMETOOLONG;
        return fail(e, "lock", dir);
    }
    CLEANUP(close_fd) int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0) return fail(e, "open", path);
    while (flock(lock, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EINTR) continue;
        if (errno == EWOULDBLOCK)
            return err_set(e, ERR_BUSY, "%s is held by another process: only one may use this folder; stop it first",
                           path);
        return fail(e, "lock", path);
    }
    *fd = lock;
    lock = -1;
    return 0;
}
