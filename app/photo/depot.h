/* SPDX-License-Identifier: MIT */
/* Everything an installation keeps, opened in the right order: the lock, journal.db with its journal and identity, the photos. The daemon, the
 * hub and the command line open it alike. */
#ifndef SITELOG_PHOTO_DEPOT_H
#define SITELOG_PHOTO_DEPOT_H

#include "app/journal/identity.h"
#include "app/journal/journal.h"
#include "app/photo/blob_dir.h"
#include "app/photo/photo_store.h"

struct depot_options {
    const char *org, *site /* NULL at the hub */, *writer, *timezone;
    const char *dir;
    const char *blobs_dir; /* the hub's photo folder; NULL: a board's photos.db */
    int64_t reserve_percent;
};

struct depot {
    int lock_fd;
    char journal_path[300];
    struct db *db; /* the writer's; hand it to store_start and set it to NULL here */
    struct journal *journal;
    struct identity identity;
    struct photo_store *photo_store; /* a board */
    struct blob_dir *blob_dir;       /* the hub */
    struct blobs *blobs;             /* of either */
};

/* Makes what is missing. Owns: *out is filled; depot_close. ERR_BUSY: another program has the lock; ERR_UNSUPPORTED, ERR_CORRUPT, ERR_NO_SPACE, ERR_DENIED …;
 * *e names the file and the remedy. On error nothing stays open. Blocks. */
MUST_CHECK int depot_open(const struct depot_options *options, struct depot *out, struct err_text *e);
void depot_close(struct depot *d);

/* Another handle for reading journal.db. Owns: caller; db_close. */
MUST_CHECK int depot_reader(const struct depot *d, struct db **out, struct err_text *e);

#endif
