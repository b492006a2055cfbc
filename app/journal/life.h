/* SPDX-License-Identifier: MIT */
/* The life of a subject as a table: its states, and which event leads from which of them to which. Used where a person asks for a transition
 * (refused with those that are legal) and where events are folded (what falls where it is not legal is kept and marked). Pure. Thread: any. */
#ifndef SITELOG_JOURNAL_LIFE_H
#define SITELOG_JOURNAL_LIFE_H

#include "firmware/base/err.h"

#include <stdbool.h>
#include <stddef.h>

#define LIFE_ALLOWED_SIZE 256

struct life_step {
    const char *event; /* "hazard-rectified"; NULL ends a table */
    const char *verb;  /* what it is called in an address: "rectify" */
    unsigned from;     /* bits of states, LIFE_FROM(…) */
    int to;
};

struct life {
    const char *const *states;     /* NULL-ended; the first is that before any event */
    const struct life_step *steps; /* in the order in which they are named to a person */
};

#define LIFE_FROM(state) (1u << (state))

/* The step that an event makes from a state, or NULL: it is not legal there. */
const struct life_step *life_step(const struct life *l, int state, const char *event);

/* The state of that name, or -1. */
int life_state(const struct life *l, const char *name);

/* The verbs that are legal in a state, as a JSON array: ["rectify"]. */
void life_allowed(const struct life *l, int state, char out[LIFE_ALLOWED_SIZE]);

/* ERR_CONFLICT with a sentence that names the state and what is possible in it. what: "this hazard". */
int life_refuse(const struct life *l, int state, const char *what, const char *verb, struct err_text *e);

#endif
