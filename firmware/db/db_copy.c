/* SPDX-License-Identifier: MIT */
/* Whole databases and large values: online copy, integrity check, pieces of BLOBs. Does not encrypt or compress. */
#include "firmware/base/cleanup.h"
#include "firmware/base/file.h"
#include "firmware/db/db_private.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PAGES_A_STEP 4096

static void finalize(sqlite3_stmt **s) { (void)sqlite3_finalize(*s); }

static int64_t pragma_int(struct db *db, const char *sql) {
    CLEANUP(finalize) sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v2(db->handle, sql, -1, &s, NULL) != SQLITE_OK || sqlite3_step(s) != SQLITE_ROW) return 0;
    return sqlite3_column_int64(s, 0);
}

int64_t db_free_bytes(struct db *db) {
    return pragma_int(db, "PRAGMA freelist_count") * pragma_int(db, "PRAGMA page_size");
}

/* Copies into `to`, and leaves it in one file without a WAL. Returns SQLite's code. */
static int copy(struct db *db, sqlite3 *to) {
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", db->handle, "main");
    if (!backup) return sqlite3_extended_errcode(to);
    int code = SQLITE_OK;
    while (code == SQLITE_OK) code = sqlite3_backup_step(backup, PAGES_A_STEP);
    int finish = sqlite3_backup_finish(backup);
    if (code != SQLITE_DONE) return finish != SQLITE_OK ? finish : code;
    return sqlite3_exec(to, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL);
}

static int sync_file(const char *path) {
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) return -1;
    int r = fsync(fd);
    int saved = errno;
    (void)close(fd);
    errno = saved;
    return r;
}

static int folder_of(const char *path, char out[PATH_MAX]) {
    const char *slash = strrchr(path, '/');
    return snprintf(out, PATH_MAX, "%.*s", slash ? (int)(slash - path) + 1 : 2, slash ? path : "./") < PATH_MAX
               ? 0
               : ERR_TOO_BIG;
}

/* Fills `part`. */
static int copy_to(struct db *db, const char *part, struct err_text *e) {
    struct db target = { 0 };
    (void)unlink(part); /* of an attempt that was cut off */
    int fd = open(part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_set(e, err_from_errno(errno), "cannot create %s: %s; check the folder", part,
                       strerrordesc_np(errno));
    (void)close(fd);
    int code = sqlite3_open_v2(part, &target.handle,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    if (code == SQLITE_OK) code = copy(db, target.handle);
    int r = 0;
    if (code != SQLITE_OK) {
        r = target.handle ? db_fail(&target, code) : ERR_NOMEM;
        memcpy(db->message, target.message, sizeof db->message);
        (void)err_set(e, r, "cannot copy %s to %s: %s; check the room and the device there", db->path, part,
                      db->message);
    }
    (void)sqlite3_close(target.handle);
    return r;
}

int db_backup(struct db *db, const char *path, struct err_text *e) {
    char part[PATH_MAX];
    char folder[PATH_MAX];
    int length = snprintf(part, sizeof part, "%s.part", path);
    if (length < 0 || (size_t)length >= sizeof part || folder_of(path, folder) != 0)
        return err_set(e, ERR_TOO_BIG, "cannot copy to %s: the path is too long", path);
    int r = copy_to(db, part, e);
    if (r == 0 && (sync_file(part) != 0 || rename(part, path) != 0))
        r = err_set(e, err_from_errno(errno), "cannot write %s: %s; check the room and the device there", path,
                    strerrordesc_np(errno));
    if (r) {
        (void)unlink(part);
        return r;
    }
    return file_sync_dir(folder, e);
}

int db_check(struct db *db, struct err_text *e) {
    CLEANUP(finalize) sqlite3_stmt *s = NULL;
    int code = sqlite3_prepare_v2(db->handle, "PRAGMA integrity_check(1)", -1, &s, NULL);
    if (code == SQLITE_OK) code = sqlite3_step(s);
    if (code != SQLITE_ROW) {
        int r = db_fail(db, code == SQLITE_DONE ? SQLITE_CORRUPT : code);
        return err_set(e, r, "%s: %s; restore a backup", db->path, db->message);
    }
    const char *finding = (const char *)sqlite3_column_text(s, 0);
    if (finding && strcmp(finding, "ok") == 0) return 0;
    return err_set(e, ERR_CORRUPT, "%s is damaged: %.200s; restore a backup", db->path, finding ? finding : "?");
}

int db_blob_read(struct db *db, const char *table, const char *column, int64_t rowid, int64_t offset, void *out,
                 size_t n) {
    sqlite3_blob *blob = NULL;
    if (offset < 0 || offset > INT_MAX || n > INT_MAX) return ERR_INVALID;
    int code = sqlite3_blob_open(db->handle, "main", table, column, rowid, 0, &blob);
    if (code != SQLITE_OK) {
        int r = db_fail(db, code);
        return (code & 0xff) == SQLITE_ERROR ? ERR_NOT_FOUND : r; /* no such row, or no such table */
    }
    int r = 0;
    if (offset + (int64_t)n > sqlite3_blob_bytes(blob)) {
        r = ERR_INVALID;
    } else {
        code = sqlite3_blob_read(blob, out, (int)n, (int)offset);
        if (code != SQLITE_OK) r = db_fail(db, code);
    }
    (void)sqlite3_blob_close(blob);
    return r;
}
