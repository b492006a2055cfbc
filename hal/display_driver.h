/* SPDX-License-Identifier: MIT */
/* What a driver of displays offers to hal/display.c, which chooses one by the backlight's name. Contracts: hal/display.h. */
#ifndef SITELOG_HAL_DISPLAY_DRIVER_H
#define SITELOG_HAL_DISPLAY_DRIVER_H

#include "hal/display.h"

struct display_driver {
    const char *prefix; /* of the backlight's name; "": what no other driver takes */
    int (*open)(const struct display_options *o, void **state, struct err_text *e);
    void (*close)(void *state);
    int (*fd)(const void *state);
    bool (*touched)(void *state);
    bool (*can_be_touched)(const void *state);
    int (*light)(void *state, bool dim);
    int (*look)(const struct display_options *o, struct display_look *out, struct err_text *e);
};

extern const struct display_driver display_sysfs_driver, display_sim_driver;

#endif
