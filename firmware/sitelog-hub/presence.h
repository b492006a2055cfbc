/* SPDX-License-Identifier: MIT */
/* What the feed hears of boards, on its way into the table of boards: each a job of the store, and a live event when it is committed.
 * Thread: the feed's. */
#ifndef SITELOG_SITELOG_HUB_PRESENCE_H
#define SITELOG_SITELOG_HUB_PRESENCE_H

#include "app/http/app.h"
#include "sync/hub/feed.h"

/* feed_handlers; ctx is a struct app. */
void presence_new(void *app, const char *site, const char *board);
void presence_state(void *app, const char *site, const char *board, const struct state *state);
void presence_hello(void *app, const char *site, const char *board, const struct ack *hello);
void presence_beat(void *app, const char *site, const char *board, const struct beat *beat);

#endif
