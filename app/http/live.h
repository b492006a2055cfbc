/* SPDX-License-Identifier: MIT */
/* Live events (text/event-stream) to any number of screens. A message is queued to every client that may see its site; a client whose
 * queue passes 64 KiB is closed (it comes back with Last-Event-ID). Every 15 s an idle client gets a comment, by which a client that left is noticed.
 * Messages: `event: record` (id: the store's position; data: a timeline entry's head {"pos","id","type","subject","site","lane","ordinal"}),
 * `event: marks` (data: {"site","lanes":{lane:{saved,sent,received}},"photos":{…},"link","hub","rejected"}), `event: sites` (hub: presence changed).
 * Thread: live_publish from any thread; the rest the loop thread. */
#ifndef SITELOG_HTTP_LIVE_H
#define SITELOG_HTTP_LIVE_H

#include "firmware/base/err.h"

#include <stdint.h>

struct live;

/* id: the store's position for `record`, 0 for others (they carry no id). site "": for everybody. data: one line of JSON. Copied. */
void live_publish(struct live *live, const char *event, int64_t id, const char *site, const char *data);

#endif
