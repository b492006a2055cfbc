/* SPDX-License-Identifier: MIT */
/* Opening and closing what an installation keeps. */
#include "app/photo/depot.h"

#include "firmware/base/file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int load_identity(struct depot *d, struct err_text *e) {
    int rc = db_begin(d->db);
    if (rc) return err_set(e, rc, "%s cannot be written: %s", d->journal_path, err_name(rc));
    rc = identity_load(d->db, &d->identity, e);
    if (rc) {
        db_rollback(d->db);
        return rc;
    }
    rc = db_commit(d->db);
    return rc ? err_set(e, rc, "%s cannot be written: %s; check the disk and its free space", d->journal_path,
                        err_name(rc))
              : 0;
}

static int open_photos(const struct depot_options *o, struct depot *d, struct err_text *e) {
    int rc;
    if (o->blobs_dir) {
        rc = blob_dir_open(o->blobs_dir, o->reserve_percent, &d->blob_dir, e);
        if (!rc) d->blobs = blob_dir_blobs(d->blob_dir);
    } else {
        struct photo_store_options p = { .dir = o->dir, .reserve_percent = o->reserve_percent };
        rc = photo_store_open(&p, &d->photo_store, e);
        if (!rc) d->blobs = photo_store_blobs(d->photo_store);
    }
    return rc;
}

/* KiB. Head office reads all its sites at once, and each of two hundred has some twenty pages of its own: SQLite's own 2000 would read them from the file
 * every time. */
#define HUB_CACHE "-32768"

int depot_open(const struct depot_options *o, struct depot *out, struct err_text *e) {
    struct depot d = { .lock_fd = -1 };
    int n = snprintf(d.journal_path, sizeof d.journal_path, "%s/journal.db", o->dir);
    if (n < 0 || (size_t)n >= sizeof d.journal_path)
        return err_field(e, ERR_TOO_BIG, "store.dir", "the folder's name is too long");
    int rc = file_make_dirs(o->dir, 0750, e);
    if (!rc) rc = file_lock(o->dir, &d.lock_fd, e);
    if (!rc) rc = db_open(d.journal_path, DB_JOURNAL, &d.db, e);
    struct journal_options j = { .org = o->org, .writer = o->writer, .site = o->site, .timezone = o->timezone };
    if (!rc) rc = journal_create(d.db, &j, &d.journal, e);
    if (!rc) rc = load_identity(&d, e);
    if (!rc) rc = open_photos(o, &d, e);
    if (rc) {
        depot_close(&d);
        return rc;
    }
    *out = d;
    return 0;
}

void depot_close(struct depot *d) {
    photo_store_close(d->photo_store);
    blob_dir_close(d->blob_dir);
    journal_destroy(d->journal);
    db_close(d->db);
    if (d->lock_fd >= 0) (void)close(d->lock_fd);
    memset(d, 0, sizeof *d);
    d->lock_fd = -1;
}

int depot_reader(const struct depot *d, struct db **out, struct err_text *e) {
    int rc = db_open(d->journal_path, DB_JOURNAL_READER, out, e);
    return rc || !d->blob_dir ? rc : db_exec(*out, "PRAGMA cache_size=" HUB_CACHE, e);
}
