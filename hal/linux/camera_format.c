/* SPDX-License-Identifier: MIT */
/* Chooses among what a camera offers. Asks no device. */
#include "hal/linux/camera_format.h"

#include <stdlib.h>

static int distance(const struct camera_format *f, int width, int height) {
    return abs(f->width - width) + abs(f->height - height);
}

static int cost(enum picture_layout layout) {
    switch (layout) {
    case PICTURE_MJPEG:
        return 0;
    case PICTURE_NV12:
        return 1;
    case PICTURE_YUYV:
        break;
    }
    return 2;
}

void camera_format_consider(struct camera_format *best, const struct camera_format *offered, int width, int height) {
    if (offered->width < 2 || offered->height < 2) return;
    int nearer = best->width ? distance(best, width, height) - distance(offered, width, height) : 1;
    if (nearer == 0) {
        int64_t larger = (int64_t)offered->width * offered->height - (int64_t)best->width * best->height;
        nearer = larger ? (larger > 0 ? 1 : -1) : cost(best->layout) - cost(offered->layout);
    }
    if (nearer > 0) *best = *offered;
}

int camera_format_step(int wanted, int min, int max, int step) {
    if (step < 1) step = 1;
    if (wanted <= min || max < min) return min;
    int64_t steps = ((int64_t)wanted - min + step / 2) / step;
    int64_t most = (max - min) / step;
    return min + (int)(steps < most ? steps : most) * step;
}
