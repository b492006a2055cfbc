/* SPDX-License-Identifier: MIT */
/* Photo bytes as files. A file under its final name is complete, durable and never written again: it is made in partial/, fsynced and
 * renamed. Receiving from boards is inbox.c's business. */
#include "app/photo/blob_dir.h"

#include "app/photo/blob_count.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/file.h"
#include "firmware/base/json.h"
#include "firmware/base/log.h"
#include "firmware/base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RESERVE_PERCENT 5
#define STALE_S         3600
#define DIR_SIZE        400
#define PATH_SIZE       512

struct blob_dir {
    struct blobs blobs; /* first: see struct blobs */
    char dir[DIR_SIZE];
    char originals[PATH_SIZE], thumbs[PATH_SIZE], dropped[PATH_SIZE], unsettled[PATH_SIZE], partial[PATH_SIZE];
    int64_t reserve_percent;
    struct blob_count count;
};

static struct blob_dir *dir_of(struct blobs *b) { return (struct blob_dir *)b; }

static void close_fd(int *fd) {
    if (*fd >= 0) (void)close(*fd);
}

static void close_folder(DIR **folder) {
    if (*folder != NULL) (void)closedir(*folder);
}

/* ---- paths ---- */

#define LEAF_SIZE (PATH_SIZE + 80)

static void folder_path(const struct blob_dir *d, enum blob_variant variant, const char *sha256, char out[LEAF_SIZE]) {
    snprintf(out, LEAF_SIZE, "%s/%.2s", variant == BLOB_THUMB ? d->thumbs : d->originals, sha256);
}

static void blob_path(const struct blob_dir *d, enum blob_variant variant, const char *sha256, char out[LEAF_SIZE]) {
    snprintf(out, LEAF_SIZE, "%s/%.2s/%s", variant == BLOB_THUMB ? d->thumbs : d->originals, sha256, sha256);
}

static void dropped_path(const struct blob_dir *d, const char *sha256, char out[LEAF_SIZE]) {
    snprintf(out, LEAF_SIZE, "%s/%s", d->dropped, sha256);
}

static void unsettled_path(const struct blob_dir *d, const char *photo, char out[LEAF_SIZE]) {
    snprintf(out, LEAF_SIZE, "%s/%s.json", d->unsettled, photo);
}

/* ---- reading ---- */

/* What to say of a blob that has no file. */
static int missing(const struct blob_dir *d, enum blob_variant variant, const char *sha256) {
    char path[LEAF_SIZE];
    dropped_path(d, sha256, path);
    return variant == BLOB_ORIGINAL && access(path, F_OK) == 0 ? ERR_GONE : ERR_NOT_FOUND;
}

static int dir_size(struct blobs *b, enum blob_variant variant, const char *sha256, int64_t *out) {
    const struct blob_dir *d = dir_of(b);
    char path[LEAF_SIZE];
    struct stat st;
    blob_path(d, variant, sha256, path);
    if (stat(path, &st) != 0) return errno == ENOENT ? missing(d, variant, sha256) : err_from_errno(errno);
    *out = st.st_size;
    return 0;
}

static int dir_read(struct blobs *b, enum blob_variant variant, const char *sha256, int64_t offset, void *out,
                    size_t n) {
    const struct blob_dir *d = dir_of(b);
    char path[LEAF_SIZE];
    blob_path(d, variant, sha256, path);
    CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return errno == ENOENT ? missing(d, variant, sha256) : err_from_errno(errno);
    for (size_t at = 0; at < n;) {
        ssize_t got = pread(fd, (char *)out + at, n - at, offset + (off_t)at);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return err_from_errno(errno);
        if (got == 0) return ERR_INVALID;
        at += (size_t)got;
    }
    return 0;
}

static int dir_dropped_at(struct blobs *b, const char *sha256, struct wall *out) {
    const struct blob_dir *d = dir_of(b);
    char path[LEAF_SIZE];
    struct stat st;
    dropped_path(d, sha256, path);
    if (blobs_has(b, BLOB_ORIGINAL, sha256) || stat(path, &st) != 0) return ERR_NOT_FOUND;
    *out = (struct wall){ (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000 };
    return 0;
}

static int dir_room(struct blobs *b, struct disk_room *out) { return disk_room(dir_of(b)->dir, out); }

static struct blob_counts dir_counts(struct blobs *b) { return blob_count_get(&dir_of(b)->count); }

/* ---- writing ---- */

int blob_dir_adopt(struct blob_dir *d, enum blob_variant variant, const char *sha256, const char *path, int64_t bytes) {
    char target[LEAF_SIZE], folder[LEAF_SIZE], mark[LEAF_SIZE];
    blob_path(d, variant, sha256, target);
    folder_path(d, variant, sha256, folder);
    pthread_mutex_lock(&d->count.mutex);
    bool there = access(target, F_OK) == 0;
    int err = 0;
    if (there ? unlink(path) != 0 : rename(path, target) != 0) err = err_from_errno(errno);
    if (!err && !there) blob_count_change(&d->count, variant, sha256, bytes, 1);
    pthread_mutex_unlock(&d->count.mutex);
    if (!err) err = file_sync_dir(folder, NULL);
    if (!err && variant == BLOB_ORIGINAL) {
        dropped_path(d, sha256, mark);
        unlink(mark); /* its being left behind does no harm: what is stored counts */
    }
    return err;
}

static int write_file(int fd, const void *bytes, size_t n) {
    for (size_t at = 0; at < n;) {
        ssize_t wrote = write(fd, (const char *)bytes + at, n - at);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote < 0) return err_from_errno(errno);
        at += (size_t)wrote;
    }
    return fsync(fd) == 0 ? 0 : err_from_errno(errno);
}

static int put_file(struct blob_dir *d, enum blob_variant variant, const char *sha256, const void *bytes, size_t n) {
    char path[LEAF_SIZE];
    if (blobs_has(&d->blobs, variant, sha256)) return 0;
    snprintf(path, sizeof path, "%s/put.XXXXXX", d->partial);
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0) return err_from_errno(errno);
    int err = fchmod(fd, 0640) != 0 ? err_from_errno(errno) : write_file(fd, bytes, n);
    if (close(fd) != 0 && !err) err = err_from_errno(errno);
    if (!err) err = blob_dir_adopt(d, variant, sha256, path, (int64_t)n);
    if (err) unlink(path);
    return err;
}

static int put_unsettled(const struct blob_dir *d, const struct blob_put *put, struct err_text *e) {
    char path[LEAF_SIZE];
    struct buf text;
    struct json_out w;
    buf_init(&text, BLOB_META_MAX + 1024);
    json_start(&w, &text);
    json_open(&w, NULL, '{');
    json_put_text(&w, "sha256", put->sha256);
    json_put_raw(&w, "meta", put->meta, strlen(put->meta));
    json_close(&w, '}');
    unsettled_path(d, put->photo, path);
    int err = text.error ? err_set(e, text.error, "the metadata of photo %s cannot be kept", put->photo)
                         : file_write(path, text.data, text.len, 0640, e);
    buf_fini(&text);
    return err;
}

static int dir_put(struct blobs *b, const struct blob_put *put, struct err_text *e) {
    struct blob_dir *d = dir_of(b);
    struct disk_room room;
    if (!blobs_has(b, BLOB_ORIGINAL, put->sha256)) {
        int err = disk_room(d->dir, &room);
        if (err) return err_set(e, err, "%s: the free space cannot be read", d->dir);
        if (room.free_bytes - (int64_t)put->n < room.total_bytes / 100 * d->reserve_percent)
            return err_set(e, ERR_NO_SPACE, "%s: less than %d %% of the disk would stay free; make room or add a disk",
                           d->dir, (int)d->reserve_percent);
    }
    int err = put->thumb_sha256 == NULL ? 0 : put_file(d, BLOB_THUMB, put->thumb_sha256, put->thumb, put->thumb_n);
    if (!err) err = put_file(d, BLOB_ORIGINAL, put->sha256, put->bytes, put->n);
    if (err) return err_set(e, err, "%s: a photo cannot be stored: %s; check the disk", d->dir, err_name(err));
    return put_unsettled(d, put, e);
}

static int dir_drop(struct blobs *b, const char *sha256) {
    struct blob_dir *d = dir_of(b);
    char path[LEAF_SIZE], mark[LEAF_SIZE], folder[LEAF_SIZE];
    int64_t bytes = 0;
    int err = dir_size(b, BLOB_ORIGINAL, sha256, &bytes);
    if (err) return err == ERR_GONE ? 0 : err;
    dropped_path(d, sha256, mark);
    blob_path(d, BLOB_ORIGINAL, sha256, path);
    folder_path(d, BLOB_ORIGINAL, sha256, folder);
    err = file_write(mark, "", 0, 0640, NULL);
    if (err) return err;
    pthread_mutex_lock(&d->count.mutex);
    if (unlink(path) == 0)
        blob_count_change(&d->count, BLOB_ORIGINAL, sha256, bytes, -1);
    else if (errno != ENOENT)
        err = err_from_errno(errno);
    pthread_mutex_unlock(&d->count.mutex);
    return err ? err : file_sync_dir(folder, NULL);
}

/* ---- photos without an event ---- */

/* The id in a name "<uuid>.json". */
static bool unsettled_name(const char *name, char photo[ID_SIZE]) {
    if (strlen(name) != ID_SIZE - 1 + 5 || strcmp(name + ID_SIZE - 1, ".json") != 0) return false;
    memcpy(photo, name, ID_SIZE - 1);
    photo[ID_SIZE - 1] = '\0';
    return ids_is_uuid7(photo);
}

static int by_id(const void *a, const void *b) { return strcmp(a, b); }

/* All ids, sorted. Owns: *out is the caller's. */
static int list_unsettled(const struct blob_dir *d, char (**out)[ID_SIZE], size_t *n) {
    CLEANUP(close_folder) DIR *folder = opendir(d->unsettled);
    if (folder == NULL) return err_from_errno(errno);
    char(*ids)[ID_SIZE] = NULL;
    size_t count = 0, cap = 0;
    const struct dirent *entry;
    while ((entry = readdir(folder)) != NULL) {
        char id[ID_SIZE];
        if (!unsettled_name(entry->d_name, id)) continue;
        if (count == cap) {
            void *more = realloc(ids, (cap = cap ? 2 * cap : 64) * sizeof *ids);
            if (more == NULL) {
                free(ids);
                return ERR_NOMEM;
            }
            ids = more;
        }
        memcpy(ids[count++], id, ID_SIZE);
    }
    if (count > 0) qsort(ids, count, sizeof *ids, by_id);
    *out = ids;
    *n = count;
    return 0;
}

static int tell_unsettled(const struct blob_dir *d, const char photo[ID_SIZE], blobs_unsettled_fn fn, void *ctx) {
    char path[LEAF_SIZE];
    struct blob_unsettled found = { .meta = NULL };
    CLEANUP(buf_fini) struct buf text = { 0 };
    CLEANUP(buf_fini) struct buf meta = { 0 };
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    buf_init(&text, BLOB_META_MAX + 1024);
    buf_init(&meta, BLOB_META_MAX + 1024);
    unsettled_path(d, photo, path);
    int err = file_read(path, &text, NULL);
    if (err == ERR_NOT_FOUND) return 0; /* settled just now */
    if (!err) {
        const char *sha256 = NULL;
        err = json_parse(text.data, text.len, &root, NULL);
        if (!err) err = json_get_text(root, "", "sha256", JSON_REQUIRED, 64, &sha256, NULL);
        if (!err) err = text_copy(found.sha256, sizeof found.sha256, sha256);
        if (!err) err = text_copy(found.photo, sizeof found.photo, photo);
        if (!err) err = json_print(json_member(root, "meta"), &meta);
        found.meta = meta.data;
        if (err == ERR_NOMEM) return err;
        if (err) { /* one bad file shall not keep the others from being adopted */
            log_warn("%s: cannot be read: %s; left as it is", path, err_name(err));
            return 0;
        }
        err = fn(ctx, &found);
    }
    return err;
}

static int dir_unsettled(struct blobs *b, blobs_unsettled_fn fn, void *ctx) {
    const struct blob_dir *d = dir_of(b);
    char(*ids)[ID_SIZE] = NULL;
    size_t n = 0;
    int err = list_unsettled(d, &ids, &n);
    for (size_t i = 0; i < n && err >= 0; i++) err = tell_unsettled(d, ids[i], fn, ctx);
    free(ids);
    return err < 0 ? err : 0;
}

static int dir_settle(struct blobs *b, const char (*photos)[ID_SIZE], size_t n) {
    const struct blob_dir *d = dir_of(b);
    for (size_t i = 0; i < n; i++) {
        char path[LEAF_SIZE];
        if (!ids_is_uuid7(photos[i])) return ERR_INVALID;
        unsettled_path(d, photos[i], path);
        if (unlink(path) != 0 && errno != ENOENT) return err_from_errno(errno);
    }
    return file_sync_dir(d->unsettled, NULL);
}

static const struct blobs_ops dir_ops = { dir_put,       dir_size,   dir_read, dir_drop,  dir_dropped_at,
                                          dir_unsettled, dir_settle, dir_room, dir_counts };

/* ---- opening ---- */

static int make_folders(const struct blob_dir *d, const char *root, struct err_text *e) {
    int err = file_make_dirs(root, 0750, e);
    if (err) return err;
    for (unsigned i = 0; i < 256; i++) {
        char path[LEAF_SIZE];
        snprintf(path, sizeof path, "%s/%02x", root, i);
        if (mkdir(path, 0750) != 0 && errno != EEXIST) {
            err = err_from_errno(errno);
            return err_set(e, err, "cannot make the folder %s: %s; check owner and permissions of %s", path,
                           err_name(err), d->dir);
        }
    }
    return file_sync_dir(root, e);
}

/* What a killed put left behind. Another program may be putting just now (a command beside the hub opens the folder, too), so only what is old
 * goes. */
static void sweep_puts(const struct blob_dir *d) {
    CLEANUP(close_folder) DIR *folder = opendir(d->partial);
    const struct dirent *entry;
    struct stat st;
    while (folder != NULL && (entry = readdir(folder)) != NULL)
        if (text_starts(entry->d_name, "put.") &&
            fstatat(dirfd(folder), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            clock_wall().ms / 1000 - st.st_mtim.tv_sec > STALE_S)
            (void)unlinkat(dirfd(folder), entry->d_name, 0);
}

static int prepare(struct blob_dir *d, struct err_text *e) {
    snprintf(d->originals, sizeof d->originals, "%s/originals", d->dir);
    snprintf(d->thumbs, sizeof d->thumbs, "%s/thumbs", d->dir);
    snprintf(d->dropped, sizeof d->dropped, "%s/dropped", d->dir);
    snprintf(d->unsettled, sizeof d->unsettled, "%s/unsettled", d->dir);
    snprintf(d->partial, sizeof d->partial, "%s/partial", d->dir);
    int err = file_make_dirs(d->dir, 0750, e);
    if (!err) err = make_folders(d, d->originals, e);
    if (!err) err = make_folders(d, d->thumbs, e);
    if (!err) err = file_make_dirs(d->dropped, 0750, e);
    if (!err) err = file_make_dirs(d->unsettled, 0750, e);
    if (!err) err = file_make_dirs(d->partial, 0750, e);
    if (err) return err;
    sweep_puts(d);
    err = blob_count_start(&d->count, d->originals, d->thumbs);
    return err ? err_set(e, err, "%s: %s", d->dir, err_name(err)) : 0;
}

int blob_dir_open(const char *dir, int64_t reserve_percent, struct blob_dir **out, struct err_text *e) {
    struct blob_dir *d = calloc(1, sizeof *d);
    if (d == NULL) return err_set(e, ERR_NOMEM, "out of memory");
    d->blobs.ops = &dir_ops;
    d->reserve_percent = reserve_percent > 0 ? reserve_percent : RESERVE_PERCENT;
    int err = text_copy(d->dir, sizeof d->dir, dir);
    err = err ? err_set(e, err, "the name of the photo folder is longer than %d bytes", DIR_SIZE - 1) : prepare(d, e);
    if (err) {
        blob_dir_close(d);
        return err;
    }
    *out = d;
    return 0;
}

void blob_dir_close(struct blob_dir *d) {
    if (d == NULL) return;
    blob_count_stop(&d->count);
    free(d);
}

struct blobs *blob_dir_blobs(struct blob_dir *d) {
    return &d->blobs;
}

const char *blob_dir_partial(const struct blob_dir *d) { return d->partial; }

int64_t blob_dir_reserve(const struct blob_dir *d) { return d->reserve_percent; }
