/* SPDX-License-Identifier: MIT */
/* A lamp or buzzer and what it plays over time: `base`, and for a while `once` over it. Does not know what it switches.
 * Thread: the loop's. */
#ifndef SITELOG_SITELOGD_PLAYER_H
#define SITELOG_SITELOGD_PLAYER_H

#include "app/signal/rhythm.h"

#include <uv.h>

struct player {
    uv_timer_t timer;
    enum rhythm base, once;
    int64_t base_ms, once_ms; /* since when */
    bool over_it;             /* once is played */
    bool on;                  /* as it is switched; whoever closes it says false */
    bool (*set)(void *ctx, bool on);
    void *ctx;
};

/* Dark or silent. set: switches it; false: it is not there, and nothing more is played until the next player_play. */
void player_init(struct player *p, uv_loop_t *loop, bool (*set)(void *ctx, bool on), void *ctx);
void player_close(struct player *p); /* switches nothing */

void player_play(struct player *p); /* goes on where it should be now */
void player_once(struct player *p, enum rhythm rhythm);
void player_base(struct player *p, enum rhythm rhythm);

#endif
