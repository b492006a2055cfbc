/* SPDX-License-Identifier: MIT */
/* The shutter button: its edges as they come, bounces included. chip, line: hal/line.h.
 * Thread: all calls on one button from one thread; nothing blocks. */
#ifndef SITELOG_HAL_BUTTON_H
#define SITELOG_HAL_BUTTON_H

#include "firmware/base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct button;
struct button_edge {
    bool pressed;
    int64_t at_us; /* CLOCK_MONOTONIC, as uv_hrtime() / 1000; by the kernel's interrupt, not by when it is read */
};

/* *held: it is pressed already. Errors: as line_open. Owns: caller; button_close takes NULL. */
MUST_CHECK int button_open(const char *chip, const char *line, struct button **out, bool *held, struct err_text *e);
void button_close(struct button *button);

/* Readable when there are edges. */
int button_fd(const struct button *button);

/* The next edge, oldest first. ERR_TIMEOUT: no more for now. ERR_GONE: close it, and open it again later. */
MUST_CHECK int button_read(struct button *button, struct button_edge *out);

#endif
