/* SPDX-License-Identifier: MIT */
/* When edges of a button are a press: the contact has to rest for 25 ms, so that neither bounces nor what a drill next door induces counts. One
 * press is one photo, however long it lasts; one that begins while a photo is under way is none, and a button that is held at the start has to
 * be let go first. Pure: time is what the caller says. Thread: any. */
#ifndef SITELOG_SIGNAL_PRESS_H
#define SITELOG_SIGNAL_PRESS_H

#include <stdbool.h>
#include <stdint.h>

#define PRESS_REST_US 25000

struct press {
    bool contact;    /* as the last edge left it */
    bool down;       /* as it last rested */
    bool busy;       /* a photo is under way */
    int64_t edge_us; /* of the last edge */
};

/* held: the button is pressed already. */
void press_init(struct press *p, bool held);

/* An edge, at_us monotonic. One that comes a little out of order counts as if it came with the one before. True: take a photo (for what rested
 * before this edge). */
bool press_edge(struct press *p, bool pressed, int64_t at_us);

/* Time has passed. True: take a photo. */
bool press_rest(struct press *p, int64_t now_us);

/* Microseconds until press_rest has something to say; -1: nothing before the next edge. */
int64_t press_wait_us(const struct press *p, int64_t now_us);

/* A photo begins, or is done. */
void press_busy(struct press *p, bool busy);

#endif
