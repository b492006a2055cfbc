/* SPDX-License-Identifier: MIT */
/* Touch screens as the kernel's event devices: only whether there was touch. Private to hal/linux/display_sysfs.c.
 * Thread: the display's; nothing blocks. */
#ifndef SITELOG_HAL_LINUX_TOUCH_EVDEV_H
#define SITELOG_HAL_LINUX_TOUCH_EVDEV_H

#include "firmware/base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct touch;

/* root: before /dev and /sys ("" but in tests). input: as display_options. None that can be opened is no error: they may come later. ERR_NOMEM, ERR_IO. */
MUST_CHECK int touch_open(const char *root, const char *input, struct touch **out);
void touch_close(struct touch *t);

int touch_fd(const struct touch *t); /* readable when touched, or when devices came or went */
bool touch_take(struct touch *t);    /* takes what has come; was there touch? */
size_t touch_count(const struct touch *t);

/* How many there are that this user may read, and may not. */
void touch_look(const char *root, const char *input, size_t *heard, size_t *denied);

#endif
