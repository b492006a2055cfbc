/* SPDX-License-Identifier: MIT */
/* A photo's way in, whoever brings it: looked at, kept, recorded. Three steps, because each belongs on another thread. */
#ifndef SITELOG_PHOTO_CAPTURE_H
#define SITELOG_PHOTO_CAPTURE_H

#include "app/journal/photo.h"
#include "app/photo/blobs.h"

#include <pthread.h>
#include <stdatomic.h>

struct shutter;
struct space;

/* What belongs to photos in one program; filled once by its main. */
struct photos {
    struct blobs *blobs;
    struct shutter *shutter;     /* NULL: no camera (hub) */
    struct space *space;         /* what may still be taken; NULL: everything (hub) */
    bool outbox;                 /* queue bytes for head office (board) */
    atomic_bool held;            /* no new photo is begun: photos_hold */
    pthread_mutex_t whole_image; /* a decoder that holds a whole picture runs alone */
    void (*queued)(void *ctx);   /* after photos were committed: something to upload. Any thread; NULL: nobody asks */
    void *ctx;
};

void photos_init(struct photos *p);
void photos_fini(struct photos *p);

/* While the power fails no new photo is begun; what has been looked at is still stored. Thread: any. */
void photos_hold(struct photos *p, bool hold);
bool photos_held(struct photos *p);

struct capture {
    const char *site;
    const char *actor;     /* "user/…", "board" */
    const char *inreplyto; /* or NULL */
    const void *bytes;
    size_t n;
    struct photo record; /* id, stage, room, caption, taken, clock, origin by the caller; the rest by capture_look */
    struct buf thumb;    /* by capture_look */
};

void capture_init(struct capture *c);
void capture_fini(struct capture *c);

/* Refuses what is no whole JPEG, hashes it, makes the thumbnail. Errors: as jpeg.h; ERR_BUSY while photos are held. Thread: pool; computes. */
MUST_CHECK int capture_look(struct photos *p, struct capture *c, struct err_text *e);

/* The bytes, durably, with what it takes to record them later. Errors: as blobs_put; ERR_NO_SPACE also for a time-lapse frame while space is
 * short. Thread: the store's, before its transaction. */
MUST_CHECK int capture_keep(struct photos *p, struct capture *c, struct err_text *e);

/* The event and the upload's row. Returns as photo_record (ERR_EXISTS: a repeat). Thread: the store's, in its transaction. */
MUST_CHECK int capture_record(struct photos *p, struct capture *c, struct journal *j, struct db *db,
                              struct appended *out, struct buf *answer, struct err_text *e);

/* At start: photos whose bytes were kept and whose event was not get it now, with origin "recovered"; what they say of themselves, when they
 * were taken, and the request that they answer (while it is open) stay. One whose description cannot be read is logged and left as it is.
 * Thread: the store's, as a job's two steps: list (before) and record (run), then settle (a later job's before). */
struct adoption;
MUST_CHECK int adoption_list(struct photos *p, struct adoption **out);
MUST_CHECK int adoption_record(struct adoption *a, struct photos *p, struct journal *j, struct db *db);
MUST_CHECK int adoption_settle(struct adoption *a, struct photos *p);
size_t adoption_count(const struct adoption *a); /* photos that were adopted */
void adoption_destroy(struct adoption *a);

#endif
