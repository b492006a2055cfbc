/* SPDX-License-Identifier: MIT */
/* What a board notices of its power and its link, and records: outages, once they are over; at start, that the power was off. While the power input
 * warns, no new photo is begun, what is being committed ends, and the journal knows that the end may be near.
 * Thread: the loop's (main), except where said. */
#ifndef SITELOG_SITELOGD_OUTAGES_H
#define SITELOG_SITELOGD_OUTAGES_H

#include "app/journal/downtime.h"
#include "firmware/runtime/runtime.h"
#include "hal/power.h"

#include <stdatomic.h>

struct outages {
    struct runtime *rt;
    const char *supply;         /* [power] supply */
    bool (*link_up)(void *ctx); /* does not block */
    void *ctx;
    uv_timer_t timer;
    struct downtime downtime; /* the link's */
    struct downtime camera;   /* as the last run of this boot left it: for camera_watch_start */
    _Atomic int power;        /* enum power_state */
    struct wall power_from;   /* since when it fails */
    struct mono power_from_mono, beaten, started;
    bool open, waits;    /* waits: for the clock, with an outage to record */
    atomic_bool settled; /* it waits no more. Set on the store's thread */
};

/* After runtime_open and before the link starts. *o is zeroed by the caller but for supply, link_up (NULL: there is no link to lose) and ctx, and
 * stays where it is. */
MUST_CHECK int outages_start(struct outages *o, struct runtime *rt, struct err_text *e);

/* "unknown" "good" "failing". Thread: any. */
const char *outages_power(const struct outages *o);

/* A clean stop, written down. Before the stores stop. Nothing without outages_start. */
void outages_stop(struct outages *o);

#endif
