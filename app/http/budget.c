/* SPDX-License-Identifier: MIT */
/* Shared bytes, first come first served: a large one at the front is not overtaken by small ones, or it would wait for ever. Holds no memory. */
#include "app/http/budget.h"

static void grant(struct budget *b) {
    while (b->first && b->first->bytes <= b->total - b->used) {
        struct budget_wait *w = b->first;
        b->first = w->next;
        w->next = NULL;
        w->waiting = false;
        b->used += w->bytes;
        b->granted(w);
    }
}

bool budget_take(struct budget *b, struct budget_wait *w, size_t bytes) {
    w->bytes = bytes;
    w->next = NULL;
    w->waiting = false;
    if (!b->first && bytes <= b->total - b->used) {
        b->used += bytes;
        return true;
    }
    struct budget_wait **end = &b->first;
    while (*end) end = &(*end)->next;
    *end = w;
    w->waiting = true;
    return false;
}

void budget_leave(struct budget *b, struct budget_wait *w) {
    if (!w->waiting) return;
    struct budget_wait **at = &b->first;
    while (*at && *at != w) at = &(*at)->next;
    if (*at) *at = w->next;
    w->next = NULL;
    w->waiting = false;
    grant(b);
}

void budget_give(struct budget *b, size_t bytes) {
    b->used -= bytes;
    grant(b);
}
