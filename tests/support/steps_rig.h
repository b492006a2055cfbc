/* SPDX-License-Identifier: MIT */
/* Routes without a server: a route's steps are run one after the other on the threads' stores of a board_rig, with an exchange that the test
 * fills. Who may do it is not asked (that is the server's). A failure here ends the test program. Thread: test thread. */
#ifndef SITELOG_TESTS_STEPS_RIG_H
#define SITELOG_TESTS_STEPS_RIG_H

#include "app/http/app.h"
#include "app/http/exchange.h"
#include "tests/support/board_rig.h"

struct steps {
    struct app app;
    struct board_rig *board;
};

/* Both, for tests that need no more. *state: a struct steps_rig. */
struct steps_rig {
    struct board_rig board;
    struct steps steps;
};
int steps_rig_setup(void **state);
int steps_rig_teardown(void **state);

/* The same at 2026-11-22T16:00+08:00, a Sunday of week 47, 5000 s after the board's start; clocks stand still. */
int steps_rig_setup_sunday(void **state);
int steps_rig_teardown_sunday(void **state);

/* The app of a board that is open; manager is what asks until steps_ask says otherwise. */
void steps_init(struct steps *s, struct board_rig *board);

struct steps_ask {
    const char *method;
    const char *pattern; /* as in the table of routes */
    const char *
        target; /* parameters and query, "id=x&kind=y?limit=3": before the question mark the pattern's parameters; or NULL */
    const char *header, *value; /* one header, or NULL */
    const void *body;
    size_t n;         /* 0: strlen(body) */
    enum role role;   /* ROLE_NONE: manager */
    const char *site; /* NULL: the board's */
};

/* Runs it. Owns: *x is the caller's; exchange_fini. */
void steps_ask(struct steps *s, const struct steps_ask *ask, struct exchange *x);

/* Runs it, looks at status and, for a problem, its field (NULL: not looked at); the body, NUL-ended, to be freed by the caller. */
char *steps_expect(struct steps *s, const struct steps_ask *ask, int status, const char *field);

/* The same when the body does not matter. */
void steps_status(struct steps *s, const struct steps_ask *ask, int status, const char *field);

#endif
