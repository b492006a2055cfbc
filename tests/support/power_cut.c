/* SPDX-License-Identifier: MIT */
/* The recording VFS hands everything on to SQLite's own and writes it down. The disk is the flushed content of each file, moved forward as
 * cuts go up, and the operations since. Does not model a device that lies about a flush. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/support/power_cut.h"

#include "tests/support/journal_rig.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SECTOR_BYTES = 512, FILES_MAX = 16, NAME_BYTES = 64 };

enum op_kind { OP_WRITE, OP_TRUNCATE, OP_SYNC, OP_CREATE, OP_DELETE, OP_DELETE_SYNCED, OP_PROMISE };

struct op {
    enum op_kind kind;
    int file;       /* OP_PROMISE: the promise's kind */
    int64_t offset; /* OP_TRUNCATE: the size */
    size_t n;
    uint8_t *bytes; /* OP_PROMISE: what, with its NUL */
};

/* A file as it is when all that was flushed of it is there and nothing else. */
struct image {
    bool exists;
    uint8_t *bytes;
    size_t n, cap;
};

struct file {
    char name[NAME_BYTES];
    struct image flushed;
    size_t *pending; /* indexes of operations since */
    size_t pending_count, pending_cap;
};

struct power_cut {
    char dir[256];
    struct op *ops;
    size_t count, cap;
    struct file files[FILES_MAX];
    int file_count;
    size_t at; /* operations that went into `files` */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct power_cut *recording; /* guarded by lock */

/* ---- the recording ---- */

static void *must(void *memory) {
    if (!memory) abort();
    return memory;
}

/* The file's number, or -1 where it is not recorded. Locked. */
static int file_of(const char *path) {
    struct power_cut *p = recording;
    const char *name = path ? strrchr(path, '/') : NULL;
    if (!p || !name || (size_t)(name - path) != strlen(p->dir) || strncmp(path, p->dir, strlen(p->dir)) != 0) return -1;
    for (int i = 0; i < p->file_count; i++)
        if (strcmp(p->files[i].name, name + 1) == 0) return i;
    if (p->file_count == FILES_MAX || strlen(name + 1) >= NAME_BYTES) abort();
    (void)snprintf(p->files[p->file_count].name, NAME_BYTES, "%s", name + 1);
    return p->file_count++;
}

static void add(struct power_cut *p, const struct op *op, const void *bytes) {
    if (p->count == p->cap) {
        p->cap = p->cap ? 2 * p->cap : 1024;
        p->ops = must(realloc(p->ops, p->cap * sizeof *p->ops));
    }
    struct op *to = &p->ops[p->count++];
    *to = *op;
    if (!op->n) return;
    to->bytes = must(malloc(op->n));
    memcpy(to->bytes, bytes, op->n);
}

static void note(const char *path, enum op_kind kind, int64_t offset, const void *bytes, size_t n) {
    (void)pthread_mutex_lock(&lock);
    int file = file_of(path);
    if (file >= 0) add(recording, &(struct op){ .kind = kind, .file = file, .offset = offset, .n = n }, bytes);
    (void)pthread_mutex_unlock(&lock);
}

void power_cut_promise(struct power_cut *p, int kind, const char *what) {
    (void)pthread_mutex_lock(&lock);
    add(p, &(struct op){ .kind = OP_PROMISE, .file = kind, .n = strlen(what) + 1 }, what);
    (void)pthread_mutex_unlock(&lock);
}

/* ---- the VFS: version 2 methods, so that nothing goes by memory mapping ---- */

struct shim_file {
    sqlite3_file base;
    char *path;
    sqlite3_file *real; /* behind this struct */
};

static sqlite3_vfs *real_vfs(const sqlite3_vfs *v) { return v->pAppData; }
static sqlite3_file *real_file(sqlite3_file *f) { return ((struct shim_file *)f)->real; }
static const char *path_of(sqlite3_file *f) { return ((struct shim_file *)f)->path; }

static int shim_close(sqlite3_file *f) {
    int code = real_file(f)->pMethods->xClose(real_file(f));
    free(((struct shim_file *)f)->path);
    return code;
}
static int shim_read(sqlite3_file *f, void *out, int n, sqlite3_int64 offset) {
    return real_file(f)->pMethods->xRead(real_file(f), out, n, offset);
}
static int shim_write(sqlite3_file *f, const void *bytes, int n, sqlite3_int64 offset) {
    int code = real_file(f)->pMethods->xWrite(real_file(f), bytes, n, offset);
    if (code == SQLITE_OK) note(path_of(f), OP_WRITE, offset, bytes, (size_t)n);
    return code;
}
static int shim_truncate(sqlite3_file *f, sqlite3_int64 size) {
    int code = real_file(f)->pMethods->xTruncate(real_file(f), size);
    if (code == SQLITE_OK) note(path_of(f), OP_TRUNCATE, size, NULL, 0);
    return code;
}
static int shim_sync(sqlite3_file *f, int flags) {
    (void)flags; /* the test's disk is the model; the real one need not turn for it */
    note(path_of(f), OP_SYNC, 0, NULL, 0);
    return SQLITE_OK;
}
static int shim_size(sqlite3_file *f, sqlite3_int64 *out) {
    return real_file(f)->pMethods->xFileSize(real_file(f), out);
}
static int shim_lock(sqlite3_file *f, int level) { return real_file(f)->pMethods->xLock(real_file(f), level); }
static int shim_unlock(sqlite3_file *f, int level) { return real_file(f)->pMethods->xUnlock(real_file(f), level); }
static int shim_reserved(sqlite3_file *f, int *out) {
    return real_file(f)->pMethods->xCheckReservedLock(real_file(f), out);
}
static int shim_control(sqlite3_file *f, int what, void *arg) {
    return real_file(f)->pMethods->xFileControl(real_file(f), what, arg);
}
static int shim_sector(sqlite3_file *f) { return real_file(f)->pMethods->xSectorSize(real_file(f)); }
static int shim_device(sqlite3_file *f) { return real_file(f)->pMethods->xDeviceCharacteristics(real_file(f)); }
static int shim_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out) {
    return real_file(f)->pMethods->xShmMap(real_file(f), page, size, extend, out);
}
static int shim_shm_lock(sqlite3_file *f, int offset, int n, int flags) {
    return real_file(f)->pMethods->xShmLock(real_file(f), offset, n, flags);
}
static void shim_shm_barrier(sqlite3_file *f) { real_file(f)->pMethods->xShmBarrier(real_file(f)); }
static int shim_shm_unmap(sqlite3_file *f, int gone) { return real_file(f)->pMethods->xShmUnmap(real_file(f), gone); }

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = shim_close,
    .xRead = shim_read,
    .xWrite = shim_write,
    .xTruncate = shim_truncate,
    .xSync = shim_sync,
    .xFileSize = shim_size,
    .xLock = shim_lock,
    .xUnlock = shim_unlock,
    .xCheckReservedLock = shim_reserved,
    .xFileControl = shim_control,
    .xSectorSize = shim_sector,
    .xDeviceCharacteristics = shim_device,
    .xShmMap = shim_shm_map,
    .xShmLock = shim_shm_lock,
    .xShmBarrier = shim_shm_barrier,
    .xShmUnmap = shim_shm_unmap,
};

static int shim_open(sqlite3_vfs *v, const char *path, sqlite3_file *f, int flags, int *out_flags) {
    struct shim_file *shim = (struct shim_file *)f;
    struct stat before;
    bool made = path && stat(path, &before) != 0 && (flags & SQLITE_OPEN_CREATE);
    memset(shim, 0, sizeof *shim);
    shim->real = (sqlite3_file *)(shim + 1);
    int code = real_vfs(v)->xOpen(real_vfs(v), path, shim->real, flags, out_flags);
    if (code != SQLITE_OK) return code;
    shim->path = path ? must(strdup(path)) : NULL;
    shim->base.pMethods = &methods;
    if (made || (flags & SQLITE_OPEN_MAIN_DB)) note(path, OP_CREATE, 0, NULL, 0);
    return code;
}
static int shim_delete(sqlite3_vfs *v, const char *path, int sync_dir) {
    int code = real_vfs(v)->xDelete(real_vfs(v), path, sync_dir);
    if (code == SQLITE_OK) note(path, sync_dir ? OP_DELETE_SYNCED : OP_DELETE, 0, NULL, 0);
    return code;
}
static int shim_access(sqlite3_vfs *v, const char *path, int flags, int *out) {
    return real_vfs(v)->xAccess(real_vfs(v), path, flags, out);
}
static int shim_full_path(sqlite3_vfs *v, const char *path, int n, char *out) {
    return real_vfs(v)->xFullPathname(real_vfs(v), path, n, out);
}
static int shim_random(sqlite3_vfs *v, int n, char *out) { return real_vfs(v)->xRandomness(real_vfs(v), n, out); }
static int shim_sleep(sqlite3_vfs *v, int us) { return real_vfs(v)->xSleep(real_vfs(v), us); }
static int shim_time(sqlite3_vfs *v, double *out) { return real_vfs(v)->xCurrentTime(real_vfs(v), out); }
static int shim_last_error(sqlite3_vfs *v, int n, char *out) { return real_vfs(v)->xGetLastError(real_vfs(v), n, out); }
static int shim_time64(sqlite3_vfs *v, sqlite3_int64 *out) { return real_vfs(v)->xCurrentTimeInt64(real_vfs(v), out); }

void power_cut_install(void) {
    static sqlite3_vfs shim;
    if (shim.zName) return;
    sqlite3_vfs *real = sqlite3_vfs_find(NULL);
    shim = (sqlite3_vfs){ .iVersion = 2,
                          .szOsFile = (int)sizeof(struct shim_file) + real->szOsFile,
                          .mxPathname = real->mxPathname,
                          .zName = "power-cut",
                          .pAppData = real,
                          .xOpen = shim_open,
                          .xDelete = shim_delete,
                          .xAccess = shim_access,
                          .xFullPathname = shim_full_path,
                          .xRandomness = shim_random,
                          .xSleep = shim_sleep,
                          .xCurrentTime = shim_time,
                          .xGetLastError = shim_last_error,
                          .xCurrentTimeInt64 = shim_time64 };
    assert_int_equal(sqlite3_vfs_register(&shim, 1), SQLITE_OK);
}

struct power_cut *power_cut_record(const char *dir) {
    struct power_cut *p = must(calloc(1, sizeof *p));
    (void)snprintf(p->dir, sizeof p->dir, "%s", dir);
    (void)pthread_mutex_lock(&lock);
    assert_null(recording);
    recording = p;
    (void)pthread_mutex_unlock(&lock);
    return p;
}

void power_cut_stop(struct power_cut *p) {
    (void)pthread_mutex_lock(&lock);
    if (recording == p) recording = NULL;
    (void)pthread_mutex_unlock(&lock);
}

void power_cut_destroy(struct power_cut *p) {
    if (!p) return;
    power_cut_stop(p);
    for (size_t i = 0; i < p->count; i++) free(p->ops[i].bytes);
    for (int i = 0; i < p->file_count; i++) {
        free(p->files[i].flushed.bytes);
        free(p->files[i].pending);
    }
    free(p->ops);
    free(p);
}

size_t power_cut_count(const struct power_cut *p) { return p->count; }

/* ---- the disk ---- */

static uint32_t next(uint32_t *seed) {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

static void size_to(struct image *i, size_t n) {
    if (n > i->cap) {
        i->cap = n + n / 2;
        i->bytes = must(realloc(i->bytes, i->cap));
    }
    if (n > i->n) memset(i->bytes + i->n, 0, n - i->n);
    i->n = n;
}

static void put(struct image *i, size_t offset, const uint8_t *bytes, size_t n) {
    if (offset + n > i->n) size_to(i, offset + n);
    memcpy(i->bytes + offset, bytes, n);
}

/* What is left of a write: `chance` of 256 for each sector. */
static void put_some(struct image *i, const struct op *op, uint32_t chance, uint32_t *seed) {
    size_t from = (size_t)op->offset, end = from + op->n;
    for (size_t at = from; at < end;) {
        size_t stop = (at / SECTOR_BYTES + 1) * SECTOR_BYTES;
        if (stop > end) stop = end;
        if (next(seed) % 256 < chance) put(i, at, op->bytes + (at - from), stop - at);
        at = stop;
    }
}

static void clear(struct image *i, bool exists) {
    i->exists = exists;
    i->n = 0;
}

/* All of it is there. */
static void apply(struct image *i, const struct op *op) {
    switch (op->kind) {
    case OP_WRITE:
        put(i, (size_t)op->offset, op->bytes, op->n);
        break;
    case OP_TRUNCATE:
        size_to(i, (size_t)op->offset);
        break;
    case OP_CREATE:
        i->exists = true;
        break;
    case OP_DELETE:
    case OP_DELETE_SYNCED:
        clear(i, false);
        break;
    case OP_SYNC:
    case OP_PROMISE:
        break;
    }
}

static bool of_name(enum op_kind kind) { return kind == OP_CREATE || kind == OP_DELETE; }

/* The first n of what is pending is there. */
static void flush(const struct power_cut *p, struct file *f, size_t n) {
    for (size_t k = 0; k < n; k++) apply(&f->flushed, &p->ops[f->pending[k]]);
    f->pending_count -= n;
    if (n && f->pending_count) memmove(f->pending, f->pending + n, f->pending_count * sizeof *f->pending);
}

/* Their folder was flushed: names are as they were made and deleted; what was written to a file since it got its name is as it was. */
static void flush_names(struct power_cut *p) {
    for (int i = 0; i < p->file_count; i++) {
        struct file *f = &p->files[i];
        size_t n = f->pending_count;
        while (n > 0 && !of_name(p->ops[f->pending[n - 1]].kind)) n--;
        flush(p, f, n);
    }
}

static bool has_new_name(const struct power_cut *p, const struct file *f) {
    for (size_t k = 0; k < f->pending_count; k++)
        if (p->ops[f->pending[k]].kind == OP_CREATE) return true;
    return false;
}

static void advance(struct power_cut *p, size_t index) {
    const struct op *op = &p->ops[index];
    if (op->kind == OP_PROMISE) return;
    struct file *f = &p->files[op->file];
    if (op->kind == OP_SYNC || op->kind == OP_DELETE_SYNCED) {
        if (op->kind == OP_DELETE_SYNCED || has_new_name(p, f)) flush_names(p);
        flush(p, f, f->pending_count);
        apply(&f->flushed, op);
        return;
    }
    /* The daemon makes the file of a database itself and flushes its folder (firmware/db/db.c). */
    if (op->kind == OP_CREATE && !strstr(f->name, "-journal") && !strstr(f->name, "-wal")) {
        f->flushed.exists = true;
        return;
    }
    if (f->pending_count == f->pending_cap) {
        f->pending_cap = f->pending_cap ? 2 * f->pending_cap : 64;
        f->pending = must(realloc(f->pending, f->pending_cap * sizeof *f->pending));
    }
    f->pending[f->pending_count++] = index;
}

/* What a cut leaves of one file. A name's creations and deletions hold from the first to some one of them; what was written to a file that
 * has no name is not seen. */
static void leave(const struct power_cut *p, const struct file *f, uint32_t *seed, struct image *out) {
    static const uint32_t chances[] = { 0, 256, 128, 230, 26 };
    uint32_t chance = chances[next(seed) % (sizeof chances / sizeof chances[0])];
    size_t names = 0, kept = 0;
    *out = (struct image){ .exists = f->flushed.exists };
    size_to(out, f->flushed.n);
    if (f->flushed.n) memcpy(out->bytes, f->flushed.bytes, f->flushed.n);
    for (size_t k = 0; k < f->pending_count; k++) names += of_name(p->ops[f->pending[k]].kind);
    kept = next(seed) % (names + 1);
    for (size_t k = 0; k < f->pending_count; k++) {
        const struct op *op = &p->ops[f->pending[k]];
        if (of_name(op->kind)) {
            if (kept-- == 0) return;
            apply(out, op);
        } else if (op->kind == OP_WRITE) {
            put_some(out, op, chance, seed);
        } else if (next(seed) % 256 < chance) {
            apply(out, op);
        }
    }
}

void power_cut_leave(struct power_cut *p, size_t ops, uint32_t seed, const char *out) {
    assert_true(ops >= p->at && ops <= p->count);
    for (; p->at < ops; p->at++) advance(p, p->at);
    seed = seed ? seed : 1;
    for (int i = 0; i < p->file_count; i++) {
        char path[512];
        struct image image;
        leave(p, &p->files[i], &seed, &image);
        (void)snprintf(path, sizeof path, "%s/%s", out, p->files[i].name);
        FILE *f = image.exists ? fopen(path, "wb") : NULL;
        if (image.exists) assert_non_null(f);
        if (f) {
            assert_int_equal(fwrite(image.bytes ? image.bytes : (const uint8_t *)"", 1, image.n, f), image.n);
            assert_int_equal(fclose(f), 0);
        }
        free(image.bytes);
    }
}

void power_cut_promises(const struct power_cut *p, size_t ops, void (*fn)(void *arg, int kind, const char *what),
                        void *arg) {
    for (size_t i = 0; i < ops; i++)
        if (p->ops[i].kind == OP_PROMISE) fn(arg, p->ops[i].file, (const char *)p->ops[i].bytes);
}

/* ---- many cuts ---- */

size_t power_cut_wanted(void) {
    const char *text = getenv("POWER_CUTS");
    long n = text ? strtol(text, NULL, 10) : 0;
    return n > 0 ? (size_t)n : 200;
}

size_t power_cut_try(struct power_cut *p, size_t cuts, power_cut_look_fn look, char *first, size_t n) {
    size_t losses = 0;
    first[0] = '\0';
    for (size_t i = 0; i < cuts; i++) {
        size_t from = p->count * i / cuts, to = p->count * (i + 1) / cuts;
        size_t ops = from + journal_rig_random((uint32_t)(to - from + 1));
        uint32_t seed = journal_rig_random(UINT32_MAX);
        char wrong[300];
        look(p, ops < p->at ? p->at : ops, seed, wrong, sizeof wrong);
        if (wrong[0] && losses++ == 0)
            (void)snprintf(first, n, "cut after %zu of %zu operations, seed %u: %s", ops, p->count, seed, wrong);
    }
    print_message("%zu cuts over %zu operations: %zu with losses\n", cuts, p->count, losses);
    return losses;
}
