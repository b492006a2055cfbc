/* SPDX-License-Identifier: MIT */
/* What a board does for itself from time to time, off the loop: keeping room on its disk, taking time-lapse frames, and looking how the machine is.
 * Runs after commits, at most once in two seconds, and every minute.
 * Thread: the loop's (main), except where said. */
#ifndef SITELOG_SITELOGD_UPKEEP_H
#define SITELOG_SITELOGD_UPKEEP_H

#include "app/photo/space.h"
#include "app/photo/timelapse.h"
#include "firmware/conf/board_conf.h"
#include "firmware/runtime/runtime.h"

#include <stdatomic.h>

#define UPKEEP_UNKNOWN (-1000)

struct upkeep {
    struct runtime *rt;
    struct space *space;
    struct timelapse *timelapse; /* NULL: none is wanted */
    bool lapse_failed;           /* pool's: that no frame can be taken was said */
    uv_timer_t timer;
    int64_t written_before;                             /* bytes, by earlier runs */
    struct mono looked;                                 /* pool's: when the machine was looked at */
    atomic_int wear_percent, wear_spare, temperature_c; /* UPKEEP_UNKNOWN: not known */
    _Atomic int64_t written_bytes;
    bool open, busy, soon, stopping;
};

/* After runtime_open. *u is zeroed by the caller and stays where it is. Ends what a power cut interrupted. ERR_NOMEM, ERR_IO … */
MUST_CHECK int upkeep_start(struct upkeep *u, struct runtime *rt, const struct board_conf *conf, struct err_text *e);

/* Something was committed, or head office confirmed photos. */
void upkeep_wake(struct upkeep *u);

/* How the machine was a minute ago at most. Thread: any. */
void upkeep_vitals(const struct upkeep *u, struct vitals *out);

/* Before the stores stop; waits for what is under way. Nothing without upkeep_start. */
void upkeep_stop(struct upkeep *u);

/* After the stores stopped. */
void upkeep_fini(struct upkeep *u);

#endif
