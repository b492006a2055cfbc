/* SPDX-License-Identifier: MIT */
/* Between uploader.c (the thread and who talks to it) and uploader_step.c (what it does for an item). */
#ifndef SITELOG_EDGE_UPLOADER_PRIVATE_H
#define SITELOG_EDGE_UPLOADER_PRIVATE_H

#include "sync/edge/uploader.h"
#include "sync/edge/uploader_http.h"

#include <pthread.h>

struct uploader {
    struct uploader_options options; /* its pointers point into the fields below */
    char board[NAME_SIZE];
    struct uploader_http *http;
    pthread_t thread;
    bool started;
    atomic_bool stop, hold, now;
    atomic_int_fast64_t alive_ms;

    /* upload thread's */
    int link_failures;
    struct mono link_until;
    bool plain_creation;                /* the server takes no bytes with a creation */
    int64_t piece;                      /* bytes of a PATCH; 0: all that is left */
    int64_t cut_id, cut_from, cut_sent; /* what a broken PATCH had sent */
    char last_trouble[160];             /* logged already */

    pthread_mutex_t mutex; /* over counts */
    struct uploader_counts counts;
};

/* Does one thing, if there is one to do. Milliseconds to wait before something is worth doing; 0: it did something; -1: a long time.
 * Thread: upload. */
int64_t uploader_step(struct uploader *u);

#endif
