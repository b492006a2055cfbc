/* SPDX-License-Identifier: MIT */
/* What is done when another end holds more of our own journal than we do, or something else: the journal begins a new epoch, and nothing that
 * was written is lost (app/journal/journal.h). Thread: any; does not block. */
#ifndef SITELOG_RUNTIME_DOUBT_H
#define SITELOG_RUNTIME_DOUBT_H

#include "app/http/app.h"
#include "sync/copy/peer.h"

void doubt_settle(struct app *app, const char *site, enum peer_doubt doubt, const struct event_key *key);

#endif
