/* SPDX-License-Identifier: MIT */
/* Alerts: something is wrong that somebody has to know of at once. They stand until they are cleared, travel before everything else, and are events
 * (alert-raised, alert-cleared; subject alert/{id}) that carry the whole alert; head office saying that it has seen one is alert-seen. An alert's id
 * follows from site, rule, subject and due time, so that two ends that judge the same raise one alert. One that was cleared is raised again by
 * whoever cleared it only (its clock was wrong, say): others may not have heard yet why. Thread: any, on the handle's thread; what takes a journal
 * inside a write transaction. */
#ifndef SITELOG_JOURNAL_ALERT_H
#define SITELOG_JOURNAL_ALERT_H

#include "app/journal/journal.h"

#define ALERT_KEPT_DAYS 7   /* how long a cleared one is listed */
#define ALERT_NOTE_MAX  400 /* bytes of the note of who has seen it */

struct alert {
    const char *rule;    /* "camera-down" … */
    const char *level;   /* "site" "office" "executive" */
    const char *subject; /* what it is about: "board/b-01" */
    struct wall due;     /* since when it is wrong, whole seconds count */
    const char *zh, *en; /* for people; no personal data */
};

/* Pure. */
void alert_id(const char *site, const struct alert *a, char out[ID_SIZE]);

/* 1: this writer may raise it: it never was, or was cleared by this writer itself; 0: not. */
MUST_CHECK int alert_may_raise(struct db *db, const char *site, const char *id, const char *writer);

/* Raises it at a site; NULL: the journal's own. ERR_EXISTS: it stands, or somebody else cleared it. Else journal_append's errors. */
MUST_CHECK int alert_raise(struct journal *j, struct db *db, const char *site, const struct alert *a,
                           struct err_text *e);

/* Clears the alert of that id. ERR_NOT_FOUND; ERR_EXISTS: it is cleared already. */
MUST_CHECK int alert_clear(struct journal *j, struct db *db, const char *site, const char *id, struct err_text *e);

/* POST /alerts/{alert}/seen: {"id"?,"note"?}, the id being that of the event. 0, and *answer is the alert as alert_print lists it; ERR_EXISTS: that
 * event was stored before, *answer likewise; ERR_CONFLICT: the id is another record's (*answer likewise, where that is about this
 * alert); ERR_NOT_FOUND: no such alert; ERR_INVALID: e->field. */
MUST_CHECK int alert_see(struct journal *j, struct db *db, const char *alert, const char *actor, const char *body,
                         size_t n, struct buf *answer, struct err_text *e);

/* The newest standing alert of a rule about a subject. ERR_NOT_FOUND. due may be NULL. */
MUST_CHECK int alert_find(struct db *db, const char *site, const char *rule, const char *subject, char id[ID_SIZE],
                          struct wall *due);

struct alert_query {
    const char *site, *level, *rule; /* NULL: all */
    const char *state;               /* "standing" "cleared"; NULL: both */
    const char *member;              /* only the sites on whose list this person is; NULL: all */
    struct wall since;               /* the cleared ones: since then */
    const char *before;              /* cursor, or NULL */
    int limit;
    bool names; /* tell the names of who has seen it */
};

/* {"alerts":[{"id","site","rule","level","subject","due","raised","cleared"?,"text":{"zh","en"},"state","seen":{"at","by":{"id","name"},"note"?}|null}],
 * "next":cursor|null}: newest first. ERR_INVALID: before. */
MUST_CHECK int alert_print(struct db *db, const struct alert_query *q, struct buf *out, struct err_text *e);

/* One of the list, however long ago it was cleared. ERR_NOT_FOUND. */
MUST_CHECK int alert_print_one(struct db *db, const char *site, const char *id, bool names, struct buf *out);

/* The site of an alert. ERR_NOT_FOUND. */
MUST_CHECK int alert_site(struct db *db, const char *id, char site[NAME_SIZE]);

/* ---- for the table of events ---- */
extern const struct subject_kind alert_kind;
MUST_CHECK int alert_check(const struct json *data, struct err_text *e);      /* alert-raised, alert-cleared */
MUST_CHECK int alert_check_seen(const struct json *data, struct err_text *e); /* alert-seen */

#endif
