/* SPDX-License-Identifier: MIT */
/* Alerts: something is wrong that somebody has to know of at once. They stand until they are cleared, travel before everything else, and are events
 * (alert-raised, alert-cleared; subject alert/{id}) that carry the whole alert. An alert's id follows from site, rule, subject and due time, so that
 * two ends that judge the same raise one alert. Thread: any, on the handle's thread; alert_raise and alert_clear inside a write transaction. */
#ifndef SITELOG_JOURNAL_ALERT_H
#define SITELOG_JOURNAL_ALERT_H

#include "app/journal/journal.h"

#define ALERT_KEPT_DAYS 7 /* how long a cleared one is listed */

struct alert {
    const char *rule;    /* "camera-down" … */
    const char *level;   /* "site" "office" "executive" */
    const char *subject; /* what it is about: "board/b-01" */
    struct wall due;     /* since when it is wrong, whole seconds count */
    const char *zh, *en; /* for people; no personal data */
};

/* Pure. */
void alert_id(const char *site, const struct alert *a, char out[ID_SIZE]);

/* Raises it at the journal's own site. ERR_EXISTS: it was raised before, and stands or was cleared. Else journal_append's errors. */
MUST_CHECK int alert_raise(struct journal *j, struct db *db, const struct alert *a, struct err_text *e);

/* Clears the alert of that id. ERR_NOT_FOUND; ERR_EXISTS: it is cleared already. */
MUST_CHECK int alert_clear(struct journal *j, struct db *db, const char *site, const char *id, struct err_text *e);

/* The standing alerts of a site (NULL: of all), of a rule (NULL: of all). */
MUST_CHECK int alert_standing(struct db *db, const char *site, const char *rule, int64_t *out);

/* The newest standing alert of a rule about a subject. ERR_NOT_FOUND. */
MUST_CHECK int alert_find(struct db *db, const char *site, const char *rule, const char *subject, char id[ID_SIZE]);

/* {"alerts":[{"id","site","rule","level","subject","due","raised","cleared"?,"text":{"zh","en"},"state"}],"next":cursor|null}: what stands, and what was
 * cleared since `since`; newest first, at most limit. site NULL: every site. ERR_INVALID: before. */
MUST_CHECK int alert_print(struct db *db, const char *site, struct wall since, const char *before, int limit,
                           struct buf *out, struct err_text *e);

/* ---- for the table of events ---- */
extern const struct subject_kind alert_kind;
MUST_CHECK int alert_check(const struct json *data, struct err_text *e); /* alert-raised, alert-cleared */

#endif
