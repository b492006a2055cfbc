/* SPDX-License-Identifier: MIT */
/* What a camera driver offers to hal/camera.c, which chooses one by the device's name. Contracts: hal/camera.h. */
#ifndef SITELOG_HAL_CAMERA_DRIVER_H
#define SITELOG_HAL_CAMERA_DRIVER_H

#include "hal/camera.h"

struct camera_driver {
    const char *prefix; /* of the device's name: "sim:", "/dev/video" */
    int (*open)(const char *device, int width, int height, void **state, struct err_text *e);
    void (*close)(void *state);
    int (*grab)(void *state, int timeout_ms, struct frame *out);
    void (*release)(void *state, struct frame *frame);
};

extern const struct camera_driver camera_sim_driver, camera_v4l2_driver;

#endif
