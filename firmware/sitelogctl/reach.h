/* SPDX-License-Identifier: MIT */
/* Two ways to what an installation keeps: while a daemon runs, it is asked over {dir}/control.sock; while none does, the files are opened here.
 * Thread: main; blocks. */
#ifndef SITELOG_SITELOGCTL_REACH_H
#define SITELOG_SITELOGCTL_REACH_H

#include "app/photo/depot.h"
#include "firmware/sitelogctl/ctl.h"

struct reach {
    bool daemon;        /* ask it; the depot is not open */
    struct depot depot; /* else */
};

/* For what changes something. make: what is missing is made (init), else ERR_NOT_FOUND says to run init. Owns: reach_close. */
MUST_CHECK int reach_open(const struct ctl *c, bool make, struct reach *out, struct err_text *e);
void reach_close(struct reach *r);

/* Whether another program holds the folder's lock. A folder that is not there is not held. */
MUST_CHECK int reach_held(const struct ctl *c, bool *held, struct err_text *e);

/* A handle for looking at journal.db, beside a daemon or without one. Owns: caller; db_close. ERR_NOT_FOUND: run init; ERR_UNSUPPORTED: made by
 * another version. */
MUST_CHECK int reach_reader(const struct ctl *c, struct db **out, struct err_text *e);

#define REACH_WAIT_MS 15000 /* for an ordinary answer */

struct reach_request {
    const char *method, *path; /* path: with its query */
    const char *type;          /* of the body; NULL: none */
    const void *body;
    size_t n;
    int64_t wait_ms; /* 0: REACH_WAIT_MS */
};

/* Asks the daemon. *status: HTTP's, a success; *reply: what it said, or nothing. ERR_GONE: nobody answers on the socket, although somebody
 * holds the lock. Other errors are what the daemon said. */
MUST_CHECK int reach_ask(const struct ctl *c, const struct reach_request *request, int *status, struct buf *reply,
                         struct err_text *e);

#endif
