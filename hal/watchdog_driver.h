/* SPDX-License-Identifier: MIT */
/* What a watchdog driver offers to hal/watchdog.c, which chooses one by the device's name. Contracts: hal/watchdog.h. */
#ifndef SITELOG_HAL_WATCHDOG_DRIVER_H
#define SITELOG_HAL_WATCHDOG_DRIVER_H

#include "hal/watchdog.h"

struct watchdog_driver {
    const char *prefix; /* of the device's name */
    /* *timeout_s: wanted in, real out. Owns: *fd; close ends it. */
    int (*open)(const char *device, int *timeout_s, int *fd, struct err_text *e);
    int (*feed)(int fd);
    bool (*close)(int fd, const char *device);
};

extern const struct watchdog_driver watchdog_dev_driver, watchdog_sim_driver;

#endif
