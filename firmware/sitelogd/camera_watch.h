/* SPDX-License-Identifier: MIT */
/* A camera that does not work is told: after five minutes by an alert (camera-down), which clears itself, and when it works again by the outage with its
 * length. What is shorter than ten seconds is a plug that was turned. Thread: the loop's (main), except where said. */
#ifndef SITELOG_SITELOGD_CAMERA_WATCH_H
#define SITELOG_SITELOGD_CAMERA_WATCH_H

#include "app/photo/shutter.h"
#include "firmware/runtime/runtime.h"

struct camera_watch {
    struct runtime *rt;
    uv_timer_t timer; /* while it is down, until the alert */
    bool open, down, alerted;
    struct wall from;
    struct mono from_mono;
};

/* After runtime_open. *w is zeroed by the caller and stays where it is. ERR_IO. */
MUST_CHECK int camera_watch_start(struct camera_watch *w, struct runtime *rt);

/* For shutter_options.changed; ctx: the camera_watch. Thread: the camera's. */
void camera_watch_changed(void *ctx, enum shutter_state state);

/* Records an outage that lasts still. Before the stores stop, and after the shutter. Nothing without camera_watch_start. */
void camera_watch_stop(struct camera_watch *w);

#endif
