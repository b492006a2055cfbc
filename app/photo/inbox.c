/* SPDX-License-Identifier: MIT */
/* Partial uploads as files. The size of partial/<id> is the offset; the description beside it is written once, before it, and removed last,
 * so that whatever is killed leaves either an upload to go on with or a description of nothing, which is forgotten. */
#include "app/photo/inbox.h"

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

#define PATH_SIZE 640
#define TEXT_MAX  (8u * 1024u) /* bytes of a description */

struct tus_file {
    int fd;
};

static void close_fd(int *fd) {
    if (*fd >= 0) (void)close(*fd);
}

static void close_folder(DIR **folder) {
    if (*folder != NULL) (void)closedir(*folder);
}

static void partial_path(const struct blob_dir *d, const char *id, const char *suffix, char out[PATH_SIZE]) {
    snprintf(out, PATH_SIZE, "%s/%s%s", blob_dir_partial(d), id, suffix);
}

static enum blob_variant variant_of(bool thumb) { return thumb ? BLOB_THUMB : BLOB_ORIGINAL; }

/* ---- the description ---- */

static int print_upload(const struct tus_upload *u, struct buf *out) {
    struct json_out w;
    json_start(&w, out);
    json_open(&w, NULL, '{');
    json_put_text(&w, "board", u->board);
    json_put_text(&w, "photo", u->photo);
    json_put_text(&w, "sha256", u->sha256);
    json_put_text(&w, "filetype", u->filetype);
    json_put_bool(&w, "thumb", u->thumb);
    json_put_int(&w, "length", u->length);
    json_put_int(&w, "created", u->created.ms);
    json_put_text(&w, "metadata", u->metadata);
    json_close(&w, '}');
    return out->error;
}

static int get_text(const struct json *root, const char *name, char *out, size_t size) {
    const char *text = "";
    int err = json_get_text(root, "", name, JSON_REQUIRED, size - 1, &text, NULL);
    return err ? err : text_copy(out, size, text);
}

static int parse_upload(const struct json *root, struct tus_upload *u) {
    int err = get_text(root, "board", u->board, sizeof u->board);
    if (!err) err = get_text(root, "photo", u->photo, sizeof u->photo);
    if (!err) err = get_text(root, "sha256", u->sha256, sizeof u->sha256);
    if (!err) err = get_text(root, "filetype", u->filetype, sizeof u->filetype);
    if (!err) err = get_text(root, "metadata", u->metadata, sizeof u->metadata);
    if (!err) err = json_get_bool(root, "", "thumb", JSON_REQUIRED, &u->thumb, NULL);
    if (!err) err = json_get_int(root, "", "length", JSON_REQUIRED, 1, TUS_ORIGINAL_MAX, &u->length, NULL);
    if (!err) err = json_get_int(root, "", "created", JSON_REQUIRED, 0, INT64_MAX, &u->created.ms, NULL);
    if (!err && !text_is_hex(u->sha256, 64)) err = ERR_INVALID;
    return err;
}

static int read_upload(const struct blob_dir *d, const char *id, struct tus_upload *out) {
    char path[PATH_SIZE];
    CLEANUP(buf_fini) struct buf text = { 0 };
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    buf_init(&text, TEXT_MAX);
    if (!ids_is_uuid7(id)) return ERR_NOT_FOUND;
    partial_path(d, id, ".json", path);
    int err = file_read(path, &text, NULL);
    if (err) return err;
    err = json_parse(text.data, text.len, &root, NULL);
    if (err == ERR_NOMEM) return err;
    struct tus_upload u = { .length = 0 };
    if (!err) err = parse_upload(root, &u);
    if (!err) err = text_copy(u.id, sizeof u.id, id);
    if (err) return ERR_CORRUPT;
    *out = u;
    return 0;
}

/* ---- storage of sync/hub/tus.h ---- */

static int inbox_remove(void *ctx, const char *id) {
    const struct blob_dir *d = ctx;
    char path[PATH_SIZE], described[PATH_SIZE];
    partial_path(d, id, "", path);
    partial_path(d, id, ".json", described);
    if (unlink(path) != 0 && errno != ENOENT) return err_from_errno(errno);
    if (unlink(described) != 0) return err_from_errno(errno);
    return file_sync_dir(blob_dir_partial(d), NULL);
}

static int inbox_create(void *ctx, const struct tus_upload *u) {
    const struct blob_dir *d = ctx;
    char path[PATH_SIZE];
    CLEANUP(buf_fini) struct buf text = { 0 };
    buf_init(&text, TEXT_MAX);
    int err = print_upload(u, &text);
    if (err) return err;
    partial_path(d, u->id, "", path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (fd < 0) return err_from_errno(errno);
    err = close(fd) != 0 ? err_from_errno(errno) : 0;
    partial_path(d, u->id, ".json", path);
    if (!err) err = file_write(path, text.data, text.len, 0640, NULL); /* syncs the folder, with both names */
    if (err) {
        partial_path(d, u->id, "", path);
        unlink(path);
    }
    return err;
}

static int inbox_load(void *ctx, const char *id, struct tus_upload *out, int64_t *offset) {
    const struct blob_dir *d = ctx;
    char path[PATH_SIZE];
    struct stat st;
    struct tus_upload u;
    int err = read_upload(d, id, &u);
    if (err) return err;
    partial_path(d, id, "", path);
    CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return err_from_errno(errno);
    if (fstat(fd, &st) != 0 || fdatasync(fd) != 0) return err_from_errno(errno);
    *out = u;
    *offset = st.st_size < u.length ? st.st_size : u.length;
    return 0;
}

static int inbox_open(void *ctx, const char *id, struct tus_file **out) {
    const struct blob_dir *d = ctx;
    char path[PATH_SIZE];
    struct tus_file *f = calloc(1, sizeof *f);
    if (f == NULL) return ERR_NOMEM;
    partial_path(d, id, "", path);
    f->fd = open(path, O_WRONLY | O_CLOEXEC);
    if (f->fd < 0) {
        int err = err_from_errno(errno);
        free(f);
        return err;
    }
    *out = f;
    return 0;
}

static int inbox_write(struct tus_file *f, int64_t offset, const void *bytes, size_t n) {
    for (size_t at = 0; at < n;) {
        ssize_t wrote = pwrite(f->fd, (const char *)bytes + at, n - at, offset + (off_t)at);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote < 0) return err_from_errno(errno);
        at += (size_t)wrote;
    }
    return 0;
}

static int inbox_truncate(struct tus_file *f, int64_t bytes) {
    return ftruncate(f->fd, bytes) == 0 ? 0 : err_from_errno(errno);
}

static int inbox_close(struct tus_file *f, bool sync) {
    int err = sync && fsync(f->fd) != 0 ? err_from_errno(errno) : 0;
    if (close(f->fd) != 0 && !err) err = err_from_errno(errno);
    free(f);
    return err;
}

/* Hashes what the device holds: the page cache is asked to forget it first. */
static int hash_file(int fd, int64_t *bytes, char out[HASH_TEXT_SIZE]) {
    CLEANUP(free_ptr) uint8_t *piece = malloc(BLOB_PIECE_MAX);
    struct hash *hash = NULL;
    if (piece == NULL) return ERR_NOMEM;
    if (fsync(fd) != 0) return err_from_errno(errno);
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    int err = hash_create(&hash);
    if (err) return err;
    int64_t at = 0;
    for (;;) {
        ssize_t got = pread(fd, piece, BLOB_PIECE_MAX, at);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) {
            err = err_from_errno(errno);
            hash_destroy(hash);
            return err;
        }
        if (got == 0) break;
        hash_update(hash, piece, (size_t)got);
        at += got;
    }
    uint8_t digest[HASH_SIZE];
    hash_final(hash, digest);
    text_hex(digest, sizeof digest, out);
    *bytes = at;
    return 0;
}

static int inbox_finish(void *ctx, const struct tus_upload *u) {
    struct blob_dir *d = ctx;
    char path[PATH_SIZE], sha256[HASH_TEXT_SIZE];
    int64_t bytes = 0;
    partial_path(d, u->id, "", path);
    CLEANUP(close_fd) int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) return err_from_errno(errno);
    int err = hash_file(fd, &bytes, sha256);
    if (err) return err;
    if (bytes != u->length || strcmp(sha256, u->sha256) != 0) {
        err = inbox_remove(ctx, u->id);
        return err ? err : ERR_CORRUPT;
    }
    err = blob_dir_adopt(d, variant_of(u->thumb), u->sha256, path, bytes);
    if (err) return err;
    err = inbox_remove(ctx, u->id);
    if (err) log_warn("upload %s: taken in, but its description stays: %s", u->id, err_name(err));
    return 0;
}

static bool inbox_has(void *ctx, bool thumb, const char *sha256) {
    return blobs_has(blob_dir_blobs(ctx), variant_of(thumb), sha256);
}

static int inbox_room(void *ctx, int64_t bytes) {
    struct blob_dir *d = ctx;
    struct disk_room room;
    int err = blobs_room(blob_dir_blobs(d), &room);
    if (err) return err;
    return room.free_bytes - bytes < room.total_bytes / 100 * blob_dir_reserve(d) ? ERR_NO_SPACE : 0;
}

/* ---- going through what is there ---- */

/* One upload's description: told, or tidied away when there is nothing behind it. */
static void visit(struct blob_dir *d, const char *id, void (*fn)(void *, const struct tus_upload *, struct wall),
                  void *fn_ctx) {
    char path[PATH_SIZE];
    struct stat st;
    struct tus_upload u;
    int err = read_upload(d, id, &u);
    partial_path(d, id, "", path);
    if (err == 0 && stat(path, &st) == 0) {
        fn(fn_ctx, &u, (struct wall){ (int64_t)st.st_mtim.tv_sec * 1000 });
    } else if (err == 0 || err == ERR_CORRUPT) {
        if (err) log_warn("upload %s: its description cannot be read; removed, the board sends it again", id);
        if (inbox_remove(d, id) != 0) log_warn("upload %s: cannot be removed", id);
    }
}

static int inbox_each(void *ctx, void (*fn)(void *, const struct tus_upload *, struct wall), void *fn_ctx) {
    struct blob_dir *d = ctx;
    char path[PATH_SIZE];
    CLEANUP(close_folder) DIR *folder = opendir(blob_dir_partial(d));
    if (folder == NULL) return err_from_errno(errno);
    const struct dirent *entry;
    while ((entry = readdir(folder)) != NULL) {
        char id[ID_SIZE];
        const char *dot = strchr(entry->d_name, '.');
        size_t n = dot == NULL ? strlen(entry->d_name) : (size_t)(dot - entry->d_name);
        if (n != ID_SIZE - 1) continue;
        memcpy(id, entry->d_name, n);
        id[n] = '\0';
        if (!ids_is_uuid7(id)) continue;
        if (dot != NULL && strcmp(dot, ".json") == 0) {
            visit(d, id, fn, fn_ctx);
        } else {
            /* bytes without a description, or half a description: a creation that was killed, unless it goes on just now */
            struct stat st;
            partial_path(d, id, ".json", path);
            if (access(path, F_OK) != 0 && fstatat(dirfd(folder), entry->d_name, &st, 0) == 0 &&
                clock_wall().ms / 1000 - st.st_mtim.tv_sec > 3600)
                (void)unlinkat(dirfd(folder), entry->d_name, 0);
        }
    }
    return 0;
}

struct tus_store inbox_store(struct blob_dir *d) {
    return (struct tus_store){ .ctx = d,
                               .create = inbox_create,
                               .load = inbox_load,
                               .open = inbox_open,
                               .write = inbox_write,
                               .truncate = inbox_truncate,
                               .close = inbox_close,
                               .finish = inbox_finish,
                               .remove = inbox_remove,
                               .has = inbox_has,
                               .room = inbox_room,
                               .each = inbox_each };
}
