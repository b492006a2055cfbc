/* SPDX-License-Identifier: MIT */
/* The panel's light on the loop: dim after a while without touch, bright at a touch.
 * Thread: the loop's. */
#ifndef SITELOG_SITELOGD_BACKLIGHT_H
#define SITELOG_SITELOGD_BACKLIGHT_H

#include "firmware/conf/board_conf.h"

#include <uv.h>

struct backlight;

/* *out: NULL where there is nothing to dim; all below take that. Owns: caller; backlight_stop, then, after the loop has closed the handles,
 * backlight_destroy. ERR_NOMEM, ERR_IO. */
MUST_CHECK int backlight_start(uv_loop_t *loop, const struct board_conf *conf, struct backlight **out);

/* Leaves the light as it was found. */
void backlight_stop(struct backlight *b);
void backlight_destroy(struct backlight *b);

#endif
