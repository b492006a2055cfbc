/* SPDX-License-Identifier: MIT */
/* When the panel's light is dim. Pure: time is what the caller says, monotonic. Thread: any. */
#ifndef SITELOG_SIGNAL_DIMMER_H
#define SITELOG_SIGNAL_DIMMER_H

#include <stdbool.h>
#include <stdint.h>

struct dimmer {
    int64_t after_ms; /* without touch; 0: never dim */
    int64_t touched_ms;
    bool dim;
};

/* Bright, as if touched now. */
void dimmer_init(struct dimmer *d, int64_t after_s, int64_t now_ms);

void dimmer_touch(struct dimmer *d, int64_t now_ms);

/* Sets d->dim as it shall be now; what cannot be touched is never dim. Returns the milliseconds until it is to be asked again; -1: not before the
 * next touch. */
int64_t dimmer_look(struct dimmer *d, int64_t now_ms, bool can_be_touched);

#endif
