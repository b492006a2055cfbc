/* SPDX-License-Identifier: MIT */
/* The time-lapse of the board's fixed camera: a frame every so many minutes in the site's working hours. Frames in which nothing moved since the last one kept
 * (motion.h) are not kept. Where the picture has become another one and stays so for three frames, the board was moved: a viewpoint-moved event begins a new
 * series (viewpoint.h), also after a night without power, since the last frame kept is looked up at start. */
#ifndef SITELOG_PHOTO_TIMELAPSE_H
#define SITELOG_PHOTO_TIMELAPSE_H

#include "app/journal/plan.h"
#include "app/photo/snapshot.h"
#include "app/photo/space.h"
#include "firmware/base/hours.h"
#include "hal/clock.h"

struct timelapse;

struct timelapse_options {
    struct snapshot snapshot;
    const char *board; /* own id */
    int64_t every_ms;
    struct hours hours;        /* of working days, by the site's clock */
    const struct space *space; /* NULL: there is always room */
};

/* Strings and stores are borrowed. Owns: caller; timelapse_destroy takes NULL. ERR_NOMEM. */
MUST_CHECK int timelapse_create(const struct timelapse_options *options, struct timelapse **out);
void timelapse_destroy(struct timelapse *t);

enum timelapse_did {
    TIMELAPSE_WAITED, /* it is not time, or not the hour, or there is no room */
    TIMELAPSE_STILL,  /* nothing moved: not kept */
    TIMELAPSE_KEPT,   /* a frame more */
    TIMELAPSE_MOVED,  /* the same, the first one of a new series */
};

/* Takes a frame if it is time; to be called every minute or so. Errors: as snapshot_take; the next call tries again. *e says what to do.
 * Thread: pool; blocks for as long as camera and disk take, one call at a time. */
MUST_CHECK int timelapse_run(struct timelapse *t, enum timelapse_did *did, struct err_text *e);

/* Pure: is it within the site's working hours? Without a clock (grade none) nobody knows, and the site's power is off at night anyway: yes. */
bool timelapse_hours(const struct hours *hours, const struct plan_cutoffs *cutoffs, const struct tz *tz, struct wall at,
                     enum clock_grade grade);

#endif
