/* SPDX-License-Identifier: MIT */
/* Shared by shutter.c (the thread) and shutter_ask.c (whoever wants pictures) only. */
#ifndef SITELOG_PHOTO_SHUTTER_PRIVATE_H
#define SITELOG_PHOTO_SHUTTER_PRIVATE_H

#include "app/photo/shutter.h"
#include "hal/camera.h"

#include <pthread.h>
#include <stdbool.h>

struct shutter_shot { /* lives on its caller's stack */
    struct shutter_shot *next;
    int64_t until_ms; /* on the shutter's clock */
    int64_t asked_ms; /* clock_mono: an older frame does not do */
    bool done;
    int result;
    uint8_t *bytes;
    size_t n;
    struct err_text why;
};

struct shutter_view {
    struct shutter *s;
    struct shutter_view *next;
    void (*arrived)(void *ctx);
    void *ctx;
    bool asking;
    int64_t after_ms;
    struct picture *ready;
};

struct shutter {
    struct shutter_options options;
    char device[256];
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wanted, served; /* on the monotonic clock */
    struct shutter_shot *shots;    /* oldest first */
    struct shutter_view *views;
    struct picture_pool pool;
    int waiting; /* shots */
    bool running, stop;
    bool told; /* state was logged at least once */
    enum shutter_state state;
    int64_t busy_since_ms; /* clock_mono; -1: it waits to be wanted */

    /* the thread's own */
    struct camera *camera;
    int64_t frame_ms; /* when the last whole frame came, or streaming was asked for */
    int64_t retry_ms; /* not opened again before, but for a shot */
};

/* CLOCK_MONOTONIC: conditions wait on it, and it cannot be faked. */
int64_t shutter_now_ms(void);

#endif
