/* SPDX-License-Identifier: MIT */
/* The receiver of uploads over real files, and a client that speaks to it without a network. Failures end the test (cmocka).
 * Thread: test thread, but for tus_rig_patch and what it needs. */
#ifndef SITELOG_TEST_TUS_RIG_H
#define SITELOG_TEST_TUS_RIG_H

#include "app/photo/inbox.h"
#include "sync/hub/tus.h"

#define TUS_RIG_BYTES 100000

struct tus_rig {
    char *dir;
    struct blob_dir *folder;
    struct tus *tus;
    int stored; /* uploads, and the last one's hash */
    char stored_sha256[HASH_TEXT_SIZE];
    int max_unfinished;           /* at the next tus_rig_open */
    uint8_t bytes[TUS_RIG_BYTES]; /* to be sent */
    char sha256[HASH_TEXT_SIZE];
    char metadata[600]; /* of the next creation: Upload-Metadata */
};

int tus_rig_setup(void **state); /* *state: a struct tus_rig; the monotonic clock is faked to 1000 s */
int tus_rig_teardown(void **state);
void tus_rig_open(struct tus_rig *f);
void tus_rig_close(struct tus_rig *f);
void tus_rig_describe(struct tus_rig *f, const char *board, const char *sha256, const char *variant);

/* ---- speaking ---- */

#define TUS_RIG_VERSION "Tus-Resumable", "1.0.0"
#define TUS_RIG_TYPE    "Content-Type", "application/offset+octet-stream"

struct tus_rig_ask {
    const char *method, *path, *certificate;
    const char *headers[16]; /* name, value, name, value …; NULL-ended */
    const void *body;
    size_t n;
    int64_t length; /* content_length; 0: n; -1: unknown */
};

/* Begins it only. *a is borrowed until tus_end. */
struct tus_exchange *tus_rig_begin(struct tus *t, struct tus_rig_ask *a);
struct tus_reply tus_rig_run(struct tus *t, struct tus_rig_ask a);
const char *tus_rig_got(const struct tus_reply *r, const char *name); /* a header, or "" */

struct tus_reply tus_rig_create(struct tus_rig *f, const char *length, char path[100]); /* *path: where it is */
struct tus_reply tus_rig_patch(struct tus_rig *f, const char *path, int64_t offset, const void *bytes, size_t n);
struct tus_reply tus_rig_head(struct tus_rig *f, const char *path);

int tus_rig_partial_files(const struct tus_rig *f);

#endif
