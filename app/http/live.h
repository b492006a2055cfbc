/* SPDX-License-Identifier: MIT */
/* Live events (text/event-stream) to any number of screens. A message is queued to every client that may see its site; a client whose
 * queue passes 64 KiB is closed (it comes back with Last-Event-ID). Every 15 s an idle client gets a comment, by which a client that left is noticed.
 * Messages: `event: record` (id: the store's position; data: a timeline entry's head {"pos","id","type","subject","site","lane","ordinal"}),
 * `event: marks` (data: {"site","lanes":{lane:{saved,sent,received}},"photos":{…},"link","hub","rejected"}), `event: sites` (hub: presence changed),
 * `event: draft` (data: {"site","kind","key"}: somebody kept or dropped it),
 * `event: reset` (more was missed than is sent again: load everything anew).
 * Thread: live_publish from any thread; the rest the loop thread. */
#ifndef SITELOG_HTTP_LIVE_H
#define SITELOG_HTTP_LIVE_H

#include "app/http/role.h"
#include "firmware/base/buf.h"
#include "firmware/db/db.h"

#include <stdint.h>
#include <uv.h>

struct live;
struct exchange;

#define LIVE_CATCH_UP_MAX 1000

/* One event that a client missed; non-zero stops. */
typedef int (*live_each_fn)(void *arg, int64_t pos, const char *site, const char *data);

struct live_options {
    uv_loop_t *loop;
    /* Events after `pos`, oldest first, at most max: calls each. ERR_NOT_FOUND: this store never was at pos (it was replaced). Reader's
     * thread. NULL: a client that comes back gets `reset`. */
    int (*since)(void *ctx, struct db *db, int64_t pos, size_t max, live_each_fn each, void *arg);
    /* May this person see that site? Loop thread or reader's. NULL: everybody every site (a board). */
    bool (*may_see)(void *ctx, const char *user, enum role role, const char *site);
    void *ctx;
    int64_t comment_ms; /* 0: 15 s */
    size_t queue_max;   /* 0: 64 KiB */
    size_t clients_max; /* 0: 128; more are told 503 */
};

/* Owns: caller. ERR_NOMEM, ERR_IO. */
MUST_CHECK int live_create(const struct live_options *options, struct live **out);

/* Ends every client's stream. Nothing is published from here on; live_publish stays safe until live_destroy. */
void live_close(struct live *live);

/* After the server has stopped (its clients are gone) and uv_run has returned; closes the handle, running the loop for it. Takes NULL. */
void live_destroy(struct live *live);

/* id: the store's position for `record`, 0 for others (they carry no id). site "": for everybody. data: one line of JSON. Copied. Takes NULL. */
void live_publish(struct live *live, const char *event, int64_t id, const char *site, const char *data);

#endif
