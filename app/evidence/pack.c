/* SPDX-License-Identifier: MIT */
/* The ZIP file, by libarchive. Its own file descriptor, so that what reaches the disk is hashed and counted, and a full disk is known as one. */
#include "app/evidence/pack.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/file.h"
#include "firmware/base/text.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_MAX_BYTES = 4000, SUMS_MAX = 64 * 1024 * 1024, NAME_MAX_BYTES = 200 };

struct pack {
    char *path, *part; /* where it shall be, and where it is until then */
    int fd;            /* -1: closed */
    int failed;        /* errno of the first write that failed, or 0 */
    bool begun, done;
    struct wall made;
    struct archive *zip;
    struct archive_entry *entry;
    char name[NAME_MAX_BYTES];
    struct hash *hash, *whole; /* of the entry under way; of the file */
    int64_t bytes;
    struct buf sums;
};

/* libarchive hands over what is to be written; the descriptor stays this file's own. */
static la_ssize_t write_out(struct archive *zip, void *ctx, const void *bytes, size_t n) {
    struct pack *p = ctx;
    ssize_t written;
    do written = write(p->fd, bytes, n);
    while (written < 0 && errno == EINTR);
    if (written < 0) {
        if (!p->failed) p->failed = errno;
        archive_set_error(zip, errno, "write");
        return -1;
    }
    hash_update(p->whole, bytes, (size_t)written);
    p->bytes += written;
    return written;
}

static int open_part(struct pack *p, struct err_text *e) {
    if (access(p->path, F_OK) == 0)
        return err_set(e, ERR_EXISTS, "there is a file %s already: remove it, or choose another name", p->path);
    p->fd = open(p->part, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (p->fd < 0) {
        int failed = errno;
        return err_set(
            e, err_from_errno(failed),
            "%s cannot be written: %s; choose a folder that exists and that the owner of the data folder may "
            "write to, such as /var/tmp",
            p->part, strerror(failed));
    }
    if (flock(p->fd, LOCK_EX | LOCK_NB) != 0) {
        (void)close(p->fd);
        p->fd = -1;
        return err_set(e, ERR_BUSY, "another program is writing %s: wait for it, or choose another name", p->part);
    }
    p->begun = true;
    if (ftruncate(p->fd, 0) != 0) return err_set(e, err_from_errno(errno), "%s: %s", p->part, strerror(errno));
    return 0;
}

static int open_zip(struct pack *p) {
    p->zip = archive_write_new();
    p->entry = archive_entry_new();
    if (!p->zip || !p->entry) return ERR_NOMEM;
    if (archive_write_set_format_zip(p->zip) != ARCHIVE_OK || archive_write_add_filter_none(p->zip) != ARCHIVE_OK ||
        archive_write_set_bytes_in_last_block(p->zip, 1) != ARCHIVE_OK)
        return ERR_UNSUPPORTED;
    return archive_write_open(p->zip, p, NULL, write_out, NULL) == ARCHIVE_OK ? 0 : ERR_IO;
}

int pack_create(const char *path, struct wall made, struct pack **out, struct err_text *e) {
    if (!path[0] || strlen(path) > PATH_MAX_BYTES)
        return err_set(e, ERR_INVALID, "the file's name has to have 1 to %d bytes", PATH_MAX_BYTES);
    struct pack *p = calloc(1, sizeof *p);
    if (!p) return err_set(e, ERR_NOMEM, "out of memory");
    p->fd = -1;
    p->made = made;
    buf_init(&p->sums, SUMS_MAX);
    size_t n = strlen(path) + sizeof ".part";
    p->path = strdup(path);
    p->part = malloc(n);
    int rc = p->path && p->part ? hash_create(&p->whole) : ERR_NOMEM;
    if (!rc) {
        (void)snprintf(p->part, n, "%s.part", path);
        rc = open_part(p, e);
        if (!rc) rc = open_zip(p);
    }
    if (rc) {
        if (e && !e->text[0]) (void)err_set(e, rc, "%s cannot be begun: %s", path, err_name(rc));
        pack_destroy(p);
        return rc;
    }
    *out = p;
    return 0;
}

void pack_destroy(struct pack *p) {
    if (!p) return;
    /* What libarchive still wants to write belongs to a file that is thrown away. */
    if (p->zip && !p->done) (void)archive_write_fail(p->zip);
    if (p->zip) (void)archive_write_free(p->zip);
    archive_entry_free(p->entry);
    if (p->begun && !p->done) (void)unlink(p->part);
    if (p->fd >= 0) (void)close(p->fd);
    hash_destroy(p->hash);
    hash_destroy(p->whole);
    buf_fini(&p->sums);
    free(p->path);
    free(p->part);
    free(p);
}

static int failed(const struct pack *p) { return p->failed ? err_from_errno(p->failed) : ERR_IO; }

int pack_begin(struct pack *p, const char *name, int64_t size, bool stored) {
    int rc = text_copy(p->name, sizeof p->name, name);
    if (!rc) rc = hash_create(&p->hash);
    if (rc) return rc;
    (void)archive_entry_clear(p->entry);
    archive_entry_set_pathname(p->entry, name);
    archive_entry_set_filetype(p->entry, AE_IFREG);
    archive_entry_set_perm(p->entry, 0644);
    archive_entry_set_mtime(p->entry, p->made.ms / 1000, 0);
    if (size >= 0) archive_entry_set_size(p->entry, size);
    int way =
        stored ? archive_write_zip_set_compression_store(p->zip) : archive_write_zip_set_compression_deflate(p->zip);
    if (way != ARCHIVE_OK) return ERR_UNSUPPORTED;
    return archive_write_header(p->zip, p->entry) == ARCHIVE_OK ? 0 : failed(p);
}

int pack_write(struct pack *p, const void *bytes, size_t n) {
    const char *from = bytes;
    hash_update(p->hash, bytes, n);
    while (n > 0) {
        la_ssize_t written = archive_write_data(p->zip, from, n);
        if (written <= 0) return failed(p);
        from += written;
        n -= (size_t)written;
    }
    return 0;
}

int pack_end(struct pack *p) {
    uint8_t hash[HASH_SIZE];
    char text[HASH_TEXT_SIZE];
    if (archive_write_finish_entry(p->zip) != ARCHIVE_OK) return failed(p);
    hash_final(STEAL_PTR(p->hash), hash);
    text_hex(hash, HASH_SIZE, text);
    return buf_addf(&p->sums, "%s  %s\n", text, p->name);
}

int pack_put(struct pack *p, const char *name, const void *bytes, size_t n) {
    int rc = pack_begin(p, name, (int64_t)n, false);
    if (!rc) rc = pack_write(p, bytes, n);
    return rc ? rc : pack_end(p);
}

int pack_seal(struct pack *p, char sha256[HASH_TEXT_SIZE]) {
    struct buf sums = p->sums;
    buf_init(&p->sums, SUMS_MAX);
    int rc = sums.error;
    if (!rc) {
        hash_sha256_text(sums.len ? sums.data : "", sums.len, sha256);
        rc = pack_put(p, PACK_SUMS, sums.len ? sums.data : "", sums.len);
    }
    buf_fini(&sums);
    return rc;
}

int pack_finish(struct pack *p, char sha256[HASH_TEXT_SIZE], int64_t *bytes, struct err_text *e) {
    uint8_t hash[HASH_SIZE];
    if (archive_write_close(p->zip) != ARCHIVE_OK) return pack_error(p, failed(p), e);
    if (fsync(p->fd) != 0) {
        p->failed = errno;
        return pack_error(p, failed(p), e);
    }
    if (access(p->path, F_OK) == 0)
        return err_set(e, ERR_EXISTS, "meanwhile there is a file %s: choose another name", p->path);
    if (rename(p->part, p->path) != 0) {
        p->failed = errno;
        return pack_error(p, failed(p), e);
    }
    p->done = true;
    hash_final(STEAL_PTR(p->whole), hash);
    text_hex(hash, HASH_SIZE, sha256);
    *bytes = p->bytes;
    return file_sync_dir(dirname(p->part), e);
}

int pack_error(const struct pack *p, int rc, struct err_text *e) {
    if (!p->failed) return err_set(e, rc, "%s cannot be written: %s", p->path, err_name(rc));
    bool full = rc == ERR_NO_SPACE;
    bool large = p->failed == EFBIG;
    return err_set(e, rc, "%s cannot be written: %s%s; nothing of it is left", p->path, strerror(p->failed),
                   full ? "; write it to another disk (--out), or take fewer days (--from, --to)"
                   : large
                       ? "; its file system takes no file as large as this: write it to another disk (--out), or take "
                         "fewer days (--from, --to)"
                       : "");
}
