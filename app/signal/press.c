/* SPDX-License-Identifier: MIT */
/* Edges, rests, presses. Knows neither pins nor photos. */
#include "app/signal/press.h"

void press_init(struct press *p, bool held) {
    *p = (struct press){ .contact = held, .down = held, .edge_us = INT64_MIN / 2 };
}

bool press_rest(struct press *p, int64_t now_us) {
    if (p->contact == p->down || now_us - p->edge_us < PRESS_REST_US) return false;
    p->down = p->contact;
    return p->down && !p->busy;
}

bool press_edge(struct press *p, bool pressed, int64_t at_us) {
    bool take = press_rest(p, at_us);
    p->contact = pressed;
    if (at_us > p->edge_us) p->edge_us = at_us;
    return take;
}

int64_t press_wait_us(const struct press *p, int64_t now_us) {
    if (p->contact == p->down) return -1;
    int64_t left = p->edge_us + PRESS_REST_US - now_us;
    return left > 0 ? left : 0;
}

void press_busy(struct press *p, bool busy) { p->busy = busy; }
