/* SPDX-License-Identifier: MIT */
/* Button, lamp and buzzer on the loop: what they mean is app/signal's business, how they are wired hal's. A press takes a photo
 * (app/photo/snapshot.h); the lamp goes dark until it is stored, then flashes once, or three times where there is no photo.
 * What cannot be opened, or is gone, is tried again within half a minute.
 * Thread: the loop's. */
#ifndef SITELOG_SITELOGD_SIGNALS_H
#define SITELOG_SITELOGD_SIGNALS_H

#include "firmware/conf/board_conf.h"
#include "firmware/runtime/runtime.h"

struct signals;

/* After runtime_open, with r->photos.shutter set. *out: NULL where no line is set; all below take that. Owns: caller; signals_stop, then,
 * after runtime_close, signals_destroy. ERR_NOMEM, ERR_INVALID. */
MUST_CHECK int signals_start(struct runtime *r, const struct board_conf *conf, struct signals **out);

/* Something was committed: the lamp may have to change. */
void signals_settle(struct signals *s);

/* Ends the photo under way, runs the loop for that; lamp and buzzer are off. After shutter_stop, before the stores stop. */
void signals_stop(struct signals *s);
void signals_destroy(struct signals *s);

#endif
