/* SPDX-License-Identifier: MIT */
/* Tells the screens what is new: after commits it looks what came since it last looked, and publishes it as live events (live.h). */
#ifndef SITELOG_HTTP_HERALD_H
#define SITELOG_HTTP_HERALD_H

#include "app/http/app.h"
#include "app/http/live.h"

struct herald;

/* Events were written here (not taken from elsewhere) about a site. Reader's thread; short. */
typedef void (*herald_wrote_fn)(void *ctx, const char *site);

/* Begins at the newest position that `db` has. wrote may be NULL. Owns: caller; herald_destroy takes NULL. */
MUST_CHECK int herald_create(struct app *app, struct db *db, herald_wrote_fn wrote, void *ctx, struct herald **out);
void herald_destroy(struct herald *h);

/* Something was committed, or a mark, the link or an upload changed: looks soon, on the reader's thread. Calls that come while a look waits
 * are folded into it. Thread: any; does not block. */
void herald_wake(struct herald *h);

/* A live_options.since: what a screen that comes back has missed. ERR_NOT_FOUND: this store never was there (it was put back to an older copy). */
int herald_since(void *ctx, struct db *db, int64_t pos, size_t max, live_each_fn each, void *arg);

#endif
