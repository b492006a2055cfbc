/* SPDX-License-Identifier: MIT */
/* Counts from the last touch. */
#include "app/signal/dimmer.h"

void dimmer_init(struct dimmer *d, int64_t after_s, int64_t now_ms) {
    *d = (struct dimmer){ .after_ms = after_s * 1000, .touched_ms = now_ms };
}

void dimmer_touch(struct dimmer *d, int64_t now_ms) { d->touched_ms = now_ms; }

int64_t dimmer_look(struct dimmer *d, int64_t now_ms, bool can_be_touched) {
    int64_t left = d->touched_ms + d->after_ms - now_ms;
    bool never = d->after_ms == 0 || !can_be_touched;
    d->dim = !never && left <= 0;
    return never || d->dim ? -1 : left;
}
