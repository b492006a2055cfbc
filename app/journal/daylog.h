/* SPDX-License-Identifier: MIT */
/* The daily log: its shape (daylog.c), what POST does with one (daylog_submit.c), its projection (daylog_fold.c), what readers see (daylog_print.c).
 * daylog-submitted and daylog-amended have the subject daylog/{id of the first version}; a version's id is its event's id.
 * Thread: any, on the handle's thread; daylog_submit inside a write transaction on the store's thread. */
#ifndef SITELOG_JOURNAL_DAYLOG_H
#define SITELOG_JOURNAL_DAYLOG_H

#include "app/journal/item.h"
#include "app/journal/journal.h"
#include "firmware/base/tz.h"

#define DAYLOG_CREW_MAX        30
#define DAYLOG_LATE_UNTIL_HOUR 10 /* until then a log may be yesterday's */

struct daylog_crew {
    char trade[41];
    int64_t n;
};

struct daylog {
    char id[ID_SIZE];     /* "" in an event's data */
    char amends[ID_SIZE]; /* "" : a new log */
    char date[TZ_DATE_SIZE];
    char stage[41]; /* "" : not said */
    struct item_list done, plan;
    struct daylog_crew crew[DAYLOG_CREW_MAX];
    size_t crew_count;
    char *note; /* owned, or NULL */
    struct item_photos photos;
};

/* STRICT: an HTTP body with its id. LENIENT: an event's data (no id). Errors name the field ("crew.electrician").
 * Owns: *out is the caller's; daylog_fini. */
MUST_CHECK int daylog_decode(const struct json *body, enum decode mode, struct daylog *out, struct err_text *e);
/* The same from its text; ERR_INVALID also where it is no JSON. */
MUST_CHECK int daylog_read(const char *body, size_t n, enum decode mode, struct daylog *out, struct err_text *e);
void daylog_fini(struct daylog *d);
/* Masks note and free text as privacy.h says. */
MUST_CHECK int daylog_mask(struct daylog *d);
/* An event's data: everything but the id. */
MUST_CHECK int daylog_encode(const struct daylog *d, struct buf *out);

/* The members of daylog_encode, into an open object. */
void daylog_put(const struct daylog *d, struct json_out *w);

/* Which dates a log may bear now, newest first; count 1 or 2. */
size_t daylog_dates(const struct tz *tz, struct wall now, char out[2][TZ_DATE_SIZE]);

/* All that POST /daylogs does: decode, check (date, stage, phrases), append, and drop the date's draft.
 * 0: stored; *answer is the log as daylog_print shows it. ERR_EXISTS: the same log was stored before; *answer the same, *out is the first
 * one's. ERR_CONFLICT: the id is taken by other content, or "amends" is not the current version; *answer is what is stored or current
 * (may be empty). ERR_INVALID: e->field. user: id without "user/". */
MUST_CHECK int daylog_submit(struct journal *j, struct db *db, const char *site, const char *user, const char *body,
                             size_t n, struct appended *out, struct buf *answer, struct err_text *e);

/* One log, by its first version's id or any later version's: the current content and {"id","version","site","board","submitted":{"at",
 * "actor","clock","at_corrected"?,"clock_corrected"? (clock_set.h)},"amended":n,"history":[{"id","at","actor","clock","late","data"}]}. names: false hides who. ERR_NOT_FOUND. */
MUST_CHECK int daylog_print(struct db *db, const char *site, const char *id, bool names, struct buf *out);

struct daylog_query {
    const char *site;      /* NULL: every site */
    const char *from, *to; /* dates, inclusive, or NULL */
    const char *stage;     /* or NULL */
    const char *before;    /* cursor of the page before, or NULL */
    int limit;             /* 1–200 */
    bool names;
};

/* {"daylogs":[…],"next":cursor|null}, newest date first; an entry is as daylog_print without history. ERR_INVALID: cursor. */
MUST_CHECK int daylog_list(struct db *db, const struct daylog_query *q, struct buf *out, struct err_text *e);

/* The newest date that has a log, "" when none. */
MUST_CHECK int daylog_last_date(struct db *db, const char *site, char out[TZ_DATE_SIZE]);

/* The first date, up to one, of a log of a stage, and of any log; "" when none. */
MUST_CHECK int daylog_first(struct db *db, const char *site, const char *stage, const char *until,
                            char of_stage[TZ_DATE_SIZE], char of_all[TZ_DATE_SIZE]);

/* ---- for the table of events ---- */
extern const struct subject_kind daylog_kind;
MUST_CHECK int daylog_check(const struct json *data, struct err_text *e);         /* daylog-submitted */
MUST_CHECK int daylog_check_amended(const struct json *data, struct err_text *e); /* daylog-amended */

#endif
