/* SPDX-License-Identifier: MIT */
/* Sees whether the camera works, and has the store write what comes of it (app/journal/camera_down.h). Thread: the loop's (main), except where said. */
#ifndef SITELOG_SITELOGD_CAMERA_WATCH_H
#define SITELOG_SITELOGD_CAMERA_WATCH_H

#include "app/journal/downtime.h"
#include "app/photo/shutter.h"
#include "firmware/runtime/runtime.h"

struct camera_watch {
    struct runtime *rt;
    uv_timer_t timer; /* while it is down */
    bool open, down;
    struct mono from;
};

/* After runtime_open. before: how the last run of this boot left the camera. *w is zeroed by the caller and stays where it is. ERR_IO. */
MUST_CHECK int camera_watch_start(struct camera_watch *w, struct runtime *rt, const struct downtime *before);

/* For shutter_options.changed; ctx: the camera_watch. Thread: the camera's. */
void camera_watch_changed(void *ctx, enum shutter_state state);

/* Records an outage that lasts still. Before the stores stop, and after the shutter. Nothing without camera_watch_start. */
void camera_watch_stop(struct camera_watch *w);

#endif
