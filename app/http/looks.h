/* SPDX-License-Identifier: MIT */
/* Who was shown what is not for everybody, once an hour for each session: the steps behind the reads that show it. They answer nobody and hold
 * nobody up: what is to be written goes to the store by itself. What an hour has seen is in memory only; after a restart it begins anew; what the store could
 * not write is not seen, so that the next look is tried again. */
#ifndef SITELOG_HTTP_LOOKS_H
#define SITELOG_HTTP_LOOKS_H

#include "app/http/app.h"
#include "app/http/route.h"
#include "firmware/base/clock.h"

#include <pthread.h>

#define LOOKS_MAX   512     /* sessions and things at once; the oldest is forgotten first */
#define LOOKS_AGAIN 3600000 /* ms until the same is written again */

struct looks {
    pthread_mutex_t lock; /* the loop marks, the store's thread takes back */
    struct {
        uint64_t key; /* 0: free */
        int64_t at_ms;
    } seen[LOOKS_MAX];
    size_t next;
};

/* What looks_first marked. */
struct look {
    uint64_t key;
    int64_t at_ms;
};

void looks_init(struct looks *l);
void looks_fini(struct looks *l);

/* True for the first look of a session at a thing within the hour, which counts from then: *out is what to take back. Thread: any. */
bool looks_first(struct looks *l, const char *session, const char *site, const char *what, struct mono now,
                 struct look *out);
/* It was not written down: the next one is the first. Nothing where a later look was marked since. Thread: any. */
void looks_take_back(struct looks *l, const struct look *look);

/* In a STEP_READ, once the answer is made: it shows `what` (access.h) of x->site, or of each site that its list `list` names (a text of the list's
 * JSON member; NULL: of x->site). */
void looks_shown(struct exchange *x, const char *what, const char *list);

/* The STEP_LOOP behind it. */
void looks_note(struct app *app, struct exchange *x, struct db *db);

#endif
