/* SPDX-License-Identifier: MIT */
/* One SQLite connection: opening by profile, errors, transactions and the statement cache. Does not share handles between
 * threads, does not retry and does not log. Copies and checks of whole databases are in db_copy.c. */
#include "firmware/db/db.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/file.h"
#include "firmware/db/db_private.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUSY_MS      5000
/* KiB. Above the largest photo (16 MiB): a cache that spills writes the same pages twice, to the journal's cost. */
#define PHOTOS_CACHE "-20480"
/* Bytes; of files that are new. What a record or a photo changes is a few numbers in each of some 15 pages, all of which are written: at 4096 that
 * is half as much again to the device, at 1024 a long batch takes longer. The WAL goes back into the file at 4 MB, as it does by SQLite's default. */
#define PAGE_BYTES   "2048"
#define WAL_PAGES    "2000"

static bool is_reader(enum db_profile profile) { return profile == DB_JOURNAL_READER || profile == DB_PHOTOS_READER; }
static bool is_photos(enum db_profile profile) { return profile == DB_PHOTOS || profile == DB_PHOTOS_READER; }

/* ---- errors ---- */

static int from_os(sqlite3 *handle, int otherwise) {
    int saved = sqlite3_system_errno(handle);
    return saved ? err_from_errno(saved) : otherwise;
}

static int map(sqlite3 *handle, int code) {
    switch (code & 0xff) {
    case SQLITE_NOMEM:
        return ERR_NOMEM;
    case SQLITE_FULL:
        return ERR_NO_SPACE;
    case SQLITE_IOERR:
        if (code == SQLITE_IOERR_NOMEM) return ERR_NOMEM;
        return from_os(handle, ERR_IO) == ERR_NO_SPACE ? ERR_NO_SPACE : ERR_IO;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_FORMAT:
        return ERR_CORRUPT;
    case SQLITE_CONSTRAINT:
        return ERR_CONFLICT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
        return ERR_BUSY;
    case SQLITE_TOOBIG:
        return ERR_TOO_BIG;
    case SQLITE_CANTOPEN:
        return from_os(handle, ERR_IO);
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY:
        return ERR_DENIED;
    case SQLITE_INTERRUPT:
        return ERR_GONE;
    case SQLITE_ERROR:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
    case SQLITE_MISUSE:
        return ERR_INVALID;
    default:
        return ERR_IO;
    }
}

int db_fail(struct db *db, int code) {
    (void)snprintf(db->message, sizeof db->message, "%s (%d)", sqlite3_errmsg(db->handle), code);
    return map(db->handle, code);
}

const char *db_message(const struct db *db) { return db->message; }

static const char *remedy(int code) {
    switch (code) {
    case ERR_NOT_FOUND:
        return "check the path, or create it first (sitelogctl init)";
    case ERR_CORRUPT:
        return "it is no database or it is damaged; it was left as it is: move it away or restore a backup";
    case ERR_BUSY:
        return "another process uses it; stop that one or try again";
    case ERR_NO_SPACE:
        return "free some space on its file system";
    case ERR_INVALID:
    case ERR_CONFLICT:
        return "this is a fault in the program: report it";
    case ERR_DENIED:
        return "check the owner and the permissions of the file and its folder";
    default:
        return "check the device and its file system";
    }
}

static int fail_text(struct db *db, int code, const char *what, struct err_text *e) {
    int r = db_fail(db, code);
    return err_set(e, r, "cannot %s %s: %s; %s", what, db->path, db->message, remedy(r));
}

/* ---- open and close ---- */

static int exec(struct db *db, const char *sql) {
    int code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? 0 : code;
}

/* SQLite would create it readable for all; its other files take over the mode of this one. */
static int create_file(const char *path, struct err_text *e) {
    char dir[PATH_MAX];
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        int saved = errno;
        if (saved == EEXIST) return 0;
        int r = err_from_errno(saved);
        return err_set(e, r, "cannot create %s: %s; %s", path, strerrordesc_np(saved), remedy(r));
    }
    (void)close(fd);
    const char *slash = strrchr(path, '/');
    size_t n = slash ? (size_t)(slash - path) + 1 : 2;
    if (n >= sizeof dir) return ERR_TOO_BIG;
    memcpy(dir, slash ? path : "./", n);
    dir[n] = '\0';
    return file_sync_dir(dir, e);
}

/* Settings of the connection only: none of these writes to the file. The first statement that reads it says whether it is a
 * database. */
static int configure(struct db *db) {
    static const struct {
        int option;
        int value;
    } guards[] = {
        { SQLITE_DBCONFIG_DEFENSIVE, 1 },
        { SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
        { SQLITE_DBCONFIG_DQS_DML, 0 },
        { SQLITE_DBCONFIG_DQS_DDL, 0 },
    };
    int code = sqlite3_busy_timeout(db->handle, BUSY_MS);
    for (size_t i = 0; i < sizeof guards / sizeof guards[0] && code == SQLITE_OK; i++)
        code = sqlite3_db_config(db->handle, guards[i].option, guards[i].value, NULL);
    if (code != SQLITE_OK) return code;
    code = exec(db, "SELECT count(*) FROM sqlite_schema;"
                    "PRAGMA synchronous=FULL;"
                    "PRAGMA foreign_keys=OFF;"
                    "PRAGMA temp_store=MEMORY;"); /* what a savepoint needs to undo itself is no file */
    if (code == 0 &&
        db->profile == DB_PHOTOS) /* readers keep the small default: they read by pieces, and there are several */
        code = exec(db, "PRAGMA secure_delete=OFF; PRAGMA cache_size=" PHOTOS_CACHE);
    if (code == 0 && is_reader(db->profile)) code = exec(db, "PRAGMA query_only=ON");
    return code;
}

/* Nobody asks SQLite how much memory it has; counting it costs a lock for each piece. Where SQLite is in use already, as in some tests, it counts on. */
static void configure_sqlite(void) { (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }

int db_open(const char *path, enum db_profile profile, struct db **out, struct err_text *e) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, configure_sqlite);
    struct db *db = calloc(1, sizeof *db);
    if (!db) return err_set(e, ERR_NOMEM, "cannot open %s: out of memory", path);
    db->path = strdup(path);
    db->profile = profile;
    db->settled = is_reader(profile);
    int r = db->path ? 0 : err_set(e, ERR_NOMEM, "cannot open %s: out of memory", path);
    if (r == 0 && !is_reader(profile)) r = create_file(path, e);
    if (r == 0) {
        /* A reader needs write access too: to the index of the WAL, and to roll back what a power cut left. */
        int code = sqlite3_open_v2(path, &db->handle,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
        if (code == SQLITE_OK) code = configure(db);
        if (code != SQLITE_OK)
            r = db->handle ? fail_text(db, code, "open", e)
                           : err_set(e, ERR_NOMEM, "cannot open %s: out of memory", path);
    }
    if (r) {
        db_close(db);
        return r;
    }
    *out = db;
    return 0;
}

void db_close(struct db *db) {
    if (!db) return;
    for (size_t i = 0; i < db->stmt_count; i++) stmt_destroy(db->stmts[i]);
    (void)sqlite3_close_v2(db->handle);
    free(db->stmts);
    free(db->path);
    free(db);
}

/* The mode a file is in is asked first, since a change of it is a write. */
int db_settle(struct db *db) {
    if (db->settled || db_in_transaction(db)) return 0;
    const char *mode = is_photos(db->profile) ? "persist" : "wal";
    const char *set = is_photos(db->profile) ? "PRAGMA page_size=" PAGE_BYTES "; PRAGMA journal_mode=PERSIST"
                                             : "PRAGMA page_size=" PAGE_BYTES "; PRAGMA wal_autocheckpoint=" WAL_PAGES
                                               "; PRAGMA journal_mode=WAL";
    int code = exec(db, set);
    if (code != 0) return db_fail(db, code);
    sqlite3_stmt *ask = NULL;
    code = sqlite3_prepare_v2(db->handle, "PRAGMA journal_mode", -1, &ask, NULL);
    if (code == SQLITE_OK) code = sqlite3_step(ask);
    db->settled = code == SQLITE_ROW && sqlite3_stricmp((const char *)sqlite3_column_text(ask, 0), mode) == 0;
    (void)sqlite3_finalize(ask);
    if (db->settled) return 0;
    (void)snprintf(db->message, sizeof db->message, "the journal mode cannot be set to %s", mode);
    return code == SQLITE_ROW ? ERR_UNSUPPORTED : map(db->handle, code);
}

int db_exec(struct db *db, const char *sql, struct err_text *e) {
    int r = db_settle(db);
    if (r) return err_set(e, r, "cannot write %s: %s; %s", db->path, db->message, remedy(r));
    int code = exec(db, sql);
    return code == 0 ? 0 : fail_text(db, code, "write", e);
}

/* ---- transactions ---- */

static int run(struct db *db, const char *sql) {
    struct stmt *s = NULL;
    int r = db_prepare(db, sql, &s);
    return r ? r : stmt_run(s);
}

int db_begin(struct db *db) { return run(db, "BEGIN IMMEDIATE"); }
int db_begin_read(struct db *db) { return run(db, "BEGIN DEFERRED"); }
int db_savepoint(struct db *db) { return run(db, "SAVEPOINT job"); }
int db_release(struct db *db) { return run(db, "RELEASE job"); }

int db_rollback_savepoint(struct db *db) {
    int r = run(db, "ROLLBACK TO job");
    return r ? r : run(db, "RELEASE job");
}

int db_commit(struct db *db) {
    int r = run(db, "COMMIT");
    if (r) db_rollback(db); /* SQLite keeps the transaction open after some failures (a reader in the way) */
    return r;
}

void db_rollback(struct db *db) {
    char message[sizeof db->message];
    if (!db_in_transaction(db)) return;
    memcpy(message, db->message, sizeof message);
    if (run(db, "ROLLBACK") == 0) memcpy(db->message, message, sizeof message); /* the cause is what is asked for */
}

bool db_in_transaction(const struct db *db) { return sqlite3_get_autocommit(db->handle) == 0; }

int64_t db_changes(const struct db *db) { return sqlite3_changes64(db->handle); }
int64_t db_total_changes(const struct db *db) { return sqlite3_total_changes64(db->handle); }
int64_t db_last_rowid(const struct db *db) { return sqlite3_last_insert_rowid(db->handle); }

/* ---- the statement cache ---- */

static int keep(struct db *db, struct stmt *s) {
    if (db->stmt_count == db->stmt_cap) {
        size_t cap = db->stmt_cap ? db->stmt_cap * 2 : 32;
        struct stmt **stmts = realloc(db->stmts, cap * sizeof *stmts);
        if (!stmts) return ERR_NOMEM;
        db->stmts = stmts;
        db->stmt_cap = cap;
    }
    db->stmts[db->stmt_count++] = s;
    return 0;
}

/* Found by address; the text is compared too, so that a buffer somebody passes in error costs memory and not correctness.
 * One that is being stepped further up is left alone: the caller gets a second copy. */
int db_prepare(struct db *db, const char *sql, struct stmt **out) {
    for (size_t i = 0; i < db->stmt_count; i++) {
        struct stmt *s = db->stmts[i];
        if (s->sql != sql || sqlite3_stmt_busy(s->handle) || strcmp(sqlite3_sql(s->handle), sql) != 0) continue;
        stmt_reset(s);
        *out = s;
        return 0;
    }
    struct stmt *s = NULL;
    int r = stmt_create(db, sql, &s);
    if (r) return r;
    r = keep(db, s);
    if (r) {
        stmt_destroy(s);
        return r;
    }
    *out = s;
    return 0;
}

void db_reset_all(struct db *db) {
    for (size_t i = 0; i < db->stmt_count; i++)
        if (sqlite3_stmt_busy(db->stmts[i]->handle)) stmt_reset(db->stmts[i]);
}
