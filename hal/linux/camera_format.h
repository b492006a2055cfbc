/* SPDX-License-Identifier: MIT */
/* Which of a camera's formats and sizes to ask for. Pure. */
#ifndef SITELOG_HAL_LINUX_CAMERA_FORMAT_H
#define SITELOG_HAL_LINUX_CAMERA_FORMAT_H

#include "hal/linux/camera_picture.h"

struct camera_format {
    enum picture_layout layout;
    int width, height; /* px; 0: nothing was offered yet */
};

/* Takes `offered` for *best where it is nearer to the wanted size: the smaller sum of the differences in width and height; of two as near the
 * larger picture, and of two as large MJPEG before NV12 before YUYV (less to carry, nothing to encode). */
void camera_format_consider(struct camera_format *best, const struct camera_format *offered, int width, int height);

/* The nearest to `wanted` among min, min + step, … max (px). */
int camera_format_step(int wanted, int min, int max, int step);

#endif
