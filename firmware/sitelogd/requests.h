/* SPDX-License-Identifier: MIT */
/* When head office's requests for photos are answered: at start, and after commits; one run at a time, on the pool. How, is app/photo/responder.h's
 * business. Thread: the loop's (main). */
#ifndef SITELOG_SITELOGD_REQUESTS_H
#define SITELOG_SITELOGD_REQUESTS_H

#include "app/photo/responder.h"
#include "firmware/conf/board_conf.h"
#include "firmware/runtime/runtime.h"

struct requests {
    struct runtime *rt;
    struct responder responder;
    bool busy, again, stopping;
};

/* After runtime_open. *r stays where it is. */
void requests_init(struct requests *r, struct runtime *rt, const struct board_conf *conf);

/* Answers what is open now; while photos are held, nothing: the next commit, or start, asks again. */
void requests_answer(struct requests *r);

/* Before the stores stop; waits for the run under way, which ends with the shutter. Nothing without requests_init. */
void requests_stop(struct requests *r);

#endif
