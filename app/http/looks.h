/* SPDX-License-Identifier: MIT */
/* Who was shown what is not for everybody, once an hour for each session: the steps behind the reads that show it. They answer nobody and hold
 * nobody up: what is to be written goes to the store by itself. What an hour has seen is in memory only; after a restart it begins anew. */
#ifndef SITELOG_HTTP_LOOKS_H
#define SITELOG_HTTP_LOOKS_H

#include "app/http/app.h"
#include "app/http/route.h"
#include "firmware/base/clock.h"

#define LOOKS_MAX   512     /* sessions and things at once; the oldest is forgotten first */
#define LOOKS_AGAIN 3600000 /* ms until the same is written again */

struct looks {
    struct {
        uint64_t key; /* 0: free */
        int64_t at_ms;
    } seen[LOOKS_MAX];
    size_t next;
};

/* True for the first look of a session at a thing within the hour, which counts from then. */
bool looks_first(struct looks *l, const char *session, const char *site, const char *what, struct mono now);

/* In a STEP_READ, once the answer is made: it shows `what` (access.h) of x->site, or of each site that its list `list` names (a text of the list's
 * JSON member; NULL: of x->site). */
void looks_shown(struct exchange *x, const char *what, const char *list);

/* The STEP_LOOP behind it. */
void looks_note(struct app *app, struct exchange *x, struct db *db);

#endif
