/* SPDX-License-Identifier: MIT */
/* Counts what a blob folder holds, without making its opening wait: a thread goes through the 256 sub-folders of originals and thumbs once,
 * while blobs come and go. */
#ifndef SITELOG_PHOTO_BLOB_COUNT_H
#define SITELOG_PHOTO_BLOB_COUNT_H

#include "app/photo/blobs.h"

#include <pthread.h>

struct blob_count {
    pthread_mutex_t mutex; /* over the fields below, and over every rename into or unlink from the folders */
    struct blob_counts counts;
    int counted[2]; /* by variant: sub-folders below this one are in counts */
    bool stop, running;
    pthread_t thread;
    char roots[2][512]; /* by variant */
};

/* Starts counting. blob_count_stop ends it, finished or not. ERR_NOMEM. */
MUST_CHECK int blob_count_start(struct blob_count *c, const char *originals, const char *thumbs);
void blob_count_stop(struct blob_count *c);

/* A blob was renamed in (sign 1) or removed (-1) just now. Call with the mutex held. */
void blob_count_change(struct blob_count *c, enum blob_variant variant, const char *sha256, int64_t bytes, int sign);

struct blob_counts blob_count_get(struct blob_count *c);

#endif
