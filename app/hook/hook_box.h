/* SPDX-License-Identifier: MIT */
/* What webhooks have still to be told: one row a (hook, alert raised or cleared) and a (hook, date of a digest), made from the events by position,
 * so that a kill loses none and makes none twice. State of the hub. A row lives until its receiver took it; one that was refused, or that could
 * not be delivered for HOOK_ALERT_MAX_MS (a digest: HOOK_DIGEST_MAX_MS), is parked, shown with the reason, and tried once more when the hub starts.
 * The time counts from when the row was made; an alert is not given up without a try. Parked rows are kept for thirty days.
 * Rows that wait are bundled: a bundle has an id, is fixed before it is first sent, and is sent again as it is, so that the id says that it is
 * the same. Thread: that of the handle; writing functions inside a write transaction. */
#ifndef SITELOG_HOOK_HOOK_BOX_H
#define SITELOG_HOOK_HOOK_BOX_H

#include "app/hook/hook_judge.h"
#include "app/hook/hook_text.h"

#define HOOK_ALERT_MAX_MS  (INT64_C(72) * 3600000)
#define HOOK_DIGEST_MAX_MS (INT64_C(12) * 3600000)
#define HOOK_SINGLES       3 /* up to so many that wait are told one by one, more are merged */

extern const char *const hook_box_schema;

struct hook_list {
    const struct hook_conf *hooks;
    size_t n;
};

/* At start. Forgets hooks that are not in the list any more, and begins with new ones at the newest event: what was before is not told. Parked
 * rows that are young enough wait again. *pos: where hook_box_collect goes on. */
MUST_CHECK int hook_box_open(struct db *db, const struct hook_list *list, struct wall now, int64_t *pos);

/* Makes the rows of alerts raised or cleared after *pos, which moves on: each once, whichever end told of it first, for the hooks that want its
 * level. What is older than HOOK_ALERT_MAX_MS is told only while it still stands (a board that was long without a link). */
MUST_CHECK int hook_box_collect(struct db *db, const struct hook_list *list, struct wall now, int64_t *pos);

/* Makes the row of a hook's digest where it is due (digest_due). *made: there is one more. */
MUST_CHECK int hook_box_digest(struct db *db, const struct hook_conf *hook, const struct tz *tz, struct wall now,
                               bool *made);

struct hook_bundle {
    char id[ID_SIZE];
    bool digest;
    struct hook_alert alerts[HOOK_ALERTS_MAX];
    size_t n;
    int64_t waiting; /* alerts that wait behind it */
};

/* The bundle that was begun, or a new one: a digest by itself; up to HOOK_SINGLES waiting alerts one by one; of more, HOOK_ALERTS_MAX at once.
 * Parks what is too old. ERR_NOT_FOUND: nothing waits. */
MUST_CHECK int hook_box_take(struct db *db, const char *hook, struct wall now, struct hook_bundle *out);

/* What became of it. Idempotent. */
MUST_CHECK int hook_box_settle(struct db *db, const char *hook, const char *bundle, const struct hook_verdict *v,
                               struct wall now);

/* How a hook does. */
struct hook_state {
    int64_t waiting, parked;
    struct wall ok, error; /* last success, last failure; 0: never */
    char text[200];        /* of the last failure */
};
MUST_CHECK int hook_box_state(struct db *db, const char *hook, struct hook_state *out);

/* GET /api/v1/hooks: {"hooks":[…]} as in openapi.yaml. */
MUST_CHECK int hook_box_print(struct db *db, const struct hook_list *list, struct buf *out);

/* The same counts for Prometheus, by the hook's name. Nothing where there are no hooks. */
MUST_CHECK int hook_box_metrics(struct db *db, const struct hook_list *list, struct buf *out);

#endif
