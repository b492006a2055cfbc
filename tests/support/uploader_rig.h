/* SPDX-License-Identifier: MIT */
/* A board's uploader with its real outbox and photos, and the real receiver at the other end, with a judge of the test's between them. Failures end the
 * test (cmocka). Thread: test thread; judges run on the stub's. */
#ifndef SITELOG_TEST_UPLOADER_RIG_H
#define SITELOG_TEST_UPLOADER_RIG_H

#include "app/photo/inbox.h"
#include "app/photo/outbox.h"
#include "app/photo/photo_store.h"
#include "sync/edge/uploader.h"
#include "tests/support/tus_stub.h"

#include <stdatomic.h>

#define UPLOADER_RIG_BYTES   1500000 /* of a photo */
#define UPLOADER_RIG_WAIT_MS 60000   /* the longest that the rig waits for anything */

struct uploader_rig {
    char *dir, *hub_dir, *journal;
    struct store *store;
    struct photo_store *photos;
    struct outbox_impl *impl;
    struct db *db;
    struct blob_dir *folder;
    struct tus *tus;
    struct tus_stub *stub;
    struct uploader *uploader;
    struct uploader_options options; /* at the next start */
    atomic_bool confirm;             /* the hub answers what it stored with dn/ack */
    atomic_int stored, corrupt, changes;
    int64_t photo_bytes; /* of all that was made */
    /* the judge's */
    atomic_int step;
    uint32_t random;
    atomic_bool calm;
};

int uploader_rig_setup(void **state); /* *state: a struct uploader_rig; the board is open, the hub is not */
int uploader_rig_teardown(void **state);

void uploader_rig_open_board(struct uploader_rig *f);
void uploader_rig_close_board(struct uploader_rig *f); /* stops the uploader, too */
void uploader_rig_open_hub(struct uploader_rig *f, tus_stub_judge_fn judge, int port);
void uploader_rig_close_hub(struct uploader_rig *f);
void uploader_rig_start(struct uploader_rig *f);
void uploader_rig_start_at(struct uploader_rig *f, const char *url);
void uploader_rig_stop(struct uploader_rig *f);

struct uploader_rig_photo {
    char id[ID_SIZE], sha256[HASH_TEXT_SIZE], thumb_sha256[HASH_TEXT_SIZE];
};

struct uploader_rig_photo uploader_rig_add(struct uploader_rig *f, unsigned seed, size_t n);

/* Wait until so many photos are pending, were stored; so many bytes of bodies came, so many requests were made. */
void uploader_rig_pending(struct uploader_rig *f, int64_t pending);
void uploader_rig_stored(struct uploader_rig *f, int n);
void uploader_rig_body(struct uploader_rig *f, int64_t bytes);
void uploader_rig_requests(struct uploader_rig *f, uint64_t n);
void uploader_rig_arrived(struct uploader_rig *f, const struct uploader_rig_photo *p); /* whole, with its thumbnail */

/* Bytes that were sent for each byte of a photo. */
double uploader_rig_cost(struct uploader_rig *f);

#endif
