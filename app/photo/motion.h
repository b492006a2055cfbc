/* SPDX-License-Identifier: MIT */
/* Has something moved between two frames of a fixed camera? Looks at an eighth of the picture's resolution, which libjpeg makes of the DC coefficients alone.
 * Sensor noise, and light that goes on, off or round, are no movement; a person, a ladder or a new wall is. Pure, but for motion_map_make's memory.
 *
 * How: the picture is cut into tiles of 8 x 8 samples (64 x 64 px of 1080p). In each, the new frame is fitted by what light can do to the old one: a gain, an offset and a slope
 * across. What is left over is noise, or another thing in that place. Samples that are blown out or black in either frame count for nothing.
 * Limits: a lamp so low that it throws hard shadows moves them, and that is seen; so is a wet floor that mirrors. Thread: any. */
#ifndef SITELOG_PHOTO_MOTION_H
#define SITELOG_PHOTO_MOTION_H

#include "firmware/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MOTION_LONG_PX 240

struct motion_map {
    uint8_t *luma; /* height x width; owned */
    int width, height;
};

/* The brightness of a JPEG, its long side MOTION_LONG_PX or less. Errors: as jpeg.h. Owns: *out is the caller's: motion_map_fini, which takes a zeroed one. */
MUST_CHECK int motion_map_make(const void *jpeg, size_t n, struct motion_map *out, struct err_text *e);
void motion_map_fini(struct motion_map *m);

struct motion {
    int tiles;    /* that could be judged */
    int moved;    /* of these, where another thing is now */
    int together; /* of these, the most that touch one another */
    bool any;     /* something moved */
    bool all;     /* most of it is another picture: the camera was moved, or covered */
};

/* Maps of different sizes are another picture. */
struct motion motion_between(const struct motion_map *before, const struct motion_map *now);

#endif
