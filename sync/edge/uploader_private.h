/* SPDX-License-Identifier: MIT */
/* Between uploader.c (the thread and who talks to it), uploader_step.c (what it does for an item) and uploader_tell.c (what it tells). */
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

/* ---- uploader_tell.c; thread: upload ---- */

void uploader_count(struct uploader *u, uint64_t *which, uint64_t n); /* which: one of u->counts */
void uploader_reached(struct uploader *u, bool reachable);

/* What keeps it from sending, "" when nothing does any more. Logged once; passing: a network that comes and goes is told only when it stays away. */
void uploader_set_trouble(struct uploader *u, const char *text, bool passing);
void PRINTF_LIKE(2, 3) uploader_trouble(struct uploader *u, const char *format, ...);
void uploader_changed(struct uploader *u);

#endif
