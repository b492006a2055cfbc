/* SPDX-License-Identifier: MIT */
/* What a driver of GPIO chips offers to hal/line.c, which chooses one by the chip's name. Contracts: hal/line.h. */
#ifndef SITELOG_HAL_LINE_DRIVER_H
#define SITELOG_HAL_LINE_DRIVER_H

#include "hal/line.h"

struct line_spec {
    const char *chip;
    const char *name; /* "button" "lamp" "buzzer" */
    unsigned offset;
    bool input;
    bool active_low;
};

struct line_driver {
    const char *prefix; /* of the chip's name; "": what no other driver takes */
    int (*open)(const struct line_spec *spec, void **state, bool *on, struct err_text *e);
    void (*close)(void *state);
    int (*fd)(const void *state);
    int (*read)(void *state, struct line_edge *out);
    int (*set)(void *state, bool on);
    int (*look)(const struct line_spec *spec, struct line_look *out, struct err_text *e);
};

extern const struct line_driver line_gpiod_driver, line_sim_driver;

#endif
