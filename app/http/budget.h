/* SPDX-License-Identifier: MIT */
/* A number of bytes that many share: taken at once, given back, and waited for in the order of asking. Thread: one at a time. */
#ifndef SITELOG_HTTP_BUDGET_H
#define SITELOG_HTTP_BUDGET_H

#include <stdbool.h>
#include <stddef.h>

struct budget_wait {
    struct budget_wait *next;
    size_t bytes;
    bool waiting;
};

struct budget {
    size_t total, used;
    struct budget_wait *first;
    void (*granted)(struct budget_wait *w); /* from budget_give: the bytes are taken for w */
};

/* True: taken now. False: w waits (it must stay where it is) until granted or budget_leave. bytes at most total. */
bool budget_take(struct budget *b, struct budget_wait *w, size_t bytes);

/* Stops waiting; fine when it does not wait. */
void budget_leave(struct budget *b, struct budget_wait *w);

/* Gives bytes back, and grants to those who wait, first come first served. */
void budget_give(struct budget *b, size_t bytes);

#endif
